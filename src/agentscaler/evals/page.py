"""index.html of an evals folder: tables and curves in one file, without scripts or network."""

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentscaler.evals.bench.overall import rows_of as overall_rows
from agentscaler.evals.numbers import pass_all, success
from agentscaler.evals.score import outcomes_of, sections
from agentscaler.evals.table import (
    BINS,
    Comparison,
    Named,
    by_calls,
    by_calls_and_category,
    by_category,
    drops,
    endings,
    main_table,
    without_known,
)

WIDTH: Final = 640
HEIGHT: Final = 300
LEFT: Final = 48
RIGHT: Final = 170
BOTTOM: Final = 40
COLOURS: Final = ("#2a6fdb", "#c2571a", "#2e8b57", "#8a4fbf", "#b03060", "#6b6b6b", "#b8860b", "#008b8b")
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; font-size: .9rem; display: block; overflow-x: auto; } td, th { padding: .2rem .8rem .2rem 0; text-align: right; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; } figure { margin: 1rem 0; } svg { max-width: 46rem; } svg text { font-size: 12px; fill: currentColor; } figcaption, .note { color: #555; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } figcaption, .note { color: #aaa; } }
"""


def page(results: Named, *, title: str, comparison: Comparison | None = None, more: Mapping[str, Sequence[dict[str, Any]]] = {}) -> str:
    """The whole page: a section for each set of conditions, for results of other conditions stand in no table of theirs. more: tables by their titles, before all else."""
    body = "".join(f"<h2>{html.escape(name)}</h2>{table(rows)}" for name, rows in more.items() if rows)
    body += "".join(_section(part) for part in sections(results))
    lost = drops(results)
    if lost:
        body += "<h2>What a variant costs</h2><p class='note'>The same tasks, the tools shown otherwise; paired by task.</p>" + table(lost)
    if comparison is not None:
        body += "<h2>One against the other</h2>" + plot(comparison) + table(comparison.rows) + "<h3>Tasks that flipped</h3>" + table(comparison.flips)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title><style>{STYLE}</style></head>
<body><h1>{html.escape(title)}</h1>{body}</body></html>
"""


def _section(results: Named) -> str:
    stamp = results[0][1].stamp
    about = [f"{stamp.benchmark} {stamp.part}".strip(), stamp.revision, f"data {stamp.data}", f"grading {stamp.grading}", f"user {stamp.user}", f"tools {stamp.variant}", f"prompts {stamp.prompts}"]
    about += [f"at most {stamp.turns} turns and {stamp.steps} steps"] + ([f"{stamp.errors} failed calls end it"] if stamp.errors is not None else [])
    curve = [(n, pass_all(r.outcomes(), crashed="fails")) for n, r in results if r.stamp.trials > 1]
    parts = [f"<h2>{html.escape(about[0])}{'' if stamp.variant == 'plain' else ', ' + stamp.variant}</h2><p class='note'>{html.escape('; '.join(about[1:]))}</p>", table(main_table(results))]
    if curve:
        parts.append(_figure([(n, [(k, v) for k, v in c.items()]) for n, c in curve], [str(k) for k in range(1, 1 + max(len(c) for _, c in curve))], "pass^k: all of k trials pass"))
    parts.append(_figure([(n, _calls_curve(r)) for n, r in results], [_bin(b) for b in BINS], "Success against the number of calls of the right way") + table(by_calls(results)))
    parts.append("<h3>Against the calls that were made</h3>" + table(by_calls(results, actual=True)))
    parts.append("<h3>By category</h3>" + table(by_category(results)))
    for name, result in results:
        if not result.stamp.scripted and len({s.category for s in result.scores}) > 1:
            parts += [f"<h3>{html.escape(name)}: category by calls of the right way</h3>", table(by_calls_and_category(result)), "<p>The same against the calls that were made</p>", table(by_calls_and_category(result, actual=True))]
    parts.append("<h3>How it ended</h3>" + table(endings(results)))
    bad = without_known(results)
    if bad:
        parts.append("<h3>Without the tasks that are known to be bad</h3>" + table(bad))
    if stamp.benchmark == "acebench":
        parts.append("<h3>The benchmark's own summary</h3>" + table(overall_rows(list(results))))
    return "".join(parts)


def _calls_curve(result: Any) -> list[tuple[int, float]]:
    out = []
    for at, (low, high) in enumerate(BINS, 1):
        chosen = [s for s in result.scores if low <= s.gold_calls <= high]
        if chosen:
            out.append((at, success(outcomes_of(chosen)).value))
    return out


def _bin(found: tuple[int, int]) -> str:
    return f"{found[0]}" if found[0] == found[1] else f"{found[0]}+" if found[1] > 100 else f"{found[0]}-{found[1]}"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a table."""
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th>{html.escape(str(c))}</th>" for c in rows[0])
    return f"<table><tr>{head}</tr>" + "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row.values()) + "</tr>" for row in rows) + "</table>"


def _figure(curves: Sequence[tuple[str, Sequence[tuple[int, float]]]], labels: Sequence[str], caption: str) -> str:
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)

    def x(at: int) -> float:
        return LEFT + 20 + (at - 1) * step

    parts = [f'<line x1="{LEFT}" y1="{_y(s):.0f}" x2="{WIDTH - RIGHT + 40}" y2="{_y(s):.0f}" stroke="currentColor" stroke-opacity=".15"/><text x="{LEFT - 6}" y="{_y(s) + 4:.0f}" text-anchor="end">{s:.0%}</text>' for s in (0, 0.5, 1)]
    parts += [f'<text x="{x(n):.0f}" y="{HEIGHT - 18}" text-anchor="middle">{label}</text>' for n, label in enumerate(labels, 1)]
    for number, (name, points) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{" ".join(f"{x(a):.1f},{_y(v):.1f}" for a, v in points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(a):.1f}" cy="{_y(v):.1f}" r="3" fill="{colour}"><title>{html.escape(name)}: {v:.1%}</title></circle>' for a, v in points]
        parts.append(f'<text x="{WIDTH - RIGHT + 50}" y="{20 + 16 * number}" style="fill:{colour}">{html.escape(name[:26])}</text>')
    return f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(caption)}">{"".join(parts)}</svg><figcaption>{html.escape(caption)}.</figcaption></figure>'


def _y(share: float) -> float:
    return 10 + (HEIGHT - BOTTOM - 10) * (1 - share)


def plot(comparison: Comparison) -> str:
    """Each difference with its interval, around zero."""
    rows = [row for row in comparison.rows if row["95 %"] != "-"]
    most = max([10.0, *(abs(float(v)) for row in rows for v in row["95 %"].split(" - "))])

    def x(value: float) -> float:
        return 220 + (WIDTH - 240) * (value + most) / (2 * most)

    parts = [f'<line x1="{x(0):.0f}" y1="4" x2="{x(0):.0f}" y2="{24 * len(rows) + 8}" stroke="currentColor" stroke-opacity=".4"/>']
    for number, row in enumerate(rows):
        low, high = (float(v) for v in row["95 %"].split(" - "))
        y = 20 + 24 * number
        parts.append(f'<text x="210" y="{y + 4}" text-anchor="end">{html.escape(str(row["name"]).strip()[:34])}</text><line x1="{x(low):.1f}" y1="{y}" x2="{x(high):.1f}" y2="{y}" stroke="{COLOURS[0]}" stroke-width="2"/>')
        parts.append(f'<circle cx="{x(float(row["difference"])):.1f}" cy="{y}" r="4" fill="{COLOURS[0]}"/>')
    return f'<figure><svg viewBox="0 0 {WIDTH} {24 * len(rows) + 30}" role="img" aria-label="Differences with their intervals">{"".join(parts)}</svg><figcaption>Points of success, B minus A, with 95 % intervals by task.</figcaption></figure>'
