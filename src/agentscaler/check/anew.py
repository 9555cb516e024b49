"""The proof itself: a verb's product is made anew, in a folder aside, from its inputs on disk with the arguments of the manifest, and compared.

What is equal byte for byte is what the verb makes: its ids, keys, gold, controls, verdicts need no check of their own. Nothing that stands in
the run is believed but the inputs, and those are proven the same way, back to the files or packages the tools were read from.
"""

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from agentscaler import walk
from agentscaler.check.finding import Finding, file_findings, gaps, row_findings, short
from agentscaler.records import JsonObject
from agentscaler.store import Run, read_rows
from agentscaler.walk.episodes import Line, Reader
from agentscaler.walk.rows import FILES


class Room(NamedTuple):
    """A verb of the walk."""

    make: Callable[..., Any]
    reads: tuple[str, ...]
    """Products it needs."""
    products: tuple[str, ...]
    worlds: bool = False
    """Does it open the worlds' folders?"""


ROOMS: Final[dict[str, Room]] = {
    "tools": Room(walk.tools, (), ("tools",)),
    "graph": Room(walk.graph, ("tools",), ("graph",)),
    "domains": Room(walk.domains, ("tools", "graph"), ("domains",)),
    "envs": Room(walk.envs, ("domains", "tools"), ("envs",)),
    "tasks": Room(walk.tasks, ("envs",), ("tasks",), worlds=True),
    "rollouts": Room(walk.rollouts, ("tasks",), ("rollouts", "probes"), worlds=True),
    "funnel": Room(walk.funnel, ("rollouts", "tasks"), ("kept",)),
    "sft": Room(walk.sft, ("kept", "rollouts", "envs", "tools"), tuple(f"sft/{n}" for n in FILES), worlds=True),
}
"""In the order of the walk."""


@contextmanager
def made_anew(run: Path, verb: str, line: JsonObject, *, workers: int, given: Mapping[str, bytes] = MappingProxyType({}), **other: Any) -> Iterator[Path]:
    """A folder that holds the verb's products, made from the run's inputs. given: contents of inputs instead; other: arguments instead."""
    room = ROOMS[verb]
    with tempfile.TemporaryDirectory(prefix="agentscaler-check-") as name:
        aside = Path(name)
        for product in room.reads:
            if (run / f"{product}.jsonl").exists():
                (aside / f"{product}.jsonl").symlink_to((run / f"{product}.jsonl").resolve())
        if room.worlds:
            (aside / "envs").symlink_to((run / "envs").resolve())
        for product, content in given.items():
            (aside / f"{product}.jsonl").unlink(missing_ok=True)
            (aside / f"{product}.jsonl").write_bytes(content)
        arguments = {**line["arguments"], **other}
        if "model" in arguments:  # what was answered is recorded: nobody is asked
            arguments["helped"] = {"offline": True, "replies": str(run / "replies.jsonl")}
        limit = arguments.pop("limit", line["limit"])
        room.make(Run(aside), walk.Settings(line["seed"], workers, limit), **arguments)
        yield aside


def remake(
    run: Path, verb: str, lines: Mapping[str, JsonObject], workers: int, *, only: frozenset[str] | None = None, leave: Collection[str] = (), **other: Any
) -> Iterator[Finding]:
    """A verb's products made anew and compared. only: what comes from these inputs; leave: agents that are left out; other: inputs and arguments instead."""
    room = ROOMS[verb]
    with ExitStack() as stack:
        try:
            aside = stack.enter_context(made_anew(run, verb, lines[room.products[0]], workers=workers, **other))
        except Exception as error:  # inputs that were tampered with can break a room in any way
            yield Finding(f"{room.products[0]}.jsonl", "", "", f"it cannot be made anew from what is on disk: {type(error).__name__}: {str(error)[:300]}")
            return
        made = {str(row["verb"]): row for row in read_rows(aside / "manifest.jsonl")}
        for product in room.products:
            found = list(compare_product(run, aside, product, only=only, leave=leave))
            yield from found
            if only is None and not leave:
                yield from compare_lines(lines[product], made[product], leave=("product", "kept", "dropped", "facts") if found else ())
        if verb == "envs":
            yield from compare_worlds(run, aside, only=only)
        if verb == "sft" and (card := run / "sft" / "README.md").exists():
            yield from file_findings("sft/README.md", card.read_bytes(), (aside / "sft" / "README.md").read_bytes())


# ---- rows ---------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """A row of a file: where it stands, and the hash of its line."""

    place: Line
    hash: bytes


def index_rows(path: Path, keep: Callable[[JsonObject], bool] = lambda row: True) -> dict[str, Entry]:
    """key -> entry; a row without key goes by its number."""
    out: dict[str, Entry] = {}
    at = 0
    with path.open("rb") as f:
        for number, line in enumerate(f):
            row = orjson.loads(line)
            if keep(row):
                out[str(row.get("key", number))] = Entry(Line(str(row.get("id", "")), at, len(line)), hashlib.blake2b(line, digest_size=16).digest())
            at += len(line)
    return out


def compare_product(run: Path, aside: Path, product: str, *, only: frozenset[str] | None = None, leave: Collection[str] = ()) -> Iterator[Finding]:
    """A product and its bin against themselves made anew."""
    whole = only is None and not leave
    for name in (f"{product}.jsonl", f"{product}.dropped.jsonl"):
        if not (run / name).exists():
            yield Finding(name, "", "", "the file is missing")
        elif not (whole and same_bytes(run / name, aside / name)):
            found = list(_compare(run, aside, name, lambda row: (only is None or not only.isdisjoint(row.get("from") or ())) and row.get("agent") not in leave))
            yield from found
            if whole and not found:
                yield Finding(name, "", "", "the rows are right, their order or number is not: it differs byte for byte from the file made anew")


def _compare(run: Path, aside: Path, file: str, keep: Callable[[JsonObject], bool]) -> Iterator[Finding]:
    """Rows of a file against the same made anew, by key."""
    written, made = index_rows(run / file, keep), index_rows(aside / file)
    here, there = Reader(str(run / file)), Reader(str(aside / file))
    for key in sorted(written.keys() | made.keys()):
        one, other = written.get(key), made.get(key)
        if other is None and one is not None:
            yield Finding(file, one.place.id or key, "", f"nothing gives this row: it was added or moved here, or its input was changed ({_gist(here.row(one.place))})")
        elif one is None and other is not None:
            yield Finding(file, other.place.id or key, "", f"the row is missing ({_gist(there.row(other.place))})")
        elif one is not None and other is not None and one.hash != other.hash:
            yield from row_findings(file, here.row(one.place), there.row(other.place))


def _gist(row: JsonObject) -> str:
    """What a row is, in a few words."""
    names = ("reason", "where", "name", "domain", "agent", "task", "rollout", "env", "from")
    return ", ".join(f"{n} {short(row[n])}" for n in names if row.get(n))[:160] or "no fields"


# ---- folders ------------------------------------------------------------------------------------------------------


def compare_worlds(run: Path, aside: Path, *, only: frozenset[str] | None = None) -> Iterator[Finding]:
    """The folders of all worlds that were made anew, file by file, and folders that no row names."""
    made = {str(r["key"]): str(r["folder"]) for r in read_rows(aside / "envs.jsonl")}
    named = {str(r.get("key")): str(r.get("folder")) for r in read_rows(run / "envs.jsonl")}
    for key in sorted(named.keys() & made.keys()):
        if is_inside(named[key]):
            yield from compare_folders(run / named[key], aside / made[key], named[key])
    if only is None:
        yield from stray_worlds(run)


def stray_worlds(run: Path) -> Iterator[Finding]:
    """Folders of worlds that no row names."""
    named = {str(r.get("folder")) for r in read_rows(run / "envs.jsonl")}
    for path in sorted((run / "envs").iterdir()):
        if f"envs/{path.name}" not in named and not path.name.endswith(".part"):
            yield Finding(f"envs/{path.name}", "", "", "no row of envs.jsonl names this world")


def is_inside(folder: str) -> bool:
    """Is it a folder right under envs/?"""
    parts = Path(folder).parts
    return len(parts) == 2 and parts[0] == "envs" and parts[1] not in (".", "..")


def compare_folders(written: Path, made: Path, name: str) -> Iterator[Finding]:
    """A world's folder against the same made anew."""
    if not written.is_dir():
        yield Finding(name, "", "", "the world's folder is missing")
        return
    if written.name != made.name:
        yield Finding(name, "", "", f"the world made anew is {made.name}")
    for file in sorted({p.name for p in written.iterdir()} | {p.name for p in made.iterdir()}):
        if not (written / file).is_file():
            yield Finding(f"{name}/{file}", "", "", "the file is missing")
        elif not (made / file).is_file():
            yield Finding(f"{name}/{file}", "", "", "the builder writes no such file")
        else:
            yield from file_findings(f"{name}/{file}", (written / file).read_bytes(), (made / file).read_bytes())


def compare_lines(written: JsonObject, made: JsonObject, *, leave: Collection[str] = ()) -> Iterator[Finding]:
    """A line of the manifest against the same made anew; how long it took is nobody's claim."""
    skipped = {"seconds", *leave}
    one, other = ({k: v for k, v in x.items() if k not in skipped} for x in (written, made))
    for gap in list(gaps(one, other))[:6]:
        yield Finding("manifest.jsonl", str(written["verb"]), gap.field, f"{short(gap.written)} is written, made anew it is {short(gap.made)}")


def same_bytes(one: Path, other: Path) -> bool:
    """Are two files equal?"""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while part := a.read(1 << 20):
            if part != b.read(1 << 20):
                return False
    return True
