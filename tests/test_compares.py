"""What a list compares its rows with (ranges, ends of texts, words looked for in several columns), pages behind a row, and the order a text promises."""

import pytest

from agentscaler.asked import Condition, around, compared
from agentscaler.errors import InvalidArguments
from agentscaler.records import Schema, Tool
from test_answers import LEDGER, NUMBER, TEXT, call, opened, thing, tool, world_of

TIMED = {**LEDGER, "LedgerId": {"type": "string", "description": "The ID of the ledger."}, "CreatedAt": {"type": "string", "format": "date-time"}}


def listing(says: str = "", **takes: Schema) -> Tool:
    return tool("ListLedgers", {"MaxResults": NUMBER, **takes}, {"Ledgers": {"type": "array", "items": thing(**TIMED)}}, says=says)


def test_one_place_must_stand_so_to_what_is_given() -> None:
    assert compared(None, ">", "a") == compared("", "holds", "a") == compared([], "=", "a") == []
    assert compared(3, ">", "a") == [(Condition("a", ">", 3),)]
    assert compared("x", "holds", "a", "b") == [(Condition("a", "holds", "x"), Condition("b", "holds", "x"))]
    assert compared("a*b", "wild", "a") == [(Condition("a", "glob", "*a*b*"),)]
    assert compared("a?[b", "ends", "a") == [(Condition("a", "glob", "*a[?][[]b"),)], "no wildcards but *"


def test_a_page_lies_behind_a_row_or_in_front_of_one() -> None:
    ids = ["a", "b", "c", "d"]
    assert around(ids, "b", None, 2) == (2, 2)
    assert around(ids, None, "d", 2) == (1, 2)
    assert around(ids, None, "b", 5) == (0, 1)
    for behind, ahead in (("x", None), (None, "x"), ("a", "b")):
        with pytest.raises(InvalidArguments):
            around(ids, behind, ahead, 2)


def test_bounds_are_exclusive_where_they_say_so() -> None:
    bounds = thing(gt=TEXT, gte=TEXT, lt=TEXT, lte=TEXT)
    with opened(listing(created_at=bounds, created_at_lt=TEXT)) as (world, ledgers):
        times = sorted(r["CreatedAt"] for r in ledgers)
        middle = times[len(times) // 2]
        for sign, kept in (("gt", [t for t in times if t > middle]), ("gte", [t for t in times if t >= middle]), ("lt", [t for t in times if t < middle]), ("lte", [t for t in times if t <= middle])):
            assert sorted(r["CreatedAt"] for r in call(world, "ListLedgers", created_at={sign: middle})["Ledgers"]) == kept, sign
        assert sorted(r["CreatedAt"] for r in call(world, "ListLedgers", created_at_lt=middle)["Ledgers"]) == [t for t in times if t < middle]


def test_created_is_a_time_that_bounds_speak_of() -> None:
    rows = {"Ledgers": {"type": "array", "items": thing(**LEDGER, Created={**TEXT, "examples": ["2026-01-02", "2026-02-03", "2026-03-04"]})}}
    with opened(tool("ListLedgers", {"Created": thing(gt=TEXT, lte=TEXT), "Owner": thing(gt=TEXT)}, rows)) as (world, ledgers):
        times = sorted({r["Created"] for r in ledgers} - {None})
        found = call(world, "ListLedgers", Created={"gt": times[0]})["Ledgers"]
        assert [r["LedgerName"] for r in found] == [r["LedgerName"] for r in ledgers if r["Created"] and r["Created"] > times[0]]
        assert world.call("ListLedgers", {"Owner": {"gt": "a"}}).error is not None, "a text has no bounds"


def test_bounds_of_nothing_held_are_not_offered() -> None:
    told = next(t for t in world_of(listing(paid_at=thing(gt=TEXT, lt=TEXT), Weight=thing(gt=NUMBER))).tools if t.name == "ListLedgers")
    assert set(told.parameters["properties"]) == {"MaxResults"}


def test_ends_of_a_range_of_texts_and_the_end_of_a_text() -> None:
    with opened(listing(Name_from=TEXT, Name_to=TEXT, Note_ends_with=TEXT, To=TEXT)) as (world, ledgers):
        names = sorted((r["LedgerName"] for r in ledgers), key=str.lower)
        found = [r["LedgerName"] for r in call(world, "ListLedgers", Name_from=names[1].upper(), Name_to=names[-2])["Ledgers"]]
        assert sorted(found, key=str.lower) == [n for n in names if names[1].lower() <= n.lower() <= names[-2].lower()]
        note = next(r["Note"] for r in ledgers if r["Note"])
        assert {r["Note"] for r in call(world, "ListLedgers", Note_ends_with=note[-4:].upper())["Ledgers"]} == {r["Note"] for r in ledgers if r["Note"] and r["Note"].endswith(note[-4:])}


def test_words_are_looked_for_in_every_column_that_the_text_names() -> None:
    keyword = {**TEXT, "description": "Fuzzy search by ledger name or note."}
    with opened(listing(Keyword=keyword)) as (world, ledgers):
        row = next(r for r in ledgers if r["Note"])
        for said in (row["LedgerName"][1:5].upper(), row["Note"][2:9]):
            found = {r["LedgerName"] for r in call(world, "ListLedgers", Keyword=said)["Ledgers"]}
            assert found == {r["LedgerName"] for r in ledgers if said.lower() in r["LedgerName"].lower() or said.lower() in (r["Note"] or "").lower()}
            assert row["LedgerName"] in found


@pytest.mark.parametrize("text", ["A query with clauses, each with a field, an operator and a name.", "Keyword.", "Search for colours.", 'Filter, e.g. name:"north".'])
def test_a_query_in_a_language_of_its_own_is_no_word(text: str) -> None:
    told = next(t for t in world_of(listing(Query={**TEXT, "description": text})).tools if t.name == "ListLedgers")
    assert "Query" not in told.parameters["properties"]


def test_a_star_stands_for_anything() -> None:
    pattern = {**TEXT, "description": "Allows searching for ledgers by name. Wildcards (*) are allowed."}
    with opened(listing(LedgerName=pattern)) as (world, ledgers):
        name = next(r["LedgerName"] for r in ledgers if len(r["LedgerName"]) > 4)
        for said in (f"{name[0]}*{name[-2:]}", name[1:-1], name.upper()):
            assert name in {r["LedgerName"] for r in call(world, "ListLedgers", LedgerName=said)["Ledgers"]}
        assert call(world, "ListLedgers", LedgerName="no*such*thing")["Ledgers"] == []


def cursors(says: str = "") -> tuple[Tool, ...]:
    cursor = {**TEXT, "description": "A cursor: the ID of a row that defines your place in the list."}
    return (
        tool("CreateLedger", {"Name": TEXT, "Owner": TEXT}, {"Ledger": thing(**TIMED)}, "Owner"),
        tool("DescribeLedger", {"LedgerId": TEXT}, {"Ledger": thing(**TIMED)}, "LedgerId"),
        tool("UpdateLedger", {"LedgerId": TEXT, "Note": TEXT}, {"Ledger": thing(**TIMED)}, "LedgerId"),
        tool("DeleteLedger", {"LedgerId": TEXT}, {}, "LedgerId"),
        listing(says, starting_after=cursor, ending_before=cursor),
    )


@pytest.mark.parametrize(("says", "down"), [("Lists ledgers.", None), ("Lists ledgers, sorted by creation date, with the most recent first.", True), ("Ledgers in ascending order, sorted by `CreatedAt` in ascending order.", False)])
def test_pages_go_on_behind_a_row_in_the_order_the_text_promises(says: str, down: bool | None) -> None:
    with opened(*cursors(says)) as (world, ledgers):
        times = [r["CreatedAt"] for r in ledgers]
        if down is not None:
            assert times == sorted(times, reverse=down)
        pages, last = [], {}
        while page := call(world, "ListLedgers", MaxResults=3, **last)["Ledgers"]:
            pages += page
            last = {"starting_after": page[-1]["LedgerId"]}
        assert pages == ledgers
        before = call(world, "ListLedgers", MaxResults=2, ending_before=ledgers[3]["LedgerId"])["Ledgers"]
        assert before == ledgers[1:3]
        assert call(world, "ListLedgers", ending_before=ledgers[0]["LedgerId"])["Ledgers"] == []
        refused = world.call("ListLedgers", {"starting_after": "nobody"})
        assert refused.error is not None
        assert refused.error.code == "invalid_arguments"


@pytest.mark.parametrize("says", ["Ledgers can be sorted in ascending or descending order.", "Sorted by lastPaidTime, starting with the most recent.", "Returns the latest ledgers."])
def test_no_order_is_made_up(says: str) -> None:
    operation = next(o for o in world_of(listing(says)).model.operations if o.name == "ListLedgers")  # type: ignore[union-attr]
    assert operation.order is None
