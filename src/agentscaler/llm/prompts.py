"""Prompts are text files beside the package's code, `room.question.md`, filled strictly: a field that is not given fails."""

from functools import cache
from importlib.resources import files


@cache
def _text(name: str) -> str:
    return (files("agentscaler") / "prompts" / f"{name}.md").read_text(encoding="utf-8")


def prompt(name: str, **fields: str) -> str:
    """The filled text."""
    return _text(name).format_map(fields).strip()
