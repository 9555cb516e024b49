"""Models as players: an agent that calls tools, a simulated user that follows its brief, and one whose words only are a model's.

    ModelAgent(model, sample=...)            sees messages and tools, as every agent
    ModelUser(model, task, kind=...)         sees its brief; each turn is linted, and written again where it is at fault
    WordedUser(model, plan, ...)             a scripted plan says what is told when; the model words it, or the plan's own words stand

`sample` tells requests apart that are equal but for it (trials, second tries). Tokens of an episode are counted in `tokens`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from agentscaler.chinese import has_han
from agentscaler.episode import DONE, CannotGoOn
from agentscaler.errors import UserError
from agentscaler.llm.model import ContextFull, Model, Tokens
from agentscaler.llm.prompts import prompt
from agentscaler.records import JsonObject, Message, Stop, Task, ToolCall, UserFault, UserKind
from agentscaler.rollouts.lint import Ear, same_values
from agentscaler.rollouts.user import SAYINGS, ScriptedUser

AGAIN: Final = 2
"""So often a player that said nothing, or a user whose turn is at fault, is asked again."""
KINDS: Final[dict[UserKind, str]] = {
    "cooperative": "friendly and to the point; you answer what you are asked.",
    "terse": "in a hurry and sparing with words: fragments, hardly a greeting, one thing at a time, nothing that was not asked for.",
    "chatty": "talkative: you greet, say why you want it, add a friendly aside; the facts stay right. Put no figures or names into your asides.",
    "impatient": "impatient: you press, you want it done now, and complain about questions, but you answer them.",
    "digressing": "easily distracted: now and then you begin with something off the subject (the weather, a colleague, lunch), then come back. Put no figures or names into it, and ask for nothing in it.",
    "unsure": "unsure how things are called: you describe what you want in everyday words first and give the exact name only when you are asked; once you say you are not certain, then confirm.",
    "wavering": "undecided: once, after the assistant has said what it is going to do, you say you would rather leave it after all; when it answers, you want it as stated above after all. Only once.",
    "overreaching": "demanding: once, when your wish is done, you ask for a thing that no such service does (to ring you up, to bring you a coffee); when the assistant says no, you leave it at that.",
}
SHARES: Final[dict[UserKind, float]] = {"cooperative": 0.35, "terse": 0.15, "chatty": 0.1, "impatient": 0.1, "digressing": 0.1, "unsure": 0.1, "wavering": 0.05, "overreaching": 0.05}
"""How often each is met, where the recipe does not say."""
_ORDER: Final = {"wish": "first", "detail": "when asked, or when it is needed", "limit": "when it is about to be changed", "reason": "if asked why", "follow_up": "later"}


def read_shares(table: Mapping[str, float]) -> dict[UserKind, float]:
    """Shares of the recipe. Raises UserError that names the entry."""
    for name, share in table.items():
        if name not in KINDS or not isinstance(share, (int, float)) or isinstance(share, bool) or share < 0:
            raise UserError(f"users: {name!r} = {share!r}; give shares of {', '.join(KINDS)}")
    if not sum(table.values()):
        raise UserError("users: all shares are 0")
    return {k: float(table[k]) for k in KINDS if k in table}


def kinds_on(task: Task, shares: Mapping[UserKind, float]) -> Mapping[UserKind, float]:
    """The kinds that can show on a task: whoever only asks has nothing to waver about, for the agent announces changes only. All of them, where no other has a share."""
    left: Mapping[UserKind, float] = shares if task.difficulty.writes else {k: v for k, v in shares.items() if k != "wavering"}
    return left if sum(left.values()) else shares


class _Speaker:
    """What holds a model."""

    _model: Model

    async def close(self) -> None:
        """Let go of its connections; asked again, it opens others."""
        if (close := getattr(self._model, "close", None)) is not None:
            await close()


class ModelAgent(_Speaker):
    """A model as agent."""

    scripted = False

    def __init__(self, model: Model, *, sample: str = "", context: int | None = None, most: int | None = None) -> None:
        self.name = model.name
        self.tokens = Tokens()
        self._model, self._sample, self._context, self._most = model, sample, context, most

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next message. Raises CannotGoOn where a limit is reached or nothing comes."""
        stop: Stop = "silent"
        for attempt in range(AGAIN + 1):
            if self._most is not None and self.tokens.completion >= self._most:
                raise CannotGoOn("tokens", f"{self.tokens.completion} of {self._most}")
            try:
                reply = await self._model.reply(messages, tools, sample=f"{self._sample}/{attempt}" if attempt else self._sample)
            except ContextFull as full:
                raise CannotGoOn("context", str(full)) from full
            self.tokens = self.tokens.plus(reply.tokens)
            if self._context is not None and reply.tokens.prompt + reply.tokens.completion > self._context:
                raise CannotGoOn("context", f"{reply.tokens.prompt + reply.tokens.completion} of {self._context}")
            if reply.message.content.strip() or reply.message.calls:
                return named_apart(reply.message, messages)
            stop = "tokens" if reply.finish == "length" else "silent"
        raise CannotGoOn(stop)


def named_apart(message: Message, before: Sequence[Message]) -> Message:
    """The message, each of its calls with an id of its own: some servers give none, or the same ones each time."""
    if not message.calls:
        return message
    seen = {c.id for m in before for c in m.calls}
    calls: list[ToolCall] = []
    for number, call in enumerate(message.calls):
        name = call.id if call.id and call.id not in seen else f"call_{len(before)}_{number}"
        seen.add(name)
        calls.append(call.model_copy(update={"id": name}))
    return message.model_copy(update={"calls": tuple(calls)})


class ModelUser(_Speaker):
    """A model as user, free to choose what it says. Each turn is linted before it is said; what is at fault again and again is said in the brief's own words."""

    scripted = False

    def __init__(self, model: Model, task: Task, *, kind: UserKind, tools: Sequence[str] = (), sample: str = "") -> None:
        self.name, self.kind = model.name, kind
        self.tokens = Tokens()
        self.plain: list[int] = []
        """Which of its turns, counted from 0, are the brief's own words."""
        self._model, self._sample = model, sample
        self._ear = Ear(task, tools)
        facts = "\n".join(f"- ({_ORDER[f.about]}{f', wish {f.part + 1}' if f.part else ''}) {f.text}" for f in task.brief.facts)
        able = f"\n\n{prompt('rollouts.hands')}" if task.hands else ""
        self._system = Message(role="system", content=prompt("rollouts.user", facts=facts, kind=KINDS[kind], done=DONE) + able + in_their_language(task))

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next turn, a call of a tool that it has in hand, or DONE. Raises CannotGoOn where nothing comes."""
        talk = [self._system, *turned(messages)]
        before, spoke = len(talk), False
        for attempt in range(AGAIN + 1):
            reply = await self._model.reply(talk, tools, sample=f"{self._sample}/{attempt}" if attempt else self._sample)
            self.tokens = self.tokens.plus(reply.tokens)
            draft = reply.message.content.strip()
            if tools and reply.message.calls:
                spoke, call = True, reply.message.calls[0]  # one thing at a time
                if not (wrong := self._ear.deed(call, messages)):
                    return Message(role="user", calls=(call.model_copy(update={"id": f"user_{sum(bool(m.calls) for m in messages)}"}),))
                note = f"(You cannot do that now: {wrong[0].name}, {wrong[0].what!r}. Do only what the assistant asked you to do, with the values it named.)"
                talk = [*talk[:before], Message(role="user", content=note)]
                continue
            if not draft:
                continue
            faults, spoke = self._faults(draft, messages), True
            if not faults:
                return Message(role="user", content=draft)
            note = f"(That cannot be said: {faults[0].name}, {faults[0].what!r}. Write the message again; {DONE} only when all of your wish was said and done or refused.)"
            talk = [*talk[:before], Message(role="assistant", content=draft), Message(role="user", content=note)]
        if not spoke:
            raise CannotGoOn("user_silent")
        self.plain.append(sum(m.role == "user" for m in messages))
        return Message(role="user", content=self._ear.plain(messages) or DONE)

    def _faults(self, draft: str, heard: Sequence[Message]) -> list[UserFault]:
        if DONE in draft:
            return self._ear.end(heard) if heard else [UserFault(turn=0, name="early stop", what="it has said nothing yet")]
        return self._ear.turn(draft, heard)


def in_their_language(task: Task) -> str:
    """What is added to the prompt of a user who does not speak English."""
    return f"\n\n{prompt('rollouts.chinese')}" if task.brief.language == "zh" else ""


def turned(messages: Sequence[Message]) -> list[Message]:
    """The conversation as the user's model sees it: it is the one who answers. Neighbours of one side are one message, for templates want both in turn."""
    out = [Message(role="user", content="(The assistant is listening. Write your first message.)")]
    for message in messages:
        if message.role == "tool" or message.calls:  # what it did itself
            out.append(message if message.role == "tool" else message.model_copy(update={"role": "assistant"}))
            continue
        role: Literal["assistant", "user"] = "assistant" if message.role == "user" else "user"
        if out[-1].role == role and not out[-1].calls:
            out[-1] = Message(role=role, content=f"{out[-1].content}\n{message.content}")
        else:
            out.append(Message(role=role, content=message.content))
    return out


_REFUSES: Final = re.compile(r"(?i)\b(?:no|not|don't|do not|stop|wait|cancel|rather)\b|不(?!过|错|客气)|别(?!的)|先等|等等|算了|停")
_AGREES: Final = re.compile(r"(?i)\b(?:yes|yeah|yep|yup|sure|ok|okay|please|go ahead|right|correct|do it|fine|exactly)\b|[好行对嗯]|可以|是的|没错|没问题|继续|麻烦")


class WordedUser(_Speaker):
    """A scripted plan decides what is told when; a model only words it. What it words wrongly is said in the plan's own words."""

    scripted = False

    def __init__(self, model: Model, plan: ScriptedUser, task: Task, *, kind: UserKind, tools: Sequence[str] = (), sample: str = "") -> None:
        self.name, self.kind = f"worded:{model.name}", kind
        self.tokens = Tokens()
        self.plain: list[int] = []
        """Which of its turns, counted from 0, are the plan's own words."""
        self._model, self._plan, self._sample = model, plan, sample
        self._ear = Ear(task, tools)
        self._yes, self._language = SAYINGS[task.brief.language].yes, in_their_language(task)

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The plan's next turn, worded."""
        planned = self._plan.play(messages, tools)
        if DONE in planned.content or planned.calls or (messages and messages[-1].role == "tool"):
            return planned
        heard = messages[-1].content if messages else "(nothing yet: the person writes first)"
        talk = [Message(role="user", content=prompt("rollouts.wording", kind=KINDS[self.kind], heard=heard, plain=planned.content) + self._language)]
        for attempt in range(AGAIN):
            reply = await self._model.reply(talk, sample=f"{self._sample}/{len(messages)}/{attempt}")
            self.tokens = self.tokens.plus(reply.tokens)
            said = reply.message.content.strip()
            if said and self._fits(planned.content, said, messages):
                return Message(role="user", content=said)
        self.plain.append(sum(m.role == "user" for m in messages))
        return planned

    def _fits(self, plain: str, said: str, heard: Sequence[Message]) -> bool:
        if DONE in said or not same_values(plain, said) or self._ear.turn(said, heard):
            return False
        if self._language and not has_han(said):
            return False
        return not plain.startswith(self._yes) or (_AGREES.search(said) is not None and _REFUSES.search(said) is None)
