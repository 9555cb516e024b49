"""Negative controls: wrong rollouts of a task that the judge must fail. A task on which one passes is no task.

    nothing          no call, no word
    dropped write    gold without one of its writes
    extra write      gold and one valid write more, which changes something by itself
    another row      a call names a neighbouring row, with its parents
    another value    a write is given another valid value
    wrong answer     gold calls, a rival or another value told
    no calls         the right answers, never looked up

Every control that exists on a task is tried; substitutes are valid calls. `covered` are the arguments that some control varies.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.gate import fitting_value, valid_arguments
from agentscaler.grade import closing, from_calls, grade
from agentscaler.population import format_time, parse_time
from agentscaler.records import Answer, Argument, Control, ControlName, JsonObject, Operation, Schema, Task
from agentscaler.tasks.site import Row, Site, fitted, reference_of

TRIES = 6


class Tried(NamedTuple):
    """What the controls found."""

    controls: tuple[Control, ...]
    covered: int
    """Gold arguments that a control varies, context and paging aside."""
    arguments: int
    """All of those."""


Calls = list[tuple[str, JsonObject]]


def try_controls(site: Site, task: Task, dice: Dice) -> Tried:
    """Play every control of a task. Raises Dropped(control_passes), also where gold itself fails."""
    gold: Calls = [(c.name, dict(c.arguments)) for c in task.gold]
    said = closing(task.answers)
    verdict = grade(task, from_calls(task, site.world, gold, said))
    if not verdict.passed:
        raise Dropped("control_passes", f"gold itself fails: {'; '.join(verdict.reasons)}", where="gold")
    tried: dict[ControlName, int] = dict.fromkeys(NAMES, 0)
    covered: set[tuple[int, str]] = set()
    for control in _all(site, task, gold, said, dice):
        if control.must_fail:
            rollout = from_calls(task, site.world, control.calls, control.said)
            if grade(task, rollout).passed:
                raise Dropped("control_passes", f"{control.name} passes: {control.note}", where=control.name)
            tried[control.name] += 1
        covered |= set(control.varies)
    counted = {(n, g.argument) for n, given in enumerate(task.given) for g in given if g.source not in ("context", "constant")}
    controls = tuple(Control(name=n, verdict="fails" if k else "absent", tried=k) for n, k in tried.items())
    return Tried(controls, len(counted & covered), len(counted))


NAMES: tuple[ControlName, ...] = ("nothing", "dropped write", "extra write", "another row", "another value", "wrong answer", "no calls")


class Wrong(NamedTuple):
    """One wrong rollout; must_fail is False where it only shows that an argument of a read matters."""

    name: ControlName
    calls: Calls
    said: str
    note: str = ""
    varies: tuple[tuple[int, str], ...] = ()
    must_fail: bool = True


def _all(site: Site, task: Task, gold: Calls, said: str, dice: Dice) -> Iterator[Wrong]:
    yield Wrong("nothing", [], "")
    writes = [i for i, (name, _) in enumerate(gold) if site.tools[name].kind == "write"]
    for i in writes:
        yield Wrong("dropped write", gold[:i] + gold[i + 1 :], said, gold[i][0])
    yield from _extra(site, gold, said, dice)
    for i in range(len(gold)):
        yield from _another_row(site, task, gold, said, i, dice)
        if i in writes:
            yield from _another_value(site, task, gold, said, i, dice)
        else:
            yield from _another_read(site, gold, said, i, dice)
    for answer in task.answers:
        for wrong in _wrong(answer):
            others = [a if a is not answer else wrong for a in task.answers]
            yield Wrong("wrong answer", gold, closing(others), str(wrong.value))
    if task.answers:
        yield Wrong("no calls", [], said)


# ---- extra writes -----------------------------------------------------------------------------------------------


def _extra(site: Site, gold: Calls, said: str, dice: Dice) -> Iterator[Wrong]:
    """A valid call that changes something by itself, and something else than gold does."""
    names = [t.name for t in site.env.tools if t.kind == "write"]
    mine = [n for n, _ in gold if n in names]
    for name in [*dict.fromkeys(mine), *dice.sample([n for n in names if n not in mine], 2)]:
        for attempt in range(TRIES):
            extra = _changing(site, gold, name, attempt)
            if extra is not None:
                yield Wrong("extra write", [*gold, (name, extra)], said, name)
                break


def _changing(site: Site, gold: Calls, name: str, attempt: int) -> JsonObject | None:
    """Arguments with which a tool changes the state that gold leaves."""
    world = site.world
    world.reset()
    for tool, arguments in gold:
        world.call(tool, arguments)
    before = world.diff().form
    extra = valid_arguments(world, site.tools[name], site.operations[name], site.model, attempt)
    if world.call(name, extra).error is not None or world.diff().form == before:
        return None
    return extra


# ---- another row ------------------------------------------------------------------------------------------------


def _another_row(site: Site, task: Task, gold: Calls, said: str, i: int, dice: Dice) -> Iterator[Wrong]:
    """The call names a neighbour: keys together with their parents, and each reference to another row."""
    name, arguments = gold[i]
    operation = site.operations[name]
    write = site.tools[name].kind == "write"
    for group in _keys(site, operation, arguments):
        for neighbour in dice.sample(group.rows, 4):
            other = {a.name: fitted(neighbour[c], site.schema(name, a.name)) for a, c in group.arguments if neighbour.get(c) is not None}
            if len(other) < len(group.arguments):
                continue
            changed = {**arguments, **other}
            if not write and not _differs(site, gold, i, changed):
                continue
            if write and not _works(site, gold, i, changed):
                continue
            varies = tuple((i, a.name) for a, _ in group.arguments if changed[a.name] != arguments[a.name])
            follow = [*gold[:i], (name, changed), *gold[i + 1 :]]
            yield Wrong("another row", follow, said, name, varies, must_fail=write)
            break


class Keys(NamedTuple):
    """Arguments that name one row together, and the other rows they could name."""

    arguments: list[tuple[Argument, str]]
    rows: list[Row]


def _keys(site: Site, operation: Operation, arguments: JsonObject) -> Iterator[Keys]:
    table = site.tables[operation.table]
    own = [(a, a.column) for a in operation.arguments if a.name in arguments and a.role in ("key", "match") and a.column]
    if own and not operation.through and operation.act not in ("create",):
        rows = [r for r in site.world.rows(table.name) if not _is_row(r, own, arguments)]
        yield Keys([(a, str(c)) for a, c in own], rows)
    holder = site.tables[operation.through] if operation.through else table
    for reference in holder.references:
        pointing = [a for a in operation.arguments if a.name in arguments and a.column in reference.columns and (operation.through or a.role in ("value", "filter"))]
        if pointing and reference_of(holder, str(pointing[0].column)) == reference:
            target = site.tables[reference.table]
            pairs = [(a, target.key[reference.columns.index(str(a.column))]) for a in pointing]
            yield Keys(pairs, [r for r in site.world.rows(reference.table) if not _is_row(r, pairs, arguments)])


def _is_row(row: Row, pairs: Sequence[tuple[Argument, str | None]], arguments: JsonObject) -> bool:
    return all(_one(arguments[a.name]) == str(row.get(c or "")) for a, c in pairs)


def _one(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and len(value) == 1 else str(value)


def _before(site: Site, gold: Calls, i: int) -> None:
    site.world.reset()
    for name, arguments in gold[:i]:
        site.world.call(name, arguments)


def _works(site: Site, gold: Calls, i: int, changed: JsonObject) -> bool:
    """Is the changed write valid, and does it change something?"""
    _before(site, gold, i)
    was = site.world.diff().form
    return site.world.call(gold[i][0], changed).error is None and site.world.diff().form != was


def _differs(site: Site, gold: Calls, i: int, changed: JsonObject) -> bool:
    """Does the changed read answer otherwise?"""
    _before(site, gold, i)
    right = site.world.call(gold[i][0], gold[i][1])
    wrong = site.world.call(gold[i][0], changed)
    return wrong.error is None and wrong.data != right.data


def _another_read(site: Site, gold: Calls, said: str, i: int, dice: Dice) -> Iterator[Wrong]:
    """A value by which a read filters: does another one show other rows?"""
    name, arguments = gold[i]
    operation = site.operations[name]
    for argument in operation.arguments:
        if argument.name not in arguments or argument.role not in ("filter", "match") or argument.column is None:
            continue
        values = [r[argument.column] for r in site.world.rows(operation.table) if argument.column in r and r[argument.column] is not None]
        for value in dice.sample(list(dict.fromkeys(map(str, values))), 4):
            changed = {**arguments, argument.name: fitted(value, site.schema(name, argument.name))}
            if changed != arguments and _differs(site, gold, i, changed):
                yield Wrong("another row", [*gold[:i], (name, changed), *gold[i + 1 :]], said, name, ((i, argument.name),), must_fail=False)
                break


# ---- another value ----------------------------------------------------------------------------------------------


def _another_value(site: Site, task: Task, gold: Calls, said: str, i: int, dice: Dice) -> Iterator[Wrong]:
    name, arguments = gold[i]
    operation = site.operations[name]
    for argument in operation.arguments:
        if argument.name not in arguments or argument.role not in ("value", "body", "slug") or _points(site, operation, argument):
            continue
        schema = site.schema(name, argument.name)
        for _ in range(TRIES):
            value = _other(site, operation, argument, schema, arguments[argument.name], dice)
            if value is None or value == arguments[argument.name]:
                continue
            changed = {**arguments, argument.name: value}
            if _works(site, gold, i, changed):
                yield Wrong("another value", [*gold[:i], (name, changed), *gold[i + 1 :]], said, f"{name}.{argument.name}", ((i, argument.name),))
                break


def _points(site: Site, operation: Operation, argument: Argument) -> bool:
    return argument.column is not None and reference_of(site.tables[operation.table], argument.column) is not None


def _other(site: Site, operation: Operation, argument: Argument, schema: Schema, now: Any, dice: Dice) -> Any:
    if argument.role == "slug":
        return f"{now}-2"
    if argument.role == "value":
        return fitting_value(site.world, operation.table, argument.column or "", schema, dice)
    if not isinstance(now, dict) or not now:
        return None
    name = dice.choice(sorted(now))
    return {**now, name: fitting_value(site.world, operation.table, argument.body.get(name, ""), schema.get("properties", {}).get(name, {}), dice)}


# ---- wrong answers ----------------------------------------------------------------------------------------------


def _wrong(answer: Answer) -> Iterator[Answer]:
    """A rival where there is one, and a value that is nobody's."""
    for rival in answer.rivals[:2]:
        yield answer.model_copy(update={"value": rival})
    value: Any = answer.value
    if answer.type == "number":
        yield answer.model_copy(update={"value": value + 1})
    elif answer.type == "time":
        moment = parse_time(value)
        yield answer.model_copy(update={"value": format_time(moment.replace(year=moment.year - 1, day=min(moment.day, 27) + 1), "iso")})
    elif answer.type == "boolean":
        yield answer.model_copy(update={"value": not value})
    elif not answer.rivals:
        yield answer.model_copy(update={"value": "something else"})
