"""Eight episodes in the bike rental, both sides played by hand over HTTP and recorded: played again offline, they are the same, and the judge says of each what a reader says."""

import shutil
from pathlib import Path

from agentscaler import walk
from agentscaler.store import Run, read_rows
from conftest import Command

RECORDED = Path(__file__).parent / "recorded"
PLAYER = "played-by-hand@http://127.0.0.1:8765/v1"
KINDS = "cooperative=1,terse=1,chatty=1,impatient=1,digressing=1,unsure=1,wavering=1,overreaching=1"


def test_recorded_episodes_are_played_again_offline(tmp_path: Path, command: Command) -> None:
    """The prompts are part of a recording's keys: who changes one has to play the episodes anew, or leave this test to those that build their world."""
    shutil.copytree(RECORDED, tmp_path / "run")
    done = command("rollouts", "--run", tmp_path / "run", "--agent", PLAYER, "--user", PLAYER, "--users", KINDS, "--offline")
    assert done.code == 0, done.err
    rows = {r["task"]: r for r in read_rows(tmp_path / "run" / "rollouts.jsonl")}
    tasks = {r["id"]: r for r in read_rows(tmp_path / "run" / "tasks.jsonl")}
    assert len(rows) == len(tasks) == 8
    assert all(r["agent"] == r["user"] == PLAYER and not r["scripted"] for r in rows.values())
    assert {r["stop"] for r in rows.values()} == {"user_done"}
    assert not [r for r in rows.values() if r.get("faults") or r.get("plain")]
    # by a slip of the hand, the agent that made a station deleted two members as well
    wrong = [r for r in rows.values() if "blame" in r]
    assert [(tasks[r["task"]]["difficulty"]["shape"], r["blame"]["who"]) for r in wrong] == [("create", "agent")]
    assert "still" not in wrong[0]["blame"]["evidence"]
    assert wrong[0]["blame"]["evidence"].count("member[") == 2


def test_recording_is_marked_as_such(tmp_path: Path) -> None:
    shutil.copytree(RECORDED, tmp_path / "run")
    from agentscaler.walk.models import rollouts_of_models
    from agentscaler.walk.table import Talk

    talk = Talk(user=PLAYER, users={k.partition("=")[0]: 1.0 for k in KINDS.split(",")}, offline=True)
    summary = rollouts_of_models(Run(tmp_path / "run"), walk.Settings(), agents=[PLAYER], trials=1, talk=talk)
    assert summary.facts["from the recording"] == sum(1 for _ in read_rows(RECORDED / "replies.jsonl"))
