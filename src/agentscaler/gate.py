"""check_env: may this world onto the shelf? Each finding names the tool and what it did.

A read changes nothing; a write changes a column tied to its arguments or its verb on at least one valid call; bad arguments
are answered with an error and no change; foreign keys hold after every call; equal seeds give equal worlds that answer equal calls equally; snapshot and
restore agree; every tool can be reached with arguments that exist in the state. Of a compiled world the laws of laws.py hold, too, and its tools refuse what the rules of rules.py refuse, on both sides of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import orjson

from agentscaler.asked import mask_for
from agentscaler.canonical import Form
from agentscaler.contained import Contained
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.ids import fill_id
from agentscaler.laws import Laws, State
from agentscaler.population import draw_value
from agentscaler.records import Argument, EnvSpec, EnvTool, JsonObject, Model, Operation, Schema, Table
from agentscaler.rules import Rule, decide, placed, rules_of
from agentscaler.schemas import kind_of
from agentscaler.world import Loaded, World, foreign

TRIES = 12
SEED = 1
STATES = 8
"""So many states on either side of a rule are tried."""
SIDES = 4
"""Rows that a rule is tried on, until one can be brought to the wished side."""


class Finding(NamedTuple):
    """What does not hold."""

    where: str
    message: str
    tool: str = ""


def check_env(env: EnvSpec, *, trusted: bool = False, seed: int = SEED) -> list[Finding]:
    """All findings; an empty list opens the gate."""
    try:
        first, second = (_fresh(env, seed, trusted) for _ in range(2))
    except Dropped as reason:
        return [Finding(reason.where, reason.message)]
    out: list[Finding] = []
    with first as world, second as twin:
        before = world.dump()
        if before != twin.dump():
            out.append(Finding("population.json", "the same seed gives other rows the second time"))
        laws = Laws(env, env.model, world) if env.model else None
        rules: dict[str, list[Rule]] = {}
        for rule in rules_of(env):
            rules.setdefault(rule.tool, []).append(rule)
        for tool in sorted(env.tools, key=lambda t: t.kind):  # reads first: what a write did is seen by those that can be trusted
            found = list(_check_tool(world, twin, tool, env, laws, before))
            if not found and tool.name in rules and not isinstance(world, Contained):
                found = list(_both_sides(world, tool, rules[tool.name], env.model))
            if found and laws is not None:
                laws.without(tool.name)
            out += found
            world.reset()
        places = {t.name: n for n, t in enumerate(env.tools)}
        out.sort(key=lambda f: places.get(f.tool, -1))
    kinds = {t.kind for t in env.tools if not any(f.tool == t.name for f in out)}
    if not out and "read" not in kinds:
        out.append(Finding("env.json", "a world needs a tool that reads"))
    return out


def _fresh(env: EnvSpec, seed: int, trusted: bool) -> World:
    """An instance whose first state is drawn anew."""
    if not trusted and (why := foreign(env)):
        return Contained(env, seed, why, anew=True)
    return World(Loaded(env, trusted=trusted), seed)


def _check_tool(world: World, twin: World, tool: EnvTool, env: EnvSpec, laws: Laws | None, before: State) -> Iterator[Finding]:
    operation = next((o for o in env.model.operations if o.name == tool.name), None) if env.model else None
    worked = changed = filled = False
    last, given = "", set[str]()
    for attempt in range(TRIES):
        arguments = valid_arguments(world, tool, operation, env.model, attempt)
        world.reset()
        answer = world.call(tool.name, arguments)
        if answer.error is not None:
            last = f"{answer.error.code}: {answer.error.message}"
            if answer.error.code == "internal":
                yield Finding(tool.name, f"a call with valid arguments is a defect: {last}; arguments {orjson.dumps(arguments).decode()[:200]}", tool.name)
                return
            continue
        form = world.diff().form
        twin.reset()
        if twin.call(tool.name, arguments).data != answer.data:
            yield Finding(tool.name, "an equal world answers the same call otherwise", tool.name)
            return
        if world.broken():
            yield Finding(tool.name, "a foreign key is broken after the call", tool.name)
            return
        try:
            orjson.dumps(answer.data)
        except TypeError:
            yield Finding(tool.name, "its answer is not JSON", tool.name)
            return
        worked = True
        if tool.kind == "read":
            if form:
                yield Finding(tool.name, f"a read changed {form[0][1]}", tool.name)
                return
            filled = filled or _holds(_found(answer.data, operation))
            if filled:
                world.reset()
                if laws is not None:
                    yield from (Finding(b.tool, b.message, b.tool) for b in laws.of_list(world, tool, arguments))
                break
        elif form and (operation is None or _expected(form, operation)):
            changed = True
            yield from _restores(world, tool, form)
            if laws is None:
                break
            broken = [Finding(b.tool, b.message, b.tool) for b in laws.after_write(world, tool, arguments, before, form)]
            yield from broken
            given |= arguments.keys()
            if broken or not laws.ungiven(tool, given):
                break
    if not worked:
        yield Finding(tool.name, f"no valid call succeeds ({last})", tool.name)
    elif tool.kind == "read" and not filled:
        yield Finding(tool.name, "every answer is empty", tool.name)
    elif tool.kind == "write" and not changed:
        yield Finding(tool.name, "it changed no column tied to its arguments or verb", tool.name)
    else:
        yield from _refuses(world, tool)


def _restores(world: World, tool: EnvTool, form: Form) -> Iterator[Finding]:
    shot = world.snapshot()
    world.restore(shot)
    if world.diff().form != form:
        yield Finding(tool.name, "a restored snapshot is not the state it was taken of", tool.name)


def _found(data: Any, operation: Operation | None) -> Any:
    """An answer without what it says of the call itself."""
    shape = operation.shape if operation else None
    if shape is None or not isinstance(data, dict):
        return data
    aside = {n for n, v in shape.fixed.items() if not isinstance(v, dict)} | {f"{n}.{k}" for n, v in shape.fixed.items() if isinstance(v, dict) for k in v} | {shape.next, shape.total}
    inner = {n: {k: x for k, x in v.items() if f"{n}.{k}" not in aside} if isinstance(v, dict) else v for n, v in data.items()}
    return {n: v for n, v in inner.items() if n not in aside}


def _holds(data: Any) -> bool:
    """Does an answer hold any value?"""
    if isinstance(data, dict):
        return any(_holds(v) for v in data.values())
    if isinstance(data, list):
        return any(_holds(v) for v in data)
    return data is not None


def _expected(form: Form, operation: Operation) -> bool:
    """Is the change one that this kind of operation makes, on its own table?"""
    own = [row for row in form if (row[2] if row[0] == "+" else row[1]) in (operation.table, operation.through)]
    if operation.act in ("create", "copy"):
        return any(row[0] == "+" for row in own)
    if operation.act == "delete":
        return any(row[0] == "-" for row in own)
    if operation.through:
        return any(row[0] == ("+" if operation.act == "link" else "-") for row in own)
    if operation.act == "put":
        return bool(own)
    tied = {a.column for a in operation.arguments if a.role in ("value", "body", "rows", "adds", "removes", "part")} | {c for a in operation.arguments if a.role == "empties" for c in a.places.values()} | {c for a in operation.arguments for c in a.body.values()}
    tied |= {operation.state[0]} if operation.state and operation.act != "update" else set() if tied else {c for c, v in operation.sets.items() if v is None}
    return any(row[0] == "~" and any(column in tied for column, _ in row[3]) for row in own)


def _refuses(world: World, tool: EnvTool) -> Iterator[Finding]:
    """Bad arguments are answered with an error and no change."""
    for label, arguments in bad_arguments(tool):
        world.reset()
        answer = world.call(tool.name, arguments)
        if answer.error is None and label != "unknown id":
            yield Finding(tool.name, f"{label}: accepted, but it should be refused", tool.name)
        elif answer.error is not None and answer.error.code == "internal":
            yield Finding(tool.name, f"{label}: a defect, {answer.error.message}", tool.name)
        if answer.error is not None and world.diff().form:
            yield Finding(tool.name, f"{label}: refused, but the state changed", tool.name)


def _both_sides(world: World, tool: EnvTool, rules: Sequence[Rule], model: Model | None) -> Iterator[Finding]:
    """One step on either side of each rule: allowed here, refused there, and nothing changed by what was refused."""
    codes = {rule.code for rule in rules}
    for rule, allowed, turn in product(rules, (True, False), range(STATES)):
        if turn and rule.kind != "state":
            continue
        for attempt in range(SIDES):
            world.reset()
            plain = valid_arguments(world, tool, rule.operation, model, attempt)
            if rule.kind in ("limit", "choice") and world.call(tool.name, plain).error is not None:
                continue  # refused for another reason, with the same code
            world.reset()
            arguments = placed(rule, world, plain, allowed=allowed, turn=turn)
            if arguments is None or (decide([rule], world, arguments) is None) != allowed or (allowed and decide(rules, world, arguments)):
                continue
            form = world.diff().form
            error = world.call(tool.name, arguments).error
            if allowed and error is not None and error.code in codes:
                yield Finding(tool.name, f"rule {rule.name} allows it, and it is refused: {error.code}: {error.message}", tool.name)
            elif not allowed and error is None:
                yield Finding(tool.name, f"rule {rule.name} refuses it, and it was done: {rule.text}", tool.name)
            elif not allowed and error is not None and (error.code not in codes or world.diff().form != form):
                yield Finding(tool.name, f"rule {rule.name} refuses it with {rule.code}, and the tool with {error.code}, or something changed", tool.name)
            break


def bad_arguments(tool: EnvTool) -> Iterator[tuple[str, JsonObject]]:
    """One call of each class of invalid arguments."""
    properties, required = tool.parameters.get("properties", {}), tool.parameters.get("required", [])
    yield "an argument nobody knows", {"no_such_argument": 1}
    if required:
        yield "a required argument missing", {}
        name = required[0]
        wrong: Any = 7 if kind_of(properties[name]) != "integer" else "seven"
        wrong = "x" if kind_of(properties[name]) == "number" else wrong
        yield "an argument of the wrong type", {name: wrong}
    ids = {n: "no-such-id" for n in required if kind_of(properties[n]) == "string" and "enum" not in properties[n]}
    if ids and len(ids) == len(required):
        yield "unknown id", ids


# ---- valid arguments ----------------------------------------------------------------------------------------------


def valid_arguments(world: World, tool: EnvTool, operation: Operation | None, model: Model | None, attempt: int) -> JsonObject:
    """Arguments that exist in the state; every attempt takes another row and other values."""
    dice = Dice("arguments", world.seed, tool.name, attempt)
    properties = tool.parameters.get("properties", {})
    required = list(tool.parameters.get("required", ()))
    if operation is None or model is None:
        return {n: any_value(properties[n], dice) for n in required}
    table = next(t for t in model.tables if t.name == operation.table)
    row = _some_row(world, operation, table, model, dice, attempt)
    out: JsonObject = {}
    parents = _parents(world, table, model, dice) if operation.act in ("create", "copy") or any(a.role == "body" for a in operation.arguments) else {}
    wanted = [a for a in operation.arguments if a.required]
    optional = [a for a in operation.arguments if not a.required and a.role in ("value", "body", "adds", "part")]
    if operation.act in ("update", "put", "create") and optional:
        wanted += dice.sample(optional, 1 + dice.below(min(3, len(optional))))
    wanted += [a for a in operation.arguments if a.role == "force"]
    for argument in wanted:
        value = _value(world, argument, operation, table, model, row, parents, dice, properties[argument.name])
        if value is not None:
            out[argument.name] = value
    if mask := next((a for a in operation.arguments if a.role == "mask" and (a.required or attempt % 2)), None):
        out[mask.name] = mask_for(mask.places, {n: v for n, v in out.items() if n != mask.name})
    for choice in operation.choices:
        said = [n for n in choice.names if out.get(n) not in (None, False)]
        for name in said[choice.most :] if choice.most is not None else []:
            del out[name]
        first = next((a for a in operation.arguments if a.name == choice.names[0]), None)
        if len(said) < choice.least and first is not None:
            out[first.name] = _value(world, first, operation, table, model, row, parents, dice, properties[first.name]) or True
    if operation.act == "create":
        out |= _fresh_names(world, operation, table, properties, out, attempt)
    return out


def _fresh_names(world: World, operation: Operation, table: Table, properties: Mapping[str, Schema], given: JsonObject, attempt: int) -> JsonObject:
    """What no two rows may share is another word than any row has."""
    own = set(table.key) if len(table.key) == 1 and not any(r.columns == table.key for r in table.references) else set()
    unique = {c.name for c in table.columns if c.unique} | (own if operation.unique else set())
    taken = {(c, r[c]) for r in world.rows(table.name) for c in unique if isinstance(r[c], str)} if unique else set()
    out: JsonObject = {}
    for argument in operation.arguments:
        value = given.get(argument.name)
        if argument.column in unique and isinstance(value, str) and "enum" not in properties[argument.name] and (argument.column, value) in taken:
            out[argument.name] = f"{value}-{attempt}"
    return out


def _some_row(world: World, operation: Operation, table: Table, model: Model, dice: Dice, attempt: int) -> JsonObject:
    """A row of the table the tool is about, for a state change one that may be moved."""
    source = table.name
    if operation.through and operation.act in ("list", "unlink"):
        source = operation.through
    elif operation.through:
        return {}
    rows = world.rows(source)
    if operation.state:
        _, value = operation.state
        movable = [r for r in rows if (now := standing(operation, r)) != value and (not operation.only_from or now in operation.only_from)]
        rows = movable or rows
    if operation.act == "unlink" and not operation.through:
        rows = [r for r in rows if all(r[a.column] is not None for a in operation.arguments if a.role == "value" and a.column)] or rows
    if lists := [a for a in operation.arguments if a.role == "removes" and a.required]:
        rows = [r for r in rows if all(_listed(r, a) for a in lists)] or rows
    if operation.act == "delete":
        held = {repr([r[c] for c in to.columns]) for t in model.tables for to in t.references if to.table == source and to.on_delete == "RESTRICT" for r in world.rows(t.name)}
        rows = [r for r in rows if repr([r[k] for k in table.key]) not in held] or rows
    if operation.act == "create" and rows and attempt % 2 == 0:
        return dice.choice(rows)
    return dice.choice(rows) if rows else {}


def standing(operation: Operation, row: JsonObject) -> Any:
    """What a row holds in the column that a state change moves, or in the object there."""
    held = row.get(operation.state[0]) if operation.state else None
    if not operation.inside:
        return held
    held = orjson.loads(held) if isinstance(held, str) else held
    return held.get(operation.inside[0]) if isinstance(held, dict) else None


def _listed(row: JsonObject, argument: Argument) -> list[Any]:
    """What an argument may take from a list: values, or what tells its objects."""
    held = row.get(argument.column or "")
    held = orjson.loads(held) if isinstance(held, str) else held
    by = next(iter(argument.places.values()), "").partition(".")[2]
    held = held if isinstance(held, list) else []
    return [one[by] for one in held if isinstance(one, dict) and one.get(by)] if by else held


def _parents(world: World, table: Table, model: Model, dice: Dice) -> JsonObject:
    """For each reference of a new row, the key of some row it may point to, its parts together."""
    out: JsonObject = {}
    for reference in table.references:
        if rows := world.rows(reference.table):
            target = next(t for t in model.tables if t.name == reference.table)
            keys = dict(zip(reference.columns, target.key, strict=True))
            agreeing = [r for r in rows if all(r[k] == out[c] for c, k in keys.items() if c in out)]  # the type and the data source of one API
            chosen = dice.choice(agreeing or rows)
            out |= {c: chosen[k] for c, k in keys.items()}
    return out


def _value(
    world: World, argument: Argument, operation: Operation, table: Table, model: Model, row: JsonObject, parents: JsonObject, dice: Dice, schema: Schema
) -> Any:
    if argument.role == "within":
        named = (argument.template or "").format_map(world.context)
        return int(named) if kind_of(schema) == "integer" and named.isdigit() else named
    if argument.role in ("offset", "page", "size"):
        least, most = schema.get("minimum", 0), schema.get("maximum", 100)
        return most if argument.role == "size" else max(least, int(argument.role == "page"))
    if argument.role == "token":
        return None
    if argument.role == "force":
        return True
    if argument.role in ("key", "match", "filter"):
        value = row.get(argument.column or "")
        if value is None and (other := _referred(world, argument, table, model, dice)) is not None:
            value = other
        inner = schema.get("items", {}) if argument.many else schema
        if value is None:
            value = any_value(inner, dice)
        if kind_of(inner) == "integer" and isinstance(value, str) and value.isdigit():
            value = int(value)
        elif kind_of(inner) == "string" and isinstance(value, int):
            value = str(value)
        return [value] if argument.many else value
    if argument.role == "removes" and (held := _listed(row, argument)):
        return held[:1] if kind_of(schema) == "array" else held[0]
    if argument.role == "named":
        return [] if kind_of(schema) == "array" else {}
    if argument.role == "expression":
        return ""
    if argument.role == "sort":
        return next(iter(argument.places))
    if argument.role == "test":
        value = row.get(next(iter(argument.places.values())))
        return any_value(schema, dice) if value is None else str(value)[:3] if argument.sign in ("holds", "starts", "wild") else value
    if argument.role in ("behind", "ahead"):
        return row.get(table.key[-1])
    if argument.role in ("prefix", "contains"):
        return str(row.get(argument.column or "", ""))[:3]
    if argument.role == "filters":
        inner = schema.get("properties", {})
        return {a.name: _value(world, a, operation, table, model, row, parents, dice, inner[a.name]) for a in argument.inside if a.required}
    if argument.role in ("since", "until"):
        values = sorted(v for r in world.rows(table.name) if (v := r.get(argument.column or "")) is not None)
        return (values[0] if argument.role == "since" else values[-1]) if values else any_value(schema, dice)
    if argument.role == "slug":
        return f"item-{dice.hex(6)}"
    if argument.role == "body":
        return {**any_value(schema, dice), **{n: parents[c] for n, c in argument.body.items() if c in parents and n in schema.get("properties", {})}}
    if argument.role == "rows":
        return [_object(world, argument, operation, table, row, parents, dice, schema.get("items", {}))]
    if argument.role == "value":
        if operation.act == "unlink" and (tied := row.get(argument.column or "")) is not None:
            return tied
        if operation.act == "update" and any(len(r.columns) > 1 and argument.column in r.columns for r in table.references) and (own := row.get(argument.column or "")) is not None:
            return own
        other = parents.get(argument.column or "", _referred(world, argument, table, model, dice))
        if other is not None:
            return [other] if argument.many else other
        value = fitting_value(world, table.name, argument.column or "", schema, dice)
        return value if value != row.get(argument.column or "") or operation.act == "create" else any_value(schema, dice)  # all rows alike: another value changes the row
    return any_value(schema, dice)


def _object(world: World, argument: Argument, operation: Operation, table: Table, row: JsonObject, parents: JsonObject, dice: Dice, schema: Schema) -> JsonObject:
    """One object of a list of rows: a new row, or an existing one with other values."""
    out: JsonObject = {}
    properties = schema.get("properties", {})
    for name, column in argument.body.items():
        if operation.act == "update" and (column in table.key or any(len(r.columns) > 1 and column in r.columns for r in table.references)):
            out[name] = row.get(column)
        elif column in parents:
            out[name] = parents[column]
        else:
            out[name] = fitting_value(world, table.name, column, properties.get(name, {}), dice)
    for name in schema.get("required", ()):
        out.setdefault(name, any_value(properties[name], dice))
    return out


def _referred(world: World, argument: Argument, table: Table, model: Model, dice: Dice) -> Any:
    """A key that the argument's column may point to."""
    for reference in table.references:
        if argument.column in reference.columns and (rows := world.rows(reference.table)):
            target = next(t for t in model.tables if t.name == reference.table)
            return dice.choice(rows)[target.key[reference.columns.index(argument.column)]]
    return None


def fitting_value(world: World, table: str, column: str, schema: Schema, dice: Dice) -> Any:
    """A value for a column: from its recipe where that fits the argument's schema, else from the schema."""
    population = world.loaded.env.population
    recipe = population["columns"].get(f"{table}.{column}", {})
    value = draw_value(population, recipe, dice, world.seed)
    if value is not None and fits(value, schema):
        return value
    return any_value(schema, dice)


def fits(value: Any, schema: Schema) -> bool:
    kind = kind_of(schema)
    if "enum" in schema and value not in schema["enum"]:
        return False
    types: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    if not isinstance(value, types.get(kind, object)) or (kind in ("integer", "number") and isinstance(value, bool)):
        return False
    if kind in ("integer", "number"):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if kind == "array":
        return bool(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))) and all(fits(v, schema.get("items", {})) for v in value)
    if kind == "string":
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    if kind == "object":
        properties = schema.get("properties", {})
        return all(r in value for r in schema.get("required", ())) and all(fits(v, properties[k]) for k, v in value.items() if k in properties)
    return True


def any_value(schema: Schema, dice: Dice, depth: int = 0) -> Any:
    """Any value that the schema allows."""
    if schema.get("enum"):
        return dice.choice([v for v in schema["enum"] if v is not None])
    kind = kind_of(schema)
    if kind == "boolean":
        return dice.chance(0.5)
    if kind in ("integer", "number"):
        low = schema.get("minimum", 1)
        high = schema.get("maximum", low + 99)
        whole = int(max(low, min(high, low + dice.below(int(min(high - low, 10_000)) + 1))))
        return whole if kind == "integer" else float(whole)
    if kind == "array":
        return [any_value(schema.get("items", {}), dice, depth + 1) for _ in range(max(1, schema.get("minItems", 1)))]
    if kind == "object":
        properties = schema.get("properties", {})
        chosen = schema.get("required") or ([] if depth > 2 else list(properties)[:2])
        if not properties:
            return {"team": "finance"}
        return {n: any_value(properties[n], dice, depth + 1) for n in chosen if n in properties}
    text = fill_id("{letters:1}{base36:7}", dice, {}).lower()
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
