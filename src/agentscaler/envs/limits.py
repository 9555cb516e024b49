"""The least and the most that a number, the characters of a text or the entries of a list may be, where only the description says so."""

import re
from typing import Final

from agentscaler.envs.defaults import default_of
from agentscaler.envs.documented import RANGE, range_of, values_of
from agentscaler.envs.items import one_of
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import LINES, field, plural


def limits_of(schema: Schema, name: str = "") -> Schema:
    """The limits of the schema's kind that its description gives; {} where it gives none, more than one, or one that hangs on something else."""
    kind = kind_of(schema)
    if kind == "string":
        return _of_text(schema)
    return _of_list(schema, name) if kind == "array" else _of_number(schema)


def _of_number(schema: Schema) -> Schema:
    """`minimum` and `maximum` of a number whose description gives one range, and nothing beside it that hangs on something else or means more than a number."""
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
_HANGS: Final = re.compile(r"(?i)\bif\b|\bunless\b|\bwhen\b|\bdepend|\bfor (?:\w+ ){0,4}(?:instances?|clusters?|regions?|engines?|users?|editions?|types?|disks?|databases?|packages?|plans?)\b|\bexcept|\bother than\b|\bvar(?:y|ies)\b")


# ---- texts ------------------------------------------------------------------------------------------------------

_N: Final = r"(\d{1,3}(?:,\d{3})+|\d{1,6})"
_CHARACTERS: Final = r"(?:(?:UTF-?8|Unicode|ASCII|alphanumeric|lowercase|valid|printable)(?: \w+)? )?(?:characters?|chars?)\b"
_SPAN: Final = re.compile(rf"(?i)\b(?:between |from )?{_N}(?: ?[-–~] ?| to | and ){_N} (?:\w+ )?{_CHARACTERS}")
_LONGEST: Final = re.compile(
    rf"(?i)\b(?:up to|at most|as many as|(?:length|character) limit(?: is|:| of)?|no (?:more|longer|greater) than|(?:can(?:not|'t| not)|must not|may not|should not) (?:exceed|be (?:longer|more|greater) than)|(?:not|does not|doesn't) exceed(?:ing)?|within|limited to|longer than|"
    rf"(?:max|maximum)(?: (?:length|size))?(?: (?:of (?:the \w+ )?)?(?:is|of|:))?|maximum length(?: of (?:the|this) \w+)?(?: allowed)?(?: is|:)?|less than or equal to)\s*:? ?{_N} {_CHARACTERS}|"
    rf"\b{_N} {_CHARACTERS}(?: in length)? (?:or (?:less|fewer|shorter)|max(?:imum)?\b|at most)|\b(?:max(?:imum)?)[. ](?:length|size)(?: is|:| of)? {_N}\b(?! *(?:bytes|[kKmM][bB]|entries|items|elements))"
)
_SHORTEST: Final = re.compile(rf"(?i)\b(?:at least|minimum(?: length)?(?: of| is|:)?|no (?:fewer|less|shorter) than) {_N} {_CHARACTERS}")
_BELOW: Final = re.compile(rf"(?i)\b(?:less|fewer|shorter) than {_N} {_CHARACTERS}")
_NOT_EMPTY: Final = re.compile(r"(?i)^\W*(?:it )?(?:must not be|cannot be|can't be|must be non-?)\s*empty\b|^(?:this|the) (?:field|value|name|parameter|text|string|description|title) (?:must not be|cannot be|can't be) (?:an )?empty\b(?! (?:at|if|when|and|or|unless|together))")
_OTHER: Final = re.compile(
    r"(?i)\brecommend|\btruncat|\bcombined|\btotal\b|\bfirst\b|\blast\b|\bprefix|\bsuffix|\bappend|\bfollowed\b|\bif\b|\bwhen\b|\bunless\b|\bdepend|\bexcept|\btoken\b|\bchinese\b|\beach\b|\bper\b|\bkeys?\b|\bvalues? (?:can|must|may)\b|"
    r"\blabels?\b|\bsegment|\bcomponent|\bdomain part|\blocal part|\bsplit\b|\bbytes\b|\bfor example\b|\be\.g\.|\bdisplayed?\b|\bshown\b|\bgenerat|\bevery\b|\blines?\b|\btags?\b|\bfor (?:an? |the )?[A-Z`]|\bonly works|\bseparated\b|\btwice\b|\bcount(?:s|ed)?\b|\baccount\b"
)
"""What is said of a part of the text, in one case only, or of something else."""
_PRESENT: Final = re.compile(r"(?i)^(?:when|if) (?:present|set|specified|provided|given),? ")
_SHORT: Final = 8
"""Below so many characters a text is a code, which its form says better."""


def _of_text(schema: Schema) -> Schema:
    """`minLength` and `maxLength`: 'between 1 and 512 characters', 'up to 256 characters', 'must not be empty'."""
    text = str(schema.get("description", ""))
    if "enum" in schema or "format" in schema:
        return {}
    found: set[tuple[int, int | None]] = set()
    sentences = [_PRESENT.sub("", s) for s in LINES.split(text)]
    for sentence in sentences:
        if _OTHER.search(sentence):
            if re.search(rf"{_N} {_CHARACTERS}", sentence):
                return {}
        elif span := _SPAN.search(sentence):
            found.add((_number(span[1]), _number(span[2])))
        elif most := _LONGEST.search(sentence) or _BELOW.search(sentence):
            least = _SHORTEST.search(sentence)
            found.add((_number(least[1]) if least else 0, _number(next(g for g in most.groups() if g)) - (most.re is _BELOW)))
        elif least := _SHORTEST.search(sentence):
            found.add((_number(least[1]), None))
    if len(found) > 1:
        return {}
    low, high = next(iter(found), (0, None))
    if not found and any(_NOT_EMPTY.search(s) and not _OTHER.search(s) for s in sentences):
        low = 1
    if high is not None and (high < _SHORT or low >= high):
        return {}
    usual = default_of(schema)
    if isinstance(usual, str) and not low <= len(usual) <= (high or len(usual)):
        return {}
    return ({"minLength": low} if low else {}) | ({} if high is None else {"maxLength": high})


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))


# ---- lists ------------------------------------------------------------------------------------------------------

_UP_TO: Final = (
    rf"(?:up to|at most|max(?:imum)?(?: (?:number|quantity))?(?: of| is|:)?(?: up to)?|no more than|(?:can(?:not|'t)|must not|may not) (?:exceed|contain more than|have more than)|more than|limited to) {_N}(?: \(\w+\)| different| unique)?"
)
_CALLED: Final = r"(?:values?|items?|elements?|entries|ids|resources?|records?)"


def _of_list(schema: Schema, name: str) -> Schema:
    """`maxItems` and `minItems` of a list whose description counts what it holds by its own name: 'a maximum of 80 disks per request'."""
    text = str(schema.get("description", ""))
    word = field(one_of(name))
    while len(word) > 1 and word[-1] in ("id", "ids", "arn", "arns", "list", "set", "name", "names", "identifier", "identifiers"):
        word = word[:-1]
    if not word or re.search(r"(?i)\bseparated\b|\bdefault(?:s|ed)?\b[^.]{0,20}\d", text):
        return {}
    own = rf"(?:\w+ ){{0,3}}?(?:{re.escape(word[-1])}s?|{re.escape(plural(word[-1]))}|{_CALLED})(?: ids?| names?| arns?)?\b"
    most = re.compile(rf"(?i)\b{_UP_TO} {own}|\bmax(?:imum)? (?:number|quantity|count) of {own}(?: \w+)?(?: is|:) ?{_N}|\b{_UP_TO}(?: entries)? (?:can|may) be (?:specified|passed|provided)|\b{_UP_TO} ?[).]*$")
    none = re.compile(rf"(?i)\b(?:at least|a minimum of) (?:one|1) {own}(?! (?:of|from|in)\b)|\b(?:must not|cannot|can't) be (?:an )?empty\b|\bmust be non-?empty\b")
    one = re.compile(rf"(?i)\bonly (?:one|1|a single) {own} (?:can|may) be (?:specified|provided|set|passed)|\b(?:you can )?(?:only )?(?:specify|provide) (?:only|exactly) (?:one|1|a single) {own}(?! (?:per|for (?:each|every)|in (?:each|every))\b)|\bexactly one {own} (?:(?:must|can|should) be (?:specified|provided|given|set)|is (?:supported|allowed|permitted|required))\b")
    found: set[int] = set()
    sentences = LINES.split(text)
    for sentence in sentences:
        if _PART.search(sentence):
            continue
        found |= {1} if one.search(sentence) else {_number(next(g for g in m.groups() if g)) for m in most.finditer(sentence)}
    need = not _PART.search(text) and any(none.search(s) for s in sentences)
    return ({"minItems": 1} if need and not re.search(r"(?i)\bempty (?:list|array)", text) else {}) | ({"maxItems": min(found)} if len(found) == 1 and min(found) > 0 else {})


def per_request(text: str) -> int | None:
    """'A maximum of 10 clusters are allowed per call': how many things a tool takes at once, as its own text says."""
    found = [_number(m[1]) for s in LINES.split(text) if _ONE_REQUEST.search(s) and not _PART.search(s) and not _MEASURED.search(s) for m in re.finditer(rf"(?i)\b{_UP_TO} [a-z]\w+", s)]
    return found[0] if len(found) == 1 and found[0] > 0 else None


_ONE_REQUEST: Final = re.compile(r"(?i)\bper (?:request|call|operation|batch)\b|\b(?:in|with) (?:a|one|each|any|every|the same) (?:single )?(?:batch )?(?:request|call|operation)\b|\beach (?:request|call) |\bat (?:a|one) time\b|\bat once\b")
_MEASURED: Final = re.compile(r"(?i)\b(?:per )?seconds?\b|\bminutes?\b|\bhours?\b|\bdays?\b|\b[KMGT]i?Bs?\b|\bbytes?\b|\brequests (?:can|may|per)\b|\bconcurrent|\bfilters?\b|\btags?\b|\bresults?\b|\breceives?\b")
_PART: Final = re.compile(r"(?i)\bif\b|\bwhen\b|\bunless\b|\bdepend|\bexcept|\bacross\b|\bcombined|\btotal\b|\bper (?:account|user|project|region|organization|day)\b|\beach (?!(?:request|call|time|operation)\b)\w+ (?:\w+ )?(?:can|may|must|has|have|is|supports?)\b|\bFilter\.|\brecommend|\bby default\b|\bfirst\b|\bcharacters|\bfor example|\breturn|\bin addition|\bother\b|\bquota")
"""What is said of one entry, of all lists together, or in one case only."""
