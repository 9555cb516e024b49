"""population.json of a compiled world: surroundings, how many rows, and a recipe for each column."""

import re
from collections.abc import Mapping
from typing import Any, Final

from agentscaler.dice import Dice
from agentscaler.envs.arguments import HIDDEN
from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.recipes import Place, recipe_of
from agentscaler.envs.vocabulary import PROJECTS, REGIONS
from agentscaler.envs.worlds import Plan, written
from agentscaler.population import fields_of
from agentscaler.records import JsonObject, Model, Operation, Reference, Table
from agentscaler.schemas import kind_of

NOW: Final = "2026-06-15T09:00:00Z"


def population_of(made: Plan) -> JsonObject:
    """The content of population.json."""
    model = made.model
    columns: dict[str, JsonObject] = {}
    wrote: dict[str, set[str]] = {t.name: set() for t in model.tables}
    for operation in model.operations:
        if operation.act not in ("get", "list"):
            wrote[operation.table] |= written(operation)
    holders: dict[str, dict[tuple[str, ...], str]] = {}
    for name, (group, draft) in made.drafts.items():
        known = holders.setdefault(group, {})
        if draft.segment is not None:
            known[draft.noun] = name
    here = frozenset(m.compiled.entry.id for m in made.members.values())
    for table in model.tables:
        group, draft = made.drafts[table.name]
        place = Place(table.name, draft, group, frozenset(wrote[table.name]), made.columns[table.name], here, holders[group])
        moves = [o for o in model.operations if o.table == table.name and o.state]
        columns |= {f"{table.name}.{c.name}": _recipe(made.columns[table.name][c.name], table, place, model) for c in table.columns}
        for move in moves:
            _make_movable(columns[f"{table.name}.{move.state[0]}"], move)  # type: ignore[index]
    for table in model.tables:
        for part in table.key if table.name in made.unlisted else ():
            recipe = columns[f"{table.name}.{part}"]
            if part not in HIDDEN and "reference" not in recipe and "with" not in recipe:
                recipe["knowable"] = True
    for name in held_by_users(model):
        if "reference" not in columns[name] and "with" not in columns[name]:
            columns[name]["knowable"] = True
    rows = {t.name: _rows(t, made.drafts[t.name][1], model) for t in model.tables}
    return {"format": 1, "now": NOW, "context": _context(made, columns), "rows": rows, "columns": columns}


def _recipe(column: Col, table: Table, place: Place, model: Model) -> JsonObject:
    mine = [r for r in table.references if column.name in r.columns]
    if mine:
        return _reference(column, next((r for r in mine if r.columns[-1] == column.name), mine[0]), table, model)
    found = recipe_of(column, place)
    if not next(c for c in table.columns if c.name == column.name).null:
        found.pop("null", None)
    if found.get("generated") and column.name in place.written and column.name not in table.key:
        found.pop("generated")
        found.pop("touch", None)
    return found


def held_by_users(model: Model) -> set[str]:
    """Columns that every list of their table asks for: whoever works here holds the value, for nothing shows it before."""
    out: set[str] = set()
    for table in model.tables:
        asked = [{a.column for a in o.arguments if a.required and a.role in ("filter", "match")} for o in model.operations if o.table == table.name and o.act == "list"]
        if asked:
            out |= {f"{table.name}.{c}" for c in set.intersection(*asked) if c in {x.name for x in table.columns}}
    return out


def _make_movable(recipe: JsonObject, move: Operation) -> None:
    """Enough rows in the states that an action starts from."""
    starts = [p[0] for p in recipe.get("choice", []) if p[0] in move.only_from or (not move.only_from and move.state and p[0] != move.state[1])]
    if starts:
        recipe["cover"] = list(dict.fromkeys([*recipe.get("cover", []), *starts[:2]]))[:6]


def _reference(column: Col, reference: Reference, table: Table, model: Model) -> JsonObject:
    """The row it points to; the other columns of a composite key follow the last one."""
    target = next(t for t in model.tables if t.name == reference.table)
    at = reference.columns.index(column.name)
    leader = reference.columns[-1]
    if len(reference.columns) > 1 and column.name != leader:
        return {"with": leader, "column": target.key[at]}
    out: JsonObject = {"reference": reference.table, "skew": 1.3} | ({"spare": 0.25} if reference.on_delete == "RESTRICT" else {})
    if len(reference.columns) > 1:
        out["columns"] = dict(zip(reference.columns, target.key, strict=True))
    nullable = all(c.null for c in table.columns if c.name in reference.columns) and reference.on_delete == "SET NULL"
    return out | ({"null": 0.1} if nullable and len(reference.columns) == 1 and column.name != "parent" else {})


def _rows(table: Table, draft: Draft, model: Model) -> Any:
    if table.key == ("only",):
        return [1, 1]
    parents = [r for r in table.references if set(r.columns) & set(table.key) or "parent" in r.columns]
    held = [r for r in parents if r.table != table.name]
    if draft.link:
        return [8, 16]
    if held and (draft.own is not None or len(table.key) > len(held[-1].columns)):
        return {"per": held[-1].table, "rows": [1, 4]} | ({"spare": 0.25} if held[-1].on_delete == "RESTRICT" else {})
    if held:
        return {"per": held[-1].table, "rows": [0, 1] if draft.kinds & {"create", "delete"} else [1, 1]}
    return [8, 16]


CONTEXTS: Final[dict[str, tuple[str, ...]]] = {
    "account": ("482916075330", "730511928446"),
    "aws_account_id": ("482916075330", "730511928446"),
    "account_id": ("482916075330", "730511928446"),
    "customer": ("C03k2p9xq", "C01h7m4zd"),
    "user": ("me",),
    "user_id": ("me",),
    "organization": ("610448227193", "388205716604"),
    "folder": ("552017394468",),
    "catalog": ("AWS",),
    "zone": ("a-1", "b-1"),
}


def _context(made: Plan, columns: Mapping[str, JsonObject]) -> dict[str, list[str]]:
    """Every surrounding that a template of the world speaks of, with a few values of which the seed draws one."""
    wanted: set[str] = set()
    closed: dict[str, list[str]] = {}
    for operation in made.model.operations:
        properties = made.members[operation.name].compiled.entry.parameters
        for argument in operation.arguments:
            if argument.role == "within" and argument.template:
                names = re.findall(r"\{([^}]+)\}", argument.template)
                wanted |= set(names)
                schema = properties[argument.name]
                if len(names) == 1 and argument.template == f"{{{names[0]}}}":
                    if "enum" in schema:
                        closed.setdefault(names[0], [str(v) for v in schema["enum"]][:4])
                    elif kind_of(schema) == "integer":
                        closed.setdefault(names[0], ["1400215", "1400377"] if "maximum" not in schema else [str(schema["maximum"])])
    for name, recipe in columns.items():
        table = name.split(".")[0]
        own = {c.name for t in made.model.tables if t.name == table for c in t.columns}
        for part in (recipe, *recipe.get("mix", ())):
            for template in (part.get("template"), part.get("id"), part.get("in"), part.get("fill")):
                wanted |= fields_of(template) - own if template else set()
    vendor = made.model.tables[0].service.split(":")[0] if made.model.tables else "user"
    return {name: closed.get(name) or _values(name, vendor, made.model.title) for name in sorted(wanted)}


def _values(name: str, vendor: str, title: str) -> list[str]:
    if name in ("region", "location"):
        return list(REGIONS.get(vendor, REGIONS["aws"]))
    if name in ("zone", "availability_zone"):
        return [f"{r}-b" for r in REGIONS.get(vendor, REGIONS["aws"])]
    if name in CONTEXTS:
        return list(CONTEXTS[name])
    dice = Dice("context", name, title)
    if name.endswith(("project", "project_id")):
        return [f"{p}-{dice.choice(('prod', 'main', 'eu'))}" for p in dice.sample(PROJECTS.split("|"), 3)]
    if name.endswith("arn"):
        return [f"arn:aws:{title.split()[0].lower()}:eu-west-1:482916075330:{name[:-4] or 'item'}/{dice.hex(12)}" for _ in range(2)]
    if name.endswith(("id", "uin", "no")) or "id" in name.split("_"):
        return [str(10_000 + dice.below(89_999)) + str(dice.below(10_000)) for _ in range(2)]
    return [f"{p}-{name.split('_')[0]}" for p in dice.sample(PROJECTS.split("|"), 3)]
