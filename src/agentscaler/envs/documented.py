"""What a provider's prose says of the values of a field: a closed list, a fixed string, a range, an example.

Only values that the provider spells out come from here; nothing is made up, nothing is added to them.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from agentscaler.records import Schema
from agentscaler.schemas import kind_of

DEPRECATED: Final = re.compile(r"(?i)^\W*(?:output only\. |optional\. )*(?:deprecated\b|(?:this|the) (?:\w+ ){0,2}(?:field|parameter|property|attribute) (?:is|has been) (?:deprecated|discontinued|no longer (?:used|supported)))|\bdeprecated[:.,] ")
"""What a description says of a field that nobody fills any more."""


class Range(NamedTuple):
    """Least and most, as the prose says."""

    low: int
    high: int


_FIXED = re.compile(r"(?i)(?:\balways|fixed string|(?<![A-Za-z])(?:value|kind|type) (?:is|must be)(?: always)?(?: the fixed string)?)\s*:?\s*[`\"]([A-Za-z][\w#./:\-]{1,60})[`\"]")
_CUE = re.compile(
    r"(?i)\b(?:valid|possible|allowed|supported|available|accepted|permitted|enum(?:erated)?|currently available)\s+(?:\w+\s+)?(?:values?|options?|types?|algorithms|formats|modes|range)\b"
    r"|\bone of\b|\bvalues?\s*(?:are|include|:|：)|\b(?:can|must|may) be (?:either|set to)?\b|\b(?:is|are|either) either\b|\b(?:such as|for example|e\.g\.|including|examples? (?:are|include))|\btypes? (?:are|is|include)\b"
)
_LOOSE = re.compile(r"(?i)such as|example|e\.g\.|including")
_TOKEN = re.compile(r"[A-Za-z0-9][\w.+:\-]{0,47}")
_SPLIT = re.compile(r"\s*(?:[,;|、]|\band\b|\bor\b|\s-\s|\*|\n)\s*")
_CODED = re.compile(r"(?:^|[;,.(*\n、：:]|\bor\b|\s-)\s*[`\"'“]?(-?\d{1,4}|[A-Za-z][\w\-]{1,39})[`\"'”]?\s*(?::|：|=(?!=)|\s[-–]\s|\s?\((?=[a-z]))\s*(?=[^\s\d/:=])")
_NO_VALUES: Final = frozenset(
    "note notes value values valid example examples format default description unit reference required optional range see http https e.g i.e true-false the this a an it if "
    "in of to by for on with and or is are be not all any one other more none null type types null-value limit http-s warning important cause constraints pattern string integer "
    "number only set using use which that when where as at can must may will has have following name names e g etc otherwise usage case currently available including specify".split()
)
RANGE = re.compile(r"(?i)(?:range|between|from|values?)\s*(?:is|of|:|：)?\s*[\[(]?\s*(\d{1,9})\s*(?:,|-|–|~|to|and|to a maximum of)\s*(\d{1,9})\b(?!\s*[,.]\s*\d)")
_QUOTED = re.compile(r"[`\"“]([A-Za-z0-9][\w.+:\-]{0,47})[`\"”]")


def values_of(schema: Schema) -> list[Any]:
    """The values that the description spells out, two or more, as the field's type; [] where it does not."""
    kind = kind_of(schema)
    text = str(schema.get("description", ""))
    if kind not in ("string", "integer") or len(text) < 8:
        return []
    found = list(_values(text, kind == "integer"))
    return [int(v) for v in found] if kind == "integer" else found


@lru_cache(8192)
def _values(text: str, whole: bool) -> tuple[str, ...]:
    for found in (_coded(text, whole), _listed(text, whole)):
        if 2 <= len(found) <= 24 and len({v.lower() for v in found}) == len(found):
            return tuple(found)
    return ()


def _coded(text: str, whole: bool) -> list[str]:
    """'0: off; 1: on', '`mainland`: the mainland. `overseas`: elsewhere'."""
    found = list(dict.fromkeys(v for v in _CODED.findall(text) if not _is_prose(v)))
    if whole:
        return [v for v in found if v.lstrip("-").isdigit()]
    digits = [v for v in found if v.isdigit()]
    words = [v for v in found if not v.lstrip("-").isdigit()]
    return digits if len(digits) >= 2 and len(digits) >= len(words) else _alike(words)


def _listed(text: str, whole: bool) -> list[str]:
    """'Valid values: A, B', 'one of `a` and `b`', 'multi-node | single-node', 'such as Spark or Hive'."""
    for cue in _CUE.finditer(text):
        rest = text[cue.end() :].lstrip(" :：-")
        cut = re.split(r"\.\s|。|\bNote\b|\(default\)\.", rest)[0]
        quoted = list(dict.fromkeys(_QUOTED.findall(cut)))
        some = quoted if len(quoted) >= 2 else _bare(cut, ended=len(cut) < len(rest) or rest.rstrip().endswith("."))
        if _LOOSE.search(cue[0]) and (re.search(r"[/{]", cut) or (some is not quoted and all(v.islower() for v in some))):
            continue
        some = [v for v in some if v.lstrip("-").isdigit()] if whole else _alike([v for v in some if not v.isdigit() or len(quoted) >= 2])
        if len(some) >= 2:
            return some
    return []


def _bare(text: str, *, ended: bool) -> list[str]:
    """Single words between commas, up to the first part that is more than one word."""
    text = re.sub(r"\([^)]{0,80}\)?", " ", text)
    out: list[str] = []
    parts = [p.strip(" `\"'.“”") for p in _SPLIT.split(re.sub(r"^[^:]{0,60}:\s", "", text, count=1) if ":" in text[:60] else text)]
    for at, part in enumerate(p for p in parts if p):
        if not _TOKEN.fullmatch(part) or _is_prose(part):
            return out if at and len(out) >= 2 else []
        out.append(part)
    return out if ended or len(text) < 90 else out[:-1]  # the last word of a text that was cut may be half a word


def _is_prose(word: str) -> bool:
    """A word that only stands in sentences; AVAILABLE is a state."""
    return word.lower() in _NO_VALUES and word != "AVAILABLE"


_HOLE = re.compile(r"^[a-z]+-[a-z]+(?:Id|Name|Email)$|^(?:user|group|domain)-(?:id|email|userId|groupId|domain)$")
"""A form with a hole to fill in is no value: 'user-userId', 'domain-domain'."""


def _alike(found: list[str]) -> list[str]:
    """Values of one list look alike; words of prose do not."""
    found = [v for v in found if not _HOLE.search(v)]
    found = [v.rstrip(".:-") for v in dict.fromkeys(found) if not _is_prose(v) and "yyyy" not in v]
    if any(len(v) < 1 for v in found):
        return []
    shapes = {"upper" if v.isupper() or not v.isalpha() else "camel" if v[0].isupper() else "lower" for v in found}
    return found if len(shapes) <= 2 else []


def fixed(schema: Schema) -> str | None:
    """'Value: the fixed string "sql#instance"'."""
    found = _FIXED.search(str(schema.get("description", "")))
    return found[1] if found else None


def range_of(schema: Schema) -> Range | None:
    """'Value range: [0, 100]', 'between 1 and 365'."""
    found = RANGE.search(str(schema.get("description", "")))
    if found is None or int(found[1]) >= int(found[2]):
        return None
    return Range(int(found[1]), int(found[2]))


# ---- examples ---------------------------------------------------------------------------------------------------

_JUNK = re.compile(r"[一-鿿]|xxx|[-_]x{2,}$|\*\*|^\W*$|^(?i:tests?\w{0,8}|null|none|string|abc\w*|foo(?:bar)?(?:\.\w+)?|bar|aba|cab|(\w)\1{2,}|example|<[^<>]+>|\{\w+\}|\[[A-Za-z]\w*\]|dsf\w*|asd\w*|n/?a|-+)$|…|\.\.\.")


def examples_of(schema: Schema) -> list[str]:
    """The provider's examples, without those that are none."""
    values = [str(e).strip("“”\"' \n") for e in schema.get("examples", ()) if isinstance(e, (str, int)) and not isinstance(e, bool)]
    values = [part for v in values for part in (re.split(r"[、/]", v) if _SEVERAL.fullmatch(v) else [v])]
    return [v for v in dict.fromkeys(values) if 0 < len(v) <= 60 and not _JUNK.search(v) and not _broken(v)]


_SEVERAL = re.compile(r"[A-Z_]{2,}(?:/[A-Z_]{2,})+|\w{2,}(?:、\w{2,})+")
"""An example that lists the values: TRIAL/EXPIRED/NONE."""


def _broken(text: str) -> bool:
    """Is it cut out of something larger, or JSON with quotes gone wrong?"""
    return text.count('"') % 2 == 1 or "\\" in text or any(text.count(a) != text.count(b) for a, b in ("[]", "{}", "()"))
