"""SFT through TRL: rows of sft/phase1.jsonl and phase2.jsonl -> models/phase1, models/phase2. Needs the extra `train`.

    train(Path("runs/first"), "Qwen/Qwen3-8B", "both", Recipe(), say=print)

Phase 2 starts from the model of phase 1. The trainer is given token ids and labels (masks.py), so it neither renders nor cuts anything. A killed
training goes on from the newest checkpoint that is whole.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import orjson

from agentscaler.errors import Dropped, UserError
from agentscaler.records import JsonObject
from agentscaler.store import file_hash, read_rows, write_atomic
from agentscaler.train.masks import IGNORED, Row, failed_turns, supervise, turn

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
    failed: str = "train"
    """What becomes of messages with a call that the world refused, in rollouts that ended right: "train", as in the paper, or "context": read, without loss."""
    attention: str = ""
    """How transformers works out attention ("flash_attention_2"); empty: its default."""
    trl: Mapping[str, Any] = {}
    """Further fields of TRL's SFTConfig, or others for those named above."""


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
    if recipe.failed not in ("train", "context"):
        raise UserError(f"failed is {recipe.failed!r}; give train or context")
    out: list[Trained] = []
    start = base
    for number in ("1", "2") if phase == "both" else (phase,):
        file = run / "sft" / f"phase{number}.jsonl"
        if not file.exists() or not file.stat().st_size:
            raise UserError(f"{file} {'has no rows' if file.exists() else 'is not there'}: run `agentscaler sft --run {run}` with --vertical for phase 2, or give --phase 1")
        folder = run / "models" / f"phase{number}"
        open_folder(folder, {"base": start, "data": file_hash(file), **recipe._asdict()}, fresh)
        done = train_phase(file, start, folder, recipe, say=say)
        start = str(done.folder)
        out.append(done)
    return out


def open_folder(folder: Path, about: JsonObject, fresh: bool) -> None:
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
    rows, dropped = tokenised(read_rows(file), tokenizer, longest=recipe.longest, failed=recipe.failed)
    if not rows:
        raise UserError(f"no row of {file} is left to train on: {dict(dropped)}; give a longer --longest or another chat template")
    random.Random(recipe.seed).shuffle(rows)
    supervised = sum(label != IGNORED for r in rows for label in r.labels)
    say(f"{folder.name}: {len(rows)} rows, {sum(len(r.input_ids) for r in rows)} tokens, {supervised} with loss; dropped {dict(dropped) or 'none'}")
    gpu = torch.cuda.is_available()
    config = settings(
        SFTConfig,
        recipe.trl,
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
        activation_checkpointing=gpu,
        bf16=gpu,
        use_cpu=not gpu,
        logging_steps=1 if 0 < recipe.steps <= 100 else 10,
        save_steps=recipe.save,
        save_total_limit=2,
        report_to="none",
        disable_tqdm=False,
        seed=recipe.seed,
    )
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if frozen(recipe.lora, gpu) else torch.float32, attn_implementation=recipe.attention or None)
    data = Dataset.from_dict({"input_ids": [r.input_ids for r in rows], "labels": [r.labels for r in rows]})
    trainer = SFTTrainer(model=model, processing_class=tokenizer, train_dataset=data, args=config, peft_config=lora(model, recipe.lora) if recipe.lora else None)
    last = newest_checkpoint(folder / "checkpoints")
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    save_model(trainer, folder, lora=bool(recipe.lora))
    answers = save_tokenizer(tokenizer, folder) if trainer.is_world_process_zero() else False
    losses = [(int(line["step"]), float(line["loss"])) for line in trainer.state.log_history if "loss" in line]
    done = Trained(folder, len(rows), supervised, dict(dropped), losses, int(last.name.split("-")[1]) if last else 0)
    if trainer.is_world_process_zero():
        write_atomic(folder / "losses.jsonl", b"".join(orjson.dumps({"step": s, "loss": v}) + b"\n" for s, v in losses))
        write_atomic(folder / "README.md", card(done, file, base, recipe, answers=answers).encode())
    return done


def frozen(rank: int, gpu: bool) -> bool:
    """May the weights lie in bf16? Only those that LoRA leaves alone: a step of 1e-5 is less than half of what bf16 tells apart near most weights, so trained ones would stand still."""
    return gpu and rank > 0


def settings(config: Any, more: Mapping[str, Any], **ours: Any) -> Any:
    """A TRL config of our settings and a recipe's further fields, which come first. Raises UserError for a field it does not have, or a value it does not take."""
    known = {f.name for f in fields(config) if f.init}
    if unknown := sorted(more.keys() - known):
        raise UserError(f"{unknown[0]!r} is no field of {config.__name__} in the installed TRL {version('trl')}; take it out of the recipe's trl table")
    try:
        return config(**{**ours, **more})
    except (TypeError, ValueError) as error:
        raise UserError(f"{config.__name__} of TRL {version('trl')} does not take these settings: {error}") from error


def save_model(trainer: Any, folder: Path, *, lora: bool) -> None:
    """The weights in one folder that loads anywhere: gathered where they are sharded, an adapter merged into its base."""
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
        trainer.save_model(str(folder / "adapter" if lora else folder))
        if lora and trainer.is_world_process_zero():
            from peft import AutoPeftModelForCausalLM

            AutoPeftModelForCausalLM.from_pretrained(folder / "adapter", dtype="auto").merge_and_unload().save_pretrained(folder)
    elif trainer.is_world_process_zero():
        model = trainer.accelerator.unwrap_model(trainer.model)
        (model.merge_and_unload() if lora else model).save_pretrained(folder)
    trainer.accelerator.wait_for_everyone()


def tokenised(rows: Any, tokenizer: Any, *, longest: int, failed: str = "train") -> tuple[list[Row], Counter[str]]:
    """Training rows as tokens and labels, and why others left."""
    out: list[Row] = []
    dropped: Counter[str] = Counter()
    for row in rows:
        try:
            found = supervise(row["messages"], row["tools"], tokenizer, longest=longest, without=failed_turns(row["messages"]) if failed == "context" else ())
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
    """Tokenizer and serving template, with the way to read calls out of answers where one is known; says whether it is."""
    known = find_reader(tokenizer)
    tokenizer.save_pretrained(folder)
    return known


def find_reader(tokenizer: Any) -> bool:
    """Make sure that the tokenizer knows how calls are read out of answers: its own way, the one TRL has for its chat template, or one of TRL's that reads back what the template writes. False where there is none."""
    from trl import chat_template_utils

    if getattr(tokenizer, "response_template", None) is not None:
        return True
    with suppress(ValueError):  # TRL knows templates letter by letter
        chat_template_utils.add_response_schema(tokenizer)
        return True
    for name, template in sorted(vars(chat_template_utils).items()):
        if name.endswith("_template") and isinstance(template, dict) and reads_back(tokenizer, template):
            tokenizer.response_template = template
            return True
    return False


def reads_back(tokenizer: Any, template: JsonObject) -> bool:
    """Does this way of reading give back what the chat template writes: two calls with a text before them, and a text alone?"""
    calls = [{"id": f"call_{n}", "type": "function", "function": {"name": "find_book", "arguments": {"title": title, "shelf": n}}} for n, title in enumerate(("Zen", "Tao"))]
    talk: list[JsonObject] = [{"role": "user", "content": "Zen?"}, {"role": "assistant", "content": "Let me look.", "tool_calls": calls}]
    plain: list[JsonObject] = [talk[0], {"role": "assistant", "content": "It is there."}]
    try:
        found, said = (tokenizer.parse_response(target, schema=template, prefix=prompt) for prompt, target in (turn(t, (), tokenizer, 1, {}) for t in (talk, plain)))
        got = [(c["function"]["name"], c["function"]["arguments"]) for c in found["tool_calls"]]
        texts = [str(m.get("content") or "").removesuffix(tokenizer.eos_token).strip() for m in (found, said)]
    except Exception:  # each of TRL's templates fails in its own way on answers of another family: none of them is the one
        return False
    return got == [(c["function"]["name"], c["function"]["arguments"]) for c in talk[1]["tool_calls"]] and texts == ["Let me look.", "It is there."] and not said.get("tool_calls")


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
{table(recipe._asdict())}
{table(versions())}

Loss is on the assistant's calls and replies with their end of turn, on nothing else; histories are those a server sends. {"" if answers else "How to read calls out of answers is not stored: TRL knows no response template for this chat template."}

| step | loss |
|---|---|
{chr(10).join(f"| {s} | {v:.4f} |" for s, v in picked)}
"""


def table(values: Mapping[str, Any]) -> str:
    """Rows of the card's table."""
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
