"""Worlds as TRL's environments, for trainers that drive themselves: one class a world, its tools are methods, and the user is one of them.

    classes = {folder: world_class(env, open_stage) for folder, env in worlds.items()}
    GRPOTrainer(model, reward_funcs=[judged_worlds], environment_factory=classes, train_dataset=...)     column `environment` names the world, `task` the task

A chat template shows a callable as a schema that is made up from signature and docstring, which loses bounds, formats and nested objects. So each bound tool is its own schema (`BoundTool` is a
dict), and the policy reads the same text as in training rows and in evaluation, in the same order. The user is `ask_user`: TRL's loop ends an episode at the first message without a call.
"""

import inspect
import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal

import orjson

from agentscaler.episode import tool_list
from agentscaler.errors import CODES, UserError
from agentscaler.llm.wire import openai_message, parsed
from agentscaler.records import EnvSpec, JsonObject, Message, ToolCall
from agentscaler.train.stage import Stage
from agentscaler.words import split

ASK: Final = "ask_user"
ASK_TOOL: Final[JsonObject] = {
    "type": "function",
    "function": {
        "name": ASK,
        "description": "Say something to the user, and read what they answer. Your last message, the one without a call, is not answered.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string", "description": "What you say."}}, "required": ["text"]},
    },
}
GONE: Final = "(The user has nothing more to say.)"
OVER: Final = orjson.dumps({"error": {"code": "limit", "message": "the episode is over"}}).decode()
_TYPES: Final[dict[str, Any]] = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict, "array": list}
_RESERVED: Final = ("reset", "get_reward", ASK)


class BoundTool(dict):  # type: ignore[type-arg]
    """A tool of one world that can be called, and whose dict is its schema."""

    def __init__(self, schema: JsonObject, call: Callable[[JsonObject], str]) -> None:
        super().__init__(schema)
        self.__name__: str = schema["function"]["name"]
        self.__doc__ = schema["function"]["description"]
        self._call = call

    def __call__(self, **arguments: Any) -> str:
        return self._call(arguments)


class PracticeWorld:
    """What all environments share. Public names are tools to TRL, so there are none here but `reset`."""

    _schemas: tuple[JsonObject, ...] = ()
    _open: Callable[[str], Stage]

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._rows = 0
        for schema in self._schemas:
            name = schema["function"]["name"]
            self.__dict__[name] = BoundTool(schema, self._ask if name == ASK else partial(self._act, name))

    def reset(self, *, task: str, **row: Any) -> None:
        """A new episode. task: id of the row; further columns mean nothing here."""
        del row
        if self._stage is not None:
            self._stage.world.close()
        self._stage, self._rows = type(self)._open(task), 0

    def _act(self, name: str, arguments: JsonObject) -> str:
        assert self._stage is not None
        if self._stage.over:
            return OVER
        self._rows += 1
        said = self._stage.hear(Message(role="assistant", calls=(ToolCall(id=f"call_{self._rows}", name=name, arguments=arguments),)))
        return said[0].content if said else OVER

    def _ask(self, arguments: JsonObject) -> str:
        assert self._stage is not None
        if self._stage.over:
            return GONE
        said = self._stage.hear(Message(role="assistant", content=str(arguments.get("text", ""))))
        return said[0].content if said else GONE


def world_class(env: EnvSpec, open_stage: Callable[[str], Stage], *, hands: Iterable[str] = ()) -> type[PracticeWorld]:
    """The environment of one world: a method for each tool but those in the user's hands, with signature and docstring. Raises UserError for a tool whose name TRL keeps for itself."""
    schemas = sorted([*tool_list(env, without=hands), ASK_TOOL], key=lambda s: str(s["function"]["name"]))
    if taken := [t.name for t in env.tools if t.name in _RESERVED or t.name.startswith("_")]:
        raise UserError(f"{env.domain}: a tool is called {taken[0]!r}, which an environment of TRL cannot offer; use conversations (--user scripted) for this world")
    name = "".join(w.capitalize() for w in split(env.domain)) + "World"
    methods = {s["function"]["name"]: _method(s) for s in schemas}
    return type(name, (PracticeWorld,), {"__doc__": f"The world {env.domain} as an environment.", "_schemas": tuple(schemas), "_open": staticmethod(open_stage), **methods})


def _method(schema: JsonObject) -> Callable[..., str]:
    """What people and TRL see on the class: signature and Google-style docstring of a tool. Instances hold the bound tool under the same name."""
    function = schema["function"]
    properties: Mapping[str, JsonObject] = function["parameters"].get("properties", {})
    required = set(function["parameters"].get("required", ()))

    def method(self: PracticeWorld, **arguments: Any) -> str:
        answer: str = vars(self)[function["name"]](**arguments)
        return answer

    plain = [n for n in properties if n.isidentifier() and not keyword.iskeyword(n) and n != "self"]
    given = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=_hint(properties[n]), **({} if n in required else {"default": None})) for n in plain]
    rest = [inspect.Parameter("others", inspect.Parameter.VAR_KEYWORD)] if len(plain) < len(properties) else []
    method.__name__ = method.__qualname__ = function["name"]
    method.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD), *given, *rest])  # type: ignore[attr-defined]
    method.__annotations__ = {p.name: p.annotation for p in given}
    listed = "".join(f"\n    {n}: {' '.join(properties[n].get('description', n).split())}" for n in properties)
    method.__doc__ = function["description"] + (f"\n\nArgs:{listed}" if listed else "")
    return method


def _hint(schema: JsonObject) -> Any:
    values = schema.get("enum")
    if values and all(isinstance(v, str) for v in values):
        return Literal[tuple(values)]
    kind = schema.get("type")
    return _TYPES.get(kind, Any) if isinstance(kind, str) else Any


# ---- what it earned -----------------------------------------------------------------------------------------------


def judged_worlds(prompts: Sequence[Any], completions: Sequence[Any], *, environments: Sequence[PracticeWorld], log_metric: Callable[[str, float], None], **rest: Any) -> list[float | None]:
    """The reward function beside the environments: what the one judge says of state and answers; None where an episode was cut short by its surroundings."""
    out: list[float | None] = []
    for environment, completion in zip(environments, completions, strict=True):
        stage = environment._stage
        assert stage is not None
        out.append(stage.reward(messages=[*stage.opening, *spoken_in(completion)]))
    stages = [e._stage for e in environments if e._stage is not None]
    log_metric("worlds/seconds", sum(s.seconds for s in stages))
    log_metric("worlds/infrastructure", sum(r is None for r in out))
    if out and all(r is None for r in out):
        raise UserError(f"no episode of this step came to its end: {stages[0].error}; the training goes on from its last checkpoint with the same command")
    return out


def spoken_in(completion: Sequence[JsonObject]) -> list[Message]:
    """What TRL holds of an episode as a conversation: `ask_user` and its answers are said, all else is called and answered."""
    out: list[Message] = []
    for message in completion:
        if message["role"] == "tool":
            said = message["name"] == ASK
            out.append(Message(role="user", content=message["content"]) if said else Message(role="tool", content=message["content"], name=message["name"], error=_code(message["content"])))
            continue
        calls = [(c["function"]["name"], parsed(c["function"].get("arguments"))[0]) for c in message.get("tool_calls") or ()]
        asked = [str(arguments.get("text", "")) for name, arguments in calls if name == ASK]
        others = tuple(ToolCall(id=f"call_{len(out)}_{n}", name=name, arguments=arguments) for n, (name, arguments) in enumerate(calls) if name != ASK)
        out.append(Message(role="assistant", content="\n".join(filter(None, [message.get("content") or "", *asked])), calls=others))
    return out


def _code(content: str) -> Any:
    """The code of an answer that is an error, told by its exact form."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return "internal"
    error = found.get("error") if isinstance(found, dict) and len(found) == 1 else None
    return error.get("code") if isinstance(error, dict) and error.get("code") in CODES else None


def opening_of(stage: Stage) -> list[JsonObject]:
    """The prompt of a task: what stands there before the agent's first message."""
    return [openai_message(m) for m in stage.opening]
