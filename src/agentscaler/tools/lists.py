"""Function definitions: OpenAI, Anthropic, Gemini, MCP, APIGen/xLAM, BFCL, ACEBench, ToolBench's functions, and lists of them inside request logs and chat datasets.

One reader for all, for they differ in a key or two: `parameters`, `input_schema`, `inputSchema`, `arguments`; type words; what a result is called.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from agentscaler.errors import Dropped
from agentscaler.records import Tool
from agentscaler.schemas import close
from agentscaler.store import META
from agentscaler.tools.definitions import Place, make, safe_name, tried
from agentscaler.tools.quality import is_bare
from agentscaler.tools.rapidapi import unwrapped
from agentscaler.tools.typewords import read_type

PARAMETERS: Final = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema", "arguments", "_arguments")
RESULTS: Final = ("outputSchema", "output_schema", "returns", "response", "responseJsonSchema", "response_json_schema", "results")
LISTS: Final = ("tools", "functions", "function", "functionDeclarations", "function_declarations", "available_tools", "apis")
"""Keys under which logs, datasets and requests keep a list of definitions."""
_MESSAGES: Final = ("messages", "conversations", "conversation", "question", "query", "prompt", "input", "contents")
_TALK: Final = frozenset(("messages", "conversations", "tool_calls", "function_call", "choices", "output", "response", "content", "parameters", "schema"))
"""What was said and called, and schemas: no definitions there."""
_DEEP: Final = 8


def is_function(content: Mapping[str, Any]) -> bool:
    """Does this say a name and what it takes, or name itself a function?"""
    inner = _inner(content)
    if inner is not content or content.get("type") == "function":
        return True
    return "name" in content and (any(k in content for k in PARAMETERS) or (isinstance(content.get("name"), str) and not _nests(content)))


def _inner(content: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = content.get("function")
    return inner if isinstance(inner, Mapping) else content


def read_function(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """One definition."""
    yield tried(_tool, content, place)


def _tool(content: Mapping[str, Any], place: Place) -> Tool:
    row = _inner(content)
    name = row.get("name")
    raw: Any = next((row[k] for k in PARAMETERS if row.get(k) is not None), None)
    kind = content.get("type")
    if raw is None and isinstance(kind, str) and kind not in ("function", "custom", "object"):
        raise place.dropped(f"{kind!r} is a tool built into the provider, its parameters are not given; leave it out or write them", field="type", value=kind)
    if isinstance(raw, str):
        raw = _json(raw, place.part("parameters"))
    if isinstance(raw, list) and all(isinstance(p, Mapping) and isinstance(p.get("name"), str) for p in raw):
        if is_bare(raw):
            raise place.dropped(f"{name!r:.60}: 'parameters' is {raw!r:.40}, an empty list or one of bare names; give a JSON Schema, or descriptions", field="parameters", value=raw, reason="low_quality")
        raw = _from_list(raw)
    elif isinstance(raw, Mapping) and _is_flat(raw):
        raw = _from_flat(raw)
    if row.get("strict") is True and isinstance(raw, Mapping):
        raw = _from_strict(raw)
    described, more = unwrapped(name, row.get("description"), raw)
    return make(
        place,
        more.pop("name", name),
        description=described,
        parameters=more.pop("parameters", raw),
        returns=next((row[k] for k in RESULTS if isinstance(row.get(k), Mapping)), None),
        hint=_hint(row.get("annotations")),
        operation=name if isinstance(name, str) else "",
        **more,
    )


def _hint(annotations: object) -> str | None:
    """What MCP's annotations say. A server that says nothing says nothing, whatever the protocol's default is."""
    if not isinstance(annotations, Mapping):
        return None
    if annotations.get("readOnlyHint") is True:
        return "read"
    if annotations.get("destructiveHint") is True:
        return "delete"
    return "write" if annotations.get("readOnlyHint") is False else None


def _is_flat(raw: Mapping[str, Any]) -> bool:
    """{'city': {'type': 'str, optional', ...}}: parameters without a schema around them, as APIGen writes them."""
    values = list(raw.values())
    return bool(values) and not isinstance(raw.get("properties"), Mapping) and all(isinstance(v, Mapping) and ("type" in v or "description" in v) for v in values)


def _from_flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    properties, required = {}, []
    for name, value in raw.items():
        said = read_type(value["type"]) if isinstance(value.get("type"), str) else None
        rest = {k: v for k, v in value.items() if k != "required"}
        must = value["required"] if isinstance(value.get("required"), bool) else not (said and said.optional)
        if must:
            required.append(name)
            if "default" in rest and rest["default"] not in ("", None):  # a default of what must be given is a sample
                rest["example"] = rest.pop("default")
        properties[name] = rest
    return {"type": "object", "properties": properties, "required": required}


def _from_list(raw: list[Mapping[str, Any]]) -> dict[str, Any]:
    """[{'name': 'city', 'type': 'string', 'required': true}]"""
    return {
        "type": "object",
        "properties": {p["name"]: {k: v for k, v in p.items() if k not in ("name", "required")} for p in raw},
        "required": [p["name"] for p in raw if p.get("required") is True],
    }


def _from_strict(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Strict mode asks for every parameter and says 'optional' with null: undo that."""
    properties = raw.get("properties")
    if not isinstance(properties, Mapping):
        return dict(raw)
    optional = {n for n, p in properties.items() if isinstance(p, Mapping) and _takes_null(p)}
    required = raw.get("required")
    return {**raw, "properties": {n: _without_null(p) if n in optional else p for n, p in properties.items()}} | (
        {"required": [r for r in required if r not in optional]} if isinstance(required, list) else {}
    )


def _takes_null(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    options = schema.get("anyOf")
    return (isinstance(kinds, list) and "null" in kinds) or (isinstance(options, list) and {"type": "null"} in options)


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(schema)
    if isinstance(out.get("type"), list):
        kinds = [k for k in out["type"] if k != "null"]
        out["type"] = kinds[0] if len(kinds) == 1 else kinds
    if isinstance(out.get("anyOf"), list):
        out["anyOf"] = [o for o in out["anyOf"] if o != {"type": "null"}]
    if isinstance(out.get("enum"), list):
        out["enum"] = [v for v in out["enum"] if v is not None]
    return out


# ---- rows of a product ------------------------------------------------------------------------------------------


def is_row(content: Mapping[str, Any]) -> bool:
    return "source" in content and "parameters" in content and "key" in content


def read_row(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """A row of a tools.jsonl, as it was."""
    try:
        tool = Tool.model_validate({k: v for k, v in content.items() if k not in META})
        at = f"{place} ({tool.name})"
        returns = None if tool.returns is None else close(tool.returns, root=tool.returns, where=f"{at} result", text=120)
        parameters = close(tool.parameters, root=tool.parameters, where=f"{at} parameters")
        if parameters["type"] != "object":
            raise place.dropped(f"parameters: type is {parameters['type']!r}, not 'object'", field="parameters.type", value=parameters["type"])
        parameters.setdefault("properties", {})
        yield tool.model_copy(update={"name": safe_name(tool.name), "parameters": parameters, "returns": returns})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        yield place.dropped(f"field {field!r}: {first['msg']}, got {first['input']!r:.60}", field=field, value=first["input"])
    except Dropped as reason:
        yield reason


# ---- logs and datasets ------------------------------------------------------------------------------------------


def is_envelope(content: Mapping[str, Any]) -> bool:
    """Something that holds a list of definitions, or a row of a log or dataset that could."""
    return next(nested(content), None) is not None or any(k in content for k in _MESSAGES) or any(k in content for k in LISTS)


def _nests(content: Mapping[str, Any]) -> bool:
    return next(nested(content), None) is not None


def nested(content: object, depth: int = 0, where: str = "") -> Iterator[tuple[str, Any]]:
    """(where, list of definitions) of each list that stands somewhere inside, outermost first."""
    if depth > _DEEP:
        return
    if isinstance(content, Mapping):
        for key, value in content.items():
            at = f"{where}.{key}" if where else str(key)
            if key in _TALK:
                continue
            if key in LISTS and (found := _as_list(value)) is not None:
                yield at, found
            elif isinstance(value, (Mapping, list)) or (key in ("request", "body", "json", "kwargs", "input") and isinstance(value, str) and value[:1] in "{["):
                yield from nested(_parsed(value) if isinstance(value, str) else value, depth + 1, at)
    elif isinstance(content, list):
        for number, value in enumerate(content[:64]):
            if isinstance(value, (Mapping, list)):
                yield from nested(value, depth + 1, f"{where}[{number}]")


def _as_list(value: object) -> list[Any] | None:
    """A list of definitions, as one or as the text of one."""
    found = _parsed(value)
    if isinstance(found, Mapping) and "name" in found and not isinstance(found.get("arguments"), str):  # arguments as text are a call's
        found = [found]
    return found if isinstance(found, list) and (not found or any(isinstance(f, Mapping) and _like_definition(f) for f in found) or all(isinstance(f, str) for f in found)) else None


def _like_definition(row: Mapping[str, Any]) -> bool:
    return "name" in row or "function" in row or "api_name" in row or any(k in row for k in LISTS)


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


def _json(text: str, place: Place) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise place.dropped(f"{text!r:.60} is no JSON ({error})", value=text[:100]) from error


def service_of(content: Mapping[str, Any]) -> str:
    """The server that an envelope's definitions belong to, where it says one."""
    for key in ("server_name", "server", "service"):
        said = content.get(key)
        said = said.get("name") if isinstance(said, Mapping) else said
        if isinstance(said, str) and re.search(r"\w", said):
            return said
    return ""
