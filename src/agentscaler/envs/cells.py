"""One fact of a row in one place: what a column only repeats, of the row it stands in or of the row that one names, is read from there.

CreateBill(vendor_id) writes what reads show as `vendor` {id, full_name}, CreatePlan(ZoneId) the only one of its ZonesInfo [{ZoneId, ZoneName}], and a
membershipArn beside membershipId is the membership's. Stored, such a column would be empty in a new row and stale in an old one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.envs.arguments import HIDDEN, matched
from agentscaler.envs.columns import ABOUT, SETTINGS, own_parts
from agentscaler.envs.drafts import Cell, Col, Compiled, Draft, Noun, table_of
from agentscaler.envs.items import one_of
from agentscaler.envs.mirrors import Mirror
from agentscaler.records import Held, Operation, Schema
from agentscaler.schemas import kind_of
from agentscaler.verbs import READS
from agentscaler.words import field

_NAMING: Final = frozenset("id arn name identifier key uin".split())
"""Last words of a column that says which thing is meant."""
_LABELS: Final = (("name",), ("arn",), ("id",), ("alias",), ("title",), ("display", "name"), ("email",), ("uin",))
"""What a row repeats of the thing that it names, and what is that thing's own as long as it is there."""


class Uses(NamedTuple):
    """What the tools of a service do with the columns of a table."""

    shown: frozenset[str]
    written: frozenset[str]
    asked: frozenset[str]
    """What an argument names, narrows by, moves or writes, and what stands beside the row."""


def find_cells(good: Mapping[str, Compiled], tables: Mapping[Noun, Draft]) -> None:
    """Note in each table which of its columns repeat what others hold: `draft.cells` of other rows, `draft.overlays` of the row itself."""
    some: dict[Noun, list[Operation]] = {}
    for found in good.values():
        some.setdefault(found.draft.noun, []).append(found.operation)
    uses = {n: _uses(operations) for n, operations in some.items()}
    for noun in some:
        draft, use = tables[noun], uses[noun]
        if draft.link or draft.single:
            continue
        for column in draft.columns.values():
            if column.name not in use.shown or column.name in use.asked | {*draft.key, *HIDDEN, "parent"}:
                continue
            if (cell := _cell(column, draft, tables, uses)) is not None:
                draft.cells[column.name] = cell
            elif column.kind == "object" and (inside := _inside(column, draft, use, tables)):
                draft.overlays[column.name] = inside
        draft.overlays = _alone(draft.overlays)


def _uses(operations: Sequence[Operation]) -> Uses:
    shown, written, asked = set[str](), set[str](), set[str]()
    for o in operations:
        taken = {c for a in o.arguments for i in a.every() for c in (i.column, *i.body.values(), *(p.split(".")[0] for p in i.places.values())) if c}
        taken |= set(o.sets) | ({o.state[0]} if o.state else set())
        beside = set(o.shape.beside.values()) if o.shape else set()
        asked |= taken | beside
        if o.act not in READS:
            written |= {c for a in o.arguments if a.role in ("value", "body", "part", "rows", "slug") for c in (a.column, *a.body.values()) if c}
        elif o.shape:
            shown |= set(o.shape.fields.values())
    return Uses(frozenset(shown), frozenset(written), frozenset(asked))


def _cell(column: Col, draft: Draft, tables: Mapping[Noun, Draft], uses: Mapping[Noun, Uses]) -> Cell | None:
    """The one column of the row that names what this one tells of."""
    return _object(column, draft, tables, uses[draft.noun]) if column.json else _label(column, draft, tables, uses)


def _label(column: Col, draft: Draft, tables: Mapping[Noun, Draft], uses: Mapping[Noun, Uses]) -> Cell | None:
    """membershipArn beside membershipId, TeamName beside TeamId: a column of the other table."""
    words = field(column.name)
    for other in draft.columns.values():
        target = tables.get(other.reference or ())
        stem = _stem(other.name)
        if target is None or target is draft or other is column or not stem or words[: len(stem)] != stem or words[len(stem) :] not in _LABELS:
            continue
        rest = words[len(stem) :]
        named = ((*target.noun, *rest), (*target.noun[-1:], *rest), words, rest)
        theirs = uses.get(target.noun)
        found = next((c for name in named for c in target.columns.values() if field(c.name) == name and c.kind == column.kind and not c.json), None)
        if found is None or theirs is None or found.name not in theirs.shown | {target.own}:
            continue
        if other.name in uses[draft.noun].written or found.name in theirs.written:
            return Cell(other.name, target.noun, {column.name: found.name})
    return None


def _object(column: Col, draft: Draft, tables: Mapping[Noun, Draft], use: Uses) -> Cell | None:
    """`vendor` {id, full_name} beside vendor_id, ZonesInfo [{ZoneId, ZoneName}] beside ZoneId, EventTypes beside EventTypeIds."""
    many = column.kind == "array"
    schemas: Mapping[str, Schema] = (column.schema.get("items", {}) if many else column.schema).get("properties", {})
    words = field(one_of(column.name))
    while len(words) > 1 and words[-1] in ABOUT:
        words = words[:-1]
    if words in (draft.noun, draft.noun[-1:]):
        return None  # the row once more
    for other in draft.columns.values():
        if other.name not in use.written or _stem(one_of(other.name)) != words or not (other.kind in ("string", "integer") or (many and other.kind == "array")):
            continue
        inner = other.schema.get("items", {}) if other.kind == "array" else other.schema
        name = field(one_of(other.name))
        own = next((p for form in (name, name[-1:]) for p, s in schemas.items() if field(p) == form and kind_of(s) == kind_of(inner)), None)
        if own is None:
            continue
        target = other.reference or (table_of(one_of(other.name), tables) if other.kind == "array" else draft.noun if words == ("parent",) else None)
        told = _told(own, schemas, tables[target], draft) if target is not None and target in tables else {}
        if told or not many:
            return Cell(other.name, target if told else None, told, own)
    return None


def _told(own: str, schemas: Mapping[str, Schema], target: Draft, draft: Draft) -> dict[str, str]:
    """Property -> column of the table; nothing where its rows say themselves what they belong to, and are not told here."""
    if target.own is None or (target is not draft and any(c.reference == draft.noun and c.shown for c in target.columns.values())):
        return {}
    rest = matched({p: s for p, s in schemas.items() if p != own}, target)
    sorts = {field(own)[-1], field(target.own)[-1]}
    key = target.own if len(sorts) == 1 or not sorts <= {"id", "arn", "name"} else matched({own: schemas[own]}, target).get(own)
    called = next((c for form in (("name",), (*target.noun, "name"), (*target.noun[-1:], "name")) for c in target.columns if field(c) == form), None)
    names = {p: called for p in schemas if called and p not in rest and p != own and field(p) in (("name",), ("full", "name"), ("display", "name"))}
    return {own: key} | {p: c for p, c in rest.items() if c != key} | names if key is not None else {}


def _stem(name: str) -> Noun:
    """What a column names the id of; nothing where it names none."""
    words = field(name)
    return words[:-1] if len(words) > 1 and words[-1] in _NAMING else ()


def _inside(column: Col, draft: Draft, use: Uses, tables: Mapping[Noun, Draft]) -> dict[str, str]:
    """Configuration {PeerAddress} where CreatePeer(PeerAddress) sets a column that no read shows: property -> column."""
    free = {c.name for c in draft.columns.values() if c is not column and c.name in use.written - use.shown}
    return own_parts(column.name, column.schema.get("properties", {}), draft, free, tables)


def _alone(overlays: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Without what objects of different names would repeat: one `person` is not both the creator and the publisher."""
    claims: dict[str, set[Noun]] = {}
    for name, inside in overlays.items():
        for column in inside.values():
            claims.setdefault(column, set()).add(tuple(w for w in field(name) if w not in ABOUT | SETTINGS))
    left = {n: {p: c for p, c in inside.items() if len(claims[c]) == 1} for n, inside in overlays.items()}
    return {n: inside for n, inside in left.items() if inside}


# ---- what of it a world shows -------------------------------------------------------------------------------------


def sources(draft: Draft, shown: Iterable[str]) -> set[str]:
    """The columns that answers read through these."""
    return {c for name in shown for c in ([draft.cells[name].source] if name in draft.cells else draft.overlays.get(name, {}).values())}


class Other(NamedTuple):
    """Another table of the world."""

    table: str
    draft: Draft
    columns: Mapping[str, Col]


class Repeats(NamedTuple):
    """What of a table's columns is no column of the world."""

    held: dict[str, Held]
    """Column -> the rows of other tables that it shows."""
    mirrors: dict[str, Mirror]
    """Column -> what it repeats of its own row; under "" itself, where it has more to say."""


def repeats(draft: Draft, columns: Mapping[str, Col], others: Mapping[Noun, Other], operations: Sequence[Operation]) -> Repeats:
    """What answers read through the cells of a table; others: the tables of the world, itself among them."""
    use, held, mirrors = _uses(operations), dict[str, Held](), dict[str, Mirror]()
    for name in [n for n in columns if n in draft.cells and n not in use.asked]:
        cell = draft.cells[name]
        found = _held(columns[name], cell, draft, columns, others.get(cell.target or ()))
        if found is not None:
            held[name] = found
        elif columns[name].kind == "object" and cell.source in columns:
            mirrors[name] = {cell.own: cell.source}
    mirrors |= {n: {"": n, **inside} for n, inside in draft.overlays.items() if n in columns and n not in use.asked and set(inside.values()) <= columns.keys()}
    for operation in operations:
        shown = set(operation.shape.fields.values()) if operation.shape else set()
        for name in [n for n in (*held, *mirrors) if shown and (shown <= {*held, *mirrors} or (operation.shape and operation.shape.scalar and n in shown))]:
            held.pop(name, None)
            mirrors.pop(name, None)
    return Repeats(held, mirrors)


def _held(column: Col, cell: Cell, draft: Draft, columns: Mapping[str, Col], other: Other | None) -> Held | None:
    if other is None or cell.source not in columns:
        return None
    fields = {f: c for f, c in cell.fields.items() if c in other.columns and c not in other.draft.cells and c not in other.draft.overlays}
    simple = len(other.draft.key) == 1 and (columns[cell.source].json or other.draft is draft)
    mine = (cell.source,) if simple else counterparts(draft, other.draft, columns[cell.source], columns)
    if mine is None or not fields or (cell.own and cell.own not in fields):
        return None
    return Held(table=other.table, on=dict(zip(other.draft.key, mine, strict=True)), fields=fields, many=column.kind == "array", scalar=not column.json)


def counterparts(draft: Draft, other: Draft, column: Col, mine: Mapping[str, Col]) -> tuple[str, ...] | None:
    """For each column of the other's key, the column here that holds it; None where one is missing."""
    out = []
    for part in other.key:
        if other.columns[part].reference == draft.noun:
            return None  # the other is held by this one, not the other way round
        if part == other.own or len(other.key) == 1:
            found: str | None = column.name
        else:
            target = other.columns[part].reference
            found = next((c.name for c in mine.values() if c.name != column.name and ((target is not None and c.reference == target) or (field(c.name) == field(part) and c.name != draft.own))), None)
        if found is None or mine[found].type != other.columns[part].type:
            return None
        out.append(found)
    return tuple(out)
