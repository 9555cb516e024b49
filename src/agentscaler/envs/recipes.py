"""How each column is filled: a recipe from its name, type, format, pattern, enum, examples and description.

The rules are tried in order; the first that speaks wins. What a user can know is marked `knowable`: names, descriptions,
dates, states, plain numbers. Ids and times that the service makes are `generated`. Where the provider does not say which
values there are, the recipe is `invented`, and rows go without where they can.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.amounts import CHANGED, ENDED, FUTURE, holds_time, number_of, switch, time_of
from agentscaler.envs.arguments import HIDDEN, context_path
from agentscaler.envs.columns import parent_path
from agentscaler.envs.documented import DEPRECATED
from agentscaler.envs.drafts import STATE, TOKEN, Col, Draft
from agentscaler.envs.exclusive import exclusive
from agentscaler.envs.items import one_of
from agentscaler.envs.naming import arn, arn_service, emails, fitting, id_template, known_noun, names
from agentscaler.envs.parts import agree_parts, one_way
from agentscaler.envs.patterns import fitted, in_form
from agentscaler.envs.place import UNKNOWN, Place, Recipe, is_empty, unknown
from agentscaler.envs.texts import FAILURES, address_like, tagged, text_of
from agentscaler.envs.vocabulary import REGIONS, SLUG_LISTS, TEAMS, people
from agentscaler.ids import fields_of
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import ROLE_WORDS, WRAPPING, entity, field, split


def recipe_of(column: Col, place: Place) -> Recipe:
    """The recipe and marks of one column that refers to no other table."""
    if column.name in HIDDEN:
        return {"value": 1} if column.name == "only" else {"position": True}
    if column.name == "parent" and place.draft.segment is not None:
        return _parent(place)
    if column.name == place.draft.own:
        return _key(column, place)
    if TOKEN.search(column.name):
        return {"id": "{uuid}", "generated": True}
    if DEPRECATED.search(str(column.schema.get("description", ""))) and column.name not in place.written and not STATE.search(column.name) and column.kind != "boolean":
        return unknown({"value": None})
    if column.json:
        own = {entity(k)[0]: f"#{k}" for k in place.draft.key if k in place.columns and entity(k)[0]} if place.draft.segment is None else {}
        stated = not FAILURES.search(column.name) and any(STATE.search(c.name) and c.kind == "string" for c in place.columns.values())
        found = {**json_value(column.schema, column.name, place._replace(keyed={**place.keyed, **own}, stated=stated)), "json": True}
        words = field(column.name)
        aside = column.kind == "object" and (words[0] == "pending" or (words[0] in _ELSEWHERE and words[1:] == place.draft.noun))  # most tables are no link to another table
        return {**found, "null": max(found.get("null", 0), 0.85)} if aside else found
    if column.kind == "boolean":
        return {"yes": switch(column.name), "boolean": True, "knowable": True}
    if set(REGIONS.get(place.vendor, ("?",))) <= set(column.choices):
        return {"template": "{region}", "knowable": True}
    if field(column.name) in (("resource", "type"), ("type",)) and (same := [c for c in column.choices if re.sub(r"[^a-z0-9]", "", str(c).lower()) == "".join(place.draft.noun)]):
        return {"choice": [[same[0], 1]], "knowable": True}
    if column.choices and len(column.choices) <= 40:
        return {"choice": weights(column.choices, state=bool(STATE.search(column.name))), "knowable": True}
    if holds_time(column.name, column.schema) and not (place.service.startswith("slack") and column.name.endswith("ts")):
        return time_of(column.name, column.schema, place)
    if column.kind in ("integer", "number"):
        return number_of(column.name, column.schema)
    return fitted(text_of(column.name, column.schema, place), column.schema)


def only_copies(column: Col, place: Place) -> bool:
    """SourceBackup and CopyTimestamp of a backup: what only those have that were copied from another."""
    words = field(column.name)
    if re.search(r"(?i)\b(?:was|were) copied from\b", str(column.schema.get("description", ""))):
        return True
    if words == ("destination", "region") or (words[:1] == ("source",) and words[1:2] in (("backup",), ("snapshot",)) and place.draft.noun[-1:] in (("cluster",), ("volume",), ("database",), ("instance",), ("table",))):
        return any(field(c) == ("source", "region") for c in place.columns) or words[0] == "source"
    return words[:1] in (("source",), ("original",), ("restored",)) and len(words) > 1 and (words[1:] in (place.draft.noun, ("region",), (*place.draft.noun, "id"), (*place.draft.noun, "arn"), (*place.draft.noun, "identifier")) or place.draft.noun in (("backup",), ("snapshot",), ("recovery", "point")))


_ELSEWHERE: Final = frozenset("target source federated linked external original parent replica restored".split())


# ---- keys -------------------------------------------------------------------------------------------------------


def _parent(place: Place) -> Recipe:
    """The resource name of what holds a row: each of the forms in which the world's tools address it."""
    paths = [p for e in place.draft.entries if e.id in place.tools and (p := parent_path(e, place.draft))]
    recipes: list[Recipe] = []
    for path in dict.fromkeys(paths):
        holders = placeholders(path)
        table = place.holders.get(collection_words(holders[-1])) if holders else None
        around: Recipe = {"around": True} if fields_of(context_path(path)) & set(place.columns) else {}
        found: Recipe = {"like": f"{table}.name"} if table else {"template": context_path(path), **around}
        if found not in recipes and table != place.table:
            recipes.append(found)
    if not recipes:
        return {"template": "projects/{project}"}
    return recipes[0] if len(recipes) == 1 else {"mix": recipes[:5]}


def _key(column: Col, place: Place) -> Recipe:
    draft = place.draft
    mark: Recipe = {"generated": True} if draft.generated else {}
    if draft.segment is not None:
        prefix = ("{parent}/" if "parent" in place.columns else "") + f"{draft.segment}/"
        if draft.tail:
            return {"template": prefix.rstrip("/")}
        return {"id": prefix + "{base36:12}", **mark} if draft.generated else {**called(draft, place, slug=True), "in": prefix}
    last = field(column.name)[-1:]
    if column.choices:
        return {"choice": weights(column.choices, state=False), "knowable": True}
    if field(column.name)[-2:] == ("tag", "key") and not draft.generated:
        return {"words": [["team", "stage", "owner", "cost-center", "project", "application", "data-class", "backup-plan", "contact", "business-unit", "environment", "compliance"]], "join": "-", "knowable": True}
    low, high = column.schema.get("minimum", 1), column.schema.get("maximum")
    if column.type == "INTEGER" and isinstance(low, int) and isinstance(high, int) and not draft.generated:
        return {"number": [low, min(high, 9999)]}
    if draft.parents and draft.generated and last in (("version",), ("revision",), ("number",)) and (column.type == "INTEGER" or column.schema.get("digits") or draft.noun[-1:] in (("version",), ("revision",))):
        return {"id": "{nth}", **mark}
    if last in (("version",), ("number",), ("revision",)) and {"version", "revision"} & set(field(column.name)) and (column.type == "INTEGER" or column.schema.get("digits")):
        return {"rank": True, "fill": "{digits:3}", **mark} | ({} if column.type == "INTEGER" else {"as": "text"})
    if column.type == "INTEGER" or column.schema.get("digits"):
        return {"id": "{digits:7}", **mark}
    if last in (("path",), ("uri",), ("location",)) and field(column.name)[:1] in (("gcs",), ("s3",), ("cos",)):
        return {**text_of(column.name, column.schema, place), "knowable": True}
    if last == ("email",):
        return {**emails(), "knowable": True}
    if last == ("arn",) and place.vendor == "aws" and field(column.name)[-2:-1] in (("principal",), ("role",)) and draft.noun[-1:] != field(column.name)[-2:-1]:
        return {"words": [list(SLUG_LISTS[0]), ["service", "reader", "deployer"]], "join": "-", "in": "arn:aws:iam::{account}:role/", "knowable": True}
    if draft.generated and last == ("name",) and column.name not in place.written:
        return {**called(draft, place, slug=True), "knowable": True, "generated": True, "fill": f"{'-'.join(draft.noun)}-" + "{base36:6}"}
    if not draft.generated and column.name.lower() == "key" and place.service in ("s3", "cos", "storage"):
        return text_of("objectKey", {}, place)
    if {"region"} & set(field(column.name)[-2:]) and last in (("region",), ("name",), ("code",)) and draft.noun[-1:] != ("region",):
        return {"given": list(REGIONS.get(place.vendor, REGIONS["aws"])), "knowable": True}
    if last and last[0] in _SPOKEN_FOR and (not draft.generated or last[0] in ("language", "locale")):
        return text_of(column.name, column.schema, place)
    if not draft.generated and (table := place.named.get(field(column.name))):
        return {"like": table}
    if not draft.generated and place.vendor == "aws" and column.name.lower().endswith("identifier") and "pattern" not in column.schema:
        return {**called(draft, place, slug=True), "knowable": True}
    if not draft.generated or last == ("name",):
        if last in (("id",), ("arn",), ("number",)) or column.name in draft.parents:
            return {"id": _arn(column, place) if last == ("arn",) else id_template(column, place), **mark}
        return {**called(draft, place, slug=True), "knowable": True}
    if last == ("arn",):
        return {"id": _arn(column, place), "generated": True}
    if last in (("uri",), ("url",)):
        return {"id": f"https://{place.service}.example.com/" + "{account}/{base36:12}", "generated": True}
    return {"id": id_template(column, place), "generated": True}


def _arn(column: Col, place: Place) -> str:
    """The ARN that a row goes by, as its pattern wants it."""
    return str(in_form({"id": arn(place)}, str(column.schema.get("pattern", "")), arn_service(place.service))["id"])


_SPOKEN_FOR: Final = frozenset("ip cidr address host hostname url phone language locale".split())
"""Keys that have a form of their own."""


def called(draft: Draft, place: Place, *, slug: bool) -> Recipe:
    """How the rows of a table are called."""
    schema = place.columns[draft.own].schema if draft.own and draft.own in place.columns else {}
    words = entity(draft.own or "")[0]
    if draft.segment is None and (addressed := address_like(words, schema, place)) is not None:
        return addressed
    noun = words if words != draft.noun and set(words) < set(draft.noun) and known_noun(words) else draft.noun
    return {**fitting(names(noun, slug=slug, service=place.service), schema), "own": True}


# ---- states -----------------------------------------------------------------------------------------------------

_GOOD = re.compile(r"(?i)^(?:active|available|enabled|running|ready|ok|normal|healthy|succeeded|success|completed|complete|in_?service|online|deployed|issued|valid|verified|connected|linked|in_?sync|granted|done|created|open|approved|published|stable|on|standard|associated|attached|(?:create|update|restore|import)[-_]complete|inuse|in.use|default|basic|general)")
_MIDDLE = re.compile(r"(?i)(?:pending|progress|creating|updating|queued|stopped|paused|disabled|inactive|draft|scheduled|submitted|closed|suspended|off)")
_GONE = re.compile(r"(?i)delet|terminat|remov")
_PASSING = re.compile(r"(?i)(?<!runn)(?<!process)(?<!stream)ing$|[_-]in[_-]progress$|^pending[_-]|InProgress$")
"""States that a thing is in for minutes."""
_RARE = re.compile(r"(?i)(?:unsuccess|reject|denied|degrad|unhealthy|blocked|warning|unspecified|unknown|unrecognized|delet|fail|error|invalid|expired|terminat|corrupt|rollback|none|abort|limited|suspend|revoked|isolat)")


def weights(choices: list[Any], *, state: bool) -> list[list[Any]]:
    """States as they occur in life: most things are fine, some wait, few have failed."""
    out = []
    seen: set[str] = set()
    front = _front(choices)
    for i, choice in enumerate(choices):
        text = str(choice)[len(front) :]
        same = re.sub(r"[^a-z0-9]+", "", text.lower())
        if isinstance(choice, str) and same in seen:
            continue  # an old spelling of the same value: 'oneUserAllDevices' beside 'ONE_USER_ALL_DEVICES'
        seen.add(same)
        if _NO_VALUE.search(text) and len(choices) > 2:
            continue
        weight = 0.2 if _GONE.search(text) else 0.7 if _PASSING.search(text) else 6.0 if _GOOD.search(text) else 0.4 if _RARE.search(text) else 3.0 if _MIDDLE.search(text) else 2.0
        out.append([choice, weight if state else (4.0 if i == 0 else 3.0 if i < 4 else 1.0)])
    return out or [[c, 1.0] for c in choices]


_NO_VALUE = re.compile(r"(?i)unspecified|unknown|unrecognized|invalid$|^invalid_|^undefined")
"""Values that stand for none."""


def _front(choices: list[Any]) -> str:
    """What all values of a list begin with: 'STATE_' of STATE_ACTIVE and STATE_DELETED."""
    first, *others = [str(c) for c in choices] or [""]
    front = first[: first.rfind("_") + 1]
    while front and (not others or not all(o.startswith(front) for o in others)):
        front = front[: front[:-1].rfind("_") + 1]
    return front


_OPEN = re.compile(r"(?i)pend|queu|creat|start|progress|runn|^active|submit|draft|schedul|wait|^new|process|enabl|avail|ready|open|normal|online|init|provision|updat|deploy|healthy|in_?service|prepar|paus|hold")
_CLOSED = re.compile(r"(?i)succe|complet|fail|stop|cancel|finish|expir|clos|terminat|done|delet|error|reject|inactiv|disab|abort|timed|approved|resolved")


def unfinished(states: list[Any]) -> list[Any]:
    """Of the states of a table, those of things that have not come to an end; [] where none ever does."""
    closed = [s for s in states if _CLOSED.search(str(s)) and not re.search(r"(?i)ing$|_in_progress$", str(s))]
    return [s for s in states if s not in closed and (_OPEN.search(str(s)) or re.search(r"(?i)ing$|_in_progress$", str(s)))] if closed else []


def not_gone(states: list[Any]) -> list[Any]:
    """States of things that have not been deleted."""
    return [s for s in states if not re.search(r"(?i)delet(?!\w*protect)|destroy|terminat|purg|isolat|remov", str(s))]


def not_failed(states: list[Any]) -> list[Any]:
    """States of things that nothing has gone wrong with."""
    return [s for s in states if not re.search(r"(?i)fail|error|invalid|reject|abort|unhealthy|degrad|timed|unsuccess|suspend", str(s))]


_STATE_CODE = re.compile(r"(?i)(?:status|state)_?code$")
_SINCE = re.compile(r"(?i)^(?:unhealthy|stopped|failed|suspended|disabled|blocked|terminated|unavailable)_?(?:since|at|time|date|timestamp)$")
"""When trouble began, which a thing in a good state has not."""


def tells_state(name: str) -> bool:
    """Does a field tell a state, also one that is called statusCode?"""
    return bool(STATE.search(name) or _STATE_CODE.search(name))


# ---- JSON -------------------------------------------------------------------------------------------------------

MOST_FIELDS: Final = 8
_WRAPS: Final = (("metadata",), ("view",), ("object",), ("property",), ("info",), ("detail",), ("summary",), ("description",), ("record",), ("entity",), ("attribute",), ("data",))


def json_value(schema: Schema, name: str, place: Place, depth: int = 0) -> Recipe:
    """A small value that fits the schema; fields whose values nobody knows are left out."""
    kind = kind_of(schema)
    if kind == "array":
        return _list(_told_by(schema), name, place, depth)
    if kind == "object":
        return _object(schema, name, place, depth)
    if schema.get("enum") and tells_state(name):
        likely = weights(list(schema["enum"]), state=True)
        return {"choice": [p for p in likely if p[1] >= 2.0] or likely}  # what a thing says of its parts is mostly that they are well
    if set(REGIONS.get(place.vendor, ("?",))) <= set(schema.get("enum", ())):
        return {"template": "{region}"}
    if schema.get("enum"):
        return {"of": [v for v in schema["enum"] if not _NO_VALUE.search(str(v))][:12] or list(schema["enum"])}
    if kind == "boolean":
        return {"yes": switch(name), "json": True}
    if holds_time(name, schema):
        found = time_of(name, schema, place)
    else:
        if kind == "number" and (({"left", "top"} <= place.beside and name.lower() in _BOX) or ({"x", "y"} <= place.beside and name.lower() in ("x", "y"))):
            return {"number": [0.05, 0.45], "decimals": 2}
        if kind == "integer" and {"width", "height"} <= place.beside and name.lower() in _FRAME:
            return {"value": _FRAME[name.lower()]}
        if kind == "integer" and {"hours", "minutes"} <= place.beside and name.lower() in _CLOCK:
            return {"of": list(_CLOCK[name.lower()])}
        found = _plain(number_of(name, schema, outer=place.draft.noun)) if kind in ("integer", "number") else fitted(text_of(name, schema, place), schema)
    return {k: v for k, v in found.items() if k not in ("knowable", "generated", "touch") and (k != "null" or v == 1.0)}


_BOX: Final = frozenset("left top width height right bottom".split())
"""Parts of a box in a picture, as shares of it."""
_FRAME: Final = {"width": 1920, "height": 1080}
"""A picture, in pixels."""
_CLOCK: Final = {"hours": (8, 9, 12, 17, 22), "minutes": (0, 15, 30, 45), "seconds": (0,), "nanos": (0,)}
"""The parts of a time of day."""


def _plain(recipe: Recipe) -> Recipe:
    """An id that stands in JSON as a number, which a template would write as text."""
    return {"number": [100_000, 999_999]} if "id" in recipe or "template" in recipe else recipe


def _told_by(schema: Schema) -> Schema:
    """What a list holds, with the list's own words where its values are plain and have none."""
    inner: Schema = schema.get("items", {})
    told: Schema = {k: schema[k] for k in ("description", "examples") if k in schema and k not in inner}
    return {**told, **inner} if told and kind_of(inner) == "string" else inner


def _list(inner: Schema, name: str, place: Place, depth: int) -> Recipe:
    parts = {k.lower(): k for k in inner.get("properties", {})}
    if len(parts) <= 4 and ({"key", "value"} <= set(parts) or {"tagkey", "tagvalue"} <= set(parts)):
        key, value = parts.get("key") or parts["tagkey"], parts.get("value") or parts["tagvalue"]
        if not tagged(name):
            return unknown({"given": [[{key: "owner", value: owner}] for owner in ("finance", "support", "field")]})
        return {"given": [[{key: k, value: v} for k, v in tags.items()] for tags in TEAMS]}
    if {"x", "y"} <= set(parts) <= {"x", "y", "z"} and re.search(r"(?i)vert|point|polygon|corner", name):
        return {"given": [[{parts["x"]: x, parts["y"]: y} for x, y in ((a, b), (c, b), (c, d), (a, d))] for a, b, c, d in ((0.1, 0.1, 0.6, 0.5), (0.2, 0.3, 0.9, 0.8), (0.05, 0.15, 0.45, 0.7))]}
    if name.lower() == "values" and kind_of(inner) == "string" and "partition" in place.draft.noun:
        return {"given": [[f"2026-{month:02}-{day:02}"] for month in (3, 4, 5) for day in (1, 8, 15, 22)]}
    found = json_value(inner, one_of(name), place, depth + 1)
    if kind_of(inner) == "string" and field(one_of(name))[-1:] == ("label",) and "words" in found:
        found = names(("label",), slug=False)
    if is_empty(found):
        return unknown({"list": _bare(found), "size": [1, 1]})
    if "object" in found and re.search(r"(?i)split|traffic|allocation|rollout|weight", " ".join([name, *place.draft.noun])):
        whole = [k for k in found["object"] if re.search(r"(?i)percent|weight|share$", k)]
        if whole:  # one part takes all there is
            return {"list": {"object": {**found["object"], whole[0]: {"value": 100 if kind_of(inner["properties"][whole[0]]) != "number" or "fraction" not in str(inner) else 1.0}}}, "size": [1, 1]}
    one = depth > 0 or any(re.search(r"(?i)region|locale|language|zone", k) for k in inner.get("properties", {}))  # no two of them are of one place
    return {"list": _bare(found), "size": [1, 1] if one else [1, 2]}


def _object(schema: Schema, name: str, place: Place, depth: int) -> Recipe:
    properties = schema.get("properties")
    if not properties and depth == 0 and field(name) == ("property",) and not any(field(c)[-1:] and field(c)[-1] in _TELLING for c in place.columns) and kind_of(schema.get("additionalProperties") or {}) != "object":
        return {"object": {"name": _bare({k: v for k, v in names(place.draft.noun, slug=False, service=place.service).items() if k != "knowable"})}}  # a row that says nothing else of itself
    if not properties:
        return {"given": [tags for tags in TEAMS if tags]} if tagged(name) else unknown({"given": [{}]} if depth else {"given": [{"owner": owner} for owner in ("finance", "support", "field")]})
    parts = {k.lower(): k for k in properties}
    if set(parts) == {"key", "value"} and tagged(name):
        return {"given": [{parts["key"]: k, parts["value"]: v} for tags in TEAMS for k, v in tags.items()]}
    if {"givenname", "familyname"} <= set(parts) and set(parts) <= {"givenname", "familyname", "fullname", "displayname"}:
        return {"given": [{k: _part_of(n, k) for k in properties} for n in people()[:24]]}
    if {"year", "month"} <= set(parts) <= {"year", "month", "day"}:
        return {"given": [{k: at[k.lower()] for k in properties} for at in _days(" ".join(split(name)))]}
    noun = field(name)
    bare = noun
    while bare[-1:] in _WRAPS:
        bare = bare[:-1]
    whole = place.draft.noun
    wraps = not bare and noun[-1:] in (("attribute",), ("property",)) and len(noun) == 1
    own = depth == 0 and (wraps or (bool(bare) and bare[0] not in ROLE_WORDS and (bare[-len(whole) :] == whole or whole[-len(bare) :] == bare)))
    other = _meant(bare, properties, place)
    inner = place if own else place._replace(draft=Draft(noun or place.draft.noun, []), columns={}, written=frozenset())
    inner = inner._replace(beside=frozenset(k.lower() for k in properties))
    either = _either(schema, name)
    stated = place.stated or any(tells_state(k) and kind_of(part) == "string" for k, part in properties.items())
    required = schema.get("required", ())
    out: dict[str, Recipe] = {}
    rest: dict[str, Recipe] = {}
    for key, part in properties.items():
        if len(out) - max(0, len(either & set(out)) - 1) >= MOST_FIELDS or (depth > 2 and kind_of(part) in ("array", "object")):
            continue
        column = (place.columns.get(key) or place.columns.get(place.draft.find(key) or "")) if own else None
        if column is not None and column.kind == kind_of(part) and not column.json:
            out[key] = {"same": column.name} | ({"boolean": True} if column.kind == "boolean" else {})
            continue
        if (theirs := _of_other(key, part, other, place) if not own else None) is not None:
            out[key] = theirs
            continue
        if key in ("deleted", "trashed") and part.get("enum") == [True]:
            continue  # said of what is no more
        if key in either and len(either & set(out)) >= MOST_FIELDS:
            continue
        if (WRAPPING.match(" ".join(field(key))) and field(key)[-1:] in (("token",), ("cursor",), ("marker",))) or (DEPRECATED.search(str(part.get("description", ""))) and key not in required):
            continue
        if stated and (FAILURES.search(key) or _SINCE.search(key)) and not tells_state(key) and (key not in required or kind_of(part) == "string"):
            continue
        found = json_value(part, name if key.lower() == "items" and "quantity" in parts else key, inner, depth + 1)
        if not is_empty(found):
            out[key] = _bare(found)
        elif len(rest) < 2:
            rest[key] = _bare(found)
    rest = {k: r for n, (k, r) in enumerate(rest.items()) if n == 0 or k not in either}
    if any(_OPERATOR.search(k) for k in out):
        operand = text_of(one_of(name), {"type": "string"}, inner)
        if UNKNOWN in operand or not {"given", "id", "template"} & set(operand):
            operand = {"given": ["billing", "search", "support"]}
        out |= {k: {"list": operand, "size": [1, 1]} if kind_of(properties[k]) == "array" else operand if "given" in r or "list" in r else r for k, r in rest.items() if _OPERAND.search(k)}
        out |= {k: {"value": "team"} for k in rest if k in out and _SUBJECT.search(k) and kind_of(properties[k]) == "string"}
    if any(k in out and k not in required for k in _MESSAGES) and any(re.search(r"(?i)^(?:type|code|errorType|errorCode|reason|reasonCode)$", k) and ({"of", "choice"} & set(r)) for k, r in out.items()):
        for key in _MESSAGES:
            out.pop(key, None) if key not in required else None  # ACCESS_DENIED, and beside it 'Access was granted.'
    _of_one_type(out)
    _as_its_key(out)
    agree_parts(out)
    told = exclusive({k: properties[k] for k in out})
    if len(either := either & set(out)) < 2 and told.groups and not set(told.groups[0]) & set(required):
        either = set(told.groups[0])
    for group in told.groups:
        for key in group if set(group) != either else ():
            if key in out and key != next((k for k in group if k in required), group[0]):
                del out[key]
    for key in told.never:
        if key not in required and len(out) > 1:
            out.pop(key, None)
    if len(either := either & set(out)) > 1:
        return {"object": out, "either": [k for k in out if k in either]}
    return {"object": out} if any("value" not in part for part in out.values()) else unknown({"object": out | rest})


_TELLING: Final = frozenset("name title label subject email description text content".split())


_MESSAGES: Final = ("message", "Message", "errorMessage", "ErrorMessage", "msg", "Msg")
"""What says in words what a code says."""


def _as_its_key(parts: dict[str, Recipe]) -> None:
    """What is encrypted with a key of one's own says so: no key beside AES256 or AWS_OWNED_KMS_KEY."""
    if not any("kms" in k.lower() and "arn" not in r.get("choice", ()) and "mix" in r for k, r in parts.items()):
        return
    for name, recipe in parts.items():
        values = [str(v) for v in recipe.get("of", ())] or [str(v) for v, _ in recipe.get("choice", ())]
        owned = [v for v in values if re.search(r"(?i)kms|customer|cmk|cmek", v) and not re.search(r"(?i)aws_?owned|aws_?managed|google|dsse", v)]
        if owned and len(owned) < len(values) and re.search(r"(?i)type|algorithm|encryption|sse|mode|option", name):
            parts[name] = {"value": owned[0]}


def _of_other(key: str, part: Schema, noun: tuple[str, ...], place: Place) -> Recipe | None:
    """A field of an object that is a row of another table: what one row of it holds."""
    if noun not in place.tables or noun == place.draft.noun:
        return None
    table, draft, columns = place.tables[noun]
    column = columns.get(key) or columns.get(draft.find(key) or "")
    own = place.keyed.get(noun, "")
    if column is not None and own.startswith("#") and column.name == draft.own and not column.json:
        return {"same": own[1:]}  # the blog of a comment whose key names the blog
    if column is None or column.json or column.kind != kind_of(part):
        return None
    return {"like": f"{table}.{column.name}"} | ({"boolean": True} if column.kind == "boolean" else {})


def _meant(noun: tuple[str, ...], properties: Iterable[str], place: Place) -> tuple[str, ...]:
    """The table an object shows a row of: the offering of a reservation is one of the reservation offerings, which show its fields."""
    if noun in place.tables or not noun:
        return noun
    ends = [n for n in place.tables if n[-len(noun) :] == noun and n != place.draft.noun]
    fields = list(properties)
    ends = [n for n in ends if sum(place.tables[n][1].find(f) in place.tables[n][2] for f in fields) >= max(2, 0.5 * len(fields))]
    return ends[0] if len(ends) == 1 else noun


def _days(heard: str) -> list[dict[str, int]]:
    """Days as year, month and day, where they lie in the life of what they belong to."""
    born = bool(re.search(r"birth|\bdob\b", heard))
    years = (1968, 1979, 1985, 1990, 1994, 2001) if born else (2026, 2027) if FUTURE.search(heard) else (2026,) if CHANGED.search(heard) or ENDED.search(heard) or "newest" in heard else (2024, 2025)
    months = (9, 10, 11) if FUTURE.search(heard) and not born else (3, 4, 5)
    return [{"year": y, "month": m, "day": d} for y in years for m in months for d in (3, 14, 27)]


_OPERATOR = re.compile(r"(?i)operator|comparison|comparator|^op$|match_?type|condition$")
_OPERAND = re.compile(r"(?i)values?$|^key$|field|^name$|attribute|operand")
_SUBJECT = re.compile(r"(?i)^key$|field|^name$|attribute$")
"""A comparison says nothing without what it compares with what."""


def _of_one_type(parts: dict[str, Recipe]) -> None:
    """{type: LAMBDA | HTTP, lambda: {...}, http: {...}}: of the objects that values of a type name, one; the type says which."""
    for kind, recipe in list(parts.items()):
        values = [v for v, _ in recipe["choice"]] if "choice" in recipe else recipe.get("of", [])
        if not values or not all(isinstance(v, str) for v in values):
            continue
        meant = {k: v for k in parts if k != kind and "object" in parts[k] and (v := value_named(k, values)) is not None}
        if len(set(meant.values())) > 1 or (meant and KINDS.search(kind)):
            kept = next(iter(meant))
            parts[kind] = {"value": meant[kept]}
            for other in meant:
                if other != kept:
                    del parts[other]


KINDS: Final = re.compile(r"(?i)(?:type|kind|action|response|format|channel|protocol|provider|source|mode|engine|method|platform)$")
"""Columns whose values name alternatives."""


def value_named(name: str, values: list[Any]) -> str | None:
    """The value that a field is named after: 'packageVulnerabilityDetails' after 'PACKAGE_VULNERABILITY'."""
    words = field(name)
    found = [(len(its), v) for v in values if isinstance(v, str) and len(v) > 1 and (its := _unbranded(field(v))) and its != words[-1:] and (words[: len(its)] == its or (len(its) == 1 and "".join(words).startswith(its[0]) and len(its[0]) > 3))]
    return max(found)[1] if found else None


def _unbranded(words: tuple[str, ...]) -> tuple[str, ...]:
    """AMAZON_DYNAMODB is meant by dynamodbConfig."""
    return words[1:] if words[:1] in (("aws",), ("amazon",), ("google",), ("azure",)) and len(words) > 1 else words


_ONE_OF = re.compile(r"(?i)exactly one of|only one of|\bunion\b|\boneof\b|one of the following (?:fields|members|must)|mutually exclusive")


_TOGETHER = re.compile(r"(?i)(?:settings?|features?|options?|preferences?|limits?|status|statuses|info|metrics|statistics|stats|summary|metadata|counts?)$")
"""Objects whose members stand side by side."""


_OF_RESOURCE = re.compile(r"(?i)resource_?(?:metadata|details?|info|data|attributes)$")
"""What is said of a resource of any sort, each sort in a member of its own."""


def _either(schema: Schema, name: str) -> set[str]:
    """Members of which one is meant: the object says so, or it holds nothing but objects and needs none of them."""
    properties = schema.get("properties", {})
    members = {k for k, part in properties.items() if kind_of(part) == "object" and part.get("properties") and k not in schema.get("required", ())}
    says = _ONE_OF.search(str(schema.get("description", ""))) or (len(properties) == len(members) >= 2 and not (_TOGETHER.search(name) and not _OF_RESOURCE.match(name)))
    return members if len(members) > 1 and says else set(one_way(k for k in properties if k in members))


def _part_of(name: str, key: str) -> str:
    """The given or family name of a full name, or all of it."""
    return name.split(" ", 1)[0] if key.lower() == "givenname" else name.split(" ", 1)[1] if key.lower() == "familyname" else name


def _bare(recipe: Recipe) -> Recipe:
    """Without the marks that only a column has."""
    return {k: v for k, v in recipe.items() if k not in ("null", UNKNOWN)}
