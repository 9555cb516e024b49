"""What tells a row from its neighbours, in words: 'the volume called "x"', 'the oldest backup', 'the only failed job'.

It is picked for a deed: nobody deletes "the active ..." or asks for what is being created (fits.py).
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.population import parse_time
from agentscaler.records import Table
from agentscaler.tasks.everyday import dated, described, single
from agentscaler.tasks.fits import FROM, THIS_YEAR, is_state, picks
from agentscaler.tasks.nouns import befits, may_pick, people, records, runs
from agentscaler.tasks.site import Row, Site
from agentscaler.tasks.speech import Kind, adjective, day, inside, member, say


class Phrase(NamedTuple):
    """A row in words: 'the' + front + noun + tail, of what it belongs to."""

    noun: str
    front: str = ""
    tail: str = ""
    parent: "Phrase | None" = None

    def text(self) -> str:
        """With what it belongs to."""
        return self.bare() + self.of()

    def of(self) -> str:
        """' of the cluster called "x"', or nothing."""
        return f" {'in' if inside(self.parent.noun) == 'in' else 'of'} {self.parent.bare()}" if self.parent else ""

    def bare(self) -> str:
        """Without what it belongs to."""
        if self.front == "that":
            return " ".join(p for p in ("that", self.noun, self.tail) if p)
        return " ".join(p for p in ("the", self.front, self.noun, self.tail) if p)

    def by_name(self) -> bool:
        """Does no clause stand behind the noun but a name, so that what it belongs to may follow?"""
        return not self.tail or bool(re.fullmatch(r'(?:called |titled |named )?(?:"[^"]*"|[^\s"]+)', self.tail))

    def one(self) -> str:
        """'the one called "x"', where the noun has been said."""
        return " ".join(p for p in ("the", self.front, "one", self.tail) if p)


_WEIGHT: Final = {"name": 10.0, "text": 1.5, "time": 1.0, "word": 1.2, "choice": 1.5, "number": 0.8, "flag": 0.4}
_NEWEST: Final = 0.12
"""How often what is kept of the past is told by its place in time."""
Facet = tuple[str, Kind]


def describe(site: Site, info: Table, row: Row, others: Sequence[Row], shown: Sequence[str], dice: Dice, *, verb: str = "", plain: bool = False) -> Phrase:
    """What tells a row from the others that are read with it. verb: what it is picked for; plain: no passing state, so that more can be said after it.

    Raises Dropped(row_not_describable).
    """
    facets = [f for f in _facets(site, info, row, shown, plain) if _fitting(site, info, row, f, verb, plain)]
    if not others:
        named = [f for f in facets if f[1] == "name" and _tail(site, info, row, f)]
        named = named or [f for f in facets if _lone(site, info, f) and _tail(site, info, row, f)]
        if named:
            return _phrase(site, info, row, named[:1], only=False)
        if not single(info.noun):
            raise Dropped("row_not_describable", "nobody would say which, though there is but one", where=info.name)
        return Phrase(info.noun)
    good = {f: _WEIGHT[f[1]] for f in facets if _unique(site, info, row, others, shown, f) and _tail(site, info, row, f) is not None}
    newest = [f for f in facets if f[1] == "time" and site.columns[info.name, f[0]].phrase == "created"]
    kept = runs(info.noun) or records(info.noun)
    if kept and newest and dice.chance(0.0 if any(f[1] == "name" for f in good) else _NEWEST if good else 1.0) and (found := _extreme(info, row, others, newest[0][0])):
        return found
    good = _telling(site, info, good)
    if good:
        chosen = dice.weighted(good)
        return _phrase(site, info, row, (chosen,), only=chosen[1] in ("choice", "flag"))
    pairs = [(a, b) for i, a in enumerate(facets) for b in facets[i + 1 :] if a[1] == "name" and b[1] == "time" and _pair(site, info, row, others, a, b)]
    pairs = [p for p in pairs if all(_tail(site, info, row, f) is not None for f in p)]
    if not pairs:
        raise Dropped("row_not_describable", "nothing a user can know tells it from its neighbours", where=info.name)
    return _phrase(site, info, row, dice.choice(pairs), only=False)


def _lone(site: Site, info: Table, facet: Facet) -> bool:
    """Does one say it even of the only one there is: of people their address, of what happened its day?"""
    column, kind = facet
    return (kind == "word" and people(info.noun)) or (kind == "time" and site.columns[info.name, column].phrase != "expires")


def _telling(site: Site, info: Table, good: dict[Facet, float]) -> dict[Facet, float]:
    """What has a name is told by it, and by no date or note."""
    names = {f: w for f, w in good.items() if f[1] == "name"}
    if names or any(site.kinds.get((info.name, c.name)) == "name" for c in info.columns):
        return names or {f: w for f, w in good.items() if f[1] not in ("time", "text")}
    return good


def _facets(site: Site, info: Table, row: Row, shown: Sequence[str], plain: bool) -> list[Facet]:
    """Columns that the user can know and would speak of. A key that a read yields is not said."""
    out: list[Facet] = []
    for column in shown:
        kind = site.kinds.get((info.name, column))
        if kind and column not in info.key and site.knowable(info.name, column) and row.get(column) not in (None, ""):
            if kind == "name" and any(row[column] == row.get(k) for k in info.key):
                continue
            out.append((column, kind))
    slug = site.keyed_by_name(info)
    if slug in shown and not any(k == "name" for _, k in out):
        out.append((str(slug), "name"))
    return [f for f in out if not plain or f[1] in ("name", "text", "time", "word")]


_KEPT: Final = re.compile(r"needed|kept|waiting|used on")
_FLAGS: Final = frozenset(["encrypted", "public", "archived", "locked", "expired", "deprecated", "default", "private", "shared", "unused", "external", "disabled", "trashed"])


def _fitting(site: Site, info: Table, row: Row, facet: Facet, verb: str, plain: bool) -> bool:
    """Would somebody who wants this done pick it by that?"""
    column, kind = facet
    about = site.columns[info.name, column]
    if kind == "choice" and is_state(about.phrase):
        said = member(row[column], about.phrase)
        return not plain and befits(said or "", info.noun) and about.phrase in ("status", "state", "lifecycle state") and said is not None and adjective(said) and picks(row[column], verb)
    if kind == "choice" and (member(row[column], about.phrase) or "").lower() in info.noun.lower():
        return False
    if kind == "text":
        return described(info.noun) and not (verb == "delete" and _KEPT.search(str(row[column])))
    if kind == "flag":
        return about.phrase in _FLAGS and verb == ""
    if kind == "number" and not about.phrase.endswith(("priority", "precedence")):
        return False
    if kind == "time" and (about.phrase[:5] == info.noun.lower()[:5] or not dated(info.noun, about.phrase)):
        return False
    if kind == "time" and verb in FROM and runs(info.noun):
        return parse_time(row[column]).year == THIS_YEAR
    if kind == "word" and not people(info.noun) and about.phrase.endswith("username"):
        return False
    return column in info.key or may_pick(kind, about)


def spoken(site: Site, info: Table, row: Row, column: str) -> Any:
    """The value as the user knows it: of a resource name the last part."""
    return str(row[column]).rsplit("/", 1)[-1] if column == site.keyed_by_name(info) else row[column]


def _alike(value: Any, kind: Kind) -> Any:
    if kind == "time":
        return day(value)
    return normal(str(value)) if isinstance(value, str) else value


_STRINGS = ("name", "text", "word")


def _unique(site: Site, info: Table, row: Row, others: Sequence[Row], shown: Sequence[str], facet: Facet) -> bool:
    """Does no other row show the value in any column of its kind?"""
    column, kind = facet
    mine = _alike(spoken(site, info, row, column), kind)
    kin = [c for c in shown if (k := site.kinds.get((info.name, c))) and (k == kind or (k in _STRINGS and kind in _STRINGS))]
    kin = list(dict.fromkeys([*kin, column]))
    return not any(r.get(c) is not None and _alike(spoken(site, info, r, c), kind) == mine for r in others for c in kin)


def _pair(site: Site, info: Table, row: Row, others: Sequence[Row], a: Facet, b: Facet) -> bool:
    return not any(all(r.get(c) is not None and _alike(spoken(site, info, r, c), k) == _alike(spoken(site, info, row, c), k) for c, k in (a, b)) for r in others)


def _extreme(info: Table, row: Row, others: Sequence[Row], column: str) -> Phrase | None:
    """The newest or the oldest of them."""
    times = [parse_time(r[column]) for r in others if r.get(column) is not None]
    if len(times) < len(others) or row.get(column) is None:
        return None
    mine = parse_time(row[column])
    if all(mine > t for t in times):
        return Phrase(info.noun, front="newest")
    return Phrase(info.noun, front="oldest") if all(mine < t for t in times) else None


def _tail(site: Site, info: Table, row: Row, facet: Facet) -> tuple[str, str] | None:
    """(front, tail) that say a facet."""
    column, kind = facet
    about = site.columns[info.name, column]
    value = say(spoken(site, info, row, column), kind, about.unit, about.phrase)
    if value is None:
        return None
    if kind == "name":
        return "", named(about.phrase, value, key=column in info.key)
    if kind == "time":
        return "", happened(about.phrase, value)
    if kind == "text":
        return "", f"described as {value}" if about.phrase in ("description", "comment", "remark", "note") else f"with the {about.phrase} {value}"
    if kind == "flag":
        return (about.phrase, "") if row[column] and adjective(about.phrase) else None
    if kind == "choice":
        word = member(row[column], about.phrase)
        if word and adjective(word) and is_state(about.phrase):
            return word, ""
    if kind == "number" and abs(row[column]) >= 100_000:
        return None
    if kind == "word":
        return "", f"with the {about.phrase} {value}"
    if kind == "choice":
        return None
    return "", f"whose {about.phrase} is {value}"


def named(phrase: str, value: str, *, key: bool = False) -> str:
    """'called "x"', 'titled "x"', 'with the label "x"'."""
    if "title" in phrase:
        return f"titled {value}"
    return f"called {value}" if key or phrase.split(" ")[-1] in ("name", "") else f"with the {phrase} {value}"


def happened(moment: str, when: str, preposition: str = "on") -> str:
    """'created on 12 May', 'that expires on 12 May'."""
    return f"{'that ' if moment in ('expires', 'started', 'finished') else ''}{moment} {preposition} {when}"


def _phrase(site: Site, info: Table, row: Row, facets: Sequence[Facet], *, only: bool) -> Phrase:
    parts = [p for f in facets if (p := _tail(site, info, row, f))]
    front = " ".join(p[0] for p in parts if p[0])
    front = f"only {front}" if only and front else front
    return Phrase(info.noun, front=front, tail=" and ".join(p[1] for p in parts if p[1]))
