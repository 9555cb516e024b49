"""The one judge: did a rollout do what the task asks, and nothing else?

    verdict = grade(task, rollout)      passed, reward, reasons, differences

It passes exactly if the net state change equals the gold change in canonical form, every expected answer was said with no
rival value beside it, what an answer rests on was shown to the agent by a successful call before it was said, and the agent broke none of the
rules that it was told and only it can keep (conduct.py). Other correct paths pass: reordered independent writes, extra reads, a failed call first, do and undo.

`grade` reads records only. `from_calls` makes a rollout of a bare list of calls by playing them in the task's world.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.canonical import normal, same
from agentscaler.chinese import affirms, counted, denies, stands, western, without
from agentscaler.conduct import broken
from agentscaler.explain import differences
from agentscaler.population import parse_time
from agentscaler.records import Answer, Call, Difference, Language, Message, Rollout, Task, ToolCall, Verdict
from agentscaler.words import MONTHS, split_cased
from agentscaler.world import Answer as WorldAnswer
from agentscaler.world import Error, World


def grade(task: Task, rollout: Rollout) -> Verdict:
    """The verdict on a rollout of the task."""
    found: tuple[Difference, ...] = ()
    reasons: list[str] = []
    if not same(task.change, rollout.change):
        found = differences(task.change, rollout.change, task.cascades)
        reasons = [f"{d.table}[{d.key}]{d.text}" for d in found] or ["the state change differs in how new rows are tied"]
    reasons += [r for a in task.answers if (r := misses(a, rollout.messages))]
    if rollout.error:
        reasons.append(f"cut short: {rollout.error}")
    faults = tuple(broken(rollout.messages))
    reasons += [f"rule {fault.rule}: {fault.why}" for fault in faults]
    return Verdict(passed=not reasons, reward=0.0 if reasons else 1.0, reasons=tuple(reasons), differences=found, broken=tuple(f.rule for f in faults))


# ---- answers ----------------------------------------------------------------------------------------------------


class Heard(NamedTuple):
    """What was said after something had been shown."""

    text: str
    shown: bool


def misses(answer: Answer, messages: Sequence[Message]) -> str | None:
    """Why an expected answer does not count; None if it does."""
    heard = _after_evidence(answer, messages)
    if not heard.shown:
        return f"{answer.name}: no successful call showed {_say(answer.evidence or (answer.value,))}"
    said, rest = says(heard.text, answer.value, answer.type)
    if not said:
        return f"{answer.name}: expected {answer.value!r}, which was not said"
    for rival in answer.rivals:
        if normal(str(rival)) not in _EVERYDAY and says(rest, rival, answer.type)[0]:
            return f"{answer.name}: {rival!r} was said beside {answer.value!r}"
    return None


_EVERYDAY: Final = frozenset("done go ok okay yes no on off all any one new set found ready changed deleted created none".split())
"""Values that stand in any sentence: said beside the answer they are no rival."""


_SAYS_WHY: Final = ("wrong_state", "conflict")
"""Errors whose message says what stands in the way; the value in it is a row's, never the caller's."""


def _after_evidence(answer: Answer, messages: Sequence[Message]) -> Heard:
    """What the agent said after all that the answer rests on had been shown."""
    missing = {_typed(_plain(v)) for v in answer.evidence or (answer.value,)}
    said = []
    for message in messages:
        if message.role == "tool" and message.error is None and missing:
            missing -= set(map(_typed, values_in(message.content)))
        elif message.role == "tool" and message.error in _SAYS_WHY and missing:
            missing = {m for m in missing if not (isinstance(m[1], str) and f"'{m[1]}'" in message.content)}  # the refusal itself shows the state
        elif message.role == "assistant" and not missing:
            said.append(message.content)
    return Heard("\n".join(said), not missing)


def values_in(content: str) -> Iterable[Any]:
    """Every scalar in an answer of a world, as it is compared."""
    try:
        stack: list[Any] = [orjson.loads(content)]
    except orjson.JSONDecodeError:
        return
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif value is not None:
            yield _plain(value)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _typed(value: Any) -> tuple[type, Any]:
    """True is not 1."""
    return type(value), value


def says(text: str, value: Any, kind: str) -> tuple[bool, str]:
    """Does the text say the value? And the text without it. English is read, and Chinese: its days and figures, and names in either script."""
    text = western(text)
    if kind == "number":
        return _says_number(text, float(value))
    if kind == "boolean":
        return _says_flag(text, bool(value)), text
    if kind == "time" and (moment := _moment(value)):
        return _says_day(text, value, moment)
    if str(value).isdigit():
        alone = re.compile(rf"(?<![\w./-]){value}(?![./:-]?\w)")
        return bool(alone.search(text)), alone.sub("|", text)
    plain = _loose(text)
    found = [s for s in _texts(western(str(value))) if stands(s, plain)]
    for spelling in found:
        plain = without(spelling, plain)
    return bool(found), plain


def _moment(value: Any) -> datetime | None:
    """The time that a value says; None where a column of times holds something else ("never")."""
    try:
        return parse_time(value)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None


def _says_day(text: str, value: Any, moment: datetime) -> tuple[bool, str]:
    """A day in any spelling; a year beside it must be its own."""
    rest = f" {_loose(_split_clock(text))} "
    year = str(moment.year)
    said = False
    for spelling in _days(value, moment):
        at = rest.find(f" {spelling} ")
        while at >= 0:
            end = at + 1 + len(spelling)
            beside = _YEAR_AFTER.match(rest, end) or (_YEAR_BEFORE.search(rest, 0, at + 1) if spelling[0].isalpha() else None)
            if beside is None or beside[1] == year or year in spelling.split():
                rest, said, end = f"{rest[:at]} |{rest[end:]}", True, at + 2
            at = rest.find(f" {spelling} ", end)
    return said, rest


_YEAR_AFTER: Final = re.compile(r" (?:of |in )?((?:19|20)\d\d) ")
_YEAR_BEFORE: Final = re.compile(r"(?:(?<= in)|(?<= year)|^) ((?:19|20)\d\d) $")


def _split_clock(text: str) -> str:
    """'2026-05-12T08:30' -> '2026-05-12 08:30': the day stands alone."""
    return _CLOCK.sub(r"\1 ", text)


def _loose(text: str) -> str:
    return normal(text.replace("_", " "))


def _texts(value: str) -> list[str]:
    """'IN_PROGRESS' and 'InProgress' are both said as 'in progress'."""
    spelled = [_loose(value), _loose(" ".join(w for part in value.split("_") for w in split_cased(part)))]
    return sorted({s for s in spelled if s}, key=len, reverse=True)


def _days(value: Any, moment: datetime) -> list[str]:
    """The ways to write a day, longest first: a time of day is not asked for."""
    month, day = MONTHS[moment.month - 1].lower(), str(moment.day)
    ordinal = day + ("th" if 4 <= moment.day <= 20 or 24 <= moment.day <= 30 else ("st", "nd", "rd")[moment.day % 10 - 1])
    out = [_loose(_split_clock(str(value))), moment.strftime("%Y %m %d")]
    for name in (month, month[:3]):
        for number in (day, ordinal, f"{moment.day:02d}"):
            for form in (f"{number} {name} {moment.year}", f"{name} {number} {moment.year}", f"{number} of {name} {moment.year}", f"{number} {name}", f"{name} {number}", f"{number} of {name}"):
                out.append(form)
    return sorted(dict.fromkeys(out), key=len, reverse=True)


_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)T")
_NUMBER: Final = re.compile(r"(?<![\w./])(?<![A-Za-z]-)-?\d+(?:,\d{3})*(?:\.\d+)?(?!\.?\d)")
_UUID: Final = re.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
"""Its digits are no numbers: "4366fcfb-9c03-4d30-8122-1e8fcabeb575" does not say 4."""


_COUNTED: Final = tuple("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split())
_WORDED: Final = re.compile(rf"(?i)\b(?:{'|'.join(w for w in _COUNTED if w != 'one')})\b(?!-)")
_ONE: Final = re.compile(r"(?i)(?:(?:\A|[.!?:\n])\s*|\b(?:is|was|only|just|exactly|has|have|found)\s+)(one)\b(?!\s+(?:moment|second|minute|more|thing|question|last|other|by|of\s+(?:the|them|those|these|your|our)))")
"""`one` is a number where it counts: "only one", "There is one environment"; not in "the one you named", "One moment"."""


def _in_figures(text: str) -> str:
    """'Six of them' -> '6 of them': people write small numbers as words."""
    text = _WORDED.sub(lambda m: str(_COUNTED.index(m[0].lower())), text)
    return _ONE.sub(lambda m: m[0][: m.start(1) - m.start()] + "1", western(counted(text)))


def _says_number(text: str, value: float) -> tuple[bool, str]:
    text = _UUID.sub("|", text)
    parts = [part[0] for part in _NUMBER.finditer(text)]
    rest = [part for part in parts if not _equal(part, value)]
    # words count for the answer only, never as a rival: "I looked at two of them"
    said = len(rest) < len(parts) or any(_equal(part[0], value) for part in _NUMBER.finditer(_in_figures(text)))
    return said, " ".join(rest)


def _equal(written: str, value: float) -> bool:
    return abs(float(written.replace(",", "")) - value) <= 1e-9 * max(1.0, abs(value))


_YES: Final = re.compile(r"\b(?:yes|true|on|enabled|it is|is turned on)\b")
_NO: Final = re.compile(r"\b(?:no|not|false|off|disabled|never|isn t|n t)\b")


def _says_flag(text: str, value: bool) -> bool:
    plain = _loose(text)
    no = bool(_NO.search(plain)) or denies(plain)
    return (bool(_YES.search(plain)) or affirms(plain)) and not no if value else no


def _say(values: Iterable[Any]) -> str:
    return ", ".join(map(repr, list(values)[:4]))


# ---- saying answers ---------------------------------------------------------------------------------------------


def closing(answers: Sequence[Answer], language: Language = "en") -> str:
    """The answers in one sentence each."""
    if language == "zh":
        return "".join(f"{a.name} 是 {spell(a, language)}。" for a in answers) or "已完成。"
    return " ".join(f"The {a.name} is {spell(a)}." for a in answers) or "Done."


def spell(answer: Answer, language: Language = "en") -> str:
    """An answer as one would write it."""
    if answer.type == "boolean":
        return {"en": ("off", "on"), "zh": ("关闭", "开启")}[language][bool(answer.value)]
    if answer.type == "time" and (moment := _moment(answer.value)):
        return f"{moment.year}年{moment.month}月{moment.day}日" if language == "zh" else f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return str(answer.value)


# ---- rollouts from calls ----------------------------------------------------------------------------------------


def from_calls(task: Task, world: World, calls: Iterable[Call | tuple[str, dict[str, Any]]], said: str = "") -> Rollout:
    """A rollout that makes these calls in the task's world and then says this. The world is reset first."""
    world.reset()
    messages: list[Message] = [Message(role="user", content=task.brief.text)]
    for number, call in enumerate(calls):
        name, arguments = (call.name, call.arguments) if isinstance(call, Call) else call
        made = ToolCall(id=f"call_{number}", name=name, arguments=arguments)
        messages += [Message(role="assistant", calls=(made,)), answered(world, made)]
    messages.append(Message(role="assistant", content=said))
    return Rollout(
        task="", trial=0, agent="calls", user="none", scripted=True, seed=0, messages=tuple(messages), stop="user_done", change=world.diff().form
    )


def answered(world: World, call: ToolCall) -> Message:
    """Make a call in a world; its answer as the message that the agent reads."""
    answer = world.call(call.name, call.arguments) if call.unparsed is None else _no_object(call.unparsed)
    wrote = answer.error is None and call.name in world.loaded.writes
    return Message(role="tool", call_id=call.id, name=call.name, content=answer.text(), error=answer.error.code if answer.error else None, wrote=wrote)


def _no_object(text: str) -> WorldAnswer:
    """The answer to a call whose arguments cannot be read."""
    return WorldAnswer(None, Error("invalid_arguments", f"the arguments are no JSON object: {text[:80]!r}; give one, {{}} for none"))
