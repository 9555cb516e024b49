"""Whose doing a failure on a benchmark of others is: infrastructure, benchmark (a known-bad task), user, else the agent. Decided by rules, with what shows it; no model is asked."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import orjson

from agentscaler.evals.bench.known import known_bad
from agentscaler.evals.score import Culprit
from agentscaler.records import JsonObject

_AGREES: Final = re.compile(r"^\W*(yes|yeah|yep|sure|ok|okay|correct|confirmed?|i confirm|please (do|go|proceed)|go ahead|that works|sounds good)\b", re.IGNORECASE)
_ASKS: Final = re.compile(r"\?\s*$|\byes/no\b|\bconfirm\b|\bproceed\b", re.IGNORECASE)
_ENDS: Final = ("###STOP###", "finish conversation")


class Whose(NamedTuple):
    """The culprit, and what shows it."""

    who: Culprit
    evidence: str


def whose(row: JsonObject, benchmark: str, part: str) -> Whose:
    """Of an episode that did not pass."""
    if row["stop"] == "infrastructure":
        return Whose("infrastructure", str(row.get("evidence", "")))
    if (bad := known_bad(benchmark, part).get(row["task"])) is not None:
        return Whose("benchmark", str(bad))
    if row["stop"] == "user_error":
        return Whose("user", "the user's message was no valid one (user_error)")
    if (said := _left_too_early(row)) is not None:
        return Whose("user", f"agreed and ended in one message, so that what it agreed to could not be done: {said[:160]!r}")
    return Whose("agent", str(row.get("evidence") or "") or orjson.dumps(row.get("parts", {})).decode())


def _left_too_early(row: JsonObject) -> str | None:
    """The user's last words, where they say yes to a question and end the conversation in the same breath."""
    said = [(role, text) for role, text in _texts(row) if text.strip()]
    if len(said) < 2 or said[-1][0] != "user" or said[-2][0] != "assistant":
        return None
    text = said[-1][1]
    left = text
    for end in _ENDS:
        left = left.replace(end, "")
    if left == text or not _AGREES.match(left) or not _ASKS.search(said[-2][1].strip()[-300:]):
        return None
    return text


def _texts(row: JsonObject) -> Sequence[tuple[str, str]]:
    """(role, text) of what agent and user said, in any of the forms that benchmarks keep."""
    messages = row.get("messages") or (row.get("result") or {}).get("messages") or []
    roles = {"agent": "assistant", "user": "user", "assistant": "assistant"}
    return [(roles[r], str(m.get("content", m.get("message")) or "")) for m in messages if (r := m.get("role") or m.get("sender")) in roles]
