"""The least and the most that a number may be, where only its description says so."""

import re
from typing import Final

from agentscaler.envs.defaults import default_of
from agentscaler.envs.documented import RANGE, range_of, values_of
from agentscaler.records import Schema
from agentscaler.schemas import kind_of


def limits_of(schema: Schema) -> Schema:
    """`minimum` and `maximum` of a number whose description gives one range, and nothing beside it that hangs on something else or means more than a number; {} where it does not."""
    text = str(schema.get("description", ""))
    if kind_of(schema) not in ("integer", "number") or "minimum" in schema or "maximum" in schema or "enum" in schema or values_of(schema) or _BENT.search(text):
        return {}
    ranges, mosts = [m for m in RANGE.finditer(text) if _CLOSED.search(m[0])], list(_MOST.finditer(text))
    found = range_of(schema) if len(ranges) == 1 else None
    if found is None and (len(mosts) != 1 or ranges):
        return {}
    at = (ranges or mosts)[0]
    sentence = text[max(text.rfind(p, 0, at.start()) for p in (". ", "; ", "\n")) + 1 : at.end() + 60]
    least = found.low + (re.search(r"\(\s*\d", at[0]) is not None) if found else 0  # (0, 15] begins behind 0
    out: Schema = {"minimum": least, "maximum": found.high} if found else {"maximum": int(mosts[0][1].replace(",", ""))}
    usual = default_of(schema)
    fits = usual is None or (isinstance(usual, (int, float)) and out.get("minimum", usual) <= usual <= out["maximum"])
    return out if fits and not _HANGS.search(sentence) and out["maximum"] > 0 else {}


_CLOSED: Final = re.compile(r"(?i)range|between|from|values?")
_MOST: Final = re.compile(r"(?i)\b(?:maximum|max)\.?(?: (?:value|number|limit|page size|size))?(?: is|:|：| of|,)?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})\b(?!\s*(?:[.,]\d|%|[a-z]*[kmgt]b?\b|characters|bytes|items per|(?:milli)?seconds|minutes?|hours?|days?|weeks?|months?|years?))")
_BENT: Final = re.compile(r"(?i)\bcoerce|\brounded|\btruncat|\bcapped|\b(?:values?|numbers?|anything) (?:above|over|greater|larger|higher|that (?:is|are)|exceed|>)|\bmultiples? of\b|(?<![\d.\w])-1\b|\b0 (?:\w+ )?(?:means|indicates|disables|to|for|is|=|:|-)|\b(?:means|unlimited|no limit|recommended|usually|e\.g\.|for example|approximately|default range)\b|\b(?:set (?:it )?to|value (?:is|of)|is|equals?) 0\b|\ballowed values are\b|\bor 0\b|\b0 or\b|\b0,? (?:and )?\d+ ?[-–~]")
"""What is said of values that are bent into the range, or mean something of their own."""
_HANGS: Final = re.compile(r"(?i)\bif\b|\bunless\b|\bwhen\b|\bdepend|\bfor (?:\w+ ){0,4}(?:instances?|clusters?|regions?|engines?|users?|editions?|types?|disks?|databases?|packages?|plans?)\b|\bexcept|\bother than|\bvar(?:y|ies)\b")
