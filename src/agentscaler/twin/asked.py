"""An HTTP request -> the arguments of a tool: from path, query, headers and body (JSON, form, multipart), each read as its schema wants it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from agentscaler.records import EnvTool, JsonObject, Schema, Tool
from agentscaler.twin.line import Text, fitted

DEEPEST: Final = 20
"""Brackets of one name that are read."""
_KEY: Final = re.compile(r"\[([^\]]*)\]")


class BadBody(Exception):
    """A body that is not what its content type says."""


class Asked(NamedTuple):
    """A request, read as far as that needs no definition."""

    verb: str
    path: str
    """As it came: escapes are still in it."""
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    raw: bytes
    body: Any
    """What the body says: an object where it can be one."""


async def read_request(request: Request) -> Asked:
    """Raises BadBody."""
    raw = await request.body()
    path = request.scope["raw_path"].decode("latin-1")
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Asked(request.method, path, query, request.headers, raw, await _body(request, kind, raw))


async def _body(request: Request, kind: str, raw: bytes) -> Any:
    if kind == "multipart/form-data":
        try:
            form = await request.form()
        except HTTPException as error:
            raise BadBody(f"the body is no form: {error.detail}") from error
        return nested([(k, v if isinstance(v, str) else v.filename or "") for k, v in form.multi_items()])
    if not raw:
        return {}
    if kind == "application/x-www-form-urlencoded":
        body = _object(raw)
        return nested(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)) if body is None else body
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if "json" in kind:
            raise BadBody(f"the body is no JSON: {error}") from error
        return Text(raw.decode("utf-8", "replace"))


def _object(raw: bytes) -> JsonObject | None:
    """The JSON object that was sent as a form, as `curl -d` does where no content type is said; None where it is none."""
    if not raw.lstrip().startswith(b"{"):
        return None
    try:
        return cast(JsonObject, orjson.loads(raw))
    except orjson.JSONDecodeError:
        return None


def nested(pairs: Iterable[tuple[str, str]]) -> JsonObject:
    """Pairs of a query or form as an object: items[0][price]=3, expand[]=a, and a name that comes twice is a list."""
    tree: dict[str, Any] = {}
    for number, (name, value) in enumerate(pairs):
        head, bracket, _ = name.partition("[")
        keys = [key or f"#{number}" for key in (head, *(_KEY.findall(name)[:DEEPEST] if bracket else ()))]
        here = tree
        for key in keys[:-1]:
            if not isinstance(here.get(key), dict):
                here[key] = {}
            here = here[key]
        last, text = keys[-1], Text(value)
        if last in here:
            here[last] = [*(here[last] if isinstance(here[last], list) else [here[last]]), text]
        else:
            here[last] = text
    return {k: _as_list(v) for k, v in tree.items()}


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {k: _as_list(v) for k, v in value.items()}
    return list(inner.values()) if inner and all(k.isdigit() or k.startswith("#") for k in inner) else inner


class Given(NamedTuple):
    """The arguments of a call, and the names that were given and mean nothing here."""

    arguments: JsonObject
    ignored: tuple[str, ...]


def arguments_of(asked: Asked, in_path: Mapping[str, str], tool: EnvTool, row: Tool) -> Given:
    """What the definition knows and the world does not model is ignored, and so is what a query holds beyond; the rest is for the world to judge."""
    modelled: dict[str, Schema] = tool.parameters.get("properties", {})
    known: dict[str, Schema] = row.parameters.get("properties", {})
    query = nested(asked.query)
    found: JsonObject = {n: Text(v) for n, v in in_path.items()}
    for name, value in query.items():
        found.setdefault(name, _split(value, known.get(name, {})))
    body = asked.body
    if isinstance(body, dict) and not ("body" in known and "body" not in body and not body.keys() & known.keys()):
        found = {**body, **found}
    elif body not in ({}, ""):
        found.setdefault("body", body)
    for name in known.keys() - found.keys():
        if (value := asked.headers.get(name)) is not None:
            found[name] = Text(value)
    ignored = [n for n in found if n not in modelled and (n in known or n in query or n in in_path)]
    return Given({n: fitted(v, modelled.get(n) or known.get(n, {})) for n, v in found.items() if n not in ignored}, tuple(ignored))


def _split(value: Any, schema: Schema) -> Any:
    """A list in a query: a=1&a=2, a[]=1, or a=1,2."""
    kinds = schema.get("type", "string")
    if not isinstance(value, Text) or "array" not in ([kinds] if isinstance(kinds, str) else kinds):
        return value
    return [Text(v) for v in value.split(",")] if value else []


def unescaped(part: str) -> str:
    """A part of a path as it was meant; a plus there is a plus."""
    return unquote_plus(part.replace("+", "%2B"))
