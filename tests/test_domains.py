"""The domains: every tool in one of them or left with a reason, none too large or too small, no service on both sides of the split."""

from collections import Counter
from math import log

import numpy as np
import pytest
import scipy.sparse as sp

from agentscaler.domains import (
    LARGEST,
    SMALLEST,
    Found,
    _called,
    _names,
    attach_weak,
    communities,
    family,
    find_domains,
    heldout_families,
    mutual,
    one_domain,
    partition,
    score,
    shuffled,
)
from agentscaler.graph import build_graph
from agentscaler.records import Neighbour, Node, Tool
from pools import THINGS, graph, pool, service, tool


def found(seed: int = 0, heldout: float = 0.1) -> Found:
    return find_domains(pool(64), graph(), seed=seed, heldout=heldout)


def node(name: str, **near: float) -> Node:
    ties = tuple(Neighbour(tool=n, score=s) for n, s in near.items())
    return Node(tool=name, similar=ties, together=ties, needs=())


def clique(service_name: str, *names: str) -> tuple[dict[str, Tool], list[Node]]:
    """Tools of one service that are all alike."""
    tools = {f"{service_name}_{n}": tool(n, service_name) for n in names}
    return tools, [node(i, **{j: 0.9 for j in tools if j != i}) for i in tools]


# ---- the whole --------------------------------------------------------------------------------------------------


def test_every_tool_is_in_one_domain_or_left_with_a_reason() -> None:
    result = found()
    inside = [t for d in result.domains for t in d.tools]
    assert len(inside) == len(set(inside))
    assert set(inside) | set(result.left) == set(pool(64))
    assert not set(inside) & set(result.left)
    assert all(r.reason in ("outside", "held_out") for r in result.left.values())
    assert len(inside) >= 0.95 * 512


def test_sizes_names_and_order() -> None:
    domains = found().domains
    assert all(SMALLEST <= len(d.tools) <= LARGEST for d in domains)
    assert [d.name for d in domains] == sorted({d.name for d in domains})
    for domain in domains:
        assert list(domain.tools) == sorted(domain.tools)
        count = Counter(pool(64)[t].source.group for t in domain.tools)
        assert domain.services[0] == max(sorted(count), key=lambda s: count[s])
        assert set(domain.services) == set(count)


def huge() -> dict[str, Tool]:
    """Sixty services, and one more of 200 tools that are all about the same thing."""
    big = {f"zebra/{n:03}": tool(f"{v}Zebra{THINGS[n % 40].capitalize()}", "zebra", f"ZebraId! {THINGS[n % 40]}Mark", "ZebraId ZebraName") for n in range(200) for v in [("Get", "List", "Create", "Delete", "Update")[n // 40]]}  # fmt: skip
    return pool(60) | big


@pytest.mark.parametrize("method", ["leiden", "louvain"])
def test_what_is_too_large_is_split_again(method: str) -> None:
    tools = huge()
    result = find_domains(tools, list(build_graph(tools)), method=method)  # type: ignore[arg-type]
    assert max(len(d.tools) for d in result.domains) <= LARGEST
    assert min(len(d.tools) for d in result.domains) >= SMALLEST
    about = [d for d in result.domains if "aws:zebra" in d.services]
    assert len(about) >= 4, "200 tools need four domains of sixty"
    assert (
        sum(t.startswith("zebra/") for d in about for t in d.tools) + sum(t.startswith("zebra/") for t in result.left)
        == 200
    )


def test_the_same_each_time_whatever_the_order() -> None:
    again = find_domains(dict(reversed(pool(64).items())), graph()[::-1], seed=0)
    assert again.domains == found().domains
    assert again.left.keys() == found().left.keys()


def test_louvain_and_leiden_find_the_services() -> None:
    tools = pool(64)
    truth = np.unique([tools[i].source.group for i in sorted(tools)], return_inverse=True)[1]
    for method in ("leiden", "louvain"):
        labels = partition(tools, graph(), prior=False, method=method)
        assert score("", labels, truth).nmi >= 0.95
        assert len(labels) == 512
    assert score("", shuffled(labels, 1), truth).nmi < 0.6


def own(services: dict[str, list[str]]) -> dict[str, Tool]:
    """Services of somebody's own: name -> the things each is about, eight tools a thing."""
    return {
        f"{name}/{i}": t.model_copy(update={"source": t.source.model_copy(update={"service": name})})
        for name, things in services.items()
        for n, thing in enumerate(things)
        for i, t in service(thing, ("shelf", "crate", "depot", "yard")[n % 4]).items()
    }


@pytest.mark.parametrize("things", [3, 7, 15, 25])
def test_a_single_service_of_ones_own_is_not_torn_apart(things: int) -> None:
    """24 to 200 tools."""
    tools = own({"all": THINGS[:things]})
    result = find_domains(tools, list(build_graph(tools)))
    assert [len(d.tools) for d in result.domains] == [8 * things]
    assert not result.left


def test_a_mixed_bag_of_five_services_comes_out_as_five() -> None:
    bag = {f"s{n}": THINGS[4 * n : 4 * n + n + 2] for n in range(5)}
    tools = own(bag)
    result = find_domains(tools, list(build_graph(tools)), heldout=0)
    assert sorted((d.services, len(d.tools)) for d in result.domains) == [((f"aws:s{n}",), 8 * (n + 2)) for n in range(5)]
    assert not result.left


def test_what_is_larger_than_anybody_thinks_of_as_one_is_parted() -> None:
    tools = own({"all": THINGS[:30]})
    domains = find_domains(tools, list(build_graph(tools))).domains
    assert max(len(d.tools) for d in domains) <= LARGEST
    assert sum(len(d.tools) for d in domains) >= 0.95 * len(tools)


def test_in_a_large_pool_a_service_may_be_several_domains() -> None:
    tools = pool(60) | own({"all": THINGS[:6]})
    parts = [d for d in find_domains(tools, list(build_graph(tools))).domains if "aws:all" in d.services]
    assert len(parts) > 1


# ---- train and held out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_no_service_is_on_both_sides(seed: int) -> None:
    result = found(seed)
    sides: dict[str, set[str]] = {}
    for domain in result.domains:
        for number in domain.tools:
            sides.setdefault(family(pool(64)[number].source.group), set()).add(domain.split)
    assert all(len(s) == 1 for s in sides.values())
    assert 0.05 <= sum(s == {"heldout"} for s in sides.values()) / 64 <= 0.15


def test_another_seed_holds_out_others() -> None:
    held = {s: frozenset(d.services[0] for d in found(s).domains if d.split == "heldout") for s in range(4)}
    assert len(set(held.values())) == 4
    assert not [d for d in found(heldout=0.0).domains if d.split == "heldout"]


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_that_stands_on_both_sides_leaves(seed: int) -> None:
    """Forty services of 24 tools; in every fourth, one tool has an equal copy in the next service."""
    verbs = ("Get", "List", "Create", "Update", "Delete", "Copy")
    tools: dict[str, Tool] = {}
    nodes: list[Node] = []
    for thing in THINGS[:40]:
        some, near = clique(
            thing, *(f"{v}{thing.capitalize()}{p}" for v in verbs for p in ("", "Shelf", "Crate", "Yard"))
        )
        tools, nodes = tools | some, nodes + near
    copied = {}
    for n in range(0, 40, 4):
        number = f"{THINGS[n]}_Get{THINGS[n].capitalize()}"
        copied[number] = THINGS[n + 1]
        tools[number] = tools[number].model_copy(update={"also_in": (f"aws:{THINGS[n + 1]}",)})
    result = find_domains(tools, nodes, seed=seed, heldout=0.4)
    side = {d.services[0].removeprefix("aws:"): d.split for d in result.domains}
    assert set(side.values()) == {"train", "heldout"}
    torn = {i for i, other in copied.items() if side[i.split("_")[0]] != side[other]}
    assert torn
    assert {i: r.reason for i, r in result.left.items()} == dict.fromkeys(torn, "held_out")
    for domain in result.domains:
        for number in domain.tools:
            assert {side[g.removeprefix("aws:")] for g in (tools[number].source.group, *tools[number].also_in)} == {
                domain.split
            }


def test_families_are_held_out_together() -> None:
    assert family("aws:waf-regional") == family("aws:wafv2") == family("aws:waf") == "aws:waf"
    assert family("google:admin.directory") == family("google:admin.reports")
    assert family("aws:s3") != family("google:s3")
    assert family("aws:ec2") != family("aws:ecs")
    assert family("aws:53") == "aws:53", "a name that is only a version stays"


def test_a_family_that_is_mixed_with_others_is_not_held_out() -> None:
    tools = pool(64)
    groups = [[i for i in tools if i.startswith(f"{thing}/")] for thing in THINGS[:64]]
    mixed = [groups[0][:4] + groups[1][:4], groups[0][4:] + groups[1][4:], *groups[2:]]
    held = heldout_families(tools, mixed, seed=0, share=1.0)
    assert held == {f"aws:{t}" for t in THINGS[2:64]}
    assert len(heldout_families(tools, groups, seed=0, share=0.25)) == 16


def test_strays_join_a_domain_of_their_service() -> None:
    a, near_a = clique("a", "GetLamp", "ListLamps", "CreateLamp", "UpdateLamp", "DeleteLamp", "CopyLamp", "StopLamp")
    b, near_b = clique("b", "GetBoat", "ListBoats", "CreateBoat", "UpdateBoat", "DeleteBoat", "CopyBoat", "StopBoat")
    strays = {"a_x": tool("ShipPost", "a"), "c_x": tool("PayBill", "c")}
    nodes = [*near_a, *near_b, node("a_x", b_GetBoat=0.2), node("c_x", b_GetBoat=0.9)]
    result = find_domains({**a, **b, **strays}, nodes, heldout=0)
    assert [(d.services, len(d.tools)) for d in result.domains] == [(("aws:a",), 8), (("aws:b",), 7)]
    assert "a_x" in result.domains[0].tools
    assert {n: r.reason for n, r in result.left.items()} == {"c_x": "outside"}


# ---- one's own API ----------------------------------------------------------------------------------------------


def test_one_domain_holds_everything() -> None:
    tools = service("apple") | service("arrow")
    domain = one_domain(tools, "My Shop / <b>API</b>")
    assert domain.name == "my-shop-b-api-b"
    assert domain.tools == tuple(sorted(tools))
    assert domain.services == ("aws:apple", "aws:arrow")
    assert domain.split == "train"
    assert one_domain(tools, "../..").name == "domain"


def test_a_domain_is_of_the_field_that_most_of_its_tools_are_of() -> None:
    tools = {n: t.model_copy(update={"field": field}) for (n, t), field in zip(service("apple").items(), ["health"] * 3 + ["shops"] * 4 + ["other"], strict=True)}
    assert one_domain(tools, "mine").field == "shops"


# ---- communities ------------------------------------------------------------------------------------------------


def test_an_edge_needs_both_ends() -> None:
    """0-1 chose each other (the weaker score counts), 2 chose 0 alone and keeps it, 3 chose nobody."""
    chosen = np.zeros((4, 4))
    chosen[0, 1], chosen[1, 0], chosen[2, 0] = 0.5, 0.3, 0.2
    a, b, w = mutual(sp.csr_matrix(chosen))
    assert sorted(zip(a.tolist(), b.tolist(), w.tolist(), strict=True)) == [(0, 1, 0.3), (2, 0, 0.2)]
    chosen[0, 2] = 0.9
    a, b, w = mutual(sp.csr_matrix(chosen))
    assert sorted(zip(a.tolist(), b.tolist(), w.tolist(), strict=True)) == [(0, 1, 0.3), (0, 2, 0.2)]


def test_two_cliques_with_a_thread_between() -> None:
    edges = [(i, j) for base in (0, 6) for i in range(base, base + 6) for j in range(i + 1, base + 6)] + [(5, 6)]
    a, b = np.array([e[0] for e in edges]), np.array([e[1] for e in edges])
    w = np.array([1.0] * (len(edges) - 1) + [0.1])
    for method in ("leiden", "louvain"):
        labels = communities(a, b, w, 12, method=method, seed=0, largest=60)  # type: ignore[arg-type]
        assert len(set(labels[:6].tolist())) == len(set(labels[6:].tolist())) == 1
        assert labels[0] != labels[6]
        cut = communities(a, b, w, 12, method=method, seed=0, largest=4)  # type: ignore[arg-type]
        assert max(np.bincount(cut)) <= 4, "even a clique is cut where it is too large"


def test_the_weak_join_their_strongest_neighbour() -> None:
    """0: eight reads and writes; 1: eight; 2: two tools, nearer to 1; 3: seven reads only, nearer to 0."""
    labels = np.array([0] * 8 + [1] * 8 + [2] * 2 + [3] * 7)
    reads = np.array([True, False] * 8 + [True, False] + [True] * 7)
    a, b, w = np.array([16, 16, 18]), np.array([0, 8, 1]), np.array([0.2, 0.3, 0.1])
    out = attach_weak(labels.copy(), a, b, w, reads, np.ones(len(labels)), smallest=5, largest=60)
    assert out.tolist() == [0] * 8 + [1] * 8 + [1] * 2 + [0] * 7
    full = attach_weak(labels.copy(), a, b, w, reads, np.ones(len(labels)), smallest=5, largest=9)
    assert full.tolist() == labels.tolist(), "nobody has room"


def test_as_the_paper_writes_it_communities_are_kept_as_they_are() -> None:
    tools = {f"{s}/{n}": tool(f"Get{s}{n}", s, f"{'Lamp' if n < 40 else 'Boat'}Id Region") for s in ("one", "two", "six") for n in range(42)}
    nodes = list(build_graph(tools, paper=0.9))
    found = find_domains(tools, nodes, paper=True, heldout=0.0)
    assert sorted(len(d.tools) for d in found.domains) == [6, 120], "of three services, and larger than a domain of ours may be"
    assert all(len(d.services) == 3 for d in found.domains)
    assert not found.left
    alone = tools | {"odd/x": tool("Rest", "odd")}
    found = find_domains(alone, list(build_graph(alone, paper=0.9)), paper=True, heldout=0.0)
    assert {i: r.reason for i, r in found.left.items()} == {"odd/x": "outside"}


# ---- scores -----------------------------------------------------------------------------------------------------


def test_scores_against_a_case_by_hand() -> None:
    """Eleven tools: six of service 0, five of service 1. Found: five of 0; five of 1 and one of 0 less; one alone."""
    truth = np.array([0] * 6 + [1] * 5)
    labels = np.array([0] * 5 + [1] + [1] * 4 + [2])
    got = score("x", labels, truth)
    assert (got.domains, got.median, got.largest) == (2, 5.0, 5)
    assert got.coverage == pytest.approx(10 / 11)
    assert got.purity == pytest.approx((5 + 4) / 10)
    cells = {(0, 0): 5, (0, 1): 1, (1, 1): 4, (1, 2): 1}
    n, rows, columns = 11, {0: 6, 1: 5}, {0: 5, 1: 5, 2: 1}
    mutual_ = sum(k / n * log(k * n / (rows[i] * columns[j])) for (i, j), k in cells.items())
    entropy = [-sum(k / n * log(k / n) for k in part.values()) for part in (rows, columns)]
    assert got.nmi == pytest.approx(2 * mutual_ / sum(entropy))

    def choose(k: int) -> float:
        return k * (k - 1) / 2

    both, in_rows, in_columns = (sum(map(choose, part.values())) for part in (cells, rows, columns))
    chance = in_rows * in_columns / choose(n)
    assert got.ari == pytest.approx((both - chance) / ((in_rows + in_columns) / 2 - chance))
    assert got.ami < got.nmi


def test_scores_of_the_extremes() -> None:
    truth = np.repeat(np.arange(10), 10)
    perfect = score("", truth, truth)
    assert (perfect.nmi, perfect.ami, perfect.ari, perfect.purity, perfect.coverage) == (1, 1, 1, 1, 1)
    alone = score("", np.arange(100), truth)
    assert (alone.domains, alone.median, alone.largest, alone.coverage, alone.purity) == (0, 0.0, 0, 0.0, 0.0)
    assert alone.ari == pytest.approx(0)
    mixed = score("", shuffled(truth, 3), truth)
    assert sorted(shuffled(truth, 3).tolist()) == truth.tolist()
    assert abs(mixed.ari) < 0.1
    assert mixed.purity < 0.5


# ---- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service_name", "noun", "name"),
    [
        ("amplify", ("app",), "amplify-app"),
        ("config", ("config", "rule"), "config-rule"),
        ("network-firewall", ("firewall",), "network-firewall"),
        ("connect", ("connect",), "connect"),
        ("timestream-query", ("scheduled", "query"), "timestream-scheduled-query"),
        ("application-insights", ("application",), "application-insights"),
        ("service-quotas", ("service", "quota", "increase", "request"), "service-quota-increase-request"),
        ("tcss", ("asset", "image", "registry", "registry", "detail"), "tcss-asset-image-registry-detail"),
        ("license-manager-user-subscriptions", ("identity", "provider"), "license-manager-user-identity-provider"),
        ("x" * 80, ("y",), "x" * 48),
        ("", (), "domain"),
    ],
)
def test_a_name_says_no_word_twice_and_is_cut_at_a_word(service_name: str, noun: tuple[str, ...], name: str) -> None:
    assert _called(service_name, noun) == name


def named(*groups: tuple[str, str, str]) -> list[str]:
    """Names of groups of tools: (vendor, service, operations)."""
    made = [[tool(o, s) for o in operations.split()] for _, s, operations in groups]
    return _names([[t.model_copy(update={"source": t.source.model_copy(update={"vendor": v})}) for t in tools] for tools, (v, _, _) in zip(made, groups, strict=True)])


def test_equal_names_are_told_apart_by_vendor_or_by_what_they_hold_beside() -> None:
    boats = "GetBoat ListBoats CreateBoat"
    assert named(("aws", "pier", boats), ("tencent", "pier", boats)) == ["pier-boat", "tencent-pier-boat"]
    assert named(("aws", "pier", boats), ("aws", "pier", f"{boats} GetCrew ListCrews")) == ["pier-boat", "pier-crew"]
    assert named(("aws", "pier", boats), ("aws", "pier", f"{boats} GetCrew"), ("aws", "pier", f"{boats} GetCrew")) == ["pier-boat", "pier-crew", "pier-boat-and-crew"]
    assert named(("aws", "pier", boats), ("aws", "pier", boats)) == ["pier-boat", "pier-boat-2"], "nothing tells them apart"
