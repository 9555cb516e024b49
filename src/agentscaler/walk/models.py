"""Room 7 with models at the table: hundreds of episodes at once in one event loop, each a row that is written when it is done.

Who plays is named: `NAME@https://host/v1`, `hf:FOLDER` (a model in this process), `worded:NAME@...` (a user whose plan is scripted), `module:function`, `scripted[:skill]`, `human`, or a name of rollouts.AGENTS. Every reply is
recorded (replies.jsonl), so a killed run goes on where it was without paying again; a run that stops for its budget, or because the endpoint is gone, keeps what is finished and says so.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import Path

import orjson

from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.llm.folder import is_folder, mark_of
from agentscaler.llm.keys import endpoint, is_endpoint
from agentscaler.llm.ledger import read_prices
from agentscaler.llm.replies import Replies
from agentscaler.records import JsonObject, Rollout, Task
from agentscaler.rollouts import imported, kept_env
from agentscaler.store import Run, Shelf, parse
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.walk.episodes import Reader, find_lines, seat_of, success_table, tally_of
from agentscaler.walk.estimate import Estimate, estimate
from agentscaler.walk.table import WORDED, Books, Dress, Heed, Job, Talk, play_all


def needs_models(agents: Sequence[str], talk: Talk) -> bool:
    """Is anybody at the table a model, a person, an `async def`, or a user of one's own?"""
    return talk.user != "scripted" or any(is_endpoint(a) or is_folder(a) or a == "human" or (":" in a and iscoroutinefunction(imported(a))) for a in agents)


def rollouts_of_models(run: Run, settings: Settings, *, agents: Sequence[str], trials: int, talk: Talk, dress: Dress | None = None, heed: Heed | None = None) -> Summary:
    """Room 7: tasks.jsonl, envs/ -> rollouts.jsonl. dress: put on each agent that is not a person; heed: told what episodes took. Raises UserError where the run stopped before its end; the same command goes on."""
    start = time.monotonic()
    source = run.need("tasks", "rollouts")
    mark = fingerprint("rollouts", [settings.seed, settings.limit, list(agents), trials, talk.matters(), *(mark_of(a) for a in agents if is_folder(a))], [source])
    if "mutation" in agents:
        raise UserError("mutation is drawn for runs without models: name who plays with --agent or --agents (stumbling, forgetting, adding, wrong are its kinds)")
    with Shelf(run, "rollouts", fingerprint=mark, fresh=settings.fresh) as shelf:
        if shelf.finished:
            return done_before(run, "rollouts")
        jobs = jobs_of(run, settings, agents, trials)
        with Shelf(run, "probes", fingerprint=mark, fresh=settings.fresh or not shelf.done) as beside, Replies(replies_of(run, talk), offline=talk.offline) as replies:
            books = Books(talk, replies)
            todo = [j for j in jobs if j.key not in shelf.done]
            stopped = asyncio.run(play_all(todo, shelf, run, settings, talk, books, dress, heed))
            if stopped is not None:
                done = len(shelf.done)
                raise UserError(f"{stopped}; {done} of {len(jobs)} episodes are finished and stay: the same command goes on from there (a larger --budget, where it was that)")
            if jobs and not shelf.rows and shelf.drops:
                why = orjson.loads(next(iter(shelf.drops.values())))["message"]
                shelf.discard()
                raise UserError(f"none of {len(jobs)} episodes came to its end, the first: {why}")
            facts = facts_of(run, shelf, jobs) | books.ledger.summary() | ({"from the recording": replies.played} if replies.played else {})
            about = recipe_of(settings, [source], agents=list(agents), trials=trials, probes=False, **talk.matters())
            if not beside.finished:
                beside.finish(seconds=0.0, facts={}, **about)
            return finish(shelf, start, facts, **about)


def replies_of(run: Run, talk: Talk) -> Path:
    """Where replies are recorded."""
    return Path(talk.replies) if talk.replies else run.path / "replies.jsonl"


def jobs_of(run: Run, settings: Settings, agents: Sequence[str], trials: int) -> list[Job]:
    """All episodes, those of one world together."""
    out = []
    places = find_lines(run.product("tasks"))[: settings.limit]
    reader = Reader(str(run.product("tasks")))
    folders = {place.id: str(reader.row(place)["folder"]) for place in places}
    for place in sorted(places, key=lambda p: (folders[p.id], p.id)):
        out += [Job(place, folders[place.id], agent, trial) for agent in agents for trial in range(trials)]
    return out


def dry_run(run: Run, settings: Settings, *, agents: Sequence[str], trials: int, talk: Talk) -> Estimate:
    """What it would take, from the tasks themselves; nothing is asked."""
    run.need("tasks", "rollouts")
    reader = Reader(str(run.product("tasks")))
    jobs = [j for j in jobs_of(run, settings, agents, trials) if is_endpoint(j.agent) or is_endpoint(talk.user)]
    prices = read_prices(talk.prices)
    user = _endpoint_of(talk.user)
    tasks = ((parse(reader.row(j.task), Task, where="tasks.jsonl"), kept_env(str(run.path / j.folder)), _endpoint_of(j.agent), user) for j in jobs)
    return estimate(tasks, prices)


def _endpoint_of(name: str) -> str | None:
    name = name.removeprefix(WORDED)
    return endpoint(name).model if is_endpoint(name) else None


def by_kind(passed: Mapping[str, Sequence[bool]]) -> dict[str, str]:
    """Success with each kind of user, and how far it lies below or above that with cooperative ones."""
    shares = {k: sum(v) / len(v) for k, v in sorted(passed.items())}
    plain = shares.get("cooperative")
    return {k: f"{share:.3f} of {len(passed[k])}" + ("" if plain is None or k == "cooperative" else f" ({share - plain:+.3f})") for k, share in shares.items()}


def facts_of(run: Run, shelf: Shelf, jobs: Sequence[Job]) -> JsonObject:
    """Success, stops, blame and faults, read from the rows: of this session and those before it."""
    reader = Reader(str(run.product("tasks")))
    tasks = {j.task.id: j.task for j in jobs}
    verdicts: list[tuple[str, str, str, bool]] = []
    stops: Counter[str] = Counter()
    blamed: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    kinds: dict[str, list[bool]] = {}
    turns = plain = 0
    for line in shelf.rows.values():
        row = orjson.loads(line)
        task = reader.row(tasks[row["task"]])
        ours = row["scripted"] and row["user"] == "scripted"
        passed = grade(parse(task, Task, where="tasks.jsonl"), parse(row, Rollout, where="rollouts.jsonl")).passed if ours else row.get("blame") is None
        verdicts.append((seat_of(row["agent"], task["brief"].get("language", "en")), task["difficulty"]["shape"], f"{task['twin'] or row['task']}/{row['trial']}", passed))
        stops[row["stop"]] += 1
        blamed.update([row["blame"]["who"]] if "blame" in row else [])
        faults.update(f["name"] for f in row.get("faults", ()))
        turns += sum(m["role"] == "user" for m in row["messages"])
        plain += len(row.get("plain", ()))
        if row.get("kind"):
            kinds.setdefault(row["kind"], []).append(passed)
    out: JsonObject = {"success": success_table([tally_of(verdicts)]), "stops": dict(stops.most_common()), "blame": dict(blamed.most_common())}
    if kinds or faults:
        out["turns of the user"] = {"all": turns, "in the brief's own words": plain, "at fault": sum(faults.values())} | dict(faults.most_common())
    if kinds:
        out["success by kind of user"] = by_kind(kinds)
    if shelf.reasons.get("infrastructure"):
        out["ungraded"] = shelf.reasons["infrastructure"]
    return out
