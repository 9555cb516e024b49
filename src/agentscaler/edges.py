"""Which result can feed which parameter: producers of each parameter, ranked, from any set of tools.

An inverted index leads from (service, canonical field) to the tools whose results hold that field. A parameter is a few look-ups: its own name, and
weaker ones (generic names qualified by the noun, names without their role word, id for name). What is found is ranked by a linear score over what
consumer and producer are called, take and say; its weights were tuned on pairs that providers document themselves, one half of the services, and
measured on the other (benchmarks/dependencies.py). Where the description names the producing operation, that is the answer. Paper: the tool
dependency edges of section 3.1; there a language model confirms them, here the reason stands on the edge.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from math import exp
from typing import Final, NamedTuple

from agentscaler.mentions import said_to_produce
from agentscaler.records import Edge, Schema, Tool
from agentscaler.schemas import fields, inside, kind_of
from agentscaler.verbs import READS, Analysis, analyse
from agentscaler.words import ID_WORDS, ROLE_WORDS, WRAPPING, field, singular, split

GENERIC = frozenset("id name arn identifier key uuid url uri number code version status type state".split())
SILENT: Final = ("delete", "unlink")
"""Classes whose results name nothing that is still there."""
KEPT = 40
"""Producers of one field of one service."""

Words = tuple[str, ...]

NOUN: Final[Words] = ("*",)
"""In front of a noun: the tools that list or show such things, whatever their fields are called."""

WEIGHTS: Final[dict[str, float]] = {
    "named by the provider": 12.0,
    "resource name in the path": 2.0,
    "same collection": 3.0,
    "the path says of what": 1.2,
    "same name": 1.0,
    "name of the thing": 1.4,
    "id of the thing": 0.0,
    "arn of the thing": 0.0,
    "generic name of the noun": -0.4,
    "generic name": 0.5,
    "end of the name": 0.7,
    "name without its role word": 0.0,
    "name of the same thing": 0.0,
    "id of the same thing": -0.5,
    "arn of the same thing": -0.4,
    "shows such things": -0.3,
    "shorter name": -2.2,
    "longer name": -1.5,
    "list": 1.2,
    "get": 0.9,
    "create": 0.1,
    "other verb": -2.2,
    "search": 0.7,
    "thing": 3.0,
    "exactly the thing": -1.1,
    "same noun": -0.2,
    "tail": -0.4,
    "stray words": -0.9,
    "words said": 0.2,
    "same type": 1.1,
    "asks for it": -3.6,
    "asks for more": -0.4,
}
"""What speaks for a producer: how the field was found, what its tool does, and how both go together. Tuned on one half of the services, but for the
first four, which that half cannot show."""
MIDDLE: Final = 2.5
"""The sum that is as good as even."""


class Maker(NamedTuple):
    """A tool as a producer or consumer: what its name says, and what it asks for."""

    what: Analysis
    thing: frozenset[str]
    """Words of what it acts on."""
    nouns: frozenset[str]
    """The same with what stands behind a preposition."""
    asks: frozenset[Words]
    """Canonical names of its required parameters."""
    collections: tuple[str, ...]
    """Google: the collections of its method, ('projects', 'topics')."""


class Producer(NamedTuple):
    """A field of a result."""

    tool: str
    path: str
    rows: bool
    """Objects, or a list of them: no value for a text."""
    kind: str
    """JSON type of one value."""
    name: Words
    """Its canonical name."""
    score: float = 0.0
    """What speaks for it whoever asks."""


class Index(NamedTuple):
    """Who produces which field of which service, and what is known of each tool."""

    found: Mapping[tuple[str, Words], list[Producer]]
    """As they were read."""
    ranked: dict[tuple[str, Words], list[Producer]]
    """Strongest first: those that were asked for."""
    makers: Mapping[str, Maker]
    operations: Mapping[str, Mapping[str, str]]
    """vendor:service -> operation -> id of the tool."""

    def producers(self, group: str, key: Words) -> list[Producer]:
        """The strongest producers of a field of a service."""
        ranked = self.ranked.get((group, key))
        if ranked is None:
            scored = [p._replace(score=weigh(of_itself(key, p.name, self.makers[p.tool]))) for p in self.found.get((group, key), ())]
            ranked = self.ranked[group, key] = sorted(scored, key=lambda p: (-p.score, p.tool))[:KEPT]
        return ranked


class Guess(NamedTuple):
    """A producer that could feed a parameter, and what speaks for it."""

    producer: Producer
    reason: str
    key: Words
    signs: Mapping[str, float]


def index(tools: Mapping[str, Tool]) -> Index:
    """tools: id -> tool."""
    found: dict[tuple[str, Words], list[Producer]] = defaultdict(list)
    makers: dict[str, Maker] = {}
    operations: dict[str, dict[str, str]] = defaultdict(dict)
    for number, tool in tools.items():
        makers[number] = maker = _maker(tool)
        groups = (tool.source.group, *tool.also_in)
        for group in groups:
            operations[group].setdefault(tool.source.operation, number)
            operations[group].setdefault(tool.name, number)
        if maker.what.kind in SILENT or tool.returns is None:
            continue
        for key, producer in _outputs(number, tool, maker):
            for group in groups:
                found[group, key].append(producer)
    return Index(found, {}, makers, operations)


def _maker(tool: Tool) -> Maker:
    what = analyse(tool.source, tool.name)
    asks = frozenset(field(p) for p in tool.parameters.get("required", ()))
    method = tuple(tool.source.operation.split(".")[1:-1]) if tool.source.vendor == "google" else ()
    return Maker(what, frozenset((*what.noun, *what.extra)), frozenset((*what.noun, *what.extra, *what.tail)), asks, method)


def _outputs(number: str, tool: Tool, maker: Maker) -> Iterator[tuple[Words, Producer]]:
    """(canonical field, where it stands) of each result field, the outermost of each name; generic names also qualified by the noun and the wrapper.

    A list of bare texts is one of names (`addons` of ListAddons). A list whose rows show no name lists its things all the same.
    """
    what = maker.what
    seen: set[tuple[Words, bool]] = set()
    shown = False
    many = ""
    nouns = dict.fromkeys((*what.noun[-2:], *what.tail[-1:]))
    for result in fields(tool.returns, depth=3):
        key = field(result.name)
        if not key or WRAPPING.match(" ".join(key)):
            continue
        one = inside(result.schema)
        kind = kind_of(one)
        rows = kind == "object"
        if rows and one is not result.schema and one.get("properties"):
            many = many or result.path
        keys = [key]
        if len(key) == 1 and key[0] in GENERIC:
            wrap = field(result.wrap)
            keys += [k + key for k in (what.noun, what.noun[-1:], wrap, wrap[-1:]) if k]
        bare = kind == "string" and one is not result.schema and key[-1] not in ID_WORDS
        if bare:
            keys.append((*key, "name"))
        elif len(key) > 2 and key[-1] in ID_WORDS:
            keys.append(key[-2:])
        if what.kind in READS and not rows and (bare or key[-1] in ID_WORDS) and not shown:
            shown = True
            keys += [(*NOUN, word) for word in nouns]
        for name in keys:
            if (name, rows) not in seen:
                seen.add((name, rows))
                yield name, Producer(number, result.path, rows, kind, key)
    if what.kind == "list" and not shown and many:
        yield from (((*NOUN, word), Producer(number, many, False, "", ())) for word in nouns)


def weigh(signs: Mapping[str, float]) -> float:
    """The linear score."""
    total = 0.0
    for sign, value in signs.items():
        if value:
            total += WEIGHTS[sign] * value
    return total


def of_itself(key: Words, name: Words, maker: Maker) -> dict[str, float]:
    """What speaks for a field as a producer of `key`, whoever asks. name: its own canonical name."""
    own = maker.what
    head = frozenset(key[:-1] if key[-1] in ID_WORDS and len(key) > 1 else key)
    thing = maker.thing
    return {
        own.kind if own.kind in ("list", "get", "create") else "other verb": 1.0,
        "search": float(own.verb in ("search", "query", "batch")),
        "tail": float(len(own.tail)),
        "thing": len(head & thing) / max(len(head | thing), 1),
        "exactly the thing": float(head == thing),
        "longer name": float(len(name) > len(key) > 1 and name[-len(key) :] == key),
        "asks for it": float(key in maker.asks or name in maker.asks),
    }


def for_me(kind: str, near: frozenset[str], said: frozenset[str], me: Maker, producer: Producer, maker: Maker) -> dict[str, float]:
    """What speaks for a producer for the tool that asks. said: words of the parameter's description; near: these and the words of both names."""
    return {
        "asks for more": float(min(len(maker.asks - me.asks), 3)),
        "stray words": float(min(len(maker.thing - near), 3)),
        "words said": len(maker.thing & said) / max(len(maker.thing), 1),
        "same noun": float(maker.what.noun == me.what.noun),
        "same type": float(kind == producer.kind),
    }


_STOP = frozenset("a an the of to for in on and or is are be that this which with by from as at it its you your can if not use used value specify specified one each when".split())


@lru_cache(200_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(w for t in split(text) if (w := singular(t)) not in _STOP)


def guesses(number: str, tool: Tool, parameter: str, where: Index) -> Iterator[Guess]:
    """Everything that could feed a parameter, each producer once per way it was found."""
    me = where.makers.get(number) or _maker(tool)
    schema = tool.parameters.get("properties", {}).get(parameter, {})
    kind = kind_of(inside(schema))
    said = _words(schema.get("description", ""))
    collections = _collections(tool, parameter)
    found: dict[str, Producer] = {}
    for reason, key in _lookups(tool, parameter, schema, me.what):
        near = said.union(me.nouns, key)
        for group in (tool.source.group, *tool.also_in):
            for producer in where.producers(group, key):
                if producer.tool == number or (producer.rows and kind != "object"):
                    continue
                maker = where.makers[producer.tool]
                signs = for_me(kind, near, said, me, producer, maker)
                signs[reason] = 1.0
                if collections and maker.collections == collections:
                    signs["same collection"] = 1.0
                    signs["asks for it"] = 0.5 * (("name",) in maker.asks)  # half, for nothing else is of this collection
                found.setdefault(producer.tool, producer)
                yield Guess(producer, reason, key, signs)
    yield from _named(number, tool, schema, where, found)


def _named(number: str, tool: Tool, schema: Schema, where: Index, known: Mapping[str, Producer]) -> Iterator[Guess]:
    """Producers that the parameter's own description names, with the field that was found in them, if any."""
    for group in (tool.source.group, *tool.also_in):
        operations = where.operations.get(group, {})
        for rank, name in enumerate(said_to_produce(schema.get("description", ""), operations)):
            other = operations[name]
            if other != number and where.makers[other].what.kind not in SILENT:
                producer = known.get(other) or Producer(other, "", False, "", ())
                yield Guess(producer, "named by the provider", (), {"named by the provider": 1.0 - 0.01 * rank})


def producers(number: str, tool: Tool, parameter: str, where: Index, *, most: int = 10) -> list[Edge]:
    """Edges into one parameter, best first."""
    best: dict[str, tuple[float, str, str]] = {}
    for guess in guesses(number, tool, parameter, where):
        one = guess.producer
        score = one.score + weigh(guess.signs)
        if one.tool not in best or score > best[one.tool][0]:
            best[one.tool] = (score, one.path, guess.reason)
    ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:most]
    return [
        Edge(source=p, field=path, target=number, parameter=parameter, score=round(1 / (1 + exp(MIDDLE - score)), 3), reason=reason)
        for p, (score, path, reason) in ranked
    ]


def _lookups(tool: Tool, parameter: str, schema: Schema, what: Analysis) -> list[tuple[str, Words]]:
    """Reasons, and fields that could feed a parameter, strongest first."""
    key = field(parameter)
    if not key:
        return []
    if collection := resource_of(tool, parameter):
        return [("resource name in the path", (*collection, "name")), ("resource name in the path", (*collection, "id"))]
    if thing := before_in_path(tool, parameter):
        told = [("the path says of what", owner + key) for owner in (thing, thing[-1:])]
        told += [("generic name of the noun", owner + key) for owner in (what.noun, what.noun[-1:])]
        return list(dict.fromkeys([*told, ("generic name", key), ("shows such things", (*NOUN, thing[-1]))]))
    while len(key) > 1 and key[-1] in ("list", "set", "array") and kind_of(schema) == "array":
        key = key[:-1]
    out: list[tuple[str, Words]] = [("same name", key)]
    if len(key) == 1 and key[0] in GENERIC and what.noun:
        out = [("generic name of the noun", what.noun + key), ("generic name of the noun", what.noun[-1:] + key), ("generic name", key)]
        if what.tail:
            out.append(("generic name of the noun", what.tail + key))
    out += [("name without its role word" if set(key[:i]) <= ROLE_WORDS else "end of the name", key[i:]) for i in range(1, len(key) - 1)]
    if key[-1] not in ID_WORDS:
        out += [(f"{word} of the thing", (*key, word)) for word in ("id", "name", "arn")]
    elif len(key) > 1:
        out += [(f"{word} of the same thing", (*key[:-1], word)) for word in ("id", "name", "arn") if word != key[-1]]
    if len(key) > 2:
        out.append(("shorter name", key[:-2] + key[-1:]))
    if len(key) == 2 and key[0] in ROLE_WORDS:
        out += [("name without its role word", what.noun[-1:] + key[1:]), ("name without its role word", key[1:])] if key[1] in GENERIC else [("name without its role word", key[1:])]
    thing = key[:-1] if key[-1] in ID_WORDS else key
    if thing or what.noun:
        out.append(("shows such things", (*NOUN, (thing or what.noun)[-1])))
    return list(dict.fromkeys(out))


def resource_of(tool: Tool, parameter: str) -> Words:
    """Google resource names: the collection that `name` or `parent` addresses, from the last {placeholder} of the path."""
    if tool.source.vendor != "google" or parameter not in tool.source.in_path or not tool.source.path:
        return ()
    holders = placeholders(tool.source.path)
    if not holders or parameter in holders:
        return ()
    return collection_words(holders[-1])


def before_in_path(tool: Tool, parameter: str) -> Words:
    """'/users/{id}/orders' says that `id` is one of users: ('user',). Only for names that say nothing themselves."""
    key = field(parameter)
    if len(key) > 1 or key[0] not in GENERIC or tool.source.vendor == "google" or not tool.source.path:
        return ()
    parts = [p for p in tool.source.path.split("/") if p]
    at = next((n for n, p in enumerate(parts) if p == f"{{{parameter}}}"), 0)
    return collection_words(parts[at - 1]) if at and "{" not in parts[at - 1] else ()


def _collections(tool: Tool, parameter: str) -> tuple[str, ...]:
    """Google: the collections that a resource name in the path goes through, '/v1/projects/{projectsId}/topics/{topicsId}' -> ('projects', 'topics')."""
    if not resource_of(tool, parameter):
        return ()
    parts = (tool.source.path or "").split("/")
    return tuple(before for before, after in pairwise(parts) if after.startswith("{"))


def placeholders(path: str) -> list[str]:
    """'/v1/projects/{projectsId}/topics/{topicsId}' -> ['projectsId', 'topicsId']."""
    return [part.split("}")[0].split(":")[0] for part in path.split("{")[1:]]


def collection_words(placeholder: str) -> Words:
    """'consumerGroupsId' -> ('consumer', 'group')."""
    words = split(re.sub(r"\d+$", "", placeholder))
    words = words[:-1] if words[-1:] == ("id",) and len(words) > 1 else words
    return tuple(singular(w) for w in words)
