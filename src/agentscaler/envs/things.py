"""Which nouns of a service are things it keeps rows of: one noun for one thing, and the tables in the making."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.envs.drafts import ITEM_KINDS, SCALARS, Draft, Entry, Noun, table_of, usable
from agentscaler.envs.items import RESOURCE
from agentscaler.envs.keys import STRICT_CONTEXT, fixed_name
from agentscaler.schemas import kind_of
from agentscaler.verbs import NOT_THINGS, VIEW_WORDS
from agentscaler.words import PAGING, entity, field, split


def same_nouns(entries: list[Entry]) -> list[Entry]:
    """One noun for one thing: view words off, 'instance' and 'DB instance' together where only one can be meant."""
    entries = _one_spelling(_of_ids(_one_stem(entries)))
    kinds: dict[Noun, set[str]] = defaultdict(set)
    for entry in entries:
        kinds[entry.what.noun].add(entry.what.kind)
    views = {noun: short for noun, what in kinds.items() if (short := _without_view(noun, what, kinds))}
    views |= _same_rows({n: [e for e in entries if e.what.noun == n] for n in kinds if n and n not in views})
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


def _one_stem(entries: list[Entry]) -> list[Entry]:
    """DescribeDenyRuleList and DescribeDenyRuleDetail show deny rules, also where nothing is called a deny rule."""
    nouns = {e.what.noun for e in entries}
    stems: dict[Noun, set[Noun]] = defaultdict(set)
    for noun in nouns:
        stem = noun
        while len(stem) > 1 and stem[-1] in _SHOWN:
            stem = stem[:-1]
        stems[stem].add(noun)
    change = {n: stem for stem, some in stems.items() if len(stem) > 1 and stem not in nouns and {n[len(stem) :] for n in some} >= {("list",), ("detail",)} for n in some}
    return [e._replace(what=e.what._replace(noun=change.get(e.what.noun, e.what.noun))) for e in entries]


def _of_ids(entries: list[Entry]) -> list[Entry]:
    """ListSecretVersionIds shows versions, more of each than its id; sender ids and playback ids, which are made and deleted, are things."""
    nouns = {e.what.noun for e in entries}
    things = {e.what.noun for e in entries if e.what.kind not in ("get", "list")}
    out = []
    for entry in entries:
        noun, item = entry.what.noun, entry.item
        rows = item is not None and not item.scalar and len(item.fields) > 1 and noun[-1:] == ("id",) and len(noun) > 1
        meant = noun[:-1] in nouns or (len(noun) < 4 and "ids" in split(entry.tool.source.operation))
        bare = rows and meant and noun not in things and entry.what.kind in ("get", "list")
        out.append(entry._replace(what=entry.what._replace(noun=noun[:-1])) if bare else entry)
    return out


def _one_spelling(entries: list[Entry]) -> list[Entry]:
    """Blacklists and black lists, ephemerides whose rows show the id of an ephemeris: what is only listed under another spelling of what is made and deleted."""
    groups: dict[Noun, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.what.noun].append(entry)
    kinds = {n: {e.what.kind for e in some} for n, some in groups.items()}
    made = [n for n in groups if n and kinds[n] & {"create", "delete"} and "list" not in kinds[n]]
    change = {}
    for noun in (n for n in groups if n and kinds[n] <= {"get", "list"}):
        near = [m for m in made if m != noun and _alike(noun, m) and ("".join(m) == "".join(noun) or _shows_id(groups[noun], m, noun))]
        if len(near) == 1:
            change[noun] = near[0]
    return [e._replace(what=e.what._replace(noun=change.get(e.what.noun, e.what.noun))) for e in entries]


def _alike(a: Noun, b: Noun) -> bool:
    """The same letters, or but for the ending of the last word."""
    one, other = a[-1], b[-1]
    same = next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    return "".join(a) == "".join(b) or (a[:-1] == b[:-1] and same >= 5 and max(len(one), len(other)) - same <= 3)


def _shows_id(entries: Sequence[Entry], noun: Noun, not_: Noun) -> bool:
    """Do the rows bear an id of this noun, and none of the other?"""
    shown = {field(f) for e in entries if e.item for f in e.item.fields}
    return any((*noun[-1:], last) in shown for last in ("id", "arn")) and not any((*not_[-1:], last) in shown for last in ("id", "arn"))


_SHOWN: Final = frozenset("list detail info".split())
"""Words behind a noun that say how much of it is shown."""


def _ends(a: Noun, b: Noun) -> bool:
    return bool(a and b and a != b and (a[-len(b) :] == b or b[-len(a) :] == a))


def _without_view(noun: Noun, what: set[str], kinds: Mapping[Noun, set[str]]) -> Noun | None:
    if what & {"create", "delete"}:
        return None
    if len(noun) > 1 and noun[-1] == "search" and what <= {"list"}:  # of the things themselves: DescribeRecordSearch lists online records
        near = [n for n, k in kinds.items() if n[1 - len(noun) :] == noun[:-1] and k & {"get", "list", "create"}]
        exact = [n for n in near if n == noun[:-1]] or near
        return exact[0] if len(exact) == 1 else None
    short = noun
    lists = bool(kinds.get(("list",), set()) & {"create", "delete"})  # where lists are things, a profile's list is one
    while len(short) > 1 and (short[-1] in VIEW_WORDS or short[-1] in _BELOW) and not (lists and short[-1] == "list"):
        short = short[:-1]
        if short in kinds:
            return short
    return None


_BELOW: Final = frozenset(["descendant"])
"""Words behind a noun for the same things, also further down."""


OTHERS: Final = frozenset("version revision execution run snapshot backup draft template change event job task export import association permission member membership".split())
"""Words behind a noun that name things of their own, however like the thing their rows look."""


_ANY_ROW: Final = frozenset(field(n) for n in RESOURCE)


def _same_rows(groups: Mapping[Noun, Sequence[Entry]]) -> dict[Noun, Noun]:
    """DescribeProductView, ListRecordHistory: what only reads, is called after another noun and shows the rows of it."""
    shown = {n: {field(f) for e in some if e.what.kind in ("get", "list") and e.item and not e.item.scalar for f in e.item.fields} for n, some in groups.items()}
    out = {}
    for noun, some in groups.items():
        if not {e.what.kind for e in some} <= {"get", "list"} or len(shown[noun] - _ANY_ROW) < 4 or any(e.tool.source.vendor == "google" for e in some):
            continue
        bare = noun
        while len(bare) > 1 and bare[-1] in VIEW_WORDS:
            bare = bare[:-1]
        longer = [n for n in groups if bare != noun and len(bare) > 1 and n != noun and n[-len(bare) :] == bare]  # DefenceEventDetail of a VulDefenceEvent
        for other in longer if len(longer) == 1 else (noun[:i] for i in range(len(noun) - 1, 0, -1)):
            if other not in groups or set(noun[len(other) :]) & OTHERS or any(_asks_for(e, other) for e in some if e.item and e.item.many):
                continue
            both = shown[noun] & shown[other]
            most = len(shown[noun]) if other not in longer else len(shown[other])  # a detail shows more than the list
            if len(both) >= 0.75 * most > 2 and any(_own_id(f, other) for f in both):
                out[noun] = other
                break
    return out


def _own_id(words: Noun, noun: Noun) -> bool:
    """Does a field name a row of the noun: RecordId, Id?"""
    return words[-1:] in (("id",), ("arn",), ("name",)) and (len(words) == 1 or noun[1 - len(words) :] == words[:-1])


def _asks_for(entry: Entry, noun: Noun) -> bool:
    """Must a call say of which row of the noun it speaks?"""
    return any(field(p) in (("id",), ("arn",), ("name",)) for p in entry.required) or any(entity(p)[1] and entity(p)[0] and noun[-len(entity(p)[0]) :] == entity(p)[0] for p in entry.required)


def find_tables(entries: Sequence[Entry]) -> dict[Noun, Draft]:
    by_noun: dict[Noun, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_noun[entry.what.noun].append(entry)
    things: dict[Noun, list[Entry]] = {n: some for n, some in sorted(by_noun.items()) if n and _is_thing(n, some)}
    tables = {n: Draft(n, some) for n, some in things.items() if not _is_relation(n, some, things)}
    parts = {n: some for n, some in sorted(by_noun.items()) if n not in tables and not (n in things and _is_relation(n, some, things)) and (_is_part(n, some, tables) or _is_setting(n, some, tables) or _is_reference(n, some, tables))}
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
    unknown = any(e.what.kind in ("get", "list") and e.tool.returns is None and not e.tool.source.of_a_cloud for e in entries)
    if NOT_THINGS.search("_".join(noun)) and not kinds & {"create", "delete"} and not _addressed(entries):
        return False
    if len(noun) == 1 and noun[0] in STRICT_CONTEXT and not kinds & {"create", "delete"}:
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
    """A thing that is only read must have an identity in its rows: its own id, a name, or what the address of one ends with."""
    if _addressed(entries):
        return True
    for entry in entries:
        for name in entry.item.fields if entry.item else ():
            words = field(name)
            if words in (("id",), ("name",), ("arn",)) or (words[-1:] in (("id",), ("arn",), ("name",)) and words[:-1] and noun[-len(words[:-1]) :] == words[:-1]):
                return True
    return False


def _addressed(entries: Sequence[Entry]) -> bool:
    """Does the address of one row end with what the row shows, GET /Alerts/{sid}?"""
    for entry in entries:
        asked = re.search(r"\{(\w+)\}(?:\.json)?$", entry.tool.source.path or "")
        if asked and entry.what.kind == "get" and entry.item and not entry.item.many and field(asked[1]) in {field(f) for f in entry.item.fields}:
            return True
    return False


def _is_relation(noun: Noun, entries: Sequence[Entry], things: Mapping[Noun, Sequence[Entry]]) -> bool:
    """Only lists of another thing's rows (ListAttachedRolePolicies): no table of its own."""
    if {e.what.kind for e in entries} - {"get", "list"} or noun[0] in _ELSEWHERE or any(_of_collection(e) for e in entries):
        return False
    mine = {field(n) for e in entries if e.item for n in e.item.fields}
    for other, some in things.items():
        if other != noun and len(other) < len(noun) and noun[-len(other) :] == other and not any(_asks_for(e, other) or not _known(e, some) for e in entries if e.item and e.item.many):
            theirs = {field(n) for e in some if e.item for n in e.item.fields}
            if len(mine & theirs) >= 0.5 * len(mine):
                return True
    return False


def _known(entry: Entry, others: Sequence[Entry]) -> bool:
    """Do the other thing's rows tell the ids that the list asks for? If not, it lists who belongs where (DescribeFleetInstances)."""
    told = {field(f) for e in others if e.item for f in e.item.fields} | {field(p) for e in others for p in e.parameters}
    asked = [p for p in entry.required if entity(p)[1] and entity(p)[0] and entity(p)[0][-1] not in STRICT_CONTEXT]
    return all(any(w[-len(field(p)) :] == field(p) for w in told) for p in asked)


_ELSEWHERE: Final = frozenset("discovered available recommended suggested usable linkable supported subscribed effective eligible potential public".split())
"""Words in front of a noun for what could be one of its rows and is not, or not yet."""


def _of_collection(entry: Entry) -> bool:
    """Google's discoveredServices.list reads a collection of its own."""
    source = entry.tool.source
    return source.vendor == "google" and source.operation.rsplit(".", 1)[-1] in ("list", "get", "aggregatedList")
