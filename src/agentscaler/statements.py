"""The SQL that `database` runs, and what is known of the tables it is written for. Names come from the loaded schema only."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from agentscaler.asked import Order
from agentscaler.errors import InvalidArguments


class Reference(NamedTuple):
    """A foreign key: positions of the columns here and there."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    on_delete: str


class TableInfo(NamedTuple):
    """One table, loaded."""

    name: str
    noun: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    children: list[tuple[str, Reference]]
    booleans: tuple[int, ...]
    jsons: tuple[int, ...]
    generated: tuple[tuple[str, str, str], ...]
    """(column, 'id' or 'time', template or form) of what insert fills."""
    touched: tuple[tuple[str, str], ...]
    """(column, form) of what update fills; "+1" is the next version, "=text" the text."""
    counts: tuple[tuple[str, str], ...]
    """(column, list column) of what a write counts."""
    born: tuple[tuple[str, str, str], ...] = ()
    """(column, column that refers to another row, that row's column) of what a row says again of another; without the second a template of the surroundings."""
    clocks: tuple[tuple[str, str], ...] = ()
    """(column, form) of the times that are not told as the clock tells them: in seconds, with a blank."""


_DRAWN: Final = re.compile(r"\{(?:hex|digits|base36|letters|uuid|n|nth)\b")


def born(marks: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, str, str], ...]:
    """What a new row says again: of the rows it refers to, and of the surroundings. marks: column -> recipe."""
    out = []
    for column, mark in marks.items():
        told = mark.keys() - {"knowable", "around"}
        if told == {"with", "column"}:
            out.append((column, mark["with"], mark["column"]))
        elif told == {"template"} and not _DRAWN.search(mark["template"]):
            out.append((column, "", mark["template"]))
    return tuple(out)


def taken_over(info: TableInfo, references: tuple[Reference, ...], tables: Mapping[str, TableInfo], marks: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """A run of a data source is of the source's project: what both refer to by a column of the same name."""
    out: dict[str, tuple[str, str, str]] = {}
    own = {r.columns[-1]: r for r in references if "reference" in marks.get(f"{info.name}.{r.columns[-1]}", {})}
    for column, reference in own.items():
        for leader, above in own.items():
            theirs = marks.get(f"{above.table}.{column}", {}).get("reference")
            if leader != column and column not in info.key and column not in above.columns and theirs == reference.table and "null" not in marks.get(f"{info.name}.{leader}", {}):
                out.setdefault(column, (column, leader, column))
    return list(out.values())


def write_sql(tables: Mapping[str, TableInfo], what: str, table: str, *shape: Any) -> str:
    """The SQL of one statement; names come from the loaded schema only."""
    info = tables[table]
    keyed = " AND ".join(f'"{c}" = ?' for c in info.key)
    order = ", ".join(f't."{c}"' for c in info.key)
    name = f'"{table}"'
    if what in ("page", "total"):
        return _page_sql(tables, what, info, *shape)
    columns: tuple[str, ...] = shape[0] if shape else ()
    for column in columns:
        if column not in info.columns:
            raise InvalidArguments(f"{table} has no column {column!r}")
    some = " AND ".join(f'"{c}" = ?' for c in columns) or "1"
    if what == "get":
        return f"SELECT * FROM {name} WHERE {keyed}"
    if what == "first":
        return f"SELECT * FROM {name} t WHERE {some} ORDER BY {order} LIMIT 1"
    if what == "count":
        return f"SELECT count(*) FROM {name} WHERE {some}"
    if what == "exists":
        return f"SELECT EXISTS (SELECT 1 FROM {name} WHERE {some})"
    if what == "called":  # the values of the first column where the second is as given, the first itself in any case; without one, where its own last part is
        test = (f'"{columns[1]}" = ?' + " COLLATE NOCASE" * (columns[0] == columns[1])) if columns[1:] else f"substr(\"{columns[0]}\", -length(?1) - 1) IN ('/' || ?1, ':' || ?1)"
        return f'SELECT DISTINCT "{columns[0]}" FROM {name} WHERE {test} AND "{columns[0]}" IS NOT NULL LIMIT 2'
    if what == "insert":
        names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join("?" * len(columns))
        return f"INSERT INTO {name} ({names}) VALUES ({marks}) RETURNING *"
    if what == "update":
        sets = ", ".join(f'"{c}" = ?' for c in columns)
        return f"UPDATE {name} SET {sets} WHERE {keyed} RETURNING *"
    return f"DELETE FROM {name} WHERE {keyed}"


_TESTS: Final = {
    "starts": "instr({}, ?) = 1", "holds": "instr(lower({}), lower(?)) > 0", "in": "{} IN (SELECT value FROM json_each(?))", "hide": "{} IS NOT ?", "null": "{} IS NULL",
    "glob": "lower({}) GLOB lower(?)", "from": "lower({}) >= lower(?)", "to": "lower({}) <= lower(?)",
    "!=": "{} IS NOT ?", "any": "{} IS NOT NULL",
}  # fmt: skip


_SIGNS: Final = frozenset(("=", "<", "<=", ">", ">=", "tag"))


def _page_sql(
    tables: Mapping[str, TableInfo], what: str, info: TableInfo, tests: tuple[tuple[tuple[str, str], ...], ...], through: str | None, distinct: str | None, after: bool = False, order: Order = ()
) -> str:
    source = f'"{info.name}" t'
    link = tables[through] if through else None
    if link is not None:
        reference = next(r for r in link.references if r.table == info.name)
        join = " AND ".join(f'l."{c}" = t."{k}"' for c, k in zip(reference.columns, reference.to, strict=True))
        source += f' JOIN "{link.name}" l ON {join}'
    parts = [" OR ".join(_test_sql(info, link, place, sign) for place, sign in some) for some in tests]
    parts = [f"({part})" if " OR " in part else part for part in parts]
    for column in (*((distinct,) if distinct else ()), *(c for c, _ in order)):
        if column not in info.columns:
            raise InvalidArguments(f"{info.name} has no column {column!r}")
    keys = ", ".join(f't."{c}"' for c in ((distinct,) if distinct else info.key))
    if distinct:
        parts.append(f"{keys} IS NOT NULL")
    if after:
        parts.append(f"({keys}) > ({', '.join('?' * (1 if distinct else len(info.key)))})")
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    if what == "total":
        return f"SELECT count({f'DISTINCT {keys}' if distinct else '*'}) FROM {source}{where}"
    sorts = ", ".join([*(f't."{c}"' + " DESC" * down for c, down in order), keys])
    return f"SELECT {f'DISTINCT {keys}' if distinct else 't.*'} FROM {source}{where} ORDER BY {sorts} LIMIT ? OFFSET ?"


def _test_sql(info: TableInfo, link: TableInfo | None, place: str, sign: str) -> str:
    """One test; of a column that holds JSON, of any value in its list, or of a property of what it holds."""
    column, _, part = place.partition(".")
    mine = link is not None and column in link.columns and column not in next(r for r in link.references if r.table == info.name).columns
    if sign not in _TESTS and sign not in _SIGNS:
        raise InvalidArguments(f"there is no comparison {sign!r}")
    if column not in (link.columns if mine and link else info.columns) or not all(c.isalnum() or c in "_-." for c in part):
        raise InvalidArguments(f"{info.name} has no column {place!r}")
    here = f'l."{column}"' if mine else f't."{column}"'
    test = _TESTS.get(sign, "{} " + sign + " ?")
    if mine or info.columns.index(column) not in info.jsons or sign in ("in", "hide", "null") or (sign == "any" and not part):
        return test.format(here)
    each = f"json_each(CASE json_type({here}) WHEN 'array' THEN {here} ELSE json_array(json({here})) END) e"
    value = f"CASE e.type WHEN 'object' THEN e.value ->> '{part}' END" if part else "e.value"
    if sign == "tag":
        key, _, said = part.partition(".")
        return f"EXISTS (SELECT 1 FROM {each} WHERE CASE e.type WHEN 'object' THEN e.value ->> '{key}' = ? AND e.value ->> '{said}' = ? END)"
    none, test = ("NOT ", "{} = ?") if sign == "!=" else ("", test)
    return f"{none}EXISTS (SELECT 1 FROM {each} WHERE {test.format(f'CAST({value} AS TEXT)')})"
