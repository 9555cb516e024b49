"""A world's folder: its files read, written and named by their content.

    env = read_env(path)          four files, and rules.md where there is one
    env_files(env)                the same texts again: file name -> text
    env_id(head, texts)           16 hex of their content
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from agentscaler.errors import UserError
from agentscaler.records import EnvSpec, JsonObject

ENV_FORMAT = 1
FILES = ("env.json", "schema.sql", "population.json", "tools.py")


def read_env(path: str | Path) -> EnvSpec:
    """The world in a folder. Raises UserError with file and field where it cannot be read."""
    folder = Path(path)
    texts = {}
    for name in (*FILES, "rules.md"):
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8") if name in FILES or (folder / name).exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{folder / name}: cannot be read ({error}); a world's folder holds {', '.join(FILES)}") from error
    parsed = {}
    for name in ("env.json", "population.json"):
        try:
            parsed[name] = orjson.loads(texts[name])
        except orjson.JSONDecodeError as error:
            raise UserError(f"{folder / name}: no JSON ({error})") from error
        if not isinstance(parsed[name], dict):
            raise UserError(f"{folder / name}: {parsed[name]!r:.60} is no JSON object")
    head = parsed["env.json"]
    if head.get("format") != ENV_FORMAT:
        raise UserError(f"{folder / 'env.json'}: field 'format' is {head.get('format')!r}; this version reads {ENV_FORMAT}: build the world anew")
    for field in ("folder", "schema_sql", "population", "tools_py", "rules"):
        if field in head:
            raise UserError(f"{folder / 'env.json'}: field {field!r} does not belong there: it is read from the folder's other files; take it out")
    try:
        return EnvSpec(
            **{k: v for k, v in head.items() if k not in ("format", "id")},
            id=env_id(head, texts),
            folder=str(folder),
            schema_sql=texts["schema.sql"],
            population=parsed["population.json"],
            tools_py=texts["tools.py"],
            rules=texts["rules.md"],
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{folder / 'env.json'}: field {'.'.join(map(str, first['loc']))!r}: {first['msg']}, got {first['input']!r:.60}") from error


def env_id(head: JsonObject, texts: Mapping[str, str]) -> str:
    """16 hex of SHA-256 over the content of the folder."""
    body = orjson.dumps({k: v for k, v in head.items() if k != "id"}, option=orjson.OPT_SORT_KEYS)
    parts = [body, *(texts[n].encode() for n in ("schema.sql", "population.json", "tools.py"))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def env_files(env: EnvSpec) -> dict[str, str]:
    """The content of a world's folder: file name -> text."""
    head = env.model_dump(mode="json", exclude={"id", "folder", "schema_sql", "population", "tools_py", "rules"}, exclude_defaults=True)
    files = {
        "env.json": spread({"format": ENV_FORMAT, **head}),
        "schema.sql": env.schema_sql,
        "population.json": spread(env.population),
        "tools.py": env.tools_py,
    }
    return files | ({"rules.md": env.rules} if env.rules else {})


def sealed(env: EnvSpec) -> EnvSpec:
    """The world under the id that its content has."""
    texts = env_files(env)
    return env.model_copy(update={"id": env_id(orjson.loads(texts["env.json"]), texts)})


def spread(value: JsonObject, depth: int = 2) -> str:
    """JSON a person can read and diff: an item a line, down to the `depth`-th level."""
    return _spread(value, depth, "") + "\n"


def _spread(value: Any, depth: int, indent: str) -> str:
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return orjson.dumps(value).decode()
    inner = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + _spread(v, depth - 1, inner) for v in value) + f"\n{indent}]"
    pairs = (f"{inner}{orjson.dumps(k).decode()}: {_spread(v, depth - 1, inner)}" for k, v in value.items())
    return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
