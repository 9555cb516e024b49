"""Rollouts in one list, to be filtered by verdict, blame, field and difficulty; and two rollouts of one task side by side, with the call where they part."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

import orjson

from agentscaler.hands import whole
from agentscaler.records import Rollout
from agentscaler.report.book import Book, DrawnTask, Seen


class Listed(NamedTuple):
    """A rollout of the sample, a line of the list."""

    page: str
    """Page of its task."""
    brief: str
    agent: str
    verdict: str
    """passed or failed."""
    blame: str
    """agent, user or world; nobody, where that was not asked or nothing failed."""
    field: str
    shape: str
    difficulty: str
    """Gold calls, in bands."""


FILTERS = ("verdict", "blame", "field", "shape", "difficulty", "agent")


def listed(book: Book, links: Mapping[str, str]) -> list[Listed]:
    """Every rollout of the drawn tasks."""
    out = []
    for world in book.drawn:
        for drawn in world.tasks:
            about, calls = drawn.task.difficulty, drawn.task.difficulty.calls
            band = "1 call" if calls == 1 else "2 or 3 calls" if calls < 4 else "4 or more calls"
            for seen in drawn.seen:
                verdict, blame = "passed" if seen.verdict.passed else "failed", seen.rollout.blame
                out.append(Listed(links[drawn.number], drawn.task.brief.text, seen.rollout.agent, verdict, blame.who if blame else "nobody", world.row.field, about.shape, band))
    return sorted(out)


def choices(rows: Sequence[Listed]) -> dict[str, list[str]]:
    """Filter -> what there is to choose; filters with one value only are left out."""
    found = {name: sorted({getattr(r, name) for r in rows}) for name in FILTERS}
    return {name: values for name, values in found.items() if len(values) > 1}


# ---- two of one task ------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """A call of each, with how it was answered."""

    left: str
    right: str
    same: bool


class Pair(NamedTuple):
    """Two rollouts of one task."""

    left: Seen
    right: Seen
    steps: Sequence[Step]
    parted: int | None
    """Number of the first call that differs, from 0; None where all are the same."""


def pair_of(drawn: DrawnTask) -> Pair | None:
    """One that passed beside one that failed, where there are such; else two that did otherwise; None where there are none."""
    order = sorted(drawn.seen, key=lambda s: (s.rollout.agent, s.rollout.trial))
    good, bad = [s for s in order if s.verdict.passed], [s for s in order if not s.verdict.passed]
    # the failed one that goes along longest shows best where it leaves
    pairs = [_pair(a, b) for a, b in ([(good[0], b) for b in bad] if good and bad else pairwise(order))]
    apart = [p for p in pairs if p.parted is not None]
    return max(apart, key=lambda p: p.parted or 0) if apart else None


def _pair(left: Seen, right: Seen) -> Pair:
    steps = [Step(a, b, a == b) for a, b in zip_longest(_calls(left.rollout), _calls(right.rollout), fillvalue="")]
    return Pair(left, right, steps, next((n for n, s in enumerate(steps) if not s.same), None))


def _calls(rollout: Rollout) -> Iterator[str]:
    """Of both, in the order in which they were made."""
    messages = list(whole(rollout.messages, rollout.deeds))
    answers = {m.call_id: m for m in messages if m.role == "tool"}
    for user, call in ((m.role == "user", c) for m in messages for c in m.calls):
        answer = answers.get(call.id)
        refused = f"  refused: {answer.error}" if answer is not None and answer.error else ""
        yield f"{'the user: ' if user else ''}{call.name}({orjson.dumps(call.arguments, option=orjson.OPT_SORT_KEYS).decode()[1:-1]}){refused}"
