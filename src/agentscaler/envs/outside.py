"""ARNs and resource names: of the row itself, of a row of the world, of something outside of it."""

import re

from agentscaler.edges import collection_words
from agentscaler.envs.arguments import HIDDEN
from agentscaler.envs.naming import GLOBAL, arn, arn_service, id_template
from agentscaler.envs.paths import referred
from agentscaler.envs.patterns import in_form
from agentscaler.envs.place import Place, Recipe
from agentscaler.envs.vocabulary import SLUG_LISTS
from agentscaler.records import Schema
from agentscaler.words import entity, field

_ARN = re.compile(r"arn:aws[\w\\\[\]{}()|*+?:-]*?:([a-z][a-z0-9-]+):")
_FORMAT = re.compile(r"((?:projects|organizations|folders|billingAccounts|customers|accounts|properties)/[{*][\w/{}*.\-]{3,120})")


def cloud_thing(name: str, schema: Schema, place: Place) -> Recipe | None:
    """ARNs and resource names: of the row itself, of a row of the world, of something outside it."""
    words = field(name)
    text = f"{schema.get('description', '')} {schema.get('pattern', '')}"
    rest = entity(name)[0] or words
    if place.vendor == "google":
        return _resource(words, rest, text, place)
    if place.vendor != "aws":
        return None
    if ("kms" in words and not {"policy", "type", "mode", "status", "state", "region"} & set(words[-1:])) or words[-2:] in (("encryption", "key"), ("managed", "key")):
        return {"mix": [{"template": t} for t in _arns(("key",), None, place)]}
    if words == ("service", "name") and "endpoint" in place.draft.noun:
        return {"mix": [{"template": "com.amazonaws.{region}." + service} for service in ("s3", "dynamodb", "sqs", "logs", "ecr.api")]}
    if (host := _host(words, text, place)) is not None:
        return host
    if words[-1:] == ("name",) and "arn:" not in str(schema.get("pattern", "")):
        return None
    says_arn = words[-1:] in (("arn",), ("role",), ("principal",)) or "arn:" in str(schema.get("pattern", "")) or (re.search(r"(?i)^(?:specifies )?(?:the|an|a) (?:amazon resource name|arn)\b|resource name \(arn\) (?:of|for)", text) and not re.search(r"(?i)name or|ID or|\bor (?:the )?(?:id|name)", text))
    if not says_arn:
        return None
    own = place.draft.own
    pattern, service = str(schema.get("pattern", "")), arn_service(place.service)
    named = words[:-1] == () or _own_resource(words, text, place) or place.draft.noun[-len(words[:-1]) :] == words[:-1] or (own is not None and words[:-1] in (entity(own)[0], field(own)[:-1]))
    if words[-1:] in (("arn",), ("role",)) and (rest[-1:] == ("role",) or (rest[-1:] and rest[-1] in _PRINCIPALS and rest != place.draft.noun)):
        return {"mix": [{"template": t} for t in _arns(rest, None, place)]}
    if words == ("arn",) and not place.columns and place.draft.noun[-1:] and place.draft.noun[-1] in _SERVICES:
        return {"mix": [{"template": t} for t in _arns(place.draft.noun, None, place)]}
    if words[-1:] == ("arn",) and named and (place.columns or words == ("arn",)):
        other = words[:-1] if own and words[:-1] not in ((), ("resource",)) and entity(own)[0] == words[:-1] and place.draft.noun[-len(words[:-1]) :] != words[:-1] else None
        form = _under(place, other or place.draft.noun, own) if own else arn(place)
        own_id = id_template(place.columns[own], place) if own and own in place.columns and entity(own)[1] else "a1b2c3d4e5"
        return in_form({"template": form, "generated": True, "fill": form} if own else {"id": form, "generated": True}, pattern, service, own_id)
    if rest == ("resource",) and not place.columns and (whole := _referred(place.draft.noun)):  # {ResourceArn} in StatelessRuleGroupReferences
        rest = next((n for n in place.tables if whole[-len(n) :] == n), whole)
    outside = in_form({"mix": [{"template": t} for t in _arns(rest, _ARN.search(text), place, str(schema.get("description", "")))]}, pattern, service)
    table, _, columns = place.tables.get(rest, ("", None, {}))
    theirs = next((n for n in columns if field(n) in (("arn",), (*rest, "arn")) and columns[n].kind == "string"), None)
    return {"like": f"{table}.{theirs}", "else": outside} if theirs else outside


def _own_resource(words: tuple[str, ...], text: str, place: Place) -> bool:
    """ResourceARN of a file cache: that of the row itself, where no other column tells it and the provider speaks of no other thing."""
    others = any(field(c)[-1:] == ("arn",) and field(c)[:-1] in ((), place.draft.noun, place.draft.noun[-1:]) for c in place.columns)
    says = _ITSELF.search(text)
    return words == ("resource", "arn") and not others and "create" in place.draft.kinds and says is not None and says[1].lower() in ("resource", place.draft.noun[-1])


_ITSELF = re.compile(r"(?i)(?:\barn\)?|\bunique identifier) (?:of|for) (?:the|a|this) (?:given )?(\w+)(?: resource)?(?: in the format of an amazon resource name \(arn\))?(?:\.|\s*$)")


def _host(words: tuple[str, ...], text: str, place: Place) -> Recipe | None:
    """The DNS name that a service of AWS gives to what is made."""
    own = place.draft.own
    named = words[-2:] == ("dns", "name") and words[:-2] in ((), place.draft.noun, place.draft.noun[-1:])
    if not named or not own or not place.columns or "create" not in place.draft.kinds or field(own)[-1] == "arn" or re.search(r"(?i)\binstance that\b|\bcustom\b|\byour\b", text):
        return None
    form = "{" + own + "}." + place.service + ".{region}.amazonaws.com"
    return {"template": form, "generated": True, "fill": form}


def _under(place: Place, noun: tuple[str, ...], own: str) -> str:
    """The ARN of a row, with what it lies under: two versions of the same number lie under two things."""
    edition = noun[-1] in ("version", "revision") and len(noun) > 1
    tail = "{" + own + "}" if edition and place.draft.parents else "-".join(noun) + "/{" + own + "}"
    path = ""
    for parent in place.draft.parents:
        column = place.columns.get(parent)
        words = tuple(w for w in entity(parent)[0] or field(parent) if w not in ("name", "id", "identifier", "arn"))
        holder = place.tables.get(column.reference) if column is not None and column.reference else None
        if column is None or parent in HIDDEN or column.json or words in (("account",), ("region",), ("aws", "account")):
            continue
        whole = "arn" in (field(parent)[-1], field(holder[1].own or "")[-1] if holder else "")
        path = "{" + parent + "}" if whole else path + "/" * bool(path) + "-".join(words or column.reference or noun[:-1] or ("item",)) + "/{" + parent + "}"
    if not path:
        return arn(place, "{" + own + "}", noun)
    tail = path + (":" if edition else "/") + tail
    return tail if tail.startswith("{") else arn(place, tail.split("/", 1)[1], tuple(tail.split("/", 1)[0].split("-")))


_SERVICES = {"role": "iam", "key": "kms", "topic": "sns", "function": "lambda", "lambda": "lambda", "bucket": "s3", "queue": "sqs", "certificate": "acm", "secret": "secretsmanager", "user": "iam", "principal": "iam", "stream": "kinesis", "policy": "iam", "thing": "iot", "waf": "wafv2", "glue": "glue", "vpc": "ec2", "subnet": "ec2"}

def _referred(noun: tuple[str, ...]) -> tuple[str, ...]:
    """What an object refers to: ('rule', 'group') of 'rule group reference'; () where it is no reference."""
    return noun[:-1] if noun[-1:] and noun[-1] in ("reference", "entry", "attachment", "association") else ()


_PRINCIPALS = frozenset("principal grantee".split())
"""Who may do something: an ARN of one is a role's or a user's, whatever the service."""
_DOERS = frozenset("creator owner author requester initiator approver assignee submitter by user".split())
"""Words that an ARN of somebody ends with: lastUpdatedBy."""
_ANYTHING = frozenset("resource member target asset item object from to source destination identifier id parent".split())
"""Words that say nothing of the kind of thing."""


_RESOURCES = (
    "ec2:{region}:{account}:instance/i-0a1b2c3d4e5f60718",
    "rds:{region}:{account}:db:orders",
    "elasticloadbalancing:{region}:{account}:loadbalancer/app/checkout/50dc6c495c0c9188",
    "ec2:{region}:{account}:eip-allocation/eipalloc-0b2c3d4e5f607182a",
    "lambda:{region}:{account}:function:billing-handler",
    "dynamodb:{region}:{account}:table/sessions",
)
"""Things that stand in an account: what an ARN of "a resource" may name."""


_TOLD = (
    (re.compile(r"(?i)\barn\)? (?:of|for) (?:the |an? |your )?(?:\w+ ){0,3}(?:iam )?(?:\w+ )?role\b|\bIAM role\b"), "role"),
    (re.compile(r"(?i)\barn\)? (?:of|for) (?:the |an? |your )?(?:\w+ ){0,4}lambda (?:function|trigger)\b|\bLambda function\b"), "function"),
    (re.compile(r"(?i)\bSNS topic\b|\bSimple Notification Service\b.{0,20}\btopic\b"), "topic"),
    (re.compile(r"(?i)\bSQS\b.{0,30}\bqueue\b"), "queue"),
    (re.compile(r"(?i)\bKMS key\b|\bKey Management Service\b"), "key"),
    (re.compile(r"(?i)\bS3 bucket\b"), "bucket"),
    (re.compile(r"(?i)\bSecrets Manager\b.{0,20}\bsecret\b"), "secret"),
    (re.compile(r"(?i)\bGlue (?:data catalog )?table\b"), "glue"),
    (re.compile(r"(?i)\bACM certificate\b|\bCertificate Manager\b"), "certificate"),
)
"""What the description of an ARN says that it names -> kind, where the field itself does not say it."""


def _arns(rest: tuple[str, ...], says: re.Match[str] | None, place: Place, text: str = "") -> list[str]:
    """A few ARNs of things outside the world, by what the field calls them."""
    kind = next((w for w in reversed(rest) if w in _SERVICES), "")
    if not kind and not (says and says[1] != "aws"):
        inside = () if place.columns else place.draft.noun
        kind = next((k for told, k in _TOLD if told.search(text)), "") or next((w for w in reversed(inside) if w in _SERVICES), "")
    kind = "vpc" if rest[-2:] == ("security", "group") else kind
    service = arn_service(says[1] if says and says[1] not in ("aws",) else _SERVICES.get(kind, place.service))
    if rest[-1:] and rest[-1] in _DOERS:
        kind, service = "user", "iam"
    some = SLUG_LISTS[0][:5]
    if rest[-1:] == ("resource",) and place.service not in ("iam", "organizations", "ram") and {"policy", "statement", "permission", "grant"} & set(place.draft.noun):
        return [f"arn:aws:{arn_service(place.service)}:{{region}}:{{account}}:*"]
    if rest[-2:] == ("log", "group") or (not kind and re.search(r"(?i)\barn\b.{0,40}\blog group\b", text)):
        return [f"arn:aws:logs:{{region}}:{{account}}:log-group:/aws/{place.service}/{word}" for word in some]
    named = says is not None and says[1] not in ("aws", arn_service("ec2"))
    if rest[-1:] and rest[-1] in _ANYTHING and len(rest) == 1 and not named and place.service not in ("vpc-lattice", "apigateway"):
        return [f"arn:aws:s3:::{some[0]}-uploads", *("arn:aws:" + form for form in _RESOURCES)]
    forms = {
        "iam": "arn:aws:iam::{account}:" + {"user": "user", "principal": "user", "policy": "policy"}.get(kind, "role") + "/%s-" + {"user": "admin", "principal": "admin", "policy": "access"}.get(kind, "service"),
        "s3": "arn:aws:s3:::%s-uploads",
        "sns": "arn:aws:sns:{region}:{account}:%s-events",
        "sqs": "arn:aws:sqs:{region}:{account}:%s-jobs",
        "lambda": "arn:aws:lambda:{region}:{account}:function:%s-handler",
        "glue": "arn:aws:glue:{region}:{account}:table/analytics/%s",
        "kinesis": "arn:aws:kinesis:{region}:{account}:stream/%s-events",
    }
    if service in ("kms", "acm"):
        return ["arn:aws:" + service + ":{region}:{account}:" + f"{'key' if service == 'kms' else 'certificate'}/{n}{n}f0c3d{n}-8a1b-4c2d-9e3f-{n}a4b5c6d7e8f" for n in range(1, 6)]
    own = service == arn_service(place.service) and _SERVICES.get(kind) != service  # a layer of Lambda is no function
    where = ":{account}:" if service in GLOBAL else "{region}:{account}:"
    form = (None if own else forms.get(service)) or f"arn:aws:{service}:{where}{'-'.join(rest) or 'item'}/%s"
    return [form % word for word in some]


def _resource(words: tuple[str, ...], rest: tuple[str, ...], text: str, place: Place) -> Recipe | None:
    """Google resource names."""
    if rest != place.draft.noun and words[-1:] not in (("id",), ("email",), ("mail",), ("address",)) and (table := place.named.get(rest)) and table.endswith(".name") and rest in place.holders:
        return {"like": table}
    joined = " ".join(words)
    some = SLUG_LISTS[0][:5]
    if re.search(r"service account(?: id)?$", joined) and "kms" in words:
        return {"template": "service-{project_number}@gcp-sa-" + place.service.split(".")[0] + ".iam.gserviceaccount.com"}
    if re.search(r"(?:kms|crypto|encryption|cmek)(?: crypto)? key version(?: name)?$", joined):
        return _names_of("projects/{project}/locations/{region}/keyRings/main/cryptoKeys/%s/cryptoKeyVersions/1", some)
    if re.search(r"(?:kms|crypto|encryption|cmek)(?: crypto)? key(?: name)?$|kms key(?! (?:version|state|usage|type|access|service))|^cmek$", joined):
        return _names_of("projects/{project}/locations/{region}/keyRings/main/cryptoKeys/%s", some)
    if re.search(r"service account(?: email| name)?$", joined):
        return _names_of("%s-runner@{project}.iam.gserviceaccount.com", some)
    if found := _FORMAT.search(text):
        return _from_format(found[1].rstrip("./`"), words, place)
    if (said := referred(words, text, place)) is not None:
        return said
    if words[-1:] in (("url",), ("link",), ("uri",)) or words == ("self", "link"):
        kind = next((w for w in (" ".join(words[:-1]), " ".join(place.draft.noun[-2:]), place.draft.noun[-1:] and place.draft.noun[-1]) if w in _LINKED), None) if words[:-1] in ((), ("self",), ("resource",)) or " ".join(words[:-1]) in _LINKED else None
        if kind and re.search(r"compute|container|network|appengine|sql|dns|deploymentmanager|migration|tpu|batch", place.service):
            return _names_of(_LINKED[kind], ("default", "shared", "internal") if "network" in kind else some)
    if words[-1:] == ("network",):
        return _names_of("projects/{project}/global/networks/%s", ("default", "shared", "internal"))
    if words[-1:] in (("subnetwork",), ("subnet",)):
        return _names_of("projects/{project}/regions/{region}/subnetworks/%s", ("default", "shared", "internal"))
    if joined in ("topic", "pubsub topic", "notification topic"):
        return _names_of("projects/{project}/topics/%s", some)
    if words[-1:] == ("location",) and len(words) < 3 and re.search(r"(?i)region|location", text):
        return {"template": "{region}"}
    if words == ("resource", "name") and not place.columns.get("name") and "project" not in text.lower():
        return _names_of("//storage.googleapis.com/projects/_/buckets/%s-uploads", some)
    if words == ("resource", "name") and "project" in text.lower():
        return {"template": "projects/{project}"}
    if joined in ("image", "container image", "image uri") and not (joined == "image uri" and place.beside & {"mimetype", "thumbnail", "signeduri"}):
        return _names_of("{region}-docker.pkg.dev/{project}/apps/%s:1.4.2", some)
    return None


_LINKED = {
    "instance": "projects/{project}/zones/{zone}/instances/%s-web",
    "disk": "projects/{project}/zones/{zone}/disks/%s-data",
    "network": "projects/{project}/global/networks/%s",
    "subnetwork": "projects/{project}/regions/{region}/subnetworks/%s",
    "subnet": "projects/{project}/regions/{region}/subnetworks/%s",
    "image": "projects/{project}/global/images/%s-base",
    "snapshot": "projects/{project}/global/snapshots/%s-weekly",
    "instance group": "projects/{project}/zones/{zone}/instanceGroups/%s-workers",
    "instance template": "projects/{project}/global/instanceTemplates/%s-worker",
    "health check": "projects/{project}/global/healthChecks/%s-http",
    "backend service": "projects/{project}/global/backendServices/%s-api",
    "forwarding rule": "projects/{project}/regions/{region}/forwardingRules/%s-front",
    "address": "projects/{project}/regions/{region}/addresses/%s-front",
    "router": "projects/{project}/regions/{region}/routers/%s-edge",
}
"""Things of a project that others name by a link -> the form of it."""


def _names_of(form: str, words: tuple[str, ...]) -> Recipe:
    return {"mix": [{"template": form % word} for word in words]}


def _from_format(form: str, words: tuple[str, ...], place: Place) -> Recipe | None:
    """'projects/{project}/locations/{location}/keyRings/{key_ring}' -> names of that form."""
    parts = form.split("/")
    if len(parts) % 2 or not re.fullmatch(r"[{*].*", parts[-1]):
        return None
    out = []
    for collection, holder in zip(parts[::2], parts[1::2], strict=True):
        if not re.fullmatch(r"[{*].*", holder):
            out.append(f"{collection}/{holder}")
        elif collection in ("projects", "locations", "regions", "organizations", "folders"):
            out.append(collection + "/{" + {"projects": "project", "locations": "region", "regions": "region"}.get(collection, collection[:-1]) + "}")
        else:
            out.append(f"{collection}/%s")
    table = place.named.get(collection_words(parts[-2]))
    if table and table.endswith(".name") and collection_words(parts[-2]) in place.holders and collection_words(parts[-2]) != place.draft.noun:
        return {"like": table}
    made = "/".join(out)
    if "%s" not in made:
        return {"template": made}
    return {"mix": [{"template": made.replace("%s", word)} for word in SLUG_LISTS[0][:5]]}


def camel(noun: tuple[str, ...]) -> str:
    return noun[0] + "".join(w.capitalize() for w in noun[1:]) if noun else "item"
