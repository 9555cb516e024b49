"""The older protocols of AWS, query and ec2: a form goes in (Filter.1.Name=...), XML comes out. What stands where is for the service model to say, as in aws.py."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from agentscaler.records import JsonObject
from agentscaler.twin.shapes import Shape, as_bytes, parsed, shape_of, time_text

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_form(shape: Shape, form: Mapping[str, str], model: JsonObject, *, ec2: bool) -> JsonObject:
    """The members of a request."""
    return _members(shape, form, "", model, ec2)


def _members(shape: Shape, form: Mapping[str, str], above: str, model: JsonObject, ec2: bool) -> JsonObject:
    out = {}
    for name, member in shape.get("members", {}).items():
        value = _read(shape_of(model, member), form, above + _key(name, member, ec2), model, ec2)
        if value is not None:
            out[name] = value
    return out


def _key(name: str, member: Mapping[str, Any], ec2: bool) -> str:
    given = str(member.get("locationName", name))
    return str(member.get("queryName") or given[:1].upper() + given[1:]) if ec2 else given


def _read(shape: Shape, form: Mapping[str, str], at: str, model: JsonObject, ec2: bool) -> Any:
    """The value whose keys begin with `at`; None where there is none."""
    kind = shape.get("type")
    if kind not in ("structure", "list", "map"):
        return parsed(form[at], shape, model) if at in form else None
    if kind == "structure":  # one may hold itself: only as deep as something is given
        return _members(shape, form, at + ".", model, ec2) if any(k.startswith(at + ".") for k in form) else None
    if kind == "list":
        item = shape_of(model, shape["member"])
        called = shape["member"].get("locationName")
        if shape.get("flattened") or ec2:
            at = ".".join([*at.split(".")[:-1], called]) if called and not ec2 else at
        else:
            at = f"{at}.{called or 'member'}"
        return [_read(item, form, f"{at}.{n}", model, ec2) for n in _numbers(form, at)] or None
    at = at if shape.get("flattened") else f"{at}.entry"
    key, value = (shape[part].get("locationName", part) for part in ("key", "value"))
    inner = shape_of(model, shape["value"])
    return {form[f"{at}.{n}.{key}"]: _read(inner, form, f"{at}.{n}.{value}", model, ec2) for n in _numbers(form, at) if f"{at}.{n}.{key}" in form} or None


def _numbers(form: Mapping[str, str], at: str) -> list[int]:
    found = (re.match(re.escape(at) + r"\.(\d{1,6})(?:\.|$)", k) for k in form)
    return sorted({int(m[1]) for m in found if m})


# ---- answers ----------------------------------------------------------------------------------------------------------


def answer_xml(name: str, output: Shape, data: Mapping[str, Any], model: JsonObject, request: str, *, ec2: bool) -> bytes:
    """The answer to an operation."""
    space = model["metadata"].get("xmlNamespace", "")
    inner = _inside(output, data, model)
    if ec2:
        body = f"<requestId>{request}</requestId>{inner}"
    else:
        wrapper = output.get("resultWrapper") or f"{name}Result"
        body = f"<{wrapper}>{inner}</{wrapper}><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
    return f'<{name}Response xmlns="{escape(str(space))}">{body}</{name}Response>'.encode()


def error_xml(name: str, message: str, status: int, request: str, *, ec2: bool) -> bytes:
    about = f"<Code>{_text(name)}</Code><Message>{_text(message)}</Message>"
    if ec2:
        return f"<Response><Errors><Error>{about}</Error></Errors><RequestID>{request}</RequestID></Response>".encode()
    return f"<ErrorResponse><Error><Type>{'Sender' if status < 500 else 'Receiver'}</Type>{about}</Error><RequestId>{request}</RequestId></ErrorResponse>".encode()


def _inside(shape: Shape, value: Any, model: JsonObject) -> str:
    members = shape.get("members", {}).items() if isinstance(value, Mapping) else ()
    return "".join(_element(m.get("locationName", n), shape_of(model, m), value[n], model) for n, m in members if value.get(n) is not None)


def _element(name: str, shape: Shape, value: Any, model: JsonObject) -> str:
    kind = shape.get("type")
    if value is None:
        return ""
    if kind == "list":
        item, called = shape_of(model, shape["member"]), shape["member"].get("locationName")
        flat = shape.get("flattened")
        parts = "".join(_element(called or (name if flat else "member"), item, v, model) for v in (value if isinstance(value, list) else ()))
        return parts if flat else f"<{name}>{parts}</{name}>"
    if kind == "map":
        key, inner = (shape[part].get("locationName", part) for part in ("key", "value"))
        item = shape_of(model, shape["value"])
        entries = [f"<{key}>{_text(k)}</{key}>{_element(inner, item, v, model)}" for k, v in value.items()] if isinstance(value, dict) else []
        entry = name if shape.get("flattened") else "entry"
        parts = "".join(f"<{entry}>{e}</{entry}>" for e in entries)
        return parts if shape.get("flattened") else f"<{name}>{parts}</{name}>"
    return f"<{name}>{_inside(shape, value, model) if kind == 'structure' else _text(_scalar(shape, value))}</{name}>"


def _scalar(shape: Shape, value: Any) -> str:
    kind = shape.get("type")
    if kind == "timestamp":
        return str(time_text(value, shape.get("timestampFormat", "iso8601")))
    if kind == "blob":
        return base64.b64encode(as_bytes(value)).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    return escape(_NO_XML.sub("?", str(value)))
