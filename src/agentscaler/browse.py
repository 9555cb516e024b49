"""A person's questions to the graph and the domains: `graph --show TOOL`, `graph --audit`, `domains --show NAME`.

Reads the products of a run folder and returns things that rich can print. Nothing is computed anew: what is shown is what stands in the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from agentscaler.errors import UserError
from agentscaler.records import JsonObject, Source
from agentscaler.store import Run, read_rows
from agentscaler.verbs import READS, analyse
from agentscaler.words import nearest, sentence

Rows: TypeAlias = Mapping[str, JsonObject]
MOST: Final = 12
"""Lines of a list, where there are more."""
ALIKE: Final = 8
SUPPLIERS: Final = {"tools": "other tools", "user": "the user", "constant": "the definition", "nobody": "[bold red]nobody[/]"}


class Pool(NamedTuple):
    """The tools and the graph of a run, by the id of the tool."""

    tools: Rows
    nodes: Rows
    home: Mapping[str, str]
    """Tool -> name of its domain; empty before there are domains."""


def open_pool(run: Run, by: str) -> Pool:
    tools = {str(row["id"]): row for row in read_rows(run.need("tools", by))}
    nodes = {str(row["tool"]): row for row in read_rows(run.need("graph", by))}
    path = run.product("domains")
    home = {str(tool): str(row["name"]) for row in (read_rows(path) if path.exists() else ()) for tool in row["tools"]}
    return Pool(tools, nodes, home)


def full_name(row: JsonObject) -> str:
    """'aws:efs/CreateMountTarget'."""
    source = row["source"]
    return f"{source['vendor']}:{source['service']}/{source['operation']}"


def find_tool(tools: Rows, name: str) -> str:
    """The id of the tool with this name, operation, vendor:service/operation or beginning of an id. Raises UserError with what is nearest."""
    wanted = name.lower()
    found = [i for i, row in tools.items() if wanted in (str(row["name"]).lower(), str(row["source"]["operation"]).lower(), full_name(row).lower())]
    found = found or ([i for i in tools if i.startswith(wanted)] if len(wanted) >= 4 else [])
    if len(found) == 1:
        return found[0]
    if found:
        several = sorted(full_name(tools[i]) for i in found)
        raise UserError(f"{len(found)} tools are called {name!r}: say which, such as {', '.join(several[:6])}")
    names = (full_name(row) if "/" in name else str(row["source"]["operation"]) for row in tools.values())
    raise UserError(f"no tool is called {name!r}; {nearest(name, names)}")


# ---- one tool -----------------------------------------------------------------------------------------------------


def show_tool(run: Run, name: str) -> Iterator[RenderableType]:
    """Who is like a tool, who can feed each of its required parameters and why, and what its results feed."""
    pool = open_pool(run, "graph --show")
    number = find_tool(pool.tools, name)
    row, node = pool.tools[number], pool.nodes[number]
    yield f"[bold]{escape(full_name(row))}[/]   {number}" + (f"   domain {escape(pool.home[number])}" if number in pool.home else "")
    yield escape(sentence(str(row["description"]), 300)) + "\n"
    yield from _suppliers(pool, node)
    yield from _consumers(pool, number)
    yield from _alike(pool, node)


def _suppliers(pool: Pool, node: JsonObject) -> Iterator[RenderableType]:
    if not node.get("wants"):
        yield "It has no required parameter."
        return
    table = _table("required parameters and who supplies them", "parameter", "supplied by", "producer", "score", "why")
    for want in node["wants"]:
        edges = [e for e in node["needs"] if e["parameter"] == want["parameter"]]
        first = [want["parameter"], SUPPLIERS[want["supplier"]]]
        if not edges:
            table.add_row(*first, "", "", escape(want["reason"]))
        for edge in edges:
            table.add_row(*first, escape(_short(pool, edge["source"], node["tool"]) + (f" . {edge['field']}" if edge["field"] else "")), f"{edge['score']:.2f}", escape(edge["reason"]))
            first = ["", ""]
    yield table


def _consumers(pool: Pool, number: str) -> Iterator[RenderableType]:
    found = sorted(((e["score"], _short(pool, e["target"], number), e) for n in pool.nodes.values() for e in n["needs"] if e["source"] == number), key=lambda x: (-x[0], x[1]))
    if not found:
        yield "\nIts results feed no required parameter that is known."
        return
    table = _table(f"\nits results feed ({len(found)})", "tool", "parameter", "from", "score", "why")
    for score, name, edge in found[:MOST]:
        table.add_row(escape(name), escape(edge["parameter"]), escape(edge["field"]), f"{score:.2f}", escape(edge["reason"]))
    yield table
    if len(found) > MOST:
        yield f"and {len(found) - MOST} more"


def _alike(pool: Pool, node: JsonObject) -> Iterator[RenderableType]:
    near = node["similar"][:ALIKE]
    if not near:
        yield "\nNo tool is like it."
        return
    table = _table("\nmost alike (by words alone, the service is not looked at)", "tool", "score", "domain")
    for one in near:
        table.add_row(escape(full_name(pool.tools[one["tool"]])), f"{one['score']:.2f}", escape(pool.home.get(one["tool"], "")))
    yield table


def _short(pool: Pool, number: str, beside: str) -> str:
    """The operation; with its service where that is another than that of the tool beside it."""
    row, other = pool.tools[number], pool.tools[beside]
    same = (row["source"]["vendor"], row["source"]["service"]) == (other["source"]["vendor"], other["source"]["service"])
    return str(row["source"]["operation"]) if same else full_name(row)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in ("score", "tools") else "left", overflow="fold")
    return table


# ---- the audit ----------------------------------------------------------------------------------------------------


def audit(run: Run, *, most: int | None = 40) -> Iterator[RenderableType]:
    """Required parameters that nobody can supply, by service and parameter, most tools first. most: lines, None for all."""
    pool = open_pool(run, "graph --audit")
    lost: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    total = 0
    for number, node in pool.nodes.items():
        source = pool.tools[number]["source"]
        for want in node.get("wants", ()):
            total += 1
            if want["supplier"] == "nobody":
                lost[f"{source['vendor']}:{source['service']}", want["parameter"]].append(str(source["operation"]))
    count = sum(map(len, lost.values()))
    yield f"{count} of {total} required parameters can be supplied by nobody: no result of the service shows them, no closed list names them, and no user would know them."
    table = _table("", "service", "parameter", "tools", "such as")
    ranked = sorted(lost.items(), key=lambda x: (-len(x[1]), x[0]))
    for (service, parameter), operations in ranked[:most]:
        table.add_row(escape(service), escape(parameter), str(len(operations)), escape(", ".join(sorted(operations)[:3])))
    if ranked:
        yield table
    if most is not None and len(ranked) > most:
        yield f"and {len(ranked) - most} more: --json lists all"


def unfillable(run: Run) -> list[JsonObject]:
    """The same as rows: tool, service, operation, parameter, reason."""
    pool = open_pool(run, "graph --audit")
    return [
        {"tool": number, "name": full_name(pool.tools[number]), "parameter": w["parameter"], "reason": w["reason"]}
        for number, node in pool.nodes.items()
        for w in node.get("wants", ())
        if w["supplier"] == "nobody"
    ]


# ---- one domain ---------------------------------------------------------------------------------------------------


def show_domain(run: Run, name: str) -> Iterator[RenderableType]:
    """The tools of a domain by kind, how well it hangs together, and who feeds whom in it."""
    rows = {str(row["name"]): row for row in read_rows(run.need("domains", "domains --show"))}
    row = rows.get(name) or next((r for r in rows.values() if str(r["id"]).startswith(name) and len(name) >= 4), None)
    if row is None:
        raise UserError(f"no domain is called {name!r}; {nearest(name, rows)}")
    if not run.product("graph").exists():
        yield escape(f"{row['name']}: {len(row['tools'])} tools of {', '.join(row['services'])}; there is no graph in {run.path} to say more")
        return
    pool = open_pool(run, "domains --show")
    inside = [str(i) for i in row["tools"]]
    yield f"[bold]{escape(str(row['name']))}[/]   {row['id']}   {len(inside)} tools, {escape(str(row['field']))}, {row['split']}"
    yield escape(_services(pool, inside))
    yield _coherence(pool, inside) + "\n"
    yield _tools_of(pool, inside)
    yield from _flows(pool, inside)


def _services(pool: Pool, inside: Sequence[str]) -> str:
    count = Counter(full_name(pool.tools[i]).split("/")[0] for i in inside)
    return "services: " + ", ".join(f"{s} ({n})" for s, n in count.most_common())


def _coherence(pool: Pool, inside: Sequence[str]) -> str:
    """Share of the main service, and share of the weight of their nearest that lies inside."""
    group = set(inside)
    near = [(x["tool"] in group, x["score"]) for i in inside for x in pool.nodes[i]["similar"]]
    held = sum(s for within, s in near if within) / max(sum(s for _, s in near), 1e-9)
    main = Counter(full_name(pool.tools[i]).split("/")[0] for i in inside).most_common(1)[0][1]
    wants = [w["supplier"] for i in inside for w in pool.nodes[i].get("wants", ())]
    edges = {(e["target"], e["parameter"]) for i in inside for e in pool.nodes[i]["needs"] if e["source"] in group}
    fed = f"{len(edges)} of {wants.count('tools')} parameters that tools supply are fed from inside, {wants.count('nobody')} by nobody"
    return f"coherence: {main / len(inside):.0%} of one service; {held:.0%} of what its tools are most like lies inside; {fed}"


def _kind(row: JsonObject) -> str:
    return analyse(Source.model_validate(row["source"]), str(row["name"])).kind


def _tools_of(pool: Pool, inside: Sequence[str]) -> Table:
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for i in inside:
        kinds[_kind(pool.tools[i])].append(i)
    count = sum(len(v) for k, v in kinds.items() if k in READS)
    table = _table(f"tools ({count} read, {len(inside) - count} do more)", "kind", "tool", "required parameters")
    for kind, members in sorted(kinds.items(), key=lambda x: (x[0] not in READS, x[0])):
        for n, i in enumerate(sorted(members, key=lambda i: full_name(pool.tools[i]))):
            wants = ", ".join(escape(w["parameter"]) + {"nobody": " [red](nobody)[/]", "tools": "", "user": " (user)", "constant": " (fixed)"}[w["supplier"]] for w in pool.nodes[i].get("wants", ()))
            table.add_row(kind if n == 0 else "", escape(_short(pool, i, inside[0])), wants)
    return table


def _flows(pool: Pool, inside: Sequence[str]) -> Iterator[RenderableType]:
    """The first producer of each parameter, inside the domain: producer -> parameter of how many tools."""
    group = set(inside)
    flows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for i in inside:
        first: dict[str, str] = {}
        for edge in pool.nodes[i]["needs"]:
            if edge["source"] in group:
                first.setdefault(edge["parameter"], edge["source"])
        for parameter, source in first.items():
            flows[source, parameter].append(_short(pool, i, inside[0]))
    if not flows:
        yield "\nNo tool of it feeds another."
        return
    table = _table("\ndependencies (the first producer of each parameter)", "producer", "parameter", "tools", "of")
    for (source, parameter), targets in sorted(flows.items(), key=lambda x: (-len(x[1]), x[0]))[: 2 * MOST]:
        table.add_row(escape(_short(pool, source, inside[0])), escape(parameter), str(len(targets)), escape(", ".join(sorted(targets)[:4]) + (" ..." if len(targets) > 4 else "")))
    yield table
