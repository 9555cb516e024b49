"""Players that measure the tasks: were they solvable without looking, by luck, or by doing nothing, the tasks would be worth little.

    do-nothing   says "Done."
    shallow      picks the tool whose words overlap most with the user's, copies arguments from the user's text, never reads
    random       as many valid calls as gold has, drawn at random from the state (it sees the world, to be strong enough)
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from agentscaler.dice import Dice
from agentscaler.gate import valid_arguments
from agentscaler.grade import closing, from_calls, values_in
from agentscaler.records import Answer, JsonObject, Message, Rollout, Schema, Task, ToolCall
from agentscaler.schemas import kind_of
from agentscaler.verbs import of_name
from agentscaler.words import field, singular, split
from agentscaler.world import World

_QUOTED: Final = re.compile(r'"([^"]+)"')
_VERBS: Final = {"make": "create", "set up": "create", "need a new": "create", "change": "update", "rename": "update", "remove": "delete", "new": "create"}
_ASK: Final = "Is there anything I should know about it?"


class ShallowPlayer:
    """Word overlap and copying. No straw man: it hears all details first and fills every argument that a word of the user names."""

    name = "shallow"
    scripted = True

    def __init__(self) -> None:
        self._stage = 0

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """Ask once, call once, say done."""
        self._stage += 1
        if self._stage == 1:
            return Message(role="assistant", content=_ASK)
        if self._stage % 2 == 0:
            text = " ".join(m.content for m in messages if m.role == "user")
            name, arguments = shallow_call(text, tools, messages[0].content)
            return Message(role="assistant", calls=(ToolCall(id=f"call_{self._stage}", name=name, arguments=arguments),))
        quoted = _QUOTED.findall(" ".join(m.content for m in messages if m.role == "user"))
        return Message(role="assistant", content=f"Done. {' '.join(quoted[:1])}")


def shallow_call(text: str, tools: Sequence[JsonObject], system: str) -> tuple[str, JsonObject]:
    """The tool with the largest word overlap, its arguments copied from the text."""
    said = {singular(w) for w in re.findall(r"[a-z]+", text.lower())} | {verb for phrase, verb in _VERBS.items() if phrase in text.lower()}

    def overlap(tool: JsonObject) -> tuple[float, str]:
        name = of_name(tool["function"]["name"])
        words = {name.verb, *name.noun}
        return (sum(w in said for w in words) / len(words) + (0.5 if name.verb in said or name.kind in said else 0), tool["function"]["name"])

    best = max(tools, key=overlap)["function"]
    parameters = best["parameters"]
    arguments: JsonObject = {}
    for name, schema in parameters.get("properties", {}).items():
        value = copied(name, schema, text, system, required=name in parameters.get("required", ()))
        if value is not None:
            arguments[name] = value
    return best["name"], arguments


def copied(name: str, schema: Schema, text: str, system: str, *, required: bool) -> Any:
    """A value for an argument from the user's words: what stands behind its name, a quoted name, a member of its enum."""
    words = [w for w in field(name) if w not in ("id", "name")] or list(split(name))
    phrase = " ".join(words)
    if template := re.search(r"[\w]+/\{[^}]*\}(?:/[\w]+(?:/\{[^}]*\})?)*", schema.get("description", "")):
        return filled(template[0], system)
    kind = kind_of(schema)
    low = text.lower()
    if schema.get("enum"):
        return next((e for e in schema["enum"] if isinstance(e, str) and f" {e.lower().replace('_', ' ')}" in f" {low}"), None)
    found = re.search(rf"{re.escape(phrase)} (?:should be |to |is |of |called )?(\"[^\"]+\"|[\w./:@-]+)", text, re.IGNORECASE)
    if found:
        return typed(found[1].strip('".'), kind)
    if split(name)[-1] in ("name", "title", "label") and (quoted := _QUOTED.findall(text)):
        return typed(quoted[0], kind)
    if required:
        context = {k.lower(): v for k, v in re.findall(r"(\w+) ([\w-]+)(?:,|\.)", system)}
        return context.get(words[0].lower()) or (typed(_QUOTED.findall(text)[0], kind) if _QUOTED.findall(text) else None)
    return None


def filled(template: str, system: str) -> str:
    """'projects/{project}' with the surroundings that the system message names."""
    context = dict(re.findall(r"(\w+) ([\w.-]*[\w-])(?:,|\.)", system))
    return re.sub(r"\{(\w+)\}", lambda m: context.get(m[1]) or context.get(m[1].removesuffix("sId").removesuffix("Id")) or str(m[0]), template)


def typed(value: str, kind: str | None) -> Any:
    """The text as a value of that kind; None where it is none."""
    if kind == "integer":
        return int(value) if value.lstrip("-").isdigit() else None
    if kind == "number":
        return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else None
    if kind == "boolean":
        return value.lower() in ("on", "true", "yes", "enabled")
    if kind == "array":
        return [value]
    return None if kind == "object" else value


def do_nothing(task: Task, world: World) -> Rollout:
    """No call; the word 'Done.'"""
    return from_calls(task, world, [], "Done.")


def random_calls(task: Task, world: World, dice: Dice) -> Rollout:
    """As many valid calls as gold has, of tools drawn at random, and for answers values that the calls happened to show."""
    env = world.loaded.env
    assert env.model is not None
    operations = {o.name: o for o in env.model.operations}
    world.reset()
    calls: list[tuple[str, JsonObject]] = []
    for number in range(len(task.gold)):
        tool = dice.choice(env.tools)
        arguments = valid_arguments(world, tool, operations[tool.name], env.model, dice.below(6) + number)
        world.call(tool.name, arguments)
        calls.append((tool.name, arguments))
    shown = [v for m in from_calls(task, world, calls).messages if m.role == "tool" for v in values_in(m.content)]
    return from_calls(task, world, calls, closing([_guess(a, shown, dice) for a in task.answers]))


def _guess(answer: Answer, shown: Sequence[Any], dice: Dice) -> Answer:
    """One of the values of that kind that the calls happened to show."""
    kind = (int, float) if answer.type == "number" else (bool,) if answer.type == "boolean" else (str,)
    able = [v for v in shown if isinstance(v, kind) and (answer.type != "time" or looks_timed(v))]
    return answer.model_copy(update={"value": dice.choice(able) if able else "nothing"})


def looks_timed(value: Any) -> bool:
    """Does it read as a moment?"""
    return bool(re.match(r"\d{4}-\d\d-\d\d", str(value)))
