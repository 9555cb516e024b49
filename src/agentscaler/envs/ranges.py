"""One range of ids under one name: a column that names a thing by id or name holds those that stand in the thing's own table.

Foreign keys are found in the whole service (`columns`). Here are the columns that no key joins: a service's two generations,
ARNs of "a resource", names inside a composite key. Nothing checks their values; they only are not made up once more.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from agentscaler.envs.drafts import Col, Draft
from agentscaler.envs.fallback import ANY_RESOURCE
from agentscaler.envs.place import UNKNOWN
from agentscaler.envs.worlds import MACHINES, Plan, said_of
from agentscaler.records import Column, JsonObject, Table
from agentscaler.words import entity, field

_FIXED: Final = frozenset("reference with like same choice children gather counts generated position rank value json boolean time number own".split())
"""What says where a value comes from, or that it is the row's own."""
_BESIDE: Final = frozenset("policy statement association tag permission attachment setting".split())
"""What is said of a resource is none."""


def share_ranges(columns: dict[str, JsonObject], made: Plan) -> None:
    """Let ids that no reference joins be those of a table that is filled before."""
    for at, table in enumerate(made.model.tables):
        group, draft = made.drafts[table.name]
        homes = [t for t in made.model.tables[:at] if made.drafts[t.name][0] == group and not made.drafts[t.name][1].link]
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            recipe, alone = columns[name], table.key == (column.name,)
            said = _said_of(made.columns[table.name][column.name], table, homes, made) if column.name in table.key and "create" not in draft.kinds else None
            if said is not None and "reference" not in recipe and draft.segment is None:
                columns[name] = {"like": said, "knowable": True, **({"spread": True} if alone else {"joint": True}), "else": {k: v for k, v in recipe.items() if k != "generated"}}
                continue
            if borrowed := alone and entity(column.name)[0] != draft.noun and draft.kinds <= {"get", "list", "update"}:
                recipe = {k: v for k, v in recipe.items() if k != "generated"}  # GetArtifactUrl(artifactId) makes no artifact
            if _FIXED & set(recipe) or draft.segment is not None or draft.link or made.columns[table.name][column.name].choices:
                continue
            if (machine := _machine(column, table, homes)) is not None:
                columns[name] = {"like": machine, "else": {k: v for k, v in recipe.items() if k not in ("null", UNKNOWN)}, **({"spread": True} if alone else {"joint": True})}
                continue
            if _of_its_own(column, table, draft):
                first = {"value": None} if column.null else recipe
                columns[name] = {"like": f"{table.name}.{draft.own}", "else": first, **_marks(recipe), **({"null": 0.4} if column.null else {})}
            elif (found := _resources(column, homes, columns, group)) and set(recipe) & {"mix", "id"}:
                columns[name] = {"mix": [{"like": one} for one in found], **_marks(recipe)}
            elif (borrowed or not (alone and draft.generated)) and (home := _home(table, column, recipe, homes, made)) is not None:
                columns[name] = {"like": home, "else": {k: v for k, v in recipe.items() if k not in ("null", "knowable", UNKNOWN)}, **_marks(recipe), **({"spread": True} if alone else {"joint": True})}


def _said_of(column: Col, table: Table, homes: Sequence[Table], made: Plan) -> str | None:
    """A key that is only called Id, of which is said that it is the ID of another thing: GetTrafficDistribution(Id) of a traffic distribution group."""
    last = field(column.name)
    if last not in (("id",), ("name",), ("arn",)) or made.drafts[table.name][1].own != column.name:
        return None
    meant = said_of(column, [made.drafts[t.name][1].noun for t in made.model.tables])
    for home in homes:
        noun, own = made.drafts[home.name][1].noun, made.drafts[home.name][1].own
        if noun == meant and noun != made.drafts[table.name][1].noun and own in home.key and field(own or "")[-1:] == last:
            return f"{home.name}.{own}"
    return None


def _machine(column: Column, table: Table, homes: Sequence[Table]) -> str | None:
    """A Quuid, whatever table shows it, is that of a machine; and with it stand the machine's name and addresses."""
    known = [t for t in homes if any(field(c.name) == ("quuid",) for c in t.columns)]
    home = next((t for t in known if t.name in MACHINES), known[0] if known else None)
    shared = {field(c.name) for c in table.columns} & {("quuid",), ("uuid",)}
    if home is None or ("quuid",) not in shared:
        return None
    words = field(column.name)
    alike = [c.name for c in home.columns if field(c.name) == words and c.type == column.type]
    told = words in (("quuid",), ("uuid",)) or (words[0] in MACHINES and words[-1] in ("name", "ip", "status")) or words[-1:] == ("ip",)
    return f"{home.name}.{alike[0]}" if alike and told else None


def _of_its_own(column: Column, table: Table, draft: Draft) -> bool:
    """ParentFolderId of a folder names a folder: one of those that are there before."""
    words, id_like = field(column.name), entity(column.name)[1]
    own = next((c for c in table.columns if c.name == draft.own), None)
    if own is None or not id_like or column.name in table.key or column.type != own.type or words[-1] != field(own.name)[-1] or len(table.key) != 1:
        return False
    role = words[: -1 - len(draft.noun)]
    return words[-1 - len(draft.noun) : -1] == draft.noun and bool(set(role) & _ROLES)


_ROLES: Final = frozenset("parent source original previous replaced replaces master origin base root upstream superseded".split())


def _marks(recipe: JsonObject) -> JsonObject:
    """The marks that stay when the values come from elsewhere."""
    return {k: v for k, v in recipe.items() if k in ("knowable", "unless", "turn") or (k == "null" and v < 1.0)}


def _resources(column: Column, homes: Sequence[Table], columns: dict[str, JsonObject], group: str) -> list[str]:
    """The ARNs of the world's own things, for an ARN of "the resource"; none where the service speaks of other services' resources."""
    if field(column.name) != ("resource", "arn") or ANY_RESOURCE.search(group.split(":")[-1]):
        return []
    theirs = [(t, c.name) for t in homes if not _BESIDE & set(t.name.split("_")) for c in t.columns if field(c.name)[-1:] == ("arn",)]
    return [f"{t.name}.{c}" for t, c in theirs if "generated" in columns[f"{t.name}.{c}"]][:4]


def _home(table: Table, column: Column, recipe: JsonObject, homes: Sequence[Table], made: Plan) -> str | None:
    """The "table.column" whose values a column names, where one table is clearly meant."""
    words, (rest, id_like) = field(column.name), entity(column.name)
    noun = made.drafts[table.name][1].noun
    if words[-2:] == ("account", "id") and made.drafts[table.name][0].startswith("aws:"):
        homes = [t for t in homes if made.drafts[t.name][1].noun == ("account",)]  # twelve digits, whatever other accounts a service has
    if not id_like or not rest or words[-1] not in ("id", "arn", "name", "uri") or not set(recipe) & {"given", "id", "mix", "words", "template"}:
        return None
    if rest == noun and words[-1] != "name":
        return None  # a second id of the row itself
    found = [(worth, -len(t.key), t.name, c) for t in homes for c, worth in _bearing(words, rest, column.type, t, made)]
    found = [f for f in found if f[0] > ("template" in recipe) * 2 + (words[-1] == "name" or table.key == (column.name,))]
    best = [f for f in found if f[0] == max(found)[0]]
    if not best or (best[0][0] == 1 and len({f[2] for f in found}) > 1):
        return None
    _, _, home, its = max(best, key=lambda f: (f[1], f[2]))
    return f"{home}.{its}"


def _bearing(words: tuple[str, ...], rest: tuple[str, ...], kind: str, home: Table, made: Plan) -> Iterator[tuple[str, int]]:
    """Columns of another table that may be meant, and how surely: 3 of the very thing, 2 keyed by the same name, 1 of a thing whose name ends so."""
    draft = made.drafts[home.name][1]
    for column in home.columns:
        its = field(column.name)
        if column.type != kind or its[-1:] != words[-1:] or made.columns[home.name][column.name].json:
            continue
        own = column.name in home.key or words[-1] != "id"
        if draft.noun == rest and its in (words[-1:], (*rest, words[-1]), words) and own:
            yield column.name, 3
        elif its == words and column.name in home.key and len(words) > 1:
            yield column.name, 2
        elif column.name == home.key[-1] and len(home.key) == 1 and draft.noun[-len(rest) :] == rest and its in (words[-1:], words) and draft.generated:
            yield column.name, 1

