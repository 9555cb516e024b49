"""How much of a benchmark stands in what an agent was trained on: names of tools, sets of parameters, tables. From the training set's own files, so that nothing has to be believed.

    trained = read_training("runs/first/sft");  overlap(trained, schemas)

A high overlap does not prove that a score is bought, and a low one does not prove that it is not (texts of tasks are not compared): it says how far the training worlds are from the benchmark's.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from agentscaler.errors import UserError
from agentscaler.records import EnvRow, JsonObject
from agentscaler.rollouts import kept_env
from agentscaler.store import Run, digest, read_records, read_rows
from agentscaler.words import singular, split

ALIKE: Final = 0.8
"""Sets of parameters with a Jaccard index of so much are called alike."""
FEWEST: Final = 2
"""Parameters that a tool must have for its set to say anything: `{id}` is like half of the world."""
TRAINING: Final = ("phase1.jsonl", "phase2.jsonl", "all.jsonl", "train.jsonl")


class Schemas(NamedTuple):
    """Tools and tables, of a benchmark or of a training set."""

    tools: Mapping[str, frozenset[str]]
    """Name -> its parameters."""
    tables: Mapping[str, frozenset[str]] = {}
    """Name -> its columns; none where they are not known."""


def schemas_of_run(run: Run) -> Schemas:
    """Tools and tables of a run's worlds."""
    tools: dict[str, frozenset[str]] = {}
    tables: dict[str, frozenset[str]] = {}
    for _, row in read_records(run.product("envs"), EnvRow):
        env = kept_env(str(run.path / row.folder))
        tools |= {t.name: frozenset(t.parameters.get("properties") or {}) for t in env.tools}
        tables |= {t.name: frozenset(c.name for c in t.columns) for t in (env.model.tables if env.model else ())}
    return Schemas(tools, tables)


class Training(NamedTuple):
    """What was trained on."""

    path: Path
    tools: tuple[tuple[str, frozenset[str]], ...]
    """Each kind of tool once: name, parameters."""
    tables: tuple[tuple[str, frozenset[str]], ...]
    """Each kind of table once: name, columns; none where the worlds are not beside the rows."""
    rows: int


def schemas_of(found: Mapping[str, Any]) -> Schemas:
    """What a benchmark's child says."""
    return Schemas({n: frozenset(p) for n, p in found["tools"].items()}, {n: frozenset(c) for n, c in found["tables"].items()})


def read_training(path: str | Path) -> Training:
    """A folder of training rows (sft/), one file of them, or a run (its worlds of the training side). Raises UserError."""
    path = Path(path)
    files = [path] if path.is_file() else [path / name for name in TRAINING if (path / name).exists()]
    run = Run(path if (path / "envs.jsonl").exists() else path.parent)
    if not files and (path / "sft").is_dir():
        return read_training(path / "sft")
    if not files and not run.product("envs").exists():
        raise UserError(f"{str(path)!r} holds no training rows: give an sft/ folder ({', '.join(TRAINING[:2])}), one file of rows with `tools`, or a run with finished envs")
    tools: set[tuple[str, frozenset[str]]] = set()
    count = 0
    seen: set[str] = set()
    for file in files:
        for row in read_rows(file):
            count += 1
            listed = row.get("tools") or []
            mark = digest(listed)
            if mark not in seen:
                seen.add(mark)
                tools.update(_tool(t) for t in listed)
    if count and not tools:
        raise UserError(f"rows of {files[0]} have no `tools`: give rows in OpenAI's chat format, as `agentscaler sft` writes them")
    tables: set[tuple[str, frozenset[str]]] = set()
    for _, world in read_records(run.product("envs"), EnvRow) if run.product("envs").exists() else ():
        if world.split == "train" and (run.path / world.folder).is_dir():
            env = kept_env(str(run.path / world.folder))
            if not files:
                tools.update((t.name, frozenset(t.parameters.get("properties") or {})) for t in env.tools)
            tables.update((t.name, frozenset(c.name for c in t.columns)) for t in (env.model.tables if env.model else ()))
    order = lambda one: (one[0], sorted(one[1]))  # noqa: E731
    return Training(path, tuple(sorted(tools, key=order)), tuple(sorted(tables, key=order)), count)


def _tool(tool: JsonObject) -> tuple[str, frozenset[str]]:
    about = tool.get("function", tool)
    return str(about.get("name")), frozenset((about.get("parameters") or {}).get("properties") or {})


def overlap(trained: Training, of: Schemas) -> JsonObject:
    """Numbers for the stamp. exact: tools whose name stands in training to the letter; spelled: in any spelling (DeleteMessage, delete_message); same: name and all parameters, too; alike: tools whose parameters are like those of some training tool; tables: the mean over the benchmark's tables of the share of
    columns that the likest training table of the same name holds, null where tables are not known."""
    names, spelled, both = {n for n, _ in trained.tools}, {split(n) for n, _ in trained.tools}, set(trained.tools)
    by_parameter: dict[str, list[int]] = {}
    sets = sorted({p for _, p in trained.tools if len(p) >= FEWEST}, key=sorted)
    for number, parameters in enumerate(map(_plain, sets)):
        for one in parameters:
            by_parameter.setdefault(one, []).append(number)
    plain = [_plain(s) for s in sets]
    best = {name: _likest(_plain(p), plain, by_parameter) for name, p in of.tools.items() if len(p) >= FEWEST}
    exact = sorted(n for n in of.tools if n in names)
    return {
        "training": trained.path.name, "training_tools": len(trained.tools), "tools": len(of.tools), "exact": len(exact), "exact_names": exact[:20], "spelled": sum(split(n) in spelled for n in of.tools),
        "same": sum((n, p) in both for n, p in of.tools.items()), "compared": len(best), "alike": sum(v >= ALIKE for v in best.values()),
        "mean_jaccard": round(sum(best.values()) / len(best), 3) if best else None, "most_jaccard": round(max(best.values(), default=0.0), 3),
        "tables": _tables(trained.tables, of.tables), "table_names": sorted({t for t in of.tables if any(_table(n) == _table(t) for n, _ in trained.tables)})[:20],
    }  # fmt: skip


def _plain(parameters: Iterable[str]) -> frozenset[str]:
    """Spelling apart: userId, user_id and UserID are one."""
    return frozenset("_".join(split(p)) for p in parameters)


def _likest(wanted: frozenset[str], sets: Sequence[frozenset[str]], by_parameter: Mapping[str, Sequence[int]]) -> float:
    near = {number for one in wanted for number in by_parameter.get(one, ())}
    return max((len(wanted & sets[n]) / len(wanted | sets[n]) for n in near), default=0.0)


def _table(name: str) -> str:
    """In the singular, spelling apart."""
    return "_".join(singular(w) for w in split(name))


def _tables(trained: Sequence[tuple[str, frozenset[str]]], of: Mapping[str, frozenset[str]]) -> float | None:
    if not trained or not of:
        return None
    shares = []
    for name, columns in of.items():
        wanted = _plain(columns)
        like = [len(wanted & _plain(c)) / len(wanted) for n, c in trained if _table(n) == _table(name)] if wanted else []
        shares.append(max(like, default=0.0))
    return round(sum(shares) / len(shares), 3)


def in_a_cell(found: JsonObject | None) -> str:
    """In a cell of a table."""
    if found is None:
        return "not said"
    tables = "" if found["tables"] is None else f", tables {100 * found['tables']:.0f} %"
    return f"names {found['exact']} ({found['spelled']} in any spelling)/{found['tools']}, alike {found['alike']}/{found['compared']}{tables}"


def row_of(name: str, part: str, found: JsonObject) -> dict[str, Any]:
    """A line of the table that `evals contamination` prints."""
    return {
        "name": name, "part": part, "tools": found["tools"], "same name": found["exact"], "in any spelling": found["spelled"], "and parameters": found["same"], f"parameters alike ({ALIKE})": f"{found['alike']} of {found['compared']}",
        "mean Jaccard": found["mean_jaccard"], "highest": found["most_jaccard"], "tables": "not known" if found["tables"] is None else f"{100 * found['tables']:.0f} %", "which names": ", ".join(found["exact_names"][:6]),
    }  # fmt: skip
