"""What no read shows leaves: optional arguments of writes, and writes all of whose effect stays unseen.

A write may still set what is never shown (a password), where a create asks for the same column: that a service keeps it
is then said by two of its tools; or where the provider says "Input only." of a secret or of contents.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from agentscaler.envs.cells import sources
from agentscaler.envs.drafts import Compiled, Noun
from agentscaler.envs.items import input_only
from agentscaler.envs.worlds import written
from agentscaler.records import Argument, Operation

READS = ("get", "list")
_KEPT = re.compile(r"(?i)(?:password|passphrase|secret|contents?|credentials?|payload|private_?key)$")
"""What a service keeps and does not tell; of a ttl it tells the time that comes of it."""


def keep_shown(good: dict[str, Compiled], lost: dict[str, str]) -> None:
    """Take unseen arguments out of the operations, and writes without any seen effect out of `good`."""
    plain = seen_columns(good.values())
    drafts = {c.draft.noun: c.draft for c in good.values()}
    more = defaultdict(set, {noun: some | sources(drafts[noun], some) for noun, some in plain.items()})
    asked = _asked_columns(good.values())
    for number, found in list(good.items()):
        noun, operation = found.draft.noun, found.operation
        aside = found.entry.tool.source.vendor == "google" and (found.entry.what.extra or found.entry.what.noun != noun)
        seen = plain if aside else more  # updateSecurityMarks changes the marks, and nothing of the finding itself
        if operation.act in READS:
            good[number] = found._replace(operation=_narrow(operation, seen[noun] | asked[noun] | set(found.draft.key)))
            continue
        if not any(c.shown for c in found.draft.columns.values()):
            continue
        answered = set(operation.shape.fields.values()) if operation.shape else set()
        told = {c.name for c in found.draft.columns.values() if input_only(c.schema) and _KEPT.search(c.name)}
        kept = _narrow(operation, told | seen[noun] | answered | set(found.draft.key) | (asked[noun] if operation.act not in ("create", "copy") else set()))
        if kept.act in ("update", "put", "set") and not written(kept) & (seen[noun] | asked[noun]):
            del good[number]
            lost[number] = "unseen"
        else:
            good[number] = found._replace(operation=kept)


def seen_columns(good: Iterable[Compiled]) -> Mapping[Noun, set[str]]:
    """Columns that a read shows or narrows by."""
    out: dict[Noun, set[str]] = defaultdict(set)
    for found in good:
        if found.operation.act in READS and found.operation.shape:
            out[found.draft.noun] |= {*found.operation.shape.fields.values(), *found.operation.shape.beside.values()}
            out[found.draft.noun] |= {a.column for a in found.operation.arguments if a.column and a.required}
    return out


def _asked_columns(good: Iterable[Compiled]) -> Mapping[Noun, set[str]]:
    """Columns that a create must be given."""
    out: dict[Noun, set[str]] = defaultdict(set)
    for found in good:
        if found.operation.act == "create":
            out[found.draft.noun] |= {a.column for a in found.operation.arguments if a.column and a.required}
            out[found.draft.noun] |= {c for a in found.operation.arguments if a.role == "rows" for c in a.body.values()}
    return out


def _narrow(operation: Operation, seen: set[str]) -> Operation:
    """The operation without what sets or filters by a column that nobody sees."""
    kept = [a for argument in operation.arguments if (a := _seen_part(argument, seen)) is not None]
    return operation.model_copy(update={"arguments": tuple(kept)})


def _seen_part(argument: Argument, seen: set[str]) -> Argument | None:
    if argument.role == "filters":
        inside = tuple(a for i in argument.inside if (a := _seen_part(i, seen)) is not None and (a.column is None or a.column in seen))
        return argument.model_copy(update={"inside": inside}) if inside else None
    if argument.role in ("value", "filter", "since", "until", "prefix", "contains", "adds", "removes", "part") and not argument.required and argument.column not in seen:
        return None
    if argument.role in ("named", "expression", "sort", "mask", "test", "empties") and argument.places:
        places = {n: p for n, p in argument.places.items() if p.split(".")[0] in seen}
        return argument.model_copy(update={"places": places}) if places else argument if argument.required else None
    if argument.role == "body":
        body = {n: c for n, c in argument.body.items() if c in seen}
        return argument.model_copy(update={"body": body}) if body else argument if argument.required else None
    return argument
