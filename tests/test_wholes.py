"""What an update does with what it is not given, rows that an update makes, states after it, and things that are brought back."""

from typing import Any

import pytest

from agentscaler.records import Tool
from agentscaler.world import World
from test_answers import LEDGER, NUMBER, TEXT, call, opened, thing, tool, why
from test_conditions import compiled

Schema = dict[str, Any]
GIVES: Schema = {"Ledger": thing(**LEDGER)}


def update(says: str = "", **takes: Schema) -> Tool:
    return tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, **takes}, GIVES, "LedgerName", says=says)


# ---- what is not given ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("A note. If you omit this parameter, the note is removed from the ledger.", None),
        ("A note. Omit to clear.", None),
        ("A note. Omitting or providing an empty object removes the note.", None),
        ("A note. If you omit this parameter, the note stays as it is.", "x"),
        ("A note. Any line that you omit is removed.", "x"),
        ("A note. If you omit Depth, the service removes the limit.", "x"),
        ("A note. If omitted, the note is removed from the response.", "x"),
        ("A note. Omit to leave it as it is, or pass \"clear\" to remove it.", "x"),
    ],
)
def test_an_argument_whose_omission_clears_its_column(text: str, note: str | None) -> None:
    with opened(update(Note={**TEXT, "description": text})) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, Note="x")
        after = call(world, "UpdateLedger", LedgerName=name, Owner="Ben")["Ledger"]
        assert (after["Owner"], after["Note"]) == ("Ben", note)


MASK = "The fields to be overwritten. "


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("If the user does not provide a mask then all fields will be overwritten.", True),
        ("If the mask is not present, all fields are overwritten.", True),
        ("If the user does not provide a mask then all fields present in the request will be overwritten.", False),
        ("If no mask is given, only the populated fields are overwritten.", False),
        ("", False),
    ],
)
def test_all_fields_are_overwritten_without_a_mask_where_the_text_says_so(text: str, whole: bool) -> None:
    place = thing(Bucket=TEXT, Prefix=TEXT)
    gives = {"Ledger": thing(**LEDGER, Place=place)}
    create = tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT, "Place": place}, gives, "LedgerName", "Owner")
    mask = {**TEXT, "description": MASK + text}
    change = tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Note": TEXT, "Place": place, "updateMask": mask}, gives, "LedgerName")
    with opened(create, change, tool("DescribeLedger", {"LedgerName": TEXT}, gives, "LedgerName")) as (world, _):
        call(world, "CreateLedger", LedgerName="own", Owner="Ana", Note="x", Place={"Bucket": "b", "Prefix": "p"})
        kept = call(world, "UpdateLedger", LedgerName="own", Place={"Bucket": "c"}, updateMask="Place.Bucket")["Ledger"]
        assert (kept["Note"], kept["Place"]) == ("x", {"Bucket": "c", "Prefix": "p"}), "of the object, the part that the mask names"
        assert call(world, "UpdateLedger", LedgerName="own", Place={"Bucket": "d"}, updateMask="Place")["Ledger"]["Place"] == {"Bucket": "d"}, "the object that the mask names"
        call(world, "UpdateLedger", LedgerName="own", Place={"Bucket": "b", "Prefix": "p"}, updateMask="Place")
        after = call(world, "UpdateLedger", LedgerName="own", Owner="Ben", Place={"Bucket": "e"})["Ledger"]
        assert (after["Note"], after["Place"]) == (None if whole else "x", {"Bucket": "e"})


# ---- rows that an update makes ----------------------------------------------------------------------------------

ENTRY = {"Id": NUMBER, "Title": TEXT, "Pages": NUMBER}


def booklets(says: str, *required: str) -> tuple[Tool, ...]:
    return (
        tool("EditBooklet", {"Id": {**NUMBER, "description": "Id of the booklet. A new one is made where it is left out."}, "Title": TEXT, "Pages": NUMBER}, {}, *required, says=says),
        tool("DescribeBooklet", {"Id": NUMBER}, {"Booklet": thing(**ENTRY)}, "Id"),
        tool("ListBooklets", {"MaxResults": NUMBER, "NextToken": TEXT}, {"Booklets": {"type": "array", "items": thing(**ENTRY)}, "NextToken": TEXT}),
        tool("DeleteBooklet", {"Id": NUMBER}, {}, "Id"),
    )


def count(world: World) -> int:
    return len(call(world, "ListBooklets")["Booklets"])


def test_an_id_that_the_service_makes_may_be_left_out_of_an_upsert() -> None:
    with opened(*booklets("Add or modify booklets.", "Title")) as (world, _):
        before = count(world)
        call(world, "EditBooklet", Title="north")
        assert count(world) == before + 1
        own = call(world, "ListBooklets")["Booklets"][0]["Id"]
        call(world, "EditBooklet", Id=own, Title="south")
        assert (call(world, "DescribeBooklet", Id=own)["Booklet"]["Title"], count(world)) == ("south", before + 1)
        unknown = world.call("EditBooklet", {"Id": 987654321, "Title": "x"}).error
        assert getattr(unknown, "code", "") == "not_found", "nobody chooses an id that the service makes"


def test_the_key_that_a_caller_chooses_makes_a_row() -> None:
    with opened(*booklets("Creates or updates a booklet.", "Id", "Title")) as (world, _):
        before = count(world)
        call(world, "EditBooklet", Id=987654321, Title="x")
        call(world, "EditBooklet", Id=987654321, Title="y")
        assert (call(world, "DescribeBooklet", Id=987654321)["Booklet"]["Title"], count(world)) == ("y", before + 1)


@pytest.mark.parametrize("says", ["Edit a booklet.", "Modifies a booklet. Use it when you create or update shelves.", "You can add or edit pages at any time."])
def test_what_is_no_upsert_makes_nothing(says: str) -> None:
    assert compiled(*booklets(says, "Id", "Title"))["EditBooklet"].act == "update"


# ---- states -----------------------------------------------------------------------------------------------------


def state(*choices: str) -> Schema:
    return {"Ledger": thing(**{**LEDGER, "Status": {"type": "string", "enum": list(choices)}})}


@pytest.mark.parametrize(
    ("choices", "sets"),
    [
        (("CREATION_SUCCESSFUL", "UPDATE_IN_PROGRESS", "UPDATE_SUCCESSFUL", "UPDATE_FAILED"), {"Status": "UPDATE_SUCCESSFUL"}),
        (("Created", "Updating", "Updated"), {"Status": "Updated"}),
        (("ACTIVE", "UPDATING", "UPDATE_FAILED"), {}),
        (("UPDATE_ROLLBACK_COMPLETE", "ACTIVE"), {}),
    ],
)
def test_the_state_after_an_update(choices: tuple[str, ...], sets: dict[str, str]) -> None:
    gives = state(*choices)
    tools = (tool("DescribeLedger", {"LedgerName": TEXT}, gives, "LedgerName"), tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, gives, "LedgerName"))
    assert compiled(*tools)["UpdateLedger"].sets == sets


def kept(delete: str, restore: str) -> tuple[Tool, ...]:
    gives = {"Ledger": thing(**{**LEDGER, "Status": {"type": "string", "enum": ["ACTIVE", "DISABLED", "DELETED"]}, "RestorableUntil": {"type": "string", "format": "date-time"}})}
    return (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT}, gives, "LedgerName"),
        tool("DescribeLedger", {"LedgerName": TEXT}, gives, "LedgerName"),
        tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=delete),
        tool("RestoreLedger", {"LedgerName": TEXT}, {}, "LedgerName", says=restore),
    )


def test_what_is_restored_was_deleted_and_is_what_it_was() -> None:
    found = compiled(*kept("Deletes a ledger. Only disabled ledgers can be deleted.", "Restores a ledger that is in the DELETED state."))
    gone, back = found["DeleteLedger"], found["RestoreLedger"]
    assert (gone.act, gone.state, gone.only_from) == ("set", ("Status", "DELETED"), ("DISABLED",))
    assert (back.state, back.only_from, back.sets) == (("Status", "DISABLED"), ("DELETED",), {"RestorableUntil": None})
    found = compiled(*kept("Deletes a ledger.", "Restores a deleted ledger."))
    assert found["RestoreLedger"].state == ("Status", "ACTIVE")


def test_a_restore_of_another_kind_leaves_the_delete_a_delete() -> None:
    assert compiled(*kept("Deletes a ledger.", "Restores a ledger to its last known healthy state."))["DeleteLedger"].act == "delete"


def test_a_switch_that_an_argument_turns_leaves() -> None:
    on = {"type": "boolean", "description": "true: on. false: off."}
    assert why("EnableLedger", tool("EnableLedger", {"LedgerName": TEXT, "Enable": on}, {}, "LedgerName", "Enable")) == "mode"
    assert why("EnableLedger", tool("EnableLedger", {"LedgerName": TEXT, "Force": on}, {}, "LedgerName")) != "mode"
