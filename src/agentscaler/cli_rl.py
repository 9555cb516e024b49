"""The verb `rl` at the door: parse, call, print."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = (
    "Example: agentscaler rl --run runs/first --train runs/first/models/phase2\n\n"
    "With the settings of a recipe: agentscaler rl --run runs/first --train runs/first/models/phase2 --recipe runs/qwen3-8b.toml"
)


def rl(
    run: Annotated[Path, typer.Option("--run", help="Run folder: where products are read and written.")],
    train: Annotated[str, typer.Option(metavar="MODEL", help="Model to start from: a folder of `sft --train`, or a hub id. Needs the extra `train`.")],
    recipe: Annotated[Path | None, typer.Option(help="Take all settings from the [rl] table of this file, in place of the flags below.")] = None,
    user: Annotated[str, typer.Option(help="scripted: the user speaks in turn, as in rollouts; tool: TRL drives the episode, and the user is asked by a call of ask_user.")] = "scripted",
    steps: Annotated[int, typer.Option(help="Updates; -1 for one pass over the tasks.")] = -1,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 1e-6,
    group: Annotated[int, typer.Option(help="Episodes of one task, against whose mean each is measured.")] = 8,
    batch: Annotated[int, typer.Option(help="Episodes a device and step.")] = 8,
    accumulate: Annotated[int, typer.Option(help="Steps put together into one update.")] = 8,
    longest: Annotated[int, typer.Option(help="Tokens a prompt may have; tasks with longer ones are left out.")] = 16_384,
    most: Annotated[int, typer.Option(help="Tokens of an episode behind its prompt.")] = 8192,
    answer: Annotated[int, typer.Option(help="Tokens of one message of the model.")] = 2048,
    turns: Annotated[int, typer.Option(help="Most messages of the user.")] = 10,
    step_limit: Annotated[int, typer.Option(help="Most messages of the model.")] = 30,
    calls: Annotated[int, typer.Option(help="Most calls of an episode.")] = 60,
    beta: Annotated[float, typer.Option(help="Weight of the KL term; 0: no reference model.")] = 0.0,
    shaped: Annotated[float, typer.Option(help="What a part of the way is worth at most; 0: the reward is 0 or 1.")] = 0.0,
    lora: Annotated[int, typer.Option(help="Rank of LoRA; 0 trains all weights.")] = 0,
    vllm: Annotated[bool, typer.Option("--vllm", help="Generate with vLLM inside the training processes.")] = False,
    save: Annotated[int, typer.Option(help="Updates between checkpoints.")] = 50,
    seed: Annotated[int, typer.Option(help="Seed of everything random: same seed, same rows.")] = 0,
    limit: Annotated[int | None, typer.Option(help="Practise on so many tasks only, drawn.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what this verb made before and start anew.")] = False,
) -> None:
    """Train a model by reinforcement learning in the run's training worlds, rewarded by the one judge: models/rl."""
    from agentscaler.store import Run
    from agentscaler.train.grpo import Practice
    from agentscaler.train.recipes import read_practice
    from agentscaler.walk.practice import rl as train_on

    given = Practice(
        rate=rate, steps=steps, group=group, batch=batch, accumulate=accumulate, longest=longest, most=most, answer=answer, turns=turns, step_limit=step_limit, calls=calls, beta=beta, shaped=shaped,
        users=user, lora=lora, vllm=vllm, save=save, seed=seed,  # type: ignore[arg-type]
    )  # fmt: skip
    done = train_on(Run(run), train, read_practice(recipe) if recipe else given, limit=limit, fresh=fresh)
    if done.progress:
        print(f"{done.folder}: reward {done.progress[0]['reward']:.3f} -> {done.progress[-1]['reward']:.3f} in {done.progress[-1]['step']} updates; {done.share:.2%} of the time in worlds")
