"""What an address leads to stands in its name or its description."""

import pytest

from agentscaler.envs.drafts import Draft
from agentscaler.envs.place import Place
from agentscaler.envs.urls import url_of
from agentscaler.words import field


def told(name: str, text: str = "", noun: str = "thing") -> str:
    place = Place("things", Draft((noun,), []), "user:shop", frozenset(), {})
    return str(url_of(field(name), {"description": text}, place))


@pytest.mark.parametrize(
    ("name", "text", "noun", "part"),
    [
        ("sip_url", "Where calls are routed to.", "trunk", "sip:"),
        ("url", "", "issue", "issues.example.com"),
        ("cloneUrlSsh", "", "repository", "ssh://git@"),
        ("playbackUrl", "", "channel", ".m3u8"),
        ("deadLetterQueueUrl", "", "domain", "sqs.{region}"),
        ("pdfUrl", "", "invoice", ".pdf"),
        ("track_href", "", "feature", "/v1/tracks/"),
        ("documentation", "The URL of a page that helps with this issue.", "issue", "docs.example.com"),
        ("profile_url", "It should begin with 'shop.example/'.", "place", "shop.example/"),
    ],
)
def test_an_address_leads_where_its_words_say(name: str, text: str, noun: str, part: str) -> None:
    assert part in told(name, text, noun)


@pytest.mark.parametrize(("name", "text"), [("linkUrl", "Where the tile leads."), ("logUrl", "The URL to a build log in a bucket."), ("recoveryUrl", "Called if an error occurs while sending SIP traffic.")])
def test_an_address_of_which_nothing_is_said_stays_any_address(name: str, text: str) -> None:
    assert told(name, text) == "None"
