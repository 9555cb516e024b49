"""A model at hand in the earlier rooms: many questions at once, each answered by a record that code has checked, or not at all. The rooms' own rows are the fallback.

    said = Helper("qwen3-8b@http://localhost:8000/v1").answers(run, [Question(messages, into=Name, check=...), ...])       a record or None each

Replies are recorded in the run's replies.jsonl as those of players are: asked again they cost nothing, and `offline` asks nobody.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from agentscaler.errors import Dropped, UserError
from agentscaler.llm.ask import ask
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.keys import Keys, endpoint, is_endpoint
from agentscaler.llm.ledger import Ledger, read_prices
from agentscaler.llm.model import ModelFailure, RunStopped, Tokens
from agentscaler.llm.replies import Replies
from agentscaler.records import JsonObject, Message, Record
from agentscaler.store import Run
from agentscaler.work import Bar

NO_HELP: Final[Mapping[str, Any]] = MappingProxyType({})


class Question(NamedTuple):
    """What is asked, and when the answer holds."""

    prompt: str
    into: type[Any]
    """The record that is wanted."""
    check: Callable[[Any], str | None]
    """What is wrong with an answer, in words the model can act on; None where it holds."""


class Answers(NamedTuple):
    """An answer for each question, None where none held, and what it took."""

    said: list[Any]
    facts: JsonObject


class Helper(NamedTuple):
    """A model that helps a room."""

    model: str
    """NAME@https://HOST/v1."""
    keys: Keys | None = None
    prices: Mapping[str, Any] = {}
    budget: float | None = None
    """Most money the run folder's recording may cost."""
    offline: bool = False
    """Ask nobody: only what is recorded."""
    replies: str | None = None
    """The recording; replies.jsonl of the run, where it is not named."""
    at_once: int = 64
    """Questions at once."""

    def answers(self, run: Run, questions: Sequence[Question], *, label: str) -> Answers:
        """All answers, in the order of the questions. Raises UserError where the endpoint or the budget stops the run; what was answered is recorded."""
        path = Path(self.replies) if self.replies else run.path / "replies.jsonl"
        with Replies(path, offline=self.offline) as replies:
            ledger = Ledger(read_prices(self.prices), budget=self.budget)
            for name, usage in replies.paid:
                ledger.paid(name, Tokens(usage.get("prompt", 0), usage.get("completion", 0), usage.get("cached", 0)))
            model = ChatModel(endpoint(self.model), keys=self.keys, ledger=ledger, replies=replies)
            try:
                said, lost, spent = asyncio.run(_all(model, questions, self.at_once, label))
            except RunStopped as stop:
                raise UserError(f"{stop}; what was answered is recorded: the same command goes on from there") from stop
        facts: JsonObject = {"asked": len(questions), "answers that held": sum(s is not None for s in said)} | dict(lost) | {"tokens of those": spent}
        return Answers(said, {f"with {self.model.partition('@')[0]}": facts})


async def _all(model: ChatModel, questions: Sequence[Question], at_once: int, label: str) -> tuple[list[Record | None], Counter[str], int]:
    said: list[Record | None] = [None] * len(questions)
    lost: Counter[str] = Counter()
    spent = Tokens()
    lanes = asyncio.Semaphore(at_once)

    async def one(place: int, question: Question, bar: Bar) -> None:
        nonlocal spent
        async with lanes:
            try:
                found = await ask(model, [Message(role="user", content=question.prompt)], into=question.into, check=question.check)
                said[place], spent = found.record, spent.plus(found.tokens)
            except Dropped:
                lost["given up"] += 1
            except ModelFailure:
                lost["not answered"] += 1
        bar.step()

    try:
        with Bar(label, len(questions)) as bar:
            async with asyncio.TaskGroup() as group:
                for place, question in enumerate(questions):
                    group.create_task(one(place, question, bar))
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    finally:
        await model.close()
    return said, lost, spent.prompt + spent.completion


def helper_of(model: str | None, **more: Any) -> Helper | None:
    """The helper that a flag or a recipe names. Raises UserError where it is no endpoint."""
    if not model:
        return None
    if not is_endpoint(model):
        raise UserError(f"--model is {model!r}; give NAME@https://HOST/v1")
    return Helper(model, **more)
