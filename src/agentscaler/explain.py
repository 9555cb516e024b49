"""Where two state changes differ, row by row, in words: "orders[O-7].status: expected 'cancelled', got 'pending'".

Reads canonical forms (canonical.py) only. Rows that go along with a deleted one are folded under it in words; equality knows
nothing of that.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from agentscaler.canonical import as_json
from agentscaler.records import Difference, Json

Cascades = Iterable[tuple[str, str, str, str]]
_UNASKED = ", which nobody asked for"


def differences(gold: Sequence[Json], ours: Sequence[Json], cascades: Cascades = ()) -> tuple[Difference, ...]:
    """Every row in which `ours` differs from `gold`; empty where they are the same but for how new rows are tied."""
    want, have = as_json(list(gold)), as_json(list(ours))
    out: list[Difference] = []
    out += _deleted([r for r in want if r[0] == "-"], [r for r in have if r[0] == "-"], list(cascades))
    out += _changed({_key(r): r for r in want if r[0] == "~"}, {_key(r): r for r in have if r[0] == "~"})
    out += _made([r for r in want if r[0] == "+"], [r for r in have if r[0] == "+"])
    return tuple(out)


def told(change: Sequence[Json], cascades: Cascades = ()) -> list[str]:
    """What a change did, a line a row, by itself and not against another: "order[O-7].status: changed to 'cancelled'"."""
    return [f"{d.table}[{d.key}]{d.text.removesuffix(_UNASKED)}" for d in differences((), change, cascades)]


def _key(row: Sequence[Any]) -> tuple[str, str]:
    return row[1], key_text(row[2])


def key_text(key: Sequence[Any]) -> str:
    return " / ".join(map(str, key))


def _deleted(want: list[Any], have: list[Any], cascades: list[tuple[str, str, str, str]]) -> list[Difference]:
    wanted, had = {_key(r) for r in want}, {_key(r) for r in have}
    above = {(a, b): (c, d) for a, b, c, d in cascades}
    missing = wanted - had
    along = Counter(above[r] for r in missing if above.get(r) in missing)
    out = []
    for table, key in sorted(missing):
        if above.get((table, key)) in missing:
            continue
        more = f" (and {along[table, key]} rows that go with it)" if along[table, key] else ""
        out.append(Difference(table=table, key=key, text=f" still there{more}, but it should be deleted"))
    out += [Difference(table=t, key=k, text=f" deleted{_UNASKED}") for t, k in sorted(had - wanted)]
    return out


def _changed(want: dict[tuple[str, str], Any], have: dict[tuple[str, str], Any]) -> list[Difference]:
    out = []
    for name in sorted(want.keys() | have.keys()):
        gold = dict(map(tuple, want[name][3])) if name in want else {}
        ours = dict(map(tuple, have[name][3])) if name in have else {}
        for column in sorted(gold.keys() | ours.keys()):
            if column not in ours:
                text = f".{column}: expected {_value(gold[column])}, but it was not changed"
            elif column not in gold:
                text = f".{column}: changed to {_value(ours[column])}{_UNASKED}"
            elif gold[column] != ours[column]:
                text = f".{column}: expected {_value(gold[column])}, got {_value(ours[column])}"
            else:
                continue
            out.append(Difference(table=name[0], key=name[1], text=text))
        if name in want and name in have and not any(d.key == name[1] for d in out) and want[name] != have[name]:
            out.append(Difference(table=name[0], key=name[1], text=" refers to another row than it should"))
    return out


def _made(want: list[Any], have: list[Any]) -> list[Difference]:
    """New rows: equal ones meet first (a row they refer to that is told of itself aside), then each missing one the most like it."""
    gold, ours = list(want), list(have)
    known = {row[1] for row in want}
    for row in list(gold):
        twin = next((r for r in ours if r[1:] == row[1:]), None) or next((r for r in ours if r[2:4] == row[2:4] and not {r[1], *(n for _, n in r[4])} <= known), None)
        if twin is not None:
            gold.remove(row)
            ours.remove(twin)
    out = []
    for number, row in enumerate(gold, 1):
        near = max((r for r in ours if r[2] == row[2]), key=lambda r: sum(c in row[3] for c in r[3]), default=None)
        if near is None:
            said = ", ".join(f"{c} {_value(v)}" for c, v in row[3] if v not in ("*", "&"))[:160]
            out.append(Difference(table=row[2], key=f"new {number}", text=f" expected ({said}), but it was not made"))
            continue
        ours.remove(near)
        mine, theirs = dict(map(tuple, row[3])), dict(map(tuple, near[3]))
        for column in sorted(mine.keys() | theirs.keys()):
            if mine.get(column) != theirs.get(column):
                out.append(Difference(table=row[2], key=f"new {number}", text=f".{column}: expected {_value(mine.get(column))}, got {_value(theirs.get(column))}"))
        if mine == theirs:
            out.append(Difference(table=row[2], key=f"new {number}", text=" refers to another row than it should"))
    for number, row in enumerate(ours, 1):
        said = ", ".join(f"{c} {_value(v)}" for c, v in row[3] if v not in ("*", "&"))[:160]
        out.append(Difference(table=row[2], key=f"new {number}", text=f" made ({said}){_UNASKED}"))
    return out


def _value(value: Any) -> str:
    return "nothing" if value is None else "a value of the world's own" if value == "*" else "a new row" if value == "&" else repr(value)
