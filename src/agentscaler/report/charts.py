"""Distributions as small charts: columns for counts, bars for names.

Geometry only; the templates draw it. Each chart is also a table for who cannot see it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.report.book import Book

WIDTH: Final = 340
HEIGHT: Final = 168
_FLOOR: Final = 26
_TOP: Final = 18


class Column(NamedTuple):
    """One column of a histogram, placed."""

    label: str
    number: int
    x: float
    y: float
    width: float
    height: float
    said: bool
    """Is there room for its label?"""


class Histogram(NamedTuple):
    """How often each number comes."""

    title: str
    note: str
    columns: Sequence[Column]


class Bar(NamedTuple):
    """One name and its count."""

    name: str
    number: int
    share: float
    """Of the longest bar, 0 to 1."""


class Bars(NamedTuple):
    """How often each name comes."""

    title: str
    note: str
    bars: Sequence[Bar]
    code: bool
    """Are the names code?"""


def histograms(book: Book) -> list[Histogram]:
    """Distributions of numbers."""
    found = [
        histogram("Tools in a domain", (len(d.tools) for _, d in book.domains), "domains", step=5),
        histogram("Tables in a world", (w.tables for w in book.worlds), "worlds", last=16),
        histogram("Tools in a world", (w.own + w.borrowed for w in book.worlds), "worlds", step=5, last=50),
        histogram("Calls of a task", (m.difficulty.calls for m in book.made), "tasks", last=12),
        histogram("Writes of a task", (m.difficulty.writes for m in book.made), "tasks", last=8),
        histogram("Hops of a task", (m.difficulty.hops for m in book.made), "tasks", last=8),
    ]
    return [h for h in found if h.columns]


def bar_charts(book: Book) -> list[Bars]:
    """Distributions of names."""
    vendors = book.stocks["tools"].facts.get("vendors") or Counter(w.services[0].split(":")[0] for w in book.worlds if w.services)
    what = "tools" if book.stocks["tools"].facts.get("vendors") else "worlds"
    flows = Counter(m.difficulty.flow for m in book.made)
    found = [
        bars("Shapes of tasks", Counter(m.difficulty.shape for m in book.made), "tasks"),
        bars("Fields of life", Counter(d.field for _, d in book.domains), "domains"),
        bars("Fields of life, by tool", book.stocks["tools"].facts.get("fields", {}), "tools"),
        bars("Fields of life, by task", book.stocks["tasks"].facts.get("fields", {}), "tasks"),
        bars("Vendors", vendors, what),
        bars("Rollouts kept, by player", book.stocks["kept"].facts.get("kept by agent", {}), "rollouts"),
        bars("Controls absent on a task", book.stocks["tasks"].facts.get("controls absent", {}), "tasks"),
        bars("Training rows by vendor", book.stocks["sft"].facts.get("vendors", {}), "rows"),
        bars(f"The ten commonest flows, of {len(flows):,}", dict(flows.most_common(10)), "tasks", code=True),
    ]
    return [b for b in found if b.bars]


def histogram(title: str, numbers: Iterable[int], what: str, *, step: int = 1, last: int | None = None) -> Histogram:
    """Columns of `step` numbers each; what lies beyond `last` is in the last one."""
    top = None if last is None else last // step * step
    counts = Counter(min(n // step * step, top) if top is not None else n // step * step for n in numbers)
    if not counts:
        return Histogram(title, "", ())
    first, end = min(counts), max(counts)
    starts = range(first, end + 1, step)
    slot = WIDTH / len(starts)
    highest = max(counts.values())
    every = math.ceil(len(starts) / (10 if step == 1 else 7))
    columns = []
    for at, start in enumerate(starts):
        height = (HEIGHT - _FLOOR - _TOP) * counts[start] / highest
        label = f"{start}+" if top is not None and start == top else str(start) if step == 1 else f"{start}–{start + step - 1}"
        gap = min(3.0, slot * 0.16)
        said = at % every == 0
        columns.append(Column(label, counts[start], round(at * slot + gap / 2, 1), round(HEIGHT - _FLOOR - height, 1), round(slot - gap, 1), round(height, 1), said))
    return Histogram(title, f"{sum(counts.values()):,} {what}", columns)


def bars(title: str, counts: Mapping[str, int], what: str, *, code: bool = False) -> Bars:
    """The longest first."""
    highest = max(counts.values(), default=1) or 1
    rows = sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    return Bars(title, what, [Bar(str(name), count, round(count / highest, 4)) for name, count in rows], code)
