"""What a call must give, where only a text says so: arguments that are required, one of several, not two at once.

A definition's schema lists what is required; many texts say more: 'This field is required.', 'Specify either A or B, but not both.', 'A and B are mutually exclusive.'
What hangs on a value ('required if the type is X') is not read, nor groups of which one part is no argument of the tool.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Final, NamedTuple

from agentscaler.envs.demands import SENTENCES
from agentscaler.envs.drafts import Compiled
from agentscaler.records import Argument, Choice, Operation, Schema
from agentscaler.words import split

_REQUIRED: Final = re.compile(
    r"(?i)^\W*(?-i:Required|REQUIRED|\[required\])(?:[.:*)\]]+|$)(?! (?:if|when|for|only|unless))|^\W*(?:(?:this|the) (?:field|parameter|property|value|name) is (?:required|mandatory)(?: and [^.;]*)?$|"
    r"(?:this|it) is a (?:required|mandatory) (?:field|parameter|property)(?= and |,| that | (?:on|for|during|at) (?:insert|creat)|$)[^;]*$|(?:required|mandatory) (?:field|parameter|property)$|(?:must|cannot|can't|may not) (?:not )?be (?:empty|omitted|left blank)$|"
    r"(?:this (?:field|parameter|property) )?must be (?:specified|provided|supplied)(?: (?:by the user|on (?:creation|create|insert)|when creating [^.;]*))?$)"
)
"""A sentence that asks for the argument, whatever else is given."""
_LOOSE: Final = re.compile(r"(?i)\bif\b|\bunless\b|\botherwise|\bdefaults?\b|\bgenerated\b|\boptional\b|\bnot required|\bone of\b|\bexactly one\b|\beither\b|\bunion field\b|\bautomatically\b|\bonly (?:for|when)\b|\bwhen (?:not|un)|\brequired (?:for|when|to)\b|\boutput[ -]only|\bignored\b|\bdeprecated\b|\bin order\b|\w+Type (?:value )?is\b")
"""What is said beside it of an argument that may be left out after all."""


class _Group(NamedTuple):
    names: tuple[str, ...]
    least: int
    most: int | None


def asked(compiled: Compiled) -> Compiled:
    """The tool, with what its texts ask for."""
    operation, parameters = compiled.operation, compiled.entry.parameters
    if operation.act == "create" and compiled.entry.tool.source.vendor != "aws":  # its models list what is required
        told = {a.name for a in operation.arguments if not a.required and a.role in ("value", "body") and not a.defaults and is_required(parameters.get(a.name, {}))}
        if told:
            arguments = [a.model_copy(update={"required": True}) if a.name in told else a for a in operation.arguments]
            operation = operation.model_copy(update={"arguments": tuple(sorted(arguments, key=lambda a: not a.required))})
    choices = choices_of(operation, compiled.entry.tool.description, parameters, partial=compiled.entry.tool.source.vendor == "google" and operation.act == "update")
    return compiled._replace(operation=operation.model_copy(update={"choices": choices})) if choices or operation is not compiled.operation else compiled


def is_required(schema: Schema) -> bool:
    """Does the description of an argument ask for it, and nothing beside it take that back?"""
    text = str(schema.get("description", ""))
    return "default" not in schema and not _LOOSE.search(text) and any(_REQUIRED.search(s.strip(" .*")) or _REQUIRED.search(s.strip()) for s in SENTENCES.split(text))


def choices_of(operation: Operation, description: str, parameters: Mapping[str, Schema], *, partial: bool = False) -> tuple[Choice, ...]:
    """Of which arguments a call gives one, or not two. partial: what the texts ask for is what the thing has, and not what a change of it gives."""
    free = {a.name: a for a in operation.arguments if _is_free(a)}
    found: dict[tuple[str, ...], _Group] = {}
    for own, sentence in _said(description, {n: s for n, s in parameters.items() if n in free}):
        for group in _groups(own, sentence, list(parameters)):
            names = tuple(n for n in parameters if n in group.names)
            least = 0 if partial or operation.act in ("list", "get") or not set(names) <= free.keys() else group.least
            taken = tuple(n for n in names if n in free)
            if len(taken) < 2 or (not least and group.most is None):
                continue
            before = found.get(taken)
            found[taken] = _Group(taken, max(least, before.least if before else 0), group.most if group.most is not None else before.most if before else None)
    return tuple(Choice(names=g.names, least=g.least, most=g.most) for g in dict.fromkeys(_whole(found.values(), list(free))))


def _whole(groups: Collection[_Group], names: list[str]) -> Iterator[_Group]:
    """Pairs that rule each other out as one group: of A, B and C no two."""
    apart = {frozenset(pair) for g in groups if g.most == 1 for pair in combinations(g.names, 2)}
    for group in groups:
        if group.least or group.most != 1:
            yield group
            continue
        grown = list(group.names)
        for name in names:
            if name not in grown and all(frozenset((name, other)) in apart for other in grown):
                grown.append(name)
        yield _Group(tuple(n for n in names if n in grown), 0, 1)


def _is_free(argument: Argument) -> bool:
    return not argument.required and not argument.defaults and argument.role not in ("token", "size", "offset", "page", "option", "mask", "stamp", "within", "force", "sort", "order")


def _said(description: str, parameters: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    """Each sentence, and the argument that it is said of."""
    yield from (("", s) for s in SENTENCES.split(description))
    for name, schema in parameters.items():
        yield from ((name, s) for s in SENTENCES.split(str(schema.get("description", ""))))


_CUE: Final = re.compile(r"(?i)\beither\b|\bone of\b|\bboth\b|\bexclusive\b|\btogether\b|\bsame time\b|\bsimultaneous|\bunless\b|\b(?:can(?:not|'t| not)|must not|may not|do(?: not|n't))\b[^.;]*\b(?:with|if|when|use)\b|\brequired,? if\b")
_CREATING: Final = re.compile(r"(?i) when (?:you )?creat(?:ing|e) [^.;,]*")
_TOGETHER: Final = r"(?:together|at the same time|simultaneously|in the same (?:request|call)|at once|concurrently)"
_CANNOT: Final = r"(?:can(?:not|'t| not)|must not|may not|should not)"
_USED: Final = r"(?:specified|used|set|provided|combined|passed|present|given|supplied|input|entered|configured|selected)"
_GIVE: Final = r"(?:specify|provide|set|include|supply|pass|send|give|enter|input|use|have|contain)"
_HANGS: Final = re.compile(r"(?i)\b(?:if|when|unless|while|whenever)\b|^for \w|\bdepend|\bfor example|\bexcept\b|\bnon-empty\b|\bdefault")


def _groups(own: str, sentence: str, names: list[str]) -> Iterator[_Group]:
    """The groups that one sentence tells."""
    if not _CUE.search(sentence):
        return
    sentence = _CREATING.sub("", sentence)
    spelled = {w: w.replace("_", "").replace("-", "").lower() for w in re.findall(r"[\w-]+", sentence)}
    known = {bare: n for n in names if (bare := re.sub(r"[\W_]", "", n).lower()) in spelled.values()}
    if not known or len({*known.values(), own} - {""}) < 2:
        return
    one = "|".join(re.escape(w) for w in sorted((w for w, bare in spelled.items() if bare in known), key=len, reverse=True))
    name = rf"(?:the )?[`'\"*]*(?<![\w.-])(?:{one}|this(?: one)?(?: (?:field|parameter|property|option|argument))?)(?![\w-]|\.\w)[`'\"*]*(?: (?:fields?|parameters?|propert(?:y|ies)|options?|arguments?|filters?))?"
    ends = r"(?! ?/ ?\w| ?,? (?:and|or|and/or|nor|plus) (?!you\b|but\b|not\b|both\b|must\b|can)\W{0,2}\w| ?, \W{0,2}(?-i:\w*[a-z0-9_][A-Z_]\w*))"

    def listed(joins: str) -> str:
        return rf"(?P<some>{name}(?:(?: ?, ?(?:and |or )?| ?{joins} ?){name})+){ends}"

    def some(text: str) -> tuple[str, ...]:
        if re.search(r"\bor\b", text) and re.search(r"\band\b(?!/or)", text):
            return ()  # either A or both B and C
        found = [own if re.match(r"(?i)this\b", w) else known.get(re.sub(r"[\W_]", "", w).lower(), "") for w in re.findall(rf"(?i){one}|\bthis\b", text) if _names(w, text)]
        return tuple(dict.fromkeys(f for f in found if f))

    either, both = listed(r"(?:\bor\b|/)"), listed(r"(?:\band\b|\bor\b|/)")
    for cue, form, least, most in (  # the cue is a part of the form: a form is made for each tool, and dear
        ("not both", rf"\b(?:must|need to|have to|should|shall)\b[^.;:]{{0,30}}? (?:(?:exactly |only )?(?:either|one of|any one of)(?: of)?:? )?{either} ?,? (?:but )?not both", 1, 1),
        ("both", rf"\b{_CANNOT} {_GIVE} (?:values? for )?both(?: of)?(?: the)? {both}", 0, 1),
        ("both", rf"\b(?:either|one of)? ?{either}[^.;]{{0,40}}?,? (?:but )?(?:{_CANNOT} {_GIVE}|not) both", 0, 1),
        ("both", rf"\bboth {both} {_CANNOT} be {_USED}", 0, 1),
        ("or both", rf"\b(?:must|need to|have to) {_GIVE} (?:either )?{both},? or both\b", 1, None),
        ("exactly one of", rf"\bexactly one of(?: the (?:following|parameters|fields))?:? {both}", 1, 1),
        ("one of", rf"\b(?:only|at most|no more than) one of(?: the (?:following|parameters|fields))?:? {both}", 0, 1),
        ("mutually exclusive", rf"{both} are mutually exclusive|\bmutually exclusive:? {both.replace('some', 'more')}", 0, 1),
        (rf"{_TOGETHER}|both be", rf"{both} {_CANNOT} (?:both )?be (?:both )?{_USED} {_TOGETHER}|{both.replace('some', 'more')} {_CANNOT} both be {_USED}", 0, 1),
        ("(?:one of|either|any of)", rf"\b(?:must|need to|have to|should|shall) {_GIVE} (?:a value for |values for )?(?:at least one of|one of|either|any of)(?: the (?:following|parameters|fields))?:? {both}", 1, None),
        ("(?:either|one of)", rf"\b(?:either|(?:at least )?one of)(?: the (?:following|parameters|fields|input parameters))?:? {both},? (?:must be {_USED}|(?:is|are) required|needs? to be {_USED}|has to be {_USED}|should be {_USED})\b(?! (?:for|to|in)\b)", 1, None),
    ):
        if re.search(f"(?i){cue}", sentence) and (found := re.search(f"(?i){form}", sentence)) and not _HANGS.search(sentence):
            group = some(next(v for v in found.groupdict().values() if v))
            if len(group) > 1 and (len(group) == 2 or "both" not in found[0]):
                yield _Group(group, least, most)
            return
    beside = rf"(?P<some>{name}(?:(?: ?, ?(?:and |or )?| ?(?:\bor\b|\band\b|/) ?){name})*){ends}"
    for cue, form in (
        ("mutually exclusive", rf"\bmutually exclusive (?:with|to) {beside}"),
        ("with", rf"^\W*(?:note:? )?(?:this|it|the|`?{re.escape(own)}`?)\b[^,;:]{{0,30}}? ?{_CANNOT} be {_USED} (?:{_TOGETHER} |in (?:combination|conjunction) |along )?with {beside}"),
        ("if you", rf"\bif you (?:use|specify|set|provide) this \w+, you {_CANNOT} (?:also )?(?:use|specify|set|provide) {beside}"),
        (" (?:if|when) ", rf"^\W*(?:note:? )?(?:this (?:field|parameter|property|option) |it )?{_CANNOT} be {_USED} (?:if|when) {beside} (?:is|are) (?:also )?(?:set|specified|provided|present|used|given)\W*$"),
        (rf"{_CANNOT}|do not|don't", rf"^\W*(?:{_CANNOT}|do not|don't) (?:use|specify|set|provide|combine) (?:this \w+ )?(?:together )?(?:with|if|when) {beside}(?: (?:is|are) (?:also )?(?:set|specified|provided|used))?\W*$"),
    ):
        if own and re.search(f"(?i){cue}", sentence) and (found := re.search(f"(?i){form}", sentence)):
            yield from (_Group((own, other), 0, 1) for other in some(found["some"]) if other != own)
            return
    if own and re.search(r"(?i)\b(?:required|specified|set),? (?:unless|if)", sentence) and (found := re.search(rf"(?i)^\W*(?:this (?:field|parameter|property) (?:is|must be) )?(?:required|specified|set),? (?:unless {name} is (?:set|specified|provided|given|present)|if {name} is (?:not (?:set|specified|provided|given|present)|omitted|empty))\W*$", sentence)):
        yield from (_Group((own, other), 1, None) for other in some(found[0]) if other != own)


def _names(word: str, text: str) -> bool:
    """Is a word a name, and no word of prose? Names of several words, or written as such."""
    return len(split(word)) > 1 or word != word.lower() or word.lower() == "this" or re.search(rf"[`'\"*]{re.escape(word)}\b|\b{re.escape(word)}[`'\"*]|\b{re.escape(word)} (?:field|parameter|property|or|and|is)\b|\b(?:or|and|either) {re.escape(word)}\b", text) is not None
