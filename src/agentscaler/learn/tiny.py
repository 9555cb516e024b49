"""A small Qwen3 from scratch: its tokenizer, its chat template, and the warm-up that lets it learn at all.

A bias-free transformer with zero-mean embeddings cannot attend by position, so copying, of which tool use is made, forms late. Two things help, both measured
(docs/learning.md): one direction shared by all embeddings, and a warm-up on associative recall (`key v v v`, then the same keys in another order) before any
conversation is seen. Needs the extra `train`.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from agentscaler.errors import UserError
from agentscaler.learn import apis

SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>")
LETTERS: Final = "bdfgklmnprstvz"
VERBS: Final = "|".join(("change", "rename", *(verb for said in apis.VERBS.values() for verb in said), *(verb for verb, _ in apis.MOVES)))
PIECES: Final = rf"(?<![A-Za-z])(?:{VERBS})(?![a-z])|(?<![A-Za-z])[{LETTERS}][aiou][{LETTERS}][aiou](?=s?(?:[^a-z]|$))|\d{{1,3}}|[A-Z][a-z]+"
"""What stands alone before merging: verbs, made-up words, numbers, capitalised words. All else merges freely, so that what every conversation says costs few tokens."""
TEMPLATE: Final = """
{%- macro calls(message) %}{% for call in message.tool_calls or [] %}<tool_call>{{ {'name': call.function.name, 'arguments': call.function.arguments} | tojson }}</tool_call>{% endfor %}{% endmacro -%}
{%- for message in messages %}
{%- if message.role == 'system' %}<|im_start|>system
{{ message.content }}
{% for tool in tools or [] %}{{ tool.function.name }}: {{ tool.function.description }} {{ tool.function.parameters.properties | tojson }}
{% endfor %}<|im_end|>
{% else %}<|im_start|>{{ message.role }}
{{ message.content }}{{ calls(message) }}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
"""Qwen3's shape in small: tools stand in the system message, a line each, with their arguments but without what is required."""


class Size(NamedTuple):
    """How large the model is, and what it is trained with."""

    hidden: int = 128
    layers: int = 3
    vocabulary: int = 2560
    longest: int = 1024
    """Tokens a row may have."""


class Warmed(NamedTuple):
    """What the warm-up came to."""

    steps: int
    seconds: float
    accuracy: float
    solved: bool
    """Was every rung of the ladder reached?"""


def needs_torch() -> Any:
    """The torch module. Raises UserError where the extra is not installed."""
    try:
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        raise UserError(f"this needs the extra `train`: pip install 'agentscaler[train]' ({error})") from error
    return torch


# ---- tokenizer --------------------------------------------------------------------------------------------------


def make_tokenizer(texts: Iterable[str], words: Sequence[str], *, vocabulary: int = Size().vocabulary) -> Any:
    """A byte-pair tokenizer trained on the texts; the words and all numbers below a thousand are made sure of."""
    needs_torch()
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(PIECES), "isolated")
    raw.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    raw.decoder = decoders.ByteLevel()
    sure = [*words, *map(str, range(1000))]
    trainer = trainers.BpeTrainer(vocab_size=vocabulary - 2, special_tokens=list(SPECIAL[:3]), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    raw.train_from_iterator([*texts, *[" ".join(sure)] * 300], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.add_tokens(list(SPECIAL[3:]))
    tokenizer.chat_template = TEMPLATE
    return tokenizer


# ---- model ------------------------------------------------------------------------------------------------------


def make_model(tokenizer: Any, size: Size, *, seed: int, device: str = "cpu") -> Any:
    """A random Qwen3 with one direction shared by all embeddings."""
    torch = needs_torch()
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(seed)
    heads = max(size.hidden // 64, 1)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=size.hidden,
        intermediate_size=3 * size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=64,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        initializer_range=0.02,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = Qwen3ForCausalLM(config)
    model.model.embed_tokens.weight.data += 0.02 * torch.randn(size.hidden)
    return model.to(device)


# ---- warm-up ----------------------------------------------------------------------------------------------------

LADDER: Final = ((4, 2, 8), (6, 3, 24), (8, 3, 60))
"""Records, values a record, tokens between telling and asking."""
GOAL: Final = 0.97


def warm_up(model: Any, *, seed: int, rate: float = 2e-3, most: int = 1500, tokens: int = 2400) -> Warmed:
    """Train a fresh model on associative recall, harder rung after rung. most: steps until it gives up."""
    torch = needs_torch()
    device = next(model.parameters()).device
    dice = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    accuracy, rung, start, step = 0.0, 0, time.monotonic(), 0
    model.train()
    while rung < len(LADDER) and step < most:
        step += 1
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, step / 50)
        ids, labels = recall(dice, LADDER[rung], vocabulary=model.config.vocab_size, tokens=tokens)
        loss, right = loss_of(model, ids.to(device), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        accuracy = 0.9 * accuracy + 0.1 * float(right)
        if accuracy > GOAL:
            rung, accuracy = rung + 1, 0.0
    return Warmed(step, round(time.monotonic() - start, 1), round(accuracy, 3), rung == len(LADDER))


def recall(dice: Any, rung: tuple[int, int, int], *, vocabulary: int, tokens: int) -> tuple[Any, Any]:
    """A batch of token ids and labels: records, noise, the same records in another order with loss on their values."""
    torch = needs_torch()
    records, values, gap = rung
    rows = max(24, tokens // (2 * records * (values + 1) + gap // 2))
    low = len(SPECIAL)
    keys = low + torch.rand(rows, vocabulary - low, generator=dice).argsort(1)[:, :records]
    told = torch.cat([keys[..., None], torch.randint(low, vocabulary, (rows, records, values), generator=dice)], -1)
    order = torch.rand(rows, records, generator=dice).argsort(1)
    asked = told.gather(1, order[..., None].expand_as(told))
    noise = torch.randint(low, vocabulary, (rows, int(torch.randint(0, gap + 1, (1,), generator=dice))), generator=dice)
    ids = torch.cat([told.flatten(1), noise, asked.flatten(1)], 1)
    answers = asked.clone()
    answers[:, :, 0] = -100
    labels = torch.full_like(ids, -100)
    labels[:, -records * (values + 1) :] = answers.flatten(1)
    return ids, labels


def loss_of(model: Any, ids: Any, labels: Any, mask: Any = None) -> tuple[Any, Any]:
    """Mean loss over the supervised tokens, and the share of them that are guessed right. Logits are made where there is loss only."""
    torch = needs_torch()
    hidden = model.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state[:, :-1]
    where = labels[:, 1:] != -100
    logits = model.lm_head(hidden[where]).float()
    targets = labels[:, 1:][where]
    return torch.nn.functional.cross_entropy(logits, targets), (logits.argmax(-1) == targets).float().mean()
