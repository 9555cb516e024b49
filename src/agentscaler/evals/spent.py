"""What an episode took: seconds and each seat's tokens, in a file beside the rows, since rows keep no clock and add the tokens of both seats up.

The first time counts: played again from the recording an episode takes no time. Lines carry a mark of the conditions, so that those of an older seed are not taken for today's.
"""

from collections.abc import Mapping
from pathlib import Path

import orjson

from agentscaler.llm.keys import endpoint, is_endpoint
from agentscaler.llm.ledger import Price
from agentscaler.llm.model import Tokens
from agentscaler.rollouts import AGENTS, plain_name
from agentscaler.store import read_rows, write_atomic
from agentscaler.walk.table import WORDED, Took


class Log:
    """A file of lines `{key, mark, seconds, tokens: {seat: [prompt, completion, cached]}}`."""

    def __init__(self, path: Path, mark: str) -> None:
        self._path, self._mark = path, mark
        self._there = read_log(path, mark)
        if path.exists() and not (text := path.read_bytes()).endswith(b"\n"):  # a killed run's half line
            write_atomic(path, text[: text.rfind(b"\n") + 1])

    def keep(self, key: str, took: Took) -> None:
        """Put it down, unless it is there."""
        if key not in self._there:
            self._there[key] = took
            with self._path.open("ab") as file:
                file.write(orjson.dumps({"key": key, "mark": self._mark, "seconds": round(took.seconds, 2), "tokens": {s: list(t) for s, t in took.tokens.items()}}) + b"\n")


def read_log(path: Path, mark: str) -> dict[str, Took]:
    """Key of an episode -> what it took, under these conditions; nothing where no file is."""
    found: dict[str, Took] = {}
    for row in read_rows(path) if path.exists() else ():
        if row["mark"] == mark:
            found.setdefault(row["key"], Took(row["seconds"], {s: Tokens(*t) for s, t in row["tokens"].items()}))
    return found


def price_of(took: Took, seats: Mapping[str, str], prices: Mapping[str, Price]) -> float | None:
    """seats: seat -> who plays, as named on the command line. None where the price of one is not known: what a function of one's own pays nobody knows."""
    whole = 0.0
    for seat, name in seats.items():
        at = name.removeprefix(WORDED)
        if plain_name(name) in AGENTS:
            continue
        if not is_endpoint(at) or endpoint(at).model not in prices:
            return None
        whole += prices[endpoint(at).model].of(took.tokens.get(seat, Tokens()))
    return whole
