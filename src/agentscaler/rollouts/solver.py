"""A scripted agent that works from the conversation and the tool list alone: it shows that a task can be solved by what is said in it.

It reads the user's sentences (reading.py), finds what is meant by listing and matching (toolbox.py), and calls what the verb and the noun name. It sees
no task, no gold, no world and no state; take those away and it says the same, byte for byte. It shares everyday ways of asking with the briefs,
so its rate is a floor for "the brief is sufficient", not a measure of agents.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.conduct import told_tools
from agentscaler.population import parse_time
from agentscaler.records import JsonObject, Message, Schema, ToolCall
from agentscaler.rollouts.reading import Goal, Test, Thing, Wishes, read_wishes
from agentscaler.rollouts.toolbox import (
    Row,
    Tool,
    agrees,
    cells,
    fitted,
    from_row,
    holds,
    names,
    place_for,
    plain,
    rank,
    read_tools,
    rows_in,
    surrounding,
    unwrapped,
    value_of,
    words_of,
)
from agentscaler.schemas import kind_of
from agentscaler.words import article, entity, field

Talk = Generator[Message, None, Any]
MOST_TOOLS: Final = 4
"""How many tools are tried for one thing."""
_DELETES: Final = frozenset("delete remove terminate deregister destroy drop cancel revoke release uninstall erase discard unregister".split())
_FIRST: Final = "Is there anything else I should know before I start?"


class Lost(Exception):
    """The solver does not know what to do."""


class Found(NamedTuple):
    """A row, what it is, and what it was found below."""

    row: Row
    noun: tuple[str, ...]
    above: "tuple[Found, ...]" = ()

    def chain(self) -> "list[Found]":
        """Itself, then what it lies in."""
        return [self, *(x for a in self.above for x in a.chain())]


class Solver:
    """One episode's worth of solving."""

    name = "solver"
    scripted = True

    def __init__(self) -> None:
        self._talk: Talk | None = None
        self._heard: Sequence[Message] = ()
        self._tools: list[Tool] = []
        self._context: dict[str, str] = {}
        self._calls = 0
        self._known: list[Found] = []
        self._wishes = Wishes([], [], [])
        self._agreed: set[str] = set()
        self._each: frozenset[str] = frozenset()

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next message."""
        self._heard = messages
        if self._talk is None:
            self._tools = read_tools(tools)
            told = re.search(r"You work with (.+?)\.\n?$|You work with (.+)\.", messages[0].content)
            self._context = dict(re.findall(r"(\w+) ([^\s,]+)(?:,|$)", (told[1] or told[2]) if told else ""))
            self._each = told_tools(messages[0].content)
            self._talk = self._think()
        return next(self._talk)

    # ---- the conversation

    def _think(self) -> Talk:
        start = 0
        while True:
            yield Message(role="assistant", content=_FIRST)
            said = " ".join(m.content for m in self._heard[start:] if m.role == "user")
            start = len(self._heard)
            self._wishes, self._agreed = read_wishes(said), set()
            told: list[str] = []
            skip: set[Thing] = set()
            for goal in self._wishes.goals:
                if goal.act == "do" and goal.things[0] in skip:
                    continue
                try:
                    answer = yield from self._reach(goal)
                    told += [answer] if answer else []
                except Lost as why:
                    told.append((yield from self._instead(goal)) or f"I could not do that: {why}.")
            yield Message(role="assistant", content=" ".join(told) or "That's done.")

    def _instead(self, goal: Goal) -> Generator[Message, None, str | None]:
        """What the user wants to be told where the wish is refused."""
        if goal.otherwise is None:
            return None
        try:
            answer = yield from self._reach(goal.otherwise)
            return answer and f"That is not possible. {answer}"
        except Lost:
            return None

    def _reach(self, goal: Goal) -> Generator[Message, None, str | None]:
        if goal.only_if is not None and not (yield from self._true((yield from self._one(goal.things[0])), goal.only_if)):
            return None
        if goal.act == "ask":
            found = yield from self._one(goal.things[0])
            return (yield from self._tell(found, goal.about))
        if goal.act == "count":
            some = yield from self._find(goal.things[0])
            return f"There are {len(some)}."
        if goal.act == "which":
            return (yield from self._which(goal))
        if goal.act == "compare":
            return (yield from self._compare(goal))
        if goal.act == "do":
            yield from self._do(goal)
        elif goal.act == "set":
            for found in (yield from self._find(goal.things[0])):
                yield from self._set(found, goal.values)
        elif goal.act == "create":
            yield from self._create(goal)
        elif goal.act == "tie":
            yield from self._tie(goal)
        elif goal.act == "copy":
            yield from self._copy(goal)
        return None

    # ---- goals

    def _tell(self, found: Found, about: str) -> Generator[Message, None, str]:
        value = None if found.row.keys() == {"name", "id"} else value_of(found.row, about)
        if value is None or names(value[0], about) < 0.7:
            value = (yield from self._deeper(found, about)) or value
        if value is None:
            raise Lost(f"nothing shows the {about}")
        text = value[1] if not isinstance(value[1], bool) else "on" if value[1] else "off"
        return f"The {about} is {text}."

    def _deeper(self, found: Found, about: str) -> Generator[Message, None, tuple[str, Any] | None]:
        """Read the row itself, where the list did not show the property."""
        for tool in rank(self._tools, found.noun, ("get",), ("get", "describe"), least=0.5)[:MOST_TOOLS]:
            arguments = yield from self._fill(tool, found.chain(), {})
            if arguments is None or not arguments:
                continue
            data, error = yield from self._call(tool.name, arguments)
            if error:
                continue
            for row in [unwrapped(data) if isinstance(data, dict) else {}, *rows_in(data)[:1]]:
                value = value_of(row, about)
                if value is not None:
                    return value
        return None

    def _which(self, goal: Goal) -> Generator[Message, None, str]:
        some = yield from self._find(goal.things[0])
        ranked: list[tuple[Any, int, Found]] = []
        for found in some:
            value = value_of(found.row, goal.about)
            if value is not None:
                ranked.append((_order(value[1]), len(ranked), found))
        if not ranked:
            raise Lost(f"nothing shows the {goal.about}")
        best = (max if goal.last else min)(ranked, key=lambda x: x[0])[2]
        return (yield from self._tell(best, goal.verb or "name"))

    def _compare(self, goal: Goal) -> Generator[Message, None, str]:
        values = []
        for thing in goal.things:
            found = yield from self._one(thing)
            value = value_of(found.row, goal.about)
            if value is None:
                raise Lost(f"nothing shows the {goal.about}")
            values.append((_order(value[1]), thing.tests[0].value))
        return f"It is {(max if goal.last else min)(values)[1]}."

    def _do(self, goal: Goal) -> Talk:
        some = yield from self._find(goal.things[0])
        for found in some:
            kinds = ("delete",) if goal.verb in _DELETES else ()
            yield from self._write(goal.verb, kinds, found, {}, f"{goal.verb} {' '.join(found.noun)}")

    def _true(self, found: Found, test: Test) -> Generator[Message, None, bool]:
        value = value_of(found.row, test.about)
        if value is None or names(value[0], test.about) < 0.7:
            value = (yield from self._deeper(found, test.about)) or value
        return value is not None and agrees(value[1], test)

    def _set(self, found: Found, values: Sequence[Test]) -> Talk:
        tools = rank(self._tools, found.noun, ("update", "put"), ("modify", "update", "set", "patch"), least=0.2)
        tools.sort(key=lambda t: sum(place_for(t, v.about) is None for v in values))
        for tool in tools[:MOST_TOOLS]:
            given = self._given(tool, values)
            if len(given) < len(values):
                continue
            if (yield from self._try(tool, found.chain(), given, f"change the {values[0].about} of {' '.join(found.noun)}")):
                return
        raise Lost(f"no tool sets the {values[0].about}")

    def _given(self, tool: Tool, values: Sequence[Test]) -> dict[tuple[str, ...], Any]:
        """Where each value goes."""
        out: dict[tuple[str, ...], Any] = {}
        for value in values:
            place = place_for(tool, value.about, taken=[p[0] for p in out if len(p) == 1])
            if place is not None and (fits := fitted(value.value, _schema(tool, place))) is not None:
                out[place] = fits
        return out

    def _create(self, goal: Goal) -> Talk:
        thing = goal.things[0]
        noun = words_of(thing.noun)
        above: tuple[Found, ...] = ()
        if thing.of is not None:
            made = next((f for f in reversed(self._known) if thing.of.pick == "new" and f.noun == words_of(thing.of.noun)), None)
            above = (made,) if made else ((yield from self._one(thing.of)),)
        title = next((t.value for t in thing.tests if t.about == "name"), None)
        for tool in rank(self._tools, noun, ("create", "put"), ("create", "add", "register"))[:MOST_TOOLS]:
            given = self._given(tool, goal.values)
            if title is not None and (place := self._title(tool, noun, given)) is not None:
                given[place] = title
            chain = [x for a in above for x in a.chain()]
            data = yield from self._try(tool, chain, given, f"create {article(thing.noun)}")
            if data is not None:
                self._known.append(Found(unwrapped(data) if isinstance(data, dict) else {}, noun, above))
                return
        raise Lost(f"no tool makes {article(thing.noun)}")

    def _title(self, tool: Tool, noun: tuple[str, ...], given: Mapping[tuple[str, ...], Any]) -> tuple[str, ...] | None:
        """The argument that what is made is called by."""
        for name in sorted(tool.properties, key=lambda n: n not in tool.required):
            thing, is_id = entity(name)
            if (name,) not in given and is_id and name in tool.required and thing and thing[-1] == noun[-1] and kind_of(tool.properties[name]) == "string":
                return (name,)
        return place_for(tool, "name", taken=[p[0] for p in given if len(p) == 1])

    def _tie(self, goal: Goal) -> Talk:
        one = yield from self._one(goal.things[0])
        other = yield from self._one(goal.things[1])
        off = goal.verb in ("detach", "unlink", "unbind", "take", "remove", "deregister", "unsubscribe", "disconnect", "unmount", "unpin")
        kinds = ("unlink", "delete") if off else ("link", "create")
        tools = [t for t in self._tools if t.said.kind in kinds]
        tools.sort(key=lambda t: (-len(set(t.said.noun + t.said.tail) & set(one.noun + other.noun)) - (t.said.kind in ("link", "unlink")), len(t.required)))
        for tool in tools[:MOST_TOOLS]:
            if (yield from self._try(tool, [*one.chain(), *other.chain()], {}, f"{goal.verb} it")) is not None:
                return
        raise Lost("no tool ties the two")

    def _copy(self, goal: Goal) -> Talk:
        other = yield from self._one(goal.things[1])
        one = yield from self._one(goal.things[0])
        value = value_of(other.row, goal.about) or (yield from self._deeper(other, goal.about))
        if value is None:
            raise Lost(f"nothing shows the {goal.about}")
        yield from self._set(one, (Test(goal.about, str(value[1])),))

    def _write(self, verb: str, kinds: Sequence[str], found: Found, given: dict[tuple[str, ...], Any], what: str) -> Talk:
        for tool in rank(self._tools, found.noun, kinds, (verb,))[:MOST_TOOLS]:
            if tool.said.kind in ("get", "list"):
                continue
            if (yield from self._try(tool, found.chain(), given, what)) is not None:
                return
        raise Lost(f"no tool would {what}")

    # ---- finding things

    def _one(self, thing: Thing) -> Generator[Message, None, Found]:
        found = yield from self._find(thing)
        if not found:
            raise Lost(f"there is no such {thing.noun}")
        return found[0]

    def _find(self, thing: Thing) -> Generator[Message, None, list[Found]]:
        """Rows that a thing may be; one, unless every is meant."""
        noun = words_of(thing.noun)
        if noun[:1] == ("same",):
            noun = noun[1:]
            again = [f for k in reversed(self._known) for f in k.chain() if f.noun[-1:] == noun[-1:]]
            if again:
                return [max(again, key=lambda f: len(set(f.noun) & set(noun)))]
        if not thing.tests and not thing.pick and thing.of is None and thing.below is None:
            again = [f for f in reversed(self._known) if f.noun == noun]
            if again:
                return again[:1]
        home = thing.of or next((b for a, b in self._wishes.homes if a.tests and a.tests == thing.tests), None)
        above = ((yield from self._one(home)),) if home is not None else ()
        if above and not thing.tests and thing.pick == "" and any(noun[-1] in field(n) for n in above[0].row):
            return (yield from self._owner(thing._replace(below=home, of=None), noun))
        if thing.below is not None:
            return (yield from self._owner(thing, noun))
        for tool in rank(self._tools, noun, ("list", "get"), least=0.35)[: MOST_TOOLS + 2]:
            asked = {p: v for p, v in self._given(tool, thing.tests).items() if p[0] in tool.required and not entity(p[0])[0]}
            arguments = yield from self._fill(tool, [x for a in above for x in a.chain()], asked)
            if arguments is None:
                continue
            data, error = yield from self._call(tool.name, arguments)
            if error:
                continue
            mine = tuple(w for w in tool.said.noun if w not in ("list", "detail", "info"))
            rows = _matching(_below(rows_in(data), above, strict=thing.pick == "every" and not arguments), thing, noun, mine)
            if rows:
                exact = noun[-len(mine) :] if len(noun) > len(mine) else noun
                found = [Found(r, exact, above) for r in rows]
                self._known.append(found[0])
                return found if thing.pick == "every" else found[:1]
        if thing.tests and not self._listed(noun) and thing.tests[0].about == "name":
            return [Found({"name": thing.tests[0].value, "id": thing.tests[0].value}, noun)]
        raise Lost(f"no {thing.noun} like that is to be seen")

    def _listed(self, noun: tuple[str, ...]) -> bool:
        """Is there a list of such things?"""
        return bool(rank(self._tools, noun, ("list",), least=0.7))

    def _owner(self, thing: Thing, noun: tuple[str, ...]) -> Generator[Message, None, list[Found]]:
        """What a row belongs to: named by the child's row, read by a get where there is one."""
        assert thing.below is not None
        child = yield from self._one(thing.below)
        named = {n: v for n, v in cells(child.row) if noun[-1] in field(n) and isinstance(v, (str, int))}
        found = Found(named or child.row, noun)
        for tool in rank(self._tools, noun, ("get", "list"), least=0.5)[:MOST_TOOLS]:
            if not tool.required:
                continue
            arguments = yield from self._fill(tool, [found], {})
            if arguments:
                data, error = yield from self._call(tool.name, arguments)
                if not error and isinstance(data, dict):
                    return [Found(rows_in(data)[0] if rows_in(data) else unwrapped(data), noun, (found,))]
        return [found]

    # ---- calls

    def _fill(self, tool: Tool, chain: Sequence[Found], given: dict[tuple[str, ...], Any]) -> Generator[Message, None, JsonObject | None]:
        """All required arguments; None where one cannot be known."""
        out: JsonObject = {}
        for place, value in given.items():
            if len(place) == 1:
                out[place[0]] = value
            else:
                out.setdefault(place[0], {})[place[1]] = value
        for name, schema in tool.properties.items():
            if name in out:
                continue
            value = self._value(name, schema, chain, required=name in tool.required)
            if field(name) == ("update", "mask"):
                value = ",".join(n for place in given for n in place[-1:]) if name in tool.required else None
            if value is not None:
                out[name] = value
            elif name in tool.required:
                found = yield from self._fetched(name, schema)
                if found is None:
                    return None
                out[name] = found
        return out

    def _value(self, name: str, schema: Schema, chain: Sequence[Found], *, required: bool) -> Any:
        """From facts, from the rows at hand, from the surroundings; optional arguments only where the user named them."""
        fact = next((f for f in self._wishes.facts if names(name, f.about) >= (0.6 if required else 0.9)), None)
        if fact is not None and (value := fitted(fact.value, schema)) is not None:
            return value
        if not required:
            return None
        for found in chain:
            value = from_row(name, schema, found.row, found.noun)
            if value is not None:
                return value
        value = surrounding(name, schema, self._context)
        if value is not None:
            return value
        kind = kind_of(schema)
        if kind == "integer" and re.search(r"(?i)page_?(?:no|num|number|index)?$", name):
            return max(int(schema.get("minimum", 1)), 1)
        if kind == "boolean":
            return bool(schema.get("default", False))
        if kind == "integer" and re.search(r"(?i)limit|size|max|count|page", name):
            return max(int(schema.get("minimum", 0)), min(int(schema.get("maximum", 100)), 100))
        if kind == "integer" and re.search(r"(?i)offset|start", name):
            return 0
        if schema.get("enum") and len(schema["enum"]) == 1:
            return schema["enum"][0]
        return None

    def _fetched(self, name: str, schema: Schema) -> Generator[Message, None, Any]:
        """An argument that names a thing nobody spoke of: where there is only one, that one."""
        thing, is_id = entity(name)
        if not is_id or not thing:
            return None
        for tool in rank(self._tools, thing, ("list",), least=0.7)[:1]:
            if tool.required:
                continue
            data, error = yield from self._call(tool.name, {})
            rows = rows_in(data) if not error else []
            if len(rows) == 1:
                return from_row(name, schema, rows[0], thing)
        return None

    def _try(self, tool: Tool, chain: Sequence[Found], given: dict[tuple[str, ...], Any], what: str) -> Generator[Message, None, Any]:
        """A write, after a yes; None where it cannot be called or is refused."""
        arguments = yield from self._fill(tool, chain, given)
        if arguments is None:
            return None
        if not self._agreed or (tool.name in self._each and what not in self._agreed):
            self._agreed.add(what)
            yield Message(role="assistant", content=f"I am going to {what}. Shall I go ahead?")
        data, error = yield from self._call(tool.name, arguments)
        if self._heard[-1].error in ("wrong_state", "conflict") and any(g.otherwise for g in self._wishes.goals):
            raise Lost("it is refused")
        return None if error else data if data is not None else {}

    def _call(self, name: str, arguments: JsonObject) -> Generator[Message, None, tuple[Any, bool]]:
        self._calls += 1
        yield Message(role="assistant", calls=(ToolCall(id=f"call_{self._calls}", name=name, arguments=arguments),))
        last = self._heard[-1]
        return orjson.loads(last.content), last.error is not None


def _schema(tool: Tool, place: tuple[str, ...]) -> Schema:
    schema: Schema = tool.properties[place[0]]
    return schema if len(place) == 1 else schema["properties"][place[1]]


def _order(value: Any) -> Any:
    """Times and numbers in their order."""
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return parse_time(value).timestamp()
    except (ValueError, TypeError):
        return 0.0


def _below(rows: list[Row], above: Sequence[Found], *, strict: bool) -> list[Row]:
    """Those that name what they lie in, where any does."""
    if not above:
        return rows
    keys = {str(v) for n, v in above[0].row.items() if re.search(r"(?i)(id|arn|name|uin)$", n) and isinstance(v, (str, int)) and not isinstance(v, bool)}
    kept = [r for r in rows if any(str(v) in keys for _, v in cells(r) if isinstance(v, (str, int)))]
    return kept if kept or strict else rows


def _matching(rows: list[Row], thing: Thing, noun: tuple[str, ...], mine: tuple[str, ...]) -> list[Row]:
    """Rows that pass all tests, the surest first."""
    tests = list(thing.tests)
    if len(noun) > len(mine) and noun[-len(mine) :] == mine:
        tests.append(Test("status", " ".join(noun[: len(noun) - len(mine)])))
    for test in tests:
        scored = [(max(holds(r, test), _flagged(r, test)), r) for r in rows]
        best = max((s for s, _ in scored), default=0.0)
        if best <= 0:
            return []
        rows = [r for s, r in scored if s >= best - 0.05]
    if thing.pick in ("newest", "oldest"):
        timed = [(_order(v[1]), n) for n, r in enumerate(rows) if (v := value_of(r, "created"))]
        if timed:
            return [rows[(max if thing.pick == "newest" else min)(timed)[1]]]
    return rows


def _flagged(row: Row, test: Test) -> float:
    """'the encrypted volume': a yes in a field of that name; or the word as the value of any closed field."""
    if test.about != "status":
        return 0.0
    for name, value in cells(row):
        if value is True and plain(name).endswith(plain(test.value)):
            return 0.9
        if isinstance(value, str) and plain(value) == plain(test.value):
            return 0.6
    return 0.0
