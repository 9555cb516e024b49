"""What the shapes share: a task in the making, and the choice of tables, rows and writes for it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Operation, Reference
from agentscaler.tasks.allowed import may
from agentscaler.tasks.find import Found, locate
from agentscaler.tasks.fits import verb_of
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import deed
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.wishes import Wish, act, delete, update

MOST_CALLS: Final = 12


class Plan(NamedTuple):
    """A task in the making: its calls, and what is wanted, first things first."""

    shape: str
    trace: Trace
    wishes: list[Wish]
    limit: str = ""
    """A sentence on what must not happen."""
    holds: bool | None = None
    """For a condition: does it hold?"""
    ends: tuple[int, ...] = ()
    """Calls made when each wish is done, where they are said one after the other; empty where all is said at once."""
    rule: str = ""
    """The rule on whose boundary it lies, if it lies on one."""


CHANGES: Final = ("delete", "set", "update", "put")
DEEPER: Final = 2.5
"""How much more often a table is taken whose list must be told a parent."""


def pick_table(site: Site, dice: Dice, able: Callable[[str], bool]) -> str:
    """A table for which the world has what it takes."""
    names = [t.name for t in site.model.tables if t.said and not t.name.endswith("_link") and able(t.name)]
    if not names:
        raise Dropped("no_tool", "no table has what it takes")
    return dice.weighted({n: DEEPER if any(r for w in site.ways(n) for _, r in w.follows) else 1.0 for n in names})


def pick_row(site: Site, table: str, dice: Dice, fits: Callable[[Row], bool] = lambda row: True) -> Row:
    rows = [r for r in site.world.rows(table) if fits(r)]
    if not rows:
        raise Dropped("no_effect", "no row is in a state for it", where=table)
    return dice.choice(rows)


def changing(site: Site, table: str, *acts: str) -> list[Operation]:
    """Writes to a table that a person would ask for in words. Nothing is written anew as a whole where a part of it can be changed."""
    found = []
    for operation in site.writes[table]:
        if operation.act not in acts or (operation.act == "set" and deed(operation) is None) or operation.through or "bulk" in operation.name.lower():
            continue
        if operation.act == "update" and not any(a.role in ("value", "body") for a in operation.arguments):
            continue
        found.append(operation)
    gentle = any(o.act == "update" for o in found)
    return [o for o in found if o.act != "put" or not gentle]


def found_row(site: Site, trace: Trace, table: str, dice: Dice, operation: Operation | None = None) -> Found:
    row = pick_row(site, table, dice, lambda r: operation is None or may(site, operation, r))
    return locate(site, trace, table, row, dice, verb=verb_of(operation))


def write_to(site: Site, trace: Trace, operation: Operation, found: Found, dice: Dice) -> Wish:
    """The one wish that a write to a found row is."""
    if operation.act == "delete":
        return delete(site, trace, operation, found, dice)
    if operation.act == "set":
        return act(site, trace, operation, found, dice)
    return update(site, trace, operation, found, dice, most=1 + dice.chance(0.15))


def parent_of(site: Site, row: Row, reference: Reference) -> Row:
    target = site.tables[reference.table]
    key = [row[c] for c in reference.columns]
    found = next((r for r in site.world.rows(reference.table) if [r[k] for k in target.key] == key), None)
    if found is None:
        raise Dropped("row_not_describable", "it refers to nothing", where=reference.table)
    return found


def columns_written(operation: Operation, trace: Trace, step: int) -> set[str]:
    given = trace.calls[step].arguments
    out = {a.column for a in operation.arguments if a.name in given and a.role == "value" and a.column}
    out |= {c for a in operation.arguments if a.name in given for p, c in a.body.items() if isinstance(given[a.name], dict) and p in given[a.name]}
    return out | set(operation.sets) | ({operation.state[0]} if operation.state and operation.act != "update" else set())


def listed_values(site: Site, table: str, row: Row, step: int, parent: Found | None) -> dict[str, Val]:
    """What a list tells of each of its rows."""
    out = {c: Val(v, "read", step) for c, v in row.items()}
    if parent is not None:
        info = site.tables[table]
        for reference in info.references:
            if reference.table == parent.table:
                for c, k in zip(reference.columns, site.tables[parent.table].key, strict=True):
                    if k in parent.known:
                        out[c] = parent.known[k]
    return out
