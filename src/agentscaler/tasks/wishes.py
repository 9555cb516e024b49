"""One wish each: what is wanted of rows that were found, the calls that do it, and how it is asked for.

Every function makes its calls in the trace and returns a Wish, or raises Dropped. Sentences are ready but for what stands
around them (briefs.py).
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.records import Answer, Argument, Operation, Schema
from agentscaler.tasks.allowed import changeable, lacks, may
from agentscaler.tasks.everyday import keeps_name, may_set
from agentscaler.tasks.find import Found, below, locate, named_by, need, under
from agentscaler.tasks.fits import begins, is_state, verb_of
from agentscaler.tasks.nouns import people, records, runs
from agentscaler.tasks.phrases import Phrase
from agentscaler.tasks.site import Row, Site, reference_of
from agentscaler.tasks.speech import deed, flag, inside, tie, turned
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.values import Wanted, plain, slug, wanted
from agentscaler.verbs import of_name
from agentscaler.words import article, joined

Mood: TypeAlias = Literal["question", "delete", "change", "action", "create"]


class Wish(NamedTuple):
    """Something wanted, in words."""

    text: str
    """The sentence or two that ask for it."""
    mood: Mood
    """What kind of reason fits."""
    details: tuple[str, ...] = ()
    """Further sentences without which it cannot be done."""
    answers: tuple[Answer, ...] = ()
    """What must be told."""
    frame: str = ""
    """'In the domain called "x"': said before all else."""
    old: bool = False
    """Is what it is about from another year?"""
    name: str = ""
    """Noun of what it is about."""
    verb: str = ""
    """What is done to it: 'delete', 'update', 'stop'."""
    many: bool = False
    """Is it about several rows at once?"""


# ---- one row is changed -----------------------------------------------------------------------------------------


class Set(NamedTuple):
    """Values that a write is given."""

    values: dict[str, Val]
    said: list[Wanted]


def wish_on(site: Site, operation: Operation, found: Found, text: str) -> Wish:
    """The wish that a write to a found row is."""
    mood: Mood = "delete" if operation.act == "delete" else "action" if operation.act == "set" else "change"
    return Wish(text, mood, (), (), found.frame, is_old(site, found.table, found.row), found.phrase.noun, deed(operation) or verb_of(operation))


def is_old(site: Site, table: str, row: Row) -> bool:
    """Was it made before this year?"""
    made = [row[c.name] for c in site.tables[table].columns if c.phrase == "created" and site.kinds.get((table, c.name)) == "time" and row.get(c.name) is not None]
    return bool(made) and parse_time(made[0]).year < parse_time(site.env.population["now"]).year


def delete(site: Site, trace: Trace, operation: Operation, found: Found, dice: Dice) -> Wish:
    if not may(site, operation, found.row):
        raise Dropped("no_effect", "nobody would delete it", where=operation.name)
    do_it(site, trace, operation, found)
    return wish_on(site, operation, found, _order(deed(operation) or "delete", found.phrase.text(), dice))


MOST_SAID = 2
"""New values in one change."""
FOR_ME = 7
"""Words up to which 'for me' may stand behind a row."""


def _order(verb: str, np: str, dice: Dice) -> str:
    for_me = " for me" if len(np.split(" ")) <= FOR_ME else ""
    return dice.choice((f"Please {verb} {np}.", f"Can you {verb} {np}{for_me}?", f"I'd like you to {verb} {np}.", f"Could you {verb} {np}?", f"I need you to {verb} {np}."))


def asked_for(site: Site, operation: Operation, found: Found, dice: Dice) -> Wish:
    """A delete or an action, asked for and not done. Raises Dropped(not_sayable)."""
    verb = deed(operation)
    if verb is None:
        raise Dropped("not_sayable", f"nobody would say {operation.verb!r}", where=operation.name)
    return wish_on(site, operation, found, _order(verb, found.phrase.text(), dice))


def do_it(site: Site, trace: Trace, operation: Operation, found: Found, more: dict[str, Val] | None = None) -> int:
    """Call a tool on a row that was found. Raises Dropped."""
    values = named_by(site, trace, operation, found)
    return trace.do(operation, {**values, **(more or {})}).step


def act(site: Site, trace: Trace, operation: Operation, found: Found, dice: Dice) -> Wish:
    """An action that moves a state."""
    verb = deed(operation)
    if verb is None:
        raise Dropped("not_sayable", f"nobody would say {operation.verb!r}", where=operation.name)
    if not may(site, operation, found.row):
        raise Dropped("no_effect", f"{verb} does not fit its state", where=operation.name)
    if _spoils(found.phrase, verb):
        raise Dropped("not_sayable", f"{verb} what is {found.phrase.front}", where=operation.name)
    given = settings(site, trace, operation, found, dice, most=0)
    do_it(site, trace, operation, found, given.values)
    return wish_on(site, operation, found, _order(verb, found.phrase.text(), dice))


def _spoils(phrase: Phrase, verb: str) -> bool:
    """'resume the active ...': the state in the phrase contradicts the verb."""
    return bool(phrase.front) and any(w[:4] == verb[:4] for w in phrase.front.split())


def update(site: Site, trace: Trace, operation: Operation, found: Found, dice: Dice, *, most: int = 1) -> Wish:
    """One or two columns of a row get new values."""
    if not may(site, operation, found.row):
        raise Dropped("no_effect", "it is going away, or not there yet", where=operation.name)
    given = settings(site, trace, operation, found, dice, most=most)
    if not given.said:
        raise Dropped("not_sayable", f"{operation.name} sets nothing that one would say", where=operation.name)
    if any(w.kind in ("text", "word") and (w.phrase in found.phrase.text() or "described as" in found.phrase.text()) for w in given.said):
        raise Dropped("not_sayable", "it is known by what is changed", where=operation.name)
    if len(given.said) > MOST_SAID:
        raise Dropped("not_sayable", f"{operation.name} wants too much said", where=operation.name)
    if (people(found.phrase.noun) or runs(found.phrase.noun) or keeps_name(found.phrase.noun)) and any(w.kind == "name" for w in given.said):
        raise Dropped("not_sayable", "people, jobs, goods and places are not renamed", where=operation.name)
    do_it(site, trace, operation, found, given.values)
    wish = wish_on(site, operation, found, change(given.said, found.phrase.text(), dice, its="their" if people(found.phrase.noun) else "its"))
    return wish._replace(verb="rename" if given.said[0].kind in ("name", "text") else "update")


def change(said: Sequence[Wanted], np: str, dice: Dice, *, its: str = "its") -> str:
    """'Please change the tier of ... to gold.'"""
    first = said[0]
    if len(said) == 1:
        if first.kind == "flag" and first.phrase == "disabled":
            return dice.choice((f"Please {'disable' if first.value else 'enable'} {np}.", f"Could you {'disable' if first.value else 'enable'} {np}?"))
        if first.kind == "flag" and flag(first.phrase, True).startswith("It"):
            return dice.choice((f"Please make {np} {'' if first.value else 'not '}{first.phrase}.", f"Could you make {np} {'' if first.value else 'not '}{first.phrase}?"))
        if first.kind == "flag":
            return dice.choice((f"Please turn {first.said} {first.phrase} for {np}.", f"Can you turn {first.said} {first.phrase} for {np}?"))
        if first.phrase in ("name", "display name") or f" with the {first.phrase} " in np:
            return dice.choice((f"Please rename {np} to {first.said}.", f"Can you rename {np} to {first.said}?"))
        return dice.choice(
            (
                f"Please change the {first.phrase} of {np} to {first.said}.",
                f"Can you set the {first.phrase} of {np} to {first.said}?",
                f"Could you change the {first.phrase} of {np} to {first.said}?",
                f"I'd like the {first.phrase} of {np} changed to {first.said}.",
            )
        )
    parts = [turned(s.phrase, s.said) if s.kind == "flag" else f"set {its} {s.phrase} to {s.said}" for s in said[1:]]
    first_part = change(said[:1], np, dice)
    return f"{first_part[:-1]}, and {joined(parts)}{first_part[-1]}"


def settings(site: Site, trace: Trace, operation: Operation, found: Found | None, dice: Dice, *, most: int, like: Row | None = None) -> Set:
    """Values for a write's required arguments, and for up to `most` optional ones; each another than the row has. like: what a new row takes after. Raises Dropped(not_sayable)."""
    values: dict[str, Val] = {}
    said: list[Wanted] = []
    row = found.row if found else None
    wanted_ = [a for a in operation.arguments if a.required and a.role in ("value", "body")]
    optional = [a for a in operation.arguments if not a.required and a.role in ("value", "body") and _speakable(site, operation, a)]
    need_more = max(0, most - len([a for a in wanted_ if a.role == "value"]))
    for argument in [*wanted_, *dice.sample(optional, need_more)]:
        _give(site, operation, argument, row, dice, values, said, like)
    return Set(values, said)


def _speakable(site: Site, operation: Operation, argument: Argument) -> bool:
    schema = site.schema(operation.name, argument.name)
    names = [c for p, c in argument.body.items() if changeable(site, operation, c, schema.get("properties", {}).get(p, {}))] if argument.role == "body" else [argument.column or ""]
    if argument.role != "body" and not changeable(site, operation, argument.column or "", schema):
        return False
    if any(a.role == "slug" for a in operation.arguments) and all(site.kinds.get((operation.table, c)) == "name" for c in names):
        return False
    return any(site.kinds.get((operation.table, c)) not in (None, "time") and settable(site, operation, c) for c in names)


_UNASKED = ("automated", "automatic", "scheduled", "system", "default", "managed", "imported", "external")
"""What a thing is that came about without a user's asking for it."""


def settable(site: Site, operation: Operation, column: str) -> bool:
    """A state is moved by actions, not written; what a thing is stays as it is."""
    phrase, kind = site.columns[operation.table, column].phrase, site.kinds.get((operation.table, column))
    if operation.act != "create" and kind and not may_set(kind, phrase, site.tables[operation.table].noun):
        return False
    if operation.act == "create" and (phrase == "version" or (kind in ("choice", "number", "flag") and not may_set(kind, phrase, site.tables[operation.table].noun))):
        return False
    if operation.act != "create" and re.search(r"^(?:type|subtype|kind|platform|provider|source|engine|area|gender|architecture|format|modality|dialect)$|edition$|industry vertical$|version$|(?<!IP address)(?<!instance)(?<!storage)(?<!disk)(?<!volume)(?<!machine)(?<!charge)(?<!renewal) type$", phrase):
        return False
    if operation.act != "create" and re.search(r"^(?:given|first|last|family|full|middle) name$", phrase):
        return False
    if operation.act != "create" and phrase.endswith(("purpose", "use case")) and kind == "choice":
        return False
    return not is_state(phrase) and not re.search(r"(?:^| )(?:action|operation|stage|reason)$|^action ", phrase)


def _give(site: Site, operation: Operation, argument: Argument, row: Row | None, dice: Dice, values: dict[str, Val], said: list[Wanted], like: Row | None) -> None:
    schema = site.schema(operation.name, argument.name)
    if argument.role == "value":
        column = argument.column or ""
        if operation.act != "create" and not settable(site, operation, column):
            raise Dropped("not_sayable", f"{column} is a state", where=operation.name)
        if not changeable(site, operation, column, schema):
            raise Dropped("not_sayable", f"{column} is chosen once", where=operation.name)
        told = _told(site, operation, column, schema, dice, row, like)
        if is_state(told.phrase) and not begins(told.value):
            raise Dropped("not_sayable", f"nothing begins as {told.said}", where=operation.name)
        values[argument.name] = Val(told.value, "said")
        said.append(told)
        return
    body, must = {}, schema.get("required", ())
    properties = schema.get("properties", {})
    able = {
        p: c
        for p, c in argument.body.items()
        if site.kinds.get((operation.table, c)) not in (None, "time") and settable(site, operation, c) and changeable(site, operation, c, properties.get(p, {}))
    }
    if any(p not in able for p in must) or not able:
        raise Dropped("not_sayable", f"{argument.name} needs what nobody would say", where=operation.name)
    chosen = [p for p in able if p in must] + dice.sample([p for p in able if p not in must], 1 if not must else 0)
    for name in chosen[:3]:
        told = _told(site, operation, able[name], properties.get(name, {}), dice, row, like)
        body[name] = told.value
        said.append(told)
    values[argument.name] = Val(body, "said")


def _told(site: Site, operation: Operation, column: str, schema: Schema, dice: Dice, row: Row | None, like: Row | None) -> Wanted:
    """The value that a column is given. Raises Dropped(not_sayable)."""
    told = wanted(site, operation.table, column, schema, dice, row=row, like=like)
    if operation.act == "create" and told.said in _UNASKED:
        raise Dropped("not_sayable", f"nobody makes what is {told.said}", where=operation.name)
    return told


def tied(site: Site, trace: Trace, operation: Operation, one: Found, other: Found, dice: Dice) -> Wish:
    """Attach one row to another, or take it off."""
    spoken_ = tie(operation)
    if spoken_ is None:
        raise Dropped("not_sayable", f"nobody would say {operation.verb!r}", where=operation.name)
    verb, preposition = spoken_
    values: dict[str, Val] = {}
    for argument in operation.arguments:
        if argument.role not in ("key", "value") or argument.column is None:
            continue
        for found in (one, other):
            column = _end(site, operation, argument, found)
            if column is not None and argument.name not in values:
                values[argument.name] = need(site, trace, found, column)
    if len(values) < 2:
        raise Dropped("no_tool", "its two ends are not both known", where=operation.name)
    trace.do(operation, values)
    if one.frame and other.frame and one.frame != other.frame:
        raise Dropped("not_sayable", "both hang on too much", where=operation.name)
    if other.phrase.noun.lower().split(" ")[-1] in of_name(operation.name).noun[-1:]:
        one, other = other, one
    first, second = one.phrase.text(), other.phrase.text()
    text = dice.choice((f"Please {verb} {first} {preposition} {second}.", f"Can you {verb} {first} {preposition} {second}?"))
    return Wish(text, "action", (), (), one.frame or other.frame, False, one.phrase.noun, verb)


def _end(site: Site, operation: Operation, argument: Argument, found: Found) -> str | None:
    """The column of a found row that an end of a link is given."""
    holder = site.tables[operation.through or operation.table]
    column = argument.column or ""
    reference = reference_of(holder, column)
    if reference is not None and reference.table == found.table:
        return site.tables[found.table].key[reference.columns.index(column)]
    if reference is None and operation.through is None and found.table == operation.table and argument.role == "key":
        return column
    return None


# ---- a row is made ----------------------------------------------------------------------------------------------

_MAKES = {"register": "register", "add": "add", "order": "order", "purchase": "buy", "schedule": "schedule", "invite": "invite", "reserve": "reserve", "book": "book", "open": "open", "start": "start", "submit": "submit"}


class Made(NamedTuple):
    """A row that was just made."""

    row: Row
    known: dict[str, Val]
    phrase: Phrase


def create(
    site: Site, trace: Trace, operation: Operation, dice: Dice, *, parents: Sequence[Found] = (), made: "tuple[str, Made] | None" = None, most: int = 2, like: Row | None = None
) -> tuple[Wish, Made]:
    """A new row, below rows that were found or just made; like: it takes the place of that one, so it bears nearly its name and lacks nothing that such rows have. Raises Dropped."""
    info = site.tables[operation.table]
    if not info.said:
        raise Dropped("not_sayable", f"nobody speaks of {info.noun!r}", where=info.name)
    values, homes, frame = _ties(site, trace, operation, dice, parents, made)
    name, handle = "", ""
    details: list[str] = []
    for argument in operation.arguments:
        if argument.role == "slug" and argument.required:
            chosen = slug(site, info.name, dice, like=like)
            values[argument.name] = Val(chosen, "said")
            name, handle = f'called "{chosen}"', chosen
    rest = operation.model_copy(update={"arguments": tuple(a for a in operation.arguments if a.name not in values)})
    keys = [a for a in rest.arguments if a.required and a.role == "key"]
    if keys:
        raise Dropped("not_sayable", f"{keys[0].name} must be made up", where=operation.name)
    given = settings(site, trace, rest, None, dice, most=most, like=like)
    said = list(given.said)
    if lacking := lacks(site, operation, {**values, **given.values}, whole=like is not None):
        raise Dropped("not_sayable", f"a new one without {lacking} is none", where=operation.name, value=lacking)
    named = [s for s in said if s.kind == "name"]
    if len(named) > 1:
        raise Dropped("not_sayable", "two names for one thing", where=operation.name)
    if named:
        name = f"titled {named[0].said}" if "title" in named[0].phrase else f"called {named[0].said}"
        said.remove(named[0])
        if handle:
            handle = plain(str(named[0].value))
            values.update({a.name: Val(handle, "said") for a in operation.arguments if a.role == "slug" and a.required})
            details.append(f'Its ID should be "{handle}".')
    if not name and not (records(info.noun) and any(s.kind == "text" for s in said)):
        raise Dropped("not_sayable", "nothing is said of the new row", where=operation.name)
    done = trace.do(operation, {**values, **given.values})
    row = done.rows[0] if done.rows else {}
    verb = _MAKES.get(operation.verb, dice.choice(("set up", "create", "make")))
    called = below(site, info.noun, *(h.noun for h in homes), taken=False)
    noun = article(called) if verb in ("register", "add", "invite") else article(f"new {called}")
    of = called != info.noun and called.lower() in ("version", "revision")
    places = [f"{'of' if of else inside(h.noun)} {h.bare()}" for h in homes]
    place = f" {joined(places)}" if places else ""
    text = dice.choice((f"Please {verb} {noun} {name}", f"I'd like you to {verb} {noun} {name}", f"We need {noun} {name}", f"Can you {verb} {noun} {name}")).rstrip() + place
    text += "?" if text.startswith("Can") else "."
    details += [_property(s) for s in said]
    known = {c: Val(v, "written", done.step) for c, v in row.items()}
    return Wish(text, "create", tuple(details), (), frame, False, info.noun, "create"), Made(row, known, Phrase(info.noun, front="new"))


def _property(said: Wanted) -> str:
    """'The tier should be gold.'"""
    if said.kind == "flag":
        return flag(said.phrase, bool(said.value))
    if said.kind == "text":
        return f"The {said.phrase} should {'say' if said.phrase == 'notes' else 'read'} {said.said}."
    return f"The {said.phrase} should be {said.said}."


def _ties(
    site: Site, trace: Trace, operation: Operation, dice: Dice, parents: Sequence[Found], made: "tuple[str, Made] | None"
) -> tuple[dict[str, Val], list[Phrase], str]:
    """Arguments that point to other rows; what the new row lies in; what is said first."""
    info = site.tables[operation.table]
    values: dict[str, Val] = {}
    homes: list[Phrase] = []
    frame = ""
    known = {f.table: f for f in parents}
    ends: set[tuple[str, str]] = set()
    for argument in operation.arguments:
        if argument.role not in ("value", "key") or not argument.column:
            continue
        reference = reference_of(info, argument.column)
        if reference is None:
            continue
        if not argument.required and reference.table not in known and not (made and made[0] == reference.table):
            continue
        part = site.tables[reference.table].key[reference.columns.index(argument.column)]
        if (reference.table, part) in ends:
            raise Dropped("not_sayable", "it would be tied to the same thing twice", where=operation.name)
        ends.add((reference.table, part))
        if made and made[0] == reference.table:
            if part not in made[1].known:
                raise Dropped("row_not_describable", "the answer does not show the new key", where=operation.name)
            values[argument.name] = made[1].known[part]
            continue
        if reference.table not in known:
            rows = site.world.rows(reference.table)
            if not rows:
                raise Dropped("no_tool", "there is no row to put it in", where=reference.table)
            known[reference.table] = locate(site, trace, reference.table, dice.choice(rows), dice, plain=True)
        found = known[reference.table]
        values[argument.name] = need(site, trace, found, part)
        phrase, first = under(found)
        if phrase not in homes:
            homes.append(phrase)
            frame = frame or first
    if len(homes) > (1 if frame else 2):
        raise Dropped("not_sayable", "it hangs on too much", where=operation.name)
    return values, homes, frame
