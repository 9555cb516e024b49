"""Recipes of numbers and times.

Pairs keep their order by construction: a minimum is drawn from the lower half of its range, a maximum from the upper
one; things are made before they start, start before they change, change before they end, and a child is made after
its parent.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from agentscaler.envs.arguments import is_time
from agentscaler.envs.documented import examples_of, range_of, values_of
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import field, singular, split


class Rule(NamedTuple):
    """A pattern over a field's words, joined by spaces, and the recipe it leads to."""

    pattern: re.Pattern[str]
    make: Callable[[str], Recipe]


def rule(pattern: str, recipe: Recipe, *, knowable: bool = True) -> Rule:
    mark: Recipe = {"knowable": True} if knowable else {}
    return Rule(re.compile(rf"\b(?:{pattern})\b"), lambda _: {**recipe, **mark})


# ---- times ------------------------------------------------------------------------------------------------------

def _moment(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})")


MADE = _moment("creat|submi|insert|request|regist|upload|added|add |invited|issued|publish|first")
STARTED = _moment("start|initiat|begin|began|launch|open|effective|not before|valid from|enabled|joined|activat")
CHANGED = _moment("updat|modif|chang|edit|last|refresh|heartbeat|latest|recent")
ENDED = _moment(r"end\b|ended|finish|complet|stop|terminat|clos|cancel|archiv|resol[vu]|reviewed|approved|connected|failed|executed|to$|till$")
GONE = _moment("delet|destroy|purg|remov|isolat|deprovision|deactivat|deregist|unregist")
FUTURE = re.compile(r"^(?!.*\b(?:last|latest|previous)\b).*\b(?:expir|valid until|valid to|valid till|not after|next|deadline|due|until|renew|scheduled|eol|retire|estimated|offline)")
"""Patterns over the words of a field."""
MOMENT = re.compile(r"(?i)^(?:created|updated|modified|published|started|finished|completed|expires|last_?(?:updated|modified)|begin|start|end|date_?(?:created|updated|modified|deleted|completed|started))$|(?i:valid(?:ate)?|effective)(?:From|Till|To|Until)$")
_BIRTHS: Final = (["-700d", "-420d"], ["-415d", "-260d"], ["-255d", "-150d"], ["-149d", "-111d"])
"""When a row was made, by how many parents stand above it."""


_SPENT: Final = r"(?:execution|exec|elapsed|run|running|process|processing|spent|spend|cost|query|lock|wait|waiting|response|used|training|total|consumption|consuming|consumed|build|cpu|idle|up|down|play|video|audio|busy|lead|delay|scan|comparison|parse|rt) ?time"
"""Time that something took, by the words of a field."""
CLOCKED: Final = re.compile(r"(?i)\btime of (?:the )?day\b|\bhh:mm\b(?!:ss)|\bshould run every (?:day|week)\b")
"""What a description says of a field that holds a time of day."""


def holds_moment(name: str) -> bool:
    return bool(is_time(name, {"type": "string"}) or MOMENT.search(name))


def holds_time(name: str, schema: Schema) -> bool:
    """Does the field hold a point in time, also one that is called 'created' or 'start'?"""
    if kind_of(schema) == "string" and CLOCKED.search(str(schema.get("description", ""))) and not re.search(r"(?i)yyyy|\bdate\b", str(schema.get("description", ""))):
        return False
    text = str(schema.get("description", ""))
    if is_time(name, schema):
        spent = re.search(r"(?i)spent|elapsed|run_?time$|(?:total|play|video|audio|wait|up|down|idle|busy|cpu|lead)_?time$|cost_?time|used_?time|delay|wait|retention|keep", name) or (
            re.search(rf"\b{_SPENT}$", " ".join(field(name))) and not _STAMPED.search(text)
        ) or (kind_of(schema) == "integer" and _LASTED.search(text) and not _STAMPED.search(text) and not _HAPPENED.search(name))
        return not (spent and (kind_of(schema) == "integer" or (schema.get("format") not in ("date-time", "date") and _LASTED.search(text))))
    if kind_of(schema) == "integer" and re.search(r"(?i)time_?stamp$|(?:_at|time|date)_unix(?:_secs|_ms)?$", name):
        return True
    if kind_of(schema) == "integer" and _EPOCH.search(str(schema.get("description", ""))):
        return not re.search(r"(?i)count|num|size|version|duration|interval", name)
    if kind_of(schema) == "integer" and re.fullmatch(r"(?i)valid_?(?:to|from|until)|not_?(?:before|after)", name):
        return True
    if kind_of(schema) != "string":
        return False
    if schema.get("format") in ("int64", "uint64") and _EPOCH.search(text):
        return not re.search(r"(?i)count|num|size|version|duration|interval", name)
    if re.match(r"\^?\(?(?:\\d|\[0-9\])\{4\}-", str(schema.get("pattern", ""))):
        return True
    if _TOLD_MOMENT.search(text) and not re.search(r"(?i)duration|filter|expression|range|format of", text) and not re.search(r"(?i)format$|zone$|filter$|query$|range$", name):
        return True
    if not MOMENT.search(name):
        return False
    example = (examples_of(schema) or [""])[0]
    return bool(re.search(r"(?i)\btime|timestamp|\bdate\b|when\b", text) or re.match(r"\d{4}-\d\d-\d\d", example))


_TOLD_MOMENT = re.compile(r"(?i)\b(?:as|in|an|is an?) (?:an? )?(?:RFC ?3339|ISO[- ]?8601)(?:[- ]formatted)?,? (?:date|time|UTC)|\b(?:RFC ?3339|ISO[- ]?8601) (?:UTC )?(?:timestamp|date|time)\b")
"""What a description says of a field that holds a point in time, whatever it is called."""
_STAMPED = re.compile(r"(?i)time ?stamp|\bunix\b|\bepoch\b|\bdate\b|yyyy|\d{4}-\d\d")
_HAPPENED = re.compile(r"(?i)creat|start|begin|began|end|finish|complet|updat|modif|chang|expir|last|first|next|since|until|stamp|at$|on$|date|clos|open|delet|submit|receiv|sent|insert")
"""What happened at a point in time, however the number that tells it is measured."""
_LASTED = re.compile(r"(?i)\b(?:amount of|length of|total|in|unit\W{1,3}) (?:time|duration|seconds|minutes|milliseconds|ms)\b|how long|time (?:spent|consumed|taken|used)|\bduration\b")
"""What a description says of a point in time, and of the time that something took."""
_EPOCH = re.compile(r"(?i)\b(?:since|in) (?:the )?(?:unix )?epoch|\bepoch (?:time|seconds|milli)|\bunix (?:time|timestamp|epoch)")


def time_form(name: str, schema: Schema, place: Place) -> str:
    """How the provider writes it: iso, date, spaced, epoch or epoch_ms."""
    kind = kind_of(schema)
    if kind in ("integer", "number"):
        return "epoch_ms" if re.search(r"(?i)ms$|milli", name) or re.search(r"(?i)millisecond", str(schema.get("description", ""))) or place.vendor == "google" else "epoch"
    example = (examples_of(schema) or [""])[0]
    text = str(schema.get("description", ""))
    if schema.get("format") in ("int64", "uint64") and _EPOCH.search(text):
        return "text_epoch_ms" if re.search(r"(?i)millis|ms$", f"{text} {name}") else "text_epoch"
    if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", example) or re.search(r"(?i)yyyy-mm-dd hh:mm|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|%Y-%m-%d %H", text):
        return "spaced"
    if schema.get("format") == "date" or re.fullmatch(r"\d{4}-\d\d-\d\d", example) or re.fullmatch(r"\^?\(?(?:\\d|\[0-9\])\{4\}-.{1,40}(?:\{2\}|\]|\))\)?\$?", str(schema.get("pattern", ""))):
        return "date"
    if schema.get("format") != "date-time" and re.search(r"[Dd]ate$", name) and "time" not in name.lower() and "T" not in example:
        return "date"
    return "iso"


def time_of(name: str, schema: Schema, place: Place) -> Recipe:
    """A point in time, where it lies in the life of its row."""
    out: Recipe = {"time": list(_BIRTHS[min(place.depth, 3)]), "knowable": True}
    if (form := time_form(name, schema, place)) != "iso":
        out["as"] = form
    heard = " ".join(split(name))
    if re.search(r"\b(?:dob|birth|birthday|birthdate)\b", heard):
        return out | {"time": ["-22000d", "-8000d"]} | ({"as": "date"} if kind_of(schema) == "string" else {})
    if GONE.search(heard):
        return out | {"time": ["-30d", "-1d"], "null": 1.0}
    if re.match(r"(?:report(?:ing)? |billing |usage |service |statement )?(?:period|frame)\b", heard) and re.search(r"\b(?:start|begin|from|end|to)\b", heard):
        return out | {"time": ["-790d", "-760d"] if re.search(r"\b(?:start|begin|from)\b", heard) else ["-755d", "-710d"]}  # what was reported on was over
    if re.match(r"next\b", heard):
        return out | {"time": ["1h", "14d"], "null": 0.2}
    if FUTURE.search(heard):
        return out | {"time": ["5d", "400d"], "null": 0.2}
    if set(place.draft.noun) & _PLANNED and re.match(r"end\b", heard):
        return out | {"time": ["20d", "300d"], "null": 0.4}
    if CHANGED.search(heard):
        kept: Recipe = {} if name in place.written or not _CHANGES.search(heard) else {"generated": True, "touch": True} if _of_the_row(heard, place) or _told_of_row(schema, place) else {"generated": True}
        return out | {"time": ["-60d", "-31d"]} | kept
    if ENDED.search(heard):
        return out | {"time": ["-30d", "-1d"], "null": 0.3}
    if MADE.search(heard):
        return out if name in place.written else out | {"generated": True}
    if STARTED.search(heard):
        return out | {"time": ["-110d", "-61d"]} | ({} if name in place.written else {"generated": True})
    return out | {"time": ["-110d", "-2d"]}


_CHANGES: Final = _moment("updat|modif|chang|edit")
"""Of what comes last: what a change of the row does. When it was last seen, run or published, another deed says."""
_ASIDE: Final = frozenset("last latest most recent time date at on timestamp stamp ts datetime utc record resource entity object item metadata info information data detail details version unix sec second request requested complete completed attempt".split())


def _of_the_row(heard: str, place: Place) -> bool:
    """UpdatedAt and LastModifiedTime, and not PasswordLastModified or StateChangedAt: is it the change of anything in the row?"""
    rest = [w for w in heard.split() if w not in _ASIDE and w not in place.draft.noun]
    return all(_CHANGES.match(w) for w in rest)


def _told_of_row(schema: Schema, place: Place) -> bool:
    """postingUpdateTime: 'when this job posting was last updated'; the text says that it is the row's."""
    text = str(schema.get("description", ""))
    return any(singular((m["of"] or m["it"]).lower()) in (place.draft.noun[-1], "revision") for m in _LAST_CHANGED.finditer(text))


_LAST_CHANGED: Final = re.compile(
    r"(?i)\b(?:when|that|time|timestamp|at which) (?:the|this|an?) (?:\w+ )??(?P<of>\w+)(?: posting| record)? was (?:last |most recently )(?:updated|modified|changed|edited)|\blast (?:user )?update (?:time|timestamp) of (?:the|this) (?:\w+ )??(?P<it>\w+)\b"
)


_PLANNED: Final = frozenset("window schedule campaign subscription promotion offer contract lease reservation coupon trial membership".split())
"""Things that are there until their end, which is to come."""


# ---- numbers ----------------------------------------------------------------------------------------------------

NUMBERS: Final = (
    rule(r"hop limit$", {"of": [1, 2, 3]}),
    rule(r"(?:output|input|audio|sound|speaker|microphone|playback|alarm|ring) volume$", {"of": [20, 40, 60, 80]}),
    rule(r"vlan(?: id| tag)?$", {"number": [101, 1999]}),
    rule(r"number of byte$", {"of": [16, 32, 64]}),
    rule(r"(?:step|increment)(?: size)?(?: [kmgt]i?b)?$|granularity$", {"of": [1, 5, 10]}),
    rule(r"sample size$|sampled? (?:count|num)", {"of": [100, 200, 500, 1000]}),
    rule(r"(?:utilization|usage|cpu|memory|load) (?:percent(?:age)? )?(?:target|threshold)|target (?:\w+ )?(?:utilization|usage|load)", {"of": [50, 60, 70, 75, 80]}),
    rule(r"(?:rsa )?modulus (?:size|bit|length)|key (?:modulus|bit length)", {"of": [2048, 3072, 4096]}),
    rule(r"(?:aes|symmetric|encryption|secret|data) key (?:size|bit|length)", {"of": [128, 256]}),
    rule(r"key (?:size|bit|length)(?: in bit| bit)?$", {"of": [2048, 3072, 4096]}),
    rule(r"cvss(?: \w+)* score|base score|exploitability score|impact score", {"number": [3.1, 9.8], "decimals": 1}),
    rule(r"(?:disk|volume|vm|nic|interface) (?:count|num|number)|number of (?:disk|volume|nic|interface)", {"of": [1, 1, 2, 3]}),
    rule(r"cut ?off$", {"of": [0, 1]}),
    rule(r"gpu partition size|core per socket|thread per core", {"of": [1, 2]}),
    rule(r"failed(?: \w+)? (?:count|num)|(?:error|failure) (?:count|num)|number of (?:failed|error)", {"of": [0, 0, 0, 1, 2]}),
    rule(r"asn|as number", {"of": [64512, 64620, 65010]}),
    rule(r"nano", {"of": [0]}, knowable=False),
    rule(r"hour of (?:the )?day", {"of": [6, 8, 9, 12, 17, 22]}),
    rule(r"minute of (?:the )?hour", {"of": [0, 15, 30, 45]}),
    rule(r"day of (?:the )?month", {"number": [1, 28]}),
    rule(r"day of (?:the )?week|week ?day", {"number": [1, 7]}),
    rule(r"sampl(?:e|ing) (?:rate|ratio|percentage)", {"number": [0, 1], "decimals": 2}),
    rule(r"precision|recall|f1|f1 score|f score|auc|accuracy|area under (?:\w+ )*(?:curve|roc|prc)", {"number": [0.62, 0.97], "decimals": 2}),
    rule(r"trade ?off|dropout|learning rate", {"number": [0, 1], "decimals": 1}),
    rule(r"rmse|mae|mse|mape|loss", {"number": [0.05, 0.9], "decimals": 2}),
    rule(r"(?:\w+ )?process id|pid", {"number": [310, 32_000]}, knowable=False),
    rule(r"(?:http|response|http status) (?:status )?code$|status code$", {"of": [200, 200, 301, 404]}),
    rule(r"exit (?:code|status)|return code", {"of": [0, 0, 0, 1]}),
    rule(r"array (?:size|length)|array job size", {"of": [10, 20, 50, 100]}),
    rule(r"desired (?:v ?)?cpus?", {"of": [4, 8]}),
    rule(r"desired (?:capacity|count|size|num|number)$", {"of": [4, 5]}),
    rule(r"desired \w+ (?:count|num)|\w+ desired", {"of": [3, 4]}),
    rule(r"(?:allocatable|delegated|sub) prefix length", {"of": [26, 28, 30]}, knowable=False),
    rule(r"prefix length|netmask length|mask(?: length)?$", {"of": [16, 20, 24, 28]}, knowable=False),
    rule(r"batch size", {"of": [10, 20, 50, 100]}),
    rule(r"fraction|proportion|abandon rate|error rate|failure rate|loss rate|packet loss", {"number": [0.05, 0.6], "decimals": 2}),
    rule(r"factor|multiplier", {"of": [0.5, 1.0, 1.25, 1.5, 2.0]}),
    rule(r"top p", {"number": [0, 1], "decimals": 1}),
    rule(r"top k", {"of": [5, 10, 20, 40]}),
    rule(r"temperature", {"number": [0, 1], "decimals": 1}),
    rule(r"latitude|lat", {"number": [-55, 65], "decimals": 4}, knowable=False),
    rule(r"longitude|lng|lon", {"number": [-120, 140], "decimals": 4}, knowable=False),
    rule(r"mtu", {"of": [1440, 1460, 1500, 8896]}),
    rule(r"percent|percentage|progress|ratio|utilization|usage rate|success rate|coverage", {"number": [0, 100]}),
    rule(r"confidence|score|probability|similarity", {"number": [0, 1], "decimals": 2}),
    rule(r"micro ?second$|us$", {"of": [850, 2_400, 12_000, 45_000]}),
    rule(r"milli ?second$|milli$|ms$", {"of": [20, 50, 100, 200, 500, 1000]}),
    rule(r"(?<!time )(?<!of day )(?<!^)minute$", {"of": [5, 10, 15, 30, 45, 60, 120]}),
    rule(r"(?<!time )(?<!of day )(?<!^)hour$", {"of": [1, 2, 4, 8, 12, 24]}),
    rule(r"(?:healthy|unhealthy|health|failure|success|probe|fall|rise) threshold|evaluation period|data ?point(?: to alarm)?", {"of": [2, 3, 5]}),
    rule(r"(?:max|cache|cookie|control) (?:\w+ )?age|age (?:in )?second", {"of": [300, 3600, 14_400, 86_400]}),
    rule(r"retention|day|ttl day", {"of": [1, 3, 7, 14, 30, 60, 90, 180, 365]}),
    rule(r"millisecond|ms|latency|response time|cost time", {"of": [20, 50, 100, 200, 500, 1000]}),
    rule(_SPENT, {"of": [4, 12, 35, 90, 240, 610]}),
    rule(r"timeout|ttl|second|interval|delay|cooldown|grace|duration", {"of": [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600]}),
    rule(r"(?:time|of day) minute", {"of": [0, 15, 30, 45]}),
    rule(r"(?:time|of day) hour", {"of": [8, 9, 10, 16, 17, 18]}),
    rule(r"minute", {"of": [5, 10, 15, 30, 45, 60, 120]}),
    rule(r"hour", {"of": [1, 2, 4, 8, 12, 24]}),
    rule(r"month|period|time span", {"of": [1, 2, 3, 6, 12]}),
    rule(r"year", {"number": [2019, 2026]}),
    rule(r"(?:gpu|accelerator|tpu|inference accelerator)(?: \w+)? (?:count|num|number|size|partition size|total)|(?:gpu|accelerator|tpu)(?: num)?", {"of": [1, 2, 4, 8]}),
    rule(r"band ?width", {"of": [5, 10, 20, 50, 100, 200]}),
    rule(r"mega byte|megabyte|size in m", {"of": [120, 480, 950, 2_300, 6_800, 15_400]}),
    rule(r"giga byte|gigabyte|terabyte", {"of": [2, 8, 20, 50, 120]}),
    rule(r"byte|content length|file size|code size|object size", {"number": [2_000, 900_000_000], "skew": 4}),
    rule(r"(?:disk|storage|volume|image|snapshot|backup|data) (?:size )?(?:in )?(?:mib|mb)", {"of": [10_240, 20_480, 51_200, 102_400, 204_800]}),
    rule(r"(?:memory|mem|ram) (?:\w+ )?(?:in )?(?:gib|gb)|(?:gib|gb) memory|g memory", {"of": [2, 4, 8, 16, 32, 64]}),
    rule(r"mib|mb|memory|mem|ram", {"of": [1024, 2048, 4096, 8192, 16384]}),
    rule(r"gib|gb|storage|disk|disk size|volume|volume size|allocated|capacity", {"of": [10, 20, 50, 100, 200, 500, 1000]}),
    rule(r"v?cpu|core|cpus", {"of": [1, 2, 4, 8, 16, 32]}),
    rule(r"iops?", {"of": [3000, 4000, 6000, 12_000, 16_000]}),
    rule(r"throughput", {"of": [125, 250, 500, 1000]}),
    rule(r"q ?ps?|tps|rps|(?:request|query|message|transaction) per second", {"of": [100, 250, 500, 1000, 3000]}),
    rule(r"micro", {"number": [5_000_000, 900_000_000], "step": 10_000}),
    rule(r"discount(?: rate| percent(?:age)?| ratio)?$", {"of": [5, 10, 15, 20, 25]}),
    rule(r"hourly (?:charge|price|rate|cost)|(?:charge|price|rate|cost) (?:per|an) hour|^usage price|^spot price", {"number": [0.02, 3.5], "decimals": 3}),
    rule(r"price|amount|cost|fee|balance|revenue|budget|spend|charge|payment|discount", {"number": [5, 900], "decimals": 2}),
    rule(r"width", {"of": [320, 640, 1280, 1920, 3840]}),
    rule(r"height", {"of": [240, 480, 720, 1080, 2160]}),
    rule(r"audio (?:bit ?rate|bits? per second)", {"of": [64_000, 96_000, 128_000, 192_000]}),
    rule(r"bit ?rate|kbps", {"of": [800, 1500, 3000, 5000]}),
    rule(r"frame rate|fps", {"of": [24, 25, 30, 60]}),
    rule(r"level|severity|grade", {"of": [1, 2, 3]}),
    rule(r"index", {"of": [0, 1, 2, 3]}),
    rule(r"weight", {"of": [1, 5, 10, 50, 100]}),
    rule(r"priority|rank|order|position|sequence|seq", {"number": [1, 20]}),
    rule(r"version|revision|generation", {"number": [1, 14]}),
    rule(r"^age$", {"number": [18, 80]}),
    rule(r"(?:purchase|buy|order|get|minimum|discounted)(?: \w+)? quantity|quantity discounted", {"of": [1, 2, 3, 4]}),
    rule(r"threshold|target value", {"of": [50, 60, 70, 75, 80, 90, 95]}),
    rule(r"attempt|retry|retries", {"of": [1, 2, 3, 5]}),
    rule(r"node|instance|replica|partition|shard|worker|broker|server|machine|az|zone|copy", {"of": [1, 2, 3, 4, 6, 8]}),
    rule(r"(?:current|target|desired|expected) (?:size|count|number|num)$", {"of": [3, 4]}),
    rule(r"(?:min|minimum|max|maximum) (?:\w+ )?(?:size|capacity|count|number|num)$|(?:size|capacity|count|number|num) (?:min|minimum|max|maximum)$", {"of": [1, 2, 3, 4, 6, 8, 10, 12]}),
    rule(r"max\w* (?:\w+ )?(?:length|len)|(?:limit|quota)", {"of": [10, 20, 50, 100, 200, 500]}),
    rule(r"quantity$", {"number": [1, 20], "skew": 2}),
    rule(r"count|number|num|quantity|total|size|length|len", {"number": [0, 40], "skew": 2}),
    rule(r"minimum|min|maximum|max|average|mean|sum|limit|quota|desired|concurrency", {"of": [1, 2, 5, 10, 20, 50, 100]}),
    rule(r"uin", {"template": "{uin}"}, knowable=False),
    rule(r"app id|appid", {"template": "{appid}"}, knowable=False),
    rule(r"id", {"id": "{digits:6}"}, knowable=False),
)
"""What the words of a field measure; a unit at the end of a name goes before what is measured."""
_PORTS: Final = (
    (re.compile(r"\bhttps\b|\btls\b|\bssl\b"), [443]),
    (re.compile(r"\bssh\b|\bsftp\b"), [22]),
    (re.compile(r"\brdp\b|remote desktop"), [3389]),
    (re.compile(r"\bhttp\b"), [80]),
    (re.compile(r"\bsource port|ephemeral|\bclient port"), [49_320, 52_114, 58_806]),
    (re.compile(r"\blogging server|\bsyslog\b"), [514, 6514]),
    (re.compile(r"\bredis\b|cache|valkey|memcache"), [6379]),
    (re.compile(r"mongo|document ?db"), [27_017]),
    (re.compile(r"kafka|\bbroker"), [9092]),
    (re.compile(r"postgres|redshift"), [5432]),
    (re.compile(r"mysql|maria|database|\bdb\b|engine"), [3306]),
    (re.compile(r"listen|front ?end|load ?balanc|virtual port|forward"), [80, 443, 8443]),
    (re.compile(r"container|target|back ?end|origin|application|server|instance|health|service|pod"), [8080, 8000, 3000]),
    (re.compile(""), [80, 443, 8080]),
)
"""What a field's words and description say of the kind of a port -> ports."""
CODES: Final = frozenset("type status state mode flag kind category method action protocol reason source algorithm operation policy strategy format scope role sort class result phase code".split())
_LOW = frozenset("min minimum start begin from lower low least first soft available used current completed processed finished remaining free failed success successed migrated greater above over discount discounted sale reduced net".split())
_HIGH = frozenset("max maximum end stop to upper high most last limit hard total all less below under original list gross regular".split())
_SWITCH = re.compile(r"^(?:is|has|enable|enabled|need|support|supported|allow|use|with|auto|open|whether|can|should|must|disable)\b|\b(?:enable|enabled|switch|flag|disabled|supported|on)$")


def number_of(name: str, schema: Schema, *, outer: tuple[str, ...] = ()) -> Recipe:
    """A number: a documented code, a switch, what its words measure, or what its example shows.

    outer: words of the object that holds it.
    """
    words = re.sub(r"\b(min|max|desired)v\b", r"\1 v", " ".join(field(name)))
    whole = kind_of(schema) == "integer"
    if re.search(r"\b(?:from|to|start|end|min|max|d|s)? ?v?port(?: (?:start|end|number|from|to|min|max))?$", words):
        heard = f"{' '.join(outer)} {words} {schema.get('description', '')}".lower()
        return bounded(halved({"of": next(some for says, some in _PORTS if says.search(heard)), "knowable": True}, set(words.split())), schema.get("minimum"), schema.get("maximum"))
    if whole and not _measures(words) and (codes := values_of(schema)):
        return {"choice": [[c, 3 if i == 0 else 1] for i, c in enumerate(codes)], "knowable": True}
    if whole and _SWITCH.search(words) and not _measures(words):
        return unknown({"of": [0, 1]}, empty=False)
    low, high = (b if isinstance(b := schema.get(k), (int, float)) else None for k in ("minimum", "maximum"))
    bounds = range_of(schema)
    if bounds is not None and low is None and high is None:
        low, high = bounds
    if not whole and re.search(r"\btarget$|threshold$", words) and (_SHARE.search(str(schema.get("description", ""))) or re.search(r"(?i)\bfraction\b", str(schema.get("description", "")))):
        return {"of": [0.5, 0.6, 0.7, 0.75, 0.8], "knowable": True}
    if not whole and _SHARE.search(str(schema.get("description", ""))):
        return {"number": [0.05, 0.95], "decimals": 2, "knowable": True}
    example = next((float(e) for e in examples_of(schema) if re.fullmatch(r"-?\d+(?:\.\d+)?", e)), None)
    if whole and words.split()[-1:] and words.split()[-1] in CODES:
        return {**unknown({"of": [int(example)]}), "null": 0.25} if example is not None else unknown({"of": [1, 2]})
    if re.search(r"\b(?:duration|length)\b", words) and _PLAYED.search(f"{' '.join(outer)} {schema.get('description', '')}"):
        milli = re.search(r"\bms$|milli", f"{words} {str(schema.get('description', '')).lower()}")
        return bounded({"of": [1000 * s if milli else s for s in (154, 187, 214, 251, 305)], "knowable": True}, low, high)
    heard = f"{' '.join(outer)} {words}" if words in ("hour", "minute") else _with_unit(words, schema)
    if words == "year" and FUTURE.search(" ".join(outer)):
        return {"of": [2027], "knowable": True}
    found = next((r.make(heard) for r in NUMBERS if r.pattern.search(heard)), None)
    if found is None and example is not None:
        found = {"of": around(example, whole=whole), "knowable": True}
    if found is None:
        found = {"of": [1, 2, 5, 10, 20], "knowable": True} if bounds or (low is not None and high is not None) else unknown({"of": [1, 2, 5, 10, 20]})
    if whole and "of" in found and any(isinstance(v, float) for v in found["of"]):
        found = {**found, "of": sorted({max(1, round(v)) for v in found["of"]})}
    if whole and "decimals" in found:
        found = {k: v for k, v in found.items() if k != "decimals"} | ({"number": [int(100 * x) for x in found["number"]]} if found["number"][1] <= 1 else {})
    return bounded(halved(found, set(heard.split())), low, high)


_PLAYED = re.compile(r"(?i)\b(?:duration|length) of (?:the |a |this |an )?(?:\w+ )?(?:track|song|video|episode|movie|film|audiobook|chapter)\b|^(?:track|song|movie|film) ")
"""What is played for minutes."""
_SHARE = re.compile(r"(?i)[\[(]0(?:\.0+)?,\s*1(?:\.0+)?[\])]|(?:between|from|range of) 0(?:\.0+)? (?:and|to|-) 1(?:\.0+)?(?![\d,.]*\d)|0\.0\s*(?:to|-|–)\s*1\.0|as a (?:fraction|decimal)")
"""What a description says of a number between 0 and 1."""
_UNIT = re.compile(r"(?i)\b(?:unit\s*(?:is|:|：)?|in|\()\s*(?:the )?(?:number of )?(microseconds?|[uµμ]s|milliseconds?|ms|seconds?|minutes?|hours?|days?|bytes?|[kmgt]i?b|(?:meg|gig)a(?:bytes?|s)|gibibytes?|mebibytes?)\b")
_SPELLED: Final = {"us": "microsecond", "µs": "microsecond", "μs": "microsecond", "ms": "millisecond", "gigabytes": "gb", "gigabyte": "gb", "gibibytes": "gb", "gibibyte": "gb", "megabytes": "mb", "megabyte": "mb", "mebibytes": "mb", "mebibyte": "mb"}
_SIZED = re.compile(rf"(?:memory|mem|ram|storage|disk|volume|size|capacity|{_SPENT}|duration|timeout|interval|delay|ttl|latency|period|retention)")


def _with_unit(words: str, schema: Schema) -> str:
    """The words of a field, with the unit that its description names behind them: 'memory' in GB is 'memory gb'."""
    found = _UNIT.search(str(schema.get("description", "")))
    if found is None or not _SIZED.search(words):
        return words
    unit = found[1].lower()
    unit = _SPELLED.get(unit, unit.rstrip("s") if len(unit) > 3 else unit)
    return words if unit in words.split() else f"{words} {unit}"


def _measures(words: str) -> bool:
    return bool(re.search(r"\b(?:time|count|size|number|num|period|duration|interval|limit|timeout|threshold|hour|minute|second|day|max|min|ttl|retention|port|percent)\b", words))


def around(example: float, *, whole: bool) -> list[Any]:
    """The provider's example and neat numbers near it."""
    if abs(example) <= 1:
        return [0, 1] if whole else [example]
    if whole:
        return sorted({int(example), max(1, int(example) // 2), int(example) * 2})
    return sorted({example, round(example * 1.5, 2), round(example / 2, 2)})


def halved(recipe: Recipe, words: set[str]) -> Recipe:
    """A least value from the lower half, a greatest from the upper one."""
    low, high = bool(words & _LOW), bool(words & _HIGH)
    if low == high:
        return recipe
    if "of" in recipe and len(recipe["of"]) > 1:
        some = sorted(recipe["of"])
        return {**recipe, "of": some[: len(some) // 2] if low else some[len(some) // 2 :]}
    if "number" in recipe:
        a, b = recipe["number"]
        middle = (a + b) // 2
        return {**recipe, "number": [a, middle] if low else [middle + 1, b] if middle < b else [a, b]}
    return recipe


def bounded(recipe: Recipe, low: float | None, high: float | None) -> Recipe:
    """Within the provider's bounds."""
    if (low is None and high is None) or not ("of" in recipe or "number" in recipe):
        return recipe
    stand = recipe["of"] if "of" in recipe else recipe["number"]
    least = low if low is not None else min(stand)
    most = high if high is not None else max(least, *stand)
    if "of" in recipe:
        if kept := [v for v in recipe["of"] if least <= v <= most]:
            return {**recipe, "of": kept}
        recipe = {k: v for k, v in recipe.items() if k != "of"} | {"number": [least, min(most, least + 100)]}
    a, b = recipe["number"]
    a, b = max(a, least), min(b, most)
    if a > b:
        a, b = least, min(most, least + 100)
    return {**recipe, "number": [a, b] if "decimals" in recipe else [int(a), int(b)]}


def as_text(recipe: Recipe) -> Recipe:
    """A number that the provider writes as a string."""
    if "of" in recipe:
        return {**recipe, "of": [str(v) for v in recipe["of"]]}
    if "choice" in recipe:
        return {**recipe, "choice": [[str(v), w] for v, w in recipe["choice"]]}
    return {**recipe, "as": "text"} if "number" in recipe else recipe


def switch(name: str) -> float:
    """How often a flag is set."""
    if set(field(name)) <= {"is", "deleted", "trashed", "removed"}:
        return 0.0  # what has been deleted is not among the rows
    if set(field(name)) == {"livemode"} or field(name) == ("live", "mode"):
        return 1.0
    if re.search(r"(?i)delet|disab|error|fail|default|locked|archiv|expired|deprecated|hidden|blocked|cancel|read.?only|trash|deny|block|abort", name):
        return 0.15
    return 0.7 if re.search(r"(?i)enab|active|encrypt|auto|valid|public|verified|available", name) else 0.4

