"""What a person asks of the graph and the domains, on the bike rental."""

import shutil
from pathlib import Path

import orjson
import pytest

from agentscaler import walk
from agentscaler.store import Run, read_rows
from conftest import Command


@pytest.fixture(scope="module")
def town(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bike rental with a graph."""
    folder = tmp_path_factory.mktemp("browse") / "run"
    folder.mkdir()
    for name in ("tools.jsonl", "tools.dropped.jsonl", "domains.jsonl", "domains.dropped.jsonl", "manifest.jsonl"):
        shutil.copy(bikes / name, folder / name)
    walk.graph(Run(folder), walk.Settings())
    return folder


def test_a_tool_with_its_suppliers_consumers_and_neighbours(command: Command, town: Path) -> None:
    nodes = {str(n["tool"]): n for n in read_rows(town / "graph.jsonl")}
    names = {str(t["id"]): str(t["source"]["operation"]) for t in read_rows(town / "tools.jsonl")}
    number, node = next((i, n) for i, n in sorted(nodes.items()) if any(w["supplier"] == "tools" for w in n["wants"]))
    shown = command("graph", "--run", town, "--show", names[number])
    assert shown.code == 0
    assert number in shown.out
    assert "domain bikes" in shown.out
    for edge in node["needs"]:
        assert names[edge["source"]] in shown.out
        assert edge["reason"] in shown.out
        back = command("graph", "--run", town, "--show", names[edge["source"]])
        assert names[number] in back.out.split("its results feed")[1], "what feeds it says so from the other side"
    for near in node["similar"][:3]:
        assert names[near["tool"]] in shown.out
    for name in (number[:6], names[number].upper()):
        assert command("graph", "--run", town, "--show", name).out == shown.out


def test_unknown_tools_and_domains_name_what_is_near(command: Command, town: Path) -> None:
    name = str(next(iter(read_rows(town / "tools.jsonl")))["source"]["operation"])
    ended = command("graph", "--run", town, "--show", name[:-1] + "x")
    assert ended.code == 2
    assert ended.err.startswith("error: no tool is called")
    assert name in ended.err
    ended = command("domains", "--run", town, "--show", "bike")
    assert ended.code == 2
    assert "the nearest are bikes" in ended.err
    ended = command("graph", "--run", town, "--show", "zzzzqqqq")
    assert "nothing is near it" in ended.err


def test_equal_names_are_told_apart(command: Command, town: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(town, folder)
    rows = list(read_rows(folder / "tools.jsonl"))
    twin = orjson.loads(orjson.dumps(rows[0]))
    twin["id"], twin["source"]["service"] = "f" * 16, "twin"
    (folder / "tools.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in [*rows, twin]))
    ended = command("graph", "--run", folder, "--show", twin["source"]["operation"])
    assert ended.code == 2
    assert "2 tools are called" in ended.err
    assert f":twin/{twin['source']['operation']}" in ended.err


def test_a_domain_by_kind_with_its_flows(command: Command, town: Path) -> None:
    shown = command("domains", "--run", town, "--show", "bikes")
    assert shown.code == 0
    assert "coherence: 100% of one service" in shown.out
    for tool in read_rows(town / "tools.jsonl"):
        assert str(tool["source"]["operation"]) in shown.out
    assert "dependencies" in shown.out


def test_without_a_graph_a_domain_still_shows_its_size(command: Command, bikes: Path) -> None:
    assert "23 tools" in command("domains", "--run", bikes, "--show", "bikes").out
    ended = command("graph", "--run", bikes, "--show", "x")
    assert ended.code == 2
    assert "run `agentscaler graph" in ended.err


def test_the_audit_counts_what_nobody_supplies(command: Command, town: Path) -> None:
    nodes = list(read_rows(town / "graph.jsonl"))
    lost = [(n["tool"], w["parameter"]) for n in nodes for w in n["wants"] if w["supplier"] == "nobody"]
    total = sum(len(n["wants"]) for n in nodes)
    assert command("graph", "--run", town, "--audit").out.startswith(f"{len(lost)} of {total} required parameters")
    listed = orjson.loads(command("graph", "--run", town, "--audit", "--json").out)
    assert sorted((r["tool"], r["parameter"]) for r in listed) == sorted(lost)
