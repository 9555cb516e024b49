"""What holds where the caller says nothing: the default that the provider's prose or schema says.

A value is taken only where one is said, of the argument's type, and where it hangs on nothing but the argument's being left out.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.envs.documented import values_of
from agentscaler.envs.drafts import SCALARS, Col, Draft, Entry
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import field

Value = str | int | float | bool

_VALUE: Final = r"[`\"'“‘]*(?P<value>-?[A-Za-z0-9](?:[\w.\-/:+]*\w)?)[`\"'”’]*(?=[\s.,;)(，；。\]\[]|$)"
_HEAD: Final = re.compile(r"(?:^|[\s(;,，；、.\-*])[`\"'“]*(?P<value>-?[A-Za-z0-9][\w.\-]*)[`\"'”]*\s*(?:[:：=]\s*|[-–]\s+|\s\()(?=[^\s/])")
"""'0: off', 'ALL - everything': a value and what it means."""
_MARK: Final = r"(?:\((?:the )?(?:by )?default(?: value| setting| option)?\)|（(?:the )?default(?: value)?）|,? (?:this|it)? ?is the default(?: value| setting| option)?\b|\. This is the default(?: value| setting| option)?\b|, (?:the )?default(?: value)?(?=[\s.;)]|$))"
_SAID: Final = (
    re.compile(rf"(?i)\bdefault(?:s|ed|ing)?(?: (?:value|setting|option|is set|to be))*(?: is| to| of| will be|：|:|=)*(?:[\s:：=(]+|(?<=is)(?=\d)){_VALUE}"),
    re.compile(rf"(?i)(?:\bset to|\bis|\bare|\bbe|\bto|\buses?|\bas|[.:;,(]|^)\s*{_VALUE}(?: (?:second|minute|hour|day)s?)?,? by default\b"),
    re.compile(rf"(?i)\bby default,? (?:[\w ]{{1,60}} )?(?:is|are|be|as|to|uses?)(?: set to| equal to)? {_VALUE}"),
    re.compile(rf"(?:^|[\s(;,，；：:]){_VALUE}\s*(?i:{_MARK})"),
)
_OMITTED: Final = re.compile(
    r"(?i)\b(?:if|when|where)\b(?P<what>[^.,;]{0,60}?)(?:(?:\bnot|n't) (?:be )?(?:specif|provid|set|giv|supplied|suppl|present|includ|pass|defin|fill|enter|input|select)\w*|\bomit\w*|\bun(?:specified|set|provided|defined)|\bleft (?:blank|empty|unset)|\b(?:empty|blank|absent)\b"
    r"|(?<=\bno )[\w ]{1,30}\b(?:is|are|was) (?:specified|provided|given|set|selected|supplied))(?: in| out)?"
)
"""'If you don't specify', 'when left unset', 'if no mode is given'."""
_OPEN: Final = re.compile(r"(?i)\bif\b|\bdefault(?: value| setting)? for (?!this|the (?:field|parameter|property)|all|every)|\bunless\b|\bwhen\b|\bdepend|\bexcept|\botherwise\b|\bfor (?:(?!this|the|all|every)\w+[ ,]+){0,4}(?:instances|clusters|regions|engines?|databases?|deployments|volumes|tiers?|types?|protocols?|listeners|users|accounts|editions?|versions|groups?)\b|\bfor (?:an? |the )?\w+ (?:is|are) ")
_UNITS: Final = "second minute hour day week month year kb mb gb tb kib mib gib tib".split()
_NO_TEXTS: Final = frozenset("the a an this that null none empty blank no not current same all any region account value default your its their set unlimited auto automatically one true false yes".split())


class _Found(NamedTuple):
    value: str
    sentence: str
    behind: str
    """What stands right behind the value."""
    quoted: bool


def default_of(schema: Schema, name: str = "", choices: Sequence[str | int] = ()) -> Value | None:
    """'Default: 5', 'the default value is `public`', '0: off (default)', 'if you do not specify a mode, FULL is used'; None where it is not said, or hangs on something else.

    name: the argument's; choices: the closed list of the column, where there is one.
    """
    kind, text = kind_of(schema), str(schema.get("description", "")).replace("**", "`")
    said: Any = schema.get("default")
    if isinstance(said, (list, dict)) or kind not in SCALARS or (kind == "string" and field(name)[-1:] in (("time",), ("date",), ("at",))):
        return None
    if said is not None:
        return _typed(str(said), kind, schema, choices)
    schema = {**schema, "description": text}
    told = list(_switched(text, name) if kind == "boolean" else _told(text, kind, schema, choices))
    typed = [(f, _typed(f.value, kind, schema, choices, bare=_bare(f))) for f in told]
    values = {v for _, v in typed if v is not None}
    if len(values) != 1 or any(_hangs(f.sentence, name) for f, v in typed if v is not None or f.value == "for") or any(_other_unit(f, text, name) for f, v in typed if v is not None):
        return None
    return values.pop()


def _told(text: str, kind: str, schema: Schema, choices: Sequence[str | int]) -> Iterable[_Found]:
    """Each place where a default may be said."""
    known = [str(v) for v in (*schema.get("enum", ()), *choices, *(values_of(schema) if kind == "string" else ()))]
    for pattern in _SAID:
        for found in pattern.finditer(text):
            at, end = found.span("value")
            value = found["value"]
            marked, quoted = pattern is _SAID[-1], text[at - 1 : at] in ("`", '"', "“") and text[end : end + 1] in ("`", '"', "”")
            if marked and (value not in known and not quoted if kind == "string" else not value.lstrip("-").isdigit()):
                heads = [h["value"] for h in _HEAD.finditer(text, max(0, at - 120), end) if not re.search(r"[;；\n]|\d[:：]", text[h.end() : at])]
                value = heads[-1] if heads else ""
            if value and (not marked or kind != "string" or value in known or quoted):
                yield _Found(value, _sentence(text, at, end, found.start(), whole=not marked), text[end : end + 24], quoted)
    for sentence in re.split(r"(?<=[^.\s][^.\s])\s?\.\s+(?=[A-Z`\"*-])|。|\n\s*\n", text):
        given = _OMITTED.search(sentence)
        if given and (named := [v for v in dict.fromkeys(known) if v != v.lower() and re.search(rf"(?<![\w-]){re.escape(v)}(?![\w-])", sentence[given.end() :])]) and len(named) == 1:
            yield _Found(named[0], sentence, "", True)


def _sentence(text: str, at: int, end: int, begin: int, *, whole: bool) -> str:
    """The sentence around a place; of a value in a list of values the part up to the mark. begin: where the words on the default begin."""
    start = max(text.rfind(". ", 0, at) + 1, text.rfind("\n", 0, at) + 1, begin if text[begin].isupper() else 0)
    if not whole:
        return text[max(start, *(text.rfind(c, 0, at) + 1 for c in ";；：:,")) : end]
    stop = min((n for n in (text.find(". ", end), text.find("\n", end), text.find(";", end), text.find(" . ", end)) if n >= 0), default=len(text))
    return text[start:stop]


def _hangs(sentence: str, name: str) -> bool:
    """Does the default hang on something else than that nothing is said?"""
    rest = sentence
    while (found := _OMITTED.search(rest)) is not None:
        others = [w for w in re.findall(r"`\w+`|\b[A-Za-z]+_\w+|\b[A-Za-z]+[a-z][A-Z]\w*", found["what"]) if field(w) != field(name)]
        if others or re.search(r"(?i)\b(?:neither|both)\b", found["what"]) or re.match(r"(?i)\s*(?:and|but|for (?!this|the (?:field|parameter|property)))\b", rest[found.end() :]):
            return True
        rest = rest[: found.start()] + rest[found.end() :]
    return bool(_OPEN.search(rest))


def _other_unit(found: _Found, text: str, name: str) -> bool:
    """'Default: 1 hour' of a field that counts seconds."""
    behind = re.match(r"(?i)[`\"'”’\s]*([a-z]+?)s?\b", found.behind)
    if behind is None or (unit := behind[1].lower()) not in _UNITS or not found.value.lstrip("-").replace(".", "").isdigit():
        return False
    rest = text.replace(found.value + found.behind, "")
    units = {u for u in _UNITS if re.search(rf"(?i)\b{u}s?\b", rest) or u in [w.removesuffix("s") for w in field(name)]}
    return bool(units) and unit not in units


def _bare(found: _Found) -> bool:
    """May a text be taken that no list names? In quotes, or spelled as prose is not, and nothing behind it."""
    coded = bool(re.search(r"[A-Z]{2}|\d|[_/]", found.value)) and bool(re.match(r"[`\"'”’]*\s*(?:[.,;)\n(，；。]|$)", found.behind))
    return (found.quoted or coded) and found.value.lower() not in _NO_TEXTS


_ON_OFF: Final = re.compile(r"(?i)\b(?:is |are |be |set to )?(?P<value>true|false|yes|no|enabled|disabled|on|off)(?: \w+)? by default\b|\bby default,?(?: (?:[\w\-]+ ){0,6}?(?:is|are|be)(?: set to| equal to)?)? [`\"']?(?P<other>not enabled|true|false|enabled|disabled|on|off)\b|\bdefault(?:s|ed)?(?: (?:value|setting|is set|status))*(?: is| to| of|：|:|=)*[\s:：]*[`\"'“]*(?P<third>true|false|yes|no|enabled|disabled|on|off)\b")
_NOT: Final = re.compile(r"(?i)\bnot (?:\w+ )?(?:enabled|on|true|set)")


def _switched(text: str, name: str) -> Iterable[_Found]:
    """Each place where the default of a yes/no may be said; 'enabled' and 'on' only of what is called so."""
    called = {"enable", "enabled"} & set(field(name)) or re.match(r"(?i)\W*(?:specifies |indicates )?whether (?:to (?:enable|turn on)|[\w ]+ is enabled)", text)
    for found in _ON_OFF.finditer(text):
        value = (found["value"] or found["other"] or found["third"]).lower()
        sentence = _sentence(text, found.start(), found.end(), found.start(), whole=True)
        if not _NOT.search(sentence) and (value in ("true", "false", "yes", "no") or called):
            yield _Found("true" if value in ("true", "yes", "enabled", "on") else "false", sentence, "", False)


def _typed(said: str, kind: str, schema: Schema, choices: Sequence[str | int], *, bare: bool = False) -> Value | None:
    """The default as the argument's type; of texts one that is a value for sure."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(said.lower())
    if kind in ("integer", "number"):
        number = float(said) if re.fullmatch(r"-?\d+(?:\.\d+)?", said) else None
        fits = number is not None and schema.get("minimum", number) <= number <= schema.get("maximum", number)
        return None if number is None or not fits else int(number) if number.is_integer() and kind == "integer" else number
    values = [v for v in (*schema.get("enum", ()), *choices) if isinstance(v, str)] or values_of(schema)
    known = next((v for v in values if v.lower() == said.lower()), None)
    return known if values or not bare else said


def with_defaults(argument: Argument, entry: Entry, draft: Draft) -> Argument:
    """What the provider says holds where the caller says nothing."""
    schema = entry.parameters[argument.name]
    told = {argument.name: (argument.column, schema)} if argument.role == "value" and not argument.required and not argument.many else {}
    told |= {p: (c, schema.get("properties", {}).get(p, {})) for p, c in argument.body.items()} if argument.role == "body" else {}
    found = {n: d for n, (c, s) in told.items() if c and c not in draft.key and draft.columns[c].reference is None and (d := default_of(s, n, draft.columns[c].choices)) is not None and _may_hold(draft.columns[c], d)}
    return argument.model_copy(update={"defaults": found}) if found else argument


def _may_hold(column: Col, value: str | int | float | bool) -> bool:
    return not column.json and (column.kind == "boolean") == isinstance(value, bool) and (not column.choices or column.kind == "boolean" or value in column.choices)
