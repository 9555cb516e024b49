"""ACEBench's Agent rows by its own loop, user, executor and scenario classes; only its client is replaced. multi_turn has a user who is a model, multi_step has none.

Kept as it is there: multi_step puts its prompt in Chinese in both languages, an executor's failure ends a multi_turn episode, and milestones are compared as texts.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ace_rule
from protocol import NoReply, ask
from stubs import stub, without_builtins

SORRY = "Sorry, I cannot help with that. finish conversation"
_count = 0
_loaded: list[Any] = []


class Client:
    """In the place of OpenAI's: asks through the parent. Which seat it sits on stands where the address would."""

    def __init__(self, base_url: str | None = None, api_key: str | None = None) -> None:
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))
        self._seat = base_url or "agent"

    def create(self, messages: Sequence[Mapping[str, Any]], **sampling: Any) -> Any:
        found = ask(self._seat, {"messages": list(messages)})["choices"][0]["message"]
        return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=found.get("content") or ""))])


def theirs() -> Any:
    """Their file, imported once."""
    if not _loaded:
        os.environ.update(GPT_AGENT_BASE_URL="agent", GPT_BASE_URL="user")
        stub(["openai"], OpenAI=Client)
        stub(["dotenv", "tqdm"])
        stub(["wcwidth"], wcswidth=len)
        from model_inference import apimodel_inference
        from model_inference.multi_step import APIModel_agent as step_agent
        from model_inference.multi_step import execution_role_step, multi_step_utils
        from model_inference.multi_turn import APIModel_agent, execution_role, multi_turn_utils

        for module in (multi_turn_utils, multi_step_utils, execution_role, execution_role_step, APIModel_agent, step_agent):
            without_builtins(module)
        _loaded.append(apimodel_inference)
    return _loaded[0]


def player(domain: str) -> Any:
    """Their runner; 'gpt' is the name by which it takes the addresses set above."""
    return theirs().APIModelInference("gpt", language=domain, user_model="gpt")


def play(domain: str, row: Mapping[str, Any], turns: int = 40) -> dict[str, Any]:
    """An episode. What their loop raises counts as failed there, and here; only a missing reply does not."""
    global _count
    _count += 1
    module = theirs()
    heard: list[list[dict[str, Any]]] = []
    for name in ("Scene", "Mulit_Step_Scene"):
        setattr(module, name, _scene(getattr(module, name), heard))
    runner = player(domain)
    runner.max_dialog_turns = turns
    run: Callable[..., Any] = runner.multi_turn_inference if "multi_turn" in row["id"] else runner.multi_step_inference
    try:
        ended, process = run(row["question"], row["initial_config"], row["function"], row["involved_classes"], f"{_count}_{row['id']}", row.get("time", ""))
    except NoReply:
        raise
    except Exception as error:
        messages = heard[-1] if heard else []
        return {"reward": 0.0, "parts": {"official": False, "strict": False}, "stop": "error", "evidence": f"{type(error).__name__}: {error}", "messages": messages, "calls": _calls(messages), "ended": []}
    messages = heard[-1]
    stop = "done" if "finish conversation" in str(messages[-1]["message"]) else "steps"
    return {**judged(row, _plain(ended), process), "stop": stop, "messages": messages, "calls": _calls(messages), "ended": _plain(ended), "process": process}


def judged(row: Mapping[str, Any], ended: Sequence[Mapping[str, Any]], process: Sequence[str]) -> dict[str, Any]:
    """Both rules on an end state, and how much of the milestones was met in order."""
    parts = {
        "official": ace_rule.agent_official(ended, row["answer"]), "strict": ace_rule.agent_strict(ended, row["answer"]), "process": ace_rule.milestones(process, row["mile_stone"]),
    }  # fmt: skip
    return {"reward": float(parts["official"]), "parts": parts}


def gold(domain: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Its milestones through their executor; the best of several ways."""
    ways = row["mile_stone"] if row["mile_stone"] and isinstance(row["mile_stone"][0], list) else [row["mile_stone"]]
    return max((replayed(domain, row, way) for way in ways), key=lambda found: (found["reward"], found["parts"]["strict"]))


def replayed(domain: str, row: Mapping[str, Any], stones: Sequence[str]) -> dict[str, Any]:
    """Calls, one after the other, in a fresh state. errors: those that the executor could not read or run."""
    global _count
    _count += 1
    module = theirs()
    made = module.EXECUTION if "multi_turn" in row["id"] else module.EXECUTION_STEP
    execution = made(agent_model_name="gpt", initial_config=row["initial_config"], involved_classes=row["involved_classes"], test_id=f"{_count}_{row['id']}", language=domain)
    last: Any = {}
    errors = 0
    for stone in stones:
        try:
            _, found = execution.respond([{"sender": "agent", "recipient": "execution", "message": stone.strip()}])
        except Exception:
            errors += 1
            continue
        if isinstance(found, dict) and found:
            last = found
        else:
            errors += 1
    ended = [{name: {k: v for k, v in vars(instance).items() if k in module.SAVED_CLASS[name]}} for name, instance in last.items()]
    return {**judged(row, _plain(ended), stones), "errors": errors, "calls": len(stones), "ended": _plain(ended), "judged": False}


def checked(items: Sequence[Mapping[str, Any]]) -> list[bool | None]:
    """Their end-to-end rule on end states; null where it raises. items: ended, answer. The part of agent_eval that compares, their agent_checker inside."""
    from model_eval.checker import agent_checker

    out: list[bool | None] = []
    for item in items:
        ended, answers = item["ended"], item["answer"] if isinstance(item["answer"], list) else [item["answer"]]
        valid, last = len(answers) == len(ended), True
        try:
            for answer in answers if valid else ():
                matched = next((e for e in ended if set(e) == set(answer)), None)
                if matched:
                    last = bool(agent_checker(matched, answer)["valid"])
                valid = valid and last
            out.append(valid)
        except Exception:
            out.append(None)
    return out


def _plain(ended: Any) -> list[dict[str, Any]]:
    """As it would stand in their result file."""
    found: list[dict[str, Any]] = json.loads(json.dumps(ended, default=str))
    return found


def _scene(kind: Any, heard: list[list[dict[str, Any]]]) -> Any:
    """Their scene, which tells its dialogue and writes no file."""

    class Heard(kind):  # type: ignore[misc]
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            heard.append(self.dialogue_history)

        def write_message_history(self, *given: Any) -> None:
            return None

    return Heard


def _calls(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(m["sender"] == "execution" for m in messages)


def rows(root: Path, domain: str, category: str) -> list[dict[str, Any]]:
    """Each with its end states and milestones."""
    folder = root / "data_all" / f"data_{domain}"
    name = f"data_{category}.json"
    if not (folder / name).exists():
        return []
    read = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] for path in (folder / name, folder / "possible_answer" / name)]
    return [{**row, "answer": answer["ground_truth"], "mile_stone": answer["mile_stone"]} for row, answer in zip(*read, strict=True)]
