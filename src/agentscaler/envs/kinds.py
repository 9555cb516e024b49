"""Kinds of a thing that only the thing's own reads show: CreatePrivateVirtualInterface makes one of what DescribeVirtualInterfaces lists.

A noun that is written and never read gets no table of its own where a read noun is its end, or the only one that ends with it,
and both are told by the same parameter. A mark on a thing (StarProject, which is made of a project's ID), a part of what its
arguments name (ApplicationProxyRule by ProxyId) and what is added to or taken from something stay what they are.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.envs.drafts import Entry, Noun
from agentscaler.envs.items import one_of
from agentscaler.words import entity, field

_WRITES: Final = frozenset(["create", "put", "update", "delete", "action"])
_TIES: Final = frozenset(["add", "remove", "register", "deregister", "associate", "disassociate", "attach", "detach", "set", "unset", "reset", "assign", "unassign"])
"""Verbs of what a thing is put into, or marked as."""
_MARKS: Final = frozenset(["default", "un", "primary", "latest"])


def of_the_whole(entries: list[Entry]) -> list[Entry]:
    """Kinds that nobody reads take the noun of the thing."""
    by: dict[Noun, list[Entry]] = {}
    for entry in entries:
        by.setdefault(entry.what.noun, []).append(entry)
    read = {n: some for n, some in by.items() if n and any(e.what.kind in ("get", "list") and e.item is not None and not e.item.scalar and not e.view for e in some)}
    change = {noun: whole for noun, some in by.items() if noun and (whole := _whole(noun, some, read)) is not None}
    return [e._replace(what=e.what._replace(noun=change[e.what.noun])) if e.what.noun in change else e for e in entries]


def _whole(noun: Noun, entries: Sequence[Entry], read: Mapping[Noun, Sequence[Entry]]) -> Noun | None:
    """The thing that a written noun is a kind of."""
    plain = all(e.what.kind in _WRITES and e.what.verb not in _TIES and not e.view and not e.what.extra and e.tool.source.of_a_cloud and e.tool.source.vendor != "google" for e in entries)
    kinds = {e.what.kind for e in entries}
    if not plain or not kinds & {"create", "put", "delete"} or kinds == {"create"}:
        return None
    longer = [n for n in read if len(n) > len(noun) and n[-len(noun) :] == noun]
    tails = [n for i in range(1, len(noun)) if (n := noun[i:]) in read] if not longer else []
    chosen = tails[:1] or longer
    if len(chosen) != 1 or not _told_alike(noun, entries, chosen[0], read[chosen[0]]):
        return None
    whole = chosen[0]
    head = noun[: -len(whole)] if tails else whole[: -len(noun)]
    holders = {w for e in [*entries, *(read[whole] if longer else ())] for p in e.required if entity(p)[1] and (w := entity(p)[0])} - {w[:-1] for e in entries for w in _ids(e)}
    return None if set(head) & _MARKS or any(set(w) & set(head) for w in holders) else whole


def _told_alike(noun: Noun, entries: Sequence[Entry], whole: Noun, others: Sequence[Entry]) -> bool:
    """Are both told by one id: asked for by what changes one of the kind, or answered by what makes it, and by the thing's own reads?"""
    theirs = {w for e in others for w in _ids(e)} | {field(f) for e in others if e.item is not None and e.what.kind in ("get", "list") for f in e.item.fields if _names(field(f), whole)}
    theirs = {w for w in theirs if len(w) > 1 or len(whole) < len(noun)}
    changing = [e for e in entries if e.what.kind != "create"]
    makers = [e for e in entries if e.what.kind == "create"]
    if any(w[-1:] in (("id",), ("arn",)) for e in makers for w in _ids(e)):
        return False  # made of one that is there: a mark
    made = [bool(_answered(e) & theirs) or bool(_ids(e) & theirs) for e in makers]
    return all(_ids(e) & theirs for e in changing) and (bool(changing) or all(made))


def _ids(entry: Entry) -> set[Noun]:
    """What a call must name, by the noun's own kind of id: InstanceIds as ('instance', 'id')."""
    return {field(one_of(p)) for p in entry.required if _names(field(one_of(p)), entry.what.noun)}


def _answered(entry: Entry) -> set[Noun]:
    """Ids at the top of an answer, and in its one object."""
    body: Mapping[str, Mapping[str, object]] = (entry.tool.returns or {}).get("properties", {})
    return {field(n) for n in body} | {field(n) for s in body.values() for n in s.get("properties", ())}  # type: ignore[attr-defined]


def _names(words: Noun, noun: Noun) -> bool:
    """Is it the id, ARN or name of such a thing?"""
    return words[-1:] in (("id",), ("arn",), ("name",)) and (len(words) == 1 or noun[1 - len(words) :] == words[:-1])
