"""Settings of a training from a recipe: the [train] table for `sft --train`, the [rl] table for `rl`, each with what TRL is told beyond them in [train.trl] and [rl.trl].

    read_training(Path("runs/qwen3-8b.toml"))       -> loop.Recipe
    read_practice(Path("runs/qwen3-8b.toml"))       -> grpo.Practice
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentscaler.errors import UserError
from agentscaler.train.grpo import Practice
from agentscaler.train.loop import Recipe


def read_training(path: Path) -> Recipe:
    """The [train] table. Raises UserError that names file, field and value."""
    return Recipe(**_table(path, "train", Recipe()._asdict()))


def read_practice(path: Path) -> Practice:
    """The [rl] table. Raises UserError that names file, field and value."""
    return Practice(**_table(path, "rl", Practice()._asdict()))


def _table(path: Path, name: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; give the path of a recipe, such as runs/qwen3-8b.toml") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}") from error
    found = data.get(name)
    if not isinstance(found, dict):
        raise UserError(f"{path} has no table [{name}]")
    for key, value in found.items():
        if key not in defaults:
            raise UserError(f"{path}: [{name}] {key} is no setting of it; it takes {', '.join(defaults)}")
        like = defaults[key]
        kinds = (int, float) if isinstance(like, float) else dict if isinstance(like, Mapping) else type(like)
        if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(like, bool)):
            raise UserError(f"{path}: [{name}] {key} is {value!r}; give a value like {like!r}")
    return dict(found)
