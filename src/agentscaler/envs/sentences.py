"""What a message, a body or a content says: a letter, a remark, a notice of a machine, by the noun and the service that carry it."""

import re
from typing import Final

from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.vocabulary import (
    ANSWERS,
    CODE,
    CONFIRMATIONS,
    MESSAGES,
    NOTICES,
    PHRASES,
    QUERIES,
    QUESTIONS,
    REMARKS,
    WARNINGS,
)
from agentscaler.records import Schema


def sentences(place: Place) -> Recipe:
    """What a message, body or content says: a letter, a remark, a notice of a machine; code and the like is left out."""
    noun = set(place.draft.noun)
    if noun & {"question", "prompt", "utterance", "query"}:
        return {"given": QUESTIONS}
    if noun & {"function", "script", "handler", "resolver"} and not noun & _LETTERS:
        return {"given": list(CODE)}
    if noun & {"verification", "confirmation"} and noun & (_LETTERS | {"template", "message"}):
        return {"given": CONFIRMATIONS}
    if noun & _LETTERS or ("message" in noun and _LETTER_BOXES.search(place.service)):
        return {"given": MESSAGES}
    if noun & {"answer", "submission"}:
        return {"given": ANSWERS}
    if noun & _READ and not noun & _WRITTEN:
        return {"given": PHRASES}
    if noun & _WARNED or place.beside & {"severity", "severitylevel", "severity_level"}:
        return {"given": WARNINGS}
    if "message" in noun and noun & _TALKS:
        return {"given": REMARKS}
    if noun & _REPORTED:
        return {"given": NOTICES}
    return {"given": REMARKS} if noun & _SPOKEN - (_MEASURED | {"case"} if place.vendor in ("aws", "google", "tencent") else set()) and not noun & (_MEASURED - {"report"}) else unknown({"given": ["{}", '{"version": 1}', '{"version": 2}'] if noun & _WRITTEN else REMARKS})


_LETTERS = frozenset("mail email sms newsletter announcement push greeting mms voicemail".split())
_LETTER_BOXES = re.compile(r"^ses|pinpoint|sms|mail|chat|^im$|voice|campaign|^connect$|push")
"""Things and services that carry letters and short messages."""
_REPORTED = frozenset("event log history edit activity notice notification message audit".split())
"""What machines say of themselves."""
_READ = frozenset("block line word paragraph transcript utterance snippet segment caption subtitle".split())
"""What is read or heard."""
_WARNED = frozenset("alert warning alarm issue problem".split())
_TALKS = frozenset("conversation channel chat user pending actor direct private agent member".split())
"""What is warned of, and whose messages are those of people."""
_SPOKEN = frozenset("post comment reply note chat conversation review page text survey investigation feedback ticket case discussion thread article report".split())
"""Things that hold sentences of people."""
_MEASURED = frozenset("test build scan check report coverage".split())
"""Things whose texts machines write."""
_WRITTEN = frozenset("rule policy template definition workflow specification spec schema configuration config document artifact".split())
"""Things that hold a language of their own."""


_LANGUAGES: Final = (
    (re.compile(r"(?i)cypher"), ("MATCH (n) RETURN n LIMIT 10", "MATCH (c:Customer)-[:PLACED]->(o:Order) RETURN c.name, count(o)", "MATCH (p:Product) WHERE p.stock < 5 RETURN p.name")),
    (re.compile(r"(?i)sparql"), ("SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10", "SELECT ?name WHERE { ?c a :Customer ; :name ?name }")),
    (re.compile(r"(?i)gremlin"), ("g.V().hasLabel('customer').count()", "g.V().has('order', 'status', 'open').limit(10)")),
    (re.compile(r"(?i)logs? insights|logql|cloudwatch"), ("fields @timestamp, @message | sort @timestamp desc | limit 20", "filter @message like /ERROR/ | stats count() by bin(1h)")),
    (re.compile(r"(?i)promql|prometheus"), ("sum(rate(http_requests_total[5m]))", "avg(node_memory_used_bytes) by (instance)")),
    (re.compile(r"(?i)\bsql\b|athena|bigquery|redshift|spanner|rds-data|timestream|database|\bselect\b|\bddl\b"), tuple(QUERIES)),
    (re.compile(r"(?i)keyword|search|full.?text|lucene"), ("invoice", "delivery address", "refund policy", "opening hours")),
)
"""What a field's name, its description or the service says of the language of a query -> queries."""


def query(schema: Schema, place: Place) -> Recipe:
    """A query in the language of the field; in none where nothing says which."""
    heard = f"{schema.get('description', '')} {place.service} {' '.join(place.draft.noun)}"
    some = next((queries for says, queries in _LANGUAGES if says.search(heard)), None)
    return unknown({"given": list(QUERIES)}) if some is None else {"given": list(some)}
