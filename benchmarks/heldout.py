"""The figures of docs/evals.md on the held-out set, made anew: rows without a model, the scripted solver, and what each variant costs it. Prints them as the docs hold them.

    python benchmarks/heldout.py [OUT] [--limit N]

One command after the set was pinned again. Needs the packages that the set names (`make libraries`); a minute to rebuild it the first time, then about a minute for each of the five conditions.
"""

import argparse
from pathlib import Path

from agentscaler.evals.floors import FLOORS
from agentscaler.evals.pinned import read_set
from agentscaler.evals.score import read_result
from agentscaler.evals.table import drops, main_table
from agentscaler.evals.worlds import evaluate
from agentscaler.flags import cache_folder

AGENT = "scripted:solver"
VARIANTS = ("plain", "renamed", "reworded", "distractors")


def main() -> None:
    parser = argparse.ArgumentParser(description="The figures of docs/evals.md on the held-out set.")
    parser.add_argument("out", nargs="?", type=Path, default=Path("evals/heldout"))
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    pinned = read_set()
    paths = evaluate([AGENT], out=given.out, variants=VARIANTS, trials=1, limit=given.limit, cache=cache_folder())
    results = [(p.stem, read_result(p)) for p in paths]
    plain = [(n, r) for n, r in results if r.stamp.variant == "plain"]
    fields = len({w.field for w in pinned.worlds})
    print(f"{len(pinned.worlds)} worlds in {fields} fields, {sum(len(w.tasks) for w in pinned.worlds)} tasks, hash {pinned.hash}\n")
    print("| row | tasks | pass^1 | 95 % by task | 95 % by group |\n|---|---|---|---|---|")
    for row in main_table(plain):
        name = row["name"] if row["name"] in FLOORS else AGENT
        print(f"| {name} | {row['tasks']} | {row['pass^1']} | {row['95 % by task']} | {row['95 % by group']} |")
    print("\n| variant | difference | 95 % | tasks better, worse |\n|---|---|---|---|")
    for row in drops(results):
        print(f"| {row['variant']} | {row['difference']} | {row['95 %']} | {row['better']}, {row['worse']} |")


if __name__ == "__main__":
    main()
