"""Which of the proven candidates become tasks: at most so many a world, and shares that ask for depth and variety.

Candidates are more than are needed. First each world gives those that differ most (`thin`); then, over all worlds, the commonest of
what there is too much of leaves until the shares hold (`balance`). A condition and its twin are one unit, chosen or left together.
Deterministic: no random numbers, ties go by id.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import Final, NamedTuple, TypeVar

from agentscaler.records import Difficulty


class Unit(NamedTuple):
    """A candidate, or a condition with its twin."""

    ids: tuple[str, ...]
    env: str
    difficulty: Difficulty
    vendor: str = ""
    """Who publishes the services of its world."""
    field: str = ""
    """Field of life of its world."""


class Rule(NamedTuple):
    """A share that the chosen tasks must keep: of the units for which `counts` is true, at least or at most so many."""

    name: str
    counts: Callable[[Difficulty], bool]
    least: float = 0.0
    most: float = 1.0


RULES: Final = (
    Rule("only reads", lambda d: d.writes == 0, 0.21, 0.33),
    Rule("two writes, or a write that needs a read", lambda d: d.writes >= 2 or (d.writes == 1 and d.hops >= 1), 0.62),
    Rule("two or more writes", lambda d: d.writes >= 2, 0.22),
    Rule("four or more calls", lambda d: d.calls >= 4, 0.22),
    Rule("single calls", lambda d: d.calls == 1, 0.0, 0.13),
    Rule("two hops", lambda d: d.hops >= 2, 0.22),
    Rule("plain creates", lambda d: d.shape == "create", 0.0, 0.045),
    Rule("single writes to what was named", lambda d: d.shape == "write" and d.calls == 1, 0.0, 0.006),
    Rule("several calls, all of it said", lambda d: d.calls > 1 and not d.found, 0.0, 0.05),
    Rule("comparisons", lambda d: d.shape == "compare", 0.0, 0.03),
)
COMMONEST: Final = 0.115
"""Most of all units that one flow skeleton may be."""
TEN: Final = 0.475
"""Most of all units that the ten commonest skeletons together may be."""


RARE: Final = 6
"""A flow skeleton with fewer candidates than this is taken before all others."""


def thin(units: Sequence[Unit], most: int, *, flows: Mapping[str, int] | None = None) -> list[Unit]:
    """At most `most` tasks of one world: rare flows first, then shapes in turn, a flow twice only after all others, deeper ones first.

    flows: how many candidates of all worlds have each flow skeleton.
    """
    common = flows or {}
    by_shape: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda u: (-u.difficulty.hops, -u.difficulty.calls, u.ids)):
        by_shape[unit.difficulty.shape].append(unit)
    order: list[Unit] = []
    while any(by_shape.values()):
        for shape in sorted(by_shape, key=lambda s: (len(order) and sum(u.difficulty.shape == s for u in order), s)):
            if by_shape[shape]:
                order.append(by_shape[shape].pop(0))
    seen: Counter[str] = Counter()
    ranked = []
    for at, unit in enumerate(order):
        rare = common.get(unit.difficulty.flow, RARE) < RARE
        ranked.append((-1 if rare else seen[unit.difficulty.flow], at, unit))
        seen[unit.difficulty.flow] += 1
    out: list[Unit] = []
    left = most
    for _, _, unit in sorted(ranked, key=lambda x: x[:2]):
        if len(unit.ids) <= left:
            out.append(unit)
            left -= len(unit.ids)
    return out


def choose(units: Iterable[Unit], *, most: int = 12, vendor: float = 1.0, by_field: bool = False, boundary: float = 0.0) -> list[Unit]:
    """The units that become tasks. vendor: the largest share that one vendor may have; by_field: no field of life has more than twice its even share; boundary: pairs on rules for each of the others, which are chosen without them."""
    by_env: dict[str, list[Unit]] = defaultdict(list)
    pairs: list[Unit] = []
    for unit in units:
        (pairs if unit.difficulty.shape == "boundary" else by_env[unit.env]).append(unit)
    flows = Counter(u.difficulty.flow for found in by_env.values() for u in found)
    chosen = balance([u for env in sorted(by_env) for u in thin(by_env[env], most, flows=flows)], vendor=vendor, by_field=by_field)
    return chosen + _of_pairs(pairs, ceil(boundary * len(chosen)), vendor, by_field)


def _of_pairs(pairs: Sequence[Unit], most: int, vendor: float, by_field: bool) -> list[Unit]:
    """So many, the first of each world before any second."""
    turn: Counter[str] = Counter()
    order: list[tuple[int, Unit]] = []
    for unit in sorted(pairs, key=lambda u: (u.env, u.ids)):
        turn[unit.env] += 1
        order.append((turn[unit.env], unit))
    return spread([u for _, u in sorted(order, key=lambda x: (x[0], x[1].ids))], most, lambda u: (u.vendor, u.field), vendor=vendor, by_field=by_field)


Row = TypeVar("Row")


def spread(rows: Sequence[Row], most: int | None, about: Callable[[Row], tuple[str, str]], *, vendor: float = 1.0, by_field: bool = False) -> list[Row]:
    """The first `most` rows, in their order, of which no vendor has more than its share while others are left; by_field: fields take turns.

    about: (vendor, field of life) of a row. Where all others are used up, a vendor's rows fill the rest: how many tasks it gives is for `balance` to say.
    """
    if most is None or most >= len(rows):
        return list(rows)
    order = list(range(len(rows)))
    if by_field:
        turn: Counter[str] = Counter()
        turns = []
        for at, row in enumerate(rows):
            field = about(row)[1]
            turns.append((turn[field], at))
            turn[field] += 1
        order = [at for _, at in sorted(turns)]
    taken: list[int] = []
    had: Counter[str] = Counter()
    for at in order:
        own = about(rows[at])[0]
        if len(taken) < most and had[own] < vendor * most:
            taken.append(at)
            had[own] += 1
    rest = [at for at in order if at not in set(taken)]
    return [rows[at] for at in sorted([*taken, *rest[: most - len(taken)]])]


def balance(units: Sequence[Unit], *, vendor: float = 1.0, by_field: bool = False) -> list[Unit]:
    """Let the commonest of what there is too much of go, until every rule holds or nothing more can be done."""
    chosen = list(units)
    while len(chosen) > 20:
        wrong = _crowd(chosen, vendor, by_field) or _wrong(chosen)
        if wrong is None:
            break
        flows = Counter(u.difficulty.flow for u in chosen)
        worlds = Counter(u.env for u in chosen)
        able = sorted((u for u in chosen if wrong(u)), key=lambda u: (flows[u.difficulty.flow] < RARE, -worlds[u.env], -flows[u.difficulty.flow], u.ids))
        if not able:
            break
        gone = {u.ids for u in able[: max(1, len(chosen) // 60)]}
        chosen = [u for u in chosen if u.ids not in gone]
    return chosen


def _crowd(chosen: Sequence[Unit], vendor: float, by_field: bool) -> Callable[[Unit], bool] | None:
    """The units of a vendor or field that has more than its share; None where none has."""
    vendors, fields = Counter(u.vendor for u in chosen), Counter(u.field for u in chosen)
    large = max(vendors, key=lambda v: (vendors[v], v))
    if vendors[large] > vendor * len(chosen):
        return lambda u: u.vendor == large
    wide = max(fields, key=lambda f: (fields[f], f))
    if by_field and fields[wide] > 2 / len(fields) * len(chosen):
        return lambda u: u.field == wide
    return None


def _wrong(chosen: Sequence[Unit]) -> Callable[[Unit], bool] | None:
    """Which units there are too many of; None where every rule holds."""
    n = len(chosen)
    flows = Counter(u.difficulty.flow for u in chosen).most_common(10)
    if flows[0][1] > COMMONEST * n:
        return lambda u: u.difficulty.flow == flows[0][0]
    worst: tuple[float, Rule, bool] | None = None
    for rule in RULES:
        share = sum(rule.counts(u.difficulty) for u in chosen) / n
        for far, low in ((rule.least - share, True), (share - rule.most, False)):
            if far > 0 and (worst is None or far > worst[0]):
                worst = (far, rule, low)
    if worst is not None:
        _, rule, low = worst
        return lambda u: rule.counts(u.difficulty) != low
    if sum(k for _, k in flows) > TEN * n:
        common = {f for f, _ in flows}
        return lambda u: u.difficulty.flow in common
    return None


def shares(difficulties: Sequence[Difficulty]) -> Mapping[str, float]:
    """The measured share of each rule, and of the flow skeletons. A condition and its twin count once: give one of them."""
    n = max(len(difficulties), 1)
    flows = Counter(d.flow for d in difficulties).most_common(10)
    several = [d for d in difficulties if d.calls > 1]
    return {
        **{r.name: round(sum(r.counts(d) for d in difficulties) / n, 4) for r in RULES},
        "an argument in no sentence of the user": round(sum(d.found for d in several) / max(len(several), 1), 4),
        "flow skeletons": len({d.flow for d in difficulties}),
        "commonest skeleton": round(flows[0][1] / n, 4) if flows else 0.0,
        "ten commonest skeletons": round(sum(k for _, k in flows) / n, 4),
        "arguments no control varies": round(1 - sum(d.covered for d in difficulties) / max(sum(d.arguments for d in difficulties), 1), 4),
    }
