"""A folder with a model, or its name on the hub, played in this process: `hf:FOLDER`. Needs the extra `train`.

    model = FolderModel(load_folder("hf:runs/first/models/phase2"))
    reply = await model.reply(messages, tools)

Requests that wait together are answered in one batch of transformers' `generate`. The prompt is the chat template's text, as training rows have it; calls and reasoning are read out of an
answer by the response template that was saved with the model (`sft --train` and `rl --train` do). Sampling is what the folder's generation_config says, unless `parameters` say otherwise.
For models of real sizes serve the folder and name the endpoint instead (docs/learning.md).
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from agentscaler.errors import UserError
from agentscaler.llm.model import ContextFull, Reply, Tokens
from agentscaler.llm.wire import openai_message, parsed
from agentscaler.records import JsonObject, Message, ToolCall

PREFIX: Final = "hf:"
NEW_TOKENS: Final = 4096
"""Tokens of one message, where `max_tokens` does not say."""
BATCH: Final = 64
"""Requests answered at once."""
TAKES: Final = ("temperature", "top_p", "top_k", "max_tokens")
"""What of a request's parameters means something here."""


def is_folder(name: str) -> bool:
    """Is it of the form hf:FOLDER?"""
    return name.startswith(PREFIX)


class Loaded(NamedTuple):
    """A model in memory."""

    name: str
    model: Any
    tokenizer: Any


def folder_of(name: str) -> str:
    """'hf:runs/first/models/phase1' -> the folder, or a name on the hub. Raises UserError for a folder that is not there."""
    where = name.removeprefix(PREFIX)
    if not where or (not (Path(where) / "config.json").exists() and (Path(where).is_absolute() or where.startswith(".") or where.count("/") > 1 or Path(where).exists())):
        raise UserError(f"agent {name!r}: no model at {where!r}; give hf:FOLDER, a folder with config.json (`agentscaler sft --train` writes models/phase1), or hf:OWNER/NAME of the hub")
    return where


def mark_of(name: str) -> list[tuple[str, int, int]]:
    """Names, sizes and times of the folder's files: rows played with other weights are not gone on with. Empty for a name on the hub."""
    folder = Path(folder_of(name))
    return [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(folder.glob("*")) if p.suffix in (".safetensors", ".json", ".jinja")]


def load_folder(name: str) -> Loaded:
    """Model and tokenizer, on the GPU where there is one. Raises UserError where the extra or the way to read calls is missing."""
    where = folder_of(name)
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise UserError(f"playing {name!r} needs the extra `train`: pip install 'agentscaler[train]' ({error})") from error
    tokenizer = AutoTokenizer.from_pretrained(where)
    if getattr(tokenizer, "response_template", None) is None:
        raise UserError(f"{where}: nothing there says how calls are read out of this model's answers (response_template in tokenizer_config.json). Folders written by `agentscaler sft --train` have it; `trl.chat_template_utils.add_response_schema(tokenizer)`, then save_pretrained, adds it to another; or serve the model and name it NAME@http://HOST/v1")
    gpu = torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(where, dtype=torch.bfloat16 if gpu else torch.float32).to("cuda" if gpu else "cpu").eval()
    return Loaded(name, model, tokenizer)


# ---- tokens in, tokens out ----------------------------------------------------------------------------------------


def prompt_ids(messages: Sequence[JsonObject], tools: Sequence[JsonObject], tokenizer: Any) -> list[int]:
    """What a server would be sent: the history with the generation prompt behind it, tools as they stand in training rows."""
    text = tokenizer.apply_chat_template(list(messages), tools=list(tools) or None, add_generation_prompt=True, tokenize=False)
    return list(tokenizer.encode(text, add_special_tokens=False))


def read_message(tokenizer: Any, made: Sequence[int], prompt: Sequence[int], tools: Sequence[JsonObject], *, at: int) -> Message:
    """An answer as a message. at: how many messages there were. What the response template cannot read is text."""
    try:
        found = tokenizer.parse_response(list(made), prefix=list(prompt), tools=list(tools)) or {}
        calls = tuple(_call(call["function"], f"call_{at}_{n}") for n, call in enumerate(found.get("tool_calls") or ()))
        return Message(role="assistant", content=_text(found.get("content"), tokenizer), reasoning=_text(found.get("reasoning_content"), tokenizer), calls=calls)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Message(role="assistant", content=_text(tokenizer.decode(list(made)), tokenizer))


def _call(function: Mapping[str, Any], number: str) -> ToolCall:
    arguments, unparsed = parsed(function.get("arguments"))
    return ToolCall(id=number, name=str(function["name"]), arguments=arguments, unparsed=unparsed)


def _text(value: Any, tokenizer: Any) -> str:
    return str(value or "").strip().removesuffix(tokenizer.eos_token).strip()


# ---- as a model -----------------------------------------------------------------------------------------------------


class _Request(NamedTuple):
    prompt: list[int]
    answer: asyncio.Future[list[int]]


class FolderModel:
    """A loaded model as one that replies."""

    def __init__(self, loaded: Loaded, *, parameters: Mapping[str, Any] | None = None, batch: int = BATCH) -> None:
        self.name = loaded.name
        self._model, self._tokenizer, self._batch = loaded.model, loaded.tokenizer, batch
        self._parameters = dict(parameters or {})
        if unknown := sorted(self._parameters.keys() - set(TAKES)):
            raise UserError(f"--set {unknown[0]}: a model played from its folder takes {', '.join(TAKES)}")
        self._waiting: list[_Request] = []
        self._worker: asyncio.Task[None] | None = None

    async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), *, schema: JsonObject | None = None, sample: str = "") -> Reply:
        """The next message. `schema` and `sample` mean nothing here: answers are free, and draws are the generator's."""
        del schema, sample
        prompt = prompt_ids([openai_message(m) for m in messages], tools, self._tokenizer)
        most = getattr(self._model.config, "max_position_embeddings", None)
        if most is not None and len(prompt) >= most:
            raise ContextFull(f"{len(prompt)} tokens, {most} fit")
        request = _Request(prompt, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())
        made = await request.answer
        message = read_message(self._tokenizer, made, prompt, tools, at=len(messages))
        ended = bool(made) and made[-1] in self._ends()
        return Reply(message, "length" if not ended else "tool_calls" if message.calls else "stop", Tokens(len(prompt), len(made)))

    async def _work(self) -> None:
        """Answer who waits, batch after batch; requests that come meanwhile are in the next."""
        while self._waiting:
            await asyncio.sleep(0)
            part, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            try:
                answers = await asyncio.to_thread(self.generate, [r.prompt for r in part])
            except Exception as error:
                for request in part:
                    request.answer.set_exception(error)
                continue
            for request, made in zip(part, answers, strict=True):
                request.answer.set_result(made)

    def _ends(self) -> set[int]:
        given = self._model.generation_config.eos_token_id
        return {self._tokenizer.eos_token_id, *(given if isinstance(given, list) else [given] if given is not None else [])}

    def generate(self, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
        """Answers to prompts of tokens, each up to its end of turn."""
        import torch

        given = self._parameters
        longest, pad = max(map(len, prompts)), self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else self._tokenizer.eos_token_id
        ids = torch.tensor([[pad] * (longest - len(p)) + list(p) for p in prompts], device=self._model.device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=self._model.device)
        options: dict[str, Any] = {"max_new_tokens": int(given.get("max_tokens", NEW_TOKENS)), "pad_token_id": pad, "eos_token_id": sorted(self._ends())}
        if (room := getattr(self._model.config, "max_position_embeddings", None)) is not None:
            options["max_new_tokens"] = min(options["max_new_tokens"], room - longest)
        if "temperature" in given:
            options["do_sample"] = float(given["temperature"]) > 0
        if options.get("do_sample", True):
            options |= {name: given[name] for name in ("temperature", "top_p", "top_k") if name in given}
        with torch.no_grad():
            made = self._model.generate(input_ids=ids, attention_mask=mask, **options)[:, longest:].tolist()
        ends = self._ends()
        return [row[: next((n + 1 for n, token in enumerate(row) if token in ends), len(row))] for row in made]
