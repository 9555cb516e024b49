"""Laws of a compiled world: what its tools must do together, tried on real calls.

A write changes the rows it names and what hangs on them, nothing beside; what was made can be read, what was changed shows the new value, what was deleted is gone; a list narrowed by an
argument shows just the rows that have the value; pages put together are the whole list, each row once; equal worlds answer equal calls equally.
The model says which tools speak of which table; what the tools do is seen by calling them only.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.canonical import Form
from agentscaler.records import Argument, EnvSpec, EnvTool, Json, JsonObject, Model, Operation, Schema, Shape
from agentscaler.schemas import kind_of
from agentscaler.sifted import stands, trials
from agentscaler.world import Answer, World

PAGES: Final = 3
"""So many pages a list is cut into."""
MOST_PAGES: Final = 60
"""More than these is a list that does not end."""


State = Mapping[str, Sequence[tuple[Any, ...]]]
"""The rows of all tables."""


class Broken(NamedTuple):
    """A law that a tool broke."""

    tool: str
    message: str


class Laws:
    """The laws of one world, ready to be asked after a call."""

    def __init__(self, env: EnvSpec, model: Model, world: World) -> None:
        self.tables = world.loaded.tables
        self.tools = {t.name: t for t in env.tools}
        self.operations = {o.name: o for o in model.operations if o.name in self.tools}
        self.gets: dict[str, list[Operation]] = {}
        self.lists: dict[str, list[Operation]] = {}
        for operation in self.operations.values():
            shape = operation.shape
            if shape is None or operation.through or shape.scalar or shape.distinct:
                continue
            if operation.act == "get" and self._names_all(operation):
                self.gets.setdefault(operation.table, []).append(operation)
            elif operation.act == "list":
                self.lists.setdefault(operation.table, []).append(operation)

    def _names_all(self, operation: Operation) -> bool:
        named = {a.column for a in operation.arguments if a.role == "key" and not a.many}
        return set(self.tables[operation.table].key) <= named

    def without(self, name: str) -> None:
        """A read that is at fault is no witness."""
        for some in self.gets.values():
            some[:] = [o for o in some if o.name != name]

    # ---- after a write

    def after_write(self, world: World, tool: EnvTool, arguments: JsonObject, before: State, form: Form) -> Iterator[Broken]:
        """The world stands as the write left it; before: its rows as they were."""
        operation = self.operations.get(tool.name)
        if operation is None:
            return
        yield from self._beside(operation, arguments, form)
        info = self.tables[operation.table]
        key = self._key(operation, arguments)
        if operation.act == "create":
            places = [info.columns.index(c) for c in info.key]
            old = {tuple(row[p] for p in places) for row in before[info.name]}
            new = [k for row in world.keys(info.name) if (k := tuple(row)) not in old]
            if len(new) > 1 and not any(a.role == "rows" or a.many for a in operation.arguments):
                yield Broken(operation.name, f"one call made {len(new)} rows of {info.name}")
            elif len(new) == 1:
                yield from self._visible(world, operation, arguments, dict(zip(info.key, new[0], strict=True)))
        elif key is None:
            return
        elif operation.act in ("update", "put", "set"):
            yield from self._visible(world, operation, arguments, key)
        elif operation.act == "delete" and any(row[0] == "-" and row[1] == info.name for row in form):
            yield from self._gone(world, operation, key)

    def _beside(self, operation: Operation, arguments: JsonObject, form: Form) -> Iterator[Broken]:
        """Does it touch what it does not name?"""
        below = self._below(operation.table) if operation.act == "delete" else set()
        family = {operation.table, operation.through or operation.table, *below, *(b.table for b in operation.brings)}
        key = None if operation.table in below else self._key(operation, arguments)
        wanted = tuple(str(v) for v in key.values()) if key is not None else None
        for row in form:
            table = row[2] if row[0] == "+" else row[1]
            if table not in family:
                yield Broken(operation.name, f"it changed {table}, which it is not about")
                return
            if table == operation.table and row[0] != "+" and wanted is not None and operation.act in ("update", "put", "set", "delete") and tuple(map(str, row[2])) != wanted:
                yield Broken(operation.name, f"it was told {'/'.join(wanted)} and changed {table} {'/'.join(map(str, row[2]))}")
                return
            if operation.act == "create" and row[0] == "-":
                yield Broken(operation.name, f"making a row took one of {table} away")
                return

    def _below(self, table: str) -> set[str]:
        """What may go with a row: whatever refers to it, and so on."""
        found: set[str] = set()
        left = [table]
        while left:
            for child, _ in self.tables[left.pop()].children:
                if child not in found:
                    found.add(child)
                    left.append(child)
        return found

    def _visible(self, world: World, operation: Operation, arguments: JsonObject, key: Mapping[str, Any]) -> Iterator[Broken]:
        """Do the reads show the row, with what it was given?"""
        given = self._given(operation, arguments)
        for get in self.gets.get(operation.table, ()):
            answer = self._ask(world, get, key)
            if answer is None:
                continue
            if answer.error is not None:
                yield Broken(operation.name, f"what it {'made' if operation.act == 'create' else 'changed'} cannot be read: {get.name} says {answer.error.code}: {answer.error.message}")
                return
            assert get.shape is not None
            for row in rows_of(get.shape, answer.data)[:1]:
                for field, column in get.shape.fields.items():
                    if column in given and field in row and not _alike(row[field], given[column]):
                        yield Broken(operation.name, f"it was given {column} {given[column]!r:.60} and {get.name} shows {row[field]!r:.60}")
                        return

    def _gone(self, world: World, operation: Operation, key: Mapping[str, Any]) -> Iterator[Broken]:
        for get in self.gets.get(operation.table, ()):
            answer = self._ask(world, get, key)
            if answer is not None and answer.error is None:
                yield Broken(operation.name, f"what it deleted is still shown by {get.name}")
                return

    def ungiven(self, tool: EnvTool, given: Collection[str]) -> bool:
        """Is there an argument that sets a column and was in no call yet?"""
        operation = self.operations.get(tool.name)
        return operation is not None and any(a.role == "value" and a.column and a.name not in given for a in operation.arguments)

    # ---- after a list

    def of_list(self, world: World, tool: EnvTool, arguments: JsonObject) -> Iterator[Broken]:
        """The world stands in its initial state; arguments: valid ones of the list."""
        operation = self.operations.get(tool.name)
        if operation is None or operation.act != "list" or operation.shape is None:
            return
        yield from self._narrowed(world, operation, arguments)
        if operation in self.lists.get(operation.table, ()):
            yield from self._paged(world, operation, arguments)

    def _narrowed(self, world: World, operation: Operation, arguments: JsonObject) -> Iterator[Broken]:
        """Does each argument that may be left out show just the rows that it says?"""
        if any(a.required and a.role not in ("filter", "within") for a in operation.arguments):
            return
        every = world.rows(operation.table)
        rows = self._tied(world, operation, arguments, every) if operation.through else [r for r in every if self._listed(operation, arguments, r)]
        others = [r for r in every if r not in rows]
        own = self.tables[operation.table].columns
        for argument in operation.arguments:
            if argument.required or (argument.column and argument.column not in own):
                continue
            asked = operation.hides is not None and argument.role == "filter" and argument.column == operation.hides[0] and not operation.through
            there = [r for r in every if self._listed(operation.model_copy(update={"hides": None}), arguments, r)] if asked else rows  # who asks for what a list hides is shown it
            for trial in trials(argument, there, others, self._schema(operation, argument)):
                some = self._all(world, operation, {**arguments, argument.name: trial.asked})
                due = [r for r in there if stands(r, trial.place, trial.sign, trial.value)]
                if some is not None and len(some) != self._shown(operation, due):
                    yield Broken(operation.name, f"narrowed by {argument.name} {trial.asked!r:.60} it shows {len(some)} rows; {self._shown(operation, due)} have that value")
                    return

    def _shown(self, operation: Operation, rows: Sequence[JsonObject]) -> int:
        """So many items a list shows of these rows."""
        assert operation.shape is not None
        if not operation.shape.distinct:
            return len(rows)
        column = next(iter(operation.shape.fields.values()))
        return len({r.get(column) for r in rows} - {None})

    def _tied(self, world: World, operation: Operation, arguments: JsonObject, every: Sequence[JsonObject]) -> list[JsonObject]:
        """The rows that a list over a link shows before it is narrowed, where it shows their key."""
        assert operation.shape is not None
        names = {c: f for f, c in operation.shape.fields.items()}
        key = self.tables[operation.table].key
        if set(key) - names.keys():
            return []
        shown = [[item.get(names[c]) for c in key] for item in self._all(world, operation, arguments) or ()]
        return [r for r in every if [r[c] for c in key] in shown]

    def _listed(self, operation: Operation, arguments: JsonObject, row: JsonObject) -> bool:
        """Does a list with these arguments, all of them filters and surroundings, show a row?"""
        named = any(a.role == "filter" and a.column == operation.hides[0] and arguments.get(a.name) is not None for a in operation.arguments) if operation.hides else False
        if operation.hides and not named and (row.get(operation.hides[0]) == operation.hides[1] if operation.hides[1] is not None else row.get(operation.hides[0]) is not None):
            return False
        asked = [(a.column, arguments[a.name]) for a in operation.arguments if a.role in ("filter", "within") and a.column and a.name in arguments]
        return all(row.get(c) in v if isinstance(v, list) else row.get(c) == v for c, v in asked)

    def _paged(self, world: World, operation: Operation, arguments: JsonObject) -> Iterator[Broken]:
        roles = {a.role: a for a in operation.arguments if a.role in ("size", "token", "offset", "page")}
        if "size" not in roles or not ({"offset", "page"} & roles.keys() or ("token" in roles and operation.shape and operation.shape.next)):
            return
        whole = self._all(world, operation, arguments)
        if whole is None or len(whole) < PAGES:
            return
        parts = self._all(world, operation, arguments, size=max(len(whole) // PAGES, self._least(operation, roles["size"])))
        if parts is None:
            yield Broken(operation.name, "its second page is refused")
        elif len(parts) != len(whole) or any(p not in whole for p in parts) or any(w not in parts for w in whole):
            yield Broken(operation.name, f"its pages put together hold {len(parts)} rows, the whole list {len(whole)}, not the same ones")

    def _least(self, operation: Operation, argument: Argument) -> int:
        return int(self._schema(operation, argument).get("minimum", 1))

    def _schema(self, operation: Operation, argument: Argument) -> Schema:
        found: Schema = self.tools[operation.name].parameters["properties"][argument.name]
        return found

    def _all(self, world: World, operation: Operation, arguments: JsonObject, *, size: int | None = None) -> list[Any] | None:
        """All rows of a list, page by page; None where a call is refused."""
        assert operation.shape is not None
        roles = {a.role: a for a in operation.arguments if a.role in ("size", "token", "offset", "page")}
        asked = {k: v for k, v in arguments.items() if k not in {a.name for r, a in roles.items() if r != "size" or size is not None}}
        if size is not None:
            asked[roles["size"].name] = str(size) if kind_of(self._schema(operation, roles["size"])) == "string" else size
        out: list[Any] = []
        for number in range(MOST_PAGES):
            answer = world.call(operation.name, asked)
            if answer.error is not None:
                return None
            rows = rows_of(operation.shape, answer.data)
            out += rows
            if "token" in roles and operation.shape.next:
                token = _at(answer.data, operation.shape.next)
                if not token:
                    return out
                asked = {**asked, roles["token"].name: token}
            elif size is not None and len(rows) >= size and ("offset" in roles or "page" in roles):
                turn = roles.get("offset") or roles["page"]
                place = len(out) if turn.role == "offset" else number + (1 if turn.sign == "0" else 2)
                asked = {**asked, turn.name: str(place) if kind_of(self._schema(operation, turn)) == "string" else place}
            else:
                return out
        return out

    # ---- inside

    def _key(self, operation: Operation, arguments: JsonObject) -> dict[str, Any] | None:
        """The key that the arguments name, None where they name no one row."""
        named = {a.column: arguments[a.name] for a in operation.arguments if a.role == "key" and a.column and not a.many and a.name in arguments}
        key = self.tables[operation.table].key
        return {c: named[c] for c in key} if set(key) <= named.keys() else None

    def _given(self, operation: Operation, arguments: JsonObject) -> dict[str, Any]:
        """Columns that the arguments set, with what they set them to. A column that another argument touches too is left out."""
        out: dict[str, Any] = {}
        for argument in operation.arguments:
            if argument.name not in arguments or argument.pair:
                continue
            if argument.role == "value" and argument.column:
                out[argument.column] = arguments[argument.name]
            elif argument.role == "body" and isinstance(arguments[argument.name], dict):
                out |= {c: arguments[argument.name][n] for n, c in argument.body.items() if n in arguments[argument.name]}
        apart = {*operation.merges, *operation.sets, *(a.column for a in operation.arguments if a.role in ("adds", "removes"))}
        return {c: v for c, v in out.items() if c not in apart and v is not None}

    def _ask(self, world: World, get: Operation, key: Mapping[str, Any]) -> Answer | None:
        """The read of one row; None where it wants more than the key."""
        asked: JsonObject = {}
        for argument in get.arguments:
            if argument.role == "key" and argument.column is not None and argument.column in key:
                asked[argument.name] = key[argument.column]
            elif argument.role == "within" and argument.template and argument.required:
                asked[argument.name] = argument.template.format_map(world.context)
            elif argument.required:
                return None
        answer = world.call(get.name, asked)
        return None if answer.error is not None and answer.error.code == "invalid_arguments" else answer


def rows_of(shape: Shape, response: Json) -> list[dict[str, Any]]:
    """The rows of an answer, unwrapped as the shape says that they are wrapped."""
    level: list[Any] = [response.get("response", response) if shape.done and isinstance(response, dict) else response]
    for name in shape.wrap:
        bare = name.removesuffix("[]")
        fixed, hole, _ = bare.partition("{")  # 'zones/{zone}' of an aggregated list
        level = [value for part in level if isinstance(part, dict) for n, value in part.items() if (n.startswith(fixed) if hole else n == bare) and value is not None]
        if name.endswith("[]"):
            level = [x for part in level if isinstance(part, list) for x in part]
    if shape.scalar:
        (field,) = shape.fields or ("",)
        level = [{field: x} for part in level for x in (part if isinstance(part, list) else [part])]
    return [x for part in level for x in (part if isinstance(part, list) else [part]) if isinstance(x, dict)]


def _at(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _alike(shown: Any, given: Any) -> bool:
    """Equal, or the given in another form: a number as text, an object of which more is shown."""
    if isinstance(given, dict) and isinstance(shown, dict):
        return all(k in shown and _alike(shown[k], v) for k, v in given.items())
    if isinstance(given, list) and isinstance(shown, list):
        return len(given) == len(shown) and all(_alike(s, g) for s, g in zip(shown, given, strict=True))
    return shown == given or str(shown) == str(given)
