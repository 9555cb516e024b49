"""Scores: the statistics against what is known, a pinned set that comes back the same or says what differs, agents over real HTTP that must get exactly their numbers, variants, comparison, regrading."""

import itertools
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import typer.main

from agentscaler import cli
from agentscaler.dice import Dice
from agentscaler.episode import tool_list
from agentscaler.errors import UserError
from agentscaler.evals.floors import FLOORS
from agentscaler.evals.numbers import Outcome, by_cluster, paired, pass_all, rate, success, visible
from agentscaler.evals.pinned import PinnedSet, pin, read_set, rebuild
from agentscaler.evals.score import Result, read_result, write_result
from agentscaler.evals.table import by_calls, compare, drops, endings, main_table
from agentscaler.evals.variants import NOT_OFFERED, VARIANTS, Disguise
from agentscaler.evals.worlds import evaluate, regrade
from agentscaler.llm.desk import GIVE_UP
from agentscaler.records import EnvRow, JsonObject, Message, Task, ToolCall
from agentscaler.rollouts import kept_env
from agentscaler.store import Run, read_records, read_rows
from conftest import Command
from model_server import ModelServer, actor

# ---- statistics -----------------------------------------------------------------------------------------------------


def test_pass_k_is_the_share_of_draws_of_k_trials_that_all_pass() -> None:
    outcomes = {"a": [True, True, False, True], "b": [False] * 4, "c": [True] * 4}
    for k, found in pass_all(outcomes, crashed="fails").items():
        drawn = [[all(some) for some in itertools.combinations(trials, k)] for trials in outcomes.values()]
        assert found == pytest.approx(sum(sum(d) / len(d) for d in drawn) / 3), k


def test_crashed_trials_fail_in_one_convention_and_are_left_out_in_the_other() -> None:
    outcomes: dict[str, list[Outcome]] = {"a": [True, None, True], "b": [None, False, True], "c": [None, None, None]}
    assert pass_all(outcomes, crashed="fails") == pytest.approx({1: (2 / 3 + 1 / 3) / 3, 2: (1 / 3) / 3, 3: 0.0})
    assert pass_all(outcomes, crashed="dropped") == pytest.approx({1: (1 + 1 / 2) / 2, 2: 1 / 2}), "k ends at the fewest trials left, a task without any is not there"


@pytest.mark.parametrize("rising", [1.0, 4.0])
def test_intervals_hold_the_true_rate_as_often_as_they_say(rising: float) -> None:
    """Tasks of differing difficulty, four trials each: 95 % of the intervals hold the mean, and of those of a difference hold none."""
    rng = np.random.default_rng(3)
    held = level = 0
    draws = 120
    for _ in range(draws):
        p = rng.beta(rising, 1.0, size=100)
        a, b = ({str(n): [bool(x) for x in rng.random(4) < p[n]] for n in range(100)} for _ in "ab")
        one, difference = success(a), paired(a, b).difference
        held += one.low <= rising / (rising + 1) <= one.high
        level += difference.low <= 0 <= difference.high
    assert 0.89 <= held / draws <= 0.99
    assert 0.89 <= level / draws <= 0.995


def test_interval_of_coins_is_that_of_the_normal_distribution() -> None:
    outcomes = {str(n): [n % 5 < 2] for n in range(400)}
    found = success(outcomes)
    width = 1.96 * (0.4 * 0.6 / 400) ** 0.5
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.4 - width, 0.4 + width), abs=0.006)
    assert visible(outcomes) == pytest.approx(2.8016 * (2 * 0.24 / 400) ** 0.5, rel=0.01)


def test_never_and_always_are_not_certain() -> None:
    """0 of 100: the exact binomial says at most 3.6 %."""
    assert success({str(n): [False] * 4 for n in range(100)})[:3] == pytest.approx((0.0, 0.0, 0.0362), abs=1e-4)
    assert success({str(n): [True] for n in range(10)})[:3] == pytest.approx((1.0, 0.6915, 1.0), abs=1e-4)


def test_tasks_of_one_world_make_the_interval_wider() -> None:
    outcomes = {f"{w}/{n}": [w < 6] for w in range(10) for n in range(10)}
    by_task, by_world = success(outcomes), by_cluster(outcomes, {u: u.split("/")[0] for u in outcomes})
    assert by_task.value == by_world.value == 0.6
    assert by_world.high - by_world.low > 2 * (by_task.high - by_task.low)
    assert rate([], []).n == 0
    alone = by_cluster(outcomes, dict.fromkeys(outcomes, "one"))
    assert alone.value == 0.6
    assert np.isnan(alone.low), "of one world nothing is known of others"


def test_paired_differences_see_what_two_lone_intervals_do_not() -> None:
    """B does all that A does and five tasks more of 200."""
    a = {str(n): [n < 100] for n in range(200)}
    b = {str(n): [n < 110] for n in range(200)}
    found = paired(a, b)
    assert found.difference.value == 0.05
    assert found.difference.low > 0
    assert (len(found.better), len(found.worse)) == (10, 0)
    assert found.p == pytest.approx(2 * 0.5**10)
    assert success(a).high > success(b).low
    assert found.visible < visible(a)
    alike = paired({str(n): [False] for n in range(8)}, {str(n): [True] for n in range(8)})
    assert alike.difference[:3] == pytest.approx((1.0, 0.2612, 1.0), abs=1e-3), "eight tasks are not certainty"
    assert np.isnan(alike.visible)


# ---- the set --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pinned(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of the one world that ships with the package."""
    out = tmp_path_factory.mktemp("set") / "bikes.json"
    pin(Run(bikes), out, name="bikes", most=30, tries=400, all_=True)
    return out


def test_set_comes_back_from_ids_and_seeds(pinned: Path, bikes: Path, tmp_path: Path) -> None:
    run = rebuild(read_set(pinned), tmp_path / "set")
    tasks = {number for number, _ in read_records(run.product("tasks"), Task)}
    assert tasks == set(read_set(pinned).worlds[0].tasks)
    assert len(tasks) >= 10
    assert [r.env for _, r in read_records(run.product("envs"), EnvRow)] == [r.env for _, r in read_records(bikes / "envs.jsonl", EnvRow)]
    stamp = run.product("tasks").stat().st_mtime_ns
    assert rebuild(read_set(pinned), tmp_path / "set").product("tasks").stat().st_mtime_ns == stamp, "what is there is used"


def test_set_that_cannot_come_back_says_what_differs(pinned: Path, tmp_path: Path) -> None:
    found = read_set(pinned)
    world = found.worlds[0]
    for change, what in (({"tasks": (*world.tasks, "0" * 16)}, "1 of its .* tasks"), ({"env": "0" * 16}, "1 of its 1 worlds"), ({"tools": (*world.tools, "0" * 16)}, "1 of its .* tools")):
        other = found.model_copy(update={"worlds": (world.model_copy(update=change),)})
        with pytest.raises(UserError, match=f"{what} are others now; .*the code .* has changed"):
            rebuild(other, tmp_path / what[:9])
    with pytest.raises(UserError, match=r"bikes.yaml.* \(here "):
        rebuild(found.model_copy(update={"worlds": (world.model_copy(update={"env": "x"}),), "sources": dict.fromkeys(found.sources, "older")}), tmp_path / "older")


def test_shipped_set_is_large_and_wide_and_holds_ids_only() -> None:
    """Whether it comes back is not asked here: worlds and tasks change, and then it is pinned again."""
    found = read_set()
    assert len(found.worlds) >= 40
    assert sum(len(w.tasks) for w in found.worlds) >= 400
    assert len({w.field for w in found.worlds}) >= 12
    assert {len(i) for w in found.worlds for i in (w.env, *w.tools, *w.tasks)} == {16}


# ---- players over HTTP ----------------------------------------------------------------------------------------------

Answer = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def ready(pinned: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rebuild(read_set(pinned), tmp_path_factory.mktemp("ready") / "set")


def say_done(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": "Done."}


def anything(body: dict[str, Any]) -> dict[str, Any]:
    """A call drawn from the tools with made-up arguments, then words."""
    dice = Dice("anything", len(body["messages"]), body["messages"][1]["content"])
    if len(body["messages"]) > 4:
        return {"content": "Done."}
    tool = dice.choice(body["tools"])["function"]
    arguments = {n: {"integer": 7, "boolean": True, "number": 1.5}.get(s.get("type"), "something") for n, s in tool["parameters"]["properties"].items()}
    return {"content": "", "tool_calls": [{"id": "c", "type": "function", "function": {"name": tool["name"], "arguments": orjson.dumps(arguments).decode()}}]}


def scored(answer: Answer, pinned: Path, out: Path, **more: Any) -> tuple[dict[str, Result], str]:
    """Results by name, and the name of the endpoint's."""
    pytest.importorskip("openai", reason="needs the extra models")
    with ModelServer(answer) as server:
        paths = evaluate([f"m@{server.url}"], out=out, pinned=pinned, talk={"timeout": 20.0, "tries": 1}, **more)
    return {p.stem: read_result(p) for p in paths}, paths[-1].stem


def test_gold_over_http_earns_everything_and_the_rows_beside_it_what_they_must(pinned: Path, ready: Run, tmp_path: Path) -> None:
    results, mine = scored(actor(ready.path), pinned, tmp_path, trials=2)
    assert list(results) == [*FLOORS, mine]
    tasks = len(read_set(pinned).worlds[0].tasks)
    assert len(results[mine].scores) == 2 * tasks
    assert all(s.passed and s.blame is None and s.calls >= s.gold_calls for s in results[mine].scores)
    assert all(s.passed for s in results["gold"].scores)
    for name in ("do-nothing", "always-refuse"):
        assert not any(s.passed for s in results[name].scores), name
    row = main_table([(mine, results[mine])])[0]
    assert (row["pass^1"], row["pass^2"], row["trials"]) == ("100.0", "100.0", 2)
    assert not results[mine].stamp.scripted
    assert results["gold"].stamp.scripted
    assert sum(s.prompt_tokens for s in results[mine].scores) > 0


def test_doing_nothing_and_calling_anything_over_http_earn_nothing(pinned: Path, tmp_path: Path) -> None:
    for answer in (say_done, anything):
        results, mine = scored(answer, pinned, tmp_path / answer.__name__, trials=2)
        assert {s.passed for s in results[mine].scores} == {False}
        assert {s.blame for s in results[mine].scores} == {"agent"}
        assert [s.passed for s in results["do-nothing"].scores] == [s.passed for s in results[mine].scores if s.trial == 0]
    assert any(s.failed_calls for s in results[mine].scores)


def test_crashing_endpoint_counts_exactly_in_both_conventions(pinned: Path, ready: Run, tmp_path: Path) -> None:
    """Gold, but the server always dies on conversations that begin in some ways: more of them than would be taken for an outage."""
    gold = actor(ready.path)

    def dies(text: str) -> bool:
        return Dice("dies", text).chance(0.4)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return {"status": 500, "error": {"message": "worker died"}} if dies(body["messages"][1]["content"]) else gold(body)

    results, mine = scored(answer, pinned, tmp_path, trials=2)
    played = {(r["task"], r["trial"]): r for r in read_rows(tmp_path / "played" / mine / "rollouts.jsonl")}
    crashed = {(s.task, s.trial) for s in results[mine].scores if s.passed is None}
    assert len(crashed) > GIVE_UP
    assert len(played) + len(crashed) == len(results[mine].scores)
    assert not any(dies(r["messages"][1]["content"]) for r in played.values())
    assert all(s.blame == "infrastructure" for s in results[mine].scores if s.passed is None)
    assert all(s.passed for s in results[mine].scores if s.passed is not None)
    outcomes = results[mine].outcomes()
    both = sum(all(o is True for o in some) for some in outcomes.values()) / len(outcomes)
    one = sum(sum(o is True for o in some) for some in outcomes.values()) / 2 / len(outcomes)
    assert pass_all(outcomes, crashed="fails") == pytest.approx({1: one, 2: both})
    assert pass_all(outcomes, crashed="dropped") == pytest.approx(dict.fromkeys(range(1, 1 + min(sum(o is not None for o in some) for some in outcomes.values() if any(some))), 1.0))
    row = main_table([(mine, results[mine])])[0]
    assert row["crashed"] == len(crashed)
    assert set(row["without crashed"].split(", ")) <= {"100.0", "-"}


def broken(messages: Sequence[Message], tools: Sequence[JsonObject]) -> str:
    """An agent of one's own with a bug that some conversations meet."""
    if len(messages[1].content) % 2:
        raise KeyError("order")
    return "Done."


def test_agents_own_errors_end_an_episode_and_not_the_run(pinned: Path, tmp_path: Path) -> None:
    [result] = [read_result(p) for p in evaluate(["test_evals:broken"], out=tmp_path, pinned=pinned, trials=1) if "broken" in p.stem]
    assert {s.passed for s in result.scores} == {False, None}


def test_going_on_and_regrading_ask_nobody_and_change_nothing(pinned: Path, ready: Run, tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the extra models")
    with ModelServer(actor(ready.path)) as server:
        agent = f"m@{server.url}"
        path = evaluate([agent], out=tmp_path, pinned=pinned, trials=1)[-1]
        before, asked = read_result(path), len(server.heard)
        evaluate([agent], out=tmp_path, pinned=pinned, trials=1)
        assert len(server.heard) == asked
    path.unlink()
    assert path in regrade(tmp_path)
    again = read_result(path)
    assert again.scores == before.scores
    assert again.stamp.model_copy(update={"date": before.stamp.date}) == before.stamp
    with pytest.raises(UserError, match="other arguments"):
        evaluate([agent], out=tmp_path, pinned=pinned, trials=3)


def test_money_and_seconds_where_both_sides_are_models(pinned: Path, ready: Run, tmp_path: Path) -> None:
    """The episodes' costs add up to what the recording says was paid, seat by seat; a killed run's half line is cut off, and conditions of another seed are not taken for today's."""
    pytest.importorskip("openai", reason="needs the extra models")
    prices = {"m": {"input": 1.0, "output": 3.0}, "u": {"input": 10.0, "output": 30.0}}
    with ModelServer(actor(ready.path)) as server:
        more: dict[str, Any] = {"users": [f"u@{server.url}"], "pinned": pinned, "trials": 1, "limit": 6}
        path = evaluate([f"m@{server.url}"], out=tmp_path, talk={"timeout": 20.0, "prices": prices}, **more)[-1]
        result = read_result(path)
        paid = sum(p["input"] * u["prompt"] + p["output"] * u["completion"] for row in read_rows(tmp_path / "replies.jsonl") for p, u in [(prices[row["model"]], row["reply"]["usage"])]) / 1e6
        assert paid > 0
        assert sum(s.cost or 0.0 for s in result.scores) == pytest.approx(paid)
        assert all(s.seconds is not None and s.seconds > 0 for s in result.scores)
        assert endings([("m", result)])[0]["cost"] == f"{paid:.4f}"
        told = next((tmp_path / "played").glob("*")) / "spent.jsonl"
        before = told.read_bytes()
        told.write_bytes(before + before[:20])
        again = read_result(evaluate([f"m@{server.url}"], out=tmp_path, fresh=True, talk={"timeout": 20.0, "prices": prices}, **more)[-1])
        assert again.scores == result.scores, "played again from the recording: the first time counts"
        assert told.read_bytes() == before
        cheap = evaluate([f"m@{server.url}"], out=tmp_path / "half", talk={"timeout": 20.0, "prices": {"m": prices["m"]}}, **more)[-1]
        assert {s.cost for s in read_result(cheap).scores} == {None}, "a sum of what is known only would look cheap"
    path.unlink()
    regrade(tmp_path)
    assert read_result(path).scores == result.scores
    told.write_bytes(before.replace(b'"mark":"', b'"mark":"x'))
    regrade(tmp_path)
    assert {(s.cost, s.seconds) for s in read_result(path).scores} == {(None, None)}


# ---- variants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_disguise_and_back_is_nothing(ready: Run, variant: str) -> None:
    task = next(read_records(ready.product("tasks"), Task))[1]
    env = kept_env(str(ready.path / task.folder))
    stranger = {"type": "function", "function": {"name": "zebra_feed", "description": "Feeds.", "parameters": {"type": "object", "properties": {}}}}
    disguise = Disguise(variant, env, [stranger])
    tools = tool_list(env)
    shown = disguise.shown_tools(tools)
    names = [t["function"]["name"] for t in shown]
    assert names == sorted(names)
    assert len(set(names)) == len(tools) + (variant == "distractors")
    if variant == "renamed":
        assert not set(names) & {t.name for t in env.tools}
    for call in task.gold:
        message = Message(role="assistant", calls=(ToolCall(id="x", name=call.name, arguments=call.arguments),))
        assert disguise.true(disguise.shown(message)) == message


def test_true_names_are_not_offered_and_not_told(ready: Run) -> None:
    task = next(read_records(ready.product("tasks"), Task))[1]
    env = kept_env(str(ready.path / task.folder))
    disguise = Disguise("renamed", env)
    true = env.tools[0].name
    called = disguise.true(Message(role="assistant", calls=(ToolCall(id="x", name=true, arguments={}),)))
    assert called.calls[0].name == NOT_OFFERED + true
    told = disguise.shown(Message(role="tool", name=NOT_OFFERED + true, error="unknown_tool", content=f"there is no tool {NOT_OFFERED}{true}; ask {env.tools[1].name}"))
    assert NOT_OFFERED not in told.content + (told.name or "")
    assert env.tools[1].name not in told.content.split()
    worded = Disguise("reworded", env)
    tool = next(t for t in env.tools if any(a != b for a, b in worded.parameters[t.name].items()))
    was, shown = next((a, b) for a, b in worded.parameters[tool.name].items() if a != b)
    call = worded.true(Message(role="assistant", calls=(ToolCall(id="x", name=tool.name, arguments={was: 1}),))).calls[0]
    assert was not in call.arguments, "the schema it was shown has no such parameter"
    assert shown in worded.shown(Message(role="tool", name=tool.name, error="invalid_arguments", content=f"{was} is required")).content


def test_variants_are_scored_apart_and_the_drop_is_paired(pinned: Path, tmp_path: Path) -> None:
    named = [(p.stem, read_result(p)) for p in evaluate(["scripted"], out=tmp_path, pinned=pinned, trials=1, variants=["plain", "renamed", "distractors"])]
    lost = drops(named)
    assert [row["variant"] for row in lost] == ["renamed", "distractors"]
    assert all(row["tasks"] == len(named[-1][1].outcomes()) for row in lost)
    with pytest.raises(UserError, match=r"cannot stand in one table.*variant: plain \| renamed"):
        main_table(named[-3:-1])
    assert {row["variant"] for row in main_table(named[-3:-1], but=["variant"])} == {"plain", "renamed"}
    with pytest.raises(UserError, match="reads answers as JSON only"):
        evaluate(["scripted"], out=tmp_path, pinned=pinned, variants=["reformatted"])


# ---- tables and the command line ------------------------------------------------------------------------------------


def test_command_line_scores_compares_and_refuses_to_mix(command: Command, pinned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTSCALER_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    ended = command("evals", "worlds", "--agent", "scripted", "--agent", "scripted:shallow", "--set", pinned, "--out", out, "--trials", 2, "--json")
    assert ended.code == 0, ended.err
    rows = {r["name"]: r for r in orjson.loads(ended.out.strip().split("\n")[-1])["conditions"][0]["rows"]}
    assert set(rows) == {*FLOORS, "solver"} or set(rows) == {*FLOORS, "solver", "shallow"}
    page = (out / "index.html").read_text()
    assert "pass^k" in page
    assert "<script" not in page
    a, b = out / "results" / "do-nothing.jsonl", out / "results" / "gold.jsonl"
    ended = command("evals", "compare", a, b, "--page", tmp_path / "c.html", "--json")
    assert ended.code == 0
    found = orjson.loads(ended.out.strip().split("\n")[-1])
    assert found["rows"][0]["difference"] == "+100.0"
    assert len(found["flips"]) == len(read_result(a).outcomes())
    assert "gold against do-nothing" in (tmp_path / "c.html").read_text()
    other = read_result(b)
    write_result(tmp_path / "other.jsonl", Result(other.stamp.model_copy(update={"grading": "older"}), other.scores))
    ended = command("evals", "table", a, tmp_path / "other.jsonl")
    assert (ended.code, ended.out) == (2, "")
    assert "grading: " in ended.err
    assert command("evals", "table", a, tmp_path / "other.jsonl", "--but", "grading").code == 0
    (tmp_path / "torn.jsonl").write_bytes(b.read_bytes()[:-20])
    ended = command("evals", "table", tmp_path / "torn.jsonl")
    assert ended.code == 2
    assert f"line {len(other.scores) + 1} is no line of a result" in ended.err
    assert command("evals", "regrade", out).code == 0
    assert command("evals", "regrade", tmp_path).code == 2


def test_every_part_of_the_verb_teaches_with_an_example_that_would_run(command: Command) -> None:
    commands = typer.main.get_command(cli.app).commands["evals"].commands  # type: ignore[attr-defined]
    for name, part in commands.items():
        examples = [shlex.split(line.partition(": ")[2]) for line in part.epilog.split("\n\n")]
        for *said, in examples:
            assert said[:3] == ["agentscaler", "evals", name]
            part.make_context(name, said[3:])
        assert all(p.help for p in part.params), name
        assert command("evals", name, "--help").code == 0


def test_success_is_shown_against_gold_calls_and_actual_ones(pinned: Path, tmp_path: Path) -> None:
    named = [(p.stem, read_result(p)) for p in evaluate(["scripted"], out=tmp_path, pinned=pinned, trials=1)]
    gold = dict(named)["gold"]
    rows = by_calls([("gold", gold)])
    assert sum(int(r["gold"].rpartition(" ")[2]) for r in rows) == len(gold.outcomes())
    assert all(r["gold"].startswith("100.0") for r in rows)
    assert "0" in [r["name"] for r in by_calls([("do-nothing", dict(named)["do-nothing"])], actual=True)]


def test_comparison_needs_tasks_in_common(pinned: Path, tmp_path: Path) -> None:
    named = {p.stem: read_result(p) for p in evaluate(["scripted"], out=tmp_path, pinned=pinned, trials=1)}
    gold = named["gold"]
    other = Result(gold.stamp, tuple(s.model_copy(update={"unit": "x" + s.unit}) for s in gold.scores))
    with pytest.raises(UserError, match="share no task"):
        compare(("a", gold), ("b", other))
    assert compare(("a", gold), ("b", gold)).flips == []


def test_pinning_needs_held_out_worlds(bikes: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--all"):
        pin(Run(bikes), tmp_path / "set.json")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(UserError, match=r"bad\.json is no set of worlds"):
        read_set(tmp_path / "bad.json")
    assert isinstance(read_set(), PinnedSet)
    assert list(read_rows(bikes / "envs.jsonl"))


def test_packages_that_are_missing_are_named_with_what_installs_them(pinned: Path, tmp_path: Path) -> None:
    """Those that the lost tools come from; the others are counted only."""
    found = read_set(pinned)
    world = found.worlds[0]
    gone = found.model_copy(update={"sources": {**found.sources, "slack_sdk-of-nobody": "1.0", "other-of-nobody": "2.0"}, "worlds": (world.model_copy(update={"tools": (*world.tools, "0" * 16), "services": ("slack_sdk-of-nobody:chat",)}),)})
    with pytest.raises(UserError, match=r"not installed here, and needed: slack_sdk-of-nobody 1\.0 \(`make libraries` installs .*; 2 are missing in all\)"):
        rebuild(gone, tmp_path / "set")
