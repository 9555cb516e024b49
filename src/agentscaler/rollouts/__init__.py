"""Room 7, rollouts: a task is played by a simulated user, an agent and the world.

    rollout = play(task, agent="gold")
    rollout = play(task, agent=my_agent, user=my_user)      anything with `play(messages, tools) -> Message`, or a function of the same form
    rollout = play(task, agent="qwen3-8b@http://localhost:8000/v1")
    rollout = play(task, agent="hf:runs/first/models/phase2")           a folder, loaded once and kept

Scripted players are named so in every row: `gold` and its named mutations know the gold calls (gold.py); `solver` works from
the conversation and the tool list alone (solver.py); `user` tells the brief bit by bit (user.py). `probe` measures the tasks (probes.py). Models play as agent
and as user (models.py), whose turns are linted (lint.py); blame.py says whose doing a failure is.
"""

import importlib
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from inspect import isawaitable, iscoroutinefunction
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from agentscaler.dice import Dice
from agentscaler.episode import STEPS, TURNS, AnyPlayer, Player, WaitingPlayer, run_episode
from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.grade import grade
from agentscaler.llm.folder import FolderModel, Loaded, is_folder, load_folder
from agentscaler.llm.keys import Keys, endpoint, is_endpoint, read_keys
from agentscaler.llm.wire import parsed
from agentscaler.records import EnvSpec, JsonObject, Message, Probe, Rollout, Seed, Task, ToolCall
from agentscaler.rollouts.gold import MANNERS, GoldPlayer, Manner, script
from agentscaler.rollouts.probes import ShallowPlayer, do_nothing, random_calls
from agentscaler.rollouts.solver import Solver
from agentscaler.rollouts.user import ScriptedUser
from agentscaler.store import row_id
from agentscaler.world import World

Reply: TypeAlias = Message | str | Mapping[str, Any]
AgentFunction: TypeAlias = Callable[[Sequence[Message], Sequence[JsonObject]], Reply]
AGENTS: Final = (*MANNERS, "hasty", "solver", "shallow")
"""Names of scripted agents."""
PROBES: Final = ("do-nothing", "shallow", "random", "solver, brief of another task", "hasty")


def play(
    task: Task, *, agent: AnyPlayer | AgentFunction | str, user: AnyPlayer | AgentFunction | None = None, trial: int = 0, seed: Seed = 0, trusted: bool = False, keys: Keys | None = None
) -> Rollout:
    """One episode. agent: a player, a function (messages, tools) -> message, `NAME@https://host/v1`, `hf:FOLDER`, `module:function`, or a name of AGENTS.

    keys: those of the environment, where none are given. Raises UserError where the task's world is not where the task says, or the agent does not exist on the task.
    """
    env = kept_env(task.folder)
    with World.open(env, seed=task.seed, trusted=trusted) as world:
        player = as_player(agent, task, env, Dice(seed, "agent", row_id(task), trial), keys=keys)
        if player is None:
            raise UserError(f"the agent {agent!r} does not exist on this task: it has no write to leave out, or nothing to mistake it for")
        return play_in(task, world, agent=player, user=user, trial=trial, seed=seed)


def play_in(task: Task, world: World, *, agent: AnyPlayer, user: AnyPlayer | AgentFunction | None = None, number: str = "", trial: int = 0, seed: Seed = 0, turns: int = TURNS, steps: int = STEPS) -> Rollout:
    """The same in a world that is open already. number: id of the task's row."""
    number = number or row_id(task)
    plays: AnyPlayer = ScriptedUser(task.brief, Dice(seed, "user", number, trial)) if user is None else cast(Player, user) if hasattr(user, "play") else FunctionPlayer(user, "user", role="user")
    return run_episode(task, world, agent=agent, user=plays, number=number, trial=trial, seed=seed, turns=turns, steps=steps)


_envs: OrderedDict[str, EnvSpec] = OrderedDict()


def kept_env(folder: str) -> EnvSpec:
    """The world's folder; the last few are kept."""
    if not (Path(folder) / "env.json").exists():
        raise UserError(f"no world at {folder!r}: read tasks with read_tasks(run), which knows where their worlds lie")
    if folder not in _envs:
        _envs[folder] = read_env(Path(folder))
        if len(_envs) > 64:
            _envs.popitem(last=False)
    return _envs[folder]


_models: dict[str, Loaded] = {}


def kept_model(name: str) -> Loaded:
    """The model of hf:FOLDER; the last one is kept."""
    if name not in _models:
        _models.clear()
        _models[name] = load_folder(name)
    return _models[name]


# ---- agents -----------------------------------------------------------------------------------------------------


def as_player(agent: AnyPlayer | AgentFunction | str, task: Task, env: EnvSpec, dice: Dice, *, keys: Keys | None = None) -> AnyPlayer | None:
    """What plays; None where a named manner does not exist on the task."""
    if isinstance(agent, str) and is_endpoint(agent):
        from agentscaler.llm.chat import ChatModel
        from agentscaler.rollouts.models import ModelAgent

        return ModelAgent(ChatModel(endpoint(agent), keys=keys or read_keys(os.environ, None)), sample=str(dice.bits()))
    if isinstance(agent, str) and is_folder(agent):
        from agentscaler.rollouts.models import ModelAgent

        return ModelAgent(FolderModel(kept_model(agent)))
    if isinstance(agent, str):
        return named_player(agent, task, env, dice)
    if hasattr(agent, "play"):
        return cast(AnyPlayer, agent)
    return FunctionPlayer(agent, getattr(agent, "__name__", "function"))


def plain_name(name: str) -> str:
    """`scripted` is the solver, `scripted:gold` is gold."""
    skill = name.removeprefix("scripted").removeprefix(":") or "solver"
    if name.partition(":")[0] == "scripted" and skill not in AGENTS:
        raise UserError(f"agent {name!r}: scripted players are {', '.join(AGENTS)}")
    return skill if name.partition(":")[0] == "scripted" else name


def named_player(name: str, task: Task, env: EnvSpec, dice: Dice) -> Player | None:
    """A scripted agent by its name, or the one of `module:function`."""
    name = plain_name(name)
    if name in MANNERS or name == "hasty":
        moves = script(cast(Manner, name), task, {t.name: t.kind for t in env.tools}, dice)
        return None if moves is None else GoldPlayer(cast(Manner, name), moves, task, dice)
    if name == "solver":
        return Solver()
    if name == "shallow":
        return ShallowPlayer()
    return FunctionPlayer(imported(name), name)


def imported(name: str) -> AgentFunction:
    """The function that `module:function` names. Raises UserError."""
    module, _, function = name.partition(":")
    if not function:
        raise UserError(f"agent {name!r} is none of {', '.join(AGENTS)}, and not of the form module:function")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise UserError(f"agent {name!r} cannot be imported: {error}; is the module on PYTHONPATH?") from error
    return cast(AgentFunction, found)


class FunctionPlayer:
    """A function as a player. It may answer with a Message, a text, or an OpenAI-style message."""

    scripted = False

    def __init__(self, function: AgentFunction, name: str, *, role: Literal["assistant", "user"] = "assistant", like: Any = None) -> None:
        self.function, self.name, self._role = function, name, role
        self.waits = iscoroutinefunction(like or function)
        """Is it an `async def`? like: the function it stands for, where it is wrapped."""

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The function's reply as a Message. Raises UserError where it is none."""
        return self.read(self.function(messages, tools), at=len(messages))

    def read(self, reply: Any, *, at: int) -> Message:
        """What it answered, as a message. at: how many messages there were."""
        if isinstance(reply, Message) and reply.role == self._role:
            return reply
        if isinstance(reply, str):
            return Message(role=self._role, content=reply)
        if isinstance(reply, Mapping):
            try:
                return from_openai(reply, self._role, at=at)
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"agent {self.name!r} answered with {dict(reply)!r:.200}, which is no OpenAI-style message: {error!r:.200}") from error
        what = f"a message of the {reply.role}" if isinstance(reply, Message) else type(reply).__name__
        raise UserError(f"agent {self.name!r} answered with {what}; give a Message of the {self._role}, a text, or an OpenAI-style message")


class _Waiting:
    """A function as one of many players in an event loop."""

    scripted = False

    def __init__(self, player: FunctionPlayer) -> None:
        self.name, self._player = player.name, player

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """Its reply; what is no `async def` runs in a thread of its own, so that the others go on."""
        import asyncio

        if not self._player.waits:
            return await asyncio.to_thread(self._player.play, list(messages), tools)
        reply = self._player.function(list(messages), tools)
        return self._player.read(await reply if isawaitable(reply) else reply, at=len(messages))


def waiting(player: FunctionPlayer) -> WaitingPlayer:
    """The same function, for many episodes at once."""
    return _Waiting(player)


def from_openai(reply: Mapping[str, Any], role: Any, *, at: int) -> Message:
    """An OpenAI-style assistant message; arguments may be JSON text. at: where it stands in the conversation, for calls without an id."""
    calls = []
    for number, call in enumerate(reply.get("tool_calls") or ()):
        function = call["function"]
        arguments, unparsed = parsed(function.get("arguments"))
        calls.append(ToolCall(id=str(call.get("id") or f"call_{at}_{number}"), name=function["name"], arguments=arguments, unparsed=unparsed))
    return Message(role=role, content=reply.get("content") or "", reasoning=reply.get("reasoning_content") or reply.get("reasoning") or "", calls=tuple(calls))


# ---- a world's tasks --------------------------------------------------------------------------------------------


def mutation(task: Task, number: str, env: EnvSpec, seed: Seed) -> Manner | None:
    """Which named way to go wrong is played on a task: drawn among those that exist on it."""
    dice = Dice(seed, "manner", number)
    kinds = {t.name: t.kind for t in env.tools}
    return next((m for m in dice.shuffled(MANNERS[1:]) if script(m, task, kinds, Dice(seed, "try", number)) is not None), None)


def probe(task: Task, world: World, *, number: str, other: Task | None, seed: Seed = 0) -> list[Probe]:
    """What the measuring players reach on a task. other: another task of the world, whose brief the solver is given instead."""

    def one(player: str, rollout: Rollout) -> Probe:
        return Probe(task=number, player=player, shape=task.difficulty.shape, twin=task.twin, passed=grade(task, rollout).passed)

    found = [
        one(PROBES[0], do_nothing(task, world)),
        one(PROBES[1], play_in(task, world, agent=ShallowPlayer(), number=number, seed=seed)),
        one(PROBES[2], random_calls(task, world, Dice(seed, "random", number))),
    ]
    if other is not None:
        user = ScriptedUser(other.brief, Dice(seed, "user", number, "other"))
        found.append(one(PROBES[3], play_in(task, world, agent=Solver(), user=user, number=number, seed=seed)))
    if (hasty := named_player(PROBES[4], task, world.loaded.env, Dice(seed, "hasty", number))) is not None:
        found.append(one(PROBES[4], play_in(task, world, agent=hasty, number=number, seed=seed)))
    return found


__all__ = [
    "AGENTS", "PROBES", "FunctionPlayer", "GoldPlayer", "ScriptedUser", "ShallowPlayer", "Solver", "imported", "kept_env", "mutation", "named_player", "plain_name", "play", "play_in",
    "probe", "waiting",
]  # fmt: skip
