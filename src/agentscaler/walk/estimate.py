"""What a run of models would take, before anything is asked: calls, tokens and money, counted over the tasks' own texts, tools and gold answers.

An agent that does as gold does makes a message for each gold call, one question, one announcement before the first write and one report for each wish; the prompt of each is
all that was said before it. Real agents look around more and think aloud: the estimate is of the least that is usual.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import orjson

from agentscaler.episode import tool_list
from agentscaler.llm.ledger import LETTERS_A_TOKEN, Price
from agentscaler.llm.model import Tokens
from agentscaler.llm.prompts import prompt
from agentscaler.records import EnvSpec, JsonObject, Task

SYSTEM = 400
"""Characters of the surroundings."""
SAID = 100
"""Characters of a usual message."""


class Estimate(NamedTuple):
    """By model: episodes, requests, tokens, money."""

    episodes: int
    requests: dict[str, int]
    tokens: dict[str, Tokens]
    cost: dict[str, float]

    def rows(self) -> list[JsonObject]:
        """As a table."""
        return [
            {"model": m, "requests": n, "prompt tokens": self.tokens[m].prompt, "completion tokens": self.tokens[m].completion, "cost": round(self.cost[m], 4) if m in self.cost else "no price"}
            for m, n in sorted(self.requests.items())
        ]


def estimate(episodes: Iterable[tuple[Task, EnvSpec, str | None, str | None]], prices: Mapping[str, Price]) -> Estimate:
    """(task, world, agent's model, user's model) of each episode."""
    requests: dict[str, int] = {}
    tokens: dict[str, Tokens] = {}
    tools: tuple[str, int] = ("", 0)
    count = 0
    for task, env, agent, user in episodes:
        count += 1
        if tools[0] != env.id:
            tools = env.id, len(orjson.dumps(tool_list(env)))
        for model, (asked, spent) in ((agent, _agent(task, tools[1])), (user, _user(task))):
            if model is not None:
                requests[model] = requests.get(model, 0) + asked
                tokens[model] = tokens.get(model, Tokens()).plus(spent)
    return Estimate(count, requests, tokens, {m: prices[m].of(t) for m, t in tokens.items() if m in prices})


def _agent(task: Task, tools: int) -> tuple[int, Tokens]:
    """Requests and tokens of the agent."""
    wishes = max(len(task.parts), 1)
    said = SYSTEM + tools + len(task.brief.text)
    read = written = 0
    asked = 1 + (task.difficulty.writes > 0) + wishes
    for _ in range(asked):
        read, written, said = read + said, written + SAID, said + 2 * SAID
    for call in task.gold:
        made = len(orjson.dumps(call.arguments)) + 60
        read, written = read + said, written + made
        said += made + len(orjson.dumps(call.result))
    return asked + len(task.gold), Tokens(round(read / LETTERS_A_TOKEN), round(written / LETTERS_A_TOKEN))


def _user(task: Task) -> tuple[int, Tokens]:
    """Requests and tokens of the user: a message for each wish, one for details, one for leave, one to end."""
    asked = max(len(task.parts), 1) + any(f.about == "detail" for f in task.brief.facts) + (task.difficulty.writes > 0) + 1
    said = len(prompt("rollouts.user", facts=task.brief.text, kind="", done=""))
    read = sum(said + n * 2 * SAID for n in range(asked))
    return asked, Tokens(round(read / LETTERS_A_TOKEN), round(asked * SAID / LETTERS_A_TOKEN))
