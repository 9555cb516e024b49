"""OpenAPI 3 documents: one tool per operation; path, query, header and body flattened to one argument object."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentscaler.errors import Dropped
from agentscaler.records import Schema, Source, Tool
from agentscaler.schemas import clean, close, follow

VERBS = ("get", "post", "put", "patch", "delete", "head")
IGNORED_HEADERS = ("accept", "content-type", "authorization")


def read_openapi(document: Mapping[str, Any], *, file: str) -> Iterator[Tool | Dropped]:
    """One tool, or the reason why not, per operation."""
    info = document.get("info")
    title = str(info.get("title") or "api") if isinstance(info, Mapping) else "api"
    version = str(info.get("version", "")) if isinstance(info, Mapping) else ""
    licence = info.get("license") if isinstance(info, Mapping) else None
    source = {
        "vendor": "user",
        "service": re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "api",
        "version": version,
        "licence": str(licence.get("name")) if isinstance(licence, Mapping) and licence.get("name") else None,
        "package": file,
        "title": title,
    }
    paths = document.get("paths")
    if not isinstance(paths, Mapping):
        yield Dropped("bad_definition", f"{file}: 'paths' is {paths!r:.40}, not an object", where="paths", value=paths)
        return
    for path, item in paths.items():
        if not isinstance(item, Mapping):
            yield Dropped("bad_definition", f"{file}: paths.{path} is no object", where=f"paths.{path}", value=item)
            continue
        for verb in VERBS:
            if verb in item:
                try:
                    yield _tool(document, str(path), verb, item, source)
                except Dropped as reason:
                    yield reason


def _tool(document: Mapping[str, Any], path: str, verb: str, item: Mapping[str, Any], source: dict[str, Any]) -> Tool:
    where = f"{source['package']}, {verb.upper()} {path}"
    operation = item[verb]
    if not isinstance(operation, Mapping):
        raise Dropped("bad_definition", f"{where}: {operation!r:.40} is no object", where=where, value=operation)
    properties: dict[str, Schema] = {}
    required: list[str] = []
    in_path: list[str] = []
    for raw in [*_parameters(item, where), *_parameters(operation, where)]:
        raw = follow(str(raw["$ref"]), document, where) if isinstance(raw, Mapping) and "$ref" in raw else raw
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str):
            raise Dropped("bad_definition", f"{where}: a parameter without a name: {raw!r:.60}", where=f"{where} parameters", value=raw)
        name, place = raw["name"], raw.get("in", "query")
        if place == "cookie" or (place == "header" and name.lower() in IGNORED_HEADERS):
            continue
        schema = close(raw.get("schema") or _content(raw) or {}, root=document, where=f"{where} parameter {name}")
        if text := clean(raw.get("description"), 400):
            schema["description"] = text
        properties[name] = schema
        if place == "path":
            in_path.append(name)
        if (raw.get("required") or place == "path") and name not in required:
            required.append(name)
    _body(document, operation, where, properties, required)
    name = str(operation.get("operationId") or f"{verb}_{path}")
    return Tool(
        name=_safe(name),
        description=clean(operation.get("description") or operation.get("summary"), 700),
        parameters={"type": "object", "properties": properties} | ({"required": required} if required else {}),
        returns=_returns(document, operation, where),
        source=Source(
            **source, operation=name, verb=verb.upper(), path=path.replace("{+", "{"), in_path=tuple(in_path)
        ),
    )  # fmt: skip


def _parameters(holder: Mapping[str, Any], where: str) -> list[Any]:
    found = holder.get("parameters")
    if found is not None and not isinstance(found, list):
        raise Dropped("bad_definition", f"{where}: field 'parameters' is {found!r:.60}, not a list", where=f"{where} parameters", value=found)
    return found or []


def _body(
    document: Mapping[str, Any], operation: Mapping[str, Any], where: str, properties: dict[str, Schema], required: list[str]
) -> None:
    body = operation.get("requestBody")
    if isinstance(body, Mapping) and "$ref" in body:
        body = follow(str(body["$ref"]), document, where)
    if not isinstance(body, Mapping):
        return
    schema = close(_content(body) or {}, root=document, where=f"{where} body")
    if "properties" not in schema:
        properties.setdefault("body", schema)
        if body.get("required"):
            required.append("body")
        return
    for name, inner in schema["properties"].items():
        properties.setdefault(name, inner)
    if body.get("required", True):
        required.extend(r for r in schema.get("required", []) if r not in required)


def _content(holder: Mapping[str, Any]) -> Any:
    content = holder.get("content")
    if not isinstance(content, Mapping) or not content:
        return None
    chosen = content.get("application/json") or next((v for k, v in content.items() if "json" in str(k)), None) or next(iter(content.values()))
    return chosen.get("schema") if isinstance(chosen, Mapping) else None


def _returns(document: Mapping[str, Any], operation: Mapping[str, Any], where: str) -> Schema | None:
    responses = operation.get("responses")
    if not isinstance(responses, Mapping):
        return None
    good = next((responses[k] for k in responses if str(k).startswith("2")), responses.get("default"))
    if isinstance(good, Mapping) and "$ref" in good:
        good = follow(str(good["$ref"]), document, where)
    schema = _content(good) if isinstance(good, Mapping) else None
    return close(schema, root=document, where=f"{where} response", text=120) if schema else None


def _safe(name: str) -> str:
    """A function name: [A-Za-z0-9_-], at most 64 characters."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:64] or "tool"
