"""Room 4 over a run folder: a world's folder for each domain, and envs.jsonl."""

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from agentscaler.errors import UserError
from agentscaler.records import Domain, Edge, EnvRow, EnvSpec, JsonObject, RefusedEdge
from agentscaler.store import Run, Shelf, digest, key_of, read_records, read_rows
from agentscaler.walk.asking import NO_HELP, Helper, Question, helper_of
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.walk.mending import FILE, Pool, by_hand, by_model, read_mends
from agentscaler.walk.places import Places, find_places
from agentscaler.work import each


class Workshop:
    """What a worker builds worlds with: services are compiled when first needed; the last few are kept."""

    def __init__(self, places: Places, out: str, strict: bool = False) -> None:
        self.places, self.out, self.strict = places, Path(out), strict
        self.compiled: dict[str, Any] = {}

    def service(self, group: str) -> Any:
        from agentscaler.envs import compile_tools

        if group not in self.compiled:
            if len(self.compiled) > 60:
                self.compiled.clear()
            self.compiled[group] = compile_tools(group, {n: self.places.tool(a, k) for n, a, k in self.places.by_group[group]})
        return self.compiled[group]


def build_world(shop: Workshop, item: tuple[str, Domain]) -> EnvRow:
    """One domain -> a world's folder and its row."""
    from agentscaler.envs import build_env

    _, domain = item
    pool = {i: shop.places.tool(*shop.places.home[i]) for i in domain.tools}
    groups = {g for t in pool.values() for g in (t.source.group, *t.also_in)}
    services = {g: shop.service(g) for g in sorted(groups)}
    built = build_env(domain, pool, services, strict=shop.strict)
    row = write_world(built.env, shop.out)
    return row.model_copy(update=built.found._asdict())


def write_world(env: EnvSpec, out: Path) -> EnvRow:
    """Write a world's folder, all or nothing, and count it."""
    from agentscaler.folder import env_files

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


def envs(
    run: Run, settings: Settings, *, model: str | None = None, mend: bool = False, mends: Sequence[Mapping[str, Any]] | None = None, strict: bool = False, helped: Mapping[str, Any] = NO_HELP
) -> Summary:
    """Room 4: domains.jsonl, tools.jsonl -> envs/ and envs.jsonl.

    model: confirms or refuses the edges of each world, and mends tools and rows before that, with `mend`. mends: a person's corrections; those of mends.jsonl, read from the run folder if None.
    strict: leave out tools of which the provider says something that nothing keeps.
    Raises UserError where the model is none, or mends.jsonl cannot be read.
    """
    start = time.monotonic()
    source, pool = run.need("domains", "envs"), run.need("tools", "envs")
    helper = helper_of(model, **helped)
    if mend and helper is None:
        raise UserError("--mend needs a model that reads what providers say: --model NAME@https://HOST/v1; your own corrections go into mends.jsonl of the run folder")
    mends = read_mends(run.path / FILE) if mends is None else [dict(row) for row in mends]
    told = ({"model": model} if model else {}) | ({"mend": True} if mend else {}) | ({"mends": mends} if mends else {}) | ({"strict": True} if strict else {})
    with Shelf(run, "envs", fingerprint=fingerprint("envs", [settings.limit, *told.values(), *["strict"] * strict], [source, pool]), fresh=settings.fresh) as shelf:
        if shelf.finished:
            return done_before(run, "envs")
        if settings.fresh:
            shutil.rmtree(run.path / "envs", ignore_errors=True)
        items = [(number, domain) for number, domain in read_records(source, Domain)][: settings.limit]
        keys = {number: key_of("envs", [], [number]) for number, _ in items}
        todo = [x for x in items if keys[x[0]] not in shelf.done]
        todo.sort(key=lambda x: (x[1].services[0], x[1].name))
        (run.path / "envs").mkdir(exist_ok=True)
        built: list[tuple[str, EnvRow]] = []
        places = find_places(pool)
        for done in each(todo, build_world, setup=Workshop, given=(places, str(run.path / "envs"), strict), workers=settings.workers, label="envs: worlds", chunk=12):
            number = done.item[0]
            if done.dropped:
                shelf.drop(keys[number], done.dropped, [number])
            elif told.keys() - {"strict"}:
                built.append((number, done.result))
            else:
                shelf.keep(keys[number], done.result, [number])
        rows, facts = by_hand(run, built, mends, Pool(places))
        if mend and helper is not None:
            rows, more = by_model(run, rows, helper, Pool(places))
            facts |= {"mending": more}
        rows, more = looked_at(run, rows, helper)
        for number, row in rows:
            shelf.keep(keys[number], row, [number])
        return finish(shelf, start, world_facts(run, shelf) | facts | more, **recipe_of(settings, [source, pool], **told))


EDGES = 25
"""Edges in one question."""


def looked_at(run: Run, built: list[tuple[str, EnvRow]], helper: Helper | None) -> tuple[list[tuple[str, EnvRow]], JsonObject]:
    """The worlds with their edges confirmed or refused by a model: folders and ids anew, where that moves anything."""
    if helper is None:
        return built, {}
    from agentscaler.folder import read_env, sealed
    from agentscaler.polish import EdgeVerdicts, ask_edges, bad_verdicts, judged_edges

    worlds = [read_env(run.path / row.folder) for _, row in built]
    parts = [(at, env.edges[n : n + EDGES]) for at, env in enumerate(worlds) for n in range(0, len(env.edges), EDGES)]
    found = helper.answers(run, [Question(ask_edges(worlds[at], edges), EdgeVerdicts, partial(bad_verdicts, edges=edges)) for at, edges in parts], label="envs: edges")
    kept: list[list[Edge]] = [[] for _ in worlds]
    refused: list[list[RefusedEdge]] = [[] for _ in worlds]
    for (at, edges), said in zip(parts, found.said, strict=True):
        good, bad = (list(edges), []) if said is None else judged_edges(worlds[at], edges, said)
        kept[at] += good
        refused[at] += bad
    out = []
    for (number, row), env, good, bad in zip(built, worlds, kept, refused, strict=True):
        if tuple(good) != env.edges:
            shutil.rmtree(run.path / row.folder)
            fresh = write_world(sealed(env.model_copy(update={"edges": tuple(good), "refused": tuple(bad)})), run.path / "envs")
            row = row.model_copy(update={"env": fresh.env, "folder": fresh.folder})
        out.append((number, row))
    return out, found.facts | {"edges refused": sum(map(len, refused)), "edges": sum(map(len, kept))}


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
    found = list(rows) + [orjson.loads(v) for line in shelf.drops.values() if (v := orjson.loads(line)["value"]) and str(v).startswith("{")]
    return {
        "worlds with five or more tools of their own, a read and a write": sum(r["own"] >= 5 and r["writes"] > 0 for r in rows),
        "worlds to look things up in": sum(not r["writes"] for r in rows),
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
