"""Room 3, domains: tools.jsonl, graph.jsonl -> domains.jsonl.

Communities of the similarity graph (Louvain or Leiden over mutual strongest neighbours; paper section 3.1) are the domains.
Communities above 60 tools are split again; those that are too small, or only read, or only write, join their strongest
neighbour. Worlds are built from the partition with the service prior, in which only tools of one service, or copies of
them, are neighbours: tables of two services never refer to each other, so a word that joins them makes no world. The
label-free partition is scored against the true services as the evidence of the method, with plain tool frequencies,
grouping by service and random groups beside it.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.fields import majority
from agentscaler.records import Domain, Node, Tool
from agentscaler.verbs import NOT_THINGS, READS, analyse
from agentscaler.words import singular

Labels: TypeAlias = Any  # numpy array of one community number a tool
SMALLEST, LARGEST = 5, 60
WEAK = 7
"""Communities below this seldom keep five executable tools: they join their strongest neighbour."""
GRAIN = 256
"""Modularity at resolution 1 cuts a large graph into ever larger communities, and which of the ways to split these again is taken hangs on chance."""
FEW, WHOLE = 50, 200
"""A pool of fewer services than this is somebody's own: a service of at most so many tools is one domain there, for its owner thinks of it as one."""
Method: TypeAlias = Literal["leiden", "louvain"]


class Scores(NamedTuple):
    """Agreement of a partition with the true services (no evidence where the service was used), and its sizes."""

    name: str
    domains: int
    median: float
    largest: int
    coverage: float
    ami: float
    nmi: float
    ari: float
    purity: float


Side: TypeAlias = tuple[list[str], bool]
"""A group of tools, and whether it is held out."""


class Found(NamedTuple):
    """The domains, and the tools that are in none, with the reason."""

    domains: list[Domain]
    left: dict[str, Dropped]
    labels: Labels
    """The partition they were made from, in the order of sorted(tools)."""


def find_domains(tools: Mapping[str, Tool], nodes: Sequence[Node], *, method: Method = "leiden", seed: int = 0, heldout: float = 0.1, paper: bool = False) -> Found:
    """The domains of five or more tools, sorted by name.

    tools: id -> tool; nodes: the graph, any order; heldout: share of services on the held-out side; paper: communities as they are found, with what is
    too small left outside.
    """
    ids = sorted(tools)
    labels = as_written(tools, nodes, seed=seed) if paper else partition(tools, nodes, prior=True, method=method, seed=seed)
    groups = [[ids[i] for i in m] for m in _members(labels if paper else keep_whole(tools, labels))]
    out = heldout_families(tools, [g for g in groups if len(g) >= SMALLEST], seed=seed, share=heldout)
    sides = {i: {family(g) in out for g in (t.source.group, *t.also_in)} for i, t in tools.items()}
    kept: list[Side] = []
    stray: list[str] = []
    for group in groups:
        side = main_family(tools, group) in out
        stay = [i for i in group if sides[i] == {side}]
        stray += set(group) - set(stay) if len(stay) >= SMALLEST else group
        if len(stay) >= SMALLEST:
            kept.append((stay, side))
    if paper:
        left = {i: Dropped("outside", "its community has fewer than five tools on its side of the split") for i in stray}
    else:
        left = _at_home(tools, nodes, stray, kept, sides)
    kept = sorted((sorted(group), side) for group, side in kept)
    names = _names([[tools[i] for i in group] for group, _ in kept])
    domains = [make_domain(name, {i: tools[i] for i in group}, heldout=side) for name, (group, side) in zip(names, kept, strict=True)]
    return Found(sorted(domains, key=lambda d: d.name), left, labels)


def _at_home(tools: Mapping[str, Tool], nodes: Sequence[Node], stray: Sequence[str], kept: list[Side], sides: Mapping[str, set[bool]]) -> dict[str, Dropped]:
    """Tools without a domain join one of their side and service. Changes `kept`; returns those that found none, with the reason."""
    lone = set(stray)
    near = [n.model_copy(update={"together": tuple(x for x in n.together if _kin(tools, n.tool, x.tool))}) for n in nodes if n.tool in lone]
    left = take_in(stray, kept, sides, near)
    join_service(tools, left, kept, sides)
    return left


def keep_whole(tools: Mapping[str, Tool], labels: Labels) -> Labels:
    """The same partition (in the order of sorted(tools)); where a pool has few services, each that is not too large in one piece."""
    group = np.array([tools[i].source.group for i in sorted(tools)])
    names, count = np.unique(group, return_counts=True)
    if len(names) >= FEW:
        return labels
    labels = labels.copy()
    for name, size in zip(names, count, strict=True):
        if size <= WHOLE:
            labels[group == name] = labels.max() + 1
    return labels


def take_in(stray: Sequence[str], kept: list[Side], sides: Mapping[str, set[bool]], nodes: Sequence[Node]) -> dict[str, Dropped]:
    """Tools whose own group is too small or on the other side join the domain of theirs that is most like them.

    Changes `kept`; returns those that found none, with the reason.
    """
    home = {i: n for n, (group, _) in enumerate(kept) for i in group}
    near = {node.tool: node.together for node in nodes if node.tool in set(stray)}
    left = {}
    for number in sorted(stray):
        if len(sides[number]) > 1:
            left[number] = Dropped("held_out", "equal copies of it stand on both sides of the train and held-out split")
            continue
        ties: dict[int, float] = defaultdict(float)
        for other in near[number]:
            n = home.get(other.tool)
            if n is not None and {kept[n][1]} == sides[number] and len(kept[n][0]) < LARGEST:
                ties[n] += other.score
        if not ties:
            left[number] = Dropped("outside", "no domain on its side of the split holds a similar tool and has room")
            continue
        kept[min(ties, key=lambda n: (-ties[n], n))][0].append(number)
    return left


def join_service(tools: Mapping[str, Tool], left: dict[str, Dropped], kept: list[Side], sides: Mapping[str, set[bool]]) -> None:
    """Of the tools that are left: into a domain of their service, the one with most of their noun; or they become one.

    Changes `left` and `kept`.
    """
    nouns = {i: analyse(t.source, t.name).noun[-1:] for i, t in tools.items()}
    homes_of: dict[str, list[int]] = defaultdict(list)
    for n, (group, _) in enumerate(kept):
        for service in services_of(tools[group[0]]):
            homes_of[service].append(n)
    for number in sorted(i for i, reason in left.items() if reason.reason == "outside"):
        near = sorted({n for service in services_of(tools[number]) for n in homes_of[service]})
        homes = [n for n in near if {kept[n][1]} == sides[number] and len(kept[n][0]) < LARGEST]
        if homes:
            alike = {n: sum(nouns[i] == nouns[number] for i in kept[n][0]) for n in homes}
            kept[min(homes, key=lambda n: (-alike[n], len(kept[n][0]), n))][0].append(number)
            del left[number]
    alone: dict[str, list[str]] = defaultdict(list)
    for number in sorted(i for i, reason in left.items() if reason.reason == "outside"):
        alone[tools[number].source.group].append(number)
    for _, group in sorted(alone.items()):
        if len(group) < SMALLEST:
            continue
        kept.append((group[:LARGEST], sides[group[0]] == {True}))
        for number in group[:LARGEST]:
            del left[number]


def make_domain(name: str, tools: Mapping[str, Tool], *, heldout: bool = False) -> Domain:
    """The row of a domain, from its tools (id -> tool)."""
    services = Counter(t.source.group for t in tools.values())
    return Domain(
        name=name,
        tools=tuple(sorted(tools)),
        services=tuple(s for s, _ in sorted(services.items(), key=lambda x: (-x[1], x[0]))),
        field=majority(t.field for t in tools.values()),
        split="heldout" if heldout else "train",
    )


def one_domain(tools: Mapping[str, Tool], name: str) -> Domain:
    """All tools as one domain: a user's own API."""
    return make_domain(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "domain", tools)


# ---- communities ----------------------------------------------------------------------------------------------


def partition(
    tools: Mapping[str, Tool], nodes: Sequence[Node], *, prior: bool, method: Method = "leiden", seed: int = 0, smallest: int = WEAK, largest: int = LARGEST
) -> Labels:
    """Community number of each tool, in the order of sorted(tools).

    prior: use the graph with the service prior, and of it the edges within a service; weak communities then join along
    edges that only one end chose, too.
    """
    ids = sorted(tools)
    at = {number: i for i, number in enumerate(ids)}
    rows, columns, weights = [], [], []
    service = {i: t.source.group for i, t in tools.items()}
    for node in nodes:
        for near in node.together if prior else node.similar:
            if not prior or service[node.tool] == service[near.tool] or _kin(tools, node.tool, near.tool):
                rows.append(at[node.tool])
                columns.append(at[near.tool])
                weights.append(near.score)
    chosen = sp.csr_matrix((np.array(weights, float), (np.array(rows, int), np.array(columns, int))), (len(ids), len(ids)))
    a, b, w = mutual(chosen)
    labels = communities(a, b, w, len(ids), method=method, seed=seed, largest=largest)
    said = [analyse(tools[i].source, tools[i].name) for i in ids]
    reads = np.array([s.kind in READS for s in said], bool)
    count = np.ones(len(ids))
    if prior:
        loose = chosen.tocoo()
        a, b, w = loose.row, loose.col, loose.data
        count = np.array([s.kind not in ("compute", "other") and not NOT_THINGS.search("".join(s.noun)) for s in said], float)
    return attach_weak(labels, a, b, w, reads, count, smallest=smallest, largest=largest)


def as_written(tools: Mapping[str, Tool], nodes: Sequence[Node], *, seed: int = 0) -> Labels:
    """The paper's partition: Louvain communities of all edges, none split, none joined."""
    ids = sorted(tools)
    at = {number: i for i, number in enumerate(ids)}
    edges = [(at[node.tool], at[near.tool], near.score) for node in nodes for near in node.similar]
    rows, columns, weights = np.array(edges, float).reshape(-1, 3).T
    chosen = sp.csr_matrix((weights, (rows.astype(int), columns.astype(int))), (len(ids), len(ids)))
    both = sp.triu(chosen.maximum(chosen.T), 1).tocoo()
    return communities(both.row, both.col, both.data, len(ids), method="louvain", seed=seed, largest=len(ids), grain=len(ids))


def mutual(chosen: Any) -> tuple[Any, Any, Any]:
    """Edges both ends chose, of a sparse matrix of scores; a tool without any keeps its best one."""
    both = chosen.minimum(chosen.T)
    upper = sp.triu(both, 1).tocoo()
    lone = np.flatnonzero(np.diff(both.tocsr().indptr) == 0)
    best = np.asarray(chosen[lone].argmax(1)).ravel() if len(lone) else np.array([], int)
    value = np.asarray(chosen[lone, best]).ravel() if len(lone) else np.array([])
    real = value > 0
    return np.r_[upper.row, lone[real]], np.r_[upper.col, best[real]], np.r_[upper.data, value[real]]


def communities(a: Any, b: Any, w: Any, n: int, *, method: Method, seed: int, largest: int, grain: int = GRAIN) -> Labels:
    """Modularity communities, split again while they are too large. grain: a graph of so many tools is cut at resolution 1, a larger one finer in proportion."""
    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    graph = igraph.Graph(n=n, edges=np.c_[a, b].tolist())
    graph.es["w"] = w.tolist()

    def cut(g: Any) -> Labels:
        fine = max(1.0, g.vcount() / grain)
        if method == "louvain":
            return np.array(g.community_multilevel(weights="w", resolution=fine).membership)
        return np.array(g.community_leiden("modularity", weights="w", resolution=fine, n_iterations=-1).membership)

    labels = cut(graph)
    fresh = int(labels.max()) + 1 if n else 0
    large = [c for c, size in enumerate(np.bincount(labels)) if size > largest] if n else []
    while large:
        community = large.pop()
        inside = np.flatnonzero(labels == community)
        parts = cut(graph.induced_subgraph(inside.tolist()))
        if parts.max() == 0:
            parts = np.arange(len(inside)) // largest
        for part in range(1, int(parts.max()) + 1):
            labels[inside[parts == part]] = fresh
            if (parts == part).sum() > largest:
                large.append(fresh)
            fresh += 1
        if (parts == 0).sum() > largest:
            large.append(community)
    return labels


def attach_weak(labels: Labels, a: Any, b: Any, w: Any, reads: Any, count: Any, *, smallest: int, largest: int) -> Labels:
    """Communities that cannot become a world join the neighbour with the strongest tie that has room.

    Weak is what has fewer than `smallest` tools that count (a name like ComputeRoute does nothing to a database), or only reads,
    or only writes among them.
    """
    for _ in range(3):
        size = np.bincount(labels)
        able = np.bincount(labels, weights=count, minlength=len(size))
        read = np.bincount(labels, weights=reads * count, minlength=len(size))
        ties = sp.csr_matrix((np.r_[w, w], (np.r_[labels[a], labels[b]], np.r_[labels[b], labels[a]])), (len(size), len(size)))
        for community in np.flatnonzero((size > 0) & ((able < smallest) | (read == 0) | (read == able))):
            row = ties[int(community)]
            for other in row.indices[np.lexsort((row.indices, -row.data))]:
                if other != community and size[other] > 0 and size[other] + size[community] <= largest:
                    labels[labels == community] = other
                    size[other] += size[community]
                    size[community] = 0
                    break
    return labels


def services_of(tool: Tool) -> frozenset[str]:
    """vendor:service of a tool and of its copies."""
    return frozenset((tool.source.group, *tool.also_in))


def _kin(tools: Mapping[str, Tool], one: str, other: str) -> bool:
    """Do two tools, or copies of them, belong to one service?"""
    a, b = tools[one], tools[other]
    return a.source.group == b.source.group or bool((a.also_in or b.also_in) and services_of(a) & services_of(b))


def _members(labels: Labels) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for i, label in enumerate(labels.tolist()):
        groups[label].append(i)
    return list(groups.values())


# ---- scores ---------------------------------------------------------------------------------------------------


def score(name: str, labels: Labels, truth: Labels, *, smallest: int = SMALLEST) -> Scores:
    """Agreement of a partition with the true services."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, normalized_mutual_info_score

    size = np.bincount(labels)
    large = [np.flatnonzero(labels == c) for c in np.flatnonzero(size >= smallest)]
    pure = sum(int(np.bincount(truth[g]).max()) for g in large)
    covered = sum(len(g) for g in large)
    return Scores(
        name,
        len(large),
        float(np.median([len(g) for g in large])) if large else 0.0,
        max((len(g) for g in large), default=0),
        covered / max(len(labels), 1),
        float(adjusted_mutual_info_score(truth, labels)),
        float(normalized_mutual_info_score(truth, labels)),
        float(adjusted_rand_score(truth, labels)),
        pure / max(covered, 1),
    )


def shuffled(labels: Labels, seed: int) -> Labels:
    """Random groups of equal sizes."""
    return np.array(Dice("shuffled", seed).shuffled(labels.tolist()))


# ---- held-out split -------------------------------------------------------------------------------------------


def heldout_families(tools: Mapping[str, Tool], groups: Sequence[Sequence[str]], *, seed: int, share: float) -> set[str]:
    """Families of services on the held-out side: drawn among those that share hardly a domain with others.

    A family that is well mixed with others would lose many tools, for no tool may stand on both sides.
    """
    size: Counter[str] = Counter(family(t.source.group) for t in tools.values())
    stray: Counter[str] = Counter()
    for group in groups:
        main = main_family(tools, group)
        for number in group:
            own = family(tools[number].source.group)
            if own != main:
                stray[own] += 1
                stray[main] += 1
        for number in group:
            for other in tools[number].also_in:
                if family(other) != family(tools[number].source.group):
                    stray[family(other)] += 3
                    stray[family(tools[number].source.group)] += 3
    apart = sorted(f for f in size if stray[f] <= 0.15 * size[f] and SMALLEST <= size[f] <= 0.03 * len(tools))
    out: set[str] = set()
    services = {t.source.group for t in tools.values()}
    members = Counter(family(s) for s in services)
    taken = 0
    for name in Dice("split", seed).shuffled(apart):
        if taken >= share * len(services):
            break
        out.add(name)
        taken += members[name]
    return out


def main_family(tools: Mapping[str, Tool], group: Sequence[str]) -> str:
    """The family most of a group's tools belong to."""
    count = Counter(family(tools[i].source.group) for i in group)
    return min(count, key=lambda f: (-count[f], f))


def family(service: str) -> str:
    """Cousins that share tools: 'aws:waf-regional' and 'aws:wafv2' -> 'aws:waf'; two versions of a name stay together."""
    vendor, _, name = service.partition(":")
    head = re.split(r"[-.]", name)[0]
    return f"{vendor}:{re.sub(r'v?[0-9]+$', '', head) or head}"


# ---- names ----------------------------------------------------------------------------------


LONGEST = 48
"""Characters of a name."""


def _names(groups: Sequence[Sequence[Tool]]) -> list[str]:
    """A short unique name for each group: its main service and the noun most of its tools share, no word twice.

    Where two groups would be called alike, the first keeps the name; the others go by their vendor, where it is another, or by their next noun.
    """
    out: list[str] = []
    used: dict[str, str] = {}
    for tools in groups:
        services = Counter((t.source.service, t.source.vendor) for t in tools)
        service, vendor = min(services, key=lambda s: (-services[s], s))
        plain, *others = _options(service, tools)
        if used.get(plain, vendor) != vendor:
            others.insert(0, _called(f"{vendor} {service}", _nouns(tools)[0]))
        name = next((o for o in (plain, *others) if o not in used), plain)
        number = 2
        while name in used:
            name, number = f"{plain}-{number}", number + 1
        used[name] = vendor
        out.append(name)
    return out


def _options(service: str, tools: Sequence[Tool]) -> list[str]:
    """Names that a group could have, best first."""
    first, *rest = _nouns(tools)
    return [_called(service, n) for n in (first, *rest, *((*first, "and", *n) for n in rest))]


def _nouns(tools: Sequence[Tool]) -> list[tuple[str, ...]]:
    """What the tools of a group act on, most frequent first."""
    nouns = Counter(analyse(t.source, t.name).noun for t in tools)
    nouns.pop((), None)
    return sorted(nouns, key=lambda n: (-nouns[n], " ".join(n))) or [("tools",)]


def _called(service: str, noun: Sequence[str]) -> str:
    """'config', ('config', 'rule') -> 'config-rule'; 'timestream-query', ('scheduled', 'query') -> 'timestream-scheduled-query'.

    A word of both is said once: with the noun, unless the service would lose its first word and keep others.
    """
    head = re.findall(r"[a-z0-9]+", service.lower())
    tail = list(dict.fromkeys(re.findall(r"[a-z0-9]+", " ".join(noun).lower())))
    one, two = {singular(w) for w in head}, {singular(w) for w in tail}
    less = [w for w in head if singular(w) not in two]
    if less and less[0] != head[0]:
        tail = [w for w in tail if singular(w) not in one]
    else:
        head = less
    while len("-".join(head + tail)) > LONGEST and len(head) + len(tail) > 1:
        (head if len(head) > 1 else tail).pop()
    return "-".join(head + tail)[:LONGEST] or "domain"
