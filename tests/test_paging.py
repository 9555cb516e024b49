"""Pages by number: PageNumber and PageSize of a list, counted from 1."""

from typing import Any

from agentscaler.world import World
from shops import shop_api
from test_envs import built


def numbered() -> dict[str, Any]:
    document = shop_api()
    listed = document["paths"]["/customers"]["get"]
    listed["parameters"] = [
        {"name": "pageNumber", "in": "query", "required": True, "schema": {"type": "integer"}},
        {"name": "pageSize", "in": "query", "schema": {"type": "integer"}},
    ]
    return document


def test_pages_are_counted_from_one() -> None:
    env = built(numbered()).env
    tool = next(t for t in env.tools if t.name.lower().startswith("list") and "pageNumber" in t.parameters["properties"])
    with World.open(env, seed=0) as world:
        rows = [next(v for v in world.call(tool.name, {"pageNumber": n, "pageSize": 2}).data.values() if isinstance(v, list)) for n in (1, 2, 3)]
        everything = next(v for v in world.call(tool.name, {"pageNumber": 1}).data.values() if isinstance(v, list))
    assert rows[0] + rows[1] + rows[2] == everything[:6]
    assert len(rows[0]) == 2
