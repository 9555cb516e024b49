"""What `--from` names: files, folders, globs, `.gz`, `.zip` -> texts to read definitions from.

Nothing is unpacked to disk and nothing is run. A file that is named itself must hold definitions; of those that a folder, a glob or an archive
brings along, one without is dropped with a reason and the others are read.
"""

import glob
import gzip
import io
import os
import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from agentscaler.errors import Dropped, UserError
from agentscaler.tools.live import is_live, listed

SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".har")
LARGEST: Final = 1 << 30
"""Bytes of one text, unpacked."""
_PASSED = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))


class Document(NamedTuple):
    """One text that may hold definitions."""

    name: str
    """Path as a person would look for it: 'apis.zip/shop.yaml'."""
    data: bytes
    beside: Callable[[str], "Document | None"]
    """Another text, by a path relative to this one; None where it is not there."""
    named: bool = True
    """Was it named itself, rather than found in a folder or archive?"""
    only: str = ""
    """The one function or class that is asked for, of a Python module."""

    @property
    def file(self) -> str:
        """The last part of its name."""
        return posixpath.basename(self.name.removesuffix(".gz").replace("\\", "/"))

    @property
    def suffix(self) -> str:
        return posixpath.splitext(self.file)[1].lower()

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders it lies in, innermost last."""
        return tuple(self.name.replace("\\", "/").split("/")[:-1])

    @property
    def service(self) -> str:
        """The file's name as a name of a service."""
        return slug(self.file.split(".")[0]) or "tools"


def slug(text: str) -> str:
    return re.sub(r"[^\w]+|_+", "-", text.lower()).strip("-")


def documents(source: str) -> Iterator[Document | Dropped]:
    """The texts that a source names. Raises UserError where it names none."""
    path = Path(source)
    if is_live(source):
        yield Document(f"{source}/tools.json", listed(source), lambda _: None)
    elif path.is_dir():
        yield from _folder(path)
    elif path.exists():
        yield from _file(path, named=True)
    elif any(c in source for c in "*?["):
        found = _fitting(source)
        if not found:
            raise UserError(f"{source}: no file fits this pattern; give a file, folder or pattern of definitions")
        for inner in found:
            yield from _file(inner, named=False)
    elif named := _MODULE.fullmatch(source):
        yield _module(source, named["module"] or named["bare"], named["only"] or "")
    else:
        raise UserError(f"{source}: no such file; give a file or folder of definitions")


_MODULE = re.compile(r"(?:python:(?P<module>[A-Za-z_]\w*(?:\.\w+)*)|(?P<bare>[A-Za-z_]\w*(?:\.\w+)*)(?=:))(?::(?P<only>[A-Za-z_]\w*(?:\.\w+)?))?")
"""python:package.module, python:package.module:callable, package.module:callable."""


def locate(module: str) -> Path | None:
    """The file of a module, as Python would find it, without importing anything."""
    path = Path(*module.split("."))
    for root in (Path.cwd(), *map(Path, sys.path)):
        for file in (root / path.with_suffix(".py"), root / path / "__init__.py"):
            if file.is_file():
                return file
    return None


def _module(source: str, module: str, only: str) -> Document:
    file = locate(module)
    if file is None:
        raise UserError(f"{source}: no module {module!r} is found from here or among the installed packages; give its file, or install the package")
    return Document(str(file), file.read_bytes(), on_disk(file), True, only)


def is_on_disk(source: str) -> bool:
    """Does it name files, by path or pattern?"""
    return Path(source).exists() or any(c in source for c in "*?[")


def is_source(source: str) -> bool:
    """Could this be read, as far as a look at the disk can say?"""
    return is_live(source) or source.startswith("pkg:") or bool(files_of(source))


def files_of(source: str) -> list[Path]:
    """The files on disk that a source stands for, so that a change in one is seen."""
    path = Path(source)
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    if path.is_file():
        return [path]
    if named := _MODULE.fullmatch(source):
        file = locate(named["module"] or named["bare"])
        return [file] if file else []
    return _fitting(source) if any(c in source for c in "*?[") else []


def _fitting(pattern: str) -> list[Path]:
    return sorted(p for p in map(Path, glob.glob(pattern, recursive=True)) if p.is_file())  # noqa: PTH207 (the pattern may be absolute)


def _folder(folder: Path) -> Iterator[Document | Dropped]:
    """Definition files of a folder; its Python modules only where it has no others, for those lie beside definitions as their code."""
    inside = [p for p in sorted(folder.rglob("*")) if p.is_file() and not any(part in _PASSED or part.startswith(".") for part in p.relative_to(folder).parts)]
    chosen = [p for p in inside if _is_definition(p.name)] or [p for p in inside if p.suffix == ".py"]
    if not chosen:
        raise UserError(f"{folder}: no {', '.join(SUFFIXES)}, .gz, .zip or .py file in this folder")
    for path in chosen:
        yield from _file(path, named=False)


def _is_definition(name: str) -> bool:
    name = name.lower()
    return name.endswith((*SUFFIXES, ".zip")) or name.removesuffix(".gz").endswith(SUFFIXES)


def _file(path: Path, *, named: bool) -> Iterator[Document | Dropped]:
    try:
        if zipfile.is_zipfile(path):
            yield from _archive(path)
            return
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = _unpacked(data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, _TooLarge) as error:
        if named:
            raise UserError(f"{path}: cannot be read ({error}); mend or unpack the file") from error
        yield Dropped("unreadable", f"{path}: cannot be read ({error})", where=str(path))
        return
    yield Document(str(path), data, on_disk(path), named)


class _TooLarge(Exception):
    """More bytes than a text of definitions has."""


def _unpacked(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as f:
        out = f.read(LARGEST + 1)
    if len(out) > LARGEST:
        raise _TooLarge(f"more than {LARGEST >> 20} MiB unpacked")
    return out


def on_disk(path: Path) -> Callable[[str], Document | None]:
    """How another file beside this one is read."""

    folder = os.path.dirname(path)  # noqa: PTH120 (an SDK asks for a hundred thousand paths; pathlib takes ten times as long)

    def beside(reference: str) -> Document | None:
        other = os.path.normpath(os.path.join(folder, reference))  # noqa: PTH118
        if not os.path.isfile(other):  # noqa: PTH113
            return None
        try:
            return Document(other, Path(other).read_bytes(), on_disk(Path(other)), False)
        except OSError:
            return None

    return beside


def _archive(path: Path) -> Iterator[Document | Dropped]:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if not n.endswith("/") and not any(p in _PASSED or p.startswith((".", "__MACOSX")) for p in n.split("/"))]
        chosen = [n for n in sorted(names) if _is_definition(n)] or [n for n in sorted(names) if n.endswith(".py")]
        if not chosen:
            raise UserError(f"{path}: no {', '.join(SUFFIXES)}, .gz or .py file in this archive")
        packed = {n: _packed(archive, n) for n in chosen}
    for name, data in packed.items():
        if isinstance(data, Dropped):
            yield data
        elif name.lower().endswith(".zip"):
            yield Dropped("unreadable", f"{path}/{name}: an archive in an archive is not opened; unpack it", where=f"{path}/{name}")
        else:
            yield _member(path, packed, name, data)


def _packed(archive: zipfile.ZipFile, name: str) -> bytes | Dropped:
    where = f"{archive.filename}/{name}"
    try:
        if archive.getinfo(name).file_size > LARGEST:
            raise _TooLarge(f"more than {LARGEST >> 20} MiB unpacked")
        data = archive.read(name)
        return _unpacked(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, _TooLarge) as error:
        return Dropped("unreadable", f"{where}: cannot be read ({error})", where=where)


def _member(path: Path, packed: dict[str, bytes | Dropped], name: str, data: bytes) -> Document:
    def beside(reference: str) -> Document | None:
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
        found = packed.get(other)
        return _member(path, packed, other, found) if isinstance(found, bytes) else None

    return Document(f"{path}/{name}", data, beside, False)


class _Yaml(yaml.SafeLoader):
    """A date stays the text it was written as, as in JSON."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"] for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def parse_yaml(text: str) -> Any:
    """What YAML says. Raises yaml.YAMLError, and ValueError where its anchors hold themselves or unfold to millions of parts."""
    content = yaml.load(text, _Yaml)
    if _unfolded(content, {}) > 5_000_000:
        raise ValueError("its anchors unfold without end")
    return content


def _unfolded(value: Any, known: dict[int, float]) -> float:
    """Parts of a value, counted as often as an anchor repeats them."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = float("inf")  # until it is known: what holds itself has no end
        known[id(value)] = 1 + sum(_unfolded(v, known) for v in (value.values() if isinstance(value, dict) else value))
    return known[id(value)]
