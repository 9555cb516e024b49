"""A forger at work on a finished run: changes rows or worlds, then makes ids, keys, hashes and counts right again, and all later products anew from the forgery.

What is left is a run in which every hash is right and every product fits the one before; only the forged product is not what its verb makes.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from agentscaler import walk
from agentscaler.errors import UserError
from agentscaler.folder import env_files, env_id, read_env
from agentscaler.records import EnvSpec, Model
from agentscaler.render import render
from agentscaler.rules import rules_md
from agentscaler.store import Run, body_id, file_hash
from agentscaler.walk.worlds import env_row

Row = dict[str, Any]
LATER = {"tools": "domains", "domains": "envs", "envs": "tasks", "tasks": "rollouts", "rollouts": "kept", "kept": "sft"}
"""Product -> the next one that is made anew."""
VERBS: dict[str, Callable[..., Any]] = {"domains": walk.domains, "envs": walk.envs, "tasks": walk.tasks, "rollouts": walk.rollouts, "kept": walk.funnel, "sft": walk.sft}


def read(run: Path, name: str) -> list[Row]:
    """The rows of a product or a bin."""
    return [orjson.loads(line) for line in (run / f"{name}.jsonl").read_bytes().splitlines()]


def manifest(run: Path) -> dict[str, Row]:
    """The newest line of each product."""
    return {r["verb"]: r for r in read(run, "manifest")}


def write(run: Path, name: str, rows: list[Row]) -> None:
    """Rows of a product or a bin, with ids and order made right, and the manifest with them."""
    for row in rows:
        if "id" in row:
            row["id"] = body_id(row)
    path = run / f"{name}.jsonl"
    path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in sorted(rows, key=lambda r: str(r["key"]))))
    lines = manifest(run)
    line = lines[name.removesuffix(".dropped")]
    if name.endswith(".dropped"):
        line["dropped"] = dict(sorted(Counter(r["reason"] for r in rows).items()))
    else:
        line |= {"product": file_hash(path), "kept": len(rows)}
    write_manifest(run, lines)


def write_manifest(run: Path, lines: dict[str, Row]) -> None:
    (run / "manifest.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in lines.values()))


def go_on(run: Path, product: str) -> None:
    """Make all products after this one anew, with the arguments they had, as far as the forgery runs."""
    after = LATER.get(product, "")
    while after:
        line = manifest(run)["sft/phase1" if after == "sft" else after]
        try:
            VERBS[after](Run(run), walk.Settings(line["seed"], 1, line["limit"], fresh=True), **line["arguments"])
        except UserError:
            return
        after = LATER.get(after, "")


def forge(run: Path, product: str, change: Callable[[list[Row]], object]) -> None:
    """Change the rows of a product, seal it, and go on from there."""
    rows = read(run, product)
    change(rows)
    write(run, product, rows)
    go_on(run, product)


def forge_files(run: Path, change: Callable[[dict[str, str]], object]) -> None:
    """Change the files of the first world, give the folder its new hash, and go on from there."""
    rows = read(run, "envs")
    folder = run / rows[0]["folder"]
    texts = {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}
    change(texts)
    domain = rows[0]["domain"]
    new = folder.with_name(f"{domain}-{env_id(orjson.loads(texts['env.json']), texts)}")
    shutil.rmtree(folder)
    new.mkdir()
    for name, text in texts.items():
        (new / name).write_text(text, encoding="utf-8")
    row = env_row(read_env(new), f"envs/{new.name}").model_dump(mode="json")
    rows[0] |= {k: v for k, v in row.items() if k not in ("written", "found")}
    write(run, "envs", rows)
    go_on(run, "envs")


def forge_world(run: Path, change: Callable[[EnvSpec], EnvSpec]) -> None:
    """The same with a world as it is read, its code and schema rendered from its model again."""

    def rewrite(texts: dict[str, str]) -> None:
        env = change(read_env(run / read(run, "envs")[0]["folder"]))
        assert env.model is not None
        files = render(env.model)
        texts.update(env_files(env.model_copy(update={"schema_sql": files.schema_sql, "tools_py": files.tools_py, "rules": rules_md(env)})))

    forge_files(run, rewrite)


def with_operation(model: Model, name: str, **update: Any) -> Model:
    """A model in which one operation is another one."""
    assert any(o.name == name for o in model.operations)
    return model.model_copy(update={"operations": tuple(o.model_copy(update=update) if o.name == name else o for o in model.operations)})
