"""Rollouts picked out by verdict, blame, field, shape or difficulty, written as Inspect logs: RUN/logs/<agent>.eval, a file for each agent. `inspect view` opens them."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.inspect_log import About, Sample, sample_of, write_log
from agentscaler.records import EnvRow, Rollout, Task, Verdict
from agentscaler.rollouts import kept_env
from agentscaler.store import Run, parse, read_records
from agentscaler.walk.common import Settings, Summary
from agentscaler.walk.episodes import Line, Reader, find_lines
from agentscaler.work import Bar

MOST: Final = 5_000
"""Samples in a log: more are another one, for viewers read a whole listing."""


class Wanted(NamedTuple):
    """Which rollouts; None: whatever it is."""

    verdict: Literal["passed", "failed"] | None = None
    blame: str | None = None
    """agent, user or world."""
    field: str | None = None
    shape: str | None = None
    calls: tuple[int, int] | None = None
    """Gold calls of the task: from, to."""

    def takes(self, task: Task, rollout: Rollout, verdict: Verdict, field: str) -> bool:
        """Is it one of them?"""
        if self.verdict is not None and verdict.passed is not (self.verdict == "passed"):
            return False
        if self.blame is not None and (rollout.blame is None or rollout.blame.who != self.blame):
            return False
        if self.calls is not None and not self.calls[0] <= task.difficulty.calls <= self.calls[1]:
            return False
        return (self.field is None or field == self.field) and (self.shape is None or task.difficulty.shape == self.shape)


class Played(NamedTuple):
    """A rollout with all that belongs to it."""

    number: str
    """Id of its row."""
    rollout: Rollout
    task: Task
    verdict: Verdict
    field: str
    vendor: str


def chosen(run: Run, wanted: Wanted, *, limit: int | None = None) -> Iterator[Played]:
    """The rollouts that are wanted, judged, in the order of their rows."""
    source = run.need("rollouts", "logs")
    places: dict[str, Line] = {line.id: line for line in find_lines(run.need("tasks", "logs"))}
    tasks = Reader(str(run.product("tasks")))
    worlds = {row.env: row for _, row in read_records(run.product("envs"), EnvRow)} if run.product("envs").exists() else {}
    found = 0
    last: tuple[str, Task] | None = None
    for number, rollout in read_records(source, Rollout):
        if rollout.task not in places:
            raise UserError(f"rollout {number} is of task {rollout.task}, which is not in {run.product('tasks')}: the tasks were made anew; make the rollouts anew as well, with --fresh")
        if last is None or last[0] != rollout.task:
            last = rollout.task, parse(tasks.row(places[rollout.task]), Task, where="tasks.jsonl")
        row = worlds.get(last[1].env)
        field, vendor = (row.field, row.services[0].partition(":")[0] if row.services else "") if row else ("", "")
        verdict = grade(last[1], rollout)
        if wanted.takes(last[1], rollout, verdict, field):
            yield Played(number, rollout, last[1], verdict, field, vendor)
            found += 1
            if limit is not None and found >= limit:
                return


def logs(run: Run, settings: Settings, *, wanted: Wanted = Wanted(), out: Path | None = None) -> Summary:  # noqa: B008
    """rollouts.jsonl, tasks.jsonl, envs/ -> logs/<agent>.eval. Made anew each time; other files of the folder are left."""
    start = time.monotonic()
    source = run.need("rollouts", "logs")
    folder = out or run.path / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    created = datetime.fromtimestamp(int(source.stat().st_mtime), UTC).isoformat()
    by_agent: dict[str, list[str]] = defaultdict(list)
    for one in chosen(run, wanted, limit=settings.limit):
        by_agent[one.rollout.agent].append(one.number)
    if not by_agent:
        raise UserError(f"no rollout of {source} is of that kind; leave one of --verdict, --blame, --field, --shape, --calls away")
    written: dict[str, int] = {}
    with Bar("logs: rollouts", sum(map(len, by_agent.values()))) as bar:
        for agent, numbers in sorted(by_agent.items()):
            for part in range(0, len(numbers), MOST):
                name = f"{_slug(agent)}{f'-{part // MOST + 1}' if part else ''}.eval"
                some = set(numbers[part : part + MOST])
                written[str(folder / name)] = write_log(folder / name, _samples(run, wanted, some, bar), About(run.path.name, agent, created, {"run": run.path.name}))
    return Summary("logs", sum(written.values()), {}, round(time.monotonic() - start, 2), {"written": [f"{path}: {count}" for path, count in written.items()], "look": f"inspect view --log-dir {folder}"})


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-")[:80] or "agent"


def _samples(run: Run, wanted: Wanted, numbers: set[str], bar: Bar) -> Iterator[Sample]:
    for one in chosen(run, wanted):
        if one.number in numbers:
            env = kept_env(str(run.path / one.task.folder))
            yield sample_of(one.task, one.rollout, one.verdict, env, number=one.rollout.task, more={"field": one.field, "vendor": one.vendor, "rollout": one.number})
            bar.step()


def wanted_of(verdict: str | None, blame: str | None, field: str | None, shape: str | None, calls: str | None) -> Wanted:
    """What flags ask for. Raises UserError that names the flag."""
    for flag, value, allowed in (("--verdict", verdict, ("passed", "failed")), ("--blame", blame, ("agent", "user", "world"))):
        if value is not None and value not in allowed:
            raise UserError(f"{flag} is {value!r}; give {' or '.join(allowed)}")
    return Wanted(verdict, blame, field, shape, calls_of(calls))  # type: ignore[arg-type]


def calls_of(text: str | None) -> tuple[int, int] | None:
    """'3' or '3-5' as a range. Raises UserError."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if found is None:
        raise UserError(f"--calls is {text!r}; give a number of gold calls, or a range such as 3-5")
    return int(found[1]), int(found[2] or found[1])
