"""What several cells tell of one thing agrees: ids and names, currencies, engines and versions, files and their types."""

import json
from collections.abc import Mapping
from typing import Any

from agentscaler.envs.drafts import Draft, table_of
from agentscaler.envs.facts import mark_facts
from agentscaler.population import Painter
from agentscaler.records import Column, Table

Json = dict[str, Any]
IDS: Json = {"given": ["u-1", "u-2", "u-3"]}
NAMES: Json = {"words": [["payroll", "search", "billing", "orders"], ["desk", "team", "crew"]], "join": "-"}
CURRENCY: Json = {"choice": [["EUR", 5], ["USD", 4], ["GBP", 2], ["JPY", 1]]}


def marked(columns: Mapping[str, Json], keys: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Json]:
    """The recipes of tables, each keyed by its first column, after facts are marked."""
    names: dict[str, list[str]] = {}
    for whole in columns:
        table, _, column = whole.partition(".")
        names.setdefault(table, []).append(column)
    tables = [Table(name=t, noun=t, service="x:y", said=True, key=(keys or {}).get(t, (c[0],)), columns=tuple(Column(name=n, type="TEXT") for n in c)) for t, c in names.items()]
    out = json.loads(json.dumps(columns))
    mark_facts(out, tables)
    return out


def paint(columns: Mapping[str, Json], *, seed: int = 0) -> dict[str, list[Json]]:
    recipes = marked(columns)
    names: dict[str, tuple[str, ...]] = {}
    for whole in recipes:
        table, _, column = whole.partition(".")
        names[table] = (*names.get(table, ()), column)
    population = {"now": "2026-06-15T09:00:00Z", "context": {"currency": ["EUR", "USD"], "region": ["eu-west-1"], "account": ["1"]}, "rows": {t: [24, 24] for t in names}, "columns": recipes}
    return Painter(population, list(names), {t: c[:1] for t, c in names.items()}, names, seed).paint()


def said(rows: list[Json], lead: str, told: str) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for row in rows:
        out.setdefault(row[lead], set()).add(row[told])
    return out


def test_one_id_has_one_name_in_all_tables_and_cells() -> None:
    columns: Json = {}
    for table in ("call", "note"):
        columns |= {f"{table}.id": {"id": "{hex:8}"}, f"{table}.agentId": IDS, f"{table}.agentName": NAMES, f"{table}.title": NAMES}
    columns["note.reviewers"] = {"list": {"object": {"agentId": IDS, "agentName": NAMES}}, "size": [1, 2], "json": True}
    rows = paint(columns)
    inside = [part for row in rows["note"] for part in json.loads(row["reviewers"])]
    every = [*rows["call"], *rows["note"], *inside]
    assert all(len(names) == 1 for names in said(every, "agentId", "agentName").values())
    assert any(len(titles) > 1 for titles in said(rows["call"], "agentId", "title").values()), "a title is not the agent's"
    assert len({row["agentName"] for row in rows["call"]}) == 3


def test_a_closed_list_says_only_what_it_may() -> None:
    columns = {
        "a.id": {"id": "{hex:8}"}, "a.userId": IDS, "a.userType": {"choice": [["ADMIN", 1], ["GUEST", 1]]},
        "b.id": {"id": "{hex:8}"}, "b.userId": IDS, "b.userType": {"choice": [["HUMAN", 1], ["BOT", 1]]},
    }  # fmt: skip
    rows = paint(columns)
    assert {r["userType"] for r in rows["b"]} <= {"HUMAN", "BOT"}
    assert all(len(v) == 1 for v in said(rows["b"], "userId", "userType").values())


def test_keys_and_names_of_their_own_are_left_alone() -> None:
    recipes = marked({"user.userName": NAMES, "user.userId": IDS, "site.id": {"id": "{hex:8}"}, "site.ownerId": IDS, "site.ownerName": {**NAMES, "own": True}, "site.siteId": IDS, "site.siteName": {**NAMES, "own": True}})
    assert "fact" not in recipes["user.userName"]
    assert "fact" not in recipes["site.siteName"]
    assert recipes["site.ownerName"]["fact"] == ["ownerId", "owner"]


def test_a_person_inside_a_cell_is_one_person() -> None:
    people = ["Ann Cruz", "Kyle Pruitt", "Sharon Bell"]
    emails = ["ann@x.example", "kyle@x.example", "sharon@x.example"]
    user: Json = {"permissionId": IDS, "displayName": {"words": [people], "who": "#display"}, "emailAddress": {"words": [emails], "who": "#email"}, "me": {"yes": 0.7, "json": True}}
    rows = paint({"file.id": {"id": "{hex:8}"}, "file.owner": {"object": user, "json": True}})
    owners = [json.loads(r["owner"]) for r in rows["file"]]
    assert all(people.index(o["displayName"]) == emails.index(o["emailAddress"]) for o in owners)
    assert all(len(v) == 1 for v in said(owners, "permissionId", "emailAddress").values())
    assert not any(o["me"] for o in owners)


def test_one_currency_in_a_row() -> None:
    price: Json = {"object": {"amount": {"of": [1, 2]}, "currency": CURRENCY}, "json": True}
    rows = paint({"plan.id": {"id": "{hex:8}"}, "plan.currency": CURRENCY, "plan.fee": price, "bill.id": {"id": "{hex:8}"}, "bill.due": price, "bill.paid": price})
    assert all(json.loads(r["fee"])["currency"] == r["currency"] for r in rows["plan"])
    assert len({r["currency"] for r in rows["plan"]}) > 1
    assert len({json.loads(r[c])["currency"] for r in rows["bill"] for c in ("due", "paid")}) == 1


def test_two_currencies_are_two_where_one_becomes_the_other() -> None:
    recipes = marked({"rate.id": {"id": "{hex:8}"}, "rate.fromCurrency": CURRENCY, "rate.toCurrency": CURRENCY, "rate.currency": CURRENCY})
    assert all("choice" in recipes[f"rate.{c}"] for c in ("fromCurrency", "toCurrency", "currency"))


def test_a_file_is_of_the_type_that_its_name_ends_in() -> None:
    types: Json = {"given": ["application/pdf", "image/png", "text/csv"]}
    name: Json = {"words": [["reports/", "logs/"], ["orders", "fleet", "sales"], [".csv", ".pdf", ".png"]], "join": ""}
    rows = paint({"file.id": {"id": "{hex:8}"}, "file.mimeType": types, "file.fileName": name, "call.id": {"id": "{hex:8}"}, "call.mimeType": types, "call.name": NAMES})
    ends = {"csv": "text/csv", "pdf": "application/pdf", "png": "image/png"}
    assert all(ends[r["fileName"].rpartition(".")[2]] == r["mimeType"] for r in rows["file"])
    assert {r["mimeType"] for r in rows["call"]} <= set(types["given"])


def test_an_engine_has_its_versions_and_its_port() -> None:
    engines: Json = {"given": ["postgres", "mysql", "snowflake"]}
    columns = {"db.id": {"id": "{hex:8}"}, "db.engine": engines, "db.engineVersion": {"given": ["8.0", "15.4"]}, "db.majorEngineVersion": {"given": ["13", "14"]}, "db.port": {"of": [80, 443]}}
    rows = paint(columns)["db"]
    for row in rows:
        if row["engine"] == "postgres":
            assert row["port"] == 5432
            assert int(row["engineVersion"].split(".")[0]) >= 13
        if row["engine"] == "mysql":
            assert row["port"] == 3306
            assert row["engineVersion"][:2] in ("5.", "8.")
        if row["engine"] == "snowflake":
            assert row["port"] in (80, 443)
        assert row["engineVersion"].startswith(row["majorEngineVersion"])
    assert {"postgres", "mysql", "snowflake"} == {r["engine"] for r in rows}


def test_what_is_reserved_is_reserved_for_years() -> None:
    seconds: Json = {"of": [5, 10, 3600]}
    recipes = marked({"reserved_node.id": {"id": "{hex:8}"}, "reserved_node.Duration": dict(seconds), "job.id": {"id": "{hex:8}"}, "job.Duration": dict(seconds)})
    assert recipes["reserved_node.Duration"]["of"] == [31_536_000, 94_608_000]
    assert recipes["job.Duration"] == seconds


def test_an_arn_ends_in_the_id_beside_it() -> None:
    arns: Json = {"mix": [{"template": "arn:aws:rooms:{region}:{account}:room/payroll"}, {"template": "arn:aws:rooms:{region}:{account}:room/search"}]}
    rows = paint({"member.id": {"id": "{hex:8}"}, "member.roomId": IDS, "member.roomArn": arns, "visit.id": {"id": "{hex:8}"}, "visit.roomArn": arns})
    assert all(r["roomArn"] == f"arn:aws:rooms:eu-west-1:1:room/{r['roomId']}" for r in rows["member"])
    assert {r["roomArn"].rpartition("/")[2] for r in rows["visit"]} == {"payroll", "search"}


def test_paths_tell_the_uid_of_what_they_name() -> None:
    paths: Json = {"mix": [{"template": "projects/x/databases/a"}, {"template": "projects/x/databases/b"}]}
    rows = paint({"backup.name": {"id": "{hex:8}"}, "backup.database": paths, "backup.databaseUid": {"id": "{digits:9}", "generated": True}, "backup.traceUid": {"id": "{digits:9}"}})["backup"]
    assert all(len(v) == 1 for v in said(rows, "database", "databaseUid").values())
    assert any(len(v) > 1 for v in said(rows, "database", "traceUid").values())


def test_an_object_of_one_side_says_what_the_row_says_of_it() -> None:
    kinds: Json = {"choice": [["mysql", 1], ["redis", 1]]}
    source: Json = {"object": {"Type": {"of": ["mysql", "redis"]}, "Role": {"of": ["main", "copy"]}}, "json": True}
    rows = paint({"job.id": {"id": "{hex:8}"}, "job.SrcType": kinds, "job.SrcInfo": source, "job.DstInfo": source})["job"]
    assert all(json.loads(r["SrcInfo"])["Type"] == r["SrcType"] for r in rows)
    assert any(json.loads(r["DstInfo"])["Type"] != r["SrcType"] for r in rows)


def test_the_id_of_a_zone_is_that_zone_s() -> None:
    zones: Json = {"mix": [{"template": "{region}" + z} for z in "abc"]}
    rows = paint({"host.id": {"id": "{hex:8}"}, "host.zone": zones, "host.zoneId": {"same": "zone"}})["host"]
    assert {(r["zone"], r["zoneId"]) for r in rows} == {("eu-west-1a", "euw1-az1"), ("eu-west-1b", "euw1-az2"), ("eu-west-1c", "euw1-az3")}


def test_tokens_name_rows_only_where_rows_go_by_tokens() -> None:
    case, client = Draft(("case",), []), Draft(("client",), [])
    case.own, client.own = "token", "client_id"
    tables = {("case",): case, ("client",): client}
    assert table_of("case_token", tables) == ("case",)
    assert table_of("case_token", tables, ("case",)) is None
    assert table_of("client_token", tables) is None


def test_a_person_has_a_first_and_a_last_name() -> None:
    rows = paint({"person.id": {"id": "{hex:8}"}, "person.userId": IDS, "person.userFirstName": {"given": ["Ann", "Bo"]}, "person.userLastName": {"given": ["Lee", "Orr"]}})["person"]
    assert all(len(names) == 1 for names in said(rows, "userId", "userFirstName").values())
    assert not {r["userFirstName"] for r in rows} & {r["userLastName"] for r in rows}


def test_what_a_row_says_of_itself_is_not_what_it_names() -> None:
    held = {"id": {"id": "{hex:8}"}, "kind": {"given": ["a", "b"]}}
    columns = {f"instance.{n}": r for n, r in {**held, "project": {"template": "projects/{region}"}, "type": {"given": ["A", "B"]}, "title": NAMES}.items()}
    assert not any("fact" in r for r in marked(columns).values())
    user = {"seat.id": {"id": "{hex:8}"}, "seat.user": {"template": "users/{region}"}, "seat.title": NAMES, "seat.type": {"given": ["A", "B"]}}
    assert [n for n, r in marked(user).items() if "fact" in r] == ["seat.title"]
