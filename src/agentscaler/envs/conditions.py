"""What a row must be, or must not be, for a deed: 'An active configuration cannot be updated', 'Managed views cannot be deleted'.

demands.py and states.py read what is said of states in the usual words; here are sentences whose grammar tells of what they speak,
so that they may name any closed column of the row (its kind, whether it is the default one) and may be put as a refusal.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from agentscaler.envs.demands import SENTENCES
from agentscaler.envs.drafts import STATE, Col, Draft, Entry, Noun
from agentscaler.envs.states import visible
from agentscaler.words import field, plural, split

Value = str | int | None

_NOT: Final = r"(?:can't|cannot|can not|can never|may not|unable to|not be able to|(?:is|are) not able to|not possible to)"
_STILL: Final = r"(?:(?:still|currently|already|now|also) )*"
_STANDS: Final = r"(?:state|status)(?:es|s)?"
_CHANGES: Final = r"(?:updat|modif|chang|edit)\w*"
_DELETES: Final = r"(?:delet|remov|deregister|destroy|dispos)\w*"
_OTHERS: Final = re.compile(r"(?i)\b(?:all|any|some|each|every|no) (?:of )?(?:the |its )?\w+ (?:must|that|which|in|with)\b|\bpermission|\b(?:parent|owner|associated)\b|\bfor example\b|\balready been (?:deleted|removed)\b")
"""What is said of other things, or of what is gone."""
_FLAGS: Final = frozenset("is has enabled flag whether".split())
_CHANGED: Final = frozenset("update modify patch edit change configure".split())


def stated(entry: Entry, texts: Iterable[str], draft: Draft, target: Value = None) -> dict[str, tuple[Value, ...]]:
    """Columns, and the values in them that a row may have, in the order of the columns; target: what the deed leads to, which is no condition of it."""
    deed = _CHANGES if entry.what.verb in _CHANGED else _DELETES if entry.what.kind == "delete" else rf"{re.escape(entry.what.verb.removesuffix('e').removesuffix('y'))}\w*"
    out: dict[str, tuple[Value, ...]] = {}
    for sentence in (s for t in texts for s in SENTENCES.split(t)):
        if not _SPEAKS.search(sentence) or _OTHERS.search(sentence):
            continue
        for column in visible(draft):
            values, spoken = _values(column, draft)
            if values and column.name not in out and not column.reference and (allowed := _allowed(sentence, deed, column, draft.noun, spoken)) is not None:
                kept = [v for v in values if (v in allowed[1]) == allowed[0] and (v is None or v != target)]
                if kept and len(kept) < len([v for v in values if v is None or v != target]):
                    out[column.name] = tuple(kept)
    return out


_SPEAKS: Final = re.compile(rf"(?i)\b{_NOT}|\bonly\b|\bmust\b|\bunless\b|\breject|\bfails?\b|exception\b|\breturned\b")


def _values(column: Col, draft: Draft) -> tuple[Sequence[Value], Mapping[str, Value]]:
    """The values of a closed column, and what each is called in a sentence: a switch is called by its own word, 'default'."""
    if column.kind == "string" and len(column.choices) > 1 and not column.open:
        return column.choices, {str(c): c for c in column.choices if len(str(c)) > 2}
    words = [w for w in field(column.name) if w not in _FLAGS and w not in draft.noun]
    return ((0, None, 1), dict.fromkeys([words[0], plural(words[0])], 1)) if column.kind == "boolean" and len(words) == 1 and len(words[0]) > 3 else ((), {})


def _allowed(sentence: str, deed: str, column: Col, noun: Noun, spoken: Mapping[str, Value]) -> tuple[bool, list[Value]] | None:
    """Whether the values that a sentence names are the ones that are allowed, and they; None where it speaks of something else."""
    one = "|".join(_loose(s) for s in sorted(spoken, key=len, reverse=True))
    said = rf"(?P<said>[`'\"]?\b(?:{one})\b[`'\"]?(?:(?:,? (?:or|and)|,) (?:in )?(?:the |an? )?[`'\"]?\b(?:{one})\b[`'\"]?)*)"
    ends = sorted({noun[-1], plural(noun[-1])})
    thing = rf"(?:(?:{'|'.join(map(re.escape, noun))})s? ?)*(?:{'|'.join(map(re.escape, ends))})"
    own = STATE.search(column.name) and column.kind == "string" and not set(field(column.name)[:-1]) - set(noun)
    named = rf"[`'\"]?{re.escape(column.name)}[`'\"]?"
    moving = [v for v in spoken.values() if {"in", "progress"} <= set(split(str(v)))] if own else []
    last = re.escape(noun[-1])
    if moving and "in progress" in sentence.lower() and (found := re.search(rf"(?i)(?:\bfails?|{_NOT} (?:be )?(?:{deed}|disassociat\w*|detach\w*)\b[^.;]*?) (?:if|while|when) (?:there is )?(?:an? |the )?(?P<which>(?:creat|updat|delet)\w*(?: or (?:creat|updat|delet)\w*)? )?{last} (?:is )?{_STILL}in progress\b", sentence)):
        which = [v for v in moving if not found["which"] or any(w[:5] in found["which"].lower() for w in split(str(v)) if len(w) > 3 and w != "progress")]
        return (False, which) if which else None
    flat = _BREAKS.sub("", sentence.lower())
    if not any("".join(split(s)) in flat for s in spoken):
        return None  # none of the values: what follows is made for each column, and dear
    whole = r"(?![^.;]*\b(?:if|while|when|unless|until|before|where)\b)"
    forms = [(False, rf"(?:^|\b(?:an?|the|any|your|that) ){said} {thing} {_NOT} be {deed}{whole}"), (False, rf"{_NOT} {deed} (?:(?:an?|the|your|any|your account's) )?{said} {thing}\b{whole}")]
    if column.kind == "boolean" and field(column.name)[0] == "has":
        forms = [(False, rf"{_NOT} (?:be )?{deed}\b[^.;]*\b(?:associated with|used by|has|have|contains?) (?:an? |any )?{said}")]
    if own or (len(split(column.name)) > 1 and column.kind == "string" and re.search(rf"(?<!\w){re.escape(column.name)}(?!\w)", sentence)):
        stands = rf"(?:{named}|(?:(?:the |its |your |an? )?(?:{thing}(?:'s)? )?{_STANDS}))" if own else rf"(?:the )?{named}"
        it = rf"(?:(?:it|they|(?:the |your |an? |this )?(?:specified )?{thing}) (?:is|are)|{stands} (?:value )?(?:is|are)|(?:it|(?:the |an? )?{thing}) has an? (?:{named}|{_STANDS}) of)" if own else rf"{stands} (?:is|are)"
        in_it = rf"{_STILL}(?:in |set to )?(?:the |an? )?{said}(?: {_STANDS}\b|(?= *(?:$|[.,;:)]|because|or if|and)))"
        forms += [
            (False, rf"\b{thing} (?:that|which) (?:is|are) {_STILL}(?:in )?(?:the |an? )?{said}(?: {_STANDS})?,? {_NOT} be {deed}") if own else (False, "(?!)"),
            (False, rf"{_NOT} (?:be )?{deed}[^.,;]{{0,40}}? (?:if|while|when) {it} {in_it}"),
            (False, rf"^(?:if|while|when) {it} {in_it},? (?:you |it |the {thing} |this {thing} )?{_NOT} (?:be )?{deed}"),
            (False, rf"\b(?:fails?|rejects? [^.,;]{{3,60}}?) (?:if|while|when) {it} {in_it}"),
            (False, rf"^(?:if|while|when) {it} {in_it},? (?:then )?[^.;]{{0,60}}\b(?:returns? an? `?\w*(?:exception|error)|fails?\b|is rejected|will be returned)"),
            (True, rf"{_NOT} (?:be )?{deed}[^.,;]{{0,40}}? unless {it} {in_it}"),
            (False, rf"^(?!.*{_NOT}).*\b{deed}[^.;]{{0,60}},? unless {it} {in_it}"),
            (True, rf"\bonly (?:be )?(?:{deed}|called|used|performed|done|invoked)(?: \w+){{0,4}}? (?:if|when|while) {it} {in_it}"),
        ]
        forms += [
            (False, rf"\b{thing} must not be in (?:the |an? )?{said} {_STANDS}\b"),
            (True, rf"\bonly (?:be )?(?:{deed}|called|used|performed|done|invoked)(?: \w+){{0,3}}? (?:on|to|for|of|in|when) (?:an? |the )?(?:{said} {thing}\b|{thing} (?:that (?:is|are) )?in (?:the |an? )?{said} {_STANDS}\b|[`'\"]{said}[`'\"])"),
            (True, rf"\b(?:{thing}|it) must (?:first |currently |already )*(?:be in (?:the |an? )?{said} {_STANDS}\b(?! to (?!be {deed}|{deed}|accept))|have (?:an? )?{named} of {said})"),
        ] if own else []
    for allows, form in forms:
        found = re.search(f"(?i){_numbered(form)}", sentence)
        if found is not None:
            spans = [v for k, v in found.groupdict().items() if k.startswith("said") and v]
            listed = [v for s, v in spoken.items() if re.search(rf"(?i)(?<![\w-]){_loose(s)}(?![\w-])", spans[0])]
            unknown = allows and set(re.findall(r"\b[A-Z][A-Z_]{3,}\b|`\w+`", sentence)) - {column.name, f"`{column.name}`"} - {q + s + q for s in spoken for q in ("", "`")}
            return None if unknown or not listed else (allows, listed)
    return None


_BREAKS: Final = re.compile(r"[-_ ]")


def _numbered(form: str) -> str:
    """A form that names what is said in more than one place."""
    first, *rest = form.split("(?P<said>")
    return first + "".join(f"(?P<said{n}>{part}" for n, part in enumerate(rest))


def _loose(value: str) -> str:
    """A value however it is spelled: IN_PROGRESS, 'in progress', Built-in."""
    return "[-_ ]?".join("-?".join(map(re.escape, word)) for word in split(value))
