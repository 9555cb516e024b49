"""Shares of the verdicts under docs/readings, with 95 % intervals (Wilson), and how far two readers of the same pages agree.

    python benchmarks/verdicts.py docs/readings/<commit>
"""

import json
import sys
from collections import Counter
from pathlib import Path

from scipy.stats import binomtest

GOALS = {"tools": ("right", 0.80, "wrong"), "worlds": ("acceptable", 0.75, ""), "tasks": ("sensible", 0.80, "silly"), "briefs": ("would say", 0.80, "nobody")}
"""What is read -> the good verdict, the share that is the goal, and the bad verdict."""


def interval(good: int, of: int) -> tuple[float, float]:
    """The Wilson interval of a share at 95 %."""
    low, high = binomtest(good, of).proportion_ci(method="wilson")
    return low, high


def verdicts(path: Path) -> dict[int, str]:
    """Number of the page -> verdict; empty where nobody read."""
    if not path.exists():
        return {}
    return {row["number"]: row["verdict"] for row in map(json.loads, path.open(encoding="utf-8"))}


def main() -> None:
    folder = Path(sys.argv[1])
    told = []
    print("| read | good | share | 95 % | goal | between | bad |\n|---|---|---|---|---|---|---|")
    for kind, (good, goal, bad) in GOALS.items():
        first, second = verdicts(folder / f"{kind}.jsonl"), verdicts(folder / f"{kind}-second.jsonl")
        for found, reader in ((first, ""), (second, ", second reader")):
            if not found:
                continue
            counts, of = Counter(found.values()), len(found)
            low, high = interval(counts[good], of)
            between = of - counts[good] - counts[bad] if bad else 0
            print(f"| {of} {kind}{reader} | {counts[good]} {good} | {counts[good] / of:.0%} | {low:.0%} to {high:.0%} | {goal:.0%} | {between or ''} | {f'{counts[bad]} {bad}' if bad else of - counts[good]} |")
        if both := first.keys() & second.keys():
            told.append(f"{kind}: both readers give {sum(first[n] == second[n] for n in both)} of {len(both)} the same verdict, and {sum(first[n] == second[n] == good for n in both)} are {good} to both")
    print(*told, sep="\n")


if __name__ == "__main__":
    main()
