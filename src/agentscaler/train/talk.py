"""Episodes with a user, for TRL: a rollout function that lets the policy act, the world answer and the user speak until the episode is over.

    GRPOTrainer(model, reward_funcs=[judged], rollout_func=Talk(tokenizer, open_stage, ...), ...)

An episode is one sequence: the prompt that a server would be sent, then what the policy wrote, token by token as it wrote it, with what others said between. The
latter has no loss (`env_mask` 0). What others say is rendered by the chat template behind a stand-in for the agent's message, so that nothing is tokenised twice.
Where the template leaves reasoning out of earlier turns, a server would show the policy a shorter history than the sequence holds from the second message of the user on.

All live episodes write their next message in one batch. With several processes each asks for as many messages as the one with most live episodes, and throws away what is too many: generation is a joint act of
sharded models, and vLLM under tensor parallel hands its answers back to processes in shares of one size.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from agentscaler.errors import UserError
from agentscaler.llm.folder import prompt_ids, read_message
from agentscaler.llm.wire import openai_message
from agentscaler.records import JsonObject, Message
from agentscaler.train.stage import Stage

OpenStage = Callable[[str], Stage]
"""The id of a task -> its episode, at its beginning."""
_SAID: Final = "agentscaler-was-here"


class _Line:
    """One episode as tokens."""

    def __init__(self, stage: Stage, prompt: list[int]) -> None:
        self.stage, self.prompt = stage, prompt
        self.ids: list[int] = []
        self.mask: list[int] = []
        self.logprobs: list[float] = []

    def add(self, ids: Sequence[int], mask: int, logprobs: Sequence[float] | None = None) -> None:
        self.ids += ids
        self.mask += [mask] * len(ids)
        self.logprobs += logprobs if logprobs is not None else [0.0] * len(ids)


class Talk:
    """The rollout function: prompts in, whole episodes with their rewards out."""

    def __init__(self, tokenizer: Any, open_stage: OpenStage, *, most: int, shaped: float = 0.0) -> None:
        self._tokenizer, self._open, self._most, self._shaped = tokenizer, open_stage, most, shaped

    def __call__(self, prompts: Sequence[Sequence[JsonObject]], trainer: Any) -> dict[str, Any]:
        """One episode for each prompt, whose last message names its task. `trainer` gives the policy's next tokens. Raises UserError where no episode came to its end."""
        lines = []
        for prompt in prompts:
            stage = self._open(prompt[-1]["task"])
            lines.append(_Line(stage, prompt_ids([openai_message(m) for m in stage.opening], stage.episode.tools, self._tokenizer)))
        with_logprobs = False
        while most := _most(trainer, live := [line for line in lines if not line.stage.over]):
            asked = [line.prompt + line.ids for line in live] + [lines[0].prompt] * (most - len(live))
            made, logprobs, *_ = trainer._generate_single_turn(asked, None, {}, num_generations=1)
            with_logprobs = logprobs is not None
            for n, line in enumerate(live):
                self._go_on(line, made[n], logprobs[n] if logprobs is not None else None)
        rewards = [line.stage.reward(shaped=self._shaped) for line in lines]
        if lines and all(r is None for r in rewards):
            raise UserError(f"no episode of this step came to its end: {lines[0].stage.error}; the training goes on from its last checkpoint with the same command")
        for line, reward in zip(lines, rewards, strict=True):
            if reward is None or not line.ids:
                line.ids, line.logprobs = line.ids or [self._tokenizer.eos_token_id], line.logprobs or [0.0]
                line.mask = [0] * len(line.ids)
        return {
            "prompt_ids": [line.prompt for line in lines],
            "completion_ids": [line.ids for line in lines],
            "logprobs": [line.logprobs for line in lines] if with_logprobs else None,
            "env_mask": [line.mask for line in lines],
            "reward": rewards,
            "world_seconds": [line.stage.seconds for line in lines],
            "stop": [line.stage.episode.stop for line in lines],
        }

    def _go_on(self, line: _Line, made: Sequence[int], logprobs: Sequence[float] | None) -> None:
        """The policy's message, and what is said to it. Where no room is left the episode ends with what is there."""
        stage, room = line.stage, self._most - len(line.ids)
        read = line.prompt + line.ids
        made = list(made)[:room]
        line.add(made, 1, None if logprobs is None else list(logprobs)[: len(made)])
        if not made or made[-1] != self._tokenizer.eos_token_id:
            stage.give_up("tokens")
            return
        message = read_message(self._tokenizer, made, read, stage.episode.tools, at=len(stage.episode.messages))
        if not message.content and not message.calls:
            stage.give_up("silent")
            return
        said = stage.hear(message)
        if stage.over:
            return
        between = spoken(said, message, self._tokenizer)
        if len(line.ids) + len(between) >= self._most:
            stage.give_up("context")
            return
        line.add(between, 0)


def spoken(said: Sequence[Message], to: Message, tokenizer: Any) -> list[int]:
    """What was said to the agent after its message, up to where it writes again, in tokens behind the end of its turn."""
    stand_in = Message(role="assistant", content=_SAID, calls=tuple(c.model_copy(update={"arguments": {}}) for c in to.calls))
    talk = [Message(role="user", content="?"), stand_in, *said]
    text = str(tokenizer.apply_chat_template([openai_message(m) for m in talk], add_generation_prompt=True, tokenize=False))
    _, found, rest = text.partition(_SAID)
    _, end, rest = rest.partition(tokenizer.eos_token)
    if not (found and end):
        raise UserError("the chat template does not end a turn with the tokenizer's eos token: such a model cannot be trained in conversations")
    return list(tokenizer.encode(rest, add_special_tokens=False))


def _most(trainer: Any, live: Sequence[_Line]) -> int:
    """The largest number of episodes that still go on in a process."""
    if trainer.accelerator.num_processes == 1:
        return len(live)
    import torch

    return int(trainer.accelerator.gather(torch.tensor([len(live)], device=trainer.accelerator.device)).max())


def judged(prompts: Sequence[Any], completions: Sequence[Any], *, reward: Sequence[float | None], world_seconds: Sequence[float], stop: Sequence[str], log_metric: Callable[[str, float], None], **rest: Any) -> list[float | None]:
    """The reward function of `Talk`: what the judge said, already there. TRL leaves None out of the group and gives it no advantage."""
    log_metric("worlds/seconds", sum(world_seconds))
    log_metric("worlds/infrastructure", sum(r is None for r in reward))
    log_metric("worlds/cut_short", sum(s in ("tokens", "context", "turns", "steps") for s in stop) / max(len(stop), 1))
    return list(reward)
