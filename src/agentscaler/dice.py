"""Randomness that is the same on every machine and Python version: SplitMix64 over a hashed key.

`derive(seed, verb, item)` gives each item of each room its own dice, so rows do not depend on the order of work or on
the number of workers. Python's `random` is not used: its `sample` and `choices` have changed between versions.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Dice:
    """A stream of random numbers; cheap to make."""

    __slots__ = ("state",)

    def __init__(self, *key: object) -> None:
        digest = hashlib.blake2b("\x1f".join(map(str, key)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self.state = int.from_bytes(digest, "big")

    def bits(self) -> int:
        """64 random bits (SplitMix64; Steele, Lea and Flood 2014)."""
        self.state = z = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, n: int) -> int:
        """0 <= value < n."""
        return (self.bits() * n) >> 64

    def between(self, low: int, high: int) -> int:
        """low <= value <= high."""
        return low + self.below(high - low + 1)

    def unit(self) -> float:
        """0 <= value < 1."""
        return (self.bits() >> 11) / (1 << 53)

    def chance(self, share: float) -> bool:
        return self.unit() < share

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """A key, as likely as its weight."""
        left = self.unit() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return item

    def shuffled(self, items: Sequence[T]) -> list[T]:
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def sample(self, items: Sequence[T], n: int) -> list[T]:
        """n different items (all of them, if there are fewer), in random order."""
        pool = list(items)
        n = min(n, len(pool))
        for i in range(n):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:n]

    def hex(self, width: int) -> str:
        return "".join(f"{self.bits():016x}" for _ in range(width // 16 + 1))[:width]


def derive(seed: int, verb: str, item: object) -> Dice:
    """The dice of one item of one room."""
    return Dice(seed, verb, item)
