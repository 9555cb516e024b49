"""RL through TRL's GRPOTrainer: tasks of a run's worlds and a model -> a model that was rewarded for right ends. Needs the extra `train`.

    practise(exercises, "runs/first/models/phase2", Path("runs/first/models/rl"), Practice(), house=House(open_stage, env_of))

Group advantages, clipping and KL are TRL's. An episode is played in conversations (talk.py) or as an environment that TRL drives (worlds.py); either way the world is reset from the task, and the reward
is the one judge's. All limits are set here, none is left to a library's default. A killed training goes on from the newest whole checkpoint.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import orjson

from agentscaler.errors import UserError
from agentscaler.llm.folder import prompt_ids
from agentscaler.records import EnvSpec, JsonObject
from agentscaler.store import digest, write_atomic
from agentscaler.train.loop import (
    find_reader,
    frozen,
    lora,
    needs_trl,
    newest_checkpoint,
    open_folder,
    save_model,
    save_tokenizer,
    settings,
    table,
    versions,
)
from agentscaler.train.stage import Bounds
from agentscaler.train.talk import OpenStage, Talk, judged
from agentscaler.train.worlds import judged_worlds, opening_of, world_class

Users: TypeAlias = Literal["scripted", "tool"]
"""`scripted`: the user speaks in turn, as in rollouts and evaluation. `tool`: TRL's own loop, in which the user is asked by a call of `ask_user`."""
LOGGED: Final = ("reward", "reward_std", "frac_reward_zero_std", "loss", "grad_norm", "kl", "entropy", "completions/mean_length", "completions/clipped_ratio", "worlds/infrastructure", "worlds/cut_short", "step_time")
"""What of TRL's log is kept in progress.jsonl, beside the share of the worlds."""


class Practice(NamedTuple):
    """How it is trained; the defaults are for full fine-tuning of a model of some billion parameters that was trained on rollouts before."""

    rate: float = 1e-6
    epochs: float = 1.0
    steps: int = -1
    """Updates in place of epochs; -1: epochs."""
    group: int = 8
    """Episodes of one task, against whose mean each is measured."""
    batch: int = 8
    """Episodes a device and step; times `accumulate`, it holds whole groups."""
    accumulate: int = 8
    """Steps put together into one update."""
    longest: int = 16_384
    """Tokens a prompt may have (the tools are most of it); tasks with longer ones are left out."""
    most: int = 8192
    """Tokens of an episode behind its prompt, what others say included."""
    answer: int = 2048
    """Tokens of one message of the policy."""
    turns: int = Bounds().turns
    """Messages of the user."""
    step_limit: int = Bounds().steps
    """Messages of the policy."""
    calls: int = Bounds().calls
    """Calls of an episode."""
    temperature: float = 1.0
    beta: float = 0.0
    """Weight of the KL term; 0: there is no reference model."""
    clip: float = 0.2
    clip_high: float = 0.28
    shaped: float = 0.0
    """What a part of the way is worth at most where the judge says no (stage.part_done); 0: the reward is 0 or 1."""
    users: Users = "scripted"
    lora: int = 0
    """Rank of LoRA; 0: all weights are trained."""
    save: int = 50
    """Updates between checkpoints."""
    vllm: bool = False
    """Generate with vLLM in the training processes (TRL's `colocate`)."""
    seed: int = 0
    attention: str = ""
    """How transformers works out attention ("flash_attention_2"); empty: its default."""
    trl: Mapping[str, Any] = {}
    """Further fields of TRL's GRPOConfig, or others for those named above."""


class Exercise(NamedTuple):
    """A task to practise on."""

    number: str
    """Id of the task's row."""
    world: str
    """Folder of its world."""


class House(NamedTuple):
    """Where episodes come from."""

    open_stage: OpenStage
    env_of: Callable[[str], EnvSpec]
    """World folder -> its content."""


def _hands(house: House, number: str) -> tuple[str, ...]:
    """The user's own tools in the world of a task: all tasks of a world have the same."""
    stage = house.open_stage(number)
    stage.world.close()
    return stage.task.hands


class Practised(NamedTuple):
    """What a training came to."""

    folder: Path
    exercises: int
    left_out: int
    """Tasks whose prompts are too long."""
    progress: list[JsonObject]
    """A line an update: what TRL logged, and the share of its time that was spent in worlds."""
    share: float
    """Share of all training time spent in worlds, users and judge."""
    resumed: int
    """Update it went on from; 0 for a training that was not killed."""


def practise(exercises: Sequence[Exercise], base: str, folder: Path, practice: Practice, *, house: House, fresh: bool = False, say: Callable[[str], None] = print) -> Practised:
    """Train `base` on the exercises into `folder`. Raises UserError where the extra is missing, settings do not fit together, or what lies there was trained otherwise."""
    needs_trl()
    if practice.batch * practice.accumulate % practice.group:
        raise UserError(f"batch {practice.batch} x accumulate {practice.accumulate} holds no whole groups of {practice.group}: a reward is measured against its group")
    open_folder(folder, {"base": base, "data": digest([list(e) for e in exercises]), **practice._asdict()}, fresh)
    trainer, left_out = make_trainer(exercises, base, folder, practice, house=house, say=say)
    last = newest_checkpoint(folder / "checkpoints")
    start = time.perf_counter()
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    seconds = time.perf_counter() - start
    save_model(trainer, folder, lora=bool(practice.lora))
    progress = progress_of(trainer.state.log_history)
    here = [line for line in progress if line["step"] > (int(last.name.split("-")[1]) if last else 0)]
    done = Practised(folder, len(exercises) - left_out, left_out, progress, sum(line["world_seconds"] for line in here) / seconds, int(last.name.split("-")[1]) if last else 0)
    if trainer.is_world_process_zero():
        save_tokenizer(trainer.processing_class, folder)
        write_atomic(folder / "progress.jsonl", b"".join(orjson.dumps(line) + b"\n" for line in progress))
        write_atomic(folder / "README.md", card(done, base, practice).encode())
    return done


def make_trainer(exercises: Sequence[Exercise], base: str, folder: Path, practice: Practice, *, house: House, say: Callable[[str], None]) -> tuple[Any, int]:
    """TRL's trainer, ready to run, and how many tasks were left out."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(base, padding_side="left")
    if not find_reader(tokenizer):
        raise UserError(f"{base}: no way is known to read calls out of what this model writes; set response_template in its tokenizer (transformers' docs say how) and save it")
    rows = rows_of(exercises, tokenizer, practice, house)
    if not rows:
        raise UserError(f"no task is left to practise on: of {len(exercises)} all have prompts of more than {practice.longest} tokens; give a longer --longest")
    worlds = sorted({str(r["environment"]) for r in rows})
    say(f"{folder.name}: {len(rows)} tasks in {len(worlds)} worlds, {len(exercises) - len(rows)} left out as too long")
    gpu = torch.cuda.is_available()
    config = settings(
        GRPOConfig,
        practice.trl,
        output_dir=str(folder / "checkpoints"),
        learning_rate=practice.rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=0.03,
        num_train_epochs=practice.epochs,
        max_steps=practice.steps,
        per_device_train_batch_size=practice.batch,
        gradient_accumulation_steps=practice.accumulate,
        num_generations=practice.group,
        max_completion_length=practice.most,
        max_tool_calling_iterations=practice.step_limit,
        generation_kwargs={"max_tokens" if practice.vllm else "max_new_tokens": min(practice.answer, practice.most)},
        temperature=practice.temperature,
        beta=practice.beta,
        epsilon=practice.clip,
        epsilon_high=practice.clip_high,
        loss_type="dapo",
        scale_rewards="group",
        num_iterations=1,
        mask_truncated_completions=False,
        shuffle_dataset=True,
        use_vllm=practice.vllm,
        vllm_mode="colocate",
        vllm_max_model_length=practice.longest + practice.most if practice.vllm else None,
        activation_checkpointing=gpu,
        bf16=gpu,
        use_cpu=not gpu,
        logging_steps=1,
        save_steps=practice.save,
        save_total_limit=2,
        report_to="none",
        disable_tqdm=True,
        seed=practice.seed,
    )
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if frozen(practice.lora, gpu) else torch.float32, attn_implementation=practice.attention or None)
    given: dict[str, Any] = {"model": model, "processing_class": tokenizer, "args": config, "train_dataset": Dataset.from_list(rows), "peft_config": lora(model, practice.lora) if practice.lora else None}
    if practice.users == "tool":
        given |= {"environment_factory": {w: world_class(house.env_of(w), house.open_stage, hands=_hands(house, some)) for w, some in {str(r["environment"]): str(r["task"]) for r in rows}.items()}, "reward_funcs": [judged_worlds]}
    else:
        given |= {"rollout_func": Talk(tokenizer, house.open_stage, most=practice.most, shaped=practice.shaped), "reward_funcs": [judged]}
    trainer = GRPOTrainer(**given, callbacks=[_telling(say)])
    trainer.remove_callback(PrinterCallback)
    return trainer, len(exercises) - len(rows)


def rows_of(exercises: Sequence[Exercise], tokenizer: Any, practice: Practice, house: House) -> list[JsonObject]:
    """A row a task whose prompt fits: the prompt, the task, its world."""
    out: list[JsonObject] = []
    for exercise in exercises:
        stage = house.open_stage(exercise.number)
        prompt = opening_of(stage)
        stage.world.close()
        if len(prompt_ids(prompt, stage.episode.tools, tokenizer)) <= practice.longest:
            named = prompt if practice.users == "tool" else [*prompt[:-1], {**prompt[-1], "task": exercise.number}]
            out.append({"prompt": named, "task": exercise.number, "environment": exercise.world})
    return out


def _telling(say: Callable[[str], None]) -> Any:
    """Says a line for each update, with the share of its time that was spent in worlds."""
    from transformers import TrainerCallback

    class Telling(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **more: Any) -> None:
            del args, control, more
            if state.is_world_process_zero and logs and "reward" in logs:
                [line] = progress_of([{**logs, "step": state.global_step}])
                say(
                    f"update {line['step']}: reward {line['reward']:.3f}, groups without difference {line['frac_reward_zero_std']:.2f}, {line['completions/mean_length']:.0f} tokens, "
                    f"{line['step_time']:.1f} s, of which worlds {line['worlds_share']:.1%}" + (f", infrastructure {line['worlds/infrastructure']:.0f}" if line["worlds/infrastructure"] else "")
                )

    return Telling()


def progress_of(history: Sequence[Mapping[str, Any]]) -> list[JsonObject]:
    """TRL's log as one line an update."""
    out = []
    for line in history:
        if "reward" in line:
            worlds = float(line["worlds/seconds"])
            kept = {name: float(line[name]) for name in LOGGED if line.get(name) is not None}
            out.append({"step": int(line["step"]), **kept, "world_seconds": worlds, "worlds_share": worlds / max(float(line["step_time"]), 1e-9)})
    return out


def card(done: Practised, base: str, practice: Practice) -> str:
    """The model card: tasks, recipe, versions, rewards."""
    picked = done.progress[:: max(1, len(done.progress) // 12)]
    kind = "1 where the end state and the answers are right, else 0" if not practice.shaped else f"1 where the end state and the answers are right, else up to {practice.shaped} for the part that is there, 0 as soon as anything else was changed"
    return f"""---
base_model: {base}
tags: [tool-use, function-calling, agents, agentscaler, grpo]
---

# {done.folder.name}, trained by agentscaler with reinforcement learning

| | |
|---|---|
| started from | {base} |
| tasks | {done.exercises}; {done.left_out} left out as too long |
| reward | {kind} |
| user | {"scripted, speaks in turn" if practice.users == "scripted" else "scripted, asked by a tool"} |
| went on from a checkpoint | {f"update {done.resumed}" if done.resumed else "no"} |
| share of the time in worlds | {done.share:.2%} |
{table(practice._asdict())}
{table(versions())}

| update | reward | tokens an episode | groups without difference |
|---|---|---|---|
{chr(10).join(f"| {x['step']} | {x['reward']:.3f} | {x['completions/mean_length']:.0f} | {x['frac_reward_zero_std']:.2f} |" for x in picked)}
"""

