"""tau-bench behind the line: its own environments, agent loop, user simulator and reward; models are asked through the parent. argv: the checkout."""

import json
import sys
from typing import Any

from protocol import NoReply, aside, ask, read, serve, spoiled

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import tau_bench.agents.tool_calling_agent as agent_module
import tau_bench.envs.user as user_module
from litellm.types.utils import ModelResponse
from tau_bench.envs import get_env
from tau_bench.types import RESPOND_ACTION_NAME, Action

SORRY = "Sorry, I cannot help with that."


class Silent:
    """Where no user is wanted."""

    def reset(self, instruction: str | None = None) -> str:
        return ""

    def step(self, content: str) -> str:
        return ""

    def get_total_cost(self) -> float:
        return 0.0


def environment(domain: str, task: int) -> Any:
    """A fresh one, without a user."""
    made = get_env(domain, user_strategy="human", user_model="none", task_split="test", task_index=task)
    made.user = Silent()
    return made


def tasks(domain: str) -> list[dict[str, Any]]:
    """Of the test split."""
    made = environment(domain, 0)
    return [{"id": str(n), "gold_calls": sum(a.name != RESPOND_ACTION_NAME for a in t.actions)} for n, t in enumerate(made.tasks)]


def gold(domain: str, task: str) -> dict[str, Any]:
    """The gold actions and outputs, and what their own reward says of them."""
    made = environment(domain, int(task))
    errors = 0
    for action in made.task.actions:
        if action.name != RESPOND_ACTION_NAME and action.name not in made.terminate_tools:
            errors += str(made.step(action).observation).startswith("Error")
    made.step(Action(name=RESPOND_ACTION_NAME, kwargs={"content": "; ".join(made.task.outputs) or "Done."}))
    return {"reward": made.calculate_reward().reward, "judged": False, "errors": errors, "calls": len(made.task.actions)}


def idle(domain: str, task: str) -> dict[str, Any]:
    """One harmless sentence, no call."""
    made = environment(domain, int(task))
    made.step(Action(name=RESPOND_ACTION_NAME, kwargs={"content": SORRY}))
    return {"reward": made.calculate_reward().reward, "judged": False}


def refuse(domain: str, task: str) -> dict[str, Any]:
    """Hands everybody over to a human."""
    made = environment(domain, int(task))
    answer = made.step(Action(name="transfer_to_human_agents", kwargs={"summary": "The user needs help."}))
    return {"reward": rewarded(made, answer).reward, "judged": False, "calls": 1}


def rewarded(made: Any, answer: Any) -> Any:
    """Their reward, worked out once: it replays gold on the environment's own data, so that a second time would always find gold."""
    return answer.info.reward_info if answer is not None and answer.done else made.calculate_reward()


def regrade(domain: str, task: str, episode: dict[str, Any]) -> dict[str, Any]:
    """Its calls and replies again in a fresh environment, then their reward. An episode that did not end by itself counts 0 there."""
    if episode.get("stop") != "done":
        return {"reward": 0.0, "parts": {}}
    made, answer = environment(domain, int(task)), None
    for message in episode.get("messages") or ():
        if message["role"] != "assistant":
            continue
        calls = message.get("tool_calls") or []
        # as their loop: the first call of a message, else its text
        action = Action(name=calls[0]["function"]["name"], kwargs=json.loads(calls[0]["function"]["arguments"])) if calls else Action(name=RESPOND_ACTION_NAME, kwargs={"content": message.get("content") or ""})
        answer = made.step(action)
        if answer.done:
            break
    found = rewarded(made, answer)
    info = found.info.model_dump()
    return {"reward": found.reward, "parts": {k: v for k, v in info.items() if k in ("r_actions", "r_outputs")}}


def schemas(domain: str) -> dict[str, Any]:
    """Tools with their parameters, tables with their columns."""
    made = environment(domain, 0)
    tools = {t["function"]["name"]: sorted(t["function"]["parameters"].get("properties") or {}) for t in made.tools_info}
    return {"tools": tools, "tables": {name: sorted({k for row in list(rows.values())[:50] for k in row}) for name, rows in made.data.items()}}


def completion(seat: str) -> Any:
    def complete(**given: Any) -> Any:
        body = {k: given[k] for k in ("messages", "tools", "temperature") if k in given}
        found = ModelResponse(**ask(seat, body))
        found._hidden_params = {"response_cost": 0.0}
        return found

    return complete


def play(domain: str, task: str, steps: int = 30, temperature: float = 0.0) -> dict[str, Any]:
    """An episode by their own agent loop and user simulator. What their loop raises counts as reward 0 there, and here; only a missing reply does not."""
    made = get_env(domain, user_strategy="human", user_model="none", task_split="test", task_index=int(task))
    user_module.completion = completion("user")
    agent_module.completion = completion("agent")
    made.user = _user()
    agent = agent_module.ToolCallingAgent(tools_info=made.tools_info, wiki=made.wiki, model="agent", provider="openai", temperature=temperature)
    done: list[bool] = []
    inner = made.step

    def step(action: Any) -> Any:
        answer = inner(action)
        done.append(answer.done)
        return answer

    made.step = step
    try:
        found = agent.solve(env=made, task_index=int(task), max_num_steps=steps)
    except NoReply:
        raise
    except Exception as error:
        return {"reward": 0.0, "stop": "error", "evidence": f"{type(error).__name__}: {error}", "messages": [], "calls": sum(a.name != RESPOND_ACTION_NAME for a in made.actions), "parts": {}}
    info = (found.info.get("reward_info") or {}).get("info") or {}
    messages = found.messages
    return {
        "reward": found.reward, "stop": "done" if any(done) else "steps", "messages": messages, "calls": sum(m["role"] == "tool" for m in messages),
        "failed_calls": sum(m["role"] == "tool" and str(m["content"]).startswith("Error") for m in messages), "parts": {k: v for k, v in info.items() if k in ("r_actions", "r_outputs")}, "result": found.model_dump(),
    }  # fmt: skip


def _user() -> Any:
    """Their user simulator, without the request that its constructor makes and throws away."""
    user = user_module.LLMUserSimulationEnv.__new__(user_module.LLMUserSimulationEnv)
    user.messages, user.model, user.provider, user.total_cost = [], "user", "openai", 0.0
    return user


def definitions(domain: str) -> list[dict[str, Any]]:
    """The tools as an agent sees them; what they answer is not said."""
    return [info["function"] for info in environment(domain, 0).tools_info]


def outcomes(domain: str, task: str) -> list[dict[str, Any]]:
    """Each gold call, made in a live environment: what came back; then the same once more; then with ids that nobody has."""
    if domain not in _fresh:
        _fresh[domain] = environment(domain, 0)
    found: list[dict[str, Any]] = aside(lambda: _outcomes(_fresh[domain], int(task)))
    return found


def _outcomes(made: Any, task: int) -> list[dict[str, Any]]:
    made.task = made.tasks[task]
    out = []

    def call(name: str, arguments: dict[str, Any]) -> tuple[bool, Any]:
        said = made.step(Action(name=name, kwargs=arguments)).observation
        return str(said).startswith("Error"), read(said)

    for action in made.task.actions:
        if action.name == RESPOND_ACTION_NAME or action.name in made.terminate_tools:
            continue
        refused, response = call(action.name, action.kwargs)
        again = aside(lambda name=action.name, given=action.kwargs: call(name, given)[0])
        unknown = spoiled(action.kwargs)
        lost = aside(lambda name=action.name, given=unknown: call(name, given)[0]) if unknown else None
        out.append({"tool": action.name, "arguments": action.kwargs, "refused": refused, "response": response, "again": again, "unknown": unknown, "lost": lost})
    return out


_fresh: dict[str, Any] = {}
"""Domain -> an environment that nobody has acted in."""


if __name__ == "__main__":
    serve({"tasks": tasks, "gold": gold, "idle": idle, "refuse": refuse, "play": play, "regrade": regrade, "schemas": schemas, "definitions": definitions, "outcomes": outcomes})
