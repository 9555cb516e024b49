"""Our messages and OpenAI's. What a model did wrong in form (arguments that are no JSON object) comes through as a call with `unparsed`: the world answers it.

Reasoning is kept apart from content: `reasoning_content` and `reasoning` are both in use, and some servers leave it in the text between <think> tags. It is sent back
only for messages since the user last spoke, in the field it came in: that is what templates of reasoning models read within a chain of calls.

For models without native tools (`tools_in_prompt`) the list stands in the system message, calls are <tool_call>{...}</tool_call> in the text, and answers are the user's.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from agentscaler.llm.model import Reply, Tokens
from agentscaler.llm.prompts import prompt
from agentscaler.records import JsonObject, Message, ToolCall

_BLOCK: Final = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|\Z)", re.S)
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_THINK: Final = re.compile(r"\A\s*(?:<think>)?(.*?)</think>\s*", re.S)


class Manner(NamedTuple):
    """How an endpoint is spoken to."""

    parameters: Mapping[str, Any] = {}
    """What goes into each request beside messages and tools: temperature, top_p, max_tokens, ..."""
    tools_in_prompt: bool = False
    """The model has no native tools."""
    stream: bool = False
    """Read replies as they are written."""


class Broken(ValueError):
    """A body that is no reply: cut off, empty, or something else."""


# ---- there --------------------------------------------------------------------------------------------------------


def request(model: str, messages: Sequence[Message], tools: Sequence[JsonObject], manner: Manner, *, schema: JsonObject | None = None, reasoning_in: str = "") -> JsonObject:
    """The body of a request."""
    last = max((n for n, m in enumerate(messages) if m.role == "user"), default=-1)
    sent = [_sent(m, manner.tools_in_prompt, reasoning_in if n > last else "") for n, m in enumerate(messages)]
    body: JsonObject = {"model": model, "messages": sent}
    if tools and manner.tools_in_prompt:
        listed = "\n".join(orjson.dumps(t["function"]).decode() for t in tools)
        body["messages"] = _merged([{**sent[0], "content": f"{sent[0]['content']}\n\n{prompt('llm.tools', tools=listed)}"}, *sent[1:]])
    elif tools:
        body["tools"] = list(tools)
    if schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    if manner.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body | dict(manner.parameters)


def _sent(message: Message, in_prompt: bool, reasoning_in: str) -> JsonObject:
    if message.role == "tool":
        if in_prompt:
            return {"role": "user", "content": f"<tool_response>{message.content}</tool_response>"}
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.content}
    out: JsonObject = {"role": message.role, "content": message.content}
    if message.calls and in_prompt:
        blocks = [f"<tool_call>{c.unparsed or orjson.dumps({'name': c.name, 'arguments': c.arguments}).decode()}</tool_call>" for c in message.calls]
        out["content"] = "\n".join(filter(None, [message.content, *blocks]))
    elif message.calls:
        # servers read earlier calls again, and refuse a history whose arguments are no JSON or whose names no function could have
        out["tool_calls"] = [{"id": c.id, "type": "function", "function": {"name": _NAME.sub("_", c.name)[:64] or "unnamed", "arguments": orjson.dumps(c.arguments).decode()}} for c in message.calls]
    if message.reasoning and reasoning_in:
        out[reasoning_in] = message.reasoning
    return out


def openai_message(message: Message) -> JsonObject:
    """{'role': ..., 'content': ..., 'tool_calls': [...]}: no empty fields, arguments as an object: what chat templates and training rows hold."""
    out: JsonObject = {"role": message.role, "content": message.content}
    if message.reasoning:
        out["reasoning_content"] = message.reasoning
    if message.calls:
        out["tool_calls"] = [{"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}} for c in message.calls]
    if message.role == "tool":
        out |= {"tool_call_id": message.call_id, "name": message.name}
    return out


def _merged(messages: Sequence[JsonObject]) -> list[JsonObject]:
    """Neighbours of one role as one: templates want user and assistant in turn."""
    out: list[JsonObject] = []
    for message in messages:
        if out and out[-1]["role"] == message["role"]:
            out[-1] = {**out[-1], "content": f"{out[-1]['content']}\n{message['content']}"}
        else:
            out.append(message)
    return out


# ---- and back -----------------------------------------------------------------------------------------------------


def plain(body: Any) -> JsonObject:
    """What is kept of a response: message, finish, usage. Raises Broken."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        usage = body.get("usage") or {}
        kept = {k: message[k] for k in ("content", "reasoning_content", "reasoning", "tool_calls", "refusal") if message.get(k)}
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
        counted = {"prompt": int(usage.get("prompt_tokens") or 0), "completion": int(usage.get("completion_tokens") or 0), "cached": int(cached or 0)}
        return {"message": kept, "finish": str(choice.get("finish_reason") or "stop"), "usage": counted}
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise Broken(f"no chat completion: {str(body)[:120]!r}") from error


def joined(chunks: Sequence[Any]) -> JsonObject:
    """A stream's chunks as one response. Raises Broken where it was cut off before its end."""
    texts: dict[str, list[str]] = {"content": [], "reasoning_content": [], "reasoning": [], "refusal": []}
    calls: dict[int, JsonObject] = {}
    finish, usage = None, None
    try:
        for chunk in chunks:
            usage = chunk.get("usage") or usage
            for choice in chunk.get("choices") or ():
                delta = choice.get("delta") or {}
                finish = choice.get("finish_reason") or finish
                for name, parts in texts.items():
                    if delta.get(name):
                        parts.append(delta[name])
                for n, part in enumerate(delta.get("tool_calls") or ()):
                    call = calls.setdefault(part.get("index", n), {"id": "", "function": {"name": "", "arguments": ""}})
                    call["id"] = part.get("id") or call["id"]
                    function = part.get("function") or {}
                    call["function"]["name"] += function.get("name") or ""
                    call["function"]["arguments"] += function.get("arguments") or ""
    except (AttributeError, TypeError) as error:
        raise Broken("a chunk of the stream is no chat completion chunk") from error
    if finish is None:
        raise Broken("the stream ended in the middle")
    message = {name: "".join(parts) for name, parts in texts.items()} | {"tool_calls": [calls[n] for n in sorted(calls)]}
    return {"choices": [{"message": message, "finish_reason": finish}], "usage": usage}


def read(reply: JsonObject, *, in_prompt: bool = False) -> Reply:
    """A kept response as a reply."""
    found = reply["message"]
    content = _text(found.get("content")) or _text(found.get("refusal"))
    field = next((f for f in ("reasoning_content", "reasoning") if found.get(f)), "")
    reasoning = _text(found.get(field)) if field else ""
    if not reasoning and "</think>" in content and (thought := _THINK.match(content)):
        reasoning, content = thought[1].strip(), content[thought.end() :]
    calls = [_call(c) for c in found.get("tool_calls") or ()]
    if in_prompt:
        calls += [_block(b) for b in _BLOCK.findall(content)]
        content = _BLOCK.sub("", content).strip()
    usage = reply.get("usage") or {}
    tokens = Tokens(usage.get("prompt", 0), usage.get("completion", 0), usage.get("cached", 0))
    return Reply(Message(role="assistant", content=content, reasoning=reasoning, calls=tuple(calls)), reply.get("finish", "stop"), tokens, field)


def _text(content: Any) -> str:
    """Text, also where it comes in parts."""
    if isinstance(content, list):
        return "".join(p.get("text", "") for p in content if isinstance(p, dict) and isinstance(p.get("text", ""), str))
    return content if isinstance(content, str) else ""


def _call(call: Any) -> ToolCall:
    function = (call.get("function") if isinstance(call, dict) else None) or {}
    arguments, unparsed = parsed(function.get("arguments"))
    return ToolCall(id=str(call.get("id") or "") if isinstance(call, dict) else "", name=str(function.get("name") or ""), arguments=arguments, unparsed=unparsed)


def _block(text: str) -> ToolCall:
    """A call that stands in the text."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return ToolCall(id="", name="", arguments={}, unparsed=text[:2000] or "(empty)")
    arguments, unparsed = parsed(found.get("arguments", found.get("parameters")))
    return ToolCall(id="", name=found["name"], arguments=arguments, unparsed=unparsed)


def parsed(given: Any) -> tuple[JsonObject, str | None]:
    """Arguments as an object, or none and the text that is not one."""
    try:
        found = orjson.loads(given) if isinstance(given, str) and given.strip() else given or {}
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return found, None
    return {}, (given if isinstance(given, str) else str(given))[:2000]
