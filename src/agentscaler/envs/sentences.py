"""What a message, a body or a content says: a letter, a remark, a notice of a machine, by the noun and the service that carry it."""

import re

from agentscaler.envs.place import Place, Recipe, unknown
from agentscaler.envs.vocabulary import ANSWERS, CODE, MESSAGES, NOTICES, QUESTIONS, REMARKS


def sentences(place: Place) -> Recipe:
    """What a message, body or content says: a letter, a remark, a notice of a machine; code and the like is left out."""
    noun = set(place.draft.noun)
    if noun & {"question", "prompt", "utterance", "query"}:
        return {"given": QUESTIONS}
    if noun & {"function", "script", "handler", "resolver"} and not noun & _LETTERS:
        return {"given": list(CODE)}
    if noun & _LETTERS or ("message" in noun and _LETTER_BOXES.search(place.service)):
        return {"given": MESSAGES}
    if noun & {"answer", "submission"}:
        return {"given": ANSWERS}
    if noun & _REPORTED:
        return {"given": NOTICES}
    return {"given": REMARKS} if noun & _SPOKEN else unknown({"given": ["{}", '{"version": 1}', '{"version": 2}'] if noun & _WRITTEN else REMARKS})


_LETTERS = frozenset("mail email sms newsletter announcement push greeting mms voicemail".split())
_LETTER_BOXES = re.compile(r"^ses|pinpoint|sms|mail|chat|^im$|voice|campaign|^connect$|push")
"""Things and services that carry letters and short messages."""
_REPORTED = frozenset("event log history edit activity notice notification alert message warning audit".split())
"""What machines say of themselves."""
_SPOKEN = frozenset("post comment reply note chat conversation review page text survey investigation feedback ticket case discussion thread article report".split())
"""Things that hold sentences of people."""
_WRITTEN = frozenset("rule policy template definition workflow specification spec schema configuration config document artifact".split())
"""Things that hold a language of their own."""
