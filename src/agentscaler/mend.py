"""Worlds mended: what the compiler made of a tool, a table or the rows, said anew in the compiler's own words, by a model or a person who has understood what the provider says.

    for part in parts_of(env): ask_mend(env, part, pool)      the prompts, each for one table or a few, and at most eight tools
    bad_mend(found, env, part, pool)                          what is wrong with an answer; None where it holds
    mended(env, [found, ...], pool)                           the world with all of it, or with what the gate lets through

Nobody writes code or SQL here. What is changed is the description that render.py writes the code from, and the gate looks at the world anew: a mended world is as contained, as checked and as fast as any other.
"""

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args

import orjson
from pydantic import Field, ValidationError

from agentscaler import population
from agentscaler.envs import FEWEST, READING, not_modelled, parameters_of, wrapped
from agentscaler.envs.arguments import LOST
from agentscaler.envs.drafts import python_name
from agentscaler.envs.feeds import find_edges
from agentscaler.envs.kept import noted
from agentscaler.envs.worlds import mark_blind
from agentscaler.errors import Dropped
from agentscaler.folder import sealed
from agentscaler.gate import Finding, check_env
from agentscaler.llm.prompts import prompt
from agentscaler.records import (
    Argument,
    Brought,
    Column,
    EnvSpec,
    EnvTool,
    Held,
    Json,
    JsonObject,
    Lost,
    Mended,
    Model,
    Operation,
    Record,
    Reference,
    Schema,
    Shape,
    Table,
    Tool,
)
from agentscaler.render import render
from agentscaler.rules import rules_md
from agentscaler.verbs import of_name
from agentscaler.words import nearest, sentence
from agentscaler.world import World

R = TypeVar("R", bound=Record)
TOOLS: Final = 8
"""Tools in one question."""
ROWS: Final = 5
FIXED: Final = ("name", "python", "summary", "blind")
MARKS: Final = ("generated", "fill", "touch", "next", "json", "boolean", "text", "knowable")
"""Marks of a column that stay where a new recipe does not name them."""

_NAMES: Final = ("key", "within", "option")
ROLES: Final[Mapping[str, frozenset[str]]] = {
    act: frozenset((*_NAMES, *more.split()))
    for act, more in {
        "get": "match",
        "list": "filter since until prefix contains test filters named expression sort order size token offset page behind ahead show",
        "create": "value body rows part slug",
        "copy": "value",
        "put": "value body part stamp",
        "update": "match value body rows part mask adds removes empties stamp missing",
        "set": "match value stamp",
        "delete": "match stamp force missing",
        "link": "value",
        "unlink": "value",
    }.items()
}
"""What arguments an act makes something of; in any other role one would be taken and do nothing."""

NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "column": frozenset("filter since until prefix contains match adds removes".split()), "places": frozenset("test sort expression named part mask empties".split()),
    "body": frozenset(["body", "rows"]), "inside": frozenset(["filters"]),
}  # fmt: skip
"""Fields without which an argument of these roles does nothing."""
SIGNS: Final = (">", ">=", "<", "<=", "=", "from", "to", "holds", "starts", "ends", "wild", "active", "enabled")
MOST_ROWS: Final = 1000
_NOUN: Final = re.compile(r"[^\W_][\w '\-]{0,59}")
_MAKES: Final = frozenset((*population.KINDS, "reference", "with", "children", "gather", "back", "counts", "when"))


class ToolMend(Record):
    """One tool, looked at."""

    name: str
    """Its name."""
    verdict: Literal["right", "mended", "left", "drop", "added"]
    """What is to become of it; `added` is one that the compiler left out."""
    why: str = ""
    """What is wrong with it."""
    operation: JsonObject = Field(default_factory=dict)
    """What changes in how it is described."""
    parameters: JsonObject = Field(default_factory=dict)
    """What changes in how its arguments are shown."""


class Mend(Record):
    """What is wrong in a part of a world, and what it should be."""

    tools: tuple[ToolMend, ...]
    """One for each tool."""
    tables: JsonObject = Field(default_factory=dict)
    """Table -> what changes in it."""
    recipes: JsonObject = Field(default_factory=dict)
    """table.column -> its new recipe."""


class Part(NamedTuple):
    """What one question is about."""

    tables: tuple[str, ...]
    """Those that are shown with their rows; none where it is about tools that the compiler left out."""
    tools: tuple[str, ...]


def parts_of(env: EnvSpec) -> list[Part]:
    """The questions of a world: its tables that tools work on, with those tools; small tables stand together."""
    assert env.model is not None
    out: list[Part] = []
    for table in env.model.tables:
        names = tuple(o.name for o in env.model.operations if o.table == table.name)
        if names and out and len(out[-1].tools) + len(names) <= TOOLS:
            out[-1] = Part((*out[-1].tables, table.name), (*out[-1].tools, *names))
        else:
            out += [Part((table.name,), names[n : n + TOOLS]) for n in range(0, len(names), TOOLS)]
    left_out = tuple(dict.fromkeys(x.name for x in env.lost if x.name not in {t.name for t in env.tools}))
    return out + [Part((), left_out[n : n + TOOLS]) for n in range(0, len(left_out), TOOLS)]


# ---- the question -------------------------------------------------------------------------------------------------


def ask_mend(env: EnvSpec, part: Part, pool: Mapping[str, Tool]) -> str:
    """The prompt. pool: id -> Tool, those of the world and those it left out."""
    assert env.model is not None
    with World.open(env, seed=0) as world:
        about = {"language": _language(), "title": env.model.title, "context": _json(world.context), "names": ", ".join(part.tools)}
        if not part.tables:
            tables = "\n".join(f"- {t.name}: key {', '.join(t.key)}; {', '.join(f'{c.name} {_json(list(c.choices)) if c.choices else c.type}' for c in t.columns)}; {_short(_json(world.rows(t.name)[:1]), 600)}" for t in env.model.tables)
            return prompt("envs.add", **about, tables=tables, tools="\n\n".join(_left_out(env, name, pool) for name in part.tools))
        tables = "\n\n".join(_described(env, _table(env.model, name), world) for name in part.tables)
    code = {n.name: ast.get_source_segment(env.tools_py, n) or "" for n in ast.parse(env.tools_py).body if isinstance(n, ast.FunctionDef)}
    return prompt("envs.mend", **about, all="\n".join(f"- {t.name}: key {', '.join(t.key)}; {_short(', '.join(c.name for c in t.columns), 1200)}" for t in env.model.tables), tables=tables, tools="\n\n".join(_tool(env, name, pool, code) for name in part.tools))


@cache
def _language() -> str:
    """How tools, tables and rows are described: the same in every question."""
    doc = population.__doc__ or ""
    return prompt(
        "envs.language", operation=_notes(Operation, (*FIXED, "arguments", "shape", "act", "table", "verb")), argument=_notes(Argument, ("name", "python", "role")), shape=_notes(Shape), column=_notes(Column, ("note", "phrase")),
        reference=_notes(Reference), brought=_notes(Brought), held=_notes(Held), recipes=doc[doc.index("A recipe is one of") :].strip(),
    )  # fmt: skip


def _left_out(env: EnvSpec, name: str, pool: Mapping[str, Tool]) -> str:
    lost = next(x for x in env.lost if x.name == name)
    return f"{_source(name, pool[lost.tool])}\nWhy it was left out: {LOST.get(lost.why, lost.why)}"


def _described(env: EnvSpec, table: Table, world: World) -> str:
    """A table: how it is described, its recipes, its first rows."""
    shown = table.model_dump(mode="json", exclude_defaults=True, exclude={"columns", "name", "said", "service"})
    columns = "\n".join(f"- {_json(c.model_dump(mode='json', exclude_defaults=True, exclude={'note', 'phrase'}))}" for c in table.columns)
    recipes = {name: recipe for name, recipe in env.population["columns"].items() if name.partition(".")[0] == table.name}
    drawn, rows = "\n".join(f"- {name}: {_short(_json(recipe), 700)}" for name, recipe in recipes.items()), "\n".join(f"- {_short(_json(row), 1500)}" for row in world.rows(table.name)[:ROWS])
    return f"## Table {table.name}\n{_json(shown)}\nColumns:\n{columns}\nRecipes:\n{drawn}\nSome of its rows at the beginning:\n{rows}"


def _tool(env: EnvSpec, name: str, pool: Mapping[str, Tool], code: Mapping[str, str]) -> str:
    assert env.model is not None
    tool, operation = _env_tool(env, name), _operation(env.model, name)
    said = operation.model_dump(mode="json", exclude_defaults=True, exclude={*FIXED, "arguments"})
    arguments = {a.name: a.model_dump(mode="json", exclude_defaults=True, exclude={"name", "python"}) for a in operation.arguments}
    return f"{_source(name, pool[tool.tool or ''])}\nHere: {_json(said | {'arguments': arguments})}\n```python\n{code[tool.python]}\n```"


def _source(name: str, source: Tool) -> str:
    """What the provider says of an operation."""
    verb = f"\nHTTP: {source.source.verb} {source.source.path}" if source.source.verb else ""
    return f"### {name}\nThe provider says: {_short(source.description, 3000)}{verb}\nParameters: {_short(_json(source.parameters), 6000)}\nReturns: {_short(_json(source.returns), 4000)}"


def _notes(record: type[Record], without: Sequence[str] = ()) -> str:
    """Field, its form, and what it says, from the record's own notes."""
    forms = {name: re.sub(r"(?:\w+\.)+", "", getattr(field.annotation, "__name__", "") if not get_args(field.annotation) else str(field.annotation)) for name, field in record.model_fields.items()}
    return "\n".join(f"- {name} ({forms[name]}): {' '.join((field.description or '').split())}" for name, field in record.model_fields.items() if name not in without)


# ---- the answer ---------------------------------------------------------------------------------------------------


class Wrong(Exception):
    """A correction that cannot be made, in words that whoever wrote it can act on."""


def bad_mend(found: Mend, env: EnvSpec, part: Part, pool: Mapping[str, Tool]) -> str | None:
    """What is wrong with an answer: a tool too many or too few, a name that there is not, or what the gate says of the world with it."""
    if sorted(t.name for t in found.tools) != sorted(part.tools):
        return f"give each of {', '.join(part.tools)} once; these came: {', '.join(t.name for t in found.tools)[:400]}"
    if silent := next((t.name for t in found.tools if t.verdict != "right" and not t.why.strip()), None):
        return f"{silent}: say in `why` what is wrong with it"
    fitting = ("right", "mended", "left", "drop") if part.tables else ("added", "left")
    if odd := next((t for t in found.tools if t.verdict not in fitting), None):
        return f"{odd.name}: the verdict is one of {', '.join(fitting)}, not {odd.verdict}"
    return refusal([found], env, pool)


def refusal(found: Sequence[Mend], env: EnvSpec, pool: Mapping[str, Tool]) -> str | None:
    """Why these corrections cannot be made; None where the world holds with them."""
    findings = _findings(env, found, pool)
    if findings and not findings[0].where:
        return findings[0].message
    return "the world does not hold with it: " + "; ".join(f"{f.where}: {f.message}" for f in findings[:4]) if findings else None


def mended(env: EnvSpec, found: Sequence[Mend], pool: Mapping[str, Tool]) -> EnvSpec:
    """The world with all that was said of it, through the gate; without what the gate refuses, tool by tool, and as it was where nothing else helps."""
    kept: list[Mend] = []
    for one in found:
        part = one
        while findings := _findings(env, [*kept, part], pool):
            bad = {f.tool for f in findings} & {t.name for t in part.tools if t.verdict != "right"}
            if not bad:
                break
            part = part.model_copy(update={"tools": tuple(t for t in part.tools if t.name not in bad)})
        else:
            kept.append(part)
    return changed(env, kept, pool) if any(_moves(one) for one in kept) else env


def _moves(found: Mend) -> bool:
    return bool(found.tables or found.recipes or any(t.verdict != "right" for t in found.tools))


def _findings(env: EnvSpec, found: Sequence[Mend], pool: Mapping[str, Tool]) -> list[Finding]:
    """What the gate finds in the world with these corrections. What cannot be made at all is a finding that names no tool."""
    try:
        return _gate(changed(env, found, pool))
    except (Wrong, Dropped) as reason:
        return [Finding("", str(reason))]


def _gate(env: EnvSpec) -> list[Finding]:
    """What the gate finds; a recipe that cannot be drawn is a finding, too."""
    try:
        return check_env(env)
    except Exception as error:  # a description written by somebody else may break whatever reads it, in any way
        return [Finding("env.json", f"it cannot be built: {type(error).__name__}: {str(error)[:200]}")]


def changed(env: EnvSpec, found: Sequence[Mend], pool: Mapping[str, Tool]) -> EnvSpec:
    """The world as these corrections describe it, not yet through the gate. Raises Wrong, Dropped(gate)."""
    try:
        return _changed_world(env, found, pool)
    except (Wrong, Dropped):
        raise
    except Exception as error:  # a description written by somebody else may break whatever reads it, in any way
        raise Wrong(f"the world cannot be described so: {type(error).__name__}: {str(error)[:200]}") from error


def _changed_world(env: EnvSpec, found: Sequence[Mend], pool: Mapping[str, Tool]) -> EnvSpec:
    assert env.model is not None
    verdicts = {t.name: t for one in found for t in one.tools}
    names = [o.name for o in env.model.operations]
    missing = {x.name: x for x in reversed(env.lost) if x.name not in names}
    if unknown := next((n for n in verdicts if n not in names and n not in missing), None):
        raise Wrong(f"there is no tool {unknown!r}; {nearest(unknown, [*names, *missing])}")
    said = [t.name for one in found for t in one.tools]
    if again := next((n for n in said if said.count(n) > 1), None):
        raise Wrong(f"{again} is spoken of twice; say all of it in one place")
    if quiet := next((n for n, t in verdicts.items() if t.verdict == "right" and (t.operation or t.parameters)), None):
        raise Wrong(f"{quiet} is said to be right, and yet changed: then its verdict is mended")
    if absent := next((n for n, t in verdicts.items() if n in missing and t.verdict not in ("added", "left")), None):
        raise Wrong(f"{absent} is not in the world: it can be added, or left")
    if twice := next((n for n, t in verdicts.items() if t.verdict == "added" and n in names), None):
        raise Wrong(f"{twice} is in the world already: it can be mended, not added")
    dropped = {n for n, t in verdicts.items() if t.verdict == "drop"}
    added = {n: pool[missing[n].tool] for n, t in verdicts.items() if t.verdict == "added"}
    tables, drawn, recipes = _tables(env, found)
    kept = [_changed(o, verdicts.get(o.name), pool[_env_tool(env, o.name).tool or ""]) for o in env.model.operations if o.name not in dropped]
    operations = tuple(sorted((*kept, *(_added(n, verdicts[n], source) for n, source in added.items())), key=lambda o: o.name))
    for operation in operations:
        _has_columns(operation, tables)
    model = mark_blind(_noted(env.model.model_copy(update={"tables": tables, "operations": operations}), drawn, recipes))
    tools = [_shown(t, model, verdicts.get(t.name), pool[t.tool or ""]) for t in env.tools if t.name not in dropped]
    tools += [_shown(_new(n, missing[n], source), model, verdicts[n], source) for n, source in added.items()]
    if sum(t.own for t in tools) < min(FEWEST, sum(t.own for t in env.tools)):
        raise Wrong(f"{sum(t.own for t in tools)} tools would be left; a world needs {FEWEST}")
    lost = (*(x for x in env.lost if x.name not in added), *(Lost(tool=t.tool or "", name=t.name, why="mended_away") for t in env.tools if t.name in dropped))
    files = render(model)
    told = _told(env.mended, [t for t in verdicts.values() if t.name in names or t.verdict == "added"], dropped)
    made = env.model_copy(update={
        "model": model, "tools": tuple(sorted(tools, key=lambda t: t.name)), "edges": find_edges(model), "refused": (), "lost": tuple(sorted(lost, key=lambda x: (x.name, x.tool))), "population": drawn,
        "schema_sql": files.schema_sql, "tools_py": files.tools_py, "not_modelled": (*not_modelled(lost, model), *(f"{m.tool}: {m.why}" for m in told if m.left)), "mended": told, "rules": "", "folder": "", "unkept": {n: lines for n, lines in env.unkept.items() if n not in {m.tool for m in told} | dropped},
    })  # fmt: skip
    return sealed(made.model_copy(update={"rules": rules_md(made)}))


def _told(before: Sequence[Mended], verdicts: Sequence[ToolMend], dropped: set[str]) -> tuple[Mended, ...]:
    """What was wrong with which tool, after another look: what was mended before stays mended."""
    out = {m.tool: m for m in before if m.tool not in dropped}
    for said in verdicts:
        if said.verdict in ("mended", "added", "left"):
            old = [out[said.name].why] if said.name in out and not out[said.name].left else []
            out[said.name] = Mended(tool=said.name, why="; ".join([*old, said.why]), left=said.verdict == "left")
    return tuple(out[n] for n in sorted(out))


def _added(name: str, said: ToolMend, source: Tool) -> Operation:
    """The operation of a tool that the compiler left out. Raises Wrong."""
    empty = Operation(name=name, python=python_name(name), act="get", table="", summary=sentence(source.description) or f"{name}.", verb=of_name(name).verb, arguments=())
    if not {"act", "table"} <= said.operation.keys():
        raise Wrong(f"{name}: operation needs its act and its table")
    properties, required = source.parameters.get("properties", {}), source.parameters.get("required", ())
    given = said.operation.get("arguments", {})
    if silent := next((n for n in required if given.get(n) is None), None):
        raise Wrong(f"{name}: operation.arguments: the provider requires {silent}: say what it is for (option, where it changes nothing here)")
    whole = {n: {"required": True, **p} if n in required else p for n, p in given.items()}
    made = _described_anew(empty, {**said.operation, "arguments": whole}, properties)
    _understood(made, f"{name}: operation")
    return made


def _new(name: str, lost: Lost, source: Tool) -> EnvTool:
    """A tool that the compiler left out, as the agent will see it."""
    return EnvTool(name=name, kind="read", description=source.rewritten or source.description or f"{name}.", parameters={"type": "object", "properties": {}}, returns=source.returns, tool=lost.tool, python=python_name(name))


def _tables(env: EnvSpec, found: Sequence[Mend]) -> tuple[tuple[Table, ...], JsonObject, JsonObject]:
    """The tables, how the rows are drawn, and the new recipes among that. Raises Wrong."""
    assert env.model is not None
    tables = {t.name: t for t in env.model.tables}
    recipes: JsonObject = {}
    counts = dict(env.population["rows"])
    for one in found:
        for name, change in one.tables.items():
            if not isinstance(change, dict) or (name not in tables and not {"noun", "key", "columns"} <= change.keys()):
                raise Wrong(f"tables: there is no table {name!r}; {nearest(name, list(tables))}; a new one needs its noun, key, columns and rows")
            patch = {n: v for n, v in change.items() if n != "rows"}
            if fixed := next((n for n in patch if n not in ("noun", "key", "columns", "references", "resource")), None):
                raise Wrong(f"tables: {name}: {fixed} cannot be changed")
            if "noun" in patch and not (isinstance(patch["noun"], str) and _NOUN.fullmatch(patch["noun"])):
                raise Wrong(f"tables: {name}: its noun is a word or a few")
            if "rows" in change or name not in tables:
                counts[name] = _rows(name, change.get("rows", [8, 20]), tables)
            tables[name] = _patched(tables.get(name) or Table(name=name, noun=name, said=True, service=env.services[0], columns=(), key=()), patch, "columns", f"tables: {name}")
        for place, recipe in one.recipes.items():
            if not isinstance(recipe, dict):
                raise Wrong(f"recipes: {place} needs a recipe, an object")
            if why := _unfit(recipe) or (None if recipe.keys() & _MAKES else f"it says none of {', '.join(sorted(_MAKES))}"):
                raise Wrong(f"recipes: {place}: {why}")
            old = env.population["columns"].get(place, {})
            recipes[place] = {**{m: old[m] for m in MARKS if m in old}, **recipe}
    places = {f"{t.name}.{c.name}" for t in tables.values() for c in t.columns}
    if strange := next((p for p in recipes if p not in places), None):
        raise Wrong(f"recipes: there is no column {strange!r}; {nearest(strange, sorted(places))}")
    drawn = {n: r for n, r in (env.population["columns"] | recipes).items() if n in places}
    if bare := next((p for p in sorted(places) if p not in drawn), None):
        raise Wrong(f"tables: the new column {bare} needs a recipe")
    for table in tables.values():
        has = {c.name for c in table.columns}
        if strange := next((c for c in (*table.key, *(c for r in table.references for c in r.columns)) if c not in has), None):
            raise Wrong(f"tables: {table.name} has no column {strange!r}")
    return tuple(tables.values()), {**env.population, "rows": counts, "columns": drawn}, recipes


def _rows(name: str, count: Any, tables: Mapping[str, Table]) -> Any:
    """How many rows a table begins with. Raises Wrong."""
    per, span = (count.get("per"), count.get("rows")) if isinstance(count, dict) else (None, count)
    most = MOST_ROWS if per is None else MOST_ROWS // 10
    if not (isinstance(span, list) and len(span) == 2 and all(isinstance(n, int) for n in span) and 0 <= span[0] <= span[1] <= most) or (per is not None and per not in tables):
        raise Wrong(f'tables: {name}: rows are [least, most], up to {MOST_ROWS}, or {{"per": a table, "rows": [least, most]}}, up to {MOST_ROWS // 10}; not {count!r:.80}')
    return count


def _unfit(recipe: Any, depth: int = 0) -> str | None:
    """Why a recipe, or a part of one, would draw too much; None where it does not."""
    if depth > 10:
        return "it is nested too deep"
    if isinstance(recipe, str) and (len(recipe) > 4000 or any(int(width) > 64 for width in re.findall(r"\{\w+:(\d+)\}", recipe))):
        return f"{recipe!r:.60} would make too long a text"
    if isinstance(recipe, dict):
        size, words = recipe.get("size"), recipe.get("words")
        if size is not None and not (isinstance(size, list) and len(size) == 2 and all(isinstance(n, int) for n in size) and 0 <= size[0] <= size[1] <= 100):
            return f"size is [least, most], up to 100; not {size!r:.60}"
        if isinstance(words, list) and math.prod(len(some) for some in words if isinstance(some, list)) > 1_000_000:
            return "its words have more than a million combinations"
    inner = recipe.values() if isinstance(recipe, dict) else recipe if isinstance(recipe, list) else ()
    return next((why for one in inner if (why := _unfit(one, depth + 1))), None)


def _changed(operation: Operation, said: ToolMend | None, source: Tool) -> Operation:
    """The operation as it is described now. Raises Wrong."""
    if said is None or not said.operation:
        return operation
    where = f"{operation.name}: operation"
    made = _described_anew(operation, said.operation, source.parameters.get("properties", {}))
    if (made.act in READING) != (operation.act in READING):
        raise Wrong(f"{where}.act: what reads cannot become what writes, nor the other way round; drop the tool")
    roles = {a.name: a.role for a in operation.arguments}
    if idle := next((a.name for a in made.arguments if a.role == "option" and roles.get(a.name, "option") != "option"), None):
        raise Wrong(f"{where}.arguments.{idle}: as an option it would be taken and do nothing; say null to take it out")
    _understood(made, where)
    return made


def _described_anew(operation: Operation, said: JsonObject, properties: JsonObject) -> Operation:
    """The operation with what is said of it; a new argument is one of the provider's. Raises Wrong."""
    where = f"{operation.name}: operation"
    if fixed := next((n for n in said if n in FIXED), None):
        raise Wrong(f"{where}.{fixed} cannot be changed")
    known = {a.name for a in operation.arguments}
    given = said.get("arguments", {})
    if strange := next((n for n in given if n not in known and n not in properties), None):
        raise Wrong(f"{where}.arguments: the provider has no parameter {strange!r}; {nearest(strange, list(properties))}")
    if own := next((n for n, p in given.items() if isinstance(p, dict) and "python" in p), None):
        raise Wrong(f"{where}.arguments.{own}: python cannot be changed")
    named = {n: p if p is None or n in known else {"python": python_name(n), **p} for n, p in given.items()}
    made = _patched(operation, {**said, "arguments": named}, "arguments", where)
    if hollow := next(((a.name, i.name) for a in made.arguments for i in a.inside if i.name not in properties.get(a.name, {}).get("properties", {})), None):
        raise Wrong(f"{where}.arguments.{hollow[0]}.inside: the provider names no property {hollow[1]!r} of it; take the argument out, or say it with the properties it has")
    if bare := next((a.name for a in made.arguments if a.role == "named" and (len(a.pair) < 2 or not set(a.pair) <= properties[a.name].get("items", {}).get("properties", {}).keys())), None):
        raise Wrong(f"{where}.arguments.{bare}: its pair must be two or three properties of the provider's objects: which filter, its values, and how they are compared")
    if len({a.python for a in made.arguments}) < len(made.arguments):
        raise Wrong(f"{where}.arguments: two of them have one Python name")
    return made.model_copy(update={"arguments": tuple(sorted(made.arguments, key=lambda a: not a.required))})


def _understood(operation: Operation, where: str) -> None:
    """Each argument is in a role that the act makes something of. Raises Wrong."""
    if deaf := next((a for a in operation.arguments if a.role not in ROLES[operation.act]), None):
        raise Wrong(f"{where}.arguments.{deaf.name}: {operation.act} makes nothing of an argument of role {deaf.role}; it knows {', '.join(sorted(ROLES[operation.act]))}")
    for one in (i for a in operation.arguments for i in a.every()):
        if lacks := next((field for field, roles in NEEDS.items() if one.role in roles and not getattr(one, field)), None):
            raise Wrong(f"{where}.arguments.{one.name}: role {one.role} needs its {lacks}")
        if (one.role == "within" and not (one.column or one.template)) or (one.role == "show" and not operation.hides):
            raise Wrong(f"{where}.arguments.{one.name}: role {one.role} needs {'its template or column' if one.role == 'within' else 'an operation that hides'}")
        if one.role == "test" and one.sign not in SIGNS:
            raise Wrong(f"{where}.arguments.{one.name}: sign is one of {', '.join(SIGNS)}, not {one.sign!r:.40}")
    for role, advice in (("filter", "; another can be of role test, with sign '='"), ("value", "")):
        columns = [i.column for a in operation.arguments for i in a.every() if i.role == role]
        if twice := next((c for c in columns if c and columns.count(c) > 1), None):
            raise Wrong(f"{where}.arguments: two of them are of role {role} and speak of {twice}; only one can{advice}")


def _patched(record: R, patch: JsonObject, listed: str, where: str) -> R:
    """A record changed by a merge patch (RFC 7386), in which one list of named things is an object. Raises Wrong."""
    data = record.model_dump(mode="json", exclude_defaults=True)
    things = {thing["name"]: thing for thing in data.pop(listed, ())}
    given = patch.get(listed, {})
    if not isinstance(given, dict):
        raise Wrong(f"{where}.{listed} is an object, name -> change")
    for name, change in given.items():
        if change is None:
            things.pop(name, None)
        else:
            if not isinstance(change, dict):
                raise Wrong(f"{where}.{listed}.{name} is an object, what changes in it, or null")
            things[name] = merge_patch(things.get(name, {}), change) | {"name": name}
    data = merge_patch(data, {n: v for n, v in patch.items() if n != listed})
    try:
        return type(record).model_validate({**data, listed: list(things.values())})
    except ValidationError as error:
        raise Wrong("; ".join(f"{where}.{'.'.join(map(str, e['loc']))}: {e['msg']}, got {e['input']!r:.80}" for e in error.errors()[:4])) from error


def merge_patch(old: Json, patch: Json) -> Json:
    """JSON merge patch (RFC 7386): null takes away, objects are merged, all else is replaced."""
    if not isinstance(patch, dict):
        return patch
    out = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merge_patch(out.get(name), value)
    return out


def _has_columns(operation: Operation, tables: Sequence[Table]) -> None:
    """All columns that it speaks of are there. Raises Wrong."""
    table = next((t for t in tables if t.name == operation.table), None)
    if table is None:
        raise Wrong(f"{operation.name}: there is no table {operation.table!r}")
    has = {c.name for c in table.columns} | {c.name for t in tables if t.name == operation.through for c in t.columns}
    for where, column in _columns(operation):
        if column not in has:
            raise Wrong(f"{operation.name}: {where}: {operation.table} has no column {column!r}; {nearest(column, sorted(has))}")


def _columns(operation: Operation) -> Iterator[tuple[str, str]]:
    for argument in operation.arguments:
        for one in argument.every():
            where = f"argument {one.name}"
            yield from ((where, c) for c in ([one.column] if one.column else []))
            yield from ((where, c) for c in one.body.values())
            yield from ((where, c.split(".")[0]) for n, c in one.places.items() if not n.endswith(":"))
    shape = operation.shape or Shape(fields={})
    yield from (("shape", c) for part in (shape.fields, shape.beside, *shape.parts.values()) for c in part.values())
    yield from (("sets", c) for c in operation.sets)
    yield from (("state", c) for c in (operation.state or ())[:1])
    yield from ((name, c) for name, some in (("unique", operation.unique), ("among", operation.among), ("merges", operation.merges), ("order", (operation.order or ())[:1]), ("hides", (operation.hides or ())[:1])) for c in some)


def _noted(model: Model, drawn: JsonObject, recipes: JsonObject) -> Model:
    """The model whose columns with a new recipe say who fills them."""
    def bare(table: Table, column: Column) -> Column:
        return column.model_copy(update={"note": "JSON" if "JSON" in column.note else ""}) if f"{table.name}.{column.name}" in recipes else column

    said = noted(model.model_copy(update={"tables": tuple(t.model_copy(update={"columns": tuple(bare(t, c) for c in t.columns)}) for t in model.tables)}), drawn)
    both = (t.model_copy(update={"columns": tuple(new if f"{t.name}.{c.name}" in recipes else c for c, new in zip(t.columns, s.columns, strict=True))}) for t, s in zip(model.tables, said.tables, strict=True))
    return model.model_copy(update={"tables": tuple(both)})


def _shown(tool: EnvTool, model: Model, said: ToolMend | None, source: Tool) -> EnvTool:
    """The tool as the agent sees it now. Raises Wrong."""
    operation = _operation(model, tool.name)
    if said is None or not (said.operation or said.parameters):
        return tool.model_copy(update={"blind": operation.blind})
    table = _table(model, operation.table)
    fresh = parameters_of(operation, source, {c.name: c.choices for c in table.columns})
    moved = said.operation.get("arguments", {})
    old = tool.parameters.get("properties", {})
    properties = {n: schema if n in moved else old.get(n, schema) for n, schema in fresh["properties"].items()}
    if strange := next((n for n in said.parameters if n not in properties), None):
        raise Wrong(f"{tool.name}: parameters: it takes no {strange!r}; {nearest(strange, list(properties))}")
    shape = operation.shape
    return tool.model_copy(update={
        "kind": "read" if operation.act in READING else "write", "parameters": {**fresh, "properties": merge_patch(properties, said.parameters)}, "arguments": {a.name: a.python for a in operation.arguments if a.name != a.python},
        "returns": _returns(shape, table, tool.returns) if "shape" in said.operation or said.verdict == "added" else tool.returns, "blind": operation.blind,
    })  # fmt: skip


def _returns(shape: Shape | None, table: Table, old: Schema | None) -> Schema | None:
    """JSON Schema of a new answer: types of the columns, and what was said of a field before."""
    if shape is None or not shape.fields:
        return None
    types = {c.name: {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}[c.type] for c in table.columns}
    before = dict(_fields(old))
    fields: dict[str, Schema] = {f: before.get(f, {"type": types[c]}) for f, c in shape.fields.items()}
    fields |= {f: {"type": "object", "properties": {k: {"type": types[c]} for k, c in part.items() if k}} for f, part in shape.parts.items()}
    fields |= {f: before.get(f, {"type": "array" if rows.many else "object"}) for f, rows in shape.held.items()}
    return wrapped(shape, fields)


def _fields(schema: Schema | None) -> Iterator[tuple[str, Schema]]:
    """All properties of an answer, at any depth."""
    for name, inner in (schema or {}).get("properties", {}).items():
        yield name, inner
        yield from _fields(inner)
    if isinstance((schema or {}).get("items"), dict):
        yield from _fields((schema or {})["items"])


# ---- small things -------------------------------------------------------------------------------------------------


def _table(model: Model, name: str) -> Table:
    return next(t for t in model.tables if t.name == name)


def _operation(model: Model, name: str) -> Operation:
    return next(o for o in model.operations if o.name == name)


def _env_tool(env: EnvSpec, name: str) -> EnvTool:
    return next(t for t in env.tools if t.name == name)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} ..."
