"""How the fields of one JSON object agree: what `accord` does for the columns of a row, inside a cell.

A count beside `Items` counts them, what ends comes after what begins, the least is no more than the most, and of the settings
of rival products (MySQL, Oracle) an object holds one.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from agentscaler.envs.amounts import ENDED, FUTURE, STARTED
from agentscaler.envs.place import Recipe
from agentscaler.words import field, split

_RIVALS: Final = re.compile(
    r"(?i)^(?:(mysql|maria_?db)|(postgres)|(oracle)|(sql_?server|microsoft_?sql)|(mongo|doc_?db)|(redshift)|(alloy_?db)|(cloud_?sql)|(?:cloud_?)?(spanner)|(bigquery|big_query)|(snowflake)|((?:ibm_?)?db2)|(sybase)|"
    r"(gcs|s3)|(kinesis)|(kafka)|(lambda)|(sqs)|(sns)|(pub_?sub)|(aws)|(azure)|(gcp)|(github)|(gitlab)|(bitbucket)|(salesforce)|(jira)|(slack)|(sharepoint)|(confluence)|(zendesk)|"
    r"(hourly)|(daily)|(weekly)|(monthly)|(yearly)|(?:(image)|(video)|(audio)|(text))(?=_?(?:payload|content|source|input|block)))(?=[A-Z_]|[a-z]*sql|ql|$|[a-z]*[A-Z])"
)
"""Names that begin with one of several things that rule each other out: products, rhythms, kinds of content."""
_SPANS: Final = frozenset("years months weeks days".split())
"""Units of which one states a span."""


def rivals(names: Iterable[str]) -> list[str]:
    """Of the names, those that begin with rival products; [] where all are of one."""
    found = {n: m.lastindex for n in names if (m := _RIVALS.match(n))}
    return list(found) if len(set(found.values())) > 1 else []


def agree_parts(parts: dict[str, Recipe]) -> None:
    """Make the recipes of the fields of one object look at each other."""
    low = {k.lower(): k for k in parts}
    if "quantity" in low:
        parts[low["quantity"]] = {"length": low["items"]} if "items" in low and "list" in parts[low["items"]] else {"value": 0}
    spans = [k for k in parts if k.lower() in _SPANS and ("of" in parts[k] or "number" in parts[k])]
    for other in spans[1:]:
        del parts[other]
    _one_after_the_other(parts)
    _least_to_most(parts)


_BEGUN = re.compile(r"^(?:pause|from|open)|\b(?:begin|paused?)\b")
_OVER = re.compile(r"\b(?:resumed?|end|ended|stop|close)\b")


def _one_after_the_other(parts: dict[str, Recipe]) -> None:
    """A pause ends after it has begun."""
    heard = {k: " ".join(split(k)) for k, r in parts.items() if "time" in r and "after" not in r}
    past = {k: w for k, w in heard.items() if not FUTURE.search(w)}
    begun = [k for k, w in past.items() if STARTED.search(w) or _BEGUN.search(w)]
    for name, words in past.items():
        if name not in begun and begun and (ENDED.search(words) or _OVER.search(words)):
            parts[name] |= {"after": begun[0], "within": "6h"}


_RANKS: Final = ({"min", "minimum", "least", "lowest", "lower"}, {"default", "average", "avg", "mean", "median", "desired"}, {"max", "maximum", "highest", "upper"}, {"sum"})


def _least_to_most(parts: dict[str, Recipe]) -> None:
    """Min, default, max; an average is no more than the sum."""
    about: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for name, recipe in parts.items():
        numbers = recipe.get("of") or recipe.get("number")
        words = field(name)
        rank = next((i for i, some in enumerate(_RANKS) if some & set(words)), None)
        if rank is not None and numbers and all(isinstance(v, (int, float)) for v in numbers) and recipe.get("as") != "text":
            about.setdefault(tuple(w for w in words if w not in _RANKS[rank]), []).append((rank, name))
    for some in about.values():
        ranked = [name for _, name in sorted(some)]
        for name, above in pairwise(ranked):
            parts[name] = {**parts[name], "most": above}
