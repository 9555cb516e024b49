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
from agentscaler.words import field, split


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
FUTURE = _moment("expir|valid until|valid to|valid till|not after|next|deadline|due|until|renew|scheduled|eol|retire|estimated|offline")
"""Patterns over the words of a field."""
MOMENT = re.compile(r"(?i)^(?:created|updated|modified|published|started|finished|completed|expires|last_?(?:updated|modified)|begin|start|end|date_?(?:created|updated|modified|deleted|completed|started))$|(?i:valid(?:ate)?|effective)(?:From|Till|To|Until)$")
_BIRTHS: Final = (["-700d", "-420d"], ["-415d", "-260d"], ["-255d", "-150d"], ["-149d", "-111d"])
"""When a row was made, by how many parents stand above it."""


CLOCKED: Final = re.compile(r"(?i)\btime of (?:the )?day\b|\bhh:mm\b(?!:ss)")
"""What a description says of a field that holds a time of day."""


def holds_moment(name: str) -> bool:
    return bool(is_time(name, {"type": "string"}) or MOMENT.search(name))


def holds_time(name: str, schema: Schema) -> bool:
    """Does the field hold a point in time, also one that is called 'created' or 'start'?"""
    if kind_of(schema) == "string" and CLOCKED.search(str(schema.get("description", ""))) and not re.search(r"(?i)yyyy|\bdate\b", str(schema.get("description", ""))):
        return False
    if is_time(name, schema):
        return not (kind_of(schema) == "integer" and re.search(r"(?i)spent|elapsed|run_?time$|(?:total|play|video|audio|wait|up|down|idle|busy|cpu|lead)_?time$|cost_?time|used_?time|delay|wait|retention|keep", name))
    if kind_of(schema) == "integer" and _EPOCH.search(str(schema.get("description", ""))):
        return not re.search(r"(?i)count|num|size|version|duration|interval", name)
    if kind_of(schema) != "string":
        return False
    if re.match(r"\^?\(?(?:\\d|\[0-9\])\{4\}-", str(schema.get("pattern", ""))):
        return True
    if not MOMENT.search(name):
        return False
    text = str(schema.get("description", ""))
    example = (examples_of(schema) or [""])[0]
    return bool(re.search(r"(?i)\btime|timestamp|\bdate\b|when\b", text) or re.match(r"\d{4}-\d\d-\d\d", example))


_EPOCH = re.compile(r"(?i)\b(?:since|in) (?:the )?(?:unix )?epoch|\bepoch (?:time|seconds|milli)|\bunix (?:time|timestamp|epoch)")


def time_form(name: str, schema: Schema, place: Place) -> str:
    """How the provider writes it: iso, date, spaced, epoch or epoch_ms."""
    kind = kind_of(schema)
    if kind in ("integer", "number"):
        return "epoch_ms" if re.search(r"(?i)ms$|milli", name) or re.search(r"(?i)millisecond", str(schema.get("description", ""))) or place.vendor == "google" else "epoch"
    example = (examples_of(schema) or [""])[0]
    text = str(schema.get("description", ""))
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
    if GONE.search(heard):
        return out | {"time": ["-30d", "-1d"], "null": 1.0}
    if FUTURE.search(heard):
        return out | {"time": ["5d", "400d"], "null": 0.2}
    if CHANGED.search(heard):
        return out | {"time": ["-60d", "-31d"]} | ({} if name in place.written else {"generated": True, "touch": True})
    if ENDED.search(heard):
        return out | {"time": ["-30d", "-1d"], "null": 0.3}
    if MADE.search(heard):
        return out if name in place.written else out | {"generated": True}
    if STARTED.search(heard):
        return out | {"time": ["-110d", "-61d"]} | ({} if name in place.written else {"generated": True})
    return out | {"time": ["-110d", "-2d"]}


# ---- numbers ----------------------------------------------------------------------------------------------------

NUMBERS: Final = (
    rule(r"asn|as number", {"of": [64512, 64620, 65010]}),
    rule(r"hour of (?:the )?day", {"of": [6, 8, 9, 12, 17, 22]}),
    rule(r"minute of (?:the )?hour", {"of": [0, 15, 30, 45]}),
    rule(r"day of (?:the )?month", {"number": [1, 28]}),
    rule(r"day of (?:the )?week|week ?day", {"number": [1, 7]}),
    rule(r"sampl(?:e|ing) (?:rate|ratio|percentage)", {"number": [0, 1], "decimals": 2}),
    rule(r"port", {"of": [80, 443, 3306, 5432, 6379, 8080, 9000]}),
    rule(r"desired (?:capacity|count|size|num|number|\w+ count)", {"number": [2, 12]}),
    rule(r"factor|multiplier", {"of": [0.5, 1.0, 1.25, 1.5, 2.0]}),
    rule(r"top p", {"number": [0, 1], "decimals": 1}),
    rule(r"temperature", {"number": [0, 1], "decimals": 1}),
    rule(r"latitude|lat", {"number": [-55, 65], "decimals": 4}, knowable=False),
    rule(r"longitude|lng|lon", {"number": [-120, 140], "decimals": 4}, knowable=False),
    rule(r"mtu", {"of": [1440, 1460, 1500, 8896]}),
    rule(r"percent|percentage|progress|ratio|utilization|usage rate|success rate|coverage", {"number": [0, 100]}),
    rule(r"confidence|score|probability|similarity", {"number": [0, 1], "decimals": 2}),
    rule(r"retention|day|ttl day", {"of": [1, 3, 7, 14, 30, 60, 90, 180, 365]}),
    rule(r"millisecond|ms|latency|response time|cost time", {"of": [20, 50, 100, 200, 500, 1000]}),
    rule(r"timeout|ttl|second|interval|delay|cooldown|grace|duration", {"of": [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600]}),
    rule(r"(?:time|of day) minute", {"of": [0, 15, 30, 45]}),
    rule(r"(?:time|of day) hour", {"of": [8, 9, 10, 16, 17, 18]}),
    rule(r"minute", {"of": [5, 10, 15, 30, 45, 60, 120]}),
    rule(r"hour", {"of": [1, 2, 4, 8, 12, 24]}),
    rule(r"month|period|time span", {"of": [1, 2, 3, 6, 12]}),
    rule(r"year", {"number": [2019, 2026]}),
    rule(r"mega byte|megabyte|size in m", {"of": [120, 480, 950, 2_300, 6_800, 15_400]}),
    rule(r"giga byte|gigabyte|terabyte", {"of": [2, 8, 20, 50, 120]}),
    rule(r"byte|content length|file size", {"number": [2_000, 900_000_000], "skew": 4}),
    rule(r"mib|mb|memory|mem|ram", {"of": [1024, 2048, 4096, 8192, 16384]}),
    rule(r"gib|gb|storage|disk|disk size|volume|volume size|allocated|capacity", {"of": [10, 20, 50, 100, 200, 500, 1000]}),
    rule(r"v?cpu|core|cpus", {"of": [1, 2, 4, 8, 16, 32]}),
    rule(r"iops|throughput|bandwidth|qp|qps|tps", {"of": [100, 250, 500, 1000, 3000, 5000]}),
    rule(r"micro", {"number": [5_000_000, 900_000_000], "step": 10_000}),
    rule(r"discount(?: rate| percent(?:age)?| ratio)?$", {"of": [5, 10, 15, 20, 25]}),
    rule(r"price|amount|cost|fee|balance|revenue|budget|spend|charge|payment|discount", {"number": [5, 900], "decimals": 2}),
    rule(r"width", {"of": [320, 640, 1280, 1920, 3840]}),
    rule(r"height", {"of": [240, 480, 720, 1080, 2160]}),
    rule(r"bitrate|frame rate|fps", {"of": [24, 25, 30, 60, 128, 192, 320]}),
    rule(r"level|severity|grade", {"of": [1, 2, 3]}),
    rule(r"priority|rank|order|position|sequence|index|weight|seq", {"number": [1, 20]}),
    rule(r"version|revision|generation", {"number": [1, 14]}),
    rule(r"age", {"number": [18, 80]}),
    rule(r"(?:purchase|buy|order|get|minimum|discounted)(?: \w+)? quantity|quantity discounted", {"of": [1, 2, 3, 4]}),
    rule(r"threshold", {"of": [1, 5, 10, 50, 75, 80, 90, 95]}),
    rule(r"count|number|num|quantity|total|size|length|len|node|instance|replica|partition|shard|attempt|retry|retries", {"number": [0, 40], "skew": 2}),
    rule(r"minimum|min|maximum|max|limit|quota|desired|concurrency", {"of": [1, 2, 5, 10, 20, 50, 100]}),
    rule(r"uin", {"template": "{uin}"}, knowable=False),
    rule(r"app id|appid", {"template": "{appid}"}, knowable=False),
    rule(r"id", {"id": "{digits:6}"}, knowable=False),
)
CODES: Final = frozenset("type status state mode flag kind category method action protocol reason source algorithm operation policy strategy format scope role sort class result phase code".split())
_LOW = frozenset("min minimum start begin from lower low least first soft available used current completed processed finished remaining free failed success successed migrated greater above over discount discounted sale reduced net".split())
_HIGH = frozenset("max maximum end stop to upper high most last limit hard total all less below under original list gross regular".split())
_SWITCH = re.compile(r"^(?:is|has|enable|enabled|need|support|supported|allow|use|with|auto|open|whether|can|should|must|disable)\b|\b(?:enable|enabled|switch|flag|disabled|supported|on)$")


def number_of(name: str, schema: Schema, *, outer: tuple[str, ...] = ()) -> Recipe:
    """A number: a documented code, a switch, what its words measure, or what its example shows.

    outer: words of the object that holds it.
    """
    words = " ".join(field(name))
    whole = kind_of(schema) == "integer"
    if whole and not _measures(words) and (codes := values_of(schema)):
        return {"choice": [[c, 3 if i == 0 else 1] for i, c in enumerate(codes)], "knowable": True}
    if whole and _SWITCH.search(words) and not _measures(words):
        return unknown({"of": [0, 1]}, empty=False)
    low, high = (b if isinstance(b := schema.get(k), (int, float)) else None for k in ("minimum", "maximum"))
    bounds = range_of(schema)
    if bounds is not None and low is None and high is None:
        low, high = bounds
    example = next((float(e) for e in examples_of(schema) if re.fullmatch(r"-?\d+(?:\.\d+)?", e)), None)
    if whole and words.split()[-1:] and words.split()[-1] in CODES:
        return {**unknown({"of": [int(example)]}), "null": 0.25} if example is not None else unknown({"of": [1, 2]})
    heard = f"{' '.join(outer)} {words}" if words in ("hour", "minute") else words
    if words == "year" and FUTURE.search(" ".join(outer)):
        return {"of": [2027], "knowable": True}
    found = next((r.make(heard) for r in NUMBERS if r.pattern.search(heard)), None)
    if found is None and example is not None:
        found = {"of": around(example, whole=whole), "knowable": True}
    if found is None:
        found = {"of": [1, 2, 5, 10, 20], "knowable": True} if bounds or (low is not None and high is not None) else unknown({"of": [1, 2, 5, 10, 20]}, empty=False)
    if whole and "of" in found and any(isinstance(v, float) for v in found["of"]):
        found = {**found, "of": sorted({max(1, round(v)) for v in found["of"]})}
    if whole and "decimals" in found:
        found = {k: v for k, v in found.items() if k != "decimals"} | ({"number": [0, 100]} if found["number"] == [0, 1] else {})
    return bounded(halved(found, set(heard.split())), low, high)


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
    if re.search(r"(?i)delet|disab|error|fail|default|locked|archiv|expired|deprecated|hidden|blocked|cancel|read.?only|trash|deny|block|abort", name):
        return 0.15
    return 0.7 if re.search(r"(?i)enab|active|encrypt|auto|valid|public|verified|available", name) else 0.4

