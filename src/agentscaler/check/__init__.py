"""check: a run folder, or a world's folder, is proven again from disk.

    for finding in check("runs/first"): print(finding)

The principle is one: every product is made anew from its inputs, with the arguments of its line in the manifest, and compared byte for byte
(anew.py), from the files or packages the tools were read from down to the training rows. A forger who recomputes hashes, ids and keys gains nothing.
Where that is not possible (sources that are gone, agents that are not ours, what lies outside a drawn sample) rows are checked by themselves
(rows.py, folders.py) and played again (replay.py), and the step says so. Of an agent that is not ours all is proven but its own words.
How long something took is nobody's claim, and report/ is not looked at.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

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
    found = guarded(path.name, partial(check_folder, path))
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
    chosen = Sample(frozenset(row["from"]), frozenset(), frozenset())
    found = guarded(path.name, partial(some_worlds, run, {"envs": line}, chosen, 1))
    yield from found
    yield _step("built anew from its domain, it is the same byte for byte", start, not found)


# ---- a run folder -----------------------------------------------------------------------------------------------------


def _prove_run(run: Path, seed: int, workers: int, limit: int | None) -> Iterator[Finding | Step]:
    try:
        lines = _lines(run)
        chosen = draw(run, lines, seed, limit, workers) if limit is not None else None
    except Exception as error:  # see guarded
        yield Finding("manifest.jsonl" if "manifest" in str(error) else "envs.jsonl", "", "", f"it cannot be read: {error}")
        return
    for verb, room in ROOMS.items():
        there = any((run / f"{p}{end}").exists() for p in room.products for end in (".jsonl", ".part.json"))
        if not there and not set(room.products) & lines.keys():
            continue
        start = time.monotonic()
        part = _part(verb, lines, chosen)
        found = guarded("manifest.jsonl", partial(_unfinished, run, room.products, lines))
        if not found:
            found = guarded(f"{room.products[0]}.jsonl", partial(_prove_verb, run, verb, lines, workers, chosen, whole=not part))
        yield from found
        yield _step(_said(verb, lines, part), start, not found, full=not part)


def guarded(file: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """All findings of a part of the check, each once; what was tampered with can be wrong in any way, so any failure is a finding."""
    try:
        return list(dict.fromkeys(look()))
    except Exception as error:
        return [Finding(file, "", "", f"it cannot be checked: {type(error).__name__}: {error}")]


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


def _prove_verb(run: Path, verb: str, lines: dict[str, JsonObject], workers: int, chosen: Sample | None, *, whole: bool) -> Iterator[Finding]:
    """Make a verb's products anew, as far as that goes; where they are not equal or not all of them were made, look at the rows, too."""
    found: list[Finding] = []
    if whole:
        found = list(remake(run, verb, lines, workers))
    elif chosen is not None and verb in PARTS:
        found = list(PARTS[verb](run, lines, chosen, workers))
    elif verb == "rollouts":
        found = list(rollouts_of_others(run, lines, workers))
    yield from found
    if found or not whole:
        for product in ROOMS[verb].products:
            yield from check_rows(run, product, lines[product])


def _part(verb: str, lines: dict[str, JsonObject], chosen: Sample | None) -> str:
    """Why a verb's products cannot be made anew as a whole; empty where they can, or where their line is no good, which comes out then."""
    try:
        arguments = lines[ROOMS[verb].products[0]]["arguments"]
        if verb == "tools" and (other := _gone(lines["tools"])):
            return f"not made anew, for they were read from {other}"
        if chosen is not None and verb in ("graph", "domains") and not arguments.get("one"):
            return "not made anew, for only a sample is looked at"
        if chosen is not None and verb in PARTS:
            return f"made anew for {len(chosen.domains)} domains"
        if verb == "rollouts" and (others := foreign(arguments["agents"])):
            return f"made anew but for {', '.join(others)}, played again with their recorded words"
    except (KeyError, TypeError, AttributeError):
        pass
    return ""


def _gone(line: JsonObject) -> str:
    """Sources of the tools that are not here as they were read."""
    files = [str(p) for p in line["arguments"]["files"]]
    here = sources_of(files, with_pool=bool(line["arguments"]["with_pool"]))
    other = [f"{n} {v} ({here.get(n) or 'nothing'} is here)" for n, v in line["inputs"].items() if here.get(n, "") != v]
    return ", ".join(other)


def _said(verb: str, lines: dict[str, JsonObject], part: str) -> str:
    rows = sum(k for p in ROOMS[verb].products if isinstance(k := lines.get(p, {}).get("kept"), int))
    return f"{verb}: {rows} rows " + (f"checked by themselves; {part}" if part else "and the bin are the same byte for byte when they are made anew")


__all__ = ["Finding", "Step", "check", "prove"]
