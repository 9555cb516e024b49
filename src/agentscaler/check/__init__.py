"""check: a run folder, or a world's folder, is proven again from disk.

    for finding in check("runs/first"): print(finding)

The principle is one: every product is made anew from its inputs, with the arguments of its line in the manifest, and compared byte for byte
(anew.py), from the files or packages the tools were read from down to the training rows. A forger who recomputes hashes, ids and keys gains nothing.
Where that is not possible (sources that are gone, agents that are not ours, what lies outside a drawn sample) rows are checked by themselves
(rows.py, folders.py) and played again (replay.py), and the step says so. Of an agent that is not ours all is proven but its own words.
How long something took is nobody's claim, and report/ is not looked at.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from agentscaler.check.anew import ROOMS, remake
from agentscaler.check.finding import Finding, Step, few
from agentscaler.check.folders import check_folder
from agentscaler.check.parts import PARTS, foreign, rollouts_of_others, some_worlds
from agentscaler.check.rows import check_rows
from agentscaler.check.sample import Sample, draw
from agentscaler.errors import UserError
from agentscaler.records import JsonObject
from agentscaler.store import FORMATS, read_rows
from agentscaler.walk.pool import sources_of

SAMPLED: Final = ("graph", "domains", "envs", "tasks", "rollouts")
"""Rooms of which only a part is made anew where a sample is asked for; graph and domains, which need the whole pool, not at all."""


def check(path: str | Path, *, seed: int = 0, workers: int = 1, limit: int | None = None) -> Iterator[Finding]:
    """What does not hold; nothing if all does.

    limit: make only so many worlds anew, drawn by `seed`, with their tasks and rollouts; the others are read, rendered and played again.
    """
    return (item for item in prove(path, seed=seed, workers=workers, limit=limit) if isinstance(item, Finding))


def prove(path: str | Path, *, seed: int = 0, workers: int = 1, limit: int | None = None) -> Iterator[Finding | Step]:
    """The same with the steps that were done. Raises UserError where there is neither a run nor a world at the path."""
    path = Path(path)
    if (path / "env.json").exists():
        return few(_prove_world(path))
    if not (path / "manifest.jsonl").exists():
        raise UserError(f"{str(path)!r} is neither a run folder (no manifest.jsonl in it) nor a world's (no env.json): name one of them")
    return few(_prove_run(path, seed, workers, limit))


# ---- a world's folder -----------------------------------------------------------------------------------------------


def _prove_world(path: Path) -> Iterator[Finding | Step]:
    start = time.monotonic()
    found = list(check_folder(path))
    yield from found
    yield _step(f"{path.name}: read, rendered, put through the gate", start, not found)
    run, name = path.resolve().parent.parent, path.resolve().name
    rows = read_rows(run / "envs.jsonl") if (run / "envs.jsonl").exists() else iter(())
    row = next((r for r in rows if r.get("folder") == f"envs/{name}"), None)
    line = _lines(run).get("envs")
    if row is None or line is None or "arguments" not in line:
        yield Step("it is on no run's shelf here, so it was not built anew", 0.0, proven=False)
        return
    start = time.monotonic()
    found = list(some_worlds(run, {"envs": line}, Sample(frozenset(row["from"]), frozenset(), frozenset()), 1))
    yield from found
    yield _step("built anew from its domain, it is the same byte for byte", start, not found)


# ---- a run folder -----------------------------------------------------------------------------------------------------


def _prove_run(run: Path, seed: int, workers: int, limit: int | None) -> Iterator[Finding | Step]:
    try:
        lines = _lines(run)
        chosen = draw(run, lines, seed, limit, workers) if limit is not None else None
    except UserError as error:
        yield Finding("manifest.jsonl" if "manifest" in str(error) else "envs.jsonl", "", "", str(error))
        return
    for verb, room in ROOMS.items():
        if not any((run / f"{p}{end}").exists() for p in room.products for end in (".jsonl", ".part.json")) and not set(room.products) & lines.keys():
            continue
        start = time.monotonic()
        found: list[Finding] = list(_unfinished(run, room.products, lines))
        if not found:
            try:
                found = list(dict.fromkeys(_prove_verb(run, verb, lines, workers, chosen)))
            except Exception as error:  # rows that were tampered with can be wrong in any way
                found = [Finding(f"{room.products[0]}.jsonl", "", "", f"it cannot be checked: {type(error).__name__}: {error}")]
        yield from found
        yield _step(_said(verb, lines, chosen), start, not found, full=_how(verb, lines, chosen) == "")


def _lines(run: Path) -> dict[str, JsonObject]:
    """The newest line of each product."""
    path = run / "manifest.jsonl"
    return {str(row.get("verb")): row for row in read_rows(path)} if path.exists() else {}


def _step(what: str, start: float, good: bool, *, full: bool = True) -> Step:
    return Step(what if good else f"{what} - not so, see the findings", round(time.monotonic() - start, 2), good and full)


def _unfinished(run: Path, products: Iterable[str], lines: dict[str, JsonObject]) -> Iterator[Finding]:
    """Products that are half made, or without a usable line in the manifest."""
    for product in products:
        line = lines.get(product)
        if (run / f"{product}.part.json").exists():
            yield Finding(f"{product}.jsonl", "", "", "it is half made: run the verb again, it goes on where it was interrupted")
        elif not (run / f"{product}.jsonl").exists():
            yield Finding(f"{product}.jsonl", "", "", "the file is missing")
        elif line is None:
            yield Finding("manifest.jsonl", product, "", f"no line says how {product}.jsonl was made")
        elif missing := [n for n in ("arguments", "seed", "limit", "inputs", "kept") if n not in line]:
            yield Finding("manifest.jsonl", product, missing[0], "it is not recorded, so the product cannot be made anew: run the verb again with --fresh")
        elif line.get("format") != FORMATS[product.split("/")[0]]:
            yield Finding("manifest.jsonl", product, "format", f"{line.get('format')!r}, this version writes {FORMATS[product.split('/')[0]]}")


def _prove_verb(run: Path, verb: str, lines: dict[str, JsonObject], workers: int, chosen: Sample | None) -> Iterator[Finding]:
    """Make a verb's products anew, as far as that goes; where they are not equal or not all of them were made, look at the rows, too."""
    how = _how(verb, lines, chosen)
    found: list[Finding] = []
    if not how:
        found = list(remake(run, verb, lines, workers))
    elif chosen is not None and verb in PARTS:
        found = list(PARTS[verb](run, lines, chosen, workers))
    elif verb == "rollouts":
        found = list(rollouts_of_others(run, lines, workers))
    yield from found
    if found or how:
        for product in ROOMS[verb].products:
            yield from check_rows(run, product, lines[product])


def _how(verb: str, lines: dict[str, JsonObject], chosen: Sample | None) -> str:
    """Why a verb's products cannot be made anew as a whole; empty where they can."""
    arguments = lines.get(ROOMS[verb].products[0], {}).get("arguments") or {}
    if verb == "tools":
        return _gone(lines["tools"]) if arguments else ""
    if chosen is not None and verb in SAMPLED and not arguments.get("one"):
        return "left out of a sample" if verb in ("graph", "domains") else f"of {len(chosen.domains)} domains"
    if verb == "rollouts" and (others := foreign(arguments.get("agents", ()))):
        return f"{', '.join(others)}: their words are taken as given, all else is played again"
    return ""


def _gone(line: JsonObject) -> str:
    """Which sources of the tools are not here as they were read."""
    files = [Path(p) for p in line["arguments"]["files"]]
    here = sources_of(files, with_pool=bool(line["arguments"]["with_pool"]))
    other = [f"{n} {v} ({here.get(n) or 'nothing'} is here)" for n, v in line["inputs"].items() if v and here.get(n) != v]
    return f"read from {', '.join(other)}" if other else ""


def _said(verb: str, lines: dict[str, JsonObject], chosen: Sample | None) -> str:
    rows = sum(int(lines.get(p, {}).get("kept") or 0) for p in ROOMS[verb].products)
    how = _how(verb, lines, chosen)
    if not how:
        return f"{verb}: {rows} rows and the bin are the same byte for byte when they are made anew"
    part = "made anew" if verb in PARTS or verb == "rollouts" else "not made anew"
    return f"{verb}: {rows} rows checked by themselves; {part}, {how}"


__all__ = ["Finding", "Step", "check", "prove"]
