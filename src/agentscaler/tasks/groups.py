"""Rows that a person names together: 'failed jobs', 'backups created before March', 'notices whose priority is low'."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.tasks.conditions import month
from agentscaler.tasks.everyday import arises, may_ask, piles_up
from agentscaler.tasks.fits import is_state, makes_group, picks
from agentscaler.tasks.nouns import befits, may_pick, short_lived
from agentscaler.tasks.phrases import happened
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import adjective, be, say

_GOING: Final = frozenset(["created", "last changed", "expires", "uploaded", "submitted", "requested", "registered", "launched", "issued"])

_KINDS: Final = frozenset(["type", "kind", "category", "visibility", "access"])
"""What a thing is stands before it: 'all shared folders', and nowhere else."""


_DEGREES: Final = frozenset(["severity", "priority", "tier"])
"""How much of something it has stands before it too: 'all high-severity alerts'."""


class Group(NamedTuple):
    """Some rows of a list, and how they are named."""

    column: str
    rows: list[Row]
    front: str = ""
    tail: str = ""
    happened: str = ""
    """What is told of them by a verb, where a question is about that: 'were created before March'."""

    def named(self, noun: str) -> str:
        """'failed' + noun, noun + 'created before March'."""
        return " ".join(p for p in (self.front, noun, self.tail) if p)


def groups(site: Site, table: str, rows: Sequence[Row], verb: str) -> Iterator[Group]:
    """All groups by one column; verb: what is to be done to them, '' for a question."""
    born = any(site.columns[table, c].phrase == "created" for c in (rows[0] if rows else ()))
    for column in rows[0] if rows else ():
        kind = site.kinds.get((table, column))
        if kind is None or not site.knowable(table, column):
            continue
        if kind == "time":
            if (site.columns[table, column].phrase == "last changed" and (born or not verb)) or (verb and not piles_up(site.tables[table].noun)):
                continue
            yield from _before(site, table, column, rows)
        elif kind in ("choice", "flag") and may_pick(kind, site.columns[table, column]):
            yield from _equal(site, table, column, rows, verb)


def _before(site: Site, table: str, column: str, rows: Sequence[Row]) -> Iterator[Group]:
    """Rows from before the first of a month; '' where a day is missing."""
    phrase = site.columns[table, column].phrase
    if phrase not in _GOING or (phrase == "created" and arises(site.tables[table].noun)) or any(r[column] is None for r in rows) or short_lived(site.tables[table].noun):
        return
    days = sorted({parse_time(r[column]).replace(day=1, hour=0, minute=0, second=0, microsecond=0) for r in rows})
    for first in days[1:]:
        some = [r for r in rows if parse_time(r[column]) < first]
        when = happened(phrase, month(first), "before").replace("that expires", "that expire")
        yield Group(column, some, "", when, when.removeprefix("that ") if phrase == "expires" else f"were {when}")


def _equal(site: Site, table: str, column: str, rows: Sequence[Row], verb: str) -> Iterator[Group]:
    about, kind = site.columns[table, column], site.kinds[table, column]
    if len({str(r[column]) for r in rows}) == len(rows) or column in site.tables[table].key:
        return
    for value in dict.fromkeys(r[column] for r in rows if r[column] is not None):
        some = [r for r in rows if r[column] == value]
        said = say(value, kind, about.unit, about.phrase)
        if kind == "flag":
            if value and adjective(about.phrase) and verb == "":
                yield Group(column, some, about.phrase)
        elif said is None or (kind == "choice" and is_state(about.phrase) and not (picks(value, verb) and makes_group(value, verb))):
            continue
        elif kind == "choice" and is_state(about.phrase) and adjective(said) and about.phrase in ("status", "state", "lifecycle state"):
            if befits(said, site.tables[table].noun):
                yield Group(column, some, said)
        elif is_state(about.phrase):
            continue
        elif about.phrase in _KINDS:
            if adjective(said):
                yield Group(column, some, said)
        elif about.phrase in _DEGREES and re.fullmatch(r"[a-z]+", said):
            yield Group(column, some, f"{said}-{about.phrase}")
        elif may_ask(kind, about.phrase, site.tables[table].noun):
            yield Group(column, some, "", f"whose {about.phrase} {be(about.phrase)} {said}")


def pick_group(site: Site, table: str, rows: list[Row], dice: Dice, able: Callable[[Row], bool], least: int, most: int, verb: str) -> Group:
    """Rows that one names together, and that are not all; from the state. Raises Dropped(row_not_describable)."""
    full = {id(r): next(x for x in site.world.rows(table) if all(x[k] == r[k] for k in site.tables[table].key)) for r in rows}
    found = []
    for group in groups(site, table, rows, verb):
        whole = [full[id(r)] for r in group.rows]
        if least <= len(whole) <= most and len(whole) < len(rows) and all(able(r) for r in whole):
            found.append(group._replace(rows=whole))
    if not found:
        raise Dropped("row_not_describable", "no group of rows shares what one could say", where=table)
    column = dice.choice(list(dict.fromkeys(g.column for g in found)))
    return dice.choice([g for g in found if g.column == column])
