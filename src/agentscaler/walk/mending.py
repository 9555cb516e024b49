"""Room 4, after the compiler: worlds mended by a model that reads what the provider says, or by a person's mends.jsonl in the run folder.

    {"domain": "bikes", "tools": [{"name": "returnBike", "verdict": "mended", "why": "a broken bike can be returned too", "operation": {"only_from": ["rented", "broken"]}}]}

A line of that file is what a model answers, for a whole world or for some of it, with the world's name.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.mend import Mend, Part, ask_mend, bad_mend, changed, mended, parts_of, refusal
from agentscaler.records import EnvRow, EnvSpec, JsonObject, Tool
from agentscaler.store import Run
from agentscaler.walk.asking import Helper, Question
from agentscaler.walk.places import Places
from agentscaler.words import nearest

FILE: Final = "mends.jsonl"
LOOKS: Final = 2
"""So often a model looks at a world: first as it was compiled, then at what it has made of it."""


class Pool(Mapping[str, Tool]):
    """The tools of tools.jsonl by their ids, read when they are asked for."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def __getitem__(self, number: str) -> Tool:
        return self._places.tool(*self._places.home[number])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places.home)

    def __len__(self) -> int:
        return len(self._places.home)


def read_mends(path: Path) -> list[JsonObject]:
    """The lines of a mends.jsonl; empty where there is none. Raises UserError with line, field and what is wrong."""
    if not path.exists():
        return []
    out = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
            mend_of(row)
        except orjson.JSONDecodeError as error:
            raise UserError(f"{path}, line {number}: no JSON ({error})") from error
        except (ValidationError, AttributeError, KeyError, TypeError) as error:
            what = f"field {'.'.join(map(str, error.errors()[0]['loc']))!r}: {error.errors()[0]['msg']}" if isinstance(error, ValidationError) else "it must be an object with `domain` and `tools`"
            raise UserError(f"{path}, line {number}: {what}") from error
        out.append(row)
    return out


def mend_of(row: JsonObject) -> tuple[str, Mend]:
    """The name of the world, and what is to be mended in it."""
    if not isinstance(row["domain"], str):
        raise TypeError("domain")
    return row["domain"], Mend.model_validate({"tools": (), **{n: v for n, v in row.items() if n != "domain"}})


def by_hand(run: Run, built: list[tuple[str, EnvRow]], mends: Sequence[JsonObject], pool: Mapping[str, Tool]) -> tuple[list[tuple[str, EnvRow]], JsonObject]:
    """The worlds with a person's corrections. One that cannot be made, or that the gate refuses, is named in the facts; its world stays as it was."""
    if not mends:
        return built, {}
    known, refused = [row.domain for _, row in built], []
    wanted: dict[str, list[Mend]] = {}
    for line in mends:
        name, mend = mend_of(line)
        if name in known:
            wanted.setdefault(name, []).append(mend)
        else:
            refused.append(f"{name}: there is no such world; {nearest(name, known)}")
    out, count = [], 0
    for number, row in built:
        if found := wanted.get(row.domain):
            env = read_env(run.path / row.folder)
            if why := refusal(found, env, pool):
                refused.append(f"{row.domain}: {why}")
            else:
                count += 1
                row = written_anew(run, row, changed(env, found, pool))
        out.append((number, row))
    return out, {f"worlds mended by {FILE}": count} | ({f"refused of {FILE}": refused} if refused else {})


def by_model(run: Run, built: list[tuple[str, EnvRow]], helper: Helper, pool: Mapping[str, Tool], looks: int = LOOKS) -> tuple[list[tuple[str, EnvRow]], JsonObject]:
    """The worlds as a model has mended them, tool by tool where the gate refuses a part of it. looks: how often it is shown a world, each time with the code and rows that came of what it said before."""
    facts: JsonObject = {}
    moved = {row.env for _, row in built}
    for look in range(1, looks + 1):
        built, moved, told = _look(run, built, helper, pool, moved)
        facts[f"look {look}"] = told
    return built, facts


def _look(run: Run, built: list[tuple[str, EnvRow]], helper: Helper, pool: Mapping[str, Tool], wanted: set[str]) -> tuple[list[tuple[str, EnvRow]], set[str], JsonObject]:
    """One look at the wanted worlds: all of them, and the ids of those that were changed by it."""
    worlds = {row.env: read_env(run.path / row.folder) for _, row in built if row.env in wanted}
    parts: list[tuple[EnvSpec, Part]] = [(env, part) for env in worlds.values() for part in parts_of(env)]
    found = helper.answers(run, [Question(ask_mend(env, part, pool), Mend, partial(bad_mend, env=env, part=part, pool=pool)) for env, part in parts], label="envs: mends")
    said: dict[str, list[Mend]] = {}
    for (env, _), one in zip(parts, found.said, strict=True):
        said.setdefault(env.id, []).extend([one] if one is not None else [])
    verdicts = Counter(t.verdict for some in said.values() for one in some for t in one.tools)
    out, moved = [], set()
    for number, row in built:
        if row.env in said and (made := mended(worlds[row.env], said[row.env], pool)).id != row.env:
            moved.add(made.id)
            row = written_anew(run, row, made)
        out.append((number, row))
    return out, moved, found.facts | {f"tools {name}": verdicts[name] for name in ("right", "mended", "left", "drop", "added")} | {"worlds changed": len(moved)}


def written_anew(run: Run, row: EnvRow, env: EnvSpec) -> EnvRow:
    """The world in a folder of its own, in place of the one it was."""
    from agentscaler.walk.worlds import write_world

    shutil.rmtree(run.path / row.folder)
    return write_world(env, run.path / "envs").model_copy(update={"written": row.written, "found": row.found})
