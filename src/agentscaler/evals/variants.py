"""The same worlds, shown otherwise: an agent that has learnt names or forms by heart loses, one that reads does not.

A variant stands between the agent and the episode. What goes to the agent is disguised, what it answers is brought back, so that world, record and judge stay what they are:

    renamed       other tool names: verb and noun in another order and style, DeleteVolume -> volume_remove
    reworded      other schemas: descriptions in the bare words of the names, parameters in another style and order, volumeId -> volume_id
    reformatted   answers of tools as indented YAML text in place of JSON
    distractors   twelve tools of other worlds beside the world's own; a call to one is answered `forbidden`
"""

import re
from collections.abc import Mapping, Sequence
from inspect import isawaitable
from typing import Any, Final

import orjson
import yaml

from agentscaler.dice import Dice
from agentscaler.episode import AnyPlayer
from agentscaler.records import EnvSpec, JsonObject, Message, Schema, ToolCall
from agentscaler.verbs import of_name
from agentscaler.words import split

VARIANTS: Final = ("plain", "renamed", "reworded", "reformatted", "distractors")
DISTRACTORS: Final = 12
_VERBS: Final = {
    "get": "fetch", "describe": "inspect", "list": "enumerate", "search": "find", "create": "add", "update": "revise", "modify": "revise", "delete": "remove", "put": "store", "start": "launch",
    "stop": "halt", "attach": "join", "detach": "part", "associate": "bind", "disassociate": "unbind", "enable": "switch_on", "disable": "switch_off", "cancel": "call_off", "set": "assign",
}  # fmt: skip
"""Another word for a verb; a verb that is not here stays."""
NOT_OFFERED: Final = "not offered: "
"""Before a world's true name, where an agent calls it though it was shown another."""


class Disguise:
    """What one world's tools look like to the agent, and the way back. Names of tools and parameters are exchanged one to one."""

    def __init__(self, variant: str, env: EnvSpec, others: Sequence[JsonObject] = (), *, seed: int = 0) -> None:
        assert variant in VARIANTS, variant
        self.variant = variant
        names = [t.name for t in env.tools]
        self.tools = dict(zip(names, _all_new(names, _renamed) if variant == "renamed" else names, strict=True))
        self.parameters = {t.name: _parameters(t.parameters) if variant == "reworded" else {} for t in env.tools}
        self.strangers = _strangers(names, others, Dice(seed, "distractors", env.id)) if variant == "distractors" else []
        self._back = {shown: true for true, shown in self.tools.items()}
        self._words = re.compile("|".join(rf"\b{re.escape(n)}\b" for n in sorted(names, key=len, reverse=True)))

    # ---- to the agent

    def shown_tools(self, tools: Sequence[JsonObject]) -> list[JsonObject]:
        """The tool list, alphabetical again."""
        if self.variant == "plain":
            return list(tools)
        out = [{"type": "function", "function": self._shown_tool(t["function"])} for t in tools] + self.strangers
        return sorted(out, key=lambda t: str(t["function"]["name"]))

    def _shown_tool(self, function: JsonObject) -> JsonObject:
        name = str(function["name"])
        if self.variant == "reworded":
            words = of_name(name)
            return {"name": name, "description": " ".join([words.verb, *words.noun, *words.tail]).capitalize() + ".", "parameters": _reworded(function["parameters"], self.parameters[name])}
        return {**function, "name": self.tools[name], "description": self._said(str(function["description"]))}

    def _said(self, text: str) -> str:
        """A text that names tools of the world, with the names that they are shown by."""
        return self._words.sub(lambda m: self.tools[m[0]], text) if self.variant == "renamed" else text

    def shown(self, message: Message) -> Message:
        """A message of the conversation, as the agent sees it."""
        if message.role == "assistant" and message.calls:
            return message.model_copy(update={"calls": tuple(c.model_copy(update={"name": self._out(c.name), "arguments": _keys(c.arguments, self.parameters.get(c.name, {}))}) for c in message.calls)})
        if message.role == "tool":
            content = _as_yaml(message.content) if self.variant == "reformatted" else message.content
            if message.error == "unknown_tool" and any(message.name == s["function"]["name"] for s in self.strangers):
                content = orjson.dumps({"error": {"code": "forbidden", "message": "you may not use this tool here"}}).decode()
            if message.error is not None:
                content = self._said(content).replace(NOT_OFFERED, "")
                for true, shown in self.parameters.get(message.name or "", {}).items():
                    content = re.sub(rf"(?<!\w){re.escape(true)}(?!\w)", shown, content)
            return message.model_copy(update={"name": self._out(message.name or ""), "content": content})
        return message

    def _out(self, true: str) -> str:
        return true.removeprefix(NOT_OFFERED) if true.startswith(NOT_OFFERED) else self.tools.get(true, true)

    # ---- and back

    def true(self, message: Message) -> Message:
        """What the agent said, in the world's own names."""
        return message.model_copy(update={"calls": tuple(self._true_call(c) for c in message.calls)})

    def _true_call(self, call: ToolCall) -> ToolCall:
        name = self._back.get(call.name)
        if name is None:
            return call.model_copy(update={"name": NOT_OFFERED + call.name}) if call.name in self.tools else call
        back = {shown: true for true, shown in self.parameters[name].items()}
        hidden = {true: NOT_OFFERED + true for true, shown in self.parameters[name].items() if true != shown and true not in back}
        return call.model_copy(update={"name": name, "arguments": _keys(call.arguments, {**hidden, **back})})


class Disguised:
    """A player that sees the world through a disguise."""

    def __init__(self, player: AnyPlayer, disguise: Disguise) -> None:
        self.name, self.scripted = player.name, player.scripted
        self.player = player
        self._disguise = disguise

    @property
    def tokens(self) -> Any:
        """What it cost, where it is a model."""
        from agentscaler.llm.model import Tokens

        return getattr(self.player, "tokens", Tokens())

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next message, brought back."""
        said = self.player.play([self._disguise.shown(m) for m in messages], self._disguise.shown_tools(tools))
        return self._disguise.true(await said if isawaitable(said) else said)


# ---- other names, other words -------------------------------------------------------------------------------------


def _renamed(name: str) -> str:
    """'DescribeMountTargets' -> 'mount_targets_inspect'."""
    words = of_name(name)
    first = words.verb or "use"
    rest = [w for w in split(name) if w != first] or ["it"]
    return "_".join([*rest, _VERBS.get(first, first)])[:60]


def _all_new(names: Sequence[str], new: Any) -> list[str]:
    """A new name for each, no two alike and none that another tool has."""
    out: list[str] = []
    for name in names:
        found = base = new(name)
        at = 2
        while found in out or (found in names):
            found, at = f"{base}_{at}", at + 1
        out.append(found)
    return out


def _parameters(schema: Schema) -> dict[str, str]:
    """Top-level parameter -> how it is shown: snake_case where it was another style, camelCase where it was snake."""
    names = list(schema.get("properties", {}))
    return dict(zip(names, _all_new(names, _restyled), strict=True))


def _restyled(name: str) -> str:
    words = [w.lower() for w in split(name)] or [name]
    snake = "_".join(words)
    if snake != name:
        return snake
    return words[0] + "".join(w.capitalize() for w in words[1:]) if len(words) > 1 else f"{name}_value"


def _reworded(schema: Schema, names: Mapping[str, str]) -> Schema:
    """The schema with the shown names, in the order of the alphabet backwards, each described by its own words and its format."""
    properties = {names[n]: _described(n, schema["properties"][n]) for n in sorted(schema.get("properties", {}), reverse=True)}
    return {**schema, "properties": properties, "required": [names[n] for n in schema.get("required", ())]}


def _described(name: str, schema: Schema) -> Schema:
    format_ = re.search(r"Format: \S+", str(schema.get("description", "")))
    return {**schema, "description": f"{' '.join(w.lower() for w in split(name)) or name}{f' ({format_[0]})' if format_ else ''}"}


def _keys(arguments: Mapping[str, Any], names: Mapping[str, str]) -> JsonObject:
    return {names.get(k, k): v for k, v in arguments.items()}


def _as_yaml(content: str) -> str:
    """JSON as YAML text; what is no JSON stays."""
    try:
        return str(yaml.safe_dump(orjson.loads(content), sort_keys=False, allow_unicode=True, width=1000))
    except orjson.JSONDecodeError:
        return content


def _strangers(names: Sequence[str], others: Sequence[JsonObject], dice: Dice) -> list[JsonObject]:
    """Tools of other worlds, none with a name that this one has."""
    found: dict[str, JsonObject] = {}
    for tool in dice.shuffled([t for t in others if t["function"]["name"] not in names]):
        found.setdefault(tool["function"]["name"], tool)
        if len(found) == DISTRACTORS:
            break
    return list(found.values())
