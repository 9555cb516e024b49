"""The second actor of a world: tools that the user has in hand and the agent has not, over the same database.

A task names them (`hands`). The agent is told what the user can do, and asks; the user makes the call, and tells what came of it. What the user did stands in `deeds` of a rollout, beside the conversation and never in it.

    request(name, arguments, hands, tell=("state",))     'Could you restart the router on your side, with router id "r-1"? Tell me the state.'
    understood(text, tools)                              the call that such a sentence asks for, and what is to be told
    read_out(answer, tell)                               what a person reads from the answer
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.records import Deed, EnvSpec, JsonObject, Message
from agentscaler.schemas import kind_of
from agentscaler.verbs import of_name
from agentscaler.words import humanise, joined, sentence, split

ROWS: Final = 12
"""So many rows a person reads out."""
_CUE: Final = re.compile(r"(?i)\b(?:could|can|would|will) you\b|\bplease\b|\byou (?:need|have) to\b|\bon your (?:side|own)\b")
_QUESTION: Final = re.compile(r"(?i)\b(?:tell me|let me know|which|what|whether)\b")
_TELL: Final = re.compile(r"(?i)\btell me (?:the|its|their) ([a-z0-9 ,]+)")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_QUOTED: Final = re.compile(r'"([^"]*)"')


class Wanted(NamedTuple):
    """What the user is asked to do. missing: words of a required argument that was not said."""

    name: str
    arguments: JsonObject
    missing: str = ""
    tell: tuple[str, ...] = ()
    """Names of values that it is to tell, in words."""


# ---- who has what ---------------------------------------------------------------------------------------------------


def tool_list(env: EnvSpec, *, without: Iterable[str] = (), only: Iterable[str] | None = None) -> list[JsonObject]:
    """The world's tools as OpenAI-style functions, alphabetical."""
    gone, mine = set(without), None if only is None else set(only)
    tools = [t for t in env.tools if t.name not in gone and (mine is None or t.name in mine)]
    return [{"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}} for t in tools]


def abilities(tools: Sequence[JsonObject]) -> str:
    """What the agent is told of the user's tools."""
    names = [t["function"]["name"] for t in tools]
    lines = []
    for tool in tools:
        function = tool["function"]
        needs = ", ".join(spoken(p) for p in function["parameters"].get("required", ()))
        says = sentence(function["description"])
        lines.append(f"- {phrase(function['name'], names)}{f' (say the {needs})' if needs else ''}: {says}")
    return "Only the user can do the following, on their own side. Where it is needed, ask for it in words, one thing at a time, with each value in quotation marks; they tell you what came of it.\n" + "\n".join(lines)


def whole(messages: Sequence[Message], deeds: Sequence[Deed]) -> Iterator[Message]:
    """The conversation with what the user did where it did it: a user message with the call, then its answer."""
    left = list(deeds)
    for number, message in enumerate([*messages, None]):
        while left and left[0].after <= number:
            deed = left.pop(0)
            yield Message(role="user", calls=(deed.call,))
            yield deed.answer
        if message is not None:
            yield message


# ---- asking ---------------------------------------------------------------------------------------------------------


def spoken(name: str) -> str:
    """'deviceId' -> 'device id'."""
    return " ".join(split(name)) or name.lower()


def phrase(name: str, others: Iterable[str]) -> str:
    """What a tool does, in words that no other of the tools has: 'delete device', else all words of its name."""
    plain = plain_phrase(name)
    return plain if sum(plain_phrase(o) == plain for o in others) <= 1 else spoken(name)


def plain_phrase(name: str) -> str:
    """'volumes_delete' and 'DeleteVolume' -> 'delete volume'."""
    said = of_name(name)
    verb = "change" if said.verb in ("patch", "modify", "put", "set", "other") else said.verb
    return " ".join(filter(None, [verb, humanise(said.noun), said.preposition, humanise(said.tail)]))


def request(name: str, arguments: Mapping[str, Any], hands: Iterable[str], *, tell: Sequence[str] = ()) -> str:
    """The sentence that asks for a call. tell: names of values in its answer that are wanted."""
    given = [f'{spoken(p)} "{as_said(v)}"' for p, v in arguments.items()]
    values = f", with {joined(given)}" if given else ""
    verb, _, noun = phrase(name, hands).partition(" ")
    wanted = joined([spoken(t) for t in tell]) if tell else ""
    return f"Could you {verb}{f' the {noun}' if noun else ''} on your side{values}? Tell me {f'the {wanted}' if wanted else 'when it is done'}."


def sayable(value: Any) -> bool:
    """Can a value stand in such a sentence?"""
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and 0 < len(value) <= 200 and not re.search(r'["\n\x00]', value))


def as_said(value: Any) -> str:
    """A value as such a sentence holds it."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def understood(text: str, tools: Sequence[JsonObject]) -> Wanted | None:
    """The call that a text asks for, of the tool whose words it says; None where it asks for none."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[1])
        return f"\x00{len(held) - 1}\x00"

    masked = _QUOTED.sub(hold, text)
    names = [t["function"]["name"] for t in tools]
    for part in _SENTENCE.split(masked):
        if not _CUE.search(part) or _QUESTION.search(part):
            continue
        words = _stems(re.split(r"\bwith\b|\x00", part)[0])  # what comes behind are values and their names
        able = [(len(stems), t["function"]) for t in tools if (stems := _stems(phrase(t["function"]["name"], names))) <= words]
        if able:
            found = _TELL.search(masked)
            tell = tuple(re.split(r",\s*(?:and\s+)?|\s+and\s+", found[1])) if found else ()
            return _filled(max(able, key=lambda x: (x[0], x[1]["name"]))[1], part, held)._replace(tell=tell)
    return None


def _stems(text: str) -> set[str]:
    return {w[:5] for w in re.findall(r"[a-z]{2,}", text.lower())}


def _filled(function: JsonObject, part: str, held: Sequence[str]) -> Wanted:
    arguments: JsonObject = {}
    parameters = function["parameters"]
    for name, schema in parameters.get("properties", {}).items():
        found = re.search(rf"(?i)(?:\bwith|\band|,|\bto|\bset|\bfor)\s+(?:the\s+)?{re.escape(spoken(name))}\s+(?:is\s+|to\s+|=\s*|:\s*)?(\x00\d+\x00|[\w./:@+-]*\w)", part)
        if found is not None:
            said = held[int(found[1].strip("\x00"))] if found[1].startswith("\x00") else found[1]
            arguments[name] = _typed(said, schema)
    missing = next((spoken(n) for n in parameters.get("required", ()) if n not in arguments), "")
    return Wanted(function["name"], arguments, missing)


def _typed(said: str, schema: JsonObject) -> Any:
    if kind_of(schema) == "string":
        return said
    try:
        return orjson.loads(said)
    except orjson.JSONDecodeError:
        return said


# ---- answering ------------------------------------------------------------------------------------------------------


def read_out(content: str, tell: Iterable[str] = ()) -> str:
    """What a person reads from an answer: its rows, a value after the other. tell: only what goes by one of these names, where anything does."""
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError:
        return content
    wanted = set(tell)
    rows = [row for row in _rows(data) if row]
    chosen = [picked for row in rows if (picked := {k: v for k, v in row.items() if spoken(k) in wanted})]
    rows = chosen or rows
    return "; ".join(", ".join(f'{spoken(k)} "{as_said(v)}"' for k, v in row.items()) for row in rows[:ROWS])


def _rows(data: Any) -> Iterator[JsonObject]:
    """Objects of an answer, each with its own scalars."""
    if isinstance(data, list):
        for part in data:
            yield from _rows(part)
    elif isinstance(data, dict):
        yield {k: v for k, v in data.items() if sayable(v)}
        for part in data.values():
            if isinstance(part, (dict, list)):
                yield from _rows(part)


def told_of(answer: Message, tell: Sequence[str], *, write: bool) -> str:
    """What the user says of the answer to a call of its own."""
    if answer.error is not None:
        return f"That did not work: it says {_error_of(answer.content)}"
    seen = read_out(answer.content, tell)
    if write:
        return f"Done. It says: {seen}." if seen and tell else "Done."
    return f"It says: {seen}." if seen else "There is nothing there."


def _error_of(content: str) -> str:
    found = orjson.loads(content)
    error = found.get("error", found) if isinstance(found, dict) else found
    return str(error.get("message", error) if isinstance(error, dict) else error)[:300]
