"""Room 10 over a run folder: report/index.html and its pages, from whatever products there are.

Shelves and bins are counted from their files, further figures come from the manifest. A few worlds and tasks are drawn and read in full.
Pages written before that are not written again go; nothing else in report/ is touched.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.dice import derive
from agentscaler.errors import Dropped, UserError
from agentscaler.grade import grade
from agentscaler.records import Difficulty, Domain, EnvRow, EnvSpec, JsonObject, Probe, Rollout, Source, Task
from agentscaler.report import Book, Page, pages
from agentscaler.report.book import DrawnTask, DrawnWorld, Feed, Made, Part, Seen, Stock, Wanted
from agentscaler.store import FORMATS, Run, file_hash, parse, read_records, read_rows, write_atomic
from agentscaler.verbs import READS, analyse
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint
from agentscaler.work import Bar, many_objects

SAMPLE: Final = 40
"""Worlds drawn."""
TASKS: Final = (2, 3)
"""Tasks drawn in a world: at least, at most."""
PRODUCTS: Final = ("tools", "graph", "domains", "envs", "tasks", "rollouts", "probes", "kept")
SFT: Final = ("phase1", "phase2", "heldout")
EXAMPLES: Final = 3
LIST: Final = "pages.txt"
"""Names and hashes of the pages, one a line."""


def report(run: Run, settings: Settings, *, sample: int = SAMPLE) -> Summary:
    """Room 10: whatever there is -> report/."""
    start = time.monotonic()
    there = [p for p in [*map(run.product, PRODUCTS), *(run.path / "sft" / f"{n}.jsonl" for n in SFT)] if p.exists()]
    if not there:
        raise UserError(f"report found no product in {run.path}: run `agentscaler tools --run {run.path}` first, or name another folder with --run")
    mark = fingerprint("report", [settings.seed, sample, [p.name for p in there]], there)
    folder = run.path / "report"
    if not settings.fresh and _finished(run, folder, mark):
        before = done_before(run, "report")
        return before._replace(facts={**before.facts, "open": str(folder / "index.html")})
    with Bar("report: products", 4) as bar:
        book = _book(run, settings.seed, sample, bar)
    written = _write(folder, pages(book))
    facts = {"worlds shown": len(book.drawn), "tasks shown": sum(len(w.tasks) for w in book.drawn), "megabytes": round(sum(written.values()) / 1e6, 1)}
    seconds = round(time.monotonic() - start, 2)
    line = {"verb": "report", "format": FORMATS["report"], "fingerprint": mark, "product": file_hash(folder / LIST), "kept": len(written), "dropped": {}}
    run.log({**line, "seconds": seconds, "facts": facts, "version": version("agentscaler")})
    return Summary("report", len(written), {}, seconds, {**facts, "open": str(folder / "index.html")})


def _finished(run: Run, folder: Path, mark: str) -> bool:
    """Is every page there, as it was written from the same inputs?"""
    line = run.manifest().get("report", {})
    names = folder / LIST
    if line.get("fingerprint") != mark or not names.exists() or file_hash(names) != line.get("product"):
        return False
    return all((folder / name).exists() and file_hash(folder / name) == digest for name, digest in _listed(names))


def _listed(path: Path) -> list[tuple[str, str]]:
    """Name and hash of each page, as the list says."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [(name, digest) for line in lines for digest, _, name in [line.partition("  ")]]


def _write(folder: Path, written: Iterator[Page]) -> dict[str, int]:
    """Write the pages and their list; pages of an earlier report that are not among them go."""
    try:
        folder.mkdir(exist_ok=True)
        sizes = {}
        for page in written:
            path = folder / page.name
            path.parent.mkdir(exist_ok=True)
            data = page.text.encode("utf-8", "replace")
            write_atomic(path, data)
            sizes[page.name] = len(data)
        for name, _ in _listed(folder / LIST):
            if name not in sizes and (folder / name).resolve().is_relative_to(folder.resolve()):
                (folder / name).unlink(missing_ok=True)
        write_atomic(folder / LIST, "".join(f"{file_hash(folder / n)}  {n}\n" for n in sorted(sizes)).encode())
    except OSError as error:
        raise UserError(f"the report cannot be written to {folder}: {error.strerror}; change its rights, or name another run folder with --run") from error
    return sizes


# ---- reading ------------------------------------------------------------------------------------------------------


def _book(run: Run, seed: int, sample: int, bar: Bar) -> Book:
    """What the report is written from."""
    facts = {verb: line.get("facts", {}) for verb, line in run.manifest().items()}
    stocks = {verb: _stock(verb, run.product(verb), facts.get(verb, {})) for verb in PRODUCTS} | {"sft": _sft(run, facts)}
    domains = sorted(read_records(run.product("domains"), Domain), key=lambda d: d[0]) if run.product("domains").exists() else []
    bar.step()
    graph = _graph(run, domains)
    bar.step()
    worlds = [row for _, row in read_records(run.product("envs"), EnvRow)] if run.product("envs").exists() else []
    made = _made(run.product("tasks"))
    bar.step()
    drawn = _read(run, _draw(worlds, made, seed, sample))
    bar.step()
    return Book(stocks, domains, graph.ties, graph.parts, worlds, list(made.values()), drawn, seed)


def _stock(verb: str, path: Path, facts: Mapping[str, Any]) -> Stock:
    """A shelf and its bin, counted."""
    if not path.exists():
        return Stock(verb, None, {}, {}, {})
    with path.open("rb") as f:
        kept = sum(part.count(b"\n") for part in iter(lambda: f.read(1 << 22), b""))
    bin_ = path.with_name(f"{path.stem}.dropped.jsonl")
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(bin_) if bin_.exists() else ():
        reason = str(row.get("reason"))
        counts[reason] += 1
        if len(examples[reason]) < EXAMPLES and (said := _example(row)) and said not in examples[reason]:
            examples[reason].append(said)
    return Stock(verb, kept, counts, examples, facts)


def _example(row: JsonObject) -> str:
    """A row of a bin in words; empty where it says no more than its reason."""
    where, message = str(row.get("where") or ""), str(row.get("message") or "")
    return f"{where}: {message}"[:200] if where and message not in where else message[:200]


def _sft(run: Run, facts: Mapping[str, Any]) -> Stock:
    """The training rows of all phases; their bin is that of the first."""
    parts = [_stock("sft", run.path / "sft" / f"{name}.jsonl", {}) for name in SFT]
    if all(p.kept is None for p in parts):
        return parts[0]
    return Stock("sft", sum(p.kept or 0 for p in parts), parts[0].dropped, parts[0].examples, facts.get("sft/phase1", {}))


class _Graph(NamedTuple):
    """What the report takes from the graph."""

    ties: Mapping[tuple[int, int], float]
    parts: Sequence[Sequence[Part]]


def _graph(run: Run, domains: Sequence[tuple[str, Domain]]) -> _Graph:
    """How alike the tools of two domains are (the similarity edges between them, added up), and who feeds whom."""
    path = run.product("graph")
    if not domains or not path.exists() or not run.product("tools").exists():
        return _Graph({}, ())
    home = {tool: at for at, (_, domain) in enumerate(domains) for tool in domain.tools}
    ties: defaultdict[tuple[int, int], float] = defaultdict(float)
    wants: dict[str, list[Wanted]] = {}
    names = _names(run.product("tools"))
    order = {tool: n for _, domain in domains for n, tool in enumerate(sorted((i for i in domain.tools if i in names), key=lambda i: (names[i].full, i)))}
    with many_objects():
        for row in read_rows(path):
            a = home.get(row["tool"])
            if a is None:
                continue
            for near in row["similar"]:
                b = home.get(near["tool"])
                if b is not None and a != b:
                    ties[min(a, b), max(a, b)] += near["score"]
            wants[row["tool"]] = _wants(row, a, home, order, names)
    parts = [[Part(names[i].short, names[i].reads, wants.get(i, ())) for i in sorted((i for i in domain.tools if i in names), key=order.__getitem__)] for _, domain in domains]
    return _Graph(ties, parts)


class _Name(NamedTuple):
    full: str
    short: str
    reads: bool


def _names(path: Path) -> dict[str, _Name]:
    """Id of a tool -> vendor:service/operation, the operation, and whether it only reads."""
    out = {}
    for row in read_rows(path):
        source = Source.model_validate(row["source"])
        out[str(row["id"])] = _Name(f"{source.group}/{source.operation}", source.operation, analyse(source, str(row["name"])).kind in READS)
    return out


def _wants(row: JsonObject, home: int, homes: Mapping[str, int], order: Mapping[str, int], names: Mapping[str, _Name]) -> list[Wanted]:
    """The required parameters of a tool of the domain `home`, with the producers of each."""
    feeds: defaultdict[str, list[Feed]] = defaultdict(list)
    for edge in row["needs"]:
        other = edge["source"]
        if other in names:
            feeds[edge["parameter"]].append(Feed(order[other] if homes.get(other) == home else names[other].full, edge["field"], edge["score"], edge["reason"]))
    return [Wanted(w["parameter"], w["supplier"], w["reason"], feeds[w["parameter"]]) for w in row.get("wants", ())]


def _made(path: Path) -> dict[str, Made]:
    """Id of a task -> what the distributions need."""
    rows = read_rows(path) if path.exists() else ()
    return {str(row["id"]): Made(str(row["env"]), Difficulty.model_validate(row["difficulty"])) for row in rows}


def _draw(worlds: Sequence[EnvRow], made: Mapping[str, Made], seed: int, sample: int) -> list[tuple[EnvRow, list[str]]]:
    """Worlds, those with tasks first, and the ids of a few tasks in each, of different shapes where there are some."""
    by: defaultdict[str, list[str]] = defaultdict(list)
    for number, one in sorted(made.items()):
        by[one.env].append(number)
    rows = sorted(worlds, key=lambda w: w.env)
    full = derive(seed, "report", "worlds").sample([w for w in rows if w.env in by], sample)
    rest = derive(seed, "report", "empty").sample([w for w in rows if w.env not in by], sample - len(full))
    out = []
    for world in sorted(full + rest, key=lambda w: (w.domain, w.env)):
        dice = derive(seed, "report", world.env)
        count = dice.between(*TASKS)
        seen: Counter[str] = Counter()
        ranked: list[tuple[int, int, str]] = []
        for number in dice.shuffled(by[world.env]):
            shape = made[number].difficulty.shape
            ranked.append((seen[shape], len(ranked), number))
            seen[shape] += 1
        out.append((world, [number for _, _, number in sorted(ranked)[:count]]))
    return out


def _read(run: Run, drawn: Sequence[tuple[EnvRow, Sequence[str]]]) -> list[DrawnWorld]:
    """The drawn worlds and tasks with all that belongs to them."""
    from agentscaler.folder import read_env

    wanted = {number for _, found in drawn for number in found}
    tasks = {str(row["id"]): parse(row, Task, where="tasks.jsonl") for row in _some(run.product("tasks"), '"id":"', wanted) if row["id"] in wanted} if wanted else {}
    seen = _seen(run, tasks)
    probes: defaultdict[str, list[Probe]] = defaultdict(list)
    if run.product("probes").exists():
        for _, probe in ((r["id"], parse(r, Probe, where="probes.jsonl")) for r in read_rows(run.product("probes")) if r["task"] in tasks):
            probes[probe.task].append(probe)
    out = []
    for row, found in drawn:
        env = read_env(run.path / row.folder)
        rows, closed = _rows(env, tasks[found[0]].seed if found else 0)
        shown = [DrawnTask(n, tasks[n], seen.get(n, ()), sorted(probes[n], key=lambda p: p.player)) for n in found]
        out.append(DrawnWorld(row, env, rows, closed, shown))
    return out


def _rows(env: EnvSpec, seed: int) -> tuple[Mapping[str, list[JsonObject]], str]:
    """The rows of the initial state, or why the world was not opened."""
    from agentscaler.world import World

    try:
        with World.open(env, seed=seed) as world:
            return {name: world.rows(name) for name in world.loaded.tables}, ""
    except UserError:
        return {}, "This world was not opened: its code is not what its model in env.json renders to, and only such code runs here."
    except Dropped as reason:
        return {}, f"This world was not opened: {reason.message}"


def _seen(run: Run, tasks: Mapping[str, Task]) -> Mapping[str, list[Seen]]:
    """The rollouts of these tasks, judged."""
    out: defaultdict[str, list[Seen]] = defaultdict(list)
    path, shelf, bin_ = run.product("rollouts"), run.product("kept"), run.path / "kept.dropped.jsonl"
    if not path.exists():
        return out
    kept = {str(r["rollout"]) for r in read_rows(shelf)} if shelf.exists() else set()
    dropped = {str(r["from"][0]): r for r in read_rows(bin_) if r.get("from")} if bin_.exists() else {}
    for row in _some(path, '"from":["', set(tasks)):
        if row["task"] not in tasks:
            continue
        number, rollout = str(row["id"]), parse(row, Rollout, where="rollouts.jsonl")
        fate = dropped.get(number, {})
        status = None if not shelf.exists() else number in kept
        out[rollout.task].append(Seen(number, rollout, grade(tasks[rollout.task], rollout), status, str(fate.get("reason", "")), str(fate.get("message", ""))))
    return out


def _some(path: Path, mark: str, wanted: set[str]) -> Iterator[JsonObject]:
    """Rows whose 16 letters behind the mark are wanted, without parsing the others: the shelf puts ids first. Rows in another order all come."""
    begin, numbers = mark.encode(), {number.encode() for number in wanted}
    with path.open("rb") as f:
        for line in f:
            at = line.find(begin, 0, 200) + len(begin)
            if at >= len(begin) and line[at : at + 16] not in numbers:
                continue
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
