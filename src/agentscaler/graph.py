"""Room 2, graph: tools.jsonl -> graph.jsonl.

The paper's graph, E = {(i, j) | cos(phi(P_i), phi(P_j)) > tau} (section 3.1), for the whole pool at once: phi is sparse
tf-idf over parameter names, result names, nouns, path and description words, weighted by squared inverse *service*
frequency, so that what every service repeats weighs nothing. Each tool keeps its strongest neighbours. The dependency
channel rides in the same product. As the paper writes it, with parameters alone and a threshold, it can be had, too. Beside it the directed edges of edges.py, and
where each required parameter comes from (wants.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import orjson
import scipy.sparse as sp

from agentscaler.records import Neighbour, Node, Tool
from agentscaler.schemas import fields
from agentscaler.verbs import Analysis, analyse
from agentscaler.wants import open_pool, supply
from agentscaler.words import ID_WORDS, PAGING, ROLE_WORDS, TRANSPORT, field, split
from agentscaler.work import many_objects, steps

Matrix: TypeAlias = Any  # scipy's sparse matrices carry no types

CHANNELS = {"parameters": 1.0, "results": 1.0, "nouns": 0.5, "path": 1.0, "text": 0.75, "feeds": 0.6}
"""Weights of the parts of phi, the best of ten mixes on one half of the services (docs/graph.md)."""
FEW_SERVICES = 50
BLOCK = 512
"""Rows of a product of dense vectors at a time."""


THRESHOLD = 0.7
"""The paper's tau; it names none, so this is the one with the best agreement on the tuning half of the services (docs/graph.md)."""
MOST = 100
"""Edges of a tool in the paper's graph."""


class Similar(NamedTuple):
    """Strongest neighbours of each tool: row i, column j, score."""

    rows: Any
    columns: Any
    scores: Any


def build_graph(tools: Mapping[str, Tool], *, prior: float = 0.5, neighbours: int = 15, workers: int = 1, dense: Matrix | None = None, paper: float | None = None) -> Iterator[Node]:
    """One Node a tool, in the order of `tools` (id -> tool).

    dense: vectors of length 1 by an embedder, a row a tool, in place of the sparse ones; paper: the graph as the paper writes it, with this threshold (`above`).
    """
    ids = list(tools)
    if paper is not None:
        free = close = above(list(tools.values()), threshold=paper, workers=workers, dense=dense)
    elif dense is not None:
        groups = np.unique([t.source.group for t in tools.values()], return_inverse=True)[1]
        free, close = (closest(dense, groups, prior=p, neighbours=neighbours) for p in (0.0, prior))
    else:
        with many_objects():
            vectors = vectorise(list(tools.values()))
        free = strongest(vectors, CHANNELS, neighbours=neighbours, workers=workers)
        close = strongest(vectors, {**CHANNELS, "service": prior * sum(CHANNELS.values()) / 5.35}, neighbours=neighbours, workers=workers)
    by_row = [_rows(s, len(ids)) for s in (free, close)]
    with many_objects():
        opened = open_pool(tools)
    for i, number in enumerate(steps(ids, "graph: edges", len(ids))):
        found = supply(number, tools[number], opened)
        yield Node(
            tool=number,
            similar=tuple(Neighbour(tool=ids[j], score=s) for j, s in by_row[0][i]),
            together=tuple(Neighbour(tool=ids[j], score=s) for j, s in by_row[1][i]),
            needs=found.needs,
            wants=found.wants,
        )


def takes_of(tool: Tool) -> str:
    """What the paper embeds of a tool: its parameter list."""
    return ", ".join(" ".join(split(p)) for p in tool.parameters.get("properties", ()))


def above(tools: Sequence[Tool], *, threshold: float, workers: int = 1, dense: Matrix | None = None) -> Similar:
    """The paper's edges: the cosine of two embedded parameter lists is above the threshold, whoever the tools belong to.

    dense: vectors of `takes_of` by an embedder; plain tf-idf without it. Of many equal lists, each tool has so many edges as MOST says.
    """
    if dense is None:
        return strongest({"takes": _text([takes_of(t) for t in tools], 1.0, None)}, {"takes": 1.0}, neighbours=MOST, threshold=threshold, workers=workers)
    return closest(dense, np.zeros(len(tools), int), prior=0.0, neighbours=MOST, threshold=threshold)


def nodes_of(ids: Sequence[str], found: Similar) -> list[Node]:
    """Nodes with nothing but label-free neighbours."""
    rows = _rows(found, len(ids))
    return [Node(tool=n, similar=tuple(Neighbour(tool=ids[j], score=s) for j, s in rows[i]), together=(), needs=()) for i, n in enumerate(ids)]


def _rows(similar: Similar, n: int) -> list[list[tuple[int, float]]]:
    out: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for i, j, s in zip(similar.rows.tolist(), similar.columns.tolist(), similar.scores.tolist(), strict=True):
        out[i].append((j, min(round(s, 4), 1.0)))
    for row in out:
        row.sort(key=lambda pair: (-pair[1], pair[0]))
    return out


def vectorise(tools: Sequence[Tool], *, by: Literal["service", "tool"] = "service") -> dict[str, Matrix]:
    """The parts of phi, one normalised sparse matrix each (tools x features). `feeds` holds two: inputs and outputs.

    by: weigh features by how few services hold them, or (the plain form, which knows no service) by how few tools.
    """
    from sklearn.preprocessing import normalize

    groups = sorted({t.source.group for t in tools})
    number = {g: i for i, g in enumerate(groups)}
    service = np.array([number[t.source.group] for t in tools])
    if by == "tool":
        groups, service = [str(i) for i in range(len(tools))], np.arange(len(tools))
    background = _background() if len(groups) < FEW_SERVICES else {}
    weigh = _Weights(service, len(groups), background)
    read = [analyse(t.source, t.name) for t in tools]
    parameters = [_names(t.parameters.get("properties", ())) for t in tools]
    outputs = [_names(f.name for f in fields(t.returns, depth=1)) for t in tools]
    nouns = [[*a.noun, *a.tail, *a.extra, " ".join(a.noun)] for a in read]
    out: dict[str, Matrix] = {
        "parameters": weigh("parameters", parameters, share=0.12, most=20),
        "results": weigh("results", outputs, share=0.12, most=20),
        "nouns": weigh("nouns", nouns, share=0.6, most=12),
        "path": _text([_path(t) for t in tools], 0.05, None),
        "text": _text([t.description[:120].lower() for t in tools], 0.03, "english"),
        "service": normalize(sp.csr_matrix((np.ones(len(tools), np.float32), (np.arange(len(tools)), service)), (len(tools), int(service.max()) + 1))),
        "uniform": normalize(_incidence(parameters)[0]),
    }
    out["inputs"], out["outputs"] = _feeds(tools, read, weigh)
    return out


def _names(names: Iterable[str]) -> list[str]:
    joined = (" ".join(field(n)) for n in names if not TRANSPORT.match(n))
    return [n for n in joined if n and not PAGING.match(n)]


def _short(tool: Tool) -> str:
    return tool.source.operation.split(".", 1)[-1] if tool.source.vendor == "google" else tool.source.operation


def _path(tool: Tool) -> str:
    parts = [p for p in re.split(r"[/:.]", tool.source.path or "") if p and "{" not in p]
    parts += tool.source.operation.split(".")[1:-1] if tool.source.vendor == "google" else []
    return " ".join(w for p in parts if not re.match(r"v\d|projects|locations|\d{4}-\d\d", p) for w in split(p))


def _text(texts: list[str], share: float, stop: str | None) -> Matrix:
    from sklearn.feature_extraction.text import TfidfVectorizer

    few = len(texts) < 200
    vectors = TfidfVectorizer(
        sublinear_tf=True, min_df=1 if few else 2, max_df=1.0 if few else share, stop_words=stop, token_pattern=r"[a-z0-9]{2,}", dtype=np.float32
    )
    try:
        return vectors.fit_transform(texts)
    except ValueError:  # no word at all
        return sp.csr_matrix((len(texts), 1), dtype=np.float32)


def _incidence(rows: Sequence[Iterable[str]], vocabulary: dict[str, int] | None = None) -> tuple[Matrix, dict[str, int]]:
    words: dict[str, int] = {} if vocabulary is None else vocabulary
    at: list[int] = []
    to: list[int] = []
    for i, row in enumerate(rows):
        for word in sorted(set(row)):
            at.append(i)
            to.append(words.setdefault(word, len(words)))
    shape = (len(rows), max(len(words), 1))
    return sp.csr_matrix((np.ones(len(at), np.float32), (at, to)), shape), words


class _Weights:
    """Features weighed by squared inverse service frequency; those of more than `share` of the services weigh nothing."""

    def __init__(self, service: Any, services: int, background: Mapping[str, Any]) -> None:
        self.member = sp.csr_matrix((np.ones(len(service), np.float32), (service, np.arange(len(service)))), (services, len(service)))
        self.services, self.background = services, background

    def __call__(self, channel: str, rows: Sequence[Iterable[str]], *, share: float, most: int) -> Matrix:
        from sklearn.preprocessing import normalize

        matrix, words = _incidence(rows)
        weights = self.weights(channel, matrix, words, share)
        matrix = (matrix @ sp.diags(weights)).tocsr()
        matrix.eliminate_zeros()
        for i in np.flatnonzero(np.diff(matrix.indptr) > most):
            part = matrix.data[matrix.indptr[i] : matrix.indptr[i + 1]]
            part[part < np.partition(part, -most)[-most]] = 0
        matrix.eliminate_zeros()
        return normalize(matrix)

    def weights(self, channel: str, matrix: Matrix, words: Mapping[str, int], share: float) -> Any:
        held = np.asarray(((self.member @ matrix) > 0).sum(0)).ravel()[: matrix.shape[1]]
        tools = np.asarray((matrix > 0).sum(0)).ravel()
        if self.background:
            known, total = self.background["features"].get(channel, {}), self.background["services"]
            seen = np.zeros(matrix.shape[1])
            for word, at in words.items():
                seen[at] = known.get(word, 0)
            weight = np.log((1 + total) / (1 + seen)).astype(np.float32) ** 2
            weight[seen > share * total] = 0
        else:
            weight = np.log((1 + self.services) / (1 + held)).astype(np.float32) ** 2
            weight[(tools < 2) | (held > share * self.services)] = 0
        return weight


def _background() -> dict[str, Any]:
    """In how many services of the default pool a feature occurs: keeps a single service, or a bag of five, apart."""
    return orjson.loads((files("agentscaler") / "data" / "background.json").read_bytes())  # type: ignore[no-any-return]


def _feeds(tools: Sequence[Tool], read: Sequence[Analysis], weigh: _Weights) -> tuple[Matrix, Matrix]:
    """Identifying inputs and identifying outputs over one vocabulary; generic ids qualified by the noun."""
    words: dict[str, int] = {}
    needed = []
    for tool in tools:
        properties, required = tool.parameters.get("properties", {}), set(tool.parameters.get("required", ()))
        needed.append([p for p in properties if p in required or len(properties) < 4])
    inputs, _ = _incidence([list(_entities(n, a)) for n, a in zip(needed, read, strict=True)], words)
    outputs, _ = _incidence([list(_entities((f.name for f in fields(t.returns, depth=1)), a)) for t, a in zip(tools, read, strict=True)], words)
    inputs.resize(len(tools), max(len(words), 1))
    weights = weigh.weights("feeds", inputs + outputs, words, 0.12)
    weights[np.asarray((inputs + outputs).sum(0)).ravel() > 600] = 0
    inputs = inputs @ sp.diags(weights)
    inputs = sp.diags((1 / np.maximum(np.asarray(inputs.sum(1)).ravel(), 20)).astype(np.float32)) @ inputs
    outputs = outputs @ sp.diags((weights > 0).astype(np.float32))
    return inputs.tocsr(), outputs.tocsr()


def _entities(names: Iterable[str], what: Analysis) -> Iterator[str]:
    for name in names:
        key = field(name)
        if not key or key[-1] not in ID_WORDS:
            continue
        if len(key) == 1:
            key = what.noun[-1:] + key
        while len(key) > 2 and key[0] in ROLE_WORDS:
            key = key[1:]
        yield " ".join(key)


def strongest(vectors: Mapping[str, Matrix], mix: Mapping[str, float], *, neighbours: int = 15, threshold: float = 0.06, workers: int = 1) -> Similar:
    """The `neighbours` most similar tools of each, in one sparse product: [X|A|B] . [X|B|A]^T."""
    from sparse_dot_topn import sp_matmul_topn

    total = sum(mix.values())
    left = [vectors[c] * np.float32(np.sqrt(w / total)) for c, w in mix.items() if c != "feeds"]
    right = list(left)
    if "feeds" in mix:
        scale = np.float32(np.sqrt(mix["feeds"] / total))
        left += [vectors["inputs"] * scale, vectors["outputs"] * scale]
        right += [vectors["outputs"] * scale, vectors["inputs"] * scale]
    a = sp.hstack(left).tocsr().astype(np.float32)
    b = sp.hstack(right).tocsr().astype(np.float32)
    product = sp_matmul_topn(a, b.T.tocsr(), top_n=neighbours + 1, threshold=threshold, n_threads=workers, sort=True).tocoo()
    other = product.row != product.col
    return Similar(product.row[other], product.col[other], product.data[other])


def text_of(tool: Tool) -> str:
    """What an embedder reads of a tool: what it is called, what it takes, what it says."""
    takes = ", ".join(" ".join(split(p)) for p in tool.parameters.get("properties", ()) if not TRANSPORT.match(p))
    return f"{' '.join(split(_short(tool)))}. Takes {takes or 'nothing'}. {tool.description[:300]}"


def closest(dense: Matrix, groups: Any, *, prior: float, neighbours: int = 15, threshold: float = 0.06) -> Similar:
    """The same over dense vectors of length 1, block by block: cosine, with a prior for tools of one group."""
    rows, columns, scores = [], [], []
    for start in range(0, len(dense), BLOCK):
        score = dense[start : start + BLOCK] @ dense.T
        if prior:
            score = (score + prior * (groups[start : start + BLOCK, None] == groups[None, :])) / (1 + prior)
        at = np.arange(len(score))
        score[at, start + at] = -1
        best = np.argsort(-score, axis=1, kind="stable")[:, :neighbours]
        value = np.take_along_axis(score, best, 1)
        kept = value > threshold
        rows.append(np.repeat(start + at, kept.sum(1)))
        columns.append(best[kept])
        scores.append(value[kept])
    empty = np.array([], int)
    return Similar(*(np.concatenate([empty, *part]) for part in (rows, columns, scores)))
