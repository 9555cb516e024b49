"""What a write answers: the row or its id, as far as the provider's result has places for columns."""

from collections.abc import Mapping

from agentscaler.envs.arguments import HIDDEN, matched
from agentscaler.envs.drafts import STATE, Draft, Entry, usable
from agentscaler.envs.items import one_of
from agentscaler.records import Schema, Shape
from agentscaler.schemas import kind_of


def answer(entry: Entry, draft: Draft, *, gone: bool = False) -> Shape | None:
    """What a write answers: the row or its id, as far as the result schema has places for columns."""
    returns = entry.tool.returns
    if returns is None:
        shown = {c: c for c in draft.columns if c not in HIDDEN}
        return Shape(fields=shown) if entry.tool.source.vendor == "user" and not gone else None
    body = returns.get("properties", {})
    if "done" in body and "response" in body:
        return Shape(fields={} if gone else {c: c for c, col in draft.columns.items() if col.shown and c not in HIDDEN}, done=True)
    if "operationType" in body and "targetLink" in body:
        return Shape(fields={}, fixed={"operationType": entry.tool.source.operation.rsplit(".", 1)[-1], "status": "DONE", "progress": 100})
    found = _shown_row(body, draft)
    if found is not None and gone:
        kept = {f: c for f, c in found.fields.items() if not STATE.search(c)}
        return found.model_copy(update={"fields": kept}) if kept and not found.many else None
    return found


def _shown_row(body: Mapping[str, Schema], draft: Draft) -> Shape | None:
    """The row in the body of an answer, or in an object or list in it."""
    whole = matched({n: s for n, s in body.items() if usable(n, s)}, draft)
    plain = {n: c for n, c in whole.items() if kind_of(body[n]) != "object"}
    if (draft.own and draft.own in plain.values()) or (plain and not any(s.get("properties") for n, s in body.items() if n not in whole)):
        return Shape(fields=whole)
    for name, schema in body.items():
        if kind_of(schema) == "object" and schema.get("properties"):
            inner = matched({n: s for n, s in schema["properties"].items() if usable(n, s)}, draft)
            if inner and (draft.own in inner.values() or len(inner) >= 0.5 * len(schema["properties"])):
                return Shape(fields=inner, wrap=(name,))
        if kind_of(schema) == "array" and draft.own:
            items = schema.get("items", {})
            if kind_of(items) == "string" and draft.find(one_of(name)) == draft.own:
                return Shape(fields={name: draft.own}, wrap=(f"{name}[]",), many=True, scalar=True)
            inner = matched(items.get("properties", {}), draft)
            if inner and draft.own in inner.values():
                return Shape(fields=inner, wrap=(f"{name}[]",), many=True)
    return Shape(fields=plain) if plain else None
