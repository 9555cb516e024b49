"""ACEBench behind the line: its rows and prompts, its own checker for agreement, and episodes of one request a row that are judged by both rules of ace_rule. argv: the checkout. Agent rows are not played."""

import ast
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ace_rule
from protocol import ask, serve

ROOT = Path(sys.argv[1])
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

KINDS = ("incomplete", "error", "irrelevant")


def categories(domain: str) -> list[str]:
    """Files of Normal and Special of a language."""
    folder = ROOT / "data_all" / f"data_{domain}"
    return [p.stem.removeprefix("data_") for p in sorted(folder.glob("data_*.json")) if "agent" not in p.stem]


def rows(domain: str, category: str) -> list[dict[str, Any]]:
    """Each with its right answer."""
    folder = ROOT / "data_all" / f"data_{domain}"
    name = f"data_{category}.json"
    read = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] for path in (folder / name, folder / "possible_answer" / name)]
    return [{**row, "answer": answer["ground_truth"]} for row, answer in zip(*read, strict=True)]


def tasks(domain: str) -> list[dict[str, Any]]:
    return [{"id": r["id"], "gold_calls": len(r["answer"]) if isinstance(r["answer"], dict) and not c.startswith("special") else 0, "judged": False} for c in categories(domain) for r in rows(domain, c)]


def theirs(category: str, items: Sequence[Mapping[str, Any]]) -> list[bool | None]:
    """Their checker on calls; null where it raises. items: functions, calls, answer, question."""
    from model_eval.checker import normal_checker

    out: list[bool | None] = []
    for item in json.loads(json.dumps(list(items))):
        try:
            out.append(bool(normal_checker(item["functions"], item["calls"], item["answer"], item["question"], category)["valid"]))
        except Exception:
            out.append(None)
    return out


def decoded(texts: Sequence[str]) -> list[Any]:
    """Their reading of a text: the calls, or null."""
    from model_inference.utils import decode_ast

    source = (ROOT / "eval_main.py").read_text(encoding="utf-8")
    bracket = _function(source, "extract_outermost_bracket_content", {})
    out = []
    for text in texts:
        try:
            out.append(decode_ast("model", bracket(text)))
        except Exception:
            out.append(None)
    return out


def special(category: str, texts: Sequence[str], answers: Sequence[Any]) -> list[bool]:
    """Their rule for Special: the function of their file, with what it saves caught instead of written."""
    saved: list[Any] = []
    around = {"os": __import__("os"), "OUTPUT_PATH": "", "save_score_as_json": lambda name, data, folder: saved.extend(data), "convert_result_to_excel": lambda *given: None}
    judge = _function((ROOT / "eval_main.py").read_text(encoding="utf-8"), "special_eval", around)
    ids = [{"id": n} for n in range(len(texts))]
    judge([{"result": t} for t in texts], ids, [{"ground_truth": a} for a in answers], category, "model", [])
    wrong = {item["id"] for item in saved[1:]}
    return [n not in wrong for n in range(len(texts))]


def _function(source: str, name: str, around: dict[str, Any]) -> Any:
    """One function of a file whose other imports are not wanted."""
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    exec(compile(tree, "eval_main.py", "exec"), around)
    return around[name]


def both(row: Mapping[str, Any], category: str, text: str) -> dict[str, bool]:
    """Both rules on a text."""
    if category.startswith("special"):
        kind = next(k for k in KINDS if k in category)
        return {"official": ace_rule.special_official(kind, text, row["answer"]), "strict": ace_rule.special_strict(kind, text, row["answer"], row["function"], row["question"])}
    calls = ace_rule.calls_of(text, dialogue="multi_turn" in category)
    answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
    if calls is None:
        return {"official": False, "strict": False}
    return {"official": any(ace_rule.official(row["function"], calls, a) for a in answers), "strict": any(ace_rule.strict(calls, a) for a in answers)}


def play(domain: str, task: str) -> dict[str, Any]:
    """One request, with the benchmark's own prompt; no cap on what a thinking model may write but the sampling's."""
    category = task.rsplit("_", 1)[0] if "multi_turn" not in task else task.rsplit("_", 2)[0]
    row = next(r for r in rows(domain, category) if r["id"] == task)
    prompts = __import__(f"model_inference.prompt_{domain}", fromlist=["x"])
    kind = "SPECIAL" if category.startswith("special") else "PREFERENCE" if "preference" in category else "NORMAL"
    system = getattr(prompts, f"SYSTEM_PROMPT_FOR_{kind}_DATA_{domain.upper()}").format(time=row.get("time", ""), function=row["function"], profile=row.get("profile", ""))
    user = getattr(prompts, f"USER_PROMPT_{domain.upper()}").format(question=row["question"])
    reply = ask("agent", {"messages": [{"role": "system", "content": system}, {"role": "user", "content": user}]})["choices"][0]["message"]
    text = reply.get("content") or ""
    found = both(row, category, text)
    return {"reward": float(found["official"]), "parts": found, "stop": "done", "category": category, "messages": [{"role": "assistant", "content": text}], "calls": len(ace_rule.calls_of(text, dialogue="multi_turn" in category) or ())}


if __name__ == "__main__":
    serve({"categories": categories, "rows": rows, "tasks": tasks, "theirs": theirs, "decoded": decoded, "special": special, "play": play})
