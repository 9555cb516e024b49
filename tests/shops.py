"""A shop's API by hand: an OpenAPI 3 document of customers and their rentals, and the world that is compiled from it.

shop_api()   the document: 15 operations, two of which mean nothing on a database
shop()       the world the compiled builder makes of it
"""

from copy import deepcopy
from functools import cache
from typing import Any

from agentscaler.domains import one_domain
from agentscaler.envs import Built, build_env, compile_tools
from agentscaler.errors import Dropped
from agentscaler.records import EnvSpec, Tool
from agentscaler.tools.definitions import Place
from agentscaler.tools.openapi import read_openapi
from agentscaler.tools.sources import Document

STATES = ["scheduled", "running", "returned", "cancelled"]
TIERS = ["basic", "silver", "gold"]

CUSTOMER = {
    "type": "object",
    "properties": {
        "customerId": {"type": "string", "description": "ID of the customer."},
        "name": {"type": "string", "description": "Name of the customer."},
        "city": {"type": "string", "description": "City the customer lives in."},
        "tier": {"type": "string", "enum": TIERS, "description": "Tier of the customer."},
        "createdAt": {"type": "string", "format": "date-time", "description": "When the customer was created."},
    },
}
RENTAL = {
    "type": "object",
    "properties": {
        "rentalId": {"type": "string", "description": "ID of the rental."},
        "customerId": {"type": "string", "description": "ID of the customer who made the rental."},
        "title": {"type": "string", "description": "Title of the rental."},
        "status": {"type": "string", "enum": STATES, "description": "Status of the rental."},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 50, "description": "Number of pieces."},
        "insured": {"type": "boolean", "description": "Whether the rental is insured."},
        "createdAt": {"type": "string", "format": "date-time", "description": "When the rental was created."},
    },
}
_CUSTOMER_ID = {
    "name": "customerId",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "ID of the customer.",
}
_RENTAL_ID = {
    "name": "rentalId",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "ID of the rental.",
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _answer(schema: Any) -> dict[str, Any]:
    return {"200": {"description": "ok", **(_json(schema) if schema else {})}}


def _page(field: str, name: str) -> dict[str, Any]:
    items = {"type": "array", "items": _ref(name)}
    return {"type": "object", "properties": {field: items, "nextToken": {"type": "string"}}}


def _query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": f"Only those of this {name}."}


def _body(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"required": True, **_json({"type": "object", "properties": properties, "required": list(required)})}


def _some(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    return {n: schema["properties"][n] for n in names}


_PAGING = [
    {"name": "pageSize", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
    {"name": "pageToken", "in": "query", "schema": {"type": "string"}},
]


def _operation(name: str, text: str, *, parameters: Any = (), body: Any = None, answer: Any = None) -> dict[str, Any]:
    out = {"operationId": name, "description": text, "parameters": list(parameters), "responses": _answer(answer)}
    return out | ({"requestBody": body} if body else {})


def shop_api() -> dict[str, Any]:
    """The document, fresh each time."""
    return deepcopy(_API)


_API: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Corner Shop", "version": "1.2", "license": {"name": "CC0-1.0"}},
    "paths": {
        "/customers": {
            "post": _operation("createCustomer", "Creates a customer.", body=_body(_some(CUSTOMER, "name", "city", "tier"), "name"), answer=_ref("Customer")),
            "get": _operation("listCustomers", "Lists the customers.", parameters=[_query("tier", type="string", enum=TIERS), *_PAGING], answer=_page("customers", "Customer")),
        },
        "/customers/{customerId}": {
            "parameters": [_CUSTOMER_ID],
            "get": _operation("getCustomer", "Gets a customer.", answer=_ref("Customer")),
            "patch": _operation("updateCustomer", "Updates the name, the city or the tier of a customer.", body=_body(_some(CUSTOMER, "name", "city", "tier")), answer=_ref("Customer")),
            "delete": _operation("deleteCustomer", "Deletes a customer."),
        },
        "/rentals": {
            "post": _operation("createRental", "Creates a rental for a customer.", body=_body(_some(RENTAL, "customerId", "title", "quantity", "insured"), "customerId", "title", "quantity"), answer=_ref("Rental")),
            "get": _operation("listRentals", "Lists the rentals of a customer.", parameters=[{**_query("customerId", type="string"), "required": True}, _query("status", type="string", enum=STATES), *_PAGING], answer=_page("rentals", "Rental")),
        },
        "/rentals/{rentalId}": {
            "parameters": [_RENTAL_ID],
            "get": _operation("getRental", "Gets a rental.", answer=_ref("Rental")),
            "patch": _operation("updateRental", "Updates the title or the quantity of a rental.", body=_body(_some(RENTAL, "title", "quantity", "insured")), answer=_ref("Rental")),
            "delete": _operation("deleteRental", "Deletes a rental."),
        },
        "/rentals/{rentalId}/cancel": {"post": _operation("cancelRental", "Cancels a rental.", parameters=[_RENTAL_ID], answer=_ref("Rental"))},
        "/rentals/{rentalId}/return": {"post": _operation("returnRental", "Returns a rental.", parameters=[_RENTAL_ID], answer=_ref("Rental"))},
        "/estimates": {"post": _operation("estimateDelivery", "Estimates when a parcel arrives.", body=_body({"weight": {"type": "number"}}, "weight"), answer={"type": "object", "properties": {"days": {"type": "integer"}}})},
        "/ping": {"get": _operation("frobnicate", "Frobnicates.", answer={"type": "object", "properties": {"pong": {"type": "string"}}})},
    },
    "components": {"schemas": {"Customer": CUSTOMER, "Rental": RENTAL}},
}  # fmt: skip


def tools_of(document: dict[str, Any]) -> dict[str, Tool]:
    """Name -> tool of a document that reads without loss."""
    found = list(read_openapi(document, Place(Document("shop.json", b"", lambda _: None))))
    lost = [f for f in found if isinstance(f, Dropped)]
    assert not lost, lost[0].message
    return {t.name: t for t in found if isinstance(t, Tool)}


def build(tools: dict[str, Tool], name: str = "shop") -> Built:
    """All tools as one domain, compiled. The ids of the tools are their names."""
    groups = sorted({t.source.group for t in tools.values()})
    services = {g: compile_tools(g, {i: t for i, t in tools.items() if t.source.group == g}) for g in groups}
    return build_env(one_domain(tools, name), tools, services)


@cache
def shop() -> EnvSpec:
    """The shop's world."""
    return build(tools_of(shop_api())).env
