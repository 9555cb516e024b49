"""The walk over a run folder: the same bytes at any number of workers, and after a kill -9 in any room."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import read_tasks, walk
from agentscaler.errors import UserError
from agentscaler.store import Run, read_rows
from conftest import ALL, BIKES
from small_services import documents

SERVICES = 17
"""Made-up services; with the bike rental, 18 worlds: more than workers are given at once in any room."""
VERTICAL = ["user:f*", "user:bike*"]
FIRST = "tools graph domains envs tasks rollouts".split()
PRODUCTS = {verb: (verb,) for verb in FIRST} | {"rollouts": ("rollouts", "probes"), "funnel": ("kept",), "sft": ("sft/phase1", "sft/phase2", "sft/heldout")}
"""Verb -> what it makes, in the order of the walk."""
GROWING = {"envs": "envs", "tasks": "candidates", "rollouts": "rollouts", "funnel": "kept"}
"""Rooms that go on row by row, and what grows while they work."""

Walk = Callable[[Run, walk.Settings], Any]


def steps(files: list[Path]) -> dict[str, Walk]:
    """The verbs with the arguments of this walk."""
    return {
        "tools": lambda run, settings: walk.tools(run, settings, files=files, with_pool=False),
        "graph": walk.graph,
        "domains": lambda run, settings: walk.domains(run, settings, scores=False),
        "envs": walk.envs,
        "tasks": lambda run, settings: walk.tasks(run, settings, most=8, tries=80),
        "rollouts": lambda run, settings: walk.rollouts(run, settings, agents=ALL),
        "funnel": walk.funnel,
        "sft": lambda run, settings: walk.sft(run, settings, vertical=VERTICAL, allow_scripted=True),
    }


def words(verb: str, files: list[Path]) -> list[str]:
    """The same as one would type it."""
    flags: dict[str, list[object]] = {
        "tools": [w for f in files for w in ("--from", f)],
        "tasks": ["--most", 8, "--tries", 80],
        "rollouts": ["--agents", ",".join(ALL)],
        "sft": ["--allow-scripted", *(w for v in VERTICAL for w in ("--vertical", v))],
    }
    return [verb, *map(str, flags.get(verb, []))]


def made(run: Path) -> dict[str, bytes]:
    """All products, byte for byte: everything in the folder but the manifest, which has times."""
    return {str(p.relative_to(run)): p.read_bytes() for p in sorted(run.rglob("*")) if p.is_file() and p.name != "manifest.jsonl"}


def same(one: dict[str, bytes], two: dict[str, bytes]) -> None:
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [BIKES, *documents(tmp_path_factory.mktemp("services"), SERVICES)]


@pytest.fixture(scope="module")
def town(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The undisturbed walk, one process."""
    folder = tmp_path_factory.mktemp("town") / "run"
    for step in steps(files).values():
        step(Run(folder), walk.Settings(workers=1))
    return folder


def before(town: Path, verb: str, folder: Path) -> Path:
    """A run folder in which everything up to a verb is done."""
    folder.mkdir()
    for earlier in list(PRODUCTS)[: list(PRODUCTS).index(verb)]:
        for name in PRODUCTS[earlier]:
            for path in (town / f"{name}.jsonl", town / f"{name}.dropped.jsonl"):
                shutil.copy2(path, folder / path.name)
    if verb in ("tasks", "rollouts", "funnel", "sft"):
        shutil.copytree(town / "envs", folder / "envs")
    done = {name for earlier in list(PRODUCTS)[: list(PRODUCTS).index(verb)] for name in PRODUCTS[earlier]}
    lines = [row for row in read_rows(town / "manifest.jsonl") if row["verb"] in done]
    (folder / "manifest.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in lines))
    return folder


def upto(town: Path, verb: str) -> dict[str, bytes]:
    """What the undisturbed walk had made when it was done with a verb."""
    verbs = list(PRODUCTS)[: list(PRODUCTS).index(verb) + 1]
    names = {f"{n}{end}" for v in verbs for n in PRODUCTS[v] for end in (".jsonl", ".dropped.jsonl")} | ({"sft/README.md"} if "sft" in verbs else set())
    return {name: data for name, data in made(town).items() if name in names or (name.startswith("envs/") and "envs" in verbs)}


# ---- workers --------------------------------------------------------------------------------------------------------


def test_walk_is_large_enough_to_be_split(town: Path) -> None:
    """Otherwise all the rest would pass in one process."""
    worlds = sum(1 for _ in read_rows(town / "envs.jsonl"))
    tasks = read_tasks(town)
    assert worlds > 12
    assert len({t.env for t in tasks}) > 4
    assert sum(1 for _ in read_rows(town / "rollouts.jsonl")) > 64
    assert all((town / "sft" / f"{n}.jsonl").stat().st_size for n in ("phase1", "phase2"))
    assert not list(town.rglob("*.part*"))


@pytest.mark.parametrize("workers", [2, 4])
def test_products_are_the_same_at_any_number_of_workers(town: Path, files: list[Path], tmp_path: Path, workers: int) -> None:
    for step in steps(files).values():
        step(Run(tmp_path / "run"), walk.Settings(workers=workers))
    same(made(tmp_path / "run"), made(town))


def test_manifest_tells_how_each_product_was_made(town: Path) -> None:
    lines = Run(town).manifest()
    assert list(lines) == [*(n for v in PRODUCTS for n in sorted(PRODUCTS[v], key=lambda n: (n == "rollouts", n != "sft/heldout", n != "sft/phase2")))]
    assert lines["tasks"]["arguments"] == {"most": 8, "tries": 80, "worlds": None, "paper": False, "balance": "", "vendor": 1.0, "boundary": 0.05}
    assert (lines["tasks"]["seed"], lines["tasks"]["limit"]) == (0, None)
    assert set(lines["sft/phase1"]["inputs"]) == {"kept", "rollouts", "envs"}
    assert set(lines["tools"]["inputs"]) >= {"bikes.yaml"}
    for verb, line in lines.items():
        assert line["kept"] == (town / f"{verb}.jsonl").read_bytes().count(b"\n")
        assert sum(line["dropped"].values()) == (town / f"{verb}.dropped.jsonl").read_bytes().count(b"\n")
        assert line["seconds"] >= 0
        assert line["version"]


def test_rows_stand_in_the_order_of_their_keys(town: Path) -> None:
    for path in town.rglob("*.jsonl"):
        if path.name != "manifest.jsonl":
            keys = [row["key"] for row in read_rows(path)]
            assert keys == sorted(set(keys)), path.name


# ---- limit and seed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "product", "inputs"), [("envs", "envs", "domains"), ("rollouts", "rollouts", "tasks"), ("funnel", "kept", "rollouts")])
def test_limit_gives_the_rows_of_the_first_so_many(town: Path, files: list[Path], tmp_path: Path, verb: str, product: str, inputs: str) -> None:
    run = before(town, verb, tmp_path / "run")
    steps(files)[verb](Run(run), walk.Settings(limit=5))
    first = [row["id"] for row in read_rows(town / f"{inputs}.jsonl")][:5]
    for name in (f"{product}.jsonl", f"{product}.dropped.jsonl"):
        expected = [line for line in (town / name).read_bytes().splitlines() if orjson.loads(line)["from"][0] in first]
        assert (run / name).read_bytes().splitlines() == expected


def test_another_seed_gives_other_tasks_and_other_words(town: Path, files: list[Path], tmp_path: Path) -> None:
    other = before(town, "tasks", tmp_path / "run")
    for verb in ("tasks", "rollouts"):
        steps(files)[verb](Run(other), walk.Settings(seed=1))
    said, before_it = ({t.brief.text for t in read_tasks(run)} for run in (other, town))
    assert len(said & before_it) < len(said) / 10, "how many there are may be asked twice"
    assert {r["seed"] for r in read_rows(other / "rollouts.jsonl")} == {1}


# ---- kill -9 --------------------------------------------------------------------------------------------------------


def killed(where: str, count: int, verb: str, files: list[Path], run: Path) -> None:
    """The verb on the command line, which dies on the way."""
    command = [sys.executable, str(Path(__file__).with_name("dying.py")), where, str(count), *words(verb, files), "--run", str(run), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-800:]


@pytest.mark.parametrize("verb", PRODUCTS)
def test_killed_in_the_middle_and_again_at_the_end_it_goes_on(town: Path, files: list[Path], tmp_path: Path, verb: str) -> None:
    run = before(town, verb, tmp_path / "run")
    killed("keep", 7, verb, files, run)
    assert not any((run / f"{name}.jsonl").exists() for name in PRODUCTS[verb]), "nothing half done stands on a shelf"
    part = run / f"{GROWING.get(verb, verb)}.jsonl.part"
    grown = part.read_bytes() if verb in GROWING else b""
    worlds = {p: p.stat().st_ino for line in grown.splitlines() if (p := run / orjson.loads(line).get("folder", "") / "env.json").exists()}
    if verb in GROWING:
        assert grown.count(b"\n") >= 2, "finished rows are on the disk"
    killed("write", 3 if verb == "sft" else 1, verb, files, run)
    if part.exists():
        assert part.read_bytes().startswith(grown), "and they stay"
    if verb == "envs":
        assert len(worlds) == 7
        assert all(p.stat().st_ino == inode for p, inode in worlds.items()), "worlds that were finished are not built again"
    steps(files)[verb](Run(run), walk.Settings(workers=1))
    same(made(run), upto(town, verb))


@pytest.mark.parametrize(("verb", "rows"), [("envs", 2), ("tasks", 2), ("rollouts", 20)])
def test_killed_from_outside_with_workers_it_goes_on(town: Path, files: list[Path], tmp_path: Path, verb: str, rows: int) -> None:
    run = before(town, verb, tmp_path / "run")
    part = run / f"{GROWING[verb]}.jsonl.part"
    command = [sys.executable, "-c", "from agentscaler.cli import main; main()", *words(verb, files), "--run", str(run), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if part.exists() and part.read_bytes().count(b"\n") >= rows:
            process.kill()
            break
        time.sleep(0.002)
    if process.wait(timeout=60) == -signal.SIGKILL:
        assert part.read_bytes().count(b"\n") >= rows
    steps(files)[verb](Run(run), walk.Settings(workers=1))
    same(made(run), upto(town, verb))


def test_torn_last_line_is_made_again(town: Path, files: list[Path], tmp_path: Path) -> None:
    run = before(town, "funnel", tmp_path / "run")
    killed("keep", 9, "funnel", files, run)
    part = run / "kept.jsonl.part"
    whole = part.read_bytes()
    part.write_bytes(whole[:-20])
    walk.funnel(Run(run), walk.Settings())
    same(made(run), upto(town, "funnel"))


def test_other_inputs_in_the_middle_ask_for_fresh(town: Path, files: list[Path], tmp_path: Path) -> None:
    run = before(town, "funnel", tmp_path / "run")
    killed("keep", 9, "funnel", files, run)
    rollouts = run / "rollouts.jsonl"
    rows = rollouts.read_bytes().splitlines(keepends=True)
    rollouts.write_bytes(b"".join(rows[1:]))
    with pytest.raises(UserError, match="--fresh"):
        walk.funnel(Run(run), walk.Settings())
    walk.funnel(Run(run), walk.Settings(fresh=True))
    assert sum(1 for n in ("kept", "kept.dropped") for _ in read_rows(run / f"{n}.jsonl")) == len(rows) - 1
