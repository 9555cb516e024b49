"""`agentscaler show ID`: any row of a run folder, readable. A task with its gold and diff, a rollout as a conversation, a world with its tools.

The beginning of an id is enough where it is unique; the name of a world's folder will do too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from agentscaler.errors import UserError
from agentscaler.explain import told
from agentscaler.grade import grade
from agentscaler.hands import whole
from agentscaler.records import Message, Rollout, Task
from agentscaler.store import Run, parse

PRODUCTS: Final = ("tasks", "rollouts", "kept", "envs", "domains", "tools", "graph", "probes")
CUT: Final = 400
"""Characters of an answer that are shown."""


def show(run: Run, number: str) -> str:
    """The row, as text. Raises UserError where no row, or more than one, has such an id."""
    found = list(_find(run, number))
    if not found:
        raise UserError(f"no row in {run.path} has an id that begins with {number!r}: ids are 16 hex digits, the field `id` of each row")
    ids = sorted({row["id"] for _, row in found})
    if len(ids) > 1:
        raise UserError(f"{len(ids)} rows have ids that begin with {number!r}, such as {ids[0]} and {ids[1]}: give more digits")
    verb, row = found[0]
    return SHOWN.get(verb, _plain)(run, row)


def _find(run: Run, number: str) -> Iterator[tuple[str, dict[str, Any]]]:
    mark = f'"id":"{number}'.encode()
    for verb in PRODUCTS:
        path = run.product(verb)
        if not path.exists():
            continue
        with path.open("rb") as f:
            for line in f:
                if mark in line or (verb == "envs" and number.encode() in line):
                    row = orjson.loads(line)
                    if row["id"].startswith(number) or (verb == "envs" and number in (row["env"], Path(row["folder"]).name)):
                        yield verb, row


def _plain(run: Run, row: dict[str, Any]) -> str:
    del run
    return orjson.dumps(row, option=orjson.OPT_INDENT_2).decode()


def _task(run: Run, row: dict[str, Any]) -> str:
    task = parse(row, Task, where=str(run.product("tasks")))
    lines = [f"task {row['id']}   {task.difficulty.shape}, {task.difficulty.calls} calls, {task.difficulty.writes} writes, {task.difficulty.hops} hops, {task.split}", f"world {task.folder}, seed {task.seed}", "", "The user wants and knows:"]
    lines += [f"  {f.text}" for f in task.brief.facts]
    lines += ["", "Gold:"]
    for n, call in enumerate(task.gold, 1):
        lines += [f"  {n}. {call.name}({_json(call.arguments)})", f"     -> {_json(call.result)}"]
    lines += [f"  tells: {a.name} = {a.value}" for a in task.answers]
    lines += ["", "It changes:", *([f"  {line}" for line in told(task.change, task.cascades)] or ["  nothing"])]
    lines += ["", "Negative controls:", *(f"  {c.name}: {c.verdict}" + (f" ({c.tried} tried)" if c.tried else "") for c in task.controls)]
    return "\n".join(lines)


def _rollout(run: Run, row: dict[str, Any]) -> str:
    rollout = parse(row, Rollout, where=str(run.product("rollouts")))
    lines = [f"rollout {row['id']} of task {rollout.task}   agent {rollout.agent}{' (scripted)' if rollout.scripted else ''}, user {rollout.user}, {rollout.stop}", "", *spoken(tuple(whole(rollout.messages, rollout.deeds)))]
    if rollout.faults or rollout.blame:
        lines += ["", *(f"fault of the user, message {f.turn}: {f.name}: {f.what}" for f in rollout.faults)]
        lines += [f"to blame: {rollout.blame.who}: {rollout.blame.evidence}"] if rollout.blame else []
    for verb, found in _find(run, rollout.task):
        if verb == "tasks":
            verdict = grade(parse(found, Task, where="tasks.jsonl"), rollout)
            lines += ["", "Verdict: passed" if verdict.passed else "Verdict: failed", *(f"  {r}" for r in verdict.reasons)]
    return "\n".join(lines)


def spoken(messages: tuple[Message, ...]) -> list[str]:
    """A conversation, a line or two a message."""
    out = []
    for message in messages:
        if message.role == "system":
            continue
        if message.role == "tool":
            out.append(f"    {'! ' if message.error else '= '}{_cut(message.content)}")
            continue
        if message.reasoning:
            out.append(f"  ({_cut(message.reasoning)})")
        if message.content:
            out.append(f"{message.role}: {message.content}")
        out += [f"  {'(the user) ' if message.role == 'user' else ''}> {c.name}({_json(c.arguments) if c.unparsed is None else _cut(c.unparsed)})" for c in message.calls]
    return out


def _env(run: Run, row: dict[str, Any]) -> str:
    folder = run.path / row["folder"]
    head = orjson.loads((folder / "env.json").read_bytes())
    lines = [f"world {folder}   {', '.join(row['services'])}; {row['field']}; {row['split']}", f"{row['own']} tools of its own, {row['borrowed']} borrowed reads, {row['lost']} lost, {row['tables']} tables", ""]
    lines += [f"  {t['kind']:5} {t['name']}: {t['description'][:100]}" for t in head["tools"]]
    if head.get("unkept"):
        lines += ["", "What the provider says and nothing here keeps:", *(f"  {name}: {line}" for name, said in head["unkept"].items() for line in said)]
    return "\n".join([*lines, "", (folder / "schema.sql").read_text(encoding="utf-8")])


def _json(value: Any) -> str:
    return _cut(orjson.dumps(value).decode())


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[:CUT]} ... ({len(text)} characters)"


SHOWN: Final[dict[str, Callable[[Run, dict[str, Any]], str]]] = {"tasks": _task, "rollouts": _rollout, "envs": _env}
