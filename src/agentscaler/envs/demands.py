"""In which state a row must be for an action or an update, where the provider's text says so."""

import re
from functools import cache
from typing import Final, NamedTuple

from agentscaler.envs.drafts import STATE, Col, Draft, Entry
from agentscaler.envs.states import Move, mentioned, visible
from agentscaler.words import entity, field, split

SENTENCES: Final = re.compile(r"(?<=[.!;])\s+|\s+\*\s+")
"""Where a sentence of a provider ends, or a point of a list begins."""


def demanded(entry: Entry, draft: Draft, target: str | int | None = None) -> Move | None:
    """'Jobs can be cancelled only when they are in the WAITING state': the column and the states in it; None where the text names none.

    target: the state that the tool leads to, which is no condition of it.
    """
    says = _speech(entry.what.verb)
    for sentence in SENTENCES.split(" ".join([entry.tool.description, *of_row(entry, draft)])):
        if _OF_ANOTHER.search(sentence) or says.elsewhere.search(sentence) or any(re.search(rf"\b{re.escape(p)}\b", sentence) for p in entry.parameters if len(field(p)) > 1):
            continue
        for column in _states(sentence, draft):
            said = [c for c in mentioned(sentence, column) if c != target and _spelled(str(c), sentence)] or _adjective(says, sentence, column, target)
            if not said or _more(sentence, column):
                continue
            forbidden = says.forbidden.search(sentence) and "unless" not in sentence
            allowed = [c for c in column.choices if c not in (*said, target)] if forbidden else said if says.only.search(sentence) or says.forbidden.search(sentence) or says.named.search(sentence) else []
            if allowed and len(allowed) < len(column.choices):
                return Move(column.name, None, tuple(allowed))
    return None


def of_row(entry: Entry, draft: Draft) -> list[str]:
    """What is said where the row is named: 'The ID of the order to cancel. Must be in STARTED status.'"""
    return [f"{str(entry.parameters[n].get('description', '')).rstrip('. ')}." for n in entry.required if entity(n)[1] and draft.find(n) == draft.own]


def _adjective(says: "_Speech", sentence: str, column: Col, target: str | int | None) -> list[str | int]:
    """'Cancel a pending transfer': the states that this word begins, pending_approval and pending_review."""
    named = says.named.search(sentence)
    word = named["word"].lower() if named is not None and named["word"] else ""
    return [c for c in column.choices if c != target and split(str(c))[:1] == (word,) and not {"deletion", "delete", "cancellation"} & set(split(str(c)))] if word else []


def _more(sentence: str, column: Col) -> bool:
    """Does a sentence name states that the column does not know? Then those that it knows are not all."""
    known = {w for c in column.choices for w in split(str(c))}
    return any(not set(split(w)) <= known for w in re.findall(r"\b[A-Z][A-Z_]{3,}\b|`\w+`", sentence))


def _states(sentence: str, draft: Draft) -> list[Col]:
    """State columns whose values are known; where the sentence names some of them, only those, else those of the thing itself."""
    states = [c for c in visible(draft) if STATE.search(c.name) and c.kind == "string" and len(c.choices) > 1 and not c.open and not c.reference]
    named = [c for c in states if len(field(c.name)) > 1 and re.search(rf"(?<!\w){re.escape(c.name)}(?!\w)", sentence)]
    return named or [c for c in states if not set(field(c.name)[:-1]) - set(draft.noun)]


def _spelled(choice: str, sentence: str) -> bool:
    """Is a state named as one: `WAITING`, 'the waiting state', and not 'an active user'?"""
    return (choice != choice.lower() and choice in sentence) or re.search(r"(?i)\b(?:state|status)(?:e?s)?\b|`|\b(?:is|are)(?: still| currently)? (?:in )?" + re.escape(choice), sentence) is not None


class _Speech(NamedTuple):
    only: re.Pattern[str]
    forbidden: re.Pattern[str]
    elsewhere: re.Pattern[str]
    named: re.Pattern[str]
    """The deed with the state of what it is done to: 'Cancel a pending transfer', 'Cancels a transfer in status `pending`'."""


@cache
def _speech(verb: str) -> _Speech:
    """How sentences about a deed say when it may be done."""
    deed = "(?:updat|modif|chang|edit)" if verb in ("update", "modify", "patch", "edit", "change") else re.escape(verb.removesuffix("e").removesuffix("y"))
    return _Speech(
        re.compile(
            rf"(?i)\bonly\b.{{0,80}}\b{deed}\w*|\b{deed}\w*.{{0,80}}\bonly\b.{{0,40}}\b(?:if|when|while|in|on|from|whose|with|state|status)\b|\bmust (?:currently )?be (?:in|on)\b|\b(?:state|status) must be\b|"
            r"\bmust (?:first |currently )*have an? [`'\"]?(?:status|state)\b|"
            r"\bonly (?:be )?(?:used|performed?|called|succeeds?|allowed|supported|supports|valid|available|works?|possible)\b|\bone of (?:these|the following) (?:states|statuses)\b"
        ),
        re.compile(rf"(?i)(?:can't|cannot|can not|may not|unable to) (?:be )?{deed}\w*\b.{{0,60}}\b(?:status|state)\b"),
        re.compile(rf"(?i)\b(?:state|status)[^.]{{0,12}}\bto (?!be\b|{deed})\w+|^(?:If|When|While)\b|\bbefore (?!you |it )|\b(?:after|once|until|afterwards?)\b|\b(?:its|the) (?:parent|owner)\b|'s (?:parent|owner)\b|\bcan only be used in\b"),
        re.compile(rf"(?i)^{deed}\w* (?:an? (?P<word>pending|queued|scheduled|draft|open) \w|an? [\w -]{{2,40}} (?:in|with) (?:an? |the )?(?:(?:status|state) [`'\"]?\w|[`'\"]?\w+[`'\"]? (?:status|state)\b))"),
    )


_OF_ANOTHER = re.compile(r"(?i)\bno (?:\w+ ){0,2}(?:active|running)|\bnon-|\b(?:has|have|with|any|all|its) (?:an? |any )?(?:active|running|enabled|associated|associations?)\s+\w+s?\b(?<!state)(?<!status)|\bpermission|\bassociat")
"""What is said of other things than the one that is named."""
