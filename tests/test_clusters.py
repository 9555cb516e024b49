"""Recipes for clusters: every field is one of the installed libraries, proven by training a tiny model of the same architecture with them, and every command is one of ours."""

import inspect
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer.main

from agentscaler import cli
from agentscaler.errors import UserError
from agentscaler.recipe import read_recipe
from agentscaler.store import Run
from agentscaler.train.recipes import read_practice, read_training
from conftest import Command
from practice_runs import Base, write_model, write_run

RUNS = Path(__file__).parents[1] / "runs"
RECIPES = sorted(RUNS.glob("qwen3-*.toml"))
MIXTURES = ("a3b", "a22b")


def is_mixture(path: Path) -> bool:
    return any(part in path.stem for part in MIXTURES)


def commands(path: Path) -> list[list[str]]:
    """The commands of a recipe's head, those behind && too."""
    head = [line for line in path.read_text().split("[run]")[0].splitlines() if line.startswith("#")]
    found = [re.sub(r"^#\s+(?:[A-Z][\w, -]*?\s{2,})?", "", line) for line in head]
    return [shlex.split(c) for line in found if re.match(r"(agentscaler|accelerate|vllm|mkdir) ", line) for c in line.split(" && ")]


# ---- in words -----------------------------------------------------------------------------------------------------------


def test_there_is_a_recipe_for_each_size() -> None:
    assert [p.stem for p in RECIPES] == ["qwen3-235b-a22b-thinking", "qwen3-30b-a3b-thinking", "qwen3-4b-thinking", "qwen3-8b"]
    for path in RECIPES:
        head = path.read_text().split("[run]")[0]
        assert all(f"# {word}" in head for word in ("Hardware", "Memory", "Hours", "Data", "Phases", "Serve", "Scores")), path


@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_a_walk_reads_the_recipe_and_passes_over_its_training(path: Path) -> None:
    read = read_recipe(path)
    assert read.folder == Path("runs", path.stem)
    assert "train" not in read.verbs
    assert read.verbs["rollouts"]["agents"][0].startswith("Qwen/")


@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_every_command_is_one_of_ours_with_flags_it_has(path: Path) -> None:
    group: Any = typer.main.get_command(cli.app)
    said = commands(path)
    for words in said:
        if "agentscaler" in words and words[0] in ("agentscaler", "accelerate"):
            verb, *rest = words[words.index("agentscaler") + 1 :]
            asked = group.commands[verb]
            flags = {flag for p in getattr(asked, "commands", {}).get(rest[0], asked).params for flag in p.opts}
            assert {w for w in rest if w.startswith("--")} <= flags, words
    verbs = [w[w.index("agentscaler") + 1] for w in said if "agentscaler" in w]
    assert [v for v in verbs if v != "rl"] == ["run", "sft", "rollouts", "rollouts", "evals", "evals", "tasks", "rollouts", "funnel", "sft", "sft", "sft", "sft", "rollouts"]
    assert ("rl" in verbs) == ("rl" in tomllib.loads(path.read_text()))
    assert all(f"runs/{path.stem}" in " ".join(w) for w in said)


def test_what_a_recipe_says_wrongly_is_named(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.toml"
    for text, message in (
        ("[train]\npace = 1\n", r"\[train\] pace is no setting of it"),
        ("[train]\nrate = 'high'\n", r"\[train\] rate is 'high'; give a value like 1e-05"),
        ("[train]\npacking = 1\n", r"\[train\] packing is 1"),
        ("[train]\nbatch = true\n", r"\[train\] batch is True"),
        ("[rl]\n", r"no table \[train\]"),
        ("[train", "is no TOML"),
    ):
        recipe.write_text(text)
        with pytest.raises(UserError, match=message):
            read_training(recipe)
    with pytest.raises(UserError, match="cannot be read"):
        read_practice(tmp_path / "nothing.toml")


# ---- with the libraries -----------------------------------------------------------------------------------------------------


def write_rows(run: Path) -> None:
    """sft/phase1.jsonl of gold conversations."""
    from agentscaler import play, read_tasks
    from agentscaler.episode import tool_list
    from agentscaler.llm.wire import openai_message
    from agentscaler.rollouts import kept_env

    (run / "sft").mkdir()
    rows = [{"id": f"{n}", "messages": [openai_message(m) for m in play(t, agent="gold").messages], "tools": tool_list(kept_env(t.folder))} for n, t in enumerate(read_tasks(run)[:4])]
    (run / "sft" / "phase1.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Base]:
    """By whether it is a mixture of experts."""
    pytest.importorskip("trl", reason="the extra `train` is not installed")
    from agentscaler.train.loop import find_reader

    home = tmp_path_factory.mktemp("clusters")
    write_run(home / "run")
    write_rows(home / "run")
    for mixture in (False, True):
        tokenizer = write_model(home / str(mixture), home / "run", experts=mixture)
        assert find_reader(tokenizer)
        tokenizer.save_pretrained(home / str(mixture))
    return {m: Base(str(home / str(m)), home / "run") for m in (False, True)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.stem)
def test_settings_train_a_tiny_model_of_the_same_architecture(path: Path, bases: dict[bool, Base]) -> None:
    """What is changed for this machine: attention without a GPU, how long, how many."""
    from transformers import AutoModelForCausalLM
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    from agentscaler.train.loop import train_phase

    base, recipe = bases[is_mixture(path)], read_training(path)
    assert recipe.attention in ALL_ATTENTION_FUNCTIONS
    done = train_phase(base.run / "sft" / "phase1.jsonl", base.folder, base.run / "models" / path.stem, recipe._replace(steps=1, accumulate=1, attention="", longest=4096), say=lambda line: None)
    assert len(done.losses) == 1
    assert done.rows == 4
    architecture = AutoModelForCausalLM.from_pretrained(done.folder).config.model_type
    assert architecture == ("qwen3_moe" if is_mixture(path) else "qwen3")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", [p for p in RECIPES if "rl" in tomllib.loads(p.read_text())], ids=lambda p: p.stem)
def test_settings_of_rl_too(path: Path, bases: dict[bool, Base], tmp_path: Path) -> None:
    from agentscaler.train.grpo import practise
    from agentscaler.walk.practice import house_of

    base, practice = bases[is_mixture(path)], read_practice(path)
    small = practice._replace(steps=1, group=2, accumulate=2, answer=8, vllm=False, attention="")
    house, exercises = house_of(Run(base.run), small)
    done = practise(exercises[:2], base.folder, tmp_path, small, house=house, say=lambda line: None)
    assert [line["step"] for line in done.progress] == [1]
    assert practice.batch * practice.accumulate % practice.group == 0
    assert practice.answer < practice.most


def test_sharding_is_what_the_launcher_takes() -> None:
    config_args = pytest.importorskip("accelerate.commands.config.config_args", reason="the extra `train` is not installed")
    from accelerate.commands.launch import launch_command_parser
    from accelerate.utils import FullyShardedDataParallelPlugin

    config = config_args.load_config_from_file(str(RUNS / "fsdp2.yaml"))
    flags = {flag for action in launch_command_parser()._actions for flag in action.option_strings}
    assert {f"--{name}" for name in config.fsdp_config} <= flags
    assert str(config.distributed_type.value) == "FSDP"
    taken = inspect.signature(FullyShardedDataParallelPlugin).parameters
    named = {"offload_params": "cpu_offload"}
    assert all(named.get(n, n) in taken or n == "version" for n in (name.removeprefix("fsdp_") for name in config.fsdp_config))


@pytest.mark.filterwarnings("ignore")
def test_a_recipe_is_what_trains(bases: dict[bool, Base], tmp_path: Path, command: Command) -> None:
    import shutil

    run = Path(shutil.copytree(bases[False].run, tmp_path / "run", ignore=shutil.ignore_patterns("models")))
    recipe = tmp_path / "mine.toml"
    recipe.write_text("[train]\nsteps = 1\nbatch = 2\naccumulate = 1\n[train.trl]\nweight_decay = 0.5\n")
    ended = command("sft", "--run", run, "--train", bases[False].folder, "--recipe", recipe)
    assert ended.code == 0, ended.err
    assert "| trl | {'weight_decay': 0.5} |" in (run / "models" / "phase1" / "README.md").read_text()
    recipe.write_text("[train]\n[train.trl]\nweight_lost = 0.5\n")
    assert "'weight_lost' is no field of SFTConfig" in command("sft", "--run", run, "--train", bases[False].folder, "--recipe", recipe, "--fresh").err
