"""What flags of the command line say, as values: KEY=VALUE and prices. Wrong ones are named."""

from typing import Any

import orjson

from agentscaler.errors import UserError


def pairs(flag: str, given: list[str]) -> dict[str, Any]:
    """['temperature=0.7'] -> {'temperature': 0.7}; what is no JSON is text."""
    out: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise UserError(f"{flag} {text!r}: give KEY=VALUE")
        try:
            out[name.strip()] = orjson.loads(value)
        except orjson.JSONDecodeError:
            out[name.strip()] = value
    return out


def prices(given: list[str]) -> dict[str, Any]:
    """['qwen3-8b=0.05,0.4'] -> the table of a recipe."""
    out = {}
    for text in given:
        name, _, rest = text.rpartition("=")
        try:
            out[name] = dict(zip(("input", "output", "cached"), map(float, rest.split(",")), strict=False))
        except ValueError as error:
            raise UserError(f"--price {text!r}: give NAME=INPUT,OUTPUT or NAME=INPUT,OUTPUT,CACHED, for a million tokens") from error
    return out
