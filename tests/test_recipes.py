"""What a column is filled with: the provider's own values, values of its kind, or nothing; never a word that only looks like one."""

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from agentscaler.dice import Dice
from agentscaler.envs.amounts import holds_time, number_of, time_of
from agentscaler.envs.documented import examples_of, fixed, range_of, values_of
from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.naming import fitting, names
from agentscaler.envs.parts import rivals
from agentscaler.envs.place import Place, is_empty
from agentscaler.envs.recipes import json_value, not_failed, not_gone, recipe_of, unfinished, value_named, weights
from agentscaler.envs.texts import text_of
from agentscaler.envs.vocabulary import ANSWERS, DESCRIPTIONS, MESSAGES, NOTICES, OBSERVED, PROJECTS, REMARKS
from agentscaler.population import Painter, needs

NOW = "2026-06-15T09:00:00Z"
CONTEXT = {"account": ["482916075330"], "region": ["eu-west-1"], "project": ["shop"], "appid": ["13"], "uin": ["1000"]}


def place(group: str = "aws:shop", noun: tuple[str, ...] = ("order",), **more: Any) -> Place:
    return Place("_".join(noun), Draft(noun, []), group, frozenset(), {}, **more)


def drawn(recipe: dict[str, Any], n: int = 30) -> list[Any]:
    """Cells of a column with the recipe."""
    population = {"now": NOW, "context": CONTEXT, "rows": {"t": [n, n]}, "columns": {"t.id": {"position": True}, "t.c": recipe}}
    rows = Painter(population, ["t"], {"t": ("id",)}, {"t": ("id", "c")}, 1).paint()["t"]
    return [row["c"] for row in rows]


def text(name: str, group: str = "aws:shop", noun: tuple[str, ...] = ("order",), **schema: Any) -> dict[str, Any]:
    return text_of(name, {"type": "string", **schema}, place(group, noun))


# ---- what the provider says -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("Callback method. Valid values: `POST` (default), `PUT`.", ["POST", "PUT"]),
        ("Area. `mainland`: in the mainland. `overseas`: elsewhere.", ["mainland", "overseas"]),
        ("The cluster type. Valid values: multi-node | single-node", ["multi-node", "single-node"]),
        ("submit: hands it in; cancel: takes it back", ["submit", "cancel"]),
        ("The type of application, such as Spark or Hive.", ["Spark", "Hive"]),
        ("Available values are \"low\", \"moderate\", \"high\".", ["low", "moderate", "high"]),
        ("Logical groupings of database objects, such as tables and views", []),
        ("The resource name, for example `projects/x/topics/y`.", []),
        ("The name of the bucket. Note: this field may return null.", []),
    ],
)
def test_values_in_prose(description: str, values: list[str]) -> None:
    assert values_of({"type": "string", "description": description}) == values


def test_codes_in_prose() -> None:
    schema = {"type": "integer", "description": "Status. 0: off; 1: on; 2: unknown."}
    assert values_of(schema) == [0, 1, 2]
    assert set(drawn(number_of("Status", schema))) == {0, 1, 2}
    assert range_of({"description": "Value range: [10, 200]"}) == (10, 200)
    assert fixed({"description": "This is always `sql#instance`."}) == "sql#instance"


def test_examples_that_are_none() -> None:
    assert examples_of({"examples": ["无", "test", "xxx", '{"a": "b', "“”", "large"]}) == ["large"]


@pytest.mark.parametrize("example", ["2023-12-08 16:24:32", "large", "ACCEPT", '{"userSSL": true}', "utf8", "lhdb", "\\w+", "ea71992a-b484-4d9c-882a-419fb6d0a5b0", "0", "v1.2"])
def test_an_example_gets_no_suffix(example: str) -> None:
    for name in ("Value", "Mode", "Setting"):
        recipe = {**text(name, "tencent:cdb", examples=[example]), "null": 0}
        assert not [v for v in drawn(recipe) if v is not None and re.search(r"-[bc]$", str(v))]


# ---- values of their kind ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "group", "noun", "form"),
    [
        ("Zone", "tencent:cvm", ("instance",), r"eu-west-1-[12]"),
        ("AvailabilityZone", "aws:ec2", ("instance",), r"eu-west-1[abc]"),
        ("gcsUri", "google:apigee", ("deployment",), r"gs://.+"),
        ("OutputLocation", "tencent:cls", ("task",), r"cosn://.+"),
        ("TimeZone", "tencent:cls", ("task",), r"[A-Z][a-z]+/[A-Z].+"),
        ("ipHeaderName", "google:apigee", ("header",), r"[A-Z].+-.+"),
        ("PrivateIp", "aws:ec2", ("instance",), r"10\.0\.\d+\.\d+"),
        ("firstName", "aws:connect", ("user",), r"[A-Z][a-z]+"),
        ("UserName", "aws:shop", ("connection",), r"[a-z]+\.[a-z]+"),
        ("vmwareEngineNetwork", "google:vmwareengine", ("cloud",), r"projects/shop/global/networks/.+"),
        ("RoleArn", "aws:glue", ("job",), r"arn:aws:iam::482916075330:role/.+"),
        ("KmsKeyId", "aws:glue", ("job",), r"arn:aws:kms:eu-west-1:482916075330:key/.+"),
        ("InstanceType", "tencent:cvm", ("instance",), r"S.+|C3.+"),
    ],
)
def test_a_value_of_its_kind(name: str, group: str, noun: tuple[str, ...], form: str) -> None:
    assert all(re.fullmatch(form, v) for v in drawn(text(name, group, noun)))


@pytest.mark.parametrize("name", ["IpComparisonSymbol", "spec", "BizType", "action", "HasVPN", "LevelKind"])
def test_what_nobody_knows_is_empty_or_invented(name: str) -> None:
    recipe = text(name, "tencent:waf")
    assert recipe.get("invented")
    assert not [v for v in drawn(recipe) if v is not None and (re.match(r"10\.0", v) or v in ("basic", "standard", "premium"))]


def test_an_address_of_a_machine_and_of_a_house() -> None:
    assert all(v.startswith("10.0.") for v in drawn(text("Address", noun=("endpoint",))))
    assert not [v for v in drawn(text("Address", noun=("venue",))) if v.startswith("10.0.")]
    beside = place("tencent:cls", ("info",), beside=frozenset({"port"}))
    assert all(v.startswith("10.0.") for v in drawn(text_of("Address", {"type": "string"}, beside)))


def test_pairs_keep_their_order() -> None:
    for low, high in (("MinStorageSize", "MaxStorageSize"), ("DPortStart", "DPortEnd"), ("minNodeCount", "maxNodeCount"), ("CpuAvailable", "CpuTotal")):
        least, most = (drawn(number_of(n, {"type": "integer"})) for n in (low, high))
        assert max(least) <= min(most)


def test_a_switch_is_on_or_off() -> None:
    for name in ("Enable", "IsGlobal", "AutoRenewFlag"):
        assert set(drawn(number_of(name, {"type": "integer"}))) == {0, 1}


def test_times_lie_in_the_order_of_a_life() -> None:
    names = ("CreateTime", "StartTime", "UpdateTime", "EndTime", "ExpireTime")
    times = [[v for v in drawn(time_of(n, {"type": "string"}, place())) if v] for n in names]
    assert all(max(a) <= min(b) for a, b in pairwise(times))
    child = drawn(time_of("CreateTime", {"type": "string"}, place(depth=1)))
    assert max(times[0]) <= min(child)
    assert set(drawn(time_of("DeleteTime", {"type": "string"}, place()))) == {None}
    assert time_of("EndpointCreateTime", {"type": "string"}, place())["time"] == time_of("CreateTime", {"type": "string"}, place())["time"]


def test_states_that_rule_out() -> None:
    states = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "DELETED"]
    assert unfinished(states) == ["PENDING", "RUNNING"]
    assert unfinished(["ACTIVE", "CREATING"]) == []
    assert not_gone(states) == states[:-1]
    assert not_failed(states) == ["PENDING", "RUNNING", "SUCCEEDED", "DELETED"]


# ---- JSON -------------------------------------------------------------------------------------------------------


def test_tags_are_tags_and_nothing_else_is() -> None:
    pair = {"type": "object", "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}}}
    for tags in map(json.loads, drawn({**json_value({"type": "array", "items": pair}, "Tags", place()), "json": True})):
        assert all(t["Value"] in ("prod", "test") for t in tags if t["Key"] == "stage")
        assert len({t["Key"] for t in tags}) == len(tags)
    assert is_empty(json_value({"type": "array", "items": pair}, "Record", place()))
    assert is_empty(json_value({"type": "object"}, "eventConfigurations", place()))


def test_fields_nobody_knows_are_left_out() -> None:
    schema = {"type": "object", "properties": {"Port": {"type": "integer"}, "Spec": {"type": "string"}}}
    assert set(json_value(schema, "Info", place())["object"]) == {"Port"}
    asked = {**schema, "required": ["Spec"]}
    assert set(json_value(asked, "Info", place())["object"]) == {"Port"}
    assert set(json_value({**schema, "properties": {"Spec": {"type": "string"}}, "required": ["Spec"]}, "Info", place())["object"]) == {"Spec"}


def test_a_blob_of_the_row_itself_repeats_the_row() -> None:
    columns = {n: Col(n, {"type": "string"}) for n in ("Id", "Alias")}
    here = place(noun=("instance",))._replace(columns=columns)
    schema = {"type": "object", "properties": {"Id": {"type": "string"}, "Alias": {"type": "string"}}}
    recipe = json_value(schema, "Instance", here)
    assert recipe == {"object": {"Id": {"same": "Id"}, "Alias": {"same": "Alias"}}}
    assert needs(recipe) == {"Id", "Alias"}


def test_a_column_of_choices_keeps_them() -> None:
    column = Draft(("rack",), []).force("Type", {"type": "string", "enum": ["RACK", "HOST"]})
    assert set(drawn(recipe_of(column, place()))) == {"RACK", "HOST"}


# ---- what follows from another column ---------------------------------------------------------------------------


def test_a_finished_job_stands_at_a_hundred_percent() -> None:
    population = {
        "now": NOW, "context": {}, "rows": {"t": [40, 40]},
        "columns": {"t.id": {"position": True}, "t.progress": {"number": [0, 95], "when": {"state": {"COMPLETED": 100}}}, "t.state": {"choice": [["COMPLETED", 1], ["RUNNING", 1]]}},
    }  # fmt: skip
    rows = Painter(population, ["t"], {"t": ("id",)}, {"t": ("id", "progress", "state")}, 1).paint()["t"]
    assert {row["state"] for row in rows} == {"COMPLETED", "RUNNING"}
    assert all((row["progress"] == 100) == (row["state"] == "COMPLETED") for row in rows)


def test_versions_by_what_they_are_of() -> None:
    assert text("osVersion")["given"][0] == "Ubuntu 22.04"
    assert text("policyVersion")["given"] == ["1", "2", "3", "4", "5"]
    assert text("engineVersion", "aws:rds")["given"] == ["8.0", "13.4", "14.9", "15.4"]
    assert text("packageVersion")["given"][0] == text("version", noun=("component",))["given"][0] == "1.4.2"
    assert text("version", pattern=r"^\d+\.\d+\.\d+$")["given"][0] == "1.4.2"


# ---- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "noun",
    ["schema", "backup plan", "browser profile", "network access rule", "injection rule", "routing control", "virtual asset", "contact center group", "recording channel", "service endpoint", "role assignment", "partition key"],
)
def test_a_thing_that_could_be_anything_is_called_by_an_area_and_what_it_is(noun: str) -> None:
    words = tuple(noun.split())
    for slug in (True, False):
        called = drawn(names(words, slug=slug, service="shop"), 60)
        assert len(set(called)) == 60
        assert all(words[-1] in name.lower().replace(" ", "-").split("-") for name in called)
        assert {re.split("[- ]", name.lower())[0] for name in called} <= set(PROJECTS.split("|"))


@pytest.mark.parametrize(
    ("noun", "form"),
    [("person", r"[A-Z]\w+ [A-Z][\w']+"), ("camera", r".+ camera(?: 2)?"), ("city", r"[A-Z].+"), ("engine version", r"\d+\.\d+\.\d+"), ("operating system", r".+ \d[\d.]*"), ("column", r"[a-z_]+"), ("export job", r".+(?:-|job).*job")],
)
def test_a_thing_that_is_one_kind_has_names_of_that_kind(noun: str, form: str) -> None:
    assert all(re.fullmatch(form, name) for name in drawn(names(tuple(noun.split()), slug=False), 8))


@pytest.mark.parametrize(("schema", "form"), [({"pattern": "^[a-z0-9_]+$"}, r"\w+_schema\w*"), ({"pattern": "^[A-Za-z0-9]+$"}, r"[A-Z][a-z]+Schema\w*"), ({"examples": ["OrderSchema"]}, r"[A-Z][a-z]+Schema\w*"), ({}, r"[a-z]+-schema.*")])
def test_names_are_written_as_the_provider_wants_them(schema: dict[str, Any], form: str) -> None:
    called = drawn(fitting(names(("schema",), slug=True), schema), 30)
    assert all(re.fullmatch(form, name) for name in called)
    assert len(set(called)) == 30


def test_names_that_are_addresses() -> None:
    assert all("@" in v for v in drawn(text("Alias", "aws:workmail", ("alias",))))
    assert all("@" in v for v in drawn(text("name", description="The email address of the list.")))
    assert all(re.fullmatch(r"[\w.]+\.\w+", v) for v in drawn(text("domainAliasName", "google:admin", ("domain", "alias"))))
    assert not [v for v in drawn(text("name", noun=("queue",), description="Name shown in the email address book.")) if "@" in v]


def test_a_description_fits_whatever_the_thing_is() -> None:
    said = [*drawn(text("description", noun=("schema",)), 200), *drawn(text("description", noun=("finding",)), 200)]
    assert not any(re.search(rf"\b(?:{PROJECTS.replace('training|', '')})\b", v) for v in said)  # a thing called billing-schema is of no other part of the company
    assert set(drawn(text("description", noun=("finding",)), 200)) <= set(OBSERVED)
    assert len(set(drawn(text("description"), 40))) == 40


# ---- formats ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "more", "form"),
    [
        ("codeSha256", {}, r"[0-9a-f]{64}"),
        ("sha1", {}, r"[0-9a-f]{40}"),
        ("md5", {}, r"[0-9a-f]{32}"),
        ("PublicIp", {}, r"(?:203\.0\.113|198\.51\.100|192\.0\.2)\.\d+"),
        ("PublicAddresses", {}, r"(?:203\.0\.113|198\.51\.100|192\.0\.2)\.\d+"),
        ("Ipv6CidrBlock", {}, r"2001:db8:[0-9a-f]{4}::/56"),
        ("imageUri", {}, r"482916075330\.dkr\.ecr\.eu-west-1\.amazonaws\.com/[a-z]+:1\.4\.2"),
        ("ref", {}, r"main|develop|v1\.4\.2|refs/heads/main"),
        ("destination", {"description": "The Amazon S3 path the data is written to."}, r"s3://.+"),
        ("queryString", {"description": "An openCypher query."}, r"MATCH .+"),
        ("RepeatAt", {"description": "The time of day when it runs."}, r"\d\d:\d\d"),
        ("terraformVersion", {}, r"1\.\d\.\d"),
        ("LogGroupArn", {}, r"arn:aws:logs:.+:log-group:.+"),
        ("AssumedRoleArn", {}, r"arn:aws:iam::.+:role/.+"),
        ("JobTitle", {}, r"[A-Z].+"),
    ],
)
def test_the_form_of_a_value(name: str, more: dict[str, Any], form: str) -> None:
    assert all(re.fullmatch(form, v) for v in drawn(text(name, **more)))


def test_a_query_in_no_language_is_left_out() -> None:
    assert is_empty(text("query", "aws:thing", ("view",)))


def test_a_number_since_the_epoch_is_a_time() -> None:
    schema = {"type": "integer", "description": "When the key expires, in seconds since the epoch."}
    assert all(v > 1_700_000_000 for v in drawn(recipe_of(Col("expires", schema), place())) if v)


# ---- states -----------------------------------------------------------------------------------------------------


def test_most_things_are_in_a_state_that_lasts() -> None:
    count = Counter(drawn({"choice": weights(["CREATING", "ACTIVE", "UPDATING", "SUSPENDED", "FAILED"], state=True)}, 400))
    assert count["ACTIVE"] > 250
    assert all(count[s] < 60 for s in ("CREATING", "UPDATING", "SUSPENDED", "FAILED"))
    marked = dict(map(tuple, weights(["STATE_ACTIVE", "STATE_CREATING", "STATE_UNSPECIFIED"], state=True)))
    assert marked["STATE_ACTIVE"] > marked["STATE_CREATING"]


def test_an_old_spelling_is_no_second_value() -> None:
    assert [v for v, _ in weights(["ONE_USER", "oneUser", "MANY_USERS"], state=False)] == ["ONE_USER", "MANY_USERS"]


# ---- objects ----------------------------------------------------------------------------------------------------


def test_of_alternatives_an_object_holds_one() -> None:
    part = {"type": "object", "properties": {"port": {"type": "integer"}}}
    seen = [tuple(v) for v in drawn(json_value({"type": "object", "properties": {"mcp": part, "http": part}}, "targetConfiguration", place()))]
    assert set(seen) == {("mcp",), ("http",)}
    assert len(json_value({"type": "object", "properties": {"mcp": part, "http": part}}, "targetMetrics", place())["object"]) == 2
    typed = {"type": "object", "properties": {"type": {"type": "string", "enum": ["HTTP", "LAMBDA"]}, "httpTarget": part, "lambdaTarget": part}}
    recipe = json_value(typed, "target", place(noun=("gateway",)))["object"]
    assert recipe["type"] == {"value": "HTTP"}
    assert "lambdaTarget" not in recipe


def test_a_summary_repeats_the_row_and_an_object_of_another_table_one_of_its_rows() -> None:
    columns = {n: Col(n, {"type": "string"}) for n in ("Id", "Name")}
    draft = Draft(("product",), [])
    for name, column in columns.items():
        draft.force(name, column.schema)
    schema = {"type": "object", "properties": {"ProductId": {"type": "string"}, "Name": {"type": "string"}}}
    own = place(noun=("product",))._replace(draft=draft, columns=columns)
    assert json_value(schema, "ProductViewSummary", own) == {"object": {"ProductId": {"same": "Id"}, "Name": {"same": "Name"}}}
    other = place(noun=("artifact",))._replace(columns={}, tables={("product",): ("product", draft, columns)})
    assert json_value(schema, "ProductViewSummary", other) == {"object": {"ProductId": {"like": "product.Id"}, "Name": {"like": "product.Name"}}}


def test_a_comparison_says_what_it_compares() -> None:
    schema = {"type": "object", "properties": {"comparison": {"type": "string", "enum": ["EQUALS"]}, "value": {"type": "string"}}}
    assert set(json_value(schema, "filter", place())["object"]) == {"comparison", "value"}


def test_days_lie_where_their_name_says() -> None:
    day = {"type": "object", "properties": {n: {"type": "integer"} for n in ("year", "month", "day")}}
    first, last, born = ([d["year"] for d in json_value(day, n, place())["given"]] for n in ("firstDetectedDate", "lastDetectedDate", "birthDate"))
    assert max(born) < min(first)
    assert max(first) < min(last)


def test_a_column_named_after_a_kind_of_text_and_what_is_beside_it() -> None:
    assert "given" not in text("relatedNoteName") or not [v for v in text("relatedNoteName")["given"] if " the " in v]
    assert text("IsVip", "tencent:dnspod", ("domain",)).get("invented")
    beside = place(beside=frozenset({"language"}))
    assert all(drawn(text_of("value", {"type": "string"}, beside)))


def test_keys_that_are_addresses() -> None:
    draft = Draft(("domain",), [])
    draft.own = "Domain"
    column = draft.force("Domain", {"type": "string"})
    here = place("tencent:dnspod", ("domain",))._replace(draft=draft, columns={"Domain": column})
    assert all(re.fullmatch(r"[a-z]+\.(?:internal\.)?example\.(?:com|org)", v) for v in drawn(recipe_of(column, here)))


def test_an_arn_of_another_table_is_that_of_one_of_its_rows() -> None:
    columns = {"Id": Col("Id", {"type": "string"}), "Arn": Col("Arn", {"type": "string"})}
    here = place(noun=("association",))._replace(tables={("application",): ("application", Draft(("application",), []), columns)})
    assert text_of("ApplicationArn", {"type": "string"}, here)["like"] == "application.Arn"
    assert "like" not in text("ApplicationArn", noun=("association",))


def test_micros_are_whole() -> None:
    assert all(re.fullmatch(r"\d{7,9}", v) for v in drawn(text("amountMicros", format="int64")))


def test_a_sentence_fits_its_field() -> None:
    assert set(drawn(text("body", "aws:security-ir", ("case", "comment")))) <= set(REMARKS)
    assert set(drawn(text("message", "aws:mediaconnect", ("thumbnail", "message")))) <= set(NOTICES)
    assert set(drawn(text("answer", "google:classroom", ("short", "answer", "submission")))) <= set(ANSWERS)
    assert set(drawn(text("body", "aws:ses", ("email",)))) <= set(MESSAGES)
    assert not any(" " in v and v[0].isupper() for v in drawn({**text("content", "aws:lambda", ("function",)), "null": 0}))
    assert is_empty(text("content", "aws:shop", ("rule",)))


@pytest.mark.parametrize("name", ["urlFilteringProfile", "callbackKey", "linkSpeed", "iconName"])
def test_only_what_is_an_address_is_one(name: str) -> None:
    assert not any("://" in str(v) for v in drawn({**text(name, "google:networksecurity", ("profile", "group")), "null": 0}))
    assert "://" in drawn(text("websiteUrl"))[0]


@pytest.mark.parametrize(
    ("name", "group", "noun", "form"),
    [
        ("bgpPrefix", "aws:ec2", ("route",), r"[\d.]+/\d+"),
        ("asPath", "aws:ec2", ("route",), r"\d+( \d+)*"),
        ("bucketLocation", "tencent:tiw", ("config",), r"eu-west-1"),
        ("placeId", "google:content", ("pos",), r"ChIJ\w+"),
        ("cmekKeyName", "google:datamigration", ("job",), r"projects/shop/.*cryptoKeys/.*"),
        ("lastUpdatedBy", "aws:shop", ("comment",), r"[\w.]+@.*"),
        ("resourceArn", "aws:shield", ("attack",), r"arn:aws:(?:s3|ec2|rds|elasticloadbalancing|lambda|dynamodb):.*"),
        ("creatorArn", "aws:shield", ("attack",), r"arn:aws:iam::\d+:user/.*"),
        ("url", "google:compute", ("instance",), r"projects/shop/zones/z/instances/.*"),
        ("path", "aws:iam", ("user",), r"/(?:\w+/)?"),
        ("contentType", "google:shop", ("video",), r"video/.*"),
    ],
)
def test_what_a_name_points_to(name: str, group: str, noun: tuple[str, ...], form: str) -> None:
    population = {"now": NOW, "context": CONTEXT | {"zone": ["z"]}, "rows": {"t": [20, 20]}, "columns": {"t.id": {"position": True}, "t.c": text(name, group, noun)}}
    for row in Painter(population, ["t"], {"t": ("id",)}, {"t": ("id", "c")}, 1).paint()["t"]:
        assert re.fullmatch(form, row["c"])


def test_a_form_with_a_hole_is_no_value() -> None:
    assert values_of({"type": "string", "description": "One of the following: user-userId, user-email, group-groupId, domain-domain"}) == []
    assert examples_of({"examples": ["<name>", "{project}", "[id]", "pkg-xx", "blue"]}) == ["blue"]


def test_fields_of_an_object_agree() -> None:
    number = {"type": "integer"}
    for value in drawn(json_value({"type": "object", "properties": {"Max": number, "Average": number, "Sum": number}}, "counter", place())):
        assert value["Average"] <= value["Max"] <= value["Sum"]
    times = {"type": "object", "properties": {"PauseTime": {"type": "string", "format": "date-time"}, "ResumeTime": {"type": "string", "format": "date-time"}}}
    assert all(v["PauseTime"] <= v["ResumeTime"] for v in drawn(json_value(times, "gap", place())))
    methods = {"type": "object", "properties": {"Quantity": number, "Items": {"type": "array", "items": {"type": "string"}}}}
    assert all(v["Quantity"] == len(v["Items"]) > 0 for v in drawn(json_value(methods, "AllowedMethods", place())))
    assert all(v == {"Quantity": 0, "Name": "x"} for v in drawn(json_value({"type": "object", "properties": {"Quantity": number, "Name": {"type": "string", "enum": ["x"]}}}, "Origins", place())))
    spans = json_value({"type": "object", "properties": {"Days": number, "Years": number}}, "retention", place())
    assert len(spans["object"]) == 1


def test_of_rival_products_one() -> None:
    part = {"type": "object", "properties": {"port": {"type": "integer"}}}
    recipe = json_value({"type": "object", "properties": {"MySqlSettings": part, "OracleSettings": part, "PostgreSqlSettings": part}}, "Settings", place())
    assert {len(v) for v in drawn(recipe)} == {1}
    painter = Painter({"now": NOW, "context": {}, "rows": {}, "columns": {}}, [], {}, {}, 1)
    for engine, kept in (("aurora-postgresql", ["PostgreSqlSettings"]), ("mysql", ["MySqlSettings"])):
        assert list(painter.value({**recipe, "by": "engine"}, Dice(1), {"engine": engine}, 0)) == kept
    assert painter.value({**recipe, "by": "engine"}, Dice(1), {"engine": "db2"}, 0) is None
    assert rivals(["imagePayload", "videoPayload"])
    assert not rivals(["httpPort", "httpPath", "settings", "weekday", "imageId", "videoCount"])


def test_things_are_called_after_their_kind() -> None:
    def called(noun: tuple[str, ...], service: str = "", *, slug: bool = False) -> list[str]:
        return [str(v) for v in drawn({**names(noun, slug=slug, service=service), "null": 0})]

    assert all("ssh-key" in n for n in called(("ssh", "key"), "transfer", slug=True))
    assert not any("Late delivery" in n for n in called(("case",), "security-ir"))
    assert not any("store" not in n for n in called(("sequence", "store"), "omics", slug=True))
    assert all("Attachment" in n or ("attachment" in n and " on " not in n) for n in called(("add", "on", "attachment")))
    assert is_empty(names(("top", "contributor"), slug=False, service="shield"))
    assert not any("." in n for n in called(("bot", "member"), "lexv2", slug=True))
    assert {"Homework"} & set(called(("grade", "category"), "classroom"))
    assert not is_empty(text("description", "google:classroom", ("course",)))
    assert all("team" not in v for v in drawn(text("description", "google:classroom", ("course",))))


def test_a_length_of_time_is_no_date_and_something_is_bought() -> None:
    assert max(drawn(number_of("TotalTime", {"type": "integer"}))) < 1e6
    assert not holds_time("TotalTime", {"type": "integer"})
    assert min(drawn(number_of("minimumPurchaseQuantity", {"type": "integer"}))) > 0


def test_a_value_with_a_brand_names_the_same_thing() -> None:
    values = ["AMAZON_DYNAMODB", "AWS_LAMBDA", "HTTP"]
    assert [value_named(n, values) for n in ("dynamodbConfig", "lambdaConfig", "httpConfig", "otherConfig")] == ["AMAZON_DYNAMODB", "AWS_LAMBDA", "HTTP", None]


def test_an_object_in_a_bucket_goes_by_its_path() -> None:
    draft = Draft(("object", "tag"), [])
    draft.own = "Key"
    found = recipe_of(Col("Key", {"type": "string"}), Place("object_tag", draft, "aws:s3", frozenset(), {}))
    assert all("/" in v for v in drawn(found))


# ---- what a strict reader called silly --------------------------------------------------------------------------


def numbers(name: str, description: str = "", kind: str = "integer") -> list[Any]:
    return drawn(number_of(name, {"type": kind, "description": description}))


def test_numbers_are_of_the_size_of_what_they_measure() -> None:
    assert min(numbers("Iops")) >= 1000
    assert set(numbers("nanos")) == {0}
    assert max(numbers("timeoutInMinutes")) <= 120
    assert max(numbers("Memory", "Memory size, in GB")) <= 64 < 1000 < min(numbers("Memory", "The memory, in MiB"))
    assert max(numbers("F1Score", kind="number")) < 1 > max(numbers("scaleUpFactor", "Bounds: [0.0, 1.0].", "number"))
    assert set(numbers("BandWidth")) <= {5, 10, 20, 50, 100, 200}
    assert max(numbers("acceleratorCount")) <= 8
    assert max(numbers("minvCpus")) <= min(numbers("desiredvCpus")) <= max(numbers("desiredvCpus")) <= min(numbers("maxvCpus"))
    assert max(numbers("minSize")) <= min(numbers("desiredSize")) <= max(numbers("desiredSize")) <= min(numbers("maxSize"))
    assert max(numbers("arrayIndex")) < min(numbers("arraySize"))
    assert is_empty(number_of("shingle", {"type": "integer"}))  # nobody says what it measures


@pytest.mark.parametrize(("name", "description", "ports"), [("httpsPort", "", {443}), ("Vport", "MySQL port", {3306}), ("port", "The port that the cache engine listens on.", {6379}), ("containerPort", "", {8080, 8000, 3000})])
def test_a_port_is_that_of_its_kind(name: str, description: str, ports: set[int]) -> None:
    assert set(numbers(name, description)) <= ports
    span = {"type": "object", "properties": {"fromPort": {"type": "integer"}, "toPort": {"type": "integer"}}}
    assert all(v["fromPort"] == v["toPort"] for v in drawn(json_value(span, "range", place())))


def test_time_spent_is_no_date() -> None:
    spent = {"type": "integer", "description": "The amount of time (in seconds) that the run consumed resources."}
    assert not holds_time("ExecutionTime", spent)
    assert max(drawn(number_of("ExecutionTime", spent))) < 10_000
    assert holds_time("ExecutionTime", {"type": "integer", "description": "Unix timestamp of the execution."})
    assert holds_time("ExecutionTime", {"type": "string", "format": "date-time"})
    assert holds_time("TimeStamp", {"type": "integer"})
    assert max(drawn({**time_of("lastRenewalTime", {"type": "string", "format": "date-time"}, place()), "null": 0})) < NOW


def test_arns_speak_of_the_service_as_arns_do() -> None:
    lambda_ = text("preSignUp", "aws:cognito-idp", ("lambda", "config"), description="The ARN of a pre sign-up Lambda trigger.", pattern="arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+")
    assert all(v.startswith("arn:aws:lambda:") for v in drawn(lambda_))
    assert all(":role/" in v for v in drawn(text("callerArn", "aws:cognito-idp", description="The ARN of the IAM role that sends messages.")))
    assert all(v.startswith("arn:aws:states:") for v in drawn(text("machineArn", "aws:stepfunctions")))
    exclusion = Draft(("pull", "exclusion"), [])
    exclusion.own = "principalArn"
    assert all(v.startswith("arn:aws:iam::482916075330:role/") for v in drawn(recipe_of(Col("principalArn", {"type": "string"}), Place("pull_exclusion", exclusion, "aws:ecr", frozenset(), {}))))
    policies = drawn(text("policy", "aws:lexv2-models", ("resource", "policy")))
    assert all('"lex:' in p and "s3:" not in p for p in policies)
    assert is_empty(text("resourceType", "aws:networkmanager"))
    assert not is_empty(text("resourceType", "aws:backup"))


def test_names_of_places_keys_and_accounts() -> None:
    assert set(drawn(text("LocationName", "aws:gameliftstreams", description="A location's name. For example, `us-east-1`."))) == {"eu-west-1"}
    assert all(re.fullmatch(r"\d{12}", v) for v in drawn(text("TargetId", "aws:sso-admin", description="TargetID is an Amazon Web Services account identifier.")))
    tag = Draft(("tag",), [])
    tag.own = "TagKey"
    assert "team" in drawn(recipe_of(Col("TagKey", {"type": "string"}), Place("tag", tag, "aws:sagemaker", frozenset(), {})))
    assert all(v.startswith("MIIE") for v in drawn(text("privateKey")))
    assert all(v.startswith("http") for v in drawn(text("mobileLink")))
    assert all(v.startswith("+44") for v in drawn(text("callee")))
    assert "FAILED" not in drawn(text("RelayState", description="Used to redirect users within the application."))
    assert all(v.startswith("gs://") for v in drawn(text("uriPrefix", "google:healthcare")))
    assert set(drawn(text("engine", "tencent:postgres"))) == {"postgresql"}
    assert all(int(v) > 0 for v in drawn(text("units", format="int64", description="For example if `currencyCode` is `\"USD\"`, then 1 unit is one US dollar.")))


def test_an_example_that_lists_values_is_several() -> None:
    assert examples_of({"examples": ["TRIAL/EXPIRED/ENDED"]}) == ["TRIAL", "EXPIRED", "ENDED"]
    assert examples_of({"examples": ["minute、hour"]}) == ["minute", "hour"]
    assert examples_of({"examples": ["a/b.txt", "foobar"]}) == ["a/b.txt"]
    assert is_empty(text("Location", examples=["10.3.4.5/demo-1"]))  # of one row only


def test_files_that_no_person_wrote() -> None:
    assert all(re.fullmatch(r"audit[-_]log.*|log-2026-\d\d-\d\d\.log", str(v)) for v in drawn(names(("audit", "log", "file"), slug=True, service="mongodb")))
    assert not any("press" in str(v).lower() for v in drawn(names(("note",), slug=True, service="containeranalysis")))
    assert any("review" in str(v).lower() for v in drawn(names(("file",), slug=False, service="drive"), 80))


def test_parts_of_an_object_agree_in_more_ways() -> None:
    number = {"type": "integer"}
    done = {"type": "object", "properties": {"totalRecordsProcessed": number, "totalMappedRecords": number, "failedRecordCount": number}}
    assert all(max(v["totalMappedRecords"], v["failedRecordCount"]) <= v["totalRecordsProcessed"] for v in drawn(json_value(done, "metrics", place())))
    room = {"type": "object", "properties": {"AlwaysOnCapacity": number, "MaximumCapacity": number}}
    assert all(v["AlwaysOnCapacity"] <= v["MaximumCapacity"] for v in drawn(json_value(room, "states", place())))
    names_ = {"type": "object", "properties": {"RoleName": {"type": "string"}, "RoleDisplayName": {"type": "string"}}}
    assert all(v["RoleName"] == v["RoleDisplayName"] for v in drawn(json_value(names_, "grant", place())))
    key = {"type": "object", "properties": {"SSEAlgorithm": {"type": "string", "enum": ["AES256", "aws:kms"]}, "KMSMasterKeyID": {"type": "string"}}}
    assert {v["SSEAlgorithm"] for v in drawn(json_value(key, "encryption", place("aws:s3")))} == {"aws:kms"}
    state = {"type": "object", "properties": {"statusCode": {"type": "string", "enum": ["ACTIVE", "CREATION_FAILED"]}, "statusReason": {"type": "string"}, "unhealthySince": {"type": "string", "format": "date-time"}}}
    found = drawn(json_value(state, "status", place()), 60)
    assert all(set(v) == {"statusCode"} for v in found)
    assert Counter(v["statusCode"] for v in found)["ACTIVE"] > 45
    corners = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}}}
    assert {len(v) for v in drawn(json_value(corners, "normalizedVertices", place()))} == {4}


def test_what_stands_in_an_object_is_of_what_the_object_is() -> None:
    arn = {"type": "string", "description": "The Amazon Resource Name (ARN) of the rule group."}
    found = drawn(json_value({"type": "object", "properties": {"ResourceArn": arn}}, "StatelessRuleGroupReference", place("aws:network-firewall", ("firewall", "policy"))))
    assert all(":stateless-rule-group/" in v["ResourceArn"] for v in found)
    image = json_value({"type": "object", "properties": {"url": {"type": "string"}}}, "image", place("google:blogger", ("post",)))
    assert all(v["url"].startswith("https://cdn.example.com/") for v in drawn(image))
    assert all('"AWSTemplateFormatVersion"' in v for v in drawn(text("TemplateBody", "aws:cloudformation")))
    assert set(drawn(text("Description", "tencent:csip", examples=["1"]))) <= set(DESCRIPTIONS)
    assert all(v.count(".") == 2 for v in drawn(text("engineVersion", "aws:omics", ("run",))))
    blog = Draft(("blog",), [])
    blog.own = "id"
    near = place("google:blogger", ("comment",), tables={("blog",): ("blog", blog, {"id": Col("id", {"type": "string"})})}, keyed={("blog",): "#blogId"})
    assert json_value({"type": "object", "properties": {"id": {"type": "string"}}}, "blog", near)["object"]["id"] == {"same": "blogId"}


@pytest.mark.parametrize(
    ("service", "name", "looks"),
    [
        ("sagemaker", "TrainingImage", r"\d{12}\.dkr\.ecr\."),
        ("imagebuilder", "parentImage", r"ami-0[0-9a-f]{16}"),
        ("mediaconvert", "BlankingImage", r"https://cdn\."),
    ],
)
def test_an_image_is_a_picture_only_where_there_are_pictures(service: str, name: str, looks: str) -> None:
    assert all(re.match(looks, value) for value in drawn(text(name, f"aws:{service}", ("thing",))))


def test_the_least_wait_is_no_longer_than_the_most() -> None:
    seconds = {"type": "string", "format": "duration"}
    found = json_value({"type": "object", "properties": {"minBackoff": seconds, "maxBackoff": seconds}}, "retryConfig", place("google:jobs", ("job",)))
    for value in drawn(found):
        assert int(value["minBackoff"][:-1]) < int(value["maxBackoff"][:-1])


def test_an_object_that_names_a_row_of_a_table_repeats_that_row() -> None:
    """The offering of a reservation is one of the reservation offerings."""
    fields = {"offeringId": {"type": "string"}, "duration": {"type": "integer"}, "open": {"type": "boolean"}}
    draft = Draft(("reservation", "offering"), [])
    columns = {n: draft.force(n, s) for n, s in fields.items()}
    draft.own = "offeringId"
    where = place("aws:shop", ("reservation",), tables={draft.noun: ("reservation_offering", draft, columns)})
    found = json_value({"type": "object", "properties": fields}, "offering", where)["object"]
    assert {k: v["like"] for k, v in found.items()} == {k: f"reservation_offering.{k}" for k in fields}
    other = json_value({"type": "object", "properties": {"colour": {"type": "string", "enum": ["RED", "BLUE"]}}}, "offering", where)["object"]
    assert "like" not in other["colour"]


def test_values_that_stand_for_none_are_not_drawn() -> None:
    schema = {"type": "string", "enum": ["INVALID_CACHE_MODE", "USE_ORIGIN", "FORCE_ALL", "MODE_UNSPECIFIED"]}
    assert set(drawn(json_value(schema, "cacheMode", place("google:compute")))) == {"USE_ORIGIN", "FORCE_ALL"}
    assert [v for v, _ in weights(schema["enum"], state=False)] == ["USE_ORIGIN", "FORCE_ALL"]


def test_vulnerabilities_have_numbers_of_their_own_form() -> None:
    assert all(re.fullmatch(r"CVE-202\d-\d{5}", v) for v in drawn(text("CveId", "tencent:cwp", ("event",))))


def test_a_length_of_time_is_no_point_in_time() -> None:
    """ComputeTime: 'approximate CPU time in milliseconds', beside createTime, which is one though it says milliseconds."""
    spent = {"type": "integer", "description": "The approximate CPU time in milliseconds that was spent computing."}
    assert not holds_time("ComputeTime", spent)
    assert holds_time("CreateTime", {"type": "integer", "description": "The time of creation in milliseconds."})


def test_what_is_done_is_not_told_beside_how_far_it_is() -> None:
    schema = {"type": "object", "properties": {"Status": {"type": "string", "enum": ["NOT_STARTED", "IN_PROGRESS", "COMPLETED"]}, "ProgressPercent": {"type": "integer"}}}
    assert {v["Status"] for v in drawn(json_value(schema, "TaskState", place()))} == {"IN_PROGRESS"}


def test_networks_are_of_the_service_that_has_them() -> None:
    for name, kind in (("vpcArn", "vpc"), ("securityGroupArn", "security-group"), ("subnetArn", "subnet")):
        assert all(v.startswith("arn:aws:ec2:") and f":{kind}/" in v for v in drawn(text(name, "aws:securityagent", ("space",))))
    assert all(re.fullmatch("[0-9a-f]{40}", v) for v in drawn(text("commitId", "aws:amplify", ("job",))))
    assert not any(re.fullmatch("[0-9a-f]{40}", str(v)) for v in drawn(text("commitMessage", "aws:amplify", ("job",))))


def test_the_script_of_a_query_is_no_shell_script() -> None:
    assert all("#!/bin/sh" in v for v in drawn(text("ScriptContent", "tencent:tat", ("command",))))
    assert not any("#!/bin/sh" in v for v in drawn(text("ScriptContent", "tencent:wedata", ("sql", "script"))))


def test_a_row_that_holds_nothing_but_a_map_has_a_name_in_it() -> None:
    names = [v["name"] for v in drawn(json_value({"type": "object"}, "properties", place(noun=("deal",))))]
    assert len(set(names)) > 3
    titled = place(noun=("deal",))._replace(columns={"title": Col("title", {"type": "string"})})
    assert is_empty(json_value({"type": "object"}, "properties", titled))
    assert is_empty(json_value({"type": "object"}, "metadata", place(noun=("deal",))))
    assert is_empty(json_value({"type": "object", "additionalProperties": {"type": "object"}}, "properties", place(noun=("deal",))))


def test_an_hour_costs_cents_and_a_year_hundreds() -> None:
    assert max(drawn(number_of("hourlyCharge", {"type": "number"}))) < 5 < max(drawn(number_of("upfrontCharge", {"type": "number"})))
    assert holds_time("created_at_unix_secs", {"type": "integer"})
    assert not holds_time("unix_socket_count", {"type": "integer"})


def test_ids_of_holders_are_one_and_ids_of_their_parts_are_many() -> None:
    said = "The id of the {}."
    assert len(text("orgUnitId", "google:shop", ("device",), description=said.format("unit"))["given"]) > 1
    assert len(text("orgId", "google:shop", ("device",), description=said.format("organization"))["given"]) == 1
    assert text("orgUnitId", "google:shop", ("orgunit",), description=said.format("unit")) == {"id": "{digits:19}"}


def test_protocols_and_platforms_by_what_is_supported() -> None:
    assert [v for v, _ in text("protocol", description="Type of the output, supports `HLS`, `CMAF`.")["choice"]] == ["HLS", "CMAF"]
    assert [v for v, _ in text("ipProtocol", description="The protocol name ( tcp , udp , icmp ) or its number.")["choice"]] == ["tcp", "udp", "icmp"]
    assert text("protocol", noun=("listener",))["given"] == ["TCP", "UDP"]
    assert text("protocol", noun=("subscription",))["given"][0] == "email"
    assert is_empty(text("protocol", noun=("parcel",)))


def test_a_platform_version_is_a_system_only_where_systems_are_meant() -> None:
    assert text("platformVersion", description="The version of the platform.")["given"][0] == "1.4.2"
    assert text("osPlatformVersion")["given"][0] == "Ubuntu 22.04"
    assert text("platformVersion", description="The version of the operating system.")["given"][0] == "Ubuntu 22.04"


def test_what_is_played_lasts_minutes_and_what_is_heard_has_no_bytes() -> None:
    assert min(number_of("duration_ms", {"type": "integer", "description": "The duration of the track in milliseconds."})["of"]) > 60_000
    assert max(number_of("duration_ms", {"type": "integer", "description": "How long the call took."})["of"]) <= 1000
    assert max(number_of("outputVolume", {"type": "integer"})["of"]) <= 100
    assert max(number_of("hopLimit", {"type": "integer"})["of"]) < 10


def test_a_time_that_is_written_as_a_number_in_text() -> None:
    schema = {"type": "string", "format": "int64", "description": "When it was made, in milliseconds since epoch."}
    assert holds_time("createdAt", schema)
    assert time_of("createdAt", schema, place())["as"] == "text_epoch_ms"
    assert re.fullmatch(r"1[67]\d{11}", drawn(time_of("createdAt", schema, place()))[0])
    assert not holds_time("epochCount", {**schema, "description": "Passes since the epoch."})


def test_a_condition_on_another_field_is_no_fixed_value() -> None:
    assert fixed({"description": "The key in use. If BillingType is `EVALUATION`, a default one."}) is None
    assert fixed({"description": "The type is `shop#order`."}) == "shop#order"


def test_a_persons_day_of_birth() -> None:
    days = json_value({"type": "object", "properties": {k: {"type": "integer"} for k in ("day", "month", "year")}}, "dob", place())["given"]
    assert max(d["year"] for d in days) < 2008


def test_inside_an_object_what_is_enabled_is_on_and_nothing_is_below_the_least() -> None:
    flags = {"enabled": {"type": "boolean"}, "state": {"type": "string", "enum": ["ENABLED", "DISABLED"]}}
    assert all(json.loads(v) == {"enabled": True, "state": "ENABLED"} for v in drawn(json_value({"type": "object", "properties": flags}, "addon", place()) | {"json": True}))
    sizes = {n: {"type": "string", "format": "int64"} for n in ("maxNodeCount", "minNodeCount", "currentAggregateNodeCount")}
    for value in map(json.loads, drawn(json_value({"type": "object", "properties": sizes}, "nodes", place()) | {"json": True})):
        assert int(value["minNodeCount"]) <= int(value["currentAggregateNodeCount"]) <= int(value["maxNodeCount"])
