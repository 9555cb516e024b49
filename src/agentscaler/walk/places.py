"""Where each tool stands in tools.jsonl."""

from pathlib import Path
from typing import NamedTuple

import orjson

from agentscaler.records import Tool
from agentscaler.store import parse


class Places(NamedTuple):
    """Where each tool stands in tools.jsonl, so that workers read only what they need."""

    path: str
    by_group: dict[str, list[tuple[str, int, int]]]
    """vendor:service -> (id, offset, length) of its tools, copies included."""
    home: dict[str, tuple[int, int]]
    """id -> (offset, length)."""

    def tool(self, at: int, length: int) -> Tool:
        """The tool that stands there."""
        with Path(self.path).open("rb") as f:
            f.seek(at)
            return parse(orjson.loads(f.read(length)), Tool, where=self.path)


def find_places(path: Path) -> Places:
    by_group: dict[str, list[tuple[str, int, int]]] = {}
    home = {}
    at = 0
    with path.open("rb") as f:
        for line in f:
            row = orjson.loads(line)
            number = row["id"]
            home[number] = (at, len(line))
            groups = {f"{row['source']['vendor']}:{row['source']['service']}", *row["also_in"]}
            for group in groups:
                by_group.setdefault(group, []).append((number, at, len(line)))
            at += len(line)
    return Places(str(path), by_group, home)
