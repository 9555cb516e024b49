"""Own held-out worlds: any agent, any user, any way of showing the tools, scored the same way each time.

    paths = evaluate(["qwen3-8b@http://localhost:8000/v1"], out="evals/worlds", trials=4)

OUT holds the set (`set/`, or in the cache), a run folder for each player under each condition (episodes in full, the recording of replies), `results/*.jsonl` and `index.html`. Playing is
rollouts' own code: resume, budget, concurrency, faults and blame are as there. `regrade` scores again from the episodes on disk; nobody is asked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.episode import STEPS, TURNS, AnyPlayer, CannotGoOn, tool_list
from agentscaler.errors import Dropped, UserError
from agentscaler.evals.contamination import Training, overlap, schemas_of_run
from agentscaler.evals.floors import FLOORS, play_floors, score_of
from agentscaler.evals.pinned import PinnedSet, read_set, rebuild
from agentscaler.evals.score import Result, Score, Stamp, write_result
from agentscaler.evals.spent import Log, price_of, read_log
from agentscaler.evals.variants import VARIANTS, Disguise, Disguised
from agentscaler.llm.ledger import Price, read_prices
from agentscaler.llm.model import RunStopped, Tokens
from agentscaler.records import EnvSpec, JsonObject, Message, Rollout, Task
from agentscaler.rollouts import AGENTS, GoldPlayer, kept_env, plain_name
from agentscaler.store import Run, digest, key_of, parse, read_records, read_rows, write_atomic
from agentscaler.walk.common import Settings
from agentscaler.walk.episodes import Reader, find_lines, seats
from agentscaler.walk.models import jobs_of, rollouts_of_models
from agentscaler.walk.table import Dress, Talk, Took

BENCHMARK: Final = "worlds"
TRIALS: Final = 4
SPENT: Final = "spent.jsonl"
"""Of a player's folder: what its episodes took."""
_RULES: Final = ("grade", "conduct", "canonical", "chinese", "explain", "verbs", "words")
_PROMPTS: Final = ("prompts/rollouts.user.md", "prompts/rollouts.wording.md", "prompts/rollouts.hands.md", "prompts/rollouts.chinese.md", "chinese.py", "episode.py", "conduct.py", "hands.py", "rollouts/user.py", "rollouts/models.py", "rollouts/lint.py")


class Condition(NamedTuple):
    """One player under one condition."""

    agent: str
    user: str
    variant: str

    @property
    def name(self) -> str:
        """Of its folder and its result."""
        user = "" if self.user == "scripted" else f".user-{_slug(self.user)}"
        return f"{_slug(self.agent)}{user}{'' if self.variant == 'plain' else f'.{self.variant}'}"


def evaluate(
    agents: Sequence[str],
    *,
    out: str | Path,
    pinned: Path | None = None,
    users: Sequence[str] = ("scripted",),
    variants: Sequence[str] = ("plain",),
    trials: int = TRIALS,
    talk: Mapping[str, Any] = {},
    seed: int = 0,
    workers: int = 1,
    limit: int | None = None,
    fresh: bool = False,
    cache: Path | None = None,
    trained: Training | None = None,
) -> list[Path]:
    """Play and score; returns the result files, those of the rows without a model first. talk: settings of walk.models.Talk. trained: what the agents were trained on. Raises UserError."""
    if wrong := [v for v in variants if v not in VARIANTS]:
        raise UserError(f"--variant {wrong[0]!r}: give {', '.join(VARIANTS)}")
    if trials < 1:
        raise UserError(f"--trials is {trials}; give 1 or more, 4 where pass^4 is wanted")
    out, found = Path(out), read_set(pinned)
    if "reformatted" in variants and (readers := [a for a in agents if plain_name(a) in AGENTS]):
        raise UserError(f"--variant reformatted: {readers[0]!r} is scripted and reads answers as JSON only; leave it to models and to agents of your own")
    conditions = [Condition(a, u, v) for u in users for a in seats(agents, u) for v in variants]
    if clash := [c for n, c in enumerate(conditions) if c.name in {d.name for d in conditions[:n]}]:
        raise UserError(f"{clash[0].agent!r} is named twice, or two names look alike as a folder ({clash[0].name}): score them into two folders with --out")
    run = rebuild(found, (cache or out) / "sets" / found.hash if cache else out / "set", workers=workers, cache=cache)
    paths = []
    seen = overlap(trained, schemas_of_run(run)) if trained is not None else None
    about: JsonObject = {"set": found.model_dump(mode="json"), "seed": seed, "limit": limit, "overlap": seen, "prices": dict(talk.get("prices") or {})}
    for name, scores in play_floors(run, seed=seed, limit=limit).items():
        paths.append(_write(out, name, Result(stamp_of(found, Condition(name, "scripted", "plain"), Talk(), trials=1, seed=seed, limit=limit, scripted=True), tuple(scores))))
    for one in conditions:
        folder = Run(out / "played" / one.name)
        _share(run, folder)
        settings = {**talk, "user": one.user, "shown": one.variant, "replies": talk.get("replies") or str(out / "replies.jsonl")}
        kept = Talk(**settings)
        write_atomic(folder.path / "condition.json", orjson.dumps({**about, "condition": one._asdict(), "trials": trials, "talk": kept.matters()}))
        rollouts_of_models(folder, Settings(seed, workers, limit, fresh), agents=[one.agent], trials=trials, talk=kept, dress=dress_of(run, one.variant, seed), heed=Log(folder.path / SPENT, _mark(one, seed, kept.matters())).keep)
        paths.append(score_folder(out, folder))
    return paths


def regrade(out: str | Path) -> list[Path]:
    """Score all that was played in OUT again, from disk, with the rule of today; the rows without a model too."""
    out = Path(out)
    folders = sorted(p.parent for p in (out / "played").glob("*/condition.json"))
    if not folders:
        raise UserError(f"nothing was played in {out}: `agentscaler evals worlds --out {out} --agent ...` does")
    paths = [score_folder(out, Run(folder)) for folder in folders]
    told = orjson.loads((folders[0] / "condition.json").read_bytes())
    found = PinnedSet.model_validate(told["set"])
    for name, scores in play_floors(Run(folders[0]), seed=told["seed"], limit=told["limit"]).items():
        paths.append(_write(out, name, Result(stamp_of(found, Condition(name, "scripted", "plain"), Talk(), trials=1, seed=told["seed"], limit=told["limit"], scripted=True), tuple(scores))))
    return paths


def _write(out: Path, name: str, result: Result) -> Path:
    path = out / "results" / f"{name}.jsonl"
    write_result(path, result)
    return path


def _slug(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", re.sub(r"https?://", "", name)).strip("-")


def _share(run: Run, folder: Run) -> None:
    """The set's tasks and worlds, seen from a player's folder."""
    for name in ("tasks.jsonl", "envs"):
        link, target = folder.path / name, (run.path / name).resolve()
        if link.is_symlink() and link.resolve() != target:
            raise UserError(f"{folder.path} holds episodes of another set of worlds; name another folder with --out")
        if not link.exists():
            link.symlink_to(target)


# ---- how tools are shown ------------------------------------------------------------------------------------------


class Guarded:
    """A player whose own errors end its episode and not the run: it is cut short, is played again at the end, and then counts as crashed."""

    def __init__(self, player: AnyPlayer) -> None:
        self.name, self.scripted, self._player = player.name, player.scripted, player

    @property
    def tokens(self) -> Tokens:
        """What it cost, where it is a model."""
        found: Tokens = getattr(self._player, "tokens", Tokens())
        return found

    async def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        """The next message. Raises AgentCrashed."""
        try:
            said = self._player.play(messages, tools)
            return said if isinstance(said, Message) else await said
        except (OSError, TimeoutError, CannotGoOn, RunStopped, UserError, Dropped):
            raise
        except Exception as error:
            raise AgentCrashed(f"the agent raised {type(error).__name__}: {error}") from error


class AgentCrashed(OSError):
    """The agent's own code raised."""


def dress_of(run: Run, variant: str, seed: int) -> Dress:
    """What stands between agent and world. Who knows the gold calls sees the world itself."""
    others: list[tuple[str, JsonObject]] = []
    if variant == "distractors":
        folders = sorted({t.folder for _, t in read_records(run.product("tasks"), Task)})
        others = [(env.id, tool) for folder in folders for env in [kept_env(str(run.path / folder))] for tool in tool_list(env)]
    made: dict[str, Disguise] = {}

    def dress(player: AnyPlayer, env: EnvSpec) -> AnyPlayer:
        if variant == "plain" or isinstance(player, GoldPlayer):
            return Guarded(player)
        if env.id not in made:
            made[env.id] = Disguise(variant, env, [tool for number, tool in others if number != env.id], seed=seed)
        return Guarded(Disguised(player, made[env.id]))

    return dress


# ---- scoring ------------------------------------------------------------------------------------------------------


def score_folder(out: Path, folder: Run) -> Path:
    """The result of one player's folder, from its episodes. An episode that its surroundings cut short, again and again, has a line too: it did not pass, and it is not the agent's doing."""
    told = orjson.loads((folder.path / "condition.json").read_bytes())
    one = Condition(**told["condition"])
    if not folder.product("rollouts").exists():
        raise UserError(f"{folder.path} is not played to its end: the same command goes on from there")
    reader = Reader(str(folder.product("tasks")))
    places = {line.id: line for line in find_lines(folder.product("tasks"))}
    scores = list(_played(folder, reader, places))
    there = {(s.task, s.trial) for s in scores}
    for job in jobs_of(folder, Settings(told["seed"], 1, told["limit"]), [one.agent], told["trials"]):
        if (job.task.id, job.trial) not in there:
            task, env = _task(folder, reader, job.task)
            scores.append(_crashed(task, job.task.id, env, job.trial))
    scripted = all(row["scripted"] for row in read_rows(folder.product("rollouts")))
    stamp = stamp_of(PinnedSet.model_validate(told["set"]), one, Talk(**told["talk"]), trials=told["trials"], seed=told["seed"], limit=told["limit"], scripted=scripted and bool(there))
    stamp = stamp.model_copy(update={"overlap": told.get("overlap")})
    took, prices = read_log(folder.path / SPENT, _mark(one, told["seed"], told["talk"])), read_prices(told.get("prices") or {})
    return _write(out, one.name, Result(stamp, tuple(_paid(s, one, took, prices) for s in scores)))


def _mark(one: Condition, seed: int, talk: JsonObject) -> str:
    """Of the conditions that an episode was played under."""
    return digest([list(one), seed, talk])


def _paid(score: Score, one: Condition, took: Mapping[str, Took], prices: Mapping[str, Price]) -> Score:
    """With the seconds and the price of its episode, where they are known."""
    found = took.get(key_of("rollouts", [one.agent, score.trial], [score.task]))
    return score if found is None else score.model_copy(update={"seconds": found.seconds, "cost": price_of(found, {"agent": one.agent, "user": one.user}, prices) if prices else None})


def _played(folder: Run, reader: Reader, places: Mapping[str, Any]) -> Iterator[Score]:
    for _, rollout in read_records(folder.product("rollouts"), Rollout):
        task, env = _task(folder, reader, places[rollout.task])
        yield score_of(task, rollout.task, env, rollout)


def _task(folder: Run, reader: Reader, place: Any) -> tuple[Task, EnvSpec]:
    task = parse(reader.row(place), Task, where="tasks.jsonl")
    return task, kept_env(str(folder.path / task.folder))


def _crashed(task: Task, number: str, env: EnvSpec, trial: int) -> Score:
    return Score(
        task=number, unit=task.twin or number, group=env.domain, category=env.field, shape=task.difficulty.shape, trial=trial, passed=None, reward=None, gold_calls=len(task.gold), calls=0,
        stop="infrastructure", blame="infrastructure", evidence="cut short each time it was played",
    )  # fmt: skip


def stamp_of(found: PinnedSet, one: Condition, talk: Talk, *, trials: int, seed: int, limit: int | None, scripted: bool) -> Stamp:
    """Everything the score hangs on."""
    user = f"{one.user}, kinds {orjson.dumps(dict(talk.users)).decode()}" if talk.users and one.user != "scripted" else one.user
    return Stamp(
        benchmark=BENCHMARK,
        revision=f"{found.name} of {len(found.worlds)} worlds" + (f", the first {limit} tasks" if limit else ""),
        data=found.hash,
        grading=_hash_of([f"{name}.py" for name in _RULES]),
        agent=one.agent,
        scripted=scripted,
        user=user,
        sampling={**talk.set, **({"tools_in_prompt": True} if talk.tools_in_prompt else {}), **{n: v for n, v in (("context", talk.context), ("tokens", talk.tokens)) if v is not None}},
        user_sampling=dict(talk.user_set),
        prompts=_hash_of(_PROMPTS),
        variant=one.variant,
        trials=trials,
        seed=seed,
        turns=talk.turns or TURNS,
        steps=talk.steps or STEPS,
        version=version("agentscaler"),
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _hash_of(files: Sequence[str]) -> str:
    """Of files of the package: the rule and the words are what stands in them."""
    return digest([(Path(__file__).parents[1] / name).read_text(encoding="utf-8") for name in files])


__all__ = ["BENCHMARK", "FLOORS", "TRIALS", "Condition", "dress_of", "evaluate", "regrade", "score_folder", "stamp_of"]
