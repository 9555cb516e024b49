"""Tools that write: create, put, update, delete, and actions that move a state."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.envs.arguments import (
    Lost,
    agreeing,
    alternative,
    argument,
    keys,
    matched,
    need_all,
    surroundings,
    values,
)
from agentscaler.envs.drafts import OPTION, STATE, Compiled, Draft, Entry, operation, python_name, table_of, usable
from agentscaler.envs.items import one_of
from agentscaler.envs.keys import is_slug, parent_parameter
from agentscaler.envs.service import Service
from agentscaler.records import Act, Argument, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import field, split

TARGETS: Final[dict[str, str]] = {
    "start": "running started active enabled in_progress starting on online", "stop": "stopped stopping inactive disabled terminated off cancelled offline",
    "reboot": "running rebooting active available", "restart": "running restarting active available", "suspend": "suspended paused inactive",
    "resume": "running active resumed enabled available in_progress", "pause": "paused suspended", "cancel": "cancelled canceled cancelling canceling aborted stopped",
    "enable": "enabled active on enable online", "disable": "disabled inactive off disable offline", "activate": "active activated enabled", "deactivate": "inactive deactivated disabled deprecated",
    "approve": "approved accepted active", "reject": "rejected denied declined", "accept": "accepted active associated available confirmed shared enabled", "decline": "declined rejected refused",
    "close": "closed resolved inactive", "lock": "locked frozen", "unlock": "unlocked active normal", "archive": "archived inactive", "unarchive": "active unarchived", "restore": "active available normal enabled",
    "recover": "active available recovered normal running", "deploy": "deployed deploying active", "undeploy": "undeployed", "abort": "aborted cancelled canceled stopped failed aborting", "finish": "finished completed ended done succeeded",
    "complete": "completed complete succeeded finished done", "promote": "promoted active primary", "confirm": "confirmed active verified accepted", "acknowledge": "acknowledged acked", "dismiss": "dismissed",
    "publish": "published live active", "unpublish": "unpublished draft", "block": "blocked", "unblock": "active unblocked normal", "hide": "hidden", "unhide": "visible active", "quarantine": "quarantined",
    "freeze": "frozen", "unfreeze": "active normal", "finalize": "finalized completed", "end": "ended completed finished", "isolate": "isolated", "offline": "offline stopped", "online": "online running",
    "reopen": "open reopened active", "undelete": "active available enabled", "ship": "shipped", "refund": "refunded", "return": "returned", "checkout": "checked_out", "pay": "paid", "void": "voided void",
    "capture": "captured", "mute": "muted", "unmute": "active unmuted", "execute": "running executing", "run": "running", "retry": "running pending queued retrying", "kill": "killed stopped terminated", "expire": "expired",
    "unsuspend": "active unsuspended", "invalidate": "invalid invalidated", "hibernate": "hibernated", "abandon": "abandoned", "withdraw": "withdrawn",
    "announce": "announced active", "enroll": "enrolled active", "unenroll": "unenrolled inactive", "reactivate": "active", "redeem": "redeemed", "claim": "claimed",
    "unclaim": "unclaimed", "trash": "trashed deleted", "untrash": "active", "commit": "committed", "quit": "stopped", "resolve": "resolved closed", "deprecate": "deprecated", "undeprecate": "active",
}  # fmt: skip
"""Verb of an action -> states it leads to, best first."""
SOURCES: Final[dict[str, str]] = {
    "start": "stopped inactive paused created ready off idle disabled suspended failed", "stop": "running started active enabled in_progress on starting", "resume": "paused suspended stopped", "pause": "running active enabled in_progress",
    "suspend": "running active enabled", "approve": "pending requested submitted waiting in_review", "reject": "pending requested submitted waiting in_review", "accept": "pending requested invited",
    "decline": "pending requested invited", "confirm": "pending unconfirmed", "reopen": "closed resolved", "unarchive": "archived", "unlock": "locked", "unblock": "blocked", "publish": "draft unpublished",
    "undelete": "deleted", "cancel": "pending running queued submitted scheduled in_progress active created starting ready open", "abort": "running in_progress pending active", "retry": "failed cancelled error",
    "ship": "pending paid processing", "refund": "paid delivered captured", "unhide": "hidden", "unfreeze": "frozen",
}  # fmt: skip
"""Verb of an action -> states it starts from, where a closed list holds any of them."""
FLAGS: Final = {
    "enable": 1, "activate": 1, "disable": 0, "deactivate": 0, "lock": 1, "unlock": 0, "archive": 1, "unarchive": 0, "start": 1, "stop": 0,
    "hide": 1, "unhide": 0, "publish": 1, "unpublish": 0, "mute": 1, "unmute": 0, "trash": 1, "untrash": 0,
}  # fmt: skip
JOB_STATES: Final = ["running", "in_progress", "started", "executing", "processing", "queued", "pending", "submitted", "created", "starting", "scheduled"]
NEW_STATES: Final = ["active", "available", "enabled", "ready", "running", "created", "open", "ok", "normal", "succeeded", "completed", "healthy", "online", "pending", "draft", "queued", "submitted", "new"]
VAGUE: Final = ("reset", "rotate", "refresh", "renew", "transfer", "move", "merge", "convert", "migrate", "upgrade", "switch", "revert", "label", "annotate")
"""Updates that mean more than setting columns, unless a required argument says what is set."""


def create(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own or (entry.what.extra and entry.what.verb not in ("create", "insert", "add")):
        raise Lost("part")
    if entry.what.extra and _foreign_extra(entry, draft):
        raise Lost("part")
    if entry.what.verb in ("copy", "clone", "duplicate"):
        return copy(entry, draft, service)
    if entry.what.verb == "import":
        raise Lost("copies")
    if draft.single:
        raise Lost("no_key")
    if _makes_many(entry, draft):
        raise Lost("batch")
    arguments = surroundings(entry, draft, service)
    key_path = None
    if draft.segment is not None:
        parent = parent_parameter(entry)
        if parent is None and "parent" in entry.parameters and "parent" in draft.columns:
            parent = "parent"
        if parent is None and ("parent" in draft.columns or not draft.generated):
            raise Lost("no_key")
        if parent is None:
            pass
        elif parent == draft.own:
            arguments[parent] = argument(entry, parent, "value", parent, required=True)
        else:
            arguments.setdefault(parent, argument(entry, parent, "value", "parent", required=True))
        slug = next((n for n in entry.parameters if is_slug(n, draft)), None)
        if slug and parent:
            arguments[slug] = argument(entry, slug, "slug", required=True)
            key_path = "{" + python_name(parent) + "}/" + f"{draft.segment}/" + "{" + python_name(slug) + "}"
    elif draft.own and not draft.generated and not _asks_key(entry, draft):
        raise Lost("no_key")
    elif draft.generated and any(n in entry.required for n in _own_names(entry, draft, service)):
        raise Lost("part")
    arguments |= values(entry, draft, service, arguments, own=True, new=True)
    if key_path:
        arguments = {n: a if a.column != draft.own else a.model_copy(update={"role": "option", "column": None}) for n, a in arguments.items() if a.column != draft.own or a.required}
    need_all(entry, arguments)
    given = {a.column for a in arguments.values()}
    if any(p not in given for p in draft.parents):
        raise Lost("no_key")
    if draft.own and not key_path and not draft.generated and draft.own not in given:
        raise Lost("no_key")
    arguments = {n: a.model_copy(update={"required": True}) if a.column in draft.key and not a.required else a for n, a in arguments.items()}
    job = entry.what.verb in ("start", "submit", "run", "schedule", "initiate", "invoke", "execute")
    return Compiled(entry, draft, operation(entry, draft, "create", arguments, answer(entry, draft), sets=_new_state(draft, arguments, job=job), key_path=key_path))


def copy(entry: Entry, draft: Draft, service: Service) -> Compiled:
    """CopySnapshot(SourceSnapshotId, ...): a new row like the source."""
    source = [n for n in entry.required if kind_of(entry.parameters.get(n, {})) == "string" and table_of(n, service.tables) == draft.noun]
    if len(source) > 1:
        source = [n for n in source if field(n)[0] in ("source", "src", "original", "from")]
    if len(source) != 1 or draft.own is None or draft.segment is not None:
        raise Lost("copies")
    arguments = surroundings(entry, draft, service)
    column = alternative(source[0], draft) or draft.own
    arguments[source[0]] = argument(entry, source[0], "key", column)
    arguments |= values(entry, draft, service, {**arguments, source[0]: arguments[source[0]].model_copy(update={"column": None})}, own=True, new=True)
    need_all(entry, arguments)
    given = {a.column for n, a in arguments.items() if n != source[0]}
    if not draft.generated and draft.own not in given:
        raise Lost("copies")
    return Compiled(entry, draft, operation(entry, draft, "copy", arguments, answer(entry, draft), sets=_new_state(draft, arguments, job=False)))


def _makes_many(entry: Entry, draft: Draft) -> bool:
    """BatchCreateVehicle(vehicles=[{...}]): each object of a required list is a row."""
    for name in entry.required:
        schema = entry.parameters.get(name, {})
        properties = schema.get("items", {}).get("properties", {}) if kind_of(schema) == "array" else {}
        named = field(name) in (draft.noun, draft.noun[-1:]) or entry.tool.name.lower().startswith(("batch", "bulk"))
        if named and len(properties) >= 2 and sum(draft.find(p) is not None for p in properties) >= 0.6 * len(properties):
            return True
    return False


def _foreign_extra(entry: Entry, draft: Draft) -> bool:
    """Google's disks.createSnapshot makes a snapshot, not a disk."""
    return bool(set(entry.what.extra) - set(draft.noun)) and entry.what.verb in ("create", "insert", "add")


def _asks_key(entry: Entry, draft: Draft) -> bool:
    return any(draft.find(n) == draft.own for n in entry.parameters)


def _own_names(entry: Entry, draft: Draft, service: Service) -> list[str]:
    """Parameters by which a 'create' names a row that exists: it is no create then."""
    try:
        found = keys(entry, draft, service)
    except Lost:
        return []
    return [n for n, a in found.items() if a.column == draft.own and field(n)[-1:] in (("id",), ("arn",))]


def _new_state(draft: Draft, arguments: Mapping[str, Argument], *, job: bool) -> dict[str, str | int | None]:
    """Status of a new row, where the caller does not say."""
    given = {a.column for a in arguments.values()} | {c for a in arguments.values() for c in a.body.values()}
    out: dict[str, str | int | None] = {}
    for column in draft.columns.values():
        if column.name in given or column.reference or column.kind != "string" or not STATE.search(column.name):
            continue
        state = first_of(column.choices, [*JOB_STATES, *NEW_STATES] if job else NEW_STATES)
        if state is not None:
            out[column.name] = state
    return out


def first_of(choices: Sequence[str | int], wanted: Sequence[str]) -> str | int | None:
    """The choice that says the first of the wanted states."""
    plain = {re.sub(r"[^a-z]", "", str(c).lower()): c for c in reversed(choices)}
    for word in wanted:
        if (bare := word.replace("_", "")) in plain:
            return plain[bare]
    for word in wanted:
        bare = word.replace("_", "")
        for text, choice in plain.items():
            if text.endswith(bare) and not text.startswith(("in", "un", "not", "dis", "pre", "de")):
                return choice
    return None


def put(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own:
        return update(entry, draft, service, own)
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    if any(a.many for a in arguments.values()):
        raise Lost("batch")
    arguments |= values(entry, draft, service, arguments, own=True)
    need_all(entry, arguments)
    if not any(a.role in ("value", "body") for a in arguments.values()):
        raise Lost("sets_nothing")
    generated = draft.own is not None and draft.generated
    other_key = any(a.role == "key" and a.column not in draft.key for a in arguments.values())
    act: Act = "update" if (draft.single and "delete" not in draft.kinds) or generated or other_key else "put"
    return Compiled(entry, draft, operation(entry, draft, act, arguments, answer(entry, draft)))


def update(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    arguments |= values(entry, draft, service, arguments, own=own)
    sets = [a for a in arguments.values() if a.role in ("value", "body")]
    if not sets:
        raise Lost("sets_nothing" if own else "part")
    if entry.what.verb in VAGUE and not any(a.required for a in sets):
        raise Lost("part")
    if entry.what.extra and not set(entry.what.extra) & {w for a in sets for w in field(a.column or "")} and not any(a.required for a in sets):
        raise Lost("part")
    need_all(entry, arguments)
    upsert = own and not draft.own and (draft.parents or "delete" in draft.kinds) and not draft.kinds & {"create"}
    return Compiled(entry, draft, operation(entry, draft, "put" if upsert else "update", arguments, answer(entry, draft)))


def delete(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own or entry.what.extra:
        raise Lost("part")
    if draft.single and not draft.kinds & {"put", "update"}:
        raise Lost("no_key")
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    arguments |= agreeing(entry, draft, service, arguments)
    _options(entry, arguments)
    need_all(entry, arguments)
    return Compiled(entry, draft, operation(entry, draft, "delete", arguments, answer(entry, draft, gone=True)))


def _options(entry: Entry, arguments: dict[str, Argument]) -> None:
    for name, schema in entry.parameters.items():
        if name not in arguments and name in entry.required and (kind_of(schema) == "boolean" or OPTION.search(name)):
            arguments[name] = argument(entry, name, "option")


def action(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if draft.single:
        raise Lost("no_key")
    if entry.what.verb in ("enable", "disable") and (not own or entry.what.extra):
        state, only_from = _flag(entry, draft)
    elif not own or entry.what.extra:
        raise Lost("part")
    else:
        state, only_from = target_state(entry.what.verb, draft)
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    arguments |= {n: a for n, a in values(entry, draft, service, arguments, own=False).items() if a.column != state[0]}
    _options(entry, arguments)
    need_all(entry, arguments)
    return Compiled(entry, draft, operation(entry, draft, "set", arguments, answer(entry, draft), state=state, only_from=only_from))


def _flag(entry: Entry, draft: Draft) -> tuple[tuple[str, str | int], tuple[str | int, ...]]:
    """EnableVolumeIO: a switch of the thing, in a column of its own if no field holds it."""
    part = entry.what.extra or entry.what.noun[len(draft.noun) :] if entry.what.noun[: len(draft.noun)] == draft.noun else entry.what.noun
    for column in draft.columns.values():
        if column.kind == "boolean" and set(part) <= set(field(column.name)):
            return (column.name, FLAGS[entry.what.verb]), ()
    name = "".join(w.capitalize() for w in part) + "Enabled"
    if name not in draft.columns:
        draft.force(name, {"type": "boolean", "description": f"is {' '.join(part)} enabled?"})
    return (name, FLAGS[entry.what.verb]), ()


def target_state(verb: str, draft: Draft) -> tuple[tuple[str, str | int], tuple[str | int, ...]]:
    """(column, value) an action leads to and the values it may start from. Raises Lost(no_target_state)."""
    wanted = TARGETS.get(verb, "").split()
    states = sorted((c for c in draft.columns.values() if c.kind == "string" and STATE.search(c.name) and not c.reference), key=lambda c: (not c.shown, len(split(c.name)), c.name))
    for column in states:
        state = first_of(column.choices, wanted)
        if state is not None:
            starts = [s for w in SOURCES.get(verb, "").split() if (s := first_of(column.choices, [w])) is not None and s != state]
            return (column.name, state), tuple(dict.fromkeys(starts))
    if verb in FLAGS:
        stem = {"enable": "enabl", "disable": "enabl", "activate": "activ", "deactivate": "activ", "start": "enabl", "stop": "enabl", "hide": "hid", "unhide": "hid"}.get(verb, verb.removeprefix("un")[:5])
        for column in draft.columns.values():
            words = field(column.name)
            if column.kind == "boolean" and words and words[-1].startswith(stem) and len(words) <= 2:
                return (column.name, FLAGS[verb]), ()
    open_ended = [c for c in states if not c.choices and c.shown and len(split(c.name)) <= 2]
    if open_ended and wanted:
        column = open_ended[0]
        for word in wanted[:1]:
            column.choices.extend(s for s in ("ACTIVE", "PENDING", word.upper()) if s not in column.choices)
            return (column.name, word.upper()), ()
    if not states and wanted and verb not in ("restore", "recover", "retry", "execute", "run", "commit", "publish", "deploy", "undeploy"):
        column = draft.columns.get("State")
        if column is None and any(c.lower() == "state" for c in draft.columns):
            raise Lost("no_target_state")
        column = column or draft.force("State", {"type": "string", "description": "kept by the service, shown by no read"})
        if column.kind != "string":
            raise Lost("no_target_state")
        column.choices.extend(s for s in ("ACTIVE", "PENDING", wanted[0].upper()) if s not in column.choices)
        return (column.name, wanted[0].upper()), ()
    raise Lost("no_target_state")


# ---- answers ----------------------------------------------------------------------------------------------------


def answer(entry: Entry, draft: Draft, *, gone: bool = False) -> Shape | None:
    """What a write answers: the row or its id, as far as the result schema has places for columns."""
    returns = entry.tool.returns
    if returns is None:
        shown = {c: c for c in draft.columns if c not in ("only", "position")}
        return Shape(fields=shown) if entry.tool.source.vendor == "user" and not gone else None
    body = returns.get("properties", {})
    if "done" in body and "response" in body:
        return Shape(fields={} if gone else {c: c for c, col in draft.columns.items() if col.shown}, done=True)
    if gone:
        return None
    plain = matched({n: s for n, s in body.items() if usable(n, s) and kind_of(s) != "object"}, draft)
    if (draft.own and draft.own in plain.values()) or (plain and not any(s.get("properties") for s in body.values())):
        return Shape(fields=plain)
    for name, schema in body.items():
        if kind_of(schema) == "object" and schema.get("properties"):
            inner = matched(schema["properties"], draft)
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
