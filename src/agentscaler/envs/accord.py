"""How the columns of a row agree: recipes that look at each other, so that no cell contradicts its neighbour.

Copies of another row's name and ids are that row's; the parts of a person's name are of one person; what a state or a type
rules out is empty; what is used is no more than there is; the times of a run lie minutes or hours apart. What a column holds by
itself stands in `recipes`.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from agentscaler.edges import collection_words
from agentscaler.envs.agreed import VERDICT, agree_more, no_verdict, run_out
from agentscaler.envs.amounts import CHANGED, ENDED, FUTURE, GONE, MADE, STARTED
from agentscaler.envs.columns import parent_path
from agentscaler.envs.drafts import STATE, Draft
from agentscaler.envs.editions import say_whole
from agentscaler.envs.exclusive import exclusive
from agentscaler.envs.parts import USED, measured, one_way, rivals, written_number
from agentscaler.envs.place import UNKNOWN, Place, is_empty
from agentscaler.envs.recipes import KINDS, not_failed, not_gone, tells_state, unfinished, value_named
from agentscaler.envs.texts import FAILURES
from agentscaler.envs.vocabulary import ERRORS, REASONS, RUNS, SCHEMAS
from agentscaler.envs.worlds import Plan
from agentscaler.records import JsonObject, Table
from agentscaler.words import entity, field, split


class Span(NamedTuple):
    """The columns of a table of runs between which a run lies."""

    began: str
    ended: str | None


def agree(recipes: dict[str, JsonObject], table: Table, place: Place, made: Plan, runs: dict[str, Span]) -> None:
    """Make the recipes of a table look at each other.

    runs: tables of runs -> the columns that tell when one began and ended; this table is added where its rows are runs.
    """
    for name, recipe in recipes.items():
        if STATE.search(name) and recipe.get("given") and all(isinstance(v, str) for v in recipe["given"]):
            recipe["choice"] = [[v, 1.0] for v in recipe.pop("given")]  # states that the provider shows as examples
    _same_row(recipes, table, made)
    _copy_names(recipes, table, made)
    _ids_of_parent(recipes, table, made)
    _one_person(recipes, table)
    _one_name(recipes, table)
    _of_one_family(recipes)
    _in_step(recipes, table)
    _flagged(recipes, table)
    _messages(recipes)
    _all_done(recipes, table)
    _of_its_type(recipes, table)
    _of_one_kind(recipes, table, place)
    _one_of_several(recipes, table, place)
    _of_one_maker(recipes, table)
    _old_and_new(recipes)
    _within_limits(recipes, table)
    _runs_of(recipes, table, place, runs)
    _own_version(recipes, table, place)
    say_whole(recipes, table, made)
    _sparse(recipes, table)
    agree_more(recipes, table, place, *_states(recipes))


def _own_version(recipes: dict[str, JsonObject], table: Table, place: Place) -> None:
    """A version that is keyed by its number says that number wherever it says which version it is."""
    own = place.draft.own
    if own is None or "rank" not in recipes.get(own, {}):
        if place.draft.noun[-1:] in (("version",), ("revision",)):
            _counted_up(recipes, table)
        return
    for column in table.columns:
        if column.name != own and field(column.name) in (("version",), ("version", "number"), ("version", "id")) and column.type == ("INTEGER" if "as" not in recipes[own] else "TEXT") and "reference" not in recipes[column.name]:
            recipes[column.name] = {"same": own}


def _counted_up(recipes: dict[str, JsonObject], table: Table) -> None:
    """Versions of one thing that go by an id of their own are numbered one after the other, the later the higher."""
    parents = {c for r in table.references for c in r.columns} & set(table.key)
    numbers = [c for c in table.columns if field(c.name) in (("version",), ("version", "number"), ("revision",), ("revision", "number")) and c.name not in table.key]
    numbers = [c for c in numbers if {"given", "of", "number"} & set(recipes[c.name]) and all(str(v).isdigit() for v in recipes[c.name].get("given", ()))]
    if not numbers or not parents:
        return
    for column in numbers:
        recipes[column.name] = {"rank": True, "knowable": True} | ({} if column.type == "INTEGER" else {"as": "text"})
    for name, recipe in recipes.items():
        if "time" in recipe and MADE.search(" ".join(split(name))) and "after" not in recipe:
            recipe["time"], recipe["apart"] = ["-240d", "-200d"], "45d"


def _same_row(recipes: dict[str, JsonObject], table: Table, made: Plan) -> None:
    """imageArn in a version that goes by its imageIdentifier names that image, and no other one."""
    held = {r.table: r.columns[0] for r in table.references if len(r.columns) == 1 and r.columns[0] in table.key}
    for reference in table.references:
        name, leader = reference.columns[0], held.get(reference.table, "")
        noun, rest = made.drafts[reference.table][1].noun, entity(name)[0]
        plain = field(name)[: len(rest)] == rest and bool(rest) and noun[-len(rest) :] == rest and entity(leader)[0] == rest
        if len(reference.columns) == 1 and leader and name not in table.key and plain and "reference" in recipes[leader]:
            key = next(t.key for t in made.model.tables if t.name == reference.table)
            recipes[leader]["columns"] = {**recipes[leader].get("columns", {leader: key[-1]}), name: key[-1]}
            recipes[name] = {"with": leader, "column": key[-1]}


def _copy_names(recipes: dict[str, JsonObject], table: Table, made: Plan) -> None:
    """RoleName beside RoleId is the name of that role."""
    for leader, recipe in recipes.items():
        if "reference" not in recipe:
            continue
        _, draft = made.drafts[recipe["reference"]]
        target = {c.name: c for t in made.model.tables if t.name == recipe["reference"] for c in t.columns}
        copies = {}
        alike = set(table.key) <= {leader, *recipe.get("columns", ())}
        taken = draft.noun[-1:] in (("offering",), ("blueprint",)) or (entity(leader)[0] == draft.noun and made.drafts[table.name][1].noun[-1] in _TAKEN_OF)
        for column in table.columns:
            words = field(column.name)
            its = _copied(column.name, words, draft) or (column.name if (alike and words[-1] in _OF_ITSELF) or (words[-1] in _OF_PLACE and leader in made.drafts[table.name][1].parents) else None)
            its = its or (column.name if taken and "time" not in recipes[column.name] and not STATE.search(column.name) and words[-1] not in _OF_ITS_OWN and words != ("version",) else None)
            plain = not ({"reference", "with", "json", "generated"} & set(recipes[column.name])) and column.name not in table.key
            if its in target and plain and target[its].type == column.type and target[its].choices == column.choices and (column.null or not target[its].null) and column.name not in copies:
                copies[column.name] = its
        key = next(t.key for t in made.model.tables if t.name == recipe["reference"])
        if taken and copies:
            recipe.pop("null", None)  # what it was made of, each row knows
        for own, its in copies.items():
            recipe["columns"] = {**recipe.get("columns", {leader: key[-1]}), own: its}
            recipes[own] = {"with": leader, "column": its}


_TAKEN_OF = frozenset("snapshot backup".split())
"""What is as its source was: a snapshot has the engine and the nodes of its cluster, a reservation the price and the duration of its offering."""
_OF_ITS_OWN = frozenset("id name arn description remark comment tag count status progress percent percentage".split())
_OF_PLACE = frozenset("network region zone namespace currency engine platform locale".split())
"""What is said of all that lies under one thing."""
_OF_ITSELF = frozenset("name title arn email alias id type region engine version url".split())
"""What a table of details, of which each row has the key of one row elsewhere, says again of that row."""


def _ids_of_parent(recipes: dict[str, JsonObject], table: Table, made: Plan) -> None:
    """What lies under one row by its resource name repeats the ids of that row: the containerId of a workspace."""
    above = [t for t in _above(recipes, table) if t != table.name]
    if "parent" not in recipes or len(set(above)) != 1:
        return
    theirs = made.columns[above[0]]
    nouns = {made.drafts[t][1].noun for t in _all_above(above[0], made)}
    for column in table.columns:
        words = field(column.name)
        if column.name in theirs and column.name not in table.key and words[-1:] == ("id",) and any(n[-len(words) + 1 :] == words[:-1] for n in nouns) and not ({"reference", "with", "json"} & set(recipes[column.name])) and theirs[column.name].type == column.type:
            recipes[column.name] = {"same": f"{above[0]}.{column.name}"}


def _all_above(table: str, made: Plan) -> set[str]:
    """A table and those whose resource names begin the names of its rows."""
    group, draft = made.drafts[table]
    parts = [w for e in draft.entries for w in re.findall(r"\{(\w+)\}", parent_path(e, draft) or "")]
    nouns = {collection_words(p) for p in parts}
    return {table} | {t for t, (g, d) in made.drafts.items() if g == group and d.noun in nouns}


_OF_ANOTHER = frozenset("name arn title alias email hash type class engine platform".split())
"""What is known of a thing for good: the RoleName beside a RoleId, the instanceType beside an instanceId."""


def _copied(name: str, words: tuple[str, ...], draft: Draft) -> str | None:
    """The column of another table that a column repeats: its name, ARN or address, or an id that both bear (the VPC of a cluster's instance)."""
    if words[-1:] and words[-1] in _OF_ANOTHER and len(words) > 1:
        if any(words[: len(draft.noun) - i] == draft.noun[i:] for i in range(len(draft.noun))):
            return draft.find(name)
    rest, id_like = entity(name)
    if id_like and words[-1] == "id" and rest and draft.own is not None and field(draft.own)[-1] != "id" and draft.noun[-len(rest) :] == rest and "id" in draft.columns:
        return "id"
    return name if id_like and rest and words[-1] != "name" and name in draft.columns and (rest != draft.noun or name not in (draft.own, *draft.key)) else None


def _one_person(recipes: dict[str, JsonObject], table: Table) -> None:
    """The full name of a person is made of the first and the last one beside it."""
    bare = {field(name): name for name, recipe in recipes.items() if {"words", "with", "reference"} & set(recipe) == {"words"}}
    first = bare.get(("first", "name")) or bare.get(("given", "name"))
    last = bare.get(("last", "name")) or bare.get(("family", "name"))
    if first is None or last is None:
        return
    for words in (("display", "name"), ("full", "name")):
        if (name := bare.get(words)) is not None and name not in table.key and "generated" not in recipes[name]:
            recipes[name] = {"template": "{" + first + "} {" + last + "}", "knowable": True}


def _one_name(recipes: dict[str, JsonObject], table: Table) -> None:
    """RoleDisplayName is RoleName, where both stand in a row that is no role."""
    for name, recipe in recipes.items():
        words = field(name)
        if words[-2:] != ("display", "name") or len(words) < 3 or name in table.key or "words" not in recipe or {"own", "who"} & set(recipe):
            continue
        plain = next((o for o in recipes if field(o) == (*words[:-2], "name")), None)
        if plain is not None and next(c for c in table.columns if c.name == plain).type == "TEXT":
            recipes[name] = {"same": plain, "knowable": True}


def _of_one_family(recipes: dict[str, JsonObject]) -> None:
    """Beside addresses of version 4 stands that they are."""
    if not any(_ADDRESSES.fullmatch(" ".join(field(n))) for n in recipes):
        return
    for name, recipe in recipes.items():
        if "choice" in recipe:
            recipe["choice"] = [p for p in recipe["choice"] if not re.search(r"(?i)(?:^|_)ipv6(?:$|_)", str(p[0]))] or recipe["choice"]
        if "choice" in recipe and {"ip", "address"} & set(field(name)) and {"version", "type", "family"} & set(field(name)[-1:]):
            recipe["choice"] = [p for p in recipe["choice"] if not re.search(r"(?i)v?6$|dual|gua", str(p[0]))] or recipe["choice"]


_ADDRESSES = re.compile(r"(?:ip |source |allowed )?(?:address|cidr|ip)|ip cidr range")


def _in_step(recipes: dict[str, JsonObject], table: Table) -> None:
    """What has not ended has no end, what is there was not deleted, and only what failed has an error."""
    free = {c.name for c in table.columns if c.null}
    told = [n for n, r in recipes.items() if tells_state(n) and isinstance(r.get("choice", [[None]])[0][0], str)]
    state = min(told, key=lambda n: (UNKNOWN in recipes[n], not STATE.search(n), _aside(n)), default=None)
    states = [pair[0] for pair in recipes[state]["choice"]] if state else []
    for name in told:
        if name != state and UNKNOWN in recipes[name] and name in free:
            recipes[name]["null"] = 1.0  # of two states the one that is made up says the contrary of the other
    for name, recipe in recipes.items():
        if state and name != state and recipe.get("number") == [0, 100] and _PROGRESS.search(name) and (done := [s for s in states if _DONE.search(str(s))]):
            recipe["number"] = [0, 95]
            recipe["when"] = {state: {s: "100" if recipe.get("as") == "text" else 100 for s in done}}
            recipe["when"][state] |= {s: "0" if recipe.get("as") == "text" else 0 for s in states if _WAITING.search(str(s))}
            recipe.pop("null", None)
        if "time" in recipe and FUTURE.search(" ".join(split(name))):
            run_out(recipe, state, states)
        if name not in free and "time" in recipe and state and "when" not in recipe and ENDED.search(" ".join(split(name))) and (begun := unfinished(states)) and "generated" not in recipe:
            recipe["when"] = {state: {str(s): {"draw": {**{k: v for k, v in recipe.items() if k == "as"}, "time": ["1h", "3d"]}} for s in begun}}  # an end that was asked for is to come
        if name not in free or "reference" in recipe or "with" in recipe:
            continue
        if VERDICT.search(name) and "choice" in recipe and name != state and state and "when" not in recipe:
            no_verdict(recipe, state, states)
        if state and "object" in recipe and re.search(r"(?i)progress$", name) and (over := [s for s in states if _DONE.search(str(s)) or _WAITING.search(re.sub(r"^\w*STATE_", "", str(s)))]):
            recipe["unless"] = {state: over}
            recipe.pop("null", None)
        heard = " ".join(split(name))
        if name != state and "boolean" not in recipe and not ("time" in recipe and FUTURE.search(heard)) and (others := _befallen(name, states, _TROUBLE + _REACHED * ("time" in recipe))) and state:
            recipe["unless"] = {state: others}
            recipe.pop("null", None)
        elif "time" in recipe and GONE.search(heard):
            _only(recipe, state, states, not_gone(states))
        elif "time" in recipe and ENDED.search(heard) and not FUTURE.search(heard) and state and (begun := unfinished(states) or [s for s in states if _BEGUN.search(str(s))] or _befallen(name, states, _FINISHED)):
            recipe["unless"] = {state: begun}
            recipe.pop("null", None)
        elif "time" in recipe and ENDED.search(heard) and not FUTURE.search(heard) and states and all(_DONE.search(str(s)) for s in states):
            recipe.pop("null", None)  # all that is shown has come to its end
        elif (_FINAL.search(name) or ("object" in recipe and _RESULT.search(name))) and "time" not in recipe and state and (begun := unfinished(states)) and name != state and len(begun) < len(states):
            _only(recipe, state, states, begun)
        elif FAILURES.search(name) and (recipe.get("json") or recipe.get("given") in (REASONS, ERRORS) or ({"choice", "given"} & set(recipe) and name != state and _WRONG.search(name))):
            _only(recipe, state, states, not_failed(states))


_RESULT = re.compile(r"(?:^r|R)esult$")
_FINAL = re.compile(r"(?i)^final|closure|resolution_?(?:code|type|reason|note|comment)|^outcome")
"""What is known once a thing has come to an end."""
_BEGUN = re.compile(r"(?i)^(?:\w+_)?(?:creating|pending|queued|provisioning|initiali[sz]ing|scheduled|submitted|in_?progress|running|processing)$")
"""States of what has not come to an end, also where no state says that a thing has."""
_TROUBLE = ("block", "cancel", "deprec", "obsol", "suspen", "reject", "expire", "terminat", "archiv", "revok", "paus", "disabl", "quarantin")
"""Stems of what befalls a thing: a column named after it belongs to rows in that state."""


_FINISHED = ("complet", "finish", "stop", "clos", "cancel")
"""And what it ends with, where no state says that it is under way: of needsAction and completed only the second has a time of completion."""
_REACHED = ("accept", "approv", "resolv", "publish", "acknowledg", "releas", "verif")
"""The same for what a thing comes to; only times are told by them."""


def _flagged(recipes: dict[str, JsonObject], table: Table) -> None:
    """What is not disabled was not disabled at any time."""
    free = {c.name for c in table.columns if c.null}
    for flag in [n for n, r in recipes.items() if "boolean" in r and "yes" in r]:
        words = [w for w in split(flag) if w not in ("is", "has", "been")]
        for name in [n for n, r in recipes.items() if "time" in r and n in free and len(words) > 1 and list(split(n))[: len(words)] == words]:
            recipes[name]["unless"] = {**recipes[name].get("unless", {}), flag: [0, None]}  # importModeExpireTime of a space that is not in importMode
            recipes[name].pop("null", None)
        if words[-1:] == ["enabled"] and len("".join(words)) > 10:
            _of_what_is_off(recipes, flag, words[:-1], free)
        if len(words) != 1 or words[0] not in _FLAGS:
            continue
        state, states = _states(recipes)
        if said := [s for s in states if split(str(s))[-1:] and split(str(s))[-1][:6] == words[0][:6]]:
            recipes[flag]["when"] = {state: {s: int(s in said) for s in states}}  # an ENABLED one is enabled
        for name in [n for n, r in recipes.items() if words[0] == "enabled" and "time" in r and n in free and split(n)[0] == "next"]:
            recipes[name]["unless"] = {**recipes[name].get("unless", {}), flag: [0, None]}
        for name, recipe in recipes.items():
            heard = [w for w in split(name) if w not in ("time", "date", "at", "on", "timestamp", "by", "reason")]
            if name in free and name != flag and len(heard) == 1 and heard[0][:5] == _FLAGS[words[0]] and not {"reference", "with"} & set(recipe):
                recipe["unless"] = {**recipe.get("unless", {}), flag: [1] if words[0] == "enabled" else [0, None]}
                recipe.pop("null", None)


def _messages(recipes: dict[str, JsonObject]) -> None:
    """Of the messages that a provider lists a row shows that which its state means."""
    state, states = _states(recipes)
    for name, recipe in recipes.items():
        told = [str(v) for v, _ in recipe.get("choice", ())]
        if not state or name == state or not FAILURES.search(name) or not told or sum(" " in v for v in told) < 0.8 * len(told):
            continue
        good, fitting = [s for s in states if s in not_failed(states)], {}
        for at in states:
            some = [v for v in told if at not in good or not _WENT_WRONG.search(v)]
            stems = {v: {w[:6] for w in re.findall(r"[a-z]+", v.lower())} for v in some}
            others = {w[:6] for s in states if s != at for w in split(str(s))}
            mine = {w[:6] for w in split(str(at))}
            shared = {v: 2 * len(mine & its) - len(others & its) + 2 * (at not in good) * bool(_WENT_WRONG.search(v)) for v, its in stems.items()}
            fitting[at] = max(shared, key=lambda v: shared[v]) if shared and max(shared.values()) else None
        recipe["when"] = {state: fitting}


_WENT_WRONG = re.compile(r"(?i)error|fail|malware|invalid|denied|try again|not found|exceed|unable|could not")


def _all_done(recipes: dict[str, JsonObject], table: Table) -> None:
    """Of a job that is COMPLETED all is done, and of one that waits nothing is."""
    state, states = _states(recipes)
    done, waiting = [s for s in states if _DONE.search(str(s))], [s for s in states if _WAITING.search(str(s))]
    numbers = {c.name: field(c.name) for c in table.columns if c.type == "INTEGER" and ("number" in recipes[c.name] or "of" in recipes[c.name])}
    total = next((n for n, w in numbers.items() if w[:1] == ("total",) and w[-1:] in (("count",), ("num",), ("item",), ("file",), ("record",))), None)
    for name, words in numbers.items() if state and total else ():
        if words[:1] in (("completed",), ("processed",), ("done",), ("finished",), ("success",), ("succeeded",)):
            recipes[name] |= {"full": [state, done, total], "most": total}
        if words[:1] in (("completed",), ("processed",), ("done",), ("finished",), ("success",), ("succeeded",), ("failed",), ("error",)) and waiting:
            recipes[name]["when"] = {state: dict.fromkeys(waiting, 0)}
        if words[:1] in (("failed",), ("error",)) and done:
            recipes[name]["when"] = {state: dict.fromkeys([*waiting, *done], 0)}


MOST_PARTS = 3
"""Of the optional objects of a row, how many it holds on the average."""


def _sparse(recipes: dict[str, JsonObject], table: Table) -> None:
    """Of many optional parts a row holds a few: no message has a card, a dialog, a poll and an emoji all at once."""
    free = {c.name for c in table.columns if c.null and c.name not in table.key}
    some = [n for n, r in recipes.items() if n in free and "object" in r and not is_empty(r) and not {"unless", "turn", "reference"} & set(r)]
    for name in some if len(some) > MOST_PARTS else ():
        recipes[name]["null"] = max(recipes[name].get("null", 0), round(1 - MOST_PARTS / len(some), 2))


def _of_what_is_off(recipes: dict[str, JsonObject], flag: str, what: list[str], free: set[str]) -> None:
    """Without rotationEnabled there are no rotationRules and no nextRotationDate."""
    for name, recipe in recipes.items():
        words = [w for w in split(name) if w not in ("last", "next")]
        if name in free and name != flag and words[: len(what)] == what and not {"reference", "with", "boolean", "turn"} & set(recipe):
            recipe["unless"] = {**recipe.get("unless", {}), flag: [0, None]}


_FLAGS = {w: w[:5] for w in ("deleted", "disabled", "revoked", "archived", "suspended", "cancelled", "canceled", "locked", "blocked", "completed", "verified", "published", "approved", "paused", "expired", "trashed")} | {"enabled": "disab"}
"""Flags -> how a word begins that tells when or why that befell a row."""


def _befallen(name: str, states: list[Any], stems: tuple[str, ...]) -> list[Any]:
    """States without what a column tells: an ACTIVE one has no DeprecateTime, an IDLE one no blockedReason; [] where no state bears the column's name."""
    stem = next((s for s in stems if any(w.startswith(s) for w in split(name))), None)
    named = [s for s in states if stem and any(w.startswith(stem) for w in split(str(s))) and not {"pending", "awaiting", "not", "waiting"} & set(split(str(s)))]
    return [s for s in states if s not in named] if named else []


def _of_its_type(recipes: dict[str, JsonObject], table: Table) -> None:
    """Of the columns that values of a type are named after, a row has those of its own type: a HTTP target no lambdaConfig."""
    free = {c.name for c in table.columns if c.null}
    for kind, recipe in recipes.items():
        values = [v for v, _ in recipe.get("choice", [])]
        if len(values) < 2 or not all(isinstance(v, str) for v in values) or not KINDS.search(kind):
            continue
        for name, other in recipes.items():
            if name == kind or {"reference", "with", "generated", "boolean"} & set(other):
                continue
            if name not in free:
                if len(members := other.get("either", [])) > 1 and "by" not in other and any(value_named(m, values) for m in members):
                    other["by"] = kind
                continue
            heard = name[len(split(kind)[0]) :] if split(name)[0] == split(kind)[0] and len(split(kind)) > 1 else name
            if (meant := value_named(heard, values)) is not None and not STATE.search(name):
                other["unless"] = {**other.get("unless", {}), kind: [v for v in values if v != meant]}
                if not is_empty(other):
                    other.pop("null", None)
            elif "object" in other and "by" not in other and len(members := other.get("either") or _kinds_of(other["object"])) > 1 and any(value_named(m, values) for m in members):
                other["either"], other["by"] = members, kind
        for other in recipes.values():
            if other.get("given") == list(SCHEMAS["avro"]):
                other["when"] = {kind: {v: SCHEMAS[way][0] for v in values for way in ("proto", "json") if way in v.lower()}}


def _of_one_kind(recipes: dict[str, JsonObject], table: Table, place: Place) -> None:
    """Of the columns that say of a row what kind it is ("A note describing a build", "A note describing an image") each row has one."""
    noun = re.escape(place.draft.noun[-1]) if place.draft.noun else "row"
    free = {c.name for c in table.columns if c.null}
    says = re.compile(rf"(?i)^\W*(?:output only\. )?(?:(?:an?|the) (?:[\w-]+ ){{0,2}}{noun} (?:describing|that|which|for|of|used|containing|representing)\b|represents one \w)")
    some = [n for n, r in recipes.items() if n in free and "object" in r and not is_empty(r) and not {"unless", "turn", "reference"} & set(r) and says.search(str(place.columns[n].schema.get("description", "")))]
    for at, name in enumerate(some if len(some) > 2 else ()):
        recipes[name]["turn"] = [at, len(some)]
        recipes[name].pop("null", None)


def _one_of_several(recipes: dict[str, JsonObject], table: Table, place: Place) -> None:
    """Of columns that rule each other out each row has one: that which it cannot do without, else each in its turn."""
    found = exclusive({c.name: place.columns[c.name].schema for c in table.columns})
    free = {c.name for c in table.columns if c.null and not {"reference", "with", "boolean"} & set(recipes[c.name])}
    for name in found.never:
        if name in free:
            recipes[name]["null"] = 1.0
    for group in found.groups:
        some = [n for n in group if not is_empty(recipes[n]) and "boolean" not in recipes[n]]
        if any({"unless", "turn"} & set(recipes[n]) for n in some):
            continue
        held = [n for n in some if n not in free]
        for at, name in enumerate(some if len(some) > 1 else ()):
            if held and name in free:
                recipes[name]["null"] = 1.0
            elif not held:
                recipes[name]["turn"] = [at, len(some)]
                recipes[name].pop("null", None)


_SORT = re.compile(r"(?:Params?|Parameters|Config(?:uration)?|Settings|Payload|Properties|Details|Attributes|Source|Target|Destination|Spec)$")


def _kinds_of(parts: JsonObject) -> list[str]:
    """Members of an object that say the same of different kinds of thing: SCFParams, CkafkaTargetParams."""
    ends: dict[str, list[str]] = {}
    for name, part in parts.items():
        if "object" in part and (found := _SORT.search(name)):
            ends.setdefault(found[0], []).append(name)
    return max(ends.values(), key=len, default=[])


_ENGINE = re.compile(r"(?i)(?:^|[a-z_])(?:engine(?:_?name|_?type)?|engine|provider|kind|type|platform)$")


def _old_and_new(recipes: dict[str, JsonObject]) -> None:
    """What was changed is not what it was before."""
    for old, recipe in recipes.items():
        words = field(old)
        new = next((n for n, r in recipes.items() if "choice" in r and words[:1] in (("old",), ("previous",)) and field(n) in (("new", *words[1:]), ("current", *words[1:]))), None)
        values = [v for v, _ in recipe.get("choice", [])]
        if new and len(values) > 1 and values == [v for v, _ in recipes[new]["choice"]]:
            recipes[new]["when"] = {old: dict(zip(values, [*values[1:], values[0]], strict=True))}


def _of_one_maker(recipes: dict[str, JsonObject], table: Table) -> None:
    """Of the settings of rival products a row has those of one: that which its engine names, or each in its turn."""
    free = {c.name for c in table.columns if c.null}
    engine = next((n for n in recipes if _ENGINE.search(n) and ({"given", "choice"} & set(recipes[n]))), None)
    for name, recipe in recipes.items():
        if engine and name in free and rivals(recipe.get("either", ())):
            recipe["by"] = engine
    loose = [n for n, r in recipes.items() if n in free and "object" in r and not is_empty(r) and not {"unless", "turn"} & set(r)]
    some = one_way(loose)
    for at, name in enumerate(some):
        recipes[name]["turn"] = [at, len(some)]


def _within_limits(recipes: dict[str, JsonObject], table: Table) -> None:
    """What is used is no more than there is, a default no more than the maximum, and the count of a list is its length."""
    kinds = {c.name: c.type for c in table.columns}
    plain = [n for n, r in recipes.items() if ("of" in r or "number" in r) and (kinds[n] in ("INTEGER", "REAL") or written_number(r)) and n not in table.key and "cover" not in r]
    about = {n: measured(field(n)) for n in plain}
    for name in plain:
        thing, rank = about[name]
        above = [o for o in plain if about[o][0] == thing and about[o][1] > rank]
        if above and (thing or rank not in (1, 1.3, 1.5) or set(field(name)) & USED):
            recipes[name]["most"] = min(above, key=lambda o: (about[o][1], plain.index(o)))
        elif rank < 2 and (wider := next((o for o in plain if about[o][1] == 2 and len(about[o][0]) == 1 and about[o][0] == thing[-1:] and o != name), None)):
            recipes[name]["most"] = wider  # an always-on capacity is no more than the maximum capacity
        if field(name)[-1:] == ("cutoff",) and (whole := next((o for o in plain if field(o) in ((*field(name)[:-1], "duration"), ("duration",))), None)):
            recipes[name]["below"] = whole  # no window is closed before it opens
        if (listed := _counted(name, recipes, table)) is not None:
            for old in ("of", "number", "most", "skew", "invented", "null"):
                recipes[name].pop(old, None)
            recipes[name]["counts"] = listed


def _counted(name: str, recipes: Mapping[str, JsonObject], table: Table) -> str | None:
    """The list that a number counts: labels beside labelCount, managerEmails beside managersCount."""
    words, kinds = field(name), {c.name: c.type for c in table.columns}
    if words[-1] not in ("count", "num", "number", "total", "size"):
        return None
    for other, recipe in recipes.items():
        theirs = field(other)
        bare = theirs[:-1] if theirs[-1] in ("email", "id", "arn", "name") else theirs
        if "list" in recipe and kinds.get(name) == "INTEGER" and words[:-1] in (theirs, bare, theirs[-1:], (*theirs[:-1], theirs[-1].removesuffix("s")), (*field(table.name), *theirs)):
            return other
    return None


_WAITING = re.compile(r"(?i)^(?:pending|queued|scheduled|submitted|created|new|waiting|not_?started|accepted|registered)")


class Times(NamedTuple):
    """Columns of a table that hold points in time, by what happens then."""

    made: list[str]
    began: list[str]
    ended: list[str]
    changed: list[str]


def _runs_of(recipes: dict[str, JsonObject], table: Table, place: Place, runs: dict[str, Span]) -> None:
    """The times of a run lie minutes or hours apart, and what belongs to a run lies within it."""
    made, began, ended, changed = times = _times(recipes, table)
    base = next(iter([*made, *began]), None)
    above = _run_above(recipes, table, place, runs)
    gone = [n for n, r in recipes.items() if "time" in r and "reference" not in r and GONE.search(" ".join(split(n)))]
    for name in changed:
        if (ended or gone) and {"update", "updated", "modified", "modify", "changed"} & set(split(name)) and "after" not in recipes[name]:
            recipes[name]["after"] = [*gone, *(n for n in ended if str(recipes[n]["time"][1]).startswith("-"))]  # that it ended was a change
    if base is None or not (above or _is_run(recipes, times, place)):
        return
    runs[table.name] = Span(base, next(iter(ended), None))
    recipes[base] |= {"time": ["-90d", "-1d"], "after": f"{above}.{runs[above].began}", "within": "2h"} if above else {"time": ["-90d", "-1d"]}
    recipes[base].pop("null", None)
    for name in [*made, *began]:
        if name != base:
            recipes[name] |= {"after": base, "within": "10m"}
    start = [*began, base]
    for name in ended:
        recipes[name] |= {"after": start, "within": "6h"}
    for name in changed:
        recipes[name] |= {"after": [*ended, *start], "within": "20m"}
    for recipe in recipes.values():
        if recipe.get("json") and {"list", "object"} & set(recipe) and not is_empty(recipe):
            _within_run(recipe, start, next(iter(ended), None))
    if above and runs[above].ended:
        for name in dict.fromkeys([*made, *began, *ended, *changed]):
            recipes[name]["until"] = f"{above}.{runs[above].ended}"
    state, states = _states(recipes)
    waiting = [s for s in states if _WAITING.search(str(s))]
    for name in began if state and 0 < len(waiting) < len(states) else ():
        if name != base and "unless" not in recipes[name] and any(c.name == name and c.null for c in table.columns):
            recipes[name]["unless"] = {state: waiting}


def _within_run(recipe: JsonObject, start: list[str], end: str | None) -> None:
    """The phases that a run's row tells of lie in the time of the run."""
    parts = {**recipe.get("object", {}), **({"": recipe["list"]} if "list" in recipe else {})}
    heard = {name: " ".join(split(name)) for name, part in parts.items() if "time" in part and not FUTURE.search(" ".join(split(name)))}
    order = (MADE, STARTED, ENDED, CHANGED)
    last: list[str] | str = start
    for name in sorted(heard, key=lambda n: next((i for i, p in enumerate(order) if p.search(heard[n])), 1)):
        parts[name] |= {"after": parts[name].get("after", last), "within": parts[name].get("within", "1h")} | ({"until": end} if end else {})
        last = name
    for part in parts.values():
        _within_run(part, start, end)


def _times(recipes: Mapping[str, JsonObject], table: Table) -> Times:
    """Without those in the future, those of things that are gone and those in the key."""
    heard = {n: " ".join(split(n)) for n, r in recipes.items() if "time" in r and "reference" not in r and n not in table.key}
    past = {n: w for n, w in heard.items() if not FUTURE.search(w) and not GONE.search(w)}
    made, began, changed = ([n for n, w in past.items() if p.search(w)] for p in (MADE, STARTED, CHANGED))
    return Times(made, [n for n in began if n not in made], [n for n, w in past.items() if n not in made + began + changed and ENDED.search(w)], changed)


def _states(recipes: Mapping[str, JsonObject]) -> tuple[str | None, list[Any]]:
    told = [n for n, r in recipes.items() if tells_state(n) and isinstance(r.get("choice", [[None]])[0][0], str)]
    state = min(told, key=lambda n: (not STATE.search(n), _aside(n)), default=None)
    return state, [s for s, _ in recipes[state]["choice"]] if state else []


def _aside(name: str) -> bool:
    """Does a state tell of one side of a row, and not how far it has come: deleteProtectionState, encryptionStatus?"""
    return len(field(name)) > 1 and bool(set(field(name)[:-1]) & _SIDES)


_SIDES = frozenset("protection encryption billing payment previous desired target lock tag delete".split())


def _is_run(recipes: Mapping[str, JsonObject], times: Times, place: Place) -> bool:
    """A job or an execution that ends or changes while it is under way, or anything that begins, ends and says that it is not done."""
    under_way = bool(unfinished(_states(recipes)[1]))
    named = place.draft.noun[-1:] != () and place.draft.noun[-1] in RUNS
    return bool(times.ended or (times.changed and under_way) or (named and times.began)) and (named or bool(times.began and under_way))


_LATEST = frozenset("last latest current active recent default next".split())


def _run_above(recipes: Mapping[str, JsonObject], table: Table, place: Place, runs: Mapping[str, Span]) -> str | None:
    """The table of the run that a row belongs to."""
    loose = {r.table for r in table.references if any(_LATEST & set(field(c)) for c in r.columns)}
    named = place.draft.noun[-1:] != () and place.draft.noun[-1] in RUNS  # a thing that only names its latest run is older than it
    return next((t for t in _above(recipes, table) if t in runs and (named or t not in loose)), None)


def _above(recipes: Mapping[str, JsonObject], table: Table) -> list[str]:
    """Tables that the rows of a table belong to."""
    held = [r.table for r in table.references if set(r.columns) & set(table.key) or "parent" in r.columns]
    under = recipes.get("parent", {})
    likes = [p["like"].split(".")[0] for p in [under, *under.get("mix", ())] if "like" in p]
    return [*held, *(r.table for r in table.references if r.table not in held), *likes]


_WRONG = re.compile(r"(?i)error|fail|invalid|status_?reason|state_?reason")


_PROGRESS = re.compile(r"(?i)progress(?:_?percent(?:age)?)?$|percent(?:age)?_?(?:complete|completed|done|progress)$|complet(?:ed|ion)_?percent(?:age)?$")
_DONE = re.compile(r"(?i)^(?:\w+_)?(?:succeeded|success|successful|completed?|finished|done)$")


def _only(recipe: JsonObject, state: str | None, states: list[Any], without: list[Any]) -> None:
    """Only rows in another state have it; none, where all states are good ones; hardly any, where there is no state."""
    if state and len(without) < len(states):
        recipe["unless"] = {state: without}
        recipe.pop("null", None)
    else:
        recipe["null"] = 1.0 if state else max(recipe.get("null", 0), 0.9)
