"""What a tool shows of a row: `view` names the fields of an answer once, `held` those that rows of another table fill; `finished` wraps it in the operation that a write of Google's answers.
`chosen` refuses a call that gives none or too many of some arguments.

What stands in a table of its own is shown from there, never from a copy: a write to it is seen by every read.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from agentscaler.errors import UNSET, InvalidArguments

if TYPE_CHECKING:
    from agentscaler.database import Database

Row: TypeAlias = dict[str, Any]
Form: TypeAlias = "str | Mapping[str, str] | list[str] | list[Mapping[str, str]]"
MOST: Final = 1000
"""Rows of another table that one row shows."""


class Held(NamedTuple):
    """Rows of another table, as a field of an answer shows them."""

    table: str
    on: Mapping[str, str]
    form: Form

    def of(self, row: Row, db: "Database") -> Any:
        """The rows that belong to this one, in the form that is asked for; of one that is not there nothing."""
        if any(row[own] is None for own in self.on.values()):
            return [] if isinstance(self.form, list) else None
        rows = db.page(self.table, where={column: row[own] for column, own in self.on.items()}, size=MOST).rows
        if isinstance(self.form, list):
            return [_formed(r, self.form[0]) for r in rows]
        return _formed(rows[0], self.form) if rows else None


def _parted(row: Row, part: Mapping[str, str]) -> Row | None:
    """An object of columns; "" is the column whose object has the rest of it, and where that is empty and they are, too, there is none."""
    own = {name: row[column] for name, column in part.items() if name}
    if "" not in part:
        return own
    rest = row[part[""]]
    return None if rest is None and all(v is None for v in own.values()) else {**(rest or {}), **own}


def _formed(row: Row, form: str | Mapping[str, str]) -> Any:
    return row[form] if isinstance(form, str) else {name: row[column] for name, column in form.items()}


def held(table: str, on: Mapping[str, str], form: Form) -> Held:
    """held("probe", {"MonitorId": "Id"}, [{"ProbeId": "Id"}]): the probes whose MonitorId is this row's Id, as objects; {...}: the one there is; ["Id"], "Id": bare values."""
    return Held(table, on, form)


class View:
    """The fields of an answer and the columns they come from."""

    __slots__ = ("_held", "_pairs", "_parts")

    def __init__(self, fields: "Iterable[str | tuple[str, str | Mapping[str, str] | Held]]") -> None:
        pairs = [(f, f) if isinstance(f, str) else f for f in fields]
        self._pairs = [(f, c) for f, c in pairs if isinstance(c, str)]
        self._held = [(f, c) for f, c in pairs if isinstance(c, Held)]
        self._parts = [(f, c) for f, c in pairs if isinstance(c, Mapping)]

    def of(self, row: Row, db: "Database | None" = None) -> Row:
        """One row; db: where rows of other tables are shown with it."""
        out = {field: row[column] for field, column in self._pairs}
        for field, part in self._parts:
            out[field] = _parted(row, part)
        for field, rows in self._held:
            assert db is not None
            out[field] = rows.of(row, db)
        return out

    def all(self, rows: Iterable[Row], db: "Database | None" = None) -> list[Row]:
        """Many rows."""
        if self._parts or self._held:
            return [self.of(row, db) for row in rows]
        pairs = self._pairs
        return [{field: row[column] for field, column in pairs} for row in rows]


def view(*fields: str | tuple[str, str | Mapping[str, str] | Held]) -> View:
    """view("Name", ("Id", "VolumeId")): field Name from column Name, field Id from column VolumeId; ("Volume", {"Id": "VolumeId"}): an object of such fields, and of what column C holds where {"": "C"} is among them; ("Probes", held(...)): rows of another table."""
    return View(fields)


def chosen(given: Mapping[str, Any], *, least: int = 0, most: int | None = None) -> None:
    """How many of some arguments a call gives; a switch that says no is not given. Raises InvalidArguments."""
    said = [name for name, value in given.items() if value is not None and value is not UNSET and value is not False]
    if len(said) < least:
        raise InvalidArguments(f"{'one' if most == 1 else 'at least one'} of {', '.join(given)} must be given")
    if most is not None and len(said) > most:
        raise InvalidArguments(f"{' and '.join(said)} cannot be given together")


def finished(db: "Database", verb: str, target: str | None, response: Any) -> Row:
    """A Google operation that is done, named under the location of the resource that it is about."""
    place = re.match(r"(?:projects|folders|organizations)/[^/]+/locations/[^/]+/", target or "")
    name = f"{place[0] if place else ''}operations/operation-{db.ticket()}"
    about = {"createTime": db.now, "endTime": db.now} | ({"target": target} if target else {}) | {"verb": verb}
    return {"name": name, "metadata": about, "done": True, "response": response}
