"""What no two rows may share, as the provider says of an argument: 'The name must be unique within your account', 'unique in its zone'."""

import re
from collections.abc import Mapping
from typing import Final

from agentscaler.envs.drafts import Draft, Entry, Noun
from agentscaler.records import Argument
from agentscaler.schemas import kind_of
from agentscaler.words import entity, field, split

_UNIQUE: Final = re.compile(
    r"(?i)\b(?:must|should|needs? to|has to)\b[^.]{0,60}\bbe (?:globally )?unique\b|\bnames? (?:is|are) unique\b|^A unique (?:friendly |display )?(?:name|label|title)\b|\bname[^.]{0,30} that (?:is|must be) unique\b|"
    r"\bcan(?:no|')t (?:have the same|be duplicated?)|\bcannot be (?:the same|repeated|duplicated?)"
)
_NOT_HELD: Final = re.compile(r"(?i)(?:not|n't) (?:need|have|required?|necessarily|be|enforced)\b[^.]{0,20}(?:unique|enforced)|not enforced|idempoten|\buniquely identif|\bunique (?:for|among|amongst) [\w ]{3,40} (?:with|without)\b|\bunless\b|[Ii]f this \w+ is\b|\bcannot be the same as\b")
"""What is said of a name that nobody checks, or of which only some are."""
_AMONG: Final = re.compile(r"(?i)\bunique[^.;]{0,60}?\b(?:within|in|per|for|among|amongst|to)\b (?:the |an? |each |its |your |this |that |same |given |parent |specified )*([\w ]{3,40})")


def unique_in(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> dict[str, tuple[str, ...]]:
    """Columns beside the key that no other row may share, and for each the column among whose equals that holds, where it is not among all."""
    out: dict[str, tuple[str, ...]] = {}
    for a in arguments.values():
        schema = entry.parameters[a.name]
        text = str(schema.get("description", ""))
        named = a.role == "value" and not a.many and field(a.name)[-1:] in (("name",), ("title",), ("alias",), ("label",)) and kind_of(schema) == "string"
        if named and a.column and draft.columns[a.column].reference is None and a.column not in draft.key and _UNIQUE.search(text) and not _NOT_HELD.search(text):
            out[a.column] = tuple(_scope(text, draft, a.column))
    return out


def _scope(text: str, draft: Draft, own: str) -> list[str]:
    """The column that names the thing in which it is unique, where that is not a part of the key."""
    said = _AMONG.search(text)
    words: Noun = split(said[1]) if said else ()
    if not words or words[: len(draft.noun)] == draft.noun or words[0] in ("account", "region", "project"):
        return []
    columns = [c.name for c in draft.columns.values() if c.name not in (*draft.key, own, "parent") and not c.json and c.kind == "string" and entity(c.name)[1]]
    return [c for c in columns if (noun := entity(c)[0]) and noun != draft.noun and (words[: len(noun)] == noun or words[: len(noun[-1:])] == noun[-1:])][:1]
