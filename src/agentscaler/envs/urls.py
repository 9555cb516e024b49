"""Addresses of the web by what they lead to, as the words of their field and its description say.

Tried where `texts` knows no more than that a field holds a URL; hosts are those of examples (RFC 2606).
"""

import re
from typing import Final

from agentscaler.envs.place import Place, Recipe
from agentscaler.envs.vocabulary import SLUG_LISTS
from agentscaler.records import Schema
from agentscaler.words import plural

_SLUGS: Final = list(SLUG_LISTS[0])


def _of(before: str, *after: str) -> Recipe:
    return {"words": [[before], _SLUGS, list(after)], "join": ""}


_SITE: Final = "https://"
URLS: Final = tuple(
    (re.compile(rf"\b(?:{says})\b"), recipe)
    for says, recipe in (
        (r"sips?", _of("sip:", "@sip.example.com", "@voice.example.com")),
        (r"(?:clone )?ssh(?: clone)?|clone ur[il] ssh|ur[il] ssh", _of("ssh://git@git.example.com/", "/api.git", "/web.git", "/tools.git")),
        (r"rtmps?|push(?:ing)? (?:stream )?(?:ur[il]|address)", _of("rtmp://push.example.com/live/", "")),
        (r"sqs|dead letter queue", {"mix": [{"template": f"https://sqs.{{region}}.amazonaws.com/{{account}}/{word}-dead-letter"} for word in _SLUGS[:5]]}),
        (r"pull requests?|merge requests?", {"mix": [{"id": f"https://git.example.com/{word}/api/pull/{{digits:3}}"} for word in _SLUGS[:5]]}),
        (r"commit (?:ur[il] )?template|template .{0,40}\bcommit", {"given": ["https://git.example.com/orders/api/commit/${sha}", "https://git.example.com/billing/web/commit/${sha}"]}),
        (r"hunk (?:ur[il] )?template|template .{0,60}\bhunk", {"given": ["https://git.example.com/orders/api/blob/${sha}/${filePath}#L${lineNumber}", "https://git.example.com/billing/web/blob/${sha}/${filePath}#L${lineNumber}"]}),
        (r"commits?", {"mix": [{"id": f"https://git.example.com/{word}/api/commit/{{hex:40}}"} for word in _SLUGS[:5]]}),
        (r"(?:tracking |related |github |jira )?issues?|tickets?|bugs?", {"id": "https://issues.example.com/browse/OPS-{digits:4}"}),
        (r"repository|repo|source ?code|git", _of("https://git.example.com/", "/api", "/web", "/tools")),
        (r"cloud ?formation|template ur[il]", _of("https://files.example.com/templates/", ".yaml", "-network.yaml")),
        (r"pdf|receipts?", _of("https://files.example.com/", "/2025-11.pdf", "/2026-03.pdf", "/2026-04.pdf")),
        (r"dash|mpd", _of("https://video.example.com/", "/manifest.mpd")),
        (r"hls|m3u8|playback|playlist|stream|manifest|play ur[il]", _of("https://video.example.com/", "/index.m3u8")),
        (r"(?:recording|audio) ur[il]", _of("https://files.example.com/", "/2025.mp3", "/2026.mp3")),
        (r"video ur[il]", _of("https://video.example.com/", "/2025.mp4", "/2026.mp4")),
        (r"terms", _of(_SITE, ".example.com/terms")),
        (r"privacy", _of(_SITE, ".example.com/privacy")),
        (r"imprint|legal notice", _of(_SITE, ".example.com/legal")),
        (r"forgot(?:ten)? password|password reset", _of(_SITE, ".example.com/password")),
        (r"log ?out|sign ?out", _of(_SITE, ".example.com/logout")),
        (r"login|sign ?in|sign-in|authorization|auth", _of("https://login.example.com/", "")),
        (r"jwks?", _of("https://login.example.com/", "/.well-known/jwks.json")),
        (r"web ?hooks?|call ?backs?|(?:sms|voice)(?: \w+)? ur[il]|voice ur[il]|status ur[il]|post ?back|event (?:delivery )?ur[il]", _of("https://hooks.example.com/", "", "/status")),
        (r"documentation|docs?|help|guide|guidance|instructions?|learn|more info\w*|manual|readme", _of("https://docs.example.com/", "", "/start", "/faq")),
        (r"support", _of(_SITE, ".example.com/support")),
        (r"proxy", _of("http://proxy.", ".example.com:3128")),
        (r"ho?st ?name|web ?site|home ?page|business|store ?front|origin", _of(_SITE, ".example.com", ".example.org")),
    )
)
"""What a field or its description says -> addresses of that."""
_BEGINS: Final = re.compile(r"(?i)\b(?:begins?|starts?) with ['\"`]([\w.:/\-]{4,40})['\"`]")
_SCHEME: Final = re.compile(r"\bThe ([A-Z][a-z]{3,}) URI (?:for|of) the (\w+)")
_ITSELF: Final = re.compile(r"(?i)\b(?:web )?api endpoint\b|\burl of the resource\b|\bself[- ]?link\b")


def url_of(words: tuple[str, ...], schema: Schema, place: Place) -> Recipe | None:
    """The address that a field holds; None where nobody says what it leads to."""
    text = str(schema.get("description", ""))
    if found := _BEGINS.search(text):
        return _of(found[1], "")
    if found := _SCHEME.search(text):
        return {"id": f"{found[1].lower()}:{found[2]}:{{base36:22}}"}
    if _ITSELF.search(text) or words[-1:] == ("href",):
        noun = [w for w in words[:-1] or place.draft.noun if w not in _ASIDE] or ["item"]
        return {"id": "https://api.example.com/v1/" + plural("-".join(noun)) + "/{base36:12}"}
    named = [w for w in words if w not in _WORDS]
    told = " ".join(re.findall(r"[\w-]+", text.split(". ")[0].lower())[:9])
    for heard in (" ".join((*named, "url")), "" if named else " ".join(place.draft.noun), told if not _LATER.search(text) else ""):
        if recipe := next((r for says, r in URLS if says.search(heard)), None):
            return dict(recipe)
    return None


_WORDS: Final = frozenset("url uri link href address http https".split())
_ASIDE: Final = frozenset("parent child ref reference link self".split())
_LATER: Final = re.compile(r"(?i)\bvariable\b|\bwhen\b|\bwhile\b|\bif\b")
"""What a description goes on with that is not what the address leads to."""
