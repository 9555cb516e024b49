"""Who can feed which parameter."""

from typing import Any

import pytest

from agentscaler.edges import collection_words, index, needs, placeholders, producers, resource_of
from agentscaler.records import Edge, Source, Tool

STRING = {"type": "string"}


def tool(
    operation: str,
    required: str = "",
    returns: Any = None,
    *,
    service: str = "s",
    vendor: str = "aws",
    also_in: tuple[str, ...] = (),
    **more: Any,
) -> Tool:
    """A tool; `required` and `returns` are names of strings."""
    names = required.split()
    shape = (
        {"type": "object", "properties": dict.fromkeys(returns.split(), STRING)}
        if isinstance(returns, str)
        else returns
    )
    return Tool(
        name=operation.replace(".", "_"),
        description=operation,
        parameters={
            "type": "object",
            "properties": {**dict.fromkeys(names, STRING), **more.pop("properties", {})},
            "required": names,
        },
        returns=shape,
        source=Source(vendor=vendor, service=service, operation=operation, **more),
        also_in=also_in,
    )


def listed(name: str, *fields: str) -> Any:
    """The result of a list: {name: [{field: string}]}."""
    rows = {"type": "array", "items": {"type": "object", "properties": dict.fromkeys(fields, STRING)}}
    return {"type": "object", "properties": {name: rows}}


POOL = {
    "list": tool("ListVolumes", returns=listed("Volumes", "VolumeId", "State")),
    "get": tool("GetVolume", "VolumeId", "VolumeId Size"),
    "create": tool("CreateVolume", "Size", "VolumeId"),
    "delete": tool("DeleteVolume", "VolumeId", "VolumeId"),
    "snap": tool("CreateSnapshot", "VolumeId", "SnapshotId VolumeId"),
    "snaps": tool("ListSnapshots", returns=listed("Snapshots", "SnapshotId", "VolumeId")),
    "other": tool("ListVolumes", returns=listed("Volumes", "VolumeId"), service="other"),
}


def feeders(pool: dict[str, Tool], number: str, parameter: str) -> list[Edge]:
    return producers(number, pool[number], parameter, index(pool))


def test_the_list_of_the_thing_feeds_its_key_first() -> None:
    edges = feeders(POOL, "delete", "VolumeId")
    assert [e.source for e in edges[:3]] == ["list", "create", "get"]
    assert {e.source for e in edges} == {"list", "create", "get", "snap", "snaps"}
    best = edges[0]
    assert (best.field, best.target, best.parameter, best.reason) == (
        "Volumes.VolumeId",
        "delete",
        "VolumeId",
        "same name",
    )
    assert [e.score for e in edges] == sorted((e.score for e in edges), reverse=True)
    assert all(0 <= e.score <= 1 for e in edges)


def test_a_tool_does_not_feed_itself_and_a_delete_feeds_nobody() -> None:
    sources = {
        e.source for number in POOL for e in needs(number, POOL[number], index(POOL), most=10) if e.source == e.target
    }
    assert sources == set()
    assert "delete" not in {e.source for e in feeders(POOL, "get", "VolumeId")}


def test_services_are_apart_unless_a_copy_says_otherwise() -> None:
    assert "other" not in {e.source for e in feeders(POOL, "delete", "VolumeId")}
    pool = {**POOL, "other": POOL["other"].model_copy(update={"also_in": ("aws:s",)})}
    assert "other" in {e.source for e in feeders(pool, "delete", "VolumeId")}
    pool = {**POOL, "delete": POOL["delete"].model_copy(update={"also_in": ("aws:other",)})}
    assert "other" in {e.source for e in feeders(pool, "delete", "VolumeId")}


def test_a_generic_name_means_the_noun() -> None:
    pool = {
        "users": tool("ListUsers", returns=listed("users", "id", "name")),
        "teams": tool("ListTeams", returns=listed("teams", "id")),
        "delete": tool("DeleteTeam", "id"),
        "join": tool("AddUser", "userId teamId"),
    }
    assert feeders(pool, "delete", "id")[0].source == "teams"
    assert feeders(pool, "join", "userId")[0].source == "users"
    assert feeders(pool, "join", "teamId")[0].source == "teams"
    assert {e.source for e in feeders(pool, "join", "teamId")} == {"teams"}


@pytest.mark.parametrize(
    ("parameter", "reason"),
    [
        ("VolumeId", "same name"),
        ("SourceVolumeId", "name without its role word"),
        ("VolumeName", "id of the same thing"),
        ("Volume", "id of the thing"),
    ],
)
def test_weaker_names(parameter: str, reason: str) -> None:
    volumes = tool("ListVolumes", returns=listed("Items", "VolumeId"))
    pool = {"list": volumes, "use": tool("AttachThing", parameter)}
    edges = feeders(pool, "use", parameter)
    assert [(e.source, e.reason) for e in edges] == [("list", reason)]
    full = feeders({"list": volumes, "use": tool("AttachThing", "VolumeId")}, "use", "VolumeId")[0].score
    assert edges[0].score <= full
    assert (edges[0].score == full) is (reason == "same name")


def test_a_list_of_rows_is_no_text() -> None:
    pool = {"list": POOL["list"], "use": tool("AttachThing", "Volume")}
    assert [e.field for e in feeders(pool, "use", "Volume")] == ["Volumes.VolumeId"]


def test_needs_are_the_required_text_parameters() -> None:
    pool = {
        "list": tool(
            "ListThings",
            returns={
                "type": "object",
                "properties": {"thingId": STRING, "size": {"type": "integer"}, "spec": {"type": "object"}},
            },
        ),
        "make": tool(
            "UseThing",
            "thingId size spec",
            properties={"size": {"type": "integer"}, "spec": {"type": "object"}, "kind": STRING},
        ),
    }
    assert [(e.parameter, e.source) for e in needs("make", pool["make"], index(pool))] == [("thingId", "list")]
    assert needs("list", pool["list"], index(pool)) == []


def test_at_most_so_many() -> None:
    pool = {f"l{i}": tool(f"ListThings{i}", returns=listed("things", "thingId")) for i in range(30)}
    pool["use"] = tool("UseThing", "thingId")
    where = index(pool)
    assert len(needs("use", pool["use"], where)) == 3
    assert len(producers("use", pool["use"], "thingId", where, most=7)) == 7


def test_the_index_does_not_depend_on_the_order_of_tools() -> None:
    back = dict(reversed(POOL.items()))
    for number in POOL:
        for parameter in POOL[number].parameters["required"]:
            assert {(e.source, e.score) for e in feeders(POOL, number, parameter)} == {
                (e.source, e.score) for e in feeders(back, number, parameter)
            }


def test_resource_names_of_google() -> None:
    path = "/v1/projects/{projectsId}/topics/{topicsId}"
    pool = {
        "topics": tool("pubsub.projects.topics.list", vendor="google", verb="GET", returns=listed("topics", "name")),
        "subs": tool(
            "pubsub.projects.subscriptions.list", vendor="google", verb="GET", returns=listed("subscriptions", "name")
        ),
        "get": tool("pubsub.projects.topics.get", "name", vendor="google", verb="GET", path=path, in_path=("name",)),
    }
    edges = feeders(pool, "get", "name")
    assert [(e.source, e.reason) for e in edges] == [("topics", "resource name in the path")]
    assert resource_of(pool["get"], "name") == ("topic",)
    assert resource_of(pool["get"], "other") == ()
    assert resource_of(POOL["get"], "VolumeId") == ()


def test_placeholders() -> None:
    assert placeholders("/v1/projects/{projectsId}/topics/{topicsId}:publish") == ["projectsId", "topicsId"]
    assert placeholders("/v1/{name=projects/*}:run") == ["name=projects/*"]
    assert placeholders("/plain") == []
    assert collection_words("consumerGroupsId") == ("consumer", "group")
    assert collection_words("topicsId1") == ("topic",)


@pytest.mark.parametrize(
    "returns",
    [
        None,
        {},
        {"type": "string"},
        {"type": "array"},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"列": STRING, "": STRING}},
    ],
)
def test_results_without_a_field_feed_nobody(returns: Any) -> None:
    pool = {"list": tool("ListThings", returns=returns), "use": tool("UseThing", "thingId 列")}
    assert feeders(pool, "use", "thingId") == []
    assert feeders(pool, "use", "列") == []
