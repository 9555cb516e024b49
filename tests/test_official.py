"""Worlds held against official tools: the outcomes of a made-up benchmark beside those of the shop."""

from pathlib import Path

import pytest

from agentscaler import World
from agentscaler.errors import UserError
from agentscaler.evals.bench.official import agreement, official, replayed, world_of
from agentscaler.evals.bench.served.protocol import read, spoiled
from agentscaler.records import JsonObject
from shops import CUSTOMER, RENTAL, shop


def outcome(tool: str, arguments: JsonObject, response: object = None, *, refused: bool = False, again: bool = False, lost: bool | None = True) -> JsonObject:
    return {"tool": tool, "arguments": arguments, "refused": refused, "response": response, "again": again, "unknown": {"rentalId": "nobody_0000"}, "lost": lost}


CANCELLED = {"rentalId": "R-1", "customerId": "C-1", "title": "Two bicycles", "status": "cancelled", "quantity": 2, "insured": True}


def test_what_the_official_tool_answers_is_set_up_and_asked_of_the_world() -> None:
    answered, again, said = replayed(shop(), outcome("cancelRental", {"rentalId": "R-1"}, CANCELLED))
    assert (answered, again, said) == (True, False, "")
    with World.open(shop()) as world:
        assert world.call("getRental", {"rentalId": "R-1"}).error is not None, "nothing is left behind"


def test_agreement_counts_three_outcomes() -> None:
    right = outcome("cancelRental", {"rentalId": "R-1"}, CANCELLED, again=True)
    twice = outcome("cancelRental", {"rentalId": "R-1"}, CANCELLED, again=False)
    strange = outcome("getRental", {"rentalId": "R-2"}, {**CANCELLED, "rentalId": "R-2"}, lost=False)
    other = outcome("transferToHuman", {})
    found = agreement("toy", "shop", 13, shop(), [right, twice, strange, other])
    assert (found.calls, found.held, found.answered) == (4, 3, 1.0)
    assert found.again == round(2 / 3, 3), "theirs lets a rental be cancelled twice in one of them"
    assert found.unknown == round(2 / 3, 3), "theirs answers for an id that nobody has"
    assert found.outcomes == round(7 / 9, 3)


def test_what_the_world_refuses_is_said() -> None:
    wrong = outcome("createRental", {"customerId": "C-1", "title": "x", "quantity": 51}, {**CANCELLED, "quantity": 51})
    found = agreement("toy", "shop", 1, shop(), [wrong])
    assert found.answered == 0.0
    assert "quantity" in found.why


def test_a_world_of_functions_with_their_results() -> None:
    def function(name: str, said: str, returns: JsonObject, **properties: JsonObject) -> JsonObject:
        return {"name": name, "description": said, "parameters": {"type": "object", "properties": properties, "required": list(properties)}, "returns": returns, "$defs": {"Rental": RENTAL, "Customer": CUSTOMER}}

    rental, customer = {"$ref": "#/$defs/Rental"}, {"$ref": "#/$defs/Customer"}
    number = {"type": "string", "description": "ID of the rental."}
    env = world_of(
        [
            function("get_rental", "Get a rental.", rental, rentalId=number),
            function("cancel_rental", "Cancel a rental.", rental, rentalId=number),
            function("update_rental", "Update the title of a rental.", rental, rentalId=number, title={"type": "string"}),
            function("get_customer", "Get a customer.", customer, customerId={"type": "string", "description": "ID of the customer."}),
        ],
        "rentals",
    )
    assert {t.name for t in env.tools} == {"get_rental", "cancel_rental", "update_rental", "get_customer"}


def test_ids_are_spoiled_and_texts_are_read() -> None:
    assert spoiled({"order_id": "#W1", "n": 2}) == {"order_id": "nobody_0000", "n": 2}
    assert spoiled({"city": "Ulm"}) is None
    assert read('{"a": 1}') == {"a": 1}
    assert read("Error: no") == "Error: no"


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no checkout"):
        list(official([tmp_path], tmp_path))
    with pytest.raises(UserError, match="--source"):
        list(official([], tmp_path))
