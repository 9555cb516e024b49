"""Several processes that play one run's episodes over HTTP: the same rows as one, one ledger, one line, nothing lost where one of them or all are killed."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import walk
from agentscaler.errors import UserError
from agentscaler.store import Run, read_rows
from model_server import ModelServer, actor, shares

pytest.importorskip("openai", reason="needs the extra models")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")

HARMLESS = ("429", "500", "reset", "truncated", "cut", "slow")
"""Faults that leave no trace in a row."""


@pytest.fixture
def run(bikes: Path, tmp_path: Path) -> Run:
    """The bike rental up to its tasks."""
    shutil.copy(bikes / "tasks.jsonl", tmp_path)
    shutil.copytree(bikes / "envs", tmp_path / "envs")
    return Run(tmp_path)


@pytest.fixture
def server(run: Run) -> Iterator[ModelServer]:
    with ModelServer(actor(run.path), delay=0.002) as serving:
        yield serving


def played(run: Run, server: ModelServer, workers: int, **more: Any) -> walk.Summary:
    given = {"agents": [f"m@{server.url}"], "user": f"u@{server.url}", "timeout": 20.0, "users": {"cooperative": 1}, "at_once": 12, "a_process": 4, "trials": 2} | more
    return walk.rollouts(run, walk.Settings(workers=workers, fresh=more.pop("fresh", False)), **{k: v for k, v in given.items() if k != "fresh"})


def children(of: int | None = None) -> list[int]:
    """Processes that this one, or another, started to play."""
    out = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == (of or os.getpid()) and b"walk.processes" in (folder / "cmdline").read_bytes():
                out.append(int(folder.name))
        except OSError:
            continue
    return out


def test_same_rows_at_any_number_of_processes(run: Run, server: ModelServer, tmp_path: Path) -> None:
    found, paid = [], []
    for workers in (1, 3):
        summary = played(run, server, workers, fresh=True, replies=str(tmp_path / f"{workers}.jsonl"))
        found.append(run.product("rollouts").read_bytes())
        recorded = list(read_rows(tmp_path / f"{workers}.jsonl"))
        assert len({r["key"] for r in recorded}) == len(recorded)
        assert summary.facts["model m"]["requests"] + summary.facts["model u"]["requests"] == len(recorded)
        paid.append({r["key"]: r["reply"]["usage"] for r in recorded})
    assert found[0] == found[1]
    assert paid[0] == paid[1]
    assert len(server.heard) == sum(map(len, paid)), "each was asked once"


def test_more_processes_than_one_did_play(run: Run, server: ModelServer) -> None:
    seen: set[int] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            seen.update(children())

    watcher = threading.Thread(target=watch)
    watcher.start()
    played(run, server, 2, trials=1)
    stop.set()
    watcher.join()
    assert len(seen) == 2
    assert not children(), "they end with the run"


def test_one_line_for_all(run: Run) -> None:
    with ModelServer(actor(run.path), delay=0.01) as server:
        played(run, server, 2, requests=3, trials=1)
        assert server.peak <= 3


def test_faults_of_the_connection_leave_no_trace(run: Run, server: ModelServer) -> None:
    played(run, server, 1, trials=1)
    clean = [[r["task"], r["messages"]] for r in read_rows(run.product("rollouts"))]
    with ModelServer(actor(run.path), faults=shares(0.2, HARMLESS)) as faulty:
        summary = played(run, faulty, 2, trials=1, fresh=True, replies=str(run.path / "other.jsonl"))
        assert sum(faulty.met.values()) > 0
    assert summary.dropped == {}
    assert sum(summary.facts["failed requests"].values()) > 5
    assert sorted([r["task"], r["messages"]] for r in read_rows(run.product("rollouts"))) == sorted(clean)


def test_budget_holds_for_all_together_and_the_same_command_goes_on(run: Run, server: ModelServer) -> None:
    prices = {"m": {"input": 10.0, "output": 10.0}, "u": {"input": 10.0, "output": 10.0}}
    with pytest.raises(UserError, match=r"the budget of 0.5 is spent: .* episodes are finished and stay"):
        played(run, server, 3, prices=prices, budget=0.5)
    recorded = list(read_rows(run.path / "replies.jsonl"))
    spent = sum((r["reply"]["usage"]["prompt"] + r["reply"]["usage"]["completion"]) * 10 / 1e6 for r in recorded)
    assert 0.2 < spent <= 0.5
    summary = played(run, server, 2, prices=prices, budget=100.0)
    recorded = list(read_rows(run.path / "replies.jsonl"))
    assert len(recorded) == len({r["key"] for r in recorded}) == len(server.heard), "nothing was paid for twice"
    assert summary.kept == 2 * sum(1 for _ in read_rows(run.product("tasks")))


def test_budget_without_a_price_is_one_line(run: Run, server: ModelServer) -> None:
    with pytest.raises(UserError, match="a budget needs the price of"):
        played(run, server, 2, budget=1.0)


def test_endpoint_that_refuses_stops_all(run: Run) -> None:
    with ModelServer(lambda body: {"status": 401, "error": {"message": "no key"}}) as server, pytest.raises(UserError, match=r"answers 401: no key .*0 of \d+ episodes"):
        played(run, server, 2)
    assert not children()


def test_one_that_is_killed_gives_its_episodes_back(run: Run) -> None:
    with ModelServer(actor(run.path), delay=0.03) as server:
        killed: list[int] = []

        def kill() -> None:
            while not killed:
                time.sleep(0.05)
                if len(server.heard) > 40 and (found := children()):
                    os.kill(found[0], signal.SIGKILL)
                    killed.append(found[0])

        killer = threading.Thread(target=kill)
        killer.start()
        summary = played(run, server, 2)
        killer.join()
    assert killed
    assert (summary.kept, summary.dropped) == (2 * sum(1 for _ in read_rows(run.product("tasks"))), {})
    recorded = list(read_rows(run.path / "replies.jsonl"))
    assert len({r["key"] for r in recorded}) == len(recorded)
    assert summary.facts["model m"]["requests"] + summary.facts["model u"]["requests"] == len(recorded)


def test_all_killed_is_said_and_the_same_command_goes_on(run: Run) -> None:
    with ModelServer(actor(run.path), delay=0.03) as server:

        def kill() -> None:
            while len(server.heard) < 40:
                time.sleep(0.05)
            for number in children():
                os.kill(number, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(UserError, match="all processes that played died"):
            played(run, server, 2)
        killer.join()
        before = sum(1 for _ in read_rows(run.path / "replies.jsonl"))
        summary = played(run, server, 2)
        assert before > 0
        assert summary.kept == 2 * sum(1 for _ in read_rows(run.product("tasks")))
        recorded = list(read_rows(run.path / "replies.jsonl"))
        assert len({r["key"] for r in recorded}) == len(recorded)


def test_killed_with_its_processes_and_gone_on_with_another_number(run: Run) -> None:
    with ModelServer(actor(run.path), delay=0.03) as server:
        # 256 episodes at once are played by two processes
        words = [sys.executable, "-c", "from agentscaler.cli import main; main()", "rollouts", "--run", str(run.path), "--agent", f"m@{server.url}", "--user", f"u@{server.url}"]
        words += ["--users", "cooperative=1", "--trials", "19", "--at-once", "256", "--price", "m=1,2", "--price", "u=1,2"]
        process = subprocess.Popen([*words, "--workers", "2"], stderr=subprocess.DEVNULL)
        part = run.path / "rollouts.jsonl.part"
        while process.poll() is None and (not part.exists() or part.read_bytes().count(b"\n") < 30):
            time.sleep(0.02)
        assert process.poll() is None, "it was quicker than the test"
        others = children(process.pid)
        assert len(others) == 2
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not run.product("rollouts").exists()
        end = time.monotonic() + 10
        while time.monotonic() < end and any(Path(f"/proc/{n}").exists() for n in others):
            time.sleep(0.05)
        assert not any(Path(f"/proc/{n}").exists() for n in others), "they end with the first"
        done = subprocess.run([*words, "--workers", "1", "--json"], capture_output=True, text=True, check=True)
        told = orjson.loads(done.stdout.splitlines()[-1])
    found = list(read_rows(run.product("rollouts")))
    assert len({(r["task"], r["trial"]) for r in found}) == len(found) == told["kept"] == 19 * sum(1 for _ in read_rows(run.product("tasks")))
    recorded = list(read_rows(run.path / "replies.jsonl"))
    assert len({r["key"] for r in recorded}) == len(recorded)
    assert sum(r["usage"]["prompt_tokens"] for r in found) == sum(r["reply"]["usage"]["prompt"] for r in recorded), "each reply belongs to one row"
