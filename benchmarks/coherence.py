"""Domains of the label-free partition that mix services, drawn to be read by hand: are their tools about one subject?

    python benchmarks/coherence.py --run runs/first --seed <commit hash> --out pages [--domains 50]

A domain is mixed where less than four fifths of its tools are of one service; those are drawn, by the seed alone. A page lists the tools of one, with the
services left out, so that the reader judges the subject and not the vendor. `how.md` beside them says what a verdict is; the rows go into
docs/readings/<commit>/domains.jsonl, and

    python benchmarks/coherence.py --run runs/first --verdicts docs/readings/<commit>/domains.jsonl

prints how many of all domains are coherent: those of one service, and of the mixed the share that was judged one subject.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from readings import write
from verdicts import interval

from agentscaler.dice import Dice
from agentscaler.domains import SMALLEST, partition
from agentscaler.records import Node, Tool
from agentscaler.store import Run, digest, read_records
from agentscaler.walk import read_pool
from agentscaler.words import sentence
from agentscaler.work import many_objects

OWN = 0.8
"""From this share of one service on, a domain counts as coherent unread."""
HOW = """# How to read

Each page lists the operations of one group that a program put together: name, what the provider says, and the required parameters. Services and vendors are
left out on purpose; a group may hold operations of several. Read one page at a time and decide: could one person say in a few words what this group
is about, and would a single small database behind it make sense?

- **one subject**: at least four of five operations are about one subject (projects and their members; databases and their backups; the same thing offered by two vendors).
- **mostly**: there is a subject, but between one and two of five operations are about something else.
- **no subject**: two or more subjects of like size, or operations that share only a word ("profile", "environment", "script") or the way they are called.

Do not be lenient and do not be pedantic. Write one row a page into domains.jsonl, in the order of the pages:

    {"number": 1, "id": "<from index.jsonl>", "verdict": "one subject", "subject": "backups of databases", "odd": ["names of operations that do not belong"], "why": "one or two sentences"}
"""


class Group(NamedTuple):
    """A domain of the label-free partition."""

    tools: Sequence[str]
    share: float
    """Of its tools, those of its main service."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--seed", help="commit hash")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--domains", type=int, default=50)
    parser.add_argument("--verdicts", type=Path)
    given = parser.parse_args()
    with many_objects():
        tools = read_pool(Run(given.run), "coherence")
        nodes = [node for _, node in read_records(Run(given.run).need("graph", "coherence"), Node)]
        groups = list(groups_of(tools, nodes))
    mixed = [g for g in groups if g.share < OWN]
    print(f"{len(groups)} domains of {SMALLEST} or more tools; {len(groups) - len(mixed)} are of one service for {OWN:.0%} and more, {len(mixed)} are mixed")
    if given.verdicts:
        tell([json.loads(line)["verdict"] for line in given.verdicts.open(encoding="utf-8")], len(groups) - len(mixed), len(mixed))
    if given.seed and given.out:
        drawn = Dice(int(given.seed, 16), "coherence").sample(mixed, given.domains)
        write(given.out, [(digest(sorted(g.tools)), page(n, [tools[i] for i in g.tools])) for n, g in enumerate(drawn, 1)])
        (given.out / "how.md").write_text(HOW, encoding="utf-8")


def groups_of(tools: Mapping[str, Tool], nodes: Sequence[Node]) -> Iterator[Group]:
    """The domains of the label-free partition."""
    found: dict[int, list[str]] = {}
    for number, label in zip(sorted(tools), partition(tools, nodes, prior=False).tolist(), strict=True):
        found.setdefault(label, []).append(number)
    for _, members in sorted(found.items()):
        if len(members) >= SMALLEST:
            yield Group(members, max(Counter(tools[i].source.group for i in members).values()) / len(members))


def page(number: int, tools: Sequence[Tool]) -> str:
    lines = [f"# Group {number}: {len(tools)} operations", ""]
    for tool in sorted(tools, key=lambda t: (name(t), t.description)):
        needed = ", ".join(tool.parameters.get("required", ()))
        lines.append(f"- **{name(tool)}**: {sentence(tool.description, 220)}{f' Needs {needed}.' if needed else ''}")
    return "\n".join(lines) + "\n"


def name(tool: Tool) -> str:
    """The operation; of a Google method without the service before it."""
    return tool.source.operation.split(".", 1)[-1] if tool.source.vendor == "google" else tool.source.operation


def tell(verdicts: Sequence[str], own: int, mixed: int) -> None:
    counts = Counter(verdicts)
    good = counts["one subject"]
    low, high = interval(good, len(verdicts))
    print(f"{len(verdicts)} read: " + ", ".join(f"{n} {v}" for v, n in counts.most_common()))
    print(f"one subject {good / len(verdicts):.0%} ({low:.0%} to {high:.0%}); coherent domains in all: about {own + mixed * good / len(verdicts):.0f} ({own + mixed * low:.0f} to {own + mixed * high:.0f}), goal 1,200")


if __name__ == "__main__":
    main()
