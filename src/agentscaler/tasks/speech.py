"""What a person calls values, columns, rows and deeds: the words of a brief. No grammar of sentences here (briefs.py)."""

import re
from typing import Any, Final, Literal, TypeAlias

from agentscaler.population import parse_time
from agentscaler.records import Column, Operation
from agentscaler.words import ACRONYMS, MONTHS, split_cased

Kind: TypeAlias = Literal["name", "text", "time", "choice", "number", "flag", "word"]
"""How a column is spoken of: a name or title, free text, a day, one of a closed list, a number, yes or no, another short value."""
GREEK: Final = re.compile(r"(?:^|[-_ ])(?:alpha|beta|gamma|delta|omega)$")
_NAMES: Final = frozenset(["name", "title", "label", "alias", "subject", "headline", "nickname", "username", "caption"])


def is_name(column: Column) -> bool:
    """Is it what a row is called?"""
    return column.phrase.split(" ")[-1] in _NAMES


# ---- values -----------------------------------------------------------------------------------------------------


def day(value: Any) -> str:
    """'2026-05-12T08:30:00Z' -> '12 May'; another year than the world's is said."""
    moment = parse_time(value)
    return f"{moment.day} {MONTHS[moment.month - 1]}" + ("" if moment.year == 2026 else f" {moment.year}")


_SHORT: Final = frozenset(["open", "free", "done", "live", "idle", "full", "high", "low", "new", "old", "read", "auto", "both", "main", "file", "user", "item", "test", "hot", "cold", "warm", "fast", "slow", "soft", "hard", "good", "bad", "safe", "zero", "one", "two", "easy", "left", "top", "day", "week", "hour", "year", "page", "post", "text", "on", "off", "yes", "no", "up", "down", "root", "team", "owner"])


def member(value: Any, phrase: str = "") -> str | None:
    """One of a closed list as a person says it: 'IN_PROGRESS' -> 'in progress'; None where nobody would say it.

    phrase: what the column is called; it is not said twice ('AUTHORIZATION_TYPE_TRUST' -> 'trust').
    """
    text = str(value)
    if re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}|[A-Za-z]+/[A-Za-z_]+|\d[\w.]{0,11}", text):
        return text
    words = [w for part in re.split(r"[\s_\-.]+", text) for w in split_cased(part)]
    about = phrase.lower().split()
    for n in range(len(about), 0, -1):
        if len(words) > n and [w.lower() for w in words[:n]] == about[-n:]:
            words = words[n:]
            text = "_".join(words)
            break
    if not words or len(words) > 3 or len(text) > 24 or re.search(r"(?i)unspecified|unknown|undefined|default_|^none$|^other$|^null$|^all$", text):
        return None
    if len(words) == 1 and re.fullmatch(r"[A-Za-z0-9]{2,14}", text):
        low = text.lower()
        short = text.isupper() and len(text) <= 4 and low not in _SHORT
        return text if low in ACRONYMS or short or re.search(r"\d", text) else low
    if re.fullmatch(r"[A-Za-z0-9.]{2,12}", text) and re.search(r"\d", text):
        return text
    if any(len(w) < 2 or (re.search(r"\d", w) and len(words) > 1) for w in words):
        return None
    return " ".join(w.upper() if w.lower() in ACRONYMS else w.lower() for w in words)


def number(value: float | int, unit: str) -> str:
    """50, 'GiB' -> '50 GiB'."""
    text = f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value}"
    if unit == "percent":
        return f"{text} percent"
    return f"{text} {unit}".strip() if value != 1 else f"{text} {unit.removesuffix('s')}".strip()


def be(phrase: str) -> str:
    """'status' -> 'is', 'notes' -> 'are', 'number of nodes' -> 'is'."""
    if " of " in phrase:
        return "is"
    last = phrase.split(" ")[-1]
    return "are" if last.endswith("s") and not last.endswith(("ss", "us", "is", "ns")) and last.islower() else "is"


def quoted(value: str) -> str:
    return f'"{value}"'


def odd(value: Any) -> bool:
    """A value that looks made up: 'manual-b', 'tag-gamma'."""
    return isinstance(value, str) and bool(GREEK.search(value.lower()) or re.fullmatch(r".*[A-Za-z_]-[b-f]|.*@.*-\d+|(?:\w+\.)+(?:com|org)-\d+", value))


def say(value: Any, kind: Kind, unit: str = "", phrase: str = "") -> str | None:
    """A value of a column as it stands in a sentence; None where nobody would say it."""
    if kind != "time" and odd(value):
        return None
    if kind == "time":
        return day(value)
    if kind == "choice":
        return member(value, phrase)
    if kind == "number":
        return number(value, "" if unit and phrase.split(" ")[-1].rstrip("s") == unit.rstrip("s") else unit)
    if kind == "flag":
        return "on" if value else "off"
    if kind in ("name", "text"):
        return quoted(value)
    return str(value) if re.fullmatch(r"[\w.,:/@+\-()' ]{1,48}", str(value)) else None


# ---- nouns ------------------------------------------------------------------------------------------------------

_STATES = frozenset(["active", "inactive", "idle", "ready", "pending", "available", "healthy", "unhealthy", "open", "online", "offline", "draft", "live", "public", "private", "internal", "external", "optional", "mandatory", "free", "busy", "new", "shared", "custom", "managed", "standard", "regional", "global", "temporary", "permanent", "manual", "automatic"])


def flag(phrase: str, value: bool) -> str:
    """'encrypted', True -> 'It should be encrypted.'"""
    phrase = phrase.removesuffix(" enabled")
    if phrase in _STATES or phrase.endswith(("able", "ible", "ed")):
        return f"It should {'' if value else 'not '}be {phrase}."
    return f"{phrase[:1].upper()}{phrase[1:]} should be {'on' if value else 'off'}."


def turned(phrase: str, said: str) -> str:
    """'turn on its logging', 'make it publicly accessible'."""
    phrase = phrase.removesuffix(" enabled")
    if phrase in _STATES or phrase.endswith(("able", "ible", "ed")):
        return f"make it {'' if said == 'on' else 'not '}{phrase}"
    return f"turn {said} its {phrase}"


_PLACES = frozenset(
    ["project", "folder", "workspace", "group", "site", "account", "space", "organization", "domain", "environment", "catalog", "registry", "store", "vault", "library", "network", "vpc", "zone", "lake", "dataset", "database", "namespace", "bucket", "room", "channel", "board", "calendar", "drive", "collection", "repository", "app", "application", "portfolio", "location", "album", "playlist", "course", "container", "tenant", "region", "subnet"]
)


def inside(noun: str) -> str:
    """What stands before a thing that a new row is made in: 'in the folder', 'for the predictor'."""
    return "in" if noun.split(" ")[-1].lower() in _PLACES else "for"


def adjective(word: str) -> bool:
    """Can it stand before the noun: 'the stopped instance'?"""
    return " " not in word and (word in _STATES or (word.endswith(("ed", "ing")) and len(word) > 4 and word != "succeeded"))


# ---- deeds ------------------------------------------------------------------------------------------------------

_DELETES: Final = {
    "delete": "delete", "remove": "remove", "terminate": "terminate", "deregister": "deregister", "unregister": "deregister", "destroy": "delete", "drop": "drop", "purge": "delete",
    "uninstall": "uninstall", "erase": "erase", "discard": "discard", "release": "release", "revoke": "revoke", "cancel": "cancel",
}  # fmt: skip
_ACTIONS: Final = frozenset(
    ["start", "stop", "pause", "resume", "suspend", "enable", "disable", "activate", "deactivate", "approve", "reject", "accept", "decline", "close", "reopen", "archive", "unarchive", "restore", "publish", "unpublish", "cancel", "complete", "lock", "unlock", "confirm", "acknowledge", "block", "unblock", "hide", "quarantine", "isolate", "freeze", "unfreeze", "abort", "dismiss", "mute", "unmute", "undelete", "refund", "void", "ship", "deploy", "undeploy", "unsuspend", "hibernate", "withdraw", "revoke", "retry", "reboot", "restart", "deprecate", "undeprecate", "trash", "untrash", "end", "promote", "reactivate"]
)
_TIES: Final = {
    "attach": ("attach", "to"), "associate": ("link", "to"), "bind": ("bind", "to"), "assign": ("assign", "to"), "add": ("add", "to"), "register": ("register", "with"), "subscribe": ("subscribe", "to"),
    "join": ("add", "to"), "connect": ("connect", "to"), "link": ("link", "to"), "mount": ("mount", "on"), "pin": ("pin", "to"), "grant": ("grant", "to"),
    "detach": ("detach", "from"), "disassociate": ("unlink", "from"), "dissociate": ("unlink", "from"), "unbind": ("unbind", "from"), "unassign": ("take", "off"), "remove": ("remove", "from"),
    "deregister": ("deregister", "from"), "unsubscribe": ("unsubscribe", "from"), "leave": ("remove", "from"), "disconnect": ("disconnect", "from"), "unlink": ("unlink", "from"), "unmount": ("unmount", "from"), "unpin": ("unpin", "from"),
}  # fmt: skip


def deed(operation: Operation) -> str | None:
    """The verb of a delete or an action as a person says it."""
    if operation.act == "delete":
        return _DELETES.get(operation.verb, "delete")
    return operation.verb if operation.act == "set" and operation.verb in _ACTIONS else None


def tie(operation: Operation) -> tuple[str, str] | None:
    """('attach', 'to'): the verb of a link or unlink, and what stands before the other end."""
    return _TIES.get(operation.verb)
