"""The tools room: every dialect gives the same rows, what is broken lands in the bin by name, and nothing of it runs."""

import gzip
import json
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from agentscaler.dice import Dice
from agentscaler.errors import Dropped, UserError
from agentscaler.records import Source, Tool
from agentscaler.schemas import fields
from agentscaler.tools import Pool, collect, installed, read_source
from agentscaler.tools.aws import read_aws
from agentscaler.tools.clean import Reading, label, sift
from agentscaler.tools.google import _path, rank, read_google
from agentscaler.tools.tencent import read_tencent
from shops import shop_api

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "The <b>city</b>."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"type": "string", "enum": ["C", "F"]},
    },
    "required": ["city", "gone"],
}
READ = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "The city ."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"type": "string", "enum": ["C", "F"]},
    },
    "required": ["city"],
}
"""The same without mark-up, and without the required parameter that is not there."""


def put(folder: Path, name: str, content: Any) -> Path:
    """A file with this content; anything but text as JSON."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def good(path: Path) -> list[Tool]:
    """The tools of a file in which nothing is wrong."""
    found = list(read_source(str(path)))
    assert not [f for f in found if isinstance(f, Dropped)]
    return [f for f in found if isinstance(f, Tool)]


def bad(path: Path) -> Dropped:
    """What is wrong with the only definition of a file."""
    (found,) = read_source(str(path))
    assert isinstance(found, Dropped)
    return found


def only(folder: Path, definition: Any) -> Tool:
    (found,) = good(put(folder, "one.json", [definition]))
    return found


# ---- dialects ---------------------------------------------------------------------------------------------------

OPENAI = {"type": "function", "function": {"name": "get_weather", "description": "Gets it.", "parameters": WEATHER}}
ANTHROPIC = {"name": "get_weather", "description": "Gets it.", "input_schema": WEATHER}
MCP = {"name": "get_weather", "description": "Gets it.", "inputSchema": WEATHER}


@pytest.mark.parametrize(
    "content",
    [
        [OPENAI],
        {"tools": [OPENAI]},
        {"functions": [OPENAI["function"]]},
        OPENAI,
        [ANTHROPIC],
        ANTHROPIC,
        {"model": "m", "tools": [ANTHROPIC]},
        {"tools": [MCP]},
        {"jsonrpc": "2.0", "id": 3, "result": {"tools": [MCP], "nextCursor": "x"}},
    ],
)
def test_tool_lists_of_all_dialects_read_to_the_same_row(tmp_path: Path, content: Any) -> None:
    (tool,) = good(put(tmp_path, "my weather.json", content))
    assert tool == Tool(
        name="get_weather",
        description="Gets it.",
        parameters=READ,
        returns=None,
        source=Source(
            vendor="user", service="my-weather", operation="get_weather", package="my weather.json", title="my-weather"
        ),
    )


def test_an_mcp_tool_says_what_it_returns(tmp_path: Path) -> None:
    result = {"type": "object", "properties": {"degrees": {"type": "number"}}}
    tool = only(tmp_path, {**MCP, "outputSchema": result})
    assert tool.returns == result


def test_a_tool_without_parameters_takes_none(tmp_path: Path) -> None:
    for definition in ({"name": "ping"}, {"name": "ping", "parameters": {}}, {"name": "ping", "input_schema": None}):
        assert only(tmp_path, definition).parameters == {"type": "object", "properties": {}}


def test_openapi_operations_become_tools(tmp_path: Path) -> None:
    tools = {t.name: t for t in good(put(tmp_path, "shop.json", shop_api()))}
    assert len(tools) == 14
    get = tools["getRental"]
    assert get.description == "Gets a rental."
    assert list(get.parameters["properties"]) == ["rentalId"]
    assert get.parameters["required"] == ["rentalId"]
    assert get.returns is not None
    assert get.returns["properties"]["status"]["enum"] == ["scheduled", "running", "returned", "cancelled"]
    assert get.source == Source(
        vendor="user",
        service="corner-shop",
        version="1.2",
        operation="getRental",
        verb="GET",
        path="/rentals/{rentalId}",
        in_path=("rentalId",),
        licence="CC0-1.0",
        package="shop.json",
        title="Corner Shop",
    )
    create = tools["createRental"].parameters
    assert list(create["properties"]) == ["customerId", "title", "quantity", "insured"]
    assert create["required"] == ["customerId", "title", "quantity"]
    assert tools["updateRental"].parameters["required"] == ["rentalId"]
    assert [f.path for f in fields(tools["listRentals"].returns, depth=1)][:3] == [
        "rentals",
        "nextToken",
        "rentals.rentalId",
    ]
    assert tools["deleteRental"].returns is None


def test_openapi_in_yaml_is_the_same_as_in_json(tmp_path: Path) -> None:
    from_json = good(put(tmp_path, "shop.json", shop_api()))
    from_yaml = good(put(tmp_path, "shop.yaml", yaml.safe_dump(shop_api(), sort_keys=False)))
    assert {t.source.package for t in from_yaml} == {"shop.yaml"}
    renamed = [t.model_copy(update={"source": t.source.model_copy(update={"package": "shop.json"})}) for t in from_yaml]
    assert renamed == from_json


def test_openapi_flattens_path_query_header_and_body(tmp_path: Path) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T"},
        "paths": {
            "/a/{b}/c": {
                "parameters": [{"$ref": "#/components/parameters/B"}],
                "put": {
                    "summary": "Puts.",
                    "parameters": [
                        {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                        {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                        {"name": "as", "in": "query", "content": {"application/json": {"schema": {"type": "integer"}}}},
                    ],
                    "requestBody": {"$ref": "#/components/requestBodies/R"},
                    "responses": {"404": {"description": "no"}, "201": {"$ref": "#/components/responses/Made"}},
                },
                "post": {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "array"}}}}},
            }
        },
        "components": {
            "parameters": {"B": {"name": "b", "in": "path", "schema": {"type": "string"}}},
            "requestBodies": {"R": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/D"}}}}},
            "responses": {"Made": {"content": {"application/vnd.x+json": {"schema": {"properties": {"id": {}}}}}}},
            "schemas": {
                "D": {
                    "allOf": [
                        {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]},
                        {"type": "object", "properties": {"note": {"type": ["string", "null"]}}},
                    ]
                }
            },
        },
    }
    tools = {t.name: t for t in good(put(tmp_path, "t.json", document))}
    whole, other = tools["put__a_b_c"], tools["post__a_b_c"]
    assert whole.description == "Puts."
    assert {n: s["type"] for n, s in whole.parameters["properties"].items()} == {
        "b": "string",
        "X-Trace": "string",
        "as": "integer",
        "n": "number",
        "note": ["string", "null"],
    }
    assert whole.parameters["required"] == ["b", "n"]
    assert whole.source.in_path == ("b",)
    assert whole.returns == {"type": "object", "properties": {"id": {"type": "string"}}}
    assert other.parameters["properties"]["body"] == {"type": "array", "items": {"type": "string"}}
    assert other.parameters["required"] == ["b", "body"]


def test_rows_of_a_product_come_back_as_they_were(tmp_path: Path) -> None:
    tools = good(put(tmp_path, "shop.json", shop_api()))
    rows = [
        {"key": f"k{n}", "id": f"i{n}", "from": [], "format": 1, **t.model_dump(mode="json")}
        for n, t in enumerate(tools)
    ]
    lines = "\n".join(json.dumps(r) for r in rows)
    assert good(put(tmp_path, "tools.jsonl", lines + "\n\n")) == tools


def test_a_folder_of_files_is_read_in_order(tmp_path: Path) -> None:
    inner = tmp_path / "mine" / "deep"
    inner.mkdir(parents=True)
    put(inner, "b.json", [OPENAI])
    put(inner.parent, "a.yaml", yaml.safe_dump({"tools": [{**ANTHROPIC, "name": "first"}]}))
    put(inner, "notes.txt", "no definitions")
    pool = collect([tmp_path / "mine"], with_pool=False)
    assert [t.name for t in pool.tools] == ["first", "get_weather"]
    assert (pool.read, pool.bin) == (2, [])


# ---- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{no json", "no JSON"),
        ("a.yaml", "a: [b\nc: }", "line 2: neither JSON nor YAML"),
        ("a.yaml", '!!python/object/apply:os.system ["touch {marker}"]', "neither JSON nor YAML"),
        ("a.json", "[]", "no tool definition in it"),
        ("a.json", '{"openapi": "3.0.0", "paths": {}}', "no tool definition in it"),
        ("a.json", "[" * 5000, "no JSON"),
        ("a.jsonl", b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    path, marker = tmp_path / name, tmp_path / "marker"
    path.write_bytes(content if isinstance(content, bytes) else content.replace("{marker}", str(marker)).encode())
    with pytest.raises(UserError) as error:
        list(read_source(str(path)))
    assert str(path) in str(error.value)
    assert said in str(error.value)
    assert "give an OpenAI" in str(error.value)
    assert not marker.exists()


def test_yaml_that_is_nested_too_deep_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="neither JSON nor YAML"):
        list(read_source(str(put(tmp_path, "a.yaml", "[" * 5000))))


def test_a_file_or_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.json: no such file"):
        collect([tmp_path / "nowhere.json"], with_pool=False)
    with pytest.raises(UserError, match=r"no \.json"):
        collect([tmp_path], with_pool=False)


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        ({"hello": "world"}, "bad_definition", "field 'name' is None"),
        ({"swagger": "2.0", "paths": []}, "bad_definition", "'paths' is []"),
        ({"openapi": "3.0.0", "paths": []}, "bad_definition", "'paths' is []"),
        ({"openapi": "3.0.0", "paths": {"/a": 5}}, "bad_definition", "paths./a is no object"),
        ({"openapi": "3.0.0", "paths": {"/a": {"get": 5}}}, "bad_definition", "GET /a: 5 is no object"),
        (7, "bad_definition", "7 holds no tool definition"),
        ([7], "bad_definition", "tool 0: 7 is no object"),
        ([{"name": " "}], "bad_definition", "tool 0: field 'name' is ' '"),
        ([{"name": 5, "input_schema": {}}], "bad_definition", "field 'name' is 5"),
        ([{"name": "t", "parameters": [1]}], "bad_definition", "tool 0 (t) parameters: [1] is no JSON Schema"),
        ([{"name": "t", "parameters": {"type": "array"}}], "bad_definition", "type is 'array', not 'object'"),
        ([{"name": "t", "parameters": {"properties": 3}}], "bad_definition", "parameters.properties: 3 is no object"),
        ([{"name": "t", "parameters": {"properties": {"a": {"properties": {"b": 9}}}}}], "bad_definition", "parameters.a.b: 9 is no JSON Schema"),
        ([{"name": "t", "parameters": {"properties": {"a": {"$ref": "#/$defs/X"}}}}], "broken_reference", "parameters.a: $ref '#/$defs/X' leads nowhere"),
        ([{"name": "t", "parameters": {"properties": {"a": {"$ref": "other.json#/X"}}}}], "broken_reference", "points to another file"),
        ([{"name": "t", "parameters": {}, "returns": {"items": {"$ref": "#/Y"}}}], "broken_reference", "result[]: $ref '#/Y'"),
        ({"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "#/p"}]}}}}, "broken_reference", "GET /a: $ref '#/p'"),
        ({"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"in": "query"}]}}}}, "bad_definition", "a parameter without a name"),
        ({"openapi": "3.0.0", "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/r"}}}}}}, "broken_reference", "GET /a: $ref '#/r'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, content: Any, reason: str, said: str) -> None:
    found = bad(put(tmp_path, "mine.json", content))
    assert found.reason == reason
    assert said in found.message
    if not said.startswith(("GET", "a parameter")) or "openapi" not in str(content):
        assert "mine.json" in found.message


def _operation(**more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.0", "info": {"title": "t"}, "paths": {"/a": {"get": more}}}


def _all_of(part: Any) -> dict[str, Any]:
    return _operation(requestBody={"content": {"application/json": {"schema": {"allOf": [part]}}}})


@pytest.mark.parametrize(
    "content",
    [
        _operation(parameters=5),
        _all_of({"properties": {"a": {}}, "required": True}),
        _all_of({"properties": ["a"]}),
        _all_of(5),
        _operation(parameters={"name": "x"}),
        _operation(requestBody=[], responses=[]),
    ],
)  # fmt: skip
def test_a_part_of_the_wrong_kind_never_crashes(tmp_path: Path, content: Any) -> None:
    """It is read without that part, or dropped; the file as a whole goes on."""
    assert len(list(read_source(str(put(tmp_path, "a.json", content))))) == 1


def test_a_recursive_schema_is_cut(tmp_path: Path) -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/Node"}}}
    tool = only(
        tmp_path,
        {"name": "grow", "parameters": {"properties": {"root": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}},
    )
    assert tool.parameters["properties"]["root"] == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "child": {"type": "object"}},
    }
    circle = {
        "name": "spin",
        "parameters": {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}},
    }
    assert only(tmp_path, circle).parameters == {"type": "object", "properties": {}}


def test_a_parameter_without_type_is_guessed(tmp_path: Path) -> None:
    parameters = {
        "bare": {},
        "none": None,
        "listed": {"items": {"type": "integer"}},
        "held": {"properties": {"x": {}}},
        "sample": {"default": 2.5},
        "closed": {"enum": [1, 2]},
        "odd": {"type": "string<uuid>"},
        "two": {"type": ["null", "integer"]},
    }
    tool = only(tmp_path, {"name": "t", "parameters": {"type": "object", "properties": parameters}})
    assert {n: s["type"] for n, s in tool.parameters["properties"].items()} == {
        "bare": "string",
        "none": "string",
        "listed": "array",
        "held": "object",
        "sample": "number",
        "closed": "integer",
        "odd": "string",
        "two": ["integer", "null"],
    }


def test_three_broken_among_three_hundred(tmp_path: Path) -> None:
    rows: list[Any] = [{"name": f"make_thing_{n}", "input_schema": WEATHER} for n in range(300)]
    rows[17] = {"name": "broken_a", "input_schema": {"properties": {"size": {"$ref": "#/lost"}}}}
    rows[170] = {"description": "no name"}
    rows[299] = {"name": "broken_c", "input_schema": {"properties": {"weight": 3.5}}}
    pool = collect([put(tmp_path, "many.json", rows)], with_pool=False)
    assert (pool.read, len(pool.tools), len(pool.bin)) == (300, 297, 3)
    assert [(b.reason.reason, b.reason.where.replace(str(tmp_path), "")) for b in pool.bin] == [
        ("broken_reference", "/many.json, tool 17 (broken_a) parameters.size"),
        ("bad_definition", "tool 170.name"),
        ("bad_definition", "/many.json, tool 299 (broken_c) parameters.weight"),
    ]
    assert "'#/lost'" in pool.bin[0].reason.message
    assert "many.json" in pool.bin[1].reason.message
    assert "3.5" in pool.bin[2].reason.message


ROW = {
    "key": "k",
    "id": "i",
    "from": [],
    "format": 1,
    "name": "t",
    "description": "d",
    "parameters": {"type": "object", "properties": {}},
    "returns": None,
    "source": {"vendor": "user", "service": "s", "operation": "t"},
    "also_in": [],
}


def test_a_broken_line_of_a_product_leaves_the_others(tmp_path: Path) -> None:
    lines = [json.dumps(ROW), "{broken", "5", json.dumps({**ROW, "parameters": {"properties": 5}})]
    found = list(read_source(str(put(tmp_path, "tools.jsonl", "\n".join(lines)))))
    assert isinstance(found[0], Tool)
    assert [(f.reason, f.where.rsplit(", ", 1)[-1]) for f in found[1:] if isinstance(f, Dropped)] == [
        ("unreadable", "line 2"),
        ("bad_definition", "line 3"),
        ("bad_definition", "line 4 (t) parameters"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({**ROW, "source": {"vendor": 5}}, id="field"),
        pytest.param({**ROW, "parameters": {"type": "array"}}, id="parameters"),
        pytest.param({**ROW, "returns": {"type": "object", "properties": "boom"}}, id="returns"),
    ],
)
def test_a_bad_row_of_a_product_goes_to_the_bin(tmp_path: Path, row: Any) -> None:
    found = list(read_source(str(put(tmp_path, "tools.jsonl", json.dumps(ROW) + "\n" + json.dumps(row)))))
    assert [type(f) for f in found] == [Tool, Dropped]


def test_a_yaml_date_is_text(tmp_path: Path) -> None:
    parameter = "{name: day, in: query, schema: {type: string, example: 2024-01-31}}"
    text = f"openapi: 3.0.0\ninfo: {{title: T}}\npaths:\n  /a:\n    get:\n      parameters:\n        - {parameter}\n"
    (tool,) = good(put(tmp_path, "a.yaml", text))
    assert Tool.model_validate_json(tool.model_dump_json()) == tool


def test_bounds_are_numbers(tmp_path: Path) -> None:
    odd = {"type": "integer", "minimum": "1", "maximum": "many", "minLength": "x"}
    tool = only(tmp_path, {"name": "t", "parameters": {"properties": {"n": odd}}})
    assert not [v for v in tool.parameters["properties"]["n"].values() if v in ("1", "many", "x")]


# ---- hostile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("<script>alert(1)</script>", "script_alert_1_script"),
        ("x'); DROP TABLE tool; --", "x_DROP_TABLE_tool"),
        ("__import__('os').system('id')", "import___os_system_id"),
        ("a" * 300, "a" * 64),
        ("日本", "tool_cf2abf"),
        ("get-weather_2", "get-weather_2"),
    ],
)
def test_a_name_is_a_function_name(tmp_path: Path, name: str, safe: str) -> None:
    tool = only(tmp_path, {"name": name})
    assert tool.name == safe
    assert tool.source.operation == name


def test_descriptions_lose_their_mark_up(tmp_path: Path) -> None:
    text = (
        'Gets <img src=x onerror="alert(1)"> a <b>thing</b>. See [here](https://evil.example/x). &lt;ok&gt;\n\t\x00End'
    )
    tool = only(
        tmp_path, {"name": "t", "description": text, "parameters": {"properties": {"a": {"description": text}}}}
    )
    for said in (tool.description, tool.parameters["properties"]["a"]["description"]):
        assert said == "Gets a thing . See here. <ok> End"
    long = only(tmp_path, {"name": "t", "description": "word " * 1000})
    assert len(long.description) <= 700
    assert only(tmp_path, {"name": "t", "description": {"not": "text"}}).description == ""


# ---- the pool ---------------------------------------------------------------------------------------------------


def reading(
    operation: str,
    *,
    service: str = "s",
    vendor: str = "aws",
    text: str = "",
    newest: bool = True,
    deprecated: bool = False,
    **more: Any,
) -> Reading:
    parameters = {"type": "object", "properties": {p: {"type": "string"} for p in more.pop("takes", "Id").split()}}
    source = Source(vendor=vendor, service=service, operation=operation, version=more.pop("version", "1"))
    return Reading(
        Tool(
            name=operation.rsplit(".", 1)[-1],
            description=text or operation,
            parameters=parameters,
            source=source,
            **more,
        ),
        newest,
        deprecated,
    )


def binned(readings: list[Reading]) -> list[tuple[str, str]]:
    tools, bin_ = sift(readings)
    assert len(tools) + len(bin_) == len(readings)
    return [(b.label, b.reason.reason) for b in bin_]


def test_copies_in_other_services_are_recorded() -> None:
    readings = [reading("GetThing", service=s) for s in ("one", "two", "three", "two")]
    tools, bin_ = sift(readings)
    assert [(t.source.service, t.also_in) for t in tools] == [("one", ("aws:three", "aws:two"))]
    assert [b.reason.message for b in bin_] == ["equals aws:one/1/GetThing"] * 3


@pytest.mark.parametrize(
    "other",
    [
        {"takes": "Id Name"},
        {"text": "Something else"},
        {"vendor": "tencent"},
        {"returns": {"type": "object", "properties": {"x": {"type": "string"}}}},
    ],
)
def test_what_differs_is_no_copy(other: dict[str, Any]) -> None:
    tools, bin_ = sift(
        [
            reading("GetThing", service="one", text="Gets it"),
            reading("GetThing", service="two", **{"text": "Gets it", **other}),
        ]
    )
    assert (len(tools), bin_) == (2, [])
    assert not any(t.also_in for t in tools)


def test_transport_parameters_make_no_difference() -> None:
    assert binned([reading("GetThing"), reading("GetThing", takes="Id ClientToken DryRun X-Amz-Date")]) == [
        ("aws:s/1/GetThing", "duplicate")
    ]


@pytest.mark.parametrize(
    ("vendor", "operation"),
    [
        ("aws", "TagResource"),
        ("aws", "UntagResource"),
        ("aws", "ListTagsForResource"),
        ("google", "x.projects.things.getIamPolicy"),
        ("google", "x.projects.operations.get"),
        ("google", "x.projects.locations.list"),
    ],
)
def test_boilerplate_goes(vendor: str, operation: str) -> None:
    ((_, reason),) = binned([reading(operation, vendor=vendor)])
    assert reason == "boilerplate"


def test_what_only_looks_like_boilerplate_stays() -> None:
    kept = [
        reading("TagResource", vendor="user"),
        reading("ListTagCategories"),
        reading("x.projects.locations.create", vendor="google"),
        reading("x.projects.policies.get", vendor="google"),
    ]
    assert binned(kept) == []


def test_old_and_deprecated_go_with_a_reason() -> None:
    readings = [reading("A", newest=False, version="2019"), reading("B", deprecated=True), reading("C"), reading("C")]
    assert binned(readings) == [
        ("aws:s/2019/A", "old_version"),
        ("aws:s/1/B", "deprecated"),
        ("aws:s/1/C", "duplicate"),
    ]


def test_a_user_reads_the_same_file_twice(tmp_path: Path) -> None:
    path = put(tmp_path, "shop.json", shop_api())
    pool = collect([path, path], with_pool=False)
    assert (pool.read, len(pool.tools), Counter(b.reason.reason for b in pool.bin)) == (28, 14, {"duplicate": 14})


# ---- aws --------------------------------------------------------------------------------------------------------


def aws(
    folder: Path, service: str, api: str, operations: dict[str, Any], shapes: dict[str, Any], *, packed: bool = False
) -> None:
    place = folder / "data" / service / api
    place.mkdir(parents=True)
    body = json.dumps(
        {"metadata": {"serviceFullName": f"The {service}"}, "operations": operations, "shapes": shapes}
    ).encode()
    (place / ("service-2.json.gz" if packed else "service-2.json")).write_bytes(gzip.compress(body) if packed else body)


AWS_SHAPES = {
    "In": {
        "type": "structure",
        "required": ["ShelfId"],
        "members": {
            "ShelfId": {"shape": "Id", "location": "uri", "documentation": "<p>The <i>shelf</i>.</p>"},
            "Size": {"shape": "Count"},
            "When": {"shape": "Time"},
            "Kind": {"shape": "Word", "documentation": "Valid values: <code>OAK</code>, <code>PINE</code>"},
            "Parts": {"shape": "Nodes"},
            "Marks": {"shape": "Map"},
        },
    },
    "Out": {"type": "structure", "members": {"Shelf": {"shape": "Node"}}, "required": ["Shelf"]},
    "Id": {"type": "string", "pattern": "s-.*"},
    "Count": {"type": "long", "min": 1, "max": 9},
    "Time": {"type": "timestamp"},
    "Word": {"type": "string"},
    "State": {"type": "string", "enum": ["OPEN", "SHUT"]},
    "Nodes": {"type": "list", "member": {"shape": "Node"}},
    "Node": {
        "type": "structure",
        "members": {"Name": {"shape": "Word"}, "State": {"shape": "State"}, "Inner": {"shape": "Node"}},
    },
    "Map": {"type": "map", "key": {"shape": "Word"}, "value": {"shape": "Count"}},
}
GET_SHELF = {
    "http": {"method": "GET", "requestUri": "/shelves/{ShelfId+}?view=1"},
    "input": {"shape": "In"},
    "output": {"shape": "Out"},
    "documentation": "<p>Gets a shelf.</p>",
    "errors": [{"shape": "NotFound"}],
}


def test_aws_models(tmp_path: Path) -> None:
    aws(tmp_path, "wood", "2020-01-01", {"GetShelf": GET_SHELF}, AWS_SHAPES, packed=True)
    ((tool, newest, deprecated),) = read_aws(tmp_path, "botocore 9")
    assert (newest, deprecated) == (True, False)
    assert tool.name == "GetShelf"
    assert tool.description == "Gets a shelf."
    assert tool.source == Source(
        vendor="aws",
        service="wood",
        version="2020-01-01",
        operation="GetShelf",
        verb="GET",
        path="/shelves/{ShelfId}",
        in_path=("ShelfId",),
        errors=("NotFound",),
        licence="Apache-2.0",
        package="botocore 9",
        title="The wood",
    )
    properties = tool.parameters["properties"]
    assert tool.parameters["required"] == ["ShelfId"]
    assert properties["ShelfId"] == {"type": "string", "description": "The shelf .", "pattern": "s-.*"}
    assert properties["Size"] == {"type": "integer", "minimum": 1, "maximum": 9}
    assert properties["When"] == {"type": "string", "format": "date-time"}
    assert properties["Kind"]["enum"] == ["OAK", "PINE"]
    assert properties["Marks"]["additionalProperties"]["type"] == "integer"
    node = properties["Parts"]["items"]
    assert node["properties"]["State"]["enum"] == ["OPEN", "SHUT"]
    assert node["properties"]["Inner"] == {"type": "object"}, "the recursion is cut"
    assert tool.returns is not None
    assert "required" not in tool.returns
    assert Tool.model_validate(tool.model_dump()) == tool, "what was constructed unchecked is a valid row"


def test_aws_newest_version_wins_and_deprecated_goes(tmp_path: Path) -> None:
    old = {"GetShelf": GET_SHELF, "BurnShelf": {"http": {}}}
    new = {"GetShelf": GET_SHELF, "PaintShelf": {"http": {}, "deprecated": True}}
    aws(tmp_path, "wood", "2019-05-05", old, AWS_SHAPES)
    aws(tmp_path, "wood", "2020-01-01", new, AWS_SHAPES)
    tools, bin_ = sift(Reading(*r) for r in read_aws(tmp_path, "p"))
    assert [label(t) for t in tools] == ["aws:wood/2020-01-01/GetShelf"]
    assert [(b.label, b.reason.reason) for b in bin_] == [
        ("aws:wood/2019-05-05/GetShelf", "old_version"),
        ("aws:wood/2019-05-05/BurnShelf", "old_version"),
        ("aws:wood/2020-01-01/PaintShelf", "deprecated"),
    ]


# ---- google -----------------------------------------------------------------------------------------------------


def google(folder: Path, name: str, api: str, **more: Any) -> None:
    place = folder / "discovery_cache" / "documents"
    place.mkdir(parents=True, exist_ok=True)
    document = {
        "id": f"{name}:{api}",
        "name": name,
        "version": api,
        "title": f"{name} API",
        "schemas": {
            "Topic": {
                "id": "Topic",
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "Required. Immutable. The name."},
                    "state": {"type": "string", "enum": ["STATE_UNSPECIFIED", "LIVE"], "readOnly": True},
                    "made": {"type": "string", "format": "google-datetime", "description": "Output only. When."},
                    "size": {"type": "string", "format": "int64"},
                    "inner": {"$ref": "Topic"},
                },
            },
            "Empty": {"id": "Empty", "type": "object", "properties": {}},
        },
        "resources": {"projects": {"resources": {"topics": {"methods": more.get("methods", TOPIC_METHODS(name))}}}},
    }
    (place / f"{name}.{api}.json").write_text(json.dumps(document))


def TOPIC_METHODS(name: str) -> dict[str, Any]:  # noqa: N802
    parameters = {
        "parent": {"type": "string", "location": "path", "required": True, "pattern": "^projects/[^/]+$"},
        "tag": {"type": "string", "location": "query", "repeated": True, "description": "A tag."},
        "dry": {"type": "boolean", "location": "query", "default": "true"},
    }
    return {
        "create": {
            "id": f"{name}.projects.topics.create",
            "httpMethod": "POST",
            "path": "v1/{+parent}/topics",
            "flatPath": "v1/projects/{projectsId}/topics",
            "description": "Creates a topic.",
            "parameters": parameters,
            "request": {"$ref": "Topic"},
            "response": {"$ref": "Topic"},
        },
        "delete": {
            "id": f"{name}.projects.topics.delete",
            "httpMethod": "DELETE",
            "path": "v1/{name}",
            "response": {"$ref": "Empty"},
        },
    }


def test_google_documents(tmp_path: Path) -> None:
    google(tmp_path, "pub", "v1")
    (create, newest, deprecated), (delete, _, _) = read_google(tmp_path, "g 1")
    assert (newest, deprecated) == (True, False)
    assert (create.name, delete.name) == ("topics_create", "topics_delete")
    assert create.source.path == "v1/projects/{projectsId}/topics"
    assert create.source.in_path == ("parent",)
    assert create.source.group == "google:pub"
    properties = create.parameters["properties"]
    assert list(properties) == ["parent", "tag", "dry", "name", "size", "inner"], "what is output only is no argument"
    assert create.parameters["required"] == ["parent", "name"], "what is required in prose is required"
    assert properties["tag"] == {"type": "array", "description": "A tag.", "items": {"type": "string"}}
    assert properties["dry"]["default"] is True
    assert properties["name"]["description"] == "Immutable. The name.", "what is chosen once is said to be"
    assert create.returns is not None
    assert create.returns["properties"]["state"]["enum"] == ["LIVE"]
    assert create.returns["properties"]["made"]["format"] == "date-time"
    assert create.returns["properties"]["inner"] == {"type": "object"}
    assert delete.returns is None
    assert Tool.model_validate(create.model_dump()) == create


def test_google_stable_before_beta_before_alpha() -> None:
    order = ["strange", "v1alpha1", "v1beta1", "v1beta2", "v2beta1", "v3alpha9", "v3beta1", "v1", "v2", "v2.1", "v10"]
    assert sorted(Dice("order").shuffled(order), key=rank) == order
    assert rank("directory_v1") == rank("v1")


def test_google_newest_version_wins(tmp_path: Path) -> None:
    for api in ("v1beta1", "v1", "v2beta1"):
        google(tmp_path, "pub", api)
    google(tmp_path, "admin", "directory_v1")
    google(tmp_path, "admin", "reports_v1")
    tools, bin_ = sift(Reading(*r) for r in read_google(tmp_path, "g"))
    assert [label(t) for t in tools] == [
        "google:admin.directory/directory_v1/admin.projects.topics.create",
        "google:admin.directory/directory_v1/admin.projects.topics.delete",
    ]
    assert {t.also_in for t in tools} == {("google:admin.reports", "google:pub")}, "three services, one operation"
    assert Counter((b.reason.reason, b.label.split("/")[0]) for b in bin_) == {
        ("old_version", "google:pub"): 4,
        ("duplicate", "google:pub"): 2,
        ("duplicate", "google:admin.reports"): 2,
    }
    assert {b.label.split("/")[1] for b in bin_ if b.reason.reason == "duplicate"} == {"v1", "reports_v1"}


# ---- tencent ----------------------------------------------------------------------------------------------------


def tencent(folder: Path, service: str, api: str, actions: dict[str, Any]) -> None:
    place = folder / "services" / service / f"v{api.replace('-', '')}"
    place.mkdir(parents=True)
    objects = {
        "MakeIn": {
            "members": [
                {
                    "name": "VmId",
                    "type": "string",
                    "member": "string",
                    "required": True,
                    "document": "The <b>machine</b>.",
                    "example": "vm-1",
                },
                {"name": "Mode", "type": "string", "member": "string", "document": "Valid values: `FAST`, `SLOW`."},
                {"name": "Ports", "type": "list", "member": "int64", "document": "Ports."},
                {"name": "Disk", "type": "object", "member": "Disk", "document": "The disk."},
                {"name": "Old", "type": "int", "member": "int64", "disabled": True},
            ]
        },
        "MakeOut": {
            "members": [
                {"name": "Made", "type": "string", "member": "datetime_iso"},
                {"name": "Disk", "type": "object", "member": "Disk"},
                {"name": "RequestId", "type": "string", "member": "string"},
            ]
        },
        "Disk": {
            "members": [
                {"name": "Size", "type": "int", "member": "int64"},
                {"name": "Next", "type": "object", "member": "Disk"},
            ]
        },
    }
    (place / "api.json").write_text(
        json.dumps({"metadata": {"apiVersion": api}, "actions": actions, "objects": objects})
    )


MAKE = {
    "name": "make",
    "document": "This API is used to make a machine.",
    "input": "MakeIn",
    "output": "MakeOut",
    "status": "online",
}


def test_tencent_definitions(tmp_path: Path) -> None:
    tencent(tmp_path, "cvm", "2020-03-12", {"MakeVm": MAKE})
    ((tool, newest, deprecated),) = read_tencent(tmp_path, "t 1")
    assert (newest, deprecated) == (True, False)
    assert tool.description == "Make a machine."
    assert tool.source.title == "Tencent Cloud CVM"
    assert tool.source.version == "2020-03-12"
    properties = tool.parameters["properties"]
    assert list(properties) == ["VmId", "Mode", "Ports", "Disk"], "what is disabled is out"
    assert tool.parameters["required"] == ["VmId"]
    assert properties["VmId"] == {"type": "string", "description": "The machine .", "examples": ["vm-1"]}
    assert properties["Mode"]["enum"] == ["FAST", "SLOW"]
    assert properties["Ports"]["items"] == {"type": "integer"}
    assert properties["Disk"]["properties"] == {"Size": {"type": "integer"}, "Next": {"type": "object"}}, "cut"
    assert tool.returns is not None
    assert list(tool.returns["properties"]) == ["Made", "Disk"], "the request id is no result"
    assert tool.returns["properties"]["Made"]["format"] == "date-time"
    assert Tool.model_validate(tool.model_dump()) == tool


def test_tencent_newest_version_wins_and_offline_goes(tmp_path: Path) -> None:
    tencent(tmp_path, "cvm", "2017-03-12", {"MakeVm": MAKE})
    tencent(tmp_path, "cvm", "2020-03-12", {"MakeVm": MAKE, "StopVm": {**MAKE, "status": "deprecated"}})
    tools, bin_ = sift(Reading(*r) for r in read_tencent(tmp_path, "t"))
    assert [label(t) for t in tools] == ["tencent:cvm/2020-03-12/MakeVm"]
    assert sorted(b.reason.reason for b in bin_) == ["deprecated", "old_version"]


# ---- the packages that are really installed ---------------------------------------------------------------------


def part_of(root: Path, folder: Path, place: str, names: list[str]) -> Path:
    """A few services of an installed package, linked into a folder."""
    (folder / place).mkdir(parents=True)
    for name in names:
        (folder / place / name).symlink_to(root / place / name)
    return folder


def sound(pool: tuple[list[Tool], list[Any]], read: int) -> None:
    tools, bin_ = pool
    assert len(tools) + len(bin_) == read
    for tool in tools:
        assert Tool.model_validate_json(tool.model_dump_json()) == tool
        assert tool.description.isprintable()
        assert set(tool.parameters.get("required", ())) <= set(tool.parameters["properties"])


def test_services_of_the_installed_botocore(tmp_path: Path) -> None:
    pytest.importorskip("botocore")
    root, at = installed("botocore", "botocore")
    assert root is not None
    assert at == version("botocore")
    folder = part_of(root, tmp_path, "data", ["sqs", "ecr", "ecr-public", "cloudfront"])
    readings = [Reading(*r) for r in read_aws(folder, f"botocore {at}")]
    tools, bin_ = sift(readings)
    sound((tools, bin_), len(readings))
    names = {label(t).split("/")[0] + " " + t.name: t for t in tools}
    assert names["aws:sqs CreateQueue"].parameters["required"] == ["QueueName"]
    reasons = Counter(b.reason.reason for b in bin_)
    assert reasons["old_version"] > 50, "cloudfront ships many versions"
    assert reasons["boilerplate"] >= 3
    assert {t.source.version for t in tools if t.source.service == "cloudfront"} == {
        max(p.name for p in (root / "data" / "cloudfront").iterdir() if p.is_dir())
    }


def test_services_of_the_installed_google_client(tmp_path: Path) -> None:
    root, at = installed("google-api-python-client", "googleapiclient")
    if root is None:
        pytest.skip("google-api-python-client is not installed")
    folder = part_of(
        root, tmp_path, "discovery_cache/documents", ["pubsub.v1.json", "pubsub.v1beta2.json", "tasks.v1.json"]
    )
    readings = [Reading(*r) for r in read_google(folder, f"google-api-python-client {at}")]
    tools, bin_ = sift(readings)
    sound((tools, bin_), len(readings))
    assert {label(t).rsplit("/", 1)[0] for t in tools} == {"google:pubsub/v1", "google:tasks/v1"}
    assert {"topics_create", "tasks_insert"} <= {t.name for t in tools}


def test_a_package_that_is_not_installed_is_none() -> None:
    assert installed("no-such-distribution-of-ours", "nothing") == (None, "")


def test_nothing_of_an_own_file_is_mixed_with_the_pool(tmp_path: Path) -> None:
    pool: Pool = collect([put(tmp_path, "shop.json", shop_api())], with_pool=False, limit=1)
    assert {t.source.vendor for t in pool.tools} == {"user"}
    assert len(pool.tools) == 14, "the limit is for the pool"
    assert pool.missing == {}


def test_a_path_for_any_holder_is_one_for_a_project() -> None:
    assert _path({"path": "v2/{+parent}/sinks", "flatPath": "v2/{v2Id}/{v2Id1}/sinks"}) == "v2/projects/{projectsId}/sinks"
    assert _path({"path": "v2/{+parent}/sinks", "flatPath": "v2/folders/{foldersId}/sinks"}) == "v2/folders/{foldersId}/sinks"
