"""What tools take and answer: how a call went, filters of every kind, updates that replace or revise, reads that would show nothing.

One small service in the manner of a cloud: ledgers and the entries of each. A test adds the tool it is about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.service import relaxed
from agentscaler.records import EnvSpec, Source, Tool
from agentscaler.world import World

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
STATUS: Schema = {"type": "string", "enum": ["ACTIVE", "CLOSED"]}
NAMES = {"type": "string", "description": "Name of the ledger.", "examples": ["north", "south"]}


def thing(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


LEDGER = {"LedgerName": NAMES, "Owner": TEXT, "Note": TEXT, "Status": STATUS, "Family": {"type": "string", "enum": ["cash", "stock"]}, "Members": TEXTS, "MemberCount": NUMBER}


def tool(name: str, takes: Schema, gives: Schema | None, *required: str, says: str = "", verb: str = "POST") -> Tool:
    parameters = {"type": "object", "properties": takes, "required": list(required), "additionalProperties": False}
    return Tool(name=name, description=says or f"{name}.", parameters=parameters, returns=thing(**gives) if gives is not None else None, source=Source(vendor="aws", service="books", operation=name, verb=verb, path="/"))


BASE = (
    tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT, "Members": TEXTS}, {"Ledger": thing(**LEDGER)}, "LedgerName", "Owner", "Members"),
    tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName"),
    tool("ListLedgers", {"MaxResults": NUMBER, "NextToken": TEXT}, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}, "NextToken": TEXT}),
    tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName"),
    tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName"),
)


def world_of(*more: Tool, strict: bool = False) -> EnvSpec:
    """The base service, each of `more` in the place of the base's tool of that name."""
    named = {t.name for t in more}
    tools = {f"t{i}": t for i, t in enumerate([*(t for t in BASE if t.name not in named), *more])}
    compiled = {"aws:books": compile_tools("aws:books", tools)}
    return build_env(one_domain(tools, "books"), tools, compiled, strict=strict).env


@contextmanager
def opened(*more: Tool) -> Iterator[tuple[World, list[dict[str, Any]]]]:
    """The world, and its ledgers as they stand."""
    with World.open(world_of(*more), seed=3) as world:
        yield world, call(world, "ListLedgers")["Ledgers"]


def call(world: World, name: str, /, **arguments: Any) -> Any:
    answer = world.call(name, arguments)
    assert answer.error is None, (name, answer.error)
    return answer.data


def why(name: str, *more: Tool) -> str:
    """The reason for which a tool is left out."""
    return {x.name: x.why for x in world_of(*more).lost}.get(name, "")


# ---- answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gives", "answer"),
    [
        ({"Result": FLAG}, {"Result": True}),
        ({"Success": thing(Code={**TEXT, "description": "Success or error code"}, Message=TEXT)}, {"Success": {"Code": "Success", "Message": "success"}}),
        ({"Data": thing(Status=FLAG)}, {"Data": {"Status": True}}),
        ({"Status": {**NUMBER, "description": "The HTTP status of the request."}, "RequestId": TEXT}, {"Status": 200}),
        ({"ReturnCode": {**TEXT, "description": "Returned code. 0: Normal; other values: Error."}, "ErrorMsg": TEXT}, {"ReturnCode": "0", "ErrorMsg": ""}),
        ({"LedgerName": TEXT, "Errors": {"type": "array", "items": thing(Code=TEXT)}}, {"Errors": []}),
        ({"RequestId": TEXT}, {}),
    ],
)
def test_a_write_says_how_it_went(gives: Schema, answer: Any) -> None:
    with opened(tool("DeleteLedger", {"LedgerName": TEXT}, gives, "LedgerName")) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert call(world, "DeleteLedger", LedgerName=name) == answer | ({"LedgerName": name} if "LedgerName" in gives else {})


def test_an_answer_of_which_nothing_is_known_costs_the_tool() -> None:
    assert why("DeleteLedger", tool("DeleteLedger", {"LedgerName": TEXT}, {"Refund": thing(Price=NUMBER)}, "LedgerName")) == "silent"
    assert why("DeleteLedger", tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName")) == ""


def test_an_operation_that_is_done() -> None:
    operation = thing(id=TEXT, resourceName=TEXT, operationType={"type": "string", "enum": ["DeleteLedger"]}, status={"type": "string", "enum": ["Started", "Succeeded"]}, createdAt=TEXT, errorCode=TEXT)
    with opened(tool("DeleteLedger", {"LedgerName": TEXT}, {"operations": {"type": "array", "items": operation}}, "LedgerName")) as (world, ledgers):
        first, second = (call(world, "DeleteLedger", LedgerName=ledgers[i]["LedgerName"])["operations"][0] for i in (0, 1))
        assert first["id"] != second["id"]
        assert first | {"id": ""} == {"id": "", "resourceName": ledgers[0]["LedgerName"], "operationType": "DeleteLedger", "status": "Succeeded", "createdAt": world.db.now}
        world.reset()
        assert call(world, "DeleteLedger", LedgerName=ledgers[0]["LedgerName"])["operations"][0] == first


def test_the_id_of_a_job_is_of_its_kind() -> None:
    with opened(tool("DeleteLedger", {"LedgerName": TEXT}, {"TaskId": NUMBER, "FlowId": TEXT}, "LedgerName")) as (world, ledgers):
        answer = call(world, "DeleteLedger", LedgerName=ledgers[0]["LedgerName"])
        assert isinstance(answer["TaskId"], int)
        assert isinstance(answer["FlowId"], str)


def test_a_read_shows_what_stands_beside_its_row() -> None:
    reports = {"type": "array", "items": thing(Finding={"type": "string", "enum": ["ok", "late"]})}
    read = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**LEDGER), "Reports": reports, "Status": {**NUMBER, "description": "The HTTP status of the request."}}, "LedgerName")
    with opened(read) as (world, ledgers):
        answers = [call(world, "DescribeLedger", LedgerName=x["LedgerName"]) for x in ledgers]
        assert {tuple(a) for a in answers} == {("Ledger", "Reports", "Status")}
        assert {a["Status"] for a in answers} == {200}
        assert any(a["Reports"] for a in answers)


def test_paging_inside_the_object_that_holds_the_list() -> None:
    inner = thing(NextMarker=TEXT, IsTruncated=FLAG, Quantity=NUMBER, Items={"type": "array", "items": thing(**LEDGER)})
    with opened(tool("FindLedgers", {}, {}), tool("ListLedgers", {"MaxResults": NUMBER, "NextToken": TEXT}, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}})) as (_, ledgers):
        total = len(ledgers)
    with World.open(world_of(tool("ListLedgers", {"MaxResults": NUMBER, "Marker": TEXT}, {"LedgerList": inner})), seed=3) as world:
        page = call(world, "ListLedgers", MaxResults=2)["LedgerList"]
        assert (page["IsTruncated"], page["Quantity"], len(page["Items"])) == (True, 2, 2)
        rest = call(world, "ListLedgers", Marker=page["NextMarker"])["LedgerList"]
        assert (rest["IsTruncated"], rest["Quantity"]) == (False, total - 2)


# ---- filters ----------------------------------------------------------------------------------------------------


def listing(**takes: Schema) -> Tool:
    return tool("ListLedgers", {**takes, "MaxResults": NUMBER, "NextToken": TEXT}, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}, "NextToken": TEXT})


def test_a_value_that_means_everything_narrows_nothing() -> None:
    with opened(listing(Status={"type": "string", "enum": ["ACTIVE", "CLOSED", "ALL"]})) as (world, ledgers):
        assert {x["Status"] for x in ledgers} <= {"ACTIVE", "CLOSED"}, "and is no status of a ledger"
        assert call(world, "ListLedgers", Status="ALL")["Ledgers"] == ledgers
        assert call(world, "ListLedgers", Status="ACTIVE")["Ledgers"] == [x for x in ledgers if x["Status"] == "ACTIVE"]


def test_how_a_name_begins_and_what_it_holds() -> None:
    with opened(listing(LedgerNamePrefix=TEXT, NameContains=TEXT)) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert call(world, "ListLedgers", LedgerNamePrefix=name[:3])["Ledgers"] == [x for x in ledgers if x["LedgerName"].startswith(name[:3])]
        assert call(world, "ListLedgers", LedgerNamePrefix=name[1:])["Ledgers"] == []
        assert call(world, "ListLedgers", NameContains=name[1:].upper())["Ledgers"] == [x for x in ledgers if name[1:] in x["LedgerName"]]


def test_filters_inside_an_object() -> None:
    takes = {"Filter": {**thing(Status=STATUS, Limit=NUMBER, Offset=NUMBER, Colour=TEXT)}}
    with opened(tool("ListLedgers", takes, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}})) as (world, ledgers):
        active = [x for x in ledgers if x["Status"] == "ACTIVE"]
        assert call(world, "ListLedgers", Filter={"Status": "ACTIVE"})["Ledgers"] == active
        assert call(world, "ListLedgers", Filter={"Limit": 2, "Offset": 1})["Ledgers"] == ledgers[1:3]
        offered = next(t for t in world.loaded.env.tools if t.name == "ListLedgers").parameters["properties"]["Filter"]
        assert set(offered["properties"]) == {"Status", "Limit", "Offset"}, "what nothing models is not offered"


def test_what_a_list_is_sorted_by_narrows_nothing() -> None:
    takes = {"SortCondition": thing(LedgerName={"type": "string", "enum": ["ASC", "DESC"]})}
    with opened(tool("ListLedgers", takes, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}})) as (world, ledgers):
        assert len(ledgers) > 2
        offered = next(t for t in world.loaded.env.tools if t.name == "ListLedgers").parameters["properties"]
        assert offered == {}


def test_a_list_of_values_holds_each_once() -> None:
    with opened(tool("ListLedgerFamilies", {"MaxResults": NUMBER, "NextToken": TEXT}, {"families": TEXTS, "NextToken": TEXT})) as (world, ledgers):
        families = sorted({x["Family"] for x in ledgers} - {None})
        assert call(world, "ListLedgerFamilies")["families"] == families
        first = call(world, "ListLedgerFamilies", MaxResults=1)
        assert first["families"] + call(world, "ListLedgerFamilies", NextToken=first["NextToken"])["families"] == families


def test_an_optional_argument_must_agree_with_the_row() -> None:
    with opened(tool("DescribeLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName")) as (world, ledgers):
        name, owner = ledgers[0]["LedgerName"], ledgers[0]["Owner"]
        assert call(world, "DescribeLedger", LedgerName=name)["Ledger"] == ledgers[0]
        assert call(world, "DescribeLedger", LedgerName=name, Owner=owner)["Ledger"] == ledgers[0]
        assert world.call("DescribeLedger", {"LedgerName": name, "Owner": "nobody"}).error.code == "not_found"


# ---- reads that would show nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "takes", "gives", "reason"),
    [
        ("ListLedgerSources", {"LedgerName": TEXT}, {"Ledgers": {"type": "array", "items": thing(LedgerName=TEXT, Sources=thing())}}, "echo"),
        ("GetLedgerUsage", {"LedgerName": TEXT}, {"LedgerName": TEXT, "Status": STATUS, "Reads": NUMBER, "Writes": NUMBER}, "derived_view"),
        ("GetEffectiveLedger", {"LedgerName": TEXT}, {"Ledger": thing(**LEDGER)}, "computes"),
        ("ListLedgerTopics", {}, {"Topics": {"type": "array", "items": thing(Family=TEXT, Note=TEXT)}}, "derived_view"),
    ],
)
def test_a_read_that_shows_nothing_of_what_it_promises_leaves(name: str, takes: Schema, gives: Schema, reason: str) -> None:
    assert why(name, tool(name, takes, gives, *takes)) == reason


# ---- writes -----------------------------------------------------------------------------------------------------


def test_an_update_that_replaces_empties_what_it_is_not_given() -> None:
    says = "Updates a ledger. Any field that is not specified is removed."
    with opened(tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says=says)) as (world, ledgers):
        name = next(x["LedgerName"] for x in ledgers)
        call(world, "UpdateLedger", LedgerName=name, Owner="Ana", Note="x")
        after = call(world, "UpdateLedger", LedgerName=name, Owner="Ben")["Ledger"]
        assert (after["Owner"], after["Note"], after["Members"]) == ("Ben", None, ledgers[0]["Members"])
    with opened() as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, Note="x")
        assert call(world, "UpdateLedger", LedgerName=name, Owner="Ben")["Ledger"]["Note"] == "x", "a merge, where nothing is said"


def test_a_list_gains_and_loses_items_and_is_counted() -> None:
    revise = tool("ModifyLedger", {"LedgerName": TEXT, "AddMembers": TEXTS, "RemoveMembers": TEXTS}, {"Ledger": thing(**LEDGER)}, "LedgerName")
    with opened(revise) as (world, _):
        made = call(world, "CreateLedger", LedgerName="own", Owner="Ana", Members=["a", "b"])["Ledger"]
        assert made["MemberCount"] == 2
        after = call(world, "ModifyLedger", LedgerName="own", AddMembers=["c", "a"], RemoveMembers=["b"])["Ledger"]
        assert (after["Members"], after["MemberCount"]) == (["a", "c"], 2)
        assert call(world, "ModifyLedger", LedgerName="own", RemoveMembers=["a"])["Ledger"]["MemberCount"] == 1


def test_the_count_beside_a_list_is_right_from_the_start() -> None:
    with opened() as (_, ledgers):
        assert all(x["MemberCount"] == len(x["Members"] or ()) for x in ledgers)


@pytest.mark.parametrize(
    ("takes", "reason"),
    [
        ({"UpdateType": {"type": "string", "enum": ["ADD", "REPLACE", "REMOVE"]}}, "mode"),
        ({"Note": {**TEXT, "description": "An RFC 6902 JSON Patch document."}}, "differences"),
    ],
)
def test_an_update_whose_meaning_is_not_in_the_row_leaves(takes: Schema, reason: str) -> None:
    assert why("UpdateLedger", tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, **takes}, {"Ledger": thing(**LEDGER)}, "LedgerName")) == reason


@pytest.mark.parametrize(
    ("gives", "field", "kind"),
    [
        ({"DealName": TEXT}, "DealName", str),
        ({"BigDealIds": TEXTS}, "BigDealIds", list),
        ({"NextLockToken": TEXT}, "NextLockToken", str),
        ({"CopyLedgerToken": TEXT}, "CopyLedgerToken", str),
        ({"StopTimestamp": TEXT}, "StopTimestamp", str),
        ({"Status": {"type": "string", "description": "Modification status. Valid values: success, failed."}}, "Status", str),
    ],
)
def test_orders_tokens_and_times_of_the_call_are_answered(gives: Schema, field: str, kind: type) -> None:
    with opened(tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, gives, "LedgerName")) as (world, rows):
        answer = call(world, "UpdateLedger", LedgerName=rows[0]["LedgerName"], Note="new")
    assert isinstance(answer[field], kind)
    assert answer[field] not in ("", [])


def test_a_thing_that_goes_by_its_name_has_the_arn_that_its_create_answers() -> None:
    with opened(tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"LedgerArn": TEXT}, "LedgerName", "Owner")) as (world, _):
        assert call(world, "CreateLedger", LedgerName="attic", Owner="me")["LedgerArn"].startswith("arn:")


def test_several_deleted_rows_are_answered_as_they_were() -> None:
    gives = {"DeletedLedgers": {"type": "array", "items": thing(LedgerName=TEXT, Owner=TEXT)}}
    with opened(tool("DeleteLedgers", {"LedgerNames": TEXTS}, gives, "LedgerNames")) as (world, rows):
        gone = [{"LedgerName": r["LedgerName"], "Owner": r["Owner"]} for r in rows[:2]]
        assert call(world, "DeleteLedgers", LedgerNames=[g["LedgerName"] for g in gone]) == {"DeletedLedgers": gone}
        assert len(call(world, "ListLedgers")["Ledgers"]) == len(rows) - 2


ATTRIBUTES: Schema = {"type": "array", "items": thing(Key=TEXT, Value=TEXT)}


def test_what_a_row_has_several_of_is_a_list_of_the_row() -> None:
    read = tool("DescribeLedgerAttributes", {"LedgerName": TEXT}, {"Attributes": ATTRIBUTES}, "LedgerName")
    env = world_of(read)
    (ledger,) = env.model.tables
    columns = {c.name for c in ledger.columns}
    assert not {"Key", "Value"} & columns
    assert "Attributes" in columns
    assert next(o.act for o in env.model.operations if o.name == read.name) == "get"


def test_changes_to_a_list_that_keeps_the_rest_are_no_new_list() -> None:
    update = tool("UpdateLedger", {"LedgerName": TEXT, "Members": TEXTS}, {}, "LedgerName", says="Updates a ledger. Any members that you do not modify retain their current values.")
    assert why("UpdateLedger", update) == "differences"


def test_a_required_argument_that_the_row_shows_is_stored_whatever_it_is_called() -> None:
    more = {**LEDGER, "ExpectedTurnover": TEXT}
    create = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "ExpectedTurnover": TEXT}, {"Ledger": thing(**more)}, "LedgerName", "Owner", "ExpectedTurnover")
    with opened(create, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**more)}, "LedgerName")) as (world, _):
        call(world, "CreateLedger", LedgerName="attic", Owner="me", ExpectedTurnover="high")
        assert call(world, "DescribeLedger", LedgerName="attic")["Ledger"]["ExpectedTurnover"] == "high"


def test_a_search_word_without_a_field_searches_the_name() -> None:
    takes = {"MaxResults": NUMBER, "NextToken": TEXT, "SearchWord": {"type": "string", "description": "Search keyword."}}
    with opened(tool("ListLedgers", takes, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}, "NextToken": TEXT})) as (world, rows):
        part = rows[0]["LedgerName"][:3]
        found = [r["LedgerName"] for r in call(world, "ListLedgers", SearchWord=part)["Ledgers"]]
    assert found == [r["LedgerName"] for r in rows if part in r["LedgerName"]]


def test_a_patch_cannot_change_what_is_immutable() -> None:
    body = {"name": TEXT, "purpose": {**TEXT, "description": "Immutable. What it is for."}, "title": TEXT}
    source = Source(vendor="google", service="books", operation="books.ledgers.patch", verb="PATCH", path="v1/{name}", in_path=("name",))
    patch = tool("patch", body, {}, "name").model_copy(update={"source": source})
    assert set(relaxed(patch).parameters["properties"]) == {"name", "title"}


@pytest.mark.parametrize("gives", [{"LedgerName": TEXT, "Deleted": FLAG}, {"Ledger": thing(**{**LEDGER, "Deleted": FLAG})}, {"Deleted": FLAG}], ids=["beside the id", "in the row", "alone"])
def test_a_delete_says_that_the_thing_is_gone(gives: dict[str, Schema]) -> None:
    read = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**{**LEDGER, "Deleted": FLAG})}, "LedgerName")
    tools = [t for t in BASE if t.name not in ("DeleteLedger", "DescribeLedger")]
    with opened(*tools, read, tool("DeleteLedger", {"LedgerName": TEXT}, gives, "LedgerName")) as (world, _):
        name = call(world, "ListLedgers")["Ledgers"][0]["LedgerName"]
        said = call(world, "DeleteLedger", LedgerName=name)
    assert said.get("Ledger", said)["Deleted"] is True


def test_what_was_done_is_no_failure() -> None:
    gives = {"FailedEntries": {"type": "array", "items": thing(LedgerName=NAMES, ErrorCode=TEXT)}, "FailedEntryCount": NUMBER}
    tools = [t for t in BASE if t.name != "DeleteLedger"]
    with opened(*tools, tool("BatchDeleteLedgers", {"LedgerNames": TEXTS}, gives, "LedgerNames")) as (world, _):
        names = [row["LedgerName"] for row in call(world, "ListLedgers")["Ledgers"]][:2]
        assert call(world, "BatchDeleteLedgers", LedgerNames=names) == {"FailedEntries": [], "FailedEntryCount": 0}


@pytest.mark.parametrize(
    ("asked", "every"),
    [
        ({"type": "string", "enum": ["cash", "stock", "ALL"], "description": "ALL (default) - shows all ledgers."}, "ALL"),
        ({"type": "string", "description": "The family, or '~all', which means all of them."}, "~all"),
        ({"type": "string", "description": 'The family. Specify "-" to list all ledgers.'}, "-"),
        ({"type": "string", "description": "The family; passing * returns all ledgers."}, "*"),
    ],
)
def test_a_value_that_means_every_row_narrows_nothing(asked: Schema, every: str) -> None:
    shown = {**LEDGER, "Family": {"type": "string", "enum": ["cash", "stock", "ALL"]}}
    rows = {"Ledgers": {"type": "array", "items": thing(**shown)}}
    tools = [t for t in BASE if t.name not in ("ListLedgers", "DescribeLedger")]
    get, listed = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {"Family": asked}, rows)
    with opened(*tools, get, listed) as (world, _):
        everything = call(world, "ListLedgers")["Ledgers"]
        assert call(world, "ListLedgers", Family=every)["Ledgers"] == everything
        assert 0 < len(call(world, "ListLedgers", Family="cash")["Ledgers"]) < len(everything)
        assert every != "ALL" or {row["Family"] for row in everything} == {"cash", "stock"}


@pytest.mark.parametrize(
    ("says", "column", "down"),
    [
        ("Lists the ledgers, sorted by owner.", "Owner", False),
        ("Lists ledgers. Results are ASCII-sorted by ledger name.", "LedgerName", False),
        ("Lists the ledgers, newest first.", "CreatedAt", True),
        ("Lists the ledgers in descending LedgerName order.", "LedgerName", True),
        ("Lists the ledgers. They can be sorted by owner.", None, False),
        ("Lists the ledgers, sorted by owner and then by note.", None, False),
        ("Lists the newest ledgers.", None, False),
    ],
)
def test_a_list_is_in_the_order_that_its_text_says(says: str, column: str | None, down: bool) -> None:
    shown = {**LEDGER, "CreatedAt": {"type": "string", "format": "date-time"}}
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}, says=says)
    found = next(f.operation for f in compile_tools("aws:books", {t.name: t for t in (BASE[0], listed)}).good.values() if f.operation.name == "ListLedgers")
    assert found.order == ((column, down) if column else None)


# ---- which fields answers have ------------------------------------------------------------------------------------


def test_what_is_only_taken_in_is_not_shown() -> None:
    secret = {"type": "string", "description": "Input only. The word that opens it."}
    shown = {**LEDGER, "Passphrase": secret, "Shade": {"type": "string", "description": "How dark it is; input only where it is grey."}}
    made = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Passphrase": secret, "Shade": shown["Shade"]}, {"Ledger": thing(**shown)}, "LedgerName", "Owner")
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})
    with opened(made, seen, listed) as (world, rows):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o", Passphrase="sesame", Shade="dark")["Ledger"]
        for row in (new, rows[0], call(world, "DescribeLedger", LedgerName="east")["Ledger"]):
            assert "Passphrase" not in row
            assert "Shade" in row


def test_fields_beside_each_other_are_two_columns() -> None:
    shown = {**LEDGER, "UpdateStatus": TEXT, "LedgerStatus": TEXT}
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})
    with opened(seen, listed) as (world, rows):
        assert {"Status", "UpdateStatus", "LedgerStatus"} <= rows[0].keys()
        assert call(world, "DescribeLedger", LedgerName=rows[0]["LedgerName"])["Ledger"].keys() == rows[0].keys()


def test_what_a_thing_is_to_become_is_what_it_becomes() -> None:
    shown = {**LEDGER, "TargetFamily": LEDGER["Family"]}
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})
    with opened(seen, listed, tool("UpdateLedger", {"LedgerName": TEXT, "TargetFamily": LEDGER["Family"]}, {}, "LedgerName")) as (world, rows):
        for family in ("cash", "stock"):
            call(world, "UpdateLedger", LedgerName=rows[0]["LedgerName"], TargetFamily=family)
            assert call(world, "DescribeLedger", LedgerName=rows[0]["LedgerName"])["Ledger"]["Family"] == family


def test_an_id_in_two_spellings_is_one_column() -> None:
    shown = {**LEDGER, "BookId": TEXT, "BookID": TEXT}
    seen = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    listed = tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})
    columns = {c.name for t in world_of(seen, listed).model.tables if t.name == "ledger" for c in t.columns}  # type: ignore[union-attr]
    assert len(columns & {"BookId", "BookID"}) == 1


def test_a_long_operation_has_a_name() -> None:
    done = {"name": TEXT, "done": FLAG, "response": {"type": "object", "additionalProperties": {}}, "error": thing(code=NUMBER)}
    with opened(tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT}, done, "LedgerName"), tool("DeleteLedger", {"LedgerName": TEXT}, done, "LedgerName")) as (world, rows):
        first = call(world, "UpdateLedger", LedgerName=rows[0]["LedgerName"], Owner="somebody")
        second = call(world, "DeleteLedger", LedgerName=rows[0]["LedgerName"])
        assert first["response"]["Owner"] == "somebody"
        assert first["name"].startswith("operations/")
        assert first["name"] != second["name"]
        assert second["done"]


@pytest.mark.parametrize(
    ("schema", "state"),
    [
        ({"type": "string", "examples": ["Active"]}, "Active"),
        ({"type": "string", "examples": ["CreateFailed"]}, None),
        ({"type": "string", "description": "How it is. Valid values: CREATING | AVAILABLE | DELETING."}, "AVAILABLE"),
        ({"type": "string", "enum": ["Failed", "Prepared", "NotPrepared"]}, "NotPrepared"),
        ({"type": "string", "enum": ["IDLE", "IN_USE", "DELETED"]}, "IDLE"),
        ({"type": "string", "enum": ["LOST", "DELETED"]}, None),
    ],
)
def test_a_new_thing_has_a_state(schema: Schema, state: str | None) -> None:
    shown = {**LEDGER, "Status": schema}
    tools = (tool(n, t.parameters["properties"], {k: ({"type": "array", "items": thing(**shown)} if k == "Ledgers" else thing(**shown)) for k in t.returns["properties"] if k != "NextToken"}, *t.parameters["required"]) for t in BASE[:4] if t.returns and (n := t.name))
    with opened(*tools) as (world, _):
        assert call(world, "CreateLedger", LedgerName="east", Owner="o", Members=[])["Ledger"]["Status"] == state
