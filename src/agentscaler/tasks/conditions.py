"""What a wish may be made to depend on: the state or a date of the row, said so that it holds, and so that it does not."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.records import Operation
from agentscaler.tasks.find import Found
from agentscaler.tasks.fits import bears, own_state, verb_of
from agentscaler.tasks.site import Site
from agentscaler.tasks.speech import member
from agentscaler.words import MONTHS

_DATED: Final = frozenset("delete archive disable deactivate stop cancel terminate suspend trash deprecate block".split(" "))
"""Deeds that one may leave to the age of a thing."""


class Condition(NamedTuple):
    """One column, and two things that may be asked of it."""

    column: str
    true: str
    """'it was created before March 2025', which it was."""
    false: str
    asked: str
    """'when it was created'."""


def conditions(site: Site, found: Found, operation: Operation, dice: Dice) -> list[Condition]:
    """All that a list shows of the row and that bears on the wish. Raises Dropped(no_tool)."""
    written = {a.column for a in operation.arguments}
    told = found.phrase.text()
    out = []
    for column, value in found.known.items():
        kind = site.kinds.get((found.table, column))
        if value.source != "read" or found.row.get(column) is None or column in written:
            continue
        phrase = site.columns[found.table, column].phrase
        if phrase in told or f" {column} " in told:
            continue
        if kind == "choice" and own_state(phrase):
            out += _state(site, found, column, operation, dice)
        elif kind == "time" and phrase in ("created", "last changed") and verb_of(operation) in _DATED:
            out += _date(site, found, column, dice)
    if not out:
        raise Dropped("no_tool", "no column to make it depend on", where=found.table)
    return out


def _state(site: Site, found: Found, column: str, operation: Operation, dice: Dice) -> list[Condition]:
    phrase, verb, mine = site.columns[found.table, column].phrase, verb_of(operation), found.row[column]
    here = list(dict.fromkeys([r[column] for r in site.world.rows(found.table) if r[column] is not None] + list(site.columns[found.table, column].choices)))
    others = [v for v in here if v != mine and bears(v, verb) and member(v, phrase) not in (None, member(mine, phrase))]
    if not others or not bears(mine, verb) or member(mine, phrase) is None:
        return []
    return [Condition(column, f"its {phrase} is {member(mine, phrase)}", f"its {phrase} is {member(dice.choice(others), phrase)}", f"what the {phrase} is")]


def month(moment: datetime) -> str:
    """'March 2025'."""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def _date(site: Site, found: Found, column: str, dice: Dice) -> list[Condition]:
    """Before the month after it, or before its own month."""
    phrase = site.columns[found.table, column].phrase
    mine = parse_time(found.row[column]).replace(day=1)
    later, now = mine + timedelta(days=32 + 31 * dice.below(2)), parse_time(site.env.population["now"])
    if later > now:
        return []
    verb = "was last changed" if phrase == "last changed" else f"was {phrase}"
    return [Condition(column, f"it {verb} before {month(later)}", f"it {verb} before {month(mine)}", f"when it {verb}")]
