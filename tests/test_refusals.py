"""What the provider's sentences refuse: a row that is of the wrong kind or in the wrong state, a name that is taken, a number out of its range, what is chosen once."""

from typing import Any

import pytest

from agentscaler.envs.conditions import stated
from agentscaler.envs.drafts import Draft, Entry
from agentscaler.envs.kept import kept_by_service, settled
from agentscaler.envs.limits import limits_of
from agentscaler.envs.service import compile_service
from agentscaler.gate import check_env, valid_arguments
from agentscaler.rules import decide, placed, rules_of
from agentscaler.world import World
from test_answers import LEDGER, NUMBER, TEXT, Schema, call, opened, thing, tool, world_of
from test_conditions import compiled
from test_rightness import code
from worlds import replaced

STATES = ("ACTIVE", "CLOSED", "IN_PROGRESS", "FAILED")


def drafted() -> Draft:
    draft = Draft(("cash", "ledger"), [])
    draft.force("LedgerStatus", {"type": "string", "enum": list(STATES)}).shown = True
    draft.force("Kind", {"type": "string", "enum": ["MANAGED", "CUSTOM", "BuiltIn"]}).shown = True
    draft.force("IsPrimary", {"type": "boolean"}).shown = True
    draft.force("HasEntries", {"type": "boolean"}).shown = True
    return draft


def entry(name: str) -> Entry:
    return compile_service("aws:books", {"t": tool(name, {"LedgerName": TEXT}, {}, "LedgerName")}).entries[0]


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("UpdateLedger", "A ledger that is active cannot be updated.", {"LedgerStatus": ("CLOSED", "IN_PROGRESS", "FAILED")}),
        ("UpdateLedger", "If the cash ledger is in the ACTIVE or IN_PROGRESS state, you can't update it.", {"LedgerStatus": ("CLOSED", "FAILED")}),
        ("UpdateLedger", "Your cash ledger must not be in the IN_PROGRESS state when you call this operation.", {"LedgerStatus": ("ACTIVE", "CLOSED", "FAILED")}),
        ("UpdateLedger", "The service rejects the request with a conflict while LedgerStatus is IN_PROGRESS.", {"LedgerStatus": ("ACTIVE", "CLOSED", "FAILED")}),
        ("UpdateLedger", "If the specified ledger is in ACTIVE or FAILED states, then the service returns a LedgerInUseException.", {"LedgerStatus": ("CLOSED", "IN_PROGRESS")}),
        ("UpdateLedger", "If the ledger has a LedgerStatus of ACTIVE, then FAILED_PRECONDITION will be returned.", {"LedgerStatus": ("CLOSED", "IN_PROGRESS", "FAILED")}),
        ("UpdateLedger", "This method can only be called on a closed ledger.", {"LedgerStatus": ("CLOSED",)}),
        ("DeleteLedger", "Removes a ledger, unless the ledger state is ACTIVE.", {"LedgerStatus": ("CLOSED", "IN_PROGRESS", "FAILED")}),
        ("DeleteLedger", "A ledger cannot be deleted unless it is closed.", {"LedgerStatus": ("CLOSED",)}),
        ("DeleteLedger", "Managed ledgers cannot be deleted.", {"Kind": ("CUSTOM", "BuiltIn")}),
        ("DeleteLedger", "Built-in cash ledgers cannot be deleted.", {"Kind": ("MANAGED", "CUSTOM")}),
        ("DeleteLedger", "You cannot delete the primary ledger.", {"IsPrimary": (0, None)}),
        ("DeleteLedger", "You can't delete a ledger that has any entries.", {"HasEntries": (0, None)}),
        ("DeleteLedger", "This operation fails if a ledger is still in progress.", {"LedgerStatus": ("ACTIVE", "CLOSED", "FAILED")}),
        ("DeleteLedger", "You can't delete it while a ledger is in progress.", {"LedgerStatus": ("ACTIVE", "CLOSED", "FAILED")}),
        ("DeleteLedger", "This operation fails if an entry is still in progress.", {}),
        ("DeleteLedger", "You can't delete it if there is a delete ledger in progress.", {}),
        ("DeleteLedger", "Managed ledgers cannot be updated.", {}),
        ("DeleteLedger", "You can't delete a managed ledger while another ledger refers to it.", {}),
        ("DeleteLedger", "Deletes a ledger. A deleted ledger cannot be restored.", {}),
        ("DeleteLedger", "All entries of an active ledger must be closed first.", {}),
        ("UpdateLedger", "A ledger must be in the ACTIVE state to take entries.", {}),
        ("UpdateLedger", "If the ledger is closed, the entries are returned.", {}),
        ("UpdateLedger", "If the ledger is active, you can only update the note.", {}),
        ("UpdateLedger", "This method can only be called on a closed or frozen book.", {}),
        ("UpdateLedger", "While the update runs, the ledger is in the IN_PROGRESS state.", {}),
    ],
)
def test_a_sentence_that_refuses(name: str, text: str, allowed: dict[str, tuple[Any, ...]]) -> None:
    assert stated(entry(name), [text], drafted()) == allowed


def test_the_kind_that_nobody_may_delete_is_refused_in_the_world() -> None:
    delete = tool("DeleteLedger", {"LedgerName": TEXT}, {}, "LedgerName", says="Deletes a ledger. Stock ledgers cannot be deleted.")
    with opened(delete) as (world, ledgers):
        named = {x["Family"]: x["LedgerName"] for x in ledgers}
        assert code(world, "DeleteLedger", LedgerName=named["stock"]) == "wrong_state"
        assert code(world, "DeleteLedger", LedgerName=named["cash"]) is None


# ---- what no two may share ------------------------------------------------------------------------------------------

TITLED = {**LEDGER, "Title": {**TEXT, "description": "Title of the ledger."}}


def titled(says: str) -> tuple[Any, ...]:
    title = {**TEXT, "description": says}
    return (
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**TITLED)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**TITLED)}}),
        tool("CreateLedger", {"LedgerName": TEXT, "Title": title}, {"Ledger": thing(**TITLED)}, "LedgerName"),
        tool("UpdateLedger", {"LedgerName": TEXT, "Title": title}, {"Ledger": thing(**TITLED)}, "LedgerName"),
    )


@pytest.mark.parametrize(
    ("says", "held"),
    [
        ("A title. It must be unique.", True),
        ("A title, at most 60 characters long. It should be unique in the account.", True),
        ("A title. It does not have to be unique.", False),
        ("A title. It should be unique, which is not enforced.", False),
        ("What uniquely identifies the ledger.", False),
    ],
)
def test_a_title_that_is_taken_is_refused_on_update_too(says: str, held: bool) -> None:
    with opened(*titled(says)) as (world, ledgers):
        one, other = ledgers[:2]
        assert call(world, "UpdateLedger", LedgerName=one["LedgerName"], Title="Mine")["Ledger"]["Title"] == "Mine"
        assert code(world, "UpdateLedger", LedgerName=one["LedgerName"], Title="Mine") is None, "its own title is free"
        assert code(world, "UpdateLedger", LedgerName=other["LedgerName"], Title="Mine") == ("already_exists" if held else None)
        assert code(world, "CreateLedger", LedgerName="new-one", Title="Mine") == ("already_exists" if held else None)
        assert code(world, "UpdateLedger", LedgerName="nobody", Title="Mine") == "not_found"


@pytest.mark.parametrize("name", ["CreateLedger.unique.Title", "UpdateLedger.unique.Title"])
def test_the_rule_decides_it_a_second_time(name: str) -> None:
    env = world_of(*titled("A title. It must be unique."))
    rule = next(r for r in rules_of(env) if r.name == name)
    tool = next(t for t in env.tools if t.name == rule.tool)
    for allowed in (True, False):
        with World.open(env, seed=1) as world:
            arguments = placed(rule, world, valid_arguments(world, tool, rule.operation, env.model, 0), allowed=allowed)
            assert arguments is not None
            assert (decide([rule], world, arguments) is None) == allowed
            assert (world.call(rule.tool, arguments).error is None) == allowed


def test_the_gate_names_an_update_that_takes_what_is_taken() -> None:
    env = world_of(*titled("A title. It must be unique."))
    old = 'db.fresh("ledger", "Title", but=(LedgerName,), Title=Title)'
    assert any("UpdateLedger" in f"{f.tool} {f.where} {f.message}" for f in check_env(replaced(env, old, "pass"), trusted=True))


def test_a_name_that_is_unique_in_what_the_call_names() -> None:
    named = {**TEXT, "description": "Name of the entry. It must be unique within the ledger."}
    row = {"EntryId": TEXT, "LedgerId": TEXT, "EntryName": TEXT}
    made = compiled(
        tool("CreateEntry", {"LedgerId": TEXT, "EntryName": named}, {"Entry": thing(**row)}, "LedgerId", "EntryName"),
        tool("UpdateEntry", {"EntryId": TEXT, "EntryName": named}, {"Entry": thing(**row)}, "EntryId"),
        tool("GetEntry", {"EntryId": TEXT}, {"Entry": thing(**row)}, "EntryId"),
        tool("GetLedger", {"LedgerId": TEXT}, {"Ledger": thing(LedgerId=TEXT, Note=TEXT)}, "LedgerId"),
    )
    assert (made["CreateEntry"].unique, made["CreateEntry"].among) == (("EntryName",), ("LedgerId",))
    assert made["UpdateEntry"].unique == (), "what the call does not name is not looked at"


# ---- numbers, and what is chosen once ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Interval in seconds. Value range: 2-300. Default value: 5", {"minimum": 2, "maximum": 300}),
        ("How many copies. Value range: (0, 15]", {"minimum": 1, "maximum": 15}),
        ("An integer between 1 and 99, inclusive.", {"minimum": 1, "maximum": 99}),
        ("Number of rows. Default value: 20. Maximum value: 1000.", {"maximum": 1000}),
        ("Number of rows. The maximum value is 1000; values above 1000 will be coerced to 1000.", {}),
        ("Days to keep it. Value range: 7-30. 0 means that it is kept for ever.", {}),
        ("Days to keep it. Values 1 to 35 for small instances.", {}),
        ("Days to keep it, from 7 to 30; from 7 to 3650 if it is a copy.", {}),
        ("In minutes, with a maximum of 90 days.", {}),
        ("Value range: 7-30. Default value: 60", {}),
        ("How many there are.", {}),
    ],
)
def test_the_range_that_a_text_gives_a_number(text: str, limits: Schema) -> None:
    assert limits_of({"type": "integer", "description": text}) == limits


def test_a_number_out_of_its_range_is_refused() -> None:
    count = {**NUMBER, "description": "Number of members. Value range: 1-8."}
    update = tool("UpdateLedger", {"LedgerName": TEXT, "MemberCount": count}, {"Ledger": thing(**LEDGER)}, "LedgerName")
    with opened(update) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert [code(world, "UpdateLedger", LedgerName=name, MemberCount=n) for n in (0, 1, 8, 9)] == ["invalid_arguments", None, None, "invalid_arguments"]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Input only. Immutable. Labels of the thing.", True),
        ("Type of the thing. It cannot be changed after the thing is created.", True),
        ("Its type, must be given when it is made, and cannot be mutated.", True),
        ("The tag. Only specified at creation time.", True),
        ("Whether it is locked. The period of a locked thing cannot be changed.", False),
        ("The flag. This field cannot be modified once the code has been used.", False),
        ("How it is taxed. Once specified as `in` or `out`, it cannot be changed.", False),
        ("The place. Once set when the thing is created, its value cannot be changed.", True),
        ("The tags. IMMUTABLE makes all tags immutable.", False),
    ],
)
def test_what_is_chosen_once_is_no_argument_of_an_update(text: str, chosen: bool) -> None:
    assert settled("sort", {"type": "string", "description": text}) == chosen
    assert not kept_by_service("sort", {"type": "string", "description": text}, new=True)


# ---- what nothing keeps -----------------------------------------------------------------------------------------------


def test_what_the_provider_says_and_nothing_keeps_stands_beside_the_world() -> None:
    note = {**TEXT, "description": "A note. Default value: hello. It must not be longer than 40 characters."}
    says = "Updates a ledger. You can only update a ledger that is in the ACTIVE state. The note of a ledger with open entries cannot be changed. You must have permission to do so."
    env = world_of(tool("UpdateLedger", {"LedgerName": TEXT, "Note": note, "Colour": {"type": "object", "properties": {"Red": NUMBER}}, "ClientToken": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says=says))
    assert env.unkept["UpdateLedger"] == ("not taken: Colour", "The note of a ledger with open entries cannot be changed.", "Note: Default value: hello.")
    assert "open entries" not in env.rules
    assert not any("open entries" in line for line in env.not_modelled)


def test_a_tool_of_which_all_is_kept_is_not_in_the_list() -> None:
    assert "DescribeLedger" not in world_of().unkept


def test_a_strict_world_leaves_out_what_is_not_kept_and_keeps_what_is_needed_to_find_rows() -> None:
    says = "Updates a ledger. The note of a ledger with open entries cannot be changed."
    update = tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says=says)
    describe = tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName", says="Tells of one. A ledger that is audited cannot be described.")
    usual, strict = world_of(update, describe), world_of(update, describe, strict=True)
    assert {"UpdateLedger", "DescribeLedger"} <= usual.unkept.keys()
    left = {t.name for t in usual.tools} - {t.name for t in strict.tools}
    assert left == {t.name for t in usual.tools if t.kind == "write" and t.name in usual.unkept}, "writes leave, reads without which nobody sees the rows stay"
    assert {x.name for x in strict.lost if x.why == "unkept"} == left
    assert all(t.own for t in strict.tools if t.name == "DescribeLedger")
    assert not any(t.name in strict.unkept for t in strict.tools if t.kind == "write")
    assert world_of(strict=True).tools_py == world_of().tools_py, "where all is kept, a strict world is the usual one"
