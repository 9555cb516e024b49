"""Rooms 1 to 3 over a run folder: tools.jsonl, graph.jsonl, domains.jsonl. Each is all or nothing."""

import hashlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Domain, JsonObject, Node, Tool
from agentscaler.store import Run, Shelf, digest, file_hash, key_of, parse, read_records, read_rows, write_atomic
from agentscaler.tools.live import is_live, listed
from agentscaler.tools.sdk import is_package, version_of
from agentscaler.tools.sources import files_of, is_on_disk
from agentscaler.walk.asking import NO_HELP, Helper, Question, helper_of
from agentscaler.walk.common import Settings, Summary, done_before, fingerprint, finish, recipe_of
from agentscaler.work import Bar, many_objects


@many_objects()
def tools(run: Run, settings: Settings, *, files: Sequence[str | Path] = (), with_pool: bool = True, dialect: str | None = None, model: str | None = None, helped: Mapping[str, Any] = NO_HELP) -> Summary:
    """Room 1: API definitions -> tools.jsonl. files: what --from names; dialect: the only reader for them; model: rewrites the descriptions (asking.Helper takes `helped`)."""
    from agentscaler.tools import collect
    from agentscaler.tools.clean import label
    from agentscaler.tools.dialects import DIALECTS

    start = time.monotonic()
    files = [_written_down(run, str(f), fresh=settings.fresh) if is_live(str(f)) else str(f) for f in files]
    sources = sources_of(files, with_pool=with_pool)
    with Shelf(run, "tools", fingerprint=digest(["tools", version("agentscaler"), sources, settings.limit, *([dialect] if dialect else []), *([model] if model else [])]), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return done_before(run, "tools")
        pool = collect(files, with_pool=with_pool, limit=settings.limit, dialect=dialect, workers=settings.workers, cache=settings.cache, fresh=settings.fresh)
        kept, help_facts = described(run, pool.tools, helper_of(model, **helped))
        seen: Counter[str] = Counter()
        for tool in kept:
            name = label(tool)
            seen[name] += 1
            shelf.keep(key_of("tools", [name, tool.name], [], seen[name]), tool)
        for number, (name, reason) in enumerate(pool.bin):
            shelf.drop(key_of("tools", ["bin", name], [], number), reason, [name])
        vendors = Counter(t.source.vendor for t in pool.tools)
        facts: dict[str, Any] = {
            "read": pool.read,
            "services": len({t.source.group for t in pool.tools}),
            "vendors": dict(vendors.most_common()),
            "fields": dict(Counter(t.field for t in pool.tools).most_common()),
            "with results": sum(t.returns is not None for t in pool.tools),
            **help_facts,
        }
        if pool.missing:
            facts["missing"] = [f"{name}: {how}" for name, how in pool.missing.items()]
        if not pool.tools:
            reasons = "; ".join(f"{r.message}" for _, r in pool.bin[:3])
            raise UserError(f"no tool could be read: {reasons}; mend the file or give {DIALECTS}")
        about = recipe_of(settings, [], files=[_absolute(f) for f in files], with_pool=with_pool, **({"dialect": dialect} if dialect else {}), **({"model": model} if model else {}))
        return finish(shelf, start, facts, **about | {"inputs": sources})


def described(run: Run, tools: Sequence[Tool], helper: Helper | None) -> tuple[Sequence[Tool], JsonObject]:
    """The tools with their descriptions rewritten, where a model helps and its answer holds."""
    if helper is None:
        return tools, {}
    from agentscaler.polish import Described, ask_description, bad_description

    found = helper.answers(run, [Question(ask_description(t), Described, partial(bad_description, tool=t)) for t in tools], label="tools: descriptions")
    return [t if said is None else t.model_copy(update={"rewritten": said.text()}) for t, said in zip(tools, found.said, strict=True)], found.facts



def sources_of(files: Sequence[str | Path], *, with_pool: bool) -> dict[str, str]:
    """What tools are read from: package -> version installed, source -> hash of its files; empty where it is not there."""
    from agentscaler.tools import PACKAGES, installed
    from agentscaler.tools.clients import installed_clients

    found = {n: installed(n, folder)[1] for n, (folder, _, _) in PACKAGES.items()} | {n: d.version for n, d in installed_clients().items()} if with_pool else {}
    for number, source in enumerate(map(str, files)):
        name = Path(source).name if is_on_disk(source) else source
        found[f"{name} ({number})" if name in found else name] = version_of(source) if is_package(source) else _hash_of(source)
    return found


def _written_down(run: Run, source: str, *, fresh: bool) -> str:
    """What a live server lists, as a file of the run: asked once, and again with --fresh."""
    path = run.path / "sources" / f"mcp-{digest(source)}.json"
    if fresh or not path.exists():
        answer = listed(source)
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, answer)
    return str(path)


def _absolute(source: str | Path) -> str:
    """So that it is found again from another folder."""
    return str(Path(source).resolve()) if is_on_disk(str(source)) else str(source)


def _hash_of(source: str) -> str:
    inside = files_of(source)
    if inside == [Path(source)]:
        return file_hash(inside[0])
    return hashlib.sha256("".join(f"{p.name}{file_hash(p)}" for p in inside).encode()).hexdigest()[:16] if inside else ""


def read_pool(run: Run, by: str) -> dict[str, Tool]:
    """id -> Tool of a run."""
    with many_objects():
        return dict(read_records(run.need("tools", by), Tool))


def read_bare(run: Run, by: str) -> dict[str, Tool]:
    """The same without schemas and texts, which domains are not made of: a fifth of the memory."""
    path = run.need("tools", by)
    with many_objects():
        return {str(row["id"]): parse({k: v for k, v in row.items() if k not in _HEAVY} | {"description": "", "parameters": {}}, Tool, where=str(path)) for row in read_rows(path)}


_HEAVY = ("description", "parameters", "returns", "pairs", "mended")


@many_objects()
def graph(run: Run, settings: Settings, *, embedder: str | None = None, key: str = "", cache: Path | None = None, paper: bool = False, threshold: float | None = None) -> Summary:
    """Room 2: tools.jsonl -> graph.jsonl.

    embedder: of embed.py, in place of tf-idf; key: of its endpoint; cache: where its vectors are kept, in the user's cache folder if None; paper: parameter lists
    alone, joined above a threshold.
    """
    from agentscaler.graph import THRESHOLD, build_graph, takes_of, text_of

    if threshold is not None and not (paper and 0 < threshold < 1):
        raise UserError(f"--threshold is {threshold!r}; it goes with --paper, and lies between 0 and 1")
    tau = (THRESHOLD if threshold is None else threshold) if paper else None
    told = ({"embedder": embedder} if embedder else {}) | ({"paper": True, "threshold": tau} if paper else {})

    start = time.monotonic()
    source = run.need("tools", "graph")
    with Shelf(run, "graph", fingerprint=fingerprint("graph", [*told.values()], [source]), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return done_before(run, "graph")
        pool = read_pool(run, "graph")
        dense = None
        if embedder:
            from agentscaler.embed import embed, open_embedder

            where = cache or (settings.cache or Path.home() / ".cache" / "agentscaler") / "embeddings.sqlite"
            dense = embed([(takes_of if paper else text_of)(t) for t in pool.values()], open_embedder(embedder, key=key), cache=where)
        edges = similar = 0
        wants: Counter[str] = Counter()
        for node in build_graph(pool, workers=settings.workers, dense=dense, paper=tau):
            shelf.keep(key_of("graph", [], [node.tool]), node, [node.tool])
            edges += len(node.needs)
            similar += len(node.similar)
            wants.update(w.supplier for w in node.wants)
        facts = {"similarity edges": similar, "dependency edges": edges, "required parameters are supplied by": dict(wants.most_common())}
        return finish(shelf, start, facts, **recipe_of(settings, [source], **told))


@many_objects()
def domains(
    run: Run, settings: Settings, *, one: str | None = None, method: str = "leiden", scores: bool = True, heldout: float = 0.1, paper: bool = False,
    corrections: Mapping[str, Any] | None = None, model: str | None = None, helped: Mapping[str, Any] = NO_HELP,
) -> Summary:  # fmt: skip
    """Room 3: tools.jsonl, graph.jsonl -> domains.jsonl.

    one: all tools as one domain of that name; paper: Louvain communities as they are, of whatever services; corrections: those of domains.toml, read from the run folder if None; model: names those that nobody named.
    """
    from agentscaler.corrections import correct, read_corrections
    from agentscaler.domains import LARGEST, find_domains, one_domain

    start = time.monotonic()
    inputs = [run.need("tools", "domains")] if one else [run.need("tools", "domains"), run.need("graph", "domains")]
    corrections = read_corrections(run.path) if corrections is None else corrections
    told = ({"paper": True} if paper else {}) | ({"corrections": corrections} if corrections else {})
    arguments = [one, method, settings.seed, heldout, *told.values(), *([model] if model else [])]
    with Shelf(run, "domains", fingerprint=fingerprint("domains", arguments, inputs), fresh=settings.fresh, resume=False) as shelf:
        if shelf.finished:
            return done_before(run, "domains")
        pool = read_bare(run, "domains")
        if one:
            found, left, labels = [one_domain(pool, one)], dict[str, Dropped](), None
        else:
            with many_objects():
                nodes = [parse(row | {"needs": (), "wants": ()}, Node, where=str(inputs[1])) for row in read_rows(inputs[1])]
            found, left, labels = find_domains(pool, nodes, method=method, seed=settings.seed, heldout=heldout, paper=paper)  # type: ignore[arg-type]
        if corrections and found:
            found = correct(found, pool, corrections, largest=len(pool) if one else max(LARGEST, *(len(d.tools) for d in found)))
            inside = {i for d in found for i in d.tools}
            left = {i: reason for i, reason in left.items() if i not in inside}
        found, help_facts = named(run, found, pool, None if one else helper_of(model, **helped))
        for domain in found:
            shelf.keep(key_of("domains", [domain.name], domain.tools), domain)
        for number, reason in sorted(left.items()):
            shelf.drop(key_of("domains", [], [number]), reason, [number])
        if not found:
            raise UserError("no community of five or more tools: give all tools one domain with `domains --one NAME`")
        sizes = sorted(len(d.tools) for d in found)
        facts: dict[str, Any] = {
            "median size": sizes[len(sizes) // 2],
            "largest": sizes[-1],
            "coverage": round(sum(sizes) / len(pool), 4),
            "held out": sum(d.split == "heldout" for d in found),
            "fields": dict(Counter(d.field for d in found).most_common()),
        }
        facts |= help_facts
        if corrections:
            facts["corrections"] = {kind: len(entries) for kind, entries in corrections.items()}
        if scores and not one:
            facts["scores"] = score_partitions(pool, nodes, labels, method, settings, paper=paper)
        return finish(shelf, start, facts, **recipe_of(settings, inputs, one=one, method=method, scores=scores, heldout=heldout, **told, **({"model": model} if model else {})))


def named(run: Run, domains: list[Domain], pool: Mapping[str, Tool], helper: Helper | None) -> tuple[list[Domain], JsonObject]:
    """The domains with names of a model's, where one helps and its answer holds."""
    if helper is None:
        return domains, {}
    from agentscaler.polish import DomainName, ask_name, bad_name, renamed

    found = helper.answers(run, [Question(ask_name(d, pool), DomainName, partial(bad_name, domain=d, tools=pool)) for d in domains], label="domains: names")
    return renamed(domains, found.said), found.facts


def score_partitions(pool: Mapping[str, Tool], nodes: Sequence[Node], labels: Any, method: Any, settings: Settings, *, paper: bool = False) -> list[JsonObject]:
    """The label-free partition against the true services, and the rows that keep the figure honest beside it. labels: of the domains that were found."""
    import numpy as np

    from agentscaler.domains import partition, score, shuffled

    truth = np.unique([pool[i].source.group for i in sorted(pool)], return_inverse=True)[1]
    with Bar("domains: scores", 2) as bar:
        if paper:
            free = labels
            rows = [score("as the paper writes it: parameter lists, a threshold, Louvain", free, truth)]
        else:
            free = partition(pool, nodes, prior=False, method=method, seed=settings.seed)
            rows = [score("label-free", free, truth), score("with service prior (worlds are built from it; no evidence)", labels, truth)]
        bar.step()
        rows += [score("group by service", truth, truth), score("random groups of the same sizes", shuffled(free, settings.seed), truth)]
        bar.step()
    return [{k: round(v, 4) if isinstance(v, float) else v for k, v in row._asdict().items()} for row in rows]
