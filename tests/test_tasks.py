"""Tasks of the shop: their gold is what the world does, every wrong way fails, and the brief gives nothing away."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agentscaler import walk
from agentscaler.canonical import normal, same
from agentscaler.dice import Dice
from agentscaler.errors import Dropped, UserError
from agentscaler.grade import closing, from_calls, grade
from agentscaler.records import Call, Difficulty, Given, Task
from agentscaler.store import Run
from agentscaler.tasks import Candidates, make_tasks, plan_tasks, walk_tasks
from agentscaler.tasks.choose import COMMONEST, RULES, TEN, Unit, balance, choose, shares, spread, thin
from agentscaler.tasks.controls import NAMES
from agentscaler.tasks.flow import flow_of, hops
from agentscaler.tasks.shapes import SHAPES
from agentscaler.tasks.site import Site
from agentscaler.world import World
from shops import TIERS, shop
from worlds import library, notebook

SEEDS = (0, 1, 3)
WHY = ("no_tool", "no_effect", "call_failed", "too_long", "not_sayable", "row_not_describable", "control_passes")
"""Reasons for which a try comes to nothing."""
KEYS = {"customer": "customerId", "rental": "rentalId"}
Calls = list[tuple[str, dict[str, Any]]]


@cache
def candidates(seed: int) -> Candidates:
    return make_tasks(shop(), seed=seed, tries=120, most=60)


def tasks(seed: int) -> list[Task]:
    return candidates(seed).tasks


def calls_of(task: Task) -> Calls:
    return [(c.name, dict(c.arguments)) for c in task.gold]


def written(task: Task) -> list[int]:
    """Numbers of the gold calls that write."""
    kinds = {t.name: t.kind for t in shop().tools}
    return [n for n, c in enumerate(task.gold) if kinds[c.name] == "write"]


def scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    elif value is not None:
        yield value


# ---- gold -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_gold_replays_to_the_recorded_results_and_change(seed: int) -> None:
    assert len(tasks(seed)) >= 40
    with World.open(shop(), seed=seed) as world:
        for task in tasks(seed):
            assert (task.env, task.seed, task.image) == (shop().id, seed, world.image_hash)
            world.reset()
            for call in task.gold:
                answer = world.call(call.name, call.arguments)
                assert (answer.error, answer.data) == (None, call.result), task.brief.text
            assert same(world.diff().form, task.change)
            assert bool(task.change) == bool(written(task))
            assert task.change or task.answers, "something is wanted"
            assert grade(task, from_calls(task, world, task.gold, closing(task.answers))).passed


@pytest.mark.parametrize("seed", SEEDS)
def test_a_task_survives_the_way_to_disk(seed: int) -> None:
    for task in tasks(seed):
        again = Task.model_validate_json(task.model_dump_json())
        assert same(again.change, task.change)
        assert again.model_copy(update={"change": task.change}) == task


@pytest.mark.parametrize("seed", SEEDS)
def test_every_argument_says_where_it_comes_from(seed: int) -> None:
    for task in tasks(seed):
        text = normal(task.brief.text)
        for number, (call, given) in enumerate(zip(task.gold, task.given, strict=True)):
            assert [g.argument for g in given] == list(call.arguments)
            for g in given:
                value = call.arguments[g.argument]
                if g.source in ("read", "written"):
                    assert g.step is not None
                    assert g.step < number
                    assert value in list(scalars(task.gold[g.step].result)), "the earlier answer shows it"
                    assert (g.step in written(task)) == (g.source == "written")
                elif g.source == "said" and not isinstance(value, bool):
                    assert normal(str(value)) in text, (task.brief.text, value)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_were_shown_by_the_call_that_is_named(seed: int) -> None:
    asked = 0
    for task in tasks(seed):
        for answer in task.answers:
            asked += 1
            seen = list(scalars(task.gold[answer.step].result))
            assert all(v in seen for v in (answer.evidence or (answer.value,)))
            assert answer.value not in answer.rivals
            assert (
                normal(str(answer.value)) not in normal(task.brief.text)
                or isinstance(answer.value, int)
                or task.twin
                or task.difficulty.shape == "compare"
            )
    assert asked >= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cell_is_written_twice_and_no_deleted_row_before(seed: int) -> None:
    for task in tasks(seed):
        cells: set[tuple[str, str]] = set()
        for number in written(task):
            call = task.gold[number]
            if call.name.startswith("create"):
                continue
            row = next(call.arguments[k] for k in KEYS.values() if k in call.arguments)
            columns = {"cancelRental": ["status"], "returnRental": ["status"]}.get(call.name) or [
                a for a in call.arguments if a not in KEYS.values()
            ]
            if call.name.startswith("delete"):
                assert not [c for c in cells if c[0] == row], task.brief.text
                columns = ["*"]
            for column in columns:
                assert (row, column) not in cells
                assert (row, "*") not in cells
                cells.add((row, column))


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_of_difficulty(seed: int) -> None:
    for task in tasks(seed):
        d = task.difficulty
        assert (d.calls, d.writes) == (len(task.gold), len(written(task)))
        assert 1 <= d.calls <= 12
        assert len(d.flow.split(" ")) == d.calls
        assert d.shape in SHAPES
        assert 0 <= d.covered <= d.arguments
        assert task.parts[-1] == d.calls
        assert list(task.parts) == sorted(task.parts)
    deep = [t for t in tasks(seed) if t.difficulty.hops >= 2]
    assert deep, "list, list by the parent, write"
    shares_ = Counter(t.difficulty.shape for t in tasks(seed))
    assert len(shares_) >= 8, "many shapes"


# ---- wrong ways -------------------------------------------------------------------------------------------------


def wrong_ways(task: Task, rows: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, Calls, str]]:
    """(control, calls, closing words), made here and not by controls.py."""
    gold, said = calls_of(task), closing(task.answers)
    yield "nothing", [], ""
    if written(task):
        yield "nothing", [c for n, c in enumerate(gold) if n not in written(task)], said
        yield "nothing", [], said
    for n in written(task):
        yield "dropped write", gold[:n] + gold[n + 1 :], said
    yield "extra write", [*gold, ("createCustomer", {"name": "Zed Zulu"})], said
    yield "extra write", [("createCustomer", {"name": "Zed Zulu"}), *gold], said
    touched = {v for _, a in gold for v in a.values() if isinstance(v, str)}
    for row in rows["rental"]:
        if row["rentalId"] not in touched and row["customerId"] not in touched:
            yield "extra write", [*gold, ("deleteRental", {"rentalId": row["rentalId"]})], said
            yield (
                "extra write",
                [*gold, ("updateRental", {"rentalId": row["rentalId"], "insured": not row["insured"]})],
                said,
            )
    for n in written(task):
        name, arguments = gold[n]
        for table, key in KEYS.items():
            others = [r[key] for r in rows[table] if key in arguments and r[key] != arguments[key]]
            for other in others:
                yield "another row", [*gold[:n], (name, {**arguments, key: other}), *gold[n + 1 :]], said
        for argument, value in arguments.items():
            for other in other_values(argument, value):
                yield "another value", [*gold[:n], (name, {**arguments, argument: other}), *gold[n + 1 :]], said
    for answer in task.answers:
        for rival in answer.rivals:
            told = closing([a if a is not answer else a.model_copy(update={"value": rival}) for a in task.answers])
            yield "wrong answer", gold, told
            yield "wrong answer", gold, f"{said} {told}"
        yield "wrong answer", gold, closing([a for a in task.answers if a is not answer])
    if task.answers:
        yield "no calls", [], said


def other_values(argument: str, value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value % 50 + 1]
    if argument == "tier":
        return [t for t in TIERS if t != value]
    return [f"{value} II"] if argument in ("name", "title", "city") else []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_wrong_way_fails(seed: int) -> None:
    tried: Counter[str] = Counter()
    with World.open(shop(), seed=seed) as world:
        rows = {t: world.rows(t) for t in KEYS}
        for task in tasks(seed):
            for control, calls, said in wrong_ways(task, rows):
                verdict = grade(task, from_calls(task, world, calls, said))
                assert not verdict.passed, (control, task.brief.text, calls, said)
                assert verdict.reasons
                tried[control] += 1
    assert set(tried) == set(NAMES), "each kind of wrong exists somewhere"


@pytest.mark.parametrize("seed", SEEDS)
def test_right_ways_other_than_gold_pass(seed: int) -> None:
    with World.open(shop(), seed=seed) as world:
        for task in tasks(seed):
            gold, said = calls_of(task), closing(task.answers)
            reads: Calls = [
                ("listCustomers", {"pageSize": 100}),
                ("getRental", {"rentalId": "nobody"}),
                ("createCustomer", {}),
            ]
            undone: Calls = [("createCustomer", {"name": "Zed"})]
            world.reset()
            undone.append(("deleteCustomer", {"customerId": world.call(*undone[0]).data["customerId"]}))
            shifted = shift(world, undone, gold)
            for calls in ([*reads, *gold], [*gold, *reads], shifted):
                verdict = grade(task, from_calls(task, world, calls, said))
                assert verdict.passed, (task.brief.text, verdict.reasons)


def shift(world: World, first: Calls, gold: Calls) -> Calls:
    """Gold after something done and undone: its own new ids are others now."""
    world.reset()
    old = [world.call(*call).data for call in gold]
    world.reset()
    for call in first:
        world.call(*call)
    out, new = list(first), {}
    for (name, arguments), answer in zip(gold, old, strict=True):
        given = {k: new.get(v, v) if isinstance(v, str) else v for k, v in arguments.items()}
        got = world.call(name, given).data
        if name.startswith("create"):
            new |= {answer[k]: got[k] for k in KEYS.values() if k in got}
        out.append((name, given))
    return out


@pytest.mark.parametrize("seed", SEEDS)
def test_the_recorded_controls(seed: int) -> None:
    for task in tasks(seed):
        assert [c.name for c in task.controls] == list(NAMES)
        found = {c.name: c for c in task.controls}
        for control in task.controls:
            assert (control.verdict == "fails") == (control.tried > 0)
        assert found["nothing"].verdict == "fails"
        assert found["extra write"].verdict == "fails"
        assert (found["dropped write"].tried, found["no calls"].tried) == (len(written(task)), int(bool(task.answers)))
        assert (found["wrong answer"].verdict == "fails") == bool(task.answers)


# ---- briefs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_briefs_name_no_tool_and_no_key(seed: int) -> None:
    assert shop().model is not None
    identifiers = {t.name.lower() for t in shop().tools} | {
        c.name.lower() for t in shop().model.tables for c in t.columns if re.search("[a-z][A-Z]", c.name)
    }
    with World.open(shop(), seed=seed) as world:
        keys = {str(r[k]) for t, k in KEYS.items() for r in world.rows(t)}
    for task in tasks(seed):
        tokens = set(re.findall(r"[A-Za-z0-9_-]+", task.brief.text))
        assert not {t.lower() for t in tokens} & identifiers
        assert not tokens & keys
        new = {
            str(c.result[k]) for c in task.gold if c.name.startswith("create") for k in KEYS.values() if k in c.result
        }
        assert not tokens & new
        assert "{" not in task.brief.text
        assert "None" not in tokens
        assert "  " not in task.brief.text


@pytest.mark.parametrize("seed", SEEDS)
def test_a_brief_is_its_facts_in_order(seed: int) -> None:
    texts = [t.brief.text for t in tasks(seed)]
    assert len(set(texts)) == len(texts)
    for task in tasks(seed):
        facts = task.brief.facts
        assert " ".join(f.text for f in facts) == task.brief.text
        assert facts[0].about == "wish"
        assert all(f.text[0].isupper() and f.text[-1] in ".?!" for f in facts), task.brief.text


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_brief_describes_is_one_row(seed: int) -> None:
    told = 0
    with World.open(shop(), seed=seed) as world:
        names = Counter(normal(c["name"]) for c in world.rows("customer"))
        cities = Counter(c["city"] for c in world.rows("customer") if c["city"])
    for task in tasks(seed):
        for name in re.findall(r'the customer called "([^"]+)"', task.brief.text):
            told += 1
            assert names[normal(name)] == 1
        for city in cities:
            if re.search(rf"the customer whose city is {re.escape(city)}\b", task.brief.text):
                told += 1
                assert cities[city] == 1, task.brief.text
    assert told >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_needed_argument_is_seldom_said(seed: int) -> None:
    several = [t for t in tasks(seed) if t.difficulty.calls > 1]
    assert sum(t.difficulty.found for t in several) >= 0.9 * len(several)


# ---- twins ------------------------------------------------------------------------------------------------------


def pairs(seed: int) -> list[tuple[Task, Task]]:
    by_twin: dict[str, list[Task]] = {}
    for task in tasks(seed):
        if task.twin:
            by_twin.setdefault(task.twin, []).append(task)
    assert all(len(p) == 2 for p in by_twin.values())
    return [(p[0], p[1]) for p in by_twin.values()]


def test_twins_are_one_step_apart() -> None:
    assert sum(len(pairs(seed)) for seed in (4, 6, 8)) >= 3
    for seed in (4, 6, 8):
        with World.open(shop(), seed=seed) as world:
            for do, leave in pairs(seed):
                assert (do.difficulty.shape, leave.difficulty.shape) == ("cond", "cond")
                assert do.change
                assert not leave.change
                assert not written(leave)
                assert calls_of(leave) == [c for n, c in enumerate(calls_of(do)) if n not in written(do)]
                assert [a.value for a in do.answers] == [a.value for a in leave.answers]
                one, other = apart(do.brief.text.split(), leave.brief.text.split())
                assert 1 <= len(one) <= 4, "the condition alone differs"
                assert 1 <= len(other) <= 4
                assert "only if" in do.brief.text
                for task, twin in ((do, leave), (leave, do)):
                    assert not grade(task, from_calls(task, world, twin.gold, closing(twin.answers))).passed


def apart(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """The words in which two texts differ: what is left without the same beginning and the same end."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


# ---- chance -----------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_tasks() -> None:
    again = make_tasks(shop(), seed=1, tries=120, most=60)
    assert again.tasks == tasks(1)
    assert [(n, d.reason, d.message, d.where) for n, d in again.dropped] == [
        (n, d.reason, d.message, d.where) for n, d in candidates(1).dropped
    ]


def test_another_seed_gives_others() -> None:
    assert not {t.brief.text for t in tasks(0)} & {t.brief.text for t in tasks(3)}
    assert tasks(0)[0].image != tasks(3)[0].image


def test_fewer_tries_give_a_prefix() -> None:
    fewer = make_tasks(shop(), seed=1, tries=40, most=60)
    assert fewer.tasks == tasks(1)[: len(fewer.tasks)]
    assert 10 <= len(fewer.tasks) < len(tasks(1))
    few = make_tasks(shop(), seed=1, tries=120, most=7).tasks
    assert few == tasks(1)[: len(few)]
    assert 7 <= len(few) <= 8, "the last try may give a pair"


def test_what_came_to_nothing_says_why() -> None:
    dropped = [d for s in SEEDS for _, d in candidates(s).dropped]
    assert dropped
    assert {d.reason for d in dropped} <= {*WHY, "crowded_out"}
    assert all(d.message for d in dropped)
    assert not [d.message for d in dropped if d.reason == "control_passes" and "gold itself" in d.message]


def test_no_two_tasks_of_a_world_do_the_same() -> None:
    """As make_tasks says: no two with the same brief or calls."""
    for seed in SEEDS:
        done = Counter(repr(calls_of(t)) for t in tasks(seed) if t.change)
        assert max(done.values()) == 1, done.most_common(1)


def test_a_world_without_a_model_or_words_gives_none() -> None:
    with pytest.raises(Dropped) as reason:
        make_tasks(notebook())
    assert reason.value.reason == "no_tool"
    mute = make_tasks(library(), tries=30)
    assert mute.tasks == []
    assert len(mute.dropped) == 30


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_a_task_or_a_reason(shape: str) -> None:
    site = Site(shop(), 0)
    made = 0
    for number in range(40):
        got = tried(site, shape, number)
        if isinstance(got, Dropped):
            assert got.reason in WHY
            continue
        assert len(got) == (2 if shape in ("cond", "boundary") else 1)
        assert all(t.difficulty.shape == shape for t in got)
        assert all((t.twin == "t") == (shape in ("cond", "boundary")) for t in got)
        made += 1
    site.close()
    if shape in ("link", "family"):
        assert not made, "the shop ties nothing, and no child is listed without its parent"
    elif shape != "two":  # see test_what_is_cancelled_is_not_mended_as_well
        assert made


def test_updates_with_optional_values_are_asked_for() -> None:
    drops = Counter(d.message for s in SEEDS for _, d in candidates(s).dropped)
    assert not drops["the row has these values already"]
    plain = [
        t
        for s in SEEDS
        for t in tasks(s)
        if t.difficulty.shape != "copy" and any(c.name.startswith("update") for c in t.gold)
    ]
    assert len(plain) >= 5


def test_what_is_cancelled_is_not_mended_as_well() -> None:
    """The shop's only action is a cancellation, so no two wishes on one row are joined."""
    site = Site(shop(), 0)
    assert not any(isinstance(tried(site, "two", n), list) for n in range(20))
    site.close()


def tried(site: Site, shape: str, number: int) -> list[Task] | Dropped:
    """What one try of a shape gives."""
    try:
        return plan_tasks(site, shape, Dice("shape", shape, number), twin="t")
    except Dropped as reason:
        return reason


# ---- the paper's walk -------------------------------------------------------------------------------------------


def test_walks_work() -> None:
    made = 0
    for seed in range(3):
        found = walk_tasks(shop(), seed=seed, tries=20)
        made += len(found.tasks)
        assert len(found.tasks) + len(found.dropped) == 20
        with World.open(shop(), seed=seed) as world:
            for task in found.tasks:
                assert task.difficulty.shape == "walk"
                assert 1 <= len(task.gold) <= 12
                assert grade(task, from_calls(task, world, task.gold, closing(task.answers))).passed
                assert not grade(task, from_calls(task, world, [], closing(task.answers))).passed
                for n in written(task):
                    left = [c for m, c in enumerate(task.gold) if m != n]
                    assert not grade(task, from_calls(task, world, left, closing(task.answers))).passed
        again = walk_tasks(shop(), seed=seed, tries=20)
        assert again.tasks == found.tasks
    assert made >= 10


def test_walks_may_ask_for_numbers() -> None:
    messages = [d.message for seed in range(12) for _, d in walk_tasks(shop(), seed=seed, tries=20).dropped]
    assert not [m for m in messages if m.startswith("gold itself fails")]


# ---- flow and hops ----------------------------------------------------------------------------------------------


def call(tool: str, **arguments: Any) -> Call:
    return Call(name=tool, arguments=arguments)


def given(*some: tuple[str, str, int | None]) -> tuple[Given, ...]:
    return tuple(Given(argument=a, source=s, step=n) for a, s, n in some)  # type: ignore[arg-type]


HAND = (
    [
        call("listCustomers"),
        call("listRentals", customerId="c"),
        call("updateRental", rentalId="r", quantity=2),
        call("getRental", rentalId="r"),
    ],
    [
        (),
        given(("customerId", "read", 0)),
        given(("rentalId", "read", 1), ("quantity", "said", None)),
        given(("rentalId", "read", 1)),
    ],
)


def test_flow_skeletons() -> None:
    site = Site(shop(), 0)
    assert flow_of(site, *HAND) == "list() list(r1) update(r1,s) get(r2)"
    made = [call("createCustomer", name="A"), call("createRental", customerId="c", title="t", quantity=1)]
    sources = [
        given(("name", "said", None)),
        given(("customerId", "written", 0), ("title", "said", None), ("quantity", "constant", None)),
    ]
    assert flow_of(site, made, sources) == "create(s) create(s,w1)"
    site.close()


def test_hops_are_chains_of_required_arguments() -> None:
    required = [set(), {"customerId"}, {"rentalId"}, {"rentalId"}]
    assert hops(*HAND, required) == 2
    assert hops(*HAND, [set(), set(), {"rentalId"}, {"rentalId"}]) == 1, "an optional argument is no hop"
    assert hops(HAND[0], [(), (), (), ()], required) == 0
    chain = [call("x", a=1)] * 5
    assert hops(chain, [(), *(given(("a", "read", n)) for n in range(4))], [{"a"}] * 5) == 4
    assert hops(chain, [(), *(given(("a", "read", 0)) for _ in range(4))], [{"a"}] * 5) == 1
    assert hops([], [], []) == 0


# ---- the choice -------------------------------------------------------------------------------------------------


def unit(
    number: int,
    *,
    env: str = "",
    shape: str = "write",
    flow: str = "",
    calls: int = 3,
    writes: int = 1,
    hops: int = 1,
    twin: bool = False,
) -> Unit:
    ids = (f"{number:05}a", f"{number:05}b") if twin else (f"{number:05}",)
    d = Difficulty(
        calls=calls,
        writes=writes,
        hops=hops,
        found=True,
        shape=shape,
        flow=flow or f"flow {number}",
        arguments=2,
        covered=2,
    )
    return Unit(ids, env or f"env {number % 97}", d)


def crowd() -> list[Unit]:
    """3,000 units that break every rule: too many reads, single calls and creates, one flow everywhere."""
    out = []
    for n in range(3000):
        kind = n % 10
        if kind < 3:
            out.append(unit(n, shape="ask", calls=2, writes=0, flow="list() get(r1)" if kind < 2 else ""))
        elif kind < 5:
            out.append(unit(n, shape="create", calls=1, hops=0, flow="create(s)" if n % 3 else ""))
        elif kind == 5:
            out.append(unit(n, shape="compare", calls=1, writes=0, hops=0, flow=f"list() {n % 30}"))
        elif kind < 8:
            out.append(unit(n, shape="each", calls=5, writes=3, hops=2, flow=f"deep {n % 400}"))
        else:
            out.append(unit(n, calls=4, writes=1 + n % 2, hops=2, flow=f"flow {n % 300}", twin=kind == 9))
    return out


def test_balance_reaches_every_share() -> None:
    before = shares([u.difficulty for u in crowd()])
    assert any(not r.least <= before[r.name] <= r.most for r in RULES)
    chosen = balance(crowd())
    after = shares([u.difficulty for u in chosen])
    for rule in RULES:
        assert rule.least <= after[rule.name] <= rule.most, rule.name
    assert after["commonest skeleton"] <= COMMONEST
    assert after["ten commonest skeletons"] <= TEN
    assert len(chosen) >= 800, "no more leave than must"
    assert set(chosen) <= set(crowd()), "units stay whole"


def test_balance_does_not_depend_on_the_order() -> None:
    there, back = balance(crowd()), balance(crowd()[::-1])
    assert sorted(u.ids for u in there) == sorted(u.ids for u in back)


def test_balance_leaves_what_is_in_balance() -> None:
    chosen = balance(crowd())
    assert balance(chosen) == chosen
    few = crowd()[:20]
    assert balance(few) == few, "too few to speak of shares"


def test_balance_gives_up_where_a_share_cannot_be_had() -> None:
    only_creates = [unit(n, shape="create", calls=1, hops=0) for n in range(200)]
    assert 0 < len(balance(only_creates)) <= 20


def test_thin_takes_different_ones_first() -> None:
    units = [unit(n, env="e", flow="common", hops=2) for n in range(20)] + [
        unit(50 + n, env="e", shape=s, flow=s) for n, s in enumerate(("ask", "each", "both"))
    ]
    chosen = thin(units, 4)
    assert {u.difficulty.shape for u in chosen} == {"write", "ask", "each", "both"}
    assert Counter(u.difficulty.flow for u in thin(units, 6))["common"] == 3
    assert thin(units[::-1], 6) == thin(units, 6)
    assert len(thin(units, 100)) == 23


def test_thin_counts_both_twins() -> None:
    units = [unit(n, env="e", twin=True) for n in range(5)]
    assert len(thin(units, 5)) == 2, "four tasks; half a pair is none"
    assert len(thin([*units, unit(9, env="e")], 5)) == 3


def test_choose_takes_at_most_so_many_of_each_world() -> None:
    units = [
        u
        for n in range(400)
        for u in (
            unit(n, env=f"e{n % 8}", calls=5, writes=n % 3, hops=2),
            unit(1000 + n, env=f"e{n % 8}", twin=True, calls=4, writes=2, hops=2),
        )
    ]
    chosen = choose(units, most=12)
    per_world: Counter[str] = Counter()
    for u in chosen:
        per_world[u.env] += len(u.ids)
    assert max(per_world.values()) <= 12
    assert len(per_world) == 8
    assert choose(units[::-1], most=12) == chosen


def test_shares_by_hand() -> None:
    some = [
        unit(0, calls=1, writes=0, hops=0, flow="a", shape="ask"),
        unit(1, calls=4, writes=2, hops=2, flow="a"),
        unit(2, calls=2, writes=1, hops=1, flow="b"),
        unit(3, calls=1, writes=1, hops=0, flow="c", shape="create"),
    ]
    got = shares([u.difficulty for u in some])
    assert (got["only reads"], got["single calls"], got["two hops"], got["plain creates"]) == (0.25, 0.5, 0.25, 0.25)
    assert got["two writes, or a write that needs a read"] == 0.5
    assert (got["flow skeletons"], got["commonest skeleton"], got["ten commonest skeletons"]) == (3, 0.5, 1.0)
    assert got["arguments no control varies"] == 0.0
    assert shares([])["flow skeletons"] == 0


# ---- vendors and fields -----------------------------------------------------------------------------------------


def owned() -> list[Unit]:
    """The crowd, three quarters of it of one vendor, two thirds of it of one field."""
    return [u._replace(vendor="big" if n % 4 else f"small {n % 3}", field="clouds" if n % 3 else f"field {n % 5}") for n, u in enumerate(crowd())]


def test_no_vendor_gives_more_than_its_share() -> None:
    free, capped = balance(owned()), balance(owned(), vendor=0.5)
    assert sum(u.vendor == "big" for u in free) > 0.6 * len(free)
    assert sum(u.vendor == "big" for u in capped) <= 0.5 * len(capped)
    assert len(capped) >= 400
    after = shares([u.difficulty for u in capped])
    assert all(r.least <= after[r.name] <= r.most for r in RULES), "the other shares hold as well"


def test_no_field_gives_more_than_twice_its_even_share() -> None:
    chosen = balance(owned(), by_field=True)
    count = Counter(u.field for u in chosen)
    assert max(count.values()) <= 2 / len(count) * len(chosen)
    free = Counter(u.field for u in balance(owned()))
    assert max(free.values()) > 2 / len(free) * sum(free.values())


def test_worlds_take_turns_by_field_and_no_vendor_takes_more_than_its_share() -> None:
    rows = [("big", "clouds")] * 80 + [("small", "health")] * 10 + [("tiny", "shops")] * 10
    assert spread(rows, 40, lambda r: r) == rows[:40], "the first ones, where nothing else is asked for"
    assert Counter(spread(rows, 30, lambda r: r, by_field=True)) == {("big", "clouds"): 10, ("small", "health"): 10, ("tiny", "shops"): 10}
    assert Counter(spread(rows, 40, lambda r: r, vendor=0.5)) == {("big", "clouds"): 20, ("small", "health"): 10, ("tiny", "shops"): 10}
    assert len(spread(rows, 60, lambda r: r, vendor=0.5)) == 60, "all others are used up: it fills the rest"
    assert spread(rows, None, lambda r: r, vendor=0.5) == rows
    picked = spread(list(enumerate(rows)), 40, lambda r: r[1], by_field=True, vendor=0.5)
    assert picked == sorted(picked), "in their order"


def test_balance_is_a_word_of_the_list(tmp_path: Path) -> None:

    with pytest.raises(UserError, match="balance is 'size'"):
        walk.tasks(Run(tmp_path), walk.Settings(), balance="size")
    with pytest.raises(UserError, match="vendor 0"):
        walk.tasks(Run(tmp_path), walk.Settings(), vendor=0)
