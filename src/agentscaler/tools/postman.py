"""Postman collections, format 2.0 and 2.1: a tool an item, saved answers kept as recorded pairs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agentscaler.errors import Dropped
from agentscaler.records import Tool
from agentscaler.tools.definitions import Place, tried
from agentscaler.tools.recorded import Call, Route, in_path_of, parsed, query_of, route_of, tool_of
from agentscaler.tools.sources import slug


def is_postman(content: Mapping[str, Any]) -> bool:
    if isinstance(content.get("collection"), Mapping):
        return is_postman(content["collection"])
    info = content.get("info")
    known = isinstance(info, Mapping) and ("_postman_id" in info or "getpostman.com" in str(info.get("schema", "")))
    return known or (isinstance(info, Mapping) and isinstance(content.get("item"), list)) or _is_old(content)


def _is_old(content: Mapping[str, Any]) -> bool:
    return isinstance(content.get("requests"), list) and "order" in content


def read_postman(content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
    """One tool, or the reason why not, per request."""
    content = content["collection"] if isinstance(content.get("collection"), Mapping) else content
    if _is_old(content):
        yield place.dropped("a Postman collection of format 1; export it as v2.1", field="requests")
        return
    items = content.get("item")
    if not isinstance(items, list):
        yield place.dropped(f"field 'item' is {items!r:.60}, not a list of requests", field="item", value=items)
        return
    info = content.get("info")
    title = str(info.get("name") or "") if isinstance(info, Mapping) else ""
    groups: dict[tuple[str, str], list[_Item]] = {}
    for found in _items(items, place, 0):
        if isinstance(found, Dropped):
            yield found
        else:
            groups.setdefault(found.route.shape, []).append(found)
    for same in groups.values():
        yield tried(_tool, same, title)


class _Item(NamedTuple):
    """One request of a collection."""

    place: Place
    name: str
    description: str
    route: Route
    calls: list[Call]


def _items(items: list[Any], place: Place, depth: int) -> Iterator[_Item | Dropped]:
    for number, item in enumerate(items):
        at = place.part(f"item {number}")
        if not isinstance(item, Mapping):
            yield at.dropped(f"{item!r:.60} is no object", value=item)
        elif isinstance(item.get("item"), list):
            if depth > 30:
                yield at.dropped("folders nested too deep")
            else:
                yield from _items(item["item"], place.part(str(item.get("name") or number)), depth + 1)
        else:
            yield tried(_item, item, at)


def _item(item: Mapping[str, Any], place: Place) -> _Item:
    request = item.get("request")
    call = _call(request, place)
    try:
        route = route_of(call)
        answered = [c for answer in _rows(item.get("response")) for c in _answered(answer, call, place) if in_path_of(route, c) is not None]
    except ValueError as error:
        raise place.dropped(f"field 'url' is {call.url!r:.60}, no address ({error})", field="request.url", value=call.url) from error
    name = item.get("name")
    named = isinstance(name, str) and not re.search(r"[/{]|^https?:", name)
    return _Item(place, str(name).strip() if named else "", _text(request.get("description") if isinstance(request, Mapping) else item.get("description")), route, [call, *answered])


def _tool(same: list[_Item], title: str) -> Tool:
    """Requests of one verb and path are one tool; where there are several, none of their names is its."""
    first = same[0]
    return tool_of(
        first.place,
        first.route,
        [c for item in same for c in item.calls],
        name=first.name if len(same) == 1 else "",
        description=next((item.description for item in same if item.description), ""),
        service=slug(title),
        title=title,
        mended=(f"{len(same)} requests of one address are one tool",) if len(same) > 1 else (),
    )


def _call(request: object, place: Place) -> Call:
    if isinstance(request, str):
        return Call("GET", request, query_of(request))
    if not isinstance(request, Mapping):
        raise place.dropped(f"field 'request' is {request!r:.60}, not a request", field="request", value=request)
    url = request.get("url")
    said: dict[str, str] = {}
    if isinstance(url, Mapping):
        path = url.get("path")
        parts = [str(p.get("value", "")) if isinstance(p, Mapping) else str(p) for p in path] if isinstance(path, list) else []
        address = ("https://host/" + "/".join(parts)) if parts else str(url.get("raw") or "").split("?")[0]
        query = tuple((str(q["key"]), _text(q.get("value")), _text(q.get("description"))) for q in _rows(url.get("query")) if q.get("key"))
        said = {str(v["key"]): _text(v.get("description")) for v in _rows(url.get("variable")) if v.get("key")}
    elif isinstance(url, str):
        address, query = url.split("?")[0], query_of(url)
    else:
        raise place.dropped(f"field 'url' is {url!r:.60}, not an address", field="request.url", value=url)
    body, form = _body(request.get("body"))
    return Call(str(request.get("method") or "GET"), address, query, body, form, said=said)


def _body(body: object) -> tuple[Any, bool]:
    if not isinstance(body, Mapping):
        return None, False
    if body.get("mode") in ("urlencoded", "formdata"):
        return {str(r["key"]): _text(r.get("value")) for r in _rows(body.get(str(body["mode"]))) if r.get("key")} or None, True
    if body.get("mode") == "graphql" and isinstance(body.get("graphql"), Mapping):
        return dict(body["graphql"]), False
    return parsed(body.get("raw")), False


def _answered(answer: Mapping[str, Any], call: Call, place: Place) -> Iterator[Call]:
    """A saved answer, with the request that it answers, where that is saved too."""
    asked = call
    if isinstance(answer.get("originalRequest"), (Mapping, str)):
        try:
            asked = _call(answer["originalRequest"], place)
        except Dropped:
            return
    status = answer.get("code")
    yield asked._replace(status=status if isinstance(status, int) else None, answer=parsed(answer.get("body")))


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("content")
    return "" if value is None else value if isinstance(value, str) else str(value)
