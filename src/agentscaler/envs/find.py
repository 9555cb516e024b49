"""Can the rows of a table be found by a read, from what a user can know?"""

from collections.abc import Mapping
from typing import NamedTuple

from agentscaler.records import JsonObject, Model, Operation, Table


class Found(NamedTuple):
    """Tables that some tool writes, and those among them whose rows a read finds."""

    written: int
    found: int


FREE = ("within", "size", "token", "offset", "page", "option", "show", "force", "since", "until")


def count_found(model: Model, population: JsonObject) -> Found:
    """Over all tools of a world, before any of them leaves it."""
    findable = find_tables(model, population)
    written = {o.table for o in model.operations if o.act not in ("get", "list")}
    return Found(len(written), len(written & findable))


def find_tables(model: Model, population: JsonObject) -> set[str]:
    """Tables of which an agent can come to know the keys, starting from what the user knows."""
    tables = {t.name: t for t in model.tables}
    known = {name.split(".", 1)[0]: set() for name in population["columns"]}  # type: dict[str, set[str]]
    for name, recipe in population["columns"].items():
        table, _, column = name.partition(".")
        if recipe.get("knowable"):
            known[table].add(column)
    out = {t.name for t in model.tables if t.key == ("only",)}
    while True:
        more = {o.table for o in model.operations if o.act in ("get", "list") and o.table not in out and _reaches(o, tables, known, out)}
        more |= {o.through for o in model.operations if o.through and o.act == "list" and o.table in out | more}
        if more <= out:
            return out
        out |= more


def _reaches(operation: Operation, tables: Mapping[str, Table], known: Mapping[str, set[str]], found: set[str]) -> bool:
    """Can the operation be called with what is known, and does it show the key?"""
    table = tables[operation.table]
    for argument in operation.arguments:
        if not argument.required or argument.role in FREE:
            continue
        holder = table
        if operation.through and argument.column in {c.name for c in tables[operation.through].columns}:
            holder = tables[operation.through]
        points = [r.table for r in holder.references if argument.column in r.columns]
        if argument.column in known.get(holder.name, ()) or any(p in found for p in points):
            continue
        return False
    return True
