"""Worlds with a second actor: which tools the user has in hand, and which tasks then are for two.

What people hold in their hands no definition tells, so code draws: all tools of one table on which nothing else hangs (a device of a line, a key of an account), its reads as well as its writes. Who knows better names the tools.
The world stays what it is; each of its tasks says whose tools are whose.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import orjson

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.grade import values_in
from agentscaler.hands import as_said, read_out, sayable
from agentscaler.records import EnvSpec, Seed, Task


def hands_of(env: EnvSpec, *, share: float = 0.0, named: Sequence[str] = (), seed: Seed = 0) -> tuple[str, ...]:
    """The tools that the user of a world has. share: of the worlds that have such a table; named: globs of tool names, instead."""
    if named:
        return tuple(sorted(t.name for t in env.tools if any(fnmatchcase(t.name, g) for g in named)))
    dice = Dice(seed, "hands", env.id)
    tables = held_tables(env) if share and dice.chance(share) else []
    return tools_of(env, dice.choice(tables)) if tables else ()


def held_tables(env: EnvSpec) -> list[str]:
    """Tables that a user can have alone: they are read and written, they belong to another, no other refers to them, and the agent keeps reads and writes of its own."""
    if env.model is None:
        return []
    referred = {r.table for t in env.model.tables for r in t.references if r.table != t.name}
    out = []
    for table in env.model.tables:
        mine = set(tools_of(env, table.name))
        kinds = {t.kind for t in env.tools if t.name in mine and not t.blind}
        left = {t.kind for t in env.tools if t.name not in mine}
        above = any(r.table != table.name for r in table.references)
        if above and table.name not in referred and not table.name.endswith("_link") and kinds == left == {"read", "write"}:
            out.append(table.name)
    return out


def tools_of(env: EnvSpec, table: str) -> tuple[str, ...]:
    """All tools that are about a table."""
    assert env.model is not None
    return tuple(sorted(o.name for o in env.model.operations if table in (o.table, o.through)))


def for_two(task: Task, hands: Iterable[str]) -> Task:
    """The task in a world where the user has these tools. Raises Dropped where the two could not do it by talking."""
    mine = set(hands)
    both = [c.name in mine for c in task.gold]
    if all(both):
        raise Dropped("not_sayable", "the user would do all of it alone", where="hands")
    for number, (call, given) in enumerate(zip(task.gold, task.given, strict=True)):
        if both[number] and (strange := next((k for k, v in call.arguments.items() if not sayable(v)), None)):
            raise Dropped("not_sayable", f"the agent cannot say {strange} to the user", where=call.name)
        for one in given if not both[number] else ():
            if one.step is not None and both[one.step] and one.argument in call.arguments and not _told(task, one.step, call.arguments[one.argument]):
                raise Dropped("not_sayable", f"the user cannot tell the agent {one.argument}", where=call.name)
    shown = {v for c, own in zip(task.gold, both, strict=True) if not own for v in values_in(orjson.dumps(c.result).decode())}
    for answer in task.answers:
        if both[answer.step] or not all((float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v) in shown for v in answer.evidence or (answer.value,)):
            raise Dropped("not_sayable", "the user would be told what it alone can see", where=answer.name)
    return task.model_copy(update={"hands": tuple(sorted(mine))})


def _told(task: Task, step: int, value: object) -> bool:
    """Does the user say the value, when it reads out what that call showed?"""
    return sayable(value) and f'"{as_said(value)}"' in read_out(orjson.dumps(task.gold[step].result).decode())
