"""Worlds mended: what can be said is in the world, proven by calls; what cannot be made, or does not hold, is refused in words, and never reaches the shelf."""

import ast
import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest

from agentscaler import walk
from agentscaler.check.anew import made_anew
from agentscaler.check.folders import check_folder
from agentscaler.errors import Dropped, UserError
from agentscaler.folder import read_env
from agentscaler.gate import check_env
from agentscaler.mend import (
    Mend,
    Part,
    ToolMend,
    Wrong,
    ask_mend,
    bad_mend,
    changed,
    mended,
    merge_patch,
    parts_of,
    refusal,
)
from agentscaler.records import EnvSpec, JsonObject, Tool
from agentscaler.store import Run, read_records, read_rows
from agentscaler.twin import build_twin
from agentscaler.walk.mending import mend_of, read_mends
from agentscaler.world import World
from conftest import BIKES, Command
from model_server import ModelServer


@pytest.fixture(scope="module")
def world(bikes: Path) -> EnvSpec:
    [folder] = (bikes / "envs").iterdir()
    return read_env(folder)


@pytest.fixture(scope="module")
def pool(bikes: Path) -> dict[str, Tool]:
    return dict(read_records(bikes / "tools.jsonl", Tool))


def mend(*tools: JsonObject, **more: JsonObject) -> Mend:
    return Mend(tools=tuple(ToolMend.model_validate({"verdict": "mended", "why": "it is not so", **t}) for t in tools), **more)


def with_(world: EnvSpec, pool: dict[str, Tool], found: Mend) -> EnvSpec:
    made = changed(world, [found], pool)
    assert check_env(made) == []
    return made


# ---- what can be said -----------------------------------------------------------------------------------------------


def test_question_shows_what_the_provider_says_and_what_the_world_does(world: EnvSpec, pool: dict[str, Tool]) -> None:
    parts = parts_of(world)
    assert sorted(n for p in parts for n in p.tools) == [t.name for t in world.tools]
    text = ask_mend(world, next(p for p in parts if "cancelRental" in p.tools), pool)
    for piece in ("The provider says: Cancel a rental that was booked", 'db.move("rental", rentalId, to={"state": "CANCELLED"}', '"only_from":["RUNNING"]', "- rental.startedAt: ", '"rentalId":"ren_', "projects/{project}"):
        assert piece in text


def test_guard_said_otherwise_is_kept_by_the_tool(world: EnvSpec, pool: dict[str, Tool]) -> None:
    made = with_(world, pool, mend({"name": "cancelRental", "why": "it is for booked rentals", "operation": {"only_from": ["BOOKED"]}}))
    for state, before, after in (("BOOKED", "wrong_state", None), ("RUNNING", None, "wrong_state")):
        for env, wanted in ((world, before), (made, after)):
            with World.open(env, seed=0) as at:
                number = next(r["rentalId"] for r in at.rows("rental") if r["state"] == state)
                error = at.call("cancelRental", {"rentalId": number}).error
                assert (error.code if error else None) == wanted
    assert [(m.tool, m.why, m.left) for m in made.mended] == [("cancelRental", "it is for booked rentals", False)]
    assert made.id != world.id


def test_argument_of_the_provider_that_was_missing(world: EnvSpec, pool: dict[str, Tool]) -> None:
    listed = pool[next(t.tool for t in world.tools if t.name == "listRepairs") or ""]
    asked = {**listed.parameters, "properties": {"open": {"type": "string", "enum": ["OPEN", "CLOSED"], "description": "In this state."}}}
    more = {**pool, listed_id(world): listed.model_copy(update={"parameters": asked})}
    made = with_(world, more, mend({"name": "listRepairs", "operation": {"order": ["createdAt", True], "arguments": {"open": {"role": "filter", "column": "state"}}}, "parameters": {"open": {"description": "The state."}}}))
    shown = next(t for t in made.tools if t.name == "listRepairs").parameters
    assert shown["properties"] == {"open": {"type": "string", "enum": ["OPEN", "CLOSED"], "description": "The state."}}
    with World.open(made, seed=0) as at:
        rows = at.call("listRepairs", {"open": "OPEN"}).data["repairs"]
        assert rows
        assert {r["state"] for r in rows} == {"OPEN"}
        assert [r["createdAt"] for r in rows] == sorted((r["createdAt"] for r in rows), reverse=True)


def listed_id(world: EnvSpec) -> str:
    return next(t.tool for t in world.tools if t.name == "listRepairs") or ""


def test_rows_columns_and_answers_said_otherwise(world: EnvSpec, pool: dict[str, Tool]) -> None:
    found = mend(
        {"name": "getStation", "operation": {"shape": {"fields": {"docks": None, "city": "city"}}}},
        tables={"station": {"columns": {"city": {"type": "TEXT"}, "openedAt": None}, "references": []}},
        recipes={"station.city": {"given": ["Lyon", "Porto"]}, "station.name": {"given": ["Gare du Nord", "Old Harbour"], "spread": True, "knowable": True}, "rental.minutes": {"number": [5, 90], "unless": {"state": ["BOOKED", "RUNNING"]}}},
    )
    with pytest.raises(Wrong, match="station has no column 'openedAt'"):
        changed(world, [found], pool)
    found = found.model_copy(update={"tables": {"station": {"columns": {"city": {"type": "TEXT"}}}}})
    made = with_(world, pool, found)
    with World.open(made, seed=3) as at:
        assert {r["city"] for r in at.rows("station")} == {"Lyon", "Porto"}
        assert all((r["minutes"] is None) == (r["state"] in ("BOOKED", "RUNNING")) for r in at.rows("rental"))
        station = at.call("getStation", {"stationId": at.rows("station")[0]["stationId"]}).data
        assert "docks" not in station
        assert station["city"] in ("Lyon", "Porto")
    assert set(next(t for t in made.tools if t.name == "getStation").returns["properties"]) >= {"city", "name"}  # type: ignore[index]


def test_tool_that_teaches_something_wrong_leaves_and_one_that_lacks_something_says_so(world: EnvSpec, pool: dict[str, Tool]) -> None:
    made = with_(world, pool, mend({"name": "lockBike", "verdict": "drop", "why": "w"}, {"name": "deleteBike", "verdict": "left", "why": "the past rentals would stay"}))
    assert "lockBike" not in {t.name for t in made.tools}
    assert "lockBike" not in made.tools_py
    assert [(x.name, x.why) for x in made.lost if x.name == "lockBike"] == [("lockBike", "mended_away")]
    assert "deleteBike: the past rentals would stay" in made.not_modelled
    assert [m.tool for m in made.mended if m.left] == ["deleteBike"]


LOCK: JsonObject = {"name": "lockBike", "verdict": "added", "why": "w", "operation": {"act": "set", "table": "bike", "state": ["state", "LOCKED"], "only_from": ["FREE"], "arguments": {"bikeId": {"role": "key", "column": "bikeId"}}, "shape": {"fields": {"bikeId": "bikeId", "state": "state"}}}}


def test_tool_that_was_left_out_is_added(world: EnvSpec, pool: dict[str, Tool]) -> None:
    without = with_(world, pool, mend({"name": "lockBike", "verdict": "drop", "why": "w"}))
    part = parts_of(without)[-1]
    assert part == Part((), ("lockBike",))
    question = ask_mend(without, part, pool)
    assert "Lock a bike so that it cannot be rented" in question
    assert "Why it was left out: whoever mended" in question
    assert bad_mend(mend(LOCK), without, part, pool) is None
    made = with_(without, pool, mend(LOCK))
    assert [t.name for t in made.tools] == [t.name for t in world.tools]
    assert made.lost == world.lost
    tool = next(t for t in made.tools if t.name == "lockBike")
    assert (tool.kind, tool.own, tool.parameters["required"]) == ("write", True, ["bikeId"])
    with World.open(made, seed=0) as at:
        free, rented = (next(r["bikeId"] for r in at.rows("bike") if r["state"] == s) for s in ("FREE", "RENTED"))
        assert at.call("lockBike", {"bikeId": rented}).error.code == "wrong_state"  # type: ignore[union-attr]
        assert at.call("lockBike", {"bikeId": free}).data == {"bikeId": free, "state": "LOCKED"}
    for change, wrong in (({"arguments": {}}, "requires bikeId"), ({"table": "bikes"}, "no table 'bikes'"), ({"act": None}, "needs its act"), ({"act": "get", "state": None, "only_from": None}, None)):
        broken = {**LOCK, "operation": {k: v for k, v in {**LOCK["operation"], **change}.items() if v is not None}}
        found = bad_mend(mend(broken), without, part, pool)
        assert found is None if wrong is None else wrong in str(found)
    assert "in the world already" in str(refusal([mend(LOCK)], world, pool))
    assert "the verdict is one of added, left" in str(bad_mend(mend({"name": "lockBike", "verdict": "right"}), without, part, pool))


def test_filters_inside_an_object_are_those_the_provider_names(world: EnvSpec, pool: dict[str, Tool]) -> None:
    listed = pool[listed_id(world)]
    for schema, argument, wrong in (
        ({"type": "object", "properties": {"state": {"type": "string"}}}, {"role": "filters", "inside": [{"name": "in", "python": "in_", "role": "filter", "column": "state"}]}, "no property 'in'"),
        ({"type": "array", "items": {"type": "object", "properties": {"Name": {"type": "string"}}}}, {"role": "named", "pair": ["Name", "Values"], "places": {"state": "state"}}, "its pair must be"),
        ({"type": "object", "properties": {"state": {"type": "string"}}}, {"role": "filters", "inside": [{"name": "state", "python": "state", "role": "filter", "column": "state"}]}, None),
    ):
        more = {**pool, listed_id(world): listed.model_copy(update={"parameters": {"type": "object", "properties": {"where": schema}}})}
        found = refusal([mend({"name": "listRepairs", "operation": {"arguments": {"where": argument}}})], world, more)
        assert found is None if wrong is None else wrong in str(found)


def test_table_that_was_not_there(world: EnvSpec, pool: dict[str, Tool]) -> None:
    without = with_(world, pool, mend({"name": "createRepair", "verdict": "drop", "why": "w"}))
    source = without.lost[0].tool
    pool = {**pool, source: pool[source].model_copy(update={"parameters": {"type": "object", "properties": {"stationId": {"type": "string"}, "text": {"type": "string"}}, "required": ["stationId", "text"]}})}
    found = mend(
        {"name": "createRepair", "verdict": "added", "why": "w", "operation": {"act": "create", "table": "notice", "arguments": {"stationId": {"role": "value", "column": "stationId"}, "text": {"role": "value", "column": "text"}}, "shape": {"fields": {"noticeId": "noticeId", "text": "text"}}}},
        tables={"notice": {"noun": "notice", "key": ["noticeId"], "rows": {"per": "station", "rows": [1, 2]}, "columns": {"noticeId": {"type": "TEXT", "null": False}, "stationId": {"type": "TEXT", "null": False}, "text": {"type": "TEXT"}}, "references": [{"columns": ["stationId"], "table": "station", "on_delete": "CASCADE"}]}},
        recipes={"notice.noticeId": {"id": "not_{digits:5}", "generated": True}, "notice.stationId": {"reference": "station"}, "notice.text": {"given": ["Closed for works", "New racks"], "knowable": True}},
    )
    made = with_(without, pool, found)
    assert next(t for t in made.tools if t.name == "createRepair").blind  # no read shows it
    with World.open(made, seed=0) as at:
        station = at.rows("station")[0]["stationId"]
        assert at.call("createRepair", {"stationId": station, "text": "Flood"}).data["text"] == "Flood"
        assert at.call("createRepair", {"stationId": "sta_0", "text": "Flood"}).error.code == "not_found"  # type: ignore[union-attr]
        assert len(at.rows("notice")) > len(at.rows("station"))
    assert "a new one needs its noun" in str(refusal([found.model_copy(update={"tables": {"notice": {"key": ["noticeId"]}}})], without, pool))


def test_another_look_adds_to_what_was_said_before(world: EnvSpec, pool: dict[str, Tool]) -> None:
    first = with_(world, pool, mend({"name": "cancelRental", "why": "booked ones", "operation": {"only_from": ["BOOKED"]}}, {"name": "deleteBike", "verdict": "left", "why": "rentals stay"}))
    second = with_(first, pool, mend({"name": "cancelRental", "verdict": "left", "why": "no fee"}, {"name": "deleteBike", "verdict": "right", "why": ""}, {"name": "getBike", "verdict": "right", "why": ""}))
    assert [(m.tool, m.why, m.left) for m in second.mended] == [("cancelRental", "booked ones; no fee", True), ("deleteBike", "rentals stay", True)]
    assert [line for line in second.not_modelled if line.startswith(("cancel", "delete"))] == ["cancelRental: booked ones; no fee", "deleteBike: rentals stay"]


def test_merge_patch_does_what_its_standard_says() -> None:
    """Cases in the manner of RFC 7386, appendix A."""
    for old, patch, new in (
        ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}), ({"a": "b"}, {"a": None}, {}), ({"a": ["b"]}, {"a": "c"}, {"a": "c"}), ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}), ({"a": "foo"}, {"b": {"c": None}}, {"a": "foo", "b": {}}), (["a"], {"a": 1}, {"a": 1}),
    ):  # fmt: skip
        assert merge_patch(old, patch) == new


# ---- what is refused ------------------------------------------------------------------------------------------------

RENTALS = Part(("rental",), ("cancelRental", "getRental", "listMemberRentals"))
RIGHT: tuple[JsonObject, ...] = ({"name": "getRental", "verdict": "right"}, {"name": "listMemberRentals", "verdict": "right"})


@pytest.mark.parametrize(
    ("cancel", "more", "wrong"),
    [
        ({"operation": {"only_from": ["BOOKED"]}}, {}, None),
        ({"operation": {"only_from": ["BOOKED"]}, "why": " "}, {}, "say in `why`"),
        ({"operation": {"state": ["status", "CANCELLED"]}}, {}, "state: rental has no column 'status'"),
        ({"operation": {"act": "cancel"}}, {}, "cancelRental: operation.act: Input should be"),
        ({"operation": {"python": "x"}}, {}, "python cannot be changed"),
        ({"operation": {"arguments": {"reason": {"role": "value", "column": "state"}}}}, {}, "no parameter 'reason'"),
        ({"operation": {"arguments": {"rentalId": None}}}, {}, "cancelRental"),
        ({"operation": {"state": ["state", "GONE"]}}, {}, "cancelRental"),
        ({"operation": {"act": "get", "state": None, "only_from": None}}, {"tables": {"rentals": {}}}, "no table 'rentals'"),
        ({"parameters": {"number": {"type": "string"}}, "operation": {}}, {}, "it takes no 'number'"),
        ({}, {"recipes": {"rental.minute": {"number": [1, 2]}}}, "no column 'rental.minute'"),
        ({}, {"recipes": {"rental.minutes": {"number": "some"}}}, "no state can be drawn"),
        ({}, {"recipes": {"rental.memberId": {"given": ["nobody"]}}}, "does not hold with it: population.json: rental"),
        ({}, {"tables": {"rental": {"columns": {"bell": {"type": "TEXT"}}}}}, "rental.bell needs a recipe"),
        ({}, {"tables": {"rental": {"columns": {"bell": {"type": "BLOB"}}}}, "recipes": {"rental.bell": {"value": 1}}}, "columns.6.type"),
        ({"operation": {"arguments": {"rentalId": {"python": "rentalId=print(1)"}}}}, {}, "python cannot be changed"),
        ({}, {"tables": {"rental": {"noun": 'x"""'}}}, "its noun is a word"),
        ({}, {"tables": {"rental": {"service": "a:b"}}}, "service cannot be changed"),
        ({}, {"tables": {"rental": {"rows": [200_000, 200_000]}}}, "rows are [least, most]"),
        ({}, {"tables": {"rental": {"rows": {"per": "bikes", "rows": [1, 2]}}}}, "rows are [least, most]"),
        ({}, {"recipes": {"rental.minutes": {"numbr": [1, 2]}}}, "it says none of"),
        ({}, {"recipes": {"rental.state": {"id": "{hex:50000000}"}}}, "too long a text"),
        ({}, {"recipes": {"rental.state": {"list": {"value": "x"}, "size": [100_000_000, 100_000_000]}}}, "size is [least, most]"),
        ({}, {"recipes": {"rental.state": {"words": [["a"] * 30] * 6}}}, "a million combinations"),
        ({}, {"recipes": {"repair.repairId": {"id": "bik_{digits:1}", "generated": True}}}, "gives no new id"),
        ({"verdict": "right", "why": "", "operation": {"only_from": ["BOOKED"]}}, {}, "said to be right, and yet changed"),
        ({"operation": {"sets": {"minutes=__import__('os').getpid()": 1}}}, {}, "has no column"),
    ],
)
def test_answer_that_cannot_be_made_or_does_not_hold_is_told_so(world: EnvSpec, pool: dict[str, Tool], cancel: JsonObject, more: JsonObject, wrong: str | None) -> None:
    found = bad_mend(mend({"name": "cancelRental", **cancel}, *RIGHT, **more), world, RENTALS, pool)
    assert found is None if wrong is None else wrong in str(found)


PAYLOADS = ('x"""\npwned()\n"""', "x\npwned()", 'x"); pwned(); ("', "{pwned()}", "x) STRICT; CREATE TABLE pwned (a TEXT); --")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to the texts of a description, and to the names in it."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from leaves(inner, (*path, n))


def replaced(value: Any, path: tuple[Any, ...], payload: str) -> Any:
    """The same with another text there; a name that stands for something else gets that name."""
    first, rest = path[0], path[1:]
    if isinstance(value, list):
        return [replaced(v, rest, payload) if n == first and rest else payload if n == first else v for n, v in enumerate(value)]
    if not rest:
        return {**value, first: payload} if isinstance(value[first], str) else {**{k: v for k, v in value.items() if k != first}, payload: value[first]}
    return {**value, first: replaced(value[first], rest, payload)}


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ({"role": "test", "places": {"plan": "plan"}, "sign": "IS NOT NULL; ATTACH 'x' AS z; SELECT t.* FROM member t WHERE '' <>", "column": None}, "sign is one of"),
        ({"role": "test", "sign": ">"}, "needs its places"),
        ({"role": "filter", "column": None}, "needs its column"),
        ({"role": "within", "column": None}, "needs its template"),
        ({"role": "show"}, "an operation that hides"),
        ({"role": "test", "places": {"plan": "plan"}, "sign": "starts", "column": None}, None),
    ],
)
def test_argument_of_a_list_that_would_not_work(world: EnvSpec, pool: dict[str, Tool], argument: JsonObject, wrong: str | None) -> None:
    found = refusal([mend({"name": "listMembers", "operation": {"arguments": {"plan": argument}}})], world, pool)
    assert found is None if wrong is None else wrong in str(found)


def test_a_world_s_connection_attaches_nothing(world: EnvSpec, tmp_path: Path) -> None:
    with World.open(world, seed=0) as at, pytest.raises(apsw.SQLError, match="too many attached"):
        at._connection.execute(f"ATTACH '{tmp_path / 'x.db'}' AS z")


def test_key_path_is_no_expression(world: EnvSpec, pool: dict[str, Tool]) -> None:
    """In a Python from 3.12 on, what stands between braces could go on into the next text."""
    for path in ("{name+", "{name}+{name", "{name!r}", "{{name}}"):
        code = changed(world, [mend({"name": "createStation", "operation": {"key_path": path, "sets": {"street": "+str(eval(name))}"}, "arguments": {"street": None}}})], pool).tools_py
        text = next(line for line in code.splitlines() if 'f"' in line)
        assert set(re.findall(r"\{[^}]*", text.partition('f"')[2].partition('"')[0])) <= {"{name"}
        assert text.count("{") == text.count("}") or "eval" in text.partition('street="')[2]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_correction_becomes_code(world: EnvSpec, pool: dict[str, Tool], payload: str) -> None:
    """Each text and each name of a description in turn: it is refused, or it stays a text."""
    assert world.model is not None
    tried = 0
    for kind, record in [("tools", o) for o in world.model.operations if o.table == "rental"] + [("tables", t) for t in world.model.tables[-2:]]:
        listed = "arguments" if kind == "tools" else "columns"
        data = record.model_dump(mode="json", exclude_defaults=True, exclude={"name", "python", "summary", "blind", "said", "service"})
        data[listed] = {thing["name"]: {k: v for k, v in thing.items() if k != "python"} for thing in data.get(listed, ())}
        for path in leaves(data):
            spoilt = replaced(data, path, payload)
            found = mend({"name": record.name, "operation": spoilt}) if kind == "tools" else mend(tables={record.name: spoilt})
            try:
                made = changed(world, [found], pool)
            except (Wrong, Dropped):
                continue
            tried += 1
            tree = ast.parse(made.tools_py)
            assert not any("pwned" in ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)), path
            assert {type(node) for node in tree.body} <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.FunctionDef}, path
            assert sum(isinstance(node, ast.Expr) for node in tree.body) == 1, path
            with contextlib.suppress(apsw.Error), contextlib.closing(apsw.Connection(":memory:")) as db:
                db.execute(made.schema_sql)
                assert not list(db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'pwned'")), path
    assert tried > 10


def test_each_tool_of_the_question_is_answered_once(world: EnvSpec, pool: dict[str, Tool]) -> None:
    for some in (RIGHT, (*RIGHT, RIGHT[0], {"name": "cancelRental", "verdict": "right"}), (*RIGHT, {"name": "cancelRental", "verdict": "right"}, {"name": "getBike", "verdict": "right"})):
        assert "once" in str(bad_mend(mend(*some), world, RENTALS, pool))


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "updateMember", "operation": {"arguments": {"plan": {"role": "stamp"}, "email": {"role": "stamp"}}}},
        {"name": "updateMember", "operation": {"arguments": {"plan": {"role": "filter"}}}},
        {"name": "updateMember", "operation": {"arguments": {"plan": {"column": "email"}}}},
        {"name": "createMember", "operation": {"arguments": {"plan": {"role": "option"}}}},
        {"name": "listMembers", "operation": {"arguments": {"plan": {"role": "option"}}}},
        {"name": "getMember", "operation": {"act": "delete"}},
        {"name": "deleteMember", "operation": {"act": "get"}},
    ],
    ids=["writes nothing", "a role that an update makes nothing of", "two arguments for one column", "leaves one argument unwritten", "a filter that does nothing", "a read that deletes", "a delete that reads"],
)
def test_mending_that_breaks_a_tool_does_not_get_through(world: EnvSpec, pool: dict[str, Tool], broken: JsonObject) -> None:
    assert broken["name"] in str(refusal([mend(broken)], world, pool))


def test_only_what_the_gate_refuses_is_left_out(world: EnvSpec, pool: dict[str, Tool]) -> None:
    good = {"name": "cancelRental", "operation": {"only_from": ["BOOKED"]}}
    bad = {"name": "updateMember", "operation": {"arguments": {"plan": {"column": "email"}}}}
    made = mended(world, [mend(good), mend(bad)], pool)
    assert [m.tool for m in made.mended] == ["cancelRental"]
    assert made.id == mended(world, [mend(good)], pool).id
    assert mended(world, [mend(bad)], pool).id == world.id
    assert mended(world, [mend(good, recipes={"rental.memberId": {"given": ["nobody"]}})], pool).id == world.id


# ---- over a run -----------------------------------------------------------------------------------------------------


def careful(body: dict[str, Any]) -> dict[str, Any]:
    """A model that first answers wrongly of rentals, and then rightly; and finds nothing wrong elsewhere."""
    asked = body["messages"][1]["content"]
    if not asked.startswith("A small world plays a real service"):
        return {"content": orjson.dumps({"verdicts": [{"number": n, "holds": True, "reason": "yes"} for n in range(asked.count("   fills   "))]}).decode()}
    names = asked.rpartition('"tools": a list with each of ')[2].partition(" once")[0].split(", ")
    tools: list[JsonObject] = [{"name": n, "verdict": "right"} for n in names]
    if "cancelRental" in names and 'only_from=("BOOKED",)' not in asked:
        again = len(body["messages"]) > 2
        tools[names.index("cancelRental")] |= {"verdict": "mended", "why": "it is for booked rentals", "operation": {"only_from": ["BOOKED"] if again else ["booked"], **({} if again else {"state": ["states", "CANCELLED"]})}}
    return {"content": orjson.dumps({"tools": tools}).decode()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bikes, mended by a model as far as the tasks."""
    pytest.importorskip("openai")
    run, settings = Run(tmp_path_factory.mktemp("mended") / "run"), walk.Settings()
    walk.tools(run, settings, files=[BIKES], with_pool=False)
    walk.domains(run, settings, one="bikes")
    with ModelServer(careful) as server:
        walk.envs(run, settings, model=f"m@{server.url}", mend=True)
    walk.tasks(run, settings, most=20, tries=200)
    return run.path


def test_model_mends_a_world_and_gold_of_its_tasks_is_reached_in_it(run: Path, bikes: Path) -> None:
    [folder] = (run / "envs").iterdir()
    env = read_env(folder)
    assert [(m.tool, m.why) for m in env.mended] == [("cancelRental", "it is for booked rentals")]
    assert 'only_from=("BOOKED",)' in env.tools_py
    facts = Run(run).manifest()["envs"]["facts"]["mending"]
    told = [{k.removeprefix("tools "): v for k, v in facts[look].items() if v and k.startswith(("tools", "worlds"))} for look in ("look 1", "look 2")]
    assert told == [{"right": 22, "mended": 1, "worlds changed": 1}, {"right": 23}]
    walk.rollouts(Run(run), walk.Settings(), agents=["gold"], probes=False)
    assert walk.funnel(Run(run), walk.Settings()).kept == sum(1 for _ in read_rows(run / "tasks.jsonl")) > 5


def test_page_of_a_world_says_what_was_mended_and_why(run: Path) -> None:
    walk.report(Run(run), walk.Settings(), sample=1)
    [page] = (run / "report" / "worlds").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert text.count('<span class="tag">mended</span>') == 1
    assert "Mended: it is for booked rentals" in text


def test_mended_worlds_are_made_again_from_the_recording(run: Path) -> None:
    with made_anew(run, "envs", Run(run).manifest()["envs"], workers=1) as aside:
        assert (aside / "envs.jsonl").read_bytes() == (run / "envs.jsonl").read_bytes()
    [folder] = (run / "envs").iterdir()
    assert list(check_folder(folder)) == []


def test_without_an_answer_the_world_stays_as_it_was(bikes: Path, tmp_path: Path) -> None:
    pytest.importorskip("openai")
    for name in ("tools.jsonl", "domains.jsonl"):
        shutil.copy(bikes / name, tmp_path / name)
    with ModelServer(lambda body: {"content": "I'd rather not."}) as server:
        walk.envs(Run(tmp_path), walk.Settings(), model=f"m@{server.url}", mend=True)
    [mine], [theirs] = ((p / "envs").iterdir() for p in (tmp_path, bikes))
    assert (mine / "tools.py").read_bytes() == (theirs / "tools.py").read_bytes()


def test_person_s_corrections_lie_in_the_run_folder(bikes: Path, tmp_path: Path, world: EnvSpec, pool: dict[str, Tool]) -> None:
    for name in ("tools.jsonl", "domains.jsonl"):
        shutil.copy(bikes / name, tmp_path / name)
    good = {"tools": [{"name": "cancelRental", "verdict": "mended", "why": "booked ones", "operation": {"only_from": ["BOOKED"]}}]}
    (tmp_path / "mends.jsonl").write_bytes(b"\n".join(orjson.dumps(r) for r in ({"domain": "bikes", **good}, {"domain": "bike", **good})) + b"\n")
    summary = walk.envs(Run(tmp_path), walk.Settings())
    [folder] = (tmp_path / "envs").iterdir()
    assert read_env(folder).id == changed(world, [Mend.model_validate(good)], pool).id
    assert summary.facts["worlds mended by mends.jsonl"] == 1
    assert summary.facts["refused of mends.jsonl"] == ["bike: there is no such world; the nearest are bikes"]
    with made_anew(tmp_path, "envs", Run(tmp_path).manifest()["envs"], workers=1) as aside:
        assert (aside / "envs.jsonl").read_bytes() == (tmp_path / "envs.jsonl").read_bytes()


def test_example_of_the_docs_holds(world: EnvSpec, pool: dict[str, Tool]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "worlds.md").read_text()
    line = next(text for text in page.splitlines() if text.startswith('{"domain": "bikes"'))
    name, found = mend_of(orjson.loads(line))
    made = with_(world, pool, found)
    with World.open(made, seed=0) as at:
        assert name == world.domain
        assert {r["name"] for r in at.rows("station")} >= {"Old Harbour", "West Park"}
        made_at = [r["createdAt"] for r in at.call("listRepairs", {}).data["repairs"]]
        assert made_at == sorted(made_at, reverse=True)


@pytest.mark.parametrize(("text", "wrong"), [("{", "line 1: no JSON"), ("[]", "an object with `domain`"), ('{"domain": "a", "tools": [{"name": "b"}]}', "field 'tools.0.verdict'"), ('{"tools": []}', "an object with `domain`"), ('{"domain": 5, "tools": []}', "an object with `domain`"), ('{"domain": "a", "tool": []}', "field 'tool'")])
def test_file_that_cannot_be_read_names_its_line(tmp_path: Path, text: str, wrong: str) -> None:
    (tmp_path / "mends.jsonl").write_text(text)
    with pytest.raises(UserError, match=r"mends\.jsonl, line 1") as raised:
        read_mends(tmp_path / "mends.jsonl")
    assert wrong in str(raised.value)


def test_mending_needs_a_model(command: Command, bikes: Path) -> None:
    ended = command("envs", "--run", str(bikes), "--mend")
    assert ended.code == 2
    assert "--mend needs a model" in ended.err


def test_twin_takes_corrections_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    line: JsonObject = {"domain": "bikes", "tools": [{"name": "cancelRental", "verdict": "mended", "why": "booked ones", "operation": {"only_from": ["BOOKED"]}}]}
    file.write_bytes(orjson.dumps(line))
    with build_twin(str(BIKES), mends=str(file)).open() as at:
        running = next(r["rentalId"] for r in at.rows("rental") if r["state"] == "RUNNING")
        assert at.call("cancelRental", {"rentalId": running}).error.code == "wrong_state"  # type: ignore[union-attr]
    for wrong, said in (({**line, "domain": "bike"}, "no line is about 'bikes'"), ({**line, "recipes": {"rental.bell": {"value": 1}}}, "there is no column 'rental.bell'")):
        file.write_bytes(orjson.dumps(wrong))
        with pytest.raises(UserError, match=said):
            build_twin(str(BIKES), mends=str(file))
    with pytest.raises(UserError, match="cannot be read"):
        build_twin(str(BIKES), mends=str(tmp_path / "none.jsonl"))
