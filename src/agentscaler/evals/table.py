"""Results as rows to print: the main table, what it breaks into, and one player against another. Rows are plain dicts; a table refuses results whose stamps differ."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from agentscaler.evals.bench.known import known_bad
from agentscaler.evals.contamination import in_a_cell
from agentscaler.evals.numbers import Interval, Paired, by_cluster, paired, pass_all, success, visible
from agentscaler.evals.score import Result, must_agree, outcomes_of

BINS: Final = ((0, 0), (1, 1), (2, 3), (4, 6), (7, 9), (10, 10**9))
"""Numbers of calls that are counted together."""

Named = Sequence[tuple[str, Result]]


def percent(value: float, digits: int = 1) -> str:
    """'61.3', or '-' where there is nothing."""
    return "-" if math.isnan(value) else f"{100 * value:.{digits}f}"


def between(found: Interval) -> str:
    """'58.0 - 64.4'."""
    return "-" if math.isnan(found.low) else f"{percent(found.low)} - {percent(found.high)}"


def main_table(results: Named, *, but: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A row a player. but: fields of the stamp that are meant to differ, shown as columns. Raises UserError where other ones do."""
    must_agree(results, but=but)
    rows = []
    for name, result in results:
        outcomes = result.outcomes()
        fails, dropped = pass_all(outcomes, crashed="fails"), pass_all(outcomes, crashed="dropped")
        one = success(outcomes)
        most = max(fails, default=1)
        cut = sum(s.passed is None for s in result.scores)
        shown = {field: getattr(result.stamp, field) for field in but}
        rows.append({
            "name": name, **shown, "tasks": one.n, "trials": result.stamp.trials, "pass^1": percent(one.value), "95 % by task": between(one), "95 % by group": between(by_cluster(outcomes, result.groups())),
            **{f"pass^{k}": percent(fails[k]) if k in fails else "-" for k in range(2, 5)},
            "pass^4 / pass^1": f"{fails[4] / fails[1]:.2f}" if 4 in fails and fails[1] else "-",
            "crashed": cut, f"pass^1, pass^{most} without them": f"{percent(dropped.get(1, math.nan))}, {percent(dropped.get(most, math.nan))}" if cut else "",
            "could show": percent(visible(outcomes)), "calls": f"{_mean([s.calls for s in result.scores if s.passed is not None]):.1f}",
            "seen in training": in_a_cell(result.stamp.overlap),
        })  # fmt: skip
    if not any(r.stamp.overlap for _, r in results):
        rows = [{k: v for k, v in row.items() if k != "seen in training"} for row in rows]
    if not any(row["crashed"] for row in rows):
        rows = [{k: v for k, v in row.items() if not k.endswith("without them") and k != "crashed"} for row in rows]
    else:
        rows = [{("without crashed" if k.endswith("without them") else k): v for k, v in row.items()} for row in rows]
    return rows


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def by_calls(results: Named, *, actual: bool = False) -> list[dict[str, Any]]:
    """Success against the number of gold calls, or of calls that were made, with the interval of each bin and how many tasks (episodes) it rests on."""
    rows = []
    for low, high in BINS:
        row: dict[str, Any] = {"name": f"{low}" if low == high else f"{low}+" if high > 100 else f"{low}-{high}"}
        for name, result in results:
            chosen = [s for s in result.scores if low <= (s.calls if actual else s.gold_calls) <= high]
            found = success(outcomes_of(chosen))
            row[name] = f"{percent(found.value)} ({between(found)}) of {len(chosen) if actual else found.n}" if chosen else "-"
        if any(v != "-" for k, v in row.items() if k != "name"):
            rows.append(row)
    return rows


def by_calls_and_category(result: Result, *, actual: bool = False) -> list[dict[str, Any]]:
    """One player: a line a category, a column a bin of calls; success and how many tasks (episodes) it rests on."""
    rows = []
    for category in sorted({s.category for s in result.scores}):
        row: dict[str, Any] = {"name": category}
        for low, high in BINS:
            chosen = [s for s in result.scores if s.category == category and low <= (s.calls if actual else s.gold_calls) <= high]
            found = success(outcomes_of(chosen))
            label = f"{low}" if low == high else f"{low}+" if high > 100 else f"{low}-{high}"
            row[label] = f"{percent(found.value, 0)} of {len(chosen) if actual else found.n}" if chosen else "-"
        rows.append(row)
    return rows


def by_category(results: Named) -> list[dict[str, Any]]:
    """Success by field of life, or category of the benchmark."""
    counts = Counter(c for _, r in results for c in {s.category for s in r.scores})
    sizes = Counter(s.category for s in results[0][1].scores if s.trial == 0) if results else Counter()
    rows = []
    for category in sorted(counts, key=lambda c: (-sizes[c], c)):
        row: dict[str, Any] = {"name": category}
        for name, result in results:
            found = success(result.outcomes(category=category))
            row[name] = f"{percent(found.value)} ({between(found)}) of {found.n}"
        rows.append(row)
    return rows


def endings(results: Named) -> list[dict[str, Any]]:
    """Why episodes ended, and whose doing the failures are."""
    rows = []
    for name, result in results:
        stops, blamed = Counter(s.stop for s in result.scores), Counter(s.blame for s in result.scores if s.blame)
        tokens = sum(s.prompt_tokens for s in result.scores), sum(s.completion_tokens for s in result.scores)
        rows.append({
            "name": name, "episodes": len(result.scores), "ended": ", ".join(f"{k} {n}" for k, n in stops.most_common()), "failures": ", ".join(f"{k} {n}" for k, n in blamed.most_common()) or "none",
            "tokens in, out": f"{tokens[0]}, {tokens[1]}", **_price(result),
        })  # fmt: skip
    return rows


def _price(result: Result) -> dict[str, str]:
    """Seconds and money, a passed episode among them; '-' where nobody kept a clock or knows a price."""
    seconds, costs = [s.seconds for s in result.scores if s.seconds is not None], [s.cost for s in result.scores if s.cost is not None]
    passed = sum(s.passed is True for s in result.scores)
    whole = len(costs) == len(result.scores) and bool(costs)
    return {
        "seconds": f"{_mean(seconds):.1f}" if seconds else "-", "cost": f"{sum(costs):.4f}" if whole else "-", "cost of a success": f"{sum(costs) / passed:.4f}" if whole and passed else "-",
    }  # fmt: skip


def without_known(results: Named) -> list[dict[str, Any]]:
    """Success with the tasks left out that are known to be bad; nothing where there are none."""
    rows = []
    for name, result in results:
        bad = known_bad(result.stamp.benchmark, result.stamp.part)
        some = [s for s in result.scores if s.task in bad]
        if some:
            left, lost = success(outcomes_of(s for s in result.scores if s.task not in bad)), success(outcomes_of(some))
            rows.append({"name": name, "known-bad tasks": lost.n, "pass^1 on them": percent(lost.value), "pass^1 on the others": percent(left.value), "95 % by task": between(left)})
    return rows


def drops(results: Named) -> list[dict[str, Any]]:
    """What each variant costs a player against the plain form, paired by task."""
    plain = {(r.stamp.agent, r.stamp.user): r for _, r in results if r.stamp.variant == "plain"}
    rows = []
    for _, result in results:
        base = plain.get((result.stamp.agent, result.stamp.user))
        if result.stamp.variant == "plain" or base is None:
            continue
        must_agree([("plain", base), (result.stamp.variant, result)], but=("variant",))
        found = paired(base.outcomes(), result.outcomes())
        rows.append({"name": result.stamp.agent, "variant": result.stamp.variant, "user": result.stamp.user, **difference(found)})
    return rows


def difference(found: Paired) -> dict[str, Any]:
    """A paired difference as cells."""
    d = found.difference
    return {
        "difference": f"{100 * d.value:+.1f}", "95 %": "-" if math.isnan(d.low) else f"{100 * d.low:+.1f} - {100 * d.high:+.1f}", "tasks": d.n, "better": len(found.better), "worse": len(found.worse),
        "sign test": f"{found.p:.3f}", "could show": percent(found.visible),
    }  # fmt: skip


class Comparison(NamedTuple):
    """B against A."""

    paired: Paired
    rows: list[dict[str, Any]]
    flips: list[dict[str, Any]]
    """Tasks that one passes more often than the other."""


def compare(a: tuple[str, Result], b: tuple[str, Result], *, but: Sequence[str] = ()) -> Comparison:
    """Paired by task. Raises UserError where the stamps differ, or the two share no task."""
    from agentscaler.errors import UserError

    must_agree([a, b], but=but)
    first, second = a[1].outcomes(), b[1].outcomes()
    if not first.keys() & second.keys():
        raise UserError(f"{a[0]} and {b[0]} share no task")
    found = paired(first, second)
    facts = {s.unit: s for s in a[1].scores}
    flips = []
    for unit in (*found.worse, *found.better):
        was, now = first[unit], second[unit]
        flips.append({"name": unit, "of": facts[unit].group, "shape": facts[unit].shape, "gold calls": facts[unit].gold_calls, a[0]: f"{sum(o is True for o in was)}/{len(was)}", b[0]: f"{sum(o is True for o in now)}/{len(now)}"})
    rows = [{"name": f"{b[0]} against {a[0]}", **difference(found)}]
    categories = sorted({s.category for s in a[1].scores})
    for category in categories if len(categories) > 1 else ():
        part = paired(a[1].outcomes(category=category), b[1].outcomes(category=category))
        if part.difference.n:
            rows.append({"name": f"  {category}", **difference(part)})
    return Comparison(found, rows, flips)
