"""The AWS APIs, from the service models that ship inside `botocore` (Apache-2.0). Data files are read, no code is run."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from agentscaler.records import Schema, Source, Tool
from agentscaler.schemas import clean, prose_values
from agentscaler.work import steps

KINDS = {
    "string": "string", "character": "string", "timestamp": "string", "blob": "string", "integer": "integer", "long": "integer",
    "short": "integer", "byte": "integer", "biginteger": "integer", "bigdecimal": "number", "float": "number", "double": "number",
    "boolean": "boolean", "structure": "object", "map": "object", "list": "array",
}  # fmt: skip


def read_aws(root: Path, package: str, only: str | None = None) -> Iterator[tuple[Tool, bool, bool]]:
    """(tool, is it of the newest version, is it deprecated) for each operation under botocore's `data` folder; only: of this service."""
    services = sorted(p.name for p in (root / "data").iterdir() if p.is_dir() and only in (None, p.name))
    for service in steps(services, "tools: botocore", len(services)):
        files = sorted((root / "data" / service).glob("*/service-2.json*"))
        for file in files:
            raw = file.read_bytes()
            document = orjson.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
            reader = _Reader(document["shapes"])
            title = document["metadata"].get("serviceFullName", service)
            for name, operation in document["operations"].items():
                newest, deprecated = file == files[-1], bool(operation.get("deprecated"))
                yield (
                    reader.tool(name, operation, service, file.parent.name, package, title, whole=newest and not deprecated),
                    newest,
                    deprecated,
                )


class _Reader:
    """Shapes of one service turned into JSON Schema, with the descriptions cleaned once each."""

    def __init__(self, shapes: dict[str, Any]) -> None:
        self.shapes = shapes
        self.texts: dict[tuple[str, int], str] = {}

    def tool(
        self, name: str, operation: dict[str, Any], service: str, version: str, package: str, title: str, *, whole: bool
    ) -> Tool:
        """One operation; not `whole`: only what the bin must say of it."""
        if not whole:
            operation = {"http": operation.get("http", {})}
        http = operation.get("http", {})
        path = http.get("requestUri", "/")
        shape = operation.get("input", {}).get("shape")
        members = self.shapes.get(shape, {}).get("members", {}) if shape else {}
        returns = self.schema(operation["output"]["shape"], 0, (), 120, False) if "output" in operation else None
        return Tool.model_construct(
            name=name,
            description=clean(operation.get("documentation"), 700),
            parameters=self.schema(shape, 0, (), 400, True) if shape else {"type": "object", "properties": {}},
            returns=returns,
            source=Source.model_construct(
                vendor="aws",
                service=service,
                version=version,
                operation=name,
                verb=http.get("method", "POST"),
                path=re.sub(r"\+?\}", "}", path).split("?")[0],
                in_path=tuple(n for n, m in members.items() if m.get("location") == "uri"),
                errors=tuple(e["shape"] for e in operation.get("errors", [])),
                licence="Apache-2.0",
                package=package,
                title=title,
            ),
        )

    def text(self, raw: str, limit: int) -> str:
        key = (raw, limit)
        if key not in self.texts:
            self.texts[key] = clean(raw, limit)
        return self.texts[key]

    def schema(self, name: str, depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        """limit: characters of a description; arguments: keep what only an argument needs."""
        shape = self.shapes.get(name, {})
        kind = KINDS.get(shape.get("type", "string"), "string")
        out: Schema = {"type": kind}
        if "enum" in shape and len(shape["enum"]) <= 200:
            out["enum"] = shape["enum"]
        if kind == "string":
            if shape.get("type") == "timestamp":
                out["format"] = "date-time"
            if shape.get("pattern"):
                out["pattern"] = shape["pattern"]
        if kind in ("integer", "number") and arguments:
            out.update({new: shape[old] for old, new in (("min", "minimum"), ("max", "maximum")) if old in shape})
        if name in seen or depth > 3:
            return out
        inner = (*seen, name)
        if shape.get("type") == "list":
            out["items"] = self.schema(shape["member"]["shape"], depth, inner, limit, arguments)
        elif shape.get("type") == "map":
            out["additionalProperties"] = self.schema(shape["value"]["shape"], depth + 1, inner, limit, arguments)
        elif shape.get("type") == "structure" and depth < 4:
            room = 80 if depth == 0 else 60
            out["properties"] = {
                n: self.member(m, depth + 1, inner, limit, arguments) for n, m in list(shape.get("members", {}).items())[:room]
            }
            if arguments and shape.get("required"):
                out["required"] = [r for r in shape["required"] if r in out["properties"]]
        return out

    def member(self, member: dict[str, Any], depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        out = self.schema(member["shape"], depth, seen, limit, arguments)
        raw = member.get("documentation") or self.shapes.get(member["shape"], {}).get("documentation", "")
        if raw:
            if out["type"] == "string" and "enum" not in out and "alid" in raw and (values := prose_values(raw)):
                out["enum"] = values
            out = {"type": out.pop("type"), "description": self.text(raw, limit if depth < 3 else 100), **out}
        return out
