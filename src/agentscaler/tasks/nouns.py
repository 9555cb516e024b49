"""What a world's tables and columns are called in a brief, and which of them nobody would speak of.

The compiler takes names from the provider. Here they are made fit for a sentence: 'license list' -> 'license', 'ccn' -> 'CCN',
and a table whose noun is no thing ('the oldest just'), or a column whose values are made up, leaves the conversation.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from agentscaler.records import Column, JsonObject, Model, Operation, Table
from agentscaler.tasks.speech import GREEK, Kind, adjective, is_name
from agentscaler.words import singular

# ---- tables -----------------------------------------------------------------------------------------------------

_LISTS: Final = frozenset(
    ["prefix", "managed prefix", "allow", "block", "deny", "white", "contact", "calendar", "remarketing", "user", "url", "address", "certificate revocation", "opt out", "firewall domain", "access control", "query suggestions block", "word", "watch", "mailing", "price", "play"]
)
"""What stands before 'list' where a list is a thing of its own."""
MOST_WORDS: Final = 3
"""Words of a noun that one would still say."""
_ANYTHING: Final = ("item", "object", "thing", "entity", "resource", "link")
_NO_THINGS: Final = frozenset(
    ["just", "off", "act", "associated", "updated", "recommended", "about", "built", "add", "subscribe", "connect", "moderated", "aggregated", "namespaced", "emojis", "v2", "desc", "info", "information", "detail", "status", "state", "number", "id", "identifier", "name", "hour", "time", "mode", "level", "size", "score", "reason", "kind", "uri", "path", "history", "statistic", "metric", "data", "metadata", "count", "tagging", "logging", "versioning", "list", "value", "code", "default", "retention", "data", "default", "preview", "usage", "balance", "proficiency", "explainability", "mutability", "propagation", "performance", "scaling", "os", "sha", "hash", "weight", "format", "language", "position", "reference", "about", "uefi", "telemetry", "health", "summary", "capacity", "deletion", "total", "unlock", "registration", "creation", "discovery", "detection", "access", "act", "text", "photo", "media", "coverage", "pos"]
)
"""Last words of nouns that name no thing one could ask for, change or delete."""
_PROPER: Final = {
    "amazon": "Amazon", "google": "Google", "slack": "Slack", "facebook": "Facebook", "apple": "Apple", "microsoft": "Microsoft", "teams": "Teams", "kafka": "Kafka", "ckafka": "CKafka", "redis": "Redis",
    "docker": "Docker", "lustre": "Lustre", "windows": "Windows", "linux": "Linux", "mongodb": "MongoDB", "mysql": "MySQL", "kubernetes": "Kubernetes", "mlflow": "MLflow", "dicom": "DICOM", "fhir": "FHIR",
    "cmek": "CMEK", "dspm": "DSPM", "edr": "EDR", "oauth": "OAuth", "oauth2": "OAuth2", "opensearch": "OpenSearch", "github": "GitHub", "gitlab": "GitLab", "android": "Android",
    "firebase": "Firebase", "apigee": "Apigee", "cmq": "CMQ", "cam": "CAM", "scf": "SCF", "cos": "COS", "cls": "CLS", "clb": "CLB", "waf": "WAF", "iap": "IAP", "nas": "NAS",
    "chrome": "Chrome", "vms": "VM", "sdi": "SDI", "amp": "AMP", "ota": "OTA", "acme": "ACME", "qa": "QA", "mt": "MT", "tdsql": "TDSQL", "tdmq": "TDMQ", "edns": "EDNS", "im": "IM", "IPV6": "IPv6", "IPV4": "IPv4", "lag": "LAG", "lags": "LAG", "pos": "POS", "faq": "FAQ", "sku": "SKU", "ios": "iOS", "hl7": "HL7", "gtm": "GTM", "ga4": "GA4", "aab": "AAB", "apk": "APK", "cis": "CIS", "sbom": "SBOM", "vmware": "VMware", "exadata": "Exadata", "cors": "CORS", "k8s": "Kubernetes",
}  # fmt: skip
_PEOPLE: Final = frozenset(
    ["user", "member", "contact", "employee", "person", "customer", "student", "teacher", "patient", "participant", "author", "owner", "guest", "visitor", "worker", "staff", "recipient", "subscriber", "guardian", "assignee", "reviewer", "approver", "invitee", "attendee", "practitioner", "caller", "player", "tester", "collaborator", "administrator", "admin", "moderator", "speaker", "developer", "fraudster"]
)
_RUNS: Final = re.compile(r"(?i)\b(job|task|run|execution|session|operation|request|query|invocation|import|export|scan|transfer|build|rollout|backfill|refresh|analysis|batch|restore|meeting|test|attempt|migration|generation|evaluation|workflow run|crawl|recording|replay|ingestion|upload)$")
_RECORDS: Final = re.compile(r"(?i)\b(event|log|message|report|recommendation|finding|result|record|invoice|order|version|revision|snapshot|backup|point|alert|issue|history|observation|assessment|comment|review|transaction)$")


_LASTING: Final = re.compile(r"(?i)\b(campaign|reservation|composition|stream|shift|course|deployment|upgrade|experiment|broadcast|incident|offer|promotion|lease|agreement|contract|window|subscription|pipeline|sync|change|update|train|instance)$")
"""What else starts and ends."""
_ENDED: Final = frozenset(["completed", "complete", "succeeded", "finished", "ended", "started", "processed"])


def spoken_model(model: Model) -> Model:
    """The model with nouns and phrases as a person says them."""
    operations: dict[str, list[Operation]] = {}
    for operation in model.operations:
        operations.setdefault(operation.table, []).append(operation)
    tables = [_spoken_table(t, operations.get(t.name, [])) for t in model.tables]
    nouns = [t.noun.lower() for t in tables]
    doubled = {n for n in nouns if nouns.count(n) > 1}
    old = {t.name: t.noun for t in model.tables}
    tables = [t.model_copy(update={"said": False}) if t.noun.lower() in doubled and t.noun != old[t.name] else t for t in tables]
    return model.model_copy(update={"tables": tuple(tables)})


def _spoken_table(table: Table, operations: Sequence[Operation]) -> Table:
    noun = _cased(_stripped(table.noun))
    if operations and all("global" in o.name.lower() for o in operations) and "global" not in noun.lower():
        noun = f"global {noun}"
    mixed = "global" not in noun.lower() and any("global" in o.name.lower() for o in operations)
    last = noun.split(" ")[-1].lower()
    said = table.said and noun.count(" ") < MOST_WORDS and not mixed and last not in _NO_THINGS and noun.lower() not in _ANYTHING and not last[-1:].isdigit() and singular(last) == last
    columns = tuple(c.model_copy(update={"phrase": _phrase(c)}) for c in table.columns)
    return table.model_copy(update={"noun": noun, "said": said, "columns": columns})


def _stripped(noun: str) -> str:
    """'license list' -> 'license', 'asset info' -> 'asset'."""
    words = noun.split(" ")
    while len(words) > 1 and words[-1].lower() in ("list", "info", "information", "detail") and " ".join(words[:-1]).lower() not in _LISTS:
        words = [*words[:-2], singular(words[-2]) if words[-2].islower() else words[-2]]
    return " ".join(words)


def _cased(phrase: str) -> str:
    """'ccn route' -> 'CCN route', 'slack channel' -> 'Slack channel'."""
    return " ".join(_PROPER.get(w, w.upper() if re.fullmatch(r"[bcdfghjklmnpqrstvwxz]{3,5}", w) else w) for w in phrase.split(" "))


def stands_alone(noun: str) -> bool:
    """Does it name a thing by itself?"""
    return noun.split(" ")[-1].lower() not in _NO_THINGS and len(noun) > 2 and noun.lower() not in _ANYTHING


def people(noun: str) -> bool:
    return noun.split(" ")[-1].lower() in _PEOPLE


def runs(noun: str) -> bool:
    """Something that goes on and ends: a job, a session."""
    return bool(_RUNS.search(noun))


def short_lived(noun: str) -> bool:
    """Is it gone within the hour, so that nobody asks for those of last year?"""
    return bool(re.search(r"(?i)\b(?:session|token|invocation|heartbeat|lock|presence)$", noun))


def befits(state: str, noun: str) -> bool:
    """Is a thing spoken of by that state? Only what goes on and ends is completed."""
    return state not in _ENDED or runs(noun) or records(noun) or bool(_LASTING.search(noun))


def records(noun: str) -> bool:
    """Something that is kept because it happened: an event, a snapshot, a version."""
    return bool(_RECORDS.search(noun))


# ---- columns ----------------------------------------------------------------------------------------------------

_UNITS: Final = {"secs": "seconds", "seconds": "seconds", "minutes": "minutes", "hours": "hours", "days": "days", "gb": "GB", "mb": "MB", "bytes": "bytes", "gib": "GiB", "mib": "MiB"}
_SHORTENED: Final = re.compile(r"\b(?:cnt|num|mem|qps|dst|src|secs?|conf|vul|pid|app ?id|uin|fs|expr|lun|asn|tpl|param|attr|pzs|pzi|desc|describe|idx|seq|ext|msg|pkg|ver|addr|perm|cfg|tmp|no auth|emr|lag)\b", re.I)
_TIERS: Final = frozenset(["standard", "basic", "premium", "internal", "public", "small", "medium", "large", "xlarge", "2xlarge"])
_DOUBLED: Final = re.compile(r".+-[b-f]$")
OWN_NAMES: Final = frozenset(["name", "display name", "title", "label", "alias", "subject", "headline", "nickname", "nick name", "username", "user name", "caption", "friendly name", "full name", "description heading", "alias name", "name alias", "short name"])
_TEXTS: Final = re.compile(r"(?:^|^short |^long |^product |^policy |^template |^change )(?:description|comment|remark|memo|note|notes|summary|purpose|instruction)$")
_FIXED: Final = re.compile(r"character set|method|code$|class name|type name|service name|operation name|API name|field name|driver|encoding|principal|resource name|metric name|process name|emoji|attribute name|namespaced|distinguished|KMS|parent|ingress|status|type$|kind$")
_MAILS: Final = re.compile(r"mail|user|author|owner|operator|by$|assignee|contact|creator|reviewer|requester")
_COUNTS: Final = re.compile(
    r"^(?:priority|port|CPU|vcpus|memory|volume|nodes|size|count|capacity|IOPS|throughput|bandwidth|timeout|duration|width|height|weight|quantity|progress|price|retention|storage|MTU|cost|version|order|precedence)$|"
    r" (?:size|count|capacity|limit|retention|period|timeout|duration|days|bandwidth|throughput|threshold|storage|percentage|priority|port|nodes|units|quantity|price|cost|version|minutes)$|^number of |^storage "
)
_SELECTS: Final = re.compile(r"^(?:priority|port|CPU|vcpus|memory|volume|nodes|capacity|size|storage|precedence)$| (?:capacity|retention period|storage|priority|port|nodes|count|days)$|^number of |(?:disk|volume|node|worker|instance|replica) (?:size|count)$")
_SORTS: Final = re.compile(
    r"(?:^|[a-z] )(?:type|category|priority|severity|tier|edition|plan|level|role|platform|language|currency|visibility|direction|protocol|environment|stage|impact|status|state|scope|class|area|channel|provider|architecture|gender|industry)$"
)
_FLAGS: Final = re.compile(r" (?:protection|logging|monitoring|encryption|renewal|backup|versioning|notifications|access|sharing|replication|accessible)$|(?:^|[a-z] )enabled$|^(?:publicly accessible|logging|monitoring|versioning|encryption|auto renew)$")


def _phrase(column: Column) -> str:
    """'rto in secs' says its unit twice; nobody says 'risk cnt'."""
    phrase = column.phrase
    found = re.fullmatch(r"(.+?) in (secs|seconds|minutes|hours|days|gb|mb|bytes|gib|mib)", phrase)
    if found:
        phrase = found[1] if column.unit.lower() == _UNITS[found[2]].lower() and len(found[1]) > 3 else ""
    if re.search(r"(?:^|u|uu|guu|app|open|union|user|instance)id$|guid$|^sn$", phrase.split(" ")[-1]):
        return ""
    return "" if _SHORTENED.search(phrase) else _cased(phrase)


def invented(recipe: JsonObject, column: Column) -> bool:
    """Values that the provider never named: a tier where there are none, a placeholder, 'ACCEPT-b'."""
    if recipe.get("invented"):
        return True
    if column.choices:
        return False
    values = [str(v) for v in recipe.get("given", ())] or [str(v) for v, _ in recipe.get("choice", ())]
    few = {v.lower() for v in values}
    return bool(few & _TIERS) or any(GREEK.search(v) or (_DOUBLED.fullmatch(v) and v[:-2] in values) for v in values)


def persons(recipe: JsonObject) -> bool:
    """Are the values people's names: 'Diana Stone', 'diana.stone'?"""
    lists = recipe.get("words", ())
    return len(lists) == 1 and len(lists[0]) > 20 and all(re.fullmatch(r"[A-Z][\w']+ [A-Z][\w' ]+|[a-z]+\.[a-z.]+", str(v)) for v in lists[0][:20])


def column_kind(table: Table, column: Column, recipe: JsonObject) -> Kind | None:
    """How a column is spoken of; None where nobody would."""
    phrase = column.phrase
    referring = any(column.name in r.columns for r in table.references)
    if not phrase or table.noun.lower().endswith(phrase.lower()) or referring or recipe.get("json") or invented(recipe, column) or (column.name in table.key and not recipe.get("knowable")):
        return None
    if recipe.get("boolean"):
        return "flag" if adjective(phrase) or _FLAGS.search(phrase) else None
    if "time" in recipe:
        return "time" if phrase not in ("started", "finished") or runs(table.noun) or records(table.noun) or _LASTING.search(table.noun) else None
    if is_choice_of_part(phrase):
        return None
    if column.choices or "choice" in recipe:
        return None if is_name(column) and phrase != "label" else "choice"
    if column.type in ("INTEGER", "REAL"):
        return "number" if ("number" in recipe or "of" in recipe) and _COUNTS.search(phrase) else None
    return _text_kind(table, column, recipe)


def is_choice_of_part(phrase: str) -> bool:
    """'active status': a column's name, and no way to speak of a state."""
    words = phrase.split(" ")
    return len(words) == 2 and words[1] in ("status", "state") and adjective(words[0])


def _text_kind(table: Table, column: Column, recipe: JsonObject) -> Kind | None:
    phrase = column.phrase
    if "words" in recipe:
        return _word_kind(table, column, recipe)
    if not recipe.get("knowable"):
        return None
    if "given" in recipe:
        if any(" " in str(v) for v in recipe["given"]):
            return "text" if _TEXTS.search(phrase) else None
        version = phrase.endswith("version") and not re.search(r"KMS|policy|template|document|recommended|face|query|schema", phrase)
        return "word" if version or re.search(r"country$|^time ?zone$|^(?:mime|content|media) type$", phrase) else None
    return "word" if "id" in recipe and re.search(r"phone(?: number)?$", phrase) else None


def _word_kind(table: Table, column: Column, recipe: JsonObject) -> Kind | None:
    """Names, addresses of mail and host, places."""
    phrase, values = column.phrase, [str(v) for part in recipe["words"] for v in part]
    mail = any("@" in v for v in values[:3])
    if mail:
        return "word" if _MAILS.search(phrase) and not re.search(r"type$|status$|domain$", phrase) else None
    if is_name(column):
        if persons(recipe) and not people(table.noun):
            return "word" if re.search(r"user|owner|author|contact|customer|manager", phrase) else None
        if phrase in OWN_NAMES or phrase.lower() in (f"{table.noun} name".lower(), f"{table.noun.split(' ')[-1]} name".lower()):
            return "name"
        return None if _FIXED.search(phrase) else "word"
    if re.search(r"path|prefix|file|folder|directory|^key$|location|^type$|bucket|^track$|resource", phrase) or _FIXED.search(phrase):
        return None
    if phrase.endswith("address") and not people(table.noun) and not re.search(r"(?i)site|venue|company|location|place|business|store|office", table.noun):
        return None
    return "word" if recipe.get("knowable") else None


def may_pick(kind: Kind, column: Column) -> bool:
    """Would a person tell a row from others by this column?"""
    if kind == "number":
        return bool(_SELECTS.search(column.phrase)) and column.type == "INTEGER" and not re.search(r"port$", column.phrase)
    if kind == "word":
        return bool(re.fullmatch(r"(?:\w+ )?(?:e?mail(?: address)?|email|phone(?: number)?|username|alias|host ?name|IP address)|address|domain", column.phrase)) and not re.match(r"default|alternate|alternative|recovery|secondary|backup|billing|master", column.phrase)
    if kind == "choice":
        return bool(_SORTS.search(column.phrase)) and column.phrase.count(" ") <= 2 and column.phrase != "resource type"
    return True


def may_copy(kind: Kind, column: Column) -> bool:
    """Can two rows share its value, and would anybody want them to? Nobody gives one thing the description of another."""
    return not column.unique and kind in ("choice", "number", "word", "flag") and not re.search(r"(?i)mail|phone|name|host|domain|url|\bIP\b|address|path|user|port$|priority$", column.phrase)


PROTECTS: Final = re.compile(r"(?i)delet\w*[_ ]?(?:protect|lock|prevent)|(?:prevent|block|disallow)\w*[_ ]?delet|terminat\w*[_ ]?protect|legal[_ ]?hold|retention[_ ]?lock|^(?:is)?_?(?:default|primary|locked|protected|main|builtin|system)(?:version|vpc|group|policy|flag)?$")


_MAY_GO: Final = re.compile(r"(?i)^(?:is|can|allow)?_?(?:be_?)?(?:allow_?)?(?:delet|remov)(?:e|able|eable|ion_?allowed|e_?allowed|e_?enabled)$")


def may_not_go(row: dict[str, Any]) -> bool:
    """Does the row itself say that nobody may delete it: IsAllowDelete 0?"""
    return any(_MAY_GO.search(c) and v is not None and str(v).lower() in ("0", "false", "no", "not_allowed", "disabled") for c, v in row.items())


def protected(row: dict[str, Any]) -> bool:
    """Does the row itself say that it must not go?"""
    return any(PROTECTS.search(c) and str(v).lower() not in ("", "0", "none", "false", "disabled", "off", "unlocked", "no", "unprotected", "not_protected", "deletion_protection_disabled") for c, v in row.items())
