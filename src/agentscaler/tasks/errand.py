"""The errand: two or three goals on one row and what lies below it, said one after the other."""

from collections.abc import Callable
from typing import NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Reference, Table
from agentscaler.tasks.allowed import may
from agentscaler.tasks.asking import answer_of, asked_column, question
from agentscaler.tasks.find import Found, locate, need, placed, together
from agentscaler.tasks.fits import verb_of
from agentscaler.tasks.groups import pick_group
from agentscaler.tasks.nouns import records
from agentscaler.tasks.phrases import Phrase, describe
from agentscaler.tasks.plans import (
    CHANGES,
    MOST_CALLS,
    Plan,
    changing,
    columns_written,
    listed_values,
    pick_row,
    pick_table,
    write_to,
)
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import deed
from agentscaler.tasks.trace import Done, Trace
from agentscaler.tasks.wishes import Wish, create, do_it, is_old, wish_on


def errand_plans(site: Site, dice: Dice) -> list[Plan]:
    """Two or three goals on one row and what lies below it, one after the other."""
    trace = Trace(site)
    parents = {r.table for t in site.model.tables if t.said and (site.writes[t.name] or site.reads[t.name]) for r in t.references}
    table = pick_table(site, dice, lambda t: t in parents and bool(site.ways(t)))
    info = site.tables[table]
    row = pick_row(site, table, dice)
    found = locate(site, trace, table, row, dice, plain=True)
    wishes: list[Wish] = []
    ends: list[int] = []
    touched: set[str] = set()
    most = 3 if dice.chance(0.6) else 2
    goals = dice.shuffled([_own_write, _own_question, _below_write, _below_write, _below_create, _below_question, _below_each])
    for goal in goals:
        before = len(trace.calls)
        state = site.world.snapshot()
        kept, known = (list(trace.calls), list(trace.given)), dict(found.known)
        try:
            wish, things = goal(site, trace, found, info, dice, bool(wishes))
            if _again(things, touched) or (wish.mood == "delete" and any((w.verb, w.name) == (wish.verb, wish.name) for w in wishes)) or len(trace.calls) > MOST_CALLS:
                raise Dropped("no_effect", "the same row twice")
        except Dropped:
            trace.calls, trace.given = kept
            found.known.clear()
            found.known.update(known)
            trace._reads.clear()
            site.world.restore(state)
            continue
        if len(trace.calls) == before and not wish.answers:
            continue
        touched |= things
        wishes.append(wish)
        ends.append(len(trace.calls))
        if len(wishes) == most:
            break
    if len(wishes) < 2:
        raise Dropped("no_tool", "fewer than two things to do there", where=table)
    return [Plan("errand", trace, wishes, ends=tuple(ends))]


class Goal(NamedTuple):
    """A wish, and what no other wish of the errand may be about: rows below, columns of the row itself."""

    wish: Wish
    things: set[str]


ALL = "*"
"""Stands for rows that are not named one by one: many at once, or a new one."""


def _again(things: set[str], touched: set[str]) -> bool:
    """Is it about what an earlier wish was about: the same row, or some of a table of which many are meant?"""
    mine, theirs = ({t.split("/")[0] for t in some if t.endswith(f"/{ALL}")} for some in (things, touched))
    return bool(things & touched) or any(t.split("/")[0] in theirs for t in things) or any(t.split("/")[0] in mine for t in touched)


def _thing(table: Table, row: Row) -> str:
    return f"{table.name}/{[row[k] for k in table.key]}"


def _name_of(found: Found, again: bool) -> Phrase:
    """The row, said anew or short."""
    return Phrase(found.phrase.noun, front="that") if again else found.phrase


def _named(found: Found, again: bool) -> Found:
    return found._replace(phrase=_name_of(found, again), frame="" if again else found.frame)


def _own_write(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    operations = [o for o in changing(site, info.name, "set", "update", "put") if may(site, o, found.row)]
    if not operations:
        raise Dropped("no_tool", where=info.name)
    operation = dice.choice(operations)
    wish = write_to(site, trace, operation, _named(found, again), dice)
    return Goal(wish, {f"{info.name}.{c}" for c in columns_written(operation, trace, len(trace.calls) - 1)})


def _own_question(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    column, step = asked_column(site, trace, found, dice, deeper=dice.chance(0.6))
    answer = answer_of(site, found, column, step)
    if again and answer.type == "time":
        raise Dropped("not_sayable", "nobody asks for a day besides", where=info.name)
    if _written(site, trace, info):
        raise Dropped("no_effect", "it may have been changed before")
    named = _named(found, again)
    return Goal(Wish(question(site, named, column, dice), "question", (), (answer,), named.frame), {f"{info.name}.{column}"})


def _written(site: Site, trace: Trace, info: Table) -> bool:
    """Has an earlier wish written to the table?"""
    return any(site.operations[c.name].table == info.name and site.operations[c.name].act not in ("get", "list") for c in trace.calls)


def _children(site: Site, info: Table) -> list[tuple[Table, Reference]]:
    return [(t, r) for t in site.model.tables if t.said for r in t.references if r.table == info.name and t.name != info.name]


class Below(NamedTuple):
    """The rows below the one that was found, as a list shows them."""

    table: Table
    rows: list[Row]
    """From the state."""
    done: Done
    shown: tuple[str, ...]


def _list_below(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, able: Callable[[str], bool]) -> Below:
    """List a table by the row that was found. Raises Dropped."""
    options = [(t, r, w) for t, r in _children(site, info) if able(t.name) for w in site.ways(t.name) if w.follows and all(x == r for _, x in w.follows)]
    if not options:
        raise Dropped("no_tool", where=info.name)
    table, reference, way = dice.choice(options)
    key = [found.row[k] for k in info.key]
    rows = [r for r in site.world.rows(table.name) if [r[c] for c in reference.columns] == key]
    if not rows:
        raise Dropped("no_effect", where=table.name)
    values = {a.name: need(site, trace, found, info.key[reference.columns.index(a.column or "")]) for a, _ in way.follows}
    done = trace.do(way.operation, values)
    if len(done.rows) != len(rows):
        raise Dropped("row_not_describable", "the list shows other rows", where=table.name)
    return Below(table, rows, done, tuple(way.operation.shape.fields.values()) if way.operation.shape else ())


def _child(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool, able: Callable[[str], bool], fits: Callable[[Table, Row], bool]) -> tuple[Found, Table]:
    """One row below the one that was found. Raises Dropped."""
    table, rows, done, shown = _list_below(site, trace, found, info, dice, able)
    reason = Dropped("no_effect", where=table.name)
    for row in dice.shuffled([r for r in rows if fits(table, r)]):
        try:
            phrase, frame = _told_below(site, trace, found, table, row, done, shown, dice, again)
        except Dropped as why:
            reason = why
            continue
        known = listed_values(site, table.name, {c: row[c] for c in shown}, done.step, found)
        return Found(table.name, row, known, phrase, done.rows, done.step, frame), table
    raise reason


def _told_below(site: Site, trace: Trace, found: Found, table: Table, row: Row, done: Done, shown: tuple[str, ...], dice: Dice, again: bool) -> tuple[Phrase, str]:
    """How a row below the one that was found is called, and what is said first. Raises Dropped(row_not_describable)."""
    others = [r for r in done.rows if not all(r.get(c) == row[c] for c in table.key if c in shown)]
    if len(others) != len(done.rows) - 1:
        raise Dropped("row_not_describable", where=table.name)
    phrase, frame = placed(site, describe(site, table, row, others, shown, dice, plain=True), _named(found, again))
    if records(table.noun) and not phrase.front and not phrase.tail:
        raise Dropped("row_not_describable", "nobody speaks of the one version there is", where=table.name)
    if (phrase.front or not phrase.tail) and _written(site, trace, table):
        raise Dropped("row_not_describable", "some of its neighbours are new or gone", where=table.name)
    return phrase, frame


def _below_each(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    """'Delete every failed run of the same job': some rows below at once."""
    table, rows, done, shown = _list_below(site, trace, found, info, dice, lambda t: bool(changing(site, t, "delete", "set")))
    if _written(site, trace, table):
        raise Dropped("row_not_describable", "some of them are new or gone", where=table.name)
    operation = dice.choice(changing(site, table.name, "delete", "set"))
    listed = [{c: r[c] for c in (*shown, *(k for k in table.key if k not in shown))} for r in rows]
    group = pick_group(site, table.name, listed, dice, lambda r: may(site, operation, r), 2, 4, verb_of(operation))
    for row in group.rows:
        known = listed_values(site, table.name, {c: row[c] for c in shown}, done.step, found)
        one = Found(table.name, row, known, Phrase(table.noun), done.rows, done.step)
        do_it(site, trace, operation, one)
    below = together(site, table.noun, _named(found, again), group.tail)
    np = f"every {group.named(below.noun)}{below.of}"
    verb = deed(operation)
    text = dice.choice((f"Please {verb} {np}.", f"Could you {verb} {np}?", f"I'd like you to {verb} {np}."))
    wish = wish_on(site, operation, one, text)._replace(frame=below.frame, old=all(is_old(site, table.name, r) for r in group.rows), many=True)
    return Goal(wish, {f"{table.name}/{ALL}"})


def _below_write(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    def writes(table: Table, row: Row) -> bool:
        return any(may(site, o, row) for o in changing(site, table.name, *CHANGES))

    child, table = _child(site, trace, found, info, dice, again, lambda t: bool(changing(site, t, *CHANGES)), writes)
    operation = dice.choice([o for o in changing(site, table.name, *CHANGES) if may(site, o, child.row)])
    return Goal(write_to(site, trace, operation, child, dice), {_thing(table, child.row)})


def _below_question(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    child, table = _child(site, trace, found, info, dice, again, bool, lambda table, row: bool(row))
    if _written(site, trace, table):
        raise Dropped("no_effect", "it may have been changed before")
    column, step = asked_column(site, trace, child, dice, deeper=dice.chance(0.5))
    if again and site.kinds[table.name, column] == "time":
        raise Dropped("not_sayable", "nobody asks for a day besides", where=table.name)
    return Goal(Wish(question(site, child, column, dice), "question", (), (answer_of(site, child, column, step),), child.frame), {_thing(table, child.row)})


def _below_create(site: Site, trace: Trace, found: Found, info: Table, dice: Dice, again: bool) -> Goal:
    able = [(t, o) for t, r in _children(site, info) for o in changing(site, t.name, "create") if set(r.columns) <= {a.column for a in o.arguments if a.required}]
    if not able:
        raise Dropped("no_tool", where=info.name)
    _, operation = dice.choice(able)
    wish, _ = create(site, trace, operation, dice, parents=[_named(found, again)], most=1)
    return Goal(wish, {f"{operation.table}/{ALL}"})
