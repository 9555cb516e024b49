"""Which tokens a model is trained on: the assistant's calls and replies with their end-of-turn token, and nothing else.

A turn is rendered as the server renders it: the prompt is the history before the turn with the generation prompt behind it, the target is what the same template
adds once the turn is there, up to the end of the turn. So nothing is trained on a history that the model will not see, whatever the chat template
leaves out of earlier turns, and no marks in the template are needed. Turns share a row as long as one's row is how the next one's prompt begins; where the template
rewrites the history (reasoning that is dropped after the next user message) a new row is begun.

Prompt and target are tokenised apart, as they are at serving time. Pure: the tokenizer is anything with `apply_chat_template(..., tokenize=False)`, `encode` and `decode`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from agentscaler.errors import Dropped
from agentscaler.records import JsonObject

IGNORED: Final = -100
"""The label of a token without loss."""


class Tokenizer(Protocol):
    """What of a transformers tokenizer is used here."""

    eos_token_id: int

    def apply_chat_template(self, conversation: list[JsonObject], **options: Any) -> Any:
        """The conversation as text."""
        ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """The text as tokens."""
        ...


class Row(NamedTuple):
    """What a trainer reads."""

    input_ids: list[int]
    labels: list[int]
    """The token itself where there is loss, IGNORED elsewhere."""
    turns: tuple[int, ...]
    """Which messages are trained on, counted from 0."""


class Rows(NamedTuple):
    """The rows of a conversation, and those that were too long."""

    kept: list[Row]
    dropped: list[Dropped]


def supervise(
    messages: Sequence[JsonObject],
    tools: Sequence[JsonObject],
    tokenizer: Tokenizer,
    *,
    longest: int | None = None,
    without: Collection[int] = (),
    options: Mapping[str, Any] | None = None,
) -> Rows:
    """A conversation in OpenAI form -> its rows.

    longest: tokens a row may have; one that has more is dropped whole, never cut. without: messages that stay in the context but out of the
    loss (a failed call). options: what else the chat template is given (enable_thinking). Raises Dropped(template) where the template does not fit this way of training.
    """
    rows: list[Row] = []
    for at, message in enumerate(messages):
        if message["role"] == "assistant" and at not in without:
            prompt, target = turn(messages, tools, tokenizer, at, options or {})
            _add(rows, prompt, target, at)
    if not rows:
        raise Dropped("malformed", "no message of the assistant to train on")
    kept = [r for r in rows if longest is None or len(r.input_ids) <= longest]
    gone = [Dropped("over_length", f"{len(r.input_ids)} tokens, {longest} fit", where=f"messages {', '.join(map(str, r.turns))}", value=len(r.input_ids)) for r in rows if r not in kept]
    return Rows(kept, gone)


def failed_turns(messages: Sequence[JsonObject]) -> frozenset[int]:
    """Messages of the assistant with a call that the world refused: for `without`, where a model is to read mistakes but not to learn making them."""
    owner: dict[str, int] = {}
    out = set()
    for at, message in enumerate(messages):
        owner |= {call["id"]: at for call in message.get("tool_calls") or () if "id" in call}
        if message["role"] == "tool" and _refused(message.get("content")):
            out.add(owner.get(message.get("tool_call_id", ""), max((n for n in range(at) if messages[n]["role"] == "assistant"), default=-1)))
    return frozenset(out - {-1})


def _refused(answer: Any) -> bool:
    try:
        found = json.loads(answer) if isinstance(answer, str) else answer
    except json.JSONDecodeError:
        return False
    return isinstance(found, dict) and found.keys() == {"error"}


def turn(messages: Sequence[JsonObject], tools: Sequence[JsonObject], tokenizer: Tokenizer, at: int, options: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Prompt and target of one message of the assistant, in tokens. Raises Dropped(template)."""
    before = _render(messages[:at], tools, tokenizer, options, prompt=True)
    after = _render(messages[: at + 1], tools, tokenizer, options, prompt=False)
    if not after.startswith(before):
        raise Dropped("template", "the chat template does not continue its own generation prompt", where=f"message {at}", value=_parting(before, after))
    target = _encode(tokenizer, after[len(before) :])
    ends = [i for i, token in enumerate(target) if token == tokenizer.eos_token_id]
    if not ends:
        raise Dropped("template", "the chat template ends the turn without the tokenizer's eos token, so the model would not learn to stop", where=f"message {at}")
    return _encode(tokenizer, before), target[: ends[-1] + 1]


def _render(messages: Sequence[JsonObject], tools: Sequence[JsonObject], tokenizer: Tokenizer, options: Mapping[str, Any], *, prompt: bool) -> str:
    return str(tokenizer.apply_chat_template(list(messages), tools=list(tools) or None, add_generation_prompt=prompt, tokenize=False, **options))


def _encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False)


def _add(rows: list[Row], prompt: list[int], target: list[int], at: int) -> None:
    """Behind the row whose tokens the prompt begins with, else a row of its own."""
    last = rows.pop() if rows and prompt[: len(rows[-1].input_ids)] == rows[-1].input_ids else Row([], [], ())
    context = [IGNORED] * (len(prompt) - len(last.labels))
    rows.append(Row(prompt + target, [*last.labels, *context, *target], (*last.turns, at)))


def _parting(before: str, after: str) -> str:
    """Where the two texts part, for the message."""
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    return f"{before[same : same + 40]!r} against {after[same : same + 40]!r}"
