"""What a user wants written: a value for a column that can be said, fits the tool's schema and is not there already."""

import re
from typing import Any, NamedTuple

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.gate import fits
from agentscaler.population import draw_value
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.tasks.everyday import renamed, sized
from agentscaler.tasks.nouns import people, persons
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import Kind, member, say

TRIES = 12
_TITLES = re.compile(r"title|subject|headline|summary|caption")


class Wanted(NamedTuple):
    """A value to be written and how it is said."""

    value: Any
    kind: Kind
    said: str
    phrase: str


def wanted(site: Site, table: str, column: str, schema: Schema, dice: Dice, *, row: Row | None = None, like: Row | None = None) -> Wanted:
    """A new value for a column; another one than the row has, but of a name nearly the same. like: a row whose place is taken, so that what was noted about it holds. Raises Dropped(not_sayable)."""
    kind = site.kinds.get((table, column))
    about = site.columns[table, column]
    if kind is None or kind == "time":
        raise Dropped("not_sayable", f"nobody would say {column}", where=f"{table}.{column}")
    old = (row or like or {}).get(column)
    value: Any
    for _ in range(TRIES):
        if kind == "name" and isinstance(old, str) and old:
            value = _fresh(site, table, column, renamed(old, dice, sentence=bool(_TITLES.search(about.phrase)), instead=row is None))
        elif kind == "text" and like and old:
            value = old
        else:
            value = _draw(site, table, column, kind, schema, dice)
        if value is None or (kind == "number" and value <= 0) or not fits(value, schema) or (row is not None and _like(value, row.get(column))):
            continue
        if kind == "number" and not sized(about.phrase, value, about.unit):
            continue
        said = say(value, kind, about.unit, about.phrase)
        if said is not None and _clear(value, kind, schema, about.phrase):
            return Wanted(value, kind, said, about.phrase.removesuffix(" enabled") if kind == "flag" else about.phrase)
    raise Dropped("not_sayable", f"no value of {column} that one would say", where=f"{table}.{column}")


def _like(a: Any, b: Any) -> bool:
    return normal(str(a)) == normal(str(b))


def _clear(value: Any, kind: Kind, schema: Schema, phrase: str) -> bool:
    """No other value that is allowed sounds the same."""
    if kind != "choice":
        return True
    return sum(member(v, phrase) == member(value, phrase) for v in schema.get("enum", ())) <= 1


def _draw(site: Site, table: str, column: str, kind: Kind, schema: Schema, dice: Dice) -> Any:
    recipe = site.recipe(table, column)
    if kind == "flag":
        return dice.chance(0.5)
    if kind == "choice":
        options = schema.get("enum") or site.columns[table, column].choices or [v for v, _ in recipe.get("choice", ())]
        return dice.choice(list(options)) if options else None
    value = draw_value(site.env.population, recipe, dice, site.seed)
    if kind == "name" and isinstance(value, str):
        return _fresh(site, table, column, value)
    if isinstance(value, float) and kind_of(schema) == "integer":
        return int(value)
    return value


def _fresh(site: Site, table: str, column: str, value: str | None) -> str | None:
    """A name that no row has."""
    if value is None:
        return None
    taken = {normal(str(r[column])) for r in site.world.rows(table)}
    return value if normal(value) not in taken else None


def plain(name: str) -> str:
    """The ID that goes with a name: 'Fleet policy v2' -> 'fleet-policy-v2'."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def slug(site: Site, table: str, dice: Dice, *, like: Row | None = None) -> str:
    """The last part of a new resource name, as a person would choose it; nearly that of the row whose place it takes."""
    own = site.tables[table].key[-1]
    recipe = {k: v for k, v in site.recipe(table, own).items() if k != "in"}
    if persons(recipe) and not people(site.tables[table].noun):
        raise Dropped("not_sayable", "it would bear a person's name", where=f"{table}.{own}")
    taken = {str(r[own]).rsplit("/", 1)[-1] for r in site.world.rows(table)}
    for _ in range(TRIES):
        value = renamed(str(like[own]).rsplit("/", 1)[-1], dice, instead=True) if like else draw_value(site.env.population, recipe, dice, site.seed)
        if isinstance(value, str) and value not in taken:
            return value
    raise Dropped("not_sayable", "no new name for it", where=f"{table}.{own}")
