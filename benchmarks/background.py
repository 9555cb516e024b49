"""Make src/agentscaler/data/background.json: in how many services of the default pool each feature of the graph occurs.

    python benchmarks/background.py --run runs/first

The graph weighs features by how few services hold them. A pool of fewer than fifty services has no such figures of its own, so that one service, or a
mixed bag of five, would collapse; this table lends them. It holds single words and field names with counts, no provider's text.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson

from agentscaler import graph
from agentscaler.records import Tool
from agentscaler.schemas import fields
from agentscaler.store import Run
from agentscaler.verbs import analyse
from agentscaler.walk import read_pool

LEAST = 3
"""Services that must hold a feature for it to be in the table."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    tools = list(read_pool(Run(parser.parse_args().run), "background").values())
    services = sorted({t.source.group for t in tools})
    held: dict[str, dict[str, set[str]]] = {channel: {} for channel in ("parameters", "results", "nouns", "feeds")}
    for tool in tools:
        for channel, words in features(tool):
            for word in words:
                held[channel].setdefault(word, set()).add(tool.source.group)
    table = {c: dict(sorted(Counter({w: len(s) for w, s in words.items() if len(s) >= LEAST}).items())) for c, words in held.items()}
    path = Path(graph.__file__).parent / "data" / "background.json"
    path.write_bytes(orjson.dumps({"services": len(services), "features": table}))
    print(f"{path}: {len(services)} services, {sum(map(len, table.values()))} features, {path.stat().st_size // 1024} KB")


def features(tool: Tool) -> Iterable[tuple[str, Iterable[str]]]:
    """The features of each channel of a tool, as graph.vectorise names them."""
    said = analyse(tool.source, tool.name)
    properties = tool.parameters.get("properties", {})
    required = set(tool.parameters.get("required", ()))
    results = [f.name for f in fields(tool.returns, depth=1)]
    yield "parameters", graph._names(properties)
    yield "results", graph._names(results)
    yield "nouns", [*said.noun, *said.tail, *said.extra, " ".join(said.noun)]
    yield "feeds", [*graph._entities([p for p in properties if p in required or len(properties) < 4], said), *graph._entities(results, said)]


if __name__ == "__main__":
    main()
