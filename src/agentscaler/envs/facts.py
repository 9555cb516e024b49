"""What is known of a thing for good is the same wherever a row names it: one user id, one name and one address in all rows of a world.

Where a thing has a table, its copies are read from there (`accord`, `ranges`). Here are those that have none: the agent of a
conversation, the voice of a recording, the owner inside a JSON cell. And what all cells of a row share: its currency, the
engine of a database with versions and port, the type of a file and the ending of its name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentscaler.envs.vocabulary import PEOPLE_NOUNS, REGIONS
from agentscaler.records import JsonObject, Table
from agentscaler.words import field

_LEADS: Final = frozenset("id sid arn token key email".split())
"""What names a thing, the surest first to last."""
_TOLD: Final = frozenset("name title alias email login phone type class category platform mail nickname username gender avatar picture".split())
"""What is known of it."""
_SORTS: Final = frozenset("type class category platform".split())
"""What a row says of itself, though it names another thing beside."""
_OWN: Final = frozenset("reference with same like counts children gather position rank generated".split())
"""Recipes that say where a value comes from."""
_DRAWN: Final = frozenset("words given choice of id template mix".split())


def mark_facts(columns: Mapping[str, JsonObject], tables: Iterable[Table]) -> None:
    """Tie what is told of a thing to what names it, in every row and in every object inside a cell."""
    for table in tables:
        recipes = {c.name: columns[f"{table.name}.{c.name}"] for c in table.columns}
        loose = {c.name: recipes[c.name] for c in table.columns if c.name not in table.key and not c.unique and not (recipes[c.name].get("own") and field(c.name)[:-1] in ((), field(table.name)))}
        _sides(recipes)
        _tie(recipes, (), loose)
        _arns(loose)
        _second_ids(loose, table)
        _zone_ids(loose)
        _money(loose)
        _media(recipes)
        _engines(recipes)
        _terms(loose, table.name)
        for name, recipe in recipes.items():
            _inside(recipe, field(name))


_WRAPS: Final = frozenset("info detail config setting data spec option parameter property".split())


def _sides(recipes: Mapping[str, JsonObject]) -> None:
    """DatabaseType inside SrcInfo is the SrcDatabaseType of the row."""
    plain = {field(n): n for n, r in recipes.items() if not {"json", "reference", "with"} & set(r) and r.get("null") != 1.0}
    for name, recipe in recipes.items():
        head = field(name)[:-1]
        for part, value in recipe.get("object", {}).items() if head and field(name)[-1] in _WRAPS else ():
            column = plain.get((*head, *field(part)))
            if column and "object" not in value and "list" not in value and ("yes" in value) == ("boolean" in recipes[column]) and set(_values(value)) & set(_values(recipes[column])):
                recipe["object"][part] = {"same": column}


def _inside(recipe: JsonObject, noun: tuple[str, ...]) -> None:
    """The objects inside a cell; noun: what the cell is called."""
    if "object" in recipe:
        _tie(recipe["object"], noun, recipe["object"])
        _media(recipe["object"], inside=True)
        _engines(recipe["object"])
        for name, part in recipe["object"].items():
            _inside(part, field(name))
    for part in [*([recipe["list"]] if "list" in recipe else ()), *recipe.get("mix", ())]:
        _inside(part, noun)


def _tie(parts: Mapping[str, JsonObject], noun: tuple[str, ...], loose: Mapping[str, JsonObject]) -> None:
    """voiceName and voiceCategory are those of the voiceId beside them; name and email inside `agent` those of its id. loose: what is no key."""
    heads = _heads(parts, noun)
    bare = next((lead for lead in heads.values() if len(field(lead)) == 1 and (noun or field(lead)[0] in PEOPLE_NOUNS)), None) or (next(iter(heads.values())) if noun and len(heads) == 1 else None)
    for name, recipe in loose.items():
        words = field(name)
        if noun and words in (("me",), ("self",)) and "yes" in recipe:
            recipe["yes"] = 0.0  # whoever works here is one of many
        second = words[-1:] == ("id",) and field(heads.get(words[:-1], name)) == words[:-1]
        told = words[-1:] and (words[-1] in _TOLD or words[-2:] == ("email", "address") or second)
        if not told or not _DRAWN & set(recipe) or ({"json", "boolean"} | _OWN - {"generated" if second else ""}) & set(recipe):
            continue
        head = next((words[:i] for i in range(len(words) - 1, 0, -1) if words[:i] in heads and len(words) - i <= 2), None)
        lead = heads[head] if head else bare if set(words) <= _PLAIN and (noun or not _SORTS & set(words)) else None
        if lead is not None and lead != name:
            recipe["fact"] = [lead, " ".join(head or field(lead)[:-1] or noun[-1:])]
            if noun and "who" in recipe:
                recipe["who"] = recipe["fact"][1]


def _heads(parts: Mapping[str, JsonObject], noun: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """What things the fields name: the words of a thing -> the field that names it; in a row, paths and names of other rows as well as ids."""
    paths = [n for n, r in parts.items() if not noun and field(n)[-1:] and field(n)[-1] not in _LEADS | {"parent"} and _is_path(r)]
    heads = {field(n): n for n in paths if field(n)[-1] != "name"}
    for name in sorted(parts, key=lambda n: (field(n)[-1:] != ("id",), field(n)[-1:] == ("email",))):
        words = field(name)
        if words[-1:] and words[-1] in _LEADS and (len(words) > 1 or noun) and (_DRAWN | _OWN) & set(parts[name]):
            heads.setdefault(words[:-1] or noun[-1:], name)
    for name in paths:
        if field(name)[-1] == "name" and len(field(name)) > 1:
            heads.setdefault(field(name)[:-1], name)
    return heads


def _is_path(recipe: JsonObject) -> bool:
    """Does it name a row by its path: the `database` beside a databaseUid?"""
    forms = [recipe, *recipe.get("mix", ())]
    return "reference" in recipe or any("/" in str(f.get("template", "")) or str(f.get("like", "")).endswith(".name") for f in forms)


_ANY: Final = re.compile(r"(arn:aws:[\w-]+:\{region\}:\{account\}:[\w-]+[/:])[a-z]+")
"""The ARN of some thing of a kind, which no row calls by its name."""


def _arns(recipes: Mapping[str, JsonObject]) -> None:
    """collaborationArn ends in the collaborationId beside it."""
    for name, recipe in recipes.items():
        words = field(name)
        forms = {m[1] for part in recipe.get("mix", ()) if (m := _ANY.fullmatch(str(part.get("template"))))}
        beside = [o for w in ("id", "name") for o in recipes if field(o) == (*words[:-1], w) and "json" not in recipes[o] and not {"null", "turn", "unless"} & set(recipes[o])]
        if words[-1:] == ("arn",) and len(words) > 1 and beside and len(forms) == 1:
            recipe.pop("mix")
            recipe |= {"template": forms.pop() + "{" + beside[0] + "}"}


def _second_ids(recipes: Mapping[str, JsonObject], table: Table) -> None:
    """DbShardGroupResourceId is each row's own, though the row goes by another name."""
    noun = field(table.name)
    for name, recipe in recipes.items():
        words = field(name)
        if words[-2:] == ("resource", "id") and len(words) > 2 and noun[-len(words[:-2]) :] == words[:-2] and {"given", "words"} & set(recipe) and not {"reference", "with", "fact"} & set(recipe):
            recipe.pop("given", None)
            recipe.pop("words", None)
            recipe["id"] = f"{'-'.join(words[:-2])}-" + "{hex:12}"


def _zone_ids(recipes: Mapping[str, JsonObject]) -> None:
    """The id of eu-west-1a is euw1-az1."""
    for name, recipe in recipes.items():
        words = field(name)
        zone = next((n for n, r in recipes.items() if field(n) in (words[:-1], (*words[:-1], "name")) and "mix" in r and str(r["mix"][0].get("template")) == "{region}a"), None)
        if words[-2:] == ("zone", "id") and zone and ("same" in recipe or "mix" in recipe):
            recipe.pop("mix", None)
            recipe.pop("same", None)
            recipe |= {"when": {zone: {f"{r}{z}": f"{_short(r)}-az{n}" for r in REGIONS["aws"] for n, z in enumerate("abc", 1)}}}


def _short(region: str) -> str:
    """How ids of zones begin: euw1, apse2."""
    area, side, number = region.split("-")
    return area + {"southeast": "se", "northeast": "ne"}.get(side, side[0]) + number


_PLAIN: Final = _TOLD | frozenset("display full first last user given family address number url nick".split())
"""Words of what an object tells of its own thing: displayName, emailAddress."""


# ---- what all cells of a row share -------------------------------------------------------------------------------

_TWO: Final = frozenset("from to source target base quote original local destination sell buy presentment settlement".split())
"""Currencies that are told beside another one."""


def _money(recipes: Mapping[str, JsonObject]) -> None:
    """All amounts of a row are in one currency: that of its own column, or the world's."""
    columns = sorted((n for n, r in recipes.items() if _is_currency(n, r)), key=len)
    inside = [part for r in recipes.values() for part in _currencies(r)]
    if not columns and len(inside) < 2:
        return
    first = columns[0] if columns and "null" not in recipes[columns[0]] and not {"turn", "unless"} & set(recipes[columns[0]]) else None
    told: JsonObject = {"same": first} if first else {"template": "{currency}"}
    for recipe in [*(recipes[n] for n in columns if n != first), *inside] if len(columns) + len(inside) > 1 else ():
        recipe.pop("choice")
        recipe |= told


def _is_currency(name: str, recipe: JsonObject) -> bool:
    words = field(name)
    plain = words[-1:] == ("currency",) or words[-2:] == ("currency", "code")
    return plain and not _TWO & set(words) and [str(v).upper() for v, _ in recipe.get("choice", ())] == ["EUR", "USD", "GBP", "JPY"] and not {"reference", "with", "fact"} & set(recipe)


def _currencies(recipe: JsonObject) -> Iterator[JsonObject]:
    """The recipes of currencies inside a cell."""
    for name, part in recipe.get("object", {}).items():
        if _is_currency(name, part):
            yield part
        yield from _currencies(part)
    for part in [*([recipe["list"]] if "list" in recipe else ()), *recipe.get("mix", ())]:
        yield from _currencies(part)


def _media(recipes: Mapping[str, JsonObject], *, inside: bool = False) -> None:
    """What is called report.pdf is of the type application/pdf."""
    for kind, recipe in recipes.items():
        if field(kind)[-1:] not in (("mime",), ("type",)) or not all("/" in str(v) for v in recipe.get("given", ("",))) or {"when", "spread", "fact"} & set(recipe):
            continue
        named = [n for n, r in recipes.items() if field(n)[-1:] in (("name",), ("file",), ("filename",), ("key",), ("path",)) and "words" in r and all(re.fullmatch(r"\.?[a-z]{3,4}|.*\.[a-z]{3,4}", w) for w in r["words"][-1])]
        named += [n for n, r in recipes.items() if field(n) in (("title",), ("url",)) and "words" in r and all(re.search(r"[\w-]\.(?:png|jpg|pdf|csv|zip|json|mp4|mp3)$", w) for w in (f"x{w}" for w in r["words"][-1]))]
        if named:
            given = recipe.pop("given")
            recipe |= {"media": named[0], "else": {"given": given}}
            for other in recipes.values() if not inside else ():
                if other.get("words", [[]])[0] == ["https://files.example.com/"]:
                    other.pop("words")
                    other |= {"template": "https://files.example.com/{" + named[0] + "}"}


_ENGINES: Final = (
    (re.compile(r"(?i)^aurora-?mysql$"), ("8.0.mysql_aurora.3.05.2", "8.0.mysql_aurora.3.08.0"), 3306),
    (re.compile(r"(?i)^aurora-?postgres"), ("14.9", "15.4", "16.3"), 5432),
    (re.compile(r"(?i)^postgres"), ("13.14", "14.9", "15.4", "16.3"), 5432),
    (re.compile(r"(?i)^mysql$"), ("5.7.44", "8.0.36", "8.0.39"), 3306),
    (re.compile(r"(?i)^maria_?db$"), ("10.6.18", "10.11.8"), 3306),
    (re.compile(r"(?i)^oracle"), ("19.0.0.0", "21.0.0.0"), 1521),
    (re.compile(r"(?i)^(?:sqlserver|mssql)"), ("15.00", "16.00"), 1433),
    (re.compile(r"(?i)^(?:redis|valkey)$"), ("6.2", "7.0", "7.1"), 6379),
    (re.compile(r"(?i)^memcached$"), ("1.6.17", "1.6.22"), 11211),
    (re.compile(r"(?i)^mongo_?db$"), ("5.0", "6.0", "7.0"), 27017),
)
"""How an engine is called, its versions, and the port on which it listens."""


def _engines(recipes: Mapping[str, JsonObject]) -> None:
    """Beside an engine stand its own versions and its port, and one version in a row."""
    engine = next((n for n, r in recipes.items() if (field(n)[-1:] == ("engine",) or field(n)[-2:] in (("engine", "name"), ("engine", "type"))) and _values(r)), None)
    known = {e: (versions, port) for e in _values(recipes[engine]) for says, versions, port in _ENGINES if says.search(e)} if engine else {}
    versions = [n for n, r in recipes.items() if field(n) in (("engine", "version"), ("db", "version"), ("db", "engine", "version")) and "given" in r and not {"when", "fact"} & set(r)]
    for name in versions[:1] if known else ():
        recipes[name] |= {"when": {engine: {e: {"draw": {"given": list(its)}} for e, (its, _) in known.items()}}}
    for name, recipe in recipes.items():
        if known and field(name) in (("port",), ("db", "port"), ("engine", "port")) and "of" in recipe and "when" not in recipe:
            recipe |= {"when": {engine: {e: port for e, (_, port) in known.items()}}}
        if versions and field(name) in (("major", "engine", "version"), ("engine", "major", "version"), ("db", "major", "version"), ("major", "version")) and "given" in recipe and "when" not in recipe:
            whole = [*recipes[versions[0]]["given"], *(v for its, _ in known.values() for v in its)]
            recipe |= {"when": {versions[0]: {v: _major(v) for v in whole}}}


def _major(version: str) -> str:
    """8.0 of 8.0.36, and 15 of 15.4."""
    first, *rest = version.split(".")
    return first if (int(first) > 9 and len(rest) < 2) or not rest else f"{first}.{rest[0]}"


def _values(recipe: JsonObject) -> list[str]:
    return [str(v) for v in recipe.get("given") or recipe.get("of") or [v for v, _ in recipe.get("choice", ())]]


_BOOKED: Final = frozenset("reserved reservation offering commitment".split())
_TERM: Final = re.compile(r"^(?:offering |commitment |reservation |min |max |minimum |maximum )?(?:duration|term)(?: in)?(?: second| sec)?$")


def _terms(recipes: Mapping[str, JsonObject], table: str) -> None:
    """What is reserved is reserved for a year or three: a duration in seconds, as its unit is."""
    if not _BOOKED & set(field(table)):
        return
    for name, recipe in recipes.items():
        if _TERM.search(" ".join(field(name))) and "when" not in recipe and {"of", "number"} & set(recipe) and max(recipe.get("of") or recipe["number"]) in (1800, 3600):
            for old in ("of", "number", "most", "below"):
                recipe.pop(old, None)
            recipe["of"] = [31_536_000, 94_608_000]
