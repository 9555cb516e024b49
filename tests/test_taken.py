"""Arguments of writes: what no read shows is kept all the same, what a read shows under another name is set there, and what is of the call is neither."""

import pytest

from agentscaler.envs.calls import deed, of_call
from agentscaler.records import EnvSpec, Schema
from test_answers import FLAG, LEDGER, NUMBER, TEXT, TEXTS, call, opened, thing, tool, world_of
from test_partly import ledgers

TAGS: Schema = {"type": "object", "additionalProperties": TEXT}


def offered(env: EnvSpec, name: str) -> set[str]:
    return set(next(t for t in env.tools if t.name == name).parameters["properties"])


def held(env: EnvSpec, column: str) -> bool:
    assert env.model is not None
    return any(c.name == column for t in env.model.tables for c in t.columns)


def test_a_create_keeps_what_no_read_shows_and_an_update_what_a_create_is_given() -> None:
    takes = {"KmsKey": TEXT, "Tags": TAGS}
    tools = ledgers(takes, LEDGER)
    with opened(*tools) as (world, rows):
        call(world, "CreateLedger", LedgerName="n1", Owner="Ana", Members=[], KmsKey="k1", Tags={"team": "books"})
        call(world, "UpdateLedger", LedgerName="n1", KmsKey="k2")
        stored = {r["LedgerName"]: (r["KmsKey"], r["Tags"]) for r in world.rows("ledger")}
        assert stored.pop("n1")[0] == "k2"
        assert rows
        assert set(stored.values()) == {(None, None)}, "rows that nobody made here have none"
    assert not {"UpdateLedger", "CreateLedger"} & world_of(*tools).unkept.keys()


def test_what_only_an_update_is_given_is_not_kept_and_is_said() -> None:
    env = world_of(tool("UpdateLedger", {"LedgerName": TEXT, "Note": TEXT, "Colour": TEXT}, {"Ledger": thing(**LEDGER)}, "LedgerName"))
    assert "Colour" not in offered(env, "UpdateLedger")
    assert env.unkept["UpdateLedger"] == ("not taken: Colour",)


def test_tags_that_are_rows_of_a_table_are_no_column() -> None:
    tags = {"type": "array", "items": thing(TagId=TEXT, TagName=TEXT, LedgerName=TEXT, Owner=TEXT)}
    env = world_of(*ledgers({"Tags": TAGS}, LEDGER), tool("ListTags", {"LedgerName": TEXT}, {"Tags": tags}), tool("DescribeTag", {"TagId": TEXT}, {"Tag": tags["items"]}, "TagId"), tool("DeleteTag", {"TagId": TEXT}, {}, "TagId"))
    assert "Tags" not in offered(env, "CreateLedger")
    assert env.unkept["CreateLedger"] == ("not taken: Tags",)


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("x_webhook_enabled", TEXT),
        ("ContentMD5", TEXT),
        ("onBehalfOfOwner", TEXT),
        ("Old", {"type": "string", "description": "Deprecated: use Note."}),
        ("Extra", {"type": "boolean", "description": "Whether to return archived ledgers."}),
    ],
)
def test_what_is_of_the_call_is_neither_kept_nor_said(name: str, schema: Schema) -> None:
    assert of_call(name, schema)
    env = world_of(*ledgers({name: schema}, LEDGER))
    assert name not in offered(env, "CreateLedger")
    assert not held(env, name)
    assert "CreateLedger" not in env.unkept


def test_what_is_done_besides_is_not_written_into_the_row() -> None:
    again = {"type": "boolean", "description": "Whether to make a new version."}
    assert deed("publish", FLAG)
    assert deed("CreateNewVersion", FLAG)
    assert deed("Fresh", again)
    assert deed("writeMode", TEXT)
    assert not deed("publisherName", TEXT)
    assert not deed("addressLine", TEXT)
    assert not deed("multiAz", {"type": "boolean", "description": "Whether it spans zones."})
    env = world_of(*ledgers({"publish": FLAG}, LEDGER))
    assert env.unkept["CreateLedger"] == ("not taken: publish",)


def test_a_name_that_steers_calls_is_a_property_where_reads_show_it() -> None:
    shows = {**LEDGER, "FailoverPolicy": TEXT, "Fingerprint": TEXT}
    env = world_of(*ledgers({"FailoverPolicy": TEXT, "Fingerprint": TEXT}, shows))
    assert "FailoverPolicy" in offered(env, "CreateLedger")
    assert "Fingerprint" not in offered(env, "CreateLedger")


def test_the_id_of_what_an_object_names_replaces_the_object() -> None:
    shows = {**LEDGER, "Branch": thing(Id=TEXT, FullName=TEXT), "Plan": thing(Id=TEXT, Level=NUMBER)}
    tools = ledgers({"BranchId": TEXT, "PlanId": TEXT}, shows)
    with opened(*tools) as (world, _):
        made = call(world, "CreateLedger", LedgerName="n1", Owner="Ana", Members=[], BranchId="b1")["Ledger"]
        assert made["Branch"] == {"Id": "b1"}
        assert call(world, "UpdateLedger", LedgerName="n1", BranchId="b2")["Ledger"]["Branch"] == {"Id": "b2"}
        assert call(world, "UpdateLedger", LedgerName="n1", Owner="Ben")["Ledger"]["Branch"] == {"Id": "b2"}
    must = tool("ListLedgers", {"BranchId": TEXT}, {"Ledgers": {"type": "array", "items": thing(**shows)}}, "BranchId")
    found = world_of(*tools[:2], must, tools[3])
    assert found.model is not None
    assert {a.column for o in found.model.operations for a in o.arguments if a.name == "BranchId"} == {"BranchId"}, "rows are found by it"
    with opened(*tools) as (world, _):  # a plan tells more than which one it is: the id is kept, and what would go stale is not told
        call(world, "CreateLedger", LedgerName="n1", Owner="Ana", Members=[], PlanId="p1")
        assert call(world, "UpdateLedger", LedgerName="n1", PlanId="p2")["Ledger"]["Plan"] == {"Id": "p2"}


def test_a_text_sets_the_property_that_its_name_ends_with() -> None:
    tools = ledgers({"MailSubDomain": TEXT, "Plan": TEXT}, {**LEDGER, "MailSubDomain": thing(SubDomain=TEXT, Servers=TEXTS), "Plan": thing(Summary=TEXT, Level=NUMBER)})
    with opened(*tools) as (world, rows):
        assert call(world, "UpdateLedger", LedgerName=rows[0]["LedgerName"], MailSubDomain="mail")["Ledger"]["MailSubDomain"]["SubDomain"] == "mail"
    assert "Plan" not in offered(world_of(*tools), "UpdateLedger")


def test_another_form_of_what_reads_show_sets_it() -> None:
    shows = {**LEDGER, "Readme": TEXT, "Rule": thing(Limit=NUMBER, Unit=TEXT)}
    takes = {"ReadmeMarkdown": TEXT, "RuleSettings": thing(Limit=NUMBER, Unit=TEXT), "NoteConfig": TEXT}
    with opened(*ledgers(takes, shows)) as (world, rows):
        after = call(world, "UpdateLedger", LedgerName=rows[0]["LedgerName"], ReadmeMarkdown="# hi", RuleSettings={"Limit": 2, "Unit": "h"})["Ledger"]
        assert (after["Readme"], after["Rule"]) == ("# hi", {"Limit": 2, "Unit": "h"})
    both = world_of(*ledgers({"Readme": TEXT, "ReadmeMarkdown": TEXT}, shows))
    assert both.model is not None
    assert {a.name: a.column for o in both.model.operations if o.name == "CreateLedger" for a in o.arguments}["Readme"] == "Readme", "a tool that takes both means two things"


def test_what_is_added_to_a_list_may_say_add_twice() -> None:
    shows = {**LEDGER, "AddressTypes": TEXTS}
    with opened(*ledgers({"AddAddressTypes": TEXTS, "RemoveAddressTypes": TEXTS}, shows)) as (world, rows):
        name = rows[0]["LedgerName"]
        call(world, "UpdateLedger", LedgerName=name, AddAddressTypes=["ipv6"])
        assert "ipv6" in call(world, "DescribeLedger", LedgerName=name)["Ledger"]["AddressTypes"]


def test_why_something_is_done_is_kept_where_the_row_tells_it() -> None:
    says = {"type": "string", "description": "A message. For a closed ledger it is the reason why it was closed."}
    shows = {**LEDGER, "StatusMessage": says, "Detail": {"type": "string", "description": "What the ledger is for."}}
    close = tool("CloseLedger", {"LedgerName": TEXT, "closeReason": TEXT}, {"Ledger": thing(**shows)}, "LedgerName")
    with opened(*ledgers({}, shows), close) as (world, rows):
        name = next(r["LedgerName"] for r in rows if r["Status"] == "ACTIVE")
        assert call(world, "CloseLedger", LedgerName=name, closeReason="moved")["Ledger"]["StatusMessage"] == "moved"
