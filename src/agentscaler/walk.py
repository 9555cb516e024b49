"""The rooms over a run folder: read products, call the room, put rows on the shelf and failed ones into the bin.

Rooms know nothing of files; this is where they meet them. Whole-pool rooms (tools, graph, domains) are all or nothing,
the others go on row by row where they were interrupted. Each function returns what the verb prints.
"""

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Candidates, Difficulty, Domain, EnvRow, EnvSpec, JsonObject, Node, Task, Tool
from agentscaler.store import Run, Shelf, digest, file_hash, key_of, read_records, read_rows, write_atomic
from agentscaler.work import Bar, Done, each, many_objects


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


def _fingerprint(verb: str, arguments: Any, inputs: Sequence[Path]) -> str:
    return digest([verb, version("agentscaler"), arguments, [file_hash(p) for p in inputs]])


def _finish(shelf: Shelf, start: float, facts: dict[str, Any], **about: Any) -> Summary:
    seconds = round(time.monotonic() - start, 2)
    line = shelf.finish(seconds=seconds, facts=facts, version=version("agentscaler"), **about)
    return Summary(shelf.verb, line["kept"], line["dropped"], seconds, facts)


def _done(run: Run, verb: str) -> Summary:
    line = run.manifest()[verb]
    return Summary(verb, line["kept"], line["dropped"], 0.0, line.get("facts", {}), again=True)


# ---- tools ------------------------------------------------------------------------------------------------------


def tools(run: Run, settings: Settings, *, files: Sequence[Path] = (), with_pool: bool = True) -> Summary:
    """Room 1: API definitions -> tools.jsonl."""
    from agentscaler.tools import PACKAGES, collect, installed
    from agentscaler.tools.clean import label

    start = time.monotonic()
    packages = {n: installed(n, folder)[1] for n, (folder, _, _) in PACKAGES.items()} if with_pool else {}
    given = [[str(p), _hash_of(p)] for p in files]
    with Shelf(run, "tools", fingerprint=digest(["tools", version("agentscaler"), packages, given, settings.limit]), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return _done(run, "tools")
        pool = collect(files, with_pool=with_pool, limit=settings.limit)
        seen: Counter[str] = Counter()
        for tool in pool.tools:
            name = label(tool)
            seen[name] += 1
            shelf.keep(key_of("tools", [name, tool.name], [], seen[name]), tool)
        for number, (name, reason) in enumerate(pool.bin):
            shelf.drop(key_of("tools", ["bin", name], [], number), reason, [name])
        vendors = Counter(t.source.vendor for t in pool.tools)
        facts: dict[str, Any] = {
            "read": pool.read,
            "services": len({t.source.group for t in pool.tools}),
            "vendors": dict(vendors.most_common()),
            "with results": sum(t.returns is not None for t in pool.tools),
        }
        if pool.missing:
            facts["missing"] = [f"{name}: {how}" for name, how in pool.missing.items()]
        if not pool.tools:
            reasons = "; ".join(f"{r.message}" for _, r in pool.bin[:3])
            raise UserError(f"no tool could be read: {reasons}")
        return _finish(shelf, start, facts)


def _hash_of(path: Path) -> str:
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        return hashlib.sha256("".join(f"{p}{file_hash(p)}" for p in inside).encode()).hexdigest()[:16]
    return file_hash(path) if path.exists() else ""


def read_pool(run: Run, by: str) -> dict[str, Tool]:
    """id -> Tool of a run."""
    with many_objects():
        return dict(read_records(run.need("tools", by), Tool))


# ---- graph and domains ------------------------------------------------------------------------------------------


def graph(run: Run, settings: Settings) -> Summary:
    """Room 2: tools.jsonl -> graph.jsonl."""
    from agentscaler.graph import build_graph

    start = time.monotonic()
    source = run.need("tools", "graph")
    with Shelf(run, "graph", fingerprint=_fingerprint("graph", [], [source]), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return _done(run, "graph")
        pool = read_pool(run, "graph")
        edges = similar = 0
        for node in build_graph(pool, workers=settings.workers):
            shelf.keep(key_of("graph", [], [node.tool]), node, [node.tool])
            edges += len(node.needs)
            similar += len(node.similar)
        return _finish(shelf, start, {"similarity edges": similar, "dependency edges": edges})


def domains(run: Run, settings: Settings, *, one: str | None = None, method: str = "leiden", scores: bool = True, heldout: float = 0.1) -> Summary:
    """Room 3: tools.jsonl, graph.jsonl -> domains.jsonl; `one`: all tools as one domain of that name."""
    from agentscaler.domains import find_domains, one_domain

    start = time.monotonic()
    inputs = [run.need("tools", "domains")] if one else [run.need("tools", "domains"), run.need("graph", "domains")]
    arguments = [one, method, settings.seed, heldout]
    with Shelf(run, "domains", fingerprint=_fingerprint("domains", arguments, inputs), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return _done(run, "domains")
        pool = read_pool(run, "domains")
        if one:
            found, left = [one_domain(pool, one)], {}
        else:
            with many_objects():
                nodes = [node for _, node in read_records(inputs[1], Node)]
            found, left = find_domains(pool, nodes, method=method, seed=settings.seed, heldout=heldout)  # type: ignore[arg-type]
        for domain in found:
            shelf.keep(key_of("domains", [domain.name], domain.tools), domain)
        for number, reason in sorted(left.items()):
            shelf.drop(key_of("domains", [], [number]), reason, [number])
        if not found:
            raise UserError("no community of five or more tools: give all tools one domain with `domains --one NAME`")
        sizes = sorted(len(d.tools) for d in found)
        facts: dict[str, Any] = {
            "median size": sizes[len(sizes) // 2],
            "largest": sizes[-1],
            "coverage": round(sum(sizes) / len(pool), 4),
            "held out": sum(d.split == "heldout" for d in found),
            "fields": dict(Counter(d.field for d in found).most_common()),
        }
        if scores and not one:
            facts["scores"] = score_partitions(pool, nodes, method, settings)
        return _finish(shelf, start, facts)


def score_partitions(pool: Mapping[str, Tool], nodes: Sequence[Node], method: Any, settings: Settings) -> list[JsonObject]:
    """The label-free partition against the true services, and the rows that keep the figure honest beside it."""
    import numpy as np

    from agentscaler.domains import partition, score, shuffled
    from agentscaler.graph import CHANNELS, similar_only

    ids = sorted(pool)
    truth = np.unique([pool[i].source.group for i in ids], return_inverse=True)[1]
    with Bar("domains: scores", 5) as bar:
        free = partition(pool, nodes, prior=False, method=method, seed=settings.seed)
        bar.step()
        prior = partition(pool, nodes, prior=True, method=method, seed=settings.seed)
        bar.step()
        plain_nodes = similar_only({i: pool[i] for i in ids}, CHANNELS, by="tool", workers=settings.workers)
        plain = partition(pool, plain_nodes, prior=False, method=method, seed=settings.seed)
        bar.step()
        rows = [
            score("label-free", free, truth),
            score("label-free, plain tool frequencies", plain, truth),
            score("with service prior (worlds are built from it; no evidence)", prior, truth),
            score("group by service", truth, truth),
            score("random groups of the label-free sizes", shuffled(free, settings.seed), truth),
        ]
        bar.step(2)
    return [{k: round(v, 4) if isinstance(v, float) else v for k, v in row._asdict().items()} for row in rows]


# ---- envs -------------------------------------------------------------------------------------------------------


class Places(NamedTuple):
    """Where each tool stands in tools.jsonl, so that workers read only what they need."""

    path: str
    by_group: dict[str, list[tuple[str, int, int]]]
    """vendor:service -> (id, offset, length) of its tools, copies included."""
    home: dict[str, tuple[int, int]]
    """id -> (offset, length)."""


def find_places(path: Path) -> Places:
    by_group: dict[str, list[tuple[str, int, int]]] = {}
    home = {}
    at = 0
    with path.open("rb") as f:
        for line in f:
            row = orjson.loads(line)
            number = row["id"]
            home[number] = (at, len(line))
            groups = {f"{row['source']['vendor']}:{row['source']['service']}", *row["also_in"]}
            for group in groups:
                by_group.setdefault(group, []).append((number, at, len(line)))
            at += len(line)
    return Places(str(path), by_group, home)


class Workshop:
    """What a worker builds worlds with: services are compiled when first needed; the last few are kept."""

    def __init__(self, places: Places, out: str) -> None:
        self.places, self.out = places, Path(out)
        self.file = Path(places.path).open("rb")
        self.compiled: dict[str, Any] = {}

    def tool(self, at: int, length: int) -> Tool:
        self.file.seek(at)
        row = orjson.loads(self.file.read(length))
        return Tool.model_validate({k: v for k, v in row.items() if k not in ("key", "id", "from", "format")})

    def service(self, group: str) -> Any:
        from agentscaler.envs import compile_tools

        if group not in self.compiled:
            if len(self.compiled) > 60:
                self.compiled.clear()
            self.compiled[group] = compile_tools(group, {n: self.tool(a, k) for n, a, k in self.places.by_group[group]})
        return self.compiled[group]


def build_world(shop: Workshop, item: tuple[str, Domain]) -> EnvRow:
    """One domain -> a world's folder and its row."""
    from agentscaler.envs import build_env

    _, domain = item
    pool = {i: shop.tool(*shop.places.home[i]) for i in domain.tools}
    groups = {g for t in pool.values() for g in (t.source.group, *t.also_in)}
    services = {g: shop.service(g) for g in sorted(groups)}
    built = build_env(domain, pool, services)
    row = write_world(built.env, shop.out)
    return row.model_copy(update=built.found._asdict())


def write_world(env: EnvSpec, out: Path) -> EnvRow:
    """Write a world's folder, all or nothing, and count it."""
    from agentscaler.world import env_files

    folder = out / f"{env.domain}-{env.id}"
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, text in env_files(env).items():
        (part / name).write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return env_row(env, f"{out.name}/{folder.name}")


def env_row(env: EnvSpec, folder: str) -> EnvRow:
    from agentscaler.envs.same import shape_of

    return EnvRow(
        env=env.id,
        folder=folder,
        domain=env.domain,
        services=env.services,
        field=env.field,
        split=env.split,
        own=sum(t.own for t in env.tools),
        borrowed=sum(not t.own for t in env.tools),
        reads=sum(t.kind == "read" for t in env.tools),
        writes=sum(t.kind == "write" for t in env.tools),
        blind=sum(t.blind for t in env.tools),
        lost=len(env.lost),
        tables=len(env.model.tables) if env.model else env.schema_sql.count("CREATE TABLE"),
        shape=shape_of(env.model) if env.model else digest(env.schema_sql),
    )


def envs(run: Run, settings: Settings) -> Summary:
    """Room 4: domains.jsonl, tools.jsonl -> envs/ and envs.jsonl."""
    start = time.monotonic()
    source, pool = run.need("domains", "envs"), run.need("tools", "envs")
    with Shelf(run, "envs", fingerprint=_fingerprint("envs", [settings.limit], [source, pool]), fresh=settings.fresh) as shelf:
        if shelf.finished:
            return _done(run, "envs")
        if settings.fresh:
            shutil.rmtree(run.path / "envs", ignore_errors=True)
        items = [(number, domain) for number, domain in read_records(source, Domain)][: settings.limit]
        keys = {number: key_of("envs", [], [number]) for number, _ in items}
        todo = [x for x in items if keys[x[0]] not in shelf.done]
        todo.sort(key=lambda x: (x[1].services[0], x[1].name))
        (run.path / "envs").mkdir(exist_ok=True)
        for done in each(todo, build_world, setup=Workshop, given=(find_places(pool), str(run.path / "envs")), workers=settings.workers, label="envs: worlds", chunk=12):
            number = done.item[0]
            if done.dropped:
                shelf.drop(keys[number], done.dropped, [number])
            else:
                shelf.keep(keys[number], done.result, [number])
        return _finish(shelf, start, world_facts(run, shelf))


def world_facts(run: Run, shelf: Shelf) -> dict[str, Any]:
    """What the shelf of worlds amounts to."""
    rows = [orjson.loads(line) for line in shelf.rows.values()]
    shapes = Counter(r["shape"] for r in rows)
    executable: set[str] = set()
    for row in rows:
        head = orjson.loads((run.path / row["folder"] / "env.json").read_bytes())
        executable |= {t["tool"] for t in head["tools"]}
    pool = sum(1 for _ in read_rows(run.product("tools")))
    writes = sum(r["writes"] for r in rows)
    found = [r for r in rows] + [orjson.loads(v) for line in shelf.drops.values() if (v := orjson.loads(line)["value"]) and str(v).startswith("{")]
    return {
        "executable tools": len(executable),
        "executable share of the pool": round(len(executable) / max(pool, 1), 4),
        "own tools a world": round(sum(r["own"] for r in rows) / max(len(rows), 1), 1),
        "borrowed reads a world": round(sum(r["borrowed"] for r in rows) / max(len(rows), 1), 1),
        "tools lost a domain": round(sum(r["lost"] for r in rows) / max(len(rows), 1), 1),
        "written tables that can be found": round(sum(r["found"] for r in found) / max(sum(r["written"] for r in found), 1), 4),
        "blind writes": round(sum(r["blind"] for r in rows) / max(writes, 1), 4),
        "distinct after renaming": len(shapes),
        "largest class": max(shapes.values(), default=0),
    }


# ---- tasks ------------------------------------------------------------------------------------------------------

TASKS_A_WORLD = 12


class Bench:
    """What a worker makes tasks with."""

    def __init__(self, run: str, seed: int, tries: int, paper: bool) -> None:
        self.run, self.seed, self.tries, self.paper = Path(run), seed, tries, paper


def propose(bench: Bench, item: EnvRow) -> Candidates:
    """One world -> the proven tasks it gives, before the choice."""
    from agentscaler.tasks import make_tasks, walk_tasks
    from agentscaler.world import read_env

    env = read_env(bench.run / item.folder).model_copy(update={"folder": item.folder})
    if bench.paper:
        found = walk_tasks(env, seed=bench.seed, tries=bench.tries)
    else:
        found = make_tasks(env, seed=bench.seed, tries=bench.tries)
    drops = tuple((n, d.reason, d.where, d.message) for n, d in found.dropped)
    return Candidates(env=env.id, tasks=tuple(t.model_dump(mode="json") for t in found.tasks), drops=drops)


def tasks(run: Run, settings: Settings, *, most: int = TASKS_A_WORLD, tries: int = 60, worlds: int | None = None, paper: bool = False) -> Summary:
    """Room 6: envs/ -> tasks.jsonl. worlds: make tasks in the first so many only; paper: the paper's random walk."""
    start = time.monotonic()
    source = run.need("envs", "tasks")
    mark = _fingerprint("tasks", [settings.seed, settings.limit, most, tries, worlds, paper], [source])
    with Shelf(run, "tasks", fingerprint=mark, fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return _done(run, "tasks")
        rows = [row for _, row in read_records(source, EnvRow)][: worlds or settings.limit]
        with Shelf(run, "candidates", fingerprint=mark, fresh=settings.fresh) as candidates:
            keys = {row.env: key_of("candidates", [], [row.env]) for row in rows}
            todo = [row for row in rows if keys[row.env] not in candidates.done]
            for done in each(todo, propose, setup=Bench, given=(str(run.path), settings.seed, tries, paper), workers=settings.workers, label="tasks: worlds", chunk=8):
                if done.dropped:
                    candidates.drop(keys[done.item.env], done.dropped, [done.item.env])
                else:
                    candidates.keep(keys[done.item.env], done.result, [done.item.env])
            facts = choose_tasks(shelf, candidates, most)
            candidates.discard()
        if not shelf.rows:
            raise UserError(f"no task came out of {len(rows)} worlds: see {shelf.bin} for the reasons")
        return _finish(shelf, start, {"worlds": len(rows), **facts})


def choose_tasks(shelf: Shelf, candidates: Shelf, most: int) -> dict[str, Any]:
    """Put the chosen candidates on the shelf and all others into the bin; returns the measured shares."""
    from agentscaler.tasks.choose import Unit, choose, shares

    units: dict[str, list[tuple[str, JsonObject]]] = {}
    for line in candidates.drops.values():
        row = orjson.loads(line)
        shelf.drop(key_of("tasks", ["world"], row["from"]), Dropped(row["reason"], row["message"], where=row["where"]), row["from"])
    with many_objects():
        for line in candidates.rows.values():
            row = orjson.loads(line)
            for number, reason, where, message in row["drops"]:
                shelf.drop(key_of("tasks", ["try"], [row["env"]], number), Dropped(reason, message, where=where), [row["env"]])
            for number, body in enumerate(row["tasks"]):
                units.setdefault(body["twin"] or f"{row['env']}/{number}", []).append((key_of("tasks", [], [row["env"]], number), body))
        offered = [Unit(tuple(k for k, _ in some), some[0][1]["env"], Difficulty.model_validate(some[0][1]["difficulty"])) for some in units.values()]
        chosen = choose(offered, most=most)
        wanted = {k for u in chosen for k in u.ids}
        controls: Counter[str] = Counter()
        for some in units.values():
            for key, body in some:
                if key not in wanted:
                    shelf.drop(key, Dropped("crowded_out", where=body["difficulty"]["shape"]), [body["env"]])
                    continue
                shelf.keep(key, body, [body["env"]])
                controls.update({c["name"]: 1 for c in body["controls"] if c["verdict"] == "absent"})
    kept = [u.difficulty for u in chosen]
    return {
        "worlds with tasks": len({u.env for u in chosen}),
        "conditions with twins": sum(len(u.ids) > 1 for u in chosen),
        "shapes": dict(Counter(d.shape for d in kept).most_common()),
        "shares": dict(shares(kept)),
        "controls absent": dict(controls.most_common()),
    }


def read_tasks(path: str | Path) -> list[Task]:
    """The tasks of a run folder (or of its tasks.jsonl); each knows the folder of its world."""
    path = Path(path)
    file = path if path.suffix == ".jsonl" else path / "tasks.jsonl"
    if not file.exists():
        raise UserError(f"{file} is not there: run `agentscaler tasks --run {file.parent}` first")
    with many_objects():
        return [task.model_copy(update={"folder": str(file.parent / task.folder)}) for _, task in read_records(file, Task)]
