"""One range of ids under one name, the order of tables, and what holds a row back: small services, and the rows of their worlds."""

from typing import Any

from agentscaler.envs.columns import Noun
from agentscaler.envs.parts import alternatives
from agentscaler.envs.worlds import _holders, _parents_first, spoken_of
from agentscaler.gate import valid_arguments
from agentscaler.population import Painter
from agentscaler.records import Column, EnvSpec, Reference, Table, Tool
from agentscaler.world import World
from pools import tool
from shops import build

Json = dict[str, Any]
HOLDERS: dict[str, set[str]] = {"a": set(), "b": set(), "c": set()}


def world(*tools: Tool) -> EnvSpec:
    return build({t.name: t for t in tools}).env


def rows(env: EnvSpec, table: str) -> list[Json]:
    with World.open(env, seed=0) as live:
        return live.rows(table)


def held(env: EnvSpec, table: str, column: str) -> set[Any]:
    return {r[column] for r in rows(env, table)}


def plain(name: str, key: str, *columns: str, references: tuple[Reference, ...] = ()) -> Table:
    cells = tuple(Column(name=c, type="TEXT", null=c != key) for c in (key, *columns))
    return Table(name=name, noun=name, said=True, service="aws:s", columns=cells, key=(key,), references=references)


# ---- where values come from ------------------------------------------------------------------------------------------


def fleet() -> EnvSpec:
    """Two lists that name trucks, one of them before the trucks in the alphabet and none of them by a key that is shared."""
    return world(
        tool("ListTrucks", "s", "", "TruckId TruckName Colour", many=True),
        tool("DescribeTruck", "s", "TruckId!", "TruckId TruckName Colour"),
        tool("CreateTruck", "s", "TruckName! Colour", "TruckId"),
        tool("DeleteTruck", "s", "TruckId!"),
        tool("ListBigTruckInspections", "s", "", "InspectionId BigTruckName Remark TruckName", many=True),
        tool("GetTruckPolicy", "s", "ResourceArn!", "ResourceArn Policy"),
        tool("PutTruckPolicy", "s", "ResourceArn! Policy!"),
    )


def test_a_name_that_no_key_joins_is_one_of_those_that_are_there() -> None:
    env = fleet()
    table = next(t.name for t in env.model.tables if "inspection" in t.name)  # type: ignore[union-attr]
    assert held(env, table, "TruckName") <= held(env, "truck", "TruckName")
    assert not held(env, table, "BigTruckName") <= held(env, "truck", "TruckName")


def test_a_parent_of_the_same_kind_is_a_row_that_is_there_before() -> None:
    env = world(
        tool("ListFolders", "s", "", "FolderId ParentFolderId FolderName", many=True),
        tool("DescribeFolder", "s", "FolderId!", "FolderId ParentFolderId FolderName"),
        tool("CreateFolder", "s", "FolderName! ParentFolderId", "FolderId"),
        tool("DeleteFolder", "s", "FolderId!"),
    )
    shown = rows(env, "folder")
    parents = {r["ParentFolderId"] for r in shown}
    assert parents <= {r["FolderId"] for r in shown} | {None}
    assert {None} < parents
    assert all(r["FolderId"] != r["ParentFolderId"] for r in shown)


def test_joint_values_come_from_one_row_and_spread_ones_come_once() -> None:
    recipes = {
        "a.id": {"id": "a-{hex:6}"},
        "a.name": {"id": "n-{hex:6}"},
        "b.id": {"position": True},
        "b.aId": {"like": "a.id", "joint": True, "else": {"value": None}},
        "b.aName": {"like": "a.name", "joint": True, "else": {"value": None}},
        "c.id": {"like": "a.id", "spread": True, "else": {"value": "none"}},
    }
    content = {"now": "2026-06-15T09:00:00Z", "context": {}, "rows": {"a": [8, 8], "b": [20, 20], "c": [8, 8]}, "columns": recipes}
    columns = {"a": ("id", "name"), "b": ("id", "aId", "aName"), "c": ("id",)}
    drawn = Painter(content, ["a", "b", "c"], dict.fromkeys("abc", ("id",)), columns, 0).paint()
    names = {r["id"]: r["name"] for r in drawn["a"]}
    assert all(names[r["aId"]] == r["aName"] for r in drawn["b"])
    assert {r["id"] for r in drawn["c"]} == set(names)


# ---- which table comes first -----------------------------------------------------------------------------------------


def order(*tables: Table, holders: dict[str, set[str]] | None = None) -> list[str]:
    return [t.name for t in _parents_first(tables, HOLDERS if holders is None else holders, {t.name: {} for t in tables})]


def test_what_a_row_lies_under_is_never_given_up_for_what_it_mentions() -> None:
    """An api mentions its recommended version, and each version lies under an api."""
    api = plain("a", "id", "recommended", references=(Reference(columns=("recommended",), table="b", on_delete="SET NULL"),))
    version = plain("b", "name", "parent", references=(Reference(columns=("parent",), table="a", on_delete="CASCADE"),))
    kept = {t.name: t.references for t in _parents_first((api, version), HOLDERS, {"a": {}, "b": {}})}
    assert [len(kept["a"]), len(kept["b"])] == [0, 1]


def test_tables_that_others_speak_of_come_first() -> None:
    assert order(plain("a", "id", "bId"), plain("b", "bId")) == ["b", "a"]
    assert order(plain("a", "id"), plain("b", "bId"), holders={"a": {"b"}, "b": set()}) == ["b", "a"]
    assert order(plain("a", "id", "colour"), plain("b", "bId")) == ["a", "b"]


def test_what_is_said_of_a_resource_comes_after_the_resources() -> None:
    policy, stream = plain("a", "ResourceArn", "Policy"), plain("b", "StreamArn")
    assert spoken_of(policy, [policy, stream]) == {"b"}
    assert not spoken_of(stream, [policy, stream])


def test_holders_are_only_those_of_the_world() -> None:
    key: tuple[str, Noun] = ("aws:s", ("truck",))
    assert _holders([], {key: "truck"}, {}) == {}


# ---- what holds a row back -------------------------------------------------------------------------------------------


def test_what_nobody_can_take_away_holds_nothing_up() -> None:
    """Deleting says that labels and consumers must go first; where no tool takes labels away, they go with the stream."""
    text = "Deletes a stream. You can't delete a stream that has labels or consumers."
    stream = (
        tool("ListStreams", "s", "", "StreamName Colour", many=True),
        tool("DescribeStream", "s", "StreamName!", "StreamName Colour"),
        tool("CreateStream", "s", "StreamName! Colour"),
        tool("DeleteStream", "s", "StreamName!", text=text),
        tool("ListLabels", "s", "StreamName!", "StreamName LabelId Text", many=True),
        tool("DescribeLabel", "s", "StreamName! LabelId!", "StreamName LabelId Text"),
        tool("ListConsumers", "s", "StreamName!", "StreamName ConsumerName Speed", many=True),
        tool("CreateConsumer", "s", "StreamName! ConsumerName! Speed"),
        tool("DeleteConsumer", "s", "StreamName! ConsumerName!"),
    )
    model = world(*stream).model
    assert model is not None
    found = {t.name: r.on_delete for t in model.tables for r in t.references if r.table == "stream"}
    assert found == {"consumer": "RESTRICT", "label": "CASCADE"}


# ---- alternatives ----------------------------------------------------------------------------------------------------


def test_targets_of_different_kinds_are_alternatives_and_the_sides_of_a_transfer_are_not() -> None:
    assert alternatives(["httpTarget", "pubsubTarget", "retryConfig"]) == ["httpTarget", "pubsubTarget"]
    assert alternatives(["sourceConfig", "targetConfig", "loggingConfig", "monitoringConfig"]) == []
    assert alternatives(["primaryDestination", "backupDestination"]) == []
    assert alternatives(["httpTarget"]) == []


def test_a_quuid_is_that_of_a_machine_and_its_address_stands_with_it() -> None:
    tools = (
        tool("DescribeMachines", "s", "", "MachineName Quuid MachineIp Kind", many=True),
        tool("DescribeMachine", "s", "MachineName!", "MachineName Quuid MachineIp Kind"),
        tool("DeleteMachine", "s", "MachineName!"),
        tool("ListAlerts", "s", "", "AlertId Quuid MachineIp Colour", many=True),
        tool("DescribeAlert", "s", "AlertId!", "AlertId Quuid MachineIp Colour"),
    )
    for one in tools:  # the provider's example says what a Quuid looks like
        shown = (one.returns or {}).get("properties", {})
        for fields in (shown, shown.get("Items", {}).get("items", {}).get("properties", {})):
            if "Quuid" in fields:
                fields["Quuid"]["examples"] = ["0e1c641e-61e8-4fbf-8f4b-3083eb7c46b0"]
    env = world(*tools)
    machines = {(r["Quuid"], r["MachineIp"]) for r in rows(env, "machine")}
    assert {(r["Quuid"], r["MachineIp"]) for r in rows(env, "alert")} <= machines


def test_what_shows_one_fact_of_a_thing_goes_by_the_things_that_are_there() -> None:
    """GetArtifactUrl(artifactId) makes no artifact: its rows are those of ListArtifacts."""
    env = world(
        tool("ListArtifacts", "s", "", "artifactId fileName colour", many=True),
        tool("GetArtifact", "s", "artifactId!", "artifactId fileName colour"),
        tool("DeleteArtifact", "s", "artifactId!"),
        tool("GetArtifactUrl", "s", "artifactId!", "artifactId artifactUrl expires"),
    )
    table = next((t.name for t in env.model.tables if t.name != "artifact"), "artifact")  # type: ignore[union-attr]
    assert held(env, table, "artifactId") <= held(env, "artifact", "artifactId")


def test_a_key_that_is_said_to_be_another_things_holds_that_things_ids() -> None:
    """GetTrafficDistribution(Id): 'The identifier of the traffic distribution group.'"""
    told = tool("GetTrafficDistribution", "s", "Id!", "Id Arn Colour Weight")
    told.parameters["properties"]["Id"]["description"] = "The identifier of the traffic distribution group."
    update = tool("UpdateTrafficDistribution", "s", "Id! Colour")
    groups = (
        tool("ListTrafficDistributionGroups", "s", "", "Id Name Kind", many=True),
        tool("DescribeTrafficDistributionGroup", "s", "Id!", "Id Name Kind"),
        tool("CreateTrafficDistributionGroup", "s", "Name!", "Id"),
        tool("DeleteTrafficDistributionGroup", "s", "Id!"),
    )
    env = world(told, update, *groups)
    assert held(env, "traffic_distribution", "Id") <= held(env, "traffic_distribution_group", "Id")
    untold = world(tool("GetTrafficDistribution", "s", "Id!", "Id Arn Colour Weight"), update, *groups)
    assert not held(untold, "traffic_distribution", "Id") <= held(untold, "traffic_distribution_group", "Id")


def test_the_gate_deletes_a_row_that_nothing_holds() -> None:
    """Most streams have consumers: some row can be deleted, and that one is tried."""
    text = "Deletes a stream. You can't delete a stream that has consumers."
    env = world(
        tool("ListStreams", "s", "", "StreamName Colour", many=True),
        tool("CreateStream", "s", "StreamName! Colour"),
        tool("DeleteStream", "s", "StreamName!", text=text),
        tool("ListConsumers", "s", "", "ConsumerId StreamName Speed", many=True),
        tool("CreateConsumer", "s", "StreamName! Speed", "ConsumerId"),
        tool("DeleteConsumer", "s", "ConsumerId!"),
    )
    assert env.model is not None
    operation = next(o for o in env.model.operations if o.name == "DeleteStream")
    found = next(t for t in env.tools if t.name == "DeleteStream")
    with World.open(env, seed=0) as live:
        held_back = {r["StreamName"] for r in live.rows("consumer")}
        tried = {valid_arguments(live, found, operation, env.model, n)["StreamName"] for n in range(12)}
    assert held_back
    assert not tried & held_back
