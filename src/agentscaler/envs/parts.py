"""How the fields of one JSON object agree: what `accord` does for the columns of a row, inside a cell.

A count beside `Items` counts them, what ends comes after what begins, the least is no more than the most, and of the settings
of rival products (MySQL, Oracle) an object holds one.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from agentscaler.envs.amounts import ENDED, FUTURE, MADE, STARTED
from agentscaler.envs.place import Recipe
from agentscaler.words import field, split

_RIVALS: Final = re.compile(
    r"(?i)^(?:(mysql|maria_?db)|(postgres)|(oracle)|(sql_?server|microsoft_?sql)|(mongo|doc_?db)|(redshift)|(alloy_?db)|(cloud_?sql)|(?:cloud_?)?(spanner)|(bigquery|big_query)|(snowflake)|((?:ibm_?)?db2)|(sybase)|"
    r"(gcs|s3)|(kinesis)|(kafka)|(lambda)|(sqs)|(sns)|(pub_?sub)|(aws)|(azure)|(gcp)|(vmware|vsphere)|(rsa)|(dsa)|(ecdsa|elliptic)|(github)|(gitlab)|(bitbucket)|(salesforce)|(jira)|(slack)|(sharepoint)|(confluence)|(zendesk)|"
    r"(hourly)|(daily)|(weekly)|(monthly)|(yearly)|(?:(image)|(video)|(audio)|(text))(?=_?(?:payload|content|source|input|block)))(?=[A-Z_]|[a-z]*sql|ql|$|[a-z]*[A-Z])"
)
"""Names that begin with one of several things that rule each other out: products, rhythms, kinds of content."""
_SPANS: Final = frozenset("years months weeks days".split())
"""Units of which one states a span."""


def rivals(names: Iterable[str]) -> list[str]:
    """Of the names, those that begin with rival products; [] where all are of one."""
    found = {n: m.lastindex for n in names if (m := _RIVALS.match(n))}
    return list(found) if len(set(found.values())) > 1 else []


def _under_way(parts: dict[str, Recipe]) -> None:
    """Beside how far a thing has come stands that it is under way: a COMPLETED one is at 100, which needs no saying."""
    far = any(re.search(r"(?i)progress_?percent|percent_?complete|^progress$", k) and r.get("number") == [0, 100] for k, r in parts.items())
    for name, recipe in parts.items() if far else ():
        begun = [p for p in recipe.get("choice", ()) if re.search(r"(?i)progress|running|processing|active", str(p[0]))]
        if begun and re.search(r"(?i)status$|state$", name):
            parts[name] = {**recipe, "choice": begun}


def _switched(parts: dict[str, Recipe]) -> None:
    """What is enabled is in no state of being off."""
    flag = next((k for k, r in parts.items() if field(k) in (("enabled",), ("is", "enabled"), ("enable",)) and "yes" in r), None)
    state = next((k for k, r in parts.items() if field(k) in (("state",), ("status",)) and "choice" in r), None)
    on = [p for p in parts[state]["choice"] if re.search(r"(?i)enabled|^on$|^active|running|ready", str(p[0])) and not re.search(r"(?i)^(?:in|un|not)", str(p[0]))] if state else []
    if flag and state and on and len(on) < len(parts[state]["choice"]):
        parts[flag] = {**{k: v for k, v in parts[flag].items() if k != "yes"}, "value": True}
        parts[state] = {**parts[state], "choice": on}


def _over(parts: dict[str, Recipe]) -> None:
    """What has an end is over; what is not disabled was disabled at no time."""
    state = next((k for k, r in parts.items() if re.search(r"(?i)(?:status|state)$", k) and "choice" in r), None)
    if state and any("time" in r and ENDED.search(w := " ".join(split(k))) and not FUTURE.search(w) for k, r in parts.items()):
        done = [p for p in parts[state]["choice"] if _DONE.search(str(p[0]))]
        parts[state] = {**parts[state], "choice": done or parts[state]["choice"]}
        total = next((k for k in parts if field(k) in (("total", "count"), ("total",))), None)
        if total and (whole := [p for p in parts[state]["choice"] if re.search(r"(?i)succe|complet|finish|done", str(p[0]))]):
            parts[state]["choice"] = whole
        for name in [k for k, r in parts.items() if total and field(k)[:1] == ("completed",) and ("number" in r or "of" in r)]:
            parts[name] = {**{k: v for k, v in parts[name].items() if k != "number"}, "of": [10**6], "most": total}
    for flag in [k for k, r in parts.items() if "yes" in r and re.fullmatch(r"(?i)(?:is_?)?(?:enabled|disabled|deleted|revoked|archived)", k)]:
        stem = "disab" if "enabled" in flag.lower() else split(flag)[-1][:5]
        for name in [k for k in parts if k != flag and split(k)[0][:5] == stem and split(k)[-1] in ("time", "date", "at", "timestamp", "reason")]:
            del parts[name]


_DONE = re.compile(r"(?i)succe|complet|fail|finish|done|stopped|cancel|closed|ended|timed|error|terminat")
_ONE_WAY = re.compile(r"(?:Target|Source|Destination|DestinationConfig|SourceConfig|TargetConfig|TargetParams|Payload|Trigger|EventData)$")
_SIDES: Final = frozenset("source target destination original primary secondary default from to old new current previous dead failure success backup redirect".split())


def alternatives(names: Iterable[str]) -> list[str]:
    """Of the names, those that say the same of different kinds of thing: httpTarget, pubsubTarget; [] where there is one."""
    ends: dict[str, list[str]] = {}
    for name in names:
        found = _ONE_WAY.search(name[:1].upper() + name[1:])
        if found is not None and name[: -len(found[0])] and not _SIDES & set(field(name)[:1]):
            ends.setdefault(found[0], []).append(name)
    best = max(ends.values(), key=len, default=[])
    return best if len(best) > 1 else []


def one_way(names: Iterable[str]) -> list[str]:
    """Of the names, those of which a thing has one: all destinations, rather than only those of products known to be rivals."""
    some = list(names)
    known, alike = rivals(some), alternatives(some)
    return alike if set(known) <= set(alike) else known or alike


def agree_parts(parts: dict[str, Recipe]) -> None:
    """Make the recipes of the fields of one object look at each other."""
    low = {k.lower(): k for k in parts}
    begins, ends = (next((k for k in parts if field(k) in forms), None) for forms in ((("from", "port"), ("port", "from"), ("start", "port")), (("to", "port"), ("port", "to"), ("end", "port"))))
    if begins and ends and "of" in parts[begins] and "of" in parts[ends]:
        parts[ends] = {**parts[ends], "most": begins}  # a range of one port
    for canonical in [k for k in parts if field(k) == ("canonical", "url") and "url" in low]:
        del parts[canonical]  # the same address in another form
    _one_name(parts)
    one_resource(parts)
    _under_way(parts)
    _over(parts)
    _switched(parts)
    if "quantity" in low:
        parts[low["quantity"]] = {"length": low["items"]} if "items" in low and "list" in parts[low["items"]] else {"value": 0}
    spans = [k for k in parts if k.lower() in _SPANS and ("of" in parts[k] or "number" in parts[k])]
    for other in spans[1:]:
        del parts[other]
    _one_after_the_other(parts)
    _least_to_most(parts)


def _one_name(parts: dict[str, Recipe]) -> None:
    """RoleName and RoleDisplayName are of one role."""
    heads: dict[tuple[str, ...], list[str]] = {}
    for name, recipe in parts.items():
        if "words" in recipe and "who" not in recipe and field(name)[-1:] == ("name",):
            heads.setdefault(tuple(w for w in field(name)[:-1] if w not in ("display", "full", "friendly")), []).append(name)
    for head, some in heads.items():
        for name in some if len(some) > 1 else ():
            parts[name] = {**parts[some[0]], "who": f"#{' '.join(head)}"}


_BEGUN = re.compile(r"^(?:pause|from|open)|\b(?:begin|paused?)\b")
_OVER = re.compile(r"\b(?:resumed?|end|ended|stop|close)\b")


def _one_after_the_other(parts: dict[str, Recipe]) -> None:
    """A pause ends after it has begun."""
    heard = {k: " ".join(split(k)) for k, r in parts.items() if "time" in r and "after" not in r}
    past = {k: w for k, w in heard.items() if not FUTURE.search(w)}
    made, started, ended = (next((k for k, w in past.items() if p.search(w)), None) for p in (MADE, STARTED, ENDED))
    if made and ended and made != ended and len({made, started, ended}) == 2 + bool(started):
        parts[made] |= {"time": ["-90d", "-1d"]}
        if started:
            parts[started] |= {"after": made, "within": "10m"}
        parts[ended] |= {"after": started or made, "within": "6h"}
        return
    begun = [k for k, w in past.items() if STARTED.search(w) or _BEGUN.search(w)]
    for name, words in past.items():
        if name not in begun and begun and (ENDED.search(words) or _OVER.search(words)):
            parts[name] |= {"after": begun[0], "within": "6h"}


_LEAST: Final = frozenset("min minimum least lowest lower".split())
_MOST: Final = frozenset("max maximum most limit total all original list highest upper hard quota".split())
USED: Final = frozenset(
    "used called skipped current available running free consumed completed finished remaining failed success succeeded successful attached discount discounted actual allocated assigned desired enabled active online "
    "offline default healthy unhealthy usage occupied bound pending soft mapped matched migrated updated deleted added inserted replicated imported exported loaded unmapped duplicate invalid valid error rejected ignored requested always idle".split()
)
_TAKEN: Final = frozenset("processed scanned read received submitted input".split())
UNITS: Final = frozenset("aggregate size num nums number count amount value gb mb tb gib mib byte in".split())


def measured(words: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
    """What a number is of, and whether it is the least (0), a part (1), what was looked at (1.3), all there is (1.5) or the most (2) of it."""
    heard = set(words)
    rank = 0 if heard & _LEAST else 1 if heard & USED else 1.3 if heard & _TAKEN else 2 if heard & _MOST else 1.5
    return tuple(w for w in words if w not in _LEAST | _MOST | USED | _TAKEN | UNITS), rank


_RANKS: Final = ({"min", "minimum", "least", "lowest", "lower"}, {"default", "average", "avg", "mean", "median", "desired"}, {"max", "maximum", "highest", "upper"}, {"sum"})


_DURATION: Final = re.compile(r"\d+s")
"""A length of time as Google writes it; lists of them go up."""


def _least_to_most(parts: dict[str, Recipe]) -> None:
    """Min, default, max; an average is no more than the sum."""
    about: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for name, recipe in parts.items():
        numbers = recipe.get("of") or recipe.get("number")
        words = field(name)
        rank = next((i for i, some in enumerate(_RANKS) if some & set(words)), None)
        if rank is not None and numbers and (all(isinstance(v, (int, float)) for v in numbers) or written_number(recipe)):
            about.setdefault(tuple(w for w in words if w not in _RANKS[rank]), []).append((rank, name))
        elif rank in (0, 2) and "given" in recipe and all(_DURATION.fullmatch(str(v)) for v in recipe["given"]):
            half = len(recipe["given"]) // 2
            parts[name] = {**recipe, "given": recipe["given"][:half] if rank == 0 else recipe["given"][half:]}
    for some in about.values():
        ranked = [name for _, name in sorted(some)]
        for name, above in pairwise(ranked):
            parts[name] = {**parts[name], "most": above}
    _part_of_whole(parts)


def written_number(recipe: Recipe) -> bool:
    """Is it a number that the provider writes as text?"""
    return recipe.get("as") == "text" if "number" in recipe else all(isinstance(v, str) and re.fullmatch(r"-?\d+(?:\.\d+)?", v) for v in recipe.get("of", ("",)))


def _part_of_whole(parts: dict[str, Recipe]) -> None:
    """What was mapped, failed or is free is no more than what was processed or is there."""
    plain = {n: measured(field(n)) for n, r in parts.items() if (numbers := r.get("of") or r.get("number")) and r.get("as") != "text" and (all(isinstance(v, (int, float)) for v in numbers) or written_number(r))}
    for name, (thing, rank) in plain.items():
        if "most" in parts[name] or rank > 1.3:
            continue
        above = [o for o, (other, its) in plain.items() if its > rank and o != name and (other == thing or (len(other) == 1 and other == thing[-1:]))]
        if rank == 1 and "current" in field(name):
            for least in [o for o, (other, its) in plain.items() if its == 0 and other == thing]:
                parts[least] = {**parts[least], "most": name}  # there are never fewer than the least
        if above:
            parts[name] = {**parts[name], "most": min(above, key=lambda o: plain[o][1])}


_KINDS: Final = (
    (re.compile(r"(?i)ec2\W*instance|^(?:aws_)?ec2$|^instance$"), "arn:aws:ec2:{region}:{account}:instance/i-0a1b2c3d4e5f607%s"),
    (re.compile(r"(?i)lambda"), "arn:aws:lambda:{region}:{account}:function:billing-handler-%s"),
    (re.compile(r"(?i)s3"), "arn:aws:s3:::billing-uploads-%s"),
    (re.compile(r"(?i)dynamo"), "arn:aws:dynamodb:{region}:{account}:table/sessions-%s"),
    (re.compile(r"(?i)rds|aurora|db_?instance"), "arn:aws:rds:{region}:{account}:db:orders-%s"),
    (re.compile(r"(?i)load_?balancer|elb"), "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/checkout-%s/50dc6c495c0c9188"),
    (re.compile(r"(?i)cloudfront|distribution"), "arn:aws:cloudfront::{account}:distribution/E1A2B3C4D5%s"),
    (re.compile(r"(?i)api_?gateway"), "arn:aws:apigateway:{region}::/restapis/a1b2c3%s/stages/prod"),
)
"""A type of resource, as services write it -> ARNs of such things."""


def one_resource(recipes: dict[str, Recipe]) -> None:
    """Beside an ARN of any resource stands the type of that resource: of one kind in all rows, so that no row says the contrary."""
    arns = [n for n, r in recipes.items() if field(n)[-1:] == ("arn",) and any("arn:aws:dynamodb:" in str(m.get("template")) for m in r.get("mix", ())) and len(r["mix"]) > 5]
    kinds = [n for n, r in recipes.items() if field(n)[-1:] == ("type",) and field(n)[:-1] in (("resource",), ()) and {"choice", "given", "of"} & set(r)]
    for arn in arns:
        for kind in kinds:
            values = [v for v, _ in recipes[kind].get("choice", [])] or recipes[kind].get("given") or recipes[kind].get("of") or []
            said, form = next(((v, f) for says, f in _KINDS for v in values if says.search(str(v))), (None, None))
            if form is not None:
                recipes[kind] = {k: v for k, v in recipes[kind].items() if k not in ("choice", "given", "of", "cover")} | ({"choice": [[said, 1.0]]} if "choice" in recipes[kind] else {"given": [said]})
                recipes[arn] = {**recipes[arn], "mix": [{"template": form % n} for n in ("18", "29", "3a", "4b", "5c", "6d")]}
