"""The brief: what is wanted, said as a person would, and the same in pieces for a user who reveals it bit by bit."""

from typing import Final

from agentscaler.dice import Dice
from agentscaler.records import Brief, Fact
from agentscaler.tasks.find import upper
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.reasons import reason
from agentscaler.tasks.wishes import Wish

_LIMITS: Final = ("Please leave everything else as it is.", "Nothing else should change.", "Please don't touch anything else.", "Just that, nothing more.", "Everything else stays the way it is.", "Please change nothing besides that.")
_NEXT: Final = ("One more thing:", "And while you are at it:", "Another thing:", "Also:")


def brief(plan: Plan, dice: Dice) -> Brief:
    """All that the user wants and knows, in the order a person would say it."""
    first, *later = plan.wishes
    facts = [Fact(text=upper(_framed(first)), about="wish")]
    facts += [Fact(text=upper(d), about="detail") for d in dict.fromkeys(first.details)]
    if dice.chance(0.55):
        facts.append(Fact(text=reason(plan, first, dice), about="reason"))
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


def _framed(wish: Wish) -> str:
    """'In the domain called "x", please delete ...'"""
    return f"{wish.frame}, {_lower(wish.text)}" if wish.frame else wish.text


def _next(wish: Wish, lead: str, told: set[str], number: int, *, joined: bool) -> list[Fact]:
    if joined:
        out = [Fact(text=upper(_framed(wish)), about="detail")]
    else:
        out = [Fact(text=f"{lead} {_lower(_framed(wish))}", about="follow_up", part=number)]
    return out + [Fact(text=upper(d), about="detail", part=0 if joined else number) for d in dict.fromkeys(wish.details) if d not in told]


def _lower(text: str) -> str:
    """After a colon; what begins with I stays."""
    return text if text.startswith(("I ", "I'")) else text[:1].lower() + text[1:]
