"""From the tools of one service to its tables: nouns, keys, columns and references.

Tables are compiled from the whole service; a world is a selection of tools over them. What the compiler does not
understand it leaves out, with a reason, instead of guessing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.edges import placeholders
from agentscaler.envs.addresses import lie_at, one_address
from agentscaler.envs.columns import find_columns, find_parts, find_references
from agentscaler.envs.drafts import Draft, Entry, Noun, table_of
from agentscaler.envs.envelope import of_the_call, reports_failure
from agentscaler.envs.held_rows import one_described, tell_rows_apart
from agentscaler.envs.items import Item, find_item, input_only, one_of
from agentscaler.envs.keys import STRICT_CONTEXT, TIES, WHOLE_NAME, called_by_upsert, find_key
from agentscaler.envs.kinds import of_the_whole
from agentscaler.envs.maps import as_maps, told_maps
from agentscaler.envs.nested import home_nouns
from agentscaler.envs.things import find_tables, same_nouns
from agentscaler.records import Schema, Tool
from agentscaler.schemas import kind_of
from agentscaler.verbs import CLASS, VIEW_WORDS, analyse, participle
from agentscaler.words import entity, field

QUALIFIERS: Final = frozenset(["aws", "owner", "billing", "home", "ad", "cloud", "google"])


class Service(NamedTuple):
    """What was understood of one service."""

    group: str
    title: str
    entries: list[Entry]
    tables: dict[Noun, Draft]
    contexts: frozenset[str]
    """Parameters that name the surroundings: equal for all calls of a world."""
    texts: str
    """All sentences of the provider, lower case, for the question which nouns it uses."""


def compile_service(group: str, tools: Mapping[str, Tool]) -> Service:
    """tools: id -> tool, all of one service (copies that live in several services included)."""
    entries = []
    maps = told_maps(tools.values())
    for number, tool in sorted(tools.items(), key=lambda x: (x[1].source.operation, x[0])):
        what = analyse(tool.source, tool.name)
        tool = as_maps(relaxed(tool), maps)
        item = find_item(tool, what)
        if (what.verb == "describe" or CLASS.get(what.verb) == "get") and what.kind == "list" and item is not None and not item.many:
            what = what._replace(kind="get")
        entries.append(Entry(number, tool, what, item))
    entries = _own_beside(of_the_whole(same_nouns(read_ties(made_from(own_settings(one_address(home_nouns(entries))))))))
    tables = find_tables(entries)
    contexts = find_contexts(entries, tables)
    above = lie_at(tables)
    for draft in tables.values():
        draft.above = above
        draft.kin = frozenset(draft.noun[i:] for i in range(1, len(draft.noun)) if draft.noun[i:] in tables)
    for draft in tables.values():
        find_key(draft, tables, contexts)
        draft.generated = draft.generated and not called_by_upsert(draft)
        entries = one_described(draft, entries, contexts)
        tell_rows_apart(draft, tables, contexts)
        draft.kin -= {entity(draft.own)[0]} if draft.own else set()
    entries = find_jobs(entries, tables)
    for draft in tables.values():
        entries = one_value(draft, entries)
        entries = list_of_one(draft, entries, tables)
    for draft in tables.values():
        find_columns(draft, tables)
    find_parts(entries, tables)
    for draft in tables.values():
        find_references(draft, tables, contexts)
    tables = {n: d for n, d in tables.items() if d.key and all(k in d.columns for k in d.key)}
    for draft in tables.values():
        for column in draft.columns.values():
            if column.reference not in tables:
                column.reference = None
    title = next((e.tool.source.title for e in entries if e.tool.source.title and e.tool.source.group == group), group)
    return Service(group, title, entries, tables, contexts, _texts(entries))


def _own_beside(entries: list[Entry]) -> list[Entry]:
    """What stands beside an item is its own, unless it is a thing that the service speaks of elsewhere (Users beside Group)."""
    nouns = {e.what.noun for e in entries} | {e.what.noun[-1:] for e in entries}
    out = []
    for entry in entries:
        item = entry.item
        if item is not None and item.beside:
            asked = {field(p) for p in entry.parameters}
            kept = {n: s for n, s in item.beside.items() if field(n) not in nouns | asked and not of_the_call(n, s)}
            entry = entry._replace(item=item._replace(beside=kept))
        out.append(entry)
    return out


_MADE = re.compile(r"(?i)output[ -]only|system[ -](?:assigned|generated)|server[ -](?:assigned|generated|defined)|(?:assigned|generated|set|populated|created) by the (?:server|system|service)\b")
_FIXED = re.compile(r"(?i)^\W*(?:(?:optional|required|input[ -]only|identifier)\b\W*)*(?:output[ -]only|immutable)\b[.,;:]")
"""What a patch cannot change: chosen when the thing is made."""
_MADE_TIME = re.compile(r"(?i)^(?:create|creation|created|update|updated|delete|modification|last_?update|last_?modified)_?(?:time|at|date|on)$|^(?:creator|lastModifyUser|selfLink)$")


def relaxed(tool: Tool) -> Tool:
    """A Google body as it may be sent: what the server makes is no parameter, and a patch requires no field of the body, but may require its mask."""
    source = tool.source
    properties: Mapping[str, Schema] = tool.parameters.get("properties", {})
    if source.vendor == "google" and tool.returns is not None:
        tool = tool.model_copy(update={"returns": _without_input(tool.returns)})
    if source.vendor != "google" or source.verb not in ("POST", "PATCH", "PUT"):
        return tool
    fixed = _FIXED if source.verb == "PATCH" else _MADE
    made = {n for n, s in properties.items() if n not in source.in_path and field(n) != ("update", "mask") and (fixed.search(str(s.get("description", ""))[:200]) or _MADE_TIME.search(n) or _MADE.search(str(s.get("description", ""))[:200]))}
    identified = any(n.endswith("Id") and n not in source.in_path for n in properties) or WHOLE_NAME.search(str(properties.get("name", {}).get("description", "")))
    if source.verb == "POST" and "parent" in source.in_path and identified and (source.path or "").rsplit("/", 1)[-1].isalpha() and "display name" not in str(properties.get("name", {}).get("description", "")).lower():
        made.add("name")  # parent and id make it
    kept = [n for n in tool.parameters.get("required", ()) if n not in made and (source.verb != "PATCH" or n in source.in_path or field(n) == ("update", "mask"))]
    parameters = {**tool.parameters, "properties": {n: s for n, s in properties.items() if n not in made}, "required": kept}
    return tool.model_copy(update={"parameters": parameters})


def _without_input(schema: Schema) -> Schema:
    """An answer without the fields that are 'Input only.'; a secret that is given is never told."""
    out = dict(schema)
    if properties := schema.get("properties"):
        out["properties"] = {n: _without_input(s) for n, s in properties.items() if not input_only(s)}
    if items := schema.get("items"):
        out["items"] = _without_input(items)
    return out


def _texts(entries: Iterable[Entry]) -> str:
    parts = []
    for entry in entries:
        parts.append(entry.tool.description)
        parts += [s.get("description", "") for s in list(entry.parameters.values())[:8]]
    text = " . ".join(parts)
    spelled = " . ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part) for part in re.findall(r"[^.]*[a-z][A-Z][^.]*", text))
    return re.sub(r"[^a-z0-9]+", " ", f"{text} . {spelled}".lower())


_SURROUNDS: Final = (*((w,) for w in STRICT_CONTEXT), ("user",), ("customer",), ("profile",))


def find_contexts(entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> frozenset[str]:
    """Parameters that name the surroundings and no row: project, region, account, or an id that most tools ask for."""
    asked = Counter(p for e in entries for p in e.required)
    elsewhere = {p for e in entries if e.what.kind not in ("create", "compute", "other") for p in e.required}
    out = set()
    for name, times in asked.items():
        if not {kind_of(e.parameters[name]) for e in entries if name in e.parameters} <= {"string", "integer"} or table_of(name, tables) is not None:
            continue
        rest, id_like = entity(name)
        words = rest or field(name)
        if any(rest and n[-len(rest) :] == rest for n in tables):
            continue
        strict = bool(words) and words[-1] in STRICT_CONTEXT and (len(words) == 1 or words[-2] in QUALIFIERS)
        if (strict and name in elsewhere and times >= max(2, 0.3 * len(entries))) or (id_like and rest and name in elsewhere and times >= 0.5 * len(entries) and len(entries) >= 8 and field(name)[-1] not in ("name", "arn")) or (times >= 0.4 * len(entries) and times >= 6 and name in elsewhere and kind_of(next(e.parameters[name] for e in entries if name in e.parameters)) == "string" and words[-1:] in (("bearer",), ("edition",), ("product",), ("language",))):
            out.add(name)
    out |= _google_contexts(entries, tables)
    return frozenset(out)


def _google_contexts(entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> set[str]:
    """Path parameters in front of the last one that no table holds: `userId`, `customer`, `project`, `zone`."""
    out = set()
    named = {h[-1] for e in entries if e.what.kind in ("get", "delete") and not e.what.extra and (e.tool.source.path or "").endswith("}") and (h := placeholders(e.tool.source.path or ""))}
    first = Counter(h[0] for e in entries if e.tool.source.vendor == "google" and (h := placeholders(e.tool.source.path or "")) and h[0] in e.tool.source.in_path)
    for entry in entries:
        source = entry.tool.source
        if source.vendor != "google" or not source.path:
            continue
        holders = placeholders(source.path)
        if holders and entity(holders[0])[0][-1:] in _SURROUNDS and first[holders[0]] >= max(20, 0.8 * len(entries)) and holders[0] in entry.required:
            out.add(holders[0])  # userprofiles/{profileId}/...: whoever asks; every path begins with it
        own = holders[-1:] if entry.what.kind not in ("create", "list") or source.path.rstrip("/").endswith("}") or entry.what.extra else []
        for name in holders:
            if name in source.in_path and name not in own and (name not in named or entity(name)[0][-1:] in _SURROUNDS) and table_of(name, tables) is None and name in entry.required:
                out.add(name)
    return out


def one_value(draft: Draft, entries: list[Entry]) -> list[Entry]:
    """A thing has one of it, and its read answers a list: the list is one value (GetLifecycleConfiguration -> Rules)."""
    if draft.own is not None or not draft.parents or not draft.kinds & {"update", "put"}:
        return entries
    change = {}
    for entry in draft.entries:
        item = entry.item
        asked = {field(p) for p in entry.required}
        if entry.what.kind in ("get", "list") and item is not None and item.many and len(item.wrap) == 1 and entry.tool.returns is not None and all(field(p) in asked for p in draft.parents):
            name = item.wrap[0]
            fields = {name: entry.tool.returns["properties"][name]}
            change[entry.id] = entry._replace(item=Item((), False, False, fields, None, None, ()), what=entry.what._replace(kind="get"))
    draft.entries = [change.get(e.id, e) for e in draft.entries]
    return [change.get(e.id, e) for e in entries]


def list_of_one(draft: Draft, entries: list[Entry], tables: Mapping[Noun, Draft]) -> list[Entry]:
    """DescribeLoadBalancerAttributes(LoadBalancerArn) -> Attributes: what one row has several of is a list that the row holds, and no fields of the row."""
    if draft.own is None or draft.own == "position" or draft.segment is not None:
        return entries
    change = {}
    for entry in draft.entries:
        item = entry.item
        if not entry.view or item is None or not item.many or len(item.wrap) != 1 or entry.tool.returns is None:
            continue
        asked = [p for p in entry.required if kind_of(entry.parameters.get(p, {})) in ("string", "integer")]
        shown = [n for n in item.fields if _of_the_row(n, draft)]
        schema = entry.tool.returns["properties"].get(item.wrap[0], {})
        lists = [n for n, s in entry.tool.returns["properties"].items() if kind_of(s) == "array" and not reports_failure(n)]
        if len(asked) != len(entry.required) or shown or len(lists) != 1 or not any(_of_the_row(p, draft) for p in asked) or field(one_of(item.wrap[0])) in (draft.noun, draft.noun[-1:]):
            continue
        named = item.scalar and table_of(one_of(item.wrap[0]), tables, draft.noun) is not None
        others = {n for e in draft.entries if e.item and e.id != entry.id and e.what.kind in ("get", "list") and not e.view for n in e.item.fields}
        if not named and len(others & set(item.fields)) < 0.5 * len(item.fields):
            change[entry.id] = entry._replace(item=Item((), False, False, {item.wrap[0]: schema}, None, None, ()), what=entry.what._replace(kind="get"))
    draft.entries = [change.get(e.id, e) for e in draft.entries]
    return [change.get(e.id, e) for e in entries]


def _of_the_row(name: str, draft: Draft) -> bool:
    """Is it the row's id: TestSetId, testSetArn, or as its key is called?"""
    own, words = field(draft.own or ""), field(name)
    return words in (own, (*draft.noun, own[-1]), (*draft.noun[-1:], own[-1]))


def made_from(entries: list[Entry]) -> list[Entry]:
    """RestoreGraphFromSnapshot(snapshotIdentifier) makes a graph; ProvisionProduct makes a provisioned product."""
    nouns = {e.what.noun for e in entries}
    read = {e.what.noun for e in entries if e.what.kind in ("get", "list")}
    given = {(e.what.noun, entity(p)) for e in entries if e.what.kind == "create" for p in e.parameters}
    out = []
    for entry in entries:
        what = entry.what
        source = what.tail if what.verb == "restore" and what.kind == "action" and what.preposition == "from" else ()
        own = [p for p in entry.required if entity(p)[1] and entity(p)[0] in (what.noun, what.noun[-1:])]
        named = any(entity(p)[0][-1:] == source[-1:] for p in entry.required)
        if source and named and any(n[-len(source) :] == source for n in nouns) and all((what.noun, entity(p)) in given for p in own):
            entry = entry._replace(what=what._replace(kind="create"))
        elif what.kind == "create" and (participle(what.verb), *what.noun) in read:
            entry = entry._replace(what=what._replace(noun=(participle(what.verb), *what.noun)))
        out.append(entry)
    return out


def own_settings(entries: list[Entry]) -> list[Entry]:
    """GetCachePolicyConfig(Id) answers the CachePolicyConfig that GetCachePolicy(Id) shows in its row: a look at a part of the row."""
    written = {e.what.noun for e in entries if e.what.kind not in ("get", "list")}
    wholes = {e.what.noun: e for e in entries if e.what.kind == "get" and e.item is not None and not e.item.many and not e.item.scalar}
    out = []
    for entry in entries:
        item, noun = entry.item, entry.what.noun
        whole = wholes.get(noun[:-1]) if noun not in written and noun[-1:] and noun[-1] not in VIEW_WORDS else None
        if entry.what.kind == "get" and whole is not None and item is not None and not item.many and len(item.wrap) == 1 and whole.item is not None:
            name = item.wrap[0]
            part = whole.item.fields.get(name, {}).get("properties", {})
            if set(part) & set(item.fields) and len(set(part) & set(item.fields)) >= 0.8 * len(item.fields) and list(entry.required) == list(whole.required):
                one = Item((), False, False, {name: whole.item.fields[name]}, None, None, ())
                entry = entry._replace(what=entry.what._replace(noun=noun[:-1]), item=one, view=True)
        out.append(entry)
    return out


def read_ties(entries: list[Entry]) -> list[Entry]:
    """AssociateRouteServer makes what GetRouteServerAssociations reads: a tie whose association is read is a row of that."""
    read: dict[Noun, list[Entry]] = {}
    for entry in entries:
        if entry.what.kind in ("get", "list") and entry.item is not None and not entry.item.scalar:
            read.setdefault(entry.what.noun, []).append(entry)
    made = {e.what.noun for e in entries if e.what.kind in ("create", "put", "delete")}
    out = []
    for entry in entries:
        what = entry.what
        nouns = [n for head in (what.noun, (*what.noun, *what.tail), (*what.tail, *what.noun)) for n in ((*head, last) for last in TIES)] if what.kind in ("link", "unlink") else []
        nouns += [what.noun] if nouns and _made_by_tying(entry) else []
        noun = next((n for n in nouns if n in read and n not in made), None)
        if noun is not None and all(_tells(p, read[noun]) for p in entry.required) and (len(entry.required) > 1 or (what.kind == "unlink" and _one_names(entry, read[noun]))):
            entry = entry._replace(what=what._replace(kind="create" if what.kind == "link" else "delete", noun=noun))
        out.append(entry)
    return out


def _made_by_tying(entry: Entry) -> bool:
    """AssociateCustomDomain beside DescribeCustomDomains: what nothing else makes may be made by tying it, if it is one thing and not a choice of a default."""
    what = entry.what
    several = any(kind_of(s) == "array" and s.get("items", {}).get("properties") and n not in entry.required for n, s in entry.parameters.items())
    return what.verb in ("associate", "disassociate", "attach", "detach", "bind", "unbind") and not what.tail and not several and what.noun[:1] not in (("default",), ("primary",))


def _tells(name: str, reads: Sequence[Entry]) -> bool:
    """Do the rows, or what is asked for them, tell this id?"""
    told = {field(f) for e in reads if e.item for f in e.item.fields} | {field(p) for e in reads for p in e.required}
    return field(name) in told or (("id",) in told and bool(set(entity(name)[0][-1:]) & set(TIES)))


def _one_names(entry: Entry, reads: Sequence[Entry]) -> bool:
    """Does the only id that is asked for name the association itself?"""
    return any(bool(set(entity(p)[0][-1:]) & set(TIES)) or any(e.what.kind == "get" and list(e.required) == [p] and e.item and not e.item.many for e in reads) for p in entry.required)


JOB_VERBS = ("start", "run", "execute", "send", "invoke", "trigger", "begin", "apply", "process", "replay")


def find_jobs(entries: list[Entry], tables: Mapping[Noun, Draft]) -> list[Entry]:
    """StartQueryExecution, RunInstances: no argument holds the own id and the answer brings a new one, so it creates."""
    out = []
    for entry in entries:
        draft = tables.get(entry.what.noun)
        if entry.what.kind == "action" and entry.what.verb in JOB_VERBS and draft is not None and draft.own and draft.segment is None:
            own = field(draft.own)
            spellings = (own, (*draft.noun, own[-1]), (*draft.noun[-1:], own[-1]))
            names = {field(n) for n in (entry.item.fields if entry.item else ())}
            if not any(field(p) in spellings for p in entry.parameters) and any(s in names for s in spellings):
                entry = entry._replace(what=entry.what._replace(kind="create"))
                draft.entries = [entry if e.id == entry.id else e for e in draft.entries]
        out.append(entry)
    return out
