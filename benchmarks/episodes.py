"""Graded episodes a second: eight calls (four of them writes), the net change, the judge; warm worlds.

    python benchmarks/episodes.py [--quick] [--json] [--workers 2]

The world is the shop beside this file. A *scripted* episode is a list of calls and a closing message, played and judged (`from_calls`, `grade`), as rewards
and controls do it; a *spoken* one has a simulated user and an agent who talk before and after (`run_episode`). `bare` is the same eight calls in
the same world with nothing around them: no record, no diff, no judge. Rates are of CPU time, the best of five rounds, since a shared machine has slow seconds.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import orjson
from shopping import SEED, Call, eight_calls, open_shop, pick, play, read_shop

from agentscaler.dice import Dice
from agentscaler.episode import run_episode
from agentscaler.grade import from_calls, grade
from agentscaler.records import Brief, Difficulty, Fact, Given, Task
from agentscaler.records import Call as Recorded
from agentscaler.rollouts.gold import GoldPlayer, script
from agentscaler.rollouts.user import ScriptedUser
from agentscaler.world import World

TARGET = 2400.0


def main() -> None:
    """Reads the flags, measures, prints."""
    parser = argparse.ArgumentParser(description="Graded scripted episodes a second.")
    parser.add_argument("--json", action="store_true", help="one line of JSON with all figures")
    parser.add_argument("--quick", action="store_true", help="one second instead of five")
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    seconds, rounds = (1.0, 1) if flags.quick else (2.0, 5)
    with ProcessPoolExecutor(flags.workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(episodes, [0.2] * flags.workers))
        rate, spoken, bare = (max(sum(pool.map(what, [seconds] * flags.workers)) for _ in range(rounds)) for what in (scripted, episodes, bare_episodes))
    if flags.json:
        print(orjson.dumps({"episodes a second": round(rate), "target": TARGET, "met": rate >= TARGET, "spoken": round(spoken), "bare": round(bare), "workers": flags.workers}).decode())
        return
    print(f"graded scripted episodes a second on {flags.workers} processes: {rate:,.0f} (target {TARGET:,.0f}: {'met' if rate >= TARGET else 'MISSED'}); the calls alone {bare:,.0f}, ratio {bare / rate:.2f}")
    print(f"with a conversation around them: {spoken:,.0f}, ratio {bare / spoken:.2f}")


def shop_task(world: World) -> Task:
    """Eight calls as a task: gold by execution."""
    world.reset()
    calls = eight_calls(pick(world))
    gold = tuple(Recorded(name=c.tool, arguments=c.arguments, result=world.call(*c).data) for c in calls)
    text = "Please see to my orders and my new telephone number."
    return Task(
        env="shop",
        folder="",
        seed=SEED,
        image=world.image_hash,
        brief=Brief(text=text, facts=(Fact(text=text, about="wish"),)),
        gold=gold,
        given=tuple(tuple(Given(argument=a, source="said") for a in c.arguments) for c in calls),
        parts=(len(gold),),
        change=world.diff().form,
        controls=(),
        difficulty=Difficulty(calls=8, writes=4, hops=1, found=True, shape="errand", flow="", arguments=0, covered=0),
        split="train",
    )


def scripted(seconds: float) -> float:
    """Scripted episodes a second of one process."""
    with open_shop(read_shop()) as world:
        task = shop_task(world)
        start, done = time.process_time(), 0
        while time.process_time() - start < seconds:
            assert grade(task, from_calls(task, world, task.gold, "Done.")).passed
            done += 1
        return done / (time.process_time() - start)


def episodes(seconds: float) -> float:
    """Spoken episodes a second of one process."""
    with open_shop(read_shop()) as world:
        task = shop_task(world)
        kinds = {t.name: t.kind for t in world.loaded.env.tools}
        start, done = time.process_time(), 0
        while time.process_time() - start < seconds:
            moves = script("gold", task, kinds, Dice(done))
            assert moves is not None
            rollout = run_episode(task, world, agent=GoldPlayer("gold", moves, task, Dice(done)), user=ScriptedUser(task.brief, Dice(done)))
            assert grade(task, rollout).passed
            done += 1
        return done / (time.process_time() - start)


def bare_episodes(seconds: float) -> float:
    """The same calls a second, without anything around them, in episodes."""
    with open_shop(read_shop()) as world:
        calls: list[Call] = eight_calls(pick(world))
        start, done = time.process_time(), 0
        while time.process_time() - start < seconds:
            world.reset()
            play(world, calls)
            done += 1
        return done / (time.process_time() - start)


if __name__ == "__main__":
    main()
