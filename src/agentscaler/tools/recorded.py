"""Calls with their answers, as Postman collections and HAR recordings hold them, made into tools: parameters and results are inferred from the samples.

A key or token in the address is no argument; whatever is secret has no sample, and is masked in the pairs that are kept. One sample says that a parameter exists, not that it must be given:
only what stands in the path, what is said to be required, and what all of several bodies hold is required.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from agentscaler.records import Json, Pair, Schema, Tool
from agentscaler.tools.definitions import Place, make
from agentscaler.tools.typewords import read_type
from agentscaler.words import singular

PAIRS: Final = 5
"""Recorded calls that a tool keeps."""
LARGEST: Final = 20_000
"""Characters of an answer that is kept."""
SECRET = re.compile(r"(?i)^(?:x[-_])?(?:api[-_]?key|apikey|key|(?:access|auth|id|refresh|session|csrf|xsrf|bearer)?[-_]?token|sig(?:nature)?|auth(?:orization)?|client[-_]?secret|secret|pass(?:word|wd)|session[-_]?id|sid)$")
_ID = re.compile(r"(?i)^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?=[\w.-]*\d)[\w.-]{20,}|[a-z]{1,8}[_-](?=\w*\d)\w{4,})$")
_VARIABLE = re.compile(r"^(?::(\w+)|\{\{\s*([\w.$-]+)\s*\}\}|\{(\w+)\})$")
_VERSION = re.compile(r"(?i)^(?:v\d+(?:\.\d+)*|api|rest)$")


class Call(NamedTuple):
    """One recorded or described call."""

    verb: str
    url: str
    query: tuple[tuple[str, str, str], ...] = ()
    """(name, value, what is said of it)."""
    body: Json = None
    form: bool = False
    """Is the body a form: name -> text?"""
    status: int | None = None
    answer: Json = None
    said: Mapping[str, str] = {}
    """Parameter of the path -> what is said of it."""


class Route(NamedTuple):
    """Verb and path of calls that are the same operation."""

    host: str
    verb: str
    path: str

    @property
    def shape(self) -> tuple[str, str]:
        """Equal for two that differ in the names of their parameters only."""
        return self.verb, re.sub(r"\{\w+\}", "{}", self.path)


def route_of(call: Call) -> Route:
    """Its route: what looks like an id is a parameter. Raises ValueError where the address is none."""
    path, found, before = [], set[str](), ""
    for segment in _segments(call.url):
        variable = _VARIABLE.match(segment)
        if variable or _ID.match(segment):
            name = next((g for g in variable.groups() if g), "id") if variable else _id_name(before)
            name = re.sub(r"\W+", "_", name)
            while name in found:
                name += "_2"
            found.add(name)
            path.append(f"{{{name}}}")
        else:
            path.append(segment)
            before = segment
    return Route(urlsplit(call.url).hostname or "", call.verb.upper(), "/" + "/".join(path))


def in_path_of(route: Route, call: Call) -> dict[str, str] | None:
    """Parameter of the route's path -> what the call has in its place ('' for a variable); None where the call goes elsewhere."""
    given = _segments(call.url)
    wanted = [s for s in route.path.split("/") if s]
    if call.verb.upper() != route.verb or len(given) != len(wanted):
        return None
    found: dict[str, str] = {}
    for want, have in zip(wanted, given, strict=True):
        if want[:1] + want[-1:] == "{}":
            found[want[1:-1]] = "" if _VARIABLE.match(have) else have
        elif want != have:
            return None
    return found


def _segments(url: str) -> list[str]:
    return [unquote(s) for s in urlsplit(re.sub(r"^\{\{[^}]*\}\}", "", url)).path.split("/") if s]


def _id_name(collection: str) -> str:
    noun = singular(re.sub(r"\W+", "_", collection).strip("_").lower()) if collection and not _VERSION.match(collection) else ""
    return f"{noun}_id" if noun else "id"


def tool_of(place: Place, route: Route, calls: Sequence[Call], *, name: str = "", description: str = "", service: str = "", title: str = "", mended: tuple[str, ...] = ()) -> Tool:
    """All calls of one route as one tool. Raises Dropped."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    pairs: list[Pair] = []
    bodies: list[Json] = []
    for call in calls:
        in_path = in_path_of(route, call) or {}
        arguments: dict[str, Any] = {}
        for key, value in in_path.items():
            _add(properties, key, value, call.said.get(key, ""))
            required += [key] if key not in required else []
            arguments[key] = _typed(value)
        for key, value, text in call.query:
            if SECRET.match(key):
                continue
            _add(properties, key, value, text)
            if re.match(r"(?i)\W*required\b", text) and key not in required:
                required.append(key)
            arguments[key] = _typed(value)
        if call.body is not None:
            body = {k: _typed(v) if call.form and isinstance(v, str) else v for k, v in call.body.items()} if isinstance(call.body, Mapping) else call.body
            bodies.append(body)
            arguments |= body if isinstance(body, Mapping) else {"body": body}
        if call.status is not None or call.answer is not None:
            pairs.append(Pair(arguments=masked(arguments), status=call.status, response=_kept(call.answer)))
    _bodies(bodies, properties, required)
    answers = [c.answer for c in calls if c.answer is not None and (c.status is None or 200 <= c.status < 300) and isinstance(c.answer, (dict, list))]
    return make(
        place,
        name or _name(route),
        description=description,
        parameters={"type": "object", "properties": properties, "required": required},
        returns=inferred(answers) if answers else None,
        operation=name or f"{route.verb} {route.path}",
        verb=route.verb,
        path=route.path,
        in_path=tuple(re.findall(r"\{(\w+)\}", route.path)),
        service=service,
        title=title or service or place.document.service,
        pairs=tuple(pairs[:PAIRS]),
        mended=mended,
    )


def _name(route: Route) -> str:
    """'get_orders_by_order_id' of GET /v1/orders/{order_id}."""
    fixed = [s for s in route.path.split("/") if s and not s.startswith("{") and not _VERSION.match(s)]
    keys = re.findall(r"\{(\w+)\}$", route.path)
    return "_".join([route.verb.lower(), *fixed, *(["by", *keys] if keys else [])])


def _add(properties: dict[str, Any], key: str, value: str, text: str) -> None:
    """A parameter with a value that was sent as text; of several values the type is that which fits all."""
    typed = _typed(value)
    sample = {"type": read_type(value[1:-1]).schema.get("type", "string")} if re.fullmatch(r"<[\w-]+>", value) else {} if value == "" or "{{" in value else inferred([typed])
    known = properties.get(key)
    if known is None:
        properties[key] = sample | ({"example": typed} if sample and not value.startswith("<") else {}) | ({"description": re.sub(r"(?i)^\(required\)\s*", "", text)} if text else {})
    elif sample and known.get("type") != sample.get("type"):
        known["type"] = "number" if {known.get("type"), sample.get("type")} == {"integer", "number"} else sample["type"] if "type" not in known else "string"


def _typed(value: str) -> Any:
    """'12' as 12, 'true' as true; an id with a leading zero stays text."""
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", value):
        return int(value)
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})\.\d{1,15}", value):
        return float(value)
    return {"true": True, "false": False}.get(value, value)


def _bodies(bodies: Sequence[Json], properties: dict[str, Any], required: list[str]) -> None:
    if not bodies:
        return
    schema = inferred(bodies)
    if "properties" not in schema:
        properties.setdefault("body", schema)
        return
    first = next(b for b in bodies if isinstance(b, Mapping))
    for key, inner in schema["properties"].items():
        sample = first.get(key)
        plain = isinstance(sample, (str, int, float)) and sample != "" and not SECRET.match(key) and not (isinstance(sample, str) and ("{{" in sample or re.fullmatch(r"<[\w-]+>", sample)))
        properties.setdefault(key, {**inner, "example": sample} if plain else inner)
    if len(bodies) > 1:
        required += [k for k in schema.get("required", []) if k not in required]


def inferred(samples: Sequence[Json]) -> Schema:
    """The schema that fits all samples."""
    from genson import SchemaBuilder

    builder = SchemaBuilder(schema_uri=None)
    for sample in samples:
        builder.add_object(_filled(sample))
    return dict(builder.to_schema())


def _filled(sample: Json) -> Json:
    """'<integer>' and the like, which stand for a value, as one."""
    if isinstance(sample, Mapping):
        return {str(k): _filled(v) for k, v in sample.items()}
    if isinstance(sample, list):
        return [_filled(v) for v in sample]
    if isinstance(sample, str) and re.fullmatch(r"<[\w-]+>", sample):
        return {"integer": 0, "number": 0.5, "boolean": True}.get(str(read_type(sample[1:-1]).schema.get("type")), sample)
    return sample


def masked(value: Json) -> Json:
    """The same without what is secret."""
    if isinstance(value, Mapping):
        return {str(k): "***" if SECRET.match(str(k)) and isinstance(v, (str, int)) else masked(v) for k, v in value.items()}
    return [masked(v) for v in value] if isinstance(value, list) else value


def _kept(answer: Json) -> Json:
    """An answer as it is kept: whole, or, where it is too large, its beginning."""
    answer = masked(answer)
    text = answer if isinstance(answer, str) else orjson.dumps(answer, default=str).decode()
    return answer if len(text) <= LARGEST else text[:LARGEST]


def query_of(url: str) -> tuple[tuple[str, str, str], ...]:
    try:
        return tuple((k, v, "") for k, v in parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return ()


def parsed(text: object) -> Json:
    """JSON as what it says; other text as it is; nothing as None."""
    if not isinstance(text, str) or not text.strip():
        return None
    for version in (text, re.sub(r'(?<!["\w{])(\{\{[^{}"]*\}\})(?!["\w}])', r'"\1"', text)):
        try:
            return orjson.loads(version)
        except orjson.JSONDecodeError:
            continue
    return text
