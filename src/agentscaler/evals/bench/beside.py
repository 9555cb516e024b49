"""The rows beside every model on a benchmark of others: its gold, an agent that does nothing, one that refuses or hands everybody over. No model, one trial, the benchmark's own code and reward; made once for each revision and kept.

A conversation that the user ends is assumed: doing nothing for ever would run into the cap on steps, and earn nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from agentscaler.evals.bench.line import Line, Refused
from agentscaler.evals.bench.played import Seats, Table, score_of, stamp_of, tasks_of
from agentscaler.evals.score import FIXED, Result, read_result, write_result
from agentscaler.records import JsonObject
from agentscaler.work import Bar

VERBS: Final = {"gold": "gold", "do-nothing": "idle", "always-refuse": "refuse"}
"""Name of the row -> what the child is asked."""


def beside(table: Table, seats: Seats, *, out: Path, limit: int | None = None, at_once: int = 4) -> list[Path]:
    """The result files of the rows; what is there of the same revision and tasks is used."""
    tasks = tasks_of(table, seats, limit)
    stamp = stamp_of(table, seats._replace(sampling={}, user_sampling={}), 1, 0, limit, tasks)
    paths = []
    for name, verb in VERBS.items():
        path = out / "results" / f"{name}.{table.benchmark.replace(' ', '-')}-{table.domain}.jsonl"
        mine = stamp.model_copy(update={"agent": name, "scripted": True, "user": "none"})
        if not (path.exists() and all(getattr(read_result(path).stamp, f) == getattr(mine, f) for f in FIXED)):
            rows = _asked(table, verb, tasks, at_once, f"evals: {table.benchmark} {table.domain}, {name}")
            scores = [score_of(row, mine) for row in rows]
            if name == "gold":  # nobody else can be at fault
                scores = [s if s.passed is not False else s.model_copy(update={"blame": "benchmark", "evidence": "its own gold does not pass"}) for s in scores]
            write_result(path, Result(mine, tuple(scores)))
        paths.append(path)
    return paths


def _asked(table: Table, verb: str, tasks: Sequence[JsonObject], at_once: int, label: str) -> list[JsonObject]:
    """A row for each task, so many children at once."""
    lanes = min(at_once, len(tasks)) or 1

    def lane(number: int) -> list[JsonObject]:
        with table.start() as line:
            out = []
            for task in tasks[number::lanes]:
                out.append(_row(line, table.domain, task, verb))
                bar.step()
            return out

    with Bar(label, len(tasks)) as bar, ThreadPoolExecutor(max_workers=lanes) as pool:
        return [row for some in pool.map(lane, range(lanes)) for row in some]


def _row(line: Line, domain: str, task: JsonObject, verb: str) -> JsonObject:
    about = {"category": task["category"]} if "category" in task else {}
    try:
        found = line.ask(verb, domain=domain, task=task["id"])
    except Refused as error:  # the benchmark's own code cannot do it: so it has failed there
        found = {"reward": 0.0, "stop": "error", "evidence": str(error)}
    return {"stop": "done", **about, **found, "task": task["id"], "trial": 0, "gold_calls": task["gold_calls"]}
