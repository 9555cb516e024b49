"""Episodes of benchmarks of others, judged again from disk: by the benchmark's own code where it is at hand, else by the reward that was kept. No model is asked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from agentscaler.evals.bench.line import Line, Refused
from agentscaler.evals.bench.played import score
from agentscaler.records import JsonObject
from agentscaler.store import Run, read_rows
from agentscaler.work import steps


class Again(NamedTuple):
    """What became of one folder."""

    path: Path
    """Its result."""
    moved: int | None
    """Episodes whose reward is another now; None where the benchmark was not at hand."""
    why: str = ""
    """Why it was not."""


def folders_of(out: Path) -> list[Run]:
    """Folders of OUT with episodes of a benchmark of others, played to their end."""
    return [run for place in sorted((out / "played").glob("*")) if (run := Run(place)).product("episodes").exists() and "episodes" in run.manifest()]


def regrade(out: Path, opened: Callable[[str], tuple[str, Callable[[], Line] | None]]) -> list[Again]:
    """Each folder's result. opened: benchmark -> (why it is not at hand, how to start its child)."""
    found = []
    for folder in folders_of(out):
        stamp = folder.manifest()["episodes"]["facts"]["stamp"]
        why, start = opened(stamp["benchmark"])
        rows = list(read_rows(folder.product("episodes")))
        now = rows if start is None else _judged(folder, stamp["part"], rows, start)
        moved = None if start is None else sum(a["reward"] != b["reward"] for a, b in zip(rows, now, strict=True))
        found.append(Again(score(folder, out, rows=now), moved, why))
    return found


def _judged(folder: Run, part: str, rows: Sequence[JsonObject], start: Callable[[], Line]) -> list[JsonObject]:
    """The episodes with the rewards of today; the folder keeps those of the day it was played."""
    made: list[JsonObject] = []
    with start() as line:
        for row in steps(rows, f"evals: {folder.path.name}, judged again", len(rows)):
            if row["stop"] in ("infrastructure", "error"):
                made.append(row)
                continue
            try:
                now = line.ask("regrade", domain=part, task=row["task"], episode=row)
            except Refused as error:
                now = {"reward": 0.0, "evidence": str(error)}
            made.append({**row, **{k: v for k, v in now.items() if k in ("reward", "judged", "parts", "evidence")}})
    return made
