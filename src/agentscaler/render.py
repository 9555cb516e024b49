"""A compiled model -> schema.sql and tools.py, the same bytes each time.

The code is written for a reader: one plain function a tool, in the order of the tools' names; what a tool shows is named
once above; nothing is repeated that the handle (database.py) does. Names and texts of a definition only ever enter as
quoted literals, checked names or docstrings, so that a hostile definition cannot become code.
"""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agentscaler.answered import beside_list, filled, missing, nested, python, told
from agentscaler.assigned import emptied, given_value, merged, parted, quote, revised
from agentscaler.errors import Dropped
from agentscaler.layout import braces, call_of, docstring, flat, pairs_of, wrapped
from agentscaler.records import Argument, Brought, Held, Model, Operation, Shape, Table
from agentscaler.schema_sql import schema


class Files(NamedTuple):
    """The two files that are code."""

    schema_sql: str
    tools_py: str


def render(model: Model) -> Files:
    """Write a world's code. Raises Dropped(gate) where a name of the model is none."""
    tables = {t.name for t in model.tables}
    for name in _names(model):
        if not _IDENTIFIER.fullmatch(name) or (keyword.iskeyword(name) and name not in tables) or name.startswith("__"):
            raise Dropped("gate", f"the model has {name!r} where the name of a table, column, function or parameter must stand", where="env.json: model", value=name)
    return Files(schema(model), tools(model))


_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _names(model: Model) -> Iterator[str]:
    """Everything that is written into code without quotes."""
    for table in model.tables:
        yield from (table.name, *table.key)
        yield from (c.name for c in table.columns)
        for reference in table.references:
            yield from (reference.table, *reference.columns)
    for operation in model.operations:
        yield from (operation.python, operation.table, *operation.sets)
        yield from [operation.state[0]] if operation.state else []
        yield from [operation.order[0]] if operation.order else []
        yield from (*operation.unique, *operation.among)
        for brought in operation.brings:
            yield from (*brought.takes, *brought.ends, *brought.sets, *brought.tells)
        for argument in operation.arguments:
            yield from (argument.python, *argument.body.values(), *(argument.defaults if argument.role == "missing" else ()), *(a.column for a in argument.every() if a.column is not None))
            yield from (place.split(".")[0] for a in argument.every() for place in a.places.values())


# ---- tools.py ---------------------------------------------------------------------------------------------------


def tools(model: Model) -> str:
    """One function a tool."""
    views = _views(model)
    nouns = ", ".join(t.noun for t in model.tables)
    names = {tuple(call): name for name, call in views.items()}
    parts = ["\n".join(_function(o, model, names)) for o in model.operations]
    used = {"UNSET": any(re.search(r"\bUNSET\b", part) for part in parts), "chosen": any(o.choices for o in model.operations), "finished": any("return finished(" in part for part in parts), "held": any(o.shape and o.shape.held for o in model.operations), "view": bool(views)}
    head = [f'"""{flat(model.title)}.', "", *wrapped(flat(f"{len(model.operations)} tools over {nouns}.")), '"""', ""]
    if any(used.values()):
        head += [f"from agentscaler.tooling import {', '.join(name for name, here in used.items() if here)}", ""]
    for name, call in views.items():
        head += call_of(f"{name} = view", call)
    return "\n\n\n".join(["\n".join(head).rstrip(), *parts]) + "\n"


def _emptied(operation: Operation, argument: Argument, table: Table) -> bool:
    """Is a column that is not written emptied?"""
    free = {c.name for c in table.columns if c.null and c.choices[:1] != (0,)}
    return (operation.whole or argument.sign == "clears") and argument.role == "value" and argument.column in free


def _views(model: Model) -> dict[str, list[str]]:
    """Name -> fields, for each different set of fields that some tool shows."""
    out: dict[str, list[str]] = {}
    seen: dict[tuple[str, ...], str] = {}
    for operation in model.operations:
        shape = operation.shape
        if shape is None or not shape.fields or shape.scalar or _whole(shape, _table_of(model, operation)):
            continue
        call = _fields(shape)
        if tuple(call) in seen:
            continue
        base = re.sub(r"[^A-Z0-9_]", "_", operation.table.upper()).lstrip("0123456789") or "ROW"
        name, n = base, 2
        while name in out:
            name, n = f"{base}_{n}", n + 1
        out[name] = call
        seen[tuple(call)] = name
    return out


def _fields(shape: Shape) -> list[str]:
    plain = [quote(f) if f == c else f"({quote(f)}, {quote(c)})" for f, c in shape.fields.items()]
    plain += [f"({quote(f)}, {pairs_of(part)})" for f, part in shape.parts.items()]
    return plain + [f"({quote(f)}, held({quote(rows.table)}, {pairs_of(rows.on)}, {_form(rows)}))" for f, rows in shape.held.items()]


def _form(rows: Held) -> str:
    """How rows of another table are shown."""
    one = quote(next(iter(rows.fields.values()))) if rows.scalar else pairs_of(rows.fields)
    return f"[{one}]" if rows.many else one


def _seen(shape: Shape, views: Mapping[tuple[str, ...], str], rows: str, *, way: str = "of") -> str:
    """The expression of what is shown of a row, or of many."""
    return f"{views[tuple(_fields(shape))]}.{way}({rows}{', db' if shape.held else ''})"


def _whole(shape: Shape, table: Table) -> bool:
    """Does the answer show every column under its own name?"""
    return not shape.parts and not shape.held and tuple(shape.fields) == tuple(c.name for c in table.columns) and all(f == c for f, c in shape.fields.items())


def _table_of(model: Model, operation: Operation) -> Table:
    return next(t for t in model.tables if t.name == operation.table)


def _function(operation: Operation, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    table = _table_of(model, operation)
    patch = operation.act in ("update", "put", "set")
    parameters = ["db"]
    for argument in operation.arguments:
        default = "" if argument.required else f"={python(argument.defaults[argument.name])}" if argument.name in argument.defaults else "=UNSET" if patch and argument.role in ("value", "body") and not _emptied(operation, argument, table) else "=None"
        parameters.append(f"{argument.python}{default}")
    lines = call_of(f"def {operation.python}", parameters, end=":")
    lines += ["    " + line for line in docstring(operation.summary)]
    body: list[str] = []
    named = {a.name: a.python for a in operation.arguments}
    for choice in [c for c in operation.choices if set(c.names) <= named.keys()]:
        limits = ([f"least={choice.least}"] if choice.least else []) + ([f"most={choice.most}"] if choice.most is not None else [])
        body += call_of("chosen", ["{" + ", ".join(f"{quote(n)}: {named[n]}" for n in choice.names if n in named) + "}", *limits])
    for argument in operation.arguments:
        if argument.role == "within":
            body += call_of("db.within", [quote(argument.template or ""), argument.python, *(["across=True"] if argument.anything else [])])
    for argument in operation.arguments:
        if argument.also:
            body += call_of(f"{argument.python} = db.meant", [quote(argument.also[0]), argument.python, *map(quote, argument.also[1:])])
    if operation.act != "list" and (ids := missing(operation)) is not None:
        beside = [f"{a.column}={a.python}" for a in operation.arguments if a.role == "key" and not a.many]
        body += [f"lost = [one for one in {ids.python} if db.gone({', '.join([quote(table.name), f'{ids.column}=one', *beside])})]", f"{ids.python} = [one for one in {ids.python} if one not in lost]"]
    if stamps := [f"{a.column}={a.python}" for a in operation.arguments if a.role == "stamp"]:
        body += call_of("db.stamped", [quote(table.name), *_key(operation, table), *stamps])
    body += _BODIES[operation.act](operation, table, model, views)
    return lines + ["    " + line for line in body]


def _get(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    return _answer(operation, table, views, _row(operation, table))


def _row(operation: Operation, table: Table) -> str:
    """The expression for the row a tool names, agreement checked."""
    key = _key(operation, table)
    matches = [f"{a.column}={a.python}" for a in operation.arguments if a.role == "match"]
    if matches:
        return f"db.match({', '.join([quote(table.name), *key, *matches])})"
    return f"db.get({', '.join([quote(table.name), *key])})"


def _key(operation: Operation, table: Table) -> list[str]:
    """Expressions of the key, in the order of the table's key."""
    if table.key == ("only",):
        return ["1"]
    given = {a.column: a.python for a in operation.arguments if a.role == "key" and not a.many}
    given |= {a.column: "one" for a in operation.arguments if a.role == "key" and a.many}
    if all(k in given for k in table.key):
        return [given[k] for k in table.key]
    where = ", ".join(f"{c}={p}" for c, p in given.items() if c)
    return [f"*db.key({quote(table.name)}, {where})"]


def _list(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    lines = []
    shape = operation.shape
    assert shape is not None
    link = next((t for t in model.tables if t.name == operation.through), None)
    arguments = [quote(table.name)]
    filters: list[str] = []
    paging: list[str] = []
    bounds: dict[str, list[str]] = {"since": [], "until": [], "prefix": [], "contains": []}
    also: list[str] = []
    sorts: dict[str, tuple[Argument, str]] = {}
    for argument, given in _narrowing(operation):
        holder = link if link is not None and argument.column in {c.name for c in link.columns} else table
        if argument.role == "filter":
            filters.append(f"{quote(argument.column or '')}: {given}")
            lines += _parent_check(argument, holder, model)
        elif argument.role in bounds:
            bounds[argument.role].append(f"{quote(argument.column or '')}: {given}")
        elif argument.role in PAGING:
            paging.append(f"{PAGING[argument.role]}={given}")
            paging += ["first=0"] if argument.sign == "0" else []
        elif argument.role == "named":
            name, values, *how = map(quote, argument.pair)
            also.append(f"db.named({given}, {name}, {values}, {how[0] if how else None}, {pairs_of(argument.places)})")
        elif argument.role == "expression":
            also.append(f"db.expressed({given}, {pairs_of(argument.places)}{f', {quote(argument.sign)}' if argument.sign else ''})")
        elif argument.role == "test":
            also.append(f"db.compared({', '.join([given, quote(argument.sign), *map(quote, argument.places.values())])})")
        elif argument.role in ("sort", "order"):
            sorts[argument.role] = argument, given
        elif argument.role == "within" and argument.column:
            filters.append(f"{quote(argument.column)}: {given}")
    if filters:
        arguments.append(f"where={{{', '.join(filters)}}}")
    arguments += [f"{_BOUNDS.get(name, name)}={{{', '.join(some)}}}" for name, some in bounds.items() if some]
    if also:
        arguments.append(f"also={also[0]}" if len(also) == 1 else f"also=[{', '.join('*' + some for some in also)}]")
    usually = f"(({quote(operation.order[0])}, {operation.order[1]}),)" if operation.order else ""
    if operation.order and not sorts:
        arguments.append(f"order={usually}")
    if sorts:
        wanted, down = (sorts[role][1] if role in sorts else "None" for role in ("sort", "order"))
        usual = sorts["order"][0].column if "order" in sorts else None
        arguments.append(f"order=db.ordered({wanted}, {down}, {pairs_of(sorts['sort'][0].places if 'sort' in sorts else {})}{f', usual={quote(usual)}' if usual else ''}){f' or {usually}' if usually else ''}")
    if operation.through:
        arguments.append(f"through={quote(operation.through)}")
    if operation.hides:
        column, value = operation.hides
        hidden = f"{{{quote(column)}: {python(value)}}}"
        show = next((a.python if a.role == "show" else f"{a.python} is not None" for a in operation.arguments if a.role == "show" or (a.role == "filter" and a.column == column)), None)
        arguments.append(f"hide=None if {show} else {hidden}" if show else f"hide={hidden}")
    if shape.total:
        paging.append("counted=True")
    if shape.distinct:
        arguments.append(f"distinct={quote(next(iter(shape.fields.values())))}")
    lines += call_of("page = db.page", arguments + paging)
    if shape.scalar:
        column = next(iter(shape.fields.values()))
        rows = f"[row[{quote(column)}] for row in page.rows]"
    elif _whole(shape, table):
        rows = "page.rows"
    else:
        rows = _seen(shape, views, "page.rows", way="all")
    return lines + _listed(operation, shape, rows)


_BOUNDS = {"prefix": "starts", "contains": "holds"}


def _narrowing(operation: Operation) -> Iterator[tuple[Argument, str]]:
    """Each argument of a list, also those inside an object, and the expression of its value."""
    for argument in operation.arguments:
        yield from _parts(argument, argument.python)


def _parts(argument: Argument, given: str) -> Iterator[tuple[Argument, str]]:
    """What stands inside an argument, then the argument; given: the expression of its value."""
    whole = given if argument.required else f"({given} or {{}})"
    for inner in argument.inside:
        yield from _parts(inner.model_copy(update={"required": False}), f"{whole}.get({quote(inner.name)})")
    if _spans(argument):
        given = f'None if {given}.endswith("/-") else {given}' if argument.required else f'None if ({given} or "").endswith("/-") else {given}'
    elif argument.anything:
        every = ", ".join(python(v) for v in argument.anything)
        given = f"None if {python(argument.anything[0])} in ({given} or ()) else {given}" if argument.many else f"None if {given} in ({every},) else {given}"
    yield argument, given


def _spans(argument: Argument) -> bool:
    """Does the last part of a resource name mean every one, 'locations/-'?"""
    return argument.anything == ("-",) and argument.column in ("parent", None) and not argument.many


def _parent_check(argument: Argument, table: Table, model: Model) -> list[str]:
    """An unknown parent is an error, not an empty list; where the provider says so, also one that may be left out, and the row itself."""
    if argument.many or not (argument.required or argument.known):
        return []
    if argument.known and (argument.anything or not argument.required):
        home = table.name if table.key == (argument.column,) else next((r.table for r in table.references if r.columns == (argument.column,)), None)
        return [f"if {argument.python} is not None:", f"    db.get({quote(home)}, {argument.python})"] if home and not argument.anything else []
    if argument.known and table.key == (argument.column,):
        return [f"db.get({quote(table.name)}, {argument.python})"]
    for reference in table.references:
        if reference.columns == (argument.column,):
            found = f"db.get({quote(reference.table)}, {argument.python})"
            if _spans(argument):
                return [f'if not {argument.python}.endswith("/-"):', f"    {found}"]
            every = ", ".join(python(v) for v in argument.anything)
            return [f"if {argument.python} not in ({every},):", f"    {found}"] if every else [found]
    return []


PAGING = {"size": "size", "token": "after", "offset": "skip", "page": "number", "behind": "behind", "ahead": "ahead"}


def _listed(operation: Operation, shape: Shape, rows: str) -> list[str]:
    if not shape.wrap:
        return [f"return {rows}"]
    beside = dict([beside_list(shape.next, shape.wrap)]) if shape.next else {}
    beside |= {shape.total: "page.total"} if shape.total else {}
    names = {a.name: a.python for a in operation.arguments}
    ids = missing(operation) if operation.act == "list" else None
    before = [f"lost = [one for one in {ids.python}{'' if ids.required else ' or ()'} if all(row[{quote(ids.column or '')}] != one for row in page.rows)]"] if ids else []
    for name, value in shape.fixed.items():
        inside = isinstance(value, dict) and name == shape.wrap[0]
        beside |= {f"{name}.{n}": told(v, names) for n, v in value.items()} if inside else {name: told(value, names)}
    return before + braces("return ", nested(shape.wrap, rows, beside))


def _create(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    if (several := next((a for a in operation.arguments if a.role == "rows"), None)) is not None:
        return _create_rows(operation, several, table, views)
    arguments = [quote(table.name)]
    if operation.key_path:
        arguments.append(f"{table.key[-1]}=" + _path(operation))
    assigned = _assigned(operation, table)
    key = table.key[-1]
    named = next((a for a in operation.arguments if a.column == key and a.role == "value"), None)
    if named and not operation.key_path and table.resource and not any(a.startswith("parent=") for a in assigned):
        assigned.append(f'parent={named.python}.rsplit("/", 2)[0]')
    arguments += assigned
    arguments += [f"{c}={python(v)}" for c, v in operation.sets.items()]
    checks = [call_of("db.fresh", [quote(table.name), quote(column), *(a for a in assigned if a.split("=")[0] in (column, *table.key[:-1], "parent", *operation.among))]) for column in operation.unique]
    before = [line for check in checks for line in check]
    if not _shown(operation) and not operation.brings and not _of_row(operation):
        return [*before, *call_of("db.insert", arguments), *_constant(operation, table)]
    made = [line for brought in operation.brings for line in _brought(brought, table)]
    return [*before, *call_of("row = db.insert", arguments), *made, *_answer(operation, table, views, "row")]


def _brought(brought: Brought, table: Table) -> list[str]:
    """A row of another table that is made with the row, and what the row then says of it."""
    taken = [f"{c}=row[{quote(own)}]" for c, own in brought.takes.items()]
    taken += [f"{c}=row[{quote(table.key[-1])}] + {quote(end)}" for c, end in brought.ends.items()]
    taken += [f"{c}={python(v)}" for c, v in brought.sets.items()]
    if not brought.tells:
        return call_of("db.insert", [quote(brought.table), *taken])
    told = [f"{own}=first[{quote(c)}]" for own, c in brought.tells.items()]
    return [*call_of("first = db.insert", [quote(brought.table), *taken]), *call_of("row = db.update", [quote(table.name), *(f"row[{quote(k)}]" for k in table.key), *told])]


def _create_rows(operation: Operation, several: Argument, table: Table, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """A row for each object of a list."""
    arguments = [quote(table.name), *_assigned(operation, table)]
    arguments += [f"{column}=one.get({quote(name)})" for name, column in several.body.items()]
    arguments += [f"{c}={python(v)}" for c, v in operation.sets.items()]
    shape = operation.shape
    if shape is None or not shape.many:
        return [f"for one in {several.python}:", *("    " + line for line in call_of("db.insert", arguments)), *_constant(operation, table)]
    lines = ["rows = []", f"for one in {several.python}:", *("    " + line for line in call_of("row = db.insert", arguments)), "    rows.append(row)"]
    return lines + _several(operation, shape, table, views)


def _constant(operation: Operation, table: Table) -> list[str]:
    """An answer that says nothing of the row."""
    shape = operation.shape
    if shape is None or not (shape.done or shape.fixed):
        return ["return {}"]
    return _finished(operation, table, "{}") if shape.done else braces("return ", _fixed(operation, table))


def _finished(operation: Operation, table: Table, response: str, *, row: bool = False) -> list[str]:
    """A long-running operation that is done, named, with what it was about; a read makes none."""
    if operation.act == "get":
        return braces("return ", ['"done": True', f'"response": {response}'])
    keys = [a.python for a in operation.arguments if a.role == "key" and not a.many]
    target = f"row[{quote(table.key[-1])}]" if row else keys[0] if len(keys) == 1 else "None"
    verb = {"patch": "update", "insert": "create"}.get(operation.verb, operation.verb)
    return call_of("return finished", ["db", quote(verb), target if table.resource else "None", response])


def _fixed(operation: Operation, table: Table) -> list[str]:
    """"name": value for what an answer says of the call itself."""
    shape = operation.shape
    names = {a.name: a.python for a in operation.arguments}
    names |= {"row": f"row['{table.key[-1]}']"} if _of_row(operation) else {}
    return [f"{quote(n)}: {told(v, names)}" for n, v in shape.fixed.items()] if shape else []


def _of_row(operation: Operation) -> bool:
    """Does what an answer says of the call name the row that it made?"""
    return operation.act == "create" and operation.shape is not None and any(isinstance(v, str) and v.endswith("/{row}}") for v in operation.shape.fixed.values())


def _copy(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    source = next(a for a in operation.arguments if a.role == "key")
    key = [source.python] if table.key == (source.column,) else [f"*db.key({quote(table.name)}, {source.column}={source.python})"]
    arguments = [quote(table.name), *key, *_assigned(operation, table), *(f"{c}={python(v)}" for c, v in operation.sets.items())]
    return [*call_of("row = db.copy", arguments), *_answer(operation, table, views, "row")] if _shown(operation) else [*call_of("db.copy", arguments), *_constant(operation, table)]


def _path(operation: Operation) -> str:
    """'{parent}/topics/{topicId}' as an f-string over the arguments."""
    return filled(operation.key_path or "", {a.python: a.python for a in operation.arguments})


def _assigned(operation: Operation, table: Table) -> list[str]:
    """column=argument for what is written."""
    out = []
    create = operation.act == "create"
    for argument in operation.arguments:
        if (argument.role in ("value", "within", "slug") and argument.column) or (create and argument.role == "key"):
            if argument.column in table.key and argument.role == "value" and operation.act == "put":
                continue
            out.append(f"{argument.column}={merged(operation, argument.column, given_value(argument), keys=argument.sign == 'keys')}")
        elif argument.role == "body":
            for name, column in argument.body.items():
                default = f", {python(argument.defaults[name])}" if name in argument.defaults else "" if create or (operation.whole and next(c.null for c in table.columns if c.name == column)) else ", UNSET"
                source = argument.python if argument.required else f"({argument.python} or {{}})"
                out.append(f"{column}={merged(operation, column, f'{source}.get({quote(name)}{default})')}")
    return emptied(operation, table, [*out, *parted(operation)])


def _update(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    if (several := next((a for a in operation.arguments if a.role == "rows"), None)) is not None:
        return _update_rows(operation, several, table, views)
    key = [quote(table.name), *_key(operation, table)]
    sets = [s for s in _assigned(operation, table) if not s.startswith("parent=")]
    moved = [f"{c}={python(v)}" for c, v in operation.sets.items()]
    matches = any(a.role == "match" for a in operation.arguments)
    changed, objects = revised(operation), False
    if mask := next((a for a in operation.arguments if a.role == "mask"), None):
        objects = any(c.note.startswith("JSON") and c.name in mask.places.values() for c in table.columns)
        sets = [f"**db.masked({mask.python}, {pairs_of(mask.places)}, {', '.join(['old'] * objects + sets)})"]
    if operation.state:
        rest = tuple(a for a in operation.arguments if a.role != "missing")
        return [*_made_where_missing(operation, table, model, views), *_stands(operation, table, views), *_update(operation.model_copy(update={"state": None, "arguments": rest}), table, model, views)]
    check = [f"old = {_row(operation, table)}"] if changed or operation.merges or objects else [_row(operation, table)] if matches or operation.unique else []
    return _made_where_missing(operation, table, model, views) + check + _unlike_others(operation, table) + _each(operation, "row = db.update", key + sets + moved + changed, table, views)


def _made_where_missing(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """allowMissing: an update makes the row of that name where there is none."""
    missing = next((a for a in operation.arguments if a.role == "missing"), None)
    named = next((a.python for a in operation.arguments if a.role == "key"), None)
    if missing is None or named is None:
        return []
    place, _, collection = (missing.template or "").rpartition("/")
    parent = f"{named}.rpartition({quote(f'/{collection}/')})[0]"
    within = call_of("db.within", [quote(place), parent]) if place != "{parent}" else []
    sets = [s for s in _assigned(operation.model_copy(update={"merges": ()}), table) if not s.startswith("parent=")] + [f"{c}={python(v)}" for c, v in missing.defaults.items()]
    made = call_of("row = db.insert", [quote(table.name), f"{table.key[-1]}={named}", f"parent={parent}", *sets])
    answer = _answer(operation, table, views, "row") if _shown(operation) else _constant(operation, table)
    return [*call_of(f"if {missing.python} and db.gone", [quote(table.name), f"{table.key[-1]}={named}"], end=":"), *("    " + line for line in [*within, *made, *answer])]


def _unlike_others(operation: Operation, table: Table) -> list[str]:
    """What no other row under the same holder may have."""
    own = _key(operation, table)
    among = [f"{c}={e}" for c, e in zip(table.key[:-1], own, strict=False)] + [f'parent={own[-1]}.rsplit("/", 2)[0]'] * table.resource
    return [line for c in operation.unique for a in operation.arguments if a.column == c and a.role == "value" for line in call_of("db.fresh", [quote(table.name), quote(c), f"but=({', '.join(own)},)", *among, f"{c}={given_value(a)}"])]


def _update_rows(operation: Operation, several: Argument, table: Table, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """Each object of a list names a row."""
    fields = {column: name for name, column in several.body.items()}
    given = {a.column: a.python for a in operation.arguments if a.role == "key"}
    key = [given[k] if k in given else f"one.get({quote(fields[k])})" for k in table.key]
    sets = _assigned(operation, table) + [f"{column}=one.get({quote(name)}, UNSET)" for column, name in fields.items() if column not in table.key]
    arguments, shape = [quote(table.name), *key, *sets], operation.shape
    if shape is None or not shape.many:
        return [f"for one in {several.python}:", *("    " + line for line in call_of("db.update", arguments)), *_constant(operation, table)]
    return ["rows = []", f"for one in {several.python}:", *("    " + line for line in call_of("row = db.update", arguments)), "    rows.append(row)", *_several(operation, shape, table, views)]


def _put(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    given = [f"{a.column}={a.python}" for a in operation.arguments if a.role == "key"] or ["only=1"] * (table.key == ("only",))
    return _each(operation, "row = db.put", [quote(table.name), *given, *_assigned(operation, table)], table, views)


def _set(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    assert operation.state is not None
    column, value = operation.state
    arguments = [quote(table.name), *_key(operation, table)]
    if operation.only_from:
        arguments.append("only_from=(" + ", ".join(python(s) for s in operation.only_from) + ",)")
    target = python(value)
    if operation.inside:
        parts = [f"{quote(operation.inside[0])}: {target}", *(f"{quote(n)}: None" for n in operation.inside[1:])]
        target = f"{{{', '.join(parts)}}}"
    arguments.insert(len(arguments) - bool(operation.only_from), f"to={{{quote(column)}: {target}}}")
    if operation.sets:
        arguments.append("also={" + ", ".join(f"{quote(c)}: {python(v)}" for c, v in operation.sets.items()) + "}")
    matches = [f"{a.column}={a.python}" for a in operation.arguments if a.role == "match"]
    check = _each(operation, "db.match", [quote(table.name), *_key(operation, table), *matches], table, views, answer=False) if matches else []
    extra = _assigned(operation, table)
    if extra:
        lines = _each(operation, "db.move", arguments, table, views, answer=False)
        return check + lines + _each(operation, "row = db.update", [quote(table.name), *_key(operation, table), *extra], table, views)
    return check + _each(operation, "row = db.move", arguments, table, views)


def _delete(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    matches = [a for a in operation.arguments if a.role == "match"]
    several = any(a.many for a in operation.arguments)
    if operation.state:
        return [*_stands(operation, table, views), *_delete(operation.model_copy(update={"state": None}), table, model, views)]
    if several and not matches and operation.shape is not None and operation.shape.many:
        return _delete_rows(operation, operation.shape, table, views)
    missing = next((f"{a.python} and " for a in operation.arguments if a.role == "missing"), "")
    if (operation.lenient or missing) and not several:
        where = [f"{a.column}={a.python}" for a in operation.arguments if a.role == "key"]
        rest = tuple(a for a in operation.arguments if a.role != "missing")
        kept = _delete(operation.model_copy(update={"lenient": False, "arguments": rest}), table, model, views)
        return [*call_of(f"if {missing}db.gone", [quote(table.name), *where], end=":"), *("    " + line for line in _constant(operation, table)), *kept]
    told = bool(operation.shape and operation.shape.fields) and not several
    check = ["row = " + _row(operation, table)] if told else [_row(operation, table)] if matches and not several else []
    forced = [f"force={a.python}" for a in operation.arguments if a.role == "force"]
    lines = check + _each(operation, "db.delete", [quote(table.name), *_key(operation, table), *forced], table, views, answer=False)
    return lines + (_constant(operation, table) if several else _answer(operation, table, views, "row"))


def _stands(operation: Operation, table: Table, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """The row must be in a state that the provider asks for."""
    assert operation.state is not None
    states = ", ".join(python(s) for s in operation.only_from)
    return _each(operation, "db.stand", [quote(table.name), *_key(operation, table), f"{operation.state[0]}=({states},)"], table, views, answer=False)


def _delete_rows(operation: Operation, shape: Shape, table: Table, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """Each of several rows goes, and is answered as it was."""
    many = next(a for a in operation.arguments if a.many)
    key = [quote(table.name), *_key(operation, table)]
    forced = [f"force={a.python}" for a in operation.arguments if a.role == "force"]
    lines = ["rows = []", f"for one in {many.python}:", f"    rows.append({_row(operation, table)})", *("    " + line for line in call_of("db.delete", [*key, *forced]))]
    return lines + _several(operation, shape, table, views)


def _link(operation: Operation, table: Table, model: Model, views: Mapping[tuple[str, ...], str]) -> list[str]:
    tie = operation.act == "link"
    if operation.through:
        ends = [f"{a.column}={'one' if a.many else a.python}" for a in operation.arguments if a.role == "key"]
        return _each(operation, "row = db.tie" if tie else "row = db.untie", [quote(table.name), *ends], table, views)
    end = next(a for a in operation.arguments if a.role == "value")
    key = [quote(table.name), *_key(operation, table)]
    sets = [f"{c}={python(v)}" for c, v in operation.sets.items()]
    if tie:
        return _each(operation, "row = db.update", [*key, f"{end.column}={end.python}", *sets], table, views)
    lines = _each(operation, "db.match", [*key, f"{end.column}={end.python}"], table, views, answer=False)
    return lines + _each(operation, "row = db.update", [*key, f"{end.column}=None", *sets], table, views)


_BODIES = {
    "get": _get, "list": _list, "create": _create, "copy": _copy, "put": _put, "update": _update, "delete": _delete, "set": _set, "link": _link, "unlink": _link,
}  # fmt: skip


def _each(operation: Operation, call: str, arguments: Sequence[str], table: Table, views: Mapping[tuple[str, ...], str], *, answer: bool = True) -> list[str]:
    """The call, for each of the keys where several are given; then the answer."""
    many = next((a for a in operation.arguments if a.role == "key" and a.many), None)
    shown = answer and _shown(operation) and call.startswith("row = ")
    call = call if shown else call.removeprefix("row = ")
    if many is None:
        lines = call_of(call, arguments)
        return lines + (_answer(operation, table, views, "row") if shown else _constant(operation, table) if answer else [])
    if shown and operation.shape and operation.shape.many:
        lines = ["rows = []", f"for one in {many.python}:", *("    " + line for line in call_of(call, arguments)), "    rows.append(row)"]
        return lines + _several(operation, operation.shape, table, views)
    lines = [f"for one in {many.python}:", *("    " + line for line in call_of(call.removeprefix("row = "), arguments))]
    return [*lines, *_constant(operation, table)] if answer else lines


def _several(operation: Operation, shape: Shape, table: Table, views: Mapping[tuple[str, ...], str]) -> list[str]:
    """The answer that lists the rows a write has touched."""
    if shape.scalar:
        return _listed(operation, shape, f"[row[{quote(next(iter(shape.fields.values())))}] for row in rows]")
    return _listed(operation, shape, "rows" if _whole(shape, table) else _seen(shape, views, "rows", way="all"))


def _shown(operation: Operation) -> bool:
    return operation.shape is not None and bool(operation.shape.fields)


def _answer(operation: Operation, table: Table, views: Mapping[tuple[str, ...], str], row: str) -> list[str]:
    """return ..., in the shape of the provider's result."""
    shape = operation.shape
    if shape is None or not shape.fields:
        return [*([row] if row != "row" else []), *_constant(operation, table)]
    whole = _whole(shape, table)
    if shape.scalar:
        value = f"[{row}[{quote(next(iter(shape.fields.values())))}]]"
    else:
        value = row if whole else _seen(shape, views, row)
        value = f"{value} | {{{', '.join(f'{quote(f)}: {python(v)}' for f, v in shape.gone.items())}}}" if shape.gone else value
        value = f"[{value}]" if shape.many else value
    if shape.done:
        return _finished(operation, table, value, row=row == "row")
    if shape.beside and row != "row":
        return [f"row = {row}", *_answer(operation, table, views, "row")]
    if not shape.wrap:
        return [f"return {value}"] if not shape.fixed else braces("return ", [f"**{value}", *_fixed(operation, table)])
    for name in reversed(shape.wrap[1:]):
        value = f"{{{quote(name.removesuffix('[]'))}: {value}}}"
    others = [f"{quote(f)}: row[{quote(c)}]" for f, c in shape.beside.items()]
    return braces("return ", [f"{quote(shape.wrap[0].removesuffix('[]'))}: {value}", *others, *_fixed(operation, table)])


# ---- text -------------------------------------------------------------------------------------------------------


