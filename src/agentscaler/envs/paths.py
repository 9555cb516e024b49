"""Resource names of Google that a description asks for: 'URL of the network resource', 'the resource name of the Dataproc cluster'."""

import re
from typing import Final

from agentscaler.envs.place import Place, Recipe
from agentscaler.envs.vocabulary import SLUG_LISTS
from agentscaler.words import ROLE_WORDS, plural, singular, split

_SAYS: Final = re.compile(
    r"(?:(?i:resource name|relative name|resource path|full name)|\b(?:(?i:full|partial|fully[- ]qualified|relative|valid|or|resource|server-defined) )*(?:URLs?|URIs?|(?i:link)))s? (?:of|to|for) (?:(?i:the|an?|this|your|existing|zonal|regional|global) )*([A-Za-z][\w.]*(?: [a-z]\w*){0,3}?)"
    r"(?= (?i:resource|instance|representing|that|which|to|in|used|associated|where|for|on|you|will|containing|configured|is|being|with|serving|at|from|by|of|whose|associated|attached|as|and|or)\b|[.,(;:]|$)"
)
_NAMED: Final = re.compile(r"\b([A-Z][a-z]+(?:[A-Z][a-z]+)*) resource name\b|\b[Nn]ame of (?:the|an?) ([\w ]{3,30}?) resource\b|\b[Uu]nique identifier for the ([\w ]{3,30}?); defined by the server")
_LINKING: Final = re.compile(r"^(?:compute|networkservices|networksecurity|networkconnectivity|networkmanagement|container|deploymentmanager|sql|tpu|vmmigration)")
"""Services whose resources are named by links."""
_NO_RESOURCE: Final = frozenset("user audience type replacement ip image picture report page website file zone region policy job audio video photo file product item profile icon logo banner download channel account data site app".split())
_ZONAL: Final = frozenset("instance disk reservation".split())
_GLOBAL: Final = frozenset("network template policy check snapshot image map certificate proxy".split())


def referred(words: tuple[str, ...], text: str, place: Place) -> Recipe | None:
    """Resource names of the kind of thing that a field or its description speaks of; None where they speak of none."""
    if words[-1:] in (("name",), ("title",), ("parent",)) and (place.columns or words == ("name",)):
        return None
    by_link, lowered = bool(_LINKING.search(place.service)), text.lower()
    if not ("resource name" in lowered or (by_link and ("resource" in lowered or place.service == "compute"))) or re.search(r"cloud storage|\bgs://|https?://|\bgrpc\b", lowered):
        return None
    found = _SAYS.search(text)
    said = found[1] if found else next((part for m in _NAMED.findall(text) for part in m if part), "")
    if not said and not (by_link and re.search(r"partial (?:or full )?url|full or partial url|valid url", lowered)):
        return None
    named = _bare(words)
    spoken = _bare(tuple(singular(w) for part in said.split(".")[-1].split() for w in split(part)))[-3:]
    noun = spoken if not named or spoken[-1:] == named[-1:] else named
    if not noun or len(noun) > 3 or noun[-1] in _NO_RESOURCE or noun[-1].endswith(("ed", "ing")):
        return None
    return {"mix": [{"template": path_of(noun, place) % word} for word in SLUG_LISTS[0][:5]]}


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """A field's words without what says which of its kind is meant, and how it is named: 'disk' of sourceDiskUrl."""
    while words and words[0] in _ROLES:
        words = words[1:]
    while words and words[-1] in _TELLING:
        words = words[:-1]
    return words


_TELLING: Final = frozenset("url uri link name id reference resource attached".split())
_ROLES: Final = ROLE_WORDS | frozenset("url uri link canonical self full resource name id the logical entity existing corresponding given attached this that default peer next hop base reference".split())
"""Words of a field or a description that say nothing of the kind of thing."""


def path_of(noun: tuple[str, ...], place: Place) -> str:
    """'projects/{project}/global/networks/%s': where a thing of the noun lies."""
    if noun[-1] == "secret" or noun[-2:] == ("secret", "version"):
        return "projects/{project}/secrets/%s-password" + ("/versions/1" if noun[-1] == "version" else "")
    if noun[-1] in ("network", "subnet", "subnetwork"):
        return "projects/{project}/global/networks/%s" if noun[-1] == "network" else "projects/{project}/regions/{region}/subnetworks/%s"
    last = noun[0] + "".join(w.capitalize() for w in noun[1:])
    many = plural(last)
    if not _LINKING.search(place.service):
        return f"projects/{{project}}/locations/{{region}}/{many}/%s"
    where = "zones/{zone}" if noun[-1] in _ZONAL else "global" if noun[-1] in _GLOBAL or noun[-2:] == ("backend", "service") else "regions/{region}"
    return f"projects/{{project}}/{where}/{many}/%s"
