"""population.json of a compiled world: surroundings, how many rows, and a recipe for each column."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from agentscaler.dice import Dice
from agentscaler.envs.accord import Span, agree
from agentscaler.envs.arguments import HIDDEN, matched
from agentscaler.envs.drafts import STAMP, STATE, Col, Draft
from agentscaler.envs.facts import mark_facts
from agentscaler.envs.held import list_of, seen_through
from agentscaler.envs.kept import keep
from agentscaler.envs.keys import EDITIONS
from agentscaler.envs.mirrors import shown_by
from agentscaler.envs.naming import names
from agentscaler.envs.place import Place, is_empty, unknown
from agentscaler.envs.ranges import share_ranges
from agentscaler.envs.recipes import not_failed, only_copies, recipe_of, unfinished
from agentscaler.envs.states import state_inside
from agentscaler.envs.vocabulary import PROJECTS, REGIONS, RUNS
from agentscaler.envs.worlds import Plan, lies_under, written
from agentscaler.ids import fields_of
from agentscaler.records import JsonObject, Model, Operation, Reference, Table
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field, snake

NOW: Final = "2026-06-15T09:00:00Z"


def population_of(made: Plan) -> JsonObject:
    """The content of population.json."""
    model = made.model
    columns: dict[str, JsonObject] = {}
    wrote: dict[str, set[str]] = {t.name: set() for t in model.tables}
    for operation in model.operations:
        if operation.act not in ("get", "list"):
            wrote[operation.table] |= written(operation)
    places = _places(made, wrote)
    runs: dict[str, Span] = {}
    for table in model.tables:
        place = places[table.name]
        recipes = {c.name: _recipe(made.columns[table.name][c.name], table, place, model) for c in table.columns}
        _of_surroundings(recipes, table, model)
        agree(recipes, table, place, made, runs)
        if "create" in place.draft.kinds:
            keep(recipes, place)
            for name, recipe in recipes.items():
                if "generated" not in recipe and name not in place.written and (first := state_inside(place.columns[name], place.draft)) is not None:
                    recipes[name] = {**recipe, "generated": True, "fill": orjson.dumps(first).decode()}
        columns |= {f"{table.name}.{name}": recipe for name, recipe in recipes.items()}
        for move in (o for o in model.operations if o.table == table.name and o.state):
            _make_movable(columns[f"{table.name}.{move.state[0]}"], move)  # type: ignore[index]
    _settled_parents(columns, made)
    share_ranges(columns, made)
    _count_children(columns, made, wrote)
    _gather_children(columns, made)
    _fill_needed(columns, model)
    _empty_unread(columns, model)
    mark_facts(columns, model.tables)
    for table in model.tables:
        for part in table.key if table.name in made.unlisted else ():
            recipe = columns[f"{table.name}.{part}"]
            if part not in HIDDEN and "reference" not in recipe and "with" not in recipe:
                recipe["knowable"] = True
    for name in held_by_users(model):
        if "reference" not in columns[name] and "with" not in columns[name]:
            columns[name]["knowable"] = True
    rows = {t.name: _rows(t, made.drafts[t.name][1], model) for t in model.tables}
    for table in model.tables:
        if isinstance(rows[table.name], dict):
            _over_first(rows[table.name], columns, table, made)
            rows[table.name] |= (found := _latest(table, rows[table.name]["per"], made))
            for spoken, theirs in found.get("latest", {}).items():  # what holds none speaks of none
                if (whole := f"{rows[table.name]['per']}.{spoken}") in columns and theirs == made.drafts[table.name][1].own and (made.drafts[table.name][1].segment or made.columns[rows[table.name]["per"]][spoken].reference):
                    columns[whole] = {"value": None}
            for name in found.get("same", ()):  # all versions of a thing are of its type
                if field(name)[-1:] == ("type",) and "choice" in columns[f"{table.name}.{name}"]:
                    columns[f"{table.name}.{name}"] = {"same": f"{rows[table.name]['per']}.{name}", "knowable": True}
    _point_back(columns, made, {n for r in rows.values() if isinstance(r, dict) for n in r.get("latest", {})})
    return {"format": 1, "now": NOW, "context": _context(made, columns), "rows": rows, "columns": columns}


def _places(made: Plan, wrote: Mapping[str, set[str]]) -> dict[str, Place]:
    """Where the columns of each table stand; parents come first."""
    holders: dict[str, dict[tuple[str, ...], str]] = {}
    for table_name, (group, draft) in made.drafts.items():
        if draft.segment is not None:
            holders.setdefault(group, {})[draft.noun] = table_name
    here = frozenset(m.compiled.entry.id for m in made.members.values())
    out: dict[str, Place] = {}
    named: dict[str, dict[tuple[str, ...], str]] = {}
    keyed: dict[str, dict[tuple[str, ...], str]] = {}
    tables: dict[str, dict[tuple[str, ...], tuple[str, Draft, Mapping[str, Col]]]] = {}
    depth: dict[str, int] = {}
    for table in made.model.tables:
        group, draft = made.drafts[table.name]
        depth[table.name] = max((depth[r.table] + 1 for r in table.references if r.table in depth), default=0)
        known = dict(named.get(group, {}))
        out[table.name] = Place(
            table.name, draft, group, frozenset(wrote[table.name]), made.columns[table.name], here, holders.get(group, {}), known, dict(keyed.get(group, {})), dict(tables.get(group, {})), depth[table.name]
        )
        if draft.own and draft.segment is None and draft.own != "position":
            tables.setdefault(group, {})[draft.noun] = (table.name, draft, {c.name: made.columns[table.name][c.name] for c in table.columns})
            keyed.setdefault(group, {})[draft.noun] = f"{table.name}.{draft.own}"
        if (name := _name_column(table, draft)) is not None:
            named.setdefault(group, {})[draft.noun] = f"{table.name}.{name}"
    return out


def _name_column(table: Table, draft: Draft) -> str | None:
    """What the rows of a table are called."""
    if draft.segment is not None:
        return draft.own
    found = draft.find("_".join([*draft.noun, "name"])) or draft.find("name")
    return found if found in {c.name for c in table.columns} and draft.columns[found].kind == "string" else None


def _of_surroundings(recipes: dict[str, JsonObject], table: Table, model: Model) -> None:
    """A column that bears the name of the surroundings of the world's tools (merchantId) holds them."""
    around = {a.template[1:-1] for o in model.operations for a in o.arguments if a.role == "within" and a.template and re.fullmatch(r"\{\w+\}", a.template)}
    for name, recipe in recipes.items():
        if snake(name) in around and name not in table.key and not ({"reference", "with", "json", "boolean", "generated"} & set(recipe)):
            recipes[name] = {"template": "{" + snake(name) + "}"}


_NEW: Final = re.compile(r"(?i)^(?:\w+_)?(?:creat(?:ing|ion)(?:[_-]in[_-]progress)?|create[_-]?(?:in[_-]?progress|pending)|create[_-]?fail(?:ed|ure)?|pending_?(?:creation|create)|provision(?:ing|_?failed)|initiali[sz]ing|creation_?failed|creating_?failed|launching)$")
"""States of what is not there yet."""


_OUTCOMES: Final = frozenset("result finding violation outcome verdict".split())
_TRIED: Final = RUNS | frozenset("preview replay report test".split())
"""What only a thing that is over has, and things that come to an end."""


def _over_first(rows: JsonObject, columns: Mapping[str, JsonObject], table: Table, made: Plan) -> None:
    """A replay that is PENDING has no results."""
    per = rows.get("per", "")
    if made.drafts[table.name][1].noun[-1:] and made.drafts[table.name][1].noun[-1] in _OUTCOMES and per and made.drafts[per][1].noun[-1] in _TRIED:
        for name in made.columns[per]:
            states = [v for v, _ in columns.get(f"{per}.{name}", {}).get("choice", ())]
            over = [s for s in not_failed(states) if s not in unfinished(states)]
            if STATE.search(name) and over and len(over) < len(states) and unfinished(states):
                rows["where"] = {name: over}


def _settled_parents(columns: dict[str, JsonObject], made: Plan) -> None:
    """What other rows lie under is there: nothing is ACTIVE in a parent that is still CREATING."""
    holding = {r.table for t in made.model.tables for r in t.references if r.table != t.name and lies_under(t, r)}
    for table in made.model.tables:
        starts = {v for o in made.model.operations if o.table == table.name and o.only_from for v in o.only_from}
        for column in table.columns if table.name in holding else ():
            recipe = columns[f"{table.name}.{column.name}"]
            kept = [p for p in recipe.get("choice", ()) if not _NEW.search(str(p[0])) or p[0] in starts]
            if STATE.search(column.name) and kept and len(kept) < len(recipe["choice"]):
                recipe["choice"] = kept


def _count_children(columns: dict[str, JsonObject], made: Plan, wrote: Mapping[str, set[str]]) -> None:
    """RuleCount of a rule group is how many rules refer to it; none to a new one, unless the one that is made with it."""
    for child in made.model.tables:
        noun = made.drafts[child.name][1].noun
        for reference in child.references:
            parent = next(t for t in made.model.tables if t.name == reference.table)
            for column in parent.columns if len(reference.columns) == 1 and len(parent.key) == 1 and parent.name != child.name else ():
                words, recipe = field(column.name), columns[f"{parent.name}.{column.name}"]
                counts = words[-1:] in (("count",), ("num",), ("number",)) and len(words) > 1 and noun[-len(words) + 1 :] == words[:-1]
                if counts and column.type == "INTEGER" and ("number" in recipe or "of" in recipe):
                    begins = {"generated": True, "fill": recipe.get("fill", "0")} if column.name not in wrote[parent.name] else {}
                    columns[f"{parent.name}.{column.name}"] = {"children": f"{child.name}.{reference.columns[0]}", **{k: v for k, v in recipe.items() if k == "knowable"}, **begins}


def _gather_children(columns: dict[str, JsonObject], made: Plan) -> None:
    """The probes that a monitor shows are the rows of probes that refer to it."""
    for child in made.model.tables:
        draft = made.drafts[child.name][1]
        for reference in child.references:
            parent = next(t for t in made.model.tables if t.name == reference.table)
            if len(reference.columns) != 1 or len(parent.key) != 1 or parent.name == child.name or reference.columns[0] not in (*child.key, "parent", parent.key[0]):
                continue
            for column in parent.columns:
                name, its = f"{parent.name}.{column.name}", made.columns[parent.name][column.name]
                if its.kind == "array" and "list" in columns[name] and (shown := _shown_of(its, child, draft, made.columns[child.name])):
                    columns[name] = {"gather": f"{child.name}.{reference.columns[0]}", **shown, "json": True}
                    for counting in columns.values():
                        if counting.get("counts") == column.name and counting in [columns[f"{parent.name}.{c.name}"] for c in parent.columns]:
                            counting.pop("counts")
                            counting["children"] = f"{child.name}.{reference.columns[0]}"


_MADE_FROM: Final = re.compile(r"(?i)\b(?:from which|used to (?:create|make|restore)|(?:was|were|is|are) (?:created|restored|made|copied|cloned) from|to restore|restored? from)\b")
_ORIGINS: Final = frozenset("source origin original parent base from restored previous snapshot backup".split())
"""Words in front of a column for what a row was made from, which is not what was made from it."""


def _point_back(columns: dict[str, JsonObject], made: Plan, told: set[str]) -> None:
    """A server's recoveryInstanceId where instances bear a sourceServerId: two rows that speak of each other agree; only one of the two is a foreign key."""
    tables = {t.name: t for t in made.model.tables}
    names = {(group, draft.noun): name for name, (group, draft) in made.drafts.items()}
    for table in made.model.tables:
        group, _ = made.drafts[table.name]
        kept = {*table.key, *told, *(c for r in table.references for c in r.columns)}
        for column in (c for c in table.columns if c.null and c.name not in kept):
            other = tables.get(names.get((group, made.columns[table.name][column.name].reference or ()), ""))
            backs = [r for r in other.references if r.table == table.name] if other is not None and other is not table else []
            if other is None or not backs or next(c.type for c in other.columns if c.name == other.key[-1]) != column.type:
                continue
            words, recipe = field(column.name), columns[f"{table.name}.{column.name}"]
            text = str(made.columns[table.name][column.name].schema.get("description", ""))
            made_from = words[0] in _ORIGINS or _MADE_FROM.search(text)
            marks = {k: recipe[k] for k in ("knowable",) if k in recipe}
            columns[f"{table.name}.{column.name}"] = {"value": None, **marks} if made_from else {"back": other.name, "via": list(backs[0].columns), **marks}


def _shown_of(list_: Col, child: Table, draft: Draft, theirs: Mapping[str, Col]) -> JsonObject | None:
    """What a list in a parent's row shows of each of the child's rows, where it is of the child's kind."""
    told = list_of(list_, draft, {c.name: theirs[c.name] for c in child.columns})
    if told is None:
        return None
    if kind_of(list_.schema.get("items", {})) == "string":
        return {"one": draft.own}
    return {"fields": {f: [c, "json" if theirs[c].json else theirs[c].kind] for f, c in told.items()}}


def _fill_needed(columns: Mapping[str, JsonObject], model: Model) -> None:
    """Columns that a call cannot do without, or that are all an answer shows, hold values even where they are invented."""
    for operation in model.operations:
        asked = {a.column for a in operation.arguments if a.required and a.role in ("filter", "match", "key") and a.column}
        if operation.act in ("get", "list") and operation.shape:
            shown = set(operation.shape.fields.values())
            asked |= shown if all(is_empty(columns.get(f"{operation.table}.{c}", {})) for c in shown) else set()
        for column in asked:
            for table in (operation.table, operation.through):
                if is_empty(recipe := columns.get(f"{table}.{column}", {})):
                    recipe["null"] = 0.0


def _empty_unread(columns: dict[str, JsonObject], model: Model) -> None:
    """What a create may be given and no read shows or asks for: only rows made here have it."""
    elsewhere = list(seen_through(model.operations))
    for table in model.tables:
        mine = [o for o in model.operations if table.name in (o.table, o.through)]
        known = {c for name, some in elsewhere if name == table.name for c in some}
        known |= {c for o in mine if o.shape and o.act in ("get", "list") for c in shown_by(o.shape)} | {c for o in mine for c in (*o.sets, *((o.state or ())[:1]))}
        asked = [a for o in mine for argument in o.arguments for a in argument.every() if a.required or o.act in ("get", "list") or a.role not in ("value", "body")]
        known |= {c for a in asked for c in (a.column or "", *a.body.values(), *(p.split(".")[0] for p in a.places.values()))}
        for column in table.columns:
            if column.null and column.name not in (*table.key, *known):
                columns[f"{table.name}.{column.name}"] = unknown({k: v for k, v in columns[f"{table.name}.{column.name}"].items() if k != "cover"})


def _recipe(column: Col, table: Table, place: Place, model: Model) -> JsonObject:
    mine = [r for r in table.references if column.name in r.columns]
    if mine:
        return _reference(column, next((r for r in mine if r.columns[-1] == column.name), mine[0]), table, model)
    found = recipe_of(column, place)
    if only_copies(column, place) and "generated" not in found and not is_empty(found) and column.kind != "boolean":
        found = {**{k: v for k, v in found.items() if k != "null"}, "turn": [2, 6]}
    if not next(c for c in table.columns if c.name == column.name).null:
        found.pop("null", None)
        found.pop("turn", None)
        if "like" in found:
            found["else"] = names(place.draft.noun, slug=True)
    itself = _names_itself(column.name, place) and not _BY_CALLER.search(str(column.schema.get("description", "")))
    made = "id" in found and (itself or column.name not in place.written) and (STAMP.search(column.name) or field(column.name)[-1:] == ("uid",) or _names_itself(column.name, place))
    if made and "null" not in found and column.name not in table.key and "create" in place.draft.kinds:
        found |= {"generated": True, "touch": True} if STAMP.search(column.name) else {"generated": True}
    if found.get("generated") and column.name in place.written and column.name not in table.key and not ("id" in found and itself):
        found.pop("generated")
        found.pop("touch", None)
    return found


def _names_itself(name: str, place: Place) -> bool:
    """DbiResourceId and VolumeArn, and not ParentJobId of a job, which is another job's."""
    words, id_like = entity(name)
    return id_like and words in (place.draft.noun, place.draft.noun[-1:]) and field(name)[0] in (words[0], "unique", "resource", "aws", "new", "current")


_BY_CALLER: Final = re.compile(r"(?i)\b(?:user|caller|customer|client)[ -](?:specified|defined|provided|supplied|assigned|chosen)|\byou\b|\byour\b|\bexternal\b")
"""What a provider says of an id that is not its own."""


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
    likely = sorted(recipe.get("choice", []), key=lambda p: -p[1])
    starts = [p[0] for p in likely if p[0] in move.only_from or (not move.only_from and move.state and p[0] != move.state[1])]
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
    free = all(c.null for c in table.columns if c.name in reference.columns)
    if kin := _kin(reference, table, target):
        out |= {"kin": kin} | ({} if free else {"must": True})
    nullable = free and reference.on_delete == "SET NULL"
    return out | ({"null": 0.1} if nullable and len(reference.columns) == 1 and column.name != "parent" else {})


def _kin(reference: Reference, table: Table, target: Table) -> dict[str, str]:
    """A rollout's build is one of its own backend: column of what is referred to -> column here, where both lie under rows of one table."""
    for under in target.references:
        mine = [r for r in table.references if r.table == under.table and len(r.columns) == len(under.columns) and lies_under(table, r) and not set(r.columns) & set(reference.columns)]
        if mine and lies_under(target, under) and not lies_under(table, reference):
            return dict(zip(under.columns, mine[0].columns, strict=True))
    return {}


def _rows(table: Table, draft: Draft, model: Model) -> Any:
    if table.key == ("only",):
        return [1, 1]
    parents = [r for r in table.references if set(r.columns) & set(table.key) or "parent" in r.columns]
    held = [r for r in parents if r.table != table.name]
    many = SOME if any(set(r.columns) & set(t.key) or "parent" in r.columns for t in model.tables for r in t.references if r.table == table.name) else MANY
    if draft.link:
        return many
    if draft.tail:
        return {"per": held[-1].table, "rows": [1, 1]} if held else [1, 1]
    if held and draft.own in held[-1].columns:
        others = [r for r in held if r.table != held[-1].table]
        per = {"per": others[0].table, "rows": [1, 3]} if others else {"per": held[-1].table, "rows": [0, 1]}
        return per | ({"spare": 0.25} if held[-1].on_delete == "RESTRICT" else {})
    if held and (draft.own is not None or len(table.key) > len(held[-1].columns)):
        return {"per": held[-1].table, "rows": [1, 4]} | ({"spare": 0.25} if held[-1].on_delete == "RESTRICT" else {})
    if held:
        return {"per": held[-1].table, "rows": [0, 1] if draft.kinds & {"create", "delete"} else [1, 1]}
    return many


MANY: Final = [14, 36]
"""Rows of a table that hangs on nothing and holds nothing: a list of them is worth narrowing."""
SOME: Final = [9, 18]
"""Rows of a table under whose rows others lie, of which each gets a few."""


_ROLES = frozenset(["latest", "current", "default", "active", "last", "newest"])


def _latest(table: Table, per: str, made: Plan) -> JsonObject:
    """A workflow's revisionId is that of its last revision, which shows what the workflow shows; the primarySpec of a version is one of its specs."""
    _, draft = made.drafts[table.name]
    whole = next(t for t in made.model.tables if t.name == per)
    if draft.own not in table.key:
        return {}
    own, theirs = next(c for c in table.columns if c.name == draft.own), {c.name: c for c in whole.columns}
    mine, its = made.columns[table.name], made.columns[per]
    last = draft.noun[-1:]
    spellings = {w for w in (field(own.name), last, (*last, "id"), (*last, "number")) if w[-1:] == field(own.name)[-1:] or w == last} - {("id",), ("name",), ("arn",)}
    kept = {x for r in whole.references for x in r.columns} | set(whole.key)
    held = kept | {x for r in table.references for x in r.columns} | set(table.key)
    spoken: JsonObject = {n: own.name for n, c in its.items() if c.reference == draft.noun and n not in kept and theirs[n].type == own.type and not c.json and theirs[n].null}
    spoken |= {n: own.name for n, c in its.items() if field(n)[0] in _ROLES and field(n)[1:] == draft.noun and draft.segment is not None and c.kind == "string" and n not in kept and theirs[n].null}
    if draft.noun[:-1] != made.drafts[per][1].noun or draft.noun[-1] not in EDITIONS:
        return {"latest": spoken} if spoken else {}
    latest: JsonObject = {n: own.name for n, c in theirs.items() if n not in kept and c.type == own.type and not its[n].json and not its[n].choices and field(n)[1 if field(n)[0] in _ROLES else 0 :] in spellings}
    arn = next((c.name for c in table.columns if field(c.name) == ("arn",)), None)
    latest |= {n: arn for n in theirs if arn and n not in kept and field(n)[0] in _ROLES and field(n)[1:] == (*last, "arn")}
    same = [c.name for c in table.columns if c.name in theirs and c.name not in held and c.name not in latest and its[c.name].kind == mine[c.name].kind and set(its[c.name].choices) == set(mine[c.name].choices) and (c.null or not theirs[c.name].null)]
    if draft.kinds <= {"get", "list"}:  # when its last revision was made is told by the revision
        latest |= {n: n for n in same if latest and last[0] in field(n)}
        same = [n for n in same if n not in latest]
    out: JsonObject = {"same": same} if same and latest and draft.kinds <= {"get", "list"} and draft.noun[-1] in ("version", "revision") else {}
    for name, column in its.items():
        if column.kind == "object" and field(name)[0] in _ROLES and field(name)[-1:] == last:
            told = {f: c for f, c in matched(column.schema.get("properties", {}), draft).items() if c in mine}
            latest[name] = {f: [c, "json" if mine[c].json else mine[c].kind] for f, c in told.items()}
    latest = spoken | latest
    return out | ({"latest": latest} if latest else {})


CONTEXTS: Final[dict[str, tuple[str, ...]]] = {
    "account": ("482916075330", "730511928446"),
    "project_number": ("604418823157", "917730245508"),
    "aws_account_id": ("{account}",),
    "account_id": ("{account}",),
    "customer": ("C03k2p9xq", "C01h7m4zd"),
    "user": ("me",),
    "user_id": ("me",),
    "organization": ("610448227193", "388205716604"),
    "folder": ("552017394468",),
    "catalog": ("AWS",),
    "currency": ("EUR", "USD", "GBP"),
    "uin": ("100004627153", "100011390246"),
    "appid": ("1300415172", "1301877340"),
}


def _context(made: Plan, columns: Mapping[str, JsonObject]) -> dict[str, list[str]]:
    """Every surrounding that a template of the world speaks of, with a few values of which the seed draws one."""
    wanted: set[str] = set()
    closed: dict[str, list[str]] = {}
    for operation in made.model.operations:
        properties = made.members[operation.name].compiled.entry.parameters
        wanted |= {n for part in (operation.shape.wrap if operation.shape else ()) for n in re.findall(r"\{([^}]+)\}", part)}
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
        around = {n for part in (recipe, *recipe.get("mix", ())) if "around" in part for n in fields_of(part["template"])}
        wanted |= around | ({n for template in _templates(recipe) for n in fields_of(template)} - (own - {name.split(".", 1)[1]}))
    wanted |= {n for name in wanted for value in _values(name, "", "") for n in fields_of(value)}
    vendor = made.model.tables[0].service.split(":")[0] if made.model.tables else "user"
    return {name: closed.get(name) or _values(name, vendor, made.model.title) for name in sorted(wanted)}


def _templates(recipe: JsonObject) -> Iterator[str]:
    """All templates of a recipe, also those of the values inside a list or an object."""
    yield from (recipe[k] for k in ("template", "id", "in", "fill") if k in recipe)
    inside = [*recipe.get("mix", ()), *recipe.get("object", {}).values(), *(recipe[k] for k in ("list", "else") if k in recipe)]
    for part in inside:
        yield from _templates(part)


def _values(name: str, vendor: str, title: str) -> list[str]:
    if name == "region":
        return list(REGIONS.get(vendor, REGIONS["aws"]))
    if name == "location":
        return ["{region}"]
    if name in ("zone", "availability_zone"):
        return ["{region}" + z for z in {"aws": ("a", "b"), "tencent": ("-1", "-2")}.get(vendor, ("-b", "-c"))]
    if name in CONTEXTS:
        return list(CONTEXTS[name])
    dice = Dice("context", name, title)
    if name.endswith(("project", "project_id")):
        return [f"{p}-{dice.choice(('prod', 'main', 'eu'))}" for p in dice.sample(PROJECTS.split("|"), 3)]
    if name.endswith("arn"):
        return [f"arn:aws:{(title or 'aws').split()[0].lower()}:{{region}}:{{account}}:{name[:-4].strip('_') or 'item'}/{dice.hex(12)}" for _ in range(2)]
    if name.endswith(("id", "uin", "no")) or "id" in name.split("_"):
        return [str(10_000 + dice.below(89_999)) + str(dice.below(10_000)) for _ in range(2)]
    return [f"{p}-{name.split('_')[0]}" for p in dice.sample(PROJECTS.split("|"), 3)]
