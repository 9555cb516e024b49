"""What a description says of where a value comes from: "obtained through the DescribeSubnets API", "returned by ListTopics".

Providers name the producing operation of some parameters themselves. Such a sentence decides who feeds the parameter; it is also the truth that the
ranking of edges.py is measured against, with the sentence taken away (benchmarks/dependencies.py).
"""

import re
from collections.abc import Collection

from agentscaler.words import split

_SENTENCE = re.compile(r"(?<=[.;!?。；])\s+")
_NAME = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)*\b")
_FROM = re.compile(r"(?i)obtain|retriev|return|respon[sd]|output|result of|fetch|look ?up|find|\b(?:get|use|using|call|calling|from|source|through|via|see|query|list of)\b")
"""Words with which a provider says that a value comes out of an operation."""
_NOT = re.compile(r"(?i)\b(?:must not|cannot|can't|instead of|unlike|deprecated)\b")


def sentences(text: str) -> list[str]:
    """A description, sentence by sentence."""
    return _SENTENCE.split(text)


def named(sentence: str, operations: Collection[str]) -> list[str]:
    """Operations that a sentence names, in its order. A name of one word ('list') is a word of English as well, and counts for nothing."""
    return list(dict.fromkeys(n for n in _NAME.findall(sentence) if n in operations and len(split(n)) > 1))


def said_to_produce(text: str, operations: Collection[str]) -> list[str]:
    """Operations that a description says a value comes from."""
    if not _FROM.search(text):
        return []
    return list(dict.fromkeys(name for s in sentences(text) if _FROM.search(s) and not _NOT.search(s) for name in named(s, operations)))


def without(text: str, operations: Collection[str]) -> str:
    """The description without the sentences that name an operation."""
    return " ".join(s for s in sentences(text) if not named(s, operations))
