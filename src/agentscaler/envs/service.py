"""From the tools of one service to its tables: nouns, keys, columns and references.

Tables are compiled from the whole service; a world is a selection of tools over them. What the compiler does not
understand it leaves out, with a reason, instead of guessing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.drafts import ITEM_KINDS, MAX_COLUMNS, OPTION, SCALARS, STATE, TOKEN, Draft, Entry, Noun, table_of, usable
from agentscaler.envs.items import Item, find_item, is_plural, one_of
from agentscaler.records import Schema, Tool
from agentscaler.schemas import kind_of
from agentscaler.verbs import NOT_THINGS, VIEW_WORDS, analyse
from agentscaler.words import PAGING, TRANSPORT, entity, field

STRICT_CONTEXT = frozenset("project location region zone account organization folder uin tenant catalog".split())
QUALIFIERS = frozenset("aws owner billing home ad cloud google".split())


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
    for number, tool in sorted(tools.items(), key=lambda x: (x[1].source.operation, x[0])):
        what = analyse(tool.source, tool.name)
        item = find_item(tool, what)
        if what.verb == "describe" and what.kind == "list" and item is not None and not item.many:
            what = what._replace(kind="get")
        entries.append(Entry(number, tool, what, item))
    entries = same_nouns(entries)
    tables = find_tables(entries)
    contexts = find_contexts(entries, tables)
    for draft in tables.values():
        find_key(draft, tables, contexts)
    entries = find_jobs(entries, tables)
    for draft in tables.values():
        entries = one_value(draft, entries)
    for draft in tables.values():
        find_columns(draft)
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


def _texts(entries: Iterable[Entry]) -> str:
    parts = []
    for entry in entries:
        parts.append(entry.tool.description)
        parts += [s.get("description", "") for s in list(entry.parameters.values())[:8]]
    text = " . ".join(parts)
    spelled = " . ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part) for part in re.findall(r"[^.]*[a-z][A-Z][^.]*", text))
    return re.sub(r"[^a-z0-9]+", " ", f"{text} . {spelled}".lower())


# ---- nouns ----------------------------------------------------------------------------------------------------


def same_nouns(entries: list[Entry]) -> list[Entry]:
    """One noun for one thing: view words off, 'instance' and 'DB instance' together where only one can be meant."""
    kinds: dict[Noun, set[str]] = defaultdict(set)
    for entry in entries:
        kinds[entry.what.noun].add(entry.what.kind)
    views = {noun: short for noun, what in kinds.items() if (short := _without_view(noun, what, kinds))}
    change = dict(views)
    reads = [n for n, k in kinds.items() if k & {"get", "list"} and not k & {"create", "delete", "put"} and n not in views]
    writes = [n for n, k in kinds.items() if k & {"create", "delete"} and not k & {"get", "list"} and n not in views]
    for noun in reads:
        near = [w for w in writes if _ends(w, noun)]
        if len(near) == 1 and len([r for r in reads if _ends(r, near[0])]) == 1:
            longer, other = sorted((noun, near[0]), key=len, reverse=True)
            change[other] = longer
    out = []
    exact = {n for n, k in kinds.items() if k & {"get", "list"}}
    for entry in entries:
        noun = entry.what.noun
        target = change.get(noun, noun)
        view = noun in views and target in exact
        out.append(entry._replace(what=entry.what._replace(noun=change.get(target, target)), view=view))
    return out


def _ends(a: Noun, b: Noun) -> bool:
    return bool(a and b and a != b and (a[-len(b) :] == b or b[-len(a) :] == a))


def _without_view(noun: Noun, what: set[str], kinds: Mapping[Noun, set[str]]) -> Noun | None:
    if what & {"create", "delete"}:
        return None
    short = noun
    while len(short) > 1 and short[-1] in VIEW_WORDS:
        short = short[:-1]
        if short in kinds:
            return short
    return None


def find_tables(entries: Sequence[Entry]) -> dict[Noun, Draft]:
    by_noun: dict[Noun, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_noun[entry.what.noun].append(entry)
    things: dict[Noun, list[Entry]] = {n: some for n, some in sorted(by_noun.items()) if n and _is_thing(n, some)}
    tables = {n: Draft(n, some) for n, some in things.items() if not _is_relation(n, some, things)}
    parts = {n: some for n, some in sorted(by_noun.items()) if n not in tables and (_is_part(n, some, tables) or _is_setting(n, some, tables) or _is_reference(n, some, tables))}
    return dict(sorted((tables | {n: Draft(n, some) for n, some in parts.items()}).items()))


def _is_setting(noun: Noun, entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> bool:
    """Google settings that are read (and updated) under one fixed resource name."""
    if not noun or NOT_THINGS.search("_".join(noun)) or not {"get"} <= {e.what.kind for e in entries} <= {"get", "update", "put"}:
        return False
    return fixed_name(Draft(noun, list(entries)), tables) is not None and all(e.item is not None and not e.item.many for e in entries if e.what.kind == "get")


def _is_part(noun: Noun, entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> bool:
    """What a thing has one of (GetBucketAbac(Bucket)), or many without an identity (GetPrefixListEntries(PrefixListId))."""
    if not noun or NOT_THINGS.search("_".join(noun)):
        return False
    reads = [e for e in entries if e.what.kind in ("get", "list") and e.plain and e.item and not e.item.scalar and not e.view]
    if not reads or not all(e.what.kind in ("get", "list", "update", "put", "delete") for e in entries):
        return False
    for entry in reads:
        asked = [p for p in entry.required if not PAGING.match(" ".join(field(p)))]
        owners = [table_of(p, tables) for p in asked if kind_of(entry.parameters.get(p, {})) == "string"]
        if not asked or len(owners) != len(asked) or not all(owners) or entry.item is None:
            return False
        if entry.item.many and len([f for f, s in entry.item.fields.items() if usable(f, s)]) < 2:
            return False
    return True


def _is_reference(noun: Noun, entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> bool:
    """What can only be read and has no identity: rows of a log or a catalogue, or the account's settings."""
    if not noun or NOT_THINGS.search("_".join(noun)) or any(e.what.kind not in ("get", "list") or e.what.extra for e in entries):
        return False
    if any(noun[: len(n)] == n or noun[-len(n) :] == n for n in tables) and not any(e.item and e.item.many for e in entries):
        return False
    for entry in entries:
        if entry.item is None or entry.item.scalar or len([f for f, s in entry.item.fields.items() if usable(f, s) and kind_of(s) in SCALARS]) < 3:
            return False
        if not entry.item.many and [p for p in entry.required if not PAGING.match(" ".join(field(p)))]:
            return False
    return len({e.item.many for e in entries if e.item}) == 1


def _is_thing(noun: Noun, entries: Sequence[Entry]) -> bool:
    """Does the service keep rows of it?"""
    kinds = {e.what.kind for e in entries}
    reads = [e for e in entries if e.what.kind in ("get", "list") and e.plain and e.item]
    rows = any(not e.item.scalar and len(e.item.fields) >= 2 for e in reads if e.item)
    scalar = any(e.item.scalar for e in reads if e.item)
    unknown = any(e.what.kind in ("get", "list") and e.tool.returns is None and e.tool.source.vendor == "user" for e in entries)
    if NOT_THINGS.search("_".join(noun)) and not kinds & {"create", "delete"}:
        return False
    if len(noun) == 1 and noun[0] in STRICT_CONTEXT and "create" not in kinds:
        return False
    ids = any(entity(p)[1] for e in entries if e.what.kind in ITEM_KINDS for p in e.required)
    if kinds & {"create", "put"}:
        return rows or ids or unknown or "delete" in kinds or scalar
    if "delete" in kinds:
        return rows or ids
    if kinds & {"update", "action"}:
        return rows or (unknown and ids)
    return (rows and _identified(noun, entries)) or (unknown and ids)


def _identified(noun: Noun, entries: Sequence[Entry]) -> bool:
    """A thing that is only read must have an identity in its rows: its own id, or a name."""
    for entry in entries:
        for name in entry.item.fields if entry.item else ():
            words = field(name)
            if words in (("id",), ("name",), ("arn",)) or (words[-1:] in (("id",), ("arn",), ("name",)) and words[:-1] and noun[-len(words[:-1]) :] == words[:-1]):
                return True
    return False


def _is_relation(noun: Noun, entries: Sequence[Entry], things: Mapping[Noun, Sequence[Entry]]) -> bool:
    """Only lists of another thing's rows (ListAttachedRolePolicies): no table of its own."""
    if {e.what.kind for e in entries} - {"get", "list"}:
        return False
    mine = {field(n) for e in entries if e.item for n in e.item.fields}
    for other, some in things.items():
        if other != noun and len(other) < len(noun) and noun[-len(other) :] == other:
            theirs = {field(n) for e in some if e.item for n in e.item.fields}
            if len(mine & theirs) >= 0.5 * len(mine):
                return True
    return False


# ---- contexts and keys ----------------------------------------------------------------------------------------


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
        if strict and name in elsewhere and times >= max(2, 0.3 * len(entries)):
            out.add(name)
        elif id_like and rest and name in elsewhere and times >= 0.5 * len(entries) and len(entries) >= 8 and field(name)[-1] not in ("name", "arn"):
            out.add(name)
        elif times >= 0.4 * len(entries) and times >= 6 and name in elsewhere and kind_of(next(e.parameters[name] for e in entries if name in e.parameters)) == "string" and words[-1:] in (("bearer",), ("edition",), ("product",), ("language",)):
            out.add(name)
    out |= _google_contexts(entries, tables)
    return frozenset(out)


def _google_contexts(entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> set[str]:
    """Path parameters in front of the last one that no table holds: `userId`, `customer`, `project`, `zone`."""
    out = set()
    for entry in entries:
        source = entry.tool.source
        if source.vendor != "google" or not source.path:
            continue
        holders = placeholders(source.path)
        own = holders[-1:] if entry.what.kind not in ("create", "list") or source.path.rstrip("/").endswith("}") or entry.what.extra else []
        for name in holders:
            if name in source.in_path and name not in own and table_of(name, tables) is None and name in entry.required:
                out.add(name)
    return out


def find_key(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Own key and parents, from what get, update and delete must be given."""
    entries = [e for e in draft.entries if e.what.kind in ITEM_KINDS and (not e.what.extra or e.what.kind in ("action", "update"))]
    draft.own = _google_key(draft) or _own_key(draft, entries, tables, contexts)
    makers = [e for e in draft.entries if e.what.kind in ("create", "put") and not e.what.extra]
    asks = [any(draft.own and field(p) == field(draft.own) for p in e.parameters) for e in makers]
    named = draft.own is not None and field(draft.own)[-1:] == ("name",)
    draft.generated = not any(asks) if named else not all(asks) or not asks
    if draft.segment is None and draft.kinds <= {"get", "update", "put"} and (form := fixed_name(draft, tables)):
        draft.own, draft.single, draft.fixed = None, True, form
        return
    if draft.segment is not None:
        draft.generated = not any(is_slug(p, draft) for e in draft.entries if e.what.kind == "create" for p in e.parameters)
        return
    _parents(draft, entries, tables, contexts)
    _natural(draft, tables, contexts)
    if draft.own is None and draft.parents and not draft.kinds & {"create", "delete", "update", "put", "action"} and _lists(draft):
        draft.own = _field_key(draft) or "position"
        draft.generated = True
    if draft.own or draft.parents:
        return
    asks = [p for e in draft.entries for p in e.required if entity(p)[1] and p not in contexts]
    if draft.kinds <= {"get", "list"}:
        if _lists(draft):
            draft.own = _field_key(draft) or "position"
        else:
            draft.single = True
        return
    if draft.kinds & {"get", "list"} and draft.kinds & {"update", "put"} and not asks:
        draft.single = True
    else:
        draft.own = _field_key(draft)


def _natural(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Further parts of the key: what every get and delete asks for beside the ids (a route's destination)."""
    strict = [e for e in draft.entries if e.what.kind in ("get", "delete") and e.required and not e.what.extra and not e.view]
    makers = [e for e in draft.entries if e.what.kind in ("create", "put")]
    if not strict or not makers or (draft.own and draft.generated):
        return
    known = {field(n) for n in [*draft.parents, *([draft.own] if draft.own else [])]}
    for name in strict[0].required:
        schema = strict[0].parameters.get(name, {})
        if name in contexts or OPTION.search(name) or TOKEN.search(name) or TRANSPORT.match(name) or kind_of(schema) not in ("string", "integer"):
            continue
        if field(name) in known or field(name)[-1:] in (("language",), ("view",)) or not all(name in e.required for e in strict) or not all(name in e.parameters for e in makers):
            continue
        if draft.own is not None and table_of(name, tables) == draft.noun:
            continue
        if draft.own is None:
            draft.own, draft.generated = name, False
        elif len(draft.parents) < 3:
            draft.parents.append(name)


def _lists(draft: Draft) -> bool:
    return any(e.item is not None and e.item.many for e in draft.entries if e.what.kind in ("get", "list"))


def _parents(draft: Draft, entries: Sequence[Entry], tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    strict = [e for e in entries if e.required] or [e for e in draft.entries if e.what.kind in ("create", "list") and e.required]
    asked: Counter[str] = Counter()
    for entry in strict:
        for name in entry.required:
            own = draft.own is not None and (name == draft.own or one_of(name) == draft.own or field(name) == field(draft.own))
            if own or name in contexts or kind_of(entry.parameters.get(name, {})) != "string" or table_of(name, tables, draft.noun) is None:
                continue
            asked[name] += 1
    chosen = [n for n, times in asked.items() if times >= 0.6 * len(strict)]
    path = placeholders(strict[0].tool.source.path or "") if strict else []
    order = path if path and all(n in path for n in chosen) else list(strict[0].required) if strict else []
    seen: set[Noun | None] = set()
    for name in sorted(chosen, key=lambda n: (order.index(n) if n in order else 99, n)):
        target = table_of(name, tables, draft.noun)
        if target not in seen:
            draft.parents.append(name)
            seen.add(target)


def _google_key(draft: Draft) -> str | None:
    """Resource names: `name` holds the whole path; the last collection of flatPath is the table."""
    shown = {n for e in draft.entries if e.item for n in e.item.fields}
    for entry in draft.entries:
        source = entry.tool.source
        if source.vendor != "google" or not source.path:
            continue
        holders = placeholders(source.path)
        loose = [p for p in source.in_path if p not in holders]
        if len(loose) != 1 or not holders:
            continue
        if entry.what.kind in ITEM_KINDS and not entry.what.extra and collection_words(holders[-1]) == draft.noun:
            draft.segment = source.path.rsplit("{", 1)[0].rstrip("/").rsplit("/", 1)[-1]
            return loose[0] if loose[0] in shown else "name"
        if entry.what.kind in ("create", "list") and not entry.what.extra and loose[0] in ("parent", collection_words(holders[-1])[-1]):
            draft.segment = source.path.rstrip("/").rsplit("/", 1)[-1].split(":")[0]
            return "name"
    return None


def fixed_name(draft: Draft, tables: Mapping[Noun, Draft]) -> str | None:
    """'projects/{projectsId}/locations/{locationsId}/ekmConfig': the one name that a settings resource can have."""
    found = set()
    for entry in draft.entries:
        source = entry.tool.source
        loose = [p for p in source.in_path if p not in placeholders(source.path or "")]
        if source.vendor != "google" or len(loose) != 1 or entry.what.kind not in ("get", "update", "put"):
            return None
        form = str(entry.parameters[loose[0]].get("pattern", "")).strip("^$")
        parts = form.split("/")
        if not form or any(collection_words(p) in tables for p in parts):
            return None
        names = iter(placeholders(source.path or ""))
        found.add("/".join("{" + next(names, "x") + "}" if p == "[^/]+" else p for p in parts))
    return found.pop() if len(found) == 1 else None


def parent_parameter(entry: Entry) -> str | None:
    """The parameter of a Google list or create that holds the resource name of the parent."""
    source = entry.tool.source
    loose = [p for p in source.in_path if p not in placeholders(source.path or "")]
    return loose[0] if source.vendor == "google" and len(loose) == 1 and entry.what.kind in ("list", "create") else None


def _own_key(draft: Draft, entries: Sequence[Entry], tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> str | None:
    points: dict[str, float] = defaultdict(float)
    strict = [e for e in entries if e.what.kind in ("get", "delete") and any(p not in contexts for p in e.required)]
    shown = {field(n) for e in draft.entries if e.item for n in e.item.fields}
    for entry in entries:
        holders = placeholders(entry.tool.source.path or "")
        optional = [] if entry.required else [p for p in entry.parameters if entity(p)[1]]
        for name in [*entry.required, *optional]:
            schema = entry.parameters.get(name, {})
            inner = schema.get("items", {}) if kind_of(schema) == "array" else schema
            if name in contexts or kind_of(inner) not in ("string", "integer") or PAGING.match(" ".join(field(name))) or OPTION.search(name):
                continue
            worth = _own_worth(name, draft, tables, bool(holders) and holders[-1] == name, shown)
            points[name] += worth * (1.0 if name in entry.required else 0.5) * (0.6 if entry.what.kind == "action" else 1.0)
    if strict:
        for name in list(points):
            if not any(name in e.required for e in strict):
                points[name] = 0.0
    for name in {n for e in draft.entries if e.item and not e.view for n in e.item.fields}:
        if field(name) == (*draft.noun, "id") and name not in points:
            points[name] += 1.5
    best = {n: p for n, p in points.items() if p > 0} or _only_asked(strict, shown, tables, contexts, draft)
    if not best:
        return None
    single = {n: p for n, p in best.items() if not (is_plural(n) and _listed(n, entries))}
    name = max(single or best, key=lambda n: (round(best[n], 6), -len(n), n))
    return one_of(name) if not single else name


def _only_asked(strict: Sequence[Entry], shown: set[Noun], tables: Mapping[Noun, Draft], contexts: frozenset[str], draft: Draft) -> dict[str, float]:
    """The one parameter that every get and delete asks for and some result shows, whatever it is called."""
    if not strict:
        return {}
    common = set.intersection(*(set(e.required) for e in strict)) - contexts
    common = {n for n in common if field(n) in shown and table_of(n, tables, draft.noun) is None and not OPTION.search(n)}
    return {n: 1.0 for n in common if kind_of(strict[0].parameters.get(n, {})) in ("string", "integer")} if len(common) == 1 else {}


def _listed(name: str, entries: Sequence[Entry]) -> bool:
    return any(kind_of(e.parameters[name]) == "array" for e in entries if name in e.parameters)


def _own_worth(name: str, draft: Draft, tables: Mapping[Noun, Draft], last_in_path: bool, shown: set[Noun]) -> float:
    words, noun = field(name), draft.noun
    rest, id_like = entity(name)
    if rest[-1:] and rest[-1] in STRICT_CONTEXT and not set(rest) & set(noun):
        return 0.0
    if rest in tables and rest != noun and len(words) > 1 and id_like:
        return 0.0
    if words == (*noun, "url"):
        return 2.2
    if len(words) > 1 and words[-1] in ("id", "arn", "name", "number", "code", "key", "email", "uri", "handle") and rest:
        head = words[:-1]
        base = 3.0 if words[-1] == "id" else 2.6
        if noun == head:
            return base
        if noun[-len(head) :] == head or head[-len(noun) :] == noun:
            return base - 0.3
        if words[-1] == "id" and noun[-1] in head:
            return 1.2
    if words in (noun, noun[-1:]):
        return 2.0
    if len(words) == 1 and words[0] in ("id", "name", "arn", "key", "email", "uri", "code"):
        return 2.0 if words[0] != "name" else 1.9
    if last_in_path:
        return 1.5
    return 0.8 if id_like and words in shown else 0.0


def _field_key(draft: Draft) -> str | None:
    """A key from the rows themselves: own id, id, name, arn."""
    names = [n for e in draft.entries if e.item and not e.view for n in e.item.fields]
    tail = draft.noun[-1:]
    for words in ((*draft.noun, "id"), (*tail, "id"), ("id",), (*draft.noun, "name"), (*tail, "name"), ("name",), (*draft.noun, "arn"), ("arn",)):
        for name in names:
            if field(name) == words:
                return name
    return None


def is_slug(name: str, draft: Draft) -> bool:
    """Google: the parameter that becomes the last part of the resource name, `topicId`."""
    return draft.segment is not None and field(name) in ((*draft.noun, "id"), (*draft.noun[-1:], "id"), ("id",))


def one_value(draft: Draft, entries: list[Entry]) -> list[Entry]:
    """A thing has one of it, and its read answers a list: the list is one value (GetLifecycleConfiguration -> Rules)."""
    if draft.own is not None or not draft.parents or not draft.kinds & {"update", "put"}:
        return entries
    change = {}
    for entry in draft.entries:
        item = entry.item
        if item is not None and item.many and len(item.wrap) == 1 and entry.tool.returns is not None:
            name = item.wrap[0]
            fields = {name: entry.tool.returns["properties"][name]}
            change[entry.id] = entry._replace(item=Item((), False, False, fields, None, None, ()), what=entry.what._replace(kind="get"))
    draft.entries = [change.get(e.id, e) for e in draft.entries]
    return [change.get(e.id, e) for e in entries]


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


# ---- columns and references -------------------------------------------------------------------------------------


def find_columns(draft: Draft) -> None:
    """Result fields of its reads, then parameters of its creates and updates."""
    if draft.single:
        draft.force("only", {"type": "integer"})
    reads = [e for e in draft.entries if e.what.kind in ("get", "list") and e.plain and e.item]
    main = [e for e in reads if not e.view or _tells_own(e, draft)] or reads
    shown = [(n, s) for e in main if e.item and not e.item.scalar for n, s in e.item.fields.items()]
    if draft.own == "position":
        draft.force("position", {"type": "integer"})
    elif draft.own:
        _key_column(draft, dict(shown), any(e.item.scalar for e in main if e.item))
    for name, schema in _important(shown, draft):
        if usable(name, schema) and (column := draft.add(name, schema)):
            column.shown = True
    for i, name in enumerate(draft.parents):
        found = draft.find(name)
        if found is None or draft.columns[found].json or found == draft.own:
            schema = next((e.parameters[name] for e in draft.entries if name in e.parameters), {"type": "string"})
            draft.parents[i] = draft.force(name, schema).name
        else:
            draft.parents[i] = found
    draft.parents = [p for p in dict.fromkeys(draft.parents) if p != draft.own]
    for entry in draft.entries:
        if entry.what.kind in ("create", "update", "put") and not entry.view and (not entry.what.extra or entry.what.kind == "create"):
            for name, schema in entry.parameters.items():
                if name in entry.required or len(draft.columns) < 28:
                    _write_column(draft, entry, name, schema)


def find_parts(entries: Sequence[Entry], tables: Mapping[Noun, Draft]) -> None:
    """What an update of a part sets (PutDedicatedIpWarmupAttributes) are columns of the thing it is a part of."""
    for entry in entries:
        if entry.what.kind not in ("update", "put") or (entry.what.noun in tables and not entry.view):
            continue
        noun = part_of(entry, tables)
        if noun is None or tables[noun].own is None:
            continue
        draft = tables[noun]
        for name, schema in entry.parameters.items():
            new = name not in draft.key and field(name) != field(draft.own or "") and table_of(name, tables) is None
            if new and len(draft.columns) < MAX_COLUMNS - 4 and kind_of(schema) in SCALARS:
                _write_column(draft, entry, name, schema)


def _tells_own(entry: Entry, draft: Draft) -> bool:
    """A view that names the row by its own key: it shows columns of the thing."""
    if draft.own is None:
        return False
    own = field(draft.own)
    spellings = (own, (*draft.noun, own[-1]), (*draft.noun[-1:], own[-1]))
    listed = entry.item is not None and entry.item.many and any(field(n) in spellings for n in entry.item.fields)
    return listed or any(field(p) in spellings for p in entry.required)


_TELLING = re.compile(r"(?i)(?:name|status|state|type|time|date|at|description|title|enabled|id|email|size|count|version|mode|class|label)$")


def _important(shown: Sequence[tuple[str, Schema]], draft: Draft) -> list[tuple[str, Schema]]:
    """Where a result has more fields than a table has room, those that tell or are written, in their own order."""
    names = list(dict.fromkeys(n for n, _ in shown))
    if len(names) <= MAX_COLUMNS - 8:
        return list(shown)
    written = {field(p) for e in draft.entries if e.what.kind in ("create", "update", "put") for p in e.parameters}
    worth = {n: 4 * bool(STATE.search(n)) + 3 * (field(n) in written) + 2 * bool(_TELLING.search(n)) + (kind_of(s) in SCALARS) for n, s in reversed(shown)}
    kept = set(sorted(names, key=lambda n: (-worth[n], names.index(n)))[: MAX_COLUMNS - 8])
    return [(n, s) for n, s in shown if n in kept]


def part_of(entry: Entry, tables: Mapping[Noun, Draft]) -> Noun | None:
    """The thing whose part a tool is about: by the words in front of its noun, else by the one row its arguments name."""
    noun = max((n for n in tables if entry.what.noun[: len(n)] == n), key=len, default=None)
    if noun is not None:
        return noun
    named = {t for p in entry.required if kind_of(entry.parameters.get(p, {})) in ("string", "integer") and (t := table_of(p, tables))}
    named = {t for t in named if tables[t].own is not None and not any(t in _above(tables[o], tables) for o in named if o != t)}
    return named.pop() if len(named) == 1 else None


def _above(draft: Draft, tables: Mapping[Noun, Draft]) -> set[Noun | None]:
    """Tables that the key of a draft names."""
    return {table_of(p, tables, draft.noun) for p in draft.parents}


def _write_column(draft: Draft, entry: Entry, name: str, schema: Schema) -> None:
    if not usable(name, schema) or (OPTION.search(name) and name not in entry.required):
        return
    if (draft.segment or draft.fixed) and (name in ("parent", "name", *entry.tool.source.in_path) or is_slug(name, draft)):
        return
    if body := unpacked(draft, entry, name, schema):
        for inner, property_ in body.items():
            if column := draft.add(inner, property_):
                column.written = True
        return
    if column := draft.add(name, schema):
        column.written = True


def unpacked(draft: Draft, entry: Entry, name: str, schema: Schema) -> dict[str, Schema] | None:
    """The properties of an argument that is the thing itself: UpdateBackupPolicy(BackupPolicy={Status})."""
    if kind_of(schema) != "object" or not schema.get("properties") or name in draft.columns:
        return None
    words = field(name)
    wraps = {field(w) for e in draft.entries if e.item for w in e.item.wrap[-1:]}
    properties = {k: v for k, v in schema["properties"].items() if usable(k, v)}
    if words in wraps or words in (draft.noun, draft.noun[-1:]):
        known = sum(draft.find(k) is not None for k in properties)
        if properties and (known >= 0.5 * len(properties) or not any(c.shown for c in draft.columns.values())):
            return properties
    return None


def _key_column(draft: Draft, shown: Mapping[str, Schema], listed: bool) -> None:
    """The key column bears the name under which results show it, where they do."""
    own = draft.own
    assert own is not None
    words, noun = field(own), draft.noun
    last = words[-1] if words[-1] in ("id", "arn", "name") else "name"
    spellings = [words, (*noun, last), (*noun[-1:], last), (last,)]
    if words in (noun, noun[-1:]):
        spellings.append(("id",))
    found = [n for w in spellings for n in shown if field(n) == w and kind_of(shown[n]) in ("string", "integer")]
    name = own if own in shown else found[0] if found else own
    asked = [e.parameters[own] for e in draft.entries if own in e.parameters and kind_of(e.parameters[own]) in ("string", "integer")]
    schema = dict(shown.get(name) or (asked[0] if asked else {"type": "string"}))
    if kind_of(schema) not in ("string", "integer") or (asked and kind_of(asked[0]) != kind_of(schema)):
        schema["type"] = "string"
    schema["type"] = kind_of(schema)
    for extra in ("pattern", "examples", "description"):
        if asked and extra in asked[0] and extra not in schema:
            schema[extra] = asked[0][extra]
    column = draft.force(name, schema)
    listed_ids = [kind_of(e.parameters[n].get("items", {})) for e in draft.entries for n in e.parameters if one_of(n) == own and kind_of(e.parameters[n]) == "array"]
    column.schema["digits"] = (any(kind_of(a) == "integer" for a in asked) or "integer" in listed_ids) and column.kind == "string"
    column.choices = next((list(a["enum"]) for a in asked if "enum" in a), [])
    column.shown = name in shown or listed
    draft.canon[words] = column.name
    draft.own = column.name


def find_references(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Foreign keys: id-like columns that name another table; the parent of a Google resource."""
    if draft.segment is not None:
        _google_parent(draft, tables)
    else:
        _hidden_parents(draft, tables, contexts)
    for column in draft.columns.values():
        if column.name == draft.own or column.json or column.reference or column.kind != "string" or column.name in contexts or column.choices:
            continue
        target = table_of(column.name, tables, draft.noun)
        if target is not None and _fits(column.name, tables[target]):
            column.reference = target


def _hidden_parents(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """A parent that every list and create asks for and no result shows becomes a column all the same."""
    entries = [e for e in draft.entries if e.what.kind in ("list", "create") and not e.view]
    asked = Counter(p for e in entries for p in e.required)
    for name, times in asked.items():
        schema = next(e.parameters[name] for e in entries if name in e.required)
        if name in contexts or kind_of(schema) != "string" or draft.find(name) is not None or times < len(entries):
            continue
        if table_of(name, tables, draft.noun) is not None:
            draft.force(name, schema)
    _hidden_marks(draft, contexts)


def _hidden_marks(draft: Draft, contexts: frozenset[str]) -> None:
    """What a list, get or delete asks for beside the key and no result shows: rows have it all the same."""
    own = field(draft.own) if draft.own else ()
    made = 0
    for entry in draft.entries:
        if entry.what.kind not in ("list", "get", "delete") or entry.view or entry.what.extra:
            continue
        for name in entry.required:
            schema = entry.parameters.get(name, {})
            if kind_of(schema) not in ("string", "integer") or name in contexts or draft.find(name) is not None or made >= 3:
                continue
            words = field(name)
            spoken = words in (own, draft.noun, draft.noun[-1:]) or words[-1:] in (("arn",), ("id",)) and words[:-1] in (draft.noun, draft.noun[-1:], ())
            if spoken or PAGING.match(" ".join(words)) or OPTION.search(name) or TRANSPORT.match(name) or TOKEN.search(name) or _TIMEY.search(name):
                continue
            if draft.segment is not None or len(words) == 1 and words[0] in ("language", "locale", "view", "part", "filter", "query", "name", "identifier", "id", "arn"):
                continue
            draft.force(name, schema)
            made += 1


_TIMEY = re.compile(r"(?i)time|date|since|until|before|after|^start|^end|^from$|^to$|token|keyword|search|expression|period|granularity|metric|statistic|order|sort")


def _fits(name: str, target: Draft) -> bool:
    """Does the column hold the kind of id by which the target is keyed? A name does not point to an id."""
    if not target.own or target.segment is not None:
        return False
    mine, theirs = field(name)[-1], field(target.own)[-1]
    known = ("id", "arn", "name")
    return mine == theirs or (mine not in known) or (theirs not in known)


def _google_parent(draft: Draft, tables: Mapping[Noun, Draft]) -> None:
    """A hidden column `parent`: the resource name without its last two parts; a reference where it is always of one kind."""
    paths = {p for e in draft.entries if (p := parent_path(e, draft))}
    if not paths:
        return
    column = draft.force("parent", {"type": "string", "description": "resource name of the parent"})
    nouns = {collection_words(placeholders(p)[-1]) if placeholders(p) else () for p in paths}
    noun = next(iter(nouns))
    if len(nouns) == 1 and noun in tables and tables[noun].segment is not None and noun != draft.noun:
        column.reference = noun


def parent_path(entry: Entry, draft: Draft) -> str | None:
    """'projects/{projectsId}/locations/{locationsId}': what the parent of a row is called in this operation."""
    source = entry.tool.source
    if draft.segment is None or not source.path:
        return None
    parts = source.path.split(":")[0].strip("/").split("/")
    parts = parts[next((i for i, p in enumerate(parts) if re.match(r"v\d", p)), -1) + 1 :]
    if draft.segment not in parts:
        return None
    return "/".join(parts[: len(parts) - 1 - parts[::-1].index(draft.segment)]) or None
