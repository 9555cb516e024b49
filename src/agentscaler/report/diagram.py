"""The tables of a world as a diagram: boxes with keys and foreign keys, parents on the left of their children.

Geometry only; the template draws it. Tables that refer to each other stand together, the others beside them.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.records import EnvSpec

CHAR: Final = 6.9
"""Width of a letter of the diagram's type."""
LINE: Final = 19
HEAD: Final = 28
GAP_X: Final = 74
GAP_Y: Final = 22
SHEET: Final = 980
"""Groups of tables are put beside each other up to this width."""
SHOWN: Final = ((4, 8), (9, 6), (16, 4), (10_000, 3))
"""Up to so many tables, so many columns of each are drawn; keys and foreign keys always are."""
LONGEST: Final = 27


class Link(NamedTuple):
    """A foreign key."""

    columns: Sequence[str]
    table: str
    rule: str


class Plan(NamedTuple):
    """A table as the diagram sees it."""

    name: str
    columns: Sequence[tuple[str, str]]
    """Name and type."""
    key: Sequence[str]
    links: Sequence[Link]


class Line(NamedTuple):
    """One line of a box."""

    text: str
    full: str
    type: str
    mark: str
    """key, link, both or nothing."""
    y: float


class Box(NamedTuple):
    """A table, placed."""

    name: str
    full: str
    x: float
    y: float
    width: float
    height: float
    lines: Sequence[Line]
    more: int


class Wire(NamedTuple):
    """A foreign key, placed: from the column to the key of the other table."""

    path: str
    title: str
    x: float
    y: float
    """Where it ends, at the parent."""
    right: float
    """How far it reaches."""


class Diagram(NamedTuple):
    """All of it."""

    width: float
    height: float
    boxes: Sequence[Box]
    wires: Sequence[Wire]


def plans_of(env: EnvSpec) -> list[Plan]:
    """The tables of a world; those of a written one are read from its schema.sql."""
    if env.model:
        return [
            Plan(t.name, [(c.name, c.type) for c in t.columns], t.key, [Link(r.columns, r.table, r.on_delete) for r in t.references]) for t in env.model.tables
        ]
    from agentscaler.world import load_schema

    tables = load_schema(env.schema_sql, env.population, None)
    return [Plan(t.name, [(c, "") for c in t.columns], t.key, [Link(r.columns, r.table, "") for r in t.references]) for t in tables.values()]


def draw_tables(plans: Sequence[Plan]) -> Diagram:
    """The diagram of these tables."""
    shown = next(n for most, n in SHOWN if len(plans) <= most)
    boxes = {p.name: _box(p, shown) for p in plans}
    groups = sorted((_group(g, boxes) for g in _together(plans)), key=lambda g: (-g.height * g.width, g.boxes[0].name))
    placed: dict[str, Box] = {}
    taken: list[_Space] = []
    for group in groups:
        at = _free(taken, group)
        taken.append(at)
        placed |= {box.full: box._replace(x=box.x + at.x, y=box.y + at.y) for box in group.boxes}
    wires = [_wire(placed[p.name], placed[link.table], link) for p in plans for link in p.links if link.table in placed]
    width = max([*(t.x + t.width for t in taken), *(w.right for w in wires)], default=0.0)
    return Diagram(width, max((t.y + t.height for t in taken), default=0.0), [placed[p.name] for p in plans], wires)


class _Space(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def _free(taken: Sequence[_Space], group: "_Group") -> _Space:
    """The highest place on the sheet that is free, leftmost among equals; a group wider than the sheet goes below all."""
    rows = sorted({0.0, *(t.y + t.height + GAP_Y for t in taken)})
    columns = sorted({0.0, *(t.x + t.width + GAP_X * 0.55 for t in taken)})
    for y in rows:
        for x in columns:
            if (x == 0 or x + group.width <= SHEET) and not any(_meet(t, x, y, group) for t in taken):
                return _Space(x, y, group.width, group.height)
    raise AssertionError("below everything there is room")


def _meet(space: _Space, x: float, y: float, group: "_Group") -> bool:
    across = x < space.x + space.width + GAP_X / 2 and space.x < x + group.width + GAP_X / 2
    return across and y < space.y + space.height + GAP_Y - 1 and space.y < y + group.height + GAP_Y - 1


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _box(plan: Plan, most: int) -> Box:
    links = {c for link in plan.links for c in link.columns}
    bound = [c for c in plan.columns if c[0] in plan.key or c[0] in links]
    bound.sort(key=lambda c: c[0] not in plan.key)
    rest = [c for c in plan.columns if c not in bound]
    shown = bound + rest[: max(0, most - len(bound))]
    lines = []
    for at, (name, kind) in enumerate(shown):
        mark = "both" if name in plan.key and name in links else "key" if name in plan.key else "link" if name in links else ""
        lines.append(Line(_clip(name), name, kind.lower(), mark, HEAD + at * LINE + 14))
    more = len(plan.columns) - len(shown)
    widest = max([len(_clip(plan.name)) * 1.08 + 2, *(len(line.text) + len(line.type) * 0.9 + 4 for line in lines)])
    height = HEAD + (len(shown) + bool(more)) * LINE + 8
    return Box(_clip(plan.name), plan.name, 0, 0, round(widest * CHAR + 24), height, lines, more)


class _Group(NamedTuple):
    boxes: Sequence[Box]
    width: float
    height: float


def _together(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Tables that refer to each other, directly or not."""
    home = {p.name: p.name for p in plans}

    def top(name: str) -> str:
        while home[name] != name:
            name = home[name]
        return name

    for plan in plans:
        for link in plan.links:
            if link.table in home:
                home[top(plan.name)] = top(link.table)
    groups: dict[str, list[Plan]] = {}
    for plan in plans:
        groups.setdefault(top(plan.name), []).append(plan)
    return list(groups.values())


def _group(plans: Sequence[Plan], boxes: Mapping[str, Box]) -> _Group:
    """Parents left, children right; in each layer a table stands near its parents."""
    depth: dict[str, int] = {}
    for _ in plans:
        for plan in plans:
            above = [depth[link.table] + 1 for link in plan.links if link.table in depth and link.table != plan.name]
            depth[plan.name] = min(max(above, default=0), len(plans))
    layers = [[p for p in plans if depth[p.name] == d] for d in sorted(set(depth.values()))]
    middle: dict[str, float] = {}
    out: list[Box] = []
    x = 0.0
    tallest = max(sum(boxes[p.name].height + GAP_Y for p in layer) - GAP_Y for layer in layers)
    for layer in layers:
        layer.sort(key=lambda p: (_mean([middle[link.table] for link in p.links if link.table in middle]), p.name))
        y = (tallest - sum(boxes[p.name].height + GAP_Y for p in layer) + GAP_Y) / 2
        for plan in layer:
            box = boxes[plan.name]._replace(x=round(x, 1), y=round(y, 1))
            out.append(box)
            middle[plan.name] = y + box.height / 2
            y += box.height + GAP_Y
        x += max(boxes[p.name].width for p in layer) + GAP_X
    return _Group(out, x - GAP_X, tallest)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _wire(child: Box, parent: Box, link: Link) -> Wire:
    start_y = child.y + next((line.y - 4 for line in child.lines if line.full == link.columns[-1]), HEAD / 2)
    end_y = parent.y + next((line.y - 4 for line in parent.lines if line.mark in ("key", "both")), HEAD / 2)
    title = f"{child.full} ({', '.join(link.columns)}) refers to {parent.full}" + (f", on delete {link.rule.lower()}" if link.rule else "")
    if child.x > parent.x + parent.width:
        a, b = child.x, parent.x + parent.width
        bend = max(30.0, (a - b) / 2)
        path = f"M{a:g} {start_y:g}C{a - bend:g} {start_y:g} {b + bend:g} {end_y:g} {b:g} {end_y:g}"
        return Wire(path, title, b, end_y, a)
    a, b = child.x + child.width, parent.x + parent.width
    bend = max(a, b) + 34
    return Wire(f"M{a:g} {start_y:g}C{bend:g} {start_y:g} {bend:g} {end_y:g} {b:g} {end_y:g}", title, b, end_y, bend)
