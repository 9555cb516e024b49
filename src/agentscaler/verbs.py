"""What an operation's name says: its verb, the class of the verb, the noun, and what stands behind a preposition.

Names of all styles: `DescribeVpcs`, `compute.instances.list`, `get_user_id_by_email`, `POST /orders/{orderId}/items`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from agentscaler.records import Source
from agentscaler.words import singular, split

VerbClass: TypeAlias = Literal["get", "list", "create", "put", "update", "delete", "link", "unlink", "action", "compute", "other"]

_LEXICON: Final[dict[VerbClass, str]] = {
    "list": "list describe search query scan browse enumerate",
    "get": "get read fetch lookup show view retrieve find head",
    "create": "create add insert register new allocate request purchase provision issue upload import launch buy submit "
    "open define post clone copy duplicate schedule initiate build book place reserve invite make write record",
    "put": "put upsert",
    "update": "update modify set patch edit change replace rename configure adjust upgrade reset extend increase decrease "
    "transfer move merge convert resize scale migrate alter switch override revise reschedule expand enlarge shrink label annotate",
    "delete": "delete remove terminate deregister unregister destroy purge drop uninstall erase discard deprovision",
    "link": "attach associate bind subscribe link join assign mount share connect grant follow pin authorize",
    "unlink": "detach disassociate dissociate unbind unsubscribe unlink leave unassign unmount unshare disconnect unfollow "
    "unpin deauthorize",
    "action": "start stop reboot restart suspend resume pause cancel enable disable activate deactivate approve reject accept "
    "decline close lock unlock archive unarchive restore recover deploy undeploy abort finish complete promote confirm "
    "acknowledge dismiss publish unpublish block unblock hide unhide quarantine freeze unfreeze finalize end execute run retry reopen "
    "redeploy rollback send isolate release revoke undelete verify commit begin invoke trigger failover rotate renew refresh "
    "revert sync apply expire stage mark notify install reinstall rebuild repair process replay kill quit exit wait mute unmute "
    "ship refund return checkout pay void capture resolve deprecate undeprecate unsuspend invalidate hibernate abandon withdraw announce enroll unenroll reactivate redeem claim unclaim trash untrash",
    "compute": "check validate test preview estimate simulate calculate compute predict detect translate evaluate analyze analyse "
    "recognize compare suggest autocomplete poll sample discover count inquire inquiry export download generate render "
    "synthesize encrypt decrypt sign decode encode classify stream watch tag untag log login logout is has can ping echo "
    "explain summarize select filter exchange assume geocode aggregate think",
}
CLASS: Final[dict[str, VerbClass]] = {}
for _class, _verbs in _LEXICON.items():
    for _verb in _verbs.split():
        CLASS.setdefault(_verb, _class)

PREPOSITIONS: Final = frozenset("by for from to with in of on into under within as via at using between".split())
SKIPPED: Final = frozenset("batch bulk admin global multi multiple all quick new async sync internal external".split())
VIEW_WORDS: Final = frozenset(
    "list detail info information overview summary attribute description metadata data status state item record content "
    "basic extra simple v2 v3 all page by set usable".split()
)
"""Words behind a noun that name a view of it: DescribeInstanceList, GetUserInfo."""
JOBS: Final = frozenset("job task execution run request operation batch session build import export query transfer process".split())


class Analysis(NamedTuple):
    """What the name of an operation says."""

    verb: str
    """'describe'."""
    kind: VerbClass
    """'list'."""
    noun: tuple[str, ...]
    """Singular words of what it acts on: ('mount', 'target')."""
    tail: tuple[str, ...]
    """Singular words behind a preposition."""
    preposition: str
    """That preposition, or ''."""
    extra: tuple[str, ...]
    """Google custom methods: words behind the verb (fetchAcl -> ('acl',))."""


READS: Final = ("get", "list")
SURROUNDING: Final = frozenset("projects locations organizations folders customers accounts properties users v1 v2".split())
"""Collections of a Google API that name the surroundings more often than things."""


def analyse(source: Source, name: str) -> Analysis:
    """Of a tool's source and name."""
    if source.vendor == "google":
        return _of_a_row(google(source.operation, source.verb or "POST"), source)
    if "." in source.operation and source.vendor not in ("aws", "tencent", "user"):
        return of_class(source.operation, source.verb or "", source.path or "")
    what = _as_hinted(_named(name if source.vendor == "user" else source.operation, source.verb or "", source.path or "", source.vendor), source)
    return _of_the_thing(what) if source.vendor == "user" and not source.path else what


_IN_STATE: Final = frozenset("pending delivered active inactive open closed shipped paid unpaid cancelled canceled completed failed expired archived suspended draft published approved rejected processed existing".split())


def _of_the_thing(what: Analysis) -> Analysis:
    """`get_order_details` reads the order, and `cancel_pending_order` says which state an order must be in. Not where a path names the thing, and not in the pool, whose details are often tables of their own."""
    noun = what.noun
    if what.kind == "get" and len(noun) > 1 and noun[-1] == "detail":
        noun = noun[:-1]
    if what.kind not in READS and len(noun) > 1 and noun[0] in _IN_STATE:
        noun = noun[1:]
    return what if noun == what.noun else what._replace(noun=noun)


def _as_hinted(what: Analysis, source: Source) -> Analysis:
    """Where no verb is known, what the definition itself says decides: `weather_forecasts` that only reads is a list, `wipe_disk` that destroys a delete."""
    if what.kind != "other" or source.hint is None or source.hint == "write":
        return what
    many = split(source.operation)[-1:] != what.noun[-1:]
    return what._replace(kind="delete" if source.hint == "delete" else "list" if many else "get")


def _of_a_row(what: Analysis, source: Source) -> Analysis:
    """POST deploymentGroups/{deploymentGroup}:provision names a row that exists: it moves the row, and neither makes nor removes one."""
    custom = re.search(r"\}:\w+$", source.path or "")
    if source.verb == "POST" and custom and what.kind in ("create", "delete") and what.verb not in ("copy", "clone", "duplicate", "delete", "remove"):
        return what._replace(kind="action")
    return what


@lru_cache(100_000)
def of_name(name: str) -> Analysis:
    """Of a tool's name alone, as an agent sees it: 'DeleteVolume', 'amplify_ListWebhooks', 'buyers_userLists_close'."""
    parts = re.sub(r"_\d+$", "", name).split("_")
    name = "_".join(parts)
    if len(parts) > 1 and not re.search(r"[A-Z]", parts[-1][:1]) and split(parts[-1]) and split(parts[-1])[0] in CLASS and split(parts[0])[0] not in CLASS:
        return google(".".join(["service", *parts]), "")
    if len(parts) > 1 and re.match(r"[A-Z]", parts[-1]):
        name = parts[-1]
    return _named(name, "", "", "")


@lru_cache(100_000)
def google(operation: str, verb: str) -> Analysis:
    """'managedkafka.projects.locations.clusters.list'."""
    parts = operation.split(".")
    collection = parts[-2] if len(parts) > 2 else parts[0]
    noun = _singulars(split(collection))
    words = list(split(parts[-1])) or [""]
    while len(words) > 1 and words[0] in ("batch", "bulk"):
        words = words[1:]
    first = words[0]
    rest = tuple(singular(w) for w in words[1:] if w not in PREPOSITIONS)
    if rest and set(rest) <= set(noun):
        rest = ()
    elif rest and first in ("get", "update", "fetch", "list", "lookup", "retrieve", "show", "set"):
        noun = rest if collection in SURROUNDING or len(parts) <= 2 else noun + rest
        rest = ()
    kind = CLASS.get(first)
    if verb == "GET" and kind not in ("get", "list", "compute"):
        kind = "get"
    elif kind is None:
        kind = {"DELETE": "delete", "PATCH": "update", "PUT": "update"}.get(verb, "other")  # type: ignore[assignment]
    if first == "aggregated":
        kind = "list"
    assert kind is not None
    return Analysis(first, kind, noun, (), "", rest)


@lru_cache(100_000)
def of_class(operation: str, verb: str, path: str) -> Analysis:
    """'refunds.update', 'courses.get_quizzes': a method of a class of a client library, which is about something."""
    holder, _, method = operation.rpartition(".")
    whose, words = _things(split(holder)), list(split(method)) or [""]
    while len(words) > 1 and words[0] in SKIPPED:
        words = words[1:]
    at = next((i for i in (0, len(words) - 1, 1, 2) if i < len(words) and words[i] in CLASS), None)
    http: dict[str, VerbClass] = {"GET": "get", "DELETE": "delete", "PATCH": "update"}
    first, kind = (words[at], CLASS[words[at]]) if at is not None else (words[0], http.get(verb, "other"))
    verb = "" if path.strip("/") == operation else verb  # what is addressed by its name is posted or got as one likes
    rest = words if at is None else words[:at] + words[at + 1 :]
    if first == "invite" and not rest:
        kind = "other"  # conversations.invite asks somebody in, and makes none
    if kind == "create" and rest[:2] == ["or", "update"]:
        kind, rest = "put", rest[2:]
    parts = [_singulars(split(p)) for p in path.split("/") if p and "{" not in p]
    whole = bool(rest) and rest[0] not in PREPOSITIONS and parts[-1:] == [_singulars(rest)]  # back-in-stock-subscriptions
    behind = next((i for i, w in enumerate(rest) if w in PREPOSITIONS and not whole), len(rest))
    head, tail = rest[:behind], _singulars(w for w in rest[behind + 1 :] if w not in PREPOSITIONS)
    said = _things(head) if set(head) - {"single", "self", "all", "multiple"} - _SEVERAL else ()
    if kind in ("other", "create") and verb == "POST" and first not in _MAKING and re.search(rf"\}}(?:/\w+)*/{first}$", path) and (len(words) == 1 or kind == "create"):
        kind = "action"  # POST /transfers/{transfer_id}/reverse
        said = said if len(words) > 1 else ()
    elif kind == "create" and verb == "PUT" and path.endswith("}") and not said:
        kind = "put"
    if {"all", "multiple"} & set(head) and kind not in READS:
        kind = "other"  # remove_all, add_multiple: nobody says which
    if kind == "get" and len(head) > 1 and head[-1] == "list":
        kind = "list"
    elif kind == "get" and head and set(head) <= {"page", "all", "multi", "many"}:
        kind, head, said = "list", [], ()
    if verb == "GET" and kind not in ("get", "list", "compute"):
        kind = "get"
    elif verb == "DELETE" and kind in ("action", "other", "update") and path.endswith("}"):
        kind = "delete"
    if kind == "get" and {"batch", "bulk"} & {*split(holder), *split(method)}:
        kind = "list"
    named = head or split(holder)
    if (verb == "GET" or at is None) and kind == "get" and not path.endswith("}") and named and singular(named[-1]) != named[-1] and named[-1] not in _ONE_THING:
        kind = "list"
    if said and first in ("add", "remove") and said[-1:] != whose[-1:] and (first == "remove" or verb == "PUT"):
        return Analysis(first, "link" if first == "add" else "unlink", said, whose, "to" if first == "add" else "from", ())
    if tail and said and ((first in ("add", "register") and rest[behind] in ("to", "with", "into")) or (first in ("remove", "deregister") and rest[behind] == "from")):
        kind = "link" if kind == "create" else "unlink"
    if first == "revoke" or (first == "release" and kind == "action"):
        kind = "delete"
    return Analysis(first, kind, _about(whose, said, parts), tail, rest[behind] if behind < len(rest) else "", ())


_SEVERAL: Final = frozenset(("batch", "bulk", "async", "new", "admin"))
_MAKING: Final = frozenset("create add insert new upsert register make write upload import copy clone duplicate".split())
_ONE_THING: Final = frozenset("settings details preferences analytics stats statistics status metadata news series data info options properties defaults credentials".split())
"""Plurals that one row answers."""


def _things(words: Iterable[str]) -> tuple[str, ...]:
    """Singular words of a noun, without those that say how a call is made."""
    words = list(words)
    return _singulars([w for w in words if w not in _SEVERAL] or words)


def _about(whose: tuple[str, ...], said: tuple[str, ...], parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """What a method is about: its class, the noun of its own, or a part of the class (conversation audio)."""
    if not said or (said[-1:] == whose[-1:] and set(said) <= set(whose)):
        return whose
    if parts and not (set(parts[-1]) - set(said)) & CLASS.keys() and said[-1:] == parts[-1][-1:] and set(said) <= set(parts[-1]):
        said = parts[-1]
        if len(said) > 1:
            return said
    if set(whose) <= set(said) or not any(set(whose) & set(p) for p in parts):
        return said
    return (*whose, *said)


@lru_cache(100_000)
def _named(name: str, verb: str, path: str, vendor: str) -> Analysis:
    words = list(split(name))
    if not words:
        return Analysis("", "other", (), (), "", ())
    while len(words) > 1 and words[0] in SKIPPED and (words[1] in CLASS or words[0] not in CLASS):
        words = words[1:]
    if words[0] in ("vpc", "sso", "resend") and len(words) > 1 and words[1] in CLASS:
        words = words[1:]
    first, kind, rest = words[0], CLASS.get(words[0]), words[1:]
    if kind is None:
        at = next((i for i in [len(words) - 1, 1, 2] if 0 < i < len(words) and words[i] in CLASS), None)
        if at is not None:
            first, kind, rest = words[at], CLASS[words[at]], words[:at] + words[at + 1 :]
    if kind is None and vendor == "user" and verb:
        return _by_path(words, verb, path)
    if kind is None:
        http: dict[str, VerbClass] = {"GET": "get", "DELETE": "delete", "PATCH": "update"}
        kind = http.get(verb, "other")
    if len(rest) > 1 and rest[-1][-1:] == "s" and rest[-1][:-1] in PREPOSITIONS - {"a", "by"}:
        rest = [*rest[:-1], rest[-1][:-1]]  # add-ins
    at = next((i for i, w in enumerate(rest) if w in PREPOSITIONS and (i + 1 < len(rest) or not i)), len(rest))  # an add-in ends with one
    head, tail = rest[:at], rest[at + 1 :]
    preposition = rest[at] if at < len(rest) else ""
    if not head and kind not in READS:
        kind = "other"
        head, tail, preposition = tail, [], ""
    if kind == "action" and len(head) > 1 and CLASS.get(head[0]) in ("link", "action", "update", "delete", "create") and head[-1] not in JOBS:
        kind = "other"
    if kind == "create" and first in ("add", "register") and preposition in ("to", "with", "into") and tail:
        kind = "link"
    if kind == "delete" and first in ("remove", "deregister") and preposition == "from" and tail:
        kind = "unlink"
    if first == "revoke" or (first == "release" and kind == "action"):
        kind = "delete"
    noun = _singulars(w for i, w in enumerate(head) if w not in SKIPPED or i == len(head) - 1)
    return Analysis(first, kind, noun, _singulars(w for w in tail if w not in PREPOSITIONS), preposition, ())


def _by_path(words: list[str], verb: str, path: str) -> Analysis:
    """An operation of a user's API that has no verb in its name: from HTTP verb and path."""
    parts = [p for p in path.split("/") if p]
    names = [p for p in parts if not p.startswith("{") and not re.fullmatch(r"v\d+|api|rest", p)]
    one = bool(parts) and parts[-1].startswith("{")
    kinds: dict[str, VerbClass] = {"GET": "get" if one else "list", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
    noun = _singulars(split(names[-1])) if names else tuple(words)
    if verb == "POST" and not one and len(names) > 1 and names[-1] in CLASS:
        return Analysis(names[-1], CLASS[names[-1]], _singulars(split(names[-2])), (), "", ())
    return Analysis(verb.lower(), kinds.get(verb, "other"), noun, (), "", ())


def participle(verb: str) -> str:
    """'settle' -> 'settled': what a regular verb leaves behind."""
    return verb + "d" if verb.endswith("e") else verb[:-1] + "ied" if verb.endswith("y") else verb + "ed"


def _singulars(words: object) -> tuple[str, ...]:
    return tuple(singular(w) for w in words)  # type: ignore[attr-defined]


NOT_THINGS: Final = re.compile(
    r"(?i)price|quota|statistic|stat$|metric|usage|count$|limit$|trend|top$|ranking|monitor|billing|cost|quote|availability|"
    r"capacity|overview|summary|health|regions?$|zones?$|specifications?|spec$|(?:chart|tendency|_tree|dashboard|_num|_rank|returnable|searchanalytics?)(?:_info|_list|_detail)?$"
)
"""Nouns of what is computed or counted rather than kept: no table of its own."""
