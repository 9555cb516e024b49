"""The columns of a table and what they refer to, from the results of its reads and the parameters of its writes."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.aliases import said
from agentscaler.envs.documented import DEPRECATED
from agentscaler.envs.drafts import (
    ITEM_KINDS,
    MAX_COLUMNS,
    OPTION,
    SCALARS,
    SERIALS,
    STATE,
    TOKEN,
    Col,
    Draft,
    Entry,
    Noun,
    column_name,
    table_of,
    usable,
)
from agentscaler.envs.items import input_only, one_of
from agentscaler.envs.keys import EDITIONS, held_by, is_slug
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.verbs import VIEW_WORDS
from agentscaler.words import PAGING, TRANSPORT, entity, field, singular, split


def find_columns(draft: Draft, tables: Mapping[Noun, Draft]) -> None:
    """Result fields of its reads, then parameters of its creates and updates."""
    if draft.single:
        draft.force("only", {"type": "integer"})
    reads = [e for e in draft.entries if e.what.kind in ("get", "list") and e.plain and e.item]
    main = [e for e in reads if not e.view or _tells_own(e, draft)] or reads
    shown = [(n, s) for e in main if e.item and not e.item.scalar for n, s in e.item.fields.items()]
    shown += [(n, s) for e in main if e.item and not e.item.scalar and e.what.noun == draft.noun for n, s in e.item.beside.items()]
    if draft.own == "position":
        draft.force("position", {"type": "integer"})
    elif draft.own:
        _key_column(draft, dict(shown), any(e.item.scalar for e in main if e.item), tables)
    for name, schema in _important(shown, draft):
        if (twin := _same_time(name, schema, draft, main)) is not None:
            draft.canon[field(name)] = twin
        other = usable(name, schema) and _is_another(name, schema, draft, main)
        if usable(name, schema) and (column := draft.force(name, schema) if other else draft.add(name, schema)):
            column.shown = True
    for name, schema in _made_names(draft):
        if draft.find(name) is None:
            draft.add(name, schema)
    for i, name in enumerate(draft.parents):
        found = draft.find(name)
        if found is None or draft.columns[found].json or found == draft.own:
            schema = next((e.parameters[name] for e in draft.entries if name in e.parameters), {"type": "string"})
            draft.parents[i] = draft.force(name, schema).name
        else:
            draft.parents[i] = found
    draft.parents = [p for p in dict.fromkeys(draft.parents) if p != draft.own]
    _written_as(draft, tables)
    for entry in draft.entries:
        if entry.what.kind in ("create", "update", "put") and not entry.view and (not entry.what.extra or entry.what.kind == "create"):
            for name, schema in entry.parameters.items():
                if name in entry.required or len(draft.columns) < MAX_COLUMNS - 8:
                    _write_column(draft, entry, name, schema)


def _written_as(draft: Draft, tables: Mapping[Noun, Draft]) -> None:
    """CreateEmailContact is given an emailAddress and the list shows an address: what no read shows is what is shown under a name that differs by the thing's own, and nothing else writes."""
    if draft.segment is not None or any(e.tool.source.vendor == "google" for e in draft.entries):
        return
    writes = {n: s for e in draft.entries if e.what.kind in ("create", "update", "put") and not e.view for n, s in e.parameters.items()}
    given = {draft.find(n) for n in writes}
    free = [c for c in draft.columns.values() if c.shown and c.name not in draft.key and c.name not in given and table_of(c.name, tables, draft.noun) is None and not STATE.search(c.name)]
    for name, schema in writes.items():
        itself = field(one_of(name)) in (draft.noun, draft.noun[-1:])  # the events of PutLogEvents are more of them
        if draft.find(name) is None and usable(name, schema) and not itself and not OPTION.search(name) and entity(name)[0] not in tables.keys() - {draft.noun}:
            found = [c.name for c in free if c.kind == kind_of(schema) and _alike(field(name), field(c.name), draft.noun)]
            found = found or [c.name for c in draft.columns.values() if c.shown and _in_form(name, schema, c, draft)]
            if len(found) == 1:
                draft.canon[field(name)] = found[0]


_FORMS = frozenset("markdown text input update override config configuration setting option".split())


def _in_form(name: str, schema: Schema, column: Col, draft: Draft) -> bool:
    """readmeMarkdown sets the readme that reads show, and an object of nearly the same properties ReservationPlan from ReservationPlanSettings; where no tool takes both."""
    words = split(name)
    if words[-1] not in _FORMS | {f"{f}s" for f in _FORMS} or tuple(words[:-1]) != tuple(split(column.name)) or column.name in draft.key or column.kind != kind_of(schema) or column.kind in ("array", "boolean"):
        return False
    mine, theirs = ({field(p) for p in s.get("properties", {})} for s in (schema, column.schema))
    both = any(name in e.parameters and any(draft.find(p) == column.name for p in e.parameters) for e in draft.entries)
    return not both and (column.kind != "object" or (bool(mine) and 10 * len(mine & theirs) >= 6 * len(mine)))


def _alike(given: Noun, shown: Noun, noun: Noun) -> bool:
    """Do two names differ by words of the thing only: Config and HostedZoneConfig of a hosted zone, its vpcId and sourceVpcId of a source network?"""
    mine, theirs = (set(words[:-1]) - set(noun) - {"display"} for words in (given, shown))
    heads = [set(words[:-1]) - {"display"} for words in (given, shown)]
    kept = given[-1:] in (("id",), ("arn",), ("key",), ("revision",)) and not mine
    return given[-1:] == shown[-1:] and mine == theirs and (heads[0] <= heads[1] or heads[1] <= heads[0]) and not kept


def _is_another(name: str, schema: Schema, draft: Draft, reads: Sequence[Entry]) -> bool:
    """eventName beside the resource name of a key event, UpdateStatus beside Status: a field of its own, though its words would do for the column of one that stands beside it."""
    found = draft.find(name)
    words = field(name)
    if found is None or found == name or len(draft.columns) >= MAX_COLUMNS or column_name(name).lower() in {c.lower() for c in draft.columns}:
        return False
    if DEPRECATED.search(str(schema.get("description", ""))) or (found in draft.key and draft.segment is None):
        return False
    same = words == field(found) or (words[-1:] in _ID_LIKE and words[0] not in _ANOTHER)
    moves = words[0] not in draft.noun and words[1:] == field(found) and any(name in e.parameters for e in draft.entries if e.what.kind not in ("get", "list"))  # UpdateTask(targetRunStatus) moves runStatus
    return not same and not moves and any(e.item is not None and {name, found} <= e.item.fields.keys() for e in reads)


_ID_LIKE = (("id",), ("arn",), ("uid",), ("uuid",), ("identifier",), ("token",), ("sid",), ("guid",))
_ANOTHER = frozenset("desired target expected new".split())


def _same_time(name: str, schema: Schema, draft: Draft, reads: Sequence[Entry]) -> str | None:
    """lastUpdatedAt of the list is the lastUpdated that a get shows: one point in time, which no read tells under both names."""
    if draft.find(name) is not None or not (moment := _moment(name, draft.noun)):
        return None
    found = [c.name for c in draft.columns.values() if c.kind == kind_of(schema) and c.name not in draft.key and _moment(c.name, draft.noun) == moment]
    return found[0] if len(found) == 1 and not any(e.item is not None and {name, found[0]} <= e.item.fields.keys() for e in reads) else None


def _moment(name: str, noun: Noun) -> Noun:
    """What happened then: ('updated',) of lastModifiedTime; nothing where it is no point in time."""
    words = split(name)
    while len(words) > 1 and words[-1] in _WHEN:
        words = words[:-1]
    timed = words != split(name) or words[-1] in _DONE
    return tuple(_DONE.get(w, w) for w in words if w not in ("last", "latest", *noun)) if timed else ()


_WHEN: Final = frozenset("at time date on timestamp datetime".split())
_DONE: Final = {**dict.fromkeys("updated update modified modify modification changed".split(), "updated"), **dict.fromkeys("created create creation".split(), "created")}


def _made_names(draft: Draft) -> Sequence[tuple[str, Schema]]:
    """TrainingJobArn: the ARN that a create answers for a thing that goes by its name; each row has one, though no read may show it."""
    last = field(draft.own)[-1:] if draft.own and draft.own != "position" and draft.segment is None else ("arn",)
    made = [e for e in draft.entries if e.what.kind == "create" and not e.view and e.tool.returns is not None]
    spellings = (("arn",), (*draft.noun, "arn"), (*draft.noun[-1:], "arn"))
    return [(n, s) for e in made for n, s in (e.tool.returns or {}).get("properties", {}).items() if last != ("arn",) and field(n) in spellings and kind_of(s) == "string"]


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


_TELLING = re.compile(r"(?i)(?:name|status|state|type|time|date|at|description|title|enabled|id|arn|email|size|count|version|mode|class|label)$")


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
    if any(field(p) in (("id",), *SERIALS) for p in entry.required):
        return None  # a row of its own, below the one that is named beside it
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
    if body := unpacked(draft, name, schema):
        for inner, property_ in body.items():
            if column := draft.add(inner, property_):
                column.written = True
        return
    if (twin := _shown_twin(draft, name, schema)) is not None:
        draft.canon[field(name)] = twin.name
    if column := draft.add(name, schema):
        column.written = True


def _shown_twin(draft: Draft, name: str, schema: Schema) -> Col | None:
    """InstanceProfileIdentifier is asked for, and the rows show InstanceProfileArn: one column."""
    rest = entity(name)[0]
    if not name.lower().endswith("identifier") or not rest or draft.noun[-len(rest) :] == rest or kind_of(schema) != "string" or draft.find(name) is not None:
        return None
    found = {field(c.name)[-1]: c for c in reversed(draft.columns.values()) if c.shown and c.kind == "string" and c.name != draft.own and entity(c.name)[0] == rest}
    return found.get("arn") or found.get("id") or found.get("name")


def unpacked(draft: Draft, name: str, schema: Schema) -> dict[str, Schema] | None:
    """The properties of an argument that is the thing itself: UpdateBackupPolicy(BackupPolicy={Status}), TriggerUpdate, DatabaseInput."""
    if kind_of(schema) != "object" or not schema.get("properties"):
        return None
    words = field(name)
    wraps = {field(w) for e in draft.entries if e.item for w in e.item.wrap[-1:]}
    properties = {k: v for k, v in schema["properties"].items() if usable(k, v)}
    known = [c for k in properties if (c := draft.find(k)) is not None]
    told = [k for k, v in properties.items() if not input_only(v)]
    bare = words[1:] if words[:1] and words[0] in ("update", "write", "create", "new", "patch") else words
    bare = bare[:-1] if bare[-1:] and bare[-1] in _WRAPPERS and bare != draft.noun else bare
    if words in wraps or bare in (draft.noun, draft.noun[-1:], ()) or words in (draft.noun, draft.noun[-1:]):
        whole = words in (draft.noun, draft.noun[-1:]) and len(told) > 1 and sum(draft.columns[c].shown and c != name for c in known) >= 0.6 * len(properties)
        if properties and (whole if name in draft.columns and draft.columns[name].shown else len(known) >= 0.5 * len(told) or not any(c.shown for c in draft.columns.values())):
            return properties
    if name in draft.columns and draft.columns[name].shown:
        return None
    shown = [c for c in known if draft.columns[c].shown]
    if len(shown) >= 3 and len(shown) >= 0.7 * len(properties) and draft.find(name) is None:
        return properties
    return None


def own_parts(name: str, properties: Mapping[str, Schema], draft: Draft, free: Collection[str], tables: Mapping[Noun, Draft], *, given: bool = False) -> dict[str, str]:
    """Property -> the column, one of `free`, that holds the same of the row: InstanceChargePrepaid {RenewFlag} beside RenewFlag. Nothing of an object that is another thing, or of another side.

    given: is it an argument, whose other properties nobody stores?
    """
    words, plain = field(name), ABOUT | SETTINGS
    if not words or words[0] in OTHERS or (words[0] in _SIDES and not set(words[1:]) <= plain) or (words in tables and words not in (draft.noun, draft.noun[-1:])):
        return {}
    itself = set(words) <= plain | set(draft.noun) and (not given or bool(set(words) & set(draft.noun)))
    found = {p: p for p, s in properties.items() if p in free and p not in draft.key and draft.columns[p].kind == kind_of(s)}
    if given and 1 < len(found) == len(properties):
        return found
    found = {p: c for p, c in found.items() if itself or field(p) not in _ANY}
    one = len(found) == 1 and not itself
    bare = one and all(len(field(p)) == 1 for p in found) and (given or words[-1] not in plain)
    return {} if bare or (one and given and len(properties) > 6) else found


OTHERS: Final = frozenset("pending latest last current target source original new old previous default desired federated parent external template".split())
_SIDES: Final = frozenset("accepter peer remote other src dest destination".split())
ABOUT: Final = VIEW_WORDS | frozenset("reference ref brief".split())
SETTINGS: Final = frozenset("config configuration setting option param parameter property definition spec profile destination location id subscription schema prepaid".split())
_ANY: Final = (("name",), ("path",), ("id",), ("arn",), ("type",), ("status",), ("kind",), ("description",), ("tag",))
"""What any thing has, so that it is the row's only in an object that is called like the row or like nothing."""
_WRAPPERS = frozenset(["update", "input", "detail", "info", "param", "parameter", "setting", "property", "attribute", "configuration", "config", "definition", "data", "option", "spec", "request", "body", "change"])


def _key_column(draft: Draft, shown: Mapping[str, Schema], listed: bool, tables: Mapping[Noun, Draft]) -> None:
    """The key column bears the name under which results show it, where they do."""
    own = draft.own
    assert own is not None
    words, noun = field(own), draft.noun
    last = words[-1] if words[-1] in ("id", "arn", "name", "email", "token", "sid", "gid") or (words[-1:] in map(field, shown) and (noun[-len(words) :] != words or noun[-1] in EDITIONS)) else _asked_sort(draft, shown)
    spellings = [words, (*noun, last), *([] if noun[-1:] in tables and noun[-1:] != noun else [(*noun[-1:], last)]), (last,)]
    editions = [noun[-1:], (noun[-1], "number"), (noun[-1], "id")] if noun[-1] in EDITIONS and draft.segment is None else []
    if words == noun:
        spellings += editions
    if words in (noun, noun[-1:]):
        spellings += [("id",), (*noun, "id"), (*noun, "arn"), ("arn",)]
    if last == "id":
        spellings += [(*noun, "arn"), (*noun[-1:], "arn"), ("arn",)]
    spellings += [*editions, draft.short(words)]
    found = [n for w in spellings for n in shown if field(n) == w and kind_of(shown[n]) in ("string", "integer")]
    found += [n for n in shown if len(field(n)) > 1 and "or" not in words and words[-len(field(n)) :] == field(n) and entity(n)[0] not in tables and kind_of(shown[n]) in ("string", "integer")]
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
    draft.canon |= {field(n): column.name for n, s in shown.items() if kind_of(s) == kind_of(shown.get(name, {})) and _same_id(n, name, draft, tables)}
    draft.own = column.name


def _same_id(name: str, own: str, draft: Draft, tables: Mapping[Noun, Draft]) -> bool:
    """ListQuickConnects shows as Id what DescribeQuickConnect shows as QuickConnectId, and neither shows both: one id."""
    words, key = field(name), field(own)
    alike = words[-1:] == key[-1:] and words != key and ((words == ("id",) and set(draft.noun) <= set(key) and "external" not in key) or (min(len(words), len(key)) > 2 and (words[-len(key) :] == key or key[-len(words) :] == words)))
    told = [e.item.fields for e in draft.entries if e.item is not None and e.what.kind in ("get", "list") and not e.view]
    return alike and entity(name)[0] not in tables and not any(name in fields and own in fields for fields in told)


def _asked_sort(draft: Draft, shown: Mapping[str, Schema]) -> str:
    """groupKey, 'the group's email address, group alias, or the unique group ID': what a key is that does not say so by its own name.

    A customer of whom no text speaks goes by the id that the answer shows, and a disk by its name where a text says so.
    """
    own, noun = field(draft.own or ""), draft.noun
    texts = [str(e.parameters.get(draft.own or "", {}).get("description", "")) for e in draft.entries if e.what.kind in ITEM_KINDS]
    sorts = next((found for text in texts if (found := said(text))), frozenset())
    if told := next((sort for sort in ("id", "sid", "email") if sort in sorts and "name" not in sorts), None):
        return told
    bare = own in (noun, noun[-1:]) and not any(_NAME.search(text) for text in texts)
    return "id" if bare and any(field(n) in ((*noun, "id"), (*noun[-1:], "id"), ("id",)) for n in shown) else "name"


_NAME = re.compile(r"(?i)\bnames?\b")


def find_references(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Foreign keys: id-like columns that name another table; the parent of a Google resource."""
    if draft.segment is not None:
        _google_parent(draft, tables)
    else:
        _hidden_parents(draft, tables, contexts)
    for name in draft.parents:
        holder = next((h for e in draft.entries for p in e.required if draft.find(p) == name and (h := held_by(e, p, draft, tables))), None)
        holder = holder or next((h for p, h in draft.holders.items() if name in (p, draft.find(p))), None)
        keyed = holder in tables and (draft.segment is not None or draft.columns[name].kind == "string")
        draft.columns[name].reference = holder if keyed else None
    _same_key(draft, tables)
    for column in draft.columns.values():
        if column.name == draft.own or column.json or column.reference or column.kind != "string" or column.name in contexts or column.choices:
            continue
        target = table_of(column.name, tables, draft.noun)
        if target is not None and target != ("account",) and _OUTSIDE.search(str(column.schema.get("description", ""))):
            continue  # the owner of a row is an account of the cloud, whatever other accounts the service has
        if target is not None and (_fits(column.name, tables[target]) or _asked_as(column.name, tables[target])):
            column.reference = target
        elif (path := _by_path(column, draft, tables)) is not None:
            column.reference = path


_OUTSIDE = re.compile(r"(?i)\b(?:aws|amazon web services) account (?:id|identifier|number)\b")
_NAMED = re.compile(r"(?:[Rr]esource|[Rr]elative|[Ff]ully[- ]qualified|[Ff]ull) (?:names?|paths?)(?: \([A-Za-z]+\))? (?:of|to|for) (?:the |an? |this )?([^.,:;(]{3,60})|[Rr]eference to (?:the |an? )([^.,:;(]{3,60})")
_CALLED = re.compile(r"\b[Nn]ame of (?:the|an?) |\bURL of (?:the|an?) |[Rr]esource name|[Ff]ormat:|\b(?:form|format)(?: of| is)?:? ?`?\w+/|[Rr]efer(?:ence|s) to|\bfor example:? ?`?projects/|(?:attached|connected) to, for example|is a part of")
"""A column that bears the name of another kind of row holds the row's name: build, 'the name of a build that already exists'."""
_NOT_CALLED = re.compile(r"\b(?:ID|[Ii]dentifier) of\b|[Uu]nqualified|must be unique|\bor a full|short")
_BEHIND = frozenset("that which used in for to from with associated containing of on by this is where whose as or and under when resource".split())
"""Words that end what a reference names."""


def _by_path(column: Col, draft: Draft, tables: Mapping[Noun, Draft]) -> Noun | None:
    """'The resource name of the source connection profile', 'projects/{project}/securityProfiles/{profile}': a row that is called by its path."""
    if draft.segment is None or column.name in ("parent", "name") or not column.shown:
        return None
    text = str(column.schema.get("description", ""))
    held = {n: d for n, d in tables.items() if d.segment is not None and not d.tail and n != draft.noun}
    if field(column.name) in held and _CALLED.search(text) and not _NOT_CALLED.search(text) and " ".join(draft.noun) not in text.lower().split(".")[0]:
        return field(column.name)
    path = next(iter(re.findall(r"(?:projects|organizations)/[\w{}*<>$\[\]./-]+", text)), "").rstrip(".").split("/")
    forms = [n for n, d in held.items() if len(path) > 3 and path[-2] == d.segment]
    if len(forms) == 1:
        return forms[0]
    if (found := _NAMED.search(text)) is None:
        return None
    parts = (found[1] or found[2]).split()
    end = next((i for i, part in enumerate(parts) if part.lower() in _BEHIND), len(parts))
    said = tuple(singular(w) for part in parts[:end] for w in split(part))
    return max((n for n in held if said[-len(n) :] == n), key=len, default=None)


def _same_key(draft: Draft, tables: Mapping[Noun, Draft]) -> None:
    """DescribeFleetInstances shows InstanceId, and each trunk has a recording that goes by its trunk_sid: what nobody makes or deletes and goes by the id of another thing tells of rows that are there."""
    if draft.own is None or draft.segment is not None or draft.link or not draft.kinds <= {"get", "list", "update"} or draft.kinds == {"list", "update"}:
        return
    column, serial = draft.columns[draft.own], field(draft.own)[-1:] in SERIALS
    rest = field(draft.own)[:-1] if serial else entity(draft.own)[0]
    target = tables.get(rest) if rest != draft.noun else None
    if target is not None and target.kinds & {"get", "list"} and column.kind == "string" and _fits(draft.own, target) and target.key == (target.own,) and rest not in _above(target, tables):
        column.reference = rest
        draft.generated = False


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
            spoken = words in (own, draft.noun, draft.noun[-1:]) or (words[-1:] in (("arn",), ("id",)) and words[:-1] in (draft.noun, draft.noun[-1:], ()))
            if spoken or PAGING.match(" ".join(words)) or OPTION.search(name) or TRANSPORT.match(name) or TOKEN.search(name) or _TIMEY.search(name):
                continue
            if draft.segment is not None or (len(words) == 1 and words[0] in ("language", "locale", "view", "part", "filter", "query", "name", "identifier", "id", "arn")):
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


def _asked_as(name: str, target: Draft) -> bool:
    """Is it what the target's own reads ask for: SecretId, by which DescribeSecret finds the secret with this ARN?"""
    return target.own is not None and target.segment is None and target.canon.get(field(name)) == target.own


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
