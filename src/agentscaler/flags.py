"""What several verbs read of their flags: KEY=VALUE pairs, prices, keys of endpoints, and where the cache is."""

import os
from pathlib import Path
from typing import Any

import orjson

from agentscaler.errors import UserError


def cache_folder() -> Path:
    """Where what can be made again is kept: AGENTSCALER_CACHE, or `agentscaler` in the user's cache folder."""
    return Path(os.environ.get("AGENTSCALER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "agentscaler"))


def keys(file: Path | None) -> Any:
    """Keys of the environment and the file."""
    from agentscaler.llm.keys import read_keys

    return read_keys(os.environ, file)


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
