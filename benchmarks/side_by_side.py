"""The same work four ways, and calls a second on two cores.

    python benchmarks/side_by_side.py [--quick] [--json]

The work is an episode's least: open the shop of shopping.py (1,638 rows in ten tables), read one order with its lines, give it another address, and say whether the state is the wanted one. Beside ours
stand the three ways in which environments for agents do it: a dict that is copied deeply and compared, a tree of pydantic records that is copied deeply and hashed as JSON, and an SQLite file that
is copied, opened and dumped. Their reads and writes are bare Python or SQL, without the checks of arguments that a tool makes.
"""

import argparse
import hashlib
import multiprocessing
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from figures import QUICK, THOROUGH, Effort, Figure, best, cpu, show
from pydantic import BaseModel, create_model
from shopping import Shop, open_shop, pick, read_shop

from agentscaler.records import EnvSpec
from agentscaler.world import World

Rows = dict[str, dict[str, dict[str, Any]]]
"""Table -> key as text -> row."""
PROCESSES = 2


def main() -> None:
    """Reads the flags, measures, prints."""
    parser = argparse.ArgumentParser(description="The same work four ways, and calls a second.")
    parser.add_argument("--json", action="store_true", help="one line of JSON with all figures")
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    flags = parser.parse_args()
    effort = QUICK if flags.quick else THOROUGH
    with tempfile.TemporaryDirectory() as folder:
        figures = best(lambda: four_ways(Path(folder), effort), effort=effort)
    first, *others = figures
    figures = [first, *(f._replace(name=f"{f.name}, {f.value / first.value:.0f} times ours") for f in others)]
    show("open, read an order, change its address, compare", [*figures, *rate(1.0 if flags.quick else 5.0)], as_json=flags.json)


def four_ways(folder: Path, effort: Effort) -> list[Figure]:
    env = read_shop()
    with open_shop(env) as world:
        shop = pick(world)
        other = world.call("add_address", {"customer_id": shop.customer, "recipient": "x", "street": "x", "postcode": "12345", "city": "x"})
        assert other.error is None
        world.reset()
        rows = {name: {"/".join(map(str, (r[c] for c in world.loaded.tables[name].key))): r for r in world.rows(name)} for name in world.loaded.tables}
        owner = rows["customer_order"][shop.order]["customer_id"]
        address = next(a for a in rows["address"].values() if a["customer_id"] == owner)["address_id"]
        ways = [ours(env, shop, address), a_dict(rows, shop, address), pydantic_tree(rows, shop, address), a_file(world, folder, shop, address)]
    names = ("ours", "a dict, copied deeply", "pydantic records, hashed as JSON", "an SQLite file, copied and dumped")
    return [Figure(name, cpu(way, effort=effort, before=lambda: None)) for name, way in zip(names, ways, strict=True)]


def ours(env: EnvSpec, shop: Shop, address: str) -> Callable[[], None]:
    change = {"order_id": shop.order, "address_id": address}
    with open_shop(env) as world:
        assert world.call("change_order_address", change).error is None
        gold = world.diff().form

    def work() -> None:
        with open_shop(env) as world:
            assert world.call("get_order", {"order_id": shop.order}).error is None
            assert world.call("change_order_address", change).error is None
            assert world.diff().form == gold

    return work


def read_order(rows: Rows, order: str) -> dict[str, Any]:
    """With its lines and their products, as the tool tells it."""
    lines = [line for line in rows["order_line"].values() if line["order_id"] == order]
    return {**rows["customer_order"][order], "lines": [{**line, "title": rows["product"][line["product_id"]]["title"]} for line in lines]}


def a_dict(rows: Rows, shop: Shop, address: str) -> Callable[[], None]:
    gold = deepcopy(rows)
    gold["customer_order"][shop.order]["address_id"] = address

    def work() -> None:
        state = deepcopy(rows)
        assert read_order(state, shop.order)["lines"]
        state["customer_order"][shop.order]["address_id"] = address
        assert state == gold

    return work


def pydantic_tree(rows: Rows, shop: Shop, address: str) -> Callable[[], None]:
    tables = {name: create_model(name, **dict.fromkeys(next(iter(some.values())), (Any, None))) for name, some in rows.items()}  # type: ignore[call-overload]
    database = create_model("Database", **{name: (dict[str, model], ...) for name, model in tables.items()})  # type: ignore[call-overload]
    start: BaseModel = database(**rows)

    def hashed(state: BaseModel) -> str:
        return hashlib.sha256(state.model_dump_json().encode()).hexdigest()

    def change(state: Any) -> None:
        state.customer_order[shop.order].address_id = address

    wanted = start.model_copy(deep=True)
    change(wanted)
    gold = hashed(wanted)

    def work() -> None:
        state: Any = start.model_copy(deep=True)
        assert [line for line in state.order_line.values() if line.order_id == shop.order]
        change(state)
        assert hashed(state) == gold

    return work


def a_file(world: World, folder: Path, shop: Shop, address: str) -> Callable[[], None]:
    source, target = folder / "shop.db", folder / "copy.db"
    source.write_bytes(world.loaded.image(world.seed)[0])
    tables = list(world.loaded.tables)

    def dump(connection: sqlite3.Connection) -> list[Any]:
        return [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]

    def change(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE customer_order SET address_id = ? WHERE order_id = ?", (address, shop.order))
        connection.commit()

    def opened() -> sqlite3.Connection:
        shutil.copyfile(source, target)
        return sqlite3.connect(target)

    wanted = opened()
    change(wanted)
    gold = dump(wanted)
    wanted.close()

    def work() -> None:
        connection = opened()
        assert connection.execute("SELECT * FROM customer_order JOIN order_line USING (order_id) JOIN product USING (product_id) WHERE order_id = ?", (shop.order,)).fetchall()
        change(connection)
        assert dump(connection) == gold
        connection.close()

    return work


# ---- calls a second -----------------------------------------------------------------------------------------------------


def rate(seconds: float) -> list[Figure]:
    """Reads of one row in two processes at once, by the wall and by the CPU time that they got."""
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        found = pool.map(serve, [seconds] * PROCESSES)
    return [
        Figure("calls a second on two cores, by the CPU time they got", sum(n / busy for n, _, busy in found), 150_000, unit="calls"),
        Figure("the same by the wall, with whatever else runs", sum(n / wall for n, wall, _ in found), unit="calls"),
    ]


def serve(seconds: float) -> tuple[int, float, float]:
    """(calls, seconds by the wall, seconds of CPU) of one process."""
    with open_shop(read_shop()) as world:
        asked = {"customer_id": pick(world).customer}
        assert world.call("get_customer", asked).error is None
        count, start, busy = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - start < seconds:
            for _ in range(1_000):
                world.call("get_customer", asked)
            count += 1_000
        return count, time.perf_counter() - start, time.process_time() - busy


if __name__ == "__main__":
    main()
