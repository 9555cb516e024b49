"""What a provider says of a tool and nothing in the world accounts for: conditions, defaults and effects, in its own words.

Found by the words of a sentence (cannot, only if, by default, also deletes ...), minus the sentences that something of the operation keeps:
a state that it starts from, a value no two rows share, a limit, a default, an order, rows that go along. Forms of texts (lengths,
characters), permissions, quotas and what takes time are not looked for: a world keeps none of them, and `not_modelled` says so.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from agentscaler.envs.arguments import ASIDE, leads_on, writes_answer
from agentscaler.envs.asks import serves_nothing
from agentscaler.envs.calls import of_call
from agentscaler.envs.defaults import default_of
from agentscaler.envs.drafts import STAMP, STATE
from agentscaler.envs.kept import kept_by_service, settled
from agentscaler.records import Argument, EnvTool, Model, Operation, Schema, Table, Tool
from agentscaler.rules import LINE, Rule, bounds
from agentscaler.schemas import kind_of
from agentscaler.verbs import READS
from agentscaler.words import PAGING, field

MOST: Final = 6
"""Sentences of one tool that are told."""
_CUES: Final = tuple(
    (name, re.compile(rf"(?i){words}"))
    for name, words in (
        ("default", r"\bdefaults? (?:is|to|value|are)\b|\bby default\b|\bdefault ?[:=]|\b(?:if|when)\b[^.;]{0,40}\b(?:omitted|unspecified|not (?:specified|provided|set|given|supplied)|n't (?:specify|provide|set|include))"),
        ("order", r"\bsorted\b|\bordered (?:by|from)\b|\b(?:newest|oldest|latest|most recent(?:ly)?) (?:\w+ )?first\b|\b(?:a|de)scending\b"),
        ("gone", r"\balso (?:delet|remov)|\b(?:delet|remov)\w* (?:all|any|every) |\balong with\b|\bcascad"),
        ("whole", r"\b(?:overwrit|replac)(?:e|es|ten|ing)\b|\bfull replacement\b"),
        ("other", r"\balso (?:creat|updat|set|add|start|stop|enabl|disabl|sends?)\w*|\bautomatically\b|\b(?:status|state)\b[^.;]{0,40}\b(?:changes|changed|transitions?|moves?|becomes|set) to\b"),
        ("which", r"\b(?:must|should|need|can|may|specif|provid|set|use|input|enter|requir)\w*\b[^.;]*\beither\b[^.;]*\bor\b|^either\b[^.;]*\bor\b|\bexactly one\b|\bat least one\b|\bonly one of\b|\bmutually exclusive\b|\bnot both\b|\b(?:cannot|can't|must not) (?:be )?(?:specif|us|provid|set|combin)\w* (?:both|together|with)|\brequired (?:if|when|for)\b|\bignored\b|\bonly (?:valid|applies|applicable|used|supported) (?:if|when|for|with)\b"),
        ("find", r"\bwild ?card|\bprefix\b|\bcase[- ]insensitiv|\bpartial(?:ly)? match|\bARN or\b|\bor (?:the )?(?:Amazon Resource Name|ARN|name|alias|id)\b|\bID or\b"),
        ("must", r"\b(?:can't|cannot|can not|may not)\b|\bmust\b|\bunless\b|\bnot allowed\b|\bonly (?:if|when|be|a|an|the|those)\b|\b(?:fails?|rejected|refused|error|\w*exception)\b[^.;]{0,60}\b(?:if|when|while)\b|\b(?:if|when|while)\b[^.;]{0,80}\b(?:fails?|rejected|error|\w*exception)\b|\bimmutable\b"),
    )
)  # fmt: skip
_ASIDE: Final = re.compile(
    r"(?i)\bpermission|\bauthori[sz]|\bIAM\b|\bscopes?\b|\bquota|\bbilling|\bcharge|\bprice|\bpricing|\bAPI call|\bSDK\b|\bCLI\b|\bconsole\b|\bHTTPS?\b|\bheader|\bidempoten|\bretry|\basynchron|\bcharacters?\b|\blength\b|\bpattern\b|"
    r"\bregular expression|\bletters?\b|\balphanumeric|\bhyphen|\bunderscore|\bwhitespace|\bbytes?\b|\bencod|\bRFC\b|\bISO ?8601|\bUTC\b|\bformat\b|\bthe form\b|\bfor more information|\bfor example\b|\brecommend|\bdocumentation\b|\bpage ?(?:size|token)|\bnext ?(?:page|token)|\bmax ?results|\brequest id\b|"
    r"\bmaximum number of\b|\bnumber of (?:results|items|records|entries)|\bsee \w|\bin use by the service|\bRegions?\b|\bcaller\b|\bcredential|\bconfirm|\bcannot be undone|\bcan't be (?:undone|recovered|restored)|\bnot exist|\bdoesn't exist|\bmust exist|\bvalid values?\b|\bpossible values?\b|\bdeprecated\b|\bpreview\b|\bbeta\b|\bSign ?in\b|\bsigned\b|"
    r"\bfilter expressions cannot be mixed|\beventual(?:ly)? consisten|\bwait (?:for|until)\b|\bcross-account|\b(?:management|administrator|owner|same|your) account\b|\bdelegated admin|\byou (?:must )?own\b|\bservice-linked|\btrust polic|\bcontact (?:us|support|sales|aws)|"
    r"\b(?:is|are|was) not found\b|\bNOT_FOUND\b\W*(?:error|exception|is|will)"
)
"""What no world keeps, and what is only said of the form of a value or of the way a call is made."""
_AROUND: Final = re.compile(
    r"(?i)^(?:fields|alt|key|quota_?user|pretty_?print|view|expand|include)|_id_?token|^(?:aws)?_?region$|^aws_?account_?id$|_encoding$|language$|_version$|^version$|^params$|"
    r"^member_?(?:ids?|account|app_?ids?)$|^service_?project_?number$|^return_?partial_?success$|^execution_?config\.|^header\."
)
"""What else, beside what `of_call` knows, says how a call is made, for whom, and which answers its caller can read."""
_SHOWS: Final = re.compile(r"(?i)^(?:opt_?fields|read_?mask|field_?mask|projection|select|attributes_?to_?get|additional_?fields_\w+)$|^(?:properties(?:_with_history)?|associations)$")
"""What of a row an answer shows."""
_IGNORED: Final = re.compile(r"(?i)\boptimistic\b|\bignored when\b|\bhash of\b")
"""What is said of a stamp, which nothing has before it is made."""


def _beside(name: str, schema: Schema, operation: Operation) -> bool:
    """Is an argument that is not taken none of substance: how the call is made and its answer is written, pages of a list that has all rows on one, what the service makes itself or settles once, and what is said to be without effect?"""
    pages = operation.act in READS and (PAGING.match(" ".join(field(name))) or leads_on(name, schema)) and kind_of(schema) in ("integer", "number", "string") and field(name)[-1] not in _NO_PAGES
    of_it = _AROUND.search(name) or of_call(name, schema) or writes_answer(name, schema) or (operation.act in READS and (_SHOWS.search(name) or ASIDE.search(name)))
    unseen = operation.act == "create" and STAMP.search(name) and _IGNORED.search(str(schema.get("description", "")))
    served = operation.act not in READS and (kept_by_service(name, schema, new=operation.act == "create") or (operation.act == "update" and settled(name, schema)))
    return bool(pages or of_it or unseen or served) or serves_nothing(schema)


_NO_PAGES: Final = frozenset("filter query q parent order by kind mask start view etag".split())
"""Words that mean something of their own beside pages."""


class Said(NamedTuple):
    """One sentence, and what it is said of."""

    text: str
    parameter: str = ""


def unkept(operation: Operation, tool: EnvTool, source: Tool, model: Model, rules: Sequence[Rule]) -> tuple[str, ...]:
    """What of a tool is not kept, a line each; first the arguments that are not taken."""
    table = next(t for t in model.tables if t.name == operation.table)
    arguments = {a.name: a for a in operation.arguments}
    parameters: dict[str, Schema] = source.parameters.get("properties", {})
    dropped = [n for n, s in parameters.items() if n not in arguments and n not in table.key and not _beside(n, s, operation)]
    lines = [f"not taken: {', '.join(dropped[:8])}{f' and {len(dropped) - 8} more' if len(dropped) > 8 else ''}"] if dropped else []
    for said in _sentences(source, arguments):
        kind = next((name for name, cue in _CUES if cue.search(said.text)), None)
        if kind and not _ASIDE.search(said.text) and not _kept(kind, said, operation, tool, table, model, rules):
            lines.append(_line(said))
    return tuple(dict.fromkeys(lines))[:MOST]


def _sentences(source: Tool, arguments: dict[str, Argument]) -> Iterator[Said]:
    """Of the tool, then of each argument that is taken: what is said of one that is not, is said by its name."""
    yield from (Said(s.strip(" *")) for s in _ENDS.split(source.description) if len(s) > 12)
    for name, schema in source.parameters.get("properties", {}).items():
        if name in arguments and arguments[name].role not in _PAGES:
            yield from (Said(s.strip(" *"), name) for s in _ENDS.split(str(schema.get("description", ""))) if len(s) > 12)


_ENDS: Final = re.compile(r"(?<=[.!;])\s+(?=[A-Z*`\"'(])|\s+\*\s+|\n")
"""Where a sentence, or a line of a list, ends."""
_PAGES: Final = frozenset("size token offset page behind ahead option stamp mask".split())


def _kept(kind: str, said: Said, operation: Operation, tool: EnvTool, table: Table, model: Model, rules: Sequence[Rule]) -> bool:
    """Does something of the operation account for a sentence of this kind?"""
    argument = next((a for a in operation.arguments if a.name == said.parameter), None)
    schema: Schema = tool.parameters["properties"].get(said.parameter, {})
    if kind == "default":
        column = next((c for c in table.columns if argument is not None and c.name == argument.column), None)
        told = default_of(schema) in (0, False, None) and column is not None and column.default is not None
        return (argument is None and bool(operation.sets)) or (argument is not None and (bool(argument.defaults) or told or argument.role not in ("value", "body", "filter") or argument.required))
    if kind == "order":
        return operation.order is not None or any(a.role in ("sort", "order") for a in operation.arguments) or operation.act != "list"
    if kind == "gone":
        return operation.act == "delete" and any(r.table == table.name and r.on_delete == "CASCADE" for t in model.tables for r in t.references)
    if kind == "whole":
        return operation.whole or operation.act in ("put", "get", "list") or (argument is not None and argument.column is not None and argument.column not in operation.merges)
    if kind == "find":
        return argument is None or bool(argument.also) or argument.role in ("prefix", "contains", "test", "expression", "named") or (argument.column not in table.key and argument.role != "filter")
    if kind == "which":
        words = set(re.findall(r"\w+", re.sub(r"[_-]", "", said.text.lower())))
        grouped = any(len(words & {re.sub(r"[\W_]", "", n).lower() for n in c.names}) + (said.parameter in c.names and said.parameter.lower() not in words) > 1 for c in operation.choices)
        return grouped or bool(argument and argument.also and "either" in words) or len({str(v).lower().replace("_", "") for v in schema.get("enum", ())} & words) > 1
    if kind == "must":
        return _of_another_call(said.text, operation) or _refused(said, operation, table, rules, schema)
    return False


def _of_another_call(text: str, operation: Operation) -> bool:
    """What no later call may change is kept by what those take; a create, or a read of it, is not refused for it."""
    later = r"\bimmutable\b|\b(?:can(?:not|'t| not)|must not|may not) (?:be )?(?:chang|modif|updat|edit|alter)\w*"
    return operation.act in ("create", "get", "list") and re.search(rf"(?i){later}", text) is not None and re.search(r"(?i)\b(?:if|when|while|unless)\b", text) is None


def _refused(said: Said, operation: Operation, table: Table, rules: Sequence[Rule], schema: Schema) -> bool:
    """Is a condition kept by a rule of the tool, by its schema, or by what its name looks for?"""
    text, found = said.text.lower(), {r.kind for r in rules}
    if operation.only_from and operation.state and ((STATE.search(operation.state[0]) and re.search(r"\b(?:state|status)", text)) or any(str(v).lower().replace("_", " ") in text.replace("_", " ") for c in table.columns if c.name == operation.state[0] for v in c.choices if isinstance(v, str)) or set(field(operation.state[0])) & set(re.findall(r"[a-z]+", text))):
        return True
    if "unique" in found and re.search(r"\bunique|already (?:exist|in use|taken)|same name", text):
        return True
    if "held" in found and re.search(r"\bassociated|\bin use|\bused by|\battached|\bcontain|\bempty|\bdelete (?:all|any|the)|\bfirst\b|\breferenc|\bhas\b|\bhave\b", text):
        return True
    if any(c.unique or c.name in table.key for c in table.columns) and operation.act == "create" and re.search(r"\bunique|already exist|same name", text) and said.parameter and field(said.parameter)[-1:] in (("name",), ("id",)):
        return any(a.name == said.parameter and (a.column in table.key or a.role == "slug") for a in operation.arguments)
    numbers = {int(n) for n in re.findall(r"\d+", text)}
    if numbers and {*bounds(schema)[:2]} & numbers:
        return True
    if re.search(r"\b(?:match|be|identif\w+)\b[^.;]{0,30}\bexisting\b", text) and any(a.name == said.parameter and (a.role in ("key", "match") or any(a.column in r.columns for r in table.references)) for a in operation.arguments):
        return True
    return bool(said.parameter and re.search(r"\b(?:must|need to|have to) (?:be )?(?:specif|provid|includ|set\b|given)", text) and any(a.name == said.parameter and a.required for a in operation.arguments)) or ("enum" in schema and "must be" in text)


def _line(said: Said) -> str:
    text = " ".join(f"{said.parameter}: {said.text}".split() if said.parameter else said.text.split())
    return text if len(text) <= LINE else f"{text[: LINE - 4].rsplit(' ', 1)[0]} ..."
