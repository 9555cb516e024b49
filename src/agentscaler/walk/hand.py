"""One task played by a person, or by an agent that one watches, from the run folder: nothing is written, the judge speaks at the end."""

from collections.abc import Iterator

import orjson

from agentscaler.dice import Dice
from agentscaler.episode import AnyPlayer, run_episode
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.keys import Keys, endpoint, is_endpoint
from agentscaler.records import Rollout, Task
from agentscaler.rollouts import ScriptedUser, kept_env, play
from agentscaler.rollouts.models import ModelUser
from agentscaler.rollouts.person import Person
from agentscaler.store import Run, parse
from agentscaler.walk.episodes import Line, Reader, find_lines, seats
from agentscaler.world import World


def play_by_hand(run: Run, number: str | None, *, user: str, keys: Keys, seed: int = 0, person: Person | None = None) -> Iterator[str]:
    """Lines to print after the episode. Raises UserError where there is no such task."""
    place, task = _task(run, number, seed)
    env = kept_env(str(run.path / task.folder))
    plays: AnyPlayer
    if is_endpoint(user):
        plays = ModelUser(ChatModel(endpoint(user), keys=keys), task, kind="cooperative", tools=[t.name for t in env.tools])
    elif user == "scripted":
        plays = ScriptedUser(task.brief, Dice(seed, "user", place.id, 0))
    else:
        raise UserError(f"--user is {user!r}; give scripted or NAME@https://HOST/v1")
    player = person or Person()
    with World.open(env, seed=task.seed) as world:
        player.attend(world)
        rollout = run_episode(task, world, agent=player, user=plays, number=place.id, seed=seed)
    yield from _judged(task, rollout)


def watch(run: Run, number: str | None, *, agent: str, keys: Keys, seed: int = 0) -> Iterator[str]:
    """The conversation of an agent with the scripted user, and the verdict. Raises UserError where there is no such task or agent."""
    [name] = seats([agent], "scripted")
    place, task = _task(run, number, seed)
    rollout = play(task.model_copy(update={"folder": str(run.path / task.folder)}), agent=name, seed=seed, keys=keys)
    yield f"task {place.id}"
    for message in rollout.messages:
        yield from filter(None, [f"{message.role}: {message.content}" if message.content else "", *(f"{message.role} calls {c.name} {orjson.dumps(c.arguments).decode()}" for c in message.calls)])
    yield from _judged(task, rollout)


def _task(run: Run, number: str | None, seed: int) -> tuple[Line, Task]:
    """The one task that is meant. Raises UserError."""
    places = find_lines(run.need("tasks", "play"))
    found = [p for p in places if p.id.startswith(number)] if number else [Dice(seed, "by hand").choice(places)] if places else []
    if len(found) != 1:
        raise UserError(f"{'no task' if not found else f'{len(found)} tasks'} {number or ''} in {run.product('tasks')}: give the id of one, or more of its digits")
    return found[0], parse(Reader(str(run.product("tasks"))).row(found[0]), Task, where="tasks.jsonl")


def _judged(task: Task, rollout: Rollout) -> Iterator[str]:
    verdict = grade(task, rollout)
    yield f"\nThe episode ended ({rollout.stop}). The judge: {'passed' if verdict.passed else 'not passed'}."
    yield from (f"  {reason}" for reason in verdict.reasons)
