"""Whose key an argument is: the rows' own, or that of what holds them."""

from typing import Any

from agentscaler.envs import compile_tools
from agentscaler.envs.drafts import Draft
from agentscaler.envs.worlds import CompiledService
from agentscaler.records import Operation, Tool
from pools import tool

Json = dict[str, Any]


def made(*tools: Tool) -> CompiledService:
    return compile_tools("aws:s", {t.source.operation: t for t in tools})


def table(service: CompiledService, name: str) -> Draft:
    return service.service.tables[tuple(name.split())]


def does(service: CompiledService, name: str) -> Operation:
    return service.good[name].operation


def roles(service: CompiledService, name: str) -> dict[str, str]:
    return {a.name: f"{a.role} {a.column or ''}".strip() for a in does(service, name).arguments}


# ---- a list that asks for the whole key ---------------------------------------------------------------------------


def test_records_of_a_session_go_by_their_own_id() -> None:
    service = made(tool("GetMsgRecord", "s", "SessionId! Limit", "RecordId SessionId Content FromName", many=True))
    assert table(service, "msg record").key == ("SessionId", "RecordId")
    assert roles(service, "GetMsgRecord")["SessionId"] == "filter SessionId"


def test_the_history_of_a_thing_has_many_rows() -> None:
    service = made(tool("GetParameterHistory", "s", "Name! NextToken", "Name Value LastModifiedUser", many=True))
    assert table(service, "parameter history").key == ("Name", "position")


def test_what_a_delete_asks_for_beside_the_holder_tells_the_rows_apart() -> None:
    service = made(
        tool("DescribeQueuePermissions", "s", "InstanceId! Limit", "InstanceId User VirtualHost Regexp", many=True),
        tool("ModifyQueuePermission", "s", "InstanceId! User! VirtualHost! Regexp"),
        tool("DeleteQueuePermission", "s", "InstanceId! User! VirtualHost!"),
    )
    assert table(service, "queue permission").key == ("InstanceId", "User", "VirtualHost")
    assert roles(service, "DeleteQueuePermission") == {"InstanceId": "key InstanceId", "User": "key User", "VirtualHost": "key VirtualHost"}


def test_a_list_by_the_holder_leaves_where_nothing_tells_its_rows_apart() -> None:
    """The downstream tasks of a task show a TaskId of their own."""
    service = made(tool("ListDownstreamTasks", "s", "TaskId! PageNumber", "TaskId TaskName Status", many=True))
    assert service.lost == {"ListDownstreamTasks": "foreign_id"}


def test_a_thing_that_is_described_in_a_list_of_one_keeps_its_key() -> None:
    service = made(
        tool("DescribeFlowLog", "s", "FlowLogId!", "FlowLogId FlowLogName VpcId", many=True),
        tool("DeleteFlowLog", "s", "FlowLogId!"),
    )
    assert table(service, "flow log").key == ("FlowLogId",)
    assert "DescribeFlowLog" in service.good


def test_what_answers_its_own_key_describes_one_row_whatever_lists_stand_in_it() -> None:
    """DescribeStatement shows the statement, and its sub-statements in it."""
    part: Json = {"type": "object", "properties": {"Id": {"type": "string"}, "Duration": {"type": "integer"}}}
    answer: Json = {"type": "object", "properties": {**{n: {"type": "string"} for n in ("Id", "Status", "Database")}, "SubStatements": {"type": "array", "items": part}}}
    service = made(
        tool("DescribeStatement", "s", "Id!").model_copy(update={"returns": answer}),
        tool("ListStatements", "s", "", "Id Status StatementName", many=True),
        tool("CancelStatement", "s", "Id!"),
    )
    found = does(service, "DescribeStatement")
    assert found.act == "get"
    assert found.shape is not None
    assert {"Status", "Database", "SubStatements"} <= set(found.shape.fields)
