"""What the models of one endpoint share: the recording, the ledger, and the line in front of the endpoint.

    async with desk.slot() as place: ...; place.good()        a place in the line
    desk.keep(key, model, kept, promised)                     a reply that was paid for

A `Desk` is in the process that asks. Where several processes ask for one run, one of them holds the desks and the others reach them over a wire (walk/processes.py): both are an `AnyDesk`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

from agentscaler.llm.ledger import Ledger
from agentscaler.llm.model import Tokens
from agentscaler.llm.pace import Pace
from agentscaler.llm.replies import Replies
from agentscaler.records import JsonObject

GIVE_UP: Final = 12
"""So many requests in a row that failed for good, without one reply between them: the endpoint is not there."""
GIVE_UP_AT_ONCE: Final = 3
"""The same where it never replied: the address is wrong."""


class Line:
    """What all models of one endpoint share: its pace, and whether it is there at all."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.lost = 0
        """Requests that failed for good since the last reply."""
        self.ever = False
        """Did it ever reply?"""
        self.broken: set[str] = set()
        """Requests that it answered with an error of its own (500), to the last try. Made once more they say nothing of whether it is there."""


class AnyPlace(Protocol):
    """A place in the line, while one request is made."""

    @property
    def ever(self) -> bool:
        """Did the endpoint ever reply?"""
        ...

    def good(self) -> None:
        """A reply came."""
        ...

    def too_much(self, retry_after: float | None) -> None:
        """The endpoint said that it was too much."""
        ...


class AnyDesk(Protocol):
    """What a model asks of what it shares with others."""

    offline: bool
    """Nobody is asked: only what is recorded."""
    limited: bool
    """Is there a budget?"""

    async def find(self, key: str) -> JsonObject | None:
        """The recorded reply."""
        ...

    async def promise(self, model: str, letters: int) -> float:
        """Set money aside. Raises BudgetSpent."""
        ...

    def settle(self, promised: float) -> None:
        """No reply came: the money is free again."""
        ...

    def keep(self, key: str, model: str, kept: JsonObject, promised: float) -> None:
        """A reply came: count it and put it down."""
        ...

    def slot(self) -> AbstractAsyncContextManager[AnyPlace]:
        """A place in the line."""
        ...

    def failed(self, kind: str) -> None:
        """A request failed, and is made again."""
        ...

    async def lost(self, mark: str, *, own_error: bool) -> int:
        """A request failed for good. How many did so in a row, where that is too many; else 0. own_error: the endpoint said that it broke down over it."""
        ...


class Place:
    """A place in a line of this process."""

    def __init__(self, line: Line, started: float) -> None:
        self.ever, self._line, self._started = line.ever, line, started

    def good(self) -> None:
        """A reply came."""
        self._line.pace.good()
        self._line.lost, self._line.ever = 0, True

    def too_much(self, retry_after: float | None) -> None:
        """The endpoint said that it was too much."""
        self._line.pace.too_much(self._started, retry_after)


class Desk:
    """The desk of one endpoint, in this process."""

    def __init__(self, line: Line, ledger: Ledger, replies: Replies | None = None) -> None:
        self.line, self.ledger, self.replies = line, ledger, replies
        self.offline = replies is not None and replies.offline
        self.limited = ledger.budget is not None

    async def find(self, key: str) -> JsonObject | None:
        """The recorded reply."""
        return self.replies.find(key) if self.replies is not None else None

    async def promise(self, model: str, letters: int) -> float:
        """Set money aside. Raises BudgetSpent."""
        return self.ledger.promise(model, letters)

    def settle(self, promised: float) -> None:
        """No reply came: the money is free again."""
        self.ledger.settle(promised)

    def keep(self, key: str, model: str, kept: JsonObject, promised: float) -> None:
        """A reply came: count it and put it down."""
        self.ledger.settle(promised)
        self.ledger.paid(model, Tokens(**kept["usage"]))
        if self.replies is not None:
            self.replies.keep(key, model, kept)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Place]:
        """A place in the line."""
        async with self.line.pace.slot() as started:
            yield Place(self.line, started)

    def failed(self, kind: str) -> None:
        """A request failed, and is made again."""
        self.ledger.failures[kind] += 1

    async def lost(self, mark: str, *, own_error: bool) -> int:
        """A request failed for good. How many did so in a row, where that is too many; else 0."""
        return self.lose(mark, own_error=own_error)

    def lose(self, mark: str, *, own_error: bool) -> int:
        """The same, at once."""
        line = self.line
        line.lost += not (own_error and mark in line.broken)
        line.broken |= {mark} if own_error else set()
        return line.lost if line.lost >= (GIVE_UP if line.ever else GIVE_UP_AT_ONCE) else 0
