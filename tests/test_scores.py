"""What a score on a benchmark of others carries: rows without a model, whose doing a failure is, money and seconds, judging again, overlap with training, ACEBench's own sum, the paper's table, Inspect logs."""

import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler.errors import UserError
from agentscaler.evals.bench import paper as paper_module
from agentscaler.evals.bench import parity as parity_module
from agentscaler.evals.bench.again import regrade
from agentscaler.evals.bench.beside import beside
from agentscaler.evals.bench.blamed import whose
from agentscaler.evals.bench.known import FILE, known_bad
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.overall import FILES, overall, rows_of
from agentscaler.evals.bench.paper import Job, Setting, play, read_paper, run_paper
from agentscaler.evals.bench.parity import SERVED, Served, parity
from agentscaler.evals.bench.played import Seats, Table, evaluate
from agentscaler.evals.contamination import Schemas, overlap, read_training
from agentscaler.evals.logs import conversation, logs
from agentscaler.evals.page import page
from agentscaler.evals.score import Result, Score, Stamp, read_result, sections
from agentscaler.evals.table import by_calls_and_category, endings, main_table, without_known
from agentscaler.store import read_rows
from conftest import Command
from model_server import ModelServer
from test_bench import TOY, as_user, right, said, toy

TABLE = Table("toy", "plain", toy, None, "1", {"steps": 3})
Answer = Callable[[dict[str, Any]], dict[str, Any]]


def seats_at(url: str, **more: Any) -> Seats:
    return Seats(f"a@{url}", f"u@{url}", timeout=20.0, tries=1, **more)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an agent that is right on even numbers played twice, with the rows beside it."""
    pytest.importorskip("openai", reason="needs the extra models")
    folder = tmp_path_factory.mktemp("scores")

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("tools"):
            return as_user(body)
        return right(body) if int(said(body)) % 2 == 0 else {"content": "No."}

    with ModelServer(answer) as server:
        seats = seats_at(server.url, prices={"a": {"input": 1.0, "output": 2.0}, "u": {"input": 0.0, "output": 0.0}})
        beside(TABLE, seats, out=folder)
        evaluate(TABLE, seats, out=folder, trials=2, at_once=2)
    return folder


def results(folder: Path) -> list[tuple[str, Result]]:
    return [(p.stem, read_result(p)) for p in sorted((folder / "results").glob("*.jsonl"))]


# ---- rows beside it -------------------------------------------------------------------------------------------------


def test_gold_doing_nothing_and_refusing_stand_beside_the_model(out: Path) -> None:
    [together] = sections(results(out))
    rows = main_table(together)
    assert [(r["name"], r["pass^1"], r["tasks"]) for r in rows[:3]] == [("gold", "100.0", 12), ("do-nothing", "8.3", 12), ("always-refuse", "0.0", 12)]
    assert (rows[3]["pass^1"], rows[3]["pass^2"]) == ("50.0", "50.0")
    refused = read_result(out / "results" / "always-refuse.toy-plain.jsonl")
    assert refused.stamp.scripted
    assert [s.stop for s in refused.scores if s.task == "7"] == ["error"], "what the benchmark's own code cannot do has failed there"


def test_verb_tells_a_folder_in_one_table(out: Path, command: Command) -> None:
    ended = command("evals", "table", str(out), "--json")
    assert ended.code == 0
    assert [r["name"] for r in orjson.loads(ended.out.strip().split("\n")[-1])["rows"]][:3] == ["gold", "do-nothing", "always-refuse"]


def test_rows_are_made_once_and_anew_where_the_tasks_are_others(out: Path) -> None:
    at = out / "results" / "gold.toy-plain.jsonl"
    seats = Seats("a@http://localhost:1/v1", None)
    before = at.stat().st_mtime_ns
    beside(TABLE, seats, out=out)
    assert at.stat().st_mtime_ns == before
    other = out / "other"
    shutil.copytree(out / "results", other / "results")
    beside(TABLE, seats, out=other, limit=3)
    assert len(read_result(other / "results" / "gold.toy-plain.jsonl").scores) == 3


def test_rows_of_another_revision_stand_beside_nobody(out: Path) -> None:
    listed = [(n, r._replace(stamp=r.stamp.model_copy(update={"revision": "2"})) if r.stamp.agent == "gold" else r) for n, r in results(out)]
    assert [[r.stamp.agent for _, r in some] for some in sections(listed)][1:] == [["gold"]]


# ---- what it cost, how long it took, where it fails ------------------------------------------------------------------


def test_seconds_and_money_are_told_and_no_row_keeps_a_clock(out: Path) -> None:
    [mine] = [r for n, r in results(out) if not r.stamp.scripted]
    assert all(s.seconds is not None and s.cost is not None for s in mine.scores)
    row = endings([("mine", mine)])[0]
    tokens = [row["spent"]["agent"] for row in read_rows(next((out / "played").glob("*")) / "episodes.jsonl")]
    assert row["cost"] == f"{sum(p + 2 * c for p, c, _ in tokens) / 1e6:.4f}"
    assert float(row["cost of a success"]) == pytest.approx(2 * float(row["cost"]) / len(mine.scores), abs=1e-4)
    assert "seconds" not in (next((out / "played").glob("*")) / "episodes.jsonl").read_text()
    dear = endings([("mine", mine._replace(scores=tuple(s.model_copy(update={"cost": None}) if s.task == "0" else s for s in mine.scores)))])
    assert dear[0]["cost"] == "-", "a sum of what is known only would look cheap"


def test_success_by_category_and_calls(out: Path) -> None:
    [mine] = [r for n, r in results(out) if not r.stamp.scripted]
    assert by_calls_and_category(mine) == [{"name": "even", "0": "-", "1": "100 of 6", "2-3": "-", "4-6": "-", "7-9": "-", "10+": "-"}, {"name": "odd", "0": "-", "1": "0 of 6", "2-3": "-", "4-6": "-", "7-9": "-", "10+": "-"}]
    assert by_calls_and_category(mine, actual=True)[1]["0"] == "0 of 12"
    told = page(results(out), title="t")
    assert "category by calls of the right way" in told
    assert told.count("do-nothing") >= 2


def episode(**more: Any) -> dict[str, Any]:
    return {"task": "1", "stop": "user_stop", "reward": 0.0, **more}


def test_failures_are_laid_at_the_right_door() -> None:
    agreed = [{"role": "assistant", "content": "I will cancel order 7. Shall I proceed?"}, {"role": "user", "content": "Yes, please. ###STOP###"}]
    assert whose(episode(messages=agreed), "tau-bench", "retail").who == "user"
    for before, last in (("Shall I proceed?", "No, leave it. ###STOP###"), ("Shall I proceed?", "Yes, please."), ("It is done.", "Yes, thanks. ###STOP###"), ("Shall I proceed?", "###STOP###")):
        said_ = [{"role": "assistant", "content": before}, {"role": "user", "content": last}]
        assert whose(episode(messages=said_), "tau-bench", "retail").who == "agent", last
        assert whose(episode(result={"messages": said_}), "tau2-bench@v0.2.0", "retail").who == "agent"
    assert whose(episode(stop="user_error"), "tau2-bench@v0.2.0", "telecom").who == "user"
    assert whose(episode(stop="infrastructure", evidence="died"), "tau2-bench@v0.2.0", "retail") == ("infrastructure", "died")
    found = whose(episode(task="multi_turn_base_4"), "bfcl", "base")
    assert found.who == "benchmark"
    assert "gorilla/issues/1367" in found.evidence
    assert whose(episode(task="multi_turn_base_4"), "bfcl", "long_context").who == "agent"


def test_known_bad_tasks_name_what_says_so() -> None:
    for entry in orjson.loads(FILE.read_bytes()):
        assert entry["link"].startswith(("https://github.com/", "measured: agentscaler evals parity"))
        assert entry["tasks"]
        assert entry["why"]
        for name in entry["benchmarks"]:
            assert entry["part"] in SERVED[name].domains
    assert set(known_bad("tau2-bench@v1.0.1", "airline")) == {"35"}, "what a release has mended is not held against it"
    assert len(known_bad("acebench", "en")) == 2 + 7


def test_success_without_the_known_bad(out: Path) -> None:
    [mine] = [r for n, r in results(out) if not r.stamp.scripted]
    assert without_known([("mine", mine)]) == []
    moved = mine._replace(stamp=mine.stamp.model_copy(update={"benchmark": "tau-bench", "part": "airline"}))
    [row] = without_known([("mine", moved)])
    assert (row["known-bad tasks"], row["pass^1 on them"], row["pass^1 on the others"]) == (1, "0.0", "54.5")


# ---- users and a judge -------------------------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy under the verbs, as a benchmark that asks a judge and as one that does not."""
    made = {"toy": Served(TOY, "", None, "1", ("plain", "judged"), True, True), "plain": Served(TOY, "", None, "1", ("plain",), True)}
    for module in (paper_module, parity_module):
        monkeypatch.setattr(module, "SERVED", made)
    monkeypatch.setattr(paper_module, "opened", lambda *given, **more: ("", toy))
    monkeypatch.setattr(paper_module, "source_for", lambda *given, **more: None)
    monkeypatch.setattr(paper_module, "Table", lambda *given: Table(given[0], given[1], toy, None, "1", {"steps": 3}))


def test_agent_plays_with_each_user_under_a_stamp_of_its_own(command: Command, tmp_path: Path, served: None) -> None:
    pytest.importorskip("openai", reason="needs the extra models")

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        """One user says all numbers, the other nothing but 3."""
        if body.get("tools"):
            return right(body)
        return as_user(body) if body["model"] == "u" else {"content": "3"}

    with ModelServer(answer) as server:
        ended = command("evals", "bench", "toy", "--domain", "plain", "--agent", f"a@{server.url}", "--user", f"u@{server.url}", "--user", f"v@{server.url}", "--out", tmp_path, "--trials", 1, "--json")
    assert ended.code == 0, ended.err
    found = {c["stamp"]["user"][0]: {r["name"][:5]: r["pass^1"] for r in c["rows"]} for c in orjson.loads(ended.out.strip().split("\n")[-1])["conditions"]}
    assert {user: rows["toy-p"] for user, rows in found.items()} == {"u": "100.0", "v": "8.3"}
    assert all(rows["gold"] == "100.0" for rows in found.values()), "the rows without a model stand beside both"


def test_judge_has_the_last_word_where_one_is_configured(command: Command, tmp_path: Path, served: None) -> None:
    pytest.importorskip("openai", reason="needs the extra models")

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        if body["model"] == "j":
            assert body["temperature"] == 0.0
            return {"content": "yes" if "Is 4 " in body["messages"][0]["content"] else "no"}
        return right(body) if body.get("tools") else as_user(body)

    with ModelServer(answer) as server:
        a, u, j = (f"{name}@{server.url}" for name in "auj")
        words = ("--domain", "judged", "--agent", a, "--user", u, "--trials", 1, "--out", tmp_path)
        assert command("evals", "bench", "toy", *words).code == 0
        assert command("evals", "bench", "toy", *words, "--judge", j).code == 0
        ended = command("evals", "bench", "plain", "--domain", "plain", "--agent", a, "--user", u, "--judge", j)
    assert ended.code == 2
    assert "plain asks no judge; toy does" in ended.err
    without, judged = sorted((r for _, r in results(tmp_path) if not r.stamp.scripted), key=lambda r: len(r.stamp.grading))
    assert {s.task for s in without.scores if s.stop == "ungraded"} == {str(n) for n in range(0, 12, 2)}
    assert {s.task for s in judged.scores if s.passed} == {"4", *(str(n) for n in range(1, 12, 2))}
    assert {s.passed for s in judged.scores} == {True, False}
    assert judged.stamp.grading == f"{without.stamp.grading}, judge {j}"
    with pytest.raises(UserError, match="grading"):
        main_table([("without", without), ("judged", judged)])


# ---- judged again ---------------------------------------------------------------------------------------------------


def test_episodes_are_judged_again_by_the_benchmark_where_it_is_there(out: Path, tmp_path: Path) -> None:
    for name in ("played", "results"):
        shutil.copytree(out / name, tmp_path / name)
    before = {p.name: p.read_bytes() for p in (tmp_path / "results").glob("toy*")}
    [kept] = regrade(tmp_path, lambda name: ("get it", None))
    assert (kept.moved, kept.why) == (None, "get it")
    assert {p.name: p.read_bytes() for p in (tmp_path / "results").glob("toy*")} == before, "the reward that was kept gives the same result"
    [anew] = regrade(tmp_path, lambda name: ("", toy))
    assert anew.moved == 2, "task 2, in both trials"
    assert {(s.task, s.passed) for s in read_result(anew.path).scores if s.task in ("2", "4")} == {("2", False), ("4", True)}
    assert any(r["reward"] == 1 for r in read_rows(next((tmp_path / "played").glob("*")) / "episodes.jsonl") if r["task"] == "2"), "the folder keeps what was said when it was played"


def test_verb_judges_again_without_asking_anybody(out: Path, tmp_path: Path, command: Command) -> None:
    for name in ("played", "results"):
        shutil.copytree(out / name, tmp_path / name)
    ended = command("evals", "regrade", str(tmp_path))
    assert ended.code == 0
    assert "by the reward that was kept" in ended.out
    assert "do-nothing" in ended.out
    assert command("evals", "regrade", str(tmp_path / "nothing")).code == 2


# ---- overlap with training --------------------------------------------------------------------------------------------


def trained(tmp_path: Path, *tools: dict[str, list[str]]) -> Path:
    listed = [{"type": "function", "function": {"name": n, "parameters": {"type": "object", "properties": {p: {"type": "string"} for p in ps}}}} for one in tools for n, ps in one.items()]
    (tmp_path / "phase1.jsonl").write_bytes(orjson.dumps({"messages": [], "tools": listed}) + b"\n")
    return tmp_path


def test_overlap_counts_names_sets_and_spellings(tmp_path: Path) -> None:
    found = read_training(trained(tmp_path, {"get_order": ["order_id"]}, {"CancelOrder": ["orderId", "reason", "note"]}, {"list_things": ["a", "b", "c", "d"]}))
    of = Schemas({"get_order": frozenset({"order_id"}), "cancel_order": frozenset({"order_id", "reason", "note"}), "list_all": frozenset({"a", "b", "c", "e"}), "far": frozenset({"x", "y"})})
    told = overlap(found, of)
    assert (told["exact"], told["spelled"], told["same"], told["compared"], told["alike"]) == (1, 2, 1, 3, 1), "one parameter says nothing; 3 of 5 are not alike"
    assert told["most_jaccard"] == 1.0
    assert told["mean_jaccard"] == round((1.0 + 0.6 + 0.0) / 3, 3)
    assert told["tables"] is None, "rows alone do not tell tables: not known is not none"


def test_a_world_overlaps_itself(bikes: Path) -> None:
    found = read_training(bikes)
    itself = overlap(found, Schemas(dict(found.tools), dict(found.tables)))
    assert itself["exact"] == itself["tools"] > 0
    assert itself["alike"] == itself["compared"] > 0
    assert itself["tables"] == 1.0


def test_training_that_cannot_be_read_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no training rows: give an sft/ folder"):
        read_training(tmp_path)
    (tmp_path / "phase1.jsonl").write_bytes(b'{"messages": []}\n')
    with pytest.raises(UserError, match="have no `tools`"):
        read_training(tmp_path)


def test_overlap_stands_beside_the_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai", reason="needs the extra models")
    monkeypatch.setattr(paper_module, "SERVED", {"toy": Served(TOY, "toy", None, "1", ("plain",))})
    monkeypatch.setattr(paper_module, "opened", lambda *given, **more: ("", toy))
    monkeypatch.setattr(paper_module, "source_for", lambda *given, **more: None)
    setting = Setting({}, {}, tmp_path, training=read_training(trained(tmp_path, {"add_one": ["to"]})))
    monkeypatch.setattr(paper_module, "Table", lambda *given: TABLE)
    with ModelServer(lambda body: right(body) if body.get("tools") else as_user(body)) as server:
        paths = play(Job("toy", "plain", 1), seats_at(server.url), setting, out=tmp_path / "out")
    row = main_table([("mine", read_result(paths[-1]))])[0]
    assert row["seen in training"] == "names 1 (1 in any spelling)/2, alike 0/1"


# ---- ACEBench's own sum -----------------------------------------------------------------------------------------------


def ace_result(**rates: float) -> Result:
    """Ten rows of each file, so many right; strictly one less."""
    stamp = Stamp(benchmark="acebench", part="en", revision="x", data="x", grading="x", agent="a", scripted=False, user="u", prompts="x", trials=1, turns=0, steps=0, version="x", date="2026-01-01T00:00:00Z")
    scores = []
    for files in FILES.values():
        for file in files:
            wins = round(10 * rates.get(file, 0.5))
            for n in range(10 if rates.get(file, 0.5) >= 0 else 0):
                parts = {"official": n < wins, "strict": n < wins - 1}
                scores.append(Score(task=f"{file}_{n}", unit=f"{file}_{n}", group="en", category=file, trial=0, passed=n < wins, reward=float(n < wins), parts=parts, gold_calls=1, calls=1, stop="done"))
    return Result(stamp, tuple(scores))


def test_acebench_sums_up_as_the_benchmark_does() -> None:
    told = overall(ace_result(special_error_param=1.0, agent_multi_step=0.0))
    assert told["official"] == pytest.approx({"Normal": 0.5, "Special": 2 / 3, "Agent": 0.25, "overall": 0.578 * 0.5 + 0.2676 * 2 / 3 + 0.1545 * 0.25})
    assert told["strict"]["Normal"] == pytest.approx(0.4)
    without = overall(ace_result(agent_multi_turn=-1))
    assert (without["official"]["Agent"], without["official"]["overall"]) == (None, None), "a file that was not played is not a nought"
    assert rows_of([("a", ace_result(agent_multi_turn=-1))])[0]["overall"] == "-"


def test_rows_of_one_dialogue_pass_together() -> None:
    result = ace_result()
    scores = [s.model_copy(update={"unit": "one", "passed": s.task.endswith("_0")}) if s.category == "normal_multi_turn_user_adjust" else s for s in result.scores]
    assert overall(result._replace(scores=tuple(scores)))["official"]["Normal"] == pytest.approx(0.5 * 11 / 12)


# ---- the paper's table ------------------------------------------------------------------------------------------------


def recipe(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "paper.toml"
    path.write_text(text)
    return path


def test_recipe_that_ships_is_read_and_missing_cells_say_what_to_get(tmp_path: Path) -> None:
    at = "m@http://localhost:1/v1"
    told = read_paper(Path(__file__).parents[1] / "runs" / "paper-scores.toml", agent=at, user=at, out=tmp_path, cache=tmp_path)
    assert len(told.cells) == 7
    found = run_paper(told)
    assert [m[""] for m in found.missing] == ["not run"] * 7
    assert all("git clone" in m["why"] or "evals setup" in m["why"] for m in found.missing)
    assert not found.paths
    assert [r["name"] for r in found.rows if "not measured" in r["from"]][-2:] == ["AgentScaler-30B-A3B", "no model"]
    published = next(r for r in found.rows if r["name"] == "AgentScaler-30B-A3B")
    assert published["from"] == "published (arXiv 2509.13311), not measured"
    assert (published["tau-bench retail"], published["ACEBench zh"]) == ("70.4", "81.5")
    assert set(found.rows[-1].values()) == {"no model", "not measured", "not run"}, "never blank"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[run]\nagent = 3\n", r"\[run\] agent is 3"),
        ("[run]\nspeed = 3\n", r"\[run\] has no setting 'speed'; there are out, agent"),
        ("[runs]\n", r"\[runs\] is no table"),
        ("[run]\nagent = 'scripted'\n", r"agent is 'scripted'; give NAME@https://HOST/v1"),
        ("[[cell]]\nbenchmark = 'tau3'\ndomain = 'retail'\n", r"names 'tau3' 'retail'; benchmarks and domains are tau-bench: retail"),
        ("[run", "is no TOML"),
    ],
)
def test_recipe_with_a_slip_names_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        read_paper(recipe(tmp_path, text), cache=tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        read_paper(tmp_path / "none.toml", cache=tmp_path)


def test_page_of_the_paper_holds_its_published_rows_marked_so(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTSCALER_CACHE", str(tmp_path))
    at = "m@http://localhost:1/v1"
    ended = command("evals", "paper", Path(__file__).parents[1] / "runs" / "paper-scores.toml", "--agent", at, "--user", at, "--out", tmp_path / "out")
    assert ended.code == 0
    told = (tmp_path / "out" / "index.html").read_text()
    assert told.count("published (arXiv 2509.13311), not measured") == 6
    assert "<h2>cells that were not run</h2>" in told
    assert "81.5" in told


def test_paper_table_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cell that can be played, one that cannot."""
    pytest.importorskip("openai", reason="needs the extra models")
    served = {"toy": Served(TOY, "toy", None, "1", ("plain",), True), "gone": Served(TOY, "toy", None, "1", ("plain",))}
    monkeypatch.setattr(paper_module, "SERVED", served)
    monkeypatch.setattr(paper_module, "opened", lambda name, *given, **more: ("", toy) if name == "toy" else ("agentscaler evals setup gone", None))
    monkeypatch.setattr(paper_module, "source_for", lambda *given, **more: None)
    monkeypatch.setattr(paper_module, "Table", lambda *given: TABLE)
    with ModelServer(lambda body: right(body) if body.get("tools") else as_user(body)) as server:
        text = f'[run]\nagent = "a@{server.url}"\nuser = "u@{server.url}"\ntrials = 2\n[[cell]]\nbenchmark = "toy"\ndomain = "plain"\ncolumn = "tau-bench retail"\n[[cell]]\nbenchmark = "gone"\ndomain = "plain"\ncolumn = "other"\n'
        found = run_paper(read_paper(recipe(tmp_path, text), out=tmp_path / "out", cache=tmp_path))
    rows = {r["name"]: r for r in found.rows}
    mine = rows[f"a@{server.url}"]
    assert (mine["tau-bench retail"], mine["other"]) == ("100.0", "not run")
    assert mine["from"].startswith("measured 20")
    assert rows["do-nothing"]["tau-bench retail"] == "8.3"
    assert rows["Qwen3-8B"]["tau-bench retail"] == "45.2"
    assert [m["name"] for m in found.missing] == ["other"]


# ---- cells of our own worlds ----------------------------------------------------------------------------------------


def test_cells_of_our_worlds_hold_or_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = dict.fromkeys(parity_module.FLOORS, 0.0)

    def score(name: str, n: int) -> Score:
        won = name == "gold" or n < 100 * cells[name]
        return Score(task=str(n), unit=str(n), group="w", category="c", trial=0, passed=won, reward=float(won), gold_calls=1, calls=0, stop="done")

    from agentscaler.evals import floors, pinned

    monkeypatch.setattr(pinned, "rebuild", lambda *given, **more: None)
    monkeypatch.setattr(floors, "play_floors", lambda run: {name: [score(name, n) for n in range(100)] for name in parity_module.FLOORS})
    assert {c.verdict for c in parity({}, tmp_path, only=["worlds"])} == {"holds"}
    cells["do-nothing"] = 0.01
    assert [c.what for c in parity({}, tmp_path, only=["worlds"]) if c.verdict == "differs"] == ["do-nothing"]

    def missing(*given: Any, **more: Any) -> None:
        raise UserError("not installed here: botocore 1")

    monkeypatch.setattr(pinned, "rebuild", missing)
    found = list(parity({}, tmp_path, only=["worlds"]))
    assert {(c.verdict, c.why) for c in found} == {("not run", "not installed here: botocore 1")}
    assert [c.what for c in found] == list(parity_module.FLOORS)


# ---- Inspect logs -----------------------------------------------------------------------------------------------------


def test_episodes_are_written_as_an_inspect_log(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out / "played", tmp_path / "played")
    shutil.copytree(out / "results", tmp_path / "results")
    [(path, count)] = logs(tmp_path).items()
    assert count == 24
    with zipfile.ZipFile(path) as file:
        assert len([n for n in file.namelist() if n.startswith("samples/")]) == 24
        sample = orjson.loads(file.read("samples/1_epoch_2.json"))
        header = orjson.loads(file.read("header.json"))
    assert sample["scores"]["judge"]["value"] == "I"
    assert sample["scores"]["blame"]["value"] == "agent"
    assert [m["role"] for m in sample["messages"]] == ["system", "user", "assistant"]
    assert header["eval"]["metadata"]["benchmark"] == "toy"
    with pytest.raises(UserError, match="no result in"):
        logs(tmp_path / "nothing")


def test_log_is_one_that_inspect_reads(out: Path, tmp_path: Path) -> None:
    inspect_log = pytest.importorskip("inspect_ai.log", reason="needs inspect-ai")
    shutil.copytree(out / "played", tmp_path / "played")
    shutil.copytree(out / "results", tmp_path / "results")
    [path] = logs(tmp_path)
    log = inspect_log.read_eval_log(str(path))
    assert log.status == "success"
    assert len(log.samples) == 24


def test_conversations_of_every_form_are_read() -> None:
    """OpenAI's, tau2's, ACEBench's senders, BFCL's log: calls and answers meet by id."""
    forms = {
        "openai": [{"role": "assistant", "content": None, "tool_calls": [{"id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}]}, {"role": "tool", "tool_call_id": "x", "content": "ok"}],
        "tau2": [{"role": "assistant", "content": None, "tool_calls": [{"id": "x", "name": "f", "arguments": {"a": 1}, "requestor": "assistant"}]}, {"role": "tool", "id": "x", "content": "ok", "error": False}],
        "bfcl": [{"role": "assistant", "content": [{"f": '{"a": 1}'}]}, {"role": "tool", "content": "ok"}],
    }
    for name, messages in forms.items():
        asked, answer = conversation({"messages": messages})
        assert [(c.name, c.arguments) for c in asked.calls] == [("f", {"a": 1})], name
        assert (answer.role, answer.call_id, answer.name, answer.content) == ("tool", asked.calls[0].id, "f", "ok"), name
    senders = [{"sender": "user", "recipient": "agent", "message": "hi"}, {"sender": "agent", "recipient": "execution", "message": "[f(a=1)]"}, {"sender": "execution", "recipient": "agent", "message": [{"ok": True}]}]
    user, agent, answer = conversation({"messages": senders})
    assert (user.role, user.content) == ("user", "hi")
    assert agent.calls[0].arguments == {"text": "[f(a=1)]"}
    assert (answer.role, answer.call_id, answer.content) == ("tool", agent.calls[0].id, '[{"ok":true}]')
    [broken] = conversation({"messages": [{"role": "assistant", "content": "", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "{"}}]}]})
    assert broken.calls[0].unparsed == "{"


def test_line_of_a_python_that_is_here() -> None:
    with Line(sys.executable, TOY, [str(Path(TOY).parent.parent / "src" / "agentscaler" / "evals" / "bench" / "served")]) as line:
        assert line.ask("schemas", domain="plain")["tables"] == {"sums": ["id", "value"]}
