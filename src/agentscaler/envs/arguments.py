"""What each parameter of a tool is for: names the row, narrows a list, is written, pages, or names the surroundings."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.calls import of_call
from agentscaler.envs.columns import own_parts, parent_path, unpacked
from agentscaler.envs.drafts import (
    OPTION,
    SCALARS,
    STAMP,
    TOKEN,
    Col,
    Draft,
    Entry,
    Noun,
    python_name,
    table_of,
    usable,
)
from agentscaler.envs.items import one_of
from agentscaler.envs.kept import guards_change, kept_by_service, settled, stamp_of
from agentscaler.envs.keys import STRICT_CONTEXT, parent_parameter, picks_own
from agentscaler.envs.service import Service
from agentscaler.records import Argument, Role, Schema
from agentscaler.schemas import kind_of
from agentscaler.verbs import VIEW_WORDS
from agentscaler.words import PAGING, TRANSPORT, entity, field, singular, snake, split

LOST: Final = {
    "computes": "it computes or transmits something; nothing in a database could answer it",
    "verb_unknown": "what it does cannot be told from its name",
    "no_resource": "no table holds what it is about",
    "part": "it acts on a part of a thing that no column holds",
    "no_key": "nothing in its arguments says which row is meant",
    "foreign_id": "it needs an id that no table of the service holds",
    "unknown_argument": "a required argument means nothing to any column",
    "result_unknown": "its result is not described",
    "derived_view": "most of its result is computed from elsewhere",
    "echo": "it would show nothing but what it was asked with",
    "sets_nothing": "no argument sets a column",
    "mode": "an argument that no column holds decides what it does",
    "differences": "it is given a list of changes to apply, not values",
    "no_target_state": "no status column holds a state its verb leads to",
    "unseen": "no read shows what it writes",
    "silent": "it answers with what this database does not hold",
    "not_two_ends": "the two rows it ties are not both known",
    "batch": "it makes several things at once from a list of objects",
    "copies": "it copies or restores from a source whose content is not known",
    "mended_away": "whoever mended the world found that it does something else than its provider says",
    "unkept": "strict: the provider says something of it that nothing keeps",
    "refused": "the gate: it did not do what its kind says on the populated world",
}
"""Reasons for which a tool does not make it into a world."""

ASIDE: Final = re.compile(r"^(?:part|hl|language|languageCode|locale|view|lang|fields)$|(?i:(?:^|_)language$|LanguageCode$|Locale$)")
"""Parameters that choose how an answer is written, not what it holds."""
_SINCE: Final = frozenset("after since from begin start gte ge gt min minimum earliest".split())
_UNTIL: Final = frozenset("before until to end lte le lt max maximum latest".split())
_SPAN: Final = frozenset(["start", "end", "begin"])
"""Bounds that are also names of a time: StartTime is a bound, StartTimeBefore bounds the start."""


_WRITTEN = re.compile(r"(?i)^(?:\w*_)?(?:encoding|format|(?:output|response|result|return|content)_?(?:encoding|format|type))$|(?:[a-z])(?:Encoding|Format)$")
_OF_ANSWER = re.compile(r"(?i)(?:format|encod\w*|represent\w*|serializ\w*)[^.]{0,40}\b(?:response|output|answer|returned|result\b|retriev)|\b(?:response|output|returned|results?)\b[^.]{0,40}\b(?:format|encod)")


def writes_answer(name: str, schema: Schema) -> bool:
    """'Specifies the public key encoding format to use in the response': does a parameter of a read say how the answer is written?"""
    text = str(schema.get("description", ""))[:300]
    return bool(_WRITTEN.search(name)) and bool(_OF_ANSWER.search(text)) and not re.search(r"(?i)filter|only ", text)


class Lost(Exception):
    """A tool that cannot be compiled; the reason is a key of LOST."""

    def __init__(self, why: str) -> None:
        super().__init__(LOST[why])
        self.why = why


def argument(entry: Entry, name: str, role: Role, column: str | None = None, *, required: bool | None = None, many: bool = False, template: str | None = None, body: Mapping[str, str] | None = None) -> Argument:
    must = name in entry.required if required is None else required
    return Argument(name=name, python=python_name(name), role=role, column=column, required=must, many=many, template=template, body=body or {})


def surroundings(entry: Entry, draft: Draft | None, service: Service) -> dict[str, Argument]:
    """Arguments that name the world's surroundings."""
    out = {}
    for name, schema in entry.parameters.items():
        if name in service.contexts and kind_of(schema) in ("string", "integer") and (draft is None or name not in draft.key) and not (entry.tool.source.vendor == "google" and _held(name, schema, draft)):
            column = draft.find(name) if draft is not None and entry.what.kind == "create" else None
            told = draft is not None and column in draft.columns and column != draft.own and draft.columns[column].shown and draft.columns[column].kind == kind_of(schema)
            out[name] = argument(entry, name, "within", column if told else None, template="{" + snake(name) + "}")
    if draft is not None and draft.fixed is not None:
        loose = [p for p in entry.tool.source.in_path if p not in placeholders(entry.tool.source.path or "")]
        out |= {n: argument(entry, n, "within", template=context_path(draft.fixed)) for n in loose}
    parent = parent_parameter(entry) if draft is not None and draft.segment is not None else None
    if draft is not None and parent is not None:
        path = parent_path(entry, draft)
        holders = placeholders(path or "")
        noun = collection_words(holders[-1]) if holders else ()
        held = noun in service.tables and service.tables[noun].segment is not None
        if path and not held:
            path = _as_given(path, entry.parameters[parent]) if entry.what.kind != "create" else path
            found = argument(entry, parent, "within", "parent" if "parent" in draft.columns else None, template=context_path(path))
            out[parent] = found.model_copy(update={"anything": across(entry, parent)})
    return out


def _as_given(path: str, schema: Schema) -> str:
    """customers/{customer}/chrome is asked for as '^customers/[^/]+$': the part of the path that the parameter's pattern has."""
    parts, asked = path.split("/"), str(schema.get("pattern", "")).strip("^$").replace("[^/]+", "*").split("/")
    same = len(asked) < len(parts) and all(a == p or (a == "*" and p.startswith("{")) for a, p in zip(asked, parts, strict=False))
    return "/".join(parts[: len(asked)]) if same else path


def across(entry: Entry, name: str) -> tuple[str, ...]:
    """'Use `locations/-` to list the backups of all locations': the last part of a parent that means every one."""
    text = str(entry.parameters[name].get("description", ""))
    return ("-",) if entry.what.kind == "list" and entry.tool.source.vendor == "google" and _ACROSS.search(text) else ()


_ACROSS: Final = re.compile(r"/-(?=[`'\"\s.,;)]|$)|[`'\"]-[`'\"]")


def _held(name: str, schema: Schema, draft: Draft | None) -> bool:
    """Do the rows themselves say it (accountId of each profile)? Then it names no surroundings here."""
    column = draft.columns.get(draft.find(name) or "") if draft is not None else None
    words = entity(name)[0] or field(name)
    of_it = column is not None and draft is not None and column.name == draft.own and field(name) != field(column.name)  # profileId is who asks, and no id of an AccountUserProfile
    return column is not None and not of_it and column.shown and column.kind == kind_of(schema) and words[-1] not in STRICT_CONTEXT - {"account"} and words != ("user",)


def context_path(path: str) -> str:
    """'projects/{projectsId}/locations/{locationsId}' -> 'projects/{project}/locations/{location}'."""
    return re.sub(r"\{([^}]+)\}", lambda m: "{" + "_".join(collection_words(m[1])) + "}", path)


# ---- keys -------------------------------------------------------------------------------------------------------


def keys(entry: Entry, draft: Draft, service: Service) -> dict[str, Argument]:
    """Arguments that name the row. Raises Lost(no_key) where one is missing."""
    out: dict[str, Argument] = {}
    if draft.single:
        return out
    if draft.own:
        name, column = own_argument(entry, draft, service)
        out[name] = argument(entry, name, "key", column, many=kind_of(entry.parameters[name]) == "array", required=True)
    elif picks_own(draft, [entry]):
        raise Lost("no_key")
    for parent in draft.parents:
        found = _parent_argument(entry, draft, parent, service)
        if found is not None and found not in out:
            out[found] = argument(entry, found, "key", parent, required=True)
        elif not draft.own or not draft.generated:
            raise Lost("no_key")
    return out


def _parent_argument(entry: Entry, draft: Draft, parent: str, service: Service) -> str | None:
    if parent in entry.parameters:
        return parent
    words, target = field(parent), draft.columns[parent].reference
    for name, schema in entry.parameters.items():
        same_sort = not {field(name)[-1], words[-1]} <= {"id", "arn", "name"} or field(name)[-1] == words[-1]
        if kind_of(schema) == "string" and (field(name) == words or (target is not None and same_sort and table_of(name, service.tables, draft.noun) == target)):
            return name
    return None


def own_argument(entry: Entry, draft: Draft, service: Service) -> tuple[str, str]:
    """(parameter, column) that tells the row; the column may be another unique one than the key (an ARN)."""
    own = draft.own
    assert own is not None
    wanted = [w for w, c in draft.canon.items() if c == own]
    names = [n for n in entry.parameters if n not in service.contexts and kind_of(entry.parameters[n]) in ("string", "integer", "array")]
    names = [n for n in names if n not in draft.parents and scalar_items(entry.parameters[n]) and not _changed(n, entry, draft)]
    holders = placeholders(entry.tool.source.path or "")
    if draft.segment is not None:
        loose = [n for n in entry.tool.source.in_path if n not in holders]
        if loose and (draft.tail or collection_words(holders[-1]) == draft.noun):
            return loose[0], own
        raise Lost("no_key")
    item_path = bool(holders) and entry.what.kind not in ("create", "list") and not _has_one(entry, draft)
    collected = singular(snake((entry.tool.source.path or "").rsplit("/{", 1)[0].rsplit("/", 1)[-1]).rsplit("_", 1)[-1])
    tests: tuple[Callable[[str], bool], ...] = (
        lambda n: n == own or field(n) in wanted or field(one_of(n)) in wanted,
        lambda n: field(n) in (draft.noun, draft.noun[-1:]),
        lambda n: alternative(n, draft) is not None,
        lambda n: field(n) in ((*draft.noun, field(own)[-1]), (*draft.noun[-1:], field(own)[-1])) and n in entry.required,
        lambda n: item_path and n == holders[-1] and (collected == draft.noun[-1] or (table_of(n, service.tables) in (None, draft.noun) and entry.tool.source.vendor != "google")),
        lambda n: field(n) in (("id",), ("arn",), ("name",), ("identifier",), ("resource", "arn"), ("resource", "id")) and n in entry.required and (field(n)[0] != "resource" or draft.canon.get(field(n), own) == own),
        lambda n: field(own)[-1:] == ("arn",) and field(n)[-1] in ("id", "name") and field(n)[:-1] in (draft.noun, draft.noun[-1:]) and n in entry.required and _BY_ARN.search(str(entry.parameters[n].get("description", ""))) is not None,
        lambda n: draft.noun[-1] in VIEW_WORDS and len(draft.noun) > 1 and field(n) == (*draft.noun[:-1], field(own)[-1]) and n in entry.required,
        lambda n: field(n)[-1] == field(own)[-1] and (table_of(n, service.tables) == draft.noun or (len(field(n)) > 1 and draft.noun[1 - len(field(n)) :] == field(n)[:-1])),
    )
    for test in tests:
        found = [n for n in names if test(n)]
        if found:
            name = min(found, key=lambda n: (n not in entry.required, kind_of(entry.parameters[n]) == "array", len(n), n))
            return name, alternative(name, draft) or own
    raise Lost("no_key")


def _has_one(entry: Entry, draft: Draft) -> bool:
    """user/{userId}/session: what stands behind the last holder is the thing, and the holder is whose it is."""
    last = (entry.tool.source.path or "").rstrip("/").rsplit("/", 1)[-1]
    return entry.tool.source.vendor != "google" and "{" not in last and field(last)[-1:] == draft.noun[-1:]


_BY_ARN: Final = re.compile(r"\bARN\b|Amazon Resource Name")
"""PageId, 'the Amazon Resource Name (ARN) of the page'."""


def _changed(name: str, entry: Entry, draft: Draft) -> bool:
    """UpdatePrimaryEmailAddress(EntityId, Email): what the update is named after is set, and does not say whose it is."""
    about = set(entry.what.noun) - set(draft.noun)
    return entry.what.kind == "update" and bool(about) and set(field(name)) <= about


def scalar_items(schema: Schema) -> bool:
    return kind_of(schema) != "array" or kind_of(schema.get("items", {})) in ("string", "integer")


def alternative(name: str, draft: Draft) -> str | None:
    """Another unique column that names the row: an ARN where the key is a name."""
    column = draft.find(name) or draft.find(one_of(name))
    if column is None or column == draft.own or column not in draft.columns or draft.columns[column].reference or draft.columns[column].json:
        return None
    words = field(column)
    head = words[:-1]
    if words[-1:] in (("arn",), ("id",)) and (not head or draft.noun[-len(head) :] == head) and draft.columns[column].shown:
        return column
    return None


# ---- lists ------------------------------------------------------------------------------------------------------


def paging(entry: Entry) -> dict[str, Argument]:
    """Sizes, tokens, offsets and numbers of pages. A size is no argument where the provider's way to the next page is none here, nor a token that no answer shows: all rows are on the one page then."""
    out: dict[str, Argument] = {}
    follows = entry.item.next if entry.item is not None else None
    for name, schema in entry.parameters.items():
        words = field(name)
        kind = kind_of(schema)
        taken = {a.role for a in out.values()}
        said = str(schema.get("description", ""))
        if kind == "string" and follows is not None and "token" not in taken and (_TURNED.search(name) or (follows.rsplit(".", 1)[-1] == name and (_OF_PAGES.search(said) or (follows != name and not re.search(r"(?i)\btime|\bdate", said))))):
            out[name] = argument(entry, name, "token", required=False)
            continue
        if kind == "integer" and (words[-2:] in (("item", "offset"), ("start", "index")) or name.lower() == "offset") and not re.search(r"(?i)1-based|(?:start|begin|index)\w* (?:at|from|with) 1\b", said) and (words[-1] == "offset" or re.search(r"\b0\b|\bzero", said)):
            out[name] = argument(entry, name, "offset", required=False)
        if not PAGING.match(" ".join(words)):
            continue
        counts = kind in ("integer", "number") or (kind == "string" and not schema.get("enum"))  # a number told as a text
        if counts and (words[-1:] in (("limit",), ("size",)) or words[:1] in (("max",), ("per",)) or words in (("count",), ("top",))) and "size" not in taken:
            out[name] = argument(entry, name, "size", required=False)
        elif counts and words == ("page", "size") and _EACH.search(said):
            out[name] = argument(entry, name, "option", required=False)  # how many a request fetches, beside how many are wanted
        elif kind == "string" and words[-1:] in (("token",), ("marker",), ("cursor",)) and words[0] != "sync" and "token" not in taken:
            out[name] = argument(entry, name, "token", required=False)
        elif counts and words == ("offset",) and not (_NUMBERED.search(said) and not _ROWS.search(said)):
            out[name] = argument(entry, name, "offset", required=False)
        elif counts and (words in _NUMBERS or words == ("offset",)) and not taken & {"token", "offset", "page"}:
            first = _FROM_ONE.search(said) is None if words == ("offset",) else _FROM_ZERO.search(said) is not None
            out[name] = argument(entry, name, "page", required=False).model_copy(update={"sign": "0" if first else ""})
    return _followed(entry, out, follows)


def _followed(entry: Entry, found: dict[str, Argument], follows: str | None) -> dict[str, Argument]:
    """What of a list's pages can be asked for one after the other."""
    dead = [] if follows else [n for n, a in found.items() if a.role == "token" and not entry.required.count(n)]
    left = {n: a for n, a in found.items() if n not in dead}
    turns = any(a.role in ("token", "offset", "page") for a in left.values())
    away = any(leads_on(n, s) for n, s in entry.parameters.items() if n not in left)
    return left if turns or not (dead or away) else {n: a for n, a in left.items() if a.role != "size" or n in entry.required}


def leads_on(name: str, schema: Schema) -> bool:
    """Does a parameter lead to another page?"""
    return bool(_TURNS.search(name) or (_TURNS_IF.search(name) and _OF_PAGES.search(str(schema.get("description", "")))))


_TURNED: Final = re.compile(r"(?i)^(?:next_?page|pagination|continue|continuation|scroll|page)_?(?:token|cursor|marker)$")
_TURNS: Final = re.compile(r"(?i)\w(?:marker|cursor)$|^(?:(?:next_?page|pagination|continue|continuation|scroll|page)_?token|off_?set|cursor|start_?key|start[-_]?index)$|^exclusive_?start\w+|^start_?record_?\w+$")
_TURNS_IF: Final = re.compile(r"(?i)^(?:after|before|from_?|position|skip|start(?!ing_?after)\w*)$")
_OF_PAGES: Final = re.compile(r"(?i)\bpaginat|\bpaging\b|\bcursor\b|\bpages?\b|\bfirst \w[\w ]{2,40} to (?:read|return)\b|\bpaged\b")
"""Names of what leads to another page, the second set only where its text says so."""
_NUMBERED: Final = re.compile(r"(?i)\bpage (?:no|num|number|index)\b|\bwhich page\b")
_ROWS: Final = re.compile(r"(?i)\blimit\b|\boffset ?=|\*")
"""'Offset: page number', and what says that rows are counted after all: 'offset = limit * (page number - 1)'."""
_FROM_ONE: Final = re.compile(r"(?i)\b(?:start|begin|count|default)[^.]{0,30}\b1\b")
_FROM_ZERO: Final = re.compile(r"(?i)\b(?:start|begin|count)\w*[^.>]{0,25}\b(?:0|zero)\b|\bzero-?(?:based|indexed)|\b0-?(?:based|indexed)|\bdefault(?: value)?(?: is|:)? `?0\b")


_EACH: Final = re.compile(r"(?i)\bper request\b")
_NUMBERS: Final = (("page",), ("page", "number"), ("page", "id"), ("page", "num"), ("page", "index"))
"""PageNumber and PageNo, as canonical words: pages are counted from 1."""


def column_of(entry: Entry, name: str, draft: Draft, service: Service) -> Col | None:
    """The column that a parameter filters or sets."""
    schema = entry.parameters[name]
    found = draft.find(name)
    if found is None and kind_of(schema) == "array":
        found = draft.find(one_of(name))
    if found is None and kind_of(schema) == "string" and (target := table_of(name, service.tables, draft.noun)):
        found = next((c.name for c in draft.columns.values() if c.reference == target), None)
    if entry.what.kind in ("update", "put") and (found is None or not draft.columns[found].shown) and name in entry.required:
        found = draft.alias(name, kind_of(schema)) or found
    return draft.columns.get(found) if found else None


def bound(entry: Entry, name: str, draft: Draft, about: str = "") -> Argument | None:
    """A list's earliest or latest time: on the column it speaks of, else on the time a row was made. about: the object it stands in, createdAtFilter."""
    schema = entry.parameters[name]
    bare = name.lower() in ("from", "to", "start", "end", "begin") and re.search(r"(?i)\btime|\bdate", str(schema.get("description", "")))
    if kind_of(schema) not in ("string", "integer") or entity(name)[1] or not (bare or re.search(r"(?i)time|date|before|after|since|until", name)):
        return None
    if (side := _side(split(name))) is None:
        return None
    times = [c for c in draft.columns.values() if c.kind == kind_of(schema) and is_time(c.name, c.schema) and c.shown]
    made = [c for c in times if re.search(r"(?i)creat|start|submi|insert|request", c.name)] or (times if len(times) == 1 else [])
    spoken = _stems(side.rest, draft.noun) or _stems(split(about), draft.noun)
    exact = [c for c in times if field(c.name) == field(name)] if side.loose else []
    exact = exact or [c for c in times if spoken and _stems(split(c.name), draft.noun) == spoken]
    chosen = exact or (made if not spoken or name in entry.required else [])
    return argument(entry, name, side.role, chosen[0].name) if chosen else None


class _Side(NamedTuple):
    """Which end of a time a parameter bounds, and the words that say which time."""

    role: Role
    rest: tuple[str, ...]
    loose: bool
    """Is the bound the name of a time too (StartTime)?"""


def _side(words: tuple[str, ...]) -> _Side | None:
    """'StartedBefore' -> until of 'started', 'StartTimeEnd' -> until of 'start time', 'StartTime' -> since."""
    words = tuple(w for w in words if w not in ("by", "inclusive", "exclusive", "or"))
    firm = (_SINCE | _UNTIL) - _SPAN
    at = next((i for i in (0, len(words) - 1) if words and words[i] in firm), None)
    at = at if at is not None else next((i for i in (len(words) - 1, 0) if words and words[i] in _SPAN), None)
    if at is None:
        return None
    rest = words[:at] + words[at + 1 :]
    return _Side("since" if words[at] in _SINCE else "until", rest, words[at] in _SPAN and at == 0)


def _stems(words: tuple[str, ...], noun: Noun = ()) -> frozenset[str]:
    """'creation time', 'createdAt' -> {'creat'}: the words that tell one time of a thing from another."""
    return frozenset(w[:5] for w in words if w not in _CLOCK and w not in noun)


def times_of(name: str, columns: Iterable[Col], noun: Noun) -> list[Col]:
    """The times that a name speaks of: 'creation date' of CreatedAt."""
    stems = _stems(split(name), noun)
    return [c for c in columns if stems and _CLOCK & set(split(name)) and is_time(c.name, c.schema) and _stems(split(c.name), noun) == stems]


_CLOCK: Final = frozenset("time times date datetime timestamp stamp ts at on or by not filter filters range day hour inclusive exclusive in utc unix ms millis seconds last query search".split())


def is_time(name: str, schema: Schema) -> bool:
    """Does the field hold a point in time?"""
    if schema.get("format") in ("date-time", "date"):
        return True
    spelled = re.search(r"(?:[Tt]ime|[Dd]ate|[Tt]imestamp|[a-z]At|_at|_on|edOn|Datetime|DateTime|_ts)$", name)
    return kind_of(schema) in ("string", "integer") and bool(spelled) and not re.search(r"(?i)update$|timeout|runtime|lifetime|duration", name)


# ---- writes -----------------------------------------------------------------------------------------------------


def values(entry: Entry, draft: Draft, service: Service, taken: Mapping[str, Argument], *, own: bool, new: bool = False) -> dict[str, Argument]:
    """Arguments that are written to columns. own: the tool is about the table itself; new: keys may be written too."""
    out: dict[str, Argument] = {}
    used = {a.column for a in taken.values()}
    for name, schema in entry.parameters.items():
        if name in taken or not (usable(name, schema) or name in entry.required):
            continue
        if own and (kept_by_service(name, schema, new=new) or guards_change(name, schema) or (entry.what.kind == "update" and name not in entry.tool.source.in_path and settled(name, schema))):
            out |= {name: argument(entry, name, "option")} if name in entry.required else {}
            continue
        told = draft.columns.get(name)
        if (OPTION.search(name) and not (told is not None and told.shown and (name in entry.required or not (STAMP.search(name) or of_call(name, schema))))) or (ASIDE.fullmatch(name) and not (told is not None and told.shown)) or (TRANSPORT.match(name) and not TOKEN.search(name)):
            if name in entry.required and (kind_of(schema) in SCALARS or ASIDE.search(name)):
                out[name] = argument(entry, name, "option")
            continue
        if (draft.segment is not None and name in (draft.own, "parent")) or (draft.fixed and name == "name"):
            if name in entry.required:
                out[name] = argument(entry, name, "option")
            continue
        if own and (body := unpacked(draft, name, schema)) is not None:
            columns = matched({p: s for p, s in body.items() if not (kept_by_service(p, s, new=new, inside=True) or guards_change(p, s))}, draft)
            keyed = draft.key if not new or draft.segment is not None else ()
            columns = {p: c for p, c in columns.items() if c not in keyed and c not in used and not (draft.segment and c == "parent")}
            if columns:
                out[name] = argument(entry, name, "body", body=columns)
                used |= set(columns.values())
            continue
        column = column_of(entry, name, draft, service)
        if own and (parts := _flat(entry, draft, name, column, used, service)):
            out[name] = argument(entry, name, "body", body={p: c for p, c in parts.items() if not kept_by_service(p, schema["properties"][p], new=new, inside=True)})
            used |= set(parts.values())
            continue
        if (inside := wrapped(schema)) is not None and column is not None and kind_of(inside[1]) == column.kind and column.name not in used and column.name not in draft.key:
            out[name] = argument(entry, name, "value", column.name).model_copy(update={"pair": (inside[0],), "sign": "wrapped"})
            used.add(column.name)
            continue
        if new and (tags := _tags(name, schema, draft)) is not None and tags[0] not in used and (column is None or not column.shown):
            out[name] = argument(entry, name, "value", tags[0]).model_copy(update={"pair": tags[1:]})
            used.add(tags[0])
            continue
        if column is None or kind_of(schema) != column.kind:
            continue
        if not new and (column.name in draft.key or column.name in used):
            if name in entry.required:
                out[name] = argument(entry, name, "option")
            continue
        if column.name in used:
            continue
        out[name] = argument(entry, name, "value", column.name)
        used.add(column.name)
    return out


def _flat(entry: Entry, draft: Draft, name: str, column: Col | None, used: Collection[str | None], service: Service) -> dict[str, str]:
    """Of an object that no read shows, the properties that reads show flat: RenewFlag of InstanceChargePrepaid. Nothing of what is a part of an object that they show."""
    properties = entry.parameters[name].get("properties", {})
    cells = [c.schema.get("properties", {}) for c in draft.columns.values() if c.shown and c.kind == "object"]
    if (column is not None and column.shown) or not properties or not (entry.what.kind == "create" or entry.what.verb in _WRITES) or any(name in theirs or 2 * len(theirs.keys() & properties.keys()) >= len(properties) for theirs in cells):
        return {}
    free = {c.name for c in draft.columns.values() if c.shown and c.name not in used and c.name not in entry.parameters}
    return own_parts(name, properties, draft, free, service.tables, given=True)


_WRITES: Final = frozenset("update modify put set patch define replace edit change configure".split())


def wrapped(schema: Schema) -> tuple[str, Schema] | None:
    """(property, schema) of an object that only says whether its one value is given: {'optionalValue': ...}."""
    properties = schema.get("properties", {})
    name = next(iter(properties), "")
    return (name, properties[name]) if kind_of(schema) == "object" and len(properties) == 1 and field(name) == ("optional", "value") else None


def _tags(name: str, schema: Schema, draft: Draft) -> tuple[str, ...] | None:
    """TagSpecifications=[{ResourceType, Tags}] and ResourceTags set Tags: the column, and the property that holds the tags."""
    column = next((c for c in draft.columns.values() if c.shown and c.kind == "array" and field(c.name) in (("tag",), ("tag", "list"), ("tag", "set"))), None)
    given = schema.get("items", {}).get("properties", {})
    if column is None or kind_of(schema) != "array" or "tag" not in field(name):
        return None
    theirs = set(column.schema.get("items", {}).get("properties", {}))
    if theirs and set(given) == theirs:
        return (column.name,)
    inner = next((n for n, s in given.items() if theirs and set(s.get("items", {}).get("properties", {})) == theirs), None)
    return (column.name, inner) if inner else None


def matched(fields: Mapping[str, Schema], draft: Draft) -> dict[str, str]:
    """Field -> column, each column once."""
    out: dict[str, str] = {}
    for exact in (True, False):
        for name, schema in fields.items():
            if name in out:
                continue
            column = name if name in draft.columns else None if exact else draft.find(name)
            if column is None or column in out.values() or column in HIDDEN:
                continue
            kinds = {kind_of(schema), draft.columns[column].kind}
            if len(kinds) == 1 or kinds <= {"integer", "number"}:
                out[name] = column
    return {n: out[n] for n in fields if n in out}


HIDDEN: Final = ("only", "position")
"""Key columns that the service does not have: the only row, and the number of a row without identity."""


def agreeing(entry: Entry, draft: Draft, service: Service, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """Arguments that the named row must agree with: DeleteSecurityGroupRule(Id, Direction), DescribeRule(Name, EventBusName)."""
    out = {}
    used = {a.column for a in taken.values()}
    for name, schema in entry.parameters.items():
        must = name in entry.required
        if name in taken or kind_of(schema) not in ("string", "integer") or not (must or _may_agree(name, schema, draft)):
            continue
        if writes_answer(name, schema):
            if must:
                out[name] = argument(entry, name, "option")
            continue
        if entry.what.kind == "delete" and not must and field(name)[-1:] == ("version",):
            continue  # one version of it goes: nothing that a row without versions must agree with
        column = column_of(entry, name, draft, service)
        if column is not None and entry.what.kind == "delete" and _WORDS.search(name):
            if must:
                out[name] = argument(entry, name, "option")
            continue
        if column is not None and column.name not in used and not column.json and column.kind == kind_of(schema):
            column.learn({k: v for k, v in schema.items() if k == "enum"})
            out[name] = argument(entry, name, "match", column.name)
            used.add(column.name)
    return out


def _may_agree(name: str, schema: Schema, draft: Draft) -> bool:
    """An optional argument that says of the row what the row itself shows."""
    column = draft.columns.get(draft.find(name) or "")
    aside = _OF_CALLER.search(f"{name} {schema.get('description', '')}") or OPTION.search(name) or ASIDE.search(name) or TRANSPORT.match(name) or TOKEN.search(name) or PAGING.match(" ".join(field(name)))
    return column is not None and column.shown and not aside and not is_time(name, schema) and field(column.name) == field(name)


def stamps(entry: Entry, draft: Draft, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """etag, labelFingerprint, IfMatch: what the row must still be stamped with, where the caller says so."""
    out = {}
    for name, schema in entry.parameters.items():
        if name not in taken and guards_change(name, schema) and (told := draft.columns.get(draft.find(name) or "")) is not None and told.shown and told.kind == kind_of(schema) and told.name not in draft.key:
            out[name] = argument(entry, name, "match" if name in entry.required else "stamp", told.name)
            continue
        stamp = stamp_of(name)
        column = next((draft.columns[c] for w in stamp if (c := draft.find(w))), None) if name not in taken else None
        plain = column is not None and column.shown and not column.reference and column.kind == kind_of(schema) and column.kind in ("string", "integer") and column.name not in draft.key
        if column is not None and plain and (field(name) == ("current", "version") or not STAMP.search(name) or name not in entry.required):
            out[name] = argument(entry, name, "match" if name in entry.required or field(name) == ("current", "version") else "stamp", column.name)
    return out


_OF_CALLER: Final = re.compile(r"(?i)^transaction\b|\b(?:client|caller)\b[^.]{0,20}\bmaking the (?:call|request)")
"""What the caller says of himself, or of the transaction he reads in."""


def says_of_row(name: str, schema: Schema) -> bool:
    """Does what a call must be given say something of the row, rather than of the caller, the moment, or what is to come ('The new type format')?"""
    text = str(schema.get("description", ""))
    return not (is_time(name, schema) or _OF_CALLER.search(f"{name} {text}") or _OF_CALL.search(name) or re.match(r"(?i)(?:the |a )?new\b", text))


_OF_CALL: Final = re.compile(r"(?i)^operator$|api_?version$")


def left_out(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> bool:
    """Does a parameter name the very thing, and no part of the key hears it (getNamedSet(router, namedSet))?"""
    noun = entry.what.noun
    heard = any(field(a.name) == noun or field(a.name)[:-1] in ((), noun, noun[-1:]) for a in arguments.values() if a.role == "key")
    names = (noun, (*noun, "name"), (*noun, "id"))
    return not draft.single and not heard and any(n not in arguments and field(n) in names and kind_of(s) in ("string", "integer") for n, s in entry.parameters.items())


_WORDS: Final = re.compile(r"(?i)(?:comment|reason|message|note|remark)$")
"""What somebody says on deleting a row; the row need not have said it before."""


def need_all(entry: Entry, arguments: Mapping[str, Argument]) -> None:
    """Every required argument must mean something. Raises Lost."""
    for name in entry.required:
        if name in arguments or (TRANSPORT.match(name) and not TOKEN.search(name)):
            continue
        schema = entry.parameters.get(name, {})
        if kind_of(schema) == "array" and kind_of(schema.get("items", {})) == "object":
            raise Lost("batch")
        raise Lost("foreign_id" if entity(name)[1] and kind_of(schema) == "string" else "unknown_argument")
