"""The rows beside every player of our worlds: what gold earns, and what doing nothing, refusing everything, copying words and calling at random earn. No model, one trial, the same each time."""

from collections.abc import Callable
from typing import Final

from agentscaler.dice import Dice
from agentscaler.evals.score import Score
from agentscaler.grade import from_calls, grade
from agentscaler.records import EnvSpec, Rollout, Task
from agentscaler.rollouts import ShallowPlayer, kept_env, named_player, play_in
from agentscaler.rollouts.blame import blame
from agentscaler.rollouts.probes import do_nothing, random_calls
from agentscaler.store import Run, read_records
from agentscaler.work import steps
from agentscaler.world import World

REFUSAL: Final = "I am sorry, I cannot help you with that."


def _gold(task: Task, number: str, env: EnvSpec, world: World, seed: int) -> Rollout:
    player = named_player("gold", task, env, Dice(seed, "agent", number, 0))
    assert player is not None
    return play_in(task, world, agent=player, number=number, seed=seed)


FLOORS: Final[dict[str, Callable[[Task, str, EnvSpec, World, int], Rollout]]] = {
    "gold": _gold,
    "do-nothing": lambda task, number, env, world, seed: do_nothing(task, world),
    "always-refuse": lambda task, number, env, world, seed: from_calls(task, world, [], REFUSAL),
    "shallow": lambda task, number, env, world, seed: play_in(task, world, agent=ShallowPlayer(), number=number, seed=seed),
    "random": lambda task, number, env, world, seed: random_calls(task, world, Dice(seed, "random", number)),
}
"""Name of the row -> how it plays a task."""


def play_floors(run: Run, *, seed: int = 0, limit: int | None = None) -> dict[str, list[Score]]:
    """Name of the row -> its scores on the tasks of a run."""
    out: dict[str, list[Score]] = {name: [] for name in FLOORS}
    tasks = list(read_records(run.product("tasks"), Task))[:limit]
    for number, task in steps(tasks, "evals: rows without a model", len(tasks)):
        env = kept_env(str(run.path / task.folder))
        with World.open(env, seed=task.seed) as world:
            for name, floor in FLOORS.items():
                out[name].append(score_of(task, number, env, floor(task, number, env, world, seed)))
    return out


def score_of(task: Task, number: str, env: EnvSpec, rollout: Rollout) -> Score:
    """What the one judge says of an episode, and whose doing it is."""
    verdict = grade(task, rollout)
    found = rollout.blame or blame(rollout, verdict)
    cut = rollout.error is not None or rollout.stop == "infrastructure"
    return Score(
        task=number,
        unit=task.twin or number,
        group=env.domain,
        category=env.field,
        shape=task.difficulty.shape,
        trial=rollout.trial,
        passed=None if cut else verdict.passed,
        reward=None if cut else verdict.reward,
        gold_calls=len(task.gold),
        calls=sum(m.role == "tool" for m in rollout.messages),
        failed_calls=sum(m.role == "tool" and m.error is not None for m in rollout.messages),
        stop=rollout.stop,
        blame=None if verdict.passed and not cut else found.who if found else "agent",
        evidence="" if verdict.passed or found is None else found.evidence,
        prompt_tokens=rollout.usage.prompt_tokens,
        completion_tokens=rollout.usage.completion_tokens,
    )
