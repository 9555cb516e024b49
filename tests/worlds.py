"""Worlds by hand for the tests: a lending library that is compiled from a model, and a notebook somebody wrote.

library()    eight tables with a self reference, composite and chained keys, a link table, soft ids in text and JSON
notebook()   one table and tools that misbehave on purpose; it has no model, so it is nobody's code but the writer's
borrow()     a few seconds of life in the library, drawn from dice
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from agentscaler.dice import Dice
from agentscaler.folder import env_files, env_id
from agentscaler.records import Argument, Column, EnvSpec, EnvTool, Model, Operation, Reference, Shape, Table
from agentscaler.render import render
from agentscaler.world import World

NOW = "2026-06-15T09:00:00Z"


# ---- the library ------------------------------------------------------------------------------------------------


def _column(name: str, kind: str = "TEXT", **more: Any) -> Column:
    return Column(name=name, type=kind, **more)


def _table(name: str, columns: list[Column], key: tuple[str, ...], *references: Reference, **more: Any) -> Table:
    fields = {"noun": name.replace("_", " "), "said": True, "service": "test:library"} | more
    return Table(name=name, columns=tuple(columns), key=key, references=references, **fields)


def _to(table: str, *columns: str, on_delete: str) -> Reference:
    return Reference(columns=columns, table=table, on_delete=on_delete)


STATES = ("open", "overdue", "returned")

TABLES = (
    _table(
        "branch",
        [_column("code", null=False), _column("name", null=False), _column("city"), _column("order", "INTEGER")],
        ("code",),
    ),
    _table(
        "member",
        [
            _column("memberId", null=False),
            _column("name", null=False),
            _column("email", unique=True),
            _column("active", "INTEGER", null=False, default=1),
            _column("home"),
            _column("sponsor"),
            _column("joinedAt"),
            _column("cancelledAt"),
            _column("tags"),
        ],
        ("memberId",),
        _to("branch", "home", on_delete="SET NULL"),
        _to("member", "sponsor", on_delete="SET NULL"),
    ),
    _table(
        "book",
        [
            _column("isbn", null=False),
            _column("title", null=False),
            _column("genre", choices=("novel", "science", "history")),
            _column("price", "REAL"),
            _column("pages", "INTEGER"),
            _column("blurb"),
        ],
        ("isbn",),
    ),
    _table(
        "copy",
        [_column("copyId", null=False), _column("isbn", null=False), _column("branch", null=False), _column("shelf")],
        ("copyId",),
        _to("book", "isbn", on_delete="RESTRICT"),
        _to("branch", "branch", on_delete="CASCADE"),
    ),
    _table(
        "loan",
        [
            _column("loanId", null=False),
            _column("copyId", null=False),
            _column("memberId", null=False),
            _column("state", null=False, choices=STATES),
            _column("lentAt"),
            _column("updatedAt"),
            _column("dueOn"),
            _column("receipt"),
        ],
        ("loanId",),
        _to("copy", "copyId", on_delete="CASCADE"),
        _to("member", "memberId", on_delete="RESTRICT"),
    ),
    _table(
        "reservation",
        [
            _column("memberId", null=False),
            _column("isbn", null=False),
            _column("note"),
            _column("madeAt"),
            _column("places", "INTEGER"),
        ],
        ("memberId", "isbn"),
        _to("member", "memberId", on_delete="CASCADE"),
        _to("book", "isbn", on_delete="CASCADE"),
    ),
    _table(
        "pickup",
        [
            _column("memberId", null=False),
            _column("isbn", null=False),
            _column("day", null=False),
            _column("window"),
        ],
        ("memberId", "isbn", "day"),
        _to("reservation", "memberId", "isbn", on_delete="CASCADE"),
    ),
    _table(
        "subscription",
        [_column("memberId", null=False), _column("branch", null=False)],
        ("memberId", "branch"),
        _to("member", "memberId", on_delete="CASCADE"),
        _to("branch", "branch", on_delete="CASCADE"),
        noun="subscription",
    ),
)

POPULATION: dict[str, Any] = {
    "format": 1,
    "now": NOW,
    "context": {"library": ["east", "west"], "country": ["nl", "pt", "se"]},
    "rows": {
        "branch": [4, 4],
        "member": [10, 14],
        "book": [8, 12],
        "copy": {"per": "book", "rows": [1, 3]},
        "loan": {"per": "member", "rows": [0, 3], "spare": 0.3},
        "reservation": {"per": "member", "rows": [0, 2]},
        "pickup": {"per": "reservation", "rows": [0, 2]},
        "subscription": {"per": "member", "rows": [0, 2]},
    },
    "columns": {
        "branch.code": {
            "words": [["north", "south", "harbour", "campus", "mill", "park", "station", "market", "abbey", "canal"]],
            "knowable": True,
        },
        "branch.name": {"template": "Branch {code} of {library}"},
        "branch.city": {"given": ["Breda", "Porto", "Lund"]},
        "branch.order": {"position": True},
        "member.memberId": {"id": "mem-{hex:12}", "generated": True},
        "member.name": {
            "words": [["Ana", "Bo", "Cem", "Dag", "Eva"], ["Berg", "Costa", "Dahl"]],
            "text": True,
            "knowable": True,
        },
        "member.email": {"id": "{base36:8}@{library}.example"},
        "member.active": {"yes": 0.8, "boolean": True},
        "member.home": {"reference": "branch", "null": 0.2},
        "member.sponsor": {"reference": "member", "null": 0.5},
        "member.joinedAt": {"time": ["-900d", "-30d"], "generated": True},
        "member.cancelledAt": {"value": None, "generated": True},
        "member.tags": {
            "object": {"team": {"of": ["adult", "junior"]}, "level": {"number": [1, 5]}},
            "json": True,
            "null": 0.2,
        },
        "book.isbn": {"id": "978{digits:10}"},
        "book.title": {
            "words": [["The", "A"], ["Red", "Silent", "Last"], ["River", "Atlas"]],
            "text": True,
            "knowable": True,
        },
        "book.genre": {"choice": [["novel", 5], ["science", 2], ["history", 1]]},
        "book.price": {"number": [5, 60], "decimals": 2},
        "book.pages": {"number": [40, 900], "step": 20},
        "book.blurb": {"given": ["A classic.", "Out of print."], "null": 0.5},
        "copy.copyId": {"id": "cp-{hex:10}", "generated": True},
        "copy.isbn": {"reference": "book"},
        "copy.branch": {"reference": "branch", "skew": 2.0},
        "copy.shelf": {"template": "{isbn}/{letters:2}"},
        "loan.loanId": {"id": "ln-{hex:12}", "generated": True},
        "loan.copyId": {"reference": "copy"},
        "loan.memberId": {"reference": "member"},
        "loan.state": {"choice": [["open", 2], ["overdue", 1], ["returned", 3]], "cover": ["open", "returned"]},
        "loan.lentAt": {"time": ["-90d", "-10d"], "generated": True},
        "loan.updatedAt": {"time": ["-90d", "-1d"], "after": "lentAt", "generated": True, "touch": True},
        "loan.dueOn": {"time": ["0d", "30d"], "as": "date"},
        "loan.receipt": {
            "template": "arn:{library}:{memberId}",
            "generated": True,
            "fill": "arn:{library}:{memberId}:{n}",
        },
        "reservation.memberId": {"reference": "member"},
        "reservation.isbn": {"reference": "book"},
        "reservation.note": {"given": ["please hurry", "no rush"], "text": True, "null": 0.4},
        "reservation.madeAt": {"time": ["-20d", "-1d"], "generated": True},
        "reservation.places": {"of": [1, 2, 4]},
        "pickup.memberId": {"reference": "reservation", "columns": {"memberId": "memberId", "isbn": "isbn"}},
        "pickup.isbn": {"with": "memberId"},
        "pickup.day": {"time": ["1d", "9d"], "as": "date"},
        "pickup.window": {"choice": [["morning", 1], ["evening", 1]]},
        "subscription.memberId": {"reference": "member"},
        "subscription.branch": {"reference": "branch"},
    },
}


def _argument(name: str, role: str, column: str | None = None, **more: Any) -> Argument:
    return Argument(name=name, python=more.pop("python", name), role=role, column=column, **more)


def _must(name: str, role: str, column: str | None = None, **more: Any) -> Argument:
    return _argument(name, role, column, required=True, **more)


def _all(table: str) -> dict[str, str]:
    return {c.name: c.name for t in TABLES if t.name == table for c in t.columns}


def _some(*names: str) -> dict[str, str]:
    return {n: n for n in names}


def _page(table: str, wrap: str, *, fields: dict[str, str] | None = None) -> Shape:
    return Shape(fields=fields or _all(table), wrap=(f"{wrap}[]",), many=True, next="nextToken", total="total")


_PAGING = (_argument("pageSize", "size"), _argument("page-token", "token", python="page_token"))


def _operation(name: str, act: str, table: str, *arguments: Argument, **more: Any) -> Operation:
    summary = more.pop("summary", f"Does {name.replace('_', ' ')}.")
    return Operation(name=name, python=name, act=act, table=table, arguments=arguments, summary=summary, **more)


_MEMBER = _must("memberId", "key", "memberId")
_RESERVED = (_MEMBER, _must("isbn", "key", "isbn"))

OPERATIONS = (
    _operation("add_copy", "create", "copy", _must("isbn", "value", "isbn"), _must("branch", "value", "branch"),
               _argument("shelf", "value", "shelf"), shape=Shape(fields=_some("copyId", "isbn"))),
    _operation("cancel_reservations", "delete", "reservation", *_RESERVED),
    _operation("create_branch", "create", "branch", _must("code", "value", "code"), _must("name", "value", "name"),
               _argument("city", "value", "city"), _argument("order", "value", "order"), shape=Shape(fields=_all("branch"))),
    _operation("create_loan", "create", "loan", _must("copyId", "value", "copyId"), _must("memberId", "value", "memberId"),
               _argument("dueOn", "value", "dueOn"), sets={"state": "open"}, shape=Shape(fields=_all("loan"), wrap=("loan",))),
    _operation("create_member", "create", "member", _must("name", "value", "name"), _argument("email", "value", "email"),
               _argument("active", "value", "active"), _argument("home", "value", "home"), _argument("sponsor", "value", "sponsor"),
               _argument("tags", "value", "tags"), shape=Shape(fields=_all("member"))),
    _operation("delete_branch", "delete", "branch", _must("code", "key", "code")),
    _operation("delete_member", "delete", "member", _MEMBER),
    _operation("get_book", "get", "book", _must("isbn", "key", "isbn"), shape=Shape(fields={"Title": "title", "Price": "price", "Pages": "pages"})),
    _operation("get_loan", "get", "loan", _must("loanId", "key", "loanId"), _argument("memberId", "match", "memberId"),
               shape=Shape(fields=_all("loan"))),
    _operation("get_member", "get", "member", _MEMBER, _argument("library", "within", template="libraries/{library}"),
               shape=Shape(fields=_all("member"))),
    _operation("list_books", "list", "book", _argument("genre", "filter", "genre", many=True), *_PAGING, shape=_page("book", "books")),
    _operation("list_branches", "list", "branch", *_PAGING, shape=_page("branch", "branches")),
    _operation("list_copies", "list", "copy", _must("isbn", "filter", "isbn"), _argument("branch", "filter", "branch"),
               shape=_page("copy", "copies")),
    _operation("list_loans", "list", "loan", _argument("memberId", "filter", "memberId"), _argument("state", "filter", "state"),
               _argument("from", "since", "dueOn", python="from_"), _argument("to", "until", "dueOn"), *_PAGING, shape=_page("loan", "loans")),
    _operation("list_members", "list", "member", _argument("home", "filter", "home"), _argument("active", "filter", "active"), *_PAGING,
               _argument("skip", "offset"), shape=_page("member", "members")),
    _operation("list_pickups", "list", "pickup", _argument("memberId", "filter", "memberId"), shape=_page("pickup", "pickups")),
    _operation("list_reservations", "list", "reservation", _argument("memberId", "filter", "memberId"), *_PAGING,
               shape=_page("reservation", "reservations")),
    _operation("list_subscribers", "list", "member", _must("branch", "filter", "branch"), *_PAGING, through="subscription",
               shape=_page("member", "members", fields=_some("memberId", "name"))),
    _operation("plan_pickup", "create", "pickup", *(a.model_copy(update={"role": "value"}) for a in _RESERVED), _must("day", "value", "day"),
               _argument("window", "value", "window"), shape=Shape(fields=_all("pickup"))),
    _operation("put_book", "put", "book", _must("isbn", "key", "isbn"), _must("title", "value", "title"), _argument("genre", "value", "genre"),
               _argument("price", "value", "price"), _argument("pages", "value", "pages"), shape=Shape(fields=_all("book"))),
    _operation("renew_loan", "copy", "loan", _must("loanId", "key", "loanId"), _argument("dueOn", "value", "dueOn"), sets={"state": "open"},
               shape=Shape(fields=_some("loanId", "dueOn", "state"))),
    _operation("reserve", "create", "reservation", *(a.model_copy(update={"role": "value"}) for a in _RESERVED), _argument("note", "value", "note"),
               _argument("places", "value", "places"), shape=Shape(fields=_all("reservation"))),
    _operation("return_loan", "set", "loan", _must("loanId", "key", "loanId"), state=("state", "returned"), only_from=("open", "overdue"),
               shape=Shape(fields=_some("loanId", "state"))),
    _operation("subscribe", "link", "subscription", _MEMBER, _must("branch", "key", "branch"), through="subscription"),
    _operation("unsubscribe", "unlink", "subscription", _MEMBER, _must("branch", "key", "branch"), through="subscription"),
    _operation("update_book", "update", "book", _must("isbn", "key", "isbn"), _argument("changes", "body", body={"title": "title", "price": "price", "pages": "pages"}),
               shape=Shape(fields=_all("book"))),
    _operation("update_member", "update", "member", _MEMBER, _argument("name", "value", "name"), _argument("email", "value", "email"),
               _argument("active", "value", "active"), _argument("home", "value", "home"), _argument("tags", "value", "tags"), shape=Shape(fields=_all("member"))),
)  # fmt: skip

MODEL = Model(title="A lending library", tables=TABLES, operations=OPERATIONS)

_TYPES = {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}


def _schema(table: Table, argument: Argument) -> dict[str, Any]:
    """JSON Schema of an argument, from its role and column."""
    if argument.role in ("size", "offset"):
        return {"type": "integer", "minimum": 0}
    if argument.role == "body":
        return {"type": "object", "properties": {p: _of(table, c) for p, c in argument.body.items()}}
    schema = _of(table, argument.column) if argument.column else {"type": "string"}
    return {"type": "array", "items": schema} if argument.many else schema


def _of(table: Table, name: str) -> dict[str, Any]:
    columns = {c.name: c for c in table.columns}
    if name not in columns:
        return {"type": "string"}
    mark = POPULATION["columns"].get(f"{table.name}.{name}", {})
    kind = "boolean" if mark.get("boolean") else "object" if mark.get("json") else _TYPES[columns[name].type]
    patch: Any = [kind, "null"] if columns[name].null and not columns[name].choices else kind
    return {"type": patch} | ({"enum": list(columns[name].choices)} if columns[name].choices else {})


def tool_of(operation: Operation) -> EnvTool:
    """The tool an agent sees, from what it does."""
    table = next(t for t in TABLES if t.name == operation.table)
    shape = operation.shape
    returns: Any = None
    if shape and shape.fields:
        returns = {"type": "object", "properties": {f: _of(table, c) for f, c in shape.fields.items()}}
        returns = {"type": "array", "items": returns} if shape.many else returns
        for name in reversed(shape.wrap):
            returns = {"type": "object", "properties": {name.removesuffix("[]"): returns}}
    return EnvTool(
        name=operation.name,
        kind="read" if operation.act in ("get", "list") else "write",
        description=operation.summary,
        parameters={
            "type": "object",
            "properties": {a.name: _schema(table, a) for a in operation.arguments},
            "required": [a.name for a in operation.arguments if a.required],
            "additionalProperties": False,
        },
        returns=returns,
        python=operation.python,
        arguments={a.name: a.python for a in operation.arguments if a.name != a.python},
    )


def with_id(env: EnvSpec) -> EnvSpec:
    """The same world under the id of what it now says."""
    texts = env_files(env)
    return env.model_copy(update={"id": env_id(orjson.loads(texts["env.json"]), texts)})


def edited(env: EnvSpec, **changes: Any) -> EnvSpec:
    """The world with other content, and the id that goes with it."""
    return with_id(env.model_copy(update=changes))


def replaced(env: EnvSpec, old: str, new: str, *, file: str = "tools_py") -> EnvSpec:
    """The world with a piece of one of its files replaced; the piece must be there."""
    text = getattr(env, file)
    assert old in text, f"{old!r} is not in {file}"
    return edited(env, **{file: text.replace(old, new)})


def compiled(model: Model, population: dict[str, Any], tools: tuple[EnvTool, ...]) -> EnvSpec:
    """A world whose code is what its model renders to, so that it opens without being told to trust it."""
    files = render(model)
    env = EnvSpec(
        id="", folder="", domain="library", builder="compiled", services=("test:library",), tools=tools, edges=(), model=model,
        schema_sql=files.schema_sql, population=population, tools_py=files.tools_py,
    )  # fmt: skip
    return with_id(env)


@cache
def library() -> EnvSpec:
    """The library."""
    return compiled(MODEL, POPULATION, tuple(tool_of(o) for o in OPERATIONS))


def write_folder(env: EnvSpec, folder: Path) -> Path:
    """The world as a folder on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in env_files(env).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# ---- life in the library ----------------------------------------------------------------------------------------


def borrow(world: World, dice: Dice) -> tuple[str, dict[str, Any]]:
    """A call that could be made now: mostly a valid write, at times a mistake."""

    dump = world.dump()

    def some(table: str, column: str) -> Any:
        at = world.loaded.tables[table].columns.index(column)
        return dice.choice(dump[table])[at] if dump[table] else "nobody"

    member, isbn, branch = some("member", "memberId"), some("book", "isbn"), some("branch", "code")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("create_member", {"name": f"N {dice.below(9)}", "home": branch, "sponsor": member, "tags": {"by": member, "n": dice.below(3)}}),
        ("create_member", {"name": "Same Name"}),
        ("update_member", {"memberId": member, "active": dice.chance(0.5), "home": dice.choice([None, branch])}),
        ("update_book", {"isbn": isbn, "changes": {"price": dice.below(1000) / 10, "title": "The Red River"}}),
        ("put_book", {"isbn": dice.choice([isbn, dice.hex(13)]), "title": "A New Atlas", "genre": "science"}),
        ("add_copy", {"isbn": isbn, "branch": branch, "shelf": f"near {member}"}),
        ("create_loan", {"copyId": some("copy", "copyId"), "memberId": member, "dueOn": "2026-07-01"}),
        ("return_loan", {"loanId": some("loan", "loanId")}),
        ("renew_loan", {"loanId": some("loan", "loanId"), "dueOn": "2026-08-01"}),
        ("reserve", {"memberId": member, "isbn": isbn, "note": f"for {member}"}),
        ("cancel_reservations", dict(zip(("memberId", "isbn"), (some("reservation", "memberId"), isbn), strict=True))),
        ("plan_pickup", {"memberId": some("reservation", "memberId"), "isbn": some("reservation", "isbn"), "day": "2026-06-20"}),
        ("subscribe", {"memberId": member, "branch": branch}),
        ("unsubscribe", {"memberId": some("subscription", "memberId"), "branch": branch}),
        ("delete_member", {"memberId": member}),
        ("delete_branch", {"code": branch}),
        ("get_member", {"memberId": member}),
        ("list_loans", {"state": "open", "pageSize": 3}),
        ("get_book", {"isbn": "no such book"}),
    ]  # fmt: skip
    return dice.choice(calls)


def script(seed: int, length: int) -> list[tuple[str, dict[str, Any]]]:
    """Calls that make sense one after the other in the library of this seed."""
    dice, calls = Dice("script", seed), []
    with World.open(library(), seed=seed) as world:
        for _ in range(length):
            calls.append(borrow(world, dice))
            world.call(*calls[-1])
    return calls


def told(seed: int, length: int = 40) -> list[Any]:
    """All that can be seen of an episode: the start, every answer, what it did, and the rows at the end."""
    with World.open(library(), seed=seed) as world:
        answers = [world.call(*call).text() for call in script(seed, length)]
        return [world.image_hash, dict(world.context), answers, repr(world.diff()), repr(world.dump())]


# ---- the notebook -----------------------------------------------------------------------------------------------

NOTES_SQL = """\
CREATE TABLE note (
  noteId   TEXT NOT NULL PRIMARY KEY,
  body     TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  closedAt TEXT
) STRICT, WITHOUT ROWID;
"""

NOTES_PY = '''\
"""A notebook, written by hand."""

from agentscaler.tooling import WrongState, view

NOTE = view("noteId", "body", "state")


def add_note(db, body):
    """Adds a note."""
    return NOTE.of(db.insert("note", body=body))


def add_two(db, body):
    """Adds a note, then thinks better of it."""
    db.insert("note", body=body)
    db.insert("note", body=body)
    raise WrongState("the notebook is full")


def close_note(db, noteId):
    """Closes a note."""
    return NOTE.of(db.move("note", noteId, to={"state": "closed", "closedAt": db.now}))


def crash(db, noteId):
    """Writes, then falls over."""
    db.update("note", noteId, body="half done")
    return {}["nothing"]


def get_note(db, noteId):
    """Reads a note."""
    return NOTE.of(db.get("note", noteId))


def list_notes(db, state=None):
    """Reads notes."""
    return {"notes": NOTE.all(db.page("note", where={"state": state}).rows)}
'''

NOTES_POPULATION: dict[str, Any] = {
    "format": 1,
    "now": NOW,
    "context": {},
    "rows": {"note": [5, 8]},
    "columns": {
        "note.noteId": {"id": "note-{hex:8}", "generated": True},
        "note.body": {"words": [["buy", "sell", "mend"], ["a lamp", "a chair"]], "text": True},
        "note.state": {"value": "open"},
        "note.closedAt": {"value": None, "generated": True},
    },
}


def plain_tool(
    name: str, kind: str, required: tuple[str, ...] = (), optional: tuple[str, ...] = (), **more: Any
) -> EnvTool:
    """A tool whose arguments are text."""
    parameters = {
        "type": "object",
        "properties": {n: {"type": "string"} for n in (*required, *optional)},
        "required": list(required),
        "additionalProperties": False,
    }
    return EnvTool(name=name, kind=kind, description=name, parameters=parameters, python=name, **more)


NOTES_TOOLS = (
    plain_tool("add_note", "write", ("body",)),
    plain_tool("add_two", "write", ("body",)),
    plain_tool("close_note", "write", ("noteId",)),
    plain_tool("crash", "write", ("noteId",)),
    plain_tool("get_note", "read", ("noteId",)),
    plain_tool("list_notes", "read", (), ("state",)),
)


def written(
    schema_sql: str = NOTES_SQL,
    tools_py: str = NOTES_PY,
    population: dict[str, Any] = NOTES_POPULATION,
    tools: tuple[EnvTool, ...] = NOTES_TOOLS,
) -> EnvSpec:
    """A world without a model."""
    env = EnvSpec(
        id="", folder="", domain="notebook", builder="written", services=(), tools=tools, edges=(),
        schema_sql=schema_sql, population=population, tools_py=tools_py,
    )  # fmt: skip
    return with_id(env)


@cache
def notebook() -> EnvSpec:
    """The notebook."""
    return written()
