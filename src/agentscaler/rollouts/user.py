"""The scripted user: tells the brief bit by bit, answers questions, confirms changes, and leaves when all is done.

Where it has tools of its own in hand (hands.py), it makes the calls that the agent asks for, and tells what came of them. It opens with the first wish; further facts come when it is asked, or when the agent says it is done without having heard them. It never
names a call or a parameter. What it says depends on the brief, on what was said, and on its dice only.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from agentscaler import chinese
from agentscaler.dice import Dice
from agentscaler.episode import DONE
from agentscaler.hands import told_of, understood
from agentscaler.records import Brief, Fact, JsonObject, Language, Message, ToolCall
from agentscaler.verbs import of_name

_PERMISSION: Final = re.compile(
    r"(?i)\b(?:shall i|should i|may i|can i (?:go|do|make)|go ahead|proceed|confirm|(?:would you like|do you want) me to|is (?:that|this) (?:right|ok|okay|correct)|does (?:that|this) (?:look|sound)|are you (?:sure|ok|okay))\b[^?]*\?|"
    + chinese.LEAVE
)
_OPEN: Final = re.compile(r"(?i)\b(?:anything|something) (?:else|more) (?:i|you)\b[^?]*(?:help|do for you|need)[^?]*\?|anything else\?|" + chinese.MORE)
_UNDERWAY: Final = re.compile(r"(?i)\b(?:(?:i'll|i will|let me) (?:\w+ ){0,2}(?:look|check|find|fetch|search|see|get|begin|start|proceed)|(?:i'll|i will) now|now i(?:'ll| will)|next,? i(?:'ll| will)|i am (?:now )?going to|i'm (?:now )?going to|one moment|please wait|hang on)\b|" + chinese.SOON)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])(?=.)|\n+")
YES: Final = ("Yes, please.", "Yes, go ahead.", "Yes, that's right.", "Please do.", "Yes, please go ahead.", "That's right, go ahead.")
NO_MORE: Final = ("That's all I know.", "I don't know more than that.", "No, that is all.", "No, nothing else.", "That's everything I have.")
_HELLO: Final = ("Hello.", "Hi there.", "Good morning.", "Hi,", "Hello,")
WAIT: Final = "All right."
"""To an agent that says what it will do, and does not do it yet."""


class Sayings(NamedTuple):
    """What a user says of its own accord."""

    hello: tuple[str, ...]
    yes: tuple[str, ...]
    no_more: tuple[str, ...]
    wait: str
    which: str
    gap: str
    """Between sentences."""


SAYINGS: Final[dict[Language, Sayings]] = {
    "en": Sayings(_HELLO, YES, NO_MORE, WAIT, "Which {missing} do you mean?", " "),
    "zh": Sayings(
        ("你好。", "您好。", "早上好。", "你好，", "您好，"), ("好的，请继续。", "可以，就这么办吧。", "对，没错。", "好，麻烦了。", "是的，请操作吧。", "没错，去做吧。"),
        ("我知道的就这些了。", "别的我也不清楚了。", "没有了，就这些。", "没有别的了。", "我手头的信息都说了。"), "好的。", "您说的是哪个 {missing}？", "",
    ),
}  # fmt: skip
MOST_SHRUGS: Final = 3
"""So often the user says that there is nothing more to say before they give up."""


class ScriptedUser:
    """Plays a brief. Not a model: rollouts name it as scripted."""

    name = "scripted"
    scripted = True

    def __init__(self, brief: Brief, dice: Dice) -> None:
        self._left = list(brief.facts)
        self._says = SAYINGS[brief.language]
        self._dice = dice
        self._part = 0
        self._shrugs = 0

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next thing the user says; DONE when nothing is left."""
        if tools and messages and (own := self._act(messages, tools)) is not None:
            return own
        last = messages[-1].content if messages and messages[-1].role == "assistant" else None
        return Message(role="user", content=self._open() if last is None else self._reply(last))

    def _act(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message | None:
        """The call that it was asked for; after it, what it says. None where it was asked for none."""
        last = messages[-1]
        if last.role == "tool":
            asked = next((m for m in reversed(messages) if m.role == "assistant"), last)
            wanted = understood(asked.content, tools)
            return Message(role="user", content=told_of(last, wanted.tell if wanted else (), write=of_name(last.name or "").kind not in ("get", "list")))
        wanted = understood(last.content, tools) if last.role == "assistant" else None
        if wanted is None:
            return None
        if wanted.missing:
            self._shrugs += 1
            return Message(role="user", content=self._says.which.format(missing=wanted.missing) if self._shrugs <= MOST_SHRUGS else DONE)
        made = sum(bool(m.calls) for m in messages)
        return Message(role="user", calls=(ToolCall(id=f"user_{made}", name=wanted.name, arguments=wanted.arguments),))

    def _open(self) -> str:
        said = self._take("wish")
        if self._dice.chance(0.3):
            said += self._take("reason")
        hello = f"{self._dice.choice(self._says.hello)}{self._says.gap}" if self._dice.chance(0.35) else ""
        text = self._text(said)
        return hello + (text[:1].lower() + text[1:] if hello.endswith(", ") and not re.match(r"I\b|[A-Z]{2}", text) else text)

    def _reply(self, last: str) -> str:
        if _PERMISSION.search(last):
            more = self._take("detail") + self._take("limit")
            return self._says.gap.join(filter(None, [self._dice.choice(self._says.yes), self._text(more)]))
        if is_question(last) and not _OPEN.search(last):
            more = self._take("detail") + self._take("reason") + (self._take("limit") if self._dice.chance(0.5) else [])
            if more:
                return self._text(more)
            self._shrugs += 1
            return self._dice.choice(self._says.no_more) if self._shrugs <= MOST_SHRUGS else DONE
        more = self._take("detail")
        if more:
            return self._text(more)
        if underway(last) and not is_open(last) and self._shrugs < MOST_SHRUGS:
            self._shrugs += 1
            return self._says.wait
        self._part += 1
        more = self._take("follow_up")
        return self._text(more) if more else DONE

    def _text(self, facts: Sequence[Fact]) -> str:
        return self._says.gap.join(f.text for f in facts)

    def _take(self, about: str) -> list[Fact]:
        """Facts of that kind of the present wish that were not said yet; limits belong to all."""
        found = [f for f in self._left if f.about == about and (f.part == self._part or about == "limit")]
        self._left = [f for f in self._left if f not in found]
        return found


def asks_leave(text: str) -> bool:
    """Does the agent ask whether it may do what it said?"""
    return _PERMISSION.search(text) is not None and not is_open(text)


def is_question(text: str) -> bool:
    """Does it end with a question?"""
    return text.rstrip().endswith(("?", "？", "吗", "吗。"))


def underway(text: str) -> bool:
    """Does it end with what the agent is about to do?"""
    return _UNDERWAY.search(_SENTENCE.split(text.strip())[-1]) is not None


def is_open(text: str) -> bool:
    """Does it ask whether there is anything else?"""
    return _OPEN.search(text) is not None
