"""Room 8, funnel: which rollouts become data (paper section 3.2: validity, environment state, exact function calls).

    1 validity   the conversation is well formed: roles alternate, every call is answered, nothing is said over and over
    2 state      the one judge passes it: the net change is the gold change, expected answers were shown and told, and no rule that only the agent can keep was broken
    3 calls      a task without writes: the successful calls are the gold calls, in order (strict: for all tasks)

Failed calls on the way are no reason to drop a rollout: recovering from them is what is to be learnt.
"""

from collections import Counter
from itertools import pairwise
from typing import Final

from agentscaler.errors import Dropped
from agentscaler.grade import grade
from agentscaler.records import Kept, Message, Rollout, Task
from agentscaler.store import digest

LAYERS: Final = {"malformed": "validity", "infrastructure": "validity", "state": "state", "answer": "state", "rule": "state", "calls": "calls"}
"""Reason -> the layer it belongs to."""
GRAM: Final = 12
"""Words of a phrase that counts as repeated."""
REPEATS: Final = 4
"""So often a phrase, or a call that was refused, may come back."""


def judge(task: Task, rollout: Rollout, *, number: str, strict: bool = False) -> Kept:
    """The rollout as a kept row. number: id of the rollout's row. Raises Dropped with the layer's reason."""
    if rollout.error or rollout.stop == "infrastructure":
        raise Dropped("infrastructure", rollout.error or "cut short", where="stop")
    if fault := malformed(rollout):
        raise Dropped("malformed", fault, where="messages")
    verdict = grade(task, rollout)
    if verdict.differences or not verdict.passed:
        state = bool(verdict.differences) or any("state change" in r for r in verdict.reasons)
        rule = len(verdict.broken) == len(verdict.reasons)
        raise Dropped("state" if state else "rule" if rule else "answer", "; ".join(verdict.reasons)[:600], where="change" if state else verdict.broken[0] if rule else "messages")
    if (strict or not task.difficulty.writes) and (fault := other_calls(task, rollout)):
        raise Dropped("calls", fault, where="messages")
    return Kept(
        rollout=number,
        task=rollout.task,
        env=task.env,
        agent=rollout.agent,
        scripted=rollout.scripted,
        split=task.split,
        change=digest(rollout.change),
        failed_calls=sum(m.error is not None for m in rollout.messages),
    )


# ---- layer 1 ------------------------------------------------------------------------------------------------------


def malformed(rollout: Rollout) -> str | None:
    """What is wrong with the form of a conversation; None if nothing is."""
    messages = rollout.messages
    if not messages or messages[0].role != "system" or len(messages) < 3:
        return "it does not begin with the system message and a user"
    if rollout.stop != "user_done":
        return f"it did not end: {rollout.stop}"
    return _alternates(messages) or _answered(messages) or _repeats(messages)


def _alternates(messages: tuple[Message, ...]) -> str | None:
    follows = {"system": ("user",), "user": ("assistant",), "tool": ("tool", "assistant")}
    for one, two in pairwise(messages):
        expected = ("tool",) if one.role == "assistant" and one.calls else ("user",) if one.role == "assistant" else follows[one.role]
        if two.role not in expected:
            return f"after a message of the {one.role} comes one of the {two.role}"
        if one.role == "assistant" and not one.calls and not one.content.strip():
            return "the assistant says nothing and calls nothing"
    last = messages[-1]
    return None if last.role == "assistant" and not last.calls and last.content.strip() else "it does not end with words of the assistant"


def _answered(messages: tuple[Message, ...]) -> str | None:
    waiting: list[str] = []
    seen: set[str] = set()
    for message in messages:
        if message.role == "tool":
            if message.call_id not in waiting:
                return f"an answer to {message.call_id!r}, which was not called"
            waiting.remove(message.call_id)
        elif waiting:
            return f"call {waiting[0]!r} has no answer"
        for call in message.calls:
            if call.unparsed is not None:
                return f"the arguments of call {call.id!r} are no JSON object"
            if call.id in seen:
                return f"two calls are named {call.id!r}"
            seen.add(call.id)
            waiting.append(call.id)
    return f"call {waiting[0]!r} has no answer" if waiting else None


def _repeats(messages: tuple[Message, ...]) -> str | None:
    """The paper's n-gram filter: the assistant says or calls the same over and over."""
    said = [m for m in messages if m.role == "assistant"]
    calls = Counter(digest([c.name, c.arguments]) for m in said for c in m.calls)
    if calls and calls.most_common(1)[0][1] > REPEATS:
        return "the same call again and again"
    for message in said:
        words = message.content.split()
        grams = Counter(tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1))
        if grams and grams.most_common(1)[0][1] > REPEATS:
            return "a phrase repeats itself within a message"
    lines = Counter(m.content for m in said if len(m.content.split()) >= GRAM)
    if lines and lines.most_common(1)[0][1] > REPEATS:
        return "the same message again and again"
    return None


# ---- layer 3 ------------------------------------------------------------------------------------------------------


def other_calls(task: Task, rollout: Rollout) -> str | None:
    """How the successful calls differ from the gold calls; None where they are the same."""
    failed = {m.call_id for m in rollout.messages if m.role == "tool" and m.error is not None}
    made = [(c.name, c.arguments) for m in rollout.messages for c in m.calls if c.id not in failed]
    gold = [(c.name, c.arguments) for c in task.gold if c.name not in task.hands]
    for number, (mine, theirs) in enumerate(zip(made, gold, strict=False), 1):
        if mine[0] != theirs[0]:
            return f"call {number} is {mine[0]}, gold calls {theirs[0]}"
        if mine[1] != theirs[1]:
            name = next(k for k in sorted({*mine[1], *theirs[1]}) if mine[1].get(k) != theirs[1].get(k))
            return f"call {number}, {mine[0]}: {name} is {mine[1].get(name)!r}, gold has {theirs[1].get(name)!r}"
    if len(made) != len(gold):
        return f"{len(made)} calls succeeded, gold has {len(gold)}"
    return None
