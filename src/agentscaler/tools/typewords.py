"""Type words of any language as JSON Schema: 'dict', 'List[int]', 'ArrayList<String>', 'str, optional', 'DATE (YYYY-MM-DD)', 'array of strings'.

`read_type` reads one such word; `normalise` goes through a schema whose types are such words and notes which ones it changed.
"""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from agentscaler.records import Schema

CANONICAL: Final = frozenset(("string", "integer", "number", "boolean", "array", "object", "null"))
WORDS: Final[dict[str, str]] = {
    word: kind
    for kind, words in {
        "string": "string str text char character varchar uuid guid url uri email byte bytes binary file path enum symbol regex glide_date geopoint",
        "integer": "integer int long short int8 int16 int32 int64 uint uint32 uint64 bigint biginteger timestamp",
        "number": "number float double decimal bigdecimal numeric float32 float64 real complex",
        "boolean": "boolean bool",
        "array": "array list tuple set frozenset sequence iterable collection arraylist linkedlist vector iterator deque hashset generator",
        "object": "object dict map hashmap mapping json struct record dictionary treemap linkedhashmap defaultdict ordereddict",
        "null": "null none nonetype nil void undefined",
    }.items()
    for word in words.split()
}
FORMATS: Final = {
    "date": "date", "datetime": "date-time", "date-time": "date-time", "localdate": "date", "localdatetime": "date-time", "time": "time", "timedelta": "duration",
    "uuid": "uuid", "guid": "uuid", "url": "uri", "uri": "uri", "email": "email", "anyurl": "uri", "httpurl": "uri", "emailstr": "email",
}  # fmt: skip
_ANY: Final = frozenset(("any", "mixed", "unknown", "object|any", "t", "*", ""))
_WRAPS: Final = frozenset(("annotated", "final", "required", "readonly", "classvar", "awaitable", "coroutine", "promise", "asynciterator", "notrequired", "optional"))


class Read(NamedTuple):
    """What a type word says."""

    schema: Schema
    """JSON Schema; {} where the word says that anything goes, or nothing."""
    optional: bool = False
    """Does the word itself say that it need not be given?"""
    known: bool = True
    """Was the word understood?"""


def read_type(text: str, named: Callable[[str], Schema | None] = lambda name: None) -> Read:
    """A type word as a schema. named: what a name of the definition's own stands for."""
    word = text.strip().strip("`'\"").strip()
    optional = False
    for mark in (r"[,;(]\s*optional\b.*$", r"^optional[,:\s]+(?=\S)", r"\(\s*optional\s*\)"):
        if re.search(mark, word, re.I):
            word, optional = re.sub(mark, "", word, flags=re.I).strip(), True
    if not word:
        return Read({}, optional)
    word = re.sub(r"(?i)[,;]\s*(?:required|default\b.*|keyword-only.*)$", "", word).strip()
    if plural := re.fullmatch(r"(?i)(?:an?\s+)?(?:array|list|sequence)\s+of\s+(.+)", word):
        inner = read_type(re.sub(r"(?<=\w{3})s$", "", plural[1]) if plural[1].lower() not in ("alias",) else plural[1], named)
        return Read({"type": "array", "items": inner.schema}, optional, inner.known)
    if braces := re.fullmatch(r"\{\s*(.+?)\s*\}", word):  # NumPy: {'a', 'b'}
        word = f"Literal[{braces[1]}]"
    while word.endswith("[]"):
        inner = read_type(word[:-2], named)
        return Read({"type": "array", "items": inner.schema}, optional, inner.known)
    tree = _parsed(word.replace("<", "[").replace(">", "]").replace("?", "").strip())
    if tree is not None and (found := _expression(tree, named, 0)) is not None:
        return Read(found.schema, optional or found.optional, found.known)
    return _prose(word, optional, named)


def _parsed(word: str) -> ast.expr | None:
    if not word or len(word) > 500:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a stranger's escapes
            return ast.parse(word, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _prose(word: str, optional: bool, named: Callable[[str], Schema | None]) -> Read:
    """'DATE (YYYY-MM-DD)', 'Number(32)', 'list of [[int, float]]': the first word that is one decides."""
    if " or " in word:
        return _union([read_type(w, named) for w in re.split(r"\s*,\s*or\s+|\s+or\s+|,\s*", word) if w], optional)
    for first in re.findall(r"[A-Za-z][\w-]*", word)[:1]:
        found = _name(first, named)
        if found is not None:
            return Read(found, optional)
    return Read({"type": "string"}, optional, False)


def _name(name: str, named: Callable[[str], Schema | None]) -> Schema | None:
    if (own := named(name)) is not None:
        return own
    word = name.rsplit(".", 1)[-1].lower()
    if word in _ANY:
        return {}
    if word in FORMATS:
        return {"type": "string", "format": FORMATS[word]}
    if word in WORDS:
        return {"type": WORDS[word]}
    return None


def _expression(tree: ast.expr, named: Callable[[str], Schema | None], depth: int) -> Read | None:
    """A type as it is written in Python, Java (with <> as []) or TypeScript."""
    if depth > 12:
        return Read({})
    if isinstance(tree, ast.Constant):
        if tree.value is None:
            return Read({"type": "null"})
        return read_type(tree.value, named) if isinstance(tree.value, str) else None
    if isinstance(tree, (ast.Name, ast.Attribute)):
        found = _name(ast.unparse(tree), named)
        return Read({"type": "string"}, known=False) if found is None else Read(found)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitOr):
        return _union([r for side in (tree.left, tree.right) if (r := _expression(side, named, depth + 1))], False)
    if isinstance(tree, ast.Subscript):
        return _subscript(tree, named, depth)
    return None


def _subscript(tree: ast.Subscript, named: Callable[[str], Schema | None], depth: int) -> Read | None:
    name = ast.unparse(tree.value).rsplit(".", 1)[-1].lower()
    inner = list(tree.slice.elts) if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    if name == "literal":
        values = [v.value if isinstance(v, ast.Constant) else ast.unparse(v) for v in inner]
        if len(inner) == 1 and isinstance(values[0], str) and "," in values[0]:
            values = [v.strip().strip("'\"") for v in values[0].split(",")]
        plain = [v for v in values if isinstance(v, (str, int, float))]
        if not plain:
            return Read({"type": "string"})
        return Read({"type": {bool: "boolean", int: "integer", float: "number"}.get(type(plain[0]), "string"), "enum": plain})
    read = [r for part in inner[:8] if (r := _expression(part, named, depth + 1))]
    known = all(r.known for r in read)
    if name == "union":
        return _union(read, False)
    if name in _WRAPS:
        first = read[0] if read else Read({})
        schema = _nullable(first.schema) if name == "optional" else first.schema
        return Read(schema, first.optional or name in ("optional", "notrequired"), first.known)
    kind = WORDS.get(name)
    if kind == "array":
        items = read[0].schema if read else {}
        return Read({"type": "array", **({"items": items} if items else {})}, known=known)
    if kind == "object":
        values_schema = read[1].schema if len(read) > 1 else {}
        return Read({"type": "object", **({"additionalProperties": values_schema} if values_schema else {})}, known=known)
    if name == "callable":
        return Read({"type": "string"}, known=False)
    return Read({"type": kind}) if kind else Read({"type": "string"}, known=False)


def _union(options: list[Read], optional: bool) -> Read:
    """The first alternative that says most; None among them makes it nullable and optional."""
    real = [o for o in options if o.schema.get("type") != "null"]
    if not real:
        return Read({}, optional)
    null = len(real) < len(options)
    real = [o for o in real if o.known] or real
    order = {"object": 0, "array": 1}
    best = min(real, key=lambda o: (not o.known, "properties" not in o.schema, order.get(str(o.schema.get("type")), 2)))
    kinds = {str(o.schema.get("type")) for o in real}
    if kinds == {"integer", "number"}:
        best = next(o for o in real if o.schema.get("type") == "number")
    elif "string" in kinds and len(kinds) > 1 and "object" not in kinds and "array" not in kinds:
        best = next(o for o in real if o.schema.get("type") == "string")
    return Read(_nullable(best.schema) if null else best.schema, optional or null or best.optional, best.known)


def _nullable(schema: Schema) -> Schema:
    return {**schema, "nullable": True} if schema else schema


def normalise(raw: Any, odd: Counter[str], depth: int = 0) -> Any:
    """A schema whose type words are JSON Schema's; `odd` counts 'dict -> object' and the like."""
    if not isinstance(raw, Mapping) or depth > 40:
        return raw
    out = dict(raw)
    kind = out.get("type")
    if isinstance(kind, str) and kind not in CANONICAL:
        _word(out, kind, odd)
    for name in ("properties", "$defs", "definitions"):
        if isinstance(out.get(name), Mapping):
            out[name] = {k: normalise(v, odd, depth + 1) for k, v in out[name].items()}
    for name in ("items", "additionalProperties"):
        out |= {name: normalise(out[name], odd, depth + 1)} if isinstance(out.get(name), Mapping) else {}
    for name in ("allOf", "anyOf", "oneOf"):
        if isinstance(out.get(name), list):
            out[name] = [normalise(v, odd, depth + 1) for v in out[name]]
    return out


def _word(out: dict[str, Any], kind: str, odd: Counter[str]) -> None:
    read = read_type(kind)
    found = dict(read.schema)
    if found.get("type") == "array" and isinstance(out.get("items"), Mapping):
        found.pop("items", None)
    if found.get("type") == "object" and "properties" in out:
        found.pop("additionalProperties", None)
    del out["type"]
    new = str(found.get("type", "any value")) if read.known else "string (not understood)"
    if kind.lower() != new:
        odd[f"{kind} -> {new}"] += 1
    out |= {k: v for k, v in found.items() if k == "type" or k not in out}
