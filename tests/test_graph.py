"""The graph: who is like whom, the same however many workers count it, and whose result feeds whose parameter."""

from typing import Literal

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from agentscaler.graph import CHANNELS, above, build_graph, nodes_of, strongest, takes_of, vectorise
from agentscaler.records import Node, Tool
from agentscaler.schemas import fields
from pools import THINGS, graph, pool, service, tool


def pairs(nodes: object, which: str) -> dict[tuple[str, str], float]:
    return {(n.tool, x.tool): x.score for n in nodes for x in getattr(n, which)}  # type: ignore[attr-defined]


# ---- similarity -------------------------------------------------------------------------------------------------


def test_one_node_a_tool_in_order() -> None:
    assert [n.tool for n in graph()] == list(pool(64))


@pytest.mark.parametrize("which", ["similar", "together"])
def test_neighbours_are_few_strong_first_and_others(which: str) -> None:
    for node in graph():
        near = getattr(node, which)
        scores = [x.score for x in near]
        assert 1 <= len(near) <= 15
        assert scores == sorted(scores, reverse=True)
        assert all(0.06 <= s <= 1 for s in scores)
        assert node.tool not in {x.tool for x in near}
        assert len({x.tool for x in near}) == len(near)


@pytest.mark.parametrize("which", ["similar", "together"])
def test_similarity_goes_both_ways(which: str) -> None:
    """a is to b as b is to a; one side may be missing only where the other side's list is full."""
    found = pairs(graph(), which)
    length = {n.tool: len(getattr(n, which)) for n in graph()}
    for (a, b), score in found.items():
        back = found.get((b, a))
        if back is None:
            assert length[b] == 15
        else:
            assert back == pytest.approx(score, abs=2e-4)


def test_the_same_with_two_workers() -> None:
    assert tuple(build_graph(pool(64), workers=2)) == graph()


def test_the_nearest_is_of_the_same_service_without_being_told() -> None:
    for node in graph():
        assert node.similar[0].tool.split("/")[0] == node.tool.split("/")[0]


def test_the_prior_only_helps_within_a_service() -> None:
    free, close = pairs(graph(), "similar"), pairs(graph(), "together")
    for (a, b), score in free.items():
        if a.split("/")[0] == b.split("/")[0] and (a, b) in close:
            assert close[a, b] > score
        elif (a, b) in close:
            assert close[a, b] < score


def test_what_every_service_repeats_ties_nothing() -> None:
    """Two strangers that share only Region, Tags, the verb and what a fourth of the services have are not alike."""
    tools = pool(62) | {
        f"{s}/{n}": tool(n, s, "Region Tags MaxResults! ShelfId!", "NextToken")
        for s, n in (("x", "GetQuark"), ("y", "GetPrune"))
    }
    nodes = {n.tool: n for n in build_graph(tools)}
    assert not nodes["x/GetQuark"].similar
    assert not nodes["y/GetPrune"].similar
    assert not nodes["x/GetQuark"].needs


def test_a_feature_that_two_services_share_ties_them() -> None:
    tools = pool(62) | {
        f"{s}/{n}": tool(n, s, "ZebraStripe! QuillTip!", "MothWing") for s, n in (("x", "GetQuark"), ("y", "GetPrune"))
    }
    near = {n.tool: n.similar for n in build_graph(tools)}
    assert [x.tool for x in near["x/GetQuark"]] == ["y/GetPrune"]
    assert [x.tool for x in near["y/GetPrune"]] == ["x/GetQuark"]


def test_neighbours_are_those_of_the_full_product() -> None:
    """The sparse top 15 against every pair computed in full: sum of the channels' cosines, feeding both ways."""
    tools = list(pool(60).values())
    vectors = vectorise(tools)
    total = sum(CHANNELS.values())
    full = sum((vectors[c] @ vectors[c].T).toarray() * w for c, w in CHANNELS.items() if c != "feeds")
    full = (
        full
        + CHANNELS["feeds"]
        * ((vectors["inputs"] @ vectors["outputs"].T) + (vectors["outputs"] @ vectors["inputs"].T)).toarray()
    )
    full = full / total
    np.fill_diagonal(full, 0)
    found = strongest(vectors, CHANNELS)
    sparse = sp.csr_matrix((found.scores, (found.rows, found.columns)), full.shape).toarray()
    for ours, theirs in zip(sparse, full, strict=True):
        best = np.sort(theirs[theirs > 0.06])[::-1][:15]
        assert np.allclose(np.sort(ours[ours > 0])[::-1], best, atol=1e-5)
        assert np.allclose(ours[ours > 0], theirs[ours > 0], atol=1e-5)


def test_plain_frequencies_know_no_service() -> None:
    """The row beside the figure: relabelling the services changes nothing where tools are counted, and something where services are."""
    tools = pool(64)
    moved = {
        i: t.model_copy(update={"source": t.source.model_copy(update={"service": f"s{n % 51}"})})
        for n, (i, t) in enumerate(tools.items())
    }
    mix = {c: w for c, w in CHANNELS.items() if c not in ("path", "feeds")}

    def near(some: dict[str, Tool], by: Literal["service", "tool"]) -> list[Node]:
        return nodes_of(list(some), strongest(vectorise(list(some.values()), by=by), mix))

    assert near(tools, "tool") == near(moved, "tool")
    assert near(tools, "service") != near(moved, "service")


def test_the_graph_as_the_paper_writes_it() -> None:
    """An edge wherever the parameter lists are alike enough, whatever the service; who feeds whom is found as always."""
    tools = pool(12) | {"lamp/a": tool("ListA", "lamp", "AnchorId Region"), "lamp/b": tool("DropB", "lamp", "AnchorId! Region"), "lamp/c": tool("Rest", "lamp")}
    nodes = {n.tool: n for n in build_graph(tools, paper=0.5)}
    assert list(nodes) == list(tools)
    assert all(n.similar == n.together for n in nodes.values())
    assert [n.needs for n in nodes.values()] == [n.needs for n in build_graph(tools)]
    near = {x.tool: x.score for x in nodes["lamp/a"].similar}
    assert near["lamp/b"] == near["anchor/GetAnchor"] == 1.0, "equal lists, of two services"
    assert not nodes["lamp/c"].similar
    words = TfidfVectorizer(sublinear_tf=True, min_df=1, token_pattern=r"[a-z0-9]{2,}").fit_transform([takes_of(t) for t in tools.values()])
    cosine = (words @ words.T).toarray()
    np.fill_diagonal(cosine, 0)
    joined = {(i, x.tool) for i, n in nodes.items() for x in n.similar}
    assert joined == {(i, j) for a, i in enumerate(tools) for b, j in enumerate(tools) if cosine[a, b] > 0.5}
    dense = above(list(tools.values()), threshold=0.5, dense=words.toarray())
    assert set(zip(dense.rows.tolist(), dense.columns.tolist(), strict=True)) == {(a, b) for a, b in zip(*np.nonzero(cosine > 0.5), strict=True)}


def test_a_tool_without_a_word_stands_alone() -> None:
    tools = pool(60) | {"odd/x": tool("x", "odd")}
    (odd,) = (n for n in build_graph(tools) if n.tool == "odd/x")
    assert (odd.similar, odd.needs) == ((), ())


# ---- few services -----------------------------------------------------------------------------------------------


def one_big_service() -> dict[str, Tool]:
    """Six things in one service: 48 tools."""
    tools = {i: t for n, thing in enumerate(THINGS[:6]) for i, t in service(thing, ("shelf", "crate")[n % 2]).items()}
    return {
        i: t.model_copy(update={"source": t.source.model_copy(update={"service": "all"})}) for i, t in tools.items()
    }


def test_a_single_service_does_not_collapse() -> None:
    """Every feature is in all of its services; still the tools of one thing are nearest to each other."""
    nodes = list(build_graph(one_big_service()))
    assert all(n.similar for n in nodes)
    nearest = [n.similar[0].tool.split("/")[0] == n.tool.split("/")[0] for n in nodes]
    assert sum(nearest) >= 0.95 * len(nodes)


def test_a_bag_of_five_services_stays_apart() -> None:
    nodes = list(build_graph(pool(5)))
    nearest = [n.similar[0].tool.split("/")[0] == n.tool.split("/")[0] for n in nodes]
    assert all(nearest)


def test_two_tools_have_a_graph() -> None:
    tools = {f"a/{n}": tool(n, "a", "LampId!", "LampId LampName") for n in ("GetLamp", "UpdateLamp")}
    first, second = build_graph(tools)
    assert [x.tool for x in first.similar] == ["a/UpdateLamp"]
    assert [x.tool for x in second.similar] == ["a/GetLamp"]


# ---- dependencies -----------------------------------------------------------------------------------------------


def test_edges_lead_from_a_result_to_a_required_parameter() -> None:
    tools = pool(64)
    count = 0
    for node in graph():
        for edge in node.needs:
            count += 1
            source, target = tools[edge.source], tools[edge.target]
            assert edge.target == node.tool != edge.source
            assert source.source.group == target.source.group
            assert edge.parameter in target.parameters["required"]
            assert edge.field in {f.path for f in fields(source.returns)}
            assert 0 < edge.score <= 1
            assert edge.reason
    assert count > 64 * 3


def test_the_list_comes_first() -> None:
    (node,) = (n for n in graph() if n.tool == "apple/GetApple")
    first = node.needs[0]
    assert (first.source, first.field, first.parameter) == ("apple/ListApples", "Items.AppleId", "AppleId")
    assert {e.source for e in node.needs} <= {
        "apple/ListApples",
        "apple/CreateApple",
        "apple/UpdateApple",
        "apple/GetApple",
    }
    scores = [e.score for e in node.needs]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= 3


def test_what_nothing_shows_is_fed_by_nothing() -> None:
    tools = pool(50) | {"z/UseLamp": tool("UseLamp", "z", "LampId! ZorkCode! LampShade")}
    tools |= {f"z/{n}": tool(n, "z", "", "LampId LampShade", many=True) for n in ("ListLamps", "FindLamps")}
    needs = {n.tool: n.needs for n in build_graph(tools)}
    assert {(e.source, e.parameter) for e in needs["z/UseLamp"]} == {
        ("z/ListLamps", "LampId"),
        ("z/FindLamps", "LampId"),
    }
    assert needs["z/ListLamps"] == ()
