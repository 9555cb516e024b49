"""The door: help that teaches, exit codes, one line for what a user can fix, JSON for programs, rows a person can read."""

import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer.main

from agentscaler import cli, walk
from agentscaler.store import Run, read_rows
from conftest import ALL, BIKES, Command, Ended

VERBS: dict[str, list[object]] = {
    "tools": ["--from", BIKES],
    "domains": ["--one", "bikes"],
    "envs": [],
    "tasks": ["--most", 40, "--tries", 400],
    "rollouts": ["--agents", ",".join(ALL)],
    "funnel": [],
    "sft": ["--allow-scripted"],
}
"""Each verb with the arguments that the fixture was walked with."""
PRODUCT = {"funnel": "kept", "sft": "sft/phase1"}
COMMANDS: dict[str, Any] = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def run_alone(arguments: Sequence[object], **more: Any) -> subprocess.Popen[bytes]:
    """The command line in a process of its own."""
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's background job starts deaf to it
    words = [sys.executable, "-c", f"{start}; from agentscaler.cli import main; main()", *map(str, arguments)]
    return subprocess.Popen(words, **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more))


def copy_of(run: Path, folder: Path) -> Path:
    shutil.copytree(run, folder)
    return folder


def one_line(ended: Ended) -> str:
    """The message of an error that a user can fix: one line on stderr, exit code 2, nothing on stdout."""
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1, "one line, no traceback"
    assert ended.out == ""
    return ended.err


# ---- help -----------------------------------------------------------------------------------------------------------


def test_verbs_are_those_of_the_house() -> None:
    assert set(COMMANDS) == {*VERBS, "graph", "report", "run", "show", "demo", "check", "evals", "learn", "logs", "play", "rl", "twin"}


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_help_teaches_with_an_example_that_would_run(command: Command, verb: str) -> None:
    ended = command(verb, "--help")
    assert ended.code == 0
    assert "Example: agentscaler" in ended.out
    examples = [shlex.split(line.partition(": ")[2]) for line in COMMANDS[verb].epilog.split("\n\n")]
    for name, said, *words in examples:
        assert (name, said) == ("agentscaler", verb)
        COMMANDS[verb].make_context(verb, words)
    assert all(p.help for p in COMMANDS[verb].params if p.param_type_name == "option"), "every option is explained"


@pytest.mark.parametrize("verb", [*VERBS, "graph", "report"])
def test_every_verb_of_the_walk_takes_the_same_settings(verb: str) -> None:
    assert {"--run", "--seed", "--workers", "--limit", "--fresh", "--json"} <= {o for p in COMMANDS[verb].params for o in p.opts}


def test_help_of_the_house_names_every_verb(command: Command) -> None:
    ended = command("--help")
    assert ended.code == 0
    assert all(re.search(rf"^  {verb}\b", ended.out, re.MULTILINE) for verb in COMMANDS)
    assert "Example: agentscaler run runs/first.toml" in ended.out


# ---- what programs read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_second_time_it_says_finished_and_json_is_the_last_line(command: Command, bikes: Path, verb: str) -> None:
    ended = command(verb, *VERBS[verb], "--run", bikes, "--json")
    assert (ended.code, ended.err) == (0, "")
    *words, last = ended.out.strip().split("\n")
    found = orjson.loads(last)
    line = Run(bikes).manifest()[PRODUCT.get(verb, verb)]
    assert found["verb"] == PRODUCT.get(verb, verb).split("/")[0]
    assert found["kept"] == (line["kept"] if verb != "sft" else sum(line["facts"][n] for n in ("phase1", "phase2", "heldout")))
    assert found["dropped"] == line["dropped"]
    assert found["seconds"] == 0
    assert "finished before" in words[0]


def test_json_of_a_first_run_counts_what_was_kept_and_dropped(command: Command, tmp_path: Path) -> None:
    tools = [{"type": "function", "function": {"name": f"do_{n}", "description": "Does it.", "parameters": {"type": "object", "properties": {}}}} for n in range(6)]
    (tmp_path / "mine.json").write_bytes(orjson.dumps([*tools, tools[0], {"type": "function", "function": {"description": "no name"}}]))
    ended = command("tools", "--from", tmp_path / "mine.json", "--run", tmp_path / "run", "--json")
    assert ended.code == 0
    found = orjson.loads(ended.out.strip().split("\n")[-1])
    assert list(found)[:4] == ["verb", "kept", "dropped", "seconds"]
    assert found["kept"] == sum(1 for _ in read_rows(tmp_path / "run" / "tools.jsonl"))
    dropped = list(read_rows(tmp_path / "run" / "tools.dropped.jsonl"))
    assert sum(found["dropped"].values()) == len(dropped) == 8 - found["kept"]
    assert "bad_definition" in found["dropped"]
    assert f"kept {found['kept']}, dropped {len(dropped)}" in ended.out


def test_without_a_terminal_there_are_plain_lines(bikes: Path, tmp_path: Path) -> None:
    run = copy_of(bikes, tmp_path / "run")
    process = run_alone(["rollouts", "--run", run, "--fresh"])
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"\x1b" not in out + err
    assert b"\r" not in out + err
    assert b"rollouts: kept" in out


def test_on_a_terminal_there_is_a_bar_with_counts(bikes: Path, tmp_path: Path) -> None:
    run = copy_of(bikes, tmp_path / "run")
    ours, theirs = pty.openpty()
    process = run_alone(["funnel", "--run", run, "--fresh"], stderr=theirs, env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"})
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(ours)
    out, _ = process.communicate(timeout=60)
    rollouts = sum(1 for _ in read_rows(run / "rollouts.jsonl"))
    assert process.returncode == 0
    assert b"funnel: rollouts" in seen
    assert f"{rollouts}/{rollouts}".encode() in seen
    assert b"funnel: rollouts" not in out, "progress goes to stderr"


# ---- what a user can fix --------------------------------------------------------------------------------------------


def test_file_that_is_not_there(command: Command, tmp_path: Path) -> None:
    assert "nowhere.yaml" in one_line(command("tools", "--from", tmp_path / "nowhere.yaml", "--run", tmp_path / "run"))


@pytest.mark.parametrize(("text", "words"), [("{\"openapi\": ", ["mine.json", "no JSON"]), ("[1, 2", ["mine.json"]), ("{\"hello\": 1}", ["mine.json"]), ("", ["mine.json"])])
def test_file_that_is_no_definition_can_be_mended_and_read(command: Command, tmp_path: Path, text: str, words: list[str]) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text(text)
    message = one_line(command("tools", "--from", mine, "--run", tmp_path / "run"))
    assert all(w in message for w in words)
    mine.write_bytes(orjson.dumps([{"name": "a_tool", "description": "Does it.", "input_schema": {"type": "object", "properties": {}}}]))
    assert command("tools", "--from", mine, "--run", tmp_path / "run").code == 0


def test_run_folder_that_cannot_be_made(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = one_line(command("tools", "--from", BIKES, "--run", tmp_path / "file" / "run"))
    assert "file/run" in message
    assert "--run" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_run_folder_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o500)
    assert "cannot be written" in one_line(command("tools", "--from", BIKES, "--run", tmp_path / "run"))


@pytest.mark.parametrize(
    ("verb", "missing"),
    [("graph", "tools"), ("domains", "tools"), ("envs", "domains"), ("tasks", "envs"), ("rollouts", "tasks"), ("funnel", "rollouts"), ("sft", "kept")],
)
def test_missing_product_names_the_verb_that_makes_it(command: Command, tmp_path: Path, verb: str, missing: str) -> None:
    message = one_line(command(verb, "--run", tmp_path / "run"))
    maker = {"kept": "funnel"}.get(missing, missing)
    assert f"{missing}.jsonl, which is not there" in message
    assert f"run `agentscaler {maker} --run {tmp_path / 'run'}` first" in message


@pytest.mark.parametrize(
    ("verb", "changed"),
    [("tools", ["--from", BIKES, "--limit", 5]), ("domains", ["--one", "bicycles"]), ("tasks", ["--most", 3]), ("rollouts", ["--agents", "gold"]), ("funnel", ["--strict-calls"]), ("sft", [])],
)
def test_changed_arguments_name_fresh_and_touch_nothing(command: Command, bikes: Path, tmp_path: Path, verb: str, changed: list[object]) -> None:
    run = copy_of(bikes, tmp_path / "run")
    product = run / f"{PRODUCT.get(verb, verb)}.jsonl"
    before = product.read_bytes()
    message = one_line(command(verb, *changed, "--run", run))
    assert "--fresh" in message
    assert product.name in message
    assert product.read_bytes() == before


def test_changed_input_names_fresh_too(command: Command, bikes: Path, tmp_path: Path) -> None:
    run = copy_of(bikes, tmp_path / "run")
    lines = (run / "rollouts.jsonl").read_bytes().splitlines(keepends=True)
    (run / "rollouts.jsonl").write_bytes(b"".join(lines[:-1]))
    assert "--fresh" in one_line(command("funnel", "--run", run))
    assert command("funnel", "--run", run, "--fresh").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rollouts", "--agents", "nobody"], ["'nobody'", "gold", "module:function"]),
        (["rollouts", "--agent", "no_such_module:agent"], ["no_such_module", "PYTHONPATH"]),
        (["domains", "--method", "magic"], ["--method", "'magic'", "leiden or louvain"]),
    ],
)
def test_value_that_does_not_exist_is_named_with_those_that_do(command: Command, bikes: Path, arguments: list[str], words: list[str]) -> None:
    message = one_line(command(*arguments, "--run", bikes))
    assert all(w in message for w in words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["nonsense"], "No such command 'nonsense'"), (["tools"], "Missing option '--run'"), (["tasks", "--run", "x", "--most", "many"], "Invalid value for '--most'"), (["envs", "--run", "x", "--nonsense"], "No such option: --nonsense")],
)
def test_usage_that_is_wrong_is_exit_code_two(command: Command, arguments: list[str], words: str) -> None:
    ended = command(*arguments)
    assert ended.code == 2
    assert words in " ".join(ended.err.split())


def test_bug_is_no_user_error(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*arguments: object, **more: object) -> walk.Summary:
        raise RuntimeError("our fault")

    monkeypatch.setattr(walk, "graph", broken)
    monkeypatch.setattr(sys, "argv", ["agentscaler", "graph", "--run", str(tmp_path)])
    with pytest.raises(RuntimeError, match="our fault"):
        cli.main()


def test_interrupt_is_130_and_the_same_command_goes_on(bikes: Path, tmp_path: Path) -> None:
    run = copy_of(bikes, tmp_path / "run")
    process = run_alone(["rollouts", "--run", run, "--trials", 1_000_000, "--agents", "gold", "--fresh", "--workers", 1])
    end = time.monotonic() + 30
    while not (run / "played.part.json").exists() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().strip().split("\n")[-1] == "interrupted: finished rows stay, the same command goes on from there"
    assert b"Traceback" not in err
    assert not (run / "rollouts.jsonl").exists()


def test_reader_that_went_away_is_no_error(bikes: Path) -> None:
    task = next(read_rows(bikes / "tasks.jsonl"))
    process = run_alone(["show", task["id"], "--run", bikes])
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 0


# ---- show -----------------------------------------------------------------------------------------------------------


def test_show_task(command: Command, bikes: Path) -> None:
    row = next(r for r in read_rows(bikes / "tasks.jsonl") if r["difficulty"]["writes"] and r["answers"])
    out = command("show", row["id"], "--run", bikes).out
    assert all(f["text"] in out for f in row["brief"]["facts"])
    assert all(f"{n}. {c['name']}(" in out for n, c in enumerate(row["gold"], 1))
    assert all(f"tells: {a['name']} = {a['value']}" in out for a in row["answers"])
    assert all(f"{c['name']}: {c['verdict']}" in out for c in row["controls"])
    assert re.search(r"It changes:\n  \w+\[.+\]", out)


@pytest.mark.parametrize(("agent", "verdict"), [("gold", "Verdict: passed"), ("forgetting", "Verdict: failed")])
def test_show_rollout_as_a_conversation(command: Command, bikes: Path, agent: str, verdict: str) -> None:
    row = next(r for r in read_rows(bikes / "rollouts.jsonl") if r["agent"] == agent)
    out = command("show", row["id"], "--run", bikes).out
    assert f"agent {agent} (scripted)" in out
    assert verdict in out
    at = 0
    for said in (m["content"] for m in row["messages"] if m["role"] in ("user", "assistant") and m["content"]):
        assert said in out[at:]  # in this order; a message may say again what an earlier one said
        at = out.index(said, at) + len(said)
    assert all(f"> {c['name']}(" in out for m in row["messages"] for c in m["calls"])


def test_show_world_by_id_and_by_folder(command: Command, bikes: Path) -> None:
    row = next(read_rows(bikes / "envs.jsonl"))
    by_id, by_env, by_folder = (command("show", n, "--run", bikes).out for n in (row["id"], row["env"], Path(row["folder"]).name))
    assert by_id == by_env == by_folder
    assert "write deleteBike" in by_id
    assert "CREATE TABLE bike" in by_id


@pytest.mark.parametrize("product", ["tools", "domains", "kept", "probes"])
def test_show_any_row_by_its_first_digits(command: Command, bikes: Path, product: str) -> None:
    row = next(read_rows(bikes / f"{product}.jsonl"))
    assert orjson.loads(command("show", row["id"][:10], "--run", bikes).out) == row


def test_show_of_what_is_not_there(command: Command, bikes: Path, tmp_path: Path) -> None:
    assert "'ffff0000ffff'" in one_line(command("show", "ffff0000ffff", "--run", bikes))
    assert "give more digits" in one_line(command("show", "", "--run", bikes))
    assert "is not there" in one_line(command("show", "a", "--run", tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


# ---- recipes --------------------------------------------------------------------------------------------------------


def recipe(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_recipe_walks_the_whole_house_like_the_verbs(command: Command, bikes: Path, tmp_path: Path) -> None:
    agents = ", ".join(f'"{a}"' for a in ALL)
    path = recipe(tmp_path, f"""
[run]
folder = "{tmp_path / "run"}"
workers = 1
[tools]
from = ["{BIKES}"]
[domains]
one = "bikes"
[tasks]
most = 40
tries = 400
[rollouts]
agents = [{agents}]
[sft]
allow_scripted = true
[report]
sample = 1
""")  # fmt: skip
    first = command("run", path, "--json")
    assert first.code == 0, first.err
    rooms = orjson.loads(first.out.strip().split("\n")[-1])["rooms"]
    assert [r["verb"] for r in rooms] == ["tools", "domains", "envs", "tasks", "rollouts", "kept", "sft", "report"]
    assert "the house" in first.out
    assert f"report: {tmp_path / 'run' / 'report' / 'index.html'}" in first.out
    assert (tmp_path / "run" / "report" / "index.html").exists()
    for name in ("tools", "domains", "envs", "tasks", "rollouts", "kept", "sft/phase1"):
        assert (tmp_path / "run" / f"{name}.jsonl").read_bytes() == (bikes / f"{name}.jsonl").read_bytes(), name
    second = command("run", path)
    assert second.code == 0
    assert second.out.count("finished before") == len(rooms)
    assert second.out.count("done before") == len(rooms)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[run\nseed = 1", ["is no TOML", "line 1"]),
        ("[run]\nsead = 1", ["[run] sead is no setting", "folder, seed, workers"]),
        ("[run]\nseed = \"one\"", ["[run] seed is 'one'", "give a int"]),
        ("[run]\nworkers = true", ["[run] workers is True", "give a int"]),
        ("[tasks]\nmost = 1.5", ["[tasks] most is 1.5"]),
        ("[tasks]\nmoist = 3", ["[tasks] moist is no setting", "most", "limit"]),
        ("[sft]\nvertical = \"aws:*\"", ["[sft] vertical is 'aws:*'", "give a list"]),
        ("[taks]\nmost = 3", ["[taks] is no verb", "tasks"]),
        ("tasks = 3", ["tasks is 3", "[tasks]"]),
        ("[tools]\nfrom = [\"nowhere.yaml\"]", ["[tools] from names 'nowhere.yaml'", "not there"]),
    ],
)
def test_bad_recipe_names_file_key_and_value(command: Command, tmp_path: Path, text: str, words: list[str]) -> None:
    message = one_line(command("run", recipe(tmp_path, text)))
    assert "mine.toml" in message
    assert all(w in message for w in words), message
    assert [p.name for p in tmp_path.iterdir()] == ["mine.toml"], "nothing was begun"


def test_recipe_that_is_not_there(command: Command, tmp_path: Path) -> None:
    message = one_line(command("run", tmp_path / "none.toml"))
    assert "none.toml" in message
    assert "runs/first.toml" in message


@pytest.mark.parametrize("name", ["first", "small"])
def test_recipes_that_ship_are_read(name: str) -> None:
    from agentscaler.recipe import VERBS as ROOMS
    from agentscaler.recipe import read_recipe

    read = read_recipe(Path(__file__).parents[1] / "runs" / f"{name}.toml")
    assert read.folder == Path("runs") / name
    assert list(read.verbs) == list(ROOMS)
    assert read.verbs["sft"]["allow_scripted"] is True


# ---- demo -----------------------------------------------------------------------------------------------------------


def test_demo_shows_a_task_its_diff_and_a_caught_mistake(command: Command, tmp_path: Path) -> None:
    ended = command("demo", "--run", tmp_path / "run")
    assert ended.code == 0
    assert "23 tools read from bikes.yaml" in ended.out
    assert re.search(r"what it changed:\n  \w+\[.+\]", ended.out)
    assert re.search(r"caught \((state|answer|calls)\): .+", ended.out)
    page = re.search(r"report: (.+)\n", ended.out)
    assert page
    assert Path(page[1]).exists()
