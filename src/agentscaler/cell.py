"""The other side of contained.py: a process that holds one instance of a world whose code is a stranger's.

`nurse` runs in a process of its own that never sees such code; it forks a cell for each instance, which is quick, for all that is needed is imported. A cell enters
the jail before it reads the world, so what the code could find in its memory is this library and the world itself: no environment, no gold calls, no other world.

    parent -> cell    length of JSON, length of bytes, JSON, bytes
"""

import gc
import importlib
import os
import signal
import socket
import struct
from collections.abc import Callable
from typing import Any, Final

import apsw
import orjson

from agentscaler.canonical import Canonical
from agentscaler.errors import Dropped
from agentscaler.jail import enter
from agentscaler.records import EnvSpec, EnvTool
from agentscaler.world import Loaded, World

HEAD: Final = struct.Struct("<II")
PID: Final = struct.Struct("<I")
LARGEST: Final = 32_000_000
"""Bytes of one message."""
LIBRARY: Final = (
    "_strptime array base64 bisect calendar collections copy csv dataclasses datetime decimal difflib enum fractions functools hashlib heapq hmac html io itertools json math numbers "
    "operator random re statistics string struct textwrap time typing unicodedata urllib.parse uuid encodings.idna encodings.latin_1"
).split()
"""What code may import: nothing is read from disk any more when it runs."""


def nurse(fd: int) -> None:
    """Fork a cell for each descriptor that comes in; ends when the parent does."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _warm()
    gc.collect()
    gc.freeze()  # what a cell never touches is never copied for it
    with socket.socket(fileno=fd) as parent:
        parent.sendall(b"!")
        while True:
            word, given, _, _ = socket.recv_fds(parent, 1, 1)
            if not word:
                return
            child = os.fork()
            if child == 0:
                parent.close()
                try:
                    live(given[0])
                finally:
                    os._exit(1)
            handle = os.pidfd_open(child)
            socket.send_fds(parent, [PID.pack(child)], [handle])
            os.close(handle)
            os.close(given[0])


def _warm() -> None:
    """Everything is imported and tried once, for a cell can read no file."""
    for name in LIBRARY:
        importlib.import_module(name)
    population = {"now": "2026-01-01T00:00:00Z", "rows": {"a": [3, 3]}, "columns": {"a.id": {"id": "a-{hex:4}", "generated": True}}}
    tools = tuple(EnvTool(name=n, kind="write", description="", parameters={"type": "object", "properties": {"id": {"type": "string", "pattern": "^a"}}}, python=n) for n in ("put", "no"))
    code = "from agentscaler.tooling import NotFound\ndef put(db, id=None):\n    return [db.insert('a'), db.page('a').rows]\ndef no(db, id=None):\n    db.get('a', 'x')\n"
    about = {"id": "", "folder": "", "domain": "a", "builder": "written", "services": (), "split": "train", "field": "", "edges": (), "lost": (), "not_modelled": (), "rules": ""}
    schema = "CREATE TABLE a (id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;"
    env = EnvSpec.model_validate({**about, "model": None, "tools": tools, "schema_sql": schema, "population": population, "tools_py": code})
    with World(Loaded(EnvSpec.model_validate(orjson.loads(env.model_dump_json())), trusted=True), 0) as world:
        for name, arguments in (("put", {}), ("no", {}), ("put", {"id": 7}), ("none", {})):
            world.call(name, arguments)
        world.diff()
        world.restore(world.snapshot())


class Sealed(Loaded):
    """A world whose code has not run yet: its first state is drawn, or given, before."""

    def __init__(self, env: EnvSpec) -> None:
        self.prepare(env)


def live(fd: int) -> None:
    """One cell: it reads a world, opens it and answers until the parent hangs up."""
    head, image = _receive(fd)
    try:
        enter(fd)
    except OSError as error:
        _send(fd, {"refused": str(error)})
        return
    try:
        loaded = Sealed(EnvSpec.model_validate(head["env"]))
        if image:
            loaded.images[head["seed"]] = (image, head["counters"], head["hash"])
        first = loaded.image(head["seed"])
    except Dropped as reason:
        _send(fd, {"dropped": [reason.reason, reason.message, reason.where]})
        return
    _send(fd, {"tables": [_plain(t) for t in loaded.tables.values()], "counters": first[1], "hash": first[2]}, b"" if image else first[0])
    _receive(fd)
    try:
        loaded.load_tools()
    except Dropped as reason:
        _send(fd, {"dropped": [reason.reason, reason.message, reason.where]})
        return
    world = World(loaded, head["seed"])
    world._x("PRAGMA temp_store=MEMORY")
    _send(fd, {"now": world.db.now, "context": dict(world.context)})
    while True:
        (what, *rest), raw = _receive(fd)
        try:
            body, more = DEEDS[what](world, rest, raw)
        except apsw.AbortError as error:
            body, more = {"abort": str(error)}, b""
        _send(fd, body, more)


def _plain(value: Any) -> Any:
    return [_plain(v) for v in value] if isinstance(value, (tuple, list)) else value


Said = tuple[Any, bytes]


def _call(world: World, rest: list[Any], raw: bytes) -> Said:
    """The answer; and the new state, where the call moved it."""
    moved, counters = world._connection.total_changes(), dict(world.db.counters)
    answer = world.call(*rest)
    state = world.snapshot() if world._connection.total_changes() != moved or world.db.counters != counters else b""
    return ([None, *answer.error] if answer.error else [answer.data]), state


def _restore(world: World, rest: list[Any], raw: bytes) -> Said:
    world.restore(raw)
    return None, world.snapshot()


def _diff(world: World, rest: list[Any], raw: bytes) -> Said:
    found: Canonical = world.diff()
    return [found.form, list(found.renaming.items())], b""


DEEDS: Final[dict[str, Callable[[World, list[Any], bytes], Said]]] = {
    "call": _call,
    "restore": _restore,
    "diff": _diff,
    "snapshot": lambda world, rest, raw: (None, world.snapshot()),
    "dump": lambda world, rest, raw: (world.dump(), b""),
    "rows": lambda world, rest, raw: (world.rows(*rest), b""),
    "broken": lambda world, rest, raw: (world.broken(), b""),
}


def _receive(fd: int) -> tuple[Any, bytes]:
    size, more = HEAD.unpack(_exactly(fd, HEAD.size))
    body = _exactly(fd, size + more)
    return orjson.loads(body[:size]), body[size:]


def _exactly(fd: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _send(fd: int, body: Any, raw: bytes = b"") -> None:
    text = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    data = memoryview(HEAD.pack(len(text), len(raw)) + text + raw)
    while data:
        data = data[os.write(fd, data) :]
