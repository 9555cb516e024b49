"""What a list can be narrowed by: filters whose names a text gives in its own way, objects in objects, ids inside an object, flags by two words, names in any case, and what is no filter."""

from typing import Any

import pytest

from agentscaler.asked import Condition, compared, expressed, named
from agentscaler.envs.asks import serves_nothing
from agentscaler.envs.compares import switched
from agentscaler.envs.drafts import Draft
from agentscaler.envs.service import compile_service
from agentscaler.envs.unkept import unkept
from agentscaler.errors import InvalidArguments
from agentscaler.gate import check_env
from agentscaler.records import Argument, Schema, Tool
from test_answers import FLAG, LEDGER, NUMBER, TEXT, TEXTS, call, opened, thing, tool, world_of

KEEPER = thing(Id={**TEXT, "examples": ["k-1", "k-2", "k-3"]}, FullName=TEXT)
ROW = {
    **LEDGER, "LedgerStatus": TEXT, "CreatedAt": {"type": "string", "format": "date-time"}, "Keeper": KEEPER, "Device": thing(SerialId={**TEXT, "examples": ["s-1", "s-2"]}),
    "IsActive": FLAG, "LanguageCode": {"type": "string", "enum": ["en", "de", "fr"]}, "ShelfArn": TEXT,
}  # fmt: skip


def listing(fields: dict[str, Schema] = ROW, **takes: Schema) -> Tool:
    return tool("ListLedgers", {"MaxResults": NUMBER, "NextToken": TEXT, **takes}, {"Ledgers": {"type": "array", "items": thing(**fields)}, "NextToken": TEXT})


def taken(listed: Tool, name: str) -> Argument | None:
    model = world_of(listed).model
    assert model is not None
    return next((a for o in model.operations if o.name == "ListLedgers" for a in o.arguments if a.name == name), None)


def filters(text: str, which: str = "The name of the filter. Filter names are case-sensitive.", **more: Schema) -> Schema:
    return {"type": "array", "description": text, "items": thing(Name={**TEXT, "description": which}, Values=TEXTS, **more)}


def places(text: str, **takes: Schema) -> dict[str, str]:
    found = taken(listing(Filters=filters(text), **takes), "Filters")
    return dict(found.places) if found else {}


# ---- filters by name ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Conditions: Family, ledger family. 0: cash Owner, who it is of. <Note>The note", {"Family", "Owner", "Note"}),
        ("Search fields, which are Owner (who it is of), Note, Family", {"Owner", "Note", "Family"}),
        ("These are supported: LedgerName Owner Family", {"LedgerName", "Owner", "Family"}),
        ("What to filter. Family - the kind of book. 0 - cash", {"Family"}),
        ("You can filter on owner to see less.", {"owner"}),
        ("Kinds (Regular, Owner, Note, Family).", set()),
        ("Sorted by Owner. Note that all are listed.", set()),
        ("Keywords: what is looked for.", set()),
        ("This parameter is not currently supported.", set()),
    ],
)
def test_names_of_filters_stand_in_texts_in_many_ways(text: str, names: set[str]) -> None:
    assert set(places(text)) == names


def test_a_word_of_the_form_of_a_text_is_no_name() -> None:
    text = "Colour - String - Required: No - what it looks like. Family - String - Required: No - what it is."
    found = taken(listing({**ROW, "No": TEXT}, Filters=filters(text)), "Filters")
    assert found is not None
    assert set(found.places) == {"Family"}


def test_where_nothing_is_said_of_names_the_fields_of_the_answer_are_offered() -> None:
    found = places("One or more filters.")
    assert {"Owner": "Owner", "Family": "Family"}.items() <= found.items()
    assert "Keeper" not in found, "an object is not compared with a text"
    told = tool("DescribeShelf", {"ShelfId": TEXT, "Filters": filters("shelf-id - The ID of the shelf.")}, {"Shelf": thing(ShelfId=TEXT)}, "ShelfId")
    model = world_of(listing(Filters=filters("One or more filters.")), told).model
    assert model is not None
    spelled = next(a.places for o in model.operations if o.name == "ListLedgers" for a in o.arguments if a.name == "Filters")
    assert {"ledger-name", "owner"} <= spelled.keys(), "as the service's other lists spell theirs"


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("This parameter isn't currently supported.", True), ("Not currently supported.", True), ("There are no supported filters.", True), ("Reserved field.", True),
        ("This parameter is supported for all ledgers.", False), ("The name. Not supported for closed ledgers.", False), ("Which are not yet used.", False), ("", False),
    ],
)  # fmt: skip
def test_what_a_provider_says_is_without_effect(text: str, nothing: bool) -> None:
    assert serves_nothing({"description": text}) == nothing


def test_one_filter_instead_of_a_list_of_them() -> None:
    one = {**thing(Name={**TEXT, "description": "`owner` or `family`"}, Values=TEXTS), "description": "The filter.", "required": ["Name", "Values"]}
    assert named({"Name": "a", "Values": ["x"]}, "Name", "Values", None, {"a": "A"}) == [(Condition("A", "=", "x"),)]
    with opened(listing(Filter=one)) as (world, ledgers):
        found = call(world, "ListLedgers", Filter={"Name": "owner", "Values": [ledgers[0]["Owner"]]})["Ledgers"]
        assert [r["LedgerName"] for r in found] == [r["LedgerName"] for r in ledgers if r["Owner"] == ledgers[0]["Owner"]]
        assert world.call("ListLedgers", {"Filter": {"Name": "colour", "Values": ["red"]}}).error is not None


# ---- filters written as calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ('equals(state,"OPEN")', [(Condition("data.state", "=", "OPEN"),)]),
        ("and(any(state,['A','B']),greater-than(made,2026-01-02T00:00:00Z))", [(Condition("data.state", "=", "A"), Condition("data.state", "=", "B")), (Condition("made", ">", "2026-01-02T00:00:00Z"),)]),
        ('contains(state,"a, b"),equals(made,true)', [(Condition("data.state", "holds", "a, b"),), (Condition("made", "=", True),)]),
        ("less-than(made,-3.5),equals(made,7)", [(Condition("made", "<", -3.5),), (Condition("made", "=", 7),)]),
        ('ends-with(state,"x")', [(Condition("data.state", "glob", "*x"),)]),
        ("", []),
    ],
)
def test_a_filter_may_be_written_as_calls(text: str, tests: list[Any]) -> None:
    assert expressed(text, {"state": "data.state", "made": "made"}, "calls") == tests


@pytest.mark.parametrize("text", ["state=OPEN", 'like(state,"x")', 'equals(colour,"red")', 'equals(state,"x"', 'equals(state,"x") or', "not(equals(state,1))"])
def test_what_is_no_such_call_is_refused(text: str) -> None:
    with pytest.raises(InvalidArguments):
        expressed(text, {"state": "state"}, "calls")


def test_fields_and_operators_that_a_text_lists_make_a_filter_of_calls() -> None:
    says = "Allowed field(s)/operator(s): `owner`: `any`, `equals` (string) `SerialId`: `equals` (string) `colour`: `equals` `note`: `has`"
    listed = listing(filter={**TEXT, "description": says})
    found = taken(listed, "filter")
    assert found is not None
    assert dict(found.places) == {"owner": "Owner", "SerialId": "Device.SerialId"}, "what nobody holds and what has no known operator is not offered"
    with opened(listed) as (world, ledgers):
        row = next(r for r in ledgers if r["Device"])
        alike = [r["LedgerName"] for r in ledgers if (r["Device"] or {}).get("SerialId") == row["Device"]["SerialId"]]
        assert [r["LedgerName"] for r in call(world, "ListLedgers", filter=f'equals(SerialId,"{row["Device"]["SerialId"]}")')["Ledgers"]] == alike
    assert taken(listing(filter={**TEXT, "description": "A filter: `owner` is who it is of."}), "filter") is None


# ---- objects ----------------------------------------------------------------------------------------------------------------


def test_a_query_holds_a_filter_and_an_order() -> None:
    query = thing(
        filter=thing(owner=TEXT, created_at=thing(start_at=TEXT, end_at=TEXT), colour=TEXT),
        sort=thing(sort_order={"type": "string", "enum": ["DESC", "ASC"]}),
    )
    listed = listing(query=query)
    with opened(listed) as (world, ledgers):
        told = next(t for t in world_of(listed).tools if t.name == "ListLedgers").parameters["properties"]["query"]["properties"]
        assert set(told["filter"]["properties"]) == {"owner", "created_at"}
        times = sorted(r["CreatedAt"] for r in ledgers)
        asked = {"filter": {"created_at": {"start_at": times[1], "end_at": times[-2]}}, "sort": {"sort_order": "DESC"}}
        assert [r["CreatedAt"] for r in call(world, "ListLedgers", query=asked)["Ledgers"]] == sorted((t for t in times if times[1] <= t <= times[-2]), reverse=True)
        assert {r["Owner"] for r in call(world, "ListLedgers", query={"filter": {"owner": ledgers[0]["Owner"]}})["Ledgers"]} == {ledgers[0]["Owner"]}
        assert len(call(world, "ListLedgers", query={})["Ledgers"]) == len(ledgers)
    assert list(check_env(world_of(listed))) == []


def test_bounds_of_a_map_are_those_that_its_text_names() -> None:
    bounds = {"type": "object", "description": "Use `gt` (>) or `lte` (<=) to filter by the time.", "additionalProperties": TEXT}
    listed = listing(CreatedAt=bounds, Keeper={**bounds, "description": "The keeper."})
    told = next(t for t in world_of(listed).tools if t.name == "ListLedgers").parameters["properties"]
    assert set(told["CreatedAt"]["properties"]) == {"gt", "lte"}
    assert "Keeper" not in told
    with opened(listed) as (world, ledgers):
        times = sorted(r["CreatedAt"] for r in ledgers)
        assert sorted(r["CreatedAt"] for r in call(world, "ListLedgers", CreatedAt={"gt": times[0]})["Ledgers"]) == [t for t in times if t > times[0]]


def test_start_and_end_bound_a_time_only_where_an_object_holds_nothing_else() -> None:
    found = taken(listing(CreatedAtRange=thing(start=TEXT, end=TEXT)), "CreatedAtRange")
    assert found is not None
    assert {(a.name, a.sign) for a in found.inside} == {("start", ">="), ("end", "<=")}
    assert taken(listing(CreatedAtRange=thing(start=TEXT, end=TEXT, zone=TEXT)), "CreatedAtRange") is None


def test_an_id_may_stand_inside_an_object() -> None:
    with opened(listing(KeeperIds=TEXTS, SerialId=TEXT, ShopIds=TEXTS)) as (world, ledgers):
        keepers = {r["Keeper"]["Id"] for r in ledgers if r["Keeper"]}
        some = sorted(keepers)[:2]
        assert [r["LedgerName"] for r in call(world, "ListLedgers", KeeperIds=some)["Ledgers"]] == [r["LedgerName"] for r in ledgers if r["Keeper"] and r["Keeper"]["Id"] in some]
        assert world.call("ListLedgers", {"ShopIds": ["x"]}).error is not None
    two = {**ROW, "Box": thing(SerialId=TEXT)}
    assert taken(listing(two, SerialId=TEXT), "SerialId") is None, "of two objects that hold one nobody knows which"


def test_a_flag_is_asked_for_by_two_words() -> None:
    words: Schema = {"type": "string", "enum": ["active", "inactive", "all"]}
    assert compared("active", "active", "a") == [(Condition("a", "=", True),)]
    assert compared("inactive", "active", "a") == [(Condition("a", "=", False),)]
    assert compared("all", "active", "a") == []
    draft = Draft(("ledger",), [])
    draft.force("IsActive", FLAG).shown = True
    entry = compile_service("aws:books", {"t": listing(Status=words, State={"type": "string", "enum": ["active", "inactive", "deleted"]})}).entries[0]
    found = switched(entry, "Status", draft)
    assert found is not None
    assert (found.sign, dict(found.places)) == ("active", {"IsActive": "IsActive"})
    assert switched(entry, "State", draft) is None, "a third word is no flag's"
    draft.force("Status", TEXT).shown = True
    assert switched(entry, "Status", draft) is None, "the rows say their state themselves"


# ---- what names a row ---------------------------------------------------------------------------------------------------------


def test_what_must_exist_is_not_found_where_it_does_not() -> None:
    with opened(listing(LedgerName={**TEXT, "description": "Constraints: If supplied, must match an existing ledger. This parameter isn't case-sensitive."}, Owner={**TEXT, "description": "Must match an existing owner."})) as (world, ledgers):
        name = ledgers[0]["LedgerName"]
        assert [r["LedgerName"] for r in call(world, "ListLedgers", LedgerName=name.swapcase())["Ledgers"]] == [name]
        refused = world.call("ListLedgers", {"LedgerName": "nowhere"})
        assert refused.error is not None
        assert refused.error.code == "not_found"
        assert call(world, "ListLedgers", Owner="nobody")["Ledgers"] == [], "no table holds owners"
    with opened(listing(LedgerName=TEXT)) as (world, ledgers):
        assert call(world, "ListLedgers", LedgerName=ledgers[0]["LedgerName"].swapcase())["Ledgers"] == []


def test_a_name_or_arn_is_looked_for_in_the_column_of_the_arn() -> None:
    found = taken(listing(Shelf={**TEXT, "description": "The short name or full Amazon Resource Name (ARN) of the shelf."}), "Shelf")
    assert found is not None
    assert found.column == "ShelfArn"
    assert taken(listing(Shelf={**TEXT, "description": "The shelf."}), "Shelf") is None


@pytest.mark.parametrize(("text", "filters"), [("The language code of the ledger entries.", True), ("Language code for filtering the list.", True), ("The language code of the response.", False), ("The language to use for the texts.", False), ("", False)])
def test_a_language_is_a_filter_where_the_text_speaks_of_what_is_listed(text: str, filters: bool) -> None:
    assert (taken(listing(LanguageCode={**TEXT, "description": text}), "LanguageCode") is not None) == filters


def test_names_are_spelled_as_the_text_spells_them() -> None:
    by = taken(listing(OrderBy={**TEXT, "description": "The supported fields are: - ledger_name - member_count - owner. By default they stand as they come."}), "OrderBy")
    assert by is not None
    assert {"ledger_name", "member_count"} <= by.places.keys()
    assert not {"LedgerName", "MemberCount"} & by.places.keys()


# ---- what is none of substance ------------------------------------------------------------------------------------------------


def test_pages_callers_and_the_form_of_an_answer_are_not_called_unkept() -> None:
    aside = {"page_cursor": TEXT, "page_size": NUMBER, "MemberId": TEXTS, "opt_fields": TEXTS, "userProject": TEXT, "Colour": {**TEXT, "description": "This parameter is not currently supported."}}
    listed = tool("ListLedgers", {**aside, "Shape": TEXT}, {"Ledgers": {"type": "array", "items": thing(**LEDGER)}})
    env = world_of(listed)
    model = env.model
    assert model is not None
    operation, shown = next(o for o in model.operations if o.name == "ListLedgers"), next(t for t in env.tools if t.name == "ListLedgers")
    assert unkept(operation, shown, listed, model, ()) == ("not taken: Shape",)
