"""Tasks by hand in the library of worlds.py, and rollouts that play given calls and words through an episode."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from agentscaler.episode import DONE, Episode
from agentscaler.records import Answer, Brief, Call, Difficulty, Fact, Message, Rollout, Task, ToolCall
from agentscaler.world import World
from worlds import library

SEED = 5
Calls = list[tuple[str, dict[str, Any]]]
WISH = "Please do what we spoke of."


def task_of(calls: Calls, *, answers: Sequence[Answer] = (), facts: Sequence[Fact] = (Fact(text=WISH, about="wish"),)) -> Task:
    """A task whose right end is what these calls do."""
    kinds = {t.name: t.kind for t in library().tools}
    with World.open(library(), seed=SEED) as world:
        gold = []
        for name, arguments in calls:
            answer = world.call(name, arguments)
            assert answer.error is None, (name, answer.error)
            gold.append(Call(name=name, arguments=arguments, result=answer.data))
        change, image = world.diff().form, world.image_hash
    writes = sum(kinds[name] == "write" for name, _ in calls)
    difficulty = Difficulty(calls=len(gold), writes=writes, hops=0, found=False, shape="test", flow="", arguments=0, covered=0)
    return Task(
        env=library().id, folder="", seed=SEED, image=image, brief=Brief(text=" ".join(f.text for f in facts), facts=tuple(facts)), gold=tuple(gold),
        given=tuple(() for _ in gold), change=change, answers=tuple(answers), controls=(), difficulty=difficulty, split="train",
    )  # fmt: skip


class Cast(NamedTuple):
    """Rows of the library that tests are about."""

    loan: dict[str, Any]
    """Not returned yet."""
    other: dict[str, Any]
    """Another that is not returned yet."""
    back: dict[str, Any]
    """Returned."""
    member: dict[str, Any]
    branches: list[str]
    """Codes; the first is not the member's home."""
    book: dict[str, Any]


@cache
def cast() -> Cast:
    with World.open(library(), seed=SEED) as world:
        loans, members = world.rows("loan"), world.rows("member")
        lent = [r for r in loans if r["state"] != "returned"]
        member = next(m for m in members if m["home"] is not None)
        codes = sorted((b["code"] for b in world.rows("branch")), key=lambda c: c == member["home"])
        return Cast(lent[0], lent[1], next(r for r in loans if r["state"] == "returned"), member, codes, world.rows("book")[0])


def called(number: int, name: str, arguments: dict[str, Any], say: str = "") -> Message:
    """A message of the agent with one call."""
    return Message(role="assistant", content=say, calls=(ToolCall(id=f"call_{number}", name=name, arguments=arguments),))


def played(task: Task, calls: Calls, said: str = "That's done.", *, agent: str = "by hand", asks: bool = True) -> Rollout:
    """An agent that makes these calls, before the first write asks, says this, and a user who is content with it."""
    writes = [name for name, _ in calls if next((t.kind for t in library().tools if t.name == name), "read") == "write"]
    with World.open(library(), seed=task.seed) as world:
        episode = Episode(task, world)
        episode.step(Message(role="user", content=task.brief.text))
        for number, (name, arguments) in enumerate(calls):
            if asks and [name] == writes[:1]:
                episode.step(Message(role="assistant", content=f"I am going to call {', '.join(writes)}. Shall I go ahead?"))
                episode.step(Message(role="user", content="Yes, please."))
                writes = []
            episode.step(called(number, name, arguments))
        episode.step(Message(role="assistant", content=said))
        episode.step(Message(role="user", content=DONE))
        return episode.rollout(task="t", agent=agent, user="by hand", scripted=True)
