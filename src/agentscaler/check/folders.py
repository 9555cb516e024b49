"""A world's folder by itself: it reads, it is spelled as the builder spells it, its name is its hash, its code is what its model renders to, and what
env.json says of a tool follows from the model. `check_folder` puts it through the gate as well.
"""

from collections.abc import Iterator
from pathlib import Path

from agentscaler.check.anew import is_inside
from agentscaler.check.finding import Finding, file_findings, row_findings, short, text_finding
from agentscaler.envs.worlds import find_edges
from agentscaler.errors import Dropped, UserError
from agentscaler.gate import check_env
from agentscaler.records import EnvSpec, JsonObject
from agentscaler.render import render
from agentscaler.walk.worlds import env_row
from agentscaler.world import Loaded, env_files, read_env


def check_folder(path: Path) -> Iterator[Finding]:
    """One world's folder, the gate included."""
    found = list(folder_findings(path, path.name))
    yield from found
    if found:
        return
    for fault in check_env(read_env(path)):
        yield Finding(path.name, "", fault.tool or fault.where, f"the gate refuses it: {fault.message}")


def look_at(run: Path, row: JsonObject) -> list[Finding]:
    """A world on the shelf, without the gate: its folder and its row."""
    folder = str(row.get("folder"))
    if not is_inside(folder):
        return [Finding("envs.jsonl", str(row.get("id")), "folder", f"{short(folder)} is no folder under envs/")]
    found = list(folder_findings(run / folder, folder))
    if not found:
        right = env_row(read_env(run / folder), folder).model_dump(mode="json")
        right = {k: v for k, v in right.items() if k not in ("written", "found")}
        found = list(row_findings("envs.jsonl", row, {**row, **right}))
    return found


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
    if env.edges != find_edges(env.model):
        yield Finding(f"{name}/env.json", env.id, "edges", "they are not those that the model gives")
    if not edited:
        try:
            Loaded(env, trusted=False).image(0)
        except (Dropped, UserError, KeyError, ValueError, TypeError) as error:
            yield Finding(f"{name}/population.json", env.id, "", f"no rows can be drawn: {error}")
