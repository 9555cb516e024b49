"""Small made-up APIs for the proof of learning: OpenAPI documents whose words a tiny transformer can hold.

Each is a service of one or two kinds of things with made-up names ("taro", "misu"), drawn from a seed: which reads and writes there are, how they are called, what they show and
take, which numbers and tiers a thing has. Verbs (close, cancel, find) are everyday ones, as in any API, and one service says remove where another says delete; nouns, attributes and
values are made up, so that what was learnt of one service says nothing about the words of another.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.words import plural, singular

Json = dict[str, Any]
TEXT: Final[Json] = {"type": "string"}
NUMBERS: Final = ("count", "capacity", "priority", "price", "limit")
"""Last words of numbers: 'the miku count'."""
SORTS: Final = ("tier", "type", "level", "category")
"""Last words of closed lists: 'the miku tier'."""
MOVES: Final = (
    ("close", "closed"), ("cancel", "cancelled"), ("pause", "paused"), ("archive", "archived"), ("approve", "approved"), ("suspend", "suspended"),
    ("reject", "rejected"), ("publish", "published"), ("disable", "disabled"), ("stop", "stopped"),
)  # fmt: skip
"""Actions and the state each leads to."""
VERBS: Final = {"find": ("find", "search", "lookup"), "get": ("get", "show", "read"), "create": ("create", "add", "register"), "update": ("update", "edit", "modify"), "delete": ("delete", "remove", "drop")}
"""What services call the same deed: users ask for it in their own words, so the name of a tool must be read."""
_TAKEN: Final = frozenset(["data", "role", "logo", "demo", "info", "meta", "beta", "zulu"])


def made_up_words(count: int = 400) -> list[str]:
    """Four-letter words of two syllables that no API uses, always the same and in the same order."""
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aiou"]
    words = [a + b for a in syllables for b in syllables if a != b]
    regular = [w for w in words if w not in _TAKEN and plural(w) == w + "s" and singular(w + "s") == singular(w) == w]
    return Dice("learn", "words").sample(regular, count)


class Thing(NamedTuple):
    """One kind of things in a service."""

    noun: str
    numbers: tuple[str, ...]
    """Attributes that are numbers."""
    sorts: tuple[tuple[str, tuple[str, ...]], ...]
    """Attributes that are one of a few words, with those words."""
    moves: tuple[tuple[str, str], ...]
    """Actions and the states they lead to."""
    reads: tuple[str, ...]
    """Of find and get."""
    writes: tuple[str, ...]
    """Of create, update, delete."""
    short: bool
    """Does find show id and name only?"""
    verbs: Mapping[str, str]
    """Deed -> its verb here."""
    last: bool
    """Does the verb stand behind the noun?"""


class Service(NamedTuple):
    """A made-up API on paper."""

    title: str
    things: tuple[Thing, ...]


def draw_service(dice: Dice, *, nouns: Sequence[str], values: Sequence[str]) -> Service:
    """A service. nouns: words for things and attributes; values: words for what an attribute may be."""
    words = dice.sample(nouns, 12)
    verbs, last = {deed: dice.choice(said) for deed, said in VERBS.items()}, dice.chance(0.3)
    things = tuple(_thing(dice, words, values, verbs, last) for _ in range(1 if dice.chance(0.4) else 2))
    return Service(words.pop(), things)


def _thing(dice: Dice, words: list[str], values: Sequence[str], verbs: Mapping[str, str], last: bool) -> Thing:
    noun = words.pop()
    numbers = tuple(words.pop() + " " + dice.choice(NUMBERS) for _ in range(dice.between(0, 2)))
    sorts = tuple((words.pop() + " " + dice.choice(SORTS), tuple(dice.sample(values, 3))) for _ in range(dice.between(0 if numbers else 1, 1)))
    moves = tuple(dice.sample(MOVES, dice.between(0, 2)))
    writes = tuple(w for w, share in (("create", 0.25), ("update", 0.75), ("delete", 0.35)) if dice.chance(share))
    short = dice.chance(0.5)
    reads = ("find", "get") if short or dice.chance(0.5) else ("find",)
    return Thing(noun, numbers, sorts, moves, reads, writes or (() if moves else ("update",)), short, verbs, last)


def document(service: Service) -> Json:
    """The service as an OpenAPI 3 document."""
    paths: dict[str, Json] = {}
    for thing in service.things:
        for path, verb, operation in _operations(thing):
            paths.setdefault(path, {})[verb] = operation
    return {"openapi": "3.0.3", "info": {"title": f"{service.title} desk", "version": "1", "license": {"name": "CC0-1.0"}}, "paths": paths}


def _operations(thing: Thing) -> list[tuple[str, str, Json]]:
    noun = thing.noun
    many, one = f"/{noun}s", f"/{noun}s/{{{noun}_id}}"
    key = {"name": f"{noun}_id", "in": "path", "required": True, "schema": TEXT}
    settable = _settable(thing)
    row = {"name": settable["name"], f"{noun}_id": TEXT, **settable, **({"status": {"type": "string", "enum": ["open", *(s for _, s in thing.moves)]}} if thing.moves else {})}
    listed = {n: s for n, s in row.items() if n in (f"{noun}_id", "name")} if thing.short else row
    named = {"name": "name", "in": "query", "required": True, "schema": TEXT, "description": "The name."}
    found = {f"{noun}s": {"type": "array", "items": _object(listed)}}
    out = [(many, "get", {"operationId": _called(thing, "find"), "summary": f"Find the {noun} with this name.", "parameters": [named], **_answer(found)})]
    if "get" in thing.reads:
        out.append((one, "get", {"operationId": _called(thing, "get"), "summary": f"Get a {noun}.", "parameters": [key], **_answer(row)}))
    if "create" in thing.writes:
        out.append((many, "post", {"operationId": _called(thing, "create"), "summary": f"Add a {noun}.", **_body(settable, ["name"]), **_answer(row)}))
    if "update" in thing.writes:
        out.append((one, "patch", {"operationId": _called(thing, "update"), "summary": f"Change a {noun}.", "parameters": [key], **_body(settable), **_answer(row)}))
    if "delete" in thing.writes:
        out.append((one, "delete", {"operationId": _called(thing, "delete"), "summary": f"Delete a {noun}.", "parameters": [key], "responses": {"204": {"description": "gone"}}}))
    for verb, _ in thing.moves:
        out.append((f"{one}/{verb}", "post", {"operationId": _called(thing, verb), "summary": f"{verb.capitalize()} a {noun}.", "parameters": [key], **_answer(row)}))
    return out


def _called(thing: Thing, deed: str) -> str:
    """The operation's name in this service: find_taro, taro_search."""
    verb = thing.verbs.get(deed, deed)
    return f"{thing.noun}_{verb}" if thing.last else f"{verb}_{thing.noun}"


def _settable(thing: Thing) -> Json:
    """What a create or an update may set."""
    out: Json = {"name": TEXT | {"description": "The name."}}
    for phrase in thing.numbers:
        out[phrase.replace(" ", "_")] = {"type": "integer", "minimum": 1, "maximum": 500, "description": f"The {phrase}."}
    for phrase, values in thing.sorts:
        out[phrase.replace(" ", "_")] = {"type": "string", "enum": list(values), "description": f"The {phrase}."}
    return out


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties}


def _answer(properties: Json) -> Json:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": _object(properties)}}}}}


def _body(properties: Json, required: Sequence[str] = ()) -> Json:
    schema = _object(properties) | ({"required": list(required)} if required else {})
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
