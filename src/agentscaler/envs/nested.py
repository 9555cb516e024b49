"""A user's nested collection lists rows of the bare one: `/stations/{stationId}/bikes` shows bikes where `/bikes` is there too.

Its noun becomes that of the last segment, so the parent is a filter by foreign key. This needs two proofs: that the bare
collection's tools speak of the same noun, and that a row knows its parents. Without both the noun stays as the name says it:
`/groups/{groupId}/users` may tie users to groups. Other vendors' paths are left alone.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from agentscaler.edges import placeholders
from agentscaler.envs.drafts import Entry, Noun
from agentscaler.envs.items import find_item
from agentscaler.words import field, singular, split


class Place(NamedTuple):
    """Where a path of a user's API ends."""

    noun: Noun
    """Of the last collection: ('bike',)."""
    parents: tuple[str, ...]
    """Placeholders in front of it."""
    one: bool
    """Does the path end with the id of one row?"""


def home_nouns(entries: list[Entry]) -> list[Entry]:
    """Give tools of nested collections the noun of the bare collection."""
    places = {e.id: place for e in entries if (place := _place(e)) is not None}
    return [_at_home(e, places[e.id], entries, places) if e.id in places and places[e.id].parents else e for e in entries]


def _place(entry: Entry) -> Place | None:
    source = entry.tool.source
    if source.vendor != "user" or not source.path:
        return None
    parts = [p for p in source.path.split("/") if p]
    one = bool(parts) and parts[-1].startswith("{")
    names = parts[:-1] if one else parts
    if not names or "{" in names[-1] or any("{" in a and "{" in b for a, b in pairwise(parts)) or any(re.search(r".\{|\}.", p) for p in parts):
        return None
    noun = tuple(singular(w) for w in split(names[-1]))
    return Place(noun, tuple(placeholders("/".join(names))), one) if noun else None


def _at_home(entry: Entry, place: Place, entries: Sequence[Entry], places: dict[str, Place]) -> Entry:
    what = entry.what
    if what.noun == place.noun or what.noun[-len(place.noun) :] != place.noun or what.kind not in ("get", "list", "create", "update", "delete"):
        return entry
    own = (*place.noun, "id")
    shown = {field(n) for n in (entry.item.fields if entry.item else ())}
    bare = [e for e in entries if e.what.noun == place.noun and (_is_bare(places.get(e.id), place.noun) or (own in shown and own in {field(p) for p in e.required}))]
    if not bare or not _know_parents(place, [entry, *bare]) or _ties(entry, own, bare):
        return entry
    what = what._replace(noun=place.noun)
    return entry._replace(what=what, item=find_item(entry.tool, what))


def _is_bare(place: Place | None, noun: Noun) -> bool:
    return place is not None and place.noun == noun and not place.parents


def _know_parents(place: Place, entries: Sequence[Entry]) -> bool:
    """Does a row show, or take when it is made, the id of each parent?"""
    known = {field(n) for e in entries for n in (e.item.fields if e.item else ())}
    known |= {field(p) for e in entries if e.what.kind == "create" for p in e.parameters}
    own = ((*place.noun, "id"), ("id",), ("name",))
    return all(field(p) in known and field(p) not in own for p in place.parents)


def _ties(entry: Entry, own: Noun, bare: Sequence[Entry]) -> bool:
    """Does the tool tie a row that exists to the parent, or untie it, rather than make or delete it?"""
    if entry.what.kind == "create":
        return own in {field(p) for p in entry.required}
    return entry.what.kind == "delete" and any(e.what.kind == "delete" for e in bare)
