"""What a description says of where a value comes from."""

import pytest

from agentscaler.mentions import named, said_to_produce, without

OPERATIONS = ("ListTopics", "CreateTopic", "DescribeSubnets", "list_orders", "list")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Subnet ID. It can be obtained through the DescribeSubnets API.", ["DescribeSubnets"]),
        ("The ARN that was returned by CreateTopic or ListTopics.", ["CreateTopic", "ListTopics"]),
        ("To find the id, call list_orders.", ["list_orders"]),
        ("From the response of `ListTopics`.", ["ListTopics"]),
        ("Unlike ListTopics, this one is returned sorted.", []),
        ("ListTopics is another operation.", []),
        ("Returned by ListQueues.", []),
        ("Use list to get all.", []),
        ("", []),
    ],
)
def test_who_a_description_says_produces_the_value(text: str, found: list[str]) -> None:
    assert said_to_produce(text, OPERATIONS) == found


def test_the_sentences_that_tell_are_taken_away() -> None:
    text = "The id of the topic. Use ListTopics to find it. At most 64 letters."
    assert without(text, OPERATIONS) == "The id of the topic. At most 64 letters."
    assert named(without(text, OPERATIONS), OPERATIONS) == []
