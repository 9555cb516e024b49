"""Room 7, rollouts: a task is played by a simulated user, an agent and the world.

    rollout = play(task, agent="gold")
    rollout = play(task, agent=my_agent, user=my_user)      anything with `play(messages, tools) -> Message`, or a function of the same form

All players of this room are scripted, and every row names them: `gold` and its named mutations know the gold calls (gold.py); `solver` works from
the conversation and the tool list alone (solver.py); `user` tells the brief bit by bit (user.py). `probe` measures the tasks (probes.py).
"""

import importlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import orjson

from agentscaler.dice import Dice
from agentscaler.episode import Player, run_episode
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.records import EnvSpec, JsonObject, Message, Probe, Rollout, Seed, Task, ToolCall
from agentscaler.rollouts.gold import MANNERS, GoldPlayer, Manner, script
from agentscaler.rollouts.probes import ShallowPlayer, do_nothing, random_calls
from agentscaler.rollouts.solver import Solver
from agentscaler.rollouts.user import ScriptedUser
from agentscaler.store import row_id
from agentscaler.world import World, read_env

Reply: TypeAlias = Message | str | Mapping[str, Any]
AgentFunction: TypeAlias = Callable[[Sequence[Message], Sequence[JsonObject]], Reply]
AGENTS: Final = (*MANNERS, "solver", "shallow")
"""Names of scripted agents."""
PROBES: Final = ("do-nothing", "shallow", "random", "solver, brief of another task")


def play(task: Task, *, agent: Player | AgentFunction | str, user: Player | AgentFunction | None = None, trial: int = 0, seed: Seed = 0, trusted: bool = False) -> Rollout:
    """One episode. agent: a Player, a function (messages, tools) -> message, `module:function`, or a name of AGENTS.

    Raises UserError where the task's world is not where the task says, or the agent does not exist on the task.
    """
    env = _read_env(task.folder)
    with World.open(env, seed=task.seed, trusted=trusted) as world:
        player = as_player(agent, task, env, Dice(seed, "agent", row_id(task), trial))
        if player is None:
            raise UserError(f"the agent {agent!r} does not exist on this task: it has no write to leave out, or nothing to mistake it for")
        return play_in(task, world, agent=player, user=user, trial=trial, seed=seed)


def play_in(task: Task, world: World, *, agent: Player, user: Player | AgentFunction | None = None, number: str = "", trial: int = 0, seed: Seed = 0) -> Rollout:
    """The same in a world that is open already. number: id of the task's row."""
    number = number or row_id(task)
    plays: Player = ScriptedUser(task.brief, Dice(seed, "user", number, trial)) if user is None else cast(Player, user) if hasattr(user, "play") else FunctionPlayer(user, "user")
    return run_episode(task, world, agent=agent, user=plays, number=number, trial=trial, seed=seed)


_envs: OrderedDict[str, EnvSpec] = OrderedDict()


def _read_env(folder: str) -> EnvSpec:
    """The world's folder; the last few are kept."""
    if not (Path(folder) / "env.json").exists():
        raise UserError(f"no world at {folder!r}: read tasks with read_tasks(run), which knows where their worlds lie")
    if folder not in _envs:
        _envs[folder] = read_env(Path(folder))
        if len(_envs) > 64:
            _envs.popitem(last=False)
    return _envs[folder]


# ---- agents -----------------------------------------------------------------------------------------------------


def as_player(agent: Player | AgentFunction | str, task: Task, env: EnvSpec, dice: Dice) -> Player | None:
    """What plays; None where a named manner does not exist on the task."""
    if isinstance(agent, str):
        return named_player(agent, task, env, dice)
    if hasattr(agent, "play"):
        return cast(Player, agent)
    return FunctionPlayer(agent, getattr(agent, "__name__", "function"))


def named_player(name: str, task: Task, env: EnvSpec, dice: Dice) -> Player | None:
    """A scripted agent by its name, or the one of `module:function`."""
    if name in MANNERS:
        moves = script(name, task, {t.name: t.kind for t in env.tools}, dice)
        return None if moves is None else GoldPlayer(name, moves, task, dice)
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

    def __init__(self, function: AgentFunction, name: str) -> None:
        self._function, self.name = function, name

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The function's reply as a Message. Raises UserError where it is none."""
        role = "user" if self.name == "user" else "assistant"
        reply = self._function(messages, tools)
        if isinstance(reply, Message) and reply.role == role:
            return reply
        if isinstance(reply, str):
            return Message(role=role, content=reply)
        if isinstance(reply, Mapping):
            try:
                return from_openai(reply, role, at=len(messages))
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"agent {self.name!r} answered with {dict(reply)!r:.200}, which is no OpenAI-style message: {error!r:.200}") from error
        what = f"a message of the {reply.role}" if isinstance(reply, Message) else type(reply).__name__
        raise UserError(f"agent {self.name!r} answered with {what}; give a Message of the {role}, a text, or an OpenAI-style message")


def from_openai(reply: Mapping[str, Any], role: Any, *, at: int) -> Message:
    """An OpenAI-style assistant message; arguments may be JSON text. at: where it stands in the conversation, for calls without an id."""
    calls = []
    for number, call in enumerate(reply.get("tool_calls") or ()):
        function = call["function"]
        calls.append(ToolCall(id=str(call.get("id") or f"call_{at}_{number}"), name=function["name"], arguments=_arguments(function.get("arguments"))))
    return Message(role=role, content=reply.get("content") or "", reasoning=reply.get("reasoning_content") or reply.get("reasoning") or "", calls=tuple(calls))


def _arguments(given: Any) -> JsonObject:
    """As an object. What a model wrote that is none goes to the world as it is, which refuses it in words."""
    try:
        found = orjson.loads(given) if isinstance(given, str) and given else given or {}
    except orjson.JSONDecodeError:
        found = given
    return found if isinstance(found, dict) else {"arguments": given}


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
    return found


__all__ = ["AGENTS", "PROBES", "FunctionPlayer", "GoldPlayer", "ScriptedUser", "ShallowPlayer", "Solver", "mutation", "named_player", "play", "play_in", "probe"]
