"""What AWS clients speak: the protocols rest-json and json (1.0 and 1.1), and query and ec2 (query.py); 432 of the 439 services of botocore 1.44.

The service model of the installed botocore says where each member of a request stands, and what an answer looks like. Not served, and refused by name: rest-xml and
services that speak CBOR alone. Signatures are not checked.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.responses import Response

from agentscaler.errors import Code
from agentscaler.records import EnvTool, JsonObject, Tool
from agentscaler.twin.asked import Asked, unescaped
from agentscaler.twin.http import STATUS, Found, Wrong
from agentscaler.twin.query import answer_xml, error_xml, read_form
from agentscaler.twin.shapes import (
    Shape,
    as_bytes,
    parsed,
    read_members,
    read_model,
    read_value,
    shape_of,
    time_text,
    write_value,
)
from agentscaler.world import Answer, Error

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
    protocol: str
    """rest-json, json, query or ec2."""
    verb: str
    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    """Pairs that the query must hold."""
    target: str
    """What names it where verb and path do not."""

    @property
    def rest(self) -> bool:
        return self.protocol == "rest-json"


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
        self.forms = any(p.protocol in ("query", "ec2") for p in self.places)
        self.requests = 0

    def find(self, asked: Asked) -> Found | Wrong | None:
        if target := asked.headers.get("x-amz-target"):
            there = self.targets.get(target)
            if there is None:
                return Wrong(400, Error("unknown_tool", f"{target} is no operation that is modelled"))
            body = asked.body if isinstance(asked.body, dict) else {}
            return self._found(there, read_members(self._input(there), body, there.model))
        form = dict(parse_qsl(asked.raw.decode("utf-8", "replace"), keep_blank_values=True)) if self.forms else {}
        if action := form.get("Action") or dict(asked.query).get("Action"):
            if (there := self.targets.get(action)) is None:
                return Wrong(400, Error("unknown_tool", f"{action} is no operation that is modelled"))
            return self._found(there, read_form(self._input(there), {**dict(asked.query), **form}, there.model, ec2=there.protocol == "ec2"))
        for there in self.places:
            if there.rest and there.verb == asked.verb and set(there.fixed) <= set(asked.query) and (parts := there.pattern.fullmatch(asked.path)):
                return self._found(there, self._given(there, asked, dict(zip(there.parts, map(unescaped, parts.groups()), strict=True))))
        return None

    def _input(self, there: Place) -> Shape:
        return shape_of(there.model, there.model["operations"][there.name].get("input"))

    def _given(self, there: Place, asked: Asked, in_path: Mapping[str, str]) -> JsonObject:
        """The members of a request, from where each of them stands."""
        shape = self._input(there)
        out: JsonObject = {}
        loose = {}
        for name, member in shape.get("members", {}).items():
            where, key = member.get("location"), member.get("locationName", name)
            inner = shape_of(there.model, member)
            if where == "uri" and key in in_path:
                out[name] = parsed(in_path[key], inner, there.model)
            elif where == "querystring":
                if inner.get("type") == "map":
                    taken = {m.get("locationName") for m in shape["members"].values()}
                    if more := {k: v for k, v in asked.query if k not in taken}:
                        out[name] = more
                elif values := [v for k, v in asked.query if k == key]:
                    out[name] = [parsed(v, shape_of(there.model, inner["member"]), there.model) for v in values] if inner.get("type") == "list" else parsed(values[0], inner, there.model)
            elif where == "header" and (text := asked.headers.get(key)) is not None:
                out[name] = parsed(text, inner, there.model)
            elif where == "headers":
                out[name] = {k[len(key) :]: v for k, v in asked.headers.items() if k.lower().startswith(key.lower())}
            elif where is None:
                loose[name] = member
        payload = shape.get("payload")
        if payload is not None:
            inner = shape_of(there.model, shape["members"][payload])
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
            return self._error(answer.error, *error_of(there, answer.error), protocol=there.protocol)
        operation = there.model["operations"][there.name]
        shape = shape_of(there.model, operation.get("output"))
        data = answer.data if isinstance(answer.data, dict) else {}
        if there.protocol in ("query", "ec2"):
            raw = answer_xml(there.name, shape, data, there.model, self._number(), ec2=there.protocol == "ec2")
            return self._response(200, raw, {}, "text/xml")
        headers: dict[str, str] = {}
        loose = {}
        for name, member in shape.get("members", {}).items():
            value = data.get(name)
            if not there.rest or member.get("location") is None:
                loose[name] = member
            elif member.get("location") == "header" and value is not None:
                headers[member.get("locationName", name)] = _header(shape_of(there.model, member), value, member)
        payload = shape.get("payload") if there.rest else None
        if payload is not None:
            inner = shape_of(there.model, shape["members"][payload])
            value = data.get(payload)
            body: Any = write_value(inner, value, there.model) if value is not None else {}
            if inner.get("type") in ("blob", "string"):
                raw = as_bytes(value) if inner["type"] == "blob" else str(value or "").encode("utf-8", "surrogatepass")
                return self._response(operation.get("http", {}).get("responseCode", 200), raw, headers, "application/octet-stream")
        else:
            body = write_value({"type": "structure", "members": loose}, data, there.model)
        kind = "application/json" if there.rest else f"application/x-amz-json-{there.model['metadata'].get('jsonVersion', '1.1')}"
        return self._response(operation.get("http", {}).get("responseCode", 200), orjson.dumps(body), headers, kind)

    def refuse(self, wrong: Wrong) -> Response:
        return self._error(wrong.error, _ANY[wrong.error.code], wrong.status, protocol=self.places[0].protocol)

    def _error(self, error: Error, name: str, status: int, *, protocol: str) -> Response:
        if protocol in ("query", "ec2"):
            return self._response(status, error_xml(name, error.message, status, self._number(), ec2=protocol == "ec2"), {}, "text/xml")
        body = orjson.dumps({"__type": name, "code": name, "message": error.message, "Message": error.message})
        return self._response(status, body, {"x-amzn-errortype": name}, "application/json")

    def _response(self, status: int, body: bytes, headers: dict[str, str], kind: str) -> Response:
        number = self._number()
        self.requests += 1
        return Response(b"" if status in (204, 304) else body, status, {**headers, "x-amzn-requestid": number}, kind)

    def _number(self) -> str:
        return f"00000000-0000-4000-8000-{self.requests:012d}"


# ---- the model ------------------------------------------------------------------------------------------------------


def place(tool: str, name: str, model: JsonObject) -> Place:
    http = model["operations"][name].get("http", {})
    protocol = model["metadata"]["chosen"]
    path, _, query = http.get("requestUri", "/").partition("?")
    out, parts = "", []
    for part in re.split(r"(\{[^}]*\})", path):
        if part.startswith("{"):
            parts.append(part[1:-1].rstrip("+"))
            out += "(.+)" if part.endswith("+}") else "([^/]+)"
        else:
            out += re.escape(part)
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    target = f"{model['metadata'].get('targetPrefix', '')}.{name}" if protocol == "json" else name
    return Place(tool, model, name, protocol, http.get("method", "POST"), re.compile(out.rstrip("/") + "/?"), tuple(parts), fixed, target)


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


def _header(shape: Shape, value: Any, member: Mapping[str, Any]) -> str:
    if shape.get("type") == "timestamp":
        return str(time_text(value, shape.get("timestampFormat", "rfc822")))
    if isinstance(value, (dict, list)):
        return base64.b64encode(orjson.dumps(value)).decode() if member.get("jsonvalue") else ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
