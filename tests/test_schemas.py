"""schemas: whatever a provider calls a schema ends in the subset, or is dropped with a reason and a place."""

import json
import time
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentscaler.errors import Dropped
from agentscaler.schemas import MAX_DEPTH, MAX_PROPERTIES, clean, close, fields, inside, is_null, kind_of, prose_values

SUBSET = frozenset(
    [
        "type",
        "description",
        "enum",
        "default",
        "format",
        "examples",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "properties",
        "required",
        "items",
        "additionalProperties",
    ]
)
STRING = {"type": "string"}


def nested(key: str, levels: int, *, many: bool = False) -> Any:
    schema: Any = STRING
    for _ in range(levels):
        schema = {key: [schema] if many else {"a": schema} if key == "properties" else schema}
    return schema


def depth(schema: Any) -> int:
    below = [
        *schema.get("properties", {}).values(),
        *(schema[k] for k in ("items", "additionalProperties") if isinstance(schema.get(k), dict)),
    ]
    return 1 + max(map(depth, below), default=0)


def keywords(schema: Any) -> set[str]:
    below = [
        *schema.get("properties", {}).values(),
        *(schema[k] for k in ("items", "additionalProperties") if isinstance(schema.get(k), dict)),
    ]
    return set(schema).union(*map(keywords, below))


# ---- what becomes of what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "closed"),
    [
        (True, STRING),
        (None, STRING),
        ({}, STRING),
        ({"type": "banana"}, STRING),
        ({"type": {"a": 1}}, STRING),
        ({"type": []}, STRING),
        ({"type": "Int64"}, {"type": "integer"}),
        ({"type": "list<string>"}, {"type": "array", "items": STRING}),
        ({"type": ["integer", "string"]}, {"type": "integer"}),
        ({"type": ["null", "integer"]}, {"type": ["integer", "null"]}),
        ({"type": "null"}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"properties": {}}, {"type": "object", "properties": {}}),
        ({"items": {"type": "number"}}, {"type": "array", "items": {"type": "number"}}),
        ({"items": [{"type": "number"}, STRING]}, {"type": "array", "items": {"type": "number"}}),
        ({"additionalProperties": {"type": "number"}}, {"type": "object", "additionalProperties": {"type": "number"}}),
        ({"additionalProperties": True}, {"type": "object"}),
        ({"properties": {"a": True}, "additionalProperties": False}, {"type": "object", "properties": {"a": STRING}, "additionalProperties": False}),
        ({"default": 5}, {"type": "integer", "default": 5}),
        ({"default": False}, {"type": "boolean", "default": False}),
        ({"enum": [1, 2]}, {"type": "integer", "enum": [1, 2]}),
        ({"enum": ["a", None, {"b": 1}]}, {"type": "string", "enum": ["a"]}),
        ({"enum": [None]}, STRING),
        ({"enum": "a"}, STRING),
        ({"enum": list(range(10_000))}, {"type": "integer"}),
        ({"const": "x"}, {"type": "string", "enum": ["x"]}),
        ({"const": {"a": 1}}, STRING),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": ["integer", "null"]}),
        ({"oneOf": [STRING, {"properties": {"a": STRING}}, {"properties": {"b": STRING}}]}, {"type": "object", "properties": {"a": STRING}}),
        ({"oneOf": []}, STRING),
        ({"anyOf": ["x"]}, STRING),
        ({"oneOf": [{"type": "null"}]}, STRING),
        ({"allOf": [{"type": "integer", "minimum": 1}, {"maximum": 9}]}, {"type": "integer", "minimum": 1, "maximum": 9}),
        ({"allOf": {"a": 1}}, STRING),
        ({"type": "string", "title": "A name", "example": "Ana"}, {"type": "string", "description": "A name", "examples": ["Ana"]}),
        ({"type": "string", "examples": list("abcdef")}, {"type": "string", "examples": list("abcd")}),
        ({"type": "string", "examples": {"one": {"value": "a"}}}, STRING),
        ({"type": "string", "xml": {"name": "x"}, "x-thing": 1, "not": {}, "if": {}, "$comment": "c", "discriminator": {}}, STRING),
        ({"type": "array", "default": [1]}, {"type": "array", "items": STRING}),
        ({"type": "array", "items": None}, {"type": "array", "items": STRING}),
    ],
)  # fmt: skip
def test_closing(raw: Any, closed: Any) -> None:
    assert close(raw) == closed
    assert close(closed) == closed


@pytest.mark.parametrize(
    "raw",
    [
        False,
        5,
        "string",
        [],
        2**70,
        {"properties": [1]},
        {"allOf": [5]},
        {"items": [[]]},
        {"type": "array", "items": False},
    ],
)
def test_what_is_no_schema_is_dropped_with_its_place(raw: Any) -> None:
    with pytest.raises(Dropped) as dropped:
        close({"properties": {"deep": {"items": {"properties": {"here": raw}}}}}, where="tool")
    assert dropped.value.reason == "bad_definition"
    assert dropped.value.where.startswith("tool.deep[].here")


ROOT = {
    "definitions": {
        "Name": {"type": "string", "description": "A name."},
        "a/b~c": {"type": "integer"},
        "Tree": {
            "type": "object",
            "properties": {"name": STRING, "children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}},
        },
        "Ping": {"$ref": "#/definitions/Pong"},
        "Pong": {"$ref": "#/definitions/Ping"},
        "Self": {"allOf": [{"$ref": "#/definitions/Self"}, {"properties": {"x": STRING}}]},
        "Either": {"oneOf": [{"$ref": "#/definitions/Either"}, STRING]},
        "Number": 5,
        "A B": {"type": "integer"},
        "List": [{"type": "integer"}],
    }
}


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("Name", {"type": "string", "description": "A name."}),
        ("a~1b~0c", {"type": "integer"}),
        (
            "Tree",
            {
                "type": "object",
                "properties": {"name": STRING, "children": {"type": "array", "items": {"type": "object"}}},
            },
        ),
        ("Ping", {"type": "object"}),
        ("Self", {"type": "object", "properties": {"x": STRING}}),
        ("Either", {"type": "object"}),
        ("A%20B", {"type": "integer"}),
        ("List/0", {"type": "integer"}),
    ],
)
def test_references(name: str, closed: Any) -> None:
    assert close({"$ref": f"#/definitions/{name}"}, root=ROOT) == closed
    assert close({"items": {"$ref": f"#/definitions/{name}"}}, root=ROOT)["items"] == closed


def test_what_stands_beside_a_reference_wins() -> None:
    assert close({"$ref": "#/definitions/Name", "description": "Mine."}, root=ROOT) == {
        "type": "string",
        "description": "Mine.",
    }


@pytest.mark.parametrize(
    "ref",
    [
        "#/definitions/Nothing",
        "#/definitions/Name/type",
        "#/definitions/Number",
        "other.json#/x",
        "http://127.0.0.1:9/x",
        5,
    ],
)
def test_a_reference_that_leads_nowhere_is_dropped(ref: Any) -> None:
    with pytest.raises(Dropped) as dropped:
        close({"properties": {"a": {"$ref": ref}}}, root=ROOT, where="tool")
    assert dropped.value.reason == "broken_reference"
    assert dropped.value.where == "tool.a"
    assert repr(str(ref)) in dropped.value.message


def test_a_reference_to_the_root() -> None:
    root = {"type": "object", "properties": {"child": {"$ref": "#"}}}
    assert close(root, root=root) == {"type": "object", "properties": {"child": {"type": "object"}}}


def test_a_text_that_is_merged_and_used_is_no_recursion() -> None:
    raw = {"type": "object", "allOf": [{"$ref": "#/definitions/Name"}], "properties": {"other": {"$ref": "#/definitions/Name"}}}
    assert close(raw, root=ROOT)["properties"]["other"]["type"] == "string"


def test_an_object_that_is_merged_and_used_is_cut() -> None:
    """As intended: which part a property came from is not kept, and what could come back is an object without more."""
    raw = {"allOf": [{"$ref": "#/definitions/Tree"}], "properties": {"root": {"$ref": "#/definitions/Tree"}}}
    assert close(raw, root=ROOT)["properties"]["root"] == {"type": "object"}


def test_all_of_merges_properties_and_required() -> None:
    raw = {
        "allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"b": STRING}}],
        "required": ["b"],
    }
    closed = close(raw)
    assert closed["properties"] == {"a": {"type": "integer"}, "b": STRING}
    assert sorted(closed["required"]) == ["a", "b"]


# ---- hostile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["properties", "items", "additionalProperties"])
def test_deep_nesting_is_cut(key: str) -> None:
    closed = close(nested(key, 10_000))
    assert depth(closed) <= MAX_DEPTH + 2
    assert close(closed) == closed


@pytest.mark.parametrize(
    "key",
    [
        "oneOf",
        "anyOf",
        "allOf",
    ],
)
def test_deep_choices_are_dropped(key: str) -> None:
    with pytest.raises(Dropped) as dropped:
        close(nested(key, 10_000, many=True))
    assert dropped.value.reason == "bad_definition"


def test_ten_thousand_properties_and_options_are_cut_in_time() -> None:
    begin = time.process_time()
    closed = close({"properties": {f"p{i}": {"type": "integer"} for i in range(10_000)}, "required": ["p1", "p9999"]})
    assert len(closed["properties"]) == MAX_PROPERTIES
    assert closed["required"] == ["p1"]
    close({"oneOf": [{"properties": {str(i): STRING}} for i in range(2_000)]})
    assert time.process_time() - begin < 2


def test_names_that_are_no_identifiers_stay_names() -> None:
    names = [
        "",
        "a b",
        "from",
        "__class__",
        '"; DROP TABLE x; --',
        "\n",
        "é",
        "x" * 500,
        "../../etc/passwd",
        "{0}",
        "$ref ",
    ]
    closed = close(
        {"properties": {**dict.fromkeys(names, True), 5: True, None: True}, "required": [*names, 5, None, {"a": 1}]}
    )
    assert list(closed["properties"]) == [*names, "5", "None"]
    assert closed["required"] == [*names, "5", "None"]


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "integer", "minimum": 0, "maximum": 2**70},
        {"type": "string", "minLength": 0, "maxLength": 5, "format": "date", "pattern": "^a+$"},
        {"type": ["string", "null"], "enum": ["a", "a"]},
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        {"properties": {"a": {"required": True, "type": "string"}}},
        {"properties": {"a": True}, "required": ["a", "a"]},
        {"allOf": [{"properties": {"a": True}, "required": ["a"]}, {"required": ["a"]}]},
        {"type": "integer", "minimum": "5"},
        {"type": "integer", "minimum": True},
        {"type": "number", "maximum": float("inf")},
        {"type": "string", "maxLength": "10"},
        {"type": "string", "minLength": -1},
        {"type": "string", "format": 5},
        {"type": "string", "pattern": "("},
    ],
)
def test_what_is_closed_is_a_json_schema(raw: Any) -> None:
    """Else a validator cannot be made of it, and the world of a whole domain does not load."""
    jsonschema_rs.Draft202012Validator(close(raw))


@pytest.mark.parametrize(
    "raw",
    [
        {"enum": ["a", "b"]},
        {"const": "x"},
        {"type": "string", "enum": ["a", 1]},
        {"const": 5},
        {"type": "integer", "enum": ["1", "2"]},
    ],
)
def test_an_enum_leaves_something_to_say(raw: Any) -> None:
    closed = close(raw)
    valid = jsonschema_rs.Draft202012Validator(closed).is_valid
    assert any(valid(v) for v in closed["enum"])


@pytest.mark.parametrize(
    "raw",
    [
        {"allOf": [{"properties": ["a"]}]},
        {"allOf": [STRING], "required": True},
    ],
)
def test_odd_parts_of_all_of_are_no_bug(raw: Any) -> None:
    try:
        close(raw)
    except Dropped as dropped:
        assert dropped.reason == "bad_definition"  # noqa: PT017


# Text without entities and unprintable characters, and no reference to Self (an allOf): those have tests of their own.
_text = st.text("abcAB09 .,;:$/_-{}()'\"é列\n\t", max_size=12)
_scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | _text
_types = st.sampled_from(
    [
        "string",
        "integer",
        "array",
        "object",
        "null",
        "boolean",
        "Long",
        "x",
        5,
        None,
        ["string", "null"],
        ["null"],
        [[]],
        {},
    ]
)


def _schema(inner: Any) -> Any:
    maps = st.dictionaries(_text, inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": _types,
            "description": _scalars,
            "title": _scalars,
            "enum": st.lists(_scalars | maps, max_size=4) | _scalars,
            "const": _scalars,
            "default": _scalars | st.lists(_scalars, max_size=2),
            "example": _scalars | st.lists(_scalars, max_size=6),
            "items": inner | st.lists(inner, max_size=2),
            "properties": maps | _scalars,
            "additionalProperties": inner | st.booleans(),
            "oneOf": st.lists(inner, max_size=3) | _scalars,
            "anyOf": st.lists(inner, max_size=3),
            "nullable": _scalars,
            "required": st.lists(_text, max_size=3, unique=True),
            "$ref": st.sampled_from(
                [f"#/definitions/{n}" for n in ROOT["definitions"] if n != "Self"] + ["#/nothing", "x"]
            ),
            "minimum": st.integers(-9, 9),
            "x-other": _scalars,
        },
    )


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.recursive(_schema(_scalars), _schema, max_leaves=12))
def test_anything_ends_in_the_subset_or_is_dropped(raw: Any) -> None:
    try:
        closed = close(raw, root=ROOT)
    except Dropped as dropped:
        assert dropped.reason in ("bad_definition", "broken_reference")  # noqa: PT017
        return
    assert keywords(closed) <= SUBSET
    assert depth(closed) <= MAX_DEPTH + 2
    assert kind_of(closed) in ("string", "integer", "number", "boolean", "array", "object")
    assert set(closed.get("required", [])) <= set(closed.get("properties", {}))
    without_text = json.loads(json.dumps(closed))
    assert json.dumps(close(without_text)) == json.dumps(without_text), "closing what is closed changes nothing"


# ---- text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<p>One <b>two</b>.</p>\n\n <br/>Three", "One two . Three"),
        ("See [the docs](https://x.example/y) and [here](#a).", "See the docs and here."),
        ("A &amp; B &lt; C", "A & B < C"),
        ("tab\there\x00\x07", "tab here"),
        (5, ""),
        (None, ""),
        ("", ""),
    ],
)
def test_clean(text: Any, cleaned: str) -> None:
    assert clean(text, 100) == cleaned


def test_clean_cuts_at_a_sentence_or_a_word() -> None:
    assert clean("First sentence here. Second one.", 25) == "First sentence here."
    assert clean("no sentence to be found here", 15) == "no sentence to"
    assert len(clean("word " * 1_000_000, 400)) <= 400
    assert len(clean("<" * 1_000_000, 400)) <= 400


@pytest.mark.parametrize(
    "text",
    [
        "<p>One</p>",
        "A &amp; B",
        "&lt;b&gt;x&lt;/b&gt;",
        "&amp;lt;",
        "a \u200b b",
    ],
)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text, 100)
    assert clean(once, 100) == once
    assert "<b>" not in once


def test_clean_keeps_comparisons() -> None:
    assert clean("if x < 5 and y > 3", 100) == "if x < 5 and y > 3"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The state. Valid values: `ACTIVE`, `INACTIVE`.", ["ACTIVE", "INACTIVE"]),
        ("Valid values are: <ul><li>NORMAL: as it is</li><li>LARGE: more</li></ul>", ["NORMAL", "LARGE"]),
        ("Possible values: PREPAID, POSTPAID.", ["PREPAID", "POSTPAID"]),
        ("The possible values are Open, Closed or Stuck.", ["Open", "Closed", "Stuck"]),
        ("The name of the thing, for example `x` or `y`.", []),
        ("Valid values: `A`, `A`.", []),
        ("Valid values: any string you like.", []),
        ("The queue. This parameter is valid only when `TargetType` is `QUEUE`.", []),
        ("The input format, which is required if the value of `CheckType` is `CUSTOM`. Valid values: HEX, TEXT.", ["HEX", "TEXT"]),
        ("short", []),
        (None, []),
    ],
)
def test_values_that_a_description_spells_out(text: Any, values: list[str]) -> None:
    assert prose_values(text) == values


# ---- results ----------------------------------------------------------------------------------------------------


def test_fields_of_a_result() -> None:
    thing = {
        "type": "object",
        "properties": {
            "id": STRING,
            "tags": {"type": "object", "additionalProperties": {"type": "object", "properties": {"v": STRING}}},
        },
    }
    schema = {"type": "object", "properties": {"things": {"type": "array", "items": thing}, "next": STRING}}
    found = {f.path: (f.name, f.wrap, f.depth) for f in fields(schema)}
    assert found == {
        "things": ("things", "", 0),
        "next": ("next", "", 0),
        "things.id": ("id", "things", 1),
        "things.tags": ("tags", "things", 1),
        "things.tags.v": ("v", "tags", 2),
    }
    assert fields(None) == []
    assert [f.path for f in fields(schema, depth=0)] == ["things", "next"]


def test_kind_and_null() -> None:
    assert (kind_of({"type": ["integer", "null"]}), kind_of({"type": "array"}), kind_of({})) == (
        "integer",
        "array",
        "string",
    )
    assert is_null({"type": ["integer", "null"]})
    assert not is_null(STRING)
    assert inside({"type": "array", "items": {"type": "array", "items": STRING}}) == STRING
