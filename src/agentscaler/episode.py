"""One episode: a simulated user, an agent and a world take turns. Everything that plays goes through `Episode.step`.

    rollout = run_episode(task, world, agent=agent, user=user)

A trainer or a foreign harness that drives itself asks `episode.turn` whose message is next and gives it to `step`; a message of the agent with
calls is answered by the world, one without goes to the user. Players see messages and tools and nothing else. An agent's mistake is
an answer with an error code; only what is not the players' doing ends an episode as `infrastructure`.
"""

from collections.abc import Awaitable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Final, Literal, Protocol, TypeAlias

from agentscaler.conduct import FIRST
from agentscaler.grade import answered
from agentscaler.hands import abilities, whole
from agentscaler.hands import tool_list as tool_list
from agentscaler.records import Deed, JsonObject, Message, Rollout, Seed, Stop, Task, ToolCall, Usage
from agentscaler.world import Answer, Error, World

DONE: Final = "###STOP###"
"""What a user says when nothing is left to be done; it stands in no conversation."""
TURNS: Final = 30
"""Most messages of the user."""
STEPS: Final = 100
"""Most messages of the agent."""


class Player(Protocol):
    """Anything that plays the next message of its side."""

    @property
    def name(self) -> str:
        """Who it is, as rollouts name it."""
        ...

    @property
    def scripted(self) -> bool:
        """True where no model speaks."""
        ...

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next message. An agent sees all and the OpenAI-style tool list; a user sees what was said, with the tools that it has in hand and what it did with them."""
        ...


class WaitingPlayer(Protocol):
    """The same for a player that has to wait for somebody: a model, a person."""

    @property
    def name(self) -> str:
        """Who it is, as rollouts name it."""
        ...

    @property
    def scripted(self) -> bool:
        """True where no model speaks."""
        ...

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Awaitable[Message]:
        """The next message, when it is there."""
        ...


AnyPlayer: TypeAlias = Player | WaitingPlayer


class CannotGoOn(Exception):
    """A player says that it cannot play its next message, and why; `stop` is how the episode ended."""

    def __init__(self, stop: Stop, why: str = "") -> None:
        super().__init__(why or stop)
        self.stop: Stop = stop


class Episode:
    """A conversation in a world that was reset for it. `turn` says whose message is next; None: it is over, and `stop` says why."""

    def __init__(self, task: Task, world: World, *, turns: int = TURNS, steps: int = STEPS) -> None:
        world.reset()
        self.task, self.world = task, world
        self.tools = tool_list(world.loaded.env, without=task.hands)
        self.user_tools = tuple(tool_list(world.loaded.env, only=task.hands))
        self.messages: list[Message] = [Message(role="system", content=surroundings(world, self.user_tools))]
        self.deeds: list[Deed] = []
        self.turn: Literal["user", "agent"] | None = "user"
        self.stop: Stop | None = None
        self._left = {"user": turns, "agent": steps}

    def seen_by_user(self) -> list[Message]:
        """What was said, without the agent's calls, their answers and any reasoning; with the user's own calls and answers, where they were made."""
        out: list[Message] = []
        own = {d.call.id for d in self.deeds}
        for message in whole(self.messages, self.deeds):
            if message.role == "user" or (message.role == "tool" and message.call_id in own):
                out.append(message)
            elif message.role == "assistant" and message.content:
                out.append(Message(role="assistant", content=message.content))
        return out

    def step(self, message: Message) -> None:
        """Take the next message. Raises ValueError where the episode is over or it is another's turn."""
        if self.turn is None:
            raise ValueError("the episode is over: make a new one")
        if message.role != ("user" if self.turn == "user" else "assistant"):
            raise ValueError(f"it is the {self.turn}'s turn, and this is a message of the {message.role}")
        if self.turn == "user" and DONE in message.content:
            self._end("user_done")
            return
        self._left[self.turn] -= max(1, len(message.calls)) if self.turn == "user" else 1
        if self.turn == "user" and message.calls:
            self.deeds += [Deed(after=len(self.messages), call=own, answer=self._answered(own, self.task.hands)) for own in map(self._own, message.calls)]
        else:
            self.messages.append(message)
            self.messages += [self._answered(call) for call in message.calls]
        if not message.calls:
            self.turn = "agent" if self.turn == "user" else "user"
        if self._left[self.turn] <= 0:
            self._end("turns" if self.turn == "user" else "steps")

    def _own(self, call: ToolCall) -> ToolCall:
        """A call of the user, with an id that no other has."""
        return call.model_copy(update={"id": f"user_{len(self.deeds)}_{call.id}"[:64]}) if call.id in self._ids() else call

    def _ids(self) -> set[str]:
        return {c.id for m in self.messages for c in m.calls} | {d.call.id for d in self.deeds}

    def _answered(self, call: ToolCall, mine: Sequence[str] | None = None) -> Message:
        """The world's answer; a tool that is in the other's hands does not exist for this one."""
        if (call.name in self.task.hands) if mine is None else (call.name not in mine):
            other = "the user can do that: ask for it" if mine is None else "the assistant can do that"
            return Message(role="tool", call_id=call.id, name=call.name, content=Answer(None, Error("unknown_tool", f"no tool {call.name!r} here; {other}")).text(), error="unknown_tool")
        return answered(self.world, call)

    def _end(self, stop: Stop) -> None:
        self.turn, self.stop = None, stop

    def fail(self) -> None:
        """End it for something that is not the players' doing."""
        self._end("infrastructure")

    def give_up(self, stop: Stop) -> None:
        """End it where a player cannot go on."""
        self._end(stop)

    def rollout(self, *, task: str, agent: str, user: str, scripted: bool, trial: int = 0, seed: Seed = 0, error: str | None = None) -> Rollout:
        """The record of what happened. task: id of its row."""
        return Rollout(
            task=task,
            trial=trial,
            agent=agent,
            user=user,
            scripted=scripted,
            seed=seed,
            messages=tuple(self.messages),
            stop=self.stop or "infrastructure",
            change=self.world.diff().form,
            hands=self.task.hands,
            deeds=tuple(self.deeds),
            usage=Usage(steps=sum(m.role == "assistant" for m in self.messages), calls=sum(m.role == "tool" for m in self.messages)),
            error=error,
        )


def run_episode(
    task: Task, world: World, *, agent: AnyPlayer, user: AnyPlayer, number: str = "", trial: int = 0, seed: Seed = 0, turns: int = TURNS, steps: int = STEPS
) -> Rollout:
    """Play an episode to its end. number: id of the task's row. A player that raises OSError or TimeoutError ends it as infrastructure."""
    playing = play_episode(task, world, agent=agent, user=user, number=number, trial=trial, seed=seed, turns=turns, steps=steps)
    if iscoroutinefunction(agent.play) or iscoroutinefunction(user.play):
        import asyncio

        return asyncio.run(_alone(playing, agent, user))
    try:
        playing.send(None)
    except StopIteration as done:
        rollout: Rollout = done.value
        return rollout
    raise TypeError("a player made the episode wait, and its `play` is no coroutine function: await play_episode instead")


async def _alone(playing: Awaitable[Rollout], *players: AnyPlayer) -> Rollout:
    """One episode in an event loop of its own: what players hold open ends with it."""
    try:
        return await playing
    finally:
        for player in players:
            if (close := getattr(player, "close", None)) is not None:
                await close()


async def play_episode(
    task: Task, world: World, *, agent: AnyPlayer, user: AnyPlayer, number: str = "", trial: int = 0, seed: Seed = 0, turns: int = TURNS, steps: int = STEPS
) -> Rollout:
    """The same among others: hundreds of these wait for their models in one event loop."""
    episode = Episode(task, world, turns=turns, steps=steps)
    error = None
    while episode.turn is not None:
        try:
            said = user.play(episode.seen_by_user(), episode.user_tools) if episode.turn == "user" else agent.play(episode.messages, episode.tools)
            episode.step(said if isinstance(said, Message) else await said)
        except CannotGoOn as end:
            episode.give_up(end.stop)
        except (OSError, TimeoutError) as failure:
            error = f"{type(failure).__name__}: {failure}"
            episode.fail()
    return episode.rollout(task=number, agent=agent.name, user=user.name, scripted=agent.scripted, trial=trial, seed=seed, error=error)


# ---- what the agent is told ---------------------------------------------------------------------------------------


def surroundings(world: World, of_user: Sequence[JsonObject] = ()) -> str:
    """The system message: what the agent may do, where it is, what time it is, the rules, and what only the user can do."""
    env = world.loaded.env
    title = env.model.title if env.model else env.domain
    lines = [
        f"You help a user with {title}.",
        "Act through the tools only, and tell the user nothing that they have not shown you. Look things up before you change them; "
        f"{FIRST} When the user's wish is done, say so.",
        f"It is {world.db.now}." + _context(world.context),
    ]
    return "\n".join(lines + ([env.rules.strip()] if env.rules.strip() else []) + ([abilities(of_user)] if of_user else []))


def _context(context: Mapping[str, str]) -> str:
    return " You work with " + ", ".join(f"{name} {value}" for name, value in sorted(context.items())) + "." if context else ""
