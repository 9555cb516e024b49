"""Where the value of each required parameter comes from: a result of another tool, the user, a closed list, or nobody that is known.

Names of things (ids, keys, ARNs, what a list of the same service shows) come from tools. What a person makes up or wants (texts, amounts, times, the
name of what is created, the surroundings that the world stands in) comes from the user. What is left is the audit: identifiers that no tool of the
service shows and that no user carries in the head.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from agentscaler.edges import GENERIC, Index, collection_words, index, placeholders, producers, resource_of
from agentscaler.records import Edge, Schema, Supplier, Tool, Want
from agentscaler.schemas import inside, kind_of, prose_values
from agentscaler.verbs import analyse
from agentscaler.words import TRANSPORT, WRAPPING, field

SURE: Final = 0.4
"""A producer below this is a guess that is worse than none."""
PLAIN: Final = 0.85
"""From here on even what sounds like surroundings is a thing of the service: ProjectId <- ListProjects."""
AGREES: Final = 0.7
"""From here on a result feeds a parameter that is not called an identifier: 'region' <- regions.list."""
NAMING: Final = frozenset("id arn name uri key token handle code reference ref".split())
"""Last words of what names a thing."""
MACHINE: Final = frozenset("id arn token handle key reference ref".split())
"""Of these, what no user carries in the head."""
SURROUNDINGS: Final = frozenset("account region project location organization folder tenant zone customer".split())
"""What a world stands in: the user, or the system message, says it."""
ABROAD: Final = ("id", "arn")
"""Names mean other things elsewhere, identifiers seldom do."""
MADE_UP: Final = ("create", "put")


class Supply(NamedTuple):
    """What the graph says of a tool's required parameters."""

    wants: tuple[Want, ...]
    needs: tuple[Edge, ...]


class Pool(NamedTuple):
    """All that a supplier may come from."""

    where: Index
    abroad: Mapping[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]]
    """(vendor, canonical field) -> (service, id of the tool that lists such things, where it stands)."""


def open_pool(tools: Mapping[str, Tool]) -> Pool:
    """tools: id -> tool."""
    where = index(tools)
    abroad: dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]] = defaultdict(list)
    for (group, key), found in where.found.items():
        if len(key) < 2 or key[-1] not in ABROAD or key[0] == "*":
            continue
        for producer in found:
            what = where.makers[producer.tool].what
            if what.kind == "list" and what.noun == key[:-1] and not what.tail and not producer.rows:
                abroad[group.partition(":")[0], key].append((group, producer.tool, producer.path))
    return Pool(where, abroad)


def supply(number: str, tool: Tool, pool: Pool, *, most: int = 3) -> Supply:
    """Each required parameter with its supplier, and the edges into those that tools supply."""
    properties = tool.parameters.get("properties", {})
    wants: list[Want] = []
    needs: list[Edge] = []
    for parameter in tool.parameters.get("required", ()):
        schema = properties.get(parameter, {})
        want, edges = _of(number, tool, parameter, schema, pool, most)
        wants.append(want)
        needs += edges
    return Supply(tuple(wants), tuple(needs))


def _of(number: str, tool: Tool, parameter: str, schema: Schema, pool: Pool, most: int) -> tuple[Want, list[Edge]]:
    """The supplier of one parameter. The order of the questions matters: what the provider says comes first, what nobody knows last."""

    def from_(supplier: Supplier, reason: str, edges: Sequence[Edge] = ()) -> tuple[Want, list[Edge]]:
        return Want(parameter=parameter, supplier=supplier, reason=reason), list(edges)

    key, one = field(parameter), inside(schema)
    kind, resource = kind_of(one), resource_of(tool, parameter)
    naming = bool(resource) or (bool(key) and key[-1] in NAMING)
    if reason := _closed(parameter, key, one, naming):
        return from_("constant", reason)
    edges = producers(number, tool, parameter, pool.where, most=most)
    if edges and edges[0].reason == "named by the provider":
        return from_("tools", "the provider says so", edges)
    if kind == "object" or not key:
        return from_("user", "an object the user describes")
    if kind == "number" or (kind == "integer" and key[-1] != "id"):
        return from_("user", "a number")
    sure = [e for e in edges if e.score >= (SURE if naming and e.reason != "shows such things" else AGREES)]
    plain = key[-1] == "id" and any(e.score >= PLAIN for e in sure)
    if _surroundings(tool, key, resource) and not plain:
        return from_("user", "names the surroundings")
    if not resource and _made_up(tool, key):
        return from_("user", "names what is made here")
    if key == ("display", "name"):
        return from_("user", "a text the user words or chooses")
    if not naming and not any(" of the thing" in e.reason for e in sure):
        return from_("user", "a text the user words or chooses")
    foreign = _abroad(tool, number, parameter, key, pool)
    if foreign and not any(pool.where.makers[e.source].thing >= set(key[:-1]) for e in sure):
        return from_("tools", foreign.reason, [foreign, *sure][:most])
    if sure:
        return from_("tools", sure[0].reason, sure)
    if key[-1] in MACHINE or resource:
        return from_("nobody", "an identifier that no result shows")
    return from_("user", "a name the user knows")


def _closed(parameter: str, key: tuple[str, ...], schema: Schema, naming: bool) -> str:
    """Why the definition alone can fill it; empty where it cannot."""
    if TRANSPORT.match(parameter) or WRAPPING.match(" ".join(key)) or _ONCE.search(" ".join(key)):
        return "belongs to the call, not to a thing"
    if schema.get("enum"):
        return "a closed list"
    if kind_of(schema) == "boolean":
        return "yes or no"
    if "default" in schema:
        return "has a default"
    return "a closed list in its description" if not naming and kind_of(schema) == "string" and prose_values(schema.get("description", "")) else ""


_ONCE: Final = re.compile(r"^(?:client|client request|creator request|idempotency|request)(?: (?:token|key|id))$|idempoten")
"""Tokens that a client makes up so that a retry is known as one."""


def _surroundings(tool: Tool, key: tuple[str, ...], resource: tuple[str, ...]) -> bool:
    """Account, region, project: bound to where the world stands."""
    if resource:
        return set(collection_words(placeholders(tool.source.path or "")[-1])) <= SURROUNDINGS
    words = key[:-1] if len(key) > 1 and key[-1] in (*NAMING, "number") else key
    while len(words) > 1 and words[0] in ("aws", "amazon", "google", "cloud", "owner", "parent"):
        words = words[1:]
    return set(words) <= SURROUNDINGS


def _made_up(tool: Tool, key: tuple[str, ...]) -> bool:
    """The name or id that a create gives to the new row."""
    what = analyse(tool.source, tool.name)
    if what.kind not in MADE_UP or key[-1] == "arn":
        return False
    return (len(key) == 1 and key[0] in GENERIC) or (bool(what.noun) and key[:-1] in (what.noun, what.noun[-1:], (*what.noun, *what.extra)))


def _abroad(tool: Tool, number: str, parameter: str, key: tuple[str, ...], pool: Pool) -> Edge | None:
    """The list of another service of the vendor, where one service alone lists such things: SubnetId <- DescribeSubnets of ec2."""
    found = pool.abroad.get((tool.source.vendor, key), [])
    if not found or len({group for group, _, _ in found}) > 1:
        return None
    _, other, path = min(found)
    return Edge(source=other, field=path, target=number, parameter=parameter, score=PLAIN, reason="shown by another service of the vendor")
