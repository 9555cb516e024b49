"""What `agentscaler check --fidelity` prints: worlds held against calls that were recorded at the real service, or against a benchmark's official tools."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscaler.errors import UserError

Facts = Iterator[tuple[str, Any]]
"""Name and content of what is printed, a table or a few words; the last one is the line of --json."""


def recorded(path: Path, source: str, seed: int, limit: int | None) -> Facts:
    """Calls of the pool's examples, or of the run's own files."""
    from agentscaler.check.fidelity import fidelity, sums, why_refused

    found = fidelity(path, source, limit=limit, seed=seed)
    if not found:
        raise UserError(f"{path}: no recorded call of its executable tools ({source}); --fidelity pool needs the packages of the pool, --fidelity run definitions from a HAR or Postman file")
    lines = [line._asdict() for line in sums(found)]
    yield "fidelity", lines
    yield "another outcome", dict(why_refused(found))
    yield "json", {"verb": "check", "fidelity": lines}


def official(sources: list[Path], python: Path | None, limit: int | None) -> Facts:
    """The official tools of tau-bench and tau2-bench, in a process of their own."""
    from agentscaler.evals.bench.official import official as held
    from agentscaler.flags import cache_folder

    lines = [line._asdict() for line in held(sources, cache_folder(), pythons={"tau": python} if python else {}, limit=limit)]
    yield "official tools", [{k: v for k, v in line.items() if k != "why"} for line in lines]
    yield "why", {f"{line['benchmark']} {line['domain']}": line["why"] for line in lines if line["why"]}
    yield "json", {"verb": "check", "official": lines}
