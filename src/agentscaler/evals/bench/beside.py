"""The rows beside every model on a benchmark of others: its gold, an agent that does nothing, one that refuses or hands everybody over. No model, one trial, the benchmark's own code and reward; made once for each revision and kept.

A conversation that the user ends is assumed: doing nothing for ever would run into the cap on steps, and earn nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from agentscaler.evals.bench.line import Line, Refused
from agentscaler.evals.bench.played import Seats, Table, score_of, stamp_of, tasks_of
from agentscaler.evals.score import FIXED, Result, Stamp, read_result, write_result
from agentscaler.records import JsonObject
from agentscaler.work import Bar

VERBS: Final = {"gold": "gold", "do-nothing": "idle", "always-refuse": "refuse"}
"""Name of the row -> what the child is asked."""


def beside(table: Table, seats: Seats, *, out: Path, limit: int | None = None, at_once: int = 4) -> list[Path]:
    """The result files of the rows; what is there of the same revision and tasks is used."""
    tasks = tasks_of(table, seats, limit)
    stamp = stamp_of(table, seats._replace(sampling={}, user_sampling={}), 1, 0, limit, tasks)
    paths = {name: out / "results" / f"{name}.{table.benchmark.replace(' ', '-')}-{table.domain}.jsonl" for name in VERBS}
    stamps = {name: stamp.model_copy(update={"agent": name, "scripted": True, "user": "none"}) for name in VERBS}
    wanted = [name for name, path in paths.items() if not _there(path, stamps[name])]
    for name, rows in _asked(table, wanted, tasks, at_once).items():
        scores = [score_of(row, stamps[name]) for row in rows]
        if name == "gold":  # nobody else can be at fault
            scores = [s if s.passed is not False else s.model_copy(update={"blame": "benchmark", "evidence": "its own gold does not pass"}) for s in scores]
        write_result(paths[name], Result(stamps[name], tuple(scores)))
    return list(paths.values())


def _there(path: Path, stamp: Stamp) -> bool:
    """Was it made of the same revision and tasks?"""
    return path.exists() and all(getattr(read_result(path).stamp, f) == getattr(stamp, f) for f in FIXED)


def _asked(table: Table, names: Sequence[str], tasks: Sequence[JsonObject], at_once: int) -> dict[str, list[JsonObject]]:
    """Name of the row -> an episode for each task. So many children at once, each asked for all the rows: starting one takes seconds."""
    lanes = min(at_once, len(tasks)) if names else 0

    def lane(number: int) -> list[tuple[str, JsonObject]]:
        with table.start() as line:
            out = []
            for task in tasks[number::lanes]:
                out += [(name, _row(line, table.domain, task, VERBS[name])) for name in names]
                bar.step()
            return out

    made: dict[str, list[JsonObject]] = {name: [] for name in names}
    with Bar(f"evals: {table.benchmark} {table.domain}, {', '.join(names)}" if names else "", len(tasks)) as bar, ThreadPoolExecutor(max_workers=lanes or 1) as pool:
        for some in pool.map(lane, range(lanes)):
            for name, row in some:
                made[name].append(row)
    return made


def _row(line: Line, domain: str, task: JsonObject, verb: str) -> JsonObject:
    about = {"category": task["category"]} if "category" in task else {}
    try:
        found = line.ask(verb, domain=domain, task=task["id"])
    except Refused as error:  # the benchmark's own code cannot do it: so it has failed there
        found = {"reward": 0.0, "stop": "error", "evidence": str(error)}
    return {"stop": "done", **about, **found, "task": task["id"], "trial": 0, "gold_calls": task["gold_calls"]}
