"""The Google APIs, from the discovery documents that ship inside `google-api-python-client` (Apache-2.0).

Three habits of these documents are undone here: fields that are required only in prose, fields that are output only, and
resource names whose parts stand in `flatPath` alone.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from agentscaler.records import Schema, Source, Tool
from agentscaler.schemas import TYPES, clean
from agentscaler.work import steps

_OUTPUT_ONLY = re.compile(r"(?i)\s*(?:\[?output[ _-]only\]?|\[Deprecated\]|Deprecated)")
_REQUIRED = re.compile(r"(?i)\s*\[?required\b")
_VERSION = re.compile(r"v?(\d+)(?:[._](\d+))?(?:p\d+)?(alpha|beta)?(\d*)")


def read_google(root: Path, package: str, only: str | None = None) -> Iterator[tuple[Tool, bool, bool]]:
    """(tool, is it of the newest version, is it deprecated) for each method under `discovery_cache/documents`; only: of this service."""
    documents: dict[str, dict[str, Any]] = {}
    best: dict[str, dict[str, Any]] = {}
    for file in sorted((root / "discovery_cache" / "documents").glob(f"{only.split('.')[0]}.*.json" if only else "*.json")):
        document = orjson.loads(file.read_bytes())
        if "id" not in document or document["id"] in documents or only not in (None, service_of(document)):
            continue
        documents[document["id"]] = document
        service = service_of(document)
        if service not in best or rank(document["version"]) > rank(best[service]["version"]):
            best[service] = document
    for document in steps(documents.values(), "tools: google-api-python-client", len(documents)):
        service = service_of(document)
        reader = _Reader(document, service, package)
        for method, collection in _methods(document, ()):
            newest, deprecated = best[service] is document, bool(method.get("deprecated"))
            yield reader.tool(method, collection, whole=newest and not deprecated), newest, deprecated


def service_of(document: dict[str, Any]) -> str:
    """'admin' with version 'directory_v1' holds several services: 'admin.directory'."""
    head, _, rest = document["version"].partition("_")
    return f"{document['name']}.{head}" if rest else str(document["name"])


def rank(version: str) -> tuple[int, int, int, int, int]:
    """Stable before beta before alpha, then by number."""
    found = _VERSION.match(version.rsplit("_", 1)[-1])
    if not found:
        return (0, 0, 0, 0, 0)
    stage = {None: 2, "beta": 1, "alpha": 0}[found[3]]
    return (int(stage == 2), int(found[1]), int(found[2] or 0), stage, int(found[4] or 0))


def _methods(node: dict[str, Any], collection: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    for method in node.get("methods", {}).values():
        yield method, collection
    for name, inner in node.get("resources", {}).items():
        yield from _methods(inner, (*collection, name))


def _path(method: dict[str, Any]) -> str:
    """The path with the real parameters where each has a place of its own, else with the parts of the resource name.

    `v2/{v2Id}/{v2Id1}/sinks` says that any holder may stand there (projects, folders, organizations): a project does.
    """
    plain, flat = method.get("path", "").replace("{+", "{"), method.get("flatPath") or method.get("path", "")
    shapes = [re.sub(r"\{[^}]*\}", "{}", p) for p in (plain, flat)]
    return str(plain if shapes[0] == shapes[1] else _ANY_HOLDER.sub("projects/{projectsId}", flat))


_ANY_HOLDER = re.compile(r"\{(v\d\w*)Id\}/\{\1Id1\}")


class _Reader:
    """One discovery document."""

    def __init__(self, document: dict[str, Any], service: str, package: str) -> None:
        self.schemas = document.get("schemas", {})
        self.service, self.version, self.package = service, document["version"], package
        self.title = document.get("title", service)
        self.texts: dict[tuple[str, int], str] = {}

    def tool(self, method: dict[str, Any], collection: tuple[str, ...], *, whole: bool) -> Tool:
        """One method; not `whole`: only what the bin must say of it."""
        if not whole:
            method = {k: method[k] for k in ("id", "httpMethod")}
        parameters, required = {}, []
        for name, raw in method.get("parameters", {}).items():
            one = self.property(raw, 0, (), 400, True)
            if raw.get("repeated"):
                one = {"type": "array", "description": one.pop("description", ""), "items": one}
            parameters[name] = one
            if raw.get("required") or _REQUIRED.match(raw.get("description", "")):
                required.append(name)
        in_path = tuple(n for n, p in method.get("parameters", {}).items() if p.get("location") == "path")
        body = str((method.get("request") or {}).get("$ref") or "")
        for name, raw in self.schemas.get(body, {}).get("properties", {}).items():
            text = raw.get("description", "")
            if name in parameters or raw.get("readOnly") or _OUTPUT_ONLY.match(text):
                continue
            parameters[name] = self.property(raw, 1, (body,), 400, True)
            if method["id"] in (raw.get("annotations") or {}).get("required", []) or _REQUIRED.match(text):
                required.append(name)
        result = (method.get("response") or {}).get("$ref", "")
        empty = result in ("", "Empty", "GoogleProtobufEmpty", "GoogleProtobuf__Empty")
        schema: Schema = {"type": "object", "properties": parameters}
        if required:
            schema["required"] = required
        verb = method["id"].rsplit(".", 1)[-1]
        return Tool.model_construct(
            name=f"{collection[-1]}_{verb}" if collection else verb,
            description=clean(method.get("description"), 700),
            parameters=schema,
            returns=None if empty else self.ref(result, 0, (), 120, False),
            source=Source.model_construct(
                vendor="google",
                service=self.service,
                version=self.version,
                operation=method["id"],
                verb=method["httpMethod"],
                path=_path(method),
                in_path=in_path,
                errors=(),
                licence="Apache-2.0",
                package=self.package,
                title=self.title,
            ),
        )

    def ref(self, name: str, depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        shape = self.schemas.get(name, {})
        if name in seen or depth > 3:
            return {"type": "object"}
        if shape.get("type", "object") != "object" or "properties" not in shape:
            return self.property({k: v for k, v in shape.items() if k != "$ref"}, depth, (*seen, name), limit, arguments)
        properties = {}
        for field, raw in list(shape["properties"].items())[: 80 if depth == 0 else 60]:
            if arguments and (raw.get("readOnly") or _OUTPUT_ONLY.match(raw.get("description", ""))):
                continue
            properties[field] = self.property(raw, depth + 1, (*seen, name), limit, arguments)
        return {"type": "object", "properties": properties}

    def property(self, raw: dict[str, Any], depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        text = self.text(raw.get("description", ""), limit if depth < 3 else 100)
        if "$ref" in raw:
            out = self.ref(raw["$ref"], depth, seen, limit, arguments)
        else:
            kind = TYPES.get(raw.get("type", "string"), "string")
            out = {"type": kind}
            if kind == "array":
                out["items"] = self.property(raw.get("items", {}), depth, seen, limit, arguments)
                out["items"].pop("description", None)
            elif kind == "object" and "properties" in raw and depth < 3:
                out["properties"] = {k: self.property(v, depth + 1, seen, limit, arguments) for k, v in raw["properties"].items()}
            elif kind == "object" and isinstance(raw.get("additionalProperties"), dict) and depth < 3:
                out["additionalProperties"] = self.property(raw["additionalProperties"], depth + 1, seen, limit, arguments)
            if "enum" in raw:
                out["enum"] = [v for v in raw["enum"] if not v.upper().endswith("_UNSPECIFIED")] or raw["enum"]
            self.format(raw, kind, out)
        return {"type": out.pop("type"), "description": text, **out} if text else out

    @staticmethod
    def format(raw: dict[str, Any], kind: str, out: Schema) -> None:
        form = raw.get("format", "")
        if form in ("google-datetime", "date-time"):
            out["format"] = "date-time"
        elif form in ("date", "google-duration", "byte"):
            out["format"] = form.replace("google-", "")
        elif form in ("int64", "uint64") and kind == "string":
            out["format"] = "int64"
        if kind == "string" and raw.get("pattern"):
            out["pattern"] = raw["pattern"]
        if "default" in raw and kind in ("string", "boolean"):
            out["default"] = raw["default"] == "true" if kind == "boolean" else raw["default"]
        for bound in ("minimum", "maximum"):
            if bound in raw and kind in ("integer", "number"):
                out[bound] = int(raw[bound]) if kind == "integer" else float(raw[bound])

    def text(self, raw: str, limit: int) -> str:
        key = (raw, limit)
        if key not in self.texts:
            text = re.sub(r"^(?:Required|Optional|Output only|Identifier)[.:;]\s*", "", clean(raw, limit + 12))
            self.texts[key] = re.sub(r"^(?:Required|Optional|Identifier)[.:;]\s*", "", text)[:limit]
        return self.texts[key]
