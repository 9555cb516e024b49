"""Other names of a row: where the provider says 'the ID or the ARN', the columns by which a call may name it besides its key."""

import re
from collections.abc import Mapping

from agentscaler.records import Argument, Operation, Schema, Table
from agentscaler.words import entity, field

_SORTS = {
    "name": "name", "unique_name": "name", "id": "id", "identifier": "id", "arn": "arn", "amazon resource name": "arn",
    "sid": "sid", "email": "email", "email address": "email", "alias": "alias", "address": "address", "key": "key",
}  # fmt: skip
_KIND = r"(?:amazon resource names?(?: \(arns?\))?|unique_names?|names?|ids?|identifiers?|arns?|sids?|email addresses|email address|emails?|alias(?:es)?|address|keys?(?! (?:ids?|arns?|names?|alias|policy|pair)))"
_EITHER = re.compile(rf"(?i)\b{_KIND}(?![\w-])[^.;:]{{0,40}}?\bor\b[^.;:]{{0,30}}?\b{_KIND}(?![\w-])")
_WORD = re.compile(rf"(?i)\b{_KIND}(?![\w-])")
_ANY_CASE = re.compile(r"(?i)(?:\bnot|n['’]t) case[- ]sensitive|\bcase[- ]insensitive")
_MAIN = frozenset(["primary", "unique"])
"""In front of a name of the row that tells it from lesser ones: primaryEmail, unique_name."""
ROLES = ("key", "match", "filter", "value")


def named_otherwise(operation: Operation, parameters: Mapping[str, Schema], tables: Mapping[str, Table]) -> Operation:
    """The operation, and for each argument that may name a row in more than one way the columns that know those names."""
    arguments = tuple(a.model_copy(update={"also": _also(a, operation, str(parameters.get(a.name, {}).get("description", "")), tables)}) for a in operation.arguments)
    return operation.model_copy(update={"arguments": arguments})


def _also(argument: Argument, operation: Operation, text: str, tables: Mapping[str, Table]) -> tuple[str, ...]:
    sorts, loose = said(text), argument.role != "value" and _ANY_CASE.search(text) is not None
    if argument.role not in ROLES or argument.column is None or (len(sorts) < 2 and not loose):
        return ()
    target = _target(argument, operation, tables)
    if target is None:
        return ()
    table, own = target
    key = next(c for c in table.columns if c.name == own)
    itself = own == table.key[-1] or _of_the_row(own, table)
    noun = tuple(table.name.split("_")) if itself else entity(own)[0]
    plain = [c.name for c in table.columns if c.name != own and c.type == key.type == "TEXT" and not c.choices and c.note != "JSON" and c.name not in table.key[:-1] and (itself or set(field(c.name)[:-1]) - _MAIN)]
    loosely = (own,) if loose and key.type == "TEXT" else ()
    others = [] if len(sorts) < 2 else [c for c in plain if _names(field(c), noun, sorts)] or [c for c in plain if "arn" in sorts and _names(field(c), noun, frozenset(["id"]))]  # a ChangeSetId is its ARN
    return (table.name, own, *others, *loosely) if others or loosely or ("arn" in sorts and len(sorts) > 1 and key.type == "TEXT") else ()


def said(text: str) -> frozenset[str]:
    """'The name or Amazon Resource Name (ARN) of the group' -> {'name', 'arn'}: the sorts of names that a text lets a caller choose from."""
    return frozenset(_sort(word) for found in _EITHER.finditer(text[:400]) for word in _WORD.findall(found[0]))


def _sort(word: str) -> str:
    bare = re.sub(r" \(arns?\)$", "", word.lower())
    return next(_SORTS[w] for w in (bare, bare.removesuffix("s"), bare.removesuffix("es")) if w in _SORTS)


def _target(argument: Argument, operation: Operation, tables: Mapping[str, Table]) -> tuple[Table, str] | None:
    """The table whose row an argument names, and the column of it that the argument's column repeats; where no table holds what it names, the rows that say of what they are."""
    for holder in (operation.through, operation.table):
        table = tables.get(holder or "")
        if table is None or argument.column not in {c.name for c in table.columns}:
            continue
        above, column = _above(table, argument.column, tables)
        if above is not table and column == above.key[-1]:
            return above, column
        if _of_the_row(argument.column, table) and (argument.role == "key" or argument.column == table.key[-1]):
            return (table, argument.column) if argument.role != "value" else None
        return (above, column) if argument.role != "value" or argument.column in table.key else None
    return None


def _above(table: Table, column: str, tables: Mapping[str, Table]) -> tuple[Table, str]:
    """Where the value of a column comes from: up the references, as far as they go."""
    seen: set[str] = set()
    while not seen or column != table.key[-1]:
        seen.add(table.name)
        found = next((r for r in table.references if column in r.columns and r.table not in seen), None)
        if found is None:
            break
        table, column = tables[found.table], tables[found.table].key[found.columns.index(column)]
    return table, column


def _of_the_row(column: str, table: Table) -> bool:
    """Does a column bear the name of the row's own kind of thing, or none?"""
    words, noun = entity(column)[0], tuple(table.name.split("_"))
    return column not in table.key[:-1] and (not words or noun[-len(words) :] == words)


def _names(words: tuple[str, ...], noun: tuple[str, ...], sorts: frozenset[str]) -> bool:
    """Is a column the row's own name, id or ARN, and one of the sorts that may be told?"""
    head = tuple(w for w in words[:-1] if w not in _MAIN)
    return words[-1:] != () and _SORTS.get(words[-1]) in sorts and (not head or noun[-len(head) :] == head)
