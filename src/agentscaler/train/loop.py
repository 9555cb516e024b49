"""SFT through TRL: rows of sft/phase1.jsonl and phase2.jsonl -> models/phase1, models/phase2. Needs the extra `train`.

    train(Path("runs/first"), "Qwen/Qwen3-8B", "both", Recipe(), say=print)

Phase 2 starts from the model of phase 1. The trainer is given token ids and labels (masks.py), so it neither renders nor cuts anything. A killed
training goes on from the newest checkpoint that is whole.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.records import JsonObject
from agentscaler.store import file_hash, read_rows, write_atomic
from agentscaler.train.masks import IGNORED, Row, supervise

Phase: TypeAlias = Literal["1", "2", "both"]
LIBRARIES: Final = ("agentscaler", "torch", "transformers", "trl", "peft", "datasets", "accelerate")
EXPERTS: Final = ("mlp.experts.gate_up_proj", "mlp.experts.down_proj")
"""The fused weights of a mixture of experts; the router is left alone."""


class Recipe(NamedTuple):
    """How it is trained; the defaults are those of full fine-tuning of a model of some billion parameters."""

    rate: float = 1e-5
    epochs: float = 1.0
    steps: int = -1
    """Steps in place of epochs; -1: epochs."""
    batch: int = 1
    """Rows a device and step."""
    accumulate: int = 16
    """Steps put together into one update."""
    longest: int = 32_768
    """Tokens a row may have; longer ones are dropped whole, with a reason."""
    packing: bool = False
    """Whole rows put together into one of `longest` tokens."""
    lora: int = 0
    """Rank of LoRA; 0: all weights are trained."""
    save: int = 200
    """Steps between checkpoints."""
    seed: int = 0


class Trained(NamedTuple):
    """What one phase came to."""

    folder: Path
    rows: int
    supervised: int
    """Tokens with loss."""
    dropped: dict[str, int]
    losses: list[tuple[int, float]]
    """Step and loss, as logged."""
    resumed: int
    """Step it went on from; 0 for a training that was not killed."""


def train(run: Path, base: str, phase: Phase, recipe: Recipe, *, fresh: bool = False, say: Callable[[str], None] = print) -> list[Trained]:
    """Train one phase or both; what was killed goes on. Raises UserError where rows or the extra are missing, or what lies there was trained otherwise."""
    needs_trl()
    out: list[Trained] = []
    start = base
    for number in ("1", "2") if phase == "both" else (phase,):
        file = run / "sft" / f"phase{number}.jsonl"
        if not file.exists() or not file.stat().st_size:
            raise UserError(f"{file} {'has no rows' if file.exists() else 'is not there'}: run `agentscaler sft --run {run}` with --vertical for phase 2, or give --phase 1")
        folder = run / "models" / f"phase{number}"
        _open(folder, {"base": start, "data": file_hash(file), **recipe._asdict()}, fresh)
        done = train_phase(file, start, folder, recipe, say=say)
        start = str(done.folder)
        out.append(done)
    return out


def _open(folder: Path, about: JsonObject, fresh: bool) -> None:
    """The folder of a phase, if it is new or belongs to the same training: a checkpoint of another must not be gone on from. Raises UserError."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    mark = folder / "training.json"
    if mark.exists():
        before = orjson.loads(mark.read_bytes())
        if changed := sorted(k for k in about if before.get(k) != about[k]):
            raise UserError(f"{folder} was trained with another {', '.join(changed)}; give --fresh to throw it away")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(mark, orjson.dumps(about, option=orjson.OPT_INDENT_2))


def needs_trl() -> None:
    """Raises UserError where the extra is not installed."""
    try:
        import trl  # noqa: F401
    except ImportError as error:
        raise UserError(f"training needs the extra `train`: pip install 'agentscaler[train]' ({error})") from error


def train_phase(file: Path, base: str, folder: Path, recipe: Recipe, *, say: Callable[[str], None]) -> Trained:
    """One file of rows -> a model folder with tokenizer, card and losses."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    tokenizer = AutoTokenizer.from_pretrained(base)
    rows, dropped = tokenised(read_rows(file), tokenizer, longest=recipe.longest)
    if not rows:
        raise UserError(f"no row of {file} is left to train on: {dict(dropped)}; give a longer --longest or another chat template")
    random.Random(recipe.seed).shuffle(rows)
    supervised = sum(label != IGNORED for r in rows for label in r.labels)
    say(f"{folder.name}: {len(rows)} rows, {sum(len(r.input_ids) for r in rows)} tokens, {supervised} with loss; dropped {dict(dropped) or 'none'}")
    gpu = torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if gpu else torch.float32)
    config = SFTConfig(
        output_dir=str(folder / "checkpoints"),
        learning_rate=recipe.rate,
        num_train_epochs=recipe.epochs,
        max_steps=recipe.steps,
        per_device_train_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulate,
        lr_scheduler_type="cosine",
        warmup_steps=0.03,
        max_length=recipe.longest if recipe.packing else None,
        packing=recipe.packing,
        assistant_only_loss=False,
        gradient_checkpointing=gpu,
        bf16=gpu,
        use_cpu=not gpu,
        logging_steps=1 if 0 < recipe.steps <= 100 else 10,
        save_steps=recipe.save,
        save_total_limit=2,
        report_to="none",
        disable_tqdm=False,
        seed=recipe.seed,
    )
    data = Dataset.from_dict({"input_ids": [r.input_ids for r in rows], "labels": [r.labels for r in rows]})
    trainer = SFTTrainer(model=model, processing_class=tokenizer, train_dataset=data, args=config, peft_config=lora(model, recipe.lora) if recipe.lora else None)
    last = newest_checkpoint(folder / "checkpoints")
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    whole = trainer.model.merge_and_unload() if recipe.lora else trainer.model
    whole.save_pretrained(folder)
    answers = save_tokenizer(tokenizer, folder)
    losses = [(int(line["step"]), float(line["loss"])) for line in trainer.state.log_history if "loss" in line]
    done = Trained(folder, len(rows), supervised, dict(dropped), losses, int(last.name.split("-")[1]) if last else 0)
    write_atomic(folder / "losses.jsonl", b"".join(orjson.dumps({"step": s, "loss": v}) + b"\n" for s, v in losses))
    write_atomic(folder / "README.md", card(done, file, base, recipe, answers=answers).encode())
    return done


def tokenised(rows: Any, tokenizer: Any, *, longest: int) -> tuple[list[Row], Counter[str]]:
    """Training rows as tokens and labels, and why others left."""
    out: list[Row] = []
    dropped: Counter[str] = Counter()
    for row in rows:
        try:
            found = supervise(row["messages"], row["tools"], tokenizer, longest=longest)
        except Dropped as reason:
            dropped[reason.reason] += 1
            continue
        out += found.kept
        dropped.update(d.reason for d in found.dropped)
    return out, dropped


def lora(model: Any, rank: int) -> Any:
    """Attention and feed-forward of a dense model; attention and the fused experts, without the router, of a mixture."""
    from peft import LoraConfig

    if getattr(model.config, "num_experts", 0):
        return LoraConfig(task_type="CAUSAL_LM", r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], target_parameters=list(EXPERTS))
    return LoraConfig(task_type="CAUSAL_LM", r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear")


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end: trainer_state.json comes last."""
    whole = [p for p in folder.glob("checkpoint-*") if (p / "trainer_state.json").exists()]
    return max(whole, key=lambda p: int(p.name.split("-")[1]), default=None)


def save_tokenizer(tokenizer: Any, folder: Path) -> bool:
    """Tokenizer and serving template, with the way to read calls out of answers where TRL knows one; says whether it does."""
    from trl.chat_template_utils import add_response_schema

    if getattr(tokenizer, "response_template", None) is None:
        try:
            tokenizer = add_response_schema(tokenizer)
        except ValueError:
            tokenizer.save_pretrained(folder)
            return False
    tokenizer.save_pretrained(folder)
    return True


# ---- the card ---------------------------------------------------------------------------------------------------


def card(done: Trained, file: Path, base: str, recipe: Recipe, *, answers: bool) -> str:
    """The model card: data, recipe, versions, losses."""
    picked = done.losses[:: max(1, len(done.losses) // 12)]
    return f"""---
base_model: {base}
tags: [tool-use, function-calling, agents, agentscaler]
---

# {done.folder.name}, trained by agentscaler

| | |
|---|---|
| started from | {base} |
| data | {file.name}, {file_hash(file)} |
| rows, supervised tokens | {done.rows}, {done.supervised} |
| dropped | {", ".join(f"{n} {why}" for why, n in done.dropped.items()) or "none"} |
| went on from a checkpoint | {f"step {done.resumed}" if done.resumed else "no"} |
{_lines(recipe._asdict())}
{_lines(versions())}

Loss is on the assistant's calls and replies with their end of turn, on nothing else; histories are those a server sends. {"" if answers else "How to read calls out of answers is not stored: TRL knows no response template for this chat template."}

| step | loss |
|---|---|
{chr(10).join(f"| {s} | {v:.4f} |" for s, v in picked)}
"""


def _lines(values: Mapping[str, Any]) -> str:
    return "\n".join(f"| {name} | {value} |" for name, value in values.items())


def versions(libraries: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """What is installed."""
    out = {}
    for name in libraries:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out


# ---- one row, coloured ------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """Text that has loss, or has none."""

    text: str
    trained: bool


def pieces(row: JsonObject, tokenizer: Any) -> list[list[Piece]]:
    """A training row as its model will read it: for each token row, runs of text with and without loss."""
    return [_runs(found, tokenizer) for found in supervise(row["messages"], row["tools"], tokenizer).kept]


def _runs(row: Row, tokenizer: Any) -> list[Piece]:
    out: list[Piece] = []
    start = 0
    for at in range(1, len(row.labels) + 1):
        if at == len(row.labels) or (row.labels[at] == IGNORED) is not (row.labels[start] == IGNORED):
            out.append(Piece(tokenizer.decode(row.input_ids[start:at]), row.labels[start] != IGNORED))
            start = at
    return out


def find_row(run: Path, number: str) -> JsonObject:
    """The training row whose id begins so. Raises UserError."""
    found = [row for file in sorted((run / "sft").glob("phase?.jsonl")) + sorted((run / "sft").glob("heldout.jsonl")) for row in read_rows(file) if row["id"].startswith(number)]
    if len(found) != 1:
        raise UserError(f"{len(found)} training rows of {run} have an id that begins with {number!r}; give {'more of it' if found else 'one of sft/*.jsonl'}")
    return found[0]
