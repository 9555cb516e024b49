"""ToolBench and RapidAPI: files of the release (a folder a category, a file a tool), `api_list` of query files, and the functions that its answers were given.

What ToolBench added is taken away again: 'This is the subfunction for tool ...', `_for_<tool>` behind a name, `is_id` for `id`. Response templates become schemas.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from agentscaler.errors import Dropped
from agentscaler.records import Schema, Tool
from agentscaler.tools.definitions import Place, make
from agentscaler.tools.sources import slug
from agentscaler.tools.typewords import read_type

RENAMED: Final = ("from", "class", "return", "false", "true", "id", "and")
"""Words that ToolBench wrote `is_` before, for Python cannot use them (its `change_name`)."""
_WRAPPED = re.compile(r'(?s)^This is the subfunction for tool "(?P<tool>[^"]*)", you can use this tool\.\s*(?:The description of this function is:\s*"(?P<text>.*?)"?)?\s*$')
_SPOKEN = re.compile(r"(?s)^This tool belongs to .{1,600}? Tool description: (?P<text>.+)$")
_SAMPLES = re.compile(r"^list of (\w+) with length \d+$")


def unwrapped(name: object, description: object, parameters: object) -> tuple[object, dict[str, Any]]:
    """The provider's own description, and what else is undone: name, parameters, service, notes."""
    if not isinstance(description, str) or not isinstance(name, str):
        return description, {}
    if spoken := _SPOKEN.match(description):
        return spoken["text"], {"mended": ("boiler plate left the description",)}
    found = _WRAPPED.match(description)
    if not found:
        return description, {}
    notes = ["boiler plate left the description"]
    own = name.removesuffix(f"_for_{found['tool']}") or name
    text = found["text"] or ""
    if text.strip() == name:  # no description at all: ToolBench repeats the name
        text = ""
    more: dict[str, Any] = {"name": own, "service": slug(found["tool"]) or "tools", "title": found["tool"].replace("_", " ")}
    if isinstance(parameters, Mapping) and isinstance(parameters.get("properties"), Mapping):
        more["parameters"], renamed = _own_names(parameters)
        notes += [f"parameter is_{n} is {n} again" for n in renamed]
    return text, more | {"mended": tuple(notes)}


def _own_names(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    taken = set(parameters["properties"])
    back = {n: n[3:] for n in taken if isinstance(n, str) and n.startswith("is_") and n[3:] in RENAMED and n[3:] not in taken}
    properties = {back.get(n, n): _with_example(p) for n, p in parameters["properties"].items()}
    required = parameters.get("required")
    out = {**parameters, "properties": properties}
    if isinstance(required, list):
        out["required"] = [back.get(r, r) if isinstance(r, str) else r for r in required]
    return out, sorted(back.values())


def _with_example(parameter: object) -> object:
    if not isinstance(parameter, Mapping) or parameter.get("example_value") in (None, ""):
        return parameter
    return {**{k: v for k, v in parameter.items() if k != "example_value"}, "example": parameter["example_value"]}


# ---- api lists ----------------------------------------------------------------------------------------------------


def is_api_list(content: Mapping[str, Any]) -> bool:
    return isinstance(content.get("api_list"), list) or is_api(content)


def is_api(content: Mapping[str, Any]) -> bool:
    return ("api_name" in content or "name" in content) and ("required_parameters" in content or "optional_parameters" in content or "tool_name" in content)


def read_api_list(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """A file of the release, a query of a query file, or one API of either."""
    if not isinstance(content.get("api_list"), list):
        yield _api(content, content, place)
        return
    for number, api in enumerate(content["api_list"]):
        yield _api(api, content, place.part(f"api_list[{number}]"))


def _api(api: object, holder: Mapping[str, Any], place: Place) -> Tool | Dropped:
    try:
        if not isinstance(api, Mapping):
            raise place.dropped(f"{api!r:.60} is no object", value=api)
        name = api.get("api_name", api.get("name"))
        if "required_parameters" not in api and "optional_parameters" not in api:
            raise place.dropped(f"{name!r:.60} is named only: 'required_parameters' and 'optional_parameters' are not given", field="required_parameters")
        title = next((str(v) for v in (api.get("tool_name"), holder.get("title"), holder.get("tool_name"), holder.get("name")) if isinstance(v, str) and v and v != name), "")
        if not title and holder is not api:
            title = place.document.file.split(".")[0]
        said, notes = api.get("api_description", api.get("description")), []
        if isinstance(said, str) and said.strip().lower() == str(name).strip().lower():
            said = ""
            notes.append("a description that only repeats the name left")
        url = api.get("url") if isinstance(api.get("url"), str) else ""
        return make(
            place,
            name,
            description=said,
            parameters=_parameters(api, place),
            returns=_result(api),
            service=slug(title) or place.document.service,
            title=title or place.document.service,
            verb=api["method"].upper() if isinstance(api.get("method"), str) and api["method"] else None,
            path=_path(str(url)),
            mended=tuple(notes),
        )
    except Dropped as reason:
        return reason


def _path(url: str) -> str | None:
    try:
        return urlsplit(url).path or None
    except ValueError:
        return None


def _parameters(api: Mapping[str, Any], place: Place) -> Schema:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for key in ("required_parameters", "optional_parameters"):
        listed = api.get(key)
        if listed is not None and not isinstance(listed, list):
            raise place.dropped(f"field {key!r} is {listed!r:.60}, not a list", field=key, value=listed)
        for row in listed or ():
            if not isinstance(row, Mapping) or not isinstance(row.get("name"), str) or not row["name"].strip():
                raise place.dropped(f"{key}: a parameter without a name: {row!r:.60}", field=key, value=row)
            properties[row["name"]] = _parameter(row)
            if key == "required_parameters":
                required.append(row["name"])
    return {"type": "object", "properties": properties, "required": required}


def _parameter(row: Mapping[str, Any]) -> Schema:
    """What RapidAPI calls a default is the sample that stands in its form."""
    out = {"type": row.get("type", "string"), "description": row.get("description")}
    if isinstance(row.get("enum"), list):
        out["enum"] = row["enum"]
    sample = row.get("default")
    return out | ({"example": sample} if sample not in (None, "") and not isinstance(sample, (list, dict)) else {})


def _result(api: Mapping[str, Any]) -> Schema | None:
    schema = api.get("schema")
    if isinstance(schema, Mapping) and (isinstance(schema.get("properties"), Mapping) or "items" in schema):
        return dict(schema)
    template = api.get("template_response")
    if template in (None, "", {}, []):
        return None
    found = from_template(template)
    return found if found.get("type") in ("object", "array") else None


def from_template(value: object, depth: int = 0) -> Schema:
    """A template whose leaves name types: {"id": "int", "tags": "list of str with length 3"}."""
    if depth > 12:
        return {}
    if isinstance(value, Mapping):
        return {"type": "object", "properties": {str(k): from_template(v, depth + 1) for k, v in value.items() if k != "_list_length"}}
    if isinstance(value, list):
        return {"type": "array", "items": from_template(value[0], depth + 1) if value else {}}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, (int, float)):
        return {"type": "number"}
    if not isinstance(value, str):
        return {}
    if value[:1] in "{[" and (inner := _parsed(value)) is not None:
        return from_template(inner, depth + 1)
    if value == "empty list":
        return {"type": "array", "items": {}}
    if samples := _SAMPLES.match(value):
        return {"type": "array", "items": from_template(samples[1], depth + 1)}
    said = read_type(value)
    return said.schema if said.known and said.schema.get("type") != "null" else {}


def _parsed(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
