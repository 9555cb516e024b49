"""Where a column stands: what a recipe may look at besides the column itself."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from agentscaler.envs.drafts import Col, Draft

Recipe: TypeAlias = dict[str, Any]
UNKNOWN: Final = "invented"
"""Mark of a recipe whose values are made up because the provider does not say which there are."""


class Place(NamedTuple):
    """Where a column stands."""

    table: str
    draft: Draft
    group: str
    """vendor:service."""
    written: frozenset[str]
    """Columns of the table that some tool of the world sets from an argument."""
    columns: Mapping[str, Col]
    tools: frozenset[str] = frozenset()
    """Ids of the world's tools."""
    holders: Mapping[tuple[str, ...], str] = {}
    """Noun -> table, of the tables that are addressed by resource name."""
    named: Mapping[tuple[str, ...], str] = {}
    """Noun -> "table.column" of what its rows are called, of the tables that are filled before this one."""
    keyed: Mapping[tuple[str, ...], str] = {}
    """Noun -> "table.column" of what identifies its rows, of the same tables."""
    tables: Mapping[tuple[str, ...], tuple[str, Draft, Mapping[str, Col]]] = {}
    """Noun -> table, draft and columns, of the same tables."""
    depth: int = 0
    """How many parents stand above a row: children are younger."""
    beside: frozenset[str] = frozenset()
    """Fields of the same object, lower case, inside JSON."""
    stated: bool = False
    """Inside JSON: does a column of the row tell its state, so that errors are told there?"""

    @property
    def vendor(self) -> str:
        return self.group.split(":")[0]

    @property
    def service(self) -> str:
        return self.group.split(":")[-1]


def unknown(recipe: Recipe, *, empty: bool = True) -> Recipe:
    """A recipe for a column of which the provider's values are unknown: rows have none, but a caller who must write can."""
    return {**recipe, UNKNOWN: True} | ({"null": 1.0} if empty else {})


def is_empty(recipe: Recipe) -> bool:
    """Does no row have a value?"""
    return recipe.get("null") == 1.0
