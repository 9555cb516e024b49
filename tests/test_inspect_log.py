"""Inspect logs: the zip as its viewer wants it, what each call changed, filters; and, where the package is installed, that Inspect itself reads them."""

import json
import shutil
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from agentscaler.dice import Dice
from agentscaler.episode import run_episode
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.inspect_log import About, Mark, Note, Sample, changes, sample_of, write_log
from agentscaler.llm.model import ScriptedModel
from agentscaler.records import Blame, Message, Rollout, ToolCall, UserFault
from agentscaler.rollouts import ScriptedUser
from agentscaler.rollouts.models import ModelAgent
from agentscaler.store import Run, read_rows
from agentscaler.walk.logs import Wanted, calls_of, chosen
from agentscaler.world import World
from conftest import Command
from library_tasks import SEED, called, cast, task_of
from worlds import library

ABOUT = About("library", "m@http://x/v1", "2026-06-15T09:00:00+00:00")


def played(*replies: Message) -> Rollout:
    """An episode on the task to return a loan."""
    task = task_of([("return_loan", {"loanId": cast().loan["loanId"]})])
    with World.open(library(), seed=SEED) as world:
        return run_episode(task, world, agent=ModelAgent(ScriptedModel(list(replies))), user=ScriptedUser(task.brief, Dice(1)), number="b" * 16)


def returned() -> Rollout:
    thought = Message(role="assistant", reasoning="The loan is known.", calls=(ToolCall(id="c1", name="return_loan", arguments={"loanId": cast().loan["loanId"]}),))
    return played(Message(role="assistant", content="I am going to return it. Shall I?"), called(0, "get_loan", {"loanId": "nowhere"}), thought, Message(role="assistant", content="Done."))


def sample(rollout: Rollout) -> Sample:
    task = task_of([("return_loan", {"loanId": cast().loan["loanId"]})])
    return sample_of(task, rollout, grade(task, rollout), library(), number="b" * 16)


def read(path: Path, name: str) -> dict[str, object]:
    with zipfile.ZipFile(path) as file:
        found: dict[str, object] = json.loads(file.read(name))
        return found


def test_log_holds_messages_calls_reasoning_changes_and_the_verdict(tmp_path: Path) -> None:
    assert write_log(tmp_path / "a.eval", [sample(returned())], ABOUT) == 1
    body = json.loads(json.dumps(read(tmp_path / "a.eval", f"samples/{'b' * 16}_epoch_1.json")))
    kinds = [e["event"] for e in body["events"]]
    assert kinds == ["sample_init", "span_begin", "model", "model", "tool", "model", "tool", "info", "model", "span_end", "score"]
    refused, made = (e for e in body["events"] if e["event"] == "tool")
    assert (refused["error"]["message"].partition(":")[0], made["function"], made["arguments"]) == ("not_found", "return_loan", {"loanId": cast().loan["loanId"]})
    [change] = [e for e in body["events"] if e["event"] == "info"]
    assert change["source"].startswith("state diff (")
    assert "\n+ loan[" in change["data"]
    assert {"type": "reasoning", "reasoning": "The loan is known."} in [part for m in body["messages"] if isinstance(m["content"], list) for part in m["content"]]
    assert body["scores"]["judge"]["value"] == "C"
    models = [e for e in body["events"] if e["event"] == "model"]
    assert [len(body["events_data"]["messages"][slice(*e["input_refs"][0])]) for e in models] == [2, 4, 6, 8]


def test_failure_says_why_and_whose_doing_it_is(tmp_path: Path) -> None:
    rollout = played(Message(role="assistant", content="Done.")).model_copy(
        update={"blame": Blame(who="user", evidence="message 1"), "faults": (UserFault(turn=1, name="leak", what="return_loan"),), "stop": "turns"}
    )
    write_log(tmp_path / "a.eval", [sample(rollout)], ABOUT)
    body = json.loads(json.dumps(read(tmp_path / "a.eval", f"samples/{'b' * 16}_epoch_1.json")))
    assert (body["scores"]["judge"]["value"], body["scores"]["blame"]["value"], body["limit"]["type"]) == ("I", "user", "message")
    assert "fault of the user: leak" in [e.get("source") for e in body["events"]]


def test_change_that_playing_again_does_not_give_is_told_as_it_stands_in_the_row() -> None:
    rollout = returned()
    whole = changes(task_of([]), rollout.model_copy(update={"messages": rollout.messages[:2]}), library())
    assert list(whole) == [1]
    assert changes(task_of([]), rollout, None) == {len(rollout.messages) - 1: whole[1]}


def test_equal_samples_are_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_log(tmp_path / f"{name}.eval", [sample(returned())], ABOUT)
    assert (tmp_path / "a.eval").read_bytes() == (tmp_path / "b.eval").read_bytes()


def test_anything_with_messages_can_be_a_sample(tmp_path: Path) -> None:
    one = Sample("tasks/7", 2, "q", "a", "m", [Message(role="user", content="q")], scores={"parts": Mark(0.5, "half")}, notes={-1: [Note("seed", "7")]}, error="the connection was lost")
    write_log(tmp_path / "a.eval", [one], ABOUT)
    body = json.loads(json.dumps(read(tmp_path / "a.eval", "samples/tasks/7_epoch_2.json")))
    assert (body["error"]["message"], body["scores"]["parts"]["value"]) == ("the connection was lost", 0.5)
    assert json.loads(json.dumps(read(tmp_path / "a.eval", "header.json")))["results"]["scores"][0]["metrics"]["mean"]["value"] == 0.5


# ---- over a run -----------------------------------------------------------------------------------------------------


def test_run_becomes_a_log_for_each_agent(bikes: Path, tmp_path: Path, command: Command) -> None:
    done = command("logs", "--run", bikes, "--out", tmp_path, "--json")
    with zipfile.ZipFile(tmp_path / "gold.eval") as file:
        events = [e for name in file.namelist() if name.startswith("samples/") for e in json.loads(file.read(name))["events"]]
    # a change stands behind the call that made it
    assert {before["event"] for before, after in pairwise(events) if after["event"] == "info"} == {"tool"}
    agents = {r["agent"] for r in read_rows(bikes / "rollouts.jsonl")}
    assert {p.stem for p in tmp_path.iterdir()} == agents
    assert json.loads(done.out.splitlines()[-1])["kept"] == sum(1 for _ in read_rows(bikes / "rollouts.jsonl"))


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(verdict="passed"), lambda p: p.verdict.passed),
        (Wanted(verdict="failed"), lambda p: not p.verdict.passed),
        (Wanted(calls=(3, 4)), lambda p: 3 <= p.task.difficulty.calls <= 4),
        (Wanted(shape="write"), lambda p: p.task.difficulty.shape == "write"),
        (Wanted(field="nowhere"), lambda p: False),
        (Wanted(blame="agent"), lambda p: p.rollout.blame is not None),
    ],
)
def test_filter_takes_those_and_no_others(bikes: Path, wanted: Wanted, holds: object) -> None:
    every = list(chosen(Run(bikes), Wanted()))
    assert [p.number for p in chosen(Run(bikes), wanted)] == [p.number for p in every if holds(p)]  # type: ignore[operator]


def test_nothing_of_that_kind_is_said(bikes: Path, tmp_path: Path, command: Command) -> None:
    done = command("logs", "--run", bikes, "--out", tmp_path, "--field", "nowhere")
    assert (done.code, "no rollout of" in done.err) == (2, True)
    assert command("logs", "--run", bikes, "--verdict", "perhaps").code == 2
    with pytest.raises(UserError, match="3-5"):
        calls_of("many")


def test_inspect_itself_reads_it(bikes: Path, tmp_path: Path, command: Command) -> None:
    """The real package, of this interpreter or of the one that INSPECT_PYTHON names."""
    import os

    python = os.environ.get("INSPECT_PYTHON") or (sys.executable if shutil.which("inspect") else "")
    program = "import sys; from inspect_ai.log import read_eval_log as r; x = r(sys.argv[1]); print(x.status, len(x.samples), sum(s.scores['judge'].value == 'C' for s in x.samples), max(len(e.input) for s in x.samples for e in s.events if e.event == 'model'))"
    command("logs", "--run", bikes, "--out", tmp_path)
    done = subprocess.run([python, "-c", program, str(tmp_path / "gold.eval")], capture_output=True, text=True, check=False, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}) if python else None
    if done is None or "No module named 'inspect_ai'" in done.stderr:
        pytest.skip("inspect-ai is not installed")
    rows = [r for r in read_rows(bikes / "rollouts.jsonl") if r["agent"] == "gold"]
    longest = max(n for r in rows for n, m in enumerate(r["messages"]) if m["role"] == "assistant")
    assert done.stdout.split() == ["success", str(len(rows)), str(len(rows)), str(longest)], done.stderr
