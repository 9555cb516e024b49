"""A run folder of two small worlds and a tiny random model, for tests of RL and of folders that play; and policies that are scripted players in tokens."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson

from agentscaler.dice import Dice
from agentscaler.folder import env_files
from agentscaler.learn.apis import made_up_words
from agentscaler.learn.worlds import draw_worlds, tasks_of
from agentscaler.llm.wire import openai_message
from agentscaler.records import Message
from agentscaler.rollouts import named_player
from agentscaler.store import row_id
from agentscaler.train.masks import turn
from agentscaler.train.stage import Stage
from chat_templates import TEMPLATES


class Base(NamedTuple):
    """A random model with its tokenizer, and a run with worlds and tasks."""

    folder: str
    run: Path


def write_run(run: Path) -> Path:
    """envs/ and tasks.jsonl of two training worlds and a held-out one."""
    rows = []
    split = draw_worlds(2, 1)
    for env in (*split.train, *split.unseen):
        folder = f"envs/{env.domain}-{env.id}"
        (run / folder).mkdir(parents=True)
        for name, text in env_files(env).items():
            (run / folder / name).write_text(text, encoding="utf-8")
        for seed in range(3):
            for task in tasks_of(env, seed):
                placed = task.model_copy(update={"folder": folder})
                rows.append({"key": row_id(placed), "id": row_id(placed), "from": [], "format": 1, **placed.model_dump(mode="json")})
    (run / "tasks.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    return run


def write_model(folder: Path, run: Path, *, experts: bool = False) -> Any:
    """A tiny Qwen3, dense or with experts, whose chat template has Qwen3's shape; gives its tokenizer."""
    from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3MoeConfig, Qwen3MoeForCausalLM

    from agentscaler.learn.tiny import make_tokenizer

    tokenizer = make_tokenizer([*(p.read_text() for p in run.glob("envs/*/env.json")), (run / "tasks.jsonl").read_text()], made_up_words()[:20], vocabulary=900)
    tokenizer.chat_template = TEMPLATES["qwen"]
    tokenizer.save_pretrained(folder)
    size: dict[str, Any] = {
        "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16,
        "max_position_embeddings": 8192, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id, "bos_token_id": None, "tie_word_embeddings": True,
    }  # fmt: skip
    model = Qwen3MoeForCausalLM(Qwen3MoeConfig(**size, moe_intermediate_size=16, num_experts=4, num_experts_per_tok=2)) if experts else Qwen3ForCausalLM(Qwen3Config(**size))
    model.save_pretrained(folder)
    return tokenizer


Chosen = Callable[[int], str]
"""Number of the episode -> who plays it: a manner of the gold player, or 'nothing'."""


class Policy:
    """Stands for the policy of a trainer: scripted players, whose messages come as the tokens that the chat template makes of them."""

    def __init__(self, tokenizer: Any, open_stage: Callable[[str], Stage], chosen: Chosen) -> None:
        self.tokenizer, self._open, self._chosen = tokenizer, open_stage, chosen
        self.stages: list[Stage] = []
        self._players: list[Any] = []
        self.accelerator = SimpleNamespace(num_processes=1)

    def open_stage(self, number: str) -> Stage:
        """The episode, remembered in the order of opening."""
        stage = self._open(number)
        name = self._chosen(len(self.stages))
        self._players.append(None if name == "nothing" else named_player(name, stage.task, stage.world.loaded.env, Dice(0, "policy", number)))
        self.stages.append(stage)
        return stage

    def _generate_single_turn(self, prompts: Sequence[list[int]], *more: Any, **named: Any) -> tuple[list[list[int]], None]:
        del more, named
        live = [n for n, s in enumerate(self.stages) if not s.over]
        assert len(live) == len(prompts)
        return [self._tokens(n) for n in live], None

    def _tokens(self, n: int) -> list[int]:
        stage, player = self.stages[n], self._players[n]
        said = player.play(stage.episode.messages, stage.episode.tools) if player else Message(role="assistant", content="All done.")
        messages = [openai_message(m) for m in (*stage.episode.messages, said)]
        return turn(messages, stage.episode.tools, self.tokenizer, len(messages) - 1, {})[1]
