"""`agentscaler evals ...`: parse, open, call, print."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from agentscaler.errors import UserError
from agentscaler.evals.bench import door as bench_verbs
from agentscaler.evals.printed import finish, read, say_tables

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Score any agent the same way each time: trials, pass^k, intervals by task, what doing nothing earns, whose doing a failure is.\n\ndocs/evals.md says how to read a score.",
    epilog="Example: agentscaler evals worlds --agent qwen3-8b@http://localhost:8000/v1",
)

Out = Annotated[Path, typer.Option("--out", help="Folder of episodes in full, results and page; a second call goes on from what is there.")]
SetFile = Annotated[Path | None, typer.Option("--set", metavar="FILE", help="A set of worlds made by `evals pin`; the one that ships with the package by default.")]
AsJson = Annotated[bool, typer.Option("--json", help="End stdout with one JSON object.")]
Workers = Annotated[int, typer.Option(help="Worker processes; the rows are the same at any number.")]
But = Annotated[list[str] | None, typer.Option("--but", metavar="FIELD", help="A field of the stamp that is meant to differ: user, variant, grading, ... May be repeated.")]


@app.command(
    epilog="Example: agentscaler evals worlds --agent qwen3-8b@http://localhost:8000/v1 --variant plain --variant renamed\n\nWithout a model: agentscaler evals worlds --agent scripted --limit 100"
)
def worlds(
    agent: Annotated[list[str], typer.Option(help="Who is scored: NAME@https://HOST/v1 (any OpenAI-compatible endpoint), module:function, scripted[:NAME]. May be repeated.")],
    out: Out = Path("evals/worlds"),
    set_file: SetFile = None,
    user: Annotated[list[str] | None, typer.Option(help="Who plays the user: scripted (default), NAME@https://HOST/v1, worded:NAME@..., module:function. May be repeated: each agent plays with each.")] = None,
    users: Annotated[str, typer.Option(help="Kinds of user that a model plays, with shares: cooperative=4,terse=1,...")] = "",
    variant: Annotated[list[str] | None, typer.Option(help="How tools are shown: plain (default), renamed, reworded, reformatted, distractors. May be repeated.")] = None,
    trials: Annotated[int, typer.Option(help="Episodes of each task.")] = 4,
    set_: Annotated[list[str] | None, typer.Option("--set-agent", metavar="KEY=JSON", help="Goes into each request of the agent: temperature=0.7, max_tokens=4096. May be repeated.")] = None,
    user_set: Annotated[list[str] | None, typer.Option("--set-user", metavar="KEY=JSON", help="The same for a model as user.")] = None,
    tools_in_prompt: Annotated[bool, typer.Option("--tools-in-prompt", help="The agent's model has no native tools: they stand in the prompt, calls in the text.")] = False,
    context: Annotated[int | None, typer.Option(help="Most tokens of a conversation.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Most tokens that an agent may write in an episode.")] = None,
    turns: Annotated[int, typer.Option(help="Most messages of the user.")] = 30,
    steps: Annotated[int, typer.Option(help="Most messages of the agent.")] = 100,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="File with a key, or with a line `HOST KEY` for each endpoint.")] = None,
    price: Annotated[list[str] | None, typer.Option(metavar="NAME=INPUT,OUTPUT[,CACHED]", help="Price of a million tokens of a model. May be repeated.")] = None,
    budget: Annotated[float | None, typer.Option(help="Stop before all that was recorded in OUT has cost more than this.")] = None,
    at_once: Annotated[int, typer.Option(help="Episodes at once.")] = 256,
    timeout: Annotated[float, typer.Option(help="Seconds that a model may take for a reply.")] = 600.0,
    tries: Annotated[int, typer.Option(help="Times a request is made.")] = 6,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: play from the recording only.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the players.")] = 0,
    workers: Workers = 1,
    limit: Annotated[int | None, typer.Option(help="Play the first so many tasks only; the stamp says so.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away the episodes of these players and play anew; what is recorded costs nothing.")] = False,
    train: bench_verbs.Train = None,
    as_json: AsJson = False,
) -> None:
    """Score agents on the fixed set of held-out worlds: worlds, tools and tasks that no training run of this package may touch.

    Keys of endpoints come from AGENTSCALER_API_KEY (any endpoint), OPENAI_API_KEY (api.openai.com only), or --key-file.
    """
    from agentscaler.evals.contamination import read_training
    from agentscaler.evals.worlds import evaluate
    from agentscaler.flags import cache_folder, keys, pairs, prices

    talk = {
        "users": pairs("--users", users.split(",") if users else []), "set": pairs("--set-agent", set_ or []), "user_set": pairs("--set-user", user_set or []), "tools_in_prompt": tools_in_prompt,
        "context": context, "tokens": tokens, "turns": turns, "steps": steps, "prices": prices(price or []), "budget": budget, "at_once": at_once, "timeout": timeout, "tries": tries,
        "offline": offline, "keys": keys(key_file),
    }  # fmt: skip
    paths = evaluate(
        agent, out=out, pinned=set_file, users=user or ["scripted"], variants=variant or ["plain"], trials=trials, talk=talk, seed=seed, workers=workers, limit=limit, fresh=fresh, cache=cache_folder(),
        trained=read_training(train) if train else None,
    )  # fmt: skip
    finish(read(paths), out, as_json)


@app.command(epilog="Example: agentscaler evals pin --run runs/first --out heldout.json")
def pin(
    run: Annotated[Path, typer.Option("--run", help="A run with finished envs.")],
    out: Annotated[Path, typer.Option("--out", help="The set, as ids and seeds.")],
    name: Annotated[str, typer.Option(help="What it is called.")] = "heldout",
    worlds: Annotated[int, typer.Option(help="Most worlds.")] = 64,
    most: Annotated[int, typer.Option(help="Most tasks of one world.")] = 9,
    all_: Annotated[bool, typer.Option("--all", help="Of all worlds, not only of the held-out ones: for an API of your own that nothing is trained on.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of states and tasks.")] = 0,
    workers: Workers = 1,
) -> None:
    """Pin a set of held-out worlds from a run: after worlds or tasks have changed, and for one's own API."""
    from agentscaler.evals.pinned import pin as make
    from agentscaler.store import Run

    if not run.is_dir():
        raise UserError(f"run folder {str(run)!r} is not there; name another with --run")
    made = make(Run(run), out, name=name, worlds=worlds, most=most, seed=seed, workers=workers, all_=all_)
    tasks = sum(len(w.tasks) for w in made.set.worlds)
    print(f"{out}: {len(made.set.worlds)} worlds of {made.considered}, {tasks} tasks, hash {made.set.hash}")
    print(", ".join(f"{field} {count}" for field, count in made.fields.items()))


@app.command(epilog="Example: agentscaler evals table evals/worlds\n\nTwo users beside each other: agentscaler evals table A.jsonl B.jsonl --but user")
def table(results: Annotated[list[Path], typer.Argument(metavar="RESULT...", help="Result files, or folders of them.")], but: But = None, as_json: AsJson = False) -> None:
    """Print results in one table. Refuses to mix conditions: exit code 2, naming what differs."""
    from agentscaler.evals.score import sections
    from agentscaler.evals.table import main_table

    found = read(results)
    together = sections(found)  # the rows that need no model stand beside any
    rows = main_table(together[0] if len(together) == 1 else found, but=but or ())
    say_tables({"": rows})
    if as_json:
        print(orjson.dumps({"verb": "evals table", "rows": rows}).decode())


@app.command(epilog="Example: agentscaler evals compare evals/worlds/results/solver.jsonl evals/worlds/results/mine.jsonl")
def compare(
    a: Annotated[Path, typer.Argument(help="A result file.")],
    b: Annotated[Path, typer.Argument(help="The one that is held against it.")],
    but: But = None,
    page: Annotated[Path | None, typer.Option("--page", help="Write the comparison as a page, too.")] = None,
    as_json: AsJson = False,
) -> None:
    """B against A, paired by task: difference with interval, which tasks flipped, and the smallest difference that could have been seen."""
    from agentscaler.evals.page import page as written
    from agentscaler.evals.table import compare as held
    from agentscaler.store import write_atomic

    both = read([a, b])
    found = held(both[0], both[1], but=but or ())
    say_tables({"": found.rows, "tasks that flipped": found.flips[:40]})
    if len(found.flips) > 40:
        print(f"... and {len(found.flips) - 40} more (--page or --json shows all)")
    if page is not None:
        write_atomic(page, written(both, title=f"{both[1][0]} against {both[0][0]}", comparison=found).encode())
        print(f"page: {page}")
    if as_json:
        print(orjson.dumps({"verb": "evals compare", "rows": found.rows, "flips": found.flips}).decode())


@app.command(epilog="Example: agentscaler evals logs evals/worlds")
def logs(out: Annotated[Path, typer.Argument(help="Folder that `evals worlds` or `evals bench` played in.")], as_json: AsJson = False) -> None:
    """Write what was scored as Inspect logs, OUT/logs: conversation, score, whose doing, and in our worlds what each call changed."""
    from agentscaler.evals.logs import logs as written

    found = written(out)
    for path, count in found.items():
        print(f"{path}: {count}")
    print(f"inspect view --log-dir {out / 'logs'}")
    if as_json:
        print(orjson.dumps({"verb": "evals logs", "written": {str(p): n for p, n in found.items()}}).decode())


bench_verbs.add_to(app)
