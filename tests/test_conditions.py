"""What a call must agree with: bounds of a list, parents that are checked, states that a delete asks for, objects that are changed in part."""

from typing import Any

import pytest

from agentscaler.envs import compile_tools
from agentscaler.envs.arguments import writes_answer
from agentscaler.envs.drafts import Draft
from agentscaler.envs.states import required_state, target_state
from agentscaler.records import Argument, Operation, Source, Tool
from test_answers import BASE, LEDGER, NUMBER, TEXT, call, opened, thing, tool

Schema = dict[str, Any]
TIME: Schema = {"type": "string", "format": "date-time"}


def compiled(*tools: Tool) -> dict[str, Operation]:
    """Name -> what the tool does, of one service."""
    named = {f"t{i}": t for i, t in enumerate(tools)}
    return {f.operation.name: f.operation for f in compile_tools("aws:books", named).good.values()}


def argument(operation: Operation, name: str) -> Argument | None:
    return next((a for a in operation.arguments if a.name == name), None)


# ---- bounds of lists --------------------------------------------------------------------------------------------

TIMED = {**LEDGER, "StartedOn": TIME, "CompletedAt": TIME, "CreationTime": TIME}


def bounds(**takes: Schema) -> dict[str, tuple[str, str | None]]:
    read = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**TIMED)}, "LedgerName")
    found = compiled(BASE[0], read, tool("ListLedgers", takes, {"Ledgers": {"type": "array", "items": thing(**TIMED)}}))["ListLedgers"]
    return {(a.name if outer is a else f"{outer.name}.{a.name}"): (a.role, a.column) for outer in found.arguments for a in (outer, *outer.inside) if a.column}


@pytest.mark.parametrize(
    ("name", "role", "column"),
    [
        ("StartedAfter", "since", "StartedOn"),
        ("StartedBefore", "until", "StartedOn"),
        ("StartTimeEnd", "until", "StartedOn"),
        ("ByCompleteBefore", "until", "CompletedAt"),
        ("CreatedAfter", "since", "CreationTime"),
        ("StartTime", "since", "CreationTime"),
        ("EndTime", "until", "CreationTime"),
    ],
)
def test_a_bound_is_of_the_time_it_names(name: str, role: str, column: str) -> None:
    found = bounds(**{name: TIME})
    assert found[name][0] == role
    assert found[name][1] == column or name in ("StartTime", "EndTime")


def test_two_bounds_of_one_time_do_not_undo_each_other() -> None:
    assert bounds(StartedAfter=TIME, StartedBefore=TIME) == {"StartedAfter": ("since", "StartedOn"), "StartedBefore": ("until", "StartedOn")}


def test_a_bound_of_a_time_that_no_row_shows_narrows_nothing() -> None:
    assert bounds(ModifiedAfter=TIME) == {}


def test_a_bound_inside_an_object_is_of_the_time_the_object_names() -> None:
    span = thing(beforeTimestamp=TIME, afterTimestamp=TIME)
    found = bounds(completedAtFilter=span, creationTimeFilter=span)
    assert found["completedAtFilter.beforeTimestamp"] == ("until", "CompletedAt")
    assert found["creationTimeFilter.afterTimestamp"] == ("since", "CreationTime")


def test_what_a_target_is_called_is_not_the_key_of_the_thing() -> None:
    draft = Draft(("rule",), [])
    draft.force("RuleId", TEXT)
    assert draft.find("TargetId") is None
    assert draft.find("NewRuleId") == "RuleId"


# ---- how an answer is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "steers"),
    [
        ("Encoding", "Specifies the public key encoding format to use in the response.", True),
        ("OutputFormat", "The format of the output.", True),
        ("Format", "The format of the packages. Only packages of this format are returned.", False),
        ("SourceFormat", "Filters the results by source data format.", False),
        ("Encoding", "The encoding of the file.", False),
    ],
)
def test_the_format_of_an_answer_is_no_property(name: str, text: str, steers: bool) -> None:
    assert writes_answer(name, {"type": "string", "description": text}) == steers


def test_a_key_is_found_in_whatever_encoding_it_is_asked_for() -> None:
    row = {**LEDGER, "Encoding": {"type": "string", "enum": ["SSH", "PEM"]}}
    asked = {"type": "string", "enum": ["SSH", "PEM"], "description": "The encoding to use in the response."}
    with opened(tool("DescribeLedger", {"LedgerName": TEXT, "Encoding": asked}, {"Ledger": thing(**row)}, "LedgerName", "Encoding")) as (world, ledgers):
        for encoding in ("SSH", "PEM"):
            call(world, "DescribeLedger", LedgerName=ledgers[0]["LedgerName"], Encoding=encoding)


# ---- parents ----------------------------------------------------------------------------------------------------

RACK = {"RackId": TEXT, "RackName": TEXT}
BOX = {"BoxId": TEXT, "RackId": TEXT, "Label": TEXT, "Status": {"type": "string", "enum": ["RUNNING", "STOPPED"]}}
STORE = (
    tool("CreateRack", {"RackName": TEXT}, {"Rack": thing(**RACK)}, "RackName"),
    tool("DescribeRack", {"RackId": TEXT}, {"Rack": thing(**RACK)}, "RackId"),
    tool("ListRacks", {}, {"Racks": {"type": "array", "items": thing(**RACK)}}),
    tool("CreateBox", {"RackId": TEXT, "Label": TEXT}, {"Box": thing(**BOX)}, "RackId", "Label"),
    tool("DescribeBox", {"BoxId": TEXT}, {"Box": thing(**BOX)}, "BoxId"),
    tool("ListBoxes", {}, {"Boxes": {"type": "array", "items": thing(**BOX)}}),
)


def test_an_action_checks_the_parent_it_is_given() -> None:
    stop = tool("StopBox", {"BoxId": TEXT, "RackId": TEXT}, {}, "BoxId", "RackId")
    found = argument(compiled(*STORE, stop)["StopBox"], "RackId")
    assert found is not None
    assert (found.role, found.column) == ("match", "RackId")
    with opened(*STORE, stop) as (world, _):
        boxes = call(world, "ListBoxes")["Boxes"]
        box = next(b for b in boxes if b["Status"] == "RUNNING")
        other = next(s["RackId"] for s in call(world, "ListRacks")["Racks"] if s["RackId"] != box["RackId"])
        assert world.call("StopBox", {"BoxId": box["BoxId"], "RackId": other}).error.code == "not_found"
        call(world, "StopBox", BoxId=box["BoxId"], RackId=box["RackId"])
        assert call(world, "DescribeBox", BoxId=box["BoxId"])["Box"] == box | {"Status": "STOPPED"}


def test_an_optional_new_parent_is_written() -> None:
    found = argument(compiled(*STORE, tool("UpdateBox", {"BoxId": TEXT, "RackId": TEXT, "Label": TEXT}, {}, "BoxId"))["UpdateBox"], "RackId")
    assert found is not None
    assert found.role == "value"


def test_an_update_checks_what_the_get_asks_for_too() -> None:
    get = tool("DescribeBox", {"BoxId": TEXT, "Label": TEXT, "RackId": TEXT}, {"Box": thing(**BOX)}, "BoxId")
    update = tool("UpdateBox", {"BoxId": TEXT, "RackId": TEXT, "Label": TEXT}, {}, "BoxId", "RackId")
    optional = argument(compiled(*STORE, get, update)["UpdateBox"], "RackId")
    assert optional is not None
    assert optional.role == "value", "a get that may be told asks for nothing"


# ---- objects ----------------------------------------------------------------------------------------------------

PLACE = thing(Bucket=TEXT, Prefix=TEXT, Freshness=NUMBER)
PLACED = {**LEDGER, "Place": PLACE}


WHOLE = {**PLACE, "required": ["Bucket"]}
PART = {**PLACE, "description": "Only the fields that you specify are changed."}
OVER = "Updates a ledger. The existing details are fully overwritten; this fully overwrites the ledger."


@pytest.mark.parametrize(
    ("made", "given", "says", "kept"),
    [
        (WHOLE, PLACE, "Updates a ledger.", True),
        (PLACE, PART, "Updates a ledger.", True),
        (thing(Bucket=TEXT, Prefix=TEXT, Freshness=NUMBER, Region=TEXT), PLACE, "Updates a ledger.", True),
        (WHOLE, PLACE, OVER, False),
        (PLACE, PLACE, "Updates a ledger.", False),
        (WHOLE, {**PLACE, "required": ["Freshness", "Bucket"]}, "Updates a ledger.", False),
    ],
    ids=["asks for less", "says so", "has less", "overwrites", "what the create takes", "asks for as much"],
)
def test_an_update_of_a_part_leaves_the_rest(made: Schema, given: Schema, says: str, kept: bool) -> None:
    create = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Place": made}, {"Ledger": thing(**PLACED)}, "LedgerName", "Owner")
    update = tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Place": given}, {"Ledger": thing(**PLACED)}, "LedgerName", says=says)
    with opened(create, update, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**PLACED)}, "LedgerName")) as (world, _):
        new = {"Freshness": 5, "Bucket": "c"} if given.get("required") else {"Freshness": 5}
        call(world, "CreateLedger", LedgerName="own", Owner="Ana", Place={"Bucket": "b", "Prefix": "p"})
        call(world, "UpdateLedger", LedgerName="own", Place=new)
        assert call(world, "DescribeLedger", LedgerName="own")["Ledger"]["Place"] == ({"Bucket": "b", "Prefix": "p", **new} if kept else new)


def test_another_kind_of_thing_takes_the_place_of_the_old() -> None:
    with opened() as (world, _):
        merged = world.db.merged
        assert merged({"S3": {"Bucket": "b"}}, {"Http": {"Url": "u"}}) == {"Http": {"Url": "u"}}, "one choice for another"
        assert merged({"Type": "s3", "Bucket": "b"}, {"Type": "http"}) == {"Type": "http"}
        assert merged({"A": {"x": 1, "y": 2}, "B": 1}, {"A": {"y": 3}}) == {"A": {"x": 1, "y": 3}, "B": 1}
        assert merged(None, {"A": 1}) == {"A": 1}


# ---- states -----------------------------------------------------------------------------------------------------


def drafted(column: str, *choices: str) -> Draft:
    draft = Draft(("ledger",), [])
    draft.force(column, {"type": "string", "enum": list(choices)}).shown = True
    return draft


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("Deletes a ledger. Only disabled ledgers can be deleted.", ("DISABLED",)),
        ("You can delete a ledger only if its current status is FAILED or DISABLED.", ("DISABLED", "FAILED")),
        ("You can't delete a ledger with an ACTIVE status.", ("DISABLED", "FAILED", "PENDING_ACCEPTANCE", "PENDING", "DELETED")),
        ("Before you can delete a ledger, you must disable it.", ("DISABLED",)),
        ("The ledger must be in the pendingAcceptance state.", ("PENDING_ACCEPTANCE",)),
        ("To delete an active ledger, you must first disable it.", ("DISABLED", "FAILED", "PENDING_ACCEPTANCE", "PENDING", "DELETED")),
        ("If the ledger is in use, you must disable it before deleting it.", None),
        ("You must ensure that no active entries use a ledger before you delete it.", None),
        ("Deletes a ledger. A ledger that is deleted cannot be restored.", None),
        ("Deletes an active ledger.", None),
    ],
)
def test_a_delete_asks_for_the_state_its_text_asks_for(text: str, allowed: tuple[str, ...] | None) -> None:
    found = required_state(text, drafted("Status", "ACTIVE", "DISABLED", "FAILED", "PENDING_ACCEPTANCE", "PENDING", "DELETED"))
    assert (found.only_from if found else None) == allowed


def runs(verb: str, *states: str, says: str = "", of_id: str = "") -> tuple[Any, ...]:
    """The states from which one verb may move a run, whose states are these."""
    run = {"RunId": TEXT, "Label": TEXT, "Status": {"type": "string", "enum": list(states)}}
    named = {"RunId": {**TEXT, "description": of_id}}
    made = tool("CreateRun", {"Label": TEXT}, {"Run": thing(**run)}, "Label")
    read = tool("DescribeRun", {"RunId": TEXT}, {"Run": thing(**run)}, "RunId")
    return compiled(made, read, tool(f"{verb.title()}Run", named, {}, "RunId", says=says or f"{verb.title()}s a run."))[f"{verb.title()}Run"].only_from


@pytest.mark.parametrize(
    ("verb", "states", "says", "of_id", "starts"),
    [
        ("cancel", ("WAITING", "DONE_WELL", "COMPLETED", "CANCELLED", "EXPIRED"), "", "", ("WAITING", "DONE_WELL")),
        ("disable", ("ENABLED", "DISABLED", "DESTROYED"), "", "", ("ENABLED",)),
        ("disable", ("ENABLED", "DISABLED", "COMPLETED"), "", "", ()),
        ("restore", ("AVAILABLE", "DELETED"), "", "", ()),
        ("cancel", ("pending_approval", "pending_review", "submitted", "canceled"), "Cancel a pending run.", "", ("pending_approval", "pending_review")),
        ("cancel", ("pending_approval", "submitted", "canceled"), "Cancels a run in a pending_approval state.", "", ("pending_approval",)),
        ("cancel", ("DRAFT", "STARTED", "HALF_DONE", "CANCELED"), "", "The ID of the run to cancel. Must be in STARTED or HALF_DONE status.", ("STARTED", "HALF_DONE")),
    ],
)
def test_what_is_over_is_not_moved_and_the_text_goes_first(verb: str, states: tuple[str, ...], says: str, of_id: str, starts: tuple[str, ...]) -> None:
    assert runs(verb, *states, says=says, of_id=of_id) == starts


@pytest.mark.parametrize(
    ("name", "schema", "allowed"),
    [
        ("DeletionProtection", {"type": "boolean"}, (0, None)),
        ("TerminationProtectionEnabled", {"type": "boolean"}, (0, None)),
        ("DeletionProtection", {"type": "string", "enum": ["ENABLED", "DISABLED"]}, ("DISABLED", None)),
        ("ProtectedFromScaleIn", {"type": "boolean"}, ()),
        ("DeletionProtection", {"type": "string", "enum": ["none", "prevent-force", "prevent-all"]}, ()),
    ],
)
def test_what_is_protected_is_not_deleted(name: str, schema: Schema, allowed: tuple[Any, ...]) -> None:
    shown = {"Ledger": thing(**{**LEDGER, name: schema})}
    get = tool("DescribeLedger", {"LedgerName": TEXT}, shown, "LedgerName")
    assert compiled(BASE[0], get, tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName"))["DeleteLedger"].only_from == allowed


def test_what_is_active_is_not_deleted() -> None:
    delete = tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says="Deletes a ledger. Only closed ledgers can be deleted.")
    with opened(delete) as (world, ledgers):
        named = {x["Status"]: x["LedgerName"] for x in ledgers}
        assert world.call("DeleteLedger", {"LedgerName": named["ACTIVE"]}).error.code == "wrong_state"
        call(world, "DeleteLedger", LedgerName=named["CLOSED"])


def test_a_state_inside_an_object_is_moved_with_what_is_said_of_it() -> None:
    draft = Draft(("ledger",), [])
    state = thing(Code={"type": "string", "enum": ["running", "stopped"]}, Message=TEXT, Since=TEXT)
    draft.force("Status", state).shown = True
    move = target_state("stop", draft)
    assert (move.column, move.value, move.inside) == ("Status", "stopped", ("Code", "Message"))


def test_a_state_inside_an_object_is_moved_in_the_world() -> None:
    state = thing(Code={"type": "string", "enum": ["running", "stopped"]}, Reason=TEXT)
    row = {"LedgerName": TEXT, "Owner": TEXT, "State": state}
    stop = tool("StopLedger", {"LedgerName": TEXT}, {}, "LedgerName")
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**row)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**row)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**row)}}),
        tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**row)}, "LedgerName"),
    )
    with opened(*tools, stop) as (world, ledgers):
        running = next(x for x in ledgers if (x["State"] or {}).get("Code") == "running")
        call(world, "StopLedger", LedgerName=running["LedgerName"])
        assert call(world, "DescribeLedger", LedgerName=running["LedgerName"])["Ledger"]["State"] == {"Code": "stopped"}
        assert world.call("StopLedger", {"LedgerName": running["LedgerName"]}).error.code == "wrong_state"


# ---- keys and ties ----------------------------------------------------------------------------------------------


def test_an_id_that_is_an_arn_names_the_row_that_goes_by_its_arn() -> None:
    page = {"PageArn": TEXT, "Subject": TEXT, "Sender": TEXT}
    asked = {"type": "string", "description": "The Amazon Resource Name (ARN) of the page."}
    reads = (tool("ListPages", {}, {"Pages": {"type": "array", "items": thing(**page)}}), tool("DescribePage", {"PageId": asked}, page, "PageId"))
    found = argument(compiled(*reads)["DescribePage"], "PageId")
    assert found is not None
    assert (found.role, found.column) == ("key", "PageArn")


def test_what_nothing_else_makes_is_made_by_tying_it() -> None:
    domain = {"DomainName": TEXT, "Certificate": TEXT, "RackId": TEXT}
    reads = tool("DescribeCustomDomains", {"RackId": TEXT}, {"CustomDomains": {"type": "array", "items": thing(**domain)}}, "RackId")
    takes = {"RackId": TEXT, "DomainName": TEXT}
    acts = {n: o.act for n, o in compiled(*STORE, reads, tool("AssociateCustomDomain", takes, {}, *takes), tool("DisassociateCustomDomain", takes, {}, *takes)).items()}
    assert (acts.get("AssociateCustomDomain"), acts.get("DisassociateCustomDomain")) == ("create", "delete")


def test_the_profile_that_every_path_begins_with_is_no_key() -> None:
    def google(collection: str, method: str, verb: str, path: str, takes: Schema, gives: Schema, *required: str) -> Tool:
        in_path = tuple(p for p in takes if "{" + p + "}" in path)
        source = Source(vendor="google", service="ads", operation=f"ads.{collection}.{method}", verb=verb, path=path, in_path=in_path)
        made = tool(f"{collection}_{method}", takes, gives, *required, verb=verb)
        return made.model_copy(update={"source": source})

    row = {"id": TEXT, "title": TEXT, "colour": TEXT}
    tools = [google("userProfiles", "get", "GET", "userprofiles/{profileId}", {"profileId": TEXT}, {"profileId": TEXT, "userName": TEXT}, "profileId")]
    for noun in ("creative", "campaign", "site", "banner", "audience", "keyword", "landing"):
        path = f"userprofiles/{{profileId}}/{noun}s"
        tools += [
            google(f"{noun}s", "list", "GET", path, {"profileId": TEXT}, {f"{noun}s": {"type": "array", "items": thing(**row)}}, "profileId"),
            google(f"{noun}s", "get", "GET", path + "/{id}", {"profileId": TEXT, "id": TEXT}, row, "profileId", "id"),
            google(f"{noun}s", "insert", "POST", path, {"profileId": TEXT, "title": TEXT}, row, "profileId", "title"),
        ]
    found = {f.operation.name: f.operation for f in compile_tools("google:ads", {f"t{i}": t for i, t in enumerate(tools)}).good.values()}
    profile, key = argument(found["creatives_get"], "profileId"), argument(found["creatives_get"], "id")
    assert profile is not None
    assert key is not None
    assert (profile.role, key.role, key.column) == ("within", "key", "id")




# ---- what a first reading of forty tools found ------------------------------------------------------------------


def test_an_update_that_asks_for_all_fields_empties_the_rest() -> None:
    says = "Modifies a ledger. Include both fields that you want to keep and fields that you want to change."
    with opened(tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says=says)) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, Owner="Ana", Note="x")
        assert call(world, "UpdateLedger", LedgerName=name, Owner="Ben")["Ledger"]["Note"] is None


def test_a_switch_is_the_same_however_it_is_said() -> None:
    draft = Draft(("export",), [])
    draft.force("isCopyEnabled", {"type": "boolean"})
    draft.force("copyState", TEXT)
    assert draft.find("enableCopy") == "isCopyEnabled"
    assert draft.find("enableMove") is None


def test_a_delete_of_one_version_says_nothing_of_the_row() -> None:
    row = {**LEDGER, "LedgerVersion": TEXT}
    read = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**row)}, "LedgerName")
    found = compiled(*(t for t in BASE if t.name not in ("DescribeLedger", "DeleteLedger")), read, tool("DeleteLedger", {"LedgerName": TEXT, "LedgerVersion": TEXT}, {}, "LedgerName"))
    assert argument(found["DeleteLedger"], "LedgerVersion") is None
