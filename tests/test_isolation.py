"""A thousand worlds alive at once, written to in turns: none sees another's rows, ids or counters."""

from typing import Any

import apsw

from agentscaler.dice import Dice
from agentscaler.world import World
from shops import shop
from worlds import notebook

ALIVE = 1000


def test_a_thousand_worlds_with_interleaved_writes() -> None:
    """Each world gets its own calls in its own number, the worlds in random turns; each ends as if it had been alone."""
    env = notebook()
    dice = Dice("turns")
    worlds = [World.open(env, seed=n % 3, trusted=True) for n in range(ALIVE)]
    starts = {seed: worlds[seed].dump()["note"] for seed in range(3)}
    wanted: list[list[str]] = [[] for _ in worlds]
    gone: list[set[str]] = [set() for _ in worlds]
    try:
        for n in dice.shuffled([m for m in range(ALIVE) for _ in range(1 + m % 4)]):
            world = worlds[n]
            kind = dice.below(3)
            if kind == 0:
                note = dice.choice(starts[n % 3])[0]
                answer = world.call("close_note", {"noteId": note})
                assert (answer.error is None) == (note not in gone[n])
                gone[n].add(note)
            elif kind == 1:
                assert world.call("add_two", {"body": "never"}).error is not None
            else:
                body = f"world {n} note {len(wanted[n])}"
                assert world.call("add_note", {"body": body}).data["body"] == body
                wanted[n].append(body)
        for n, world in enumerate(worlds):
            rows = world.dump()["note"]
            old = {row[0]: row for row in starts[n % 3]}
            assert sorted(r[1] for r in rows if r[0] not in old) == sorted(wanted[n])
            assert {r[0] for r in rows if r[0] in old and r[2] == "closed"} == gone[n]
            assert [r[1] for r in rows if r[0] in old] == [r[1] for r in starts[n % 3]]
            assert len(world.diff().form) == len(wanted[n]) + len(gone[n])
    finally:
        for world in worlds:
            world.close()


def test_a_thousand_shops_answer_as_one_alone_would() -> None:
    """The same script, one call a world at a time round and round: every world of a seed ends in the same rows, ids included."""
    alone = {seed: _alone(seed) for seed in range(2)}
    worlds = [World.open(shop(), seed=n % 2) for n in range(ALIVE)]
    try:
        for step in range(len(alone[0][0])):
            for n, world in enumerate(worlds):
                name, arguments = alone[n % 2][0][step]
                if n % 5:  # every fifth world stays untouched
                    world.call(name, arguments)
        for n, world in enumerate(worlds):
            if n % 5:
                assert world.dump() == alone[n % 2][1]
            else:
                assert world.diff().form == ()
    finally:
        for world in worlds:
            world.close()


def _alone(seed: int) -> tuple[list[tuple[str, dict[str, Any]]], Any]:
    with World.open(shop(), seed=seed) as world:
        rental, customer = world.rows("rental")[0]["rentalId"], world.rows("customer")[0]["customerId"]
        script: list[tuple[str, dict[str, Any]]] = [
            ("createCustomer", {"name": "Ada"}),
            ("updateRental", {"rentalId": rental, "quantity": 7}),
            ("deleteCustomer", {"customerId": "nobody"}),
            ("createRental", {"customerId": customer, "title": "Tent", "quantity": 1}),
            ("deleteRental", {"rentalId": rental}),
        ]
        for call in script:
            world.call(*call)
        return script, world.dump()


def test_reset_and_close_of_one_leave_the_others() -> None:
    worlds = [World.open(shop(), seed=1) for _ in range(30)]
    for n, world in enumerate(worlds):
        world.call("createCustomer", {"name": f"N{n}"})
    for world in worlds[::3]:
        world.reset()
    for world in worlds[1::3]:
        world.close()
    for n, world in list(enumerate(worlds))[::3]:
        assert world.diff().form == (), n
        world.close()
    for n, world in list(enumerate(worlds))[2::3]:
        assert [c["name"] for c in world.rows("customer") if c["name"].startswith("N") and c["name"][1:].isdigit()] == [
            f"N{n}"
        ]
        world.close()


def test_a_snapshot_of_one_is_not_the_state_of_another() -> None:
    with World.open(shop(), seed=1) as one, World.open(shop(), seed=1) as two:
        one.call("createCustomer", {"name": "Ada"})
        shot = one.snapshot()
        two.call("createCustomer", {"name": "Bea"})
        assert "Ada" not in {c["name"] for c in two.rows("customer")}
        two.restore(shot)
        assert two.dump() == one.dump()
        two.call("createCustomer", {"name": "Cid"})
        assert "Cid" not in {c["name"] for c in one.rows("customer")}


def test_compiled_code_has_no_memory_between_worlds() -> None:
    """All instances of a world share its functions: what tools.py keeps at the top must not be able to change."""
    space: dict[str, Any] = {}
    exec(compile(shop().tools_py, "tools.py", "exec"), space)
    kept = {
        k: v
        for k, v in space.items()
        if not k.startswith("__") and isinstance(v, (list, dict, set, bytearray, apsw.Connection))
    }
    assert kept == {}
    assert {t.python for t in shop().tools} <= set(space)
