"""Pages: by number, by token wherever an answer shows it, and lists of which no second page could be asked for."""

from typing import Any

import pytest

from agentscaler.world import World
from shops import shop_api
from test_answers import LEDGER, NUMBER, TEXT, call, opened, thing, tool, world_of
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


ROWS = {"type": "array", "items": thing(**LEDGER)}


def ledgers(takes: dict[str, Any], gives: dict[str, Any]) -> tuple[Any, ...]:
    one = {"Ledger": thing(**LEDGER)}
    return (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, one, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, one, "LedgerName"),
        tool("ListLedgers", takes, gives),
    )


@pytest.mark.parametrize(
    ("takes", "gives", "offered"),
    [
        ({"MaxItems": NUMBER, "LedgerNameMarker": TEXT}, {"Ledgers": ROWS}, set()),
        ({"Limit": NUMBER, "Cursor": TEXT}, {"Ledgers": ROWS}, set()),
        ({"Limit": NUMBER}, {"Ledgers": ROWS}, {"Limit"}),
        ({"MaxResults": NUMBER, "PaginationToken": TEXT}, {"Ledgers": ROWS, "PaginationToken": TEXT}, {"MaxResults", "PaginationToken"}),
        ({"PageSize": NUMBER, "ItemOffset": NUMBER}, {"Ledgers": ROWS}, {"PageSize", "ItemOffset"}),
    ],
    ids=["a marker that nothing here hears", "a cursor that no answer shows", "a limit alone", "a token", "an offset of items"],
)
def test_a_size_comes_with_a_way_to_the_next_page(takes: dict[str, Any], gives: dict[str, Any], offered: set[str]) -> None:
    listed = next(t for t in world_of(*ledgers(takes, gives)).tools if t.name == "ListLedgers")
    assert set(listed.parameters["properties"]) == offered


@pytest.mark.parametrize(
    ("turns", "shows", "path"),
    [
        ({"PageToken": TEXT}, {"Pagination": thing(NextPageToken=TEXT, ResultsPerPage=NUMBER)}, ("Pagination", "NextPageToken")),
        ({"after": TEXT}, {"paging": thing(next=thing(after=TEXT, link=TEXT))}, ("paging", "next", "after")),
        ({"position": {**TEXT, "description": "The current pagination position in the paged result set."}}, {"position": TEXT}, ("position",)),
    ],
)
def test_the_token_of_the_next_page_may_stand_inside(turns: dict[str, Any], shows: dict[str, Any], path: tuple[str, ...]) -> None:
    with opened(*ledgers({"Limit": NUMBER, **turns}, {"Ledgers": ROWS, **shows})) as (world, _):
        everything = call(world, "ListLedgers")["Ledgers"]
        first = call(world, "ListLedgers", Limit=2)
        token: Any = first
        for name in path:
            token = token[name]
        second = call(world, "ListLedgers", Limit=2, **{next(iter(turns)): token})
    assert first["Ledgers"] + second["Ledgers"] == everything[:4]


@pytest.mark.parametrize(("says", "first"), [("Page number, starting from 0.", 0), ("Page number. Default value: 1.", 1), ("Offset = limit * (page number - 1).", None)])
def test_an_offset_may_be_the_number_of_a_page(says: str, first: int | None) -> None:
    with opened(*ledgers({"Limit": NUMBER, "Offset": {**NUMBER, "description": says}}, {"Ledgers": ROWS})) as (world, _):
        everything = call(world, "ListLedgers")["Ledgers"]
        numbers = (0, 2) if first is None else (first, first + 1)
        parts = [call(world, "ListLedgers", Limit=2, Offset=n)["Ledgers"] for n in numbers]
    assert parts[0] + parts[1] == everything[:4]
