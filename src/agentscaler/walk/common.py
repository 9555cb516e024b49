"""What every verb over a run folder shares: its settings, its summary, the fingerprint of its inputs, its line in the manifest."""

import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from agentscaler.store import Run, Shelf, digest, file_hash


class Summary(NamedTuple):
    """What a verb did."""

    verb: str
    kept: int
    dropped: dict[str, int]
    seconds: float
    facts: dict[str, Any]
    """Further figures, in the order they are printed."""
    again: bool = False
    """The product was finished before; nothing was done."""


class Settings(NamedTuple):
    """What every verb takes."""

    seed: int = 0
    workers: int = 1
    limit: int | None = None
    fresh: bool = False
    cache: Path | None = None
    """Where what can be made again is kept between runs; None to trust nothing."""


def fingerprint(verb: str, arguments: Any, inputs: Sequence[Path]) -> str:
    return digest([verb, version("agentscaler"), arguments, [file_hash(p) for p in inputs]])


def recipe_of(settings: Settings, inputs: Sequence[Path], **arguments: Any) -> dict[str, Any]:
    """What the manifest says of how a product was made: enough for `check` to make it anew. Workers are not in it, for they move no row."""
    return {
        "version": version("agentscaler"),
        "seed": settings.seed,
        "limit": settings.limit,
        "arguments": arguments,
        "inputs": {p.name.removesuffix(".jsonl"): file_hash(p) for p in inputs},
    }


def finish(shelf: Shelf, start: float, facts: dict[str, Any], **recipe: Any) -> Summary:
    seconds = round(time.monotonic() - start, 2)
    line = shelf.finish(seconds=seconds, facts=facts, **recipe)
    return Summary(shelf.verb, line["kept"], line["dropped"], seconds, facts)


def done_before(run: Run, verb: str) -> Summary:
    line = run.manifest()[verb]
    return Summary(verb, line["kept"], line["dropped"], 0.0, line.get("facts", {}), again=True)
