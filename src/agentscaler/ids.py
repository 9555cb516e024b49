"""Ids from their templates: "vol-{hex:17}", "{project}/buckets/{name}"."""

import re
from collections.abc import Mapping
from typing import Any

from agentscaler.dice import Dice

_FIELD = re.compile(r"\{([A-Za-z_][\w.\-]*)(?::(\d+))?\}")
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def fill_id(template: str, dice: Dice, row: Mapping[str, Any]) -> str:
    """An id from its template; {column} and {context} are taken from `row`."""

    def one(found: re.Match[str]) -> str:
        name, width = found[1], int(found[2] or 0)
        if name == "hex" and width:
            return dice.hex(width)
        if name == "digits" and width:
            return str(1 + dice.below(9)) + "".join(str(dice.below(10)) for _ in range(width - 1))
        if name == "base36" and width:
            return "".join(_BASE36[dice.below(36)] for _ in range(width))
        if name == "letters" and width:
            return "".join(_LETTERS[dice.below(len(_LETTERS))] for _ in range(width))
        if name == "uuid":
            h = dice.hex(32)
            return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:]}"
        found_ = row.get(name)
        return "" if found_ is None else str(found_)

    return _FIELD.sub(one, template)


def fields_of(template: str) -> set[str]:
    """Columns and contexts that a template speaks of."""
    return {m[1] for m in _FIELD.finditer(template) if m[1] not in ("hex", "digits", "base36", "letters", "uuid", "n", "nth")}
