"""What a text is by its description, where the words of its field would say something else.

A locale that is a region, an operator that compares, a country by its two letters, an address that is a URL, a province; and parts
of one place: city, province, country and postal code in a row are those of one town. Tried before the rules by words in `texts`.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from agentscaler.envs.documented import examples_of, values_of
from agentscaler.envs.naming import filled
from agentscaler.envs.paths import path_of
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.towns import PRODUCTS, TERMS, ZONES
from agentscaler.envs.vocabulary import REGIONS, SLUG_LISTS
from agentscaler.records import Schema
from agentscaler.words import field

_SLUGS: Final = list(SLUG_LISTS[0])


class Meaning(NamedTuple):
    """A field and a description of which both must speak."""

    words: re.Pattern[str]
    text: re.Pattern[str]
    recipe: Recipe
    vendor: str = ""
    """Of one provider only, or of those whose APIs come from a client library; "" for any."""


def _meaning(words: str, text: str, recipe: Recipe, vendor: str = "") -> Meaning:
    return Meaning(re.compile(rf"\b(?:{words})$"), re.compile(rf"(?i){text}"), recipe, vendor)


_HOST: Final[Recipe] = {"words": [_SLUGS, ["example.com", "example.org"]], "join": "."}
_ACCOUNTS: Final[Recipe] = {"given": ["482916075330", "730511928446", "615280734919", "208873461552"]}
_ANY: Final = r""
MEANINGS: Final = (
    _meaning(r"(?:province|prefecture|county|state or region|state or province|administrative area|sub ?division)(?: name)?", _ANY, {"words": [["@provinces"]], "knowable": True}),
    _meaning(r"country|country code", r"ISO[- ]?3166|\btwo[- ](?:letter|character)|\b2[- ](?:letter|character)|alpha-2|CLDR|country code", {"words": [["@codes"]], "knowable": True}),
    _meaning(r"locale", r"\bregion\b(?![^.]*\blanguage)", {"template": "{region}"}),
    _meaning(r"by|by account|account|creator|requester|endpoint", r"^\W*the (?:(?:id|identifier|number) of the )?(?:amazon web services|aws) account\b|\baws account (?:id|identifier|number)\b", _ACCOUNTS, "aws"),
    _meaning(r"address|addr", r"https?://|\bdownload|\burl\b", {"words": [["https://files.example.com/"], _SLUGS, ["/2025", "/2026"]], "join": ""}),
    _meaning(r"address|recipient", r"\bethereum\b|\bwallet\b|\bblockchain\b", {"id": "0x{hex:40}"}),
    _meaning(r"(?:phone|mobile|tel|telephone|fax|contact) (?:num|no)", _ANY, {"id": "+44 20 7946 0{digits:3}", "knowable": True}),
    _meaning(r"subject alt(?:ernative)?(?: name)?|san|common name|(?:certificate|ssl|tls) domain", _ANY, {**_HOST, "knowable": True}),
    _meaning(r"distinguished name|subject dn|issuer dn|base dn", _ANY, {"words": [["CN="], _SLUGS, [",OU=Services,DC=example,DC=com"]], "join": ""}),
    _meaning(r"public key pem|pem public key|publickey pem", _ANY, {"id": "-----BEGIN PUBLIC KEY-----\nMIIB{base36:40}\n-----END PUBLIC KEY-----"}),
    _meaning(r"(?:source|original|from) term", _ANY, {"words": [list(TERMS["zh"])], "join": "", "who": "term"}),
    _meaning(r"(?:target|translated|to) term", _ANY, {"words": [list(TERMS["en"])], "join": "", "who": "term"}),
    _meaning(r"(?:name|title) (?:zh|cn|chinese)|(?:zh|cn|chinese)(?: name| title)?", _ANY, {"words": [list(PRODUCTS)], "join": "", "who": "zh"}),
    _meaning(r"time ?zone(?: id| name)?|id|tz", r"\bIANA\b(?!.*\bversion number)|\btz database\b|\btime zone (?:name|id)", {"given": list(ZONES), "knowable": True}),
    _meaning(r"version", r"\bIANA\b", {"given": ["2025a", "2025b"]}),
    _meaning(r"(?:image )?owner alias", _ANY, {"given": ["amazon", "self", "aws-marketplace"]}, "aws"),
    _meaning(r"country", r"^$", {"words": [["@codes"]], "knowable": True}, "library"),
    _meaning(r"mcc|merchant category code", r"^$|merchant|category", {"given": ["5411", "5734", "5812"]}),
    _meaning(r"mcc|mobile country code", r"mobile|operator|carrier", {"given": ["208", "262", "268"]}),
    _meaning(r"mnc|mobile network code", _ANY, {"given": ["01", "03", "06"]}),
    _meaning(r"e tag", _ANY, {"id": "{hex:32}"}),
    _meaning(r"security group", _ANY, {"given": ["sg-0a3f5b7c9d1e2f4a6", "sg-04c8e2a6b1d3f5079", "sg-0b9d7f5e3c1a2846d"]}, "aws"),
    _meaning(r"cpe(?: uri| name)?", _ANY, {"words": [["cpe:2.3:a:example:"], ["web-server", "mail-server", "image-parser", "pdf-viewer"], [":1.4.2", ":2.0.1", ":2.3.0"]], "join": ""}),
    _meaning(r"(?:process|exe|executable|binary|program|proc|interpreter|shell) path", _ANY, {"given": ["/usr/bin/python3", "/usr/sbin/nginx", "/usr/bin/java", "/usr/sbin/sshd", "/usr/local/bin/node", "/bin/bash"]}),
    _meaning(r"(?:config|configuration|conf) path", _ANY, {"given": ["/etc/nginx/nginx.conf", "/etc/mysql/my.cnf", "/opt/app/config.yaml", "/etc/redis/redis.conf"]}),
    _meaning(r".*(?:kana|kanji)", _ANY, unknown({"value": None})),
    _meaning(r"idempotency key", _ANY, {"id": "{uuid}"}),
    _meaning(r"slug", _ANY, {"words": [_SLUGS, ["", "start", "overview", "details", "archive"]], "join": "-", "knowable": True}),
    _meaning(r"identity", r"\buser\b|participant|\bmember\b|^$", {"words": [["@logins"]], "knowable": True}),
    _meaning(r"project id or num(?:ber)?|project id or number", _ANY, {"template": "{project}"}),
)
"""The first that fits the end of the field, its description and its provider."""
_COMPARES: Final = re.compile(r"(?i)compar|relation|condition|logical|\boperator (?:for|to|used|that)|filter|match")
_COMPARED: Final = frozenset("value values key threshold desiredvalue targetvalue metricname field fieldname property operand".split())
_HOSTED: Final = re.compile(r"(?i)host|domain|server|\burl\b|\bdns\b|\bcors\b|website|cdn|\bfqdn\b")
_CDNS: Final = re.compile(r"cdn|cloudfront|teo|live|edge|waf|cors|mediapackage|amplify|vod|scdn|ecdn")
_TWELVE: Final = re.compile(r"\^?[(\[]*(?:\\d|0-9)[)\]]*\{12\}\)?\$?")
"""The pattern of the number of an account of AWS."""
_PLACED: Final = frozenset("city town locality municipality locality zip postal postcode zipcode".split())


def meant(name: str, words: tuple[str, ...], schema: Schema, place: Place) -> Recipe | None:
    """The recipe of a text that its description or what stands beside it makes clear; None where the words may decide."""
    heard, text = " ".join(words), str(schema.get("description", ""))
    if words == ("id",) and place.draft.noun[-2:] == ("time", "zone"):
        return {"given": list(ZONES), "knowable": True}
    if words[-1:] == ("operator",) and (_COMPARES.search(text) or place.beside & _COMPARED):
        return {"given": examples_of(schema) or ["EQUALS", "NOT_EQUALS", "GREATER_THAN", "LESS_THAN"]}
    if words[-1:] == ("token",) and len(words) > 1 and place.draft.own and field(place.draft.own)[-1:] == ("token",):
        return {"id": "{uuid}"}  # where rows go by tokens, a token names a row
    if words[-1:] == ("area",) and any(re.fullmatch(r"(?:ap|na|eu|sa|us)-[a-z]+(?:-\d)?", e) for e in examples_of(schema)):
        return {"template": "{region}"}
    if words[-1:] == ("origin",) and not _HOSTED.search(f"{name} {text}") and not (_CDNS.search(place.service) or {"cors", "allowed", "allow"} & set(words)):
        return {"given": found} if len(found := examples_of(schema) or values_of(schema)) > 1 else unknown({"given": found or ["EXTERNAL"]}, empty=not found)
    if name.lower().endswith("ts") and words[-1:] in (("ts",), ("t",)) and place.service.startswith("slack"):
        return {"id": "17{digits:8}.{digits:6}"}
    if place.vendor == "aws" and _TWELVE.fullmatch(str(schema.get("pattern", ""))) and words[-2:] != ("account", "id") and words[-1] != "owner":
        return dict(_ACCOUNTS)
    if words[-3:] in (("link", "with", "id"), ("url", "with", "id")) and place.vendor == "google":
        return {"id": "https://www.googleapis.com/compute/v1/" + path_of(place.draft.noun, place) % "{digits:19}"}
    if words[-1:] in (("region",), ("state",)) and _in_address(words, place):
        return filled({"words": [["@provinces"]], "knowable": True}, words)
    of_library = "library" if place.vendor not in ("aws", "google", "tencent", "user", "") else ""
    found_ = next((m for m in _speaking(heard) if m.vendor in ("", place.vendor, of_library) and m.text.search(text)), None)
    if found_ is None or (set(REGIONS.get(place.vendor, ("?",))) & set(examples_of(schema)) and "template" not in found_.recipe):
        return None
    return filled(dict(found_.recipe), () if words == ("identity",) else words)


@lru_cache(16_384)
def _speaking(heard: str) -> tuple[Meaning, ...]:
    """The meanings that fields of these words may have."""
    return tuple(m for m in MEANINGS if m.words.search(heard))


def _in_address(words: tuple[str, ...], place: Place) -> bool:
    """Does the region of 'OrganizationRegion' stand beside a city or postal code of the same organization?"""
    beside = {*(field(b) for b in place.beside), *(field(c) for c in place.columns)} if place.columns or place.beside else set()
    head = words[:-1]
    return any(b[: len(head)] == head and set(b[len(head) :]) & _PLACED for b in beside if b != words)


def owner_of(place: Place, words: tuple[str, ...]) -> Recipe:
    """Whose a thing is: an account's where accounts are all there is, else a person's."""
    if place.vendor == "aws" and not {"review", "contact", "job", "dashboard"} & set(words):
        return {"template": "{account}"}
    if {"database", "schema", "table", "function"} & set(words[:-1]):
        return {"given": ["postgres", "appowner_of", "reporting"]}
    if place.vendor == "tencent":
        return {"template": "{uin}"}
    return filled({"words": [["@emails"]], "knowable": True}, words)
