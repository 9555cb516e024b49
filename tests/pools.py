"""Invented tool pools for the graph and the domains: services about one thing each, all with the same boiler plate."""

from functools import cache
from typing import Any

from agentscaler.graph import build_graph
from agentscaler.records import Node, Source, Tool

_WORDS = (
    "anchor apple arrow badger barrel basket beacon bishop bottle bridge button camel candle canyon castle cello chimney "
    "clover cobra comet copper cradle dagger desert dragon eagle engine falcon feather fender flute forest fossil garden "
    "glacier goblet guitar hammer harbor helmet hornet island jacket jungle kettle ladder lantern lemon lizard magnet "
    "marble meadow mirror monkey needle oyster paddle parrot pebble pepper pigeon pillow planet pocket rabbit"
)
THINGS = _WORDS.split()
"""66 nouns: service n is about the n-th of them."""
PLACES = ("shelf", "crate", "depot", "yard")


def tool(name: str, service: str, takes: str = "", gives: str = "", *, many: bool = False, text: str = "") -> Tool:
    """A tool; all parameters and results are text, the parameters with ! are required."""
    wanted = [p.rstrip("!") for p in takes.split()]
    shown: Any = {"type": "object", "properties": {f: {"type": "string"} for f in gives.split()}}
    if many:
        shown = {
            "type": "object",
            "properties": {"Items": {"type": "array", "items": shown}, "NextToken": {"type": "string"}},
        }
    return Tool(
        name=name,
        description=text or name,
        parameters={
            "type": "object",
            "properties": {p: {"type": "string"} for p in wanted},
            "required": [p.rstrip("!") for p in takes.split() if p.endswith("!")],
        },
        returns=shown if gives else None,
        source=Source(vendor="aws", service=service, operation=name),
    )


def service(thing: str, place: str = "shelf") -> dict[str, Tool]:
    """Eight tools over a thing and the place it is kept in; Tags and Region are everywhere."""
    one, where = thing.capitalize(), place.capitalize()
    row, spot = f"{one}Id {one}Name {one}Colour {where}Id", f"{one}{where}Id {one}{where}Size"
    tools = [
        tool(f"Create{one}", thing, f"{one}Name! {where}Id! Region Tags", row, text=f"Creates a {thing}."),
        tool(f"Get{one}", thing, f"{one}Id! Region", row, text=f"Gets a {thing}."),
        tool(f"List{one}s", thing, f"{one}Colour Region MaxResults", row, many=True, text=f"Lists {thing}s."),
        tool(f"Update{one}", thing, f"{one}Id! {one}Colour Region", row, text=f"Changes a {thing}."),
        tool(f"Delete{one}", thing, f"{one}Id! Region", text=f"Deletes a {thing}."),
        tool(
            f"Create{one}{where}",
            thing,
            f"{one}{where}Size! Region Tags",
            spot,
            text=f"Creates a {place} for {thing}s.",
        ),
        tool(f"List{one}{where}s", thing, "Region MaxResults", spot, many=True, text=f"Lists places for {thing}s."),
        tool(f"Delete{one}{where}", thing, f"{one}{where}Id! Region", text=f"Deletes a {place} for {thing}s."),
    ]
    return {f"{thing}/{t.name}": t for t in tools}


def pool(services: int) -> dict[str, Tool]:
    """The first so many services: id -> tool."""
    return dict(_pool(services))


@cache
def _pool(services: int) -> dict[str, Tool]:
    return {i: t for n, thing in enumerate(THINGS[:services]) for i, t in service(thing, PLACES[n % 4]).items()}


@cache
def graph(services: int = 64) -> tuple[Node, ...]:
    return tuple(build_graph(pool(services)))
