"""What an answer says, as expressions of tools.py: the way down to a list's rows and what stands beside it, and what is told of the call itself."""

import re
from collections.abc import Mapping

from agentscaler.assigned import quote
from agentscaler.records import Argument, Json, Operation


def beside_list(path: str, wrap: tuple[str, ...]) -> tuple[str, str]:
    """Where the token of the next page stands, and its expression: inside the object that holds the list, or in an object of its own ('paging.next.after')."""
    head, *inner = path.split(".")
    if not inner or head == wrap[0].removesuffix("[]"):
        return path, "page.next"
    value = "page.next"
    for name in reversed(inner):
        value = f"{{{quote(name)}: {value}}}"
    return head, value


def nested(wrap: tuple[str, ...], rows: str, beside: Mapping[str, str]) -> list[str]:
    """"name": value of one level: the way down to the rows, and what stands beside it ('List.NextMarker': a level further down)."""
    name = wrap[0].removesuffix("[]")
    label = quote(name)
    label = f"db.here({label})" if "{" in name else label
    below = {n.removeprefix(f"{name}."): v for n, v in beside.items() if n.startswith(f"{name}.")}
    inner = "{" + ", ".join(nested(wrap[1:], rows, below)) + "}" if len(wrap) > 1 else rows
    if len(wrap) > 1 and wrap[0].endswith("[]"):
        inner = f"[{inner}]"
    return [f"{label}: {inner}", *(f"{quote(n)}: {v}" for n, v in beside.items() if "." not in n)]


def told(value: Json, names: Mapping[str, str]) -> str:
    """The expression of a value of `Shape.fixed`; names: what a template may name -> its expression."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quote(str(n))}: {told(v, names)}" for n, v in value.items()) + "}"
    if isinstance(value, list):
        if len(value) == 1 and any(f"{{missing {n}}}" in repr(value) for n in names.values()):
            return f"[{told(value[0], names)} for one in lost]"
        return "[" + ", ".join(told(v, names) for v in value) + "]"
    if value in ("{new}", "{new number}"):
        return "db.ticket()" if value == "{new}" else "db.ticket(number=True)"
    if value == "{new operation}":
        return 'f"operation-{db.ticket()}"'
    if isinstance(value, str) and value.startswith("{link "):
        return filled(value[len("{link ") : -1], names)
    if value in ("{more}", "{shown}"):
        return "page.next is not None" if value == "{more}" else "len(page.rows)"
    if isinstance(value, str) and any(value == f"{{missing {n}}}" for n in names.values()):
        return "one"
    given = value[len("{given ") : -1] if isinstance(value, str) and value.startswith("{given ") else ""
    return given if given in names.values() else python(value)


def filled(template: str, names: Mapping[str, str]) -> str:
    """A template as an f-string; names: what may stand in braces -> its expression."""
    parts = re.split(r"(\{[A-Za-z_]\w*\})", template)
    return 'f"' + "".join(f"{{{names[p[1:-1]]}}}" if p[1:-1] in names and p[:1] == "{" else re.sub(r"[^A-Za-z0-9_/.:\-]", "", p) for p in parts) + '"'


def missing(operation: Operation) -> Argument | None:
    """The argument whose ids the answer lists where no row has them; a write leaves those out."""
    fixed = repr(operation.shape.fixed) if operation.shape else ""
    return next((a for a in operation.arguments if a.many and f"{{missing {a.python}}}" in fixed), None)


def python(value: Json) -> str:
    """A literal; "{now}" is the clock."""
    if value == "{now}":
        return "db.now"
    return quote(value) if isinstance(value, str) else repr(value)
