"""What one call did to a world, row by row with old and new value; and the calls of a person, so that the last can be undone."""

from typing import Any, Final, Literal, NamedTuple

import apsw

from agentscaler.explain import key_text
from agentscaler.records import JsonObject
from agentscaler.world import Answer, World

Dump = dict[str, list[tuple[Any, ...]]]
LONGEST: Final = 120
"""Characters of a value as it is told."""


class Change(NamedTuple):
    """One row that is new, gone, or another in some columns."""

    sign: Literal["+", "-", "~"]
    table: str
    key: str
    cells: tuple[tuple[str, Any, Any], ...]
    """(column, value before, value after)."""

    def lines(self) -> list[str]:
        """As a person reads it: "~ order[O-7].status: 'pending' -> 'cancelled'"."""
        row = f"{self.sign} {self.table}[{self.key}]"
        if self.sign == "~":
            return [f"{row}.{column}: {_said(old)} -> {_said(new)}" for column, old, new in self.cells]
        side = 2 if self.sign == "+" else 1
        held = ", ".join(f"{cell[0]} {_said(cell[side])}" for cell in self.cells if cell[side] is not None and cell[0] not in self.key)
        return [f"{row}: {held}" if self.sign == "+" and held else row]


def _said(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def changes(before: Dump, after: Dump, world: World) -> list[Change]:
    """Every row in which two states of a world differ, table by table, in key order."""
    out = []
    for name, info in world.loaded.tables.items():
        if before[name] == after[name]:
            continue
        at = [info.columns.index(c) for c in info.key]
        old, new = ({tuple(row[i] for i in at): row for row in state[name]} for state in (before, after))
        for key in sorted(old.keys() | new.keys(), key=repr):
            was, now = old.get(key), new.get(key)
            if was != now:
                pairs = zip(info.columns, was or (None,) * len(info.columns), now or (None,) * len(info.columns), strict=True)
                sign: Literal["+", "-", "~"] = "+" if was is None else "-" if now is None else "~"
                out.append(Change(sign, name, key_text(key), tuple(c for c in pairs if c[1] != c[2] or sign != "~")))
    return out


class Step(NamedTuple):
    """A call, its answer and what it did."""

    answer: Answer
    changes: list[Change]


class Visit:
    """One person in one world: calls that can be taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.first = world.dump()
        self.calls: list[tuple[str, JsonObject, bytes]] = []
        """Name, arguments, and the state before."""

    def call(self, name: str, arguments: JsonObject) -> Step:
        before, mark = self.world.dump(), self.world.snapshot()
        answer = self.world.call(name, arguments)
        if answer.error is None:
            self.calls.append((name, arguments, mark))
        return Step(answer, changes(before, self.world.dump(), self.world))

    def undo(self) -> tuple[str, list[Change]] | None:
        """Take back the last call that was not refused; its name and what that changed, or None where there is none."""
        if not self.calls:
            return None
        before = self.world.dump()
        name, _, mark = self.calls.pop()
        try:
            self.world.restore(mark)
        except apsw.AbortError:  # rows changed places in a ring: a changeset cannot say that, the calls can
            self.world.reset()
            for earlier, arguments, _ in self.calls:
                self.world.call(earlier, arguments)
        return name, changes(before, self.world.dump(), self.world)

    def changed(self) -> list[Change]:
        """What all calls together did."""
        return changes(self.first, self.world.dump(), self.world)

    def reset(self) -> list[Change]:
        """Back to the first state; what that changed."""
        before = self.world.dump()
        self.world.reset()
        self.calls.clear()
        return changes(before, self.world.dump(), self.world)
