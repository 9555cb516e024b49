"""learning.html: the curve as a picture and a table, in one file without scripts or network."""

import html
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agentscaler.learn.curve import Plan, Point

WIDTH: Final = 640
HEIGHT: Final = 320
LEFT: Final = 56
BOTTOM: Final = 44
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; } td:first-child, th:first-child { text-align: left; }
svg text { font-size: 12px; fill: currentColor; } figcaption { color: #555; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } figcaption { color: #aaa; } }
"""


def page(unseen: "Sequence[Point]", known: "Sequence[Point]", spoilt: "Mapping[str, Sequence[Point]]", plan: "Plan", studies: "Sequence[Sequence[str]]" = ()) -> str:
    """The whole page."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Learning, shown</title><style>{STYLE}</style></head>
<body>
<h1>Learning, shown</h1>
<p>A Qwen3 of {plan.size.layers} layers and width {plan.size.hidden} is trained from scratch on demonstrations in 1 to {max(plan.worlds)} small worlds: {plan.conversations} conversations and
{plan.practice.steps} steps of about {plan.practice.tokens} tokens, the same for every point. It then plays tasks in {plan.unseen} worlds that share no noun, no service and no schema graph with
the training worlds. Success is the state of the world and the answers told, judged by execution.</p>
<figure>{chart(unseen, known)}<figcaption>Success against the number of training worlds. Line: unseen worlds, with 95 % intervals. Hollow: new states of the training worlds themselves. Dotted: the scripted rows of the table.</figcaption></figure>
{_table(unseen, known)}
{_spoilt(spoilt)}
{_studies(studies)}
</body></html>
"""


def chart(unseen: "Sequence[Point]", known: "Sequence[Point]") -> str:
    """The curve as SVG; the number of worlds on a logarithmic axis."""
    curve = [(_worlds(p), p) for p in unseen if _worlds(p)]
    most = max((n for n, _ in curve), default=1)
    parts = [f'<line x1="{LEFT}" y1="{_y(s):.0f}" x2="{WIDTH}" y2="{_y(s):.0f}" stroke="currentColor" stroke-opacity=".15"/><text x="{LEFT - 8}" y="{_y(s) + 4:.0f}" text-anchor="end">{s:.0%}</text>' for s in (0, 0.25, 0.5, 0.75, 1)]
    parts += [f'<text x="{_x(n, most):.0f}" y="{HEIGHT - 22}" text-anchor="middle">{n}</text>' for n, _ in curve]
    parts.append(f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">training worlds</text>')
    for p in unseen:
        if p.name in ("do-nothing", "random calls"):
            parts.append(f'<line x1="{LEFT}" y1="{_y(p.share):.1f}" x2="{WIDTH}" y2="{_y(p.share):.1f}" stroke="currentColor" stroke-dasharray="2 5"/>')
    dots = " ".join(f"{_x(n, most):.1f},{_y(p.share):.1f}" for n, p in curve)
    parts.append(f'<polyline points="{dots}" fill="none" stroke="#2a6fdb" stroke-width="2"/>')
    for n, p in curve:
        x = _x(n, most)
        parts.append(f'<line x1="{x:.1f}" y1="{_y(p.low):.1f}" x2="{x:.1f}" y2="{_y(p.high):.1f}" stroke="#2a6fdb"/><circle cx="{x:.1f}" cy="{_y(p.share):.1f}" r="4" fill="#2a6fdb"/>')
    parts += [f'<circle cx="{_x(_worlds(p), most):.1f}" cy="{_y(p.share):.1f}" r="4" fill="none" stroke="#c2571a"/>' for p in known if _worlds(p)]
    return f'<svg viewBox="0 0 {WIDTH + 20} {HEIGHT}" role="img" aria-label="Success against the number of training worlds">{"".join(parts)}</svg>'


def _worlds(point: "Point") -> int:
    first = point.name.split()[0]
    return int(first) if first.isdigit() else 0


def _x(worlds: int, most: int) -> float:
    return LEFT + 30 + (WIDTH - LEFT - 60) * (math.log(worlds) / math.log(most) if most > 1 else 0.5)


def _y(share: float) -> float:
    return 10 + (HEIGHT - BOTTOM - 10) * (1 - share)


def _table(unseen: "Sequence[Point]", known: "Sequence[Point]") -> str:
    also = {p.name: p for p in known}
    rows = "".join(
        f"<tr><td>{html.escape(p.name)}</td><td>{p.share:.1%}</td><td>{p.low:.1%} – {p.high:.1%}</td><td>{' '.join(f'{s:.1%}' for s in p.seeds)}</td><td>{p.tasks}</td><td>{f'{also[p.name].share:.1%} of {also[p.name].tasks}' if p.name in also else ''}</td></tr>"
        for p in unseen
    )
    return f"<table><tr><th>player</th><th>unseen worlds</th><th>95 %</th><th>seeds</th><th>tasks</th><th>known worlds, new states</th></tr>{rows}</table>"


def _spoilt(spoilt: "Mapping[str, Sequence[Point]]") -> str:
    words = {"tools": "shown the tools of another world", "answers": "shown answers with other values"}
    lines = "".join(f"<li>{html.escape(p.name)}, {words[kind]}: {p.share:.1%}</li>" for kind, some in spoilt.items() for p in some)
    return f"<h2>Is it reading?</h2><ul>{lines}</ul>" if lines else ""


def _studies(rows: "Sequence[Sequence[str]]") -> str:
    head = "".join(f"<th>{h}</th>" for h in ("study", "variant", "seeds", "passed", "95 %", "besides"))
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>One thing at a time</h2><table><tr>{head}</tr>{body}</table>" if rows else ""
