"""Which tool's answer feeds which tool's parameter, inside a world."""

from collections.abc import Mapping

from agentscaler.records import Argument, Edge, Model, Operation, Table


def find_edges(model: Model) -> tuple[Edge, ...]:
    """Which result feeds which parameter: the field that shows the column a parameter names, or the key it refers to."""
    producers: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    for operation in model.operations:
        shape = operation.shape
        if shape is None or operation.act not in ("get", "list", "create", "copy"):
            continue
        rank = {"list": 0, "create": 1, "copy": 1, "get": 2}[operation.act] + sum(a.required and a.role in ("key", "filter") for a in operation.arguments) * 3
        for name, column in shape.fields.items():
            path = ".".join([w.removesuffix("[]") for w in shape.wrap[: -1 if shape.scalar else None]] + [name])
            producers.setdefault((operation.table, column), []).append((operation.name, path, rank))
        for name, part in shape.parts.items():
            for inner, column in part.items() if not shape.scalar else ():
                producers.setdefault((operation.table, column), []).append((operation.name, ".".join([*(w.removesuffix("[]") for w in shape.wrap), name, inner]), rank))
    tables = {t.name: t for t in model.tables}
    out = []
    for operation in model.operations:
        for argument in operation.arguments:
            for source, path, rank in _feeding(operation, argument, tables, producers):
                if source != operation.name and argument.required:
                    out.append(Edge(source=source, field=path, target=operation.name, parameter=argument.name, score=round(1 / (1 + rank / 4), 2), reason="shows the column that the argument names"))
    return tuple(sorted(out, key=lambda e: (e.target, e.parameter, -e.score, e.source)))


def _feeding(operation: Operation, argument: Argument, tables: Mapping[str, Table], producers: Mapping[tuple[str, str], list[tuple[str, str, int]]]) -> list[tuple[str, str, int]]:
    if argument.column is None or argument.role not in ("key", "filter", "value", "match"):
        return []
    for holder in (operation.through, operation.table):
        table = tables.get(holder or "")
        if table is None or argument.column not in {c.name for c in table.columns}:
            continue
        for reference in table.references:
            if argument.column in reference.columns:
                at = reference.columns.index(argument.column)
                return producers.get((reference.table, tables[reference.table].key[at]), [])
        if argument.role in ("key", "match") or argument.column in table.key:
            return producers.get((table.name, argument.column), [])
    return []
