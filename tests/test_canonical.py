"""canonical: two episodes have equal forms exactly if their end states are equal up to the names of new rows.

The judge is an oracle that shares no code with it: a plain dump of all tables before and after, and a search over all
bijections of the generated ids. The same pairs of end states then convict eleven broken judges, so that a silent test
would be noticed.
"""

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Context, Decimal
from typing import Any, NamedTuple

import apsw
import pytest

from agentscaler.canonical import Canonical, Shape, TooSymmetric, as_json, canonical, normal, plain, renamer, same
from agentscaler.world import Loaded, World
from worlds import library, written

TRIALS = 1500

SCHEMA = """
CREATE TABLE node (
  id TEXT NOT NULL PRIMARY KEY, next TEXT REFERENCES node ON DELETE SET NULL, label TEXT, weight REAL,
  note TEXT, data TEXT, path TEXT, doneAt TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE part (
  node TEXT NOT NULL REFERENCES node ON DELETE CASCADE, line INTEGER NOT NULL, v TEXT, PRIMARY KEY (node, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE claim (
  id TEXT NOT NULL PRIMARY KEY, node TEXT NOT NULL, line INTEGER NOT NULL,
  FOREIGN KEY (node, line) REFERENCES part ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE edge (
  id TEXT NOT NULL PRIMARY KEY, a TEXT NOT NULL REFERENCES node ON DELETE CASCADE,
  b TEXT NOT NULL REFERENCES node ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE tag (
  name TEXT NOT NULL PRIMARY KEY, node TEXT REFERENCES node ON DELETE SET NULL, path TEXT, data TEXT
) STRICT, WITHOUT ROWID;
"""
GENERATED = {"node": ("id", "doneAt"), "claim": ("id",), "edge": ("id",), "part": (), "tag": ()}
TEXTS, JSONS = {("node", "note")}, {("node", "data"), ("tag", "data")}
MARKS = {
    **{f"{t}.id": {"id": t[0] + "-{hex:9}", "generated": True} for t in ("node", "claim", "edge")},
    "node.doneAt": {"value": None, "generated": True},
    **{f"{t}.{c}": {"text": True} for t, c in TEXTS},
    **{f"{t}.{c}": {"json": True} for t, c in JSONS},
}
TABLES = tuple(GENERATED)
COLUMNS = {
    t: tuple(re.findall(r"(?:^|[(,\n])\s*(\w+) (?:TEXT|INTEGER|REAL)", body))
    for t, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\) STRICT", SCHEMA, re.S)
}
POPULATION = {"format": 1, "now": "2026-06-15T09:00:00Z", "context": {}, "rows": {t: [0, 0] for t in TABLES}}


def shapes() -> Mapping[str, Shape]:
    env = written(SCHEMA, '"""Nothing."""\n', {**POPULATION, "columns": MARKS}, ())
    return Loaded(env, trusted=True).shapes


SHAPES = shapes()


class State(NamedTuple):
    """How an episode left the world: what the session saw, and every row of every table."""

    changeset: bytes
    rows: dict[str, list[tuple[Any, ...]]]


Pair = tuple[State, State, bool, str]

# ---- random episodes --------------------------------------------------------------------------------------------

OLD = ("n-old000001", "n-old000002", "n-old000003", "c-old000001", "e-old000001")
LABELS, WEIGHTS = ("a", "b", None), (0.5, 1.0, 0.3, 0.1 + 0.2, None)
NOTES = ("Hi there", "hi  there!", "other", None)
DATA = ('{"a":1,"b":2}', '{"b":2,"a":1}', '{"a":1.0,"b":2}', '{"a":true,"b":2}', "[1]", None)


class Playground:
    """A database in which random writes are made, and taken back."""

    def __init__(self) -> None:
        self.db = apsw.Connection(":memory:")
        self.run = self.db.execute
        self.run("PRAGMA foreign_keys=ON")
        self.run(SCHEMA)
        for i, name in enumerate(OLD[:3]):
            row = (name, OLD[0] if i == 2 else None, "ab"[i % 2], 0.5, "Hi there", DATA[0], None, None if i else "t0")
            self.run("INSERT INTO node VALUES (?,?,?,?,?,?,?,?)", row)
            self.run("INSERT INTO part VALUES (?,1,'x')", (name,))
        self.run("INSERT INTO claim VALUES (?,?,1)", (OLD[3], OLD[0]))
        self.run("INSERT INTO edge VALUES (?,?,?)", (OLD[4], OLD[0], OLD[1]))
        self.run("INSERT INTO tag VALUES ('p',?,NULL,NULL), ('q',NULL,'x',NULL)", (OLD[0],))
        self.run("SAVEPOINT base")
        self.count = 0
        self.session = self._watch()

    def _watch(self) -> apsw.Session:
        session = apsw.Session(self.db, "main")
        session.attach()
        return session

    def reset(self) -> None:
        self.run("ROLLBACK TO base")
        self.session.close()
        self.session = self._watch()

    def state(self) -> State:
        rows = {t: list(self.run(f"SELECT * FROM {t}")) for t in TABLES}
        return State(self.session.changeset(), rows)

    def new(self, prefix: str, dice: random.Random) -> str:
        self.count += 1
        return f"{prefix}-{dice.getrandbits(20):05x}{self.count:06d}"

    def node(self, dice: random.Random, **values: Any) -> str:
        """A new node, like all others but for these values."""
        row = dict.fromkeys(COLUMNS["node"]) | {"id": self.new("n", dice)} | values
        self.run(f"INSERT INTO node VALUES ({','.join('?' * len(row))})", tuple(row.values()))
        return row["id"]

    def tie(self, dice: random.Random, a: str, b: str) -> None:
        self.run("INSERT INTO edge VALUES (?,?,?)", (self.new("e", dice), a, b))

    def step(self, what: str, dice: random.Random) -> None:
        """One random write; one that breaks a constraint leaves nothing behind."""
        self.run("SAVEPOINT step")
        try:
            self._step(what, dice)
        except (apsw.ConstraintError, IndexError):
            self.run("ROLLBACK TO step")
        self.run("RELEASE step")

    def _step(self, what: str, dice: random.Random) -> None:
        nodes = [r[0] for r in self.run("SELECT id FROM node ORDER BY id")]
        one = dice.choice(nodes)
        values = {"label": LABELS, "weight": WEIGHTS, "note": NOTES, "data": DATA, "doneAt": (None, "t1", "t2")}
        if what == "node":
            self.node(dice, next=dice.choice((None, one)), **{c: dice.choice(v) for c, v in values.items()})
        elif what == "plain":
            self.node(dice, label="a")
        elif what == "set":
            column = dice.choice(list(values))
            self.run(f"UPDATE node SET {column} = ? WHERE id = ?", (dice.choice(values[column]), one))
        elif what == "delete":
            self.run("DELETE FROM node WHERE id = ?", (one,))
        elif what == "next":
            self.run("UPDATE node SET next = ? WHERE id = ?", (dice.choice((one, None, dice.choice(nodes))), one))
        elif what == "edge":
            self.tie(dice, one, dice.choice(nodes))
        elif what == "part":
            self.run("INSERT INTO part VALUES (?,?,?)", (one, dice.choice((1, 2)), dice.choice("xy")))
        elif what == "claim":
            node, line = dice.choice(list(self.run("SELECT node, line FROM part")))
            self.run("INSERT INTO claim VALUES (?,?,?)", (self.new("c", dice), node, line))
        elif what == "tag":
            given = (dice.choice("pqr"), dice.choice((None, one)))
            self.run("INSERT INTO tag VALUES (?,?,NULL,NULL) ON CONFLICT DO UPDATE SET node = excluded.node", given)
        elif what == "path":
            self.run("UPDATE tag SET path = ? WHERE name = ?", (f"arn/{one}/x", dice.choice("pq")))
            self.run(
                "UPDATE node SET path = ?, note = ? WHERE id = ?", (f"to {one}", f"See {one}!", dice.choice(nodes))
            )
        elif what == "quote":
            text = json.dumps({"k": [1.0, one], "z": dice.choice((1, True))})
            self.run("UPDATE tag SET data = ? WHERE name = ?", (text, dice.choice("pq")))
        elif what == "again":
            row = next(self.run("SELECT * FROM node WHERE id = ?", (one,)))
            self.run("DELETE FROM node WHERE id = ?", (one,))
            self.run("INSERT INTO node VALUES (?,?,?,?,?,?,?,?)", row)
        elif what == "undo":
            self.run("DELETE FROM node WHERE id = ?", (self.node(dice, label="z"),))

    def rebuild(self, rows: dict[str, list[tuple[Any, ...]]], dice: random.Random) -> None:
        """The same end state by another road: other ids for what is new, other order of writes, fresh clock."""
        self.run("PRAGMA defer_foreign_keys=ON")
        names = {r[0]: self.new(t[0], dice) for t in ("node", "claim", "edge") for r in rows[t] if r[0] not in OLD}
        for table in dice.sample(TABLES, len(TABLES)):
            self.run(f"DELETE FROM {table}")
        for table in dice.sample(TABLES, len(TABLES)):
            for row in dice.sample(rows[table], len(rows[table])):
                cells = [_renamed(v, names) for v in row]
                self.run(f"INSERT INTO {table} VALUES ({','.join('?' * len(cells))})", cells)
        self.run("UPDATE node SET doneAt = ? WHERE doneAt IS NOT NULL", (f"t{dice.random()}",))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    return re.sub(r"[nce]-\w{11}", lambda m: names.get(m[0], m[0]), value) if isinstance(value, str) else value


MOODS = (
    ("node", "node", "set", "set", "delete", "next", "edge", "part", "claim", "tag", "path", "quote", "again", "undo"),
    ("plain", "next", "edge", "next"),
    ("plain", "plain", "edge", "tag", "path"),
    ("set", "again", "undo", "set", "delete"),
    ("plain", "part", "claim", "claim"),
)


def wired(play: Playground, dice: random.Random, trial: int) -> None:
    """Equal new rows that point at each other, so that nothing but their wiring tells two states apart."""
    ids = [play.node(dice, label="a", weight=dice.choice((0.3, 0.1 + 0.2))) for _ in range(trial % 4 + 2)]
    ends = dice.sample(ids, len(ids)) if trial % 2 else [dice.choice((*ids, None)) for _ in ids]
    for one, end in zip(ids, ends, strict=True):
        play.run("UPDATE node SET next = ? WHERE id = ?", (end, one))
    if trial % 3 == 0:
        play.tie(dice, dice.choice(ids), dice.choice(ids))
    if trial % 5 == 0:
        play.run("UPDATE tag SET node = ?", (dice.choice(ids),))
    if trial % 7 == 0:
        play.run("UPDATE tag SET path = ?", (f"arn/{dice.choice(ids)}",))


def pairs_of(trials: int) -> Iterator[Pair]:
    """Pairs of end states, whether the oracle calls them equal, and how they were made."""
    dice, play = random.Random(1), Playground()

    def state(make: Callable[[], None]) -> State:
        play.reset()
        make()
        return play.state()

    for trial in range(trials):
        mood, length = dice.choice(MOODS), dice.randint(1, 6)

        def episode(mood: tuple[str, ...] = mood, length: int = length) -> None:
            for _ in range(length):
                play.step(dice.choice(mood), dice)

        wiring = [state(lambda: wired(play, dice, trial)) for _ in range(2)]  # noqa: B023
        first, second = state(episode), state(episode)
        again = state(lambda: play.rebuild(first.rows, dice))  # noqa: B023
        play.step(dice.choice(MOODS[0]), dice)
        for a, b, what in (
            (*wiring, "wiring"),
            (first, second, "random"),
            (first, again, "rebuilt"),
            (again, play.state(), "one more"),
        ):
            yield a, b, equal(a, b), what


# ---- the oracle -------------------------------------------------------------------------------------------------

_ID = re.compile("[nce]-\\w{11}")
_TWELVE = Context(prec=12)


def cell(table: str, column: str, value: Any, ids: list[str], fresh: set[str]) -> Any:
    """A cell as the oracle compares it; new ids are taken out and listed in the order in which they stand."""
    if value is None:
        return None
    if column in GENERATED[table] and value not in fresh and value not in OLD:
        return "set"
    if (table, column) in JSONS:
        return by_value(json.loads(value), ids, fresh)
    if isinstance(value, float):
        return _TWELVE.create_decimal_from_float(value).normalize()
    if isinstance(value, str):
        value = without(value, ids, fresh)
        return " ".join(re.findall("[a-z0-9<>]+", value.lower())) if (table, column) in TEXTS else value
    return value


def without(text: str, ids: list[str], fresh: set[str]) -> str:
    found = [i for i in _ID.findall(text) if i in fresh]
    ids.extend(found)
    for i in found:
        text = text.replace(i, "<>")
    return text


def by_value(value: Any, ids: list[str], fresh: set[str]) -> Any:
    if isinstance(value, dict):
        return ("object", *((k, by_value(value[k], ids, fresh)) for k in sorted(value)))
    if isinstance(value, list):
        return ("list", *(by_value(v, ids, fresh) for v in value))
    if isinstance(value, str):
        return ("text", without(value, ids, fresh))
    return (
        isinstance(value, bool),
        value if isinstance(value, (bool, type(None))) else Decimal(str(value)).normalize(),
    )


def skeletons(state: State) -> list[tuple[Any, tuple[str, ...]]]:
    """Each row with its new ids taken out, and those ids."""
    fresh = {r[0] for t in ("node", "claim", "edge") for r in state.rows[t]} - set(OLD)
    out = []
    for table, rows in state.rows.items():
        for row in rows:
            ids: list[str] = []
            cells = tuple(cell(table, c, v, ids, fresh) for c, v in zip(COLUMNS[table], row, strict=True))
            out.append(((table, cells), tuple(ids)))
    return out


def equal(a: State, b: State) -> bool:
    """Is there a bijection of new ids under which the rows of `a` are the rows of `b`?"""
    mine, theirs = skeletons(a), skeletons(b)
    if Counter(s for s, _ in mine) != Counter(s for s, _ in theirs):
        return False
    goal = Counter(theirs)
    own = {ids[0]: skeleton for skeleton, ids in mine if is_new(skeleton)}
    others: dict[Any, list[str]] = {}
    for skeleton, ids in theirs:
        if is_new(skeleton):
            others.setdefault(skeleton, []).append(ids[0])
    return search(list(own), own, others, mine, goal, {})


def is_new(skeleton: Any) -> bool:
    """Is it a new row that the world gave an id?"""
    return bool(skeleton[0] in ("node", "claim", "edge") and skeleton[1][0] == "<>")


def search(
    left: list[str],
    own: Mapping[str, Any],
    others: Mapping[Any, list[str]],
    mine: Any,
    goal: Counter[Any],
    names: dict[str, str],
) -> bool:
    """Name one more id, as long as every row that is named completely is a row of the other side."""
    named = Counter((s, tuple(names[i] for i in ids)) for s, ids in mine if all(i in names for i in ids))
    if named - goal:
        return False
    if not left:
        return named == goal
    one = left[0]
    free = (i for i in others.get(own[one], ()) if i not in names.values())
    return any(search(left[1:], own, others, mine, goal, {**names, one: i}) for i in free)


# ---- against the oracle -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return list(pairs_of(TRIALS))


def form_of(state: State) -> Any:
    return canonical(state.changeset, SHAPES).form


def disagreements(some: list[Pair], judge: Callable[[State], Any]) -> list[str]:
    return [what for a, b, want, what in some if (judge(a) == judge(b)) != want]


def test_forms_are_equal_exactly_where_the_oracle_says_so(pairs: list[Pair]) -> None:
    verdicts = Counter(want for _, _, want, _ in pairs)
    assert min(verdicts[True], verdicts[False]) >= TRIALS, "a test of equality needs many of both"
    assert disagreements(pairs, form_of) == []


def quoted(play: Playground, dice: random.Random, column: str) -> None:
    """New rows that differ, and a cell that quotes three of their ids."""
    names = [play.node(dice, label=label) for label in dice.sample("abc", 3)]
    by_label = sorted(names, key=lambda n: next(play.run("SELECT label FROM node WHERE id = ?", (n,))))
    a, b, c = (dice.choice(by_label[:2]) for _ in range(3))
    text = json.dumps({"from": a, "to": [b, {"by": c}]}) if column == "data" else f"{a} and {b} or {c}"
    play.run(f"UPDATE node SET {column} = ? WHERE id = ?", (text, OLD[0]))


@pytest.mark.parametrize("column", ["data", "note", "path"])
def test_cells_that_quote_several_new_ids(column: str) -> None:
    play, states = Playground(), []
    for seed in range(60):
        play.reset()
        quoted(play, random.Random(seed), column)
        states.append(play.state())
    some: list[Pair] = [(a, b, equal(a, b), column) for a, b in itertools.combinations(states, 2)]
    assert {want for _, _, want, _ in some} == {True, False}
    assert disagreements(some, form_of) == []


def test_forms_survive_json() -> None:
    """Forms are stored in tasks.jsonl: what comes back compares as what went in."""
    some = list(pairs_of(60))
    for a, b, want, _ in some:
        there = json.loads(json.dumps(as_json(form_of(a))))
        assert same(there, form_of(a))
        assert same(there, form_of(b)) == want


# ---- broken judges ----------------------------------------------------------------------------------------------


def with_kinds(swap: Callable[[str, Shape, int], str]) -> Callable[[State], Any]:
    """The judge with columns taken for another kind than they are."""
    broken = {n: s._replace(kinds=tuple(swap(k, s, i) for i, k in enumerate(s.kinds))) for n, s in SHAPES.items()}
    return lambda state: canonical(state.changeset, broken).form


def rows_of(change: Callable[[tuple[Any, ...]], Any]) -> Callable[[State], Any]:
    """The judge with each row of the form seen through `change`; None leaves a row out."""

    def judge(state: State) -> Any:
        return sorted(repr(r) for row in form_of(state) if (r := change(row)) is not None)

    return judge


def refined(keep: Callable[[str], bool], *, anchors: bool = True) -> Callable[[State], Any]:
    """The judge with labels that come from plain colour refinement over the references that `keep` lets through."""

    def judge(state: State) -> Any:
        form = form_of(state)
        new = {row[1]: row for row in form if row[0] == "+"}
        ties = {label: [(s, m) for s, m in row[4] if keep(s)] for label, row in new.items()}
        held = [
            (row[:4], [(s, m) for s, m in row[4] if keep(s)] if anchors else [])
            for row in form
            if len(row) == 5 and row[0] == "~"
        ]
        color = {
            label: hash((row[2:4], tuple(sorted((repr(r), s) for r, t in held for s, m in t if m == label))))
            for label, row in new.items()
        }
        for _ in new:
            back = {label: sorted((s, color[n]) for n, t in ties.items() for s, m in t if m == label) for label in new}
            color = {
                label: hash((color[label], str(sorted((s, color[m]) for s, m in ties[label])), str(back[label])))
                for label in new
            }
        rest = [repr(row) for row in form if row[0] != "+" and len(row) < 5]
        return (
            sorted(rest),
            sorted((repr(r), sorted((s, color[m]) for s, m in t)) for r, t in held),
            sorted(color.values()),
        )

    return judge


def _no_times(row: tuple[Any, ...]) -> Any:
    if row[0] != "~":
        return row
    cells = tuple(c for c in row[3] if c[0] != "doneAt")
    return (*row[:3], cells, *row[4:]) if cells or row[4:] else None


def _ids_as_they_are(state: State) -> Any:
    bare = {n: s._replace(id_column=None, roots=(None,) * len(s.roots)) for n, s in SHAPES.items()}
    return canonical(state.changeset, bare).form


Judge = Callable[[State], Any]
GLASSES = refined(lambda _slot: True)
BROKEN: dict[str, tuple[Judge, Judge]] = {
    # a sound judge, and the same with one thing broken
    "references left out": (GLASSES, refined(lambda _slot: False)),
    "references of existing rows left out": (GLASSES, refined(lambda _slot: True, anchors=False)),
    "ids inside other values left out": (GLASSES, refined(lambda slot: "@" not in slot)),
    "ties never individualised": (form_of, GLASSES),
    "deletes left out": (form_of, rows_of(lambda row: None if row[0] == "-" else row)),
    "NULL to a time does not count": (form_of, rows_of(_no_times)),
    "every time counts": (
        form_of,
        with_kinds(lambda kind, shape, i: "exact" if shape.columns[i] == "doneAt" else kind),
    ),
    "floats by their bits": (
        form_of,
        with_kinds(lambda kind, shape, i: "text" if shape.columns[i] == "weight" else kind),
    ),
    "JSON as text": (form_of, with_kinds(lambda kind, _shape, _i: "exact" if kind == "json" else kind)),
    "text letter by letter": (form_of, with_kinds(lambda kind, _shape, _i: "exact" if kind == "text" else kind)),
    "ids as they are": (form_of, _ids_as_they_are),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_judge_is_caught(name: str, pairs: list[Pair]) -> None:
    """On a pair that the sound judge gets right, so that it is the break that is caught."""
    sound, broken = BROKEN[name]
    assert any((broken(a) == broken(b)) != want == (sound(a) == sound(b)) for a, b, want, _ in pairs)


# ---- on purpose -------------------------------------------------------------------------------------------------

Write = Callable[[Playground, random.Random], Any]


def did(write: Write, *, seed: int = 0) -> Canonical:
    """The canonical form of one episode; another seed gives other ids."""
    play = Playground()
    write(play, random.Random(seed))
    return canonical(play.state().changeset, SHAPES)


def form(write: Write, *, seed: int = 0) -> Any:
    return did(write, seed=seed).form


def sets(column: str, value: Any, key: str = OLD[0]) -> Write:
    return lambda play, _dice: play.run(f"UPDATE node SET {column} = ? WHERE id = ?", (value, key))


def rings(*sizes: int) -> Write:
    def write(play: Playground, dice: random.Random) -> None:
        for size in sizes:
            ids = [play.node(dice, label="a") for _ in range(size)]
            for one, end in itertools.pairwise([*ids, ids[0]]):
                play.run("UPDATE node SET next = ? WHERE id = ?", (end, one))

    return write


def test_two_rings_of_three_are_not_one_of_six() -> None:
    assert form(rings(3, 3)) != form(rings(6))
    assert form(rings(6), seed=1) == form(rings(6), seed=2)
    assert form(rings(3, 3), seed=1) == form(rings(3, 3), seed=2)
    assert form(rings(2, 4)) != form(rings(3, 3))
    assert form(rings(2, 4), seed=1) == form(rings(4, 2), seed=2)


def test_ties_that_are_not_alike_are_all_tried() -> None:
    """One new row tied to every row of some rings: all ring rows look alike, but where one begins decides what is left."""

    def hub(*sizes: int) -> Write:
        def write(play: Playground, dice: random.Random) -> None:
            rings(*sizes)(play, dice)
            ids = [r[0] for r in play.run("SELECT id FROM node WHERE id NOT IN (?,?,?)", OLD[:3])]
            middle = play.node(dice, label="hub")
            for one in ids:
                play.tie(dice, middle, one)

        return write

    first = form(hub(2, 2, 4))
    assert all(
        form(hub(*sizes), seed=seed) == first for seed in range(8) for sizes in ((2, 2, 4), (4, 2, 2), (2, 4, 2))
    )
    assert form(hub(4, 4)) != first != form(hub(2, 2, 2, 2))


def test_a_soft_delete_counts_and_a_later_time_does_not() -> None:
    open_, closed = OLD[1], OLD[0]
    assert form(sets("doneAt", "t7", open_)) == (("~", "node", (open_,), (("doneAt", "*"),)),)
    assert form(sets("doneAt", "t7", open_)) == form(sets("doneAt", "t8", open_))
    assert form(sets("doneAt", None, closed)) == (("~", "node", (closed,), (("doneAt", None),)),)
    assert form(sets("doneAt", "t9", closed)) == ()


def test_a_time_of_a_new_row_is_there_or_not() -> None:
    made = [form(lambda play, dice, at=at: play.node(dice, doneAt=at)) for at in ("t1", "t2", None)]
    assert made[0] == made[1] != made[2]


def test_what_comes_back_in_normal_form_is_no_change() -> None:
    assert form(sets("note", "HI,  there.")) == ()
    assert form(sets("data", '{"b": 2.0, "a": 1}')) == ()
    assert form(sets("label", "A")) != ()


def test_what_is_undone_is_no_change() -> None:
    def again(play: Playground, dice: random.Random) -> None:
        row = next(play.run("SELECT * FROM edge"))
        play.run("DELETE FROM edge")
        play.run("INSERT INTO edge VALUES (?,?,?)", row)
        play.run("UPDATE node SET label = 'x'")
        play.run("UPDATE node SET label = CASE id WHEN ? THEN 'b' ELSE 'a' END", (OLD[1],))
        play.run("DELETE FROM node WHERE id = ?", (play.node(dice, label="z"),))

    assert form(again) == ()
    assert canonical(b"", SHAPES) == ((), {})


def test_numbers_have_twelve_digits() -> None:
    assert form(sets("weight", 0.1 + 0.2)) == form(sets("weight", 0.3))
    assert form(sets("weight", 0.30000000001)) != form(sets("weight", 0.3))
    assert form(sets("weight", 0.5 + 1e-14)) == ()
    assert plain(-0.0, "exact") == 0.0
    assert repr(plain(-0.0, "exact")) == "0.0"


def test_json_is_compared_by_value() -> None:
    base = form(sets("data", '{"a": [1, 0.30000000000000004, "\\u0041"], "b": null}'))
    assert form(sets("data", '{"b":null,"a":[1.0,0.3,"A"]}')) == base
    for other in (
        '{"b":null,"a":[true,0.3,"A"]}',
        '{"a":[1,0.3,"A"]}',
        '{"b":null,"a":[0.3,1,"A"]}',
        '{"b":null,"a":["1",0.3,"A"]}',
    ):
        assert form(sets("data", other)) != base
    assert form(sets("data", '{"a":true,"b":2}')) != (), "true is not 1"
    assert form(sets("data", '{"a":1,"b":2}')) == ()


def test_json_numbers_are_rounded_before_they_are_called_whole() -> None:
    assert form(sets("data", '{"sum": 0.9999999999999999}')) == form(sets("data", '{"sum": 1.0}'))


def quoting(which: int, template: str, column: str = "path") -> Write:
    """Two new rows, and an existing one that quotes one of them (or, with 2, an old one)."""

    def write(play: Playground, dice: random.Random) -> None:
        ids = [play.node(dice, label="a"), play.node(dice, label="b"), OLD[2]]
        play.run(f"UPDATE tag SET {column} = ? WHERE name = 'p'", (template % ids[which],))

    return write


@pytest.mark.parametrize(("column", "template"), [("path", "arn:x/%s/y"), ("data", '{"at": ["%s"]}'), ("node", "%s")])
def test_ids_of_new_rows_inside_other_values(column: str, template: str) -> None:
    right = form(quoting(0, template, column), seed=1)
    assert right == form(quoting(0, template, column), seed=2)
    assert right != form(quoting(1, template, column), seed=1)
    assert right != form(quoting(2, template, column), seed=1)


def test_the_rest_of_a_value_that_quotes_an_id_counts() -> None:
    assert form(quoting(0, "arn:x/%s/y")) != form(quoting(0, "arn:x/%s/z"))
    assert form(quoting(0, "a %s")) != form(quoting(0, "%s a"))


def test_a_short_id_is_not_looked_for_inside_text() -> None:
    """'n-7' would be found by chance; so two texts that differ differ."""

    def write(name: str) -> Write:
        return lambda play, dice: play.node(dice, id=name, path=f"see {name}")

    assert form(write("n-7")) != form(write("n-8"))
    assert form(write("n-70000000000")) == form(write("n-80000000000"))


def test_references_are_followed_through_composite_keys() -> None:
    """claim -> part -> node: which new node a claim is about, though the claim knows only (node, line)."""

    def write(which: int) -> Write:
        def some(play: Playground, dice: random.Random) -> None:
            ids = [play.node(dice, label="a"), play.node(dice, label="b")]
            for one in ids:
                play.run("INSERT INTO part VALUES (?, 1, 'x')", (one,))
            play.run("INSERT INTO claim VALUES (?, ?, 1)", (play.new("c", dice), ids[which]))

        return some

    assert form(write(0), seed=1) == form(write(0), seed=2) != form(write(1), seed=1)
    assert SHAPES["claim"].roots == ("claim", "node", None)


def test_the_order_of_writes_does_not_matter() -> None:
    def write(play: Playground, dice: random.Random) -> None:
        writes = [lambda i=i: play.node(dice, label=f"l{i}") for i in range(6)]
        writes += [lambda k=k: play.run("UPDATE node SET label = 'c' WHERE id = ?", (k,)) for k in OLD[:2]]
        writes += [lambda: play.run("DELETE FROM edge"), lambda: play.run("DELETE FROM tag WHERE name = 'q'")]
        for one in dice.sample(writes, len(writes)):
            one()

    first = form(write)
    assert len(first) == 10
    assert all(form(write, seed=seed) == first for seed in range(1, 20))


def test_a_cascade_is_in_the_form() -> None:
    gone = form(lambda play, _dice: play.run("DELETE FROM node WHERE id = ?", (OLD[0],)))
    assert {(row[0], row[1]) for row in gone} == {
        ("-", "node"),
        ("-", "part"),
        ("-", "claim"),
        ("-", "edge"),
        ("~", "node"),
        ("~", "tag"),
    }


def test_every_new_id_has_one_label() -> None:
    result = did(rings(2, 3))
    assert len(result.renaming) == 5 == len(set(result.renaming.values()))
    assert {row[1] for row in result.form if row[0] == "+"} == set(result.renaming.values())


def test_too_much_symmetry_is_said_aloud() -> None:
    def complete(play: Playground, dice: random.Random) -> None:
        ids = [play.node(dice, label="a") for _ in range(10)]
        for a, b in itertools.product(ids[:5], ids[5:]):
            play.tie(dice, a, b)

    with pytest.raises(TooSymmetric):
        form(complete)
    play = Playground()
    rings(3)(play, random.Random(0))
    with pytest.raises(TooSymmetric):
        canonical(play.state().changeset, SHAPES, budget=2)


def star(size: int) -> Write:
    def write(play: Playground, dice: random.Random) -> None:
        hub = play.node(dice, label="hub")
        for _ in range(size):
            play.node(dice, label="a", next=hub)

    return write


def test_equal_rows_under_one_new_parent() -> None:
    assert form(star(4), seed=1) == form(star(4), seed=2) != form(star(5))


def test_a_forest_needs_no_search() -> None:
    """Twelve equal lines of one new order are an everyday thing."""
    assert form(star(12), seed=1) == form(star(12), seed=2)


def test_rows_that_are_tied_alike_need_no_search() -> None:
    """Twelve equal lines between a new order and a new customer: any of them will do for the first."""

    def write(play: Playground, dice: random.Random) -> None:
        one, other = play.node(dice, label="order"), play.node(dice, label="customer")
        play.run("UPDATE node SET next = ? WHERE id = ?", (other, one))
        for _ in range(12):
            play.tie(dice, one, other)

    assert form(write, seed=1) == form(write, seed=2)


@pytest.mark.parametrize(("one", "other"), [("costs $5", "costs €5"), ("C++", "C"), ("👍", "👎"), ("कि", "की")])
def test_normal_text_keeps_what_carries_meaning(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_normal_text_folds_case_punctuation_and_width() -> None:
    assert normal("  Hi -- THERE, Zoë! ") == normal("hi there zoë") == "hi there zoë"
    assert normal("ﬁve ２") == "five 2"
    assert normal("Straße") == normal("STRASSE")


# ---- the renaming -----------------------------------------------------------------------------------------------


def test_answers_of_two_right_episodes_agree_after_renaming() -> None:
    """The funnel compares calls: ids differ with the order in which the rows were made, their renamed answers do not."""
    answers = []
    for order in (("Ana", "Bo"), ("Bo", "Ana")):
        with World.open(library(), seed=3) as world:
            made = {name: world.call("create_member", {"name": name}).data for name in order}
            made["Cem"] = world.call("create_member", {"name": "Cem", "tags": {"by": made["Ana"]["memberId"]}}).data
            rename = renamer(world.diff().renaming)
            answers.append((made["Ana"]["memberId"], rename([made[n] for n in ("Ana", "Bo", "Cem")])))
    assert answers[0][0] != answers[1][0]
    assert answers[0][1] == answers[1][1]


def test_renaming_reaches_into_values() -> None:
    rename = renamer({"mem-0123456789ab": "M", 7: "SEVEN", "ab": "SHORT"})
    assert rename({"a": ["mem-0123456789ab", "x/mem-0123456789ab/y", 7, "ab", "cab", True, 1.5, None]}) == {
        "a": ["M", "x/M/y", "SEVEN", "SHORT", "cab", True, 1.5, None]
    }
    assert renamer({})([1, "a"]) == [1, "a"]
    assert renamer({1: "ONE"})([1, True]) == ["ONE", True]
