"""Tools that read: one row by its key, or many, narrowed and paged."""

import re
from collections.abc import Mapping
from typing import Final

from agentscaler.edges import placeholders
from agentscaler.envs.arguments import (
    ASIDE,
    Lost,
    agreeing,
    argument,
    is_time,
    keys,
    left_out,
    matched,
    need_all,
    paging,
    surroundings,
)
from agentscaler.envs.asks import standing_order
from agentscaler.envs.compares import turned
from agentscaler.envs.drafts import MAX_COLUMNS, Compiled, Draft, Entry, operation, usable
from agentscaler.envs.envelope import beside, reports_failure
from agentscaler.envs.graves import grave
from agentscaler.envs.held_rows import asks_holder
from agentscaler.envs.items import SCOPE, near
from agentscaler.envs.narrow import narrowing
from agentscaler.envs.service import Service
from agentscaler.records import Act, Argument, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field, plural, singular, snake, split


def read(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    """own: the tool's noun is the table's, not a view or a part of it."""
    computed = _COMPUTED & set(entry.what.noun)
    if computed and (not draft.kinds & {"create", "put", "update", "delete"} or computed - set(draft.noun)):
        raise Lost("computes")
    shape = _shape(entry, draft, own) if entry.item is not None else _unknown_shape(entry, draft)
    act: Act = "list" if shape.many else "get"
    hides = None
    arguments = surroundings(entry, draft, service)
    if act == "get":
        arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
        if any(a.many for a in arguments.values()):
            raise Lost("no_key")
        arguments |= agreeing(entry, draft, service, arguments)
        if left_out(entry, draft, arguments):
            raise Lost("no_key")
        for name in entry.required:
            if name not in arguments and (ASIDE.search(name) or kind_of(entry.parameters.get(name, {})) == "boolean"):
                arguments[name] = argument(entry, name, "option")
    else:
        arguments |= {n: a for n, a in (paging(entry) | turned(entry, draft)).items() if n not in arguments}
        if (dead := grave(draft)) is not None and not entry.view:
            hides = dead.column, None if dead.value == "{now}" else dead.value
            arguments |= {n: argument(entry, n, "show", required=False) for n, s in entry.parameters.items() if _SHOW.search(n) and kind_of(s) == "boolean"}
        named = sorted(entry.parameters, key=lambda n: n not in entry.required and n not in draft.columns)
        for name in named:
            if name not in arguments and (found := narrowing(entry, name, draft, service)) and (found := _once(found, arguments)):
                arguments[name] = found
    need_all(entry, arguments)
    if _echoes(entry, draft, shape, arguments):
        raise Lost("echo")
    if act == "list" and (_of_another(entry, draft, arguments) or asks_holder(entry, draft, {a.column for a in arguments.values() if a.role == "filter" and a.required and not a.many})):
        raise Lost("foreign_id")
    if act == "list" and shape.scalar and not _tells_apart(next(iter(shape.fields.values())), draft, arguments):
        shape = shape.model_copy(update={"distinct": True})
        arguments = {n: a for n, a in arguments.items() if a.required or a.role not in ("sort", "order")}
    if entry.tool.returns is not None:
        shape = shape.model_copy(update={"fixed": beside(entry.tool.returns.get("properties", {}), arguments.values(), shape, draft.own)})
    order = standing_order(entry, draft) if act == "list" and not shape.scalar and not shape.distinct else None
    return Compiled(entry, draft, operation(entry, draft, act, arguments, shape, hides=hides, order=order))


def _one_of_several(entry: Entry) -> bool:
    """Is what would be shown one of several parts (EBSOptions beside ClusterConfig), or lists (MetricAlarms beside CompositeAlarms)?"""
    item, here = entry.item, entry.tool.returns or {}
    assert item is not None
    for depth, (name, listed) in enumerate(zip(item.wrap, item.nested, strict=True)):
        others = {n: s for n, s in here.get("properties", {}).items() if n != name}
        if listed and any(kind_of(s) == "array" and s.get("items", {}).get("properties") and not reports_failure(n) and near(n, entry.what) >= near(name, entry.what) for n, s in others.items()):
            return True
        if depth and not item.many and any(kind_of(s) == "array" or s.get("properties") for s in others.values()):
            return True
        if listed:
            break
        here = here.get("properties", {}).get(name, {})
    return False


def _of_another(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> bool:
    """ListTargets(targetGroupIdentifier) beside targets that have an id and no group: would what is listed be found by the id of what holds it?

    A list that asks for the whole key of its rows shows one at most, so what it asks for is no key of theirs.
    """
    asked = next((a for a in arguments.values() if a.role == "filter" and a.required and not a.many and draft.key == (a.column,)), None)
    if asked is None:
        return False
    what, path = entry.what, entry.tool.source.path or ""
    words = entity(asked.name)[0]
    several = plural(singular(split(entry.tool.name)[-1])) == split(entry.tool.name)[-1]
    holds = asked.name in placeholders(path) and not path.rstrip("/").endswith("}")
    return what.verb in ("list", "search", "fetch") or not entry.plain or (what.noun != draft.noun and not entry.view) or (several and bool(words) and draft.noun[-len(words) :] != words) or (holds and several)


def _echoes(entry: Entry, draft: Draft, shape: Shape, arguments: Mapping[str, Argument]) -> bool:
    """Is all that is shown what was asked for, and times, though the provider shows more? Of a list also where it shows no more, and of what nobody describes and nothing writes (external_tool_get_parent)."""
    asked = {a.column for a in arguments.values() if a.required}
    fields = entry.item.fields if entry.item is not None else {}
    told = [c for c in shape.fields.values() if c not in asked and not is_time(c, draft.columns[c].schema)]
    more = len(fields) > len(shape.fields)
    if entry.item is None:
        return not told and set(shape.fields.values()) <= asked and draft.kinds <= {"get", "list"}
    return not told and (more or (shape.many and set(shape.fields.values()) <= asked))


def _once(found: Argument, arguments: Mapping[str, Argument]) -> Argument | None:
    """An argument without what narrows a column in the same way as another does: two that mean the same column would undo each other."""
    taken: set[tuple[str, str | None]] = {(a.role, a.column) for argument in arguments.values() for a in argument.every() if a.column}
    return _apart(found, taken)


def _apart(found: Argument, taken: set[tuple[str, str | None]]) -> Argument | None:
    if not found.inside:
        return None if (found.role, found.column) in taken else found
    kept: list[Argument] = []
    for inner in found.inside:
        if (one := _apart(inner, taken)) is not None:
            kept.append(one)
            taken = taken | {(a.role, a.column) for a in one.every() if a.column}
    return found.model_copy(update={"inside": tuple(kept)}) if kept else None


def _tells_apart(column: str, draft: Draft, arguments: Mapping[str, Argument]) -> bool:
    """Is there one row to a value, where the other parts of the key are given?"""
    given = {a.column for a in arguments.values() if a.required and not a.many}
    return column in draft.key and all(k in given for k in draft.key if k != column)


_SHOW = re.compile(r"(?i)^(?:show|include|return|with)_?deleted")


def _scope(draft: Draft) -> str:
    """'zones/{zone}': what the rows of an aggregated list stand under."""
    paths = " ".join(e.tool.source.path or "" for e in draft.entries)
    return "zones/{zone}" if "/zones/{zone}" in paths else "regions/{region}" if "/regions/{region}" in paths else "global"


def _unknown_shape(entry: Entry, draft: Draft) -> Shape:
    """A user's tool list seldom says what a tool answers: the row, or the rows under the plural of the noun."""
    if entry.tool.returns is not None or entry.tool.source.of_a_cloud:
        raise Lost("result_unknown")
    fields = {c: c for c in draft.columns if c not in ("only", "position")}
    if entry.what.kind == "list":
        return Shape(fields=fields, many=True, wrap=(f"{snake(plural(draft.noun[-1]))}[]",))
    return Shape(fields=fields)


_MOST: Final = 0.8
"""What a table must hold of the fields of another noun (GetCoipPoolUsage), so that its rows can stand for it."""
_KEYED: Final = 0.65
"""The same of a list, where the key of the table is among them."""
_COMPUTED: Final = frozenset("effective conflicting similar recommended suggested eligible predicted estimated simulated".split())
"""In front of a noun: what a service works out when it is asked."""


def _shape(entry: Entry, draft: Draft, own: bool) -> Shape:
    """How the result shows the columns. Raises Lost(derived_view) where most of it is not in the table."""
    item = entry.item
    assert item is not None
    if item.scalar:
        name = next(iter(item.fields))
        column = draft.find(name)
        if column is None and draft.own and (own or field(name)[-1:] == field(draft.own)[-1:]):
            column = draft.own
        if column is None or draft.columns[column].json:
            raise Lost("derived_view")
        fields = {item.wrap[-1]: column}
    else:
        fields = matched(item.fields, draft)
        real = [n for n, s in item.fields.items() if usable(n, s)]
        room = MAX_COLUMNS - 8 if own else len(real)
        foreign = entry.what.noun != draft.noun
        keyed = item.many and bool(draft.own) and draft.own in fields.values()
        if len(fields) < (_KEYED if foreign and keyed else _MOST if foreign else 0.5) * min(len(real), room) or not fields:
            raise Lost("derived_view")
        if _one_of_several(entry):
            raise Lost("derived_view")
        if foreign and item.many and draft.own and draft.own not in fields.values():
            raise Lost("derived_view")
    wrap = tuple(f"{n}[]" if listed else _scope(draft) if n == SCOPE else n for n, listed in zip(item.wrap, item.nested, strict=True))
    other = {n: s for n, s in item.beside.items() if usable(n, s)}
    return Shape(
        fields=fields,
        beside=matched(other, draft) if entry.what.noun == draft.noun else {},
        wrap=wrap,
        many=item.many,
        scalar=item.scalar,
        next=item.next if item.many else None,
        total=item.total if item.many else None,
    )
