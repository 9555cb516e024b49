"""Text where no rule speaks: an id of something outside, the provider's example, a thing that has names of its own; else nothing."""

import re
from typing import Final

from agentscaler.dice import Dice
from agentscaler.envs.amounts import CHANGED, CODES
from agentscaler.envs.documented import examples_of
from agentscaler.envs.drafts import Col
from agentscaler.envs.naming import emails, id_template, names, template_from
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.vocabulary import KIND_SLUGS, MACHINES, SLUG_LISTS
from agentscaler.ids import fill_id
from agentscaler.records import Schema
from agentscaler.words import ROLE_WORDS, entity, field

IP: Final[Recipe] = {"id": "10.0.{digits:2}.{digits:2}"}
_BY_ID = frozenset("vpc subnet instance volume snapshot disk eni image".split())
_OTHERWISE = frozenset("key secret table role image endpoint function domain zone certificate environment".split())
"""Words that name too many kinds of thing to have names."""


_LASTS: Final = (
    (re.compile(r"life ?time|validity|valid for"), ("7776000s", "31536000s", "63072000s")),
    (re.compile(r"retention|keep|expir|age$|ttl"), ("604800s", "1209600s", "2592000s")),
    (re.compile(r""), ("60s", "300s", "900s", "3600s")),
)
"""How long things last, by the words of a field."""
_AN_ID: Final = re.compile(r"(?i)^\W*(?:the |an? |unique |optional )*(?:id|identifier|unique identifier|uuid|sid)(?:\(s\)|s)?(?: \(ids?\))? (?:of|for) (?:the|an?|this|that)\b")
"""What a description says of a field that names something by its id."""
_ONE_FOR_ALL: Final = frozenset("account workspace organization org tenant company team merchant".split())
"""Those of which whoever works in a world has one."""


def says_id(schema: Schema) -> bool:
    """Does the description say that the field holds the id of something?"""
    return bool(_AN_ID.search(str(schema.get("description", ""))))


def _of_id(name: str, words: tuple[str, ...], schema: Schema, place: Place) -> Recipe:
    """The id of a row of the world whose kind the field names, else of one of a few things outside."""
    head = words[:-1] if words[-1] in ("sid", "gid", "id", "uuid") else words
    bare = head[1:] if head[:1] and head[0] in ROLE_WORDS and len(head) > 1 else head
    ends = [t for noun, t in place.keyed.items() if noun[-len(bare) :] == bare]
    table = place.keyed.get(head) or place.keyed.get(bare) or (ends[0] if len(ends) == 1 else None)
    template, own = id_template(Col(name, schema), place), "".join(place.draft.noun)
    if "".join(head) == own or not head:
        return {"id": template}
    if place.columns and head[0] in ("parent", "source", "original") and "".join(bare) == own and (mine := place.draft.find("_".join((*bare, words[-1])))) in place.columns:
        return {"like": f"{place.table}.{mine}", "else": unknown({"value": None})}
    outside: Recipe = {"given": [_outside(template, place, name, n) for n in range(1 if set(head[-1:]) & _ONE_FOR_ALL else 6)]}
    return {"like": table, "else": outside} if table and not table.startswith("#") else outside


def fallback(name: str, schema: Schema, place: Place) -> Recipe:
    """An id of something outside, the provider's example, a thing that has names of its own; else nothing."""
    words = field(name)
    if schema.get("format") == "duration":
        return {"given": list(next(some for says, some in _LASTS if says.search(" ".join(words))))}
    if words[-1:] == ("sid",) or says_id(schema):
        return _of_id(name, words, schema, place)
    if words[-1:] == ("key",) and len(words) > 1 and place.vendor not in ("aws", "google", "tencent"):
        table = place.keyed.get(words[:-1])
        return {"like": table, "else": {"given": list(SLUG_LISTS[0][:6])}} if table and not table.startswith("#") else {"given": list(SLUG_LISTS[0][:6])}
    if place.vendor == "aws" and name.endswith("Identifier") and not schema.get("pattern") and not examples_of(schema) and (rest := entity(name)[0]):
        return unknown({"given": [f"{a}-{'-'.join(rest[-2:])}" for a in SLUG_LISTS[0][:6]]}, empty=False)
    if (table := place.keyed.get(entity(name)[0])) and words[-1] == field(re.split(r"[.#]", table)[-1])[-1] and words[-1] != "name":
        return {"same": table[1:]} if table.startswith("#") else {"like": table, "else": {"id": id_template(Col(name, schema), place)}}
    if entity(name)[1] and words[-1] == "id" and place.columns and entity(name)[0] and place.draft.noun[-len(entity(name)[0]) :] == entity(name)[0]:
        return {"id": id_template(Col(name, schema), place)}  # a second id of the row itself
    if entity(name)[1] and words[-1] != "name":
        template = id_template(Col(name, schema), place)
        if words in (("id",), ("arn",)):
            return {"id": template}
        return {"given": [_outside(template, place, name, n) for n in range(6)]}
    if examples := examples_of(schema):
        return like_examples(examples, words)
    if "AWS::" in str(schema.get("pattern", "")) + str(schema.get("description", "")):
        return {"given": ["AWS::EC2::Instance", "AWS::S3::Bucket", "AWS::Lambda::Function"], "knowable": True}
    if table := place.named.get(words):
        return {"like": table}
    if place.vendor != "google" and words[-1:] and words[-1] in _BY_ID:
        template = id_template(Col(f"{words[-1]}_id", {}), place)
        return unknown({"given": [_outside(template, place, name, n) for n in range(6)]}, empty=False)
    if words in _SORTS_OF_RESOURCE and place.vendor == "aws" and not ANY_RESOURCE.search(place.service):
        return unknown({"given": ["default"]})
    if words in _SORTS_OF_RESOURCE and place.vendor == "aws" and re.search(r"^(?:cloudformation|config|cloudcontrol|fms)$", place.service):
        return unknown({"given": ["AWS::EC2::Instance", "AWS::S3::Bucket", "AWS::Lambda::Function"]}, empty=False)
    if shown := next((some for says, vendor, some in _SHOWN if vendor in ("", place.vendor) and says.fullmatch(" ".join(words))), None):
        one = _ONE_SHOWN.search(str(schema.get("description", "")))
        return unknown({"given": [one[1]] if one else list(shown)}, empty=False)
    if words[-1:] and words[-1] in KIND_SLUGS and words[-1] not in _OTHERWISE and len(words) <= 3:
        return unknown(names(words, slug=True, service=place.service), empty=False)
    if not words or words[-1] in _SORTS:
        return unknown({"given": list(SLUG_LISTS[0][:8]) if words and words[-1] in ("value", "data", "source") else ["general", "standard"]})
    return unknown({"given": [f"{area}-{words[-1]}" for area in SLUG_LISTS[0][:6]]})


_ONE_SHOWN: Final = re.compile(r"\((?:for example|such as|e\.g\.),? ([A-Z]\w+)\s*\)")
"""The one value that a description shows."""
_SORTS_OF_RESOURCE: Final = (("resource", "type"), ("target", "type"), ("asset", "type"))
ANY_RESOURCE: Final = re.compile(r"backup|config|resource|tagging|resilience|security|inspector|audit|health|trustedadvisor|cloudtrail|cloudcontrol|fms|^ram$|^ce$|cost|guardduty|detective|support|discovery|optimizer|ssm|devops|wellarchitected|cloudformation|fis|chatbot|notifications")
"""Services that speak of the resources of any other one."""
_SORTS: Final = frozenset("type kind mode code class category format level tier family strategy method unit scope reason source data value".split())
"""Words after which nothing has a name."""


_SHOWN: Final = (
    (re.compile(r"resource type|target type|asset type"), "aws", ("EC2", "EBS", "RDS", "S3", "DynamoDB")),
    (re.compile(r"channel|channel type"), "", ("EMAIL", "SMS", "PUSH")),
    (re.compile(r"output key"), "", ("Endpoint", "BucketName", "RoleName", "ClusterName")),
    (re.compile(r"shape"), "google", ("VM.Standard3", "VM.Standard.E4", "Exadata.X9M", "Exadata.X11M")),
)
"""Columns that carry what their row means: field, vendor ("": any), values as providers write them; nobody asks for them."""


def like_examples(examples: list[str], words: tuple[str, ...]) -> Recipe:
    """The provider's examples as they are; a single one is varied only where its kind has a rule for that."""
    examples = [e for e in examples if not _only_its_name(e, words)]
    if not examples:
        return unknown({"value": None})
    first = examples[0]
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", first):
        return dict(IP)
    if re.fullmatch(r"[\w.]+@[\w.]+", first):
        return {**emails(), "knowable": True}
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?.*", first):
        moment: Recipe = {"time": ["-60d", "-31d"] if CHANGED.search(" ".join(words)) else ["-110d", "-61d"]}
        return moment | ({"as": "spaced"} if " " in first else {})
    if re.fullmatch(r"\d{4}-\d\d-\d\d", first):
        return {"time": ["-110d", "-61d"], "as": "date"}
    if len(examples) > 1:
        return {"given": examples, "knowable": True}
    if (re.search(r"\d", first) or "-" in first) and (template := template_from(first)) and (template == "{uuid}" or words[-1:] in (("id",), ("uuid",), ("quuid",), ("key",), ("instance",), ("cluster",), ("vpc",), ("subnet",))):
        return {"id": template}
    return {**unknown({"given": [first]}, empty=False), "null": 0.25 if _CODE_LIKE.fullmatch(first) else 1.0}


def _only_its_name(example: str, words: tuple[str, ...]) -> bool:
    """An example that says the field's own name again: 'cluster sub status', 'solution desc', 'body-test', 'hello world'."""
    heard = re.findall(r"[a-z]+", example.lower())
    said = [w for w in heard if w not in _FILLING]
    return bool(heard) and not re.search(r"[\d/:.]", example) and len(heard) > 1 and set(said) <= set(words)


_FILLING: Final = frozenset("test demo desc description the a of my your xxx hello world example sample value".split())
"""Words of examples that were made up to fill a form."""
_CODE_LIKE = re.compile(r"[A-Za-z][A-Za-z_ \-]{0,30}")
"""An example that can be said of many rows; what names one thing (an address, a number, a path) cannot."""


def _outside(template: str, place: Place, name: str, n: int) -> str:
    """One of a few ids of something outside the world."""
    return fill_id(template, Dice("outside", place.group, name, n), {})


def as_shown(special: Recipe, schema: Schema, words: tuple[str, ...]) -> Recipe | None:
    """The provider's examples, where they look like none of the values that the words of the field would bring."""
    if "machine" not in special and words[-1] not in CODES | {"family", "platform", "model", "architecture", "engine", "runtime", "level"}:
        return None  # what differs from row to row is not the same example in all of them
    usual = [str(v) for v in special.get("given", ())] or [str(v) for v, _ in special.get("choice", ())] or [m for some in MACHINES.values() for m in some] * ("machine" in special)
    shown = examples_of(schema)
    if not usual or not shown or " " in usual[0] or any(v in usual or _look(v) in {_look(u) for u in usual} for v in shown) or all(v.isdigit() for v in shown):
        return None
    return like_examples(shown, words)


def _look(text: str) -> str:
    """What a value looks like without its digits: 'a.a' of t3.medium, 'A.A' of S2.3XLARGE24, 'a' of dn."""
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+[a-z]*", "A", re.sub(r"\d+", "", text)))
