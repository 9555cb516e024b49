"""What the domains do not hang on: the order in which definitions come in."""

from pathlib import Path

import orjson

from agentscaler import walk
from agentscaler.store import Run


def test_the_order_of_definitions_changes_nothing(tmp_path: Path) -> None:
    """Rows stand in the order of their keys, which no order of the input moves; so the graph and the domains are the same as well."""
    listed = [
        {
            "name": f"{verb}_{thing}",
            "description": f"{verb} a {thing} of the shop",
            "parameters": {"type": "object", "properties": {f"{thing}_id": {"type": "string"}}},
        }
        for thing in ("lamp", "boat", "crate", "bell")
        for verb in ("get", "create", "delete", "update", "list")
    ]
    made = []
    for name, order in (("a", listed), ("b", listed[::-1]), ("c", listed[7:] + listed[:7])):
        file = tmp_path / name / "shop.json"
        file.parent.mkdir()
        file.write_bytes(orjson.dumps(order))
        run = Run(tmp_path / name / "run")
        walk.tools(run, walk.Settings(), files=[file], with_pool=False)
        walk.graph(run, walk.Settings())
        walk.domains(run, walk.Settings(), scores=False)
        made.append([(run.path / f"{product}.jsonl").read_bytes() for product in ("tools", "graph", "domains")])
    assert made[0] == made[1] == made[2]
