"""What a person calls a row and its columns: as the provider writes it, and only where the provider itself says so in sentences."""

import re
from collections import Counter
from functools import lru_cache

from agentscaler.envs.arguments import is_time
from agentscaler.envs.drafts import Col, Draft
from agentscaler.words import ACRONYMS, field, humanise, plural, singular, split, split_cased


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


_INTRO = (
    "a|an|the|your|this|one|each|specified|new|existing|all|of|any|every|creates?|deletes?|removes?|modify|modifies|query|queries|lists?|updates?|gets?|describes?|views?|adds?|"
    "creating|deleting|modifying|querying|listing|adding"
)


@lru_cache(4096)
def said(phrase: str, texts: str) -> str | None:
    """The longest tail of the phrase that the provider's sentences use after an article; at least two words of it, if it has two."""
    words = phrase.split()
    for i in range(max(len(words) - 1, 1)):
        tail = " ".join(words[i:])
        low = re.sub(r"[^a-z0-9]+", " ", tail.lower()).strip()
        many = re.sub(r"[^a-z0-9]+", " ", plural(tail).lower()).strip()
        for form in (low, many):
            if form in texts and re.search(rf"\b(?:{_INTRO})(?: [a-z0-9]+)? {re.escape(form)}\b", texts):
                return tail
    return None


# ---- columns ----------------------------------------------------------------------------------------------------

_MOMENTS = {
    "created": r"creat|^made$|^added|^insert|^date$", "last changed": r"updat|modif|chang|edit", "started": r"^start|^began|^begin", "finished": r"^end|finish|complet",
    "submitted": r"^submi", "launched": r"^launch", "expires": r"^expir|^not after|^valid (?:un)?til", "uploaded": r"^upload", "issued": r"^issu", "requested": r"^request",
    "registered": r"^regist", "published": r"^publish", "deployed": r"^deploy", "attached": r"^attach", "invited": r"^invit", "joined": r"^join", "opened": r"^open", "due": r"^due",
}  # fmt: skip
_DANGLING = frozenset(["at", "of", "to", "by", "for", "in", "on", "from", "with", "only", "per", "via", "as", "up", "down", "is", "and", "or", "the", "a", "an", "not", "no", "if", "when"])
_LEADING = frozenset(
    ["is", "has", "have", "can", "should", "must", "need", "allow", "allowed", "enable", "enabled", "disable", "use", "used", "using", "apply", "do", "does", "was", "are", "auto", "include", "including", "exclude", "force", "skip", "show", "hide", "last", "require", "required", "require", "support", "supported", "kind", "raw", "internal"]
)
_CODES = frozenset(["type", "status", "state", "mode", "kind", "category", "class", "format", "language", "source", "code", "role", "scope", "method", "flag"])
_NEVER = frozenset(["etag", "kind", "arn", "uuid", "md5", "sha", "hash", "digest", "checksum", "cursor", "token", "marker", "json", "yaml", "payload", "position", "index", "flag", "fingerprint", "object", "struct", "param", "parameter"])
_BEFORE = "the|a|an|its|your|this|of|by|new|current|optional|user defined|display"
_UNIT = re.compile(
    r"\b(?:in|of|number of|unit(?:s)?(?: is| are)?:?|measured in|\()\s?\(?(GiB|GB|MiB|MB|TiB|TB|KiB|KB|bytes|Mbps|Kbps|Gbps|percent|milliseconds|seconds|minutes|hours|days|weeks|months|years)\b", re.I
)
_UNITS = {"gib": "GiB", "gb": "GB", "mib": "MiB", "mb": "MB", "tib": "TiB", "tb": "TB", "kib": "KiB", "kb": "KB", "mbps": "Mbps", "kbps": "Kbps", "gbps": "Gbps"}


def column_phrase(column: Col, draft: Draft, texts: str) -> str:
    """'AllocatedStorage' -> 'allocated storage', 'CreateTime' -> 'created'; '' where nobody would speak of it."""
    words = split(column.name)
    for i in range(len(draft.noun)):
        tail = draft.noun[i:]
        if field(column.name)[: len(tail)] == tail and len(words) > len(tail):
            words = words[len(tail) :]
            break
    if is_time(column.name, column.schema):
        spoken = " ".join(w for w in words if w not in ("time", "timestamp", "date", "at", "on", "datetime", "gmt", "utc", "last", "ts"))
        return next((moment for moment, pattern in _MOMENTS.items() if re.search(pattern, spoken or "date") and len(spoken.split()) <= 1), "")
    if not words or len(words) > 3 or words[0] in _LEADING or words[-1] in _DANGLING or set(words) & _NEVER or field(column.name)[-1] in ("id", "arn"):
        return ""
    if not all(w.isalpha() and len(w) > 1 for w in words):
        return ""
    if column.kind in ("integer", "number") and words[-1] in _CODES:
        return ""
    heard = " ".join(words)
    own = re.sub(r"[^a-z0-9]+", " ", f" {column.schema.get('description', '')} ".lower())
    if column.reference or column.name == "parent" or (f" {heard} " not in own and f" {heard} " not in texts and f" {plural(heard)} " not in texts):
        return ""
    if len(words) == 1 and not any(re.search(rf"\b(?:{_BEFORE}) (?:[a-z]+ )?{re.escape(heard)}\b", text) for text in (own, texts)):
        return ""
    return humanise(words)


def column_unit(column: Col) -> str:
    """The unit that the provider's description names, where the value is a number."""
    if column.kind not in ("integer", "number") or is_time(column.name, column.schema):
        return ""
    found = _UNIT.search(str(column.schema.get("description", "")))
    word = found[1].lower() if found else ""
    return _UNITS.get(word, word)
