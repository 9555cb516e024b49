"""A person at the terminal, as agent (`agentscaler play`, `--agent human`) or as user (`--user human`).

What is typed is said; a line that begins with a tool's name is a call, with arguments as JSON or as key=value. `?` lists the tools, `? NAME` tells one. Names are
completed with the tab key. After each call the answer and what it changed in the world are shown.
"""

import shlex
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import orjson

from agentscaler.episode import DONE, CannotGoOn
from agentscaler.records import Brief, JsonObject, Message, ToolCall
from agentscaler.schemas import kind_of


class Changing(Protocol):
    """A world that can tell what changed."""

    def diff(self) -> Any:
        """The net change."""
        ...


class Person:
    """A person as agent."""

    name = "human"
    scripted = False

    def __init__(self, *, read: Callable[[str], str] = input, show: Callable[[str], None] = print) -> None:
        self._read, self._show = read, show
        self._shown = 0
        self._world: Changing | None = None
        self._before: Any = None

    def attend(self, world: Changing) -> None:
        """Look at this world, to show what calls change."""
        self._world, self._before = world, None

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """What the person types, as a message."""
        functions = {t["function"]["name"]: t["function"] for t in tools}
        for message in messages[self._shown :]:
            self._show(told(message))
        self._shown = len(messages)
        self._changed()
        complete_with(list(functions))
        while True:
            try:
                line = self._read("agent> ").strip()
            except EOFError as end:
                raise CannotGoOn("silent") from end
            if line == "?":
                self._show("\n".join(f"  {n}: {f['description'].splitlines()[0][:100] if f['description'] else ''}" for n, f in functions.items()))
            elif line.startswith("?"):
                self._show(_manual(functions.get(line[1:].strip())))
            elif line.split(" ", 1)[0] in functions:
                name, _, rest = line.partition(" ")
                try:
                    arguments = typed(rest, functions[name]["parameters"])
                except ValueError as error:
                    self._show(f"  {error}")
                    continue
                return Message(role="assistant", calls=(ToolCall(id=f"call_{len(messages)}", name=name, arguments=arguments),))
            elif line:
                self._shown += 1
                return Message(role="assistant", content=line)

    def _changed(self) -> None:
        if self._world is None:
            return
        form = self._world.diff().form
        if self._before is not None and form != self._before:
            self._show("changed so far:\n" + ("\n".join(f"  {orjson.dumps(part, option=orjson.OPT_NON_STR_KEYS).decode()[:200]}" for part in form) or "  nothing"))
        self._before = form


class PersonAsUser:
    """A person as user; `done` ends the conversation. Where it has tools in hand, a line that begins with the name of one is a call."""

    name = "human"
    scripted = False

    def __init__(self, brief: Brief, *, read: Callable[[str], str] = input, show: Callable[[str], None] = print) -> None:
        self._read, self._show = read, show
        self._brief: Brief | None = brief

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """What the person types, or calls; DONE for `done`."""
        functions = {t["function"]["name"]: t["function"] for t in tools}
        if self._brief is not None:
            own = "\nOnly you can do, with arguments as key=value: " + ", ".join(functions) if functions else ""
            self._show(f"You want: {self._brief.text}\n(`done` when it is done or refused){own}")
            self._brief = None
        if messages and messages[-1].role in ("assistant", "tool"):
            self._show(told(messages[-1]))
        line = ""
        while not line:
            try:
                line = self._read("user> ").strip()
            except EOFError as end:
                raise CannotGoOn("user_silent") from end
            name, _, rest = line.partition(" ")
            if name in functions:
                try:
                    call = ToolCall(id=f"user_{sum(bool(m.calls) for m in messages)}", name=name, arguments=typed(rest, functions[name]["parameters"]))
                    return Message(role="user", calls=(call,))
                except ValueError as wrong:
                    self._show(f"  {wrong}")
                    line = ""
        return Message(role="user", content=DONE if line == "done" else line)


def told(message: Message) -> str:
    """A message as a line or a few."""
    if message.role == "tool":
        return f"  = {message.content[:2000]}"
    lines = [f"{message.role}: {message.content}"] if message.content else []
    return "\n".join(lines + [f"  {c.name}({orjson.dumps(c.arguments).decode()})" for c in message.calls])


def _manual(function: JsonObject | None) -> str:
    if function is None:
        return "  there is no such tool; ? lists them"
    required = function["parameters"].get("required", ())
    lines = [f"  {function['description']}"]
    for name, schema in function["parameters"].get("properties", {}).items():
        lines.append(f"    {name}{'*' if name in required else ''}: {kind_of(schema)} {schema.get('enum', '')} {schema.get('description', '')[:100]}")
    return "\n".join(lines)


def typed(text: str, parameters: JsonObject) -> JsonObject:
    """Arguments from JSON, or from key=value with the types of the schema. Raises ValueError that says what is wrong."""
    text = text.strip()
    if text.startswith("{"):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"no JSON: {error}") from error
        return dict(found)
    out: JsonObject = {}
    for word in shlex.split(text):
        name, sign, value = word.partition("=")
        if not sign:
            raise ValueError(f"{word!r} is no key=value; give those, or a JSON object")
        schema = parameters.get("properties", {}).get(name, {})
        if kind_of(schema) == "string":
            out[name] = value
            continue
        try:
            out[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            out[name] = value
    return out


def complete_with(names: Sequence[str]) -> None:
    """Let the tab key complete tool names, where the terminal can."""
    try:
        import readline
    except ImportError:
        return

    def complete(text: str, state: int) -> str | None:
        return [*(n for n in names if n.startswith(text)), None][state]

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n")
    readline.parse_and_bind("tab: complete")
