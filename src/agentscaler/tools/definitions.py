"""The small common shape of all readers: a place in a document, and a definition found there made into a Tool.

What cleaning changes is noted on the tool (`mended`), so that `agentscaler tools --why NAME` can say it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

from agentscaler.errors import Dropped, Reason
from agentscaler.records import Pair, Schema, Source, Tool
from agentscaler.schemas import clean, close
from agentscaler.tools.sources import Document
from agentscaler.tools.typewords import normalise

P = ParamSpec("P")
T = TypeVar("T")
TEXT = 700
"""Characters of a description."""


class Place(NamedTuple):
    """Where a definition stands."""

    document: Document
    where: str = ""
    """Part of the document: 'line 3, tool 2'."""

    def part(self, where: str) -> "Place":
        return Place(self.document, f"{self.where}, {where}" if self.where else where)

    def __str__(self) -> str:
        return f"{self.document.name}, {self.where}" if self.where else self.document.name

    def dropped(self, message: str, *, field: str = "", value: object = None, reason: Reason = "bad_definition") -> Dropped:
        """The reason why what stands here is no tool; field: the part of it."""
        return Dropped(reason, f"{self}: {message}", where=f"{self.where}.{field}".strip(".") if field else self.where or self.document.file, value=value)


def tried(read: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | Dropped:
    """What is read, or the reason why nothing is: one bad definition leaves its neighbours alone."""
    try:
        return read(*arguments, **named)
    except Dropped as reason:
        return reason


def make(
    place: Place,
    name: object,
    *,
    description: object = "",
    parameters: object = None,
    returns: object = None,
    root: Mapping[str, Any] | None = None,
    operation: str = "",
    mended: tuple[str, ...] = (),
    pairs: tuple[Pair, ...] = (),
    **source: Any,
) -> Tool:
    """A definition of a user's own as a Tool. parameters and returns: JSON Schemas, in whatever type words; root: what their $refs lead into; operation: the provider's own name, where it is not `name`.

    Raises Dropped with the field it is about.
    """
    if not isinstance(name, str) or not name.strip():
        raise place.dropped(f"field 'name' is {name!r:.60}, not a name; give every tool one", field="name", value=name)
    at = f"{place} ({name:.60})"
    notes = list(mended)
    odd: Counter[str] = Counter()
    text = clean(description, TEXT)
    if isinstance(description, str) and text != " ".join(description.split()):
        notes.append(f"description cut at {TEXT} characters" if len(text) > TEXT - 200 and len(description) > TEXT else "mark-up left the description")
    raw = normalise(parameters, odd) if parameters else {"type": "object", "properties": {}}
    schema = _arguments(raw, root, at, place)
    result = close(normalise(returns, odd), root=root if root is not None else returns, where=f"{at} result", text=120) if isinstance(returns, Mapping) and returns else None
    notes += [f"type {change}" + (f" ({n} times)" if n > 1 else "") for change, n in sorted(odd.items())]
    if safe_name(name) != name:
        notes.append(f"name {name!r:.80} repaired")
    service = source.pop("service", "") or place.document.service
    return Tool(
        name=safe_name(name),
        description=text,
        parameters=schema,
        returns=result,
        source=Source(**{"vendor": "user", "service": service, "operation": operation or name, "package": place.document.file, "title": service} | source),
        mended=tuple(notes),
        pairs=pairs,
    )


def _arguments(raw: object, root: Mapping[str, Any] | None, at: str, place: Place) -> Schema:
    """The schema of a tool's arguments: an object."""
    schema = close(raw, root=root if root is not None else raw if isinstance(raw, Mapping) else {}, where=f"{at} parameters")
    if schema["type"] != "object":
        raise Dropped("bad_definition", f"{at} parameters: type is {schema['type']!r}, not 'object'", where=f"{place.where}.parameters.type", value=schema["type"])
    schema.setdefault("properties", {})
    return schema


def safe_name(name: str) -> str:
    """A function name: [A-Za-z0-9_-], at most 64 characters; of a name without one of these, a hash keeps it apart from others."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:64]
    return safe if re.search(r"[A-Za-z0-9]", safe) else f"tool_{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:6]}"
