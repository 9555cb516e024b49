"""Room 1, tools: API definitions -> tools.jsonl.

The default pool is read from the API descriptions that ship inside three ordinary packages, and from client libraries (clients.py).
A user's own definitions come in from what `--from` names: sources.py opens it, dialects.py knows who reads it. Whole-pool room: all or nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from agentscaler.effects import with_hint
from agentscaler.errors import Dropped, UserError
from agentscaler.fields import with_field
from agentscaler.records import Tool
from agentscaler.tools.clean import Bin, Reading, sift
from agentscaler.work import many_objects

PACKAGES = {
    "botocore": ("botocore", "aws", "pip install botocore"),
    "google-api-python-client": ("googleapiclient", "google", "pip install google-api-python-client"),
    "tccli-intl-en": ("tccli", "tencent", "pip install --no-deps tccli-intl-en"),
}
"""Distribution -> (folder it installs, vendor, how to get it)."""


class Pool(NamedTuple):
    """What was read."""

    tools: list[Tool]
    bin: list[Bin]
    read: int
    missing: dict[str, str]
    """Packages of the default pool that are not installed -> how to get them."""


def collect(sources: Sequence[str | Path] = (), *, with_pool: bool = True, limit: int | None = None, dialect: str | None = None, workers: int = 1, cache: Path | None = None, fresh: bool = False) -> Pool:
    """Read the default pool, definitions of a user's own, or both.

    limit: at most so many tools of each vendor, whole services, and of all client libraries, whole ones; dialect: the only reader for the user's own; cache: where what was
    read of client libraries before lies, None to read them anew; fresh: read them anew and keep it there.

    Raises UserError where a source is not readable or nothing at all was found.
    """
    with many_objects():
        return _collect([str(s) for s in sources], with_pool, limit, dialect, workers, cache, fresh)


def _collect(sources: Sequence[str], with_pool: bool, limit: int | None, dialect: str | None, workers: int, cache: Path | None, fresh: bool) -> Pool:
    from agentscaler.tools.clients import CLIENTS, installed_clients, read_clients

    readings: list[Reading] = []
    bin_: list[Bin] = []
    missing: dict[str, str] = {}
    for source in sources:
        for found in read_source(source, dialect=dialect, cache=cache, fresh=fresh):
            if isinstance(found, Dropped):
                bin_.append(Bin(f"{Path(source).name}#{len(bin_)}", found))
            else:
                readings.append(Reading(found, True, False))
    if with_pool:
        for name, (folder, vendor, how) in PACKAGES.items():
            root, version = installed(name, folder)
            if root is None:
                missing[name] = how
                continue
            readings.extend(_cut(list(_read_package(vendor, root, f"{name} {version}")), limit))
        here = installed_clients()
        if gone := [name for name in CLIENTS if name not in here]:
            missing[f"{len(gone)} of {len(CLIENTS)} client libraries"] = f"pip install --no-deps {' '.join(gone)}"
        for library in read_clients(workers=workers, cache=cache, fresh=fresh, limit=limit):
            for row in library.rows:
                if isinstance(row, Dropped):
                    bin_.append(Bin(f"{library.name}#{len(bin_)}", row))
                else:
                    readings.append(Reading(row, True, False))
    if with_pool and not sources and not readings:
        raise UserError("no API package is installed: " + "; ".join(f"`{how}`" for how in missing.values()) + "; or give --from FILE")
    tools, dropped = sift(readings)
    return Pool([with_field(with_hint(t)) for t in tools], bin_ + dropped, len(readings) + len(bin_), missing)


def read_source(source: str, *, dialect: str | None = None, cache: Path | None = None, fresh: bool = False) -> Iterator[Tool | Dropped]:
    """Tools, or reasons why not, of what one --from names. cache, fresh: as in `collect`."""
    from agentscaler.tools.clients import read_client
    from agentscaler.tools.dialects import dialect_named, read_document
    from agentscaler.tools.sdk import PREFIX, is_package
    from agentscaler.tools.sources import documents

    if is_package(source):
        yield from read_client(source.removeprefix(PREFIX).strip(), cache, fresh=fresh).rows
        return
    only = None if dialect is None else dialect_named(dialect)
    for document in documents(source):
        if isinstance(document, Dropped):
            yield document
        else:
            yield from read_document(document, dialect=only)


def installed(name: str, folder: str) -> tuple[Path | None, str]:
    """(folder of an installed distribution, its version), without importing it."""
    try:
        version = distribution(name).version
    except PackageNotFoundError:
        return None, ""
    spec = find_spec(folder)
    if spec is None or not spec.submodule_search_locations:
        return None, version
    return Path(next(iter(spec.submodule_search_locations))), version


def collect_service(vendor: str, service: str) -> list[Tool]:
    """The tools of one service of the default pool, sifted as there. Raises UserError where there is none."""
    name, (folder, _, how) = next((n, about) for n, about in PACKAGES.items() if about[1] == vendor)
    root, version = installed(name, folder)
    if root is None:
        raise UserError(f"{vendor}:{service}: the package {name} is not installed: {how}")
    tools, _ = sift(_read_package(vendor, root, f"{name} {version}", only=service))
    if not tools:
        raise UserError(f"{vendor}:{service}: {name} {version} holds no such service")
    return tools


def _read_package(vendor: str, root: Path, package: str, only: str | None = None) -> Iterator[Reading]:
    from agentscaler.tools.aws import read_aws
    from agentscaler.tools.google import read_google
    from agentscaler.tools.tencent import read_tencent

    reader = {"aws": read_aws, "google": read_google, "tencent": read_tencent}[vendor]
    for tool, newest, deprecated in reader(root, package, only):
        yield Reading(tool, newest, deprecated)


def _cut(readings: list[Reading], limit: int | None) -> list[Reading]:
    """The first services, in alphabetical order, that hold `limit` tools between them."""
    if limit is None:
        return readings
    newest = Counter(r.tool.source.service for r in readings if r.newest)
    taken, chosen = 0, set()
    for service in sorted(newest):
        if taken >= limit:
            break
        chosen.add(service)
        taken += newest[service]
    return [r for r in readings if r.tool.source.service in chosen]
