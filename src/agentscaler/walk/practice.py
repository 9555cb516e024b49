"""RL over a run folder: training tasks of tasks.jsonl in their worlds -> models/rl."""

from collections.abc import Callable
from pathlib import Path

from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.records import Task
from agentscaler.rollouts import ScriptedUser, kept_env
from agentscaler.store import Run, parse
from agentscaler.train.grpo import Exercise, House, Practice, Practised, practise
from agentscaler.train.stage import Bounds, Stage
from agentscaler.walk.episodes import Reader, find_lines


def rl(run: Run, base: str, practice: Practice, *, limit: int | None = None, fresh: bool = False, say: Callable[[str], None] = print) -> Practised:
    """Train a model on the tasks of the run's training worlds. limit: so many tasks, drawn. Raises UserError."""
    if practice.users not in ("scripted", "tool"):
        raise UserError(f"--user is {practice.users!r}; give scripted (a conversation) or tool (the user is asked by a call)")
    house, exercises = house_of(run, practice)
    drawn = Dice(practice.seed, "rl").sample(exercises, min(limit, len(exercises))) if limit is not None else exercises
    return practise(drawn, base, run.path / "models" / "rl", practice, house=house, fresh=fresh, say=say)


def house_of(run: Run, practice: Practice) -> tuple[House, list[Exercise]]:
    """Where episodes come from, and the tasks of training worlds. The user of a task says the same in each episode of a group, to the same words."""
    reader = Reader(str(run.need("tasks", "rl")))
    lines = {line.id: line for line in find_lines(reader.path)}
    bounds = Bounds(practice.turns, practice.step_limit, practice.calls)

    def open_stage(number: str) -> Stage:
        task = parse(reader.row(lines[number]), Task, where="tasks.jsonl")
        return Stage(task, kept_env(str(run.path / task.folder)), ScriptedUser(task.brief, Dice(practice.seed, "user", number, 0)), number=number, bounds=bounds)

    rows = ((number, reader.row(line)) for number, line in lines.items())
    exercises = [Exercise(number, str(row["folder"])) for number, row in rows if row["split"] == "train"]
    if not exercises:
        raise UserError(f"{reader.path} has no task of a training world; all are held out")
    return House(open_stage, lambda world: kept_env(str(Path(run.path) / world))), exercises
