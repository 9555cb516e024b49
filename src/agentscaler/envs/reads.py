"""Tools that read: one row by its key, or many, narrowed and paged."""

import re

from agentscaler.envs.arguments import (
    ASIDE,
    Lost,
    agreeing,
    argument,
    keys,
    matched,
    narrowing,
    need_all,
    paging,
    surroundings,
)
from agentscaler.envs.drafts import MAX_COLUMNS, Compiled, Draft, Entry, operation, usable
from agentscaler.envs.envelope import beside
from agentscaler.envs.items import SCOPE
from agentscaler.envs.service import Service
from agentscaler.envs.states import grave
from agentscaler.records import Act, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import field, plural, snake


def read(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    """own: the tool's noun is the table's, not a view or a part of it."""
    shape = _shape(entry, draft, own) if entry.item is not None else _unknown_shape(entry, draft)
    act: Act = "list" if shape.many else "get"
    hides = None
    arguments = surroundings(entry, draft, service)
    if act == "get":
        arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
        if any(a.many for a in arguments.values()):
            raise Lost("no_key")
        arguments |= agreeing(entry, draft, service, arguments)
        for name in entry.required:
            if name not in arguments and (ASIDE.search(name) or kind_of(entry.parameters.get(name, {})) == "boolean"):
                arguments[name] = argument(entry, name, "option")
    else:
        arguments |= {n: a for n, a in paging(entry).items() if n not in arguments}
        if (dead := grave(draft)) is not None and not entry.view:
            hides = dead.column, None if dead.value == "{now}" else dead.value
            arguments |= {n: argument(entry, n, "show", required=False) for n, s in entry.parameters.items() if _SHOW.search(n) and kind_of(s) == "boolean"}
        for name in entry.parameters:
            if name not in arguments and (found := narrowing(entry, name, draft, service)):
                arguments[name] = found
    need_all(entry, arguments)
    if entry.tool.returns is not None:
        shape = shape.model_copy(update={"fixed": beside(entry.tool.returns.get("properties", {}), arguments.values(), shape)})
    return Compiled(entry, draft, operation(entry, draft, act, arguments, shape, hides=hides))


_SHOW = re.compile(r"(?i)^(?:show|include|return|with)_?deleted")


def _scope(draft: Draft) -> str:
    """'zones/{zone}': what the rows of an aggregated list stand under."""
    paths = " ".join(e.tool.source.path or "" for e in draft.entries)
    return "zones/{zone}" if "/zones/{zone}" in paths else "regions/{region}" if "/regions/{region}" in paths else "global"


def _unknown_shape(entry: Entry, draft: Draft) -> Shape:
    """A user's tool list seldom says what a tool answers: the row, or the rows under the plural of the noun."""
    if entry.tool.returns is not None or entry.tool.source.vendor != "user":
        raise Lost("result_unknown")
    fields = {c: c for c in draft.columns if c not in ("only", "position")}
    if entry.what.kind == "list":
        return Shape(fields=fields, many=True, wrap=(f"{snake(plural(draft.noun[-1]))}[]",))
    return Shape(fields=fields)


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
        if len(fields) < 0.5 * min(len(real), room) or not fields:
            raise Lost("derived_view")
    wrap = tuple(f"{n}[]" if listed else _scope(draft) if n == SCOPE else n for n, listed in zip(item.wrap, item.nested, strict=True))
    return Shape(
        fields=fields,
        wrap=wrap,
        many=item.many,
        scalar=item.scalar,
        next=item.next if item.many else None,
        total=item.total if item.many else None,
    )
