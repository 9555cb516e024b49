"""The door: parse, open, call, print. One verb a room; `run` walks a recipe; `check` re-proves; `show` prints a row."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console, RenderableType
from rich.table import Table

from agentscaler import walk
from agentscaler.cli_train import LEARN_EXAMPLE, RL_EXAMPLE, learn, rl
from agentscaler.errors import UserError
from agentscaler.evals.door import app as evals
from agentscaler.flags import cache_folder, keys, pairs, prices
from agentscaler.store import Run
from agentscaler.work import cores

app = typer.Typer(
    name="agentscaler",
    help="API definitions in; executable worlds, proven tasks, rollouts and training data out.\n\n"
    "A walk through one row of rooms: tools, graph, domains, envs, tasks, rollouts, funnel, sft, report. Each reads the products of "
    "earlier rooms from the run folder and puts good rows on a shelf, failed ones with a reason into the bin beside it.",
    epilog="Example: agentscaler run runs/first.toml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(evals, name="evals")

RunOption = Annotated[Path, typer.Option("--run", help="Run folder: where products are read and written.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random: same seed, same rows.")]
Workers = Annotated[int, typer.Option(help="Worker processes; the rows are the same at any number.")]
Limit = Annotated[int | None, typer.Option(help="Work on the first so many items only.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what this verb made before and start anew.")]
AsJson = Annotated[bool, typer.Option("--json", help="End stdout with one JSON object: verb, kept, dropped by reason, seconds.")]
Model = Annotated[str | None, typer.Option(help="A model that helps, NAME@https://HOST/v1 (docs/models.md says with what); what it says is checked by code, recorded in replies.jsonl, and passed over where it does not hold.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask nobody: only what is recorded.")]
Prices = Annotated[list[str] | None, typer.Option(metavar="NAME=INPUT,OUTPUT[,CACHED]", help="Price of a million tokens of a model. May be repeated.")]
Budget = Annotated[float | None, typer.Option(help="Stop before all that was recorded in this run folder has cost more than this.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="File with a key, or with a line `HOST KEY` for each endpoint.")]
CORES = cores()


def main() -> None:
    """Run the app with the house's exit codes: 0 done, 1 a bug, 2 the user can fix it, 130 Ctrl-C."""
    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        code = 130
    except (BrokenPipeError, SystemExit):  # typer makes an exit of a broken pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")):
            show = getattr(error, "show", None)
            if show is not None:
                show()
                code = 2
            else:
                code = getattr(error, "exit_code", 130)
        else:
            raise
    if code == 130:
        print("interrupted: finished rows stay, the same command goes on from there", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else 0)


def say(summary: walk.Summary, as_json: bool) -> None:
    """Print what a verb did."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    if summary.again:
        console.print(f"{summary.verb}: finished before, {summary.kept} rows ([dim]--fresh makes it anew[/dim])")
    else:
        dropped = sum(summary.dropped.values())
        console.print(f"{summary.verb}: kept {summary.kept}, dropped {dropped} in {summary.seconds} s")
    for reason, count in sorted(summary.dropped.items(), key=lambda x: -x[1]):
        console.print(f"  dropped {count} {reason}")
    for name, value in summary.facts.items():
        _say_fact(console, name, value)
    if as_json:
        body = {"verb": summary.verb, "kept": summary.kept, "dropped": summary.dropped, "seconds": summary.seconds, **summary.facts}
        print(orjson.dumps(body).decode())


def _say_fact(console: Console, name: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        table = Table(title=name, title_justify="left", box=None, pad_edge=False)
        for column in value[0]:
            table.add_column(str(column), justify="left" if column == "name" else "right", no_wrap=column != "name")
        for row in value:
            table.add_row(*(str(v) for v in row.values()))
        console.print(table)
    elif isinstance(value, dict):
        console.print(f"  {name}: " + ", ".join(f"{k} {v}" for k, v in value.items()), soft_wrap=True)
    elif isinstance(value, list):
        for line in value:
            console.print(f"  {name}: {line}", soft_wrap=True, markup=False)
    else:
        console.print(f"  {name}: {value}", markup=False)


def _print(parts: Iterable[RenderableType]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    for part in parts:
        console.print(part)


def _verb(call: Callable[..., walk.Summary], run: Path, seed: int, workers: int, limit: int | None, fresh: bool, as_json: bool, **more: Any) -> None:
    say(call(Run(run), walk.Settings(seed, workers, limit, fresh, cache_folder()), **more), as_json)


@app.command(
    epilog="Example: agentscaler tools --from shop-openapi.yaml --run runs/shop\n\nA live server: agentscaler tools --from 'mcp:npx some-server' --run runs/server\n\nOne definition: agentscaler tools --run runs/shop --why getOrder"
)
def tools(
    run: RunOption,
    source: Annotated[list[str] | None, typer.Option("--from", help="Definitions of your own: a file, folder, glob, .gz, .zip, module:function, pkg:PACKAGE or mcp:SERVER in any dialect of docs/own-api.md. May be repeated. Alone: only those.")] = None,
    dialect: Annotated[str | None, typer.Option(help="Read --from as this dialect and no other: openapi, functions, rapidapi, ...; what it is is recognised otherwise.")] = None,
    with_pool: Annotated[bool, typer.Option("--with-pool", help="With --from: the default pool as well.")] = False,
    why: Annotated[str | None, typer.Option(metavar="NAME", help="Read nothing; tell what happened to this definition in the run: kept with what changed, or dropped and why.")] = None,
    model: Model = None, offline: Offline = False, price: Prices = None, budget: Budget = None, key_file: KeyFile = None,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Read API definitions into one pool: tools.jsonl.

    The default pool comes from the API descriptions that ship inside botocore, google-api-python-client and tccli-intl-en, and from client
    libraries of daily life (shops, banks, mail, travel, ...). What was read of a library is kept in the user's cache folder (AGENTSCALER_CACHE).
    """
    if why is not None:
        from agentscaler.tools.why import why as told

        for text in told(Run(run), why):
            print(text)
        return
    _verb(walk.tools, run, seed, workers, limit, fresh, as_json, files=source or [], with_pool=with_pool or not source, dialect=dialect, model=model, helped=_helped(offline, price, budget, key_file))


@app.command(epilog="Example: agentscaler graph --run runs/first\n\nOne tool: agentscaler graph --run runs/first --show CreateMountTarget")
def graph(
    run: RunOption,
    show: Annotated[str | None, typer.Option(metavar="TOOL", help="Make nothing; show a tool of the graph: who supplies its parameters and why, what its results feed, who is like it.")] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Make nothing; list the required parameters that nobody can supply.")] = False,
    embedder: Annotated[str | None, typer.Option(metavar="SPEC", help="Likeness by an embedder in place of tf-idf: st:MODEL (sentence-transformers) or http://HOST/v1#MODEL (its key, if it wants one, in AGENTSCALER_EMBED_KEY).")] = None,
    paper: Annotated[bool, typer.Option("--paper", help="The graph as the paper writes it: parameter lists alone, embedded, joined above a threshold. Then `domains --paper`.")] = False,
    threshold: Annotated[float | None, typer.Option(help="With --paper: the cosine above which two tools are joined; 0.7 by default.")] = None,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Join tools by parameter similarity, and find which result can feed which parameter: graph.jsonl."""
    if show is not None or audit:
        from agentscaler import browse

        if as_json and audit:
            print(orjson.dumps(browse.unfillable(Run(run))).decode())
        else:
            _print(browse.show_tool(Run(run), show) if show is not None else browse.audit(Run(run)))
        return
    _verb(walk.graph, run, seed, workers, limit, fresh, as_json, embedder=embedder, key=os.environ.get("AGENTSCALER_EMBED_KEY", ""), paper=paper, threshold=threshold)


@app.command(epilog="Example: agentscaler domains --run runs/first\n\nYour own API: agentscaler domains --one shop --run runs/shop\n\nOne domain: agentscaler domains --run runs/first --show amplify-app")
def domains(
    run: RunOption,
    show: Annotated[str | None, typer.Option(metavar="NAME", help="Make nothing; show a domain: its tools by kind, how well it hangs together, who feeds whom.")] = None,
    one: Annotated[str | None, typer.Option(help="All tools are one domain of this name; needs no graph.")] = None,
    method: Annotated[str, typer.Option(help="Community method: leiden or louvain.")] = "leiden",
    heldout: Annotated[float, typer.Option(help="Share of services on the held-out side.")] = 0.1,
    paper: Annotated[bool, typer.Option("--paper", help="Louvain communities of the graph as they are, of whatever services, none split or joined: for `graph --paper`.")] = False,
    model: Model = None, offline: Offline = False, price: Prices = None, budget: Budget = None, key_file: KeyFile = None,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Find the domains, communities of the graph, and score them: domains.jsonl."""
    if show is not None:
        from agentscaler.browse import show_domain

        _print(show_domain(Run(run), show))
        return
    if method not in ("leiden", "louvain"):
        raise UserError(f"--method is {method!r}; give leiden or louvain")
    _verb(walk.domains, run, seed, workers, limit, fresh, as_json, one=one, method=method, heldout=heldout, paper=paper, model=model, helped=_helped(offline, price, budget, key_file))


@app.command(epilog="Example: agentscaler envs --run runs/first --workers 2\n\nMended by a model that reads what providers say: agentscaler envs --run runs/mine --model qwen3-32b@http://localhost:8000/v1 --mend --fresh")
def envs(
    run: RunOption,
    model: Model = None, offline: Offline = False, price: Prices = None, budget: Budget = None, key_file: KeyFile = None,
    mend: Annotated[bool, typer.Option("--mend", help="With --model: it reads what the provider says of each tool, and mends what the tool does otherwise; the gate looks again. Your own corrections: mends.jsonl in the run folder.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Leave out tools of which the provider says something that nothing of the world keeps (`unkept` in env.json): fewer, and more of them right.")] = False,
    seed: Seed = 0, workers: Workers = CORES, limit: Limit = None, fresh: Fresh = False, as_json: AsJson = False,
) -> None:
    """Build a world from each domain and put it through the gate: envs/."""
    _verb(walk.envs, run, seed, workers, limit, fresh, as_json, model=model, mend=mend, strict=strict, helped=_helped(offline, price, budget, key_file))


@app.command(epilog="Example: agentscaler tasks --run runs/first --workers 2")
def tasks(
    run: RunOption,
    most: Annotated[int, typer.Option(help="Most tasks of one world.")] = walk.TASKS_A_WORLD,
    tries: Annotated[int, typer.Option(help="Tries a world.")] = 60,
    worlds: Annotated[int | None, typer.Option(help="Make tasks in the first so many worlds only.")] = None,
    paper: Annotated[bool, typer.Option("--paper", help="The paper's random walk over the tool graph instead of goals.")] = False,
    balance: Annotated[str, typer.Option(help="'field': worlds of all fields of life take turns, and no field gives more than twice its even share.")] = "",
    vendor: Annotated[float, typer.Option(help="The largest share of the tasks that one vendor may give.")] = 1.0,
    acting: Annotated[float, typer.Option(help="Share of the worlds in which the user has tools too: those of a table that the agent can then reach by asking only.")] = 0.0,
    user_tools: Annotated[str, typer.Option(help="Instead, the user's tools by name: pauseLine,*Device*.")] = "",
    boundary: Annotated[float, typer.Option(help="Pairs of tasks on either side of a rule (allowed, refused), for each of the other tasks; 0 for none.")] = walk.BOUNDARY,
    language: Annotated[str, typer.Option(help="'zh', with --model: beside each task its twin whose user speaks Chinese, in the model's words; same world, gold and judge.")] = "",
    model: Model = None, offline: Offline = False, price: Prices = None, budget: Budget = None, key_file: KeyFile = None,
    seed: Seed = 0, workers: Workers = CORES, limit: Limit = None, fresh: Fresh = False, as_json: AsJson = False,
) -> None:
    """Make tasks whose right end is known by execution, and prove the judge right on each: tasks.jsonl."""
    _verb(walk.tasks, run, seed, workers, limit, fresh, as_json, most=most, tries=tries, worlds=worlds, paper=paper, balance=balance, vendor=vendor, acting=acting, user_tools=user_tools, boundary=boundary, model=model, language=language, helped=_helped(offline, price, budget, key_file))


@app.command(
    epilog="Example: agentscaler rollouts --run runs/first --agents gold,solver\n\nA model: agentscaler rollouts --run runs/first --agent qwen3-8b@http://localhost:8000/v1 --user gpt-5-mini@https://api.openai.com/v1 --dry-run\n\n"
    "Your own agent: agentscaler rollouts --run runs/first --agent my_module:my_agent"
)
def rollouts(
    run: RunOption,
    agents: Annotated[str, typer.Option(help="Who plays: gold, stumbling, forgetting, adding, wrong, mutation (one of these four, drawn for each task), solver, shallow.")] = ",".join(walk.AGENTS),
    agent: Annotated[list[str] | None, typer.Option(help="One agent: NAME@https://HOST/v1 (any OpenAI-compatible endpoint), hf:FOLDER (a model in this process), module:function (is given messages and tools, answers with a message), scripted[:NAME], human. May be repeated.")] = None,
    user: Annotated[str, typer.Option(help="Who plays the user: scripted, NAME@https://HOST/v1, worded:NAME@... (a scripted plan, worded by the model), module:function (is given messages and the brief), human.")] = "scripted",
    users: Annotated[str, typer.Option(help="Kinds of user that a model plays, with shares: cooperative=4,terse=1,chatty=1,impatient=1,digressing=1,unsure=1,wavering=1,overreaching=1.")] = "",
    trials: Annotated[int, typer.Option(help="Episodes of each agent on each task.")] = 1,
    probes: Annotated[bool, typer.Option(help="Measure the tasks with players that should fail: do-nothing, shallow, random, hasty (gold without asking), the solver with another task's brief.")] = True,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=JSON", help="Goes into each request of a model as agent: temperature=0.7, max_tokens=4096. May be repeated.")] = None,
    user_set: Annotated[list[str] | None, typer.Option("--user-set", metavar="KEY=JSON", help="The same for a model as user.")] = None,
    tools_in_prompt: Annotated[bool, typer.Option("--tools-in-prompt", help="The agent's model has no native tools: they stand in the prompt, calls in the text.")] = False,
    context: Annotated[int | None, typer.Option(help="Most tokens of a conversation; a longer one ends as `context`.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Most tokens that a model may write as agent in an episode; more ends it as `tokens`.")] = None,
    turns: Annotated[int, typer.Option(help="With models: most messages of the user.")] = 30,
    steps: Annotated[int, typer.Option(help="With models: most messages of the agent.")] = 100,
    stream: Annotated[bool, typer.Option("--stream", help="Read replies as they are written.")] = False,
    key_file: KeyFile = None,
    price: Prices = None,
    budget: Budget = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask nobody; estimate calls, tokens and money.")] = False,
    at_once: Annotated[int, typer.Option(help="Episodes at once, with models. How many requests an endpoint bears is found out.")] = 256,
    timeout: Annotated[float, typer.Option(help="Seconds that a model may take for a reply.")] = 600.0,
    replies: Annotated[Path | None, typer.Option(help="Recording of all replies; RUN/replies.jsonl by default.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: play from the recording only.")] = False,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Play the tasks: a simulated user, an agent and the world take turns: rollouts.jsonl.

    Keys of endpoints come from AGENTSCALER_API_KEY (any endpoint), OPENAI_API_KEY (api.openai.com only), or --key-file.
    """
    names = agent or [a.strip() for a in agents.split(",") if a.strip()]
    talk = {
        "user": user, "users": pairs("--users", users.split(",") if users else []), "set": pairs("--set", set_ or []), "user_set": pairs("--user-set", user_set or []),
        "tools_in_prompt": tools_in_prompt, "context": context, "tokens": tokens, "turns": turns, "steps": steps, "stream": stream, "prices": prices(price or []), "budget": budget,
        "at_once": at_once, "timeout": timeout, "replies": str(replies) if replies else None, "offline": offline, "keys": keys(key_file),
    }  # fmt: skip
    if dry_run:
        _say_estimate(Run(run), walk.Settings(seed, workers, limit, fresh), names, trials, talk, as_json)
    else:
        _verb(walk.rollouts, run, seed, workers, limit, fresh, as_json, agents=names, trials=trials, probes=probes and not agent, **talk)


def _helped(offline: bool, price: list[str] | None, budget: float | None, key_file: Path | None) -> dict[str, Any]:
    """What a helping model is given along."""
    return {"offline": offline, "prices": prices(price or []), "budget": budget, "keys": keys(key_file)}


def _say_estimate(run: Run, settings: walk.Settings, agents: list[str], trials: int, talk: dict[str, Any], as_json: bool) -> None:
    """What it would take."""
    from agentscaler.walk.episodes import seats
    from agentscaler.walk.models import dry_run
    from agentscaler.walk.table import Talk

    found = dry_run(run, settings, agents=seats(agents, talk["user"]), trials=trials, talk=Talk(**talk))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(f"dry run: {found.episodes} episodes with models; about, at least:")
    _say_fact(console, "estimate", found.rows())
    if as_json:
        print(orjson.dumps({"verb": "rollouts", "episodes": found.episodes, "models": found.rows()}).decode())


app.command(epilog=RL_EXAMPLE)(rl)


@app.command(epilog="Example: agentscaler play --run runs/first\n\nA task by its id: agentscaler play 3f9c2a --run runs/first\n\nWatch a model: agentscaler play --run runs/first --agent hf:runs/first/models/phase2")
def play(
    run: RunOption,
    number: Annotated[str | None, typer.Argument(metavar="ID", help="Id of a task, or its first digits; one is drawn where none is given.")] = None,
    user: Annotated[str, typer.Option(help="Who plays the user: scripted, or NAME@https://HOST/v1.")] = "scripted",
    agent: Annotated[str | None, typer.Option(help="Let this agent play and watch: hf:FOLDER, NAME@https://HOST/v1, module:function or a scripted one.")] = None,
    key_file: KeyFile = None,
    seed: Seed = 0,
) -> None:
    """Play the agent yourself, in the terminal: say something, or call a tool by its name. `?` lists the tools. The judge speaks at the end."""
    from agentscaler.walk.hand import play_by_hand, watch

    lines = watch(Run(run), number, agent=agent, keys=keys(key_file), seed=seed) if agent else play_by_hand(Run(run), number, user=user, keys=keys(key_file), seed=seed)
    for line in lines:
        print(line)


@app.command(epilog="Example: agentscaler funnel --run runs/first")
def funnel(
    run: RunOption,
    strict_calls: Annotated[bool, typer.Option("--strict-calls", help="Ask for exactly the gold calls of all tasks, not only of read-only ones.")] = False,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Keep the rollouts that are well formed, reach the gold state, and, where nothing is written, make the gold calls: kept.jsonl."""
    _verb(walk.funnel, run, seed, workers, limit, fresh, as_json, strict=strict_calls)


@app.command(epilog="Example: agentscaler sft --run runs/first --vertical 'aws:connect*' --allow-scripted\n\nTrain on the rows: agentscaler sft --run runs/first --train Qwen/Qwen3-8B --phase both\n\nSee one: agentscaler sft --run runs/first --show 3f9c2a --train Qwen/Qwen3-8B")
def sft(
    run: RunOption,
    vertical: Annotated[list[str] | None, typer.Option(help="Glob of services whose worlds are phase 2, 'aws:connect*'. May be repeated.")] = None,
    allow_scripted: Annotated[bool, typer.Option("--allow-scripted", help="Take rows of scripted players too; the card says so.")] = False,
    most: Annotated[int, typer.Option(help="Most rows of one task.")] = 2,
    language: Annotated[str, typer.Option(help="'en' or 'zh': rows of conversations in that language only.")] = "",
    train: Annotated[str | None, typer.Option(metavar="BASE", help="Train this model (folder or hub id) on the rows that are there: models/. Needs the extra `train`.")] = None,
    phase: Annotated[str, typer.Option(help="With --train: 1 (general), 2 (vertical), or both, 2 from the model of 1.")] = "1",
    lora: Annotated[int, typer.Option(help="With --train: rank of LoRA; 0 trains all weights.")] = 0,
    longest: Annotated[int, typer.Option(help="With --train: tokens a row may have; longer ones are dropped, never cut.")] = 32_768,
    steps: Annotated[int, typer.Option(help="With --train: steps; -1 for one pass over the rows.")] = -1,
    rate: Annotated[float, typer.Option(help="With --train: learning rate.")] = 1e-5,
    failed: Annotated[str, typer.Option(metavar="train|context", help="With --train: messages with a call that the world refused are trained on, as in the paper, or only read.")] = "train",
    packing: Annotated[bool, typer.Option("--packing", help="With --train: put whole rows together into one of --longest tokens.")] = False,
    show: Annotated[str | None, typer.Option(metavar="ID", help="Print a training row, what has loss in colour, as the model of --train BASE reads it.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="With --train: take all its settings from the [train] table of this file, in place of flags.")] = None,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Write training rows, general and of one vertical, with a dataset card: sft/. With --train, train a model on them."""
    if show is not None:
        _show_row(run, show, train)
    elif train is not None:
        from agentscaler.train.loop import Recipe
        from agentscaler.train.loop import train as train_on
        from agentscaler.train.recipes import read_training

        if phase not in ("1", "2", "both"):
            raise UserError(f"--phase is {phase!r}; give 1, 2 or both")
        given = read_training(recipe) if recipe else Recipe(rate=rate, steps=steps, longest=longest, packing=packing, lora=lora, seed=seed, failed=failed)
        for done in train_on(run, train, phase, given, fresh=fresh):  # type: ignore[arg-type]
            print(f"{done.folder}: loss {done.losses[0][1]:.4f} -> {done.losses[-1][1]:.4f} in {done.losses[-1][0]} steps")
    else:
        _verb(walk.sft, run, seed, workers, limit, fresh, as_json, vertical=vertical or [], allow_scripted=allow_scripted, most=most, language=language)


def _show_row(run: Path, number: str, base: str | None) -> None:
    """A training row with what has loss in colour (between [[ ]] where there are no colours)."""
    from agentscaler.train.loop import find_row, needs_trl, pieces

    row = find_row(run, number)
    if base is None:
        raise UserError("which tokens have loss is for the chat template to say: give --train BASE, a model or a folder with a tokenizer")
    needs_trl()
    from transformers import AutoTokenizer

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 140)
    for part in pieces(row, AutoTokenizer.from_pretrained(base)):
        for piece in part:
            if console.is_terminal:
                console.print(piece.text, style="bold green" if piece.trained else "dim", end="")
            else:
                print(f"[[{piece.text}]]" if piece.trained else piece.text, end="")
        print()


@app.command("run", epilog="Example: agentscaler run runs/first.toml\n\nThe same with models: agentscaler run runs/first.toml --agent qwen3-8b@http://localhost:8000/v1 --user gpt-5-mini@https://api.openai.com/v1")
def run_recipe(
    recipe: Annotated[Path, typer.Argument(help="A recipe: a TOML file with a table for each verb.")],
    agent: Annotated[list[str] | None, typer.Option(help="Who plays the agent, instead of whom the recipe names: NAME@https://HOST/v1 or any other of `rollouts --agent`. May be repeated.")] = None,
    user: Annotated[str | None, typer.Option(help="Who plays the user, instead of whom the recipe names.")] = None,
    price: Prices = None, budget: Budget = None, key_file: KeyFile = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Walk through all rooms with the settings of a recipe. What is finished is passed over."""
    from agentscaler.recipe import read_recipe, walk_recipe

    players = {"agents": agent, "user": user, "prices": prices(price or []), "budget": budget}
    read = read_recipe(recipe).with_players({k: v for k, v in players.items() if v})
    summaries = []
    for summary in walk_recipe(read, fresh=fresh, cache=cache_folder(), keys=keys(key_file)):
        say(summary, False)
        summaries.append(summary)
    _say_house(summaries)
    print(f"report: {read.folder / 'report' / 'index.html'}")
    if as_json:
        rooms = [{"verb": s.verb, "kept": s.kept, "dropped": s.dropped, "seconds": s.seconds, **s.facts} for s in summaries]
        print(orjson.dumps({"verb": "run", "kept": sum(s.kept for s in summaries), "dropped": {}, "seconds": round(sum(s.seconds for s in summaries), 2), "rooms": rooms}).decode())


def _say_house(summaries: list[walk.Summary]) -> None:
    """The table of the house: what each room kept and dropped."""
    table = Table(title="the house", title_justify="left", box=None, pad_edge=False)
    for column in ("room", "kept", "dropped", "seconds", "most dropped for"):
        table.add_column(column, justify="left" if column in ("room", "most dropped for") else "right")
    for summary in summaries:
        why = ", ".join(f"{r} {n}" for r, n in sorted(summary.dropped.items(), key=lambda x: -x[1])[:3])
        table.add_row(summary.verb, str(summary.kept), str(sum(summary.dropped.values())), "done before" if summary.again else f"{summary.seconds:.1f}", why)
    table.add_row("all", "", "", f"{sum(s.seconds for s in summaries):.1f}", "")
    Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(table)


@app.command(epilog="Example: agentscaler show 3f9c2a --run runs/first")
def show(
    number: Annotated[str, typer.Argument(metavar="ID", help="Id of a row, or its first digits; for a world its id or folder's name.")],
    run: RunOption,
) -> None:
    """Print any row of a run, readable: a task with gold and diff, a rollout as a conversation, a world with its tools."""
    from agentscaler.show import show as show_row

    if not run.is_dir():
        raise UserError(f"run folder {str(run)!r} is not there; name another with --run")
    print(show_row(Run(run), number))


@app.command(epilog="Example: agentscaler logs --run runs/mine --verdict failed --blame agent\n\nHard ones only: agentscaler logs --run runs/mine --calls 4-9")
def logs(
    run: RunOption,
    verdict: Annotated[str | None, typer.Option(help="passed or failed: only those.")] = None,
    blame: Annotated[str | None, typer.Option(help="agent, user or world: only those that failed by it.")] = None,
    field: Annotated[str | None, typer.Option(help="Field of life, as `tools` prints them: only those.")] = None,
    shape: Annotated[str | None, typer.Option(help="Shape of the task, as `rollouts` prints them: only those.")] = None,
    calls: Annotated[str | None, typer.Option(help="Difficulty: gold calls, such as 4 or 3-5.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the logs; logs/ of the run by default.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Write rollouts as Inspect logs, which `inspect view` opens: messages, reasoning, calls, state diffs, verdict and blame."""
    from agentscaler.walk.logs import logs as write_logs
    from agentscaler.walk.logs import wanted_of

    say(write_logs(Run(run), walk.Settings(limit=limit), wanted=wanted_of(verdict, blame, field, shape, calls), out=out), as_json)


@app.command(epilog="Example: agentscaler demo --open")
def demo(
    run: Annotated[Path | None, typer.Option("--run", help="Folder to do it in; a new temporary one by default.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
) -> None:
    """Show one small world that ships with the package: a task played, the state diff, a wrong rollout caught, the report."""
    import tempfile
    import webbrowser

    from agentscaler.demo import demo as run_demo

    last = ""
    for last in run_demo(run or Path(tempfile.mkdtemp(prefix="agentscaler-demo-"))):
        print(last, flush=True)
    if open_:
        webbrowser.open(Path(last.removeprefix("\nreport: ")).resolve().as_uri())


@app.command(epilog="Example: agentscaler check runs/first --workers 2\n\nOne world: agentscaler check runs/first/envs/shop-1f0c...\n\nAgainst the real service: agentscaler check runs/first --fidelity pool --limit 500")
def check(
    path: Annotated[Path | None, typer.Argument(help="A run folder, or the folder of one world.")] = None,
    seed: Annotated[int, typer.Option(help="Which worlds --limit draws.")] = 0,
    workers: Workers = CORES,
    limit: Annotated[int | None, typer.Option(help="Make only so many worlds anew, with their tasks and rollouts; the others are read, rendered and played again. With --fidelity: so many calls, or tasks of a benchmark.")] = None,
    recorded: Annotated[Literal["pool", "run", "official"] | None, typer.Option("--fidelity", help="Instead: make calls that were recorded at the real service in the run's worlds, and compare. pool: the examples that ship with the packages of the pool; run: what the run's own files recorded (HAR, Postman); official: needs no run, but --source.")] = None,
    source: Annotated[list[Path] | None, typer.Option(metavar="FOLDER", help="With --fidelity official: a checkout of tau-bench or tau2-bench. Worlds compiled from its schemas are held against its own tools.")] = None,
    python: Annotated[Path | None, typer.Option(help="With --fidelity official: the python of an environment that the benchmark runs in, in place of the one that `evals setup tau` makes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End stdout with one JSON object: findings, steps, seconds; with --fidelity a line for each vendor.")] = False,
) -> None:
    """Prove a run, or a world, again from disk: everything is made anew from its inputs and compared. Exit code 2 where something does not hold."""
    from agentscaler import cli_fidelity
    from agentscaler.check import Finding, Step, prove

    if recorded == "official":
        _fidelity(cli_fidelity.official(source or [], python, limit), as_json)
        return
    if path is None:
        raise UserError("give a run folder, or the folder of one world")
    if recorded is not None:
        _fidelity(cli_fidelity.recorded(path, recorded, seed, limit), as_json)
        return
    findings: list[Finding] = []
    steps: list[Step] = []
    for item in prove(path, seed=seed, workers=workers, limit=limit):
        if isinstance(item, Finding):
            findings.append(item)
            print(item, flush=True)
        else:
            steps.append(item)
            print(f"{'proven  ' if item.proven else '        '} {item.what} ({item.seconds} s)", flush=True)
    seconds = round(sum(s.seconds for s in steps), 2)
    partly = ", ".join(s.what.split(":")[0] for s in steps if not s.proven) if not findings else ""
    print(f"check: {len(findings) or 'no'} finding{'s' * (len(findings) != 1)} in {seconds} s" + (f"; not wholly proven: {partly}" if partly else ""))
    if as_json:
        print(orjson.dumps({"verb": "check", "findings": [f._asdict() for f in findings], "steps": [s._asdict() for s in steps], "seconds": seconds}).decode())
    if findings:
        raise typer.Exit(2)


def _fidelity(facts: Iterator[tuple[str, Any]], as_json: bool) -> None:
    console = Console()
    for name, fact in facts:
        if name != "json":
            _say_fact(console, name, fact)
        elif as_json:
            print(orjson.dumps(fact).decode())


@app.command(epilog="Example: agentscaler twin openapi.yaml\n\nFor MCP clients: agentscaler twin openapi.yaml --serve mcp\n\nFor an existing client library: agentscaler twin aws:amplify --serve http --port 8800")
def twin(
    what: Annotated[str, typer.Argument(help="Definitions in any dialect of docs/own-api.md, as `tools --from` takes them; VENDOR:SERVICE of the default pool (aws:amplify); or the folder of a world.")],
    serve: Annotated[str | None, typer.Option(metavar="mcp|http", help="Serve it instead of acting in it: mcp over stdio, with --port over streamable HTTP; http on the API's own verbs and paths.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on; 8800 for http where none is given.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on; 127.0.0.1 where none is given.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the first state: same seed, same rows.")] = 0,
    rows: Annotated[int | None, typer.Option(help="About so many rows in all.")] = None,
    dialect: Annotated[str | None, typer.Option(help="Read WHAT as this dialect and no other.")] = None,
    mends: Annotated[str | None, typer.Option(metavar="<path>", help="Your corrections of what was compiled, as in mends.jsonl of a run (docs/worlds.md).")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="With --serve mcp: offer reset, snapshot, restore and diff as tools, too.")] = False,
    trusted: Annotated[bool, typer.Option("--trusted", help="Run the code of a world's folder that was not compiled here, or was edited.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a call, for scripts.")] = False,
) -> None:
    """Make a living twin of an API and act in it: from the terminal, from any MCP client, or from the API's own client library."""
    from agentscaler.twin import act_in, build_twin, check_flags, serve_http, serve_mcp

    check_flags(serve, port=port, host=host, admin=admin, as_json=as_json)
    made = build_twin(what, seed=seed, rows=rows, dialect=dialect, trusted=trusted, mends=mends)
    if serve == "mcp":
        serve_mcp(made, host=host, port=port, admin=admin)
    elif serve == "http":
        serve_http(made, host=host, port=port)
    else:
        act_in(made, as_json=as_json)


app.command(epilog=LEARN_EXAMPLE)(learn)


@app.command(epilog="Example: agentscaler report --run runs/first")
def report(
    run: RunOption,
    sample: Annotated[int, typer.Option(help="Worlds that are drawn and shown in full, with a few tasks each.")] = 40,
    seed: Seed = 0,
    workers: Workers = CORES,
    limit: Limit = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Write the run as pages that open in any browser without network: report/index.html."""
    _verb(walk.report, run, seed, workers, limit, fresh, as_json, sample=sample)
