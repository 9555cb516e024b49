"""How a row is found and told: the reads that lead to it, and a description that fits no other row that is read.

`locate` makes the calls. What a description says is unique over all columns of its kind that the read shows, so that no
other row can be meant; where that cannot be had, Dropped(row_not_describable) and no task.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.records import Argument, Operation, Table
from agentscaler.tasks.site import Row, Site, Way
from agentscaler.tasks.speech import Kind, adjective, be, day, member, say
from agentscaler.tasks.trace import Trace, Val
from agentscaler.words import humanise, split


class Phrase(NamedTuple):
    """A row in words: 'the' + front + noun + tail, of what it belongs to."""

    noun: str
    front: str = ""
    tail: str = ""
    parent: "Phrase | None" = None

    def text(self) -> str:
        """With what it belongs to."""
        return self.bare() + (f" of {self.parent.bare()}" if self.parent else "")

    def bare(self) -> str:
        """Without what it belongs to."""
        return " ".join(p for p in ("the", self.front, self.noun, self.tail) if p)


class Found(NamedTuple):
    """A row, what is known of it, and how the user calls it."""

    table: str
    row: Row
    """All columns, from the state."""
    known: dict[str, Val]
    """Columns that the calls so far, or the user, have told."""
    phrase: Phrase
    details: tuple[str, ...]
    """Further sentences without which it is not found."""
    seen: list[Row]
    """The rows that were read together with it, itself included."""
    step: int | None
    """The gold call that shows it."""


def locate(site: Site, trace: Trace, table: str, row: Row, dice: Dice, *, depth: int = 0, plain: bool = False) -> Found:
    """Read up to a row of the state. plain: without adjectives, so that more can be said after it.

    Raises Dropped(row_not_describable, call_failed, ...).
    """
    info = site.tables[table]
    if not info.said:
        raise Dropped("not_sayable", f"nobody speaks of {info.noun!r}", where=table)
    if info.key == ("only",):
        return Found(table, row, {}, Phrase(info.noun), (), [], None)
    ways = site.ways(table)
    if not ways:
        return _told(site, info, row)
    if depth > 2:
        raise Dropped("row_not_describable", "it lies too deep", where=table)
    way = ways[0] if len(ways) == 1 or dice.chance(0.7) else dice.choice(ways)
    return _follow(site, trace, way, row, dice, depth, plain)


def _told(site: Site, info: Table, row: Row) -> Found:
    """No read shows it before one knows its key: the user knows it, if anybody does."""
    if not all(site.knowable(info.name, c) for c in info.key):
        raise Dropped("row_not_describable", "no list shows it", where=info.name)
    if not all(simple(row[c]) for c in info.key):
        raise Dropped("not_sayable", "nobody would say its key", where=info.name)
    known = {c: Val(row[c], "said") for c in info.key}
    tail = f'"{row[info.key[-1]]}"' if isinstance(row[info.key[-1]], str) and not _is_code(row[info.key[-1]]) else str(row[info.key[-1]])
    details = tuple(tell(site, info.name, c, row[c]) for c in info.key[:-1])
    return Found(info.name, row, known, Phrase(info.noun, tail=tail), details, [], None)


def simple(value: Any) -> bool:
    """Short enough to be said, and no path."""
    return len(str(value)) <= 32 and not re.search(r"[/:{}\[\]]", str(value))


def tell(site: Site, table: str, column: str, value: Any) -> str:
    """'The party type is requester.' Raises Dropped(not_sayable)."""
    kind, about = site.kinds.get((table, column)), site.columns[table, column]
    said = say(value, kind, about.unit, about.phrase) if kind and kind != "flag" else str(value) if simple(value) else None
    if said is None:
        raise Dropped("not_sayable", f"nobody would say {value!r}", where=f"{table}.{column}")
    return f"The {about.phrase if kind else column_words(column)} is {said}."


def _is_code(text: str) -> bool:
    return any(c.isdigit() for c in text)


def column_words(column: str) -> str:
    """A column nobody has a phrase for, spelled out: 'LogsetId' -> 'logset ID'."""
    return humanise(tuple(split(column)))


def _follow(site: Site, trace: Trace, way: Way, row: Row, dice: Dice, depth: int, plain: bool) -> Found:
    info = site.tables[way.operation.table]
    values: dict[str, Val] = {}
    known: dict[str, Val] = {}
    details: list[str] = []
    parents: dict[tuple[str, ...], Found] = {}
    for argument, reference in way.follows:
        column = argument.column or ""
        if row.get(column) is None:
            raise Dropped("row_not_describable", f"{column} is empty", where=info.name)
        if reference is None:
            values[argument.name] = known[column] = Val(row[column], "said")
            details.append(tell(site, info.name, column, row[column]))
            continue
        if reference.columns not in parents:
            target = site.tables[reference.table]
            key = [row[c] for c in reference.columns]
            above = next((r for r in site.world.rows(reference.table) if [r[k] for k in target.key] == key), None)
            if above is None:
                raise Dropped("row_not_describable", "its parent is gone", where=info.name)
            parents[reference.columns] = found = locate(site, trace, reference.table, above, dice, depth=depth + 1, plain=True)
            details += found.details
            for c, k in zip(reference.columns, target.key, strict=True):
                known[c] = need(site, trace, found, k)
        values[argument.name] = known[column]
    done = trace.do(way.operation, values)
    shown = way.operation.shape.fields.values() if way.operation.shape else ()
    for column in shown:
        known[column] = Val(row[column], "read", done.step)
    seen = [r for r in done.rows if _same(r, row, info, shown)]
    if len(seen) != 1:
        raise Dropped("row_not_describable", "the list does not show it", where=info.name)
    parent = next(iter(parents.values())).phrase if parents else None
    if len(parents) > 1 or (parent and parent.parent and depth > 0):
        raise Dropped("row_not_describable", "it hangs on too much", where=info.name)
    if parent and parent.parent:
        details.append(f"{upper(parent.bare())} belongs to {parent.parent.bare()}.")
        parent = parent._replace(parent=None)
    phrase = describe(site, info, row, [r for r in done.rows if r is not seen[0]], tuple(shown), dice, plain=plain or parent is not None)
    if parent and normal(parent.noun) in normal(phrase.noun):
        phrase = phrase._replace(noun=phrase.noun)
    return Found(info.name, row, known, phrase._replace(parent=parent), tuple(details), done.rows, done.step)


def upper(text: str) -> str:
    """A sentence begins."""
    return text[:1].upper() + text[1:]


def _same(shown: Row, row: Row, info: Table, columns: Any) -> bool:
    keys = [c for c in info.key if c in columns] or list(columns)
    return all(shown.get(c) == row[c] for c in keys)


def need(site: Site, trace: Trace, found: Found, column: str) -> Val:
    """The value of a column of a row that was found, read with a get where the list did not show it.

    Raises Dropped(row_not_describable).
    """
    if column in found.known:
        return found.known[column]
    if found.table in site.tables and site.tables[found.table].key == ("only",) and column == "only":
        return Val(1, "constant")
    for getter in site.getters(found.table):
        if getter.shape is None or column not in getter.shape.fields.values():
            continue
        read(site, trace, getter, found)
        return found.known[column]
    raise Dropped("row_not_describable", f"no read shows its {column}", where=found.table)


def read(site: Site, trace: Trace, getter: Operation, found: Found) -> int:
    """Read a row that was found with a get; returns the number of the call. Raises Dropped(row_not_describable)."""
    values: dict[str, Val] = {}
    for argument in getter.arguments:
        if argument.role not in ("key", "match") or not argument.required:
            continue
        if argument.column not in found.known:
            raise Dropped("row_not_describable", f"{argument.name} of {getter.name} is not known", where=found.table)
        values[argument.name] = found.known[argument.column]
    done = trace.do(getter, values)
    for column in getter.shape.fields.values() if getter.shape else ():
        found.known.setdefault(column, Val(found.row[column], "read", done.step))
    return done.step


def named_by(site: Site, trace: Trace, operation: Operation, found: Found) -> dict[str, Val]:
    """The arguments by which a tool names a row that was found. Raises Dropped(row_not_describable)."""
    values: dict[str, Val] = {}
    for argument in operation.arguments:
        if argument.role in ("key", "match") and (argument.required or argument.role == "key"):
            values[argument.name] = _argument(site, trace, argument, found)
    return values


def _argument(site: Site, trace: Trace, argument: Argument, found: Found) -> Val:
    column = argument.column or ""
    if found.row.get(column) is None:
        raise Dropped("row_not_describable", f"{column} is empty", where=found.table)
    return need(site, trace, found, column)


# ---- descriptions -----------------------------------------------------------------------------------------------

_WEIGHT = {"name": 6.0, "text": 2.0, "time": 1.6, "word": 1.2, "choice": 2.0, "number": 1.0, "flag": 0.6}


def describe(site: Site, info: Table, row: Row, others: Sequence[Row], shown: Sequence[str], dice: Dice, *, plain: bool = False) -> Phrase:
    """What tells a row from the others that are read with it. Raises Dropped(row_not_describable)."""
    facets = _facets(site, info, row, shown)
    if not others and (not facets or dice.chance(0.5)):
        return Phrase(info.noun, front="only" if not plain or not facets else "")
    good = {f: _WEIGHT[f[1]] for f in facets if _unique(site, info, row, others, facets, shown, f) and _tail(site, info, row, f) is not None}
    newest = [f for f in facets if f[1] == "time" and site.columns[info.name, f[0]].phrase == "created"]
    if others and newest and dice.chance(0.15 if good else 1.0) and (found := _extreme(info, row, others, newest[0][0])):
        return found
    if good:
        chosen = dice.weighted(good)
        only = chosen[1] in ("choice", "flag")
        return _phrase(site, info, row, (chosen,), only=only)
    pairs = [(a, b) for i, a in enumerate(facets) for b in facets[i + 1 :] if a[1] != b[1] and _pair(site, info, row, others, a, b)]
    pairs = [p for p in pairs if all(_tail(site, info, row, f) is not None for f in p)]
    if not pairs:
        raise Dropped("row_not_describable", "nothing a user can know tells it from its neighbours", where=info.name)
    return _phrase(site, info, row, dice.choice(pairs), only=False)


Facet = tuple[str, Kind]


def _facets(site: Site, info: Table, row: Row, shown: Sequence[str]) -> list[Facet]:
    """Columns that the user can know and would speak of. A key that a read yields is not said."""
    out: list[Facet] = []
    for column in shown:
        kind = site.kinds.get((info.name, column))
        if kind and column not in info.key and site.knowable(info.name, column) and row.get(column) not in (None, ""):
            if kind == "name" and any(row[column] == row.get(k) for k in info.key):
                continue
            out.append((column, kind))
    slug = site.keyed_by_name(info)
    if slug in shown and not any(k == "name" for _, k in out):
        out.append((str(slug), "name"))
    return out


def spoken(site: Site, info: Table, row: Row, column: str) -> Any:
    """The value as the user knows it: of a resource name the last part."""
    return str(row[column]).rsplit("/", 1)[-1] if column == site.keyed_by_name(info) else row[column]


def _alike(value: Any, kind: Kind) -> Any:
    if kind == "time":
        return day(value)
    return normal(str(value)) if isinstance(value, str) else value


_STRINGS = ("name", "text", "word")


def _unique(site: Site, info: Table, row: Row, others: Sequence[Row], facets: Sequence[Facet], shown: Sequence[str], facet: Facet) -> bool:
    """Does no other row show the value in any column of its kind?"""
    column, kind = facet
    mine = _alike(spoken(site, info, row, column), kind)
    kin = [c for c in shown if (k := site.kinds.get((info.name, c))) and (k == kind or (k in _STRINGS and kind in _STRINGS))]
    kin = list(dict.fromkeys([*kin, column]))
    return not any(r.get(c) is not None and _alike(spoken(site, info, r, c), kind) == mine for r in others for c in kin)


def _pair(site: Site, info: Table, row: Row, others: Sequence[Row], a: Facet, b: Facet) -> bool:
    return not any(all(r.get(c) is not None and _alike(r[c], k) == _alike(row[c], k) for c, k in (a, b)) for r in others)


def _extreme(info: Table, row: Row, others: Sequence[Row], column: str) -> Phrase | None:
    """The newest or the oldest of them."""
    times = [parse_time(r[column]) for r in others if r.get(column) is not None]
    if len(times) < len(others) or row.get(column) is None:
        return None
    mine = parse_time(row[column])
    if all(mine > t for t in times):
        return Phrase(info.noun, front="newest")
    return Phrase(info.noun, front="oldest") if all(mine < t for t in times) else None


def _tail(site: Site, info: Table, row: Row, facet: Facet) -> tuple[str, str] | None:
    """(front, tail) that say a facet."""
    column, kind = facet
    about = site.columns[info.name, column]
    value = say(spoken(site, info, row, column), kind, about.unit, about.phrase)
    if value is None:
        return None
    if kind == "name":
        return "", f"called {value}" if about.phrase.split(" ")[-1] in ("name", "") or column in info.key else f"titled {value}" if "title" in about.phrase else f"with the {about.phrase} {value}"
    if kind == "time":
        return "", f"{about.phrase} on {value}" if about.phrase == "created" else f"that {'' if about.phrase in ('expires', 'started', 'finished') else 'is ' if about.phrase == 'due' else 'was '}{about.phrase} on {value}"
    if kind == "text":
        return "", f"described as {value}" if about.phrase in ("description", "comment", "remark", "note") else f"with the {about.phrase} {value}"
    if kind == "flag":
        return (about.phrase, "") if row[column] and adjective(about.phrase) else None
    if kind == "choice":
        word = member(row[column], about.phrase)
        if word and adjective(word) and about.phrase.split(" ")[-1] in ("status", "state", "phase"):
            return word, ""
    if kind == "number" and abs(row[column]) >= 100_000:
        return None
    return "", f"whose {about.phrase} {be(about.phrase)} {value}"


def _phrase(site: Site, info: Table, row: Row, facets: Sequence[Facet], *, only: bool) -> Phrase:
    parts = [p for f in facets if (p := _tail(site, info, row, f))]
    front = " ".join([*(["only"] if only else []), *(p[0] for p in parts if p[0])])
    return Phrase(info.noun, front=front, tail=" and ".join(p[1] for p in parts if p[1]))
