"""A map of keys to texts that some definitions of a service call a map and others, which do not know better, a plain text (metadata).

Client libraries type such a field loosely in what they answer, or in what they take. It is one thing, so it is a map in both.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentscaler.records import Schema, Tool
from agentscaler.schemas import kind_of
from agentscaler.words import entity

_DEPTH: Final = 4
_WRAPS: Final = 1
"""Objects that the thing may be wrapped in, below which a field of the same name is another thing's."""


def told_maps(tools: Iterable[Tool]) -> dict[str, Schema]:
    """Field -> its schema, of the fields that the service calls a map in one place and, where not, a text of which it says nothing more."""
    maps: dict[str, Schema] = {}
    texts: dict[str, bool] = {}
    for tool in tools:
        if tool.source.of_a_cloud:
            continue
        for name, schema in _fields(tool):
            if entity(name)[1]:
                continue  # a list may be asked for several ids
            if _is_map(schema):
                maps.setdefault(name, schema)
            elif kind_of(schema) != "object" or schema.get("properties"):  # an object of which nothing is said may be one
                texts[name] = texts.get(name, True) and _is_bare(schema)
    return {n: s for n, s in maps.items() if texts.get(n)}


def _fields(tool: Tool) -> Iterator[tuple[str, Schema]]:
    yield from tool.parameters.get("properties", {}).items()
    yield from _below(tool.returns or {})


def _below(schema: Schema, depth: int = 0) -> Iterator[tuple[str, Schema]]:
    """Fields of an answer, of the objects in it, and of the items of its lists."""
    for name, inner in schema.get("properties", {}).items() if depth <= _WRAPS else ():
        yield name, inner
        yield from _below(inner, depth + 1)
    if isinstance(items := schema.get("items"), dict):
        yield from _below(items, depth)


def _is_map(schema: Schema) -> bool:
    return kind_of(schema) == "object" and not schema.get("properties") and kind_of(schema.get("additionalProperties") or {"type": "array"}) == "string"


def _is_bare(schema: Schema) -> bool:
    """A text without a format, values or a length; what a `metadata` that is a name or a JSON text would have said of itself."""
    text = str(schema.get("description", "")).lower()
    return kind_of(schema) == "string" and set(schema) <= {"type", "description"} and "json" not in text and "string" not in text


def as_maps(tool: Tool, maps: Mapping[str, Schema]) -> Tool:
    """The tool with these fields as maps, in what it takes and in what it answers."""
    if not maps or tool.source.of_a_cloud:
        return tool
    return tool.model_copy(update={"parameters": _mapped(tool.parameters, maps), "returns": tool.returns and _mapped(tool.returns, maps)})


def _mapped(schema: Schema, maps: Mapping[str, Schema], depth: int = 0) -> Schema:
    if depth > _DEPTH:
        return schema
    out = dict(schema)
    if properties := schema.get("properties"):
        out["properties"] = {n: {**s, "type": "object", "additionalProperties": maps[n]["additionalProperties"]} if n in maps and _is_bare(s) else _mapped(s, maps, depth + 1) for n, s in properties.items()}
    if isinstance(items := schema.get("items"), dict):
        out["items"] = _mapped(items, maps, depth + 1)
    return out
