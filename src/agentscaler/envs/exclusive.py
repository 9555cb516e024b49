"""Which fields of one thing rule each other out, as the provider says: of each group a row has one.

Four kinds of evidence, none of them a list of services: a description that says so and names its siblings ("You can use asnLong or
asn, but not both", "Mutually exclusive with worker_zone"); objects that are described in the same words but for their own names
("AWS type source details", "Azure type source details"); a value that is told in two ways, SecretBinary and SecretString; and one that is told by its type,
stringValue and boolValue.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import split

_SAYS: Final = re.compile(
    r"(?i)\bmutually exclusive\b|\b(?:only|exactly|at most) one of\b|\bnot both\b|\bunion field\b|\bone ?of data\b|"
    r"\b(?:can(?:not|'t| not)|must not|may not|should not) be (?:\w+ )?(?:specified|set|used|combined|present|provided)(?: (?:together|along|in combination|simultaneously|at the same time))? (?:with|if|when)\b|"
    r"\b(?:can(?:not|'t)|must not|do not|don't) (?:specify|use|set|provide) (?:both|this (?:parameter|field|property|option) (?:with|together with|if))\b"
)
"""What a description says of a field that stands alone."""
_ALIKE: Final = re.compile(r"(?i)\b(?:type|source|target|destination|payload|kind|provider)\b")
"""What objects are of that are described in the same words."""
_BESIDE: Final = re.compile(r"(?i)\b(?:settings?|configurations?|summary|information|statistics|status|counts?|metrics|events?|values?|icons?|images?|hardware|instance type)\b")
"""What stands side by side, though it is described in the same words."""
_SIDES: Final = frozenset("start end begin from to before after name description kind type mode status state".split())
"""Words of fields that no sentence means when it names them beside others: both ends of a span, what says which kind it is."""
_FORMS: Final = (("binary", "string"), ("binary", "text"), ("base64", "text"), ("uri", "content"))
"""How one value may be told in two ways; the last is the usual one."""


class Exclusive(NamedTuple):
    """What rules what out."""

    groups: list[list[str]]
    """Of the fields of each, one holds a value; no field is in two."""
    never: list[str]
    """Fields that rule out others which do not rule out each other: best left without a value."""


def exclusive(fields: Mapping[str, Schema]) -> Exclusive:
    """Groups of fields of which at most one holds a value, in the order of the fields."""
    found = {frozenset(g) for g in (*_told(fields), *_described_alike(fields), *_two_ways(fields), *_typed_values(fields))}
    whole = [g for g in found if not any(g < other for other in found)]
    never = [n for n in fields if sum(n in g for g in whole) > 1]
    groups = [[n for n in fields if n in g and n not in never] for g in whole]
    return Exclusive(sorted((g for g in groups if len(g) > 1), key=lambda g: list(fields).index(g[0])), never)


def _told(fields: Mapping[str, Schema]) -> list[list[str]]:
    """Groups that a sentence of a description tells."""
    names = {re.sub(r"[^a-z0-9]", "", n.lower()): n for n in fields}
    out = []
    for name, schema in fields.items():
        for sentence in re.split(r"(?<=[.;])\s+", str(schema.get("description", ""))):
            if not _SAYS.search(sentence):
                continue
            words = [re.sub(r"[^a-z0-9]", "", w.lower()) for w in re.findall(r"[A-Za-z][\w.]*", sentence.replace("-", "_"))]
            others = [names[w] for w in words if w in names and (names[w] == name or _is_name(names[w], sentence))]
            group = list(dict.fromkeys([name, *others]))
            if len(group) > 1 and not any(_SIDES & set(split(n)[:1] + split(n)[-1:]) for n in group):
                out.append(group)
    return out


def _is_name(name: str, sentence: str) -> bool:
    """Does a sentence name the field, and not only use its word? Names of several words, or in code, or written as such."""
    return len(split(name)) > 1 or bool(re.search(rf"[`'\"*]{re.escape(name)}[`'\"*]|\b{re.escape(name)}\b(?= (?:or|and|nor|field|parameter|property)\b)|(?:\bor|\bwith|\bnor) `?{re.escape(name)}\b", sentence))


def _described_alike(fields: Mapping[str, Schema]) -> list[list[str]]:
    """Objects whose descriptions differ only by what they are of."""
    said: dict[str, list[str]] = {}
    for name, schema in fields.items():
        text = re.sub(r"(?i)^(?:output only|optional|required|input only|immutable)\. ", "", str(schema.get("description", "")))
        first = text.split(". ")[0].lower()
        own = {*split(name), "".join(split(name)), name.lower()}
        rest = [w for w in re.findall(r"[a-z0-9]+", first) if w not in own and w not in ("a", "an", "the")]
        if kind_of(schema) == "object" and 2 <= len(rest) < len(re.findall(r"[a-z0-9]+", first)) and _ALIKE.search(" ".join(rest)) and not _BESIDE.search(f"{' '.join(split(name))} {first}"):
            said.setdefault(" ".join(rest), []).append(name)
    return [names for names in said.values() if len(names) > 1]


def _typed_values(fields: Mapping[str, Schema]) -> list[list[str]]:
    """stringValue, int64Value and boolValue: one value, by its type."""
    ends: dict[str, list[str]] = {}
    for name in fields:
        words = split(name)
        if len(words) > 1 and words[-1] in ("value", "values") and all(w in _TYPES for w in words[:-1]):
            ends.setdefault(words[-1], []).append(name)
    return [names for names in ends.values() if len(names) > 1]


_TYPES: Final = frozenset("string text bool boolean number int integer int32 int64 uint64 long double float decimal date datetime timestamp time binary blob bytes byte null list map struct array enum json money duration".split())


def _two_ways(fields: Mapping[str, Schema]) -> list[list[str]]:
    """SecretBinary and SecretString."""
    heads = {split(n): n for n in fields}
    return [[heads[(*words[:-1], b)], name] for words, name in heads.items() for a, b in (*_FORMS, *((y, x) for x, y in _FORMS)) if words[-1:] == (a,) and (*words[:-1], b) in heads and (a, b) in _FORMS and len(words) > 1]
