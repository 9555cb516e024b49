"""What tells the rows of a table apart: its own key and the parents in front of it."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.drafts import ITEM_KINDS, OPTION, SERIALS, STATE, TOKEN, Draft, Entry, Noun, at_address, table_of
from agentscaler.envs.items import is_plural, one_of
from agentscaler.schemas import kind_of
from agentscaler.words import LINES, PAGING, TRANSPORT, entity, field

STRICT_CONTEXT: Final = frozenset(["project", "location", "region", "zone", "account", "organization", "folder", "uin", "tenant", "catalog"])
"""Words that name the surroundings rather than a row."""


def find_key(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Own key and parents, from what get, update and delete must be given."""
    entries = [e for e in draft.entries if e.what.kind in ITEM_KINDS and (not e.what.extra or e.what.kind in ("action", "update"))]
    if draft.kinds <= {"get", "update", "put"} and (form := fixed_name(draft, tables)):
        draft.own, draft.single, draft.fixed = None, True, form
        return
    if _edition_key(draft, tables, contexts):
        return
    draft.own = _google_key(draft) or _own_key(draft, entries, tables, contexts)
    makers = [e for e in draft.entries if e.what.kind in ("create", "put") and not e.what.extra and e.what.verb not in ("copy", "clone", "duplicate")]
    asks = [any(draft.own and field(p) == field(draft.own) for p in e.parameters) for e in makers]
    named = draft.own is not None and field(draft.own)[-1:] == ("name",)
    must = [any(draft.own and field(p) == field(draft.own) for p in e.required) for e in makers]
    draft.generated = not any(asks) if named else not any(must) if field(draft.own or "")[-1:] == ("id",) else not all(asks) or not asks
    if draft.segment is not None:
        draft.slug = _called_by(draft)
        draft.generated = not any(is_slug(p, draft) for e in draft.entries if e.what.kind == "create" for p in e.parameters)
        return
    _parents(draft, entries, tables, contexts)
    _natural(draft, tables, contexts)
    if draft.own is None and draft.parents and (picked := picks_own(draft, draft.entries)) and _told(picked, draft):
        draft.own, draft.generated = picked, not any(field(p) == field(picked) for e in makers for p in e.required) and field(picked)[-1:] != ("name",)
    if draft.own is None and draft.parents and not draft.kinds & {"create", "delete", "update", "put", "action"} and _lists(draft) and not (_field_key(draft) is None and _settled(draft, contexts) and _told_alone(draft)):
        draft.own = _field_key(draft) or "position"
        draft.generated = True
    if draft.own is None and draft.parents and _lists(draft) and not _settled(draft, contexts):
        draft.own = _asked_key(draft, contexts) or _telling_key(draft, tables) or "position"
        draft.generated = field(draft.own)[-1:] != ("name",) and not any(field(p) == field(draft.own) for e in makers for p in e.required)
    if draft.own or draft.parents:
        return
    ids = [p for e in draft.entries for p in e.required if entity(p)[1] and p not in contexts]
    if draft.kinds <= {"get", "list"}:
        if _lists(draft):
            draft.own = _field_key(draft) or "position"
        else:
            draft.single = True
        return
    if draft.kinds & {"get", "list"} and draft.kinds & {"update", "put"} and not ids:
        if _lists(draft) and (found := _field_key(draft)):
            draft.own = found
        else:
            draft.single = True
    else:
        draft.own = _field_key(draft)


TIES: Final = ("association", "attachment")
"""Last words of a noun whose rows say what belongs to what."""
EDITIONS: Final = ("version", "revision", "run", "execution")


def called_by_upsert(draft: Draft) -> bool:
    """Is there no other create than an update that makes the row where there is none, and must it be given the row's key?"""
    updates = [e for e in draft.entries if not e.what.extra and upserts(e)]
    made = draft.kinds & {"create", "put"} or draft.segment is not None
    return not made and any(field(p) == field(draft.own or "") or entity(p) == (draft.noun, True) for e in updates for p in e.required)


def upserts(entry: Entry) -> bool:
    """'Creates or updates a list', 'Adds or modifies ...', 'If it does not exist, it is created': does an update make the row where there is none?"""
    return entry.what.kind in ("update", "put") and any(_UPSERTS.search(s) for s in LINES.split(entry.tool.description))


_UPSERTS: Final = re.compile(
    r"(?i)^\W*(?:(?:adds?|creates?|inserts?|puts?|sets?) or (?:updates?|replaces?|modif(?:y|ies)|overwrites?|edits?)|(?:updates?|modif(?:y|ies)|edits?) or (?:creates?|adds?|inserts?)|upserts?)\b|\bupsert (?:operation|api)\b|"
    r"\b(?:if|when|where)\b[^.]{0,60}\b(?:does not|doesn't|do not|don't) (?:already |yet )?exist\b[^.]{0,50}\b(?:is|are|be|gets?|this|we|it) (?:automatically )?(?:creat|add|insert)\w*|\bcreates? (?:it|one|an? new [\w ]{2,30}|the \w+) (?:if|when)\b[^.]{0,40}(?:not|n't) exist"
)


def _edition_key(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> bool:
    """GetWorkflowRun(Name, RunId): the runs of a workflow and the versions of a document go by its key and one of their own."""
    head, last = draft.noun[:-1], draft.noun[-1]
    if last not in EDITIONS or head not in tables or any(e.tool.source.vendor == "google" for e in draft.entries):
        return False
    entries = [e for e in draft.entries if not e.what.extra and not e.view]
    keyed = [{p for p in e.required if p not in contexts and not OPTION.search(p)} for e in tables[head].entries if e.what.kind in ("get", "delete") and not e.view and not e.what.extra]
    whole = {p for some in keyed if len(some) == 1 for p in some} if all(len(some) <= 1 for some in keyed) else set()
    lists = [e for e in entries if e.item is not None and e.item.many] or [e for e in entries if e.what.kind == "get"]
    asked = [p for p in (lists[0].required if lists else ()) if p in whole and kind_of(lists[0].parameters[p]) in ("string", "integer") and all(p in e.required for e in lists) and entity(p)[0] != draft.noun]
    if not any(keyed) and lists and (key := tables[head].own) is not None:
        asked = [p for p in lists[0].parameters if field(p) == field(key) and kind_of(lists[0].parameters[p]) == "string" and all(p in e.parameters for e in entries)]
    if len(asked) != 1:
        return False
    own = _edition(entries, asked[0], draft, contexts) or ("position" if draft.kinds <= {"get", "list"} and _lists(draft) else None)
    if own is None:
        return False
    holders = {asked[0]: head}
    single = [e for e in entries if e.what.kind in ITEM_KINDS and any(field(p) == field(own) for p in e.required)]
    if own != "position" and single and not any(asked[0] in e.parameters for e in single):
        asked = []  # GetWindowExecution(WindowExecutionId): one id in the whole service, whatever lists it
    draft.own, draft.parents, draft.holders = own, asked, holders
    draft.generated = not any(p == own for e in entries if e.what.kind == "create" for p in e.required)
    return True


def _edition(entries: Sequence[Entry], parent: str, draft: Draft, contexts: frozenset[str]) -> str | None:
    """What tells the versions of one thing apart: what each get asks for beside the thing, else a number or id in the rows."""
    strict = [e for e in entries if e.what.kind in ("get", "delete") and not (e.item is not None and e.item.many)]
    common = [p for p in (strict[0].required if strict else ()) if p != parent and p not in contexts and all(p in e.required for e in strict)]
    common = [p for p in common if kind_of(strict[0].parameters[p]) in ("string", "integer")]
    if len(common) == 1:
        return common[0]
    last = draft.noun[-1:]
    fields = {field(n): n for e in entries if e.item is not None and not e.item.scalar for n, s in e.item.fields.items() if kind_of(s) in ("string", "integer") and n != parent}
    spellings = ((*draft.noun, "id"), (*last, "id"), (*last, "number"), draft.noun, draft.noun[-2:], last, (*draft.noun, "arn"), (*last, "arn"), ("id",))
    return next((fields[w] for w in spellings if w in fields and fields[w] != parent), None)


def _settled(draft: Draft, contexts: frozenset[str]) -> bool:
    """Do the parents alone name one row: is it read or deleted by them, and one by one?"""
    shown = {field(n) for e in draft.entries if e.item and not e.view for n in e.item.fields}
    for entry in draft.entries:
        if entry.what.kind in ("get", "delete") and not entry.view and not entry.what.extra and not _picks(entry, shown):
            asked = {field(p) for p in entry.required if p not in contexts and not OPTION.search(p)}
            if asked and asked <= {field(p) for p in draft.parents} and (entry.item is None or not entry.item.many):
                return True
    return False


def _told_alone(draft: Draft) -> bool:
    """Can no get say which of several rows of a holder it means (GetStreamSession(channelArn, streamId), the second optional)?"""
    shown = {field(n) for e in draft.entries if e.item and not e.view for n in e.item.fields}
    gets = [e for e in draft.entries if e.what.kind == "get" and not e.view and not (e.item is not None and e.item.many)]
    return draft.noun[-1] not in EDITIONS and not any(field(p) in shown and field(p)[-1] in _TELLING for e in gets for p in e.parameters if p not in e.required)


def _picks(entry: Entry, shown: set[Noun]) -> bool:
    """BatchDeleteReviewedAnswer(TopicId, AnswerIds): a list of ids says which of the parent's rows are meant."""
    return any(kind_of(s) == "array" and is_plural(n) and field(one_of(n))[-1:] in (("id",), ("arn",), ("name",)) and field(one_of(n)) in shown for n, s in entry.parameters.items())


def _asked_key(draft: Draft, contexts: frozenset[str]) -> str | None:
    """What most reads, updates and deletes of one row ask for beside the parents."""
    entries = [e for e in draft.entries if e.what.kind in ITEM_KINDS and not e.view and e.required]
    parents = {field(p) for p in draft.parents}
    asked: Counter[str] = Counter()
    for entry in entries:
        for name in entry.required:
            schema = entry.parameters.get(name, {})
            inner = schema.get("items", {}) if kind_of(schema) == "array" else schema
            telling = field(one_of(name))[-1:] and field(one_of(name))[-1] in _TELLING
            if (telling or entry.what.kind in ("get", "delete")) and kind_of(inner) in ("string", "integer") and name not in contexts and field(name) not in parents and not OPTION.search(name) and not STATE.search(name) and not TOKEN.search(name):
                asked[one_of(name) if kind_of(schema) == "array" else name] += 1
    best = max(asked, key=lambda n: (asked[n], -list(asked).index(n)), default=None)
    return best if best is not None and 2 * asked[best] >= len(entries) else None


def _telling_key(draft: Draft, tables: Mapping[Noun, Draft]) -> str | None:
    """What tells the listed rows of one parent apart: an own id or name, a revision, a type."""
    if found := _field_key(draft):
        return found if found not in draft.parents else None
    for entry in draft.entries:
        for name, schema in (entry.item.fields if entry.item is not None and entry.item.many and not entry.view else {}).items():
            words = field(name)
            if kind_of(schema) in ("string", "integer") and name not in draft.parents and words[-1:] and words[-1] in _TELLING and table_of(name, tables, draft.noun) is None:
                return name
    return None


_TELLING: Final = frozenset(["id", "name", "arn", "key", "code", "number", "revision", "version", "type", "identifier", "email", "domain", "path", "url", "cidr", "ip", "filter"])


def _natural(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Further parts of the key: what every get and delete asks for beside the ids (a route's destination).

    Rows that so far only go by what holds them are told apart by what a read without a create asks for, too (the page of a
    presentation), and by what every create must be given and a delete may be (the topic of a client's subscription).
    """
    strict = [e for e in draft.entries if e.what.kind in ("get", "delete") and e.required and not e.what.extra and not e.view and not (e.what.kind == "get" and e.item is not None and e.item.many)]
    makers = [e for e in draft.entries if e.what.kind in ("create", "put")]
    untold = draft.own is None and bool(draft.parents) and not _lists(draft)
    if not strict or not (makers or untold) or (draft.own and draft.generated):
        return
    known = {field(n) for n in [*draft.parents, *([draft.own] if draft.own else [])]}
    asked = [*strict[0].required, *(n for n in strict[0].parameters if untold and n not in strict[0].required and makers and all(n in e.required for e in makers))]
    for name in asked:
        schema = strict[0].parameters.get(name, {})
        if name in contexts or OPTION.search(name) or TOKEN.search(name) or STATE.search(name) or TRANSPORT.match(name) or kind_of(schema) not in ("string", "integer"):
            continue
        if field(name) in known or field(name)[-1:] in (("language",), ("view",)) or not all(name in (e.required if name in strict[0].required else e.parameters) for e in strict) or not all(name in e.parameters for e in makers):
            continue
        if draft.own is not None and table_of(name, tables) == draft.noun:
            continue
        if (not makers or name not in strict[0].required) and (field(name)[-1] not in _TELLING or set(field(name)) & STRICT_CONTEXT or (PAGING.match(" ".join(field(name))) and kind_of(schema) != "string")):
            continue
        if draft.own is None and not (draft.noun[-1] in TIES and table_of(name, tables, draft.noun)):
            draft.own, draft.generated = name, not makers and field(name)[-1:] == ("id",)
        elif len(draft.parents) < 3:
            draft.parents.append(name)


def picks_own(draft: Draft, entries: Sequence[Entry]) -> str | None:
    """DeleteClusterSaveBackup(ClusterId, SaveBackupId), the second of them optional: what says which of the rows of a holder is meant."""
    for entry in entries:
        if entry.what.kind in ("get", "delete") and not entry.view and not entry.what.extra and not (entry.item is not None and entry.item.many):
            for name, schema in entry.parameters.items():
                several = kind_of(schema) == "array"
                inner = schema.get("items", {}) if several else schema
                words = field(one_of(name))
                if several and entry.what.kind == "get":
                    continue
                own = words[-1:] and words[-1] in _OWN and words[:-1] and draft.noun[1 - len(words) :] == words[:-1] and words not in map(field, draft.parents)
                if own and name not in entry.required and kind_of(inner) in ("string", "integer") and not _UNTOLD.search(str(schema.get("description", ""))) and not any(e.what.kind == "update" and name in e.required for e in draft.entries):
                    return one_of(name) if several else name
    return None


_UNTOLD: Final = re.compile(r"(?i)\bdefault|\b(?:omit|(?:not|no|without)\b.{0,40}\b(?:specif|provid|given|suppl|set\b))")
"""What says which row is meant where the caller does not."""
_OWN: Final = frozenset(["id", "name", "number", "identifier"])


def _told(name: str, draft: Draft) -> bool:
    """Do the rows show it, or is every one made with it?"""
    makers = [e for e in draft.entries if e.what.kind in ("create", "put") and not e.what.extra and not e.view]
    shown = {field(n) for e in draft.entries if e.item and not e.view for n in e.item.fields}
    return field(name) in shown or (bool(makers) and all(any(field(p) == field(name) for p in e.parameters) for e in makers))


def _lists(draft: Draft) -> bool:
    return any(e.item is not None and e.item.many for e in draft.entries if e.what.kind in ("get", "list"))


def _parents(draft: Draft, entries: Sequence[Entry], tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    strict = [e for e in entries if e.required and not e.view] or [e for e in entries if e.required] or [e for e in draft.entries if e.what.kind in ("create", "list") and e.required]
    asked: Counter[str] = Counter()
    for entry in strict:
        for name in entry.required:
            own = draft.own is not None and (name == draft.own or one_of(name) == draft.own or field(name) == field(draft.own))
            if own or _own_name(name, draft) or name in contexts or kind_of(entry.parameters.get(name, {})) != "string" or (table_of(name, tables, draft.noun) or held_by(entry, name, draft, tables)) is None:
                continue
            asked[name] += 1
    rows = [e for e in strict if e.what.kind in ("get", "delete") and not e.view and not e.what.extra and not (e.item is not None and e.item.many)]
    chosen = [n for n, times in asked.items() if times >= 0.6 * len(strict) and (not rows or any(n in e.required for e in rows))]
    path = placeholders(strict[0].tool.source.path or "") if strict else []
    order = path if path and all(n in path for n in chosen) else list(strict[0].required) if strict else []
    seen: set[Noun | None] = set()
    for name in sorted(chosen, key=lambda n: (order.index(n) if n in order else 99, n)):
        target = table_of(name, tables, draft.noun) or next((h for e in strict if (h := held_by(e, name, draft, tables))), None)
        if target not in seen:
            draft.parents.append(name)
            seen.add(target)


def _own_name(name: str, draft: Draft) -> bool:
    """ModifyScanTask(TaskId, TaskName): the name of a row that goes by its id is no parent's."""
    rest = entity(name)[0]
    return field(name)[-1:] == ("name",) and field(draft.own or "")[-1:] in (("id",), ("arn",)) and entity(draft.own or "")[0] == rest != () and draft.noun[-len(rest) :] == rest


def held_by(entry: Entry, name: str, draft: Draft, tables: Mapping[Noun, Draft]) -> Noun | None:
    """Google's schemas/{schema}:listRevisions, /repositories/{repo}/branches: the row whose revisions or branches are meant, whatever the parameter is called."""
    source = entry.tool.source
    holders = placeholders(source.path or "")
    if source.vendor != "google" and name in holders and table_of(name, tables, draft.noun) is None:
        if name == holders[-1] and entry.what.kind in ("update", "put", "action"):
            return None  # UpdateClusterVersion, POST /clusters/{name}/updates: it is done to the cluster
        noun = draft.above.get(at_address((source.path or "").partition("{" + name + "}")[0]))
        return noun if noun in tables and noun != draft.noun else None
    if source.vendor != "google" or name not in source.in_path or name in holders or not holders:
        return None
    noun = collection_words(holders[-1])
    return noun if noun in tables and noun != draft.noun and tables[noun].segment is not None and draft.noun[: len(noun)] == noun else None


def _google_key(draft: Draft) -> str | None:
    """Resource names: `name` holds the whole path; the last collection of flatPath is the table."""
    shown = {n for e in draft.entries if e.item for n in e.item.fields}
    asked = [p for e in draft.entries if e.what.kind in ITEM_KINDS and not e.what.extra for p in e.tool.source.in_path if p not in placeholders(e.tool.source.path or "")]
    whole = next((p for p in asked if p in shown), "name")
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
        last = source.path.rstrip("/").rsplit("/", 1)[-1]
        if draft.kinds <= {"get", "update", "put", "delete"} and not entry.what.extra and ":" not in last and "{" not in last:
            draft.segment, draft.tail = last, True
            return loose[0] if loose[0] in shown else "name"
        if "{" in last:
            continue
        if entry.what.kind in ("create", "list") and not entry.what.extra and loose[0] in ("parent", collection_words(holders[-1])[-1]):
            draft.segment = source.path.rstrip("/").rsplit("/", 1)[-1].split(":")[0]
            return whole
    return None


def fixed_name(draft: Draft, tables: Mapping[Noun, Draft]) -> str | None:
    """'projects/{projectsId}/locations/{locationsId}/ekmConfig': the one name that a settings resource can have."""
    found = set()
    for entry in draft.entries:
        source = entry.tool.source
        loose = [p for p in source.in_path if p not in placeholders(source.path or "")]
        if source.vendor != "google" or len(loose) != 1 or entry.what.kind not in ("get", "update", "put"):
            return None
        form = str(entry.parameters[loose[0]].get("pattern", "")).strip("^$").replace("[^/]+", "*")
        parts = form.split("/")
        if not form or any(collection_words(p) in tables for p in parts):
            return None
        names = iter(placeholders(source.path or ""))
        found.add("/".join("{" + next(names, "x") + "}" if p == "*" else p for p in parts))
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
            if name in contexts or kind_of(inner) not in ("string", "integer") or PAGING.match(" ".join(field(name))) or OPTION.search(name) or STATE.search(name):
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
    common = {n for n in common if field(n) in shown and table_of(n, tables, draft.noun) is None and not OPTION.search(n) and not STATE.search(n)}
    return {n: 1.0 for n in common if kind_of(strict[0].parameters.get(n, {})) in ("string", "integer")} if len(common) == 1 else {}


def _listed(name: str, entries: Sequence[Entry]) -> bool:
    return any(kind_of(e.parameters[name]) == "array" for e in entries if name in e.parameters)


def _own_worth(name: str, draft: Draft, tables: Mapping[Noun, Draft], last_in_path: bool, shown: set[Noun]) -> float:
    words, noun = field(name), draft.noun
    rest, id_like = entity(name)
    if rest[-1:] and rest[-1] in STRICT_CONTEXT and not set(rest) & set(noun):
        return 0.0
    kept = whole_kind(rest, draft, tables) and (id_like or words[-1:] == ("id",))
    if not kept and rest in tables and rest != noun and (id_like if len(words) > 1 else False or (words == rest and noun[-len(rest) :] != rest)):
        return 0.0
    if words == (*noun, "url"):
        return 2.2
    if len(words) > 1 and words[-1] in ("id", "arn", "name", "number", "code", "key", "email", "uri", "handle", "token", "sid", "gid") and rest:
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


_EDITION = re.compile(r"v\d+$")


def whole_kind(rest: Noun, draft: Draft, tables: Mapping[Noun, Draft]) -> bool:
    """Does VocabularyId name a medical vocabulary itself, though there are vocabularies too, and AttachmentId a VPC attachment?

    A kind of its own is created by itself, and what stands in front of the shared noun is no table: in a playlist video the id names the video.
    """
    noun = draft.noun[:-1] if len(draft.noun) > 1 and _EDITION.match(draft.noun[-1]) else draft.noun
    if not rest or "create" not in draft.kinds or draft.noun == rest:
        return False
    if noun[-len(rest) :] == rest:
        return len(noun) == len(rest) or noun[: -len(rest)] not in tables
    words = iter(noun)
    return len(rest) > 1 and noun[-1] == rest[-1] and noun[0] == rest[0] and all(w in words for w in rest)


def _field_key(draft: Draft) -> str | None:
    """A key from the rows themselves: own id, id, name, arn."""
    names = [n for e in draft.entries if e.item and not e.view for n in e.item.fields]
    tail = draft.noun[-1:]
    for words in ((*draft.noun, "id"), (*tail, "id"), ("id",), *SERIALS, (*draft.noun, "name"), (*tail, "name"), ("name",), (*draft.noun, "arn"), ("arn",)):
        for name in names:
            if field(name) == words:
                return name
    return None


WHOLE_NAME: Final = re.compile(r"(?i)(?:resource|relative) (?:resource )?name|\bform(?:at)?\b(?: is)?:?|pattern")
"""A description of a `name` that is the whole path of a resource."""


def _called_by(draft: Draft) -> str | None:
    """'name', where a create must be given it as the bare name under its parent: an Apigee key value map's."""
    creates = [e for e in draft.entries if e.what.kind == "create" and not e.what.extra and "parent" in e.tool.source.in_path]
    if not creates or any(is_slug(p, draft) for e in creates for p in e.parameters):
        return None
    bare = all("name" in e.required and "name" not in e.tool.source.in_path and not WHOLE_NAME.search(str(e.parameters["name"].get("description", ""))) for e in creates)
    return "name" if bare else None


def is_slug(name: str, draft: Draft) -> bool:
    """Google: the parameter that becomes the last part of the resource name, `topicId`."""
    return draft.segment is not None and (name == draft.slug or field(name) in ((*draft.noun, "id"), (*draft.noun[-1:], "id"), ("id",)))
