"""What a person calls a row: the noun as the provider writes it, and whether the provider itself uses it in sentences."""

import re
from collections import Counter
from functools import lru_cache

from agentscaler.envs.drafts import Draft
from agentscaler.words import ACRONYMS, humanise, plural, singular, split_cased


def noun_phrase(draft: Draft) -> str:
    """'VPC endpoint': singular, acronyms kept as the provider spells them."""
    if draft.link:
        return "link"
    spelled: Counter[tuple[str, ...]] = Counter()
    for entry in draft.entries:
        words = [w for part in re.split(r"[._]", entry.tool.source.operation) for w in split_cased(part)]
        found = _window(words, draft.noun)
        if found:
            spelled[found] += 1
    if not spelled:
        return humanise(draft.noun)
    best = min(spelled, key=lambda w: (-spelled[w], w))
    return " ".join(_word(w, i == len(best) - 1) for i, w in enumerate(best))


def _window(words: list[str], noun: tuple[str, ...]) -> tuple[str, ...] | None:
    low = [singular(w.lower()) for w in words]
    for i in range(len(low) - len(noun) + 1):
        if tuple(low[i : i + len(noun)]) == noun:
            return tuple(words[i : i + len(noun)])
    return None


def _word(word: str, last: bool) -> str:
    """One word as it stands in a sentence."""
    low = word.lower()
    if low.endswith("s") and singular(low) in ACRONYMS and last:
        return singular(low).upper()
    if low in ACRONYMS:
        return low.upper()
    if len(word) > 1 and word.isupper():
        return word
    if last:
        return singular(low)
    return low


@lru_cache(4096)
def said(phrase: str, texts: str) -> str | None:
    """The longest tail of the phrase that the provider's sentences use after an article; at least two words of it, if it has two."""
    words = phrase.split()
    for i in range(max(len(words) - 1, 1)):
        tail = " ".join(words[i:])
        low = re.sub(r"[^a-z0-9]+", " ", tail.lower()).strip()
        many = re.sub(r"[^a-z0-9]+", " ", plural(tail).lower()).strip()
        for form in (low, many):
            if form in texts and re.search(rf"\b(?:a|an|the|your|this|one|each|specified|new|existing|all|of|any|every)(?: [a-z0-9]+)? {re.escape(form)}\b", texts):
                return tail
    return None
