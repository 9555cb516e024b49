"""Room 3, domains: tools.jsonl, graph.jsonl -> domains.jsonl.

Communities of the similarity graph (Louvain or Leiden over mutual strongest neighbours; paper section 3.1) are the domains.
Communities above 60 tools are split again; those that are too small, or only read, or only write, join their strongest
neighbour. Worlds are built from
the partition with the service prior; the label-free partition is scored against the true services as the evidence of
the method, with plain tool frequencies, grouping by service and random groups beside it.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp

from agentscaler.dice import Dice
from agentscaler.records import Domain, Node, Tool
from agentscaler.verbs import READS, analyse
from agentscaler.words import humanise, plural

Labels: TypeAlias = Any  # numpy array of one community number a tool
SMALLEST, LARGEST = 5, 60
WEAK = 7
"""Communities below this seldom keep five executable tools: they join their strongest neighbour."""
Method: TypeAlias = Literal["leiden", "louvain"]


class Scores(NamedTuple):
    """Agreement of a partition with the true services (no evidence where the service was used), and its sizes."""

    name: str
    domains: int
    median: float
    largest: int
    coverage: float
    ami: float
    nmi: float
    ari: float
    purity: float


def find_domains(tools: Mapping[str, Tool], nodes: Sequence[Node], *, method: Method = "leiden", seed: int = 0, heldout: float = 0.1) -> list[Domain]:
    """The domains of five or more tools, sorted by name. tools: id -> tool; nodes: the graph, any order."""
    ids = sorted(tools)
    labels = partition(tools, nodes, prior=True, method=method, seed=seed)
    members = [m for m in _members(labels) if len(m) >= SMALLEST]
    split = split_services([sorted({tools[ids[i]].source.group for i in m}) for m in members], seed=seed, share=heldout)
    named = _names([[tools[ids[i]] for i in m] for m in members])
    out = []
    for name, group in zip(named, members, strict=True):
        services = Counter(tools[ids[i]].source.group for i in group)
        out.append(
            Domain(
                name=name,
                tools=tuple(sorted(ids[i] for i in group)),
                services=tuple(s for s, _ in sorted(services.items(), key=lambda x: (-x[1], x[0]))),
                field=field_of(Counter(field_of_life(tools[ids[i]]) for i in group)),
                split="heldout" if all(s in split for s in services) else "train",
            )
        )
    return sorted(out, key=lambda d: d.name)


def one_domain(tools: Mapping[str, Tool], name: str) -> Domain:
    """All tools as one domain: a user's own API."""
    services = Counter(t.source.group for t in tools.values())
    return Domain(
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "domain",
        tools=tuple(sorted(tools)),
        services=tuple(s for s, _ in sorted(services.items(), key=lambda x: (-x[1], x[0]))),
        field=field_of(Counter(field_of_life(t) for t in tools.values())),
        split="train",
    )


# ---- communities ----------------------------------------------------------------------------------------------


def partition(
    tools: Mapping[str, Tool], nodes: Sequence[Node], *, prior: bool, method: Method = "leiden", seed: int = 0, smallest: int = WEAK, largest: int = LARGEST
) -> Labels:
    """Community number of each tool, in the order of sorted(tools). prior: use the graph with the service prior."""
    ids = sorted(tools)
    at = {number: i for i, number in enumerate(ids)}
    rows, columns, weights = [], [], []
    for node in nodes:
        for near in node.together if prior else node.similar:
            rows.append(at[node.tool])
            columns.append(at[near.tool])
            weights.append(near.score)
    a, b, w = mutual(np.array(rows, int), np.array(columns, int), np.array(weights), len(ids))
    labels = communities(a, b, w, len(ids), method=method, seed=seed, largest=largest)
    reads = np.array([analyse(tools[i].source, tools[i].name).kind in READS for i in ids], bool)
    return attach_weak(labels, a, b, w, reads, smallest=smallest, largest=largest)


def mutual(rows: Any, columns: Any, weights: Any, n: int) -> tuple[Any, Any, Any]:
    """Edges both ends chose; a tool without any keeps its best one."""
    chosen = sp.csr_matrix((weights, (rows, columns)), (n, n))
    both = chosen.minimum(chosen.T)
    upper = sp.triu(both, 1).tocoo()
    lone = np.flatnonzero(np.diff(both.tocsr().indptr) == 0)
    best = np.asarray(chosen[lone].argmax(1)).ravel() if len(lone) else np.array([], int)
    value = np.asarray(chosen[lone, best]).ravel() if len(lone) else np.array([])
    real = value > 0
    return np.r_[upper.row, lone[real]], np.r_[upper.col, best[real]], np.r_[upper.data, value[real]]


def communities(a: Any, b: Any, w: Any, n: int, *, method: Method, seed: int, largest: int) -> Labels:
    """Modularity communities, split again while they are too large."""
    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    graph = igraph.Graph(n=n, edges=np.c_[a, b].tolist())
    graph.es["w"] = w.tolist()

    def cut(g: Any) -> Labels:
        if method == "louvain":
            return np.array(g.community_multilevel(weights="w").membership)
        return np.array(g.community_leiden("modularity", weights="w", n_iterations=3).membership)

    labels = cut(graph)
    fresh = int(labels.max()) + 1 if n else 0
    large = [c for c, size in enumerate(np.bincount(labels)) if size > largest] if n else []
    while large:
        community = large.pop()
        inside = np.flatnonzero(labels == community)
        parts = cut(graph.induced_subgraph(inside.tolist()))
        if parts.max() == 0:
            parts = np.arange(len(inside)) // largest
        for part in range(1, int(parts.max()) + 1):
            labels[inside[parts == part]] = fresh
            if (parts == part).sum() > largest:
                large.append(fresh)
            fresh += 1
        if (parts == 0).sum() > largest:
            large.append(community)
    return labels


def attach_weak(labels: Labels, a: Any, b: Any, w: Any, reads: Any, *, smallest: int, largest: int) -> Labels:
    """Communities that cannot become a world join the neighbour with the strongest tie that has room.

    Weak is what has fewer than `smallest` tools, or only reads, or only writes.
    """
    for _ in range(3):
        size = np.bincount(labels)
        read = np.bincount(labels, weights=reads, minlength=len(size))
        ties = sp.csr_matrix((np.r_[w, w], (np.r_[labels[a], labels[b]], np.r_[labels[b], labels[a]])), (len(size), len(size)))
        for community in np.flatnonzero((size > 0) & ((size < smallest) | (read == 0) | (read == size))):
            row = ties[int(community)]
            for other in row.indices[np.lexsort((row.indices, -row.data))]:
                if other != community and size[other] > 0 and size[other] + size[community] <= largest:
                    labels[labels == community] = other
                    size[other] += size[community]
                    size[community] = 0
                    break
    return labels


def _members(labels: Labels) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for i, label in enumerate(labels.tolist()):
        groups[label].append(i)
    return list(groups.values())


# ---- scores ---------------------------------------------------------------------------------------------------


def score(name: str, labels: Labels, truth: Labels, *, smallest: int = SMALLEST) -> Scores:
    """Agreement of a partition with the true services."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, normalized_mutual_info_score

    size = np.bincount(labels)
    large = [np.flatnonzero(labels == c) for c in np.flatnonzero(size >= smallest)]
    pure = sum(int(np.bincount(truth[g]).max()) for g in large)
    covered = sum(len(g) for g in large)
    return Scores(
        name,
        len(large),
        float(np.median([len(g) for g in large])) if large else 0.0,
        max((len(g) for g in large), default=0),
        covered / max(len(labels), 1),
        float(adjusted_mutual_info_score(truth, labels)),
        float(normalized_mutual_info_score(truth, labels)),
        float(adjusted_rand_score(truth, labels)),
        pure / max(covered, 1),
    )


def shuffled(labels: Labels, seed: int) -> Labels:
    """Random groups of equal sizes."""
    return np.array(Dice("shuffled", seed).shuffled(labels.tolist()))


# ---- held-out split -------------------------------------------------------------------------------------------


def split_services(domains: Sequence[Sequence[str]], *, seed: int, share: float) -> set[str]:
    """Services of the held-out side. Whole groups of services move: those that share a domain stay together while the group is small.

    A domain is held out only if all its services are; a mixed one that touches a train service is train.
    """
    out: set[str] = set()
    services = sorted({s for d in domains for s in d})
    families: dict[str, list[str]] = defaultdict(list)
    for service in services:
        families[family(service)].append(service)
    want = share * len(services)
    for name in Dice("split", seed).shuffled(sorted(families)):
        if len(out) >= want:
            break
        out.update(families[name])
    return out


def family(service: str) -> str:
    """Cousins that share tools: 'aws:waf-regional' and 'aws:wafv2' -> 'aws:waf'; two versions of a name stay together."""
    vendor, _, name = service.partition(":")
    head = re.split(r"[-.]", name)[0]
    return f"{vendor}:{re.sub(r'v?[0-9]+$', '', head) or head}"


# ---- names and fields of life ----------------------------------------------------------------------------------


def _names(groups: Sequence[Sequence[Tool]]) -> list[str]:
    """A short unique name for each group: its main service and the noun most of its tools share."""
    used: Counter[str] = Counter()
    out = []
    for tools in groups:
        service = Counter(t.source.service for t in tools).most_common()
        nouns = Counter(" ".join(analyse(t.source, t.name).noun) for t in tools)
        nouns.pop("", None)
        best = min(nouns, key=lambda n: (-nouns[n], n)) if nouns else "tools"
        name = re.sub(r"[^a-z0-9]+", "-", f"{min(s for s, c in service if c == service[0][1])} {best}".lower()).strip("-")[:48]
        used[name] += 1
        out.append(name if used[name] == 1 else f"{name}-{used[name]}")
    return out


def title(words: tuple[str, ...]) -> str:
    return plural(humanise(words))


FIELDS = {
    "advertising": "ads adsense advert campaign marketing doubleclick searchads dfareporting displayvideo",
    "analytics": "analytics quicksight bigquery athena glue datalake warehouse dashboard report tag manager looker",
    "artificial intelligence": "bedrock sagemaker aiplatform machine learning vision speech translate comprehend rekognition dialogflow lex "
    "polly transcribe model hunyuan tione language discovery engine agent",
    "communication": "chat gmail mail message sms pinpoint ses connect chime meet notification push call voice im trtc conversation",
    "commerce": "merchant shop shopping content order cart catalog marketplace product retail",
    "compute": "compute ec2 instance lightsail batch vm cvm autoscaling function lambda app engine run serverless beanstalk container ecs "
    "eks kubernetes gke tke cluster image",
    "databases": "database sql rds dynamodb spanner firestore redis mongodb postgres mysql cdb mariadb memcached neptune timestream "
    "cassandra keyspaces elasticache docdb dcdb sqlserver tdsql",
    "developer tools": "codebuild codecommit codepipeline build deploy repository git artifact test devops cloudformation config "
    "androidpublisher play firebase api gateway script developer",
    "documents and files": "drive docs sheets slides forms file storage s3 backup document workdocs cos vault",
    "education": "classroom course student education lcic tcic",
    "entertainment": "youtube video game live media gamelift vod music stream ivs",
    "finance and billing": "billing budget cost payment invoice finance account ledger cloudbilling paymentcryptography tax reseller",
    "health": "health healthcare medical fitness imaging omics fhir",
    "human resources": "directory workspace employee people license identity sso cloudidentity",
    "internet of things": "iot device sensor greengrass robot smart home fleet vehicle",
    "logistics and travel": "location map places route travel supply chain transport vehicle fleetengine geo",
    "management": "organization cloudwatch monitoring logging log ssm service catalog quota resource manager audit systems control",
    "networking": "vpc network route53 dns cdn cloudfront load balancer elb clb gateway firewall direct connect domain edge subnet",
    "security": "iam kms security guardduty waf inspector secret certificate acm policy access shield macie detective binary ssl cam "
    "antiddos privateca",
    "productivity": "calendar tasks keep notes contacts workspace chromemanagement admin calendar sheets",
    "science and engineering": "braket quantum groundstation satellite earth simulation genomics space",
}
"""Fields of life, a closed list, each with the words that speak for it."""
_FIELD_WORDS = {name: frozenset(words.split()) for name, words in FIELDS.items()}
_SERVICE_FIELDS: dict[str, str] = {}


def field_of_life(tool: Tool) -> str:
    """By the words of its service first, of its name second; 'other' where none speaks."""
    words = re.findall(r"[a-z0-9]+", f"{tool.source.service} {tool.source.title}".lower())
    own = set(analyse(tool.source, tool.name).noun)
    best, most = "other", 0.0
    for name, spoken in _FIELD_WORDS.items():
        points = 2.0 * sum(w in spoken for w in words) + sum(w in spoken for w in own)
        points += 1.5 * any(len(s) > 3 and s in words[0] for s in spoken) if words else 0
        if points > most:
            best, most = name, points
    return best


def field_of(counts: Counter[str]) -> str:
    """The most frequent field of a domain's tools; alphabetical on ties."""
    return min(counts, key=lambda f: (-counts[f], f)) if counts else "other"
