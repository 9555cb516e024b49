"""What the scripts of the report draw from: the map of the domains, and who feeds whom in each of them, as JSON inside a page.

Words that come again and again (reasons, fields, names of parameters) stand once, in a list, and everything else points at them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from markupsafe import Markup

from agentscaler.records import Domain
from agentscaler.report.atlas import Atlas
from agentscaler.report.book import Part


def inline(value: Any) -> Markup:
    """JSON that can stand inside a page: no text in it ends the element that holds it."""
    text = orjson.dumps(value).decode()
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def map_data(atlas: Atlas, ringed: Mapping[str, str]) -> dict[str, Any]:
    """The map. ringed: names of domains that have a world in the report."""
    return {
        "size": [atlas.width, atlas.height],
        "dots": [[d.x, d.y, d.radius, d.color, d.number, d.name, d.tools, d.field, ", ".join(d.services), int(d.name in ringed)] for d in atlas.dots],
        "islands": [[i.x, i.y, i.name] for i in atlas.islands],
        "lines": [at for pair in atlas.lines for at in pair],
        "near": [at for pair in atlas.near for at in pair],
    }


def flow_data(domains: Sequence[tuple[str, Domain]], parts: Sequence[Sequence[Part]], worlds: Mapping[str, str]) -> dict[str, Any]:
    """The tools of all domains: [name, reads, [[parameter, supplier, reason, [[producer, field, score, reason]]]]] a tool. worlds: name of a domain -> its page."""
    words: dict[str, int] = {}

    def word(text: str) -> int:
        return words.setdefault(text, len(words))

    found = [
        [
            number,
            domain.name,
            worlds.get(domain.name, ""),
            [
                [
                    word(p.name),
                    int(p.reads),
                    [
                        [word(w.parameter), word(w.supplier), word(w.reason), [[f.tool if isinstance(f.tool, int) else -1 - word(f.tool), word(f.field), f.score, word(f.reason)] for f in w.feeds]]
                        for w in p.wants
                    ],
                ]
                for p in tools
            ],
        ]
        for (number, domain), tools in zip(domains, parts, strict=True)
    ]
    return {"domains": found, "words": list(words)}
