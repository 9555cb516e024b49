"""What a write moves beside what it is given: last states, stamps that are expected, times of the row; and names that are made of keys."""

from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.drafts import Draft
from agentscaler.envs.kept import stamp_of
from agentscaler.envs.states import new_state
from agentscaler.records import Schema, Source, Tool
from agentscaler.world import World
from test_answers import LEDGER, NUMBER, TEXT, call, opened, thing, tool
from test_new_rows import code

TIME = {"type": "string", "format": "date-time"}


def of(text: str) -> Schema:
    return {**TEXT, "description": text}


def enum(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def draft_of(**shown: Schema) -> Draft:
    draft = Draft(("ledger",), [])
    for name, schema in shown.items():
        column = draft.force(name, schema)
        column.shown, column.choices = True, list(schema.get("enum", ()))
    return draft


@pytest.mark.parametrize(
    ("name", "choices", "first"),
    [
        ("ShareStatus", "NOT_SHARED SHARED_BY_ME SHARED_WITH_ME", "NOT_SHARED"),
        ("DriftStatus", "DRIFTED IN_SYNC UNKNOWN NOT_CHECKED", "NOT_CHECKED"),
        ("linkVerificationState", "LINK_VERIFICATION_STATE_VERIFIED LINK_VERIFICATION_STATE_NOT_VERIFIED", "LINK_VERIFICATION_STATE_NOT_VERIFIED"),
        ("ProvisioningState", "PROVISIONING PROVISIONED FAILED_TO_PROVISION", "PROVISIONED"),
        ("LaunchStatus", "launchable unlaunchable", None),
        ("redriveStatus", "REDRIVABLE NOT_REDRIVABLE", None),
        ("AccelerationStatus", "NOT_APPLICABLE ACCELERATED", None),
        ("LastRunStatus", "Successful Failed", None),
    ],
)
def test_a_second_state_says_what_nobody_has_done_yet(name: str, choices: str, first: str | None) -> None:
    assert new_state(draft_of(**{name: enum(*choices.split())}), {}, job=False).get(name) == first


def test_a_state_of_our_own_begins_somewhere() -> None:
    shown = {**LEDGER, "Status": TEXT}
    tools = (
        tool("StartLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("StopLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
    )
    with opened(*tools) as (world, _):
        assert call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]["Status"] == "ACTIVE"
        assert call(world, "StopLedger", LedgerName="east")["Ledger"]["Status"] == "STOPPED"


GONE = {"Status": enum("ACTIVE", "DELETED"), "DeletedAt": TIME}


@pytest.mark.parametrize(
    ("verb", "says", "shown", "state"),
    [
        ("Terminate", "Terminates a ledger.", {"Status": enum("ACTIVE", "TERMINATING", "TERMINATED")}, "TERMINATED"),
        ("Deregister", "Deregisters a ledger, which is marked as INACTIVE then.", {"Status": enum("ACTIVE", "INACTIVE")}, "INACTIVE"),
        ("Delete", "Deletes a ledger. Deleting it sets its status to DELETED.", {"Status": enum("ACTIVE", "DELETED")}, "DELETED"),
        ("Delete", "Deletes a ledger.", GONE, "DELETED"),
        ("Delete", "Deletes a ledger.", {"Status": enum("ACTIVE", "DELETED")}, None),
        ("Delete", "Deletes a ledger. You cannot delete one that contains entries.", GONE, None),
        ("Delete", "Deletes a ledger. It enters the DELETING state.", {"Status": enum("ACTIVE", "DELETING")}, None),
        ("Terminate", "Terminates a ledger.", {"Status": enum("ACTIVE", "STOPPED")}, None),
        ("Terminate", "Terminates a ledger.", {"BackupStatus": enum("ACTIVE", "TERMINATED")}, None),
    ],
)
def test_a_row_stays_in_its_last_state_where_the_provider_keeps_it(verb: str, says: str, shown: dict[str, Schema], state: str | None) -> None:
    all_of = {**LEDGER, **shown}
    tools = (
        tool(f"{verb}Ledger", {"LedgerName": TEXT}, {}, "LedgerName", says=says),
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**all_of)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**all_of)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**all_of)}}),
    )
    with opened(*tools) as (world, _):
        call(world, "CreateLedger", LedgerName="east", Owner="o")
        assert code(world, f"{verb}Ledger", LedgerName="east") is None
        if state is None:
            assert code(world, "DescribeLedger", LedgerName="east") == "not_found"
            return
        left = call(world, "DescribeLedger", LedgerName="east")["Ledger"]
        assert left["Status"] == state
        assert left.get("DeletedAt", world.db.now) == world.db.now
        assert code(world, f"{verb}Ledger", LedgerName="east") == "wrong_state"


@pytest.mark.parametrize(
    ("name", "means"),
    [("IfMatch", "etag"), ("expectedVersion", "version"), ("ExpectedRevisionId", "revision_id"), ("ifMetagenerationMatch", "metageneration"), ("ifMetagenerationNotMatch", None), ("expectedCount", None), ("expectedBucketOwner", None), ("matchName", None)],
)
def test_what_a_caller_expects_unchanged(name: str, means: str | None) -> None:
    assert next(iter(stamp_of(name)), None) == means


def test_a_version_that_is_expected_is_checked_and_grows() -> None:
    shown = {**LEDGER, "version": NUMBER, "ETag": TEXT}
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**shown)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}}),
        tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "expectedVersion": NUMBER}, {"Ledger": thing(**shown)}, "LedgerName"),
        tool("DeleteLedger", {"LedgerName": TEXT, "IfMatch": TEXT}, {}, "LedgerName"),
    )
    with opened(*tools) as (world, _):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        assert code(world, "UpdateLedger", LedgerName="east", Note="b", expectedVersion=new["version"] + 1) == "conflict"
        changed = call(world, "UpdateLedger", LedgerName="east", Note="b", expectedVersion=new["version"])["Ledger"]
        assert changed["version"] == new["version"] + 1
        assert changed["ETag"] != new["ETag"]
        assert code(world, "DeleteLedger", LedgerName="east", IfMatch=new["ETag"]) == "conflict"
        assert code(world, "DeleteLedger", LedgerName="east", IfMatch=changed["ETag"]) is None


def test_a_time_that_the_text_gives_to_the_row_moves_with_it() -> None:
    shown: dict[str, Any] = {**LEDGER, "PostingUpdateTime": {**TIME, "description": "The timestamp this ledger posting was last updated."}, "KeyUpdatedAt": {**TIME, "description": "When the key was last updated."}}
    changes = tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, {"Ledger": thing(**shown)}, "LedgerName")
    with opened(changes, tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**shown)}, "LedgerName"), tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**shown)}})) as (world, ledgers):
        old = ledgers[0]
        new = call(world, "UpdateLedger", LedgerName=old["LedgerName"], Note="other")["Ledger"]
        assert new["PostingUpdateTime"] == world.db.now != old["PostingUpdateTime"]
        assert new["KeyUpdatedAt"] == old["KeyUpdatedAt"]


def test_what_is_made_of_the_keys_is_made_for_a_new_row_too() -> None:
    whole = {**LEDGER, "ResourceARN": of("The Amazon Resource Name (ARN) for a given resource."), "DNSName": of("The DNS name of the ledger.")}
    page = {"LedgerName": TEXT, "PageName": TEXT, "PageArn": TEXT, "Title": TEXT}
    version = {"LedgerName": TEXT, "Version": NUMBER, "ResourceARN": of("The Amazon Resource Name (ARN) of the ledger."), "Text": TEXT, "VersionArn": of("The ARN of the ledger version.")}
    tools = (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, {"Ledger": thing(**whole)}, "LedgerName", "Owner"),
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**whole)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**whole)}}),
        tool("CreatePage", {"LedgerName": TEXT, "PageName": TEXT, "Title": TEXT}, {"Page": thing(**page)}, "LedgerName", "PageName"),
        tool("DescribePage", {"LedgerName": TEXT, "PageName": TEXT}, {"Page": thing(**page)}, "LedgerName", "PageName"),
        tool("ListPages", {"LedgerName": TEXT}, {"Pages": {"type": "array", "items": thing(**page)}}, "LedgerName"),
        tool("CreateLedgerVersion", {"LedgerName": TEXT, "Text": TEXT}, {"LedgerVersion": thing(**version)}, "LedgerName"),
        tool("DescribeLedgerVersion", {"LedgerName": TEXT, "Version": NUMBER}, {"LedgerVersion": thing(**version)}, "LedgerName", "Version"),
        tool("ListLedgerVersions", {"LedgerName": TEXT}, {"LedgerVersions": {"type": "array", "items": thing(**version)}}, "LedgerName"),
    )
    with opened(*tools) as (world, ledgers):
        new = call(world, "CreateLedger", LedgerName="east", Owner="o")["Ledger"]
        for ledger in (new, *ledgers):
            assert ledger["ResourceARN"].endswith(f":ledger/{ledger['LedgerName']}")
            assert ledger["DNSName"].startswith(f"{ledger['LedgerName']}.")
        call(world, "CreateLedger", LedgerName="west", Owner="o")
        east, west = (call(world, "CreatePage", LedgerName=n, PageName="first", Title="t")["Page"]["PageArn"] for n in ("east", "west"))
        assert east.endswith(":ledger/east/page/first")
        assert east != west
        edition = call(world, "CreateLedgerVersion", LedgerName="east", Text="t")["LedgerVersion"]
        assert edition["ResourceARN"] == new["ResourceARN"]
        assert edition["VersionArn"].endswith(f":ledger/east:{edition['Version']}")


def library(method: str, verb: str, path: str, takes: dict[str, Schema], gives: dict[str, Schema], *required: str) -> Tool:
    """An operation of a client library."""
    made = tool(f"ledgers_{method}", takes, gives, *required, says=f"{method} of ledgers.", verb=verb)
    return made.model_copy(update={"source": Source(vendor="books-api-client", service="books", operation=f"ledgers.{method}", verb=verb, path=path)})


def test_what_is_archived_is_there_for_who_asks_for_it() -> None:
    shown = {"id": TEXT, "title": TEXT, "archived": {"type": "boolean"}, "archived_at": TIME}
    only = {"type": "boolean", "description": "Whether to return only results that have been archived."}
    tools = (
        library("archive", "DELETE", "/ledgers/{ledger_id}", {"ledger_id": TEXT}, {}, "ledger_id"),
        library("create", "POST", "/ledgers", {"title": TEXT}, shown, "title"),
        library("get_by_id", "GET", "/ledgers/{ledger_id}", {"ledger_id": TEXT}, shown, "ledger_id"),
        library("get_page", "GET", "/ledgers", {"archived": only}, {"results": {"type": "array", "items": thing(**shown)}}),
    )
    pool, group = {t.name: t for t in tools}, "books-api-client:books"
    env = build_env(one_domain(pool, "s"), pool, {group: compile_tools(group, pool)}).env
    with World.open(env, seed=1) as world:
        new = call(world, "ledgers_create", title="east")
        assert new["archived"] is False
        assert code(world, "ledgers_archive", ledger_id=new["id"]) is None
        assert call(world, "ledgers_get_by_id", ledger_id=new["id"])["archived_at"] == world.db.now

        def ids(**asked: bool) -> set[str]:
            return {x["id"] for x in call(world, "ledgers_get_page", **asked)["results"]}

        assert new["id"] in ids(archived=True)
        assert new["id"] not in ids() | ids(archived=False)
        assert ids() == ids(archived=False)
