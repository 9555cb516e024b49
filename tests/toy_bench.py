"""A benchmark of our own behind the line: a user who says a number, an agent that must add one by a tool. As a program it speaks the protocol, as a module it gives agents."""

import os
import sys
from pathlib import Path
from typing import Any

TASKS = 12


def tasks(domain: str) -> list[dict[str, Any]]:
    return [{"id": str(n), "gold_calls": 1, "judged": domain == "judged" and n % 2 == 0} for n in range(TASKS)]


def gold(domain: str, task: str) -> dict[str, Any]:
    return {"reward": 1.0, "judged": False, "errors": 0, "calls": 1}


def idle(domain: str, task: str) -> dict[str, Any]:
    return {"reward": float(task == "0"), "judged": False}


def refuse(domain: str, task: str) -> dict[str, Any]:
    if task == "7":
        raise ValueError("a bug of theirs")
    return {"reward": 0.0, "judged": False}


def regrade(domain: str, task: str, episode: dict[str, Any]) -> dict[str, Any]:
    """Stricter than when it was played: task 2 never passes."""
    return {"reward": float(episode["parts"]["state"] and task != "2"), "parts": episode["parts"]}


def schemas(domain: str) -> dict[str, Any]:
    return {"tools": {"add_one": ["to"], "list_sums": ["user_id", "page"]}, "tables": {"sums": ["id", "value"]}}


def odd(what: str) -> Any:
    """Ways to misbehave."""
    if what == "raise":
        raise ValueError("a bug of theirs")
    if what == "die":
        print("out of memory", file=sys.stderr, flush=True)
        os._exit(3)
    if what == "print":
        print("loud")
    return {"pid": os.getpid(), "keys": sorted(k for k in os.environ if "KEY" in k)}


def play(domain: str, task: str, steps: int = 3, judge: bool = False) -> dict[str, Any]:
    """The user says a number; the agent's last call must be add_one of it. In the domain `judged` a judge has the last word on even numbers."""
    said = ask("user", {"messages": [{"role": "system", "content": f"You say {task}."}]})["choices"][0]["message"]["content"]
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Add one by the tool."}, {"role": "user", "content": said}]
    tool = {"type": "function", "function": {"name": "add_one", "description": "Adds.", "parameters": {"type": "object", "properties": {"to": {"type": "integer"}}}}}
    made: list[str] = []
    for _ in range(steps):
        reply = ask("agent", {"messages": messages, "tools": [tool]})["choices"][0]["message"]
        calls = reply.get("tool_calls") or []
        messages.append({"role": "assistant", **{k: v for k, v in reply.items() if v}})
        if not calls:
            break
        for call in calls:
            made.append(call["function"]["arguments"])
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": "ok"})
    right = bool(made) and made[-1].replace(" ", "") == f'{{"to":{task}}}'
    judged = domain == "judged" and int(task) % 2 == 0
    if judged and judge and right:
        right, judged = ask("judge", {"messages": [{"role": "user", "content": f"Is {task} right?"}]})["choices"][0]["message"]["content"] == "yes", False
    return {"reward": float(right), "judged": judged, "stop": "done", "calls": len(made), "parts": {"state": float(right)}, "result": {"messages": messages}, "category": "even" if int(task) % 2 == 0 else "odd"}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(sys.argv[1])))
    from protocol import ask, serve

    serve({"tasks": tasks, "gold": gold, "idle": idle, "refuse": refuse, "play": play, "regrade": regrade, "schemas": schemas, "odd": odd})
