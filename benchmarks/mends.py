"""Worlds of a run beside what mends made of them, as pages for readers who do not know which is which.

    python benchmarks/mends.py --run runs/first --mends docs/readings/2a85321/mends.jsonl --seed 2a85321 --out pages [--tools 60]
    python benchmarks/mends.py --verdicts docs/readings/2a85321

The mends are made again, look after look, through the gate; what holds of them is printed. Tools are drawn by the seed from those that the worlds had before, each gives a page of either side, and all pages are shuffled:
index.json, which no reader sees, says what each one is. The run must be of the worlds that the mends were written for. With --verdicts: how many were right on either side, and what became of each.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import readings

from agentscaler import read_env
from agentscaler.dice import Dice
from agentscaler.mend import Mend, mended
from agentscaler.records import EnvSpec, JsonObject, Tool
from agentscaler.store import read_rows
from agentscaler.walk.mending import Pool
from agentscaler.walk.places import find_places
from agentscaler.walk.worlds import write_world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("run", "mends", "out", "verdicts"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--seed", default="0", help="commit hash")
    parser.add_argument("--tools", type=int, default=60)
    given = parser.parse_args()
    if given.verdicts:
        count(given.verdicts)
        return
    pool = Pool(find_places(given.run / "tools.jsonl"))
    folders = {r["domain"]: given.run / r["folder"] for r in read_rows(given.run / "envs.jsonl")}
    rows = [orjson.loads(line) for line in given.mends.read_bytes().splitlines()]
    before = {name: read_env(folders[name]) for name in dict.fromkeys(r["domain"] for r in rows)}
    after = dict(before)
    for look in sorted({r["look"] for r in rows}):
        for name in before:
            found = [Mend.model_validate({k: v for k, v in r.items() if k in Mend.model_fields}) for r in rows if (r["domain"], r["look"]) == (name, look)]
            after[name] = mended(after[name], found, pool)
    for name in before:
        own = [sum(t.own for t in env.tools) for env in (before[name], after[name])]
        print(f"{name}: {own[0]} tools of its own, then {own[1]}; {sum(not m.left for m in after[name].mended)} mended or added, {sum(m.left for m in after[name].mended)} left")
    print(f"in all {sum(t.own for e in before.values() for t in e.tools)} and {sum(t.own for e in after.values() for t in e.tools)}, of {sum(len(e.lost) + sum(t.own for t in e.tools) for e in before.values())}")
    pages(given.out, before, after, pool, Dice(int(given.seed[:12], 16), "mends"), given.tools)


def pages(out: Path, before: Mapping[str, EnvSpec], after: Mapping[str, EnvSpec], pool: Mapping[str, Tool], dice: Dice, tools: int) -> None:
    sides = {"before": before, "after": after}
    for side, worlds in sides.items():
        (out / side / "envs").mkdir(parents=True, exist_ok=True)
        (out / side / "envs.jsonl").write_bytes(b"".join(orjson.dumps(write_world(env, out / side / "envs").model_dump(mode="json")) + b"\n" for env in worlds.values()))
    readings.provider_row = lambda run, tool: pool[tool.tool].model_dump(mode="json")  # type: ignore[assignment]
    rows = {side: {r["domain"]: r for r in read_rows(out / side / "envs.jsonl")} for side in sides}
    drawn = dice.sample([(name, t.name) for name in sorted(before) for t in before[name].tools if t.own], tools)
    here = [(side, name, tool) for side, worlds in sides.items() for name, tool in drawn if tool in {t.name for t in worlds[name].tools}]
    here += [("added", name, t.name) for name in sorted(after) for t in after[name].tools if t.name not in {x.name for x in before[name].tools}]
    write(out / "tools", dice, [({"side": side, "domain": name, "name": tool}, readings.tool_page(out / ("before" if side == "before" else "after"), rows["before" if side == "before" else "after"][name]["folder"], tool)[1]) for side, name, tool in here])
    write(out / "worlds", dice, [({"side": side, "domain": name}, readings.world_page(out / side, rows[side][name])[1]) for side in sides for name in sorted(before)])


def write(folder: Path, dice: Dice, made: Sequence[tuple[JsonObject, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shuffled = dice.sample(list(made), len(made))
    for number, (_, text) in enumerate(shuffled, 1):
        (folder / f"{number:03d}.md").write_text(text, encoding="utf-8")
    (folder.parent / f"{folder.name}.index.json").write_text(json.dumps({n: about for n, (about, _) in enumerate(shuffled, 1)}, indent=0))


def count(folder: Path) -> None:
    """tools.jsonl and worlds.jsonl: a row a page with its side and verdict."""
    for file in ("tools", "worlds"):
        rows = list(read_rows(folder / f"{file}.jsonl"))
        for side in dict.fromkeys(r["side"] for r in rows):
            told = Counter(r["verdict"] for r in rows if r["side"] == side)
            print(f"{file}, {side}: {sum(told.values())} read, {', '.join(f'{n} {v}' for v, n in told.most_common())}")


if __name__ == "__main__":
    main()
