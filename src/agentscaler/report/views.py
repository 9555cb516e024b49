"""What the pages of a world and of a task show, made from their records: tools with where their arguments come from, gold calls, conversations.

Plain values only: escaping is the templates' work.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.errors import REASONS
from agentscaler.hands import whole
from agentscaler.records import Call, Edge, EnvSpec, EnvTool, Given, Message, Schema
from agentscaler.report.book import DrawnTask, DrawnWorld, Seen

LONGEST: Final = 5_000
"""Letters of one answer that are shown."""
ROWS: Final = 4
"""Sample rows of a table."""
PLAYERS: Final = {
    "gold": "plays the gold calls inside a natural conversation",
    "stumbling": "gold, with a failed call on the way",
    "forgetting": "gold without one of its writes",
    "adding": "gold and a write nobody asked for",
    "wrong": "gold with a wrong value",
    "solver": "works from the conversation alone",
    "shallow": "word overlap and copying, never reads",
    "random": "as many valid calls as gold, drawn at random",
    "do-nothing": "says it is done",
    "hasty": "gold that never asks before a change",
    "solver, brief of another task": "the solver, told something else",
}


def slug(text: str) -> str:
    """Text as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:96] or "x"


def pretty(value: Any) -> str:
    """JSON a person can read, cut where it is endless."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… {len(text) - LONGEST:,} more characters"


def brief(text: str, most: int = 180) -> str:
    """The first sentence."""
    first = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    return first if len(first) <= most else first[: most - 1].rsplit(" ", 1)[0] + "…"


# ---- worlds -------------------------------------------------------------------------------------------------------


class Parameter(NamedTuple):
    """One parameter of a tool."""

    name: str
    type: str
    required: bool
    description: str
    producers: Sequence[Edge]


class ToolView(NamedTuple):
    """One tool of a world."""

    tool: EnvTool
    first: str
    parameters: Sequence[Parameter]
    answers: Sequence[str]
    """Top names of its answer."""


class TableView(NamedTuple):
    """Some rows of a table."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int
    hidden: int
    """Columns that are empty in all rows shown, or too many."""


def tool_views(env: EnvSpec) -> list[ToolView]:
    """The tools: reads first, borrowed ones behind their like."""
    order = sorted(env.tools, key=lambda t: (t.kind == "write", not t.own, t.name))
    return [ToolView(t, brief(t.description), _parameters(t, env), _answers(t.returns)) for t in order]


def _parameters(tool: EnvTool, env: EnvSpec) -> list[Parameter]:
    needed = set(tool.parameters.get("required", ()))
    edges = [e for e in env.edges if e.target == tool.name]
    found = [
        Parameter(name, type_of(schema), name in needed, brief(str(schema.get("description", "")), 240), [e for e in edges if e.parameter == name])
        for name, schema in tool.parameters.get("properties", {}).items()
    ]
    return sorted(found, key=lambda p: (not p.required, not p.producers))


def type_of(schema: Any) -> str:
    """A schema in a word or two."""
    if not isinstance(schema, dict):
        return "any"
    if schema.get("enum"):
        return " | ".join(str(v) for v in schema["enum"][:8]) + (" | …" if len(schema["enum"]) > 8 else "")
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if kind == "object" and schema.get("properties"):
        names = list(schema["properties"])
        return "{" + ", ".join(names[:6]) + (", …" if len(names) > 6 else "") + "}"
    return " | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _answers(schema: Schema | None) -> list[str]:
    return list((schema or {}).get("properties", {}))[:12]


def table_views(world: DrawnWorld) -> list[TableView]:
    """A few rows of each table, with the columns that hold something; keys first."""
    keys = {t.name: t.key for t in world.env.model.tables} if world.env.model else {}
    out = []
    for name, rows in world.rows.items():
        some = rows[:ROWS]
        columns = [c for c in (rows[0] if rows else {}) if any(r.get(c) is not None for r in some)]
        key = keys.get(name, ())
        shown = [*(c for c in columns if c in key), *(c for c in columns if c not in key)][:9]
        hidden = len(rows[0]) - len(shown) if rows else 0
        out.append(TableView(name, shown, [[_cell(r.get(c)) for c in shown] for r in some], len(rows), hidden))
    return out


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode() if isinstance(value, (list, dict, bool)) else str(value)
    return text if len(text) <= 64 else text[:63] + "…"


# ---- tasks --------------------------------------------------------------------------------------------------------


class ArgumentView(NamedTuple):
    """One argument of a gold call and where it comes from."""

    name: str
    value: str
    source: str
    kind: str


class CallView(NamedTuple):
    """One gold call."""

    name: str
    kind: str
    arguments: Sequence[ArgumentView]
    result: str
    size: str


def call_views(drawn: DrawnTask, env: EnvSpec | None) -> list[CallView]:
    """The gold calls."""
    kinds = {t.name: t.kind for t in env.tools} if env else {}
    given = [*drawn.task.given, *([()] * len(drawn.task.gold))]
    return [
        CallView(c.name, kinds.get(c.name, ""), [_argument(n, v, given[at]) for n, v in c.arguments.items()], pretty(c.result), _size(c))
        for at, c in enumerate(drawn.task.gold)
    ]


def _argument(name: str, value: Any, given: Sequence[Given]) -> ArgumentView:
    known = next((g for g in given if g.argument == name or name.startswith(f"{g.argument}.") or g.argument.startswith(f"{name}.")), None)
    text = _shown(value)
    if known is None:
        return ArgumentView(name, text, "", "")
    step = "" if known.step is None else f" by call {known.step + 1}"
    words = {"said": "said by the user", "read": f"shown{step}", "written": f"answered{step}", "context": "the world's surroundings", "constant": "a constant"}
    return ArgumentView(name, text, words[known.source], known.source)


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 400 else text[:399] + "…"


def _size(call: Call) -> str:
    return call.error or _amount(orjson.dumps(call.result).decode())


def _amount(text: str) -> str:
    return f"{len(text):,} characters" if len(text) > 2 else "empty"


class LineView(NamedTuple):
    """One line of a conversation."""

    role: str
    text: str
    calls: Sequence[tuple[str, str]]
    """Name and arguments."""
    name: str
    answer: str
    size: str
    error: str


class SeenView(NamedTuple):
    """One rollout."""

    seen: Seen
    player: str
    """What kind of player it is."""
    lines: Sequence[LineView]
    meaning: str
    """Of the reason it was dropped for."""


def seen_views(drawn: DrawnTask) -> list[SeenView]:
    """The rollouts of a task."""
    order = sorted(drawn.seen, key=lambda s: (list(PLAYERS).index(s.rollout.agent) if s.rollout.agent in PLAYERS else -1, s.rollout.trial))
    return [SeenView(s, PLAYERS.get(s.rollout.agent, ""), [_line(m) for m in whole(s.rollout.messages, s.rollout.deeds)], REASONS.get(s.reason, "")) for s in order]


def _line(message: Message) -> LineView:
    calls = [(c.name, _arguments(c.arguments)) for c in message.calls]
    if message.role != "tool":
        return LineView(message.role, message.content, calls, "", "", "", "")
    try:
        answer = pretty(orjson.loads(message.content))
    except orjson.JSONDecodeError:
        answer = message.content[:LONGEST]
    return LineView("tool", "", (), message.name or "", answer, _amount(message.content), message.error or "")


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in arguments.items())


CONTROLS: Final = {
    "nothing": "no call at all",
    "dropped write": "gold without one of its writes",
    "extra write": "gold and a write nobody asked for",
    "another row": "gold on another row",
    "another value": "gold with another valid value",
    "wrong answer": "the right calls, a wrong answer",
    "no calls": "the right answer, no calls",
}
"""What each negative control does."""


def pages_of(worlds: Sequence[DrawnWorld]) -> dict[str, str]:
    """Id of a world or task -> its page."""
    names = {w.row.env: f"worlds/{slug(w.row.domain)}-{slug(w.row.env)}.html" for w in worlds}
    return names | {t.number: f"tasks/{slug(t.number)}.html" for w in worlds for t in w.tasks}
