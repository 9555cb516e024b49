"""Recipes of text: what the provider documents, what the words of the field name, what its example shows; else nothing."""

import re
from typing import Final

from agentscaler.dice import Dice
from agentscaler.envs.amounts import CLOCKED, Rule, as_text, holds_moment, number_of, rule
from agentscaler.envs.documented import examples_of, fixed, values_of
from agentscaler.envs.drafts import STATE
from agentscaler.envs.fallback import IP, as_shown, fallback, says_id
from agentscaler.envs.images import container_image, image_of
from agentscaler.envs.meanings import meant, owner_of
from agentscaler.envs.naming import SHOPS, SOCIAL, arn_service, emails, filled, fitting, known_noun, names
from agentscaler.envs.outside import camel, cloud_thing
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.sentences import query, sentences
from agentscaler.envs.supported import SYSTEMS, supported
from agentscaler.envs.urls import url_of
from agentscaler.envs.versions import engine_of, versions
from agentscaler.envs.vocabulary import (
    ANSWERS,
    BUCKETS,
    CODE,
    DESCRIPTIONS,
    ERRORS,
    GOODS,
    INSTRUCTIONS,
    JOBS,
    LESSONS,
    MACHINES,
    OBSERVED,
    PEOPLE_NOUNS,
    POLICIES,
    QUESTIONS,
    REASONS,
    REGIONS,
    REMARKS,
    RUNS,
    SCHEMAS,
    SCRIPTS,
    SLUG_LISTS,
)
from agentscaler.records import Schema
from agentscaler.words import field

_TAGGED: Final = frozenset("tag tagging label annotation".split())
_SLUGS: Final = list(SLUG_LISTS[0])
_HOST: Final[Recipe] = {"words": [_SLUGS, ["example.com", "example.org", "internal.example.com"]], "join": "."}
_PUBLIC_IP: Final[Recipe] = {"mix": [{"id": f"{net}.{{digits:2}}"} for net in ("203.0.113", "198.51.100", "192.0.2")]}
"""Addresses of the internet that belong to nobody (RFC 5737)."""
TEXTS: Final = (
    rule(r"(?:email|e mail|mail)(?! (?:domain|host|server|subject|body|content|text|title|template|type|format|port|protocol|status))", {"words": [["@emails"]]}),
    rule(r"(?:phone|mobile|fax|e164|msisdn|telephone|callee|caller|calling|called)(?: number| num| no| id)?$|phone number", {"id": "+44 20 7946 0{digits:3}"}),
    rule(r"sha ?512(?: \w+)?$", {"id": "{hex:128}"}, knowable=False),
    rule(r"sha ?1(?: \w+)?$", {"id": "{hex:40}"}, knowable=False),
    rule(r"(?:sha ?256|sha)(?: \w+)?$|code sha|(?:image|manifest|content) digest$", {"id": "{hex:64}"}, knowable=False),
    rule(r"(?:md5|checksum|hash|fingerprint|digest|etag|signature)(?: value)?$", {"id": "{hex:32}"}, knowable=False),
    rule(r"commit message$", {"message": True}, knowable=False),
    rule(r"commit(?: id| sha| hash)?$|revision sha", {"id": "{hex:40}"}, knowable=False),
    rule(r"ipv6(?: address| addr)?$", {"id": "2001:db8::{hex:4}"}, knowable=False),
    rule(r"ipv6 (?:cidr|range|block)(?: block| range)?$", {"id": "2001:db8:{hex:4}::/56"}, knowable=False),
    rule(r"cidr(?: block| range)?$|ip range$|subnet range", {"words": [["10.0", "10.1", "172.16", "192.168"], ["0.0/16", "16.0/20", "32.0/24", "64.0/24", "128.0/24"]], "join": "."}, knowable=False),
    rule(r"(?:public|external|wan|elastic|internet|client|visitor|remote|outbound|nat|egress) (?:[a-z]+ )?(?:ip|vip|ipv4|i p)(?: address| addr)?$|eip$", _PUBLIC_IP, knowable=False),
    rule(r"(?:ip|vip|ipv4|i p)$|ip (?:address|addr)$|ipv4 address$", IP, knowable=False),
    rule(r"mac|mac address", {"id": "02:42:{hex:2}:{hex:2}:{hex:2}:{hex:2}"}, knowable=False),
    rule(r"access key id$", {"id": "AKIA{letters:16}"}, knowable=False),
    rule(r"(?:azure )?(?:tenant|subscription) id$|(?:aad|entra|azure)(?: \w+)? (?:client|application|object) id$", {"id": "{uuid}"}, knowable=False),
    rule(r"(?:address |street )?(?:line ?1|address ?1|line1|address1)$|street line$", {"words": [["@streets"]]}),
    rule(r"(?:address |street )?(?:line ?2|address ?2|line2|address2)$", {"given": ["Apt 4B", "Suite 210", "2nd floor", "Unit 7"]}, knowable=False),
    rule(r"locality$", {"words": [["@cities"]]}),
    rule(r"last ?4$|last4$", {"id": "{digits:4}"}, knowable=False),
    rule(r"routing number$|aba(?: number)?$", {"id": "{digits:9}"}, knowable=False),
    rule(r"(?:git |clone |repository |repo |remote )+(?:https? )?(?:clone )?ur[il]$|clone ur[il](?: https?)?$|remote ur[il]$", {"words": [["https://git.example.com/"], _SLUGS, ["/api", "/web", "/tools"], [".git"]], "join": ""}, knowable=False),
    rule(r"(?:git|branch|tag) ref(?: name)?$", {"given": ["refs/heads/main", "refs/heads/develop", "refs/tags/v1.4.2"]}, knowable=False),
    rule(r"(?:max|maximum) (?:error|concurrency|failure)$", {"given": ["1", "2", "5", "10%", "25%"]}),
    rule(r"cve(?: id| number| code)?$", {"mix": [{"id": f"CVE-{year}-{{digits:5}}"} for year in range(2020, 2026)]}),
    rule(r"time ?zone", {"given": ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"]}),
    rule(r"(?:domain|host|dns|cluster|user|node|resource|instance|email|url) ?(?:name)? prefix$", {"words": [_SLUGS], "join": ""}, knowable=False),
    rule(r"(?:bgp|ip|network|route|cidr|advertised|ipv4) prefix$", {"words": [["10.0", "10.1", "172.16", "192.168"], ["0.0/16", "16.0/20", "32.0/24", "64.0/24", "128.0/24"]], "join": "."}, knowable=False),
    rule(r"as path$", {"given": ["64512 64620", "64620 65010", "65010", "64512 64620 65010"]}, knowable=False),
    rule(r"(?:uri|gcs|gs|cos|bucket|url) prefix$", {"bucket": True}, knowable=False),
    rule(r"(?:file|object|s3) ?(?:object)? ?prefix|(?:s3|object|log|key|path|file|folder|directory|output|input|export|report|backup|data|archive|storage|result|delivery) ?(?:name )?prefix$|^prefix$", {"words": [["exports/", "logs/", "images/"], _SLUGS, ["/", "/2025/", "/2026/"]], "join": ""}),
    rule(r"(?:maintenance|backup) window$", {"window": True}, knowable=False),
    rule(r"engine(?: name| type)?$", {"engine": True}),
    rule(r"license model$", {"given": ["license-included", "bring-your-own-license", "general-public-license"]}),
    rule(r"device name$|device$", {"device": True}),
    rule(r"hosted zone(?: id)?$", {"id": "Z0{digits:12}"}, knowable=False),
    rule(r"package name$", {"words": [["com.example."], _SLUGS], "join": ""}),
    rule(r"(?<!dns )(?<!hosted )(?:zone|az|availability zone)(?: id| name)?$", {"zone": True}, knowable=False),
    rule(r"region(?: name| code)?$|(?<!\w )location id$|(?:bucket|data|storage) location$|location constraint$", {"template": "{region}"}, knowable=False),
    rule(r"place id$", {"id": "ChIJ{base36:16}"}, knowable=False),
    rule(r"owner id$", {"owner": True}, knowable=False),
    rule(r"account number$", {"numbered": True}),
    rule(r"(?:account id|owner account|aws account)$", {"template": "{account}"}, knowable=False),
    rule(r"owner$", {"owned": True}),
    rule(r"uin$", {"template": "{uin}"}, knowable=False),
    rule(r"(?:project|order|invoice) number$", {"id": "{digits:12}"}, knowable=False),
    rule(r"app id$|appid$", {"app": True}, knowable=False),
    rule(r"project$|project id", {"template": "{project}"}, knowable=False),
    rule(r"bucket(?: name)?$", {"words": [_SLUGS, ["assets", "exports", "logs", "uploads", "backups"]], "join": "-"}),
    rule(r"(?:s3|gc|gcs|cos|object|output|input|artifact) (?:uri|location|url)$|(?:storage|bucket|data) ur[il]$|location uri$|(?:s3|gcs|cos)(?: location| uri| path)$|(?:location|path) s3$|bucket (?:uri|path)$", {"bucket": True}, knowable=False),
    rule(r"(?:container |docker |ecr )image(?: uri| url)$|^image uri$|container uri$", {"image": True}, knowable=False),
    rule(r"(?:pre)? ?signed ur[il]$", {"id": "https://files.example.com/{base36:12}?signature={base36:24}"}, knowable=False),
    rule(r"(?:source|base|parent|custom|machine|vm|os|instance|boot|disk|backup|specified|resolved|training|inference|deployed|container|docker|destination|exclude|recommended \w+)(?: \w+)? image$|image$", {"built": True}, knowable=False),
    rule(r"(?:image|logo|icon|picture|photo|avatar|thumbnail|cover|poster|banner|screenshot) ?(?:url|uri|link|href)?$", {"words": [["https://cdn.example.com/"], _SLUGS, [".png", "-small.png", ".jpg"]], "join": ""}, knowable=False),
    rule(r"(?:webhook|callback|notify|notification|redirect|return) ?(?:url|uri|link|endpoint|address)?$", {"words": [["https://"], _SLUGS, [".example.com/callback"]], "join": ""}, knowable=False),
    rule(r"(?:download|file|export|report|result|log|playback|media|video|audio|recording|attachment|document) ?(?:url|uri|link)$", {"words": [["https://files.example.com/"], _SLUGS, ["/2025", "/2026"], [".zip"]], "join": ""}, knowable=False),
    rule(r"(?:url|uri|link|href|website|webhook|callback|homepage)(?: address| string| template| http)?$", {"words": [["https://"], _SLUGS, [".example.com"], ["", "/about", "/start"]], "join": ""}, knowable=False),
    rule(r"sub ?domain(?: name)?$|host record$", {"given": ["www", "mail", "api", "shop", "docs", "blog", "status"]}),
    rule(r"(?:fqdn|host ?name|dns name|domain(?: name)?|host|cname|endpoint|server addr|server|origin|broker)$", _HOST),
    rule(r"first name|given name|forename", {"words": [["@first"]]}),
    rule(r"last name|family name|surname|maiden name", {"words": [["@last"]]}),
    rule(r"full name|display name of user|real name|nick ?name|nick$|contact name|customer name|contact person|contact$", {"words": [["@people"]]}),
    rule(r"(?:user ?name|uname|login name|login|db user|user|sender|recipient|assumer name)$", {"words": [["@logins"]]}),
    rule(r"(?:city|town)(?: name)?$", {"words": [["@cities"]]}),
    rule(r"country code|country iso code|nationality", {"words": [["@codes"]]}),
    rule(r"country(?: name)?$", {"words": [["@countries"]]}),
    rule(r"(?:street|address line|postal address|street address|mailing address)(?: \d)?$", {"words": [["@streets"]]}),
    rule(r"(?:zip|zip code|postal|postal code|postcode)$", {"words": [["@postals"]]}),
    rule(r"currency(?: code)?", {"choice": [["EUR", 5], ["USD", 4], ["GBP", 2], ["JPY", 1]]}),
    rule(r"(?:language|locale|lang)(?: code| tag)?$", {"choice": [["en-US", 5], ["de-DE", 2], ["fr-FR", 2], ["ja-JP", 1]]}),
    rule(r"mime(?: type)?|content type|media type", {"given": ["application/pdf", "image/png", "text/csv", "application/json"]}),
    rule(r"(?:company|supplier|manufacturer|publisher|institution)(?: name)?$|(?:organization|merchant|bank|business) name$", {"words": [["@companies"]]}),
    rule(r"(?:owner|creator|operator|requester|assignee|reviewer|approver|manager|admin) name$", {"words": [["@people"]]}),
    rule(r"(?:created by|creator|author|(?:modified|updated|changed|last updated|last modified) by|requester|assignee|operator|reviewer|initiator|approver)$", {"words": [["@emails"]]}),
    rule(r"(?:instance|node|machine|broker|cache node) (?:type|class|size)", {"machine": True}),
    rule(r"version$|version name|release", {"version": True}),
    rule(r"(?:operating system|os) (?:type|family)$|platform(?: family)?$", {"given": ["Ubuntu", "Windows", "Ubuntu", "Debian"], "spread": True, "who": "os"}),
    rule(r"operating system(?: name)?$|os(?: name)?$|platform name$", {"given": ["Ubuntu 24.04", "Windows Server 2022", "Ubuntu 22.04", "Debian 12"], "spread": True, "who": "os"}),
    rule(r"architecture|cpu architecture", {"given": ["x86_64", "arm64"]}),
    rule(r"(?:ip |transport )?protocol$", {"given": ["TCP", "UDP"]}),
    rule(r"if match$", {"id": "{hex:32}"}, knowable=False),
    rule(r"http method$|request method$|(?:allowed|access control allow) method$", {"given": ["GET", "POST", "PUT"]}),
    rule(r"port$", {"given": ["80", "443", "3306", "8080"]}),
    rule(r"port range$|ports$", {"given": ["80", "443", "8000-8100"]}),
    rule(r"git ref$|ref name$|ref$|(?:git|source|commit) reference$", {"given": ["main", "develop", "v1.4.2", "refs/heads/main"]}, knowable=False),
    rule(r"time of day$|(?:start|end|begin|open|close|run|execution|backup|preferred) time of day$|clock time$", {"given": ["06:00", "09:00", "12:30", "22:00", "23:30"]}),
    rule(r"license(?: info| id| name| type)?$|spdx(?: id)?$", {"given": ["MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0"]}, knowable=False),
    rule(r"runtime(?: name| environment)?$|compatible runtime$", {"runtime": True}),
    rule(r"branch(?: name)?$", {"given": ["main", "develop", "release-2.1", "fix-login"]}),
    rule(r"namespace(?: name)?$", {"given": ["default", "monitoring", "payments", "web"]}),
    rule(r"schema name$|database schema$", {"given": ["public", "sales", "analytics"]}),
    rule(r"(?:database|db) ?(?:name)?$", {"given": ["orders", "billing", "inventory", "customers"]}),
    rule(r"(?:table|collection) ?name$", {"given": ["customers", "sessions", "prices", "bookings"]}),
    rule(r"column ?name$", {"given": ["city", "total", "created_at", "email"]}),
    rule(r"metric ?name$", {"given": ["CPUUtilization", "MemoryUsage", "RequestCount", "Latency"]}),
    rule(r"header ?name$", {"given": ["X-Forwarded-For", "X-Request-Id", "User-Agent"]}),
    rule(r"time ?format$|date ?format$", {"given": ["%Y-%m-%d %H:%M:%S", "%d/%b/%Y:%H:%M:%S"]}, knowable=False),
    rule(r"delimiter|separator", {"given": [",", ";", "|"]}, knowable=False),
    rule(r"character ?set(?: name)?$|charset(?: name)?$", {"given": ["utf8mb4", "utf8", "latin1"]}, knowable=False),
    rule(r"event pattern$", {"given": ['{"source": ["orders"]}', '{"source": ["billing"], "detail-type": ["invoice.created"]}', '{"source": ["inventory"]}']}, knowable=False),
    rule(r"regex|regexp|regular expression|(?:match|name|path|url|naming|file) pattern$", {"given": ["^[a-z]+-[0-9]+$", "^prod-.*", ".*error.*"]}, knowable=False),
    rule(r"(?:folder|directory|parent) path|directory$|folder$|mount path$|mount point$|working directory$|(?<!file )(?<!key )path$", {"words": [["/"], _SLUGS, ["", "/2025", "/2026", "/drafts"]], "join": ""}),
    rule(r"file ?name|file$|filename|(?:s3 ?)?object key|key path|file path|s3 key(?: name)?", {"file": True}),
    rule(r"cron|cron expression|schedule expression|schedule$", {"cron": True}, knowable=False),
    rule(r"error code$|failure code$", {"given": ["InternalError", "Timeout", "AccessDenied"]}, knowable=False),
    rule(r"asn$|as number$", {"given": ["64512", "64620", "65010"]}, knowable=False),
    rule(r"hex (?:\w+ )?colou?r|colou?r (?:hex|code)|(?:background|foreground|border|text|brand|theme|primary|accent) colou?r", {"given": ["#1a73e8", "#34a853", "#c62828", "#37474f", "#f9ab00"]}),
    rule(r"color|colour", {"given": ["red", "blue", "green", "orange", "grey"]}),
    rule(r"severity(?: label| level| name)?$", {"given": ["LOW", "MEDIUM", "HIGH", "CRITICAL"]}, knowable=False),
    rule(r"gender|sex", {"given": ["female", "male"]}),
    rule(r"private key$", {"id": "MIIEvQIBADAN{base36:40}"}, knowable=False),
    rule(r"public key(?: content| material)?$", {"id": "-----BEGIN PUBLIC KEY-----\nMIIB{base36:40}\n-----END PUBLIC KEY-----"}, knowable=False),
    rule(r"(?:csr|signing request)$", {"id": "-----BEGIN CERTIFICATE REQUEST-----\nMIIC{base36:40}\n-----END CERTIFICATE REQUEST-----"}, knowable=False),
    rule(r"certificate(?: body| chain| content)?$|ca cert$|pem$", {"id": "-----BEGIN CERTIFICATE-----\nMIID{base36:40}\n-----END CERTIFICATE-----"}, knowable=False),
    rule(r"password|token|secret|passphrase|(?:api|access|auth|callback|secret|encrypt|encryption|shared|license|activation) key|auth code|license code", {"id": "{base36:24}"}, knowable=False),
    rule(r"sql|sql text|statement|query(?: string| text| statement)?$|ddl", {"query": True}, knowable=False),
    rule(r"script|user data|script content|start script|init script", {"given": list(SCRIPTS)}, knowable=False),
    rule(r"ya?ml(?: \w+)?$|manifest$", {"given": ["version: 1\nname: orders\n", "version: 1\nname: billing\n"]}, knowable=False),
    rule(r"error(?: message| code| info| detail| msg| reason| description)?$|failure(?: reason| message| info| description)?$|fail reason|err msg", {"given": ERRORS}),
    rule(r"(?:status|state) (?:message|reason|detail|text|info|msg|desc|description)", {"given": ERRORS}),
    rule(r"reason|cause", {"given": REASONS}),
    rule(r"template body$", {"given": ['{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}', '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}']}, knowable=False),
    rule(r"policy(?: document| text| json)?$|assume role policy document$", {"policy": True}, knowable=False),
    rule(r"(?:description|comment|note|remark|summary|purpose|memo|desc|introduction|intro|caption|subtitle|brief)(?! (?:name|id|type|count|key|number|reference|uri|url|link|format|status|date|source))", {"describes": True}),
    rule(r"answer$", {"given": ANSWERS}, knowable=False),
    rule(r"(?:prompt|instruction)$", {"given": INSTRUCTIONS}, knowable=False),
    rule(r"greeting$", {"given": ["Hello, how can I help you?", "Welcome back.", "Good day, what can I do for you?"]}, knowable=False),
    rule(r"(?:source|function|handler|resolver) ?code$|code (?:text|body|content)$", {"given": list(CODE)}, knowable=False),
    rule(r"(?:text|content|body|message|msg|text part)$", {"message": True}, knowable=False),
    rule(r"question(?: text)?$", {"given": QUESTIONS}, knowable=False),
)  # fmt: skip
FAILURES: Final = re.compile(r"(?i)error|fail|reasons?$|causes?$|(?:status|state)_?(?:message|reason|msg|details?|info|desc|description|text)$|err_?msg")
"""Columns that only a row has with which something went wrong."""
def tagged(name: str) -> bool:
    """Does a field hold tags? VersionIdsToStages does not."""
    return bool(_TAGGED & set(field(name)))


_FREE = frozenset("name title label alias description comment note remark summary message text content id sid gid uid uuid arn url uri link email phone address token key password secret path prefix query version ip host endpoint domain cidr regex pattern location directory folder file".split())
_NAMED = (("name",), ("title",), ("label",), ("alias",), ("subject",), ("headline",))
_SENTENCES = frozenset("title subject headline".split())
_PLAIN = frozenset("company organization merchant supplier publisher finding vulnerability weakness recommendation suggestion rubric criterion course lesson assignment report incident quota exposure risk".split())
"""Things that are called by plain words, also where others go by short names."""
_CALLED = frozenset("display full friendly title custom new short resource unique".split())


def text_of(name: str, schema: Schema, place: Place) -> Recipe:
    """The recipe of a text column or field."""
    words = field(name)
    last = words[-1] if words else ""
    if (told := meant(name, words, schema, place)) is not None:
        return told
    if constant := fixed(schema):
        return {"value": constant}
    if words in _LINKS and (place.draft.noun[-1:] in (("link",), ("relationship",)) or "self" in place.beside):
        return {"id": f"https://api.example.com/{place.service or 'v1'}/" + "{base36:10}"} if words in _LINKS[:2] else unknown({"value": None})
    if words in (("given",), ("family",)) and {"given", "family"} <= place.beside:
        return filled({"words": [["@first"]]} if words == ("given",) else {"words": [["@last"]]}, words)
    if "public" in place.draft.noun and words[-2:] in (("cidr", "range"), ("ip", "range"), ("cidr", "block")) and "ipv6" not in words:
        return {"given": ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"]}
    if words[-1:] == ("ref",) and {"git", "branch", "commit"} & {*words, *place.draft.noun}:
        return {**names(("ref",), slug=False), "knowable": True}
    if words in (("project", "id"), ("project", "number")) and place.draft.noun[-1:] == ("project",) and place.columns:
        return {**names(("project",), slug=True), "own": True, "knowable": True} if words[-1] == "id" else {"id": "{digits:12}", "generated": True}
    if words == ("destination", "region") and any(field(c) == ("source", "region") for c in place.columns):
        return {"template": "{region}"}
    if words in (("source", "region"), ("primary", "region"), ("destination", "region")) and not examples_of(schema):
        return {"given": list(REGIONS.get(place.vendor, REGIONS["aws"])), "but": "region"}
    if words in (("url",), ("uri",)) and re.search(r"(?i)\burl of (?:this|the) (?:\w+ ){0,4}(?:resource|object)\b", str(schema.get("description", ""))):
        return {"id": f"https://api.example.com/{place.service or 'v1'}/" + "{base36:12}"}
    if (cloud := _of_cloud(words, place)) is not None:
        return cloud
    if words == ("value",) and "language" in place.beside:
        return {"given": ["Welcome", "Details", "Opening hours", "Terms of use", "Contact", "Main entrance"]}
    if words[-2:] == ("tag", "key") or (words == ("key",) and "tag" in place.draft.noun):
        return {"given": ["team", "owner"]}
    if words[-2:] == ("tag", "value") or (words == ("value",) and "tag" in place.draft.noun):
        return {"given": ["finance", "support", "marketing"]}
    if words[-2:] == ("region", "code") and place.vendor == "google":
        return filled({"words": [["@codes"]], "knowable": True}, words)
    if " ".join(words) in ("mime", "mime type", "content type", "media type") and (kind := next((w for w in ("image", "video", "audio", "text") if w in place.draft.noun), None)):
        return {"given": {"image": ["image/png", "image/jpeg"], "video": ["video/mp4", "video/webm"], "audio": ["audio/mpeg", "audio/wav"], "text": ["text/plain", "text/html"]}[kind], "knowable": True}
    if words == ("path",) and place.vendor == "aws" and place.service == "iam":
        return {"given": ["/", "/", "/engineering/", "/finance/", "/support/"]}
    if place.vendor == "aws" and ((words[-1:] == ("account",) and re.search(r"(?i)aws account|account id|\{12\}", f"{schema.get('description', '')} {schema.get('pattern', '')}")) or (last == "id" and _AN_ACCOUNT.search(str(schema.get("description", ""))))):
        return {"given": ["482916075330", "730511928446", "615280734919", "208873461552"]}
    if words[-1:] in (("location",), ("region",), ("name",), ("id",)) and {"location", "region"} & set(words[-2:]) and _A_REGION.search(f"{schema.get('description', '')} {examples_of(schema)}") and "arn" not in str(schema.get("pattern", "")):
        return {"template": "{region}"}
    if words == ("path",) and place.vendor == "aws" and re.search(r"\bIAM\b", str(schema.get("description", ""))):
        return {"given": ["/", "/", "/engineering/", "/finance/"]}
    if words == ("name",) and not place.columns and {"email", "emailaddress", "email_address"} & place.beside and not (set(place.draft.noun) & _BODIES):
        return {**filled({"words": [["@people"]]}, words), "knowable": True}
    if words == ("path",) and place.vendor == "google" and place.draft.own and place.draft.own in place.columns and re.search(r"(?i)relative path", str(schema.get("description", ""))):
        return {"same": place.draft.own}
    if last == "kind" and place.vendor == "google":
        return {"value": f"{place.service.split('.')[0]}#{camel(place.draft.noun)}"}
    if last not in _FREE and schema.get("format") not in _NUMERIC and (values := values_of(schema)):
        return {"choice": [[v, 4.0 if i == 0 else 2.0] for i, v in enumerate(values)], "knowable": True}
    if (outside := cloud_thing(name, schema, place)) is not None:
        return outside
    if STATE.search(name) and (last in ("status", "phase") or not schema.get("description") or re.search(r"(?i)\bstat(?:e|es|us)\b", str(schema["description"]))):
        return _state(schema, place)
    if words in (("job", "title"), ("position", "title")):
        return {"given": JOBS, "knowable": True}
    if CLOCKED.search(str(schema.get("description", ""))) and holds_moment(name):
        return {"given": ["06:00", "09:00", "12:30", "22:00", "23:30"], "knowable": True}
    if words == ("action",) and place.vendor == "aws" and set(place.draft.noun) & {"permission", "policy", "statement", "grant"}:
        thing = "".join(w.capitalize() for w in place.draft.noun if w not in ("permission", "policy", "statement", "grant", "resource"))
        return {"given": [f"{arn_service(place.service)}:{verb}{thing or '*'}" for verb in (("Describe", "List", "Update") if thing else ("Get", "List", "Create"))]}
    if (words[-1:] == ("definition",) and "schema" in {*words, *place.draft.noun}) or (words == ("schema",) and any(field(c) == ("schema", "type") for c in (*place.columns, *place.beside))):
        return {"given": list(SCHEMAS["avro"])}
    if (called := _name(name, schema, place)) is not None:
        return called
    if last != "id" and says_id(schema) and len(words) == 1:
        return fallback(name, schema, place)
    if (number := _written_number(name, schema, place.beside)) is not None:
        return number
    if (stored := _stored(words, schema, place)) is not None:
        return stored
    if last == "id" and not _IDS.search(" ".join(words)):
        return fallback(name, schema, place)
    if words[:1] in (("is",), ("has",)) and len(words) > 1:
        return fallback(name, schema, place)
    if words in (("url",), ("uri",), ("link",)) and place.draft.noun[-1:] and place.draft.noun[-1] in _PICTURES:
        words = (place.draft.noun[-1], *words)
    special = next((r.make(" ".join(words)) for r in _rules(words, schema, place) if r.pattern.search(" ".join(words))), None)
    if special is not None and "version" in special:
        return {"given": versions(words, schema, place), "knowable": True}
    if special is not None and special.get("given") == list(SCRIPTS) and "sql" in (*place.draft.noun, *words):
        return query(schema, place)
    if special is not None and special.get("given") in (["TCP", "UDP"], SYSTEMS) and (told := supported(words, schema, place)) is not None:
        return told
    if special is not None and "query" in special:
        return query(schema, place)
    if special is not None and "describes" in special:
        noun = set(place.draft.noun)
        if last in ("comment", "remark", "note") and noun & _REMARKED:
            return {"given": REMARKS, "spread": True}
        if noun & _TAUGHT or (SHOPS.search(place.service) and place.draft.noun[-1:] and place.draft.noun[-1] in _SOLD):
            return {"given": LESSONS if noun & _TAUGHT else GOODS, "spread": True, "knowable": True}
        some = OBSERVED if set(place.draft.noun[-1:]) & _SEEN else DESCRIPTIONS
        return {"given": Dice("descriptions", *place.draft.noun, *words).sample(some, 48), "spread": True, "knowable": True}
    if special is not None and (shown := as_shown(special, schema, words)) is not None:
        return shown
    if special is not None and special.get("words", [[""]])[0][0] in _WEB and (led := url_of(words, schema, place)) is not None:
        return led | {k: v for k, v in special.items() if k == "knowable"}
    if special is not None:
        return _of_vendor(filled(special, words), place, words)
    if re.search(r"(?i)^\W*(?:output only\W+)?(?!\w+ whether\b)(?:the |an? )?(?:[\w-]+ ){0,3}(?:URL|URI|link)\b(?![- ]friendly| (?:path|map|list|mask|pattern))", str(schema.get("description", ""))) and not examples_of(schema):
        return url_of(words, schema, place) or unknown({"words": [["https://"], _SLUGS, [".example.com"], ["", "/about", "/start"]], "join": ""}, empty=False)
    return fallback(name, schema, place)


_WEB: Final = ("https://", "https://files.example.com/", "https://git.example.com/")
"""How the addresses begin of which the rules by words know no more than that they are some."""
_LINKS: Final = (("self",), ("related",), ("first",), ("last",), ("prev",), ("next",))
"""What a JSON API calls links: to the thing itself, and to pages, of which one row has none."""
_CLOUDS: Final = {"aws": "aws", "amazon": "aws", "ec2": "aws", "azure": "azure", "gcp": "google", "google": "google"}
"""Words of fields that speak of another provider's cloud."""


def _of_cloud(words: tuple[str, ...], place: Place) -> Recipe | None:
    """A region or machine of the cloud that the field or its object names: awsRegion, the instanceType of awsVmDetails."""
    cloud = next((_CLOUDS[w] for w in (*words, *(() if place.columns else place.draft.noun)) if w in _CLOUDS), None)
    if cloud is None or cloud == place.vendor:
        return None
    if words[-1:] in (("region",), ("location",)):
        return {"given": list(REGIONS.get(cloud, _AZURE))}
    if words[-2:] in (("instance", "type"), ("machine", "type"), ("vm", "size")):
        return {"given": list(MACHINES.get(cloud, ("Standard_B2s", "Standard_D4s_v5", "Standard_E8s_v5")))}
    return {"id": "{uuid}"} if cloud == "azure" and words[-1:] == ("id",) and words[-2:-1] in (("client",), ("tenant",), ("subscription",), ("application",), ("object",)) else None


_AZURE: Final = ("westeurope", "northeurope", "eastus", "southeastasia")
_AN_ACCOUNT: Final = re.compile(r"(?i)^\W*(?:the |an? |\w+id is )?(?:\w+ ){0,3}(?:amazon web services|aws) account (?:id|identifier|number)\b")
_A_REGION: Final = re.compile(r"\b(?:us|eu|ap|ca|sa)-(?:east|west|central|north|south|northeast|southeast|northwest|southwest)-?\d|(?i:\bname of the (?:\w+ ){0,3}region\b|\bzone id\b)")
"""What a description says of the number of an account, and of the name of a region."""
_NUMERIC: Final = frozenset("int32 int64 uint32 uint64 float double".split())
"""Formats of numbers that are written as text."""
_PICTURES: Final = frozenset("image logo icon picture photo avatar thumbnail screenshot".split())
_BODIES: Final = frozenset("group team list alias calendar account organization company domain project room resource service channel bot merchant business store identity".split())
"""What has an e-mail address and is no person."""
_REMARKED: Final = frozenset("comment feedback review case ticket survey rating reply approval thread discussion".split())
"""Things that people remark on."""
_TAUGHT: Final = frozenset("course lesson quiz exam classroom coursework homework syllabus rubric".split())
_SOLD: Final = frozenset("product sku merchandise".split())
_SEEN: Final = frozenset("finding vulnerability weakness incident attack alert alarm anomaly threat risk issue violation exposure recommendation insight error defect warning malware event outage".split())
"""Things that nobody sets up."""
_STORED: Final = re.compile(r"(?i)\bs3\b.{0,40}\b(?:uri|url|path|location|prefix|bucket)|\bs3://|(?:cloud storage|gcs).{0,30}\b(?:uri|url|path|location)|\bgs://")


def _stored(words: tuple[str, ...], schema: Schema, place: Place) -> Recipe | None:
    """The address of something in a bucket, where the description says that it lies in one."""
    if words[-1:] and words[-1] in ("location", "uri", "url", "path", "source", "destination") and _STORED.search(str(schema.get("description", ""))) and not {"presigned", "signed", "console", "download"} & set(words):
        return _of_vendor({"bucket": True}, place, words)
    return None


_IDS = re.compile(r"\bcve\b|\b(?:account|owner|project|app|zone|region|location|az|mail|email|commit|place) id$")
"""Ids that the surroundings hold."""


def _rules(words: tuple[str, ...], schema: Schema, place: Place) -> tuple[Rule, ...]:
    """The rules, with what an address is here in front."""
    if words[-1:] in (("address",), ("addr",)) and {"public", "external", "wan", "elastic", "internet"} & set(words):
        return (Rule(re.compile(""), lambda _: dict(_PUBLIC_IP)), *TEXTS)
    if words[-1:] in (("address",), ("addr",)) and {"ip", "ips", "ipv4"} & set(words):
        return (Rule(re.compile(""), lambda _: dict(IP)), *TEXTS)
    if words[-1:] in (("address",), ("addr",)) and not {"ipv6", "mac", "mail", "email"} & set(words):
        return (Rule(re.compile(""), lambda _: _address(schema, place)), *TEXTS)
    return TEXTS


def _address(schema: Schema, place: Place) -> Recipe:
    """A machine's, a person's, or a house's."""
    text = str(schema.get("description", "")).lower()
    noun = set(place.draft.noun)
    if re.search(r"conversation|messaging|^sms|^voice|proxy|whatsapp", place.service):
        return {"id": "+44 20 7946 0{digits:3}", "knowable": True}
    if "mail" in text:
        return {"words": [["@emails"]], "knowable": True}
    if re.search(r"\bip(?:v4)?\b|host|endpoint|network|dns|server|cluster|node|domain|instance|access", text) or "port" in place.beside or noun & {"endpoint", "server", "node", "instance", "cluster", "gateway", "es", "kafka", "ip", "eip", "listener", "nat", "redis", "host"}:
        return dict(IP)
    if re.search(r"street|postal|mailing|building|office|shipping|city", text) or noun & {"location", "venue", "building", "place", "customer", "contact", "person", "office", "site", "address", "store"}:
        return {"words": [["@streets"]], "knowable": True}
    return unknown(dict(IP))


def _state(schema: Schema, place: Place) -> Recipe:
    """A state whose names the provider does not give: its examples, or the common ones."""
    if examples := examples_of(schema):
        return {"given": examples[:6], "knowable": True} if len(examples) > 1 else unknown({"given": examples}, empty=False)
    if place.draft.noun[-1:] and place.draft.noun[-1] in RUNS:
        return unknown({"choice": [["COMPLETED", 7], ["RUNNING", 1], ["PENDING", 1], ["FAILED", 1]]}, empty=False)
    return unknown({"choice": [["ACTIVE", 9], ["INACTIVE", 1]]}, empty=False)


def _name(name: str, schema: Schema, place: Place) -> Recipe | None:
    """What the row itself is called, or a thing beside it."""
    words = field(name)
    if words[-1:] not in _NAMED:
        return None
    head = words[:-1]
    if (addressed := address_like(head, schema, place)) is not None:
        return addressed
    if words == ("title",) and place.draft.noun[-1:] and place.draft.noun[-1] in PEOPLE_NOUNS:
        return {"given": ["Editor", "Head of sales", "Project manager", "Accountant"], "knowable": True}
    if words == ("name",) and not place.columns and (found := next((r.make("") for r in TEXTS if _PLACES.search(place.draft.noun[-1]) and r.pattern.search(" ".join([*place.draft.noun, "name"]))), None)):
        return _of_vendor(filled(found), place, words)
    listed = any(r.pattern.search(" ".join(words)) for r in TEXTS)
    if listed and head and (not place.columns or "full" in head or (head == ("domain",) and (place.draft.noun != head or _HOSTS.search(place.service)))):
        return None
    if not head or set(head) <= set(place.draft.noun) | _CALLED:
        own = tuple(w for w in head if w not in _CALLED)
        pattern = str(schema.get("pattern", ""))
        slug = bool(re.fullmatch(r"\^?[\[\(].*[\]\)][+*{].*", pattern)) and " " not in pattern and "\\s" not in pattern
        noun = own or place.draft.noun
        short = slug or (_technical(place) and not (noun and noun[-1] in PEOPLE_NOUNS and "user" not in head))
        if noun == ("task",) and _TODO & {w for c in place.columns for w in field(c)} and not _technical(place):
            return {**names(("todo",), slug=False), "knowable": True, "own": True}
        if words[-1] in _SENTENCES or (noun and noun[-1] in _PLAIN):
            short = slug
        own_name: Recipe = {"own": True} if place.columns and noun == place.draft.noun else {}
        return {**fitting(names(noun, slug=short, service=place.service), schema), "knowable": True, **own_name}
    if table := place.named.get(head):
        return {"like": table}
    if listed:
        return None
    head = tuple(w for w in head if w not in ("display", "full", "friendly")) or head
    found = {**names(head, slug=_technical(place), service=place.service), "knowable": True}
    return found if known_noun(head) else unknown(found, empty=not place.columns)  # in an object, better no name than one made of the field's own words


_TODO: Final = frozenset("due note assignee subtask".split())
"""Columns of tasks that people do, not machines."""
_IS_MAIL = re.compile(r"(?i)^\W*(?:specifies |indicates )?(?:the |an? |your )?(?:new |primary |default |full )?e-?mail address\b")
_IS_DOMAIN = re.compile(r"(?i)^\W*(?:specifies |indicates )?(?:the |an? |your )?(?:new |custom |fully qualified |name of the |name of a )?(?:\w+ )?domain(?: name)?\b(?! (?:id|identifier|arn))")


def address_like(head: tuple[str, ...], schema: Schema, place: Place) -> Recipe | None:
    """A name or alias that is an e-mail address or a domain name, as its description, pattern or noun says."""
    text, pattern = str(schema.get("description", "")), str(schema.get("pattern", ""))
    if _IS_MAIL.search(text) or ("@" in pattern and not _matches(pattern, "billing") and _matches(pattern, "ann.lee@lindqvist.example") and not _matches(pattern, "HOME")) or ("mail" in place.service and (head or place.draft.noun)[-1:] == ("alias",)):
        return {**emails(), "knowable": True}
    nouns = head or place.draft.noun
    if nouns[-2:] == ("domain", "alias") or (nouns[-1:] == ("zone",) and re.search(r"dns|route53|teo", place.service)) or (nouns[-1:] == ("domain",) and _HOSTS.search(place.service)):
        return {**_HOST, "knowable": True}
    told = r"\." in pattern or re.search(r"(?i)fully qualified|\bFQDN\b|\bDNS\b|\bexample\.(?:com|org)", text)
    return {**_HOST, "knowable": True} if _IS_DOMAIN.search(text) and nouns[-1:] == ("domain",) and told else None


def _matches(pattern: str, text: str) -> bool:
    try:
        return bool(re.search(pattern, text))
    except re.error:
        return True


_PLACES = re.compile(r"zone|region|bucket|host")
_HOSTS = re.compile(r"route53|dns|^admin$|appengine|firebasehosting|siteverification|webmasters|searchconsole|managedidentities|^ses|live|cdn|mail|lightsail|amplify|domain|waf|edge|teo|^ssl|acm|vod|vpc-lattice|antiddos|apigateway")
"""Services whose domains are those of the internet."""


def _technical(place: Place) -> bool:
    """Do people call the things of this service by short names without spaces?"""
    return place.vendor in ("aws", "tencent") and not SOCIAL.search(place.service)


def _written_number(name: str, schema: Schema, beside: frozenset[str]) -> Recipe | None:
    """A number that is written as a string: '34'."""
    words = " ".join(field(name))
    example = (examples_of(schema) or [""])[0]
    plain = schema.get("format") in ("int64", "uint64", "int32", "float", "double") or re.fullmatch(r"-?\d{1,6}(?:\.\d+)?", example)
    counted = re.search(r"^(?:num|number of|number) \w|\b(?:count|num|number of \w+|total|price|amount|cost|fee|charge|spend|progress|percent|percentage|rate|quantity|length|len|size|capacity|bandwidth|timeout|seconds?)$", words)
    if _NUMBERED.search(words) or not (plain or (counted and not example)) or words.endswith((" id", "version")):
        return None
    if schema.get("format") == "duration":
        return {"given": ["60s", "300s", "900s", "3600s"]}
    if words == "unit" and {"nanos", "currencycode"} & beside:
        return {"given": ["50", "120", "400", "1500"]}
    if words.split()[-1:] and words.split()[-1] in _SAID:
        return None
    kind = "number" if (re.search(r"price|amount|cost|fee|charge|spend", words) and not words.endswith("micro")) or "." in example else "integer"
    found = number_of(name, {**schema, "type": kind})
    return as_text({k: v for k, v in found.items() if k != "null"})


_NUMBERED: Final = re.compile(r"\b(?:serial|project|account|order|invoice|phone|mobile|tel|telephone|fax|card|id|tax|registration|part|model|contract|tracking|license|passport|reference|routing) (?:number|num|no)$")
"""Numbers that count nothing."""
_SAID: Final = frozenset("description desc remark comment note rule content message text".split())
"""What is words even where the provider's example is a digit."""


# ---- by vendor --------------------------------------------------------------------------------------------------


def _of_vendor(recipe: Recipe, place: Place, words: tuple[str, ...]) -> Recipe:
    """What each vendor writes in its own way: zones, buckets, machines."""
    if "app" in recipe:
        return {"template": "{appid}"} if place.vendor == "tencent" else {"id": "{digits:10}"}
    if "numbered" in recipe:
        return {"template": "{account}"} if place.vendor == "aws" else {"id": "{digits:10}"}
    if "owned" in recipe:
        return owner_of(place, words)
    if "owner" in recipe:
        return {"id": "1{digits:20}"} if place.vendor == "google" else {"template": "{account}"}
    if "zone" in recipe:
        return {"mix": [{"template": "{region}" + z} for z in {"aws": ("a", "b", "c"), "google": ("-b", "-c")}.get(place.vendor, ("-1", "-2"))]}
    if "window" in recipe:
        return {"given": ["sun:03:00-sun:04:00", "sat:22:30-sat:23:30"]} if place.vendor == "aws" else {"given": ["02:00-03:00", "22:30-23:30"]}
    if "engine" in recipe:
        if (own := engine_of(place)) is not None:
            return {"given": [own[0]], "knowable": True}
        return {"given": ["postgres", "mysql", "mariadb"], "knowable": True} if _DATABASES.search(place.service) else unknown({"given": ["default"]})
    if "cron" in recipe:
        return {"given": ["cron(0 6 * * ? *)", "cron(30 22 * * ? *)", "cron(0 12 ? * MON *)"] if place.vendor == "aws" else ["0 6 * * *", "30 22 * * *", "0 12 * * 1"]}
    if "device" in recipe:
        return {"given": ["/dev/sdf", "/dev/sdg", "/dev/xvdb"]} if _DISKS.search(f"{place.service} {' '.join(place.draft.noun)}") else {**names(("device",), slug=True), "knowable": True}
    if "message" in recipe:
        return sentences(place)
    if "file" in recipe:
        if re.search(r"code|commit|build|debug|repo|git|cloudshell", place.service):
            return {"words": [["src/"], _SLUGS, ["/handler", "/service", "/routes", "/models"], [".py", ".java", ".ts"]], "join": "", "knowable": True}
        return {"words": [["reports/", "exports/", "images/", "logs/"], _SLUGS, ["-2025", "-2026", "-draft", ""], [".csv", ".pdf", ".json", ".png"]], "join": "", "knowable": True}
    if "built" in recipe or "image" in recipe:
        return image_of(words, place) if "built" in recipe else container_image(place)
    if "runtime" in recipe:
        return {"given": ["python3.12", "python3.13", "nodejs20.x", "nodejs22.x", "java21"], "knowable": True} if place.service in ("lambda", "scf", "synthetics") else unknown({"given": ["python3.12", "nodejs22", "java21"]}, empty=False)
    if "policy" in recipe:
        return {"given": _policies(place)} if place.vendor == "aws" else unknown({"given": ["{}"]})
    if "bucket" in recipe:
        return {"words": [[BUCKETS.get(place.vendor, "s3://")], _SLUGS, ["-exports/", "-data/", "-archive/"], ["2025", "2026", "latest"]], "join": ""}
    if "machine" in recipe:
        return {"given": list(MACHINES.get(place.vendor, ("small", "medium", "large"))), "knowable": True}
    return recipe


def _policies(place: Place) -> list[str]:
    """Policies that speak of the things of the service itself; those of IAM may speak of any."""
    if place.service in ("iam", "organizations", "sso-admin", "s3", "identitystore"):
        return list(POLICIES)
    form = '{"Version": "2012-10-17", "Statement": [{"Effect": "%s", "Principal": {"AWS": "arn:aws:iam::%s:root"}, "Action": "%s:%s", "Resource": "*"}]}'
    service = arn_service(place.service)
    return [form % (effect, account, service, verb) for effect, account, verb in (("Allow", "615280734919", "Get*"), ("Allow", "208873461552", "List*"), ("Deny", "615280734919", "Delete*"))]


_DISKS = re.compile(r"^(?:ec2|autoscaling|emr|imagebuilder|opsworks|batch|lightsail|ecs|ebs|compute|cvm|cbs|mgn|drs|outposts|storagegateway|emr.*) |\b(?:disk|volume|block|ebs|snapshot|storage|mapping)\b")
"""Services and things whose devices are disks."""
_DATABASES = re.compile(r"^(?:rds|dms|lightsail|cdb|mariadb|dcdb|dts|dbbrain|msp|tdmysql|sqladmin|backup)")
