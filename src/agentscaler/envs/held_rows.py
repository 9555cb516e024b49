"""Lists that are asked by the key of what holds their rows: GetMsgRecord(SessionId) answers many records of one session.

A list that asks for the whole key of a table shows one row at most. Where it answers many, that key is not the rows' own: it
names what holds them, and each row has something more that tells it. Where nothing says what, the table stays as it is and
the list leaves the world (`asks_holder`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.envs.drafts import OPTION, STATE, TOKEN, Draft, Entry, Noun, table_of
from agentscaler.envs.envelope import of_the_call
from agentscaler.envs.items import Item, one_of
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import PAGING, TRANSPORT, entity, field, plural, singular, split

TELLING: Final = frozenset(["id", "name", "arn", "key", "code", "number", "revision", "version", "identifier"])
_OVER_TIME: Final = ("history", "revision", "version")
"""Nouns whose rows bear the id of the thing that they are the past of."""
_NEUTRAL: Final = (("item",), ("data",), ("result",))
"""What any list may be called."""
_SET: Final = (("list",), ("set",), ("info",))


def tell_rows_apart(draft: Draft, tables: Mapping[Noun, Draft], contexts: frozenset[str]) -> None:
    """Make the key that a list asks for the parents of its rows, and find what tells these apart."""
    if draft.segment is not None or draft.single or draft.fixed or draft.link or draft.own == "position" or not draft.key:
        return
    lists = [e for e in draft.entries if _lists_all(e, draft, contexts) and not describes_one(e, draft)]
    if not lists or any(_reads_one(e, draft, contexts) or _tells_key(e, draft, lists) for e in draft.entries):
        return
    if any(_same_name(k, e, draft) for e in lists for k in draft.key):
        return
    asked = _asked_besides(draft, contexts)
    if asked is None:
        return
    own = _telling(lists, draft, tables)
    if not asked and own is None and any(not _of_the_holder(k, e, draft) for e in lists for k in draft.key):
        return
    more = asked or [own or "position"]
    draft.parents, draft.own = [*draft.key, *more[:-1]], more[-1]
    makers = [e for e in draft.entries if e.what.kind in ("create", "put") and not e.what.extra]
    draft.generated = draft.own == "position" or not any(field(p) == field(draft.own) for e in makers for p in e.required)


def asks_holder(entry: Entry, draft: Draft, asked: set[str | None]) -> bool:
    """Does a list ask for the whole key of the rows that it answers, though it does not just describe one of them? asked: the columns that a call must give one value of."""
    return bool(draft.key) and set(draft.key) <= asked and not describes_one(entry, draft)


def one_described(draft: Draft, entries: list[Entry], contexts: frozenset[str]) -> list[Entry]:
    """DescribeStatement(Id) -> {Id, Status, SubStatements: [...]}: what answers the key that it was asked by describes that one row, whatever lists stand in it."""
    change = {}
    for entry in draft.entries if draft.segment is None else ():
        if _lists_all(entry, draft, contexts) and entry.what.verb != "list" and not describes_one(entry, draft) and (item := _whole(entry, draft)) is not None:
            change[entry.id] = entry._replace(item=item, what=entry.what._replace(kind="get"))
    draft.entries = [change.get(e.id, e) for e in draft.entries]
    return [change.get(e.id, e) for e in entries]


def _whole(entry: Entry, draft: Draft) -> Item | None:
    """The body or the one object in it that bears the key and tells more than it was asked with."""
    body: Mapping[str, Schema] = (entry.tool.returns or {}).get("properties", {})
    own = field(draft.own or draft.parents[-1])
    places: list[tuple[tuple[str, ...], Mapping[str, Schema]]] = [((), body)]
    places += [((n,), s["properties"]) for n, s in body.items() if kind_of(s) == "object" and s.get("properties")]
    given = {field(p) for p in entry.parameters}
    for wrap, fields in places:
        names = {field(n) for n, s in fields.items() if kind_of(s) in ("string", "integer", "number", "boolean") and not of_the_call(n, s) and not PAGING.match(" ".join(field(n)))}
        named = bool(wrap) and field(wrap[0]) in (draft.noun, draft.noun[-1:])
        if names & {own, (*draft.noun, own[-1]), (*draft.noun[-1:], own[-1]), own[-1:]} and (named or len(names - given) > (1 if _several(entry) else 0)):
            return Item(wrap, False, False, {n: s for n, s in fields.items() if not of_the_call(n, s)}, None, None, tuple(False for _ in wrap))
    return None


def describes_one(entry: Entry, draft: Draft) -> bool:
    """DescribeFlowLog(FlowLogId) -> FlowLog: [one]: a thing that is answered in a list of one."""
    item = entry.item
    words = entity(draft.own or draft.parents[-1])[0] if draft.key else ()
    own = not words or draft.noun[-len(words) :] == words
    paged = any(PAGING.match(" ".join(field(p))) for p in entry.parameters)
    if item is None or not draft.key or entry.what.verb == "list" or _several(entry) or paged or not own:
        return False
    wraps = [field(one_of(n)) for n in item.wrap[-1:]]
    shown = field(draft.key[-1]) in {field(f) for f in item.fields}
    return all(w in ((*head, *tail) for head in (draft.noun, draft.noun[-1:]) for tail in ((), *_SET)) or (shown and w in _NEUTRAL) for w in wraps)


def _several(entry: Entry) -> bool:
    """Is the tool named after many things?"""
    return any(plural(singular(word)) == word or word == "list" for word in split(entry.tool.name))


def _lists_all(entry: Entry, draft: Draft, contexts: frozenset[str]) -> bool:
    """Does it answer many rows and ask for every part of the key?"""
    item = entry.item
    if entry.what.kind not in ("get", "list") or item is None or not item.many or entry.what.noun != draft.noun or draft.single or not draft.key:
        return False
    asked = {field(p) for p in entry.required if p not in contexts and kind_of(entry.parameters.get(p, {})) in ("string", "integer")}
    return all(field(k) in asked for k in draft.key)


def _reads_one(entry: Entry, draft: Draft, contexts: frozenset[str]) -> bool:
    """Is one row got by the key as it is?"""
    if entry.what.kind != "get" or entry.what.extra or (entry.item is not None and entry.item.many):
        return False
    asked = {field(p) for p in entry.required if p not in contexts and not OPTION.search(p)}
    return bool(asked) and asked <= {field(k) for k in draft.key}


def _tells_key(entry: Entry, draft: Draft, lists: Sequence[Entry]) -> bool:
    """Is the key the rows' own after all: shown by a list that does not ask for it, or made by a create?"""
    own = field(draft.key[-1])
    if entry.what.kind == "create" and not entry.what.extra:
        return not any(field(p) == own for p in entry.parameters)
    shown = {field(f) for f in entry.item.fields} if entry.item is not None and entry.what.kind in ("get", "list") else set()
    return entry not in lists and own in shown and not any(field(p) == own for p in entry.required)


def _same_name(key: str, entry: Entry, draft: Draft) -> bool:
    """ListDownstreamTasks(TaskId) shows a TaskId of each task: would the holder's id and the row's own be one column?"""
    assert entry.item is not None
    if draft.noun[-1] in _OVER_TIME:
        return False
    words = entity(key)[0]
    own = not words or draft.noun[-len(words) :] == words
    return own and (entry.item.scalar or field(key) in {field(f) for f in entry.item.fields} or not words)


def _of_the_holder(key: str, entry: Entry, draft: Draft) -> bool:
    """Is a part of the key surely of what holds the rows: not shown by them, or what their noun begins with (DeviceId of a device position)?"""
    assert entry.item is not None
    words = entity(key)[0]
    return field(key) not in {field(f) for f in entry.item.fields} or draft.noun[-1] in _OVER_TIME or draft.noun[: len(words)] == words


def _asked_besides(draft: Draft, contexts: frozenset[str]) -> list[str] | None:
    """What all that change one row ask for beside the key (the priority of a canary rule); None where the key alone is enough for one of them."""
    known = {field(k) for k in draft.key}
    changing = [e for e in draft.entries if e.what.kind in ("get", "update", "delete", "put", "action") and not e.view and not e.what.extra and not (e.item is not None and e.item.many)]
    makers = [e for e in draft.entries if e.what.kind == "create" and not e.what.extra]
    if not changing:
        return []
    strict = any(e.what.kind in ("get", "delete") for e in changing)
    out = []
    for name, schema in changing[0].parameters.items():
        if kind_of(schema) not in ("string", "integer") or field(name) in known or name in contexts or OPTION.search(name) or STATE.search(name) or TOKEN.search(name) or TRANSPORT.match(name):
            continue
        told = any(field(name) == field(f) for e in draft.entries if e.item for f in e.item.fields) and (strict or field(name)[-1] in TELLING)
        if told and all(name in e.required for e in changing) and all(_given(name, e) for e in makers):
            out.append(name)
    return out[:3] or None


def _given(name: str, entry: Entry) -> bool:
    """Must a create be told it, or may it be inside an object that it must be given?"""
    return name in entry.required or any(name in entry.parameters.get(p, {}).get("properties", {}) for p in entry.required)


def _telling(lists: Sequence[Entry], draft: Draft, tables: Mapping[Noun, Draft]) -> str | None:
    """An own id of the listed rows, else the first of their ids, names or numbers that names no other table."""
    known = {field(k) for k in draft.key}
    fields = {n: s for e in lists if e.item is not None for n, s in e.item.fields.items() if kind_of(s) in ("string", "integer") and field(n) not in known}
    tail = draft.noun[-1:]
    own = ((*draft.noun, "id"), (*tail, "id"), tail, *((("id",), (*draft.noun, "arn"), ("arn",)) if draft.noun[-1] not in _OVER_TIME else ()))
    if found := next((n for words in own for n in fields if field(n) == words), None):
        return found
    others = {entity(k)[0] for k in draft.key}
    spoken = (n for n in fields if field(n)[-1] in TELLING and entity(n)[0] not in others and set(entity(n)[0]) & set(draft.noun))
    return next((n for n in spoken if table_of(n, tables, draft.noun) is None), None) if draft.noun[-1] not in _OVER_TIME else None
