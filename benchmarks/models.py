"""Thousands of episodes with models over real HTTP, with faults mixed in and the process killed in the middle: is anything lost, is anything counted twice, and what does it cost us?

    python benchmarks/models.py [--episodes 2000] [--at-once 500] [--faults 0.05] [--workers 2] [--run RUN] [--json]

A server of our own (tests/model_server.py, a process of its own) plays both sides as models would: it answers after 20 ms or so, and one request in twenty meets a 429, a 500, a reset or a hung
connection, a body cut off in the middle, arguments that are no JSON, an empty or a slow reply. The command line plays, is killed with -9 when half is done, and goes on. Without --run the tasks are
those of the bike rental that ships with the package, each as often as it takes. Then, without faults, by one process and by two. Beside it: CPU per request of this client, of the SDK's typed way, and of its bare HTTP client.
"""

import argparse
import asyncio
import importlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from agentscaler import walk
from agentscaler.canonical import same
from agentscaler.grade import from_calls, grade
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.keys import endpoint
from agentscaler.records import Message, Task
from agentscaler.rollouts import kept_env
from agentscaler.store import Run, read_records, read_rows
from agentscaler.world import World

TIMED = (
    "import atexit, resource as r, sys; used = lambda who: sum(r.getrusage(who)[:2]); "
    "atexit.register(lambda: print(used(r.RUSAGE_SELF), used(r.RUSAGE_CHILDREN), file=sys.stderr)); from agentscaler.cli import main; main()"
)
"""The command line that says at its end how many CPU seconds it and its processes took."""
SERVER = Path(__file__).parents[1] / "tests" / "model_server.py"


def main() -> None:
    """Reads the flags, measures, prints."""
    parser = argparse.ArgumentParser(description="Episodes with models over HTTP, with faults, kill -9 and resume.")
    parser.add_argument("--episodes", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=500)
    parser.add_argument("--faults", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=2, help="processes that play")
    parser.add_argument("--run", type=Path, help="a run folder with tasks, of which a copy is played; the bike rental by default")
    parser.add_argument("--json", action="store_true", help="one line of JSON with all figures")
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="agentscaler-bench-") as name:
        run = Run(Path(name) / "run")
        tasks = borrowed(run, flags.run) if flags.run else bikes(run)
        trials = -(-flags.episodes // tasks)
        limit = tasks if trials > 1 else flags.episodes
        figures = clients(run) | episodes(run, flags.faults, flags.at_once, trials, limit, flags.workers) | speeds(run, flags.at_once, trials, limit) | {"share of world and judge": share(run)} | parked(run)
    if flags.json:
        print(orjson.dumps(figures).decode())
        return
    for what, value in figures.items():
        print(f"{what:>34}  {value}")


def bikes(run: Run) -> int:
    """The bike rental up to its tasks; how many there are."""
    source = str(files("agentscaler") / "data" / "demo" / "bikes.yaml")
    walk.tools(run, walk.Settings(), files=[source], with_pool=False)
    walk.domains(run, walk.Settings(), one="bikes")
    walk.envs(run, walk.Settings())
    return walk.tasks(run, walk.Settings(), most=40, tries=200).kept


def borrowed(run: Run, other: Path) -> int:
    """The tasks and worlds of another run; how many there are."""
    (run.path / "tasks.jsonl").write_bytes((other / "tasks.jsonl").read_bytes())
    (run.path / "envs").symlink_to((other / "envs").resolve())
    return sum(1 for _ in read_rows(run.product("tasks")))


@contextmanager
def server(run: Run, faults: float, delay: float) -> Iterator[str]:
    """The address of a server that plays this run's tasks."""
    words = [sys.executable, str(SERVER), str(run.path), "--faults", str(faults), "--delay", str(delay), "--hang", "12"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(SERVER.parent), os.environ.get("PYTHONPATH")]))})
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


# ---- episodes -----------------------------------------------------------------------------------------------------


def command(run: Run, url: str, at_once: int, trials: int, limit: int, workers: int) -> list[str]:
    """The command line that plays."""
    words = [sys.executable, "-c", "from agentscaler.cli import main; main()", "rollouts", "--run", str(run.path), "--agent", f"m@{url}", "--user", f"u@{url}", "--users", "cooperative=1", "--workers", str(workers)]
    return [*words, "--trials", str(trials), "--limit", str(limit), "--at-once", str(at_once), "--timeout", "8", "--price", "m=1,2", "--price", "u=1,2", "--json"]


def speeds(run: Run, at_once: int, trials: int, limit: int) -> dict[str, Any]:
    """Episodes a second by one process and by two, what a request costs all of them and the busiest one, and so how many a second they could bear on cores of their own."""
    out: dict[str, Any] = {}
    for workers in (1, 2):
        with server(run, 0.0, 0.02) as url:
            words = [*command(run, url, at_once, trials, limit, workers), "--fresh", "--replies", str(run.path / f"by-{workers}.jsonl")]
            words[2] = TIMED
            start = time.monotonic()
            done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
            seconds = time.monotonic() - start
        first, others = map(float, done.stderr.splitlines()[-1].split())
        requests, busiest = lines(run.path / f"by-{workers}.jsonl"), max(first, others / workers)
        each = f"{first / requests * 1000:.2f}" + (f" in the first, {others / workers / requests * 1000:.2f} in each other" if others else "")
        name = f"{workers} process{'es' if workers > 1 else ''}"
        out[f"episodes a second, {name}"] = round(trials * limit / seconds, 1)
        out[f"CPU a request, {name} (ms)"] = each
        out[f"requests a second of the busiest's CPU, {name}"] = round(requests / busiest)
    return out


def episodes(run: Run, faults: float, at_once: int, trials: int, limit: int, workers: int) -> dict[str, Any]:
    """Play, kill, go on; what came of it."""
    with server(run, faults, 0.02) as url:
        words = command(run, url, at_once, trials, limit, workers)
        start = time.monotonic()
        first = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        part = run.path / "rollouts.jsonl.part"
        while first.poll() is None and lines(part) < trials * limit // 2:
            time.sleep(0.2)
        killed = first.poll() is None
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        before, recorded_before = lines(part), lines(run.path / "replies.jsonl")
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
        seconds = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = orjson.loads(done.stdout.splitlines()[-1])
    rows = list(read_rows(run.product("rollouts")))
    recorded = Counter(r["key"] for r in read_rows(run.path / "replies.jsonl"))
    played = sum(r["usage"]["prompt_tokens"] for r in rows)
    paid = sum(r["reply"]["usage"]["prompt"] for r in read_rows(run.path / "replies.jsonl"))
    return {
        "episodes": len(rows),
        "dropped": told["dropped"],
        "killed with -9 at": f"{before} rows, {recorded_before} replies" if killed else "it was quicker",
        "rows that came twice": len(rows) - len({(r["task"], r["trial"]) for r in rows}),
        "episodes lost": trials * limit - len(rows) - sum(told["dropped"].values()),
        "replies paid for twice": sum(recorded.values()) - len(recorded),
        "tokens of rows / tokens paid": round(played / paid, 4),
        "requests": sum(recorded.values()),
        "failed requests after the kill": told.get("failed requests", {}),
        "blame": told["blame"],
        "seconds, both runs": round(seconds, 1),
        "episodes a second": round(len(rows) / seconds, 1),
        "CPU a request, all of a run (ms)": round((used.ru_utime + used.ru_stime) / sum(recorded.values()) * 1000, 2),
        "most memory of a process (MB)": round(used.ru_maxrss / 1024),
    }


def lines(path: Path) -> int:
    """Whole lines of a file that may not be there yet."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def share(run: Run) -> str:
    """Time that the world and the judge take, of an episode whose model answers in 20 ms (real ones take a hundred times as long)."""
    tasks = dict(read_records(run.product("tasks"), Task))
    rows = list(read_rows(run.product("rollouts")))[:200]
    start = time.process_time()
    for row in rows:
        task = tasks[row["task"]]
        with World.open(kept_env(str(run.path / task.folder)), seed=task.seed) as world:
            calls = [(c["name"], c["arguments"]) for m in row["messages"] for c in m["calls"]]
            grade(task, from_calls(task, world, calls, row["messages"][-1]["content"]))
    ours = (time.process_time() - start) / len(rows)
    waited = sum(sum(m["role"] in ("assistant", "user") for m in r["messages"]) for r in rows) / len(rows) * 0.02
    return f"{ours * 1000:.2f} ms of {waited * 1000:.0f} ms, {ours / (ours + waited):.2%}; at 2 s a reply {ours / (ours + waited * 100):.3%}"


def parked(run: Run, count: int = 10_000) -> dict[str, Any]:
    """Episodes that wait: each is the state of its world after half of its calls, as a snapshot; some are taken up again, played to their end and judged."""
    tasks = list(dict(read_records(run.product("tasks"), Task)).values())
    worlds = {t.folder: World.open(kept_env(str(run.path / t.folder)), seed=t.seed) for t in tasks}
    waiting: list[tuple[Task, bytes]] = []
    start = time.monotonic()
    for number in range(count):
        task = tasks[number % len(tasks)]
        world = worlds[task.folder]
        world.reset()
        for call in task.gold[: (len(task.gold) + 1) // 2]:
            world.call(call.name, call.arguments)
        waiting.append((task, world.snapshot()))
    seconds = time.monotonic() - start
    sizes = sorted(len(state) for _, state in waiting)
    good = 0
    for task, state in waiting[:: count // 500]:
        world = worlds[task.folder]
        world.restore(state)
        for call in task.gold[(len(task.gold) + 1) // 2 :]:
            world.call(call.name, call.arguments)
        good += same(world.diff().form, task.change)
    for world in worlds.values():
        world.close()
    taken = len(waiting[:: count // 500])
    return {"parked at once": count, "bytes of state each, median and most": f"{sizes[count // 2]} and {sizes[-1]}", "parked a second": round(count / seconds), "taken up again and right": f"{good} of {taken}"}


# ---- clients ------------------------------------------------------------------------------------------------------


def clients(run: Run) -> dict[str, float]:
    """CPU milliseconds a request, 50 at once: ours, the SDK's typed way, its bare HTTP client."""
    messages = [Message(role="system", content="x" * 500), *[Message(role="user", content="hello " * 300), Message(role="assistant", content="y" * 800)] * 3, Message(role="user", content="And?")]
    tools = [{"type": "function", "function": {"name": f"tool_{n}", "description": "d" * 200, "parameters": {"type": "object", "properties": {f"p{k}": {"type": "string", "description": "z" * 60} for k in range(5)}}}} for n in range(20)]
    with server(run, 0.0, 0.005) as url:
        return asyncio.run(_clients(url, messages, tools))


async def _clients(url: str, messages: list[Message], tools: list[Any]) -> dict[str, float]:
    import openai

    http = importlib.import_module(openai.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])
    model = ChatModel(endpoint(f"m@{url}"))
    typed = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    body: dict[str, Any] = {"model": "m", "messages": [{"role": m.role, "content": m.content} for m in messages], "tools": tools}

    async def bare_once(client: Any) -> Any:
        response = await client.post(f"{url}/chat/completions", content=orjson.dumps(body))
        return orjson.loads(response.content)

    async with http.AsyncClient(limits=http.Limits(max_connections=None, max_keepalive_connections=None)) as bare:
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "CPU a request, ours (ms)": lambda: model.reply(messages, tools),
            "CPU a request, SDK typed (ms)": lambda: typed.chat.completions.create(**body),
            "CPU a request, bare HTTP (ms)": lambda: bare_once(bare),
        }
        out = {name: min([await _cost(way) for _ in range(3)]) for name, way in ways.items()}
    await model.close()
    await typed.close()
    return out


async def _cost(way: Callable[[], Awaitable[Any]], lanes: int = 50, each: int = 8) -> float:
    async def lane() -> None:
        for _ in range(each):
            await way()

    await asyncio.gather(*(lane() for _ in range(lanes)))
    start = time.process_time()
    await asyncio.gather(*(lane() for _ in range(lanes)))
    return round((time.process_time() - start) / lanes / each * 1000, 2)


if __name__ == "__main__":
    main()
