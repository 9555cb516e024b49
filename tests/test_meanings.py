"""What a text is by its description, and columns of a row that tell the same twice."""

import re
from typing import Any

import pytest

from agentscaler.envs.accord import _states
from agentscaler.envs.agreed import agree_more
from agentscaler.envs.amounts import number_of, time_of
from agentscaler.envs.documented import examples_of
from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.fallback import as_shown, like_examples
from agentscaler.envs.naming import id_template, names
from agentscaler.envs.parts import one_resource
from agentscaler.envs.place import Place, is_empty
from agentscaler.envs.recipes import json_value, not_gone
from agentscaler.envs.texts import text_of
from agentscaler.envs.towns import TERMS, TOWNS
from agentscaler.envs.vocabulary import REMARKS, WARNINGS
from agentscaler.population import Painter
from agentscaler.records import Column, Table

NOW = "2026-06-15T09:00:00Z"
CONTEXT = {"account": ["482916075330"], "region": ["eu-west-1"], "zone": ["eu-west-1b"], "project": ["shop"], "uin": ["1000"]}


def place(group: str = "aws:shop", noun: tuple[str, ...] = ("order",), **more: Any) -> Place:
    return Place("_".join(noun), Draft(noun, []), group, frozenset(), {}, **more)


def rows(n: int = 40, **columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a table with these recipes."""
    population = {"now": NOW, "context": CONTEXT, "rows": {"t": [n, n]}, "columns": {"t.key": {"position": True}} | {f"t.{c}": r for c, r in columns.items()}}
    return Painter(population, ["t"], {"t": ("key",)}, {"t": ("key", *columns)}, 1).paint()["t"]


def drawn(recipe: dict[str, Any], n: int = 30) -> list[Any]:
    return [row["c"] for row in rows(n, c=recipe)]


def text(name: str, group: str = "aws:shop", noun: tuple[str, ...] = ("order",), **schema: Any) -> dict[str, Any]:
    return text_of(name, {"type": "string", **schema}, place(group, noun))


@pytest.mark.parametrize(
    ("name", "group", "said", "form"),
    [
        ("Locale", "aws:ec2", "The locale of the IPAM pool: the Region where it allocates.", r"eu-west-1"),
        ("createdBy", "aws:registry", "The ID of the Amazon Web Services account that created the record.", r"\d{12}"),
        ("AdminPhoneNum", "tencent:ssl", "", r"\+44 20 7946 0\d{3}"),
        ("SubjectAltName", "tencent:ssl", "Alternative domain names.", r"[a-z]+\.example\.(?:com|org)"),
        ("InternalAddr", "tencent:postgres", "Download address on private network, such as https://host/file.", r"https://.*"),
        ("contractAddress", "aws:managedblockchain-query", "The blockchain address for the contract.", r"0x[0-9a-f]{40}"),
        ("PublicKeyPem", "tencent:kms", "", r"-----BEGIN PUBLIC KEY-----[\s\S]*"),
        ("PrivateIpAddress", "aws:ec2", "The private IPv4 address.", r"10\.0\.\d+\.\d+"),
        ("cpeUri", "google:containeranalysis", "The CPE URI this vulnerability affects.", r"cpe:2\.3:.*"),
        ("ProcessPath", "tencent:tcss", "Process path.", r"/(?:usr|bin)/.*"),
        ("numZones", "google:tagmanager", "Number of zones in the container version.", r"\d+"),
        ("ETag", "aws:cloudfront", "The current version of the policy.", r"[0-9a-f]{32}"),
        ("CVEId", "tencent:cwp", "", r"CVE-202[0-5]-\d{5}"),
        ("clusterVersion", "aws:eks", "The supported Kubernetes version of the cluster.", r"1\.\d\d"),
        ("thread_ts", "slack_sdk:slack_sdk", "", r"17\d{8}\.\d{6}"),
        ("selfLinkWithId", "google:compute", "Server-defined URL for this resource with the id.", r"https://www\.googleapis\.com/compute/v1/projects/shop/.*/\d{19}"),
    ],
)
def test_the_description_goes_before_the_words(name: str, group: str, said: str, form: str) -> None:
    found = drawn(text(name, group, description=said))
    assert all(re.fullmatch(form, v) for v in found), found[:3]


def test_words_that_only_look_alike() -> None:
    assert not any("@" in v for v in drawn(text("Operator", "tencent:config", description="Comparison operator between current and desired configuration.")))
    assert all("@" in v for v in drawn(text("operator", "tencent:cwp", description="Who did it.")))  # the other side of the rule
    assert not any("." in str(v) for v in drawn(text("Origin", "tencent:kms", description="CMK key material type.")))
    assert "." in drawn(text("origin", "tencent:cdn", description="Origin server."))[0]
    assert not any("Group" in str(v) or "Inc" in str(v) for v in drawn(text("CompanyProvince", "tencent:ssl")))
    assert "@" not in drawn(text("RequesterNote", "aws:marketplace", description="An optional note for the approvers."))[0]
    page = {"pattern": "^[\\w@.-]+$", "description": "The page identifier."}
    assert "@" not in str(drawn(text("alias", "aws:connect", ("workspace", "page"), **page))[0])
    assert drawn(text("nodeType", "tencent:cdwpg", examples=["dn", "cn"]))
    assert set(drawn(text("nodeType", "tencent:cdwpg", examples=["dn", "cn"]))) == {"dn", "cn"}
    assert as_shown({"machine": True}, {"type": "string", "examples": ["S2.3XLARGE24"]}, ("instance", "type")) is None  # looks like those that are known
    assert as_shown({"given": ["orders", "billing"]}, {"type": "string", "examples": ["db_test"]}, ("database",)) is None  # not the same in all rows


def test_an_example_that_says_the_name_again_is_none() -> None:
    assert is_empty(like_examples(examples_of({"examples": ["cluster sub status"]}), ("cluster", "sub", "status")))
    assert is_empty(like_examples(examples_of({"examples": ["solution desc"]}), ("solution",)))
    assert like_examples(["flush"], ("flush", "type"))["given"] == ["flush"]


def test_parts_of_an_address_are_of_one_town() -> None:
    towns = {(t.city, t.province, t.country, t.postal) for t in TOWNS}
    columns = {n: text(n, "tencent:ssl", ("company",)) for n in ("CompanyCity", "CompanyProvince", "CompanyCountry", "CompanyPostalCode")}
    assert all((r["CompanyCity"], r["CompanyProvince"], r["CompanyCountry"], r["CompanyPostalCode"]) in towns for r in rows(**columns))
    address = json_value({"type": "object", "properties": {n: {"type": "string"} for n in ("city", "state", "country", "postal_code")}}, "address", place("google:people", ("customer",)))
    assert all((v["city"], v["state"], v["country"], v["postal_code"]) in towns for v in drawn(address))
    codes = json_value({"type": "object", "properties": {"City": {"type": "string"}, "CountryCode": {"type": "string"}, "StateOrRegion": {"type": "string"}}}, "Address", place())
    assert {(v["City"], v["CountryCode"], v["StateOrRegion"]) for v in drawn(codes)} <= {(t.city, t.code, t.province) for t in TOWNS}
    assert len({len(t) for t in TOWNS}) == 1
    assert all(len(t.code) == 2 for t in TOWNS)


def test_terms_of_a_glossary_mean_the_same() -> None:
    pairs = set(zip(TERMS["zh"], TERMS["en"], strict=True))
    found = rows(12, SourceTerm=text("SourceTerm", "tencent:tokenhub"), TargetTerm=text("TargetTerm", "tencent:tokenhub", examples=["Cloud Server"]))
    assert {(r["SourceTerm"], r["TargetTerm"]) for r in found} <= pairs
    assert len({r["SourceTerm"] for r in found}) == 12


def test_what_a_list_says_is_said_of_its_values() -> None:
    countries = {"type": "array", "description": "A list of countries in ISO 3166-1 alpha-2 format.", "items": {"type": "string"}}
    assert all(len(c) == 2 for v in drawn(json_value(countries, "allowedCountries", place("aws:ivs"))) for c in v)


@pytest.mark.parametrize(
    ("name", "said", "form"),
    [
        ("network", "URL of the network resource.", r"projects/shop/global/networks/\w+"),
        ("url", "Resource URL to the forwarding rule representing the ILB configured as destination.", r"projects/shop/regions/eu-west-1/forwardingRules/\w+"),
        ("sourceDisk", "URL of the disk attached to the source instance.", r"projects/shop/zones/eu-west-1b/disks/\w+"),
        ("sources", "URLs to the resources that are watched.", None),
        ("healthSource", "URL of the HealthSource resource.", r"projects/shop/regions/eu-west-1/healthSources/\w+"),
        ("targetService", "The URL of a service serving the endpoint identified by this service attachment.", r"projects/shop/regions/eu-west-1/services/\w+"),
    ],
)
def test_google_names_resources_by_their_path(name: str, said: str, form: str | None) -> None:
    found = drawn(text(name, "google:compute", ("packet", "mirroring"), description=said))
    assert all(re.fullmatch(form, v) if form else "projects/" not in str(v) for v in found), found[:2]


def test_a_web_page_stays_a_web_page() -> None:
    assert drawn(text("iconUrl", "google:chat", description="The URL of the icon of the app."))[0].startswith("https://")
    assert drawn(text("downloadUrl", "google:dfareporting", description="The URL for downloading the report data."))[0].startswith("https://")


def test_ids_look_like_the_provider_s() -> None:
    assert id_template(Col("accountId", {"type": "string"}), place("aws:inspector2", ("member",))) == "{digits:12}"
    assert re.fullmatch(r"C0\{digits:1\}.*", id_template(Col("channel", {"type": "string"}), place("slack_sdk:slack_sdk", ("channel",))))
    assert min(drawn(number_of("VlanId", {"type": "integer"}))) >= 101
    assert max(drawn(number_of("VlanId", {"type": "integer"}))) <= 4094
    assert max(drawn(number_of("DiskStepSize", {"type": "integer", "description": "Step size in GB."}))) <= 10
    assert min(drawn(number_of("sampleSize", {"type": "integer"}))) >= 100
    assert all(0.5 <= v <= 0.8 for v in drawn(number_of("cpuTarget", {"type": "number", "description": "Target, as a fraction."})))


def test_things_that_people_name_otherwise() -> None:
    for noun in (("tax", "rate"), ("counterparty",), ("info", "type"), ("issue",), ("question",)):
        assert not any(re.search(r"(?i)\b(?:payroll|checkout|billing)\b", v) for v in drawn(names(noun, slug=False)))
    assert "Payroll" in " ".join(drawn(names(("partition", "key"), slug=False)))  # what could be anything keeps its area


# ---- what agrees ------------------------------------------------------------------------------------------------


def agreed(noun: tuple[str, ...], recipes: dict[str, dict[str, Any]], *, group: str = "aws:shop", state: str | None = None, own: str = "key", written: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    draft = Draft(noun, [])
    draft.own = own
    types = {n: "INTEGER" if "boolean" in r or "of" in r else "TEXT" for n, r in recipes.items()}
    table = Table(name="t", service=group, noun=" ".join(noun), said=True, key=(own,), columns=tuple(Column(name=n, type=t, null=n != own, phrase=n) for n, t in types.items()))  # type: ignore[arg-type]
    at = Place("t", draft, group, frozenset(written), {n: Col(n, {"type": "string"}) for n in recipes})
    states = [s for s, _ in recipes[state]["choice"]] if state else []
    agree_more(recipes, table, at, state, states)
    return rows(60, **recipes)


def states(*values: str) -> dict[str, Any]:
    return {"choice": [[v, 1.0] for v in values]}


def test_a_label_says_what_its_code_says() -> None:
    said = {"words": [["billing"], ["status"]], "join": "-"}
    assert all(r["StatusName"] == r["Status"] for r in agreed(("order",), {"Status": states("OPEN", "CLOSED"), "StatusName": dict(said)}))
    assert {r["StatusName"] for r in agreed(("order",), {"Status": {"of": [0, 1]}, "StatusName": dict(said)})} == {None}
    assert all(r["typeName"].startswith("billing-status") for r in agreed(("node",), {"typeName": dict(said)}))  # a name, where nothing tells a code


def test_a_run_that_has_not_succeeded_has_no_results() -> None:
    recipes = {"status": states("RUNNING", "SUCCEEDED", "FAILED"), "Blocks": {"list": {"value": "x"}, "size": [1, 1], "json": True}}
    found = agreed(("analysis", "job"), recipes, state="status")
    assert all((r["Blocks"] is not None) == (r["status"] == "SUCCEEDED") for r in found)


def test_a_flag_says_its_state_again() -> None:
    found = agreed(("disk",), {"DiskState": states("ATTACHED", "UNATTACHED"), "Attached": {"yes": 0.5, "boolean": True}})
    assert all(bool(r["Attached"]) == (r["DiskState"] == "ATTACHED") for r in found)


def test_two_states_of_a_row_tell_the_same() -> None:
    found = agreed(("ingestion", "job"), {"status": states("COMPLETED", "FAILED", "RUNNING"), "state": states("STARTING", "INGESTION_COMPLETE", "INGESTION_FAILED", "IN_PROGRESS")}, state="status")
    assert {(r["status"], r["state"]) for r in found} == {("COMPLETED", "INGESTION_COMPLETE"), ("FAILED", "INGESTION_FAILED"), ("RUNNING", "IN_PROGRESS")}


def test_values_that_begin_alike_belong_together() -> None:
    found = agreed(("target",), {"ServiceNamespace": states("ecs", "ec2", "rds"), "ScalableDimension": states("ecs:service:DesiredCount", "ec2:fleet:TargetCapacity", "rds:cluster:ReadReplicaCount")})
    assert all(r["ScalableDimension"].startswith(r["ServiceNamespace"] + ":") for r in found)


def test_a_row_s_endpoint_bears_its_id() -> None:
    host = {"words": [["orders"], ["example.com"]], "join": "."}
    recipes = {"workspaceId": {"id": "ws-{hex:8}"}, "prometheusEndpoint": dict(host), "callbackUrl": dict(host)}
    found = agreed(("workspace",), recipes, group="aws:amp", own="workspaceId")
    assert all(r["prometheusEndpoint"] == f"{r['workspaceId']}.amp.eu-west-1.amazonaws.com" for r in found)
    assert {r["callbackUrl"] for r in found} == {"orders.example.com"}  # of something else
    found = agreed(("user",), {"sid": {"id": "US{hex:8}"}, "url": dict(host)}, group="twilio:conversations", own="sid")
    assert all(r["url"].endswith(f"/Users/{r['sid']}") for r in found)


def test_zones_and_machines_agree() -> None:
    zone = {"mix": [{"template": "{region}" + z} for z in "abc"]}
    found = agreed(("subnet",), {"AvailabilityZone": dict(zone), "AvailabilityZoneId": dict(zone), "CPU": {"of": [1, 2, 8]}, "Memory": {"of": [2, 4, 16]}})
    assert all(r["AvailabilityZone"] == r["AvailabilityZoneId"] and r["CPU"] <= r["Memory"] for r in found)


def test_an_arn_is_of_the_type_beside_it() -> None:
    arn = text_of("ResourceArn", {"type": "string", "description": "The ARN of the resource."}, place("aws:security-manager", ("status",)))
    parts = {"ResourceArn": arn, "ResourceType": states("AWS::ApiGateway::Stage", "AWS::CloudFront::Distribution")}
    one_resource(parts)
    for row in rows(20, **parts):
        assert ("cloudfront" in row["ResourceArn"]) == (row["ResourceType"] == "AWS::CloudFront::Distribution")


def test_a_protected_thing_is_not_gone() -> None:
    assert not_gone(["DELETE_PROTECTION_ENABLED", "DELETE_PROTECTION_DISABLED", "DELETING"]) == ["DELETE_PROTECTION_ENABLED", "DELETE_PROTECTION_DISABLED"]


def test_what_warns_does_not_say_that_all_is_well() -> None:
    assert set(drawn(text("message", "google:adsense", ("alert",)))) <= set(WARNINGS)
    assert set(drawn(text("body", "twilio:conversations", ("conversation", "message")))) <= set(REMARKS)
    alert = {"type": "object", "properties": {"code": {"type": "string", "enum": ["ACCESS_DENIED", "THROTTLED"]}, "message": {"type": "string"}}}
    assert all("message" not in v for v in drawn(json_value(alert, "alert", place("aws:aoss", ("job",)))))


def test_people_and_accounts_of_banks() -> None:
    born = drawn(time_of("dob", {"type": "string", "format": "date"}, place("lithic:lithic", ("entity",))))
    assert all("1965" < v < "2005" for v in born)
    assert len(set(drawn(text("account_number", "increase:increase", ("account", "number"))))) == 30
    assert set(drawn(text("accountNumber", "aws:s3"))) == {"482916075330"}
    keyed = Draft(("entity",), [])
    keyed.own = "entity_token"
    at = Place("entity", keyed, "lithic:lithic", frozenset(), {})
    assert all(v.count("-") == 4 for v in drawn(text_of("account_holder_token", {"type": "string"}, at)))
    assert all(v.count("-") == 0 for v in drawn(text("access_token", "lithic:lithic")))  # a secret


def test_the_state_of_a_row_is_not_that_of_its_protection() -> None:
    told = {"deleteProtectionState": states("DELETE_PROTECTION_ENABLED", "DELETE_PROTECTION_DISABLED"), "scanStatus": states("PENDING", "DONE")}
    assert _states(told)[0] == "scanStatus"
    assert _states({"scanStatus": states("PENDING", "DONE"), "checkStatus": states("A", "B")})[0] == "scanStatus"  # else the first
    assert _states({"StatusCode": states("PENDING", "DONE")})[0] == "StatusCode"
