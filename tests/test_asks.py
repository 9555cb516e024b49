"""What a list can be asked in words: filters by name, filter expressions, sort orders; and the parser behind them, on texts that are and are none."""


import pytest

from agentscaler.asked import Condition, expressed, masked, named, ordered
from agentscaler.envs.asks import mentions, spelled_out
from agentscaler.errors import UNSET, InvalidArguments
from test_answers import FLAG, LEDGER, NUMBER, TEXT, TEXTS, call, opened, thing, tool, world_of

PLACES = {"state": "state", "createTime": "createTime", "labels.*": "labels"}
TAGS = {"type": "array", "items": thing(Key=TEXT, Value=TEXT)}
TIMED = {**LEDGER, "CreatedAt": {"type": "string", "format": "date-time"}, "Tags": TAGS, "EntryNum": NUMBER, "Locked": FLAG}
FILTERS = {
    "type": "array",
    "description": "The filters. status - The state of the ledger. locked - Is it locked? member - Who may write. tag:<key> - A tag and its value. tag-key - The key of a tag. colour - The colour.",
    "items": thing(Name=TEXT, Values=TEXTS),
}


def listing(**takes: object) -> object:
    return tool("ListLedgers", {"MaxResults": NUMBER, "NextToken": TEXT, **takes}, {"Ledgers": {"type": "array", "items": thing(**TIMED)}, "NextToken": TEXT})


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("", []),
        ('state = "OPEN"', [(Condition("state", "=", "OPEN"),)]),
        ("state!=OPEN AND create_time >= 2026-01-01T00:00:00Z", [(Condition("state", "!=", "OPEN"),), (Condition("createTime", ">=", "2026-01-01T00:00:00Z"),)]),
        ("(state = A OR state = B) labels.team:pay", [(Condition("state", "=", "A"), Condition("state", "=", "B")), (Condition("labels.team", "holds", "pay"),)]),
        (r'state = "a \"b\""', [(Condition("state", "=", 'a "b"'),)]),
        ("labels.team:*", [(Condition("labels.team", "any", None),)]),
    ],
)
def test_an_expression_is_read(text: str, tests: list[object]) -> None:
    assert expressed(text, PLACES) == tests


@pytest.mark.parametrize("text", ["colour = 1", "state", "state =", "AND state = 1", "NOT state = 1", "(state = 1", "(state = 1 AND state = 2)", "labels.a'b = 1", "state = 'x", "state = 1 OR"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(InvalidArguments):
        expressed(text, PLACES)


def test_filters_by_name_are_read_and_others_refused() -> None:
    places = {"vpc-id": "VpcId", "tag:": "Tags.Key.Value"}
    assert named(None, "Name", "Values", None, places) == []
    assert named([{"Name": "vpc-id", "Values": ["a", "b"]}], "Name", "Values", None, places) == [(Condition("VpcId", "=", "a"), Condition("VpcId", "=", "b"))]
    assert named([{"Name": "tag:team", "Values": ["a"]}], "Name", "Values", None, places) == [(Condition("Tags.Key.Value", "tag", ("team", "a")),)]
    assert named([{"Key": "vpc-id", "Value": "a", "Op": "NOT_EQUALS"}], "Key", "Value", "Op", places) == [(Condition("VpcId", "!=", "a"),)]
    for wrong in ({"Name": "colour", "Values": ["a"]}, {"Name": "vpc-id"}, {"Name": "tag:", "Values": ["a"]} | {"Name": "tags"}):
        with pytest.raises(InvalidArguments):
            named([wrong], "Name", "Values", None, places)


def test_orders_are_read_and_others_refused() -> None:
    places = {"NAME": "LedgerName", "createTime": "CreatedAt"}
    assert ordered(None, None, places) == ()
    assert ordered("NAME", "Descending", places) == (("LedgerName", True),)
    assert ordered("create_time desc, name", None, places) == (("CreatedAt", True), ("LedgerName", False))
    assert ordered(None, False, {}, usual="CreatedAt") == (("CreatedAt", True),)
    for wrong in ("colour", "name sideways", "name,"):
        with pytest.raises(InvalidArguments):
            ordered(wrong, None, places)


def test_a_mask_keeps_what_it_names_and_empties_what_nobody_gives() -> None:
    places, values = {"displayName": "name", "note": "note"}, {"name": "a", "note": UNSET}
    assert masked(None, places, values) == values
    assert masked("display_name", places, values) == {"name": "a"}
    assert masked("note", places, values) == {"note": None}
    with pytest.raises(InvalidArguments):
        masked("colour", places, values)


def test_a_mask_replaces_the_object_that_it_names_and_changes_one_part_of_it() -> None:
    places, held = {"config": "config"}, {"config": {"size": 3, "disk": {"kind": "ssd", "gb": 10}, "zone": "a"}}
    given = {"config": {"size": 4}}
    assert masked("config", places, given, held) == given
    assert masked(None, places, given, held) == given  # without a mask, what is given is written whole
    assert masked("config.size", places, given, held) == {"config": {**held["config"], "size": 4}}
    assert masked("config.zone", places, given, held) == {"config": {"size": 3, "disk": held["config"]["disk"]}}  # named and not given
    assert masked("config.disk.gb,config.size", places, {"config": {"size": 4, "disk": {"gb": 20}}}, held) == {"config": {"size": 4, "disk": {"kind": "ssd", "gb": 20}, "zone": "a"}}
    assert masked("config.size", places, {"config": UNSET}, held) == {"config": {"disk": held["config"]["disk"], "zone": "a"}}
    assert masked("config.cpu.cores", places, given, held) == held


def test_names_of_filters_are_found_in_prose() -> None:
    assert spelled_out("The filters. vpc-id - The ID of the VPC. state - The state.")[:2] == ["vpc-id", "state"]
    assert set(spelled_out("Other valid keys include Owner , Name , and DocumentType .")) >= {"Owner", "DocumentType"}
    assert "RuleName" in spelled_out("RuleName - String - required: no - policy name")
    assert "taskId" in spelled_out("taskId Filter by [task id]. Type: String Required: No")
    assert "Type" not in spelled_out("taskId Filter by [task id]. Type: String Required: No")
    assert "desc" not in spelled_out("A comma-separated list. Use `desc` after a field name for the reverse.")
    assert spelled_out("An array of filters that narrow what is listed.") == []
    assert spelled_out("Use these filters to see less: name platform status") == ["name", "platform", "status"]
    assert spelled_out("You can filter on name , version , and type .") == ["name", "version", "type"]
    assert spelled_out("The supported fields: TeamId (of the team), Name (of the plan).") == ["TeamId", "Name"]
    assert spelled_out("The only supported filter name is state . If you give none, all are listed.") == ["state"]
    assert spelled_out("ruleId is filtered by [rule id]. ruleName -Filter by [rule name].") == ["ruleId", "ruleName"]
    assert spelled_out("The filter is applied first: rows that do not match are left out.") == []


def test_a_filter_says_how_it_compares_where_it_must() -> None:
    def way(named: str, schema: object) -> tuple[str, ...]:
        items = {**thing(FieldName=TEXT, FieldValue=TEXT, **{named: schema}), "required": ["FieldName", "FieldValue", named]}  # type: ignore[arg-type]
        filters = {"type": "array", "description": "Supported filter fields: Status, Owner.", "items": items}
        operation = next(o for o in world_of(listing(Filters=filters)).model.operations if o.name == "ListLedgers")  # type: ignore[arg-type,union-attr]
        return next((a.pair for a in operation.arguments if a.name == "Filters"), ())

    assert way("ExactMatch", {**FLAG, "description": "Exact search or not"}) == ("FieldName", "FieldValue", "ExactMatch")
    assert way("Op", {**TEXT, "description": "The operator. Values: EXACT (the same), FUZZY (a part), NOT (others)."}) == ("FieldName", "FieldValue", "Op")
    assert way("ExactMatch", {**FLAG, "description": "Whether to use fuzzy search"}) == ()
    assert way("Op", {**TEXT, "description": "The operator."}) == ()
    given = [{"Name": "state", "Values": ["OPEN"], "ExactMatch": True}, {"Name": "state", "Values": ["OP"], "ExactMatch": False}]
    assert named(given, "Name", "Values", "ExactMatch", PLACES) == [(Condition("state", "=", "OPEN"),), (Condition("state", "holds", "OP"),)]


def test_values_that_belong_to_another_field_are_no_names() -> None:
    filters = {"type": "array", "items": thing(Name={"type": "string", "enum": ["open", "shut"], "description": "`status`: its state. `owner`: who owns it. `open`, `shut`: of the state."}, Values=TEXTS)}
    operation = next(o for o in world_of(listing(Filters=filters)).model.operations if o.name == "ListLedgers")  # type: ignore[arg-type,union-attr]
    assert dict(next(a for a in operation.arguments if a.name == "Filters").places) == {"status": "Status", "owner": "Owner"}


def test_a_plain_word_is_a_field_only_where_it_stands_as_one() -> None:
    assert mentions("Supports `name` and create_time.", "name")
    assert mentions('For example state="ACTIVE".', "state")
    assert mentions("Supports `name` and create_time.", "createTime")
    assert not mentions("Use desc after a field name. The state of things.", "name")
    assert not mentions("Use desc after a field name. The state of things.", "state")


def test_a_list_filters_by_name() -> None:
    listed = listing(Filters=FILTERS)
    with opened(listed) as (world, ledgers):  # type: ignore[arg-type]
        words = next(t for t in world_of(listed).tools if t.name == "ListLedgers").parameters["properties"]["Filters"]  # type: ignore[arg-type]
        assert "colour" not in str(words["items"]["properties"]["Name"]["description"]).split("Here:")[1]

        def found(name: str, *values: str) -> list[str]:
            return [r["LedgerName"] for r in call(world, "ListLedgers", Filters=[{"Name": name, "Values": list(values)}])["Ledgers"]]

        for row in ledgers:
            assert found("status", row["Status"]) == [r["LedgerName"] for r in ledgers if r["Status"] == row["Status"]]
            assert found("locked", str(row["Locked"]).lower()) == [r["LedgerName"] for r in ledgers if r["Locked"] == row["Locked"]]
            for tag in row["Tags"] or ():
                alike = [r["LedgerName"] for r in ledgers if tag in (r["Tags"] or ())]
                assert found(f"tag:{tag['Key']}", tag["Value"]) == alike
                assert row["LedgerName"] in alike
                assert row["LedgerName"] in found("tag-key", tag["Key"])
        assert found("status", "NOWHERE") == []
        refused = world.call("ListLedgers", {"Filters": [{"Name": "colour", "Values": ["red"]}]})
        assert refused.error is not None
        assert refused.error.code == "invalid_arguments"


def test_a_list_is_sorted_and_paged_in_its_order() -> None:
    by = {"type": "string", "enum": ["NAME", "CREATION_TIME", "COLOUR"]}
    listed = listing(SortBy=by, SortOrder={"type": "string", "enum": ["Ascending", "Descending"]})
    with opened(listed) as (world, ledgers):  # type: ignore[arg-type]
        for field, key in (("NAME", "LedgerName"), ("CREATION_TIME", "CreatedAt")):
            rows = [r[key] for r in call(world, "ListLedgers", SortBy=field, SortOrder="Descending")["Ledgers"]]
            assert rows == sorted((r[key] for r in ledgers), reverse=True)
        paged, token = [], None
        while True:
            page = call(world, "ListLedgers", SortBy="CREATION_TIME", MaxResults=2, **({"NextToken": token} if token else {}))
            paged += [r["LedgerName"] for r in page["Ledgers"]]
            if not (token := page["NextToken"]):
                break
        assert paged == [r["LedgerName"] for r in sorted(ledgers, key=lambda r: (r["CreatedAt"], r["LedgerName"]))]
        assert world.call("ListLedgers", {"SortBy": "COLOUR"}).error is not None
        key_token = call(world, "ListLedgers", MaxResults=1)["NextToken"]
        assert world.call("ListLedgers", {"SortBy": "NAME", "NextToken": key_token}).error is not None


def test_a_field_to_sort_by_is_spelled_as_the_provider_does() -> None:
    way = {"type": "string", "enum": ["ASC", "DESC"]}
    by = {**TEXT, "description": "The field to sort by.", "examples": ["createdAt"]}
    with opened(listing(SortBy=by, SortOrder=way)) as (world, ledgers):  # type: ignore[arg-type]
        for said in ("createdAt", "CreatedAt", "created_at"):
            assert [r["CreatedAt"] for r in call(world, "ListLedgers", SortBy=said, SortOrder="DESC")["Ledgers"]] == sorted((r["CreatedAt"] for r in ledgers), reverse=True)
    for text in ("The field to sort by. Valid values: PaidTime, LentTime.", "Sort by `PaidTime`."):
        told = next(t for t in world_of(listing(SortBy={**TEXT, "description": text})).tools if t.name == "ListLedgers")  # type: ignore[arg-type]
        assert "SortBy" not in told.parameters["properties"], "what is named and not held is no reason to offer every column"


def test_a_list_of_filters_is_given_no_names_by_its_siblings() -> None:
    text = "Support Status and MemberCount. You can't give both LedgerNames and Filters."
    filters = {"type": "array", "description": text, "items": thing(Name=TEXT, Values=TEXTS)}
    operation = next(o for o in world_of(listing(Filters=filters, LedgerNames=TEXTS)).model.operations if o.name == "ListLedgers")  # type: ignore[arg-type,union-attr]
    names = next(a for a in operation.arguments if a.name == "Filters").places
    assert "MemberCount" in names
    assert "LedgerNames" not in names


def test_from_and_to_bound_the_time_they_speak_of() -> None:
    listed = listing(From={**TEXT, "description": "The beginning of the time range."}, To={**TEXT, "description": "The end of the time range."})
    with opened(listed) as (world, ledgers):  # type: ignore[arg-type]
        times = sorted(r["CreatedAt"] for r in ledgers)
        found = [r["CreatedAt"] for r in call(world, "ListLedgers", From=times[1], To=times[-2])["Ledgers"]]
        assert sorted(found) == times[1:-1]
