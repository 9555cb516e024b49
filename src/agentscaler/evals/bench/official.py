"""Worlds compiled from the schemas of tau-bench's and tau2-bench's domains, held against their official tools: is a call answered where theirs answers it, and refused where theirs refuses it?

A check only: nothing of a benchmark enters a run. The gold calls of its tasks are made with the official tools in a process of their own, each once, once more, and with ids that nobody has. The world's state
is set up from what came back (check/fidelity.py), and the same is asked of it. What a domain's own code decides and no schema says (policies, balances, who may exchange what) is not in a compiled world.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from agentscaler.check.fidelity import Stage
from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.errors import Dropped, UserError
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.parity import SERVED, opened, sort_sources
from agentscaler.records import EnvSpec, JsonObject, Tool
from agentscaler.store import row_id
from agentscaler.tools.clean import Reading, sift
from agentscaler.tools.definitions import Place, make
from agentscaler.tools.sources import Document
from agentscaler.work import steps
from agentscaler.world import World


class Agreement(NamedTuple):
    """What one domain came to."""

    benchmark: str
    domain: str
    tools: int
    """Of the benchmark."""
    compiled: int
    """Of them, in the world."""
    calls: int
    """Gold calls."""
    held: int
    """Of them, of tools that the world has."""
    answered: float | None
    """Share of the calls that theirs answers and the world does, too."""
    again: float | None
    """The same call once more: share with the outcome of theirs, answered or refused."""
    unknown: float | None
    """With ids that nobody has: the same."""
    outcomes: float | None
    """All three together."""
    why: str = ""
    """Why there is no world; what the world said most often where theirs answered."""


def official(sources: list[Path], cache: Path, *, pythons: Mapping[str, Path] = {}, unpinned: bool = False, limit: int | None = None) -> Iterator[Agreement]:
    """A line for each domain of the checkouts. limit: so many tasks of each. Raises UserError where a checkout or its environment is not there."""
    found = sort_sources(sources, unpinned=unpinned)
    names = [n for n, served in SERVED.items() if (served.source or "").startswith("tau") and (n in found or served.source in found)]
    if not names:
        raise UserError("give --source FOLDER, a checkout of tau-bench or tau2-bench")
    for name in names:
        why, start = opened(name, found, cache, pythons, unpinned=unpinned)
        if start is None:
            raise UserError(f"{name} cannot be run: {why}")
        for domain in SERVED[name].domains:
            yield _domain(name, domain, start, limit)


def _domain(name: str, domain: str, start: Callable[[], Line], limit: int | None) -> Agreement:
    with start() as line:
        schemas = line.ask("definitions", domain=domain)
        tasks = line.ask("tasks", domain=domain)[:limit]
        made = [call for task in steps(tasks, f"fidelity: {name} {domain}, official tools", len(tasks)) for call in line.ask("outcomes", domain=domain, task=task["id"])]
    try:
        env = world_of(schemas, domain)
    except Dropped as reason:
        return Agreement(name, domain, len(schemas), 0, len(made), 0, None, None, None, None, reason.message)
    return agreement(name, domain, len(schemas), env, made)


def world_of(schemas: list[JsonObject], domain: str) -> EnvSpec:
    """The compiled world of a domain's functions. Raises Dropped where none comes of them."""
    place = Place(Document(f"{domain}.json", b"", lambda _: None))
    tools = [make(place, s["name"], description=s.get("description", ""), parameters=s.get("parameters"), returns=s.get("returns"), root=s, operation=s["name"], service=domain) for s in schemas]
    kept, _ = sift(Reading(t, True, False) for t in tools)
    pool: dict[str, Tool] = {row_id(t): t for t in kept}
    group = kept[0].source.group
    return build_env(one_domain(pool, domain), pool, {group: compile_tools(group, pool)}).env


def agreement(name: str, domain: str, tools: int, env: EnvSpec, made: list[JsonObject]) -> Agreement:
    """The world's outcomes beside the official ones."""
    own = {t.name for t in env.tools}
    held = [call for call in made if call["tool"] in own]
    answered, again, unknown, said = [], [], [], []
    for call in held:
        first, second, error = replayed(env, call)
        if not call["refused"]:
            answered.append(first)
            if first:
                again.append(second is not call["again"])
            else:
                said.append(f"{call['tool']}: {error}")
        if call["lost"] is not None:
            with World.open(env) as world:
                unknown.append((world.call(call["tool"], _taken(env, call["tool"], call["unknown"])).error is not None) is call["lost"])
    every = [*answered, *again, *unknown]
    most = max(set(said), key=said.count) if said else ""
    return Agreement(name, domain, tools, len(own), len(made), len(held), _share(answered), _share(again), _share(unknown), _share(every), most)


def replayed(env: EnvSpec, call: JsonObject) -> tuple[bool, bool, str]:
    """(answered, answered once more, what was said instead) in a state set up from what the official tool answered."""
    assert env.model is not None
    operation = next(o for o in env.model.operations if o.name == call["tool"])
    given = _taken(env, call["tool"], call["arguments"])
    with World.open(env) as world:
        try:
            if not call["refused"]:
                Stage(world).set_up(operation, given, call["response"])
        except apsw.Error as error:
            return False, False, f"not set up: {error}"
        first = world.call(call["tool"], given).error
        second = world.call(call["tool"], given).error
    return first is None, second is None, f"{first.code}: {first.message}" if first else ""


def _taken(env: EnvSpec, name: str, arguments: JsonObject) -> JsonObject:
    """Those that the world's tool takes."""
    known: Any = next(t for t in env.tools if t.name == name).parameters.get("properties", {})
    return {k: v for k, v in arguments.items() if k in known}


def _share(found: list[bool]) -> float | None:
    return round(sum(found) / len(found), 3) if found else None
