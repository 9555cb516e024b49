"""One instance of the world for each session, and what may be done to it from outside the API: reset, snapshot, restore, diff, rows, call.

At most LIVE instances are alive; the one that was not used for longest is parked as its seed and changeset, and comes back when it is asked for.
"""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import apsw
import orjson

from agentscaler.canonical import as_json
from agentscaler.records import JsonObject
from agentscaler.twin.build import Twin
from agentscaler.twin.steps import Dump, changes
from agentscaler.world import World

LIVE: Final = 256
DEFAULT: Final = "default"
"""The session of those who name none."""


class Refused(Exception):
    """An administration call that cannot be done; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Parked(NamedTuple):
    """An instance that sleeps."""

    seed: int
    state: bytes


class Sessions:
    """Name -> instance. Not shared between threads."""

    def __init__(self, twin: Twin, *, live: int = LIVE) -> None:
        self.twin, self.live = twin, live
        self.worlds: OrderedDict[str, World] = OrderedDict()
        self.parked: dict[str, Parked] = {}
        self.first: dict[int, Dump] = {}
        """Seed -> all rows of its first state."""

    def world(self, name: str) -> World:
        """The instance of a session; a new one where it is new."""
        found = self.worlds.get(name)
        if found is None:
            asleep = self.parked.pop(name, None)
            found = self.twin.open(asleep.seed if asleep else None)
            if asleep:
                found.restore(asleep.state)
            self._keep(name, found)
        self.worlds.move_to_end(name)
        return found

    def reset(self, name: str, seed: int | None = None) -> World:
        """The twin's first state again, or that of another seed."""
        found = self.world(name)
        seed = self.twin.seed if seed is None else seed
        if seed == found.seed:
            found.reset()
            return found
        fresh = self.twin.open(seed)
        self.end(name)
        self._keep(name, fresh)
        return fresh

    def end(self, name: str) -> None:
        self.parked.pop(name, None)
        if (found := self.worlds.pop(name, None)) is not None:
            found.close()

    def first_of(self, world: World) -> Dump:
        """All rows of the first state of an instance."""
        if world.seed not in self.first:
            with self.twin.open(world.seed) as fresh:
                self.first[world.seed] = fresh.dump()
        return self.first[world.seed]

    def _keep(self, name: str, world: World) -> None:
        self.worlds[name] = world
        for other in list(self.worlds)[: max(len(self.worlds) - self.live, 0)]:
            self._park(other)

    def _park(self, name: str) -> None:
        """Only what comes back as it was: rows that changed places in a ring do not, and stay alive."""
        world = self.worlds[name]
        state = world.snapshot()
        with self.twin.open(world.seed) as trial:
            try:
                trial.restore(state)
            except apsw.AbortError:
                return
        self.parked[name] = Parked(world.seed, state)
        self.worlds.pop(name).close()


# ---- administration -------------------------------------------------------------------------------------------------


def administer(sessions: Sessions, name: str, what: str, given: JsonObject) -> JsonObject:
    """One administration call on one session. Raises Refused."""
    head, _, rest = what.strip("/").partition("/")
    if head not in ADMINISTRATION:
        raise Refused(404, f"there is no /__world__/{head}; there is {', '.join(a or 'nothing' for a in ADMINISTRATION)}")
    if unknown := sorted(given.keys() - TAKES.get(head, given.keys())):
        takes = ", ".join(sorted(TAKES[head])) or "nothing"
        raise Refused(400, f"/__world__/{head} takes {takes}, not {unknown[0]!r:.60}")
    return {"session": name, **ADMINISTRATION[head](sessions, name, rest, given)}


def _about(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    world, env = sessions.world(name), sessions.twin.env
    tools = [{"name": t.name, "kind": t.kind, **_address(sessions.twin, t.name)} for t in env.tools]
    return {"world": env.domain, "id": env.id, "seed": world.seed, "tables": {n: len(r) for n, r in world.dump().items()}, "tools": tools, "not_modelled": env.not_modelled}


def _address(twin: Twin, name: str) -> dict[str, str]:
    row = twin.rows.get(name)
    return {"verb": row.source.verb, "path": row.source.path} if row and row.source.verb and row.source.path else {}


def _reset(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    seed = given.get("seed")
    if seed is not None and type(seed) is not int:
        raise Refused(400, f"seed is {seed!r:.60}, not a whole number")
    return {"seed": sessions.reset(name, seed).seed}


def _diff(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    """For people (text), for programs (rows with old and new values), and the canonical form that the judge compares."""
    world = sessions.world(name)
    done = changes(sessions.first_of(world), world.dump(), world)
    return {"text": [line for c in done for line in c.lines()], "changes": [c._asdict() for c in done], "form": as_json(list(world.diff().form))}


def _snapshot(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    world = sessions.world(name)
    return {"snapshot": base64.b64encode(orjson.dumps([sessions.twin.env.id, world.seed]) + b"\n" + world.snapshot()).decode()}


def _restore(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    try:
        head, _, state = base64.b64decode(str(given.get("snapshot")), validate=True).partition(b"\n")
        number, seed = orjson.loads(head)
    except (binascii.Error, ValueError, TypeError):
        raise Refused(400, 'give {"snapshot": "..."}, as /__world__/snapshot answered it') from None
    if number != sessions.twin.env.id:
        raise Refused(409, f"this snapshot is of another world ({number!r:.40})")
    try:
        sessions.reset(name, seed).restore(state)
    except (apsw.Error, ValueError) as error:
        sessions.reset(name)
        raise Refused(409, f"this snapshot cannot be restored ({error}); the world is in its first state") from error
    return {"seed": seed}


def _rows(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    world = sessions.world(name)
    if rest not in world.loaded.tables:
        raise Refused(404, f"there is no table {rest!r:.60}; there is {', '.join(world.loaded.tables)}")
    return {"rows": world.rows(rest)}


def _call(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    answer = sessions.world(name).call(rest, given)
    return {"error": answer.error._asdict()} if answer.error else {"answer": answer.data}


def _end(sessions: Sessions, name: str, rest: str, given: JsonObject) -> JsonObject:
    sessions.end(name)
    return {}


ADMINISTRATION: Final[Mapping[str, Callable[[Sessions, str, str, JsonObject], JsonObject]]] = {
    "": _about, "reset": _reset, "diff": _diff, "snapshot": _snapshot, "restore": _restore, "rows": _rows, "call": _call, "end": _end,
}  # fmt: skip
"""What stands behind /__world__/."""
TAKES: Final[Mapping[str, frozenset[str]]] = {"reset": frozenset({"seed"}), "restore": frozenset({"snapshot"}), "snapshot": frozenset(), "diff": frozenset(), "end": frozenset()}
"""What the body of each may say; of a call that is for the world to judge."""
CHANGING: Final = frozenset(("reset", "restore", "call", "end"))


def session_of(scope: Mapping[str, Any]) -> str:
    """The session that an HTTP request names: in its path, in a header, by a cookie, or by the session of MCP."""
    if "world_session" in scope:
        return str(scope["world_session"])
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope.get("headers", ())}
    cookies = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";"))
    return headers.get("x-world-session") or cookies.get("world-session") or headers.get("mcp-session-id") or DEFAULT
