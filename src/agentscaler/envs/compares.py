"""What a list's parameter compares its rows with: ends of a range, the end of a text, a text with wildcards, words that are looked for in several columns.

Bounds that a provider calls exclusive (gt, after) are so here. Only columns that a read shows, or that name the row, are compared.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from agentscaler.asked import SWITCHES
from agentscaler.envs.arguments import argument, is_time, times_of
from agentscaler.envs.drafts import STATE, Col, Draft, Entry
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import field, singular, split

_ENDS: Final = {
    "gt": ">", "gte": ">=", "ge": ">=", "lt": "<", "lte": "<=", "le": "<=", "eq": "=", "after": ">", "before": "<", "on_or_after": ">=", "on_or_before": "<=",
    "greater_than": ">", "greater_than_or_equal_to": ">=", "less_than": "<", "less_than_or_equal_to": "<=",
}  # fmt: skip
_SPAN: Final = {"start": ">=", "end": "<=", "start_at": ">=", "end_at": "<=", "from": ">=", "to": "<=", "from_inclusive": ">=", "to_exclusive": "<", "start_time": ">=", "end_time": "<=", "min": ">=", "max": "<="}
"""Ends of a range that are names of other things too, where an object holds nothing else."""
_BOUND: Final = re.compile(r"`(gte?|lte?|eq)` \(")
_WIDE: Final = re.compile(r"_?(?:[Rr]ange|[Ii]nterval|[Ff]ilter|[Ww]indow)$")
_BEHIND: Final = re.compile(r"(?:_|(?<=[a-z]))(?P<how>gte?|lte?|Gte?|Lte?|GTE?|LTE?|greater_than(?:_or_equal_to)?|less_than(?:_or_equal_to)?|GreaterThan(?:OrEqualTo)?|LessThan(?:OrEqualTo)?)$")
_FROM: Final = re.compile(r"_?(?:(?P<low>from|From)|(?P<high>to|To))$")
_WHOSE: Final = re.compile(r"\bwhose [`\"'](\w+)[`\"']")
_FINISH: Final = re.compile(r"(?i)_?ends_?with$")


def compared(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """A bound of a range, an object that holds bounds, or the end of a text; None where it is none."""
    schema = entry.parameters[name]
    told: Mapping[str, Schema] = schema.get("properties") or {n: schema.get("additionalProperties") or {} for n in _BOUND.findall(str(schema.get("description", "")))}
    bounds = {n: _ENDS[key] for n in told if (key := "_".join(split(n))) in _ENDS}
    if not bounds and (spans := {n: _SPAN[key] for n in told if (key := "_".join(split(n))) in _SPAN}).keys() == told.keys():
        bounds = spans
    if kind_of(schema) == "object" and bounds and any(s != "=" for s in bounds.values()):
        column = _ranged(_WIDE.sub("", name), told[next(iter(bounds))], draft)
        inside = tuple(_test(entry, n, sign, [column]) for n, sign in bounds.items()) if column else ()
        return argument(entry, name, "filters").model_copy(update={"inside": inside}) if inside and not set(schema.get("required", ())) - set(bounds) else None
    if (found := _BEHIND.search(name)) and found.start():
        column = _ranged(name[: found.start()], schema, draft)
        return _test(entry, name, _ENDS["_".join(split(found["how"]))], [column]) if column else None
    if kind_of(schema) == "string" and (found := _FROM.search(name)) and _other_end(name[: found.start()], found, entry):
        whose = _WHOSE.search(str(schema.get("description", "")))
        column = (_text(whose[1], draft) if whose else None) or _text(name[: found.start()], draft)
        return _test(entry, name, "from" if found["low"] else "to", [column]) if column else None
    if kind_of(schema) == "string" and (bare := _FINISH.sub("", name)) != name and (column := _text(bare, draft)):
        return _test(entry, name, "ends", [column])
    return None


def _test(entry: Entry, name: str, sign: str, columns: Iterable[Col]) -> Argument:
    return argument(entry, name, "test", required=name in entry.required).model_copy(update={"sign": sign, "places": {c.name: c.name for c in columns}})


def _ranged(bare: str, schema: Schema, draft: Draft) -> Col | None:
    """The time or number that bounds of this name and kind are about."""
    kinds = {"integer", "number"} if kind_of(schema) in ("integer", "number") else {kind_of(schema)}
    column = draft.columns.get(draft.find(bare) or "")
    if column is None and len(times := times_of(f"{bare}_time" if split(bare)[-1:] not in (("at",), ("time",), ("date",)) else bare, draft.columns.values(), draft.noun)) == 1:
        column = times[0]
    if column is None or column.kind not in kinds or not (column.shown or column.name in draft.key):
        return None
    timed = is_time(column.name, column.schema) or re.fullmatch(r"(?i)(?:created|updated|modified)", column.name)
    return column if column.kind in ("integer", "number") or timed else None


def _other_end(bare: str, found: re.Match[str], entry: Entry) -> bool:
    """name_from beside name_to: two ends of one range; `from` alone is a sender."""
    pairs = {"from": "to", "From": "To", "to": "from", "To": "From"}
    return bool(bare) and f"{bare}{found[0].replace(word := found['low'] or found['high'], pairs[word])}" in entry.parameters


def _text(bare: str, draft: Draft) -> Col | None:
    """The shown text of this name, where it is neither a state nor a time."""
    column = draft.columns.get(draft.find(bare) or "")
    return column if column is not None and _is_text(column, draft) else None


def _is_text(column: Col, draft: Draft) -> bool:
    plain = column.kind == "string" and (column.shown or column.name in draft.key) and column.name not in ("parent", "position", "only")
    return plain and not STATE.search(column.name) and not is_time(column.name, column.schema)


# ---- words that are looked for ----------------------------------------------------------------------------------

_SEARCH: Final = re.compile(
    r"(?i)^(?:\w+_?)?(?:key_?words?|search_?(?:key|word|text|string|name|condition|term|value|query)|fuzz(?:y|ing)_?(?:key_?)?(?:word|name|search|query))$|^(?:search|query|q|filter)$"
)
_TONGUE: Final = re.compile(r"""(?i)\bclauses?\b|operator|expression|syntax|query language|\bAND\b.*\bOR\b|[=:*]\s?["'`]|["'`]\s?[:=]|\b\w+:\w|e\.g\. "?\{|separated by|full-text|store search|line breaks""")
"""A query in a language of its own, or several words at once."""
_WILD: Final = re.compile(r"(?i)\bwild ?cards?\b[^.]{0,40}(?:allowed|supported|permitted|implicit)|\b(?:contains?|use|using) (?:a |the )?(?:\(?\*\)? )?wild ?cards?|(?:allow|support)\w* (?:the use of )?(?:\(?\*\)? )?wild ?cards?")
_PATTERN: Final = re.compile(r"(?<=[a-z])_?[Pp]attern$")
_STARTS: Final = re.compile(r"(?i)\b(?:start|begin)(?:s|ning)? with\b")
_LOOKS: Final = re.compile(r"(?i)\bfuzzy|\bsearch|partial|substring|contain|keyword|matching|\bquery\b|filter")
_ALIASES: Final = {"ids": "id", "identifier": "id", "username": "name", "titles": "title", "remark": "remark", "notes": "note"}


def searched(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """Keyword, 'the name or ID of the policy': looked for in the columns that the text names, in either case."""
    schema = entry.parameters[name]
    text = str(schema.get("description", ""))
    wild = bool(_WILD.search(text))
    if kind_of(schema) != "string" or schema.get("enum") or not (_SEARCH.match(name) or wild) or (_TONGUE.search(text) and not wild) or not (_LOOKS.search(text) or not text):
        return None
    own = [c for c in (_text(_PATTERN.sub("", name), draft),) if c is not None and wild]
    columns = own or (named_in(text, draft) if _SEARCH.match(name) else [])
    if not columns or (name == "filter" and entry.tool.source.vendor == "google"):
        return None
    sign = "wild" if wild else "starts" if _STARTS.search(text) else "holds"
    return _test(entry, name, sign, columns)


def pointed(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """currency_ids, of rows whose `currency` is an object with an id; device_id, of rows of which one object alone holds a device_id."""
    schema, words = entry.parameters[name], field(name)
    words = (*words[:-1], singular(words[-1]))
    if len(words) < 2 or words[-1] != "id" or not (kind_of(schema) == "string" or (kind_of(schema) == "array" and kind_of(schema.get("items", {})) == "string")):
        return None
    objects = {c.name: c.schema.get("properties", {}) for c in draft.columns.values() if c.kind == "object" and c.shown and c.name not in draft.key}
    found = [f"{c}.{n}" for c, inner in objects.items() for n, s in inner.items() if kind_of(s) == "string" and (field(n) == words or (field(n) == ("id",) and field(c) == words[:-1]))]
    return argument(entry, name, "test").model_copy(update={"sign": "=", "places": {found[0]: found[0]}}) if len(found) == 1 else None


def switched(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """status=active, inactive or all, of rows that only say whether they are active."""
    said = {v for v in entry.parameters[name].get("enum", ()) if isinstance(v, str)}
    on = next((on for on, off in SWITCHES.items() if {on, off} <= said <= {on, off, "all", "any"}), None)
    if on is None or field(name)[-1] not in ("status", "state") or any(STATE.search(c.name) and c.shown and c.kind == "string" for c in draft.columns.values()):
        return None
    flags = [c for c in draft.columns.values() if c.shown and c.kind == "boolean" and field(c.name) in ((on,), ("is", on))]
    return _test(entry, name, on, flags) if len(flags) == 1 else None


def named_in(text: str, draft: Draft) -> list[Col]:
    """The texts among the columns that a sentence names: 'by name or ID', 'instance ID, IP and `RouteName`'."""
    said = _canonical(text)
    out = []
    for column in draft.columns.values():
        if _is_text(column, draft) and any(_within(form, said) for form in _forms(column, draft)):
            out.append(column)
    return out


def _forms(column: Col, draft: Draft) -> list[tuple[str, ...]]:
    """What a column may be called: 'policy name', and 'name' where it is the thing's own."""
    words = tuple(singular(w) for w in split(column.name))
    short = next((words[len(tail) :] for at in range(len(draft.noun)) if words[: len(tail := draft.noun[at:])] == tail), ())
    return [form for form in (words, short, ("id",) if column.name == draft.own and words[-1:] == ("id",) else ()) if form and form not in _TOO_PLAIN]


_TOO_PLAIN: Final = (("type",), ("value",), ("key",), ("object",), ("kind",), ("content",), ("state",), ("status",), ("result",))
"""Words of a sentence that are seldom names of a column."""


def _canonical(text: str) -> tuple[str, ...]:
    words = [w for token in re.findall(r"[A-Za-z0-9_]+", text) for w in split(token)]
    return tuple(singular(_ALIASES.get(w, w)) for w in words)


def _within(form: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return any(said[at : at + len(form)] == form for at in range(len(said) - len(form) + 1))


# ---- pages that begin at a row ----------------------------------------------------------------------------------

_TURNS: Final[Mapping[str, str]] = {"starting_after": "behind", "ending_before": "ahead"}


def turned(entry: Entry, draft: Draft) -> dict[str, Argument]:
    """starting_after and ending_before: the id of the row that the page begins behind, or ends in front of."""
    out = {}
    for name, schema in entry.parameters.items():
        role = _TURNS.get("_".join(split(name)))
        said = re.search(r"(?i)\b(?:id|token|identifier)\b", str(schema.get("description", "")))
        if role and said and kind_of(schema) == "string" and draft.own and field(draft.own)[-1:] in (("id",), ("token",)) and draft.columns[draft.own].kind == "string":
            out[name] = argument(entry, name, "behind" if role == "behind" else "ahead", required=False)
    return out
