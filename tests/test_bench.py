"""Benchmarks of others: the line to a child, what is checked of a checkout, models over real HTTP that must get exactly their numbers, ACEBench's rules on rows of our own, and what says `not run`."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler.errors import UserError
from agentscaler.evals.bench import parity as parity_module
from agentscaler.evals.bench.ace import MUTATIONS, ace_parity, gold_calls, mutated
from agentscaler.evals.bench.line import SERVED, ChildDied, Line, Refused
from agentscaler.evals.bench.parity import EXPECTED, Cell, Expected, Served, parity, sort_sources, written
from agentscaler.evals.bench.parity import SERVED as SERVED_NAMES
from agentscaler.evals.bench.played import Seats, Table, evaluate
from agentscaler.evals.bench.served import ace_rule
from agentscaler.evals.bench.sources import blob, check, set_up
from agentscaler.evals.numbers import pass_all
from agentscaler.evals.score import Result, read_result
from agentscaler.evals.table import main_table
from conftest import Command
from model_server import ModelServer

TOY = str(Path(__file__).with_name("toy_bench"))
Answer = Callable[[dict[str, Any]], dict[str, Any]]


def toy() -> Line:
    return Line(sys.executable, TOY, [str(SERVED)])


# ---- the line -------------------------------------------------------------------------------------------------------


def test_child_that_dies_is_started_again_and_what_it_prints_is_not_in_the_way() -> None:
    with toy() as line:
        first = line.ask("odd", what="print")["pid"]
        assert line.ask("odd", what="fine")["pid"] == first
        with pytest.raises(Refused, match="ValueError: a bug of theirs"):
            line.ask("odd", what="raise")
        with pytest.raises(ChildDied, match="ended with 3: out of memory"):
            line.ask("odd", what="die")
        assert line.ask("odd", what="fine")["pid"] != first
        with pytest.raises(Refused, match="no model plays here"):
            line.ask("play", domain="plain", task="1")


def test_child_sees_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    with toy() as line:
        assert line.ask("odd", what="fine")["keys"] == []


def test_python_that_is_not_there_is_named() -> None:
    with Line("/nowhere/python", TOY) as line, pytest.raises(UserError, match="evals setup NAME"):
        line.ask("tasks", domain="plain")


# ---- models ---------------------------------------------------------------------------------------------------------


def said(body: dict[str, Any]) -> str:
    """The number that the user said."""
    return next(m["content"] for m in body["messages"] if m["role"] == "user")


def as_user(body: dict[str, Any]) -> dict[str, Any]:
    found = re.search(r"You say (\d+)", body["messages"][0]["content"])
    assert found
    return {"content": found[1]}


def right(body: dict[str, Any]) -> dict[str, Any]:
    if body["messages"][-1]["role"] == "tool":
        return {"content": "Done."}
    return {"content": "", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "add_one", "arguments": f'{{"to": {said(body)}}}'}}]}


def played(agent: Answer, out: Path, domain: str = "plain", **more: Any) -> Result:
    pytest.importorskip("openai", reason="needs the extra models")

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return agent(body) if body.get("tools") else as_user(body)

    with ModelServer(answer) as server:
        seats = Seats(f"a@{server.url}", f"u@{server.url}", timeout=20.0, tries=1)
        return read_result(evaluate(Table("toy", domain, toy, None, "1", {"steps": 3}), seats, out=out, at_once=2, **{"trials": 2, **more}))


def test_gold_and_doing_nothing_get_exactly_their_numbers(tmp_path: Path) -> None:
    result = played(right, tmp_path / "gold")
    assert len(result.scores) == 24
    assert all(s.passed and s.calls == 1 and s.blame is None and s.prompt_tokens > 0 for s in result.scores)
    nothing = played(lambda body: {"content": "Done."}, tmp_path / "nothing")
    assert {(s.passed, s.calls, s.blame) for s in nothing.scores} == {(False, 0, "agent")}
    assert not result.stamp.scripted
    assert (result.stamp.benchmark, result.stamp.part, result.stamp.steps) == ("toy", "plain", 3)


def test_agent_that_is_right_by_chance_gets_what_chance_gives(tmp_path: Path) -> None:
    """Right on even numbers only."""
    result = played(lambda body: right(body) if int(said(body)) % 2 == 0 else {"content": "No."}, tmp_path)
    assert pass_all(result.outcomes(), crashed="fails") == {1: 0.5, 2: 0.5}


def test_crashing_endpoint_is_infrastructure_in_both_conventions(tmp_path: Path) -> None:
    result = played(lambda body: {"status": 500, "error": {"message": "died"}} if said(body) in ("3", "4") else right(body), tmp_path)
    assert {s.task for s in result.scores if s.passed is None} == {"3", "4"}
    assert {s.blame for s in result.scores if s.passed is None} == {"infrastructure"}
    assert pass_all(result.outcomes(), crashed="fails") == pytest.approx({1: 10 / 12, 2: 10 / 12})
    assert pass_all(result.outcomes(), crashed="dropped") == {1: 1.0, 2: 1.0}
    assert main_table([("a", result)])[0]["crashed"] == 4


def test_what_a_judge_decides_is_ungraded_and_never_a_success(tmp_path: Path) -> None:
    result = played(right, tmp_path, domain="judged", trials=1)
    assert {s.task for s in result.scores if s.stop == "ungraded"} == {str(n) for n in range(0, 12, 2)}
    assert all(s.passed is None and s.blame is None for s in result.scores if s.stop == "ungraded")
    assert pass_all(result.outcomes(), crashed="fails")[1] == 0.5
    wrong = played(lambda body: {"content": "No."}, tmp_path / "wrong", domain="judged", trials=1)
    assert {s.passed for s in wrong.scores} == {False}, "what fails without the judge has failed"


def test_going_on_asks_nobody_again(tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the extra models")
    with ModelServer(lambda body: right(body) if body.get("tools") else as_user(body)) as server:
        seats = Seats(f"a@{server.url}", f"u@{server.url}", timeout=20.0)
        table = Table("toy", "plain", toy, None, "1", {"steps": 3})
        first = read_result(evaluate(table, seats, out=tmp_path, trials=1))
        asked = len(server.heard)
        assert read_result(evaluate(table, seats, out=tmp_path, trials=1)) == first
        assert read_result(evaluate(table, seats, out=tmp_path, trials=1, fresh=True)).scores == first.scores
        assert len(server.heard) == asked, "what is recorded is not asked again"


# ---- checkouts and cells --------------------------------------------------------------------------------------------


def test_id_of_a_content_is_that_of_git(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello\n")
    assert blob(tmp_path / "a") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_checkouts_are_held_against_the_pinned_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"git clone .*tau2-bench FOLDER .* --source FOLDER; known are v0\.2\.0 .* or v1\.0\.1"):
        check("tau2-bench", tmp_path / "none")
    (tmp_path / "tau_bench" / "envs" / "retail").mkdir(parents=True)
    (tmp_path / "tau_bench" / "envs" / "retail" / "wiki.md").write_text("policy")
    with pytest.raises(UserError, match="is no checkout of tau-bench"):
        check("tau-bench", tmp_path)
    (tmp_path / "tau_bench" / "run.py").write_text("pass")
    with pytest.raises(UserError, match=r"none of the pinned revisions .*neither code nor data are.*--unpinned"):
        check("tau-bench", tmp_path)
    found = check("tau-bench", tmp_path, unpinned=True)
    assert found.revision == f"unpinned {found.code}/{found.data}"
    (tmp_path / "tau_bench" / "run.py").write_text("pass  # edited")
    assert check("tau-bench", tmp_path, unpinned=True).code != found.code
    (tmp_path / "other").mkdir()
    with pytest.raises(UserError, match="no checkout of tau-bench, tau2-bench or ACEBench"):
        sort_sources([tmp_path / "other"])


def test_cells_without_data_say_so_and_how_to_get_it(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTSCALER_CACHE", str(tmp_path))
    others = [word for name in SERVED_NAMES for word in ("--only", name)]
    ended = command("evals", "parity", "--json", *others, "--page", tmp_path / "parity.md")
    assert ended.code == 0
    assert (tmp_path / "parity.md").read_text().count("| not run |") == len(EXPECTED) + 2
    found = orjson.loads(ended.out.strip().split("\n")[-1])
    assert (found["holds"], found["differs"]) == (0, 0)
    assert found["not run"] == len(EXPECTED) + 2
    assert all(c["why"] for c in found["cells"])
    assert "evals setup tau" in ended.out
    assert "git clone https://github.com/chenchen0103/ACEBench" in ended.out
    assert command("evals", "parity", "--only", "tau3").code == 2
    ended = command("evals", "bench", "bfcl", "--domain", "base", "--agent", "a@http://localhost:1/v1")
    assert ended.code == 2
    assert "agentscaler evals setup bfcl" in ended.err
    assert command("evals", "bench", "tau-bench", "--domain", "retail", "--agent", "a@http://localhost:1/v1").code == 2
    with pytest.raises(UserError, match="give tau or bfcl"):
        set_up(tmp_path, "tau2")


def test_cells_hold_or_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parity_module, "SERVED", {"toy": Served(TOY, "toy", None, "1", ("plain", "other"))})
    monkeypatch.setattr(parity_module, "EXPECTED", {("toy", "plain"): Expected(12, 12, 1), ("toy", "other"): Expected(12, 11, 0)})
    monkeypatch.setattr(parity_module, "opened", lambda *given, **more: ("", toy))
    assert [(c.what, c.found, c.verdict) for c in parity({}, tmp_path, only=["toy"])] == [
        ("gold", "12/12", "holds"), ("do-nothing", "1/12", "holds"), ("gold", "12/12", "differs"), ("do-nothing", "1/12", "differs"),
    ]  # fmt: skip


def test_page_keeps_what_the_same_code_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    old = [Cell("bfcl", "base", "gold", "2/2", "2/2", "holds"), Cell("worlds", "x", "gold", "all", "1/1", "holds", "a | b")]
    first = written(old, "agentscaler evals parity")
    both = written([Cell("bfcl", "base", "gold", "2/2", "1/2", "differs"), Cell("tau-bench", "retail", "gold", "1/1", "", "not run", "get it")], "agentscaler evals parity", before=first)
    rows = [line.split(" | ") for line in both.splitlines() if line.startswith("| ") and line.count(" | ") == 7]
    assert [(r[0], r[4], r[5]) for r in rows] == [("| worlds", "1/1", "holds"), ("| tau-bench", "-", "not run"), ("| bfcl", "1/2", "differs")]
    assert "a \\| b" in both
    assert "1 holds, 1 differs, 1 not run" in both
    monkeypatch.setattr(parity_module, "code", lambda: "other")
    assert "worlds" not in written(old[:1], "agentscaler evals parity", before=both), "measured by other code: of another day"


@pytest.mark.skipif("AGENTSCALER_BENCHMARKS" not in os.environ, reason="names checkouts of tau-bench, tau2-bench and ACEBench, with : between; needs `evals setup`; half an hour")
def test_every_cell_holds(command: Command) -> None:
    ended = command("evals", "parity", *(word for folder in os.environ["AGENTSCALER_BENCHMARKS"].split(":") for word in ("--source", folder)))
    assert ended.code == 0, ended.out


# ---- ACEBench's rules -----------------------------------------------------------------------------------------------


def function(**kinds: Any) -> list[dict[str, Any]]:
    """One function; a trailing underscore makes an argument optional."""
    properties = {n.rstrip("_"): k if isinstance(k, dict) else {"type": k} for n, k in kinds.items()}
    return [{"name": "Book_room", "parameters": {"type": "object", "properties": properties, "required": [n for n in kinds if not n.endswith("_")]}}]


@pytest.mark.parametrize(
    ("kinds", "gold", "given", "officially", "strictly"),
    [
        ({"n": "integer"}, {"n": 3}, {"n": 3}, True, True),
        ({"n": "integer"}, {"n": 3}, {"n": 99}, True, False),
        ({"n": "integer"}, {"n": 3}, {"n": "3"}, False, False),
        ({"n": "float"}, {"n": 3.5}, {"n": 9}, True, False),
        ({"n": "float"}, {"n": 3.0}, {"n": 3}, True, True),
        ({"b": "boolean"}, {"b": True}, {"b": False}, True, False),
        ({"b": "boolean"}, {"b": True}, {"b": "true"}, True, True),
        ({"t": "string"}, {"t": "Oslo"}, {"t": "not Oslo at all"}, True, False),
        ({"t": "string"}, {"t": "New York"}, {"t": "new-york"}, True, True),
        ({"t": "string"}, {"t": "Oslo"}, {"t": "Bergen"}, False, False),
        ({"t": "enum"}, {"t": "red"}, {"t": "blue"}, True, False),
        ({"t": "string", "n_": "integer"}, {"t": "a", "n": 1}, {"t": "a"}, True, False),
        ({"t": "string"}, {"t": "a"}, {"t": "a", "n": 1}, False, False),
        ({"t": "string"}, {"t": "a"}, {}, False, False),
        ({"l": {"type": "array", "items": {"type": "string"}}}, {"l": ["a", "b"]}, {"l": ["b", "a"]}, False, False),
        ({"l": {"type": "array", "items": {"type": "string"}}}, {"l": ["a b"]}, {"l": ["A-B"]}, True, True),
        ({"d": "object"}, {"d": {"x": 1, "y": "a"}}, {"d": {"y": "ab", "x": 1}}, True, False),
        ({"d": "object"}, {"d": {"x": 1}}, {"d": {"x": 1, "y": 2}}, False, False),
        ({"t": "unheard of"}, {"t": "a"}, {"t": "a"}, False, True),
    ],
)
def test_rules_side_by_side(kinds: dict[str, Any], gold: dict[str, Any], given: dict[str, Any], officially: bool, strictly: bool) -> None:
    assert ace_rule.official(function(**kinds), [{"Book_room": given}], {"Book_room": gold}) is officially
    assert ace_rule.strict([{"Book_room": given}], {"Book_room": gold}) is strictly


def test_calls_are_counted_and_named() -> None:
    functions, gold = function(t="string"), {"Book_room_1": {"t": "a"}, "Book_room_2": {"t": "b"}}
    a, b = {"Book_room": {"t": "a"}}, {"Book_room": {"t": "b"}}
    for calls, good in (([b, a], True), ([a], False), ([a, a], False), ([a, b, b], False), ([a, {"Other": {"t": "b"}}], False)):
        assert ace_rule.strict(calls, gold) is good
    assert ace_rule.official([{**functions[0], "name": "Book_room"}], [b, a], gold)
    assert ace_rule.strict([a, b], {"Book_room": {"t": "a"}}) is False


def test_answers_are_read_and_never_run() -> None:
    assert ace_rule.calls_of("Sure: [A.b(x=-1, y=['a', {'k': True}], z=(1, 2))] and more", dialogue=False) == [{"A.b": {"x": -1, "y": ["a", {"k": True}], "z": (1, 2)}}]
    assert ace_rule.calls_of("[A(x='two words')]", dialogue=True) == [{"A": {"x": "twowords"}}], "as the benchmark reads its dialogues"
    for text in ("none", "[A(x=1", "[1 + 1]", "[A(x=__import__('os').system('true') + 1)]", "A(x=1)"):
        assert ace_rule.calls_of(text, dialogue=False) is None, text


def test_special_answers_commit_themselves() -> None:
    functions = function(t="string", n="integer", when="string")
    gold = {"Book_room": ["t", "n"]}
    everything = " ".join(ace_rule.PHRASES.values()) + " Book_room t n when"
    told = "Missing necessary parameters (t, n) for the API Book_room"
    assert ace_rule.special_official("incomplete", everything, gold)
    assert not ace_rule.special_strict("incomplete", everything, gold, functions, "Book me a room.")
    assert ace_rule.special_strict("incomplete", told, gold, functions, "Book me a room.")
    assert not ace_rule.special_strict("incomplete", told + " and when", gold, functions, "Book me a room.")
    assert not ace_rule.special_official("incomplete", "Missing necessary parameters of Book_room: a city", {"Book_room": ["rooms"]})
    assert ace_rule.special_official("incomplete", told.replace("n)", ")"), gold), "any text that holds the letter n will do, officially"
    assert not ace_rule.special_strict("incomplete", told.replace("n)", ")"), gold, functions, "Book me a room.")
    question = "Please book a room in Oslo for the person with the number 12X4, at noon."
    assert ace_rule.special_official("error", f"There is incorrect value: {question}", {"n": ["12X4"]})
    assert not ace_rule.special_strict("error", f"There is incorrect value: {question}", {"n": ["12X4"]}, functions, question)
    assert ace_rule.special_strict("error", "There is incorrect value (12X4)", {"n": ["12X4"]}, functions, question)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder of ACEBench's form, with rows, prompts and a checker of our own."""
    data = tmp_path / "ace" / "data_all" / "data_en"
    (data / "possible_answer").mkdir(parents=True)
    (tmp_path / "ace" / "model_inference").mkdir()
    (tmp_path / "ace" / "model_eval").mkdir()
    prompts = "".join(f'SYSTEM_PROMPT_FOR_{k}_DATA_EN = "{k} {{function}}"\n' for k in ("NORMAL", "SPECIAL", "PREFERENCE"))
    (tmp_path / "ace" / "model_inference" / "prompt_en.py").write_text(prompts + 'USER_PROMPT_EN = "Talk: {question}"\n')
    rows = {
        "normal_atom_number": ({"function": function(n="integer")}, {"Book_room": {"n": 3}}),
        "normal_multi_turn_user_adjust": ({"function": function(t="string")}, {"Book_room": {"t": "Oslo"}}),
        "special_irrelevant": ({"function": function(n="integer")}, "text"),
    }
    for category, (row, answer) in rows.items():
        number = f"{category}_0_0" if "multi_turn" in category else f"{category}_0"
        (data / f"data_{category}.json").write_bytes(orjson.dumps({"id": number, "question": f"user: {category}", **row}))
        (data / "possible_answer" / f"data_{category}.json").write_bytes(orjson.dumps({"id": number, "ground_truth": answer}))
    return tmp_path / "ace"


def test_rows_of_acebench_are_played_and_judged_by_both_rules(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the extra models")

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        asked = body["messages"][1]["content"]
        if "number" in asked:
            return {"content": "[Book_room(n=99)]"}
        return {"content": "[Book_room(t='Oslo')]" if "adjust" in asked else "That is beyond the limitations of the function."}

    with ModelServer(answer) as server:
        at = f"m@{server.url}"
        table = Table("acebench", "en", lambda: Line(sys.executable, "serve_ace", [str(checkout)]), None, "x", {})
        result = read_result(evaluate(table, Seats(at, at, timeout=20.0), out=tmp_path, trials=1))
    assert {(s.task, s.passed, s.parts["strict"]) for s in result.scores} == {("normal_atom_number_0", True, False), ("normal_multi_turn_user_adjust_0_0", True, True), ("special_irrelevant_0", True, True)}


def test_answers_are_made_wrong_in_every_named_way() -> None:
    row = {"function": function(t="string", n="integer", b="boolean", f="float", l="array", d="object"), "answer": {"Book_room": {"t": "ab", "n": 1, "b": True, "f": 1.5, "l": ["x", "y"], "d": {"k": 1}}}}
    calls, answer = gold_calls(row)
    made = list(mutated(calls))
    assert {kind for kind, _ in made} == {*MUTATIONS, "another function", "call left out", "call made twice"}
    assert ace_rule.strict(calls, answer)
    same = {"text in other letters and spaces", "int as float", "bool as text"}
    assert {kind for kind, some in made if ace_rule.strict(some, answer)} == same
    assert [c.verdict for c in ace_parity(None)] == ["not run", "not run"]
