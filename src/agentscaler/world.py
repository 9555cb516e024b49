"""A live world: an in-memory database with its tools.

    world = World.open(read_env(path), seed=7)
    answer = world.call("get_order", {"order_id": "O-9"})     answer.data, or answer.error.code
    world.reset() · .diff() · .snapshot() · .restore(s) · .close()

The image of (world, seed) is made once and deserialised for each instance. Every call runs in a savepoint: a call that
fails leaves nothing behind. A session records the net change since the last reset; a new one is attached each time, for
an old one never forgets a row it has seen. Same world, seed and calls: same answers and same canonical rows.

Code that we compiled ourselves runs in this process: rendering the model in env.json again gives schema.sql and tools.py byte for
byte. Any other folder runs in a process that can do nothing but that (contained.py), unless the caller says trusted=True.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, NamedTuple

import apsw
import jsonschema_rs
import orjson

from agentscaler.canonical import EMPTY, Canonical, Kind, Shape, canonical
from agentscaler.database import Database
from agentscaler.errors import Code, Dropped, ToolError, UserError
from agentscaler.population import Painter, draw_context
from agentscaler.records import EnvSpec, JsonObject, Model, Schema, Seed
from agentscaler.render import render
from agentscaler.statements import Reference, TableInfo, born, taken_over

_APPLY = apsw.SQLITE_CHANGESETAPPLY_FKNOACTION
_ALLOWED = {apsw.SQLITE_CREATE_TABLE, apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_READ, apsw.SQLITE_SELECT, apsw.SQLITE_REINDEX}
_QUOTED = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]", re.S)
"""Comments, texts and quoted names of SQL."""
LONGEST_VALUE = 2_000_000
"""Bytes of one value or row."""
LONGEST_MESSAGE = 1_000
_FUNCTIONS = ("abs", "length", "lower", "upper", "substr", "like", "glob", "instr", "json_valid", "typeof", "round", "min", "max")
_FORBIDDEN = ("ON CONFLICT", "DEFERRABLE", "COLLATE", "AUTOINCREMENT", "GENERATED", "TRIGGER", "VIRTUAL", "ATTACH", "PRAGMA", "CURRENT_DATE", "CURRENT_TIME")


class Error(NamedTuple):
    """Why a call failed: a stable code and a message that helps to recover."""

    code: Code
    message: str


class Answer(NamedTuple):
    """What a world answers: data, or an error."""

    data: Any
    error: Error | None = None

    def text(self) -> str:
        """As the agent reads it."""
        body = {"error": self.error._asdict()} if self.error else self.data
        return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode()


class LoadedTool(NamedTuple):
    """A tool, ready to run."""

    run: Callable[..., Any]
    valid: Callable[[Any], bool]
    errors: Callable[[Any], Any]
    rename: Mapping[str, str]
    whole: tuple[tuple[str, Schema], ...]
    """Parameters that hold integers, themselves or further inside: a float without fraction becomes an integer."""


class Loaded:
    """A world on paper, ready to open: schema, statements, validators, code, images."""

    def __init__(self, env: EnvSpec, *, trusted: bool) -> None:
        if not trusted and (why := foreign(env)):
            raise UserError(f"{why}; pass trusted=True if you trust it")
        self.prepare(env)
        self.load_tools()

    def prepare(self, env: EnvSpec) -> None:
        """All but the tools: no code of the world runs."""
        self.env = env
        self.tables = load_schema(env.schema_sql, env.population, env.model)
        self.shapes = {name: _shape(info, env.population, self.tables) for name, info in self.tables.items()}
        self.sql: dict[tuple[Any, ...], str] = {}
        self.tools: dict[str, LoadedTool] = {}
        self.images: OrderedDict[Seed, tuple[bytes, dict[str, int], str]] = OrderedDict()

    @cached_property
    def writes(self) -> frozenset[str]:
        """Names of the tools that write."""
        return frozenset(t.name for t in self.env.tools if t.kind == "write")

    def load_tools(self) -> None:
        """Run tools.py, once."""
        self.tools = _load_tools(self.env)

    def image(self, seed: Seed) -> tuple[bytes, dict[str, int], str]:
        """(serialised database, id counters, hash of its canonical rows) of a seed."""
        found = self.images.get(seed)
        if found is None:
            found = self.images[seed] = self._paint(seed)
            if len(self.images) > 64:
                self.images.popitem(last=False)
        return found

    def _paint(self, seed: Seed) -> tuple[bytes, dict[str, int], str]:
        keys = {n: t.key for n, t in self.tables.items()}
        columns = {n: t.columns for n, t in self.tables.items()}
        try:
            rows = Painter(self.env.population, list(self.tables), keys, columns, seed).paint()
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Dropped("gate", f"population.json: no state can be drawn from it ({type(error).__name__}: {error})", where="population.json") from error
        connection = apsw.Connection(":memory:")
        connection.execute("PRAGMA page_size=1024; PRAGMA foreign_keys=ON")
        connection.execute(self.env.schema_sql)
        digest = hashlib.sha256()
        connection.execute("BEGIN")
        skipped = False
        for name, info in self.tables.items():
            marks = ", ".join("?" * len(info.columns))
            names = ", ".join(f'"{c}"' for c in info.columns)
            statement = f'INSERT INTO "{name}" ({names}) VALUES ({marks})'
            for row in rows[name]:
                values = [row.get(c) for c in info.columns]
                try:
                    connection.execute(statement, values)
                except (TypeError, OverflowError, apsw.TooBigError) as error:
                    raise Dropped("gate", f"population of {name}: {error}", where=f"population.json: {name}") from error
                except apsw.ConstraintError as error:
                    if "UNIQUE" in str(error) or "NOT NULL" in str(error) or (skipped and "FOREIGN KEY" in str(error)):
                        skipped = True  # and so are the rows that refer to it
                        continue
                    raise Dropped("gate", f"population of {name}: {error}", where=f"population.json: {name}", value=str(values)[:200]) from error
        connection.execute("COMMIT")
        for name, info in self.tables.items():
            order = ", ".join(f'"{c}"' for c in info.key)
            for stored in connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}'):
                digest.update(orjson.dumps([name, *stored]))
        connection.execute("VACUUM")
        data = connection.serialize("main")
        connection.close()
        return data, {}, digest.hexdigest()[:16]


class World:
    """A live instance. Not to be shared between threads; make one for each episode, or reset it between them."""

    __slots__ = ("_base", "_connection", "_session", "_x", "db", "loaded", "seed")

    def __init__(self, loaded: Loaded, seed: Seed) -> None:
        image, base, _ = loaded.image(seed)
        self.loaded, self.seed = loaded, seed
        self._connection = apsw.Connection(":memory:")
        self._connection.deserialize("main", image)
        self._x = self._connection.execute
        self._x("PRAGMA foreign_keys=ON")
        self._connection.limit(apsw.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        self._connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
        self._session = apsw.Session(self._connection, "main")
        self._session.attach()
        self._x("SAVEPOINT base")
        self._base = base
        population = loaded.env.population
        self.db = Database(loaded.tables, loaded.sql, self._connection, seed, population["now"], draw_context(population, seed), dict(base))

    @classmethod
    def open(cls, env: EnvSpec, *, seed: Seed = 0, trusted: bool = False) -> "World":
        """A world in its initial state. Code that is not ours runs in a process of its own, unless it is trusted; UserError where this machine cannot contain it."""
        if not trusted and (env.id, False, env.tools_py, env.schema_sql) not in _loaded and (why := foreign(env)):
            from agentscaler.contained import Contained

            return Contained(env, seed, why)
        return cls(load(env, trusted=trusted), seed)

    @property
    def context(self) -> Mapping[str, str]:
        """The surroundings: project, region, account."""
        return self.db.context

    @property
    def image_hash(self) -> str:
        """Hash of the canonical rows of the initial state."""
        return self.loaded.image(self.seed)[2]

    def call(self, name: str, arguments: JsonObject) -> Answer:
        """One tool call. A mistake of the caller is an answer with an error, never an exception."""
        tool = self.loaded.tools.get(name) if isinstance(name, str) else None
        if tool is None:
            return Answer(None, Error("unknown_tool", _short(f"there is no tool {name!r}")))
        try:
            if not tool.valid(arguments):
                return Answer(None, Error("invalid_arguments", _short(_finding(tool, arguments))))
        except (ValueError, TypeError, OverflowError) as error:
            return Answer(None, Error("invalid_arguments", _short(str(error))))
        if tool.whole or tool.rename:
            arguments = _adapted(tool, arguments)
        counters, clean = dict(self.db.counters), self._session.is_empty
        self._x("SAVEPOINT call")
        try:
            data = tool.run(self.db, **arguments)
            self._x("RELEASE call")
            return Answer(data)
        except ToolError as error:
            failure = Error(error.code, _short(str(error)))
        except OverflowError:
            failure = Error("limit", "a number is out of range")
        except UnicodeEncodeError:
            failure = Error("invalid_arguments", "text that is no valid Unicode")
        except apsw.TooBigError:
            failure = Error("limit", "a value is too large")
        except MemoryError:
            failure = Error("limit", "this takes more memory than there is")
        except Exception as error:  # a defect of the world: the gate refuses one that can show it
            failure = Error("internal", _short(f"{type(error).__name__}: {error}"))
        self._x("ROLLBACK TO call; RELEASE call")
        self.db.counters = counters
        if clean:
            self._record()
        return Answer(None, failure)

    def reset(self) -> None:
        """Back to the initial state."""
        self._x("ROLLBACK TO base")
        self._record()
        self.db.counters = dict(self._base)

    def _record(self) -> None:
        """A new session: an old one never forgets a row it has seen."""
        self._session.close()
        self._session = apsw.Session(self._connection, "main")
        self._session.attach()

    def diff(self) -> Canonical:
        """The net change since the last reset, canonical."""
        return EMPTY if self._session.is_empty else canonical(self._session.changeset(), self.loaded.shapes)

    def snapshot(self) -> bytes:
        """The present state: counters and changeset, some hundred bytes."""
        moved = {t: n for t, n in self.db.counters.items() if n != self._base.get(t, 0)}
        head = orjson.dumps(moved, option=orjson.OPT_SORT_KEYS)
        return len(head).to_bytes(2, "big") + head + self._session.changeset()

    def restore(self, snapshot: bytes) -> None:
        """Back to a state that `snapshot` gave, in any order, also of another instance of the same world and seed.

        Raises apsw.AbortError where three values of a UNIQUE column or more changed places in a ring, which no changeset can
        put back row by row; the world is then in its initial state, and the calls have to be played again.
        """
        size = int.from_bytes(snapshot[:2], "big")
        self.reset()
        if len(snapshot) > 2 + size:
            apsw.Changeset.apply(snapshot[2 + size :], self._connection, flags=_APPLY)
        self.db.counters = {**self._base, **orjson.loads(snapshot[2 : 2 + size])}

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, in key order: for tests and the gate, not for the hot path."""
        out = {}
        for name, info in self.loaded.tables.items():
            order = ", ".join(f'"{c}"' for c in info.key)
            out[name] = list(self._x(f'SELECT * FROM "{name}" ORDER BY {order}'))
        return out

    def broken(self) -> list[tuple[Any, ...]]:
        """Rows that refer to what is not there."""
        return list(self._x("PRAGMA foreign_key_check"))

    def rows(self, table: str) -> list[JsonObject]:
        """All rows of a table, in key order, as tools see them."""
        info = self.loaded.tables[table]
        order = ", ".join(f'"{c}"' for c in info.key)
        return [self.db._row(info, r) for r in self._x(f'SELECT * FROM "{table}" ORDER BY {order}')]

    def keys(self, table: str) -> list[tuple[Any, ...]]:
        """The keys of all rows of a table, as they are stored."""
        names = ", ".join(f'"{c}"' for c in self.loaded.tables[table].key)
        return list(self._x(f'SELECT {names} FROM "{table}" ORDER BY {names}'))

    def close(self) -> None:
        self._session.close()
        self._connection.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _adapted(tool: LoadedTool, arguments: JsonObject) -> JsonObject:
    """Arguments under their Python names; 5.0 is 5 where an integer is asked for."""
    out = {tool.rename.get(k, k): v for k, v in arguments.items()}
    for name, schema in tool.whole:
        if name in out:
            out[name] = _whole(out[name], schema)
    return out


def _whole(value: Any, schema: Schema) -> Any:
    """5.0 as 5 where the schema names an integer, also inside lists and objects."""
    if type(value) is float:
        return int(value) if value.is_integer() and _is_integer(schema) else value
    if isinstance(value, list):
        items = schema.get("items")
        return [_whole(v, items) for v in value] if isinstance(items, dict) else value
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties")
        named = {k: properties.get(k, more) for k in value}
        return {k: _whole(v, named[k]) if isinstance(named[k], dict) else v for k, v in value.items()}
    return value


def _is_integer(schema: Schema) -> bool:
    kind = schema.get("type")
    return kind == "integer" or (isinstance(kind, list) and "integer" in kind and "number" not in kind)


def _holds_integers(schema: Schema) -> bool:
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("properties", {}).values()]
    return _is_integer(schema) or any(_holds_integers(s) for s in inner if isinstance(s, dict))


def _short(text: str) -> str:
    """What is quoted may be long; a message is not."""
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 4] + " ..."


def _finding(tool: LoadedTool, arguments: Any) -> str:
    """The first thing that is wrong with the arguments."""
    try:
        error = next(iter(tool.errors(arguments)))
    except (StopIteration, ValueError, TypeError):
        return "the arguments do not fit the schema"
    where = ".".join(str(p) for p in error.instance_path)
    return f"{where}: {error.message}" if where else str(error.message)


# ---- loading ----------------------------------------------------------------------------------------------------

_loaded: OrderedDict[tuple[str, bool, str, str], Loaded] = OrderedDict()
LOADED_WORLDS = 128


def load(env: EnvSpec, *, trusted: bool = False) -> Loaded:
    """The loaded world; the last 128 are kept. An id is a claim, so code and schema count too."""
    key = (env.id, trusted, env.tools_py, env.schema_sql)
    found = _loaded.get(key)
    if found is None:
        found = _loaded[key] = Loaded(env, trusted=trusted)
        if len(_loaded) > LOADED_WORLDS:
            _loaded.popitem(last=False)
    else:
        _loaded.move_to_end(key)
    return found


def foreign(env: EnvSpec) -> str:
    """Why its code does not run in this process: only what rendering the model gives again, byte for byte, does; '' where it may."""
    where = env.folder or env.domain
    if env.model is None:
        return f"{where}: this world was not compiled here, so its code does not run in this process"
    try:
        files = render(env.model)
    except Exception as error:  # a model that was tampered with can break the renderer in any way
        return f"{where}/env.json was edited: its model does not render ({type(error).__name__}), so its code does not run in this process"
    for name, ours, theirs in (("schema.sql", files.schema_sql, env.schema_sql), ("tools.py", files.tools_py, env.tools_py)):
        if ours != theirs:
            return f"{where}/{name} was edited: it is not what its model in env.json renders to, so it does not run in this process"
    return ""


def _load_tools(env: EnvSpec) -> dict[str, LoadedTool]:
    space: dict[str, Any] = {"__name__": f"env_{env.id}"}
    try:
        code = compile(env.tools_py, f"<{env.domain}-{env.id}/tools.py>", "exec")
    except (SyntaxError, ValueError) as error:
        raise Dropped("gate", f"tools.py does not compile: {error}", where="tools.py") from error
    try:
        exec(code, space)
    except Exception as error:  # whatever foreign code may raise
        raise Dropped("gate", f"tools.py does not load: {type(error).__name__}: {error}", where="tools.py") from error
    out = {}
    for tool in env.tools:
        try:
            validator = jsonschema_rs.Draft202012Validator(tool.parameters, pattern_options=jsonschema_rs.RegexOptions(), retriever=_fetch_nothing)
        except ValueError as error:
            said = str(error).splitlines()[0]
            raise Dropped("gate", f"env.json: the parameters of {tool.name} are no JSON Schema: {said}", where=f"env.json: {tool.name}") from error
        properties = tool.parameters.get("properties", {})
        whole = tuple((tool.arguments.get(n, n), s) for n, s in properties.items() if _holds_integers(s))
        if tool.python not in space:
            raise Dropped("gate", f"tools.py has no function {tool.python!r}", where=tool.name)
        out[tool.name] = LoadedTool(space[tool.python], validator.is_valid, validator.iter_errors, tool.arguments, whole)
    return out


def _fetch_nothing(uri: str) -> Any:
    """A schema is read from no file and no network."""
    raise ValueError(f"{uri} is outside of the schema")


def load_schema(schema_sql: str, population: Mapping[str, Any], model: Model | None) -> dict[str, TableInfo]:
    """The tables of a schema, parents before children. Raises Dropped(gate) where the schema breaks a rule of the house."""
    bare = " ".join(_QUOTED.sub(" ", schema_sql).upper().split())
    marks_of = population.get("columns") if isinstance(population, Mapping) else None
    if not isinstance(marks_of, Mapping) or not all(isinstance(m, Mapping) for m in marks_of.values()):
        raise Dropped("gate", "population.json: field 'columns' must be an object of recipes", where="population.json: columns")
    for word in _FORBIDDEN:
        if re.search(rf"\b{word}\b", bare):
            raise Dropped("gate", f"schema.sql uses {word}, which worlds may not", where="schema.sql", value=word)
    connection = apsw.Connection(":memory:")
    connection.authorizer = _authorise
    try:
        connection.execute(schema_sql)
        connection.authorizer = None
        connection.execute("PRAGMA foreign_key_check")
    except apsw.Error as error:
        raise Dropped("gate", f"schema.sql does not load: {error}", where="schema.sql") from error
    finally:
        connection.authorizer = None
    nouns = {t.name: t.noun for t in model.tables} if model else {}
    out: dict[str, TableInfo] = {}
    names = [str(r[0]) for r in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")]
    for name in names:
        options = next(iter(connection.execute("SELECT wr, strict FROM pragma_table_list WHERE name = ?", (name,))))
        columns = list(connection.execute("SELECT name, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid", (name,)))
        if not any(c[1] for c in columns) or options != (1, 1):
            raise Dropped("gate", f"table {name} must be STRICT, WITHOUT ROWID and have a primary key", where=f"schema.sql: {name}")
        if any(c[2] for c in columns):
            raise Dropped("gate", f"table {name} has a generated column, which worlds may not", where=f"schema.sql: {name}")
        marks = {c[0]: marks_of.get(f"{name}.{c[0]}", {}) for c in columns}
        out[name] = TableInfo(
            name=name,
            noun=nouns.get(name, name.replace("_", " ")),
            columns=tuple(c[0] for c in columns),
            key=tuple(c[0] for c in sorted((c for c in columns if c[1]), key=lambda c: int(c[1]))),
            references=(),
            children=[],
            booleans=tuple(i for i, c in enumerate(columns) if marks[c[0]].get("boolean")),
            jsons=tuple(i for i, c in enumerate(columns) if marks[c[0]].get("json")),
            generated=tuple(_generated(c, m) for c, m in marks.items() if m.get("generated") and ("id" in m or "time" in m or "fill" in m)),
            touched=tuple((c, _touching(m)) for c, m in marks.items() if m.get("touch")),
            counts=tuple((c, m["counts"]) for c, m in marks.items() if "counts" in m),
            born=born(marks),
            clocks=tuple((c, m["as"]) for c, m in marks.items() if "time" in m and m.get("as", "iso") != "iso"),
        )
    for name, info in list(out.items()):
        references = _references(connection, info, out)
        out[name] = info._replace(references=references, born=(*info.born, *taken_over(info, references, out, marks_of)))
        for reference in references:
            out[reference.table].children.append((name, reference))
    connection.close()
    return _parents_first(out)


def _generated(column: str, mark: Mapping[str, Any]) -> tuple[str, str, str]:
    return (column, "time", mark.get("as", "iso")) if "time" in mark else (column, "id", mark.get("id") or mark["fill"])


def _touching(mark: Mapping[str, Any]) -> str:
    """What an update does to a column that it fills: the next version, another stamp, the same again, or the time."""
    said = "=" + mark["fill"] if "fill" in mark and "time" not in mark else mark.get("as", "iso")
    return "+1" if mark.get("next") else mark.get("id") or said


def _authorise(action: int, a: str | None, b: str | None, database: str | None, trigger: str | None) -> int:
    if action == apsw.SQLITE_FUNCTION:
        return apsw.SQLITE_OK if b in _FUNCTIONS else apsw.SQLITE_DENY
    if action in (apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE):  # CREATE writes into the list of tables, and nothing else may be written
        return apsw.SQLITE_OK if a == "sqlite_master" else apsw.SQLITE_DENY
    return apsw.SQLITE_OK if action in _ALLOWED else apsw.SQLITE_DENY


def _references(connection: apsw.Connection, info: TableInfo, tables: Mapping[str, TableInfo]) -> tuple[Reference, ...]:
    groups: dict[int, list[Any]] = {}
    for row in connection.execute('SELECT id, seq, "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)', (info.name,)):
        groups.setdefault(int(row[0]), []).append(row)
    out = []
    for _, rows in sorted(groups.items(), reverse=True):
        rows.sort(key=lambda r: int(r[1]))
        table = str(rows[0][2])
        if table not in tables:
            raise Dropped("gate", f"{info.name} refers to {table}, which is not there", where=f"schema.sql: {info.name}")
        to = tuple(str(r[4]) for r in rows) if rows[0][4] is not None else tables[table].key
        out.append(Reference(tuple(str(r[3]) for r in rows), table, to, str(rows[0][5])))
    return tuple(out)


def _parents_first(tables: dict[str, TableInfo]) -> dict[str, TableInfo]:
    out: dict[str, TableInfo] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in out or name in path:
            return
        for reference in tables[name].references:
            visit(reference.table, (*path, name))
        out[name] = tables[name]

    for name in tables:
        visit(name, ())
    return out


def _shape(info: TableInfo, population: Mapping[str, Any], tables: Mapping[str, TableInfo]) -> Shape:
    kinds: list[Kind] = []
    made = None
    for i, column in enumerate(info.columns):
        mark = population["columns"].get(f"{info.name}.{column}", {})
        kind: Kind = "generated" if mark.get("generated") else "json" if mark.get("json") else "text" if mark.get("text") else "exact"
        kinds.append(kind)
        if kind == "generated" and "time" not in mark and column == info.key[-1]:
            made = i
    roots = tuple(_root(info.name, c, population, tables, ()) for c in info.columns)
    return Shape(info.name, info.columns, tuple(info.columns.index(c) for c in info.key), tuple(kinds), made, roots)


def _root(table: str, column: str, population: Mapping[str, Any], tables: Mapping[str, TableInfo], seen: tuple[tuple[str, str], ...]) -> str | None:
    """The table whose generated id this column holds in the end."""
    if (table, column) in seen:
        return None
    info = tables[table]
    for reference in info.references:
        if column in reference.columns:
            to = reference.to[reference.columns.index(column)]
            if (root := _root(reference.table, to, population, tables, (*seen, (table, column)))) is not None:
                return root
    mark = population["columns"].get(f"{table}.{column}", {})
    return table if mark.get("generated") and "time" not in mark and column == info.key[-1] else None
