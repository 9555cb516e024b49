"""Whose key an argument is: the rows' own, or that of what holds them."""


from agentscaler.envs import compile_tools
from agentscaler.envs.worlds import CompiledService
from agentscaler.records import Tool
from pools import tool
from test_structure import Json, does, google, made, roles, table

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


# ---- what a key is, where its name does not say so ------------------------------------------------------------------


def said(found: Tool, **texts: str) -> Tool:
    """A tool whose parameters are described."""
    properties = {n: {**s, "description": texts.get(n, "")} for n, s in found.parameters["properties"].items()}
    return found.model_copy(update={"parameters": {**found.parameters, "properties": properties}})


def test_a_key_that_is_an_email_or_an_id_is_no_display_name() -> None:
    text = "The value can be the group's email address, group alias, or the unique group ID."
    service = made(
        said(tool("GetGroup", "s", "GroupKey!", "Id Name Email Description"), GroupKey=text),
        said(tool("DeleteGroup", "s", "GroupKey!"), GroupKey=text),
        tool("ListGroups", "s", "", "Id Name Email Description", many=True),
    )
    assert table(service, "group").key == ("Id",)
    assert roles(service, "GetGroup") == {"GroupKey": "key Id"}


def test_a_path_that_is_shown_beside_a_display_name_is_the_key() -> None:
    place = "v2/accounts/{accountsId}/containers"
    service = made(
        google("containers.create", place, verb="POST", takes="parent! name path notes", gives="name path notes"),
        google("containers.get", f"{place}/{{containersId}}", takes="path!", gives="name path notes"),
        google("containers.list", place, takes="parent!", gives="name path notes", many="container"),
        google("containers.delete", f"{place}/{{containersId}}", verb="DELETE", takes="path!", gives=""),
    )
    assert table(service, "container").key == ("path",)
    assert roles(service, "containers.get") == {"path": "key path"}


def test_a_display_name_is_given_and_made_by_nobody() -> None:
    place = "v2/accounts/{accountsId}/containers"
    create = google("containers.create", place, verb="POST", takes="parent! name containerId notes", gives="name path notes")
    service = made(
        said(create, name="Container display name."),
        google("containers.get", f"{place}/{{containersId}}", takes="path!", gives="name path notes"),
        google("containers.list", place, takes="parent!", gives="name path notes", many="container"),
    )
    assert roles(service, "containers.create")["name"] == "value name"


def test_a_key_of_letters_is_the_key_that_the_rows_show() -> None:
    service = made(
        tool("GetFeatureFlag", "s", "FeatureFlagKey!", "Key Name Kind"),
        tool("ListFeatureFlags", "s", "", "Key Name Kind", many=True),
        tool("CreateFeatureFlag", "s", "Key! Name!", "Key Name Kind"),
        tool("DeleteFeatureFlag", "s", "FeatureFlagKey!"),
    )
    assert table(service, "feature flag").key == ("Key",)
    assert roles(service, "CreateFeatureFlag") == {"Key": "value Key", "Name": "value Name"}


# ---- kinds of a thing ---------------------------------------------------------------------------------------------

SPACE = "NamespaceId Name Description Type"


def test_what_only_the_things_reads_show_is_one_of_the_things() -> None:
    """UpdateHttpNamespace changes what GetNamespace shows."""
    service = made(
        tool("GetNamespace", "s", "NamespaceId!", SPACE),
        tool("ListNamespaces", "s", "", SPACE, many=True),
        tool("DeleteNamespace", "s", "NamespaceId!"),
        tool("CreateHttpNamespace", "s", "Name! Description", "NamespaceId"),
        tool("UpdateHttpNamespace", "s", "NamespaceId! Description!"),
    )
    assert set(service.service.tables) == {("namespace",)}
    assert roles(service, "UpdateHttpNamespace") == {"NamespaceId": "key NamespaceId", "Description": "value Description"}


def test_a_mark_on_a_thing_is_no_kind_of_it() -> None:
    """DeleteStarProject deletes no project: it was made of one that is there."""
    service = made(
        tool("DescribeProjects", "s", "", "ProjectId Name Region Size", many=True),
        tool("DeleteProject", "s", "ProjectId!"),
        tool("CreateStarProject", "s", "ProjectId!"),
        tool("DeleteStarProject", "s", "ProjectId!"),
    )
    assert "DeleteStarProject" not in service.good or does(service, "DeleteStarProject").table != "project"


def test_what_stands_below_another_thing_is_no_kind_of_its_namesake() -> None:
    """The rules of a proxy are other rules than the engine's."""
    service = made(
        tool("DescribeRules", "s", "", "RuleId Name Region Size", many=True),
        tool("DeleteRule", "s", "RuleId!"),
        tool("DeleteProxyRule", "s", "ProxyId! RuleId!"),
    )
    assert "DeleteProxyRule" not in service.good or does(service, "DeleteProxyRule").table != "rule"


def test_the_name_of_a_row_that_goes_by_its_id_is_no_parent() -> None:
    service = made(
        tool("DescribeScanTasks", "s", "", "TaskId TaskName Status", many=True),
        tool("ModifyScanTask", "s", "TaskId! TaskName!"),
        tool("DescribeAssetTasks", "s", "", "AssetTaskId Owner Colour", many=True),
        tool("DeleteAssetTask", "s", "AssetTaskId!"),
    )
    assert table(service, "scan task").key == ("TaskId",)


# ---- tables that only say again what they were asked ----------------------------------------------------------------


def test_a_get_that_nobody_describes_and_nothing_writes_tells_nothing() -> None:
    """external_tool_get_parent(parent_type, parent_id) would answer the two."""
    asked = tool("page_get_parent", "s", "parent_type! parent_id!")
    asked = asked.model_copy(update={"source": asked.source.model_copy(update={"vendor": "learning", "service": "learning"})})
    assert compile_tools("learning:learning", {"page_get_parent": asked}).lost == {"page_get_parent": "echo"}
    made_too = tool("create_parent", "s", "parent_type! parent_id!").model_copy(update={"source": asked.source.model_copy(update={"operation": "create_parent"})})
    assert "page_get_parent" in compile_tools("learning:learning", {"page_get_parent": asked, "create_parent": made_too}).good


# ---- where a row stands ---------------------------------------------------------------------------------------------


def at(found: Tool, verb: str, path: str) -> Tool:
    """A tool with an address."""
    return found.model_copy(update={"source": found.source.model_copy(update={"verb": verb, "path": path})})


def test_what_the_address_asks_for_is_compared_and_not_written() -> None:
    """A board_key in the address is no id by its name, and moves no flag to another board."""
    flag = "/boards/{BoardKey}/flags/{FlagKey}"
    service = made(
        at(tool("ListFlags", "s", "BoardKey!", "Key Name Kind", many=True), "GET", "/boards/{BoardKey}/flags"),
        at(tool("GetFlag", "s", "BoardKey! FlagKey!", "Key Name Kind"), "GET", flag),
        at(tool("UpdateFlag", "s", "BoardKey! FlagKey! Name", "Key Name Kind"), "PATCH", flag),
        at(tool("DeleteFlag", "s", "BoardKey! FlagKey!"), "DELETE", flag),
    )
    assert roles(service, "UpdateFlag") == {"BoardKey": "match BoardKey", "FlagKey": "key Key", "Name": "value Name"}


# ---- a key that nothing says the sort of, and one under two names ---------------------------------------------------

CUSTOMER = "id name email"


def test_what_goes_by_its_bare_noun_goes_by_the_id_that_is_shown() -> None:
    """customers/{customer}: no text says what it is, and the answer has an id and a name."""
    service = made(
        tool("GetCustomer", "s", "customer!", CUSTOMER),
        tool("ListCustomers", "s", "", CUSTOMER, many=True),
        tool("CreateCustomer", "s", "name email", CUSTOMER),
        tool("DeleteCustomer", "s", "customer!"),
    )
    assert table(service, "customer").key == ("id",)
    assert table(service, "customer").generated
    assert roles(service, "DeleteCustomer") == {"customer": "key id"}
    assert roles(service, "CreateCustomer")["name"] == "value name"


def test_what_a_text_says_goes_by_its_name_does() -> None:
    """disks/{disk}, 'Name of the persistent disk', whatever number the answer shows beside it."""
    service = made(
        said(tool("GetDisk", "s", "disk!", "id name sizeGb"), disk="Name of the persistent disk to return."),
        tool("ListDisks", "s", "", "id name sizeGb", many=True),
        said(tool("DeleteDisk", "s", "disk!"), disk="Name of the persistent disk to delete."),
    )
    assert table(service, "disk").key == ("name",)


def test_one_id_under_two_names_is_one_column() -> None:
    """A list shows as Id what a get shows as QuickConnectId."""
    service = made(
        tool("DescribeConnect", "s", "QuickConnectId!", "QuickConnectId Name Kind"),
        tool("ListConnects", "s", "", "Id Name Kind", many=True),
        tool("DeleteConnect", "s", "QuickConnectId!"),
    )
    shape = does(service, "ListConnects").shape
    assert shape is not None
    assert shape.fields["Id"] == "QuickConnectId"
    assert "Id" not in table(service, "connect").columns


def test_two_ids_that_one_read_shows_are_two_columns() -> None:
    service = made(
        tool("DescribeConnect", "s", "QuickConnectId!", "QuickConnectId Id Name"),
        tool("ListConnects", "s", "", "Id Name", many=True),
        tool("DeleteConnect", "s", "QuickConnectId!"),
    )
    assert {"Id", "QuickConnectId"} <= set(table(service, "connect").columns)


def test_the_thing_by_its_noun_names_the_row_whatever_stands_last_in_the_address() -> None:
    """PUT coverages/{coverage_id}/{version}."""
    update = tool("UpdateCoverage", "s", "coverage_id! version! status")
    service = made(
        tool("GetCoverage", "s", "id!", "id status"),
        tool("ListCoverages", "s", "", "id status", many=True),
        update.model_copy(update={"source": update.source.model_copy(update={"path": "/coverages/{coverage_id}/{version}", "in_path": ("coverage_id", "version")})}),
    )
    assert roles(service, "UpdateCoverage")["coverage_id"] == "key id"


# ---- keys that would lose a part ------------------------------------------------------------------------------------


def test_what_every_read_of_one_asks_for_is_part_of_the_key() -> None:
    """GetSiteAddress(SiteId, AddressType): a site has an address of each type."""
    service = made(
        tool("GetSite", "s", "SiteId!", "SiteId Name"),
        tool("CreateSite", "s", "Name!", "SiteId Name"),
        tool("DeleteSite", "s", "SiteId!"),
        tool("GetSiteAddress", "s", "SiteId! AddressType!", "City Street"),
        tool("UpdateSiteAddress", "s", "SiteId! AddressType! City! Street"),
    )
    assert table(service, "site address").key == ("SiteId", "AddressType")
    assert roles(service, "UpdateSiteAddress")["AddressType"] == "key AddressType"


def test_a_page_is_no_part_of_a_key() -> None:
    gets = tool("GetSiteAddress", "s", "SiteId! PageNumber!", "City Street")
    gets.parameters["properties"]["PageNumber"] = {"type": "integer"}
    service = made(tool("GetSite", "s", "SiteId!", "SiteId Name"), tool("CreateSite", "s", "Name!", "SiteId Name"), tool("DeleteSite", "s", "SiteId!"), gets)
    assert "PageNumber" not in table(service, "site address").key


def test_a_delete_names_the_row_by_all_that_its_create_must_be_given() -> None:
    """DeleteClientSubscription(InstanceId, ClientId?, TopicFilter?) takes away one subscription, not the instance's."""
    service = made(
        tool("DescribeInstances", "s", "", "InstanceId Name", many=True),
        tool("CreateInstance", "s", "Name!", "InstanceId"),
        tool("DeleteInstance", "s", "InstanceId!"),
        tool("AddClientSubscription", "s", "InstanceId! ClientId! TopicFilter! Qos", "InstanceId ClientId TopicFilter"),
        tool("DeleteClientSubscription", "s", "InstanceId! ClientId TopicFilter"),
    )
    assert set(table(service, "client subscription").key) == {"InstanceId", "ClientId", "TopicFilter"}
    assert {a.name for a in does(service, "DeleteClientSubscription").arguments if a.required} == {"InstanceId", "ClientId", "TopicFilter"}


INSTANCES = (tool("DescribeInstances", "s", "", "InstanceId Name", many=True), tool("CreateInstance", "s", "Name!", "InstanceId"), tool("DeleteInstance", "s", "InstanceId!"))


def test_which_backup_of_an_instance_is_meant_may_be_said_by_what_need_not_be_given() -> None:
    service = made(
        *INSTANCES,
        tool("CreateSaveBackup", "s", "InstanceId! BackupName!", "BackupId"),
        tool("DescribeSaveBackup", "s", "InstanceId! BackupId", "BackupId BackupName"),
        tool("DeleteSaveBackup", "s", "InstanceId! BackupId"),
    )
    assert table(service, "save backup").key == ("InstanceId", "BackupId")
    assert roles(service, "DeleteSaveBackup") == {"InstanceId": "key InstanceId", "BackupId": "key BackupId"}


def test_a_row_that_only_an_unknown_id_tells_is_not_deleted_by_its_holder() -> None:
    service = made(*INSTANCES, tool("PutSaveBackup", "s", "InstanceId! Comment!"), tool("DescribeSaveBackup", "s", "InstanceId!", "Comment"), tool("DeleteSaveBackup", "s", "InstanceId! BackupId"))
    assert service.lost == {"DeleteSaveBackup": "no_key"}


def test_another_things_id_beside_the_holder_tells_no_rows_apart() -> None:
    service = made(*INSTANCES, tool("PutSaveBackup", "s", "InstanceId! Comment!"), tool("DescribeSaveBackup", "s", "InstanceId!", "Comment"), tool("DeleteSaveBackup", "s", "InstanceId! AccountId"))
    assert table(service, "save backup").key == ("InstanceId",)
    assert roles(service, "DeleteSaveBackup") == {"InstanceId": "key InstanceId"}


# ---- one thing in two columns -----------------------------------------------------------------------------------------


def test_what_is_written_is_what_is_shown_though_its_name_says_of_what() -> None:
    """CreateEmailContact(emailAddress), ListEmailContacts -> address."""
    service = made(tool("CreateEmailContact", "s", "name! emailAddress!", "arn"), tool("GetEmailContact", "s", "arn!", "arn name address status"), tool("DeleteEmailContact", "s", "arn!"))
    assert roles(service, "CreateEmailContact")["emailAddress"] == "value address"
    assert "emailAddress" not in table(service, "email contact").columns


def test_two_names_that_say_two_things_are_two_columns() -> None:
    """The group of a member is no name of it, what an update writes by its own name is that, and an old address is another one."""
    service = made(
        tool("CreateGroup", "s", "GroupName!", "GroupName Kind"),
        tool("GetGroup", "s", "GroupName!", "GroupName Kind"),
        tool("DeleteGroup", "s", "GroupName!"),
        tool("CreateGroupMember", "s", "GroupName! memberAddress! formerAddress!", "Id"),
        tool("GetGroupMember", "s", "Id!", "Id Name address lastAddress"),
        tool("UpdateGroupMember", "s", "Id! address"),
        tool("DeleteGroupMember", "s", "Id!"),
    )
    columns = table(service, "group member").columns
    assert {"GroupName", "Name"} <= set(columns)
    assert roles(service, "UpdateGroupMember")["address"] == "value address"
    assert columns["lastAddress"].written is False


# ---- lists of objects: rows, changes, or a part of the row ----------------------------------------------------------

ENTRY = "EntryId Cidr Priority Gateway"


def listing(found: Tool, name: str, fields: str) -> Tool:
    """A tool that must be given a list of objects."""
    items: Json = {"type": "object", "properties": {f: {"type": "string"} for f in fields.split()}}
    properties = {**found.parameters["properties"], name: {"type": "array", "items": items}}
    return found.model_copy(update={"parameters": {**found.parameters, "properties": properties, "required": [*found.parameters["required"], name]}})


def policies(*more: Tool) -> CompiledService:
    """Policies with entries, and more."""
    return made(
        tool("DescribePolicies", "s", "", "PolicyId Name", many=True),
        tool("CreatePolicy", "s", "Name!", "PolicyId"),
        tool("DeletePolicy", "s", "PolicyId!"),
        tool("DescribePolicyEntries", "s", "PolicyId!", f"PolicyId {ENTRY}", many=True),
        tool("DeletePolicyEntries", "s", "PolicyId! EntryId!"),
        *more,
    )


def test_a_list_called_as_the_rows_or_with_their_fields_makes_one_row_each() -> None:
    for name in ("PolicyEntrySet", "Data"):
        service = policies(listing(tool("CreatePolicyEntries", "s", "PolicyId!"), name, f"PolicyId {ENTRY}"))
        [several] = [a for a in does(service, "CreatePolicyEntries").arguments if a.role == "rows"]
        assert several.name == name
        assert several.body == {n: n for n in ("Cidr", "Priority", "Gateway")}  # the id is the service's, the policy is named beside the list
        assert roles(service, "CreatePolicyEntries")["PolicyId"] == "value PolicyId"


def test_a_list_of_rows_that_nobody_understands_makes_none() -> None:
    service = policies(listing(tool("CreatePolicyEntries", "s", "PolicyId!"), "PolicyEntries", "Blob Weight Taste"))
    assert service.lost["CreatePolicyEntries"] == "batch"


def test_a_list_that_is_a_part_of_the_new_row_stays_one() -> None:
    """CreateBudget(Alarms=[{Type, Threshold}]) makes one budget."""
    service = made(
        tool("DescribeBudgets", "s", "", "BudgetId Name Amount", many=True),
        tool("DeleteBudget", "s", "BudgetId!"),
        listing(tool("CreateBudget", "s", "Name! Amount!", "BudgetId"), "Alarms", "Type Threshold"),
    )
    assert roles(service, "CreateBudget")["Alarms"] == "value Alarms"


def test_what_answers_the_key_of_one_row_makes_one() -> None:
    """CreateObject(Facets=[{SchemaName, FacetName}]) answers one ObjectId."""
    fields = "ObjectId SchemaName FacetName"
    service = made(
        tool("ListObjects", "s", "", fields, many=True),
        tool("DeleteObject", "s", "ObjectId!"),
        listing(tool("CreateObject", "s", "", "ObjectId"), "Facets", "SchemaName FacetName"),
    )
    assert roles(service, "CreateObject")["Facets"] == "value Facets"


def test_one_key_beside_the_list_is_no_key_of_several_rows() -> None:
    service = made(
        tool("ListRequirements", "s", "", "PackId Name Remedy", many=True),
        tool("GetRequirement", "s", "PackId!", "PackId Name Remedy"),
        tool("DeleteRequirement", "s", "PackId!"),
        listing(tool("BatchCreateRequirements", "s", "PackId!"), "Requirements", "Name Remedy"),
    )
    assert service.lost["BatchCreateRequirements"] == "batch"


def test_a_list_of_changes_is_not_what_the_row_holds() -> None:
    """UpdateIPSet(Updates=[{Action, Descriptor}])."""
    service = made(
        tool("GetIPSet", "s", "IPSetId!", "IPSetId Name Descriptors"),
        tool("ListIPSets", "s", "", "IPSetId Name", many=True),
        tool("DeleteIPSet", "s", "IPSetId!"),
        listing(tool("UpdateIPSet", "s", "IPSetId!"), "Updates", "Action Descriptor"),
    )
    assert service.lost["UpdateIPSet"] == "differences"


# ---- what says where a row stands, and is not written ---------------------------------------------------------------


def test_what_the_delete_must_be_given_too_is_compared_and_not_written() -> None:
    """UpdateIPSet(Id, Scope, Description): an update does not move a set from REGIONAL to CLOUDFRONT; a new format is set."""
    service = made(
        tool("GetIPSet", "s", "Id! Scope! Format!", "Id Name Description"),
        tool("ListIPSets", "s", "", "Id Name Description Format", many=True),
        tool("CreateIPSet", "s", "Name! Scope! Description", "Id"),
        tool("DeleteIPSet", "s", "Id! Scope!"),
        said(tool("UpdateIPSet", "s", "Id! Scope! Format! Description"), Format="The new format."),
    )
    found = roles(service, "UpdateIPSet")
    assert (found["Scope"], found["Format"]) == ("match Scope", "value Format")


def test_what_says_in_what_the_row_to_be_changed_is_is_compared_and_not_written() -> None:
    """UpdateCode(code_id, device_id): the device containing the code; the owner can be changed, and so can what an order belongs to."""
    update = said(
        tool("UpdateCode", "s", "code_id! device_id user_name owner_id order_id pin"),
        device_id="ID of the device containing the access code that you want to update.",
        user_name="The name of the user whose code you want to update.",
        owner_id="The ID of the owner to which the pin is sent.",
        order_id="The ID of the order that contains the parcels.",
    )
    shown = "code_id device_id user_name owner_id order_id pin"
    found = roles(made(tool("GetCode", "s", "code_id!", shown), tool("ListCodes", "s", "", shown, many=True), update), "UpdateCode")
    assert [found[n] for n in ("device_id", "user_name")] == ["match device_id", "match user_name"]
    assert [found[n] for n in ("owner_id", "order_id", "pin")] == ["value owner_id", "value order_id", "value pin"]


def test_who_calls_and_when_is_said_of_no_row() -> None:
    service = made(
        tool("ListPayments", "s", "", "Id Amount Operator EffectiveDate", many=True),
        tool("DeletePayment", "s", "Id! Operator! EffectiveDate!"),
        tool("UpdatePayment", "s", "Id! Operator! EffectiveDate! Amount"),
    )
    assert {n: r for n, r in roles(service, "UpdatePayment").items() if n in ("Operator", "EffectiveDate")} == {"Operator": "value Operator", "EffectiveDate": "value EffectiveDate"}


def test_for_whom_a_call_acts_is_written_on_no_row() -> None:
    """Block(Id, Customer): the user is blocked, and not handed to another customer."""
    gets = tool("GetUser", "s", "Id! CustomerId", "Id Name CustomerId State")
    assert gets.returns is not None
    gets.returns["properties"]["State"]["enum"] = ["ACTIVE", "BLOCKED"]
    service = made(
        gets,
        tool("ListUsers", "s", "", "Id Name CustomerId State", many=True),
        tool("DeleteUser", "s", "Id!"),
        tool("BlockUser", "s", "Id! CustomerId AccountId"),
    )
    found = roles(service, "BlockUser")
    assert found == {"Id": "key Id", "CustomerId": "match CustomerId"}
