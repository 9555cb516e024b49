"""Everybody who plays with models, in one event loop: what they share, whose turn it is, and one episode after the other.

    stopped = await play_all(jobs, shelf, run, settings, talk, books, dress)        None, or why the run had to stop

Where one process is not enough for so many episodes, others play for it (processes.py); jobs, line, ledger, recording and shelf stay in this one, so that it makes no difference how many there are.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeAlias

from agentscaler.dice import Dice
from agentscaler.episode import STEPS, TURNS, AnyPlayer, play_episode
from agentscaler.errors import Dropped
from agentscaler.grade import grade
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.desk import AnyDesk, Desk, Line
from agentscaler.llm.folder import FolderModel, is_folder, load_folder
from agentscaler.llm.keys import Endpoint, Keys, endpoint, is_endpoint
from agentscaler.llm.ledger import Ledger, read_prices
from agentscaler.llm.model import RunStopped, Tokens
from agentscaler.llm.pace import Pace
from agentscaler.llm.replies import Replies
from agentscaler.llm.wire import Manner
from agentscaler.records import EnvSpec, JsonObject, Rollout, Task, Usage
from agentscaler.rollouts import FunctionPlayer, ScriptedUser, imported, kept_env, named_player, plain_name, waiting
from agentscaler.rollouts.blame import blame
from agentscaler.rollouts.lint import lint
from agentscaler.rollouts.models import SHARES, ModelAgent, ModelUser, WordedUser, kinds_on, read_shares
from agentscaler.rollouts.person import Person, PersonAsUser
from agentscaler.store import Run, Shelf, key_of, parse
from agentscaler.walk.common import Settings
from agentscaler.walk.episodes import Line as Place
from agentscaler.walk.episodes import Reader
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
    a_process: int = 128
    """So many episodes at once keep a process busy; where there are more, a second one plays, as far as there are workers."""
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


class Queue:
    """Episodes that are to be played. Those that were cut short by their surroundings come again when all others are done, twice at most."""

    def __init__(self, jobs: Sequence[Job], *, rounds: int = RETRIES) -> None:
        self._left, self._rounds = deque(jobs), rounds
        self._playing = 0
        self._closed = False
        self._moved = asyncio.Event()
        self.cut: list[tuple[Job, str]] = []
        """Those that were cut short in this round, and why."""

    async def take(self) -> Job | None:
        """The next one; None where there will be none. Waits for those that are being played, since they may come again."""
        while not self._closed:
            if self._left:
                self._playing += 1
                return self._left.popleft()
            if self._playing:
                await self._moved.wait()
            elif self.cut and self._rounds:
                self._rounds -= 1
                self._left, self.cut = deque(job for job, _ in self.cut), []
            else:
                break
        return None

    def over(self, job: Job, *, cut: str | None = None) -> None:
        """An episode came to its end, or was cut short."""
        self._playing -= 1
        if cut is not None:
            self.cut.append((job, cut))
        self._move()

    def close(self) -> None:
        """No further ones."""
        self._closed = True
        self._move()

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


class Books:
    """What all that is asked in a run has in common: the recording, the ledger, and a line in front of each endpoint."""

    def __init__(self, talk: Talk, replies: Replies) -> None:
        self.replies, self._requests = replies, talk.requests
        self.ledger = Ledger(read_prices(talk.prices), budget=talk.budget)
        for model, usage in replies.paid:
            self.ledger.paid(model, Tokens(usage.get("prompt", 0), usage.get("completion", 0), usage.get("cached", 0)))
        self._lines: dict[str, Line] = {}

    def desk(self, url: str) -> Desk:
        """The desk of an endpoint."""
        return Desk(self._lines.setdefault(url, Line(Pace(self._requests))), self.ledger, self.replies)


class Took(NamedTuple):
    """What an episode took."""

    seconds: float
    tokens: Mapping[str, Tokens]
    """By seat: agent, user."""


Heed: TypeAlias = Callable[[str, Took], None]
"""Is told the key of each episode that came to its end, and what it took."""


class Outcome(NamedTuple):
    """What came of an episode: a row, a reason, words on what cut it short or why the whole run has to stop; or nothing, where that player does not exist on the task."""

    row: JsonObject | None = None
    dropped: Dropped | None = None
    cut: str | None = None
    stop: str | None = None
    took: Took | None = None
    """Of an episode that came to its end, with a model at the table."""


class Tray:
    """Where outcomes are put down: the shelf, the queue and the bar of a run."""

    def __init__(self, queue: Queue, shelf: Shelf, bar: Bar, ledger: Ledger, heed: Heed | None = None) -> None:
        self.queue, self._shelf, self._bar, self._ledger, self._heed = queue, shelf, bar, ledger, heed
        self._start = time.monotonic()
        self.stopped: str | None = None
        self._right = self._judged = 0

    def put(self, job: Job, outcome: Outcome) -> None:
        """Take what came of an episode."""
        if outcome.stop is not None:
            self.stopped = self.stopped or outcome.stop
            self.queue.close()
        self.queue.over(job, cut=outcome.cut)
        if outcome.stop is not None or outcome.cut is not None:
            return
        if outcome.took is not None and self._heed is not None:
            self._heed(job.key, outcome.took)
        if outcome.dropped is not None:
            self._shelf.drop(job.key, outcome.dropped, [job.task.id])
        elif outcome.row is not None:
            self._shelf.keep(job.key, outcome.row, [job.task.id])
            if not outcome.row["scripted"]:  # a model's row says whose doing it is, where it failed
                self._judged += 1
                self._right += "blame" not in outcome.row
        self._bar.step(note=self._note(self._bar.count + 1))

    def _note(self, done: int) -> str:
        """Beside the bar: speed, share that ended right, tokens, money, failed requests by class."""
        total = self._ledger.total()
        parts = [f"{done / max(time.monotonic() - self._start, 1e-9):.1f}/s", f"{(total.prompt + total.completion) / 1e6:.2f} M tokens"]
        if self._judged:
            parts.insert(1, f"{self._right / self._judged:.0%} right")
        if self._ledger.prices:
            parts.append(f"spent {self._ledger.spent:.2f}")
        if self._ledger.failures:
            parts.append("failed requests: " + ", ".join(f"{k} {n}" for k, n in self._ledger.failures.most_common(3)))
        return ", ".join(parts)


async def play_all(jobs: Sequence[Job], shelf: Shelf, run: Run, settings: Settings, talk: Talk, books: Books, dress: Dress | None = None, heed: Heed | None = None) -> str | None:
    """Play, so many at once; each finished one is a row. heed: told what episodes took. What was cut short again and again goes into the bin. Gives the reason why the run had to stop, where it had to."""
    people = any(j.agent == "human" for j in jobs) or talk.user == "human"
    queue = Queue(jobs, rounds=0 if talk.offline else RETRIES)
    lanes = 1 if people else min(talk.at_once, len(jobs))
    count = processes_for(jobs, lanes, settings.workers, talk, dress)
    with Bar("" if people else "rollouts: episodes", len(jobs)) as bar:
        desk = Tray(queue, shelf, bar, books.ledger, heed)
        try:
            if count > 1:
                from agentscaler.walk.processes import play_in_processes

                await play_in_processes(count, lanes, desk, run, settings.seed, talk, books)
            else:
                table = Table(run, settings.seed, talk, books.desk, dress)
                await table.lanes(lanes, queue.take, desk.put)
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
    for job, why in queue.cut if desk.stopped is None else ():
        shelf.drop(job.key, Dropped("infrastructure", why, where=f"{job.agent}, trial {job.trial}"), [job.task.id])
    return desk.stopped


def processes_for(jobs: Sequence[Job], lanes: int, workers: int, talk: Talk, dress: Dress | None) -> int:
    """How many processes play. Only endpoints and scripted players travel: a person, a function and a model's folder are where they are."""
    travels = dress is None and all(is_endpoint(j.agent) or ":" not in plain_name(j.agent) for j in jobs) and (talk.user == "scripted" or is_endpoint(talk.user))
    return max(1, min(workers, lanes // talk.a_process)) if travels and not talk.offline and all(j.agent != "human" for j in jobs) else 1


def _places(rollout: Rollout, turns: Sequence[int]) -> tuple[int, ...]:
    """Where the user's turns of these numbers stand in the conversation."""
    spoken = [n for n, m in enumerate(rollout.messages) if m.role == "user"]
    return tuple(spoken[t] for t in turns if t < len(spoken))


class Table:
    """Everybody who plays in this process."""

    def __init__(self, run: Run, seed: int, talk: Talk, desk_of: Callable[[str], AnyDesk], dress: Dress | None = None) -> None:
        self.run, self.seed, self.talk, self.dress = run, seed, talk, dress
        self.shares = read_shares(talk.users) if talk.users else None
        self._desk_of = desk_of
        self._models: dict[tuple[str, bool], ChatModel] = {}
        self._folders: dict[str, FolderModel] = {}
        self._tasks = Reader(str(run.path / "tasks.jsonl"))

    async def lanes(self, count: int, take: Callable[[], Awaitable[Job | None]], put: Callable[[Job, Outcome], None]) -> None:
        """So many episodes at once, until there are none left."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=max(1, min(count, 64))))

        async def lane() -> None:
            while (job := await take()) is not None:
                put(job, await self.outcome(job))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(lane())
        finally:
            for model in self._models.values():
                await model.close()

    async def outcome(self, job: Job) -> Outcome:
        """Play one episode."""
        try:
            played = await self._one(job)
        except RunStopped as stop:
            return Outcome(stop=str(stop))
        except Dropped as reason:
            return Outcome(dropped=reason)
        if played is None:
            return Outcome()
        rollout, took = played
        return Outcome(row=rollout.model_dump(mode="json"), took=took) if rollout.error is None else Outcome(cut=rollout.error)

    async def _one(self, job: Job) -> tuple[Rollout, Took | None] | None:
        """An episode, and what it took where a model was at the table; None where that player does not exist on the task."""
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
            return None if agent.name == "adding" and grade(task, rollout).passed else (rollout, None)
        faults = tuple(lint(task, rollout.messages, ended=rollout.stop == "user_done", tools=names, deeds=rollout.deeds)) if rollout.error is None else ()
        took = Took(time.monotonic() - start, {"agent": getattr(agent, "tokens", Tokens()), "user": getattr(user, "tokens", Tokens())})
        spent = took.tokens["agent"].plus(took.tokens["user"])
        usage = Usage(steps=rollout.usage.steps, calls=rollout.usage.calls, prompt_tokens=spent.prompt, completion_tokens=spent.completion)
        rollout = rollout.model_copy(update={"agent": job.agent if not agent.scripted else agent.name, "user": self.talk.user, "usage": usage, "faults": faults, "kind": getattr(user, "kind", None), "plain": _places(rollout, getattr(user, "plain", ()))})
        return rollout.model_copy(update={"blame": blame(rollout, grade(task, rollout))}), took

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
            manner = Manner(self.talk.set if agent else self.talk.user_set, tools_in_prompt=agent and self.talk.tools_in_prompt, stream=self.talk.stream)
            found = ChatModel(at, keys=self.talk.keys, manner=manner, desk=self._desk_of(at.url), tries=self.talk.tries, timeout=self.talk.timeout)
            self._models[at.name, agent] = found
        return found
