"""A user's own definitions: OpenAI, Anthropic and MCP tool lists, OpenAPI 3 documents, rows of a tools.jsonl."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import ValidationError

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Schema, Source, Tool
from agentscaler.schemas import clean, close
from agentscaler.store import META
from agentscaler.tools.openapi import _safe, read_openapi

DIALECTS = "an OpenAI or Anthropic tool list, an MCP tools/list answer, an OpenAPI 3 document, or rows of a tools.jsonl"


class _Yaml(yaml.SafeLoader):
    """A date stays the text it was written as, as in JSON."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"] for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_file(path: Path) -> Iterator[Tool | Dropped]:
    """Tools, or reasons why not, of one file. Raises UserError where the file as a whole is not readable."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); give {DIALECTS}") from error
    if path.suffix == ".jsonl":
        yield from _lines(text, path)
        return
    document = _load(text, path)
    found = list(_document(document, path))
    if not found:
        raise UserError(f"{path}: no tool definition in it; give {DIALECTS}")
    yield from found


def _lines(text: str, path: Path) -> Iterator[Tool | Dropped]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Dropped("unreadable", f"{path}, line {number}: no JSON ({error})", where=f"line {number}", value=line[:100])
            continue
        yield from _document(row, path, where=f"line {number}")


def _load(text: str, path: Path) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as json_error:
        if path.suffix == ".json":
            raise UserError(f"{path}: no JSON ({json_error}); mend the file or give {DIALECTS}") from json_error
        try:
            return yaml.load(text, _Yaml)
        except (yaml.YAMLError, RecursionError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", None)
            at = f", line {line + 1}" if isinstance(line, int) else ""
            raise UserError(f"{path}{at}: neither JSON nor YAML; mend the file or give {DIALECTS}") from error


def _document(document: Any, path: Path, *, where: str = "") -> Iterator[Tool | Dropped]:
    if isinstance(document, Mapping):
        if "openapi" in document:
            yield from read_openapi(document, file=path.name)
            return
        if "swagger" in document:
            yield Dropped("bad_definition", f"{path}: Swagger 2 is not read yet; convert it to OpenAPI 3", where="swagger")
            return
        for nest in (document.get("tools"), document.get("functions"), (document.get("result") or {}).get("tools") if isinstance(document.get("result"), Mapping) else None):
            if isinstance(nest, list):
                yield from _list(nest, path)
                return
        yield _one(document, path, where or "the document")
    elif isinstance(document, list):
        yield from _list(document, path)
    else:
        yield Dropped("bad_definition", f"{path} {where}: {document!r:.60} holds no tool definition".replace("  ", " "), where=where, value=document)


def _list(rows: list[Any], path: Path) -> Iterator[Tool | Dropped]:
    for number, row in enumerate(rows):
        yield _one(row, path, f"tool {number}")


def _one(row: Any, path: Path, where: str) -> Tool | Dropped:
    """One definition of any of the list dialects."""
    try:
        if not isinstance(row, Mapping):
            raise Dropped("bad_definition", f"{path}, {where}: {row!r:.60} is no object", where=where, value=row)
        if "source" in row and "parameters" in row and "key" in row:
            return _row(dict(row), path, where)
        inner = row.get("function") if isinstance(row.get("function"), Mapping) else row
        assert isinstance(inner, Mapping)
        name = inner.get("name")
        if not isinstance(name, str) or not name.strip():
            raise Dropped("bad_definition", f"{path}, {where}: field 'name' is {name!r}, not a name", where=f"{where}.name", value=name)
        raw: Any = next((inner[k] for k in ("parameters", "input_schema", "inputSchema") if inner.get(k) is not None), {})
        at = f"{path}, {where} ({name})"
        parameters = _arguments(raw if raw != {} else {"type": "object", "properties": {}}, at, where)
        result = inner.get("outputSchema") or inner.get("returns") or inner.get("output_schema")
        return Tool(
            name=_safe(name),
            description=clean(inner.get("description"), 700),
            parameters=parameters,
            returns=close(result, root=result, where=f"{at} result", text=120) if isinstance(result, Mapping) else None,
            source=Source(vendor="user", service=_service(path), operation=name, package=path.name, title=_service(path)),
        )
    except Dropped as reason:
        return reason


def _row(row: dict[str, Any], path: Path, where: str) -> Tool:
    """A row of a tools.jsonl."""
    try:
        tool = Tool.model_validate({k: v for k, v in row.items() if k not in META})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise Dropped(
            "bad_definition", f"{path}, {where}: field {field!r}: {first['msg']}, got {first['input']!r:.60}", where=f"{where}.{field}", value=first["input"]
        ) from error
    at = f"{path}, {where} ({tool.name})"
    returns = None if tool.returns is None else close(tool.returns, root=tool.returns, where=f"{at} result", text=120)
    return tool.model_copy(update={"name": _safe(tool.name), "parameters": _arguments(tool.parameters, at, where), "returns": returns})


def _arguments(raw: Any, at: str, where: str) -> Schema:
    """The schema of a tool's arguments: an object."""
    schema = close(raw, root=raw if isinstance(raw, Mapping) else {}, where=f"{at} parameters")
    if schema["type"] != "object":
        raise Dropped("bad_definition", f"{at} parameters: type is {schema['type']!r}, not 'object'", where=f"{where}.parameters.type", value=schema["type"])
    schema.setdefault("properties", {})
    return schema


def _service(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-") or "tools"
