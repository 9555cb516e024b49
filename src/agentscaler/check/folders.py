"""A world's folder by itself: it reads, it is spelled as the builder spells it, its name is its hash, its code is what its model renders to, and what
env.json says of a tool follows from the model. `check_folder` puts it through the gate as well.
"""

from collections.abc import Iterator
from pathlib import Path

from agentscaler.check.anew import is_inside
from agentscaler.check.finding import Finding, file_findings, row_findings, short, text_finding
from agentscaler.envs.feeds import find_edges
from agentscaler.errors import Dropped, UserError
from agentscaler.folder import env_files, read_env
from agentscaler.gate import check_env
from agentscaler.records import Edge, EnvSpec, JsonObject
from agentscaler.render import render
from agentscaler.rules import rules_md
from agentscaler.store import read_rows
from agentscaler.walk.places import Places
from agentscaler.walk.worlds import Workshop, env_row
from agentscaler.world import Loaded


def check_folder(path: Path) -> Iterator[Finding]:
    """One world's folder, the gate included."""
    found = list(folder_findings(path, path.name))
    yield from found
    if found:
        return
    for fault in check_env(read_env(path)):
        yield Finding(path.name, "", fault.tool or fault.where, f"the gate refuses it: {fault.message}")


class Glass:
    """What a worker looks at worlds with."""

    def __init__(self, run: str, places: Places) -> None:
        self.run = Path(run)
        self.shop = Workshop(places, "")
        self.domains = {str(r["id"]): frozenset(r["tools"]) for r in read_rows(self.run / "domains.jsonl")}


def look_at(glass: Glass, row: JsonObject) -> list[Finding]:
    """A world on the shelf, without the gate: its folder, its row, and its tools beside those of tools.jsonl."""
    folder = str(row.get("folder"))
    if not is_inside(folder):
        return [Finding("envs.jsonl", str(row.get("id")), "folder", f"{short(folder)} is no folder under envs/")]
    found = list(folder_findings(glass.run / folder, folder))
    if not found:
        env = read_env(glass.run / folder)
        right = {k: v for k, v in env_row(env, folder).model_dump(mode="json").items() if k not in ("written", "found")}
        found = [*row_findings("envs.jsonl", row, {**row, **right}), *_sources(glass, row, env)]
    return found


def _sources(glass: Glass, row: JsonObject, env: EnvSpec) -> Iterator[Finding]:
    """Each tool against its row: its words, its parameters, and whether it is the domain's own or a borrowed read."""
    mine = glass.domains.get(str((row.get("from") or [""])[0]), frozenset())
    for tool in env.tools:
        field = f"tools[{tool.name}]"
        place = glass.shop.places.home.get(tool.tool or "")
        if place is None:
            yield Finding(f"{env.folder}/env.json", env.id, f"{field}.tool", f"{short(tool.tool)} is no row of tools.jsonl")
            continue
        source = glass.shop.places.tool(*place)
        if source.description and tool.description != source.description:
            yield Finding(f"{env.folder}/env.json", env.id, f"{field}.description", f"{short(tool.description)}, but its row says {short(source.description)}")
        if not set(tool.parameters.get("properties", {})) <= set(source.parameters.get("properties", {})):
            yield Finding(f"{env.folder}/env.json", env.id, f"{field}.parameters", "it has parameters that its row does not have")
        if tool.own != (tool.tool in mine) or not (tool.own or tool.kind == "read"):
            yield Finding(f"{env.folder}/env.json", env.id, f"{field}.own", f"{short(tool.own)}: own tools are the domain's, others are borrowed reads")


def folder_findings(path: Path, name: str) -> Iterator[Finding]:
    """What is wrong with a folder, as far as reading and rendering shows."""
    try:
        env = read_env(path)
        files = env_files(env)
    except (UserError, ValueError) as error:
        yield Finding(f"{name}/env.json", "", "", str(error))
        return
    if path.name != f"{env.domain}-{env.id}":
        yield Finding(name, env.id, "name", f"the content of the folder is {env.domain}-{env.id}")
    for file in sorted({p.name for p in path.iterdir()} | set(files)):
        if file not in files:
            yield Finding(f"{name}/{file}", env.id, "", "the builder writes no such file")
        elif (path / file).is_file():
            yield from file_findings(f"{name}/{file}", (path / file).read_bytes(), files[file].encode())
    yield from _follows(env, name)


def _follows(env: EnvSpec, name: str) -> Iterator[Finding]:
    """What follows from the model: the code, the schema, kinds and names of the tools, edges, and rows that can be painted."""
    if env.model is None:
        yield Finding(f"{name}/env.json", env.id, "model", "it was not compiled here: its code is not run in this process, so nothing more is proven")
        return
    try:
        files = render(env.model)
    except Exception as error:  # a model that was tampered with can break the renderer in any way
        yield Finding(f"{name}/env.json", env.id, "model", f"it does not render: {type(error).__name__}: {error}")
        return
    edited = [*text_finding(f"{name}/schema.sql", env.schema_sql, files.schema_sql), *text_finding(f"{name}/tools.py", env.tools_py, files.tools_py)]
    yield from edited
    yield from text_finding(f"{name}/rules.md", env.rules, rules_md(env))
    operations = {o.name: o for o in env.model.operations}
    if [t.name for t in env.tools] != [o.name for o in env.model.operations]:
        yield Finding(f"{name}/env.json", env.id, "tools", "its tools are not the operations of its model")
        return
    for tool in env.tools:
        operation = operations[tool.name]
        kind = "read" if operation.act in ("get", "list") else "write"
        if tool.kind != kind:
            yield Finding(f"{name}/env.json", env.id, f"tools[{tool.name}].kind", f"{tool.kind}, but it is a {kind}: it does {operation.act}")
        if tool.python != operation.python or tool.blind != operation.blind or set(tool.parameters.get("properties", {})) != {a.name for a in operation.arguments}:
            yield Finding(f"{name}/env.json", env.id, f"tools[{tool.name}]", "its function, its parameters or its mark 'blind' are not those of its operation")
    if not _same_edges(env, find_edges(env.model)):
        yield Finding(f"{name}/env.json", env.id, "edges", "they are not those that the model gives")
    if not edited:
        try:
            Loaded(env, trusted=False).image(0)
        except (Dropped, UserError, KeyError, ValueError, TypeError) as error:
            yield Finding(f"{name}/population.json", env.id, "", f"no rows can be drawn: {error}")


def _same_edges(env: EnvSpec, right: tuple[Edge, ...]) -> bool:
    """Are its edges those that the model gives? Where a model has judged them, those it refused stand apart, and it adds its reason."""
    judged = [e.model_copy(update={"reason": e.reason.partition("; model: ")[0]}) for e in env.edges] + [r.edge for r in env.refused]
    return sorted(judged, key=repr) == sorted(right, key=repr) if env.refused or any("; model: " in e.reason for e in env.edges) else env.edges == right
