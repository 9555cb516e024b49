"""Values of the form that a provider's pattern asks for: `^d-[0-9a-f]{10}$` -> 'd-{hex:10}', a template of our own ids.

A pattern is read as far as such templates can say it: characters, classes, groups with alternatives, how often. What is made is tried against
the pattern itself, and nothing is said where it does not fit. Not covered: looking ahead and behind, references to groups.
"""

import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from agentscaler.dice import Dice
from agentscaler.envs.place import Recipe
from agentscaler.ids import fill_id
from agentscaler.records import Schema

USUAL: Final = 12
"""How long a part is whose length the pattern leaves open."""
FEWEST: Final = 6
"""How many random characters tell one thing from another."""
MOST: Final = 64
_CLASSES: Final = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " ", "S": string.ascii_letters + string.digits + "-_", "D": string.ascii_letters, "W": "-"}
_ANY: Final = string.ascii_letters + string.digits + "-_./:"
_KINDS: Final = (("base36", string.ascii_lowercase + string.digits), ("hex", string.digits + "abcdef"), ("digits", string.digits), ("letters", string.ascii_uppercase))
_PLACES: Final = {"region": "eu-west-1", "account": "482916075330", "project": "orders-prod"}
_UUID: Final = "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"


class _Unread(Exception):
    """A pattern that says more than a template can."""


class _Atom(NamedTuple):
    """A part of a pattern."""

    made: str
    """What stands for it once, where it is a group or a character; "" for a class."""
    chars: frozenset[str]
    low: int
    high: int


def is_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern, where Python reads it."""
    plain = re.sub(r"\\p\{(\w+)\}", lambda m: _LETTERS.get(m[1], ""), pattern)
    try:
        return re.compile(plain, re.ASCII)
    except re.error:
        return None


_LETTERS: Final = {"L": "a-zA-Z", "N": "0-9", "Z": " ", "Alpha": "a-zA-Z", "Alnum": "a-zA-Z0-9", "Graph": "!-~", "ASCII": "\\x00-\\x7f", "M": "", "S": "+", "P": "."}


def fits(template: str, pattern: re.Pattern[str], own: str = "a1b2c3d4e5") -> bool:
    """Do values of a template have the form of a pattern? own: the form of what it quotes of its row."""
    quoted = {n: own for n in re.findall(r"\{([A-Za-z_]\w*)\}", template) if n not in _PLACES and n != "uuid"}
    return all(pattern.search(fill_id(template, Dice("fits", n), {**_PLACES, **{k: fill_id(v, Dice("own", n), _PLACES) for k, v in quoted.items()}})) for n in range(4))


@lru_cache(8192)
def template_of(pattern: str, hint: str = "", *, arn: bool = False) -> str | None:
    """A template of ids whose values have the form of the pattern; None where there is none. hint: a word that an id may begin with; arn: of ARNs."""
    compiled = is_pattern(pattern)
    if compiled is None or len(pattern) > 600:
        return None
    try:
        for made in _Reader(pattern, hint, arn).alternatives():
            found = re.sub(r"\{base36:1\}\{base36:35\}", "{uuid}", made.replace(_UUID, "{uuid}"))
            if ("{uuid}" in found or sum(map(int, re.findall(r":(\d+)\}", found))) >= FEWEST) and found.startswith("arn:") == arn and len(found) < 200 and fits(found, compiled):
                return found
    except _Unread:
        pass
    return None


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str, hint: str, arn: bool) -> None:
        self.text, self.at, self.hint, self.arn = pattern, 0, hint, arn

    def alternatives(self) -> Iterator[str]:
        """What the alternatives of the whole pattern make, each with its first ones inside."""
        yield from self._group(top=True)

    def _group(self, *, top: bool = False) -> list[str]:
        """Each alternative up to the end of a group."""
        out: list[str] = []
        atoms: list[_Atom] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == ")" and not top:
                break
            self.at += 1
            if sign == "|":
                out.append(self._joined(atoms))
                atoms = []
            elif sign not in "^$":
                atoms += self._atom(sign)
        return [*out, self._joined(atoms)]

    def _atom(self, sign: str) -> list[_Atom]:
        if sign == "(":
            return self._inner()
        if sign == "[":
            chars = self._class()
        elif sign == "\\":
            chars = self._escaped()
            if not chars:
                return []
        elif sign == ".":
            chars = frozenset(_ANY)
        else:
            chars = frozenset(sign)
        low, high = self._often()
        made = next(iter(chars)) if len(chars) == 1 else ""
        return [_Atom(made, chars, low, high)]

    def _inner(self) -> list[_Atom]:
        """A group: what its first alternative makes; one that may be left out is, and looking ahead says nothing."""
        looks = re.match(r"\?(?:[=!]|<[=!])", self.text[self.at :])
        kind = re.match(r"\?(?::|P?<\w+>)", self.text[self.at :])
        self.at += len((looks or kind or [""])[0])
        found = self._group()
        self.at += 1
        low, high = self._often()
        if looks:
            return []
        wanted = [f for f in found if ("arn:" in f) == self.arn] or found
        wanted = [f for f in wanted if "{" in f] or wanted
        made = next((f for f in wanted if f not in ("aws-cn", "aws-us-gov")), wanted[0])
        return [_Atom(made, frozenset(), low, max(low, min(high, 1)))]

    def _class(self) -> frozenset[str]:
        end = self.at + (self.text[self.at : self.at + 1] == "^")
        end += self.text[end : end + 1] == "]"
        while end < len(self.text) and self.text[end] != "]":
            end += 2 if self.text[end] == "\\" else 1
        says = is_pattern(self.text[self.at - 1 : end + 1])
        self.at = end + 1
        if says is None:
            raise _Unread
        return frozenset(c for c in map(chr, range(32, 127)) if says.fullmatch(c))

    def _escaped(self) -> frozenset[str]:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign in ("b", "B", "A", "Z", "z"):
            return frozenset()
        if sign in _CLASSES:
            return frozenset(_CLASSES[sign])
        if not sign or sign.isalnum():
            raise _Unread
        return frozenset(sign)

    def _often(self) -> tuple[int, int]:
        found = re.match(r"\{(\d+)(,?)(\d*)\}|[?*+]", self.text[self.at :])
        if found is None:
            return 1, 1
        self.at += len(found[0])
        if self.text[self.at : self.at + 1] in ("?", "+"):
            self.at += 1
        if found[1]:
            low = int(found[1])
            return low, int(found[3]) if found[3] else (10_000 if found[2] else low)
        return {"?": (0, 1), "*": (0, 10_000), "+": (1, 10_000)}[found[0]]

    def _joined(self, atoms: list[_Atom]) -> str:
        out = ""
        skip = False
        for at, atom in enumerate(atoms):
            after = atoms[at + 1] if at + 1 < len(atoms) else None
            if skip:
                skip = False
            elif self.hint and not atom.made and atom.low == atom.high == 1 and set(self.hint) <= atom.chars and after is not None and not after.made and after.low == 0 and after.high >= 8:
                out, skip = out + self.hint, True
            elif atom.made or not atom.chars:
                out += atom.made * (atom.low if atom.chars else int(atom.low > 0))
            else:
                out += _run(atom, self.hint)
        return out


def _run(atom: _Atom, hint: str) -> str:
    """So many of a class of characters: random ones of a kind that lies inside of it, else a word, else a sign."""
    often = min(max(atom.low, USUAL), atom.high) if atom.high > 1 else atom.low
    if often > MOST or atom.high == 0 or (atom.high == 1 and atom.low == 0):
        return ""
    if often == 36 and "-" in atom.chars and set(string.hexdigits.lower()) <= atom.chars:
        return "{uuid}"
    if hint and "".join(sorted(atom.chars)).isalpha() and atom.low <= len(hint) <= atom.high and set(hint) <= atom.chars:
        return hint
    for kind, chars in _KINDS:
        if set(chars) <= atom.chars:
            return "{" + f"{kind}:{often}" + "}"
    if atom.low == 0:
        return ""
    if hint and atom.low <= len(hint) <= atom.high and set(hint) <= atom.chars:
        return hint
    sign = next((c for c in "-_/:.a1" if c in atom.chars), next((c for c in sorted(atom.chars) if c.islower()), min(atom.chars, default="")))
    return sign * atom.low


def in_form(recipe: Recipe, pattern: str, service: str, own_id: str = "a1b2c3d4e5") -> Recipe:
    """A recipe of ARNs whose values have the form of the pattern; unchanged where they have it, or where no other is known.

    service: whose they are where the pattern leaves it open; own_id: the form of the id that they end with.
    """
    compiled = is_pattern(pattern)
    forms = [str(part["template"]) for part in recipe.get("mix", ()) if "template" in part] or [str(recipe[k]) for k in ("id", "template") if k in recipe]
    if compiled is None or not forms or not forms[0].startswith("arn:") or all(fits(form, compiled, own_id) for form in forms):
        return recipe
    found = template_of(pattern, arn=True) or ""
    made = next((m for of in (service, service.split("-")[0]) if fits(m := _placed(found, of), compiled)), None) if found else None
    if made is None:
        return recipe
    if "mix" in recipe:
        return {**recipe, "mix": [{"template": fill_id(made, Dice("form", made, n), _QUOTED)} for n in range(5)]}
    kind = "id" if "id" in recipe else "template"
    own = re.search(r"\{(?!region\}|account\}|uuid\})[A-Za-z_]\w*\}$", forms[0])
    ends = next((form for at in (r"[^/:{}]*\{[^{}]+\}$", r"\{[^{}]+\}$") if own and fits(form := re.sub(at, own[0], made), compiled, own_id) and form != made), None) if own else made
    return {**recipe, kind: ends} | ({"fill": ends} if recipe.get("fill") == forms[0] else {}) if ends else recipe


def fitted(recipe: Recipe, schema: Schema) -> Recipe:
    """The same recipe without the values that the provider's pattern refuses, and with ids of its form."""
    compiled = is_pattern(str(schema.get("pattern", ""))) if "pattern" in schema else None
    if compiled is None:
        return recipe
    if "given" in recipe and "who" not in recipe:
        kept = [v for v in recipe["given"] if not isinstance(v, str) or compiled.search(v)]
        return {**recipe, "given": kept} if kept else recipe
    if "id" in recipe and not fits(recipe["id"], compiled) and (made := template_of(compiled.pattern)):
        return {**recipe, "id": made}
    return recipe


_QUOTED: Final = {"region": "{region}", "account": "{account}"}


def _placed(made: str, service: str) -> str:
    """An ARN in the region and account of the world, where the pattern has a place for them."""
    parts = re.split(r":(?![^{}]*\})", made, maxsplit=5)
    if len(parts) < 6:
        return made
    parts[1] = "aws"
    parts[2] = parts[2] if "{" not in parts[2] else service
    parts[3] = "{region}" if parts[3] else ""
    parts[4] = ("{account}" if "{" in parts[4] else parts[4]) if parts[4] else ""
    return ":".join(parts)
