"""Rooms 7 and 8 over a run folder: rollouts.jsonl with probes.jsonl beside it, and kept.jsonl."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.records import JsonObject, Kept, Played, Rollout, Task
from agentscaler.store import Run, Shelf, key_of, parse, read_records
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.work import each

AGENTS = ("gold", "mutation", "solver")
"""Who plays in the first recipe; `mutation` is one of the named ways to go wrong, drawn for each task."""


class Line(NamedTuple):
    """Where a row stands in its file."""

    id: str
    offset: int
    length: int


def find_lines(path: Path) -> list[Line]:
    """Id and place of every row of a product."""
    out = []
    at = 0
    with path.open("rb") as f:
        for line in f:
            out.append(Line(str(orjson.loads(line)["id"]), at, len(line)))
            at += len(line)
    return out


class Reader:
    """Reads rows of a product by their place."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def row(self, line: Line) -> JsonObject:
        with self.path.open("rb") as f:
            f.seek(line.offset)
            found: JsonObject = orjson.loads(f.read(line.length))
        return found


# ---- rollouts -----------------------------------------------------------------------------------------------------


class Stage:
    """What a worker plays with."""

    def __init__(self, run: str, seed: int, agents: Sequence[str], trials: int, probes: bool) -> None:
        self.run, self.seed, self.agents, self.trials, self.probes = Path(run), seed, agents, trials, probes
        self.tasks = Reader(str(self.run / "tasks.jsonl"))


class Stand(NamedTuple):
    """The tasks of one world."""

    folder: str
    tasks: tuple[Line, ...]


def play_world(stage: Stage, item: Stand) -> Played:
    """All tasks of a world, played by all agents."""
    from agentscaler.dice import Dice
    from agentscaler.folder import read_env
    from agentscaler.grade import grade
    from agentscaler.rollouts import mutation, named_player, play_in, probe
    from agentscaler.world import World

    env = read_env(stage.run / item.folder)
    tasks = [(line.id, parse(stage.tasks.row(line), Task, where="tasks.jsonl")) for line in item.tasks]
    rollouts: list[JsonObject] = []
    probes: list[JsonObject] = []
    verdicts: list[tuple[str, str, str, bool]] = []
    with World.open(env, seed=tasks[0][1].seed) as world:
        for at, (number, task) in enumerate(tasks):
            for agent in stage.agents:
                name = mutation(task, number, env, stage.seed) if agent == "mutation" else agent
                for trial in range(stage.trials if name else 0):
                    player = named_player(str(name), task, env, Dice(stage.seed, "agent", number, trial))
                    if player is None:
                        continue
                    rollout = play_in(task, world, agent=player, number=number, trial=trial, seed=stage.seed)
                    passed = grade(task, rollout).passed
                    if player.name == "adding" and passed:
                        continue  # the world refused its extra write, or nothing came of it: there is no such mutation of this task
                    rollouts.append(rollout.model_dump(mode="json"))
                    verdicts.append((seat_of(player.name, task.brief.language), task.difficulty.shape, f"{task.twin or number}/{trial}", passed))
            if stage.probes:
                measured = probe(task, world, number=number, other=_other(tasks, at), seed=stage.seed)
                probes += [p.model_dump(mode="json") for p in measured]
                verdicts += [(seat_of(p.player, task.brief.language), p.shape, p.twin or number, p.passed) for p in measured]
    return Played(rollouts=tuple(rollouts), probes=tuple(probes), tally=tally_of(verdicts))


def _other(tasks: Sequence[tuple[str, Task]], at: int) -> Task | None:
    """Another task of the same world in the same language, and not its twin."""
    mine = tasks[at][1]
    return next((t for n in range(1, len(tasks)) if (t := tasks[(at + n) % len(tasks)][1]) and t.brief.language == mine.brief.language and (t.twin is None or t.twin != mine.twin)), None)


def seat_of(player: str, language: str) -> str:
    """How a table of successes names who plays: tasks in another language stand in a column of their own."""
    return player if language == "en" else f"{player}, {language}"


def rollouts(run: Run, settings: Settings, *, agents: Sequence[str] = AGENTS, trials: int = 1, probes: bool = True, **talk: Any) -> Summary:
    """Room 7: tasks.jsonl, envs/ -> rollouts.jsonl, and probes.jsonl, what measuring players reach. talk: settings of models.Talk."""
    from agentscaler.walk.models import needs_models, rollouts_of_models
    from agentscaler.walk.table import Talk

    agents, models = seats(agents, talk.get("user", "scripted")), Talk(**talk)
    if needs_models(agents, models):
        return rollouts_of_models(run, settings, agents=agents, trials=trials, talk=models)
    start = time.monotonic()
    source = run.need("tasks", "rollouts")
    mark = fingerprint("rollouts", [settings.seed, settings.limit, list(agents), trials, probes], [source])
    with Shelf(run, "rollouts", fingerprint=mark, fresh=settings.fresh) as shelf:
        if shelf.finished:
            return done_before(run, "rollouts")
        lines = find_lines(source)[: settings.limit]
        worlds: dict[str, list[Line]] = {}
        for line, (_, task) in zip(lines, read_records(source, Task), strict=False):
            worlds.setdefault(task.folder, []).append(line)
        items = [Stand(folder, tuple(some)) for folder, some in sorted(worlds.items())]
        given = (str(run.path), settings.seed, tuple(agents), trials, probes)
        with Shelf(run, "played", fingerprint=mark, fresh=settings.fresh) as played, Shelf(run, "probes", fingerprint=mark, fresh=settings.fresh or not played.done) as beside:
            keys = {item.folder: key_of("played", [], [item.folder]) for item in items}
            todo = [item for item in items if keys[item.folder] not in played.done]
            for done in each(todo, play_world, setup=Stage, given=given, workers=settings.workers, label="rollouts: worlds", chunk=4):
                _keep(shelf, beside, done.result, done.dropped, done.item)
                played.keep(keys[done.item.folder], {"tally": done.result.tally if done.result else {}})
            facts = {"success": success_table([orjson.loads(line)["tally"] for line in played.rows.values()])}
            about = recipe_of(settings, [source], agents=list(agents), trials=trials, probes=probes)
            measured = beside.finish(seconds=0.0, facts={}, **about)["kept"] if not beside.finished else run.manifest()["probes"]["kept"]
            summary = finish(shelf, start, {"probes": measured, **facts}, **about)
            played.discard()
        return summary


def seats(agents: Sequence[str], user: str) -> list[str]:
    """The agents by their plain names. Raises UserError for a name of nobody, before anything is played."""
    from agentscaler.llm.folder import folder_of, is_folder
    from agentscaler.llm.keys import endpoint, is_endpoint
    from agentscaler.rollouts import AGENTS as NAMES
    from agentscaler.rollouts import imported, plain_name

    names = [plain_name(a) for a in agents]
    if user.startswith("worded:") and not is_endpoint(user):
        raise UserError(f"--user {user!r}: a model words the plan, so give worded:NAME@https://HOST/v1")
    if is_folder(user):
        raise UserError(f"--user {user!r}: a model in this process plays agents only; serve it and name NAME@http://HOST/v1")
    for name in (*names, *([] if user == "scripted" else [user.removeprefix("worded:")])):
        if is_endpoint(name):
            endpoint(name)
        elif is_folder(name):
            folder_of(name)
        elif name not in (*NAMES, "mutation", "human"):
            imported(name)
    return names


def _keep(shelf: Shelf, beside: Shelf, played: Played | None, dropped: Dropped | None, item: Stand) -> None:
    """The rows of one world; a world that cannot be opened drops all its tasks."""
    if played is None:
        for line in item.tasks:
            shelf.drop(key_of("rollouts", ["world"], [line.id]), dropped or Dropped("infrastructure"), [line.id])
        return
    for row in played.rollouts:
        shelf.keep(key_of("rollouts", [row["agent"], row["trial"]], [row["task"]]), row, [row["task"]])
    for row in played.probes:
        beside.keep(key_of("probes", [row["player"]], [row["task"]]), row, [row["task"]])


def tally_of(verdicts: Sequence[tuple[str, str, str, bool]]) -> dict[str, dict[str, tuple[int, int]]]:
    """(player, shape, unit, passed) -> player -> shape -> (passed, of). A unit passes if all its tasks do."""
    units: dict[tuple[str, str, str], bool] = {}
    for player, shape, unit, passed in verdicts:
        units[player, shape, unit] = units.get((player, shape, unit), True) and passed
    out: dict[str, dict[str, tuple[int, int]]] = {}
    for (player, shape, _), passed in units.items():
        good, of = out.setdefault(player, {}).get(shape, (0, 0))
        out[player][shape] = (good + passed, of + 1)
    return out


def success_table(tallies: Sequence[Mapping[str, Mapping[str, Sequence[int]]]]) -> list[JsonObject]:
    """Success of each player, overall and by shape: a row a shape, the commonest first."""
    total: dict[str, Counter[str]] = {}
    passed: dict[str, Counter[str]] = {}
    for tally in tallies:
        for player, shapes in tally.items():
            for shape, (good, of) in shapes.items():
                for name in (shape, "all"):
                    total.setdefault(player, Counter())[name] += of
                    passed.setdefault(player, Counter())[name] += good
    names = {s for c in total.values() for s in c} - {"all"}
    order = ["all", *sorted(names, key=lambda s: (-max(c[s] for c in total.values()), s))]
    return [{"name": s, "tasks": max(c[s] for c in total.values()), **{p: _rate(passed[p][s], total[p][s]) for p in sorted(total)}} for s in order if total]


def _rate(good: int, of: int) -> str:
    return f"{good / of:.3f}" if of else "-"


# ---- funnel -------------------------------------------------------------------------------------------------------


class Sieve:
    """What a worker judges with."""

    def __init__(self, run: str, strict: bool, places: Mapping[str, Line]) -> None:
        self.rollouts = Reader(str(Path(run) / "rollouts.jsonl"))
        self.tasks = Reader(str(Path(run) / "tasks.jsonl"))
        self.places, self.strict = places, strict
        self.last: tuple[str, Task] | None = None

    def task(self, number: str) -> Task:
        if self.last is None or self.last[0] != number:
            self.last = number, parse(self.tasks.row(self.places[number]), Task, where="tasks.jsonl")
        return self.last[1]


def judge_rollout(sieve: Sieve, line: Line) -> Kept:
    """One rollout -> a kept row. Raises Dropped."""
    from agentscaler.funnel import judge

    rollout = parse(sieve.rollouts.row(line), Rollout, where="rollouts.jsonl")
    return judge(sieve.task(rollout.task), rollout, number=line.id, strict=sieve.strict)


def funnel(run: Run, settings: Settings, *, strict: bool = False) -> Summary:
    """Room 8: rollouts.jsonl, tasks.jsonl -> kept.jsonl. strict: exact calls of all tasks, not only of read-only ones."""
    from agentscaler.funnel import LAYERS

    start = time.monotonic()
    source, tasks = run.need("rollouts", "funnel"), run.need("tasks", "funnel")
    with Shelf(run, "kept", fingerprint=fingerprint("funnel", [settings.limit, strict], [source, tasks]), fresh=settings.fresh) as shelf:
        if shelf.finished:
            return done_before(run, "kept")
        places = {line.id: line for line in find_lines(tasks)}
        lines = find_lines(source)[: settings.limit]
        keys = {line.id: key_of("kept", [], [line.id]) for line in lines}
        todo = [line for line in lines if keys[line.id] not in shelf.done]
        for done in each(todo, judge_rollout, setup=Sieve, given=(str(run.path), strict, places), workers=settings.workers, label="funnel: rollouts", chunk=64):
            if done.dropped:
                shelf.drop(keys[done.item.id], done.dropped, [done.item.id])
            else:
                shelf.keep(keys[done.item.id], done.result, [done.item.id])
        if not lines:
            raise UserError(f"{source} is empty: run `agentscaler rollouts --run {run.path}` with agents that exist on the tasks")
        layers = Counter(dict.fromkeys(("validity", "state", "calls"), 0))
        for reason, count in shelf.reasons.items():
            layers[LAYERS[reason]] += count
        left = len(lines)
        facts: dict[str, Any] = {"rollouts": left}
        for layer in ("validity", "state", "calls"):
            left -= layers[layer]
            facts[f"left after {layer}"] = left
        rows = [orjson.loads(line) for line in shelf.rows.values()]
        facts["kept by agent"] = dict(Counter(r["agent"] for r in rows).most_common())
        facts["kept with failed calls"] = sum(r["failed_calls"] > 0 for r in rows)
        return finish(shelf, start, facts, **recipe_of(settings, [source, tasks], strict=strict))

