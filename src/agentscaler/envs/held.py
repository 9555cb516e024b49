"""What a row shows of another table's rows: the HSMs of a cluster, the default sender id of a configuration set.

Such a field would be a copy that no write of the other table reaches. It is no column: answers show the rows themselves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.envs.arguments import HIDDEN, matched
from agentscaler.envs.drafts import SCALARS, Col, Draft, Noun
from agentscaler.envs.items import one_of
from agentscaler.records import Argument, Held, Operation, Shape
from agentscaler.schemas import kind_of
from agentscaler.verbs import VIEW_WORDS
from agentscaler.words import entity, field

ROLES: Final = frozenset("pending last latest current active default available new old previous source target failed".split())
"""Words in front of a list that shows some of the rows only."""


class Child(NamedTuple):
    """A table whose rows lie under those of another."""

    table: str
    draft: Draft
    columns: Mapping[str, Col]
    on: Mapping[str, str]
    """Its columns that hold the other's key -> the other's columns."""


def find_held(columns: Mapping[str, Col], draft: Draft, children: Sequence[Child], operations: Sequence[Operation]) -> dict[str, Held]:
    """Column -> the rows that it shows, of the columns that no tool has to be given and that are not all that an answer shows."""
    busy = {c for o in operations for c in _touched(o)} | {c for o in operations if o.shape for c in o.shape.beside.values()}
    out = {}
    for name, column in columns.items():
        if name in busy or name in draft.key or name == "parent" or column.reference:
            continue
        found = [(child.draft.noun, held) for child in children if (held := _held(column, draft, child)) is not None]
        exact = [held for noun, held in found if noun in (field(one_of(name)), (*draft.noun, *field(one_of(name))))]
        if len(exact or found) == 1:
            out[name] = (exact or [held for _, held in found])[0]
    for operation in operations:
        shown = set(operation.shape.fields.values()) if operation.shape else set()
        for name in [n for n in out if shown and (shown <= set(out) or (operation.shape and operation.shape.scalar and n in shown))]:
            del out[name]
    return out


def _touched(operation: Operation) -> set[str]:
    """Columns that a call narrows by, moves or must be given; what a create or update may be given beside is no reason to keep a copy."""
    free = operation.act in ("create", "update") and sum(a.role in ("value", "body", "adds", "removes") for a in operation.arguments) > 1
    out = {c for a in operation.arguments if not (free and a.role == "value" and not a.required) for c in (a.column, *a.body.values(), *(i.column for i in a.every())) if c}
    out |= {p.split(".")[0] for a in operation.arguments for i in a.every() if i is not a or (a.required and len(a.places) == 1) for p in i.places.values()}
    return out | ({operation.state[0]} if operation.state else set())


def _held(column: Col, draft: Draft, child: Child) -> Held | None:
    if column.kind == "array":
        shown = list_of(column, child.draft, child.columns)
        return Held(table=child.table, on=child.on, fields=shown, many=True, scalar=kind_of(column.schema.get("items", {})) == "string") if shown else None
    theirs = {n: c for n, c in child.columns.items() if n not in child.draft.key and n not in HIDDEN}
    if child.draft.own is not None or not theirs or not child.draft.kinds & {"create", "put", "update", "delete"}:
        return None
    if not _called(field(column.name), draft, child.draft):
        return None
    if column.kind == "object" and (told := {f: c for f, c in matched(column.schema.get("properties", {}), child.draft).items() if c in theirs}):
        return Held(table=child.table, on=child.on, fields=told) if 2 * len(told) >= len(column.schema["properties"]) else None
    same = [n for n, c in theirs.items() if c.kind == column.kind and (field(n) == field(column.name) or (len(theirs) == 1 and column.kind in SCALARS))]
    return Held(table=child.table, on=child.on, fields={column.name: same[0]}, scalar=True) if len(same) == 1 else None


def _called(words: Noun, draft: Draft, child: Draft) -> bool:
    """Does a column bear the name of the other table: DefaultSenderId, TrackingOptions of ConfigurationSetTrackingOptions?"""
    return child.noun in (words, (*draft.noun, *words)) or (*draft.noun, *child.noun) == words


def list_of(column: Col, draft: Draft, theirs: Mapping[str, Col]) -> dict[str, str] | None:
    """Field -> column of what a list shows of each row of another table, where it is of that kind: {its own name: the key} of bare ids."""
    inner = column.schema.get("items", {})
    id_like = entity(one_of(column.name))[1]
    words = field(one_of(column.name))[: -1 if id_like else None]
    while len(words) > 1 and words[-1] in VIEW_WORDS:
        words = words[:-1]  # InvocationTaskBasicInfoSet
    whole = bool(words) and (draft.noun[-len(words) :] == words or words[-len(draft.noun) :] == draft.noun)
    if not whole or field(column.name)[0] in ROLES:
        return None
    if kind_of(inner) == "string" and id_like and draft.own in theirs and field(one_of(column.name))[-1:] == field(draft.own or "")[-1:]:
        return {column.name: draft.own or ""}
    told = {f: c for f, c in matched(inner.get("properties", {}), draft).items() if c in theirs}
    return told if len(told) >= 2 and draft.own in told.values() else None


def shown_from(operation: Operation, found: Mapping[str, Held]) -> Operation:
    """The operation with what other tables hold shown from there, and without arguments that would write a copy."""
    kept = tuple(b for a in operation.arguments if not (a.role == "value" and a.column in found) and (b := _apart(a, found)) is not None)
    shape = operation.shape
    if shape is not None and shape.parts:
        shape = shape.model_copy(update={"parts": {f: {n: c for n, c in part.items() if c not in found} for f, part in shape.parts.items()}})
    if shape is not None and set(shape.fields.values()) & set(found):
        rows = {f: found[c] for f, c in shape.fields.items() if c in found}
        shape = shape.model_copy(update={"fields": {f: c for f, c in shape.fields.items() if f not in rows}, "held": rows})
    sets = {c: v for c, v in operation.sets.items() if c not in found}
    return operation.model_copy(update={"arguments": kept, "shape": shape, "sets": sets})


def _apart(argument: Argument, found: Mapping[str, Held]) -> Argument | None:
    """The argument without the places that other tables hold."""
    places = {n: p for n, p in argument.places.items() if p.split(".")[0] not in found}
    return argument.model_copy(update={"places": places}) if places or not argument.places else None


def seen_through(operations: Iterable[Operation]) -> Iterator[tuple[str, set[str]]]:
    """(table, columns) that reads of other tables show."""
    for operation in operations:
        if operation.act in ("get", "list") and operation.shape:
            yield from ((held.table, set(held.fields.values())) for held in operation.shape.held.values())


def held_schemas(shape: Shape, draft: Draft) -> dict[str, dict[str, Any]]:
    """Field -> what it is like, of the fields that another table fills."""
    return {f: draft.columns[c].schema for f in shape.held if (c := draft.find(f)) is not None}
