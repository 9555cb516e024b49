"""Shapes about several rows of one list: each, both, replace, count, which, compare."""

import re

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.records import Answer, Operation, Table
from agentscaler.tasks.allowed import may
from agentscaler.tasks.everyday import arises, may_ask
from agentscaler.tasks.find import Found, locate, need, together, under
from agentscaler.tasks.fits import verb_of
from agentscaler.tasks.groups import pick_group
from agentscaler.tasks.nouns import may_copy, people, records, runs
from agentscaler.tasks.phrases import Phrase, describe
from agentscaler.tasks.plans import CHANGES, Plan, changing, listed_values, parent_of, pick_table
from agentscaler.tasks.site import Row, Site, Way
from agentscaler.tasks.speech import deed, say
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.wishes import Wish, change, create, do_it, is_old, settings, wish_on
from agentscaler.words import plural


def each_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Delete every stopped instance of ...': two to six rows of a list."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, *CHANGES) and site.ways(t)))
    operation = dice.choice(changing(site, table, *CHANGES))
    rows, parent, step = _listed(site, trace, table, dice)
    group = pick_group(site, table, rows, dice, lambda r: may(site, operation, r), 2, 6, verb_of(operation))
    some = group.rows
    settings_ = None
    if operation.act in ("update", "put"):
        settings_ = settings(site, trace, operation, None, dice, most=1)
        given = [a.column for a in operation.arguments if a.name in settings_.values]
        shared = [c for c in given if c and (kind := site.kinds.get((table, c))) and may_copy(kind, site.columns[table, c])]
        if len(settings_.said) != 1 or settings_.said[0].kind in ("name", "text") or group.column in given or shared != given:
            raise Dropped("not_sayable", "one value for all is not to be had", where=operation.name)
        if any(normal(str(r.get(c or ""))) == normal(str(settings_.said[0].value)) for r in some for c in given):
            raise Dropped("no_effect", "some row has the value already", where=operation.name)
    noun = site.tables[table].noun
    for row in some:
        found = Found(table, row, listed_values(site, table, row, step, parent), Phrase(noun), rows, step)
        do_it(site, trace, operation, found, settings_.values if settings_ else None)
    below = together(site, noun, parent, group.tail)
    every, every_s = f"every {group.named(below.noun)}{below.of}", f"all {group.named(plural(below.noun))}{below.of}"
    if settings_ and site.kinds.get((table, group.column)) == "time":
        raise Dropped("not_sayable", "nobody changes what is old at one go", where=operation.name)
    if settings_:
        text = change(settings_.said, every, dice)
    else:
        np = dice.choice((every, every_s))
        verb = deed(operation)
        text = dice.choice((f"Please {verb} {np}.", f"Can you {verb} {np}?", f"I'd like you to {verb} {np}."))
    limit = dice.choice(("Leave the others as they are.", "Please leave all the others alone.", "The others stay as they are.", "Nothing else should change."))
    wish = wish_on(site, operation, found, text)._replace(frame=below.frame, old=all(is_old(site, table, r) for r in some))
    return [Plan("each", trace, [wish], limit=limit)]


def _listed(site: Site, trace: Trace, table: str, dice: Dice) -> tuple[list[Row], Found | None, int]:
    """All rows of a table, or those below one parent: (rows from the state, parent, call that shows them)."""
    ways = site.ways(table)
    if not ways:
        raise Dropped("row_not_describable", "no list shows it", where=table)
    way = dice.choice(ways)
    info = site.tables[table]
    parent, values = _below(site, trace, way, info, dice)
    done = trace.do(way.operation, values)
    shown = set(way.operation.shape.fields.values()) if way.operation.shape else set()
    keys = [c for c in info.key if c in shown]
    here = {tuple(r.get(c) for c in keys) for r in done.rows}
    match = {a.column: v.value for (a, _), v in zip(way.follows, values.values(), strict=True)}
    rows = [r for r in site.world.rows(table) if tuple(r[c] for c in keys) in here and all(r[c] == v for c, v in match.items() if c)]
    hidden = set(info.key) - shown
    if len(rows) != len(done.rows):
        raise Dropped("row_not_describable", "the list shows other rows", where=table)
    return [{c: v for c, v in r.items() if c in shown or c in hidden} for r in rows], parent, done.step


def _below(site: Site, trace: Trace, way: Way, info: Table, dice: Dice) -> tuple[Found | None, dict[str, Val]]:
    """What a list must be told: a parent that has rows below it."""
    if not way.follows:
        return None, {}
    references = {r.columns: r for _, r in way.follows if r is not None}
    if len(references) != 1 or any(r is None for _, r in way.follows):
        raise Dropped("row_not_describable", "the list wants more than one parent", where=info.name)
    reference = next(iter(references.values()))
    rows = [r for r in site.world.rows(info.name) if all(r.get(c) is not None for c in reference.columns)]
    if not rows:
        raise Dropped("no_effect", "there is nothing in it", where=info.name)
    parent = locate(site, trace, reference.table, parent_of(site, dice.choice(rows), reference), dice, plain=True)
    under(parent)
    target = site.tables[reference.table]
    values = {a.name: need(site, trace, parent, target.key[reference.columns.index(a.column or "")]) for a, _ in way.follows}
    return parent, values


def count_plans(site: Site, dice: Dice) -> list[Plan]:
    """'How many running instances does ... have?'"""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(site.ways(t)))
    rows, parent, step = _listed(site, trace, table, dice)
    info = site.tables[table]
    group = pick_group(site, table, rows, dice, lambda r: True, 1, 9, "")
    below = together(site, info.noun, parent, group.tail)
    nouns = group.named(plural(below.noun))
    if group.happened:
        text = f"How many {'' if parent else 'of our '}{plural(below.noun)} {group.happened}?"
    elif below.frame:
        text = f"How many {nouns} are there?"
    elif parent:
        bare = under(parent)[0].bare()
        text = dice.choice((f"How many {nouns} does {bare} have?", f"How many {nouns} are there in {bare}?"))
    else:
        text = dice.choice((f"How many {nouns} do we have?", f"How many {nouns} are there at the moment?"))
    key = next((c for c in reversed(info.key) if c in rows[0]), None)
    if key is None:
        raise Dropped("row_not_describable", "no key is shown", where=table)
    answer = Answer(name=f"number of {plural(info.noun)}", type="number", value=len(group.rows), step=step, evidence=tuple(r[key] for r in group.rows))
    return [Plan("count", trace, [Wish(text, "question", (), (answer,), below.frame)])]


def which_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Which volume of ... was created last? Just its name.'"""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(site.ways(t)))
    rows, parent, step = _listed(site, trace, table, dice)
    info = site.tables[table]
    column, best, worst, about_name, name = _extremes(site, table, rows, dice)
    last = dice.chance(0.6)
    chosen, others = (best if last else worst), [r for r in rows if r is not (best if last else worst)]
    kind = site.kinds[table, column]
    about = site.columns[table, column].phrase
    below = together(site, info.noun, parent)
    superlative = rank(about, kind, ("last", "first", "most recently", "highest", "lowest"), last=last)
    text = f"Which {below.noun}{below.of} {superlative}? Just give me its {about_name}."
    rivals = tuple(r[name] for r in others if r.get(name) not in (None, ""))[:8]
    answer = Answer(name=about_name, type="text", value=chosen[name], rivals=rivals, step=step)
    return [Plan("which", trace, [Wish(text, "question", (), (answer,), below.frame)])]


_SPREADS = re.compile(r"(?:size|capacity|volume|storage|memory|disk|count|nodes|amount)$")


def rank(about: str, kind: str, words: tuple[str, str, str, str, str], *, last: bool) -> str:
    """'was created last', 'has the highest priority'. Raises Dropped(not_sayable)."""
    late, early, recently, high, low = words
    if kind != "time":
        if _SPREADS.search(about):
            high, low = high.replace("high", "larg"), low.replace("low", "small")
        return f"has the {high if last else low} {about}"
    if about in ("started", "finished", "expires", "due") or (about == "last changed" and not last):
        raise Dropped("not_sayable", "clumsy")
    return f"was changed {recently}" if about == "last changed" else f"was {about} {late if last else early}"


def _extremes(site: Site, table: str, rows: list[Row], dice: Dice) -> tuple[str, Row, Row, str, str]:
    """(column, row with the highest, row with the lowest, phrase of the name, column of the name)."""
    if not 3 <= len(rows) <= 12:
        raise Dropped("row_not_describable", "too few rows, or too many", where=table)
    names = [c for c in rows[0] if site.kinds.get((table, c)) == "name" and len({normal(str(r[c])) for r in rows}) == len(rows) and None not in {r[c] for r in rows}]
    able = []
    for column in rows[0]:
        kind = site.kinds.get((table, column))
        values, about = [r[column] for r in rows], site.columns[table, column].phrase
        if about == "created" and arises(site.tables[table].noun):
            continue
        if kind in ("time", "number") and None not in values and not about.endswith("version") and may_ask(kind, about, site.tables[table].noun):
            size = [parse_time(v).date().toordinal() if kind == "time" else v for v in values]
            if size.count(max(size)) == 1 and size.count(min(size)) == 1:
                able.append((column, rows[size.index(max(size))], rows[size.index(min(size))]))
    if not names or not able:
        raise Dropped("row_not_describable", "no name, or nothing to rank by", where=table)
    column, best, worst = dice.choice(able)
    return column, best, worst, site.columns[table, names[0]].phrase, names[0]


def compare_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Which of the two was created first, A or B? Just its name.'"""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(site.ways(t)))
    rows, parent, step = _listed(site, trace, table, dice)
    info = site.tables[table]
    if parent is not None or len(rows) < 3:
        raise Dropped("row_not_describable", "too few rows, or rows below a parent", where=table)
    pair = dice.sample(rows, 2)
    names = [c for c in rows[0] if site.kinds.get((table, c)) == "name" and all(r[c] for r in pair) and len({normal(str(r[c])) for r in rows}) == len(rows)]
    able = [c for c in rows[0] if site.kinds.get((table, c)) in ("time", "number") and all(r[c] is not None for r in pair)]
    able = [c for c in able if not ((about := site.columns[table, c].phrase).endswith("version") or (about == "created" and arises(info.noun))) and may_ask(site.kinds[table, c], about, info.noun)]
    able = [c for c in able if say(pair[0][c], site.kinds[table, c]) != say(pair[1][c], site.kinds[table, c])]
    if not names or not able:
        raise Dropped("row_not_describable", "no name, or nothing to compare", where=table)
    column, name = dice.choice(able), names[0]
    kind, about = site.kinds[table, column], site.columns[table, column].phrase
    first = dice.chance(0.5)
    ranked = sorted(pair, key=lambda r: parse_time(r[column]) if kind == "time" else r[column])
    chosen, other = (ranked[0], ranked[1]) if first else (ranked[1], ranked[0])
    what = rank(about, kind, ("later", "first", "more recently", "higher", "lower"), last=not first)
    a, b = (say(r[name], "name") for r in pair)
    text = f"Which {info.noun} {what}, {a} or {b}? Just tell me which of the two."
    answer = Answer(
        name=site.columns[table, name].phrase, type="text", value=chosen[name], rivals=(other[name],), step=step, evidence=(chosen[name], other[name], chosen[column], other[column])
    )
    return [Plan("compare", trace, [Wish(text, "question", (), (answer,))])]


def both_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Please delete A and B': the same deed on two rows that are told apart one by one."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(changing(site, t, "delete", "set") and site.ways(t)))
    operation = dice.choice(changing(site, table, "delete", "set"))
    verb = deed(operation)
    first, second, parent = _pair(site, trace, table, dice, operation)
    if any(" and " in f.phrase.tail or "described as" in f.phrase.tail or f.phrase.front in ("newest", "oldest") for f in (first, second)):
        raise Dropped("not_sayable", "no two of a kind are told so", where=table)
    for found in (first, second):
        do_it(site, trace, operation, found)
    below = together(site, site.tables[table].noun, parent, "" if all(f.phrase.by_name() for f in (first, second)) else "said")
    tails = [f.phrase.tail.removeprefix("called ") for f in (first, second) if f.phrase.tail.startswith("called ")]
    if len(tails) == 2:
        np = f"the {plural(below.noun)} {tails[0]} and {tails[1]}{below.of}"
    elif below.of:
        np = f"two {plural(below.noun)}{below.of}: {first.phrase.one()} and {second.phrase.one()}"
    else:
        np = f"{first.phrase._replace(noun=below.noun).bare()} and {second.phrase.one()}"
    text = dice.choice((f"Please {verb} {np}.", f"I'd like you to {verb} {np}.", f"I need you to {verb} {np}.") if ":" in np else (f"Please {verb} {np}.", f"Can you {verb} {np}?", f"Could you {verb} {np}?"))
    old = all(is_old(site, table, f.row) for f in (first, second))
    return [Plan("both", trace, [wish_on(site, operation, first, text)._replace(frame=below.frame, old=old)])]


def _pair(site: Site, trace: Trace, table: str, dice: Dice, operation: Operation) -> tuple[Found, Found, Found | None]:
    """Two rows of one list, each told apart from all others; of things whose key is their name, any two."""
    if len(site.tables[table].key) == 1 and site.kinds.get((table, site.tables[table].key[0])) == "name":
        named = [r for r in site.world.rows(table) if may(site, operation, r)]
        if len(named) < 2:
            raise Dropped("no_effect", "fewer than two rows to choose from", where=table)
        one, other = (locate(site, trace, table, r, dice) for r in dice.sample(named, 2))
        return one, other, None
    rows, parent, step = _listed(site, trace, table, dice)
    info = site.tables[table]
    whole = {id(r): next(x for x in site.world.rows(table) if all(x[k] == r[k] for k in info.key)) for r in rows}
    some = [r for r in rows if may(site, operation, whole[id(r)])]
    if len(some) < 2 or len(rows) < 3:
        raise Dropped("no_effect", "fewer than two rows to choose from", where=table)
    found = []
    shown = tuple(rows[0])
    alike = dice.bits()
    for row in dice.sample(some, 2):
        phrase = describe(site, info, row, [r for r in rows if r is not row], shown, Dice(alike), plain=True, verb=verb_of(operation))
        found.append(Found(table, whole[id(row)], listed_values(site, table, row, step, parent), phrase, rows, step))
    return found[0], found[1], parent


def replace_plans(site: Site, dice: Dice) -> list[Plan]:
    """'Set up a new one and delete the old one', in the same place."""
    trace = Trace(site)
    table = pick_table(site, dice, lambda t: bool(_replaced(site.tables[t].noun) and changing(site, t, "delete") and changing(site, t, "create") and site.ways(t)))
    info = site.tables[table]
    rows, parent, step = _listed(site, trace, table, dice)
    remove = dice.choice(changing(site, table, "delete"))
    whole = {id(r): next(x for x in site.world.rows(table) if all(x[k] == r[k] for k in info.key)) for r in rows}
    able = [r for r in rows if may(site, remove, whole[id(r)])]
    if len(rows) < 2 or not able:
        raise Dropped("no_effect", "there is no old one", where=table)
    row = dice.choice(able)
    phrase = describe(site, info, row, [r for r in rows if r is not row], tuple(rows[0]), dice, plain=True, verb="delete")
    if "described as" in phrase.tail:
        raise Dropped("not_sayable", "the new one is described the same", where=table)
    found = Found(table, whole[id(row)], listed_values(site, table, row, step, parent), phrase, rows, step)
    make = dice.choice(changing(site, table, "create"))
    wish, _ = create(site, trace, make, dice, parents=[parent] if parent else [], most=1, like=found.row)
    given, ties = trace.calls[-1].arguments, {c for r in info.references for c in r.columns}
    if any(a.name in given and str(given[a.name]) != str(found.row.get(a.column or "")) for a in make.arguments if a.column in ties):
        raise Dropped("not_sayable", "the new one would be in another place", where=table)
    do_it(site, trace, remove, found)
    if len({str(c.arguments["parent"]) for c, g in zip(trace.calls, trace.given, strict=True) for x in g if x.argument == "parent" and x.source == "context"}) > 1:
        raise Dropped("not_sayable", "the new one would be in another place", where=table)
    if parent and under(parent)[0].bare() not in wish.text:
        raise Dropped("not_sayable", "the new one would not be in the same place", where=table)
    last = f"It replaces {phrase.bare()}, so please {deed(remove)} that one."
    return [Plan("replace", trace, [wish._replace(details=(*wish.details, last))])]


def _replaced(noun: str) -> bool:
    """People, jobs and what is kept of the past are not replaced."""
    return not (people(noun) or runs(noun) or records(noun))
