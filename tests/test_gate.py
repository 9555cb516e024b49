"""check_env: a sound world passes, and each thing that is wrong with a world is found and named."""

import time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.gate import Finding, any_value, bad_arguments, check_env, fits, valid_arguments
from agentscaler.jail import can_contain
from agentscaler.records import EnvSpec
from agentscaler.world import World
from worlds import (
    MODEL,
    NOTES_POPULATION,
    NOTES_PY,
    NOTES_TOOLS,
    OPERATIONS,
    POPULATION,
    compiled,
    edited,
    library,
    notebook,
    plain_tool,
    replaced,
    tool_of,
    written,
)


def findings(env: EnvSpec) -> list[Finding]:
    return check_env(env, trusted=True)


def about(tool: str, env: EnvSpec) -> str:
    """What is found about the one tool that is wrong; nothing else may be found."""
    found = findings(env)
    assert {f.tool for f in found} == {tool}, found
    return "; ".join(f.message for f in found)


def with_tool(name: str, **changes: Any) -> EnvSpec:
    return edited(
        library(), tools=tuple(t.model_copy(update=changes) if t.name == name else t for t in library().tools)
    )


def with_body(tool: str, *lines: str) -> EnvSpec:
    """The library with another body of one function."""
    text = library().tools_py
    start = text.index(f"\ndef {tool}(")
    body = text.index('."""\n', start) + 5
    end = text.find("\n\n\n", body)
    code = "".join(f"    {line}\n" for line in lines)
    return edited(library(), tools_py=text[:body] + code + (text[end:] if end > 0 else ""))


# ---- sound worlds -----------------------------------------------------------------------------------------------


def test_the_library_passes_with_every_seed() -> None:
    begin = time.process_time()
    for seed in range(6):
        assert check_env(library(), seed=seed) == []
    assert time.process_time() - begin < 6


def test_the_gate_runs_code_that_is_not_ours_in_a_cell(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    env = with_body("get_book", f"open({str(mark)!r}, 'w').close()\n    return {{}}")
    if can_contain():
        [finding] = (f for f in check_env(env) if f.tool == "get_book")
        assert "PermissionError" in finding.message
    else:
        with pytest.raises(UserError):
            check_env(env)
    assert not mark.exists()


GOOD_NOTES = ("add_note", "close_note", "get_note", "list_notes")


@pytest.mark.xfail(
    strict=True,
    reason="gate.valid_arguments: without a model no argument is taken from the state, so no written world can pass",
)
def test_a_sound_written_world_passes() -> None:
    assert findings(written(tools=tuple(t for t in NOTES_TOOLS if t.name in GOOD_NOTES))) == []


# ---- what is found ----------------------------------------------------------------------------------------------


def test_a_read_that_writes() -> None:
    env = with_body("get_book", 'db.update("book", isbn, pages=1)', 'return BOOK.of(db.get("book", isbn))')
    assert about("get_book", env) == "a read changed book"


@pytest.mark.xfail(
    strict=True, reason="gate._check_tool names form[0][1], which is a label and not the table where the row is new"
)
def test_a_read_that_makes_a_row() -> None:
    env = with_body(
        "list_branches", 'db.insert("branch", code=db.now, name="x")', 'return {"branches": db.page("branch").rows}'
    )
    assert about("list_branches", env) == "a read changed branch"


def test_a_write_called_a_read() -> None:
    assert about("update_book", with_tool("update_book", kind="read")) == "a read changed book"


def test_a_write_that_writes_nothing() -> None:
    wanted = "it changed no column tied to its arguments or verb"
    assert about("update_member", with_body("update_member", 'return db.get("member", memberId)')) == wanted
    assert about("return_loan", with_body("return_loan", 'return LOAN_2.of(db.get("loan", loanId))')) == wanted
    assert about("subscribe", with_body("subscribe", 'db.get("member", memberId)', "return {}")) == wanted
    assert about("delete_branch", with_body("delete_branch", 'db.get("branch", code)', "return {}")) == wanted


def test_a_read_called_a_write() -> None:
    assert (
        about("get_book", with_tool("get_book", kind="write")) == "it changed no column tied to its arguments or verb"
    )


def test_a_write_elsewhere() -> None:
    """Another column, another table, another kind of change than its verb says."""
    wanted = "it changed no column tied to its arguments or verb"
    assert (
        about("update_member", with_body("update_member", 'return db.update("member", memberId, sponsor=memberId)'))
        == wanted
    )
    assert (
        about("delete_member", with_body("delete_member", 'db.update("member", memberId, active=False)', "return {}"))
        == wanted
    )
    assert (
        about("create_member", with_body("create_member", 'return db.insert("branch", code=name, name=name)')) == wanted
    )
    moved = with_body("return_loan", 'return LOAN_2.of(db.update("loan", loanId, dueOn="2030-01-01"))')
    assert about("return_loan", moved) == wanted


@pytest.mark.parametrize("tool", ["get_book", "create_member", "list_loans"])
def test_a_tool_that_is_a_defect(tool: str) -> None:
    found = about(tool, with_body(tool, "return 1 / 0"))
    assert found.startswith("a call with valid arguments is a defect: internal: ZeroDivisionError")


def test_a_defect_on_bad_arguments() -> None:
    env = with_body("get_book", 'return BOOK.of(db.get("book", isbn)) if isbn != "no-such-id" else {}["x"]')
    assert "unknown id: a defect" in about("get_book", env)


def test_a_tool_that_can_never_succeed() -> None:
    env = with_body("get_book", 'return BOOK.of(db.get("book", isbn + "x"))')
    assert about("get_book", env).startswith("no valid call succeeds (not_found: no book ")


def test_a_read_that_never_shows_anything() -> None:
    assert (
        about("list_books", with_body("list_books", 'return {"books": [], "nextToken": None}'))
        == "every answer is empty"
    )


def test_an_answer_that_is_no_json() -> None:
    assert about("get_book", with_body("get_book", 'db.get("book", isbn)', "return {1, 2}")) == "its answer is not JSON"


def test_a_foreign_key_that_breaks() -> None:
    body = (
        'db._x("PRAGMA defer_foreign_keys=ON")',
        "db._x(\"UPDATE loan SET copyId = 'gone'\")",
        'db.delete("member", memberId)',
        "return {}",
    )
    assert about("delete_member", with_body("delete_member", *body)) == "a foreign key is broken after the call"


def test_arguments_that_should_be_refused() -> None:
    tool = next(t for t in library().tools if t.name == "list_copies")
    untyped = {**tool.parameters, "properties": {**tool.parameters["properties"], "isbn": {}}}
    check = '    db.get("book", isbn)\n    page = db.page("copy"'
    env = replaced(with_tool("list_copies", parameters=untyped), check, '    page = db.page("copy"')
    assert about("list_copies", env) == "an argument of the wrong type: accepted, but it should be refused"
    loose = {"type": "object", "properties": tool.parameters["properties"]}
    env = replaced(
        with_tool("list_copies", parameters=loose),
        "def list_copies(db, isbn, branch=None)",
        "def list_copies(db, isbn=None, branch=None, **_)",
    )
    env = replaced(env, check, '    page = db.page("copy"')
    assert about("list_copies", env) == "an argument nobody knows: accepted, but it should be refused"


def test_a_population_that_breaks_a_foreign_key() -> None:
    wrong = {**POPULATION, "columns": {**POPULATION["columns"], "copy.branch": {"value": "nowhere"}}}
    found = findings(edited(library(), population=wrong))
    assert [f.where for f in found] == ["population.json: copy"]
    assert "FOREIGN KEY" in found[0].message


def test_a_population_that_leaves_a_table_empty() -> None:
    empty = {**POPULATION, "rows": {**POPULATION["rows"], "subscription": [0, 0]}}
    assert {f.tool for f in findings(edited(library(), population=empty))} == {"list_subscribers", "unsubscribe"}


def test_a_schema_that_breaks_a_rule() -> None:
    found = findings(replaced(library(), "city    TEXT", "city TEXT COLLATE NOCASE", file="schema_sql"))
    assert [(f.where, f.tool) for f in found] == [("schema.sql", "")]
    assert "COLLATE" in found[0].message


def test_code_that_does_not_load() -> None:
    assert "does not compile" in findings(edited(library(), tools_py="def x(:"))[0].message
    missing = findings(replaced(library(), "def get_book(", "def got_book("))
    assert [(f.where, f.message) for f in missing] == [("get_book", "tools.py has no function 'get_book'")]


def test_a_world_of_reads_or_of_writes_alone() -> None:
    said = {}
    for kind in ("read", "write"):
        tools = tuple(t for t in library().tools if t.kind == kind)
        said[kind] = [f.message for f in findings(edited(library(), tools=tools))]
    assert said == {"read": [], "write": ["a world needs a tool that reads"]}


def test_two_faults_are_two_findings() -> None:
    env = replaced(with_body("get_book", "return 1 / 0"), 'db.delete("branch", code)', 'db.get("branch", code)')
    assert [f.tool for f in findings(env)] == ["delete_branch", "get_book"]


ROTATE = """

def add_note(db, body):
    rows = db.page("note").rows[:3]
    for row in rows:
        db.update("note", row["noteId"], body="tmp " + row["noteId"], closedAt="tmp " + row["noteId"])
    for i, row in enumerate(rows):
        db.update("note", row["noteId"], body=rows[i - 1]["body"], closedAt=rows[i - 2]["closedAt"])
    return {}
"""


@pytest.mark.xfail(
    strict=True,
    reason="gate._restores: apply that aborts (rotated UNIQUE values) rises as apsw.AbortError out of check_env",
)
def test_a_state_that_cannot_be_restored_is_a_finding() -> None:
    """The gate promises that snapshot and restore agree; either they do, or it says so."""
    schema = (
        notebook()
        .schema_sql.replace("body     TEXT NOT NULL", "body TEXT NOT NULL UNIQUE")
        .replace("closedAt TEXT", "closedAt TEXT UNIQUE")
    )
    columns = {**NOTES_POPULATION["columns"], "note.closedAt": {"id": "{n}"}}
    tools = (plain_tool("add_note", "write", ("body",)), plain_tool("list_notes", "read"))
    env = written(schema, NOTES_PY + ROTATE, {**NOTES_POPULATION, "columns": columns}, tools)
    assert {f.tool for f in findings(env)} <= {"add_note"}


def test_a_filter_that_is_ignored() -> None:
    env = replaced(library(), 'where={"memberId": memberId, "state": state}', 'where={"memberId": memberId}')
    assert "state" in about("list_loans", env)


@pytest.mark.xfail(
    strict=True, reason="gate: check_env does not compare answers with `returns` (its docstring does not promise it)"
)
def test_an_answer_that_misses_a_declared_field() -> None:
    env = with_body("get_book", 'return {"Title": db.get("book", isbn)["title"]}')
    assert "Price" in about("get_book", env)


def test_a_state_change_from_a_state_that_is_forbidden() -> None:
    operations = tuple(
        o.model_copy(update={"only_from": ("open",)}) if o.name == "return_loan" else o for o in OPERATIONS
    )
    env = compiled(MODEL.model_copy(update={"operations": operations}), POPULATION, tuple(map(tool_of, operations)))
    wrong = replaced(env, 'only_from=("open",)', "")
    assert "state" in about("return_loan", wrong)


# ---- arguments --------------------------------------------------------------------------------------------------


def test_valid_arguments_are_valid_and_mostly_succeed() -> None:
    env, done = library(), 0
    with World.open(env, seed=3) as world:
        for tool in env.tools:
            operation = next(o for o in OPERATIONS if o.name == tool.name)
            for attempt in range(12):
                world.reset()
                arguments = valid_arguments(world, tool, operation, MODEL, attempt)
                assert arguments == valid_arguments(world, tool, operation, MODEL, attempt)
                answer = world.call(tool.name, arguments)
                assert answer.error is None or answer.error.code not in (
                    "invalid_arguments",
                    "internal",
                    "unknown_tool",
                ), (tool.name, arguments, answer)
                done += answer.error is None
    assert done > 0.8 * 12 * len(env.tools)


def test_bad_arguments_are_bad() -> None:
    with World.open(library(), seed=3) as world:
        for tool in library().tools:
            labels = []
            for label, arguments in bad_arguments(tool):
                labels.append(label)
                error = world.call(tool.name, arguments).error
                assert label == "unknown id" or error.code == "invalid_arguments", (tool.name, label)
            assert labels[0] == "an argument nobody knows"
            assert ("a required argument missing" in labels) == bool(tool.parameters["required"])


_LOW = "gate.any_value: `low` is 1 where no minimum is given, and whole numbers below a broken minimum are taken"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": ["string", "null"]},
        {"type": "string", "enum": ["a", "b"]},
        {"type": ["string", "null"], "enum": ["a", None]},
        {"type": "integer"},
        {"type": "integer", "minimum": 5, "maximum": 7},
        {"type": "integer", "minimum": -9, "maximum": -3},
        {"type": "integer", "minimum": 2**62},
        {"type": "number", "minimum": 0, "maximum": 0},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "integer", "minimum": 4}},
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["b"]},
        {
            "type": "object",
            "properties": {
                "a": {"type": "object", "properties": {"b": {"type": "array", "items": {"type": "boolean"}}}}
            },
        },
        pytest.param({"type": "integer", "maximum": 0}, marks=pytest.mark.xfail(strict=True, reason=_LOW)),
        pytest.param({"type": "integer", "maximum": -5}, marks=pytest.mark.xfail(strict=True, reason=_LOW)),
        pytest.param(
            {"type": "number", "minimum": 0.5, "maximum": 0.9}, marks=pytest.mark.xfail(strict=True, reason=_LOW)
        ),
    ],
)
def test_any_value_is_one_that_the_schema_allows(schema: dict[str, Any]) -> None:
    valid = jsonschema_rs.Draft202012Validator(schema).is_valid
    for number in range(40):
        value = any_value(schema, Dice("any", number))
        assert valid(value), value
        assert fits(value, schema)


@pytest.mark.parametrize(
    ("value", "schema", "right"),
    [
        ("a", {"type": "string"}, True),
        (5, {"type": "string"}, False),
        (True, {"type": "integer"}, False),
        (True, {"type": "boolean"}, True),
        (5, {"type": "number"}, True),
        (5.5, {"type": "integer"}, False),
        (5, {"type": "integer", "minimum": 6}, False),
        (7, {"type": ["integer", "null"], "maximum": 7}, True),
        ("c", {"type": "string", "enum": ["a"]}, False),
        ([1, "a"], {"type": "array", "items": {"type": "integer"}}, False),
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, True),
        ({}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, False),
        ({"a": "x"}, {"type": "object", "properties": {"a": {"type": "integer"}}}, False),
    ],
)
def test_fits(value: Any, schema: dict[str, Any], right: bool) -> None:
    assert fits(value, schema) is right
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value) is right
