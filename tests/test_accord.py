"""How the columns of a row agree: worlds compiled from small documents, and every row of them read."""

import json
from collections import Counter
from functools import cache
from typing import Any

from agentscaler.envs.accord import _counted_up
from agentscaler.envs.agreed import VERDICT, _one_default, _reached, no_verdict, run_out
from agentscaler.population import Painter, parse_time
from agentscaler.records import Column, EnvSpec, Reference, Table
from agentscaler.world import World
from shops import build, tools_of

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
TIME: Json = {"type": "string", "format": "date-time"}
NUMBER: Json = {"type": "integer"}


def things(**nouns: Json) -> Json:
    """A document that lists, shows, makes and deletes each of the things."""
    paths: Json = {}
    for noun, properties in nouns.items():
        name, key = noun[0].upper() + noun[1:], f"{noun}Id"
        row = {"type": "object", "properties": {key: TEXT, **properties}}
        body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "properties": properties, "required": [n for n in properties if n.endswith("Id")]}}}}
        at = [{"name": key, "in": "path", "required": True, "schema": TEXT}]
        many = {"type": "object", "properties": {f"{noun}s": {"type": "array", "items": row}}}
        paths[f"/{noun}s"] = {
            "get": {"operationId": f"list{name}s", "summary": f"List the {noun}s.", "responses": answer(many)},
            "post": {"operationId": f"create{name}", "summary": f"Create a {noun}.", "requestBody": body, "responses": answer(row)},
        }
        paths[f"/{noun}s/{{{key}}}"] = {
            "get": {"operationId": f"get{name}", "summary": f"Get a {noun}.", "parameters": at, "responses": answer(row)},
            "delete": {"operationId": f"delete{name}", "summary": f"Delete a {noun}.", "parameters": at, "responses": {"204": {"description": "gone"}}},
        }
    return {"openapi": "3.0.3", "info": {"title": "Works", "version": "1"}, "paths": paths}


def answer(schema: Json) -> Json:
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def whole(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


@cache
def works() -> EnvSpec:
    return build(
        tools_of(
            things(
                pipeline={"name": TEXT, "displayName": TEXT, "ownerName": TEXT, "ownerEmail": TEXT, "projectKeyId": TEXT, "runCount": NUMBER, "createdAt": TIME},
                run={
                    "pipelineId": TEXT,
                    "pipelineName": TEXT,
                    "projectKeyId": TEXT,
                    "status": {"type": "string", "enum": ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]},
                    "statusMessage": TEXT,
                    "cancelReason": TEXT,
                    "createdAt": TIME,
                    "startedAt": TIME,
                    "finishedAt": TIME,
                    "updatedAt": TIME,
                    "targetType": {"type": "string", "enum": ["HTTP", "LAMBDA"]},
                    "httpSettings": whole(port=NUMBER),
                    "lambdaSettings": whole(timeout=NUMBER),
                    "usedStorage": NUMBER,
                    "maxStorage": NUMBER,
                    "labels": {"type": "array", "items": TEXT},
                    "labelCount": NUMBER,
                    "runSummary": whole(runId=TEXT, status=TEXT),
                },
                offer={
                    "status": {"type": "string", "enum": ["PENDING_ACCEPTANCE", "ACCEPTED", "SUCCEEDED", "FAILED"]},
                    "acceptedAt": TIME,
                    "lastErrorCode": TEXT,
                    "managerEmails": {"type": "array", "items": TEXT},
                    "managersCount": NUMBER,
                },
                farm={"latestRunId": TEXT, "createdAt": TIME},
                step={"runId": TEXT, "name": TEXT, "startedAt": TIME, "finishedAt": TIME},
            )
        ),
        "works",
    ).env


@cache
def rows(table: str) -> list[Json]:
    """The rows of three seeds, marked with their seed."""
    out = []
    for seed in range(3):
        with World.open(works(), seed=seed) as world:
            out += [{**row, "seed": seed} for row in world.rows(table)]
    return out


def by_key(table: str, key: str) -> dict[Any, Json]:
    return {(r["seed"], r[key]): r for r in rows(table)}


def hours(early: Any, late: Any) -> float:
    return (parse_time(late) - parse_time(early)).total_seconds() / 3600


def test_a_run_takes_hours_and_ends_once_it_is_over() -> None:
    states = {r["status"] for r in rows("run")}
    assert states == {"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"}
    for run in rows("run"):
        assert (run["finishedAt"] is None) == (run["status"] in ("QUEUED", "RUNNING"))
        assert (run["startedAt"] is None) == (run["status"] == "QUEUED")
        last = run["createdAt"]
        for moment in (run["startedAt"], run["finishedAt"], run["updatedAt"]):
            assert moment is None or 0 <= hours(last, moment) <= 6.5
            last = moment or last


def test_what_belongs_to_a_run_lies_in_its_time() -> None:
    runs = by_key("run", "runId")
    assert len(rows("step")) > 20
    for step in rows("step"):
        begun = runs[step["seed"], step["runId"]]["createdAt"]
        assert 0 <= hours(begun, step["startedAt"]) <= 2.5
        assert step["finishedAt"] is None or 0 <= hours(step["startedAt"], step["finishedAt"]) <= 6.5


def test_a_thing_is_older_than_its_latest_run() -> None:
    runs = by_key("run", "runId")
    assert all(f["createdAt"] < runs[f["seed"], f["latestRunId"]]["createdAt"] for f in rows("farm") if f["latestRunId"])


def test_only_what_failed_says_why_and_only_what_was_cancelled_has_a_reason_for_it() -> None:
    assert {r["status"] for r in rows("run") if r["statusMessage"]} == {"FAILED"}
    assert {r["status"] for r in rows("run") if r["cancelReason"]} == {"CANCELLED"}


def test_what_a_state_has_not_come_to_yet_is_empty() -> None:
    assert {r["status"] for r in rows("offer") if r["acceptedAt"]} == {"ACCEPTED"}
    assert {r["status"] for r in rows("offer") if r["lastErrorCode"]} == {"FAILED"}
    assert all(r["managersCount"] == len(r["managerEmails"]) for r in rows("offer"))


def test_a_row_has_the_settings_of_its_type() -> None:
    for run in rows("run"):
        assert (run["httpSettings"] is not None) == (run["targetType"] == "HTTP")
        assert (run["lambdaSettings"] is not None) == (run["targetType"] == "LAMBDA")


def test_numbers_of_a_row_agree() -> None:
    for run in rows("run"):
        assert run["usedStorage"] <= run["maxStorage"]
        assert run["labelCount"] == len(run["labels"] or ())
    runs = Counter((r["seed"], r["pipelineId"]) for r in rows("run"))
    assert {(p["seed"], p["pipelineId"]): p["runCount"] for p in rows("pipeline")} == {(p["seed"], p["pipelineId"]): runs[p["seed"], p["pipelineId"]] for p in rows("pipeline")}


def test_a_copy_is_that_of_the_row_it_copies() -> None:
    pipelines = by_key("pipeline", "pipelineId")
    for run in rows("run"):
        pipeline = pipelines[run["seed"], run["pipelineId"]]
        assert (run["pipelineName"], run["projectKeyId"]) == (pipeline["name"], pipeline["projectKeyId"])
        assert json.dumps(run["runSummary"]) == json.dumps({"runId": run["runId"], "status": run["status"]})


def test_the_names_of_one_thing_and_of_one_person_agree() -> None:
    for pipeline in rows("pipeline"):
        assert pipeline["displayName"].lower() == pipeline["name"].lower()
        assert pipeline["ownerEmail"].split("@")[0] in (pipeline["ownerName"].lower().replace(" ", "."), pipeline["ownerName"])


@cache
def disputes() -> list[Json]:
    """Rows of a table whose columns hang on its state and on each other."""
    verdict = {"type": "string", "enum": ["BENIGN", "MALWARE", "PHISHING"]}
    dispute = {
        "status": {"type": "string", "enum": ["OPEN", "IN_PROGRESS", "CLOSED"]},
        "oldVerdict": verdict,
        "newVerdict": verdict,
        "closureCode": {"type": "string", "enum": ["DUPLICATE", "CONFIRMED"]},
        "result": whole(errorCode=TEXT, total=NUMBER),
        "mysql": whole(port=NUMBER),
        "oracle": whole(port=NUMBER),
        "postgresql": whole(port=NUMBER),
        "createdAt": TIME,
    }
    env = build(tools_of(things(dispute=dispute, room={"title": TEXT})), "disputes").env
    with World.open(env, seed=1) as world:
        return list(world.rows("dispute"))


def test_what_was_changed_is_not_what_it_was() -> None:
    assert all(r["oldVerdict"] != r["newVerdict"] for r in disputes() if r["newVerdict"])


def test_only_what_is_closed_says_how_it_ended() -> None:
    assert {r["status"] for r in disputes() if r["closureCode"]} == {"CLOSED"}


def test_an_error_inside_a_result_does_not_belie_the_state() -> None:
    assert not any("errorCode" in json.dumps(r["result"]) for r in disputes())


def test_a_row_has_the_settings_of_one_product() -> None:
    makers = [tuple(k for k in ("mysql", "oracle", "postgresql") if r[k]) for r in disputes()]
    assert set(makers) == {("mysql",), ("oracle",), ("postgresql",)}


def test_versions_of_one_thing_count_up() -> None:
    table = Table(name="plan_version", noun="plan version", said=True, service="aws:plans", columns=tuple(Column(name=n, type="TEXT", null=n != "planId") for n in ("planId", "id", "version", "createdAt")), key=("planId", "id"), references=(Reference(columns=("planId",), table="plan", on_delete="CASCADE"),))
    recipes: Json = {"planId": {"reference": "plan"}, "id": {"id": "{hex:8}"}, "version": {"given": ["1", "2"]}, "createdAt": {"time": ["-110d", "-2d"]}}
    _counted_up(recipes, table)
    population = {"now": "2026-06-15T09:00:00Z", "context": {}, "rows": {"plan": [4, 4], "plan_version": {"per": "plan", "rows": [2, 4]}}, "columns": {"plan.id": {"position": True}, **{f"plan_version.{k}": v for k, v in recipes.items()}}}
    drawn = Painter(population, ["plan", "plan_version"], {"plan": ("id",), "plan_version": ("planId", "id")}, {"plan": ("id",), "plan_version": ("planId", "id", "version", "createdAt")}, 1).paint()["plan_version"]
    for plan in range(1, 5):
        mine = [r for r in drawn if r["planId"] == plan]
        assert [r["version"] for r in mine] == [str(i + 1) for i in range(len(mine))]
        assert [r["createdAt"] for r in mine] == sorted(r["createdAt"] for r in mine)


@cache
def notes() -> EnvSpec:
    kinds = {n: {**whole(level={"type": "string", "enum": ["LOW", "HIGH"]}), "description": f"A note describing {n}."} for n in ("build", "image", "package")}
    sorts = {n: whole(batchSize=NUMBER) for n in ("SCFParams", "CkafkaParams", "ESParams")}
    counts = {"CalleeCount": NUMBER, "FinishedCalleeCount": NUMBER, "MaxCalleeCount": NUMBER}
    return build(
        tools_of(
            things(
                note={"name": TEXT, **kinds},
                target={"name": TEXT, "targetType": {"type": "string", "enum": ["scf", "ckafka", "es"]}, "description": whole(**sorts)},
                campaign={"name": TEXT, "roleName": TEXT, "roleDisplayName": TEXT, **counts},
            )
        )
    ).env


def rows_of(table: str) -> list[Json]:
    with World.open(notes(), seed=3) as world:
        return list(world.rows(table))


def test_a_row_is_of_one_kind() -> None:
    assert {tuple(k for k in ("build", "image", "package") if r[k]) for r in rows_of("note")} == {("build",), ("image",), ("package",)}


def test_an_object_has_the_parameters_of_the_rows_type() -> None:
    for row in rows_of("target"):
        assert list(row["description"] or {}) in ([f"{row['targetType'].upper()}Params"], [f"{row['targetType'].capitalize()}Params"])


def test_what_is_finished_is_no_more_than_there_is() -> None:
    rows = rows_of("campaign")
    assert all(r["FinishedCalleeCount"] <= r["CalleeCount"] <= r["MaxCalleeCount"] for r in rows)
    assert all(r["roleDisplayName"] == r["roleName"] for r in rows)


def test_a_list_of_a_rows_children_shows_them() -> None:
    probe = {"monitorId": TEXT, "name": TEXT, "packetSize": NUMBER}
    env = build(tools_of(things(monitor={"name": TEXT, "probes": {"type": "array", "items": whole(probeId=TEXT, name=TEXT)}, "probeIds": {"type": "array", "items": TEXT}}, probe=probe))).env
    with World.open(env, seed=2) as world:
        monitors, probes = list(world.rows("monitor")), list(world.rows("probe"))
    for monitor in monitors:
        mine = [p for p in probes if p["monitorId"] == monitor["monitorId"]]
        if monitor["probes"] is not None:
            assert monitor["probes"] == [{"probeId": p["probeId"], "name": p["name"]} for p in mine]


def test_what_is_always_done_has_an_end() -> None:
    status = {"type": "string", "description": "Task status.", "examples": ["completed"]}
    env = build(tools_of(things(task={"status": status, "progress": {"type": "integer", "description": "Task progress"}, "createTime": TIME, "endTime": TIME}))).env
    with World.open(env, seed=0) as world:
        found = world.rows("task")
    assert found
    assert all(r["progress"] == 100 and r["endTime"] for r in found if r["status"] == "completed")


def test_a_reservation_has_the_price_of_its_offering_and_a_snapshot_the_engine_of_its_cluster() -> None:
    kinds: Json = {"type": "string", "enum": ["SMALL", "LARGE", "HUGE"]}
    document = things(
        offering={"nodeType": kinds, "fixedPrice": {"type": "number"}},
        reservation={"offeringId": TEXT, "nodeType": kinds, "fixedPrice": {"type": "number"}, "createdAt": TIME},
        cluster={"name": TEXT, "nodeType": kinds},
        snapshot={"clusterId": TEXT, "nodeType": kinds},
        visit={"clusterId": TEXT, "nodeType": kinds},
    )
    with World.open(build(tools_of(document)).env, seed=1) as world:
        offerings, clusters = {r["offeringId"]: r for r in world.rows("offering")}, {r["clusterId"]: r for r in world.rows("cluster")}
        for row in world.rows("reservation"):
            assert (row["nodeType"], row["fixedPrice"]) == (offerings[row["offeringId"]]["nodeType"], offerings[row["offeringId"]]["fixedPrice"])
        assert all(r["nodeType"] == clusters[r["clusterId"]]["nodeType"] for r in world.rows("snapshot"))
        assert any(r["nodeType"] != clusters[r["clusterId"]]["nodeType"] for r in world.rows("visit")), "a visit is of its own kind"


def choice(*values: str) -> Json:
    return {"choice": [[v, 1.0] for v in values]}


def test_what_is_running_has_no_verdict() -> None:
    states = ["RUNNING", "SUCCEEDED"]
    with_none, without = choice("NONE", "PASS", "FAIL"), {**choice("PASS", "FAIL"), "null": 0.3}
    no_verdict(with_none, "state", states)
    no_verdict(without, "state", states)
    assert with_none == {**choice("PASS", "FAIL"), "when": {"state": {"RUNNING": "NONE"}}}
    assert without == {**choice("PASS", "FAIL"), "unless": {"state": ["RUNNING"]}}
    lasting = choice("PASS", "FAIL")
    no_verdict(lasting, "state", ["RED", "BLUE"])
    assert lasting == choice("PASS", "FAIL")
    assert [bool(VERDICT.search(n)) for n in ("verdict", "lastResult", "oldVerdict", "jobResult", "resultSet")] == [True, False, False, True, False]


def test_what_has_expired_ran_out_before_and_nothing_else_did() -> None:
    recipe: Json = {"time": ["5d", "400d"], "null": 0.2, "as": "date"}
    run_out(recipe, "state", ["OPEN", "EXPIRED"])
    assert recipe == {"time": ["5d", "400d"], "as": "date", "when": {"state": {"EXPIRED": {"draw": {"as": "date", "time": ["-30d", "-1d"]}}}}}
    open_: Json = {"time": ["5d", "400d"], "null": 0.2}
    run_out(open_, "state", ["OPEN", "CLOSED"])
    assert open_ == {"time": ["5d", "400d"], "null": 0.2}


def test_an_address_is_of_the_sort_that_the_type_says() -> None:
    recipes: Json = {"Type": choice("SMS", "EMAIL"), "Delivery": {"object": {"SimpleAddress": {"words": [["1 High street"]], "join": ""}}, "json": True}, "Place": {"object": {"City": {"given": ["Leeds"]}}}}
    _reached(recipes)
    assert set(recipes["Delivery"]["when"]["Type"]) == {"SMS", "EMAIL"}
    assert "when" not in recipes["Place"]
    hosts: Json = {"type": choice("PUBLIC", "PRIVATE"), "address": {"id": "10.0.0.{digits:2}"}}
    _reached(hosts)
    assert "when" not in hosts["address"]


def test_one_row_is_the_default_one() -> None:
    recipes: Json = {"type": choice("DEFAULT_DATABASE", "USER_DATABASE"), "kind": choice("DEFAULT_KEY", "KMS")}
    _one_default(recipes)
    assert recipes == {"type": {**choice("USER_DATABASE"), "cover": ["DEFAULT_DATABASE"]}, "kind": choice("DEFAULT_KEY", "KMS")}
