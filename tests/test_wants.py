"""Who supplies each required parameter: other tools, the user, a closed list, or nobody."""

from typing import Any

import pytest

from agentscaler.records import Tool
from agentscaler.wants import Supply, open_pool, supply
from test_edges import POOL, STRING, described, listed, tool


def supplied(pool: dict[str, Tool], number: str) -> Supply:
    return supply(number, pool[number], open_pool(pool))


def supplier(operation: str, parameter: str, schema: Any = STRING, **more: Any) -> str:
    pool = {**POOL, "it": tool(operation, parameter, properties={parameter: schema}, **more)}
    (want,) = supplied(pool, "it").wants
    assert want.parameter == parameter
    assert want.reason
    return want.supplier


@pytest.mark.parametrize(
    ("operation", "parameter", "schema", "who"),
    [
        ("DeleteVolume", "VolumeId", STRING, "tools"),
        ("AttachVolume", "SourceVolumeId", STRING, "tools"),
        ("DeleteVolume", "VolumeIds", {"type": "array", "items": STRING}, "tools"),
        ("UpdateVolume", "Comment", STRING, "user"),
        ("UpdateVolume", "StartTime", STRING, "user"),
        ("UpdateVolume", "Iops", {"type": "integer"}, "user"),
        ("UpdateVolume", "Spec", {"type": "object", "properties": {"a": STRING}}, "user"),
        ("CreateVolume", "VolumeName", STRING, "user"),
        ("CreateVolume", "Name", STRING, "user"),
        ("UpdateVolume", "DisplayName", STRING, "user"),
        ("ListVolumes", "AccountId", STRING, "user"),
        ("ListVolumes", "ProjectId", STRING, "user"),
        ("UpdateVolume", "Encrypted", {"type": "boolean"}, "constant"),
        ("UpdateVolume", "Kind", {"type": "string", "enum": ["a", "b"]}, "constant"),
        ("UpdateVolume", "Kind", {"type": "string", "default": "a"}, "constant"),
        ("UpdateVolume", "Kind", {"type": "string", "description": "Valid values: `ssd`, `hdd`."}, "constant"),
        ("UpdateVolume", "ClientToken", STRING, "constant"),
        ("UpdateVolume", "IdempotencyToken", STRING, "constant"),
        ("UpdateVolume", "LeaseId", STRING, "nobody"),
        ("UpdateVolume", "LeaseToken", STRING, "nobody"),
    ],
)
def test_who_supplies(operation: str, parameter: str, schema: Any, who: str) -> None:
    assert supplier(operation, parameter, schema) == who


def test_edges_lead_into_what_tools_supply_and_into_nothing_else() -> None:
    pool = {**POOL, "it": tool("UpdateVolume", "VolumeId Comment LeaseId")}
    found = supplied(pool, "it")
    assert [w.supplier for w in found.wants] == ["tools", "user", "nobody"]
    assert {e.parameter for e in found.needs} == {"VolumeId"}
    assert [e.source for e in found.needs][:2] == ["list", "create"]
    assert len(found.needs) <= 3
    assert supplied(pool, "list") == Supply((), ())


def test_what_the_provider_says_is_believed_of_any_parameter() -> None:
    said = described("UpdateVolume", "Grade", "The grade. You can get it from the GetVolume operation.")
    found = supplied({**POOL, "it": said}, "it")
    assert (found.wants[0].supplier, found.needs[0].source) == ("tools", "get")


def test_a_project_that_the_service_lists_is_a_thing() -> None:
    """ProjectId names the surroundings, unless the service itself keeps projects."""
    pool = {**POOL, "projects": tool("ListProjects", returns=listed("Projects", "ProjectId")), "it": tool("RunTask", "ProjectId")}
    assert supplied(pool, "it").wants[0].supplier == "tools"
    assert supplier("RunTask", "ProjectId") == "user"


def test_another_service_of_the_vendor_supplies_what_it_alone_lists() -> None:
    subnets = tool("DescribeSubnets", returns=listed("Subnets", "SubnetId"), service="ec2")
    pool = {**POOL, "subnets": subnets, "it": tool("MountVolume", "SubnetId")}
    found = supplied(pool, "it")
    assert [(w.supplier, w.reason) for w in found.wants] == [("tools", "shown by another service of the vendor")]
    assert [(e.source, e.field) for e in found.needs] == [("subnets", "Subnets.SubnetId")]
    rival = subnets.model_copy(update={"source": subnets.source.model_copy(update={"service": "net"})})
    assert supplied({**pool, "rival": rival}, "it").wants[0].supplier == "nobody"
    abroad = subnets.model_copy(update={"source": subnets.source.model_copy(update={"vendor": "tencent"})})
    assert supplied({**pool, "subnets": abroad}, "it").wants[0].supplier == "nobody"


def test_who_lists_such_things_is_before_who_only_mentions_them() -> None:
    """DescribeMounts shows a SubnetId, but it is DescribeSubnets that tells which there are."""
    subnets = tool("DescribeSubnets", returns=listed("Subnets", "SubnetId"), service="ec2")
    pool = {"mounts": tool("DescribeMounts", returns=listed("Mounts", "SubnetId")), "subnets": subnets, "it": tool("CreateMount", "SubnetId")}
    assert [e.source for e in supplied(pool, "it").needs] == ["subnets", "mounts"]
    own = {**pool, "own": tool("ListSubnets", returns=listed("Subnets", "SubnetId"))}
    assert [e.source for e in supplied(own, "it").needs] == ["own", "mounts"]
    groups = tool("DescribeSecurityGroups", returns=listed("Groups", "SecurityGroupId"), service="ec2")
    pool = {"users": tool("ListGroups", returns=listed("Groups", "GroupId")), "groups": groups, "it": tool("CreateMount", "SecurityGroupIds")}
    assert supplied(pool, "it").needs[0].source == "groups", "a group of users is no security group"
