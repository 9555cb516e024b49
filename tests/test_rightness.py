"""A tool does what its provider says: other names of a row, states that are asked for, ends that are told, filters that take everything."""

import re
from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.aliases import named_otherwise, said
from agentscaler.records import Argument, Column, Operation, Source, Table, Tool
from agentscaler.world import World
from test_answers import LEDGER, NUMBER, STATUS, TEXT, call, opened, thing, tool, why


def code(world: World, name: str, **arguments: Any) -> str | None:
    answer = world.call(name, arguments)
    return answer.error.code if answer.error else None


# ---- other names of a row ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("The name or Amazon Resource Name (ARN) of the ledger.", {"name", "arn"}),
        ("You can specify either the Amazon Resource Name (ARN) or the ID of the ledger.", {"id", "arn"}),
        ("The ID or ARN of the ledger.", {"id", "arn"}),
        ("The ID or name of the table.", {"id", "name"}),
        ("The name of the ledger. The ID is made by the service, or by you.", set()),
        ("The ID of the ledger.", set()),
        ("The identifier of the ledger to close (ARN or ID)", {"id", "arn"}),
        ("The SID of the ledger. This value can be either the `sid` or the `address` of it.", {"sid", "address"}),
        ("The value can be the group's email address, group alias, or the unique group ID.", {"email", "alias", "id"}),
        ("The SID of the ledger, or its `unique_name`.", {"sid", "name"}),
    ],
)
def test_the_names_that_a_text_lets_choose_from(text: str, sorts: set[str]) -> None:
    assert said(text) == sorts


@pytest.mark.parametrize(("text", "answer"), [("The name or ARN of the ledger.", None), ("The name of the ledger.", "not_found")])
def test_a_row_goes_by_its_arn_where_the_text_says_so(text: str, answer: str | None) -> None:
    shown = {**LEDGER, "Arn": TEXT}
    name = {**TEXT, "description": text}
    tools = (
        tool("DescribeLedger", {"LedgerName": name}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("UpdateLedger", {"LedgerName": name, "Note": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        key = ledgers[0]["LedgerName"]
        arn = call(world, "DescribeLedger", LedgerName=key)["Ledger"]["Arn"]
        assert code(world, "DescribeLedger", LedgerName=arn) == answer
        assert code(world, "UpdateLedger", LedgerName=arn, Note="by its ARN") == answer
        told = call(world, "DescribeLedger", LedgerName=key)["Ledger"]
        assert (told["Note"] == "by its ARN") == (answer is None)
        assert code(world, "DescribeLedger", LedgerName=arn + "x") == "not_found"


def test_where_no_column_is_called_an_arn_the_id_is_one() -> None:
    shown, name = {**LEDGER, "LedgerId": TEXT}, {**TEXT, "description": "The name or ARN of the ledger."}
    with opened(tool("DescribeLedger", {"LedgerName": name}, {"Ledger": thing(**shown)}, "LedgerName")) as (world, ledgers):
        told = call(world, "DescribeLedger", LedgerName=ledgers[0]["LedgerName"])["Ledger"]
        assert call(world, "DescribeLedger", LedgerName=told["LedgerId"])["Ledger"] == told


def test_the_arn_of_a_thing_is_no_name_of_what_holds_it() -> None:
    """Entries are told apart by shop and entry, and there is no table of shops."""
    table = Table(name="entry", noun="entry", said=True, service="aws:books", key=("ShopIdentifier", "EntryId"), columns=tuple(Column(name=n, type="TEXT", null=n == "Arn") for n in ("ShopIdentifier", "EntryId", "Arn")))
    keys = tuple(Argument(name=n, python=n, role="key", column=n, required=True) for n in table.key)
    get = Operation(name="DescribeEntry", python="DescribeEntry", act="get", table="entry", summary="DescribeEntry.", arguments=keys)
    found = named_otherwise(get, {key: {"description": "The ID or ARN."} for key in table.key}, {"entry": table})
    assert {a.name: a.also for a in found.arguments} == {"ShopIdentifier": ("entry", "ShopIdentifier"), "EntryId": ("entry", "EntryId", "Arn")}


@pytest.mark.parametrize(("says", "answer"), [("The ID or ARN of the shop.", None), ("The ID of the shop.", "not_found")])
def test_an_arn_ends_with_the_id_of_what_it_names(says: str, answer: str | None) -> None:
    """Whichever of the two is the key, where no column holds the other: of the row, and of what holds the rows of a list."""
    shown, named = {"ShopId": TEXT, "Note": TEXT}, {**TEXT, "description": says}
    entry = {"EntryId": TEXT, "ShopId": TEXT}
    tools = (
        tool("DescribeShop", {"ShopId": named}, {"Shop": thing(**shown)}, "ShopId"),
        tool("ListShops", {}, {"Shops": {"type": "array", "items": thing(**shown)}}),
        tool("DescribeEntry", {"EntryId": TEXT}, {"Entry": thing(**entry)}, "EntryId"),
        tool("ListEntries", {"ShopId": named}, {"Entries": {"type": "array", "items": thing(**entry)}}, "ShopId"),
    )
    with opened(*tools) as (world, _):
        shops = call(world, "ListShops")["Shops"]
        key = shops[0]["ShopId"]
        assert code(world, "DescribeShop", ShopId=f"arn:aws:books:here:1:shop/{key}") == answer
        assert code(world, "DescribeShop", ShopId=f"arn:aws:books:here:1:shop/x{key}") == "not_found"
        assert code(world, "DescribeShop", ShopId=f"shop/{key}") == "not_found"
        arn = f"arn:aws:books:here:1:shop:{key}"
        listed = [call(world, "ListEntries", ShopId=x["ShopId"])["Entries"] for x in shops]
        assert any(listed)
        for shop, entries in zip(shops, listed, strict=True):
            assert code(world, "ListEntries", ShopId=arn.replace(key, shop["ShopId"])) == answer
            assert answer or call(world, "ListEntries", ShopId=arn.replace(key, shop["ShopId"]))["Entries"] == entries


@pytest.mark.parametrize(("says", "answer"), [("The ARN of the ledger, or its ID.", None), ("The ARN of the ledger.", "not_found")])
def test_a_row_with_an_arn_is_called_by_its_end(says: str, answer: str | None) -> None:
    shown, named = {"LedgerArn": {**TEXT, "pattern": "arn:aws:books:.*"}, "Note": TEXT}, {**TEXT, "description": says}
    tools = (
        tool("DescribeLedger", {"LedgerArn": named}, {"Ledger": thing(**shown)}, "LedgerArn"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
    )
    with opened(*tools) as (world, ledgers):
        key = ledgers[0]["LedgerArn"]
        assert key.startswith("arn:")
        assert code(world, "DescribeLedger", LedgerArn=key) is None
        assert code(world, "DescribeLedger", LedgerArn=key.rsplit("/", 1)[-1].rsplit(":", 1)[-1]) == answer
        assert code(world, "DescribeLedger", LedgerArn=key[-3:]) == "not_found"


# ---- states that are asked for ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "state", "answer"),
    [
        ("Updates a ledger. You can only update a ledger that is in the ACTIVE state.", "CLOSED", "wrong_state"),
        ("Updates a ledger. You can only update a ledger that is in the ACTIVE state.", "ACTIVE", None),
        ("Updates a ledger. The ledger must be in the ACTIVE state.", "CLOSED", "wrong_state"),
        ("Updates a ledger. You cannot update a ledger that is in the ACTIVE state.", "ACTIVE", "wrong_state"),
        ("Updates a ledger. The ledger must be in the ACTIVE state to take entries.", "CLOSED", None),
        ("Updates a ledger. If it is in the ACTIVE state, you can only update the note.", "CLOSED", None),
        ("Updates a ledger. You can only update a ledger that is in the ACTIVE or FROZEN state.", "CLOSED", None),
        ("Updates an ACTIVE ledger.", "CLOSED", None),
    ],
)
def test_an_update_asks_for_the_state_its_text_asks_for(says: str, state: str, answer: str | None) -> None:
    tools = (
        tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says=says),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        name = next(x["LedgerName"] for x in ledgers if x["Status"] == state)
        assert code(world, "UpdateLedger", LedgerName=name, Note="b") == answer


def test_an_action_starts_from_the_state_its_text_names() -> None:
    shown = {**LEDGER, "Status": {"type": "string", "enum": ["WAITING", "RUNNING", "CANCELLED"]}}
    says = "Cancels a ledger. Ledgers can be cancelled only when they are in the WAITING state."
    tools = (
        tool("CancelLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=says),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
    )
    with opened(*tools) as (world, _):
        rows = call(world, "ListLedgers")["Ledgers"]
        named = {x["Status"]: x["LedgerName"] for x in rows}
        assert code(world, "CancelLedger", LedgerName=named["RUNNING"]) == "wrong_state"
        assert code(world, "CancelLedger", LedgerName=named["WAITING"]) is None


# ---- what a row tells of its end --------------------------------------------------------------------------------


RUN = {"RunId": TEXT, "LedgerName": TEXT, "Status": {"type": "string", "enum": ["RUNNING", "SUCCEEDED", "STOPPED"]}, "StartTime": {"type": "string", "format": "date-time"}, "EndTime": {"type": "string", "format": "date-time"}, "RunComplete": {"type": "boolean"}, "Note": TEXT}


def runs(*more: Any, given: dict[str, Any] | None = None, seen: dict[str, Any] | None = None) -> tuple[Any, ...]:
    shown = {**RUN, **(seen or {})}
    return (
        tool("StartRun", {"LedgerName": TEXT, "Note": TEXT, **(given or {})}, {"Run": thing(**shown)}, "LedgerName"),
        tool("DescribeRun", {"RunId": TEXT}, {"Run": thing(**shown)}, "RunId"),
        tool("ListRuns", {}, {"Runs": {"type": "array", "items": thing(**shown)}}),
        tool("StopRun", {"RunId": TEXT}, {"Run": thing(**shown)}, "RunId"),
        *more,
    )


def stopped(*tools: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A run before and after it was stopped."""
    with opened(*tools) as (world, _):
        old = next(r for r in call(world, "ListRuns")["Runs"] if r["Status"] == "RUNNING")
        return old, call(world, "StopRun", RunId=old["RunId"])["Run"]


def test_a_run_that_is_stopped_has_an_end() -> None:
    old, new = stopped(*runs())
    assert (new["Status"], new["RunComplete"]) == ("STOPPED", True)
    assert new["EndTime"] > old["StartTime"]
    assert new["StartTime"] == old["StartTime"]


def test_what_can_be_started_again_has_not_ended() -> None:
    old, new = stopped(*runs(tool("ResumeRun", {"RunId": TEXT}, {"Run": thing(**RUN)}, "RunId")))
    assert (new["EndTime"], new["RunComplete"]) == (old["EndTime"], old["RunComplete"])


def test_an_end_that_the_caller_planned_stays() -> None:
    old, new = stopped(*runs(given={"EndTime": RUN["EndTime"]}))
    assert new["EndTime"] == old["EndTime"]


def test_the_time_of_the_deed_is_told_in_the_form_of_its_column() -> None:
    spaced = {"type": "string", "description": "When it was stopped.", "examples": ["2026-06-15 09:00:00"]}
    _, new = stopped(*runs(seen={"StoppedAt": spaced}))
    assert new["StoppedAt"][10] == " "
    assert new["EndTime"] is None


# ---- what is gone says so ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("states", "told"), [(["ACTIVE", "DELETING"], "DELETING"), (["active", "deleting", "deleted"], "deleted"), (["ACTIVE", "CLOSED"], None)])
@pytest.mark.parametrize("wrapped", [True, False])
def test_the_answer_to_a_delete_says_that_it_is_gone(states: list[str], told: str | None, wrapped: bool) -> None:
    shown = {**LEDGER, "Status": {"type": "string", "enum": states}}
    tools = (
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
        tool("DeleteLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)} if wrapped else shown, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        answer = call(world, "DeleteLedger", LedgerName=ledgers[0]["LedgerName"])
        assert (answer["Ledger"] if wrapped else answer).get("Status") == told


# ---- lists ------------------------------------------------------------------------------------------------------


def test_a_filter_goes_by_the_column_behind_its_prefix() -> None:
    rows = {"Ledgers": {"type": "array", "items": thing(**LEDGER)}}
    asked = tool("ListLedgers", {"filterByStatus": TEXT, "filterOwner": TEXT}, rows)
    with opened(asked) as (world, ledgers):
        found = call(world, "ListLedgers", filterByStatus="CLOSED")["Ledgers"]
        assert found == [x for x in ledgers if x["Status"] == "CLOSED"]
        owner = ledgers[0]["Owner"]
        assert call(world, "ListLedgers", filterOwner=owner)["Ledgers"] == [x for x in ledgers if x["Owner"] == owner]


@pytest.mark.parametrize(("text", "everything"), [("Pass either Active, Closed, or All.", True), ("'All' for every ledger.", True), ("All ledgers are returned if it is left out.", False)])
def test_a_word_that_means_everything_narrows_nothing(text: str, everything: bool) -> None:
    rows = {"Ledgers": {"type": "array", "items": thing(**LEDGER)}}
    with opened(tool("ListLedgers", {"Owner": {**TEXT, "description": f"The owner. {text}"}}, rows)) as (world, ledgers):
        assert (call(world, "ListLedgers", Owner="All")["Ledgers"] == ledgers) == everything


BIN = {"arn": TEXT, "label": TEXT, "size": NUMBER, "Status": STATUS}


@pytest.mark.parametrize(("name", "asks", "lost"), [("ListBins", "arn", True), ("ListBins", "label", False), ("DescribeBin", "arn", False)])
def test_a_list_that_compares_the_id_of_what_holds_its_rows_with_their_own_leaves(name: str, asks: str, lost: bool) -> None:
    """ListBins(arn), 'the ARN of the shelf': rows that do not tell their shelf cannot be listed by it."""
    asked = tool(name, {asks: TEXT}, {"bins": {"type": "array", "items": thing(**BIN)}}, asks)
    assert bool(why(name, asked, tool("GetBin", {"arn": TEXT}, {"bin": thing(**BIN)}, "arn"))) == lost


ROOM = {"name": {**TEXT, "description": "Resource name, projects/{project}/locations/{location}/houses/{house}/rooms/{room}."}, "title": TEXT}
HOUSE = {"name": {**TEXT, "description": "Resource name, projects/{project}/locations/{location}/houses/{house}."}, "title": TEXT}


def rented(operation: str, verb: str, path: str, takes: dict[str, Any], gives: dict[str, Any], *required: str) -> Tool:
    where = tuple(re.findall(r"\{(\w+)\}", path))
    source = Source(vendor="google", service="rents", operation=f"rents.projects.locations.{operation}", verb=verb, path=path, in_path=tuple(n for n in ("name", "parent") if n in takes) or where)
    name = "_".join(operation.split(".")[-2:])
    return Tool(name=name, description=name, parameters={"type": "object", "properties": takes, "required": list(required), "additionalProperties": False}, returns=thing(**gives), source=source)


@pytest.mark.parametrize(("text", "answer"), [("The house. Use `houses/-` to list the rooms of every house.", None), ("The house.", "not_found")])
def test_a_dash_in_the_place_of_a_parent_means_every_one(text: str, answer: str | None) -> None:
    place = "v1/projects/{projectsId}/locations/{locationsId}/houses"
    rooms, houses = {"rooms": {"type": "array", "items": thing(**ROOM)}}, {"houses": {"type": "array", "items": thing(**HOUSE)}}
    tools = (
        rented("houses.list", "GET", place, {"parent": TEXT}, houses, "parent"),
        rented("houses.get", "GET", place + "/{housesId}", {"name": TEXT}, HOUSE, "name"),
        rented("houses.rooms.list", "GET", place + "/{housesId}/rooms", {"parent": {**TEXT, "description": text}}, rooms, "parent"),
        rented("houses.rooms.get", "GET", place + "/{housesId}/rooms/{roomsId}", {"name": TEXT}, ROOM, "name"),
        rented("houses.rooms.delete", "DELETE", place + "/{housesId}/rooms/{roomsId}", {"name": TEXT}, {}, "name"),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    env = build_env(one_domain(named, "rents"), named, {"google:rents": compile_tools("google:rents", named)}).env
    with World.open(env, seed=3) as world:
        one = world.rows("room")[0]["parent"]
        assert {r["name"].rsplit("/", 2)[0] for r in call(world, "rooms_list", parent=one)["rooms"]} == {one}
        assert code(world, "rooms_list", parent=one.rsplit("/", 1)[0] + "/-") == answer
        if answer is None:
            assert len(call(world, "rooms_list", parent=one.rsplit("/", 1)[0] + "/-")["rooms"]) == len(world.rows("room"))
