"""What the parameters of a list narrow it by: equality, the start or a part of a text, times, and objects that hold several of these.
What is asked in words of its own (filters by name, expressions, orders) stands in `asks`.

A value that means everything ("ALL", "-1: all") narrows nothing.
"""

import re
from collections.abc import Mapping
from typing import Final

from agentscaler.envs.aliases import said
from agentscaler.envs.arguments import (
    ASIDE,
    Lost,
    across,
    argument,
    bound,
    column_of,
    is_time,
    own_argument,
    paging,
    scalar_items,
    writes_answer,
)
from agentscaler.envs.asks import called, expression, named, serves_nothing, sorting
from agentscaler.envs.compares import compared, pointed, searched, switched
from agentscaler.envs.drafts import STATE, Col, Draft, Entry
from agentscaler.envs.items import is_plural
from agentscaler.envs.keys import parent_parameter
from agentscaler.envs.service import Service
from agentscaler.records import Argument, Role, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import PAGING, TRANSPORT, entity, field


def narrowing(entry: Entry, name: str, draft: Draft, service: Service, about: str = "") -> Argument | None:
    """What a parameter of a list narrows it by; None where it means nothing. about: the object it stands in."""
    schema = entry.parameters[name]
    if (ASIDE.search(name) and not _filters(name, schema, draft)) or writes_answer(name, schema) or serves_nothing(schema):
        return argument(entry, name, "option") if name in entry.required else None
    if draft.segment is not None and name == parent_parameter(entry):
        return argument(entry, name, "filter", "parent").model_copy(update={"anything": across(entry, name)})
    if found := compared(entry, name, draft) or bound(entry, name, draft, about):
        return found
    if found := named(entry, name, draft, service.entries) or expression(entry, name, draft) or called(entry, name, draft) or sorting(entry, name, draft, about) or searched(entry, name, draft) or switched(entry, name, draft):
        return found
    if kind_of(schema) == "object" and (_HOLDS.search(name) or _SORTS.search(name)) and schema.get("properties"):
        return _inside(entry, name, draft, service)
    column = column_of(entry, name, draft, service)
    if (column is None or not (column.shown or column.name in draft.key)) and name not in entry.required and (found := pointed(entry, name, draft)):
        return found
    many = kind_of(schema) == "array"
    if column is None and (bare := _EXACT.sub("", name)) != name and (name.lower().endswith("equals") or "enum" in schema):
        column = draft.columns.get(draft.find(bare) or "") if bare else None
    if column is None and (bare := _BY.sub("", name)) != name:
        column = draft.columns.get(draft.find(bare) or "")
    if column is None and kind_of(schema) == "string":
        column = _named_so(name, str(schema.get("description", "")), draft)
    if column is None and many and draft.own and is_plural(name) and scalar_items(schema):
        try:
            found_name, target = own_argument(entry, draft, service)
        except Lost:
            return None
        return argument(entry, name, "filter", target, many=True) if found_name == name else None
    if column is None and (part := _part(name, schema, draft)) is not None:
        return argument(entry, name, *part)
    if column is None and (form := _FORM.search(str(schema.get("description", "")))) and name in entry.required and entry.tool.source.vendor == "google" and kind_of(schema) == "string":
        return argument(entry, name, "within", template=re.sub(r"[A-Z]", lambda m: "_" + m[0].lower(), form[1]).replace("_id}", "}"))
    if column is None or column.json or TRANSPORT.match(name) or (PAGING.match(" ".join(field(name))) and not (name == "parent" and (column.shown or column.name in draft.parents))):
        return None
    inner = schema.get("items", {}) if many else schema
    if kind_of(inner) != column.kind:
        return None
    if not many and column.kind == "string" and _FUZZY.search(str(schema.get("description", ""))):
        return argument(entry, name, "contains", column.name)
    anything = everything(inner, column, str(schema.get("description", "")))
    column.learn({"enum": [v for v in inner.get("enum", ()) if v not in anything]})
    known = not many and _EXISTS.search(str(schema.get("description", ""))) is not None
    return argument(entry, name, "filter", column.name, many=many).model_copy(update={"anything": anything, "known": known})


def _filters(name: str, schema: Schema, draft: Draft) -> bool:
    """LanguageCode, 'the language code of the vocabulary entries', of rows that show one: what is listed, and not how the answer is written."""
    column, text = draft.columns.get(draft.find(name) or ""), str(schema.get("description", ""))
    same = column is not None and column.shown and field(column.name) == field(name)
    return same and bool(re.search(r"(?i)\bfilter|\b(?:language|locale)(?: code| tag)? (?:of|for) the \w+ (?!in\b|to\b)", text)) and not _ANSWERED.search(text)


_ANSWERED: Final = re.compile(r"(?i)\bresponse|locali[sz]|translat|display|readable|\bto use\b|evaluat|preferred|return(?:ed)? in\b")
_EXACT: Final = re.compile(r"_?(?:[Ee]quals|[Ff]ilter)$")
"""statusEquals, state_filter: a filter by a column whose values are told."""
_BY: Final = re.compile(r"^(?:filter_?[Bb]y|filter|by)_?(?=[A-Z]|(?<=_)[a-z])")
"""filterByName, filter_state: a filter by the column that it names."""
_EXISTS: Final = re.compile(r"(?i)\bmust (?:match|be) [^.]{0,40}\bexisting\b")
_FORM = re.compile(r"(?i)(?:format|form|for example)[^`'\"]{0,30}[`'\"]?((?:[a-z]+/\{[A-Za-z_]+\}/?)+)")
_HOLDS = re.compile(r"(?i)(?:filters?|filter_?by|criteria|conditions?|query|search)$")
_SORTS = re.compile(r"(?i)sort|order")
_FUZZY = re.compile(r"(?i)\bfuzzy|partial match|substring")
_PREFIX = re.compile(r"(?i)[_.-]?(?:prefix|starts_?with|begins_?with)$")
_CONTAINS = re.compile(r"(?i)[_.-]?(?:contains|like|fuzzy)$")
_SEARCH = re.compile(r"(?i)^(?:\w+_?)?(?:key_?words?|search_?(?:key|word|text|string|name|condition))$")
_NO_FIELD = re.compile(r"(?:the |a )?(?:fuzzy )?(?:search|query|filter)?(?:ing|ed)? ?(?:key ?words?|conditions?|string|text|terms?)?(?: (?:for|used for|to) (?:fuzzy )?(?:search(?:ing)?|query|queries|filter(?:ing)?))?|")
"""'Search keyword': what is searched is not said, so it is the name."""
_ALL = re.compile(r"(?i)^(?:~?all|any|\*|-)$|unspecified$")
_ALL_WORD = re.compile(
    r"[`'\"]((?i:all|any)|~all)[`'\"]|,? or (All|ALL)\b|\b(All|ALL): ?(?i:all|every|any)\b|\b(ALL) (?:indicates|means) (?:\w+ )?all\b|\b[Uu]se [`'\"]?(all)\b[`'\"]? for all\b|"
    r"(?:\b(?:passing|specify|use)|\"\" or) [`'\"]?(\*)[`'\"]? (?:returns|means|to|for) (?:\w+ )?(?:all|every)\b|[`'\"](-)[`'\"](?=[^.]{0,90}\b(?:all|every|across|span)\b)"
)
_ALL_SAID = r"(?i)\b{0}\b[`'\"]?[^.]{{0,40}}\b(?:all|every)\b"
_ALL_CODE = re.compile(r"(?i)(?<![\d.\w])(-?\d+)[`\"']?\s*(?:[:=(-]|means|indicates|for)\s*(?:query )?(?:all|unlimited|any)\b")


def everything(schema: Schema, column: Col, text: str) -> tuple[str | int, ...]:
    """Values of a filter that mean every row; none of them is a value that a row may hold.

    ALL among the values of the rows too is one that only filters have, where it stands among states or the text says that it shows all.
    """
    if kind_of(schema) == "integer":
        return tuple(dict.fromkeys(int(m[1]) for m in _ALL_CODE.finditer(text)))
    said = schema.get("enum") or [next(w for w in m.groups() if w) for m in _ALL_WORD.finditer(text)]
    every = [v for v in dict.fromkeys(said) if isinstance(v, str) and _ALL.search(v)]
    for value in every:
        if len(column.choices) > 1 and value in column.choices and value.lower() == "all" and (STATE.search(column.name) or re.search(_ALL_SAID.format(value), text)):
            column.choices.remove(value)
    return tuple(v for v in every if v not in column.choices)


def _named_so(name: str, text: str, draft: Draft) -> Col | None:
    """cluster, 'the short name or full ARN of the cluster', of rows that show a clusterArn."""
    sorts, words = said(text), field(name)
    bare = words[:-1] if words[-1] in ("name", "id", "arn", "identifier") else words
    found = (draft.columns.get(draft.find("_".join((*bare, sort))) or "") for sort in ("arn", "id", "name") if bare and len(sorts) > 1 and sort in sorts)
    return next((c for c in found if c is not None and c.shown and entity(c.name)[0] == bare), None)


def _part(name: str, schema: Schema, draft: Draft) -> tuple[Role, str] | None:
    """familyPrefix, nameContains, Keyword: the role, and the column whose start or part is meant."""
    if kind_of(schema) != "string":
        return None
    for pattern, role in ((_PREFIX, "prefix"), (_CONTAINS, "contains")):
        if (bare := pattern.sub("", name)) != name:
            column = _spoken(bare or _by(schema, draft), draft)
            return (role, column) if column else None  # type: ignore[return-value]
    text = str(schema.get("description", "")).lower()
    if _SEARCH.match(name) and ("name" in text or _NO_FIELD.fullmatch(text.strip(" ."))) and not re.search(r"\b(?:or|and|id|ip|remark|description|tags?)\b|/", text):
        column = _spoken("name", draft)
        return ("contains", column) if column else None
    return None


def _by(schema: Schema, draft: Draft) -> str:
    """'A prefix to filter endpoints by URI': the one column that is named."""
    named = re.findall(r"\bby (?:the |their )?([A-Za-z]+)", str(schema.get("description", "")))
    return next((n for n in named if draft.find(n) is not None), "")


def _spoken(bare: str, draft: Draft) -> str | None:
    """The text column that is meant: of that name, its name, or the key where nothing is said."""
    tries = [bare, f"{bare}Name", f"{bare}_name"] if bare else []
    found = next((c for t in tries if (c := draft.find(t)) is not None), None)
    if found is None and (not bare or field(bare) in (("name",), draft.noun, draft.noun[-1:])):
        found = next((c for c in ("Name", "name", "Key", "key", "" if draft.generated else draft.own or "") if c in draft.columns), None)
    column = draft.columns.get(found or "")
    plain = column is not None and column.kind == "string" and (column.shown or column.name in draft.key) and not STATE.search(column.name) and not is_time(column.name, column.schema)
    return found if plain and column is not None and not column.choices and column.name != "parent" else None


def _inside(entry: Entry, name: str, draft: Draft, service: Service) -> Argument | None:
    """Filter={'Status', 'Limit', 'Offset'}: an object each property of which narrows or pages; None where none does."""
    schema = entry.parameters[name]
    inner = entry._replace(tool=entry.tool.model_copy(update={"parameters": {**schema, "required": schema.get("required", [])}}))
    if _SORTS.search(name):
        found: Mapping[str, Argument] = {n: a for n in inner.parameters if (a := sorting(inner, n, draft, name)) is not None}
    else:
        found = paging(inner)
        found = {**found, **{n: a for n in inner.parameters if n not in found and (a := narrowing(inner, n, draft, service, name)) is not None and a.role not in ("option", "within", "named", "expression")}}
    if not found or any(n not in found for n in inner.required):
        return None
    return argument(entry, name, "filters").model_copy(update={"inside": tuple(found.values())})
