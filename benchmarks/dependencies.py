"""Which result feeds which parameter, measured against what providers document themselves.

    python benchmarks/dependencies.py --run runs/first            the table, and who supplies the required parameters
    python benchmarks/dependencies.py --run runs/first --tune     weights fitted anew on the tune half

Truth one: the description of a parameter names an operation of its service that its value comes from ("obtained through the DescribeSubnets API").
While measuring, every sentence of that description that names an operation is taken away. Services fall into a half for tuning and one for testing by
the hash of their name. Truth two, Google: the collection that stands before the last placeholder of the path is the thing, and its list, get and
create are its producers; measured with the path, which the product reads, and without it, from the names alone.
"""

import argparse
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from agentscaler.edges import WEIGHTS, Guess, Index, guesses, index, of_itself, producers
from agentscaler.mentions import said_to_produce, without
from agentscaler.records import Node, Tool
from agentscaler.schemas import fields
from agentscaler.store import Run, read_records
from agentscaler.verbs import analyse
from agentscaler.walk import read_pool

Pair: TypeAlias = tuple[str, str]
"""Id of a tool, and a parameter of it."""
Truth: TypeAlias = Mapping[Pair, set[str]]
"""Pair -> ids of the tools that produce it."""
Ranker: TypeAlias = Callable[[Pair], Sequence[str]]
NO_THING = re.compile(r"(?i)token|tags?$|filters?$|limit|offset|ifmatch|dryrun|status|type$|enabled|required|description|max|min|time")
"""Parameters whose descriptions name operations for other reasons: paging, filters, states, switches."""
AT = (1, 3, 10)


class Recall(NamedTuple):
    """How often a right producer is among the first so many."""

    name: str
    pairs: int
    at: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    tools = read_pool(Run(given.run), "dependencies")
    where = index(tools)
    truth = documented(tools, where)
    if given.tune:
        tune(tools, where, truth)
        return
    show("documented by the provider (AWS, Tencent), the phrase taken away", list(against_providers(tools, where, truth)))
    show("Google, the parents in the path", list(against_paths(tools, where)))
    suppliers(given.run)


# ---- truth ------------------------------------------------------------------------------------------------------


def documented(tools: Mapping[str, Tool], where: Index) -> Truth:
    """Pairs whose description names a read or a create of the same service as the source of the value."""
    found: dict[Pair, set[str]] = defaultdict(set)
    for number, tool in tools.items():
        operations = where.operations[tool.source.group]
        for parameter, schema in tool.parameters.get("properties", {}).items():
            if tool.source.vendor == "google" or NO_THING.search(parameter):
                continue
            for name in said_to_produce(schema.get("description", ""), operations):
                other = tools[operations[name]]
                if operations[name] != number and (analyse(other.source, other.name).kind in ("get", "list") or name.startswith("Create")):
                    found[number, parameter].add(operations[name])
    return found


def masked(tools: Mapping[str, Tool], pair: Pair, where: Index) -> Tool:
    """The tool without the sentences that give the answer away."""
    tool = tools[pair[0]]
    properties = dict(tool.parameters["properties"])
    text = properties[pair[1]].get("description", "")
    properties[pair[1]] = {**properties[pair[1]], "description": without(text, where.operations[tool.source.group])}
    return tool.model_copy(update={"parameters": {**tool.parameters, "properties": properties}})


def is_test(service: str) -> bool:
    """Does a service fall into the half that is only measured?"""
    return hashlib.sha256(service.encode()).digest()[0] % 2 == 1


def parents(tools: Mapping[str, Tool]) -> Truth:
    """Google: required parameters that hold a resource name -> list, get and create of the collection that the path says."""
    by: dict[tuple[str, str], set[str]] = defaultdict(set)
    for number, tool in tools.items():
        collection, _, last = tool.source.operation.rpartition(".")
        if tool.source.vendor == "google" and last in ("list", "get", "create", "insert"):
            by[tool.source.group, collection.partition(".")[2]].add(number)
    found: dict[Pair, set[str]] = {}
    for number, tool in tools.items():
        for parameter in tool.parameters.get("required", ()):
            if tool.source.vendor != "google" or parameter not in tool.source.in_path or f"{{{parameter}}}" in (tool.source.path or ""):
                continue
            parts = (tool.source.path or "").split("/")
            chain = ".".join(a for a, b in pairwise(parts) if b.startswith("{"))
            if right := by.get((tool.source.group, chain), set()) - {number}:
                found[number, parameter] = right
    return found


# ---- measuring --------------------------------------------------------------------------------------------------


def against_providers(tools: Mapping[str, Tool], where: Index, truth: Truth) -> Iterator[Recall]:
    names = by_name(tools)
    for half, test in (("tune", False), ("test", True)):
        part = {pair: right for pair, right in truth.items() if is_test(tools[pair[0]].source.group) is test}
        yield recall(f"ours, {half} half", part, lambda pair: [e.source for e in producers(pair[0], masked(tools, pair, where), pair[1], where, most=max(AT))])
        yield recall(f"equal names, {half} half", part, lambda pair: names(pair))


def against_paths(tools: Mapping[str, Tool], where: Index) -> Iterator[Recall]:
    truth, names = parents(tools), by_name(tools)
    yield recall("ours", truth, lambda pair: [e.source for e in producers(pair[0], tools[pair[0]], pair[1], where, most=max(AT))])
    yield recall("ours, the path taken away", truth, lambda pair: [e.source for e in producers(pair[0], pathless(tools[pair[0]]), pair[1], where, most=max(AT))])
    yield recall("equal names", truth, lambda pair: names(pair))


def pathless(tool: Tool) -> Tool:
    return tool.model_copy(update={"source": tool.source.model_copy(update={"path": None})})


def by_name(tools: Mapping[str, Tool]) -> Ranker:
    """The plain way: tools of the service whose result has a field of the very same name, in the order of their names."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for number, tool in tools.items():
        for name in {f.name for f in fields(tool.returns)}:
            found[tool.source.group, name].append((tool.source.operation, number))
    return lambda pair: [n for _, n in sorted(found.get((tools[pair[0]].source.group, pair[1]), ())) if n != pair[0]]


def recall(name: str, truth: Truth, rank: Ranker) -> Recall:
    places = [next((place for place, tool in enumerate(rank(pair)) if tool in right), max(AT)) for pair, right in sorted(truth.items())]
    return Recall(name, len(places), tuple(sum(p < k for p in places) / max(len(places), 1) for k in AT))


def show(title: str, rows: Sequence[Recall]) -> None:
    table = Table("", "pairs", *(f"recall@{k}" for k in AT), title=title, title_justify="left")
    for row in rows:
        table.add_row(row.name, f"{row.pairs:,}", *(f"{v:.3f}" for v in row.at))
    Console(width=100).print(table)


def suppliers(run: Path) -> None:
    """Who supplies the required parameters of the pool, from the product."""
    counts = Counter(w.supplier for _, node in read_records(Run(run).need("graph", "dependencies"), Node) for w in node.wants)
    total = max(sum(counts.values()), 1)
    table = Table("supplier", "parameters", "share", title="required parameters of the pool", title_justify="left")
    for name, count in counts.most_common():
        table.add_row(name, f"{count:,}", f"{count / total:.3f}")
    Console(width=100).print(table)


# ---- tuning -----------------------------------------------------------------------------------------------------


def tune(tools: Mapping[str, Tool], where: Index, truth: Truth) -> None:
    """Weights by logistic regression: a right producer against each wrong one of the same parameter, every service as heavy as the root of its pairs."""
    from sklearn.linear_model import LogisticRegression

    part = {pair: right for pair, right in sorted(truth.items()) if not is_test(tools[pair[0]].source.group)}
    found = {pair: list(guesses(pair[0], masked(tools, pair, where), pair[1], where)) for pair in part}
    names = sorted({sign for some in found.values() for g in some for sign in signs_of(g, where)})
    heavy = Counter(tools[number].source.group for number, _ in part)
    weights = dict(WEIGHTS)
    for _ in range(3):
        rows, worth = [], []
        for pair, right in part.items():
            best: dict[str, tuple[float, Any]] = {}
            for guess in found[pair]:
                signs = signs_of(guess, where)
                score = sum(weights.get(s, 0.0) * v for s, v in signs.items())
                if guess.producer.tool not in best or score > best[guess.producer.tool][0]:
                    best[guess.producer.tool] = (score, np.array([signs.get(n, 0.0) for n in names]))
            good = [v for n, v in best.items() if n in right]
            bad = sorted((v for n, v in best.items() if n not in right), key=lambda v: -v[0])[:12]
            for _, vector in bad if good else ():
                rows.append(max(good, key=lambda v: v[0])[1] - vector)
                worth.append(1 / len(bad) / heavy[tools[pair[0]].source.group] ** 0.5)
        one, share = np.array(rows), np.array(worth) * len(rows) / sum(worth)
        fit = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000).fit(np.r_[one, -one], np.r_[np.ones(len(one)), np.zeros(len(one))], np.r_[share, share])
        weights = dict(zip(names, map(float, fit.coef_[0]), strict=True))
    for name, weight in sorted(weights.items(), key=lambda x: -x[1]):
        print(f"{weight:6.2f}  {WEIGHTS.get(name, 0.0):5.1f}  {name}")


def signs_of(guess: Guess, where: Index) -> dict[str, float]:
    return {**guess.signs, **of_itself(guess.key, guess.producer.name, where.makers[guess.producer.tool])} if guess.key else dict(guess.signs)


if __name__ == "__main__":
    main()
