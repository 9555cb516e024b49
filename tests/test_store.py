"""The run folder: nothing that was finished is lost, nothing half done is taken for whole."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Drop, Edge, Lost, Rollout, Usage
from agentscaler.store import (
    FORMATS,
    Run,
    Shelf,
    digest,
    file_hash,
    key_of,
    parse,
    read_records,
    read_rows,
    row_id,
    write_atomic,
)

VERB = "envs"


def lost(name: str) -> Lost:
    return Lost(tool=f"t-{name}", name=name, why="gate")


def shelf(folder: Path, fingerprint: str = "f1", **more: Any) -> Shelf:
    return Shelf(Run(folder), VERB, fingerprint=fingerprint, **more)


def fill(folder: Path, names: str, **more: Any) -> None:
    """A whole run: upper case letters are kept, lower case ones dropped."""
    with shelf(folder, **more) as made:
        for name in names:
            if name in made.done:
                continue
            if name.isupper():
                made.keep(name, lost(name), ["in"])
            else:
                made.drop(name, Dropped("gate", f"no {name}", where="here", value=5), ["in"])
        made.finish()


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != "manifest.jsonl"}


# ---- keys and ids -----------------------------------------------------------------------------------------------


def test_keys_know_verb_arguments_inputs_and_index() -> None:
    base = key_of("tasks", {"n": 1}, ["a", "b"], 0)
    assert base == key_of("tasks", {"n": 1}, iter(["a", "b"]), 0) == key_of("tasks", {"n": 1}, ("a", "b"))
    others = [
        key_of("envs", {"n": 1}, ["a", "b"], 0),
        key_of("tasks", {"n": 2}, ["a", "b"], 0),
        key_of("tasks", {"n": 1}, ["b", "a"], 0),
        key_of("tasks", {"n": 1}, ["a", "b"], 1),
        key_of("tasks", {"n": 1}, ["ab"], 0),
    ]
    assert len({base, *others}) == 6
    assert all(len(k) == 16 and int(k, 16) >= 0 for k in others)


def test_digest_is_of_the_value_not_of_its_order() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1}) == "8baa73198470c7bb"
    assert digest([1, 2]) != digest([2, 1])
    assert digest({"a": 1}) != digest({"a": "1"})


def test_the_id_of_a_rollout_does_not_depend_on_its_cost() -> None:
    rollout = Rollout(
        task="t", trial=0, agent="a", user="u", scripted=True, seed=1, messages=(), stop="turns", change=()
    )
    assert row_id(rollout) == row_id(rollout.model_copy(update={"usage": Usage(steps=9)}))
    assert row_id(rollout) != row_id(rollout.model_copy(update={"trial": 1}))


# ---- rows -------------------------------------------------------------------------------------------------------


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":1}\n{"a":2}\n{"a":')
    assert list(read_rows(path)) == [{"a": 1}, {"a": 2}]
    path.write_bytes(b'{"a":1}\n{"a":2}')
    assert list(read_rows(path)) == [{"a": 1}, {"a": 2}]
    path.write_bytes(b"")
    assert list(read_rows(path)) == []


@pytest.mark.parametrize("line", [b'{"a":', b"", b"[1]", b"5", b"null", b'{"a":"\xff"}', b"{'a': 1}"])
def test_a_bad_line_elsewhere_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":1}\n' + line + b'\n{"a":2}\n')
    with pytest.raises(UserError, match=r"x\.jsonl, line 2: .*mend the line or delete it"):
        list(read_rows(path))


def test_records_come_back_as_they_went(tmp_path: Path) -> None:
    fill(tmp_path, "BA")
    assert [r for _, r in read_records(tmp_path / f"{VERB}.jsonl", Lost)] == [lost("A"), lost("B")]
    assert [i for i, _ in read_records(tmp_path / f"{VERB}.jsonl", Lost)] == [row_id(lost("A")), row_id(lost("B"))]
    drops = tmp_path / f"{VERB}.dropped.jsonl"
    assert drops.read_bytes() == b""


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"tool": "t", "name": 5, "why": "x"}, "'name'"),
        ({"tool": "t", "name": "n"}, "'why'"),
        ({"tool": "t", "name": "n", "why": "x", "colour": "red"}, "'colour'"),
    ],
)
def test_a_row_that_is_no_record_is_named(row: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as error:
        parse({"id": "77", "key": "k", **row}, Lost, where="envs.jsonl")
    assert all(word in str(error.value) for word in ("envs.jsonl", "row 77", field, "run the verb again"))
    good = {"tool": "t", "name": "n", "why": "x"}
    assert parse({"id": "1", "key": "2", "from": [], "format": 1, **good}, Lost, where="x") == Lost(**good)


def test_a_row_without_an_id_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"tool":"t","name":"n","why":"x"}\n')
    with pytest.raises(UserError, match=r"x\.jsonl"):
        list(read_records(tmp_path / "x.jsonl", Lost))


def test_atomic_writing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert files(tmp_path) == {"x": b"two"}
    (tmp_path / "x.tmp").mkdir()
    with pytest.raises(OSError, match=r"x\.tmp"):
        write_atomic(path, b"three")
    assert path.read_bytes() == b"two"


# ---- a shelf ----------------------------------------------------------------------------------------------------


def test_what_a_finished_run_looks_like(tmp_path: Path) -> None:
    fill(tmp_path, "CbAd")
    assert set(files(tmp_path)) == {f"{VERB}.jsonl", f"{VERB}.dropped.jsonl"}
    rows = [json.loads(line) for line in (tmp_path / f"{VERB}.jsonl").read_text().splitlines()]
    assert [r["key"] for r in rows] == ["A", "C"]
    assert rows[0] == {
        "key": "A",
        "id": row_id(lost("A")),
        "from": ["in"],
        "format": FORMATS[VERB],
        "tool": "t-A",
        "name": "A",
        "why": "gate",
    }
    drops = [json.loads(line) for line in (tmp_path / f"{VERB}.dropped.jsonl").read_text().splitlines()]
    assert [d["key"] for d in drops] == ["b", "d"]
    assert drops[0] == {"key": "b", "from": ["in"], "reason": "gate", "where": "here", "value": 5, "message": "no b"}
    assert Drop(**{k: v for k, v in drops[0].items() if k not in ("key", "from")}).reason == "gate"
    line = Run(tmp_path).manifest()[VERB]
    assert (line["kept"], line["dropped"], line["fingerprint"]) == (2, {"gate": 2}, "f1")
    assert line["product"] == file_hash(tmp_path / f"{VERB}.jsonl")


def test_the_order_of_work_does_not_show(tmp_path: Path) -> None:
    fill(tmp_path / "one", "CbAdE")
    fill(tmp_path / "two", "dEACb")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_key_is_taken_once(tmp_path: Path) -> None:
    with shelf(tmp_path) as made:
        first = made.keep("A", lost("one"))
        assert made.keep("A", lost("two")) != first
        made.drop("b", Dropped("gate"))
        made.drop("b", Dropped("state"))
        assert made.done == {"A", "b"}
        assert made.finish()["dropped"] == {"gate": 1}
    assert [r.name for _, r in read_records(tmp_path / f"{VERB}.jsonl", Lost)] == ["one"]


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    fill(tmp_path / "whole", "AbCdE")
    broken = tmp_path / "broken"
    with shelf(broken) as made:
        made.keep("A", lost("A"), ["in"])
        made.drop("b", Dropped("gate", "no b", where="here", value=5), ["in"])
    assert set(files(broken)) == {f"{VERB}.jsonl.part", f"{VERB}.dropped.jsonl.part", f"{VERB}.part.json"}
    with shelf(broken) as made:
        assert made.done == {"A", "b"}
        assert made.reasons == {"gate": 1}
    fill(broken, "AbCdE")
    assert files(broken) == files(tmp_path / "whole")
    assert Run(broken).manifest()[VERB]["dropped"] == {"gate": 2}


@pytest.mark.parametrize(
    "torn", [b'{"key":"C","id', b'{"key":"C","tool":"t","name":"C","why":"x"}', b"\xff", b"{}garbage\n"]
)
def test_a_line_that_was_being_written_is_done_again(tmp_path: Path, torn: bytes) -> None:
    """Without a newline at its end a line is not believed, even where it can be read."""
    fill(tmp_path / "whole", "AbC")
    broken = tmp_path / "broken"
    with shelf(broken) as made:
        made.keep("A", lost("A"), ["in"])
    with (broken / f"{VERB}.jsonl.part").open("ab") as f:
        f.write(torn)
    with shelf(broken) as made:
        assert made.done == {"A"}
        made.keep("C", lost("C"), ["in"])
    with shelf(broken) as made:
        assert made.done == {"A", "C"}
    fill(broken, "AbC")
    assert files(broken) == files(tmp_path / "whole")


def test_a_run_killed_while_it_finished(tmp_path: Path) -> None:
    """Products in place, parts not cleared: it goes on, and ends the same."""
    fill(tmp_path / "whole", "AbC")
    broken = tmp_path / "broken"
    with shelf(broken) as made:
        for name in "AC":
            made.keep(name, lost(name), ["in"])
        made.drop("b", Dropped("gate", "no b", where="here", value=5), ["in"])
    (broken / f"{VERB}.jsonl").write_bytes(b"half a file")
    with shelf(broken) as made:
        assert not made.finished
        assert made.done == {"A", "b", "C"}
        made.finish()
    assert files(broken) == files(tmp_path / "whole")


def test_a_mark_that_was_being_written_is_believed(tmp_path: Path) -> None:
    with shelf(tmp_path) as made:
        made.keep("A", lost("A"))
    (tmp_path / f"{VERB}.part.json").write_bytes(b'{"finger')
    with shelf(tmp_path) as made:
        assert made.done == {"A"}


def test_a_finished_product_is_not_made_again(tmp_path: Path) -> None:
    fill(tmp_path, "Ab")
    before = files(tmp_path)
    with shelf(tmp_path) as made:
        assert made.finished
    assert files(tmp_path) == before


@pytest.mark.parametrize("half_made", [True, False])
def test_other_arguments_ask_for_fresh(tmp_path: Path, half_made: bool) -> None:
    if half_made:
        with shelf(tmp_path) as made:
            made.keep("A", lost("A"))
    else:
        fill(tmp_path, "Ab")
    before = files(tmp_path)
    with pytest.raises(UserError, match="other arguments or from other inputs; add --fresh"):
        shelf(tmp_path, "f2")
    assert files(tmp_path) == before
    fill(tmp_path, "CD", fingerprint="f2", fresh=True)
    assert [r.name for _, r in read_records(tmp_path / f"{VERB}.jsonl", Lost)] == ["C", "D"]
    with shelf(tmp_path, "f2") as made:
        assert made.finished


def test_all_or_nothing_keeps_no_parts(tmp_path: Path) -> None:
    with shelf(tmp_path, resume=False) as made:
        made.keep("A", lost("A"))
        assert (tmp_path / f"{VERB}.jsonl.part").read_bytes() == b""
    with shelf(tmp_path, resume=False) as made:
        assert made.done == set()
        made.keep("B", lost("B"))
        made.finish()
    assert [r.name for _, r in read_records(tmp_path / f"{VERB}.jsonl", Lost)] == ["B"]


@pytest.mark.parametrize("value", ["x" * 5000, 1.5, True, None, ["a", {"b": 1}], {"x": object()}])
def test_any_value_can_be_dropped(tmp_path: Path, value: Any) -> None:
    with shelf(tmp_path) as made:
        made.drop("a", Dropped("bad_definition", value=value))
        made.finish()
    row = next(read_rows(tmp_path / f"{VERB}.dropped.jsonl"))
    assert len(str(row["value"])) <= 200


@pytest.mark.parametrize("value", [2**70, "\ud800"])
def test_values_that_orjson_cannot_say_can_be_dropped(tmp_path: Path, value: Any) -> None:
    """A YAML file holds such numbers: close(2**70) is Dropped with the number as its value."""
    with shelf(tmp_path) as made:
        made.drop("a", Dropped("bad_definition", value=value))


# ---- the run folder ---------------------------------------------------------------------------------------------


def test_a_product_that_is_not_there_names_its_verb(tmp_path: Path) -> None:
    with pytest.raises(
        UserError,
        match=rf"tasks needs {tmp_path}/envs.jsonl, which is not there: run `agentscaler envs --run {tmp_path}` first",
    ):
        Run(tmp_path).need("envs", "tasks")
    fill(tmp_path, "A")
    assert Run(tmp_path).need("envs", "tasks") == tmp_path / "envs.jsonl"


def test_the_manifest_knows_the_newest_line_of_each_verb(tmp_path: Path) -> None:
    run = Run(tmp_path / "deep" / "er")
    assert run.manifest() == {}
    run.log({"verb": "envs", "kept": 1})
    run.log({"verb": "tasks", "kept": 2})
    run.log({"verb": "envs", "kept": 3})
    assert run.manifest() == {"envs": {"verb": "envs", "kept": 3}, "tasks": {"verb": "tasks", "kept": 2}}


def test_a_torn_manifest_is_mended_by_the_next_line(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.log({"verb": "envs", "kept": 1})
    with (tmp_path / "manifest.jsonl").open("ab") as f:
        f.write(b'{"verb":"tas')
    run.log({"verb": "tasks", "kept": 2})
    assert set(run.manifest()) == {"envs", "tasks"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match=r"run folder .*file.* cannot be made: .*--run"):
            Run(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(UserError, match="cannot be written"):
        Run(folder)


def test_an_edge_is_a_record_like_any_other(tmp_path: Path) -> None:
    edge = Edge(source="a", field="x.y", target="b", parameter="z", score=0.25, reason="same name")
    with Shelf(Run(tmp_path), "graph", fingerprint="f") as made:
        made.keep("k", edge)
        made.finish(seconds=1.5)
    assert [r for _, r in read_records(tmp_path / "graph.jsonl", Edge)] == [edge]
    assert Run(tmp_path).manifest()["graph"]["seconds"] == 1.5
