"""Small made-up APIs for the proof of learning: OpenAPI documents whose words a tiny transformer can hold.

Each is a service of one or two kinds of things with made-up names ("taro", "misu"), drawn from a seed: which reads and writes there are, what they show and
take, which numbers and tiers a thing has. Verbs (close, cancel, list) are everyday ones, as in any API; nouns, attributes and values are not, so that what was learnt
of one service says nothing about the words of another.
"""

from collections.abc import Sequence
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
    """Of get and list."""
    writes: tuple[str, ...]
    """Of create, update, delete."""
    short: bool
    """Does the list show ids and names only?"""


class Service(NamedTuple):
    """A made-up API on paper."""

    title: str
    things: tuple[Thing, ...]


def draw_service(dice: Dice, *, nouns: Sequence[str], values: Sequence[str]) -> Service:
    """A service. nouns: words for things and attributes; values: words for what an attribute may be."""
    words = dice.sample(nouns, 12)
    things = tuple(_thing(dice, words, values) for _ in range(1 if dice.chance(0.4) else 2))
    return Service(words.pop(), things)


def _thing(dice: Dice, words: list[str], values: Sequence[str]) -> Thing:
    noun = words.pop()
    numbers = tuple(words.pop() + " " + dice.choice(NUMBERS) for _ in range(dice.between(0, 2)))
    sorts = tuple((words.pop() + " " + dice.choice(SORTS), tuple(dice.sample(values, 3))) for _ in range(dice.between(0 if numbers else 1, 1)))
    moves = tuple(dice.sample(MOVES, dice.between(0, 2)))
    writes = tuple(w for w, share in (("create", 0.25), ("update", 0.75), ("delete", 0.35)) if dice.chance(share))
    short = dice.chance(0.5)
    reads = ("list", "get") if short or dice.chance(0.5) else ("list",)
    return Thing(noun, numbers, sorts, moves, reads, writes or (() if moves else ("update",)), short)


def document(service: Service) -> Json:
    """The service as an OpenAPI 3 document."""
    paths: dict[str, Json] = {}
    for thing in service.things:
        for path, verb, operation in _operations(thing):
            paths.setdefault(path, {})[verb] = operation
    return {"openapi": "3.0.3", "info": {"title": f"{service.title.capitalize()} desk", "version": "1", "license": {"name": "CC0-1.0"}}, "paths": paths}


def _operations(thing: Thing) -> list[tuple[str, str, Json]]:
    noun, name = thing.noun, thing.noun.capitalize()
    many, one = f"/{noun}s", f"/{noun}s/{{{noun}Id}}"
    key = {"name": f"{noun}Id", "in": "path", "required": True, "schema": TEXT}
    settable = _settable(thing)
    row = {"name": settable["name"], f"{noun}Id": TEXT, **settable, **({"status": {"type": "string", "enum": ["open", *(s for _, s in thing.moves)]}} if thing.moves else {})}
    listed = {n: s for n, s in row.items() if n in (f"{noun}Id", "name")} if thing.short else row
    out = [(many, "get", {"operationId": f"list{name}s", "summary": f"List the {noun}s.", **_answer({f"{noun}s": {"type": "array", "items": _object(listed)}})})]
    if "get" in thing.reads:
        out.append((one, "get", {"operationId": f"get{name}", "summary": f"Get a {noun}.", "parameters": [key], **_answer(row)}))
    if "create" in thing.writes:
        out.append((many, "post", {"operationId": f"create{name}", "summary": f"Add a {noun}.", **_body(settable, ["name"]), **_answer(row)}))
    if "update" in thing.writes:
        out.append((one, "patch", {"operationId": f"update{name}", "summary": f"Change a {noun}.", "parameters": [key], **_body(settable), **_answer(row)}))
    if "delete" in thing.writes:
        out.append((one, "delete", {"operationId": f"delete{name}", "summary": f"Delete a {noun}.", "parameters": [key], "responses": {"204": {"description": "gone"}}}))
    for verb, _ in thing.moves:
        out.append((f"{one}/{verb}", "post", {"operationId": f"{verb}{name}", "summary": f"{verb.capitalize()} a {noun}.", "parameters": [key], **_answer(row)}))
    return out


def _settable(thing: Thing) -> Json:
    """What a create or an update may set."""
    out: Json = {"name": TEXT | {"description": "The name."}}
    for phrase in thing.numbers:
        out[_camel(phrase)] = {"type": "integer", "minimum": 1, "maximum": 500, "description": f"The {phrase}."}
    for phrase, values in thing.sorts:
        out[_camel(phrase)] = {"type": "string", "enum": list(values), "description": f"The {phrase}."}
    return out


def _camel(phrase: str) -> str:
    first, *rest = phrase.split()
    return first + "".join(w.capitalize() for w in rest)


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties}


def _answer(properties: Json) -> Json:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": _object(properties)}}}}}


def _body(properties: Json, required: Sequence[str] = ()) -> Json:
    schema = _object(properties) | ({"required": list(required)} if required else {})
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
