"""The paper's table for one model, from a recipe: which cells are played with which user, what cannot be run and why, and the paper's own rows beside it.

    found = run_paper(read_paper(Path("runs/paper-scores.toml"), agent="qwen3-8b@http://localhost:8000/v1", sources=[...]));  found.rows, found.missing

Published rows are copied from the paper and marked so: the user model, the number of trials and the revisions behind them are not known here, so they stand beside and are never compared.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.errors import UserError
from agentscaler.evals.bench.beside import beside
from agentscaler.evals.bench.overall import overall
from agentscaler.evals.bench.parity import SERVED, opened, sort_sources, source_for
from agentscaler.evals.bench.played import Seats, Table, evaluate
from agentscaler.evals.contamination import Training, overlap, schemas_of
from agentscaler.evals.numbers import success
from agentscaler.evals.score import Result, read_result
from agentscaler.llm.keys import Keys, is_endpoint

PUBLISHED: Final = Path(__file__).parents[2] / "data" / "paper_scores.json"
EPISODES: Final = {"airline": 8}
"""Trials where nobody says how many: airline has 50 tasks only."""
TRIALS: Final = 4


class Job(NamedTuple):
    """A cell to play."""

    benchmark: str
    domain: str
    trials: int | None = None
    steps: int | None = None
    limit: int | None = None


class Setting(NamedTuple):
    """What is at hand."""

    sources: Mapping[str, Path]
    pythons: Mapping[str, Path]
    cache: Path
    unpinned: bool = False
    training: Training | None = None


class NotThere(UserError):
    """The benchmark's data or environment is not at hand; says what to get."""


def play(job: Job, seats: Seats, setting: Setting, *, out: Path, seed: int = 0, at_once: int = 4, fresh: bool = False) -> list[Path]:
    """The cell's result files: the rows without a model, then the agent's. Raises NotThere, UserError."""
    served = SERVED[job.benchmark]
    why, start = opened(job.benchmark, setting.sources, setting.cache, setting.pythons, unpinned=setting.unpinned)
    if start is None:
        raise NotThere(f"{job.benchmark} is not there: {why}")
    if seats.user is None and served.needs_user:
        raise UserError(f"{job.benchmark} needs a model that plays the user: --user NAME@https://HOST/v1")
    caps = {"tau-bench": {"steps": job.steps or 30}, "acebench": {"turns": job.steps or 40}, "bfcl": {}}.get(job.benchmark, {"steps": job.steps or 200, "errors": 10})
    source = source_for(job.benchmark, setting.sources, unpinned=setting.unpinned)
    table = Table(job.benchmark, job.domain, start, source, served.revision, caps, served.program == "serve_tau2")
    found = None
    if setting.training is not None:
        with start() as line:
            found = overlap(setting.training, schemas_of(line.ask("schemas", domain=job.domain)))
    trials = job.trials or EPISODES.get(job.domain, TRIALS)
    floors = beside(table, seats, out=out, limit=job.limit, at_once=at_once)
    return [*floors, evaluate(table, seats, out=out, trials=trials, seed=seed, limit=job.limit, at_once=at_once, fresh=fresh, overlap=found)]


# ---- the recipe ---------------------------------------------------------------------------------------------------

_RUN: Final[Mapping[str, type | tuple[type, ...]]] = {
    "out": str, "agent": str, "user": str, "set": dict, "user_set": dict, "trials": int, "seed": int, "at_once": int, "sources": list, "train": str, "prices": dict, "budget": (int, float),
    "timeout": (int, float), "tries": int,
}  # fmt: skip
_CELL: Final[Mapping[str, type | tuple[type, ...]]] = {"benchmark": str, "domain": str, "trials": int, "steps": int, "column": str}


class Paper(NamedTuple):
    """A recipe, read and checked."""

    cells: tuple[tuple[str, Job], ...]
    """(column of the table, what is played)."""
    seats: Seats
    setting: Setting
    out: Path
    seed: int
    at_once: int


def read_paper(
    path: Path, *, agent: str | None = None, user: str | None = None, out: Path | None = None, sources: Sequence[Path] = (), pythons: Mapping[str, Path] = {}, train: Path | None = None,
    keys: Keys | None = None, limit: int | None = None, cache: Path,
) -> Paper:  # fmt: skip
    """The recipe with what the command line says in its place. Raises UserError that names file, field and value."""
    from agentscaler.evals.contamination import read_training

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; give the path of a recipe, such as runs/paper-scores.toml") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}") from error
    if unknown := sorted(data.keys() - {"run", "cell"}):
        raise UserError(f"{path}: [{unknown[0]}] is no table; there are [run] and a [[cell]] for each cell")
    told = _checked(path, "run", data.get("run", {}), _RUN)
    cells = [_checked(path, "cell", c, _CELL) for c in data.get("cell", [])]
    for cell in cells:
        if cell.get("benchmark") not in SERVED or cell.get("domain") not in SERVED[cell["benchmark"]].domains:
            raise UserError(f"{path}: [[cell]] names {cell.get('benchmark')!r} {cell.get('domain')!r}; benchmarks and domains are " + "; ".join(f"{n}: {', '.join(s.domains)}" for n, s in SERVED.items()))
    agent, user = agent or told.get("agent"), user or told.get("user")
    for flag, who in (("agent", agent), ("user", user)):
        if not who or not is_endpoint(who):
            raise UserError(f"{path}: [run] {flag} is {who!r}; give NAME@https://HOST/v1 there or with --{flag}")
    seats = Seats(str(agent), user, told.get("set", {}), told.get("user_set", {}), keys, told.get("prices", {}), told.get("budget"), float(told.get("timeout", 600.0)), told.get("tries", 6))
    trained = train or (Path(told["train"]) if "train" in told else None)
    folders = [*sources, *(Path(f) for f in told.get("sources", ()) if Path(f).is_dir())]
    setting = Setting(sort_sources(folders), pythons, cache, False, read_training(trained) if trained else None)
    jobs = tuple((str(c.get("column") or f"{c['benchmark']} {c['domain']}"), Job(c["benchmark"], c["domain"], c.get("trials", told.get("trials")), c.get("steps"), limit)) for c in cells)
    return Paper(jobs, seats, setting, out or Path(told.get("out", "evals/paper")), told.get("seed", 0), told.get("at_once", 4))


def _checked(path: Path, name: str, given: Any, allowed: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UserError(f"{path}: [{name}] is no table")
    for key, value in given.items():
        if key not in allowed:
            raise UserError(f"{path}: [{name}] has no setting {key!r}; there are {', '.join(allowed)}")
        if not isinstance(value, allowed[key]) or isinstance(value, bool):
            raise UserError(f"{path}: [{name}] {key} is {value!r}, which is of another type than it must be")
    return dict(given)


# ---- the table ----------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """What came of it."""

    paths: list[Path]
    rows: list[dict[str, Any]]
    """Published rows, rows without a model, the model's."""
    missing: list[dict[str, Any]]
    """Cells that were not run, with the line of what to get."""


def run_paper(told: Paper) -> Found:
    """Play every cell that can be run. Raises UserError where one stopped before its end; the same command goes on."""
    paths: list[Path] = []
    missing: list[dict[str, Any]] = []
    results: dict[str, list[Result]] = {}
    for column, job in told.cells:
        seats = told.seats._replace(user=None) if job.benchmark == "bfcl" else told.seats
        try:
            made = play(job, seats, told.setting, out=told.out, seed=told.seed, at_once=told.at_once)
        except NotThere as error:
            missing.append({"name": column, "": "not run", "why": str(error)})
            continue
        paths += made
        results[column] = [read_result(p) for p in made]
    columns = [column for column, _ in told.cells]
    return Found(paths, [*published(columns), *measured(columns, results)], missing)


def published(columns: Sequence[str]) -> list[dict[str, Any]]:
    """The paper's own rows, in the recipe's columns."""
    told = orjson.loads(PUBLISHED.read_bytes())
    return [{"name": row["name"], "from": f"published ({told['source']}), not measured", **{c: row["scores"].get(c, "-") for c in columns}} for row in told["rows"]]


def measured(columns: Sequence[str], results: Mapping[str, Sequence[Result]]) -> list[dict[str, Any]]:
    """A row a player; `not run` where its cell could not be."""
    names: dict[str, None] = {}
    for some in results.values():
        names.update(dict.fromkeys(r.stamp.agent for r in some))
    rows = []
    for name in names or {"no model": None}:
        row: dict[str, Any] = {"name": name, "from": "not measured"}
        for column in columns:
            found = next((r for r in results.get(column, ()) if r.stamp.agent == name), None)
            row[column] = "not run" if found is None else _cell(found)
            if found is not None:
                row["from"] = f"measured {found.stamp.date[:10]}, " + ("no model" if found.stamp.scripted else f"user {found.stamp.user}")
        rows.append(row)
    return rows


def _cell(found: Result) -> str:
    """pass^1 with how many episodes it rests on; ACEBench by its own sum, official / strict."""
    limited = "*" if ", the first" in found.stamp.revision else ""
    if found.stamp.benchmark == "acebench":
        told = overall(found)
        whole = [told[rule]["overall"] for rule in ("official", "strict")]
        return "-" if None in whole else f"{100 * (whole[0] or 0):.1f} (strictly {100 * (whole[1] or 0):.1f}){limited}"
    return f"{100 * success(found.outcomes()).value:.1f}{limited}"
