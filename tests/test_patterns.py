"""Values in the form that a provider's pattern asks for."""

import re

import pytest

from agentscaler.dice import Dice
from agentscaler.envs.patterns import fitted, in_form, template_of
from agentscaler.ids import fill_id


@pytest.mark.parametrize(
    ("pattern", "hint", "made"),
    [
        (r"^d-[0-9a-f]{10}$", "", "d-{hex:10}"),
        (r"[a-zA-Z0-9][a-zA-Z0-9-]{35}", "", "{uuid}"),
        (r"^[0-9a-fA-F]{8}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{12}$", "", "{uuid}"),
        (r"(shop\.v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})", "stall", "stall-{base36:10}"),
        (r"^(arn:aws:shop:[0-9a-z-:]+:stall/st-[0-9a-f]{8,40}|st-[0-9a-f]{8,40})$", "", "st-{hex:12}"),
        (r"[Ss][Hh][Aa]256:[0-9a-fA-F]{64}", "", "sha256:{hex:64}"),
    ],
)
def test_an_id_is_made_from_its_pattern(pattern: str, hint: str, made: str) -> None:
    assert template_of(pattern, hint) == made
    assert all(re.search(pattern, fill_id(made, Dice(n), {})) for n in range(20))


@pytest.mark.parametrize("pattern", [r"[a-z]{2}", r"^(?=.*\d)(?=.*[A-Z]).{8,}\1$", r"(", r"yes|no"])
def test_a_pattern_that_names_no_thing_makes_no_id(pattern: str) -> None:
    assert template_of(pattern) is None


def test_an_arn_gets_the_form_of_its_pattern_and_keeps_what_it_ends_with() -> None:
    nested = in_form({"template": "arn:aws:shop:{region}:{account}:stall-item/{itemId}"}, r"arn:aws:[\w]+:[\w-]+:[\d]{12}:stall/[\d\w-]+/item/[\d\w-]+", "shop")
    assert nested["template"].startswith("arn:aws:shop:{region}:{account}:stall/")
    assert nested["template"].endswith("/item/{itemId}")
    assert in_form({"template": "arn:aws:shop:{region}:{account}:aisle/{Name}"}, r"arn:(aws(?:[-a-z]*)?):shop:::aisle/[0-9a-z]+", "shop") == {"template": "arn:aws:shop:::aisle/{Name}"}
    good = {"template": "arn:aws:shop:{region}:{account}:stall/{id}"}
    assert in_form(good, r"arn:aws:shop:[a-z0-9-]+:\d{12}:stall/.+", "shop") is good


def test_values_that_the_pattern_refuses_are_left_out_if_any_is_left() -> None:
    assert fitted({"given": ["text/csv", "image/png"]}, {"pattern": "^text/"}) == {"given": ["text/csv"]}
    assert fitted({"given": ["image/png"]}, {"pattern": "^text/"}) == {"given": ["image/png"]}
    assert fitted({"id": "{base36:24}"}, {"pattern": r"^([0-9a-f]{8})-([0-9a-f]{4}-)([0-9a-f]{4}-)([0-9a-f]{4}-)([0-9a-f]{12})$"}) == {"id": "{uuid}"}
    assert fitted({"given": ["a", "b"]}, {}) == {"given": ["a", "b"]}
