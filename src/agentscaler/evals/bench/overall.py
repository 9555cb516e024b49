"""ACEBench's own summary of a result: Normal, Special and Agent are the plain means of their files, the overall score weighs the three. Official and strict side by side; where a file was not played there is no overall score."""

from collections.abc import Mapping
from typing import Any, Final

from agentscaler.evals.numbers import Outcome, success
from agentscaler.evals.score import Result, outcomes_of

FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "Normal": (
        "normal_single_turn_single_function", "normal_single_turn_parallel_function", "normal_multi_turn_user_adjust", "normal_multi_turn_user_switch", "normal_similar_api", "normal_preference",
        "normal_atom_bool", "normal_atom_enum", "normal_atom_number", "normal_atom_list", "normal_atom_object_deep", "normal_atom_object_short",
    ),
    "Special": ("special_incomplete", "special_error_param", "special_irrelevant"),
    "Agent": ("agent_multi_step", "agent_multi_turn"),
}  # fmt: skip
WEIGHTS: Final[Mapping[str, float]] = {"Normal": 0.578, "Special": 0.2676, "Agent": 0.1545}
"""As the benchmark's own table sums them up (they add to 1.0001)."""


def overall(result: Result) -> dict[str, dict[str, float | None]]:
    """'official', 'strict' -> Normal, Special, Agent and overall, from 0 to 1; None where a file is missing."""
    return {"official": _parts(result), "strict": _parts(strictly(result))}


def strictly(result: Result) -> Result:
    """The same episodes by the strict rule."""
    return result._replace(scores=tuple(s if s.passed is None else s.model_copy(update={"passed": bool(s.parts.get("strict"))}) for s in result.scores))


def _parts(result: Result) -> dict[str, float | None]:
    by_file: dict[str, dict[str, list[Outcome]]] = {c: outcomes_of(s for s in result.scores if s.category == c) for c in {s.category for s in result.scores}}
    out: dict[str, float | None] = {}
    for part, files in FILES.items():
        rates = [success(by_file[f]).value for f in files if f in by_file]
        out[part] = sum(rates) / len(rates) if len(rates) == len(files) else None
    whole = [WEIGHTS[p] * v for p in FILES if (v := out[p]) is not None]
    out["overall"] = sum(whole) if len(whole) == len(FILES) else None
    return out


def rows_of(results: list[tuple[str, Result]]) -> list[dict[str, Any]]:
    """Two lines a result: official, strict."""
    rows = []
    for name, result in results:
        for rule, parts in overall(result).items():
            rows.append({"name": name, "rule": rule, **{p: "-" if v is None else f"{100 * v:.1f}" for p, v in parts.items()}})
    return rows
