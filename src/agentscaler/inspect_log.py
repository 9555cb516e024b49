"""Episodes as an Inspect log (`.eval`), which `inspect view` opens: messages, reasoning, tool calls, notes such as state diffs, scores. Made with json and zipfile; nothing has to be installed.

    write_log(path, (sample_of(task, rollout, grade(task, rollout), env, number=number) for ...), about)

A log is a zip: header.json, summaries.json, samples/<id>_epoch_<n>.json. Samples are written one by one, so a log may be larger than memory. Rows keep no clock, so every event bears
the time of the log and no duration. What a model was given is kept once: a model event points into the sample's messages.
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.canonical import same
from agentscaler.errors import Dropped, UserError
from agentscaler.explain import told
from agentscaler.hands import tool_list, whole
from agentscaler.records import EnvSpec, JsonObject, Message, Rollout, Task, ToolCall, Verdict
from agentscaler.world import World

Value = str | float


class Mark(NamedTuple):
    """What a judge says: "C" or "I" (correct, incorrect), or a number."""

    value: Value
    explanation: str = ""
    answer: str = ""


class Note(NamedTuple):
    """Something to read between two messages, as Markdown."""

    title: str
    text: str


class Sample(NamedTuple):
    """One episode."""

    id: str
    """Of the task: equal in all of its trials."""
    epoch: int
    """Number of the trial, from 1."""
    input: str
    """What was asked."""
    target: str
    """What would be right."""
    agent: str
    """Who answered."""
    messages: Sequence[Message]
    """The conversation."""
    tools: Sequence[JsonObject] = ()
    """OpenAI-style."""
    scores: Mapping[str, Mark] = {}
    """By judge."""
    notes: Mapping[int, Sequence[Note]] = {}
    """Behind the message of that number; -1 is before the first."""
    metadata: JsonObject = {}
    """Whatever one filters by."""
    tokens: tuple[int, int] = (0, 0)
    """Read and written by models."""
    limit: str | None = None
    """Which limit ended it, in Inspect's word: message, token."""
    error: str | None = None
    """What cut it short."""


class About(NamedTuple):
    """The head of a log."""

    name: str
    """Of what was played."""
    agent: str
    """Who played."""
    created: str
    """ISO time with its zone."""
    metadata: JsonObject = {}


# ---- a rollout as a sample ------------------------------------------------------------------------------------------

_LIMITS: Final = {"turns": "message", "steps": "message", "context": "token", "tokens": "token"}


def sample_of(task: Task, rollout: Rollout, verdict: Verdict, env: EnvSpec | None, *, number: str, more: JsonObject = {}) -> Sample:  # noqa: B006
    """A rollout, judged. env: its world, for tools and for what each call changed; number: id of the task's row; more: further metadata."""
    difficulty = task.difficulty
    gold = "\n".join(f"{c.name}({orjson.dumps(c.arguments).decode()})" for c in task.gold)
    score = {"judge": Mark("C" if verdict.passed else "I", "\n".join(verdict.reasons) or "the end state is the gold state, and what was asked was told")}
    if rollout.blame:
        score["blame"] = Mark(rollout.blame.who, rollout.blame.evidence)
    metadata = {
        "shape": difficulty.shape, "calls": difficulty.calls, "writes": difficulty.writes, "hops": difficulty.hops, "stop": rollout.stop, "user": rollout.user, "kind": rollout.kind,
        "scripted": rollout.scripted, "world": task.folder.rpartition("/")[2], **more,
    }  # fmt: skip
    notes: dict[int, list[Note]] = {}
    for fault in rollout.faults:
        notes.setdefault(min(fault.turn, len(rollout.messages) - 1), []).append(Note(f"fault of the user: {fault.name}", fault.what))
    for place, change in changes(task, rollout, env).items():
        notes.setdefault(place, []).insert(0, change)
    for deed in reversed(rollout.deeds):
        notes.setdefault(deed.after - 1, []).insert(0, Note(f"the user: {deed.call.name}", f"```json\n{orjson.dumps(deed.call.arguments).decode()}\n{deed.answer.content}\n```"))
    return Sample(
        id=number, epoch=rollout.trial + 1, input=task.brief.text, target=gold or "no call", agent=rollout.agent, messages=rollout.messages, tools=tool_list(env, without=task.hands) if env else [], scores=score, notes=notes,
        metadata=metadata, tokens=(rollout.usage.prompt_tokens, rollout.usage.completion_tokens), limit=_LIMITS.get(rollout.stop), error=rollout.error,
    )  # fmt: skip


def changes(task: Task, rollout: Rollout, env: EnvSpec | None) -> dict[int, Note]:
    """Number of a tool message -> what its call changed, from playing the calls again; all of it behind the last message, where that does not give the rollout's change."""
    played = _played(task, rollout, env) if env else None
    if played is not None:
        return played
    lines = told(rollout.change, task.cascades)
    return {len(rollout.messages) - 1: _diff([], lines)} if lines else {}


def _played(task: Task, rollout: Rollout, env: EnvSpec) -> dict[int, Note] | None:
    own = {d.call.id: d.call for d in rollout.deeds}
    calls: dict[str, ToolCall] = {c.id: c for m in rollout.messages for c in m.calls} | own
    out: dict[int, Note] = {}
    try:
        world = World.open(env, seed=task.seed)
    except (UserError, Dropped):
        return None
    with world:
        before: list[str] = []
        place = -1
        for message in whole(rollout.messages, rollout.deeds):
            call = calls.get(message.call_id or "") if message.role == "tool" else None
            place += not (message.role == "user" and message.calls) and (message.call_id or "") not in own
            if call is None or call.unparsed is not None or (call.name in rollout.hands and call.id not in own):
                continue
            world.call(call.name, call.arguments)
            after = told(world.diff().form, task.cascades)
            if after != before:
                out[place] = _diff(before, after)
            before = after
        return out if same(world.diff().form, rollout.change) else None


def _diff(before: Sequence[str], after: Sequence[str]) -> Note:
    """What is new in the net change, and what is no longer part of it."""
    lines = [f"- {line}" for line in before if line not in after] + [f"+ {line}" for line in after if line not in before]
    return Note(f"state diff ({len(lines)} {'row' if len(lines) == 1 else 'rows'})", "```diff\n" + "\n".join(lines) + "\n```")


# ---- the file -------------------------------------------------------------------------------------------------------


def write_log(path: Path, samples: Iterable[Sample], about: About) -> int:
    """Write a log; how many samples it holds."""
    summaries: list[JsonObject] = []
    totals: dict[str, list[Value]] = {}
    read = written = 0
    spec = _spec(about)
    part = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        _put(file, "_journal/start.json", {"version": 2, "eval": spec, "plan": _PLAN})
        for sample in samples:
            body = _sample(sample, about.created)
            _put(file, f"samples/{sample.id}_epoch_{sample.epoch}.json", body)
            kept = ("id", "epoch", "input", "target", "metadata", "scores", "model_usage", "uuid", "limit")
            summaries.append({k: body[k] for k in kept} | {"completed": True, "message_count": len(sample.messages), "error": sample.error, "limit": sample.limit})
            for name, mark in sample.scores.items():
                totals.setdefault(name, []).append(mark.value)
            read, written = read + sample.tokens[0], written + sample.tokens[1]
        spec["dataset"] = {"name": about.name, "samples": len({s["id"] for s in summaries}), "sample_ids": sorted({s["id"] for s in summaries})}
        spec["config"] = {"epochs": max((s["epoch"] for s in summaries), default=1)}
        spec["scorers"] = [{"name": name} for name in totals]
        stats = {"started_at": about.created, "completed_at": about.created, "model_usage": {about.agent: _usage((read, written))}}
        header = {"version": 2, "status": "success", "eval": spec, "plan": _PLAN, "results": _results(totals, len(summaries)), "stats": stats}
        _put(file, "summaries.json", summaries)
        _put(file, "header.json", header)
    part.replace(path)
    return len(summaries)


_PLAN: Final = {"name": "plan", "steps": [{"solver": "episode", "params": {}}]}


def _put(file: zipfile.ZipFile, name: str, body: Any) -> None:
    info = zipfile.ZipInfo(name)  # dated 1980: equal logs are equal bytes
    info.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(info, orjson.dumps(body))


def _spec(about: About) -> JsonObject:
    return {
        "created": about.created, "task": about.name, "task_id": about.name, "run_id": about.name, "eval_id": f"{about.name}-{about.agent}", "dataset": {}, "model": about.agent, "config": {},
        "packages": {}, "metadata": about.metadata, "task_args": {},
    }  # fmt: skip


def _results(totals: Mapping[str, Sequence[Value]], count: int) -> JsonObject:
    scores = []
    for name, values in totals.items():
        numbers = [v if isinstance(v, (int, float)) else {"C": 1.0, "I": 0.0}.get(v) for v in values]
        known = [n for n in numbers if n is not None]
        if len(known) == len(values):
            scores.append({"name": name, "scorer": name, "metrics": {"mean": {"name": "mean", "value": sum(known) / len(known)}}})
    return {"total_samples": count, "completed_samples": count, "scores": scores}


def _sample(sample: Sample, created: str) -> JsonObject:
    messages = [_message(m, n, sample.agent) for n, m in enumerate(sample.messages)]
    usage = {sample.agent: _usage(sample.tokens)}
    last = next((m for m in reversed(messages) if m["role"] == "assistant"), None)
    scores = {name: {"value": mark.value, "answer": mark.answer or None, "explanation": mark.explanation or None} for name, mark in sample.scores.items()}
    body: JsonObject = {
        "id": sample.id, "epoch": sample.epoch, "input": sample.input, "target": sample.target, "messages": messages, "output": _output(sample.agent, last), "scores": scores,
        "metadata": sample.metadata, "store": {}, "events": _events(sample, messages, scores, created), "events_data": {"messages": messages, "calls": []}, "model_usage": usage,
        "uuid": f"{sample.id}-{sample.epoch}", "attachments": {},
        "limit": {"type": sample.limit, "limit": len(messages) if sample.limit == "message" else sum(sample.tokens)} if sample.limit else None,
    }  # fmt: skip
    if sample.error:
        body["error"] = {"message": sample.error, "traceback": "", "traceback_ansi": ""}
    return body


def _message(message: Message, number: int, agent: str) -> JsonObject:
    out: JsonObject = {"id": f"m{number}", "role": message.role, "content": message.content}
    if message.role == "tool":
        out |= {"tool_call_id": message.call_id, "function": message.name}
        if message.error:
            out["error"] = _failure(message)
    if message.role == "assistant":
        out |= {"source": "generate", "model": agent, "tool_calls": [_call(c) for c in message.calls]}
        if message.reasoning:
            out["content"] = [{"type": "reasoning", "reasoning": message.reasoning}, {"type": "text", "text": message.content}]
    return out


def _call(call: ToolCall) -> JsonObject:
    out: JsonObject = {"id": call.id, "function": call.name, "arguments": call.arguments, "type": "function"}
    return out | {"parse_error": f"no JSON object: {call.unparsed}"} if call.unparsed is not None else out


def _failure(message: Message) -> JsonObject:
    """Inspect knows kinds of its own; ours stands in the text."""
    return {"type": "unknown", "message": f"{message.error}: {message.content}"}


def _usage(tokens: tuple[int, int]) -> JsonObject:
    return {"input_tokens": tokens[0], "output_tokens": tokens[1], "total_tokens": sum(tokens)}


def _output(agent: str, message: JsonObject | None) -> JsonObject:
    choices = [{"message": message, "stop_reason": "tool_calls" if message["tool_calls"] else "stop"}] if message else []
    return {"model": agent, "choices": choices}


def _events(sample: Sample, messages: Sequence[JsonObject], scores: Mapping[str, JsonObject], created: str) -> list[JsonObject]:
    out: list[JsonObject] = []

    def event(kind: str, **more: Any) -> None:
        out.append({"uuid": f"{sample.id}-{sample.epoch}-{len(out)}", "timestamp": created, "working_start": 0.0, "span_id": "episode", "event": kind, **more})

    def noted(place: int) -> None:
        for note in sample.notes.get(place, ()):
            event("info", source=note.title, data=note.text)

    tools = [{"name": t["function"]["name"], "description": t["function"]["description"], "parameters": _parameters(t["function"]["parameters"])} for t in sample.tools]
    calls = {c.id: c for m in sample.messages for c in m.calls}
    event("sample_init", sample={"id": sample.id, "input": sample.input, "target": sample.target, "metadata": sample.metadata}, state={})
    event("span_begin", id="episode", type="solver", name="episode")
    noted(-1)
    for place, message in enumerate(sample.messages):
        if message.role == "assistant":
            # the tools stand with the first of them: they are the same all along
            event("model", model=sample.agent, input=[], input_refs=[[0, place]], tools=tools, tool_choice="auto", config={}, output=_output(sample.agent, messages[place]))
            tools = []
        elif message.role == "tool":
            call = calls.get(message.call_id or "")
            failed = {"error": _failure(message)} if message.error else {}
            event("tool", type="function", id=message.call_id or "", function=message.name or "", arguments=call.arguments if call else {}, result=message.content, events=[], **failed)
        noted(place)
    event("span_end", id="episode")
    for name, score in scores.items():
        event("score", scorer=name, score=score, target=sample.target)
    return out


def _parameters(schema: JsonObject) -> JsonObject:
    """Inspect takes objects, with properties and what is required."""
    return {"type": "object", "properties": schema.get("properties", {}), "required": schema.get("required", []), "additionalProperties": False}
