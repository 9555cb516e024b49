"""Shapes of botocore's service models: what a member refers to, and how its values are read and written."""

import base64
import gzip
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from agentscaler.errors import UserError
from agentscaler.population import parse_time
from agentscaler.records import JsonObject
from agentscaler.tools import installed

Shape: TypeAlias = Mapping[str, Any]
SERVED: Final = ("rest-json", "json", "query", "ec2")
"""Protocols, the one that is taken first."""


def read_model(service: str, version: str) -> JsonObject:
    """The service model of the installed botocore. Raises UserError where it is not there, or speaks a protocol that is not served."""
    root, _ = installed("botocore", "botocore")
    folder = (root or Path()) / "data" / service / version
    file = next((f for f in (folder / "service-2.json", folder / "service-2.json.gz") if root is not None and f.exists()), None)
    if file is None:
        raise UserError(f"aws:{service} of {version} is not in the installed botocore: pip install botocore, or build the world anew from the one that is installed")
    raw = file.read_bytes()
    model: JsonObject = orjson.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    about = model["metadata"]
    spoken = [about["protocol"], *about.get("protocols", ())]
    chosen = next((p for p in SERVED if p in spoken), None)
    if chosen is None:
        raise UserError(f"aws:{service} speaks {' and '.join(dict.fromkeys(spoken))}; of the protocols of AWS only {', '.join(SERVED)} are served; take --serve mcp")
    about["chosen"] = chosen
    return model


def shape_of(model: JsonObject, reference: Mapping[str, Any] | None) -> Shape:
    """What a member refers to, with the marks of the member itself."""
    if reference is None:
        return {}
    found: dict[str, Any] = dict(model["shapes"].get(reference.get("shape"), {}))
    found |= {mark: reference[mark] for mark in ("timestampFormat", "flattened", "resultWrapper") if mark in reference}
    return found


def read_members(shape: Shape, given: Mapping[str, Any], model: JsonObject) -> JsonObject:
    """Members by the names that definitions use."""
    out = {}
    for name, member in shape.get("members", {}).items():
        key = member.get("locationName", name)
        if given.get(key) is not None:
            out[name] = read_value(shape_of(model, member), given[key], model)
    return out


def read_value(shape: Shape, value: Any, model: JsonObject) -> Any:
    """A value of a request as a world takes it: times as text."""
    kind = shape.get("type")
    if kind == "structure" and isinstance(value, dict):
        return read_members(shape, value, model)
    if kind == "list" and isinstance(value, list):
        return [read_value(shape_of(model, shape["member"]), v, model) for v in value]
    if kind == "map" and isinstance(value, dict):
        return {k: read_value(shape_of(model, shape["value"]), v, model) for k, v in value.items()}
    if kind == "timestamp" and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            return value
    return value


def parsed(text: str, shape: Shape, model: JsonObject) -> Any:
    """A value of a path, query, header or form."""
    kind = shape.get("type")
    if kind in ("integer", "long", "short", "byte") and re.fullmatch(r"-?\d{1,19}", text):
        return int(text)
    if kind in ("float", "double") and re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", text):
        return float(text)
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "list":
        return [parsed(v.strip(), shape_of(model, shape["member"]), model) for v in text.split(",")]
    return text


def write_value(shape: Shape, value: Any, model: JsonObject) -> Any:
    """A value of an answer as clients read it: only what the model knows, under the names of the wire, times as seconds."""
    kind = shape.get("type")
    if value is None:
        return None
    if kind == "structure":
        held = [(n, m) for n, m in shape.get("members", {}).items() if isinstance(value, dict) and value.get(n) is not None]
        held = held[:1] if shape.get("union") else held  # clients refuse a union of which two members are set
        return {m.get("locationName", n): write_value(shape_of(model, m), value[n], model) for n, m in held}
    if kind == "list":
        return [write_value(shape_of(model, shape["member"]), v, model) for v in value] if isinstance(value, list) else []
    if kind == "map":
        return {k: write_value(shape_of(model, shape["value"]), v, model) for k, v in value.items()} if isinstance(value, dict) else {}
    if kind == "timestamp":
        return time_text(value, shape.get("timestampFormat", "unixTimestamp"))
    if kind == "blob":
        return base64.b64encode(as_bytes(value)).decode()
    if kind in ("string", "character"):
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    return value


def time_text(value: Any, form: str) -> Any:
    """A time as the wire writes it; as it is where it is none."""
    try:
        moment = datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else parse_time(str(value))
    except (ValueError, OverflowError, OSError):
        return value
    if form == "iso8601":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_datetime(moment.astimezone(UTC), usegmt=True) if form == "rfc822" else moment.timestamp()


def as_bytes(value: Any) -> bytes:
    """What a blob holds; base64 is undone where it is some."""
    text = value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
