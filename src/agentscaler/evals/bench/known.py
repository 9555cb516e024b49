"""Tasks of others that are known to be bad: a right agent fails there, or passes by luck. The list ships as ids, each with the public issue or the measurement that says so, and moves no score: it says whose doing a failure is.

A task is listed only where the fault was looked at in the pinned data: gold that a later, corrected release has changed, gold that the benchmark's own rule or tools refuse, or an issue whose claim holds for the data at hand.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import orjson

FILE: Final = Path(__file__).parents[2] / "data" / "known_bad.json"


class Known(NamedTuple):
    """Why a task is bad."""

    why: str
    link: str
    """The public issue; 'measured: ...' where none is known and everybody can measure it."""

    def __str__(self) -> str:
        return f"{self.why} ({self.link})"


def known_bad(benchmark: str, part: str) -> Mapping[str, Known]:
    """Task -> why it is bad. benchmark: as stamps name it, with its revision where it has several."""
    return _read().get((benchmark, part), {})


@cache
def _read() -> dict[tuple[str, str], dict[str, Known]]:
    out: dict[tuple[str, str], dict[str, Known]] = {}
    for entry in orjson.loads(FILE.read_bytes()):
        for benchmark in entry["benchmarks"]:
            for task in entry["tasks"]:
                out.setdefault((benchmark, entry["part"]), {}).setdefault(task, Known(entry["why"], entry["link"]))
    return out
