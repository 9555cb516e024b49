"""The calls that the benchmarks make in the shop: each succeeds in the state of seed 7.

The ids are picked from the rows of the state, so another population needs no change here.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from agentscaler.folder import read_env
from agentscaler.records import EnvSpec, JsonObject
from agentscaler.world import World

SEED = 7
SHELF = "north"
"""The warehouse whose stock is taken: the first in key order, so orders take from it too."""


class Call(NamedTuple):
    """One call of a tool."""

    tool: str
    arguments: JsonObject


class Shop(NamedTuple):
    """Ids that the calls are about."""

    customer: str
    """Somebody with an address."""
    other: str
    """Somebody else."""
    email: str
    """How the first one is found."""
    address: str
    """Where the first one lives."""
    order: str
    """A placed order of five lines."""
    wish_list: str
    """A list of two wishes."""
    gift_card: str
    """A card that is not the first one's."""
    products: tuple[str, ...]
    """Products on sale, of which the shelf has plenty."""


def read_shop() -> EnvSpec:
    """The world on paper that all benchmarks use."""
    return read_env(Path(__file__).parent / "shop")


def open_shop(env: EnvSpec) -> World:
    """The world in the state of SEED. The code of the folder is ours, though written by hand."""
    return World.open(env, seed=SEED, trusted=True)


def play(world: World, calls: Iterable[Call]) -> None:
    """Makes calls that must succeed."""
    for call in calls:
        answer = world.call(*call)
        assert answer.error is None, f"{call.tool}: {answer.error}"


def pick(world: World) -> Shop:
    """Looks for the ids in the rows of the state."""
    columns = {name: info.columns for name, info in world.loaded.tables.items()}
    rows = {name: [dict(zip(columns[name], r, strict=True)) for r in some] for name, some in world.dump().items()}
    address = rows["address"][0]
    customer = next(c for c in rows["customer"] if c["customer_id"] == address["customer_id"])
    lines = Counter(line["order_id"] for line in rows["order_line"])
    wishes = Counter(wish["wish_list_id"] for wish in rows["wish"])
    sold = {p["product_id"] for p in rows["product"] if p["on_sale"]}
    return Shop(
        customer=customer["customer_id"],
        other=next(c["customer_id"] for c in rows["customer"] if c is not customer),
        email=customer["email"],
        address=address["address_id"],
        order=next(
            o["order_id"] for o in rows["customer_order"] if o["status"] == "placed" and lines[o["order_id"]] == 5
        ),
        wish_list=next(name for name, n in wishes.items() if n == 2),
        gift_card=next(g["code"] for g in rows["gift_card"] if g["customer_id"] != customer["customer_id"]),
        products=tuple(
            s["product_id"]
            for s in rows["stock"]
            if s["warehouse"] == SHELF and s["quantity"] >= 5 and s["product_id"] in sold
        ),
    )


def place_order(shop: Shop) -> Call:
    """An order of one product: 13 SQL statements, four changes."""
    return Call("place_order", _order(shop) | {"paid_by": "card"})


def refused_order(shop: Shop) -> Call:
    """The same, refused after all but the last statement: the gift card is somebody else's."""
    return Call("place_order", _order(shop) | {"paid_by": "gift_card", "gift_card": shop.gift_card})


def _order(shop: Shop) -> JsonObject:
    lines = [{"product_id": shop.products[0], "quantity": 1}]
    return {"customer_id": shop.customer, "address_id": shop.address, "lines": lines}


def create_wish_list(shop: Shop) -> Call:
    """A list of two products: three new rows."""
    return Call(
        "create_wish_list", {"customer_id": shop.customer, "title": "Autumn", "products": list(shop.products[1:3])}
    )


def ten_changes(shop: Shop) -> list[Call]:
    """Four new rows, three that go and three that change, in six tables."""
    return [
        place_order(shop),
        Call("create_wish_list", {"customer_id": shop.other, "title": "Autumn", "products": [shop.products[1]]}),
        Call("delete_wish_list", {"wish_list_id": shop.wish_list}),
        Call("update_customer", {"customer_id": shop.other, "phone": "+49 30 5550100"}),
    ]


def eight_calls(shop: Shop) -> list[Call]:
    """What an episode may do: four reads and four writes, taking turns."""
    return [
        Call("find_customers", {"email": shop.email}),
        Call("get_order", {"order_id": shop.order}),
        Call("update_customer", {"customer_id": shop.customer, "phone": "+49 30 5550100"}),
        Call("list_products", {}),
        place_order(shop),
        Call("list_orders", {"customer_id": shop.customer}),
        Call("cancel_order", {"order_id": shop.order, "reason": "changed_mind"}),
        create_wish_list(shop),
    ]
