"""What moves the curve, one thing at a time: states or worlds, two phases, the funnel, failed calls, reading, chance, a second language, and reinforcement learning after imitation.

    study(Plan(), Path("report"))           behind learn(Plan(), Path("report")), whose models it starts from

Each case is a line of studies.jsonl beside curve.jsonl, and a second call goes on from there. All are played on the exam of the curve: the same tasks in the same unseen worlds.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from math import comb
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from scipy.stats import binomtest

from agentscaler.canonical import same
from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.grade import misses
from agentscaler.learn.chinese import in_templates
from agentscaler.learn.curve import (
    NEW_STATE,
    Plan,
    by_world,
    exam,
    home_of,
    in_turn,
    make_base,
    shared_out,
    write_lines,
)
from agentscaler.learn.play import Played, model_replies, play_all
from agentscaler.learn.practice import Practice, practise, rows_of
from agentscaler.learn.tiny import needs_torch
from agentscaler.learn.worlds import VERTICAL, Conversation, demonstrations, draw_worlds, tasks_of
from agentscaler.records import EnvSpec, JsonObject, Language, Task
from agentscaler.rollouts import ScriptedUser
from agentscaler.store import read_rows, row_id

FLAWED: Final = ("forgetting", "adding", "wrong")
"""Players whose rollouts the funnel drops."""
CASES: Final = (
    ("states", "one world"), ("states", "many worlds"),
    ("funnel", "right rollouts only"), ("funnel", "flawed ones mixed in"), ("funnel", "failed calls kept"), ("funnel", "failed calls read only"),
    ("phases", "base"), ("phases", "phase 1"), ("phases", "phase 1 and 2"), ("phases", "phase 2 only"),
    ("reading", "as it is"), ("reading", "names permuted"), ("reading", "answers altered"),
    ("chance", "four trials"),
    ("language", "English only"), ("language", "half Chinese"),
    ("reinforcement", "after imitation"), ("reinforcement", "after imitation in fewer worlds"),
)  # fmt: skip
STUDIES: Final = tuple(dict.fromkeys(name for name, _ in CASES))
BOTH: Final = "tokenizer-zh"
"""Folder of the tokenizer that holds both languages."""
TRIALS: Final = 4
TEMPERATURE: Final = 0.7


class Case(NamedTuple):
    """One line."""

    study: str
    variant: str
    seed: int


class Depth(NamedTuple):
    """How much is done beside what the plan says."""

    seeds: int = 1
    states: int = 256
    """States of the one world, and worlds of one state."""
    second: int = 150
    """Steps of phase 2."""
    updates: int = 50
    """Updates of reinforcement learning."""
    episodes: int = 64
    """Episodes an update, in groups of eight."""


def study(plan: Plan, folder: Path, *, depth: Depth | None = None, only: Sequence[str] = STUDIES, say: Callable[[str], None] = print) -> list[JsonObject]:
    """Do what is not done yet; returns the lines of studies.jsonl. Raises UserError where the curve's models are not there, or a study is not known."""
    needs_torch()
    depth = depth or Depth()
    if unknown := sorted(set(only) - set(STUDIES)):
        raise UserError(f"study {unknown[0]!r} is none of {', '.join(STUDIES)}")
    home = home_of(plan, folder)
    for seed in range(depth.seeds):
        for name in (f"warm-{seed}", f"model-{max(plan.worlds)}-{seed}"):
            if not (home / name).is_dir():
                raise UserError(f"{home / name} is not there: `agentscaler learn --out {folder}` with the same plan trains it first")
    file = home / "studies.jsonl"
    lines = list(read_rows(file)) if file.exists() else []
    done = {(row["study"], row["variant"], row["seed"]) for row in lines}
    cases = [Case(name, variant, seed) for seed in range(depth.seeds) for name, variant in CASES if name in only]
    todo = [case for case in cases if case not in done]
    if any(case.study == "language" for case in todo) and not (home / BOTH).is_dir():
        make_base(plan, home, name=BOTH, languages=("en", "zh"))
    for row in in_turn(one_case, [(case, plan, depth, home) for case in todo], plan.workers):
        lines.append(orjson.loads(orjson.dumps(row)))
        write_lines(file, lines)
        say(told(row))
    return lines


def told(row: JsonObject) -> str:
    """A line in words."""
    parts = [f"{what} {passed}/{tried} ({passed / tried:.0%})" for what, (passed, tried) in row["scores"].items() if tried]
    return f"seed {row['seed']}, {row['study']}, {row['variant']}: {', '.join(parts)}"


# ---- one case ---------------------------------------------------------------------------------------------------


def one_case(job: tuple[Case, Plan, Depth, Path]) -> JsonObject:
    """Train what has to be trained, play, count."""
    case, plan, depth, home = job
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    torch = needs_torch()
    torch.set_num_threads(1)
    torch.manual_seed(case.seed)
    from transformers import PreTrainedTokenizerFast
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(home / "tokenizer")
    row: JsonObject = {"study": case.study, "variant": case.variant, "seed": case.seed}
    items = exam(plan)
    if case.study == "reinforcement":
        return row | reinforced(case, plan, depth, home, items)
    if case.study in ("states", "funnel"):
        model = _opened(home / f"warm-{case.seed}", plan)
        some = list(states_or_worlds(case, depth) if case.study == "states" else mixed(case, plan))
        row |= _trained(model, tokenizer, some, plan, plan.practice, case.seed, failed=case.variant != "failed calls read only")
        return row | {"scores": scores(play_all(items, model_replies(model, tokenizer)))}
    if case.study == "language":
        return row | bilingual(case, plan, home, items)
    if case.study == "phases":
        return row | phased(case, plan, depth, home, tokenizer, items)
    model = _opened(home / f"model-{max(plan.worlds)}-{case.seed}", plan)
    if case.study == "chance":
        trials = [play_all(items, model_replies(model, tokenizer, temperature=TEMPERATURE)) for _ in range(TRIALS)]
        return row | {"scores": {f"pass^{k}": passed_every(trials, k) for k in range(1, TRIALS + 1)}}
    spoil: Any = {"as it is": "", "names permuted": "names", "answers altered": "answers"}[case.variant]
    return row | {"scores": scores(play_all(items, model_replies(model, tokenizer), spoil=spoil))}


def _opened(folder: Path, plan: Plan) -> Any:
    torch = needs_torch()
    from transformers import Qwen3ForCausalLM

    return Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32).to(plan.device)


def _trained(model: Any, tokenizer: Any, conversations: Sequence[Conversation], plan: Plan, practice: Practice, seed: int, *, failed: bool = True) -> JsonObject:
    rows, lost = rows_of(conversations, tokenizer, longest=plan.size.longest, failed=failed)
    learnt = practise(model, rows, practice, pad=tokenizer.pad_token_id, seed=seed)
    return {"rows": len(rows), "too_long": lost, "tokens": learnt.tokens, "loss": learnt.loss, "seconds": learnt.seconds}


def states_or_worlds(case: Case, depth: Depth) -> Iterator[Conversation]:
    """As many demonstrations from one world in many states as from many worlds in one state each."""
    many = [c for env in draw_worlds(depth.states, 0, seed=case.seed).train for c in demonstrations(env, 12, most_states=1)]
    if case.variant == "many worlds":
        yield from many
        return
    # The first training world need not have a task in every state; the next one is taken where it has too few.
    for env in draw_worlds(min(8, depth.states), 0, seed=case.seed).train:
        one = list(demonstrations(env, len(many), most_states=depth.states))
        if len(one) >= len(many) // 2:
            yield from one
            return
    raise UserError(f"seed {case.seed}: no training world has {len(many) // 2} tasks in {depth.states} states")


def mixed(case: Case, plan: Plan) -> Iterator[Conversation]:
    """Half of the curve's conversations, right ones; and as many others beside them, if the variant says so."""
    worlds = draw_worlds(max(plan.worlds), 0, seed=case.seed).train
    each = -(-plan.conversations // (2 * len(worlds)))
    beside = {"right rollouts only": (), "flawed ones mixed in": FLAWED, "failed calls kept": ("stumbling",), "failed calls read only": ("stumbling",)}[case.variant]
    for env in worlds:
        yield from demonstrations(env, each)
        if beside:
            yield from demonstrations(env, each, players=beside, funnel=beside != FLAWED)


def bilingual(case: Case, plan: Plan, home: Path, items: Sequence[tuple[Task, EnvSpec]]) -> JsonObject:
    """The same demonstrations in English, or about half of them, drawn, in Chinese; scores on the exam and on its Chinese twins. The tokenizer is trained on both; the warm-up, which is on random tokens, serves it as well."""
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(home / BOTH)
    model = _opened(home / f"warm-{case.seed}", plan)
    if len(tokenizer) != model.config.vocab_size:
        raise UserError(f"{home / BOTH} has {len(tokenizer)} pieces, and the warmed-up model {model.config.vocab_size}: delete the folder and start again")
    languages: tuple[Language, ...] = ("en", "zh") if case.variant == "half Chinese" else ("en",)
    out = _trained(model, tokenizer, list(shared_out(max(plan.worlds), case.seed, plan, languages)), plan, plan.practice, case.seed)
    replies = model_replies(model, tokenizer)
    chinese = scores(play_all([(twin, env) for task, env in items if (twin := in_templates(task)) is not None], replies))
    return out | {"scores": scores(play_all(items, replies)) | {f"in Chinese, {what}": count for what, count in chinese.items()}}


def phased(case: Case, plan: Plan, depth: Depth, home: Path, tokenizer: Any, items: Sequence[tuple[Task, EnvSpec]]) -> JsonObject:
    """The vertical: services about the same few things. Scores on unseen worlds of the vertical and on the general exam."""
    vertical = draw_worlds(32, 30, seed=case.seed, nouns=VERTICAL)
    model = _opened(home / (f"model-{max(plan.worlds)}-{case.seed}" if "phase 1" in case.variant else f"warm-{case.seed}"), plan)
    out: JsonObject = {}
    if "2" in case.variant:
        some = [c for env in vertical.train for c in demonstrations(env, -(-plan.conversations // 64))]
        after = plan.practice._replace(steps=depth.second, rate=plan.practice.rate / 4) if "1" in case.variant else plan.practice
        out = _trained(model, tokenizer, some, plan, after, case.seed)
    replies = model_replies(model, tokenizer)
    narrow = [(task, env) for env in vertical.unseen for task in tasks_of(env, NEW_STATE)[: plan.tasks]]
    return out | {"scores": scores(play_all(items, replies)) | {"vertical": _count(play_all(narrow, replies))}}


def reinforced(case: Case, plan: Plan, depth: Depth, home: Path, items: Sequence[tuple[Task, EnvSpec]]) -> JsonObject:
    """GRPO through TRL: from the curve's model on new states of its training worlds, or from that of fewer worlds in the worlds it has not imitated in; success on the exam before and after."""
    from transformers import AutoTokenizer

    from agentscaler.train import grpo
    from agentscaler.train.stage import Bounds, Stage

    worlds, imitated = draw_worlds(max(plan.worlds), 0, seed=case.seed).train, max(plan.worlds)
    if case.variant != "after imitation":
        imitated = sorted(plan.worlds)[-2:][0]
        worlds = worlds[imitated:]
    base = home / f"model-{imitated}-{case.seed}"
    places = {row_id(task): (task, env) for env in worlds for task in tasks_of(env, NEW_STATE + 1)[:2]}
    bounds = Bounds(turns=6, steps=6, calls=12)

    def open_stage(number: str) -> Stage:
        task, env = places[number]
        return Stage(task, env, ScriptedUser(task.brief, Dice(case.seed, "user", number)), number=number, bounds=bounds)

    tokenizer = AutoTokenizer.from_pretrained(base)
    before = play_all(items, model_replies(_opened(base, plan), tokenizer))
    folder = home / f"rl-{base.name}"
    # Gold writes at most 5 messages of at most 20 tokens: what goes on longer costs time and earns nothing. Nine tasks of ten have prompts of 300 tokens at most, and all are padded to the longest.
    practice = grpo.Practice(
        rate=3e-4, steps=depth.updates, group=8, batch=depth.episodes, accumulate=1, longest=300, most=192, answer=24, turns=bounds.turns, step_limit=bounds.steps, calls=bounds.calls,
        temperature=1.0, save=1000, seed=case.seed,
    )  # fmt: skip
    exercises = [grpo.Exercise(number, env.id) for number, (_, env) in places.items()]
    by_id = {env.id: env for _, env in places.values()}
    done = grpo.practise(exercises, str(base), folder, practice, house=grpo.House(open_stage, by_id.__getitem__), fresh=True, say=lambda _: None)
    after = play_all(items, model_replies(_opened(folder, plan), tokenizer))
    rewards = [round(line["reward"], 3) for line in done.progress]
    told = scores(after) | {f"before, {what}": count for what, count in scores(before).items()}
    return {"rewards": rewards, "alike": [round(line["frac_reward_zero_std"], 3) for line in done.progress], "share of time in worlds": round(done.share, 4), "scores": told, "worlds": {"before": by_world(before), "after": by_world(after)}}


# ---- what it comes to -------------------------------------------------------------------------------------------


class Finding(NamedTuple):
    """One variant of a study, over its seeds."""

    study: str
    variant: str
    seeds: int
    scores: dict[str, tuple[int, int]]
    """What was counted -> passed, tried, all seeds together."""
    rewards: tuple[float, ...]
    """Mean reward of each update, where there were any (of the first seed)."""
    gain: "Gain | None" = None
    """Where it was played before and after."""


class Gain(NamedTuple):
    """After minus before, on the same tasks."""

    share: float
    low: float
    high: float
    """95 % interval over worlds and seeds (both drawn again 2,000 times)."""


def findings(lines: Sequence[JsonObject]) -> list[Finding]:
    """The variants in the order of the studies."""
    out = []
    for study_name, variant in CASES:
        rows = [r for r in lines if (r["study"], r["variant"]) == (study_name, variant)]
        if rows:
            names = dict.fromkeys(name for r in rows for name in r["scores"])
            total = {n: tuple(sum(r["scores"].get(n, (0, 0))[i] for r in rows) for i in (0, 1)) for n in names}
            both = [row["worlds"] for row in rows if "worlds" in row]
            out.append(Finding(study_name, variant, len(rows), total, tuple(rows[0].get("rewards", ())), gained(both) if both else None))
    return out


def gained(runs: Sequence[JsonObject]) -> Gain:
    """What was gained from `before` to `after`, each world -> passed, tried. Whole worlds are drawn: tasks of one world go alike."""
    deltas = [[(run["after"][env][0] - passed, tried) for env, (passed, tried) in run["before"].items()] for run in runs]
    dice = Dice("bootstrap", "gain")
    drawn = []
    for _ in range(2000):
        some = [dice.choice(run) for run in (dice.choice(deltas) for _ in deltas) for _ in run]
        drawn.append(sum(d for d, _ in some) / sum(n for _, n in some))
    drawn.sort()
    every = [one for run in deltas for one in run]
    return Gain(sum(d for d, _ in every) / sum(n for _, n in every), drawn[49], drawn[1949])


def in_words(finding: Finding) -> list[str]:
    """Study, variant, seeds, what was counted with its interval, and the rest in one cell."""
    first, *rest = [(name, *score) for name, score in finding.scores.items() if score[1]]
    low, high = binomtest(first[1], first[2]).proportion_ci(method="wilson")
    more = ", ".join(f"{name} {passed}/{tried}" for name, passed, tried in rest)
    if finding.rewards:
        tenth = max(1, len(finding.rewards) // 10)
        more += f"; reward {sum(finding.rewards[:tenth]) / tenth:.2f} in the first {tenth} updates, {sum(finding.rewards[-tenth:]) / tenth:.2f} in the last"
    if finding.gain:
        more += f"; gain {finding.gain.share:+.0%} ({finding.gain.low:+.0%} to {finding.gain.high:+.0%}, worlds drawn again)"
    return [finding.study, finding.variant, str(finding.seeds), f"{first[0]} {first[1]}/{first[2]}", f"{low:.0%} - {high:.0%}", more]


def table(lines: Sequence[JsonObject]) -> str:
    """The table as text."""
    rows = [["study", "variant", "seeds", "passed", "95 %", "besides"], *map(in_words, findings(lines))]
    widths = [max(len(r[i]) for r in rows) for i in range(5)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(r, widths, strict=False)), r[5]]).rstrip() for r in rows)


# ---- counting ---------------------------------------------------------------------------------------------------


def scores(played: Sequence[Played]) -> dict[str, tuple[int, int]]:
    """Passed and tried: all; state alone and answers alone, where a task has them; by the number of gold calls; where a call failed on the way."""
    out = {"unseen": _count(played)}
    changed = [p for p in played if p.task.change]
    out["state"] = (sum(same(p.task.change, p.rollout.change) for p in changed), len(changed))
    asked = [p for p in played if p.task.answers]
    out["answers"] = (sum(all(misses(a, p.rollout.messages) is None for a in p.task.answers) for p in asked), len(asked))
    for calls in sorted({len(p.task.gold) for p in played}):
        out[f"{calls} calls"] = _count([p for p in played if len(p.task.gold) == calls])
    out["a call failed"] = _count([p for p in played if any(m.role == "tool" and '"error"' in m.content for m in p.rollout.messages)])
    return out


def _count(played: Sequence[Played]) -> tuple[int, int]:
    return sum(p.passed for p in played), len(played)


def passed_every(trials: Sequence[Sequence[Played]], k: int) -> tuple[int, int]:
    """pass^k: of all ways to take k of a task's trials, those in which all passed (tau-bench's estimate)."""
    passed = tried = 0
    for one in zip(*trials, strict=True):
        passed += comb(sum(p.passed for p in one), k)
        tried += comb(len(one), k)
    return passed, tried
