"""The structure of compiled worlds: what is one thing, what tells its rows apart, what they refer to, what a verb does to them."""

from typing import Any

import pytest

from agentscaler.envs import compile_tools
from agentscaler.envs.drafts import Draft
from agentscaler.envs.worlds import CompiledService
from agentscaler.population import Painter
from agentscaler.records import Operation, Source, Tool
from agentscaler.render import render
from agentscaler.world import World
from pools import tool
from shops import build, tools_of

Json = dict[str, Any]


def made(*tools: Tool) -> CompiledService:
    return compile_tools("aws:s", {t.source.operation: t for t in tools})


def table(service: CompiledService, name: str) -> Draft:
    return service.service.tables[tuple(name.split())]


def does(service: CompiledService, name: str) -> Operation:
    return service.good[name].operation


def roles(service: CompiledService, name: str) -> dict[str, str]:
    return {a.name: f"{a.role} {a.column or ''}".strip() for a in does(service, name).arguments}


def google(operation: str, path: str, *, verb: str = "GET", takes: str = "name!", gives: str = "name state", many: str = "", states: str = "", state: str = "state") -> Tool:
    """A Google tool; with `many` it answers a list of that name."""
    shown: Json = {f: {"type": "string"} for f in gives.split()}
    if states:
        shown[state] = {"type": "string", "enum": states.split()}
    item: Json = {"type": "object", "properties": shown}
    plain = tool(operation, "s", takes)
    loose = tuple(p.rstrip("!") for p in takes.split() if p.endswith("!"))[:1]
    answer = {"type": "object", "properties": {many: {"type": "array", "items": item}}} if many else item
    return plain.model_copy(update={"returns": answer, "source": Source(vendor="google", service="s", operation=operation, verb=verb, path=path, in_path=loose)})


# ---- what is one thing -------------------------------------------------------------------------------------------

ROW = "RecordId Kind Colour Weight"


def test_a_view_that_shows_a_things_rows_is_no_table() -> None:
    """DescribeProductView, ListRecordHistory."""
    service = made(
        tool("DescribeRecord", "s", "Id!", ROW),
        tool("DeleteRecord", "s", "Id!"),
        tool("ListRecordHistory", "s", "", ROW, many=True),
    )
    assert set(service.service.tables) == {("record",)}
    assert does(service, "ListRecordHistory").table == "record"


def test_versions_of_a_thing_stay_apart_from_it() -> None:
    service = made(
        tool("GetRecord", "s", "RecordId!", ROW),
        tool("ListRecords", "s", "", ROW, many=True),
        tool("DeleteRecord", "s", "RecordId!"),
        tool("ListRecordVersions", "s", "RecordId!", f"{ROW} Version", many=True),
    )
    assert table(service, "record version").key == ("RecordId", "Version")
    assert table(service, "record version").columns["RecordId"].reference == ("record",)


def test_a_list_whose_parent_the_rows_do_not_know_tells_who_belongs_where() -> None:
    """DescribeFleetInstances(FleetId): instances know no fleet, so these are rows of their own, and each names a real instance."""
    instance = "InstanceId InstanceKind Colour"
    service = made(
        tool("ListInstances", "s", "", instance, many=True),
        tool("CreateInstance", "s", "Colour!", instance),
        tool("DeleteInstance", "s", "InstanceId!"),
        tool("ListFleets", "s", "", "FleetId FleetName", many=True),
        tool("CreateFleet", "s", "FleetName!", "FleetId FleetName"),
        tool("DeleteFleet", "s", "FleetId!"),
        tool("ListFleetInstances", "s", "FleetId!", instance, many=True),
    )
    tied = table(service, "fleet instance")
    assert tied.key == ("FleetId", "InstanceId")
    assert (tied.columns["FleetId"].reference, tied.columns["InstanceId"].reference) == (("fleet",), ("instance",))


def test_what_could_be_ours_is_not_listed_as_ours() -> None:
    """ListDiscoveredServers lists what was found, not the servers that are registered."""
    row = "ServerId ServerKind Colour"
    service = made(tool("ListServers", "s", "", row, many=True), tool("DeleteServer", "s", "ServerId!"), tool("ListDiscoveredServers", "s", "", row, many=True))
    assert does(service, "ListDiscoveredServers").table == "discovered_server"
    other = made(tool("ListServers", "s", "", row, many=True), tool("DeleteServer", "s", "ServerId!"), tool("ListRestingServers", "s", "", row, many=True))
    assert does(other, "ListRestingServers").table == "server"


# ---- keys --------------------------------------------------------------------------------------------------------


def test_a_qualified_thing_goes_by_its_own_id() -> None:
    """VocabularyName names a medical vocabulary too, and no vocabulary that must be there first."""
    service = made(
        tool("CreateVocabulary", "s", "VocabularyName!"),
        tool("GetVocabulary", "s", "VocabularyName!", "VocabularyName Colour"),
        tool("DeleteVocabulary", "s", "VocabularyName!"),
        tool("CreateMedicalVocabulary", "s", "VocabularyName!"),
        tool("GetMedicalVocabulary", "s", "VocabularyName!", "VocabularyName Colour"),
        tool("DeleteMedicalVocabulary", "s", "VocabularyName!"),
    )
    medical = table(service, "medical vocabulary")
    assert (medical.own, medical.columns["VocabularyName"].reference) == ("VocabularyName", None)


def test_a_kind_of_attachment_goes_by_the_attachments_id() -> None:
    row = "TransitAttachmentId Colour"
    service = made(
        tool("DescribeTransitAttachments", "s", "", row, many=True),
        tool("CreateTransitVpcAttachment", "s", "Colour!", row), tool("DescribeTransitVpcAttachments", "s", "", row, many=True), tool("DeleteTransitVpcAttachment", "s", "TransitAttachmentId!"),
    )  # fmt: skip
    assert (does(service, "CreateTransitVpcAttachment").act, table(service, "transit vpc attachment").generated) == ("create", True)


def test_what_only_a_list_asks_for_is_no_part_of_the_key() -> None:
    """ListPullRequests(repositoryName), but GetPullRequest(pullRequestId)."""
    row = "pullRequestId title"
    service = made(
        tool("CreateRepository", "s", "repositoryName!"), tool("GetRepository", "s", "repositoryName!", "repositoryName colour"), tool("DeleteRepository", "s", "repositoryName!"),
        tool("CreatePullRequest", "s", "title!", row), tool("GetPullRequest", "s", "pullRequestId!", row), tool("ListPullRequests", "s", "repositoryName!", row, many=True),
        tool("UpdatePullRequestTitle", "s", "pullRequestId! repositoryName! title!"), tool("UpdatePullRequestBody", "s", "pullRequestId! repositoryName! title!"),
    )  # fmt: skip
    assert table(service, "pull request").key == ("pullRequestId",)


def test_a_rows_own_name_is_no_part_of_what_it_refers_to() -> None:
    """A deployment's revisionId names a revision, whose key also holds the schema's name: the deployment's own name is not that."""
    path = "v1/projects/{projectsId}/schemas/{schemasId}"
    tools = {
        "get": google("s.projects.schemas.get", path),
        "delete": google("s.projects.schemas.delete", path, verb="DELETE"),
        "revisions": google("s.projects.schemas.listRevisions", path + ":listRevisions", gives="name revisionId text", many="schemas"),
        "list": google("s.projects.deployments.list", "v1/projects/{projectsId}/deployments", takes="parent!", gives="name schemaRevisionId colour", many="deployments"),
        "one": google("s.projects.deployments.get", "v1/projects/{projectsId}/deployments/{deploymentsId}", gives="name schemaRevisionId colour"),
        "drop": google("s.projects.deployments.delete", "v1/projects/{projectsId}/deployments/{deploymentsId}", verb="DELETE"),
    }
    model = build(tools).env.model
    assert model is not None
    assert [r.columns for t in model.tables if t.name == "deployment" for r in t.references if "name" in r.columns] == []


def test_the_id_of_a_thing_in_a_place_refers_to_it() -> None:
    """A playlist video is no video of its own kind: playlists are a table, and VideoId names a video."""
    row = "VideoId Colour"
    service = made(
        tool("CreateVideo", "s", "Colour!", row), tool("GetVideo", "s", "VideoId!", row), tool("DeleteVideo", "s", "VideoId!"),
        tool("CreatePlaylist", "s", "Title!", "PlaylistId Title"), tool("GetPlaylist", "s", "PlaylistId!", "PlaylistId Title"), tool("DeletePlaylist", "s", "PlaylistId!"),
        tool("CreatePlaylistVideo", "s", "PlaylistId! VideoId! Note", "PlaylistId VideoId Note"),
        tool("GetPlaylistVideo", "s", "PlaylistId! VideoId!", "PlaylistId VideoId Note"),
        tool("DeletePlaylistVideo", "s", "PlaylistId! VideoId!"),
    )  # fmt: skip
    assert table(service, "playlist video").columns["VideoId"].reference == ("video",)


def test_the_key_is_what_get_and_delete_ask_for_together() -> None:
    """A domain has many base path mappings; a plural get is no get of one."""
    service = made(
        tool("CreateDomainName", "s", "domainName!"), tool("GetDomainName", "s", "domainName!", "domainName colour"), tool("DeleteDomainName", "s", "domainName!"),
        tool("CreateBasePathMapping", "s", "domainName! basePath stage"),
        tool("GetBasePathMapping", "s", "domainName! basePath!", "basePath stage"),
        tool("GetBasePathMappings", "s", "domainName!", "basePath stage", many=True),
        tool("DeleteBasePathMapping", "s", "domainName! basePath!"),
    )  # fmt: skip
    mapping = table(service, "base path mapping")
    assert mapping.key == ("domainName", "basePath")
    assert not mapping.generated
    assert mapping.columns["domainName"].reference == ("domain", "name")


def test_a_list_of_ids_says_which_rows_of_the_parent_are_meant() -> None:
    """A topic has more than one answer: BatchDeleteReviewedAnswer(TopicId, AnswerIds)."""
    several: Json = {"type": "array", "items": {"type": "string"}}
    gone = tool("BatchDeleteReviewedAnswer", "s", "TopicId!")
    gone = gone.model_copy(update={"parameters": {**gone.parameters, "properties": {**gone.parameters["properties"], "AnswerIds": several}}})
    service = made(
        tool("CreateTopic", "s", "TopicId! Title"), tool("GetTopic", "s", "TopicId!", "TopicId Title"), tool("DeleteTopic", "s", "TopicId!"),
        tool("ListReviewedAnswers", "s", "TopicId!", "AnswerId Question Text", many=True), gone,
    )  # fmt: skip
    assert table(service, "reviewed answer").key == ("TopicId", "AnswerId")
    assert roles(service, "BatchDeleteReviewedAnswer") == {"TopicId": "key TopicId", "AnswerIds": "key AnswerId"}


def test_runs_go_by_the_key_of_what_runs() -> None:
    """GetWorkflowRun(Name, RunId): the Name is the workflow's."""
    service = made(
        tool("CreateWorkflow", "s", "Name!"), tool("GetWorkflow", "s", "Name!", "Name Colour"), tool("DeleteWorkflow", "s", "Name!"),
        tool("GetWorkflowRun", "s", "Name! RunId!", "Name WorkflowRunId Outcome"),
        tool("GetWorkflowRuns", "s", "Name!", "Name WorkflowRunId Outcome", many=True),
    )  # fmt: skip
    run = table(service, "workflow run")
    assert run.key == ("Name", "WorkflowRunId")
    assert run.columns["Name"].reference == ("workflow",)


def test_revisions_of_a_google_resource_name_it() -> None:
    path = "v1/projects/{projectsId}/schemas/{schemasId}"
    service = made(
        google("s.projects.schemas.get", path),
        google("s.projects.schemas.delete", path, verb="DELETE"),
        google("s.projects.schemas.list", "v1/projects/{projectsId}/schemas", takes="parent!", many="schemas"),
        google("s.projects.schemas.listRevisions", path + ":listRevisions", gives="name revisionId text", many="schemas"),
    )
    revision = table(service, "schema revision")
    assert revision.key == ("name", "revisionId")
    assert revision.columns["name"].reference == ("schema",)


def test_a_name_of_another_table_is_no_short_form_of_the_own_one() -> None:
    """A provisioned product has an Id and a ProductId."""
    service = made(
        tool("CreateProduct", "s", "Name!", "Id Name"), tool("DescribeProduct", "s", "Id!", "Id Name"), tool("DeleteProduct", "s", "Id!"),
        tool("ListProvisionedProducts", "s", "", "Id Name Colour ProductId", many=True),
        tool("UpdateProvisionedProduct", "s", "ProvisionedProductId! Colour ProductId"),
    )  # fmt: skip
    assert table(service, "provisioned product").key == ("Id",)
    assert table(service, "provisioned product").columns["ProductId"].reference == ("product",)
    assert roles(service, "UpdateProvisionedProduct") == {"ProvisionedProductId": "key Id", "Colour": "value Colour", "ProductId": "value ProductId"}


# ---- what a verb does --------------------------------------------------------------------------------------------


def test_provisioning_a_product_makes_a_provisioned_product() -> None:
    service = made(
        tool("CreateProduct", "s", "Name!", "Id Name"), tool("DescribeProduct", "s", "Id!", "Id Name"),
        tool("ListProvisionedProducts", "s", "", "Id Name ProductId", many=True),
        tool("ProvisionProduct", "s", "ProvisionedProductName! ProductId", "Id"),
    )  # fmt: skip
    assert (does(service, "ProvisionProduct").act, does(service, "ProvisionProduct").table) == ("create", "provisioned_product")
    assert roles(service, "ProvisionProduct") == {"ProvisionedProductName": "value Name", "ProductId": "value ProductId"}


GRAPH = "Id GraphName Colour"


def test_restoring_from_a_snapshot_makes_a_row_from_one_that_is_there() -> None:
    service = made(
        tool("CreateGraph", "s", "GraphName! Colour", GRAPH), tool("GetGraph", "s", "GraphId!", GRAPH), tool("ListGraphs", "s", "", GRAPH, many=True),
        tool("GetGraphSnapshot", "s", "SnapshotId!", "SnapshotId GraphId"), tool("ListGraphSnapshots", "s", "", "SnapshotId GraphId", many=True),
        tool("RestoreGraphFromSnapshot", "s", "SnapshotId! GraphName!", GRAPH + " SnapshotId"),
    )  # fmt: skip
    assert (does(service, "RestoreGraphFromSnapshot").act, does(service, "RestoreGraphFromSnapshot").table) == ("create", "graph")
    assert table(service, "graph").columns["SnapshotId"].reference == ("graph", "snapshot")


def test_restoring_a_row_to_its_snapshot_makes_none() -> None:
    """RestoreVolumeFromSnapshot(VolumeId, ...): no create takes the VolumeId, so the volume is there."""
    service = made(
        tool("CreateVolume", "s", "Colour!", "VolumeId Colour"), tool("GetVolume", "s", "VolumeId!", "VolumeId Colour"),
        tool("GetSnapshot", "s", "SnapshotId!", "SnapshotId Colour"),
        tool("RestoreVolumeFromSnapshot", "s", "VolumeId! SnapshotId!"),
    )  # fmt: skip
    assert "RestoreVolumeFromSnapshot" not in service.good
    assert table(service, "volume").generated


def test_a_create_of_a_list_makes_a_row_of_each() -> None:
    """CreateApiService(ZoneId, ApiServices=[{Name, Path}]), though the list may be left out."""
    item: Json = {"type": "object", "properties": {"Name": {"type": "string"}, "Path": {"type": "string"}}}
    several = tool("CreateApiService", "s", "ZoneId!")
    several = several.model_copy(update={"parameters": {**several.parameters, "properties": {**several.parameters["properties"], "ApiServices": {"type": "array", "items": item}}}})
    service = made(
        tool("GetZone", "s", "ZoneId!", "ZoneId Colour"), tool("CreateZone", "s", "Colour!", "ZoneId"),
        several, tool("DescribeApiServices", "s", "ZoneId!", "Id Name Path", many=True), tool("DeleteApiService", "s", "ZoneId! Id!"),
    )  # fmt: skip
    assert roles(service, "CreateApiService") == {"ZoneId": "value ZoneId", "ApiServices": "rows"}


def test_a_token_that_tells_repetitions_apart_is_no_property() -> None:
    gone = tool("DeleteThing", "s", "ThingId! TerminateToken!")
    gone.parameters["properties"]["TerminateToken"]["description"] = "An idempotency token."
    service = made(gone, tool("GetThing", "s", "ThingId!", "ThingId Colour"))
    assert roles(service, "DeleteThing") == {"ThingId": "key ThingId", "TerminateToken": "option"}


def test_what_is_restored_elsewhere_changes_no_row() -> None:
    """RestoreTable(SourceTableName, TargetTableName), backups/{backup}:restore."""
    read = tool("GetTable", "s", "TableName!", "TableName Status")
    assert read.returns is not None
    read.returns["properties"]["Status"]["enum"] = ["ACTIVE", "DELETED"]
    service = made(read, tool("CreateTable", "s", "TableName!"), tool("DeleteTable", "s", "TableName!"), tool("RestoreTable", "s", "TableName! TargetTableName"))
    assert service.lost["RestoreTable"] == "copies"
    backup = "v1/projects/{projectsId}/backups/{backupsId}"
    service = made(google("s.projects.backups.get", backup, states="ACTIVE LOST"), google("s.projects.backups.restore", backup + ":restore", verb="POST"))
    assert service.lost["s.projects.backups.restore"] == "copies"


def test_a_copy_is_made_of_the_row_with_that_arn() -> None:
    row = "ProductId ProductArn Colour"
    service = made(
        tool("CreateProduct", "s", "Colour!", row), tool("GetProduct", "s", "ProductId!", row), tool("DeleteProduct", "s", "ProductId!"),
        tool("CopyProduct", "s", "SourceProductArn! Colour", row),
    )  # fmt: skip
    assert roles(service, "CopyProduct")["SourceProductArn"] == "key ProductArn"


def test_a_create_demands_no_name_that_parent_and_id_make() -> None:
    path = "v1/projects/{projectsId}/groups"
    service = made(
        google("s.projects.groups.get", GROUP),
        google("s.projects.groups.create", path, verb="POST", takes="parent! groupId! name!"),
        google("s.projects.groups.delete", GROUP, verb="DELETE"),
    )
    assert roles(service, "s.projects.groups.create") == {"parent": "within parent", "groupId": "slug"}


@pytest.mark.parametrize(("text", "role"), [("ID of the group.", "slug"), ("The resource name of the group.", None), ("Format: `projects/{project}/groups/{group}`", None)])
def test_a_bare_name_under_a_parent_names_the_row(text: str, role: str | None) -> None:
    create = google("s.projects.groups.create", "v1/projects/{projectsId}/groups", verb="POST", takes="parent! name!")
    create.parameters["properties"]["name"]["description"] = text
    service = made(google("s.projects.groups.get", GROUP), create, google("s.projects.groups.delete", GROUP, verb="DELETE"))
    assert roles(service, "s.projects.groups.create").get("name") == role
    assert table(service, "group").generated is (role is None)


GROUP = "v1/projects/{projectsId}/groups/{groupsId}"


@pytest.mark.parametrize(("verb", "value"), [("provision", "PROVISIONED"), ("deprovision", "DEPROVISIONED")])
def test_a_custom_verb_on_a_resource_moves_it(verb: str, value: str) -> None:
    """POST groups/{group}:provision names a group that exists: it neither makes nor removes one; and it moves the column named after it."""
    service = made(
        google("s.projects.groups.get", GROUP, gives="name state provisioningState", states="PROVISIONED DEPROVISIONED FAILED", state="provisioningState"),
        google("s.projects.groups.list", "v1/projects/{projectsId}/groups", takes="parent!", many="groups"),
        google("s.projects.groups.delete", GROUP, verb="DELETE"),
        google(f"s.projects.groups.{verb}", f"{GROUP}:{verb}", verb="POST"),
    )
    assert (does(service, f"s.projects.groups.{verb}").act, does(service, f"s.projects.groups.{verb}").state) == ("set", ("provisioningState", value))


def status(*values: str) -> CompiledService:
    """A thing with these states, which can be started and stopped."""
    read = tool("GetGraph", "s", "GraphId!", "GraphId Status")
    assert read.returns is not None
    read.returns["properties"]["Status"]["enum"] = list(values)
    return made(read, tool("CreateGraph", "s", "Colour!", "GraphId"), tool("StartGraph", "s", "GraphId!"), tool("StopGraph", "s", "GraphId!"))


def test_what_is_started_runs_at_once_and_can_be_stopped() -> None:
    service = status("CREATING", "AVAILABLE", "STARTING", "STOPPING", "STOPPED")
    assert does(service, "StartGraph").state == ("Status", "AVAILABLE")
    assert does(service, "StopGraph").state == ("Status", "STOPPED")
    assert "AVAILABLE" in does(service, "StopGraph").only_from


def test_an_action_does_not_start_from_passing_states_alone() -> None:
    service = status("CREATING", "STARTING", "STOPPED", "LIT")
    assert does(service, "StopGraph").only_from == ()


def test_what_an_update_is_named_after_is_set() -> None:
    """UpdatePrimaryEmailAddress(EntityId, Email): the address does not say whose it is."""
    service = made(
        tool("DescribeEntity", "s", "Email!", "EntityId Name Type"),
        tool("ListEntities", "s", "", "EntityId Name Type", many=True),
        tool("UpdatePrimaryEmailAddress", "s", "EntityId! Email!"),
    )
    assert "Email" not in [a.name for o in service.good.values() if o.operation.act == "update" for a in o.operation.arguments if a.role == "key"]


def test_what_is_attached_says_so() -> None:
    disk = tool("GetDisk", "s", "DiskId!", "DiskId Attached DiskState InstanceId")
    assert disk.returns is not None
    disk.returns["properties"] |= {"Attached": {"type": "boolean"}, "DiskState": {"type": "string", "enum": ["PENDING", "ATTACHED", "UNATTACHED"]}}
    service = made(
        disk, tool("CreateDisk", "s", "Colour!", "DiskId"), tool("GetInstance", "s", "InstanceId!", "InstanceId Colour"), tool("CreateInstance", "s", "Colour!", "InstanceId"),
        tool("AttachDisk", "s", "DiskId! InstanceId!"), tool("DetachDisk", "s", "DiskId! InstanceId!"),
    )  # fmt: skip
    assert does(service, "AttachDisk").sets == {"Attached": 1, "DiskState": "ATTACHED"}
    assert does(service, "DetachDisk").sets == {"Attached": 0, "DiskState": "UNATTACHED"}
    render_attach = render(build({t.name: t for t in (e.tool for e in service.service.entries)}).env.model).tools_py  # type: ignore[arg-type]
    assert "Attached=1" in render_attach
    assert "Attached=0" in render_attach, "the gate unties what is tied"


def test_unlock_says_the_id_of_the_lock() -> None:
    service = made(
        google("s.projects.groups.get", GROUP, gives="name state", states="LOCKED UNLOCKED", state="lockState"),
        google("s.projects.groups.create", "v1/projects/{projectsId}/groups", verb="POST", takes="parent! groupId!"),
        google("s.projects.groups.unlock", GROUP + ":unlock", verb="POST", takes="name! lockId!"),
    )
    assert does(service, "s.projects.groups.unlock").state == ("lockState", "UNLOCKED")
    assert roles(service, "s.projects.groups.unlock") == {"name": "key name", "lockId": "option"}


# ---- versions in the population ----------------------------------------------------------------------------------

EDITIONS: Json = {
    "format": 1,
    "now": "2026-06-15T09:00:00Z",
    "context": {},
    "rows": {"book": [3, 3], "edition": {"per": "book", "rows": [2, 3], "latest": {"newest": "nth", "Latest": {"Number": ["nth", "integer"], "Tags": ["tags", "json"]}}, "same": ["colour"]}},
    "columns": {
        "book.id": {"id": "b-{n}"},
        "book.newest": {"value": 0},
        "book.Latest": {"object": {}, "json": True},
        "book.colour": {"given": ["red", "blue"]},
        "edition.id": {"reference": "book"},
        "edition.nth": {"id": "{nth}", "generated": True},
        "edition.colour": {"value": "grey"},
        "edition.tags": {"list": {"value": "x"}, "size": [1, 1], "json": True},
    },
}


def test_versions_count_within_their_thing_and_the_thing_speaks_of_the_last() -> None:
    keys = {"book": ("id",), "edition": ("id", "nth")}
    rows = Painter(EDITIONS, ["book", "edition"], keys, {"book": ("id", "newest", "Latest", "colour"), "edition": ("id", "nth", "colour", "tags")}, 0).paint()
    for book in rows["book"]:
        mine = [e for e in rows["edition"] if e["id"] == book["id"]]
        assert [e["nth"] for e in mine] == [str(n + 1) for n in range(len(mine))]
        assert book["newest"] == mine[-1]["nth"]
        assert book["Latest"] == f'{{"Number":{len(mine)},"Tags":["x"]}}'
        assert [e["colour"] for e in mine] == ["grey"] * (len(mine) - 1) + [book["colour"]]


def test_a_new_version_takes_the_next_number() -> None:
    row = "Name Text Version"
    tools = [
        tool("CreateBook", "s", "Name! Colour", "Name Colour"), tool("GetBook", "s", "Name!", "Name Colour"), tool("ListBooks", "s", "", "Name Colour", many=True),
        tool("PublishBookVersion", "s", "Name! Text!", row), tool("CreateBookVersion", "s", "Name! Text!", row), tool("GetBookVersion", "s", "Name! Version!", row),
        tool("ListBookVersions", "s", "Name!", row, many=True), tool("DeleteBookVersion", "s", "Name! Version!"),
    ]  # fmt: skip
    with World.open(build({t.name: t for t in tools}).env, seed=0) as world:
        world.call("CreateBook", {"Name": "atlas"})
        numbers = [world.call("CreateBookVersion", {"Name": "atlas", "Text": "new"}).data["Version"] for _ in range(3)]
        assert numbers == ["1", "2", "3"]
        world.call("DeleteBookVersion", {"Name": "atlas", "Version": "2"})
        assert world.call("CreateBookVersion", {"Name": "atlas", "Text": "new"}).data["Version"] == "4"


def test_a_thing_that_names_its_latest_version_names_one_that_is_there() -> None:
    row = "Name Text Version"
    tools = [
        tool("CreateBook", "s", "Name! Colour", "Name Colour"), tool("GetBook", "s", "Name!", "Name Colour LatestVersion"), tool("ListBooks", "s", "", "Name Colour LatestVersion", many=True),
        tool("GetBookVersion", "s", "Name! Version!", row), tool("ListBookVersions", "s", "Name!", row, many=True),
    ]  # fmt: skip
    with World.open(build({t.name: t for t in tools}).env, seed=0) as world:
        versions = {(r["Name"], r["Version"]) for r in world.rows("book_version")}
        assert versions
        assert all((b["Name"], b["LatestVersion"]) in versions for b in world.rows("book"))


# ---- ties --------------------------------------------------------------------------------------------------------

SERVER = [
    tool("CreateServer", "s", "Colour!", "ServerId Colour"), tool("DescribeServers", "s", "", "ServerId Colour", many=True), tool("DeleteServer", "s", "ServerId!"),
    tool("CreateNet", "s", "Colour!", "NetId Colour"), tool("DescribeNets", "s", "", "NetId Colour", many=True), tool("DeleteNet", "s", "NetId!"),
    tool("AssociateServer", "s", "ServerId! NetId!"), tool("DisassociateServer", "s", "ServerId! NetId!"),
]  # fmt: skip


def test_a_tie_writes_the_associations_that_a_read_shows() -> None:
    tools = [*SERVER, tool("GetServerAssociations", "s", "ServerId!", "ServerId NetId State", many=True)]
    service = made(*tools)
    tied = table(service, "server association")
    assert tied.key == ("ServerId", "NetId")
    assert {c.name: c.reference for c in tied.columns.values() if c.reference} == {"ServerId": ("server",), "NetId": ("net",)}
    assert (does(service, "AssociateServer").act, does(service, "DisassociateServer").act) == ("create", "delete")
    assert not [n for n in service.service.tables if n[-1] == "link"]
    with World.open(build({t.name: t for t in tools}).env, seed=0) as world:
        one, other = (world.call(n, {"Colour": "red"}).data[k] for n, k in (("CreateServer", "ServerId"), ("CreateNet", "NetId")))
        world.call("AssociateServer", {"ServerId": one, "NetId": other})
        assert [(r["ServerId"], r["NetId"]) for r in world.call("GetServerAssociations", {"ServerId": one}).data["Items"]] == [(one, other)]
        world.call("DisassociateServer", {"ServerId": one, "NetId": other})
        assert world.call("GetServerAssociations", {"ServerId": one}).data["Items"] == []


def test_an_association_with_an_id_of_its_own_is_told_by_its_ends() -> None:
    service = made(*SERVER, tool("ListServerAssociations", "s", "", "Id ServerId NetId State", many=True), tool("GetServerAssociation", "s", "ServerAssociationId!", "Id ServerId NetId State"))
    assert (table(service, "server association").key, table(service, "server association").generated) == (("Id",), True)
    assert roles(service, "DisassociateServer") == {"ServerId": "key ServerId", "NetId": "key NetId"}


def listed(**properties: Json) -> CompiledService:
    """Servers that show more, beside the tools that tie them to nets."""
    shown = SERVER[1].model_copy(deep=True)
    assert shown.returns is not None
    shown.returns["properties"]["Items"]["items"]["properties"] |= properties
    return made(SERVER[0], shown, *SERVER[2:])


def test_a_tie_adds_to_the_list_that_a_row_shows() -> None:
    service = listed(NetIds={"type": "array", "items": {"type": "string"}})
    assert roles(service, "AssociateServer") == {"ServerId": "key ServerId", "NetId": "adds NetIds"}
    assert roles(service, "DisassociateServer") == {"ServerId": "key ServerId", "NetId": "removes NetIds"}
    tools = {t.name: t for t in (e.tool for e in service.service.entries)}
    with World.open(build(tools).env, seed=0) as world:
        one, other = (world.call(n, {"Colour": "red"}).data[k] for n, k in (("CreateServer", "ServerId"), ("CreateNet", "NetId")))
        world.call("AssociateServer", {"ServerId": one, "NetId": other})
        assert [r["NetIds"] for r in world.call("DescribeServers", {}).data["Items"] if r["ServerId"] == one] == [[other]]
        world.call("DisassociateServer", {"ServerId": one, "NetId": other})
        assert [r["NetIds"] for r in world.call("DescribeServers", {}).data["Items"] if r["ServerId"] == one] == [[]], "and the gate takes off what is there"


def test_a_tie_that_is_shown_where_it_cannot_be_written_leaves() -> None:
    service = listed(Attachments={"type": "array", "items": {"type": "object", "properties": {"NetId": {"type": "string"}, "Since": {"type": "string"}}}})
    assert (service.lost["AssociateServer"], service.lost["DisassociateServer"]) == ("unseen", "unseen")
    assert set(listed().lost) == {"AssociateServer", "DisassociateServer"}, "and where nothing shows it at all"
    shown = tool("ListNetsForServer", "s", "ServerId!", "NetId Colour", many=True)
    assert made(*SERVER, shown).lost == {}, "and stays where a read looks through it"


def test_a_tie_to_what_lives_outside_sets_the_column_that_shows_it() -> None:
    row = "ServerId KmsKeyArn Colour"
    service = made(tool("CreateServer", "s", "Colour!", row), tool("DescribeServers", "s", "", row, many=True), tool("AssociateKmsKey", "s", "ServerId! KmsKeyArn!"))
    assert (does(service, "AssociateKmsKey").table, roles(service, "AssociateKmsKey")) == ("server", {"ServerId": "key ServerId", "KmsKeyArn": "value KmsKeyArn"})


def test_the_bare_keys_of_the_other_ends_are_read_through_the_link() -> None:
    """ListNetsForServer -> nets: ['...']."""
    bare = tool("ListNetsForServer", "s", "ServerId!", "x")
    bare = bare.model_copy(update={"returns": {"type": "object", "properties": {"nets": {"type": "array", "items": {"type": "string"}}}}})
    service = made(*SERVER, bare)
    assert (does(service, "ListNetsForServer").through, dict(does(service, "ListNetsForServer").shape.fields)) == ("net_server_link", {"nets": "NetId"})  # type: ignore[union-attr]


# ---- what is shown where, and what refers to what ----------------------------------------------------------------


def test_a_search_lists_the_things_themselves() -> None:
    """DescribeRecordSearch lists online records."""
    row = "TaskId Status RoomId"
    service = made(tool("StartOnlineRecord", "s", "RoomId!", "TaskId"), tool("DescribeOnlineRecord", "s", "TaskId!", row), tool("DescribeRecordSearch", "s", "", row, many=True))
    assert does(service, "DescribeRecordSearch").table == "online_record"


def test_a_config_that_the_row_shows_is_read_from_the_row() -> None:
    """GetCachePolicyConfig(Id) -> {CachePolicyConfig}, beside GetCachePolicy(Id) -> {CachePolicy: {Id, CachePolicyConfig}}."""
    config = {"type": "object", "properties": {"Comment": {"type": "string"}, "MinTTL": {"type": "integer"}}}
    whole = {"type": "object", "properties": {"CachePolicy": {"type": "object", "properties": {"Id": {"type": "string"}, "LastModifiedTime": {"type": "string"}, "CachePolicyConfig": config}}}}
    create = tool("CreateCachePolicy", "s", "CachePolicyConfig!").model_copy(update={"returns": whole})
    create.parameters["properties"]["CachePolicyConfig"] = config
    part = tool("GetCachePolicyConfig", "s", "Id!").model_copy(update={"returns": {"type": "object", "properties": {"CachePolicyConfig": config}}})
    service = made(create, tool("GetCachePolicy", "s", "Id!").model_copy(update={"returns": whole}), part, tool("DeleteCachePolicy", "s", "Id!"))
    assert set(service.service.tables) == {("cache", "policy")}
    assert (does(service, "GetCachePolicyConfig").act, does(service, "GetCachePolicyConfig").shape.fields) == ("get", {"CachePolicyConfig": "CachePolicyConfig"})  # type: ignore[union-attr]


def test_an_identifier_that_is_given_is_the_arn_that_is_shown() -> None:
    profile, project = "InstanceProfileArn Colour", "MigrationProjectArn InstanceProfileArn InstanceProfileName Size"
    service = made(
        tool("CreateInstanceProfile", "s", "Colour!", profile), tool("DescribeInstanceProfiles", "s", "", profile, many=True), tool("DeleteInstanceProfile", "s", "InstanceProfileIdentifier!"),
        tool("CreateMigrationProject", "s", "InstanceProfileIdentifier!", project), tool("DescribeMigrationProjects", "s", "", project, many=True), tool("DeleteMigrationProject", "s", "MigrationProjectIdentifier!"),
    )  # fmt: skip
    assert roles(service, "CreateMigrationProject")["InstanceProfileIdentifier"] == "value InstanceProfileArn"
    assert table(service, "migration project").columns["InstanceProfileArn"].reference == ("instance", "profile")


@pytest.mark.parametrize(
    ("said", "refers"),
    [
        ("Reference to a SecurityGroup with the filtering type.", True),
        ("Required. The resource name (URI) of the source security group.", True),
        ("Format: projects/{project}/securityGroups/{group}", True),
        ("The display name of the security group.", False),
        ("The resource name of the security group rule.", False),
    ],
)
def test_a_column_that_names_a_row_by_its_path_refers_to_it(said: str, refers: bool) -> None:
    at, groups = "v1/projects/{projectsId}/jobs/{jobsId}", "v1/projects/{projectsId}/securityGroups"
    job = google("s.projects.jobs.get", at, gives="name screen colour")
    assert job.returns is not None
    job.returns["properties"]["screen"]["description"] = said
    service = made(
        job, google("s.projects.jobs.list", at.rsplit("/", 1)[0], takes="parent!", gives="name screen colour", many="jobs"), google("s.projects.jobs.delete", at, verb="DELETE"),
        google("s.projects.securityGroups.get", groups + "/{securityGroupsId}"), google("s.projects.securityGroups.delete", groups + "/{securityGroupsId}", verb="DELETE"),
    )  # fmt: skip
    assert table(service, "job").columns["screen"].reference == (("security", "group") if refers else None)


# ---- states ------------------------------------------------------------------------------------------------------


def test_a_stop_ends_at_rest_and_a_new_thing_waits_to_be_started() -> None:
    service = status("STANDBY", "ACTIVE", "STARTING", "STOPPING")
    assert does(service, "StopGraph").state == ("Status", "STANDBY")
    assert does(service, "CreateGraph").sets == {"Status": "STANDBY"}
    assert "STANDBY" in does(service, "StartGraph").only_from


def test_a_phase_is_moved_only_where_there_is_no_state() -> None:
    read = tool("GetJob", "s", "JobId!", "JobId Phase State")
    assert read.returns is not None
    read.returns["properties"] |= {"Phase": {"type": "string", "enum": ["DUMP", "PROMOTE_IN_PROGRESS"]}, "State": {"type": "string", "enum": ["RUNNING", "STOPPED", "NOT_STARTED"]}}
    service = made(read, tool("CreateJob", "s", "Colour!", "JobId"), tool("StartJob", "s", "JobId!"))
    assert does(service, "StartJob").state == ("State", "RUNNING")
    assert set(does(service, "StartJob").only_from) == {"STOPPED", "NOT_STARTED"}


# ---- what a link leaves behind -----------------------------------------------------------------------------------


def test_a_group_that_must_be_empty_is_not_deleted_with_its_users() -> None:
    """And the column that only the link table holds is none of the group's."""
    tools = [
        tool("CreateGroup", "s", "GroupName!", "GroupName Path"), tool("ListGroups", "s", "", "GroupName Path", many=True), tool("CreateUser", "s", "UserName!", "UserName Path"), tool("ListUsers", "s", "", "UserName Path", many=True),
        tool("DeleteGroup", "s", "GroupName!", text="Deletes the group. The group must not contain any users."), tool("DeleteUser", "s", "UserName!", text="Deletes the user."),
        tool("AddUserToGroup", "s", "GroupName! UserName!"), tool("RemoveUserFromGroup", "s", "GroupName! UserName!"), tool("ListGroupsForUser", "s", "UserName!", "GroupName Path", many=True),
    ]  # fmt: skip
    env = build({t.name: t for t in tools}).env
    assert env.model is not None
    tables = {t.name: t for t in env.model.tables}
    assert "UserName" not in [c.name for c in tables["group"].columns]
    assert {r.table: r.on_delete for r in tables["group_user_link"].references} == {"group": "RESTRICT", "user": "CASCADE"}


def test_a_link_under_another_collection_is_no_deletion() -> None:
    """apps/a/items/i takes an item from an app, items/i deletes it."""
    service = made(
        google("s.items.list", "v1/items", takes="", many="items"),
        google("s.items.get", "v1/items/{item}", takes="item!"),
        google("s.items.delete", "v1/items/{item}", verb="DELETE", takes="item!"),
        google("s.apps.items.delete", "v1/apps/{app}/items/{item}", verb="DELETE", takes="app! item!"),
    )
    assert service.lost.get("s.apps.items.delete") == "part"
    assert "s.items.delete" in service.good


def test_an_object_that_says_the_row_again_is_put_together_from_it() -> None:
    copy = {"type": "object", "properties": {n: {"type": "string"} for n in ("assetId", "title", "owner")}}
    row = {"type": "object", "properties": {**copy["properties"], "assetDetails": copy, "pendingAsset": copy}}
    at = [{"name": "assetId", "in": "path", "required": True, "schema": {"type": "string"}}]
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "properties": {n: {"type": "string"} for n in ("title", "owner")}, "required": ["title"]}}}}

    def answer(schema: dict[str, Any]) -> dict[str, Any]:
        return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}

    listed = {"type": "object", "properties": {"assets": {"type": "array", "items": row}}}
    paths = {
        "/assets": {
            "get": {"operationId": "listAssets", "summary": "List the assets.", "responses": answer(listed)},
            "post": {"operationId": "createAsset", "summary": "Create an asset.", "requestBody": body, "responses": answer(row)},
        },
        "/assets/{assetId}": {
            "get": {"operationId": "getAsset", "summary": "Get an asset.", "parameters": at, "responses": answer(row)},
            "patch": {"operationId": "updateAsset", "summary": "Update an asset.", "parameters": at, "requestBody": body, "responses": answer(row)},
        },
    }
    env = build(tools_of({"openapi": "3.0.3", "info": {"title": "Assets", "version": "1"}, "paths": paths})).env
    assert env.model is not None
    assert {c.name for c in env.model.tables[0].columns} == {"assetId", "title", "owner", "pendingAsset"}
    with World.open(env, seed=1) as world:
        first = world.call("listAssets", {}).data["assets"][0]
        assert first["assetDetails"] == {n: first[n] for n in ("assetId", "title", "owner")}
        world.call("updateAsset", {"assetId": first["assetId"], "title": "Another"})
        assert world.call("getAsset", {"assetId": first["assetId"]}).data["assetDetails"]["title"] == "Another"
        assert world.call("createAsset", {"title": "New one"}).data["assetDetails"]["title"] == "New one"


def test_a_detail_of_the_one_longer_noun_shows_its_rows() -> None:
    """DescribeDefenceEventDetail shows the rows of DescribeVulDefenceEvents, and more of each."""
    row = "Id Kind Colour Weight Source"
    service = made(
        tool("DescribeVulDefenceEvents", "s", "", row, many=True),
        tool("DescribeDefenceEventDetail", "s", "Id!", f"{row} Stack Payload Trace"),
        tool("DescribePlugins", "s", "", "PluginId Name Version", many=True),
    )
    assert set(service.service.tables) == {("vul", "defence", "event"), ("plugin",)}
    apart = made(
        tool("DescribeVulDefenceEvents", "s", "", row, many=True),
        tool("DescribeRaspDefenceEvents", "s", "", row, many=True),
        tool("DescribeDefenceEventDetail", "s", "Id!", f"{row} Stack Payload Trace"),
    )
    assert ("defence", "event", "detail") in apart.service.tables  # which of the two is not said


def test_what_is_usable_is_there() -> None:
    service = made(
        tool("ListBuckets", "s", "", "BucketName Colour Size", many=True),
        tool("CreateBucket", "s", "BucketName! Colour Size"),
        tool("ListUsableBuckets", "s", "", "BucketName Colour Size", many=True),
        tool("ListBucketUsable", "s", "", "BucketName Colour Size", many=True),
    )
    assert does(service, "ListBucketUsable").table == "bucket"


def test_what_a_thing_says_of_its_parts_is_one_of_its_parts() -> None:
    """The PrimaryPageId of a book names one of its pages; a book without pages speaks of none."""
    tools = [
        tool("ListBooks", "s", "", "BookId BookName PrimaryPageId", many=True),
        tool("DescribeBook", "s", "BookId!", "BookId BookName PrimaryPageId"),
        tool("DeleteBook", "s", "BookId!"),
        tool("ListPages", "s", "BookId!", "BookId PageId Colour", many=True),
        tool("DescribePage", "s", "BookId! PageId!", "BookId PageId Colour"),
        tool("DeletePage", "s", "BookId! PageId!"),
    ]
    with World.open(build({t.name: t for t in tools}).env, seed=0) as world:
        pages = {(r["BookId"], r["PageId"]) for r in world.rows("page")}
        spoken = [(r["BookId"], r["PrimaryPageId"]) for r in world.rows("book")]
    assert {s for s in spoken if s[1] is not None} <= pages
    assert {b for b, page in spoken if page is not None} == {b for b, _ in pages}


def test_a_list_and_a_detail_of_a_noun_that_nothing_else_has_are_one_thing() -> None:
    row = "RuleId RuleName Kind Colour"
    service = made(
        tool("DescribeDenyRuleList", "s", "", row, many=True),
        tool("DescribeDenyRuleDetail", "s", "RuleId!", f"{row} Scope"),
        tool("DeleteDenyRule", "s", "RuleId!"),
    )
    assert set(service.service.tables) == {("deny", "rule")}
    bare = made(tool("DescribeDenyRuleList", "s", "", row, many=True), tool("DescribeDenyRuleDetail", "s", "RuleId!", f"{row} Scope"))
    assert set(bare.service.tables) == {("deny", "rule")}
