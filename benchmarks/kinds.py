"""Reads and writes told apart by words, against definitions that say which they are, with that field hidden.

    python benchmarks/kinds.py --run runs/first                                   the pool: HTTP verbs of two clouds and the client libraries
    python benchmarks/kinds.py --run runs/first --from mcp/ --from tau2/ ...      and files or folders in any form of docs/own-api.md, a source each

Truth: GET and HEAD read, PUT, PATCH and DELETE write; readOnlyHint and destructiveHint of MCP; kinds of a decorated toolkit. POST says neither, so what it is taken for is counted beside, without a verdict.
Open counts as wrong. Tools fall into a half that words and rules were chosen on and one for testing, by the hash of their name.
"""

import argparse
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
from rich.console import Console
from rich.table import Column, Table

from agentscaler.effects import TELLING, Effect, effect
from agentscaler.records import Tool
from agentscaler.store import Run
from agentscaler.tools import read_source
from agentscaler.walk import read_pool

FEWEST = 20
"""Tools with a known truth that make a source."""
UNTOLD = {"slack_sdk": "Slack takes GET and POST alike; the library's GET is no statement (createChild, addGroup)"}
"""Sources whose field says nothing, with the reason: printed, and left out of the average."""


class Line(NamedTuple):
    """One source's confusion."""

    source: str
    tools: int
    """With a known truth."""
    read_read: int
    read_write: int
    read_open: int
    write_write: int
    write_read: int
    write_open: int
    right: float
    """Of all; open is wrong."""
    tested: float | None
    """The same on the half that nothing was chosen on."""
    open: float
    """Share."""
    posts: str
    """POSTs taken for reads, writes, open."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--from", dest="files", type=Path, action="append", default=[])
    parser.add_argument("--misses", action="store_true", help="each miss with the reason")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sources: dict[str, list[Tool]] = defaultdict(list)
    if given.run:
        for tool in read_pool(Run(given.run), "kinds").values():
            sources[tool.source.vendor].append(tool)
    for path in given.files:
        sources[path.stem] += told_apart(read_all(path))
    lines = [line for name, tools in sorted(sources.items()) if (line := measure(name, tools)).tools >= FEWEST]
    counted = [line for line in lines if line.source not in UNTOLD]
    macro = sum(line.right for line in counted) / max(len(counted), 1)
    tested = [line.tested for line in counted if line.tested is not None]
    if given.json:
        print(orjson.dumps({"benchmark": "kinds", "macro": macro, "sources": [line._asdict() for line in lines]}).decode())
        return
    show(lines)
    below = ", ".join(f"{line.source} {line.right:.3f}" for line in counted if line.right < 0.9)
    print(f"macro-average over {len(counted)} sources {macro:.3f} (goal 0.95), on the half for testing {sum(tested) / max(len(tested), 1):.3f}; below 0.90: {below or 'none'}")
    for name, why in UNTOLD.items():
        print(f"not in the average: {name}, {why}")
    if given.misses:
        for name, tools in sorted(sources.items()):
            for tool in tools:
                if (truth := truth_of(tool)) and (said := effect(tool)).kind != truth:
                    print(f"{name}: {tool.source.operation}: {truth}, taken for {said.kind}: {said.why} | {tool.description[:80]}")


def read_all(path: Path) -> Iterator[Tool]:
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        yield from (tool for tool in read_source(str(file)) if isinstance(tool, Tool))


def told_apart(tools: Iterable[Tool]) -> list[Tool]:
    """Without servers all of whose tools carry MCP's defaults, not read-only and destructive: who fills in the defaults has said nothing."""
    groups: dict[str, list[Tool]] = defaultdict(list)
    for tool in tools:
        groups[tool.source.group].append(tool)
    return [t for some in groups.values() if len(some) < 3 or {x.source.hint for x in some} != {"delete"} for t in some]


def truth_of(tool: Tool) -> str | None:
    """What the definition says itself."""
    if tool.source.hint is not None:
        return "read" if tool.source.hint == "read" else "write"
    return TELLING.get(tool.source.verb or "")


def measure(name: str, tools: Iterable[Tool]) -> Line:
    found: Counter[tuple[str, str]] = Counter()
    halves: tuple[list[bool], list[bool]] = ([], [])
    posts: Counter[str] = Counter()
    for tool in tools:
        truth, said = truth_of(tool), blind(tool)
        if truth is None:
            posts[said.kind] += tool.source.verb == "POST"
            continue
        found[truth, said.kind] += 1
        halves[hashlib.sha256(tool.name.encode()).digest()[0] & 1].append(said.kind == truth)
    n = found.total()
    cells = [found[truth, said] for truth, said in (("read", "read"), ("read", "write"), ("read", "open"), ("write", "write"), ("write", "read"), ("write", "open"))]
    right = (cells[0] + cells[3]) / max(n, 1)
    tested = sum(halves[1]) / len(halves[1]) if halves[1] else None
    return Line(name, n, *cells, right, tested, (cells[2] + cells[5]) / max(n, 1), f"{posts['read']} {posts['write']} {posts['open']}" if posts.total() else "")


def blind(tool: Tool) -> Effect:
    """What words say, the telling fields taken out."""
    return effect(tool.model_copy(update={"source": tool.source.model_copy(update={"verb": None, "hint": None, "status": None})}))


def show(lines: Iterable[Line]) -> None:
    heads = ("tools", "r>r", "r>w", "r>?", "w>w", "w>r", "w>?", "right", "tested", "open", "POST r w ?")
    table = Table("source", *(Column(h, justify="right", no_wrap=True) for h in heads), title="truth > taken for")
    for line in lines:
        shares = (f"{line.right:.3f}", "" if line.tested is None else f"{line.tested:.3f}", f"{line.open:.3f}")
        table.add_row(line.source, *map(str, line[1:8]), *shares, line.posts)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
