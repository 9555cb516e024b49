"""What the report is written from: the counts of every room, the domains and how near they are, and a drawn sample.

Plain tuples, filled by the walk from the products of a run. Nothing here knows of files or of HTML.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agentscaler.records import Difficulty, Domain, EnvRow, EnvSpec, JsonObject, Probe, Rollout, Task, Verdict


class Stock(NamedTuple):
    """What one room has on its shelf and in its bin."""

    verb: str
    """The room."""
    kept: int | None
    """Rows on the shelf; None where the room was not walked through yet."""
    dropped: Mapping[str, int]
    """Reason -> rows in the bin."""
    examples: Mapping[str, Sequence[str]]
    """Reason -> a few of its rows, in words."""
    facts: Mapping[str, Any]
    """Further figures the verb has printed."""


class Seen(NamedTuple):
    """One rollout of a drawn task and what became of it."""

    number: str
    """Id of its row."""
    rollout: Rollout
    """The conversation."""
    verdict: Verdict
    """What the judge says."""
    kept: bool | None
    """Did it pass the funnel? None where the funnel was not walked through yet."""
    reason: str
    """Why it was dropped, one of errors.REASONS; empty where it was kept."""
    message: str
    """The same in words."""


class DrawnTask(NamedTuple):
    """One task of the sample."""

    number: str
    """Id of its row."""
    task: Task
    """The task."""
    seen: Sequence[Seen]
    """Its rollouts."""
    probes: Sequence[Probe]
    """Players that measured it."""


class DrawnWorld(NamedTuple):
    """One world of the sample, with the tasks drawn in it."""

    row: EnvRow
    """Its counts."""
    env: EnvSpec
    """The world on paper."""
    rows: Mapping[str, Sequence[JsonObject]]
    """Table -> rows of the initial state; empty where the world was not opened."""
    closed: str
    """Why it was not opened; empty where it was."""
    tasks: Sequence[DrawnTask]
    """Tasks drawn in it."""


class Made(NamedTuple):
    """What the distributions are drawn from: one task of the run."""

    env: str
    """Its world."""
    difficulty: Difficulty
    """Its counts."""


class Feed(NamedTuple):
    """A result that can fill a parameter."""

    tool: int | str
    """Place of the producing tool in its domain, or the full name of a tool outside."""
    field: str
    """Where it stands in the result."""
    score: float
    reason: str


class Wanted(NamedTuple):
    """A required parameter of a tool, and where its value comes from."""

    parameter: str
    supplier: str
    """tools, user, constant or nobody."""
    reason: str
    feeds: Sequence[Feed]
    """Producers, best first."""


class Part(NamedTuple):
    """One tool of a domain, as the graph sees it."""

    name: str
    reads: bool
    wants: Sequence[Wanted]


class Book(NamedTuple):
    """Everything the report says."""

    stocks: Mapping[str, Stock]
    """Verb -> shelf and bin."""
    domains: Sequence[tuple[str, Domain]]
    """Id and domain, in the order of ids; empty where there are none yet."""
    ties: Mapping[tuple[int, int], float]
    """Two domains, by their place -> how alike their tools are."""
    parts: Sequence[Sequence[Part]]
    """The tools of each domain and who feeds them, domain by domain; empty where there is no graph yet."""
    worlds: Sequence[EnvRow]
    """All worlds."""
    made: Sequence[Made]
    """All tasks."""
    drawn: Sequence[DrawnWorld]
    """The sample."""
    seed: int
    """What the sample and the map were drawn with."""


class Page(NamedTuple):
    """One file of the report."""

    name: str
    """Path below report/."""
    text: str
    """What stands in it."""
