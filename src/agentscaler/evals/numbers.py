"""The statistics of scores: pass^k in both conventions, intervals by task, what difference could be seen, paired differences.

Outcomes are, for each unit (a task, or a condition with its twin), what each of its trials gave: True, False, or None where it crashed through no doing of the players.
scipy does the resampling and the exact tests; the seed is fixed, so equal scores give equal intervals.
"""

import warnings
from collections.abc import Mapping, Sequence
from math import comb, sqrt
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import stats

Outcome: TypeAlias = bool | None
Outcomes: TypeAlias = Mapping[str, Sequence[Outcome]]
Crashed: TypeAlias = Literal["fails", "dropped"]
"""What becomes of a crashed trial: it counts as failed (tau-bench), or it is left out and k ends at the fewest trials left on a task (tau2-bench)."""

LEVEL: Final = 0.95
POWER: Final = 0.8
RESAMPLES: Final = 4000


class Interval(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    """Units it rests on."""


def counted(outcomes: Outcomes, crashed: Crashed) -> dict[str, tuple[int, int]]:
    """Unit -> (passed, trials). With `dropped`, a unit of which no trial is left is not there."""
    out = {}
    for unit, some in outcomes.items():
        n = len(some) if crashed == "fails" else sum(o is not None for o in some)
        if n:
            out[unit] = (sum(o is True for o in some), n)
    return out


def pass_all(outcomes: Outcomes, *, crashed: Crashed) -> dict[int, float]:
    """pass^k for each k that every unit has trials for: the chance that k trials drawn of a unit's all pass, C(c, k) / C(n, k), averaged over units."""
    counts = list(counted(outcomes, crashed).values())
    most = min((n for _, n in counts), default=0)
    return {k: sum(comb(c, k) / comb(n, k) for c, n in counts) / len(counts) for k in range(1, most + 1)}


def rate(sums: Sequence[float], counts: Sequence[float], *, seed: int = 0) -> Interval:
    """sum / count over clusters with a bootstrap interval that draws whole clusters. Sums of units are their mean success (count 1); sums of worlds are those of their units.

    Where all clusters are alike the bootstrap would claim certainty: there the exact interval of a binomial with so many trials as there are clusters.
    """
    totals, sizes = np.asarray(sums, dtype=float), np.asarray(counts, dtype=float)
    if not len(totals):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    value = float(totals.sum() / sizes.sum())
    if np.ptp(totals / sizes) == 0:
        if value not in (0.0, 1.0):
            return Interval(value, float("nan"), float("nan"), len(totals))
        exact = stats.binomtest(round(value * len(totals)), len(totals)).proportion_ci(LEVEL, "exact")
        return Interval(value, float(exact.low), float(exact.high), len(totals))
    low, high = _resampled((totals, sizes), lambda a, b, axis=-1: a.sum(axis=axis) / b.sum(axis=axis), seed)
    return Interval(value, max(low, 0.0), min(high, 1.0), len(totals))


def success(outcomes: Outcomes, *, crashed: Crashed = "fails") -> Interval:
    """Mean success over units (pass^1), its interval by unit."""
    counts = counted(outcomes, crashed)
    return rate([c / n for c, n in counts.values()], [1.0] * len(counts))


def by_cluster(outcomes: Outcomes, cluster: Mapping[str, str], *, crashed: Crashed = "fails") -> Interval:
    """The same figure, its interval by world: tasks of one world share tools and rows, so they are not independent."""
    sums: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for unit, (c, n) in counted(outcomes, crashed).items():
        sums[cluster[unit]] = sums.get(cluster[unit], 0.0) + c / n
        sizes[cluster[unit]] = sizes.get(cluster[unit], 0.0) + 1
    found = rate(list(sums.values()), list(sizes.values()))
    return found if len(sums) > 1 else found._replace(low=float("nan"), high=float("nan"))


def visible(outcomes: Outcomes, *, crashed: Crashed = "fails") -> float:
    """The smallest difference to another player of the same noise that such a run would show, at 5 % error with 80 % power, were the two not paired. Pairing by task makes it smaller."""
    counts = counted(outcomes, crashed)
    return _seen([c / n for c, n in counts.values()], 2)


class Paired(NamedTuple):
    """B against A on the tasks that both played."""

    difference: Interval
    """Mean of B minus mean of A."""
    visible: float
    """The smallest difference that this pairing would show, at 5 % error with 80 % power."""
    better: tuple[str, ...]
    """Units on which B passes more often."""
    worse: tuple[str, ...]
    """Units on which B passes less often."""
    p: float
    """Exact two-sided sign test over the units that differ."""


def paired(a: Outcomes, b: Outcomes, *, crashed: Crashed = "fails", seed: int = 0) -> Paired:
    """The differences by unit, resampled by unit."""
    first, second = counted(a, crashed), counted(b, crashed)
    units = sorted(first.keys() & second.keys())
    deltas = np.array([second[u][0] / second[u][1] - first[u][0] / first[u][1] for u in units])
    better = tuple(u for u, d in zip(units, deltas, strict=True) if d > 0)
    worse = tuple(u for u, d in zip(units, deltas, strict=True) if d < 0)
    p = float(stats.binomtest(len(better), len(better) + len(worse)).pvalue) if better or worse else 1.0
    if len(units) < 2:
        nan = float("nan")
        return Paired(Interval(float(deltas.mean()) if len(units) else nan, nan, nan, len(units)), nan, better, worse, p)
    if np.ptp(deltas) == 0:
        other = 1 - ((1 - LEVEL) / 2) ** (1 / len(deltas))  # so large a share of tasks could go otherwise and not have been met
        low, high = float(deltas[0] - other * (1 + deltas[0])), float(deltas[0] + other * (1 - deltas[0]))
    else:
        low, high = _resampled((deltas,), lambda x, axis=-1: x.mean(axis=axis), seed)
    seen = _seen([float(d) for d in deltas], 1)
    return Paired(Interval(float(deltas.mean()), low, high, len(units)), seen, better, worse, p)


def _seen(values: Sequence[float], runs: int) -> float:
    """So many standard errors must a difference be; not a number where no spread was met, for then nothing is known of the noise."""
    if len(values) < 2 or np.ptp(values) == 0:
        return float("nan")
    effect = float(stats.norm.ppf(1 - (1 - LEVEL) / 2) + stats.norm.ppf(POWER))
    return effect * sqrt(runs) * float(np.std(values, ddof=1)) / sqrt(len(values))


def _resampled(data: tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", ...], statistic: object, seed: int) -> tuple[float, float]:
    """Bias-corrected bootstrap; by plain percentiles where the correction is not defined."""
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = stats.bootstrap(
                data, statistic, paired=len(data) > 1, n_resamples=RESAMPLES, confidence_level=LEVEL, method=method, vectorized=True, random_state=np.random.default_rng(seed), batch=200
            ).confidence_interval
        if np.isfinite(found.low) and np.isfinite(found.high):
            return float(found.low), float(found.high)
    raise AssertionError("percentiles of finite numbers are finite")
