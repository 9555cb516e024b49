"""Draw what is to be read by hand, one page an item: executable tools, worlds, tasks, briefs.

    python benchmarks/readings.py --run runs/first --seed <commit hash> --out runs/reading [--tools 60 --worlds 20 --tasks 100 --briefs 100]

A fresh reader, who has not seen the code, reads one page at a time and writes a verdict row for each; `how.md` beside the pages is
all that a reader is told. The draw hangs on the seed only: nothing is chosen. Tasks and briefs are drawn apart, so that a reader of
briefs does not see the calls.
"""

import argparse
import ast
import json
from collections.abc import Sequence
from pathlib import Path

import orjson

from agentscaler import World, read_env
from agentscaler.dice import Dice
from agentscaler.explain import told
from agentscaler.records import EnvSpec, EnvTool, JsonObject
from agentscaler.store import read_rows

ROWS = """
Read one page at a time, in their order, whole, and write its row before you open the next: a line of JSON in the file you were named,
{"number": 7, "id": "the id of page 7 in index.jsonl", "verdict": "...", "why": "one or two sentences that name the fault and where; empty where there is none"}
Judge only by the page. Do not look for the code of the project, do not change a verdict because of what other pages were like, do not aim at a share.
Do not be lenient and do not be pedantic: think as an engineer who will train agents in it.
"""
HOW = {
    "tools": """# Tools: does it do what the provider says?

Each page has what a provider says of an operation and what a small simulated service offers for it: the parameters, the code over an SQLite database, and the table.

- **right**: it does what the provider says; nothing central to the operation is missing or different.
- **half**: the main effect is there, and something central is missing or wrong.
- **wrong**: it does something else, or what the operation exists for does not happen.

Faults are: an argument that is taken and has no effect or a wrong one; an argument central to the operation that is missing though the table could hold it; a row looked up by another key than is meant; a rule that the
provider's text states and the tool does not keep; an answer without the part that the operation exists for; states, times or numbers that no longer agree after a write.
No faults are: tokens against repeated calls, rehearsals, prices, permissions and delay; options that do not touch the state; optional parameters that a small model does not hold; tags where no tool reads them; wording.
""",
    "worlds": """# Worlds: would you train agents in it?

Each page has a small simulated service: its tools, its schema, its code and the first rows of each table.

- **acceptable**: tables, keys and references are those of such a service, the tools act on the same rows, what is written shows where it should, and the rows are such as a person who knows the service would take for real at a glance; blemishes are named and forgiven.
- **not**: something essential is not so: one thing held in two places of which writes reach one, rows that contradict themselves or each other, children without their parents, tools with nothing to act on, values that nobody would have.
""",
    "tasks": """# Tasks: does it make sense?

Each page has what a user wants and knows, the calls that are the right solution in a simulated service with their answers, and what they change.

- **sensible**: somebody could want this; the calls do what the words ask, no more and no less; the user says what is needed and could know it.
- **so-so**: the calls fit the words, and the wish, a value or an order is one that a person would hardly have.
- **silly**: nobody would want it, or the words and the calls do not fit.
""",
    "briefs": """# Briefs: would a person say that?

Each page has what the user of a service says to an assistant, nothing else.

- **would say**: a person might say this.
- **odd**: it can be understood, and sounds like a database that speaks: column names read aloud, a modifier in the wrong place, a value that does not fit its noun.
- **nobody**: nobody would say it, or it cannot be understood.
""",
}
"""What readers are told, whole."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--seed", required=True, help="commit hash")
    parser.add_argument("--out", type=Path, required=True)
    for name, count in (("tools", 60), ("worlds", 20), ("tasks", 100), ("briefs", 100)):
        parser.add_argument(f"--{name}", type=int, default=count)
    given = parser.parse_args()
    run: Path = given.run
    worlds = sorted(read_rows(run / "envs.jsonl"), key=lambda r: r["env"])
    tasks = sorted(read_rows(run / "tasks.jsonl"), key=lambda r: r["id"])
    dice = Dice(int(given.seed, 16), "readings")
    for kind, how in HOW.items():
        (given.out / kind).mkdir(parents=True, exist_ok=True)
        (given.out / kind / "how.md").write_text(how + ROWS, encoding="utf-8")
    write(given.out / "tools", [tool_page(run, *pick) for pick in dice.sample(own_tools(run, worlds), given.tools)])
    write(given.out / "worlds", [world_page(run, row) for row in dice.sample(worlds, given.worlds)])
    write(given.out / "tasks", [task_page(run, row) for row in dice.sample(tasks, given.tasks)])
    write(given.out / "briefs", [brief_page(run, row) for row in dice.sample(tasks, given.briefs)])


def write(folder: Path, pages: Sequence[tuple[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, text) in enumerate(pages, 1):
        (folder / f"{number:03d}.md").write_text(text, encoding="utf-8")
    (folder / "index.jsonl").write_text("".join(json.dumps({"number": n, "id": i}) + "\n" for n, (i, _) in enumerate(pages, 1)))


def own_tools(run: Path, worlds: Sequence[JsonObject]) -> list[tuple[str, str]]:
    """(folder, name) of every executable tool that is a world's own."""
    found = []
    for row in worlds:
        head = orjson.loads((run / row["folder"] / "env.json").read_bytes())
        found += [(row["folder"], t["name"]) for t in head["tools"] if t.get("own", True)]
    return found


def tool_page(run: Path, folder: str, name: str) -> tuple[str, str]:
    env = read_env(run / folder)
    tool = next(t for t in env.tools if t.name == name)
    source = provider_row(run, tool)
    body = code_of(env.tools_py, tool.python)
    assert env.model is not None
    tables = {o.table for o in env.model.operations if o.name == name}
    return f"{folder}/{name}", f"""# {name}  ({source["source"]["vendor"]}:{source["source"]["service"]})

## What the provider says
{source["description"]}

HTTP: {source["source"]["verb"]} {source["source"]["path"]}
Parameters: {json.dumps(source["parameters"])[:5000]}
Returns: {json.dumps(source["returns"])[:4000]}

## What the world offers
kind: {tool.kind}{"  (marked blind: no read shows its effect, so no task uses it)" if tool.blind else ""}
Parameters: {json.dumps(tool.parameters)[:5000]}

```python
{body}
```

## Tables it works on
```sql
{chr(10).join(statement(env.schema_sql, t) for t in sorted(tables))}
```
(Views such as THING.of(row) pick and name the columns that are shown: {views_of(env.tools_py, body)})
"""


def provider_row(run: Path, tool: EnvTool) -> JsonObject:
    return next(r for r in read_rows(run / "tools.jsonl") if r["id"] == tool.tool)


def code_of(code: str, name: str) -> str:
    node = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return ast.get_source_segment(code, node) or ""


def views_of(code: str, body: str) -> str:
    lines = [ast.get_source_segment(code, n) or "" for n in ast.parse(code).body if isinstance(n, ast.Assign)]
    return "; ".join(line for line in lines if line.split(" ")[0] in body)


def statement(sql: str, table: str) -> str:
    return next((s.strip() + ";" for s in sql.split(";\n") if f"CREATE TABLE {table} (" in s or f'CREATE TABLE "{table}" (' in s), "")


def world_page(run: Path, row: JsonObject) -> tuple[str, str]:
    env = read_env(run / row["folder"])
    with World.open(env, seed=0) as world:
        assert env.model is not None
        rows = "\n\n".join(sample_rows(world, t.name) for t in env.model.tables)
    tools = "\n".join(f"- {t.name} [{t.kind}{', borrowed' if not t.own else ''}{', blind' if t.blind else ''}] {t.description[:160]}" for t in env.tools)
    return row["env"], f"""# World {env.domain} ({", ".join(env.services)})

## Tools
{tools}

## schema.sql
```sql
{env.schema_sql}
```

## tools.py
```python
{env.tools_py}
```

## Rows of the initial state (the first few of each table)
{rows}
"""


def sample_rows(world: World, table: str) -> str:
    rows = world.rows(table)
    return f"{table}: {len(rows)} rows\n" + "\n".join(json.dumps(r, default=str)[:900] for r in rows[:4])


def task_page(run: Path, row: JsonObject) -> tuple[str, str]:
    env = read_env(run / row["folder"])
    change = told(row["change"], [tuple(c) for c in row["cascades"]])  # type: ignore[misc]
    with World.open(env, seed=row["seed"]) as world:
        context = dict(world.context)
    calls = "\n".join(f"{n}. {c['name']}({json.dumps(c['arguments'])})\n   -> {json.dumps(c['result'])[:1500]}" for n, c in enumerate(row["gold"], 1))
    used = {c["name"] for c in row["gold"]}
    tools = "\n".join(f"- {t.name} [{t.kind}]: {t.description[:300]}" for t in env.tools if t.name in used)
    return row["id"], f"""# Task in world {env.domain} ({", ".join(env.services)})

## The user wants and knows
{row["brief"]["text"]}

## The agent is told from the start
{json.dumps(context)}

## Tools that the right solution calls
{tools}

## The right calls and their answers (cut at 1500 characters)
{calls}

## What must be told at the end
{"; ".join(f"{a['name']}: {a['value']}" for a in row["answers"]) or "nothing"}

## What the right calls change
{chr(10).join(change) or "nothing"}
"""


def brief_page(run: Path, row: JsonObject) -> tuple[str, str]:
    env: EnvSpec = read_env(run / row["folder"])
    title = env.model.title if env.model else env.domain
    return row["id"], f"""# What a user of "{title}" says

{row["brief"]["text"]}
"""


if __name__ == "__main__":
    main()
