"""The house as a row of rooms: what each read, kept and dropped, why, and the figures it printed.

Made from the counts of a book. A room that was not walked through says which verb makes its product.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.errors import REASONS
from agentscaler.report.book import Book, Stock


class Reason(NamedTuple):
    """Why rows were dropped."""

    name: str
    meaning: str
    rows: int
    share: float
    """Of what the room read."""
    examples: Sequence[str]


class Room(NamedTuple):
    """One room of the house."""

    verb: str
    does: str
    there: bool
    read: int
    """What came in, in units of `unit`."""
    unit: str
    passed: int
    """What of it was kept."""
    dropped: int
    share: float
    """passed / read."""
    gives: str
    """What goes on to the next room, with its count."""
    reasons: Sequence[Reason]
    notes: Sequence[tuple[str, str]]
    """Further figures: name and value."""


class Door(NamedTuple):
    """What a room does, in words."""

    verb: str
    does: str
    unit: str
    gives: str


DOORS: Final = (
    Door("tools", "API definitions are read into one pool; copies, old versions and boiler plate stay outside", "definitions", "tools"),
    Door("graph", "tools are joined where their parameters are alike, and where a result of one can feed another", "tools", "tools in the graph"),
    Door("domains", "communities of the graph: tools that can share one database", "tools", "domains"),
    Door("envs", "each domain is compiled into a database with one function a tool, and put through the gate", "domains", "worlds"),
    Door("tasks", "wishes are grounded by reads and run in the world; kept where the judge is right on every control", "tries", "tasks"),
    Door("rollouts", "a simulated user, an agent and the world take turns", "episodes", "rollouts"),
    Door("kept", "validity, then the end state, then the calls: which rollouts become data", "rollouts", "rollouts kept"),
    Door("sft", "conversations as training rows, train and held out by groups of services", "kept rollouts", "training rows"),
)
WORDS: Final = {"kept": "funnel"}
"""Where the verb is not called like its product."""
_ELSEWHERE: Final = ("scores", "fields", "shapes", "shares", "success", "vendors", "controls absent", "kept by agent", "players")
"""Facts that are drawn as tables or charts of their own."""


def rooms(book: Book) -> list[Room]:
    """All rooms, in the order of the walk."""
    return [_room(door, book) for door in DOORS]


def _room(door: Door, book: Book) -> Room:
    stock = book.stocks[door.verb]
    verb = WORDS.get(door.verb, door.verb)
    if stock.kept is None:
        return Room(verb, door.does, False, 0, door.unit, 0, 0, 0.0, door.gives, (), ())
    passed = sum(len(d.tools) for _, d in book.domains) if door.verb == "domains" else stock.kept
    dropped = sum(stock.dropped.values())
    read = passed + dropped
    reasons = [
        Reason(name, REASONS.get(name, ""), count, count / max(1, read), tuple(stock.examples.get(name, ())))
        for name, count in sorted(stock.dropped.items(), key=lambda x: (-x[1], x[0]))
    ]
    return Room(verb, door.does, True, read, door.unit, passed, dropped, passed / max(1, read), f"{stock.kept:,} {door.gives}", reasons, notes(stock.facts))


def notes(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The plain figures among the facts of a verb."""
    plain = {k: "; ".join(map(str, v)) if isinstance(v, list) else _flat(v) if isinstance(v, dict) else v for k, v in facts.items() if k not in _ELSEWHERE}
    return [(name, number(value)) for name, value in plain.items() if isinstance(value, (int, float, str))]


def _flat(table: Mapping[str, Any]) -> str | None:
    """A small table as a line: 'chatty 0.900 of 10, terse 0.800 of 5'."""
    if not 0 < len(table) <= 12 or not all(isinstance(v, (int, float, str)) for v in table.values()):
        return None
    return ", ".join(f"{k} {number(v)}" for k, v in table.items())


def number(value: Any) -> str:
    """A figure as a person reads it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


class Headline(NamedTuple):
    """One of the figures on top of the page."""

    value: str
    name: str
    more: str


def headlines(book: Book) -> list[Headline]:
    """What the run has made, in six numbers."""
    stocks = book.stocks
    return [
        _headline(stocks["tools"], "tools", _of(stocks["tools"], "services", "from {} services")),
        _headline(stocks["domains"], "domains", _share(stocks["domains"], "coverage", "cover {} of the pool")),
        _headline(stocks["envs"], "worlds", _of(stocks["envs"], "executable tools", "{} executable tools")),
        _headline(stocks["tasks"], "tasks", _of(stocks["tasks"], "worlds with tasks", "in {} worlds")),
        _headline(stocks["rollouts"], "rollouts", "" if stocks["kept"].kept is None else f"{stocks['kept'].kept:,} pass the funnel"),
        _headline(stocks["sft"], "training rows", _of(stocks["sft"], "heldout", "{} of them held out")),
    ]


def _headline(stock: Stock, name: str, more: str) -> Headline:
    return Headline("–", name, "not made yet") if stock.kept is None else Headline(f"{stock.kept:,}", name, more)


def _of(stock: Stock, fact: str, text: str) -> str:
    return text.format(number(stock.facts[fact])) if fact in stock.facts else ""


def _share(stock: Stock, fact: str, text: str) -> str:
    return text.format(f"{stock.facts[fact]:.1%}") if fact in stock.facts else ""


# ---- tables of figures --------------------------------------------------------------------------------------------


class Success(NamedTuple):
    """Who passes how many tasks, by shape; the groups of players are columns side by side."""

    groups: Sequence[tuple[str, Sequence[str]]]
    """Name of a group and its players."""
    rows: Sequence[tuple[str, int, Sequence[float | None]]]
    """Shape, tasks, and the share each player passes; None where it had nothing to play."""


_GROUPS: Final = (
    ("demonstrate", ("gold", "stumbling")),
    ("wrong on purpose", ("forgetting", "adding", "wrong")),
    ("controls that should fail", ("solver, brief of another task", "shallow", "random", "hasty", "do-nothing")),
)


def success(facts: Mapping[str, Any]) -> Success | None:
    """The success table of the rollouts room."""
    table = [r for r in facts.get("success", ()) if isinstance(r, dict)]
    names = sorted({k for r in table for k in r} - {"name", "tasks"})
    if not names:
        return None
    grouped = {n for _, players in _GROUPS for n in players}
    groups = [(title, [p for p in players if p in names]) for title, players in _GROUPS]
    groups.insert(1, ("play from the conversation", [n for n in names if n not in grouped]))
    groups = [(title, players) for title, players in groups if players]
    order = [p for _, players in groups for p in players]
    rows = [(str(r.get("name", "")), int(r.get("tasks", 0)), [_rate(r.get(p)) for p in order]) for r in table]
    return Success(groups, rows)


def _rate(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def partitions(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """The scores of the partition, the honest rows beside it."""
    rows = [r for r in facts.get("scores", ()) if isinstance(r, dict)]
    return [{str(k): f"{v:.3f}" if isinstance(v, float) and k != "median" else number(v) for k, v in r.items()} for r in rows]


def shares(facts: Mapping[str, Any]) -> list[tuple[str, str, float | None]]:
    """The shares of tasks: name, figure, and the same as a part of one where it is a share."""
    found = facts.get("shares", {})
    return [(str(k), f"{v:.1%}", float(v)) if isinstance(v, float) else (str(k), number(v), None) for k, v in found.items()]
