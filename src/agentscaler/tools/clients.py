"""The client libraries of the default pool, and what was read of them before.

They are only read (sdk.py), so they lie in a place of their own where nothing can import them. Reading all takes a minute, so what a version gives is kept on disk,
by package, version and the hash of the code that read it; what is not as it was written is read anew.

    python -m agentscaler.tools.clients     the names, for `pip install --no-deps --target`
"""

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache as once
from importlib.metadata import Distribution, version
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from pydantic import ValidationError

from agentscaler import errors, records, schemas
from agentscaler.errors import Dropped, UserError
from agentscaler.records import Tool
from agentscaler.store import write_atomic
from agentscaler.tools.sdk import PREFIX, find_package, read_package
from agentscaler.work import each

CLIENTS: Final = (
    "asana",  # projects and to-dos
    "candidhealth",  # bills of doctors and clinics
    "canvasapi",  # courses, assignments, grades
    "conductor-py",  # bookkeeping
    "elevenlabs",  # speech and music
    "finch-api",  # employees and pay
    "hubspot-api-client",  # customers and sales
    "increase",  # bank accounts and transfers
    "klaviyo-api",  # newsletters and campaigns
    "knockapi",  # notifications
    "launchdarkly-api",  # feature flags
    "lithic",  # payment cards
    "modern-treasury",  # payments and ledgers
    "mux-python",  # video
    "nylas",  # mail, calendars, contacts
    "onebusaway",  # buses and trains
    "orb-billing",  # subscriptions and invoices
    "phoebe-bird",  # birds that people saw
    "seam",  # doors, locks, thermostats
    "shippo",  # parcels
    "slack_sdk",  # chat
    "spotted",  # music
    "squareup",  # shops, bookings, staff
    "stripe",  # payments
    "terminal-shop",  # coffee
    "trycourier",  # messages
    "twilio",  # calls and text messages
    "webflow",  # web sites
    "ynab",  # a household's money
)
"""All under MIT or Apache-2.0; the licence of each stands in its rows. Kubernetes, Cloudflare and Telnyx can be read too (`--from pkg:kubernetes`); with them this would take twice as long."""


class Library(NamedTuple):
    """What one client library gave."""

    name: str
    rows: list[Tool | Dropped]
    fresh: bool
    """Was it read anew?"""


def installed_clients() -> dict[str, Distribution]:
    """Those that are here, in the order of their names."""
    return {name: found for name in CLIENTS if (found := find_package(name)) is not None}


def read_clients(*, workers: int = 1, cache: Path | None = None, fresh: bool = False, limit: int | None = None) -> Iterator[Library]:
    """All client libraries that are here. cache: where what was read before lies, None to trust nothing; limit: the first ones that hold so many tools between them."""
    here = installed_clients()
    start = time.monotonic()
    if limit is not None:
        taken = 0
        for name in here:
            if taken >= limit:
                return
            library = _read((str(cache) if cache else "", fresh), name)
            taken += sum(isinstance(r, Tool) for r in library.rows)
            yield library
        return
    largest = sorted(here, key=lambda n: (-len(here[n].files or ()), n))
    given = (str(cache) if cache else "", fresh)
    found = {d.item: d.result for d in each(largest, _read, setup=_given, given=given, workers=workers if _unread(here, cache, fresh) else 1, label="tools: client libraries", chunk=1) if d.result}
    if anew := sum(library.fresh for library in found.values()):
        kept = f"; kept in {cache}, next time they come from there" if cache else ""
        print(f"tools: {anew} client libraries read in {time.monotonic() - start:.0f} s{kept}", file=sys.stderr)
    yield from (found[name] for name in here if name in found)


def _given(cache: str, fresh: bool) -> tuple[str, bool]:
    return cache, fresh


def _unread(here: dict[str, Distribution], cache: Path | None, fresh: bool) -> bool:
    return fresh or cache is None or any(not _file(cache, found).exists() for found in here.values())


def _read(given: tuple[str, bool], name: str) -> Library:
    """One of the pool: where nothing can be read of it, that is the reason."""
    try:
        return read_client(name, Path(given[0]) if given[0] else None, fresh=given[1], quiet=True)
    except UserError as error:
        return Library(name, [Dropped("unreadable", str(error), where=name)], True)


def read_client(name: str, cache: Path | None = None, *, fresh: bool = False, quiet: bool = False) -> Library:
    """One library, from what was read before where that is whole. Raises UserError where it is not installed, not free, or holds no call."""
    found = find_package(name)
    if found is not None and cache is not None and not fresh:
        if (rows := remembered(_file(cache, found))) is not None:
            return Library(name, rows, False)
    rows = list(read_package(PREFIX + name, quiet=quiet))
    if found is not None and cache is not None:
        remember(_file(cache, found), rows)
    return Library(name, rows, True)


# ---- what was read before -------------------------------------------------------------------------------------------


def _file(cache: Path, found: Distribution) -> Path:
    """By package, version, its list of files and the code that reads."""
    mark = hashlib.sha256(f"{found.read_text('RECORD')}{reader_hash()}".encode()).hexdigest()[:16]
    return cache / "clients" / f"{found.metadata['Name']}-{found.version}-{mark}.jsonl"


@once
def reader_hash() -> str:
    """Of all code that has a say in what a library gives."""
    own = [*sorted(Path(__file__).parent.glob("*.py")), *(Path(str(m.__file__)) for m in (errors, records, schemas))]
    about = [version("griffelib"), version("pydantic"), ".".join(map(str, sys.version_info[:2])), *(p.read_text(encoding="utf-8") for p in own)]
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:16]


def remember(path: Path, rows: Sequence[Tool | Dropped]) -> None:
    """Write what was read. A cache that cannot be written is no reason to stop."""
    body = b"\n".join(orjson.dumps(_plain(row)) for row in rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    except OSError as error:
        print(f"tools: {path} cannot be written ({error.strerror}); the library will be read again next time", file=sys.stderr)


def _plain(row: Tool | Dropped) -> object:
    return [row.reason, row.message, row.where, row.value] if isinstance(row, Dropped) else row.model_dump(mode="json")


def remembered(path: Path) -> list[Tool | Dropped] | None:
    """What was written there; None where nothing was, or it is not what was written."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != head:
            return None
        rows = [orjson.loads(line) for line in body.splitlines()]
        return [Dropped(r[0], r[1], where=r[2], value=r[3]) if isinstance(r, list) else Tool.model_validate(r) for r in rows]
    except (OSError, orjson.JSONDecodeError, ValidationError, IndexError):
        return None


if __name__ == "__main__":
    print(*CLIENTS)
