"""A shop for bicycle parts: 18 tools over customers, shelves, orders and wish lists.

A tool gets the open database and arguments already checked against its schema, and answers with plain data.
What it raises is an answer too: the agent reads the code and the message. One call, one savepoint, so a check may come
after a write. `insert` fills the generated columns (ids, times) and answers with the whole row.
"""

from agentscaler.tooling import UNSET, Conflict, Forbidden, InvalidArguments, WrongState

PARCEL_CENTS = 490
CENTS_A_POINT = 100

# ---- customers


def find_customers(db, email=None, given_name=None, family_name=None):
    page = db.page("customer", where={"email": email, "given_name": given_name, "family_name": family_name}, size=20)
    return {"customers": page.rows}


def get_customer(db, customer_id):
    return db.get("customer", customer_id)


def update_customer(db, customer_id, phone=UNSET, newsletter=UNSET):
    return db.update("customer", customer_id, phone=phone, newsletter=newsletter)


def list_addresses(db, customer_id):
    db.get("customer", customer_id)  # an unknown id is an error, not an empty list
    return {"addresses": db.page("address", where={"customer_id": customer_id}).rows}


def add_address(db, customer_id, recipient, street, postcode, city):
    return db.insert(
        "address", customer_id=customer_id, recipient=recipient, street=street, postcode=postcode, city=city
    )


def list_gift_cards(db, customer_id):
    db.get("customer", customer_id)
    return {"gift_cards": db.page("gift_card", where={"customer_id": customer_id}).rows}


# ---- shelves


def list_products(db, category=None, limit=50, after=None):
    if category:
        db.get("category", category)
    page = db.page("product", where={"category": category}, size=limit, after=after)
    return {"products": page.rows, "next": page.next}


def search_products(db, words, category=None, max_price_cents=None):
    wanted = words.casefold().split()
    page = db.page(
        "product", where={"category": category, "on_sale": 1}, until={"price_cents": max_price_cents}, size=1000
    )
    return {"products": [p for p in page.rows if all(word in p["title"].casefold() for word in wanted)]}


def get_product(db, product_id):
    product = db.get("product", product_id)
    shelves = db.page("stock", where={"product_id": product_id}).rows
    return product | {"stock": {shelf["warehouse"]: shelf["quantity"] for shelf in shelves}}


def take_stock(db, warehouse, counts):
    for count in counts:
        db.update("stock", count["product_id"], warehouse, quantity=count["quantity"])
    return {"counted": len(counts)}


# ---- orders


def list_orders(db, customer_id, status=None, placed_since=None):
    db.get("customer", customer_id)
    page = db.page(
        "customer_order", where={"customer_id": customer_id, "status": status}, since={"placed_at": placed_since}
    )
    return {"orders": page.rows}


def get_order(db, order_id):
    order = db.get("customer_order", order_id)
    lines = db.page("order_line", where={"order_id": order_id}).rows
    return order | {
        "address": db.get("address", order["address_id"]),
        "lines": lines,
        "total_cents": _total(order, lines),
    }


def place_order(db, customer_id, address_id, lines, paid_by, gift_card=None, note=None):
    if (paid_by == "gift_card") != (gift_card is not None):
        raise InvalidArguments("gift_card must be given if, and only if, paid_by is gift_card")
    customer = db.get("customer", customer_id)
    db.match("address", address_id, customer_id=customer_id)
    picked = [_pick(db, line["product_id"], line["quantity"]) for line in lines]
    freight = max(line.pop("freight_cents") for line in picked)
    order = db.insert(
        "customer_order",
        customer_id=customer_id,
        address_id=address_id,
        status="placed",
        paid_by=paid_by,
        gift_card=gift_card,
        shipping_cents=PARCEL_CENTS + freight,
        note=note,
    )
    rows = [db.insert("order_line", order_id=order["order_id"], **line) for line in picked]
    total = _total(order, rows)
    if gift_card:
        _charge(db, gift_card, customer_id, total)
    db.update("customer", customer_id, points=customer["points"] + total // CENTS_A_POINT)
    return order | {"lines": rows, "total_cents": total}


def cancel_order(db, order_id, reason):
    order = db.get("customer_order", order_id)
    if order["status"] not in ("placed", "packed"):
        raise WrongState(f"order {order_id} is {order['status']}: only placed and packed orders can be cancelled")
    lines = db.page("order_line", where={"order_id": order_id}).rows
    for line in lines:
        shelf = db.get("stock", line["product_id"], line["warehouse"])
        db.update("stock", line["product_id"], line["warehouse"], quantity=shelf["quantity"] + line["quantity"])
    total = _total(order, lines)
    if order["gift_card"]:
        card = db.get("gift_card", order["gift_card"])
        db.update("gift_card", card["code"], balance_cents=card["balance_cents"] + total)
    customer = db.get("customer", order["customer_id"])
    db.update("customer", order["customer_id"], points=max(customer["points"] - total // CENTS_A_POINT, 0))
    return db.update("customer_order", order_id, status="cancelled", cancel_reason=reason)


def change_order_address(db, order_id, address_id):
    order = db.get("customer_order", order_id)
    if order["status"] != "placed":
        raise WrongState(f"order {order_id} is {order['status']}: only placed orders can go elsewhere")
    db.match("address", address_id, customer_id=order["customer_id"])
    return db.update("customer_order", order_id, address_id=address_id)


def _pick(db, product_id, quantity):
    """Takes a product off the first shelf that has enough of it; answers with the line of the order."""
    product = db.get("product", product_id)
    if not product["on_sale"]:
        raise Conflict(f"product {product_id} is no longer sold")
    shelves = db.page("stock", where={"product_id": product_id}, since={"quantity": quantity}, size=1).rows
    if not shelves:
        raise Conflict(f"no warehouse has {quantity} of product {product_id}")
    shelf = shelves[0]
    db.update("stock", product_id, shelf["warehouse"], quantity=shelf["quantity"] - quantity)
    return {
        "product_id": product_id,
        "warehouse": shelf["warehouse"],
        "title": product["title"],
        "quantity": quantity,
        "unit_cents": product["price_cents"],
        "freight_cents": db.get("category", product["category"])["freight_cents"],
    }


def _charge(db, code, customer_id, cents):
    card = db.get("gift_card", code)
    if card["customer_id"] != customer_id:
        raise Forbidden(f"gift card {code} belongs to somebody else")
    if card["expires_on"] < db.now[:10]:
        raise WrongState(f"gift card {code} expired on {card['expires_on']}")
    if card["balance_cents"] < cents:
        raise Conflict(f"gift card {code} holds {card['balance_cents']} cents, the order costs {cents}")
    db.update("gift_card", code, balance_cents=card["balance_cents"] - cents)


def _total(order, lines):
    return order["shipping_cents"] + sum(line["quantity"] * line["unit_cents"] for line in lines)


# ---- wish lists


def list_wish_lists(db, customer_id):
    db.get("customer", customer_id)
    lists = db.page("wish_list", where={"customer_id": customer_id}).rows
    return {"wish_lists": [one | {"products": _wishes(db, one["wish_list_id"])} for one in lists]}


def create_wish_list(db, customer_id, title, products):
    made = db.insert("wish_list", customer_id=customer_id, title=title)
    for product_id in products:
        db.insert("wish", wish_list_id=made["wish_list_id"], product_id=product_id)
    return made | {"products": products}


def delete_wish_list(db, wish_list_id):
    db.delete("wish_list", wish_list_id)
    return {}


def _wishes(db, wish_list_id):
    return [wish["product_id"] for wish in db.page("wish", where={"wish_list_id": wish_list_id}).rows]
