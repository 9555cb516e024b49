"""Tasks on either side of a rule: the same wish where the rule just allows it, and where it just refuses it.

    "Please cancel the rental called "x". If that isn't possible, tell me what its status is."

The rules are those of agentscaler.rules, which the tools enforce. Where one allows, gold looks and does it; where it refuses, gold looks, changes nothing and tells the fact that stands in the way: the state the row is in,
how many rows still need it, the value that stays as it is because the wished one is out of range. The two are twins: they count as one task, and an agent that always or never tries passes neither pair.

    state   two rows of a table, one in a state from which the change starts, one in another
    held    two rows, one that nothing needs, one that rows of another table still need
    limit   one row and one column: the last value that is allowed, and the first that is not
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Answer, Operation, Reference, Table
from agentscaler.rules import Kind, Rule, decide, rules_of
from agentscaler.tasks.allowed import changeable, may, offered
from agentscaler.tasks.asking import answer_of
from agentscaler.tasks.everyday import sized
from agentscaler.tasks.find import Found, locate, need
from agentscaler.tasks.fits import own_state, verb_of
from agentscaler.tasks.nouns import people
from agentscaler.tasks.plans import CHANGES, Plan, changing, pick_row
from agentscaler.tasks.site import Row, Site, Way
from agentscaler.tasks.speech import member, say
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.values import Wanted
from agentscaler.tasks.wishes import Wish, asked_for, change, do_it, settable, wish_on
from agentscaler.words import plural

KINDS: Final[tuple[Kind, ...]] = ("state", "held", "limit")


class Side(NamedTuple):
    """A rule's tool, and how a task on one side of it is made."""

    rule: Rule
    operation: Operation


def boundary_plans(site: Site, dice: Dice) -> list[Plan]:
    """A pair on a rule of the world: allowed, refused. Raises Dropped."""
    sides = [s for r in rules_of(site.env) if r.kind in KINDS and (o := site.operations.get(r.tool)) and _sayable(site, s := Side(r, o))]
    if not sides:
        raise Dropped("no_tool", "no rule that a task could lie on")
    kind = dice.choice([k for k in KINDS if any(s.rule.kind == k for s in sides)])
    return _MAKERS[kind](site, dice.choice([s for s in sides if s.rule.kind == kind]), dice)


def _sayable(site: Site, side: Side) -> bool:
    """Is it a change that people ask for, and is there a word for what the rule looks at? A person is no 'it'."""
    operation, table = side.operation, site.tables[side.operation.table]
    if operation not in changing(site, table.name, *CHANGES) or not table.said or people(table.noun):
        return False
    more = [a.name for a in operation.arguments if a.required and a.role in ("value", "body")]
    if side.rule.kind == "limit":
        argument = side.rule.argument
        assert argument is not None
        column = argument.column or ""
        return operation.act == "update" and not {*more} - {argument.name} and site.kinds.get((table.name, column)) == "number" and settable(site, operation, column) and changeable(site, operation, column, side.rule.schema)
    if side.rule.kind == "state":
        assert operation.state is not None
        column = operation.state[0]
        return not more and site.kinds.get((table.name, column)) == "choice" and own_state(site.columns[table.name, column].phrase)
    return not more and _tie(site, table) is not None


class Tie(NamedTuple):
    """The one kind of things that keep a row from going, and the list that shows them."""

    table: Table
    reference: Reference
    way: Way


def _tie(site: Site, info: Table) -> Tie | None:
    ties = [(t, r) for t in site.model.tables for r in t.references if r.table == info.name and r.on_delete == "RESTRICT"]
    if len(ties) != 1 or not ties[0][0].said or ties[0][0].name == info.name:
        return None
    (table, reference), = ties
    way = next((w for w in site.ways(table.name) if w.follows and all(x == reference for _, x in w.follows)), None)
    return None if way is None else Tie(table, reference, way)


def _refused(site: Site, rule: Rule, row: Row) -> bool:
    """Does the rule refuse the row, whatever else is said?"""
    named = {a.name: row[a.column] for a in rule.operation.arguments if a.role == "key" and a.column in row}
    return decide([rule], site.world, named) is not None


def _rows(site: Site, side: Side, dice: Dice, fits: Callable[[Row], bool] = lambda row: True) -> tuple[Row, Row]:
    """A row that may be changed, and one that a person would want changed and the rule refuses. Raises Dropped."""
    good = pick_row(site, side.operation.table, dice, lambda r: may(site, side.operation, r) and not _refused(site, side.rule, r))
    return good, pick_row(site, side.operation.table, dice, lambda r: offered(site, side.operation, r) and _refused(site, side.rule, r) and fits(r))


def _found(site: Site, trace: Trace, side: Side, row: Row, seed: int) -> Found:
    found = locate(site, trace, side.operation.table, row, Dice(seed), plain=True, verb=verb_of(side.operation))
    if found.frame or not found.phrase.by_name():
        raise Dropped("not_sayable", "too long beside what is to be done otherwise", where=side.operation.table)
    return found


def _plan(trace: Trace, side: Side, wish: Wish, otherwise: str, answer: Answer | None) -> Plan:
    """One side: with an answer it is the one that is refused."""
    wish = wish._replace(text=f"{wish.text.replace(' for me', '')} {otherwise}", answers=(answer,) if answer else ())
    return Plan("boundary", trace, [wish], holds=answer is None, rule=side.rule.name)


# ---- state ------------------------------------------------------------------------------------------------------------


def _state(site: Site, side: Side, dice: Dice) -> list[Plan]:
    assert side.operation.state is not None
    column, table = side.operation.state[0], side.operation.table
    phrase = site.columns[table, column].phrase
    good, bad = _rows(site, side, dice, lambda r: member(r[column], phrase) is not None)
    otherwise = dice.choice((f"If that isn't possible, tell me what its {phrase} is.", f"If it can't be done, leave it and tell me its {phrase}.", f"If that is not possible, just tell me its {phrase}."))
    seed, said = dice.bits(), dice.bits()
    plans = []
    for row in (good, bad):
        trace = Trace(site)
        found = _found(site, trace, side, row, seed)
        step = _shown(need(site, trace, found, column), f"{table}.{column}")
        wish = asked_for(site, side.operation, found, Dice(said))
        if row is good:
            do_it(site, trace, side.operation, found)
        plans.append(_plan(trace, side, wish, otherwise, None if row is good else answer_of(site, found, column, step)))
    return plans


def _shown(value: Val, where: str) -> int:
    """The call that showed a value. Raises Dropped."""
    if value.step is None:
        raise Dropped("row_not_describable", "no call shows it", where=where)
    return value.step


# ---- held -------------------------------------------------------------------------------------------------------------


def _held(site: Site, side: Side, dice: Dice) -> list[Plan]:
    info = site.tables[side.operation.table]
    tie = _tie(site, info)
    assert tie is not None
    table, reference, way = tie
    good, bad = _rows(site, side, dice)
    many = plural(table.noun)
    otherwise = dice.choice((f"If there are still {many} of it, leave it and tell me how many.", f"If it still has {many}, leave it as it is and tell me how many."))
    seed, said = dice.bits(), dice.bits()
    plans = []
    for row in (good, bad):
        trace = Trace(site)
        found = _found(site, trace, side, row, seed)
        done = trace.do(way.operation, {a.name: need(site, trace, found, info.key[reference.columns.index(a.column or "")]) for a, _ in way.follows})
        below = [r for r in site.world.rows(table.name) if [r[c] for c in reference.columns] == [row[k] for k in info.key]]
        key = next((c for c in reversed(table.key) if done.rows and c in done.rows[0]), None)
        if len(done.rows) != len(below) or (below and key is None):
            raise Dropped("row_not_describable", "the list shows other rows", where=table.name)
        wish = asked_for(site, side.operation, found, Dice(said))
        answer = Answer(name=f"number of {many}", type="number", value=len(below), step=done.step, evidence=tuple(r[key or ""] for r in below))
        if row is good:
            do_it(site, trace, side.operation, found)
        plans.append(_plan(trace, side, wish, otherwise, None if row is good else answer))
    return plans


# ---- limit ------------------------------------------------------------------------------------------------------------


def _limit(site: Site, side: Side, dice: Dice) -> list[Plan]:
    argument, table = side.rule.argument, side.operation.table
    assert argument is not None
    column = argument.column or ""
    about, kind = site.columns[table, column], site.kinds[table, column]
    row = pick_row(site, table, dice, lambda r: may(site, side.operation, r) and r.get(column) is not None)
    values = edge(side.rule)
    if row[column] in values or not all(v > 0 and sized(about.phrase, v, about.unit) for v in values):
        raise Dropped("not_sayable", "nobody would name its limit", where=side.rule.name)
    more = "more" if values[1] > values[0] else "less"
    otherwise = dice.choice((f"If that is {more} than it may be, leave it as it is and tell me its {about.phrase}.", f"If that's {more} than is allowed, change nothing and tell me its {about.phrase}."))
    seed, said = dice.bits(), dice.bits()
    plans = []
    for value in values:
        trace = Trace(site)
        found = _found(site, trace, side, row, seed)
        step = _shown(need(site, trace, found, column), side.rule.name)
        spoken = say(value, kind, about.unit, about.phrase)
        if spoken is None:
            raise Dropped("not_sayable", f"nobody would say {value}", where=side.rule.name)
        wanted = Wanted(value, kind, spoken, about.phrase)
        wish = wish_on(site, side.operation, found, change([wanted], found.phrase.text(), Dice(said)))._replace(verb="update")
        if value == values[0]:
            do_it(site, trace, side.operation, found, {argument.name: Val(value, "said")})
        plans.append(_plan(trace, side, wish, otherwise, None if value == values[0] else answer_of(site, found, column, step)))
    return plans


def edge(rule: Rule) -> tuple[int, int]:
    """The last value that a limit allows, and the next one."""
    most = rule.schema.get("maximum")
    return (int(most), int(most) + 1) if most is not None else (int(rule.schema["minimum"]), int(rule.schema["minimum"]) - 1)


_MAKERS: Final[dict[Kind, Callable[[Site, Side, Dice], list[Plan]]]] = {"state": _state, "held": _held, "limit": _limit}
