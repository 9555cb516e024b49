"""The proof of learning: does practice in more worlds make a model better in worlds it has never seen?

    learn(Plan(), Path("report"))

A small Qwen3 is trained from scratch on demonstrations from 1, 8, 64 and 256 worlds, the same number of conversations, steps and tokens each, and plays tasks in unseen worlds:
other nouns, other services, other schema graphs. Success is measured by execution. Each finished run is a line of curve.jsonl, and a second call goes on from there.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.canonical import same
from agentscaler.dice import Dice
from agentscaler.grade import grade
from agentscaler.learn.apis import made_up_words
from agentscaler.learn.play import Played, Spoil, model_replies, play_all
from agentscaler.learn.practice import Practice, practise, rows_of
from agentscaler.learn.tiny import Size, make_model, make_tokenizer, needs_torch, warm_up
from agentscaler.learn.worlds import Conversation, demonstrations, draw_worlds, tasks_of
from agentscaler.records import EnvSpec, JsonObject, Language, Rollout, Task
from agentscaler.rollouts import named_player, play_in
from agentscaler.rollouts.probes import do_nothing, random_calls
from agentscaler.store import digest, read_rows, row_id, write_atomic
from agentscaler.world import World

NEW_STATE: Final = 1_000_000
"""Seed of the states that are played at the end; no demonstration was made in them."""


class Plan(NamedTuple):
    """What is trained and measured."""

    worlds: tuple[int, ...] = (1, 8, 64, 256)
    """Numbers of training worlds."""
    seeds: int = 3
    conversations: int = 5600
    """Demonstrations of a run, shared out among its worlds."""
    unseen: int = 60
    """Worlds that are only played in."""
    tasks: int = 5
    """Most tasks in each of them."""
    size: Size = Size()
    practice: Practice = Practice()
    warm_rate: float = 2e-3
    warm_steps: int = 1500
    """Steps of the warm-up until it gives up."""
    device: str = "cpu"
    workers: int = 2
    """Runs at a time, each on one thread."""


class Job(NamedTuple):
    """One run: so many worlds, one seed. worlds 0: the warm-up alone, which the others of its seed start from."""

    worlds: int
    seed: int


def learn(plan: Plan, folder: Path, *, say: Callable[[str], None] = print) -> list[JsonObject]:
    """Do what the plan says and is not done yet; returns the lines of its curve.jsonl. What belongs to a plan lies in a folder of its own."""
    needs_torch()
    home = home_of(plan, folder)
    home.mkdir(parents=True, exist_ok=True)
    file = home / "curve.jsonl"
    lines = list(read_rows(file)) if file.exists() else []
    if not lines:
        say(f"tokenizer of {plan.size.vocabulary} pieces, {max(plan.worlds)} training and {plan.unseen} unseen worlds ...")
        make_base(plan, home)
        lines = list(besides(plan))
        write_lines(file, lines)
    done = {(row["worlds"], row["seed"]) for row in lines if row["player"] == "model"}
    for stage in ([Job(0, s) for s in range(plan.seeds)], [Job(n, s) for s in range(plan.seeds) for n in sorted(plan.worlds, reverse=True)]):
        for row in in_turn(one_run, [(j, plan, home) for j in stage if j not in done], plan.workers):
            lines.append(row)
            write_lines(file, lines)
            say(told(row))
    return lines


def home_of(plan: Plan, folder: Path) -> Path:
    """Where figures and models of a plan lie."""
    return folder / digest(repr(plan._replace(worlds=(max(plan.worlds),), seeds=0, workers=0)))


def told(row: JsonObject) -> str:
    """A line of the curve in words."""
    if row["worlds"] == 0:
        return f"seed {row['seed']}: warm-up {'solved' if row['warm']['solved'] else 'NOT solved'} after {row['warm']['steps']} steps, {row['warm']['seconds']} s; unseen worlds {_percent(row['unseen'])}"
    return f"seed {row['seed']}: {row['worlds']} worlds, {row['learnt']['tokens']} tokens, loss {row['learnt']['loss']}, {row['learnt']['seconds']} s; unseen worlds {_percent(row['unseen'])}"


def _percent(found: Mapping[str, Sequence[int]]) -> str:
    passed, tried = (sum(x) for x in zip(*found.values(), strict=True))
    return f"{passed / tried:.1%} of {tried} tasks"


def write_lines(file: Path, rows: Sequence[JsonObject]) -> None:
    """All lines of a file of figures."""
    write_atomic(file, b"".join(orjson.dumps(r) + b"\n" for r in rows))


def in_turn(work: Callable[[Any], JsonObject], jobs: Sequence[Any], workers: int) -> Iterator[JsonObject]:
    """What comes of the jobs, so many at a time, each in a process of its own where there are several."""
    if workers == 1:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(work, job) for job in jobs]):
            yield future.result()


# ---- what all runs share ----------------------------------------------------------------------------------------


def make_base(plan: Plan, folder: Path, *, name: str = "tokenizer", languages: Sequence[Language] = ("en",)) -> None:
    """The tokenizer, trained on conversations of the training worlds."""
    some = [c for env in draw_worlds(max(plan.worlds), 0).train for c in demonstrations(env, max(1, 1500 // max(plan.worlds)), languages=languages)]
    tokenizer = make_tokenizer([], made_up_words(), vocabulary=512)
    texts = [tokenizer.apply_chat_template(c.messages, tools=c.tools, tokenize=False) for c in some]
    make_tokenizer(texts, made_up_words(), vocabulary=plan.size.vocabulary).save_pretrained(folder / name)


def exam(plan: Plan) -> list[tuple[Task, EnvSpec]]:
    """Tasks in the unseen worlds."""
    return [(task, env) for env in draw_worlds(0, plan.unseen).unseen for task in tasks_of(env, NEW_STATE)[: plan.tasks]]


def besides(plan: Plan) -> Iterator[JsonObject]:
    """Players to compare with, on the same tasks: gold, the scripted solver, random calls, nothing."""
    found: dict[str, dict[str, list[int]]] = {}
    for task, env in exam(plan):
        with World.open(env, seed=task.seed) as world:
            for name in ("gold", "solver", "random calls", "do-nothing"):
                passed = grade(task, _other(name, task, env, world)).passed
                count = found.setdefault(name, {}).setdefault(env.id, [0, 0])
                count[0] += passed
                count[1] += 1
    for name, unseen in found.items():
        yield {"player": name, "worlds": 0, "seed": 0, "unseen": unseen}


def _other(name: str, task: Task, env: EnvSpec, world: World) -> Rollout:
    dice = Dice(0, name, row_id(task))
    if name == "random calls":
        return random_calls(task, world, dice)
    if name == "do-nothing":
        return do_nothing(task, world)
    player = named_player(name, task, env, dice)
    assert player is not None
    return play_in(task, world, agent=player)


# ---- one run ----------------------------------------------------------------------------------------------------


def one_run(given: tuple[Job, Plan, Path]) -> JsonObject:
    """Warm up, or practise and play. The model lies in the folder afterwards."""
    job, plan, folder = given
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    torch = needs_torch()
    torch.set_num_threads(1)
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "tokenizer")
    warm = folder / f"warm-{job.seed}"
    row: JsonObject = {"player": "model", "worlds": job.worlds, "seed": job.seed}
    if job.worlds == 0:
        model = make_model(tokenizer, plan.size, seed=job.seed, device=plan.device)
        row["parameters"] = sum(p.numel() for p in model.parameters())
        row["warm"] = warm_up(model, seed=job.seed, rate=plan.warm_rate, most=plan.warm_steps)._asdict()
        model.save_pretrained(warm)
    else:
        model = Qwen3ForCausalLM.from_pretrained(warm, dtype=torch.float32).to(plan.device)
        rows, lost = rows_of(list(shared_out(job.worlds, job.seed, plan)), tokenizer, longest=plan.size.longest)
        learnt = practise(model, rows, plan.practice, pad=tokenizer.pad_token_id, seed=job.seed)
        row |= {"rows": len(rows), "too_long": lost, "learnt": learnt._asdict() | {"losses": [round(x, 4) for x in learnt.losses[9::10]]}}
        model.save_pretrained(folder / f"model-{job.worlds}-{job.seed}")
        tokenizer.save_pretrained(folder / f"model-{job.worlds}-{job.seed}")
    return row | measure(model, tokenizer, job, plan)


def shared_out(worlds: int, seed: int, plan: Plan, languages: Sequence[Language] = ("en",)) -> Iterator[Conversation]:
    """The demonstrations of a run: as many in all, whatever the number of worlds. Each seed has training worlds of its own."""
    for number, env in enumerate(draw_worlds(worlds, 0, seed=seed).train):
        yield from demonstrations(env, plan.conversations // worlds + (number < plan.conversations % worlds), languages=languages)


def measure(model: Any, tokenizer: Any, job: Job, plan: Plan) -> JsonObject:
    """Success in unseen worlds; in new states of the training worlds; and with what it is shown spoilt, of the largest run."""
    replies = model_replies(model, tokenizer)
    items = exam(plan)
    played = play_all(items, replies)
    out: JsonObject = {"unseen": by_world(played), "state": sum(same(p.task.change, p.rollout.change) for p in played), "shapes": by_shape(played)}
    if job.worlds:
        out["known"] = by_world(play_all(known(job, plan), replies))
    if job.worlds == max(plan.worlds):
        kinds: tuple[Spoil, ...] = ("tools", "answers")
        out["spoilt"] = {kind: by_world(play_all(items, replies, spoil=kind)) for kind in kinds}
    return out


def known(job: Job, plan: Plan) -> list[tuple[Task, EnvSpec]]:
    """Tasks in new states of the training worlds, two for each unseen world, in as many states as it takes: few worlds are played in many states."""
    worlds = draw_worlds(min(job.worlds, plan.unseen), 0, seed=job.seed).train
    each = -(-2 * plan.unseen // len(worlds))
    return [(task, env) for env in worlds for task in islice((t for state in range(4 * each) for t in tasks_of(env, NEW_STATE + state)), each)]


def by_world(played: Sequence[Played]) -> dict[str, list[int]]:
    """World -> passed, tried."""
    out: dict[str, list[int]] = {}
    for one in played:
        count = out.setdefault(one.task.env, [0, 0])
        count[0] += one.passed
        count[1] += 1
    return out


def by_shape(played: Sequence[Played]) -> dict[str, list[int]]:
    """Shape -> passed, tried."""
    out: dict[str, list[int]] = {}
    for one in played:
        count = out.setdefault(one.task.difficulty.shape, [0, 0])
        count[0] += one.passed
        count[1] += 1
    return out


# ---- what it comes to -------------------------------------------------------------------------------------------


class Point(NamedTuple):
    """One row of the table."""

    name: str
    runs: int
    tasks: int
    """Tasks a run."""
    share: float
    low: float
    high: float
    """95 % interval over worlds and seeds (both drawn again 2,000 times)."""
    seeds: tuple[float, ...]


def points(lines: Sequence[JsonObject], *, kind: str = "unseen") -> list[Point]:
    """The curve, and the rows beside it. kind: unseen, known, or a way the view was spoilt."""
    groups: dict[str, list[dict[str, list[int]]]] = {}
    for row in sorted(lines, key=lambda r: (r["player"] == "model", r["worlds"], r["seed"])):
        found = row.get(kind) or row.get("spoilt", {}).get(kind)
        if found:
            name = row["player"] if row["player"] != "model" else "warm-up only" if row["worlds"] == 0 else f"{row['worlds']} world{'s' * (row['worlds'] > 1)}"
            groups.setdefault(name, []).append(found)
    return [_point(name, runs) for name, runs in groups.items()]


def _point(name: str, runs: Sequence[Mapping[str, Sequence[int]]]) -> Point:
    dice = Dice("bootstrap", name)
    drawn = []
    for _ in range(2000):
        passed = tried = 0
        for _ in runs:
            run = list(dice.choice(runs).values())
            for _ in run:
                p, t = dice.choice(run)
                passed, tried = passed + p, tried + t
        drawn.append(passed / tried)
    drawn.sort()
    shares = tuple(sum(p for p, _ in r.values()) / sum(t for _, t in r.values()) for r in runs)
    return Point(name, len(runs), sum(t for _, t in runs[0].values()), sum(shares) / len(shares), drawn[49], drawn[1949], shares)


def table(lines: Sequence[JsonObject]) -> str:
    """The table as text."""
    known = {p.name: p for p in points(lines, kind="known")}
    out = [f"{'':16} {'unseen worlds':>13}  {'95 %':>13}  {'seeds':24} {'known worlds, new states':>24}"]
    for p in points(lines):
        also = f"{known[p.name].share:.1%} of {known[p.name].tasks}" if p.name in known else ""
        out.append(f"{p.name:16} {p.share:>13.1%}  {p.low:>5.1%} - {p.high:>5.1%}  {' '.join(f'{s:.1%}' for s in p.seeds):24} {also:>24}")
    for kind, words in (("tools", "shown the tools of another world"), ("answers", "shown answers with other values")):
        out += [f"{p.name}, {words}: {p.share:.1%}" for p in points(lines, kind=kind)]
    return "\n".join(out)


def write_page(lines: Sequence[JsonObject], plan: Plan, path: Path, *, studies: Sequence[Sequence[str]] = ()) -> None:
    """learning.html with the plot. studies: rows of the table beside it."""
    from agentscaler.learn.page import page

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, page(points(lines), points(lines, kind="known"), {k: points(lines, kind=k) for k in ("tools", "answers")}, plan, studies).encode())
