"""What a call must give where only a text says so: required arguments, one of several, not two at once; and how long texts and lists may be."""

from typing import Any

import pytest

from agentscaler.envs.given import choices_of, is_required
from agentscaler.envs.limits import limits_of, per_request
from agentscaler.gate import check_env
from agentscaler.records import Argument, Operation
from agentscaler.rules import decide, placed, rules_of
from test_answers import LEDGER, TEXT, call, opened, thing, tool, world_of
from test_rightness import code

NAMES = ("LedgerName", "Owner", "OwnerId", "Filters", "note", "allLines", "lineRange")


def group(text: str, own: str = "", act: str = "create", missing: str = "", *, partial: bool = False) -> list[tuple[tuple[str, ...], int, int | None]]:
    parameters = {n: {"type": "string", "description": text if n == own else ""} for n in NAMES}
    arguments = tuple(Argument(name=n, python=n, role="value", column=n) for n in NAMES if n != missing)
    operation = Operation(name="o", python="o", act=act, table="ledger", summary="", arguments=arguments)
    return [(c.names, c.least, c.most) for c in choices_of(operation, "" if own else text, parameters, partial=partial)]


@pytest.mark.parametrize(
    ("own", "text", "found"),
    [
        ("", "You must specify either Owner or OwnerId, but not both.", [(("Owner", "OwnerId"), 1, 1)]),
        ("", "You can give either Owner or OwnerId , but not both.", [(("Owner", "OwnerId"), 0, 1)]),
        ("", "You must include Owner or OwnerId , but not both.", [(("Owner", "OwnerId"), 1, 1)]),
        ("", "Exactly one of `note` or `Owner` must be set.", [(("Owner", "note"), 1, 1)]),
        ("", "At least one of Owner, OwnerId, or note must be provided.", [(("Owner", "OwnerId", "note"), 1, None)]),
        ("", "The allLines, lineRange and note fields are mutually exclusive.", [(("note", "allLines", "lineRange"), 0, 1)]),
        ("Filters", "`OwnerId` and `Filters` cannot be specified at the same time.", [(("OwnerId", "Filters"), 0, 1)]),
        ("allLines", "This field cannot be used with `line_range`.", [(("allLines", "lineRange"), 0, 1)]),
        ("Owner", "This parameter can't be used with OwnerId or Filters.", [(("Owner", "OwnerId"), 0, 1), (("Owner", "Filters"), 0, 1)]),
        ("allLines", "NOTE: If you use this parameter, you cannot also use `ownerId` or `line_range`.", [(("OwnerId", "allLines"), 0, 1), (("allLines", "lineRange"), 0, 1)]),
        ("Owner", "This parameter can't be used with OwnerId or Filters. OwnerId and Filters are mutually exclusive.", [(("Owner", "OwnerId", "Filters"), 0, 1)]),
        ("", "Both `note` and `allLines` may not be set.", [(("note", "allLines"), 0, 1)]),
        ("", "You must specify `note`, `allLines`, or both when creating a ledger.", [(("note", "allLines"), 1, None)]),
        ("Owner", "Mutually exclusive with OwnerId.", [(("Owner", "OwnerId"), 0, 1)]),
        ("Owner", "Required, unless `OwnerId` is set.", [(("Owner", "OwnerId"), 1, None)]),
        ("Owner", "Cannot be set if OwnerId is HIDDEN.", []),
        ("Owner", "Cannot be used with ledgers of a shared OwnerId.", []),
        ("", "At least one of Owner or OwnerId is required for shared ledgers.", []),
        ("", "If the ledger is shared, exactly one of Owner or OwnerId must be set.", []),
        ("", "Exactly one of Owner, OwnerId, or someKeeper must be set.", []),
        ("", "Returns both Owner and OwnerId.", []),
        ("", "Specify either Owner or the default of the account.", []),
        ("", "You must specify either Owner or OwnerId and Filters, but not both.", []),
        ("", "Either note the number or write to us, not both.", []),
    ],
)
def test_a_sentence_that_tells_a_group(own: str, text: str, found: list[Any]) -> None:
    assert group(text, own) == found


def test_what_a_group_asks_for_is_not_asked_of_lists_changes_and_half_groups() -> None:
    both = "Exactly one of Owner or OwnerId must be set."
    assert group(both, act="list") == [(("Owner", "OwnerId"), 0, 1)], "no read needs a filter"
    assert group(both, act="update", partial=True) == [(("Owner", "OwnerId"), 0, 1)]
    assert group("Exactly one of Owner, OwnerId or note must be set.", missing="note") == [(("Owner", "OwnerId"), 0, 1)], "the third one may be what is meant"
    assert group(both, missing="OwnerId") == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The owner. This field is required.", True),
        ("Required. The owner.", True),
        ("(Required) The owner.", True),
        ("Name of it. This is a required field and must be unique.", True),
        ("The owner. Must not be empty.", True),
        ("LedgerType value is shared. required.", False),
        ("This is a required field on printed ledgers.", False),
        ("It is a required field that is read-only after insertion.", True),
        ("Required if the ledger is shared.", False),
        ("Required. If it is not given, your own id is taken.", False),
        ("This is a required field in order for it to be read.", False),
        ("Deprecated: use another. Required.", False),
        ("The required owner of the lines.", False),
        ("Exactly one of owner and holder. Required.", False),
    ],
)
def test_a_sentence_that_asks_for_an_argument(text: str, asked: bool) -> None:
    assert is_required({"type": "string", "description": text}) == asked
    assert not is_required({"type": "string", "description": text, "default": "me"})


MADE = {**LEDGER, "Owner": TEXT, "OwnerId": TEXT}


def ledgers() -> tuple[Any, ...]:
    owner = {**TEXT, "description": "The owner, up to 12 characters. You must specify either Owner or OwnerId, but not both."}
    return (
        tool("DescribeLedger", {"LedgerName": TEXT}, {"Ledger": thing(**MADE)}, "LedgerName"),
        tool("ListLedgers", {}, {"Ledgers": {"type": "array", "items": thing(**MADE)}}),
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": owner, "OwnerId": TEXT}, {"Ledger": thing(**MADE)}, "LedgerName"),
    )


def test_a_world_refuses_none_and_both_and_what_is_too_long() -> None:
    with opened(*ledgers()) as (world, _):
        assert call(world, "CreateLedger", LedgerName="a", Owner="Mia")["Ledger"]["Owner"] == "Mia"
        assert code(world, "CreateLedger", LedgerName="b", OwnerId="m-1") is None
        for given in ({}, {"Owner": "Mia", "OwnerId": "m-1"}, {"Owner": "Mia Maria Marta"}):
            assert code(world, "CreateLedger", LedgerName="c", **given) == "invalid_arguments"
        assert code(world, "CreateLedger", LedgerName="c", Owner="Mia Maria Mo") is None


def test_the_gate_holds_the_rules_against_the_tools() -> None:
    env = world_of(*ledgers())
    assert check_env(env) == []
    rules = {r.name: r for r in rules_of(env)}
    assert {"CreateLedger.choice.Owner-OwnerId", "CreateLedger.limit.Owner"} <= rules.keys()
    assert "one of Owner or OwnerId must be given, and no more than one" in env.rules
    loose = env.model_copy(update={"tools_py": env.tools_py.replace(', least=1, most=1)', ')')})
    assert loose.tools_py != env.tools_py
    assert any("choice" in f.message for f in check_env(loose, trusted=True)), "code that lets every call through is found"


def test_a_rule_decides_by_the_call_alone() -> None:
    with opened(*ledgers()) as (world, _):
        rules = {r.name: r for r in rules_of(world.loaded.env)}
        choice, limit = rules["CreateLedger.choice.Owner-OwnerId"], rules["CreateLedger.limit.Owner"]
        good = {"LedgerName": "a", "Owner": "Mia"}
        assert decide([choice, limit], world, good) is None
        assert decide([choice], world, {"LedgerName": "a"}) is not None
        assert decide([choice], world, {**good, "OwnerId": "m-1"}) is not None
        assert decide([limit], world, {**good, "Owner": "M" * 13}) is not None
        assert decide([choice], world, placed(choice, world, good, allowed=False) or good) is not None
        assert len((placed(limit, world, good, allowed=False) or good)["Owner"]) == 13


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Up to 256 characters.", {"maxLength": 256}),
        ("The name can be between 1 and 1,024 characters long.", {"minLength": 1, "maxLength": 1024}),
        ("1–60 letters. It has 1–60 characters.", {"minLength": 1, "maxLength": 60}),
        ("Must be less than 256 characters long.", {"maxLength": 255}),
        ("The length cannot exceed 60 characters.", {"maxLength": 60}),
        ("A name of 50 characters or less.", {"maxLength": 50}),
        ("At least 12 characters.", {"minLength": 12}),
        ("Must not be empty.", {"minLength": 1}),
        ("If the index is on, it cannot be empty.", {}),
        ("Recommended maximum length is 20 characters.", {}),
        ("What is longer than 100 characters is truncated.", {}),
        ("An id that begins with tls- followed by 8 characters.", {}),
        ("Each key has up to 63 characters.", {}),
        ("Up to 60 characters, or up to 20 characters for a shared one. It has up to 20 characters.", {}),
        ("At most 10 characters. At most 20 characters.", {}),
    ],
)
def test_how_long_a_text_may_be(text: str, limits: dict[str, int]) -> None:
    assert limits_of({"type": "string", "description": text}, "Name") == limits
    assert limits_of({"type": "string", "enum": ["a"], "description": text}, "Name") == {}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("A maximum of 80 disks per request.", {"maxItems": 80}),
        ("The disks, up to 10.", {"maxItems": 10}),
        ("You can specify up to 5 disk ids. At least one disk is required.", {"minItems": 1, "maxItems": 5}),
        ("You can specify only one disk.", {"maxItems": 1}),
        ("You can specify only one disk per zone.", {}),
        ("Exactly one disk must leave its size unset.", {}),
        ("Exactly one disk is supported.", {"maxItems": 1}),
        ("The maximum number of disks is 20.", {"maxItems": 20}),
        ("Up to 5 filters. Each filter can have up to 10 values.", {}),
        ("If the type is small, up to 5 disks.", {}),
        ("Disks of up to 100 GB.", {}),
        ("At least one disk of the set is there.", {}),
        ("Up to 200 disks per account.", {}),
    ],
)
def test_how_many_a_list_may_hold(text: str, limits: dict[str, int]) -> None:
    assert limits_of({"type": "array", "items": {"type": "string"}, "description": text}, "DiskIds") == limits


@pytest.mark.parametrize(
    ("says", "listed"),
    [
        ("The id of an existing ledger. It must match an existing ledger.", False),
        ("These two types of filter expressions cannot be mixed in one request.", False),
        ("The change reaches all readers by eventual consistency, so you must wait for it.", False),
        ("Only the management account can call this.", False),
        ("Entries of another owner cannot be moved here.", True),
        ("The lines cannot be changed while a reader is at work.", True),
    ],
)
def test_what_is_no_rule_of_a_world_is_not_said_to_be_missing(says: str, listed: bool) -> None:
    owner = {**TEXT, "description": f"The owner. {says}"} if "existing" not in says else TEXT
    name = {**TEXT, "description": says} if "existing" in says else TEXT
    update = tool("UpdateLedger", {"LedgerName": name, "Owner": owner, "Note": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName")
    assert ("UpdateLedger" in world_of(update).unkept) == listed


@pytest.mark.parametrize(("says", "listed"), [("You must specify either Owner or OwnerId, but not both.", False), ("You must specify either Owner or a stamp, but not both.", True), ("The owner cannot be changed later.", False), ("The owner cannot be changed later if it is locked.", True)])
def test_what_a_group_or_a_later_call_keeps_is_not_said_to_be_missing(says: str, listed: bool) -> None:
    base, listing, create = ledgers()
    owner = {**TEXT, "description": f"The owner. {says}"}
    create = create.model_copy(update={"parameters": {**create.parameters, "properties": {"LedgerName": TEXT, "Owner": owner, "OwnerId": TEXT}}})
    assert ("CreateLedger" in world_of(base, listing, create).unkept) == listed


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("Closes ledgers. A maximum of 10 ledgers are allowed to be closed per call.", 10),
        ("You can close up to 100 ledgers in a single request.", 100),
        ("Up to 100 ledgers per account.", None),
        ("At most 20 requests can be made per second at one time.", None),
        ("Returns up to 50 ledgers per request.", None),
        ("Up to 10 ledgers per request, if they are shared.", None),
        ("Up to 5 MB per request.", None),
        ("Up to 10 ledgers per request. Up to 20 lines per request.", None),
    ],
)
def test_how_many_a_request_may_name(text: str, most: int | None) -> None:
    assert per_request(text) == most


def test_the_only_list_of_a_tool_holds_no_more_than_a_request_may_name() -> None:
    close = tool("BatchDeleteLedgers", {"LedgerNames": {"type": "array", "items": TEXT}}, {}, "LedgerNames", says="Deletes ledgers. You can delete up to 2 ledgers in one request.")
    with opened(close) as (world, rows):
        names = [r["LedgerName"] for r in rows]
        assert code(world, "BatchDeleteLedgers", LedgerNames=names[:3]) == "invalid_arguments"
        assert code(world, "BatchDeleteLedgers", LedgerNames=names[:2]) is None
