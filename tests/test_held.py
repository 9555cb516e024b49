"""One thing is kept once: what another table holds is shown from there, what belongs to a new row is made with it, ids join rows that are there."""

from typing import Any

import pytest

from agentscaler.records import Tool
from agentscaler.world import World
from pools import tool
from shops import build
from test_structure import google, made, table

Json = dict[str, Any]


def opened(*tools: Tool) -> World:
    return World.open(build({t.source.operation: t for t in tools}).env, seed=0)


def listing(made_by: Tool, name: str, schema: Json) -> Tool:
    """The same tool, whose rows also show this field."""
    returns: Json = made_by.returns or {}
    body = returns["properties"].get("Items", {}).get("items", returns)
    body["properties"][name] = schema
    return made_by.model_copy(update={"returns": returns})


# ---- what another table holds -------------------------------------------------------------------------------------

PROBES: Json = {"type": "array", "items": {"type": "object", "properties": {f: {"type": "string"} for f in ("ProbeId", "Colour", "Address")}}}


def monitors(*more: Tool) -> list[Tool]:
    row = "MonitorId MonitorName Kind"
    return [
        listing(tool("DescribeMonitors", "s", "", row, many=True), "Probes", PROBES),
        tool("CreateMonitor", "s", "MonitorName! Kind", row),
        tool("DeleteMonitor", "s", "MonitorId!"),
        tool("CreateProbe", "s", "MonitorId! Colour! Address", "ProbeId"),
        tool("DeleteProbe", "s", "MonitorId! ProbeId!"),
        *more,
    ]


def monitor(world: World, number: str) -> Json:
    found = world.call("DescribeMonitors", {}).data["Items"]
    return next(m for m in found if m["MonitorId"] == number)


def test_a_list_of_anothers_rows_shows_what_was_made_and_deleted() -> None:
    with opened(*monitors()) as world:
        assert "Probes" not in world.rows("monitor")[0]
        for one in world.call("DescribeMonitors", {}).data["Items"]:
            assert [p["ProbeId"] for p in one["Probes"]] == [r["ProbeId"] for r in world.rows("probe") if r["MonitorId"] == one["MonitorId"]]
        number = world.rows("monitor")[0]["MonitorId"]
        probe = world.call("CreateProbe", {"MonitorId": number, "Colour": "red"}).data["ProbeId"]
        assert {"ProbeId": probe, "Colour": "red", "Address": None} in monitor(world, number)["Probes"]
        world.call("DeleteProbe", {"MonitorId": number, "ProbeId": probe})
        assert probe not in {p["ProbeId"] for p in monitor(world, number)["Probes"]}


def test_what_is_seen_through_another_row_is_not_blind() -> None:
    tools = monitors()
    env = build({t.source.operation: t for t in tools}).env
    assert not [t.name for t in env.tools if t.blind]
    assert env.tools[[t.name for t in env.tools].index("DescribeMonitors")].returns["properties"]["Items"]["items"]["properties"]["Probes"]["type"] == "array"  # type: ignore[index]


def test_a_list_of_other_things_stays_a_column() -> None:
    tools = monitors()
    tools[0] = listing(tool("DescribeMonitors", "s", "", "MonitorId MonitorName Kind", many=True), "Alarms", PROBES)
    with opened(*tools) as world:
        assert "Alarms" in world.rows("monitor")[0]


def test_a_create_writes_no_copy_of_what_a_table_holds() -> None:
    tools = monitors()
    create = tools[1]
    create.parameters["properties"]["Probes"] = PROBES
    env = build({t.source.operation: t for t in tools}).env
    assert "Probes" not in next(t for t in env.tools if t.name == "CreateMonitor").parameters["properties"]
    create.parameters["required"].append("Probes")  # what must be given is written, and so it is a column
    with opened(*tools) as world:
        assert "Probes" in world.rows("monitor")[0]


def test_a_setting_of_a_thing_is_shown_with_it() -> None:
    """SetDefaultColour writes the DefaultColour that DescribeSets shows, DeleteDefaultColour takes it away."""
    tools = (
        tool("DescribeSets", "s", "", "SetName Kind DefaultColour", many=True),
        tool("CreateSet", "s", "SetName! Kind"),
        tool("DeleteSet", "s", "SetName!"),
        tool("SetDefaultColour", "s", "SetName! Colour!", "SetName Colour"),
        tool("DeleteDefaultColour", "s", "SetName!", "SetName Colour"),
    )
    with opened(*tools) as world:
        assert "DefaultColour" not in world.rows("set")[0]
        name = world.rows("set")[0]["SetName"]
        world.call("SetDefaultColour", {"SetName": name, "Colour": "mauve"})
        assert next(s for s in world.call("DescribeSets", {}).data["Items"] if s["SetName"] == name)["DefaultColour"] == "mauve"
        world.call("DeleteDefaultColour", {"SetName": name})
        assert next(s for s in world.call("DescribeSets", {}).data["Items"] if s["SetName"] == name)["DefaultColour"] is None


# ---- what is made with a row --------------------------------------------------------------------------------------


def test_a_new_thing_has_its_settings() -> None:
    tools = (
        tool("GetAgent", "s", "AgentId!", "AgentId AgentName Kind"),
        tool("ListAgents", "s", "", "AgentId AgentName Kind", many=True),
        tool("CreateAgent", "s", "AgentName! Kind", "AgentId"),
        tool("GetAgentConfiguration", "s", "AgentId!", "AgentId Document Mode"),
    )
    with opened(*tools) as world:
        number = world.call("CreateAgent", {"AgentName": "Ada"}).data["AgentId"]
        answer = world.call("GetAgentConfiguration", {"AgentId": number})
        assert answer.error is None
        assert answer.data["AgentId"] == number


def test_what_is_put_is_not_there_before() -> None:
    tools = (
        tool("ListAgents", "s", "", "AgentId AgentName Kind", many=True),
        tool("CreateAgent", "s", "AgentName! Kind", "AgentId"),
        tool("GetAgentPolicy", "s", "AgentId!", "AgentId Policy Mode"),
        tool("PutAgentPolicy", "s", "AgentId! Policy!", "AgentId"),
        tool("DeleteAgentPolicy", "s", "AgentId!"),
    )
    with opened(*tools) as world:
        number = world.call("CreateAgent", {"AgentName": "Ada"}).data["AgentId"]
        answer = world.call("GetAgentPolicy", {"AgentId": number})
        assert answer.error is not None
        assert answer.error.code == "not_found"


def test_a_new_thing_has_a_first_version_and_speaks_of_it() -> None:
    tools = (
        tool("GetScheme", "s", "SchemeId!", "SchemeId Definition VersionId"),
        tool("ListSchemes", "s", "", "SchemeId Definition VersionId", many=True),
        tool("CreateScheme", "s", "Definition!", "SchemeId VersionId"),
        tool("ListSchemeVersions", "s", "SchemeId!", "SchemeId VersionId Definition Colour", many=True),
    )
    with opened(*tools) as world:
        held = {(r["SchemeId"], r["VersionId"]) for r in world.rows("scheme_version")}
        assert {(r["SchemeId"], r["VersionId"]) for r in world.rows("scheme") if r["SchemeId"] in {h[0] for h in held}} <= held
        new = world.call("CreateScheme", {"Definition": "a"}).data
        (version,) = world.call("ListSchemeVersions", {"SchemeId": new["SchemeId"]}).data["Items"]
        assert (version["VersionId"], version["Definition"]) == (new["VersionId"], "a")


def test_the_versions_of_a_thing_are_of_its_type_and_it_speaks_of_the_last() -> None:
    kinds: Json = {"type": "string", "enum": ["AVRO", "PROTO", "JSON"]}
    tools = [
        listing(tool("GetScheme", "s", "SchemeId!", "SchemeId Definition VersionId VersionCreateTime"), "Type", kinds),
        listing(tool("ListSchemes", "s", "", "SchemeId Definition VersionId VersionCreateTime", many=True), "Type", kinds),
        tool("CreateScheme", "s", "Definition!", "SchemeId VersionId"),
        listing(tool("ListSchemeVersions", "s", "SchemeId!", "SchemeId VersionId Definition VersionCreateTime", many=True), "Type", kinds),
    ]
    with opened(*tools) as world:
        schemes = {r["SchemeId"]: r for r in world.rows("scheme")}
        versions = world.rows("scheme_version")
        assert all(v["Type"] == schemes[v["SchemeId"]]["Type"] for v in versions)
        last = [v for v in versions if v["VersionId"] == schemes[v["SchemeId"]]["VersionId"]]
        assert {v["SchemeId"] for v in last} == {v["SchemeId"] for v in versions}
        assert all(v["VersionCreateTime"] == schemes[v["SchemeId"]]["VersionCreateTime"] for v in last)


# ---- ids that join ------------------------------------------------------------------------------------------------


def test_a_serial_id_names_a_row() -> None:
    """list_sid of a row says to which list it belongs."""
    service = made(
        tool("CreateFlowList", "s", "colour", "list_sid colour"),
        tool("GetFlowList", "s", "list_sid!", "list_sid colour"),
        tool("DeleteFlowList", "s", "list_sid!"),
        tool("CreateFlowEntry", "s", "list_sid! data!", "entry_sid list_sid data"),
        tool("GetFlowEntry", "s", "list_sid! entry_sid!", "entry_sid list_sid data"),
        tool("DeleteFlowEntry", "s", "list_sid! entry_sid!"),
    )
    assert table(service, "flow entry").key == ("list_sid", "entry_sid")
    assert table(service, "flow entry").columns["list_sid"].reference == ("flow", "list")


def test_what_a_things_own_read_asks_for_names_it_elsewhere() -> None:
    """SecretId finds the secret with this ARN, and so it is the ARN of one in the table of values."""
    service = made(
        tool("DescribeSecret", "s", "SecretId!", "ARN Name Kind"),
        tool("ListSecrets", "s", "", "ARN Name Kind", many=True),
        tool("CreateSecret", "s", "Name!", "ARN Name"),
        tool("DeleteSecret", "s", "SecretId!"),
        tool("GetSecretValue", "s", "SecretId!", "SecretString Colour"),
        tool("PutSecretValue", "s", "SecretId! SecretString!"),
    )
    assert table(service, "secret value").columns["SecretId"].reference == ("secret",)


def test_a_run_that_is_got_by_its_own_id_needs_no_parent_in_its_key() -> None:
    def runs(*more: Tool) -> Any:
        return made(
            tool("GetWindow", "s", "WindowId!", "WindowId Colour"),
            tool("DeleteWindow", "s", "WindowId!"),
            tool("ListWindowExecutions", "s", "WindowId!", "WindowId WindowExecutionId Kind", many=True),
            tool("ListWindowExecutionSteps", "s", "WindowExecutionId!", "StepId WindowExecutionId Weight", many=True),
            *more,
        )

    alone = runs(tool("GetWindowExecution", "s", "WindowExecutionId!", "WindowExecutionId Kind"))
    assert table(alone, "window execution").key == ("WindowExecutionId",)
    assert table(alone, "window execution").columns["WindowId"].reference == ("window",)
    assert table(alone, "window execution step").columns["WindowExecutionId"].reference == ("window", "execution")
    with opened(*[e.tool for e in alone.service.entries]) as world:
        assert {r["WindowId"] for r in world.rows("window_execution")} <= {r["WindowId"] for r in world.rows("window")}  # none without
    both = runs(tool("GetWindowExecution", "s", "WindowId! WindowExecutionId!", "WindowId WindowExecutionId Kind"))
    assert table(both, "window execution").key == ("WindowId", "WindowExecutionId")


def hosting(said: str) -> list[Tool]:
    path = "v1/projects/{projectsId}/backends"
    tools = [
        google("hosting.projects.backends.list", path, takes="parent!", gives="name state", many="backends"),
        google("hosting.projects.backends.get", f"{path}/{{backendsId}}"),
        google("hosting.projects.backends.builds.list", f"{path}/{{backendsId}}/builds", takes="parent!", gives="name state", many="builds"),
        google("hosting.projects.backends.builds.get", f"{path}/{{backendsId}}/builds/{{buildsId}}"),
        google("hosting.projects.backends.rollouts.list", f"{path}/{{backendsId}}/rollouts", takes="parent!", gives="name build state", many="rollouts"),
        google("hosting.projects.backends.rollouts.get", f"{path}/{{backendsId}}/rollouts/{{rolloutsId}}", gives="name build state"),
    ]
    for one in tools:
        for row in (one.returns["properties"], one.returns["properties"].get("rollouts", {}).get("items", {}).get("properties", {})):  # type: ignore[index]
            if "build" in row:
                row["build"]["description"] = said
    return tools


@pytest.mark.parametrize(("said", "refers"), [("The name of a build that already exists.", True), ("Number of the build, counted from 1.", False), ("ID of the build.", False)])
def test_a_column_called_as_another_table_holds_its_names(said: str, refers: bool) -> None:
    service = made(*hosting(said))
    assert table(service, "rollout").columns["build"].reference == (("build",) if refers else None)


def test_what_lies_beside_is_of_the_same_parent() -> None:
    with opened(*hosting("The name of a build that already exists.")) as world:
        found = [(r["build"], r["parent"]) for r in world.rows("rollout") if r["build"]]
    assert found
    assert all(build.startswith(f"{parent}/builds/") for build, parent in found)


# ---- one noun for one thing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "drop", "read", "noun"),
    [
        ("CreateEphemeris", "DeleteEphemeris", "ListEphemerides", "ephemeris"),
        ("CreateBlackList", "DeleteBlackList", "DescribeBlacklist", "black list"),
        ("CreateClientAddIn", "DeleteClientAddIn", "DescribeClientAddIns", "client add in"),
    ],
)
def test_other_spellings_are_one_thing(make: str, drop: str, read: str, noun: str) -> None:
    own = "".join(w.capitalize() for w in noun.split()) + "Id"
    service = made(tool(make, "s", "Colour!", own), tool(drop, "s", f"{own}!"), tool(read, "s", "", f"{own} Colour Weight", many=True))
    assert set(service.service.tables) == {tuple(noun.split())}


def test_connectors_are_no_connections() -> None:
    service = made(
        tool("CreateConnector", "s", "Colour!", "ConnectorId"),
        tool("DeleteConnector", "s", "ConnectorId!"),
        tool("ListConnections", "s", "", "ConnectionId ConnectorId Colour", many=True),
    )
    assert set(service.service.tables) == {("connector",), ("connection",)}


def test_a_list_of_ids_with_more_in_it_lists_the_things() -> None:
    service = made(
        tool("ListSecrets", "s", "", "SecretId Colour", many=True),
        tool("DeleteSecret", "s", "SecretId!"),
        tool("ListSecretVersionIds", "s", "SecretId!", "VersionId Weight", many=True),
    )
    assert set(service.service.tables) == {("secret",), ("secret", "version")}


def test_ids_that_are_made_and_deleted_are_things() -> None:
    service = made(
        tool("CreatePlaybackId", "s", "Colour!", "Id Colour"),
        tool("GetPlaybackId", "s", "Id!", "Id Colour Weight"),
        tool("DeletePlaybackId", "s", "Id!"),
        tool("ListPlaybackIds", "s", "", "Id Colour Weight", many=True),
    )
    assert set(service.service.tables) == {("playback", "id")}


def test_a_relation_is_read_from_both_ends() -> None:
    """The profiles of a list are profiles, the lists of a profile lists: rows that are there, tied by one link."""
    profile, listed = "ProfileId Colour Weight", "ListId Kind Owner"
    tools = (
        tool("GetProfile", "s", "ProfileId!", profile),
        tool("ListProfiles", "s", "", profile, many=True),
        tool("CreateProfile", "s", "Colour!", "ProfileId"),
        tool("GetList", "s", "ListId!", listed),
        tool("ListLists", "s", "", listed, many=True),
        tool("CreateList", "s", "Kind!", "ListId"),
        tool("DeleteList", "s", "ListId!"),
        tool("ListListProfiles", "s", "ListId!", profile, many=True),
        tool("ListProfileLists", "s", "ProfileId!", listed, many=True),
    )
    with opened(*tools) as world:
        profiles = {p["ProfileId"]: p for p in world.call("ListProfiles", {}).data["Items"]}
        tied = [(r["ListId"], p) for r in world.rows("list") for p in world.call("ListListProfiles", {"ListId": r["ListId"]}).data["Items"]]
        assert tied
        assert all(profiles[p["ProfileId"]] == p for _, p in tied)
        back = [(x["ListId"], p) for p in profiles for x in world.call("ListProfileLists", {"ProfileId": p}).data["Items"]]
        assert sorted(back) == sorted((number, p["ProfileId"]) for number, p in tied)
