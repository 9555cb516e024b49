"""How good the label-free partition is, and what it does not hang on.

    python benchmarks/partition.py --run runs/first                              all of it: some minutes
    python benchmarks/partition.py --run runs/first --only halves,twins          parts of it
    python benchmarks/partition.py --run runs/first --acebench acebench.jsonl.gz the Chinese definitions as well

halves    the mix of channels is chosen on one half of the services (by the hash of their names) and scored on the other, beside grouping by service
          and random groups of equal sizes; again without anything that knows of services: path, name prefix, frequencies by service
paper     the graph as the paper writes it (parameter lists, a threshold chosen on the first half, Louvain), scored on the other half beside ours
shuffle   the same tools in another order, given to the graph directly (a run reads them in the order of their keys, which no input order moves)
rename    every word of names, parameters, results and paths replaced by another word of the pool, one to one: all words that the code does not know from
          closed lists (verbs, prepositions, id words, paging, roles), once in descriptions, too; then all but verbs, prepositions and id words; then all.
          Two seeds of the community method on the same graph stand beside it
twins     copies of services under another vendor, in another spelling and without their paths: how many stand with their original
chinese   ACEBench's Chinese definitions beside the English ones of the same name
"""

import argparse
import gzip
import hashlib
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.metrics import adjusted_rand_score

from agentscaler.dice import Dice
from agentscaler.domains import Labels, Scores, as_written, partition, score, shuffled
from agentscaler.embed import embed, open_embedder
from agentscaler.graph import CHANNELS, above, nodes_of, strongest, takes_of, vectorise
from agentscaler.records import Tool
from agentscaler.store import Run
from agentscaler.tools import read_source
from agentscaler.verbs import CLASS, PREPOSITIONS, SKIPPED, SURROUNDING
from agentscaler.walk import read_pool
from agentscaler.words import (
    ID_WORDS,
    KEY_WORDS,
    PAGING,
    ROLE_WORDS,
    TRANSPORT,
    WRAPPING,
    plural,
    singular,
    split_cased,
)
from agentscaler.work import many_objects

VARIANTS: dict[str, dict[str, float]] = {
    "as it is": {},
    "text 0.5": {"text": 0.5},
    "text 1.0": {"text": 1.0},
    "nouns 1.0": {"nouns": 1.0},
    "results 0.5": {"results": 0.5},
    "path 0.5": {"path": 0.5},
    "without feeds": {"feeds": 0.0},
    "nouns 0.25": {"nouns": 0.25},
    "results 1.5": {"results": 1.5},
    "path 1.5": {"path": 1.5},
}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
KNOWN = frozenset(
    {*CLASS, *PREPOSITIONS, *SKIPPED, *SURROUNDING, *ID_WORDS, *ROLE_WORDS, *KEY_WORDS, *ENGLISH_STOP_WORDS}
    | {singular(w) for p in (PAGING, WRAPPING, TRANSPORT) for w in re.findall(r"[a-z]{3,}", p.pattern.lower())}
)
"""Words that the code knows from closed lists."""
PARTS = ("halves", "paper", "shuffle", "rename", "twins", "chinese")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--acebench", type=Path)
    parser.add_argument("--embedder", default="", help="for `paper`, in place of tf-idf: st:MODEL or http://HOST/v1#MODEL")
    given = parser.parse_args()
    wanted = given.only.split(",")
    with many_objects():
        tools = read_pool(Run(given.run), "partition")
        if "halves" in wanted:
            halves(tools)
        if "paper" in wanted:
            as_in_the_paper(tools, given.embedder)
        if {"shuffle", "rename"} & set(wanted):
            steady(tools, wanted)
        if "twins" in wanted:
            twins(tools)
        if "chinese" in wanted and given.acebench:
            chinese(given.acebench)


def labels_of(tools: Mapping[str, Tool], mix: Mapping[str, float] = CHANNELS, *, by: Literal["service", "tool"] = "service", vectors: Mapping[str, Any] | None = None, seed: int = 0) -> Labels:
    """The label-free partition, in the order of sorted(tools)."""
    vectors = vectorise(list(tools.values()), by=by) if vectors is None else vectors
    found = strongest(vectors, {c: w for c, w in mix.items() if w})
    return partition(tools, nodes_of(list(tools), found), prior=False, seed=seed)


def truth_of(tools: Mapping[str, Tool]) -> Labels:
    return np.unique([tools[i].source.group for i in sorted(tools)], return_inverse=True)[1]


# ---- halves -----------------------------------------------------------------------------------------------------


def halves(tools: Mapping[str, Tool]) -> None:
    """Tuned on one half of the services, scored on the other."""
    tune, test = two_halves(tools)
    vectors = vectorise(list(tune.values()))
    tried = [score(f"tune half: {name}", labels_of(tune, {**CHANNELS, **change}, vectors=vectors), truth_of(tune)) for name, change in VARIANTS.items()]
    show("the mix of channels, on the tune half", tried)
    best = max(tried, key=lambda s: s.ami).name.removeprefix("tune half: ")
    truth = truth_of(test)
    vectors = vectorise(list(test.values()))
    free = labels_of(test, {**CHANNELS, **VARIANTS[best]}, vectors=vectors)
    plain = labels_of(nameless(test), {c: w for c, w in CHANNELS.items() if c != "path"}, by="tool")
    rows = [
        score(f"label-free, the best mix of the tune half ({best})", free, truth),
        score("label-free, the mix in use", labels_of(test, vectors=vectors), truth),
        score("label-free, no path, no name prefix, no service frequencies", plain, truth),
        score("group by service", truth, truth),
        score("random groups of equal sizes", shuffled(free, 0), truth),
    ]
    show("scored on the test half", rows)


def two_halves(tools: Mapping[str, Tool]) -> tuple[dict[str, Tool], dict[str, Tool]]:
    """By the hash of the service's name."""
    tune, test = ({i: t for i, t in sorted(tools.items()) if (hashlib.sha256(t.source.group.encode()).digest()[0] % 2 == 1) is side} for side in (False, True))
    return tune, test


def as_in_the_paper(tools: Mapping[str, Tool], embedder: str) -> None:
    """Its threshold is chosen on the tune half."""
    tune, test = two_halves(tools)
    tried = {tau: score(f"tune half: as in the paper, threshold {tau}", paper_labels(tune, tau, embedder), truth_of(tune)) for tau in THRESHOLDS}
    show("the paper's graph, on the tune half", list(tried.values()))
    best = max(tried, key=lambda tau: tried[tau].ami)
    ours = score("ours, label-free", labels_of(test), truth_of(test))
    show("scored on the test half", [score(f"as in the paper, threshold {best}", paper_labels(test, best, embedder), truth_of(test)), ours])


def paper_labels(tools: Mapping[str, Tool], threshold: float, embedder: str) -> Labels:
    """In the order of sorted(tools), as they stand in a half."""
    dense = embed([takes_of(t) for t in tools.values()], open_embedder(embedder), cache=Path.home() / ".cache" / "agentscaler" / "embeddings.sqlite") if embedder else None
    return as_written(tools, nodes_of(list(tools), above(list(tools.values()), threshold=threshold, dense=dense)))


def nameless(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """Without what says the service: its name before a tool's name, and its path."""
    return {i: t.model_copy(update={"source": t.source.model_copy(update={"path": None, "service": "", "title": ""})}) for i, t in tools.items()}


def show(title: str, rows: Sequence[Scores]) -> None:
    table = Table("", "domains", "median", "largest", "coverage", "AMI", "ARI", "NMI", "purity", title=title, title_justify="left")
    for s in rows:
        table.add_row(s.name, f"{s.domains:,}", f"{s.median:.0f}", str(s.largest), *(f"{v:.3f}" for v in (s.coverage, s.ami, s.ari, s.nmi, s.purity)))
    Console(width=140).print(table)


# ---- what it does not hang on -------------------------------------------------------------------------------------


def steady(tools: Mapping[str, Tool], wanted: Sequence[str]) -> None:
    vectors = vectorise(list(tools.values()))
    first = labels_of(tools, vectors=vectors)
    if "shuffle" in wanted:
        other = dict(Dice("partition", "order").shuffled(list(tools.items())))
        print(f"another order of the tools: ARI {adjusted_rand_score(first, labels_of(other)):.4f}", flush=True)
    if "rename" in wanted:
        print(f"another seed of the community method: ARI {adjusted_rand_score(first, labels_of(tools, vectors=vectors, seed=1)):.4f}", flush=True)
        verbs = frozenset({*CLASS, *PREPOSITIONS, *ID_WORDS})
        for name, kept, said in (
            ("all words but those of closed lists", KNOWN, False),
            ("the same, in descriptions as well", KNOWN, True),
            ("all words but verbs, prepositions and id words", verbs, False),
            ("all words", frozenset[str](), False),
        ):
            labels = labels_of(renamed(tools, kept, said=said))
            words = words_of(tools)
            share = sum(count for word, count in words.items() if word in replaced(words, kept)) / sum(words.values())
            print(f"renamed, {name} ({share:.0%} of the words of names): ARI {adjusted_rand_score(first, labels):.4f}, AMI with the services {score('', labels, truth_of(tools)).ami:.4f}", flush=True)


def words_of(tools: Mapping[str, Tool]) -> Counter[str]:
    """Words of names, parameters and paths -> how often each stands there."""
    return Counter(
        singular(w.lower()) for tool in tools.values() for text in (tool.source.operation, tool.source.path or "", *tool.parameters.get("properties", {})) for w in split_cased(text)
    )


def replaced(words: Collection[str], fixed: frozenset[str]) -> dict[str, str]:
    """Word -> another. Only words whose plural is known as such: with others two words would become one, or one two."""
    free = sorted(w for w in words if w.isalpha() and len(w) > 2 and w not in fixed and singular(w) == w == singular(plural(w)))
    return dict(zip(free, Dice("partition", "words").shuffled(free), strict=True))


def renamed(tools: Mapping[str, Tool], fixed: frozenset[str], *, said: bool) -> dict[str, Tool]:
    """Every word of names, parameters, results and paths as another word of the pool, one to one; plurals stay plurals, capitals capitals. said: of descriptions too."""
    other = replaced(words_of(tools), fixed)
    heads = {t.source.operation.split(".")[0] for t in tools.values() if t.source.vendor == "google"}

    def word(match: re.Match[str]) -> str:
        said = match[0]
        stem = singular(said.lower())
        if stem not in other:
            return said
        new = other[stem] if stem == said.lower() else plural(other[stem])
        return new.capitalize() if said[0].isupper() else new

    def name(text: str) -> str:
        return re.sub(r"[A-Za-z0-9]+", lambda part: "".join(re.sub(r"^\w+$", word, w) for w in _pieces(part[0])), text)

    def operation(tool: Tool) -> str:
        head, dot, rest = tool.source.operation.partition(".")
        return f"{head}.{name(rest)}" if dot and head in heads else name(tool.source.operation)

    def schema(given: Any) -> Any:
        if isinstance(given, dict):
            out = {k: schema(v) for k, v in given.items()}
            if isinstance(given.get("properties"), dict):
                out["properties"] = {name(k): schema(v) for k, v in given["properties"].items()}
            if isinstance(given.get("required"), list):
                out["required"] = [name(k) for k in given["required"]]
            return out
        return given

    out = {}
    for i, t in tools.items():
        source = t.source.model_copy(update={"operation": operation(t), "path": None if t.source.path is None else name(t.source.path), "in_path": tuple(map(name, t.source.in_path))})
        text = re.sub(r"[A-Za-z]+", word, t.description) if said else t.description
        out[i] = t.model_copy(update={"description": text, "name": operation(t).replace(".", "_"), "parameters": schema(t.parameters), "returns": schema(t.returns), "source": source})
    return out


def _pieces(text: str) -> list[str]:
    """'DBInstances' -> ['DB', 'Instances']: what split_cased finds, with nothing lost."""
    parts = list(split_cased(text))
    return parts if "".join(parts) == text else [text]


# ---- twins ------------------------------------------------------------------------------------------------------


def twins(tools: Mapping[str, Tool], *, services: int = 40) -> None:
    """Copies of services under another vendor beside their originals."""
    sizes = Counter(t.source.group for t in tools.values())
    drawn = Dice("partition", "twins").shuffled(sorted(g for g, n in sizes.items() if 8 <= n <= 120))[:services]
    copies = {f"twin-{i}": spelt_otherwise(t) for i, t in tools.items() if t.source.group in drawn}
    both = {**tools, **copies}
    home = dict(zip(sorted(both), labels_of(both).tolist(), strict=True))
    together = sum(home[i] == home[i.removeprefix("twin-")] for i in copies)
    majority = 0
    for group in drawn:
        mine = [i for i in copies if tools[i.removeprefix("twin-")].source.group == group]
        majority += 2 * sum(home[i] == home[i.removeprefix("twin-")] for i in mine) > len(mine)
    print(f"twins: {together} of {len(copies)} tools of {len(drawn)} copied services stand with their original ({together / len(copies):.3f}); most of the tools do in {majority} of the services")


def spelt_otherwise(tool: Tool) -> Tool:
    """As another vendor would publish it: snake_case, another service, no path; what it says stays."""

    def snake(name: str) -> str:
        return "_".join(w.lower() for w in split_cased(name)) or name

    operation = tool.source.operation.split(".")
    properties = {snake(k): v for k, v in tool.parameters.get("properties", {}).items()}
    parameters = {**tool.parameters, "properties": properties, "required": [snake(k) for k in tool.parameters.get("required", ())]}
    verb, collection = (operation[-1], operation[-2]) if len(operation) > 2 else ("", "")
    name = f"{snake(verb)}_{snake(collection)}" if collection else snake(operation[-1])
    source = tool.source.model_copy(update={"vendor": "other", "service": f"new-{tool.source.service}", "operation": name, "path": None, "in_path": ()})
    return tool.model_copy(update={"name": name[:64], "parameters": parameters, "source": source, "also_in": ()})


def chinese(path: Path) -> None:
    """ACEBench: where a definition of one name exists in both languages, do both stand in one domain?"""
    tools: dict[str, Tool] = {}
    by: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder, gzip.open(path, "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
        for language in ("en", "zh"):
            file = Path(folder) / f"{language}.jsonl"
            file.write_bytes(b"".join(orjson.dumps(row["tool"]) + b"\n" for row in rows if row["lang"] == language))
            for n, tool in enumerate(read_source(str(file))):
                if isinstance(tool, Tool) and language not in by[tool.name]:
                    tools[f"{language}-{n}"] = tool
                    by[tool.name][language] = f"{language}-{n}"
    home = dict(zip(sorted(tools), labels_of(tools).tolist(), strict=True))
    pairs = [p for p in by.values() if len(p) == 2]
    print(f"chinese: {sum(home[p['zh']] == home[p['en']] for p in pairs)} of {len(pairs)} definitions of one name stand together in both languages, among {len(tools)} tools")


if __name__ == "__main__":
    main()
