"""What each tool does to the tables of its service: an Operation, or the reason why it is left out."""

from agentscaler.envs.arguments import Lost
from agentscaler.envs.cells import find_cells
from agentscaler.envs.columns import part_of
from agentscaler.envs.drafts import Compiled, Draft, Entry, usable
from agentscaler.envs.links import add_link_tables, drop_unread_ties, link, tie_relations, tied_list
from agentscaler.envs.reads import read
from agentscaler.envs.service import Service
from agentscaler.envs.shown import keep_shown
from agentscaler.envs.unseen import drop_unseen, write_pieces
from agentscaler.envs.writes import action, begun, create, delete, put, update

MAKERS = {"get": read, "list": read, "create": create, "put": put, "update": update, "delete": delete, "action": action}


def judge_all(service: Service) -> tuple[dict[str, Compiled], dict[str, str]]:
    """Tools that compile (id -> what it does) and those that do not (id -> reason)."""
    tie_relations(service)
    add_link_tables(service)
    good: dict[str, Compiled] = {}
    lost: dict[str, str] = {}
    for entry in service.entries:
        try:
            good[entry.id] = judge(entry, service)
        except Lost as reason:
            lost[entry.id] = reason.why
    moves = [found for found in good.values() if found.operation.act == "set"]
    good = {number: begun(found, moves) for number, found in good.items()}
    drop_unread_ties(good, lost)
    write_pieces(good, lost, service)
    find_cells(good, service.tables)
    keep_shown(good, lost)
    drop_unseen(good, lost, service)
    return good, lost


def judge(entry: Entry, service: Service) -> Compiled:
    """What one tool does. Raises Lost."""
    kind = entry.what.kind
    if kind == "compute":
        raise Lost("computes")
    if kind == "other":
        raise Lost("verb_unknown")
    if kind in ("link", "unlink"):
        return link(entry, service)
    if (tied := tied_list(entry, service)) is not None:
        return tied
    draft, own = resolve(entry, service)
    return MAKERS[kind](entry, draft, service, own)


def resolve(entry: Entry, service: Service) -> tuple[Draft, bool]:
    """The table a tool is about, and whether its noun is the table's own (no view, no part)."""
    noun = entry.what.noun
    if noun in service.tables:
        return service.tables[noun], not entry.view and (entry.plain or entry.what.kind in ("create", "update", "action", "delete"))
    if entry.what.kind in ("update", "put", "action") and (part := part_of(entry, service.tables)) is not None:
        return service.tables[part], False
    best = [n for n in service.tables if noun[: len(n)] == n or noun[-len(n) :] == n]
    if best:
        shown = [f for f, s in entry.item.fields.items() if usable(f, s)] if entry.item is not None and entry.what.kind in ("get", "list") else []
        return service.tables[max(best, key=lambda n: (2 * sum(service.tables[n].find(f) is not None for f in shown) >= len(shown), bool(shown) and noun[-len(n) :] == n, len(n), noun[: len(n)] == n))], False
    raise Lost("no_resource")
