"""Protocols and platforms: those that a description says are supported, and TCP and UDP only where packets are meant."""

import re
from typing import Final

from agentscaler.envs.documented import values_of
from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.records import Schema
from agentscaler.words import field

SYSTEMS: Final = ["Ubuntu", "Windows", "Ubuntu", "Debian"]
_SUPPORTED: Final = re.compile(r"(?i)\bsupports?(?:ed)?\b(?: (?:values|types|protocols|platforms))?(?: are)?\s*:?|\bprotocol name (?=\()")
_OF_PACKETS: Final = re.compile(r"(?i)\bip\b|\btcp\b|\budp\b|transport|traffic|network|firewall|\bports?\b|listener|securit|health|\brules?\b|forward|route|packet|tunnel|dns|endpoint service")


def supported(words: tuple[str, ...], schema: Schema, place: Place) -> Recipe | None:
    """A protocol or platform of which the description says which are supported, or which is none of packets and of systems."""
    text = str(schema.get("description", ""))
    cut = _SUPPORTED.sub("Valid values: ", text.replace("( ", "(").replace(" ,", ",").replace(" )", ")"), count=1)
    inside = re.search(r"Valid values: \(([^()]+)\)", cut)
    if cut != text and (values := values_of({"type": "string", "description": f"Valid values: {inside[1]}." if inside else cut})):
        return {"choice": [[v, 4.0 if i == 0 else 2.0] for i, v in enumerate(values)], "knowable": True}
    if "protocol" not in words or _OF_PACKETS.search(" ".join([*words, *place.draft.noun, *(w for b in place.beside for w in field(b)), *(w for c in place.columns for w in field(c)), text])):
        return None
    if "subscription" in (*words, *place.draft.noun):
        return {"given": ["email", "https", "sqs", "lambda"], "knowable": True}
    return unknown({"given": ["HTTP", "HTTPS"]}, empty=not re.search(r"(?i)\bhttps?\b", text))
