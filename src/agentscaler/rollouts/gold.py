"""Players that know the gold calls: demonstrations by construction, and named ways to go wrong. Every row names them so.

    gold        the gold calls inside a conversation: asks, looks up, says what it will do, waits for a yes, does it, tells
    stumbling   the same, but one call fails first and is mended
    forgetting  leaves out one of the writes
    adding      makes one write more, on a neighbouring row
    wrong       one call names a neighbouring row; in a question, another value is told
    hasty       the gold calls, and no question before a change: everything comes out right, and a rule of the agent is broken (a probe, never data)

What only the user can do, they ask for. `script` gives the moves of one of them, or None where it does not exist on the task.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from agentscaler.chinese import deed
from agentscaler.dice import Dice
from agentscaler.grade import closing
from agentscaler.hands import plain_phrase, request, sayable
from agentscaler.records import Answer, JsonObject, Language, Message, Task, ToolCall
from agentscaler.verbs import of_name
from agentscaler.words import field, joined

Manner: TypeAlias = Literal["gold", "stumbling", "forgetting", "adding", "wrong", "hasty"]
MANNERS: Final[tuple[Manner, ...]] = ("gold", "stumbling", "forgetting", "adding", "wrong")
"""Those whose rollouts are written."""

_MORE: Final = ("Is there anything else I should know before I start?", "Is there anything I should know about it?", "Could you tell me a bit more about it first?", "Before I begin: are there any details I should know?")
_LOOK: Final = ("Let me look that up.", "One moment, I'll check.", "I'll have a look.", "Let me find it first.", "")
_READY: Final = ("I am going to {deeds}. Shall I go ahead?", "I would now {deeds}. Should I proceed?", "I'm ready to {deeds}. Is that right?", "That means I {deeds}. May I go ahead?")
_DONE: Final = ("That's done.", "Done.", "All done.", "It's done.")
_CANNOT: Final = ("So that is not possible, and I have changed nothing.", "That rules it out, so I have left everything as it is.", "That is why it can't be done; nothing was changed.")
_AGAIN: Final = ("That did not work; let me correct the call.", "The call was refused. I'll try it again with the right arguments.", "That was my mistake, I'll mend it.")


class Phrases(NamedTuple):
    """What it says."""

    more: tuple[str, ...]
    look: tuple[str, ...]
    ready: tuple[str, ...]
    done: tuple[str, ...]
    cannot: tuple[str, ...]
    again: tuple[str, ...]
    nothing: str
    anything: str
    gap: str
    """Between sentences."""


PHRASES: Final[dict[Language, Phrases]] = {
    "en": Phrases(_MORE, _LOOK, _READY, _DONE, _CANNOT, _AGAIN, "There was nothing to change.", "Is there anything else I can do for you?", " "),
    "zh": Phrases(
        ("开始之前，还有什么我应该知道的吗？", "关于这件事，还有什么细节我应该了解吗？", "能先多说一点吗？", "动手之前，有没有需要注意的细节？"),
        ("我查一下。", "稍等，我看看。", "我先看一下。", "我先找到它。", ""),
        ("我准备{deeds}，可以吗？", "接下来我会{deeds}，要我继续吗？", "我已准备好{deeds}，对吗？", "也就是说，我要{deeds}，是否继续？"),
        ("已经办好了。", "完成了。", "都处理好了。", "已完成。"),
        ("所以这件事办不了，我什么都没有改。", "因此不能这样做，一切保持原样。", "原因就在这里，我没有做任何改动。"),
        ("刚才没有成功，我改一下再试。", "调用被拒绝了，我换成正确的参数再试一次。", "是我弄错了，我来更正。"),
        "没有需要改动的地方。", "还有什么需要帮忙的吗？", "",
    ),
}  # fmt: skip


class Move(NamedTuple):
    """One message of the agent; `wait` gives the turn to the user."""

    say: str
    calls: tuple[tuple[str, JsonObject], ...] = ()


class GoldPlayer:
    """Plays the moves of a script one after the other."""

    scripted = True

    def __init__(self, name: Manner, moves: Sequence[Move], task: Task, dice: Dice) -> None:
        self.name = name
        self._moves = list(moves)
        self._task, self._dice = task, dice
        self._says = PHRASES[task.brief.language]
        self._made = 0

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next move. What is missing is asked for before it is needed."""
        del tools
        if messages[-1].role == "user" and self._unsaid(messages):
            return Message(role="assistant", content=self._dice.choice(self._says.more))
        if not self._moves:
            return Message(role="assistant", content=self._says.anything)
        move = self._moves.pop(0)
        calls = []
        for name, arguments in move.calls:
            calls.append(ToolCall(id=f"call_{self._made}", name=name, arguments=arguments))
            self._made += 1
        return Message(role="assistant", content=move.say, calls=tuple(calls))

    def _unsaid(self, messages: Sequence[Message]) -> bool:
        """Are there details of the present wish that the user has not told?"""
        if any(m.content in self._says.more for m in messages[-2:] if m.role == "assistant"):
            return False
        said = " ".join(m.content for m in messages if m.role == "user")
        part = max((f.part for f in self._task.brief.facts if f.text in said), default=0)
        return any(f.about == "detail" and f.part == part and f.text not in said for f in self._task.brief.facts)


def script(manner: Manner, task: Task, kinds: Mapping[str, str], dice: Dice) -> list[Move] | None:
    """The moves of a player on a task; None where that manner does not exist on it. kinds: tool name -> read or write."""
    calls = [(c.name, dict(c.arguments)) for c in task.gold]
    ends = list(task.parts or (len(calls),))
    answers = list(task.answers)
    failing: dict[int, tuple[str, JsonObject]] = {}
    if manner == "hasty" and "write" not in [kinds[name] for name, _ in calls]:
        return None
    if manner == "stumbling":
        found = _stumble(task, dice)
        if found is None:
            return None
        failing = found
    elif manner == "forgetting":
        writes = [i for i, (name, _) in enumerate(calls) if kinds[name] == "write"]
        if not writes:
            return None
        gone = dice.choice(writes)
        calls.pop(gone)
        ends = [e - (e > gone) for e in ends]
    elif manner == "adding":
        extra = _extra(task, kinds, dice)
        if extra is None:
            return None
        calls.append(extra)
        ends[-1] += 1
    elif manner == "wrong":
        changed = _elsewhere(task, kinds, dice)
        if changed is not None:
            calls[changed[0]] = changed[1]
        elif (told := _misled(answers)) is not None:
            answers = told
        else:
            return None
    return list(_moves(task, calls, ends, answers, kinds, failing, dice, asks=manner != "hasty"))


def _moves(
    task: Task, calls: list[tuple[str, JsonObject]], ends: list[int], answers: list[Answer], kinds: Mapping[str, str], failing: Mapping[int, tuple[str, JsonObject]], dice: Dice, *, asks: bool
) -> Iterator[Move]:
    start, says, language = 0, PHRASES[task.brief.language], task.brief.language
    told: set[int] = set()
    rivals = {str(rival).lower() for answer in task.answers for rival in answer.rivals}
    for end in ends:
        part = list(enumerate(calls))[start:end]
        first = next((i for i, (name, _) in part if kinds[name] == "write" and name not in task.hands), None)
        for i, (name, arguments) in part:
            if name in task.hands:
                yield Move(request(name, arguments, task.hands, tell=_to_tell(task, name, arguments)))
                continue
            if i == first and asks:
                yield Move(dice.choice(says.ready).format(deeds=_deeds([c for c in calls[first:end] if c[0] not in task.hands], kinds, rivals, language)))
            say = dice.choice(says.look) if i == start and kinds[name] == "read" else ""
            if i in failing:
                yield Move(say, (failing[i],))
                say = dice.choice(says.again)
            yield Move(say, ((name, arguments),))
        due = [a for n, a in enumerate(answers) if n not in told and (a.step < end or end == ends[-1])]
        told |= {n for n, a in enumerate(answers) if a in due}
        report = closing(due, language) if due else ""
        done = dice.choice(says.done) if any(kinds[name] == "write" for _, (name, _) in part) else dice.choice(says.cannot) if task.rule and not task.difficulty.writes else ""
        yield Move(says.gap.join(filter(None, [report, done])) or says.nothing)
        start = end


def _to_tell(task: Task, name: str, arguments: JsonObject) -> list[str]:
    """What the user is asked to read out: what later calls are given from it, and what tells the row from others in the brief's words."""
    step = next((n for n, c in enumerate(task.gold) if (c.name, c.arguments) == (name, arguments)), None)
    if step is None:
        return []
    needed = {c.arguments[g.argument] for c, given in zip(task.gold, task.given, strict=True) for g in given if g.step == step and sayable(c.arguments.get(g.argument))}
    result = task.gold[step].result
    named = [k for k, v in _scalars(result) if v in needed]
    said = [k for k, v in _scalars(result) if needed and isinstance(v, str) and f'"{v}"' in task.brief.text]
    return list(dict.fromkeys([*named, *said]))


def _scalars(data: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of an answer."""
    if isinstance(data, dict):
        for name, value in data.items():
            if sayable(value):
                yield name, value
            else:
                yield from _scalars(value)
    elif isinstance(data, list):
        for part in data:
            yield from _scalars(part)


def _deeds(calls: Sequence[tuple[str, JsonObject]], kinds: Mapping[str, str], rivals: Collection[str] = (), language: Language = "en") -> str:
    """'delete volume vol-1 and vol-2': what the writes do, as far as their names say. rivals: words that would be heard as an answer (DeleteQueuedPlan, where the state was asked)."""
    by_name: dict[str, list[str]] = {}
    for name, arguments in calls:
        if kinds[name] == "write":
            by_name.setdefault(name, []).append(_named(name, arguments))
    parts = []
    for name, targets in by_name.items():
        some = [t for t in targets if t]
        words = " ".join(w for w in plain_phrase(name).split() if w not in rivals)
        if language == "zh":
            parts.append(" ".join(filter(None, [deed(words), "、".join(some)])))
        else:
            parts.append(" ".join(filter(None, [words, joined(some)])))
    return ("，然后" if language == "zh" else " and then ").join(parts)


def _named(tool: str, arguments: JsonObject) -> str:
    """The value that names what a call is about: of a new thing its name, else its id."""
    texts = {k: v for k, v in arguments.items() if isinstance(v, str) and 0 < len(v) <= 60}
    said = of_name(tool)
    if said.kind == "create":
        return next((f'"{v}"' for k, v in texts.items() if field(k)[-1:] in (("name",), ("title",), ("label",)) or field(k) == (*said.noun, "id")), "")
    own = [v for k, v in texts.items() if field(k)[-1:] in (("id",), ("name",), ("arn",))]
    return next((v for k, v in texts.items() if field(k)[:-1] == said.noun), own[-1] if own else "")


# ---- going wrong ------------------------------------------------------------------------------------------------


def _stumble(task: Task, dice: Dice) -> dict[int, tuple[str, JsonObject]] | None:
    """A call that is refused, before the right one: an argument has the wrong name, is missing, or has the wrong type."""
    able = [i for i, c in enumerate(task.gold) if c.arguments and c.name not in task.hands]
    if not able:
        return None
    i = dice.choice(able)
    name, arguments = task.gold[i].name, dict(task.gold[i].arguments)
    key = dice.choice(sorted(arguments))
    ways = ["rename", "type"]
    way = dice.choice(ways)
    if way == "rename":
        arguments[_misspelled(key)] = arguments.pop(key)
    else:
        arguments[key] = {"value": arguments[key]} if not isinstance(arguments[key], dict) else str(arguments[key])
    return {i: (name, arguments)}


def _misspelled(name: str) -> str:
    return re.sub(r"(?i)(?<=.)id$", "_identifier", name) if re.search(r"(?i).id$", name) else f"{name}_value"


def _extra(task: Task, kinds: Mapping[str, str], dice: Dice) -> tuple[str, JsonObject] | None:
    """One of the writes once more, on a neighbour."""
    for i in dice.shuffled([i for i, c in enumerate(task.gold) if kinds[c.name] == "write"]):
        found = _neighbour(task, i, dice)
        if found is not None:
            return task.gold[i].name, found
    return None


def _elsewhere(task: Task, kinds: Mapping[str, str], dice: Dice) -> tuple[int, tuple[str, JsonObject]] | None:
    """One of the calls on a neighbour; a write, if there is one: to look elsewhere first does no harm."""
    order = dice.shuffled(range(len(task.gold)))
    for i in [i for i in order if kinds[task.gold[i].name] == "write"] or order:
        found = _neighbour(task, i, dice)
        if found is not None:
            return i, (task.gold[i].name, found)
    return None


def _neighbour(task: Task, i: int, dice: Dice) -> JsonObject | None:
    """The arguments of a gold call, one of them replaced by what an earlier answer shows in the same place of another row."""
    for given in task.given[i]:
        if given.source != "read" or given.step is None:
            continue
        mine = task.gold[i].arguments[given.argument]
        others = [v for v in _beside(task.gold[given.step].result, mine) if v not in _used(task, given.argument)]
        if others:
            return {**task.gold[i].arguments, given.argument: dice.choice(others)}
    return None


def _used(task: Task, argument: str) -> list[Any]:
    return [c.arguments.get(argument) for c in task.gold]


def _beside(data: Any, value: Any) -> list[Any]:
    """Values that stand in other rows under the same name as `value` stands in one."""
    if isinstance(data, dict):
        return [v for part in data.values() for v in _beside(part, value)]
    if not isinstance(data, list):
        return []
    for row in data:
        if isinstance(row, dict):
            for name, shown in row.items():
                if shown == value and type(shown) is type(value):
                    return [r[name] for r in data if isinstance(r, dict) and r.get(name) not in (None, value)]
    return [v for part in data for v in _beside(part, value)]


def _misled(answers: Sequence[Answer]) -> list[Answer] | None:
    """The answers, one of them that of another row."""
    for n, answer in enumerate(answers):
        if answer.rivals:
            return [*answers[:n], answer.model_copy(update={"value": answer.rivals[0]}), *answers[n + 1 :]]
    return None
