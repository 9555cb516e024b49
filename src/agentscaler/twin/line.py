"""A line that a person types: `getBike bikeId=b-12 tags=["a", "b"]` or `getBike {"bikeId": "b-12"}` -> a call; and how it could go on.

A value is JSON where it begins with {, [ or ", else everything up to the next blank; `fitted` reads it as its schema wants it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.records import EnvTool, JsonObject, Schema
from agentscaler.world import World

SUGGESTED: Final = 200
"""Values of a column that are offered."""
DEEPEST: Final = 30
"""Levels of a value that are looked into."""
_NAME = re.compile(r"\s*([^\s=]+)=")
_BARE = re.compile(r"\S*")


class Words(NamedTuple):
    """A line, read."""

    name: str
    arguments: JsonObject


class NoCall(Exception):
    """A line that is no call; the message says what to write instead."""


def read_line(line: str, tools: Mapping[str, EnvTool]) -> Words:
    """Raises NoCall."""
    name, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    try:
        if rest.startswith("{"):
            return Words(name, json.loads(rest))
        properties = tools[name].parameters.get("properties", {}) if name in tools else {}
        return Words(name, {key: fitted(value, properties.get(key, {})) for key, value in _pairs(rest)})
    except ValueError as error:
        raise NoCall(f"{rest!r:.80} is no list of arguments ({error}); write name=value name=value, or one JSON object") from error


def _pairs(text: str) -> list[tuple[str, Any]]:
    out, at = [], 0
    while at < len(text):
        found = _NAME.match(text, at)
        if found is None:
            raise ValueError(f"{text[at:].split()[0]!r} names no argument" if text[at:].strip() else "nothing stands there")
        at = found.end()
        if text[at : at + 1] in ("{", "[", '"'):
            value, at = json.JSONDecoder().raw_decode(text, at)
        elif text[at : at + 1] == "'":
            end = text.find("'", at + 1)
            if end < 0:
                raise ValueError(f"the quote after {found[1]}= does not end")
            value, at = Text(text[at + 1 : end]), end + 1
        else:
            bare = _BARE.match(text, at)
            assert bare is not None
            value, at = Text(bare[0]), bare.end()
        out.append((found[1], value))
        text = text.rstrip()
    return out


class Text(str):
    """A value that came as text, without a type of its own: from a line, a path, a query or a form."""

    __slots__ = ()


def fitted(value: Any, schema: Schema, depth: int = 0) -> Any:
    """A value that came as text, read as its schema wants it; as it is where it cannot be."""
    if depth > DEEPEST:
        return value
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, list):
        items = schema.get("items")
        return [fitted(v, items if isinstance(items, dict) else {}, depth + 1) for v in value]
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties")
        return {k: fitted(v, properties.get(k, more if isinstance(more, dict) else {}), depth + 1) for k, v in value.items()}
    if not isinstance(value, Text):
        return value
    if "string" in kinds:
        return str(value)
    return _parsed(str(value), kinds)


def _parsed(text: str, kinds: Sequence[str]) -> Any:
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if "integer" in kinds and re.fullmatch(r"[+-]?\d{1,19}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", text):
        return float(text)
    if "null" in kinds and text in ("null", ""):
        return None
    if "array" in kinds or "object" in kinds:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


# ---- completion ---------------------------------------------------------------------------------------------------


def endings(before: str, word: str, world: World, commands: Sequence[str]) -> list[str]:
    """How the last word of a line could go on. before: the line up to this word."""
    tools = {t.name: t for t in world.loaded.env.tools}
    spoken = before.split()
    if not spoken:
        return [f"{n} " for n in (*tools, *commands) if n.lower().startswith(word.lower())]
    if spoken[0] not in tools:
        return [n for n in (*tools, *world.loaded.tables) if n.lower().startswith(word.lower())]
    name, equals, begun = word.partition("=")
    if equals:
        return [f"{name}={value}" for value in _values(tools[spoken[0]], name, world) if value.lower().startswith(begun.lower())]
    given = {w.partition("=")[0] for w in spoken[1:]}
    parameters = tools[spoken[0]].parameters
    first = [*parameters.get("required", ()), *parameters.get("properties", {})]
    return [f"{n}=" for n in dict.fromkeys(first) if n not in given and n.lower().startswith(name.lower())]


def _values(tool: EnvTool, parameter: str, world: World) -> list[str]:
    """What could be given: the closed list, else what stands in the column that the argument speaks of."""
    schema = tool.parameters.get("properties", {}).get(parameter, {})
    kinds = schema.get("type", ())
    if "boolean" in ([kinds] if isinstance(kinds, str) else kinds):
        return ["true", "false"]
    found = schema.get("enum") or _stored(tool, parameter, world)
    return [v if isinstance(v, str) and not re.search(r"[\s\"'\[{]", v) else json.dumps(v, ensure_ascii=False) for v in found if v is not None]


def _stored(tool: EnvTool, parameter: str, world: World) -> list[Any]:
    model = world.loaded.env.model
    operation = next((o for o in model.operations if o.name == tool.name), None) if model else None
    argument = next((a for a in operation.arguments if a.name == parameter), None) if operation else None
    places = [(operation.table, argument.column)] if operation and argument and argument.column else [(n, parameter) for n in world.loaded.tables]
    for table, column in places:
        if table in world.loaded.tables and column in world.loaded.tables[table].columns:
            return list(dict.fromkeys(row[column] for row in world.rows(table)))[:SUGGESTED]
    return []
