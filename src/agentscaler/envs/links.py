"""Tools that tie two rows and untie them: a reference column of one of them, or a row of a link table.

Link tables are found before the tools are judged, so that the lists of what is tied (ListAttachedRolePolicies) can read
through them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentscaler.envs.answers import answer, with_envelope
from agentscaler.envs.arguments import Lost, argument, is_time, matched, need_all, paging, surroundings
from agentscaler.envs.drafts import STATE, TOKEN, Compiled, Draft, Entry, Noun, operation, table_of, usable
from agentscaler.envs.envelope import beside
from agentscaler.envs.items import one_of
from agentscaler.envs.reads import _shape
from agentscaler.envs.service import Service
from agentscaler.envs.states import tied_state
from agentscaler.envs.things import OTHERS
from agentscaler.records import Act, Argument, Schema, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field


class End(NamedTuple):
    """One of the two rows; the table is () for what lives outside the service."""

    parameter: str
    table: Noun
    many: bool


def ends(entry: Entry, tables: Mapping[Noun, Draft]) -> tuple[End, End] | None:
    """The two rows that a tool ties, in the order of its parameters; None where they are not both known."""
    out: list[End] = []
    outside: list[End] = []
    known = [n for n in entry.required if table_of(one_of(n), tables)]
    optional = [n for n in entry.parameters if n not in entry.required and table_of(one_of(n), tables)] if len(known) < 2 else []
    for name in [*entry.required, *optional]:
        schema = entry.parameters.get(name, {})
        many = kind_of(schema) == "array"
        if kind_of(schema.get("items", {}) if many else schema) != "string":
            continue
        table = table_of(one_of(name) if many else name, tables)
        if table is not None and table not in [e.table for e in out] and len(tables[table].key) == 1 and tables[table].own and tables[table].segment is None:
            out.append(End(name, table, many))
        elif table is None and entity(one_of(name) if many else name)[1] and not TOKEN.search(name):
            outside.append(End(name, (), many))
    if len(out) == 1 and len(outside) == 1:
        out += outside
    if len(out) != 2 or (out[0].many and out[1].many):
        return None
    return out[0], out[1]


def link_noun(a: End, b: End) -> Noun:
    first, second = sorted((a.table or field(one_of(a.parameter)), b.table or field(one_of(b.parameter))))
    return (*first, *second, "link")


def add_link_tables(service: Service) -> None:
    """A table for each pair of tables that some tool ties and no reference column joins."""
    tables = service.tables
    for entry in service.entries:
        if entry.what.kind not in ("link", "unlink") or (pair := ends(entry, tables)) is None or _reference(pair, tables) or _list_column(pair, entry, tables):
            continue
        noun = link_noun(*pair)
        if noun in tables:
            continue
        draft = Draft(noun, [])
        draft.link = True
        for end in sorted(pair, key=lambda e: (not e.table, e.table)):
            if not end.table:
                schema = entry.parameters[end.parameter]
                column = draft.force(one_of(end.parameter), schema.get("items", schema))
                draft.parents.append(column.name)
                continue
            other = tables[end.table]
            assert other.own is not None
            name = other.own if len(other.own) > 4 else "_".join([*end.table, other.own.lower()])
            column = draft.force(name, {"type": "string", "description": f"{' '.join(end.table)} that is tied"})
            column.reference = end.table
            draft.parents.append(column.name)
        if len(draft.parents) == 2 and len(draft.columns) == 2:
            tables[noun] = draft


def tie_relations(service: Service) -> None:
    """ListFleetInstances(FleetId) shows instances and no more: who belongs where is a link, and what is shown are the instances themselves."""
    tables = service.tables
    for noun, draft in list(tables.items()):
        whole = next((n for i in range(1, len(noun)) if (n := noun[i:]) in tables), None)
        if whole is None or draft.link or draft.segment is not None or len(draft.parents) != 1 or set(noun) & OTHERS:
            continue
        far, holder = tables[whole], draft.columns[draft.parents[0]]
        lists = [e for e in draft.entries if e.what.kind in ("get", "list")]
        plain = all(e.item is not None and e.item.many and [draft.find(p) for p in e.required if p not in service.contexts] == [holder.name] for e in lists)
        if not plain or not lists or draft.kinds - {"get", "list", "link", "unlink"} or holder.reference in (None, whole) or holder.shown or not _keyed_alike(draft, far):
            continue
        shown = {field(f) for e in lists if e.item and not e.item.scalar for f in e.item.fields}
        theirs = {field(c.name) for c in far.columns.values() if c.shown} | {words for words, name in far.canon.items() if name in far.columns and far.columns[name].shown and is_time(name, far.columns[name].schema)}
        if len(shown & theirs) < 0.8 * len(shown):
            continue
        link = Draft(noun, [])
        link.link = True
        near = link.force(holder.name, dict(holder.schema))
        own = far.own or ""
        other = link.force(own if len(own) > 4 else "_".join([*whole, own.lower()]), {"type": "string", "description": f"{' '.join(whole)} that is tied"})
        near.reference, other.reference = holder.reference, whole
        link.parents = [near.name, other.name]
        back = tables.get((*whole, *noun[: -len(whole)]))
        if back is not None and back.link:
            del tables[noun]  # the profiles of a list and the lists of a profile are one relation
        elif len(link.columns) == 2:
            tables[noun] = link


def _keyed_alike(draft: Draft, far: Draft) -> bool:
    """Do the rows bear the key by which the other table's rows are told?"""
    own = field(far.own or "")
    return bool(own) and not far.single and far.segment is None and far.key == (far.own,) and draft.own is not None and field(draft.own) in (own, own[-1:], (*far.noun, *own[-1:])) and far.columns[far.own or ""].kind == "string"


def _reference(pair: tuple[End, End], tables: Mapping[Noun, Draft]) -> tuple[End, End, str] | None:
    """(row that is changed, what it points to, column) where one of the two holds the other's id, or the id of what lives outside."""
    for one, other in (pair, pair[::-1]):
        if not one.table:
            continue
        draft = tables[one.table]
        for column in draft.columns.values():
            holds = column.reference == other.table if other.table else column.kind == "string" and field(column.name) == field(other.parameter)
            if holds and column.name != draft.own and column.name not in draft.parents and column.shown and not other.many:
                return one, other, column.name
    return None


def _list_column(pair: tuple[End, End], entry: Entry, tables: Mapping[Noun, Draft]) -> tuple[End, End, str] | None:
    """(row that is changed, what it gains or loses, column) where a read of one end shows the ids of the other in a list."""
    for one, other in (pair, pair[::-1]):
        words = field(one_of(other.parameter))
        for column in tables[one.table].columns.values() if one.table and not one.many else ():
            theirs = field(one_of(column.name))
            plain = column.kind == "array" and kind_of(column.schema.get("items", {})) == "string"
            if plain and column.shown and (theirs == words or (theirs[-1:] == words[-1:] and entity(one_of(column.name))[0] == entity(one_of(other.parameter))[0] != ())):
                return one, other, column.name
    return None


def link(entry: Entry, service: Service) -> Compiled:
    """A tool that ties or unties. Raises Lost(not_two_ends)."""
    pair = ends(entry, service.tables)
    if pair is None:
        raise Lost("not_two_ends")
    arguments = surroundings(entry, None, service)
    tie = entry.what.kind == "link"
    if found := _reference(pair, service.tables):
        one, other, column = found
        draft = service.tables[one.table]
        arguments |= {
            one.parameter: argument(entry, one.parameter, "key", draft.own, many=one.many, required=True),
            other.parameter: argument(entry, other.parameter, "value", column, required=True),
        }
        act: Act = "link" if tie else "unlink"
        need_all(entry, arguments)
        return Compiled(entry, draft, operation(entry, draft, act, arguments, _changed_row(entry, draft, column, arguments), sets=tied_state(draft, tie=tie)))
    if listed := _list_column(pair, entry, service.tables):
        one, other, column = listed
        draft = service.tables[one.table]
        arguments[one.parameter] = argument(entry, one.parameter, "key", draft.own, required=True)
        arguments[other.parameter] = argument(entry, other.parameter, "adds" if tie else "removes", column, required=True)
        need_all(entry, arguments)
        return Compiled(entry, draft, operation(entry, draft, "update", arguments, answer(entry, draft, arguments)))
    noun = link_noun(*pair)
    if noun not in service.tables:
        raise Lost("not_two_ends")
    draft = service.tables[noun]
    for end in pair:
        holder = next((c.name for c in draft.columns.values() if c.reference == (end.table or None)), None)
        if holder is None:
            raise Lost("not_two_ends")
        arguments[end.parameter] = argument(entry, end.parameter, "key", holder, many=end.many, required=True)
    need_all(entry, arguments)
    return Compiled(entry, draft, operation(entry, draft, "link" if tie else "unlink", arguments, _ends_shown(entry, draft, arguments), through="_".join(noun)))


def drop_unread_ties(good: dict[str, Compiled], lost: dict[str, str]) -> None:
    """A tie in a link table that no read looks at leaves where a read shows the same elsewhere: Attachments: [{VpcId, State}] of an internet gateway."""
    reads = [f for f in good.values() if f.operation.act in ("get", "list")]
    looked = {f.operation.through for f in reads} | {f.operation.table for f in reads}
    for number, found in list(good.items()):
        if found.operation.act in ("link", "unlink") and found.operation.through and found.operation.through not in looked and _shown_elsewhere(found, reads):
            del good[number]
            lost[number] = "unseen"


def _shown_elsewhere(found: Compiled, reads: Sequence[Compiled]) -> bool:
    """Does a row of one end show a list or an object that tells of the other?"""
    ids = {c.reference: entity(a.name)[0] or c.reference for a in found.operation.arguments if (c := found.draft.columns.get(a.column or "")) is not None}
    for read in reads:
        if read.draft.noun not in ids or read.operation.shape is None:
            continue
        others = [words for noun, words in ids.items() if noun != read.draft.noun and words]
        for name in read.operation.shape.fields.values():
            column = read.draft.columns[name]
            inner = column.schema.get("items", {}) if column.kind == "array" else column.schema
            told = [entity(one_of(n))[0] or field(one_of(n)) for n in (name, *inner.get("properties", {}))] if column.json else []
            if any(t[-len(w) :] == w for t in told for w in others):
                return True
    return False


def _changed_row(entry: Entry, draft: Draft, column: str, arguments: Mapping[str, Argument]) -> Shape | None:
    """The row that was tied or untied, where the answer has a place for its key and for the other's."""
    shape = answer(entry, draft, arguments)
    if shape is None or shape.many or shape.done:
        return None
    if not {draft.own, column} <= set(shape.fields.values()):
        return with_envelope(entry, (entry.tool.returns or {}).get("properties", {}), arguments, None)
    return shape.model_copy(update={"fields": {f: c for f, c in shape.fields.items() if not STATE.search(c)}})


def _ends_shown(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> Shape | None:
    """{'Association': {'TableId', 'AttachmentId'}}: the answer, where it names both ends, and how the call went."""
    body: Mapping[str, Schema] = (entry.tool.returns or {}).get("properties", {})
    places: list[tuple[tuple[str, ...], Mapping[str, Schema]]] = [((), body)]
    places += [((n,), s["properties"]) for n, s in body.items() if kind_of(s) == "object" and s.get("properties")]
    for wrap, properties in places:
        fields = matched({n: s for n, s in properties.items() if usable(n, s)}, draft)
        if set(draft.parents) <= set(fields.values()):
            return with_envelope(entry, body, arguments, Shape(fields=fields, wrap=wrap))
    return with_envelope(entry, body, arguments, None)


def tied_list(entry: Entry, service: Service) -> Compiled | None:
    """A list of the rows that are tied to one row (ListPoliciesForRole), read through the link table."""
    if entry.what.kind not in ("list", "get") or entry.item is None or not entry.item.many:
        return None
    wanted = [n for n in entry.required if n not in service.contexts]
    if len(wanted) != 1 or (near := table_of(wanted[0], service.tables)) is None:
        return None
    for noun, draft in sorted(service.tables.items(), key=lambda t: t[0] != entry.what.noun):
        if not draft.link or near not in [c.reference for c in draft.columns.values()]:
            continue
        far = next((c.reference for c in draft.columns.values() if c.reference != near), None)
        if far is None and entry.item.scalar and (outside := _outside_list(entry, draft, wanted[0], near, service)):
            return outside
        if far is None or entry.what.noun[-len(far) :] != far:
            continue
        table = service.tables[far]
        try:
            shape = _far_ids(entry, table) or _shape(entry, table, False)
        except Lost:
            continue
        arguments = surroundings(entry, table, service)
        column = next(c.name for c in draft.columns.values() if c.reference == near)
        arguments[wanted[0]] = argument(entry, wanted[0], "filter", column)
        arguments |= {n: a for n, a in paging(entry).items() if n not in arguments}
        shape = shape.model_copy(update={"fixed": beside((entry.tool.returns or {}).get("properties", {}), arguments.values(), shape)})
        return Compiled(entry, table, operation(entry, table, "list", arguments, shape, through="_".join(noun)))
    return None


def _far_ids(entry: Entry, table: Draft) -> Shape | None:
    """ListFleetsForVehicle -> fleets: ["..."], the keys of the other ends."""
    item = entry.item
    assert item is not None
    if not item.scalar or table.own is None or table.segment is not None or field(one_of(item.wrap[-1])) not in (table.noun, table.noun[-1:]):
        return None
    wrap = tuple(f"{n}[]" if listed else n for n, listed in zip(item.wrap, item.nested, strict=True))
    return Shape(fields={item.wrap[-1]: table.own}, wrap=wrap, many=True, scalar=True, next=item.next)


def _outside_list(entry: Entry, draft: Draft, parameter: str, near: Noun, service: Service) -> Compiled | None:
    """ListTrackerConsumers(TrackerName) -> ConsumerArns, ListGroupResources -> Resources: the other ends, which live outside the service."""
    assert entry.item is not None
    other = next(c.name for c in draft.columns.values() if c.reference != near)
    column = next(c.name for c in draft.columns.values() if c.reference == near)
    words, bare = field(one_of(entry.item.wrap[-1])), entity(other)[0]
    told = bare and words[-len(bare) :] == bare and any({parameter, other} <= {one_of(p) for p in e.parameters} for e in service.entries if e.what.kind in ("link", "unlink"))
    if words[-2:] != field(other)[-2:] and not told:
        return None
    wrap = tuple(f"{n}[]" if listed else n for n, listed in zip(entry.item.wrap, entry.item.nested, strict=True))
    shape = Shape(fields={entry.item.wrap[-1]: other}, wrap=wrap, many=True, scalar=True, next=entry.item.next)
    arguments = surroundings(entry, draft, service)
    arguments[parameter] = argument(entry, parameter, "filter", column)
    arguments |= {n: a for n, a in paging(entry).items() if n not in arguments}
    return Compiled(entry, draft, operation(entry, draft, "list", arguments, shape))
