"""Field masks of updates, and updates that make what is missing."""

import re
from collections.abc import Mapping

from agentscaler.envs.arguments import argument, context_path
from agentscaler.envs.columns import parent_path
from agentscaler.envs.drafts import Draft, Entry
from agentscaler.envs.states import new_state
from agentscaler.records import Argument
from agentscaler.schemas import kind_of
from agentscaler.words import field


def mask(entry: Entry, arguments: Mapping[str, Argument]) -> dict[str, Argument]:
    """updateMask: the fields that an update may touch."""
    places = {a.name: a.column for a in arguments.values() if a.role == "value" and a.column} | {p: c for a in arguments.values() if a.role == "body" for p, c in a.body.items()}
    named = _mask_of(entry)
    if named is None or (named in arguments and arguments[named].role != "option"):
        return {}
    several = any(a.many or a.role in ("adds", "removes") for a in arguments.values())
    return {} if several or not places else {named: argument(entry, named, "mask").model_copy(update={"places": places})}


def _mask_of(entry: Entry) -> str | None:
    return next((n for n, s in entry.parameters.items() if field(n) == ("update", "mask") and kind_of(s) == "string"), None)


def missing(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> dict[str, Argument]:
    """allowMissing: 'If set to true and the house is not found, a new one will be created'; of a delete, that it is no error."""
    name = next((n for n, s in entry.parameters.items() if field(n) == ("allow", "missing") and kind_of(s) == "boolean"), None)
    keyed = [a.column for a in arguments.values() if a.role == "key" and not a.many]
    if name is None or name in arguments or keyed != [draft.own] or draft.segment is None:
        return {}
    found = argument(entry, name, "missing")
    if entry.what.kind == "delete":
        return {name: found}
    path, parent = parent_path(entry, draft), draft.columns.get("parent")
    if not path or parent is None or not re.search(r"(?i)\b(?:creat|insert)", str(entry.parameters[name].get("description", ""))):
        return {}
    place = "{parent}" if parent.reference is not None else context_path(path)
    begins = {c: v for c, v in new_state(draft, arguments, job=False).items() if v is not None}
    return {name: found.model_copy(update={"template": f"{place}/{draft.segment}", "defaults": begins})}
