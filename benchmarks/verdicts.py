"""Shares of the verdicts under docs/readings, with 95 % intervals (Wilson).

    python benchmarks/verdicts.py docs/readings/<commit>
"""

import json
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

GOALS = {"tools": ("right", 0.80, "wrong"), "worlds": ("acceptable", 0.75, ""), "tasks": ("sensible", 0.80, "silly"), "briefs": ("would say", 0.80, "nobody")}
"""What is read -> the good verdict, the share that is the goal, and the bad verdict."""


def interval(good: int, of: int) -> tuple[float, float]:
    """The Wilson interval of a share at 95 %."""
    z, p = 1.96, good / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def main() -> None:
    folder = Path(sys.argv[1])
    print("| read | good | share | 95 % | goal | between | bad |\n|---|---|---|---|---|---|---|")
    for kind, (good, goal, bad) in GOALS.items():
        path = folder / f"{kind}.jsonl"
        if not path.exists():
            continue
        counts = Counter(json.loads(line)["verdict"] for line in path.open(encoding="utf-8"))
        of = sum(counts.values())
        low, high = interval(counts[good], of)
        between = of - counts[good] - counts[bad] if bad else 0
        print(f"| {of} {kind} | {counts[good]} {good} | {counts[good] / of:.0%} | {low:.0%} to {high:.0%} | {goal:.0%} | {between or ''} | {f'{counts[bad]} {bad}' if bad else of - counts[good]} |")


if __name__ == "__main__":
    main()
