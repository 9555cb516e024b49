"""Room 6, tasks: a world -> tasks whose right end is known by execution.

`make_tasks(env, seed)` tries the shapes (shapes.py), executes what comes out, records the gold change, and only then words the
brief; a task stays only if gold passes the judge and every negative control that exists on it fails (controls.py).
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from agentscaler.canonical import normal
from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.grade import says
from agentscaler.records import Answer, Call, Control, EnvSpec, Seed, Task
from agentscaler.store import digest
from agentscaler.tasks.asking import dates
from agentscaler.tasks.briefs import brief
from agentscaler.tasks.controls import try_controls
from agentscaler.tasks.flow import difficulty
from agentscaler.tasks.hands import for_two
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.shapes import SHAPES
from agentscaler.tasks.site import Site
from agentscaler.tasks.speech import day
from agentscaler.tasks.wander import walk_plans

TRIES = 60
WEIGHTS = {
    "ask": 4, "write": 5, "create": 2, "link": 6, "askwrite": 5, "cond": 5, "each": 10, "both": 10, "replace": 8, "count": 3, "which": 3, "compare": 1.5, "two": 6, "family": 7, "copy": 3,
    "setup": 7, "clear": 6, "errand": 42,
}  # fmt: skip
"""How often each shape is tried; deep and rare ones more."""


class Candidates(NamedTuple):
    """What a world gives, and the tries that gave nothing."""

    tasks: list[Task]
    dropped: list[tuple[int, Dropped]]


def make_tasks(env: EnvSpec, *, seed: Seed = 0, tries: int = TRIES, most: int = 24, hands: Sequence[str] = (), boundary: int = 0) -> Candidates:
    """All proven tasks that `tries` tries give in the state of `seed`, no two with the same brief or calls; at most `most`. hands: tools that the user has and the agent has not; boundary: so many further tries on either side of a rule, which change nothing about the others."""
    site = Site(env, seed)
    dice = Dice(seed, "tasks", env.id)
    tasks: list[Task] = []
    dropped: list[tuple[int, Dropped]] = []
    seen: set[str] = set()
    missing: Counter[str] = Counter()
    try:
        for number in range(tries):
            shape = dice.weighted({s: w / (1 + 3 * missing[s]) for s, w in WEIGHTS.items()})
            own = Dice(seed, "task", env.id, number)
            try:
                made = plan_tasks(site, shape, own, twin=digest([env.id, seed, number]))
                made = [for_two(t, hands) for t in made] if hands else made
            except Dropped as reason:
                dropped.append((number, reason))
                missing[shape] += reason.reason == "no_tool"
                continue
            marks = {mark for t in made for mark in _marks(t)}
            if marks & seen:
                dropped.append((number, Dropped("crowded_out", "the same brief or the same calls came out before", where=shape)))
                continue
            seen |= marks
            tasks += made
            if len(tasks) >= most:
                break
        if boundary:
            _on_boundaries(site, seed, boundary, tries, seen, tasks, dropped)
    finally:
        site.close()
    return Candidates(tasks, dropped)


PAIRS: Final = 2
"""Pairs of a world at most, no two on one rule."""


def _on_boundaries(site: Site, seed: Seed, most: int, first: int, seen: set[str], tasks: list[Task], dropped: list[tuple[int, Dropped]]) -> None:
    """Pairs on the rules of the world; first: the number of the first try."""
    rules: set[str | None] = set()
    for number in range(first, first + most):
        try:
            pair = plan_tasks(site, "boundary", Dice(seed, "boundary", site.env.id, number - first), twin=digest([site.env.id, seed, "boundary", number - first]))
        except Dropped as reason:
            dropped.append((number, reason))
            if reason.where == "" and reason.reason == "no_tool":
                return
            continue
        marks = {mark for t in pair for mark in _marks(t)}
        if marks & seen or pair[0].rule in rules:
            dropped.append((number, Dropped("crowded_out", "the rule has its pair", where="boundary")))
            continue
        seen |= marks
        rules.add(pair[0].rule)
        tasks += pair
        if len(rules) >= PAIRS:
            return


def _marks(task: Task) -> tuple[str, str]:
    """What no other task of the world may share: the brief; the calls, with what is asked where nothing is written."""
    asked = [] if task.change else [[a.name, a.value] for a in task.answers]
    return task.brief.text, digest([[[c.name, c.arguments] for c in task.gold], asked])


def walk_tasks(env: EnvSpec, *, seed: Seed = 0, tries: int = TRIES, most: int = 24) -> Candidates:
    """The same with the paper's random walks instead of goals."""
    site = Site(env, seed)
    tasks: list[Task] = []
    dropped: list[tuple[int, Dropped]] = []
    try:
        for number in range(tries):
            dice = Dice(seed, "walk", env.id, number)
            try:
                site.world.reset()
                tasks += [prove(site, plan, Dice(dice.bits()), dice) for plan in walk_plans(site, dice)]
            except Dropped as reason:
                dropped.append((number, reason))
            if len(tasks) >= most:
                break
    finally:
        site.close()
    return Candidates(tasks, dropped)


def plan_tasks(site: Site, shape: str, dice: Dice, *, twin: str = "") -> list[Task]:
    """One try of one shape: a task, or for a condition the pair. Raises Dropped."""
    site.world.reset()
    words = Dice(dice.bits())
    return [prove(site, plan, Dice(words.state), dice, twin=twin) for plan in SHAPES[shape](site, dice)]


def prove(site: Site, plan: Plan, words: Dice, dice: Dice, *, twin: str = "") -> Task:
    """Record what the plan does, word it, and try the controls on it. Raises Dropped."""
    trace = plan.trace
    said = brief(plan, words)
    if dates(said.text) > (2 if plan.shape == "both" else 1):
        raise Dropped("not_sayable", "two things are told by their dates")
    if chained(said.text):
        raise Dropped("not_sayable", "what is wanted is of what is of something")
    answers = tuple(a for w in plan.wishes for a in w.answers)
    if plan.shape not in ("compare", "cond") and (told := next((a for a in answers if _given_away(a, said.text)), None)):
        raise Dropped("not_sayable", f"the brief itself says {told.value!r}", where=told.name)
    if plan.shape != "compare":
        answers = tuple(a.model_copy(update={"rivals": tuple(r for r in a.rivals if not says(said.text, r, a.type)[0])}) for a in answers)
    world = site.world
    world.reset()
    for call in trace.calls:
        world.call(call.name, call.arguments)
    change = world.diff().form
    writes = any(site.tools[c.name].kind == "write" for c in trace.calls)
    if writes and not change:
        raise Dropped("no_effect", "its writes cancel out")
    if not writes and not answers:
        raise Dropped("no_effect", "nothing is changed and nothing asked")
    if aside := _aside(site, trace.calls, change):
        raise Dropped("not_sayable", f"it changes {aside}, of which nobody spoke", where=aside)
    draft = Task(
        env=site.env.id,
        folder=site.env.folder,
        seed=site.seed,
        image=world.image_hash,
        brief=said,
        gold=tuple(trace.calls),
        given=tuple(trace.given),
        parts=plan.ends or (len(trace.calls),),
        change=change,
        cascades=_cascades(site, change),
        answers=answers,
        controls=(),
        difficulty=difficulty(site, trace.calls, trace.given, said, plan.shape, arguments=0, covered=0),
        twin=None if plan.holds is None else twin,
        rule=plan.rule or None,
        split=site.env.split,
    )
    tried = try_controls(site, draft, dice)
    harder = difficulty(site, trace.calls, trace.given, said, plan.shape, arguments=tried.arguments, covered=tried.covered)
    return draft.model_copy(update={"controls": tried.controls, "difficulty": harder})


_CHAIN = re.compile(r"\bof the [a-zA-Z0-9 -]+? (?:of|in) the ")


def chained(text: str) -> bool:
    """Is something said to be of a thing without a name that is of another: 'the status of the task of the finding'?"""
    plain = re.sub(r'"[^"]*"', '""', text)
    return any(not dates(m[0]) for m in _CHAIN.finditer(plain))


def _aside(site: Site, calls: Sequence[Call], change: Sequence[tuple[object, ...]]) -> str | None:
    """A table that no call is about and whose rows are changed all the same: a deletion empties what points to the row."""
    about = {name for c in calls for o in [site.operations[c.name]] for name in (o.table, o.through) if name}
    return next((str(row[1]) for row in change if row[0] == "~" and row[1] not in about), None)


def _given_away(answer: Answer, text: str) -> bool:
    """Does the brief say what it asks for?"""
    if answer.type == "time":
        return bool(re.search(rf"\b{re.escape(day(answer.value))}\b", text))
    value = str(answer.value)
    if answer.type == "number":
        return len(value) > 1 and bool(re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", text))
    words = re.sub(r"[^\w@.-]+", " ", text)
    return f" {normal(value)} " in f" {normal(words)} "


def _cascades(site: Site, change: Sequence[tuple[object, ...]]) -> tuple[tuple[str, str, str, str], ...]:
    """Deleted rows that go along with another deleted row."""
    from agentscaler.explain import key_text

    gone = {(row[1], key_text(row[2])) for row in change if row[0] == "-"}  # type: ignore[arg-type]
    site.world.reset()
    out = []
    for name, key in sorted(gone):
        info = site.tables[str(name)]
        row = next((r for r in site.world.rows(info.name) if key_text([r[k] for k in info.key]) == key), None)
        for reference in info.references:
            above = (reference.table, key_text([row[c] for c in reference.columns])) if row else None
            if reference.on_delete == "CASCADE" and above in gone and above != (name, key):
                out.append((str(name), key, *above))
                break
    return tuple(out)


__all__ = ["Candidates", "Control", "make_tasks", "plan_tasks", "walk_tasks"]
