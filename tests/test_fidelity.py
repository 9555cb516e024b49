"""Recorded calls, made again in a world whose state is set up from them; and what is not as recorded is seen."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agentscaler.check.fidelity import Compared, compare, leaves, sums, why_refused
from agentscaler.cli import app
from agentscaler.records import EnvSpec, JsonObject, Pair
from agentscaler.world import Answer, Error, World
from shops import build, tools_of

TEXT = {"type": "string"}
BOOK = {"type": "object", "properties": {"book_id": TEXT, "title": TEXT, "shelf_id": TEXT, "status": {"type": "string", "enum": ["in", "lent"]}, "year": {"type": "integer"}}}
SHELF = {"type": "object", "properties": {"shelf_id": TEXT, "room": TEXT}}


def operation(name: str, summary: str, answer: JsonObject | None, *, path: str = "", query: tuple[str, ...] = (), body: tuple[str, ...] = ()) -> JsonObject:
    found = [{"name": n, "in": "path" if n == path else "query", "required": n == path, "schema": TEXT} for n in (path, *query) if n]
    out: JsonObject = {"operationId": name, "summary": summary, "parameters": found, "responses": {"200": {"description": "ok"}}}
    if answer is not None:
        out["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    if body:
        out["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": list(body[:1]), "properties": dict.fromkeys(body, TEXT)}}}}
    return out


LIBRARY: JsonObject = {
    "openapi": "3.0.3",
    "info": {"title": "Library", "version": "1"},
    "paths": {
        "/books": {
            "get": operation("list_books", "List the books.", {"type": "object", "properties": {"books": {"type": "array", "items": BOOK}, "total": {"type": "integer"}}}, query=("shelf_id",)),
            "post": operation("create_book", "Create a book.", BOOK, body=("title", "shelf_id")),
        },
        "/books/{book_id}": {
            "get": operation("get_book", "Get a book.", BOOK, path="book_id"),
            "patch": operation("update_book", "Update a book.", BOOK, path="book_id", body=("title",)),
            "delete": operation("delete_book", "Delete a book.", None, path="book_id"),
        },
        "/shelves": {"get": operation("list_shelves", "List the shelves.", {"type": "object", "properties": {"shelves": {"type": "array", "items": SHELF}}})},
        "/shelves/{shelf_id}": {"get": operation("get_shelf", "Get a shelf.", SHELF, path="shelf_id")},
    },
}


@pytest.fixture(scope="module")
def library() -> EnvSpec:
    return build(tools_of(LIBRARY), "library").env


def held(library: EnvSpec, name: str, arguments: JsonObject, response: Any, status: int = 200) -> Compared:
    tool = next(t for t in library.tools if t.name == name)
    return compare(library, tool, Pair(arguments=arguments, status=status, response=response))


DUNE = {"book_id": "b-77", "title": "Dune", "shelf_id": "s-12", "status": "lent", "year": 1965}


@pytest.mark.parametrize(
    ("name", "arguments", "response"),
    [
        ("get_book", {"book_id": "b-77"}, DUNE),
        ("list_books", {"shelf_id": "s-12"}, {"books": [DUNE, DUNE | {"book_id": "b-78", "title": "Emma"}]}),
        ("list_books", {}, {"books": [DUNE]}),
        ("update_book", {"book_id": "b-77", "title": "Dune II"}, DUNE | {"title": "Dune II"}),
        ("create_book", {"title": "Dune", "shelf_id": "s-12"}, {"title": "Dune", "shelf_id": "s-12"}),
        ("delete_book", {"book_id": "b-77"}, {}),
    ],
)
def test_what_was_recorded_is_what_the_world_does(library: EnvSpec, name: str, arguments: JsonObject, response: Any) -> None:
    found = held(library, name, arguments, response)
    assert found.same, found.error
    assert found.fields[0] == found.fields[1] == len({p for p, _ in leaves(response)})
    assert found.values[0] == found.values[1]
    assert (found.missing, found.wrong, found.left) == ((), (), ())
    assert found.values[1] >= len(arguments) * (name != "delete_book")


def test_a_refusal_is_held_against_a_refusal(library: EnvSpec) -> None:
    assert held(library, "get_book", {"book_id": "nope"}, {"error": "gone"}, status=404).same
    assert not held(library, "list_books", {}, {"error": "gone"}, status=403).same


def test_a_field_that_the_world_has_not_is_missing_and_an_argument_it_does_not_take_is_left(library: EnvSpec) -> None:
    found = held(library, "get_book", {"book_id": "b-77", "fields": "all"}, DUNE | {"weight": {"grams": 300}})
    assert found.missing == ("weight.grams",)
    assert found.fields == (5, 6)
    assert found.left == ("fields",)


@pytest.mark.parametrize(
    ("answer", "same", "wrong"),
    [
        (Answer({**DUNE, "title": "Emma"}), True, ("title",)),
        (Answer(None, Error("not_found", "no book")), False, ()),
        (Answer({}), True, ()),
    ],
)
def test_a_world_that_does_otherwise_is_seen(library: EnvSpec, monkeypatch: pytest.MonkeyPatch, answer: Answer, same: bool, wrong: tuple[str, ...]) -> None:
    monkeypatch.setattr(World, "call", lambda *_: answer)
    found = held(library, "get_book", {"book_id": "b-77"}, DUNE)
    assert (found.same, found.wrong) == (same, wrong)
    assert found.fields[0] + found.values[0] < found.fields[1] + max(found.values[1], 1)


def test_sums_are_by_vendor_and_over_all() -> None:
    one = Compared("t", "e", True, "", (), (3, 4), (1, 2), ("a",), ("b",))
    two = Compared("u", "e", False, "not set up: no", ("x",), (0, 4), (0, 0), (), ())
    found = [("aws", one), ("tencent", two)]
    assert [(s.vendor, s.pairs, s.same, s.fields, s.values, s.taken) for s in sums(found)] == [
        ("aws", 1, 1.0, 0.75, 0.5, 1.0),
        ("tencent", 1, 0.0, 0.0, None, 0.0),
        ("all", 2, 0.5, 0.375, 0.5, 0.5),
    ]
    assert why_refused(found) == [("not set up", 1)]


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--fidelity", "pool"])
    assert result.exit_code != 0
    assert "tools.jsonl" in str(result.exception or result.output)
