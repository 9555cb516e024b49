"""What `check` says: findings, and what was proven; and how two versions of a row, a text or a folder differ, field by field."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import orjson

from agentscaler.records import JsonObject

MOST = 20
"""So many findings of one kind are told one by one."""
FIELDS_A_ROW = 3


class Finding(NamedTuple):
    """What does not hold."""

    file: str
    """Product or file, relative to what is checked: 'tasks.jsonl', 'envs/shop-.../env.json'."""
    row: str
    """Id of the row, or its key; empty where it is about the file."""
    field: str
    """Dotted: 'gold[1].arguments.status'."""
    message: str
    """What is wrong."""

    def __str__(self) -> str:
        return " ".join(p for p in (self.file, self.row, self.field) if p) + f": {self.message}"


class Step(NamedTuple):
    """A part of the check that is done."""

    what: str
    """What was proven, or why it could not be."""
    seconds: float
    proven: bool = True
    """False: nothing was found, and nothing shown either."""


def few(found: Iterable[Finding | Step], most: int = MOST) -> Iterator[Finding | Step]:
    """At most so many findings of a kind (file and field, numbers aside); the rest as a count, before the next step."""
    seen: Counter[tuple[str, str]] = Counter()
    for item in found:
        if isinstance(item, Finding):
            kind = (re.sub(r"/[^/]+/", "/*/", item.file), re.sub(r"\[[^]]*\]", "[]", item.field))
            seen[kind] += 1
            if seen[kind] <= most:
                yield item
            continue
        yield from _rest(seen, most)
        seen.clear()
        yield item
    yield from _rest(seen, most)


def _rest(seen: Counter[tuple[str, str]], most: int) -> Iterator[Finding]:
    for (file, field), count in seen.items():
        if count > most:
            yield Finding(file, "", field, f"{count - most} more of this kind")


# ---- two versions of something ------------------------------------------------------------------------------------


class Gap(NamedTuple):
    """A place where two values differ."""

    field: str
    written: Any
    made: Any


ABSENT = "(nothing)"


def gaps(written: Any, made: Any, field: str = "") -> Iterator[Gap]:
    """Where what is written differs from what comes out when it is made anew."""
    if isinstance(written, dict) and isinstance(made, dict):
        for name in [*made, *(n for n in written if n not in made)]:
            yield from gaps(written.get(name, ABSENT), made.get(name, ABSENT), f"{field}.{name}" if field else str(name))
    elif isinstance(written, list) and isinstance(made, list) and len(written) == len(made):
        for number, (one, other) in enumerate(zip(written, made, strict=True)):
            yield from gaps(one, other, f"{field}[{_label(made, number)}]")
    elif isinstance(written, list) and isinstance(made, list):
        yield _middle(written, made, field)
    elif written != made or type(written) is not type(made):
        yield Gap(field, written, made)


def _middle(written: list[Any], made: list[Any], field: str) -> Gap:
    """Of two lists of different length, what stands between their equal ends."""
    short_ = min(len(written), len(made))
    first = next((i for i in range(short_) if written[i] != made[i]), short_)
    last = next((i for i in range(short_ - first) if written[-1 - i] != made[-1 - i]), short_ - first)
    return Gap(f"{field}[{first}]", written[first : len(written) - last], made[first : len(made) - last])


def _label(items: list[Any], number: int) -> str:
    """Tools are told by their names, other things by their numbers."""
    item = items[number]
    return str(item["name"]) if isinstance(item, dict) and "python" in item and "name" in item else str(number)


def short(value: Any) -> str:
    """A value in a message."""
    text = value if value == ABSENT else orjson.dumps(value).decode()
    return text if len(text) <= 120 else text[:117] + "..."


def row_findings(file: str, written: JsonObject, made: JsonObject) -> Iterator[Finding]:
    """Fields in which a row differs; its id and key only where nothing else does."""
    found = list(gaps(written, made))
    said = [g for g in found if g.field not in ("id", "key")] or found
    row = str(written.get("id") or written.get("key"))
    for gap in said[:FIELDS_A_ROW]:
        yield Finding(file, row, gap.field, f"{short(gap.written)} is written, made anew it is {short(gap.made)}")
    if len(said) > FIELDS_A_ROW:
        yield Finding(file, row, "", f"{len(said) - FIELDS_A_ROW} more fields of the row differ")


def text_finding(file: str, written: str, made: str) -> Iterator[Finding]:
    """The first line in which two texts differ."""
    for number, (one, other) in enumerate(zip_longest(written.splitlines(), made.splitlines(), fillvalue=ABSENT), 1):
        if one != other:
            yield Finding(file, "", f"line {number}", f"{one.strip()[:120]!r} is written, made anew it is {other.strip()[:120]!r}")
            return
    if written != made:
        yield Finding(file, "", "", "its line ends differ from what it is when made anew")


def file_findings(file: str, written: bytes, made: bytes) -> Iterator[Finding]:
    """How two versions of a file differ: by field where both are JSON, else by line."""
    if written == made:
        return
    if file.endswith(".json"):
        try:
            one, other = orjson.loads(written), orjson.loads(made)
        except orjson.JSONDecodeError as error:
            yield Finding(file, "", "", f"no JSON ({error})")
            return
        found = list(gaps(one, other))
        for gap in found[:FIELDS_A_ROW]:
            yield Finding(file, "", gap.field, f"{short(gap.written)} is written, made anew it is {short(gap.made)}")
        if found:
            return
    yield from text_finding(file, written.decode("utf-8", "replace"), made.decode("utf-8", "replace"))
