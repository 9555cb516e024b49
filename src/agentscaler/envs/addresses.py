"""What lies at one address of an API is one thing: POST and GET /Trunks make and list what GET and DELETE /Trunks/{sid} show and take away.

Names of operations say it in two ways (`trunk_create`, `trunking_trunk_fetch`). Two nouns would be two tables, and what one half of the
tools makes the other half never finds. Google's paths end in custom methods and its names follow them; they are left alone.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.edges import placeholders
from agentscaler.envs.drafts import Draft, Entry, Noun, at_address
from agentscaler.envs.items import find_item
from agentscaler.words import entity, singular, split

_HOW: Final = frozenset("all get list new unset clear".split())
"""Words in a noun that say how its rows are asked for, and are none of theirs."""
Spot = tuple[str, bool]
"""What is done, and whether to one row."""
_DONE: Final = {
    ("POST", "create", False), ("GET", "list", False), ("GET", "get", True), ("DELETE", "delete", True),
    *((verb, kind, True) for verb in ("PATCH", "PUT", "POST") for kind in ("update", "put")),
}  # fmt: skip


def one_address(entries: list[Entry]) -> list[Entry]:
    """Give tools that work on the rows of one address one noun, and with them what acts on these rows below it (/Trunks/{sid}/close)."""
    at: dict[str, list[tuple[Entry, Spot]]] = defaultdict(list)
    homes: dict[Noun, set[str]] = defaultdict(set)
    for entry in entries:
        found = _address(entry)
        if found is not None and (entry.tool.source.verb, entry.what.kind, found[1]) in _DONE and not entry.what.extra:
            homes[entry.what.noun].add(found[0])
            at[found[0]].append((entry, (entry.what.kind, found[1])))
    change: dict[str, Noun] = {}
    by_id = {e.id: e for e in entries}
    for address, some in at.items():
        if len({e.what.noun for e, _ in some}) > 1 and any(spot[1] for _, spot in some):  # /users/{id}/playlists only lists what lies at /playlists/{id}
            change |= _moves(address, some, homes)
    rows = {e.id for some in at.values() for e, _ in some}
    left = {e.what.noun for e in entries if e.id not in change}
    held = {entity(p)[0] for e in entries for p in placeholders((e.tool.source.path or "").rsplit("/{", 1)[0])} - left
    change = {i: n for i, n in change.items() if by_id[i].what.noun not in held or len(homes[by_id[i].what.noun]) == 1}  # what other addresses lie under must stay
    below = {(a, e.what.noun): change[e.id] for a, some in at.items() for e, _ in some if e.id in change}
    for entry in entries:
        found = _address(entry) if entry.id not in rows else None
        above = [a for a, n in below if n == entry.what.noun and found is not None and found[0].startswith(a + "/")]
        if above:
            change[entry.id] = below[max(above, key=len), entry.what.noun]
    out = []
    for entry in entries:
        noun = change.get(entry.id, entry.what.noun)
        what = entry.what._replace(noun=noun)
        out.append(entry if noun == entry.what.noun else entry._replace(what=what, item=find_item(entry.tool, what)))
    return out


def _address(entry: Entry) -> tuple[str, bool] | None:
    """'/Trunks/{sid}' -> ('/Trunks', True): the collection that a path ends with, and whether it names one row of it."""
    source = entry.tool.source
    if source.vendor == "google" or not source.path:
        return None
    path = at_address(source.path)
    one = path.endswith("/{}")
    path = path.removesuffix("/{}")
    return (path, one) if path and not path.endswith("}") else None


def _moves(address: str, some: Sequence[tuple[Entry, Spot]], homes: dict[Noun, set[str]]) -> dict[str, Noun]:
    """Id of a tool -> the noun of the address, for those that have another: the one that lies nowhere else, ends as the address does, and is called as it is."""
    last = [singular(w) for w in split(address.rsplit("/", 1)[-1])]
    count = Counter(e.what.noun for e, _ in some)

    def fits(noun: Noun) -> bool:
        return noun[-1:] == tuple(last[-1:]) or "".join(noun) == "".join(last)

    alone = {n: homes[n] == {address} for n in count if n}
    unclear = {n for n in alone if any(m[-len(n) :] == n and m not in alone for m in homes)}
    best = max((n for n in alone if fits(n) and not set(n) & _HOW), key=lambda n: (alone[n], n not in unclear, list(n) == last, count[n], -len(n)), default=None)
    if best is None:
        return {}
    done = {spot for e, spot in some if e.what.noun == best}
    stay = {e.what.noun for e, spot in some if spot in done}  # two ways to do one thing: all of a noun's tools move, or none
    out = {}
    for entry, _ in some:
        noun = entry.what.noun
        below = noun[: len(best)] == best  # the output of a model is taken away, and not the model
        if noun and noun not in stay and not below and (fits(noun) or alone[noun]):
            out[entry.id] = best
    return out


def lie_at(tables: Mapping[Noun, Draft]) -> dict[str, Noun]:
    """Where the rows of tables lie, where one table's rows do: what reads, changes or deletes one of them is told its id there."""
    found: dict[str, set[Noun]] = defaultdict(set)
    for noun, draft in tables.items():
        for entry in draft.entries:
            at = _address(entry)
            if at is not None and at[1] and (entry.tool.source.verb, entry.what.kind, True) in _DONE and not entry.view:
                found[at[0]].add(noun)
    return {address: next(iter(nouns)) for address, nouns in found.items() if len(nouns) == 1}
