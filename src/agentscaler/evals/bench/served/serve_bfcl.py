"""BFCL v4 multi-turn behind the line: its own classes, data and checker, without the SDKs of all providers (the multi-turn checker needs mpmath alone)."""

import json
import sys
from pathlib import Path
from typing import Any

from protocol import serve

sys.dont_write_bytecode = True

import bfcl_eval
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker

DATA = Path(bfcl_eval.__file__).parent / "data"
_loaded: dict[str, dict[str, Any]] = {}


def of_category(category: str) -> dict[str, Any]:
    """Id -> (row, ground truth)."""
    if category not in _loaded:
        name = f"BFCL_v4_multi_turn_{category}.json"
        rows = [json.loads(line) for line in (DATA / name).read_text().splitlines() if line.strip()]
        answers = {a["id"]: a["ground_truth"] for a in (json.loads(line) for line in (DATA / "possible_answer" / name).read_text().splitlines() if line.strip())}
        _loaded[category] = {r["id"]: (r, answers[r["id"]]) for r in rows}
    return _loaded[category]


def tasks(domain: str) -> list[dict[str, Any]]:
    return [{"id": i, "gold_calls": sum(map(len, truth)), "judged": False} for i, (_, truth) in of_category(domain).items()]


_count = 0


def verdict(domain: str, task: str, turns: list[list[list[str]]]) -> dict[str, Any]:
    """The official checker's word. Its classes live in globals under the model's name: each question has a name of its own."""
    global _count
    _count += 1
    row, truth = of_category(domain)[task]
    found = multi_turn_checker(turns, truth, row, f"multi_turn_{domain}", f"asked_{_count}")
    return {"reward": float(found["valid"]), "judged": False, "errors": 0, "why": str(found.get("error_type", ""))}


def gold(domain: str, task: str) -> dict[str, Any]:
    """The ground truth, a step a turn."""
    truth = of_category(domain)[task][1]
    return verdict(domain, task, [[turn] if turn else [] for turn in truth])


def idle(domain: str, task: str) -> dict[str, Any]:
    """No call in any turn."""
    return verdict(domain, task, [[] for _ in of_category(domain)[task][1]])


if __name__ == "__main__":
    serve({"tasks": tasks, "gold": gold, "idle": idle, "verdict": verdict})
