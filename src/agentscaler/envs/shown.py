"""What no read shows: a create keeps what it is given all the same, if it is a property of the row; an update what a create is given too.

What leaves: filters by columns that nobody sees, arguments of updates that neither a read nor a create knows, and writes all of whose effect stays unseen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from agentscaler.envs.calls import deed, of_call
from agentscaler.envs.cells import sources
from agentscaler.envs.drafts import TOKEN, Compiled, Draft, Noun
from agentscaler.envs.items import input_only
from agentscaler.envs.worlds import written
from agentscaler.records import Argument, Operation, Schema
from agentscaler.verbs import READS
from agentscaler.words import field, split

MAKES = ("create", "copy", "put")
_KEPT = re.compile(r"(?i)(?:password|passphrase|secret|contents?|credentials?|payload|private_?key)$")
"""What a service keeps and does not tell."""
_TURNED = re.compile(r"(?i)ttl$|^parameters?$")


def keep_shown(good: dict[str, Compiled], lost: dict[str, str]) -> None:
    """Take unseen arguments out of the operations, and writes without any seen effect out of `good`."""
    plain = seen_columns(good.values())
    drafts = {c.draft.noun: c.draft for c in good.values()}
    more = defaultdict(set, {noun: some | sources(drafts[noun], some) for noun, some in plain.items()})
    asked = _asked_columns(good.values())
    kept_of = stored_columns(good.values(), more)
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
        kept = _narrow(operation, told | seen[noun] | answered | set(found.draft.key) | kept_of[noun] | (asked[noun] if operation.act not in ("create", "copy") else set()))
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


def stored_columns(good: Iterable[Compiled], seen: Mapping[Noun, set[str]]) -> Mapping[Noun, set[str]]:
    """Columns that no read shows and that rows keep: what a create or put may be given of the thing itself. Tags stay out where tags are rows of a table."""
    out: dict[Noun, set[str]] = defaultdict(set)
    good = list(good)
    tagged = any(f.operation.act in READS and f.draft.noun[-1:] == ("tag",) and f.operation.shape for f in good)
    for found in good:
        if found.operation.act not in MAKES:
            continue
        for argument in found.operation.arguments:
            schema = found.entry.parameters.get(argument.name, {})
            given = {argument.column: (argument.name, schema)} if argument.role == "value" else {c: (p, schema.get("properties", {}).get(p, {})) for p, c in argument.body.items()} if argument.role == "body" else {}
            out[found.draft.noun] |= {c for c, (n, s) in given.items() if c and c not in seen[found.draft.noun] and _property(n, s) and not (tagged and "tag" in field(n)) and not _told_within(n, found.draft)}
    return out


def _property(name: str, schema: Schema) -> bool:
    """Is it of the row, and not of the call? Of a time to live answers tell the time that comes of it."""
    return not (TOKEN.search(name) or of_call(name, schema) or deed(name, schema) or (input_only(schema) and not _KEPT.search(name) and _TURNED.search(name)))


def _told_within(name: str, draft: Draft) -> bool:
    """currency_id beside the `currency` that reads show: an object tells it, which would go stale."""
    words = split(name)
    return any(c.shown and c.kind == "object" and 0 < len(head := split(c.name)) < len(words) and words[: len(head)] == head for c in draft.columns.values())


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
