"""Where the rows of a resource stand in a result: 'Reservations[].Instances[]', 'FileSystem', or the body itself."""

import re
from typing import Final, NamedTuple

from agentscaler.records import Schema, Tool
from agentscaler.schemas import kind_of
from agentscaler.verbs import VIEW_WORDS, Analysis
from agentscaler.words import PAGING, TRANSPORT, field, singular, split

COUNTS = ("totalcount", "total", "totalsize", "totalresults", "count", "totalitems", "resultcount", "totalnum", "totalcounts", "totalcnt", "totalnumber", "totalresultscount", "allcount", "approximatetotalcount")


SCOPE = "*"
"""In the way to an item: the zone or region that the rows stand under."""


class Item(NamedTuple):
    """One item of the resource in a result."""

    wrap: tuple[str, ...]
    """Names on the way to it; every one but the last is an object or a list of one."""
    many: bool
    """A list of items?"""
    scalar: bool
    """A list of bare values."""
    fields: dict[str, Schema]
    """Fields of one item."""
    next: str | None
    """Where the token of the next page stands; 'DistributionList.NextMarker' inside the object that holds the list."""
    total: str | None
    """Where the number of all items stands."""
    nested: tuple[bool, ...]
    """For each name of wrap: is it a list?"""
    beside: dict[str, Schema] = {}
    """Of one item in an object: the fields beside that object (AssessmentReports beside Assessment)."""


def find_item(tool: Tool, what: Analysis) -> Item | None:
    """The item of a read's result, or None where the result is not known or holds nothing. What the provider only takes in is no field of it."""
    found = _find_item(tool, what)
    if found is None or found.scalar:
        return found
    fields = {n: s for n, s in found.fields.items() if not input_only(s)}
    return found._replace(fields=fields, beside={n: s for n, s in found.beside.items() if not input_only(s)}) if fields else found


def input_only(schema: Schema) -> bool:
    """'Input only.', '[Input Only]', 'Immutable. Write-only': a caller gives it, and no answer shows it."""
    return _INPUT_ONLY.search(str(schema.get("description", ""))[:400]) is not None


_INPUT_ONLY: Final = re.compile(r"(?i)^\W*(?:(?:immutable|optional|required|direct)\W+){0,2}(?:input|write)[- ]only\b(?! (?:if|when))|[.;] \W*(?:input|write)[- ]only\W*(?:$|\.)")


def _find_item(tool: Tool, what: Analysis) -> Item | None:
    if tool.returns is None or kind_of(tool.returns) == "array":
        return _top_list(tool.returns)
    body = tool.returns.get("properties", {})
    if not body:
        return None
    token = next(iter(sorted((n for n in body if _is_token(n)), key=lambda n: not n.lower().startswith("next"))), None)
    total = next((n for n in body if n.lower().replace("_", "") in COUNTS and kind_of(body[n]) == "integer"), None)
    one = tool.source.vendor == "google" and what.verb == "get" and not what.extra and (tool.source.path or "").endswith("}")
    plain = {n: s for n, s in body.items() if not _aside(n, s) or (one and n in _OF_THE_THING)}
    if "data" in body and body.keys() <= _DOCUMENT:
        plain = {"data": body["data"]}
    if len(plain) > 1 and "errors" in plain and kind_of(plain["errors"]) == "array":
        plain = {n: s for n, s in plain.items() if n != "errors"}
    if not plain:
        return None
    if what.verb == "aggregated" and (found := _by_scope(body, token)) is not None:
        return found
    if what.kind == "get" and _is_envelope(body):
        return Item(("data",), False, False, dict(body["data"]["properties"]), None, None, (False,))
    if is_document(body):
        return Item(("data",), False, False, dict(body["data"]["properties"]), None, None, (False,))
    path, many, item = ([], False, body) if one else _descend(plain, what, what.kind == "list")
    wrap = tuple(n for n, _ in path)
    nested = tuple(listed for _, listed in path)
    if many and len(path) > 1 and not path[0][1]:
        inside = body[wrap[0]].get("properties", {})
        token = token or next((f"{wrap[0]}.{n}" for n in sorted(inside, key=lambda n: not n.lower().startswith("next")) if _is_token(n)), None)
        total = total or next((f"{wrap[0]}.{n}" for n in inside if n.lower().replace("_", "") in COUNTS and kind_of(inside[n]) == "integer"), None)
    token = token or (_token_inside(body, wrap[:1], tool) if many else None)
    if many and kind_of(item) != "object":
        return Item(wrap, True, True, {one_of(wrap[-1]): item}, token, total, nested)
    fields = item.get("properties", {}) if path else plain
    beside = {n: s for n, s in plain.items() if n != wrap[0]} if len(wrap) == 1 and not many else {}
    return Item(wrap, many, False, fields, token, total, nested, beside) if fields else None


_OF_THE_THING = ("filter", "query", "order", "view", "fields", "limit", "start")
"""What a thing may have as its own (the filter of a log sink), though around a list it narrows."""
RESOURCE: Final = frozenset(("type", "id", "attributes", "relationships", "links", "meta"))
"""What every row has in an answer after JSON:API, whatever it is of."""


def is_document(body: dict[str, Schema]) -> bool:
    """A document after JSON:API about one row: {'data': {'type', 'id', 'attributes'}, 'included', 'links', 'meta'}."""
    row = body.get("data", {}).get("properties", {}).keys()
    return {"type", "id"} <= row <= RESOURCE and body.keys() <= _DOCUMENT


_DOCUMENT: Final = frozenset(("data", "included", "links", "meta", "jsonapi"))


def _is_envelope(body: dict[str, Schema]) -> bool:
    """{'data': {...}, 'errorCode', 'message', 'status'}: the data is the thing, the rest tells how the call went."""
    rest = {n.lower().replace("_", "") for n in body if n != "data"}
    return bool(body.get("data", {}).get("properties")) and len(rest) >= 2 and "message" in rest and rest <= {"errorcode", "code", "message", "requestid", "status", "success"}


def _by_scope(body: dict[str, Schema], token: str | None) -> Item | None:
    """Google's aggregatedList: {'items': {'zones/europe-west1-b': {'disks': [...]}}}."""
    inner = body.get("items", {}).get("additionalProperties")
    properties = inner.get("properties", {}) if isinstance(inner, dict) else {}
    lists = [n for n, s in properties.items() if kind_of(s) == "array" and s.get("items", {}).get("properties")]
    if len(lists) != 1:
        return None
    return Item(("items", SCOPE, lists[0]), True, False, dict(properties[lists[0]]["items"]["properties"]), token, None, (False, False, True))


def _top_list(returns: Schema | None) -> Item | None:
    if returns is None:
        return None
    inner = returns.get("items", {})
    fields = inner.get("properties", {})
    return Item((), True, False, fields, None, None, ()) if fields else None


def _is_token(name: str) -> bool:
    words = field(name)
    return len(words) <= 3 and words[-1:] in (("token",), ("marker",), ("cursor",)) and words[0] in ("next", "page", "continuation", "marker", "cursor", "pagination")


def _token_inside(body: dict[str, Schema], wrap: tuple[str, ...], tool: Tool) -> str | None:
    """{'pagination': {'nextPageToken'}}, {'paging': {'next': {'after'}}}, or {'position'} of a list that is asked for a position in its pages."""
    for name, schema in body.items():
        if name in wrap:
            continue
        asked = tool.parameters.get("properties", {}).get(name, {})
        if asked and kind_of(schema) == kind_of(asked) == "string" and _IN_PAGES.search(str(asked.get("description", ""))):
            return name
        inner = schema.get("properties", {}) if _PAGES.search(name) else {}
        if found := next((n for n in sorted(inner, key=lambda n: not n.lower().startswith("next")) if _is_token(n) and kind_of(inner[n]) == "string"), None):
            return f"{name}.{found}"
        if "after" in inner.get("next", {}).get("properties", {}):
            return f"{name}.next.after"
    return None


_PAGES: Final = re.compile(r"(?i)^(?:\w*pagination|paging|page_?info|response_?metadata)$")
_IN_PAGES: Final = re.compile(r"(?i)\bpagination position\b|\bnext page of\b")


def names_thing(name: str, schema: Schema) -> bool:
    """'token: Globally unique identifier for the card': the id of a row, and no token of a page."""
    return name == "token" and bool(_IDENTIFIES.search(str(schema.get("description", ""))))


_IDENTIFIES: Final = re.compile(r"(?i)unique identifier|identifier for|^[\w ]{3,30} token\.?$")


def _aside(name: str, schema: Schema) -> bool:
    """Fields of a body that wrap or page."""
    words = " ".join(field(name))
    if names_thing(name, schema):
        return False
    if kind_of(schema) == "array" and schema.get("items", {}).get("properties") and words != "warning":
        return False
    return bool(
        TRANSPORT.match(name) or PAGING.match(words) or name in ("ResponseMetadata", "RequestId", "nextLink", "unreachable", "isTruncated", "IsTruncated")
    ) or (name.lower().replace("_", "") in COUNTS and kind_of(schema) == "integer")  # fmt: skip


def _descend(body: dict[str, Schema], what: Analysis, wants_list: bool) -> tuple[list[tuple[str, bool]], bool, Schema]:
    """Path to the item, whether it is one of many, and its schema."""
    path: list[tuple[str, bool]] = []
    many = False
    here: Schema = {"type": "object", "properties": body}
    for _ in range(3):
        properties = here.get("properties", {})
        alone = _stands_alone(properties, what, path)
        inner_list = _inner_list(properties, what) if many else None
        choice = (inner_list, True) if inner_list else None if many else _choose(properties, what, wants_list and not alone, len(path))
        if choice is None:
            break
        name, listed = choice
        inner = properties[name]
        inner = inner.get("items", {}) if kind_of(inner) == "array" else inner
        path.append((name, listed))
        many = many or listed
        here = inner
        if kind_of(inner) != "object" or "properties" not in inner:
            break
        if many and _inner_list(inner["properties"], what) is None:
            break
        if (alone or not wants_list) and not many and len(inner["properties"]) > 2:
            break
    return path, many, here


def _stands_alone(properties: dict[str, Schema], what: Analysis, path: list[tuple[str, bool]]) -> bool:
    """DescribeChannel answers a channel, though channels hold lists (Outputs, Tags): there is no list of the thing itself."""
    lists = [n for n, s in properties.items() if kind_of(s) == "array"]
    if what.verb == "describe" and any(s.get("properties") and field(n) == tuple(what.noun) for n, s in properties.items()):
        return True
    if what.verb != "describe" or any(tuple(w for w in field(n) if w not in VIEW_WORDS)[-1:] == what.noun[-1:] for n in lists):
        return False
    about = path and set(field(path[-1][0])) & set(what.noun)
    if any(set(field(n)) & set(what.noun) and not any(field(i)[-1:] == what.noun[-1:] for i in s["properties"]) for n, s in properties.items() if s.get("properties")):
        return True
    plain = [n for n, s in properties.items() if n not in lists and not _aside(n, s)]
    return len(plain) >= (2 if about else 3)


def _choose(properties: dict[str, Schema], what: Analysis, wants_list: bool, depth: int) -> tuple[str, bool] | None:
    """The field that holds the item, if the item is not the body itself."""
    lists = [n for n, s in properties.items() if kind_of(s) == "array" and "properties" in s.get("items", {})]
    objects = [n for n, s in properties.items() if kind_of(s) == "object" and s.get("properties")]
    bare = [n for n, s in properties.items() if kind_of(s) == "array" and n not in lists and kind_of(s.get("items", {})) in ("string", "integer")]

    def closeness(name: str) -> tuple[float, int]:
        words = set(field(name))
        words = words - VIEW_WORDS or words
        noun = set(what.noun)
        return (len(words & noun) / max(len(words | noun), 1), -list(properties).index(name))

    rest = len(properties) - len(lists) - len(objects)
    if wants_list:
        if lists:
            return max(lists, key=closeness), True
        if objects and rest <= 2 and len(objects) == 1:
            return objects[0], False
        if bare and (len(properties) <= 2 or max(closeness(n)[0] for n in bare) > 0.3):
            return max(bare, key=closeness), True
        return None
    best = max(objects, key=closeness, default=None)
    near = closeness(best)[0] if best is not None else 0.0
    if best is not None and ((len(properties) <= 3 and (len(properties) == 1 or near >= 0.34 or rest == 0)) or (near >= 0.5 and rest <= 1)):
        return best, False
    if len(lists) == 1 and len(properties) <= 2 and depth == 0:
        return lists[0], True
    exact = [n for n in lists if field(n) == tuple(what.noun)]
    if exact and depth == 0 and rest == 0 and not objects:
        return exact[0], True
    return None


_ROWS = (("data",), ("item",), ("list",), ("result",), ("record",), ("row",))


def near(name: str, what: Analysis) -> float:
    """How close a field's name is to the thing an operation is about; 'Items' means it."""
    words = set(field(name)) - VIEW_WORDS
    noun = set(what.noun)
    return 1.0 if not words or field(name) in _ROWS else len(words & noun) / len(words | noun)


def _inner_list(properties: dict[str, Schema], what: Analysis) -> str | None:
    """The list in a listed item that is the real one (Reservations -> Instances)."""
    lists = [n for n, s in properties.items() if kind_of(s) == "array" and "properties" in s.get("items", {})]
    noun = tuple(what.noun)
    if any(field(n)[: len(noun)] == noun for n in properties if n not in lists):
        return None
    return next((n for n in lists if field(n) == noun), None)


_LIST = re.compile(r"(?<=[a-zD])_?(?:Set|List|set|list)$")


def is_plural(name: str) -> bool:
    """'AccountIds', 'IDList' and 'arns', but not 'status'."""
    words = split(name)
    if not words:
        return False
    if len(words) > 1 and words[-1] in ("list", "set") and words[-2] in ("id", "arn", "name", "key", "ids"):
        return True
    return words[-1] in ("ids", "arns", "names", "keys", "idset", "emails") or (len(words) > 1 and singular(words[-1]) != words[-1] and words[-1] != "details")


def one_of(name: str) -> str:
    """'DetectorIds' -> 'DetectorId', 'IDList' -> 'ID', 'policies' -> 'policy'."""
    words = split(name)
    if len(words) > 1 and words[-1] in ("list", "set") and words[-2] in ("id", "arn", "name", "key", "ids"):
        name = _LIST.sub("", name)
        words = split(name)
    last = words[-1] if words else ""
    if last and singular(last) != last and name.lower().endswith(last):
        head, tail = name[: -len(last)], singular(last)
        return head + (tail.capitalize() if name[-len(last)].isupper() else tail)
    return name
