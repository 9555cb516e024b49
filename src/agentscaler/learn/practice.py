"""Training a small model on conversations: batches of so many tokens, loss on the supervised ones, a rate that falls at the end."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from agentscaler.errors import Dropped
from agentscaler.learn.tiny import loss_of, needs_torch
from agentscaler.learn.worlds import Conversation
from agentscaler.train.masks import IGNORED, Row, failed_turns, supervise


class Practice(NamedTuple):
    """How it is trained."""

    steps: int = 700
    tokens: int = 3072
    """Tokens a step, padding not counted in."""
    rate: float = 2e-3
    rise: int = 30
    """Steps until the rate is reached; in the last third it falls to a tenth."""


class Learnt(NamedTuple):
    """What training came to."""

    steps: int
    tokens: int
    """Tokens read, with repetitions."""
    loss: float
    """Mean of the last twenty steps."""
    seconds: float
    losses: list[float]


def rows_of(conversations: Sequence[Conversation], tokenizer: Any, *, longest: int, failed: bool = True) -> tuple[list[Row], int]:
    """Rows to train on, and how many conversations were left out as too long. failed: do messages with a call that the world refused have loss?"""
    out: list[Row] = []
    lost = 0
    for conversation in conversations:
        try:
            found = supervise(conversation.messages, conversation.tools, tokenizer, longest=longest, without=() if failed else failed_turns(conversation.messages))
        except Dropped:
            lost += 1
            continue
        out += found.kept
        lost += bool(found.dropped)
    return out, lost


def practise(model: Any, rows: Sequence[Row], practice: Practice, *, pad: int, seed: int, say: Callable[[int, float], None] = lambda step, loss: None) -> Learnt:
    """Train the model in place. say: told the step and its loss, every fifty steps."""
    torch = needs_torch()
    device = next(model.parameters()).device
    optimizer = torch.optim.AdamW(model.parameters(), lr=practice.rate, betas=(0.9, 0.98), weight_decay=0.01)
    losses: list[float] = []
    start, read = time.monotonic(), 0
    model.train()
    for step, batch in enumerate(batches(rows, practice, seed), start=1):
        for group in optimizer.param_groups:
            group["lr"] = practice.rate * share_of_rate(step, practice)
        ids, labels, mask = padded(batch, pad)
        read += int(mask.sum())
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            loss, _ = loss_of(model, ids.to(device), labels.to(device), mask.to(device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            say(step, losses[-1])
    last = losses[-20:]
    return Learnt(len(losses), read, round(sum(last) / max(len(last), 1), 4), round(time.monotonic() - start, 1), losses)


def share_of_rate(step: int, practice: Practice) -> float:
    """Rises at the start, stays, and falls over the last third."""
    late = practice.steps * 2 / 3
    fall = 1.0 if step <= late else 1.0 - 0.9 * (step - late) / (practice.steps - late)
    return min(1.0, step / practice.rise) * fall


def batches(rows: Sequence[Row], practice: Practice, seed: int) -> Iterator[list[Row]]:
    """`steps` batches of about `tokens` tokens each, of rows of like length; the rows in a new order each round."""
    shuffle = random.Random(seed)
    made = 0
    while True:
        order = sorted(rows, key=lambda r: len(r.input_ids) + shuffle.random() * 60)
        groups: list[list[Row]] = [[]]
        size = 0
        for row in order:
            if size and size + len(row.input_ids) > practice.tokens:
                groups.append([])
                size = 0
            groups[-1].append(row)
            size += len(row.input_ids)
        shuffle.shuffle(groups)
        for group in groups:
            if made == practice.steps:
                return
            made += 1
            yield group


def padded(rows: Sequence[Row], pad: int) -> tuple[Any, Any, Any]:
    """Token ids, labels and attention mask as tensors, padded on the right."""
    torch = needs_torch()
    longest = max(len(r.input_ids) for r in rows)
    ids = torch.full((len(rows), longest), pad)
    labels = torch.full((len(rows), longest), IGNORED)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row.input_ids)] = torch.tensor(row.input_ids)
        labels[i, : len(row.labels)] = torch.tensor(row.labels)
        mask[i, : len(row.input_ids)] = 1
    return ids, labels, mask
