"""How graph and domains grow with the pool: 10,000, 30,000 and 100,000 tools, each in a process of its own.

    python benchmarks/growth.py --run runs/first                    all three sizes: some minutes
    python benchmarks/growth.py --run runs/first --sizes 10000

Up to the size of the pool these are whole services of it, drawn by a fixed seed; beyond it, copies of all services under other names, in which every
second word of names, parameters, results and paths is another word of the pool. CPU seconds of one process, and its largest memory.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import orjson
from partition import renamed
from rich.console import Console
from rich.table import Table

from agentscaler.dice import Dice
from agentscaler.domains import find_domains
from agentscaler.graph import build_graph
from agentscaler.records import Tool
from agentscaler.store import Run
from agentscaler.walk import read_pool
from agentscaler.words import singular, split
from agentscaler.work import many_objects

SIZES = "10000,30000,100000"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--one", type=int, help="measure this size in this process and print it as JSON")
    given = parser.parse_args()
    if given.one:
        print(orjson.dumps(measure(given.run, given.one)).decode())
        return
    table = Table("tools", "read", "graph", "domains", "CPU seconds", "CPU ms a tool", "memory", "domains found", title=f"growth (load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", title_justify="left")
    for size in map(int, given.sizes.split(",")):
        done = subprocess.run([sys.executable, __file__, "--run", str(given.run), "--one", str(size)], check=True, capture_output=True)
        row = orjson.loads(done.stdout.splitlines()[-1])
        total = row["graph"] + row["domains"]
        table.add_row(f"{row['tools']:,}", f"{row['read']:.1f}", f"{row['graph']:.1f}", f"{row['domains']:.1f}", f"{total:.1f}", f"{1000 * total / row['tools']:.2f}", f"{row['memory']:.2f} GB", f"{row['found']:,}")
        Console(width=120).print(table)


def measure(run: Path, size: int) -> dict[str, float]:
    start = time.process_time()
    with many_objects():
        pool = read_pool(Run(run), "growth")
        read = time.process_time() - start
        tools = grown(pool, size)
    before = time.process_time()
    nodes = list(build_graph(tools))
    graph = time.process_time() - before
    found = find_domains(tools, nodes)
    domains = time.process_time() - before - graph
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"tools": len(tools), "read": read, "graph": graph, "domains": domains, "memory": memory, "found": len(found.domains)}


def grown(pool: Mapping[str, Tool], size: int) -> dict[str, Tool]:
    """Whole services until there are so many tools."""
    out: dict[str, Tool] = {}
    words = sorted({singular(w) for t in pool.values() for w in split(t.source.operation)})
    for copy in range(1 + size // len(pool)):
        some = dict(pool)
        if copy:
            kept = frozenset(w for w in words if Dice("growth", copy, w).chance(0.5))
            some = {f"{copy}-{i}": t.model_copy(update={"source": t.source.model_copy(update={"service": f"{t.source.service}-c{copy}"}), "also_in": ()}) for i, t in renamed(pool, kept, said=False).items()}
        services: defaultdict[str, list[str]] = defaultdict(list)
        for i, t in some.items():
            services[t.source.group].append(i)
        for service in Dice("growth", copy).shuffled(sorted(services)):
            if len(out) < size:
                out |= {i: some[i] for i in services[service]}
    return out


if __name__ == "__main__":
    main()
