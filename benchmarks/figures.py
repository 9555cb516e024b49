"""A figure: how it is measured, what it is held against, and how a list of them is printed.

Times are CPU time of this process (by the wall, where two share the work), without the garbage collector: the best of several medians that lie apart from each
other, since a shared machine has slow seconds and noise only ever adds. Used by every benchmark of this folder.
"""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

import apsw
import orjson
from rich.console import Console
from rich.table import Column, Table

Unit: TypeAlias = Literal["us", "bytes", "worlds", "calls"]
MORE = ("worlds", "calls")
"""Units of which more is better."""


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    """What was measured."""
    value: float
    """What came out."""
    target: float | None = None
    """What it may be at most (at least, where more is better); None where nothing is promised."""
    bare: float | None = None
    """What the machine needs for it at least, with nothing of ours in between."""
    unit: Unit = "us"
    """Of value, target and bare."""

    @property
    def met(self) -> bool | None:
        """Is the target met? None without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.unit in MORE else self.value <= self.target

    @property
    def ratio(self) -> float | None:
        """How many times the bare cost it is."""
        if self.bare is None:
            return None
        return self.bare / self.value if self.unit in MORE else self.value / self.bare


class Effort(NamedTuple):
    """How long to measure."""

    rounds: int
    """How often everything is measured."""
    samples: int
    """Samples a median."""
    worlds: int
    """Live worlds for the figures of memory."""


THOROUGH = Effort(rounds=7, samples=60, worlds=1_000)
QUICK = Effort(rounds=2, samples=30, worlds=200)
BATCH = 20
"""Calls in one sample, where nothing has to happen between them: the clock itself costs about half a microsecond."""
HEADERS = ("measured", "target", "met", "bare", "x bare")


def cpu(act: Callable[[], object], *, effort: Effort, before: Callable[[], object] | None = None, clock: Callable[[], int] = time.process_time_ns) -> float:
    """CPU microseconds of one `act`, a median; `before` runs ahead of each one and is not counted."""
    for _ in range(3):
        _sample(act, before, clock)
    gc.collect()
    gc.disable()
    try:
        return statistics.median(_sample(act, before, clock) for _ in range(effort.samples)) / 1_000
    finally:
        gc.enable()


def wall(act: Callable[[], object], *, effort: Effort, before: Callable[[], object] | None = None) -> float:
    """The same by the clock on the wall: for work that two processes share."""
    return cpu(act, effort=effort, before=before, clock=time.perf_counter_ns)


def _sample(act: Callable[[], object], before: Callable[[], object] | None, clock: Callable[[], int]) -> float:
    """Nanoseconds of one `act`."""
    rounds = BATCH if before is None else 1
    if before is not None:
        before()
    start = clock()
    for _ in range(rounds):
        act()
    return (clock() - start) / rounds


def best(measure: Callable[[], list[Figure]], *, effort: Effort) -> list[Figure]:
    """Measures several times, apart from each other, and takes the best of each figure."""
    rounds = [measure() for _ in range(effort.rounds)]
    return [_best(figures) for figures in zip(*rounds, strict=True)]


def _best(figures: Sequence[Figure]) -> Figure:
    pick = max if figures[0].unit in MORE else min
    bare = [f.bare for f in figures if f.bare is not None]
    return figures[0]._replace(value=pick(f.value for f in figures), bare=pick(bare, default=None))


def show(title: str, figures: Sequence[Figure], *, as_json: bool) -> None:
    """The table, or one line of JSON with the same."""
    if as_json:
        print(orjson.dumps({"benchmark": title, "machine": machine(), "figures": [_row(f) for f in figures]}).decode())
        return
    table = Table("figure", *(Column(h, justify="right", no_wrap=True) for h in HEADERS), title=title)
    for f in figures:
        met = {True: "yes", False: "[bold red]no[/]", None: ""}[f.met]
        ratio = f"{f.ratio:.1f}" if f.ratio is not None else ""
        table.add_row(f.name, say(f.value, f.unit), say(f.target, f.unit), met, say(f.bare, f.unit), ratio)
    console = Console(width=None if os.isatty(1) else 110)
    console.print(table)
    missed = [f.name for f in figures if f.met is False]
    console.print("missed: " + "; ".join(missed) if missed else "all targets are met")


def _row(figure: Figure) -> dict[str, object]:
    return figure._asdict() | {"met": figure.met, "ratio": figure.ratio}


def say(value: float | None, unit: Unit) -> str:
    """A value as the table says it: microseconds from a hundred on as milliseconds."""
    if value is None:
        return ""
    if unit != "us":
        return f"{value:,.0f}" + (" B" if unit == "bytes" else "")
    return f"{value / 1_000:.3f} ms" if value >= 100 else f"{value:.2f} us"


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "apsw": apsw.apsw_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
    }
