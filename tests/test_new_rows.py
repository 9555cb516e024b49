"""What a write sets beside its arguments, and what it heeds: defaults, first states, what the row above says, tags, unique names, masks, stamps, repeated deletes."""

from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.defaults import default_of
from agentscaler.records import Source, Tool
from agentscaler.world import World
from test_answers import LEDGER, TEXT, call, opened, thing, tool

TAGS = {"type": "array", "items": thing(Key=TEXT, Value=TEXT)}


def code(world: World, name: str, **arguments: Any) -> str | None:
    answer = world.call(name, arguments)
    return answer.error.code if answer.error else None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "description": "How long to wait. Default: 30."}, 30),
        ({"type": "integer", "description": "Between 1 and 9. The default value is 5"}, 5),
        ({"type": "boolean", "description": "Whether it is on. Defaults to true."}, True),
        ({"type": "string", "enum": ["PUBLIC", "PRIVATE"], "description": "Who sees it. Default: public."}, "PUBLIC"),
        ({"type": "string", "enum": ["a"], "default": "a"}, "a"),
        ({"type": "string", "description": "The zone. The default is a random zone."}, None),
        ({"type": "integer", "description": "If the engine is old, the default is 5."}, None),
        ({"type": "integer", "description": "Default: 5 for A. Default: 7 for B."}, None),
        ({"type": "integer", "maximum": 3, "description": "Default: 5."}, None),
        ({"type": "string", "description": "Set as default."}, None),
        ({"type": "integer", "description": "0: off (default); 1: on."}, 0),
        ({"type": "integer", "description": "How often. Value range: **2**-**9**. Default value: **5**."}, 5),
        ({"type": "integer", "description": "1: tags (default value); 2: routes."}, 1),
        ({"type": "integer", "description": "If not specified, a default value (610 seconds) will be used."}, 610),
        ({"type": "integer", "description": "Minutes to wait. Default: 1 hour."}, None),
        ({"type": "integer", "description": "Default: 1 hour."}, 1),
        ({"type": "string", "enum": ["FAST", "SLOW"], "description": "If you don't specify a mode, SLOW is used."}, "SLOW"),
        ({"type": "string", "enum": ["FAST", "SLOW"], "description": "If `tier` is not specified, SLOW is used."}, None),
        ({"type": "string", "enum": ["FAST", "SLOW"], "description": "If omitted and tier = A, the default is SLOW."}, None),
        ({"type": "string", "enum": ["FAST", "SLOW"], "description": "SLOW: wait for it. This is the default. FAST: do not."}, "SLOW"),
        ({"type": "string", "enum": ["FAST", "SLOW"], "description": "Defaults to SLOW for old engines."}, None),
        ({"type": "string", "description": "The method. The default is `POST`."}, "POST"),
        ({"type": "string", "description": 'The title, defaults to "Book made at {time}".'}, None),
        ({"type": "string", "description": "The currency. Default: the account's."}, None),
        ({"type": "boolean", "description": "By default, this is set to true."}, True),
        ({"type": "boolean", "description": "Whether to enable it. Enabled by default."}, True),
        ({"type": "boolean", "description": "Hides the page, which is enabled by default."}, None),
        ({"type": "boolean", "description": "Defaults to true unless it is shared."}, None),
    ],
)
def test_a_default_is_what_the_provider_says(schema: dict[str, Any], value: object) -> None:
    assert default_of(schema) == value


def test_a_new_row_holds_the_documented_default_and_a_first_state() -> None:
    shown = {**LEDGER, "Family": {"type": "string", "enum": ["cash", "stock"]}, "LedgerStatus": {"type": "string", "description": "How it is."}}
    shown.pop("Status")
    made = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Family": {**LEDGER["Family"], "description": "Default: stock."}}, {"Ledger": thing(**shown)}, "LedgerName", "Owner")
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})
    with opened(made, seen, listed) as (world, _):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        assert (new["Family"], new["LedgerStatus"]) == ("stock", "ACTIVE")
        assert call(world, "CreateLedger", LedgerName="west", Owner="o", Family="cash")["Ledger"]["Family"] == "cash"


def test_tags_of_a_create_are_the_tags_of_the_row() -> None:
    shown = {**LEDGER, "Tags": TAGS}
    made = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "TagSpecifications": {"type": "array", "items": thing(ResourceType=TEXT, Tags=TAGS)}}, {"Ledger": thing(**shown)}, "LedgerName", "Owner")
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    with opened(made, seen) as (world, _):
        call(world, "CreateLedger", LedgerName="east", Owner="o", TagSpecifications=[{"ResourceType": "ledger", "Tags": [{"Key": "team", "Value": "pay"}]}])
        assert call(world, "DescribeLedger", LedgerName="east")["Ledger"]["Tags"] == [{"Key": "team", "Value": "pay"}]


def test_a_name_that_must_be_unique_is_made_once() -> None:
    note = {**TEXT, "description": "The name. It must be unique within your account."}
    shown = {**LEDGER, "BookName": TEXT}
    made = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "BookName": note}, {"Ledger": thing(**shown)}, "LedgerName", "Owner", "BookName")
    with opened(made, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")) as (world, _):
        assert code(world, "CreateLedger", LedgerName="east", Owner="o", BookName="first") is None
        assert code(world, "CreateLedger", LedgerName="west", Owner="o", BookName="first") == "already_exists"
        assert code(world, "CreateLedger", LedgerName="west", Owner="o", BookName="second") is None


@pytest.mark.parametrize(
    ("says", "again"),
    [
        ("Deletes a ledger. This operation is idempotent.", None),
        ("Deletes a ledger. If it has already been deleted, the call succeeds.", None),
        ("Deletes a ledger.", "not_found"),
        ("Deletes a ledger. Idempotent calls of a ledger that is gone return NOT_FOUND.", "not_found"),
    ],
)
def test_a_repeated_delete(says: str, again: str | None) -> None:
    with opened(tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=says)) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert code(world, "DeleteLedger", LedgerName=name) is None
        assert code(world, "DeleteLedger", LedgerName=name) == again


def test_a_stamp_must_be_the_row_s_and_changes_with_it() -> None:
    shown = {**LEDGER, "LockToken": TEXT}
    tools = (
        tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "LockToken": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        stamp = call(world, "DescribeLedger", LedgerName=name)["Ledger"]["LockToken"]
        assert code(world, "UpdateLedger", LedgerName=name, Note="a", LockToken="another") == "conflict"
        assert code(world, "UpdateLedger", LedgerName=name, Note="a", LockToken=stamp) is None
        assert code(world, "UpdateLedger", LedgerName=name, Note="b", LockToken=stamp) == "conflict"
        assert code(world, "UpdateLedger", LedgerName=name, Note="b") is None


def test_what_the_row_above_says_is_said_again_of_a_new_row() -> None:
    """The network of the subnet that a port is made in, also when it moves to another subnet."""
    net = {"SubnetId": TEXT, "VpcId": TEXT, "CidrBlock": TEXT, "Note": TEXT}
    port = {"PortId": TEXT, "SubnetId": TEXT, "VpcId": TEXT, "Note": TEXT}
    tools = (
        tool("CreateSubnet", {"VpcId": TEXT, "CidrBlock": TEXT, "Note": TEXT}, {"Subnet": thing(**net)}, "VpcId", "CidrBlock"),
        tool("DescribeSubnets", {"SubnetIds": {"type": "array", "items": TEXT}}, {"Subnets": {"type": "array", "items": thing(**net)}}),
        tool("CreatePort", {"SubnetId": TEXT, "Note": TEXT}, {"Port": thing(**port)}, "SubnetId"),
        tool("ModifyPort", {"PortId": TEXT, "SubnetId": TEXT, "Note": TEXT}, {"Port": thing(**port)}, "PortId"),
        tool("DescribePorts", {"PortIds": {"type": "array", "items": TEXT}}, {"Ports": {"type": "array", "items": thing(**port)}}),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    env = build_env(one_domain(named, "books"), named, {"aws:books": compile_tools("aws:books", named)}).env
    with World.open(env, seed=3) as world:
        subnets = call(world, "DescribeSubnets")["Subnets"]
        first, other = subnets[0], next(s for s in subnets if s["VpcId"] != subnets[0]["VpcId"])
        new = call(world, "CreatePort", SubnetId=first["SubnetId"])["Port"]
        assert new["VpcId"] == first["VpcId"]
        assert call(world, "ModifyPort", PortId=new["PortId"], Note="a")["Port"]["VpcId"] == first["VpcId"]
        assert call(world, "ModifyPort", PortId=new["PortId"], SubnetId=other["SubnetId"])["Port"]["VpcId"] == other["VpcId"]


def test_a_field_mask_says_what_an_update_touches() -> None:
    shelf = {"name": TEXT, "displayName": TEXT, "note": TEXT}

    def shop(operation: str, verb: str, path: str, takes: dict[str, Any], gives: dict[str, Any], *required: str) -> Tool:
        where = tuple(n for n in takes if n in ("name", "parent") and "{+" + n + "}" in path)
        source = Source(vendor="google", service="shop", operation=f"shop.shelves.{operation}", verb=verb, path=path, in_path=where)
        return Tool(name=f"shelves_{operation}", description="Shelves.", parameters={"type": "object", "properties": takes, "required": list(required), "additionalProperties": False}, returns=thing(**gives), source=source)

    tools = (
        shop("list", "GET", "v1/shelves", {"pageSize": {"type": "integer"}}, {"shelves": {"type": "array", "items": thing(**shelf)}}),
        shop("get", "GET", "v1/shelves/{shelfId}", {"shelfId": TEXT}, shelf, "shelfId"),
        shop("patch", "PATCH", "v1/shelves/{shelfId}", {"shelfId": TEXT, "displayName": TEXT, "note": TEXT, "updateMask": TEXT}, shelf, "shelfId"),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    env = build_env(one_domain(named, "shop"), named, {"google:shop": compile_tools("google:shop", named)}).env
    with World.open(env, seed=3) as world:
        table = env.model.tables[0] if env.model else None
        assert table is not None
        key = world.rows(table.name)[0][table.key[-1]]
        assert call(world, "shelves_patch", shelfId=key, displayName="a", note="b")["note"] == "b"
        changed = call(world, "shelves_patch", shelfId=key, displayName="c", note="d", updateMask="display_name")
        assert (changed["displayName"], changed["note"]) == ("c", "b")
        assert call(world, "shelves_patch", shelfId=key, updateMask="note")["note"] is None
        assert code(world, "shelves_patch", shelfId=key, note="x", updateMask="colour") == "invalid_arguments"


def test_a_run_is_of_the_project_of_its_source() -> None:
    """ProjectId of a new run, which nobody gives, is that of the source it is a run of."""
    project = {"ProjectId": TEXT, "ProjectName": TEXT}
    source = {"SourceId": TEXT, "ProjectId": TEXT, "Note": TEXT}
    run = {"RunId": TEXT, "SourceId": TEXT, "ProjectId": TEXT, "Note": TEXT}

    def several(noun: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {noun: {"type": "array", "items": thing(**fields)}}

    tools = (
        tool("CreateProject", {"ProjectName": TEXT}, {"Project": thing(**project)}, "ProjectName"),
        tool("ListProjects", {}, several("Projects", project)),
        tool("CreateSource", {"ProjectId": TEXT, "Note": TEXT}, {"Source": thing(**source)}, "ProjectId"),
        tool("ListSources", {}, several("Sources", source)),
        tool("StartRun", {"SourceId": TEXT, "Note": TEXT}, {"Run": thing(**run)}, "SourceId"),
        tool("ListRuns", {}, several("Runs", run)),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    env = build_env(one_domain(named, "books"), named, {"aws:books": compile_tools("aws:books", named)}).env
    with World.open(env, seed=3) as world:
        for row in call(world, "ListSources")["Sources"][:3]:
            assert call(world, "StartRun", SourceId=row["SourceId"])["Run"]["ProjectId"] == row["ProjectId"]


def test_the_current_version_must_be_the_row_s_and_is_not_written() -> None:
    shown = {**LEDGER, "CurrentVersion": TEXT}
    version = {**TEXT, "description": "The current version of the ledger that you want to update."}
    tools = (
        tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "CurrentVersion": version}, {"Ledger": thing(**shown)}, "LedgerName", "CurrentVersion"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        now = call(world, "DescribeLedger", LedgerName=name)["Ledger"]["CurrentVersion"]
        assert code(world, "UpdateLedger", LedgerName=name, CurrentVersion="another", Note="a") == "not_found"
        assert code(world, "UpdateLedger", LedgerName=name, CurrentVersion=now, Note="a") is None


@pytest.mark.parametrize(
    ("says", "refused"),
    [
        ("Deletes a ledger. The request fails if deletion protection is enabled for the ledger.", True),
        ("Deletes a ledger. You can't delete a ledger if deletion protection is enabled.", True),
        ("Deletes a ledger.", True),
        ("Deletes a ledger and its deletion protection.", False),
    ],
)
def test_what_is_protected_stays(says: str, refused: bool) -> None:
    shown = {**LEDGER, "DeletionProtection": {"type": "boolean"}}
    tools = (
        tool("UpdateLedger", {"LedgerName": TEXT, "DeletionProtection": {"type": "boolean"}}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=says),
    )
    with opened(*tools) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, DeletionProtection=True)
        assert code(world, "DeleteLedger", LedgerName=name) == ("wrong_state" if refused else None)
        if refused:
            call(world, "UpdateLedger", LedgerName=name, DeletionProtection=False)
            assert code(world, "DeleteLedger", LedgerName=name) is None


def test_an_update_that_is_a_full_replacement_empties_what_is_not_given() -> None:
    with opened(tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says="Updates a ledger. All updates are full replacements.")) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, Owner="o", Note="a")
        assert call(world, "UpdateLedger", LedgerName=name, Owner="p")["Ledger"]["Note"] is None
