"""One pool from many readings: newest versions, no deprecated operations, no copies, no boiler plate.

Every tool that is left out goes into the bin with its reason: kept + dropped = read.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from agentscaler.errors import Dropped, Reason
from agentscaler.records import Tool
from agentscaler.schemas import fields
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
    copies: dict[int, list[str]] = {}
    bin_: list[Bin] = []

    def drop(tool: Tool, reason: Reason, message: str) -> None:
        bin_.append(Bin(label(tool), Dropped(reason, message, where=label(tool))))

    for tool, newest, deprecated in readings:
        if not newest:
            drop(tool, "old_version", f"{tool.source.service} has a newer version than {tool.source.version}")
        elif deprecated:
            drop(tool, "deprecated", "the provider marks it as deprecated")
        elif why := boilerplate(tool):
            drop(tool, "boilerplate", why)
        else:
            names = tuple(sorted(re.sub(r"[^a-z0-9]", "", p.lower()) for p in tool.parameters["properties"] if not TRANSPORT.match(p)))
            local = (tool.source.group, operation(tool), names, tool.description[:80])
            results = tuple((f.path, f.depth) for f in fields(tool.returns, depth=1))
            wide = (tool.source.vendor, operation(tool), names, results, tool.description[:160])
            if local in exact:
                drop(tool, "duplicate", f"equals {exact[local]}")
            elif wide in kept:
                first = kept[wide]
                drop(tool, "duplicate", f"equals {label(first)}")
                if first.source.group != tool.source.group:
                    copies.setdefault(id(first), []).append(tool.source.group)
            else:
                kept[wide] = tool
                exact[local] = label(tool)
    tools = [t.model_copy(update={"also_in": tuple(sorted(set(copies[id(t)])))}) if id(t) in copies else t for t in kept.values()]
    return tools, bin_


PACKAGED = ("aws", "google", "tencent")


def label(tool: Tool) -> str:
    """vendor:service/version/operation, for people."""
    source = tool.source
    return f"{source.group}/{source.version}/{source.operation}"


def operation(tool: Tool) -> str:
    name = tool.source.operation
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
