"""One pool from many readings: newest versions, no deprecated operations, no copies, no boiler plate.

Every tool that is left out goes into the bin with its reason: kept + dropped = read.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from agentscaler.errors import Dropped, Reason
from agentscaler.records import Tool
from agentscaler.schemas import fields, kind_of
from agentscaler.tools.quality import low_quality
from agentscaler.words import TRANSPORT, split

_TAGGING = re.compile(
    r"(?:tag|untag)resources?|list(?:all)?tags?(?:for|of)resources?|listtags|addtags(?:toresource)?|removetags(?:fromresource)?|describetags"
)


class Reading(NamedTuple):
    """One definition as it was read."""

    tool: Tool
    newest: bool
    deprecated: bool


class Bin(NamedTuple):
    """One definition that is left out."""

    label: str
    reason: Dropped


def sift(readings: Iterable[Reading]) -> tuple[list[Tool], list[Bin]]:
    """The tools of the pool, in the order they were read, and the bin."""
    kept: dict[tuple[object, ...], Tool] = {}
    exact: dict[tuple[object, ...], str] = {}
    alike: dict[tuple[object, ...], list[Tool]] = {}
    copies: dict[int, list[str]] = {}
    bin_: list[Bin] = []

    def drop(tool: Tool, reason: Reason, message: str, copy_of: Tool | None = None) -> None:
        bin_.append(Bin(label(tool), Dropped(reason, message, where=label(tool))))
        if copy_of is not None and copy_of.source.group != tool.source.group:
            copies.setdefault(id(copy_of), []).append(tool.source.group)

    for tool, newest, deprecated in readings:
        packaged = tool.source.vendor in PACKAGED
        if not newest:
            drop(tool, "old_version", f"{tool.source.service} has a newer version than {tool.source.version}")
        elif deprecated:
            drop(tool, "deprecated", "the provider marks it as deprecated")
        elif why := boilerplate(tool):
            drop(tool, "boilerplate", why)
        elif not packaged and (why := low_quality(tool)):
            drop(tool, "low_quality", why)
        else:
            names = tuple(
                sorted(re.sub(r"[^a-z0-9]", "", p.lower()) if packaged else f"{p}: {kind_of(s)}" for p, s in tool.parameters["properties"].items() if not TRANSPORT.match(p))
            )
            called = operation(tool) if packaged else (operation(tool), tool.source.verb, tool.source.path)
            local = (tool.source.group, called, names, tool.description[:80] if packaged else tool.description)
            results = tuple((f.path, f.depth) for f in fields(tool.returns, depth=1))
            wide = (tool.source.vendor, called, names, results, tool.description[:160] if packaged else tool.description)
            near = (tool.source.vendor, called, names)
            if local in exact:
                drop(tool, "duplicate", f"equals {exact[local]}")
            elif wide in kept:
                drop(tool, "duplicate", f"equals {label(kept[wide])}", kept[wide])
            elif not packaged and (twin := next((t for t in alike.get(near, ()) if _nearly(t, tool)), None)):
                drop(tool, "duplicate", f"nearly equals {label(twin)}, its description differs in few words", twin)
            else:
                kept[wide] = tool
                exact[local] = label(tool)
                if not packaged:
                    alike.setdefault(near, []).append(tool)
    tools = [t.model_copy(update={"also_in": tuple(sorted(set(copies[id(t)])))}) if id(t) in copies else t for t in kept.values()]
    return tools, bin_


def _nearly(one: Tool, other: Tool) -> bool:
    """Two of one name with the same parameters: do their descriptions share nine words of ten?"""
    a, b = (set(re.findall(r"\w+", t.description.lower())) for t in (one, other))
    return len(a & b) >= 0.9 * len(a | b) and len(a | b) > 0


PACKAGED = ("aws", "google", "tencent")


def label(tool: Tool) -> str:
    """vendor:service/version/operation, for people."""
    source = tool.source
    return f"{source.group}/{source.version}/{source.operation}"


def operation(tool: Tool) -> str:
    """The operation's name, as it is compared."""
    name = tool.source.operation
    if tool.source.vendor not in PACKAGED:
        return name.lower()
    if tool.source.vendor == "google":
        name = name.split(".", 1)[-1]
    return re.sub(r"[^a-z0-9]", "", name.lower())


def boilerplate(tool: Tool) -> str:
    """Why it is boiler plate, or ''."""
    source = tool.source
    if source.vendor == "google":
        *collections, verb = source.operation.split(".")[1:] or [""]
        last = collections[-1].lower() if collections else ""
        if verb.lower() in ("getiampolicy", "setiampolicy", "testiampermissions"):
            return "IAM policy of a resource"
        if last.endswith("operations"):
            return "long-running operation"
        if last == "locations" and verb in ("get", "list"):
            return "locations"
    elif source.vendor in PACKAGED and _TAGGING.fullmatch("".join(split(source.operation))):
        return "tags of a resource"
    return ""
