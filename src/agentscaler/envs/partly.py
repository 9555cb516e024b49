"""Arguments of a write that touch a part of what a row holds: a property under a flat name, a column that is emptied, a value in a wrapper.

configuration_url sets `url` of the `configuration` that reads show; RemoveFields=['description'] and removeDescription=true
empty the description; {'optionalValue': x} sets x, and nothing where it is empty.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from agentscaler.envs.arguments import argument
from agentscaler.envs.drafts import Col, Draft, Entry, Noun
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field, split

# ---- objects that are changed in part ---------------------------------------------------------------------------


def merged(entry: Entry, draft: Draft, arguments: Mapping[str, Argument], *, whole: bool) -> list[str]:
    """Columns whose object an update changes in part: UpdateChannel(S3DestinationConfiguration={DataFreshnessInSeconds}) leaves the bucket as it is. whole: does the provider say that what is left out is lost?"""
    parts = [a.column for a in arguments.values() if a.role == "part" and a.column and not _refers(a)]
    if entry.what.verb not in _IN_PART or (entry.tool.source.vendor == "google" and entry.tool.source.verb == "PUT") or whole or any(a.many for a in arguments.values()):
        return parts
    out = parts
    for a in arguments.values():
        schema = entry.parameters[a.name]
        if by_keys(schema) and a.column:
            out.append(a.column)
            continue
        given = {a.column: (a.name, schema)} if a.role == "value" and a.column else {c: (p, schema.get("properties", {}).get(p, {})) for p, c in a.body.items()} if a.role == "body" else {}
        out += [c for c, (n, s) in given.items() if draft.columns[c].kind == "object" and (s.get("properties") or _MERGE_PATCH.search(entry.tool.description)) and not _given_whole(entry, draft, n, s)]
    return out


def _refers(argument: Argument) -> bool:
    """class_id sets `class.id`: which row the object speaks of, so that nothing of the old one stays."""
    place = argument.places.get(argument.name, "").split(".")
    return len(place) == 2 and (split(place[1])[-1:] in _NAMING or split(argument.name) == split(place[0]))


def by_keys(schema: Schema) -> bool:
    """'Individual keys can be unset by posting an empty value': a map that keeps the keys that a call does not name."""
    return kind_of(schema) == "object" and not schema.get("properties") and _BY_KEYS.search(str(schema.get("description", ""))) is not None


def _given_whole(entry: Entry, draft: Draft, name: str, schema: Schema) -> bool:
    """Does an object take the place of the old one? It does where the provider says so, where it cannot be given without properties that the create asks for as well, and where Amazon's update takes the very object that its create does.

    An object of which an update asks for less than the create, or which has other properties there, tells what changes; so does a PATCH.
    """
    text, source = str(schema.get("description", "")), entry.tool.source
    names = {n.lower() for n in schema.get("properties", {})}
    if _REPLACES.search(text) or names >= {"and", "or"} or "children" in names:  # of an expression, half the old and half the new says nothing
        return True
    if _CHANGES.search(text) or (source.verb == "PATCH" and source.vendor != "aws"):
        return False
    made = [s for e in draft.entries if e.what.kind in ("create", "put") for n, s in _taken(e) if field(n) == field(name) and s.get("properties")]
    asked = set(schema.get("required", ()))
    if any(set(s.get("required", ())) - asked or not set(s["properties"]) <= set(schema["properties"]) for s in made):
        return False
    return bool(asked) or (source.vendor == "aws" and entry.what.verb == "update" and any(set(s["properties"]) == set(schema["properties"]) for s in made))


def _taken(entry: Entry) -> Iterable[tuple[str, Schema]]:
    """What a tool takes, and what stands in the objects that it takes."""
    for name, schema in entry.parameters.items():
        yield name, schema
        yield from schema.get("properties", {}).items()


_MERGE_PATCH: Final = re.compile(r"(?i)\bJSON ?merge ?patch\b")
"""Maps, too, keep the keys that such a patch does not name."""
_BY_KEYS: Final = re.compile(r"(?i)\bindividual keys can be unset by\b|\bkeys? (?:can|may) be (?:unset|removed) (?:by (?:posting|setting|passing|sending)|if)")
_IN_PART: Final = frozenset("update modify patch edit change adjust configure".split())
_REPLACES: Final = re.compile(r"(?i)\b(?:replac|overwrit|overrid)(?:es?|ten|ing)\b")
_CHANGES: Final = re.compile(r"(?i)\bonly (?:the )?\w+ (?:that )?(?:you|are) (?:specif|provid|includ|want to (?:change|update))|(?:n't|not) (?:specif|provid|includ)\w*[^.]{0,60}\b(?:unchanged|(?:retain|keep)s?|remains?)\b|\bwith PATCH semantics\b")
"""What says that an object leaves alone what it does not name."""

# ---- properties under flat names --------------------------------------------------------------------------------


def flat_parts(entry: Entry, draft: Draft, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """configuration_url and configuration_method, where rows show an object `configuration`: which property each sets."""
    used = {c for a in taken.values() for c in (a.column, *a.body.values())} | {draft.find(n) for n in entry.parameters}
    free = [n for n in entry.parameters if n not in taken and not ((own := draft.columns.get(draft.find(n) or "")) and own.shown)]
    out: dict[str, Argument] = {}
    for column in draft.columns.values():
        if column.kind != "object" or not column.shown or column.name in used or column.reference:
            continue
        head = split(column.name)
        tails = {n: split(n)[len(head) :] for n in free if split(n)[: len(head)] == head and len(split(n)) > len(head)}
        if paths := _reference(tails, draft, entry, column):
            out |= {n: argument(entry, n, "part", column.name).model_copy(update={"places": {n: f"{column.name}.{path}"}}) for n, path in paths.items()}
            continue
        paths = _known(tails, entry, column) if column.schema.get("properties") else _guessed(tails)
        out |= {n: argument(entry, n, "part", column.name).model_copy(update={"places": {n: f"{column.name}.{path}"}}) for n, path in paths.items()}
    return out


_NAMING: Final = (("id",), ("arn",), ("name",), ("key",))
_NAMES: Final = frozenset("id arn name key code type title label url href object slug number email".split())


def _reference(tails: Mapping[str, Noun], draft: Draft, entry: Entry, column: Col) -> dict[str, str]:
    """class_id, where reads show `class: {id, full_name}`: an object that tells nothing but which thing is meant. What a tool requires has a column of its own, by which rows are found."""
    inside: Mapping[str, Schema] = column.schema.get("properties", {})
    only = bool(inside) and all(split(p)[-1:] and split(p)[-1] in _NAMES for p in inside)
    told = {n: p for n, tail in tails.items() for p, s in inside.items() if tail in _NAMING and split(p) == tail and kind_of(s) == kind_of(entry.parameters[n]) and not any(n in e.required for e in draft.entries)}
    return told if only and len(told) == 1 else {}


def spoken_part(entry: Entry, draft: Draft, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """CidrEndpointsCustomSubDomain is given as a text, and the rows show {SubDomain, Nameservers} under that name: the property that its name ends with, or that its text names ('the ARN of')."""
    out: dict[str, Argument] = {}
    used = {c for a in taken.values() for c in (a.column, *a.body.values())}
    for name, schema in entry.parameters.items():
        column = draft.columns.get(draft.find(name) or "")
        if name in taken or name in entry.required or column is None or not column.shown or column.kind != "object" or kind_of(schema) != "string" or column.name in used or column.reference:
            continue
        inside = [p for p, s in column.schema.get("properties", {}).items() if kind_of(s) == "string"]
        ends = [p for p in inside if len(split(p)) > 1 and split(name)[-len(split(p)) :] == split(p)]
        sort = _SORT.search(str(schema.get("description", ""))[:120])
        told = ends or [p for p in inside if sort and split(p)[-1] == sort[1].lower() and split(p)[:-1] in ((), split(column.name), split(column.name)[-1:])]
        if len(told) == 1:
            out[name] = argument(entry, name, "part", column.name).model_copy(update={"places": {name: f"{column.name}.{told[0]}"}})
            used.add(column.name)
    return out


_SORT: Final = re.compile(r"\b(ID|id|ARN|name)\b(?: \(ARN\))? (?:of|for) ")


def _known(tails: Mapping[str, Noun], entry: Entry, column: Col) -> dict[str, str]:
    """The properties of these names; ids are left out, for what else an object tells of the thing would go stale."""
    inside: Mapping[str, Schema] = column.schema["properties"]
    spelled = {(field(p), kind_of(s)): p for p, s in inside.items()}
    told = {n: (field("_".join(tail)), kind_of(entry.parameters[n])) for n, tail in tails.items() if not entity("_".join(tail))[1]}
    return {n: spelled[words] for n, words in told.items() if words in spelled}


def _guessed(tails: Mapping[str, Noun]) -> dict[str, str]:
    """Of a map, whose properties nobody lists: where two or more arguments begin like it they are its properties; two of a common beginning are an object inside it."""
    if len(tails) < 2:
        return {}
    firsts = [tail[: _shared(tail, tails.values())] for tail in tails.values()]
    return {n: ".".join("_".join(part) for part in (first, tail[len(first) :]) if part) for (n, tail), first in zip(tails.items(), firsts, strict=True)}


def _shared(tail: Noun, tails: Iterable[Noun]) -> int:
    """How many words at the front another one shares, leaving something of both."""
    others = [t for t in tails if t != tail]
    return max((n for n in range(len(tail) - 1, 0, -1) if any(o[:n] == tail[:n] and len(o) > n for o in others)), default=0)


# ---- what is emptied --------------------------------------------------------------------------------------------

_SWITCH: Final = re.compile(r"^(?:(?:clear|remove|delete|unset)_(?=[a-z])|(?:[cC]lear|[rR]emove|[dD]elete|[uU]nset)(?=[A-Z]))")
_LISTED: Final = re.compile(r"(?i)^(?:(?:remove|delete|unset|clear|reset)_?(?:fields|attributes|properties)|(?:fields|attributes|properties)_?to_?(?:clear|remove|delete|unset|reset))$")
_SAYS: Final = re.compile(r"(?i)\b(?:remov|clear|delet|unset|empt|reset)")


def emptied(entry: Entry, draft: Draft, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """RemoveFields, AttributesToDelete, clear_notes: the columns that an update empties when it is told so."""
    out = {}
    for name, schema in entry.parameters.items():
        if name in taken:
            continue
        if kind_of(schema) == "boolean" and (bare := _SWITCH.sub("", name)) != name and _SAYS.search(str(schema.get("description", ""))):
            places = {name: c} if (c := _free(bare, draft)) else {}
        elif kind_of(schema) == "array" and _LISTED.search(name):
            places = {v: c for v in schema.get("items", {}).get("enum", ()) if isinstance(v, str) and (c := _free(v, draft))}
        else:
            continue
        if places:
            lists = all(draft.columns[c].kind == "array" for c in places.values())
            out[name] = argument(entry, name, "empties").model_copy(update={"places": places, "sign": "list" if lists else ""})
    return out


def _free(name: str, draft: Draft) -> str | None:
    """The shown column of this name that may be empty: no part of the key, no switch, and nothing that a create must be given."""
    column = draft.columns.get(draft.find(name) or "")
    if column is None or not column.shown or column.kind == "boolean" or column.name in draft.key or column.reference:
        return None
    must = any(draft.find(p) == column.name for e in draft.entries if e.what.kind == "create" for p in e.required)
    return None if must else column.name
