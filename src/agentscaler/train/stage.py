"""One episode of practice: a world, its simulated user, limits, and what the one judge gives for it.

    stage = Stage(task, env, user, number=..., bounds=Bounds())
    stage.opening                       system message and the user's first words
    stage.hear(message)                 a message of the agent; what was answered since
    stage.reward()                      1.0 or 0.0; None where the episode was cut short by something that is not the agent's doing

`seconds` counts the time spent in world, user and judge.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agentscaler.canonical import as_json
from agentscaler.episode import Episode, Player
from agentscaler.grade import grade, misses
from agentscaler.records import EnvSpec, Message, Rollout, Stop, Task, Verdict
from agentscaler.world import World


class Bounds(NamedTuple):
    """How long an episode may last."""

    turns: int = 10
    """Messages of the user."""
    steps: int = 30
    """Messages of the agent."""
    calls: int = 60
    """Calls in all; a message with more than are left ends the episode."""


class Stage:
    """An episode between its parts."""

    def __init__(self, task: Task, env: EnvSpec, user: Player, *, number: str, bounds: Bounds) -> None:
        self.task, self.number, self.seconds = task, number, 0.0
        self.error: str | None = None
        self._user, self._calls = user, bounds.calls
        start = time.perf_counter()
        self.world = World.open(env, seed=task.seed)
        self.episode = Episode(task, self.world, turns=bounds.turns, steps=bounds.steps)
        self._go(lambda: None)
        self.opening: tuple[Message, ...] = tuple(self.episode.messages)
        self.seconds = time.perf_counter() - start

    @property
    def over(self) -> bool:
        """Is nothing more to be said?"""
        return self.episode.turn is None

    def hear(self, message: Message) -> list[Message]:
        """The agent's message; what world and user answered. Empty where it ended the episode without an answer."""
        start, before = time.perf_counter(), len(self.episode.messages)
        self._calls -= len(message.calls)
        if self._calls < 0:
            self.give_up("steps")
        else:
            self._go(lambda: self.episode.step(message))
        self.seconds += time.perf_counter() - start
        return self.episode.messages[before + 1 :]

    def _go(self, act: Callable[[], None]) -> None:
        """Do it, then let the user speak if it is their turn. What fails outside of agent and world's answers ends it as infrastructure."""
        try:
            act()
            while self.episode.turn == "user":
                self.episode.step(self._user.play(self.episode.seen_by_user(), self.episode.user_tools))
        except (OSError, TimeoutError) as failure:
            self.error = f"{type(failure).__name__}: {failure}"
            self.episode.fail()

    def give_up(self, stop: Stop) -> None:
        """End it, because a limit is reached."""
        if not self.over:
            self.episode.give_up(stop)

    def rollout(self, messages: Sequence[Message] | None = None) -> Rollout:
        """The record. messages: the conversation as the trainer has it, where it drives itself."""
        found = self.episode.rollout(task=self.number, agent="policy", user=self._user.name, scripted=False, error=self.error)
        return found if messages is None else found.model_copy(update={"messages": tuple(messages)})

    def reward(self, *, shaped: float = 0.0, messages: Sequence[Message] | None = None) -> float | None:
        """What it earned; the world is closed. shaped: what a part of the way is worth at most, 0 for nothing."""
        start = time.perf_counter()
        try:
            if self.error is not None:
                return None
            rollout = self.rollout(messages)
            verdict = grade(self.task, rollout)
            return verdict.reward or shaped * part_done(self.task, rollout, verdict)
        except (OSError, TimeoutError) as failure:
            self.error = f"{type(failure).__name__}: {failure}"
            return None
        finally:
            self.world.close()
            self.seconds += time.perf_counter() - start


def part_done(task: Task, rollout: Rollout, verdict: Verdict) -> float:
    """Share of the wanted changes and answers that are there, 0 to 1; 0 as soon as anything was changed that is not among the wanted changes.

    Whatever was not asked for takes all of it, and nothing done is nothing earned: what is counted are rows of the change that stand in gold as they are.
    """
    gold, ours = as_json(list(task.change)), as_json(list(rollout.change))
    if any(row not in gold for row in ours):
        return 0.0
    told = sum(misses(answer, rollout.messages) is None for answer in task.answers)
    wanted = len(gold) + len(task.answers)
    return (len(ours) + told) / wanted if wanted else 0.0

