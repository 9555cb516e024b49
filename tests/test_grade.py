"""The judge: a truth table it must keep, broken judges that the table must catch, and a dump of all rows it must agree with."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
import pytest

from agentscaler.canonical import as_json
from agentscaler.dice import Dice
from agentscaler.explain import differences
from agentscaler.grade import from_calls, grade, misses, says, values_in
from agentscaler.records import Answer, Brief, Call, Difficulty, Fact, Message, Rollout, Task, ToolCall, Verdict
from agentscaler.world import World
from shops import shop

Calls = list[tuple[str, dict[str, Any]]]
SEED = 3


def task_of(world: World, calls: Calls, answers: Sequence[Answer] = ()) -> Task:
    """A task whose right end is what these calls do."""
    world.reset()
    gold = []
    for name, arguments in calls:
        answer = world.call(name, arguments)
        assert answer.error is None, answer.error
        gold.append(Call(name=name, arguments=arguments, result=answer.data))
    return Task(
        env=shop().id,
        folder="",
        seed=SEED,
        image=world.image_hash,
        brief=Brief(text="Do it.", facts=(Fact(text="Do it.", about="wish"),)),
        gold=tuple(gold),
        given=tuple(() for _ in gold),
        change=world.diff().form,
        answers=tuple(answers),
        controls=(),
        difficulty=Difficulty(
            calls=len(gold), writes=0, hops=0, found=False, shape="test", flow="", arguments=0, covered=0
        ),
        split="train",
    )


# ---- the truth table --------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """A task, what somebody did, and whether that is right."""

    name: str
    gold: Calls
    answers: tuple[Answer, ...]
    calls: Calls
    said: str
    passes: bool
    reason: str = ""
    """What the explanation must hold, where it is wrong."""
    early: str = ""
    """Said before the first call."""


class Cast(NamedTuple):
    """Rows of the shop that the cases are about."""

    running: list[dict[str, Any]]
    other: dict[str, Any]
    """A rental that is not running."""
    customers: list[dict[str, Any]]
    free: dict[str, Any]
    """A customer without rentals."""


@cache
def cast() -> Cast:
    with World.open(shop(), seed=SEED) as world:
        rentals, customers = world.rows("rental"), world.rows("customer")
    running = [r for r in rentals if r["status"] == "running"]
    busy = {r["customerId"] for r in rentals}
    tiers = [next(c for c in customers if c["tier"] == t) for t in ("gold", "silver", "basic")]
    return Cast(
        running,
        next(r for r in rentals if r["status"] == "returned"),
        tiers,
        next(c for c in customers if c["customerId"] not in busy),
    )


def key(row: dict[str, Any]) -> dict[str, Any]:
    name = "rentalId" if "rentalId" in row else "customerId"
    return {name: row[name]}


def writes() -> Iterator[Case]:
    a, b, c = cast().running[:3]
    who, other = cast().customers[:2]
    cancel = ("cancelRental", key(a))
    more = ("updateRental", {**key(b), "quantity": b["quantity"] % 40 + 3})
    gold = [cancel, more]

    def case(name: str, calls: Calls, passes: bool, reason: str = "") -> Case:
        return Case(name, gold, (), calls, "Done.", passes, reason)

    yield case("gold", gold, True)
    yield case("other order", gold[::-1], True)
    yield case(
        "extra reads", [("listCustomers", {}), cancel, ("getRental", key(a)), ("getCustomer", key(who)), more], True
    )
    yield case(
        "a failed call first",
        [("cancelRental", {"rentalId": "nobody"}), ("cancelRental", {}), cancel, ("cancelRental", key(a)), more],
        True,
    )
    undo = [("updateCustomer", {**key(who), "tier": "basic"}), ("updateCustomer", {**key(who), "tier": who["tier"]})]
    yield case("do and undo", [*undo, *gold], True)
    yield case("the same in two steps", [cancel, ("updateRental", {**key(b), "quantity": 50}), more], True)
    yield case(
        "made and deleted again",
        [("createCustomer", {"name": "Zed"}), ("deleteCustomer", {"customerId": "{0.customerId}"}), *gold],
        True,
    )
    yield case("nothing", [], False, f"rental[{a['rentalId']}].status: expected 'cancelled', but it was not changed")
    yield case(
        "first dropped", [more], False, f"rental[{a['rentalId']}].status: expected 'cancelled', but it was not changed"
    )
    yield case(
        "second dropped",
        [cancel],
        False,
        f"rental[{b['rentalId']}].quantity: expected {more[1]['quantity']}, but it was not changed",
    )
    yield case(
        "failed write",
        [more, ("cancelRental", {"rentalId": a["rentalId"], "x": 1})],
        False,
        ".status: expected 'cancelled'",
    )
    wrong = {**more[1], "quantity": more[1]["quantity"] + 1}
    yield case(
        "other value",
        [cancel, ("updateRental", wrong)],
        False,
        f".quantity: expected {more[1]['quantity']}, got {wrong['quantity']}",
    )
    yield case(
        "other row",
        [("cancelRental", key(c)), more],
        False,
        f"rental[{c['rentalId']}].status: changed to 'cancelled', which nobody asked for",
    )
    yield case("other state", [("returnRental", key(a)), more], False, ".status: expected 'cancelled', got 'returned'")
    yield case(
        "extra update",
        [*gold, ("updateCustomer", {**key(other), "name": "Zed"})],
        False,
        f"customer[{other['customerId']}].name: changed to 'Zed', which nobody asked for",
    )
    yield case(
        "extra column",
        [cancel, ("updateRental", {**more[1], "title": "Zed"})],
        False,
        f"rental[{b['rentalId']}].title: changed to 'Zed'",
    )
    yield case("extra create", [*gold, ("createCustomer", {"name": "Zed"})], False, "customer[new 1] made (name 'Zed'")
    yield case(
        "extra delete",
        [*gold, ("deleteRental", key(c))],
        False,
        f"rental[{c['rentalId']}] deleted, which nobody asked for",
    )
    yield case(
        "undone too much",
        [*gold, ("updateRental", {**key(b), "quantity": b["quantity"]})],
        False,
        ".quantity: expected",
    )


def deletes() -> Iterator[Case]:
    a, b = cast().running[:2]
    gold: Calls = [("deleteRental", key(a)), ("deleteCustomer", key(cast().free))]
    yield Case("delete gold", gold, (), gold, "Done.", True)
    yield Case("delete other order", gold, (), gold[::-1], "Done.", True)
    yield Case(
        "delete after change",
        gold,
        (),
        [("updateRental", {**key(a), "quantity": 1}), ("cancelRental", key(a)), *gold],
        "Done.",
        True,
    )
    yield Case(
        "delete dropped",
        gold,
        (),
        gold[1:],
        "Done.",
        False,
        f"rental[{a['rentalId']}] still there, but it should be deleted",
    )
    yield Case(
        "delete other row",
        gold,
        (),
        [("deleteRental", key(b)), gold[1]],
        "Done.",
        False,
        f"rental[{b['rentalId']}] deleted, which nobody asked for",
    )
    yield Case(
        "cancelled instead",
        gold,
        (),
        [("cancelRental", key(a)), gold[1]],
        "Done.",
        False,
        ".status: changed to 'cancelled', which nobody asked for",
    )
    again = {n: v for n, v in a.items() if n in ("customerId", "title", "quantity", "insured")}
    yield Case(
        "delete and make again", gold, (), [*gold, ("createRental", again)], "Done.", False, "rental[new 1] made"
    )


def creates() -> Iterator[Case]:
    one, two = (c["customerId"] for c in cast().customers[:2])
    rental = {"title": "Tent", "quantity": 2}
    ada, bea = ("createCustomer", {"name": "Ada", "tier": "gold"}), ("createCustomer", {"name": "Bea"})
    gold: Calls = [
        ada,
        ("createRental", {"customerId": "{0.customerId}", **rental}),
        bea,
        ("createRental", {"customerId": one, **rental}),
    ]
    swapped: Calls = [
        bea,
        ("createRental", {"customerId": one, **rental}),
        ada,
        ("createRental", {"customerId": "{2.customerId}", **rental}),
    ]

    def case(name: str, calls: Calls, passes: bool, reason: str = "") -> Case:
        return Case(name, gold, (), calls, "Done.", passes, reason)

    yield case("create gold", gold, True)
    yield case("create other order, other ids", swapped, True)
    yield case(
        "create in two steps",
        [
            ("createCustomer", {"name": "Ada"}),
            ("updateCustomer", {"customerId": "{0.customerId}", "tier": "gold"}),
            ("createRental", {"customerId": "{0.customerId}", **rental}),
            bea,
            gold[3],
        ],
        True,
    )
    yield case("create dropped", gold[:3], False, "rental[new 1] expected (")
    yield case("create twice", [*gold, gold[3]], False, "rental[new 1] made (")
    yield case(
        "create other value",
        [*gold[:2], ("createCustomer", {"name": "Cid"}), gold[3]],
        False,
        "customer[new 1].name: expected 'Bea', got 'Cid'",
    )
    yield case(
        "create without tier",
        [("createCustomer", {"name": "Ada"}), *gold[1:]],
        False,
        "customer[new 1].tier: expected 'gold', got nothing",
    )
    yield case(
        "create below another new row",
        [ada, bea, ("createRental", {"customerId": "{1.customerId}", **rental}), gold[3]],
        False,
        "rental[new 1] refers to another row than it should",
    )
    yield case(
        "create below another old row",
        [*gold[:3], ("createRental", {"customerId": two, **rental})],
        False,
        f".customerId: expected '{one}', got '{two}'",
    )
    yield case(
        "create for an old row instead",
        [ada, ("createRental", {"customerId": two, **rental}), bea, gold[3]],
        False,
        ".customerId: expected a new row",
    )


def questions() -> Iterator[Case]:
    a, b = cast().running[:2]
    who = cast().customers[0]
    read: Calls = [("listRentals", {"customerId": a["customerId"]}), ("getRental", key(a))]
    number = Answer(name="quantity", type="number", value=a["quantity"], rivals=(a["quantity"] + 1, 777), step=1)
    tier = Answer(name="tier", type="text", value=who["tier"], rivals=("silver", "basic"), step=0)
    look: Calls = [("getCustomer", key(who))]
    n = a["quantity"]

    def case(name: str, calls: Calls, said: str, passes: bool, reason: str = "", early: str = "") -> Case:
        return Case(name, read, (number,), calls, said, passes, reason, early)

    yield case("answer gold", read, f"The quantity is {n}.", True)
    yield case("answer after more reads", [("listCustomers", {}), *read, ("getRental", key(b))], f"It is {n}!", True)
    yield case("answer after a failed call", [("getRental", {}), *read], f"{n}", True)
    yield case("answer from the list alone", read[:1], f"{n}.0 pieces", True)
    yield case("no answer", read, "I have looked it up.", False, f"quantity: expected {n}, which was not said")
    yield case("wrong answer", read, f"The quantity is {n + 2}.", False, "which was not said")
    yield case("rival alone", read, f"It is {n + 1}.", False, "which was not said")
    yield case("rival beside", read, f"It is {n} or {n + 1}.", False, f"{n + 1} was said beside {n}")
    yield case("answer without looking", [], f"The quantity is {n}.", False, "no successful call showed")
    yield case(
        "answer after a failed look",
        [("getRental", {"rentalId": "nobody"})],
        f"The quantity is {n}.",
        False,
        "no successful call showed",
    )
    yield case("answer before it was shown", read, "Done.", False, "which was not said", early=f"The quantity is {n}.")
    yield case(
        "answer and a write",
        [*read, ("cancelRental", key(a))],
        f"The quantity is {n}.",
        False,
        ".status: changed to 'cancelled', which nobody asked for",
    )
    yield Case("text gold", look, (tier,), look, "Their tier is Gold.", True)
    yield Case("text rival", look, (tier,), look, "Gold, I think, or silver.", False, "'silver' was said beside 'gold'")
    yield Case("text inside a word", look, (tier,), look, "They are golden.", False, "was not said")
    cancel = ("cancelRental", key(a))
    yield Case("both gold", [*read, cancel], (number,), [*read, cancel], f"Cancelled; the quantity was {n}.", True)
    yield Case(
        "both, write dropped",
        [*read, cancel],
        (number,),
        read,
        f"Cancelled; the quantity was {n}.",
        False,
        ".status: expected 'cancelled'",
    )
    yield Case(
        "both, answer dropped", [*read, cancel], (number,), [*read, cancel], "Cancelled.", False, "which was not said"
    )


@cache
def table() -> tuple[tuple[Case, Task, Rollout], ...]:
    """Every case, played."""
    out = []
    with World.open(shop(), seed=SEED) as world:
        for case in (*writes(), *deletes(), *creates(), *questions()):
            task = task_of(world, resolved(world, case.gold), case.answers)
            rollout = from_calls(task, world, resolved(world, case.calls), case.said)
            if case.early:
                first = (rollout.messages[0], Message(role="assistant", content=case.early), *rollout.messages[1:])
                rollout = rollout.model_copy(update={"messages": first})
            out.append((case, task, rollout))
    return tuple(out)


def resolved(world: World, calls: Calls) -> Calls:
    """'{0.customerId}' is what call 0 answered under that name. Ids are the same when the calls are made again."""
    world.reset()
    answers: list[Any] = []
    out: Calls = []
    for name, arguments in calls:
        given = dict(arguments)
        for n, value in arguments.items():
            if isinstance(value, str) and value.startswith("{"):
                step, _, field = value.strip("{}").partition(".")
                given[n] = answers[int(step)][field]
        out.append((name, given))
        answers.append(world.call(name, given).data)
    return out


def test_the_truth_table() -> None:
    wrong = []
    for case, task, rollout in table():
        verdict = grade(task, rollout)
        if verdict.passed != case.passes:
            wrong.append((case.name, verdict.reasons))
        assert verdict.reward == (1.0 if verdict.passed else 0.0)
        assert bool(verdict.reasons) != verdict.passed
    assert not wrong
    assert Counter(case.passes for case, *_ in table()) == {True: 19, False: 35}


def test_every_failure_is_explained_by_row_and_column() -> None:
    for case, task, rollout in table():
        if not case.passes:
            said = "\n".join(grade(task, rollout).reasons)
            assert case.reason
            assert case.reason in said, (case.name, said)


def test_the_same_verdict_from_disk() -> None:
    """Task and rollout read back from JSON give the same verdict, words included."""
    for _, task, rollout in table():
        again = grade(
            Task.model_validate_json(task.model_dump_json()), Rollout.model_validate_json(rollout.model_dump_json())
        )
        assert again == grade(task, rollout)


def test_an_episode_that_was_cut_short_fails() -> None:
    case, task, rollout = table()[0]
    assert case.passes
    verdict = grade(task, rollout.model_copy(update={"error": "TimeoutError: no answer"}))
    assert verdict.reasons == ("cut short: TimeoutError: no answer",)


# ---- broken judges ----------------------------------------------------------------------------------------------

Judge = Callable[[Task, Rollout], Verdict]


def on_rows(keep: Callable[[Any], Any]) -> Judge:
    """A judge that looks at a part of the change only."""

    def judge(task: Task, rollout: Rollout) -> Verdict:
        change = [tuple(k for row in as_json(list(x.change)) if (k := keep(row)) is not None) for x in (task, rollout)]
        return grade(
            task.model_copy(update={"change": tuple(sorted(change[0], key=repr))}),
            rollout.model_copy(update={"change": tuple(sorted(change[1], key=repr))}),
        )

    return judge


def with_rollout(edit: Callable[[Task, Rollout], Rollout]) -> Judge:
    return lambda task, rollout: grade(task, edit(task, rollout))


def with_task(edit: Callable[[Task], Task]) -> Judge:
    return lambda task, rollout: grade(edit(task), rollout)


def only_counts(task: Task, rollout: Rollout) -> Verdict:
    """As many rows of each kind."""
    same = Counter(r[0] for r in task.change) == Counter(r[0] for r in rollout.change)
    return (
        grade(task, rollout.model_copy(update={"change": task.change})) if same else Verdict(passed=False, reward=0.0)
    )


def gold_is_enough(task: Task, rollout: Rollout) -> Verdict:
    """All of gold was done; whatever else was done as well."""
    rows = as_json(list(rollout.change))
    enough = all(row in rows for row in as_json(list(task.change)))
    return (
        grade(task, rollout.model_copy(update={"change": task.change})) if enough else Verdict(passed=False, reward=0.0)
    )


def some_is_enough(task: Task, rollout: Rollout) -> Verdict:
    """Nothing but gold was done, not all of it."""
    rows = as_json(list(task.change))
    clean = all(row in rows for row in as_json(list(rollout.change)))
    return (
        grade(task, rollout.model_copy(update={"change": task.change})) if clean else Verdict(passed=False, reward=0.0)
    )


def shown(task: Task, rollout: Rollout) -> Rollout:
    """As if all had been shown at the start."""
    values = [v for a in task.answers for v in (a.evidence or (a.value,))]
    return rollout.model_copy(
        update={"messages": (Message(role="tool", content=orjson.dumps(values).decode()), *rollout.messages)}
    )


def late(task: Task, rollout: Rollout) -> Rollout:
    """As if all had been said at the end."""
    said = " ".join(m.content for m in rollout.messages if m.role == "assistant")
    return rollout.model_copy(update={"messages": (*rollout.messages, Message(role="assistant", content=said))})


def errors_show(task: Task, rollout: Rollout) -> Rollout:
    """As if what was asked for had been shown, failed or not."""
    asked = {m.name for m in rollout.messages if m.role == "tool"}
    return shown(task, rollout) if asked & {c.name for c in task.gold} else rollout


def made(rollout: Rollout | Task) -> list[Any]:
    if isinstance(rollout, Task):
        return [(c.name, c.arguments) for c in rollout.gold]
    return [(c.name, c.arguments) for m in rollout.messages for c in m.calls]


def by_calls(same: Callable[[list[Any], list[Any]], bool]) -> Judge:
    """A judge that compares calls instead of states."""

    def judge(task: Task, rollout: Rollout) -> Verdict:
        ok = same(made(task), made(rollout))
        return (
            grade(task, rollout.model_copy(update={"change": task.change})) if ok else Verdict(passed=False, reward=0.0)
        )

    return judge


def exact_words(task: Task, rollout: Rollout) -> Verdict:
    said = " ".join(m.content for m in rollout.messages if m.role == "assistant")
    fine = grade(task.model_copy(update={"answers": ()}), rollout).passed and all(
        str(a.value) in said for a in task.answers
    )
    return Verdict(passed=fine, reward=float(fine))


def _no_ties(row: Any) -> Any:
    return ["+", "", row[2], row[3], []] if row[0] == "+" else row


BROKEN: dict[str, Judge] = {
    "passes everything": lambda task, rollout: Verdict(passed=True, reward=1.0),
    "fails everything": lambda task, rollout: Verdict(passed=False, reward=0.0),
    "ignores the state": with_rollout(lambda task, rollout: rollout.model_copy(update={"change": task.change})),
    "ignores deletes": on_rows(lambda row: None if row[0] == "-" else row),
    "ignores new rows": on_rows(lambda row: None if row[0] == "+" else row),
    "ignores changed rows": on_rows(lambda row: None if row[0] == "~" else row),
    "ignores values of changed rows": on_rows(lambda row: [*row[:3], []] if row[0] == "~" else row),
    "ignores values of new rows": on_rows(lambda row: ["+", "", row[2], [], []] if row[0] == "+" else row),
    "ignores which row changed": on_rows(lambda row: [row[0], row[1], [], row[3]] if row[0] == "~" else row),
    "ignores which row went": on_rows(lambda row: [*row[:2], []] if row[0] == "-" else row),
    "ignores what new rows belong to": on_rows(_no_ties),
    "ignores integers": on_rows(lambda row: [*row[:3], [c for c in row[3] if not isinstance(c[1], int)]] if row[0] == "~" else row),
    "compares only counts": only_counts,
    "gold and whatever else": gold_is_enough,
    "some of gold": some_is_enough,
    "ignores answers": with_task(lambda task: task.model_copy(update={"answers": ()})),
    "accepts rivals": with_task(lambda task: task.model_copy(update={"answers": tuple(a.model_copy(update={"rivals": ()}) for a in task.answers)})),
    "needs no evidence": with_rollout(shown),
    "takes failed calls for evidence": with_rollout(errors_show),
    "hears what was said too early": with_rollout(late),
    "wants the calls of gold": by_calls(lambda gold, ours: gold == ours),
    "wants the calls of gold in any order": by_calls(lambda gold, ours: sorted(gold, key=repr) == sorted(ours, key=repr)),
    "wants all calls of gold, and looks no further": by_calls(lambda gold, ours: all(c in ours for c in gold)),
    "wants as many calls": by_calls(lambda gold, ours: len(gold) == len(ours)),
    "wants the tools of gold": by_calls(lambda gold, ours: {c[0] for c in gold} <= {c[0] for c in ours}),
    "wants the exact words": exact_words,
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_judge_is_caught(name: str) -> None:
    caught = [case.name for case, task, rollout in table() if BROKEN[name](task, rollout).passed != case.passes]
    assert caught, f"the truth table cannot tell a judge that {name} from the right one"


def test_a_whole_judge_is_not_caught() -> None:
    """The ways in which the broken ones are made break nothing by themselves."""
    for judge in (on_rows(lambda row: row), with_rollout(lambda task, rollout: rollout), with_task(lambda task: task)):
        assert not [case.name for case, task, rollout in table() if judge(task, rollout).passed != case.passes]


# ---- against a dump of all rows ---------------------------------------------------------------------------------


def some_calls(world: World, dice: Dice) -> Calls:
    """Up to five writes among few rows and values, so that two draws often end alike."""
    rentals, customers = world.rows("rental")[:3], world.rows("customer")[:2]
    out: Calls = []
    for n in range(1 + dice.below(5)):
        rental, customer = dice.choice(rentals)["rentalId"], dice.choice(customers)["customerId"]
        mine = [f"{{{m}.customerId}}" for m in range(n) if out[m][0] == "createCustomer"]
        out.append(
            dice.choice(
                [
                    ("updateRental", {"rentalId": rental, "quantity": 1 + dice.below(2)}),
                    ("updateRental", {"rentalId": rental, "insured": dice.chance(0.5)}),
                    ("cancelRental", {"rentalId": rental}),
                    ("returnRental", {"rentalId": rental}),
                    ("deleteRental", {"rentalId": rental}),
                    ("updateCustomer", {"customerId": customer, "tier": dice.choice(["gold", "basic"])}),
                    ("deleteCustomer", {"customerId": customer}),
                    ("createCustomer", {"name": dice.choice(["Ada", "Bea"])}),
                    (
                        "createRental",
                        {
                            "customerId": dice.choice([customer, *mine, *mine]),
                            "title": "Tent",
                            "quantity": 1 + dice.below(2),
                        },
                    ),
                    ("getRental", {"rentalId": rental}),
                ]
            )
        )
    return out


def variant(calls: Calls, world: World, dice: Dice) -> Calls:
    """The same in another order, with one call more or less, or something else."""
    kind = dice.below(5)
    if kind == 0 and not any(c[0] == "createRental" for c in calls):
        return dice.shuffled(calls)
    if kind == 1:
        at = dice.below(len(calls))
        return calls if any("{" in str(c[1]) for c in calls) else calls[:at] + calls[at + 1 :]
    if kind == 2:
        return [*calls, dice.choice(some_calls(world, dice)[:1])]
    if kind == 3:
        return [*calls, *([calls[0]] if calls[0][0] != "createRental" else [])]
    return calls if dice.chance(0.3) else some_calls(world, dice)


def end_of(world: World, calls: Calls) -> Any:
    """All rows after the calls, by SQL; new rows by what they are and what they hold, for their ids are the world's own."""
    world.reset()
    old = {t: {r[k] for r in world.rows(t)} for t, k in (("customer", "customerId"), ("rental", "rentalId"))}
    for name, arguments in calls:
        world.call(name, arguments)
    customers, rentals = world.rows("customer"), world.rows("rental")

    def plain(row: dict[str, Any], is_new: bool) -> tuple[Any, ...]:
        hidden = ("customerId", "rentalId", "createdAt") if is_new else ()
        return tuple(sorted((k, repr(v)) for k, v in row.items() if k not in hidden))

    below: dict[str, list[Any]] = {}
    for row in rentals:
        if row["rentalId"] not in old["rental"]:
            below.setdefault(row["customerId"], []).append(plain(row, True))
    return (
        sorted(plain(r, False) for r in rentals if r["rentalId"] in old["rental"]),
        sorted(
            (plain(r, False), sorted(below.get(r["customerId"], [])))
            for r in customers
            if r["customerId"] in old["customer"]
        ),
        sorted(
            (plain(r, True), sorted(below.get(r["customerId"], [])))
            for r in customers
            if r["customerId"] not in old["customer"]
        ),
    )


def test_verdicts_agree_with_a_dump_of_all_tables() -> None:
    seen: Counter[bool] = Counter()
    news = 0
    with World.open(shop(), seed=SEED) as world:
        for number in range(240):
            dice = Dice("pairs", number)
            world.reset()
            mine = some_calls(world, dice)
            world.reset()
            theirs = resolved(world, variant(mine, world, dice))
            mine = resolved(world, mine)
            same = end_of(world, mine) == end_of(world, theirs)
            world.reset()
            for call in mine:
                world.call(*call)
            task = task_of(world, []).model_copy(update={"change": ()})
            world.reset()
            for call in mine:
                world.call(*call)
            task = task.model_copy(update={"change": world.diff().form})
            verdict = grade(task, from_calls(task, world, theirs, "Done."))
            assert verdict.passed == same, (mine, theirs, verdict.reasons)
            seen[same] += 1
            news += same and any(row[0] == "+" for row in task.change)
    assert min(seen.values()) >= 60, seen
    assert news >= 20, "pairs with new rows that end alike"


# ---- answers ----------------------------------------------------------------------------------------------------

DAY = "2025-02-07T22:28:00Z"


@pytest.mark.parametrize(
    ("kind", "value", "text", "said"),
    [
        ("number", 42, "It is 42.", True),
        ("number", 42, "42", True),
        ("number", 42, "42.0 pieces", True),
        ("number", 42, "(42%)", True),
        ("number", 42, "42GB", True),
        ("number", 1234567, "1,234,567 bytes", True),
        ("number", -5, "It is -5 degrees.", True),
        ("number", 0.5, "It costs 0.50 euros.", True),
        ("number", 42, "It is 420.", False),
        ("number", 42, "It is 4.2.", False),
        ("number", 42, "It is 142 or 42.5", False),
        ("number", 42, "Room B42", False),
        ("number", 5, "-5", False),
        ("number", 42, "forty", False),
        ("number", 6, "Six of your environments were made then.", True),
        ("number", 1, "One environment was made then.", True),
        ("number", 1, "There is only one.", True),
        ("number", 1, "The one you named stays.", False),
        ("number", 1, "One moment, please.", False),
        ("number", 2, "It is a two-step matter.", False),
        ("number", 20, "There are twenty", True),
        ("text", "IN_PROGRESS", "It is in progress.", True),
        ("text", "InProgress", "It is in progress.", True),
        ("text", "in-progress", "Its status: In_Progress", True),
        ("text", "Café Zoë", "They call it «CAFÉ ZOË».", True),
        ("text", "cus_9", "It is cus_9.", True),
        ("text", "gold", "They are golden.", False),
        ("text", "in progress", "It has progress in it.", False),
        ("text", "O'Neil", "It is O\u2019Neil.", True),
        ("time", DAY, "It was created on 7 February 2025.", True),
        ("time", DAY, "on February 7th, 2025", True),
        ("time", DAY, "on the 7th of February", True),
        ("time", DAY, "7 Feb", True),
        ("number", 3, "I would delete stream stre-03b2427b9cd8.", False),
        ("number", -3, "It is -3 degrees.", True),
        ("time", DAY, "2025-02-07", True),
        ("time", DAY, "2025-02-07T22:28:00Z", True),
        ("time", DAY, "2025-02-07 at 22:28", True),
        ("time", DAY, "17 February 2025", False),
        ("time", DAY, "on 8 February 2025", False),
        ("time", DAY, "7 March 2025", False),
        ("time", DAY, "2024-02-07", False),
        ("time", "2025-03-22", "March 22nd", True),
        ("time", "never", "It was never used.", True),
        ("time", "never", "It was used on 7 February.", False),
        ("time", "2025-03-11", "March 11th", True),
        ("boolean", True, "Yes, it is on.", True),
        ("boolean", True, "It's enabled.", True),
        ("boolean", True, "It is not enabled.", False),
        ("boolean", True, "I looked.", False),
        ("boolean", False, "No, it isn't.", True),
        ("boolean", False, "It is turned off.", True),
        ("boolean", False, "It is on.", False),
    ],
)  # fmt: skip
def test_spellings(kind: str, value: Any, text: str, said: bool) -> None:
    assert says(text, value, kind)[0] is said


@pytest.mark.parametrize("text", ["7 February 2024", "February 7th, 2024", "on the 7th of Feb 2023", "2024 February 7", "In 2024, Feb 7"])
def test_a_day_of_another_year_is_another_day(text: str) -> None:
    assert not says(text, DAY, "time")[0]


@pytest.mark.parametrize("text", ["8 March 2024, February 7", "7 Feb 2024; made 2025-02-07", "7 February, 1500 units"])
def test_a_year_of_something_else_is_no_matter(text: str) -> None:
    assert says(text, DAY, "time")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [("The current version is 5.", True), ("(5)", True), ("Version:5", True), ("channel arn:aws:kafka:eu-west-5:730511928446:channel/27f5", False), ("10.5.2", False), ("build-5", False), ("15", False), ("2026-5-1", False)],
)
def test_a_text_of_digits_stands_alone(text: str, said: bool) -> None:
    """Digits inside an address or an id are neither answer nor rival."""
    assert says(text, "5", "text")[0] is said


def test_the_digits_of_an_id_are_no_numbers() -> None:
    text = "I am going to modify 4366fcfb-9c03-4d30-8122-1e8fcabeb575. The partition count is 1."
    assert [v for v in (1, 4, -4, 30, 9, 8122, -8122) if says(text, v, "number")[0]] == [1]
    assert says("It has 8122, of type 4d.", 8122, "number")[0]


def test_a_rival_inside_the_answer_is_not_said() -> None:
    answer = Answer(name="city", type="text", value="New York", rivals=("York",), step=0)
    shown_ = Message(role="tool", content='{"city": "New York"}')
    assert misses(answer, [shown_, Message(role="assistant", content="It is New York.")]) is None
    assert (
        misses(answer, [shown_, Message(role="assistant", content="New York, not York.")])
        == "city: 'York' was said beside 'New York'"
    )


def test_a_rival_day_beside_the_answer() -> None:
    answer = Answer(name="created", type="time", value=DAY, rivals=("2025-03-01T00:00:00Z",), step=0)
    messages = [Message(role="tool", content=f'["{DAY}"]')]
    assert misses(answer, [*messages, Message(role="assistant", content="7 February")]) is None
    assert misses(answer, [*messages, Message(role="assistant", content="7 February or 1 March")]) is not None


def test_evidence_is_all_that_must_have_been_shown() -> None:
    """A count rests on the keys of the rows counted, not on the number itself."""
    answer = Answer(name="count", type="number", value=2, step=0, evidence=("a-1", "a-2"))
    told = Message(role="assistant", content="There are 2.")
    rows = [Message(role="tool", content=f'{{"items": [{{"id": "{i}"}}], "total": 2}}') for i in ("a-1", "a-2")]
    assert misses(answer, [*rows, told]) is None
    assert misses(answer, [rows[0], told]) == "count: no successful call showed 'a-1', 'a-2'"
    assert misses(answer, [rows[0], told, rows[1]]) is not None
    assert misses(answer, [rows[0], rows[1].model_copy(update={"error": "not_found"}), told]) is not None
    assert misses(answer, [Message(role="user", content=rows[0].content + rows[1].content), told]) is not None


def test_what_an_answer_of_a_world_shows() -> None:
    assert sorted(map(repr, values_in('{"a": [1, {"b": "x"}], "c": null, "d": true, "e": 2.50}'))) == [
        "'x'",
        "1.0",
        "2.5",
        "True",
    ]
    assert list(values_in("no json")) == []
    assert list(values_in('"a number 5 in text"')) == ["a number 5 in text"]


def test_true_is_not_one() -> None:
    answer = Answer(name="n", type="number", value=1, step=0)
    told = Message(role="assistant", content="It is 1.")
    assert misses(answer, [Message(role="tool", content='{"on": true}'), told]) is not None
    assert misses(answer, [Message(role="tool", content='{"n": 1}'), told]) is None


# ---- words ------------------------------------------------------------------------------------------------------


def words(gold: Sequence[Any], ours: Sequence[Any], cascades: Sequence[tuple[str, str, str, str]] = ()) -> list[str]:
    return [f"{d.table}[{d.key}]{d.text}" for d in differences(gold, ours, cascades)]


def test_rows_that_go_along_are_folded_in_words() -> None:
    gold = [("-", "branch", ("north",)), ("-", "copy", ("c1",)), ("-", "copy", ("c2",)), ("-", "loan", ("l1",))]
    along = [("copy", "c1", "branch", "north"), ("copy", "c2", "branch", "north"), ("loan", "l1", "copy", "c1")]
    said = words(gold, [], along)
    assert said == ["branch[north] still there (and 2 rows that go with it), but it should be deleted"]
    assert len(words(gold, [])) == 4
    assert words(gold, gold[:1], along)[:1] == [
        "copy[c1] still there (and 1 rows that go with it), but it should be deleted"
    ]


def test_keys_of_several_columns() -> None:
    assert words([("~", "seat", ("A", 4), (("held", 1),))], []) == [
        "seat[A / 4].held: expected 1, but it was not changed"
    ]


def test_equal_changes_have_no_difference() -> None:
    change = [("+", "x", "t", (("a", 1), ("id", "*")), ()), ("~", "t", ("k",), (("a", None),)), ("-", "t", ("l",))]
    assert words(change, as_json(change)) == []
    assert words([("~", "t", ("k",), (("a", None),))], [("~", "t", ("k",), (("a", 0),))]) == [
        "t[k].a: expected nothing, got 0"
    ]


def test_a_rollout_of_bare_calls_is_a_conversation() -> None:
    with World.open(shop(), seed=SEED) as world:
        world.call("createCustomer", {"name": "left from before"})
        calls: Calls = [("createCustomer", {"name": "Ada"}), ("getCustomer", {"customerId": "nobody"})]
        rollout = from_calls(
            task_of(world, []), world, [*calls, Call(name="listCustomers", arguments={"pageSize": 1})], "Bye."
        )
    assert [m.role for m in rollout.messages] == ["user", *["assistant", "tool"] * 3, "assistant"]
    assert [m.error for m in rollout.messages if m.role == "tool"] == [None, "not_found", None]
    assert [c for m in rollout.messages for c in m.calls][1] == ToolCall(
        id="call_1", name="getCustomer", arguments={"customerId": "nobody"}
    )
    assert rollout.messages[-1].content == "Bye."
    assert rollout.scripted
    assert [row[0] for row in rollout.change] == ["+"], "the world was reset first"
