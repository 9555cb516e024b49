"""Randomness that is the same everywhere."""

import os
import subprocess
import sys
from collections import Counter
from itertools import permutations

import pytest

from agentscaler.dice import Dice, derive


def test_it_is_splitmix64() -> None:
    """The published first outputs for state 0 and for state 1234567."""
    dice = Dice()
    dice.state = 0
    assert [dice.bits() for _ in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    dice.state = 1234567
    assert [dice.bits() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_the_key_decides() -> None:
    assert [Dice("a", 1).bits() for _ in range(2)] == [Dice("a", 1).bits()] * 2
    keys = [("a",), ("a", 1), ("a", 2), ("b", 1), (1, "a"), ("a", "1", ""), (), ("",) * 2, ("é",), ("\ud800",)]
    assert len({Dice(*key).bits() for key in keys}) == len(keys)
    assert derive(7, "tasks", "x").bits() == Dice(7, "tasks", "x").bits()


def test_the_same_numbers_in_another_process() -> None:
    command = "from agentscaler.dice import Dice; d = Dice('k', 5); print(d.hex(20), d.sample(range(50), 5), d.unit())"
    out = {
        subprocess.run(
            [sys.executable, "-c", command],
            env={**os.environ, "PYTHONHASHSEED": h},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for h in ("0", "99")
    }
    dice = Dice("k", 5)
    assert out == {f"{dice.hex(20)} {dice.sample(range(50), 5)} {dice.unit()}\n"}


@pytest.mark.parametrize("n", [1, 2, 7, 10])
def test_below_is_even(n: int) -> None:
    dice = Dice("below", n)
    found = Counter(dice.below(n) for _ in range(10_000))
    assert set(found) == set(range(n))
    assert all(abs(count - 10_000 / n) < 5 * (10_000 / n) ** 0.5 for count in found.values())


def test_between_and_unit_and_chance() -> None:
    dice = Dice("ranges")
    assert {dice.between(-2, 2) for _ in range(200)} == {-2, -1, 0, 1, 2}
    assert dice.between(5, 5) == 5
    units = [dice.unit() for _ in range(5000)]
    assert min(units) >= 0
    assert max(units) < 1
    assert 0.48 < sum(units) / 5000 < 0.52
    assert 1400 < sum(dice.chance(0.3) for _ in range(5000)) < 1600
    assert not any(dice.chance(0.0) for _ in range(100))
    assert all(dice.chance(1.0) for _ in range(100))


def test_weighted() -> None:
    dice = Dice("weights")
    found = Counter(dice.weighted({"a": 3, "b": 1, "never": 0}) for _ in range(4000))
    assert set(found) == {"a", "b"}
    assert 2850 < found["a"] < 3150
    assert dice.weighted({"only": 0.0}) == "only"


def test_shuffled_is_every_order_alike() -> None:
    dice = Dice("orders")
    found = Counter(tuple(dice.shuffled("abc")) for _ in range(6000))
    assert set(found) == set(permutations("abc"))
    assert all(850 < count < 1150 for count in found.values())
    items = [1, 2, 3]
    assert sorted(dice.shuffled(items)) == items == [1, 2, 3]
    assert dice.shuffled([]) == []


def test_sample_takes_different_ones() -> None:
    dice = Dice("samples")
    found = Counter()
    for _ in range(3000):
        some = dice.sample("abcde", 2)
        assert len(set(some)) == 2
        found.update(some)
    assert all(1080 < count < 1320 for count in found.values())
    assert sorted(dice.sample([3, 1, 2], 9)) == [1, 2, 3]
    assert dice.sample([], 3) == []
    assert dice.sample("abc", 0) == []


def test_hex() -> None:
    dice = Dice("hex")
    for width in (0, 1, 15, 16, 17, 40):
        assert len(dice.hex(width)) == width
    assert set(dice.hex(4000)) == set("0123456789abcdef")
    assert len({dice.hex(8) for _ in range(2000)}) == 2000


def test_choice() -> None:
    dice = Dice("choice")
    assert {dice.choice(["a", "b"]) for _ in range(50)} == {"a", "b"}
    with pytest.raises(IndexError):
        dice.choice([])
