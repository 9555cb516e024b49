"""How many requests an endpoint is given at once, and how long one waits before it is asked again.

A line of our own starts slowly and doubles while all goes well; where the endpoint says that it is too much (429, 503, a timeout) it halves, once for all requests that were under
way, and from there grows by one a round: the additive increase and multiplicative decrease of TCP. `Retry-After` closes it for that long.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from agentscaler.dice import Dice

FIRST: Final = 8
"""Requests at once, at the start."""
LONGEST_WAIT: Final = 60.0
"""Seconds before the next try, at most; a longer Retry-After is kept to."""


class Pace:
    """The line in front of one endpoint."""

    def __init__(self, most: int = 512) -> None:
        self.most = most
        self.limit = float(min(FIRST, most))
        self.running = 0
        self.peak = 0
        """Most requests that were under way together."""
        self._calm = float(most)
        self._cut = 0.0
        self._closed_until = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """A place in the line, first come first served; gives the moment it was given."""
        if self.running >= int(self.limit) or self._waiting:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._leave()
                raise
        else:
            self.running += 1
        try:
            self.peak = max(self.peak, self.running)
            while (wait := self._closed_until - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            yield time.monotonic()
        finally:
            self._leave()

    def _leave(self) -> None:
        self.running -= 1
        while self._waiting and self.running < int(self.limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self.running += 1
                turn.set_result(None)

    def good(self) -> None:
        """A request was answered."""
        if self.limit < self.most and self.running >= int(self.limit) - 1:
            self.limit = min(self.limit + (1.0 if self.limit < self._calm else 1.0 / self.limit), float(self.most))

    def too_much(self, started: float, retry_after: float | None) -> None:
        """The endpoint said that it was too much. Requests that began before the last cut do not cut again."""
        if started >= self._cut:
            self.limit = max(1.0, min(self.limit, self.running) / 2)
            self._calm = self.limit
            self._cut = time.monotonic()
        if retry_after:
            self._closed_until = max(self._closed_until, time.monotonic() + retry_after)


def delay(attempt: int, retry_after: float | None, dice: Dice) -> float:
    """Seconds to wait before try number `attempt` + 1: full jitter over a doubling span, or what the endpoint asks for and a little more."""
    span = min(LONGEST_WAIT, 0.5 * 2**attempt)
    return retry_after + dice.unit() * 0.5 if retry_after is not None else dice.unit() * span
