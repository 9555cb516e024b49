"""How a list's answer is nested, as expressions of tools.py: the way down to the rows, and what stands beside it."""

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


def of_call(value: Json, names: set[str]) -> str:
    """The expression of what an answer says of the call itself; names: its arguments."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quote(str(n))}: {of_call(v, names)}" for n, v in value.items()) + "}"
    if isinstance(value, list):
        if len(value) == 1 and any(f"{{missing {n}}}" in repr(value) for n in names):
            return f"[{of_call(value[0], names)} for one in lost]"
        return "[" + ", ".join(of_call(v, names) for v in value) + "]"
    if value in ("{new}", "{new number}"):
        return "db.ticket()" if value == "{new}" else "db.ticket(number=True)"
    if value in ("{more}", "{shown}"):
        return "page.next is not None" if value == "{more}" else "len(page.rows)"
    if isinstance(value, str) and any(value == f"{{missing {n}}}" for n in names):
        return "one"
    given = value[len("{given ") : -1] if isinstance(value, str) and value.startswith("{given ") else ""
    return given if given in names else python(value)


def missing(operation: Operation) -> Argument | None:
    """The argument whose ids the answer lists where no row has them; a write leaves those out."""
    fixed = repr(operation.shape.fixed) if operation.shape else ""
    return next((a for a in operation.arguments if a.many and f"{{missing {a.python}}}" in fixed), None)


def python(value: Json) -> str:
    """A value as code; "{now}" is the clock."""
    if value == "{now}":
        return "db.now"
    return quote(value) if isinstance(value, str) else repr(value)
