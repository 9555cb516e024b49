"""Tasks and rollouts played again in their world: gold gives its recorded results and change and passes the judge, every answer in a rollout is what the
world answers, and what the scripted user says follows. For worlds outside a drawn sample, and for agents that are not ours, whose words are taken as given.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from agentscaler.check.finding import Finding, row_findings, short
from agentscaler.episode import DONE, CannotGoOn
from agentscaler.errors import Dropped, UserError
from agentscaler.folder import read_env
from agentscaler.grade import closing, from_calls, grade
from agentscaler.hands import whole
from agentscaler.records import JsonObject, Message, Rollout, Task
from agentscaler.rollouts import play_in
from agentscaler.store import parse
from agentscaler.walk.episodes import Line, Reader
from agentscaler.world import World


class Scene(NamedTuple):
    """The tasks of one world and the rollouts that are to be played again."""

    folder: str
    tasks: tuple[Line, ...]
    rollouts: tuple[Line, ...] | None
    """None: play gold again."""


class Booth:
    """What a worker replays with."""

    def __init__(self, run: str, seed: int) -> None:
        self.run, self.seed = Path(run), seed
        self.tasks = Reader(str(self.run / "tasks.jsonl"))
        rollouts = self.run / "rollouts.jsonl"
        self.rollouts = Reader(str(rollouts)) if rollouts.exists() else None


def replay(booth: Booth, scene: Scene) -> list[Finding]:
    """What does not come out again."""
    try:
        return list(_replay(booth, scene))
    except (UserError, Dropped) as error:
        return [Finding(scene.folder, "", "", f"its tasks cannot be played again: {error}")]


def _replay(booth: Booth, scene: Scene) -> Iterator[Finding]:
    env = read_env(booth.run / scene.folder)
    tasks = {line.id: parse(booth.tasks.row(line), Task, where="tasks.jsonl") for line in scene.tasks}
    for number, task in tasks.items() if scene.rollouts is None else ():
        with World.open(env, seed=task.seed) as world:
            yield from replay_gold(number, task, world)
    for line in scene.rollouts or ():
        assert booth.rollouts is not None
        row = booth.rollouts.row(line)
        rollout = parse(row, Rollout, where="rollouts.jsonl")
        if rollout.task in tasks:
            with World.open(env, seed=tasks[rollout.task].seed) as world:
                yield from replay_rollout(row, rollout, tasks[rollout.task], world, booth.seed)


def replay_gold(number: str, task: Task, world: World) -> Iterator[Finding]:
    """Gold calls made again: image, results, change, counts, and the judge's verdict."""
    if task.image != world.image_hash:
        yield Finding("tasks.jsonl", number, "image", f"{short(task.image)}, but the world starts as {world.image_hash}")
    world.reset()
    for at, call in enumerate(task.gold):
        answer = world.call(call.name, call.arguments)
        if answer.error is not None or _json(answer.data) != _json(call.result):
            yield Finding("tasks.jsonl", number, f"gold[{at}].result", f"{short(call.result)}, but the world answers {answer.text()[:120]}")
    if _json(task.change) != _json(world.diff().form):
        yield Finding("tasks.jsonl", number, "change", f"{short(task.change)}, but the gold calls do {short(_json(world.diff().form))}")
    kinds = {t.name: t.kind for t in world.loaded.env.tools}
    counts = (len(task.gold), sum(kinds.get(c.name) == "write" for c in task.gold))
    if counts != (task.difficulty.calls, task.difficulty.writes):
        yield Finding("tasks.jsonl", number, "difficulty", f"{task.difficulty.calls} calls, {task.difficulty.writes} writes; gold has {counts[0]} and {counts[1]}")
    verdict = grade(task, from_calls(task, world, task.gold, closing(task.answers)))
    if not verdict.passed:
        yield Finding("tasks.jsonl", number, "answers", f"gold does not pass the judge: {'; '.join(verdict.reasons)[:200]}")


def replay_rollout(row: JsonObject, rollout: Rollout, task: Task, world: World, seed: int) -> Iterator[Finding]:
    """The same words of the agent again: do the user and the world answer as recorded, and is the change the recorded one?"""
    user = None if rollout.user == "scripted" else Recorded(rollout, "user")
    again = play_in(task, world, agent=Recorded(rollout), user=user, number=rollout.task, trial=rollout.trial, seed=seed, **_limits(rollout)).model_dump(mode="json")
    again["usage"] = {**row["usage"], "steps": again["usage"]["steps"], "calls": again["usage"]["calls"]}
    if rollout.error is not None:
        again |= {"stop": row["stop"], "error": row["error"]}
    yield from row_findings("rollouts.jsonl", row, {**row, **again})


def _limits(rollout: Rollout) -> dict[str, int]:
    """The limit that an episode ended at, counted from its messages; the usual ones otherwise."""
    side = {"turns": "user", "steps": "assistant"}.get(rollout.stop)
    return {rollout.stop: sum(m.role == side for m in whole(rollout.messages, rollout.deeds))} if side else {}


class Recorded:
    """An agent, or a user that is not ours, who says what it said."""

    def __init__(self, rollout: Rollout, side: Literal["assistant", "user"] = "assistant") -> None:
        self.name, self.scripted = rollout.agent if side == "assistant" else rollout.user, rollout.scripted
        self._side, self._stop = side, rollout.stop
        self._lines = [m for m in whole(rollout.messages, rollout.deeds) if m.role == side]

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next recorded message. Where the record ends: what the user ends with, or the stop it ended by."""
        del tools
        said = sum(m.role == self._side for m in messages)
        if said < len(self._lines):
            return self._lines[said]
        if self._stop == "user_done" and self._side == "user":
            return Message(role="user", content=DONE)
        if self._stop in ("user_done", "infrastructure"):
            raise TimeoutError("the record ends here")
        raise CannotGoOn(self._stop)


def _json(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
