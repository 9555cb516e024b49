"""Gorilla's API zoo: calls as 'GET /path' or as code, arguments whose types, required-ness and choices stand in prose.

    "filter": "[REQUIRED] string: Text to look for.", "state": " string (Optional): ...", "size": {"data_type": "Number", "description": "...", "possible_values": [...]}
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from agentscaler.errors import Dropped
from agentscaler.records import Schema, Tool
from agentscaler.tools.definitions import Place, make, tried
from agentscaler.tools.typewords import read_type

_HTTP = re.compile(r"^\s*(GET|POST|PUT|PATCH|DELETE|HEAD)\s+(/\S*|https?:\S+)")
_TYPED = re.compile(r"(?s)^\s*(?P<must>\[\s*required\s*\]|\(\s*required\s*\)|required[.:]?)?\s*(?:\(?(?P<type>[A-Za-z][\w<>\[\], ]{0,40}?)\)?\s*(?P<more>\([^)]*\))?\s*(?:[:.]|$)|(?P<bare>[A-Za-z]\w{1,12})\s*\()\s*(?P<text>.*)$", re.I)
_MUST = re.compile(r"(?i)^\W*(?:required\b|must be (?:given|provided))|\brequired\W*$")
_MAY = re.compile(r"(?i)^\W*optional\b|\(\s*optional|\boptional\W*$")


def is_apizoo(content: Mapping[str, Any]) -> bool:
    return "api_call" in content and ("api_name" in content or "api_arguments" in content)


def read_apizoo(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """One entry of the zoo."""
    yield tried(_tool, content, place)


def _tool(content: Mapping[str, Any], place: Place) -> Tool:
    call, title = content["api_call"], content.get("api_name")
    if not isinstance(call, str) or not call.strip():
        raise place.dropped(f"field 'api_call' is {call!r:.60}, not a call such as 'GET /orders'", field="api_call", value=call)
    if re.search(r"(?i)\(\s*deprecated", str(title)):
        raise place.dropped("the provider marks it as deprecated", field="api_name", value=title, reason="deprecated")
    http = _HTTP.match(call)
    arguments = content.get("api_arguments")
    if arguments is not None and not isinstance(arguments, Mapping):
        raise place.dropped(f"field 'api_arguments' is {arguments!r:.60}, not an object", field="api_arguments", value=arguments)
    shown = http or _HTTP.search(str(title or "").partition(" - ")[2])  # code of a client, its title may say what it calls
    must = {a or b for a, b in re.findall(r"\{(\w+)\}|<(\w+)>", shown[2] if shown else "")}
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, said in (arguments or {}).items():
        schema, needed = _argument(said)
        properties[str(name)] = schema
        if needed or name in must:
            required.append(str(name))
    api, _, last = str(title or "").partition(" - ")
    return make(
        place,
        _name(call, last or api, http is not None),
        description=content.get("functionality"),
        parameters={"type": "object", "properties": properties, "required": required},
        version=str(content.get("api_version") or ""),
        operation=str(title or call)[:200],
        title=(api if last else "") or place.document.service,
        verb=shown[1] if shown else None,
        path=shown[2] if shown else None,
        in_path=tuple(n for n in properties if n in must),
    )


def _name(call: str, title: str, http: bool) -> str:
    """'servicenow.create_order(id)' is create_order, 'service.files().list(x)' is files_list; of an HTTP call the title's last part names it."""
    if not http:
        bare = call
        for _ in range(6):
            bare = re.sub(r"\([^()]*\)", "", bare)
        chain = re.match(r"\s*[\w.]+", bare.partition("(")[0].rpartition("=")[2].strip())
        if chain and chain[0].strip("."):
            parts = [p for p in chain[0].strip().split(".") if p]
            return "_".join(p for p in parts[1:] if p != "execute") or parts[0]
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\([^)]*\)", "", title.rpartition(": ")[2]))
    return words[0] if len(words) == 1 else "_".join(w.lower() for w in words[:12]) or call


def _argument(said: object) -> tuple[Schema, bool]:
    """(schema, must it be given) of an argument however it is written."""
    if isinstance(said, Mapping):
        return _record(said)
    if isinstance(said, bool):
        return {"type": "boolean", "example": said}, False
    if isinstance(said, (int, float)):
        return {"type": "number", "example": said}, False
    if isinstance(said, list):
        plain = [v for v in said if isinstance(v, (str, int, float))]
        return ({"type": "string", "enum": [str(v) for v in plain]} if len(plain) > 1 else {"type": "array", "items": {}}), False
    return _prose(said if isinstance(said, str) else "")


def _record(said: Mapping[str, Any]) -> tuple[Schema, bool]:
    kind = said.get("data_type", said.get("type"))
    if not isinstance(kind, str) and "description" not in said:  # a form with parts of its own
        return {"type": "object", "properties": {str(k): _argument(v)[0] for k, v in said.items()}}, False
    text = said.get("description") if isinstance(said.get("description"), str) else ""
    schema: Schema = {"type": kind} if isinstance(kind, str) and kind.strip() else {}
    choices = said.get("possible_values")
    if isinstance(choices, list) and len(choices) > 1 and all(isinstance(c, (str, int, float)) for c in choices):
        schema["enum"] = [str(c) if str(read_type(str(kind)).schema.get("type")) == "string" else c for c in choices]
    if said.get("default") not in (None, "") and isinstance(said["default"], (str, int, float, bool)):
        schema["default"] = said["default"]
    needed = said["required"] if isinstance(said.get("required"), bool) else bool(_MUST.search(str(text))) and not _MAY.search(str(text))
    return schema | {"description": text}, needed


_WORDS: Final = 3
"""Words that a type may have in prose ('array of strings')."""


def _prose(said: str) -> tuple[Schema, bool]:
    needed = bool(_MUST.search(said) or re.match(r"(?i)\s*\[\s*required", said)) and not _MAY.search(said)
    text, schema = said.strip(), {}
    if found := _TYPED.match(said):
        word = (found["type"] or found["bare"] or "").strip()
        read = read_type(word) if word and len(word.split()) <= _WORDS else None
        if read is not None and read.known and (read.schema or word.lower() == "any"):
            schema, text = dict(read.schema), " ".join(p for p in ((found["more"] or "").strip("() "), said[found.start("text") :].strip()) if p).strip()
            if found["bare"]:
                text = text.rstrip(")")
    text = re.sub(r"(?i)^[\s\[(]*(?:required|optional)\b[\s\]):.,-]*", "", text).lstrip(" :.-")
    return {**schema, "description": text}, needed
