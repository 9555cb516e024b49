"""Arguments that are no property of a row: how a call is made and answered (`of_call`), and what it does besides (`deed`)."""

import re
from typing import Final

from agentscaler.records import Schema
from agentscaler.schemas import kind_of
from agentscaler.words import entity, split

_MADE: Final = re.compile(
    r"(?i)token$|^dry_?run|validate_?only|request_?(?:id|payer|metadata|origin)$|^(?:fields|alt|key|quota_?user|pretty_?print|view|expand|user_?project|part)$|^x[-_]|^on_?behalf|^use_?(?:domain_?)?admin|^supports_?(?:all|team)_?drives|"
    r"^client_?operation_?id$|^content_?md5$|^checksum_?algorithm$|^expected_?(?:source_?)?bucket_?owner$|^trace_?(?:id|parent|state|context)$|^(?:user_?agent|accept|authorization)$|^if_?(?:none_?)?(?:match|modified|unmodified)|if_?(?:meta)?generation|"
    r"etag$|fingerprint$|^accept_|(?:^|_)response_?view$"
)
"""Names of who asks, of what makes a repeated call harmless, of what the caller has seen, and of how the answer is written."""
_SAID: Final = re.compile(
    r"(?i)HTTP request header|\bidempoten|^\W*(?:this (?:field|parameter|member|property) (?:is|has been) )?deprecated\b|\bno longer (?:used|supported|in use)\b|\bthis parameter is deprecated\b|\bauthorized request\b|\bauthorization credentials\b|\badmin(?:istrator)?(?:'s)? credentials|"
    r"\b(?:in|from|with) the (?:API )?response\b(?! (?:time|header|body))|\bwhether (?:or not )?to (?:return|display)\b|\bmessage integrity\b|\bproject to be billed\b|\bintended exclusively for\b|\boriginator of (?:this|the) request|\bused for observability\b|\bfor request tracking\b|\bnot persisted\b|^\W*not supported\W*$|\bfield mask\b[^.]{0,30}\bwhich fields\b"
)
_BESIDES: Final = frozenset("publish trigger sync synchronize replace overwrite confirm merge reset restart reboot promote import keep upsert async previous clone add remove delete".split())
_ALSO: Final = frozenset([("create", "new"), ("set", "as"), ("set", "default"), ("make", "default"), ("copy", "tags"), ("write", "async"), ("insert", "mode"), ("insert", "after"), ("insert", "before"), ("use", "previous")])
"""First words of what is done besides: publish, createNewVersion, setAsDefault."""
_WAY: Final = re.compile(r"(?i)(?:conflict_?(?:resolution|strategy|mode)|override_?strategy|(?:write|insert|update)_?mode)$|^(?:action|operation)$")
_AT_ONCE: Final = re.compile(r"(?i)\bimmediately\b|\bas (?:the |a )?(?:new )?default\b|\bnew version\b|\balready exists?\b|\b(?:during|for|of|in) this (?:request|call|operation)\b|\bthis (?:request|operation|call|update) (?:will|should|is|only)\b")


def of_call(name: str, schema: Schema) -> bool:
    """Does an argument only say how the call is made, who makes it, or how it is answered? Nothing is kept of it."""
    return bool(_MADE.search(name) or _SAID.search(str(schema.get("description", ""))[:300]))


def deed(name: str, schema: Schema) -> bool:
    """Does an argument ask for something to be done besides, or for another way of doing it? Writing it into the row would not do it."""
    words, told = split(name), {str(v).lower() for v in schema.get("enum", ())}
    first = bool(words) and (words[0] in _BESIDES or words[:2] in _ALSO) and not entity(name)[1]
    return first or bool(_WAY.search(name)) or ((kind_of(schema) == "boolean" or "true" in told) and bool(_AT_ONCE.search(str(schema.get("description", ""))[:300])))
