"""What the tool's own text, and what hangs on a row, rule out: nobody asks for what the provider refuses.

    "You cannot delete a group that is associated with any cluster."   a group that clusters refer to stays
    "MANAGED designations cannot be deleted."                          a row of that type stays
    "Updates only the labels."                                         nothing else is changed with it
    "Immutable. The purpose of the key."                               it is chosen once
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentscaler.population import parse_time
from agentscaler.records import Operation, Schema, Table
from agentscaler.tasks.fits import is_state, leaving, suits, verb_of, words_of
from agentscaler.tasks.nouns import may_not_go, protected
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.trace import Val
from agentscaler.words import field

_FORBIDS: Final = re.compile(
    r"(?i)(?:cannot|can't|can ?not|unable to|must not|may not|not (?:possible|able|allowed)(?: to)?) (?:be )?(?:delet|remov|releas|terminat|deregister|detach)|in use|"
    r"(?:must|should|need to|have to|has to|required to)\b.{0,60}\b(?:delete|remove|detach|disassociate|disable|stop|empty|deleted|removed|disabled|stopped|state|status)|before (?:you (?:can )?)?delet|"
    r"(?:fail|reject|error|exception|not allowed)\w*.{0,80}\b(?:if|when|while|unless)\b|\b(?:if|when|while)\b.{0,80}(?:fail|reject|error|exception|not allowed)|only .{0,80}\bcan be (?:deleted|removed)|only delete"
)
_STAYS: Final = re.compile(r"(?i)\b(?:kept|remains?|retained|listed|stays?|placed|moved|changed|changes|set|sets|transitions?)\b[^.]{0,60}\b(?:status|state)\b|\b(?:status|state)\b[^.]{0,40}\b(?:changes|is set|is changed|becomes|transitions)\b")
"""What is deleted is not gone but in another state."""
_MUST: Final = re.compile(r"(?i)\bmust be\b|\bonly\b|\bunless\b|\bhas to be\b|\bhave to be\b|\bshould be\b")
_USED: Final = re.compile(r"(?i)in_?use|used|consumed|associat|attach|depend|referenc")
_NOTHING: Final = (None, 0, "", "0", "[]", "{}", "false", "null", False)
_MADE_BY: Final = frozenset("preset system builtin managed default predefined internal".split(" ")) | {"built in", "pre defined", "service linked", "aws managed", "google managed", "system defined"}
_SOURCES: Final = re.compile(r"(?:^| )(?:type|category|source|origin|owner|kind|scope|creator)$")
_ONLY: Final = re.compile(r"(?i)\bonly\b[^.]*\b(?:can|may) (?:currently )?be (?:updated|changed|modified|edited)[^.]*|\b(?:updates?|changes?|modif(?:y|ies)|edits?) only\b[^.]*|\bupdate only\b[^.]*")
_FIXED: Final = re.compile(
    r"(?i)\bimmutable\b|(?:cannot|can't|can ?not|could not|may not|must not) be (?:changed|modified|updated|altered|edited)|(?:only be|be only|is only) set (?:at|during|when|on|upon|while) \w*creat|^output only"
)
_LIVE: Final = frozenset("start resume pause stop cancel suspend activate deactivate abort terminate reactivate end".split(" "))
_ENDS: Final = re.compile(r"(?i)(?:^|[a-z_])(?:end|ends|ended|expir\w*)_?(?:time|date|at|on|timestamp)?$")


def may(site: Site, operation: Operation, row: Row) -> bool:
    """Would anybody want it of this row, and does neither the row nor the tool's text rule it out?"""
    table = site.tables[operation.table]
    if not suits(operation, row, table) or _provided(table, row):
        return False
    if verb_of(operation) in _LIVE and _is_over(site, table, row):
        return False
    return operation.act != "delete" or not (may_not_go(row) or _needed(site, table, row, "RESTRICT") or _forbidden(site, operation, table, row))


def offered(site: Site, operation: Operation, row: Row) -> bool:
    """Would somebody ask for it who does not know the row's state? What the provider made, what is going away and what a person would leave alone is nobody's to ask for."""
    table = site.tables[operation.table]
    gone = any(is_state(c.phrase) and isinstance(row.get(c.name), str) and leaving(row[c.name]) for c in table.columns)
    return not (_provided(table, row) or gone or (operation.act == "delete" and (may_not_go(row) or protected(row))))


def _provided(table: Table, row: Row) -> bool:
    """Was it made by the provider, and is no user's to change?"""
    return any(_SOURCES.search(c.phrase) and isinstance(row.get(c.name), str) and words_of(row[c.name]) in _MADE_BY for c in table.columns)


def _is_over(site: Site, table: Table, row: Row) -> bool:
    """Has its end passed, where it says one?"""
    now = parse_time(site.env.population["now"])
    ends = [row[c.name] for c in table.columns if _ENDS.search(c.name) and row.get(c.name) is not None and "time" in site.recipe(table.name, c.name)]
    return any(parse_time(v) < now for v in ends)


def _forbidden(site: Site, operation: Operation, table: Table, row: Row) -> bool:
    """Does the tool say that such a row cannot be deleted? Only a text that speaks of exceptions is asked."""
    told = [s for s in re.split(r"(?<=[.!])\s+", site.tool(operation).description) if _FORBIDS.search(s)]
    if _STAYS.search(site.tool(operation).description):
        return True
    return bool(told) and (_holds(site, table, row, told) or _needed(site, table, row) or any(_USED.search(c) and not _none(v) for c, v in row.items()) or any(_excepts(table, row, s) for s in told))


def _holds(site: Site, table: Table, row: Row, told: Sequence[str]) -> bool:
    """Does the row still hold what a sentence names as having to go first: 'remove all items before the group is deleted'?"""
    said = " ".join(told).lower()
    return any(site.recipe(table.name, c).get("json") and len(c) > 4 and not _none(v) and (c.lower() in said.replace(" ", "") or f" {field(c)[-1]}" in said) for c, v in row.items())


def _none(value: Any) -> bool:
    return value in _NOTHING


def _needed(site: Site, table: Table, row: Row, *ways: str) -> bool:
    """Does any row point to it? ways: what happens to such a row when this one goes; any, if none is named."""
    key = [row[k] for k in table.key]
    pointing = ((t.name, ref.columns) for t in site.model.tables for ref in t.references if ref.table == table.name and (not ways or ref.on_delete in ways))
    return any([r.get(c) for c in columns] == key for name, columns in pointing for r in site.world.rows(name))


def _excepts(table: Table, row: Row, sentence: str) -> bool:
    """Does the sentence name the row's state or type as one that cannot go, or others as those that can?"""
    for column in table.columns:
        named = [v for v in column.choices if isinstance(v, str) and re.search(rf"\b{re.escape(v)}\b", sentence, 0 if v.isupper() else re.IGNORECASE) and len(v) > 3]
        if named and (row.get(column.name) in named) != bool(_MUST.search(sentence)):
            return True
    return False


def changeable(site: Site, operation: Operation, column: str, schema: Schema) -> bool:
    """May the tool set the column, by its own text and by that of the argument?"""
    if operation.act == "create":
        return True
    if _FIXED.search(schema.get("description", "")):
        return False
    only = _ONLY.search(site.tool(operation).description)
    if only is None:
        return True
    said, name = words_of(only[0]), words_of(column)
    return name in said or site.columns[operation.table, column].phrase.lower() in said


_CONTENT: Final = frozenset(
    "source spec setting definition schema content workload orchestrator action rule query image script code document statement widget topic tool toolset function model template target destination item step stage body payload policy dimension criterion filter snapshot volume".split(" ")
)
"""Last words of columns that say what a thing is made of."""
_COSMETIC: Final = re.compile(r"(?i)tag|label|annotation|description|comment|remark|encrypt|kms|display_?name|title|owner|token|^etag$|logging|monitoring")


MOST: Final = 0.75
"""So many of the rows must have what a new one may not lack."""


def lacks(site: Site, operation: Operation, given: Mapping[str, Val], *, whole: bool) -> str | None:
    """What nearly every row of the table is made of and the new one would not be: a subscription without a topic.

    Where the tool asks for more than a name it asks for what matters. whole: anything but ornaments counts.
    """
    table, rows = site.tables[operation.table], site.world.rows(operation.table)
    ties = {c for r in table.references for c in r.columns}
    told = [a for a in operation.arguments if a.required and a.role in ("value", "body") and site.kinds.get((table.name, a.column or "")) not in ("name", "text")]
    if not whole and any(a.column not in ties for a in told):
        return None
    for argument in operation.arguments:
        for column in [argument.column] if argument.role == "value" else argument.body.values() if argument.role == "body" and argument.name not in given else ():
            if column is None or argument.name in given or column in table.key or _COSMETIC.search(column):
                continue
            matters = whole or column in ties or field(column)[-1] in _CONTENT
            if matters and rows and sum(r.get(column) not in (None, "") for r in rows) >= MOST * len(rows) and not site.recipe(table.name, column).get("boolean") and "time" not in site.recipe(table.name, column):
                return column
    return None
