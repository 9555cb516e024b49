"""What the runtime costs: opening, calls, diff, snapshot and memory of one world, each beside its target.

    python benchmarks/runtime.py [--quick] [--json]

The world is the shop beside this file (ten tables, 1,600 rows); `bare` is the same work in SQLite alone. Not covered:
loading a world from its folder and drawing its rows, which happen once per (world, seed), and whole episodes.
"""

import argparse
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import orjson
from bare import Bare, Recorded
from figures import QUICK, THOROUGH, Effort, Figure, best, cpu, show, wall
from shopping import (
    SEED,
    SHELF,
    Call,
    Shop,
    create_wish_list,
    eight_calls,
    open_shop,
    pick,
    place_order,
    play,
    read_shop,
    refused_order,
    ten_changes,
)

from agentscaler.jail import can_contain
from agentscaler.records import EnvSpec
from agentscaler.world import World

GIGABYTE = 2**30


def main() -> None:
    """Reads the flags, measures, prints."""
    parser = argparse.ArgumentParser(description="What the runtime costs.")
    parser.add_argument("--json", action="store_true", help="one line of JSON with all figures")
    parser.add_argument("--quick", action="store_true", help="fewer samples: seconds instead of half a minute")
    parser.add_argument(
        "--memory", nargs=2, metavar=("KIND", "N"), help="only the bytes of one of N live or bare worlds"
    )
    flags = parser.parse_args()
    if flags.memory:
        print(_bytes_each(flags.memory[0], int(flags.memory[1])))
        return
    effort = QUICK if flags.quick else THOROUGH
    figures = [*best(partial(_round, effort), effort=effort), *memory(effort)]
    show("runtime", figures, as_json=flags.json)


def _round(effort: Effort) -> list[Figure]:
    """All figures but those of live worlds, once."""
    env = read_shop()
    with open_shop(env) as world:
        shop = pick(world)
        return [
            *opening(env, world, shop, effort),
            *one_call(world, shop, effort),
            *other_calls(world, shop, effort),
            *state(env, world, shop, effort),
            *(contained(env, shop, effort) if can_contain() else ()),
        ]


# ---- opening and calls ------------------------------------------------------------------------------------------


def opening(env: EnvSpec, world: World, shop: Shop, effort: Effort) -> list[Figure]:
    """A world is opened, used once and closed. The first call pays for parsing the schema."""

    def used() -> None:
        with open_shop(env) as fresh:
            fresh.call("get_customer", {"customer_id": shop.customer})

    def used_bare() -> None:
        with Bare(world, shop) as bare:
            bare.read()

    unused = cpu(lambda: open_shop(env).close(), effort=effort)
    unused_bare = cpu(lambda: Bare(world, shop).close(), effort=effort)
    return [
        Figure("open + close", unused, bare=unused_bare),
        Figure("open + first call + close", cpu(used, effort=effort), 200, cpu(used_bare, effort=effort)),
    ]


def one_call(world: World, shop: Shop, effort: Effort) -> list[Figure]:
    """The least a call can do, and what each statement beyond costs."""
    number = itertools.count()
    read = Call("get_customer", {"customer_id": shop.customer})
    play(world, [read])

    def write() -> None:
        world.call("update_customer", {"customer_id": shop.customer, "phone": str(next(number))})

    with Recorded(world, shop) as bare:
        return [
            Figure(
                "read of one row", cpu(partial(world.call, *read), effort=effort), 10, cpu(bare.read, effort=effort)
            ),
            Figure("write of one row", cpu(write, effort=effort), 30, cpu(bare.write, effort=effort)),
            Figure("each further SQL statement", _slope(world, shop, effort), 10, cpu(bare.count, effort=effort)),
        ]


def _slope(world: World, shop: Shop, effort: Effort) -> float:
    """CPU microseconds of one more update: a call that makes 21 of them against one that makes 1."""
    number = itertools.count()

    def take(some: int) -> None:
        counts = [{"product_id": p, "quantity": next(number) % 1_000} for p in shop.products[:some]]
        play(world, [Call("take_stock", {"warehouse": SHELF, "counts": counts})])

    assert len(shop.products) >= 21
    return (cpu(partial(take, 21), effort=effort) - cpu(partial(take, 1), effort=effort)) / 20


def other_calls(world: World, shop: Shop, effort: Effort) -> list[Figure]:
    """Sums of rows and statements, for which nothing is promised."""
    reads = {
        "read of three tables (get_order)": Call("get_order", {"order_id": shop.order}),
        "list of 50": Call("list_products", {}),
        "list with filter": Call("list_orders", {"customer_id": shop.customer, "status": "delivered"}),
        "search": Call("search_products", {"words": "winter", "max_price_cents": 20_000}),
    }
    refused = {
        "refused by the schema": Call("get_customer", {"customer": shop.customer}),
        "refused by the tool": Call("get_customer", {"customer_id": "C0"}),
    }
    writes = {
        "create (three rows)": create_wish_list(shop),
        "cascade delete (three rows)": Call("delete_wish_list", {"wish_list_id": shop.wish_list}),
        "cancel_order (15 statements)": Call("cancel_order", {"order_id": shop.order, "reason": "changed_mind"}),
        "place_order (13 statements)": place_order(shop),
    }
    return [*_warm(world, reads, effort), *_warm(world, refused, effort), *_from_reset(world, writes, effort)]


def _warm(world: World, some: Mapping[str, Call], effort: Effort) -> list[Figure]:
    return [Figure(name, cpu(partial(world.call, *call), effort=effort)) for name, call in some.items()]


def _from_reset(world: World, some: Mapping[str, Call], effort: Effort) -> list[Figure]:
    return [Figure(n, cpu(partial(play, world, [call]), before=world.reset, effort=effort)) for n, call in some.items()]


# ---- state ------------------------------------------------------------------------------------------------------


def state(env: EnvSpec, world: World, shop: Shop, effort: Effort) -> list[Figure]:
    """What an episode did: nothing, or ten changes in six tables."""
    nothing = _diff_after(world, Call("get_order", {"order_id": shop.order}), effort)
    undone = _diff_after(world, refused_order(shop), effort)
    world.reset()
    play(world, ten_changes(shop))
    assert len(world.diff().form) == 10
    with Recorded(world, shop) as bare:
        return [
            Figure("diff of nothing", nothing, 10),
            Figure("diff of nothing, a write was refused", undone, 10),
            *_ten_changes(world, bare, effort),
            Figure("open + restore + close", cpu(_opener(env, world.snapshot()), effort=effort), 700),
        ]


def _diff_after(world: World, call: Call, effort: Effort) -> float:
    """CPU microseconds of the diff after a call that changes nothing."""
    world.reset()
    world.call(*call)
    assert not world.diff().form
    return cpu(world.diff, effort=effort)


def _ten_changes(world: World, bare: Recorded, effort: Effort) -> list[Figure]:
    snapshot = world.snapshot()
    changes = snapshot[2 + int.from_bytes(snapshot[:2], "big") :]
    again, again_bare = partial(world.restore, snapshot), partial(bare.restore, changes)
    again_bare()
    changeset = cpu(bare.changeset, effort=effort)
    return [
        Figure("diff of ten changes", cpu(world.diff, effort=effort), 400, changeset),
        Figure("snapshot of ten changes", cpu(world.snapshot, effort=effort), 200, changeset),
        Figure(
            "reset after ten changes",
            cpu(world.reset, before=again, effort=effort),
            20,
            cpu(bare.reset, before=again_bare, effort=effort),
        ),
        Figure("restore of ten changes", cpu(again, effort=effort), 500, cpu(again_bare, effort=effort)),
        Figure("parked world of ten changes", sys.getsizeof(snapshot), 1_000, sys.getsizeof(changes), "bytes"),
    ]


def _opener(env: EnvSpec, snapshot: bytes) -> Callable[[], None]:
    def open_parked() -> None:
        with open_shop(env) as fresh:
            fresh.restore(snapshot)

    return open_parked


# ---- a stranger's world, in a process of its own -------------------------------------------------------------------


def contained(env: EnvSpec, shop: Shop, effort: Effort) -> list[Figure]:
    """The same shop as a stranger's: by the wall, for two processes share the work."""
    number = itertools.count()
    with World.open(env, seed=SEED) as world:

        def write() -> None:
            world.call("update_customer", {"customer_id": shop.customer, "phone": str(next(number))})

        def kill() -> None:
            signal.pidfd_send_signal(world._cell.handle, signal.SIGKILL)  # type: ignore[attr-defined]
            time.sleep(0.002)

        return [
            Figure("contained: read of one row, wall", wall(lambda: world.call("get_customer", {"customer_id": shop.customer}), effort=effort), 60),
            Figure("contained: write of one row, wall", wall(write, effort=effort)),
            Figure("contained: open + close, wall", wall(lambda: World.open(env, seed=SEED).close(), effort=effort, before=lambda: None)),
            Figure("contained: killed, back as it was, wall", wall(world.diff, effort=effort, before=kill)),
        ]


# ---- memory -----------------------------------------------------------------------------------------------------


def memory(effort: Effort) -> list[Figure]:
    """Live worlds after 3 to 8 calls each, counted in a process of their own."""
    live, bare = (_bytes_elsewhere(kind, effort.worlds) for kind in ("live", "bare"))
    return [Figure("live worlds in 1 GB", GIGABYTE / live, 2_000, GIGABYTE / bare, "worlds")]


def _bytes_elsewhere(kind: str, n: int) -> float:
    command = [sys.executable, __file__, "--memory", kind, str(n)]
    return float(orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def _bytes_each(kind: str, n: int) -> float:
    """By how much this process grows for each live world, or for each bare one of which a row was read."""
    env = read_shop()
    with open_shop(env) as world:
        shop = pick(world)
        play(world, eight_calls(shop))
        make = partial(_live, env, shop) if kind == "live" else partial(_bare, world, shop)
        start = _resident()
        kept = [make(i) for i in range(n)]
        return (_resident() - start) / len(kept)


def _live(env: EnvSpec, shop: Shop, number: int) -> World:
    fresh = open_shop(env)
    play(fresh, eight_calls(shop)[: 3 + number % 6])
    return fresh


def _bare(world: World, shop: Shop, _number: int) -> Bare:
    bare = Bare(world, shop)
    bare.read()
    return bare


def _resident() -> int:
    """Resident bytes of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


if __name__ == "__main__":
    main()
