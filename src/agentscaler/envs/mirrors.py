"""An object of a row that is the row once more: CachePolicy {Id, LastModifiedTime} in the list of cache policies, `metadata` of an alert.

Stored, such a copy would be seen by the lists alone and reached by no write. It is no column: answers put it together from the row.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from agentscaler.envs.arguments import matched
from agentscaler.envs.columns import OTHERS
from agentscaler.envs.drafts import Col, Draft, Noun
from agentscaler.records import Operation, Shape
from agentscaler.words import field

Mirror = Mapping[str, str]
"""Field of the object -> column; "" the column whose object has the rest."""
_WRAPS: Final = frozenset("metadata view object property info detail summary description record entity reference base attribute data result".split())


def find_mirrors(columns: Mapping[str, Col], draft: Draft, operations: Iterable[Operation]) -> dict[str, Mirror]:
    """Column -> what it repeats, of the columns that no tool writes or asks for and that are not all that an answer shows."""
    operations = list(operations)
    busy = {c for o in operations for c in _touched(o)} | {c for o in operations if o.shape for c in o.shape.beside.values()}
    out: dict[str, Mirror] = {}
    for name, column in columns.items():
        properties = column.schema.get("properties", {})
        if column.kind != "object" or not properties or name in busy or name in draft.key or not _is_itself(field(name), draft.noun):
            continue
        others = {c: columns[c] for c in columns if c != name}
        theirs = {f: c for f, c in matched(properties, draft).items() if c in others}
        if len(theirs) >= 2 and len(theirs) >= 0.6 * len(properties):
            out[name] = theirs
    for operation in operations:
        shown = set(operation.shape.fields.values()) if operation.shape else set()
        for name in [n for n in out if shown and shown <= set(out)]:
            del out[name]
    return out


def _touched(operation: Operation) -> set[str]:
    out = {c for a in operation.arguments for c in (a.column, *a.body.values(), *(i.column for i in a.every())) if c}
    out |= {p.split(".")[0] for a in operation.arguments for i in a.every() for p in i.places.values() if "." in p}
    return out | set(operation.sets) | ({operation.state[0]} if operation.state else set())


def _is_itself(words: Noun, noun: Noun) -> bool:
    """Does a column bear the name of the row's own kind of thing, or of nothing but 'details'?"""
    bare = words
    while bare and bare[-1] in _WRAPS:
        bare = bare[:-1]
    return words[0] not in OTHERS and (not bare or noun[-len(bare) :] == bare or bare[-len(noun) :] == noun)


def mirrored(shape: Shape | None, mirrors: Mapping[str, Mirror]) -> Shape | None:
    """The same answer, with the copies put together from the row."""
    if shape is None or not set(shape.fields.values()) & set(mirrors):
        return shape
    parts = {f: mirrors[c] for f, c in shape.fields.items() if c in mirrors}
    return shape.model_copy(update={"fields": {f: c for f, c in shape.fields.items() if f not in parts}, "parts": parts})


def shown_by(shape: Shape) -> set[str]:
    """All columns that an answer shows of a row."""
    return {*shape.fields.values(), *shape.beside.values(), *(c for part in shape.parts.values() for c in part.values()), *(c for rows in shape.held.values() for c in rows.on.values())}
