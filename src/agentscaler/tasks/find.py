"""How a row is found and told: the reads that lead to it, and a description that fits no other row that is read.

`locate` makes the calls. What a description says is unique over all columns of its kind that the read shows, so that no
other row can be meant; where that cannot be had, Dropped(row_not_describable) and no task.
"""

import re
from typing import Any, Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Argument, Operation, Reference, Table
from agentscaler.tasks.nouns import stands_alone
from agentscaler.tasks.phrases import Phrase, describe, named
from agentscaler.tasks.site import Row, Site, Way
from agentscaler.tasks.speech import inside, odd, say
from agentscaler.tasks.trace import Trace, Val
from agentscaler.words import ID_WORDS, entity, humanise, singular, split


class Found(NamedTuple):
    """A row, what is known of it, and how the user calls it."""

    table: str
    row: Row
    """All columns, from the state."""
    known: dict[str, Val]
    """Columns that the calls so far, or the user, have told."""
    phrase: Phrase
    seen: list[Row]
    """The rows that were read together with it, itself included."""
    step: int | None
    """The gold call that shows it."""
    frame: str = ""
    """'In the domain called "x"': said first, where the row hangs on more than one thing."""


def locate(site: Site, trace: Trace, table: str, row: Row, dice: Dice, *, depth: int = 0, plain: bool = False, verb: str = "") -> Found:
    """Read up to a row of the state. plain: without adjectives, so that more can be said after it; verb: what it is wanted for.

    Raises Dropped(row_not_describable, call_failed, ...).
    """
    info = site.tables[table]
    if not info.said:
        raise Dropped("not_sayable", f"nobody speaks of {info.noun!r}", where=table)
    if info.key == ("only",):
        return Found(table, row, {}, Phrase(info.noun), [], None)
    ways = site.ways(table)
    if not ways:
        return _told(site, info, row)
    if depth > 2:
        raise Dropped("row_not_describable", "it lies too deep", where=table)
    way = ways[0] if len(ways) == 1 or dice.chance(0.7) else dice.choice(ways)
    return _follow(site, trace, way, row, dice, depth, plain, verb)


def _told(site: Site, info: Table, row: Row) -> Found:
    """No read shows it before one knows its key: the user knows it, if anybody does."""
    if not all(site.knowable(info.name, c) for c in info.key):
        raise Dropped("row_not_describable", "no list shows it", where=info.name)
    if not all(simple(row[c]) for c in info.key):
        raise Dropped("not_sayable", "nobody would say its key", where=info.name)
    known = {c: Val(row[c], "said") for c in info.key}
    phrase = own_name(site, info, row, info.key[-1])
    if phrase is None:
        raise Dropped("not_sayable", "nobody would say its key", where=info.name)
    frame = _aside(site, info, [(c, row[c]) for c in info.key[:-1]])
    return Found(info.name, row, known, phrase, [], None, frame)


def _aside(site: Site, info: Table, told: list[tuple[str, Any]]) -> str:
    """What the user says first, so that a list can be asked: 'In the account 1400215'. Nobody names a thing and one of its columns. Raises Dropped."""
    if not told:
        return ""
    if len(told) > 1:
        raise Dropped("row_not_describable", "it hangs on too much", where=info.name)
    words, said = _told_words(site, info.name, *told[0])
    if words.endswith(" ID"):
        thing = words.removesuffix(" ID")
        if info.noun.lower().endswith(thing.lower()) or thing.lower().startswith("parent "):
            raise Dropped("not_sayable", f"the {thing} of a {info.noun}", where=info.name)
        return f"{upper(inside(thing))} the {thing} {said}"
    raise Dropped("not_sayable", f"nobody would say its {words}", where=f"{info.name}.{told[0][0]}")


LONGEST_ID = 16
"""Letters of an id that one may still pass on in words."""
LONGEST_NUMBER = 12
"""The same of one that is a number."""


def simple(value: Any) -> bool:
    """Short enough to be said, and no path."""
    return len(str(value)) <= 32 and not re.search(r"[/:{}\[\]]", str(value))


def _told_words(site: Site, table: str, column: str, value: Any) -> tuple[str, str]:
    """What the column is called, and its value. Raises Dropped(not_sayable)."""
    kind, about = site.kinds.get((table, column)), site.columns[table, column]
    said = say(value, kind, about.unit, about.phrase) if kind and kind != "flag" else str(value) if simple(value) and len(str(value)) <= LONGEST_ID and _named(column) and not odd(value) else None
    if said is None:
        raise Dropped("not_sayable", f"nobody would say {value!r}", where=f"{table}.{column}")
    return about.phrase if kind else column_words(column), said


def _named(column: str) -> bool:
    """Does the column hold an id, which the user may have been given?"""
    return split(column)[-1] in ("id", "ids", "arn", "number", "no", "code", "name", "email")


def _is_code(text: str) -> bool:
    return any(c.isdigit() for c in text)


def column_words(column: str) -> str:
    """A column nobody has a phrase for, spelled out: 'LogsetId' -> 'logset ID'."""
    return humanise(tuple(split(column)))


def _follow(site: Site, trace: Trace, way: Way, row: Row, dice: Dice, depth: int, plain: bool, verb: str) -> Found:
    info = site.tables[way.operation.table]
    above, told = _conditions(site, trace, way, row, dice, depth)
    if (own := _own_key(site, info, row, above)) is not None:
        return _settled(site, info, own, above, depth)
    done = trace.do(way.operation, above.values)
    known = dict(above.known)
    shown = way.operation.shape.fields.values() if way.operation.shape else ()
    for column in shown:
        known[column] = Val(row[column], "read", done.step)
    seen = [r for r in done.rows if _same(r, row, info, shown)]
    if len(seen) != 1:
        raise Dropped("row_not_describable", "the list does not show it", where=info.name)
    others = [r for r in done.rows if r is not seen[0]]
    if told and others:
        raise Dropped("row_not_describable", "others bear its name", where=info.name)
    phrase = told or describe(site, info, row, others, tuple(shown), dice, verb=verb, plain=plain or above.parent is not None)
    return _settled(site, info, Found(info.name, row, known, phrase, done.rows, done.step), above, depth)


def _settled(site: Site, info: Table, found: Found, above: "Above", depth: int) -> Found:
    """With what it belongs to. Raises Dropped(row_not_describable)."""
    phrase, frame = placed(site, found.phrase, above.parent) if above.parent else (found.phrase, "")
    if (frame and (depth > 0 or above.frame)) or (above.frame and depth > 1):
        raise Dropped("row_not_describable", "it hangs on too much", where=info.name)
    return found._replace(phrase=phrase, frame=frame or above.frame)


def _own_key(site: Site, info: Table, row: Row, above: "Above") -> Found | None:
    """A thing whose key is its name, beside what is known: one says the name, and no list is needed."""
    *rest, own = info.key
    if site.kinds.get((info.name, own)) != "name" or not all(c in above.known for c in rest):
        return None
    phrase = own_name(site, info, row, own)
    return phrase and Found(info.name, row, {**above.known, own: Val(row[own], "said")}, phrase, [], None)


class Above(NamedTuple):
    """What a list is told so that it shows a row."""

    values: dict[str, Val]
    known: dict[str, Val]
    parent: Found | None
    frame: str = ""
    """What is said first, so that the list can be asked."""


def _conditions(site: Site, trace: Trace, way: Way, row: Row, dice: Dice, depth: int) -> tuple[Above, Phrase | None]:
    """The arguments of a list: parents located, other columns told; a phrase, where what is told names the row itself."""
    info = site.tables[way.operation.table]
    values: dict[str, Val] = {}
    known: dict[str, Val] = {}
    aside: list[tuple[str, Any]] = []
    parents: dict[tuple[str, ...], Found] = {}
    told: Phrase | None = None
    for argument, reference in way.follows:
        column = argument.column or ""
        if row.get(column) is None:
            raise Dropped("row_not_describable", f"{column} is empty", where=info.name)
        if reference is None:
            values[argument.name] = known[column] = Val(row[column], "said")
            own = own_name(site, info, row, column)
            told = told or own
            aside += [] if own else [(column, row[column])]
            continue
        if reference.columns not in parents:
            parents[reference.columns] = found = _parent(site, trace, info, reference, row, dice, depth)
            for c, k in zip(reference.columns, site.tables[reference.table].key, strict=True):
                known[c] = need(site, trace, found, k)
        values[argument.name] = known[column]
    if len(parents) > 1:
        raise Dropped("row_not_describable", "it hangs on too much", where=info.name)
    return Above(values, known, next(iter(parents.values()), None), _aside(site, info, aside)), told


def own_name(site: Site, info: Table, row: Row, column: str) -> Phrase | None:
    """What is told is the row's own name or id."""
    if site.kinds.get((info.name, column)) == "name":
        return Phrase(info.noun, tail=named(site.columns[info.name, column].phrase, f'"{row[column]}"'))
    value = str(row[column])
    if column != info.key[-1] or not _names_it(info, column) or not simple(value) or odd(value) or (_is_code(value) and len(value) > (LONGEST_ID if value[0].isalpha() else LONGEST_NUMBER)):
        return None
    return Phrase(info.noun, tail=value if _is_code(value) else f'called "{value}"')


_WORK: Final = ("task", "job", "request")


def _names_it(info: Table, column: str) -> bool:
    """Is the id that of the thing itself? A virtual host is not called by the id of its instance."""
    thing, last = entity(column)[0], singular(info.noun.split(" ")[-1].lower())
    return not thing or thing[-1] in (last, *_WORK, "resource") or thing[-1] in ID_WORDS


def _parent(site: Site, trace: Trace, info: Table, reference: Reference, row: Row, dice: Dice, depth: int) -> Found:
    target = site.tables[reference.table]
    key = [row[c] for c in reference.columns]
    above = next((r for r in site.world.rows(reference.table) if [r[k] for k in target.key] == key), None)
    if above is None:
        raise Dropped("row_not_describable", "its parent is gone", where=info.name)
    return locate(site, trace, reference.table, above, dice, depth=depth + 1, plain=True)


def placed(site: Site, phrase: Phrase, home: Found) -> tuple[Phrase, str]:
    """A row below a found one: (how it is called, what is said first). Behind a name stands what it belongs to; before any other clause, and where that belongs to something too, it is said first.

    'the user called "x" of the domain ...'; 'In the domain called "x", ... the user created on 3 May'. Raises Dropped(row_not_describable).
    """
    phrase = phrase._replace(noun=below(site, phrase.noun, home.phrase.noun, site.tables[home.table].noun))
    if phrase.by_name() and home.phrase.by_name() and home.phrase.parent is None:
        parent, frame = under(home)
        return phrase._replace(parent=parent), frame
    return phrase, ahead(home)


class Several(NamedTuple):
    """Rows below one thing in words."""

    noun: str
    of: str
    """' of the cluster called "x"', or nothing."""
    frame: str


def together(site: Site, noun: str, home: Found | None, tail: str = "") -> Several:
    """The same of several rows, of which `tail` is said."""
    if home is None:
        return Several(noun, "", "")
    noun = below(site, noun, home.phrase.noun, site.tables[home.table].noun)
    if tail or home.phrase.parent:
        return Several(noun, "", ahead(home))
    parent, frame = under(home)
    return Several(noun, Phrase(noun, parent=parent).of(), frame)


def ahead(home: Found) -> str:
    """'In the domain called "x"': what a wish is about, said before it. Raises Dropped(row_not_describable)."""
    if home.frame or home.phrase.front in ("newest", "oldest") or (home.phrase.parent and home.phrase.parent.parent):
        raise Dropped("row_not_describable", "it hangs on too much", where=home.table)
    return f"{upper(inside(home.phrase.noun))} {home.phrase.text()}"


def below(site: Site, noun: str, *homes: str, taken: bool = True) -> str:
    """What a thing is called beside what it belongs to: 'alias' of the theme, and not 'theme alias'. taken: not where another kind is called so."""
    others = {t.noun.lower() for t in site.tables.values()} if taken else set()
    for home in homes:
        rest = noun[len(home) + 1 :]
        if noun.lower().startswith(f"{home} ".lower()) and stands_alone(rest) and not rest.startswith("level ") and rest.lower() not in others:
            return rest
    return noun


def under(parent: Found) -> tuple[Phrase, str]:
    """How what lies below a found row speaks of it: (what it is of, what is said first). Raises Dropped(row_not_describable)."""
    grand = parent.phrase.parent
    if grand is None:
        return parent.phrase, parent.frame
    if parent.frame or grand.parent:
        raise Dropped("row_not_describable", "it hangs on too much", where=parent.table)
    return parent.phrase._replace(parent=None), f"{upper(inside(grand.noun))} {grand.bare()}"


def upper(text: str) -> str:
    """A sentence begins."""
    return text[:1].upper() + text[1:]


def _same(shown: Row, row: Row, info: Table, columns: Any) -> bool:
    keys = [c for c in info.key if c in columns] or list(columns)
    return all(shown.get(c) == row[c] for c in keys)


def need(site: Site, trace: Trace, found: Found, column: str) -> Val:
    """The value of a column of a row that was found, read with a get where the list did not show it.

    Raises Dropped(row_not_describable).
    """
    if column in found.known:
        return found.known[column]
    if found.table in site.tables and site.tables[found.table].key == ("only",) and column == "only":
        return Val(1, "constant")
    for getter in site.getters(found.table):
        if getter.shape is None or column not in getter.shape.fields.values():
            continue
        read(site, trace, getter, found)
        return found.known[column]
    raise Dropped("row_not_describable", f"no read shows its {column}", where=found.table)


def read(site: Site, trace: Trace, getter: Operation, found: Found) -> int:
    """Read a row that was found with a get; returns the number of the call. Raises Dropped(row_not_describable)."""
    values: dict[str, Val] = {}
    for argument in getter.arguments:
        if argument.role not in ("key", "match") or not argument.required:
            continue
        if argument.column not in found.known:
            raise Dropped("row_not_describable", f"{argument.name} of {getter.name} is not known", where=found.table)
        values[argument.name] = found.known[argument.column]
    done = trace.do(getter, values)
    for column in getter.shape.fields.values() if getter.shape else ():
        found.known.setdefault(column, Val(found.row[column], "read", done.step))
    return done.step


def named_by(site: Site, trace: Trace, operation: Operation, found: Found) -> dict[str, Val]:
    """The arguments by which a tool names a row that was found. Raises Dropped(row_not_describable)."""
    values: dict[str, Val] = {}
    for argument in operation.arguments:
        if argument.role in ("key", "match") and (argument.required or argument.role == "key"):
            values[argument.name] = _argument(site, trace, argument, found)
    return values


def _argument(site: Site, trace: Trace, argument: Argument, found: Found) -> Val:
    column = argument.column or ""
    if found.row.get(column) is None:
        raise Dropped("row_not_describable", f"{column} is empty", where=found.table)
    return need(site, trace, found, column)
