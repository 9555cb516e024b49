"""What a service keeps by itself: times, ids, versions and counts that no caller sets, the first state, a replacement, what schema.sql says of it."""

from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.kept import guards_change, id_of_name, keep, kept_by_service
from agentscaler.envs.place import Place
from agentscaler.envs.states import first_code, new_state, required_state
from agentscaler.records import EnvSpec
from agentscaler.world import World
from test_answers import LEDGER, NUMBER, TEXT, call, opened, thing, tool, world_of
from test_new_rows import code
from test_structure import google

TIME = {"type": "string", "format": "date-time"}


def of(text: str, **more: Any) -> dict[str, Any]:
    return {**TEXT, "description": text, **more}


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("listSize", "Number of users in the list. This is a read-only field.", True),
        ("accountId", "ID of the account. This is a read-only, auto-generated field.", True),
        ("id", "**Read only** The ID of the job.", True),
        ("lastSync", "When it was last synchronized (Read-only)", True),
        ("link", "Absolute link to it. Read-only.", True),
        ("createdOn", "The date the item was created", True),
        ("updated_at", "The timestamp when the group was last updated, in RFC 3339 format.", True),
        ("last_published", "The date the item was last published", True),
        ("role", "READER: a user who has read-only access to dashboards.", False),
        ("groupName", "Read-only group name.", False),
        ("ReadOnly", "Whether it is read-only. Valid values: true, false.", False),
        ("Permission", "Read/write permission: RO (read-only), RW (read & write).", False),
        ("date_created", "The date to assign to the resource as the date it was created.", False),
        ("lastUpdatedAt", "When the test was last updated. Used as a concurrency token.", False),
        ("createTime", "", False),
        ("dueTime", "When it was created to be done.", False),
    ],
)
def test_a_field_that_no_caller_sets_is_told_by_its_description(name: str, text: str, kept: bool) -> None:
    assert kept_by_service(name, of(text), new=True) is kept


def test_what_is_fixed_after_it_was_made_may_be_given_then() -> None:
    fixed = of("Type of the group. This is a required field that is read-only after insertion.")
    assert not kept_by_service("type", fixed, new=True)
    assert kept_by_service("type", fixed, new=False)
    assert kept_by_service("created", TEXT, new=True, inside=True), "an object that is the whole row shows it, and does not ask for it"


def test_an_update_moves_its_own_time_and_no_caller_does() -> None:
    updated, seen = of("The date the ledger was last updated", format="date-time"), of("The date the ledger was last seen", format="date-time")
    shown = {**LEDGER, "LastUpdated": updated, "LastSeenTime": seen, "PasswordUpdatedAt": TIME}
    changes = tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "LastUpdated": updated}, {"Ledger": thing(**shown)}, "LedgerName")
    with opened(changes, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})) as (world, ledgers):
        name, old = ledgers[0]["LedgerName"], ledgers[0]
        assert code(world, "UpdateLedger", LedgerName=name, LastUpdated="2001-01-01T00:00:00Z") == "invalid_arguments"
        new = call(world, "UpdateLedger", LedgerName=name, Note="other")["Ledger"]
        assert new["LastUpdated"] == world.db.now != old["LastUpdated"]
        assert (new["LastSeenTime"], new["PasswordUpdatedAt"]) == (old["LastSeenTime"], old["PasswordUpdatedAt"]), "what another deed changes"


def test_a_change_tells_who_it_was() -> None:
    shown = {**LEDGER, "CreatedBy": TEXT, "LastModifiedBy": TEXT}
    made = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner")
    changes = tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    with opened(made, changes, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})) as (world, ledgers):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        assert new["CreatedBy"] == new["LastModifiedBy"]
        assert all("@" in new[c] for c in ("CreatedBy", "LastModifiedBy"))
        other = next(x for x in ledgers if x["LastModifiedBy"] != new["LastModifiedBy"])
        changed = call(world, "UpdateLedger", LedgerName=other["LedgerName"], Note="n")["Ledger"]
        assert (changed["LastModifiedBy"], changed["CreatedBy"]) == (new["LastModifiedBy"], other["CreatedBy"])


def test_a_deed_tells_when_it_was_last_done() -> None:
    shown = {**LEDGER, "Status": {"type": "string", "enum": ["STOPPED", "RUNNING"]}, "LastStartTime": TIME, "StatusChangedAt": TIME, "LastSeenTime": TIME}
    with opened(tool("StartLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})) as (world, ledgers):
        old = next(x for x in ledgers if x["Status"] == "STOPPED")
        new = call(world, "StartLedger", LedgerName=old["LedgerName"])["Ledger"]
        assert (new["Status"], new["LastStartTime"], new["StatusChangedAt"]) == ("RUNNING", world.db.now, world.db.now)
        assert new["LastSeenTime"] == old["LastSeenTime"]


GROWING = {**NUMBER, "description": "The current version. It is incremented with each update. Used for optimistic concurrency control."}


@pytest.mark.parametrize("required", [(), ("Version",)])
def test_a_version_is_checked_and_grows(required: tuple[str, ...]) -> None:
    shown = {**LEDGER, "Version": GROWING}
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
        tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "Version": GROWING}, {"Ledger": thing(**shown)}, "LedgerName", *required),
    )
    with opened(*tools) as (world, _):
        assert call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]["Version"] == 1
        assert call(world, "UpdateLedger", LedgerName="east", Note="a", Version=1)["Ledger"]["Version"] == 2
        assert code(world, "UpdateLedger", LedgerName="east", Note="b", Version=1) == ("not_found" if required else "conflict")
        assert call(world, "DescribeLedger", LedgerName="east")["Ledger"]["Note"] == "a"
        assert call(world, "UpdateLedger", LedgerName="east", Note="c", Version=2)["Ledger"]["Version"] == 3
    assert not guards_change("Version", of("The version of the engine."))


def kept(name: str, schema: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe of a column of a ledger, as the service keeps it."""
    draft = Draft(("ledger",), [])
    recipes = {name: recipe}
    keep(recipes, Place("ledger", draft, "aws:books", frozenset(), {name: draft.force(name, schema)}))
    return recipes[name]


@pytest.mark.parametrize(
    ("name", "schema", "recipe", "fill"),
    [
        ("MemberCount", {**NUMBER, "description": "Number of members."}, {"number": [0, 40]}, "0"),
        ("VersionCount", NUMBER, {"number": [0, 40]}, "1"),
        ("EntryCount", NUMBER, {"children": "entry.LedgerName"}, "0"),
        ("NodeCount", NUMBER, {"of": [1, 2, 3]}, None),
        ("LatestVersion", NUMBER, {"number": [1, 14]}, "1"),
        ("LedgerVersion", of("The version of the ledger."), {"given": ["1", "2"]}, "1"),
        ("Version", of("The version of the ledger software."), {"given": ["1", "2"]}, None),
        ("ResourceType", TEXT, {"choice": [["LEDGER", 1]]}, "LEDGER"),
        ("Owner", TEXT, {"given": ["ann", "bob"]}, None),
        ("CreatedBy", of("Who made it."), {"words": [["ann", "bob"], ["@x.example"]], "join": ""}, "ann@x.example"),
        ("UpdatedBy", of("Who changed it."), {"mix": [{"template": "arn:{account}:a"}, {"template": "arn:{account}:b"}]}, "arn:{account}:a"),
        ("CreatedBy", of("The account that created it."), {"words": [["ann", "bob"]]}, "{account}"),
        ("ManagedBy", TEXT, {"words": [["ann", "bob"]]}, None),
        ("Zone", TEXT, {"given": ["a"], "invented": True}, None),
    ],
)
def test_what_a_new_row_begins_with(name: str, schema: dict[str, Any], recipe: dict[str, Any], fill: str | None) -> None:
    assert kept(name, schema, recipe).get("fill") == fill


def test_an_id_beside_the_name_is_made_and_one_that_the_caller_chooses_is_his() -> None:
    assert kept("uid", TEXT, {"id": "{uuid}"})["generated"]
    path = "v1/projects/{projectsId}/groups"
    one = path + "/{groupsId}"
    tools = {
        "a": google("s.projects.groups.create", path, verb="POST", takes="parent! groupId! colour", gives="name id colour"),
        "b": google("s.projects.groups.get", one, gives="name id colour"),
        "c": google("s.projects.groups.list", path, takes="parent!", gives="name id colour", many="groups"),
        "d": google("s.projects.groups.delete", one, verb="DELETE"),
    }
    with World.open(built(tools), seed=1) as world:
        rows = world.rows("group")
        assert all(r["name"].rsplit("/", 1)[1] == r["id"] for r in rows)
        new = call(world, "s.projects.groups.create", parent=rows[0]["parent"], groupId="mine")
        assert (new["id"], new["name"]) == ("mine", f"{rows[0]['parent']}/groups/mine")


def built(tools: dict[str, Any]) -> EnvSpec:
    group = next(iter(tools.values())).source.group
    return build_env(one_domain(tools, "s"), tools, {group: compile_tools(group, tools)}).env


def test_an_id_that_the_server_makes_is_not_the_caller_s() -> None:
    draft = Draft(("group",), [])
    draft.segment = "groups"
    draft.force("id", of("System-generated unique identifier.")).shown = True
    assert id_of_name(draft) is None


def state(name: str, schema: dict[str, Any]) -> tuple[Draft, Col]:
    draft = Draft(("ledger",), [])
    column = draft.force(name, schema)
    column.shown = True
    return draft, column


@pytest.mark.parametrize(
    ("choices", "first"),
    [
        ("PENDING_VALIDATION ISSUED FAILED", "PENDING_VALIDATION"),
        ("create-in-progress create-complete modify-complete delete-complete", "create-complete"),
        ("CREATION_IN_PROGRESS UPDATE_SUCCESSFUL CREATION_SUCCESSFUL", "CREATION_SUCCESSFUL"),
        ("REGISTERING REGISTERED DEREGISTERED", "REGISTERED"),
        ("UNASSIGNED ASSIGNING ASSIGNED", "UNASSIGNED"),
        ("IN_PROGRESS APPROVED REJECTED", "IN_PROGRESS"),
        ("LOST STOLEN", None),
    ],
)
def test_a_new_thing_begins_in_the_state_its_enum_has_for_it(choices: str, first: str | None) -> None:
    draft, _ = state("LedgerStatus", {"type": "string", "enum": choices.split()})
    assert new_state(draft, {}, job=False).get("LedgerStatus") == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("0: Creating, 1: Running, 2: Deleting", 1),
        ("Valid values: 1001: not started; 1002: in progress.", None),
        ("Task status 0 not started 1 running 2 completed.", 0),
        ("0 = under review, 1 = approved", 0),
        ("How many there are.", None),
    ],
)
def test_a_new_thing_begins_with_the_code_of_its_state(text: str, first: int | None) -> None:
    draft, column = state("Status", {**NUMBER, "description": text})
    assert first_code(column, job=False) == first
    assert new_state(draft, {}, job=False).get("Status") == first


def begins(verb: str, states: str, *deeds: str, **shown: Any) -> dict[str, Any]:
    """What the first state of a visit is that a verb makes, and that has such deeds."""
    visit = {"VisitId": TEXT, "Topic": TEXT, "Status": {"type": "string", "enum": states.split()}, **shown}
    tools = [tool(f"{verb}Visit", {"Topic": TEXT}, {"Visit": thing(**visit)}, "Topic"), tool("DescribeVisit", {"VisitId": TEXT}, {"Visit": thing(**visit)}, "VisitId")]
    named = {t.name: t for t in (*tools, *(tool(f"{deed}Visit", {"VisitId": TEXT}, {}, "VisitId") for deed in deeds))}
    made = compile_tools("aws:books", named).good[f"{verb}Visit"].operation.sets
    return {c: v for c, v in made.items() if c in ("Status", "SecondaryStatus", "Active")}


@pytest.mark.parametrize(
    ("verb", "states", "deeds", "first"),
    [
        ("Book", "booked confirmed completed cancelled no_show", ["Cancel", "Confirm"], "booked"),
        ("Create", "booked confirmed completed cancelled no_show", ["Cancel", "Confirm"], "booked"),
        ("Create", "confirmed planned completed", ["Cancel", "Confirm"], "planned"),
        ("Create", "IN_PROGRESS COMPLETED FAILED", [], "COMPLETED"),
        ("Create", "IN_PROGRESS COMPLETED FAILED STOPPED", ["Stop"], "IN_PROGRESS"),
        ("Create", "FAILED SUCCEEDED INCOMPLETE SYNCING", ["Stop"], "SYNCING"),
        ("Create", "WAITING IN_PROGRESS COMPLETED CANCELLED", ["Start", "Cancel"], "WAITING"),
        ("Create", "requires_action requires_capture requires_topic succeeded", ["Cancel"], "requires_topic"),
        ("Create", "ACTIVE PENDING CANCELLED", ["Cancel"], "ACTIVE"),
    ],
)
def test_what_can_be_cancelled_or_is_booked_is_not_over_when_it_is_made(verb: str, states: str, deeds: list[str], first: str) -> None:
    assert begins(verb, states, *deeds)["Status"] == first


def test_why_something_was_done_is_kept_where_the_row_has_a_place_for_it() -> None:
    visit = {"VisitId": TEXT, "Topic": TEXT, "Status": {"type": "string", "enum": ["BOOKED", "CANCELLED"]}}
    reads = {"DescribeVisit": visit | {"CancellationReason": TEXT}, "DescribeBareVisit": visit}
    for shown, column in (reads["DescribeVisit"], "CancellationReason"), (reads["DescribeBareVisit"], None):
        named = (tool("DescribeVisit", {"VisitId": TEXT}, {"Visit": thing(**shown)}, "VisitId"), tool("CreateVisit", {"Topic": TEXT}, {"Visit": thing(**shown)}, "Topic"), tool("CancelVisit", {"VisitId": TEXT, "Reason": TEXT}, {}, "VisitId", "Reason"))
        found = compile_tools("aws:books", {t.name: t for t in named})
        cancel = found.good.get("CancelVisit")
        assert (cancel and {a.name: a.column for a in cancel.operation.arguments}["Reason"]) == column
        assert cancel or found.lost["CancelVisit"] == "unknown_argument"


def test_a_second_state_goes_with_the_first() -> None:
    second = {"type": "string", "enum": ["Starting", "Training", "Completed", "Failed"]}
    assert begins("Create", "InProgress Completed", "Stop", SecondaryStatus=second) == {"Status": "InProgress", "SecondaryStatus": "Starting"}
    assert begins("Create", "InProgress Completed", SecondaryStatus=second) == {"Status": "Completed", "SecondaryStatus": "Completed"}


def test_a_new_thing_is_active_unless_something_is_to_be_done_first() -> None:
    flag = {"type": "boolean"}
    assert begins("Create", "LOST STOLEN", Active=flag)["Active"] == 1
    assert "Active" not in begins("Create", "LOST STOLEN", "Activate", Active=flag)
    assert "Active" not in begins("Create", "LOST STOLEN", Active={**flag, "description": "Nobody is active until they have signed in."})


def test_a_state_inside_an_object_and_one_that_is_told_later_begin_too() -> None:
    inside = thing(Code={"type": "string", "enum": ["creating", "active", "failed"]}, Message=TEXT)
    shown = {n: s for n, s in LEDGER.items() if n != "Status"} | {"LedgerState": inside, "Status": TEXT}
    says = {"type": "string", "enum": ["PUBLISHED", "HIDDEN"]}
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {"Status": says}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
    )
    with opened(*tools) as (world, _):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        assert new["LedgerState"] == {"Code": "active"}
        assert new["Status"] == "PUBLISHED"


def test_what_begins_active_was_activated_then() -> None:
    shown = {**LEDGER, "Status": {"type": "string", "enum": ["ACTIVE", "INACTIVE"]}, "ActivatedAt": {"type": "integer", "description": "When it was activated, in seconds since the epoch."}}
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ActivateLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
    )
    with opened(*tools) as (world, _):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        assert new["Status"] == "ACTIVE"
        assert isinstance(new["ActivatedAt"], int)


def test_a_put_beside_a_patch_replaces() -> None:
    path = "v1/projects/{projectsId}/groups"
    one = path + "/{groupsId}"
    tools = {
        "a": google("s.projects.groups.update", one, verb="PUT", takes="name! colour size", gives="name colour size"),
        "b": google("s.projects.groups.patch", one, verb="PATCH", takes="name! colour size", gives="name colour size"),
        "c": google("s.projects.groups.get", one, gives="name colour size"),
        "d": google("s.projects.groups.list", path, takes="parent!", gives="name colour size", many="groups"),
    }
    with World.open(built(tools), seed=1) as world:
        name = world.rows("group")[0]["name"]
        call(world, "s.projects.groups.patch", name=name, colour="red", size="small")
        assert call(world, "s.projects.groups.patch", name=name, colour="blue")["size"] == "small"
        assert call(world, "s.projects.groups.update", name=name, colour="green")["size"] is None


def test_deleting_is_allowed_in_the_states_that_are_listed() -> None:
    draft, _ = state("Status", {"type": "string", "enum": ["ACTIVE", "CREATING", "DELETING", "DELETING_FAILED"]})
    listed = required_state("You can delete a ledger only if it is in one of the following states: ACTIVE, DELETING or DELETING_FAILED.", draft)
    assert listed is not None
    assert set(listed.only_from) == {"ACTIVE", "DELETING", "DELETING_FAILED"}
    told = required_state("Only ACTIVE ledgers can be deleted; the state is DELETING then.", draft)
    assert told is not None
    assert told.only_from == ("ACTIVE",)


def test_a_delete_that_leaves_the_row_marks_it() -> None:
    shown = {**LEDGER, "Status": {"type": "string", "enum": ["ACTIVE", "DELETED"]}}
    says = "Deletes a ledger. `FAILED_PRECONDITION` if the requested ledger has already been deleted."
    with opened(tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=says), tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})) as (world, ledgers):
        name = next(x for x in ledgers if x["Status"] == "ACTIVE")["LedgerName"]
        assert code(world, "DeleteLedger", LedgerName=name) is None
        assert code(world, "DeleteLedger", LedgerName=name) == "wrong_state"
        assert call(world, "DescribeLedger", LedgerName=name)["Ledger"]["Status"] == "DELETED"


def test_schema_sql_says_what_the_service_fills() -> None:
    shown = {**LEDGER, "CreatedAt": TIME, "UpdatedAt": TIME}
    sql = world_of(tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")).schema_sql
    lines = {line.split()[0]: line for line in sql.splitlines() if "--" in line}
    assert lines["CreatedAt"].endswith("-- set by the service when the row is made")
    assert lines["UpdatedAt"].endswith("-- set by the service when the row is made and at each change")
    assert "counted by the service: Members" in lines["MemberCount"]
    assert "Note" not in lines
