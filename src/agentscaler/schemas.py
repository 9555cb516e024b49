"""JSON Schema closed to the subset the house understands, and text cleaned of mark-up.

The subset: type, description, enum, default, format, examples, minimum, maximum, minLength, maxLength, pattern, minItems,
maxItems, properties, required, items, additionalProperties. `$ref` is followed, allOf merged, of oneOf/anyOf the
first that says most is taken, recursion is cut. Whatever else a definition says is left out: nothing of it is run.
"""

import html
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import orjson

from agentscaler.errors import Dropped
from agentscaler.records import Schema

MAX_DEPTH = 4
MAX_PROPERTIES = 80
PLAIN = (
    "format", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "default",
)  # fmt: skip
TYPES = {
    "string": "string", "str": "string", "text": "string", "char": "string", "date": "string", "datetime": "string",
    "integer": "integer", "int": "integer", "long": "integer", "int32": "integer", "int64": "integer",
    "number": "number", "float": "number", "double": "number", "decimal": "number",
    "boolean": "boolean", "bool": "boolean",
    "array": "array", "list": "array", "tuple": "array", "set": "array",
    "object": "object", "dict": "object", "map": "object", "hashmap": "object", "any": "string", "null": "null",
}  # fmt: skip

_TAG = re.compile(
    r"(?is)</?(?:a|b|i|u|p|s|em|br|hr|li|ul|ol|dl|dt|dd|td|th|tr|h[1-6]|sup|sub|pre|div|img|svg|code|span|font|note|strong|small|table|thead|tbody|center|"
    r"blockquote|important|caution|details|summary|fullname|replaceable|filename|zonbook|xhtml|para|dx-alert|script|style|iframe)(?:\s[^<>]{0,400}|)/?>|<!--.{0,400}?-->"
)
"""A tag of HTML or of a provider's docs; 'x < 5 and y > 3' and '<bucket>' are none."""
_SPACE = re.compile(r"\s+")
_LINK = re.compile(r"\[([^\]]{1,120})\]\((?:https?:|/|#)[^)]{0,400}\)")


def clean(text: object, limit: int) -> str:
    """Mark-up, links and entities out, white space folded, cut at a sentence or word before `limit` characters."""
    if not isinstance(text, str):
        return ""
    text = text[: 8 * limit + 200]
    for _ in range(3):  # "&amp;lt;" is "<"
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = _SPACE.sub(" ", text).strip()
    if not text.isprintable():
        text = _SPACE.sub(" ", "".join(c for c in text if c.isprintable())).strip()
    if len(text) <= limit:
        return text
    cut = text[:limit]
    stop = cut.rfind(". ")
    return cut[: stop + 1] if stop > limit // 2 else cut.rsplit(" ", 1)[0]


def close(raw: object, *, root: Mapping[str, Any] | None = None, where: str = "schema", text: int = 400) -> Schema:
    """`raw` as a schema of the subset. Raises Dropped(bad_definition or broken_reference) with the part it is about."""
    return _close(raw, root or {}, where, 0, ("#",) if raw is root else (), text)


def _close(raw: object, root: Mapping[str, Any], where: str, depth: int, seen: tuple[str, ...], text: int) -> Schema:
    if raw is True or raw is None:
        return {"type": "string"}
    if not isinstance(raw, Mapping):
        raise Dropped("bad_definition", f"{where}: {raw!r:.60} is no JSON Schema", where=where, value=raw)
    raw, seen, cut = _resolve(raw, root, where, seen)
    if cut:
        return {"type": "object"}
    kind, nullable = _type(raw)
    out: Schema = {"type": [kind, "null"] if nullable else kind}
    if description := clean(raw.get("description") or raw.get("title"), text):
        out["description"] = description
    if values := _values(raw, kind):
        out["enum"] = values
    for name in PLAIN:
        if name in raw and _fits(name, raw[name]):
            out[name] = raw[name]
    example = raw.get("example", raw.get("examples"))
    if example is not None and not isinstance(example, Mapping):
        listed = example if isinstance(example, list) else [example]
        if examples := [e for e in map(_json, listed[:4]) if e is not None]:
            out["examples"] = examples
    if kind == "array":
        items = raw.get("items", {"type": "string"})
        items = items[0] if isinstance(items, list) and items else items
        out["items"] = {"type": "string"} if depth >= MAX_DEPTH else _close(items, root, f"{where}[]", depth + 1, seen, text)
    if kind == "object":
        _close_object(raw, root, where, depth, seen, text, out)
    return out


def _close_object(
    raw: Mapping[str, Any], root: Mapping[str, Any], where: str, depth: int, seen: tuple[str, ...], text: int, out: Schema
) -> None:
    properties = _properties(raw, where)
    if properties is None:
        more = raw.get("additionalProperties")
        if isinstance(more, Mapping) and more and depth < MAX_DEPTH:
            out["additionalProperties"] = _close(more, root, f"{where}.*", depth + 1, seen, text)
        return
    if depth >= MAX_DEPTH:
        return
    kept = list(properties.items())[:MAX_PROPERTIES]
    out["properties"] = {str(k): _close(v, root, f"{where}.{k}", depth + 1, seen, text) for k, v in kept}
    required = raw.get("required")
    if isinstance(required, list):
        if must := [name for name in dict.fromkeys(map(str, required)) if name in out["properties"]]:
            out["required"] = must
    if raw.get("additionalProperties") is False:
        out["additionalProperties"] = False


def _properties(raw: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    found = raw.get("properties")
    if found is not None and not isinstance(found, Mapping):
        raise Dropped("bad_definition", f"{where}.properties: {found!r:.60} is no object", where=where, value=found)
    return found


def _values(raw: Mapping[str, Any], kind: str) -> list[Any]:
    """The closed list of values, each of the schema's own type; [] where there is none."""
    listed = [raw["const"]] if "const" in raw else raw.get("enum")
    if not isinstance(listed, list) or len(listed) > 200:
        return []
    return list(dict.fromkeys(v for v in (_cast(v, kind) for v in listed) if v is not None))


def _cast(value: Any, kind: str) -> Any:
    """5 as '5' where text is asked for, '5' as 5 where a number is; None where it cannot be."""
    if kind == "string":
        return value if isinstance(value, str) else orjson.dumps(value).decode() if _is_scalar(value) else None
    if kind == "boolean":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if kind not in ("integer", "number"):
        return None
    if isinstance(value, str):
        value = _json_number(value)
    if not _is_number(value):
        return None
    if kind == "number":
        return value
    return int(value) if value == int(value) else None


def _json_number(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _fits(name: str, value: object) -> bool:
    """Is this what JSON Schema allows for the keyword? Else no validator can be made of the schema."""
    if name in ("minimum", "maximum"):
        return _is_number(value)
    if name in ("minLength", "maxLength", "minItems", "maxItems"):
        return type(value) is int and 0 <= value < 2**63
    if name in ("format", "pattern"):
        return isinstance(value, str) and (name == "format" or _compiles(value))
    return _is_scalar(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and -(2**63) <= value < 2**64


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, bool)) or _is_number(value)


@lru_cache(10_000)
def _compiles(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def _json(value: Any) -> Any:
    """As JSON holds it (a date of YAML is text), None where it cannot."""
    try:
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, orjson.JSONDecodeError):
        return None


def resolve(raw: Mapping[str, Any], root: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """`raw` with its own $ref followed, allOf merged and one of oneOf/anyOf chosen; what stands inside is left as it is."""
    return _resolve(raw, root, where, ())[0]


def _resolve(
    raw: Mapping[str, Any], root: Mapping[str, Any], where: str, seen: tuple[str, ...], level: int = 0
) -> tuple[Mapping[str, Any], tuple[str, ...], bool]:
    """Follow $ref, merge allOf, choose of oneOf/anyOf. The flag says: recursion, cut here."""
    if level > 20:
        raise Dropped("bad_definition", f"{where}: allOf nested too deep", where=where)
    for _ in range(20):
        if "$ref" in raw:
            ref = str(raw["$ref"])
            found = follow(ref, root, where)
            if ref in seen and not _ends(found):
                return raw, seen, True
            seen = (*seen, ref)
            raw = {**found, **{k: v for k, v in raw.items() if k != "$ref"}}
        elif isinstance(raw.get("allOf"), list):
            merged: dict[str, Any] = {k: v for k, v in raw.items() if k != "allOf"}
            for part in raw["allOf"]:
                if not isinstance(part, Mapping):
                    raise Dropped("bad_definition", f"{where}.allOf: {part!r:.60} is no object", where=where)
                part, seen, cut = _resolve(part, root, where, seen, level + 1)
                if cut:
                    continue
                merged = _merge(merged, part, where)
            raw = merged
        elif isinstance(raw.get("oneOf") or raw.get("anyOf"), list):
            options = [o for o in (raw.get("oneOf") or raw.get("anyOf") or []) if isinstance(o, Mapping)]
            real = [o for o in options if o.get("type") != "null"]
            rest = {k: v for k, v in raw.items() if k not in ("oneOf", "anyOf")}
            if not real:
                return rest, seen, False
            best = max(real, key=lambda o: (("$ref" in o) or ("properties" in o), -real.index(o)))
            raw = {**best, **rest} | ({"nullable": True} if len(real) < len(options) else {})
        else:
            return raw, seen, False
    raise Dropped("bad_definition", f"{where}: references nested too deep", where=where)


def _ends(found: Mapping[str, Any]) -> bool:
    """A text or a number: it holds nothing that could come back."""
    return "type" in found and _type(found)[0] not in ("object", "array") and found.keys().isdisjoint(("$ref", "allOf", "oneOf", "anyOf"))


def _merge(a: Mapping[str, Any], b: Mapping[str, Any], where: str) -> dict[str, Any]:
    out = {**b, **a}
    if properties := {**(_properties(b, where) or {}), **(_properties(a, where) or {})}:
        out["properties"] = properties
    out["required"] = [name for part in (a, b) if isinstance(part.get("required"), list) for name in part["required"]]
    return out


def follow(ref: str, root: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """What a local reference ('#/components/schemas/Order') points to."""
    at: Any = root
    if not ref.startswith("#"):
        raise Dropped("broken_reference", f"{where}: $ref {ref!r} points to another file, which is not beside it or not readable", where=where, value=ref)
    for part in unquote(ref)[1:].removeprefix("/").split("/") if ref != "#" else ():
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(at, Mapping) and part in at:
            at = at[part]
        elif isinstance(at, list) and part.isdecimal() and int(part) < len(at):
            at = at[int(part)]
        else:
            raise Dropped("broken_reference", f"{where}: $ref {ref!r} leads nowhere ({part!r} is not there)", where=where, value=ref)
    if not isinstance(at, Mapping):
        raise Dropped("broken_reference", f"{where}: $ref {ref!r} does not lead to a schema", where=where, value=ref)
    return at


def _type(raw: Mapping[str, Any]) -> tuple[str, bool]:
    kind, nullable = raw.get("type"), bool(raw.get("nullable"))
    if isinstance(kind, list):
        nullable = nullable or "null" in kind
        kind = next((k for k in kind if k != "null"), None)
    if kind is None:
        if "properties" in raw or "additionalProperties" in raw:
            kind = "object"
        elif "items" in raw:
            kind = "array"
        else:
            listed = raw["enum"] if isinstance(raw.get("enum"), list) else []
            const = raw["const"] if _is_scalar(raw.get("const")) else None
            sample = next((v for v in (raw.get("default"), const, *listed) if v is not None), None)
            known = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
            kind = known.get(type(sample), "string")
    kind = TYPES.get(str(kind).lower().split("<")[0].strip(), "string")
    return ("string", True) if kind == "null" else (kind, nullable)


_LISTED = re.compile(r"(?i)<li>\s*(?:<p>)?\s*<?(?:code>|b>)?\s*[`'\"]?([A-Za-z0-9][A-Za-z0-9_.\-]{0,39})[`'\"]?\s*(?:</code>|</b>)?\s*(?:[:(,–-]|</|$)")
_VALUES = re.compile(
    r"(?i)(?:valid|possible|allowed|supported|available|accepted|value)\s*(?:values?|options|range|are|include)*\s*(?:are|is|include|includes)?\s*[:：]?\s*"
)
_WORD = re.compile(r"[`'\"]([A-Za-z][A-Za-z0-9_.\-]{1,39})[`'\"]")
_BARE = re.compile(r"^((?:[A-Za-z][A-Za-z_\-]{1,30}\s*(?:\([^)]{0,60}\))?\s*(?:,\s*(?:and\s+|or\s+)?|;\s*|/|\s+and\s+|\s+or\s+)){1,15}[A-Za-z][A-Za-z_\-]{1,30})(?=\s*(?:\(|[.;]|$))")


_CONDITION = re.compile(
    r"(?i)\b(?:valid|available|supported|required|appl(?:ies|icable)|effective|takes effect|returned)\b[^.;:`]{0,40}?\b(?:when|if|by)\b[^.;]*|\b(?:when|if) (?:the )?[`'\"][\w.]+[`'\"] (?:is|=|has)[^.;]*|\bvalue of the [`'\"]\w+[`'\"] (?:field|parameter)[^.;]*"
)
"""When another field has a value: the words quoted there are that field and its value."""


def prose_values(raw: object) -> list[str]:
    """The closed list of values a description spells out, or []: '<li>NORMAL: ...', 'Valid values: `A`, `B`.'."""
    if not isinstance(raw, str) or len(raw) < 12:
        return []
    raw = _CONDITION.sub("", raw[:3000])
    found = _VALUES.search(raw)
    if not found:
        return []
    listed = _LISTED.findall(raw)
    if len(listed) >= 2 and len(listed) >= raw.lower().count("<li>") - 1:
        return _distinct(listed)
    rest = _SPACE.sub(" ", html.unescape(_TAG.sub(" ", raw[found.end() :])))[:400]
    quoted = _WORD.findall(rest.split(". ")[0])
    if len(quoted) >= 2:
        return _distinct(quoted)
    if bare := _BARE.match(rest.strip()):
        parts = [re.sub(r"\(.*?\)", "", p).strip() for p in re.split(r",|;|/|\s+and\s+|\s+or\s+", re.sub(r"\([^)]*\)", "", bare[1]))]
        parts = [re.sub(r"^(?:and|or)\s+", "", p) for p in parts if p]
        shouty = sum(p.isupper() for p in parts)
        if len(parts) >= 2 and all(" " not in p for p in parts) and (shouty == len(parts) or all(p[0].isupper() for p in parts)):
            return _distinct(parts)
    return []


def _distinct(values: list[str]) -> list[str]:
    out = list(dict.fromkeys(v.strip(".-") for v in values if v.strip(".-")))
    if len({v.lower() for v in out}) != len(out) or not 2 <= len(out) <= 24:
        return []
    return [] if any(re.fullmatch(r"(?i)https?|e\.g|note|default|null|none|required|optional", v) for v in out) else out


def is_null(schema: Schema) -> bool:
    return isinstance(schema.get("type"), list)


def kind_of(schema: Schema) -> str:
    """The type without null."""
    kind = schema.get("type", "string")
    return str(kind[0] if isinstance(kind, list) else kind)


class Field:
    """One field of a result: where it stands and what it is."""

    __slots__ = ("depth", "name", "path", "schema", "wrap")

    def __init__(self, name: str, path: str, wrap: str, depth: int, schema: Schema) -> None:
        self.name, self.path, self.wrap, self.depth, self.schema = name, path, wrap, depth, schema


def fields(schema: Schema | None, *, depth: int = 2) -> list[Field]:
    """Fields of a result, outer ones first, down to `depth` levels below the body; lists and maps are looked through."""
    out: list[Field] = []
    level = [("", "", inside(schema))] if schema else []
    for d in range(depth + 1):
        below: list[tuple[str, str, Schema]] = []
        for prefix, wrap, holder in level:
            for name, inner in list(holder.get("properties", {}).items())[: 60 if d == 0 else 40]:
                path = f"{prefix}.{name}" if prefix else name
                out.append(Field(name, path, wrap, d, inner))
                below.append((path, name, inside(inner)))
        level = below
    return out


def inside(schema: Schema) -> Schema:
    """The schema of one element, looking through lists and maps."""
    for _ in range(4):
        if kind_of(schema) == "array":
            schema = schema.get("items", {})
        elif kind_of(schema) == "object" and "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
            schema = schema["additionalProperties"]
        else:
            return schema
    return schema
