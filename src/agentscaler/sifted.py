"""What each argument that narrows a list is tried with, values that rows have, and which rows it must then show.

Decided from the rows and the argument's description alone, by other code than the list's. What a caller says in words of its own is asked in its simplest form: one filter, one comparison.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.asked import SWITCHES
from agentscaler.records import Argument, Json, JsonObject, Schema
from agentscaler.schemas import kind_of

MOST_PLACES: Final = 8
"""So many names of a filter are tried."""


class Trial(NamedTuple):
    """One way to narrow a list."""

    place: str
    """The column, or 'column.property' of what it holds."""
    sign: str
    """How a row's value must stand to the value."""
    value: Any
    """A value that a row has."""
    asked: Json
    """What the argument is given."""


def trials(argument: Argument, rows: Sequence[JsonObject], others: Sequence[JsonObject], schema: Schema) -> Iterator[Trial]:
    """rows: those the list shows without it; others: the rest of the table."""
    for place, sign, form in _asked(argument, schema):
        for value in _telling(place, sign, rows, others, argument):
            yield Trial(place, sign, value, form(value))
    for inner in argument.inside:
        for trial in trials(inner, rows, others, schema.get("properties", {}).get(inner.name, {})):
            yield trial._replace(asked={inner.name: trial.asked})


def _asked(argument: Argument, schema: Schema) -> Iterator[tuple[str, str, Callable[[Any], Json]]]:
    """(place, sign, how the argument says a value) of each column that an argument can narrow by."""
    kind, column = kind_of(schema), argument.column or ""
    if argument.role == "filter":
        yield column, "=", lambda v: [_plain(v, schema.get("items", {}))] if argument.many else _plain(v, schema)
    elif argument.role in _SIGNS:
        yield column, _SIGNS[argument.role], lambda v: v
    elif argument.role == "test" and argument.sign not in ("from", "to"):
        for place in argument.places.values():
            if argument.sign in SWITCHES:
                yield place, "=", lambda v: argument.sign if v else SWITCHES[argument.sign]
            elif len(argument.places) == 1:
                yield place, argument.sign, lambda v: [str(v)] if kind == "array" else v if kind != "string" else str(v)
    elif argument.role == "named" and argument.pair:
        name, values = argument.pair[:2]
        items = schema.get("items", {}) if kind == "array" else schema
        several = kind_of(items.get("properties", {}).get(values, {})) == "array"
        for spoken, place in list(argument.places.items())[:MOST_PLACES]:
            if spoken != "tag:":
                yield place, "=", lambda v, spoken=spoken: _one_of(kind, {name: spoken, values: [_said(v)] if several else _said(v)})  # type: ignore[misc]
    elif argument.role == "expression":
        for spoken, place in list(argument.places.items())[:MOST_PLACES]:
            if not spoken.endswith(".*"):
                yield place, "=", lambda v, spoken=spoken: f"equals({spoken},{_quoted(v)})" if argument.sign == "calls" else f'{spoken} = "{_said(v)}"'  # type: ignore[misc]


_SIGNS: Final[Mapping[str, str]] = {"since": ">=", "until": "<=", "prefix": "starts", "contains": "holds"}


def _one_of(kind: str, value: JsonObject) -> Json:
    return [value] if kind == "array" else value


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else _said(value)


def _plain(value: Any, schema: Schema) -> Json:
    """A value as an argument of this kind takes it: switches are 0 and 1 in some rows."""
    return bool(value) if kind_of(schema) == "boolean" else value


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _telling(place: str, sign: str, rows: Sequence[JsonObject], others: Sequence[JsonObject], argument: Argument) -> list[Any]:
    """The rarest value of the rows that are shown, or the end that bounds leave fewest; where all of them have it, one that only other rows have, too."""
    counted = _counted(place, rows, argument)
    if not counted:
        return []
    if sign in _ENDS:
        return [_ENDS[sign](counted, key=lambda v: (isinstance(v, str), v))]
    rare = min(counted, key=lambda v: (counted[v], str(v)))
    if sign == "=" and len(rows) > 1 and counted[rare] == len(rows) and (away := sorted(_counted(place, others, argument).keys() - counted.keys(), key=str)):
        return [rare, away[0]]
    return [rare]


_ENDS: Final[Mapping[str, Callable[..., Any]]] = {">=": max, "<": max, "<=": min, ">": min}


def _counted(place: str, rows: Sequence[JsonObject], argument: Argument) -> dict[Any, int]:
    out: dict[Any, int] = {}
    for row in rows:
        for value in set(held(row, place)):
            if value != "" and value not in argument.anything and not (isinstance(value, str) and set(value) & set('"\\*')):
                out[value] = out.get(value, 0) + 1
    return out


def held(row: Mapping[str, Any], place: str) -> list[Any]:
    """What a row holds in a place: the one value, those of a list, or the property of each object."""
    column, _, part = place.partition(".")
    value = row.get(column)
    some = value if isinstance(value, list) else [value]
    if part:
        some = [one.get(part) for one in some if isinstance(one, dict)]
    return [one for one in some if isinstance(one, (str, int, float))]


def stands(row: Mapping[str, Any], place: str, sign: str, value: Any) -> bool:
    """Does a row hold what is asked?"""
    return any(_stands(one, sign, value) for one in held(row, place))


def _stands(one: Any, sign: str, value: Any) -> bool:
    if sign in (">", ">=", "<", "<=", "="):
        if isinstance(one, str) != isinstance(value, str):
            return sign == "=" and _said(one) == _said(value)
        return bool({">": one > value, ">=": one >= value, "<": one < value, "<=": one <= value, "=": one == value}[sign])
    text, part = str(one), str(value)
    if sign == "starts":
        return text.startswith(part)
    return text.lower().endswith(part.lower()) if sign == "ends" else part.lower() in text.lower()
