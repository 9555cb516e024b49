"""A world opened for making tasks: its tables and tools as one asks for them, and its answers read back into rows."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from agentscaler.errors import Dropped
from agentscaler.records import (
    Argument,
    EnvSpec,
    EnvTool,
    JsonObject,
    Model,
    Operation,
    Reference,
    Schema,
    Seed,
    Shape,
    Table,
)
from agentscaler.schemas import kind_of
from agentscaler.tasks.nouns import column_kind, people, persons, spoken_model
from agentscaler.tasks.speech import Kind
from agentscaler.words import field
from agentscaler.world import World

Row = dict[str, Any]
READS = ("get", "list")
_LISTS = ("list", "describe", "get", "search")
"""Verbs of tools that one looks into first; a query of lineage comes after them."""
STEERING = ("within", "size", "token", "offset", "page", "option", "since", "until")


SURROUNDINGS = frozenset(["project", "region", "zone", "location", "account", "aws account", "organization", "folder", "customer", "user", "platform", "merchant", "catalog", "package", "sdk app", "app"])
"""What a caller is in, and is told from the start."""


class Way(NamedTuple):
    """A list that shows the rows of a table, and what it must be told: filter column -> reference it follows, or none."""

    operation: Operation
    follows: tuple[tuple[Argument, Reference | None], ...]


class Site:
    """One world with its tables, tools and recipes at hand. Close it with its world."""

    def __init__(self, env: EnvSpec, seed: Seed) -> None:
        if env.model is None:
            raise Dropped("no_tool", "tasks are made from a compiled model, and this world has none", where=env.domain)
        self.env, self.seed = env, seed
        self.model: Model = spoken_model(env.model)
        self.world = World.open(env, seed=seed)
        self.tables = {t.name: t for t in self.model.tables}
        self.columns = {(t.name, c.name): c for t in self.model.tables for c in t.columns}
        self.tools = {t.name: t for t in env.tools}
        self.operations = {o.name: o for o in self.model.operations}
        self.recipes: dict[str, JsonObject] = env.population["columns"]
        self.kinds = {k: kind for k in self.columns if (kind := self._kind(*k))}
        self.reads = {t: [o for o in self.model.operations if o.table == t and o.act in READS and o.shape] for t in self.tables}
        self.writes = {t: [o for o in self.model.operations if o.table == t and o.act not in READS and not o.blind and _in_parts(o)] for t in self.tables}
        self._ways: dict[str, list[Way]] = {}
        self._astray: dict[tuple[str, str], bool] = {}

    def close(self) -> None:
        self.world.close()

    # ---- columns

    def columns_of(self, table: str) -> list[str]:
        return [c.name for c in self.tables[table].columns]

    def recipe(self, table: str, column: str) -> JsonObject:
        return self.recipes.get(f"{table}.{column}", {})

    def knowable(self, table: str, column: str) -> bool:
        """Can a user know its values?"""
        return bool(self.recipe(table, column).get("knowable"))

    def _kind(self, table: str, name: str) -> Kind | None:
        """How the column is spoken of; None where nobody would."""
        return column_kind(self.tables[table], self.columns[table, name], self.recipe(table, name))

    def keyed_by_name(self, table: Table) -> str | None:
        """The key column of a resource that bears its name at the end: 'projects/x/topics/orders'."""
        own = table.key[-1]
        recipe = self.recipe(table.name, own)
        return own if table.resource and "in" in recipe and (people(table.noun) or not persons(recipe)) else None

    # ---- tools

    def astray(self, operation: Operation, argument: Argument) -> bool:
        """Does the context fill in what the rows of the world say otherwise, or what names a row that the user means?"""
        key = (operation.name, argument.name)
        if key not in self._astray:
            self._astray[key] = self._strays(operation, argument)
        return self._astray[key]

    def _strays(self, operation: Operation, argument: Argument) -> bool:
        if not re.fullmatch(r"\{\w+\}", argument.template or ""):
            return False
        value = str(self.world.context.get((argument.template or "").strip("{}"), ""))
        name, table = field(argument.name), self.tables[operation.table]
        for column in table.columns:
            if field(column.name) == name and any(str(r[column.name]) != value for r in self.world.rows(table.name) if r[column.name] is not None):
                return True
        stem = " ".join(name[:-1] if name[-1:] in (("id",), ("key",), ("name",), ("arn",), ("number",), ("email",)) else name)
        if stem in SURROUNDINGS:
            return False
        nouns = {t.noun.lower() for t in self.tables.values() if t.said}
        return stem == table.noun.lower() or stem in nouns or any(n.endswith(f" {stem}") for n in nouns)

    def elsewhere(self, operation: Operation, argument: Argument) -> bool:
        """Does it look into a folder or an organization, where another tool does the same in the project, and nobody said which?"""
        scopes = {frozenset(re.findall(r"\{(project|folder|organization)\}", a.template or "")) for o in self.model.operations if (o.table, o.act) == (operation.table, operation.act) for a in o.arguments if a.role == "within" and a.required}
        mine = re.findall(r"\{(project|folder|organization)\}", argument.template or "")
        return bool(mine) and "project" not in mine and any("project" in s for s in scopes)

    def schema(self, tool: str, argument: str) -> Schema:
        found: Schema = self.tools[tool].parameters["properties"][argument]
        return found

    def tool(self, operation: Operation) -> EnvTool:
        return self.tools[operation.name]

    def ways(self, table: str) -> list[Way]:
        """The lists that show a table's keys, simplest first."""
        if table not in self._ways:
            found = [w for o in self.reads[table] if o.act == "list" and not o.through and (w := self._way(o))]
            found = [w for w in found if w.operation.verb in _LISTS] or found
            found.sort(key=lambda w: (len(w.follows), sum(r is None for _, r in w.follows), -len(w.operation.shape.fields) if w.operation.shape else 0, w.operation.name))
            self._ways[table] = found
        return self._ways[table]

    def _way(self, operation: Operation) -> Way | None:
        table = self.tables[operation.table]
        assert operation.shape is not None
        follows: list[tuple[Argument, Reference | None]] = []
        for argument in operation.arguments:
            if not argument.required or argument.role in ("within", "size", "token", "offset", "page", "option"):
                continue
            if argument.role not in ("filter", "match") or argument.many or argument.column is None:
                return None
            reference = reference_of(table, argument.column)
            if reference is not None and not holds(reference):
                return None
            if reference is None and not self.knowable(table.name, argument.column):
                return None
            follows.append((argument, reference))
        told = {a.column for a, _ in follows} | {c for _, r in follows if r for c in r.columns}
        shown = {*operation.shape.fields.values(), *(c for part in operation.shape.parts.values() for c in part.values())} | told
        return Way(operation, tuple(follows)) if set(table.key) <= shown | {"only"} else None

    def getters(self, table: str) -> list[Operation]:
        """Tools that read one row by its key, fewest arguments first."""
        some = [o for o in self.reads[table] if o.act == "get" and not any(a.many for a in o.arguments)]
        return sorted(some, key=lambda o: (sum(a.required for a in o.arguments), o.name))


_ROLES = frozenset("source from to target destination src dst dest last previous origin original pending desired old new latest".split(" "))


def _in_parts(operation: Operation) -> bool:
    """Does an update leave alone what it is not given? One that overwrites is no change of one thing."""
    return not any(a.sign == "clears" for a in operation.arguments) and (not operation.whole or any(a.role == "mask" for a in operation.arguments))


def holds(reference: Reference) -> bool:
    """Does the row lie in what it refers to? What it was made from is another thing."""
    words = field(reference.columns[-1])
    return not (len(words) > 1 and words[0] in _ROLES)


def reference_of(table: Table, column: str) -> Reference | None:
    """The foreign key that a column is part of; the shortest, if there are several."""
    found = [r for r in table.references if column in r.columns]
    return min(found, key=lambda r: len(r.columns)) if found else None


def rows_of(operation: Operation, data: Any) -> list[Row]:
    """The rows that an answer shows, by column."""
    shape = operation.shape
    if shape is None:
        return []
    found = list(_unwrapped(data["response"] if shape.done and isinstance(data, dict) and "response" in data else data, () if shape.done else shape.wrap))
    if shape.scalar:
        column = next(iter(shape.fields.values()))
        return [{column: value} for value in found]
    return [{**_inside(row, shape), **{c: row.get(f) for f, c in shape.fields.items()}} for row in found if isinstance(row, dict)]


def _inside(row: Row, shape: Shape) -> Row:
    """The columns that an object in the row repeats."""
    return {c: row[f].get(k) for f, part in shape.parts.items() if isinstance(row.get(f), dict) for k, c in part.items() if k}


def _unwrapped(data: Any, wrap: tuple[str, ...]) -> Iterable[Any]:
    if not wrap:
        yield from data if isinstance(data, list) else [data] if data is not None else []
        return
    some = data if isinstance(data, list) else [data]
    for part in some:
        if isinstance(part, dict) and (inner := part.get(wrap[0].removesuffix("[]"))) is not None:
            yield from _unwrapped(inner, wrap[1:])


def fitted(value: Any, schema: Schema) -> Any:
    """A value as an argument of this schema wants it: '1400215' -> 1400215, in a list where a list is asked for."""
    many = kind_of(schema) == "array"
    inner = schema.get("items", {}) if many else schema
    if kind_of(inner) == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    elif kind_of(inner) == "string" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return [value] if many and not isinstance(value, list) else value
