"""What a call says of ids that no row has: it lists them beside the rows, where the provider has a list for them."""

import pytest

from test_answers import LEDGER, NUMBER, TEXT, TEXTS, Schema, call, opened, thing, tool, world_of

ROWS: Schema = {"type": "array", "items": thing(**LEDGER)}


def failures(**fields: Schema) -> Schema:
    return {"type": "array", "items": thing(**fields)}


@pytest.mark.parametrize(
    ("name", "schema", "said"),
    [
        ("LedgersNotFound", TEXTS, "gone"),
        ("Errors", failures(LedgerName=TEXT, ErrorCode={"type": "string", "enum": ["THROTTLED", "LEDGER_NOT_FOUND"]}, ErrorMessage=TEXT), {"LedgerName": "gone", "ErrorCode": "LEDGER_NOT_FOUND", "ErrorMessage": "it does not exist"}),
        ("Unprocessed", failures(Id=TEXT, Error=thing(Code=TEXT, Message=TEXT, Tries=NUMBER)), {"Id": "gone", "Error": {"Code": "not_found", "Message": "it does not exist"}}),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_listed(name: str, schema: Schema, said: object) -> None:
    read = tool("BatchGetLedgers", {"LedgerNames": TEXTS}, {"Ledgers": ROWS, name: schema}, "LedgerNames")
    gone = tool("BatchDeleteLedgers", {"LedgerNames": TEXTS}, {name: schema}, "LedgerNames")
    with opened(read, gone) as (world, ledgers):
        first, second = (r["LedgerName"] for r in ledgers[:2])
        assert call(world, "BatchGetLedgers", LedgerNames=[first])[name] == []
        found = call(world, "BatchGetLedgers", LedgerNames=[first, "gone"])
        assert ([r["LedgerName"] for r in found["Ledgers"]], found[name]) == ([first], [said])
        assert call(world, "BatchDeleteLedgers", LedgerNames=["gone", second]) == {name: [said]}
        assert [r["LedgerName"] for r in call(world, "ListLedgers")["Ledgers"]] == [r["LedgerName"] for r in ledgers if r["LedgerName"] != second]
        assert call(world, "BatchDeleteLedgers", LedgerNames=[first]) == {name: []}


def test_a_list_that_names_no_id_stays_empty_and_another_delete_is_refused() -> None:
    told = failures(Code=TEXT, Message=TEXT)
    read = tool("BatchGetLedgers", {"LedgerNames": TEXTS}, {"Ledgers": ROWS, "Errors": told}, "LedgerNames")
    gone = tool("BatchDeleteLedgers", {"LedgerNames": TEXTS}, {"Errors": told}, "LedgerNames")
    with opened(read, gone) as (world, ledgers):
        found = call(world, "BatchGetLedgers", LedgerNames=["gone"])
        assert (found["Ledgers"], found["Errors"]) == ([], [])
        refused = world.call("BatchDeleteLedgers", {"LedgerNames": [ledgers[0]["LedgerName"], "gone"]})
        assert refused.error is not None
        assert refused.error.code == "not_found"
    assert "lost = " not in world_of(read, gone).tools_py


def test_what_succeeded_is_without_what_is_not_there() -> None:
    gone = tool("BatchDeleteLedgers", {"LedgerNames": TEXTS}, {"DeletedNames": TEXTS, "FailedNames": TEXTS}, "LedgerNames")
    with opened(gone) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert call(world, "BatchDeleteLedgers", LedgerNames=[name, "gone"]) == {"DeletedNames": [name], "FailedNames": ["gone"]}


def test_rows_that_are_answered_as_they_were_stand_beside_what_is_not_there() -> None:
    gone = tool("BatchDeleteLedgers", {"LedgerNames": TEXTS}, {"Ledgers": ROWS, "Errors": failures(LedgerName=TEXT, Message=TEXT)}, "LedgerNames")
    with opened(gone) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        answer = call(world, "BatchDeleteLedgers", LedgerNames=[name, "gone"])
        assert [r["LedgerName"] for r in answer["Ledgers"]] == [name]
        assert answer["Errors"] == [{"LedgerName": "gone", "Message": "it does not exist"}]
