"""Which rows a deed makes sense for, by their state: nobody disables what is deleted or starts what runs.

States are read as words ('SYNC_IN_PROGRESS' -> 'sync in progress'). Where a row has no state every deed fits.
"""

import re
from typing import Any, Final

from agentscaler.gate import standing
from agentscaler.population import parse_time
from agentscaler.records import Operation, Table
from agentscaler.tasks.nouns import protected, runs
from agentscaler.words import split_cased

Row = dict[str, Any]
THIS_YEAR: Final = 2026
"""The year of the worlds' clock."""
STATE_WORDS: Final = ("status", "state", "phase", "lifecycle")
_STATE: Final = re.compile(r"(?i)(?:status|state|phase|lifecycle)$")
_OWN: Final = re.compile(r"^(?:current |lifecycle |active |run |task |job |instance |cluster )?(?:status|state|phase|lifecycle)$")
_GONE: Final = re.compile(r"delet|terminat|remov|destroy|purg|released|uninstalled|deregistered|\bgone\b|^left$|dropped|revoked|discarded")
_MOVING: Final = re.compile(r"\b(?!running|serving|existing|missing|operating|working|billing|training\b)[a-z]{3,}ing\b|progress|queued|submitted|requested|scheduled|start failed|partial")
_RUNNING: Final = re.compile(r"^(?:running|active|in progress|processing|in use|attached|associated|executing|started|executed|assigned)$")
_VAGUE: Final = re.compile(r"unknown|unspecified|none|not known|undefined|invalid|unrecognized")

_UP: Final = "running|active|started|ready|available|in service|online|enabled|healthy|live|on|serving|operational|normal|deployed|published"
_DOWN: Final = "stopped|paused|suspended|inactive|disabled|off|offline|halted|idle|shut down|shutdown|hibernated|deactivated"
_OPEN: Final = "pending|queued|running|in progress|active|submitted|scheduled|processing|open|requested|waiting|started|new|accepted|confirmed|executing|booked"
_ASKED: Final = "pending|requested|waiting|submitted|in review|open|new|draft|pending approval|pending acceptance|awaiting approval|invited|proposed|pending review|under review|waiting for approval|needs review|offered"
_DONE: Final = "completed?|succeeded|finished|closed|resolved|cancell?ed|failed|expired|ended|stopped|inactive|done"
_FROM: Final[dict[str, str]] = {
    "start": _DOWN + "|created|draft|not started|ready to start", "stop": _UP + "|in progress|processing", "pause": _UP + "|in progress|processing", "suspend": _UP, "hibernate": _UP,
    "resume": "paused|suspended|stopped|halted|hibernated|interrupted", "unsuspend": "suspended", "reactivate": "inactive|disabled|deactivated|suspended|expired|closed", "reboot": _UP + "|unhealthy|failed|impaired",
    "restart": _UP + "|unhealthy|failed|" + _DOWN, "enable": _DOWN + "|draft|created", "activate": _DOWN + "|draft|created|ready|pending activation", "disable": _UP, "deactivate": _UP,
    "approve": _ASKED, "reject": _ASKED, "accept": _ASKED, "decline": _ASKED, "confirm": _ASKED, "acknowledge": "open|new|active|triggered|firing|unacknowledged|raised|alarm", "dismiss": "open|new|active|pending|failed",
    "cancel": _OPEN, "abort": _OPEN, "terminate": _UP + "|" + _OPEN + "|" + _DOWN + "|failed|unhealthy", "withdraw": _ASKED, "end": _OPEN + "|" + _UP, "finish": _OPEN, "complete": _OPEN,
    "publish": "draft|created|unpublished|ready|approved|inactive|private|in development|development|under construction|saved", "unpublish": "published|active|live|public|online", "archive": _DONE + "|active|ready|enabled|published|disabled|paused|available|open|read|created",
    "unarchive": "archived", "untrash": "trashed", "undelete": "deleted|trashed", "trash": _UP + "|draft", "restore": "archived|trashed", "close": "open|active|opened|new|in progress|reopened|running", "reopen": "closed|resolved|done|completed?",
    "lock": "unlocked|" + _UP, "unlock": "locked", "block": _UP + "|unblocked|allowed|approved", "unblock": "blocked", "hide": _UP + "|visible", "deploy": "created|ready|draft|undeployed|" + _DOWN, "undeploy": "deployed|" + _UP, "retry": "failed|error|cancell?ed|timed out|aborted|stopped",
    "quarantine": _UP + "|infected|suspicious", "isolate": _UP + "|unhealthy", "promote": _UP, "deprecate": _UP + "|registered|released", "undeprecate": "deprecated", "mute": _UP + "|unmuted", "unmute": "muted", "freeze": _UP, "unfreeze": "frozen",
    "refund": "paid|completed?|captured|settled", "void": "authorized|open|pending", "ship": "paid|packed|ready|open",
}  # fmt: skip
FROM: Final = {verb: re.compile(rf"(?:{states})") for verb, states in _FROM.items()}
"""States a deed starts from."""
_LET_GO: Final = re.compile(
    r"(?:failed|stopped|disabled|inactive|expired|cancell?ed|completed?|succeeded|finished|closed|archived|draft|rejected|suspended|paused|offline|deprecated|detached|unattached|unused|idle|obsolete|error|unhealthy|"
    r"resolved|dismissed|abandoned|deactivated|unpublished|unavailable|unreachable|outdated|retired|aborted|timed out|decommissioned|withdrawn|superseded|declined|unassigned|off|incomplete|disconnected)"
)
"""States of what one deletes."""
_STEADY: Final = re.compile(rf"(?:{_LET_GO.pattern}|{_UP}|published|open|new|approved|enabled|created|verified|connected|locked|blocked|visible|hidden|muted|public|private|internal|pending)")
"""States by which one may pick a row out."""


def words_of(state: Any) -> str:
    """'SYNC_IN_PROGRESS' -> 'sync in progress'."""
    return " ".join(w.lower() for part in re.split(r"[\s_\-.]+", str(state)) for w in split_cased(part))


def is_state(phrase: str) -> bool:
    return phrase.split(" ")[-1].lower() in STATE_WORDS


def own_state(phrase: str) -> bool:
    """The state of the row itself, and not of its last operation or its agent."""
    return bool(_OWN.match(phrase))


def leaving(state: Any) -> bool:
    """Is it gone, on its way, or in no state that one could speak of?"""
    return bool(_GONE.search(words_of(state)) or _MOVING.search(words_of(state)) or _VAGUE.search(words_of(state)))


def begins(state: Any) -> bool:
    """Is it a state in which one would make a thing?"""
    return bool(re.fullmatch(rf"{_UP}|draft|created|new|open|visible|public|private", words_of(state)))


_GROUPS: Final = re.compile(rf"{_LET_GO.pattern}|running|active|pending|scheduled|queued|open|new|published|approved|blocked|locked|muted|public|private|in progress")


def makes_group(state: Any, verb: str) -> bool:
    """Does the state part some from the rest? What is available, ready or enabled is as all things are; the active ones may be counted."""
    return bool(_GROUPS.fullmatch(words_of(state))) and not (verb and words_of(state) == "active")


def bears(state: Any, verb: str) -> bool:
    """Would one make a deed depend on this state? Nobody mends a thing only if it has failed, or only while it runs."""
    return verb != "update" and picks(state, verb)


def verb_of(operation: Operation | None) -> str:
    """What a write does to a row: 'delete', 'update', or the verb of an action. '' for no write."""
    if operation is None:
        return ""
    if operation.act == "delete":
        return operation.verb if operation.verb in ("terminate", "cancel") else "delete"
    return operation.verb if operation.act == "set" else "update"


def suits(operation: Operation, row: Row, table: Table) -> bool:
    """Would anybody want it of this row, and may it be done?"""
    if operation.state and (operation.act == "set" or operation.only_from):
        now = standing(operation, row)
        if now in (operation.state[1], None) or (operation.only_from and now not in operation.only_from):
            return False
    verb = verb_of(operation)
    if operation.act == "delete" and protected(row):
        return False
    if verb in FROM and not _going_on(row, table):
        return False
    states = {c.name: words_of(row[c.name]) for c in table.columns if _STATE.search(c.name) and isinstance(row.get(c.name), str)}
    last = table.noun.split(" ")[-1].lower()
    own = {c.name: states[c.name] for c in table.columns if c.name in states and (_OWN.match(c.phrase.removeprefix(f"{last} ")) or (operation.state and operation.state[0] == c.name))}
    return all(_fits(verb, s, table) for s in own.values()) and not any(_GONE.search(s) for s in states.values() if verb not in ("undelete", "untrash", "restore"))


def _going_on(row: Row, table: Table) -> bool:
    """Is what was started from this year, and not at its end?"""
    told = ("finished", "started", "created", "submitted", "requested") if runs(table.noun) else ("started", "submitted", "requested")
    moments = [(c.phrase, row[c.name]) for c in table.columns if c.phrase in told and row.get(c.name) is not None]
    return all(phrase != "finished" and parse_time(value).year == THIS_YEAR for phrase, value in moments)


def _fits(verb: str, state: str, table: Table) -> bool:
    if verb in FROM:
        return bool(FROM[verb].fullmatch(state))
    if _GONE.search(state) or _MOVING.search(state):
        return False
    return not (verb == "delete" and (state in ("in use", "attached", "associated", "assigned", "locked") or (_RUNNING.match(state) and runs(table.noun))))


def picks(state: Any, verb: str) -> bool:
    """Would a person who wants this done pick a row, or make it depend, by this state?"""
    state = words_of(state)
    if _VAGUE.search(state):
        return False
    if verb in FROM:
        return bool(FROM[verb].fullmatch(state))
    if verb == "delete":
        return bool(_LET_GO.fullmatch(state))
    return bool(_STEADY.fullmatch(state)) and (verb == "" or state != "pending")
