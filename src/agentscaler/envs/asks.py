"""What a list can be asked in words: filters by name ([{Name, Values}]), filter expressions, and what it is sorted by.

Only what columns can answer is offered, and the schema of the argument names it; a filter by anything else is refused.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from agentscaler.asked import CALLS, sign_of
from agentscaler.envs.arguments import argument, is_time, matched, times_of
from agentscaler.envs.documented import values_of
from agentscaler.envs.drafts import SCALARS, STATE, Col, Draft, Entry, Noun
from agentscaler.records import Argument, Schema
from agentscaler.schemas import kind_of
from agentscaler.words import field, plural, split

MOST_NAMED: Final = 30


# ---- filters by name --------------------------------------------------------------------------------------------

_NAME = re.compile(r"(?i)^(?:filter_?)?(?:name|key|field|attribute|type|by|property|dimension)$|^filter_?(?:name|key)$|^field_?name$|^attribute_?path$")
_VALUES = re.compile(r"(?i)^(?:filter_?|field_?|attribute_?|string_?)?(?:values?|value_?list|value_?set)$")
_HOW = re.compile(r"(?i)^(?:comparison_?operator|operator|condition|comparator|comparison|compare|match_?option|fuzzy|exact_?match|op|filter_?operator|type)$")


def named(entry: Entry, name: str, draft: Draft, others: Iterable[Entry] = ()) -> Argument | None:
    """Filters=[{Name, Values}], or one such: the columns that the filters' names mean; None where no name means one. others: the service's operations, for the way it spells such names."""
    schema = entry.parameters[name]
    items = schema.get("items", {}) if kind_of(schema) == "array" else schema
    pair = _pair(items)
    if not pair or serves_nothing(schema):
        return None
    properties = items["properties"]
    said = " ".join(str(s.get("description", "")) for s in (schema, properties[pair[0]]))
    closed = [v for v in properties[pair[0]].get("enum", ()) if isinstance(v, str)]
    spelled = [*values_of(properties[pair[0]]), *(n for n in spelled_out(said) if not (n == pair[0] and f'"{n}"' in said))]
    siblings = {n for n, s in entry.parameters.items() if kind_of(s) == "array"}  # "you cannot give both VpcIds and Filters"
    names = closed or [n for n in spelled if n not in siblings]
    places = _apart({n: p for n in dict.fromkeys(names) if (p := place_of(n, draft)) is not None})
    if closed and not places:  # the list of values is that of another field
        closed, places = [], _apart({n: p for n in spelled if (p := place_of(n, draft)) is not None})
    rows = [n for s in (schema, properties[pair[0]]) for n in _in_a_row(str(s.get("description", "")), draft)]
    for more in () if closed else (_mentioned(said, entry, draft), rows, [] if places else _example(properties[pair[0]], draft)):
        places |= {n: p for n in more if (p := place_of(n, draft)) is not None and p not in places.values()}
    if not places and not closed and not _SPOKEN.search(re.sub(r"(?i)case[- ]sensitive|`AND`", "", said)):
        kebab = any(_KEBAB_ID.search(str(e.parameters.get(name, {}).get("description", ""))) for e in others)
        places = {"-".join(split(p)) if kebab else n: p for n, p in _shown_places(entry, draft).items() if not n.endswith(".*")}
    if not closed and "tag:<" in said and (tags := _tags(draft)):
        places |= {"tag:": tags}
    if not places:
        return None
    return argument(entry, name, "named").model_copy(update={"places": dict(list(places.items())[:MOST_NAMED]), "pair": pair})


def _mentioned(text: str, entry: Entry, draft: Draft) -> list[str]:
    """Fields of the answer that a text names: 'Support BindDomain and Status'."""
    return [n for n, c in _shown(entry, draft).items() if len(split(n)) > 1 and not is_time(n, c.schema) and mentions(text, n)]


_SPOKEN: Final = re.compile(r"(?i:[:<>|/(*`\"“]|\b(?:by|on|only|keywords?|tags?|supported|valid|allowed|following|includ\w+|see the|conditions? and|match|such as|dimensions?)\b|\w-\w)|[a-z][A-Z]")
"""What may be the name of a filter, or say something of names; where nothing does, the fields of the answer are offered."""
_KEBAB_ID: Final = re.compile(r"(?<![\w-])[a-z]+-id - ")
_CAPITAL = r"(?<![\w.-])[A-Z][A-Za-z0-9]*(?![\w-])"
_RUN: Final = re.compile(rf"{_CAPITAL}(?:(?:,|,? and|,? or| \|)? {_CAPITAL})+")
_EXPLAINED: Final = re.compile(rf"({_CAPITAL}), ([a-z][A-Za-z ]{{2,40}})")
_MARKED: Final = re.compile(rf"<({_CAPITAL})>|({_CAPITAL})(?: - [a-z]| Sample values:)")


def _in_a_row(text: str, draft: Draft) -> list[str]:
    """Capitalised names: 'supports InstanceId (instance ID), Vport, Status' where most mean columns; 'Status, address status. Subnet, public address', '<InstanceIds>', 'Status - '."""
    found = [a or b for a, b in _MARKED.findall(text)]
    explained = _EXPLAINED.findall(text)
    if any(split(name)[-1] in said.lower().split() for name, said in explained):
        found += [name for name, _ in explained]
    for run in _RUN.finditer(re.sub(r" *\([^()]*\)", "", text)):
        names = re.findall(_CAPITAL, run[0])
        known = [n for n in names if n in draft.columns or (len(split(n)) > 1 and place_of(n, draft))]
        found += names if len(known) > 1 and 2 * len(known) >= len(names) else []
    return [f for f in found if f not in ("No", "Yes")]  # "Required: No - ..."


def serves_nothing(schema: Schema) -> bool:
    """'This parameter is not currently supported': does a provider say that an argument has no effect?"""
    return bool(_NOTHING.match(str(schema.get("description", ""))))


_NOTHING: Final = re.compile(r"(?i)(?:(?:this|the) (?:parameter|field|filter|option)|filtering|there are|reserved|not\b|currently)[^.]{0,30}(?:(?:\bnot|n['’]t)(?: currently| yet| being)* (?:supported|implemented|used)|\bno supported filters|reserved for future|not (?:currently )?implemented)|(?:filter, which is a )?reserved (?:field|for future|parameter)|not (?:currently )?(?:supported|implemented|in use)\b|currently (?:not (?:supported|used)|unsupported)")


def _example(which: Schema, draft: Draft) -> list[str]:
    """The one name that a provider shows, where it is a column's to the letter: 'instanceName'. Plain words (name, id) are examples of anything."""
    shown = [n for n in which.get("examples", ()) if isinstance(n, str)]
    return [n for n in shown if len(field(n)) > 1 and n.lower() in {c.lower() for c in draft.columns}]


def _pair(items: Schema) -> tuple[str, ...]:
    """The properties of a filter: which, its values and, where it says so in words that are known, how they are compared."""
    properties: Mapping[str, Schema] = items.get("properties", {})
    name = next((n for n, s in properties.items() if _NAME.match(n) and kind_of(s) == "string"), None)
    values = next((n for n, s in properties.items() if _VALUES.match(n) and (kind_of(s) == "string" or (kind_of(s) == "array" and kind_of(s.get("items", {})) == "string"))), None)
    if name is None or values is None:
        return ()
    how = next((n for n, s in properties.items() if n not in (name, values) and _HOW.match(n) and understood(n, s) and (n in items.get("required", ()) or not _LATE.match(n))), None)
    pair = (name, values, how) if how else (name, values)
    return pair if set(items.get("required", ())) <= set(pair) else ()


def understood(name: str, schema: Schema) -> list[str]:
    """The ways to compare that are known; of a switch ('fuzzy') both. A switch that is called exact and said to be fuzzy says nothing."""
    if kind_of(schema) == "boolean":
        return [] if "exact" in name.lower() and re.search(r"(?i)fuzzy|ignored", str(schema.get("description", ""))) else ["true"]
    return [v for v in schema.get("enum") or values_of(schema) if isinstance(v, str) and sign_of(v)]


_LATE: Final = re.compile(r"(?i)^(?:exact_?match|type|compare|op)$")
"""What says how to compare in some services only; where it may be left out, it is."""


_TOKEN = r"[A-Za-z][A-Za-z0-9_]*(?:[-.][A-Za-z0-9_]+)*"
_KEBAB = re.compile(r"(?<![\w./<:-])[a-z][a-z0-9]*(?:[-.][a-z0-9_]+)+(?![\w/-])")
_TYPED = re.compile(rf"(?<![\w-])({_TOKEN})\s?-\s?(?i:string|int|integer|boolean|bool|array|uint64)\b")
_FILTERS_BY = re.compile(rf"(?<![\w-])({_TOKEN})[`\"]?(?: | ?- ?| is )[Ff]ilter(?:s|ed)? (?:by|as|according)\b")
_DEFINED = re.compile(rf"(?:^|[.;,:：)(\]\n]|\s[-*•])\s*[`\"'“(]?({_TOKEN})[`\"'”]?\s*(?::|：|\s[-–—]\s|\s\()")
_QUOTED = re.compile(rf"[`\"“]({_TOKEN})[`\"”]")
_LIST = re.compile(r"(?i)\b(?:keys?|names?|filters?|fields?|propert(?:y|ies)|attributes?|values?|criteria)\b(?: \w+){0,3}? (?:are|is|include|includes|following)\b(?: the following)?\s*:?([^.:;]{2,300})")


_ONE = re.compile(rf"(?i:\b(?:filter|attribute|supported|valid)(?: \w+)? (?:keys?|names?|filters?|fields?) (?:is|are)|[Tt]he key is|[Yy]ou can filter on) [`\"']?({_TOKEN})\b")
_ROW = re.compile(r"(?i:\b(?:keys|filters|fields|attributes)\b[^.:]{0,60}): ((?:[a-z][A-Za-z0-9_]+ ){1,20}[a-z][A-Za-z0-9_]+)(?=$|[. ])")
_AMONG = re.compile(rf"(?i:\b(?:following|supported|allowed) (?:filter )?(?:values|names|keys|fields)[^.:;]{{0,20}}|\bfilter on):? ?({_TOKEN}(?: \([^)]*\))?(?: ?,(?: and| or)? ?{_TOKEN}(?: \([^)]*\))?)+)")
"""'The only supported filter name is state'; names in a row behind a colon, with or without commas."""


def spelled_out(text: str) -> list[str]:
    """Names in a provider's prose: 'vpc-id - The ID of the VPC', `instance-name`, 'valid keys include Owner, Name and Type'."""
    found = _KEBAB.findall(text) + _TYPED.findall(text) + _FILTERS_BY.findall(text) + _DEFINED.findall(text) + _QUOTED.findall(text) + _ONE.findall(text)
    found += [name for row in _ROW.finditer(text) for name in row[1].split()]
    found += [name for row in _AMONG.finditer(text) for name in re.findall(_TOKEN, re.sub(r"\([^)]*\)", "", row[1]))]
    for listed in _LIST.finditer(text):
        parts = [p.strip(" `\"'“”") for p in re.split(r",|\band\b|\bor\b|\|", listed[1])]
        tokens = [p for p in parts if re.fullmatch(_TOKEN, p)]
        found += tokens if len(tokens) > 1 else [t for t in tokens if not t.islower()]
    typed = re.search(r"Type: ?(?:String|Integer|Boolean)", text) is not None
    return [f for f in dict.fromkeys(found) if f.lower() not in _PROSE and not (typed and f == "Type")]


_PROSE: Final = frozenset("and or names value values filter filters key keys string note example default required no yes valid values.n name.n e.g i.e asc desc".split())


def _apart(places: Mapping[str, str]) -> dict[str, str]:
    """Of two spellings that mean the same column the first, where one is a plain word of the other: 'level' beside VulLevel, Name beside RuleName."""
    out: dict[str, str] = {}
    for name, place in sorted(places.items(), key=lambda x: len(field(x[0])) == 1):
        if len(field(name)) > 1 or place not in out.values():
            out[name] = place
    return {n: p for n, p in places.items() if n in out}


def _tags(draft: Draft) -> str | None:
    """'Tags.Key.Value' of a column of tags."""
    for column in draft.columns.values():
        properties = column.schema.get("items", {}).get("properties", {}) if column.kind == "array" else {}
        key, value = (next((n for n in properties if n.lower() in (word, f"tag{word}")), None) for word in ("key", "value"))
        if column.shown and "tag" in column.name.lower() and key and value:
            return f"{column.name}.{key}.{value}"
    return None


def place_of(name: str, draft: Draft) -> str | None:
    """The column that a filter's name means, or 'column.property' where it holds objects."""
    words = field(name)
    if not words:
        return None
    plain = len(words) == 1 or set(words[:-1]) <= set(draft.noun)
    for column in (draft.columns.get(c or "") for c in (draft.find(name), draft.alias(name, "string") if plain else None, _own(words, draft), _state(words, draft))):
        spoken = column is not None and (not is_time(name, {"type": "string"}) or field(column.name) == words)
        if column is not None and spoken and _tells(column) and (column.shown or column.name in draft.key):
            return column.name
    for at in range(1, len(words)):
        for head in (words[:at], (*words[: at - 1], plural(words[at - 1])), (words[at - 1], "list"), (words[at - 1], "set")):
            held = draft.columns.get(draft.canon.get(field("_".join(head)), ""))
            if held is not None and held.shown and (inner := _property(held, words[at:], head)):
                return f"{held.name}.{inner}"
    return None


def _tells(column: Col) -> bool:
    """Can a text be compared with what it holds: one value, or a list of such?"""
    return column.kind in SCALARS or (column.kind == "array" and kind_of(column.schema.get("items", {})) in ("string", "integer"))


def _own(words: Noun, draft: Draft) -> str | None:
    """GroupName is the key of an auto scaling group that is called so."""
    own = field(draft.own or "")
    return draft.own if draft.own and own[-1:] == words[-1:] and len(words) > 1 and draft.noun[-len(words) + 1 :] == words[:-1] else None


def _state(words: Noun, draft: Draft) -> str | None:
    """status, db-cluster-status: the one state of the thing itself."""
    states = [c.name for c in draft.columns.values() if c.shown and c.kind == "string" and STATE.search(c.name) and not set(field(c.name)[:-1]) - set(draft.noun)]
    return states[0] if len(states) == 1 and words[-1] in ("state", "status") and not set(words[:-1]) - set(draft.noun) else None


def _property(column: Col, words: Noun, head: Noun) -> str | None:
    schema = column.schema.get("items", {}) if column.kind == "array" else column.schema
    properties: Mapping[str, Schema] = schema.get("properties", {})
    return next((n for n, s in properties.items() if kind_of(s) in ("string", "integer") and re.fullmatch(r"[A-Za-z]\w*", n) and field(n) in (words, (*head, *words))), None)


# ---- filter expressions -----------------------------------------------------------------------------------------

_OTHER_TONGUE = re.compile(r"(?i)direct_children|\beq\b|\bdoes not support\b|\bSQL\b|\bCEL\b|Common Expression|\bregular expressions? only\b|=~|\b\w+\([\"']|monitoring filter")
_NARROW = re.compile(r"(?i)\bonly\b|supported|allowed|following|can (?:be )?filter|filterable|by ")


_ANY_FIELD = re.compile(r"(?i)\b(?:only (?:include|return|list)|(?:list|return|include|show)s? only|restricts)\b[^.:]*\bmatch\w*[^.:]*")
"""'Only include resources that match the filter' limits no field."""


def expression(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """Google's filter, 'state = "ACTIVE" AND labels.team = "a"': the shown fields that may stand in it."""
    schema = entry.parameters[name]
    text = _ANY_FIELD.sub("", str(schema.get("description", "")))
    if entry.tool.source.vendor != "google" or name != "filter" or kind_of(schema) != "string" or schema.get("enum") or _OTHER_TONGUE.search(text):
        return None
    places = _shown_places(entry, draft)
    said = {n: p for n, p in places.items() if mentions(text, n.removesuffix(".*"))}
    if _NARROW.search(text) and (said or re.search(r"(?i)\bonly\b", text)):
        places = said
    return argument(entry, name, "expression").model_copy(update={"places": {_as_said(n, text): p for n, p in places.items()}}) if places else None


def _as_said(name: str, text: str) -> str:
    """The name of a field as a text spells it: create_time."""
    snake = _snake(name)
    return snake if "." not in name and not re.search(rf"\b{re.escape(name)}\b", text) and re.search(rf"(?<![\w.]){snake}\b", text) else name


def mentions(text: str, name: str) -> bool:
    """Does a text name a field? A plain word (name, state) only where it stands as one: `name`, state=ACTIVE."""
    snake = _snake(name)
    if not name.islower():
        return bool(re.search(rf"(?<![\w.])(?:{re.escape(name)}|{snake})\b", text))
    return bool(re.search(rf"[`\"'*]{snake}(?=[`\"'.=: ])|(?<![\w.]){snake}(?:\.\w+)?[`\"']? ?(?:[=<>!]=?|:[\w\"*])", text))


def _snake(name: str) -> str:
    return re.escape("_".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)).lower())


_CALLED: Final = re.compile(r"`([A-Za-z_][\w.]*)`: ((?:`[a-z-]+`(?:, )?)+)")


def called(entry: Entry, name: str, draft: Draft) -> Argument | None:
    """filter=equals(status,"done"), where the text lists fields and their operators, '`status`: `any`, `equals`': those that rows hold, also inside an object."""
    schema = entry.parameters[name]
    if name != "filter" or kind_of(schema) != "string":
        return None
    told = {n: set(re.findall(r"[a-z-]+", how)) & CALLS.keys() for n, how in _CALLED.findall(str(schema.get("description", "")))}
    places = {n: p for n, how in told.items() if how and (p := place_of(n, draft) or (draft.own if n == "ids" else None) or _held_once(n, draft)) is not None}
    return argument(entry, name, "expression").model_copy(update={"sign": "calls", "places": places}) if places else None


def _held_once(name: str, draft: Draft) -> str | None:
    """The one shown object that has a property of this name: attributes.status."""
    objects = [c for c in draft.columns.values() if c.shown and c.kind == "object" and c.name not in draft.key]
    found = [f"{c.name}.{n}" for c in objects for n, s in c.schema.get("properties", {}).items() if n == name and kind_of(s) in SCALARS]
    return found[0] if len(found) == 1 else None


_SECRET = re.compile(r"(?i)password|secret|private_?key|credential|fingerprint$|^etag$")


def _shown_places(entry: Entry, draft: Draft) -> dict[str, str]:
    """Field of an item -> column, of what can be compared; 'labels.*' where any key may follow."""
    out = {}
    for name, column in _shown(entry, draft).items():
        if column.kind == "object" and "additionalProperties" in column.schema and not column.schema.get("properties"):
            out[f"{name}.*"] = column.name
        elif _tells(column) and not _SECRET.search(column.name):
            out[name] = column.name
    return out


def _shown(entry: Entry, draft: Draft) -> dict[str, Col]:
    fields = entry.item.fields if entry.item is not None and not entry.item.scalar else {}
    return {n: draft.columns[c] for n, c in matched(fields, draft).items() if c in draft.columns}


# ---- order ------------------------------------------------------------------------------------------------------

_SORTS = re.compile(r"(?i)^(?:sort|order)(?:ing)?_?(?:s|by|bys|field|key|column|element|name|option|attribute|order|type|direction|method|by_?type|by_?field|by_?order)?$|^by$|^ascending(?:_?order)?$|^(?:is_?)?(?:asc|ascending)$")
_PART = re.compile(r"(?i)^(?:attribute|field|name|key|by|order|direction|type|column)(?:_?name)?$")
_WAY = re.compile(r"(?i)^(?:asc|desc|dsc)")


def sorting(entry: Entry, name: str, draft: Draft, about: str = "") -> Argument | None:
    """SortBy and SortOrder: the columns a list can be sorted by, and the direction; None where it is neither. about: the object it stands in."""
    schema = entry.parameters[name]
    if not (_SORTS.search(name) or (_SORTS.search(about) and _PART.match(name))) or kind_of(schema) not in ("string", "boolean") or (entry.item is not None and entry.item.scalar):
        return None
    if not (entry.tool.source.vendor == "google" and field(name) == ("order", "by")) and _is_way(name, schema):
        usual = _usual(entry, draft)
        return argument(entry, name, "order", usual) if usual else None
    if kind_of(schema) != "string":
        return None
    columns = {c.name: c for c in _shown(entry, draft).values() if c.kind in ("string", "integer", "number")} | {k: draft.columns[k] for k in draft.key if k in draft.columns}
    text = str(schema.get("description", ""))
    closed = [v for v in schema.get("enum", ()) if isinstance(v, str)]
    told = [*values_of(schema), *spelled_out(text)]
    said = closed or [*told, *(w for w in columns if mentions(text, w))]
    said = said if closed else list({re.sub(r"[^a-z0-9]", "", n.lower()): n for n in reversed([_as_said(n, text) for n in said])}.values())[::-1]
    places = {n: c for n in dict.fromkeys(said) if (c := _sortable(n, draft, columns.values())) is not None}
    shown = [w[0] for e in schema.get("examples", ()) if isinstance(e, str) and (w := re.findall(_TOKEN, e))]
    if not places and not closed and (entry.tool.source.vendor == "google" or not any(len(split(n)) > 1 for n in told)):
        places = {n: c for n, c in ((n, c.name) for n, c in _shown(entry, draft).items()) if c in columns}
    for example in () if closed else shown:  # the provider's own spelling of it: effectiveTime, for the column EffectiveTime
        if (column := _sortable(example, draft, columns.values())) is not None and not _WAY.match(example):
            places = {example: column} | {n: c for n, c in places.items() if c != column}
    return argument(entry, name, "sort").model_copy(update={"places": dict(list(places.items())[:MOST_NAMED])}) if places else None


def _is_way(name: str, schema: Schema) -> bool:
    if kind_of(schema) == "boolean":
        return "asc" in name.lower()
    values = [v.strip("\"' ") for v in schema.get("enum") or schema.get("examples") or () if isinstance(v, str)]
    values = values if "enum" in schema or all(map(_WAY.match, values)) else []
    text = str(schema.get("description", ""))
    by = bool(re.search(r"(?i)by$|field$|key$|column$|element$|name$", name)) and not re.search(r"(?i)\bASC\b.*\bDESC\b|\bDESC\b.*\bASC\b", text)
    return all(_WAY.match(v) for v in values) if values else not by and bool(re.search(r"(?i)\basc", text) and re.search(r"(?i)\bdesc", text))


def _sortable(name: str, draft: Draft, columns: Iterable[Col]) -> str | None:
    """CREATIONTIME is CreationTime, CreationDate is CreatedAt."""
    columns = list(columns)
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    found = next((c.name for c in columns if re.sub(r"[^a-z0-9]", "", c.name.lower()) == bare), None)
    found = found or next((c for c in (draft.find(name), draft.alias(name, "string"), _own(field(name), draft), _state(field(name), draft)) if c and any(c == o.name for o in columns)), None)
    return found or next((c.name for c in times_of(name, columns, draft.noun)), None)


def _usual(entry: Entry, draft: Draft) -> str | None:
    """What a direction alone is about: when the rows were made, else their key."""
    made = [c.name for c in _shown(entry, draft).values() if is_time(c.name, c.schema) and re.search(r"(?i)creat|start|submi|insert|request", c.name)]
    return made[0] if made else draft.own


# ---- the order of a list that is asked for none -----------------------------------------------------------------

_SORTED = re.compile(r"(?i)\b(?:sort(?:ed)?|order(?:ed|ing)?|return(?:ed)?)\b[^.]{0,110}|[^.]{0,60}(?:,|\bwith the|\bfrom the) (?:newest|most recent(?:ly \w+)?|latest|oldest)(?: \w+)? (?:first|to (?:the )?(?:oldest|newest))\b|\bin (?:reverse )?(?:descending|ascending|chronological)\b[^.]{0,40}\border\b[^.]{0,40}")
_SORTED_BY = re.compile(r"(?i)(?<!be )\b(?:sorted|ordered|listed)(?: alphabetically)? by (?:the |their )?[`']?(?P<by>[A-Za-z_]+(?: (?!in\b|and\b|with\b|from\b|or\b|if\b|when\b)[A-Za-z_]+){0,3})[`']?(?P<rest>[^.]{0,60})")
_DOWN = re.compile(r"(?i)\bdescending\b|\bmost recent(?:ly)?\b|\bnewest\b|\breverse[- ]chronological|\blatest\b(?! version)")
_UP = re.compile(r"(?i)\bascending\b|(?<!reverse )(?<!reverse-)\bchronological(?:ly)?\b|\boldest (?:first|to)\b|\balphabetical")
_RECENT = re.compile(r"(?i)\b(?:most recent(?:ly)?|newest|latest|chronological(?:ly)?)\b(?! (?:updated|modified|used|issued))")


def standing_order(entry: Entry, draft: Draft) -> tuple[str, bool] | None:
    """'Sorted by creation date, most recent first': the column a list is sorted by when the call asks for no order, and whether from the highest; None where nothing is said."""
    text = entry.tool.description
    for said in (m[0] for m in _SORTED.finditer(text)):
        down, up = _DOWN.search(said), _UP.search(said)
        both = re.search(r"(?i)ascending (?:and|or) descending|descending (?:and|or) ascending|\bif\b|\bwhen\b", said)
        if both or not (down or up) or (re.match(r"(?i)returns?", said) and not re.search(r"(?i)\bfirst\b|\border|\bsort|\bstarting\b|\bdescending|\bchronological", said)):
            continue
        if (column := _spoken_of(said, entry, draft)) is not None:
            newest_first = down is not None and (up is None or "oldest" in up[0].lower() or down.start() < up.start())
            return column, newest_first
    return _sorted_by(entry, draft)


def _sorted_by(entry: Entry, draft: Draft) -> tuple[str, bool] | None:
    """'Sorted by title': the column, and from the lowest where nobody says otherwise; None where there is more than one."""
    said = _SORTED_BY.search(entry.tool.description)
    if said is None or re.search(r"(?i)^,? ?(?:and|or|then)\b|\bif\b|\bwhen\b|\bunless\b|\bascending (?:and|or) desc", said["rest"]):
        return None
    short = re.match(r" \(([A-Z]{2,4})\)", said["rest"])  # 'by gateway Amazon Resource Name (ARN)'
    words = [said["by"].split()[0], short[1]] if short else said["by"].split()
    column = _sortable("_".join(words), draft, [c for c in _shown(entry, draft).values() if c.kind in ("string", "integer", "number")])
    return (column, bool(_DOWN.search(said["rest"]))) if column else None


def _spoken_of(said: str, entry: Entry, draft: Draft) -> str | None:
    """The one shown column that a sentence about an order names: `create_time`, 'creation date', or the time things were made where it only says 'most recent first'."""
    columns = {n: c for n, c in _shown(entry, draft).items() if c.kind in ("string", "integer", "number")}
    named = [c.name for n, c in columns.items() if mentions(said, n)]
    if named or re.search(r"[a-z][A-Z]|\w_\w", said):  # a field of a name that no column has is another order
        return named[0] if len(named) == 1 else None
    times = [c for c in columns.values() if is_time(c.name, c.schema) or re.fullmatch(r"(?i)created|timestamp", c.name)]
    about = stems_of(re.sub(r"(?i)\bstarting (?:with|from)\b", "", said))
    spoken = [c.name for c in times if about & stems_of(" ".join(split(c.name)))]
    if len(spoken) == 1 or about:
        return spoken[0] if len(spoken) == 1 else None
    if re.search(r"(?i)\bversion\b", said) and len(found := [c.name for c in columns.values() if field(c.name)[-1:] in (("version",), ("version", "number")) and c.kind == "integer"]) == 1:
        return found[0]
    if re.search(r"(?i)alphabetical", said):
        return next((c.name for c in columns.values() if field(c.name) in (("name",), (*draft.noun, "name"), (*draft.noun[-1:], "name"))), None)
    made = [c.name for c in times if re.match(r"(?i)creat|insert|submi|request", c.name)] or ([c.name for c in times] if len(times) == 1 else [])
    return made[0] if made and _RECENT.search(said) else None


def stems_of(text: str) -> set[str]:
    """'creation date', 'most recently created' -> {'creat'}: the words that tell one time of a thing from another."""
    return {w[:5] for w in re.findall(r"[a-z]+", text.lower()) if w[:5] in _STEMS}


_STEMS: Final = frozenset("creat updat modif start join submi reque issue delet expir publi chang uploa".split())
