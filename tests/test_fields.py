"""Fields of life: services by their list, others by their words, a domain by what most of its tools are."""

import re
from collections import Counter

import pytest

from agentscaler.fields import FIELDS, OTHER, SERVICES, field_of, majority, with_field
from agentscaler.records import Source, Tool


def tool(name: str, service: str = "mine", vendor: str = "user", title: str = "", **source: str) -> Tool:
    return Tool(name=name, description="", parameters={"type": "object", "properties": {}}, source=Source(vendor=vendor, service=service, operation=name, title=title or service, **source))


@pytest.mark.parametrize(
    ("name", "service", "vendor", "field"),
    [
        ("CreateUser", "rds", "aws", "databases"),  # the service decides, whatever a tool of it is called
        ("DescribeAlarms", "cwp", "tencent", "security"),  # a name that says nothing
        ("instances_list", "compute", "google", "computing"),
        ("CreateVpc", "ec2", "aws", "computing"),
        ("courses_list", "classroom", "google", "learning"),
        ("fhir_read", "healthcare", "google", "health"),
        ("DescribeEvents", "health", "aws", "operations"),  # the health of machines
        ("list_arrivals", "onebusaway", "onebusaway", "travel and maps"),
        ("list_conversations", "conversations", "twilio", "messages and calls"),
        ("shifts_list", "squareup", "squareup", "people and pay"),  # a broad service: what it acts on decides
        ("catalog_list", "squareup", "squareup", "shops"),
        ("invoice_create", "stripe", "stripe", "bills and bookkeeping"),
        ("charge_create", "stripe", "stripe", "banking and payments"),
    ],
)
def test_tools_of_the_default_pool(name: str, service: str, vendor: str, field: str) -> None:
    assert field_of(tool(name, service, vendor)) == field


@pytest.mark.parametrize(
    ("name", "service", "field"),
    [
        ("book_flight", "api", "travel and maps"),
        ("list_appointments", "clinic", "health"),
        ("getOrder", "shop", "shops"),
        ("send_email", "tools", "messages and calls"),
        ("create_quark", "zzz", OTHER),
        ("update", "", OTHER),
    ],
)
def test_a_users_own_by_its_words(name: str, service: str, field: str) -> None:
    assert field_of(tool(name, service)) == field
    assert with_field(tool(name, service)).field == field


def test_the_list_is_closed_and_no_service_is_listed_twice() -> None:
    assert len(FIELDS) >= 20
    assert set(SERVICES) <= set(FIELDS)
    names = Counter(name for field in SERVICES.values() for name in field.split())
    assert not [n for n, k in names.items() if k > 1]
    assert all(re.fullmatch(r"[\w-]+:[\w.*\[\]-]+", n) for n in names)


def test_majority() -> None:
    assert majority(["b", "a", "a", "b", "c"]) == "a", "alphabetical on ties"
    assert majority([OTHER, OTHER, "health"]) == "health", "what is known comes before what is not"
    assert majority([OTHER]) == OTHER
    assert majority([]) == OTHER
