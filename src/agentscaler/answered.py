"""How a list's answer is nested, as expressions of tools.py: the way down to the rows, and what stands beside it."""

from collections.abc import Mapping

from agentscaler.assigned import quote


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
