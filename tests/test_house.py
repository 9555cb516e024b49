"""The house itself: its public face, its floors, what an import costs, what ships, and pages that must not drift from the code."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath

import orjson
import pytest

import agentscaler

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "agentscaler"
TEXTS = (".py", ".md", ".toml", ".txt", ".yaml", ".json", ".html", ".css", ".js", ".sql", ".jsonl", "")
LONGEST = 500
LONG = {"records.py": 790}
"""One note under each field of each record: the one place that may be longer."""


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository; those of the folder, where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [str(p.relative_to(ROOT)) for folder in ("src", "tests", "docs", "runs", "benchmarks") for p in (ROOT / folder).rglob("*") if "__pycache__" not in p.parts]
    return tuple(p for name in listed if (p := ROOT / name).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix in TEXTS:
            yield path, path.read_text(encoding="utf-8")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return found


# ---- the public face ------------------------------------------------------------------------------------------------


def test_public_face_is_what_others_rely_on() -> None:
    assert agentscaler.__all__ == ["World", "from_calls", "grade", "play", "read_env", "read_tasks"]
    assert all(callable(getattr(agentscaler, name)) for name in agentscaler.__all__)
    with pytest.raises(AttributeError, match="no attribute 'paly'"):
        agentscaler.paly  # noqa: B018


def test_methods_of_a_world_are_what_others_rely_on() -> None:
    assert {"open", "call", "reset", "diff", "snapshot", "restore", "close"} <= set(vars(agentscaler.World))
    with pytest.raises(TypeError):
        agentscaler.World.open("somewhere", 7)  # type: ignore[arg-type,misc]


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in memory after a statement, in a fresh process."""
    program = f"import sys\n{statement}\nprint(*{{m.partition('.')[0] for m in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split())


HEAVY = {"numpy", "scipy", "sklearn", "igraph", "sparse_dot_topn", "faker", "jinja2", "pandas", "botocore", "googleapiclient", "torch", "transformers", "tokenizers", "trl", "peft", "datasets"}


@pytest.mark.parametrize(
    ("statement", "not_these"),
    [
        ("import agentscaler", HEAVY | {"typer", "click", "rich", "yaml", "asyncio"}),
        ("from agentscaler import World, from_calls, grade, play, read_env, read_tasks", HEAVY | {"typer", "click"}),
        ("import agentscaler.cli", HEAVY | {"openai", "httpx", "httpx2"}),
        ("import agentscaler.walk.models", HEAVY | {"openai", "httpx", "httpx2", "typer", "click"}),
        ("import agentscaler.train.loop, agentscaler.train.masks", HEAVY | {"typer", "click"}),
        ("import agentscaler.learn.curve, agentscaler.learn.page", {"torch", "transformers", "tokenizers", "trl", "peft", "datasets", "typer", "igraph", "scipy", "sklearn"}),
    ],
)
def test_import_costs_no_more_than_it_must(statement: str, not_these: set[str]) -> None:
    assert loaded_by(statement) & not_these == set()


def test_import_does_nothing_to_the_world(tmp_path: Path) -> None:
    program = "import agentscaler.cli, agentscaler.walk, agentscaler.report, agentscaler.check, agentscaler.demo"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert list(tmp_path.iterdir()) == []


# ---- floors ---------------------------------------------------------------------------------------------------------


def layers() -> list[set[str]]:
    [contract] = project()["tool"]["importlinter"]["contracts"]  # type: ignore[index]
    return [{re.sub(r"[()]", "", m) for m in re.split(r"[|:\s]+", layer) if m} for layer in contract["layers"]]


def test_every_module_stands_on_a_floor() -> None:
    named = {name for layer in layers() for name in layer}
    there = {p.stem if p.suffix else p.name for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()} - {"__init__", "__main__"}
    assert there == named


def test_rooms_stand_side_by_side_below_the_walk_and_above_the_court() -> None:
    floors = {name: n for n, layer in enumerate(layers()) for name in layer}
    rooms = {floors[r] for r in ("tools", "graph", "domains", "envs", "tasks", "rollouts", "funnel", "sft", "train", "report")}
    assert len(rooms) == 1
    assert floors["cli"] < floors["check"] < floors["walk"] < min(rooms) < floors["episode"] < floors["world"] < floors["llm"] < floors["store"] < floors["records"]


def test_imports_only_go_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


# ---- files ----------------------------------------------------------------------------------------------------------


def test_every_file_says_what_it_is() -> None:
    assert [str(p.relative_to(ROOT)) for p in tracked() if p.suffix == ".py" and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))] == []


def test_no_file_is_longer_than_one_can_read() -> None:
    """Lines that say something; at 500 a file is split."""
    lines = {str(p.relative_to(PACKAGE)): sum(bool(line.strip()) for line in p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    assert {name: count for name, count in lines.items() if count > LONG.get(name, LONGEST)} == {}


def test_docs_of_the_files_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_skipped_without_the_extra_for_training_is_run_with_it() -> None:
    [line] = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "$(TRAIN)/bin/python -m pytest" in line]
    skipping = {f"tests/{p.name}" for p in (ROOT / "tests").glob("test_*.py") if re.search(r"importorskip\(\s*\"(torch|transformers|trl|datasets|peft|accelerate)", p.read_text(encoding="utf-8"))}
    assert len(skipping) > 5
    assert skipping <= set(line.split())
    assert "make test-train" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_page_of_the_paper_points_at_what_is_there() -> None:
    page = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`([a-z_/0-9]+(?:\.py|/))`", page)) - {"tools.py", "runs/"}  # a world's own, and not of the package
    assert len(files) > 20
    assert [f for f in files if not (PACKAGE / f).exists()] == []
    named = [(name, file) for names, file in re.findall(r"((?:`[A-Za-z_.]+`(?:, | and )?)+) in `([a-z_/]+\.py)`", page) for name in re.findall(r"`(?:\w+\.)?(\w+)`", names)]
    assert len(named) > 12
    assert [(name, file) for name, file in named if not re.search(rf"\b{name}\b", (PACKAGE / file).read_text(encoding="utf-8"))] == []


def test_no_path_of_a_machine_stands_in_the_repository() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|tmp)(?:/|\b)")
    found = [f"{p.relative_to(ROOT)}: {line.strip()[:80]}" for p, text in texts() if "tests" not in p.parts for line in text.splitlines() if machine.search(line)]
    assert found == []


def test_no_key_stands_in_the_repository() -> None:
    key = re.compile(r"\b(?:sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[A-Za-z0-9]{36})\b|BEGIN [A-Z ]*PRIVATE KEY")
    assert [str(p.relative_to(ROOT)) for p, text in texts() if key.search(text)] == []


WORDS = 12
"""So many words in a row are a quotation."""


def test_no_text_of_a_provider_stands_in_the_repository() -> None:
    botocore = pytest.importorskip("botocore.loaders")
    ours: set[tuple[str, ...]] = set()
    for _, text in texts():
        words = re.findall(r"[a-z]+", text.lower())
        ours.update(zip(*(words[n:] for n in range(WORDS)), strict=False))
    loader = botocore.Loader()
    for service in ("sqs", "connect", "amplify", "workspaces", "chime-sdk-voice", "backup"):
        model = loader.load_service_model(service, "service-2")
        said = [o.get("documentation", "") for o in (*model["operations"].values(), *model["shapes"].values())]
        for text in said:
            words = re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", text).lower())
            quoted = [" ".join(gram) for gram in zip(*(words[n:] for n in range(WORDS)), strict=False) if gram in ours]
            assert quoted == [], service


# ---- what ships -----------------------------------------------------------------------------------------------------


def data_files() -> list[str]:
    return sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*") if p.is_file() and p.suffix != ".py" and "__pycache__" not in p.parts)


def test_every_data_file_is_named_for_the_wheel() -> None:
    globs: list[str] = project()["tool"]["setuptools"]["package-data"]["agentscaler"]  # type: ignore[index]
    assert {"py.typed", "data/background.json", "data/demo/bikes.yaml", "report/index.html"} <= set(data_files())
    assert [f for f in data_files() if not any(PurePath(f).match(g) or (g.endswith("/**/*") and f.startswith(g[:-4])) for g in globs)] == []


def test_what_ships_is_small_and_holds_numbers_not_texts() -> None:
    assert sum((PACKAGE / f).stat().st_size for f in data_files()) < 1_000_000
    background = orjson.loads((PACKAGE / "data" / "background.json").read_bytes())
    longest = max((name for kind in background["features"].values() for name in kind), key=lambda n: len(n.split()))
    assert len(longest.split()) <= 8, longest


def test_versions_agree() -> None:
    assert version("agentscaler") == project()["project"]["version"]  # type: ignore[index]


def test_typed_means_typed_to_others(tmp_path: Path) -> None:
    """A checker of somebody else's code sees our types."""
    checker = Path(sys.executable).with_name("mypy")
    if not checker.exists():
        pytest.skip("mypy is not installed")
    (tmp_path / "mine.py").write_text("from agentscaler import World, read_env\nworld: int = World.open(read_env('x'), seed=7)\n")
    done = subprocess.run([checker, "--follow-imports=silent", "--cache-dir", str(ROOT / ".mypy_cache" / "outside"), "mine.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 'has type "World", variable has type "int"' in done.stdout, done.stdout


def _new_enough() -> bool:
    try:
        return int(version("setuptools").split(".")[0]) >= 77
    except PackageNotFoundError:
        return False


@pytest.mark.skipif(not _new_enough(), reason="needs setuptools 77 here, for tests fetch nothing")
def test_wheel_holds_code_and_data(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(PACKAGE, tmp_path / "src" / "agentscaler", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path / "out"), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    [wheel] = (tmp_path / "out").glob("agentscaler-*.whl")
    inside = zipfile.ZipFile(wheel).namelist()
    assert {f"agentscaler/{f}" for f in data_files()} <= set(inside)
    assert {f"agentscaler/{m.relative_to(PACKAGE)}" for m in modules()} <= set(inside)
    assert not [n for n in inside if n.startswith(("tests/", "benchmarks/"))]
