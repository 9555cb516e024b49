"""Fidelity: calls that were recorded at the real service, made again in the world, after its state has been set up from them.

    found = fidelity(Path("runs/first"), "pool", limit=500)
    for line in sums(found): print(line)

A recorded pair says what was asked and what came back. What it shows of the state (rows in the answer, rows that the arguments name) is written into the world's tables,
in place of the drawn rows (nothing, where the service refused); then the call is made, and three things are compared: the class of the outcome (answered, refused), the fields of the answer, and
the values of those fields whose value the world can know: what the arguments said and what the state was set to. What a service makes up itself
(new ids, times) is no value that could be equal.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw
import orjson

from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.laws import rows_of
from agentscaler.records import EnvSpec, EnvTool, Json, JsonObject, Operation, Pair, Schema, Shape, Tool
from agentscaler.schemas import kind_of
from agentscaler.statements import TableInfo
from agentscaler.store import read_rows
from agentscaler.tools.examples import examples_of
from agentscaler.words import singular
from agentscaler.work import steps
from agentscaler.world import Answer, World

Leaf = tuple[str, Any]
"""A path in an answer, lists without their numbers, and the bare value there: ('Instances.State', 'running')."""
DEPTH: Final = 12
"""Levels of parents that are made for a row."""


class Compared(NamedTuple):
    """One pair, held against a world."""

    tool: str
    """Id of the tool's row."""
    env: str
    """Id of the world."""
    same: bool
    """Was the outcome of the same class: answered where the service answered, refused where it refused?"""
    error: str
    """What the world said where it refused; what could not be set up."""
    left: tuple[str, ...]
    """Arguments that the world's tool does not take; the call was made without them."""
    fields: tuple[int, int]
    """Fields of the recorded answer that the world's answer has, and all."""
    values: tuple[int, int]
    """Values that the world could know and answered, and all that it could know."""
    missing: tuple[str, ...]
    """Fields that the world's answer has not."""
    wrong: tuple[str, ...]
    """Fields whose value should have been known and is another one."""


def compare(env: EnvSpec, tool: EnvTool, pair: Pair) -> Compared:
    """Set up the state, make the call, compare. The world must be a compiled one. Where a page begins is not said: the recorded answer is the whole list here."""
    assert env.model is not None
    assert tool.tool is not None
    operation = next(o for o in env.model.operations if o.name == tool.name)
    known = tool.parameters.get("properties", {})
    left = tuple(sorted(pair.arguments.keys() - known.keys()))
    pages = {a.name for a in operation.arguments if a.role in ("offset", "page", "token")}
    given = {k: _fitting(v, known[k]) for k, v in pair.arguments.items() if k in known and k not in pages}
    refused = pair.status is not None and pair.status >= 400
    with World.open(env) as world:
        given |= {a.name: world.db.here(a.template) for a in operation.arguments if a.role == "within" and a.template and isinstance(given.get(a.name), str)}
        stage = Stage(world)
        try:
            if not refused:
                stage.set_up(operation, given, pair.response)
        except apsw.Error as error:
            return Compared(tool.tool, env.id, False, f"not set up: {error}", left, *_nothing(pair, refused))
        answer = world.call(tool.name, given)
    if refused or answer.error is not None:
        said = f"{answer.error.code}: {answer.error.message}" if answer.error else ""
        return Compared(tool.tool, env.id, refused is (answer.error is not None), said, left, *_nothing(pair, refused))
    return _held_against(tool.tool, env.id, left, pair, answer, stage.told(given))


def _fitting(value: Any, schema: Schema) -> Any:
    """Documented requests write numbers and booleans as text here and there."""
    if isinstance(value, str) and kind_of(schema) in ("integer", "number", "boolean"):
        with suppress(ValueError):
            return orjson.loads(value.lower())
    return value


def _nothing(pair: Pair, refused: bool) -> tuple[tuple[int, int], tuple[int, int], tuple[str, ...], tuple[str, ...]]:
    """No answer where one was due: all of its fields are missing."""
    fields = () if refused else tuple(sorted({path for path, _ in leaves(pair.response)}))
    return (0, len(fields)), (0, 0), fields, ()


def _held_against(tool: str, env: str, left: tuple[str, ...], pair: Pair, answer: Answer, known: frozenset[tuple[str, str]]) -> Compared:
    was = list(leaves(pair.response))
    now: dict[str, set[str]] = {}
    for path, value in leaves(answer.data):
        now.setdefault(path, set()).add(_bare(value))
    fields = sorted({path for path, _ in was})
    due = sorted({(path, _bare(value)) for path, value in was if _knowledge(path, value) in known and path in now})
    wrong = tuple(sorted({path for path, value in due if value not in now[path]}))
    missing = tuple(f for f in fields if f not in now)
    right = sum(value in now[path] for path, value in due)
    return Compared(tool, env, True, "", left, (len(fields) - len(missing), len(fields)), (right, len(due)), missing, wrong)


def leaves(data: Json, path: str = "") -> Iterator[Leaf]:
    """Bare values with their paths; null and empty ones say nothing and are left out."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value, path)
    elif data is not None and data != "":
        yield path, data


def _knowledge(path: str, value: Any) -> tuple[str, str]:
    """What is known is a value under a name: InstanceIds: [x] tells of InstanceId: x."""
    return singular(path.rsplit(".", 1)[-1]).lower(), _bare(value)


def _bare(value: Any) -> str:
    """As text: services write numbers and booleans either way."""
    return orjson.dumps(value).decode().strip('"').lower()


# ---- the state --------------------------------------------------------------------------------------------------------


class Stage:
    """A world whose tables are being set up."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tables = world.loaded.tables
        self._x = world.db._x
        self._set: list[JsonObject] = []
        self._samples: dict[str, dict[str, Any]] = {}
        self._made = 0

    def told(self, arguments: JsonObject) -> frozenset[tuple[str, str]]:
        """All values that the state was set to or the arguments say, each under its name."""
        return frozenset(_knowledge(path, value) for part in (arguments, *self._set) for path, value in leaves(part))

    def set_up(self, operation: Operation, arguments: JsonObject, response: Json) -> None:
        """The rows that the call and its answer speak of. Raises apsw.Error where the tables cannot hold them."""
        info = self.tables[operation.table]
        named = dict(_named(operation, arguments))
        self._parents(info, dict(_columns(operation, arguments)), 0)
        shown = [self._row(info, row, operation.shape) for row in rows_of(operation.shape, response)] if operation.shape else []
        if operation.act == "create":
            return
        if operation.act == "list" and not operation.shape:
            return
        if operation.act == "list":
            self._clear(info)
        elif not named:
            named = {c: v for c, v in self._sample(info).items() if c in info.key}
        for row in shown:
            self.insert(info, {**row, **{c: _one(v, row.get(c)) for c, v in named.items()}})
        if operation.act != "list":
            for number in range(max((len(v) for v in named.values() if isinstance(v, list)), default=1)):
                about = {c: v[min(number, len(v) - 1)] if isinstance(v, list) and v else v for c, v in named.items()}
                if any(all(row.get(c) == v for c, v in about.items()) for row in shown):
                    continue
                self.insert(info, about)
        if operation.state is not None:
            self._at_the_start(operation, info, named)

    def _row(self, info: TableInfo, row: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]:
        """A row of the answer, by columns."""
        assert shape is not None
        found = {column: row[name] for name, column in shape.fields.items() if row.get(name) is not None and column in info.columns}
        for name, part in shape.parts.items():
            inner = row.get(name)
            if isinstance(inner, dict):
                found |= {column: inner[n] for n, column in part.items() if inner.get(n) is not None and column in info.columns and column not in found}
        return found

    def insert(self, info: TableInfo, values: Mapping[str, Any], depth: int = 0) -> None:
        """A row with these values; the rest is as in the table's first row. Values that the table cannot hold are left out, one by one."""
        key = self._key(info, values)
        if self.world.db.first(info.name, **key) is None:
            self._new(info, {**values, **key}, depth)
        self._parents(info, values, depth)
        where = " AND ".join(f'"{c}" IS ?' for c in info.key)
        for name in info.columns:
            if name not in values or name in info.key:
                continue
            try:
                self._x(f'UPDATE "{info.name}" SET "{name}" = ? WHERE {where}', (_stored(values[name]), *key.values()))
            except apsw.Error:
                continue
            self._set.append({name: values[name]})
        self._set.append({c: v for c, v in key.items() if c in values})

    def _key(self, info: TableInfo, values: Mapping[str, Any]) -> dict[str, Any]:
        """The key that the values tell; what they do not tell of it is as in no other row."""
        self._made += 1
        first = self._sample(info)
        made = {c: 1_000_000 + self._made if isinstance(first.get(c), int) else f"{first.get(c) or c}-{self._made}" for c in info.key}
        made |= {c: first[c] for c in info.key[:-1] for r in info.references if c in r.columns}
        return {c: _stored(values[c]) if c in values else made[c] for c in info.key}

    def _sample(self, info: TableInfo) -> dict[str, Any]:
        """The first row as it was drawn."""
        if info.name not in self._samples:
            first = next(iter(self._x(f'SELECT * FROM "{info.name}"')), None)
            self._samples[info.name] = dict(zip(info.columns, first, strict=True)) if first is not None else dict.fromkeys(info.columns)
        return dict(self._samples[info.name])

    def _new(self, info: TableInfo, values: Mapping[str, Any], depth: int) -> None:
        row = self._sample(info)
        unique = [c for c in info.columns if self._is_unique(info.name, c)]
        row |= {c: None for c in unique if c not in info.key}
        row |= {c: _stored(values[c]) for c in (*info.key, *unique) if c in values}
        for reference in info.references:
            row |= {c: _stored(values[c]) for c in reference.columns if c in values}
        self._parents(info, row, depth)
        columns = ", ".join(f'"{c}"' for c in row)
        self._x(f'INSERT INTO "{info.name}" ({columns}) VALUES ({", ".join("?" * len(row))})', tuple(row.values()))

    def _is_unique(self, table: str, column: str) -> bool:
        for _, index, unique, *_ in list(self._x(f'PRAGMA index_list("{table}")')):
            if unique and [name for _, _, name in self._x(f'PRAGMA index_info("{index}")')] == [column]:
                return True
        return False

    def _parents(self, info: TableInfo, values: Mapping[str, Any], depth: int) -> None:
        """What a row refers to is there."""
        for reference in info.references:
            to = {t: _one(values.get(c)) for c, t in zip(reference.columns, reference.to, strict=True)}
            if None in to.values() or depth > DEPTH:
                continue
            if self.world.db.first(reference.table, **to) is None:
                self.insert(self.tables[reference.table], to, depth + 1)

    def _clear(self, info: TableInfo) -> None:
        """The list shows what was recorded and nothing else, as far as rows can go."""
        keys = ", ".join(f'"{c}"' for c in info.key)
        where = " AND ".join(f'"{c}" IS ?' for c in info.key)
        self._sample(info)
        for key in list(self._x(f'SELECT {keys} FROM "{info.name}"')):
            try:
                self._x(f'DELETE FROM "{info.name}" WHERE {where}', key)
            except apsw.ConstraintError:
                continue

    def _at_the_start(self, operation: Operation, info: TableInfo, named: Mapping[str, Any]) -> None:
        """A move succeeded, so the row was in a state that it may be moved from."""
        assert operation.state is not None
        column, target = operation.state
        key = [_one(named.get(c)) for c in info.key]
        if column not in info.columns or None in key or operation.inside:
            return
        states = operation.only_from or tuple(v for (v,) in self._x(f'SELECT DISTINCT "{column}" FROM "{info.name}"') if v != target)
        where = " AND ".join(f'"{c}" IS ?' for c in info.key)
        for state in states[:1]:
            self._x(f'UPDATE "{info.name}" SET "{column}" = ? WHERE {where}', (state, *key))


def _named(operation: Operation, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Columns that the arguments tell of the rows that are meant: by what they are found, not what is written to them."""
    for argument in operation.arguments:
        if argument.column and argument.name in arguments and argument.role in ("key", "match", "filter"):
            value = arguments[argument.name]
            if value not in argument.anything:
                yield argument.column, value


def _columns(operation: Operation, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All columns that the arguments name, whatever for."""
    for argument in operation.arguments:
        value = arguments.get(argument.name)
        if argument.column and value is not None:
            yield argument.column, value
        if argument.role == "body" and isinstance(value, dict):
            yield from ((column, value[name]) for name, column in argument.body.items() if name in value)


def _one(value: Any, shown: Any = None) -> Any:
    """One of several values: the one that the row shows, else the first."""
    if isinstance(value, list):
        return shown if shown in value else next(iter(value), None)
    return value


def _stored(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, (dict, list)) else value


# ---- many ---------------------------------------------------------------------------------------------------------------


class Sum(NamedTuple):
    """What the pairs of one vendor came to."""

    vendor: str
    pairs: int
    tools: int
    same: float
    """Share of the pairs with the same class of outcome."""
    fields: float | None
    """Share of the recorded fields that the world answers; of refused calls none."""
    values: float | None
    """Share of the values that the world could know and says."""
    taken: float
    """Share of the pairs whose arguments are all taken."""


def pairs_of(run: Path, source: str) -> Iterator[tuple[str, str, Path, EnvTool, Pair]]:
    """(vendor, tool id, folder of the world, tool, pair) of each executable tool that there are recordings of.

    source: "pool", the examples that ship with the packages of the pool; "run", what was recorded in the files the run's tools were read from (HAR, Postman).
    Raises UserError where the run has no tools or no worlds.
    """
    for name in ("tools.jsonl", "envs.jsonl"):
        if not (run / name).exists():
            raise UserError(f"{run}: no {name}; recorded calls are made in the worlds of a run, so `agentscaler {name.split('.')[0]} --run {run}` comes first")
    recorded: dict[str, tuple[str, list[Pair]]] = {}
    for row in read_rows(run / "tools.jsonl"):
        tool = Tool.model_validate({k: v for k, v in row.items() if k in Tool.model_fields})
        found = list(examples_of(tool)) if source == "pool" else list(tool.pairs)
        if found:
            recorded[row["id"]] = (tool.source.vendor, found)
    for row in read_rows(run / "envs.jsonl"):
        folder = run / row["folder"]
        env = read_env(folder)
        if env.model is None:
            continue
        for made in env.tools:
            if made.own and made.tool in recorded:
                vendor, found = recorded[made.tool]
                yield from ((vendor, made.tool, folder, made, pair) for pair in found)


def fidelity(run: Path, source: str = "pool", *, limit: int | None = None, seed: int = 0) -> list[tuple[str, Compared]]:
    """Every recorded call held against the run's worlds: (vendor, what came of it), in the order of the worlds. limit: only so many pairs, drawn by seed."""
    pairs = list(pairs_of(run, source))
    if limit is not None and limit < len(pairs):
        chosen = set(Dice(seed, "fidelity").sample(range(len(pairs)), limit))
        pairs = [p for i, p in enumerate(pairs) if i in chosen]
    envs: dict[Path, EnvSpec] = {}
    out = []
    for vendor, _, folder, tool, pair in steps(pairs, "fidelity: calls", len(pairs)):
        if folder not in envs:
            envs = {folder: read_env(folder)}
        out.append((vendor, compare(envs[folder], tool, pair)))
    return out


def sums(found: Sequence[tuple[str, Compared]]) -> list[Sum]:
    """A line for each vendor, and one for all."""
    groups = {v: [c for w, c in found if w == v] for v in sorted({v for v, _ in found})}
    if len(groups) > 1:
        groups["all"] = [c for _, c in found]
    return [
        Sum(
            vendor, len(some), len({c.tool for c in some}), _share(sum(c.same for c in some), len(some)) or 0.0,
            _share(sum(c.fields[0] for c in some), sum(c.fields[1] for c in some)), _share(sum(c.values[0] for c in some), sum(c.values[1] for c in some)),
            _share(sum(not c.left for c in some), len(some)) or 0.0,
        )
        for vendor, some in groups.items()
    ]  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def why_refused(found: Sequence[tuple[str, Compared]], most: int = 6) -> list[tuple[str, int]]:
    """What the world said where the outcome is another one, most frequent first: "invalid_arguments", "not set up"."""
    return Counter(c.error.split(":")[0] or "answered" for _, c in found if not c.same).most_common(most)
