"""Reads and writes told apart by words: does a call change what is stored?

    effect(tool)  ->  Effect("read", "its description says 'retrieves'", "retrieves")

The verb of the name, the first verb of the description, and what the name is where neither is known; what nothing speaks for is open. Where the definition itself says it (an HTTP
verb, MCP's annotations, kinds of a toolkit) that stands above, and is what this is measured against: benchmarks/kinds.py.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from agentscaler.records import Tool
from agentscaler.verbs import CLASS, READS, Analysis, analyse
from agentscaler.words import split

Kind: TypeAlias = Literal["read", "write", "open"]


class Effect(NamedTuple):
    """What a call does to what is stored."""

    kind: Kind
    """It reads, it writes, or nobody can tell."""
    why: str
    """What told it."""
    verb: str = ""
    """The verb that told it; none where it is the definition itself, or a noun that only reads answer ("information about ...")."""


TELLING: Final[dict[str, Kind]] = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "write"}
"""HTTP verbs that tell. POST does not: it searches as well as it creates."""

_NOUNS_TOO: Final = frozenset(
    "post place complete copy new open record set stage build schedule change order book request move end process upgrade transfer release issue import share mark block address "
    "capture finish extend play design close lock pin note mute match patch shift return refund reset label trigger notice modify convert verify resolve remove".split()
)
"""Verbs that are names of things as well, or that work on what the caller hands in: PostMetadata, RemoveProfanity."""
_READING: Final = frozenset(
    "return returns provide provides obtain obtains display displays reports determine determines analyse analyzes recommend recommends identify identifies tell tells collect extract extracts "
    "parse parses access accesses introspect contains gives give calculator".split()
)
"""Words of a description that say a read, beside the verbs of names."""
_FETCHING: Final = frozenset("returns obtain obtains displays".split())
"""Those of them that answer with what is stored."""
_NAMES: Final = re.compile(r"(?i)(?:^|[_ .-])(?:ids?|arns?|names?|keys?)$|[a-z](?:Ids?|Arns?|Names?|Keys?)$|^parent$")
"""Parameters that name a row."""
_KEPT: Final = frozenset("tag untag log".split())
"""Verbs of the compiler's class `compute` whose effect is kept all the same."""
_WAITING: Final = frozenset("wait await poll".split())
"""Verbs of who looks on until something has happened."""
_PICTURE: Final = re.compile(r"(?i)^(?:takes?|captures?|grabs?) (?:an? |the )?(?:\w+ )?(?:screen ?shots?\b|snapshot of the (?:current )?(?:page|screen|window|view)\b)")
"""A picture of what a screen shows; a snapshot of a disk is a thing that is made."""
_ASKED: Final = frozenset("information info details statistics data list what whether results latest available".split())
"""What a read answers."""
_DOING: Final = frozenset("perform performs transition transitions toggle toggles clear clears ingest ingests turn turns".split())
_ARTICLES: Final = frozenset("a an the one your all".split())
_LEAD: Final = re.compile(
    r"(?i)^(?:\W*\b(?:deprecated|beta|this|the|a|an|that|which|it|you|your|we|please|use|used|using|calls?|(?:api )?endpoint|api|tool|method|operation|function|route|request|command|resource|"
    r"is|are|be|to|for|will|would|can|could|may|allows?|enables?|lets?|helps?|users?|clients?|customers?|us|simply|just|able|asynchronously|synchronously|also|and|by|with|mcp|rest)\b[\s:,.]*)+"
)
"""What stands in front of the verb of a description."""


def effect(tool: Tool) -> Effect:
    """Does a call of the tool change what is stored? By names and sentences alone: HTTP verb and annotations are not looked at."""
    source, description = tool.source, tool.description
    what = analyse(source.model_copy(update={"verb": None, "hint": None}), tool.name)
    kind = _of(what.kind, what.verb)
    method = split(source.operation.rpartition(".")[2])
    said = _described(description, method if " " not in source.operation and (len(method) > 1 or "." in source.operation) else ())
    if (what.verb == "convert" or (kind == "open" and "convert" in _stems(said.verb))) and not any(_NAMES.search(p) for p in tool.parameters.get("properties", ())):
        return Effect("read", "what is converted is given, not named")
    if what.verb in _WAITING:
        return Effect("read", "who waits changes nothing", what.verb)
    if found := _PICTURE.search(description[:200]):
        return Effect("read", f"it shows what is to be seen: {found[0]!r}")
    if what.verb == "connect" and (named := set(re.findall(r"\b(GET|HEAD|POST|PUT|PATCH|DELETE) requests?\b", description))) and named <= {"GET", "HEAD"}:
        return Effect("read", f"its description says {min(named)} requests")
    if kind == "write" and said.kind == "read" and said.verb and not _repeats(description, what) and (what.verb in _NOUNS_TOO or method[:1] != (what.verb,)):
        return said
    if kind != "open":
        return Effect(kind, f"the verb of its name, {what.verb!r}", what.verb)
    if len(method) == 1 and (alone := _of(CLASS.get(method[0], "other"), method[0])) == "read":
        return Effect(alone, f"its name, {method[0]!r}", method[0])
    if said.kind != "open" or said.why == _UNKNOWN:
        return said
    title = len(method) == 1 or not re.fullmatch(r"[\w.-]+", source.operation)
    if title and not any(_of(CLASS[w], w) == "write" and w not in _NOUNS_TOO for w in method if w in CLASS):
        return Effect("read", "its name is a thing")
    return said


def with_hint(tool: Tool) -> Tool:
    """A user's tool, marked as a read where its name has no verb that is known and its description fetches something: `npmScore`, "Gets the score of a package".

    Not those of the pool: what is left of a Google or class name without its verb is no noun of the answer (`clusters.diagnose` shows no clusters).
    """
    source = tool.source
    if source.vendor != "user" or source.hint is not None or source.verb in TELLING:
        return tool
    what = analyse(source, tool.name)
    if what.kind != "other" or what.verb in CLASS:
        return tool
    told = effect(tool)
    if told.kind != "read" or not (told.verb in _FETCHING or any(CLASS.get(s) in READS for s in _stems(told.verb))):
        return tool
    return tool.model_copy(update={"source": source.model_copy(update={"hint": "read"})})


def _of(kind: str, verb: str) -> Kind:
    """Of the class of a verb."""
    if kind == "other":
        return "open"
    return "read" if kind in READS or (kind == "compute" and verb not in _KEPT) else "write"


def _repeats(description: str, what: Analysis) -> bool:
    """Does the description begin with the verb of the name? 'Return some items of an order' is no read."""
    words = _words(description)
    return bool(words) and what.verb in _stems(words[0])


_UNKNOWN: Final = "its description begins with a verb that is not known"


def _described(description: str, method: tuple[str, ...]) -> Effect:
    """What the first sentences say. method: words of the name, where that is an identifier."""
    words = _words(description)
    if not words:
        return Effect("open", "neither its name nor its description has a verb that is known")
    known = _known(words[0])
    if known == "read" and any(before in ("and", "or") and not (_NOUNS_TOO & set(_stems(w))) and w not in CLASS and _known(w) == "write" for before, w in pairwise(words[:8])):
        return Effect("open", "its description says that it reads and writes")
    if known != "open":
        return Effect(known, f"its description says {words[0]!r}", words[0])
    deed = Effect("write", f"what its name does, its description says: {words[0]!r}") if len(words) > 1 and set(_stems(words[0])) & set(method) else None
    if deed and (words[0] not in method or words[1] in _ARTICLES):
        return deed
    for word in words[1:8]:
        known = _known(word) if word not in CLASS and not (_NOUNS_TOO & set(_stems(word))) else "open"
        if (word.endswith("s") and not word.endswith("ss") and known != "open") or (word.endswith("ing") and known == "read"):
            return Effect(known, f"its description says {word!r}", word)
    if found := next((w for w in words[:14] if w in _ASKED or w in _READING), ""):
        return Effect("read", f"its description says {found!r}")
    if deed:
        return deed
    if len(words) > 2 and words[0].endswith("s") and words[1] in _ARTICLES:
        return Effect("open", _UNKNOWN)
    return Effect("open", "neither its name nor its description has a verb that is known")


def _words(description: str) -> list[str]:
    text = re.sub(r"\[[^\]]*\]|\*\*[^*]*\*\*:?|[*`_]|https?://\S+", "", description[:400])
    return re.findall(r"[a-z]+", _LEAD.sub("", text).lower())


def _known(word: str) -> Kind:
    """The kind of a verb in any of its forms; a bare noun is none."""
    if word in _READING:
        return "read"
    if word in ("simulate", "simulates"):
        return "open"
    if word in _DOING:
        return "write"
    return next((_of(CLASS[s], s) for s in _stems(word) if s in CLASS), "open")


@lru_cache(100_000)
def _stems(word: str) -> tuple[str, ...]:
    """What a word of a sentence may be in a name: 'retrieves' -> retrieve, 'copies' -> copy, 'creating' -> create."""
    out = [word]
    for end, instead in (("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ing", ("", "e"))):
        if word.endswith(end) and len(word) > len(end) + 2:
            out += [word[: -len(end)] + i for i in instead]
    return tuple(out)
