"""What a result is on disk: a stamp in the first line, then a score a line. Data only, and the rules of when two results may stand in one table.

    result = read_result("evals/worlds/results/solver.jsonl");  result.stamp, result.scores
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

import orjson
from pydantic import Field, ValidationError

from agentscaler.errors import UserError
from agentscaler.evals.numbers import Outcome
from agentscaler.records import JsonObject, Record
from agentscaler.store import digest, write_atomic

R = TypeVar("R", bound=Record)
Culprit: TypeAlias = Literal["agent", "user", "world", "infrastructure", "benchmark"]


class Stamp(Record):
    """Everything that a score hangs on, beside the agent's own skill. The first line of a result file."""

    benchmark: str
    """worlds, tau-bench, tau2-bench, ..."""
    part: str = ""
    """Domain or category of the benchmark; empty for all of it."""
    revision: str
    """Commit, version or name of the set of tasks."""
    data: str
    """Hash of the tasks and databases."""
    grading: str
    """Version of the rule that said passed or not."""
    agent: str
    """Who was scored."""
    scripted: bool
    """True where no model played: never to be taken for a model's."""
    user: str
    """Who played the user; with its kinds, where a model did."""
    sampling: JsonObject = Field(default_factory=dict)
    """What went into each request of the agent."""
    user_sampling: JsonObject = Field(default_factory=dict)
    """What went into each request of the user."""
    prompts: str
    """Hash of what agent and user are told beside the task."""
    variant: str = "plain"
    """How the tools were shown: plain, or one of the variants."""
    trials: int
    """Episodes of each task."""
    seed: int = 0
    """Seed of the players."""
    turns: int
    """Most messages of the user."""
    steps: int
    """Most messages of the agent."""
    errors: int | None = None
    """Failed calls that end an episode; null where there is no such cap."""
    version: str
    """Version of agentscaler."""
    date: str
    """When it was scored, UTC."""
    overlap: JsonObject | None = None
    """What the agent was trained on against the tools and tables of this benchmark (contamination.py); null where nobody said what it was trained on."""


SAME: Final = ("benchmark", "part", "revision", "data", "grading", "user", "user_sampling", "prompts", "variant", "turns", "steps", "errors")
"""What must agree before two results stand in one table. Agent and sampling are what is compared; trials, seed and date move noise, and are shown."""


class Score(Record):
    """One episode, judged. A line of a result file."""

    task: str
    """Id of the task, as the benchmark names it."""
    unit: str
    """What counts as one: the task, or a condition together with its twin."""
    group: str
    """World or domain it belongs to: tasks of one are not independent."""
    category: str
    """Field of life, or category of the benchmark."""
    shape: str = ""
    """Shape of the task."""
    trial: int
    """Number of the trial."""
    passed: bool | None
    """What the judge said; null where the episode was cut short by its surroundings, or could not be graded."""
    reward: float | None
    """The benchmark's own reward; null as above."""
    parts: JsonObject = Field(default_factory=dict)
    """The reward's parts, by name, where it has any."""
    gold_calls: int
    """Calls of the right way."""
    calls: int
    """Calls that were made."""
    failed_calls: int = 0
    """Those that were answered with an error."""
    stop: str
    """Why it ended."""
    blame: Culprit | None = None
    """Whose doing it is that it did not pass."""
    evidence: str = ""
    """What shows it."""
    prompt_tokens: int = 0
    """Tokens read by models."""
    completion_tokens: int = 0
    """Tokens written by models."""
    seconds: float | None = None
    """How long it took, on the clock, the first time it was played; null where no clock was kept."""
    cost: float | None = None
    """What its tokens cost, in the currency of the prices; null where a price is not known."""


class Result(NamedTuple):
    """One player on one benchmark."""

    stamp: Stamp
    scores: tuple[Score, ...]

    def outcomes(self, *, category: str | None = None, gold: tuple[int, int] | None = None) -> dict[str, list[Outcome]]:
        """Unit -> what its trials gave; a unit passes a trial if all its tasks do. gold: only tasks with so many right calls."""
        return outcomes_of([s for s in self.scores if (category is None or s.category == category) and (gold is None or gold[0] <= s.gold_calls <= gold[1])])

    def groups(self) -> dict[str, str]:
        """Unit -> world."""
        return {s.unit: s.group for s in self.scores}


def outcomes_of(scores: Iterable[Score]) -> dict[str, list[Outcome]]:
    """Unit -> what its trials gave, in order of the trials."""
    found: dict[str, dict[int, Outcome]] = {}
    for score in sorted(scores, key=lambda s: (s.unit, s.trial, s.task)):
        trials = found.setdefault(score.unit, {})
        trials[score.trial] = _both(trials[score.trial], score.passed) if score.trial in trials else score.passed
    return {unit: list(trials.values()) for unit, trials in found.items()}


def _both(a: Outcome, b: Outcome) -> Outcome:
    """A failure stays one, whatever became of the twin."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def write_result(path: Path, result: Result) -> None:
    """All or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [result.stamp.model_dump(mode="json"), *(s.model_dump(mode="json") for s in sorted(result.scores, key=lambda s: (s.task, s.trial)))]
    write_atomic(path, b"".join(orjson.dumps(line) + b"\n" for line in lines))


def read_result(path: str | Path) -> Result:
    """A result file. Raises UserError that names file and line."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"there is no result file {str(path)!r}: `agentscaler evals worlds` and its like write them into OUT/results/")
    lines = path.read_bytes().splitlines()
    if not lines:
        raise UserError(f"{path} is empty: score it again with `agentscaler evals regrade`")
    return Result(_line(path, 1, lines[0], Stamp), tuple(_line(path, n, line, Score) for n, line in enumerate(lines[1:], 2)))


def _line(path: Path, number: int, line: bytes, kind: type[R]) -> R:
    """A line as its record. Raises UserError."""
    try:
        return kind.model_validate(orjson.loads(line))
    except (orjson.JSONDecodeError, ValidationError) as error:
        what = f"field {'.'.join(map(str, error.errors()[0]['loc']))!r}: {error.errors()[0]['msg']}" if isinstance(error, ValidationError) else f"no JSON ({error})"
        raise UserError(f"{path}, line {number} is no line of a result: {what}; score it again with `agentscaler evals regrade`") from error


def differ(stamps: Sequence[Stamp], *, but: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Field -> its values, for each field that must agree in one table and does not. but: fields that are meant to differ."""
    out: dict[str, list[Any]] = {}
    for name in SAME:
        values = [getattr(s, name) for s in stamps]
        if name not in but and any(v != values[0] for v in values):
            out[name] = sorted({str(v) for v in values})
    return out


def must_agree(results: Sequence[tuple[str, Result]], *, but: Sequence[str] = ()) -> None:
    """Raises UserError where results were not made under the same conditions."""
    if wrong := differ([r.stamp for _, r in results], but=but):
        told = "; ".join(f"{name}: {' | '.join(values)}" for name, values in wrong.items())
        raise UserError(f"{' and '.join(name for name, _ in results)} cannot stand in one table, for their stamps differ in {told}. Score them under the same conditions, or regrade them")


ALONE: Final = ("gold", "do-nothing", "always-refuse")
"""Rows that hang on no user, prompt or way of showing tools: they stand beside every agent."""
FIXED: Final = ("benchmark", "part", "revision", "data", "grading")
"""What must agree for them to do so."""


def sections(results: Iterable[tuple[str, Result]]) -> list[list[tuple[str, Result]]]:
    """Results of equal conditions together, each with the rows that need no model; those that no agent stands beside are a section of their own."""
    agents: dict[str, list[tuple[str, Result]]] = {}
    floors: dict[str, list[tuple[str, Result]]] = {}
    for name, result in results:
        if result.stamp.scripted and result.stamp.agent in ALONE:
            floors.setdefault(_fixed(result.stamp), []).append((result.stamp.agent, result))
        else:
            agents.setdefault(stamp_id(result.stamp), []).append((name, result))
    out = []
    for some in agents.values():
        stamp = some[0][1].stamp
        same = {name: getattr(stamp, name) for name in SAME}
        beside = [(name, result._replace(stamp=result.stamp.model_copy(update=same))) for name, result in floors.get(_fixed(stamp), [])]
        out.append([*sorted(beside, key=lambda b: ALONE.index(b[0])), *some])
    met = {_fixed(some[0][1].stamp) for some in agents.values()}
    return out + [some for fixed, some in floors.items() if fixed not in met]


def _fixed(stamp: Stamp) -> str:
    return digest([[name, getattr(stamp, name)] for name in FIXED])


def stamp_id(stamp: Stamp) -> str:
    """Short name of the conditions: equal ones may stand in one table."""
    return digest([[name, getattr(stamp, name)] for name in SAME])
