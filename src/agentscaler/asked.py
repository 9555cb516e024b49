"""What a caller asks of a list in words of its own: filters by name, filter expressions, sort orders.

`named`, `expressed`, `compared` and `ordered` read them against what may be named, and answer tests and columns for `db.page`. What
is not understood is refused with what would be; nothing is passed over. A place is a column, or 'column.property' of
the object, or of the objects in the list, that the column holds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.errors import UNSET, InvalidArguments, NotFound


class Condition(NamedTuple):
    """What a row must hold to be listed."""

    place: str
    sign: str
    value: Any


Conditions = tuple[Condition, ...]
"""Alternatives, one of which must hold."""
Order = tuple[tuple[str, bool], ...]
"""Columns to sort by, and whether from the highest."""

_SIGNS: Final = {
    "eq": "=", "equals": "=", "equal": "=", "is": "=", "in": "=", "exact": "=", "exactmatch": "=", "inc": "=", "eqs": "=", "exc": "!=", "not": "!=", "fuzzy": "holds", "ne": "!=", "notequals": "!=", "notequal": "!=", "isnot": "!=", "neq": "!=", "notin": "!=",
    "contains": "holds", "co": "holds", "like": "holds", "beginswith": "starts", "startswith": "starts", "prefix": "starts",
    "gt": ">", "greaterthan": ">", "ge": ">=", "gte": ">=", "greaterthanorequalto": ">=", "greaterthanorequals": ">=", "lt": "<", "lessthan": "<", "le": "<=", "lte": "<=", "lessthanorequalto": "<=", "lessthanorequals": "<=",
}  # fmt: skip


def sign_of(word: str | bool) -> str | None:
    """How values are compared: EQUALS, NOT_EQUALS, BEGINS_WITH; true of a switch that is called fuzzy."""
    if isinstance(word, bool):
        return "holds" if word else "="
    return _SIGNS.get(re.sub(r"[^a-z]", "", word.lower()))


def named(given: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None, name: str, values: str, how: str | None, places: Mapping[str, str]) -> list[Conditions]:
    """[{Name: 'vpc-id', Values: [...]}]: each filter must hold, with any of its values. Raises InvalidArguments.

    'tag:' among the places, 'Tags.Key.Value', lets filters name a tag: {Name: 'tag:stage', Values: ['test']}.
    """
    out: list[Conditions] = []
    for one in [given] if isinstance(given, Mapping) else given or ():
        asked, wanted = str(one.get(name)), one.get(values)
        tag = asked[4:] if asked.startswith("tag:") and "tag:" in places else ""
        place = places.get("tag:" if tag else asked)
        if place is None:
            raise InvalidArguments(f"{name} {asked!r} is no filter of this list; it has {', '.join(places)}")
        wanted = wanted if isinstance(wanted, list) else [wanted] if wanted is not None else []
        if not wanted:
            raise InvalidArguments(f"the filter {asked!r} needs {values}")
        sign = "=" if how is None or one.get(how) is None else sign_of(one[how] if "exact" not in how.lower() or not isinstance(one[how], bool) else not one[how])
        if sign is None:
            raise InvalidArguments(f"{how} {one.get(how or '')!r} is not understood")
        if sign == "!=":
            out += [(Condition(place, sign, value),) for value in wanted]
        elif tag:
            out.append(tuple(Condition(place, "tag", (tag, value)) for value in wanted))
        else:
            out.append(tuple(Condition(place, sign, value) for value in wanted))
    return out


def compared(given: Any, sign: str, *places: str) -> list[Conditions]:
    """One of these places must stand in this way (>, holds, ...) to the value, or to one of several; nothing where none is given.

    ends: in either case; wild: the same of a text in which * stands for anything, as it does at both ends.
    """
    values = given if isinstance(given, list) else [] if given is None or given == "" else [given]
    if sign in SWITCHES:
        values, sign = [v == sign for v in values if v in (sign, SWITCHES[sign])], "="
    if sign in _FORMS:
        values, sign = [_FORMS[sign].format(re.sub(r"[\[?]", r"[\g<0>]", str(v)).strip("*")) for v in values], "glob"
    return [tuple(Condition(place, sign, value) for value in values for place in places)] if values else []


SWITCHES: Final = {"active": "inactive", "enabled": "disabled"}
"""What a row that says yes is called, and one that says no; any other word means both."""
_FORMS: Final = {"ends": "*{}", "wild": "*{}*"}


_TEXT = r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_WORD = re.compile(rf"""\s*(?:(?P<sign><=|>=|!=|==|=|<|>|:)|{_TEXT}|(?P<bracket>[()])|(?P<word>[^\s()=<>!:"']+))""")
_VALUE = re.compile(rf"""\s*(?:{_TEXT}|(?P<word>[^\s()"']+))""")
"""What stands behind a sign may hold signs: 2026-03-11T00:00:00Z."""


def expressed(given: str | None, places: Mapping[str, str], form: str = "") -> list[Conditions]:
    """state = "ACTIVE" AND (name = "a" OR name = "b"): comparisons that AND and OR tie, OR the closer; of the form `calls` and(equals(state,"ACTIVE"),...). Raises InvalidArguments."""
    if form == "calls":
        return _called(given or "", places)
    out: list[Conditions] = []
    words = _words(given or "")
    while words:
        if words[0] == ("word", "AND"):
            if not out:
                raise InvalidArguments("a filter cannot begin with AND")
            words.pop(0)
        out.append(_alternatives(words, places))
    return out


CALLS: Final = {
    "equals": "=", "any": "=", "contains": "holds", "starts-with": "starts", "ends-with": "glob",
    "greater-than": ">", "greater-or-equal": ">=", "less-than": "<", "less-or-equal": "<=",
}  # fmt: skip
"""How a filter that is written as a call compares."""
_CALL = re.compile(r"""\s*(?P<how>[a-z-]+)\(\s*(?P<name>[\w.]+)\s*,\s*(?P<value>\[[^\]]*\]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'()\[\],]+)\s*\)\s*(?:,|$)""")
_GIVEN = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^"',\[\]\s]+)""")


def _called(text: str, places: Mapping[str, str]) -> list[Conditions]:
    """equals(status,"done"),greater-than(created,2026-01-01T00:00:00Z): each must hold; any() with one of its values."""
    out: list[Conditions] = []
    text = found[1] if (found := re.fullmatch(r"\s*and\((.*)\)\s*", text, re.DOTALL)) else text
    while text.strip():
        call = _CALL.match(text)
        if call is None or call["how"] not in CALLS:
            raise InvalidArguments(f"{text.strip()[:40]!r}: a filter is {', '.join(CALLS)} of a field and a value, as in equals({next(iter(places), 'name')},\"value\")")
        place = places.get(call["name"])
        if place is None:
            raise InvalidArguments(f"{call['name']!r} is no field of this filter; it has {', '.join(places)}")
        values: list[Any] = [re.sub(r"\\(.)", r"\1", a or b) if a or b else _plain(c) for a, b, c in _GIVEN.findall(call["value"])]
        sign = CALLS[call["how"]]
        out.append(tuple(Condition(place, sign, "*" + re.sub(r"[\[?*]", r"[\g<0>]", str(v)) if sign == "glob" else v) for v in values))
        text = text[call.end() :]
    return out


def _plain(word: str) -> str | int | float | bool:
    """What is given without quotes: a flag, a number, a time."""
    if word in ("true", "false"):
        return word == "true"
    return (float(word) if "." in word else int(word)) if re.fullmatch(r"-?\d{1,15}(?:\.\d+)?", word) else word


def _words(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = (_VALUE if found and found[-1][0] == "sign" else _WORD).match(text, at)
        if match is None:
            raise InvalidArguments(f"the filter is not understood from {text[at : at + 40]!r} on")
        kind = match.lastgroup or ""
        said = match[kind]
        found.append((kind, re.sub(r"\\(.)", r"\1", said[1:-1]) if kind == "text" else said))
        at = match.end()
    return found


def _alternatives(words: list[tuple[str, str]], places: Mapping[str, str]) -> Conditions:
    """a = 1 OR a = 2, taken from the front of the words; with or without brackets around."""
    if words and words[0] == ("bracket", "("):
        words.pop(0)
        found = _alternatives(words, places)
        if not words or words.pop(0) != ("bracket", ")"):
            raise InvalidArguments("brackets of a filter may only hold comparisons joined by OR")
    else:
        found = (_comparison(words, places),)
    while words and words[0] == ("word", "OR"):
        words.pop(0)
        found += _alternatives(words, places)
    return found


def _comparison(words: list[tuple[str, str]], places: Mapping[str, str]) -> Condition:
    taken = [words.pop(0) for _ in range(min(3, len(words)))]
    kinds = [k for k, _ in taken]
    said = " ".join(w for _, w in taken)
    if taken and taken[0] in (("word", "NOT"), ("word", "not")):
        raise InvalidArguments("NOT is not understood here; compare with != instead")
    if kinds not in (["word", "sign", "word"], ["word", "sign", "text"]):
        raise InvalidArguments(f"{said!r}: a filter compares a field with a value, as in {next(iter(places), 'name')} = \"value\"")
    name, sign, value = taken[0][1], taken[1][1], taken[2][1]
    place = place_of(name, places)
    if place is None:
        raise InvalidArguments(f"{name!r} is no field of this filter; it has {', '.join(places)}")
    if sign == ":":
        return Condition(place, "any", None) if value == "*" and kinds[2] == "word" else Condition(place, "holds", value)
    return Condition(place, "=" if sign == "==" else sign, value)


def place_of(name: str, places: Mapping[str, str]) -> str | None:
    """create_time is createTime; labels.team is the part `team` of what may be named 'labels.*'."""
    spelled = {_bare(n): p for n, p in places.items()}
    if (found := spelled.get(_bare(name))) is not None:
        return found
    head, _, part = name.partition(".")
    whole = places.get(f"{head}.*")
    return f"{whole}.{part}" if whole and re.fullmatch(r"[\w-]+", part) else None


def _bare(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def around(ids: Sequence[Any], behind: Any, ahead: Any, size: int) -> tuple[int, int]:
    """Where the page begins that stands behind one row of a list, or in front of one, and how many rows it has. Raises InvalidArguments."""
    if behind is not None and ahead is not None:
        raise InvalidArguments("a page stands behind one row or in front of one, not both")
    row = behind if ahead is None else ahead
    if row not in ids:
        raise InvalidArguments(f"{row!r} is no row of this list")
    at = ids.index(row)
    return (at + 1, size) if ahead is None else (max(at - size, 0), min(at, size))


def ordered(by: str | None, way: str | bool | int | None, places: Mapping[str, str], *, usual: str | None = None) -> Order:
    """'createTime desc, name', or a field and a direction; usual: the column that a direction alone is about. Raises InvalidArguments."""
    if by is None or not by.strip():
        return ((usual, _down(way)),) if usual and way is not None else ()
    out = []
    for part in by.split(","):
        words = part.split()
        name = words[0].lstrip("-+") if words else ""
        place = place_of(name, places)
        if place is None or len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise InvalidArguments(f"{part.strip()!r}: this list can be sorted by {', '.join(places)}")
        out.append((place, words[1].lower() == "desc" if len(words) == 2 else words[0].startswith("-") or _down(way)))
    return tuple(out)


def masked(mask: str | None, places: Mapping[str, str], values: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values that a field mask names, 'displayName,labels.team'; what it names and nobody gives is emptied.

    old: the row as it is, of which a path into an object leaves the other parts alone. Raises InvalidArguments.
    """
    if mask is None or not mask.strip():
        return dict(values)
    if mask.strip() == "*":
        return {c: None if v is UNSET else v for c, v in values.items()}
    out: dict[str, Any] = {}
    for path in mask.split(","):
        head, _, part = path.strip().partition(".")
        place = place_of(head, places)
        if place is None:
            raise InvalidArguments(f"{path.strip()!r} is no field that can be updated; there are {', '.join(places)}")
        value = None if values.get(place, UNSET) is UNSET else values[place]
        way = [] if part in ("", "*") else part.split(".")
        out[place] = _with_part(out.get(place, (old or {}).get(place)), way, value)
    return out


def _with_part(held: Any, way: Sequence[str], given: Any) -> Any:
    """What is held, with the part that a path leads to as it stands in what is given; without it where it does not."""
    if not way or not (isinstance(held, dict) or isinstance(given, dict)):
        return given
    out, told = (dict(some) if isinstance(some, dict) else {} for some in (held, given))
    names = [n for n in (*told, *out) if n == way[0]] or [n for n in (*told, *out) if _bare(n) == _bare(way[0])] or [way[0]]
    part = _with_part(out.get(names[0]), way[1:], told.get(names[0]))
    if part is None:
        return {n: v for n, v in out.items() if n != names[0]}
    return {**out, names[0]: part}


def without(old: Any, names: Sequence[Any], by: str) -> Any:
    """A list without the objects that a property tells by these names. Raises NotFound where one of them is not there."""
    held = [one.get(by) for one in old or ()]
    if missing := [n for n in names if n not in held]:
        raise NotFound(f"there is no {missing[0]!r} to take away")
    return [one for one, name in zip(old or (), held, strict=True) if name not in names]


def mask_for(places: Mapping[str, str], arguments: Mapping[str, Any]) -> str:
    """The mask of an update that sets what these arguments give, and nothing else: 'displayName,labels'."""
    given = {*arguments, *(n for v in arguments.values() if isinstance(v, dict) for n in v)}
    return ",".join(n for n in places if n in given)


def _down(way: str | bool | int | None) -> bool:
    """DESC, Descending, dsc; false of a switch that is called ascending."""
    return way.lower().startswith("d") if isinstance(way, str) else way is False
