"""A live world whose code is a stranger's: it runs in a cell (cell.py), a process that can read and write one socket and nothing else.

The parent keeps the clock: a call that works for too long, or whose cell is gone, is answered with `limit` or `internal`; the cell is killed, and the next call
finds a new one in the state before, from image and changeset. What a cell says is data, never code, and is believed only about its own world.
"""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw
import orjson

from agentscaler.canonical import Canonical
from agentscaler.cell import HEAD, LARGEST, PID
from agentscaler.errors import CODES, Dropped, UserError
from agentscaler.jail import can_contain
from agentscaler.records import EnvSpec, JsonObject, Seed
from agentscaler.statements import Reference, TableInfo
from agentscaler.world import LONGEST_MESSAGE, Answer, Error, Loaded, World

T = TypeVar("T")
DEADLINE: Final = 0.5
"""Seconds without an answer after which a cell is looked at; if it then uses the processor for as long again, it is ended."""
PATIENCE: Final = 30.0
"""Seconds after which it is ended in any case: a busy machine lets a cell wait, and an answer must not hang on that."""
GLANCES: Final = 40
"""So often an answer is looked for before the parent goes to sleep: some twenty microseconds."""
OPENING: Final = 60.0
"""Seconds until the first state must be drawn."""
LOADING: Final = 10.0
"""Seconds until tools.py must have run."""


class Gone(Exception):
    """A cell that does not answer any more; `late` where it had to be killed."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class Outline(Loaded):
    """What the parent knows of a contained world: its tables and first states, as a cell drew them before any code ran."""

    def __init__(self, env: EnvSpec) -> None:
        self.env, self.tools, self.sql, self.shapes = env, {}, {}, {}
        self.tables: dict[str, TableInfo] = {}
        self.images = OrderedDict()
        self.said = orjson.dumps(env.model_dump(mode="json") | {"folder": ""})
        """What a cell is told; not where the folder lies."""


_outlines: OrderedDict[tuple[str, bytes], Outline] = OrderedDict()
KEPT: Final = 32


def _outline(env: EnvSpec) -> Outline:
    """The last few are kept, with their images. An id is a claim, so all that is said counts."""
    made = Outline(env)
    key = (env.folder, made.said)
    found = _outlines.setdefault(key, made)
    _outlines.move_to_end(key)
    if len(_outlines) > KEPT:
        _outlines.popitem(last=False)
    return found


class Surroundings:
    """What is asked of a world's handle from outside: the frozen clock and the surroundings."""

    def __init__(self, now: str, context: dict[str, str]) -> None:
        self.now, self.context = now, context


class Contained(World):
    """A live instance in a cell of its own. It is used like any other."""

    __slots__ = ("_calls", "_cell", "_outline", "_since", "_start", "_state", "_used", "deadline", "why")

    def __init__(self, env: EnvSpec, seed: Seed, why: str, *, deadline: float = DEADLINE, anew: bool = False) -> None:
        """anew: its first state is drawn again, though it is known."""
        if not can_contain():
            raise UserError(f"{why}; a stranger's code can be contained only on Linux on x86-64: pass trusted=True (--trusted) if you trust it")
        self.loaded = self._outline = Outline(env) if anew else _outline(env)
        self.seed, self.why, self.deadline = seed, why, deadline
        self._calls: list[tuple[str, JsonObject]] = []
        self._cell: Cell | None = None
        self._start = self._since = self._state = b""
        """The initial state, the one that `_calls` began in, and the present one."""
        self._used = False
        self._open()

    @property
    def image_hash(self) -> str:
        """Hash of the canonical rows of the initial state."""
        return self.loaded.images[self.seed][2]

    def call(self, name: str, arguments: JsonObject) -> Answer:
        try:
            asked = orjson.dumps(["call", name, arguments])
        except (TypeError, ValueError, RecursionError) as error:
            return Answer(None, Error("invalid_arguments", f"the arguments are no JSON: {error}"))
        try:
            said, state = self._ask(asked)
            answer = _answer(said)
        except Gone as gone:
            self.close()
            if gone.late:
                return Answer(None, Error("limit", "no answer in time; the call was ended and has changed nothing"))
            return Answer(None, Error("internal", f"the code of the world ended its process ({gone}); the call has changed nothing"))
        if state:
            self._state = state
            self._calls.append((name, arguments))
        return answer

    def reset(self) -> None:
        """Back to the initial state, in a new cell: the code remembers nothing of what was called before."""
        if self._used:
            self.close()
        self._begin(self._start)
        self._used = False

    def restore(self, snapshot: bytes) -> None:
        said, state = self._once_more(["restore"], snapshot)
        if isinstance(said, dict):
            self.reset()
            raise apsw.AbortError(str(said.get("abort")))
        self._begin(state)

    def _begin(self, state: bytes) -> None:
        self._state = self._since = state
        self._calls.clear()

    def diff(self) -> Canonical:
        return self._told(["diff"], _canonical)

    def snapshot(self) -> bytes:
        return self._state

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return self._told(["dump"], lambda said: {name: [tuple(row) for row in said[name]] for name in self.loaded.tables})

    def rows(self, table: str) -> list[JsonObject]:
        if table not in self.loaded.tables:
            raise KeyError(table)
        return self._told(["rows", table], lambda said: [dict(row) for row in said])

    def keys(self, table: str) -> list[tuple[Any, ...]]:
        info = self.loaded.tables[table]
        return [tuple(row[info.columns.index(c)] for c in info.key) for row in self.dump()[table]]

    def broken(self) -> list[tuple[Any, ...]]:
        return self._told(["broken"], lambda said: [tuple(row) for row in said])

    def close(self) -> None:
        if self._cell is not None:
            self._cell.kill()
            self._cell = None

    def __del__(self) -> None:
        if getattr(self, "_cell", None) is not None:
            self.close()

    # ---- inside

    def _told(self, what: list[Any], read: Callable[[Any], T]) -> T:
        """The answer to a question that changes nothing. Raises UserError."""
        for last in (False, True):
            said, _ = self._once_more(what)
            try:
                return read(said)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                self.close()
                if last:
                    raise self._broken(error) from error
        raise AssertionError

    def _once_more(self, what: list[Any], raw: bytes = b"") -> tuple[Any, bytes]:
        """Asked again of a new cell where the code has broken the old one. Raises UserError."""
        try:
            return self._ask(orjson.dumps(what), raw)
        except Gone:
            try:
                return self._ask(orjson.dumps(what), raw)
            except Gone as gone:
                raise self._broken(gone) from gone

    def _broken(self, why: Exception) -> UserError:
        return UserError(f"{self.loaded.env.folder or self.loaded.env.domain}: the world's process gives no sense ({why}); its code breaks its own world")

    def _ask(self, asked: bytes, raw: bytes = b"") -> tuple[Any, bytes]:
        """Raises Gone; the cell is then killed."""
        if self._cell is None:
            self._open()
        assert self._cell is not None
        self._used = True
        try:
            return self._cell.ask(asked, raw, self.deadline)
        except Gone:
            self.close()
            raise

    def _open(self) -> None:
        """A new cell in the state that was left. Raises Dropped where the world does not load, UserError where it does not open."""
        self.close()
        cell = self._cell = new_cell()
        env, images = self.loaded.env, self.loaded.images
        raw, counters, number = images.get(self.seed, (b"", {}, ""))
        head = {"env": orjson.Fragment(self._outline.said), "seed": self.seed, "counters": counters, "hash": number}
        try:
            outline, image = cell.ask(orjson.dumps(head), raw, OPENING)
            if "tables" in outline:
                images.setdefault(self.seed, (image, dict(outline["counters"]), str(outline["hash"])))
                self.loaded.tables = self.loaded.tables or {t.name: t for t in map(_table, outline["tables"])}
                outline, _ = cell.ask(orjson.dumps(["load"]), b"", LOADING)
            if "refused" in outline:
                raise Gone(f"this machine cannot contain it: {outline['refused']}; pass trusted=True if you trust it")
            if "dropped" in outline:
                self.close()
                reason, message, where = outline["dropped"]
                raise Dropped("gate" if reason != "gate" else reason, str(message), where=str(where))
            self.db = Surroundings(str(outline["now"]), dict(outline["context"]))  # type: ignore[assignment]
            if not self._start:
                _, self._start = cell.ask(orjson.dumps(["snapshot"]), b"", OPENING)
                self._begin(self._start)
            elif self._state != self._start:
                said, _ = cell.ask(orjson.dumps(["restore"]), self._state, OPENING)
                if isinstance(said, dict):
                    self._replay(cell)
        except (Gone, KeyError, TypeError, ValueError) as error:
            self.close()
            raise UserError(f"{env.folder or env.domain}: the world does not open in its process ({error})") from error

    def _replay(self, cell: "Cell") -> None:
        """Rows that changed places in a ring cannot be put back by a changeset; the calls can."""
        cell.ask(orjson.dumps(["restore"]), self._since, OPENING)
        for name, arguments in self._calls:
            cell.ask(orjson.dumps(["call", name, arguments]), b"", OPENING)


def _answer(said: Any) -> Answer:
    """Raises Gone where it is no answer."""
    if isinstance(said, list) and len(said) == 1:
        return Answer(said[0])
    if isinstance(said, list) and len(said) == 3 and said[1] in CODES:
        return Answer(None, Error(said[1], str(said[2])[:LONGEST_MESSAGE]))
    raise Gone(f"it said {said!r:.60}")


def _canonical(said: Any) -> Canonical:
    """Raises ValueError where it is none."""
    form, renaming = said
    for row in form:
        if row[0] not in ("+", "-", "~") or not isinstance(row[1], (str, int)):
            raise ValueError(f"{row!r:.60} is no change")
    return Canonical(_tuples(form), dict(renaming))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _table(said: list[Any]) -> TableInfo:
    info = TableInfo(*(_tuples(v) for v in said))
    return info._replace(references=tuple(Reference(*r) for r in info.references), children=[(n, Reference(*r)) for n, r in info.children])


# ---- processes --------------------------------------------------------------------------------------------------------


class Cell:
    """The parent's end of one process."""

    def __init__(self, door: socket.socket, handle: int, number: int) -> None:
        self.door, self.handle, self.number = door, handle, number

    def ask(self, asked: bytes, raw: bytes, seconds: float) -> tuple[Any, bytes]:
        """One question, one answer. Raises Gone."""
        try:
            self.door.settimeout(seconds)
            self.door.sendall(HEAD.pack(len(asked), len(raw)) + asked + raw)
            got = self._soon(1 << 16) or self._hear(1 << 16, seconds)
            if len(got) < HEAD.size or len(got) != HEAD.size + sum(HEAD.unpack_from(got)):
                got = self._rest(got, seconds)
            size, _ = HEAD.unpack_from(got)
            return orjson.loads(got[HEAD.size : HEAD.size + size]), got[HEAD.size + size :]
        except TimeoutError as error:
            raise Gone("no answer in time", late=True) from error
        except (OSError, ValueError) as error:
            raise Gone(f"{type(error).__name__}: {error}") from error

    def _soon(self, size: int) -> bytes:
        """What comes within some microseconds: whoever sleeps on an idle processor wakes up late, by more than a call takes."""
        number = self.door.fileno()
        for _ in range(GLANCES):
            with suppress(BlockingIOError):
                return os.read(number, size)
            os.sched_yield()
        return b""

    def _hear(self, size: int, seconds: float) -> bytes:
        """What comes next. Raises TimeoutError where the cell works on and on, or does nothing for too long."""
        end, worked = time.monotonic() + PATIENCE, -1.0
        while True:
            try:
                return self.door.recv(size)
            except TimeoutError:
                before, worked = worked, self._worked()
                if (before >= 0 and worked - before > seconds / 2) or time.monotonic() > end:
                    raise

    def _worked(self) -> float:
        """Seconds of processor time that the cell has used."""
        try:
            fields = Path(f"/proc/{self.number}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _rest(self, got: bytes, seconds: float) -> bytes:
        """The rest of a long answer."""
        parts, have, want, end = [got], len(got), HEAD.size, time.monotonic() + PATIENCE
        while True:
            if not parts[-1]:
                raise Gone("it ended")
            if have >= HEAD.size and want == HEAD.size:
                parts = [b"".join(parts)]
                want = HEAD.size + sum(HEAD.unpack_from(parts[0]))
                if want > LARGEST:
                    raise Gone(f"its answer has {want:,} bytes")
            if have > want:
                raise Gone("it said more than it was asked")
            if have == want:
                return b"".join(parts)
            if time.monotonic() > end:
                raise TimeoutError
            parts.append(self._hear(1 << 20, seconds))
            have += len(parts[-1])

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        os.close(self.handle)
        self.door.close()


PROGRAM: Final = "from agentscaler.cell import nurse\n"
NO_PROCESS: Final = "the process that holds worlds of strangers does not start"


class Nurse:
    """The process that forks cells: one for each process that opens contained worlds, started when the first is."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.door, theirs = socket.socketpair()
        path = [os.path.abspath(p) for p in sys.path]  # noqa: PTH100 ('' is here)
        program = f"import sys; sys.path[:] = {path!r}\n{PROGRAM}nurse({theirs.fileno()})"
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-c", program],
            env={"PYTHONHASHSEED": "0"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self.door.settimeout(OPENING)
        if self.door.recv(1) != b"!":
            self.end()
            raise UserError(f"{NO_PROCESS}; pass trusted=True if you trust the world")

    def cell(self) -> Cell:
        mine, theirs = socket.socketpair()
        socket.send_fds(self.door, [b"?"], [theirs.fileno()])
        theirs.close()
        word, handles, _, _ = socket.recv_fds(self.door, PID.size, 1)
        if len(word) != PID.size:
            mine.close()
            raise UserError(f"{NO_PROCESS}; pass trusted=True if you trust the world")
        return Cell(mine, handles[0], PID.unpack(word)[0])

    def end(self) -> None:
        self.door.close()
        if self.owner == os.getpid():
            self.process.wait()


_nurses: list[Nurse] = []
_lock = threading.Lock()


def new_cell() -> Cell:
    """A new process for one instance."""
    with _lock:
        if not _nurses or _nurses[-1].owner != os.getpid() or _nurses[-1].process.poll() is not None:
            _nurses[:] = [Nurse()]
            atexit.register(_nurses[0].end)
        return _nurses[0].cell()
