"""Rows that stay when they are deleted: those an undelete brings back, and those that the provider keeps in a last state."""

import re
from collections.abc import Mapping
from typing import Final

from agentscaler.envs.arguments import Lost, is_time
from agentscaler.envs.drafts import STATE, Draft, Entry
from agentscaler.envs.states import NEW_STATES, TARGETS, Move, first_of, required_state, visible
from agentscaler.records import Argument
from agentscaler.verbs import participle
from agentscaler.words import field

_KEPT_STATES: Final = ["delete_requested", "soft_deleted", "pending_deletion", "pending_delete", "deleted", "trashed"]


def grave(draft: Draft) -> Move | None:
    """How a delete marks a row that an undelete can bring back; None where a delete removes it."""
    undelete = any((_restores(e) and not e.what.extra) or (e.what.kind == "delete" and _STAYS.search(e.tool.description)) for e in draft.entries)
    asked = any(c.kind == "string" and STATE.search(c.name) and first_of(c.choices, _KEPT_STATES[:4]) for c in draft.columns.values() if c.shown)
    if (flag := _archived(draft)) is not None:
        return flag
    if not undelete and not asked:
        return None
    time = next((c.name for c in draft.columns.values() if c.shown and c.kind == "string" and field(c.name) in (("delete", "time"), ("deleted", "at"), ("deletion", "time"))), None)
    sets: dict[str, str | int | None] = {time: "{now}"} if time else {}
    for column in draft.columns.values():
        if column.shown and column.kind == "string" and STATE.search(column.name) and (state := first_of(column.choices, _KEPT_STATES)) is not None:
            return Move(column.name, state, (), sets)
    for column in draft.columns.values():
        if undelete and column.shown and column.kind == "boolean" and field(column.name) in (("deleted",), ("is", "deleted")):
            return Move(column.name, 1, (), sets)
    return Move(time, "{now}", (None,)) if time and undelete else None


def _archived(draft: Draft) -> Move | None:
    """companies_archive, which deletes, of a company that knows `archived`: it is there, with the time, for who asks for the archived ones."""
    flag = next((c.name for c in draft.columns.values() if c.shown and c.kind == "boolean" and field(c.name) in (("archived",), ("is", "archived"))), None)
    if flag is None or not any(e.what.kind == "delete" and e.what.verb == "archive" and not e.what.extra for e in draft.entries):
        return None
    times = [c.name for c in draft.columns.values() if c.shown and field(c.name) in (("archived", "at"), ("deleted", "at")) and is_time(c.name, c.schema)]
    return Move(flag, 1, (), dict.fromkeys(times[:1], "{now}"))


def alive(draft: Draft, arguments: Mapping[str, Argument]) -> dict[str, str | int | None]:
    """What a new row says of its deletion, where a yes/no tells it: no."""
    dead = grave(draft)
    given = {c for a in arguments.values() for c in (a.column, *a.body.values())}
    return {dead.column: 0} if dead is not None and dead.value == 1 and dead.column not in given else {}


RESTORES: Final = frozenset(["restore", "recover"])


def _restores(entry: Entry) -> bool:
    """UndeleteProject, 'Restores a certificate authority that is in the DELETED state', and not a table from its backup."""
    if entry.what.verb == "undelete":
        return True
    return entry.what.verb in RESTORES and not entry.what.preposition and _DELETED.search(entry.tool.description[:300]) is not None


_DELETED: Final = re.compile(r"(?i)\b(?:restor|recover)\w*\b[^.]{0,80}\b(?:deleted|(?:pending|scheduled|marked|requested)[ _]*(?:for )?(?:deletion|delete))\b|\bcancel\w* [^.]{0,30}\bdeletion\b|\bdeleted\b[^.]{0,60}\b(?:can|may|eligible)\b[^.]{0,20}\brestored\b")
_STAYS: Final = re.compile(r"(?i)soft.?delet|\bassigns the DELETED status\b|FAILED_PRECONDITION`? if the requested [\w ]{3,40} has already been deleted")
"""What a delete says that leaves the row with its state: deleting it again is refused, for it is there."""


def withdrawal(verb: str, draft: Draft) -> Move | None:
    """RevokeRevision: what the row itself tells of it (REVOKED, Revoked, RevokedAt); None where a revocation removes it."""
    if verb != "revoke":
        return None
    own = {c.name: tuple(w for w in field(c.name) if w != "is" and w not in draft.noun) for c in visible(draft) if not c.reference}
    time = next((n for n, w in own.items() if w in _REVOKED_AT and draft.columns[n].kind == "string"), None)
    sets: dict[str, str | int | None] = {time: "{now}"} if time else {}
    for name in own:
        column = draft.columns[name]
        if column.kind == "string" and STATE.search(name) and (state := first_of(column.choices, ["revoked"])) is not None:
            return Move(name, state, (), sets)
    for name, words in own.items():
        if draft.columns[name].kind == "boolean" and words == ("revoked",):
            return Move(name, 1, (), sets)
    return Move(time, "{now}", (None,)) if time else None


_REVOKED_AT: Final = (("revoked", "at"), ("revoke", "time"), ("revoked", "time"), ("revocation", "time"), ("revoke", "date"), ("revocation", "date"), ("revoked", "on"))


# ---- what the provider keeps in a last state ---------------------------------------------------------------------


def last_state(entry: Entry, draft: Draft) -> Move | None:
    """TerminateSession, DeleteNatGateway: the state in which the row stays; None where the row goes.

    It stays where the verb names a state that the row knows, where the text says into which one it comes ("is marked as INACTIVE"), and
    where the row has both a state DELETED and the time of its deletion, so that reads show what was deleted.
    """
    own = [c for c in visible(draft) if c.kind == "string" and STATE.search(c.name) and not c.reference and not set(field(c.name)[:-1]) - set(draft.noun)]
    if not own or draft.single or grave(draft) is not None:
        return None
    times = [c.name for c in visible(draft) if is_time(c.name, c.schema) and tuple(w for w in field(c.name) if w not in draft.noun) in _DELETED_AT and not c.written]
    told = {m[1].lower() for m in _COMES_TO.finditer(entry.tool.description) if not m[1].lower().endswith("ing")}
    stands = required_state(entry.tool.description, draft)
    named = {participle(entry.what.verb)} if entry.what.verb in ("terminate", "deregister") else set()
    for column in own:
        state = next((c for c in column.choices if str(c).lower() in told | named and _OVER.search(str(c))), None)
        if state is None and times and not _IN_USE.search(entry.tool.description):
            state = next((c for c in column.choices if str(c).lower() == "deleted"), None)
        if state is not None and (stands is None or stands.column == column.name):
            return Move(column.name, state, stands.only_from if stands else (), dict.fromkeys(times, "{now}"))
    return None


_DELETED_AT: Final = (("deleted", "at"), ("deleted", "on"), ("deleted", "date"), ("deleted", "time"), ("delete", "time"), ("deletion", "time"))
_COMES_TO: Final = re.compile(r"(?i)\b(?:marked(?: as)?|placed in(?:to)? the|(?:status|state) (?:is set )?to|enters the|then the|transitions to) [`'\"]?([a-z_]+)\b")
"""What a delete says of the state that the row comes to."""
_OVER: Final = re.compile(r"(?i)^(?:deleted|removed|terminated|deregistered|inactive|archived|disposed|released|revoked|closed)$")
_IN_USE: Final = re.compile(r"(?i)\b(?:can't|cannot|can not)\b[^.]*\b(?:use|used|contain\w*|associated|attached|referenc\w*|resources?)\b|\bmust (?:first )?(?:\w+ )?(?:delete|remove|detach|disassociate)|\bbefore you (?:can )?delet|\bpermanent")
"""What a delete says of the rows that still need the one to be deleted, which a row that stays could not be asked for."""


_UNTIL: Final = (("restorable", "until"), ("deletion", "date"), ("delete", "time"), ("deletion", "time"), ("deleted", "at"), ("deleted", "date"), ("purge", "time"), ("scheduled", "purge", "time"), ("pending", "deletion", "at"))
"""Times of a deletion, which a restored row has no longer."""


def revival(draft: Draft) -> Move:
    """What an undelete does. Raises Lost(no_target_state)."""
    dead = grave(draft)
    if dead is None:
        raise Lost("no_target_state")
    cleared: dict[str, str | int | None] = dict.fromkeys([*dead.sets, *(c.name for c in visible(draft) if field(c.name) in _UNTIL and not c.reference and c.name not in draft.key)])
    if dead.value == "{now}":
        return Move(dead.column, None)
    if dead.value == 1:
        return Move(dead.column, 0, (), cleared)
    stood = [m for e in draft.entries if e.what.kind == "delete" and not e.what.extra and (m := required_state(e.tool.description, draft)) is not None and m.column == dead.column]
    former = stood[0].only_from[0] if len(stood) == 1 and len(stood[0].only_from) == 1 else None  # what was disabled when it was deleted is disabled again
    alive = former or first_of(draft.columns[dead.column].choices, TARGETS["undelete"].split() + NEW_STATES)
    if alive is None or dead.value is None:
        raise Lost("no_target_state")
    return Move(dead.column, alive, (dead.value,), cleared)
