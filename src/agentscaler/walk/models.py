"""Room 7 with models at the table: hundreds of episodes at once in one event loop, each a row that is written when it is done.

Who plays is named: `NAME@https://host/v1`, `hf:FOLDER` (a model in this process), `worded:NAME@...` (a user whose plan is scripted), `module:function`, `scripted[:skill]`, `human`, or a name of rollouts.AGENTS. Every reply is
recorded (replies.jsonl), so a killed run goes on where it was without paying again; a run that stops for its budget, or because the endpoint is gone, keeps what is finished and says so.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from agentscaler.dice import Dice
from agentscaler.episode import STEPS, TURNS, AnyPlayer, play_episode
from agentscaler.errors import Dropped, UserError
from agentscaler.grade import grade
from agentscaler.llm.chat import ChatModel, Line
from agentscaler.llm.folder import FolderModel, is_folder, load_folder, mark_of
from agentscaler.llm.keys import Endpoint, Keys, endpoint, is_endpoint
from agentscaler.llm.ledger import Ledger, read_prices
from agentscaler.llm.model import RunStopped, Tokens
from agentscaler.llm.pace import Pace
from agentscaler.llm.replies import Replies
from agentscaler.llm.wire import Manner
from agentscaler.records import EnvSpec, JsonObject, Rollout, Task, Usage
from agentscaler.rollouts import FunctionPlayer, ScriptedUser, imported, kept_env, named_player, waiting
from agentscaler.rollouts.blame import blame
from agentscaler.rollouts.lint import lint
from agentscaler.rollouts.models import SHARES, ModelAgent, ModelUser, WordedUser, kinds_on, read_shares
from agentscaler.rollouts.person import Person, PersonAsUser
from agentscaler.store import Run, Shelf, key_of, parse
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.walk.episodes import Line as Place
from agentscaler.walk.episodes import Reader, find_lines, success_table, tally_of
from agentscaler.walk.estimate import Estimate, estimate
from agentscaler.work import Bar
from agentscaler.world import World

WORDED: Final = "worded:"
RETRIES: Final = 2
"""So often an episode that was cut short by its surroundings is played again, at the end and from where it was: what was said is recorded."""


class Talk(NamedTuple):
    """How models are spoken to. What moves a row stands in the fingerprint; the rest is how fast and how dear."""

    user: str = "scripted"
    """Who plays the user."""
    users: Mapping[str, float] = {}
    """Shares of the kinds of user, for models."""
    set: Mapping[str, Any] = {}
    """What goes into each request of the agent: temperature, max_tokens, ..."""
    user_set: Mapping[str, Any] = {}
    """The same for the user."""
    tools_in_prompt: bool = False
    """For agents without native tools."""
    context: int | None = None
    """Most tokens of a conversation."""
    tokens: int | None = None
    """Most tokens that an agent may write in an episode."""
    turns: int = TURNS
    """Most messages of the user."""
    steps: int = STEPS
    """Most messages of the agent."""
    shown: str = "plain"
    """How tools are shown to the agent, by the name of its dress."""
    stream: bool = False
    """Read replies as they are written."""
    prices: Mapping[str, Any] = {}
    """Price table: model -> input, output, cached, for a million tokens."""
    budget: float | None = None
    """Most money the run folder's recording may cost, all runs together."""
    at_once: int = 256
    """Episodes at once."""
    requests: int = 512
    """Requests at once to one endpoint, at most; how many it bears is found out."""
    timeout: float = 600.0
    """Seconds for a reply."""
    tries: int = 6
    """Times a request is made."""
    replies: str | None = None
    """The recording; replies.jsonl of the run, where it is not named."""
    offline: bool = False
    """Ask nobody: only what is recorded."""
    keys: Keys | None = None
    """Keys of the endpoints."""

    def matters(self) -> JsonObject:
        """What moves a row, where it is not the default."""
        names = ("user", "users", "set", "user_set", "tools_in_prompt", "context", "tokens", "turns", "steps", "shown")
        return {n: getattr(self, n) for n in names if getattr(self, n) != Talk._field_defaults[n]}


Dress: TypeAlias = Callable[[AnyPlayer, EnvSpec], AnyPlayer]
"""What stands between an agent and the world: it may show tools and answers otherwise."""


class Took(NamedTuple):
    """What an episode took."""

    seconds: float
    tokens: Mapping[str, Tokens]
    """By seat: agent, user."""


Heed: TypeAlias = Callable[[str, Took], None]
"""Is told the key of each episode that came to its end, and what it took."""


def needs_models(agents: Sequence[str], talk: Talk) -> bool:
    """Is anybody at the table a model, a person, an `async def`, or a user of one's own?"""
    return talk.user != "scripted" or any(is_endpoint(a) or is_folder(a) or a == "human" or (":" in a and iscoroutinefunction(imported(a))) for a in agents)


class Job(NamedTuple):
    """One episode."""

    task: Place
    folder: str
    agent: str
    trial: int

    @property
    def key(self) -> str:
        """Key of its row."""
        return key_of("rollouts", [self.agent, self.trial], [self.task.id])


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
        with Shelf(run, "probes", fingerprint=mark, fresh=settings.fresh) as beside, Replies(replies_of(run, talk), offline=talk.offline) as replies:
            table = Table(run, settings.seed, talk, replies, dress, heed)
            asyncio.run(table.play_all([j for j in jobs if j.key not in shelf.done], shelf))
            if table.stopped is not None:
                done = len(shelf.done)
                raise UserError(f"{table.stopped}; {done} of {len(jobs)} episodes are finished and stay: the same command goes on from there (a larger --budget, where it was that)")
            if jobs and not shelf.rows and shelf.drops:
                why = orjson.loads(next(iter(shelf.drops.values())))["message"]
                shelf.discard()
                raise UserError(f"none of {len(jobs)} episodes came to its end, the first: {why}")
            facts = facts_of(run, shelf, jobs) | table.ledger.summary() | ({"from the recording": replies.played} if replies.played else {})
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
        verdicts.append((row["agent"], task["difficulty"]["shape"], f"{task['twin'] or row['task']}/{row['trial']}", passed))
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
        out["success by kind of user"] = {k: f"{sum(v) / len(v):.3f} of {len(v)}" for k, v in sorted(kinds.items())}
    if shelf.reasons.get("infrastructure"):
        out["ungraded"] = shelf.reasons["infrastructure"]
    return out


def _places(rollout: Rollout, turns: Sequence[int]) -> tuple[int, ...]:
    """Where the user's turns of these numbers stand in the conversation."""
    spoken = [n for n, m in enumerate(rollout.messages) if m.role == "user"]
    return tuple(spoken[t] for t in turns if t < len(spoken))


class Table:
    """Everybody who plays, and what they share."""

    def __init__(self, run: Run, seed: int, talk: Talk, replies: Replies, dress: Dress | None = None, heed: Heed | None = None) -> None:
        self.run, self.seed, self.talk, self.replies, self.dress, self.heed = run, seed, talk, replies, dress, heed
        self.ledger = Ledger(read_prices(talk.prices), budget=talk.budget)
        for model, usage in replies.paid:
            self.ledger.paid(model, Tokens(usage.get("prompt", 0), usage.get("completion", 0), usage.get("cached", 0)))
        self.shares = read_shares(talk.users) if talk.users else None
        self.stopped: RunStopped | None = None
        self._start = 0.0
        self._lines: dict[str, Line] = {}
        self._models: dict[tuple[str, bool], ChatModel] = {}
        self._folders: dict[str, FolderModel] = {}
        self._tasks = Reader(str(run.path / "tasks.jsonl"))

    # ---- all of them

    async def play_all(self, jobs: Sequence[Job], shelf: Shelf) -> None:
        """Play, so many at once; each finished one is a row. What was cut short by its surroundings comes again at the end, then goes into the bin."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=min(self.talk.at_once, 64)))
        people = any(j.agent == "human" for j in jobs) or self.talk.user == "human"
        self._start = time.monotonic()
        cut: list[tuple[Job, str]] = [(j, "") for j in jobs]
        try:
            with Bar("" if people else "rollouts: episodes", len(jobs)) as bar:
                for _ in range(RETRIES + 1):
                    left, cut = deque(j for j, _ in cut), []
                    async with asyncio.TaskGroup() as group:
                        for _ in range(1 if people else min(self.talk.at_once, len(left))):
                            group.create_task(self._lane(left, cut, shelf, bar))
                    if self.stopped is not None or not cut or self.talk.offline:
                        break
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            for model in self._models.values():
                await model.close()
        for job, why in cut if self.stopped is None else ():
            shelf.drop(job.key, Dropped("infrastructure", why, where=f"{job.agent}, trial {job.trial}"), [job.task.id])

    async def _lane(self, left: deque[Job], cut: list[tuple[Job, str]], shelf: Shelf, bar: Bar) -> None:
        """One episode after the other, until none is left or the run has to stop."""
        while left and self.stopped is None:
            job = left.popleft()
            try:
                rollout = await self._one(job)
            except RunStopped as stop:
                self.stopped = self.stopped or stop
                return
            except Dropped as reason:
                shelf.drop(job.key, reason, [job.task.id])
            else:
                if rollout is not None and rollout.error is not None:
                    cut.append((job, rollout.error))
                    continue
                if rollout is not None:
                    shelf.keep(job.key, rollout, [job.task.id])
            bar.step(note=self._note(bar.count + 1))

    def _note(self, done: int) -> str:
        """Beside the bar: speed, tokens, money, failures."""
        total = self.ledger.total()
        parts = [f"{done / max(time.monotonic() - self._start, 1e-9):.1f}/s", f"{(total.prompt + total.completion) / 1e6:.2f} M tokens"]
        if self.ledger.prices:
            parts.append(f"spent {self.ledger.spent:.2f}")
        if self.ledger.failures:
            parts.append("failed requests: " + ", ".join(f"{k} {n}" for k, n in self.ledger.failures.most_common(3)))
        return ", ".join(parts)

    # ---- one of them

    async def _one(self, job: Job) -> Rollout | None:
        """An episode; None where that player does not exist on the task."""
        task = parse(self._tasks.row(job.task), Task, where="tasks.jsonl")
        env = kept_env(str(self.run.path / job.folder))
        number, sample = job.task.id, f"{self.seed}/{job.task.id}/{job.trial}"
        agent = self._agent(job, task, env, f"{sample}/agent")
        if agent is None:
            return None
        user = self._user(task, env, number, job.trial, f"{sample}/user")
        names = [t.name for t in env.tools]
        start = time.monotonic()
        with World.open(env, seed=task.seed) as world:
            if isinstance(agent, Person):
                agent.attend(world)
            elif self.dress is not None:
                agent = self.dress(agent, env)
            rollout = await play_episode(task, world, agent=agent, user=user, number=number, trial=job.trial, seed=self.seed, turns=self.talk.turns, steps=self.talk.steps)
        if agent.scripted and user.scripted:
            return None if agent.name == "adding" and grade(task, rollout).passed else rollout
        faults = tuple(lint(task, rollout.messages, ended=rollout.stop == "user_done", tools=names)) if rollout.error is None else ()
        seats = {"agent": getattr(agent, "tokens", Tokens()), "user": getattr(user, "tokens", Tokens())}
        if self.heed is not None and rollout.error is None:
            self.heed(job.key, Took(time.monotonic() - start, seats))
        spent = seats["agent"].plus(seats["user"])
        usage = Usage(steps=rollout.usage.steps, calls=rollout.usage.calls, prompt_tokens=spent.prompt, completion_tokens=spent.completion)
        rollout = rollout.model_copy(update={"agent": job.agent if not agent.scripted else agent.name, "user": self.talk.user, "usage": usage, "faults": faults, "kind": getattr(user, "kind", None), "plain": _places(rollout, getattr(user, "plain", ()))})
        return rollout.model_copy(update={"blame": blame(rollout, grade(task, rollout))})

    def _agent(self, job: Job, task: Task, env: EnvSpec, sample: str) -> AnyPlayer | None:
        if job.agent == "human":
            return Person()
        if is_endpoint(job.agent):
            return ModelAgent(self._model(endpoint(job.agent), agent=True), sample=sample, context=self.talk.context, most=self.talk.tokens)
        if is_folder(job.agent):
            if job.agent not in self._folders:
                self._folders[job.agent] = FolderModel(load_folder(job.agent), parameters=self.talk.set)
            return ModelAgent(self._folders[job.agent], sample=sample, context=self.talk.context, most=self.talk.tokens)
        player = named_player(job.agent, task, env, Dice(self.seed, "agent", job.task.id, job.trial))
        return waiting(player) if isinstance(player, FunctionPlayer) else player

    def _user(self, task: Task, env: EnvSpec, number: str, trial: int, sample: str) -> AnyPlayer:
        name = self.talk.user
        plan = ScriptedUser(task.brief, Dice(self.seed, "user", number, trial))
        if name == "scripted":
            return plan
        if name == "human":
            return PersonAsUser(task.brief)
        names = [t.name for t in env.tools]
        if is_endpoint(name):
            kind = Dice(self.seed, "kind", number, trial).weighted(kinds_on(task, self.shares or SHARES))
            model = self._model(endpoint(name.removeprefix(WORDED)), agent=False)
            if name.startswith(WORDED):
                return WordedUser(model, plan, task, kind=kind, tools=names, sample=sample)
            return ModelUser(model, task, kind=kind, tools=names, sample=sample)
        function = imported(name)
        return waiting(FunctionPlayer(lambda messages, tools: function(messages, task.brief), name, role="user", like=function))  # type: ignore[arg-type]

    def _model(self, at: Endpoint, *, agent: bool) -> ChatModel:
        found = self._models.get((at.name, agent))
        if found is None:
            line = self._lines.setdefault(at.url, Line(Pace(self.talk.requests)))
            manner = Manner(self.talk.set if agent else self.talk.user_set, tools_in_prompt=agent and self.talk.tools_in_prompt, stream=self.talk.stream)
            found = ChatModel(at, keys=self.talk.keys, manner=manner, line=line, ledger=self.ledger, replies=self.replies, tries=self.talk.tries, timeout=self.talk.timeout)
            self._models[at.name, agent] = found
        return found
