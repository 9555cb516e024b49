"""Rules as code: what a compiled world refuses, decided from state and call alone, without making the call.

    for rule in rules_of(env): print(rule.name, rule.text)        # "cancelOrder.state", "cancelOrder: only an order whose status is placed or packed."
    refusal = decide(rules, world, arguments)                      # None, or the code and the reason

Seven kinds follow from the model: a state that a change starts from (or a delete asks for), what no two rows may share, rows that still need the one to be deleted, a yes that a delete asks for where
rows hang on the row, whose row it is, limits of numbers, texts and lists, and arguments of which one is given, or not two. The tools enforce them by other code (database.py, and what render.py writes), so each is a witness against the other: the gate places a
state on either side of every rule (`placed`) and calls. A rule that no state can break, or that the definitions do not tell, is not here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import apsw

from agentscaler.conduct import ask_line
from agentscaler.errors import Code
from agentscaler.records import Argument, Choice, EnvSpec, EnvTool, JsonObject, Model, Operation, Schema, Table
from agentscaler.schemas import kind_of
from agentscaler.words import article, plural
from agentscaler.world import World

Kind: TypeAlias = Literal["state", "unique", "held", "confirm", "owner", "limit", "choice"]
CODES: Mapping[Kind, Code] = {"state": "wrong_state", "unique": "already_exists", "held": "conflict", "confirm": "conflict", "owner": "not_found", "limit": "invalid_arguments", "choice": "invalid_arguments"}


LINE = 300
"""Characters of a rule's line: names and values are the provider's, and stand in the system message."""


class Rule(NamedTuple):
    """Something that a tool refuses."""

    name: str
    """Of the tool, the kind and what it looks at: 'cancelOrder.state', 'createTopic.unique.name'."""
    kind: Kind
    tool: str
    text: str
    """As rules.md says it."""
    table: Table
    operation: Operation
    argument: Argument | None = None
    """The one it looks at: of a limit, a unique value, an owner, a yes."""
    schema: Schema = {}
    """Of that argument; of a choice, of all that the tool takes."""
    choice: Choice | None = None
    """Of which arguments a call gives one, or not two."""

    @property
    def code(self) -> Code:
        """What is answered."""
        return CODES[self.kind]


class Refusal(NamedTuple):
    """What is refused, and why."""

    rule: str
    code: Code
    reason: str


def rules_of(env: EnvSpec) -> tuple[Rule, ...]:
    """The rules of a compiled world, by tool; none of one that has no model."""
    model = env.model
    if model is None:
        return ()
    tools = {t.name: t for t in env.tools}
    tables = {t.name: t for t in model.tables}
    return tuple(rule for o in model.operations if o.name in tools for rule in _of_tool(o, tools[o.name], tables[o.table], model))


def _of_tool(operation: Operation, tool: EnvTool, table: Table, model: Model) -> Iterator[Rule]:
    one = f"{operation.name}: "
    if _names_a_row(operation, table):
        yield from _of_row(operation, tool, table, model)
    for choice in [c for c in operation.choices if set(c.names) <= {a.name for a in operation.arguments}]:
        how = f"one of {_or(choice.names)} must be given{', and no more than one' if choice.most == 1 else ''}" if choice.least else f"no two of {_or(choice.names)} can be given together"
        yield Rule(f"{operation.name}.choice.{'-'.join(choice.names)}", "choice", operation.name, f"{one}{how}.", table, operation, schema=tool.parameters, choice=choice)
    for argument in operation.arguments:
        if argument.role == "value" and not argument.many and (argument.column in _unique(operation, table) if operation.act == "create" else operation.act == "update" and argument.column in operation.unique):
            scope = f" of one {' and '.join(_scope(operation, table, argument.column))}" if _scope(operation, table, argument.column) else ""
            yield Rule(f"{operation.name}.unique.{argument.column}", "unique", operation.name, f"{one}no two {plural(table.noun)}{scope} may have the same {argument.column}.", table, operation, argument)
        schema = tool.parameters["properties"][argument.name]
        least, most, of = bounds(schema)
        if "enum" not in schema and argument.role in ("value", "filter", "size", "slug", "key") and (least is not None or most is not None):
            said = f"from {least} to {most}" if None not in (least, most) else f"at least {least}" if most is None else f"at most {most}"
            yield Rule(f"{operation.name}.limit.{argument.name}", "limit", operation.name, f"{one}{argument.name} {'has ' if of else 'is '}{said}{of}.", table, operation, argument, schema)


def bounds(schema: Schema) -> tuple[Any, Any, str]:
    """The least and the most that a schema allows of a number, of the characters of a text, of what a list holds; and of what."""
    kind = kind_of(schema)
    if kind in ("integer", "number"):
        return schema.get("minimum"), schema.get("maximum"), ""
    ends, of = (("minItems", "maxItems"), " entries") if kind == "array" else (("minLength", "maxLength"), " characters")
    return schema.get(ends[0]), schema.get(ends[1]), of


def _of_row(operation: Operation, tool: EnvTool, table: Table, model: Model) -> Iterator[Rule]:
    """Of a tool that names one row."""
    one = f"{operation.name}: "
    if operation.state is not None and not operation.inside and not _of_the_call(operation.state[1]):
        column, target = operation.state
        text = f"only {article(table.noun)} whose {column} is {_or(operation.only_from)}" if operation.only_from else f"not {article(table.noun)} whose {column} is {_or([target])} already"
        yield Rule(f"{operation.name}.state", "state", operation.name, f"{one}{text}.", table, operation)
    if operation.act == "delete":
        force = next((a for a in operation.arguments if a.role == "force"), None)
        if holders := sorted({t.noun for t in model.tables for r in t.references if r.table == table.name and r.on_delete == "RESTRICT"}):
            yield Rule(f"{operation.name}.held", "held", operation.name, f"{one}not while {_or([plural(n) for n in holders])} still need the {table.noun}.", table, operation)
        if force is not None and any(r.table == table.name and r.on_delete == "CASCADE" for t in model.tables for r in t.references):
            yield Rule(f"{operation.name}.confirm", "confirm", operation.name, f"{one}{force.name} must say yes where other rows hang on the {table.noun}; they go with it.", table, operation, force)
    for argument in operation.arguments:
        if argument.role == "match" and argument.required and not argument.many and argument.column not in table.key:
            yield Rule(f"{operation.name}.owner.{argument.name}", "owner", operation.name, f"{one}only {article(table.noun)} whose {argument.column} is the given {argument.name}.", table, operation, argument, tool.parameters["properties"][argument.name])


def rules_md(env: EnvSpec) -> str:
    """What an agent would read: the rules, a line each, and last what it asks about each time (conduct.py); limits stand in the parameters already. Empty where there is none."""
    lines = [f"- {' '.join(rule.text.split())[:LINE]}" for rule in rules_of(env) if rule.kind != "limit"] + [line for line in [ask_line(env)] if line]
    return "\n".join(["# Rules", "", *lines, ""]) if lines else ""


# ---- decided ----------------------------------------------------------------------------------------------------------


def decide(rules: Iterable[Rule], world: World, arguments: JsonObject) -> Refusal | None:
    """The first of the rules of one tool that refuses the call in this state; None where all allow it. The world is only read."""
    for rule in rules:
        if (why := _refuses(rule, world, arguments)) is not None:
            return Refusal(rule.name, rule.code, why)
    return None


def _refuses(rule: Rule, world: World, arguments: JsonObject) -> str | None:
    """Why; None where it does not."""
    given = arguments.get(rule.argument.name) if rule.argument else None
    if rule.kind == "limit":
        least, most, of = bounds(rule.schema)
        size = len(given) if of and given is not None else given
        out = size is not None and ((least is not None and size < least) or (most is not None and size > most))
        return f"{size}{of} is out of range" if out else None
    if rule.kind == "choice":
        assert rule.choice is not None
        said = sum(arguments.get(n) not in (None, False) for n in rule.choice.names)
        return f"{said} of {_or(rule.choice.names)}" if said < rule.choice.least or (rule.choice.most is not None and said > rule.choice.most) else None
    if rule.kind == "unique":
        assert rule.argument is not None
        column = rule.argument.column or ""
        alike = {**_scope_of(rule, arguments), column: given}
        own = _row(rule, world, arguments) if rule.operation.act == "update" else None
        if given is None or (own is None and rule.operation.act == "update"):
            return None
        alike |= {c: own[c] for c in _scope(rule.operation, rule.table, column) if own is not None}
        return f"there is one with {column} {given!r}" if any(r != own and all(_same(r[c], v) for c, v in alike.items()) for r in world.rows(rule.table.name)) else None
    row = _row(rule, world, arguments)
    if row is None:
        return None
    if rule.kind == "state":
        assert rule.operation.state is not None
        column, target = rule.operation.state
        now, only = row[column], rule.operation.only_from
        if (rule.operation.act != "delete" and now == target) or (only and now not in only):
            return f"{column} is {now!r}"
        return None
    if rule.kind == "owner":
        assert rule.argument is not None
        own = row[rule.argument.column or ""]
        return None if given is None or _same(own, given) else f"its {rule.argument.column} is {own!r}"
    if rule.kind == "confirm":
        hanging = next((t.name for t, r, _ in _hanging(world, rule.table.name, row) if r.on_delete != "SET NULL"), None)
        return f"{hanging} rows hang on it" if hanging and not given else None
    return next((f"a row of {name} needs it" for name in _holding(world, rule.table.name, row)), None)


def _hanging(world: World, table: str, row: JsonObject) -> Iterator[tuple[Any, Any, JsonObject]]:
    """Rows that refer to this one: (table, reference, row)."""
    for name, reference in world.loaded.tables[table].children:
        for other in world.rows(name):
            if all(other[c] is not None and other[c] == row[t] for c, t in zip(reference.columns, reference.to, strict=True)):
                yield world.loaded.tables[name], reference, other


def _holding(world: World, table: str, row: JsonObject) -> Iterator[str]:
    """Tables with a row that keeps this one, or one that would go with it, from going."""
    seen, left = set(), [(table, row)]
    while left:
        at, this = left.pop()
        for info, reference, other in _hanging(world, at, this):
            place = (info.name, *(other[k] for k in info.key))
            if reference.on_delete == "RESTRICT":
                yield info.name
            elif reference.on_delete == "CASCADE" and place not in seen:
                seen.add(place)
                left.append((info.name, other))


# ---- a state on either side --------------------------------------------------------------------------------------------


def placed(rule: Rule, world: World, arguments: JsonObject, *, allowed: bool, turn: int = 0) -> JsonObject | None:
    """The world is brought one step to the wished side of the rule, and the arguments of a valid call with it; None where no state is on that side.

    turn: which one of the states on that side; only a rule of kind `state` has more than one.

    The rows that are placed are a part of no call: `world.reset()` takes them away.
    """
    if turn and rule.kind != "state":
        return None
    if rule.kind == "limit":
        assert rule.argument is not None
        least, most, of = bounds(rule.schema)
        edge = least if most is None else most
        size = edge if allowed else edge - 1 if most is None else edge + 1
        if not of:
            return {**arguments, rule.argument.name: size}
        if allowed:
            return arguments  # what is there, or already of this name, hangs on the value
        given = arguments.get(rule.argument.name)
        if kind_of(rule.schema) == "array":
            return {**arguments, rule.argument.name: (given * (size + 1))[:size]} if given else None
        return {**arguments, rule.argument.name: "x" * size}
    if rule.kind == "choice":
        return _choice_placed(rule, arguments, allowed=allowed)
    if rule.kind == "unique":
        return _unique_placed(rule, world, arguments, allowed=allowed)
    if rule.kind == "state":
        return _state_placed(rule, world, arguments, allowed=allowed, turn=turn)
    if rule.kind == "owner":
        return arguments if allowed else _owned_by_another(rule, world, arguments)
    wanted = [r for r in world.rows(rule.table.name) if (_refuses(rule, world, _naming(rule, {**arguments, **({rule.argument.name: False} if rule.argument else {})}, r)) is None) == (allowed and rule.kind == "held")]
    if not wanted:
        return None
    return {**_naming(rule, arguments, wanted[0]), **({rule.argument.name: allowed} if rule.argument else {})}


def _choice_placed(rule: Rule, arguments: JsonObject, *, allowed: bool) -> JsonObject | None:
    """One of them, or none where one must be given, else one too many."""
    assert rule.choice is not None
    if allowed:
        return arguments
    rest = {n: v for n, v in arguments.items() if n not in rule.choice.names}
    if rule.choice.least:
        return rest
    return {**arguments, **{n: arguments.get(n) or _anything(rule.schema["properties"][n]) for n in rule.choice.names}}


def _anything(schema: Schema) -> Any:
    """A value of the kind that is asked for; what it says does not matter."""
    kinds: Mapping[str, Any] = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True, "array": [], "object": {}}
    return next((v for v in schema.get("enum", ()) if v is not None), kinds.get(kind_of(schema), "x"))


def _owned_by_another(rule: Rule, world: World, arguments: JsonObject) -> JsonObject | None:
    """Another value that the argument may have."""
    assert rule.argument is not None
    given, column = arguments.get(rule.argument.name), rule.argument.column or ""
    others = [*rule.schema.get("enum", ()), *(r[column] for r in world.rows(rule.table.name))]
    others += [f"{given}-other"] if isinstance(given, str) and "enum" not in rule.schema else []
    other = next((v for v in others if type(v) is type(given) and not _same(v, given)), None)
    return None if other is None else {**arguments, rule.argument.name: other}


def _unique_placed(rule: Rule, world: World, arguments: JsonObject, *, allowed: bool) -> JsonObject | None:
    assert rule.argument is not None
    column, scope = rule.argument.column or "", _scope_of(rule, arguments)
    given = arguments.get(rule.argument.name)
    if allowed:
        return arguments if given is None else {**arguments, rule.argument.name: f"{given}-new" if isinstance(given, str) else given}
    own = _row(rule, world, arguments) if rule.operation.act == "update" else None
    if rule.operation.act == "update":
        scope = {c: own[c] for c in _scope(rule.operation, rule.table, column)} if own is not None else {}
    taken = next((r[column] for r in world.rows(rule.table.name) if r != own and r[column] is not None and all(_same(r[c], v) for c, v in scope.items())), None)
    return None if taken is None else {**arguments, rule.argument.name: taken}


def _state_placed(rule: Rule, world: World, arguments: JsonObject, *, allowed: bool, turn: int) -> JsonObject | None:
    assert rule.operation.state is not None
    column, target = rule.operation.state
    only, choices = rule.operation.only_from, next(c.choices for c in rule.table.columns if c.name == column)
    every = [*choices, *only, *([target] if rule.operation.act != "delete" else []), *(r[column] for r in world.rows(rule.table.name))]
    good = [v for v in every if (v in only if only else True) and (v != target or rule.operation.act == "delete")]
    side = [v for v in dict.fromkeys(every) if (v in good) == allowed]
    row = _row(rule, world, arguments)
    if turn >= len(side) or row is None:
        return None
    where = " AND ".join(f'"{c}" = ?' for c in rule.table.key)
    try:
        world.db._x(f'UPDATE "{rule.table.name}" SET "{column}" = ? WHERE {where}', (side[turn], *(row[c] for c in rule.table.key)))
    except apsw.ConstraintError:
        return None
    return arguments


# ---- inside -----------------------------------------------------------------------------------------------------------


def _names_a_row(operation: Operation, table: Table) -> bool:
    """Do its arguments say the key, and nothing but one?"""
    if operation.act not in ("get", "update", "set", "delete") or operation.through or operation.lenient or any(a.many and a.role == "key" for a in operation.arguments):
        return False
    return set(table.key) <= {a.column for a in operation.arguments if a.role == "key" and a.required}


def _row(rule: Rule, world: World, arguments: JsonObject) -> JsonObject | None:
    named = {a.column: arguments[a.name] for a in rule.operation.arguments if a.role == "key" and a.name in arguments}
    return next((r for r in world.rows(rule.table.name) if all(k in named and _same(r[k], named[k]) for k in rule.table.key)), None)


def _naming(rule: Rule, arguments: JsonObject, row: JsonObject) -> JsonObject:
    """The arguments, naming this row."""
    kept = {a.name: row[a.column] for a in rule.operation.arguments if a.role in ("key", "match") and a.column in row and a.name in arguments}
    return {**arguments, **{n: str(v) if isinstance(arguments[n], str) else int(v) if isinstance(arguments[n], int) and str(v).isdigit() else v for n, v in kept.items()}}


def _unique(operation: Operation, table: Table) -> set[str]:
    return {*operation.unique, *(c.name for c in table.columns if c.unique)}


def _scope(operation: Operation, table: Table, column: str | None) -> tuple[str, ...]:
    """Columns among whose equals it is unique; none where it is among all."""
    if any(c.name == column and c.unique for c in table.columns):
        return ()
    given = {a.column for a in operation.arguments if a.role == "value"} - {column}
    held = {*table.key[:-1], *(["parent"] if table.resource else [])} if operation.act == "update" else given
    return tuple(c for c in dict.fromkeys((*table.key[:-1], "parent", *operation.among)) if c in held)


def _scope_of(rule: Rule, arguments: JsonObject) -> dict[str, Any]:
    assert rule.argument is not None
    scope = _scope(rule.operation, rule.table, rule.argument.column)
    return {a.column or "": arguments[a.name] for a in rule.operation.arguments if a.role == "value" and a.column in scope and arguments.get(a.name) is not None}


def _same(stored: Any, given: Any) -> bool:
    return stored == given or str(stored) == str(given)


def _of_the_call(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{")


def _or(values: Sequence[Any]) -> str:
    said = ["unset" if v is None else str(v) for v in values]
    return " or ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else said[0]
