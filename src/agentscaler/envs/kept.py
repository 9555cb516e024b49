"""What a service keeps of its rows by itself: their ids and ARNs, when they were made and last changed, how many times.

`kept_by_service` tells such a field from one that a caller sets, by what the provider says of it. `noted` writes into schema.sql
what nothing in a tool's code shows: which columns the world fills, on insert and on each change.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from agentscaler.records import Column, JsonObject, Model, Schema, Table
from agentscaler.schemas import kind_of
from agentscaler.statements import born
from agentscaler.words import split

# ---- fields that no caller sets ------------------------------------------------------------------------------------

_FIELD: Final = r"(?:field|property|attribute|parameter|value|element)"
_SAYS: Final = re.compile(
    rf"(?i)^\W*(?:output|read)[ -]only(?: {_FIELD}\b|\W*$|\s*[.,;:*)\]])|\(\s*(?:output|read)[ -]only\s*\)\W*$|[.;]\s+\W*(?:output|read)[ -]only\W*(?:$|\.)|"
    rf"(?<!whether )\b(?:this|it|{_FIELD})\b[^.]{{0,40}} is (?:an? )?(?:output|read)[ -]only(?:,| and\b| {_FIELD}|\.|$)|"
    r"^\W*(?:an?|the) read[ -]only (?:timestamp|date|time|field|property|value|id|identifier|list|flag|record|url|e-?mail)\b"
)
"""'Output only.', '(Read-only)', 'This is a read-only field', and not 'who has read-only access' or 'whether it is read-only'."""
_AFTER: Final = re.compile(r"(?i)\b(?:is|are) (?:read[ -]only|immutable) after (?:insert|creat)")
"""'This is a required field on insert and is read-only after insert.'"""
_MOMENT: Final = re.compile(r"^(?:(?:date|time) )?(?:last |latest )?(?:create|created|creation|update|updated|modify|modified|modification|change|changed)(?: (?:time|at|date|on|timestamp|datetime|time stamp|date time))?$|^last published(?: (?:time|at|date|on))?$")
_TOLD: Final = re.compile(r"(?i)\b(?:when|at which|that|since|for when)\b[^.]{0,60}\b(?:was|were|is|are|has been)\b[^.]{0,30}\b(?:creat|updat|modif|chang|publish)|\b(?:creation|created|update|updated|modification|modified)[ -](?:time|date)|\b(?:time|date) of (?:the )?(?:creation|last (?:update|modification|change))|\blast (?:updated|modified|published|update time)\b|^\W*(?:date|time|datetime|timestamp)s?\b[^.]{0,30}\b(?:was|were) (?:last )?(?:creat|updat|modif|publish)")
_SETTABLE: Final = re.compile(r"(?i)\b(?:assign|set(?:s|ting)? (?:this|the|it)|if you|specif(?:y|ies|ied)|import|back-?dat|overrid|original|your|default|token|concurren|optimistic|conflict|filter|ignored? if|omit|schedul|future)\b")


def kept_by_service(name: str, schema: Schema, *, new: bool, inside: bool = False) -> bool:
    """Does the provider say that callers do not set it: an output, or the time of its own deed?

    new: the row is being made; inside: it is a field of an object that describes the whole row, as it is read, so that it needs no words of its own.
    """
    text = str(schema.get("description", ""))
    if (_SAYS.search(text[:400]) and not re.search(r"(?i)concurrency|optimistic", text)) or (not new and _AFTER.search(text)):
        return True
    if not _MOMENT.match(" ".join(split(name))) or kind_of(schema) not in ("string", "integer", "number") or "enum" in schema or _SETTABLE.search(text):
        return False
    return bool(_TOLD.search(text)) if text else inside


# ---- what schema.sql says of it -----------------------------------------------------------------------------------


def noted(model: Model, population: JsonObject) -> Model:
    """The model whose columns say what the world fills by itself."""
    marks: Mapping[str, Mapping[str, Any]] = population["columns"]
    return model.model_copy(update={"tables": tuple(_noted(t, {c.name: marks.get(f"{t.name}.{c.name}", {}) for c in t.columns}) for t in model.tables)})


def _noted(table: Table, marks: Mapping[str, Mapping[str, Any]]) -> Table:
    again = {column: (leader, what) for column, leader, what in born(marks)}
    again = {c: told for c, told in again.items() if c not in table.key}
    return table.model_copy(update={"columns": tuple(c.model_copy(update={"note": _note(c, marks[c.name], again)}) for c in table.columns)})


def _note(column: Column, mark: Mapping[str, Any], again: Mapping[str, tuple[str, str]]) -> str:
    """A few words behind the column: who fills it, and when."""
    if mark.get("generated") and "time" in mark:
        said = "set by the service when the row is made" + (" and at each change" if mark.get("touch") else "")
    elif mark.get("generated"):
        said = "made by the service" + (", anew at each change" if mark.get("touch") else "")
    elif "counts" in mark:
        said = f"counted by the service: {mark['counts']}"
    elif column.name in again:
        leader, what = again[column.name]
        said = f"taken from the row that {leader} names" if leader else f"made by the service: {what}"
    else:
        return column.note
    return said if column.note in ("", "made by the service") else f"{column.note}, {said}"
