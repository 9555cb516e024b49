"""The run folder: products, bins and the manifest; append while a verb works, sorted and renamed when it is done.

A product `tasks.jsonl` has a bin `tasks.dropped.jsonl`. While a verb works both grow as `*.part`, a line at a time, so
that a killed run loses nothing that was finished: the next start reads the parts and skips the keys it finds there.
At the end both are written in key order under their own names. Equal work gives equal bytes; only the manifest, a line
per finished verb, carries times.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from agentscaler.errors import Dropped, UserError
from agentscaler.records import JsonObject, Record

R = TypeVar("R", bound=Record)

FORMATS = {
    "tools": 1, "graph": 1, "domains": 1, "envs": 1, "candidates": 1, "tasks": 1, "rollouts": 1, "probes": 1, "played": 1, "kept": 1, "sft": 1, "report": 1, "episodes": 1,
}  # fmt: skip
MAKERS = {"kept": "funnel"}
"""Products that are not named after their verb."""
_ASIDE = ("usage", "folder")
"""What an id does not hang on: what it cost, and where it lies."""
META = ("key", "id", "from", "format")


def digest(value: Any) -> str:
    """16 hex of SHA-256 over canonical JSON: keys sorted, no spaces."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def key_of(verb: str, arguments: Any, inputs: Iterable[str], index: object = 0) -> str:
    """The key of a row, known before the work is done."""
    return digest([verb, FORMATS.get(verb, 1), arguments, list(inputs), index])


def row_id(record: Record) -> str:
    """The id of a row: hash of what it says, without bookkeeping."""
    return body_id(record.model_dump(mode="json"))


def body_id(body: JsonObject) -> str:
    """The same of a record that is JSON already."""
    return digest({k: v for k, v in body.items() if k not in _ASIDE and k not in META})


def file_hash(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()[:16]


def read_rows(path: Path) -> Iterator[JsonObject]:
    """Rows of a .jsonl file. A torn last line is passed over, a bad line elsewhere is a UserError."""
    with path.open("rb") as f:
        for number, line in enumerate(f, 1):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                if not line.endswith(b"\n"):
                    return
                raise UserError(f"{path}, line {number}: no JSON ({error}); mend the line or delete it") from error
            if not isinstance(row, dict):
                raise UserError(f"{path}, line {number}: {line[:60]!r} is no JSON object; mend the line or delete it")
            yield row


def parse(row: JsonObject, kind: type[R], *, where: str) -> R:
    """A row as its record, bookkeeping set aside."""
    try:
        return kind.model_validate({k: v for k, v in row.items() if k not in META})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise UserError(
            f"{where}: field {field!r} of row {row.get('id', '?')}: {first['msg']}, got {first['input']!r:.80}; "
            "delete the file and run the verb again"
        ) from error


def read_records(path: Path, kind: type[R]) -> Iterator[tuple[str, R]]:
    """(id, record) of each row of a product."""
    for number, row in enumerate(read_rows(path), 1):
        if not isinstance(row.get("id"), str):
            raise UserError(f"{path}, line {number}: field 'id' is {row.get('id')!r:.60}, not an id; delete the file and run the verb again")
        yield row["id"], parse(row, kind, where=str(path))


def write_atomic(path: Path, data: bytes) -> None:
    """All or nothing: written beside it, then renamed over it."""
    part = path.with_name(path.name + ".tmp")
    part.write_bytes(data)
    part.replace(path)


class Run:
    """A run folder."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"run folder {str(path)!r} cannot be made: {error.strerror}; name another with --run") from error
        if not os.access(self.path, os.W_OK):
            raise UserError(f"run folder {str(path)!r} cannot be written; name another with --run, or change its rights")

    def product(self, verb: str) -> Path:
        return self.path / f"{verb}.jsonl"

    def need(self, verb: str, by: str) -> Path:
        """Path of a finished product, or a UserError that says which verb makes it."""
        path = self.product(verb)
        if not path.exists():
            raise UserError(f"{by} needs {path}, which is not there: run `agentscaler {MAKERS.get(verb, verb)} --run {self.path}` first")
        return path

    def manifest(self) -> dict[str, JsonObject]:
        """The newest line of each verb."""
        path = self.path / "manifest.jsonl"
        return {str(row["verb"]): row for row in read_rows(path)} if path.exists() else {}

    def log(self, line: JsonObject) -> None:
        path = self.path / "manifest.jsonl"
        held = path.read_bytes() if path.exists() else b""
        last = held[held.rfind(b"\n") + 1 :]
        with path.open("ab") as f:
            if _is_json(last):
                f.write(b"\n")
            elif last:
                f.truncate(len(held) - len(last))
            f.write(orjson.dumps(line) + b"\n")


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


class Shelf:
    """One product and its bin while a verb works. Use as a context manager; `finish()` puts it on the shelf.

    resume: write rows as they come, so that a killed run goes on; else all or nothing. fingerprint: hash over the arguments that matter and the inputs. Where a finished or half-made product was made from
    other ones, a UserError asks for --fresh.
    """

    def __init__(self, run: Run, verb: str, *, fingerprint: str, fresh: bool = False, resume: bool = True) -> None:
        self.run, self.verb, self.fingerprint, self.resume = run, verb, fingerprint, resume
        self.path = run.product(verb)
        self.bin = run.path / f"{verb}.dropped.jsonl"
        self._parts = [p.with_name(p.name + ".part") for p in (self.path, self.bin)]
        self._mark = run.path / f"{verb}.part.json"
        if fresh:
            self._clear(finished=True)
        self.finished = self._check()
        if not resume and not self.finished:
            self._clear()
        self.rows: dict[str, bytes] = {}
        self.drops: dict[str, bytes] = {}
        self.reasons: Counter[str] = Counter()
        self._files = []
        if not self.finished:
            self._load()
            self._mark.write_bytes(orjson.dumps({"fingerprint": fingerprint}))
            self._files = [p.open("ab") for p in self._parts]

    def _clear(self, *, finished: bool = False) -> None:
        for path in [*self._parts, self._mark, *([self.path, self.bin] if finished else [])]:
            path.unlink(missing_ok=True)

    def _check(self) -> bool:
        """Is the product finished and made from the same inputs?"""
        old = None
        if self.path.exists() and not self._mark.exists():
            old = self.run.manifest().get(self.verb, {}).get("fingerprint")
            if old == self.fingerprint:
                return True
        elif self.resume and self._mark.exists():
            try:
                old = orjson.loads(self._mark.read_bytes()).get("fingerprint")
            except orjson.JSONDecodeError:
                old = self.fingerprint
        if old is not None and old != self.fingerprint:
            raise UserError(
                f"{self.path} was made with other arguments or from other inputs; add --fresh to make it anew, "
                "or name another run folder with --run"
            )
        return False

    def _load(self) -> None:
        for part, into in zip(self._parts, (self.rows, self.drops), strict=True):
            if not part.exists():
                continue
            good = 0
            for line in part.read_bytes().splitlines(keepends=True):
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError:
                    break
                if not line.endswith(b"\n"):
                    break
                good += len(line)
                into[row["key"]] = line
                if into is self.drops:
                    self.reasons[row["reason"]] += 1
            with part.open("r+b") as f:
                f.truncate(good)

    @property
    def done(self) -> set[str]:
        """Keys that need no work."""
        return self.rows.keys() | self.drops.keys()

    def keep(self, key: str, record: Record | JsonObject, sources: Iterable[str] = ()) -> str:
        """Put a row on the shelf; returns its id. A record that a worker has turned into JSON already may come as that."""
        body = record if isinstance(record, dict) else record.model_dump(mode="json")
        number = body_id(body)
        row = {"key": key, "id": number, "from": list(sources), "format": FORMATS[self.verb.split("/")[0]]}
        line = orjson.dumps(row | body) + b"\n"
        if key not in self.rows:
            self.rows[key] = line
            if self.resume:
                self._files[0].write(line)
                self._files[0].flush()
        return number

    def drop(self, key: str, reason: Dropped, sources: Iterable[str] = ()) -> None:
        """Put a failed row into the bin, with its reason."""
        if key in self.drops:
            return
        value = reason.value if isinstance(reason.value, (float, bool, type(None))) or _is_long(reason.value) else _sayable(str(reason.value))
        row = {
            "key": key,
            "from": list(sources),
            "reason": reason.reason,
            "where": _sayable(reason.where),
            "value": value[:200] if isinstance(value, str) else value,
            "message": _sayable(reason.message),
        }
        line = orjson.dumps(row) + b"\n"
        self.drops[key] = line
        self.reasons[reason.reason] += 1
        if self.resume:
            self._files[1].write(line)
            self._files[1].flush()

    def finish(self, **about: Any) -> JsonObject:
        """Write both in key order under their own names, and a line into the manifest."""
        for file in self._files:
            file.close()
        self._files = []
        write_atomic(self.bin, b"".join(line for _, line in sorted(self.drops.items())))
        write_atomic(self.path, b"".join(line for _, line in sorted(self.rows.items())))
        line = {
            "verb": self.verb,
            "format": FORMATS[self.verb.split("/")[0]],
            "fingerprint": self.fingerprint,
            "product": file_hash(self.path),
            "kept": len(self.rows),
            "dropped": dict(sorted(self.reasons.items())),
            **about,
        }
        self.run.log(line)
        self._clear()
        return line

    def close(self) -> None:
        for file in self._files:
            file.close()
        self._files = []

    def discard(self) -> None:
        """What was only on the way to another product goes."""
        self.close()
        self._clear(finished=True)

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _is_long(value: object) -> bool:
    """An integer that JSON's readers take for what it is."""
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _sayable(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text.encode("utf-8", "backslashreplace").decode()
