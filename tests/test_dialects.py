"""Every dialect that definitions come in: small ones of our own, and real ones of ../shared/toolpool where that is there."""

import gzip
import json
import shlex
import socket
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentscaler import check, walk
from agentscaler.errors import Dropped, UserError
from agentscaler.records import Source, Tool
from agentscaler.store import Run, read_records
from agentscaler.tools import Pool, collect, read_source
from agentscaler.tools.clean import Reading, sift
from agentscaler.tools.dialects import ALIASES, READERS, read_document
from agentscaler.tools.live import listed
from agentscaler.tools.quality import low_quality
from agentscaler.tools.sources import Document
from agentscaler.tools.typewords import read_type
from agentscaler.tools.why import why
from test_tools import ANTHROPIC, MCP, OPENAI, bad, good, only, put

TOOLPOOL = Path(__file__).resolve().parents[2] / "shared" / "toolpool"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def mixed(path: Path) -> tuple[list[Tool], list[Dropped]]:
    found = list(read_source(str(path)))
    return [f for f in found if isinstance(f, Tool)], [f for f in found if isinstance(f, Dropped)]


def takes(tool: Tool) -> dict[str, Any]:
    """Parameter -> its type; a star on those that must be given."""
    must = tool.parameters.get("required", ())
    return {name + "*" * (name in must): schema["type"] for name, schema in tool.parameters["properties"].items()}


def real(name: str, folder: Path, *, most: int | None = None) -> Path:
    """Real definitions as a file of their own dialect."""
    path = TOOLPOOL / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here: real definitions of others do not ship with the project")
    with gzip.open(path) as f:
        lines = [json.dumps(json.loads(line)["tool"]) for line in f]
    return put(folder, f"{name}.jsonl", "\n".join(lines[:most]))


def counted(path: Path, *, dialect: str | None = None) -> Pool:
    """The pool of one file; nothing is lost without a reason."""
    pool = collect([path], with_pool=False, dialect=dialect)
    assert len(pool.tools) + len(pool.bin) == pool.read
    assert all(b.reason.message for b in pool.bin)
    for tool in pool.tools:
        assert Tool.model_validate_json(tool.model_dump_json()) == tool
    return pool


# ---- where they come from ---------------------------------------------------------------------------------------


def test_a_packed_file_is_read_like_the_file(tmp_path: Path) -> None:
    plain = good(put(tmp_path, "a.json", [OPENAI]))
    (tmp_path / "z").mkdir()
    packed = tmp_path / "z" / "a.json.gz"
    packed.write_bytes(gzip.compress(json.dumps([OPENAI]).encode()))
    assert good(packed) == plain


def test_an_archive_holds_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "apis.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b/two.yaml", yaml.safe_dump({"tools": [{**ANTHROPIC, "name": "two"}]}))
        archive.writestr("a/one.json", json.dumps([{**OPENAI["function"], "name": "one"}]))
        archive.writestr("a/three.jsonl.gz", gzip.compress(json.dumps({**MCP, "name": "three"}).encode()))
        archive.writestr("a/.hidden.json", "{")
        archive.writestr("readme.md", "nothing")
        archive.writestr("../../escape.json", json.dumps([MCP]))
        archive.writestr("inner.zip", b"PK\x05\x06" + b"\0" * 18)
    tools, dropped = mixed(path)
    assert [t.name for t in tools] == ["one", "three", "two"], "in the order of names"
    assert [d.message.rsplit("/", 1)[-1] for d in dropped] == ["inner.zip: an archive in an archive is not opened; unpack it"]
    assert not (tmp_path.parent.parent / "escape.json").exists()


def test_a_glob_takes_what_fits(tmp_path: Path) -> None:
    for name in ("shop_a", "shop_b", "other"):
        put(tmp_path, f"{name}.json", [{**MCP, "name": name}])
    pool = collect([f"{tmp_path}/shop_*.json"], with_pool=False)
    assert [t.name for t in pool.tools] == ["shop_a", "shop_b"]
    with pytest.raises(UserError, match="no file fits this pattern"):
        collect([f"{tmp_path}/*.nothing"], with_pool=False)


def test_in_a_folder_one_bad_file_leaves_the_others(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [MCP])
    put(tmp_path, "b.json", "{broken")
    put(tmp_path, "c.json", [])
    pool = collect([tmp_path], with_pool=False)
    assert (pool.read, len(pool.tools)) == (3, 1)
    assert [b.reason.reason for b in pool.bin] == ["unreadable", "unreadable"]
    assert "b.json: no JSON" in pool.bin[0].reason.message


@pytest.mark.parametrize(("name", "data"), [("a.json.gz", b"\x1f\x8b\x08broken"), ("a.json.gz", gzip.compress(b"[]" * 900, mtime=0)[:20]), ("a.zip", b"PK\x03\x04 no archive")])
def test_a_broken_archive_is_the_users_error(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=name):
        list(read_source(str(tmp_path / name)))


def test_rows_may_be_called_json(tmp_path: Path) -> None:
    """As benchmarks call them."""
    path = put(tmp_path, "rows.json", "\n".join(json.dumps({**MCP, "name": n}) for n in ("one", "two")))
    assert [t.name for t in good(path)] == ["one", "two"]


def test_the_dialect_can_be_named(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", [MCP])
    assert len(collect([path], with_pool=False, dialect="mcp").tools) == 1
    pool = collect([path], with_pool=False, dialect="openapi")
    assert [b.reason.message.split(": ", 1)[1] for b in pool.bin] == ["not recognised as openapi, which has a field 'openapi' or 'swagger'; leave --dialect away or give another file"]
    with pytest.raises(UserError, match="--dialect is 'soap'; give one of rows, openapi"):
        collect([path], with_pool=False, dialect="soap")


# ---- function lists, and where they stand -----------------------------------------------------------------------

GEMINI = {"name": "get_weather", "description": "Gets it.", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}}
PLAIN = {"type": "function", "function": {"name": "get_weather", "description": "Gets it.", "parameters": WEATHER}}


@pytest.mark.parametrize(
    "content",
    [
        {"tools": [{"functionDeclarations": [GEMINI]}]},
        {"function_declarations": [GEMINI]},
        [{"type": "function", "name": "get_weather", "description": "Gets it.", "parameters": WEATHER, "strict": True}],
        {"custom_id": "1", "params": {"model": "m", "max_tokens": 9, "tools": [{"name": "get_weather", "description": "Gets it.", "input_schema": WEATHER}]}},
        {"timestamp": 1, "request": {"model": "m", "messages": [], "tools": [PLAIN]}, "response": {"choices": []}},
        {"request": json.dumps({"body": {"tools": [PLAIN]}})},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "other", "arguments": "{}"}}]}], "tools": json.dumps([PLAIN])},
        {"conversations": [{"from": "human", "value": "hi"}], "tools": json.dumps([PLAIN["function"]])},
        {"id": "simple_1", "question": [[{"role": "user", "content": "?"}]], "function": [PLAIN["function"]]},
    ],
)
def test_definitions_are_found_where_they_stand(tmp_path: Path, content: Any) -> None:
    (tool,) = good(put(tmp_path, "log.json", content))
    assert (tool.name, tool.description, takes(tool)) == ("get_weather", "Gets it.", {"city*": "string"})


def test_what_a_log_repeats_is_read_once(tmp_path: Path) -> None:
    """Each call of a log names the same tools; a list that names one twice itself is another matter."""
    other = {**PLAIN["function"], "name": "other"}  # type: ignore[dict-item]
    rows = [{"messages": [], "tools": [PLAIN]}, {"messages": [], "tools": [PLAIN, other]}, {"messages": [{"role": "user"}]}]
    path = put(tmp_path, "log.jsonl", "\n".join(map(json.dumps, rows)))
    assert [t.name for t in good(path)] == ["get_weather", "other"]
    assert counted(put(tmp_path, "twice.json", {"tools": [PLAIN, PLAIN]})).read == 2


def test_a_log_without_definitions_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no tool definition in it"):
        list(read_source(str(put(tmp_path, "log.jsonl", json.dumps({"messages": [{"role": "user", "content": "hi"}]})))))


def test_strict_mode_is_undone(tmp_path: Path) -> None:
    """It asks for every parameter, and says with null that one may be left away."""
    properties = {"a": {"type": "string"}, "b": {"type": ["integer", "null"]}, "c": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "d": {"type": ["string", "null"], "enum": ["x", None]}}
    function = {"name": "t", "strict": True, "parameters": {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}}
    tool = only(tmp_path, {"type": "function", "function": function})
    assert takes(tool) == {"a*": "string", "b": "integer", "c": "boolean", "d": "string"}
    assert tool.parameters["properties"]["d"]["enum"] == ["x"]
    loose = only(tmp_path, {"type": "function", "function": {**function, "strict": False}})
    assert loose.parameters["required"] == list(properties)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "'web_search_20250305' is a tool built into the provider"),
        ({"tools": ["get_weather"]}, "'get_weather' is a name, not a definition"),
        ([{"name": "t", "parameters": "{broken"}], "parameters: '{broken' is no JSON"),
    ],
)
def test_what_is_no_definition_is_named(tmp_path: Path, content: Any, said: str) -> None:
    found = bad(put(tmp_path, "mine.json", content))
    assert said in found.message
    assert "mine.json" in found.message


def test_mcp_says_what_a_call_does(tmp_path: Path) -> None:
    def hint(**annotations: bool) -> str | None:
        return only(tmp_path, {**MCP, "annotations": annotations}).source.hint

    assert hint(readOnlyHint=True) == "read"
    assert hint(readOnlyHint=False, destructiveHint=True) == "delete"
    assert hint(readOnlyHint=False) == "write"
    assert hint() is None
    assert "hint" not in only(tmp_path, MCP).model_dump()["source"], "rows that say nothing look as before"


def test_a_server_is_the_service(tmp_path: Path) -> None:
    (tool,) = good(put(tmp_path, "a.json", {"server": {"name": "Corner Shop"}, "tools": [MCP]}))
    assert (tool.source.service, tool.source.title) == ("corner-shop", "Corner Shop")


def test_real_mcp_lists(tmp_path: Path) -> None:
    pool = counted(real("toucan_mcp", tmp_path))
    reasons = Counter(b.reason.reason for b in pool.bin)
    assert set(reasons) == {"duplicate", "low_quality"}
    assert reasons["low_quality"] <= 0.05 * pool.read
    assert len(pool.tools) > 2700


# ---- type words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "schema"),
    [
        ("dict", {"type": "object"}),
        ("Float", {"type": "number"}),
        ("tuple", {"type": "array"}),
        ("any", {}),
        ("ArrayList<String>", {"type": "array", "items": {"type": "string"}}),
        ("HashMap<String, Integer>", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("Dict[str, List[int]]", {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}),
        ("Union[int, float]", {"type": "number"}),
        ("Optional[str]", {"type": "string", "nullable": True}),
        ("string | null", {"type": "string", "nullable": True}),
        ("Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}),
        ("{'a', 'b'}", {"type": "string", "enum": ["a", "b"]}),
        ("array of strings", {"type": "array", "items": {"type": "string"}}),
        ("boolean[]", {"type": "array", "items": {"type": "boolean"}}),
        ("DATE (YYYY-MM-DD)", {"type": "string", "format": "date"}),
        ("datetime.datetime", {"type": "string", "format": "date-time"}),
        ("Number(32)", {"type": "number"}),
    ],
)
def test_type_words(word: str, schema: dict[str, Any]) -> None:
    read = read_type(word)
    assert (read.schema, read.known) == (schema, True)


def test_type_words_that_say_more_or_nothing() -> None:
    assert read_type("str, optional").optional
    assert read_type("object (Optional)").optional
    assert not read_type("IResultSetController").known
    assert not read_type("[" * 5000).known
    assert read_type("'\\d'").schema == {"type": "string"}


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_its_type(text: str) -> None:
    assert isinstance(read_type(text).schema, dict)


# ---- xLAM, BFCL, ACEBench ---------------------------------------------------------------------------------------


def test_xlam(tmp_path: Path) -> None:
    parameters = {
        "city": {"description": "Where.", "type": "str", "default": "Rome"},
        "days": {"description": "How long.", "type": "int, optional", "default": 3},
        "marks": {"description": "Which.", "type": "Optional[List[str]]", "default": None},
        "at": {"description": "Point.", "type": "Tuple[float, float]"},
    }
    row = {"id": 1, "query": "?", "answers": "[]", "tools": json.dumps([{"name": "get_weather", "description": "Gets it.", "parameters": parameters}])}
    (tool,) = good(put(tmp_path, "xlam.json", [row]))
    assert takes(tool) == {"city*": "string", "days": "integer", "marks": ["array", "null"], "at*": "array"}
    properties = tool.parameters["properties"]
    assert properties["city"]["examples"] == ["Rome"], "what must be given has a sample, no default"
    assert "default" not in properties["city"]
    assert properties["days"]["default"] == 3
    assert properties["at"]["items"] == {"type": "number"}
    assert "type Tuple[float, float] -> array" in tool.mended


def test_bfcl(tmp_path: Path) -> None:
    parameters = {
        "type": "dict",
        "properties": {
            "tax": {"type": "float"},
            "span": {"type": "tuple", "items": {"type": "integer"}},
            "anything": {"type": "any"},
            "map": {"type": "HashMap", "properties": {"key": {"type": "String"}}},
            "list": {"type": "ArrayList", "items": {"type": "long"}},
            "flag": {"type": "Boolean"},
            "letter": {"type": "char"},
        },
        "required": ["tax"],
    }
    said = "This tool belongs to the corner shop. It is a simple one, etc. Tool description: Adds the tax."
    rows = [{"id": "x", "question": [], "function": [{"name": "shop.add_tax", "description": said, "parameters": parameters, "response": {"type": "dict", "properties": {"sum": {"type": "float"}}}}]}] * 2
    (tool,) = good(put(tmp_path, "BFCL_v9_simple.json", "\n".join(map(json.dumps, rows))))
    assert (tool.name, tool.description) == ("shop_add_tax", "Adds the tax.")
    assert takes(tool) == {"tax*": "number", "span": "array", "anything": "string", "map": "object", "list": "array", "flag": "boolean", "letter": "string"}
    assert tool.parameters["properties"]["span"]["items"] == {"type": "integer"}
    assert tool.parameters["properties"]["list"]["items"] == {"type": "integer"}
    assert tool.returns == {"type": "object", "properties": {"sum": {"type": "number"}}}
    assert {"boiler plate left the description", "name 'shop.add_tax' repaired", "type float -> number (2 times)"} <= set(tool.mended)


def test_acebench_in_both_languages(tmp_path: Path) -> None:
    inner = {"type": "object", "properties": {"目标类型": {"type": "string", "description": "目标。"}}, "required": ["目标类型"]}
    rows = [
        {"name": "Yoga_planner", "description": "定制瑜伽计划。", "_arguments": inner, "results": {"type": "object", "properties": {"plan": {"type": "list"}}}, "tags": ["健康"]},
        {"name": "瑜伽", "description": "定制。", "arguments": {"type": "dict", "properties": {"days": {"type": "int"}}}},
        {"name": "瑜伽二", "description": "定制。", "parameters": {"type": "dict", "properties": {}}},
    ]
    planner, one, two = good(put(tmp_path, "ace.json", [{"id": 1, "question": "?", "function": rows}]))
    assert takes(planner) == {"目标类型*": "string"}
    assert planner.description == "定制瑜伽计划。"
    assert planner.returns is not None
    assert planner.returns["properties"]["plan"]["type"] == "array"
    assert takes(one) == {"days": "integer"}
    assert one.name.startswith("tool_")
    assert one.name != two.name, "names without a Latin letter stay apart"


@pytest.mark.parametrize(("name", "least"), [("acebench", 4200), ("bfcl", 2900)])
def test_real_benchmarks(tmp_path: Path, name: str, least: int) -> None:
    pool = counted(real(name, tmp_path))
    assert {b.reason.reason for b in pool.bin} <= {"duplicate", "low_quality"}
    assert len(pool.tools) >= least
    assert not [m for t in pool.tools for m in t.mended if "not understood" in m], "every type word is known"


# ---- Gorilla's zoo ----------------------------------------------------------------------------------------------


def zoo(folder: Path, **more: Any) -> Tool:
    row = {"api_name": "Shop API - Orders: List all orders", "api_call": "GET /v2/orders/{shopId}", "api_version": "v2", "api_arguments": {}, "functionality": "Lists <b>orders</b>."}
    (tool,) = good(put(folder, "Shop_API.json", [row | more]))
    return tool


def test_apizoo_call(tmp_path: Path) -> None:
    tool = zoo(tmp_path, api_arguments={"shopId": "string: The shop."})
    assert (tool.name, tool.description) == ("list_all_orders", "Lists orders .")
    assert tool.source == Source(
        vendor="user", service="shop-api", version="v2", operation="Shop API - Orders: List all orders", verb="GET", path="/v2/orders/{shopId}", in_path=("shopId",), package="Shop_API.json", title="Shop API"
    )
    assert tool.parameters["required"] == ["shopId"], "what stands in the path must be given"


@pytest.mark.parametrize(
    ("call", "title", "name"),
    [
        ("shop.create_order(a, b)", "Orders - POST /orders/{id}", "create_order"),
        ("service.files().list(pageSize=3).execute()", "Drive API - files.list", "files_list"),
        ("x = client.v2.get(id=f(3))", "Shop", "v2_get"),
        ("POST /orders", "Zoom API - Orders: ordersCreate", "ordersCreate"),
    ],
)
def test_apizoo_names(tmp_path: Path, call: str, title: str, name: str) -> None:
    assert zoo(tmp_path, api_call=call, api_name=title).name == name


@pytest.mark.parametrize(
    ("said", "kind", "must", "text"),
    [
        ("integer: Size of a page.", "integer", False, "Size of a page."),
        ("[REQUIRED] string: The order.", "string", True, "The order."),
        ("[REQUIRED] : <p>The order.</p>", "string", True, "The order."),
        ("Required. The form ID.", "string", True, "The form ID."),
        (" json (Optional. An icon for the page.)", "object", False, "An icon for the page."),
        (" array of strings (Optional): Names.", "array", False, "Names."),
        ("Stock ticker to look up", "string", False, "Stock ticker to look up"),
        ("", "string", False, ""),
        ({"data_type": "Number", "description": "Required. How many.", "default": 3}, "number", True, "Required. How many."),
        ({"data_type": "Array of Objects", "description": "Optional. Which.", "required": True}, "array", True, "Optional. Which."),
        ({"data_type": "String", "possible_values": ["a", "b"], "description": "x"}, "string", False, "x"),
        ({"operator": "One of <, >.", "value": "number: What."}, "object", False, ""),
        (True, "boolean", False, ""),
        (None, "string", False, ""),
    ],
)
def test_types_in_prose(tmp_path: Path, said: Any, kind: str, must: bool, text: str) -> None:
    tool = zoo(tmp_path, api_arguments={"x": said})
    schema = tool.parameters["properties"]["x"]
    assert (schema["type"], "required" in tool.parameters, schema.get("description", "")) == (kind, must, text)


def test_real_apizoo(tmp_path: Path) -> None:
    pool = counted(real("gorilla_apizoo", tmp_path))
    assert {b.reason.reason for b in pool.bin} <= {"deprecated", "duplicate", "low_quality"}
    assert len(pool.tools) > 3900
    kinds = Counter(s["type"] for t in pool.tools for s in t.parameters["properties"].values())
    assert kinds["integer"] > 1000
    assert kinds["boolean"] > 300


def test_a_broken_zoo_entry_is_named(tmp_path: Path) -> None:
    assert "field 'api_call' is ''" in bad(put(tmp_path, "a.json", [{"api_name": "x", "api_call": ""}])).message
    assert "field 'api_arguments' is [1]" in bad(put(tmp_path, "a.json", [{"api_name": "x", "api_call": "GET /a", "api_arguments": [1]}])).message


# ---- ToolBench --------------------------------------------------------------------------------------------------

COLIS = {
    "name": "Latest", "url": "https://suivi.example/v1/colis/{id}/latest", "description": "The state of a parcel.", "method": "get",
    "required_parameters": [{"name": "id", "type": "STRING", "description": "The parcel.", "default": "CA1"}],
    "optional_parameters": [{"name": "day", "type": "DATE (YYYY-MM-DD)", "description": "", "default": ""}],
    "template_response": {"state": "str", "at": {"lat": "float"}, "steps": [{"n": "int", "_list_length": 2}], "tags": "list of str with length 3", "none": "NoneType", "more": "empty list"},
}  # fmt: skip


def test_toolbench_files(tmp_path: Path) -> None:
    folder = tmp_path / "tools" / "Logistics"
    folder.mkdir(parents=True)
    put(folder, "suivi_colis.json", {"tool_name": "suivi-colis", "title": "Suivi Colis", "host": "x", "api_list": [COLIS, {**COLIS, "name": "Checkhealth", "required_parameters": [], "optional_parameters": []}]})
    put(folder, "api.py", "def latest(is_id, key='x'): ...")
    pool = collect([tmp_path / "tools"], with_pool=False)
    (tool,) = pool.tools
    assert [b.reason.reason for b in pool.bin] == ["low_quality"], "the code beside a definition is no definition"
    assert (tool.name, tool.source.service, tool.source.title, tool.source.verb, tool.source.path) == ("Latest", "suivi-colis", "Suivi Colis", "GET", "/v1/colis/{id}/latest")
    assert takes(tool) == {"id*": "string", "day": "string"}
    assert tool.parameters["properties"]["id"]["examples"] == ["CA1"], "the form's default is a sample"
    assert tool.parameters["properties"]["day"]["format"] == "date"
    assert tool.returns is not None
    assert {n: s["type"] for n, s in tool.returns["properties"].items()} == {"state": "string", "at": "object", "steps": "array", "tags": "array", "none": "string", "more": "array"}
    assert tool.returns["properties"]["steps"]["items"] == {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_toolbench_queries(tmp_path: Path) -> None:
    api = {"category_name": "Logistics", "tool_name": "suivi-colis", "api_name": "Latest", "api_description": "Latest", **{k: v for k, v in COLIS.items() if "param" in k}, "method": "GET"}
    (tool,) = good(put(tmp_path, "G1_query.json", [{"api_list": [api], "query": "Where is it?", "relevant APIs": [["suivi-colis", "Latest"]], "query_id": 1}]))
    assert (tool.name, tool.description, tool.source.service) == ("Latest", "", "suivi-colis")
    assert "a description that only repeats the name left" in tool.mended


def test_toolbench_functions(tmp_path: Path) -> None:
    said = 'This is the subfunction for tool "suivi_colis", you can use this tool.The description of this function is: "Gets a "parcel""'
    parameters = {"type": "object", "properties": {"is_id": {"type": "string", "description": "", "example_value": "CA1"}, "is_open": {"type": "boolean"}}, "required": ["is_id"], "optional": []}
    answer = {"answer_generation": {"query": "?", "function": [{"name": "parcel_for_suivi_colis", "description": said, "parameters": parameters}]}}
    (tool,) = good(put(tmp_path, "answer.json", answer))
    assert (tool.name, tool.description, tool.source.service) == ("parcel", 'Gets a "parcel"', "suivi-colis")
    assert takes(tool) == {"id*": "string", "is_open": "boolean"}, "what ToolBench renamed has its name again, and nothing else"
    assert tool.parameters["properties"]["id"]["examples"] == ["CA1"]
    assert tool.source.operation == "parcel_for_suivi_colis"


def test_two_parameters_do_not_become_one(tmp_path: Path) -> None:
    said = 'This is the subfunction for tool "x", you can use this tool.'
    parameters = {"type": "object", "properties": {"is_id": {"type": "string"}, "id": {"type": "string"}}, "required": ["is_id"]}
    assert takes(only(tmp_path, {"name": "get_for_x", "description": said, "parameters": parameters})) == {"is_id*": "string", "id": "string"}


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ({"api_name": "Love", "tool_name": "Quotes"}, "'Love' is named only"),
        ({"api_name": "Love", "required_parameters": {}}, "field 'required_parameters' is {}, not a list"),
        ({"api_name": "Love", "required_parameters": [{"type": "STRING"}]}, "a parameter without a name"),
        ({"api_name": None, "required_parameters": []}, "field 'name' is None"),
        (5, "5 is no object"),
    ],
)
def test_a_broken_api_of_a_list_is_named(tmp_path: Path, api: Any, said: str) -> None:
    found = bad(put(tmp_path, "q.json", {"api_list": [api]}))
    assert said in found.message
    assert "api_list[0]" in found.message


@pytest.mark.parametrize(("name", "least"), [("stabletoolbench", 2300), ("toolbench", 24), ("toolbench_functions", 2000)])
def test_real_toolbench(tmp_path: Path, name: str, least: int) -> None:
    pool = counted(real(name, tmp_path))
    assert {b.reason.reason for b in pool.bin} <= {"duplicate", "low_quality", "bad_definition"}
    assert len(pool.tools) >= least
    assert not [t for t in pool.tools if "subfunction" in t.description or {"is_id", "is_from"} & set(t.parameters["properties"])]


# ---- quality ----------------------------------------------------------------------------------------------------


def of(name: str, description: str = "Does a thing.", *, takes: str = "", path: str | None = None) -> Tool:
    parameters = {"type": "object", "properties": {n: {"type": "string"} for n in takes.split()}}
    return Tool(name="t", description=description, parameters=parameters, source=Source(vendor="user", service="shop", operation=name, path=path, title="Shop"))


@pytest.mark.parametrize(
    "tool",
    [of("test"), of("foo2"), of("New Request"), of("test endpoint", takes="a"), of("ping"), of("/api/health"), of("ShopHealthCheck"), of("get", "N/A"), of("get_it", "Description not available"), of("list_tables", "Deploy Server X Claim Server @x/y Try in Playground list_tables", takes="a")],
)
def test_what_is_no_tool_goes(tool: Tool) -> None:
    assert low_quality(tool)
    ((_, reason),) = sift([Reading(tool, True, False)])[1]
    assert reason.reason == "low_quality"


@pytest.mark.parametrize(
    "tool",
    [of("run_test", takes="id"), of("copy"), of("todo"), of("get_health_record", takes="patient"), of("health", takes="pet"), of("list_orders", "", path="/orders"), of("list_orders", "", takes="shop"), of("testimonials")],
)
def test_what_only_looks_poor_stays(tool: Tool) -> None:
    assert low_quality(tool) == ""


def test_parameters_that_are_bare_names_are_page_text(tmp_path: Path) -> None:
    for parameters in ([], [{"name": "Add", "required": False, "type": "string"}]):
        found = bad(put(tmp_path, "a.json", [{"name": "list_tables", "description": "Lists.", "parameters": parameters}]))
        assert found.reason == "low_quality"
    listed = [{"name": "city", "required": True, "type": "string", "description": "Where."}, {"name": "days", "type": "int"}]
    assert takes(only(tmp_path, {"name": "t", "description": "d", "parameters": listed})) == {"city*": "string", "days": "integer"}


def test_real_page_text_goes(tmp_path: Path) -> None:
    pool = counted(real("toucan_scraped_noise_sample", tmp_path))
    assert Counter(b.reason.reason for b in pool.bin)["low_quality"] >= 0.95 * pool.read


def test_near_copies_are_one_with_all_origins(tmp_path: Path) -> None:
    said = "Click an element on the page that is open right now, by its selector"
    for name, text in (("fork_a", said), ("fork_b", said + "."), ("fork_c", said.replace("selector", "label")), ("fork_d", "Ask the operator for something else")):
        put(tmp_path, f"{name}.json", [{"name": "click", "description": text, "inputSchema": WEATHER}])
    put(tmp_path, "fork_e.json", [{"name": "click", "description": said, "inputSchema": {"properties": {"city": {"type": "integer"}}}}])
    pool = collect([tmp_path], with_pool=False)
    assert [(t.source.service, t.also_in) for t in pool.tools] == [("fork-a", ("user:fork-b",)), ("fork-c", ()), ("fork-d", ()), ("fork-e", ())]
    assert [b.reason.message for b in pool.bin] == ["nearly equals user:fork-a//click, its description differs in few words"]


def test_one_name_at_two_addresses_is_two_operations() -> None:
    tools, dropped = sift(Reading(of("list_keys", "Lists the keys.", path=path), True, False) for path in ("/shops/keys", "/clubs/keys", "/clubs/keys"))
    assert [t.source.path for t in tools] == ["/shops/keys", "/clubs/keys"]
    assert len(dropped) == 1


# ---- fuzz -------------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    "name description parameters input_schema inputSchema properties type items required tools functions function openapi swagger paths /a get post parameters requestBody content application/json schema $ref allOf anyOf responses 200 "
    "api_list api_name api_call api_arguments required_parameters optional_parameters template_response in strict annotations enum default arguments messages key source info item request url log entries $defs".split()
)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), st.sampled_from(["object", "dict", "string", "#", "#/a", "a.json#/b", "GET /a", "List[int]", "3.0.0", "2.0", "query", "body"]))
ANYTHING = st.recursive(_LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=6)), max_leaves=30)


def document(content: Any, name: str = "a.json") -> Document:
    return Document(name, content if isinstance(content, bytes) else json.dumps(content).encode(), lambda _: None)


def found_in(doc: Document, dialect: str | None = None) -> Iterator[Tool | Dropped]:
    try:
        yield from read_document(doc, dialect=dialect)
    except UserError:
        return


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING)
def test_no_definition_raises(content: Any) -> None:
    tools = [f for f in found_in(document(content)) if isinstance(f, Tool)]
    for tool in tools:
        assert Tool.model_validate_json(tool.model_dump_json()) == tool
    kept, dropped = sift(Reading(t, True, False) for t in tools)
    assert len(kept) + len(dropped) == len(tools)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING, st.sampled_from(sorted(READERS)))
def test_no_definition_raises_in_a_named_dialect(content: Any, dialect: str) -> None:
    list(found_in(document(content), dialect))


COLLECTION = {
    "info": {"name": "Corner Shop", "_postman_id": "x", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {
            "name": "Orders",
            "item": [
                {
                    "name": "Change an order",
                    "request": {
                        "method": "PATCH",
                        "description": {"content": "Changes it."},
                        "url": {
                            "raw": "{{base}}/v1/orders/:orderId?dry=true", "host": ["{{base}}"], "path": ["v1", "orders", ":orderId"],
                            "query": [{"key": "dry", "value": "true", "disabled": True}, {"key": "api_key", "value": "s3cret"}, {"key": "page", "value": "<integer>", "description": "(Required) The page."}],
                            "variable": [{"key": "orderId", "value": "7", "description": "The order."}],
                        },
                        "body": {"mode": "raw", "raw": '{"note": "hi", "size": {{size}}, "password": "s3cret", "lines": [{"n": 1}]}'},
                    },
                    "response": [{"name": "ok", "code": 200, "body": '{"id": 7, "note": "hi", "token": "s3cret"}', "originalRequest": {"method": "PATCH", "url": {"path": ["v1", "orders", "7"]}, "body": {"mode": "raw", "raw": '{"note": "ho"}'}}}],
                }
            ],
        },
        {"name": "https://shop.example/v1/orders", "request": "https://shop.example/v1/orders?limit=5"},
        {"name": "Sign up", "request": {"method": "POST", "url": "https://shop.example/customers", "body": {"mode": "urlencoded", "urlencoded": [{"key": "name", "value": "Ann"}, {"key": "age", "value": "7"}]}}},
    ],
}  # fmt: skip
HAR = {
    "log": {
        "version": "1.2",
        "entries": [
            {"request": {"method": "GET", "url": "https://shop.example/api/orders/17?full=1&key=s3cret"}, "response": {"status": 200, "content": {"mimeType": "application/json", "text": '{"id": 17, "note": null}'}}},
            {"request": {"method": "GET", "url": "https://shop.example/api/orders/18?full=0"}, "response": {"status": 200, "content": {"mimeType": "application/json", "text": "eyJpZCI6IDE4LCAibm90ZSI6ICJoaSJ9", "encoding": "base64"}}},
            {"request": {"method": "GET", "url": "https://shop.example/api/orders/99"}, "response": {"status": 404, "content": {"mimeType": "application/json", "text": '{"error": "gone"}'}}},
            {"request": {"method": "POST", "url": "https://shop.example/api/orders", "postData": {"mimeType": "application/json", "text": '{"note": "a", "count": 1}'}}, "response": {"status": 201, "content": {"mimeType": "application/json", "text": '{"id": 19}'}}},
            {"request": {"method": "POST", "url": "https://shop.example/api/orders", "postData": {"mimeType": "application/json", "text": '{"note": "b", "count": 2.5, "gift": true}'}}, "response": {"status": 201, "content": {"mimeType": "application/json", "text": '{"id": 20}'}}},
            {"request": {"method": "GET", "url": "https://shop.example/logo.png"}, "response": {"status": 200, "content": {"mimeType": "image/png"}}},
            {"request": {"method": "OPTIONS", "url": "https://shop.example/api/orders"}, "response": {"status": 204}},
        ],
    }
}  # fmt: skip


SEEDS: list[Any] = [COLLECTION, HAR, OPENAI, MCP, {"openapi": "3.0.0", "info": {"title": "t"}, "paths": {"/a/{b}": {"post": {"parameters": [{"name": "b", "in": "path", "schema": {"type": "string"}}], "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "number"}}}}}}, "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/x"}}}}}}}}}, "x": {"type": "object"}}, {"api_list": [COLIS]}, {"api_name": "a - b", "api_call": "GET /a", "api_arguments": {"x": "integer: y"}}]  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_no_damaged_definition_raises(seed: Any, data: st.DataObject) -> None:
    """One part of a good definition is replaced by anything."""
    content = json.loads(json.dumps(seed))
    at = content
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.integers(0, 3)) == 0:
            at[key] = data.draw(ANYTHING)
            break
        at = at[key]
    list(found_in(document(content)))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["a.json", "a.jsonl", "a.yaml", "a", "a.har"]))
def test_no_bytes_raise(data: bytes, name: str) -> None:
    list(found_in(document(data, name)))


@pytest.mark.parametrize("text", ["&a [*a]", "&a {tools: *a}", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)) + "openapi: 3.0.0\npaths: {/a: {get: {parameters: *j}}}"])
def test_yaml_that_holds_itself_or_explodes_is_read_in_no_time(tmp_path: Path, text: str) -> None:
    list(found_in(document(text.encode(), "a.yaml")))


@pytest.mark.parametrize("depth", [300, 1000])
def test_what_is_nested_too_deep_is_dropped(depth: int) -> None:
    for inner in ('{"properties":{"a":', '{"items":', '{"allOf":[', "[", '{"tools":', '{"api_list":['):
        close = "".join({"{": "}", "[": "]"}[c] for c in reversed(inner) if c in "{[")
        for outer in ('[{"name":"t","parameters":%s}]', '{"openapi":"3.0.0","paths":{"/a":{"get":{"parameters":[%s]}}}}', "%s"):
            list(found_in(document((outer % (inner * depth + "{}" + close * depth)).encode())))


# ---- OpenAPI and Swagger ----------------------------------------------------------------------------------------

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Old Shop", "version": "1"},
    "basePath": "/v1",
    "securityDefinitions": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}},
    "parameters": {"page": {"name": "page", "in": "query", "type": "integer", "minimum": 1}},
    "paths": {
        "/orders/{id}": {
            "post": {
                "operationId": "changeOrder",
                "parameters": [
                    {"$ref": "#/parameters/page"},
                    {"name": "id", "in": "path", "type": "string", "required": True},
                    {"name": "api_key", "in": "query", "type": "string", "required": True},
                    {"name": "states", "in": "query", "type": "array", "items": {"type": "string", "enum": ["open", "shut"]}, "collectionFormat": "csv"},
                    {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Order"}},
                ],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Order"}}},
            },
            "put": {
                "operationId": "addPicture",
                "consumes": ["multipart/form-data"],
                "parameters": [{"name": "id", "in": "path", "type": "string", "required": True}, {"name": "picture", "in": "formData", "type": "file", "required": True}],
            },
        }
    },
    "definitions": {"Order": {"type": "object", "required": ["note", "total"], "properties": {"note": {"type": "string"}, "total": {"type": "number", "readOnly": True}, "parent": {"$ref": "#/definitions/Order"}}}},
}


def test_swagger(tmp_path: Path) -> None:
    change, picture = good(put(tmp_path, "old.json", SWAGGER))
    assert takes(change) == {"page": "integer", "id*": "string", "states": "array", "note*": "string", "parent": "object"}, "neither the key nor what only an answer holds"
    assert change.parameters["properties"]["states"]["items"]["enum"] == ["open", "shut"]
    assert change.parameters["properties"]["page"]["minimum"] == 1
    assert (change.source.service, change.source.verb, change.source.path, change.source.in_path) == ("old-shop", "POST", "/orders/{id}", ("id",))
    assert change.returns is not None
    assert set(change.returns["properties"]) == {"note", "total", "parent"}
    assert takes(picture) == {"id*": "string", "picture*": "string"}


def test_references_into_other_files(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    item = {"get": {"operationId": "getPet", "parameters": [{"$ref": "common.yaml#/parameters/Id"}], "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "schemas/pet.json"}}}}}}}
    root = {"openapi": "3.0.3", "info": {"title": "Pets"}, "paths": {"/pets/{id}": {"$ref": "paths.yaml#/pet"}, "/lost": {"get": {"parameters": [{"$ref": "nowhere.yaml#/x"}]}}, "/web": {"get": {"parameters": [{"$ref": "https://x.example/a.yaml"}]}}}}
    pet = {"type": "object", "properties": {"name": {"$ref": "#/definitions/Name"}, "owner": {"$ref": "owner.json#/Owner"}, "friend": {"$ref": "pet.json"}}, "definitions": {"Name": {"type": "string", "enum": ["Rex"]}}}
    put(tmp_path, "paths.yaml", yaml.safe_dump({"pet": item}))
    put(tmp_path, "common.yaml", yaml.safe_dump({"parameters": {"Id": {"name": "id", "in": "path", "schema": {"type": "integer"}}}}))
    put(tmp_path / "schemas", "pet.json", pet)
    put(tmp_path / "schemas", "owner.json", {"Owner": {"type": "object", "properties": {"pets": {"type": "array", "items": {"$ref": "pet.json"}}}}})
    tools, dropped = mixed(put(tmp_path, "root.yaml", yaml.safe_dump(root)))
    (tool,) = tools
    assert takes(tool) == {"id*": "integer"}
    assert tool.returns is not None
    assert tool.returns["properties"]["name"]["enum"] == ["Rex"], "a local reference of the other file leads into that file"
    assert tool.returns["properties"]["owner"]["properties"]["pets"]["items"] == {"type": "object"}, "a circle through two files is cut"
    assert [(d.reason, "nowhere.yaml" in d.message or "https://x.example" in d.message) for d in dropped] == [("broken_reference", True)] * 2

    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as z:
        for path in ("root.yaml", "paths.yaml", "common.yaml", "schemas/pet.json", "schemas/owner.json"):
            z.write(tmp_path / path, f"api/{path}")
    (packed,) = mixed(archive)[0]
    assert (packed.parameters, packed.returns) == (tool.parameters, tool.returns)


def test_no_file_outside_is_read_by_its_full_path(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.json", {"type": "object", "properties": {"password": {"const": "x"}}})
    root = {"openapi": "3.0.3", "info": {"title": "T"}, "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": str(secret)}}}}}}}}}
    assert bad(put(tmp_path, "root.json", root)).reason == "broken_reference"


def test_openapi_31(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"const": "order"},
            "note": {"type": ["string", "null"], "examples": ["hi"]},
            "pay": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Card"}], "discriminator": {"propertyName": "type"}},
            "tree": {"$ref": "#/components/schemas/Node", "description": "The tree."},
            "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
    }
    nodes = {"Card": {"type": "object", "properties": {"number": {"type": "string"}}}, "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "size": {"type": "integer"}}}}
    root = {"openapi": "3.1.0", "info": {"title": "T", "license": {"name": "MIT", "identifier": "MIT"}}, "webhooks": {"x": {"post": {}}}, "paths": {"/orders": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}}, "components": {"schemas": nodes}}
    (tool,) = good(put(tmp_path, "a.json", root))
    properties = tool.parameters["properties"]
    assert takes(tool) == {"kind": "string", "note": ["string", "null"], "pay": "object", "tree": "object", "either": ["integer", "null"]}
    assert properties["kind"]["enum"] == ["order"]
    assert properties["pay"]["properties"]["number"] == {"type": "string"}
    assert properties["tree"] == {"type": "object", "description": "The tree.", "properties": {"next": {"type": "object"}, "size": {"type": "integer"}}}
    assert tool.source.licence == "MIT"


def test_an_operation_that_the_provider_deprecates_goes(tmp_path: Path) -> None:
    root = {"openapi": "3.0.0", "info": {"title": "T"}, "paths": {"/a": {"get": {"deprecated": True}}}}
    assert bad(put(tmp_path, "a.json", root)).reason == "deprecated"


def test_real_documents(tmp_path: Path) -> None:
    path = real("openapi_fixtures", tmp_path)
    pool = counted(path)
    assert (pool.read, len(pool.tools)) == (365, 365)
    assert len({t.source.service for t in pool.tools}) == 4


# ---- Python -----------------------------------------------------------------------------------------------------

SHOP_PY = '''
"""A shop. Importing it would leave a mark."""
import pathlib
pathlib.Path(__file__).with_name("imported").touch()
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal, NewType, Optional, TypedDict

from pydantic import BaseModel, Field
from models import Customer

Size = Literal["small", "large"]
OrderId = NewType("OrderId", str)

class State(str, Enum):
    OPEN = "open"
    SHUT = "shut"

class Line(BaseModel):
    """A line."""
    item: str = Field(..., description="What is bought.", max_length=30)
    count: int = Field(1, ge=1)
    gift: Optional["Line"] = None

class Where(TypedDict):
    street: str

class Shape:
    KIND: ClassVar[str] = "shape"
    size: int

@dataclass
class Order:
    id: OrderId
    lines: list[Line] = field(default_factory=list)
    state: State = State.OPEN
    """Where it stands."""

def place_order(customer: Customer, lines: list[Line], size: Size = "small", *, note: str | None = None, where: Where = None, shape: Shape = None, at: Annotated[int, Field(ge=0, description="Hour.")] = 9, **more) -> Order:
    """Places an order.

    It is shipped the same day.

    Args:
        customer: Who buys.
        size (str): How large.
        note: What to say.
        voucher (str): A voucher.

    Returns:
        The order.
    """

def find(a, b="x", c=None):
    """Finds.

    Parameters
    ----------
    a : int
        The a.
    b : {'x', 'y'}
        The b.
    c : list of str, optional

    Returns
    -------
    dict
    """

def old(a, ctx: "RunContext[Deps]"):
    """Old.

    :param a: The a.
    :type a: float
    """

def _private(): ...
'''
MODELS_PY = "from dataclasses import dataclass\n@dataclass\nclass Base:\n    id: int\n@dataclass\nclass Customer(Base):\n    name: str\n    best: 'Customer | None' = None\n"


def test_python_functions_are_read_and_not_run(tmp_path: Path) -> None:
    put(tmp_path, "models.py", MODELS_PY)
    tools = {t.name: t for t in good(put(tmp_path, "corner_shop.py", SHOP_PY))}
    assert set(tools) == {"place_order", "find", "old"}
    place = tools["place_order"]
    assert place.description == "Places an order. It is shipped the same day."
    assert takes(place) == {"customer*": "object", "lines*": "array", "size": "string", "note": "string", "where": "object", "shape": "object", "at": "integer", "voucher": "string"}
    properties = place.parameters["properties"]
    assert {n: s["type"] for n, s in properties["customer"]["properties"].items()} == {"id": "integer", "name": "string", "best": "object"}
    assert properties["customer"]["required"] == ["id", "name"]
    line = properties["lines"]["items"]
    assert line["required"] == ["item"]
    assert line["properties"]["item"] == {"type": "string", "description": "What is bought.", "maxLength": 30}
    assert line["properties"]["count"] == {"type": "integer", "minimum": 1, "default": 1}
    assert properties["size"] == {"type": "string", "description": "How large.", "enum": ["small", "large"], "default": "small"}
    assert properties["at"] == {"type": "integer", "description": "Hour.", "minimum": 0, "default": 9}
    assert place.returns is not None
    assert place.returns["properties"]["state"] == {"type": "string", "description": "Where it stands.", "enum": ["open", "shut"]}
    assert place.returns["properties"]["id"] == {"type": "string"}
    assert list(properties["shape"]["properties"]) == ["size"]
    assert (place.source.service, place.source.package) == ("corner-shop", "corner_shop.py")
    assert takes(tools["find"]) == {"a*": "integer", "b": "string", "c": "array"}
    assert tools["find"].parameters["properties"]["b"]["enum"] == ["x", "y"]
    assert takes(tools["old"]) == {"a*": "number"}, "what the framework gives is no argument"
    assert not (tmp_path / "imported").exists()


TOOLKIT_PY = '''
class RetailTools(ToolKitBase):
    """Tools."""
    def __init__(self, db): ...
    def helper(self): ...

    @is_tool(ToolType.READ)
    def get_order(self, order_id: str) -> Order:
        """Get an order.

        Args:
            order_id: The id, such as '#W1'.

        Raises:
            ValueError: If it is not there.
        """

    @is_tool(ToolType.WRITE)
    def cancel_order(self, order_id: str, reason: str) -> Order:
        """Cancel it."""

class Order:
    pass

@server.tool(name="list_all", description="Lists them all.")
def _list(ctx: Context, limit: int = 5): ...

@router.post("/orders/{order_id}/notes")
async def add_note(order_id: str, note: Note, request: Request): ...

class Note(BaseModel):
    text: str
'''


def test_decorated_toolkits(tmp_path: Path) -> None:
    tools = {t.name: t for t in good(put(tmp_path, "tools.py", TOOLKIT_PY))}
    assert set(tools) == {"get_order", "cancel_order", "list_all", "add_note"}
    assert [tools[n].source.hint for n in ("get_order", "cancel_order", "list_all")] == ["read", "write", None]
    assert tools["get_order"].source.service == "retail-tools"
    assert (tools["list_all"].description, takes(tools["list_all"])) == ("Lists them all.", {"limit": "integer"})
    note = tools["add_note"]
    assert (note.source.verb, note.source.path, note.source.in_path, takes(note)) == ("POST", "/orders/{order_id}/notes", ("order_id",), {"order_id*": "string", "note*": "object"})


def test_tau_bench_classes(tmp_path: Path) -> None:
    folder = tmp_path / "retail" / "tools"
    folder.mkdir(parents=True)
    put(folder, "cancel.py", f"class Cancel(Tool):\n    @staticmethod\n    def invoke(data, order_id): ...\n    @staticmethod\n    def get_info():\n        return {PLAIN!r}\n")
    put(folder, "odd.py", "class Odd(Tool):\n    @staticmethod\n    def get_info():\n        return make()\n")
    tools, dropped = mixed(tmp_path)
    assert [(t.name, t.source.service) for t in tools] == [("get_weather", "retail")]
    assert ["computed, not written out" in d.message for d in dropped] == [True]


def test_a_module_and_a_callable_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "cornershop"
    (package / "api").mkdir(parents=True)
    put(package, "__init__.py", "from .api.orders import find as find\nraise SystemExit('it is not run')\n")
    put(package / "api", "__init__.py", "")
    put(package / "api", "orders.py", "def find(a: int) -> list[str]: ...\ndef other(): ...\nclass Shop:\n    def buy(self, what: str): ...\n    def sell(self, what: str): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [t.name for t in good(Path("cornershop:find"))] == ["find"], "it is read where it is written"
    assert [t.name for t in good(Path("cornershop.api.orders:Shop"))] == ["buy", "sell"]
    assert [t.name for t in good(Path("cornershop.api.orders:Shop.buy"))] == ["buy"]
    assert [t.name for t in good(Path("python:cornershop.api.orders"))] == ["find", "other"]
    with pytest.raises(UserError, match="no public function or class 'nothing'"):
        list(read_source("cornershop.api.orders:nothing"))
    with pytest.raises(UserError, match="no module 'nowhere'"):
        list(read_source("nowhere:find"))


@pytest.mark.parametrize(("text", "said"), [("def (", "no Python that can be parsed"), ("x = 1", "no tool definition in it"), ("\0", "no Python that can be parsed")])
def test_a_module_without_tools_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        list(read_source(str(put(tmp_path, "mine.py", text))))
    with pytest.raises(UserError, match=r"no \.py file"):
        list(read_source(str(put(tmp_path, "a.json", [MCP])), dialect="python"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from([SHOP_PY, TOOLKIT_PY, MODELS_PY]), st.integers(0, 2500), st.integers(0, 40), st.text(alphabet="abc(){}[]:,'\"=.*|@ \n", max_size=6))
def test_no_damaged_module_raises(text: str, at: int, cut: int, put_in: str) -> None:
    list(found_in(document((text[:at] + put_in + text[at + cut :]).encode(), "a.py")))


# ---- Postman and HAR --------------------------------------------------------------------------------------------


def test_postman(tmp_path: Path) -> None:
    change, listing, sign_up = good(put(tmp_path, "shop.json", COLLECTION))
    assert (change.name, change.description, change.source.service, change.source.title) == ("Change_an_order", "Changes it.", "corner-shop", "Corner Shop")
    assert (change.source.verb, change.source.path, change.source.in_path) == ("PATCH", "/v1/orders/{orderId}", ("orderId",))
    assert takes(change) == {"orderId*": "integer", "dry": "boolean", "page*": "integer", "note*": "string", "size": "string", "password": "string", "lines": "array"}, "the note stands in both bodies"
    assert change.parameters["properties"]["page"]["description"] == "The page."
    assert change.parameters["properties"]["note"]["examples"] == ["hi"]
    assert change.returns is not None
    assert {n: s["type"] for n, s in change.returns["properties"].items()} == {"id": "integer", "note": "string", "token": "string"}
    assert (listing.name, listing.source.operation, takes(listing)) == ("get_orders", "GET /v1/orders", {"limit": "integer"})
    assert takes(sign_up) == {"name": "string", "age": "integer"}


def test_postman_keeps_the_pairs_without_secrets(tmp_path: Path) -> None:
    (pair,) = good(put(tmp_path, "shop.json", COLLECTION))[0].pairs
    assert (pair.status, pair.response) == (200, {"id": 7, "note": "hi", "token": "***"})
    assert pair.arguments["note"] == "ho"
    assert "s3cret" not in good(put(tmp_path, "shop.json", COLLECTION))[0].model_dump_json()
    (again,) = [t for t in collect([put(tmp_path, "shop.json", {"collection": COLLECTION})], with_pool=False).tools if t.pairs]
    assert again.pairs == (pair,), "as Postman's own API answers"


def test_requests_of_one_address_are_one_tool(tmp_path: Path) -> None:
    """Collections repeat a call for every case they try."""
    items = [{"name": f"Create ticket ({n})", "request": {"method": "POST", "url": "{{base}}/tickets", "body": {"mode": "raw", "raw": json.dumps(body)}}} for n, body in (("vip", {"kind": "vip", "day": "x"}), ("bad", {"kind": 5}))]
    (tool,) = good(put(tmp_path, "a.json", {"info": {"name": "Shop", "_postman_id": "x"}, "item": items}))
    assert (tool.name, tool.source.operation) == ("post_tickets", "POST /tickets")
    assert tool.parameters["required"] == ["kind"]
    assert tool.mended == ("2 requests of one address are one tool",)


def test_har(tmp_path: Path) -> None:
    tools, dropped = mixed(put(tmp_path, "shop.har", HAR))
    get, post = tools
    assert (get.name, get.source.operation, get.source.service, get.source.path) == ("get_orders_by_order_id", "GET /api/orders/{order_id}", "shop-example", "/api/orders/{order_id}")
    assert takes(get) == {"order_id*": "integer", "full": "integer"}, "a key is no argument, and one call does not tell what must be given"
    assert get.returns == {"type": "object", "properties": {"id": {"type": "integer"}, "note": {"type": ["string", "null"]}}, "required": ["id", "note"]}
    assert [(p.arguments, p.status) for p in get.pairs] == [({"order_id": 17, "full": 1}, 200), ({"order_id": 18, "full": 0}, 200), ({"order_id": 99}, 404)]
    assert takes(post) == {"note*": "string", "count*": "number", "gift": "boolean"}, "what all bodies hold must be given"
    assert len(dropped) == 2
    assert "a page, file or script (image/png)" in dropped[0].message
    assert "'OPTIONS' is no verb" in dropped[1].message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"info": {"_postman_id": "x"}, "item": 5}, "field 'item' is 5"),
        ({"order": [], "requests": []}, "format 1; export it as v2.1"),
        ({"info": {"_postman_id": "x"}, "item": [{"name": "a", "request": 5}]}, "field 'request' is 5"),
        ({"info": {"_postman_id": "x"}, "item": [{"name": "a", "request": {"url": 5}}]}, "field 'url' is 5"),
        ({"info": {"_postman_id": "x"}, "item": [{"name": "a", "request": "http://[x"}]}, "no address"),
        ({"log": {"entries": 5}}, "'log.entries' is 5"),
        ({"log": {"entries": [{"request": {}}]}}, "holds no request with a url"),
    ],
)
def test_a_broken_recording_is_named(tmp_path: Path, content: Any, said: str) -> None:
    found = bad(put(tmp_path, "mine.json", content))
    assert said in found.message
    assert "mine.json" in found.message


# ---- a live MCP server ------------------------------------------------------------------------------------------

SERVER_PY = """
import sys
from typing import TypedDict
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

class Weather(TypedDict):
    degrees: float

server = MCPServer("Weather Station")

@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def get_weather(city: str, days: int = 1) -> Weather:
    "Gets the weather."

@server.tool(annotations=ToolAnnotations(read_only_hint=False, destructive_hint=True))
def forget(city: str) -> str:
    "Forgets a city."

server.run("streamable-http", port=int(sys.argv[1])) if len(sys.argv) > 1 else server.run()
"""


def weather_station(tools: list[Tool]) -> None:
    assert [(t.name, t.source.service, t.source.hint) for t in tools] == [("get_weather", "weather-station", "read"), ("forget", "weather-station", "delete")]
    assert takes(tools[0]) == {"city*": "string", "days": "integer"}
    assert tools[0].returns is not None
    assert tools[0].returns["properties"]["degrees"]["type"] == "number"


def test_a_server_over_stdio(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    script = put(tmp_path, "server.py", SERVER_PY)
    run = Run(tmp_path / "run")
    command = f"mcp:{shlex.quote(sys.executable)} {shlex.quote(str(script))}"
    assert walk.tools(run, walk.Settings(), files=[command], with_pool=False).kept == 2
    weather_station([t for _, t in sorted(read_records(run.product("tools"), Tool), key=lambda r: r[1].name == "forget")])
    script.unlink()
    assert walk.tools(run, walk.Settings(), files=[command], with_pool=False).again, "what the server listed is written down"
    assert not list(check.check(run.path)), "and the run is proven without the server"
    with pytest.raises(UserError, match="no MCP server answers"):
        walk.tools(run, walk.Settings(fresh=True), files=[command], with_pool=False)


def test_a_server_over_http(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(put(tmp_path, "server.py", SERVER_PY)), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        weather_station(collect([f"mcp:http://127.0.0.1:{port}/mcp"], with_pool=False).tools)
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("address", ["", "/nowhere/server", "http://127.0.0.1:1/mcp", "'unclosed"])
def test_a_server_that_does_not_answer_is_named(address: str) -> None:
    pytest.importorskip("mcp")
    with pytest.raises(UserError, match=r"names no server|no MCP server answers") as error:
        listed(f"mcp:{address}")
    assert "\n" not in str(error.value)


def test_what_a_server_complains_of_is_told() -> None:
    pytest.importorskip("mcp")
    with pytest.raises(UserError, match=r"it said: .*KeyError: .API_TOKEN"):
        listed(f"mcp:{shlex.quote(sys.executable)} -c 'import os; os.environ[\"API_TOKEN\"]'")


def test_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    pytest.importorskip("mcp")
    with pytest.raises(UserError, match="did not list its tools within 1 s"):
        listed(f"mcp:{shlex.quote(sys.executable)} -c 'import time; time.sleep(60)'", seconds=1)


# ---- why --------------------------------------------------------------------------------------------------------


def test_why_tells_what_happened(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [{"name": "shop.add_tax", "description": "<b>Adds</b> it.", "parameters": {"type": "dict", "properties": {"n": {"type": "float"}}}}, {"name": "ping"}])
    put(tmp_path, "b.json", [{"name": "shop.add_tax", "description": "<b>Adds</b> it.", "parameters": {"type": "dict", "properties": {"n": {"type": "float"}}}}, {"description": "nameless"}])
    run = Run(tmp_path / "run")
    walk.tools(run, walk.Settings(), files=[tmp_path / "a.json", tmp_path / "b.json"], with_pool=False)
    kept, copy = why(run, "shop.add_tax")
    assert kept.split("\n")[:2] == ["kept: shop_add_tax, shop.add_tax of user:a, read from a.json", "  changed: mark-up left the description"]
    assert "type float -> number" in kept
    assert "also in: user:b" in kept
    assert copy.startswith("dropped: user:b//shop.add_tax\n  duplicate: equals user:a//shop.add_tax")
    assert "asks whether the service is up" in next(iter(why(run, "PING")))
    assert "field 'name' is None" in next(iter(why(run, "b.json")))
    with pytest.raises(UserError, match="no definition named 'nothing'"):
        list(why(run, "nothing"))


def test_every_dialect_has_its_row_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "own-api.md").read_text(encoding="utf-8")
    assert [name for name in (*READERS, *ALIASES, "python") if f"`{name}`" not in page and name != "apigen"] == []


# ---- client libraries -------------------------------------------------------------------------------------------

SDK_PY = '''
from typing import Optional
import httpx
from .types import Account, AccountListPage
raise SystemExit("it is not run")

class Accounts(SyncAPIResource):
    def create(self, *, name: str, funding: Optional[str] | Omit = omit, extra_headers: Headers | None = None, idempotency_key: str | None = None) -> Account:
        """Create an account.

        Args:
          name: Its name.
          extra_headers: Send extra headers
        """
        return self._post("/accounts", body=maybe_transform({"name": name}), cast_to=Account)

    def retrieve(self, account_id: str) -> Account:
        """Get an account."""
        return self._get(path_template("/accounts/{account_id}", account_id=account_id), cast_to=Account)

    def list(self, *, limit: int | NotGiven = NOT_GIVEN) -> SyncPage[Account]:
        """List accounts."""
        return self._get_api_list("/accounts", page=SyncPage[Account])

    def with_raw_response(self): ...

class AsyncAccounts(AsyncAPIResource):
    async def create(self, *, name: str) -> Account:
        return await self._post("/accounts")

class RawPaymentsClient:
    def get(self, payment_id: str, *, request_options: RequestOptions = None) -> HttpResponse[Account]:
        """Gets a payment."""
        return self._client_wrapper.httpx_client.request(f"v2/payments/{jsonable_encoder(payment_id)}", method="GET")

class ChargeService(StripeService):
    def update(self, charge: str, params: Optional["Params"] = None, options=None) -> "Account":
        """Updates a charge."""
        return cast("Account", self._request("post", "/v1/charges/{charge}".format(charge=sanitize_id(charge)), params=params))

class TasksApi:
    def get_task_with_http_info(self, task_gid, opts, **kwargs):  # noqa: E501
        """Get a task  # noqa: E501

        :param async_req bool
        :param str task_gid: The task. (required)
        :param list[str] opt_fields: What to show.
        :return: TaskResponse
        """
        return self.api_client.call_api('/tasks/{task_gid}', 'GET', {}, [])

class WebClient:
    def chat_postMessage(self, *, channel: str, text: Optional[str] = None, **kwargs) -> SlackResponse:
        """Sends a message."""
        return self.api_call("chat.postMessage", json=kwargs)

from typing import NotRequired, TypedDict
class RequestOptions(TypedDict):
    stripe_account: NotRequired[str]
class Params(RequestOptions):
    note: str
    size: NotRequired[int]
    order: "Order"
class Order(TypedDict, total=False):
    id: Required[str]
    text: str
'''
TYPES_PY = "from pydantic import BaseModel\nclass Account(BaseModel):\n    id: str\n    name: str\n    best: 'Account | None' = None\n"


def library(folder: Path, licence: str = "MIT", text: str = SDK_PY) -> None:
    """An installed client library."""
    (folder / "coinbank").mkdir(parents=True)
    put(folder / "coinbank", "__init__.py", text)
    put(folder / "coinbank", "types.py", TYPES_PY)
    info = folder / "coinbank_sdk-1.2.dist-info"
    info.mkdir()
    put(info, "METADATA", f"Metadata-Version: 2.1\nName: coinbank-sdk\nVersion: 1.2\nLicense: {licence}\n")
    put(info, "RECORD", "coinbank/__init__.py,,\ncoinbank/types.py,,\ncoinbank_sdk-1.2.dist-info/METADATA,,\n")


def test_a_client_library_is_read_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    tools = {t.source.operation: t for t in good(Path("pkg:coinbank-sdk"))}
    assert {n: (t.source.verb, t.source.path) for n, t in tools.items()} == {
        "accounts.create": ("POST", "/accounts"),
        "accounts.retrieve": ("GET", "/accounts/{account_id}"),
        "accounts.list": ("GET", "/accounts"),
        "payments.get": ("GET", "/v2/payments/{payment_id}"),
        "charge.update": ("POST", "/v1/charges/{charge}"),
        "tasks.get_task": ("GET", "/tasks/{task_gid}"),
        "chat.postMessage": ("POST", "/chat.postMessage"),
    }
    create = tools["accounts.create"]
    assert takes(create) == {"name*": "string", "funding": ["string", "null"]}, "what steers the library is no argument"
    assert create.returns is not None
    assert {n: s["type"] for n, s in create.returns["properties"].items()} == {"id": "string", "name": "string", "best": "object"}
    assert create.source == Source(
        vendor="coinbank-sdk", service="coinbank-sdk", version="1.2", operation="accounts.create", verb="POST", path="/accounts", licence="MIT", package="coinbank-sdk 1.2", title="Coinbank"
    )
    assert tools["accounts.list"].returns is not None
    assert tools["accounts.list"].returns["type"] == "array"
    assert tools["payments.get"].returns == create.returns
    assert takes(tools["charge.update"]) == {"charge*": "string", "note*": "string", "size": "integer", "order*": "object"}, "a record of all parameters is opened, what steers the library is left out"
    order = tools["charge.update"].parameters["properties"]["order"]
    assert (set(order["properties"]), order["required"]) == ({"id", "text"}, ["id"]), "of a record that is not total only what says so is required"
    assert takes(tools["tasks.get_task"]) == {"task_gid*": "string", "opt_fields": "array"}
    assert tools["tasks.get_task"].description == "Get a task"


def test_a_library_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="the package 'no-such-thing' is not installed; pip install no-such-thing"):
        list(read_source("pkg:no-such-thing"))
    with pytest.raises(UserError, match="no method that calls an address"):
        list(read_source("pkg:pytest"))
    library(tmp_path, licence="Proprietary")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UserError, match="its licence is 'Proprietary'; only permissive ones are read"):
        list(read_source("pkg:coinbank-sdk"))
