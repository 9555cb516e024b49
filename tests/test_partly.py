"""Writes that touch a part of what a row holds: flat names, what is emptied, wrappers, maps that keep their other keys."""

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.records import EnvSpec, Schema, Tool
from agentscaler.world import World
from test_answers import FLAG, LEDGER, NUMBER, TEXT, TEXTS, call, opened, thing, tool, world_of

HOOK = {"type": "object", "additionalProperties": TEXT}
PLAN = thing(Summary=TEXT, Level=NUMBER, TeamId=TEXT)
PARTS = {**LEDGER, "Hook": HOOK, "Plan": PLAN}
KEYS = {"type": "object", "description": "Individual keys can be unset by posting an empty value to them.", "additionalProperties": TEXT}


def ledgers(takes: dict[str, Schema], shows: dict[str, Schema]) -> tuple[Tool, ...]:
    one = {"Ledger": thing(**shows)}
    return (
        tool("CreateLedger", {"LedgerName": TEXT, "Owner": TEXT, "Members": TEXTS, **{n: s for n, s in takes.items() if not n.startswith(("clear", "Remove"))}}, one, "LedgerName", "Owner", "Members"),
        tool("DescribeLedger", {"LedgerName": TEXT}, one, "LedgerName"),
        tool("ListLedgers", {"MaxResults": NUMBER, "NextToken": TEXT}, {"Ledgers": {"type": "array", "items": thing(**shows)}, "NextToken": TEXT}),
        tool("UpdateLedger", {"LedgerName": TEXT, "Owner": TEXT, **takes}, one, "LedgerName"),
    )


def test_flat_names_set_the_parts_of_an_object() -> None:
    takes = {"HookUrl": TEXT, "HookNewEntrySound": TEXT, "HookNewEntryText": TEXT, "PlanSummary": TEXT, "PlanLevel": TEXT, "PlanTeamId": TEXT}
    with opened(*ledgers(takes, PARTS)) as (world, _):
        made = call(world, "CreateLedger", LedgerName="n1", Owner="Ana", Members=[], HookUrl="u", HookNewEntrySound="ping", PlanSummary="s")["Ledger"]
        assert made["Hook"] == {"Url": "u", "New_Entry": {"Sound": "ping"}} or made["Hook"] == {"url": "u", "new_entry": {"sound": "ping"}}
        assert made["Plan"] == {"Summary": "s"}
        url = next(k for k in made["Hook"] if k.lower() == "url")
        after = call(world, "UpdateLedger", LedgerName="n1", HookUrl="v")["Ledger"]
        assert after["Hook"] == {**made["Hook"], url: "v"}
        assert after["Plan"] == made["Plan"]
        assert call(world, "UpdateLedger", LedgerName="n1", Owner="Ben")["Ledger"]["Hook"] == after["Hook"]


def test_a_part_of_another_kind_or_an_id_is_not_set() -> None:
    takes = {"PlanSummary": TEXT, "PlanLevel": TEXT, "PlanTeamId": TEXT}
    offered = next(t for t in world_of(*ledgers(takes, PARTS)).tools if t.name == "UpdateLedger").parameters["properties"]
    assert set(takes) & set(offered) == {"PlanSummary"}, "a level is no text, and what else the plan tells of its team would go stale"


def test_what_a_call_says_is_emptied() -> None:
    says = {"description": "Whether to clear it."}
    takes = {"Note": TEXT, "clearNote": {**FLAG, **says}, "clearOwner": {**FLAG, **says}, "RemoveFields": {"type": "array", "items": {"type": "string", "enum": ["note", "family", "ledger-name", "colour"]}}}
    with opened(*ledgers(takes, LEDGER)) as (world, rows):
        row = rows[0]["LedgerName"]
        offered = next(t for t in world_of(*ledgers(takes, LEDGER)).tools if t.name == "UpdateLedger").parameters["properties"]
        assert "clearOwner" not in offered, "a create must be given it"
        call(world, "UpdateLedger", LedgerName=row, Note="x")
        assert call(world, "UpdateLedger", LedgerName=row, clearNote=False)["Ledger"]["Note"] == "x"
        assert call(world, "UpdateLedger", LedgerName=row, clearNote=True)["Ledger"]["Note"] is None
        after = call(world, "UpdateLedger", LedgerName=row, Note="y", RemoveFields=["family"])["Ledger"]
        assert (after["Note"], after["Family"], after["Owner"]) == ("y", None, rows[0]["Owner"])
        assert world.call("UpdateLedger", {"LedgerName": row, "RemoveFields": ["colour"]}).error is not None


def test_a_wrapper_says_only_whether_a_value_is_given() -> None:
    with opened(*ledgers({"Note": thing(optionalValue=TEXT)}, LEDGER)) as (world, rows):
        row = rows[0]["LedgerName"]
        assert call(world, "UpdateLedger", LedgerName=row, Note={"optionalValue": "x"})["Ledger"]["Note"] == "x"
        assert call(world, "UpdateLedger", LedgerName=row, Owner="Ben")["Ledger"]["Note"] == "x"
        assert call(world, "UpdateLedger", LedgerName=row, Note={})["Ledger"]["Note"] is None


def shop(*tools: Tool) -> EnvSpec:
    """The world of a service that no cloud defines."""
    theirs = {f"t{i}": t.model_copy(update={"source": t.source.model_copy(update={"vendor": "shop"})}) for i, t in enumerate(tools)}
    return build_env(one_domain(theirs, "books"), theirs, {"shop:books": compile_tools("shop:books", theirs)}).env


def test_a_map_is_a_map_in_both_and_keeps_the_keys_that_are_not_named() -> None:
    shows = {**LEDGER, "metadata": {"type": "string", "description": "Pairs."}}
    with World.open(shop(*ledgers({"metadata": KEYS}, shows)), seed=3) as world:
        rows = call(world, "ListLedgers")["Ledgers"]
        row = rows[0]["LedgerName"]
        assert all(r["metadata"] is None or isinstance(r["metadata"], dict) for r in rows)
        call(world, "UpdateLedger", LedgerName=row, metadata={"a": "1", "b": "2"})
        after = call(world, "UpdateLedger", LedgerName=row, metadata={"a": "", "c": "3"})["Ledger"]["metadata"]
        assert {k: v for k, v in after.items() if k in "abc"} == {"b": "2", "c": "3"}


def test_what_says_more_of_itself_is_no_map() -> None:
    for plain in ({"type": "string", "description": "A JSON text."}, {"type": "string", "enum": ["a", "b"]}):
        told = shop(*ledgers({"Note": TEXT, "metadata": KEYS}, {**LEDGER, "metadata": plain})).tools
        assert "metadata" not in next(t for t in told if t.name == "UpdateLedger").parameters["properties"]
