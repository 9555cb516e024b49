"""Tables that no read shows: their tools write a piece of what another row shows, or leave.

DeleteCorsConfiguration(ApiId) empties the CorsConfiguration that an api shows, DeleteSshPublicKey takes a key from the list of a
user. Of what is shown nowhere nobody could say what there is to delete or change; what makes such a thing stays where it
answers with it, for a message is sent whether or not a list tells so.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from agentscaler.envs.answers import answer
from agentscaler.envs.arguments import Lost, agreeing, argument, keys, need_all, stamps, surroundings
from agentscaler.envs.drafts import OPTION, TOKEN, Col, Compiled, Draft, Entry, Noun, operation
from agentscaler.envs.held import find_held
from agentscaler.envs.items import one_of
from agentscaler.envs.service import Service
from agentscaler.envs.shown import MAKES, seen_columns
from agentscaler.envs.worlds import CompiledService, Member, children_of, used_columns, written
from agentscaler.envs.writes import update
from agentscaler.records import Argument
from agentscaler.schemas import kind_of
from agentscaler.verbs import READS
from agentscaler.words import TRANSPORT, entity, field

_TAKES: Final = ("delete", "remove", "clear", "unset")
"""Verbs that take a piece away; what is released, revoked or archived is more than gone."""


class Home(NamedTuple):
    """Where another row shows what a table would hold."""

    holder: Draft
    column: Col


def drop_unseen(good: dict[str, Compiled], lost: dict[str, str], service: Service) -> None:
    """Take the tools out of `good` whose table no read shows, where nothing that makes its rows answers with them."""
    for noun in unread(good, service):
        tools = {i: c for i, c in good.items() if c.draft.noun == noun}
        if not any(_tells(c) for c in tools.values()):
            for number in tools:
                del good[number]
                lost[number] = "unseen"


def _tells(found: Compiled) -> bool:
    """Does a tool that makes a row answer with something of it?"""
    shape = found.operation.shape
    return found.operation.act in (*MAKES, "link") and shape is not None and bool(shape.fields or shape.beside or shape.done)


def unread(good: Mapping[str, Compiled], service: Service) -> list[Noun]:
    """Tables that tools write and neither their own reads, nor reads through them, nor the rows of another table show."""
    reads = [c for c in good.values() if c.operation.act in READS]
    read = {"_".join(c.draft.noun) for c in reads} | {c.operation.through for c in reads}
    out = [n for n in dict.fromkeys(c.draft.noun for c in good.values()) if "_".join(n) not in read and n in service.tables]
    held = _held(out, good, service) if out else set()
    return [n for n in out if "_".join(n) not in held]


def _held(nouns: list[Noun], good: Mapping[str, Compiled], service: Service) -> set[str]:
    """Of the tables, those whose rows the rows of another one show."""
    group = service.group
    services = {group: CompiledService(service, dict(good), {})}
    members = [Member(group, c, True) for c in good.values()]
    theirs = {(group, n): used_columns((group, n), members, services) for n in nouns}
    out: set[str] = set()
    for noun in {c.reference for some in theirs.values() for c in some.values() if c.reference}:
        draft = service.tables[noun]
        does = [c.operation for c in good.values() if c.draft.noun == noun]
        if draft.link or not any(o.act in READS for o in does):
            continue
        key = (group, noun)
        columns = {**theirs, key: used_columns(key, members, services)}
        children = children_of(key, {k: "_".join(k[1]) for k in columns}, columns, services)
        shown = find_held(columns[key], draft, list(children.values()), does) if children else {}
        out |= {h.table for h in shown.values()}
    return out


# ---- pieces of what another row shows ---------------------------------------------------------------------------


def write_pieces(good: dict[str, Compiled], lost: dict[str, str], service: Service) -> None:
    """Let the tools of a table that no read shows write the column of another table that shows it; those that cannot leave."""
    shown = seen_columns(good.values())
    for noun in unread(good, service):
        tools = {i: c for i, c in good.items() if c.draft.noun == noun}
        home = _home(service.tables[noun], service, shown) if not service.tables[noun].link else None
        made = {i: p for i, c in tools.items() if home is not None and (p := _piece(c.entry, home, service)) is not None}
        if len(made) < len(tools) and any(_tells(c) for c in tools.values()):
            continue
        for number in tools if made else ():
            del good[number]
            lost[number] = "unseen"
        for number, piece in made.items():
            good[number] = piece
            del lost[number]


def _home(draft: Draft, service: Service, shown: Mapping[Noun, set[str]]) -> Home | None:
    """The one column of another table that bears the name of the table, of rows that its key tells; the nearest where there are several."""
    found: dict[int, list[Home]] = defaultdict(list)
    for holder in service.tables.values():
        if holder is draft or holder.own is None or holder.segment is not None or holder.link or not _above(holder, draft):
            continue
        for name in sorted(shown.get(holder.noun, ())):
            column = holder.columns.get(name)
            if column is not None and name not in holder.key and column.shown and not column.reference and _is_called(column, draft, holder):
                found[len(holder.key)].append(Home(holder, column))
    nearest = found[max(found)] if found else []
    return nearest[0] if len(nearest) == 1 else None


def _above(holder: Draft, draft: Draft) -> bool:
    """Does the key of a table tell the row of another?"""
    mine = {field(k) for k in draft.key}
    return all(field(k) in mine or (k == holder.own and any(draft.columns[c].reference == holder.noun for c in draft.key if c in draft.columns)) for k in holder.key)


def _is_called(column: Col, draft: Draft, holder: Draft) -> bool:
    """RequestParameters of a route, for a route's request parameter; entryLimitsConfig, where the update is given it under that name."""
    words = field(one_of(column.name))
    names = [draft.noun, *(draft.noun[i:] for i in range(1, len(draft.noun)) if holder.noun[-i:] == draft.noun[:i])]
    if words in names:
        return True
    return words[:-1] in names and any(column.name in e.parameters for e in draft.entries if e.what.kind in ("update", "put", "create"))


def _piece(entry: Entry, home: Home, service: Service) -> Compiled | None:
    """What the tool does to the column, or None where that cannot be said."""
    try:
        if entry.what.kind == "delete":
            return _taken(entry, home, service) if entry.what.verb in _TAKES else None
        if entry.what.kind in ("update", "put", "create"):
            return _given(entry, home, service)
    except Lost:
        pass
    return None


def _taken(entry: Entry, home: Home, service: Service) -> Compiled | None:
    """The column emptied, or without what an argument names."""
    holder, column = home
    arguments = surroundings(entry, holder, service)
    arguments |= {n: a for n, a in keys(entry, holder, service).items() if n not in arguments}
    arguments |= agreeing(entry, holder, service, arguments)
    arguments |= stamps(entry, holder, arguments)
    rest = [n for n in entry.required if n not in arguments and not TRANSPORT.match(n)]
    if len(rest) > 1 or any(a.many for a in arguments.values()):
        return None
    which = {rest[0]: _which(entry, rest[0], home)} if rest else {}
    narrower = [n for n in entry.parameters if n not in arguments and n not in rest and not TRANSPORT.match(n) and not TOKEN.search(n) and not OPTION.search(n)]
    if None in which.values() or (not rest and (narrower or not _may_go(home))):
        return None
    arguments |= {n: a for n, a in which.items() if a is not None}
    need_all(entry, arguments)
    sets = {} if rest else {column.name: None}
    return Compiled(entry, holder, operation(entry, holder, "update", arguments, answer(entry, holder, arguments), sets=sets))


def _may_go(home: Home) -> bool:
    """May a row be without it? Not what it must be made with, nor what a list shows several of."""
    makers = [e for e in home.holder.entries if e.what.kind == "create"]
    return home.column.kind != "array" and not any(home.holder.find(p) == home.column.name for e in makers for p in e.required)


def _which(entry: Entry, name: str, home: Home) -> Argument | None:
    """The argument that names one of a list of objects by a property of theirs."""
    column, schema = home.column, entry.parameters[name]
    if kind_of(schema.get("items", {}) if kind_of(schema) == "array" else schema) != "string":
        return None
    found = argument(entry, name, "removes", column.name, required=True)
    inner = column.schema.get("items", {}).get("properties", {}) if column.kind == "array" else {}
    one = field(one_of(name))
    told = [p for p, s in inner.items() if kind_of(s) == "string" and (field(p) == one or (field(p)[-1:] == one[-1:] and len(field(p)) == 1 and _of_it(entity(one_of(name))[0], column)))]
    return found.model_copy(update={"places": {name: f"{column.name}.{told[0]}"}}) if told else None


def _of_it(words: Noun, column: Col) -> bool:
    """Is the id that of an entry of the list: the VpcInterfaceName of VpcInterfaces?"""
    return bool(words) and field(one_of(column.name))[-len(words) :] == words


def _given(entry: Entry, home: Home, service: Service) -> Compiled | None:
    """The column set, under its own name or by what stands in it; a list that gains something is not set."""
    holder, column, draft = *home, service.tables[entry.what.noun]
    if entry.what.kind == "create" and column.kind == "array":
        return None
    inside = {field(p): p for p in column.schema.get("properties", {})} if column.kind == "object" else {}
    parts = {n: p for n, s in entry.parameters.items() if (p := inside.get(field(n))) and kind_of(s) == kind_of(column.schema["properties"][p]) and holder.find(n) is None}
    if not parts:
        made = update(entry, holder, service, False)
        told = tuple(a.model_copy(update={"role": "match"}) if a.role == "value" and field(a.name) in {field(k) for k in draft.key} and a.column != column.name else a for a in made.operation.arguments)
        return made._replace(operation=made.operation.model_copy(update={"arguments": told})) if column.name in written(made.operation) else None
    arguments = surroundings(entry, holder, service)
    arguments |= {n: a for n, a in keys(entry, holder, service).items() if n not in arguments}
    arguments |= agreeing(entry, holder, service, arguments) | stamps(entry, holder, arguments)
    arguments |= {n: argument(entry, n, "part", column.name).model_copy(update={"places": {n: f"{column.name}.{p}"}}) for n, p in parts.items() if n not in arguments}
    need_all(entry, arguments)
    return Compiled(entry, holder, operation(entry, holder, "update", arguments, answer(entry, holder, arguments), merges=[] if entry.what.kind == "put" else [column.name]))
