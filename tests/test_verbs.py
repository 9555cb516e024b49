"""What the name of an operation says."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentscaler.records import Source
from agentscaler.verbs import CLASS, NOT_THINGS, Analysis, analyse, google


def named(name: str, vendor: str = "aws", verb: str | None = None, path: str | None = None) -> Analysis:
    return analyse(Source(vendor=vendor, service="s", operation=name, verb=verb, path=path), name)


@pytest.mark.parametrize(
    ("name", "hint", "kind"),
    [
        ("weather_forecast", None, "other"),
        ("weather_forecast", "read", "get"),
        ("weather_forecasts", "read", "list"),
        ("wipe_disk", "delete", "delete"),
        ("wipe_disk", "write", "other"),
        ("cancel_order", "read", "action"),
        ("get_order", "delete", "get"),
    ],
)
def test_where_no_verb_is_known_the_definition_says_what_a_call_does(name: str, hint: Literal["read", "write", "delete"] | None, kind: str) -> None:
    assert analyse(Source(vendor="user", service="s", operation=name, hint=hint), name).kind == kind


@pytest.mark.parametrize(
    ("name", "verb", "kind", "noun", "tail"),
    [
        ("DescribeVpcs", "describe", "list", "vpc", ""),
        ("CreateTopic", "create", "create", "topic", ""),
        ("DeleteTopics", "delete", "delete", "topic", ""),
        ("BatchGetImage", "get", "get", "image", ""),
        ("PutItem", "put", "put", "item", ""),
        ("ModifyDBInstance", "modify", "update", "db instance", ""),
        ("AttachVolume", "attach", "link", "volume", ""),
        ("DetachVolume", "detach", "unlink", "volume", ""),
        ("StartInstances", "start", "action", "instance", ""),
        ("ValidateTemplate", "validate", "compute", "template", ""),
        ("AddUserToGroup", "add", "link", "user", "group"),
        ("RegisterTargets", "register", "create", "target", ""),
        ("RemoveUserFromGroup", "remove", "unlink", "user", "group"),
        ("RemoveUser", "remove", "delete", "user", ""),
        ("ListTagsForResource", "list", "list", "tag", "resource"),
        ("RestoreDBInstanceFromSnapshot", "restore", "action", "db instance", "snapshot"),
        ("RevokeIngress", "revoke", "delete", "ingress", ""),
        ("ReleaseAddress", "release", "delete", "address", ""),
        ("AdminCreateUser", "create", "create", "user", ""),
        ("get_user_id_by_email", "get", "get", "user id", "email"),
        ("cancel_order", "cancel", "action", "order", ""),
        ("userList", "list", "list", "user", ""),
        ("orderCreate", "create", "create", "order", ""),
        ("frobnicate", "frobnicate", "other", "", ""),
        ("StartDeleteThing", "start", "other", "delete thing", ""),
        ("", "", "other", "", ""),
    ],
)
def test_names(name: str, verb: str, kind: str, noun: str, tail: str) -> None:
    said = named(name)
    assert (said.verb, said.kind, said.noun, said.tail) == (verb, kind, tuple(noun.split()), tuple(tail.split()))


@pytest.mark.parametrize(
    ("operation", "http", "kind", "noun", "extra"),
    [
        ("managedkafka.projects.locations.clusters.list", "GET", "list", "cluster", ""),
        ("compute.instances.start", "POST", "action", "instance", ""),
        ("compute.instances.aggregatedList", "GET", "list", "instance", "list"),
        ("gmail.users.messages.batchDelete", "POST", "delete", "message", ""),
        ("storage.buckets.getIamPolicy", "GET", "get", "bucket iam policy", ""),
        ("resourcemanager.projects.fetchAcl", "GET", "get", "acl", ""),
        ("s.foos.frobnicate", "PATCH", "update", "foo", ""),
        ("s.foos.frobnicate", "GET", "get", "foo", ""),
        ("s.foos.frobnicate", "POST", "other", "foo", ""),
        ("s.foos.stop", "GET", "get", "foo", ""),
    ],
)
def test_google(operation: str, http: str, kind: str, noun: str, extra: str) -> None:
    said = google(operation, http)
    assert (said.kind, said.noun, said.extra) == (kind, tuple(noun.split()), tuple(extra.split()))
    assert named(operation, "google", http) == said


@pytest.mark.parametrize(
    ("http", "path", "kind", "noun"),
    [
        ("GET", "/orders", "list", "order"),
        ("GET", "/orders/{orderId}", "get", "order"),
        ("POST", "/orders", "create", "order"),
        ("PUT", "/orders/{orderId}", "update", "order"),
        ("PATCH", "/api/v2/users/{id}/emails/{email}", "update", "email"),
        ("DELETE", "/orders/{orderId}/items/{itemId}", "delete", "item"),
        ("POST", "/v1/orders/{orderId}/cancel", "action", "order"),
        ("HEAD", "/orders", "other", "order"),
    ],
)
def test_paths_of_a_users_api(http: str, path: str, kind: str, noun: str) -> None:
    """Where the name says nothing."""
    said = named("orders_endpoint", "user", http, path)
    assert (said.kind, said.noun) == (kind, tuple(noun.split()))
    assert named("cancel_order", "user", http, path).kind == "action"


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    st.text(max_size=25),
    st.sampled_from(["aws", "google", "tencent", "user"]),
    st.sampled_from([None, "GET", "POST", "BREW"]),
    st.text(max_size=20) | st.none(),
)
def test_any_name_is_analysed(name: str, vendor: str, http: str | None, path: str | None) -> None:
    operation = f"a.b.{name}" if vendor == "google" else name
    if vendor == "google" and not any(c.isascii() and c.isalnum() for c in name.split(".")[-1]):
        return
    said = named(operation, vendor, http, path)
    assert said.kind in {*CLASS.values(), "other"}
    assert all(word and word == word.lower() for word in said.noun + said.tail)


def test_a_google_operation_without_a_word() -> None:
    assert google("a.b.列表", "GET").kind in {*CLASS.values(), "other"}


def test_the_lexicon_is_read_in_order() -> None:
    """A verb in two lists belongs to the first."""
    assert CLASS["clone"] == "create"
    assert CLASS["register"] == "create"
    assert CLASS["export"] == "compute"
    assert len({*CLASS.values()}) == 10


@pytest.mark.parametrize(
    ("noun", "computed"),
    [
        ("BucketQuota", True),
        ("instance metrics", True),
        ("availability zones", True),
        ("Instance", False),
        ("trendline set", True),
    ],
)
def test_nouns_of_what_is_counted(noun: str, computed: bool) -> None:
    assert bool(NOT_THINGS.search(noun)) is computed


@pytest.mark.parametrize(
    ("name", "vendor", "noun"),
    [
        ("get_order_details", "user", ("order",)),
        ("cancel_pending_order", "user", ("order",)),
        ("get_pending_order", "user", ("pending", "order")),  # a read may be of a table of its own
        ("create_order_detail", "user", ("order", "detail")),
        ("GetOrderDetail", "aws", ("order", "detail")),  # in the pool details are often kept apart
    ],
)
def test_details_and_states_name_the_thing(name: str, vendor: str, noun: tuple[str, ...]) -> None:
    assert analyse(Source(vendor=vendor, service="s", operation=name), name).noun == noun
