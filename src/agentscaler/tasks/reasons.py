"""Why somebody wants it: a sentence that fits the wish, what is done and what it is done to."""

from typing import Final

from agentscaler.dice import Dice
from agentscaler.tasks.nouns import people, records, runs
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.wishes import Wish

_QUESTION: Final = (
    "I need it for my notes.", "It is for the monthly report.", "A colleague asked me.", "I want to be sure before the meeting.", "It goes into the handover sheet.", "I'm filling in a form that asks for it.",
    "The auditors want to know.", "I couldn't find it anywhere else.", "My manager wants it today.", "I'd like to compare it with my own list.", "We are checking our records.", "I promised to look it up.",
)  # fmt: skip
_ANY: Final = (
    "That is what we agreed on Monday.", "It came up in yesterday's review.", "We decided it this morning.", "It's on my list for today.", "My colleague asked me to see to it.",
    "I have the go-ahead from my manager.", "We settled on that last week.",
)  # fmt: skip
_GONE: Final = ("We no longer need {it}.", "{It} {was} made by mistake.", "We are tidying up this week.")
_UNUSED: Final = (
    "{It} {was} only {a trial}.", "Nobody uses {it} any more.", "{It} {has} been replaced.", "The team that asked for {it} has moved on.", "{It} just {clutters} the list.", "I checked with everyone and {it} can go.",
)  # fmt: skip
_OLD: Final = ("{It} {is} left over from the old set-up.", "{It} {was} {a leftover} from an old project.", "The project {it} {was} for is over.")
_SINGLE: Final = ("{It} {was} made by mistake.", "{It} {was} only {a trial}.", "The team that asked for {it} has moved on.")
"""Seldom true of many at once."""
_ENDED: Final = ("We no longer need {it}.", "The plan has changed.")
_ACTION: Final = (*_ANY, "That should have happened last week.")
_UPDATE: Final = (*_ANY, "The team asked for it.", "It was set up wrongly.", "The plan has changed.", "That should have been done last week.")
_RENAME: Final = (*(r for r in _UPDATE if r != "It was set up wrongly."), "Someone pointed it out to me.")
_CREATE: Final = (
    "The new team starts next week.", "We need it for the pilot.", "It's for the training on Thursday.", "A customer has been waiting for it.", "We'll use it from tomorrow on.", "It was approved this morning.",
    "It's the last thing missing.", "My colleague will take over from there.", "We agreed on it in the meeting.",
)  # fmt: skip
_REPLACE: Final = ("We agreed on it in the meeting.", "That was approved this morning.", "The change is due this week.", "My colleague asked me to see to it.")
_ONE: Final = {"it": "it", "It": "It", "was": "was", "is": "is", "has": "has", "a trial": "a trial", "clutters": "clutters", "a leftover": "a leftover"}
_MANY: Final = {"it": "them", "It": "They", "was": "were", "is": "are", "has": "have", "a trial": "trials", "clutters": "clutter", "a leftover": "leftovers"}


def reason(plan: Plan, wish: Wish, dice: Dice) -> str:
    """One that fits the first wish."""
    return dice.choice(_pool(plan, wish))


def _pool(plan: Plan, wish: Wish) -> tuple[str, ...]:
    if wish.mood == "question":
        return _QUESTION
    if plan.holds is not None:
        return _ANY
    if plan.shape == "replace":
        return _REPLACE
    if wish.mood == "delete":
        many = wish.many or plan.shape in ("each", "both")
        return tuple(_spelled(text, many=many) for text in _deletes(wish) if not (wish.many or plan.shape == "each") or text not in _SINGLE) + _ANY[:4]
    if wish.mood == "create":
        return _CREATE
    if wish.mood == "action":
        return _ACTION
    return _RENAME if wish.verb == "rename" else _UPDATE


def _deletes(wish: Wish) -> tuple[str, ...]:
    if people(wish.name):
        return ()
    if wish.verb not in ("delete", "remove", "drop", "discard", "erase"):
        return _ENDED
    if runs(wish.name) or records(wish.name):
        return _GONE
    return (*_GONE, *_UNUSED, *(_OLD if wish.old else ()))


def _spelled(text: str, *, many: bool) -> str:
    """'{It} {was} made by mistake.' -> 'They were made by mistake.'"""
    words = _MANY if many else _ONE
    text = text.replace("{it} can", "they can" if many else "it can").replace("{it} {was} for", "they were for" if many else "it was for")
    for slot, word in words.items():
        text = text.replace(f"{{{slot}}}", word)
    return text
