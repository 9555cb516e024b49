"""What people have a word for, by the words of a column or a noun alone: what one asks for, sorts out by date, points at or renames.

Everything that is not named here stays unasked: a world's columns are a provider's, and most of them are read by programs only.
"""

import re
from typing import Final

from agentscaler.dice import Dice
from agentscaler.tasks.nouns import records, runs
from agentscaler.tasks.speech import Kind

# ---- what is asked for ------------------------------------------------------------------------------------------

_SIZES: Final = r"(?:file|disk|volume|storage|memory|node|cluster|instance|image|database|system disk|data disk|backup|cache|max|maximum|min|minimum|desired|total) "
_ASKED: Final = re.compile(
    r"(?:status|state|type|kind|size|price|cost|fee|amount|total|balance|owner|author|creator|operator|manager|contact|email|mail|phone|address|region|location|place|country|city|language|locale|currency|priority|severity|"
    r"criticality|capacity|role|category|platform|provider|publisher|engine|runtime|description|title|name|label|alias|nickname|username|comment|remark|annotation|summary|notes?|subject|headline|message|duration|progress|tier|plan|edition|"
    r"hostname|domain|quantity|memory|storage|bandwidth|throughput|CPU|vcpus|IOPS|nodes|weight|width|height|result|outcome|environment|protocol|port|timeout|retention|visibility|gender|nationality|industry|architecture|format|count|volume|compliance)"
    r"|(?:payment|delivery|order|job|run|task|health|approval|review|publication|build|deployment|sync|backup|connection|subscription|instance|cluster) (?:status|state)"
    r"|(?:instance|machine|volume|disk|storage|node|file|media|job|task|product|event|worker|database|account|device|vehicle|room|DB instance|cache node|mime|connection|message|issue) (?:type|class)"
    rf"|{_SIZES}(?:size|capacity|memory|storage|throughput|bandwidth|count|price|amount|nodes)"
    r"|(?:engine|software|product|runtime|firmware|app|application|database|server|operating system|OS|Kubernetes|Kafka|Spark|Python|Java|MySQL|Redis|PostgreSQL|MongoDB|PHP|minor|latest|current|agent|client|driver) version"
    r"|(?:display|user|first|last|full|family|given|company|team|product|file|cluster|instance|machine|host|project|channel|customer|organization|short|contact|bank|city|brand|event) name"
    r"|(?:\w+ )?(?:e?mail(?: address)?|email|phone(?: number)?|IP address|mail address)|(?:billing|shipping|street|postal|home|office|MAC|private|public) address"
    r"|(?:unit|total|monthly|hourly|list|sale|base|net) (?:price|cost|amount)|(?:\w+ )?count|number of [\w ]+|(?:\w+ ){0,2}(?:timeout|retention period|retention|duration|bandwidth)"
    r"|time ?zone|operating system|host ?name|storage class|log level|(?:risk|threat|priority|severity|alert) level|release channel|(?:short|long|full) description|primary (?:domain|region|language|contact)|owner contact|job title|content rating|"
    r"(?:target|home) (?:country|region)|security level|access level|postal code|payment (?:method|option)|maintenance window"
)
_SOFTWARE: Final = re.compile(r"(?i)\b(?:cluster|instance|server|database|app|application|agent|engine|platform|node|broker|environment|runtime|package|plugin|extension|firmware|device|software|client|driver|function|game|image)$")
_SET: Final = re.compile(
    r"target size|(?:max|maximum|min|minimum|desired|base) (?:\w+ )?(?:size|capacity|count|throughput|nodes|memory|storage|price|instances)|storage (?:size|capacity)|.*(?:threshold|limit|percentage|minutes|days|hours)|"
    r"deletion protection|visibility timeout|(?:recovery|primary|backup|secondary|billing) (?:e?mail|email|phone|contact)|calendar period|audience"
)


_PERSONS: Final = re.compile(r"(?:owner|author|creator|operator|manager|contact|publisher)$")
"""Somebody; one of a closed list is nobody."""


def may_ask(kind: Kind, phrase: str, noun: str) -> bool:
    """Have people a word for it: 'its status', but not 'its secondary status' or 'its intent'? The version only of what is software."""
    if kind in ("time", "flag"):
        return True
    if phrase == "version":
        return kind != "number" and bool(_SOFTWARE.search(noun))
    if kind == "choice" and _PERSONS.search(phrase):
        return False
    own = phrase.lower().removeprefix(f"{noun.split(' ')[-1].lower()} ")
    return bool(_ASKED.fullmatch(phrase) or _ASKED.fullmatch(own))


_OUTCOME: Final = re.compile(r"(?:\w+ )?(?:status|state|result|outcome|progress|health|compliance)|(?:\w+ )?(?:size|duration)")


def outcome(phrase: str) -> bool:
    """Does one ask it of what has no name, the run of a day: how it went, how large it came out? Its author or type is read off a record."""
    return bool(_OUTCOME.fullmatch(phrase))


def may_set(kind: Kind, phrase: str, noun: str) -> bool:
    """Would a person speak of changing it? Of a number also limits and bounds."""
    return may_ask(kind, phrase, noun) or bool(_SET.fullmatch(phrase))


_CHECKS: Final = re.compile(r"(?:healthy|unhealthy|failure|success|retry|retries|attempts?|failed) ?(?:threshold|count|limit)?$")
_MEASURED: Final = re.compile(r"(?:timeout|duration|interval|(?<!snapshot )retention|period|memory|bandwidth|throughput|storage|(?:disk|volume|storage|memory|cache) (?:size|capacity|limit))$")


def sized(phrase: str, value: float, unit: str) -> bool:
    """Would one say the number? What is measured is said in a unit, and a check is tried ten times at most."""
    return not (_CHECKS.search(phrase) and value > 10) and bool(unit or not _MEASURED.search(phrase))


# ---- what is told apart by date or description --------------------------------------------------------------------

_PILES: Final = re.compile(
    r"(?i)\b(?:image|draft|artifact|file|recording|document|note|alarm|notification|invitation|token|release|test|dump|archive|copy|export|ticket|case|model|trial|experiment|deployment|template|attachment|asset|dashboard|capture|package|definition|dataset|statement|quotation|transcript|conversation|checkpoint|sample|prediction|forecast|plan|workflow|suite)$"
)


def piles_up(noun: str) -> bool:
    """Does it gather over the months, so that one clears away what is old? Nobody clears away users or networks by date."""
    return records(noun) or runs(noun) or bool(_PILES.search(noun))


_ARISES: Final = re.compile(r"(?i)\b(?:risk|finding|vulnerability|threat|alarm|alert|incident|issue|warning|event|detection|anomaly|observation|crash|error|violation|recommendation|metric|activity|log)$")


def arises(noun: str) -> bool:
    """Does it come up by itself, so that nobody speaks of the day on which it was created?"""
    return bool(_ARISES.search(noun))


_BORN: Final = re.compile(r"(?i)\b(?:tunnel|reservation|booking|key|annotation|page|proposal|peering|announcement|grant|approval|fix|post|ad|call|chat|cart)$")
_ENDING: Final = re.compile(r"(?i)\b(?:certificate|token|key|invitation|offer|subscription|reservation|contract|license|coupon|grant|permit|pass|promotion|lease|domain|job|agreement|session)$")


def dated(noun: str, moment: str) -> bool:
    """Do people tell one from another by that day? What lasts has a name for that, and the day of a change nobody knows."""
    if moment == "last changed" or (moment == "created" and arises(noun)):
        return False
    return bool(_ENDING.search(noun)) if moment == "expires" else piles_up(noun) or bool(_BORN.search(noun))


_DESCRIBED: Final = re.compile(r"(?i)\b(?:rule|limit|key|change|case|ticket|address|token|exception|override|policy|entry|grant|permission|certificate|image|copy|draft|release|secret|range|block|exclusion)$")


def described(noun: str) -> bool:
    """Is it of a kind that people point at by what was noted down about it?"""
    return records(noun) or runs(noun) or bool(_DESCRIBED.search(noun))


_SINGLE: Final = re.compile(r"(?i)\b(?:policy|configuration|config|settings?|preferences?|schedule|quota|license|agreement|subscription|replica|encryption|wallet|cart|logo|cover|password|lock|budget|stream key)$")


def single(noun: str) -> bool:
    """Has a thing but one of it, so that 'the lifecycle policy of the bucket' says which? Of members and routes one says whose and where to."""
    return bool(_SINGLE.search(noun))


# ---- new names ----------------------------------------------------------------------------------------------------

_STAGES: Final = ("dev", "test", "staging", "prod")
"""In the order in which things go through them."""
_TRIALS: Final = ("pilot", "demo", "beta", "sandbox")
_AREAS: Final = ("eu", "us")
_ADDED: Final = ("v2", "2026")
_FIRM: Final = re.compile(r"[A-Z]\w+-[A-Z]\w+| and [A-Z]|[A-Z]\w+ (?:Group|Ltd|Inc|LLC|PLC|Partners|Sons|GmbH|AG|Co)\b")
_KEEPS: Final = re.compile(r"(?i)\b(?:product|item|variant|offer|company|organization|firm|merchant|brand|issuer|vendor|supplier|customer|client|device|place|venue|store location|area|district|city|country|course|book|issue|incident|case)$")


def keeps_name(noun: str) -> bool:
    """Is it of a kind that is not given another name by those who run it? Goods, firms and places."""
    return bool(_KEEPS.search(noun))


def renamed(old: str, dice: Dice, *, sentence: bool = False, instead: bool = False) -> str | None:
    """The same name but for one part at its end: 'orders-private-staging' -> 'orders-private-prod', 'Fleet policy' -> 'Fleet policy v2'.

    sentence: it is a title, to which nothing is added; instead: it is of what takes the place of the old, and so of the same stage and area or a later one. None where nobody would know how.
    """
    if re.search(r"[.@/:]", old) or _FIRM.search(old):
        return None
    found = re.fullmatch(r"(.+?)([-_ ])([^-_ ]+)", old)
    stem, gap, last = found.groups() if found else (old, "", "")
    low = last.lower()
    if low in _STAGES[:-1]:
        new = dice.choice(_STAGES[_STAGES.index(low) + 1 :])
    elif low in _TRIALS:
        new = "prod"
    elif low in _AREAS and not instead:
        new = "us" if low == "eu" else "eu"
    elif re.fullmatch(r"20\d\d", low):
        new = str(int(low) + 1)
    elif m := re.fullmatch(r"(v?)(\d{1,2})", low):
        new = f"{m[1]}{int(m[2]) + 1}"
    elif sentence:
        return None
    elif gap:
        stem, new = old, dice.choice(_ADDED)
    else:
        return None
    return f"{stem}{gap}{new.capitalize() if last.istitle() and gap == ' ' and stem != old else new.upper() if last.isupper() and stem != old else new}"
