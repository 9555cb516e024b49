"""A state change in rows, as a person reads it: made, changed, deleted; what a deletion takes along is folded under it.

Reads canonical rows (canonical.py). Where the initial rows are at hand, a changed cell shows what stood there before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from agentscaler.canonical import as_json
from agentscaler.explain import key_text
from agentscaler.records import EnvSpec, Json, JsonObject

Rows = Mapping[str, Sequence[JsonObject]]


class Cell(NamedTuple):
    """One column of a row."""

    column: str
    before: str | None
    """What stood there; None where that is not known."""
    after: str


class RowChange(NamedTuple):
    """One row of the change."""

    sign: Literal["+", "-", "~"]
    table: str
    key: str
    name: str
    """What a person calls the row, where it has a name."""
    cells: Sequence[Cell]
    along: Sequence[str]
    """Rows that go with it, as 'table key'."""


def rows_of(change: Sequence[Json], cascades: Iterable[tuple[str, str, str, str]], env: EnvSpec | None, start: Rows) -> list[RowChange]:
    """The rows of a canonical change."""
    form = as_json(tuple(change))
    before = _index(env, start)
    names = _names(env)
    gone = {(r[1], key_text(r[2])) for r in form if r[0] == "-"}
    above = {(a, b): (c, d) for a, b, c, d in cascades if (c, d) in gone}
    out = []
    for row in form:
        table = row[2] if row[0] == "+" else row[1]
        if row[0] == "+":
            out.append(RowChange("+", table, "new row", "", [Cell(c, None, say(v)) for c, v in row[3] if v is not None], ()))
            continue
        key = key_text(row[2])
        old = before.get((table, key), {})
        name = str(old.get(names.get(table, ""), "") or "")
        name = "" if name == key else name
        if row[0] == "~":
            out.append(RowChange("~", table, key, name, [Cell(c, say(old[c]) if c in old else None, say(v)) for c, v in row[3]], ()))
        elif (table, key) not in above:
            along = sorted(f"{t} {k}" for (t, k), parent in above.items() if _top(parent, above) == (table, key))
            out.append(RowChange("-", table, key, name, (), along))
    return sorted(out, key=lambda r: ("~+-".index(r.sign), r.table, r.key))


def _top(row: tuple[str, str], above: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    seen = {row}
    while row in above and above[row] not in seen:
        row = above[row]
        seen.add(row)
    return row


def _index(env: EnvSpec | None, start: Rows) -> dict[tuple[str, str], JsonObject]:
    """(table, key) -> row of the initial state."""
    if env is None or env.model is None:
        return {}
    keys = {t.name: t.key for t in env.model.tables}
    return {(table, key_text([row.get(k) for k in keys[table]])): row for table, rows in start.items() if table in keys for row in rows}


def _names(env: EnvSpec | None) -> dict[str, str]:
    """Table -> the column that a person calls its name."""
    if env is None or env.model is None:
        return {}
    return {t.name: c.name for t in env.model.tables for c in reversed(t.columns) if c.phrase == "name"}


def say(value: Any) -> str:
    """A cell in words."""
    if value is None:
        return "nothing"
    if value == "*":
        return "(filled by the world)"
    if value == "&":
        return "(id of a new row)"
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] == "json":
        return str(value[1])
    return str(value)


def tally(rows: Sequence[RowChange]) -> str:
    """'1 row changed, 2 deleted (and 6 that go with them)'."""
    counts = Counter[str](r.sign for r in rows)
    along = sum(len(r.along) for r in rows)
    said = [f"{counts[s]} {word}" for s, word in (("+", "made"), ("~", "changed"), ("-", "deleted")) if counts[s]]
    if not said:
        return "nothing changes"
    said[0] = said[0].replace(" ", " row " if said[0].startswith("1 ") else " rows ", 1)
    return ", ".join(said) + (f" (and {along} that go with {'it' if counts['-'] == 1 else 'them'})" if along else "")
