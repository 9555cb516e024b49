"""ACEBench behind the line: its rows and prompts, its own checker for agreement, episodes of one request a row that are judged by both rules of ace_rule, and its Agent rows (ace_agent.py). argv: the checkout."""

import ast
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ace_agent
import ace_rule
from protocol import ask, serve

ROOT = Path(sys.argv[1])
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

KINDS = ("incomplete", "error", "irrelevant")
AGENT = ("agent_multi_turn", "agent_multi_step")
REFUSAL = "Due to the limitations of the function, I cannot solve this problem."


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
    out = [{"id": r["id"], "gold_calls": len(r["answer"]) if isinstance(r["answer"], dict) and not c.startswith("special") else 0, "judged": False, "category": c} for c in categories(domain) for r in rows(domain, c)]
    for category in AGENT:
        for row in ace_agent.rows(ROOT, domain, category):
            ways = row["mile_stone"] if row["mile_stone"] and isinstance(row["mile_stone"][0], list) else [row["mile_stone"]]
            out.append({"id": row["id"], "gold_calls": min(map(len, ways)), "judged": False, "category": category, "needs_user": category == AGENT[0]})
    return out


def one(domain: str, task: str) -> tuple[str, dict[str, Any]]:
    """(category, row)."""
    category = task.rsplit("_", 2)[0] if task.startswith("normal_multi_turn") else task.rsplit("_", 1)[0]
    some = ace_agent.rows(ROOT, domain, category) if category in AGENT else rows(domain, category)
    return category, next(r for r in some if r["id"] == task)


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


def play(domain: str, task: str, turns: int = 40) -> dict[str, Any]:
    """One request, with the benchmark's own prompt; no cap on what a thinking model may write but the sampling's. Agent rows by their loop."""
    category, row = one(domain, task)
    if category in AGENT:
        return {**ace_agent.play(domain, row, turns), "category": category, "unit": task}
    prompts = __import__(f"model_inference.prompt_{domain}", fromlist=["x"])
    kind = "SPECIAL" if category.startswith("special") else "PREFERENCE" if "preference" in category else "NORMAL"
    system = getattr(prompts, f"SYSTEM_PROMPT_FOR_{kind}_DATA_{domain.upper()}").format(time=row.get("time", ""), function=row["function"], profile=row.get("profile", ""))
    user = getattr(prompts, f"USER_PROMPT_{domain.upper()}").format(question=row["question"])
    asked = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    reply = ask("agent", {"messages": asked})["choices"][0]["message"]
    text = reply.get("content") or ""
    return {**answered(row, category, text), "messages": [*asked, {"role": "assistant", "content": text}]}


def answered(row: Mapping[str, Any], category: str, text: str) -> dict[str, Any]:
    """The score of a text. Rows of one dialogue are one unit: it passes if all of them do."""
    found = both(row, category, text)
    unit = row["id"].rsplit("_", 1)[0] if category.startswith("normal_multi_turn") else row["id"]
    calls = len(ace_rule.calls_of(text, dialogue="multi_turn" in category) or ())
    return {"reward": float(found["official"]), "judged": False, "parts": found, "stop": "done", "category": category, "unit": unit, "calls": calls}


def gold(domain: str, task: str) -> dict[str, Any]:
    """The right answer, said as the benchmark wants it."""
    category, row = one(domain, task)
    if category in AGENT:
        return {**ace_agent.gold(domain, row), "category": category, "unit": task}
    if category.startswith("special"):
        return answered(row, category, ace_rule.told(next(k for k in KINDS if k in category), row["answer"]))
    answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
    calls = [ace_rule.gold_of(row["function"], a) for a in answers]
    found = {"official": any(ace_rule.official(row["function"], c, a) for c in calls for a in answers), "strict": any(ace_rule.strict(c, a) for c in calls for a in answers)}
    return {**answered(row, category, ""), "reward": float(found["official"]), "parts": found, "calls": len(calls[0])}


def idle(domain: str, task: str, text: str = "") -> dict[str, Any]:
    """An empty answer; in Agent rows nothing is called, so there is no end state to look at."""
    category, row = one(domain, task)
    if category in AGENT:
        return {**ace_agent.judged(row, [], []), "category": category, "unit": task, "judged": False}
    return answered(row, category, text)


def refuse(domain: str, task: str) -> dict[str, Any]:
    """The one sentence that refuses in the benchmark's own words."""
    return idle(domain, task, REFUSAL)


def regrade(domain: str, task: str, episode: Mapping[str, Any]) -> dict[str, Any]:
    """Judge an episode again from what was kept of it."""
    category, row = one(domain, task)
    if category in AGENT:
        found: dict[str, Any] = ace_agent.judged(row, episode.get("ended") or [], episode.get("process") or [])
        return found
    return answered(row, category, episode["messages"][-1]["content"])


def schemas(domain: str) -> dict[str, Any]:
    """Tools by name with their parameters; no tables but those of the Agent classes."""
    found: dict[str, set[str]] = {}
    listed = [f for c in categories(domain) for r in rows(domain, c) for f in (r["function"] if isinstance(r["function"], list) else [r["function"]])]
    listed += [f for c in AGENT for r in ace_agent.rows(ROOT, domain, c) for f in r["function"]]
    for function in listed:
        found.setdefault(function["name"], set()).update((function.get("parameters") or {}).get("properties") or {})
    return {"tools": {n: sorted(p) for n, p in found.items()}, "tables": {}}


if __name__ == "__main__":
    serve({
        "categories": categories, "rows": rows, "tasks": tasks, "theirs": theirs, "decoded": decoded, "special": special, "play": play, "gold": gold, "idle": idle, "refuse": refuse, "regrade": regrade,
        "schemas": schemas, "agent_rows": lambda domain, category: ace_agent.rows(ROOT, domain, category), "agent_theirs": ace_agent.checked, "agent_gold": lambda domain, task: ace_agent.gold(domain, one(domain, task)[1]),
    })  # fmt: skip
