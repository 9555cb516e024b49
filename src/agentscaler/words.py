"""Names of APIs as words: splitting, singular and plural, canonical fields, nouns as a person says them.

Pure functions on strings, shared by the graph, the edges, the compiler and the task maker.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?:[A-Z]|\b|_))[a-z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")

IRREGULAR = {
    "data": "data", "media": "media", "metadata": "metadata", "aliases": "alias", "corpora": "corpus", "indices": "index",
    "indexes": "index", "matrices": "matrix", "vertices": "vertex", "databases": "database", "statuses": "status",
    "buses": "bus", "caches": "cache", "leases": "lease", "releases": "release", "people": "person", "children": "child",
    "series": "series", "analyses": "analysis", "canvases": "canvas", "bases": "base", "cases": "case",
    "phases": "phase", "purchases": "purchase", "licenses": "license", "addresses": "address", "classes": "class",
    "processes": "process", "accesses": "access", "movies": "movie", "cookies": "cookie", "ties": "tie", "dns": "dns",
    "aws": "aws", "https": "https", "ios": "ios", "os": "os", "sms": "sms", "tls": "tls", "kms": "kms", "sqs": "sqs",
    "sns": "sns", "ecs": "ecs", "eks": "eks", "rds": "rds", "waves": "wave", "responses": "response", "expenses": "expense",
    "courses": "course", "warehouses": "warehouse", "houses": "house", "uses": "use", "causes": "cause", "knives": "knife",
    "gas": "gas", "lens": "lens", "axes": "axis", "synopses": "synopsis", "bonus": "bonus", "has": "has", "is": "is",
    "was": "was", "as": "as", "this": "this", "plus": "plus", "always": "always", "details": "detail", "vpcs": "vpc",
    "alias": "alias", "atlas": "atlas", "canvas": "canvas", "bias": "bias", "kubernetes": "kubernetes", "redis": "redis",
    "postgres": "postgres", "analytics": "analytics", "statistics": "statistic", "basis": "basis", "diagnosis": "diagnosis",
    "ids": "id", "arns": "arn", "ips": "ip", "urls": "url", "uris": "uri", "apis": "api", "acls": "acl", "amis": "ami",
    "gbs": "gb", "tbs": "tb", "mbs": "mb", "dbs": "db", "azs": "az", "cpus": "cpu", "vcpus": "vcpu", "gpus": "gpu", "skus": "sku",
    "menus": "menu", "quizzes": "quiz", "lenses": "lens", "biases": "bias", "diagnoses": "diagnosis", "hypotheses": "hypothesis", "syntheses": "synthesis", "news": "news",
    "excuses": "excuse", "abuses": "abuse", "fuses": "fuse", "reuses": "reuse",
}  # fmt: skip

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

ACRONYMS = frozenset(
    "acl ai ami api arn asn aws bgp ca cdn cidr cpu crl csr db dhcp dlp dns ebs ec2 ecs efs eip eks elb eni fqdn gcp gpu "
    "gtm hd hpc hsm http https iam id imei io iot ip ipv4 ipv6 isp json jwt kms lb mac ml mfa mtls nat nfs nic oidc os otp "
    "pdf pii pin pop qos ram rds rpc saml sas scim sdk sip sla slo sms smtp sns sql sqs ssd ssh ssl sso sts tcp tls ttl udp "
    "uri url utm vip vm vod vpc vpn waf wan xml xss yaml mtu ipam byoip dlm sku iops saas nlb alb nfc rtmp srt hls cname rag crm etl llm gke ide erp".split()
)


TRANSPORT = re.compile(
    r"(?i)x-amz-|x-goog-|authorization$|accept$|content-type$|api-?version$|user-agent$|\$\.?xgafv$|quotauser$|useragent|"
    r"requestid$|clientrequesttoken$|clienttoken$|idempotency(?:token|key)$|dryrun$|validateonly$"
)
"""Parameters that say nothing about what an operation does: transport, retries, rehearsals."""

PAGING = re.compile(
    r"^(?:(?:next|page|continuation|sync|starting|previous) )?(?:token|marker|cursor)$|^page(?: |$)|^per page$|^after cursor$|page (?:size|token|number)$|"
    r"^(?:max|maximum) (?:result|item|key|record)s?$|^(?:limit|offset|start|count|top|skip|filter|order by|sort by|order|field|q|"
    r"query|view|update mask|parent|alt|kind|etag|self link|total count|request id|return total size|unreachable|warning)$"
)
"""Field names (canonical, joined by spaces) that page, sort or wrap: they say nothing about the thing."""
WRAPPING = re.compile(
    r"^(?:(?:next|page|continuation|sync|starting|previous) )?(?:token|marker|cursor)$|^(?:(?:next|previous|prev) )?page (?:size|token|number|no|cursor|marker)$|"
    r"^(?:max|maximum) (?:result|item|key|record)s?$|^(?:order by|sort by|update mask|alt|kind|etag|self link|total count|request id|unreachable|response metadata)$"
)
"""Those among them that are never a property of a thing."""

@lru_cache(200_000)
def split(name: str) -> tuple[str, ...]:
    """'DBInstanceIdentifier' -> ('db', 'instance', 'identifier')."""
    return tuple(w.lower() for w in split_cased(name))


@lru_cache(200_000)
def split_cased(name: str) -> tuple[str, ...]:
    """The same with the provider's capitals: 'ListVPCs' -> ('List', 'VPCs')."""
    name = name.replace("IDs", "Ids").replace("IPv", "Ipv").replace("OAuth", "Oauth").replace("GitHub", "Github")
    return tuple(_OTHER.sub(" ", _CAMEL.sub(" ", name)).split())


@lru_cache(50_000)
def singular(word: str) -> str:
    """'policies' -> 'policy'. Lower case in, lower case out."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "shes", "ches", "zzes")) or (word.endswith("uses") and not word.endswith(("auses", "ouses"))):
        return IRREGULAR.get(word[:-2], word[:-2])
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


UNCOUNTED = frozenset("data media metadata series software hardware information staff traffic news kubernetes".split())
ODD_PLURALS = {"person": "people", "child": "children", "index": "indexes", "axis": "axes", "quiz": "quizzes"}


def plural(noun: str) -> str:
    """Plural of the last word of a noun phrase."""
    head, _, last = noun.rpartition(" ")
    head = head + " " if head else ""
    low = last.lower()
    if low in UNCOUNTED:
        return noun
    if low in ODD_PLURALS:
        return head + ODD_PLURALS[low]
    if low.endswith("sis"):
        return head + last[:-2] + "es"
    if last.isupper() and len(last) > 1:
        return head + last + "s"
    if low.endswith(("s", "x", "ch", "sh", "z")):
        return head + last + "es"
    if low.endswith("y") and low[-2:-1] not in "aeiou":
        return head + last[:-1] + "ies"
    return head + last + "s"


KEY_WORDS = {"identifier": "id", "uuid": "id", "no": "id", "ids": "id", "idset": "id", "guid": "id", "uid": "id"}


@lru_cache(200_000)
def field(name: str) -> tuple[str, ...]:
    """Canonical words of a field: 'DBInstanceIdentifiers' -> ('db', 'instance', 'id')."""
    out = []
    for word in split(name):
        stem = singular(word)
        out.append(KEY_WORDS.get(stem, stem))
    return tuple(out)


ID_WORDS = frozenset("id identifier arn name uuid uin ref reference key uri number code email token handle".split())
STRICT_ID_WORDS = frozenset("id arn name uri email ref reference handle".split())
ROLE_WORDS = frozenset(
    "source destination target parent default original src dst dest from to new old current primary secondary owner "
    "requester accepter associated related unique global existing master peer resource aws restored replica".split()
)


@lru_cache(100_000)
def entity(name: str) -> tuple[tuple[str, ...], bool]:
    """The thing a field names and whether it names it by id: 'SourceDBInstanceId' -> (('db', 'instance'), True)."""
    words = field(name)
    if not words:
        return (), False
    id_like = words[-1] in STRICT_ID_WORDS or (len(words) > 1 and words[-2:] == ("serial", "number"))
    rest = words[:-1] if words[-1] in ID_WORDS else words
    while len(rest) > 1 and rest[0] in ROLE_WORDS:
        rest = rest[1:]
    return rest, id_like


def humanise(words: tuple[str, ...]) -> str:
    """('vpc', 'endpoint') -> 'VPC endpoint'."""
    return " ".join(w.upper() if w in ACRONYMS else w for w in words)


SAID_AS_WORDS = frozenset("NAT NAS LAN SAN RAM ROM SAML LUN FIFO MAC HIT".split())


def article(noun: str) -> str:
    """'IP address' -> 'an IP address'."""
    first = noun.split(" ")[0] if noun else ""
    low = first.lower()
    if first.isupper() and len(first) > 1 and first not in SAID_AS_WORDS:
        vowel = first[0] in "AEFHILMNORSX"
    elif low.startswith(("hour", "honest", "honor", "honour", "heir", "use", "uni", "usa", "url", "uti", "uri", "one", "once", "eu")):
        vowel = low[0] == "h"
    else:
        vowel = low[:1] in tuple("aeiou")
    return f"{'an' if vowel else 'a'} {noun}"


def joined(parts: Sequence[str], last: str = "and") -> str:
    """'a, b and c'; 'a' of one, nothing of none."""
    return ", ".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def snake(name: str) -> str:
    """'AccessPoint' -> 'access_point'."""
    return "_".join(split(name))


LINES = re.compile(r"(?<=[.!;])\s+|\n")
"""Where a sentence ends, or a line."""


def sentence(text: str, limit: int = 160) -> str:
    """The first sentence of a description, at most `limit` characters, with a full stop."""
    text = re.sub(r"\s+", " ", text).strip()
    match = re.search(r"(?<=[a-z0-9)`\"'])[.!?](?=\s+[A-Z(`]|$)", text)
    first = text[: match.start()] if match else text.rstrip(".")
    if len(first) >= limit:
        first = first[: limit - 4].rsplit(" ", 1)[0].rstrip(",;:") + " ..."
    return first + "." if first and not first.endswith("...") else first


def nearest(wanted: str, names: Iterable[str]) -> str:
    """For a message about an unknown name: 'the nearest are A, B'."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name.lower(), name)
    close = get_close_matches(wanted.lower(), known, n=4, cutoff=0.5) or sorted(n for n in known if wanted.lower() in n)[:4]
    return f"the nearest are {', '.join(known[n] for n in close)}" if close else "nothing is near it"
