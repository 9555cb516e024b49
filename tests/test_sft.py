"""Training rows: they load as OpenAI messages, stand in the right file, say who wrote them, and the card tells the truth."""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import jsonschema_rs
import orjson
import pytest
import yaml

from agentscaler import read_tasks, walk
from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.records import Example, JsonObject, Message, Rollout, ToolCall
from agentscaler.sft import openai_message, phase_of
from agentscaler.store import Run, read_records, read_rows

FILES = ("phase1", "phase2", "heldout")


def made(bikes: Path, folder: Path, **more: object) -> walk.Summary:
    """The training rows of the bike rental, in a folder of one's own."""
    if not folder.exists():
        shutil.copytree(bikes, folder, ignore=shutil.ignore_patterns("sft"))
    return walk.sft(Run(folder), walk.Settings(fresh=True), **({"allow_scripted": True} | more))  # type: ignore[arg-type]


def rows(run: Path, name: str = "phase1") -> list[JsonObject]:
    return list(read_rows(run / "sft" / f"{name}.jsonl"))


def split_by(run: Path, heldout: Sequence[str]) -> None:
    """Move the rollouts of some tasks to the held-out side."""
    kept = [r | {"split": "heldout" if r["task"] in heldout else "train"} for r in read_rows(run / "kept.jsonl")]
    (run / "kept.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in kept))


# ---- rows ---------------------------------------------------------------------------------------------------------


def test_message_in_openai_form() -> None:
    call = Message(role="assistant", content="One moment.", reasoning="Look first.", calls=(ToolCall(id="c1", name="getBike", arguments={"bikeId": "b1", "n": 2}),))
    assert openai_message(call) == {
        "role": "assistant",
        "content": "One moment.",
        "reasoning_content": "Look first.",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "getBike", "arguments": {"bikeId": "b1", "n": 2}}}],
    }
    assert openai_message(Message(role="tool", content='{"a":1}', call_id="c1", name="getBike", error=None)) == {"role": "tool", "content": '{"a":1}', "tool_call_id": "c1", "name": "getBike"}
    assert openai_message(Message(role="user", content="Hi.")) == {"role": "user", "content": "Hi."}


def test_every_row_is_a_conversation_a_reader_of_openai_messages_takes(bikes: Path) -> None:
    found = rows(bikes)
    assert len(found) >= 15
    for row in found:
        tools = {t["function"]["name"]: t for t in row["tools"]}
        assert list(tools) == sorted(tools)
        assert all(t["type"] == "function" and t["function"]["parameters"]["type"] == "object" for t in tools.values())
        check_messages(row["messages"], set(tools))
        assert row["messages"][-1]["role"] == "assistant"
        assert row["messages"][-1]["content"]


def check_messages(messages: Sequence[JsonObject], tools: set[str]) -> None:
    """Roles alternate, arguments are objects, every answer names the call it answers, and nothing is null."""
    waiting: list[tuple[str, str]] = []
    assert [m["role"] for m in messages[:2]] == ["system", "user"]
    for message in messages:
        assert set(message) <= {"role", "content", "tool_calls", "tool_call_id", "name"}
        assert isinstance(message["content"], str)
        if message["role"] == "tool":
            assert (message["tool_call_id"], message["name"]) == waiting.pop(0)
            orjson.loads(message["content"])
            continue
        assert not waiting
        for call in message.get("tool_calls", ()):
            assert set(call) == {"id", "type", "function"}
            assert set(call["function"]) == {"name", "arguments"}
            assert isinstance(call["function"]["arguments"], dict)
            assert call["function"]["name"] in tools
            waiting.append((call["id"], call["function"]["name"]))
    assert not waiting


def test_calls_that_succeeded_fit_the_tools_of_their_row(bikes: Path) -> None:
    checked = failed = 0
    for row in rows(bikes):
        fits = {t["function"]["name"]: jsonschema_rs.validator_for(t["function"]["parameters"]) for t in row["tools"]}
        answers = {m["tool_call_id"]: orjson.loads(m["content"]) for m in row["messages"] if m["role"] == "tool"}
        for call in (c for m in row["messages"] for c in m.get("tool_calls", ())):
            good = "error" not in (answers[call["id"]] or {})
            failed += not good
            checked += 1
            assert fits[call["function"]["name"]].is_valid(call["function"]["arguments"]) or not good
    assert checked > 30
    assert failed, "failed calls stay in the context"


def test_row_is_the_rollout_it_names_and_nothing_else(bikes: Path) -> None:
    rollouts = dict(read_records(bikes / "rollouts.jsonl", Rollout))
    kept = {r["rollout"] for r in read_rows(bikes / "kept.jsonl")}
    for row in rows(bikes):
        rollout = rollouts[row["rollout"]]
        assert row["rollout"] in kept
        assert row["messages"] == [openai_message(m) for m in rollout.messages]
        assert row["scripted"] is rollout.scripted is True
    assert len({r["rollout"] for r in rows(bikes)}) == len(rows(bikes))


def test_tools_are_all_those_of_the_world(bikes: Path) -> None:
    env = read_env(read_tasks(bikes)[0].folder)
    assert {t["function"]["name"] for r in rows(bikes) for t in r["tools"]} == {t.name for t in env.tools}


# ---- which rows, and where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("services", "vertical", "phase"),
    [
        (["aws:connect"], ["aws:connect*"], 2),
        (["aws:connect-campaigns"], ["aws:connect*"], 2),
        (["aws:s3", "aws:connect"], ["aws:connect*"], 2),
        (["aws:s3"], ["aws:connect*", "google:contactcenter*"], 1),
        (["google:connect"], ["aws:connect*"], 1),
        (["aws:Connect"], ["aws:connect*"], 1),
        (["aws:disconnect"], ["aws:connect*"], 1),
        (["aws:connect"], [], 1),
        ([], ["*"], 1),
    ],
)
def test_vertical_is_a_list_of_globs(services: list[str], vertical: list[str], phase: int) -> None:
    assert phase_of(services, vertical) == phase


@pytest.mark.parametrize(("vertical", "name"), [(["user:bike*"], "phase2"), (["aws:*", "*rental"], "phase2"), (["user:car*"], "phase1"), ([], "phase1")])
def test_rows_of_the_vertical_are_phase_two(bikes: Path, tmp_path: Path, vertical: list[str], name: str) -> None:
    summary = made(bikes, tmp_path / "run", vertical=vertical)
    found = {n: rows(tmp_path / "run", n) for n in FILES}
    assert {n: len(r) for n, r in found.items() if r} == {name: summary.kept}
    assert {r["phase"] for r in found[name]} == {int(name[-1])}


def test_held_out_rows_stand_in_no_training_file(bikes: Path, tmp_path: Path) -> None:
    made(bikes, tmp_path / "run")
    tasks = sorted({r["task"] for r in read_rows(bikes / "kept.jsonl")})
    split_by(tmp_path / "run", tasks[::2])
    made(bikes, tmp_path / "run", vertical=["user:*"])
    task_of = {r["rollout"]: r["task"] for r in read_rows(bikes / "kept.jsonl")}
    by_file = {n: {task_of[r["rollout"]] for r in rows(tmp_path / "run", n)} for n in FILES}
    assert by_file["phase1"] == set()
    assert by_file["heldout"] == set(tasks[::2])
    assert by_file["phase2"] == set(tasks[1::2])


def test_every_kept_rollout_is_a_row_or_in_the_bin(bikes: Path) -> None:
    kept = {r["id"] for r in read_rows(bikes / "kept.jsonl")}
    taken = [r["from"][0] for n in FILES for r in rows(bikes, n)]
    dropped = {r["from"][0]: r["reason"] for n in FILES for r in read_rows(bikes / "sft" / f"{n}.dropped.jsonl")}
    assert {*taken, *dropped} == kept
    assert len(taken) + len(dropped) == len(kept)
    assert set(dropped.values()) == {"crowded_out"}


@pytest.mark.parametrize("most", [1, 2])
def test_so_many_rows_of_a_task_and_gold_first(bikes: Path, tmp_path: Path, most: int) -> None:
    made(bikes, tmp_path / "run", most=most)
    kept = {r["rollout"]: r for r in read_rows(bikes / "kept.jsonl")}
    count = Counter(kept[r["rollout"]]["task"] for r in rows(tmp_path / "run"))
    offered = Counter(r["task"] for r in kept.values())
    assert count == {task: min(n, most) for task, n in offered.items()}
    assert max(offered.values()) > 2, "there was a choice"
    golden = {kept[r["rollout"]]["task"] for r in rows(tmp_path / "run") if kept[r["rollout"]]["agent"] == "gold"}
    assert golden == set(count)


def test_scripted_rows_need_to_be_allowed(bikes: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--allow-scripted"):
        made(bikes, tmp_path / "run", allow_scripted=False)
    assert not list((tmp_path / "run" / "sft").glob("*.jsonl"))
    again = walk.sft(Run(tmp_path / "run"), walk.Settings(), allow_scripted=True)
    assert again.kept == len(rows(bikes)), "what the message says is enough"


def test_rows_of_a_model_need_no_leave(bikes: Path, tmp_path: Path) -> None:
    """Of two players, one is a model's: only its rows are taken."""
    shutil.copytree(bikes, tmp_path / "run", ignore=shutil.ignore_patterns("sft"))
    kept = [r | {"scripted": r["agent"] != "solver"} for r in read_rows(bikes / "kept.jsonl")]
    (tmp_path / "run" / "kept.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in kept))
    summary = made(bikes, tmp_path / "run", allow_scripted=False)
    models = sum(not r["scripted"] for r in kept)
    assert (summary.kept, summary.dropped) == (models, {"scripted": len(kept) - models})
    assert summary.facts["players"] == {"solver": models}
    assert f"**0 of {models} rows were written by scripted players" in (tmp_path / "run" / "sft" / "README.md").read_text()


# ---- the card -------------------------------------------------------------------------------------------------------


def test_card_says_how_many_whose_and_how(bikes: Path, tmp_path: Path) -> None:
    summary = made(bikes, tmp_path / "run", vertical=["user:bike*", "aws:connect*"])
    text = (tmp_path / "run" / "sft" / "README.md").read_text(encoding="utf-8")
    assert f"**{summary.kept} of {summary.kept} rows were written by scripted players, not by a model.**" in text
    assert f"| phase2.jsonl | {summary.kept} | vertical: training worlds of user:bike*, aws:connect* |" in text
    assert "| phase1.jsonl | 0 |" in text
    assert "- bikes.yaml: Apache-2.0" in text
    assert "| user | 100.0% |" in text
    players = Counter(r["agent"] for r in read_rows(bikes / "kept.jsonl") if r["rollout"] in {x["rollout"] for x in rows(tmp_path / "run", "phase2")})
    assert all(f"{agent} {count}" in text for agent, count in players.items())


def test_head_of_the_card_describes_the_columns(bikes: Path) -> None:
    head = yaml.safe_load((bikes / "sft" / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert [c["config_name"] for c in head["configs"]] == [c["config_name"] for c in head["dataset_info"]] == list(FILES)
    assert all((bikes / "sft" / c["data_files"]).exists() for c in head["configs"])
    columns = list(rows(bikes)[0])
    assert set(columns) > set(Example.model_fields)
    assert all([f["name"] for f in c["features"]] == columns for c in head["dataset_info"]), "datasets refuses a file with other columns"


def test_datasets_loads_it_with_the_features_of_the_card(bikes: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra `train` is not installed")
    loaded = datasets.load_dataset(str(bikes / "sft"), "phase1", split="train", cache_dir=str(tmp_path))
    assert loaded.column_names == list(rows(bikes)[0])
    assert len(loaded) == len(rows(bikes))
    assert loaded[0]["messages"] == rows(bikes)[0]["messages"], "no key of another row's arguments was added"
    assert loaded[0]["tools"] == rows(bikes)[0]["tools"]
