"""The closed lists of reasons and codes, and errors on their way between processes."""

import pickle
from typing import get_args

import pytest

from agentscaler import errors, tooling
from agentscaler.errors import CODES, REASONS, UNSET, Code, Dropped, Reason, ToolError, Unset


def test_the_lists_agree_with_their_types() -> None:
    assert get_args(Reason) == tuple(REASONS)
    assert get_args(Code) == CODES
    assert all(text and text[0].islower() and not text.endswith(".") for text in REASONS.values())


def test_every_error_a_tool_raises_has_a_code_of_its_own() -> None:
    kinds = ToolError.__subclasses__()
    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(CODES) - {"unknown_tool", "internal"})
    assert ToolError.code == "internal"
    assert {k.__name__ for k in kinds} <= set(tooling.__all__)
    assert set(tooling.__all__) - {k.__name__ for k in kinds} == {"UNSET", "chosen", "finished", "held", "view"}
    assert all(hasattr(tooling, name) for name in tooling.__all__)


def test_dropped_says_why() -> None:
    dropped = Dropped("gate", "tool x wrote", where="x", value=5)
    assert (dropped.reason, dropped.message, dropped.where, dropped.value, str(dropped)) == (
        "gate",
        "tool x wrote",
        "x",
        5,
        "tool x wrote",
    )
    assert str(Dropped("duplicate")) == Dropped("duplicate").message == REASONS["duplicate"]


def test_dropped_survives_a_pickle() -> None:
    for dropped in (Dropped("gate"), Dropped("state", "a", where="b", value={"c": [1]})):
        again = pickle.loads(pickle.dumps(dropped))
        assert type(again) is Dropped
        assert (again.reason, again.message, again.where, again.value) == (
            dropped.reason,
            dropped.message,
            dropped.where,
            dropped.value,
        )


def test_a_reason_outside_of_the_list() -> None:
    with pytest.raises(KeyError):
        Dropped("boredom")  # type: ignore[arg-type]


def test_unset_is_no_value_and_not_none() -> None:
    assert not UNSET
    assert UNSET is Unset.UNSET is pickle.loads(pickle.dumps(UNSET))
    assert UNSET != None  # noqa: E711
    assert (UNSET or 5) == 5


def test_errors_are_kinds_of_their_own() -> None:
    """A fault of the user is no fault of the agent, and neither is a row that is dropped."""
    for kind in (errors.UserError, errors.Dropped, errors.ToolError):
        assert kind.__mro__[1] is Exception
