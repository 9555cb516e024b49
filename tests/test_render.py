"""render: a model becomes SQL that loads and Python that does what the model says; hostile names become neither."""

import ast
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Argument, Column, EnvSpec, Model, Operation, Shape, Table
from agentscaler.render import Files, render
from agentscaler.world import World
from worlds import (
    MODEL,
    OPERATIONS,
    POPULATION,
    TABLES,
    _argument,
    _must,
    _operation,
    _some,
    compiled,
    library,
    tool_of,
)


def with_operations(*more: Operation) -> EnvSpec:
    """The library with these tools as well."""
    operations = tuple(sorted((*OPERATIONS, *more), key=lambda o: o.name))
    return compiled(MODEL.model_copy(update={"operations": operations}), POPULATION, tuple(map(tool_of, operations)))


def key_of(world: World, table: str, at: int = 0) -> Any:
    return world.dump()[table][at][0]


# ---- what is written --------------------------------------------------------------------------------------------


def test_the_same_bytes_each_time() -> None:
    again = Model.model_validate_json(MODEL.model_dump_json())
    assert render(again) == render(MODEL)
    assert render(MODEL) != render(MODEL.model_copy(update={"title": "Another library"}))


def test_schema_is_what_the_model_says() -> None:
    db = apsw.Connection(":memory:")
    db.execute(render(MODEL).schema_sql)
    for table in TABLES:
        columns = list(
            db.execute('SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?) ORDER BY cid', (table.name,))
        )
        assert [(c[0], c[1], bool(c[2])) for c in columns] == [(c.name, c.type, not c.null) for c in table.columns]
        assert [c[0] for c in sorted((c for c in columns if c[3]), key=lambda c: c[3])] == list(table.key)
        keys = list(
            db.execute(
                'SELECT id, "table", "from", on_delete FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq',
                (table.name,),
            )
        )
        assert [(k[1], k[2], k[3]) for k in keys] == [
            (r.table, c, r.on_delete) for r in table.references for c in r.columns
        ]
        options = next(db.execute("SELECT wr, strict FROM pragma_table_list WHERE name = ?", (table.name,)))
        assert options == (1, 1)
    unique = {
        r[0] for r in db.execute("SELECT name FROM pragma_index_list('member') WHERE \"unique\" AND origin = 'u'")
    }
    assert len(unique) == 1
    with pytest.raises(apsw.ConstraintError, match="CHECK"):
        db.execute("INSERT INTO book (isbn, title, genre) VALUES ('1', 'x', 'poetry')")


def test_tools_are_one_plain_function_each() -> None:
    tree = ast.parse(render(MODEL).tools_py)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions] == [o.python for o in OPERATIONS]
    assert all(ast.get_docstring(f) == o.summary for f, o in zip(functions, OPERATIONS, strict=True))
    assert {type(node) for node in tree.body} == {ast.Expr, ast.ImportFrom, ast.Assign, ast.FunctionDef}
    assert [a.arg for a in functions[0].args.args] == ["db", "isbn", "branch", "shelf"]
    assert max(map(len, render(MODEL).tools_py.splitlines())) <= 120


# ---- what it does -----------------------------------------------------------------------------------------------


def test_every_act_does_what_it_is_called() -> None:
    with World.open(library(), seed=2) as world:

        def call(tool: str, **arguments: Any) -> Any:
            answer = world.call(tool, arguments)
            assert answer.error is None, (tool, answer.error)
            return answer.data

        member, branch, isbn = key_of(world, "member"), key_of(world, "branch"), key_of(world, "book")
        made = call("create_member", name="Ana", home=branch, sponsor=member)
        assert (made["name"], made["home"], made["active"]) == ("Ana", branch, True)
        assert call("get_member", memberId=made["memberId"]) == made
        assert call("update_member", memberId=made["memberId"], home=None) == made | {"home": None}
        title, price, pages = (world.dump()["book"][0][i] for i in (1, 3, 4))
        assert call("get_book", isbn=isbn) == {"Title": title, "Price": price, "Pages": pages}
        assert call("put_book", isbn="1", title="One")["title"] == "One"
        assert call("put_book", isbn="1", title="Two", pages=9) | {"title": "One", "pages": None} == call(
            "put_book", isbn="1", title="One", pages=None
        )
        assert call("update_book", isbn="1", changes={"price": 2.5})["price"] == 2.5
        copy = call("add_copy", isbn="1", branch=branch)["copyId"]
        loan = call("create_loan", copyId=copy, memberId=made["memberId"], dueOn="2026-07-01")["loan"]
        assert loan["state"] == "open"
        assert call("return_loan", loanId=loan["loanId"]) == {"loanId": loan["loanId"], "state": "returned"}
        renewed = call("renew_loan", loanId=loan["loanId"])
        assert (renewed["dueOn"], renewed["state"]) == ("2026-07-01", "open")
        assert renewed["loanId"] != loan["loanId"]
        assert call("reserve", memberId=made["memberId"], isbn="1", note="x")["note"] == "x"
        assert call("plan_pickup", memberId=made["memberId"], isbn="1", day="2026-06-20")["day"] == "2026-06-20"
        assert call("cancel_reservations", memberId=made["memberId"], isbn="1") == {}
        assert call("list_pickups", memberId=made["memberId"])["pickups"] == []
        assert call("subscribe", memberId=made["memberId"], branch=branch) == {}
        assert {"memberId": made["memberId"], "name": "Ana"} in call("list_subscribers", branch=branch)["members"]
        assert call("unsubscribe", memberId=made["memberId"], branch=branch) == {}
        assert call("list_copies", isbn="1") == {
            "copies": [{"copyId": copy, "isbn": "1", "branch": branch, "shelf": None}],
            "nextToken": None,
            "total": 1,
        }


MORE = (
    _operation("drop_loans", "delete", "loan", _must("loanIds", "key", "loanId", many=True)),
    _operation("fetch_book", "get", "book", _must("isbn", "key", "isbn"), shape=Shape(fields=_some("isbn", "title"), done=True)),
    _operation("list_titles", "list", "book", shape=Shape(fields=_some("title"), wrap=("titles[]",), many=True, scalar=True)),
    _operation("list_nested", "list", "branch", shape=Shape(fields=_some("code"), wrap=("Groups[]", "Items[]"), many=True, next="Next")),
    _operation("make_branch", "create", "branch", _must("city", "value", "city"), _must("slug", "slug"), _must("name", "value", "name"),
               key_path="{city}/branches/{slug}", shape=Shape(fields=_some("code", "city"))),
    _operation("move_home", "link", "member", _must("memberId", "key", "memberId"), _must("home", "value", "home")),
    _operation("leave_home", "unlink", "member", _must("memberId", "key", "memberId"), _must("home", "value", "home")),
    _operation("find_member", "get", "member", _must("email", "key", "email"), shape=Shape(fields=_some("memberId"))),
    _operation("lose_loan", "set", "loan", _must("loanId", "key", "loanId"), _argument("dueOn", "value", "dueOn"), state=("state", "overdue"),
               shape=Shape(fields=_some("state", "dueOn"))),
)  # fmt: skip


def test_the_rarer_shapes() -> None:
    with World.open(with_operations(*MORE), seed=2) as world:

        def call(tool: str, **arguments: Any) -> Any:
            answer = world.call(tool, arguments)
            return answer.data if answer.error is None else answer.error.code

        loans = [row[0] for row in world.dump()["loan"]]
        assert call("drop_loans", loanIds=loans[:3]) == {}
        assert [row[0] for row in world.dump()["loan"]] == loans[3:]
        assert call("drop_loans", loanIds=[loans[4], "ln-none", loans[5]]) == "not_found"
        assert [row[0] for row in world.dump()["loan"]] == loans[3:], "all of them or none"
        book = world.dump()["book"][0]
        assert call("fetch_book", isbn=book[0]) == {"done": True, "response": {"isbn": book[0], "title": book[1]}}
        assert call("list_titles") == {"titles": [row[1] for row in world.dump()["book"]]}
        codes = [{"code": row[0]} for row in world.dump()["branch"]]
        assert call("list_nested") == {"Groups": [{"Items": codes}], "Next": None}
        assert call("make_branch", city="Lund", slug="east", name="x") == {"code": "Lund/branches/east", "city": "Lund"}
        member, branch = key_of(world, "member"), key_of(world, "branch")
        assert call("move_home", memberId=member, home=branch) == {}
        assert call("get_member", memberId=member)["home"] == branch
        assert call("leave_home", memberId=member, home=key_of(world, "branch", 1)) == "not_found"
        assert call("leave_home", memberId=member, home=branch) == {}
        assert call("get_member", memberId=member)["home"] is None
        assert call("find_member", email=world.dump()["member"][1][2]) == {"memberId": key_of(world, "member", 1)}
        assert call("find_member", email="nobody@x") == "not_found"
        loan = next(row[0] for row in world.dump()["loan"] if row[3] != "overdue")
        assert call("lose_loan", loanId=loan, dueOn="2027-01-01") == {"state": "overdue", "dueOn": "2027-01-01"}
        assert call("lose_loan", loanId=loan) == "wrong_state"


# ---- hostile models ---------------------------------------------------------------------------------------------

PAYLOADS = (
    "pwned", "class", "None", "db", "", " ", "0", "a b", "é", "a.b", "a-b", '"', "'", "`", "\\", "\\\"", "{pwned()}", "%(pwned)s", "\0pwned", "\u2028pwned()",
    "x\npwned()\n", "x;pwned()", "x\\\npwned()", 'x"; pwned(); "', "x'; pwned(); '", '"""\npwned()\n"""', 'x"""', "'''\npwned()", "x=pwned(), y", "x or pwned()",
    "x): pwned()\ndef y(z", "x, pwned=pwned()", "lambda: pwned()", "x # ", "x -- ", "x */ ", "x'); DROP TABLE member; --", 'x" TEXT); CREATE TABLE pwned (a', "x] pwned [",
    "../../pwned", "member; DROP TABLE member", "x' OR '1'='1", "x TEXT, pwned", "import pwned", "*pwned", "x:=pwned",
)  # fmt: skip


def _with_table(**changes: Any) -> Model:
    branch = TABLES[0].model_copy(update=changes)
    operations = OPERATIONS
    if "name" in changes:
        operations = tuple(
            o.model_copy(update={"table": branch.name}) if o.table == "branch" else o for o in OPERATIONS
        )
    renamed = {"branch": branch.name}
    tables = tuple(
        t.model_copy(
            update={
                "references": tuple(r.model_copy(update={"table": renamed.get(r.table, r.table)}) for r in t.references)
            }
        )
        for t in TABLES[1:]
    )
    return MODEL.model_copy(update={"tables": (branch, *tables), "operations": operations})


def _with_column(**changes: Any) -> Model:
    """Another `city` of a branch."""
    columns = tuple(c.model_copy(update=changes) if c.name == "city" else c for c in TABLES[0].columns)
    rest = tuple(o for o in OPERATIONS if o.table != "branch")
    return _with_table(columns=columns).model_copy(update={"operations": rest} if "name" in changes else {})


def _with_operation(number: str, **changes: Any) -> Model:
    return MODEL.model_copy(
        update={"operations": tuple(o.model_copy(update=changes) if o.name == number else o for o in OPERATIONS)}
    )


def _with_argument(tool: str, at: int, **changes: Any) -> Model:
    operation = next(o for o in OPERATIONS if o.name == tool)
    arguments: list[Argument] = list(operation.arguments)
    arguments[at] = arguments[at].model_copy(update=changes)
    return _with_operation(tool, arguments=tuple(arguments))


def _with_shape(tool: str, **changes: Any) -> Model:
    shape = next(o.shape for o in OPERATIONS if o.name == tool)
    assert shape is not None
    return _with_operation(tool, shape=shape.model_copy(update=changes))


TEXTS: dict[str, Callable[[str], Model]] = {
    "title": lambda p: MODEL.model_copy(update={"title": p}),
    "column.note": lambda p: _with_column(note=p),
    "column.choices": lambda p: _with_column(choices=("a", p)),
    "column.default": lambda p: _with_column(default=p),
    "operation.summary": lambda p: _with_operation("get_book", summary=p),
    "operation.name": lambda p: _with_operation("get_book", name=p),
    "argument.name": lambda p: _with_argument("get_book", 0, name=p),
    "argument.template": lambda p: _with_argument("get_member", 1, template=p),
    "body, property": lambda p: _with_argument("update_book", 1, body={p: "title"}),
    "shape.fields, name": lambda p: _with_shape("get_book", fields={p: "title"}),
    "shape.fields, column": lambda p: _with_shape("get_book", fields={"t": p}),
    "shape.wrap": lambda p: _with_shape("create_loan", wrap=(p, p)),
    "shape.next": lambda p: _with_shape("list_loans", next=p),
    "shape.total": lambda p: _with_shape("list_loans", total=p),
    "state, value": lambda p: _with_operation("return_loan", state=("state", p)),
    "state, column": lambda p: _with_operation("return_loan", state=(p, "returned")),
    "only_from": lambda p: _with_operation("return_loan", only_from=(p,)),
    "sets, value": lambda p: _with_operation("create_loan", sets={"state": p}),
    "key_path": lambda p: _with_operation("create_branch", key_path=p),
    "filter column": lambda p: _with_argument("list_loans", 0, column=p),
    "through": lambda p: _with_operation("list_subscribers", through=p),
}
NAMES: dict[str, Callable[[str], Model]] = {
    "operation.python": lambda p: _with_operation("get_book", python=p),
    "argument.python": lambda p: _with_argument("get_book", 0, python=p),
    "argument.column": lambda p: _with_argument("create_member", 1, column=p),
    "key column": lambda p: _with_argument("get_book", 0, column=p),
    "match column": lambda p: _with_argument("get_loan", 1, column=p),
    "body, column": lambda p: _with_argument("update_book", 1, body={"title": p}),
    "sets, column": lambda p: _with_operation("create_loan", sets={p: "x"}),
    "table.noun": lambda p: _with_table(noun=p),
    "table.name": lambda p: _with_table(name=p),
    "column.name": lambda p: _with_column(name=p),
}


def names_in(tree: ast.AST) -> Iterator[str]:
    """Every name that Python would look up, bind or import."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield value


def harm(model: Model) -> str:
    """What is wrong with the rendered files; nothing, if the model is refused."""
    try:
        files = render(model)
    except (ValueError, UserError, Dropped):
        return ""
    return harm_in(files, model)


def harm_in(files: Files, model: Model) -> str:
    try:
        tree = ast.parse(files.tools_py)
    except (SyntaxError, ValueError) as error:
        return f"tools.py is no Python: {error}"
    if any("pwned" in ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        return "pwned() is called"
    if bad := [n for n in names_in(tree) if "pwned" in n and n != "pwned"]:
        return f"names {bad}"
    kinds = [type(node) for node in tree.body]
    if set(kinds) - {ast.Expr, ast.ImportFrom, ast.Assign, ast.FunctionDef} or kinds.count(ast.Expr) != 1:
        return f"statements {kinds}"
    if len({node.name for node in tree.body if isinstance(node, ast.FunctionDef)}) != len(model.operations):
        return "not one function a tool"
    db = apsw.Connection(":memory:")
    try:
        db.execute(files.schema_sql)
    except apsw.Error as error:
        return f"schema.sql does not load: {error}"
    tables = list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))
    made = {str(t[0]): len(list(db.execute("SELECT 1 FROM pragma_table_xinfo(?)", t))) for t in tables}
    return "" if made == {t.name: len(t.columns) for t in model.tables} else f"tables {made}"


@pytest.mark.parametrize("field", TEXTS)
def test_hostile_text_stays_text(field: str) -> None:
    assert {p: found for p in PAYLOADS if (found := harm(TEXTS[field](p)))} == {}


@pytest.mark.parametrize("field", NAMES)
def test_hostile_names_are_refused_or_neutralised(field: str) -> None:
    assert {p: found for p in PAYLOADS if (found := harm(NAMES[field](p)))} == {}


@pytest.mark.parametrize("field", sorted(set(NAMES) - {"table.noun"}))
@pytest.mark.parametrize("payload", ["x=pwned(), y", "x; pwned()", "a b", '"', "x\npwned()", "é", "__class__"])
def test_what_is_no_name_is_named(field: str, payload: str) -> None:
    with pytest.raises(Dropped) as dropped:
        render(NAMES[field](payload))
    assert (dropped.value.reason, dropped.value.value) == ("gate", payload)


@pytest.mark.parametrize("field", sorted(set(NAMES) - {"table.noun", "table.name"}))
def test_words_of_python_are_no_names(field: str) -> None:
    """But for tables, which only ever stand in quotes."""
    for word in ("class", "None", "lambda", "from"):
        with pytest.raises(Dropped):
            render(NAMES[field](word))
    assert harm(NAMES["table.name"]("class")) == ""


def test_the_judge_of_harm_sees_harm() -> None:
    """Else the tests above would prove nothing."""
    files = render(MODEL)
    assert harm_in(files, MODEL) == ""
    for old, new, said in (
        ("name=name", "name=pwned()", "called"),
        ("def get_book(db, isbn)", "def get_book(db, isbn=pwned())", "called"),
        ("def get_book(", "def get_loan(", "one function"),
        ("def get_book(", "pwned\n\n\ndef get_book(", "statements"),
        ("def get_book(", "import os\n\n\ndef get_book(", "statements"),
        ("name=name", "x_pwned=name", "names"),
        ("name=name", "class=name", "no Python"),
    ):
        assert old in files.tools_py
        assert said in harm_in(files._replace(tools_py=files.tools_py.replace(old, new, 1)), MODEL)
    for old, new, said in (
        ("city    TEXT", "city TEXT, x TEXT", "tables"),
        ("city", '"', "load"),
        ("\n", "\nDROP TABLE x;", "load"),
    ):
        assert old in files.schema_sql
        assert said in harm_in(files._replace(schema_sql=files.schema_sql.replace(old, new, 1)), MODEL)


def test_a_hostile_model_does_not_run(tmp_path: Path) -> None:
    """A stranger's folder whose code is what its model renders to, byte for byte."""
    mark = tmp_path / "ran"
    model = _with_table(noun=f'x"""\nopen({str(mark)!r},"w").close()\n"""')
    with contextlib.suppress(ValueError, UserError, Dropped):
        World.open(compiled(model, POPULATION, library().tools)).close()
    assert not mark.exists()


@pytest.mark.xfail(
    strict=True, reason="render: a table may be called class, and then a column may too: class=... is no Python"
)
def test_a_column_called_like_a_table_called_like_a_keyword() -> None:
    table = TABLES[0].model_copy(
        update={"name": "class", "columns": (*TABLES[0].columns, Column(name="class", type="TEXT"))}
    )
    kind = _must("kind", "value", "class")
    make = _operation(
        "make", "create", "class", _must("code", "value", "code"), kind, shape=Shape(fields=_some("code"))
    )
    assert harm(Model(title="x", tables=(table,), operations=(make,))) == ""


@pytest.mark.xfail(
    strict=True, reason="render: names that hide a view, UNSET, the handle or each other are not refused"
)
@pytest.mark.parametrize(
    "model",
    [
        _with_operation("get_book", python="MEMBER"),
        _with_operation("get_book", python="view"),
        _with_operation("get_book", python="get_member"),
        _with_argument("update_member", 1, python="UNSET"),
        _with_argument("update_member", 1, python="memberId"),
        _with_argument("list_subscribers", 0, python="MEMBER"),
    ],
    ids=["a view", "view", "another tool", "UNSET", "another argument", "a view, as an argument"],
)
def test_names_that_hide_others_are_refused(model: Model) -> None:
    with pytest.raises((ValueError, UserError, Dropped)):
        render(model)


def test_words_of_sql_are_quoted() -> None:
    names = ["order", "group", "select", "table", "index", "where", "Values", "CHECK", "key", "end"]
    columns = tuple(TABLES[0].columns[2].model_copy(update={"name": n}) for n in names)
    table: Table = TABLES[0].model_copy(update={"name": "transaction", "columns": (TABLES[0].columns[0], *columns)})
    db = apsw.Connection(":memory:")
    db.execute(render(Model(title="x", tables=(table,), operations=())).schema_sql)
    assert [r[0] for r in db.execute("SELECT name FROM pragma_table_xinfo('transaction')")] == ["code", *names]
