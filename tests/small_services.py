"""Two dozen small made-up services as OpenAPI documents: enough worlds for the walk to be split among workers and killed half way.

Each has things in a place: a hall with its shows, a farm with its fields. No two services share their nouns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson


class Service(NamedTuple):
    """What makes one service different from the others."""

    title: str
    place: str
    thing: str
    states: tuple[str, str, str]
    """The last one is reached by `verb`."""
    verb: str
    number: str
    """A property of the thing that is a number."""
    text: str
    """A property of the place that is text."""


SERVICES = tuple(
    Service(title, place, thing, tuple(states.split()), verb, number, text)  # type: ignore[arg-type]
    for title, place, thing, states, verb, number, text in (
        ("Theatre tickets", "hall", "show", "PLANNED RUNNING CANCELLED", "cancel", "seats", "city"),
        ("Farm planner", "farm", "field", "FALLOW SOWN HARVESTED", "harvest", "hectares", "region"),
        ("Parcel post", "depot", "parcel", "WAITING MOVING RETURNED", "return", "grams", "street"),
        ("Climbing gym", "wall", "route", "OPEN BUSY CLOSED", "close", "metres", "colour"),
        ("Pharmacy stock", "shelf", "medicine", "STOCKED LOW RECALLED", "recall", "packs", "corner"),
        ("School office", "school", "pupil", "ENROLLED AWAY SUSPENDED", "suspend", "grade", "principal"),
        ("Ferry line", "ferry", "crossing", "BOARDING SAILING STOPPED", "stop", "cars", "captain"),
        ("Print shop", "printer", "job", "QUEUED PRINTING PAUSED", "pause", "pages", "room"),
        ("Vineyard", "cellar", "barrel", "FULL AGEING ARCHIVED", "archive", "litres", "slope"),
        ("Animal shelter", "kennel", "animal", "ARRIVED READY RESERVED", "reserve", "kilos", "keeper"),
        ("Recording studio", "studio", "session", "BOOKED LIVE FINISHED", "finish", "hours", "engineer"),
        ("Car park", "garage", "bay", "FREE TAKEN BLOCKED", "block", "floor", "entrance"),
        ("Newsroom", "desk", "article", "DRAFT REVIEWED PUBLISHED", "publish", "words", "editor"),
        ("Blood bank", "clinic", "donation", "FRESH TESTED REJECTED", "reject", "millilitres", "district"),
        ("Ski school", "slope", "lesson", "OFFERED FULL CANCELLED", "cancel", "minutes", "lift"),
        ("Bakery orders", "bakery", "cake", "ORDERED BAKED APPROVED", "approve", "slices", "oven"),
        ("Chess club", "club", "match", "SET PLAYED ABANDONED", "abandon", "moves", "venue"),
        ("Wind park", "park", "turbine", "IDLE TURNING DISABLED", "disable", "kilowatts", "county"),
        ("Museum loans", "museum", "painting", "HUNG STORED LOCKED", "lock", "width", "curator"),
        ("Laundry", "laundry", "basket", "DIRTY WASHING RELEASED", "release", "items", "owner"),
        ("Fire brigade", "brigade", "engine", "READY OUT RETIRED", "retire", "hoses", "chief"),
        ("Language tests", "centre", "exam", "ANNOUNCED GRADED ACTIVATED", "activate", "points", "country"),
        ("Fish market", "market", "auction", "OPEN BIDDING SETTLED", "settle", "crates", "harbour"),
        ("Escape rooms", "house", "game", "EMPTY PLAYING RESET", "reset", "players", "theme"),
    )
)
Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def documents(folder: Path, count: int = len(SERVICES)) -> list[Path]:
    """Write so many documents; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for service in SERVICES[:count]:
        path = folder / f"{service.place}-{service.thing}.json"
        path.write_bytes(orjson.dumps(document(service)))
        paths.append(path)
    return paths


def document(service: Service) -> Json:
    """One service as an OpenAPI 3 document."""
    paths: dict[str, Json] = {}
    for path, verb, operation in operations(service):
        paths.setdefault(path, {})[verb] = operation
    return {
        "openapi": "3.0.3",
        "info": {"title": service.title, "version": "1", "license": {"name": "CC0-1.0"}},
        "paths": paths,
    }


def operations(service: Service) -> Iterator[tuple[str, str, Json]]:
    """Path, HTTP verb and operation of its eleven tools."""
    for noun in (service.place, service.thing):
        name, many, key = noun.capitalize(), f"/{noun}s", f"/{noun}s/{{{noun}Id}}"
        row = place(service) if noun == service.place else thing(service)
        settable = {n: s for n, s in row.items() if n not in (f"{noun}Id", "state", "createdAt")}
        filters = [_query("state", row["state"])] if "state" in row else []
        filters += [_query(f"{service.place}Id", TEXT)] if noun == service.thing else []
        yield many, "get", {"operationId": f"list{name}s", "summary": f"List the {noun}s.", "parameters": filters, **_answer({f"{noun}s": {"type": "array", "items": _object(row)}})}
        yield many, "post", {"operationId": f"create{name}", "summary": f"Add a {noun}.", **_body(settable, [n for n in settable if n == "name" or n.endswith("Id")]), **_answer(row)}
        yield key, "get", {"operationId": f"get{name}", "summary": f"Get one {noun}.", "parameters": [_path(noun)], **_answer(row)}
        yield key, "patch", {"operationId": f"update{name}", "summary": f"Change a {noun}.", "parameters": [_path(noun)], **_body({n: s for n, s in settable.items() if not n.endswith("Id")}), **_answer(row)}
        yield key, "delete", {"operationId": f"delete{name}", "summary": f"Delete a {noun}.", "parameters": [_path(noun)], "responses": {"204": {"description": "gone"}}}
    act = f"{service.verb}{service.thing.capitalize()}"
    yield f"/{service.thing}s/{{{service.thing}Id}}/{service.verb}", "post", {"operationId": act, "summary": f"{service.verb.capitalize()} a {service.thing}.", "parameters": [_path(service.thing)], **_answer(thing(service))}


def place(service: Service) -> Json:
    return {f"{service.place}Id": TEXT, "name": TEXT, service.text: TEXT, "createdAt": {"type": "string", "format": "date-time"}}


def thing(service: Service) -> Json:
    number = {"type": "integer", "minimum": 1, "maximum": 500, "description": f"Number of {service.number}."}
    state = {"type": "string", "enum": list(service.states)}
    return {f"{service.thing}Id": TEXT, "name": TEXT, service.number: number, "state": state, f"{service.place}Id": TEXT, "createdAt": {"type": "string", "format": "date-time"}}


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties}


def _path(noun: str) -> Json:
    return {"name": f"{noun}Id", "in": "path", "required": True, "description": f"Id of the {noun}.", "schema": TEXT}


def _query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def _answer(properties: Json) -> Json:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": _object(properties)}}}}}


def _body(properties: Json, required: list[str] | None = None) -> Json:
    schema = _object(properties) | ({"required": required} if required else {})
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
