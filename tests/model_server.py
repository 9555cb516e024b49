"""An HTTP server that answers as a model would, on the loopback only: OpenAI's chat completions, whole or as a stream, with faults mixed in.

    with ModelServer(answer, faults={"429": 0.02, "reset": 0.01}) as server: server.url       answer(body) -> a message, as a dict

`actor(run)` is an answer that plays both sides of a run's tasks: the gold player where there are tools, the scripted user where the brief stands in the prompt.
As a program: `python model_server.py RUN --faults 0.05 --delay 0.02`; it prints its address and serves until it is ended.
"""

import argparse
import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import orjson

from agentscaler.dice import Dice
from agentscaler.episode import DONE
from agentscaler.records import Message, Task, ToolCall
from agentscaler.rollouts.gold import GoldPlayer, script
from agentscaler.rollouts.user import ScriptedUser
from agentscaler.store import read_records
from agentscaler.verbs import of_name

Answer = Callable[[dict[str, Any]], dict[str, Any]]
FAULTS = ("429", "500", "reset", "timeout", "truncated", "cut", "malformed", "empty", "slow")
"""What can go wrong. `malformed` (arguments that are no JSON) and `empty` (neither words nor calls) are the model's doing, the others the endpoint's."""


class Heard(NamedTuple):
    """A request."""

    headers: dict[str, str]
    body: dict[str, Any]
    at: float


class ModelServer:
    """Serves from a thread of its own. Faults are drawn from the request and how often it was made, so equal runs meet equal ones."""

    def __init__(self, answer: Answer, *, faults: Mapping[str, float] | None = None, delay: float = 0.0, hang: float = 30.0, most: int | None = None, remember: bool = True) -> None:
        self._answer, self._faults, self._delay, self._hang, self._most = answer, dict(faults or {}), delay, hang, most
        self._remember = remember
        self.heard: list[Heard] = []
        self.asked: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        self.running = self.peak = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = ""

    def __enter__(self) -> "ModelServer":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self) -> None:
        async def serve() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=2048)
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            self._ready.set()
            await self._stop.wait()
            server.close()
            others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0.01)

        asyncio.run(serve())

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:]) if k}
                raw = await reader.readexactly(int(headers.get("content-length", "0")))
                if not await self._one(head[0], headers, raw, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, line: str, headers: dict[str, str], raw: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False: the connection is gone."""
        if not line.startswith("POST /v1/chat/completions"):
            return await _send(writer, 404, {"error": {"message": f"there is nothing at {line.split()[1]}"}})
        body = orjson.loads(raw)
        key = str(hash(raw))
        self.asked[key] += 1
        if self._remember:
            self.heard.append(Heard(headers, body, time.monotonic()))
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            fault = self._fault(raw, self.asked[key])
            if self._most is not None and self.running > self._most:
                fault = "429"
            self.met[fault or "none"] += 1
            return await self._reply(body, fault, writer)
        finally:
            self.running -= 1

    def _fault(self, raw: bytes, time_: int) -> str | None:
        dice = Dice("fault", raw.decode(), time_)
        left = dice.unit()
        for name, share in self._faults.items():
            left -= share
            if left < 0 and not (name in ("malformed", "empty") and time_ > 1):
                return name
        return None

    async def _reply(self, body: dict[str, Any], fault: str | None, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(self._delay * (0.5 + Dice(len(self.asked), "delay").unit()) if self._delay else 0)
        if fault == "429":
            return await _send(writer, 429, {"error": {"message": "too many requests", "code": "rate_limit_exceeded"}}, "retry-after: 0.05\r\n")
        if fault == "500":
            return await _send(writer, 500, {"error": {"message": "worker died"}})
        if fault == "reset":
            writer.transport.abort()
            return False
        if fault == "timeout":
            await asyncio.sleep(self._hang)
            return False
        found = self._answer(body)
        if status := found.pop("status", 0):
            return await _send(writer, status, found)
        message, finish = dict(found), found.pop("finish", None)
        message.pop("finish", None)
        if fault == "malformed" and message.get("tool_calls"):
            message["tool_calls"][0]["function"]["arguments"] = message["tool_calls"][0]["function"]["arguments"][:-1] + ', "'
        if fault == "empty":
            message = {"role": "assistant", "content": ""}
        usage = {"prompt_tokens": len(orjson.dumps(body)) // 4, "completion_tokens": len(str(message)) // 8 + 1}
        whole = {
            "id": "c", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": finish or ("tool_calls" if message.get("tool_calls") else "stop"), "message": {"role": "assistant", **message}}],
            "usage": {**usage, "total_tokens": sum(usage.values())},
        }  # fmt: skip
        if body.get("stream"):
            return await _stream(writer, whole, fault)
        text = orjson.dumps(whole)
        if fault == "truncated":  # a proxy that cut the body and says so nowhere
            text = text[: len(text) // 2]
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n".encode()
        if fault == "cut":
            writer.write(head + text[: len(text) // 2])
            await writer.drain()
            return False
        if fault == "slow":
            for part in (text[: len(text) // 2], text[len(text) // 2 :]):
                writer.write(head + part)
                head = b""
                await writer.drain()
                await asyncio.sleep(0.3)
            return True
        writer.write(head + text)
        await writer.drain()
        return True


async def _send(writer: asyncio.StreamWriter, status: int, body: dict[str, Any], headers: str = "") -> bool:
    text = orjson.dumps(body)
    writer.write(f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}content-length: {len(text)}\r\n\r\n".encode() + text)
    await writer.drain()
    return True


async def _stream(writer: asyncio.StreamWriter, whole: dict[str, Any], fault: str | None) -> bool:
    """The same as server-sent events; `truncated` and `cut` end in the middle."""
    message = whole["choices"][0]["message"]
    deltas: list[dict[str, Any]] = []
    for name in ("reasoning_content", "reasoning", "content"):
        text = message.get(name) or ""
        deltas += [{name: text[n : n + 7]} for n in range(0, len(text), 7)]
    for n, call in enumerate(message.get("tool_calls") or ()):
        written = call["function"]["arguments"]
        deltas.append({"tool_calls": [{"index": n, "id": call["id"], "type": "function", "function": {"name": call["function"]["name"], "arguments": ""}}]})
        deltas += [{"tool_calls": [{"index": n, "function": {"arguments": written[k : k + 9]}}]} for k in range(0, len(written), 9)]
    about = {k: whole[k] for k in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    events: list[dict[str, Any]] = [{**about, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    events.append({**about, "choices": [{"index": 0, "delta": {}, "finish_reason": whole["choices"][0]["finish_reason"]}]})
    events.append({**about, "choices": [], "usage": whole["usage"]})
    cut = fault in ("truncated", "cut")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for event in events[: len(events) // 2] if cut else events:
        line = b"data: " + orjson.dumps(event) + b"\n\n"
        writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        if fault == "slow":
            await writer.drain()
            await asyncio.sleep(0.01)
    if fault == "cut":
        await writer.drain()
        return False
    writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n" if not cut else b"0\r\n\r\n")
    await writer.drain()
    return True


# ---- both sides of a run's tasks ------------------------------------------------------------------------------------


def actor(run: Path) -> Answer:
    """Plays gold where there are tools, the scripted user where a brief stands in the prompt. Stateless, as a model is: it reads the whole conversation each time."""
    tasks = [t for _, t in read_records(run / "tasks.jsonl", Task)]

    @lru_cache(maxsize=8192)
    def task_of(text: str) -> Task:
        """The task of which most is said, and of these the one of which least is left."""
        low = text.lower()
        return max(tasks, key=lambda t: (sum(f.text[1:].lower() in low for f in t.brief.facts), -len(t.brief.facts)))

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        messages = body["messages"]
        if DONE in messages[0]["content"]:
            return _as_user(messages, task_of(messages[0]["content"]), body.get("tools", []))
        return _as_agent(messages, task_of(" ".join(m["content"] for m in messages if m["role"] == "user")))

    return answer


def _as_user(messages: list[dict[str, Any]], task: Task, tools: list[dict[str, Any]]) -> dict[str, Any]:
    """What the scripted user says or does next. In its requests the user is the assistant."""
    user = ScriptedUser(task.brief, Dice(7))
    heard: list[Message] = []
    said = user.play(heard, tools)
    for message in messages[1:]:
        if message["role"] == "user" and heard:
            heard.append(Message(role="assistant", content=message["content"]))
            said = user.play(heard, tools)
        elif message["role"] == "tool":
            error = "not_found" if message["content"].startswith('{"error"') else None
            heard.append(Message(role="tool", call_id=message["tool_call_id"], name=heard[-1].calls[0].name, content=message["content"], error=error))
            said = user.play(heard, tools)
        elif message["role"] == "assistant":
            heard.append(said.model_copy(update={"content": message["content"]}))
    return {"content": said.content, "tool_calls": _said(said)["tool_calls"]} if said.calls else {"content": said.content}


def _as_agent(messages: list[dict[str, Any]], task: Task) -> dict[str, Any]:
    """What the gold player says next, after the calls that were refused are made again."""
    kinds = {c.name: "read" if of_name(c.name).kind in ("get", "list") else "write" for c in task.gold}
    player = GoldPlayer("gold", script("gold", task, kinds, Dice(7)) or [], task, Dice(7))
    heard: list[Message] = []
    refused: dict[str, Any] | None = None
    for message in messages:
        if message["role"] == "assistant":
            wrote = [c["function"]["arguments"] for c in message.get("tool_calls") or ()]
            if not heard or refused is None:
                player.play(heard, ())
            refused = message if "{}" in wrote else None
        if message["role"] == "tool" and "no JSON object" not in message["content"]:
            refused = None
        role = message["role"]
        heard.append(Message(role=role, content=message.get("content") or ""))
    if refused is not None:  # the arguments were cut off: the same call again
        return _said(_last_move(messages, task, kinds))
    return _said(player.play(heard, ()))


def _last_move(messages: list[dict[str, Any]], task: Task, kinds: Mapping[str, str]) -> Message:
    """The call that the last assistant message wanted to make."""
    made = [m["tool_calls"][0]["function"]["name"] for m in messages if m.get("tool_calls")]
    name = made[-1]
    number = sum(n == name for n in made) - 1
    again = [c for c in task.gold if c.name == name]
    call = again[min(number, len(again) - 1)]
    return Message(role="assistant", calls=(ToolCall(id=f"again_{len(made)}", name=call.name, arguments=call.arguments),))


def _said(message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {"content": message.content, "reasoning_content": "I look at what was asked."}
    if message.calls:
        out["tool_calls"] = [{"id": c.id, "type": "function", "function": {"name": c.name, "arguments": orjson.dumps(c.arguments).decode()}} for c in message.calls]
    return out


def shares(total: float, kinds: tuple[str, ...] = FAULTS) -> dict[str, float]:
    """So many faults in all, in equal parts."""
    return {k: total / len(kinds) for k in kinds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A server that plays a run's tasks as a model would.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--faults", type=float, default=0.05)
    parser.add_argument("--delay", type=float, default=0.02)
    parser.add_argument("--hang", type=float, default=30.0)
    flags = parser.parse_args()
    with ModelServer(actor(flags.run), faults=shares(flags.faults), delay=flags.delay, hang=flags.hang, remember=False) as serving:
        print(serving.url, flush=True)
        while True:
            time.sleep(60)
            print(dict(serving.met), flush=True)
