"""A sample of worlds, for where everything would take too long: some drawn by a seed, and all that look off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from agentscaler.check.anew import stray_worlds
from agentscaler.check.finding import Finding, row_findings
from agentscaler.check.folders import Glass, look_at
from agentscaler.dice import Dice
from agentscaler.records import EnvRow, JsonObject
from agentscaler.store import FORMATS, body_id, key_of, parse, read_rows
from agentscaler.walk.places import find_places
from agentscaler.walk.tasks import ON_RULES, Bench, chosen_worlds, propose
from agentscaler.work import each


class Sample(NamedTuple):
    """The worlds that are built anew, with their tasks and rollouts."""

    domains: frozenset[str]
    """Ids of domains, those that gave no world among them."""
    envs: frozenset[str]
    """Ids of worlds."""
    folders: frozenset[str]
    """Their folders."""
    found: tuple[Finding, ...] = ()
    """What looked off, over all worlds."""


def draw(run: Path, lines: dict[str, JsonObject], seed: int, limit: int, workers: int) -> Sample:
    """`limit` domains by lot, and those whose world does not look right. Looks at every world."""
    if not (run / "domains.jsonl").exists() or "envs" not in lines:
        return Sample(frozenset(), frozenset(), frozenset())
    domains = [str(r["id"]) for r in read_rows(run / "domains.jsonl")][: lines["envs"].get("limit")]
    worlds = list(read_rows(run / "envs.jsonl"))
    chosen = set(Dice("check", seed).sample(sorted(domains), limit))
    found = list(stray_worlds(run))
    given = (str(run), find_places(run / "tools.jsonl"))
    for done in each(worlds, look_at, setup=Glass, given=given, workers=workers, label="check: looking at worlds", chunk=16):
        if done.result:
            chosen |= set(done.item["from"])
            found += done.result
    mine = [r for r in worlds if set(r["from"]) & chosen]
    return Sample(frozenset(chosen), frozenset(str(r["env"]) for r in mine), frozenset(str(r["folder"]) for r in mine), tuple(found))


def rows_where(path: Path, field: str, chosen: frozenset[str], limit: int | None = None) -> bytes:
    """The rows of a product in which a field is one of the chosen ones, as a file's content."""
    rows = list(read_rows(path))[:limit]
    return b"".join(orjson.dumps(r) + b"\n" for r in rows if r.get(field) in chosen)


def compare_tasks(run: Path, line: JsonObject, chosen: Sample, workers: int) -> Iterator[Finding]:
    """The candidates of the chosen worlds made anew: each is on the shelf as it came out, or in the bin as crowded out. Which of them were chosen
    hangs on all worlds, so that is not looked at."""
    arguments: dict[str, Any] = line["arguments"]
    worlds = [parse(r, EnvRow, where="envs.jsonl") for r in read_rows(run / "envs.jsonl")]
    picked = chosen_worlds(worlds, arguments["worlds"] or line["limit"], balance=arguments.get("balance", ""), vendor=arguments.get("vendor", 1.0))
    todo = [row for row in picked if row.env in chosen.envs]
    shelf, bin_ = ({str(r["key"]): r for r in read_rows(run / name) if r.get("from") and r["from"][0] in chosen.envs} for name in ("tasks.jsonl", "tasks.dropped.jsonl"))
    made: dict[str, JsonObject] = {}
    drops: dict[str, JsonObject] = {}
    for done in each(todo, propose, setup=Bench, given=(str(run), line["seed"], arguments["tries"], arguments["paper"], arguments.get("acting", 0.0), arguments.get("user_tools", ""), ON_RULES if arguments.get("boundary") else 0), workers=workers, label="check: tasks", chunk=8):
        if done.result is not None:
            made |= {r["key"]: r for r in map(_task_row, range(len(done.result.tasks)), done.result.tasks)}
            drops |= {key_of("tasks", ["try"], [done.item.env], n): {"reason": reason, "where": where, "message": text} for n, reason, where, text in done.result.drops}
    for key in sorted(made.keys() | shelf.keys()):
        if key not in made:
            yield Finding("tasks.jsonl", str(shelf[key].get("id")), "", "nothing gives this row: its world does not come up with it")
        elif key in shelf:
            yield from row_findings("tasks.jsonl", shelf[key], made[key])
        elif bin_.get(key, {}).get("reason") != "crowded_out":
            yield Finding("tasks.jsonl", str(made[key]["id"]), "", "the row is missing: it is neither on the shelf nor in the bin as crowded out")
    for key, right in drops.items():
        if key not in bin_:
            yield Finding("tasks.dropped.jsonl", key, "", f"the row is missing ({right['reason']}: {right['message']})")
        else:
            yield from row_findings("tasks.dropped.jsonl", bin_[key], {**bin_[key], **right})


def _task_row(number: int, body: JsonObject) -> JsonObject:
    """A candidate as it stands on the shelf if it is chosen."""
    key = key_of("tasks", [], [body["env"]], number)
    row: JsonObject = orjson.loads(orjson.dumps({"key": key, "id": body_id(body), "from": [body["env"]], "format": FORMATS["tasks"], **body}))
    return row
