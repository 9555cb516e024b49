"""The Tencent Cloud APIs, from the definitions that ship inside `tccli-intl-en` (Apache-2.0), the English edition.

There are no HTTP verbs, paths or enums; closed lists of values stand in prose and are read from there. Most fields carry
an example. The Chinese edition (`tccli`) has the same layout.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from agentscaler.records import Schema, Source, Tool
from agentscaler.schemas import clean, prose_values
from agentscaler.work import steps

KINDS = {"list": "array", "bool": "boolean", "int": "integer", "float": "number", "binary": "string", "object": "object"}
NUMBERS = ("int64", "uint64", "integer", "int")
_OPENING = re.compile(r"^(?:This (?:API|interface|document)\s*(?:\([^)]*\)\s*)?(?:is used to|is used for|used to|can be used to|describes|is called to)\s*)", re.I)


def read_tencent(root: Path, package: str, only: str | None = None) -> Iterator[tuple[Tool, bool, bool]]:
    """(tool, is it of the newest version, is it deprecated) for each action under `services`; only: of this service."""
    folders = sorted(p for p in (root / "services").iterdir() if p.is_dir() and only in (None, p.name))
    for folder in steps(folders, "tools: tccli-intl-en", len(folders)):
        files = sorted(folder.glob("v*/api.json"))
        for file in files:
            document = orjson.loads(file.read_bytes())
            reader = _Reader(document["objects"])
            version = document["metadata"].get("apiVersion", file.parent.name)
            for name, action in document["actions"].items():
                newest, deprecated = file == files[-1], action.get("status") not in (None, "online")
                yield reader.tool(name, action if newest and not deprecated else {}, folder.name, version, package), newest, deprecated


class _Reader:
    """Objects of one service turned into JSON Schema."""

    def __init__(self, objects: dict[str, Any]) -> None:
        self.objects = objects

    def tool(self, name: str, action: dict[str, Any], service: str, version: str, package: str) -> Tool:
        parameters = self.object(action.get("input", ""), 0, (), 400, True)
        returns = self.object(action.get("output", ""), 0, (), 120, False)
        returns.get("properties", {}).pop("RequestId", None)
        return Tool.model_construct(
            name=name,
            description=description(action),
            parameters=parameters,
            returns=returns if returns.get("properties") else None,
            source=Source.model_construct(
                vendor="tencent",
                service=service,
                version=version,
                operation=name,
                verb=None,
                path=None,
                in_path=(),
                errors=(),
                licence="Apache-2.0",
                package=package,
                title=f"Tencent Cloud {service.upper()}",
            ),
        )

    def object(self, name: str, depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        if name in seen or depth > 3:
            return {"type": "object"}
        members = [m for m in self.objects.get(name, {}).get("members", []) if not m.get("disabled")]
        out: Schema = {
            "type": "object",
            "properties": {m["name"]: self.member(m, depth + 1, (*seen, name), limit, arguments) for m in members[:80]},
        }
        if arguments and (required := [m["name"] for m in members[:80] if m.get("required")]):
            out["required"] = required
        return out

    def member(self, member: dict[str, Any], depth: int, seen: tuple[str, ...], limit: int, arguments: bool) -> Schema:
        kind = KINDS.get(member.get("type", "string"), "string")
        raw = member.get("document") or ""
        out: Schema = {"type": kind}
        if text := clean(raw, limit if depth < 3 else 100):
            out["description"] = text
        inner = member.get("member", "string")
        if kind == "array":
            plain = "string" if inner == "string" else "integer" if inner in NUMBERS else None
            out["items"] = {"type": plain} if plain else self.object(inner, depth, seen, limit, arguments)
        elif kind == "object":
            out = {**out, **self.object(inner, depth, seen, limit, arguments)}
        elif kind == "string" and (values := prose_values(raw)):
            out["enum"] = values
        if inner in ("datetime_iso", "datetime", "date"):
            out["format"] = "date" if inner == "date" else "date-time"
        example = member.get("example")
        if kind in ("string", "integer", "number") and isinstance(example, str) and 0 < len(example) < 80:
            out["examples"] = [example]
        return out


def description(action: dict[str, Any]) -> str:
    """The prose without its stock opening: 'This API is used to create ...' -> 'Create ...'."""
    text = _OPENING.sub("", clean(action.get("document"), 720))
    if not text:
        text = clean(action.get("name"), 200)
    return text[:1].upper() + text[1:]
