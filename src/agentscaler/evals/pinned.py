"""The fixed set of held-out worlds: ids and seeds that ship with the package, worlds and tasks that are rebuilt from the packages installed here.

A set names, for each world, its domain, the ids of its tools, its own id and the ids of its tasks. All of these are hashes of content, so that what was rebuilt is the set, or a UserError
says what differs. `pin` makes a set from the held-out side of a run: the one command after the worlds or the tasks have changed.
"""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, NamedTuple

import orjson
from pydantic import ValidationError

from agentscaler.errors import UserError
from agentscaler.records import Candidates, Difficulty, Domain, EnvRow, JsonObject, Record, Task, Tool
from agentscaler.store import Run, Shelf, digest, key_of, parse, read_records, row_id, write_atomic
from agentscaler.tasks.choose import Unit, spread, thin
from agentscaler.walk.common import Settings
from agentscaler.walk.tasks import Bench, propose
from agentscaler.walk.worlds import envs
from agentscaler.work import each

SHIPPED: Final = Path(__file__).parents[1] / "data" / "heldout.json"
"""The set that ships with the package."""
WORLDS: Final = 64
TASKS: Final = 9
"""Tasks of one world, at most."""
FEWEST: Final = 4
"""Units that a world must give to be in a set."""
TRIES: Final = 96


class PinnedWorld(Record):
    """One world of a set."""

    domain: str
    """Name of its domain."""
    field: str
    """Field of life."""
    services: tuple[str, ...]
    """vendor:service of its tools, as the domain names them."""
    tools: tuple[str, ...]
    """Ids of its tools."""
    split: Literal["train", "heldout"] = "heldout"
    """The side of its domain."""
    env: str
    """Id of the world."""
    tasks: tuple[str, ...]
    """Ids of its tasks."""


class PinnedSet(Record):
    """A fixed set of worlds and tasks, as ids and seeds."""

    name: str
    """What it is called."""
    version: str
    """Version of agentscaler that made it."""
    sources: dict[str, str]
    """Package or file that the tools are read from -> its version or hash."""
    files: tuple[str, ...] = ()
    """Definitions of one's own that the tools were read from; none for the set that ships."""
    seed: int
    """Seed of states and tasks."""
    tries: int
    """Tries a world."""
    worlds: tuple[PinnedWorld, ...]
    """Sorted by domain."""

    @property
    def hash(self) -> str:
        """Of all worlds and tasks in it."""
        return digest([[w.env, w.tasks] for w in self.worlds])


def read_set(path: Path | None = None) -> PinnedSet:
    """A set; the one that ships where none is named. Raises UserError."""
    path = path or SHIPPED
    try:
        return PinnedSet.model_validate(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise UserError(f"set {str(path)!r} cannot be read: {error.strerror}; make one with `agentscaler evals pin --run RUN --out FILE`") from error
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise UserError(f"{path} is no set of worlds: {str(error).splitlines()[0]}; make one with `agentscaler evals pin --run RUN --out FILE`") from error


# ---- making one ---------------------------------------------------------------------------------------------------


class Pinned(NamedTuple):
    """What `pin` made."""

    set: PinnedSet
    fields: dict[str, int]
    """Field of life -> tasks."""
    considered: int
    """Worlds that were there to choose from."""


def pin(run: Run, out: Path, *, name: str = "heldout", worlds: int = WORLDS, most: int = TASKS, tries: int = TRIES, seed: int = 0, workers: int = 1, all_: bool = False) -> Pinned:
    """A set from the held-out side of a run (all_: of all of it, for an API of one's own that nothing is trained on): worlds of all fields in turn, of each the tasks that differ most. Writes `out`."""
    domains = {d.name: d for _, d in read_records(run.need("domains", "pin"), Domain)}
    rows = [row for _, row in read_records(run.need("envs", "pin"), EnvRow) if all_ or row.split == "heldout"]
    offered: dict[str, tuple[EnvRow, list[Unit]]] = {}
    for done in each(rows, propose, setup=Bench, given=(str(run.path), seed, tries, False), workers=workers, label="pin: worlds", chunk=4):
        units = _units(done.result) if done.result else []
        if len(units) >= FEWEST:
            offered[done.item.env] = (done.item, units)
    chosen = spread([row for row in rows if row.env in offered], worlds, lambda r: (r.services[0].partition(":")[0], r.field), by_field=True)
    if not chosen:
        raise UserError(f"none of the {len(rows)} {'' if all_ else 'held-out '}worlds of {run.path} gives {FEWEST} tasks: pin from a run over more services{'' if all_ else ', or with --all, if nothing is trained on it'}")
    flows = Counter(u.difficulty.flow for row in chosen for u in offered[row.env][1])
    made = []
    for row in sorted(chosen, key=lambda r: r.domain):
        domain = domains[row.domain]
        tasks = sorted(i for u in thin(offered[row.env][1], most, flows=flows) for i in u.ids)
        made.append(PinnedWorld(domain=domain.name, field=domain.field, services=domain.services, tools=domain.tools, split=domain.split, env=row.env, tasks=tuple(tasks)))
    line = run.manifest().get("tools", {})
    about = line.get("arguments", {})
    found = PinnedSet(
        name=name, version=version("agentscaler"), sources={k: v for k, v in line.get("inputs", {}).items() if v}, files=tuple(about.get("files", ())), seed=seed, tries=tries, worlds=tuple(made)
    )  # fmt: skip
    write_atomic(out, orjson.dumps(found.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
    fields: Counter[str] = Counter()
    for world in made:
        fields[world.field] += len(world.tasks)
    return Pinned(found, dict(fields.most_common()), len(rows))


def _units(candidates: Candidates) -> list[Unit]:
    """The tasks that a world gives, a condition with its twin as one."""
    groups: dict[str, list[JsonObject]] = {}
    for body in candidates.tasks:
        groups.setdefault(body["twin"] or _id(body), []).append(body)
    return [Unit(tuple(_id(b) for b in some), candidates.env, Difficulty.model_validate(some[0]["difficulty"])) for some in groups.values()]


def _id(body: JsonObject) -> str:
    return row_id(parse(body, Task, where="a candidate"))


# ---- rebuilding one -----------------------------------------------------------------------------------------------


def rebuild(pinned: PinnedSet, folder: Path, *, workers: int = 1, cache: Path | None = None) -> Run:
    """The worlds and tasks of a set in a run folder: tools.jsonl, domains.jsonl, envs/, tasks.jsonl. Raises UserError where what comes out is another set. What is there already is used."""
    run = Run(folder)
    held = run.manifest().get("tasks", {})
    if held.get("fingerprint") == pinned.hash and run.product("tasks").exists():
        return run
    _supply(pinned, run, workers, cache)
    envs(run, Settings(workers=workers, fresh=True))
    built = {row.domain: row for _, row in read_records(run.product("envs"), EnvRow)}
    _must_match(pinned, {w.domain: w.env for w in pinned.worlds}, {n: r.env for n, r in built.items()}, "worlds")
    rows = [built[w.domain] for w in pinned.worlds]
    wanted = {w.env: set(w.tasks) for w in pinned.worlds}
    with Shelf(run, "tasks", fingerprint=pinned.hash, fresh=True, resume=False) as shelf:
        for done in each(rows, propose, setup=Bench, given=(str(run.path), pinned.seed, pinned.tries, False), workers=workers, label="evals: tasks", chunk=4):
            for body in done.result.tasks if done.result else ():
                if (number := _id(body)) in wanted[done.item.env]:
                    shelf.keep(key_of("tasks", ["pinned"], [number]), body, [done.item.env])
        made = {orjson.loads(line)["id"] for line in shelf.rows.values()}
        _must_match(pinned, {t: t for w in pinned.worlds for t in w.tasks}, {t: t for t in made}, "tasks")
        shelf.finish(seconds=0.0, facts={"set": pinned.name, "hash": pinned.hash})
    return run


def _supply(pinned: PinnedSet, run: Run, workers: int, cache: Path | None) -> None:
    """tools.jsonl and domains.jsonl: the pinned domains, and all tools of their services."""
    from agentscaler.tools import collect

    pool = {row_id(t): t for t in collect(pinned.files, with_pool=not pinned.files, workers=workers, cache=cache).tools}
    _must_match(pinned, {t: t for w in pinned.worlds for t in w.tools}, {t: t for t in pool}, "tools")
    groups = {g for w in pinned.worlds for t in w.tools for g in _groups(pool[t])}
    with Shelf(run, "tools", fingerprint=pinned.hash, fresh=True, resume=False) as shelf:
        for number, tool in pool.items():
            if groups & set(_groups(tool)):
                shelf.keep(key_of("tools", [number], []), tool)
        shelf.finish(seconds=0.0, facts={})
    with Shelf(run, "domains", fingerprint=pinned.hash, fresh=True, resume=False) as shelf:
        for world in pinned.worlds:
            domain = Domain(name=world.domain, tools=world.tools, services=world.services, field=world.field, split=world.split)
            shelf.keep(key_of("domains", [domain.name], domain.tools), domain)
        shelf.finish(seconds=0.0, facts={})


def _groups(tool: Tool) -> Sequence[str]:
    return (tool.source.group, *tool.also_in)


def _must_match(pinned: PinnedSet, wanted: dict[str, str], found: dict[str, str], what: str) -> None:
    """Raises UserError where something of the set did not come out."""
    gone = [name for name, number in wanted.items() if found.get(name) != number]
    if not gone:
        return
    from agentscaler.walk.pool import sources_of

    here = sources_of(pinned.files, with_pool=not pinned.files)
    gone_from_here = [f"{n} {v}" for n, v in pinned.sources.items() if not here.get(n)]
    moved = [f"{n} {v} (here {here[n]})" for n, v in pinned.sources.items() if here.get(n) and here[n] != v]
    if pinned.version != version("agentscaler"):
        moved.append(f"agentscaler {pinned.version} (here {version('agentscaler')})")
    why = []
    if gone_from_here:
        lost = {s.partition(":")[0] for w in pinned.worlds if {w.env, *w.tools, *w.tasks, w.domain} & set(gone) for s in w.services}
        needed = [n for n in gone_from_here if n.partition(" ")[0] in lost] or gone_from_here
        why.append(f"not installed here, and needed: {', '.join(needed)} (`make libraries` installs the client libraries that the pool is read from" + (f"; {len(gone_from_here)} are missing in all)" if len(gone_from_here) > len(needed) else ")"))
    if moved:
        why.append(f"it was pinned with {', '.join(moved)}: install those")
    if not why:
        why.append("packages and version are those it was pinned with, so the code that makes worlds or tasks has changed since")
    raise UserError(
        f"the set {pinned.name!r} cannot be rebuilt here: {len(gone)} of its {len(wanted)} {what} are others now; {'; '.join(why)}; or pin a new set with `agentscaler evals pin --run RUN --out FILE` and name it with --set FILE"
    )
