"""Room 4, envs: a domain's tools -> a world, compiled without a language model.

`build_env(domain, tools, services)` gives the EnvSpec of a world that has passed the gate, or raises Dropped. Services are
compiled once (`compile_tools`), a domain is a selection of their tools. The gate decides: tools it refuses leave the
world, and where too few are left there is no world. A domain that only reads (a register, a directory, measurements)
is a world of questions.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from agentscaler.envs.asks import understood
from agentscaler.envs.feeds import find_edges
from agentscaler.envs.find import Found, count_found
from agentscaler.envs.given import asked
from agentscaler.envs.held import held_schemas
from agentscaler.envs.kept import noted
from agentscaler.envs.limits import limits_of, per_request
from agentscaler.envs.operations import judge_all
from agentscaler.envs.populate import population_of
from agentscaler.envs.service import compile_service
from agentscaler.envs.unkept import unkept
from agentscaler.envs.worlds import CompiledService, Plan, plan, schema_of
from agentscaler.errors import Dropped
from agentscaler.folder import sealed
from agentscaler.gate import check_env
from agentscaler.records import Argument, Domain, EnvSpec, EnvTool, Lost, Model, Operation, Schema, Shape, Tool
from agentscaler.render import render
from agentscaler.rules import rules_md, rules_of
from agentscaler.schemas import is_null, kind_of

READING: Final = {"get", "list"}
FEWEST: Final = 3
"""Executable tools of its own that a world needs, a read among them."""
ROUNDS: Final = 3


def compile_tools(group: str, tools: Mapping[str, Tool]) -> CompiledService:
    """All tools of one service: its tables, and what each tool does to them."""
    service = compile_service(group, tools)
    good, lost = judge_all(service)
    return CompiledService(service, {i: asked(c) for i, c in good.items()}, lost)


class Built(NamedTuple):
    """A world that passed the gate, and how many of the tables its domain writes can be found."""

    env: EnvSpec
    found: Found


def build_env(domain: Domain, tools: Mapping[str, Tool], services: Mapping[str, CompiledService], *, strict: bool = False) -> Built:
    """A domain as a world.

    tools: id -> Tool of the domain; services: vendor:service -> compiled, all that the tools belong to. strict: a tool of which the provider says
    something that nothing keeps (`EnvSpec.unkept`) leaves, unless it is a read without which rows could not be found.
    Raises Dropped(too_few_tools) or Dropped(gate); its value says what could be found.
    """
    first = plan(domain, tools, services)
    found = count_found(first.model, population_of(first))
    try:
        return Built(_through_gate(first, domain, tools, services, strict), found)
    except Dropped as reason:
        reason.value = orjson.dumps(found._asdict()).decode()
        raise


def _through_gate(made: Plan, domain: Domain, tools: Mapping[str, Tool], services: Mapping[str, CompiledService], strict: bool) -> EnvSpec:
    refused: set[str] = set()
    left: set[str] = set()
    for _ in range(ROUNDS):
        env = write_env(made, domain)
        while strict and (said := {m.compiled.entry.id for n, m in made.members.items() if m.own and n in env.unkept} - left):
            left |= said
            made = plan(domain, tools, services, refused=refused, unkept=left)
            env = write_env(made, domain)
        ids = {n: m.compiled.entry.id for n, m in made.members.items()}
        findings = check_env(env)
        bad = {ids[f.tool] for f in findings if f.tool in ids}
        if not findings:
            return env
        if not bad or bad <= refused:
            break
        refused |= bad
        made = plan(domain, tools, services, refused=refused, unkept=left)
    first = findings[0]
    raise Dropped("gate", f"{first.where}: {first.message}", where=domain.name, value=first.where)


def write_env(made: Plan, domain: Domain) -> EnvSpec:
    """The world of a plan, before the gate. Raises Dropped(too_few_tools)."""
    own = [m for m in made.members.values() if m.own]
    acts = {made.model.operations[i].act for i in range(len(made.model.operations))}
    if len(own) < FEWEST or not acts & READING:
        why = f"{len(own)} of {len(domain.tools)} tools can be executed; a world needs {FEWEST}, a read among them"
        raise Dropped("too_few_tools", why, where=domain.name, value=len(own))
    population = population_of(made)
    model = noted(made.model, population)
    files = render(model)
    env = EnvSpec(
        id="",
        folder="",
        domain=domain.name,
        builder="compiled",
        services=tuple(dict.fromkeys(t.service for t in made.model.tables)),
        split=domain.split,
        field=domain.field,
        tools=tuple(_env_tool(o, made) for o in made.model.operations),
        edges=find_edges(made.model),
        lost=tuple(sorted(made.lost, key=lambda x: (x.name, x.tool))),
        not_modelled=not_modelled(made.lost, made.model),
        model=model,
        schema_sql=files.schema_sql,
        population=population,
        tools_py=files.tools_py,
        rules="",
    )
    return sealed(env.model_copy(update={"rules": rules_md(env), "unkept": _unkept(env, made)}))


def _unkept(env: EnvSpec, made: Plan) -> dict[str, tuple[str, ...]]:
    """What of each tool nothing keeps, in the provider's words."""
    rules, tools = rules_of(env), {t.name: t for t in env.tools}
    said = {o.name: unkept(o, tools[o.name], made.members[o.name].compiled.entry.tool, made.model, [r for r in rules if r.tool == o.name]) for o in made.model.operations}
    return {name: lines for name, lines in said.items() if lines}


def _env_tool(operation: Operation, made: Plan) -> EnvTool:
    member = made.members[operation.name]
    tool = member.compiled.entry.tool
    columns = made.columns[operation.table]
    return EnvTool(
        name=operation.name,
        kind="read" if operation.act in READING else "write",
        description=tool.rewritten or tool.description or operation.summary,
        parameters=parameters_of(operation, tool, {name: column.choices for name, column in columns.items()}),
        returns=_returns(operation, made),
        tool=member.compiled.entry.id,
        python=operation.python,
        arguments={a.name: a.python for a in operation.arguments if a.name != a.python},
        own=member.own,
        blind=operation.blind,
    )


def parameters_of(operation: Operation, tool: Tool, choices: Mapping[str, Sequence[str | int]]) -> Schema:
    """JSON Schema of a tool's arguments, as the agent sees it: the provider's, as far as it is modelled. choices: column of the table -> its closed list of values."""
    properties = tool.parameters.get("properties", {})
    shown: dict[str, Schema] = {}
    for argument in operation.arguments:
        schema = _limited(properties[argument.name], argument)
        allowed = choices.get(argument.column or "", ())
        if argument.role == "value" and allowed and "enum" in schema:
            schema["enum"] = [v for v in schema["enum"] if v in allowed] or schema["enum"]
        schema = _asked(_inside(schema, argument, operation), argument, operation)
        if argument.template and "/" in argument.template and argument.template not in schema.get("description", ""):
            schema["description"] = f"{schema.get('description', '').rstrip()} Format: {argument.template}".strip()
        shown[argument.name] = schema
    lists = [a.name for a in operation.arguments if kind_of(shown[a.name]) == "array"]
    if len(lists) == 1 and "maxItems" not in shown[lists[0]] and (most := per_request(tool.description)):
        shown[lists[0]]["maxItems"] = most
    return {"type": "object", "properties": shown, "required": [a.name for a in operation.arguments if a.required], "additionalProperties": False}


def _inside(schema: Schema, argument: Argument, operation: Operation) -> Schema:
    """The schema of an object whose properties narrow a list; of a map, the properties that its text names."""
    if not argument.inside:
        return schema
    told = schema.get("properties") or {a.name: schema.get("additionalProperties") or {} for a in argument.inside}
    properties = {a.name: _asked(_inside(told[a.name], a, operation), a, operation) for a in argument.inside}
    return {**{k: v for k, v in schema.items() if k != "additionalProperties"}, "properties": {n: properties[n] for n in told if n in properties}}


def _limited(schema: Schema, argument: Argument) -> Schema:
    """The schema of an argument, with the range that its description gives a number."""
    out = _argument(schema)
    if argument.role in ("value", "size", "slug", "rows", "adds") or (argument.role in ("key", "filter") and argument.many):
        return {**out, **limits_of(schema, argument.name)}
    if argument.role == "body" and "properties" in out:
        out["properties"] = {n: {**s, **(limits_of(schema["properties"][n]) if n in argument.body else {})} for n, s in out["properties"].items()}
    return out


def _asked(schema: Schema, argument: Argument, operation: Operation) -> Schema:
    """The schema of what is asked in words, with the words that are understood."""
    allowed = list(argument.places)
    if argument.role == "named":
        items = _only(schema.get("items", schema), set(argument.pair))
        which = items["properties"][argument.pair[0]]
        which = _noted(which, f"Here: {', '.join(n + '<key>' * (n == 'tag:') for n in allowed)}.") if "tag:" in allowed else {**which, "enum": allowed}
        properties = {**items["properties"], argument.pair[0]: which}
        if len(argument.pair) > 2 and (how := properties[argument.pair[2]]).get("enum"):
            properties[argument.pair[2]] = {**how, "enum": understood(argument.pair[2], how)}
        one = {**items, "properties": properties, "required": list(argument.pair[:2])}
        return {**schema, "items": one} if "items" in schema else one
    if argument.role == "expression" and argument.sign == "calls":
        return _noted(schema, f"Here: comparisons of {', '.join(allowed)}, as in equals({allowed[0]},\"value\"), joined by commas.")
    if argument.role == "expression":
        return _noted(schema, f"Here: comparisons (=, !=, <, <=, >, >=, :) of {', '.join(allowed)}, joined by AND and OR.")
    if argument.role == "empties" and "items" in schema:
        return {**schema, "items": {**schema["items"], "enum": allowed}}
    if argument.role == "test" and argument.sign in ("holds", "starts", "wild"):
        return _noted(schema, f"Here: {_HOW[argument.sign]} {' or '.join(allowed)}.")
    if argument.role != "sort":
        return schema
    if "enum" in schema:
        return {**schema, "enum": allowed}
    if any(a.role == "order" for o in operation.arguments for a in o.every()):
        return _noted(schema, f"Here: {', '.join(allowed)}.")
    return _noted(schema, f"Here: {', '.join(allowed)}; highest first with ' desc' behind the field.")


_HOW: Final = {"holds": "looked for, in either case, in", "starts": "the beginning of", "wild": "looked for, with * as wildcard and in either case, in"}


def _noted(schema: Schema, note: str) -> Schema:
    return {**schema, "description": f"{schema.get('description', '').rstrip()} {note}".strip()}


def _only(schema: Schema, names: set[str]) -> Schema:
    """An object's schema without the properties that nothing models."""
    return {**schema, "properties": {n: s for n, s in schema.get("properties", {}).items() if n in names}}


_KEPT = ("type", "description", "enum", "minimum", "maximum", "default")


def _argument(schema: Schema, depth: int = 0) -> Schema:
    """What the world checks of an argument; patterns and lengths stay behind (populated values need not meet them)."""
    out: Schema = {k: schema[k] for k in _KEPT if k in schema}
    if kind_of(schema) == "array":
        out["items"] = _argument(schema.get("items", {}), depth + 1)
    if kind_of(schema) == "object" and "properties" in schema:
        out["properties"] = {k: _argument(v, depth + 1) for k, v in schema["properties"].items()}
        if schema.get("required"):
            out["required"] = schema["required"]
    if "enum" in out and is_null(schema):
        out["enum"] = [*out["enum"], None]
    return out


def _returns(operation: Operation, made: Plan) -> Schema | None:
    """JSON Schema of the answer."""
    shape = operation.shape
    if shape is None or not shape.fields:
        return None
    columns = made.columns[operation.table]
    fields = {f: schema_of(columns[c]) for f, c in shape.fields.items() if c in columns}
    fields |= {f: {"type": "object", "properties": {k: schema_of(columns[c]) for k, c in part.items() if k}} for f, part in shape.parts.items()}
    fields |= held_schemas(shape, made.drafts[operation.table][1])
    out = wrapped(shape, fields)
    if shape.wrap and shape.beside:
        out["properties"] |= {f: schema_of(columns[c]) for f, c in shape.beside.items() if c in columns}
    return out


def wrapped(shape: Shape, fields: Mapping[str, Schema]) -> Schema:
    """JSON Schema of an answer whose row shows these fields: a row or a bare value, many of them, and what they are wrapped in."""
    inner: Schema = next(iter(fields.values())) if shape.scalar else {"type": "object", "properties": dict(fields)}
    if shape.many:
        inner = {"type": "array", "items": inner}
    for name in reversed(shape.wrap):
        inner = {"type": "object", "properties": {name.removesuffix("[]"): inner}}
    return inner


def not_modelled(lost: Iterable[Lost], model: Model) -> tuple[str, ...]:
    """What the service does and this world does not, in a few lines."""
    out = []
    if any(o.act == "create" and o.sets for o in model.operations):
        out.append("new rows are ready at once: nothing takes time")
    if any(o.shape and o.shape.done for o in model.operations):
        out.append("long-running operations are done when they answer")
    if names := sorted({x.name for x in lost}):
        out.append("not here: " + ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else ""))
    out.append("quotas, permissions and billing")
    return tuple(out)
