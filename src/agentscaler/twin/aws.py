"""What AWS clients speak: the protocols rest-json and json (1.0 and 1.1), 373 of the 439 services of botocore 1.44 and those 41 that offer json beside another.

The service model of the installed botocore says where each member of a request stands, and what an answer looks like. Not served, and refused by name: query, ec2,
rest-xml and services that speak CBOR alone. Signatures are not checked.
"""

import base64
import gzip
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.responses import Response

from agentscaler.errors import Code, UserError
from agentscaler.population import parse_time
from agentscaler.records import EnvTool, JsonObject, Tool
from agentscaler.tools import installed
from agentscaler.twin.asked import Asked, unescaped
from agentscaler.twin.http import STATUS, Found, Wrong
from agentscaler.world import Answer, Error

SERVED: Final = ("rest-json", "json")
Shape = Mapping[str, Any]

_NAMES: Final[Mapping[Code, str]] = {
    "unknown_tool": r"UnknownOperation|UnsupportedOperation",
    "invalid_arguments": r"Validation|InvalidParameter|InvalidArgument|InvalidRequest|InvalidInput|BadRequest|Invalid",
    "not_found": r"ResourceNotFound|NotFound|NoSuch|DoesNotExist|NotExist|Unknown",
    "already_exists": r"AlreadyExists|Exists|Duplicate|Conflict|InUse",
    "wrong_state": r"InvalidState|InvalidStatus|Conflict|PreconditionFailed|NotReady|InUse|InvalidRequest",
    "conflict": r"Conflict|InUse|DependentResource|NotEmpty|Precondition|InvalidState",
    "forbidden": r"AccessDenied|Forbidden|NotAuthorized|Unauthorized",
    "limit": r"LimitExceeded|ServiceQuota|TooLarge|TooMany",
    "internal": r"Internal|ServiceException|ServerException",
}
"""Error code of a world -> what the errors that an operation lists are called, the likeliest first."""
_ANY: Final[Mapping[Code, str]] = {
    "unknown_tool": "UnknownOperationException", "invalid_arguments": "ValidationException", "not_found": "ResourceNotFoundException", "already_exists": "ResourceExistsException",
    "wrong_state": "InvalidStateException", "conflict": "ConflictException", "forbidden": "AccessDeniedException", "limit": "LimitExceededException", "internal": "InternalServerException",
}  # fmt: skip
"""What is said where the operation lists no such error."""


class Place(NamedTuple):
    """One operation of one service."""

    tool: str
    model: JsonObject
    name: str
    rest: bool
    verb: str
    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    """Pairs that the query must hold."""
    target: str


class Aws:
    """All AWS tools of a world."""

    def __init__(self, tools: Mapping[str, EnvTool], rows: Mapping[str, Tool]) -> None:
        self.named = tools
        models: dict[tuple[str, str], JsonObject] = {}
        self.places: list[Place] = []
        for name in tools:
            source = rows[name].source
            about = (source.service, source.version)
            if about not in models:
                models[about] = read_model(*about)
            self.places.append(place(name, source.operation, models[about]))
        self.places.sort(key=lambda p: (len(p.parts), -len(p.fixed), -len(p.pattern.pattern), p.tool))
        self.tools: Sequence[str] = [p.tool for p in self.places]
        self.targets = {p.target: p for p in self.places if not p.rest}
        self.requests = 0

    def find(self, asked: Asked) -> Found | Wrong | None:
        if target := asked.headers.get("x-amz-target"):
            there = self.targets.get(target)
            if there is None:
                return Wrong(400, Error("unknown_tool", f"{target} is no operation that is modelled"))
            body = asked.body if isinstance(asked.body, dict) else {}
            return self._found(there, read_members(self._input(there), body, there.model))
        for there in self.places:
            if there.rest and there.verb == asked.verb and set(there.fixed) <= set(asked.query) and (parts := there.pattern.fullmatch(asked.path)):
                return self._found(there, self._given(there, asked, dict(zip(there.parts, map(unescaped, parts.groups()), strict=True))))
        return None

    def _input(self, there: Place) -> Shape:
        return _shape(there.model, there.model["operations"][there.name].get("input"))

    def _given(self, there: Place, asked: Asked, in_path: Mapping[str, str]) -> JsonObject:
        """The members of a request, from where each of them stands."""
        shape = self._input(there)
        out: JsonObject = {}
        loose = {}
        for name, member in shape.get("members", {}).items():
            where, key = member.get("location"), member.get("locationName", name)
            inner = _shape(there.model, member)
            if where == "uri" and key in in_path:
                out[name] = _parsed(in_path[key], inner, there.model)
            elif where == "querystring":
                if inner.get("type") == "map":
                    taken = {m.get("locationName") for m in shape["members"].values()}
                    if more := {k: v for k, v in asked.query if k not in taken}:
                        out[name] = more
                elif values := [v for k, v in asked.query if k == key]:
                    out[name] = [_parsed(v, _shape(there.model, inner["member"]), there.model) for v in values] if inner.get("type") == "list" else _parsed(values[0], inner, there.model)
            elif where == "header" and (text := asked.headers.get(key)) is not None:
                out[name] = _parsed(text, inner, there.model)
            elif where == "headers":
                out[name] = {k[len(key) :]: v for k, v in asked.headers.items() if k.lower().startswith(key.lower())}
            elif where is None:
                loose[name] = member
        payload = shape.get("payload")
        if payload is not None:
            inner = _shape(there.model, shape["members"][payload])
            if asked.raw:
                out[payload] = read_value(inner, asked.body, there.model) if inner.get("type") == "structure" else base64.b64encode(asked.raw).decode() if inner.get("type") == "blob" else asked.raw.decode("utf-8", "replace")
        elif isinstance(asked.body, dict):
            out |= read_members({"members": loose}, asked.body, there.model)
        return out

    def _found(self, there: Place, given: JsonObject) -> Found:
        modelled = self.named[there.tool].parameters.get("properties", {})
        ignored = tuple(n for n in given if n not in modelled)
        return Found(there.tool, {n: v for n, v in given.items() if n in modelled}, ignored, there)

    def reply(self, found: Found, answer: Answer) -> Response:
        there: Place = found.how
        if answer.error is not None:
            return self._error(answer.error, *error_of(there, answer.error))
        operation = there.model["operations"][there.name]
        shape = _shape(there.model, operation.get("output"))
        data = answer.data if isinstance(answer.data, dict) else {}
        headers: dict[str, str] = {}
        loose = {}
        for name, member in shape.get("members", {}).items():
            value = data.get(name)
            if not there.rest or member.get("location") is None:
                loose[name] = member
            elif member.get("location") == "header" and value is not None:
                headers[member.get("locationName", name)] = _header(_shape(there.model, member), value, member)
        payload = shape.get("payload") if there.rest else None
        if payload is not None:
            inner = _shape(there.model, shape["members"][payload])
            value = data.get(payload)
            body: Any = write_value(inner, value, there.model) if value is not None else {}
            if inner.get("type") in ("blob", "string"):
                raw = _bytes(value) if inner["type"] == "blob" else str(value or "").encode("utf-8", "surrogatepass")
                return self._response(operation.get("http", {}).get("responseCode", 200), raw, headers, "application/octet-stream")
        else:
            body = write_value({"type": "structure", "members": loose}, data, there.model)
        kind = "application/json" if there.rest else f"application/x-amz-json-{there.model['metadata'].get('jsonVersion', '1.1')}"
        return self._response(operation.get("http", {}).get("responseCode", 200), orjson.dumps(body), headers, kind)

    def refuse(self, wrong: Wrong) -> Response:
        return self._error(wrong.error, _ANY[wrong.error.code], wrong.status)

    def _error(self, error: Error, name: str, status: int) -> Response:
        body = orjson.dumps({"__type": name, "code": name, "message": error.message, "Message": error.message})
        return self._response(status, body, {"x-amzn-errortype": name}, "application/json")

    def _response(self, status: int, body: bytes, headers: dict[str, str], kind: str) -> Response:
        self.requests += 1
        empty = status in (204, 304)
        return Response(b"" if empty else body, status, {**headers, "x-amzn-requestid": f"00000000-0000-4000-8000-{self.requests:012d}"}, kind)


# ---- the model ------------------------------------------------------------------------------------------------------


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
        raise UserError(f"aws:{service} speaks {' and '.join(dict.fromkeys(spoken))}; of the protocols of AWS only {' and '.join(SERVED)} are served; take --serve mcp")
    about["chosen"] = chosen
    return model


def place(tool: str, name: str, model: JsonObject) -> Place:
    http = model["operations"][name].get("http", {})
    rest = model["metadata"]["chosen"] == "rest-json"
    path, _, query = http.get("requestUri", "/").partition("?")
    out, parts = "", []
    for part in re.split(r"(\{[^}]*\})", path):
        if part.startswith("{"):
            parts.append(part[1:-1].rstrip("+"))
            out += "(.+)" if part.endswith("+}") else "([^/]+)"
        else:
            out += re.escape(part)
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    target = f"{model['metadata'].get('targetPrefix', '')}.{name}"
    return Place(tool, model, name, rest, http.get("method", "POST"), re.compile(out.rstrip("/") + "/?"), tuple(parts), fixed, target)


def _shape(model: JsonObject, reference: Mapping[str, Any] | None) -> Shape:
    """What a member refers to, with the marks of the member itself."""
    if reference is None:
        return {}
    found: dict[str, Any] = dict(model["shapes"].get(reference.get("shape"), {}))
    if "timestampFormat" in reference:
        found["timestampFormat"] = reference["timestampFormat"]
    return found


def error_of(there: Place, error: Error) -> tuple[str, int]:
    """(name, status) of the error that an operation would answer with: of those it lists, one whose name says it of the right thing; else a bad request."""
    listed = [e["shape"] for e in there.model["operations"][there.name].get("errors", ())]
    about = _letters(there.name + error.message)
    codes: tuple[Code, ...] = (error.code,) if error.code == "internal" else (error.code, "invalid_arguments")
    for code in codes:
        fits = [(_kinship(name, word, about), n, name) for n, word in enumerate(_NAMES[code].split("|")) for name in listed if word in name]
        for kinship, _, name in sorted(fits):
            if kinship < STRANGER:
                said = there.model["shapes"].get(name, {}).get("error", {})
                return said.get("code", name), said.get("httpStatusCode", STATUS[error.code] if there.rest else 400)
    return _ANY[error.code], STATUS[error.code] if there.rest or error.code == "internal" else 400


STRANGER: Final = 2


def _kinship(name: str, word: str, about: str) -> int:
    """Does RepositoryDoesNotExist speak of what this call and its refusal speak of (0), of anything (1), or of something else (2)?"""
    thing = name.partition(word)[0]
    return 1 if thing in ("", "Resource", "Entity") else 0 if _letters(thing) in about else STRANGER


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


# ---- values ---------------------------------------------------------------------------------------------------------


def read_members(shape: Shape, given: Mapping[str, Any], model: JsonObject) -> JsonObject:
    """Members by the names that definitions use."""
    out = {}
    for name, member in shape.get("members", {}).items():
        key = member.get("locationName", name)
        if given.get(key) is not None:
            out[name] = read_value(_shape(model, member), given[key], model)
    return out


def read_value(shape: Shape, value: Any, model: JsonObject) -> Any:
    """A value of a request as a world takes it: times as text."""
    kind = shape.get("type")
    if kind == "structure" and isinstance(value, dict):
        return read_members(shape, value, model)
    if kind == "list" and isinstance(value, list):
        return [read_value(_shape(model, shape["member"]), v, model) for v in value]
    if kind == "map" and isinstance(value, dict):
        return {k: read_value(_shape(model, shape["value"]), v, model) for k, v in value.items()}
    if kind == "timestamp" and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _parsed(text: str, shape: Shape, model: JsonObject) -> Any:
    """A value of a path, query or header."""
    kind = shape.get("type")
    if kind in ("integer", "long", "short", "byte") and re.fullmatch(r"-?\d{1,19}", text):
        return int(text)
    if kind in ("float", "double") and re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", text):
        return float(text)
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "list":
        return [_parsed(v.strip(), _shape(model, shape["member"]), model) for v in text.split(",")]
    return text


def write_value(shape: Shape, value: Any, model: JsonObject) -> Any:
    """A value of an answer as clients read it: only what the model knows, under the names of the wire, times as seconds."""
    kind = shape.get("type")
    if value is None:
        return None
    if kind == "structure":
        held = [(n, m) for n, m in shape.get("members", {}).items() if isinstance(value, dict) and value.get(n) is not None]
        held = held[:1] if shape.get("union") else held  # clients refuse a union of which two members are set
        return {m.get("locationName", n): write_value(_shape(model, m), value[n], model) for n, m in held}
    if kind == "list":
        return [write_value(_shape(model, shape["member"]), v, model) for v in value] if isinstance(value, list) else []
    if kind == "map":
        return {k: write_value(_shape(model, shape["value"]), v, model) for k, v in value.items()} if isinstance(value, dict) else {}
    if kind == "timestamp":
        return _time(value, shape.get("timestampFormat", "unixTimestamp"))
    if kind == "blob":
        return base64.b64encode(_bytes(value)).decode()
    if kind in ("string", "character"):
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    return value


def _time(value: Any, form: str) -> Any:
    try:
        moment = datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else parse_time(str(value))
    except (ValueError, OverflowError, OSError):
        return value
    if form == "iso8601":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_datetime(moment, usegmt=True) if form == "rfc822" else moment.timestamp()


def _header(shape: Shape, value: Any, member: Mapping[str, Any]) -> str:
    if shape.get("type") == "timestamp":
        return str(_time(value, shape.get("timestampFormat", "rfc822")))
    if isinstance(value, (dict, list)):
        return base64.b64encode(orjson.dumps(value)).decode() if member.get("jsonvalue") else ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(value: Any) -> bytes:
    """What a blob or text holds; base64 is undone where it is some."""
    text = value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
