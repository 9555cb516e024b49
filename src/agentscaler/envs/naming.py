"""What rows are called, and the ids and ARNs they go by."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from agentscaler.dice import Dice
from agentscaler.envs.documented import examples_of
from agentscaler.envs.drafts import Col, Noun
from agentscaler.envs.patterns import fits, is_pattern, template_of
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.towns import TOWNS
from agentscaler.envs.vocabulary import (
    PEOPLE_NOUNS,
    QUALIFIERS,
    QUESTIONS,
    SLUG_LISTS,
    SOFTWARE,
    TROUBLES,
    VERBATIM,
    companies,
    find_names,
    find_slugs,
    people,
    streets,
)  # fmt: skip
from agentscaler.records import Schema
from agentscaler.words import ACRONYMS, entity

SOCIAL: Final = re.compile(r"directory|identity|people|chat|classroom|group|mail|contact|connect|team|workspace|workdocs|quicksight|case|customer|pinpoint|ads|personalize|location|geo")
"""Services whose groups are groups of people."""


SHOPS: Final = re.compile(r"(?i)shop|merchant|content|retail|store|market|personalize|commerce|order|vision|^$|tools?$")
"""Services whose products are goods."""


def names(noun: Noun, *, slug: bool, service: str = "") -> Recipe:
    """How the things of a noun are called: like a person, by words of their own, else by an area of the company and what they are."""
    if noun and noun[-1] in PEOPLE_NOUNS and not (noun[-1] == "contributor" and not SOCIAL.search(service)) and not set(noun[:-1]) & _NO_PERSONS:
        return {"words": [[login(n) for n in people()] if slug else list(people())], "join": "", "who": ""}
    if len(noun) > 1 and noun[-1] in ("list", "info", "record", "code", "detail", "item", "summary", "result"):
        noun = noun[:-1]
    if noun[-2:] == ("operating", "system"):
        noun = ("os",)
    if noun[-2:] == ("grade", "category"):
        return {"words": [["Homework", "Quizzes", "Projects", "Participation", "Final exam", "Lab reports", "Presentations"]], "join": ""}
    if noun[-1:] == ("contributor",):
        return unknown(_by_area(noun, slug=slug))
    if noun[-1:] == ("group",) and noun[-2:-1] in ((), ("user",), ("contact",), ("mail",)) and SOCIAL.search(service):
        noun = ("team",)
    if noun[-1:] and noun[-1] in _WRITINGS and not OFFICES.search(service):
        return _of_machines(noun, slug=slug)
    general = noun[-1:] == ("instance",) and not COMPUTE.search(service)
    if noun[-1:] == ("key",) and noun[-2:-1] and find_slugs(noun) is not None:
        return {"words": [list(SLUG_LISTS[0]), ["-".join(noun[-2:])], ["", *SLUG_LISTS[1]]], "join": "-"}
    if (kind := find_slugs(noun)) is not None and not general:
        return {"words": [list(SLUG_LISTS[0]), kind.split("|"), ["", *SLUG_LISTS[1][:6]]], "join": "-"}
    found = find_names(noun)
    if noun[-1:] and noun[-1] in ("case", "ticket", "incident"):
        found = next((words for says, words in TROUBLES if says.search(service)), found)
    if noun[-1:] == ("product",) and not SHOPS.search(service):
        found = SOFTWARE
    if found is None:
        return _by_area(noun, slug=slug)
    lists = [POOLS[part[0]]() if part[0] in POOLS else [_head(noun)] if part == ("@noun",) else list(part) for part in found.lists]
    if slug and noun[-1] not in VERBATIM:
        return {"words": [[re.sub(r"[^a-z0-9.]+", "-", w.lower()).strip("-") for w in part] for part in lists], "join": "-"}
    return {"words": lists, "join": found.join}


OFFICES: Final = re.compile(r"doc|drive|keep|chat|classroom|mail|kendra|wiki|case|wisdom|qconnect|qbusiness|quip|slides|sheets|workspace|content|translate|textract|^im$|^$|tools?$")
"""Services in which people write documents."""
_WRITINGS: Final = frozenset("document file note article memo".split())


def _of_machines(noun: Noun, *, slug: bool) -> Recipe:
    """What a file or note is called that no person wrote: 'audit-2026-05-12.log', 'billing-export-2026.csv', 'search-note'."""
    if noun[-1] != "file":
        return _by_area(noun, slug=slug)
    if set(noun) & {"log", "audit", "trace", "dump"}:
        return {"words": [[noun[-2]], [f"2026-{m:02}-{d:02}{'.sql' if 'dump' in noun else '.log'}" for m in (3, 4, 5) for d in range(2, 29, 2)]], "join": "-"}
    return {"words": [list(SLUG_LISTS[0]), ["export", "upload", "list"], ["2025.csv", "2026.csv", "2026.json"]], "join": "-"}


_NO_PERSONS: Final = frozenset("bot cluster pool node replica resource policy rule shield network".split())
"""What has members, owners and workers that are things."""


def _by_area(noun: Noun, *, slug: bool) -> Recipe:
    """'billing-schema-eu', 'Billing schema EU'."""
    head = _head(noun)
    ends = QUALIFIERS[Dice("names", *noun).below(len(QUALIFIERS))]
    if slug:
        return {"words": [list(SLUG_LISTS[0]), [head], list(ends)], "join": "-"}
    spoken = " ".join(w.upper() if w in ACRONYMS else w for w in head.split("-"))
    return {"words": [[w.capitalize() for w in SLUG_LISTS[0]], [spoken], [e.upper() if e in ("eu", "us") else e for e in ends]], "join": " "}


def _head(noun: Noun) -> str:
    """What a name says of the kind of thing: the last two words of its noun, one where they are long."""
    two = "-".join(noun[-2:] if noun[-2:-1] not in (("on",), ("of",), ("for",), ("in",), ("to",), ("by",)) else noun[-1:])
    return (two if len(two) <= 16 else noun[-1]) if noun else "item"


def fitting(recipe: Recipe, schema: Schema) -> Recipe:
    """The same names as the provider's pattern or example wants them written: payroll_schema, PayrollSchema."""
    wanted = _wants(schema)
    if wanted is None or "words" not in recipe:
        return recipe
    plain = [[re.sub(r"[^A-Za-z0-9]+", " ", w).split() for w in part] for part in recipe["words"]]
    ways: tuple[tuple[str, Callable[[str], str]], ...] = (("-", str.lower), ("_", str.lower), ("", str.capitalize), ("", str.lower), ("_", str.upper), (" ", str))
    others = [{**recipe, "words": [[join.join(map(spell, w)) for w in part] for part in plain], "join": join} for join, spell in ways]
    return next((r for r in [recipe, *others] if all(wanted(name) for name in _some(r))), recipe)


def _wants(schema: Schema) -> Callable[[str], bool] | None:
    """Does a name have the form of the pattern, or of an example that is a name itself?"""
    most = schema.get("maxLength", 10_000)
    try:
        pattern = re.compile(str(schema.get("pattern", "")))
    except re.error:
        return None
    if pattern.pattern:
        return lambda name: bool(pattern.search(name)) and len(name) <= most
    example = next(iter(examples_of(schema)), "")
    form = next((f for f in (r"[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+", r"[a-z0-9]+(?:_[a-z0-9]+)+") if re.fullmatch(f, example)), None)
    return None if form is None else lambda name: bool(re.fullmatch(form, name))


def _some(recipe: Recipe) -> list[str]:
    """A few of the names of a recipe, each word of it at least once."""
    lists = recipe["words"]
    return [recipe["join"].join(w for part in lists if (w := part[i % len(part)])) for i in range(max(map(len, lists)))]


def known_noun(noun: Noun) -> bool:
    """Is there a way to call a thing of this noun that is its own?"""
    return bool(noun) and (noun[-1] in PEOPLE_NOUNS or find_slugs(noun) is not None or find_names(noun) is not None)


def login(name: str) -> str:
    """'Ann O'Neil' -> 'ann.oneil'."""
    return name.lower().replace(" ", ".").replace("'", "")


def emails() -> Recipe:
    return {"words": [POOLS["@emails"]()], "join": "", "who": ""}


POOLS: Final[dict[str, Callable[[], list[str]]]] = {
    "@emails": lambda: [f"{login(n)}@lindqvist.example" for n in people()],
    "@people": lambda: list(people()),
    "@logins": lambda: [login(n) for n in people()],
    "@first": lambda: [n.split(" ", 1)[0] for n in people()],
    "@last": lambda: [n.split(" ", 1)[1] for n in people()],
    "@cities": lambda: [t.city for t in TOWNS],
    "@provinces": lambda: [t.province for t in TOWNS],
    "@countries": lambda: [t.country for t in TOWNS],
    "@codes": lambda: [t.code for t in TOWNS],
    "@postals": lambda: [t.postal for t in TOWNS],
    "@streets": lambda: list(streets()),
    "@companies": lambda: list(companies()),
    "@questions": lambda: list(QUESTIONS),
}
"""Lists too long to stand in a rule; those of people name the same ones in the same order."""
_PARTS: Final = frozenset("nickname user name display full first last given family real nick login uname email mail address contact forename surname username".split())


def who(words: Noun) -> str:
    """Whose name, login or address a field holds: ('creator', 'email') -> 'creator', ('user', 'name') -> ''."""
    return " ".join(w for w in words if w not in _PARTS)


_OF_TOWNS: Final = frozenset("@cities @provinces @countries @codes @postals".split())
_OF_PLACE: Final = frozenset("city town locality municipality state province prefecture county region or administrative area country code iso name zip postal postcode subdivision sub division district nationality".split())


def where(words: Noun) -> str:
    """Of whose place a field tells: ('company', 'city') -> 'at company', ('postal', 'code') -> 'at'."""
    return " ".join(["at", *(w for w in words if w not in _OF_PLACE)])


def filled(recipe: Recipe, field: Noun = ()) -> Recipe:
    """A recipe with '@people' and the like replaced by their lists."""
    words = recipe.get("words")
    if words and words[0] and words[0][0] in POOLS:
        person = {"who": who(field)} if words[0][0] in ("@emails", "@people", "@logins", "@first", "@last") else {"who": where(field)} if words[0][0] in _OF_TOWNS else {}
        return {**recipe, "words": [POOLS[words[0][0]]()], "join": "", **person}
    return recipe


GLOBAL: Final = frozenset("iam organizations cloudfront route53 globalaccelerator waf shield budgets ce networkmanager".split())
"""Services of AWS whose ARNs name no region."""


COMPUTE: Final = re.compile(r"^$|ec2|cvm|lighthouse|rds|sql|db|redis|mongo|compute|lightsail|kafka|tdmq|cache|dts|opsworks|ssm|autoscaling|emr|hai|cbs|vmware|batch|tools?$")
"""Services whose instances are machines or databases."""


# ---- ids --------------------------------------------------------------------------------------------------------


def arn(place: Place, tail: str = "{hex:12}", noun: Noun | None = None) -> str:
    """The ARN of a thing of the service, as a template."""
    kind = "-".join(place.draft.noun if noun is None else noun) or "item"
    if place.service == "s3":
        return f"arn:aws:s3:::{tail}"
    service = arn_service(place.service)
    if kind.endswith("managed-policy") and "customer" not in kind:
        return f"arn:aws:iam::aws:policy/{tail}"
    if service in GLOBAL:
        return f"arn:aws:{service}::" + "{account}:" + f"{kind}/{tail}"
    return f"arn:aws:{service}:" + "{region}:{account}:" + f"{kind}/{tail}"


_IN_ARNS: Final = (
    (r"bedrock-agentcore.*", "bedrock-agentcore"), (r"bedrock-.*", "bedrock"), (r"sagemaker.*", "sagemaker"), (r"chime-sdk-.*", "chime"), (r"geo-.*|location", "geo"), (r"marketplace-.*", "aws-marketplace"), (r"timestream-.*", "timestream"),
    (r"kinesis-video.*|kinesisvideo.*", "kinesisvideo"), (r"kinesisanalytics.*", "kinesisanalytics"), (r"connectcampaigns.*", "connect-campaigns"), (r"lex(?:v2)?-.*", "lex"), (r"ivs-realtime", "ivs"), (r"sesv2|mailmanager|pinpoint-email", "ses"),
    (r"sso-admin", "sso"), (r"stepfunctions", "states"), (r"elb|elbv2", "elasticloadbalancing"), (r"emr", "elasticmapreduce"), (r"emr-containers", "emr-containers"), (r"efs", "elasticfilesystem"), (r"docdb|neptune", "rds"), (r"opensearch", "es"), (r"opensearchserverless", "aoss"),
    (r"amp", "aps"), (r"mwaa", "airflow"), (r"mwaa-serverless", "airflow-serverless"), (r"cloudhsmv2", "cloudhsm"), (r"cleanroomsml", "cleanrooms-ml"), (r"eventbridge.*", "events"), (r"qconnect", "wisdom"), (r"voice-id", "voiceid"), (r"pinpoint", "mobiletargeting"),
    (r"application-autoscaling|autoscaling-plans", "autoscaling"), (r"apigatewayv2", "apigateway"), (r"greengrassv2", "greengrass"), (r"resiliencehubv2", "resiliencehub"), (r"servicecatalog-appregistry", "servicecatalog"), (r"supplychain", "scn"), (r"s3control", "s3"),
    (r"iot-managed-integrations", "iotmanagedintegrations"), (r"iot-jobs-data|iot-data", "iot"), (r"migration-hub-refactor-spaces", "refactor-spaces"), (r"notificationscontacts", "notifications-contacts"), (r"lambda-.*", "lambda"), (r"payment-cryptography.*", "payment-cryptography"),
)  # fmt: skip


def arn_service(service: str) -> str:
    """What ARNs call a service of AWS that has another name elsewhere: 'states' for Step Functions."""
    return next((name for pattern, name in _IN_ARNS if re.fullmatch(pattern, service)), service)


PREFIXES: Final = {
    "instance": "i", "image": "ami", "ami": "ami", "volume": "vol", "ebs volume": "vol", "snapshot": "snap", "security group": "sg", "subnet": "subnet", "vpc": "vpc", "network interface": "eni",
    "eni": "eni", "route table": "rtb", "internet gateway": "igw", "nat gateway": "nat", "vpc endpoint": "vpce", "transit gateway": "tgw", "launch template": "lt", "allocation": "eipalloc",
    "customer gateway": "cgw", "vpn gateway": "vgw", "vpn connection": "vpn", "network acl": "acl", "flow log": "fl", "file system": "fs", "key pair": "key",
}  # fmt: skip
"""What ids of the things of EC2 begin with, in all of AWS."""
TENCENT: Final = {
    "instance": "ins", "subnet": "subnet", "security group": "sg", "image": "img", "snapshot": "snap", "load balancer": "lb", "network interface": "eni", "disk": "disk", "vpc": "vpc",
}  # fmt: skip
"""The same for Tencent Cloud."""
_PATTERN = re.compile(r"([a-zA-Z]{1,14}[-_])(?:\(\?:)?(?:\[[^\]]+\]|\\w|\\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}")
_IN_PROSE = re.compile(r"(?i)(?:e\.g\.|such as|example[s]?|like|format)[^A-Za-z0-9]{1,12}`?([a-z]{2,12}-[a-z0-9]{6,20})\b")


def id_template(column: Col, place: Place) -> str:
    """The form of an id: the usual one, where the provider's pattern allows it, else one that the pattern asks for."""
    usual, pattern = _usual_id(column, place), str(column.schema.get("pattern", ""))
    if not pattern or (says := is_pattern(pattern)) is None or fits(usual, says):
        return usual
    return template_of(pattern, next((w for w in reversed(entity(column.name)[0] or place.draft.noun) if len(w) > 2), "")) or usual


def _usual_id(column: Col, place: Place) -> str:
    """The form of an id: from its pattern, an example, the prose, else from the noun."""
    schema = column.schema
    if schema.get("format") == "uuid" or re.search(r"(?i)uuid$|guid$", column.name):
        return "{uuid}"
    pattern = str(schema.get("pattern", ""))
    if _UUID.search(pattern) or re.search(r"\{8\}-", pattern):
        return "{uuid}"
    for example in examples_of(schema):
        if template := template_from(example):
            return template
    if "arn:" not in pattern and (found := _PATTERN.search(pattern)):
        return found[1] + ("{hex:17}" if place.vendor == "aws" else "{base36:8}")
    if found := _IN_PROSE.search(str(schema.get("description", ""))):
        if template := template_from(found[1]):
            return template
    rest = entity(column.name)[0] or place.draft.noun
    if place.vendor == "aws" and rest[-1:] == ("account",) and column.name.lower().endswith("id"):
        return "{digits:12}"
    if (form := _FORMS.get(place.vendor)) is not None and not re.search(r"(?i)(?:^|_)(?:sid|key)$", column.name):
        return form.replace("#", _ABBREVIATED.get(" ".join(rest), "".join(w[0] for w in rest) if len(rest) > 1 else rest[0][:4]) if place.vendor == "stripe" else "_".join(rest))
    if place.service.startswith("slack") and (letter := _SLACK.get(rest[-1] if rest else "")):
        return letter + "0{digits:1}{letters:4}{digits:1}{letters:3}"
    if re.search(r"(?i)(?:^|_)sid$", column.name):
        head = [w for w in rest if w != "sid"] or list(place.draft.noun)
        return (head[0][:2] if len(head) == 1 else head[0][0] + head[1][0]).upper() + "{hex:32}"
    if place.vendor == "aws" and place.service != "connect" and (prefix := _prefix(PREFIXES, rest)):
        return prefix + "-{hex:17}"
    if place.vendor == "tencent" and (prefix := _prefix(TENCENT, rest)):
        return prefix + "-{base36:8}"
    if place.vendor == "google":
        return "{digits:19}"
    prefix = rest[-1] if len(rest) == 1 else "".join(w[0] for w in rest)
    if place.vendor == "user":
        return f"{prefix[:3]}_" + "{digits:5}"
    return f"{prefix}-" + ("{hex:12}" if place.vendor == "aws" else "{base36:8}")


_FORMS: Final = {
    "stripe": "#_1{base36:22}", "increase": "#_{base36:20}", "terminal-shop": "#_{base36:24}", "hubspot-api-client": "{digits:11}", "asana": "{digits:16}", "canvasapi": "{digits:5}", "launchdarkly-api": "{hex:24}",
    "webflow": "{hex:24}", "shippo": "{hex:32}", "squareup": "{letters:2}{digits:2}{letters:9}", "elevenlabs": "{base36:20}", "orb-billing": "{base36:16}", "conductor-py": "8000{hex:4}-17{digits:8}", "spotted": "{base36:22}",
} | dict.fromkeys(("lithic", "seam", "modern-treasury", "finch-api", "candidhealth", "nylas", "ynab"), "{uuid}")  # fmt: skip
"""How a provider's ids look, where neither pattern nor example says it; "#" is what they are of."""
_ABBREVIATED: Final = {
    "customer": "cus", "account": "acct", "source": "src", "payment intent": "pi", "payment method": "pm", "charge": "ch", "subscription": "sub", "subscription item": "si", "product": "prod", "price": "price", "invoice": "in",
    "invoice item": "ii", "refund": "re", "dispute": "du", "payout": "po", "transfer": "tr", "event": "evt", "setup intent": "seti", "balance transaction": "txn", "bank account": "ba", "cardholder": "ich", "authorization": "iauth",
    "tax rate": "txr", "promotion code": "promo", "checkout session": "cs", "session": "cs", "file": "file", "card": "card", "coupon": "coup", "review": "prv", "person": "person",
}  # fmt: skip
"""What ids of Stripe begin with."""
_SLACK: Final = {"channel": "C", "conversation": "C", "user": "U", "member": "U", "team": "T", "workspace": "T", "file": "F", "bot": "B", "app": "A", "group": "G", "usergroup": "S", "reminder": "Rm", "call": "R", "view": "V"}
"""What ids of Slack begin with."""


def _prefix(known: Mapping[str, str], noun: Noun) -> str | None:
    """What ids of a thing begin with: a 'replication instance' is no instance, a 'private subnet' is a subnet."""
    if found := known.get(" ".join(noun)) or known.get(" ".join(noun[-2:]) if len(noun) > 1 else ""):
        return found
    return known.get(noun[-1]) if noun and noun[-1] in ("vpc", "subnet", "eni", "ami") else None


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
    if found and (re.search(r"\d", found[2]) or len(found[2]) >= 6):
        return found[1] + f"{{base36:{len(found[2])}}}"
    if re.fullmatch(r"[0-9a-f]{8,40}", example):
        return f"{{hex:{len(example)}}}"
    return None
