"""Whose doing is it that a rollout failed? Code decides, from what stands in the row, and gives its evidence.

In this order: the connection (infrastructure), the world (it answered with a defect), the user (a fault that lint found, or silence), and only then the agent.
"""

from agentscaler.records import Blame, Rollout, Verdict

_LIMITS = {
    "turns": "the conversation came to no end",
    "steps": "it called on and on",
    "context": "its context was full",
    "tokens": "it wrote more than it may",
    "silent": "it said and called nothing, though it was asked again",
}


def blame(rollout: Rollout, verdict: Verdict) -> Blame | None:
    """Who, and what shows it; None where the rollout passed."""
    if rollout.error or rollout.stop == "infrastructure":
        return Blame(who="infrastructure", evidence=(rollout.error or "cut short")[:300])
    if verdict.passed:
        return None
    for number, message in enumerate(rollout.messages):
        if message.role == "tool" and message.error == "internal":
            return Blame(who="world", evidence=f"message {number}, {message.name}: {message.content[:200]}")
    for deed in rollout.deeds:
        if deed.answer.error == "internal":
            return Blame(who="world", evidence=f"before message {deed.after}, the user's {deed.call.name}: {deed.answer.content[:200]}")
    if rollout.faults:
        first = rollout.faults[0]
        return Blame(who="user", evidence=f"message {first.turn}, {first.name}: {first.what}")
    if rollout.stop == "user_silent":
        return Blame(who="user", evidence="it said nothing, though it was asked again")
    limit = _LIMITS.get(rollout.stop)
    return Blame(who="agent", evidence="; ".join(filter(None, [limit, *verdict.reasons]))[:400])
