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


def fingerprint(verb: str, arguments: Any, inputs: Sequence[Path]) -> str:
    return digest([verb, version("agentscaler"), arguments, [file_hash(p) for p in inputs]])


def finish(shelf: Shelf, start: float, facts: dict[str, Any], **about: Any) -> Summary:
    seconds = round(time.monotonic() - start, 2)
    line = shelf.finish(seconds=seconds, facts=facts, version=version("agentscaler"), **about)
    return Summary(shelf.verb, line["kept"], line["dropped"], seconds, facts)


def done_before(run: Run, verb: str) -> Summary:
    line = run.manifest()[verb]
    return Summary(verb, line["kept"], line["dropped"], 0.0, line.get("facts", {}), again=True)
