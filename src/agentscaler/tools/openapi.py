"""OpenAPI 3.0, 3.1 and Swagger 2 documents: one tool per operation; path, query, header and body flattened to one argument object.

Cookies, authorization and what a security scheme names are no arguments; what only an answer holds (readOnly) is none either. `$ref`s into other files are
read where the file lies beside the document; nothing is fetched from the network.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson
import yaml

from agentscaler.errors import Dropped
from agentscaler.records import Schema, Tool
from agentscaler.schemas import clean, close, follow, resolve
from agentscaler.tools.definitions import Place, make, tried
from agentscaler.tools.sources import Document, parse_yaml, slug

VERBS: Final = ("get", "post", "put", "patch", "delete", "head")
IGNORED_HEADERS: Final = frozenset(("accept", "accept-language", "accept-encoding", "content-type", "content-length", "authorization", "user-agent", "host"))
_PARAMETER_SCHEMA: Final = ("type", "format", "items", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "nullable")
"""What Swagger 2 writes beside a parameter's name instead of into a schema."""
_FILES: Final = "x-files"


class _Api(NamedTuple):
    """One document while it is read."""

    root: Mapping[str, Any]
    source: dict[str, Any]
    secret: frozenset[tuple[str, str]]
    """(place, name) of parameters that are keys of a security scheme."""


def is_openapi(content: Mapping[str, Any]) -> bool:
    return "openapi" in content or "swagger" in content


def read_openapi(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """One tool, or the reason why not, per operation."""
    root = with_other_files(content, place.document)
    api = _Api(root, _source(root), _secret(root))
    paths = root.get("paths")
    if not isinstance(paths, Mapping):
        yield place.dropped(f"'paths' is {paths!r:.40}, not an object", field="paths", value=paths)
        return
    for path, item in paths.items():
        try:
            if isinstance(item, Mapping) and "$ref" in item:
                item = {**follow(str(item["$ref"]), root, f"{place}, paths.{path}"), **item}
            if not isinstance(item, Mapping):
                raise place.dropped(f"paths.{path} is no object", field=f"paths.{path}", value=item)
        except Dropped as reason:
            yield reason
            continue
        for verb in VERBS:
            if verb in item:
                yield tried(_tool, api, str(path), verb, item, place.part(f"{verb.upper()} {path}"))


def _source(root: Mapping[str, Any]) -> dict[str, Any]:
    info = root.get("info")
    info = info if isinstance(info, Mapping) else {}
    title = str(info.get("title") or "api")
    licence = info.get("license")
    return {
        "service": slug(title) or "api",
        "version": str(info.get("version", "")),
        "licence": str(licence["name"]) if isinstance(licence, Mapping) and licence.get("name") else None,
        "title": title,
    }


def _secret(root: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    parts = root.get("components")
    schemes = parts.get("securitySchemes") if isinstance(parts, Mapping) else root.get("securityDefinitions")
    if not isinstance(schemes, Mapping):
        return frozenset()
    return frozenset((str(s.get("in")), str(s.get("name")).lower()) for s in schemes.values() if isinstance(s, Mapping) and s.get("type") == "apiKey")


def _tool(api: _Api, path: str, verb: str, item: Mapping[str, Any], place: Place) -> Tool:
    operation = item[verb]
    if not isinstance(operation, Mapping):
        raise place.dropped(f"{operation!r:.40} is no object", value=operation)
    if operation.get("deprecated") is True:
        raise place.dropped("the provider marks it as deprecated", field="deprecated", value=True, reason="deprecated")
    properties: dict[str, Schema] = {}
    required: list[str] = []
    in_path: list[str] = []
    for raw in [*_parameters(item, place), *_parameters(operation, place)]:
        raw = follow(str(raw["$ref"]), api.root, str(place)) if isinstance(raw, Mapping) and "$ref" in raw else raw
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str):
            raise place.dropped(f"a parameter without a name: {raw!r:.60}", field="parameters", value=raw)
        name, where = raw["name"], str(raw.get("in", "query"))
        if where == "body":
            _body(api, raw.get("schema"), bool(raw.get("required")), place, properties, required)
        elif not (where == "cookie" or (where == "header" and name.lower() in IGNORED_HEADERS) or (where, name.lower()) in api.secret):
            properties[name] = _parameter(api, raw, f"{place} parameter {name}")
            if where == "path":
                in_path.append(name)
            if (raw.get("required") is True or where == "path") and name not in required:
                required.append(name)
    body = operation.get("requestBody")
    body = follow(str(body["$ref"]), api.root, str(place)) if isinstance(body, Mapping) and "$ref" in body else body
    if isinstance(body, Mapping):
        _body(api, _content(body), body.get("required", True) is True, place, properties, required, alone=body.get("required") is True)
    name = str(operation.get("operationId") or f"{verb}_{path}")
    return make(
        place,
        name,
        description=operation.get("description") or operation.get("summary"),
        parameters={"type": "object", "properties": properties} | ({"required": required} if required else {}),
        returns=_returns(api, operation, place),
        verb=verb.upper(),
        path=path.replace("{+", "{"),
        in_path=tuple(in_path),
        status=_status(operation),
        **api.source,
    )


def _parameters(holder: Mapping[str, Any], place: Place) -> list[Any]:
    found = holder.get("parameters")
    if found is not None and not isinstance(found, list):
        raise place.dropped(f"field 'parameters' is {found!r:.60}, not a list", field="parameters", value=found)
    return found or []


def _parameter(api: _Api, raw: Mapping[str, Any], where: str) -> Schema:
    schema = raw.get("schema") or _content(raw) or {k: raw[k] for k in _PARAMETER_SCHEMA if k in raw}
    example = raw.get("example")
    if example is not None and isinstance(schema, Mapping) and "example" not in schema:
        schema = {**schema, "example": example}
    out = close({**schema, "type": "string"} if isinstance(schema, Mapping) and schema.get("type") == "file" else schema, root=api.root, where=where)
    if text := clean(raw.get("description"), 400):
        out["description"] = text
    return out


def _body(
    api: _Api, raw: object, must: bool, place: Place, properties: dict[str, Schema], required: list[str], *, alone: bool | None = None
) -> None:
    """A body's properties among the arguments; what is no object becomes one argument `body`."""
    where = f"{place} body"
    schema = close(raw or {}, root=api.root, where=where)
    if "properties" not in schema:
        properties.setdefault("body", schema)
        if must if alone is None else alone:
            required.append("body")
        return
    given = resolve(raw, api.root, where).get("properties") if isinstance(raw, Mapping) else None
    for name, inner in schema["properties"].items():
        if not (isinstance(given, Mapping) and isinstance(given.get(name), Mapping) and given[name].get("readOnly") is True):
            properties.setdefault(name, inner)
    if must:
        required.extend(r for r in schema.get("required", []) if r not in required and r in properties)


def _content(holder: Mapping[str, Any]) -> Any:
    content = holder.get("content")
    if not isinstance(content, Mapping) or not content:
        return None
    chosen = content.get("application/json") or next((v for k, v in content.items() if "json" in str(k)), None) or next(iter(content.values()))
    return chosen.get("schema") if isinstance(chosen, Mapping) else None


def _status(operation: Mapping[str, Any]) -> int | None:
    """The status of a good answer, where it is not 200."""
    responses = operation.get("responses")
    codes = [str(k) for k in responses if re.fullmatch(r"2\d\d", str(k))] if isinstance(responses, Mapping) else []
    return int(codes[0]) if codes and "200" not in codes else None


def _returns(api: _Api, operation: Mapping[str, Any], place: Place) -> Schema | None:
    responses = operation.get("responses")
    if not isinstance(responses, Mapping):
        return None
    good = next((responses[k] for k in responses if str(k).startswith("2")), responses.get("default"))
    if isinstance(good, Mapping) and "$ref" in good:
        good = follow(str(good["$ref"]), api.root, str(place))
    schema = (_content(good) or good.get("schema")) if isinstance(good, Mapping) else None
    return close(schema, root=api.root, where=f"{place} response", text=120) if schema else None


# ---- references into other files ----------------------------------------------------------------------------------


def with_other_files(content: Mapping[str, Any], document: Document) -> Mapping[str, Any]:
    """The document with the files it refers to inside it, so that every $ref that can be followed is a local one."""
    bundle = _Bundle()
    root = bundle.rewritten(content, document, "#", 0)
    return {**root, _FILES: bundle.files} if bundle.files else root


class _Bundle:
    """The other files of one document, each read once."""

    def __init__(self) -> None:
        self.files: dict[str, Any] = {}
        self.at: dict[str, str] = {}

    def rewritten(self, value: Any, own: Document, base: str, depth: int) -> Any:
        """`value` of the file `own` that stands at `base`, with references as they go from the root."""
        if depth > 200:
            return value
        if isinstance(value, Mapping):
            return {k: self._reference(v, own, base) if k == "$ref" and isinstance(v, str) else self.rewritten(v, own, base, depth + 1) for k, v in value.items()}
        return [self.rewritten(v, own, base, depth + 1) for v in value] if isinstance(value, list) else value

    def _reference(self, reference: str, own: Document, base: str) -> str:
        file, _, pointer = reference.partition("#")
        if not file:
            return base + pointer if base != "#" else reference
        if re.match(r"[a-z]+:|[/\\]", file, re.I):
            return reference
        other = own.beside(file)
        if other is None:
            return reference
        if other.name not in self.at:
            number = str(len(self.at))
            self.at[other.name] = f"#/{_FILES}/{number}"
            self.files[number] = None
            self.files[number] = self.rewritten(_parsed(other), other, self.at[other.name], 0)
        return self.at[other.name] + pointer


def _parsed(document: Document) -> Any:
    """What a file beside the document holds; None where it is neither JSON nor YAML."""
    try:
        return orjson.loads(document.data)
    except orjson.JSONDecodeError:
        try:
            return parse_yaml(document.data.decode())
        except (yaml.YAMLError, RecursionError, ValueError, UnicodeDecodeError):
            return None
