"""What is checked of a verb where it cannot be made anew as a whole: a drawn sample of worlds, or rollouts of agents that are not ours."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import orjson

from agentscaler.check.anew import remake
from agentscaler.check.finding import Finding
from agentscaler.check.replay import Booth, Scene, replay
from agentscaler.check.sample import Sample, compare_tasks, rows_where
from agentscaler.records import JsonObject
from agentscaler.walk.episodes import Line
from agentscaler.work import each

Lines = Mapping[str, JsonObject]
"""Product -> its line in the manifest."""


def foreign(arguments: JsonObject) -> list[str]:
    """Agents that are not ours: module:function, a model, a person; all of them, where the user is not ours."""
    agents = [str(a) for a in arguments["agents"]]
    return [a for a in agents if ":" in a or a == "human"] if arguments.get("user", "scripted") == "scripted" else agents


def some_worlds(run: Path, lines: Lines, chosen: Sample, workers: int) -> Iterator[Finding]:
    """The chosen domains built anew; of the others, what was seen from outside."""
    yield from chosen.found
    given = {"domains": rows_where(run / "domains.jsonl", "id", chosen.domains)}
    yield from remake(run, "envs", lines, workers, only=chosen.domains, given=given, limit=None)


def some_tasks(run: Path, lines: Lines, chosen: Sample, workers: int) -> Iterator[Finding]:
    """Tasks of the chosen worlds made anew; gold of all others played again."""
    yield from compare_tasks(run, lines["tasks"], chosen, workers)
    todo = [Scene(f, tuple(s), None) for f, s in sorted(_by_folder(run).items()) if f not in chosen.folders]
    yield from _played(run, lines["tasks"], todo, workers, "check: gold of the other worlds")


def some_rollouts(run: Path, lines: Lines, chosen: Sample, workers: int) -> Iterator[Finding]:
    """Rollouts of the chosen worlds made anew; all others played again with the agent's recorded words."""
    line = lines["rollouts"]
    first = [place.id for place, _ in places(run, "tasks", "id")][: line["limit"]]
    mine = frozenset(first) & {p.id for f, some in _by_folder(run).items() if f in chosen.folders for p in some}
    leave, agents = _sides(line)
    given = {"tasks": rows_where(run / "tasks.jsonl", "id", mine)}
    yield from remake(run, "rollouts", lines, workers, only=mine, leave=leave, given=given, limit=None, agents=agents, user="scripted")
    others = [place for place, (task, agent) in places(run, "rollouts", "task", "agent") if task not in mine or agent in leave]
    yield from _played(run, line, _scenes(run, others), workers, "check: rollouts of the other worlds")


def rollouts_of_others(run: Path, lines: Lines, workers: int) -> Iterator[Finding]:
    """Rollouts of scripted players made anew; those of other agents played again with their recorded words."""
    line = lines["rollouts"]
    leave, agents = _sides(line)
    yield from remake(run, "rollouts", lines, workers, leave=leave, agents=agents, user="scripted")
    theirs = [place for place, (agent,) in places(run, "rollouts", "agent") if agent in leave]
    yield from _played(run, line, _scenes(run, theirs), workers, "check: rollouts played again")


PARTS: Final = {"envs": some_worlds, "tasks": some_tasks, "rollouts": some_rollouts}
"""Verbs of which a sample can be made anew."""


def _sides(line: JsonObject) -> tuple[list[str], list[str]]:
    """Agents that are not ours, and ours."""
    agents = [str(a) for a in line["arguments"]["agents"]]
    leave = foreign(line["arguments"])
    return leave, [a for a in agents if a not in leave]


def places(run: Path, product: str, *fields: str) -> list[tuple[Line, tuple[str, ...]]]:
    """Where the rows of a product stand, each with some of its fields."""
    out = []
    at = 0
    with (run / f"{product}.jsonl").open("rb") as f:
        for line in f:
            row = orjson.loads(line)
            out.append((Line(str(row["id"]), at, len(line)), tuple(str(row[n]) for n in fields)))
            at += len(line)
    return out


def _by_folder(run: Path) -> dict[str, list[Line]]:
    """A world's folder -> its tasks."""
    out: dict[str, list[Line]] = {}
    for place, (folder,) in places(run, "tasks", "folder"):
        out.setdefault(folder, []).append(place)
    return out


def _scenes(run: Path, rollouts: Collection[Line]) -> list[Scene]:
    """These rollouts, world by world, with the tasks they play."""
    task_of = {place.id: task for place, (task,) in places(run, "rollouts", "task")}
    folder_of = {place.id: (folder, place) for place, (folder,) in places(run, "tasks", "folder")}
    tasks: dict[str, dict[str, Line]] = {}
    played: dict[str, list[Line]] = {}
    for place in rollouts:
        if task_of[place.id] in folder_of:
            folder, task = folder_of[task_of[place.id]]
            tasks.setdefault(folder, {})[task.id] = task
            played.setdefault(folder, []).append(place)
    return [Scene(folder, tuple(tasks[folder].values()), tuple(some)) for folder, some in sorted(played.items())]


def _played(run: Path, line: JsonObject, scenes: list[Scene], workers: int, label: str) -> Iterator[Finding]:
    for done in each(scenes, replay, setup=Booth, given=(str(run), line["seed"]), workers=workers, label=label, chunk=4):
        yield from done.result or ()
