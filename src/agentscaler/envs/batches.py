"""Lists of objects that a write must be given: the rows themselves, changes to be applied, or a part of the one row."""

import re
from typing import Final

from agentscaler.envs.arguments import Lost, matched
from agentscaler.envs.drafts import Draft, Entry, usable
from agentscaler.envs.items import one_of
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field


def are_rows(entry: Entry, draft: Draft, name: str) -> bool:
    """CreateRoutePolicyEntries(RoutePolicyEntrySet=[{CidrBlock, Priority}]): is each object of the list a row, by its name or by its fields?

    A list that a read shows is a value of the one row (ControlSets of a framework), whatever its objects have in common with rows.
    """
    words = field(one_of(name))
    if words in (draft.noun, draft.noun[-1:], (*draft.noun[-1:], "list"), (*draft.noun[-1:], "set")) or several(entry):
        return True
    if _shown(draft, name):
        return False
    if _called(words, draft):
        return True
    if entry.what.kind != "create" or _makes_one(entry, draft):
        return False
    told = matched({n: s for n, s in _objects(entry, name).items() if usable(n, s)}, draft)
    return len({c for c in told.values() if draft.columns[c].shown and c not in draft.parents and not _is_own_id(c, draft)}) >= 2


def _makes_one(entry: Entry, draft: Draft) -> bool:
    """Does the answer bring the key of one new row?"""
    return entry.item is not None and not entry.item.many and any(draft.find(n) == draft.own for n in entry.item.fields)


def own_id_of_service(entry: Entry, draft: Draft, name: str, column: str) -> bool:
    """RoutePolicyEntryId in the objects of CreateRoutePolicyEntries: the id of a row that is being made, which the service chooses."""
    must = entry.parameters[name].get("items", {}).get("required", ())
    return entry.what.kind == "create" and draft.generated and _is_own_id(column, draft) and not any(draft.find(n) == column for n in must)


def _is_own_id(column: str, draft: Draft) -> bool:
    """RoutePolicyEntryId of a route policy entry; the AccountId of a member is an account's."""
    rest = entity(column)[0]
    return column == draft.own and field(column)[-1:] in (("id",), ("arn",)) and (not rest or draft.noun[-len(rest) :] == rest)


def none_left(entry: Entry, draft: Draft) -> None:
    """No list of rows becomes the value of one row: its objects were not understood. Raises Lost(batch)."""
    for name in entry.required:
        properties, words = _objects(entry, name), field(one_of(name))
        if not properties or (_shown(draft, name) and (entry.tool.source.of_a_cloud or not several(entry))):
            continue
        if several(entry) or words == draft.noun[-1:] or _called(words, draft) or any(draft.own and field(n) == field(draft.own) for n in properties):
            raise Lost("batch")


def lists_changes(entry: Entry, draft: Draft, argument: Argument) -> bool:
    """UpdateIPSet(Updates=[{Action: INSERT, IPSetDescriptor}]): are the objects of a list changes to be made, in a column that no read shows?"""
    return argument.required and bool(_objects(entry, argument.name)) and not _shown(draft, argument.name) and field(one_of(argument.name))[-1:] in _CHANGES


_CHANGES: Final = (("update",), ("change",), ("operation",), ("instruction",), ("patch",))


def several(entry: Entry) -> bool:
    """Does the tool's name say that it is about several things?"""
    return _SEVERAL.search(entry.tool.name) is not None


_SEVERAL: Final = re.compile(r"^(?:[Bb]atch|[Bb]ulk)|_(?:batch|bulk)(?=[A-Z_]|$)")


def _objects(entry: Entry, name: str) -> dict[str, Schema]:
    """The properties of the objects of a list; none where it is no such list."""
    schema = entry.parameters.get(name, {})
    properties: dict[str, Schema] = schema.get("items", {}).get("properties", {}) if kind_of(schema) == "array" else {}
    return properties


def _shown(draft: Draft, name: str) -> bool:
    column = draft.columns.get(draft.find(name) or "")
    return column is not None and column.shown


def _called(words: tuple[str, ...], draft: Draft) -> bool:
    """APIResources in CreateSecurityAPIResource, RoutePolicyEntrySet: the whole noun, or two words of its end."""
    bare = words[:-1] if words[-1:] in (("set",), ("list",)) and words != draft.noun else words
    return bare == draft.noun or (len(bare) > 1 and draft.noun[-len(bare) :] == bare)
