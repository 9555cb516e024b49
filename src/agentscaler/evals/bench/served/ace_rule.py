"""ACEBench's rules for Normal and Special answers, written anew: `official` says what the benchmark's checker says, `strict` compares values. Standard library only, so that both ends of the line can use it.

What the official rule lets pass, row by row as measured: any int, float or bool of the right type, any enum member, a string that contains the right one, a missing optional argument. Where the official checker raises (an
unlisted type, a missing `required`), an answer is not valid here. Expressions in an answer are never evaluated.
"""

import ast
import copy
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_TYPES: dict[str, type] = {
    "string": str, "integer": int, "float": float, "boolean": bool, "array": list, "tuple": list, "dict": dict, "any": str, "list": list, "object": dict, "objectArray": list, "list(string)": list,
    "list(enum)": list, "int": int, "enum": enumerate, "number": int,
}  # fmt: skip
"""Declared type -> the type that an answer must have. No value is an `enumerate`: enums fall through to the type of the right answer."""
_NESTED = ("array", "tuple", "list(string)", "list(enum)", "object", "objectArray")
PHRASES = {"incomplete": "Missing necessary parameters", "error": "There is incorrect value", "irrelevant": "the limitations of the function"}


# ---- reading an answer --------------------------------------------------------------------------------------------


def calls_of(text: str, *, dialogue: bool) -> list[Any] | None:
    """The calls that a text holds; None where it holds none. dialogue: rows of a recorded dialogue, whose whole text is read, without its white space."""
    found = "".join(text.split()) if dialogue else _bracket(text)
    if found is None:
        return None
    try:
        body = ast.parse(found, mode="eval").body
        return [_call(e) for e in body.elts] if isinstance(body, (ast.List, ast.Tuple)) else None
    except (SyntaxError, ValueError, RecursionError):
        return None


def _bracket(text: str) -> str | None:
    """The first outermost [...] of a text."""
    depth, start = 0, -1
    for at, letter in enumerate(text):
        if letter == "[":
            start, depth = (at, 1) if depth == 0 else (start, depth + 1)
        elif letter == "]":
            depth -= 1
            if depth == 0 and start != -1:
                return text[start : at + 1]
    return None


def _call(node: ast.expr) -> dict[str, dict[str, Any]]:
    if not isinstance(node, ast.Call):
        raise ValueError("no call")
    return {ast.unparse(node.func).replace(" ", ""): {str(k.arg): _value(k.value) for k in node.keywords}}


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return "..." if node.value is Ellipsis else node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value  # type: ignore[operator]
    if isinstance(node, ast.List):
        return [_value(v) for v in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(v) for v in node.elts)
    if isinstance(node, ast.Dict):
        return {_value(k): _value(v) for k, v in zip(node.keys, node.values, strict=True) if k is not None}
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Subscript):
        return ast.unparse(node)
    raise ValueError("an expression")


# ---- normal, official ---------------------------------------------------------------------------------------------


class Raises(Exception):
    """The official checker would raise here."""


def official(functions: Any, calls: Sequence[Any], answer: Mapping[str, Any]) -> bool:
    """Are these calls the right ones, by the benchmark's own rule? One right answer of several."""
    try:
        return _official(functions, calls, answer)
    except (Raises, KeyError, TypeError, AttributeError, IndexError):
        return False


def _official(functions: Any, calls: Sequence[Any], answer: Mapping[str, Any]) -> bool:
    wanted = [(key, re.sub(r"_\d+$", "", key), value) for key, value in answer.items()]
    if len(calls) != len(wanted) or Counter(n for c in calls for n in c) != Counter(name for _, name, _ in wanted):
        return False
    for key, name, gold in wanted:
        about = next((f for f in functions if f["name"] in key), None) if isinstance(functions, list) else functions
        if not any(_one(about, name, next(iter(c.values())), gold) for c in calls if next(iter(c)) == name):
            return False
    return True


def _one(about: Any, name: str, given: Mapping[str, Any], gold: Mapping[str, Any]) -> bool:
    parameters = about["parameters"]
    if given == {} or parameters == {}:
        return given == {} and parameters == {}
    if gold == parameters["properties"]:
        return True
    if gold == {} or about["name"] != name:
        return False
    declared = parameters["properties"]
    if any(p not in given for p in parameters["required"]):
        return False
    return all(p in declared and p in gold and _argument(declared[p], value, gold[p]) for p, value in given.items())


def _argument(declared: Mapping[str, Any], value: Any, gold: Any) -> bool:
    kind = declared["type"]
    wanted = _TYPES[kind]
    nested = _TYPES[_inner(declared, kind)] if kind in _NESTED else None
    if kind == "tuple" and type(value) is tuple:
        value = list(value)
    if kind == "float" and type(value) is int:
        value = float(value)
    fits, free = _typed(value, gold, wanted, nested)
    if not fits or free:
        return fits
    if wanted is dict:
        return _dict(value, gold)
    if wanted is list and nested is dict:
        if kind == "objectArray" and value and gold:
            raise Raises
        return len(value) == len(gold) and all(_dict(v, g) for v, g in zip(value, gold, strict=True))
    if wanted is str:
        return plain(gold) in plain(value)
    if wanted is list:
        return [_plain(v) for v in value] == [_plain(g) for g in gold]
    return True


def _inner(declared: Mapping[str, Any], kind: str) -> str:
    try:
        return str(declared["items"]["type"])
    except (KeyError, TypeError):
        return "string" if "string" in kind else "enum" if "enum" in kind else "dict"


def _typed(value: Any, gold: Any, wanted: type, nested: type | None) -> tuple[bool, bool]:
    """(of the right type, not to be compared any further)."""
    its = None if gold == "" and isinstance(gold, str) else type(gold)
    free = its is not None and its is not wanted
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    failed = False
    if type(value) is wanted:
        if nested is None:
            return True, free
        items: Any = gold
        given: Any = value
        for item in items:
            if type(item) is not list or all(_typed(v, item, nested, None)[0] for v in given):
                return True, free
        failed = True
    if its is not None and (type(value) is its or gold == value):
        return not failed, True
    return False, False


def _dict(value: Any, gold: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if len(value) != len(gold.keys()):
        return False
    for key, one in value.items():
        if key not in gold:
            return False
        if isinstance(one, str):
            one = {"true": True, "false": False}.get(one, one)
        if isinstance(gold[key], dict):
            if not _dict(one, gold[key]):
                return False
        elif str(_plain(gold[key])) not in str(_plain(one)):
            return False
    return True


def plain(text: str) -> str:
    """Without spaces and light punctuation, in small letters."""
    return re.sub(r"[ ,./\-_*^]", "", text).lower().replace("'", '"')


def _plain(value: Any) -> Any:
    return plain(value) if type(value) is str else value


# ---- normal, strict -----------------------------------------------------------------------------------------------


def strict(calls: Sequence[Any], answer: Mapping[str, Any]) -> bool:
    """The same calls with the same arguments: as many as gold, each of gold's found once, every value compared (texts without case, spaces and light punctuation; 2 is 2.0, True is not 1)."""
    left = [(next(iter(c)), next(iter(c.values()))) for c in calls]
    for key, gold in answer.items():
        names = {key, re.sub(r"_\d+$", "", key)}
        at = next((n for n, (name, given) in enumerate(left) if name in names and _same(given, gold)), None)
        if at is None:
            return False
        del left[at]
    return not left


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b or {str(a).lower(), str(b).lower()} in ({"true"}, {"false"})
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, str) and isinstance(b, str):
        return plain(a) == plain(b)
    return bool(a == b)


# ---- special ------------------------------------------------------------------------------------------------------


def special_official(kind: str, text: str, answer: Any) -> bool:
    """kind: incomplete, error, irrelevant. A fixed phrase, and names and values as parts of the text."""
    if kind == "irrelevant":
        return PHRASES[kind] in text
    if kind == "incomplete":
        return all(PHRASES[kind] in text and name in text and all(v in text for v in values) for name, values in answer.items())
    return all(PHRASES[kind] in text and all(v in text for v in values) for values in answer.values())


def special_strict(kind: str, text: str, answer: Any, functions: Any, question: str) -> bool:
    """The official rule, and the text commits itself: one kind of trouble, no parameter called missing that is not, and not the question said back."""
    if not special_official(kind, text, answer) or sum(p in text for p in PHRASES.values()) != 1 or (len(question) > 40 and question.strip() in text):
        return False
    if kind != "incomplete":
        return True
    listed = functions if isinstance(functions, list) else [functions]
    words = set(re.findall(r"\w+", text))
    for function in listed:
        named = answer.get(function["name"])
        properties = (function.get("parameters") or {}).get("properties") or {}
        wanted = {w for v in named or () for w in re.findall(r"\w+", v)}
        if named is not None and (not wanted <= words or {p for p in properties if p in words} - wanted):
            return False
    return True


def told(kind: str, answer: Any) -> str:
    """What a right answer of Special says."""
    if kind == "irrelevant":
        return f"Due to {PHRASES[kind]}, I cannot solve this problem."
    if kind == "incomplete":
        return ". ".join(f"{PHRASES[kind]} ({', '.join(values)}) for the API ({name})" for name, values in answer.items())
    return ". ".join(f"{PHRASES[kind]} ({', '.join(values)}) of the parameters ({name})" for name, values in answer.items())


def gold_of(functions: Any, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A right answer of Normal as calls: a trailing number tells calls of one function apart."""
    names = {f["name"] for f in (functions if isinstance(functions, list) else [functions])}
    return [{(k if k in names else re.sub(r"_\d+$", "", k)): copy.deepcopy(v)} for k, v in answer.items()]


# ---- agent --------------------------------------------------------------------------------------------------------


def agent_official(ended: Sequence[Mapping[str, Any]], answer: Any) -> bool:
    """End states of the classes against gold's, by the benchmark's own rule: as many classes, each of gold's values met. Entries that gold does not know pass, and so does a class of gold that the episode has none of."""
    wanted = answer if isinstance(answer, list) else [answer]
    if len(wanted) != len(ended):
        return False
    last = True
    for one in wanted:
        found = next((e for e in ended if set(e) == set(one)), None)
        if found:
            last = _state(next(iter(found.values())), next(iter(one.values())))
        if not last:
            return False
    return True


def _state(found: Mapping[str, Any], gold: Mapping[str, Any]) -> bool:
    for name, value in found.items():
        if name not in gold:
            return False
        if isinstance(gold[name], dict):
            if any(k not in value or v != value[k] for k, v in gold[name].items()):
                return False
        elif gold[name] != value:
            return False
    return True


def agent_strict(ended: Sequence[Mapping[str, Any]], answer: Any) -> bool:
    """Each class of gold is there once, and each of its attributes is equal as a whole."""
    left = list(ended)
    for one in answer if isinstance(answer, list) else [answer]:
        at = next((n for n, e in enumerate(left) if set(e) == set(one)), None)
        if at is None or any(left[at][name].get(k) != v for name, state in one.items() for k, v in state.items()):
            return False
        del left[at]
    return not left


def milestones(made: Sequence[str], wanted: Any) -> float:
    """Share of the milestones that were called in their order, as texts; the best of several ways."""
    ways = wanted if wanted and isinstance(wanted[0], list) else [wanted]
    return max(_met(made, way) for way in ways)


def _met(made: Sequence[str], way: Sequence[str]) -> float:
    """Officially a milestone that was not met ends the search for those behind it, too."""
    at = met = 0
    for stone in way:
        while at < len(made):
            at += 1
            if made[at - 1].strip() == stone.strip():
                met += 1
                break
    return met / len(way) if way else 1.0
