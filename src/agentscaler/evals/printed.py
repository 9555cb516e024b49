"""What the verbs of `evals` print: tables of results, the page beside them, JSON at the end."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table


def say_tables(tables: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Print tables with their titles."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 220)
    for title, rows in tables.items():
        if not rows:
            continue
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in rows[0]:
            table.add_column(str(column), justify="left" if column == "name" else "right")
        for row in rows:
            table.add_row(*(str(v) for v in row.values()))
        console.print(table)
        console.print()


def read(paths: Sequence[Path]) -> list[tuple[str, Any]]:
    """Result files, or all of a folder, by their names."""
    from agentscaler.evals.score import read_result

    files: list[Path] = []
    for path in paths:
        inside = sorted((path / "results" if (path / "results").is_dir() else path).glob("*.jsonl")) if path.is_dir() else [path]
        files += inside or [path / "results"]
    return [(p.name.removesuffix(".jsonl"), read_result(p)) for p in files]


def finish(results: list[tuple[str, Any]], out: Path, as_json: bool, *, more: Mapping[str, Sequence[dict[str, Any]]] = {}) -> None:
    """Tables of each set of conditions, the page, JSON. more: tables by their titles, printed last and first on the page."""
    from agentscaler.evals.bench.overall import rows_of as overall_rows
    from agentscaler.evals.page import page
    from agentscaler.evals.score import sections
    from agentscaler.evals.table import by_calls, by_category, drops, endings, main_table, without_known
    from agentscaler.store import write_atomic

    parts = sections(results)
    for some in parts:
        stamp = some[-1][1].stamp
        title = f"{stamp.benchmark} {stamp.part}".strip() + f" ({stamp.revision}, data {stamp.data}), user {stamp.user}, tools {stamp.variant}"
        say_tables({
            title: main_table(some), "by calls of the right way": by_calls(some), "by calls that were made": by_calls(some, actual=True), "by category": by_category(some), "how it ended": endings(some),
            "without tasks that are known to be bad": without_known(some), "the benchmark's own summary": overall_rows(some) if stamp.benchmark == "acebench" else [],
        })  # fmt: skip
    say_tables({"what a variant costs": drops(results), **more})
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / "index.html", page(results, title="Scores", more=more).encode())
    print(f"results: {out / 'results'}\npage: {out / 'index.html'}")
    if as_json:
        found = [{"stamp": some[-1][1].stamp.model_dump(mode="json"), "rows": main_table(some), "endings": endings(some)} for some in parts]
        print(orjson.dumps({"verb": "evals", "conditions": found, "variants": drops(results)}).decode())
