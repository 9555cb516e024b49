"""What a model is to the rest of the house: messages and tools in, one message and its cost out; and the ways in which that fails."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from agentscaler.records import JsonObject, Message


class Tokens(NamedTuple):
    """What a reply cost, as the endpoint counts it."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Those of the prompt that the endpoint had read before."""

    def plus(self, other: "Tokens") -> "Tokens":
        """The sum."""
        return Tokens(*(a + b for a, b in zip(self, other, strict=True)))


class Reply(NamedTuple):
    """What a model said."""

    message: Message
    finish: str = "stop"
    """Why it ended, in the endpoint's word: stop, tool_calls, length, content_filter."""
    tokens: Tokens = Tokens()
    reasoning_in: str = ""
    """The field its reasoning came in: `reasoning_content` or `reasoning`; empty where there was none."""


class Model(Protocol):
    """Anything that replies."""

    @property
    def name(self) -> str:
        """Who it is, as rows name it."""
        ...

    async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), *, schema: JsonObject | None = None, sample: str = "") -> Reply:
        """The next message. schema: the reply's text should be JSON of that schema. sample: two requests that are equal but for this are two draws."""
        ...


# ---- failures -----------------------------------------------------------------------------------------------------


class ModelFailure(OSError):
    """No reply came, through no fault of the model's words: an episode ends as infrastructure. The message never holds a key."""


class ContextFull(ModelFailure):
    """The conversation does not fit into the model's context."""


class RunStopped(Exception):
    """Nothing further can be asked in this run; what was finished stays. The message says what to do."""


class BudgetSpent(RunStopped):
    """The next request could cost more than is left of the budget."""


class Refused(RunStopped):
    """The endpoint refuses us: a wrong key, an unknown model, an address that is not its."""


class Unreachable(RunStopped):
    """The endpoint has not answered for so long that going on would only waste episodes."""


# ---- a script -----------------------------------------------------------------------------------------------------


class ScriptedModel:
    """A model for tests: says what it is given, in order, or what a function of (messages, tools) says. An exception is raised."""

    def __init__(self, lines: Sequence[Message | str | Exception] | Callable[[Sequence[Message], Sequence[JsonObject]], Message | str], *, name: str = "scripted-model") -> None:
        self.name = name
        self._lines = lines if callable(lines) else list(lines)
        self.heard: list[tuple[Message, ...]] = []

    async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), *, schema: JsonObject | None = None, sample: str = "") -> Reply:
        """The next line. Raises ModelFailure where there is none."""
        del schema, sample
        self.heard.append(tuple(messages))
        if callable(self._lines):
            line: Message | str | Exception = self._lines(messages, tools)
        elif self._lines:
            line = self._lines.pop(0)
        else:
            raise ModelFailure("the script ends here")
        if isinstance(line, Exception):
            raise line
        message = Message(role="assistant", content=line) if isinstance(line, str) else line
        return Reply(message, "tool_calls" if message.calls else "stop", Tokens(sum(len(m.content) for m in messages) // 4, len(message.content) // 4))
