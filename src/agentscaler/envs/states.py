"""States: what the verb of an action leads to, from where, and in which state a new row is."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.envs.arguments import Lost, is_time
from agentscaler.envs.documented import examples_of, values_of
from agentscaler.envs.drafts import STATE, Col, Draft, Entry
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.verbs import CLASS, participle
from agentscaler.words import field, split

TARGETS: Final[dict[str, str]] = {
    "start": "running started active enabled in_progress in_service on online available activated ready starting", "stop": "stopped inactive disabled off offline terminated cancelled standby idle shutdown aborted ready stopping canceled deactivated suspended stoped done",
    "reboot": "running active available rebooting", "restart": "running active available restarting", "suspend": "suspended paused inactive",
    "resume": "running active resumed enabled available in_progress", "pause": "paused suspended", "cancel": "cancelled canceled aborted stopped cancelling canceling cancel_complete cancel_completed cancellation_requested cancelrequested",
    "enable": "enabled active on enable online normal activated running", "disable": "disabled inactive off disable offline suspended deactivated closed stopped", "activate": "active activated enabled", "deactivate": "inactive deactivated disabled deprecated",
    "approve": "approved accepted active", "reject": "rejected denied declined", "accept": "accepted active approved associated available confirmed shared enabled approve", "decline": "declined rejected refused",
    "close": "closed resolved inactive", "lock": "locked frozen", "unlock": "unlocked active normal", "archive": "archived inactive", "unarchive": "active unarchived", "restore": "active available normal enabled",
    "recover": "active available recovered normal running", "deploy": "deployed deploying active", "undeploy": "undeployed ready", "abort": "aborted cancelled canceled stopped failed aborting", "finish": "finished completed ended done succeeded",
    "complete": "completed complete succeeded finished done", "promote": "promoted active primary", "confirm": "confirmed active verified accepted succeeded", "acknowledge": "acknowledged acked", "dismiss": "dismissed",
    "publish": "published live active", "unpublish": "unpublished draft", "block": "blocked", "unblock": "active unblocked normal", "hide": "hidden", "unhide": "visible active", "quarantine": "quarantined",
    "freeze": "frozen", "unfreeze": "active normal", "finalize": "finalized completed", "end": "ended completed finished", "isolate": "isolated isolating", "offline": "offline stopped", "online": "online running",
    "reopen": "open reopened active", "undelete": "active available enabled", "ship": "shipped", "refund": "refunded", "return": "returned", "checkout": "checked_out", "pay": "paid", "void": "voided void",
    "capture": "captured succeeded", "mute": "muted", "unmute": "active unmuted", "execute": "running executing", "run": "running", "retry": "running pending queued retrying", "kill": "killed stopped terminated", "expire": "expired", "rollback": "rolled_back rollback_complete rollback_success rollback_successful rollback_in_progress",
    "revert": "draft reverted", "verify": "verified",
    "unsuspend": "active unsuspended registered", "invalidate": "invalid invalidated", "hibernate": "hibernated", "abandon": "abandoned", "withdraw": "withdrawn",
    "announce": "announced announced_to_internet active", "enroll": "enrolled active", "unenroll": "unenrolled inactive", "reactivate": "active", "redeem": "redeemed", "claim": "claimed",
    "unclaim": "unclaimed", "trash": "trashed deleted", "untrash": "active", "commit": "committed", "quit": "stopped", "resolve": "resolved closed", "deprecate": "deprecated", "undeprecate": "active",
    "provision": "provisioned active", "deprovision": "deprovisioned unprovisioned", "terminate": "terminated", "destroy": "destroy_scheduled destroyed", "open": "open opened", "submit": "submitted", "invite": "invited", "unregister": "unregistered",
}  # fmt: skip
"""Verb of an action -> states it leads to, best first."""
SOURCES: Final[dict[str, str]] = {
    "start": "stopped not_started inactive paused created ready off idle standby disabled suspended failed", "stop": "running started active enabled in_progress on starting available online in_service", "resume": "paused suspended stopped", "pause": "running active enabled in_progress available",
    "suspend": "running active enabled available", "approve": "pending requested submitted waiting in_review", "reject": "pending requested submitted waiting in_review", "accept": "pending requested invited",
    "decline": "pending requested invited", "confirm": "pending unconfirmed", "reopen": "closed resolved", "unarchive": "archived", "unlock": "locked", "unblock": "blocked", "publish": "draft unpublished",
    "undelete": "deleted", "cancel": "pending running queued submitted scheduled in_progress active created starting ready open", "abort": "running in_progress pending active", "retry": "failed cancelled error",
    "ship": "pending paid processing", "refund": "paid delivered captured", "unhide": "hidden", "unfreeze": "frozen", "capture": "requires_capture authorized uncaptured",
}  # fmt: skip
"""Verb of an action -> states it starts from, where a closed list holds any of them."""
FLAGS: Final = {
    "enable": 1, "activate": 1, "disable": 0, "deactivate": 0, "lock": 1, "unlock": 0, "archive": 1, "unarchive": 0, "start": 1, "stop": 0,
    "hide": 1, "unhide": 0, "publish": 1, "unpublish": 0, "mute": 1, "unmute": 0, "trash": 1, "untrash": 0,
}  # fmt: skip
JOB_STATES: Final = ["running", "in_progress", "started", "executing", "processing", "queued", "pending", "submitted", "created", "starting", "scheduled"]
NEW_STATES: Final = ["active", "available", "enabled", "ready", "running", "created", "open", "ok", "normal", "succeeded", "completed", "healthy", "online", "pending", "draft", "queued", "submitted", "new", "in_service"]

AT_REST: Final = ["not_started", "standby", "idle"]
"""States of a new thing that somebody has to start."""


def new_state(draft: Draft, arguments: Mapping[str, Argument], *, job: bool) -> dict[str, str | int | None]:
    """Status of a new row, where the caller does not say."""
    given = {a.column for a in arguments.values()} | {c for a in arguments.values() for c in a.body.values()}
    at_rest = AT_REST if any(e.what.kind == "action" and e.what.verb == "start" for e in draft.entries) else []
    out: dict[str, str | int | None] = {c.name: 1 for c in draft.columns.values() if c.name not in given and _in_force(c, draft)}
    begins: dict[str, str | int | None] = {}
    for column in draft.columns.values():
        if column.name in given or column.reference or column.kind not in ("string", "integer") or not STATE.search(column.name):
            continue
        if column.kind == "integer" or (not column.choices and _codes(column)):
            out |= {column.name: code} if _of_itself(column, draft) and (code := first_code(column, job=job)) is not None else {}
            continue
        if column.open:  # its states are ours: what has been made is there
            out[column.name] = first_of(column.choices, ["running", "active"] if job else ["active"])
            continue
        begins[column.name] = state = _not_yet(column, draft)
        state = state if state is not None else first_of(column.choices, [*JOB_STATES, *NEW_STATES] if job else [*at_rest, *NEW_STATES])
        state = state if state is not None else _first_state(column, draft, job=job)
        if state is not None:
            out[column.name] = state
    if any(begins.values()):
        out |= {c: _still(draft.columns[c]) for c, state in out.items() if c in begins and not begins[c] and _OVER_STATES.search(str(state))}
    return out


def _in_force(column: Col, draft: Draft) -> bool:
    """A yes/no `active` of the thing itself, that nothing has to bring about first: a new price is active."""
    if column.kind != "boolean" or not column.shown or [w for w in field(column.name) if w != "is"] != ["active"]:
        return False
    waits = re.search(r"(?i)\buntil\b|\bwhen you create\b|\binactive (?:by default|when|at)|\bdefaults? (?:value )?(?:is|to|of)?:? ?`?false", str(column.schema.get("description", "")))
    return not waits and column.schema.get("default") is not False and not any(e.what.verb in ("activate", "enable", "publish") for e in draft.entries)


def _not_yet(column: Col, draft: Draft) -> str | int | None:
    """Where the common first state would have a new thing over and done: booked, if somebody books it; what waits or runs, if it can be cancelled, stopped or finished; None otherwise."""
    usual = first_of(column.choices, NEW_STATES)
    if not column.choices or not _of_itself(column, draft) or (usual is not None and not _OVER_STATES.search(str(usual))):
        return None
    made_by, deeds = ({e.what.verb for e in draft.entries if e.what.kind == kind and not e.what.extra} for kind in ("create", "action"))
    for verb in _MAKES:
        if verb in made_by and (made := next((c for c in column.choices if str(c).lower() == _MAKES[verb]), None)) is not None:
            return made
    if usual is None or not deeds & _OF_WHAT_IS_THERE:
        return None
    brought = [w for verb in sorted(deeds) for w in (*TARGETS.get(verb, "").split()[:1], participle(verb))]
    left = [c for c in _not_ended(column) if first_of([c], brought) is None]
    waits = [c for c in left if _REQUIRES.search(str(c))]
    given = [c for c in waits if split(str(c))[1:] in [split(name) for name in draft.columns]]
    at_rest = [*AT_REST, "waiting", "created"] if "start" in deeds else []
    return next(iter([*given, *waits]), None) or first_of(left, [*at_rest, *JOB_STATES]) or next(iter(left), None)


def _still(column: Col) -> str | int | None:
    """Of a second state (SecondaryStatus), what goes with a first that is under way."""
    left = _not_ended(column)
    return first_of(left, JOB_STATES) or next(iter(left), None)


def _not_ended(column: Col) -> list[str | int]:
    return [c for c in column.choices if not (_OVER_STATES.search(str(c)) or _ENDS_BADLY.search(str(c)))]


_MAKES: Final = {"book": "booked", "reserve": "reserved", "schedule": "scheduled", "request": "requested", "place": "placed", "submit": "submitted", "invite": "invited", "order": "ordered"}
"""Verbs of a create -> the state that they name."""
_OF_WHAT_IS_THERE: Final = frozenset("cancel abort stop complete finish start".split())
"""Deeds that leave nothing to do once a thing has come to its end."""
_REQUIRES: Final = re.compile(r"(?i)^(?:requires|awaiting|needs)_")
_ENDS_BADLY: Final = re.compile(r"(?i)error|fail|timed_?out|partial|incomplete|exceed|no_?show|unknown|invalid|abort|terminat|stopp|expir|^(?:updat|modif|delet|cancel|disabl|restor|roll|isolat|disassoc)")


def state_inside(column: Col, draft: Draft) -> dict[str, str | int] | None:
    """Of a state that is told inside an object, Status: {Code}: the object of a new row."""
    if column.kind != "object" or not STATE.search(column.name) or not _of_itself(column, draft):
        return None
    for name, schema in column.schema.get("properties", {}).items():
        tells = _TELLS.search(name) and kind_of(schema) == "string" and not set(field(name)[:-1]) - {*draft.noun, "status", "state"}
        choices = [v for v in schema.get("enum", ()) if isinstance(v, str)] or values_of(schema) if tells else []
        waits = next((c for c in choices if _WAITS.search(c.replace("-", "_"))), None)
        if (first := waits or first_of(choices, [s for s in NEW_STATES if s not in _AT_LAST])) is not None:
            return {name: first}
    return None


_AT_LAST: Final = frozenset("succeeded completed queued submitted new".split())


def _of_itself(column: Col, draft: Draft) -> bool:
    """Is it the state of the thing, and not of its last backup or its billing?"""
    return column.shown and not set(field(column.name)[:-1]) - set(draft.noun) and field(column.name)[-1] in ("state", "status")


def _first_state(column: Col, draft: Draft, *, job: bool) -> str | int | None:
    """Of a state of the thing itself: what waits for somebody, what has come to its end well, or is on the way there; ACTIVE, where nobody lists the states."""
    made = {participle(e.what.verb) for e in draft.entries if e.what.kind == "create" and not e.what.extra} | {"provisioned"}
    if (done := next((c for c in column.choices if " ".join(split(str(c))) in made and column.shown and not set(field(column.name)[:-1]) - {*draft.noun, *_MAKING}), None)) is not None:
        return done
    if not _of_itself(column, draft):
        return next((c for c in column.choices if column.shown and not job and _NOT_DONE.search(str(c))), None)
    examples = [e for e in examples_of(column.schema) if not _OF_OTHER_DEEDS.search(e) and not _FAILS.search(e)]
    choices = column.choices or values_of(column.schema) or examples
    if choices:
        waits = next((c for c in choices if _WAITS.search(str(c)) and not job), None)
        settled = None if job else first_of([c for c in choices if not _OF_OTHER_DEEDS.search(str(c))], _SETTLED)
        usual = None if column.choices else first_of(choices, [*JOB_STATES, *NEW_STATES] if job else NEW_STATES)
        found = (usual, waits, settled, *(next((c for c in choices if says.search(str(c))), None) for says in (_ON_THE_WAY, _UNDER_WAY)), next((e for e in examples if e in choices), None))
        return next((state for state in found if state is not None), None)
    return None if job or column.schema.get("examples") else "ACTIVE"


_MAKING: Final = frozenset("registration provision provisioning enrollment lifecycle".split())
"""Words of a state that tells how far the making of a thing has come."""
_NOT_DONE: Final = re.compile(
    r"(?i)^(?:\w+_(?:state|status)_)?(?:not[_-]?|un)(?:checked|reviewed|shared|associated|verified|confirmed|registered|routed|deployed|started|vetted|accepted|assessed|reconciled|modified|paid|activated|used|configured)$"
)
"""What nobody has done yet with a new thing: a second state says so (ShareStatus NOT_SHARED, DriftStatus NOT_CHECKED)."""
_WAITS: Final = re.compile(r"(?i)^(?:pending_?(?:validation|review|approval|verification|acceptance|connect\w*|confirm\w+|submission)|awaiting_\w+|unassigned|not_?assigned|not_?prepared|enqueued|unreconciled|unchecked|proposed|invited|requested|unstart\w*|undeployed|ready_for_deployment|init|initial|initialized|reserved|verification_?in_?progress)$")
_OF_OTHER_DEEDS: Final = re.compile(r"(?i)^(?:updat|modif|delet|cancel|disabl|import|sync|restor|roll|stop|migrat|upgrad|isolat|disassoc)")
_FAILS: Final = re.compile(r"(?i)fail|error|abnormal|reject|denied|expired|terminat|stopp")
_UNDER_WAY: Final = re.compile(r"(?i)^in_?progress$")
_SETTLED: Final = ["create_complete", "associate_complete", "creation_successful", "create_successful", "create_success", "complete", "deployed", "registered", "associated", "valid", "published", "installed", "assignable", "issued", "effective", "success", "successful", "connected", "idle", "stable", "working", "ready_for_use", "unattached"]
"""States of a new thing that no list of common ones holds: it waits for a person, or is made and done."""


def _codes(column: Col) -> dict[str, str | int]:
    """Text -> code, where the description says what each stands for: '0: creating. 1: running', '`enable`, `disable`'."""
    text = str(column.schema.get("description", ""))
    coded = [v for v in values_of(column.schema) if re.fullmatch(r"-?\d{1,4}", str(v))]
    told = {said.strip().lower(): int(number) for number, said in _NUMBERED.findall(text) + _MEANT.findall(text)}
    if len(coded) < 2 and column.kind == "string":
        return {}
    return {said: number if column.kind == "integer" else str(number) for said, number in told.items()} if len(told) > 1 else {}


_MEANT: Final = re.compile(r"(?<![\d.])(-?\d{1,3})\s?(?:-|–)?\s?(?:`|\()?\s?([a-z][a-z ]{2,30})(?=[,;.(]| \d|\s-\s|$)")
"""'0 not started 1 running'."""


def first_code(column: Col, *, job: bool) -> str | int | None:
    """The code of a new thing's state; None where the description tells none, or only ends."""
    told = _codes(column)
    begins, stands = (next((code for says in some for said, code in told.items() if says.search(said)), None) for some in (_BEGINS_AS, _STANDS_AS))
    waits = next((code for said, code in told.items() if _WAITS_AS.search(said)), None)
    first = begins if begins is not None and (job or stands is None) else waits if waits is not None else stands
    if first is None or (column.choices and first not in column.choices):
        return None
    return first


_WAITS_AS: Final = re.compile(r"^(?:not started|unregistered|under review|pending (?:approval|review)|to be (?!deleted|initialized))")
_BEGINS_AS: Final = tuple(re.compile(p) for p in (r"^(?:not started|initial|wait|pending|queue|under review|unregistered|not yet|new$|offline)", r"^(?:in progress|processing|executing|creating|being created|recording|running)"))
_STANDS_AS: Final = tuple(re.compile(p) for p in (r"^(?:normal|operating normal|in normal use|running|active|in use|in effect|valid|enabled?$|online|available|ready|ok$|effective|opened|in service)", r"^(?:created|creation success|success(?:fully)?(?: created|ful)?$|configured)"))


_ON_THE_WAY: Final = re.compile(r"(?i)^(?:creat|process|initi|provision|start)\w*ing$|^(?:create|creation|init)_?in_?progress$")


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


def updated_state(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> dict[str, str | int | None]:
    """UPDATE_SUCCESSFUL, Updated: the state of a thing after an update of it, where the provider knows such a state."""
    given = {c for a in arguments.values() for c in (a.column, *a.body.values())}
    if entry.what.extra or entry.what.verb not in ("update", "modify") or any(a.many for a in arguments.values()):
        return {}
    own = [c for c in visible(draft) if c.kind == "string" and not c.reference and c.name not in given and field(c.name)[-1:] in (("status",), ("state",)) and not set(field(c.name)[:-1]) - {*draft.noun, "lifecycle", "update", "last", "transition"}]
    return {c.name: done for c in own if (done := next((v for v in c.choices if _UPDATED.search(str(v))), None)) is not None}


_UPDATED: Final = re.compile(r"(?i)^(?:update|modification|modify)_?(?:successful|success|succeeded|completed?)$|^(?:updated|modified)$")


class Move(NamedTuple):
    """What an action does to a row."""

    column: str
    value: str | int | None
    """What the column is set to; "{now}" is the clock."""
    only_from: tuple[str | int | None, ...] = ()
    """Values it may be moved from; empty: any other."""
    sets: Mapping[str, str | int | None] = {}
    """Columns that are set with it."""
    inside: tuple[str, ...] = ()
    """Where the column holds an object: its property that is meant, and those that are emptied."""

    @property
    def state(self) -> tuple[str, str | int | None]:
        return self.column, self.value


def visible(draft: Draft) -> list[Col]:
    """The columns that a read shows; all of them where nothing is known of any result (a user's tool list)."""
    return [c for c in draft.columns.values() if c.shown] or list(draft.columns.values())


def switch(entry: Entry, draft: Draft) -> Move:
    """EnableVolumeIO: a switch of the thing. Raises Lost(no_target_state)."""
    noun = entry.what.noun
    part = set(entry.what.extra or (noun[len(draft.noun) :] if noun[: len(draft.noun)] == draft.noun else noun)) - set(draft.noun)
    for column in visible(draft):
        words = set(field(column.name))
        if not part or not part <= words or not words <= part | set(draft.noun) | _SWITCH_WORDS:
            continue
        if column.kind == "boolean":
            return Move(column.name, FLAGS[entry.what.verb])
        value = numbered(column, TARGETS[entry.what.verb].split()) if column.kind == "integer" else first_of(column.choices, TARGETS[entry.what.verb].split())
        if value is not None:
            return Move(column.name, value)
    raise Lost("no_target_state")


_SWITCH_WORDS: Final = frozenset(["enable", "enabled", "is", "status", "state", "flag", "switch", "setting", "mode"])


def target_state(verb: str, draft: Draft) -> Move:
    """The column an action moves, the value it leads to and those it may start from. Raises Lost(no_target_state)."""
    wanted, sources = TARGETS.get(verb, participle(verb) if verb not in CLASS else "").split(), SOURCES.get(verb, "").split()
    named = [c for c in visible(draft) if STATE.search(c.name) and not c.reference]
    states = sorted((c for c in named if c.kind in ("string", "integer")), key=lambda c: (not _of_verb(c, verb), field(c.name)[-1:] == ("phase",), len(split(c.name)), c.name))
    states.sort(key=lambda c: _PASSING.search(str(_chosen(c, wanted) or "")) is not None)  # where one would only be on its way and another there
    for column in states:
        find = numbered if column.kind == "integer" else _chosen
        value = find(column, wanted)
        if value is not None:
            starts = [s for w in sources if (s := find(column, [w])) is not None and s != value]
            settled = [s for s in starts if not _PASSING.search(str(s))]
            return Move(column.name, value, tuple(dict.fromkeys(starts)) if settled else _not_over(verb, column, value))
    if (flag := _flag(verb, draft)) is not None:
        return flag
    if verb not in ("reboot", "restart") and (told := _told_inside([c for c in named if c.kind == "object"], wanted, sources)) is not None:
        return told
    return _open_ended(states, wanted, draft, verb)


def _not_over(verb: str, column: Col, value: str | int) -> tuple[str | int, ...]:
    """The states but those after which nothing is left to cancel (COMPLETED), or to start (DELETED); none where the column knows no such state."""
    over = _OVER_FOR_ALL if verb not in _OF_WHAT_RUNS else _OVER_STATES
    rest = [c for c in column.choices if c != value and not (isinstance(c, str) and over.search(c))]
    told = column.kind == "string" and not column.open and verb not in _OF_WHAT_IS_OVER and len(rest) + 1 < len(column.choices)
    return tuple(rest) if told else ()


_OF_WHAT_RUNS: Final = frozenset("cancel abort stop pause suspend complete finish approve reject accept decline confirm submit withdraw abandon capture".split())
_OF_WHAT_IS_OVER: Final = frozenset("restore recover undelete reactivate reopen retry unarchive expire archive refund return reverse restart reboot delete destroy purge remove revoke untrash".split())
_OVER_FOR_ALL: Final = re.compile(r"(?i)^(?:\w+_)?(?:deleted|deleting|terminated|terminating|destroyed|pending_?(?:deletion|delete))$")
_OVER_STATES: Final = re.compile(rf"{_OVER_FOR_ALL.pattern}|^(?:(?:run|job|task|execution|status|state)_)?(?:completed?|succeeded|success|failed|cancelled|canceled|rejected|expired|revoked|returned|reversed|declined|refunded|refused|fulfilled|settled|archived|closed|finished|ended|no_?show)$")
"""States of what is gone, and of what has come to its end."""


def ended(entry: Entry, draft: Draft, move: Move) -> dict[str, str | int | None]:
    """What a row tells of a deed besides its state: CanceledAt of what is cancelled, EndTime and isComplete of a run that is stopped."""
    verb = entry.what.verb
    if _PASSING.search(str(move.value)) or "sched" in str(move.value).lower() or verb == "expire":
        return {}
    again = any(e.what.kind == "action" and not e.what.extra and e.what.verb in _AGAIN for e in draft.entries)
    runs = verb in _ENDS and not again and not move.inside
    own = {c.name: tuple(w for w in field(c.name) if w not in ("is", "last", "latest") and w not in draft.noun) for c in visible(draft) if not c.reference and not c.json and c.name not in (*draft.key, move.column)}
    begun = any(w[:1] in _BEGINS and len(w) < 3 for w in own.values())
    times = {n: w[0] for n, w in own.items() if len(w) == 2 and w[1] in _MOMENT and is_time(n, draft.columns[n].schema) and not draft.columns[n].written}
    named = [n for n, word in times.items() if word.startswith(verb[:5].rstrip("e"))]
    moved = [n for n, w in own.items() if STATE.search(move.column) and _WHEN_MOVED.search(" ".join(w)) and is_time(n, draft.columns[n].schema) and not draft.columns[n].written]
    ends = [n for n, word in times.items() if word in _ENDED and runs and begun] if not named else []
    flags = [n for n, w in own.items() if draft.columns[n].kind == "boolean" and w in _OVER and runs]
    return {**dict.fromkeys([*(named or ends), *moved], "{now}"), **dict.fromkeys(flags, 1)}


_WHEN_MOVED: Final = re.compile(r"^(?:state|status) (?:(?:change|changed|update|updated|modified|modification|transition|transitioned) )?(?:time|at|date|timestamp|date time|on)$")
"""StatusLastChangedDateTime, StateTransitionTime."""
_ENDS: Final = frozenset("stop cancel abort terminate complete finish end kill fail close abandon".split())
_AGAIN: Final = frozenset("start restart resume reopen rerun".split())
"""What can be started again has not come to an end when it is stopped."""
_BEGINS: Final = (("start",), ("started",), ("begin",), ("creation",), ("create",), ("created",), ("submit",), ("submitted",))
_MOMENT: Final = frozenset("time at date on timestamp datetime".split())
_OVER: Final = (("complete",), ("completed",), ("finished",), ("ended",), ("done",))
_ENDED: Final = frozenset("end ended finish finished complete completed completion stop stopped".split())


def _told_inside(columns: Sequence[Col], wanted: Sequence[str], sources: Sequence[str]) -> Move | None:
    """Status: {Code, Message}, state: {status, reason}: the state of a thing is told inside an object, with what is said of it."""
    for column in columns:
        properties: Mapping[str, Schema] = column.schema.get("properties", {})
        for name, schema in properties.items():
            if not _TELLS.search(name) or kind_of(schema) != "string":
                continue
            choices = [v for v in schema.get("enum", ()) if isinstance(v, str)] or values_of(schema)
            value = first_of(choices, wanted)
            if value is None or _PASSING.search(str(value)):
                continue
            starts = [s for w in sources if (s := first_of(choices, [w])) is not None and s != value and not _PASSING.search(str(s))]
            return Move(column.name, value, tuple(dict.fromkeys(starts)), {}, (name, *(n for n in properties if n != name and _SAID_OF.search(n))))
    return None


_TELLS: Final = re.compile(r"(?i)^(?:\w+_)?(?:state|status|code|name|phase)$|(?:State|Status|StatusCode|StateCode)$")
_SAID_OF: Final = re.compile(r"(?i)(?:code|message|reason|details?|sub_?state|description)$")
"""What is said of a state, and no longer of the next."""
_PASSING: Final = re.compile(r"(?i)(?:start|creat|stopp|updat|delet|provision|resum|initi\w*)ing$")
"""States that pass by themselves: an action that could start from these alone could never be called on a thing at rest."""


def _of_verb(column: Col, verb: str) -> bool:
    """Is the column named after the deed: lockState for lock and unlock, provisioningState for deprovision?"""
    stem = re.sub(r"^(?:un|de|re)(?=[a-z]{4})", "", verb)[:5]
    return any(w.startswith(stem) for w in split(column.name))


def _chosen(column: Col, wanted: Sequence[str]) -> str | int | None:
    return first_of(column.choices, wanted)


_NUMBERED = re.compile(r"(?<![\d.])[`'\"]?(-?\d{1,3})[`'\"]?\s*(?:[:=.(-]|means|indicates)\s*[`'\"]?([A-Za-z][A-Za-z _]{2,30})")


def numbered(column: Col, wanted: Sequence[str]) -> int | None:
    """The number that stands for a state, where the description tells: '0: disabled. 1: enabled'."""
    said = {text.strip(): int(number) for number, text in _NUMBERED.findall(str(column.schema.get("description", "")))}
    found = first_of(list(said), wanted)
    if found is None or len(said) < 2:
        return None
    column.choices = column.choices or list(dict.fromkeys(said.values()))
    return said[str(found)] if said[str(found)] in column.choices else None


def _flag(verb: str, draft: Draft) -> Move | None:
    """A yes/no column of the thing itself that says what the verb does: Enabled, isLocked, Stopped."""
    if verb not in FLAGS:
        return None
    for stems, turned in ((_STEMS.get(verb, (verb.removeprefix("un")[:5],)), False), (_TURNED.get(verb, ()), True)):
        for column in visible(draft):
            words = [w for w in field(column.name) if w != "is" and w not in draft.noun]
            if column.kind in ("boolean", "integer") and len(words) == 1 and words[0].startswith(stems):
                return Move(column.name, 1 - FLAGS[verb] if turned else FLAGS[verb])
    return None


_STEMS: Final[dict[str, tuple[str, ...]]] = {
    "enable": ("enabl",), "disable": ("enabl",), "activate": ("activ", "enabl"), "deactivate": ("activ", "enabl"),
    "start": ("enabl", "runn", "start"), "stop": ("enabl", "runn", "start"), "hide": ("hid",), "unhide": ("hid",),
}  # fmt: skip
_TURNED: Final[dict[str, tuple[str, ...]]] = {"enable": ("disabl",), "disable": ("disabl",), "start": ("stopp",), "stop": ("stopp",), "hide": ("visib",), "unhide": ("visib",)}


_PLAIN_DEEDS: Final = frozenset("start stop cancel isolate pause resume abort suspend".split())
"""Deeds whose result is the status of the thing itself, DBInstanceStatus, whatever it is called."""


def _open_ended(states: Sequence[Col], wanted: Sequence[str], draft: Draft, verb: str) -> Move:
    """A status whose values nobody lists; where nothing is known of any result, a status of our own."""
    for column in states:
        if wanted and column.kind == "string" and (column.open or not column.choices) and (len(split(column.name)) <= 2 or (verb in _PLAIN_DEEDS and not set(split(column.name)[:-1]) - set(draft.noun))):
            column.open = True
            column.choices.extend(s for s in ("ACTIVE", "PENDING", wanted[0].upper()) if s not in column.choices)
            return Move(column.name, wanted[0].upper())
    if any(c.shown for c in draft.columns.values()) or states or not wanted or verb in ("restore", "recover", "retry", "execute", "run", "commit", "publish", "deploy", "undeploy"):
        raise Lost("no_target_state")
    own = draft.columns.get("State")
    if own is None and any(c.lower() == "state" for c in draft.columns):
        raise Lost("no_target_state")
    column = own or draft.force("State", {"type": "string", "description": "kept by the service, shown by no read"})
    if column.kind != "string":
        raise Lost("no_target_state")
    column.choices.extend(s for s in ("ACTIVE", "PENDING", wanted[0].upper()) if s not in column.choices)
    return Move(column.name, wanted[0].upper())


def tied_state(draft: Draft, *, tie: bool) -> dict[str, str | int | None]:
    """What a tie changes beside the reference: Attached, DiskState ATTACHED or UNATTACHED."""
    out: dict[str, str | int | None] = {}
    for column in visible(draft):
        words = tuple(w for w in field(column.name) if w != "is" and w not in draft.noun)
        if column.kind == "boolean" and words in (("attached",), ("bound",), ("associated",)):
            out[column.name] = int(tie)
        elif column.kind == "string" and words in (("state",), ("status",)) and first_of(column.choices, ["attached", "bound", "in_use"]) is not None:
            state = first_of(column.choices, ["attached", "bound", "in_use"] if tie else ["unattached", "detached", "unbound", "available"])
            out |= {column.name: state} if state is not None else {}
    return out


# ---- what must be stopped before it is deleted --------------------------------------------------------------------


def required_state(text: str, draft: Draft) -> Move | None:
    """'Only disabled directories can be deleted': the column, and the states in it, that a delete asks for; None where its text names none."""
    for sentence in re.split(r"(?<=[.!;])\s+", text):
        if (guarded := _guarded(sentence, draft)) is not None:
            return guarded
        if _NOT_OF_IT.search(sentence) or not _DELETES.search(sentence):
            continue
        for column in (c for c in visible(draft) if STATE.search(c.name) and c.kind == "string" and len(c.choices) > 1 and not c.reference):
            said = mentioned(sentence, column)
            if _FORBIDDEN.search(sentence):
                allowed = [c for c in column.choices if c not in said] if said else []
            elif _ONLY_IN.search(sentence):
                allowed = said
            else:
                allowed = []
            if allowed and len(allowed) < len(column.choices):
                return Move(column.name, None, tuple(allowed))
        if (found := _after(sentence, draft)) is not None:
            return found
    return None if re.search(r"(?i)\b(?:deletion|termination) protection\b", text) else _protected(draft)


def _protected(draft: Draft) -> Move | None:
    """DeletionProtection, TerminationProtectionEnabled: what a thing is called that nobody may delete while it is on."""
    for column in visible(draft):
        words = set(field(column.name)) - set(draft.noun) - _SWITCH_WORDS
        if column.reference or len(words) != 2 or not (words & {"deletion", "delete", "termination"} and words & {"protection", "protected"}):
            continue
        if column.kind == "boolean":
            return Move(column.name, None, (0, None))
        off = [c for c in column.choices if re.search(r"(?i)(?:^|_)(?:disabled?|inactive|off|none)$", str(c))]
        if column.kind == "string" and len(column.choices) == 2 and len(off) == 1:
            return Move(column.name, None, (off[0], None))
    return None


def _guarded(sentence: str, draft: Draft) -> Move | None:
    """'The request fails if deletion protection is enabled', 'You can't delete the default group': a yes/no column that must not be set."""
    for said, words in _GUARDS:
        column = next((c for c in visible(draft) if c.kind == "boolean" and words <= set(field(c.name)) <= words | _SWITCH_WORDS | set(draft.noun)), None)
        if column is not None and said.search(sentence):
            return Move(column.name, None, (0, None))
    return None


_GUARDS: Final = (
    (re.compile(r"(?i)(?:can't|cannot|can not|fails?|unable|must)\b.*\bdeletion protection|\bdeletion protection\b.*(?:can't|cannot|can not|fails?|must)\b"), {"deletion", "protection"}),
    (re.compile(r"(?i)\b(?:can't|cannot|can not|not)\b (?:be )?(?:delet|remov|perform)\w*\b.*\b(?:the|a) default\b|\bthe default [\w ]{2,40}\b(?:can't|cannot|can not) be (?:delet|remov)"), {"default"}),
)


def _after(sentence: str, draft: Draft) -> Move | None:
    """'You must disable it before you can delete it': the states that such an action leads to."""
    deed = _FIRST.search(sentence)
    if deed is None or deed[2].lower() not in ("it", draft.noun[-1]):
        return None
    verb = deed[1].lower()
    for column in (c for c in visible(draft) if STATE.search(c.name) and c.kind == "string" and not c.reference):
        reached = [c for c in column.choices if first_of([c], TARGETS[verb].split()[:4]) is not None]
        said = mentioned(sentence, column)  # 'to delete an active deployment, you must first cancel it'
        allowed = [c for c in column.choices if c not in said] if said and not set(said) & set(reached) else reached
        if reached and len(allowed) < len(column.choices):
            return Move(column.name, None, tuple(allowed)) if said or not _WHERE.search(sentence[: deed.start()]) else None
    flag = _flag(verb, draft)
    return Move(flag.column, None, (flag.value,)) if flag is not None else None


def mentioned(sentence: str, column: Col) -> list[str | int]:
    """The states that a sentence names; of 'pending acceptance' not also 'pending'."""
    spoken = f" {' '.join(w for part in re.findall(r'[A-Za-z0-9_]+', sentence) for w in split(part))} ".replace(" ", "  ")
    found = []
    listed = re.search(r"(?i)one of (?:the|these) (?:following )?(?:states|statuses)\b", sentence)
    for choice in sorted(column.choices, key=lambda c: -len(str(c))):
        words = f" {'  '.join(split(str(choice)))} "
        if words in spoken and (split(str(choice))[:1] not in (("deleted",), ("deleting",)) or (listed and str(choice) in sentence)):
            found.append(choice)
            spoken = spoken.replace(words, " ; ")
    return [c for c in column.choices if c in found]


_WHERE = re.compile(r"(?i)\b(?:if|when|in case)\b")
_DELETES = re.compile(r"(?i)\b(?:delet|remov|deregister|destroy)|\bmust be in\b|\b(?:state|status) must be\b")
_NOT_OF_IT = re.compile(r"(?i)\bno (?:\w+ ){0,2}(?:active|running)|\bnon-|must not|\b(?:has|have|with|any|all|its|the) (?:an? |any )?(?:active|running|enabled|associated|associations?)\s+\w+s?\b(?<!state)(?<!status)|\bpermission\b|\binstances? (?:must|in)|association.* must")
"""What is said of other things than the one that goes."""
_ONLY_IN = re.compile(r"(?i)\bonly (?:be )?(?:delet|remov)|\bonly\b.{0,60}(?:can|may|are able to) be (?:\w+ )?(?:delet|remov)|(?:delet|remov)\w*\b.{0,60}\bonly (?:if|when|in|an?|those|\w+ (?:\w+ )?(?:that|whose|with|in))\b|\bonly\b.{0,12}\b(?:delet|remov)|\b(?:if|when) \(?and only|must be in|(?:state|status) must be")
_FORBIDDEN = re.compile(r"(?i)(?:can't|cannot|can not|may not|unable to) (?:be )?(?:delet|remov)\w*\b.{0,60}(?:\b(?:status|state)\b|\bif it is\b|\b(?:is|are) (?:still )?(?:running|active|enabled)\b)")
_FIRST = re.compile(r"(?i)\b(?:must|need to|have to)\b (?:first )?(stop|disable|deactivate|close|pause|cancel|end|suspend)\b (?:\(\w+\) )?(?:the |an? |this |that )?(?:\w+ ){0,2}?(it|\w+)(?=[\s.,]|$)")
