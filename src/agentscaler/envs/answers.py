"""What a write answers: the row or its id, as far as the provider's result has places for columns, and how the call went."""

from collections.abc import Mapping

from agentscaler.envs.arguments import HIDDEN, Lost, matched
from agentscaler.envs.drafts import STATE, Draft, Entry, usable
from agentscaler.envs.envelope import gone_state, is_flag_of_end, is_job, missing, promised, reports_failure, told
from agentscaler.envs.items import input_only, one_of
from agentscaler.records import Argument, Schema, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import entity


def answer(entry: Entry, draft: Draft, arguments: Mapping[str, Argument], *, gone: bool = False) -> Shape | None:
    """What a write answers. Raises Lost(silent) where the provider promises something and nothing of it is known."""
    returns = entry.tool.returns
    if returns is None:
        shown = {c: c for c in draft.columns if c not in HIDDEN}
        return Shape(fields=shown) if entry.tool.source.vendor == "user" and not gone else None
    body = returns.get("properties", {})
    if "done" in body and "response" in body:
        return Shape(fields={} if gone else {c: c for c, col in draft.columns.items() if col.shown and c not in HIDDEN}, done=True)
    row = None if "operationType" in body and "targetLink" in body else _row(body, draft, gone=gone) or _further_in(entry, draft)
    return with_envelope(entry, body, arguments, row or _new_id(entry, body, draft))


def _further_in(entry: Entry, draft: Draft) -> Shape | None:
    """{'data': {'account': {...}, 'knowledge'}}: the row in an object in an object."""
    item = entry.item
    if item is None or item.many or len(item.wrap) < 2 or any(item.nested):
        return None
    inner = matched({n: s for n, s in item.fields.items() if usable(n, s)}, draft)
    return Shape(fields=inner, wrap=item.wrap) if draft.own in inner.values() else None


def with_envelope(entry: Entry, body: Mapping[str, Schema], arguments: Mapping[str, Argument], row: Shape | None) -> Shape | None:
    """The row's answer and what is told of the call. Raises Lost(silent)."""
    shown = [row.wrap[0].removesuffix("[]")] if row and row.wrap else [*row.fields, *row.gone] if row else []
    said = told(entry, body, arguments.values(), shown)
    if row is None and promised(body) and all(reports_failure(n) and v == 0 for n, v in said.items()):
        raise Lost("silent")
    several = [a for a in arguments.values() if a.role == "key" and a.many and a.column]
    if entry.what.kind in ("delete", "action") and len(several) == 1:
        said |= missing(body, several[0], shown)
    return (row or Shape(fields={})).model_copy(update={"fixed": said}) if row or said else None


def _row(body: Mapping[str, Schema], draft: Draft, *, gone: bool) -> Shape | None:
    found = _shown_row(body, draft)
    if found is not None and gone:
        flags: dict[str, str | bool] = {f: True for f, c in found.fields.items() if is_flag_of_end(f) and draft.columns[c].kind == "boolean"}
        kept = {f: c for f, c in found.fields.items() if not STATE.search(c) and f not in flags}
        said = ({} if found.many else flags) | {f: word for f, c in found.fields.items() if STATE.search(c) and not found.many and (word := gone_state(draft.columns[c].choices))}
        return found.model_copy(update={"fields": kept, "gone": said}) if kept else None
    return found


def _shown_row(body: Mapping[str, Schema], draft: Draft) -> Shape | None:
    """The row in the body of an answer, or in an object or list in it."""
    whole = matched({n: s for n, s in body.items() if usable(n, s) and not input_only(s)}, draft)
    plain = {n: c for n, c in whole.items() if kind_of(body[n]) != "object"}
    if (draft.own and draft.own in plain.values()) or (plain and not any(s.get("properties") for n, s in body.items() if n not in whole)):
        return Shape(fields=whole)
    for name, schema in body.items():
        if kind_of(schema) == "object" and schema.get("properties"):
            inner = matched({n: s for n, s in schema["properties"].items() if usable(n, s) and not input_only(s)}, draft)
            if inner and (draft.own in inner.values() or len(inner) >= 0.5 * len(schema["properties"])):
                return Shape(fields=inner, wrap=(name,))
        if kind_of(schema) == "array" and draft.own and not reports_failure(name):
            items = schema.get("items", {})
            if kind_of(items) == "string" and draft.find(one_of(name)) == draft.own:
                return Shape(fields={name: draft.own}, wrap=(f"{name}[]",), many=True, scalar=True)
            inner = matched(items.get("properties", {}), draft)
            if inner and draft.own in inner.values():
                return Shape(fields=inner, wrap=(f"{name}[]",), many=True)
    return Shape(fields=plain) if plain else None


def _new_id(entry: Entry, body: Mapping[str, Schema], draft: Draft) -> Shape | None:
    """{'Data': {'ResourceId'}}: what a create answers with nothing but an id of, is the row it has made."""
    own = draft.columns.get(draft.own or "")
    if entry.what.kind != "create" or own is None or not draft.generated:
        return None
    wrap: tuple[str, ...] = ()
    for _ in range(2):
        real = {n: s for n, s in body.items() if promised({n: s})}
        name, schema = next(iter(real.items())) if len(real) == 1 else ("", {})
        if kind_of(schema) == own.kind and name and entity(name)[1] and not is_job(name):
            return Shape(fields={name: own.name}, wrap=wrap)
        body, wrap = schema.get("properties", {}), (*wrap, name)
    return None
