"""Who can feed which parameter."""

from typing import Any

import pytest

from agentscaler.edges import (
    WEIGHTS,
    before_in_path,
    collection_words,
    guesses,
    index,
    placeholders,
    producers,
    resource_of,
)
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
    assert [e.source for e in edges[:2]] == ["list", "create"], "GetVolume has to be given what it shows"
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
    edges = [e for number in POOL for p in POOL[number].parameters["required"] for e in feeders(POOL, number, p)]
    assert edges
    assert not [e for e in edges if e.source == e.target]
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


def test_at_most_so_many() -> None:
    pool = {f"l{i}": tool(f"ListThings{i}", returns=listed("things", "thingId")) for i in range(30)}
    pool["use"] = tool("UseThing", "thingId")
    where = index(pool)
    assert len(producers("use", pool["use"], "thingId", where)) == 10
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


# ---- what speaks for a producer ----------------------------------------------------------------------------------


def described(operation: str, parameter: str, text: str) -> Tool:
    return tool(operation, parameter, properties={parameter: {"type": "string", "description": text}})


def test_what_the_provider_says_comes_first() -> None:
    odd = tool("DescribeWidgets", returns="Things Sizes")
    said = described("DeleteVolume", "VolumeId", "The volume. It can be obtained through the DescribeWidgets API.")
    pool = {**POOL, "odd": odd, "delete": said}
    first = feeders(pool, "delete", "VolumeId")[0]
    assert (first.source, first.reason, first.score) == ("odd", "named by the provider", 1.0)
    silent = described("DeleteVolume", "VolumeId", "The volume. Unlike DescribeWidgets, this is quick.")
    assert feeders({**pool, "delete": silent}, "delete", "VolumeId")[0].source == "list"


def test_who_asks_for_the_value_itself_is_no_first_source() -> None:
    """GetVolume shows the id, but has to be given it."""
    edges = feeders(POOL, "snap", "VolumeId")
    order = [e.source for e in edges]
    assert order.index("list") < order.index("create") < order.index("get")
    free = {**POOL, "get": tool("GetVolume", returns="VolumeId Size")}
    assert feeders(free, "snap", "VolumeId")[1].source == "get"


def test_words_of_the_description_choose_between_equal_names() -> None:
    pool = {
        "a": tool("ListCloudBackups", returns=listed("Items", "BackupId")),
        "b": tool("ListLocalBackups", returns=listed("Items", "BackupId")),
    }
    for word, right in (("cloud", "a"), ("local", "b")):
        use = described("RestoreDisk", "BackupId", f"The {word} backup that is restored.")
        assert feeders({**pool, "use": use}, "use", "BackupId")[0].source == right


def test_a_list_of_such_things_feeds_whatever_its_fields_are_called() -> None:
    pool = {
        "list": tool("ListAccounts", returns=listed("Accounts", "UserNumber")),
        "use": tool("ResetPassword", "Account"),
    }
    assert [(e.source, e.field, e.reason) for e in feeders(pool, "use", "Account")] == [
        ("list", "Accounts.UserNumber", "shows such things")
    ]


def test_a_list_of_names_is_fed_like_one_name() -> None:
    pool = {
        "list": tool("ListNamespaces", returns=listed("Namespaces", "Namespace")),
        "use": tool("MoveTopics", "NamespaceList", properties={"NamespaceList": {"type": "array", "items": STRING}}),
    }
    assert [(e.source, e.reason) for e in feeders(pool, "use", "NamespaceList")][:1] == [("list", "same name")]


def test_the_path_says_whose_id_it_is() -> None:
    """GET /users/{id}/orders: the id is a user's, though the noun of the operation is order."""
    pool = {
        "users": tool("listUsers", returns=listed("users", "id"), vendor="user"),
        "orders": tool("listOrders", returns=listed("orders", "id"), vendor="user"),
        "of": tool("listOrdersOfUser", "id", vendor="user", verb="GET", path="/users/{id}/orders", in_path=("id",)),
        "one": tool("getOrder", "id", vendor="user", verb="GET", path="/orders/{id}", in_path=("id",)),
    }
    assert feeders(pool, "of", "id")[0].source == "users"
    assert feeders(pool, "of", "id")[0].reason == "the path says of what"
    assert feeders(pool, "one", "id")[0].source == "orders"
    assert before_in_path(pool["of"], "id") == ("user",)
    assert before_in_path(pool["users"], "id") == ()
    assert before_in_path(POOL["get"], "VolumeId") == ()


def test_collections_of_one_name_are_told_apart_by_the_path() -> None:
    def versions(parent: str) -> Tool:
        return tool(f"x.projects.{parent}.versions.list", vendor="google", verb="GET", returns=listed("versions", "name"))

    path = "/v1/projects/{projectsId}/%s/{parentId}/versions/{versionsId}"
    for parent in ("flows", "agents"):
        path = f"/v1/projects/{{projectsId}}/{parent}/{{{parent}Id}}/versions/{{versionsId}}"
        pool = {
            "agents": versions("agents"),
            "flows": versions("flows"),
            "get": tool(f"x.projects.{parent}.versions.load", "name", vendor="google", path=path, in_path=("name",)),
        }
        assert feeders(pool, "get", "name")[0].source == parent


def test_who_has_to_be_given_a_resource_name_is_behind_who_lists_it() -> None:
    path = "/v1/projects/{projectsId}/topics/{topicsId}"
    pool = {
        "get": tool("x.projects.topics.get", "name", "name", vendor="google", verb="GET", path=path, in_path=("name",)),
        "list": tool("x.projects.topics.list", vendor="google", verb="GET", returns=listed("topics", "name")),
        "pull": tool("x.projects.topics.pull", "name", vendor="google", path=path, in_path=("name",)),
    }
    assert [e.source for e in feeders(pool, "pull", "name")] == ["list", "get"]


def test_a_list_of_bare_texts_lists_names() -> None:
    pool = {
        "list": tool("ListAddons", returns={"type": "object", "properties": {"addons": {"type": "array", "items": STRING}}}),
        "use": tool("UpdateAddon", "addonName"),
    }
    assert [(e.source, e.field) for e in feeders(pool, "use", "addonName")] == [("list", "addons")]
    text = {**pool, "list": tool("GetAddon", returns="addon")}
    assert not feeders(text, "use", "addonName"), "one text is no list of names"


def test_a_list_whose_rows_show_no_name_lists_its_things_all_the_same() -> None:
    rows: Any = {"type": "array", "items": {"type": "object", "properties": {"User": STRING, "Notes": STRING}}}
    pool = {"list": tool("ListAccounts", returns={"type": "object", "properties": {"Items": rows}}), "use": tool("ResetAccount", "AccountId")}
    assert [(e.source, e.field, e.reason) for e in feeders(pool, "use", "AccountId")] == [("list", "Items", "shows such things")]
    named = {**pool, "list": tool("ListAccounts", returns=listed("Items", "AccountId", "User"))}
    assert [(e.field, e.reason) for e in feeders(named, "use", "AccountId")] == [("Items.AccountId", "same name")]


def test_a_longer_name_that_ends_with_the_asked_one_comes_last() -> None:
    pool = {
        "create": tool("CreateFace", returns="SucFaceId"),
        "list": tool("ListFaces", returns=listed("Faces", "FaceId")),
        "use": tool("DeleteFace", "FaceId"),
    }
    assert [e.source for e in feeders(pool, "use", "FaceId")] == ["list", "create"]


def test_page_tokens_feed_nobody() -> None:
    pool = {"list": tool("ListVolumes", returns="nextToken"), "use": tool("UseVolume", "volumeToken volumeId")}
    assert feeders(pool, "use", "volumeToken") == feeders(pool, "use", "volumeId") == []


def test_every_sign_has_a_weight() -> None:
    """A sign that no weight knows would count for nothing, silently."""
    where = index(POOL)
    signs = {s for n in POOL for p in POOL[n].parameters["required"] for g in guesses(n, POOL[n], p, where) for s in g.signs}
    assert signs <= set(WEIGHTS)
