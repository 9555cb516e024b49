"""A domain as a world: its tools, the reads that find their rows, the tables behind them, and the Model of it all."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.aliases import named_otherwise
from agentscaler.envs.arguments import HIDDEN
from agentscaler.envs.brings import bring
from agentscaler.envs.cells import Other, Repeats, counterparts, repeats, sources
from agentscaler.envs.columns import parent_path
from agentscaler.envs.drafts import Col, Compiled, Draft, Noun
from agentscaler.envs.held import Child, find_held, seen_through, shown_from
from agentscaler.envs.items import one_of
from agentscaler.envs.mirrors import Mirror, find_mirrors, mirrored, shown_by
from agentscaler.envs.nouns import column_phrase, column_unit, noun_phrase, said
from agentscaler.envs.service import Service
from agentscaler.records import Column, Domain, Lost, Model, Operation, Reference, Schema, Table, Tool
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field, plural, singular, split

LARGEST: Final = 60
SHOWN_TABLES: Final = 4
MACHINES: Final = frozenset("machine host".split())
"""Tables of what security services look after: a Quuid in any other table is one of theirs."""
Key = tuple[str, Noun]
"""(service, noun): a table before it has a name."""


class CompiledService(NamedTuple):
    """A service and what its tools do."""

    service: Service
    good: dict[str, Compiled]
    lost: dict[str, str]


class Member(NamedTuple):
    """A tool of the world."""

    group: str
    compiled: Compiled
    own: bool

    @property
    def key(self) -> Key:
        return self.group, self.compiled.draft.noun


class Plan(NamedTuple):
    """What a world is made of, before it is written."""

    model: Model
    members: dict[str, Member]
    """Name of the tool -> where it comes from."""
    lost: list[Lost]
    drafts: dict[str, tuple[str, Draft]]
    """Name of the table -> (service, draft)."""
    columns: dict[str, dict[str, Col]]
    """Name of the table -> its columns in the making."""
    unlisted: set[str]
    """Tables whose service has no way to list them: whoever works with a row holds its key."""


def plan(domain: Domain, tools: Mapping[str, Tool], services: Mapping[str, CompiledService], *, refused: Iterable[str] = (), unkept: Iterable[str] = ()) -> Plan:
    """Choose tools and tables. tools: id -> Tool, those of the domain; refused: ids that the gate refused; unkept: ids that are left out, unless another tool needs what they read."""
    own, lost = _own(domain, tools, services, dict.fromkeys(unkept, "unkept") | dict.fromkeys(refused, "refused"))
    found = closure(own, services, set(refused))
    needed = {m.compiled.entry.id for m in found} & set(domain.tools)
    members = [*own, *(m._replace(own=m.compiled.entry.id in needed) for m in found)]
    lost = [x for x in lost if x.tool not in needed]
    keys = _tables(members, services)
    names = _table_names(keys)
    columns = {key: used_columns(key, members, services) for key in keys}
    mirrors = {key: find_mirrors(columns[key], services[key[0]].service.tables[key[1]], [m.compiled.operation for m in members if m.key == key]) for key in keys}
    columns = {key: {n: c for n, c in some.items() if n not in mirrors[key]} for key, some in columns.items()}
    children = {key: children_of(key, names, columns, services) for key in keys}
    does = {key: [m.compiled.operation for m in members if m.key == key] for key in keys}
    held = {key: find_held(columns[key], services[key[0]].service.tables[key[1]], list(children[key].values()), does[key]) for key in keys}
    columns = {key: {n: c for n, c in some.items() if n not in held[key]} for key, some in columns.items()}
    for key, said_again in {key: _repeats(key, names, columns, services, does[key]) for key in keys}.items():
        held[key] |= said_again.held
        mirrors[key] |= said_again.mirrors
        columns[key] = {n: c for n, c in columns[key].items() if n not in said_again.held and "" in said_again.mirrors.get(n, {"": n})}
    named = _tool_names(members)
    tables = tuple(_table(key, names, columns, services, members) for key in keys)
    made = {t.name: t for t in tables}
    operations = tuple(
        bring(
            shown_from(named_otherwise(_operation(name, m, names, mirrors[m.key]), m.compiled.entry.parameters, made), held[m.key]),
            m.compiled.draft,
            list(columns[m.key]),
            [(c._replace(columns=columns[k]), does[k]) for k, c in children[m.key].items()],
        )
        for name, m in sorted(named.items())
    )
    title = _title(domain, services, tables, own)
    model = mark_blind(Model(title=title, tables=_parents_first(tables, _holders(keys, names, services), {names[k]: columns[k] for k in keys}), operations=_python_names(operations)))
    return Plan(
        model,
        named,
        lost,
        {names[k]: (k[0], services[k[0]].service.tables[k[1]]) for k in keys},
        {names[k]: columns[k] for k in keys},
        {names[k] for k in keys if not _listed(services[k[0]], k[1])},
    )


def _repeats(key: Key, names: Mapping[Key, str], columns: Mapping[Key, Mapping[str, Col]], services: Mapping[str, CompiledService], does: Sequence[Operation]) -> Repeats:
    tables = services[key[0]].service.tables
    others = {k[1]: Other(names[k], tables[k[1]], columns[k]) for k in names if k[0] == key[0]}
    return repeats(tables[key[1]], columns[key], others, does)


def _listed(service: CompiledService, noun: Noun) -> bool:
    """Does some tool of the service list the rows without being told the key?"""
    for found in service.good.values():
        own = found.draft.own
        asks = any(a.required and a.column == own and a.role in ("filter", "key", "match") for a in found.operation.arguments)
        if found.operation.act == "list" and found.draft.noun == noun and not asks:
            return True
    return False


# ---- tools ------------------------------------------------------------------------------------------------------


def _own(domain: Domain, tools: Mapping[str, Tool], services: Mapping[str, CompiledService], out: Mapping[str, str]) -> tuple[list[Member], list[Lost]]:
    weight = Counter(g for t in tools.values() for g in (t.source.group, *t.also_in))
    own, lost = [], []
    for number in domain.tools:
        tool = tools[number]
        homes = [g for g in (tool.source.group, *tool.also_in) if g in services]
        homes.sort(key=lambda g: (number not in services[g].good, -weight[g], g))
        group = homes[0]
        found = services[group].good.get(number)
        if number in out:
            lost.append(Lost(tool=number, name=tool.name, why=out[number]))
        elif found is None:
            lost.append(Lost(tool=number, name=tool.name, why=services[group].lost.get(number, "no_resource")))
        else:
            own.append(Member(group, found, True))
    return own, lost


def closure(own: Sequence[Member], services: Mapping[str, CompiledService], refused: set[str]) -> list[Member]:
    """The list and get tools, from the same services, of the tables and their parents: without them nobody finds a row."""
    have = {m.compiled.entry.id for m in own} | refused
    out: list[Member] = []
    todo = list(dict.fromkeys(k for m in own for k in _touched(m, services)))

    def add(group: str, reads: Iterable[Compiled]) -> None:
        for found in reads:
            if found.entry.id not in have and len(own) + len(out) < LARGEST:
                have.add(found.entry.id)
                out.append(Member(group, found, False))

    for group, noun in todo:  # a read of each table before the second of any
        reads = _reads(services[group], noun)
        add(group, reads[: not any(c.entry.id in have for c in reads)])
    seen: set[Key] = set()
    while todo:
        key = todo.pop(0)
        if key in seen:
            continue
        seen.add(key)
        group, noun = key
        add(group, _reads(services[group], noun))
        draft = services[group].service.tables[noun]
        todo += [(group, r) for r in _needed(draft)]
        for member in out:
            if member.key == key:
                todo += [k for k in _touched(member, services) if k not in seen]
    return out


def _reads(service: CompiledService, noun: Noun) -> list[Compiled]:
    """The reads of a table, those that ask for least first: of its own rows, else (of a link table) through it, or under another name."""
    found = [c for c in service.good.values() if c.operation.act in ("get", "list") and (c.operation.through == "_".join(noun) if c.operation.through else c.draft.noun == noun)]
    plain = [c for c in found if c.entry.what.noun == noun and c.entry.plain and not c.operation.through and (not c.entry.view or _shows_key(c))]
    return sorted(plain or found, key=lambda c: (c.operation.act != "list", sum(a.required for a in c.operation.arguments), c.entry.tool.name))


def _shows_key(found: Compiled) -> bool:
    shape = found.operation.shape
    return shape is not None and shape.many and set(found.draft.key) <= set(shape.fields.values())


def _needed(draft: Draft) -> list[Noun]:
    """Tables without which a row makes no sense: those its key names."""
    names = [*draft.parents, *(["parent"] if "parent" in draft.columns else [])]
    return [r for n in names if (r := draft.columns[n].reference) is not None]


def _touched(member: Member, services: Mapping[str, CompiledService]) -> list[Key]:
    """Tables that a tool reads, writes or needs an id of."""
    group, draft = member.group, member.compiled.draft
    operation = member.compiled.operation
    out = [(group, draft.noun)]
    out += [(group, n) for n in _needed(draft)]
    for argument in operation.arguments:
        column = draft.columns.get(argument.column or "")
        if column is not None and column.reference is not None and (argument.required or operation.act in ("link", "unlink")):
            out.append((group, column.reference))
    if operation.act in ("get", "list") and operation.shape:
        out += [(group, cell.target) for c in operation.shape.fields.values() if (cell := draft.cells.get(c)) is not None and cell.target is not None and cell.own]
    if operation.through:
        link = _link(operation.through, services[group].service)
        out.append((group, link.noun))
        out += [(group, c.reference) for c in link.columns.values() if c.reference]
    return out


def _link(name: str, service: Service) -> Draft:
    return next(d for d in service.tables.values() if d.link and "_".join(d.noun) == name)


def _tables(members: Sequence[Member], services: Mapping[str, CompiledService]) -> list[Key]:
    out: dict[Key, None] = {}
    todo = [k for m in members for k in _touched(m, services)]
    while todo:
        key = todo.pop(0)
        if key not in out:
            out[key] = None
            todo += [(key[0], n) for n in _needed(services[key[0]].service.tables[key[1]])]
    return sorted(out)


# ---- names ------------------------------------------------------------------------------------------------------


def _table_names(keys: Sequence[Key]) -> dict[Key, str]:
    count = Counter("_".join(noun) for _, noun in keys)
    out: dict[Key, str] = {}
    for group, noun in keys:
        name = "_".join(noun)
        if count[name] > 1:
            name = f"{group.split(':')[-1]}_{name}"
        name = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:56]
        name = f"t_{name}" if not name or name[0].isdigit() else name
        taken, n, base = set(out.values()), 2, name
        while name in taken:
            name, n = f"{base}_{n}", n + 1
        out[group, noun] = name
    return out


def _tool_names(members: Sequence[Member]) -> dict[str, Member]:
    """Unique names; a service's prefix, or more of the path, only where two would be the same."""
    out: dict[str, Member] = {}
    count = Counter(m.compiled.entry.tool.name for m in members)
    for member in sorted(members, key=lambda m: (m.group, m.compiled.entry.tool.source.operation, m.compiled.entry.id)):
        tool = member.compiled.entry.tool
        name = tool.name
        if count[name] > 1:
            if tool.source.vendor == "google":
                parts = [p for p in tool.source.operation.split(".")[1:] if p not in ("projects", "locations")]
                name = "_".join(parts)
                if name in out or sum(_short(m) == name for m in members) > 1:
                    name = "_".join(tool.source.operation.split("."))
            else:
                name = f"{re.sub(r'[^A-Za-z0-9]+', '_', tool.source.service)}_{name}"
        name = name[:64]
        n = 2
        while name in out:
            name, n = f"{name[:60]}_{n}", n + 1
        out[name] = member
    return out


def _short(member: Member) -> str:
    return "_".join(p for p in member.compiled.entry.tool.source.operation.split(".")[1:] if p not in ("projects", "locations"))


def _python_names(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Function names unique in the file."""
    used: set[str] = set()
    out = []
    for operation in operations:
        name, n = operation.python, 2
        while name in used or name.isupper():
            name, n = f"{operation.python}_{n}", n + 1
        used.add(name)
        out.append(operation.model_copy(update={"python": name}))
    return tuple(out)


def _title(domain: Domain, services: Mapping[str, CompiledService], tables: Sequence[Table], own: Sequence[Member]) -> str:
    count = Counter(m.group for m in own)
    groups = [g for g, _ in sorted(count.items(), key=lambda x: (-x[1], x[0]))][:2]
    titles = [services[g].service.title for g in groups] or [domain.name]
    busy = Counter((m.group, m.compiled.draft.noun) for m in own)
    nouns = [plural(t.noun) for t in sorted(tables, key=lambda t: (-busy[t.service, tuple(t.name.split("_"))], t.name)) if not t.name.endswith("_link")]
    nouns = list(dict.fromkeys(nouns))[:SHOWN_TABLES]
    about = nouns[0] if len(nouns) == 1 else ", ".join(nouns[:-1]) + " and " + nouns[-1] if nouns else ""
    return f"{' and '.join(dict.fromkeys(titles))}: {about}"


# ---- columns ----------------------------------------------------------------------------------------------------


def used_columns(key: Key, members: Sequence[Member], services: Mapping[str, CompiledService]) -> dict[str, Col]:
    """The columns that some tool of the world shows, writes or asks for, in the order of the draft."""
    draft = services[key[0]].service.tables[key[1]]
    used = set(draft.key) | ({"parent"} & set(draft.columns))
    for member in members:
        if member.key != key:
            continue
        operation = member.compiled.operation
        if operation.shape:
            used |= {*operation.shape.fields.values(), *operation.shape.beside.values()}
            used |= sources(draft, used)
        tied = set(_link(operation.through, services[key[0]].service).columns) if operation.through else set()
        for argument in operation.arguments:
            used |= {a.column for a in argument.every() if a.column and a.column not in tied}
            used |= set(argument.body.values()) | {p.split(".")[0] for a in argument.every() for p in a.places.values()}
        used |= set(operation.sets) | ({operation.state[0]} if operation.state else set())
    front = [k for k in draft.key if k in draft.columns]
    return {n: draft.columns[n] for n in [*front, *(c for c in draft.columns if c not in front)] if n in used and n in draft.columns}


def _table(key: Key, names: Mapping[Key, str], columns: Mapping[Key, Mapping[str, Col]], services: Mapping[str, CompiledService], members: Sequence[Member]) -> Table:
    group, noun = key
    service = services[group].service
    draft = service.tables[noun]
    phrase = noun_phrase(draft)
    heard = said(phrase, service.texts)
    return Table(
        name=names[key],
        noun=heard or phrase,
        said=heard is not None,
        service=group,
        columns=tuple(_column(c, draft, _always_given(c, draft, members, key), service.texts) for c in columns[key].values()),
        key=draft.key,
        references=_references(key, names, columns, services, members),
        resource=draft.segment is not None and "parent" in columns[key],
    )


def _always_given(column: Col, draft: Draft, members: Sequence[Member], key: Key) -> bool:
    """Does every create ask for it, so that no row is without?"""
    creates = [m.compiled.operation for m in members if m.key == key and m.compiled.operation.act == "create"]
    clears = any(m.compiled.operation.act == "unlink" for m in members if m.key == key)
    return bool(creates) and not clears and all(any(a.column == column.name and a.required and a.role == "value" for a in o.arguments) for o in creates)


def _column(column: Col, draft: Draft, given: bool, texts: str) -> Column:
    key = column.name in draft.key
    plain = column.kind in ("string", "integer")
    choices = tuple(c for c in column.choices if isinstance(c, str) == (column.type == "TEXT")) if plain and not column.json and not key else ()
    if len(choices) < 2 or len(choices) > 40:
        choices = ()
    if column.kind == "boolean":
        choices = (0, 1)
    note = ""
    if key and draft.link:
        note = ""
    elif key and column.name == draft.own and draft.generated and column.name not in HIDDEN:
        note = "made by the service"
    elif column.name == "parent":
        note = "resource name of what holds it"
    elif column.json:
        note = "JSON"
    return Column(
        name=column.name,
        type=column.type,
        null=not key and not given,
        choices=choices,
        default=0 if column.kind == "boolean" and not key else None,
        note=note,
        phrase="" if column.json else column_phrase(column, draft, texts),
        unit=column_unit(column),
    )


def _references(
    key: Key, names: Mapping[Key, str], columns: Mapping[Key, Mapping[str, Col]], services: Mapping[str, CompiledService], members: Sequence[Member]
) -> tuple[Reference, ...]:
    group, noun = key
    service = services[group].service
    draft = service.tables[noun]
    out = []
    for column in columns[key].values():
        target = (group, column.reference) if column.reference else None
        if target is None or target not in names:
            continue
        other = service.tables[target[1]]
        mine = counterparts(draft, other, column, columns[key])
        if mine is None or target == key:
            continue
        on_delete = _on_delete(column, draft, other)
        fixed = any(c in draft.key or _always_given(columns[key][c], draft, members, key) for c in mine)
        if on_delete == "SET NULL" and fixed:
            on_delete = "RESTRICT" if _can_let_go(column, draft) or draft.kinds - {"get", "list"} else "CASCADE"
        if on_delete == "RESTRICT" and _beside(draft, other) and column.name not in (*draft.key, "parent"):
            on_delete = "CASCADE" if fixed else "SET NULL"  # both go with what holds them
        out.append(Reference(columns=mine, table=names[target], on_delete=on_delete))
    distinct = {r.columns: r for r in out}
    return tuple(r for c, r in distinct.items() if not any(set(c) < set(other) for other in distinct))


def children_of(key: Key, names: Mapping[Key, str], columns: Mapping[Key, Mapping[str, Col]], services: Mapping[str, CompiledService]) -> dict[Key, Child]:
    """The tables of the world whose rows lie under those of this one."""
    group, noun = key
    tables = services[group].service.tables
    out = {}
    for other in (k for k in names if k[0] == group and k != key and not tables[k[1]].link):
        draft, theirs = tables[other[1]], columns[other]
        for column in theirs.values():
            mine = counterparts(draft, tables[noun], column, theirs) if column.reference == noun and (column.name in draft.key or column.name == "parent") else None
            if mine is not None:
                out[other] = Child(names[other], draft, theirs, dict(zip(mine, tables[noun].key, strict=True)))
    return out


def _beside(draft: Draft, other: Draft) -> bool:
    """Do the rows of both lie under rows of one table?"""
    mine, theirs = ({d.columns[c].reference for c in (*d.parents, "parent") if c in d.columns} - {None} for d in (draft, other))
    return bool(mine & theirs)


def _can_let_go(column: Col, draft: Draft) -> bool:
    """Can somebody take the row away, or point it elsewhere? What nobody can (events, tags, findings) holds nothing up."""
    kinds = {e.what.kind for e in draft.entries}
    return bool(kinds & {"delete", "unlink"}) or any(draft.find(p) == column.name for e in draft.entries if e.what.kind in ("update", "put") and not e.what.extra for p in e.parameters if column.name not in draft.key)


_CASCADES = re.compile(r"(?i)\b(?:also delet|and all|all (?:of )?(?:its|the|their)|along with|associated .{0,40}(?:are|is) (?:also )?(?:deleted|removed)|cascad)")
_RESTRICTS = re.compile(
    r"(?i)\b(?:must (?:first )?(?:delete|remove|detach|disassociate|be empty)|must not (?:contain|have)|before (?:you )?(?:can )?delet|(?:can't|cannot|can not|not be able to) delete|"
    r"has no|have no|(?:is|are) not (?:in use|associated|attached)|in use|not empty|fails? if|first delete|delete all)"
)


_EMPTY = re.compile(r"(?i)\b(?:must not (?:contain|have)|must (?:first )?(?:delete|remove|detach|disassociate|be empty)|before (?:you )?(?:can )?delet)")


def _on_delete(column: Col, draft: Draft, other: Draft) -> str:
    """What happens to a row when what it refers to is deleted, from what the provider says of deleting."""
    texts = " ".join(e.tool.description for e in other.entries if e.what.kind == "delete")
    errors = " ".join(x for e in other.entries if e.what.kind == "delete" for x in e.tool.source.errors)
    held = column.name in {"parent", *draft.parents, *map(draft.find, draft.holders)} or draft.own is None
    if draft.own is None and not draft.link:
        return "CASCADE"
    words = [w for w in draft.noun if w not in ("link", *other.noun)] if draft.link else draft.noun
    nouns = {*words, *map(plural, words)}
    speaks = bool(nouns & set(re.findall(r"[a-z]+", texts.lower())))
    if draft.link:
        return "RESTRICT" if speaks and _EMPTY.search(texts) else "CASCADE"
    refuses = re.search(r"InUse|NotEmpty|HasDepend|DependencyViolation|StillIn|ResourceHas", errors) or (_RESTRICTS.search(texts) and speaks and not _CASCADES.search(texts))
    if refuses and _can_let_go(column, draft):
        return "RESTRICT"
    if held or (speaks and _CASCADES.search(texts)):
        return "CASCADE"
    return "SET NULL" if column.name not in draft.key else "CASCADE"


def _parents_first(tables: Sequence[Table], holders: Mapping[str, set[str]], columns: Mapping[str, Mapping[str, Col]]) -> tuple[Table, ...]:
    """Parents before children; of references that close a circle the weakest is given up, and never what a row lies under for what it mentions."""
    kept: dict[str, list[Reference]] = {t.name: [] for t in tables}
    for table, reference in sorted(((t, r) for t in tables for r in t.references), key=lambda x: (_weakness(x[0], x[1], columns[x[0].name]), x[0].name)):
        if not _leads(reference.table, table.name, kept):
            kept[table.name].append(reference)
    whole = {t.name: t.model_copy(update={"references": tuple(r for r in t.references if r in kept[t.name])}) for t in sorted(tables, key=lambda t: t.name)}
    return _named_first(whole, holders, columns)


def _weakness(table: Table, reference: Reference, columns: Mapping[str, Col]) -> tuple[bool, bool, bool, bool]:
    """How much a row could do without: what it lies under it could not; then come what every create is given, what reads show, and what bears the other's plain name (no source, no last)."""
    empty = any(c.null for c in table.columns if c.name in reference.columns)
    hidden = not any(c in columns and columns[c].shown for c in reference.columns)
    role = entity(reference.columns[-1])[1] and "_".join(field(reference.columns[-1])[:-1]) != reference.table
    return not lies_under(table, reference), empty, hidden, role


def lies_under(table: Table, reference: Reference) -> bool:
    """Does the row lie under what it refers to, or only speak of it?"""
    return bool(set(reference.columns) & set(table.key)) or "parent" in reference.columns


def _leads(start: str, end: str, references: Mapping[str, Sequence[Reference]]) -> bool:
    return start == end or any(_leads(r.table, end, references) for r in references[start])


def _holders(keys: Sequence[Key], names: Mapping[Key, str], services: Mapping[str, CompiledService]) -> dict[str, set[str]]:
    """Google: the tables whose rows begin the resource names of a table's rows, also where there are several."""
    out: dict[str, set[str]] = {}
    for group, noun in keys:
        draft = services[group].service.tables[noun]
        last = {placeholders(p)[-1] for e in draft.entries if (p := parent_path(e, draft)) and placeholders(p)}
        out[names[group, noun]] = {names[k] for p in last if (k := (group, collection_words(p))) in names and k[1] != noun}
    return out


def _named_first(tables: Mapping[str, Table], holders: Mapping[str, set[str]], columns: Mapping[str, Mapping[str, Col]]) -> tuple[Table, ...]:
    """Parents before children; of those that may come next, the table that lies under or speaks of the fewest still to come."""
    left = {n: spoken_of(t, list(tables.values())) | _inside(columns[n].values(), tables) - {n} for n, t in tables.items()}
    for name, some in left.items():
        own = [c for k, c in columns[name].items() if k in tables[name].key and field(k) in (("id",), ("name",), ("arn",))]
        some |= {"_".join(said_of(c, [tuple(o.split("_")) for o in tables])) for c in own} & set(tables) - {name}
    out: dict[str, Table] = {}
    while left:
        ready = [n for n in left if all(r.table in out for r in tables[n].references)]
        chosen = min(ready, key=lambda n: (len(holders[n] - set(out)), len(left[n] - set(out)), n))
        out[chosen] = tables[chosen]
        del left[chosen]
    return tuple(out.values())


_ID_OF = re.compile(r"(?i)\b(?:identifier|id|name|arn)(?: \([^)]*\))? (?:of|for) (?:the |an? |your )?([a-z]+(?: [a-z]+){0,4})")


def said_of(column: Col, nouns: Iterable[Noun]) -> Noun:
    """Of what it is said that a column is the ID: 'The identifier of the traffic distribution group'; () of none of these."""
    found = _ID_OF.search(str(column.schema.get("description", ""))[:200])
    words = tuple(singular(w) for w in split(found[1])) if found else ()
    return max((n for n in nouns if any(words[i : i + len(n)] == n for i in range(len(words)))), key=len, default=())


def _inside(columns: Iterable[Col], tables: Iterable[str]) -> set[str]:
    """The tables that ids inside objects and lists name: the labels of a message."""
    known = {tuple(t.split("_")): t for t in tables}
    todo = [c.schema for c in columns if c.json]
    found = set()
    for _ in range(3):
        inner = [(n, s) for schema in todo for n, s in {**schema.get("properties", {}), **schema.get("items", {}).get("properties", {})}.items()]
        found |= {t for n, _ in inner for rest, id_like in [entity(one_of(n))] if id_like and (t := known.get(rest))}
        todo = [s for _, s in inner]
    return found


def spoken_of(table: Table, tables: Sequence[Table]) -> set[str]:
    """The other tables that columns of a table name, by key or not."""
    out = set()
    for column in table.columns:
        one = one_of(column.name)
        words, rest = field(one), entity(one)[0]
        if words == ("quuid",):
            out |= {o.name for o in tables if o.name in MACHINES and o.name != table.name}
        if words == ("resource", "arn"):
            out |= {o.name for o in tables if not any(field(c.name) == words for c in o.columns)}
        for other in tables:
            noun = tuple(other.name.split("_"))
            named = noun in (rest, words) or (column.note == "JSON" and noun[-len(words) :] == words) or (len(words) > 1 and column.name in other.key and (column.name not in table.key or other.key == (column.name,)))
            if other.name != table.name and words and named:
                out.add(other.name)
    return out


# ---- operations -------------------------------------------------------------------------------------------------


def _operation(name: str, member: Member, names: Mapping[Key, str], mirrors: Mapping[str, Mirror]) -> Operation:
    operation = member.compiled.operation
    through = None
    if operation.through:
        through = next(names[k] for k in names if k[0] == member.group and "_".join(k[1]) == operation.through)
    return operation.model_copy(update={"name": name, "table": names[member.key], "through": through, "shape": mirrored(operation.shape, mirrors)})


def mark_blind(model: Model) -> Model:
    """Mark the writes whose effect no read shows."""
    shown: dict[str, set[str]] = {}
    for operation in model.operations:
        if operation.act in ("get", "list") and operation.shape:
            shown.setdefault(operation.table, set()).update(shown_by(operation.shape))
            if operation.through:
                shown.setdefault(operation.through, set()).add("*")
    for table, some in seen_through(model.operations):
        shown.setdefault(table, set()).update(some)
    out = []
    for operation in model.operations:
        seen = shown.get(operation.table, set())
        out.append(operation.model_copy(update={"blind": operation.act not in ("get", "list") and not _visible(operation, seen)}))
    return model.model_copy(update={"operations": tuple(out)})


def _visible(operation: Operation, seen: set[str]) -> bool:
    if operation.act in ("create", "copy", "delete") or operation.through:
        return bool(seen)
    if operation.act == "put" and seen:
        return True
    return bool(written(operation) & seen)


def written(operation: Operation) -> set[str]:
    """Columns of existing rows that an operation may change."""
    out = {a.column for a in operation.arguments if a.role in ("value", "adds", "removes", "part") and a.column}
    out |= {c for a in operation.arguments for c in (*a.body.values(), *(a.places.values() if a.role == "empties" else ()))}
    out |= set(operation.sets)
    if operation.state and operation.act == "set":
        out.add(operation.state[0])
    return out


def schema_of(column: Col, text: int = 100) -> Schema:
    """What an agent is told of a field of an answer."""
    out: Schema = {"type": kind_of(column.schema)}
    if description := column.schema.get("description"):
        out["description"] = str(description)[:text]
    if column.kind == "array":
        out["items"] = {"type": kind_of(column.schema.get("items", {}))}
    return out
