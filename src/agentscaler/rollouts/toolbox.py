"""A tool list as the solver sees it: which tool is meant by a verb and a noun, how its arguments are filled from rows and words.

From names, descriptions and parameters only, and from what calls have answered.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agentscaler.canonical import normal
from agentscaler.population import parse_time
from agentscaler.records import JsonObject, Schema
from agentscaler.rollouts.reading import Test
from agentscaler.schemas import kind_of
from agentscaler.verbs import Analysis, of_name
from agentscaler.words import MONTHS, field, singular, split, split_cased

Row = dict[str, Any]
_TEMPLATE = re.compile(r"[\w.-]+/\{[^}/]*\}(?:/[\w.-]+(?:/\{[^}/]*\})?)*|(?<=Format: )\{\w+\}")
_MOMENTS = {
    "created": "creat|added|registered|request time|requested|submitted", "last changed": "updat|modif|chang|edited", "started": "start|begin|launch", "finished": "finish|end|complet|stop|close",
    "expires": "expir|valid until|end", "due": "due|deadline",
}  # fmt: skip
_TITLES = ("name", "title", "label", "alias", "subject", "nickname")


class Tool(NamedTuple):
    """One tool, read."""

    name: str
    said: Analysis
    properties: Mapping[str, Schema]
    required: tuple[str, ...]


def read_tools(tools: Sequence[JsonObject]) -> list[Tool]:
    out = []
    for entry in tools:
        function = entry["function"]
        parameters = function["parameters"]
        out.append(Tool(function["name"], of_name(function["name"]), parameters.get("properties", {}), tuple(parameters.get("required", ()))))
    return out


# ---- which tool -------------------------------------------------------------------------------------------------


def words_of(noun: str) -> tuple[str, ...]:
    """'DB instances' -> ('db', 'instance')."""
    return tuple(singular(w) for w in re.findall(r"[a-z0-9]+", noun.lower()))


def likeness(noun: tuple[str, ...], tool: Tool) -> float:
    """How well a noun and that of a tool agree, 0 to 1: the end of the noun counts."""
    mine = tuple(w for w in tool.said.noun if w in noun or w not in ("list", "detail", "info", "summary", "set"))
    if not mine or not noun:
        return 0.0
    if mine == noun:
        return 1.0
    joined, other = "".join(noun), "".join(mine)
    if joined == other:
        return 0.98
    if mine[-len(noun) :] == noun:
        return 0.8
    if noun[-len(mine) :] == mine:
        return 0.75
    common = len(set(mine) & set(noun))
    if noun[-1] in mine and common:
        return 0.3 + 0.4 * common / max(len(mine), len(noun))
    return 0.2 if common else 0.0


def rank(tools: Sequence[Tool], noun: tuple[str, ...], kinds: Sequence[str], verbs: Sequence[str] = (), *, least: float = 0.3) -> list[Tool]:
    """Tools of a kind or verb, the most likely first."""
    scored = []
    for tool in tools:
        if tool.said.kind not in kinds and tool.said.verb not in verbs:
            continue
        score = likeness(noun, tool)
        if score >= least:
            scored.append((-score - 0.3 * (tool.said.verb in verbs), len(tool.required), tool.name, tool))
    return [s[3] for s in sorted(scored, key=lambda s: s[:3])]


# ---- rows in an answer ------------------------------------------------------------------------------------------


def rows_in(data: Any) -> list[Row]:
    """The rows of an answer: the shallowest list of objects, or the object itself."""
    level: list[Any] = [data]
    for _ in range(5):
        lists = [part for part in level if isinstance(part, list) and part and all(isinstance(x, dict) for x in part)]
        if lists:
            rows = max(lists, key=len)
            return _inner(rows)
        following: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                following += part.values()
        level = following
    if isinstance(data, dict) and data:
        texts = next((v for v in data.values() if isinstance(v, list) and v and all(isinstance(x, str) for x in v)), None)
        return [{"name": t, "arn": t, "id": t} for t in texts] if texts else [unwrapped(data)]
    return []


def _inner(rows: list[Row]) -> list[Row]:
    """Reservations[].Instances[]: where every row is little more than a list of others, those."""
    inner = [v for r in rows for v in r.values() if isinstance(v, list) and v and all(isinstance(x, dict) for x in v)]
    if len(inner) == len(rows) and all(len(r) <= 4 for r in rows):
        return [x for part in inner for x in part]
    return rows


def unwrapped(data: Row) -> Row:
    """{'volume': {...}} is the volume; a finished operation is its response."""
    while len(data) <= 2:
        inside = [v for v in data.values() if isinstance(v, dict)]
        if len(inside) != 1 or len(inside[0]) < 2:
            break
        data = inside[0]
    return data


def cells(row: Row) -> Iterator[tuple[str, Any]]:
    """Fields of a row, then those one object further in."""
    yield from row.items()
    for value in row.values():
        if isinstance(value, dict):
            yield from ((n, v) for n, v in value.items() if not isinstance(v, (dict, list)))


# ---- properties -------------------------------------------------------------------------------------------------


def plain(value: Any) -> str:
    """'IN_PROGRESS' and 'InProgress' are 'in progress'."""
    return normal(" ".join(w for part in re.split(r"[_\s]+", str(value)) for w in split_cased(part))) if isinstance(value, str) else normal(str(value))


def holds(row: Row, test: Test) -> float:
    """How surely a row passes a test: 1 by name and value, less where only the value agrees, 0 where it does not."""
    best = 0.0
    for name, value in cells(row):
        if value is None or isinstance(value, (dict, list)):
            continue
        if agrees(value, test):
            best = max(best, 0.4 + 0.6 * names(name, test.about))
    return best if best >= 0.5 or test.about == "name" else 0.0


def agrees(value: Any, test: Test) -> bool:
    """Is the value the one that is said?"""
    if re.fullmatch(r"\d{1,2} [A-Z][a-z]+(?: \d{4})?", test.value):
        try:
            moment = parse_time(value)
        except (ValueError, TypeError, OverflowError, OSError):
            return False
        return test.value in (f"{moment.day} {moment.strftime('%B')}", f"{moment.day} {moment.strftime('%B')} {moment.year}") and (str(moment.year) in test.value or moment.year == 2026)
    if found := re.fullmatch(r"(before|below|above) (.+)", test.value):
        return _beyond(value, found[1], found[2])
    said = plain(test.value)
    if isinstance(value, bool):
        return said in (("on", "true", "enabled", "yes") if value else ("off", "false", "disabled", "no"))
    if isinstance(value, (int, float)):
        found = re.match(r"-?[\d,]+(?:\.\d+)?", test.value)
        return found is not None and abs(float(found[0].replace(",", "")) - value) < 1e-9
    mine = plain(value)
    return mine == said or plain(str(value).rpartition("/")[2]) == said or (len(said) > 2 and mine.endswith(" " + said) and test.about not in ("name", "description"))


def _beyond(value: Any, way: str, limit: str) -> bool:
    """Before a month, below or above a number."""
    if way == "before":
        month, _, year = limit.partition(" ")
        if month not in MONTHS or not timed(value):
            return False
        moment = parse_time(value)
        return (moment.year, moment.month) < (int(year or 2026), MONTHS.index(month) + 1)
    found = re.match(r"-?[\d,]+(?:\.\d+)?", limit)
    if found is None or not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    number = float(found[0].replace(",", ""))
    return value < number if way == "below" else value > number


def names(name: str, about: str) -> float:
    """How well the name of a field says a property, 0 to 1."""
    mine, asked = field(name), tuple(singular(w) for w in re.findall(r"[a-z0-9]+", about.lower()))
    if about in _MOMENTS:
        return 1.0 if re.search(_MOMENTS[about], " ".join(split(name))) else 0.0
    if not mine or not asked:
        return 0.0
    if mine == asked:
        return 1.0
    if about == "name" and mine[-1] in _TITLES:
        return 0.8
    if about == "description" and mine[-1] in ("description", "desc", "comment", "remark", "note"):
        return 0.9
    if mine[-len(asked) :] == asked or asked[-len(mine) :] == mine:
        return 0.8
    common = len(set(mine) & set(asked))
    return 0.6 * common / max(len(mine), len(asked)) if common else 0.0


def value_of(row: Row, about: str) -> tuple[str, Any] | None:
    """The field that says a property, and its value."""
    scored = [(names(n, about) - 0.001 * i, n, v) for i, (n, v) in enumerate(cells(row)) if v not in (None, "") and not isinstance(v, (dict, list))]
    good = [s for s in scored if s[0] >= 0.4 and (about not in _MOMENTS or timed(s[2]))]
    return max(good, key=lambda s: s[0])[1:] if good else None


def timed(value: Any) -> bool:
    """Is it a moment?"""
    try:
        parse_time(value)
    except (ValueError, TypeError, OverflowError, OSError):
        return False
    return not isinstance(value, bool)


# ---- arguments --------------------------------------------------------------------------------------------------


def surrounding(name: str, schema: Schema, context: Mapping[str, str]) -> Any:
    """What an argument is told by the surroundings; None where they say nothing of it."""
    found = _TEMPLATE.search(schema.get("description", ""))
    if found:
        filled = re.sub(r"\{(\w+)\}", lambda m: context.get(_bare(m[1]), m[0]), found[0])
        if "{" not in filled:
            return filled
    value = context.get(_bare(name))
    return None if value is None else ([value] if kind_of(schema) == "array" else value)


def _bare(name: str) -> str:
    """'projectsId' and 'Project' -> 'project'."""
    words = [w for w in split(name) if w not in ("id", "identifier", "name")]
    return singular(words[-1]) if words else ""


def from_row(parameter: str, schema: Schema, row: Row, noun: tuple[str, ...]) -> Any:
    """What a row gives an argument that names it, or its parent; None where it gives nothing."""
    many = kind_of(schema) == "array"
    wanted = field(parameter)
    best: tuple[float, Any] = (0.0, None)
    for name, value in row.items():
        if isinstance(value, (dict, list)) or value is None:
            continue
        score = _fits(wanted, field(name), noun)
        if score > best[0]:
            best = (score, value)
    if best[1] is None:
        return None
    inner = schema.get("items", {}) if many else schema
    value = fitted(best[1], inner)
    return [value] if many else value


def _fits(wanted: tuple[str, ...], mine: tuple[str, ...], noun: tuple[str, ...]) -> float:
    """Can a field of a row of `noun` fill the argument?"""
    if not wanted or not mine:
        return 0.0
    if wanted == mine:
        return 1.0
    if wanted in (("name",), ("parent",), ("resource",), ("resource", "name")) and mine in (("name",), ("resource", "name"), ("self", "link")):
        return 0.9
    stem, own = wanted[:-1], mine[:-1]
    if wanted[-1] == mine[-1] and (not stem or stem == noun or noun[-len(stem) :] == stem) and (not own or own == noun or noun[-len(own) :] == own):
        return 0.8
    about_me = (wanted if wanted[-1] not in _KEYS else stem) or noun
    if about_me[-1:] == noun[-1:] and mine[-1] in _KEYS and (not own or own == noun or own[-1:] == noun[-1:]):
        return 0.5 + 0.1 * (mine[-1] == wanted[-1]) + 0.05 * (mine[-1] == "id") + 0.02 * (mine[-1] == "arn")
    return 0.0


_KEYS = ("id", "name", "arn", "key", "code", "uin", "number", "identifier", "slug")


def fitted(value: Any, schema: Schema) -> Any:
    """A value as the argument's type wants it; None where it cannot be."""
    kind = kind_of(schema)
    if schema.get("enum"):
        return next((e for e in schema["enum"] if plain(e) == plain(value) or plain(e).endswith(" " + plain(value))), None)
    if kind == "boolean":
        return value if isinstance(value, bool) else plain(value) in ("on", "true", "yes", "enabled", "1")
    if kind in ("integer", "number") and isinstance(value, str):
        found = re.match(r"-?[\d,]+(?:\.\d+)?", value)
        if not found:
            return None
        number = float(found[0].replace(",", ""))
        return int(number) if number.is_integer() else number
    if kind == "string" and not isinstance(value, str):
        return str(value)
    if kind == "array":
        return [fitted(value, schema.get("items", {}))]
    return None if kind == "object" and not isinstance(value, dict) else value


def place_for(tool: Tool, about: str, *, taken: Sequence[str] = ()) -> tuple[str, ...] | None:
    """The argument that says a property, or the path to it inside an object argument."""
    best: tuple[float, tuple[str, ...]] = (0.44, ())
    for name, schema in tool.properties.items():
        if name in taken:
            continue
        score = max(names(name, about), names(re.sub(r"^(?i:new|target|desired)_?", "", name), about) - 0.05)
        if score > best[0] and kind_of(schema) != "object":
            best = (score, (name,))
        for inner in schema.get("properties", {}):
            if (deep := names(inner, about) - 0.02) > best[0]:
                best = (deep, (name, inner))
    return best[1] or None
