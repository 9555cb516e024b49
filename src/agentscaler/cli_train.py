"""The verbs `rl` and `learn` at the door: parse, call, print."""

from pathlib import Path
from typing import Annotated, Final

import typer

from agentscaler.work import cores

RL_EXAMPLE: Final = (
    "Example: agentscaler rl --run runs/first --train runs/first/models/phase2\n\n"
    "With the settings of a recipe: agentscaler rl --run runs/first --train runs/first/models/phase2 --recipe runs/qwen3-8b.toml"
)

LEARN_EXAMPLE: Final = (
    "Example: agentscaler learn --out report\n\n"
    "On a GPU: agentscaler learn --device cuda --hidden 512 --layers 8 --steps 1500 --tokens 65536 --conversations 10240 --rate 0.0006 --warm-rate 0.001"
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


def learn(
    out: Annotated[Path, typer.Option(help="Folder of learning.html, and of a folder with figures and models; a second call goes on from what is there.")] = Path("report"),
    worlds: Annotated[str, typer.Option(help="Numbers of training worlds.")] = "1,8,64,256",
    seeds: Annotated[int, typer.Option(help="Runs of each.")] = 3,
    steps: Annotated[int, typer.Option(help="Steps of training, the same for each.")] = 700,
    tokens: Annotated[int, typer.Option(help="Tokens a step.")] = 3072,
    conversations: Annotated[int, typer.Option(help="Demonstrations of a run, shared out among its worlds.")] = 5600,
    unseen: Annotated[int, typer.Option(help="Worlds that are only played in.")] = 60,
    hidden: Annotated[int, typer.Option(help="Width of the model, a multiple of 64.")] = 128,
    layers: Annotated[int, typer.Option(help="Layers of the model.")] = 3,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 2e-3,
    warm_rate: Annotated[float, typer.Option(help="Learning rate of the warm-up.")] = 2e-3,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Runs at a time.")] = min(cores(), 2),
    studies: Annotated[str, typer.Option(help="What else to find out, from the curve's models: states, funnel, phases, reading, chance, language, reinforcement; or all.")] = "",
    study_seeds: Annotated[int, typer.Option(help="Seeds of each study.")] = 1,
    updates: Annotated[int, typer.Option(help="Updates of reinforcement learning in its study.")] = 50,
) -> None:
    """Prove learning: train a small transformer from scratch in few and in many worlds, and measure it in worlds it has never seen: learning.html."""
    from agentscaler.learn.curve import Plan, table, write_page
    from agentscaler.learn.curve import learn as run_plan
    from agentscaler.learn.practice import Practice
    from agentscaler.learn.tiny import Size

    plan = Plan(
        tuple(int(n) for n in worlds.split(",")), seeds, conversations, unseen, size=Size(hidden, layers), practice=Practice(steps, tokens, rate), warm_rate=warm_rate, device=device, workers=workers
    )
    lines = run_plan(plan, out)
    write_page(lines, plan, out / "learning.html")
    print(table(lines))
    if studies:
        from agentscaler.learn import studies as room

        found = room.study(plan, out, depth=room.Depth(seeds=study_seeds, updates=updates), only=room.STUDIES if studies == "all" else studies.split(","))
        write_page(lines, plan, out / "learning.html", studies=[room.in_words(f) for f in room.findings(found)])
        print(room.table(found))
    print(f"page: {out / 'learning.html'}")
