"""Every turn of a simulated user, looked at by code: does it say what it cannot know, another value than its brief, a wish it has not; does it keep a fact back, or end too early?

    faults = lint(task, messages, ended=True, tools=names)

The rules look at values (what stands in quotation marks, digits, identifiers) and at a few verbs, never at style, so a turn can be odd without a fault. They hold for
any brief, in English or in Chinese (of which new wishes in plain words are not seen); what they cannot see (a wish in other words, a lie without a value) they do not claim to see.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from agentscaler.canonical import normal
from agentscaler.chinese import has_han, stands, western
from agentscaler.hands import phrase, sayable, whole
from agentscaler.records import Deed, Fact, Message, Task, ToolCall, UserFault
from agentscaler.rollouts.user import SAYINGS, asks_leave, is_open, is_question, underway

_QUOTED: Final = re.compile(r"[\"“”「」『』]([^\"“”「」『』]*)[\"“”「」『』]")
_DIGITS: Final = re.compile(r"\d+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_][\w./:@-]*\w")
_WORD: Final = re.compile(r"[a-z]{4,}")
_MACHINE: Final = re.compile(r"(?i)\bas an ai\b|\blanguage model\b|\bmy (?:brief|instructions|prompt)\b|\bsimulat(?:ed|ion|ing)\b|\brole.?play|语言模型|作为(?:一个|一名)?(?:AI|人工智能)|提示词|角色扮演")
_DENIES: Final = re.compile(r"(?i)\bthat(?:'s| is) all\b|\bdon'?t know\b|\bno idea\b|\bnothing else\b|\bno more\b|\bcan(?:'t|not) tell\b|就这些|不知道|不清楚|不记得|没有?别的")
_HAN_EMPTY: Final = frozenset("请您你我他它们的了吗呢吧把将被给帮在是有要想能可以一下这那个和与并也就都还需麻烦让对到为上中里")
_EMPTY: Final = frozenset("this that these those should would could please called want like need there their have with from them they what when which will just does your mine also same another thing into about".split())
ASKED: Final[dict[str, str]] = {
    r"delet\w*|remov\w*|terminat\w*|destroy\w*|erase\w*": r"delet|remov|terminat|destroy|eras|rid of|no longer|replac|cancel|drop|clean|deregister|release|retire|gone",
    r"create|register": r"creat|new|make|set up|add|regist|need an?\b|copy|clone|duplicat",
    r"renam\w*": r"renam|name|call",
    r"disabl\w*|deactivat\w*": r"disabl|deactivat|turn|off|switch|stop|inactive|false|block|suspend",
    r"enabl\w*|activat\w*": r"enabl|activat|turn|on\b|switch|start|true|allow",
    r"detach\w*|unlink\w*": r"detach|unlink|remov|disassoc|dissoc|tak|unbind|separat|deregister",
}
"""What is asked for -> one of the stems that brief or agent must have used."""


def lint(task: Task, messages: Sequence[Message], *, ended: bool, tools: Iterable[str] = (), deeds: Sequence[Deed] = ()) -> list[UserFault]:
    """Faults of all turns of the user. messages: the whole conversation; ended: the user ended it; tools: names that it should not know; deeds: what it did with tools of its own."""
    ear = Ear(task, tools)
    heard: list[Message] = []
    out: list[UserFault] = []
    own = {d.call.id for d in deeds}
    number = -1
    for message in whole(messages, deeds):
        if message.role == "user" and message.calls:
            out += [f.model_copy(update={"turn": number + 1}) for c in message.calls for f in ear.deed(c, heard)]
        elif message.role == "tool" and message.call_id in own:
            heard.append(message)
            continue
        else:
            number += 1
        if message.role == "user" and not message.calls:
            out += [f.model_copy(update={"turn": number}) for f in ear.turn(message.content, heard)]
        if message.role == "user" or (message.role == "assistant" and message.content):
            heard.append(message)
    if ended:
        out += [f.model_copy(update={"turn": len(messages)}) for f in ear.end(heard)]
    return out


class Ear:
    """What one task's user may say."""

    def __init__(self, task: Task, tools: Iterable[str] = ()) -> None:
        self._says = SAYINGS[task.brief.language]
        self._brief = task.brief.text + " " + " ".join(f.text for f in task.brief.facts)
        self._facts = task.brief.facts
        self._hands = task.hands
        self._tools = {n.lower() for n in tools if re.search(r"[_\d.]|[a-z][A-Z]", n)}
        self._secret = {v.lower() for call in task.gold for v in _scalars([call.arguments, call.result]) if len(v) >= 5 and re.search(r"\d", v) and re.search(r"[A-Za-z/:]", v)}

    def turn(self, said: str, heard: Sequence[Message]) -> list[UserFault]:
        """Faults of the next turn. heard: what was said before, by both."""
        agent = " ".join(m.content for m in heard if m.role == "assistant")
        known = f"{self._brief} {agent} {_read(heard)}"
        out = [*self._leaks(said, known), *self._invents(said, known), *self._wants(said, known)]
        if heard and heard[-1].role == "assistant" and (fact := self._keeps_back(said, heard)):
            out.append(_fault("withheld", fact.text))
        return out

    def deed(self, call: ToolCall, heard: Sequence[Message]) -> list[UserFault]:
        """Faults of the next call of the user: that nobody asked for it, or that a value is from nowhere."""
        agent = " ".join(m.content for m in heard if m.role == "assistant")
        stems = {w[:5] for w in re.findall(r"[a-z]{3,}", phrase(call.name, self._hands).lower())}
        if not stems & {w[:5] for w in re.findall(r"[a-z]{3,}", agent.lower())}:
            return [_fault("unasked", call.name)]
        known = f"{self._brief} {agent} {_read(heard)}"
        strange = [v for v in call.arguments.values() if sayable(v) and not isinstance(v, bool) and not holds(known, str(v))]
        return [_fault("contradiction", str(strange[0]))] if strange else []

    def end(self, heard: Sequence[Message]) -> list[UserFault]:
        """Faults of ending here."""
        mine = " ".join(m.content for m in heard if m.role == "user")
        both = " ".join(m.content for m in heard)
        for fact in self._facts:
            # the wish it opened with, in its own words: what the agent took it for, and the user let stand, is said
            if fact.about in ("wish", "detail", "follow_up") and not tells(both if fact.about == "wish" and mine else mine, fact):
                return [_fault("early stop", f"never said: {fact.text}")]
        last = heard[-1].content if heard and heard[-1].role == "assistant" else ""
        if not last:
            return [_fault("early stop", "nothing was answered")]
        asks = is_question(last) and not is_open(last)
        if asks_leave(last) or asks or (underway(last) and not is_open(last)):
            return [_fault("early stop", f"the agent was not done: {last[-120:]}")]
        return []

    def plain(self, heard: Sequence[Message]) -> str | None:
        """What can be said next without any fault, in the brief's own words; None where there is nothing left to say."""
        last = heard[-1].content if heard and heard[-1].role == "assistant" else ""
        mine = " ".join(m.content for m in heard if m.role == "user")
        unsaid = next((f.text for f in self._facts if f.about in ("wish", "detail", "follow_up") and not tells(mine, f)), None)
        if last and asks_leave(last):
            return self._says.gap.join(filter(None, [self._says.yes[0], unsaid]))
        return unsaid or (self._says.no_more[0] if self.end(heard) else None)

    def _leaks(self, said: str, known: str) -> list[UserFault]:
        low = known.lower()
        tokens = {t.lower() for t in _TOKEN.findall(said)}
        found = sorted(t for t in tokens & (self._tools | self._secret) if t not in low)
        if machine := _MACHINE.search(said):
            found.append(machine[0])
        return [_fault("leak", found[0])] if found else []

    def _invents(self, said: str, known: str) -> list[UserFault]:
        for value in _quoted(said):
            if not holds(known, value):
                return [_fault("contradiction", value)]
        have = {d.lstrip("0") for d in _DIGITS.findall(western(known))}
        strange = [d for d in _DIGITS.findall(western(said)) if d.lstrip("0") not in have]
        return [_fault("contradiction", strange[0])] if strange else []

    def _wants(self, said: str, known: str) -> list[UserFault]:
        for asked, stems in ASKED.items():
            found = re.search(rf"(?i)\b(?:{asked})\b", said)
            if found and not re.search(rf"(?i)\b(?:{stems})", known):
                return [_fault("new goal", found[0])]
        return []

    def _keeps_back(self, said: str, heard: Sequence[Message]) -> Fact | None:
        """A detail of the present wish that was asked for and denied."""
        last = heard[-1].content
        if not is_question(last) or is_open(last) or asks_leave(last) or not _DENIES.search(said):
            return None
        mine = " ".join(m.content for m in heard if m.role == "user") + " " + said
        part = max((f.part for f in self._facts if f.about in ("wish", "follow_up") and tells(mine, f)), default=0)
        return next((f for f in self._facts if f.about == "detail" and f.part == part and not tells(mine, f)), None)


def _read(heard: Sequence[Message]) -> str:
    """What the user read from answers to its own calls."""
    return " ".join(m.content for m in heard if m.role == "tool")


def tells(text: str, fact: Fact) -> bool:
    """Was the fact said? All its values; where it has none, half of its words, in Chinese of its characters."""
    quoted, text = _quoted(fact.text), western(text)
    rest = western(_unquoted(fact.text))
    digits = [d.lstrip("0") for d in _DIGITS.findall(rest)]
    if quoted or digits:
        have = {d.lstrip("0") for d in _DIGITS.findall(text)}
        return all(holds(text, q) for q in quoted) and all(d in have for d in digits)
    flat = normal(text)
    if has_han(rest):
        signs = {c for c in rest if has_han(c)} - _HAN_EMPTY
        return sum(c in flat for c in signs) * 2 >= len(signs)
    words = [w for w in _WORD.findall(rest.lower()) if w not in _EMPTY]
    return sum(w[:5] in flat for w in words) * 2 >= len(words)


def _quoted(text: str) -> list[str]:
    """What stands in quotation marks and is long enough to be a value, short enough to be one."""
    return [v for v in _QUOTED.findall(text) if 2 <= len(v) <= 120]


def _unquoted(text: str) -> str:
    """The text without those."""
    return _QUOTED.sub(lambda m: " " if 2 <= len(m[1]) <= 120 else f" {m[1]} ", text)


def holds(text: str, value: str) -> bool:
    """Does a text hold the value, as whole words, whatever its case and marks?"""
    return stands(normal(western(value)), normal(western(text)))


def same_values(plain: str, said: str) -> bool:
    """Does another wording hold the values of the plain one, and no others?"""
    plain, said = western(plain), western(said)
    kept = all(holds(said, q) for q in _quoted(plain)) and all(holds(plain, q) for q in _quoted(said))
    return kept and {d.lstrip("0") for d in _DIGITS.findall(plain)} == {d.lstrip("0") for d in _DIGITS.findall(said)}


def _scalars(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _scalars(part)
    elif isinstance(value, str):
        yield value


def _fault(name: Any, what: str) -> UserFault:
    return UserFault(turn=0, name=name, what=what[:200])
