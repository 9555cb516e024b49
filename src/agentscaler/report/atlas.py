"""The map of the domains: a dot a domain, near where its tools are alike, coloured by field of life.

Laid out by force from a fixed start, so that the same domains give the same map; then dots that would cover each other are
pushed apart, and services whose domains stand together are named. Whether two domains are near says something; left and
right, up and down do not.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentscaler.dice import Dice
from agentscaler.records import Domain

WIDTH: Final = 1000
HEIGHT: Final = 680
NEAREST: Final = 8
"""Ties of a domain that pull."""
DRAWN: Final = 1
"""Ties of a domain that are drawn."""
NAMED: Final = 5
"""Domains that a service must have to be named on the map."""
CLOSE: Final = 75
"""How near they must stand, most of them."""
_MARGIN: Final = 14
Points = NDArray[np.float64]


class Dot(NamedTuple):
    """One domain, placed."""

    x: float
    y: float
    radius: float
    color: int
    number: str
    """Id of the domain."""
    name: str
    tools: int
    field: str
    services: Sequence[str]


class Field(NamedTuple):
    """One field of life in the legend."""

    name: str
    color: int
    domains: int


class Island(NamedTuple):
    """A service, named where its domains stand together."""

    x: float
    y: float
    name: str


class Atlas(NamedTuple):
    """The map, ready to draw."""

    width: int
    height: int
    dots: Sequence[Dot]
    islands: Sequence[Island]
    lines: Sequence[tuple[int, int]]
    """Ties that are drawn, dot to dot."""
    near: Sequence[tuple[int, int]]
    """All ties that pull: drawn at the dot that is pointed at."""
    fields: Sequence[Field]


def draw_map(domains: Sequence[tuple[str, Domain]], ties: Mapping[tuple[int, int], float], *, seed: int = 0) -> Atlas:
    """The map of these domains."""
    counts = Counter(d.field for _, d in domains)
    fields = [Field(name, color, n) for color, (name, n) in enumerate(sorted(counts.items(), key=lambda x: (x[0] == "other", -x[1], x[0])))]
    colors = {f.name: f.color for f in fields if f.name != "other" and f.color < COLORS}
    if not domains:
        return Atlas(WIDTH, HEIGHT, (), (), (), (), ())
    radii = np.array([_radius(len(d.tools), len(domains)) for _, d in domains])
    near = nearest([len(d.tools) for _, d in domains], ties, NEAREST)
    points = _apart(_fit(_layout(len(domains), near, seed), radii), radii)
    dots = [
        Dot(round(x, 1), round(y, 1), round(float(r), 1), colors.get(d.field, OTHER), number, d.name, len(d.tools), d.field, d.services[:3])
        for (number, d), (x, y), r in zip(domains, points.tolist(), radii, strict=True)
    ]
    shown = nearest([len(d.tools) for _, d in domains], ties, DRAWN)
    return Atlas(WIDTH, HEIGHT, dots, _islands(domains, points), sorted(shown), sorted(near), [f._replace(color=colors.get(f.name, OTHER)) for f in fields])


COLORS: Final = 24
"""Fields that have a colour of their own: those with most domains."""
OTHER: Final = 99
"""The colour of domains whose field is not known, or rare."""


def _radius(tools: int, domains: int) -> float:
    """The area is the number of tools; the dots of all domains together cover a fifth of the map."""
    share = math.sqrt(0.2 * WIDTH * HEIGHT / (math.pi * max(domains, 60) * 20))
    return max(1.6, share * math.sqrt(tools))


def nearest(sizes: Sequence[int], ties: Mapping[tuple[int, int], float], most: int) -> dict[tuple[int, int], float]:
    """The strongest ties of each domain, weighed against their sizes."""
    by: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for (a, b), weight in ties.items():
        near = weight / math.sqrt(sizes[a] * sizes[b])
        by[a].append((-near, b))
        by[b].append((-near, a))
    return {(min(a, b), max(a, b)): -near for a, found in by.items() for near, b in sorted(found)[:most]}


def _layout(count: int, near: Mapping[tuple[int, int], float], seed: int) -> Points:
    """Places by force (DrL, made for thousands of dots with clusters) from a start drawn by our own dice."""
    import igraph

    dice = Dice(seed, "report", "map")
    start = [[dice.unit() * 2 - 1, dice.unit() * 2 - 1] for _ in range(count)]
    if len(near) < 3:
        return np.array(start, dtype=np.float64)
    igraph.set_random_number_generator(random.Random(seed))
    graph: Any = igraph.Graph(n=count, edges=sorted(near))
    found = graph.layout_drl(weights=[near[e] for e in sorted(near)], seed=start)
    return np.array(found.coords, dtype=np.float64).reshape(count, 2)


def _fit(points: Points, radii: Points) -> Points:
    """Into the frame: a third by rank, so that a few far ones do not press the others into one spot."""
    out = np.empty_like(points)
    for axis, size in ((0, WIDTH), (1, HEIGHT)):
        values = points[:, axis]
        rank = np.full(len(values), 0.5)
        if len(values) > 1:
            rank[np.argsort(values, kind="stable")] = np.linspace(0, 1, len(values))
        low, high = np.quantile(values, [0.005, 0.995])
        even = np.clip((values - low) / (high - low), 0, 1) if high > low else np.full(len(values), 0.5)
        edge = _MARGIN + float(radii.max())
        out[:, axis] = edge + (rank + 2 * even) / 3 * (size - 2 * edge)
    return out


def _islands(domains: Sequence[tuple[str, Domain]], points: Points) -> list[Island]:
    """Services are named where their domains stand together, those with most first; a name that would cover another stays away."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at, (_, domain) in enumerate(domains):
        if domain.services:
            members[domain.services[0]].append(at)
    out: list[Island] = []
    for service, found in sorted(members.items(), key=lambda m: (-len(m[1]), m[0])):
        x, y = (float(v) for v in np.median(points[found], axis=0))
        close = np.hypot(points[found, 0] - x, points[found, 1] - y) < CLOSE
        if len(found) < NAMED or close.mean() < 0.6:
            continue
        name = service.split(":")[-1][:22]
        half = len(name) * 3.4 + 6
        x = min(max(x, half), WIDTH - half)
        if all(abs(x - o.x) > half + len(o.name) * 3.4 or abs(y - o.y) > 18 for o in out):
            out.append(Island(round(x, 1), round(y, 1), name))
    return out


def _apart(points: Points, radii: Points, rounds: int = 120) -> Points:
    """Push dots that overlap away from each other, a little each round."""
    from scipy.spatial import cKDTree

    points = points.copy()
    reach = 2 * float(radii.max()) + 1
    for _ in range(rounds):
        pairs = cKDTree(points).query_pairs(reach, output_type="ndarray")
        if not len(pairs):
            break
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        a, b = pairs[:, 0], pairs[:, 1]
        delta = points[b] - points[a]
        far = np.hypot(delta[:, 0], delta[:, 1])
        lack = radii[a] + radii[b] + 1.0 - far
        close = lack > 0.01
        if not close.any():
            break
        a, b, delta, far, lack = a[close], b[close], delta[close], far[close], lack[close]
        same = far < 1e-6
        delta[same] = np.c_[np.cos(a[same]), np.sin(a[same])]
        push = delta / np.maximum(far, 1e-6)[:, None] * (0.35 * lack)[:, None]
        push[same] = delta[same] * 0.5
        np.add.at(points, a, -push)
        np.add.at(points, b, push)
        points[:, 0] = np.clip(points[:, 0], _MARGIN, WIDTH - _MARGIN)
        points[:, 1] = np.clip(points[:, 1], _MARGIN, HEIGHT - _MARGIN)
    return points
