"""What an episode did to a world, as one canonical form: independent of the order of writes and of generated ids.

`canonical(changeset, tables)` turns SQLite's net changeset into sorted rows

    ("+", label, table, ((column, value), ...), references)   a new row; label stands for its generated id
    ("-", table, key)                         a row that is gone
    ("~", table, key, ((column, value), ...)) a row that changed

and the renaming {generated id -> label}. Two episodes did the same exactly if their forms are equal. Generated ids and times
are equal up to renaming: new rows are labelled by iterated refinement over what refers to what (Weisfeiler-Leman), and a
component with a cycle and ties is individualised, the smallest leaf wins. In existing rows a generated column counts
only where it goes from NULL to a value or back. References are resolved per column to the root id, inside text and JSON too;
REAL to 12 digits, JSON by value, text after normalisation.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import apsw
import orjson

Kind: TypeAlias = Literal["exact", "generated", "text", "json"]
Form: TypeAlias = tuple[Any, ...]
SHORTEST_QUOTED = 8
"""Ids shorter than this are not looked for inside other values: they would match by chance."""
BUDGET = 2_000
"""Leaves tried for components of equal rows that refer to each other in cycles."""


class Shape(NamedTuple):
    """What canonical must know of a table."""

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]
    kinds: tuple[Kind, ...]
    id_column: int | None
    """Column that the world fills with an id."""
    roots: tuple[str | None, ...]
    """For each column: the table whose generated id it holds in the end, through chains of references."""


class Canonical(NamedTuple):
    """The form, and which generated id got which label."""

    form: Form
    renaming: dict[Any, str]


class TooSymmetric(Exception):
    """More equal rows in cycles than the budget can tell apart."""


EMPTY = Canonical((), {})


def canonical(changeset: bytes, shapes: Mapping[str, Shape], *, budget: int = BUDGET) -> Canonical:
    """See the module. Raises TooSymmetric."""
    if not changeset:
        return EMPTY
    new: list[tuple[Shape, Sequence[Any]]] = []
    out: list[Any] = []
    changed: list[tuple[Shape, tuple[Any, ...], Sequence[Any], Sequence[Any]]] = []
    for change in apsw.Changeset.iter(changeset):
        shape = shapes[change.name]
        old, now = change.old or (), change.new or ()
        if change.op == "INSERT":
            new.append((shape, now))
        elif change.op == "DELETE":
            out.append(("-", shape.name, tuple(old[i] for i in shape.key)))
        else:
            changed.append((shape, tuple(old[i] for i in shape.key), old, now))
    if not new:
        out.extend(row for c in changed if (row := _changed(*c, _Values({}, {}))))
        return Canonical(tuple(sorted(out, key=_place)), {})
    return _with_new(new, changed, out, budget)


def _with_new(
    new: list[tuple[Shape, Sequence[Any]]],
    changed: list[tuple[Shape, tuple[Any, ...], Sequence[Any], Sequence[Any]]],
    out: list[Any],
    budget: int,
) -> Canonical:
    ids = {(s.name, row[s.id_column]): n for n, (s, row) in enumerate(new) if s.id_column is not None and s.kinds[s.id_column] == "generated"}
    quoted = {str(v): n for (_, v), n in ids.items() if len(str(v)) >= SHORTEST_QUOTED}
    values = _Values(ids, quoted)
    plain, links = [], []
    for shape, row in new:
        found: list[tuple[str, int]] = []
        cells = tuple("&" if i == shape.id_column else None if v is None else values.cell(shape, i, v, found) for i, v in enumerate(row))
        plain.append((shape.name, cells))
        links.append(sorted(found))
    anchors: dict[int, list[Any]] = defaultdict(list)
    rows = []
    for shape, key, old, now in changed:
        mine: list[tuple[str, int]] = []
        said = _changed(shape, key, old, now, values, mine)
        for slot, n in mine:
            anchors[n].append((shape.name, key, slot))
        if said:
            rows.append((said, mine))
    colors = [_hash(p, sorted(map(repr, anchors[n]))) for n, p in enumerate(plain)]
    colors = label(colors, links, budget)
    for said, mine in rows:
        out.append((*said, tuple((slot, colors[n]) for slot, n in mine)) if mine else said)
    for n, (name, cells) in enumerate(plain):
        told = tuple((c, v) for c, v in zip(new[n][0].columns, cells, strict=True) if v is not None)
        out.append(("+", colors[n], name, told, tuple((slot, colors[m]) for slot, m in links[n])))
    return Canonical(tuple(sorted(out, key=_place)), {v: colors[n] for (_, v), n in ids.items()})


def _place(row: tuple[Any, ...]) -> tuple[str, str, str]:
    """Where a row stands in the form: new ones by label, the others by table and key. Rows that agree in it are equal."""
    return row[0], row[1], repr(row[2])


class _Values:
    """Plain values of cells; references to new rows are reported instead of shown."""

    __slots__ = ("ids", "quoted")

    def __init__(self, ids: Mapping[tuple[str, Any], int], quoted: Mapping[str, int]) -> None:
        self.ids, self.quoted = ids, quoted

    def cell(self, shape: Shape, i: int, value: Any, found: list[tuple[str, int]]) -> Any:
        root = shape.roots[i]
        if root is not None and self.ids:
            n = self.ids.get((root, value))
            if n is not None:
                found.append((str(i), n))
                return "&"
        kind = shape.kinds[i]
        if not self.quoted or kind == "generated" or not isinstance(value, str):
            return plain(value, kind)
        if kind == "text":
            return plain(self._without(value, i, " newrow ", found), kind)
        shown = plain(value, kind)
        return ("json", self._without(shown[1], i, "&", found)) if isinstance(shown, tuple) else self._without(shown, i, "&", found)

    def _without(self, text: str, i: int, here: str, found: list[tuple[str, int]]) -> str:
        """The text with `here` where ids of new rows stand; the first is reference i@0, the next i@1."""
        spots = [(at.start(), -len(word), n) for word, n in self.quoted.items() if word in text for at in re.finditer(re.escape(word), text)]
        if not spots:
            return text
        out, end, count = [], 0, 0
        for at, size, n in sorted(spots):
            if at >= end:
                found.append((f"{i}@{count}", n))
                out += [text[end:at], here]
                end, count = at - size, count + 1
        return "".join(out) + text[end:]


def _changed(shape: Shape, key: tuple[Any, ...], old: Sequence[Any], now: Sequence[Any], values: _Values, found: list[tuple[str, int]] | None = None) -> tuple[Any, ...] | None:
    """One changed row, or None where nothing that counts changed."""
    cells = []
    links = [] if found is None else found
    for i, value in enumerate(now):
        if value is apsw.no_change or i in shape.key:
            continue
        if shape.kinds[i] == "generated" and shape.roots[i] is None:
            if (old[i] is None) != (value is None):
                cells.append((shape.columns[i], plain(value, "generated")))
            continue
        before = len(links)
        cell = values.cell(shape, i, value, links)
        was = plain(old[i], shape.kinds[i])
        if len(links) > before or was != cell or type(was) is not type(cell):
            cells.append((shape.columns[i], cell))
    return ("~", shape.name, key, tuple(cells)) if cells else None


# ---- values -----------------------------------------------------------------------------------------------------


def normal(text: str) -> str:
    """Text as it is compared: compatibility forms, case and punctuation aside; symbols ($, +, emoji) are words of their own."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split())


class _Letters(dict[int, str]):
    """What stands for a character in normal text, looked up once."""

    def __missing__(self, code: int) -> str:
        char, kind = chr(code), unicodedata.category(chr(code))
        kept = char if kind[0] in "LMN" or char == "_" else f" {char} " if kind in ("Sm", "Sc", "So") else " "
        self[code] = kept
        return kept


_LETTERS = _Letters()


def plain(value: Any, kind: Kind) -> Any:
    """A cell as it is compared."""
    if value is None:
        return None
    if kind == "generated":
        return "*"
    if kind == "text":
        return normal(value) if isinstance(value, str) else value
    if kind == "json" and isinstance(value, str):
        try:
            return ("json", orjson.dumps(_numbers(orjson.loads(value)), option=orjson.OPT_SORT_KEYS).decode())
        except orjson.JSONDecodeError:
            return value
    if isinstance(value, float):
        return float(f"{value:.12g}") + 0.0
    return value


def _numbers(value: Any) -> Any:
    """Whole floats are integers, other floats have 12 digits; true is not 1."""
    if isinstance(value, float):
        value = value if value.is_integer() else float(f"{value:.12g}")
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(f"{value:.12g}")
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    return value


def _hash(*parts: Any) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


# ---- labels -----------------------------------------------------------------------------------------------------


def label(colors: list[str], links: list[list[tuple[str, int]]], budget: int) -> list[str]:
    """A label for each new row that depends on nothing but what it is and how it is tied."""
    if not any(links) or _all_differ(colors):
        return colors  # rows that differ by themselves need no ties to be told apart
    colors = refine(colors, links)
    if _all_differ(colors):
        return colors
    left = [budget]
    out = list(colors)
    for component in _components(links):
        if sum(len(links[n]) for n in component) < len(component):
            continue  # a forest: refinement decides it
        local = {n: i for i, n in enumerate(component)}
        inside = [[(slot, local[m]) for slot, m in links[n]] for n in component]
        certificate, found = _smallest([colors[n] for n in component], inside, _back(inside), left)
        tag = _hash(certificate)
        for n, color in zip(component, found, strict=True):
            out[n] = _hash(tag, color)
    return out


def _all_differ(colors: list[str]) -> bool:
    return len(set(colors)) == len(colors)


def refine(colors: list[str], links: list[list[tuple[str, int]]]) -> list[str]:
    """Colour refinement along references, both ways, until the classes stay."""
    if not any(links):
        return colors
    back = _back(links)
    classes = len(set(colors))
    for _ in colors:
        colors = [
            _hash(c, sorted((s, colors[m]) for s, m in links[n]), sorted((s, colors[m]) for s, m in back[n])) for n, c in enumerate(colors)
        ]
        now = len(set(colors))
        if now == classes:
            break
        classes = now
    return colors


def _back(links: list[list[tuple[str, int]]]) -> list[list[tuple[str, int]]]:
    """Who refers to each row."""
    back: list[list[tuple[str, int]]] = [[] for _ in links]
    for n, some in enumerate(links):
        for slot, m in some:
            back[m].append((slot, n))
    return back


def _components(links: list[list[tuple[str, int]]]) -> list[list[int]]:
    root = list(range(len(links)))

    def find(a: int) -> int:
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        return a

    for n, some in enumerate(links):
        for _, m in some:
            root[find(n)] = find(m)
    groups: dict[int, list[int]] = defaultdict(list)
    for n in range(len(links)):
        groups[find(n)].append(n)
    return list(groups.values())


def _smallest(colors: list[str], links: list[list[tuple[str, int]]], back: list[list[tuple[str, int]]], left: list[int]) -> tuple[Any, list[str]]:
    """Individualise one of the first tied rows, refine, go on; the smallest leaf is the canonical one."""
    left[0] -= 1
    if left[0] < 0:
        raise TooSymmetric("too many equal new rows that refer to each other in cycles")
    classes: dict[str, list[int]] = defaultdict(list)
    for n, color in enumerate(colors):
        classes[color].append(n)
    ties = sorted(c for c, members in classes.items() if len(members) > 1)
    if not ties:
        return tuple(sorted((c, tuple(sorted((s, colors[m]) for s, m in links[n]))) for n, c in enumerate(colors))), colors
    best: tuple[Any, list[str]] | None = None
    twins = {(tuple(links[n]), tuple(back[n])): n for n in classes[ties[0]]}  # of rows that are tied to the same rows, one will do
    for n in twins.values():
        single = list(colors)
        single[n] = _hash("one", single[n])
        leaf = _smallest(refine(single, links), links, back, left)
        if best is None or leaf[0] < best[0]:
            best = leaf
    assert best is not None
    return best


def as_json(form: Sequence[Any]) -> Any:
    """The form as JSON can hold it; `from_json` gives it back."""
    return orjson.loads(orjson.dumps(form))


def same(a: Any, b: Any) -> bool:
    """Are two forms equal, wherever they come from (memory or JSON)?"""
    return bool(orjson.dumps(a) == orjson.dumps(b))


Renamer: TypeAlias = Callable[[Any], Any]


def renamer(renaming: Mapping[Any, str]) -> Renamer:
    """Replaces generated ids by their labels inside any JSON value: what compares calls and answers of two episodes."""
    long = {k: v for k, v in renaming.items() if isinstance(k, str) and len(k) >= SHORTEST_QUOTED}

    def one(value: Any) -> Any:
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            if value in renaming:
                return renaming[value]
            if isinstance(value, str):
                for word, name in long.items():
                    if word in value:
                        value = value.replace(word, name)
            return value
        if isinstance(value, list):
            return [one(v) for v in value]
        if isinstance(value, dict):
            return {k: one(v) for k, v in value.items()}
        return value

    return one if renaming else lambda value: value
