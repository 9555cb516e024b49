"""Shapes that join wishes: two, family, copy, setup, clear, errand."""

import re

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Operation, Reference, Table
from agentscaler.tasks.allowed import may
from agentscaler.tasks.asking import answer_of, asked_column, question
from agentscaler.tasks.find import Found, below, locate, need, upper
from agentscaler.tasks.fits import suits
from agentscaler.tasks.nouns import may_copy, people
from agentscaler.tasks.phrases import Phrase
from agentscaler.tasks.plans import (
    CHANGES,
    Plan,
    changing,
    columns_written,
    found_row,
    listed_values,
    parent_of,
    pick_row,
    pick_table,
    write_to,
)
from agentscaler.tasks.site import Site, holds
from agentscaler.tasks.speech import deed, inside, say, turned
from agentscaler.tasks.trace import Trace
from agentscaler.tasks.wishes import Wish, create, delete, do_it, settable, wish_on
from agentscaler.words import ID_WORDS, ROLE_WORDS, entity, field, joined, plural

_LAST = frozenset(["cancel", "archive", "terminate", "close", "trash", "abort", "end", "reject", "decline", "withdraw", "deprecate", "void"])
"""After these a row is of no more interest."""


def two_plans(site: Site, dice: Dice) -> list[Plan]:
    """Two different writes to one row."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: len(changing(site, t, "set", "update", "put")) >= 2)
    first, second = dice.sample(changing(site, table, "set", "update", "put"), 2)
    if first.act == "set" and second.act == "set":
        raise Dropped("not_sayable", "two actions on one row", where=table)
    if any(o.act == "set" and o.verb in _LAST for o in (first, second)):
        raise Dropped("not_sayable", "nobody mends what is on its way out", where=table)
    found = found_row(site, trace, table, dice, first)
    wish = write_to(site, trace, first, found, dice)
    before = columns_written(first, trace, len(trace.calls) - 1)
    trace_at = len(trace.calls)
    other = write_to(site, trace, second, found, dice)
    if before & columns_written(second, trace, trace_at):
        raise Dropped("no_effect", "the same column twice", where=table)
    return [Plan("two", trace, [wish, other._replace(text=_also(site, trace, second, trace_at), frame="")])]


def _also(site: Site, trace: Trace, operation: Operation, step: int) -> str:
    """The second wish for a row that has just been named. Raises Dropped(not_sayable)."""
    if operation.act == "set":
        return f"Then {deed(operation)} it."
    given = trace.calls[step].arguments
    parts = []
    for argument in operation.arguments:
        if argument.name in given and argument.role == "value" and argument.column:
            kind, about = site.kinds.get((operation.table, argument.column)), site.columns[operation.table, argument.column]
            said = say(given[argument.name], kind, about.unit, about.phrase) if kind else None
            if said is None:
                raise Dropped("not_sayable", "clumsy", where=operation.name)
            rename = kind == "name" and about.phrase in ("name", "display name")
            its = "their" if people(site.tables[operation.table].noun) else "its"
            parts.append(f"rename it to {said}" if rename else turned(about.phrase, said) if kind == "flag" else f"set {its} {about.phrase} to {said}")
    if not parts:
        raise Dropped("not_sayable", "clumsy", where=operation.name)
    return f"Please also {joined(parts)}."


def family_plans(site: Site, dice: Dice) -> list[Plan]:
    """The row that another one belongs to: its key stands in the child's row."""
    trace = Trace(site)
    pairs = [(t, r) for t in site.model.tables if t.said for r in t.references if site.tables[r.table].said and len(r.columns) == 1 and r.table != t.name and _family(site, t, r)]
    if not pairs:
        raise Dropped("no_tool", "no row shows what it belongs to")
    table, reference = dice.choice(pairs)
    child = locate(site, trace, table.name, pick_row(site, table.name, dice, lambda r: r[reference.columns[0]] is not None), dice, plain=True)
    row = parent_of(site, child.row, reference)
    key = site.tables[reference.table].key[0]
    value = need(site, trace, child, reference.columns[0])
    if child.phrase.parent is not None or site.tables[reference.table].noun.lower() in child.frame.lower() or "whose" in child.phrase.tail or value.source != "read":
        raise Dropped("row_not_describable", "what it belongs to has been said", where=table.name)
    noun = _role(site, reference)
    if not child.phrase.by_name() or not child.phrase.tail:
        raise Dropped("row_not_describable", "what it belongs to would hang on what has no name", where=table.name)
    home = child.phrase._replace(noun=below(site, child.phrase.noun, noun))
    parent = Found(reference.table, row, {key: value}, Phrase(noun, parent=home), [], None, child.frame)
    writes = changing(site, reference.table, *CHANGES)
    able = [o for o in writes if may(site, o, row) and o.act != "delete" and child.phrase.tail and child.phrase.by_name()]
    if able and dice.chance(0.45):
        return [Plan("family", trace, [write_to(site, trace, dice.choice(able), parent, dice)])]
    column, step = asked_column(site, trace, parent, dice, deeper=True)
    return [Plan("family", trace, [Wish(question(site, parent, column, dice), "question", (), (answer_of(site, parent, column, step),), child.frame)])]


def _family(site: Site, table: Table, reference: Reference) -> bool:
    """Does a list of the child show the parent's key, and a get read the parent by it?"""
    shown = any(reference.columns[0] in w.operation.shape.fields.values() and not any(r == reference for _, r in w.follows) for w in site.ways(table.name) if w.operation.shape)
    return shown and len(site.tables[reference.table].key) == 1 and bool(site.getters(reference.table) or changing(site, reference.table, "set", "update"))


def _role(site: Site, reference: Reference) -> str:
    """What the parent is to the child: 'admin user' where the column is AdminUserId. Raises Dropped(not_sayable)."""
    noun = site.tables[reference.table].noun
    column, mine = entity(reference.columns[0])[0], tuple(noun.lower().split(" "))
    words = tuple(w for w in field(reference.columns[0]) if w not in ID_WORDS)
    if not holds(reference) and words[0] != "source":
        raise Dropped("not_sayable", f"{reference.columns[0]} is not its {noun}", where=reference.table)
    if words[-len(mine) :] == mine:
        if not all(w in ROLE_WORDS or w in _OFFICES for w in words[: -len(mine)]):
            raise Dropped("not_sayable", f"{reference.columns[0]} is not its {noun}", where=reference.table)
        return " ".join([*words[: -len(mine)], noun])
    if not column or column[-1] == mine[-1] or mine[: len(column)] == column:
        return noun
    raise Dropped("not_sayable", f"{reference.columns[0]} is not its {noun}", where=reference.table)


_OFFICES = frozenset("admin manager creator author billing reviewer".split(" "))


def copy_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Give A the same tier as B': the value stands in no sentence."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, "update", "put") and site.ways(t)))
    operation = dice.choice(changing(site, table, "update", "put"))
    shown = {c for w in site.ways(table) for c in (w.operation.shape.fields.values() if w.operation.shape else ())}
    able = [a for a in operation.arguments if a.role == "value" and a.column in shown and settable(site, operation, a.column or "") and _copied(site, table, a.column or "")]
    needed = [a for a in operation.arguments if a.required and a.role in ("value", "body")]
    able = [a for a in able if not [n for n in needed if n.name != a.name]]
    if not able:
        raise Dropped("no_tool", "nothing to copy", where=table)
    argument = dice.choice(able)
    column = argument.column or ""
    rows = [r for r in site.world.rows(table) if r.get(column) is not None and may(site, operation, r)]
    pairs = [(a, b) for a in rows for b in rows if a[column] != b[column]]
    if not pairs:
        raise Dropped("no_effect", "all rows share the value", where=table)
    target, source = dice.choice(pairs)
    one = locate(site, trace, table, target, dice, plain=True)
    other = locate(site, trace, table, source, dice, plain=True)
    if one.phrase.parent or other.phrase.parent or one.frame != other.frame or site.columns[table, column].phrase in one.phrase.text() + other.phrase.text():
        raise Dropped("not_sayable", "two rows below parents in one sentence", where=table)
    value = need(site, trace, other, column)
    if value.source != "read":
        raise Dropped("row_not_describable", "the value is not read", where=table)
    do_it(site, trace, operation, one, {argument.name: value})
    phrase = site.columns[table, column].phrase.removesuffix(" enabled")
    text = dice.choice(
        (f"Please give {one.phrase.text()} the same {phrase} as {other.phrase.text()}.", f"Can you set the {phrase} of {one.phrase.text()} to that of {other.phrase.text()}?")
    )
    return [Plan("copy", trace, [wish_on(site, operation, one, text)])]


def _copied(site: Site, table: str, column: str) -> bool:
    kind, about = site.kinds.get((table, column)), site.columns[table, column]
    return kind is not None and may_copy(kind, about)


def setup_plans(site: Site, dice: Dice) -> list[Plan]:
    """Make a row, then one below it."""
    pairs = []
    for table in site.model.tables:
        for reference in table.references:
            for child in changing(site, table.name, "create"):
                if reference.table != table.name and changing(site, reference.table, "create") and set(reference.columns) <= {a.column for a in child.arguments if a.required}:
                    pairs.append((reference.table, child))
    if not pairs:
        raise Dropped("no_tool", "no two rows that can be made one below the other")
    parent, child = dice.choice(pairs)
    trace = Trace(site)
    first, made = create(site, trace, dice.choice(changing(site, parent, "create")), dice, most=1)
    second, _ = create(site, trace, child, dice, made=(parent, made), most=1)
    where = f"{inside(site.tables[parent].noun)} it"
    verb = dice.choice(("please set up", "please also create", "I'd like you to make", "we need"))
    said = re.sub(r"^.*?\b(an?) (new )?", r"\1 \2", second.text, count=1).rstrip("?.")
    text = f"{upper(where)}, {verb} {said}." if where == "in it" else f"{upper(verb)} {said} for it as well."
    return [Plan("setup", trace, [first, Wish(text, "create", second.details)])]


def clear_plans(site: Site, dice: Dice) -> list[Plan]:
    """A row that cannot go while others need it: those first, then the row."""
    able = []
    for table in site.model.tables:
        for reference in table.references:
            if reference.on_delete == "RESTRICT" and changing(site, table.name, "delete") and changing(site, reference.table, "delete") and table.said and site.tables[reference.table].said:
                able.append((table, reference))
    if not able:
        raise Dropped("no_tool", "nothing stands in the way of anything")
    table, reference = dice.choice(able)
    target = site.tables[reference.table]
    children = site.world.rows(table.name)
    last, remove = dice.choice(changing(site, reference.table, "delete")), dice.choice(changing(site, table.name, "delete"))
    parents = [p for p in site.world.rows(reference.table) if suits(last, p, target) and 1 <= sum([c[x] for x in reference.columns] == [p[k] for k in target.key] for c in children) <= 6]
    if not parents:
        raise Dropped("no_effect", "nothing stands in the way", where=reference.table)
    trace = Trace(site)
    row = dice.choice(parents)
    parent = locate(site, trace, reference.table, row, dice, plain=True)
    below = [c for c in children if [c[x] for x in reference.columns] == [row[k] for k in target.key]]
    way = next((w for w in site.ways(table.name) if all(r is None or r == reference for _, r in w.follows) and not any(r is None for _, r in w.follows)), None)
    if way is None:
        raise Dropped("row_not_describable", "no list shows what stands in the way", where=table.name)
    values = {a.name: need(site, trace, parent, target.key[reference.columns.index(a.column or "")]) for a, _ in way.follows}
    done = trace.do(way.operation, values)
    shown = set(way.operation.shape.fields.values()) if way.operation.shape else set()
    if not all(may(site, remove, c) for c in below):
        raise Dropped("no_effect", "what stands in the way may not go", where=table.name)
    for child in below:
        seen = {c: v for c, v in child.items() if c in shown}
        do_it(site, trace, remove, Found(table.name, child, listed_values(site, table.name, seen, done.step, parent), Phrase(table.noun), [], done.step))
    wish = delete(site, trace, last, parent, dice)
    return [Plan("clear", trace, [wish._replace(text=f"{wish.text} If there are {plural(table.noun)} in the way, {deed(remove)} those first.")])]
