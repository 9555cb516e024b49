"""The twin: a world of whatever form of definitions, or of a folder; calls from a line, with completion, what each did, and undo."""

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler.contained import Contained
from agentscaler.errors import UserError
from agentscaler.jail import can_contain
from agentscaler.twin import Twin, build_twin
from agentscaler.twin.build import with_rows
from agentscaler.twin.line import NoCall, Text, endings, fitted, read_line
from agentscaler.twin.steps import Visit
from agentscaler.twin.terminal import COMMANDS
from agentscaler.world import World
from conftest import BIKES, Command


@pytest.fixture(scope="module")
def twin() -> Twin:
    return build_twin(str(BIKES))


@pytest.fixture
def world(twin: Twin) -> Iterator[World]:
    with twin.open() as opened:
        yield opened


# ---- what it is built from --------------------------------------------------------------------------------------------


def test_definitions_become_a_world_that_knows_its_verbs_and_paths(twin: Twin) -> None:
    assert len(twin.env.tools) == 23
    assert twin.env.domain == "bikes"
    source = twin.rows["lockBike"].source
    assert (source.verb, source.path, source.in_path, source.status) == ("POST", "/bikes/{bikeId}/lock", ("bikeId",), None)
    assert twin.rows["createBike"].source.status == 201


def test_a_folder_and_a_run_with_one_world_are_that_world(bikes: Path) -> None:
    [folder] = (bikes / "envs").iterdir()
    read = build_twin(str(folder))
    assert read.env.folder == str(folder)
    assert set(read.rows) == {t.name for t in read.env.tools}, "verbs and paths stand in the tools.jsonl of the run"
    assert build_twin(str(bikes)).env == read.env


def test_a_folder_alone_has_no_verbs_and_paths(bikes: Path, tmp_path: Path) -> None:
    [folder] = (bikes / "envs").iterdir()
    shutil.copytree(folder, tmp_path / "mine" / "alone")
    (tmp_path / "tools.jsonl").write_text('{"this": "is something else"}\n')
    assert build_twin(str(tmp_path / "mine" / "alone")).rows == {}


def test_a_strangers_world_is_contained(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("tables\nget_customer customer_id=nobody\nundo\n"))
    shop = Path(__file__).parents[1] / "benchmarks" / "shop"
    if not can_contain():
        assert "--trusted" in command("twin", shop).err
        return
    ended = command("twin", shop, "--rows", 300)
    assert (ended.code, ended.err) == (0, "")
    assert "not_found: no customer nobody" in ended.out
    rows = sum(int(n) for n in re.findall(r": (\d+) rows of", ended.out))
    assert 150 < rows < 500
    assert isinstance(build_twin(str(shop)).open(), Contained)


def test_of_several_worlds_one_is_named(bikes: Path, tmp_path: Path) -> None:
    [folder] = (bikes / "envs").iterdir()
    for name in ("a", "b"):
        shutil.copytree(folder, tmp_path / "envs" / name)
    with pytest.raises(UserError, match=r"holds 2 worlds; name one of them: .*/envs/a, "):
        build_twin(str(tmp_path))


def test_a_service_of_the_default_pool(twin: Twin) -> None:
    pytest.importorskip("botocore")
    amplify = build_twin("aws:amplify")
    assert amplify.env.domain == "amplify"
    assert {t.source.service for t in amplify.rows.values()} == {"amplify"}
    with pytest.raises(UserError, match="holds no such service"):
        build_twin("aws:amplifly")


@pytest.mark.parametrize("what", ["nowhere.yaml", "aws", "google:"])
def test_what_is_not_there_is_named(what: str) -> None:
    with pytest.raises(UserError, match=re.escape(what)):
        build_twin(what)


def test_where_no_world_comes_of_it_the_reason_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sums.json"
    file.write_bytes(orjson.dumps([{"name": "add_numbers", "description": "Adds two numbers.", "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}]))
    with pytest.raises(UserError, match="no world comes of its 1 tools: 0 of 1 tools can be executed"):
        build_twin(str(file))


def count(env: Any) -> int:
    with World.open(env) as world:
        return sum(map(len, world.dump().values()))


@pytest.mark.parametrize("rows", [20, 200, 2000])
def test_rows_are_about_as_many_as_asked_for(twin: Twin, rows: int) -> None:
    scaled = with_rows(twin.env, rows, 0)
    assert rows * 0.6 <= count(scaled) <= rows * 1.6
    assert scaled.id != twin.env.id, "other rows are another world"
    assert scaled.tools == twin.env.tools


def test_rows_out_of_range_are_refused() -> None:
    with pytest.raises(UserError, match="--rows is 0"):
        build_twin(str(BIKES), rows=0)


def test_the_same_seed_is_the_same_twin(twin: Twin) -> None:
    with build_twin(str(BIKES)).open() as one, twin.open() as other, twin.open(3) as third:
        assert one.dump() == other.dump()
        assert one.dump() != third.dump()


# ---- a line -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("createRepair", {}),
        ("createRepair bikeId=b-1 title='flat tyre'", {"bikeId": "b-1", "title": "flat tyre"}),
        ('createRepair bikeId=b-1 title="flat \\"tyre\\""', {"bikeId": "b-1", "title": 'flat "tyre"'}),
        ('createRepair {"bikeId": "b-1", "title": "x=y"}', {"bikeId": "b-1", "title": "x=y"}),
        ("createRepair title=12", {"title": "12"}),
        ("createStation docks=12 name=a=b", {"docks": 12, "name": "a=b"}),
        ("createStation docks=many", {"docks": "many"}),
        ('createStation docks=[1, {"a": "b"}] name=', {"docks": [1, {"a": "b"}], "name": ""}),
        ("unheardOf docks=12", {"docks": "12"}),
    ],
)
def test_a_line_is_a_call(twin: Twin, line: str, arguments: object) -> None:
    tools = {t.name: t for t in twin.env.tools}
    read = read_line(line, tools)
    assert read.name == line.split()[0]
    assert read.arguments == arguments


@pytest.mark.parametrize("line", ["lockBike b-1", "lockBike bikeId='b", 'lockBike {"bikeId": ', 'lockBike bikeId=["b"', "lockBike a=1 b"])
def test_a_line_that_is_no_call_says_how_to_write_one(twin: Twin, line: str) -> None:
    with pytest.raises(NoCall, match="write name=value name=value, or one JSON object"):
        read_line(line, {t.name: t for t in twin.env.tools})


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("7", {"type": "integer"}, 7),
        ("7.5", {"type": "integer"}, "7.5"),
        ("7.5", {"type": ["number", "null"]}, 7.5),
        ("", {"type": ["integer", "null"]}, None),
        ("True", {"type": "boolean"}, True),
        ("true", {"type": "string"}, "true"),
        ("7", {"type": ["string", "integer"]}, "7"),
        ('["a"]', {"type": "array"}, ["a"]),
        ("[a", {"type": "array"}, "[a"),
        ("9" * 30, {"type": "integer"}, "9" * 30),
    ],
)
def test_text_is_read_as_its_schema_wants_it(text: str, schema: Any, value: object) -> None:
    assert fitted(Text(text), schema) == value
    assert fitted([{"a": Text(text)}], {"type": "array", "items": {"properties": {"a": schema}}}) == [{"a": value}]


def test_what_is_no_text_stays_as_it_is() -> None:
    assert fitted("7", {"type": "integer"}) == "7"
    deep: Any = Text("7")
    for _ in range(5000):
        deep = [deep]
    assert fitted(deep, {"type": "array"}) is not None


def test_completion_knows_tools_arguments_and_values_of_the_state(world: World) -> None:
    def ends(line: str) -> list[str]:
        cut = len(line) - len(line.split(" ")[-1])
        return endings(line[:cut], line[cut:], world, list(COMMANDS))

    assert ends("lockb") == ["lockBike "]
    assert "undo " in ends("")
    assert ends("help getRep") == ["getRepair"]
    assert ends("rows sta") == ["station"]
    assert ends("createRepair ") == ["bikeId=", "title=", "priority="], "what must be given comes first"
    assert ends("createRepair bikeId=b-1 ") == ["title=", "priority="]
    assert ends("createRepair priority=") == ["priority=low", "priority=normal", "priority=high"]
    assert ends("lockBike bikeId=") == [f"bikeId={row['bikeId']}" for row in world.rows("bike")]
    assert all(re.fullmatch(r'name=("[^"]*"|\S+)', end) for end in ends("updateBike name=")), "a value with a blank is quoted"


# ---- what a call did --------------------------------------------------------------------------------------------------


def test_each_call_tells_what_it_did_and_can_be_taken_back(world: World) -> None:
    visit = Visit(world)
    bike = next(r for r in world.rows("bike") if r["state"] == "FREE")
    locked = visit.call("lockBike", {"bikeId": bike["bikeId"]})
    assert [line for c in locked.changes for line in c.lines()] == [f"~ bike[{bike['bikeId']}].state: 'FREE' -> 'LOCKED'"]
    made = visit.call("createRepair", {"bikeId": bike["bikeId"], "title": "flat tyre"})
    [change] = made.changes
    assert change.sign == "+"
    assert "title 'flat tyre'" in change.lines()[0]
    assert len(visit.changed()) == 2
    assert visit.call("lockBike", {"bikeId": "nowhere"}).answer.error is not None
    undone = visit.undo()
    assert undone is not None
    assert undone[0] == "createRepair", "a call that was refused did nothing that could be taken back"
    assert [c.sign for c in undone[1]] == ["-"]
    assert [c.table for c in visit.changed()] == ["bike"]
    assert visit.undo() is not None
    assert visit.undo() is None
    assert visit.changed() == []


def test_undo_plays_the_calls_again_where_a_state_cannot_be_restored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import apsw

    def ring(self: World, snapshot: bytes) -> None:
        raise apsw.AbortError("a ring")

    visit = Visit(world)
    first, second = (r["bikeId"] for r in world.rows("bike")[:2])
    visit.call("updateBike", {"bikeId": first, "name": "one"})
    visit.call("updateBike", {"bikeId": second, "name": "two"})
    monkeypatch.setattr(World, "restore", ring)
    visit.undo()
    assert [(c.key, c.cells[0][2]) for c in visit.changed()] == [(first, "one")]


# ---- the terminal -------------------------------------------------------------------------------------------------------


def spoken(command: Command, monkeypatch: pytest.MonkeyPatch, lines: str, *flags: str) -> Any:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    return command("twin", BIKES, *flags)


def test_a_script_is_a_call_a_line(command: Command, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    free = next(r["bikeId"] for r in world.rows("bike") if r["state"] == "FREE")
    script = f"# a comment\n\nlockBike bikeId={free}\nlockBike bikeId={free}\nundo\nundo\ndiff\nreset\ntools lock\ntables\nhelp lockBike\nhelp\nrows bike\n.quit\nnever said\n"
    ended = spoken(command, monkeypatch, script)
    assert (ended.code, ended.err) == (0, "")
    assert f"> lockBike bikeId={free}" in ended.out
    assert '"state": "LOCKED"' in ended.out
    assert f"~ bike[{free}].state: 'FREE' -> 'LOCKED'" in ended.out
    assert "wrong_state: bike" in ended.out
    assert "undone: lockBike" in ended.out
    assert "there is nothing to undo" in ended.out
    assert "nothing has changed" in ended.out
    assert "write lockBike bikeId" in ended.out
    assert "bikeId: string" in ended.out
    assert "never said" not in ended.out
    assert "\x1b" not in ended.out, "no colours where nobody sees them"


def test_a_script_in_json(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = spoken(command, monkeypatch, 'getBike bikeId=x\ncreateMember name="Ada Byron" email=ada@example.org\nundo\ndiff\ntables\nrows bike\nhelp getBike\ntools lock\n', "--json")
    said = [orjson.loads(line) for line in ended.out.splitlines()]
    assert said[0]["error"]["code"] == "not_found"
    assert said[1]["answer"]["name"] == "Ada Byron"
    assert said[1]["changes"][0]["sign"] == "+"
    assert said[2]["undone"] == "createMember"
    assert said[3] == {"changes": []}


def test_a_line_that_is_no_call_ends_a_script(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = spoken(command, monkeypatch, "listBikes\nlockBike b-1\n")
    assert ended.code == 2
    assert "error: line 2: 'b-1' is no list of arguments" in ended.err
    assert "there is no table 'bikes'; tables lists them" in spoken(command, monkeypatch, "rows bikes\n").err


def test_flags_that_are_wrong_are_named(command: Command) -> None:
    assert "--serve is 'ftp'; give mcp or http" in command("twin", BIKES, "--serve", "ftp").err
    assert "--rows is 0" in command("twin", BIKES, "--rows", 0).err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--port", "8800"], "--port says how to serve; give --serve mcp or --serve http, too"),
        (["--host", "0.0.0.0"], "--host says how to serve"),
        (["--admin"], "--admin says how to serve"),
        (["--serve", "http", "--admin"], "--admin is for --serve mcp"),
        (["--serve", "mcp", "--host", "0.0.0.0"], "--host without --port does nothing"),
        (["--serve", "http", "--json"], "--json is for calls in the terminal"),
    ],
)
def test_a_flag_that_would_do_nothing_is_refused(command: Command, flags: list[str], said: str) -> None:
    ended = command("twin", BIKES, *flags)
    assert ended.code == 2
    assert said in ended.err


def test_at_a_terminal_tab_completes_and_a_bad_line_is_told() -> None:
    pytest.importorskip("readline")
    here, there = pty.openpty()
    program = "from agentscaler.cli import main; main()"
    person = subprocess.Popen([sys.executable, "-c", program, "twin", str(BIKES)], stdin=there, stdout=there, stderr=there, env={**os.environ, "TERM": "xterm", "INPUTRC": os.devnull})
    os.close(there)
    heard = b""

    def until(words: bytes) -> None:
        nonlocal heard
        end = time.monotonic() + 60
        while words not in heard:
            assert time.monotonic() < end, heard
            heard += os.read(here, 4096)

    until(b"> ")
    os.write(here, b"createRep\tbike\t")
    until(b"bikeId=")
    os.write(here, b"nowhere title=x\nlockBike b\nquit\n")
    until(b"no bike nowhere")
    until(b"write name=value")
    assert person.wait(30) == 0
    os.close(here)
    assert b"\x1b[" in heard, "colours"
