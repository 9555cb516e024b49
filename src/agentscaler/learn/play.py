"""Many episodes at once: a model that plays in small worlds, judged by execution.

`play_all` steps all episodes together, so that the model answers them in one batch; worlds, user and judge are those of any rollout.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import orjson

from agentscaler.dice import Dice
from agentscaler.episode import Episode
from agentscaler.grade import grade
from agentscaler.learn.apis import made_up_words
from agentscaler.learn.tiny import needs_torch
from agentscaler.records import EnvSpec, JsonObject, Message, Rollout, Task, ToolCall
from agentscaler.rollouts import ScriptedUser
from agentscaler.sft import openai_message
from agentscaler.store import row_id
from agentscaler.world import World

STEPS: Final = 12
TURNS: Final = 6
NEW_TOKENS: Final = 96
Spoil: TypeAlias = Literal["", "tools", "answers", "names"]
"""What the agent is shown wrongly: the tools of another world, answers with other values, or names of tools that went round (a tool answers to its neighbour's name; what it says of itself stays true)."""


class Played(NamedTuple):
    """One episode, judged."""

    task: Task
    rollout: Rollout
    passed: bool


class View(NamedTuple):
    """What an agent is given."""

    messages: list[JsonObject]
    tools: list[JsonObject]


Replies: TypeAlias = Callable[[Sequence[View]], list[Message]]


def play_all(items: Sequence[tuple[Task, EnvSpec]], replies: Replies, *, spoil: Spoil = "") -> list[Played]:
    """Play the tasks to their ends; the same user for a task whoever plays."""
    worlds = [World.open(env, seed=task.seed) for task, env in items]
    numbers = [row_id(task) for task, _ in items]
    episodes = [Episode(task, world, turns=TURNS, steps=STEPS) for (task, _), world in zip(items, worlds, strict=True)]
    users = [ScriptedUser(task.brief, Dice(0, "user", number, 0)) for (task, _), number in zip(items, numbers, strict=True)]
    while True:
        for episode, user in zip(episodes, users, strict=True):
            while episode.turn == "user":
                episode.step(user.play(episode.seen_by_user(), episode.user_tools))
        waiting = [i for i, e in enumerate(episodes) if e.turn == "agent"]
        if not waiting:
            break
        views = [View([_shown(m, spoil) for m in episodes[i].messages], episodes[(i + len(items) // 2) % len(items) if spoil == "tools" else i].tools) for i in waiting]
        if spoil == "names":
            views = [renamed(v, turned(episodes[i].tools)) for i, v in zip(waiting, views, strict=True)]
        for i, message in zip(waiting, replies(views), strict=True):
            if spoil == "names":
                true = {shown: name for name, shown in turned(episodes[i].tools).items()}
                message = message.model_copy(update={"calls": tuple(c.model_copy(update={"name": true.get(c.name, c.name)}) for c in message.calls)})
            episodes[i].step(message)
    out = []
    for (task, _), number, episode, world in zip(items, numbers, episodes, worlds, strict=True):
        rollout = episode.rollout(task=number, agent="model", user="scripted", scripted=False)
        out.append(Played(task, rollout, grade(task, rollout).passed))
        world.close()
    return out


def turned(tools: Sequence[JsonObject]) -> dict[str, str]:
    """Name of a tool -> the next one's."""
    names = [t["function"]["name"] for t in tools]
    return dict(zip(names, [*names[1:], *names[:1]], strict=True))


def renamed(view: View, shown: Mapping[str, str]) -> View:
    """The view with tools called otherwise, where they are listed and where they were called."""

    def call(made: JsonObject) -> JsonObject:
        function = made["function"]
        return made | {"function": function | {"name": shown.get(function["name"], function["name"])}}

    messages = [m | {"tool_calls": [call(c) for c in m["tool_calls"]]} if m.get("tool_calls") else m for m in view.messages]
    return View(messages, [call(t) for t in view.tools])


def _shown(message: Message, spoil: Spoil) -> JsonObject:
    if spoil == "answers" and message.role == "tool":
        return openai_message(message.model_copy(update={"content": orjson.dumps(altered(orjson.loads(message.content))).decode()}))
    return openai_message(message)


def altered(data: Any, *, name: bool = False) -> Any:
    """Every value but names is another one: a made-up word the next of its list, a number one more."""
    if isinstance(data, dict):
        return {k: altered(v, name=k == "name") for k, v in data.items()}
    if isinstance(data, list):
        return [altered(v) for v in data]
    if isinstance(data, int) and not isinstance(data, bool):
        return data + 1
    return _next_words().get(data, data) if isinstance(data, str) and not name else data


@cache
def _next_words() -> dict[str, str]:
    words = made_up_words()
    return dict(zip(words, [*words[1:], words[0]], strict=True))


# ---- a model as a player ----------------------------------------------------------------------------------------

_CALL: Final = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)


def read_message(text: str, *, at: int) -> Message:
    """What a model wrote, as a message: text, and a call for each block. A block that is no call stays text."""
    calls: list[ToolCall] = []
    for block in _CALL.findall(text):
        try:
            found = orjson.loads(block)
            name, arguments = found["name"], found["arguments"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return Message(role="assistant", content=text)
        if not isinstance(name, str) or not isinstance(arguments, Mapping):
            return Message(role="assistant", content=text)
        calls.append(ToolCall(id=f"call_{at}_{len(calls)}", name=name, arguments=dict(arguments)))
    return Message(role="assistant", content=_CALL.sub("", text).strip(), calls=tuple(calls))


def model_replies(model: Any, tokenizer: Any, *, batch: int = 128, temperature: float = 0.0) -> Replies:
    """A folder's model as one that answers many views at once, greedily or drawn at a temperature (from torch's own seed)."""
    torch = needs_torch()
    device = next(model.parameters()).device
    drawn = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}

    def replies(views: Sequence[View]) -> list[Message]:
        out: list[Message] = []
        model.eval()
        for start in range(0, len(views), batch):
            part = views[start : start + batch]
            prompts = [tokenizer.encode(tokenizer.apply_chat_template(v.messages, tools=v.tools, add_generation_prompt=True, tokenize=False), add_special_tokens=False) for v in part]
            longest = max(map(len, prompts))
            ids = torch.full((len(part), longest), tokenizer.pad_token_id)
            mask = torch.zeros((len(part), longest), dtype=torch.long)
            for i, prompt in enumerate(prompts):
                ids[i, longest - len(prompt) :] = torch.tensor(prompt)
                mask[i, longest - len(prompt) :] = 1
            with torch.no_grad():
                made = model.generate(
                    input_ids=ids.to(device), attention_mask=mask.to(device), max_new_tokens=NEW_TOKENS, **drawn,
                    eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
                )  # fmt: skip
            for view, row in zip(part, made[:, longest:].tolist(), strict=True):
                end = row.index(tokenizer.eos_token_id) if tokenizer.eos_token_id in row else len(row)
                out.append(read_message(tokenizer.decode(row[:end]), at=len(view.messages)))
        return out

    return replies
