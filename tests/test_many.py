"""Many episodes with models over HTTP: faults on the way, kill -9 and resume, replay offline, budget, estimates, what the command line says, and `check` over it all."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import play, read_tasks, walk
from agentscaler.check import check
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.recipe import read_recipe, walk_recipe
from agentscaler.records import Message
from agentscaler.store import Run, read_rows
from agentscaler.walk.models import by_kind
from conftest import Command
from model_server import ModelServer, actor, shares

pytest.importorskip("openai", reason="needs the extra models")

SECRET = "not-a-key-" + "0123456789abcdef"
CONNECTION = ("429", "500", "reset", "truncated", "cut", "slow")
"""Faults that leave no trace in a row."""


@pytest.fixture
def run(bikes: Path, tmp_path: Path) -> Run:
    """The bike rental up to its tasks."""
    for name in ("tasks", "envs", "domains", "tools"):
        shutil.copy(bikes / f"{name}.jsonl", tmp_path)
        shutil.copy(bikes / f"{name}.dropped.jsonl", tmp_path)
    shutil.copytree(bikes / "envs", tmp_path / "envs")
    lines = [line for line in (bikes / "manifest.jsonl").read_bytes().splitlines(keepends=True) if orjson.loads(line)["verb"] in ("tools", "domains", "envs", "tasks")]
    (tmp_path / "manifest.jsonl").write_bytes(b"".join(lines))
    return Run(tmp_path)


@pytest.fixture
def server(run: Run) -> Iterator[ModelServer]:
    with ModelServer(actor(run.path), delay=0.002) as serving:
        yield serving


def rows(run: Run, product: str = "rollouts") -> list[dict[str, Any]]:
    return list(read_rows(run.product(product)))


def count(run: Run) -> int:
    """Tasks of the bike rental."""
    return len(rows(run, "tasks"))


def played(run: Run, server: ModelServer, **more: Any) -> walk.Summary:
    given = {"agents": [f"m@{server.url}"], "user": f"u@{server.url}", "timeout": 20.0, "users": {"cooperative": 1}} | more
    return walk.rollouts(run, walk.Settings(), **given)


def test_models_play_every_task_over_http(run: Run, server: ModelServer) -> None:
    summary = played(run, server, trials=2)
    found = rows(run)
    assert len(found) == summary.kept == 2 * len(rows(run, "tasks"))
    assert all(r["stop"] == "user_done" and not r["scripted"] and r["kind"] == "cooperative" and "faults" not in r for r in found)
    assert sum("blame" not in r for r in found) >= 0.9 * len(found)
    assert all(m["reasoning"] and "I look" not in m["content"] for r in found for m in r["messages"] if m["role"] == "assistant")
    assert all(r["usage"]["prompt_tokens"] > 100 for r in found)
    told = summary.facts["model m"]
    assert told["requests"] + summary.facts["model u"]["requests"] + sum(summary.facts.get("failed requests", {}).values()) == len(server.heard)
    assert summary.facts["blame"].keys() <= {"agent", "user"}
    assert played(run, server, trials=2).again


def test_rows_go_through_the_funnel_into_training_rows(run: Run, server: ModelServer) -> None:
    played(run, server)
    kept = walk.funnel(run, walk.Settings())
    assert kept.kept >= 0.8 * len(rows(run))
    walk.sft(run, walk.Settings())
    example = orjson.loads((run.path / "sft" / "phase1.jsonl").read_bytes().splitlines()[0])
    assert example["scripted"] is False
    assert {"reasoning_content"} <= {k for m in example["messages"] for k in m}


def test_worded_user_and_tools_in_the_prompt(run: Run) -> None:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        if "You write what a person types" in body["messages"][0]["content"]:
            plain = body["messages"][0]["content"].split("now, plainly:\n")[1].split("\n\nWrite it")[0]
            return {"content": f"Right. {plain}"}
        assert "tools" not in body
        calls = [m for m in body["messages"] if "<tool_call>" in m["content"] and m["role"] == "assistant"]
        return {"content": '<tool_call>{"name": "listStations", "arguments": {}}</tool_call>' if not calls else "There is nothing I can do."}

    with ModelServer(answer) as server:
        played(run, server, user=f"worded:u@{server.url}", tools_in_prompt=True)
    for row in rows(run):
        assert row["user"].startswith("worded:u@")
        assert next(m for m in row["messages"] if m["role"] == "user")["content"].startswith("Right. ")
        assert [m["name"] for m in row["messages"] if m["role"] == "tool"] == ["listStations"]
        assert row["blame"]["who"] == "agent"


# ---- faults, death, offline -----------------------------------------------------------------------------------------


def bodies(run: Run) -> bytes:
    """The rows without the address of the server, which differs."""
    return b"".join(orjson.dumps([r["task"], r["trial"], r["messages"], r["change"], r["stop"], r["usage"]]) for r in sorted(rows(run), key=lambda r: (r["task"], r["trial"])))


def test_faults_of_the_connection_leave_no_trace(run: Run, tmp_path: Path) -> None:
    found = []
    for faults in ({}, shares(0.3, CONNECTION)):
        with ModelServer(actor(run.path), faults=faults) as server:
            summary = walk.rollouts(
                run, walk.Settings(fresh=True), agents=[f"m@{server.url}"], user=f"u@{server.url}", users={"cooperative": 1}, timeout=20.0, trials=3, replies=str(tmp_path / f"{len(found)}.jsonl")
            )
            found.append(bodies(run))
            asked = sum(server.met.values())
        paid = summary.facts["model m"]["requests"] + summary.facts["model u"]["requests"]
        assert (asked > paid) == bool(faults)
    assert found[0] == found[1]
    assert sum(summary.facts["failed requests"].values()) > 10


def test_model_that_writes_bad_calls_and_nothing_at_all_is_answered_and_asked_again(run: Run) -> None:
    with ModelServer(actor(run.path), faults={"malformed": 0.2, "empty": 0.1}) as server:
        played(run, server, trials=3)
        assert server.met["malformed"] > 5
        assert server.met["empty"] > 5
    found = rows(run)
    assert any(c.get("unparsed") for r in found for m in r["messages"] for c in m["calls"])
    assert {r["stop"] for r in found} == {"user_done"}
    assert sum("blame" not in r for r in found) > 0.8 * len(found)


def test_endpoint_that_is_gone_stops_the_run_and_the_same_command_goes_on(run: Run) -> None:
    with ModelServer(actor(run.path)) as server:
        answer, calls = server._answer, [0]

        def dying(body: dict[str, Any]) -> dict[str, Any]:
            calls[0] += 1
            return answer(body) if calls[0] < 20 else {"status": 500, "error": {"message": "out of memory"}}

        server._answer = dying
        with pytest.raises(UserError, match=rf"requests in a row came to nothing; \d+ of {2 * count(run)} episodes are finished and stay"):
            played(run, server, trials=2, tries=1, at_once=4)
        assert not run.product("rollouts").exists()
        server._answer = answer
        summary = played(run, server, trials=2)
        assert summary.kept == 2 * count(run)
        assert summary.dropped == {}


def test_episode_cut_short_is_left_ungraded_and_counted(run: Run) -> None:
    play_on = actor(run.path)
    victim = rows(run, "tasks")[0]["brief"]["facts"][0]["text"]

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        if "tools" in body and any(victim[2:] in str(m["content"]) for m in body["messages"]):
            return {"status": 500, "error": {"message": f"worker died {SECRET}"}}
        return play_on(body)

    with ModelServer(answer) as server:
        summary = played(run, server, tries=1, at_once=2)
    assert summary.dropped == {"infrastructure": summary.facts["ungraded"]}
    dropped = list(read_rows(run.path / "rollouts.dropped.jsonl"))
    assert "no reply after 1 tries, the last: 500" in dropped[0]["message"]
    assert summary.kept + len(dropped) == len(rows(run, "tasks"))
    assert summary.facts["success"][0]["tasks"] == summary.kept


def command_line(run: Run, server: ModelServer, *more: str, **environment: str) -> list[str]:
    start = "from agentscaler.cli import main; main()"
    return [sys.executable, "-c", start, "rollouts", "--run", str(run.path), "--agent", f"m@{server.url}", "--user", f"u@{server.url}", "--users", "cooperative=1", "--trials", "4", *more]


def test_killed_run_goes_on_and_nothing_is_lost_or_counted_twice(run: Run) -> None:
    with ModelServer(actor(run.path), delay=0.01, faults=shares(0.05, CONNECTION)) as server:
        words = command_line(run, server, "--at-once", "12")
        part = run.path / "rollouts.jsonl.part"
        for enough in (5, 20):
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and not (part.exists() and part.read_bytes().count(b"\n") >= enough):
                time.sleep(0.01)
            assert process.poll() is None, "it was quicker than the test"
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert not run.product("rollouts").exists()
        done = subprocess.run([*words, "--json"], capture_output=True, text=True, check=True)
        told = orjson.loads(done.stdout.splitlines()[-1])
    found = rows(run)
    assert len({(r["task"], r["trial"]) for r in found}) == len(found) == told["kept"] == 4 * count(run)
    recorded = list(read_rows(run.path / "replies.jsonl"))
    assert len({r["key"] for r in recorded}) == len(recorded), "no reply was paid for twice"
    assert told["model m"]["requests"] + told["model u"]["requests"] == len(recorded)
    usage = sum(r["usage"]["prompt_tokens"] for r in found)
    assert usage == sum(r["reply"]["usage"]["prompt"] for r in recorded), "each reply belongs to one row"


def test_recorded_once_it_runs_offline_for_ever(run: Run) -> None:
    with ModelServer(actor(run.path)) as server:
        played(run, server)
        first = run.product("rollouts").read_bytes()
    summary = walk.rollouts(run, walk.Settings(fresh=True), agents=[f"m@{server.url}"], user=f"u@{server.url}", users={"cooperative": 1}, offline=True)
    assert run.product("rollouts").read_bytes() == first
    assert summary.facts["model m"]["requests"] > 0
    for _ in range(2):
        with pytest.raises(UserError, match=rf"none of {count(run)} episodes came to its end, the first: .*this request was never recorded"):
            walk.rollouts(run, walk.Settings(seed=5, fresh=True), agents=[f"m@{server.url}"], offline=True)
    with pytest.raises(UserError, match="no recording"):
        walk.rollouts(run, walk.Settings(fresh=True), agents=["m@http://nowhere.example/v1"], offline=True, replies=str(run.path / "nothing.jsonl"))


def test_turns_in_the_briefs_own_words_are_marked(run: Run) -> None:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return {"content": "Done."} if "tools" in body else {"content": "###STOP###"}

    with ModelServer(answer) as server:
        summary = played(run, server)
    told = summary.facts["turns of the user"]
    assert told["all"] == told["in the brief's own words"] > 0
    assert told["at fault"] == 0
    assert all(r["plain"] == [n for n, m in enumerate(r["messages"]) if m["role"] == "user"] for r in rows(run))


def test_scripted_players_beside_a_model_are_judged_as_ever(run: Run, server: ModelServer) -> None:
    summary = walk.rollouts(run, walk.Settings(), agents=[f"m@{server.url}", "gold", "forgetting", "scripted:solver"], probes=False)
    everybody = summary.facts["success"][0]
    assert (everybody["gold"], everybody["forgetting"]) == ("1.000", "0.000")
    ours = [r for r in rows(run) if r["scripted"]]
    assert {r["agent"] for r in ours} == {"gold", "forgetting", "solver"}
    assert not any({"blame", "faults", "kind"} & set(r) for r in ours)


def test_what_was_played_is_proven_from_disk_without_asking_anybody(run: Run) -> None:
    with ModelServer(actor(run.path), faults={"malformed": 0.1}) as server:
        played(run, server, agents=[f"m@{server.url}", "gold"])
        heard = len(server.heard)
        assert list(check(run.path)) == []
        assert len(server.heard) == heard
    line = run.product("rollouts").read_bytes().splitlines(keepends=True)
    row = orjson.loads(line[0])
    answer = next(m for m in row["messages"] if m["role"] == "tool")
    answer["content"] = answer["content"].replace('":"', '":"x', 1)
    run.product("rollouts").write_bytes(b"".join([orjson.dumps(row) + b"\n", *line[1:]]))
    assert [f for f in check(run.path) if f.file == "rollouts.jsonl"] != []


@pytest.mark.parametrize("limits", [{"turns": 1}, {"turns": 2}, {"steps": 2}, {"tokens": 30}, {"context": 2500}])
@pytest.mark.parametrize("scripted", [True, False])
def test_episodes_that_ended_at_a_limit_are_proven_too(run: Run, server: ModelServer, limits: dict[str, int], scripted: bool) -> None:
    played(run, server, **limits, **({"user": "scripted"} if scripted else {}))
    [limit] = limits
    assert limit in {r["stop"] for r in rows(run)}
    assert list(check(run.path)) == []


# ---- money ----------------------------------------------------------------------------------------------------------


def test_budget_stops_cleanly_and_a_larger_one_goes_on(run: Run, server: ModelServer) -> None:
    prices = {"m": {"input": 10.0, "output": 10.0}, "u": {"input": 1.0, "output": 1.0}}
    with pytest.raises(UserError, match=rf"the budget of 0.5 is spent: .* of {count(run)} episodes are finished and stay"):
        played(run, server, prices=prices, budget=0.5, at_once=2)
    heard = len(server.heard)
    part = (run.path / "rollouts.jsonl.part").read_bytes().count(b"\n")
    assert 0 < part < count(run)
    summary = played(run, server, prices=prices, budget=20.0)
    assert summary.kept == count(run)
    recorded = list(read_rows(run.path / "replies.jsonl"))
    assert len(recorded) == len(server.heard), "what was begun before the budget ended was not paid for again"
    assert heard > 0
    cost = summary.facts["model m"]["cost"] + summary.facts["model u"]["cost"]
    assert cost == pytest.approx(sum((r["reply"]["usage"]["prompt"] + r["reply"]["usage"]["completion"]) * (10 if r["model"] == "m" else 1) / 1e6 for r in recorded), abs=1e-5)


def test_dry_run_estimates_and_asks_nobody(run: Run, server: ModelServer, command: Command) -> None:
    words = ["rollouts", "--run", run.path, "--agent", f"m@{server.url}", "--user", f"u@{server.url}", "--price", "m=1,2,0.1", "--price", "u=1,2"]
    said = command(*words, "--dry-run", "--json")
    assert said.code == 0
    assert not server.heard
    assert not run.product("rollouts").exists()
    guess = {r["model"]: r for r in orjson.loads(said.out.splitlines()[-1])["models"]}
    summary = played(run, server, prices={"m": {"input": 1, "output": 2}, "u": {"input": 1, "output": 2}})
    for model in "mu":
        real = summary.facts[f"model {model}"]
        assert 0.5 < guess[model]["requests"] / real["requests"] < 2
        assert 0.5 < guess[model]["prompt tokens"] / real["prompt tokens"] < 2


# ---- the door -------------------------------------------------------------------------------------------------------


def test_no_key_stands_in_anything_that_is_written(run: Run, server: ModelServer, tmp_path: Path) -> None:
    file = tmp_path.parent / f"{tmp_path.name}.key"
    file.write_text(SECRET)
    done = subprocess.run(command_line(run, server, "--key-file", str(file), "--json", "--limit", "2"), capture_output=True, text=True, check=True)
    assert server.heard[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in done.stdout + done.stderr
    assert [p.name for p in run.path.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()] == []
    server._answer = lambda body: {"status": 401, "error": {"message": f"{SECRET} is no key"}}
    done = subprocess.run(command_line(run, server, "--fresh", "--seed", "1", "--limit", "2"), capture_output=True, text=True, check=False, env={**os.environ, "AGENTSCALER_API_KEY": SECRET})
    assert done.returncode == 2
    assert "answers 401: [key] is no key" in done.stderr
    assert SECRET not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--agent", "m@https://user:sk-x@host/v1"], "never into the address"),
        (["--agent", "@https://host/v1"], "give NAME@https://HOST/v1"),
        (["--agent", "scripted:nobody"], "scripted players are gold"),
        (["--user", "nobody"], "module:function"),
        (["--user", "worded:my_module:my_user"], "give worded:NAME@https://HOST/v1"),
        (["--agents", "gold", "--users", "rude=1", "--user", "u@http://127.0.0.1:9/v1"], "give shares of cooperative"),
        (["--price", "m=cheap"], "give NAME=INPUT,OUTPUT"),
        (["--set", "temperature"], "give KEY=VALUE"),
        (["--key-file", "/nowhere"], "key file '/nowhere' cannot be read"),
        (["--agent", "m@http://127.0.0.1:9/v1", "--budget", "1"], "a budget needs the price of 'm'"),
    ],
)
def test_what_the_user_can_fix_is_one_line(run: Run, command: Command, words: list[str], complaint: str) -> None:
    said = command("rollouts", "--run", run.path, *words)
    assert (said.code, said.out) == (2, "")
    assert complaint in said.err
    assert "sk-x" not in said.err


def test_recipe_names_models(run: Run, server: ModelServer, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(
        f'[run]\nfolder = "{run.path}"\n[tools]\nfrom = ["x"]\n[domains]\none = "bikes"\n[rollouts]\nagents = ["m@{server.url}"]\nuser = "u@{server.url}"\n'
        "users = { cooperative = 3, terse = 1 }\nbudget = 5.0\nset = { temperature = 0.3 }\n[rollouts.prices]\nm = { input = 1, output = 2 }\nu = { input = 1, output = 2 }\n"
    )
    (tmp_path / "x").write_text("{}")
    old = Path.cwd()
    os.chdir(tmp_path)
    try:
        recipe = read_recipe(file)
    finally:
        os.chdir(old)
    recipe = recipe._replace(verbs={"rollouts": recipe.verbs["rollouts"]})
    [summary] = walk_recipe(recipe)
    assert summary.kept == count(run)
    assert {h.body.get("temperature") for h in server.heard} == {0.3, None}
    assert set(summary.facts["success by kind of user"]) <= {"cooperative", "terse"}
    walk.report(Run(run.path), walk.Settings())
    assert "success by kind of user" in (run.path / "report" / "index.html").read_text(encoding="utf-8")


def test_players_of_a_recipe_from_the_command_line(run: Run, server: ModelServer, tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "walk"
    source = files("agentscaler") / "data" / "demo" / "bikes.yaml"
    file = tmp_path / "recipe.toml"
    file.write_text(f'[run]\nfolder = "{folder}"\n[tools]\nfrom = ["{source}"]\n[domains]\none = "bikes"\n[envs]\n[tasks]\nmost = 4\n[rollouts]\nagents = ["gold"]\n[funnel]\n')
    said = command("run", file, "--agent", f"m@{server.url}", "--user", f"u@{server.url}", "--price", "m=1,2", "--price", "u=1,2", "--budget", "9", "--json")
    assert said.code == 0, said.err
    found = rows(Run(folder))
    assert {(r["agent"], r["user"]) for r in found} == {(f"m@{server.url}", f"u@{server.url}")}


def test_drop_of_success_that_a_kind_of_user_causes_is_told() -> None:
    assert by_kind({"terse": [True, False], "cooperative": [True] * 4}) == {"cooperative": "1.000 of 4", "terse": "0.500 of 2 (-0.500)"}
    assert by_kind({"terse": [True]}) == {"terse": "1.000 of 1"}


def test_row_of_a_model_is_shown_with_its_blame(run: Run, command: Command) -> None:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        assert "tools" in body
        return {"content": "I would rather not.", "reasoning": "Nothing comes to mind."}

    with ModelServer(answer) as server:
        walk.rollouts(run, walk.Settings(), agents=[f"m@{server.url}"])
    row = rows(run)[0]
    said = command("show", row["id"], "--run", run.path).out
    assert "assistant: I would rather not." in said
    assert "(Nothing comes to mind.)" in said
    assert f"to blame: {row['blame']['who']}: {row['blame']['evidence']}" in said
    walk.funnel(run, walk.Settings())
    walk.report(run, walk.Settings())
    pages = [p.read_text(encoding="utf-8") for p in (run.path / "report" / "tasks").glob("*.html")]
    assert all("To blame: <b>agent</b>" in page and "I would rather not." in page for page in pages)
    assert pages


def test_one_task_from_python(run: Run, server: ModelServer) -> None:
    task = read_tasks(run.path)[0]
    rollout = play(task, agent=f"m@{server.url}")
    assert rollout.agent == f"m@{server.url}"
    assert grade(task, rollout).passed


async def waits(messages: list[Message], tools: list[Any]) -> str:
    return "I can do nothing."


def short(messages: list[Message], brief: Any) -> str:
    return brief.text if not messages else "###STOP###"


def test_functions_of_ones_own_play_beside_models(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    walk.rollouts(run, walk.Settings(), agents=["test_many:waits"], user="test_many:short", probes=False)
    [first, *_] = rows(run)
    assert [m["content"] for m in first["messages"][2:]] == ["I can do nothing."]
    assert (first["agent"], first["user"], first["blame"]["who"]) == ("test_many:waits", "test_many:short", "agent")


def test_person_plays_from_the_command_line(run: Run) -> None:
    words = [sys.executable, "-c", "from agentscaler.cli import main; main()", "play", "--run", str(run.path)]
    done = subprocess.run(words, input="I can do nothing.\nReally not.\nNo.\nNo.\nNo.\nNo.\n", capture_output=True, text=True, check=True)
    assert "The episode ended" in done.stdout
    assert "The judge: not passed." in done.stdout
