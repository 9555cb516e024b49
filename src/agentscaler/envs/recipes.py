"""How each column is filled: a recipe from its name, type, format, pattern, enum, examples and description.

The rules are tried in order; the first that speaks wins. What a user can know is marked `knowable`: names, descriptions,
dates, states, plain numbers. Ids and times that the service makes are `generated`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from agentscaler.edges import collection_words, placeholders
from agentscaler.envs.arguments import HIDDEN, context_path, is_time
from agentscaler.envs.columns import parent_path
from agentscaler.envs.drafts import STATE, TOKEN, Col, Draft
from agentscaler.envs.vocabulary import (
    COUNTRIES,
    DESCRIPTIONS,
    KIND_SLUGS,
    PEOPLE_NOUNS,
    PHRASE_LISTS,
    REASONS,
    SLUG_LISTS,
    cities,
    companies,
    find_names,
    people,
    streets,
)  # fmt: skip
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field

Recipe = dict[str, Any]


class Place(NamedTuple):
    """Where a column stands."""

    table: str
    draft: Draft
    group: str
    """vendor:service."""
    written: frozenset[str]
    """Columns of the table that some tool of the world sets from an argument."""
    columns: Mapping[str, Col]
    tools: frozenset[str] = frozenset()
    """Ids of the world's tools."""
    holders: Mapping[tuple[str, ...], str] = {}
    """Noun -> table, of the tables that are addressed by resource name."""

    @property
    def vendor(self) -> str:
        return self.group.split(":")[0]

    @property
    def service(self) -> str:
        return self.group.split(":")[-1]


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
    if column.json:
        return {**json_value(column.schema, column.name, place), "json": True}
    if column.kind == "boolean":
        return {"yes": _yes(column.name), "boolean": True, "knowable": True}
    if column.choices and len(column.choices) <= 40:
        return {"choice": _weights(column), "knowable": True}
    if is_time(column.name, column.schema):
        return _time(column, place)
    if column.kind in ("integer", "number"):
        return _number(column.name, column.schema)
    return _text(column.name, column.schema, place)


# ---- keys and ids -----------------------------------------------------------------------------------------------


def _parent(place: Place) -> Recipe:
    """The resource name of what holds a row: each of the forms in which the world's tools address it."""
    paths = [p for e in place.draft.entries if e.id in place.tools and (p := parent_path(e, place.draft))]
    recipes: list[Recipe] = []
    for path in dict.fromkeys(paths):
        holders = placeholders(path)
        table = place.holders.get(collection_words(holders[-1])) if holders else None
        found: Recipe = {"like": f"{table}.name"} if table else {"template": context_path(path)}
        if found not in recipes and not (table == place.table):
            recipes.append(found)
    if not recipes:
        return {"template": "projects/{project}"}
    return recipes[0] if len(recipes) == 1 else {"mix": recipes[:5]}


def contexts_of(template: str) -> list[str]:
    """'projects/{project}/locations/{location}' -> ['project', 'location']."""
    return placeholders(template)


def _key(column: Col, place: Place) -> Recipe:
    draft = place.draft
    if draft.segment is not None:
        prefix = ("{parent}/" if "parent" in place.columns else "") + f"{draft.segment}/"
        if draft.generated:
            return {"id": prefix + "{base36:12}", "generated": True}
        return {**names(draft, slug=True), "in": prefix}
    words = field(column.name)
    if column.choices:
        return {"choice": _weights(column), "knowable": True}
    if column.type == "INTEGER" and "maximum" in column.schema and not draft.generated:
        return {"number": [column.schema.get("minimum", 1), min(column.schema["maximum"], 9999)]}
    if column.type == "INTEGER" or column.schema.get("digits"):
        return {"id": "{digits:7}", **({"generated": True} if draft.generated else {})}
    if draft.generated and words[-1:] == ("name",) and column.name not in place.written:
        return {**names(draft, slug=True), "knowable": True, "generated": True, "fill": f"{'-'.join(draft.noun)}-" + "{base36:6}"}
    if not draft.generated or words[-1:] == ("name",):
        if words[-1:] in (("email",),):
            return {**emails(), "knowable": True}
        if words[-1:] in (("id",), ("arn",), ("number",)) or column.name in draft.parents:
            template = _arn(place) if words[-1:] == ("arn",) else id_template(column, place)
            return {"id": template, **({"generated": True} if draft.generated else {})}
        return {**names(draft, slug=True), "knowable": True}
    if words[-1:] == ("arn",):
        return {"id": _arn(place), "generated": True}
    if words[-1:] == ("email",):
        return {**emails(), "knowable": True}
    if words[-1:] in (("uri",), ("url",)):
        return {"id": f"https://{place.service}.example.com/" + "{account}/{base36:12}", "generated": True}
    return {"id": id_template(column, place), "generated": True}


def _arn(place: Place, tail: str = "{hex:12}") -> str:
    return f"arn:aws:{place.service}:" + "{region}:{account}:" + f"{'-'.join(place.draft.noun)}/{tail}"


_PATTERN = re.compile(r"([a-zA-Z]{1,14}[-_])(?:\(\?:)?(?:\[[^\]]+\]|\\w|\\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}")
_IN_PROSE = re.compile(r"(?i)(?:e\.g\.|such as|example[s]?|like|format)[^A-Za-z0-9]{1,12}`?([a-z]{2,12}-[a-z0-9]{6,20})\b")


def id_template(column: Col, place: Place) -> str:
    """The form of an id: from its pattern, an example, the prose, else from the noun."""
    schema = column.schema
    pattern = str(schema.get("pattern", ""))
    if _UUID.search(pattern) or re.search(r"\{8\}-", pattern):
        return "{uuid}"
    for example in [str(e) for e in schema.get("examples", ())]:
        if template := template_from(example):
            return template
    if "arn:" not in pattern and (found := _PATTERN.search(pattern)):
        return found[1] + ("{hex:17}" if place.vendor == "aws" else "{base36:8}")
    if found := _IN_PROSE.search(str(schema.get("description", ""))):
        if template := template_from(found[1]):
            return template
    rest = entity(column.name)[0] or place.draft.noun
    if place.vendor == "google":
        return "{digits:19}"
    prefix = rest[-1][:4] if len(rest) == 1 else "".join(w[0] for w in rest)
    if place.vendor == "user":
        return f"{prefix[:3]}_" + "{digits:5}"
    return f"{prefix}-" + ("{hex:12}" if place.vendor == "aws" else "{base36:8}")


def template_from(example: str) -> str | None:
    """'disk-l7mxexxc' -> 'disk-{base36:8}'."""
    example = example.strip()
    if not 3 <= len(example) <= 48 or " " in example or example.startswith(("arn:", "http")) or "/" in example:
        return None
    if _UUID.match(example):
        return "{uuid}"
    if example.isdigit():
        return f"{{digits:{min(len(example), 15)}}}"
    found = re.fullmatch(r"([A-Za-z][A-Za-z_]*(?:[-_][A-Za-z]+){0,2}[-_])([A-Za-z0-9]{4,24})", example)
    if (found and re.search(r"\d", found[2])) or (found and len(found[2]) >= 6):
        return found[1] + f"{{base36:{len(found[2])}}}" if found else None
    if re.fullmatch(r"[0-9a-f]{8,40}", example):
        return f"{{hex:{len(example)}}}"
    return None


# ---- names ------------------------------------------------------------------------------------------------------


def names(draft: Draft, *, slug: bool) -> Recipe:
    """How rows of a table are called."""
    noun = draft.noun
    if noun and noun[-1] in PEOPLE_NOUNS:
        if slug:
            return {"words": [[n.lower().replace(" ", ".").replace("'", "") for n in people()]], "join": ""}
        return {"words": [list(people())], "join": ""}
    kind = noun[-1] if noun and noun[-1] in KIND_SLUGS else None
    found = find_names(noun[-1:])
    if found is None and kind is not None:
        return {"words": [list(SLUG_LISTS[0]), KIND_SLUGS[kind].split("|"), ["", *SLUG_LISTS[1][:6]]], "join": "-"}
    if found is None:
        lists, join = (SLUG_LISTS, "-") if slug else (PHRASE_LISTS, " ")
        return {"words": [list(part) for part in lists], "join": join}
    if slug:
        return {"words": [[re.sub(r"[^a-z0-9]+", "-", w.lower()).strip("-") for w in part] for part in found.lists], "join": "-"}
    return {"words": [list(part) for part in found.lists], "join": found.join}


def emails() -> Recipe:
    return {"words": [[n.lower().replace(" ", ".").replace("'", "") + "@lindqvist.example" for n in people()]], "join": ""}


# ---- states, flags, times, numbers ------------------------------------------------------------------------------

_GOOD = re.compile(r"(?i)^(?:active|available|enabled|running|ready|ok|normal|healthy|succeeded|success|completed|complete|in_?service|online|deployed|issued|valid|created|open|approved|published|stable|on|standard|associated|attached|inuse|in.use|default|basic|general)")
_MIDDLE = re.compile(r"(?i)(?:pending|progress|creating|updating|queued|stopped|paused|disabled|inactive|draft|scheduled|submitted|closed|suspended|off)")
_GONE = re.compile(r"(?i)delet|terminat|remov")
_RARE = re.compile(r"(?i)(?:unspecified|unknown|unrecognized|delet|fail|error|invalid|expired|terminat|corrupt|rollback|none|abort|limited)")


def _weights(column: Col) -> list[list[Any]]:
    """States as they occur in life: most things are fine, some wait, few have failed."""
    out = []
    state = bool(STATE.search(column.name))
    for i, choice in enumerate(column.choices):
        text = str(choice)
        if re.search(r"(?i)unspecified|unknown|unrecognized|invalid$", text) and len(column.choices) > 2:
            continue
        weight = 0.2 if _GONE.search(text) else 6.0 if _GOOD.search(text) else 1.0 if _RARE.search(text) else 3.0 if _MIDDLE.search(text) else 2.0
        out.append([choice, weight if state else (4.0 if i == 0 else 3.0 if i < 4 else 1.0)])
    return out or [[c, 1.0] for c in column.choices]


def _yes(name: str) -> float:
    if re.search(r"(?i)delet|disab|error|fail|default|locked|archiv|expired|deprecated|hidden|blocked|cancel|read.?only|trash", name):
        return 0.15
    return 0.7 if re.search(r"(?i)enab|active|encrypt|auto|valid|public|verified|available", name) else 0.4


_MADE = re.compile(r"(?i)creat|start|submi|insert|request|regist|launch|upload|added|invited|issued|open")
_CHANGED = re.compile(r"(?i)updat|modif|chang|edit|last|refresh|heartbeat|latest")
_ENDED = re.compile(r"(?i)end|finish|complet|stop|terminat|clos|delet|cancel|archiv|resolved|reviewed|approved|connected")
_FUTURE = re.compile(r"(?i)expir|expiry|valid.?(?:until|to|till)|not.?after|next|deadline|due|until|renew|scheduled|eol|retire")


def _time(column: Col, place: Place) -> Recipe:
    name, form = column.name, "iso"
    if column.schema.get("format") == "date" or (column.kind == "string" and re.search(r"[Dd]ate$", name) and "time" not in name.lower() and column.schema.get("format") != "date-time"):
        form = "date"
    if column.kind == "integer":
        form = "epoch_ms" if re.search(r"(?i)ms$|milli", name) or place.vendor == "google" else "epoch"
    out: Recipe = {"time": ["-700d", "-2d"], "knowable": True}
    if form != "iso":
        out["as"] = form
    made = next((c.name for c in place.columns.values() if c is not column and is_time(c.name, c.schema) and _MADE.search(c.name) and not _CHANGED.search(c.name) and c.kind == column.kind), None)
    written = name in place.written
    if _FUTURE.search(name):
        out["time"] = ["5d", "400d"]
        out["null"] = 0.2
    elif _CHANGED.search(name):
        out |= {"time": ["-60d", "-1d"]} | ({"after": made} if made and form == "iso" else {})
        if not written:
            out |= {"generated": True, "touch": True}
    elif _ENDED.search(name):
        out |= {"time": ["-30d", "-1d"], "null": 0.35} | ({"after": made} if made and form == "iso" else {})
    elif _MADE.search(name) and not written:
        out["generated"] = True
    return out


class Rule(NamedTuple):
    """A pattern over a field's words, joined by spaces, and the recipe it leads to."""

    pattern: re.Pattern[str]
    make: Callable[[str], Recipe]


def _rule(pattern: str, recipe: Recipe, *, knowable: bool = True) -> Rule:
    mark: Recipe = {"knowable": True} if knowable else {}
    return Rule(re.compile(rf"\b(?:{pattern})\b"), lambda _: {**recipe, **mark})


NUMBERS: Final = (
    _rule(r"\bport\b", {"of": [22, 80, 443, 3306, 5432, 6379, 8080, 9000]}),
    _rule(r"latitude|lat", {"number": [-55, 65], "decimals": 4}, knowable=False),
    _rule(r"longitude|lng|lon", {"number": [-120, 140], "decimals": 4}, knowable=False),
    _rule(r"\bmtu\b", {"of": [1440, 1460, 1500, 8896]}),
    _rule(r"percent|progress|\bratio\b|utilization|rate$|coverage", {"number": [0, 100]}),
    _rule(r"confidence|score|probability|similarity", {"number": [0, 1], "decimals": 2}),
    _rule(r"retention|\bday\b|\bttl day", {"of": [1, 3, 7, 14, 30, 60, 90, 180, 365]}),
    _rule(r"timeout|\bttl\b|second|interval|delay|cooldown|grace|duration|period", {"of": [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600]}),
    _rule(r"minute", {"of": [5, 10, 15, 30, 45, 60, 120]}),
    _rule(r"hour", {"of": [1, 2, 4, 8, 12, 24, 48]}),
    _rule(r"month", {"of": [1, 3, 6, 12, 24, 36]}),
    _rule(r"year", {"number": [2019, 2026]}),
    _rule(r"byte|content length|file size", {"number": [2_000, 900_000_000], "skew": 4}),
    _rule(r"\bmib\b|\bmb\b|memory|\bram\b", {"of": [128, 256, 512, 1024, 2048, 4096, 8192, 16384]}),
    _rule(r"\bgib\b|\bgb\b|storage|disk size|volume size|allocated|capacity", {"of": [10, 20, 50, 100, 200, 500, 1000]}),
    _rule(r"\bv?cpu|core", {"of": [1, 2, 4, 8, 16, 32]}),
    _rule(r"iops|throughput|bandwidth", {"of": [100, 250, 500, 1000, 3000, 5000]}),
    _rule(r"price|amount|cost|fee|balance|revenue|budget|spend|total charge", {"number": [5, 900], "decimals": 2}),
    _rule(r"width", {"of": [320, 640, 1280, 1920, 3840]}),
    _rule(r"height", {"of": [240, 480, 720, 1080, 2160]}),
    _rule(r"bitrate|sample rate|frame rate|fps", {"of": [24, 25, 30, 60, 128, 192, 320]}),
    _rule(r"priority|rank|order|position|\blevel\b|sequence|index|weight", {"number": [1, 20]}),
    _rule(r"version|revision|generation", {"number": [1, 14]}),
    _rule(r"age", {"number": [18, 80]}),
    _rule(r"threshold", {"of": [1, 5, 10, 50, 75, 80, 90, 95]}),
    _rule(r"minimum|\bmin\b", {"of": [0, 1, 2, 3, 5]}),
    _rule(r"maximum|\bmax\b|limit|quota", {"of": [5, 10, 20, 25, 50, 100, 200, 500]}),
    _rule(r"count|number|size|num\b|quantity|total|length", {"number": [0, 40], "skew": 2}),
    _rule(r"\bid\b|uin|code", {"id": "{digits:6}"}, knowable=False),
)


def _number(name: str, schema: Schema) -> Recipe:
    words = " ".join(field(name))
    low, high = schema.get("minimum"), schema.get("maximum")
    found = next((r.make(words) for r in NUMBERS if r.pattern.search(words)), None)
    example = next((float(e) for e in map(str, schema.get("examples", ())) if re.fullmatch(r"-?\d+(?:\.\d+)?", e)), None)
    if found is None and example is not None:
        top = max(abs(example) * 2, 5)
        found = {"number": [0, int(top)], "knowable": True} if kind_of(schema) == "integer" else {"number": [0, top], "decimals": 2, "knowable": True}
    found = dict(found or {"of": [1, 2, 3, 5, 8, 10, 20, 50, 100], "knowable": True})
    if kind_of(schema) == "integer" and "decimals" in found:
        del found["decimals"]
        if found["number"] == [0, 1]:
            found["number"] = [0, 100]
    return _bounded(found, low, high)


def _bounded(recipe: Recipe, low: float | None, high: float | None) -> Recipe:
    """Within the provider's bounds."""
    if low is None and high is None:
        return recipe
    least = low if low is not None else min(recipe.get("of", recipe.get("number", [0])))
    most = high if high is not None else max(least, *recipe.get("of", recipe.get("number", [least + 100])))
    if "of" in recipe:
        kept = [v for v in recipe["of"] if least <= v <= most]
        if kept:
            return {**recipe, "of": kept}
        recipe = {k: v for k, v in recipe.items() if k != "of"} | {"number": [least, most]}
    if "number" in recipe:
        a, b = recipe["number"]
        a, b = max(a, least), min(b, most)
        if a > b:
            a, b = least, min(most, least + 100)
        return {**recipe, "number": [a, b] if "decimals" in recipe else [int(a), int(b)]}
    return recipe


# ---- text -------------------------------------------------------------------------------------------------------

SHARED: Final = ("standard", "basic", "premium", "internal", "public")
TEXTS: Final = (
    _rule(r"\bemail\b|e mail|\bmail\b", {"words": [["@people"]]}),
    _rule(r"phone|mobile|\bfax\b|e164|msisdn", {"id": "+44 20 7946 0{digits:3}"}),
    _rule(r"\bmd5\b|sha ?\d*|checksum|hash|fingerprint|digest", {"id": "{hex:32}"}, knowable=False),
    _rule(r"ipv6", {"id": "2001:db8::{hex:4}"}, knowable=False),
    _rule(r"cidr", {"words": [["10.0", "10.1", "172.16", "192.168"], ["0.0/16", "16.0/20", "32.0/24", "64.0/24", "128.0/24"]], "join": "."}, knowable=False),
    _rule(r"\bip\b|ip address|\bvip\b", {"id": "10.0.{digits:2}.{digits:2}"}, knowable=False),
    _rule(r"\bmac\b", {"id": "02:42:{hex:2}:{hex:2}:{hex:2}:{hex:2}"}, knowable=False),
    _rule(r"availability zone|\bzone\b|\baz\b", {"template": "{region}a"}, knowable=False),
    _rule(r"\bregion\b", {"template": "{region}"}, knowable=False),
    _rule(r"account id|owner id|\bowner$|account$|\buin\b", {"template": "{account}"}, knowable=False),
    _rule(r"project$|project id", {"template": "{project}"}, knowable=False),
    _rule(r"bucket", {"words": [list(SLUG_LISTS[0]), ["assets", "exports", "logs", "uploads", "backups"]], "join": "-"}),
    _rule(r"\b(?:s3|gcs) uri|object uri|storage uri", {"words": [["s3://"], list(SLUG_LISTS[0]), ["-exports/", "-data/", "-archive/"], ["2025", "2026", "latest"]], "join": ""}, knowable=False),
    _rule(r"url|uri|link|endpoint|href|website|callback|webhook", {"words": [["https://"], list(SLUG_LISTS[0]), [".example.com/"], ["", "home", "api", "callback", "files", "v2"]], "join": ""}, knowable=False),
    _rule(r"fqdn|host ?name|dns name|\bdomain(?: name)?$|\bhost$", {"words": [list(SLUG_LISTS[0]), ["example.com", "example.org", "internal.example.com"]], "join": "."}),
    _rule(r"city|town", {"words": [["@cities"]]}),
    _rule(r"country", {"given": COUNTRIES}),
    _rule(r"street|address line|postal address|\baddress$", {"words": [["@streets"]]}),
    _rule(r"zip|postal|postcode", {"id": "{digits:5}"}),
    _rule(r"currency", {"choice": [["EUR", 5], ["USD", 4], ["GBP", 2], ["JPY", 1]]}),
    _rule(r"time ?zone", {"given": ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"]}),
    _rule(r"language|locale", {"choice": [["en-US", 5], ["de-DE", 2], ["fr-FR", 2], ["ja-JP", 1]]}),
    _rule(r"mime|content type|media type", {"given": ["application/pdf", "image/png", "text/csv", "application/json", "video/mp4"]}),
    _rule(r"company|vendor|supplier|manufacturer|publisher|organization name|merchant", {"words": [["@companies"]]}),
    _rule(r"full name|first name|last name|display name of user|real name|nick ?name|contact name|customer name|user name|username", {"words": [["@people"]]}),
    _rule(r"creat(?:ed|or) ?by?|author|modified by|updated by|requester|assignee|owner name|operator|\buser$|principal|reviewer|initiator", {"words": [["@emails"]]}),
    _rule(r"instance (?:type|class)|node type|machine type|bundle|flavor|instance size", {"given": ["small", "medium", "large", "xlarge", "2xlarge"]}),
    _rule(r"engine version|runtime version|kubernetes version|\bversion$|release", {"given": ["1.4.2", "1.5.0", "2.0.1", "2.1.0", "3.0.0"]}),
    _rule(r"\bengine\b", {"given": ["postgres", "mysql", "mariadb"]}),
    _rule(r"operating system|\bos\b|platform", {"given": ["Linux", "Windows", "Ubuntu 24.04", "Debian 12"]}),
    _rule(r"architecture", {"given": ["x86_64", "arm64"]}),
    _rule(r"protocol", {"given": ["TCP", "UDP", "HTTP", "HTTPS"]}),
    _rule(r"(?:folder|directory|parent) path|\bdirectory\b|\bfolder$", {"words": [["/"], list(SLUG_LISTS[0]), ["", "/2025", "/2026", "/drafts"]], "join": ""}),
    _rule(r"file name|\bfile$|filename|\bkey path|object key|\bpath\b|\bprefix\b", {"words": [["reports/", "exports/", "images/", "logs/"], list(SLUG_LISTS[0]), ["-2025", "-2026", "-draft", ""], [".csv", ".pdf", ".json", ".png"]], "join": ""}),
    _rule(r"cron|schedule expression|\bschedule$", {"given": ["rate(1 day)", "rate(12 hours)", "cron(0 6 * * ? *)", "cron(30 22 * * ? *)"]}, knowable=False),
    _rule(r"color|colour", {"given": ["red", "blue", "green", "orange", "grey"]}),
    _rule(r"gender|sex\b", {"given": ["female", "male", "other"]}),
    _rule(r"policy document|document$|definition$|script|body|content$|template body|query string|\bquery$|sql|statement|expression|code$|json$|yaml|config$|configuration$|policy$|payload|certificate|private key|public key|password|token|secret|signature", {"id": "{hex:24}"}, knowable=False),
    _rule(r"error (?:message|code)|failure|(?:status|state) (?:message|reason|detail|text|info)|reason|message$|cause", {"given": REASONS}, ),
    _rule(r"description|comment|note|remark|summary|purpose|memo|\bdesc$|info$|detail|caption|subtitle|text$|instruction", {"given": list(DESCRIPTIONS)}),
)  # fmt: skip


def _text(name: str, schema: Schema, place: Place) -> Recipe:
    words = field(name)
    joined = " ".join(words)
    if words[-1:] == ("arn",) or words == ("arn",):
        return _arn_column(name, place)
    if STATE.search(name):
        return {"choice": [["ACTIVE", 6], ["PENDING", 2], ["STOPPED", 2], ["FAILED", 1]], "knowable": True}
    named = words[-1:] in (("name",), ("title",), ("label",), ("alias",), ("subject",), ("headline",))
    head = words[:-1]
    if named and (not head or set(head) <= set(place.draft.noun) | {"display", "full", "friendly", "title", "custom", "new", "short"}):
        slug = bool(re.fullmatch(r"\^?[\[\(].*[\]\)][+*{].*", str(schema.get("pattern", "")))) and " " not in str(schema.get("pattern", "")) and "\\s" not in str(schema.get("pattern", ""))
        return {**names(place.draft, slug=slug), "null": 0.05 if words == ("name",) else 0.1, "knowable": True}
    special = next((r.make(joined) for r in TEXTS if r.pattern.search(joined)), None)
    examples = _examples(schema)
    if named and special is None:
        return {**names(_as_draft(head, place), slug=True), "knowable": True}
    if special is not None:
        return _filled(special, place)
    if entity(name)[1] and words[-1] != "name":
        return {"given": [id_like(name, schema, place, n) for n in range(6)]}
    if examples:
        return _like_examples(examples, words)
    if words[-1:] in (("type",), ("kind",), ("category",), ("tier",), ("class",), ("mode",), ("family",), ("level",), ("plan",), ("edition",)):
        return {"choice": [[v, 3 - i * 0.5] for i, v in enumerate(SHARED)], "knowable": True}
    if schema.get("format") == "int64":
        return {"id": "{digits:5}"}
    if schema.get("format") == "duration":
        return {"given": ["60s", "300s", "900s", "3600s"], "knowable": True}
    return {"given": [f"{words[-1] if words else 'value'}-{n}" for n in ("alpha", "beta", "gamma", "delta", "omega")]}


def _filled(recipe: Recipe, place: Place) -> Recipe:
    """@people and the like replaced by their lists."""
    pools: dict[str, Callable[[], list[str]]] = {
        "@people": lambda: [n.lower().replace(" ", ".").replace("'", "") + "@lindqvist.example" for n in people()],
        "@emails": lambda: [n.lower().replace(" ", ".").replace("'", "") + "@lindqvist.example" for n in people()[:12]],
        "@cities": lambda: list(cities()),
        "@streets": lambda: list(streets()),
        "@companies": lambda: list(companies()),
    }
    words = recipe.get("words")
    if words and words[0] and words[0][0] in pools:
        return {**recipe, "words": [pools[words[0][0]]()], "join": ""}
    return recipe


def _examples(schema: Schema) -> list[str]:
    values = [str(e) for e in schema.get("examples", ()) if isinstance(e, (str, int))]
    return [v for v in values if 0 < len(v) <= 40 and not re.search(r"[一-鿿]|xxx|\*\*|^\W+$", v)]


def _like_examples(examples: list[str], words: tuple[str, ...]) -> Recipe:
    """The provider's examples; with others beside a single one, so that rows differ."""
    first = examples[0]
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", first):
        return {"id": "10.0.{digits:2}.{digits:2}"}
    if len(examples) > 1:
        return {"given": examples, "knowable": True}
    if words[-1:] in (("type",), ("kind",), ("category",), ("mode",), ("level",)):
        return {"choice": [[first, 4], ["standard", 2], ["basic", 1]], "knowable": True}
    if first.isdigit():
        return {"given": [str(int(first) + i) for i in range(4)], "knowable": True}
    return {"given": [first, *(f"{first}-{n}" for n in ("b", "c"))], "knowable": True}


def _arn_column(name: str, place: Place) -> Recipe:
    rest = entity(name)[0]
    own = place.draft.own
    if own and (not rest or place.draft.noun[-len(rest) :] == rest):
        return {"template": _arn(place, "{" + own + "}")}
    return {"given": [f"arn:aws:{place.service}:eu-west-1:482916075330:{'-'.join(rest) or 'item'}/{word}" for word in SLUG_LISTS[0][:6]]}


def id_like(name: str, schema: Schema, place: Place, n: int) -> str:
    """One of a few ids of something outside the world."""
    from agentscaler.dice import Dice
    from agentscaler.population import fill_id

    return fill_id(id_template(Col(name, schema), place), Dice("outside", place.group, name, n), {"account": "482916075330", "region": "eu-west-1"})


def _as_draft(noun: tuple[str, ...], place: Place) -> Draft:
    return Draft(noun or place.draft.noun, [])


# ---- JSON -------------------------------------------------------------------------------------------------------


def json_value(schema: Schema, name: str, place: Place, depth: int = 0) -> Recipe:
    """A small value that fits the schema: lists of up to three, objects of their plain fields."""
    kind = kind_of(schema)
    if kind == "array":
        inner = schema.get("items", {})
        names_ = {k.lower(): k for k in inner.get("properties", {})}
        if {"key", "value"} <= set(names_) or {"tagkey", "tagvalue"} <= set(names_):
            key, value = (names_.get("key") or names_["tagkey"], names_.get("value") or names_["tagvalue"])
            return {"list": {"object": {key: {"of": ["team", "stage", "owner"]}, value: {"of": ["finance", "support", "prod", "test", "field"]}}}, "size": [0, 2]}
        if kind_of(inner) == "string" and inner.get("enum"):
            return {"list": {"of": list(inner["enum"])[:12]}, "size": [1, 2]}
        return {"list": json_value(inner, _singular(name), place, depth + 1), "size": [1, 2] if depth == 0 else [1, 1]}
    if kind == "object":
        properties = schema.get("properties")
        if not properties:
            return {"object": {"team": {"of": ["finance", "support", "field"]}, "stage": {"of": ["prod", "test"]}}}
        plain = {k: v for k, v in properties.items() if kind_of(v) in ("string", "integer", "number", "boolean")} if depth < 3 else {}
        chosen = dict(list(plain.items())[:6]) or ({} if depth > 1 else dict(list(properties.items())[:2]))
        return {"object": {k: json_value(v, k, place, depth + 1) for k, v in chosen.items()}}
    if schema.get("enum"):
        return {"of": [v for v in schema["enum"] if "UNSPECIFIED" not in str(v)][:12] or list(schema["enum"])}
    if kind == "boolean":
        return {"yes": _yes(name), "json": True}
    if is_time(name, schema):
        return {"time": ["-300d", "-2d"], **({"as": "epoch"} if kind == "integer" else {})}
    found = _number(name, schema) if kind in ("integer", "number") else _text(name, schema, place)
    return {k: v for k, v in found.items() if k not in ("knowable", "null", "generated")}


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
