"""BFCL v4 multi-turn behind the line: its own classes, data, checker and conversation loop, without the SDKs of all providers: its handler for OpenAI-style tool calls asks through the parent."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from protocol import NoReply, ask, serve
from stubs import Nothing, stub, without_builtins

sys.dont_write_bytecode = True

import bfcl_eval
from bfcl_eval.eval_checker.multi_turn_eval import multi_turn_utils
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker

without_builtins(multi_turn_utils)

DATA = Path(bfcl_eval.__file__).parent / "data"
SORRY = "Sorry, I cannot help with that."
_loaded: dict[str, dict[str, Any]] = {}
_handlers: list[Any] = []
_count = 0


def of_category(category: str) -> dict[str, Any]:
    """Id -> (row, ground truth)."""
    if category not in _loaded:
        name = f"BFCL_v4_multi_turn_{category}.json"
        rows = [json.loads(line) for line in (DATA / name).read_text().splitlines() if line.strip()]
        answers = {a["id"]: a["ground_truth"] for a in (json.loads(line) for line in (DATA / "possible_answer" / name).read_text().splitlines() if line.strip())}
        _loaded[category] = {r["id"]: (r, answers[r["id"]]) for r in rows}
    return _loaded[category]


def tasks(domain: str) -> list[dict[str, Any]]:
    return [{"id": i, "gold_calls": sum(map(len, truth)), "judged": False, "category": f"multi_turn_{domain}"} for i, (_, truth) in of_category(domain).items()]


def verdict(domain: str, task: str, turns: list[list[list[str]]]) -> dict[str, Any]:
    """The official checker's word. Its classes live in globals under the model's name: each question has a name of its own. A conversation that was cut short has fewer turns than gold, and has failed."""
    global _count
    _count += 1
    row, truth = of_category(domain)[task]
    if len(turns) != len(truth):
        return {"reward": 0.0, "judged": False, "errors": 0, "why": "multi_turn:force_terminated"}
    found = multi_turn_checker(turns, truth, row, f"multi_turn_{domain}", f"asked_{_count}")
    return {"reward": float(found["valid"]), "judged": False, "errors": 0, "why": str(found.get("error_type", ""))}


def gold(domain: str, task: str) -> dict[str, Any]:
    """The ground truth, a step a turn."""
    truth = of_category(domain)[task][1]
    return {**verdict(domain, task, [[turn] if turn else [] for turn in truth]), "calls": sum(map(len, truth))}


def idle(domain: str, task: str) -> dict[str, Any]:
    """No call in any turn."""
    return verdict(domain, task, [[] for _ in of_category(domain)[task][1]])


# ---- playing ------------------------------------------------------------------------------------------------------


def handler() -> Any:
    """Their handler of OpenAI-style calls, with our client."""
    if not _handlers:
        os.environ["BFCL_PROJECT_ROOT"] = tempfile.mkdtemp(prefix="bfcl")  # it makes folders when it is imported
        stub(["overrides"], final=lambda function: function)
        stub(["filelock"], FileLock=Nothing)
        stub(["tenacity", "tree_sitter", "tree_sitter_java", "tree_sitter_javascript"])
        stub(["openai"], OpenAI=Nothing, RateLimitError=OSError)
        stub(["bfcl_eval.model_handler.parser.java_parser"], parse_java_function_call=Nothing)
        stub(["bfcl_eval.model_handler.parser.js_parser"], parse_javascript_function_call=Nothing)
        from bfcl_eval.model_handler.api_inference.openai_completion import OpenAICompletionsHandler

        class Asking(OpenAICompletionsHandler):  # type: ignore[misc]
            def generate_with_backoff(self, **given: Any) -> Any:
                body = {"messages": [_message(m) for m in given["messages"]], **({"tools": given["tools"]} if given.get("tools") else {})}
                return _answer(ask("agent", body)), 0.0

        _handlers.append(Asking)
    global _count
    _count += 1
    return _handlers[0](model_name=f"played_{_count}", temperature=0.0, registry_name="model-FC", is_fc_model=True)


def play(domain: str, task: str) -> dict[str, Any]:
    """The recorded user's turns, by their own loop; then their checker on the calls."""
    made = handler()
    from bfcl_eval.utils import populate_test_cases_with_predefined_functions

    row = json.loads(json.dumps(of_category(domain)[task][0]))
    [entry] = populate_test_cases_with_predefined_functions([row])
    try:
        said, about = made.inference_multi_turn_FC(entry, False, True)
    except NoReply:
        raise
    except Exception as error:
        return {"reward": 0.0, "judged": False, "stop": "error", "evidence": f"{type(error).__name__}: {error}", "messages": [], "calls": 0, "turns": [], "category": f"multi_turn_{domain}"}
    turns = [[calls for step in turn if (calls := decoded(made, step))] for turn in said]
    found = verdict(domain, task, turns)
    log = [entry for turn in about["inference_log"] if isinstance(turn, dict) for step in turn.values() for entry in step]
    results = [str(e["content"]) for e in log if e.get("role") == "tool"]
    stop = "steps" if any("forced to quit" in str(e.get("content")) for e in log) else "done"
    return {
        **found, "stop": stop, "evidence": found["why"], "messages": [e for e in log if e.get("role") in ("user", "assistant", "tool")], "calls": len(results),
        "failed_calls": sum(r.startswith("Error during execution") or r.startswith('{"error"') for r in results), "turns": turns, "category": f"multi_turn_{domain}",
    }  # fmt: skip


def decoded(made: Any, step: Any) -> list[str]:
    """A step's calls as the checker reads them; none where it is text."""
    try:
        found: list[str] = made.decode_execute(step, has_tool_call_tag=False)
    except Exception:
        return []
    return [] if multi_turn_utils.is_empty_execute_response(found) else found


def _message(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else given.sent


def _answer(found: Mapping[str, Any]) -> Any:
    """A reply as an object, as their SDK gives it."""
    message = found["choices"][0]["message"]
    calls = [SimpleNamespace(id=c["id"], type="function", function=SimpleNamespace(**c["function"])) for c in message.get("tool_calls") or ()]
    said = SimpleNamespace(content=message.get("content"), tool_calls=calls or None, sent={k: v for k, v in message.items() if v is not None})
    usage = found.get("usage") or {}
    return SimpleNamespace(choices=[SimpleNamespace(message=said)], usage=SimpleNamespace(prompt_tokens=usage.get("prompt_tokens", 0), completion_tokens=usage.get("completion_tokens", 0)))


def regrade(domain: str, task: str, episode: Mapping[str, Any]) -> dict[str, Any]:
    """Their checker again, on the calls that were kept."""
    return verdict(domain, task, episode.get("turns") or [])


def schemas(domain: str) -> dict[str, Any]:
    """Tools of the classes that the category uses, and the classes' attributes as tables."""
    from bfcl_eval.constants.executable_backend_config import CLASS_FILE_PATH_MAPPING, MULTI_TURN_FUNC_DOC_FILE_MAPPING

    classes = {c for row, _ in of_category(domain).values() for c in row["involved_classes"]}
    tools: dict[str, list[str]] = {}
    tables: dict[str, list[str]] = {}
    for name in sorted(classes):
        for line in (DATA / "multi_turn_func_doc" / MULTI_TURN_FUNC_DOC_FILE_MAPPING[name]).read_text().splitlines():
            if line.strip():
                tool = json.loads(line)
                tools[tool["name"]] = sorted(tool["parameters"].get("properties") or {})
        module = __import__(CLASS_FILE_PATH_MAPPING[name], fromlist=[name])
        made = getattr(module, name)()
        if hasattr(made, "_load_scenario"):
            made._load_scenario(next((row["initial_config"][name] for row, _ in of_category(domain).values() if name in row.get("initial_config", {})), {}))
        tables[name] = sorted(k for k in vars(made) if not k.startswith("_"))
    return {"tools": tools, "tables": tables}


if __name__ == "__main__":
    serve({"tasks": tasks, "gold": gold, "idle": idle, "refuse": idle, "verdict": verdict, "play": play, "regrade": regrade, "schemas": schemas})
