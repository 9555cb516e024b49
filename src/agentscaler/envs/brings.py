"""What is made together with a row: the first version of a schema, the settings that each thing has.

Without it the reads of a new thing's versions would be empty, and those of its settings fail, though the service has them at once.
"""

from collections.abc import Mapping, Sequence

from agentscaler.envs.arguments import HIDDEN
from agentscaler.envs.drafts import Draft
from agentscaler.envs.held import Child
from agentscaler.envs.keys import EDITIONS
from agentscaler.envs.states import new_state
from agentscaler.records import Brought, Operation
from agentscaler.words import field

_KEPT = frozenset(["get", "list", "update", "set"])
"""What tools do to rows that nobody makes and nobody takes away."""


def bring(operation: Operation, draft: Draft, shown: Sequence[str], children: Sequence[tuple[Child, Sequence[Operation]]]) -> Operation:
    """A create with the rows of other tables that come with its row. shown: the table's columns; children: tables under it, with what tools do to them."""
    if operation.act != "create" or any(a.role == "rows" or a.many for a in operation.arguments):
        return operation
    found = [made for child, some in children if some and {o.act for o in some} <= _KEPT and (made := _brought(child, draft, shown)) is not None]
    return operation.model_copy(update={"brings": tuple(found)})


def _brought(child: Child, draft: Draft, shown: Sequence[str]) -> Brought | None:
    own, noun = child.draft.own, child.draft.noun
    if child.draft.tail and list(child.on) == ["parent"] and own is not None:
        return Brought(table=child.table, takes=dict(child.on), ends={own: f"/{child.draft.segment}"}, sets=_begun(child, child.on))
    if child.draft.segment is not None:
        return None
    if child.draft.single or child.draft.link or set(child.draft.key) - {own} != set(child.on) - {own}:
        return None
    edition = own is not None and noun[-1] in EDITIONS[:2] and noun[:-1] == draft.noun
    if own is not None and not edition:
        return None
    alike = {field(c): c for c in shown}
    takes = dict(child.on)
    for name, column in child.columns.items():
        mine = alike.get(field(name))
        if name not in (*takes, own, *HIDDEN) and mine is not None and draft.columns[mine].kind == column.kind and draft.columns[mine].choices == column.choices:
            takes[name] = mine
    sets = _begun(child, takes)
    if own is None:
        return Brought(table=child.table, takes=takes, sets=sets)
    if child.columns[own].kind == "integer" or own == "position":
        sets[own] = 1
    elif not child.draft.generated:
        return None
    mine = alike.get(field(own))
    told = {mine: own} if mine is not None and mine not in draft.key and draft.columns[mine].kind == child.columns[own].kind else {}
    return Brought(table=child.table, takes=takes, sets=sets, tells=told)


def _begun(child: Child, takes: Mapping[str, str]) -> dict[str, str | int | None]:
    """In what state such a row begins."""
    return {c: v for c, v in new_state(child.draft, {}, job=False).items() if c in child.columns and c not in takes}
