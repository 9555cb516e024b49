"""The records every room reads and writes: frozen, unknown fields refused, a note under each field.

docs/files.md is generated from these notes. Records hold data only: nothing here calls, opens or draws anything.
A product's row is `key`, `id`, `from`, `format` and the fields of its record (store.py adds the first four).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from agentscaler.errors import Code, Reason

Json: TypeAlias = Any
"""Anything JSON can say; checked where it is read, not where it is passed on."""
JsonObject: TypeAlias = dict[str, Any]
Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, closed to the subset of `schemas.close`."""
Seed: TypeAlias = int


class Record(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True, protected_namespaces=()
    )


# ---- tools ----------------------------------------------------------------------------------------------------


class Source(Record):
    """Where a definition comes from, as far as the definition says."""

    vendor: str
    """Who publishes it: aws, google, tencent, or the name of the user's file."""
    service: str
    """The service it belongs to, within the vendor."""
    version: str = ""
    """Version of the service's API."""
    operation: str
    """The provider's own name of the operation, untouched."""
    verb: str | None = None
    """HTTP verb, where known."""
    path: str | None = None
    """HTTP path with {placeholders}, where known."""
    in_path: tuple[str, ...] = ()
    """Parameters that stand in the path."""
    status: int | None = Field(default=None, exclude_if=lambda status: status is None)
    """HTTP status of a good answer; not in the row where it is 200, or unknown."""
    errors: tuple[str, ...] = ()
    """Names of the errors the provider lists for it."""
    licence: str | None = None
    """Licence of the package or document it was read from."""
    package: str | None = None
    """Package and version, or file, it was read from."""
    title: str = ""
    """What the provider calls the service in prose."""
    hint: Literal["read", "write", "delete"] | None = Field(default=None, exclude_if=lambda hint: hint is None)
    """What the definition itself says a call does (MCP annotations, kinds of a toolkit; its description, where its name has no verb that is known); not in the row where it does not say."""

    @property
    def of_a_cloud(self) -> bool:
        """Is it of the three clouds of the default pool, whose packages say what an operation answers? A user's own list and a client library often do not."""
        return self.vendor in ("aws", "google", "tencent")

    @property
    def group(self) -> str:
        """vendor:service, the label that the graph is scored against."""
        return f"{self.vendor}:{self.service}"


class Pair(Record):
    """A call that was recorded with what came back."""

    arguments: JsonObject
    """What was given, by parameter."""
    status: int | None = None
    """HTTP status of the answer, where known."""
    response: Json = None
    """The answer: JSON, or text."""


class Tool(Record):
    """One API operation, as an agent would be offered it."""

    name: str
    """Function name, [A-Za-z0-9_-]{1,64}."""
    description: str
    """What it does, in the provider's words, without mark-up."""
    parameters: Schema
    """JSON Schema of the arguments: an object, closed to the subset of schemas.close."""
    returns: Schema | None = None
    """JSON Schema of the result, or null where the source does not say."""
    source: Source
    """Where it comes from."""
    also_in: tuple[str, ...] = ()
    """Other services (vendor:service) that hold an equal copy."""
    mended: tuple[str, ...] = Field(default=(), exclude_if=lambda notes: not notes)
    """What cleaning changed; not in the row where nothing was."""
    pairs: tuple[Pair, ...] = Field(default=(), exclude_if=lambda pairs: not pairs)
    """Recorded calls with their answers, where the source holds some; not in the row where it does not."""
    field: str = "other"
    """Field of life it belongs to, from the closed list fields.FIELDS; 'other' where no word speaks for one."""
    rewritten: str | None = Field(default=None, exclude_if=lambda text: text is None)
    """What it does, takes and gives, in a model's words that code has checked: what agents are shown in place of the description; not in the row where there is none."""


# ---- graph and domains ----------------------------------------------------------------------------------------


class Edge(Record):
    """A result field of one tool can feed a parameter of another."""

    source: str
    """Id of the producing tool (name of the tool, inside a world)."""
    field: str
    """Dotted path of the field in its result."""
    target: str
    """Id of the consuming tool (name of the tool, inside a world)."""
    parameter: str
    """The parameter that the field can fill."""
    score: float
    """How sure the name match is, 0 to 1; ranks the producers of one parameter."""
    reason: str
    """Why: exact name, generic name qualified by the noun, ..."""


class RefusedEdge(Record):
    """An edge that a model refused."""

    edge: Edge
    """What was guessed."""
    reason: str
    """Why it does not hold, in the model's words."""


class Neighbour(Record):
    """A similar tool."""

    tool: str
    """Id of the neighbour."""
    score: float
    """Weighted cosine of the two parameter vectors, 0 to 1."""


Supplier: TypeAlias = Literal["tools", "user", "constant", "nobody"]
"""Where the value of a required parameter comes from: a result of another tool, what the user knows, a closed list of the definition, or nothing that is known."""


class Want(Record):
    """A required parameter, and where its value comes from."""

    parameter: str
    """Its name."""
    supplier: Supplier
    """Who can supply it; for tools, the ranked producers are edges of the node."""
    reason: str
    """Why, in words a person can confirm or refuse."""


class Node(Record):
    """One tool in the graph: what it is like, and who can feed it. A row of graph.jsonl."""

    tool: str
    """Id of the tool's row."""
    similar: tuple[Neighbour, ...]
    """Most similar tools, strongest first, without use of the service name."""
    together: tuple[Neighbour, ...]
    """The same with a prior for tools of one service: what domains are made of."""
    needs: tuple[Edge, ...]
    """Producers of those required parameters that tools supply, best first, at most three a parameter."""
    wants: tuple[Want, ...] = ()
    """Each required parameter with who can supply it."""


class Domain(Record):
    """A group of tools that can share one database. A row of domains.jsonl."""

    name: str
    """Short name, from the tools' own words."""
    tools: tuple[str, ...]
    """Ids of its tools, sorted."""
    services: tuple[str, ...]
    """vendor:service of its tools, most frequent first."""
    field: str
    """Field of life, from a closed list."""
    split: Literal["train", "heldout"]
    """Train or held out, by groups of services: no service is on both sides."""


# ---- worlds ---------------------------------------------------------------------------------------------------

Act: TypeAlias = Literal["get", "list", "create", "copy", "put", "update", "delete", "set", "link", "unlink"]
"""What a compiled tool does: read one row, read many, insert, insert a copy of a row, insert or update, update columns, delete, move a state
column, tie two rows, untie them."""

Role: TypeAlias = Literal["key", "match", "filter", "value", "body", "rows", "slug", "since", "until", "size", "token", "offset", "page", "within", "show", "force", "option", "prefix", "contains", "filters", "adds", "removes", "named", "expression", "sort", "order", "mask", "stamp", "test", "behind", "ahead", "part", "empties", "missing"]
"""What an argument is for: names the row, must agree with the row, narrows a list, is written to a column, is written to several columns (an object),
is written to several rows (a list of objects), is the last part of the key's path, earliest and latest value of a column, page size, page token, rows to skip, number of the page, must name the world's surroundings, brings in rows that a
list hides, lets a delete take along what hangs on the row, steers the call and changes nothing here; of a list: how a text begins, what it holds, several of these in an object; of an update: items that a list column gains and loses; of a list again: filters by name, a filter expression, what it is sorted by, in which direction;
of an update: the fields it may touch; of a write: what the row must still be stamped with (etag)."""


class Argument(Record):
    """One parameter of a compiled tool and what becomes of it."""

    name: str
    """The parameter as the agent writes it."""
    python: str
    """The same as a Python name."""
    role: Role
    """What it is for."""
    column: str | None = None
    """The column it names, filters or sets."""
    required: bool = False
    """Must it be given?"""
    many: bool = False
    """A list of values where the column holds one."""
    template: str | None = None
    """For within: what it must equal, 'projects/{project}'. For missing, of an update: the collection of a row that it makes, '{parent}/topics'."""
    body: Mapping[str, str] = Field(default_factory=dict)
    """For body: property -> column."""
    anything: tuple[str | int, ...] = ()
    """For filter: values that narrow nothing, ('ALL',); ('-',) of a resource name: the last part that means every one, also for within."""
    known: bool = False
    """For filter: must it name a row that there is ("must match an existing cluster")? Else a list of what it names is empty."""
    inside: tuple["Argument", ...] = ()
    """For filters: what each property of the object is for."""
    places: Mapping[str, str] = Field(default_factory=dict)
    """For named, expression, sort, mask, test and empties: what may be named -> column, or 'column.property' of what the column holds. For part: its name -> 'column.property', or deeper. For removes: its name -> 'column.property' that tells the objects of a list."""
    defaults: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    """For value and body of a create: what is written where the caller says nothing; by its own name, or the property's. For missing: columns that a row it makes begins with."""
    also: tuple[str, ...] = ()
    """Where the row may be named in more than one way ("the ID or the ARN"): its table, the column that the value stands for, and the others that may tell it; that column again where upper and lower case are the same."""
    sign: str = ""
    """For test: how one of the `places` must compare with the value: > >= < <= =, from to (of texts), holds starts ends wild, active enabled (of a flag: the word that means yes). For value: keys, where a map keeps the keys that are not named; clears, where an update that is not given it empties the column; wrapped. For expression: calls, where it is written equals(field,"value"). For empties: list, where an empty list is what is left. For page: 0, where the first page has that number."""
    pair: tuple[str, ...] = ()
    """For value: the property of the given objects whose lists are written together (the Tags of TagSpecifications). For named: the property that says which filter, the one with its values and, where there is one, how they are compared."""

    def every(self) -> "Iterator[Argument]":
        """Itself and all that stands inside it."""
        yield self
        for inner in self.inside:
            yield from inner.every()


class Held(Record):
    """What an answer shows of another table: the rows that belong to the row that is shown."""

    table: str
    """The other table."""
    on: Mapping[str, str]
    """Its columns that hold the key of the row -> the columns of that key."""
    fields: Mapping[str, str]
    """Field -> column of the other table."""
    many: bool = False
    """A list of them? Else the one there is, or null."""
    scalar: bool = False
    """Bare values instead of objects?"""


class Brought(Record):
    """A row of another table that is made together with a row: its first version, its settings."""

    table: str
    """The other table."""
    takes: Mapping[str, str]
    """Its column -> the column of the new row that it takes over."""
    sets: Mapping[str, str | int | None] = Field(default_factory=dict)
    """Its columns that begin with this value; "{now}" is the clock."""
    ends: Mapping[str, str] = Field(default_factory=dict)
    """Its columns that hold the resource name of the new row and what stands here behind it, '/settings'."""
    tells: Mapping[str, str] = Field(default_factory=dict)
    """Column of the new row -> column of this one that it speaks of: the id of its latest version."""


class Shape(Record):
    """How a compiled tool answers."""

    fields: Mapping[str, str]
    """Field of the answer -> column."""
    parts: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Field of the answer that is an object which says the row once more -> field of it -> column; "" -> the column that holds the rest of the object."""
    held: Mapping[str, Held] = Field(default_factory=dict)
    """Field of the answer that shows rows of another table -> which."""
    beside: Mapping[str, str] = Field(default_factory=dict)
    """Field of the answer, beside the object that the row is wrapped in -> column."""
    wrap: tuple[str, ...] = ()
    """Names the row or list is wrapped in, outermost first; [] marks lists: ('Reservations[]', 'Instances[]')."""
    many: bool = False
    """A list of rows?"""
    scalar: bool = False
    """A list of bare values (the only field) instead of rows?"""
    distinct: bool = False
    """Of a list: each value, or each set of values, once?"""
    next: str | None = None
    """Where the token of the next page stands; 'DistributionList.NextMarker' inside the object that holds the list."""
    total: str | None = None
    """Where the number of all rows stands."""
    done: bool = False
    """A long-running operation that is already done: {'done': true, 'response': ...}."""
    gone: Mapping[str, str | bool] = Field(default_factory=dict)
    """Of a delete: fields of the answered row that say that it is gone: {'State': 'deleted'}, {'deleted': true}."""
    fixed: JsonObject = Field(default_factory=dict)
    """What the answer says of the call itself: {'status': 'DONE'}; "{now}" is the clock, "{new}" and "{new number}" an id of its own, "{given Name}" an argument, "{more}" and "{shown}" of a list: is there a next page, how many rows stand on this one."""


class Choice(Record):
    """Arguments that are given together or not: so many of them in a call."""

    names: tuple[str, ...]
    """The arguments, none of which is required."""
    least: int = 0
    """So many at least."""
    most: int | None = None
    """So many at most; null: all of them."""


class Operation(Record):
    """One compiled tool: what render.py writes its function from."""

    name: str
    """The tool's name in the world."""
    python: str
    """Name of its function."""
    act: Act
    """What it does."""
    table: str
    """The table it does it to."""
    summary: str
    """One sentence, the docstring."""
    verb: str = ""
    """The verb of its name: 'terminate'."""
    arguments: tuple[Argument, ...]
    """Its parameters, required ones first."""
    shape: Shape | None = None
    """How it answers; null for an empty answer."""
    state: tuple[str, str | int | None] | None = None
    """For set: the column and the value it is moved to; "{now}" is the clock."""
    only_from: tuple[str | int | None, ...] = ()
    """For set: states it may be moved from; empty for any other than the target. For delete and update: states, in the column of `state`, that a row must be in."""
    inside: tuple[str, ...] = ()
    """For set: where the column of `state` holds an object, its property that tells the state, and those that are emptied with it (reason, message)."""
    sets: Mapping[str, str | int | None] = Field(default_factory=dict)
    """Columns a create, update or set writes by itself; "{now}" is the clock."""
    lenient: bool = False
    """For delete: is a row that is not there no error?"""
    unique: tuple[str, ...] = ()
    """For create and update: columns in each of which, by itself, no other row of the same parent may hold the same."""
    among: tuple[str, ...] = ()
    """For create: columns that a call gives, among whose equals `unique` holds: a name that is unique in its zone."""
    whole: bool = False
    """For update and put: does an optional value that is not given empty its column?"""
    merges: tuple[str, ...] = ()
    """For update: columns that hold an object; what is given of it changes only the parts it names."""
    hides: tuple[str, str | int | None] | None = None
    """For list: rows with this value in this column stay out (null: with any value), unless an argument of role show says so."""
    order: tuple[str, bool] | None = None
    """For list: the column that its rows are sorted by where the call asks for no order, and whether from the highest."""
    key_path: str | None = None
    """For create: how the key is built from other columns and arguments, '{parent}/topics/{topicId}'."""
    through: str | None = None
    """For list, link and unlink: the link table between the two ends."""
    brings: tuple[Brought, ...] = ()
    """For create: the rows of other tables that are made with it."""
    choices: tuple[Choice, ...] = ()
    """Of which arguments a call gives one, or not two."""
    blind: bool = False
    """No read shows its effect: it stays, but no task uses it."""


class Column(Record):
    """One column of a compiled table."""

    name: str
    """As the provider writes the field."""
    type: Literal["TEXT", "INTEGER", "REAL"]
    """SQLite type; the table is STRICT."""
    null: bool = True
    """May it be NULL?"""
    choices: tuple[str | int, ...] = ()
    """The closed list of its values, as a CHECK."""
    unique: bool = False
    """No two rows share a value."""
    default: str | int | float | None = None
    """What a new row gets when nothing is given."""
    note: str = ""
    """A few words behind the column in schema.sql."""
    phrase: str = ""
    """What a person calls it, 'storage size', or for a time what happened then, 'created'; empty where nobody would speak of it."""
    unit: str = ""
    """Unit of a number, from the provider's description: GiB, seconds."""


class Reference(Record):
    """A foreign key."""

    columns: tuple[str, ...]
    """Columns of this table."""
    table: str
    """The table they point to (its primary key)."""
    on_delete: Literal["CASCADE", "RESTRICT", "SET NULL"]
    """What happens to the row when the parent goes."""


class Table(Record):
    """One compiled table."""

    name: str
    """snake_case, singular."""
    noun: str
    """What a person calls one row: 'mount target'."""
    said: bool
    """Does the provider itself use that noun in its sentences?"""
    service: str
    """vendor:service it is compiled from."""
    columns: tuple[Column, ...]
    """In the order of schema.sql."""
    key: tuple[str, ...]
    """The primary key; parents first."""
    references: tuple[Reference, ...] = ()
    """Foreign keys."""
    resource: bool = False
    """Is its key a resource name, '{parent}/topics/orders', with the parent in a column of its own?"""


class Model(Record):
    """A compiled world before it is written: render.py makes schema.sql and tools.py from it, the same bytes each time."""

    title: str
    """What the world is about, one line."""
    tables: tuple[Table, ...]
    """Parents before children."""
    operations: tuple[Operation, ...]
    """Sorted by name."""


class EnvTool(Record):
    """A tool as the agent sees it, and what the runtime must know of it."""

    name: str
    """Unique in the world, [A-Za-z0-9_-]{1,64}."""
    kind: Literal["read", "write"]
    """Does it change the database?"""
    description: str
    """What the agent reads."""
    parameters: Schema
    """JSON Schema of its arguments."""
    returns: Schema | None = None
    """JSON Schema of its answer, or null."""
    tool: str | None = None
    """Id of the row in tools.jsonl it was made from."""
    python: str
    """Name of its function in tools.py."""
    arguments: Mapping[str, str] = Field(default_factory=dict)
    """Parameter -> Python name, only where they differ."""
    own: bool = True
    """False for a read that was borrowed from the same service so that the rows can be found."""
    blind: bool = False
    """A write whose effect no read shows."""


class Lost(Record):
    """A tool of the domain that did not make it into the world."""

    tool: str
    """Id of its row in tools.jsonl."""
    name: str
    """Its name."""
    why: str
    """The reason, from the closed list of envs."""


class EnvRow(Record):
    """A world on the shelf, counted. A row of envs.jsonl."""

    env: str
    """Id of the world."""
    folder: str
    """Its folder, relative to the run."""
    domain: str
    """Name of the domain."""
    services: tuple[str, ...]
    """vendor:service of its tables."""
    field: str
    """Field of life."""
    split: Literal["train", "heldout"]
    """Train or held out."""
    own: int
    """Executable tools of the domain itself."""
    borrowed: int
    """Reads borrowed so that the rows can be found."""
    reads: int
    """Tools that read."""
    writes: int
    """Tools that write."""
    blind: int
    """Writes whose effect no read shows."""
    lost: int
    """Tools of the domain that are not in the world."""
    tables: int
    """Tables."""
    shape: str
    """Hash of schema graph, tool kinds and effects, after renaming: equal worlds share it."""
    written: int = 0
    """Tables that some tool of the domain writes, counted before any tool leaves it."""
    found: int = 0
    """Those among them whose rows a read finds from what a user can know."""


class Mended(Record):
    """A tool that was mended after it was compiled, or was looked at and left with a fault."""

    tool: str
    """Its name in the world."""
    why: str
    """What was wrong with it."""
    left: bool = False
    """Still wrong: what it lacks cannot be said in the words a world is compiled to."""


class EnvSpec(Record):
    """A world on paper: the content of its folder."""

    id: str
    """16 hex: hash of the files' content."""
    folder: str
    """Where it was read from; empty while it is being made."""
    domain: str
    """Name of the domain."""
    builder: Literal["compiled", "written"]
    """Compiled from definitions, or written by hand or by a model."""
    services: tuple[str, ...]
    """vendor:service of its tools."""
    split: Literal["train", "heldout"] = "train"
    """Inherited from the domain."""
    field: str = "other"
    """Field of life, inherited from the domain."""
    tools: tuple[EnvTool, ...]
    """Sorted by name."""
    edges: tuple[Edge, ...]
    """Which result feeds which parameter, inside this world."""
    refused: tuple[RefusedEdge, ...] = Field(default=(), exclude_if=lambda edges: not edges)
    """Edges that a model refused; not in the file where none was."""
    lost: tuple[Lost, ...] = ()
    """Tools of the domain that are not here, with the reason."""
    not_modelled: tuple[str, ...] = ()
    """What the service does and this world does not."""
    unkept: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, exclude_if=lambda said: not said)
    """Tool -> arguments that it does not take, and sentences of its provider that nothing of the world keeps; not in the file where there is none."""
    mended: tuple[Mended, ...] = ()
    """Tools that a model or a person mended, or found wanting."""
    model: Model | None = None
    """Where it was compiled from; null for a written world."""
    schema_sql: str
    """Content of schema.sql."""
    population: JsonObject
    """Content of population.json."""
    tools_py: str
    """Content of tools.py."""
    rules: str = ""
    """Content of rules.md."""


# ---- tasks ----------------------------------------------------------------------------------------------------


class Call(Record):
    """One call and what the world answered."""

    name: str
    """Name of the tool."""
    arguments: JsonObject
    """Its arguments."""
    result: Json = None
    """The data of a successful answer."""
    error: Code | None = None
    """The code of a failed one."""


class Given(Record):
    """Where one argument of a gold call comes from."""

    argument: str
    """Name of the parameter."""
    source: Literal["said", "read", "written", "context", "constant"]
    """The user says it, an earlier read shows it, an earlier write answered it, the world's context, or a constant."""
    step: int | None = None
    """Index of the gold call that shows it, for read and written."""


class Answer(Record):
    """Something the user wants to be told."""

    name: str
    """What is asked, in words."""
    type: Literal["text", "number", "boolean", "time"]
    """How it is compared."""
    value: str | int | float | bool
    """The right answer."""
    rivals: tuple[str | int | float | bool, ...] = ()
    """Values of the same column in the rows that are read: saying one of these as well is wrong."""
    step: int
    """The gold call whose result shows it."""
    evidence: tuple[str | int | float | bool, ...] = ()
    """Values that a successful call must have shown before it is said; the value itself, where this is empty."""


class Fact(Record):
    """One thing the user knows, and the sentence that says it."""

    text: str
    """The sentence."""
    about: Literal["wish", "detail", "limit", "reason", "follow_up"]
    """What it is for: opens the conversation, comes when asked, comes later."""
    part: int = 0
    """Number of the wish it belongs to; the next one is said when the one before is done."""


Language: TypeAlias = Literal["en", "zh"]
"""What a person speaks. Names of tools, their descriptions and the rows are what the API has."""


class Brief(Record):
    """What the simulated user wants and knows."""

    text: str
    """The whole, as one paragraph."""
    facts: tuple[Fact, ...]
    """The same in pieces, in the order a person would say them."""
    language: Language = Field(default="en", exclude_if=lambda language: language == "en")
    """What the user speaks; not in the row where it is English."""


ControlName: TypeAlias = Literal["nothing", "dropped write", "extra write", "another row", "another value", "wrong answer", "no calls"]
"""Wrong behaviours that every task is tried with, as far as they exist on it."""


class Control(Record):
    """One negative control on one task."""

    name: ControlName
    """Which wrong behaviour was tried."""
    verdict: Literal["fails", "absent"]
    """It rightly fails, or does not exist on this task."""
    tried: int = 0
    """How many different wrong rollouts were tried."""


class Difficulty(Record):
    """What makes a task hard, counted."""

    calls: int
    """Gold calls."""
    writes: int
    """Gold calls that write."""
    hops: int
    """Longest chain of reads that feed each other's required arguments."""
    found: bool
    """Some required argument stands in no sentence of the user."""
    shape: str
    """Which of the shapes it was made by."""
    flow: str
    """Flow skeleton: class of each call and where each argument comes from."""
    arguments: int
    """Gold arguments that are neither context nor paging."""
    covered: int
    """Those among them that some negative control varies."""


class Task(Record):
    """A wish with a known right end. A row of tasks.jsonl."""

    env: str
    """Id of the world."""
    folder: str
    """Its folder, relative to the run."""
    seed: Seed
    """Seed of the initial state."""
    image: str
    """Hash of the canonical rows of the initial state."""
    brief: Brief
    """What the user wants and knows."""
    plain: Brief | None = Field(default=None, exclude_if=lambda brief: brief is None)
    """The brief as it was made, in English, where a model worded it; not in the row where none did."""
    gold: tuple[Call, ...]
    """The calls that do it, with their results."""
    given: tuple[tuple[Given, ...], ...]
    """For each gold call, where its arguments come from."""
    parts: tuple[int, ...] = ()
    """How many gold calls are made when each wish of the brief is done; the last is all of them."""
    change: tuple[Json, ...]
    """The gold state change, canonical (see canonical.py)."""
    cascades: tuple[tuple[str, str, str, str], ...] = ()
    """Rows of the gold change that go with another: table, key, table and key of the row that takes them along. For words only."""
    answers: tuple[Answer, ...] = ()
    """What the user must be told."""
    controls: tuple[Control, ...]
    """Verdicts of the negative controls."""
    difficulty: Difficulty
    """Counts."""
    twin: str | None = None
    """Shared by a conditional task and its twin in which the condition is false, and by the two sides of a rule."""
    hands: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)
    """Tools of the world that the user has in hand and the agent has not; not in the row where there are none."""
    original: str | None = Field(default=None, exclude_if=lambda row: row is None)
    """Id of the task in English that this one is in another language: same world, state, gold and judge; not in the row where it is the original."""
    rule: str | None = Field(default=None, exclude_if=lambda rule: rule is None)
    """The rule on whose boundary it lies ('cancelRental.state'); not in the row where it lies on none."""
    split: Literal["train", "heldout"]
    """Inherited from the domain."""


class Candidates(Record):
    """What one world gives before the choice. Rows of this kind are only on the way to tasks.jsonl."""

    env: str
    """Id of the world."""
    tasks: tuple[JsonObject, ...]
    """Proven tasks, as JSON."""
    drops: tuple[tuple[int, Reason, str, str], ...]
    """Tries that gave none: number, reason, where, message."""


# ---- episodes -------------------------------------------------------------------------------------------------


class ToolCall(Record):
    """A call as it stands in a message."""

    id: str
    """Unique in the conversation."""
    name: str
    """Name of the tool."""
    arguments: JsonObject
    """Parsed arguments."""
    unparsed: str | None = Field(default=None, exclude_if=lambda text: text is None)
    """What a model wrote instead of arguments, where it is no JSON object; not in the row otherwise."""


class Message(Record):
    """One line of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    """Who speaks."""
    content: str = ""
    """What is said; for tool messages the answer as JSON."""
    reasoning: str = ""
    """The model's reasoning, kept apart from what it says."""
    calls: tuple[ToolCall, ...] = ()
    """Calls of an assistant message."""
    call_id: str | None = None
    """For tool messages: the call that is answered."""
    name: str | None = None
    """For tool messages: the tool that answered."""
    error: Code | None = None
    """For tool messages: the code, if the call failed."""
    wrote: bool = Field(default=False, exclude_if=lambda wrote: not wrote)
    """For tool messages: the call succeeded, and its tool is one that writes; not in the row otherwise."""


Stop: TypeAlias = Literal["user_done", "turns", "steps", "context", "tokens", "silent", "user_silent", "infrastructure"]
"""Why an episode ended: the user was done; too many turns, steps; the agent's context was full, it wrote more tokens than it may, it said and called nothing though it was asked again; the user did; something
that is not the players' doing."""

UserKind: TypeAlias = Literal["cooperative", "terse", "chatty", "impatient", "digressing", "unsure", "wavering", "overreaching"]
"""What people are like: tells what is asked; says the least; says more than is needed; presses; strays and comes back; does not know the words for things; takes the wish back once, and wants it after all;
asks once for what no service of this kind does."""

FaultName: TypeAlias = Literal["leak", "early stop", "contradiction", "new goal", "withheld", "unasked"]
"""What a simulated user can do wrong: says what it cannot know; ends before all is said or answered; says another value than its brief; asks for what it does not want; keeps a fact back that it was asked for; does what
nobody asked it to do."""


class Deed(Record):
    """Something that the user did with a tool of its own."""

    after: int
    """How many messages of the conversation came before it."""
    call: ToolCall
    """The call."""
    answer: Message
    """What the world answered: the user reads it, the agent does not."""


class UserFault(Record):
    """A fault of the simulated user, found by code."""

    turn: int
    """Index of the message; where the fault is that it ended, the number of messages."""
    name: FaultName
    """Which."""
    what: str
    """The word, value or fact it is about."""


class Blame(Record):
    """Whose doing it is that a rollout failed."""

    who: Literal["agent", "user", "world", "infrastructure"]
    """Only the agent's failures are failures of the agent."""
    evidence: str
    """What shows it."""


class Usage(Record):
    """What an episode cost."""

    steps: int = 0
    """Assistant messages."""
    calls: int = 0
    """Tool calls."""
    prompt_tokens: int = 0
    """Tokens read by models."""
    completion_tokens: int = 0
    """Tokens written by models."""


class Rollout(Record):
    """The record of one episode. A row of rollouts.jsonl."""

    task: str
    """Id of the task."""
    trial: int
    """Number of the trial."""
    agent: str
    """Who played the agent."""
    user: str
    """Who played the user."""
    scripted: bool
    """True where no model played: never to be taken for a model's."""
    seed: Seed
    """Seed of the players."""
    messages: tuple[Message, ...]
    """The conversation."""
    stop: Stop
    """Why it ended."""
    change: tuple[Json, ...]
    """What it did to the world, canonical."""
    usage: Usage = Usage()
    """What it cost."""
    error: str | None = None
    """Infrastructure failure, if any."""
    kind: UserKind | None = Field(default=None, exclude_if=lambda kind: kind is None)
    """What the simulated user was like, where a model played it."""
    faults: tuple[UserFault, ...] = Field(default=(), exclude_if=lambda faults: not faults)
    """What the simulated user did wrong; not in the row where nothing was found."""
    plain: tuple[int, ...] = Field(default=(), exclude_if=lambda turns: not turns)
    """Messages of the user that are its brief's own words, because the model's were at fault; not in the row where there are none."""
    blame: Blame | None = Field(default=None, exclude_if=lambda blame: blame is None)
    """Whose doing the failure is; not in the row where it passed, or where no model played."""
    hands: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)
    """Tools that the user had in hand and the agent had not; not in the row where there were none."""
    deeds: tuple[Deed, ...] = Field(default=(), exclude_if=lambda deeds: not deeds)
    """What the user did with them; not in the row where it did nothing."""


class Probe(Record):
    """A player that measures the tasks and gives no data: only what the judge said of it is kept. A row of probes.jsonl."""

    task: str
    """Id of the task."""
    player: str
    """Who played: shallow, random, do-nothing, hasty (where the task writes), or solver with the brief of another task."""
    shape: str
    """Shape of the task."""
    twin: str | None
    """Twin of the task, if it has one: the pair counts as one."""
    passed: bool
    """What the judge said."""


class Played(Record):
    """What one world's tasks gave. Rows of this kind are only on the way from a worker."""

    rollouts: tuple[JsonObject, ...]
    """Rollouts, as JSON."""
    probes: tuple[JsonObject, ...]
    """Probes, as JSON."""
    tally: Mapping[str, Mapping[str, tuple[int, int]]]
    """Player -> shape -> how many tasks it passed, of how many; a condition and its twin are one, passed if both are."""


class Difference(Record):
    """One row in which two end states differ."""

    table: str
    """The table."""
    key: str
    """Key of the row, or 'new 1'."""
    text: str
    """What is wrong, in words."""


class Verdict(Record):
    """What the one judge says of a rollout."""

    passed: bool
    """Did it do what was asked, and nothing else?"""
    reward: float
    """1.0 or 0.0."""
    reasons: tuple[str, ...] = ()
    """Why not, in words."""
    differences: tuple[Difference, ...] = ()
    """Rows in which the end state differs from gold."""
    broken: tuple[str, ...] = ()
    """Names of the agent's own rules that it broke (conduct.py); each has a reason, too."""


class Kept(Record):
    """A rollout that passed all layers of the funnel. A row of kept.jsonl."""

    rollout: str
    """Id of the rollout."""
    task: str
    """Id of the task."""
    env: str
    """Id of the world."""
    agent: str
    """Who played the agent."""
    scripted: bool
    """Was it a scripted player?"""
    split: Literal["train", "heldout"]
    """Inherited from the domain."""
    change: str
    """Hash of the canonical change: equal ones did the same."""
    failed_calls: int
    """Calls that were answered with an error on the way."""


class Example(Record):
    """One training row: conversational, as TRL and readers of OpenAI messages take it."""

    messages: tuple[JsonObject, ...]
    """OpenAI-style messages; arguments are objects."""
    tools: tuple[JsonObject, ...]
    """OpenAI-style tool list, alphabetical."""
    phase: Literal[1, 2]
    """1 general, 2 vertical."""
    scripted: bool
    """True where the assistant's side was not written by a model."""
    rollout: str
    """Id of the rollout it is made from."""


class Drop(Record):
    """A row of a bin."""

    reason: Reason
    """Why, from the closed list errors.REASONS."""
    where: str = ""
    """File, field or part."""
    value: Json = None
    """What stood there, shortened."""
    message: str = ""
    """For a person."""
