"""BFCL's multi-turn and ACEBench's Agent rows, played over real HTTP: packages of our own in the form of theirs, so that loop, checker and executor are called as they want to be. With theirs at hand the same is tried on them."""

import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler.evals.bench.beside import beside
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.parity import environment
from agentscaler.evals.bench.played import Seats, Table, evaluate
from agentscaler.evals.bench.served import ace_rule
from agentscaler.evals.score import Result, read_result
from agentscaler.flags import cache_folder
from model_server import ModelServer

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def played(table: Table, agent: Answer, out: Path, *, user: bool = False, **more: Any) -> Result:
    pytest.importorskip("openai", reason="needs the extra models")
    with ModelServer(agent) as server:
        at = f"m@{server.url}"
        return read_result(evaluate(table, Seats(at, at if user else None, timeout=20.0, tries=1), out=out, at_once=2, **{"trials": 1, **more}))


# ---- BFCL -------------------------------------------------------------------------------------------------------------

UTILS = '''
def execute_multi_turn_func_call(func_call_list, initial_config, involved_classes, model_name, test_entry_id, long_context=False, is_evaL_run=False):
    name = f"{model_name}_{test_entry_id}".replace("-", "_")
    if name not in globals():
        globals()[name] = Shop()
    out = []
    for call in func_call_list:
        try:
            out.append(eval(f"{name}.{call}"))
        except Exception as error:
            out.append(f"Error during execution: {error}")
    return out, {"Shop": globals()[name]}


def is_empty_execute_response(found):
    return not found


class Shop:
    def __init__(self):
        self.sold = []

    def sell(self, what):
        self.sold.append(what)
        return "sold " + what
'''
CHECKER = '''
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils import execute_multi_turn_func_call


def multi_turn_checker(turns, truth, row, category, model_name):
    for n, wanted in enumerate(truth):
        mine, theirs = {}, {}
        for step in turns[n]:
            _, mine = execute_multi_turn_func_call(step, {}, [], model_name, row["id"])
        _, theirs = execute_multi_turn_func_call(wanted, {}, [], model_name + "_gold", row["id"])
        if wanted and (not mine or mine["Shop"].sold != theirs["Shop"].sold):
            return {"valid": False, "error_type": "state"}
    return {"valid": True}
'''
HANDLER = '''
import json
from overrides import final
from openai import OpenAI
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils import execute_multi_turn_func_call


class OpenAICompletionsHandler:
    def __init__(self, model_name, temperature, registry_name, is_fc_model):
        self.name, self.client = model_name, OpenAI()

    @final
    def inference_multi_turn_FC(self, entry, include_input_log, exclude_state_log):
        messages, all_turns, log = [], [], []
        for turn in entry["question"]:
            messages += turn
            steps, entries = [], []
            for count in range(4):
                api, _ = self.generate_with_backoff(messages=messages, tools=[{"type": "function", "function": f} for f in entry["function"]])
                said = api.choices[0].message
                messages.append(said)
                step = [{c.function.name: c.function.arguments} for c in said.tool_calls] if said.tool_calls else said.content
                steps.append(step)
                entries.append({"role": "assistant", "content": step})
                try:
                    calls = self.decode_execute(step, has_tool_call_tag=False)
                except Exception:
                    break
                for call, result in zip(said.tool_calls, execute_multi_turn_func_call(calls, {}, [], self.name, entry["id"])[0]):
                    messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
                    entries.append({"role": "tool", "content": result})
            all_turns.append(steps)
            log.append({"begin_of_turn_query": turn, "step_0": entries})
            if count == 3:
                entries.append({"role": "handler_log", "content": "Model has been forced to quit"})
                break
        return all_turns, {"inference_log": log}

    def decode_execute(self, result, has_tool_call_tag):
        return [f"{name}({','.join(f'{k}={v!r}' for k, v in json.loads(given).items())})" for call in result for name, given in call.items()]
'''
DOC = {"name": "sell", "parameters": {"type": "object", "properties": {"what": {"type": "string"}}}}


@pytest.fixture(scope="module")
def bfcl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A python that finds a package of our own in the form of bfcl-eval: two rows of two turns."""
    root = tmp_path_factory.mktemp("bfcl")
    package = root / "bfcl_eval"
    files = {
        "__init__.py": "", "eval_checker/multi_turn_eval/multi_turn_utils.py": UTILS, "eval_checker/multi_turn_eval/multi_turn_checker.py": CHECKER,
        "model_handler/api_inference/openai_completion.py": HANDLER, "shop.py": "class Shop:\n    def _load_scenario(self, config):\n        self.sold = []\n",
        "utils.py": f"def populate_test_cases_with_predefined_functions(rows):\n    return [dict(r, function=[{DOC!r}]) for r in rows]\n",
        "constants/executable_backend_config.py": "CLASS_FILE_PATH_MAPPING = {'Shop': 'bfcl_eval.shop'}\nMULTI_TURN_FUNC_DOC_FILE_MAPPING = {'Shop': 'shop.json'}\n",
        "data/multi_turn_func_doc/shop.json": orjson.dumps(DOC).decode(),
    }  # fmt: skip
    rows = [{"id": f"multi_turn_base_{n}", "question": [[{"role": "user", "content": f"sell {n}"}], [{"role": "user", "content": f"and {n}b"}]], "involved_classes": ["Shop"], "initial_config": {"Shop": {}}} for n in range(2)]
    truth = [{"id": f"multi_turn_base_{n}", "ground_truth": [[f"sell(what='{n}')"], [f"sell(what='{n}b')"]]} for n in range(2)]
    for name, listed in (("data", rows), ("data/possible_answer", truth)):
        files[f"{name}/BFCL_v4_multi_turn_base.json"] = "\n".join(orjson.dumps(r).decode() for r in listed)
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    python = root / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return python


def bfcl_table(python: Path) -> Table:
    return Table("bfcl", "base", lambda: Line(python, "serve_bfcl"), None, "x", {})


def sells(body: dict[str, Any]) -> dict[str, Any]:
    last = body["messages"][-1]
    if last["role"] != "user":
        return {"content": "Done."}
    return {"content": "", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "sell", "arguments": orjson.dumps({"what": last["content"].split()[-1]}).decode()}}]}


def test_bfcl_gold_over_http_earns_everything_and_is_judged_again_alike(bfcl: Path, tmp_path: Path) -> None:
    result = played(bfcl_table(bfcl), sells, tmp_path)
    assert [(s.passed, s.calls, s.gold_calls, s.category, s.stop) for s in result.scores] == [(True, 2, 2, "multi_turn_base", "done")] * 2
    assert result.stamp.user == "none"
    rows = [read_result(p) for p in beside(bfcl_table(bfcl), Seats("m@http://localhost:1/v1", None), out=tmp_path)]
    assert [sum(s.passed is True for s in r.scores) for r in rows] == [2, 0, 0]
    with Line(bfcl, "serve_bfcl") as line:
        kept = [orjson.loads(r) for r in next((tmp_path / "played").glob("*/episodes.jsonl")).read_bytes().splitlines()]
        assert [line.ask("regrade", domain="base", task=r["task"], episode=r)["reward"] for r in kept] == [1.0, 1.0]
        assert line.ask("regrade", domain="base", task="multi_turn_base_0", episode=kept[1])["reward"] == 0.0
        assert line.ask("schemas", domain="base") == {"tools": {"sell": ["what"]}, "tables": {"Shop": ["sold"]}}


def test_bfcl_wrong_idle_and_endless_agents_earn_nothing(bfcl: Path, tmp_path: Path) -> None:
    wrong = played(bfcl_table(bfcl), lambda body: sells({"messages": [{"role": "user", "content": "other"}]}) if body["messages"][-1]["role"] == "user" else {"content": "Done."}, tmp_path / "wrong")
    idle = played(bfcl_table(bfcl), lambda body: {"content": "Done."}, tmp_path / "idle")
    endless = played(bfcl_table(bfcl), lambda body: sells({"messages": [{"role": "user", "content": "more"}]}), tmp_path / "endless")
    for result in (wrong, idle, endless):
        assert {(s.passed, s.blame) for s in result.scores} == {(False, "agent")}
    assert {s.evidence for s in endless.scores} == {"multi_turn:force_terminated"}
    assert {s.stop for s in endless.scores} == {"steps"}
    assert {s.calls for s in idle.scores} == {0}


def test_what_a_model_writes_is_not_run_with_python_at_hand(bfcl: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    def reaches_out(body: dict[str, Any]) -> dict[str, Any]:
        if body["messages"][-1]["role"] != "user":
            return {"content": "Done."}
        call = {"name": "sell(what=open(__file__)) or", "arguments": "{}"} if len(body["messages"]) == 1 else {"name": f"sell(what=__import__('os').system('touch {mark}')) or str", "arguments": "{}"}
        return {"content": "", "tool_calls": [{"id": "c", "type": "function", "function": call}]}

    result = played(bfcl_table(bfcl), reaches_out, tmp_path)
    assert {s.passed for s in result.scores} == {False}
    assert {s.failed_calls for s in result.scores} == {2}
    assert not mark.exists()


# ---- ACEBench's Agent rows ------------------------------------------------------------------------------------------

RUNNER = '''
import os
from openai import OpenAI
from model_inference.multi_turn.execution_role import EXECUTION
from model_inference.multi_step.execution_role_step import EXECUTION_STEP

SAVED_CLASS = {"Lamp": ["on"]}


class Scene:
    def __init__(self, first):
        self.dialogue_history = [{"sender": "user", "recipient": "agent", "message": first}]

    def write_message_history(self, test_id, model_name):
        raise OSError("the checkout is not to be written to")


class Mulit_Step_Scene(Scene):
    pass


class APIModelInference:
    def __init__(self, model_name, language="zh", user_model="gpt-4o"):
        self.agent = OpenAI(base_url=os.environ["GPT_AGENT_BASE_URL"])
        self.user = OpenAI(base_url=os.environ["GPT_BASE_URL"])
        self.language, self.max_dialog_turns = language, 40

    def said(self, client, text):
        return client.chat.completions.create(messages=[{"role": "user", "content": text}], model="gpt").choices[0].message.content

    def multi_turn_inference(self, question, config, functions, classes, test_id, time):
        scene = Scene(self.said(self.user, "you are the user: " + question))
        return self.run(scene, EXECUTION("gpt", config, classes, test_id, self.language), True)

    def multi_step_inference(self, question, config, functions, classes, test_id, time):
        return self.run(Mulit_Step_Scene(question), EXECUTION_STEP("gpt", config, classes, test_id, self.language), False)

    def run(self, scene, execution, user):
        history, process, last = scene.dialogue_history, [], {}
        for index in range(self.max_dialog_turns):
            told = history[-1]
            if told["recipient"] == "execution":
                process.append(told["message"])
                new, last = execution.respond(history)
            elif told["recipient"] == "user" and user:
                new = {"sender": "user", "recipient": "agent", "message": self.said(self.user, "you are the user, told: " + told["message"])}
            else:
                text = self.said(self.agent, f"{len(process)} calls so far; last: {told['message']}")
                new = {"sender": "agent", "recipient": "execution" if text.startswith("[") else "user", "message": text}
            history.append(new)
            if "finish conversation" in str(new["message"]):
                break
        scene.write_message_history("x", "y")
        return [{n: {k: v for k, v in vars(i).items() if k in SAVED_CLASS[n]}} for n, i in last.items()], process
'''
EXECUTOR = '''
from model_inference.{folder}.utils_of import run


class {name}:
    def __init__(self, agent_model_name, initial_config, involved_classes, test_id, language):
        self.test_id = test_id

    def respond(self, history):
        return {{"sender": "execution", "recipient": "agent", "message": ["ok"]}}, run(history[-1]["message"], self.test_id)
'''
LAMP = '''
class Lamp:
    def __init__(self):
        self.on, self.secret = False, 1

    def switch(self, on):
        self.on = on


lamps = {}


def run(text, test_id):
    lamp = lamps.setdefault(test_id, Lamp())
    eval(text.strip("[]").replace("switch", "lamp.switch"), {"lamp": lamp, "__builtins__": {}})
    return {"Lamp": lamp}
'''


@pytest.fixture(scope="module")
def ace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the form of ACEBench with two Agent rows of our own, a lamp to switch on, and a runner and executor of our own."""
    root = tmp_path_factory.mktemp("ace")
    files = {"model_inference/apimodel_inference.py": RUNNER}
    for folder, file, name in (("multi_turn", "execution_role", "EXECUTION"), ("multi_step", "execution_role_step", "EXECUTION_STEP")):
        files |= {f"model_inference/{folder}/{file}.py": EXECUTOR.format(folder=folder, name=name), f"model_inference/{folder}/utils_of.py": LAMP}
        files |= {f"model_inference/{folder}/APIModel_agent.py": "", f"model_inference/{folder}/{folder}_utils.py": ""}
        row = {"id": f"agent_{folder}_0", "question": "switch it on", "initial_config": {}, "function": [{"name": "switch", "parameters": {"properties": {"on": {}}}}], "involved_classes": ["Lamp"]}
        answer = {"id": f"agent_{folder}_0", "ground_truth": [{"Lamp": {"on": True}}], "mile_stone": ["[switch(on=False)]", "[switch(on=True)]"]}
        files |= {f"data_all/data_en/data_agent_{folder}.json": orjson.dumps(row).decode(), f"data_all/data_en/possible_answer/data_agent_{folder}.json": orjson.dumps(answer).decode()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def ace_table(ace: Path, turns: int = 40) -> Table:
    return Table("acebench", "en", lambda: Line(sys.executable, "serve_ace", [str(ace)]), None, "x", {"turns": turns})


def switches(*calls: str) -> Answer:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        text = body["messages"][-1]["content"]
        if text.startswith("you are the user"):
            return {"content": "finish conversation" if "told: Done" in text else "Please switch it on."}
        made = int(re.findall(r"(\d+) calls so far", text)[0])
        return {"content": calls[made] if made < len(calls) else "Done. finish conversation"}

    return answer


def test_agent_rows_over_http_earn_what_their_end_state_says(ace: Path, tmp_path: Path) -> None:
    gold = played(ace_table(ace), switches("[switch(on=False)]", "[switch(on=True)]"), tmp_path / "gold", user=True)
    assert {(s.category, s.passed, s.parts["strict"], s.parts["process"], s.calls, s.gold_calls, s.stop) for s in gold.scores} == {(c, True, True, 1.0, 2, 2, "done") for c in ("agent_multi_turn", "agent_multi_step")}
    short = played(ace_table(ace), switches("[switch(on=True)]"), tmp_path / "short", user=True)
    assert {(s.passed, s.parts["process"]) for s in short.scores} == {(True, 0.0)}, "a milestone that was not met ends the search for those behind it"
    wrong = played(ace_table(ace), switches("[switch(on=False)]"), tmp_path / "wrong", user=True)
    assert {(s.passed, s.blame, s.parts["process"]) for s in wrong.scores} == {(False, "agent", 0.5)}
    idle = played(ace_table(ace), lambda body: {"content": "finish conversation"}, tmp_path / "idle", user=True)
    assert {(s.passed, s.calls) for s in idle.scores} == {(False, 0)}
    raises = played(ace_table(ace), switches("[switch(]"), tmp_path / "raises", user=True)
    assert {(s.passed, s.stop) for s in raises.scores} == {(False, "error")}, "as it would there"
    endless = played(ace_table(ace, 6), switches(*["[switch(on=True)]"] * 9), tmp_path / "endless", user=True)
    assert {s.stop for s in endless.scores} == {"steps"}


def test_rows_that_need_a_user_are_left_out_without_one_and_the_stamp_says_so(ace: Path, tmp_path: Path) -> None:
    result = played(ace_table(ace), switches("[switch(on=True)]"), tmp_path)
    assert [s.task for s in result.scores] == ["agent_multi_step_0"]
    assert result.stamp.revision == "x, without the rows that need a user"


def test_agent_gold_and_judging_again(ace: Path, tmp_path: Path) -> None:
    rows = [read_result(p) for p in beside(ace_table(ace), Seats("m@http://localhost:1/v1", "m@http://localhost:1/v1"), out=tmp_path)]
    assert [sum(s.passed is True for s in r.scores) for r in rows] == [2, 0, 0]
    with Line(sys.executable, "serve_ace", [str(ace)]) as line:
        kept = {"ended": [{"Lamp": {"on": True}}], "process": ["[switch(on=False)]"]}
        assert line.ask("regrade", domain="en", task="agent_multi_turn_0", episode=kept)["parts"] == {"official": True, "strict": True, "process": 0.5}
        assert line.ask("schemas", domain="en")["tools"] == {"switch": ["on"]}


@pytest.mark.parametrize(
    ("ended", "official", "strict"),
    [
        ([{"A": {"x": {"1": "a"}}}], True, True),
        ([{"A": {"x": {"1": "a", "2": "b"}}}], True, False),  # what gold does not know
        ([{"A": {"x": {"1": "b"}}}], False, False),
        ([{"A": {"x": {}}}], False, False),
        ([{"A": {}}], True, False),  # an attribute that is not there is not compared
        ([{"A": {"x": {"1": "a"}, "y": 1}}], False, True),  # one more is, and gold says nothing of it
        ([{"B": {"x": {"1": "b"}}}], True, False),  # a class by another name is never compared
        ([], False, False),
    ],
)
def test_rules_for_end_states_side_by_side(ended: list[Any], official: bool, strict: bool) -> None:
    answer = [{"A": {"x": {"1": "a"}}}]
    assert ace_rule.agent_official(ended, answer) is official
    assert ace_rule.agent_strict(ended, answer) is strict


# ---- theirs ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif("AGENTSCALER_BENCHMARKS" not in os.environ or not environment(cache_folder(), "bfcl").exists(), reason="needs `evals setup bfcl`, and AGENTSCALER_BENCHMARKS said")
def test_theirs_takes_an_agent_that_says_done(tmp_path: Path) -> None:
    python = environment(cache_folder(), "bfcl")
    result = played(bfcl_table(python), lambda body: {"content": "Done."}, tmp_path, limit=3)
    assert {(s.passed, s.evidence) for s in result.scores} == {(False, "multi_turn:empty_turn_model_response")}
