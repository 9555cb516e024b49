"""Several processes that play one run's episodes, where one is not enough for so many requests at once.

The first process keeps what there may be one of only: queue, shelf, recording, ledger, and the line in front of each endpoint. The others ask it over a socket, a line of JSON each time, and do what takes time: worlds, players,
requests. So the same rows come of any number of them, the budget holds for all together, and what the first process has put down is all that a killed run needs. A process that dies gives its episodes and its places in the line back;
where the first one dies, the others end.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.llm.keys import Keys
from agentscaler.llm.model import BudgetSpent, Tokens
from agentscaler.records import JsonObject
from agentscaler.store import Run
from agentscaler.walk.episodes import Line as Place
from agentscaler.walk.table import Books, Job, Outcome, Table, Talk, Took, Tray

_LONGEST: Final = 2**28
"""Bytes of a line, at most: a reply or a row."""
_GONE: Final = "the process that played it died"
_START: Final = "import sys; sys.path[:] = {path!r}; from agentscaler.walk.processes import main; main({number})"


class _Wire:
    """Lines of JSON, both ways: said, or asked and answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0

    def say(self, what: str, **more: Any) -> None:
        """Something that needs no answer."""
        self._writer.write(orjson.dumps({"what": what, **more}) + b"\n")

    async def ask(self, what: str, **more: Any) -> Any:
        """Something that is answered."""
        number, waiting = self.next_number(), asyncio.get_running_loop().create_future()
        self._asked[number] = waiting
        self.say(what, number=number, **more)
        try:
            return await waiting
        finally:
            del self._asked[number]

    def next_number(self) -> int:
        """A number that was not given before."""
        self._number += 1
        return self._number

    def answer(self, said: JsonObject, value: Any) -> None:
        """The answer to what was asked."""
        self.say("answer", number=said["number"], value=value)

    async def heard(self) -> AsyncIterator[JsonObject]:
        """What the other side says, until it hangs up; answers go to whoever asked."""
        while line := await self._line():
            message: JsonObject = orjson.loads(line)
            if message["what"] != "answer":
                yield message
            elif (waiting := self._asked.get(message["number"])) is not None and not waiting.done():
                waiting.set_result(message["value"])

    async def _line(self) -> bytes:
        """The next whole line; nothing where the other side is gone."""
        try:
            line = await self._reader.readline()
        except OSError:
            return b""
        return line if line.endswith(b"\n") else b""

    async def close(self) -> None:
        """Hang up, when all is said."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


# ---- the first process ----------------------------------------------------------------------------------------------


async def play_in_processes(count: int, lanes: int, tray: Tray, run: Run, seed: int, talk: Talk, books: Books) -> None:
    """Play all that is in the tray's queue in so many processes, so many episodes at once in all. Raises UserError where all of them died."""
    told = {"run": str(run.path), "seed": seed, "talk": talk._asdict() | {"keys": talk.keys.handed() if talk.keys else {}}}
    hosts = [_Host(tray, books) for _ in range(count)]
    async with asyncio.TaskGroup() as group:
        for n, host in enumerate(hosts):
            group.create_task(host.serve(told | {"lanes": lanes // count + (n < lanes % count)}))
    if not any(host.ended for host in hosts):
        raise UserError("all processes that played died, as they do where memory runs out; what is finished stays, and the same command goes on from there: give a smaller --at-once or fewer --workers")


class _Host:
    """One of the other processes, seen from the first."""

    def __init__(self, tray: Tray, books: Books) -> None:
        self._tray, self._books = tray, books
        self._jobs: dict[str, Job] = {}
        self._slots: dict[int, asyncio.Future[JsonObject]] = {}
        self._promised = 0.0
        self._gone = False
        self.ended = False
        """Did it say that it came to its end?"""

    async def serve(self, start: JsonObject) -> None:
        """Start it, and do what it asks until it hangs up."""
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-c", _START.format(path=sys.path, number=theirs.fileno())]
        process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        wire: _Wire | None = None
        try:
            wire = _Wire(*await asyncio.open_connection(sock=ours, limit=_LONGEST))
            wire.say("start", **start)
            async with asyncio.TaskGroup() as group:
                async for said in wire.heard():
                    if said["what"] == "job":
                        group.create_task(self._job(wire, said))
                    elif said["what"] == "slot":
                        group.create_task(self._slot(wire, said))
                    else:
                        self._take(wire, said)
                self._bury()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            if wire is not None:
                await wire.close()
            process.kill()  # it has said all that it had to say
            process.wait()

    async def _job(self, wire: _Wire, said: JsonObject) -> None:
        job = await self._tray.queue.take()
        if job is not None and self._gone:
            self._tray.put(job, Outcome(cut=_GONE))
            return
        if job is not None:
            self._jobs[job.key] = job
        if not self._gone:
            wire.answer(said, job and [list(job.task), *job[1:]])

    async def _slot(self, wire: _Wire, said: JsonObject) -> None:
        async with self._books.desk(said["url"]).slot() as place:
            if self._gone:
                return
            waiting = self._slots[said["slot"]] = asyncio.get_running_loop().create_future()
            wire.answer(said, place.ever)
            told = await waiting
            if told.get("good"):
                place.good()
            elif told.get("crowded"):
                place.too_much(told["retry_after"])

    def _take(self, wire: _Wire, said: JsonObject) -> None:
        """What is done at once."""
        what, ledger = said["what"], self._books.ledger
        if what == "find":
            wire.answer(said, self._books.replies.find(said["key"]))
        elif what == "promise":
            wire.answer(said, self._promise(said["model"], said["letters"]))
        elif what == "settle":
            self._settle(said["promised"])
        elif what == "leave":
            self._slots.pop(said["slot"]).set_result(said)
        elif what == "keep":
            self._promised -= said["promised"]
            self._books.desk(said["url"]).keep(said["key"], said["model"], said["kept"], said["promised"])
        elif what == "failed":
            ledger.failures[said["kind"]] += 1
        elif what == "lost":
            wire.answer(said, self._books.desk(said["url"]).lose(said["mark"], own_error=said["own_error"]))
        elif what == "outcome":
            dropped = Dropped(**said["dropped"]) if said["dropped"] else None
            self._tray.put(self._jobs.pop(said["key"]), Outcome(said["row"], dropped, said["cut"], said["stop"], _took(said["took"])))
        elif what == "wrong":
            raise UserError(said["message"])
        elif what == "bug":
            raise RuntimeError(said["message"])
        elif what == "end":
            self.ended = True
        else:
            raise AssertionError(what)

    def _promise(self, model: str, letters: int) -> JsonObject:
        try:
            promised = self._books.ledger.promise(model, letters)
        except BudgetSpent as spent:
            return {"spent": str(spent)}
        self._promised += promised
        return {"promised": promised}

    def _settle(self, promised: float) -> None:
        self._promised -= promised
        self._books.ledger.settle(promised)

    def _bury(self) -> None:
        """It hung up. What it had in hand others play: its episodes, its places in the line, the money set aside for it."""
        self._gone = True
        self._settle(self._promised)
        for waiting in self._slots.values():
            waiting.set_result({})
        for job in self._jobs.values():
            self._tray.put(job, Outcome(cut=_GONE))


def _took(said: list[Any] | None) -> Took | None:
    """As it came over the wire."""
    return None if said is None else Took(said[0], {seat: Tokens(*counts) for seat, counts in said[1].items()})


# ---- the others -----------------------------------------------------------------------------------------------------


def main(number: int) -> None:
    """Play what the first process gives. number: of the socket to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears it, and hangs up
    asyncio.run(_play(socket.socket(fileno=number)))


async def _play(to: socket.socket) -> None:
    wire = _Wire(*await asyncio.open_connection(sock=to, limit=_LONGEST))
    heard = wire.heard()
    start = await anext(heard)
    listening = asyncio.create_task(_listen(heard))
    talk = Talk(**{**start["talk"], "keys": Keys(start["talk"]["keys"])})
    table = Table(Run(start["run"]), start["seed"], talk, lambda url: _FarDesk(wire, url, limited=talk.budget is not None))

    async def take() -> Job | None:
        found = await wire.ask("job")
        return None if found is None else Job(Place(*found[0]), *found[1:])

    def put(job: Job, outcome: Outcome) -> None:
        dropped = outcome.dropped
        reason = None if dropped is None else {"reason": dropped.reason, "message": dropped.message, "where": dropped.where, "value": None if dropped.value is None else str(dropped.value)}
        wire.say("outcome", key=job.key, row=outcome.row, dropped=reason, cut=outcome.cut, stop=outcome.stop, took=outcome.took and [outcome.took.seconds, {seat: list(t) for seat, t in outcome.took.tokens.items()}])

    try:
        await table.lanes(start["lanes"], take, put)
        wire.say("end")
    except* UserError as wrong:
        wire.say("wrong", message=str(wrong.exceptions[0]))
    except* Exception as bug:
        wire.say("bug", message="".join(traceback.format_exception(bug.exceptions[0])))
    listening.cancel()
    await wire.close()


async def _listen(heard: AsyncIterator[JsonObject]) -> None:
    """Until the first process is gone: then there is nobody to play for."""
    async for said in heard:
        raise AssertionError(said["what"])
    os._exit(1)


class _FarPlace:
    """A place in a line that the first process keeps."""

    def __init__(self, ever: bool) -> None:
        self.ever = ever
        self.outcome: JsonObject = {}

    def good(self) -> None:
        """A reply came."""
        self.outcome = {"good": True}

    def too_much(self, retry_after: float | None) -> None:
        """The endpoint said that it was too much."""
        self.outcome = {"crowded": True, "retry_after": retry_after}


class _FarDesk:
    """The desk of an endpoint, in the first process."""

    offline = False

    def __init__(self, wire: _Wire, url: str, *, limited: bool) -> None:
        self._wire, self._url, self.limited = wire, url, limited

    async def find(self, key: str) -> JsonObject | None:
        """The recorded reply."""
        found: JsonObject | None = await self._wire.ask("find", key=key)
        return found

    async def promise(self, model: str, letters: int) -> float:
        """Set money aside. Raises BudgetSpent."""
        found = await self._wire.ask("promise", model=model, letters=letters)
        if "spent" in found:
            raise BudgetSpent(found["spent"])
        return float(found["promised"])

    def settle(self, promised: float) -> None:
        """No reply came: the money is free again."""
        self._wire.say("settle", promised=promised)

    def keep(self, key: str, model: str, kept: JsonObject, promised: float) -> None:
        """A reply came: count it and put it down."""
        self._wire.say("keep", url=self._url, key=key, model=model, kept=kept, promised=promised)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[_FarPlace]:
        """A place in the line."""
        slot = self._wire.next_number()
        place = _FarPlace(await self._wire.ask("slot", slot=slot, url=self._url))
        try:
            yield place
        finally:
            self._wire.say("leave", slot=slot, **place.outcome)

    def failed(self, kind: str) -> None:
        """A request failed, and is made again."""
        self._wire.say("failed", kind=kind)

    async def lost(self, mark: str, *, own_error: bool) -> int:
        """A request failed for good. How many did so in a row, where that is too many; else 0."""
        return int(await self._wire.ask("lost", url=self._url, mark=mark, own_error=own_error))
