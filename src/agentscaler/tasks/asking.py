"""Questions: what one may want to know of a row that was found, how it is asked, and what must be told.

What is asked is said nowhere in the question, and is nothing that the agent knows from the start.
"""

import re
from collections.abc import Sequence
from typing import Any

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Answer
from agentscaler.tasks.everyday import arises, may_ask, outcome
from agentscaler.tasks.find import Found, read, upper
from agentscaler.tasks.fits import is_state
from agentscaler.tasks.nouns import people
from agentscaler.tasks.site import Site
from agentscaler.tasks.speech import Kind, be, say
from agentscaler.tasks.trace import Trace
from agentscaler.tasks.wishes import Wish
from agentscaler.words import MONTHS

MOST_RIVALS = 8
_ASKABLE: tuple[Kind, ...] = ("name", "text", "time", "choice", "number", "word")


def columns_to_ask(site: Site, found: Found, shown: Sequence[str]) -> list[str]:
    """Columns of a found row that people have a word for and that one has not named oneself; no second day of what is told by one."""
    out = []
    told = normal(f"{found.phrase.text()} {found.frame}")
    dated = bool(dates(f"{found.phrase.text()} {found.frame}"))
    nameless = bool(dates(found.phrase.tail)) or "described as" in found.phrase.tail
    around = {normal(v) for v in site.world.context.values()}
    for column in shown:
        kind = site.kinds.get((found.table, column))
        value = found.row.get(column)
        if kind not in _ASKABLE or value in (None, "") or isinstance(value, bool) or (kind == "name" and column in site.tables[found.table].key):
            continue
        phrase = site.columns[found.table, column].phrase
        if phrase == "created" and arises(found.phrase.noun):
            continue
        if (nameless and kind != "time" and not outcome(phrase)) or (" finished on " in f" {found.phrase.tail}" and is_state(phrase)):
            continue
        if kind == "name" and re.search(r'(?:called|titled|with the [\w ]+) "', found.phrase.tail):
            continue
        if found.phrase.parent and phrase.startswith(f"{found.phrase.parent.noun.split(' ')[-1]} "):
            continue
        if kind in ("name", "word") and " " in phrase and f" {normal(phrase.rsplit(' ', 1)[0])} " in f"{normal(found.frame)} ":
            continue
        if not may_ask(kind, phrase, found.phrase.noun) or (kind == "time" and (dated or (phrase == "last changed" and "described as" in told))):
            continue
        spelled = say(value, kind, site.columns[found.table, column].unit, phrase)
        if spelled is None or normal(spelled) in told or phrase in told or normal(str(value)) in around:
            continue
        out.append(column)
    return out


LONG = 9
"""Words from which on a row is named first and asked about then."""
_DATED = re.compile(rf"\b(?:on \d+|before) (?:{'|'.join(MONTHS)})\b")


def dates(text: str) -> int:
    """How many days and months a text speaks of."""
    return len(_DATED.findall(text))


def question(site: Site, found: Found, column: str, dice: Dice) -> str:
    """'When was the volume called "x" created?'"""
    np = found.phrase.text()
    kind, phrase = site.kinds[found.table, column], site.columns[found.table, column].phrase
    clashing = (kind == "time" and not found.phrase.by_name()) or (found.phrase.parent is not None and not found.phrase.tail)
    long = len(np.split(" ")) >= LONG and (" that " in np or dice.chance(0.4))
    if (clashing or long) and not people(found.phrase.noun):
        return f"Please look up {np}: {_of_it(kind, phrase)}"
    if kind == "time":
        return when(np, phrase)
    if phrase in ("name", "display name") and " called " not in np and dice.chance(0.6):
        return f"What is {np} called?"
    verb = upper(be(phrase))
    return dice.choice((f"What {verb.lower()} the {phrase} of {np}?", f"Could you tell me the {phrase} of {np}?", f"I need to know the {phrase} of {np}.", f"Please look up the {phrase} of {np}."))


def _of_it(kind: Kind, phrase: str) -> str:
    """The question behind a row that has just been named."""
    if kind == "time":
        return when("it", phrase)[0].lower() + when("it", phrase)[1:]
    return "what is it called?" if phrase in ("name", "display name") else f"what {be(phrase)} its {phrase}?"


def when(np: str, moment: str) -> str:
    """'created' -> 'When was ... created?'"""
    if moment in ("started", "finished"):
        return f"When did {np} {moment.removesuffix('ed')}?" if moment == "started" else f"When did {np} finish?"
    if moment == "expires":
        return f"When does {np} expire?"
    return f"When is {np} due?" if moment == "due" else f"When was {np} {moment}?"


def clause(site: Site, found: Found, column: str, pronoun: str = "it") -> str:
    """The same inside a sentence: 'when it was created', 'its status'."""
    kind, phrase = site.kinds[found.table, column], site.columns[found.table, column].phrase
    if kind != "time":
        return f"its {phrase}" if pronoun == "it" else f"the {phrase} of {pronoun}"
    if phrase == "expires":
        return f"when {pronoun} expires"
    if phrase in ("started", "finished"):
        return f"when {pronoun} {phrase}"
    return f"when {pronoun} is due" if phrase == "due" else f"when {pronoun} was {phrase}"


def answer_of(site: Site, found: Found, column: str, step: int) -> Answer:
    """The expected answer, with the values of the rows read beside it as rivals."""
    kind = site.kinds[found.table, column]
    value = found.row[column]
    sort: Any = {"time": "time", "number": "number", "flag": "boolean"}.get(kind, "text")
    mine = say(value, kind) if kind == "time" else normal(str(value))
    rivals: list[Any] = []
    for row in found.seen:
        other = row.get(column)
        if other in (None, "") or (say(other, kind) if kind == "time" else normal(str(other))) == mine:
            continue
        if other not in rivals and normal(str(other)) not in normal(str(value)) and len(rivals) < MOST_RIVALS:
            rivals.append(other)
    return Answer(name=site.columns[found.table, column].phrase, type=sort, value=value, rivals=tuple(rivals), step=step)


def ask(site: Site, trace: Trace, found: Found, dice: Dice, *, deeper: bool) -> Wish:
    """One column of a row; deeper: one that only a get shows, where there is one."""
    column, step = asked_column(site, trace, found, dice, deeper=deeper)
    return Wish(question(site, found, column, dice), "question", (), (answer_of(site, found, column, step),), found.frame)


def asked_column(site: Site, trace: Trace, found: Found, dice: Dice, *, deeper: bool) -> tuple[str, int]:
    """A column to ask for, and the call that shows it."""
    getters = [g for g in site.getters(found.table) if g.shape]
    listed = columns_to_ask(site, found, [c for c, v in found.known.items() if v.source == "read"])
    if getters and (deeper or not listed or found.step is None):
        getter = dice.choice(getters)
        fields = list(getter.shape.fields.values()) if getter.shape else []
        new = columns_to_ask(site, found, [c for c in fields if c not in listed]) or columns_to_ask(site, found, fields)
        if new:
            step = read(site, trace, getter, found)
            return dice.choice(new), step
    if not listed or found.step is None:
        raise Dropped("not_sayable", "it has no column one would ask for", where=found.table)
    return dice.choice(listed), found.step
