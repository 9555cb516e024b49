"""Rows that do not contradict themselves: what rules what out, what follows from a state or a flag, numbers and words that could be; and the script that counts the rest."""

import json
import re
import runpy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentscaler.envs.accord import _messages, _of_its_type
from agentscaler.envs.amounts import holds_time, number_of, switch, time_of
from agentscaler.envs.documented import DEPRECATED, values_of
from agentscaler.envs.drafts import Col, Draft, usable
from agentscaler.envs.exclusive import exclusive
from agentscaler.envs.fallback import fallback
from agentscaler.envs.parts import agree_parts, rivals
from agentscaler.envs.place import Place, is_empty
from agentscaler.envs.recipes import json_value, only_copies, recipe_of
from agentscaler.envs.texts import tagged, text_of
from agentscaler.envs.vocabulary import CONFIRMATIONS, MESSAGES, REMARKS, TEAMS
from agentscaler.population import Painter, needs, parse_time
from agentscaler.records import Column, EnvSpec, Table
from agentscaler.world import World
from shops import build, tools_of
from test_accord import NUMBER, TEXT, TIME, Json, things, whole

NOW = "2026-06-15T09:00:00Z"
FLAG: Json = {"type": "boolean"}


def place(group: str = "aws:shop", noun: tuple[str, ...] = ("order",), **more: Any) -> Place:
    columns = more.pop("columns", {})
    return Place("_".join(noun), Draft(noun, []), group, frozenset(), columns, **more)


def drawn(columns: Mapping[str, Json], n: int = 40) -> list[dict[str, Any]]:
    """Rows of a table with these recipes."""
    names = ("id", *columns)
    recipes = {"t.id": {"position": True}, **{f"t.{c}": r for c, r in columns.items()}}
    population = {"now": NOW, "context": {"region": ["eu-west-1"]}, "rows": {"t": [n, n]}, "columns": recipes}
    return Painter(population, ["t"], {"t": ("id",)}, {"t": names}, 1).paint()["t"]


@cache
def shop() -> EnvSpec:
    states = {"type": "string", "enum": ["PENDING", "RUNNING", "SUCCEEDED", "FAILED"]}
    return build(
        tools_of(
            things(
                source={"name": TEXT, "aws": {**whole(key=TEXT, port=NUMBER), "description": "AWS type source details."}, "vmware": {**whole(port=NUMBER), "description": "Vmware type source details."}},
                secret={"name": TEXT, "secretBinary": TEXT, "secretString": TEXT, "createdAt": TIME},
                destination={"name": TEXT, **{f"{kind}Destination": whole(port=NUMBER) for kind in ("cloudwatchLogs", "kinesisFirehose", "sns")}},
                orbit={"enabled": FLAG, "status": {"type": "string", "enum": ["ENABLED", "DISABLED", "INVALID"]}, "invalidReason": TEXT, "rotationEnabled": FLAG, "rotationRules": whole(days=NUMBER), "nextRotationDate": TIME},
                member={"displayName": TEXT, "importMode": FLAG, "importModeExpireTime": TIME, "disabled": FLAG, "disabledTime": TIME, "deleted": FLAG, "deletedAt": TIME},
                todo={"title": TEXT, "status": {**TEXT, "description": 'Status. This is either "needsAction" or "completed".'}, "completed": {**TIME, "description": "Completion date."}, "updatedAt": TIME},
                job={"status": states, "currentPhase": TEXT, "totalFileCount": NUMBER, "completedCount": NUMBER, "failedCount": NUMBER, "createdAt": TIME, "startedAt": TIME, "finishedAt": TIME, "phases": {"type": "array", "items": whole(phaseType=TEXT, startTime=TIME, endTime=TIME, createdAt=TIME, updatedAt=TIME)}},
                scan={"status": {**TEXT, "examples": ["Completed", "Running", "Failed"]}, "progress": NUMBER, "createdAt": TIME, "endTime": TIME},
                stage={"jobId": TEXT, "startedAt": TIME, "finishedAt": TIME, "status": states},
                card={"text": TEXT, **{f"{part}Part": whole(port=NUMBER, width=NUMBER) for part in ("poll", "menu", "dialog", "emoji", "quote", "chart", "map", "film")}},
                window={"name": TEXT, "durationHours": NUMBER, "duration": NUMBER, "cutoff": NUMBER, "nextPageToken": TEXT, "tags": {"type": "object", "additionalProperties": TEXT}},
            )
        ),
        "works",
    ).env


@cache
def rows(table: str) -> list[dict[str, Any]]:
    out = []
    for seed in range(3):
        with World.open(shop(), seed=seed) as world:
            out += [{**row, "seed": seed} for row in world.rows(table)]
    return out


# ---- what rules what out ----------------------------------------------------------------------------------------


def says(**descriptions: str) -> dict[str, Json]:
    return {n: {"type": "string", "description": d} for n, d in descriptions.items()}


def test_fields_that_a_description_rules_out() -> None:
    both = "You can use asnLong or asn, but not both."
    assert exclusive(says(asn=f"The number. {both}", asnLong=both, vlan="The VLAN.")).groups == [["asn", "asnLong"]]
    assert exclusive(says(workerZone="The zone.", workerRegion="The region. Mutually exclusive with worker_zone.")).groups == [["workerZone", "workerRegion"]]
    assert exclusive(says(secretBinary="", secretString="")).groups == [["secretBinary", "secretString"]]
    assert exclusive(says(stringValue="", boolValue="", minValue="", name="")).groups == [["stringValue", "boolValue"]]


def test_fields_that_stand_together_rule_out_nothing() -> None:
    span = "You must specify either startTime and endTime or taskId, but not both."
    assert exclusive(says(startTime=span, endTime=span, taskId=span)).groups == []
    assert exclusive(says(name="The name.", size="The size with the name.")) == ([], [])
    settings = {n: {"type": "object", "description": f"{n} settings of the target."} for n in ("vpc", "log")}
    assert exclusive(settings).groups == []


def test_what_rules_out_several_stays_away_itself() -> None:
    fields = says(draining="Cannot be specified with haPolicy.", subsetting="Cannot be specified with haPolicy.", haPolicy="The policy.")
    assert exclusive(fields) == ([], ["haPolicy"])


def test_a_row_has_one_of_what_rules_each_other_out() -> None:
    assert {(r["aws"] is None, r["vmware"] is None) for r in rows("source")} == {(True, False), (False, True)}
    assert all((r["secretBinary"] is None) != (r["secretString"] is None) for r in rows("secret"))


def test_a_row_has_one_destination_of_all() -> None:
    kinds = [n for n in rows("destination")[0] if n.endswith("Destination")]
    assert len(kinds) == 3
    assert {sum(r[n] is not None for n in kinds) for r in rows("destination")} == {1}


def test_what_a_row_holds_is_of_the_type_that_it_says() -> None:
    data = json_value(whole(trackingConfig=whole(port=NUMBER), uplinkConfig=whole(port=NUMBER)), "configData", place(noun=("config",)))
    recipes: dict[str, Any] = {"configType": {"choice": [["TRACKING", 1], ["UPLINK", 1]]}, "configData": {**data, "json": True}}
    needed = (Column(name="configType", type="TEXT"), Column(name="configData", type="TEXT", null=False))
    _of_its_type(recipes, Table(name="config", noun="config", said=True, service="aws:sky", columns=needed, key=("id",)))
    for row in drawn(recipes):
        assert list(json.loads(row["configData"])) == ["trackingConfig" if row["configType"] == "TRACKING" else "uplinkConfig"]


def test_a_flag_says_what_the_state_says_and_what_is_off_has_no_rules() -> None:
    assert {bool(r["rotationEnabled"]) for r in rows("orbit")} == {True, False}
    for row in rows("orbit"):
        assert bool(row["enabled"]) == (row["status"] == "ENABLED")
        assert row["rotationEnabled"] or (row["rotationRules"], row["nextRotationDate"]) == (None, None)
        assert row["status"] == "INVALID" or row["invalidReason"] is None


def test_a_key_is_of_one_algorithm_and_a_resource_of_one_sort() -> None:
    assert rivals(("dsaKeyInfo", "rsaKeyInfo")) == ["dsaKeyInfo", "rsaKeyInfo"]
    sorts = {n: whole(port=NUMBER) for n in ("ec2", "repository", "function")}
    assert len(json_value(whole(**sorts), "resourceMetadata", place())["either"]) == 3


def test_a_filter_compares_with_values_of_its_field() -> None:
    recipe = json_value({"type": "array", "items": whole(comparison={"type": "string", "enum": ["EQUALS"]}, value=TEXT)}, "severity", place())
    assert set(recipe["list"]["object"]["value"]["given"]) == {"LOW", "MEDIUM", "HIGH", "CRITICAL"}


def test_an_object_has_one_of_what_rules_each_other_out() -> None:
    kinds = {n: {**whole(port=NUMBER), "description": f"{n.upper()} source to read."} for n in ("aws", "azure")}
    recipe = json_value({"type": "object", "properties": {"size": NUMBER, **kinds}}, "input", place())
    assert {tuple(k for k in ("aws", "azure") if k in json.loads(r["c"])) for r in drawn({"c": {**recipe, "json": True}})} == {("aws",), ("azure",)}


# ---- states, flags, times ---------------------------------------------------------------------------------------


def test_what_is_not_disabled_was_not_disabled_at_any_time() -> None:
    assert {bool(r["disabled"]) for r in rows("member")} == {True, False}
    assert all(bool(r["disabled"]) == (r["disabledTime"] is not None) for r in rows("member"))
    assert all(bool(r["importMode"]) == (r["importModeExpireTime"] is not None) for r in rows("member"))
    assert not any(r["deleted"] or r["deletedAt"] for r in rows("member"))


def test_only_what_is_completed_has_a_time_of_completion() -> None:
    assert {r["status"] for r in rows("todo")} == {"needsAction", "completed"}
    assert all((r["status"] == "completed") == (r["completed"] is not None) for r in rows("todo"))


def test_states_that_are_shown_as_examples_count_as_well() -> None:
    ended = {r["status"]: r["endTime"] is not None for r in rows("scan")}
    assert ended == {"Completed": True, "Running": False, "Failed": True}
    assert {r["progress"] for r in rows("scan") if r["status"] == "Completed"} == {100}


def test_what_ended_was_changed_no_earlier() -> None:
    done = [r for r in rows("todo") if r["completed"]]
    assert done
    assert all(r["updatedAt"] >= r["completed"] for r in done)


def test_a_second_state_that_is_made_up_is_left_out() -> None:
    assert {r["currentPhase"] for r in rows("job")} == {None}


def test_of_a_job_that_is_done_all_is_done() -> None:
    for job in rows("job"):
        assert job["completedCount"] <= job["totalFileCount"]
        if job["status"] == "SUCCEEDED":
            assert (job["completedCount"], job["failedCount"]) == (job["totalFileCount"], 0)
        if job["status"] == "PENDING":
            assert (job["completedCount"], job["failedCount"]) == (0, 0)


def test_a_stage_ends_before_its_job_does() -> None:
    jobs = {(j["seed"], j["jobId"]): j for j in rows("job")}
    ended = [(s, jobs[s["seed"], s["jobId"]]) for s in rows("stage") if jobs[s["seed"], s["jobId"]]["finishedAt"]]
    assert len(ended) > 10
    for stage, job in ended:
        assert stage["startedAt"] is None or parse_time(job["createdAt"]) <= parse_time(stage["startedAt"]) <= parse_time(job["finishedAt"])
        assert stage["finishedAt"] is None or parse_time(stage["finishedAt"]) <= parse_time(job["finishedAt"])


def test_the_phases_that_a_row_tells_of_lie_in_its_time() -> None:
    told = [(p, j) for j in rows("job") for p in j["phases"] or () if j["finishedAt"]]
    assert len(told) > 10
    for phase, job in told:
        assert parse_time(job["createdAt"]) <= parse_time(phase["createdAt"]) <= parse_time(phase["startTime"]) <= parse_time(phase["updatedAt"])
        assert parse_time(phase["startTime"]) <= parse_time(phase["endTime"]) <= parse_time(job["finishedAt"])


def test_a_row_shows_the_message_that_its_state_means() -> None:
    told = ["Processing is complete.", "Malware was detected. Try again.", "Processing is in-progress."]
    recipes = {"status": {"choice": [["COMPLETED", 1], ["PROCESSING", 1], ["FAILED", 1]]}, "statusMessage": {"choice": [[t, 1] for t in told]}}
    _messages(recipes)
    assert recipes["statusMessage"]["when"] == {"status": {"COMPLETED": told[0], "PROCESSING": told[2], "FAILED": told[1]}}


def test_times_inside_an_object_are_those_of_one_run() -> None:
    parts = {n: time_of(n, TIME, place()) for n in ("created_at", "started_at", "completed_at")} | {"status": {"choice": [["RUNNING", 1], ["COMPLETED", 1]]}}
    parts |= {"total_count": {"number": [20, 40]}, "completed_count": {"number": [0, 40]}}
    agree_parts(parts)
    for row in drawn({"c": {"object": parts, "json": True}}):
        job = json.loads(row["c"])
        created, started, ended = (parse_time(job[k]) for k in ("created_at", "started_at", "completed_at"))
        assert created <= started <= ended
        assert (ended - created).days < 1
        assert job["status"] == "COMPLETED"
        assert job["completed_count"] == job["total_count"]


def test_a_flag_inside_an_object_has_no_time_beside_it() -> None:
    parts = {"disabled": {"yes": 0.5, "json": True}, "disabledTime": {"time": ["-9d", "-1d"]}}
    agree_parts(parts)
    assert set(parts) == {"disabled"}


def test_what_comes_next_comes_soon_and_a_window_ends_later() -> None:
    assert time_of("nextExecutionTime", TIME, place())["time"] == ["1h", "14d"]
    assert time_of("endDate", TIME, place(noun=("maintenance", "window")))["time"][0] == "20d"
    report = time_of("periodEnd", TIME, place(noun=("report",)))["time"]
    assert report[1] == "-710d"  # before anything is made


def test_a_time_by_what_is_said_of_it() -> None:
    assert holds_time("due", {"type": "string", "description": "Scheduled date for the task (as an RFC 3339 timestamp)."})
    assert not holds_time("due", {"type": "string", "description": "Who is to do it."})
    assert not holds_time("interval", {"type": "string", "description": "An ISO 8601 time duration."})


# ---- numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [("modulusSize", "integer", 2048, 4096), ("keySize", "integer", 2048, 4096), ("cvssBaseScore", "number", 0, 10), ("diskCount", "integer", 1, 3), ("failedCount", "integer", 0, 2)],
)
def test_numbers_that_could_be(name: str, kind: str, low: float, high: float) -> None:
    assert all(low <= r["c"] <= high for r in drawn({"c": number_of(name, {"type": kind})}))


def test_a_window_closes_to_new_work_before_it_ends() -> None:
    assert all(r["cutoff"] < r["duration"] for r in rows("window"))
    assert all(r["a"] < r["b"] for r in drawn({"b": {"of": [1, 2]}, "a": {"of": [0, 1, 5], "below": "b"}}))


def test_an_average_that_is_written_as_text_is_no_more_than_the_maximum() -> None:
    parts = {"rateAverage": {"of": ["20", "500", "1000"]}, "rateMax": {"of": ["100", "200"]}}
    agree_parts(parts)
    for row in drawn({"c": {"object": parts, "json": True}}):
        cell = json.loads(row["c"])
        assert int(cell["rateAverage"]) <= int(cell["rateMax"])


def test_prefixes_that_are_public_hold_those_that_are_carved_out_of_them() -> None:
    prefix = place("google:compute", ("public", "prefix"))
    assert all(r["c"].endswith("/24") and not r["c"].startswith(("10.", "172.", "192.168")) for r in drawn({"c": text_of("ipCidrRange", TEXT, prefix)}))
    assert min(r["c"] for r in drawn({"c": number_of("allocatablePrefixLength", NUMBER)})) > 24


def test_one_part_takes_all_there_is() -> None:
    split = {"type": "array", "items": whole(build=TEXT, percent=NUMBER)}
    recipe = json_value(split, "splits", place(noun=("traffic",)))
    assert recipe["size"] == [1, 1]
    assert recipe["list"]["object"]["percent"] == {"value": 100}


# ---- words ------------------------------------------------------------------------------------------------------


def test_no_tag_says_the_contrary_of_a_name() -> None:
    assert not any({"stage", "environment"} & set(tags) for tags in TEAMS)
    assert tagged("inventoryTagList")
    assert tagged("userLabels")
    assert not tagged("VersionIdsToStages")


def test_a_page_token_is_no_column() -> None:
    assert not usable("nextPageToken", TEXT)
    assert not usable("next_page_cursor", TEXT)
    assert usable("token_type", TEXT)
    assert "nextPageToken" not in rows("window")[0]


def test_values_between_either_and_or() -> None:
    assert values_of({"type": "string", "description": 'Status of the task. This is either "needsAction" or "completed".'}) == ["needsAction", "completed"]


def test_what_is_deprecated_is_empty() -> None:
    old = Col("spec", {"type": "string", "description": "Deprecated: use plan. One of `a`, `b`."})
    assert is_empty(recipe_of(old, place()))
    assert not is_empty(recipe_of(Col("spec", {"type": "string", "description": "One of `alpha`, `beta`."}), place()))
    assert not DEPRECATED.search("The list of deprecated versions")


@pytest.mark.parametrize(
    ("name", "more", "form"),
    [
        ("account_sid", {}, r"AC[0-9a-f]{32}"),
        ("list_sid", {"description": "The SID of the list. Can be its `sid` or its `unique_name`."}, r"LI[0-9a-f]{32}"),
        ("url", {"description": "The absolute URL of the List resource."}, r"https://api\.example\.com/\w+/\w+"),
        ("charge", {"description": "ID of the charge this warning is for."}, r"c\w+-\w{8}"),
        ("maximumLifetime", {"format": "duration"}, r"(?:7776000|31536000|63072000)s"),
        ("remoteUri", {}, r"https://git\.example\.com/.*\.git"),
        ("presignedUrl", {"description": "Presigned S3 url."}, r"https://.*signature=.*"),
        ("maxErrors", {}, r"\d+%?"),
        ("address_line_1", {}, r".*\w \w.*"),
        ("routing_number", {}, r"\d{9}"),
        ("awsRegion", {}, r"(?:eu|us|ap)-[a-z]+-\d"),
        ("project_key", {}, r"[a-z]+"),
    ],
)
def test_the_form_of_a_text(name: str, more: Json, form: str) -> None:
    recipe = text_of(name, {"type": "string", **more}, place("google:vm" if "aws" in name else "user:pay" if "_" in name or name == "url" else "tencent:pay"))
    assert not is_empty(recipe)
    assert all(re.fullmatch(form, r["c"]) for r in drawn({"c": recipe}) if r["c"] is not None)


def test_a_link_to_the_thing_itself_and_none_to_a_next_page() -> None:
    links = whole(self=TEXT, next=TEXT)
    recipe = json_value(links, "links", place("user:shop", ("list",)))
    assert set(recipe["object"]) == {"self"}
    assert all(json.loads(r["c"])["self"].startswith("https://") for r in drawn({"c": {**recipe, "json": True}}))


def test_a_key_that_is_a_path_in_a_bucket_is_one() -> None:
    draft = Draft(("template",), [])
    draft.own = "gcsPath"
    at = Place("template", draft, "google:dataflow", frozenset(), {})
    assert all(r["c"].startswith("gs://") for r in drawn({"c": recipe_of(Col("gcsPath", TEXT), at)}))


def test_attributes_are_those_of_the_thing() -> None:
    recipe = json_value(whole(name=TEXT, created=TIME), "attributes", place("user:shop", ("list",)))
    assert not any(json.loads(r["c"])["name"] in ("order_id", "total_amount", "status") for r in drawn({"c": {**recipe, "json": True}}))


def test_a_prefix_of_addresses_is_no_path() -> None:
    assert is_empty(text_of("parentPrefix", TEXT, place("google:compute", ("delegated", "prefix"))))
    assert drawn({"c": text_of("keyPrefix", TEXT, place())})[0]["c"].endswith("/")


def test_a_verification_mail_asks_to_verify_and_a_test_case_does_not_chat() -> None:
    assert text_of("templateContent", TEXT, place("aws:sesv2", ("verification", "email", "template")))["given"] == CONFIRMATIONS
    assert text_of("content", TEXT, place("aws:sesv2", ("email", "template")))["given"] == MESSAGES
    assert is_empty(text_of("message", TEXT, place("aws:codebuild", ("test", "case"))))
    assert text_of("body", TEXT, place("aws:support", ("case", "comment")))["given"] == REMARKS


def test_what_nobody_knows_is_not_called_default() -> None:
    assert not {"default", "custom"} & set(fallback("kind", TEXT, place())["given"])


# ---- what comes from elsewhere ----------------------------------------------------------------------------------


def test_a_copy_comes_from_another_region_and_says_so_in_all_its_columns() -> None:
    backup = place("aws:hsm", ("backup",))
    assert only_copies(Col("SourceBackup", TEXT), backup)
    assert only_copies(Col("CopyTimestamp", {"type": "string", "description": "When it was copied from a source backup."}), backup)
    assert not only_copies(Col("ClusterId", TEXT), backup)
    recipe = text_of("SourceRegion", TEXT, backup)
    assert recipe["but"] == "region"
    assert "eu-west-1" not in {r["c"] for r in drawn({"c": recipe})}


def test_a_like_value_is_of_a_row_under_the_same_parent() -> None:
    columns = {"home.name": {"words": [["a", "b", "c"]]}, "build.name": {"id": "{parent}/{hex:6}"}, "build.parent": {"reference": "home"}, "rollout.id": {"position": True}, "rollout.parent": {"reference": "home"}, "rollout.build": {"like": "build.name"}}
    population = {"now": NOW, "context": {}, "rows": {"home": [3, 3], "build": [30, 30], "rollout": [30, 30]}, "columns": columns}
    state = Painter(population, ["home", "build", "rollout"], {"home": ("name",), "build": ("name",), "rollout": ("id",)}, {"home": ("name",), "build": ("name", "parent"), "rollout": ("id", "parent", "build")}, 1).paint()
    assert all(r["build"].startswith(r["parent"]) for r in state["rollout"])
    assert "parent" in needs({"like": "build.name"})


def test_of_many_optional_parts_a_row_holds_a_few() -> None:
    parts = [n for n in rows("card")[0] if n.endswith("Part")]
    held = [sum(r[n] is not None for n in parts) for r in rows("card")]
    assert len(parts) == 8
    assert 1.5 < sum(held) / len(held) < 4.5
    assert switch("livemode") == 1.0


# ---- the script that counts -------------------------------------------------------------------------------------

COUNT = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "contradictions.py"), run_name="contradictions")
RIGHT: Json = {
    "status": "SUCCEEDED", "createdAt": "2026-05-01T08:00:00Z", "startedAt": "2026-05-01T08:05:00Z", "finishedAt": "2026-05-01T09:00:00Z", "errorMessage": None, "progressPercent": 100, "totalCount": 5, "completedCount": 5,
    "disabled": False, "disabledTime": None, "aws": {"port": 443}, "azure": None, "secretBinary": None, "secretString": "s", "keySize": 2048, "cpuPercent": 40, "name": "billing-job-dev", "tags": {"stage": "dev"}, "kind": "batch",
    "sourceRegion": "us-east-1", "region": "eu-west-1",
}  # fmt: skip


def found(row: Json, parent: Json | None = None) -> set[str]:
    """The classes in which a row contradicts itself, beside a row that does not."""
    names = tuple({**RIGHT, **row})
    column = lambda n: SimpleNamespace(name=n, choices=())  # noqa: E731
    run = SimpleNamespace(name="run", key=("id",), columns=(column("id"), *map(column, RIGHT)), references=())
    reference = SimpleNamespace(table="run", columns=("runId",))
    step = SimpleNamespace(name="step", key=("runId",), columns=(column("runId"), *map(column, names)), references=(reference,))
    env = SimpleNamespace(model=SimpleNamespace(tables=(run, step)), population={"now": NOW})
    state = {"run": [{"id": 1, **RIGHT, **(parent or {})}], "step": [{"runId": 1, **RIGHT}, {"runId": 1, **RIGHT, **row}]}
    return {f.kind for _, f in COUNT["contradictions"](env, state) if f.what}


def test_a_row_that_holds_together_is_not_counted() -> None:
    assert found({}) == set()
    assert found({"ipVersion": "IPV6", "release": "3.0.0", "address": "2001:db8::1"}) == set()


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"finishedAt": None}, "ended"),
        ({"status": "RUNNING"}, "ended"),
        ({"errorMessage": "disk is full"}, "failure"),
        ({"updatedAt": "2026-04-01T08:00:00Z"}, "order"),
        ({"nextRunTime": "2026-04-01T08:00:00Z"}, "order"),
        ({"disabledTime": "2026-05-02T08:00:00Z"}, "flag"),
        ({"progressPercent": 39}, "progress"),
        ({"completedCount": 7}, "progress"),
        ({"azure": {"port": 80}}, "variants"),
        ({"ipVersion": "IPV6", "address": "10.0.0.1"}, "variants"),
        ({"secretBinary": "01"}, "variants"),
        ({"keySize": 10}, "number"),
        ({"cpuPercent": 140}, "number"),
        ({"cutoff": 5, "duration": 1}, "number"),
        ({"kind": "default"}, "filler"),
        ({"self": "payroll-self"}, "filler"),
        ({"nextPageToken": "abc"}, "filler"),
        ({"title": "order_id"}, "filler"),
        ({"tags": {"stage": "prod"}}, "stage"),
        ({"sourceRegion": "eu-west-1"}, "same"),
        ({"links": {"self": "payroll-self"}}, "filler"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_counted(row: Json, kind: str) -> None:
    assert kind in found(row)


def test_a_step_outside_its_run_is_counted() -> None:
    assert found({}, {"createdAt": "2026-05-02T08:00:00Z", "startedAt": "2026-05-02T08:00:00Z", "finishedAt": "2026-05-02T09:00:00Z"}) == {"parent"}
