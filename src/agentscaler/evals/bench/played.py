"""Benchmarks of others with a model at the table: their own loop, user simulator and reward in their own process; each request of theirs comes up the line and is answered by our client.

So recording, resume, budget, pace and faults are those of rollouts, and nothing of the benchmark is written anew. An episode that its surroundings cut short is played again, twice, and then counts as crashed.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.errors import UserError
from agentscaler.evals.bench.blamed import whose
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.sources import Checked
from agentscaler.evals.score import Result, Score, Stamp, write_result
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.desk import Line as Pacing
from agentscaler.llm.keys import Keys, endpoint
from agentscaler.llm.ledger import Ledger, Price, read_prices
from agentscaler.llm.model import ModelFailure, Reply, RunStopped, Tokens
from agentscaler.llm.pace import Pace
from agentscaler.llm.replies import Replies
from agentscaler.llm.wire import Manner
from agentscaler.records import JsonObject, Message
from agentscaler.rollouts import from_openai
from agentscaler.store import Run, Shelf, digest, key_of, read_rows, write_atomic
from agentscaler.work import Bar

RETRIES: Final = 2


class Seats(NamedTuple):
    """Who plays, and how they are spoken to."""

    agent: str
    user: str | None
    """None where the benchmark has no user who is a model, or rows with one are left out."""
    sampling: Mapping[str, Any] = {}
    user_sampling: Mapping[str, Any] = {}
    keys: Keys | None = None
    prices: Mapping[str, Any] = {}
    budget: float | None = None
    timeout: float = 600.0
    tries: int = 6
    judge: str | None = None
    """Who decides what only a model can; None: that stays ungraded."""


JUDGED: Final[Mapping[str, Any]] = {"temperature": 0.0}
"""What goes into each request of a judge, as where it is from."""


class Table(NamedTuple):
    """What is played."""

    benchmark: str
    domain: str
    start: Callable[[], Line]
    source: Checked | None
    revision: str
    caps: Mapping[str, int]
    """What `play` of the child is given beside domain and task: steps, errors."""
    saves: bool = False
    """Can the child write episodes as the results file of the benchmark's own tools?"""


def evaluate(table: Table, seats: Seats, *, out: Path, trials: int, seed: int = 0, limit: int | None = None, at_once: int = 4, fresh: bool = False, overlap: JsonObject | None = None) -> Path:
    """Play and score one domain. Returns the result file; episodes in full lie beside it. Raises UserError where it stopped before its end; the same command goes on."""
    ends = {seat: endpoint(name) for seat, name in (("agent", seats.agent), ("user", seats.user), ("judge", seats.judge)) if name}
    manners = {"agent": Manner(seats.sampling), "user": Manner(seats.user_sampling), "judge": Manner(JUDGED)}
    tasks = tasks_of(table, seats, limit)
    name = digest([table.benchmark, table.domain, seats.agent, seats.user, *([seats.judge] if seats.judge else [])])[:6]
    folder = Run(out / "played" / f"{table.benchmark.replace(' ', '-')}-{table.domain}-{ends['agent'].model.replace('/', '-')}-{name}")
    stamp = stamp_of(table, seats, trials, seed, limit, tasks)
    mark = digest([stamp.model_dump(mode="json", exclude={"date", "overlap"})])
    jobs = [(t, trial) for trial in range(trials) for t in tasks]
    with Shelf(folder, "episodes", fingerprint=mark, fresh=fresh) as shelf:
        if not shelf.finished:
            with Replies(out / "replies.jsonl") as replies:
                ledger = Ledger(read_prices(seats.prices), budget=seats.budget)
                for model, usage in replies.paid:
                    ledger.paid(model, Tokens(usage.get("prompt", 0), usage.get("completion", 0), usage.get("cached", 0)))
                made = {
                    seat: ChatModel(at, keys=seats.keys, manner=manners[seat], line=Pacing(Pace(256)), ledger=ledger, replies=replies, tries=seats.tries, timeout=seats.timeout)
                    for seat, at in ends.items()
                }  # fmt: skip
                stopped = asyncio.run(_all(table, made, [(t, n) for t, n in jobs if _key(t, n) not in shelf.done], shelf, seed, at_once))
            if stopped is not None:
                raise UserError(f"{stopped}; {len(shelf.done)} of {len(jobs)} episodes are finished and stay: the same command goes on from there")
            shelf.finish(seconds=0.0, facts={"stamp": stamp.model_dump(mode="json"), "prices": dict(seats.prices), "models": {seat: at.model for seat, at in ends.items()}})
            if table.saves:
                _save(table, seats, folder, trials)
    return score(folder, out, overlap=overlap)


def tasks_of(table: Table, seats: Seats, limit: int | None) -> list[JsonObject]:
    """The tasks that can be played: without a model as user, not those that need one."""
    with table.start() as line:
        return [t for t in line.ask("tasks", domain=table.domain) if seats.user or not t.get("needs_user")][:limit]


def score(folder: Run, out: Path, *, rows: Sequence[JsonObject] | None = None, overlap: JsonObject | None = None) -> Path:
    """The result of a folder, from its episodes: the reward is the benchmark's own. rows: the episodes judged anew; overlap: what the agent was trained on against this benchmark."""
    facts = folder.manifest()["episodes"]["facts"]
    stamp = Stamp.model_validate(facts["stamp"])
    if overlap is not None:
        stamp = stamp.model_copy(update={"overlap": overlap})
    clock = {row["key"]: row["seconds"] for row in (read_rows(folder.path / "seconds.jsonl") if (folder.path / "seconds.jsonl").exists() else ())}
    prices = read_prices(facts.get("prices", {}))
    scores = []
    for row in read_rows(folder.product("episodes")) if rows is None else rows:
        cost = _cost(row.get("spent"), facts.get("models", {}), prices)
        scores.append(score_of(row, stamp).model_copy(update={"seconds": clock.get(_key({"id": row["task"]}, row["trial"])), "cost": cost}))
    path = out / "results" / f"{folder.path.name}.jsonl"
    write_result(path, Result(stamp, tuple(scores)))
    return path


def _cost(spent: JsonObject | None, models: Mapping[str, str], prices: Mapping[str, Price]) -> float | None:
    """Of an episode; None where a seat's price is not known."""
    if not spent or any(models.get(seat) not in prices for seat in spent):
        return None
    return sum(prices[models[seat]].of(Tokens(*tokens)) for seat, tokens in spent.items())


def _save(table: Table, seats: Seats, folder: Run, trials: int) -> None:
    """results.json for the benchmark's own tools; episodes that crashed are not in it, as there."""
    runs = [{**row["result"], "trial": row["trial"]} for row in read_rows(folder.product("episodes")) if row.get("result")]
    if runs:
        with table.start() as line:
            found = line.ask("results", domain=table.domain, runs=runs, agent=seats.agent, user=seats.user or "none", trials=trials, **dict[str, Any](table.caps))
        write_atomic(folder.path / "results.json", orjson.dumps(found["results"]))


def score_of(row: JsonObject, stamp: Stamp) -> Score:
    """A line of the result."""
    ungraded = bool(row.get("judged")) and row["reward"] == 1
    crashed = row["stop"] == "infrastructure"
    passed = None if crashed or ungraded else row["reward"] == 1
    found = None if passed or ungraded else whose(row, stamp.benchmark, stamp.part)
    spent = row.get("spent") or {}
    return Score(
        task=row["task"], unit=row.get("unit") or row["task"], group=stamp.part, category=row.get("category") or stamp.part, trial=row["trial"], passed=passed, reward=None if passed is None else row["reward"],
        parts=row.get("parts", {}), gold_calls=row["gold_calls"], calls=row.get("calls", 0), failed_calls=row.get("failed_calls", 0), stop="ungraded" if ungraded else row["stop"],
        blame=found.who if found else None, evidence="a judge has the last word, and none is configured" if ungraded else found.evidence if found else "",
        prompt_tokens=sum(t[0] for t in spent.values()), completion_tokens=sum(t[1] for t in spent.values()),
    )  # fmt: skip


def _key(task: JsonObject, trial: int) -> str:
    return key_of("episodes", [trial], [task["id"]])


async def _all(table: Table, models: Mapping[str, ChatModel], jobs: list[tuple[JsonObject, int]], shelf: Shelf, seed: int, at_once: int) -> RunStopped | None:
    """Every episode, so many children at once; what was cut short comes again at the end."""
    loop = asyncio.get_running_loop()
    clock = Clock(shelf.run.path / "seconds.jsonl")
    listeners = ThreadPoolExecutor(max_workers=at_once)  # of their own: the loop's look up addresses
    stopped: list[RunStopped] = []
    cut: list[tuple[tuple[JsonObject, int], str]] = [(job, "") for job in jobs]

    async def lane(left: deque[tuple[JsonObject, int]], bar: Bar) -> None:
        line = table.start()
        try:
            while left and not stopped:
                task, trial = job = left.popleft()
                spent: dict[str, list[int]] = {}
                start = time.monotonic()
                try:
                    model = _answers(models, loop, f"{seed}/{task['id']}/{trial}", stopped, spent)
                    found = await loop.run_in_executor(listeners, partial(line.ask, "play", model=model, domain=table.domain, task=task["id"], **table.caps, **({"judge": True} if "judge" in models else {})))
                except OSError as failure:
                    cut.append((job, str(failure)))
                    continue
                clock.keep(_key(task, trial), time.monotonic() - start)
                about = {"category": task["category"]} if "category" in task else {}
                shelf.keep(_key(task, trial), {**about, **found, "task": task["id"], "trial": trial, "gold_calls": task["gold_calls"], "spent": spent}, [])
                bar.step()
        finally:
            line.close()

    try:
        with Bar(f"evals: {table.benchmark} {table.domain}", len(jobs)) as bar:
            for _ in range(RETRIES + 1):
                left, cut = deque(job for job, _ in cut), []
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(at_once, len(left))):
                        group.create_task(lane(left, bar))
                if stopped or not cut:
                    break
    finally:
        listeners.shutdown(wait=False)
        for model in models.values():
            await model.close()
    if stopped:
        return stopped[0]
    for (task, trial), why in cut:
        about = {"category": task["category"]} if "category" in task else {}
        shelf.keep(_key(task, trial), {**about, "task": task["id"], "trial": trial, "gold_calls": task["gold_calls"], "reward": 0.0, "stop": "infrastructure", "evidence": why[:300]}, [])
    return None


class Clock:
    """Seconds of each episode, beside the rows, since rows keep no clock. The first time counts: played again from the recording it would take none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._there = {row["key"] for row in read_rows(path)} if path.exists() else set()

    def keep(self, key: str, seconds: float) -> None:
        """Put it down, unless it is there."""
        if key not in self._there:
            self._there.add(key)
            with self._path.open("ab") as file:
                file.write(orjson.dumps({"key": key, "seconds": round(seconds, 2)}) + b"\n")


def _answers(models: Mapping[str, ChatModel], loop: asyncio.AbstractEventLoop, sample: str, stopped: list[RunStopped], spent: dict[str, list[int]]) -> Callable[[str, Mapping[str, Any]], Mapping[str, Any]]:
    """Replies for the child's questions, from the thread that listens to it."""
    asked: dict[str, int] = {}

    def answer(seat: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        messages = [_message(m, n) for n, m in enumerate(body["messages"])]
        key = digest([seat, body])
        asked[key] = asked.get(key, -1) + 1
        again = f"/{asked[key]}" if asked[key] else ""
        try:
            reply = asyncio.run_coroutine_threadsafe(models[seat].reply(messages, body.get("tools") or (), sample=f"{sample}/{seat}{again}"), loop).result()
        except RunStopped as stop:
            stopped.append(stop)
            return {"failed": str(stop)}
        except ModelFailure as failure:
            return {"failed": str(failure)}
        spent[seat] = [a + b for a, b in zip(spent.get(seat, (0, 0, 0)), reply.tokens, strict=True)]
        return {"reply": _openai(reply, models[seat].name)}

    return answer


def _message(given: Mapping[str, Any], at: int) -> Message:
    """An OpenAI-style message as ours."""
    if given["role"] == "assistant":
        return from_openai(given, "assistant", at=at)
    return Message(role=given["role"], content=given.get("content") or "", call_id=given.get("tool_call_id"), name=given.get("name"))


def _openai(reply: Reply, name: str) -> JsonObject:
    """A reply in the form of OpenAI's."""
    calls = [{"id": c.id or f"call_{n}", "type": "function", "function": {"name": c.name, "arguments": c.unparsed if c.unparsed is not None else orjson.dumps(c.arguments).decode()}} for n, c in enumerate(reply.message.calls)]
    message: JsonObject = {"role": "assistant", "content": reply.message.content or None, "tool_calls": calls or None}
    usage = {"prompt_tokens": reply.tokens.prompt, "completion_tokens": reply.tokens.completion, "total_tokens": reply.tokens.prompt + reply.tokens.completion}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": name, "choices": [{"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}], "usage": usage}


def stamp_of(table: Table, seats: Seats, trials: int, seed: int, limit: int | None, tasks: list[JsonObject]) -> Stamp:
    found = table.source
    rule = found.code if found else f"package {table.revision}"
    judge = f", judge {seats.judge}" if seats.judge else ""
    return Stamp(
        benchmark=table.benchmark, part=table.domain, revision=(found.revision if found else table.revision) + ("" if seats.user or table.benchmark != "acebench" else ", without the rows that need a user") + (f", the first {limit} tasks" if limit else ""),
        data=found.data if found else digest([table.revision, tasks]), grading=rule + judge, agent=seats.agent, scripted=False, user=seats.user or "none", sampling=dict(seats.sampling), user_sampling=dict(seats.user_sampling),
        prompts=rule, trials=trials, seed=seed, turns=table.caps.get("turns", table.caps.get("steps", 0)), steps=table.caps.get("steps", table.caps.get("turns", 0)), errors=table.caps.get("errors"), version=version("agentscaler"),
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )  # fmt: skip
