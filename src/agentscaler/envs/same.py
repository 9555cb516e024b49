"""Are two worlds the same but for their names? `shape_of` gives such worlds one hash."""

from collections import defaultdict

from agentscaler.canonical import refine
from agentscaler.records import Model
from agentscaler.store import digest


def shape_of(model: Model) -> str:
    """Hash of the schema graph (key lengths, foreign keys) and of what the tools do to each table, names aside.

    Column types, arguments and the number of columns do not count, so that it errs on the side of calling worlds equal.
    """
    at = {t.name: i for i, t in enumerate(model.tables)}
    acts: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for operation in model.operations:
        acts[operation.table].append((operation.act, operation.blind))
    colors = [digest([len(t.key), sorted(acts[t.name])]) for t in model.tables]
    links = [sorted((f"{r.on_delete} {set(r.columns) <= set(t.key)}", at[r.table]) for r in t.references) for t in model.tables]
    return digest(sorted(refine(colors, links)))
