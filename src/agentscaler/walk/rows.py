"""Room 9 over a run folder: sft/phase1.jsonl, sft/phase2.jsonl, sft/heldout.jsonl and the dataset card."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from agentscaler.errors import Dropped, UserError
from agentscaler.records import EnvRow, EnvSpec, JsonObject, Kept, Rollout
from agentscaler.sft import card, example, phase_of
from agentscaler.store import Run, Shelf, key_of, parse, read_records, read_rows, write_atomic
from agentscaler.walk.common import Settings, Summary, fingerprint, recipe_of
from agentscaler.walk.episodes import Reader, find_lines
from agentscaler.work import Bar

FILES: Final = ("phase1", "phase2", "heldout")
ROWS_A_TASK: Final = 2
"""Most rows of one task: the same work in other words teaches little."""


def sft(run: Run, settings: Settings, *, vertical: Sequence[str] = (), allow_scripted: bool = False, most: int = ROWS_A_TASK, language: str = "") -> Summary:
    """Room 9: kept.jsonl, rollouts.jsonl, envs/ -> sft/. vertical: globs of services; their worlds are phase 2. language: 'en' or 'zh' for conversations in that language only."""
    if language not in ("", "en", "zh"):
        raise UserError(f"language is {language!r}: give 'en' or 'zh', or nothing for all")
    start = time.monotonic()
    source, rollouts, envs = run.need("kept", "sft"), run.need("rollouts", "sft"), run.need("envs", "sft")
    mark = fingerprint("sft", [settings.limit, list(vertical), allow_scripted, most, *([language] if language else [])], [source, rollouts, envs])
    (run.path / "sft").mkdir(exist_ok=True)
    with ExitStack() as stack:
        shelves = {name: stack.enter_context(Shelf(run, f"sft/{name}", fingerprint=mark, fresh=settings.fresh, resume=False)) for name in FILES}
        if all(s.finished for s in shelves.values()):
            lines = run.manifest()
            return Summary("sft", sum(lines[f"sft/{n}"]["kept"] for n in FILES), lines["sft/phase1"]["dropped"], 0.0, lines["sft/phase1"]["facts"], again=True)
        for name, shelf in shelves.items():
            if shelf.finished:
                shelves[name] = stack.enter_context(Shelf(run, f"sft/{name}", fingerprint=mark, fresh=True, resume=False))
        worlds = {row.env: row for _, row in read_records(envs, EnvRow)}
        foreign = languages(run)
        kept = [k for k in read_records(source, Kept) if not language or foreign.get(k[1].task, "en") == language][: settings.limit]
        counts = fill(run, shelves, kept, worlds, vertical=vertical, allow_scripted=allow_scripted, most=most)
        about = {"scripted": counts.scripted, "version": version("agentscaler"), "seed": settings.seed}
        sizes = {name: len(shelf.rows) for name, shelf in shelves.items()}
        if not sum(sizes.values()):
            hint = "its rollouts are scripted players': give --allow-scripted" if shelves["phase1"].reasons.get("scripted") else f"see {source}"
            raise UserError(f"no training row came out of {len(kept)} kept rollouts; {hint}")
        text = card(sizes, agents=counts.agents, vendors=counts.vendors, fields=counts.fields, licences=licences(run), vertical=vertical, about=about | {"languages": sorted({foreign.get(row.task, "en") for _, row in kept})})
        write_atomic(run.path / "sft" / "README.md", text.encode())
        facts: dict[str, Any] = {**sizes, "scripted": counts.scripted, "players": dict(counts.agents.most_common()), "vendors": dict(counts.vendors.most_common())}
        seconds = round(time.monotonic() - start, 2)
        recipe = recipe_of(settings, [source, rollouts, envs], vertical=list(vertical), allow_scripted=allow_scripted, most=most, **({"language": language} if language else {}))
        for name in reversed(FILES):
            shelves[name].finish(seconds=seconds, facts=facts, **recipe)
        return Summary("sft", sum(sizes.values()), dict(shelves["phase1"].reasons), seconds, facts)


class Counts:
    """What the rows amount to."""

    def __init__(self) -> None:
        self.agents: Counter[str] = Counter()
        self.vendors: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.scripted = 0


def fill(
    run: Run, shelves: Mapping[str, Shelf], kept: Sequence[tuple[str, Kept]], worlds: Mapping[str, EnvRow], *, vertical: Sequence[str], allow_scripted: bool, most: int
) -> Counts:
    """Put each kept rollout on its shelf, or into the bin of phase 1."""
    from agentscaler.folder import read_env

    counts = Counts()
    places = {line.id: line for line in find_lines(run.product("rollouts"))}
    reader = Reader(str(run.product("rollouts")))
    envs: dict[str, EnvSpec] = {}
    tasks: Counter[str] = Counter()
    with Bar("sft: rows", len(kept)) as bar:
        for number, row in sorted(kept, key=lambda k: (k[1].env, k[1].task, k[1].agent != "gold", k[0])):
            bar.step()
            key = key_of("sft", [], [number])
            reason = _reason(row, tasks, allow_scripted, most)
            if reason is not None:
                shelves["phase1"].drop(key, reason, [number])
                continue
            tasks[row.task] += 1
            if row.env not in envs:
                envs = {row.env: read_env(run.path / worlds[row.env].folder)}
            env = envs[row.env]
            phase = phase_of(env.services, vertical)
            rollout = parse(reader.row(places[row.rollout]), Rollout, where="rollouts.jsonl")
            shelf = shelves["heldout" if row.split == "heldout" else f"phase{phase}"]
            shelf.keep(key, example(rollout, env, number=row.rollout, phase=phase), [number])
            counts.agents[row.agent] += 1
            counts.scripted += row.scripted
            counts.vendors.update({s.split(":")[0] for s in env.services})
            counts.fields[env.field] += 1
    return counts


def _reason(row: Kept, tasks: Mapping[str, int], allow_scripted: bool, most: int) -> Dropped | None:
    """Why a kept rollout gives no row; None if it does."""
    if row.scripted and not allow_scripted:
        return Dropped("scripted", where=row.agent)
    if tasks.get(row.task, 0) >= most:
        return Dropped("crowded_out", f"the task has {most} rows already", where=row.task)
    return None


def languages(run: Run) -> dict[str, str]:
    """Task -> its language, where it is not English."""
    path = run.product("tasks")
    return {str(row["id"]): str(row["brief"]["language"]) for row in read_rows(path) if "language" in row["brief"]} if path.exists() else {}


def licences(run: Run) -> dict[str, str]:
    """Package -> licence of the definitions in the pool."""
    found: dict[str, str] = {}
    rows: Sequence[JsonObject] = ()
    path: Path = run.product("tools")
    if path.exists():
        rows = [r["source"] for r in read_rows(path)]
    for source in rows:
        if source.get("package"):
            found.setdefault(str(source["package"]), str(source.get("licence") or "not stated"))
    return found
