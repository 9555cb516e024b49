"""The child's end of the line: a JSON object a line on stdin and stdout. Needs nothing but Python; runs in a benchmark's own environment.

    parent {"do": "gold", "with": {...}}     child {"ok": ...} or {"error": "..."}

While it works, a child may ask for a model: {"ask": {"seat": "agent", "body": {...}}}; the parent answers {"reply": {...}} in the form of OpenAI, or {"failed": "..."}.
"""

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

_out = sys.stdout


class NoReply(OSError):
    """The parent could not get a reply from the model: nobody's fault but the connection's."""


def serve(verbs: Mapping[str, Callable[..., Any]]) -> None:
    """Answer until stdin ends. What the benchmark prints goes to stderr, so that it cannot get between the lines."""
    sys.stdout = sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            found = {"ok": verbs[asked["do"]](**asked.get("with", {}))}
        except NoReply as error:
            found = {"infrastructure": str(error)}
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()[-2000:]}
        _say(found)


def ask(seat: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A model's reply, in the form of OpenAI's chat completions. Raises NoReply."""
    _say({"ask": {"seat": seat, "body": body}})
    answer: dict[str, Any] = json.loads(sys.stdin.readline() or '{"failed": "the parent is gone"}')
    if "reply" not in answer:
        raise NoReply(answer.get("failed", "no reply"))
    reply: dict[str, Any] = answer["reply"]
    return reply


def aside(work: Callable[[], Any]) -> Any:
    """What a piece of work comes to in a copy of this process, which ends with it: nothing it does stays here, and no database is read or copied for it. Raises RuntimeError."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        try:
            found = {"ok": work()}
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        with os.fdopen(there, "w") as out:
            json.dump(found, out, default=str)
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as back:
        said = back.read()
    os.waitpid(child, 0)
    answer = json.loads(said or '{"error": "it ended without a word"}')
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["ok"]


def read(said: Any) -> Any:
    """An answer that may be JSON."""
    try:
        return json.loads(said)
    except (TypeError, ValueError):
        return said


def spoiled(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same with ids that nobody has; None where no argument is an id."""
    out = {k: ("nobody_0000" if k.endswith("_id") and isinstance(v, str) else v) for k, v in arguments.items()}
    return None if out == dict(arguments) else out


def _say(found: Mapping[str, Any]) -> None:
    _out.write(json.dumps(found, default=str) + "\n")
    with contextlib.suppress(BrokenPipeError):
        _out.flush()
