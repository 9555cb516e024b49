"""Scored episodes as Inspect logs (inspect_log.py), like rollouts: OUT/logs/<result>.eval, for our worlds and for benchmarks of others. `inspect view` opens them.

A log is made from what OUT holds: the conversation in full, the score as the result file says it, whose doing a failure is, and in our worlds what each call changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from agentscaler.errors import UserError
from agentscaler.evals.bench.again import folders_of
from agentscaler.evals.score import Result, Score, read_result
from agentscaler.grade import grade
from agentscaler.inspect_log import About, Mark, Sample, sample_of, write_log
from agentscaler.records import JsonObject, Message, Rollout, Task, ToolCall
from agentscaler.rollouts import kept_env
from agentscaler.store import Run, parse, read_records, read_rows
from agentscaler.walk.episodes import Reader, find_lines
from agentscaler.work import steps


def logs(out: str | Path) -> dict[Path, int]:
    """Log -> episodes in it. Raises UserError where nothing was played."""
    out = Path(out)
    folder = out / "logs"
    written: dict[Path, int] = {}
    for place in sorted(p.parent for p in (out / "played").glob("*/condition.json")):
        result = out / "results" / f"{place.name}.jsonl"
        if result.exists():
            written.update(_written(folder, place.name, read_result(result), _of_worlds(Run(place))))
    for run in folders_of(out):
        result = out / "results" / f"{run.path.name}.jsonl"
        if result.exists():
            found = read_result(result)
            written.update(_written(folder, run.path.name, found, _of_others(run, found)))
    if not written:
        raise UserError(f"no result in {out}: `agentscaler evals worlds --out {out} --agent ...` or `evals bench` makes one")
    return written


def _written(folder: Path, name: str, result: Result, samples: Iterator[Sample]) -> dict[Path, int]:
    folder.mkdir(parents=True, exist_ok=True)
    stamp = result.stamp
    path = folder / f"{name}.eval"
    title = f"{stamp.benchmark} {stamp.part}".strip()
    about = About(title, stamp.agent, stamp.date.replace("Z", "+00:00"), stamp.model_dump(mode="json"))
    return {path: write_log(path, (s for s in steps(samples, f"logs: {name}", len(result.scores))), about)}


def _of_worlds(run: Run) -> Iterator[Sample]:
    reader = Reader(str(run.product("tasks")))
    places = {line.id: line for line in find_lines(run.product("tasks"))}
    for _, rollout in read_records(run.product("rollouts"), Rollout):
        task = parse(reader.row(places[rollout.task]), Task, where="tasks.jsonl")
        env = kept_env(str(run.path / task.folder))
        yield sample_of(task, rollout, grade(task, rollout), env, number=rollout.task, more={"field": env.field})


def _of_others(run: Run, result: Result) -> Iterator[Sample]:
    scores = {(s.task, s.trial): s for s in result.scores}
    for row in read_rows(run.product("episodes")):
        yield _sample(row, scores[row["task"], row["trial"]], result.stamp.agent)


def _sample(row: JsonObject, score: Score, agent: str) -> Sample:
    messages = conversation(row)
    said = next((m.content for m in messages if m.role == "user"), "")
    verdict = Mark("C" if score.passed else "I", score.evidence or ("passed" if score.passed else "failed"))
    marks = {"judge": verdict, **{k: Mark(float(v)) for k, v in score.parts.items() if isinstance(v, (bool, int, float))}, **({"blame": Mark(score.blame, score.evidence)} if score.blame else {})}
    return Sample(
        id=score.task.replace("/", "-"), epoch=score.trial + 1, input=said, target=f"{score.gold_calls} calls", agent=agent, messages=messages, scores=marks,
        metadata={"category": score.category, "unit": score.unit, "stop": score.stop, "calls": score.calls, "failed calls": score.failed_calls, "seconds": score.seconds, "cost": score.cost},
        tokens=(score.prompt_tokens, score.completion_tokens), limit="message" if score.stop in ("steps", "max_steps") else None,
        error=score.evidence if score.stop in ("infrastructure", "error") else None,
    )  # fmt: skip


# ---- the forms in which benchmarks keep a conversation -------------------------------------------------------------


def conversation(row: JsonObject) -> tuple[Message, ...]:
    """An episode's messages in our form: OpenAI's (tau-bench), tau2's, ACEBench's senders, BFCL's log."""
    listed = row.get("messages") or (row.get("result") or {}).get("messages") or []
    out: list[Message] = []
    waiting: list[ToolCall] = []
    for number, given in enumerate(listed):
        message = _message(given, number, waiting)
        if message.role == "assistant":
            waiting = list(message.calls)
        elif message.role == "tool":
            waiting = [c for c in waiting if c.id != message.call_id]
        out.append(message)
    return tuple(out)


_ROLES = {"agent": "assistant", "execution": "tool", "state_info": "system", "handler_log": "system"}


def _message(given: Mapping[str, object], number: int, waiting: Sequence[ToolCall]) -> Message:
    role = str(given.get("role") or given.get("sender"))
    role = _ROLES.get(role, role)
    content = given.get("content", given.get("message"))
    if role == "tool":
        call = str(given.get("tool_call_id") or given.get("id") or (waiting[0].id if waiting else f"c{number}"))
        name = str(given.get("name") or next((c.name for c in waiting if c.id == call), "call"))
        return Message(role="tool", content=_text(content), call_id=call, name=name)
    calls = _calls(given, content, number)
    text = "" if calls and not isinstance(content, str) else _text(content)
    if role not in ("system", "user", "assistant"):
        role = "system"
    return Message(role=role, content=text, calls=calls if role == "assistant" else ())


def _calls(given: Mapping[str, object], content: object, number: int) -> tuple[ToolCall, ...]:
    listed = given.get("tool_calls") or ()
    out = []
    for at, call in enumerate(listed if isinstance(listed, list) else ()):
        about = call.get("function", call)
        out.append(_call(str(call.get("id") or f"c{number}-{at}"), str(about["name"]), about["arguments"]))
    if isinstance(content, list) and given.get("role") == "assistant":  # BFCL: [{name: arguments}]
        out += [_call(f"c{number}-{at}", name, arguments) for at, one in enumerate(content) if isinstance(one, dict) for name, arguments in one.items()]
    if given.get("sender") == "agent" and given.get("recipient") == "execution":
        out.append(ToolCall(id=f"c{number}", name="call", arguments={"text": _text(content)}))
    return tuple(out)


def _call(number: str, name: str, arguments: object) -> ToolCall:
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            return ToolCall(id=number, name=name, arguments={}, unparsed=str(arguments))
    return ToolCall(id=number, name=name, arguments=arguments) if isinstance(arguments, dict) else ToolCall(id=number, name=name, arguments={}, unparsed=orjson.dumps(arguments).decode())


def _text(content: object) -> str:
    return content if isinstance(content, str) else "" if content is None else orjson.dumps(content, default=str).decode()
