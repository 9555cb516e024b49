"""HAR recordings of a browser or proxy: calls of one verb and path are one tool, each call a recorded pair. Pages, pictures and scripts are no calls."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from agentscaler.errors import Dropped
from agentscaler.records import Tool
from agentscaler.tools.definitions import Place, tried
from agentscaler.tools.recorded import Call, Route, parsed, query_of, route_of, tool_of
from agentscaler.tools.sources import slug

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def is_har(content: Mapping[str, Any]) -> bool:
    return isinstance(content.get("log"), Mapping) and "entries" in content["log"]


def read_har(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """One tool per verb and path; a reason for each entry that is no call of an API."""
    entries = content["log"]["entries"]
    if not isinstance(entries, list):
        yield place.dropped(f"field 'log.entries' is {entries!r:.60}, not a list", field="log.entries", value=entries)
        return
    groups: dict[Route, list[Call]] = {}
    places: dict[Route, Place] = {}
    for number, entry in enumerate(entries):
        at = place.part(f"entry {number}")
        try:
            call = _call(entry, at)
            route = route_of(call)
        except ValueError as error:
            yield at.dropped(f"its address cannot be read ({error})", field="request.url")
            continue
        except Dropped as reason:
            yield reason
            continue
        groups.setdefault(route, []).append(call)
        places.setdefault(route, at)
    for route, calls in groups.items():
        yield tried(tool_of, places[route], route, calls, service=slug(route.host), title=route.host)


def _call(entry: object, place: Place) -> Call:
    request = entry.get("request") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(request, Mapping) or not isinstance(request.get("url"), str):
        raise place.dropped(f"{entry!r:.60} holds no request with a url", field="request.url", value=entry)
    verb = str(request.get("method") or "").upper()
    if verb not in _VERBS:
        raise place.dropped(f"{verb!r:.20} is no verb of an API call", field="request.method", value=verb)
    found = entry.get("response")
    response: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    answer, kind = _content(response.get("content"))
    body, form = _body(request.get("postData"))
    if "json" not in kind and not isinstance(body, (dict, list)) and not (answer is None and verb != "GET" and kind == ""):
        raise place.dropped(f"a page, file or script ({kind or 'no answer'}), not a call of an API", field="response.content.mimeType", value=kind)
    query = request.get("queryString")
    pairs = tuple((str(q["name"]), str(q.get("value", "")), "") for q in query if isinstance(q, Mapping) and q.get("name")) if isinstance(query, list) and query else query_of(request["url"])
    status = response.get("status")
    return Call(verb, urlsplit(request["url"])._replace(query="", fragment="").geturl(), pairs, body, form, status if isinstance(status, int) and status > 0 else None, answer)


def _content(content: object) -> tuple[Any, str]:
    """(answer, its type)."""
    if not isinstance(content, Mapping):
        return None, ""
    kind, text = str(content.get("mimeType") or "").lower(), content.get("text")
    if isinstance(text, str) and content.get("encoding") == "base64":
        try:
            text = base64.b64decode(text).decode()
        except (binascii.Error, ValueError):
            text = None
    return parsed(text), kind


def _body(data: object) -> tuple[Any, bool]:
    if not isinstance(data, Mapping):
        return None, False
    params = data.get("params")
    if isinstance(params, list) and params:
        return {str(p["name"]): str(p.get("value", "")) for p in params if isinstance(p, Mapping) and p.get("name")}, True
    if "form" in str(data.get("mimeType")) and isinstance(data.get("text"), str):
        return {k: v for k, v, _ in query_of("?" + data["text"])}, True
    return parsed(data.get("text")), False
