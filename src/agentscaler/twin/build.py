"""WHAT of `agentscaler twin` -> a world, with the rows of its definitions: they know verbs and paths, which a world does not.

WHAT is the folder of a world, `vendor:service` of the default pool (`aws:amplify`), or anything that `tools --from` reads.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.errors import Dropped, UserError
from agentscaler.folder import env_files, env_id, read_env
from agentscaler.mend import changed, refusal
from agentscaler.records import EnvSpec, Tool
from agentscaler.store import read_records, row_id
from agentscaler.tools import PACKAGES, collect, collect_service
from agentscaler.walk.mending import mend_of, read_mends
from agentscaler.world import World

MOST_ROWS: Final = 100_000


class Twin(NamedTuple):
    """A world that can be acted in, and what its tools were made from."""

    env: EnvSpec
    seed: int
    trusted: bool
    """May its code run in this process, though it was not compiled here?"""
    rows: dict[str, Tool]
    """Tool of the world -> the row of its definition, as far as it is known."""

    def open(self, seed: int | None = None) -> World:
        """A new instance, in the first state of its seed or of another."""
        return World.open(self.env, seed=self.seed if seed is None else seed, trusted=self.trusted)


def build_twin(what: str, *, seed: int = 0, rows: int | None = None, dialect: str | None = None, trusted: bool = False, mends: str | None = None) -> Twin:
    """Read or build the world that WHAT names. rows: about so many in all, instead of as many as it comes with; mends: a file of corrections (walk/mending.py).

    Raises UserError where WHAT cannot be read, where no world comes of it, or where the corrections do not hold.
    """
    folder = _folder(Path(what))
    if folder is not None:
        env = read_env(folder)
        pool = _rows_beside(folder, {t.tool for t in env.tools if t.tool} | {x.tool for x in env.lost})
    else:
        pool = _definitions(what, dialect)
        env = _built(what, pool)
    if mends is not None:
        env = _mended(env, pool, Path(mends))
    if rows is not None:
        env = with_rows(env, rows, seed, trusted=trusted)
    return Twin(env, seed, trusted, {t.name: pool[t.tool] for t in env.tools if t.tool in pool})


def _folder(path: Path) -> Path | None:
    """The folder of a world: itself, or the only one of a run."""
    if (path / "env.json").exists():
        return path
    if not (path / "envs").is_dir():
        return None
    worlds = sorted(p.parent for p in (path / "envs").glob("*/env.json"))
    if len(worlds) != 1:
        raise UserError(f"{path} holds {len(worlds)} worlds; name one of them: {', '.join(str(w) for w in worlds[:3])}{', ...' * (len(worlds) > 3)}")
    return worlds[0]


def _rows_beside(folder: Path, wanted: set[str]) -> dict[str, Tool]:
    """The definitions of a world that still lies in its run."""
    shelf = folder.resolve().parent
    path = shelf.parent / "tools.jsonl"
    if shelf.name != "envs" or not wanted or not path.exists():
        return {}
    return {number: tool for number, tool in read_records(path, Tool) if number in wanted}


def _definitions(what: str, dialect: str | None) -> dict[str, Tool]:
    vendor, _, service = what.partition(":")
    if service and vendor in {v for _, v, _ in PACKAGES.values()} and not Path(what).exists():
        tools = collect_service(vendor, service)
    else:
        pool = collect([what], with_pool=False, dialect=dialect)
        tools = pool.tools
        if not tools:
            raise UserError(f"{what}: no tool could be read: {'; '.join(b.reason.message for b in pool.bin[:3])}")
    return {row_id(tool): tool for tool in tools}


def _built(what: str, pool: Mapping[str, Tool]) -> EnvSpec:
    groups: dict[str, dict[str, Tool]] = {}
    for number, tool in pool.items():
        for group in (tool.source.group, *tool.also_in):
            groups.setdefault(group, {})[number] = tool
    try:
        return build_env(one_domain(pool, _name(what)), pool, {g: compile_tools(g, tools) for g, tools in groups.items()}).env
    except Dropped as reason:
        raise UserError(f"{what}: no world comes of its {len(pool)} tools: {reason.message}") from reason


def _mended(env: EnvSpec, pool: Mapping[str, Tool], path: Path) -> EnvSpec:
    """The world with the lines of a file that are about it."""
    if not path.is_file():
        raise UserError(f"{path}: cannot be read; --mends takes a file of corrections, a line a world (docs/worlds.md)")
    about = [mend_of(line) for line in read_mends(path)]
    if not (found := [mend for name, mend in about if name == env.domain]):
        raise UserError(f"{path}: no line is about {env.domain!r}, but about {', '.join(dict.fromkeys(name for name, _ in about)) or 'nothing'}")
    if any(t.tool and t.tool not in pool for t in env.tools):
        raise UserError(f"{path}: the definitions of {env.domain} do not lie beside it; name its run folder, or the file it was made from")
    if why := refusal(found, env, pool):
        raise UserError(f"{path}: {why}")
    return changed(env, found, pool)


def _name(what: str) -> str:
    """'apis/shop-openapi.yaml' -> 'shop-openapi', 'aws:amplify' -> 'amplify'."""
    last = re.split(r"[/\\:]", what.rstrip("/\\"))[-1]
    return re.sub(r"\.(?:json|jsonl|ya?ml|har|py|gz|zip)\b", "", last) or "twin"


def with_rows(env: EnvSpec, rows: int, seed: int, *, trusted: bool = False) -> EnvSpec:
    """The same world with about so many rows in all. Tables that hang on no other grow or shrink; the rest goes with them."""
    if not 1 <= rows <= MOST_ROWS:
        raise UserError(f"--rows is {rows}; give 1 to {MOST_ROWS:,}")
    with World.open(env, seed=seed, trusted=trusted) as world:
        there = {name: len(held) for name, held in world.dump().items()}
    share = rows / max(sum(there.values()), 1)
    counts = {name: _scaled(env.population["rows"].get(name, [5, 12]), share) for name in there}
    scaled = env.model_copy(update={"population": {**env.population, "rows": counts}})
    texts = env_files(scaled)
    return scaled.model_copy(update={"id": env_id(orjson.loads(texts["env.json"]), texts)})


def _scaled(count: Any, share: float) -> Any:
    if isinstance(count, Mapping):
        return {**count, "most": max(1, round(count.get("most", 90) * share))}
    low, high = (round(n * share) for n in count)
    return [max(low, min(count[0], 1)), max(high, min(count[1], 1))]
