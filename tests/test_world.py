"""A live world: same beginning and calls, same end; a call that fails leaves nothing; only our own code runs untold."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from agentscaler import World, read_env
from agentscaler.contained import Contained
from agentscaler.dice import Dice
from agentscaler.errors import CODES, Dropped, UserError
from agentscaler.folder import FILES, env_files, env_id, spread
from agentscaler.jail import can_contain
from agentscaler.records import EnvSpec
from agentscaler.world import Answer, Loaded, foreign, load_schema
from worlds import (
    NOTES_POPULATION,
    NOTES_PY,
    NOTES_SQL,
    NOTES_TOOLS,
    NOW,
    borrow,
    edited,
    library,
    notebook,
    plain_tool,
    replaced,
    script,
    told,
    with_id,
    write_folder,
    written,
)

Hostile = tuple[Any, Any]


def opened(seed: int = 1) -> World:
    return World.open(library(), seed=seed)


def first(world: World, table: str) -> Any:
    """Key of the first row of a table."""
    return world.dump()[table][0][0]


# ---- calls ------------------------------------------------------------------------------------------------------


def test_a_call_answers_with_data_or_a_code() -> None:
    with opened() as world:
        member = first(world, "member")
        good = world.call("get_member", {"memberId": member, "library": f"libraries/{world.context['library']}"})
        assert good.error is None
        assert good.data["memberId"] == member
        assert good.data["active"] in (True, False)
        assert json.loads(good.text()) == good.data
        bad = world.call("get_member", {"memberId": "nobody"})
        assert (bad.data, bad.error.code, bad.error.message) == (None, "not_found", "no member nobody")
        assert json.loads(bad.text()) == {"error": {"code": "not_found", "message": "no member nobody"}}


def test_names_python_cannot_say() -> None:
    """'from' and 'page-token' are parameters here, and one column is called 'order'."""
    with opened() as world:
        days = [row[6] for row in world.dump()["loan"]]
        page = world.call("list_loans", {"from": sorted(days)[1], "pageSize": 2})
        more = world.call(
            "list_loans", {"from": sorted(days)[1], "pageSize": 500, "page-token": page.data["nextToken"]}
        )
        assert len(page.data["loans"]) == 2
        assert (
            len(page.data["loans"] + more.data["loans"])
            == page.data["total"]
            == sum(d >= sorted(days)[1] for d in days)
        )
        assert world.call("create_branch", {"code": "x", "name": "y", "order": 7}).data["order"] == 7
        assert world.call("list_loans", {"from_": "2026-01-01"}).error.code == "invalid_arguments"


def test_a_float_without_fraction_is_an_integer_where_one_is_asked_for() -> None:
    with opened() as world:
        assert world.call("list_books", {"pageSize": 2.0}) == world.call("list_books", {"pageSize": 2})
        assert world.call("list_books", {"pageSize": 2.5}).error.code == "invalid_arguments"


def test_a_float_without_fraction_where_an_integer_or_null_is_asked_for() -> None:
    tools = tuple(
        with_schema(t, "pageSize", {"type": ["integer", "null"]}) if t.name == "list_books" else t
        for t in library().tools
    )
    with World.open(edited(library(), tools=tools)) as world:
        assert world.call("list_books", {"pageSize": 2.0}) == world.call("list_books", {"pageSize": 2})


def test_floats_inside_of_lists_and_objects() -> None:
    changes = {"type": "object", "properties": {"pages": {"type": "integer"}, "blurb": {"type": "string"}}}
    tools = tuple(with_schema(t, "changes", changes) if t.name == "update_book" else t for t in library().tools)
    with World.open(edited(library(), tools=tools)) as world:
        book = first(world, "book")
        row = world.call("update_book", {"isbn": book, "changes": {"pages": 7.0}}).data
        assert (row["pages"], type(row["pages"])) == (7, int)
        assert world.call("update_book", {"isbn": book, "changes": {"pages": 7.5}}).error.code == "invalid_arguments"


def test_deep_nesting_where_integers_are_looked_for() -> None:
    changes = {"type": "object", "properties": {"pages": {"type": "integer"}}}
    tools = tuple(with_schema(t, "changes", changes) if t.name == "update_book" else t for t in library().tools)
    with World.open(edited(library(), tools=tools)) as world:
        assert world.call("update_book", {"isbn": first(world, "book"), "changes": {"x": deep(10_000)}}).error is None


def with_schema(tool: Any, name: str, schema: Any) -> Any:
    properties = {**tool.parameters["properties"], name: schema}
    return tool.model_copy(update={"parameters": {**tool.parameters, "properties": properties}})


def test_a_call_that_fails_leaves_nothing_behind() -> None:
    """Not its rows and not its counters: the next id is the one it would have been."""
    with World.open(notebook(), seed=2, trusted=True) as world, World.open(notebook(), seed=2, trusted=True) as other:
        start = world.dump()
        failed = world.call("add_two", {"body": "x"})
        assert failed.error.code == "wrong_state"
        assert failed.error.message == "the notebook is full"
        assert world.call("crash", {"noteId": first(world, "note")}).error.code == "internal"
        assert world.dump() == start
        assert world.diff().form == ()
        assert world.snapshot() == other.snapshot()
        assert world.call("add_note", {"body": "x"}) == other.call("add_note", {"body": "x"})
        assert len(world.dump()["note"]) == len(start["note"]) + 1


def test_reset_takes_everything_back() -> None:
    with opened() as world:
        start, fresh = world.dump(), world.snapshot()
        once = [world.call(*call) for call in script(1, 25)]
        assert world.dump() != start
        world.reset()
        assert world.dump() == start
        assert world.snapshot() == fresh
        assert world.diff() == ((), {})
        assert [world.call(*call) for call in script(1, 25)] == once


def test_a_closed_world_does_not_answer() -> None:
    with opened() as world:
        assert world.call("list_books", {}).error is None
    with pytest.raises((apsw.ConnectionClosedError, ValueError), match="closed"):
        world.call("list_books", {})
    world.close()


def test_what_columns_are() -> None:
    """Kinds come from the marks, roots through chains of references: pickup -> reservation -> member."""
    shapes = Loaded(library(), trusted=False).shapes

    def told(table: str) -> Any:
        shape = shapes[table]
        return {c: (k, r) for c, k, r in zip(shape.columns, shape.kinds, shape.roots, strict=True) if k != "exact" or r}

    assert told("member") == {
        "memberId": ("generated", "member"),
        "name": ("text", None),
        "sponsor": ("exact", "member"),
        "joinedAt": ("generated", None),
        "cancelledAt": ("generated", None),
        "tags": ("json", None),
    }
    assert told("pickup") == {"memberId": ("exact", "member")}
    assert told("loan")["copyId"] == ("exact", "copy")
    assert told("loan")["receipt"] == ("generated", None)
    assert shapes["loan"].id_column == 0
    assert shapes["reservation"].id_column is None


# ---- the same again ---------------------------------------------------------------------------------------------


def test_equal_worlds_tell_the_same_story() -> None:
    assert told(5) == told(5)
    assert told(5)[0] != told(6)[0]
    assert told(5)[4] != told(6)[4]


def test_the_same_story_in_another_process() -> None:
    here = Path(__file__).parent
    command = "import json, worlds; print(json.dumps(worlds.told(5)))"
    for hashing in ("0", "4711"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": hashing,
            "PYTHONPATH": str(here),
            "TZ": "Asia/Tokyo",
            "LC_ALL": "C",
        }
        out = subprocess.run(
            [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True, cwd=here
        )
        assert json.loads(out.stdout) == told(5)


def test_the_clock_stands_still() -> None:
    with opened() as world:
        made = world.call("create_member", {"name": "Late"}).data
        assert made["joinedAt"] == NOW
        assert made["cancelledAt"] is None


def test_a_thousand_live_worlds_do_not_touch_each_other() -> None:
    """Their calls are interleaved at random; each must end as it does alone."""
    scripts = {seed: script(seed, 8) for seed in range(20)}

    def end(world: World, answers: list[Answer]) -> Any:
        return answers, world.diff(), world.snapshot()

    alone = {}
    for seed, calls in scripts.items():
        with opened(seed) as world:
            alone[seed] = end(world, [world.call(*call) for call in calls])
    worlds = [opened(i % 20) for i in range(1000)]
    answers: list[list[Answer]] = [[] for _ in worlds]
    order = Dice("interleaved").shuffled([i for i in range(1000) for _ in range(8)])
    for i in order:
        answers[i].append(worlds[i].call(*scripts[i % 20][len(answers[i])]))
    wrong = [i for i, world in enumerate(worlds) if end(world, answers[i]) != alone[i % 20]]
    for world in worlds:
        world.close()
    assert wrong == []
    assert len({repr(form) for _, form, _ in alone.values()}) == 20


# ---- snapshot and restore ---------------------------------------------------------------------------------------


def test_restore_in_any_order_and_in_another_instance() -> None:
    dice = Dice("restore")
    with opened(3) as world, opened(3) as other:
        seen = []
        for _ in range(80):
            world.call(*borrow(world, dice))
            seen.append((world.snapshot(), world.dump(), world.diff()))
            if dice.chance(0.1):
                world.reset()
        assert max(len(shot) for shot, _, _ in seen) < 8_000
        for shot, rows, change in dice.shuffled(seen):
            for place in (world, other):
                place.restore(shot)
                assert place.dump() == rows
                assert place.diff() == change
                assert place.dump() == rows


def test_a_restored_world_goes_on_as_the_first_one_did() -> None:
    """Counters travel in the snapshot: the next id is not one that is taken."""
    with opened(3) as world, opened(3) as other:
        member = world.call("create_member", {"name": "One"}).data["memberId"]
        world.call("delete_member", {"memberId": member})
        shot = world.snapshot()
        went_on = [world.call(*call) for call in script(3, 20)]
        other.call("create_branch", {"code": "elsewhere", "name": "Elsewhere"})
        other.restore(shot)
        assert [other.call(*call) for call in script(3, 20)] == went_on
        assert other.diff() == world.diff()


def test_a_snapshot_of_nothing_is_the_start() -> None:
    with opened(3) as world:
        start, shot = world.dump(), world.snapshot()
        world.call("create_branch", {"code": "x", "name": "y"})
        world.restore(shot)
        assert world.dump() == start
        assert world.diff().form == ()


SEATS_SQL = (
    "CREATE TABLE seat (seatId TEXT NOT NULL PRIMARY KEY, place TEXT UNIQUE, badge TEXT UNIQUE) STRICT, WITHOUT ROWID;"
)
SEATS_PY = '''"""Seats."""


def rotate(db, size):
    """Everybody moves on."""
    rows = db.page("seat").rows[: int(size)]
    for row in rows:
        db.update("seat", row["seatId"], place=None, badge=None)
    for i, row in enumerate(rows):
        db.update("seat", row["seatId"], place=rows[i - 1]["place"], badge=rows[i - 2]["badge"])
    return {}
'''
SEATS = {
    "format": 1,
    "now": NOW,
    "context": {},
    "rows": {"seat": [5, 5]},
    "columns": {"seat.seatId": {"id": "s-{n}"}, "seat.place": {"id": "p-{n}"}, "seat.badge": {"id": "b-{n}"}},
}


def seats() -> World:
    return World.open(
        written(SEATS_SQL, SEATS_PY, SEATS, (plain_tool("rotate", "write", ("size",)),)), trusted=True
    )


def test_restore_of_unique_values_that_changed_places() -> None:
    with seats() as world:
        assert world.call("rotate", {"size": "2"}).error is None
        rows, shot = world.dump(), world.snapshot()
        world.restore(shot)
        assert world.dump() == rows


def test_restore_of_a_ring_of_unique_values_is_refused_and_leaves_the_initial_state() -> None:
    """As intended: no order of rows puts three such values back, so the calls have to be played again."""
    with seats() as world:
        start = world.dump()
        assert world.call("rotate", {"size": "3"}).error is None
        rows, shot = world.dump(), world.snapshot()
        with pytest.raises(apsw.AbortError):
            world.restore(shot)
        assert world.dump() == start
        assert world.diff().form == ()
        assert world.call("rotate", {"size": "3"}).error is None
        assert world.dump() == rows


# ---- hostile calls ----------------------------------------------------------------------------------------------


def deep(levels: int, kind: type = dict) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind is dict else [value]
    return value


def bad(*call: Any) -> Any:
    name = f"{call[0]!r}-{str(call[1])[:40] if call[2:] == () else call[2]}"
    return pytest.param(*call[:2], id=name)


_NEVER_VALID = [
    bad("no_such_tool", {}),
    bad("", {}),
    bad(None, {}),
    bad("\ud800", {}),
    bad("get_member; DROP TABLE member", {"memberId": "x"}),
    bad(["get_member"], {}),
    bad("get_member", {}),
    bad("get_member", None),
    bad("get_member", []),
    bad("get_member", "memberId"),
    bad("get_member", 5),
    bad("get_member", {"memberId": None}),
    bad("get_member", {"memberId": ["x"]}),
    bad("get_member", {"memberId": {"a": 1}}),
    bad("get_member", {"memberId": True}),
    bad("get_member", {"memberId": 7}),
    bad("get_member", {"memberId": "x", "db": 1}),
    bad("get_member", {"memberId": "x", "self": 1}),
    bad("get_member", {1: "x"}),
    bad("get_member", {"memberId": "x", None: 1}),
    bad("get_member", {"memberId": "\ud800"}),
    bad("get_member", {"memberId": "\0"}),
    bad("get_member", {"memberId": ""}),
    bad("get_member", {"memberId": "' OR '1'='1"}),
    bad("get_member", {"memberId": 'x"; DROP TABLE member; --'}),
    bad("get_member", {"memberId": "x" * 5_000_000}, "5 MB"),
    bad("get_member", {"memberId": deep(10_000)}, "deep"),
    bad("get_member", {"memberId": deep(100_000, list)}, "deeper"),
    bad("create_branch", {"code": "new", "name": None}),
    bad("create_branch", {"code": "new", "name": "x", "order": 2**70}),
    bad("create_branch", {"code": "new", "name": "x", "order": -(2**63) - 1}),
    bad("create_branch", {"code": "new", "name": "x", "order": float("nan")}),
    bad("create_branch", {"code": "new", "name": "x", "order": float("inf")}),
    bad("create_branch", {"code": "new", "name": "x", "order": 1.5}),
    bad("create_branch", {"code": "new", "name": "x", "order": "1"}),
    bad("create_branch", {"code": "new", "name": "x", "order": True}),
    bad("create_branch", {"code": "\ud800", "name": "x"}),
    bad("put_book", {"isbn": "new", "title": "x", "price": float("nan")}),
    bad("put_book", {"isbn": "new", "title": "x", "price": float("-inf")}),
    bad("put_book", {"isbn": "new", "title": "x", "genre": "poetry"}),
    bad("list_books", {"pageSize": -1}),
    bad("list_books", {"pageSize": 2**63 - 1}),
    bad("list_books", {"pageSize": 2**70}),
    bad("list_members", {"skip": 2**64}),
    bad("list_books", {"page-token": "not a token"}),
    bad("list_books", {"page-token": "é"}),
    bad("list_books", {"page-token": "\ud800"}),
    bad("list_books", {"page-token": "W10"}),
    bad("list_books", {"genre": "novel"}),
    bad("list_books", {"genre": ["\ud800"]}),
    bad("create_member", {"name": "x", "tags": "text"}),
    bad("create_member", {"name": "x", "home": "no such branch"}),
    bad("create_member", {"name": "x", "tags": {"a": "\ud800"}}, "tags, surrogate"),
    bad("create_member", {"name": "x", "tags": {"a": 2**70}}, "tags, 2**70"),
    bad("create_member", {"name": "x", "tags": {1: 2}}, "tags, key 1"),
    bad("create_member", {"name": "x", "tags": deep(10_000)}, "tags, deep"),
    bad("create_member", {"name": "x", "tags": {"a": float("nan")}}, "tags, NaN"),
    bad("create_member", {"name": "x" * 5_000_000}, "5 MB name"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), _NEVER_VALID)
def test_a_hostile_call_is_an_answer_and_changes_nothing(name: Any, arguments: Any) -> None:
    with opened() as world, opened() as other:
        start = world.dump()
        answer = world.call(name, arguments)
        assert answer.error is not None
        assert answer.error.code in set(CODES) - {"internal"}
        assert answer.data is None
        assert json.loads(answer.text())["error"]["code"] == answer.error.code
        assert world.dump() == start
        assert world.diff().form == ()
        assert world.snapshot() == other.snapshot()
        assert world.call("create_member", {"name": "A"}) == other.call("create_member", {"name": "A"})


def test_text_goes_in_and_out_as_it_is() -> None:
    """SQL, NUL, quotes and templates are text like any other."""
    with opened() as world:
        for text in ("a\0b", "'); DROP TABLE member; --", '"', "{hex:8}", "%s {0}", "\u202e\U0001f600", "x" * 100_000):
            made = world.call("create_member", {"name": text, "tags": {"t": text}}).data
            again = world.call("get_member", {"memberId": made["memberId"]}).data
            assert (again["name"], again["tags"]) == (text, {"t": text})
        assert len(world.dump()["member"]) > 7


def test_a_code_says_what_is_wrong() -> None:
    with opened() as world:
        member, book, branch = first(world, "member"), first(world, "book"), first(world, "branch")

        def code(name: str, /, **arguments: Any) -> str:
            return world.call(name, arguments).error.code

        assert code("nothing") == "unknown_tool"
        assert code("get_member", memberId=5) == "invalid_arguments"
        assert code("create_branch", code=branch, name="x") == "already_exists"
        assert code("add_copy", isbn="no such book", branch=branch) == "not_found"
        assert code("get_member", memberId=member, library="libraries/elsewhere") == "not_found"
        assert code("create_branch", code="z", name="z", order=2**63) == "limit"
        loan = next(row for row in world.dump()["loan"] if row[3] == "returned")
        assert code("return_loan", loanId=loan[0]) == "wrong_state"
        assert code("delete_member", memberId=loan[2]) == "conflict"
        assert code("get_loan", loanId=loan[0], memberId="somebody else") == "not_found"
        assert "pages" in world.call("put_book", {"isbn": book, "title": "x", "pages": "many"}).error.message


def test_an_error_message_is_short() -> None:
    with opened() as world:
        assert len(world.call("get_member", {"memberId": "x" * 5_000_000}).text()) < 2_000


def test_a_number_too_large_for_its_column_is_out_of_range() -> None:
    with opened() as world:
        assert world.call("put_book", {"isbn": "x", "title": "x", "pages": 1e300}).error.code in (
            "limit",
            "invalid_arguments",
        )


# ---- trust ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "more"), [("tools.py", "\n\nimport os\n"), ("tools.py", " "), ("schema.sql", "\n-- a word\n")]
)
def test_an_edited_folder_is_contained_and_named(tmp_path: Path, file: str, more: str) -> None:
    folder = write_folder(library(), tmp_path / "world")
    with World.open(read_env(folder)) as world:
        assert type(world) is World
    with (folder / file).open("a") as f:
        f.write(more)
    env = read_env(folder)
    assert foreign(env).startswith(f"{folder}/{file} was edited: ")
    if can_contain():
        with World.open(env) as world:
            assert (type(world), getattr(world, "why", "")) == (Contained, foreign(env))
            assert world.call("list_members", {}).error is None
    with pytest.raises(UserError, match=r"was edited.*trusted=True"):
        Loaded(env, trusted=False)
    with World.open(env, trusted=True) as world:
        assert type(world) is World


def test_a_world_without_a_model_is_contained(tmp_path: Path) -> None:
    folder = write_folder(notebook(), tmp_path / "world")
    assert foreign(read_env(folder)).startswith(f"{folder}: this world was not compiled here")
    with World.open(read_env(folder), trusted=True) as world:
        assert world.call("list_notes", {}).error is None
    if can_contain():
        with World.open(read_env(folder)) as world:
            assert type(world) is Contained, "trust of one call is no trust of the next"


def test_code_that_is_not_ours_runs_here_only_if_it_is_trusted(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w').close()\n{NOTES_PY}"
    for env in (written(tools_py=code), edited(library(), tools_py=code)):
        with pytest.raises((Dropped, UserError)):
            World.open(env)
        assert not mark.exists()
    World.open(written(tools_py=code), trusted=True).close()
    assert mark.exists()


def test_a_claimed_id_buys_no_trust() -> None:
    World.open(library()).close()
    with pytest.raises((Dropped, UserError), match=r"no function|trusted=True"):
        World.open(library().model_copy(update={"tools_py": "import os\n"}))


def test_a_schema_in_env_json_fetches_nothing(tmp_path: Path) -> None:
    """A schema that the file holds would be obeyed, if it were read."""
    (tmp_path / "schema.json").write_text('{"const": "sesame"}')
    parameters = {"type": "object", "properties": {"memberId": {"$ref": (tmp_path / "schema.json").as_uri()}}}
    tools = tuple(
        t.model_copy(update={"parameters": parameters}) if t.name == "get_member" else t for t in library().tools
    )
    with pytest.raises((UserError, Dropped)), World.open(edited(library(), tools=tools)) as world:
        assert world.call("get_member", {"memberId": "sesame"}).error.code == "not_found"


def test_a_broken_schema_in_env_json_is_named() -> None:
    tools = tuple(
        t.model_copy(update={"parameters": {"type": 7}}) if t.name == "get_member" else t for t in library().tools
    )
    with pytest.raises((UserError, Dropped), match="get_member"):
        World.open(edited(library(), tools=tools))


@pytest.mark.parametrize(
    "code",
    [
        "def broken(:\n",
        "\0",
        NOTES_PY.replace("def get_note", "def got_note"),
        "1 / 0\n",
        "import no_such_module\n",
    ],
)
def test_code_that_does_not_load_is_dropped(code: str) -> None:
    with pytest.raises(Dropped) as dropped:
        World.open(written(tools_py=code), trusted=True)
    assert dropped.value.reason == "gate"


# ---- schema.sql -------------------------------------------------------------------------------------------------

TABLE = "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY, b TEXT{}) STRICT, WITHOUT ROWID;"
PLAIN = TABLE.format("")


def sql(name: str, text: str) -> Any:
    return pytest.param(text, id=name)


_REFUSED = [
    sql("attach", f"ATTACH ':memory:' AS x; {PLAIN}"),
    sql("attach a file", f"aTTach 'x.db' AS x; {PLAIN}"),
    sql("detach", f"{PLAIN} DETACH main;"),
    sql("pragma", f"PRAGMA foreign_keys=OFF; {PLAIN}"),
    sql("trigger", f"{PLAIN} CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;"),
    sql("view", f"{PLAIN} CREATE VIEW v AS SELECT * FROM t;"),
    sql("virtual table", "CREATE VIRTUAL TABLE v USING fts5(a);"),
    sql("temporary table", f"CREATE TEMP {PLAIN[7:]}"),
    sql("table from a query", "CREATE TABLE t AS SELECT 1 AS a;"),
    sql("drop", f"{PLAIN} DROP TABLE t;"),
    sql("commit", f"{PLAIN} COMMIT;"),
    sql("endless query", f"{PLAIN} WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c;"),
    sql("deferrable", TABLE.format(" REFERENCES t DEFERRABLE INITIALLY DEFERRED")),
    sql("on conflict", PLAIN.replace("KEY", "KEY ON CONFLICT ROLLBACK")),
    sql("on conflict, two spaces", PLAIN.replace("KEY", "KEY ON  CONFLICT ROLLBACK")),
    sql("on conflict, two lines", PLAIN.replace("KEY", "KEY ON\nCONFLICT ROLLBACK")),
    sql("on conflict, a comment", PLAIN.replace("KEY", "KEY ON /* */ CONFLICT ROLLBACK")),
    sql("a quote in a comment", "/* ' */ " + TABLE.format(" COLLATE NOCASE DEFAULT 'x'")),
    sql("a quote in brackets", PLAIN.replace("a TEXT", "[c'] TEXT, a TEXT").replace("b TEXT", "b TEXT COLLATE NOCASE DEFAULT 'x'")),
    sql("collate", TABLE.format(" COLLATE NOCASE")),
    sql("autoincrement", "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;"),
    sql("generated", TABLE.format(" GENERATED ALWAYS AS (a) STORED")),
    sql("generated, the short way", TABLE.format(" AS (a) STORED")),
    sql("default current_timestamp", TABLE.format(" DEFAULT CURRENT_TIMESTAMP")),
    sql("default current_date", TABLE.format(" DEFAULT CURRENT_DATE")),
    sql("default random", TABLE.format(" DEFAULT (random())")),
    sql("default randomblob", TABLE.format(" DEFAULT (hex(randomblob(4)))")),
    sql("default datetime", TABLE.format(" DEFAULT (datetime('now'))")),
    sql("check random", TABLE.format(" CHECK (random() > 0)")),
    sql("check load_extension", TABLE.format(" CHECK (load_extension('x'))")),
    sql("no primary key", "CREATE TABLE t (a TEXT NOT NULL) STRICT;"),
    sql("not strict", "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;"),
    sql("rowid", "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) STRICT;"),
    sql("no SQL", "Hello, world."),
    sql("half a statement", "CREATE TABLE t (a"),
    sql("unknown parent", TABLE.format(" REFERENCES nothing")),
    sql("rows", f"{PLAIN} INSERT INTO t VALUES ('x', 'y');"),
    sql("begin", f"BEGIN; {PLAIN}"),
    sql("parent that is no key", f"{PLAIN} CREATE TABLE u (c TEXT NOT NULL PRIMARY KEY, d TEXT REFERENCES t(b)) STRICT, WITHOUT ROWID;"),
    sql("half a composite parent", f"{PLAIN} CREATE TABLE u (c TEXT NOT NULL PRIMARY KEY, d TEXT, e TEXT, FOREIGN KEY (d, e) REFERENCES t) STRICT, WITHOUT ROWID;"),
]  # fmt: skip


@pytest.mark.parametrize("schema", _REFUSED)
def test_a_hostile_schema_is_refused_with_a_reason(schema: str) -> None:
    population = {"format": 1, "now": NOW, "context": {}, "rows": {}, "columns": {}}
    with pytest.raises(Dropped) as dropped:
        World.open(written(schema, '"""Nothing."""\n', population, ()), trusted=True)
    assert dropped.value.reason == "gate"
    assert dropped.value.where.startswith("schema.sql")
    assert len(dropped.value.message) > 20


def test_words_inside_quotes_and_comments_are_no_statements() -> None:
    text = (
        TABLE.format(" DEFAULT 'ATTACH; PRAGMA' CHECK (b <> 'it''s a TRIGGER')  -- no COLLATE here\n")
        + "\nCREATE INDEX i ON t (b);"
    )
    assert load_schema(text, {"columns": {}}, None)["t"].columns == ("a", "b")


def test_tables_come_parents_first_whatever_their_order() -> None:
    child = (
        "CREATE TABLE child (c TEXT NOT NULL PRIMARY KEY, t TEXT REFERENCES t ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    )
    tables = load_schema(child + PLAIN, {"columns": {}}, None)
    assert list(tables) == ["t", "child"]
    assert tables["child"].references == ((("t",), "t", ("a",), "CASCADE"),)
    assert [name for name, _ in tables["t"].children] == ["child"]


# ---- folders ----------------------------------------------------------------------------------------------------


def test_a_folder_gives_back_the_world_that_was_written(tmp_path: Path) -> None:
    for env in (library(), edited(notebook(), rules="Never lend a first edition.\n")):
        folder = write_folder(env, tmp_path / env.domain)
        again = read_env(folder)
        assert again.model_copy(update={"folder": ""}) == env
        assert again.folder == str(folder)
        assert read_env(str(folder)) == again


def test_the_id_is_the_content() -> None:
    env = library()
    texts = env_files(env)
    assert env.id == env_id(json.loads(texts["env.json"]), texts) == with_id(env).id
    others = [
        edited(env, domain="other"),
        edited(env, tools=env.tools[1:]),
        replaced(env, "A lending library", "A library"),
        replaced(env, "city    TEXT", "city TEXT", file="schema_sql"),
        edited(env, population={**env.population, "now": "2026-06-15T09:00:01Z"}),
    ]
    assert len({env.id, *(o.id for o in others)}) == 6


def test_the_files_are_lines_a_person_can_read() -> None:
    texts = env_files(library())
    assert set(texts) == set(FILES)
    assert max(map(len, texts["population.json"].splitlines())) < 400
    assert json.loads(spread({"a": {"b": [1, {"c": None}]}, "é": [], "n": {}})) == {
        "a": {"b": [1, {"c": None}]},
        "é": [],
        "n": {},
    }


Edit = Callable[[Path], object]


def head(**changes: Any) -> Edit:
    """An edit of the fields of env.json."""

    def edit(folder: Path) -> None:
        path = folder / "env.json"
        path.write_text(
            json.dumps({k: v for k, v in (json.loads(path.read_text()) | changes).items() if v is not Ellipsis})
        )

    return edit


def text(file: str, content: str | bytes) -> Edit:
    return lambda folder: (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())


def gone(file: str) -> Edit:
    return lambda folder: (folder / file).unlink()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        *[pytest.param(gone(f), [f, "cannot be read"], id=f"no {f}") for f in FILES],
        pytest.param(text("env.json", "{'a': 1}"), ["env.json", "no JSON"], id="no JSON"),
        pytest.param(text("env.json", ""), ["env.json", "no JSON"], id="empty"),
        pytest.param(text("population.json", '{"now": '), ["population.json", "no JSON"], id="torn"),
        pytest.param(text("tools.py", b"\xff\xfe"), ["tools.py", "cannot be read"], id="no UTF-8"),
        pytest.param(head(format=2), ["env.json", "'format'", "2"], id="format 2"),
        pytest.param(head(format=...), ["env.json", "'format'"], id="no format"),
        pytest.param(head(colour="red"), ["env.json", "'colour'"], id="unknown field"),
        pytest.param(head(domain=...), ["env.json", "'domain'"], id="missing field"),
        pytest.param(head(tools=5), ["env.json", "'tools'", "5"], id="wrong type"),
        pytest.param(head(split="both"), ["env.json", "'split'", "both"], id="not of the list"),
        pytest.param(head(tools=[{"name": "x"}]), ["env.json", "tools.0"], id="inside a tool"),
        *[pytest.param(text("env.json", t), ["env.json"], id=f"env.json is {t}") for t in ("[]", "null")],
        *[pytest.param(head(**{f: "x"}), ["env.json", f], id=f"a field {f}") for f in ("folder", "schema_sql", "rules")],
        pytest.param(text("population.json", "[]"), ["population.json"], id="population.json is []"),
        pytest.param(text("rules.md", b"\xff\xfe"), ["rules.md"], id="rules.md is no UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_folder_is_named_with_file_and_field(tmp_path: Path, edit: Edit, words: list[str]) -> None:
    folder = write_folder(library(), tmp_path / "world")
    edit(folder)
    with pytest.raises(UserError) as error:
        read_env(folder)
    assert str(folder) in str(error.value)
    assert [w for w in words if w not in str(error.value)] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"now": ...},
        {"columns": ...},
        {"rows": ...},
        {"now": "yesterday"},
        {"rows": {"note": 5}},
        {"context": 7},
        {"columns": {"note.body": 7}},
    ],
)
def test_a_broken_population_is_named(changes: dict[str, Any]) -> None:
    population = {k: v for k, v in (NOTES_POPULATION | changes).items() if v is not Ellipsis}
    with pytest.raises((UserError, Dropped), match=r"population\.json"):
        World.open(written(population=population), trusted=True)


def test_a_population_that_breaks_a_rule_of_the_schema_is_refused() -> None:
    wrong = {**NOTES_POPULATION, "columns": {**NOTES_POPULATION["columns"], "note.state": {"value": "torn"}}}
    with pytest.raises(Dropped, match="population of note"):
        World.open(written(population=wrong), trusted=True)


def test_rows_that_hang_on_a_row_that_was_left_out_are_left_out_too() -> None:
    """Two parents of one name are one too many for a UNIQUE column; the children of the second go with it."""
    schema = """
    CREATE TABLE p (id TEXT NOT NULL PRIMARY KEY, name TEXT UNIQUE) STRICT, WITHOUT ROWID;
    CREATE TABLE c (id TEXT NOT NULL PRIMARY KEY, p TEXT NOT NULL REFERENCES p) STRICT, WITHOUT ROWID;
    """
    columns = {
        "p.id": {"id": "p-{n}"},
        "p.name": {"cover": ["a", "a", "b"]},
        "c.id": {"id": "c-{n}"},
        "c.p": {"reference": "p"},
    }
    population = {
        "format": 1,
        "now": NOW,
        "context": {},
        "rows": {"p": [3, 3], "c": {"per": "p", "rows": [2, 2]}},
        "columns": columns,
    }
    with World.open(written(schema, '"""Nothing."""\n', population, ()), trusted=True) as world:
        assert world.dump() == {
            "p": [("p-1", "a"), ("p-3", "b")],
            "c": [("c-1", "p-1"), ("c-2", "p-1"), ("c-5", "p-3"), ("c-6", "p-3")],
        }


def test_open_takes_a_seed(tmp_path: Path) -> None:
    env: EnvSpec = read_env(write_folder(notebook(), tmp_path))
    assert env.schema_sql == NOTES_SQL
    assert env.tools == NOTES_TOOLS
    hashes = set()
    for seed in range(8):
        with World.open(env, seed=seed, trusted=True) as world:
            assert world.seed == seed
            hashes.add(world.image_hash)
    assert len(hashes) == 8
