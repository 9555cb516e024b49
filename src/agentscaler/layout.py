"""How the lines of tools.py are laid out: calls and braces that fit a line, and docstrings that nothing can end."""

import re
from collections.abc import Mapping, Sequence

from agentscaler.assigned import quote

WIDTH = 110


def docstring(text: str) -> list[str]:
    """The lines of a docstring."""
    lines = wrapped(flat(text))
    if len(lines) == 1:
        return [f'"""{lines[0]}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


def wrapped(text: str) -> list[str]:
    """A text in lines that fit."""
    words, lines = text.split(" "), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 1 > WIDTH - 8:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def flat(text: str) -> str:
    """A provider's text that can stand in a docstring: no quotes that end it, no escapes."""
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    return text.replace("\\", "/").replace('"""', "'''").rstrip('"')


def pairs_of(places: Mapping[str, str]) -> str:
    """{"name": "column"}, as code."""
    return "{" + ", ".join(f"{quote(n)}: {quote(c)}" for n, c in places.items()) + "}"


def call_of(head: str, arguments: Sequence[str], *, end: str = "") -> list[str]:
    """head(a, b, c), on one line if it fits, else an argument a line."""
    line = f"{head}({', '.join(arguments)}){end}"
    if len(line) + 4 <= WIDTH:
        return [line]
    return [f"{head}(", *(f"    {a}," for a in arguments), f"){end}"]


def braces(head: str, pairs: Sequence[str]) -> list[str]:
    """head{a, b}, on one line if it fits, else a pair a line."""
    line = f"{head}{{{', '.join(pairs)}}}"
    if len(line) + 4 <= WIDTH:
        return [line]
    return [f"{head}{{", *(f"    {p}," for p in pairs), "}"]
