"""Shapes about one row: ask, write, create, link, askwrite, cond."""

from collections.abc import Sequence

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Operation, Reference, Table
from agentscaler.tasks.allowed import may
from agentscaler.tasks.asking import answer_of, ask, asked_column, clause
from agentscaler.tasks.conditions import conditions
from agentscaler.tasks.find import locate
from agentscaler.tasks.fits import verb_of
from agentscaler.tasks.nouns import people
from agentscaler.tasks.plans import CHANGES, Plan, changing, found_row, parent_of, pick_row, pick_table, write_to
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import deed, tie
from agentscaler.tasks.trace import Trace
from agentscaler.tasks.wishes import Wish, create, tied


def ask_plans(site: Site, dice: Dice) -> list[Plan]:
    trace = Trace(site)
    found = found_row(site, trace, pick_table(site, dice, lambda t: bool(site.reads[t])), dice)
    return [Plan("ask", trace, [ask(site, trace, found, dice, deeper=dice.chance(0.75))])]


def write_plans(site: Site, dice: Dice) -> list[Plan]:
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, *CHANGES)))
    operation = dice.choice(changing(site, table, *CHANGES))
    found = found_row(site, trace, table, dice, operation)
    return [Plan("write", trace, [write_to(site, trace, operation, found, dice)])]


def create_plans(site: Site, dice: Dice) -> list[Plan]:
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, "create")))
    wish, _ = create(site, trace, dice.choice(changing(site, table, "create")), dice)
    return [Plan("create", trace, [wish])]


def link_plans(site: Site, dice: Dice) -> list[Plan]:
    """Tie two rows that are not tied, or untie two that are."""
    operations = [o for t in site.tables for o in site.writes[t] if o.act in ("link", "unlink") and tie(o)]
    if not operations:
        raise Dropped("no_tool", "nothing can be tied")
    operation = dice.choice(operations)
    holder = site.tables[operation.through or operation.table]
    trace = Trace(site)
    ends = [r for r in holder.references if any(a.column in r.columns for a in operation.arguments)]
    own = [] if operation.through else [holder.name]
    if len(ends) + len(own) < 2:
        raise Dropped("no_tool", "one end lives outside the world", where=operation.name)
    pair = _ends(site, operation, holder, ends, dice)
    found = [locate(site, trace, table, row, dice, plain=True) for table, row in pair]
    return [Plan("link", trace, [tied(site, trace, operation, found[0], found[1], dice)])]


def _ends(site: Site, operation: Operation, holder: Table, ends: Sequence[Reference], dice: Dice) -> list[tuple[str, Row]]:
    """Two rows: to be tied, or tied."""
    rows = site.world.rows(holder.name)
    if operation.act == "unlink":
        row = dice.choice([r for r in rows if all(r.get(c) is not None for e in ends for c in e.columns)] or rows)
        out = [] if operation.through else [(holder.name, row)]
        return out + [(e.table, parent_of(site, row, e)) for e in ends][: 2 - len(out)]
    if operation.through:
        return [(e.table, dice.choice(site.world.rows(e.table))) for e in ends][:2]
    return [(holder.name, dice.choice(rows)), (ends[0].table, dice.choice(site.world.rows(ends[0].table)))]


def askwrite_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Before it goes, tell me when it was created.'"""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, "delete", "set") and site.reads[t]))
    operation = dice.choice(changing(site, table, "delete", "set"))
    found = found_row(site, trace, table, dice, operation)
    if found.frame and found.phrase.parent:
        raise Dropped("not_sayable", "it hangs on too much to be asked about first", where=table)
    column, step = asked_column(site, trace, found, dice, deeper=dice.chance(0.4))
    if operation.state and column == operation.state[0]:
        raise Dropped("not_sayable", "it asks for what it changes", where=operation.name)
    answer = answer_of(site, found, column, step)
    wish = write_to(site, trace, operation, found, dice)
    verb = deed(operation) or "delete"
    person = people(found.phrase.noun)
    told = clause(site, found, column, f"that {found.phrase.noun}" if person else "it")
    before = "you do that" if person else "it goes" if verb in ("delete", "remove") else f"you {verb} it"
    ways = [f"{wish.text} Before {before}, tell me {told}.", f"{wish.text} I also need to know {told}, so look that up first."]
    if not found.frame and found.phrase.by_name():
        ways.append(f"Before you {verb} {found.phrase.text()}, tell me {told}. Then go ahead{'' if person else f' and {verb} it'}.")
    text = dice.choice(ways)
    return [Plan("askwrite", trace, [wish._replace(text=text, answers=(answer,))])]


def cond_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Delete it, but only if it was created before 2025': one brief in which it was, one in which it was not."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, *CHANGES) and site.reads[t]))
    operation = dice.choice(changing(site, table, *CHANGES))
    seed = dice.bits()
    row = pick_row(site, table, dice, lambda r: may(site, operation, r))
    if people(site.tables[table].noun):
        raise Dropped("not_sayable", "a person is no 'it'", where=table)
    condition = dice.choice(conditions(site, locate(site, trace, table, row, Dice(seed), plain=True, verb=verb_of(operation)), operation, dice))
    plans: list[Plan] = []
    wish: Wish | None = None
    for holds in (True, False):
        trace = Trace(site)
        again = Dice(seed)
        found = locate(site, trace, table, row, again, plain=True, verb=verb_of(operation))
        if found.frame:
            raise Dropped("not_sayable", "too long with a condition", where=table)
        answer = answer_of(site, found, condition.column, found.known[condition.column].step or 0)
        wish = wish or write_to(site, trace, operation, found, again)
        if wish.verb == "rename":
            raise Dropped("not_sayable", "a name depends on nothing", where=operation.name)
        text = f"{wish.text.rstrip('.?').removesuffix(' for me')}, but only if {condition.true if holds else condition.false}"
        text += ("?" if wish.text.endswith("?") else ".") + f" In any case tell me {condition.asked}."
        plans.append(Plan("cond", trace, [wish._replace(text=text, answers=(answer,))], holds=holds))
    return plans
