"""Names of APIs as words."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentscaler import words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DBInstanceIdentifier", "db instance identifier"),
        ("getOAuth2Token", "get oauth2 token"),
        ("IPv4Address", "ipv4 address"),
        ("x-amz-request-id", "x amz request id"),
        ("HTTPSListener", "https listener"),
        ("instance_ids", "instance ids"),
        ("userIDs", "user ids"),
        ("compute.instances.list", "compute instances list"),
        ("GitHubRepo", "github repo"),
        ("S3Bucket", "s3 bucket"),
        ("VPCs", "vpcs"),
        ("ABCDef", "abc def"),
        ("a", "a"),
        ("", ""),
        ("列表", ""),
        (" --__.. ", ""),
        ("ListVPCs", "list vpcs"),
        ("SNSTopicARNs", "sns topic arns"),
    ],
)
def test_split(name: str, parts: str) -> None:
    assert words.split(name) == tuple(parts.split())
    assert tuple(w.lower() for w in words.split_cased(name)) == words.split(name)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text(max_size=30))
def test_splitting_any_text_gives_plain_words(name: str) -> None:
    parts = words.split(name)
    assert all(p and set(p) <= set(string.ascii_lowercase + string.digits) for p in parts)
    letters = [c for c in name if c in string.ascii_letters + string.digits]
    assert len("".join(parts)) == len(letters), "nothing is lost and nothing is made up"


@pytest.mark.parametrize(
    "noun",
    [
        *[
            "policy",
            "box",
            "status",
            "bus",
            "class",
            "address",
            "key",
            "gateway",
            "index",
            "analysis",
            "case",
            "alias",
            "batch",
            "hash",
            "query",
            "tax",
            "branch",
            "loss",
            "tie",
            "photo",
        ],
        *[
            "person",
            "child",
            "axis",
            "city",
            "day",
            "dish",
            "house",
            "database",
            "release",
            "lease",
            "course",
            "purchase",
            "license",
            "movie",
            "cookie",
            "wave",
            "cache",
            "base",
        ],
        *["data", "media", "series", "process", "access", "response", "expense"],
        *["campus", "virus", "menu", "quiz", "bonus", "lens", "bias", "diagnosis", "kubernetes", "news", "cpu", "clause"],
    ],
)
def test_singular_undoes_plural(noun: str) -> None:
    assert words.singular(words.plural(noun)) == noun
    assert words.singular(noun) == noun


def test_bases_are_of_a_base() -> None:
    """As intended: 'bases' is the plural of basis, too, but names of APIs mean databases and knowledge bases."""
    assert words.plural("basis") == "bases"
    assert words.singular("bases") == "base"


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("IP address", "IP addresses"),
        ("VPC", "VPCs"),
        ("security policy", "security policies"),
        ("key", "keys"),
        ("metadata", "metadata"),
        ("sales person", "sales people"),
    ],
)
def test_plural(noun: str, many: str) -> None:
    assert words.plural(noun) == many


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text(string.ascii_lowercase, min_size=1, max_size=10))
def test_singular_of_a_singular_is_itself(word: str) -> None:
    for one in (words.singular(word), words.singular(word + "s"), words.singular(word + "es")):
        assert one
        assert words.singular(one) == one


@pytest.mark.parametrize(
    ("name", "key", "thing", "by_id"),
    [
        ("DBInstanceIdentifiers", "db instance id", "db instance", True),
        ("SourceDBInstanceId", "source db instance id", "db instance", True),
        ("vpc_ids", "vpc id", "vpc", True),
        ("userUid", "user id", "user", True),
        ("Name", "name", "", True),
        ("TargetGroupArn", "target group arn", "group", True),
        ("SerialNumber", "serial number", "serial", True),
        ("PhoneNumber", "phone number", "phone", False),
        ("state", "state", "state", False),
        ("", "", "", False),
    ],
)
def test_field_and_entity(name: str, key: str, thing: str, by_id: bool) -> None:
    assert words.field(name) == tuple(key.split())
    assert words.entity(name) == (tuple(thing.split()), by_id)


def test_nouns_as_a_person_says_them() -> None:
    assert words.humanise(("vpc", "endpoint")) == "VPC endpoint"
    assert words.snake("AccessPoint") == "access_point"
    assert words.snake("DBInstance2") == "db_instance2"


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("IP address", "an IP address"),
        ("user", "a user"),
        ("umbrella", "an umbrella"),
        ("uniform", "a uniform"),
        ("SMS", "an SMS"),
        ("VPC", "a VPC"),
        ("URL", "a URL"),
        ("access point", "an access point"),
        ("hour", "an hour"),
        ("one-time code", "a one-time code"),
        ("NAT gateway", "a NAT gateway"),
        ("SAN", "a SAN"),
        ("house", "a house"),
    ],
)
def test_article(noun: str, said: str) -> None:
    assert words.article(noun) == said


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Creates a thing. And more.", "Creates a thing."),
        ("Version 1.2 of it, e.g. for you. Yes", "Version 1.2 of it, e.g. for you."),
        ("No stop", "No stop."),
        ("  a\n  b ", "a b."),
        ("Is it? Yes.", "Is it."),
        ("", ""),
    ],
)
def test_sentence(text: str, first: str) -> None:
    assert words.sentence(text) == first


def test_a_sentence_is_no_longer_than_its_limit() -> None:
    for text in ("word " * 60, "x" * 300, "y" * 160):
        assert len(words.sentence(text)) <= 160


@pytest.mark.parametrize(
    "name", ["X-Amz-Security-Token", "clientRequestToken", "dryRun", "$.xgafv", "quotaUser", "validateOnly"]
)
def test_transport(name: str) -> None:
    assert words.TRANSPORT.match(name)


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("nextPageToken", True),
        ("MaxResults", True),
        ("Marker", True),
        ("pageSize", True),
        ("name", False),
        ("tokenCount", False),
    ],
)
def test_paging(name: str, pages: bool) -> None:
    assert bool(words.PAGING.search(" ".join(words.field(name)))) is pages
