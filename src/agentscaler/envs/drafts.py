"""What the compiler works on: the tools of one service, read, and its tables in the making."""

import keyword
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from agentscaler.envs.items import Item, names_thing
from agentscaler.records import Act, Argument, Operation, Schema, Shape, Tool
from agentscaler.schemas import kind_of
from agentscaler.verbs import Analysis
from agentscaler.words import ID_WORDS, TRANSPORT, WRAPPING, entity, field, sentence, split

Noun: TypeAlias = tuple[str, ...]
ITEM_KINDS: Final = ("get", "update", "delete", "action", "put")
SCALARS: Final = ("string", "integer", "number", "boolean")
STATE: Final = re.compile(r"(?i)(?:status|state|phase|lifecycle|life_?cycle_?state)$")
TOKEN: Final = re.compile(r"(?i)^(?:client|creation|idempoten\w*|request|caller|change|client_?request).?(?:token|reference)$|^token$")
OPTION: Final = re.compile(
    r"(?i)mask$|^dry|^skip|^force|^validate|^include|^return|^ignore|^fail|^retain|^overwrite|^send|^suppress|^allow.?missing|^cascade|^recursive|"
    r"^wait|^bypass|^apply.?immediately|^expected|^if.?match|fingerprint$|^etag$|^disable.*notification|^notify|^supports|^use.?domain.?admin|^current\w*version(?:id)?$"
)
"""Parameters that steer a call and are no property of the thing."""
STAMP: Final = re.compile(r"(?i)^(?:e_?tag|(?:label_?|metadata_?|tags?_?)?fingerprint|lock_?token|update_?token|current_?version)$")
"""What changes with every change of a row, so that a later call can say which state it means."""
SERIALS: Final = (("sid",), ("gid",))
"""Last words of ids that only some services use."""
MAX_COLUMNS: Final = 72


_ROLES: Final = frozenset(["by", "new", "target", "desired", "updated", "modified", "expected", "to", "update", "modify", "set"])
"""Words in front of a parameter that sets the column behind them."""
_NAMING: Final = (("id",), ("name",), ("arn",))
_SAME: Final = {"desc": "description", "remark": "description", "comment": "description", "note": "description"}
_PLAIN: Final = frozenset(["version", "name", "status", "state", "description", "type", "mode", "class", "size", "alias", "title", "password"])


def _switch(words: Noun) -> frozenset[str]:
    """What is switched on or off: {'export'} of 'enable export' and 'is export enabled'; nothing where nothing is."""
    return frozenset(words) - {"is", "enable", "enabled"} if {"enable", "enabled"} & set(words) else frozenset()


class Entry(NamedTuple):
    """One tool of the service, read."""

    id: str
    tool: Tool
    what: Analysis
    item: Item | None
    view: bool = False
    """Its noun had a view word at the end (DescribeInstanceStatus): it may show columns, but makes none."""

    @property
    def parameters(self) -> Mapping[str, Schema]:
        properties: Mapping[str, Schema] = self.tool.parameters.get("properties", {})
        return properties

    @property
    def required(self) -> Sequence[str]:
        required: Sequence[str] = self.tool.parameters.get("required", ())
        return required

    @property
    def plain(self) -> bool:
        """Google's custom methods with an object word (fetchAcl) do not return the resource itself."""
        return not self.what.extra or self.what.verb in ("batch", "aggregated", "list", "get", "search")


class Col:
    """A column in the making."""

    __slots__ = ("choices", "name", "open", "reference", "schema", "shown", "written")

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self.schema = schema
        self.choices: list[str | int] = []
        self.reference: Noun | None = None
        self.open = False
        """Are its choices only those that verbs of actions name, for nobody lists them?"""
        self.shown = False
        """Does a read of the service show it?"""
        self.written = False
        """Does a create or update set it?"""

    @property
    def kind(self) -> str:
        return kind_of(self.schema)

    @property
    def type(self) -> str:
        return {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}.get(self.kind, "TEXT")

    @property
    def json(self) -> bool:
        return self.kind in ("array", "object")

    def learn(self, schema: Schema) -> None:
        """Take over what another mention of the same field knows."""
        if self.kind == "object" and schema.get("properties") and self.schema.get("properties"):
            more = {**schema["properties"], **self.schema["properties"]}
            self.schema = {**self.schema, "properties": dict(list(more.items())[:20])}
        for extra in ("description", "examples", "format", "pattern", "minimum", "maximum", "default"):
            if extra in schema and extra not in self.schema:
                self.schema = {**self.schema, extra: schema[extra]}
        for value in schema.get("enum", ()):
            if isinstance(value, (str, int)) and not isinstance(value, bool) and value not in self.choices:
                self.choices.append(value)


class Cell(NamedTuple):
    """What a column repeats of the thing that another column names."""

    source: str
    """The column that names it: vendor_id."""
    target: Noun | None
    """Its table, where it has one."""
    fields: Mapping[str, str]
    """Property, or the column itself -> column of that table."""
    own: str = ""
    """Of an object: the property that is what the source says."""


class Draft:
    """A table in the making."""

    def __init__(self, noun: Noun, entries: list[Entry]) -> None:
        self.noun = noun
        self.entries = entries
        self.columns: dict[str, Col] = {}
        self.canon: dict[Noun, str] = {}
        """Canonical field -> column."""
        self.own: str | None = None
        """The column that tells rows of one parent apart."""
        self.parents: list[str] = []
        """Key columns that name the parents, outermost first."""
        self.single = False
        """One row in the whole world (account settings)."""
        self.segment: str | None = None
        """Google resource names: the collection in the key, 'clusters'."""
        self.slug: str | None = None
        """Google: the parameter of the create that becomes the last part of the resource name, where it is not the usual `topicId`."""
        self.tail = False
        """Google: each row is the one thing of its kind that its parent has, '{parent}/dnsForwarding'."""
        self.fixed: str | None = None
        """Google settings: the one resource name that there is, 'projects/{project}/settings'."""
        self.link = False
        """Only ties rows of two other tables."""
        self.generated = False
        """Does the service make the own key?"""
        self.holders: dict[str, Noun] = {}
        """Columns, mostly of the key, that say of what a row is a run or version, and whose table their name does not tell: the Name in GetWorkflowRun(Name, RunId) is the workflow's."""
        self.above: dict[str, Noun] = {}
        """Where rows of the service's tables lie: address -> table; the same for all its drafts."""
        self.kin: frozenset[Noun] = frozenset()
        """Ends of the noun that are tables of their own: a provisioned product's ProductId is no id of its own."""
        self.cells: dict[str, Cell] = {}
        """Columns that repeat what is known of the thing that another column names."""
        self.overlays: dict[str, dict[str, str]] = {}
        """Columns that hold an object -> property of it -> the column that tools write it to."""

    @property
    def key(self) -> tuple[str, ...]:
        if self.single:
            return ("only",)
        return (*self.parents, self.own) if self.own else tuple(self.parents)

    @property
    def kinds(self) -> set[str]:
        return {e.what.kind for e in self.entries}

    def find(self, name: str) -> str | None:
        """The column that a field or parameter of another spelling means."""
        if name in self.columns:
            return name
        words = field(name)
        if words in self.canon:
            return self.canon[words]
        bare = words[1:] if len(words) > 1 and words[0] in _ROLES else words[:-1] if len(words) > 1 and words[-1] == "control" else ()
        bare = () if bare in (("id",), ("arn",)) else bare  # a target's id is no id of the thing
        if bare and (found := self.canon.get(bare) or self._by_short(bare)):
            return found
        return self._by_short(words) or self._by_switch(words)

    def _by_switch(self, words: Noun) -> str | None:
        """enableExport sets what isExportEnabled shows."""
        switch = _switch(words)
        found = [c for canon, c in self.canon.items() if switch and _switch(canon) == switch and self.columns[c].kind == "boolean"] if switch else []
        return found[0] if len(found) == 1 else None

    def alias(self, name: str, kind: str) -> str | None:
        """The one shown column of this kind that an update's parameter means: PackageVersion -> Version, Desc -> Description."""
        words = field(name)
        last = _SAME.get(words[-1], words[-1]) if words else ""
        found = []
        for column in self.columns.values():
            theirs = self.short(field(column.name))
            if column.shown and column.kind == kind and column.name not in self.key and theirs and _SAME.get(theirs[-1], theirs[-1]) == last:
                if len(theirs) == 1 or theirs[:-1] == words[:-1] or len(words) == 1:
                    found.append(column.name)
        return found[0] if len(found) == 1 and last in _PLAIN else None

    def _by_short(self, words: Noun) -> str | None:
        short = self.short(words)
        if not short:
            return None
        return next((column for canon, column in self.canon.items() if self.short(canon) == short), None)

    def short(self, words: Noun) -> Noun:
        """Words without the table's own noun in front."""
        for i in range(len(self.noun)):
            tail = self.noun[i:]
            if words[: len(tail)] == tail and len(words) > len(tail) and (tail not in self.kin or words[len(tail) :] not in _NAMING):
                return words[len(tail) :]
        return words

    def add(self, name: str, schema: Schema) -> Col | None:
        """Make (or find) the column of a field; None where the table is full or the types clash."""
        found = self.find(name)
        if found is not None:
            column = self.columns[found]
            if kind_of(schema) != column.kind and not {kind_of(schema), column.kind} <= {"integer", "number"}:
                return None
            column.learn(schema)
            return column
        clash = column_name(name).lower() in {c.lower() for c in self.columns}
        if clash or len(self.columns) >= MAX_COLUMNS or not split(name):
            return None
        return self.force(name, schema)

    def force(self, name: str, schema: Schema) -> Col:
        """Make a column, whatever there is; its name is an identifier."""
        spelled = column_name(name)
        while spelled not in self.columns and spelled.lower() in {c.lower() for c in self.columns}:
            spelled += "_"
        column = Col(spelled, {k: v for k, v in schema.items() if k != "enum"})
        column.learn(schema)
        self.columns[column.name] = column
        self.canon.setdefault(field(name), column.name)
        return column


def usable(name: str, schema: Schema) -> bool:
    """Can the field be a column?"""
    if (TRANSPORT.match(name) and not TOKEN.search(name)) or (WRAPPING.match(" ".join(field(name))) and not names_thing(name, schema)):
        return False
    kind = kind_of(schema)
    if kind == "array":
        inner = schema.get("items", {})
        pairs = kind_of(inner) == "array" and kind_of(inner.get("items", {})) in SCALARS
        return kind_of(inner) in SCALARS or bool(inner.get("properties")) or pairs
    return kind in SCALARS or bool(schema.get("properties")) or "additionalProperties" in schema


def table_of(name: str, tables: Mapping[Noun, Draft], own: Noun | None = None) -> Noun | None:
    """The table that a parameter or field names by id."""
    rest, id_like = entity(name)
    if field(name)[-1:] in SERIALS and len(field(name)) > 1:
        rest, id_like = field(name)[:-1], True
    if not rest:
        return None
    whole = field(name)[:-1]
    if field(name)[-1] == "token" and whole in tables and field(tables[whole].own or "")[-1:] == ("token",):
        return whole if whole != own else None  # where rows go by tokens, case_token names a case
    if not id_like and rest[-1:] == ("url",) and rest[:-1] in tables:
        return rest[:-1] if rest[:-1] != own else None
    if not id_like:
        return rest if rest == field(name) and rest in tables and rest != own and tables[rest].kinds & {"create", "delete"} else None
    words = field(name)
    for exact in (words[:-1] if words[-1] in ID_WORDS else words, rest, words):
        if exact in tables:
            return exact if exact != own else None
    keyed = [n for n, d in tables.items() if d.own and field(d.own) == words and len(words) > 1 and n[-1:] == rest[-1:]]
    if len(keyed) == 1:
        return keyed[0] if keyed[0] != own else None
    ends = sorted((n for n in tables if n[-len(rest) :] == rest and n != own), key=lambda n: (len(n), -len(tables[n].entries)))
    if len(ends) == 1 or (len(ends) > 1 and (len(ends[0]) < len(ends[1]) or len(tables[ends[0]].entries) >= 2 * len(tables[ends[1]].entries))):
        return ends[0]
    starts = [n for n in tables if rest[-len(n) :] == n and n != own]
    return max(starts, key=len) if starts and not ends else None


def at_address(path: str) -> str:
    """'/repositories/{repo}/branches/' -> '/repositories/{}/branches'."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0]).removesuffix(".json").rstrip("/")


def python_name(name: str) -> str:
    """A parameter or tool as a Python name: 'X-Amz' -> 'X_Amz', 'from' -> 'from_'."""
    word = re.sub(r"^_+(?=_)", "", re.sub(r"\W", "_", name, flags=re.ASCII))
    if not word or word[0].isdigit():
        word = f"_{word}"
    taken = ("db", "view", "row", "page", "list", "dict", "set", "UNSET", "self", "print", "len")
    return f"{word}_" if keyword.iskeyword(word) or word in taken else word


def column_name(name: str) -> str:
    """A field as a column: an ASCII identifier."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60] or "field"
    word = f"c_{word}" if word[0].isdigit() else word
    return f"{word}_" if keyword.iskeyword(word) else word


class Compiled(NamedTuple):
    """A tool, its table and what it does to it."""

    entry: Entry
    draft: Draft
    operation: Operation


def operation(
    entry: Entry,
    draft: Draft,
    act: Act,
    arguments: Mapping[str, Argument],
    shape: Shape | None,
    *,
    state: tuple[str, str | int | None] | None = None,
    only_from: tuple[str | int | None, ...] = (),
    sets: Mapping[str, str | int | None] | None = None,
    key_path: str | None = None,
    through: str | None = None,
    hides: tuple[str, str | int | None] | None = None,
    order: tuple[str, bool] | None = None,
    whole: bool = False,
    merges: Sequence[str] = (),
    inside: Sequence[str] = (),
    lenient: bool = False,
    unique: Sequence[str] = (),
    among: Sequence[str] = (),
) -> Operation:
    """The record of what a tool does; its arguments with the required ones first, in the provider's order."""
    place = {n: i for i, n in enumerate(entry.parameters)}
    ranked = sorted(arguments.values(), key=lambda a: (not a.required, place.get(a.name, 99)))
    return Operation(
        name=entry.tool.name,
        python=python_name(entry.tool.name),
        act=act,
        table="_".join(draft.noun),
        summary=sentence(entry.tool.description) or f"{entry.tool.name}.",
        verb=entry.what.verb,
        arguments=tuple(ranked),
        shape=shape,
        state=state,
        only_from=only_from,
        sets=sets or {},
        key_path=key_path,
        through=through,
        hides=hides,
        order=order,
        whole=whole,
        merges=tuple(merges),
        inside=tuple(inside),
        lenient=lenient,
        unique=tuple(unique),
        among=tuple(among),
    )
