"""Worlds in any order of calls: hypothesis looks for one that breaks a law.

Three worlds: a shop written by hand, and two compiled from small definitions. What rules.py refuses the tool refuses. After every call: a read, or a call that was refused, has changed nothing; foreign keys hold; a second instance of the
world is as it was. What is made can be read, is listed, and is gone after its delete. A snapshot comes back as it was, whatever happened since; and at the end the same calls in a fresh world give the
same answers and the same change.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from agentscaler import World, read_env
from agentscaler.canonical import Form
from agentscaler.dice import Dice
from agentscaler.gate import any_value, bad_arguments, valid_arguments
from agentscaler.records import EnvSpec, EnvTool, JsonObject
from agentscaler.rules import decide, rules_of
from agentscaler.world import Answer
from shops import build, shop, tools_of
from small_services import SERVICES, document
from worlds import replaced

SEED = 7
NUMBERS = st.integers(0, 9_999)


class Made(NamedTuple):
    """How the rows of one table come and go."""

    create: str
    get: str
    listing: str
    delete: str
    key: str
    """Name of the id, in the answer of `create` and as an argument."""
    within: tuple[str, ...] = ()
    """Arguments of `create` that the list asks for, too."""


class Life(RuleBasedStateMachine):
    """One world, and what happens to it."""

    env: ClassVar[EnvSpec]
    trusted: ClassVar[bool] = False
    made: ClassVar[tuple[Made, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.world, self.other = (World.open(self.env, seed=SEED, trusted=self.trusted) for _ in range(2))
        self.start = self.other.dump()
        self.said: list[tuple[str, JsonObject, Answer]] = []
        self.shot: tuple[bytes, Form, Mapping[str, Any], int] | None = None

    def call(self, name: str, arguments: JsonObject) -> Answer:
        before = self.world.dump()
        answer = self.world.call(name, arguments)
        self.said.append((name, arguments, answer))
        assert answer.error is None or answer.error.code != "internal", answer.error
        tool = next(t for t in self.env.tools if t.name == name)
        if answer.error is not None or tool.kind == "read":
            assert self.world.dump() == before, f"{name} {'was refused' if answer.error else 'reads'} and changed something"
        return answer

    @rule(which=NUMBERS, number=NUMBERS)
    def valid(self, which: int, number: int) -> None:
        tool = self.env.tools[which % len(self.env.tools)]
        arguments = self.arguments(tool, number)
        refusal = decide([r for r in rules_of(self.env) if r.tool == tool.name], self.world, arguments)
        answer = self.call(tool.name, arguments)
        if refusal is not None:
            assert answer.error is not None, refusal
        elif answer.error is not None and self.env.model is not None:
            assert answer.error.code != "wrong_state", f"{answer.error.message}: no rule says so"

    @rule(which=NUMBERS, number=NUMBERS)
    def spoiled(self, which: int, number: int) -> None:
        tool = self.env.tools[which % len(self.env.tools)]
        bad = [arguments for label, arguments in bad_arguments(tool) if label != "unknown id"]  # which may be words to look for
        assert self.call(tool.name, bad[number % len(bad)]).error is not None

    @precondition(lambda self: self.made)
    @rule(which=NUMBERS, number=NUMBERS)
    def comes_and_goes(self, which: int, number: int) -> None:
        made = self.made[which % len(self.made)]
        tools = {t.name: t for t in self.env.tools}
        given = self.arguments(tools[made.create], number)
        answer = self.call(made.create, given)
        if answer.error is not None:
            return
        one = {made.key: answer.data[made.key]}
        narrowed = {n: given[n] for n in made.within}
        if made.get:
            assert self.call(made.get, one).data == answer.data
        assert one[made.key] in told(self.call(made.listing, narrowed).data)
        assert self.call(made.delete, one).error is None
        if made.get:
            assert self.code(made.get, one) == "not_found"
        assert one[made.key] not in told(self.call(made.listing, narrowed).data)
        assert self.code(made.delete, one) == "not_found"

    def code(self, name: str, arguments: JsonObject) -> str | None:
        error = self.call(name, arguments).error
        return error.code if error else None

    @rule()
    def keep(self) -> None:
        self.shot = (self.world.snapshot(), self.world.diff().form, self.world.dump(), len(self.said))

    @precondition(lambda self: self.shot is not None)
    @rule()
    def go_back(self) -> None:
        assert self.shot is not None
        snapshot, form, rows, calls = self.shot
        self.world.restore(snapshot)
        assert self.world.diff().form == form
        assert self.world.dump() == rows
        del self.said[calls:]

    @invariant()
    def holds_together(self) -> None:
        assert not self.world.broken()

    def teardown(self) -> None:
        assert self.other.dump() == self.start, "another instance changed"
        for name, arguments, answer in self.said:
            assert self.other.call(name, arguments) == answer, f"{name} answers otherwise when it is played again"
        assert self.other.diff().form == self.world.diff().form
        self.world.close()
        self.other.close()

    def arguments(self, tool: EnvTool, number: int) -> JsonObject:
        model = self.env.model
        if model is not None:
            return valid_arguments(self.world, tool, next(o for o in model.operations if o.name == tool.name), model, number)
        return fitting(self.world, tool.parameters, Dice("fitting", tool.name, number))


def told(answer: Any) -> set[Any]:
    """All bare values of an answer."""
    if isinstance(answer, dict):
        return set().union(*map(told, answer.values()))
    if isinstance(answer, list):
        return set().union(*map(told, answer))
    return {answer}


def fitting(world: World, schema: JsonObject, dice: Dice) -> JsonObject:
    """Arguments for a tool without a model: where a column has the argument's name, a value that some row has."""
    out = {}
    for name, inner in schema["properties"].items():
        if name not in schema.get("required", ()) and dice.chance(0.5):
            continue
        out[name] = _fitting(world, name, inner, dice)
    return out


def _fitting(world: World, name: str, schema: JsonObject, dice: Dice) -> Any:
    if schema.get("type") == "array":
        inner = schema["items"]
        values = [_fitting(world, name.removesuffix("s") + "_id", inner, dice) if inner["type"] == "string" else fitting(world, inner, dice) for _ in range(2)]
        return values if values[0] != values[1] else values[:1]
    for table, info in world.loaded.tables.items():
        if name in info.columns and "enum" not in schema and (rows := world.rows(table)):
            return dice.choice(rows)[name]
    return any_value(schema, dice)


QUICK = settings(max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def small(number: int) -> EnvSpec:
    return build(tools_of(document(SERVICES[number])), "small").env


def by_hand() -> type[Life]:
    class Shop(Life):
        env = read_env(Path(__file__).parent.parent / "benchmarks" / "shop")
        trusted = True
        made = (Made("create_wish_list", "", "list_wish_lists", "delete_wish_list", "wish_list_id", ("customer_id",)),)

    return Shop


def compiled() -> type[Life]:
    class Rentals(Life):
        env = shop()
        made = (Made("createCustomer", "getCustomer", "listCustomers", "deleteCustomer", "customerId"), Made("createRental", "getRental", "listRentals", "deleteRental", "rentalId", ("customerId",)))

    return Rentals


def from_states() -> type[Life]:
    class Halls(Life):
        env = small(0)

    return Halls


@pytest.mark.parametrize("life", [by_hand, compiled, from_states])
def test_no_order_of_calls_breaks_a_law(life: Callable[[], type[Life]]) -> None:
    run_state_machine_as_test(life(), settings=QUICK)


BROKEN = {
    "a read that writes": ('return db.get("customer", customerId)', 'db.update("customer", customerId, city="x")\n    return db.get("customer", customerId)', "changed something"),
    "a delete that only says so": ('db.delete("customer", customerId)', 'db.get("customer", customerId)', "assert"),
    "a list that leaves a row out": ('"customers": page.rows', '"customers": [r for r in page.rows if r["tier"]]', "assert"),
    "a defect that one order of calls shows": ('only_from=("running", "scheduled",))', 'only_from=("running", "scheduled",))\n    1 / (row["quantity"] % 2)', "internal"),
    "what another instance sees": ("    row = db.insert(\"customer\", name=name", "    createCustomer.n = getattr(createCustomer, \"n\", 0) + 1\n    row = db.insert(\"customer\", name=name + str(createCustomer.n)", "answers otherwise"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_world_that_breaks_one_is_found(fault: str) -> None:
    old, new, said = BROKEN[fault]

    class Broken(compiled()):  # type: ignore[misc]
        env = replaced(shop(), old, new)
        trusted = True

    with pytest.raises(AssertionError, match=said):
        run_state_machine_as_test(Broken, settings=settings(QUICK, max_examples=40, phases=[Phase.generate]))
