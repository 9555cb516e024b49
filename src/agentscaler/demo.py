"""`agentscaler demo`: one small world that ships with the package, from its API definition to a caught mistake, in seconds.

It walks the same rooms as any run: tools, a domain, the world, tasks, rollouts, the funnel, the report. Nothing is prepared but the OpenAPI document.
"""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from agentscaler import walk
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.explain import told
from agentscaler.folder import read_env
from agentscaler.funnel import judge
from agentscaler.records import Rollout, Task
from agentscaler.rollouts import named_player, play_in
from agentscaler.show import spoken
from agentscaler.store import Run, read_records
from agentscaler.world import World

DOCUMENT: Final = "bikes.yaml"
WRONG: Final = ("forgetting", "adding", "wrong")


def demo(folder: Path) -> Iterator[str]:
    """Do the demo in a folder and give its lines as it goes; the last is the path of the report."""
    run = Run(folder)
    settings = walk.Settings(fresh=True)
    with as_file(files("agentscaler") / "data" / "demo" / DOCUMENT) as document:
        made = walk.tools(run, settings, files=[document], with_pool=False)
        yield f"{made.kept} tools read from {DOCUMENT}, an OpenAPI document of a bike rental"
        walk.domains(run, settings, one="bikes")
        walk.envs(run, settings)
    env = read_env(next((folder / "envs").iterdir()))
    yield f"compiled into a world: {len(env.model.tables) if env.model else 0} tables, {sum(t.kind == 'read' for t in env.tools)} reads, {sum(t.kind == 'write' for t in env.tools)} writes ({env.folder})"
    found = walk.tasks(run, settings, most=24, tries=200)
    yield f"{found.kept} tasks proven: gold passes, every wrong way that exists on them fails"
    played = walk.rollouts(run, settings)
    kept = walk.funnel(run, settings)
    yield f"{played.kept} rollouts of scripted players, {kept.kept} kept by the funnel"
    walk.sft(run, settings, allow_scripted=True)
    tasks = list(read_records(run.product("tasks"), Task))
    number, task = max(tasks, key=lambda t: (t[1].difficulty.writes > 0, bool(t[1].answers), t[1].difficulty.calls, t[0]))
    with World.open(env, seed=task.seed) as world:
        yield from _one_task(number, task, world)
    walk.report(run, settings, sample=1)
    yield f"\nreport: {folder / 'report' / 'index.html'}"


def _one_task(number: str, task: Task, world: World) -> Iterator[str]:
    """A task played rightly, then wrongly."""
    yield f"\n--- one task ({number}) ---\nThe user wants: {task.brief.text}\n"
    right = _played(number, task, world, "gold")
    assert right is not None
    yield from spoken(right.messages)
    yield "\nwhat it changed:"
    yield from (f"  {line}" for line in told(right.change, task.cascades))
    for manner in WRONG:
        rollout = _played(number, task, world, manner)
        if rollout is None:
            continue
        try:
            judge(task, rollout, number=number)
        except Dropped as reason:
            yield f"\n--- the same, by an agent that is {manner} ---\ncaught ({reason.reason}): {reason.message}"
            return


def _played(number: str, task: Task, world: World, agent: str) -> Rollout | None:
    player = named_player(agent, task, world.loaded.env, Dice(0, agent, number))
    return None if player is None else play_in(task, world, agent=player, number=number)
