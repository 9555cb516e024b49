"""Does an update put the whole in the place of the old, or empty what it is not given?"""

import re
from collections.abc import Mapping
from typing import Final

from agentscaler.envs.drafts import Draft, Entry
from agentscaler.records import Argument


def overwrites(entry: Entry) -> bool:
    """Does the provider say that what an update leaves out is lost? 'Only the given fields' of a patch beside it speaks of another tool."""
    found = _OVERWRITES.search(entry.tool.description)
    return found is not None and not (entry.tool.source.verb == "PATCH" and "whereas" in entry.tool.description.lower())


_OVERWRITES: Final = re.compile(
    r"(?i)fully overwrit|(?:all|every|each) updates? (?:is|are) (?:a )?full replacement|n't provide a value[^.]{0,60}sets? it to its default|(?:replaces?|overwrites?) (?:the )?(?:entire|entirety|all existing information|existing (?:[\w ]+ )?(?:payload|details|content))|completely overwrites|"
    r"does not support patch semantics|include (?:both|all) (?:the )?fields (?:that )?you want to (?:keep|retain|preserve)|(?:omit(?:ted)?|(?:not|n't) (?:included?|provided?|specif(?:y|ied)))[^.]{0,90}(?:are|is|be) (?:removed|deleted|set to null|cleared)"
)


def replaces(entry: Entry, draft: Draft) -> bool:
    """A PUT that is called replace, or stands beside a PATCH at the same address, puts the whole in place of the old; the other one changes parts."""
    source = entry.tool.source
    told = source.vendor == "google" or entry.what.verb in ("put", "replace")  # others send a PUT for parts as well
    if entry.what.verb == "replace" and source.verb == "PUT" and not entry.what.extra and re.search(r"(?i)\breplac", entry.tool.description):
        return True  # by its sentences, too: generated clients call any PUT so
    return told and source.verb == "PUT" and bool(source.path) and any(e.tool.source.verb == "PATCH" and e.tool.source.path == source.path for e in draft.entries)


def all_without_mask(entry: Entry, arguments: Mapping[str, Argument]) -> bool:
    """'If the user does not provide a mask then all fields will be overwritten', of one that need not be given."""
    masks = [entry.parameters[a.name] for a in arguments.values() if a.role == "mask" and a.name not in entry.tool.parameters.get("required", ())]
    return any(_ALL_FIELDS.search(str(s.get("description", ""))) for s in masks)


_ALL_FIELDS: Final = re.compile(
    r"(?i)\b(?:mask|it)\b(?: is|'s)?(?: not|n't)? (?:present|provided|set|specified|empty|omitted)?,? ?(?:then )?all (?:of )?(?:the )?fields (?:in the \w+ )?(?:will be|are) (?:overwritten|replaced)\b(?! if)|"
    r"(?:does not|doesn't) provide a mask,? (?:then )?all (?:the )?fields (?:will be|are) (?:overwritten|replaced)\b(?! if)|\bconfiguration is completely replaced\b"
)


def cleared_if_omitted(entry: Entry, argument: Argument) -> bool:
    """'If you omit this parameter, the alias is removed.'"""
    plain = argument.role == "value" and not argument.required and not argument.many and not argument.sign and not argument.pair
    return plain and _CLEARED.search(str(entry.parameters[argument.name].get("description", ""))) is not None


_CLEARED: Final = re.compile(
    r"(?i)\b(?:if|when) (?:you |it is |this \w+ is |this is |the (?:parameter|field|setting|property|value) is )?(?:omit(?:ted)?|not (?:specified|provided|included|set|present))(?: (?:this|the) (?:parameter|field|setting|property|value)| it)?\s?,"
    r"[^.]{0,60}\b(?:removes|clears|deletes|resets|(?:is|are|will be|gets?) (?:removed|cleared|deleted|unset|detached|disassociated|reset|set to null))(?! from the (?:response|answer|output))\b|"
    r"(?:^|[.] )omit(?:ting)? (?:it |this |or null |or pass null |or providing an empty object )?(?:to (?:clear|remove|unset|reset)\b|(?:removes|clears|resets)\b)"
)
