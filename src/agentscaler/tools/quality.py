"""What is no tool although it has the form of one: placeholders, test endpoints, text of a web page, definitions that say nothing.

Only definitions of a user's own are asked; the packages of the default pool have boiler plate of their own (clean.py).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentscaler.records import Tool
from agentscaler.words import split

_PLACEHOLDERS: Final = frozenset("test tests testing foo bar baz qux foobar asd asdf qwerty untitled dummy lorem ipsum xxx yyy tbd placeholder".split())
_FILLERS: Final = frozenset("my new a the function tool endpoint api request example sample demo call method".split())
"""Say nothing beside a placeholder: 'test endpoint'."""
_PROBES: Final = frozenset("ping pong health healthcheck checkhealth healthz healthy heartbeat alive liveness readiness test hello world".split())
_AROUND: Final = frozenset("get check api the a an of is server service endpoint status v v1 v2 for me to".split())
_PAGE = re.compile(r"(?i)\b(?:try (?:it )?in playground|deploy server|claim server|by signing in|accept (?:all )?cookies|all rights reserved|sign up for free)\b")
_NOTHING = re.compile(r"(?i)\W*(?:(?:no )?description(?: is)?(?: not)?(?: available| provided)?|n/?a|none|null|tbd|todo|\W*)\W*")


def low_quality(tool: Tool) -> str:
    """Why this is no tool worth keeping, or ''."""
    source, properties = tool.source, tool.parameters["properties"]
    words = [w.lower().rstrip("0123456789") or w for w in split(re.sub(r"[^\w]+|_", " ", source.operation))]
    if _is_placeholder([w for w in words if not w.isdigit()]):
        return f"{source.operation!r:.60} is a placeholder, not the name of an operation"
    own = {w.lower() for w in split(re.sub(r"[^\w]+|_", " ", source.title))}
    left = [w for w in words if w not in _AROUND and w not in own]
    if not properties and words and any(w in _PROBES for w in words) and all(w in _PROBES for w in left):
        return f"{source.operation!r:.60} asks whether the service is up"
    if _PAGE.search(tool.description):
        return f"the description is text of a web page: {tool.description!r:.80}"
    if says_nothing(tool.description) and not properties and not source.path and not tool.returns:
        return f"{source.operation!r:.60} has no description and no parameters"
    return ""


def _is_placeholder(words: Sequence[str]) -> bool:
    strong = sum(w in _PLACEHOLDERS for w in words)
    return words == ["new", "request"] or (strong > 0 and strong + sum(w in _FILLERS for w in words) == len(words))


def says_nothing(description: str) -> bool:
    """'', 'Description not available', 'N/A'."""
    return _NOTHING.fullmatch(description) is not None


def is_bare(listed: Sequence[Mapping[str, Any]]) -> bool:
    """A list of parameters that holds none, or nothing but their names: what is left of a page when its text is scraped."""
    return not any(p.get("description") or p.get("enum") or p.get("schema") or str(p.get("type") or "string").lower() not in ("string", "str") for p in listed)
