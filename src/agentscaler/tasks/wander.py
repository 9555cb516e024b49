"""The paper's way (section 3.2): a directed random walk over the world's tool graph, each call executed, then a request for it.

From a random tool that can be called with what a user knows, to tools that something seen so far can feed, until the step limit or
no way out. Kept for comparison (`--paper`): such walks seldom have one purpose, which is what goal-first tasks (shapes.py) mend.
"""

from typing import Literal

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.gate import fits, valid_arguments
from agentscaler.records import Answer, Operation
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.site import READS, Row, Site, reference_of
from agentscaler.tasks.speech import say
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.wishes import Wish
from agentscaler.words import sentence

LONGEST = 12


def walk_plans(site: Site, dice: Dice) -> list[Plan]:
    """One walk of up to twelve calls. Raises Dropped(no_tool) where nothing can be called."""
    trace = Trace(site)
    seen: dict[tuple[str, str], list[Val]] = {}
    rows: dict[str, list[Row]] = {}
    operations = [o for o in site.model.operations if not o.blind]
    for _ in range(1 + dice.below(LONGEST)):
        able = [o for o in operations if _fed(site, o, seen)] or [o for o in operations if not _needs(o)]
        if not able:
            break
        operation = dice.choice(able)
        try:
            done = trace.do(operation, _arguments(site, operation, seen, dice))
        except Dropped:
            continue
        for row in done.rows[:8]:
            rows.setdefault(operation.table, []).append(row)
            for column, value in row.items():
                if value is not None:
                    seen.setdefault((operation.table, column), []).append(Val(value, "read" if operation.act in READS else "written", done.step))
    if not trace.calls:
        raise Dropped("no_tool", "no tool can be called from here")
    text = " Then ".join(f"{sentence(site.tools[c.name].description).rstrip('.').lower()}." for c in trace.calls)
    return [Plan("walk", trace, [Wish(f"I would like to: {text}", "change", (), _answer(site, trace, rows, dice))])]


def _needs(operation: Operation) -> list[str]:
    return [a.name for a in operation.arguments if a.required and a.role in ("key", "match", "filter")]


def _sources(site: Site, operation: Operation, column: str, seen: dict[tuple[str, str], list[Val]]) -> list[Val]:
    """Values seen so far that the column may be given."""
    table = site.tables[operation.through or operation.table]
    reference = reference_of(table, column) if column in site.columns_of(table.name) else None
    if reference is not None:
        return seen.get((reference.table, site.tables[reference.table].key[reference.columns.index(column)]), [])
    return seen.get((operation.table, column), [])


def _fed(site: Site, operation: Operation, seen: dict[tuple[str, str], list[Val]]) -> bool:
    needs = [a for a in operation.arguments if a.required and a.role in ("key", "match", "filter")]
    return bool(needs) and all(_sources(site, operation, a.column or "", seen) for a in needs)


def _arguments(site: Site, operation: Operation, seen: dict[tuple[str, str], list[Val]], dice: Dice) -> dict[str, Val]:
    drawn = valid_arguments(site.world, site.tools[operation.name], operation, site.model, dice.below(100))
    values: dict[str, Val] = {}
    for argument in operation.arguments:
        found = _sources(site, operation, argument.column or "", seen) if argument.column else []
        if found and (argument.required or argument.role == "value"):
            chosen = dice.choice(found)
            if argument.role != "value" or fits(chosen.value, site.schema(operation.name, argument.name)):
                values[argument.name] = chosen
        elif argument.name in drawn and argument.role in ("value", "body", "slug", "key"):
            values[argument.name] = Val(drawn[argument.name], "said")
    return values


def _answer(site: Site, trace: Trace, rows: dict[str, list[Row]], dice: Dice) -> tuple[Answer, ...]:
    """Where nothing is written, one value of the last row that was read is asked for, so that there is an end to judge."""
    if any(site.tools[c.name].kind == "write" for c in trace.calls):
        return ()
    for step in range(len(trace.calls) - 1, -1, -1):
        table = site.operations[trace.calls[step].name].table
        for row in rows.get(table, ()):
            able = [c for c, v in row.items() if v not in (None, "") and (k := site.kinds.get((table, c))) and k != "flag" and say(v, k)]
            if able:
                column = dice.choice(able)
                kinds: dict[str, Literal["number", "time"]] = {"number": "number", "time": "time"}
                sort = kinds.get(site.kinds[table, column], "text")
                return (Answer(name=site.columns[table, column].phrase, type=sort, value=row[column], step=step),)
    raise Dropped("no_effect", "nothing is changed and nothing could be asked")
