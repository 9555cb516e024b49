"""What must hold of every row by itself and of its ties to other products: cheap, and names the field.

For products that were not made anew byte for byte: in a drawn sample, where the sources are not at hand, or where something is wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from agentscaler.check.finding import Finding, short
from agentscaler.domains import FEW, LARGEST, WHOLE, family
from agentscaler.errors import REASONS, Dropped, UserError
from agentscaler.records import Domain, EnvRow, Example, JsonObject, Kept, Node, Probe, Record, Rollout, Task, Tool
from agentscaler.schemas import close
from agentscaler.store import FORMATS, body_id, digest, file_hash, parse, read_rows

KINDS: Final[dict[str, type[Record]]] = {
    "tools": Tool, "graph": Node, "domains": Domain, "envs": EnvRow, "tasks": Task, "rollouts": Rollout, "probes": Probe, "kept": Kept, "sft": Example,
}  # fmt: skip
SOURCES: Final = {"graph": "tools", "envs": "domains", "tasks": "envs", "rollouts": "tasks", "probes": "tasks", "kept": "rollouts", "sft": "kept"}
"""Product -> the product whose ids stand in `from`."""
ALL: Final = ("envs", "kept")
"""Rooms that put each of their inputs on the shelf or into the bin."""


def check_rows(run: Path, product: str, line: JsonObject) -> Iterator[Finding]:
    """Everything cheap about one product, its bin and its line in the manifest."""
    file, bin_ = f"{product}.jsonl", f"{product}.dropped.jsonl"
    known = _ids(run, SOURCES.get(product.split("/")[0]))
    seen: set[str] = set()
    reasons: Counter[str] = Counter()
    kept = 0
    for name, kind in ((file, "row"), (bin_, "bin")):
        last = ""
        for row in read_rows(run / name) if (run / name).exists() else ():
            yield from _mark(name, product, row) if kind == "row" else _reason(name, row)
            yield from _place(name, row, known, last)
            last = str(row.get("key"))
            seen |= set(row.get("from") or ())
            kept += kind == "row"
            reasons.update([str(row.get("reason"))] if kind == "bin" else [])
    if product in ALL and known is not None and not line.get("limit"):
        for number in sorted(known - seen):
            yield Finding(file, number, "from", f"neither a row nor the bin accounts for this row of {SOURCES[product]}.jsonl")
    if product in TIES:
        yield from TIES[product](run)
    yield from _counts(run, file, line, kept, reasons)


def _ids(run: Path, product: str | None) -> set[str] | None:
    """The ids of an input, None where there is none."""
    if product is None or not (run / f"{product}.jsonl").exists():
        return None
    return {str(r.get("env") if product == "envs" else r.get("id")) for r in read_rows(run / f"{product}.jsonl")}


def _mark(file: str, product: str, row: JsonObject) -> Iterator[Finding]:
    """Format, id, and the fields of the record."""
    name = product.split("/")[0]
    number = str(row.get("id") or row.get("key"))
    if row.get("format") != FORMATS[name]:
        yield Finding(file, number, "format", f"{short(row.get('format'))}, this version writes {FORMATS[name]}")
    if row.get("id") != (right := body_id(row)):
        yield Finding(file, number, "id", f"{short(row.get('id'))} is not the hash of the row, {right}")
    try:
        parse(row, KINDS[name], where=file)
    except UserError as error:
        yield Finding(file, number, "", str(error))


def _place(file: str, row: JsonObject, known: Collection[str] | None, last: str) -> Iterator[Finding]:
    """Order of keys, and where the row comes from."""
    key = str(row.get("key"))
    number = str(row.get("id") or key)
    if key <= last:
        yield Finding(file, number, "key", f"{key} stands behind {last}: rows stand in the order of their keys, no two alike")
    for source in row.get("from") or [""]:
        if known is not None and source not in known:
            yield Finding(file, number, "from", f"{short(source)} is no row of the input")


def _reason(file: str, row: JsonObject) -> Iterator[Finding]:
    if row.get("reason") not in REASONS:
        yield Finding(file, str(row.get("key")), "reason", f"{short(row.get('reason'))} is not on the list of reasons")


def _counts(run: Path, file: str, line: JsonObject, kept: int, reasons: Counter[str]) -> Iterator[Finding]:
    """The line of the manifest against the files."""
    says = partial(Finding, "manifest.jsonl", str(line["verb"]))
    if line.get("product") != (right := file_hash(run / file)):
        yield says("product", f"{short(line.get('product'))}, but the hash of {file} is {right}")
    if line.get("kept") != kept:
        yield says("kept", f"{short(line.get('kept'))}, but {file} has {kept} rows")
    if line.get("dropped") != dict(reasons):
        yield says("dropped", f"{short(line.get('dropped'))}, but the bin holds {short(dict(reasons))}")
    for name, number in dict(line.get("inputs") or {}).items():
        if file != "tools.jsonl" and (run / f"{name}.jsonl").exists() and number != file_hash(run / f"{name}.jsonl"):
            yield says(f"inputs.{name}", f"made from {short(number)}, but {name}.jsonl is another file now: run the verb again with --fresh")


# ---- ties between products ----------------------------------------------------------------------------------------


def _tools(run: Path) -> Iterator[Finding]:
    seen: dict[object, str] = {}
    for row in read_rows(run / "tools.jsonl"):
        number = str(row.get("id"))
        try:
            closed = close(row["parameters"], where="parameters")
        except (Dropped, KeyError) as error:
            yield Finding("tools.jsonl", number, "parameters", str(error))
            continue
        if closed != row["parameters"]:
            yield Finding("tools.jsonl", number, "parameters", "the schema is not closed to the subset that worlds check")
        same = (row["source"]["vendor"], row["source"]["service"], row["source"]["operation"], row["description"], short(sorted(closed.get("properties", {}))))
        if same in seen:
            yield Finding("tools.jsonl", number, "source.operation", f"the same tool as {seen[same]}")
        seen[same] = number


def _graph(run: Path) -> Iterator[Finding]:
    known = _ids(run, "tools") or set()
    for row in read_rows(run / "graph.jsonl"):
        number = str(row.get("id"))
        for field in ("similar", "together", "needs"):
            for edge in row.get(field, ()):
                if not 0 <= edge.get("score", -1) <= 1:
                    yield Finding("graph.jsonl", number, f"{field}.score", f"{short(edge.get('score'))} is not between 0 and 1")
                ends = [edge.get(k) for k in ("tool", "source", "target") if k in edge]
                if not set(ends) <= known:
                    yield Finding("graph.jsonl", number, field, f"{short(ends)}: no such tool")


def _domains(run: Path) -> Iterator[Finding]:
    pool = {str(r["id"]): (f"{r['source']['vendor']}:{r['source']['service']}", *r["also_in"]) for r in read_rows(run / "tools.jsonl")}
    home: dict[str, str] = {}
    sides: defaultdict[str, set[str]] = defaultdict(set)
    one = sum(1 for _ in read_rows(run / "domains.jsonl")) == 1
    largest = len(pool) if one else WHOLE if len({groups[0] for groups in pool.values()}) < FEW else LARGEST
    for row in read_rows(run / "domains.jsonl"):
        number, mine = str(row.get("id")), [str(t) for t in row["tools"]]
        for tool in mine:
            if tool not in pool:
                yield Finding("domains.jsonl", number, "tools", f"{tool} is no row of tools.jsonl")
            elif home.setdefault(tool, number) != number:
                yield Finding("domains.jsonl", number, "tools", f"{tool} is in the domain {home[tool]} too")
        if mine != sorted(mine) or len(mine) > largest:
            yield Finding("domains.jsonl", number, "tools", f"{len(mine)} tools: they stand sorted, at most {largest} of them")
        count = Counter(pool[t][0] for t in mine if t in pool)
        if list(row["services"]) != (right := [s for s, _ in sorted(count.items(), key=lambda x: (-x[1], x[0]))]):
            yield Finding("domains.jsonl", number, "services", f"{short(row['services'])}, but its tools are of {short(right)}")
        for name in {family(s) for t in mine for s in pool.get(t, ())}:
            sides[name].add(str(row["split"]))
    for name, split in sides.items():
        if len(split) > 1:
            yield Finding("domains.jsonl", "", "split", f"tools of {name} stand on both sides, train and held out")


def _tasks(run: Path) -> Iterator[Finding]:
    worlds = {str(r["env"]): r for r in read_rows(run / "envs.jsonl")}
    homes: dict[str, tuple[Any, ...]] = {}
    twins: list[tuple[str, str, tuple[Any, ...]]] = []
    for row in read_rows(run / "tasks.jsonl"):
        homes[str(row.get("id"))] = home = (row.get("env"), row.get("seed"), row.get("split"), digest(row.get("gold")))
        if "original" in row:
            twins.append((str(row.get("id")), str(row["original"]), home))
        world = worlds.get(str(row.get("env")))
        for field in ("folder", "split") if world else ():
            if row.get(field) != (world or {}).get(field):
                yield Finding("tasks.jsonl", str(row.get("id")), field, f"{short(row.get(field))}, but the row of its world says {short((world or {}).get(field))}")
    for number, original, home in twins:
        if homes.get(original) != home:
            yield Finding("tasks.jsonl", number, "original", f"{original}, but that is no task of the same world, state, side and gold")


TIES: Final = {"tools": _tools, "graph": _graph, "domains": _domains, "tasks": _tasks}
