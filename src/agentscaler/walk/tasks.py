"""Room 6 over a run folder: candidates of each world, then the choice among them, tasks.jsonl."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Candidates, Difficulty, EnvRow, JsonObject, Task
from agentscaler.store import Run, Shelf, key_of, read_records, row_id
from agentscaler.walk.asking import NO_HELP, Helper, Question, helper_of
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.work import each, many_objects

TASKS_A_WORLD = 12
BOUNDARY = 0.05
"""Pairs on either side of a rule, for each of the other tasks."""
ON_RULES = 8
"""Tries of each world at such pairs."""


class Bench:
    """What a worker makes tasks with."""

    def __init__(self, run: str, seed: int, tries: int, paper: bool, acting: float = 0.0, user_tools: str = "", boundary: int = 0) -> None:
        globs = tuple(g.strip() for g in user_tools.split(",") if g.strip())
        self.run, self.seed, self.tries, self.paper, self.acting, self.user_tools, self.boundary = Path(run), seed, tries, paper, acting, globs, boundary


def propose(bench: Bench, item: EnvRow) -> Candidates:
    """One world -> the proven tasks it gives, before the choice."""
    from agentscaler.folder import read_env
    from agentscaler.tasks import make_tasks, walk_tasks
    from agentscaler.tasks.hands import hands_of

    env = read_env(bench.run / item.folder).model_copy(update={"folder": item.folder})
    if bench.paper:
        found = walk_tasks(env, seed=bench.seed, tries=bench.tries)
    else:
        found = make_tasks(env, seed=bench.seed, tries=bench.tries, hands=hands_of(env, share=bench.acting, named=bench.user_tools, seed=bench.seed), boundary=bench.boundary)
    drops = tuple((n, d.reason, d.where, d.message) for n, d in found.dropped)
    return Candidates(env=env.id, tasks=tuple(t.model_dump(mode="json") for t in found.tasks), drops=drops)


def tasks(run: Run, settings: Settings, *, most: int = TASKS_A_WORLD, tries: int = 60, worlds: int | None = None, paper: bool = False, balance: str = "", vendor: float = 1.0, acting: float = 0.0, user_tools: str = "", boundary: float = BOUNDARY, model: str | None = None, language: str = "", helped: Mapping[str, Any] = NO_HELP) -> Summary:
    """Room 6: envs/ -> tasks.jsonl. model: words the briefs. language: 'zh' for a twin of each task whose user speaks Chinese, in the model's words. worlds: make tasks in so many only; paper: the paper's random walk; balance: 'field' or ''; vendor: the largest share of the tasks that one vendor may have; acting: share of the worlds in which the user has the tools of a table in hand; user_tools: globs of the tools it has, in every world; boundary: pairs on either side of a rule, for each of the other tasks."""
    if balance not in ("", "field") or not 0 < vendor <= 1 or not 0 <= boundary <= 1:
        raise UserError(f"balance is {balance!r}, vendor {vendor!r} and boundary {boundary!r}: give 'field' or nothing, a share above 0, at most 1, and a share from 0 to 1")
    if not 0 <= acting <= 1 or (paper and (acting or user_tools)):
        raise UserError(f"acting is {acting!r}: give a share from 0 to 1, and neither it nor user_tools with the paper's random walk")
    if language not in ("", "zh") or (language and not model):
        raise UserError(f"language is {language!r}: give 'zh' for twins whose user speaks Chinese, and with it the model that words them (--model NAME@https://HOST/v1)")
    start = time.monotonic()
    source = run.need("envs", "tasks")
    second = {k: v for k, v in (("acting", acting), ("user_tools", user_tools)) if v}
    mark = fingerprint("tasks", [settings.seed, settings.limit, most, tries, worlds, paper, balance, vendor, boundary, *([model] if model else []), *([language] if language else []), *([second] if second else [])], [source])
    with Shelf(run, "tasks", fingerprint=mark, fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return done_before(run, "tasks")
        rows = chosen_worlds([row for _, row in read_records(source, EnvRow)], worlds or settings.limit, balance=balance, vendor=vendor)
        with Shelf(run, "candidates", fingerprint=mark, fresh=settings.fresh) as candidates:
            keys = {row.env: key_of("candidates", [], [row.env]) for row in rows}
            todo = [row for row in rows if keys[row.env] not in candidates.done]
            for done in each(todo, propose, setup=Bench, given=(str(run.path), settings.seed, tries, paper, acting, user_tools, ON_RULES if boundary else 0), workers=settings.workers, label="tasks: worlds", chunk=8):
                if done.dropped:
                    candidates.drop(keys[done.item.env], done.dropped, [done.item.env])
                else:
                    candidates.keep(keys[done.item.env], done.result, [done.item.env])
            facts = choose_tasks(shelf, candidates, most, rows, balance=balance, vendor=vendor, boundary=boundary, words=partial(in_words, run, helper_of(model, **helped)), twins=partial(in_zh, run, helper_of(model if language else None, **helped)))
            candidates.discard()
        if not shelf.rows:
            why = ", ".join(f"{count} {reason}" for reason, count in shelf.reasons.most_common()) or "nothing was tried"
            raise UserError(f"no task came out of {len(rows)} worlds ({why}); give more --tries, or worlds with more tools")
        about = recipe_of(settings, [source], most=most, tries=tries, worlds=worlds, paper=paper, balance=balance, vendor=vendor, boundary=boundary, **({"model": model} if model else {}), **({"language": language} if language else {}), **second)
        return finish(shelf, start, {"worlds": len(rows), **facts}, **about)


Reworded: TypeAlias = Callable[[list[JsonObject]], tuple[list[JsonObject], JsonObject]]


def chosen_worlds(rows: Sequence[EnvRow], most: int | None, *, balance: str = "", vendor: float = 1.0) -> list[EnvRow]:
    """The worlds that tasks are made in."""
    from agentscaler.tasks.choose import spread

    return spread(rows, most, lambda row: (vendor_of(row), row.field), vendor=vendor, by_field=balance == "field")


def vendor_of(row: EnvRow) -> str:
    """Who publishes most of a world."""
    return row.services[0].partition(":")[0] if row.services else ""


def choose_tasks(shelf: Shelf, candidates: Shelf, most: int, worlds: Sequence[EnvRow] = (), *, balance: str = "", vendor: float = 1.0, boundary: float = 0.0, words: Reworded = lambda bodies: (bodies, {}), twins: Reworded = lambda bodies: ([], {})) -> dict[str, Any]:  # fmt: skip
    """Put the chosen candidates on the shelf and all others into the bin; returns the measured shares. words: what is done to the chosen ones before; twins: those in another language, put beside them."""
    from agentscaler.tasks.choose import Unit, choose, shares

    units: dict[str, list[tuple[str, JsonObject]]] = {}
    homes = {row.env: (vendor_of(row), row.field) for row in worlds}
    for line in candidates.drops.values():
        row = orjson.loads(line)
        shelf.drop(key_of("tasks", ["world"], row["from"]), Dropped(row["reason"], row["message"], where=row["where"]), row["from"])
    with many_objects():
        for line in candidates.rows.values():
            row = orjson.loads(line)
            for number, reason, where, message in row["drops"]:
                shelf.drop(key_of("tasks", ["try"], [row["env"]], number), Dropped(reason, message, where=where), [row["env"]])
            for number, body in enumerate(row["tasks"]):
                units.setdefault(body["twin"] or f"{row['env']}/{number}", []).append((key_of("tasks", [], [row["env"]], number), body))
        offered = [Unit(tuple(k for k, _ in some), (env := some[0][1]["env"]), Difficulty.model_validate(some[0][1]["difficulty"]), *homes.get(env, ("", ""))) for some in units.values()]
        chosen = choose(offered, most=most, vendor=vendor, by_field=balance == "field", boundary=boundary)
        wanted = {k for u in chosen for k in u.ids}
        controls: Counter[str] = Counter()
        two = 0
        rules: Counter[str] = Counter()
        spoken, help_facts = words([body for some in units.values() for key, body in some if key in wanted])
        said = iter(spoken)
        others, twin_facts = twins(spoken)
        for body in others:
            shelf.keep(key_of("tasks", [body["brief"]["language"]], [body["env"], body["original"]]), body, [body["env"]])
        for some in units.values():
            for key, plain in some:
                body = next(said) if key in wanted else plain
                if key not in wanted:
                    shelf.drop(key, Dropped("crowded_out", where=body["difficulty"]["shape"]), [body["env"]])
                    continue
                shelf.keep(key, body, [body["env"]])
                two += any(c["name"] in body.get("hands", ()) for c in body["gold"])
                if body.get("rule"):
                    rules[body["rule"].split(".")[1]] += 1
                controls.update({c["name"]: 1 for c in body["controls"] if c["verdict"] == "absent"})
    kept = [u.difficulty for u in chosen]
    return {
        "worlds with tasks": len({u.env for u in chosen}),
        **({"tasks for two": two} if two else {}),
        "conditions with twins": sum(len(u.ids) > 1 and u.difficulty.shape != "boundary" for u in chosen),
        "pairs on either side of a rule": {kind: count // 2 for kind, count in rules.most_common()},
        "vendors": dict(Counter(u.vendor for u in chosen).most_common()),
        "fields": dict(Counter(u.field for u in chosen).most_common()),
        "shapes": dict(Counter(d.shape for d in kept).most_common()),
        "shares": dict(shares(kept)),
        "controls absent": dict(controls.most_common()),
        **help_facts,
        **twin_facts,
    }


def in_words(run: Run, helper: Helper | None, bodies: list[JsonObject]) -> tuple[list[JsonObject], JsonObject]:
    """The tasks with their briefs in a model's words, where one helps and its answer holds: equal briefs (twins) in equal words."""
    if helper is None:
        return bodies, {}
    from agentscaler.polish import Worded, ask_brief, bad_brief, worded
    from agentscaler.rollouts import kept_env

    tasks = [Task.model_validate(body) for body in bodies]
    first: dict[str, list[Task]] = {}
    for task in tasks:
        first.setdefault(task.brief.text, []).append(task)

    def holds(found: Worded, some: list[Task]) -> str | None:
        return next((why for t in some if (why := bad_brief(found, t, kept_env(str(run.path / t.folder))))), None)

    found = helper.answers(run, [Question(ask_brief(some[0]), Worded, partial(holds, some=some)) for some in first.values()], label="tasks: briefs")
    said = dict(zip(first, found.said, strict=True))
    return [body if (words := said[t.brief.text]) is None else worded(t, words).model_dump(mode="json") for body, t in zip(bodies, tasks, strict=True)], found.facts


def in_zh(run: Run, helper: Helper | None, bodies: list[JsonObject]) -> tuple[list[JsonObject], JsonObject]:
    """The Chinese twins of those tasks for which a model's words hold; equal briefs in equal words."""
    if helper is None:
        return [], {}
    from agentscaler.in_chinese import ask_chinese, bad_chinese, has_twin, in_chinese
    from agentscaler.polish import Worded
    from agentscaler.rollouts import kept_env

    tasks = [task for task in map(Task.model_validate, bodies) if has_twin(task)]
    alike: dict[str, list[Task]] = {}
    for task in tasks:
        alike.setdefault((task.plain or task.brief).text, []).append(task)

    def holds(found: Worded, some: list[Task]) -> str | None:
        return next((why for t in some if (why := bad_chinese(found, t, kept_env(str(run.path / t.folder))))), None)

    questions = [Question(ask_chinese(some[0], kept_env(str(run.path / some[0].folder))), Worded, partial(holds, some=some)) for some in alike.values()]
    found = helper.answers(run, questions, label="tasks: in Chinese")
    said = dict(zip(alike, found.said, strict=True))
    twins = [in_chinese(t, words, row_id(t)).model_dump(mode="json") for t in tasks if (words := said[(t.plain or t.brief).text]) is not None]
    return twins, {"twins in Chinese": len(twins)} | {f"in Chinese {name}": count for name, count in found.facts.items()}


def read_tasks(path: str | Path) -> list[Task]:
    """The tasks of a run folder (or of its tasks.jsonl); each knows the folder of its world."""
    path = Path(path)
    file = path if path.suffix == ".jsonl" else path / "tasks.jsonl"
    if not file.exists():
        raise UserError(f"{file} is not there: run `agentscaler tasks --run {file.parent}` first")
    with many_objects():
        return [task.model_copy(update={"folder": str(file.parent / task.folder)}) for _, task in read_records(file, Task)]
