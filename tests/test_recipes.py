"""What a column is filled with: the provider's own values, values of its kind, or nothing; never a word that only looks like one."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from agentscaler.envs.amounts import number_of, time_of
from agentscaler.envs.documented import examples_of, fixed, range_of, values_of
from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.place import Place, is_empty
from agentscaler.envs.recipes import json_value, not_failed, not_gone, recipe_of, unfinished
from agentscaler.envs.texts import text_of
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
    assert set(json_value(asked, "Info", place())["object"]) == {"Port", "Spec"}


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
    assert text("engineVersion")["given"] == ["8.0", "13.4", "14.9", "15.4"]
    assert text("packageVersion")["given"][0] == text("version", noun=("component",))["given"][0] == "1.4.2"
    assert text("version", pattern=r"^\d+\.\d+\.\d+$")["given"][0] == "1.4.2"
