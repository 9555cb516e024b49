"""Reads and writes told apart by words."""

from pathlib import Path

import orjson
import pytest

from agentscaler.effects import effect, with_hint
from agentscaler.records import Source, Tool
from agentscaler.tools import collect
from agentscaler.verbs import analyse


def tool(name: str, description: str = "", *parameters: str, vendor: str = "user", verb: str | None = None) -> Tool:
    schema = {"type": "object", "properties": {p: {"type": "string"} for p in parameters}}
    return Tool(name=name.replace(".", "_"), description=description, parameters=schema, source=Source(vendor=vendor, service="s", operation=name, verb=verb))


@pytest.mark.parametrize(
    ("name", "description", "kind"),
    [
        ("get_order", "", "read"),
        ("cancel_order", "", "write"),
        ("packageScore", "Gets the score of a package", "read"),
        ("team-standings", "This endpoint provides you with the standings of a league", "read"),
        ("League tables", "", "read"),  # a title that is a thing
        ("dim_lamp", "Dims a lamp", "write"),  # no verb of ours, but the description does what the name says
        ("payments.settle", "Settle a payment", "write"),
        ("post_metadata", "Returns what is known of a post", "read"),  # post is a thing here
        ("return_items", "Return some items of an order", "write"),  # the description repeats the verb
        ("sync_folders", "Retrieves and deletes what is old", "write"),
        ("folders_of_old", "Retrieves and deletes what is old", "open"),
        ("garden_gnome", "Transmogrifies the gnome", "open"),
        ("tag_photo", "Adds a tag to a photo", "write"),
        ("shelf_overview", "Information about all shelves", "read"),
        ("wait_for", "Wait for a text to appear", "read"),
        ("operations.wait", "Waits until the operation is done or the time is up", "read"),
        ("screen_shot", "Take a screenshot of the current page", "read"),
        ("page_snapshot", "Capture accessibility snapshot of the current page", "read"),
        ("create_snapshot", "Takes a snapshot of the disk", "write"),  # that one is kept
        ("capture_payment", "Capture a payment", "write"),
        ("connectPodProxy", "connect GET requests to proxy of Pod", "read"),
        ("connectPodProxyPut", "connect PUT requests to proxy of Pod", "write"),
        ("idiom-mapping", "Convert the idioms of one language to another", "read"),
    ],
)
def test_verbs_of_name_and_description_tell_what_a_call_does(name: str, description: str, kind: str) -> None:
    assert effect(tool(name, description)).kind == kind


def test_what_is_converted_is_given_or_named() -> None:
    assert effect(tool("convert_currency", "", "amount", "from", "to")).kind == "read"
    assert effect(tool("convert_lead", "", "lead_id")).kind == "write"


def test_words_decide_whatever_the_http_verb_is() -> None:
    assert {effect(tool("close_month", "Closes a month", verb=v)).kind for v in (None, "GET", "DELETE")} == {"write"}


def test_a_read_that_only_its_description_tells_becomes_one() -> None:
    told = with_hint(tool("packageScores", "Gets the scores of all packages"))
    assert analyse(told.source, told.name).kind == "list"
    computed = tool("packageOcr", "Recognizes the text of an image")
    assert with_hint(computed) is computed, "nothing that is stored is fetched"
    deed = tool("dim_lamp", "Dims a lamp")
    assert with_hint(deed) is deed, "what an unknown verb writes is not known"
    pooled = tool("shelves.diagnose", "Gets what is wrong", vendor="google")
    assert with_hint(pooled) is pooled


def test_the_tools_room_marks_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(orjson.dumps([{"name": "packageScores", "description": "Gets the scores of all packages by their name.", "parameters": {"type": "object", "properties": {}}}]))
    (found,) = collect([path], with_pool=False).tools
    assert found.source.hint == "read"
