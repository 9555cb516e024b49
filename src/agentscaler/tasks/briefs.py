"""The brief: what is wanted, said as a person would, and the same in pieces for a user who reveals it bit by bit."""

from collections.abc import Sequence
from typing import Final

from agentscaler.dice import Dice
from agentscaler.records import Brief, Fact
from agentscaler.tasks.find import upper
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.wishes import Wish

_R: Final[dict[str, tuple[str, ...]]] = {
    "question": (
        "I need it for my notes.", "It is for the monthly report.", "A colleague asked me.", "I want to be sure before the meeting.", "It goes into the handover sheet.", "I'm filling in a form that asks for it.",
        "The auditors want to know.", "I couldn't find it anywhere else.", "My manager wants it today.", "I'd like to compare it with my own list.", "We are checking our records.", "I promised to look it up.",
    ),
    "delete": (
        "It was only a trial.", "Nobody uses it any more.", "It was made by mistake.", "We no longer need it.", "It has been replaced.", "The project is over.", "It's left over from the old set-up.",
        "We are tidying up this week.", "The team that asked for it has moved on.", "It just clutters the list.", "I checked with everyone and it can go.", "It was a leftover from last year.",
    ),
    "change": (
        "That is what we agreed on Monday.", "The team asked for it.", "It was set up wrongly.", "It came up in yesterday's review.", "That should have been done last week.", "We decided it this morning.",
        "It's on my list for today.", "My colleague asked me to see to it.", "The plan has changed.", "Someone pointed it out to me.", "It was a typing mistake.", "We settled on that last week.",
    ),
    "action": (
        "That is what we agreed on Monday.", "The team asked for it.", "It came up in yesterday's review.", "We decided it this morning.", "It's on my list for today.", "My colleague asked me to see to it.",
        "The plan has changed.", "I have the go-ahead from my manager.", "It should have happened last week.", "We talked it through yesterday.",
    ),
    "create": (
        "The new team starts next week.", "We need it for the pilot.", "It's for the training on Thursday.", "A customer has been waiting for it.", "We'll use it from tomorrow on.",
        "It was approved this morning.", "It's the last thing missing.", "My colleague will take over from there.", "We agreed on it in the meeting.",
    ),
}  # fmt: skip
"""Why somebody wants it; each fits anything of its kind."""
_MANY: Final = (
    "They were only trials.", "Nobody uses them any more.", "They were made by mistake.", "We no longer need them.", "They have been replaced.", "The project is over.", "They're left over from the old set-up.",
    "We are tidying up this week.", "They just clutter the list.", "I checked with everyone and they can go.", "They were leftovers from last year.",
)  # fmt: skip
_LIMITS: Final = ("Please leave everything else as it is.", "Nothing else should change.", "Please don't touch anything else.", "Just that, nothing more.", "Everything else stays the way it is.", "Please change nothing besides that.")
_NEXT: Final = ("One more thing:", "And while you are at it:", "Another thing:", "Then there is this:", "Also:", "Once that's done:")


def brief(plan: Plan, dice: Dice) -> Brief:
    """All that the user wants and knows, in the order a person would say it."""
    first, *later = plan.wishes
    facts = [Fact(text=upper(first.text), about="wish")]
    facts += [Fact(text=upper(d), about="detail") for d in dict.fromkeys(first.details)]
    if dice.chance(0.55):
        facts.append(Fact(text=dice.choice(_reasons(plan, first)), about="reason"))
    told = set(first.details)
    leads = dice.sample(_NEXT, len(later))
    for number, (lead, wish) in enumerate(zip(leads, later, strict=True), 1):
        facts += _next(wish, lead, told, number, joined=not plan.ends)
        told |= set(wish.details)
    writes = any(w.mood != "question" for w in plan.wishes)
    if plan.limit:
        facts.append(Fact(text=plan.limit, about="limit"))
    elif writes and dice.chance(0.25):
        facts.append(Fact(text=dice.choice(_LIMITS), about="limit"))
    return Brief(text=" ".join(f.text for f in facts), facts=tuple(facts))


def _reasons(plan: Plan, wish: Wish) -> tuple[str, ...]:
    if wish.mood == "delete" and plan.shape in ("each", "both"):
        return _MANY
    return _R["change" if plan.shape == "cond" and wish.mood == "delete" else wish.mood]


def _next(wish: Wish, lead: str, told: set[str], number: int, *, joined: bool) -> list[Fact]:
    if joined:
        out = [Fact(text=upper(wish.text), about="detail")]
    else:
        out = [Fact(text=f"{lead} {_lower(wish.text)}", about="follow_up", part=number)]
    return out + [Fact(text=upper(d), about="detail", part=0 if joined else number) for d in dict.fromkeys(wish.details) if d not in told]


def _lower(text: str) -> str:
    """After a colon; what begins with I stays."""
    return text if text.startswith(("I ", "I'")) else text[:1].lower() + text[1:]


def sentences(facts: Sequence[Fact]) -> str:
    return " ".join(f.text for f in facts)
