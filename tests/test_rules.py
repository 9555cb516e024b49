"""Rules as code: what each kind refuses and allows, that tools do the same, and that the gate names a tool which does not."""

from collections.abc import Iterator
from typing import Any

import pytest

from agentscaler import World
from agentscaler.dice import Dice
from agentscaler.gate import check_env, valid_arguments
from agentscaler.records import EnvSpec, JsonObject
from agentscaler.rules import Rule, decide, placed, rules_md, rules_of
from shops import build, shop, tools_of
from worlds import borrow, compiled, library, replaced

TEXT: JsonObject = {"type": "string"}
RACK: JsonObject = {"type": "object", "properties": {"rackId": {**TEXT, "description": "ID of the rack."}, "name": {**TEXT, "description": "Name of the rack."}}}
BOX: JsonObject = {
    "type": "object",
    "properties": {
        "boxId": {**TEXT, "description": "ID of the box."},
        "rackId": {**TEXT, "description": "ID of the rack that the box stands on."},
        "label": {**TEXT, "description": "Label of the box."},
        "weight": {"type": "integer", "minimum": 1, "maximum": 40, "description": "Weight of the box in kilograms."},
    },
}


def call(name: str, said: str, answer: JsonObject | None = None, *, path: tuple[str, ...] = (), query: JsonObject | None = None, body: JsonObject | None = None) -> JsonObject:
    parameters = [{"name": n, "in": "path", "required": True, "schema": TEXT, "description": f"ID of the {n.removesuffix('Id')}."} for n in path]
    parameters += [{"name": n, "in": "query", "schema": s, "description": s.get("description", "")} for n, s in (query or {}).items()]
    out: JsonObject = {"operationId": name, "summary": said, "parameters": parameters, "responses": {"200": {"description": "ok"}}}
    if answer is not None:
        out["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    if body is not None:
        out["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": list(body), "properties": body}}}}
    return out


def many(name: str, row: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {name: {"type": "array", "items": row}}}


FORCE = {"force": {"type": "boolean", "description": "If true, the rack is deleted together with its boxes; otherwise the rack must be empty."}}
STORE: JsonObject = {
    "openapi": "3.0.3",
    "info": {"title": "Store room", "version": "1"},
    "paths": {
        "/racks": {"get": call("listRacks", "Lists the racks.", many("racks", RACK)), "post": call("createRack", "Creates a rack.", RACK, body={"name": TEXT})},
        "/racks/{rackId}": {"get": call("getRack", "Gets a rack.", RACK, path=("rackId",)), "delete": call("deleteRack", "Deletes a rack.", path=("rackId",), query=FORCE)},
        "/boxes": {"get": call("listBoxes", "Lists the boxes.", many("boxes", BOX)), "post": call("createBox", "Creates a box.", BOX, body={n: BOX["properties"][n] for n in ("rackId", "label", "weight")})},
        "/boxes/{boxId}": {"get": call("getBox", "Gets a box.", BOX, path=("boxId",)), "delete": call("deleteBox", "Deletes a box.", path=("boxId",))},
        "/racks/{rackId}/boxes/{boxId}": {"get": call("getBoxOfRack", "Gets a box of a rack.", BOX, path=("rackId", "boxId"))},
    },
}


@pytest.fixture(scope="module")
def store() -> EnvSpec:
    """A rack takes its boxes along, if it is told to."""
    env = build(tools_of(STORE), "store").env
    assert env.model is not None
    tables = [t.model_copy(update={"references": tuple(r.model_copy(update={"on_delete": "CASCADE"}) for r in t.references)}) for t in env.model.tables]
    return compiled(env.model.model_copy(update={"tables": tuple(tables)}), env.population, env.tools)


def sides(env: EnvSpec, name: str) -> Iterator[tuple[bool, World, Rule, JsonObject]]:
    """The world on either side of a rule, with the arguments of a call."""
    rules = rules_of(env)
    rule = next(r for r in rules if r.name == name)
    tool = next(t for t in env.tools if t.name == rule.tool)
    for allowed in (True, False):
        with World.open(env, seed=1) as world:
            arguments = next(a for n in range(8) if (a := placed(rule, world, valid_arguments(world, tool, rule.operation, env.model, n), allowed=allowed)) is not None)
            yield allowed, world, rule, arguments


@pytest.mark.parametrize(
    ("world", "name", "code"),
    [
        ("shop", "cancelRental.state", "wrong_state"),
        ("shop", "returnRental.state", "wrong_state"),
        ("shop", "createRental.limit.quantity", "invalid_arguments"),
        ("shop", "deleteCustomer.held", "conflict"),
        ("library", "create_member.unique.email", "already_exists"),
        ("library", "return_loan.state", "wrong_state"),
        ("library", "list_books.limit.pageSize", "invalid_arguments"),
        ("store", "deleteRack.confirm", "conflict"),
        ("store", "getBoxOfRack.owner.rackId", "not_found"),
    ],
)
def test_the_tool_refuses_what_the_rule_refuses_and_nothing_else(world: str, name: str, code: str, store: EnvSpec) -> None:
    env = {"shop": shop(), "library": library(), "store": store}[world]
    seen = []
    for allowed, live, rule, arguments in sides(env, name):
        refusal = decide([rule], live, arguments)
        form = live.diff().form
        answer = live.call(rule.tool, arguments)
        if allowed:
            assert refusal is None
            assert answer.error is None, answer.error
        else:
            assert refusal is not None
            assert (refusal.code, refusal.rule) == (code, name)
            assert answer.error is not None
            assert answer.error.code == code
            assert live.diff().form == form
        seen.append(allowed)
    assert seen == [True, False]


def test_a_limit_is_tried_one_step_beyond_it() -> None:
    given = [arguments["quantity"] for _, _, _, arguments in sides(shop(), "createRental.limit.quantity")]
    assert given == [50, 51]


def test_what_the_agent_reads() -> None:
    said = rules_md(shop())
    assert "- cancelRental: only a rental whose status is running or scheduled.\n" in said
    assert "- deleteCustomer: not while rentals still need the customer.\n" in said
    assert "quantity" not in said, "limits stand in the parameters"
    assert rules_md(shop().model_copy(update={"model": None})) == ""


BROKEN: dict[str, tuple[str, str, str, str]] = {
    "a state that is not asked": ("shop", ', only_from=("running", "scheduled",)', "", "cancelRental.state"),
    "a state too many": ("shop", '"running", "scheduled",', '"running", "scheduled", "returned",', "cancelRental.state"),
    "a state too few": ("shop", '"running", "scheduled",', '"scheduled",', "cancelRental.state"),
    "a delete that clears the way": ("shop", 'db.delete("customer", customerId)', '[db.delete("rental", r["rentalId"]) for r in db.page("rental", where={"customerId": customerId}).rows]\n    db.delete("customer", customerId)', "deleteCustomer.held"),
    "a yes that is not waited for": ("store", "force=force", "force=True", "deleteRack.confirm"),
    "anybody's box": ("store", 'db.match("box", boxId, rackId=rackId)', 'db.get("box", boxId)', "getBoxOfRack.owner.rackId"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_the_gate_names_the_tool_that_does_otherwise(fault: str, store: EnvSpec) -> None:
    world, old, new, rule = BROKEN[fault]
    env = {"shop": shop(), "store": store}[world]
    assert check_env(env) == []
    found = check_env(replaced(env, old, new), trusted=True)
    assert [f.tool for f in found] == [rule.split(".")[0]]
    assert rule in found[0].message


def test_rules_and_tools_agree_in_any_state() -> None:
    """Random lives of the library: where a rule refuses, so does the tool; where the tool speaks of a state, so does a rule."""
    rules: dict[str, list[Rule]] = {}
    for rule in rules_of(library()):
        rules.setdefault(rule.tool, []).append(rule)
    refused: set[Any] = set()
    for life in range(12):
        with World.open(library(), seed=life) as world:
            for step in range(40):
                name, arguments = borrow(world, Dice("rules", life, step))
                refusal = decide(rules.get(name, ()), world, arguments)
                error = world.call(name, arguments).error
                if refusal is not None:
                    assert error is not None, (refusal, name, arguments)
                    refused.add(refusal.rule)
                elif error is not None:
                    assert error.code != "wrong_state", (name, arguments, error)
    assert {"return_loan.state", "delete_member.held"} <= refused
