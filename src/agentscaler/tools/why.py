"""What happened to one definition: kept, with what cleaning changed on it, or dropped, with the reason."""

from collections.abc import Iterator

from agentscaler.errors import REASONS, UserError
from agentscaler.records import JsonObject
from agentscaler.store import Run, read_rows

MOST = 20
"""Definitions told of at once."""


def why(run: Run, name: str) -> Iterator[str]:
    """Lines for a person: every definition whose name, operation or service:operation it is; where there is none, those that hold the text."""
    kept = list(read_rows(run.need("tools", "tools --why")))
    dropped = list(read_rows(run.path / "tools.dropped.jsonl"))
    wanted = name.lower()
    found = [_kept(row) for row in kept if wanted in _names(row)] + [_dropped(row) for row in dropped if wanted in _dropped_names(row)]
    if not found:
        found = [_kept(row) for row in kept if any(wanted in n for n in _names(row))] + [_dropped(row) for row in dropped if wanted in _text(row).lower()]
    if not found:
        raise UserError(f"{run.path}: no definition named {name!r} was read, and none holds this text; give a name of the provider's, or a part of one")
    yield from found[:MOST]
    if len(found) > MOST:
        yield f"and {len(found) - MOST} more: give more of the name"


def _names(row: JsonObject) -> set[str]:
    source = row["source"]
    return {str(n).lower() for n in (row["name"], source["operation"], f"{source['vendor']}:{source['service']}/{source['operation']}", row["id"])}


def _kept(row: JsonObject) -> str:
    source = row["source"]
    lines = [f"kept: {row['name']}, {source['operation']} of {source['vendor']}:{source['service']} {source['version']}".rstrip() + f", read from {source['package']}"]
    lines += [f"  changed: {note}" for note in row.get("mended", ())] or ["  name and types as they were; mark-up and white space out of descriptions"]
    if row["also_in"]:
        lines.append(f"  also in: {', '.join(row['also_in'])} (equal or nearly equal copies, merged into this one)")
    takes = row["parameters"].get("properties", {})
    lines.append(f"  takes {len(takes)} parameters, {sum(bool(s.get('description')) for s in takes.values())} of them described; " + ("says what it returns" if row["returns"] else "does not say what it returns"))
    return "\n".join(lines)


def _dropped_names(row: JsonObject) -> set[str]:
    labels = [str(label) for label in row["from"]]
    return {n.lower() for label in labels for n in (label, label.rsplit("/", 1)[-1], label.split("/", 2)[-1])}


def _text(row: JsonObject) -> str:
    return " ".join([*map(str, row["from"]), str(row["message"])])


def _dropped(row: JsonObject) -> str:
    return f"dropped: {', '.join(map(str, row['from']))}\n  {row['reason']}: {row['message']}\n  ({REASONS.get(row['reason'], '')})"
