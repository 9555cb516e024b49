"""`agentscaler run RECIPE.toml`: the whole walk with the settings of one file, then the table of the house.

    [run]                                       [tasks]
    folder = "runs/first"                       most = 8
    seed = 0                                    worlds = 1100
    workers = 2

A table for each verb holds what its flags would say. `from` of [tools] names definitions of one's own. Rooms that are finished are passed over.
[train] and [rl] are settings of `sft --train --recipe` and `rl --recipe` (train/recipes.py): a walk trains nothing, and passes over them.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from agentscaler import walk
from agentscaler.errors import UserError
from agentscaler.llm.keys import Keys
from agentscaler.store import Run
from agentscaler.tools.sources import is_source
from agentscaler.work import cores

VERBS: Final[dict[str, tuple[Callable[..., walk.Summary], dict[str, type | tuple[type, ...]]]]] = {
    "tools": (walk.tools, {"from": list, "with_pool": bool, "dialect": str, "model": str}),
    "graph": (walk.graph, {"embedder": str, "paper": bool, "threshold": float}),
    "domains": (walk.domains, {"one": str, "method": str, "scores": bool, "heldout": float, "paper": bool, "model": str}),
    "envs": (walk.envs, {"model": str, "mend": bool, "strict": bool}),
    "tasks": (walk.tasks, {"most": int, "tries": int, "worlds": int, "paper": bool, "balance": str, "vendor": float, "acting": float, "user_tools": str, "boundary": float, "model": str, "language": str}),
    "rollouts": (
        walk.rollouts,
        {
            "agents": list, "trials": int, "probes": bool, "user": str, "users": dict, "set": dict, "user_set": dict, "tools_in_prompt": bool, "context": int, "tokens": int, "turns": int, "steps": int,
            "stream": bool, "prices": dict, "budget": float, "at_once": int, "requests": int, "timeout": float, "tries": int, "replies": str, "offline": bool,
        },
    ),
    "funnel": (walk.funnel, {"strict": bool}),
    "sft": (walk.sft, {"vertical": list, "allow_scripted": bool, "most": int, "language": str}),
    "report": (walk.report, {"sample": int}),
}
"""Verb -> its function and the settings it takes, in the order of the walk."""
TRAINING: Final = ("train", "rl")
"""Tables that belong to training."""
_RUN: Final[dict[str, type | tuple[type, ...]]] = {"folder": str, "seed": int, "workers": int}


class Recipe(NamedTuple):
    """A recipe, read and checked."""

    folder: Path
    seed: int
    workers: int
    verbs: dict[str, dict[str, Any]]

    def with_players(self, given: Mapping[str, Any]) -> "Recipe":
        """The recipe with these settings of its rollouts."""
        return self._replace(verbs={n: {**v, **given} if n == "rollouts" else v for n, v in self.verbs.items()})


def read_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises UserError that names file, field and value."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; give the path of a recipe, such as runs/first.toml") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}") from error
    run = _table(path, data, "run", _RUN)
    verbs = {name: _table(path, data, name, allowed | {"limit": int}) for name, (_, allowed) in VERBS.items() if name in data or name != "graph" or "one" not in data.get("domains", {})}
    if unknown := sorted(data.keys() - VERBS.keys() - {"run", *TRAINING}):
        raise UserError(f"{path}: [{unknown[0]}] is no verb; the tables are run, {', '.join(VERBS)}; and {', '.join(TRAINING)} for training")
    for source in verbs["tools"].get("from", ()):
        if not is_source(str(source)):
            raise UserError(f"{path}: [tools] from names {source!r}, which is not there; paths are relative to where the command is run")
    folder = Path(run.get("folder", path.with_suffix("")))
    return Recipe(folder, run.get("seed", 0), run.get("workers", cores()), verbs)


def _table(path: Path, data: Mapping[str, Any], name: str, allowed: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise UserError(f"{path}: {name} is {found!r}; write it as a table, [{name}]")
    for key, value in found.items():
        if key not in allowed:
            raise UserError(f"{path}: [{name}] {key} is no setting of it; it takes {', '.join(allowed) or 'none'}")
        kind = allowed[key]
        fits = isinstance(value, (int, float) if kind is float else kind) and not (isinstance(value, bool) and kind is not bool)
        if not fits:
            raise UserError(f"{path}: [{name}] {key} is {value!r}; give a {kind.__name__ if isinstance(kind, type) else kind}")
    return dict(found)


def walk_recipe(recipe: Recipe, *, fresh: bool = False, cache: Path | None = None, keys: Keys | None = None) -> Iterator[walk.Summary]:
    """Do each verb in turn and give its summary. keys: of endpoints that the recipe names."""
    run = Run(recipe.folder)
    for name, given in recipe.verbs.items():
        call = VERBS[name][0]
        more = dict(given)
        limit = more.pop("limit", None)
        if name == "tools":
            files = [str(p) for p in more.pop("from", ())]
            more = more | {"files": files, "with_pool": more.get("with_pool", not files)}
        if name == "rollouts":
            more = more | {"keys": keys}
        if "model" in more:
            more = more | {"helped": {"keys": keys}}
        yield call(run, walk.Settings(recipe.seed, recipe.workers, limit, fresh, cache), **more)
