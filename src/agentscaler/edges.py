"""Which result can feed which parameter: producers of each required parameter, from any set of tools.

An inverted index from (service, canonical field) to the tools whose results hold that field, ranked once: the rank
depends on the producer and the field only. A parameter is then one look-up of its own name, and of a few weaker ones
(generic names qualified by the noun, names without their role word, id for name). Paper: the tool dependency edges of
section 3.1; there a language model confirms them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agentscaler.records import Edge, Schema, Tool
from agentscaler.schemas import fields, inside, kind_of
from agentscaler.verbs import Analysis, analyse
from agentscaler.words import ID_WORDS, field, singular, split

GENERIC = frozenset("id name arn identifier key uuid url uri number code version status type state".split())
PRODUCERS = {"list": 0.30, "get": 0.15, "create": 0.22}
"""Classes whose results name things, with how likely an agent finds the value there first."""
UNFED = frozenset("object boolean integer number".split())
KEPT = 20

Words = tuple[str, ...]


class Producer(NamedTuple):
    """A field of a result."""

    tool: str
    path: str
    score: float
    rows: bool
    """Objects, or a list of them: no value for a text."""


class Index(NamedTuple):
    """Ranked producers of each field of each service."""

    producers: Mapping[tuple[str, Words], list[Producer]]


def index(tools: Mapping[str, Tool]) -> Index:
    """tools: id -> tool."""
    found: dict[tuple[str, Words], dict[tuple[str, bool], Producer]] = defaultdict(dict)
    for number, tool in tools.items():
        what = analyse(tool.source, tool.name)
        if what.kind not in PRODUCERS or tool.returns is None:
            continue
        for key, base, path, rows in _outputs(tool, what):
            score = _rank(key, base, what)
            for group in (tool.source.group, *tool.also_in):
                old = found[group, key].get((number, rows))
                if old is None or score > old.score:
                    found[group, key][number, rows] = Producer(number, path, score, rows)
    return Index({k: sorted(v.values(), key=lambda p: (-p.score, tools[p.tool].source.operation))[:KEPT] for k, v in found.items()})


def _outputs(tool: Tool, what: Analysis) -> Iterable[tuple[Words, float, str, bool]]:
    """(canonical field, weight, path, is it rows) of each result field; generic names also qualified by the noun and the wrapper."""
    for result in fields(tool.returns):
        key = field(result.name)
        if not key:
            continue
        weight, path, rows = (1.0, 0.9, 0.8)[result.depth], result.path, _is_rows(result.schema)
        yield key, weight, path, rows
        if len(key) == 1 and key[0] in GENERIC:
            if what.noun:
                yield what.noun + key, 0.95 * weight, path, rows
                yield what.noun[-1:] + key, 0.9 * weight, path, rows
            if wrapper := field(result.wrap):
                yield wrapper + key, 0.9 * weight, path, rows
                yield wrapper[-1:] + key, 0.9 * weight, path, rows


def _is_rows(schema: Schema) -> bool:
    return kind_of(inside(schema)) == "object"


def _rank(key: Words, base: float, what: Analysis) -> float:
    head = set(key[:-1] if key[-1] in ID_WORDS and len(key) > 1 else key)
    noun = set(what.noun) | set(what.extra)
    overlap = len(head & noun) / max(len(head | noun), 1)
    return base * 0.5 + 0.6 * overlap + 0.15 * (head == noun) + PRODUCERS[what.kind] - 0.04 * len(what.tail)


def producers(number: str, tool: Tool, parameter: str, where: Index, *, most: int = 10) -> list[Edge]:
    """Edges into one parameter, best first."""
    what = analyse(tool.source, tool.name)
    takes_rows = _is_rows(tool.parameters.get("properties", {}).get(parameter, {}))
    best: dict[str, tuple[float, str, str]] = {}
    for group in (tool.source.group, *tool.also_in):
        for key, penalty, reason in _lookups(tool, parameter, what):
            for producer in where.producers.get((group, key), ()):
                score = producer.score - penalty
                if producer.tool != number and (takes_rows or not producer.rows) and score > best.get(producer.tool, (-9.0, "", ""))[0]:
                    best[producer.tool] = (score, producer.path, reason)
    ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:most]
    return [
        Edge(source=p, field=path, target=number, parameter=parameter, score=round(min(max(score / 1.6, 0.0), 1.0), 3), reason=reason)
        for p, (score, path, reason) in ranked
    ]


def _lookups(tool: Tool, parameter: str, what: Analysis) -> list[tuple[Words, float, str]]:
    """Fields that could feed a parameter, with a penalty and the reason."""
    key = field(parameter)
    if not key:
        return []
    if collection := resource_of(tool, parameter):
        return [((*collection, "name"), 0.0, "resource name in the path"), ((*collection, "id"), 0.1, "resource name in the path")]
    out: list[tuple[Words, float, str]] = [(key, 0.0, "same name")]
    if len(key) == 1 and key[0] in GENERIC and what.noun:
        out = [(what.noun + key, 0.0, "generic name of the noun"), (what.noun[-1:] + key, 0.05, "generic name of the noun")]
    out += [(key[i:], 0.25 + 0.05 * i, "name without its role word") for i in range(1, len(key) - 1)]
    if key[-1] not in ID_WORDS:
        out += [((*key, word), 0.1, f"{word} of the thing") for word in ("id", "name", "arn")]
    elif len(key) > 1:
        out += [((*key[:-1], word), 0.35, f"{word} of the same thing") for word in ("id", "name", "arn") if word != key[-1]]
    if len(key) > 2:
        out.append((key[:-2] + key[-1:], 0.4, "shorter name"))
    return out


def resource_of(tool: Tool, parameter: str) -> Words:
    """Google resource names: the collection that `name` or `parent` addresses, from the last {placeholder} of the path."""
    if tool.source.vendor != "google" or parameter not in tool.source.in_path or not tool.source.path:
        return ()
    holders = placeholders(tool.source.path)
    if not holders or parameter in holders:
        return ()
    return collection_words(holders[-1])


def placeholders(path: str) -> list[str]:
    """'/v1/projects/{projectsId}/topics/{topicsId}' -> ['projectsId', 'topicsId']."""
    return [part.split("}")[0].split(":")[0] for part in path.split("{")[1:]]


def collection_words(placeholder: str) -> Words:
    """'consumerGroupsId' -> ('consumer', 'group')."""
    words = split(re.sub(r"\d+$", "", placeholder))
    words = words[:-1] if words[-1:] == ("id",) and len(words) > 1 else words
    return tuple(singular(w) for w in words)


def needs(number: str, tool: Tool, where: Index, *, most: int = 3) -> list[Edge]:
    """Edges into the required parameters that can be fed."""
    properties = tool.parameters.get("properties", {})
    out: list[Edge] = []
    for parameter in tool.parameters.get("required", []):
        if kind_of(properties.get(parameter, {})) not in UNFED:
            out += producers(number, tool, parameter, where, most=most)
    return out
