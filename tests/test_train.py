"""SFT through TRL on a tiny model: the loss is where the masks put it, phases follow each other, a killed training goes on with the same losses."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from agentscaler.errors import UserError
from agentscaler.learn.apis import made_up_words
from agentscaler.learn.worlds import demonstrations, draw_worlds
from agentscaler.train.loop import Recipe, find_row, newest_checkpoint, pieces, tokenised, train
from conftest import Command

pytest.importorskip("trl", reason="the extra `train` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


class Base(NamedTuple):
    """A random model with its tokenizer, and a run with training rows."""

    folder: str
    run: Path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    from agentscaler.learn.tiny import Size, make_model, make_tokenizer

    home = tmp_path_factory.mktemp("train")
    rows = [
        {"id": f"{phase}{number:03d}", "messages": c.messages, "tools": c.tools}
        for phase, env in enumerate(draw_worlds(2, 0).train, start=1)
        for number, c in enumerate(demonstrations(env, 12))
    ]
    (home / "run" / "sft").mkdir(parents=True)
    for phase in "12":
        (home / "run" / "sft" / f"phase{phase}.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows if r["id"][0] == phase))
    tokenizer = make_tokenizer([orjson.dumps(r).decode() for r in rows], made_up_words()[:20], vocabulary=600)
    tokenizer.save_pretrained(home / "base")
    make_model(tokenizer, Size(hidden=64, layers=1), seed=0).save_pretrained(home / "base")
    return Base(str(home / "base"), home / "run")


def copied(base: Base, folder: Path) -> Path:
    """The run's rows in a folder of one's own."""
    (folder / "sft").mkdir(parents=True)
    for file in (base.run / "sft").iterdir():
        (folder / "sft" / file.name).write_bytes(file.read_bytes())
    return folder


SHORT = Recipe(rate=3e-3, steps=6, batch=2, accumulate=1, save=2)


@pytest.fixture(scope="module")
def trained(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = copied(base, tmp_path_factory.mktemp("trained") / "run")
    train(run, base.folder, "both", SHORT, say=lambda line: None)
    return run


def losses(folder: Path) -> list[Any]:
    return [orjson.loads(line) for line in (folder / "losses.jsonl").read_bytes().splitlines()]


# ---- one training -------------------------------------------------------------------------------------------------------


def test_loss_falls_and_phase_two_starts_from_phase_one(trained: Path, base: Base) -> None:
    first, second = losses(trained / "models" / "phase1"), losses(trained / "models" / "phase2")
    assert [x["step"] for x in first] == [1, 2, 3, 4, 5, 6]
    assert first[-1]["loss"] < first[0]["loss"] - 0.5
    assert second[0]["loss"] < first[0]["loss"] - 0.5, "it begins where phase 1 ended"
    assert f"started from | {trained / 'models' / 'phase1'}" in (trained / "models" / "phase2" / "README.md").read_text()


def test_card_names_data_recipe_and_versions(trained: Path) -> None:
    text = (trained / "models" / "phase1" / "README.md").read_text()
    from importlib.metadata import version

    assert "phase1.jsonl, " in text
    assert "| rows, supervised tokens | 12, " in text
    assert "| rate | 0.003 |" in text
    assert f"| trl | {version('trl')} |" in text


def test_trained_folder_loads_and_keeps_the_serving_template(trained: Path, base: Base) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = trained / "models" / "phase2"
    assert AutoTokenizer.from_pretrained(folder).chat_template == AutoTokenizer.from_pretrained(base.folder).chat_template
    assert AutoModelForCausalLM.from_pretrained(folder).config.model_type == "qwen3"


@pytest.mark.parametrize(("batch", "accumulate", "packing"), [(12, 1, False), (3, 4, False), (1, 12, False), (1, 12, True)])
def test_loss_is_the_mean_over_supervised_tokens_however_they_are_batched(base: Base, tmp_path: Path, batch: int, accumulate: int, packing: bool) -> None:
    """The first logged loss is that of the untrained model over all twelve rows, worked out here with the masks alone."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from agentscaler.learn.practice import padded
    from agentscaler.learn.tiny import loss_of
    from agentscaler.store import read_rows

    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    rows, dropped = tokenised(read_rows(base.run / "sft" / "phase1.jsonl"), tokenizer, longest=4096)
    assert (len(rows), dict(dropped)) == (12, {})
    ids, labels, mask = padded(rows, tokenizer.pad_token_id)
    expected, _ = loss_of(AutoModelForCausalLM.from_pretrained(base.folder), ids, labels, mask)
    longest = max(len(r.input_ids) for r in rows)
    run = copied(base, tmp_path / "run")
    [done] = train(run, base.folder, "1", Recipe(steps=1, batch=batch, accumulate=accumulate, packing=packing, longest=longest), say=lambda line: None)
    assert done.losses[0][1] == pytest.approx(float(expected), abs=2e-3)


# ---- what is dropped, what is refused ---------------------------------------------------------------------------------------


def test_rows_that_are_too_long_are_counted_in_the_card(base: Base, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from agentscaler.store import read_rows

    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    rows, _ = tokenised(read_rows(base.run / "sft" / "phase1.jsonl"), tokenizer, longest=4096)
    middle = sorted(len(r.input_ids) for r in rows)[6]
    run = copied(base, tmp_path / "run")
    [done] = train(run, base.folder, "1", Recipe(steps=1, batch=2, accumulate=1, longest=middle), say=lambda line: None)
    assert done.dropped == {"over_length": sum(len(r.input_ids) > middle for r in rows)}
    assert f"| dropped | {done.dropped['over_length']} over_length |" in (done.folder / "README.md").read_text()
    with pytest.raises(UserError, match=r"no row of .* is left"):
        train(run, base.folder, "1", Recipe(longest=10), fresh=True, say=lambda line: None)


def test_folder_of_another_training_is_not_gone_on_with(base: Base, trained: Path) -> None:
    before = losses(trained / "models" / "phase1")
    with pytest.raises(UserError, match="another rate, seed; give --fresh"):
        train(trained, base.folder, "1", SHORT._replace(rate=1e-4, seed=4), say=lambda line: None)
    assert losses(trained / "models" / "phase1") == before


def test_missing_rows_are_named(base: Base, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"phase1\.jsonl is not there"):
        train(tmp_path, base.folder, "1", SHORT, say=lambda line: None)


# ---- killed -----------------------------------------------------------------------------------------------------------------


def test_checkpoint_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    for step in (2, 4, 10):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if step != 10:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert newest_checkpoint(tmp_path) == tmp_path / "checkpoint-4"
    assert newest_checkpoint(tmp_path / "nothing") is None


def test_killed_training_goes_on_with_the_same_losses(base: Base, trained: Path, tmp_path: Path) -> None:
    run = copied(base, tmp_path / "run")
    program = (
        "import sys, time; from pathlib import Path; from transformers import Trainer; from agentscaler.train.loop import train; from test_train import SHORT\n"
        "step = Trainer.training_step\n"
        "def slow(self, *a, **k):\n    time.sleep(60 if self.state.global_step == 3 else 0)\n    return step(self, *a, **k)\n"
        "Trainer.training_step = slow\n"
        "train(Path(sys.argv[1]), sys.argv[2], '1', SHORT)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    child = subprocess.Popen([sys.executable, "-c", program, str(run), base.folder], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    checkpoints = run / "models" / "phase1" / "checkpoints"
    try:
        for _ in range(1200):
            if newest_checkpoint(checkpoints) or child.poll() is not None:
                break
            time.sleep(0.1)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert newest_checkpoint(checkpoints) == checkpoints / "checkpoint-2"
    [done] = train(run, base.folder, "1", SHORT, say=lambda line: None)
    assert done.resumed == 2
    assert [{"step": s, "loss": v} for s, v in done.losses] == losses(trained / "models" / "phase1")


# ---- LoRA -------------------------------------------------------------------------------------------------------------------


def test_lora_of_a_dense_model_is_merged_into_a_plain_folder(base: Base, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    run = copied(base, tmp_path / "run")
    [done] = train(run, base.folder, "1", SHORT._replace(lora=4, steps=3), say=lambda line: None)
    before, after = (dict(AutoModelForCausalLM.from_pretrained(f).named_parameters()) for f in (base.folder, done.folder))
    changed = {name for name in before if not before[name].equal(after[name])}
    assert set(before) == set(after)
    assert {n.split(".")[-2] for n in changed} == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def test_lora_of_a_mixture_of_experts_leaves_the_router_alone(base: Base, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3MoeConfig, Qwen3MoeForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    config = Qwen3MoeConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, moe_intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, head_dim=16,
        num_experts=4, num_experts_per_tok=2, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    Qwen3MoeForCausalLM(config).save_pretrained(tmp_path / "moe")
    tokenizer.save_pretrained(tmp_path / "moe")
    run = copied(base, tmp_path / "run")
    [done] = train(run, str(tmp_path / "moe"), "1", SHORT._replace(lora=4, steps=2), say=lambda line: None)
    before, after = (dict(AutoModelForCausalLM.from_pretrained(f).named_parameters()) for f in (tmp_path / "moe", done.folder))
    changed = {name.removeprefix("model.layers.0.") for name in before if not before[name].equal(after[name])}
    assert {"mlp.experts.gate_up_proj", "mlp.experts.down_proj", "self_attn.q_proj.weight"} <= changed
    assert not any("mlp.gate." in name for name in changed)


# ---- a row in colour --------------------------------------------------------------------------------------------------------


def test_shown_row_marks_what_has_loss(base: Base, command: Command) -> None:
    from transformers import AutoTokenizer

    row = find_row(base.run, "1000")
    [parts] = pieces(row, AutoTokenizer.from_pretrained(base.folder))
    assert sum(p.trained for p in parts) == sum(m["role"] == "assistant" for m in row["messages"])
    assert all(p.text.endswith("<|im_end|>") for p in parts if p.trained)
    ended = command("sft", "--run", base.run, "--show", "1000", "--train", base.folder)
    assert ended.code == 0
    assert ended.out.strip("\n") == "".join(f"[[{p.text}]]" if p.trained else p.text for p in parts).strip("\n")


def test_show_needs_a_row_and_a_tokenizer(base: Base, command: Command) -> None:
    assert "0 training rows" in command("sft", "--run", base.run, "--show", "nothing", "--train", base.folder).err
    assert "give --train BASE" in command("sft", "--run", base.run, "--show", "1000").err
