"""Every reply, recorded: a line of JSON for each request that was paid for. Asked again, the recording answers; offline, it is all there is.

A line is `{key, model, reply}`: key = hash of address, model, request and sample, without any key of the endpoint. The file is appended to and flushed line
by line; a torn last line (kill -9) is cut off. So the file is also the ledger of what was paid for: a resumed run counts it from here.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson

from agentscaler.errors import UserError
from agentscaler.llm.model import ModelFailure
from agentscaler.records import JsonObject


class NotRecorded(ModelFailure):
    """Offline, and nobody ever asked this."""


class Replies:
    """A file of recorded replies. offline: nothing is asked but what stands in it."""

    def __init__(self, path: Path, *, offline: bool = False) -> None:
        self.path, self.offline = path, offline
        self._places: dict[str, tuple[int, int]] = {}
        self.paid: list[tuple[str, JsonObject]] = []
        """(model, usage) of every line that was there, for the ledger."""
        self.played = 0
        """Requests that the recording answered."""
        if offline and not path.exists():
            raise UserError(f"there is no recording at {path}: leave --offline away once, or name one with --replies")
        end = 0
        for line, row in self._lines():
            self._places[row["key"]] = (end, len(line))
            self.paid.append((str(row["model"]), row["reply"].get("usage") or {}))
            end += len(line)
        self._read = path.open("rb") if path.exists() else None
        self._write = None if offline else path.open("ab")
        if self._write is not None:
            self._write.truncate(end)
            self._read = self._read or path.open("rb")
        self._end = end

    def _lines(self) -> Iterator[tuple[bytes, JsonObject]]:
        """Whole lines; what a killed run left half written is the end."""
        if not self.path.exists():
            return
        with self.path.open("rb") as f:
            for number, line in enumerate(f, 1):
                try:
                    row = orjson.loads(line)
                    assert isinstance(row["key"], str)
                    assert isinstance(row["reply"], dict)
                except (orjson.JSONDecodeError, KeyError, TypeError, AssertionError) as error:
                    if not line.endswith(b"\n"):
                        return
                    raise UserError(f"{self.path}, line {number} is no recorded reply; delete the line") from error
                if not line.endswith(b"\n"):
                    return
                yield line, row

    def __len__(self) -> int:
        return len(self._places)

    def find(self, key: str) -> JsonObject | None:
        """The reply to that request; None where it was never asked."""
        place = self._places.get(key)
        if place is None or self._read is None:
            return None
        self._read.seek(place[0])
        self.played += 1
        reply: JsonObject = orjson.loads(self._read.read(place[1]))["reply"]
        return reply

    def keep(self, key: str, model: str, reply: JsonObject) -> None:
        """Put a reply down."""
        assert self._write is not None
        line = orjson.dumps({"key": key, "model": model, "reply": reply}) + b"\n"
        self._write.write(line)
        self._write.flush()
        self._places[key] = (self._end, len(line))
        self._end += len(line)

    def close(self) -> None:
        """Let go of the file."""
        for file in (self._read, self._write):
            if file is not None:
                file.close()

    def __enter__(self) -> "Replies":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
