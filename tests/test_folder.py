"""`hf:FOLDER`: a model played in this process reads what training rows hold, many requests in one batch, and its calls are read by the template saved with it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from agentscaler import play, read_tasks
from agentscaler.episode import tool_list
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.llm.folder import FolderModel, Loaded, is_folder, load_folder, prompt_ids, read_message
from agentscaler.llm.wire import openai_message
from agentscaler.records import Message
from agentscaler.rollouts import kept_env, play_in
from agentscaler.rollouts.models import ModelAgent
from agentscaler.train.masks import turn
from agentscaler.world import World
from conftest import Command
from practice_runs import Base, write_model, write_run

pytest.importorskip("transformers", reason="the extra `train` is not installed")
pytest.importorskip("trl", reason="the extra `train` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    from agentscaler.train.loop import save_tokenizer

    home = tmp_path_factory.mktemp("folder")
    write_run(home / "run")
    tokenizer = write_model(home / "base", home / "run")
    assert save_tokenizer(tokenizer, home / "base")
    return Base(str(home / "base"), home / "run")


@pytest.fixture(scope="module")
def loaded(base: Base) -> Loaded:
    return load_folder(f"hf:{base.folder}")


def copied(base: Base, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(base.run, folder / "run"))


# ---- what it reads and says ---------------------------------------------------------------------------------------------

CALL = '<tool_call>\n{"name": "find_book", "arguments": {"title": "Zen", "shelf": 7}}\n</tool_call>'


@pytest.mark.parametrize(
    ("said", "content", "reasoning", "calls"),
    [
        (f"{CALL}<|im_end|>", "", "", [("find_book", {"title": "Zen", "shelf": 7})]),
        (f"Let me look.\n{CALL}\n{CALL.replace('Zen', '禅')}<|im_end|>", "Let me look.", "", [("find_book", {"title": "Zen", "shelf": 7}), ("find_book", {"title": "禅", "shelf": 7})]),
        ("It is on shelf 7.<|im_end|>", "It is on shelf 7.", "", []),
        (f"<think>\nI need the shelf.\n</think>\n\n{CALL}<|im_end|>", "", "I need the shelf.", [("find_book", {"title": "Zen", "shelf": 7})]),
        ('<tool_call>\n{"name": "find_book", "arg\n</tool_call><|im_end|>', '<tool_call>\n{"name": "find_book", "arg\n</tool_call>', "", []),
        ("cut of", "cut of", "", []),
    ],
)
def test_answers_are_read_by_the_template_of_the_folder(loaded: Loaded, said: str, content: str, reasoning: str, calls: list[Any]) -> None:
    prompt = loaded.tokenizer.encode("<|im_start|>user\nZen?<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)
    tools = [{"type": "function", "function": {"name": "find_book", "description": "Find.", "parameters": {"type": "object", "properties": {"title": {"type": "string"}, "shelf": {"type": "integer"}}}}}]
    found = read_message(loaded.tokenizer, loaded.tokenizer.encode(said, add_special_tokens=False), prompt, tools, at=3)
    assert (found.content, found.reasoning, [(c.name, c.arguments) for c in found.calls]) == (content, reasoning, calls)
    assert [c.id for c in found.calls] == [f"call_3_{n}" for n in range(len(calls))]


class Recalling:
    """In place of a model: says what gold said where it has read exactly these tokens, and nothing of use elsewhere."""

    device = "cpu"
    config = SimpleNamespace(max_position_embeddings=8192)
    generation_config = SimpleNamespace(eos_token_id=None)

    def __init__(self, known: dict[tuple[int, ...], list[int]]) -> None:
        self.known = known
        self.batches: list[int] = []

    def generate(self, *, input_ids: Any, attention_mask: Any, **options: Any) -> Any:
        import torch

        self.batches.append(len(input_ids))
        said = [self.known.get(tuple(i for i, m in zip(row, mask, strict=True) if m), [0]) for row, mask in zip(input_ids.tolist(), attention_mask.tolist(), strict=True)]
        longest = max(map(len, said))
        return torch.cat([input_ids, torch.tensor([s + [options["pad_token_id"]] * (longest - len(s)) for s in said])], dim=1)


def test_model_that_says_what_it_was_trained_on_does_the_tasks(base: Base, loaded: Loaded) -> None:
    """Prompts are those of training rows, token by token, or nothing would be recalled; many episodes are answered in one batch."""
    tasks = read_tasks(base.run)
    known: dict[tuple[int, ...], list[int]] = {}
    for task in tasks:
        env = kept_env(task.folder)
        rollout = play(task, agent="gold")
        messages = [openai_message(m) for m in rollout.messages]
        for at, message in enumerate(messages):
            if message["role"] == "assistant":
                prompt, target = turn(messages, tool_list(env), loaded.tokenizer, at, {})
                known[tuple(prompt)] = target
    recalling = Recalling(known)
    model = FolderModel(Loaded("hf:recalling", recalling, loaded.tokenizer))

    async def one(task: Any) -> bool:
        from agentscaler.dice import Dice
        from agentscaler.episode import play_episode
        from agentscaler.rollouts import ScriptedUser
        from agentscaler.store import row_id

        with World.open(kept_env(task.folder), seed=task.seed) as world:
            rollout = await play_episode(task, world, agent=ModelAgent(model), user=ScriptedUser(task.brief, Dice(0, "user", row_id(task), 0)))
        return grade(task, rollout).passed

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(one(t) for t in tasks))

    assert asyncio.run(all_of_them()) == [True] * len(tasks)
    assert max(recalling.batches) >= len(tasks) // 2
    recalling.known.clear()
    assert not any(asyncio.run(all_of_them()))


def test_batch_answers_as_each_prompt_alone(base: Base, loaded: Loaded) -> None:
    task = read_tasks(base.run)[0]
    tools = tool_list(kept_env(task.folder))
    prompts = [prompt_ids([{"role": "user", "content": text}], tools, loaded.tokenizer) for text in ("Hello.", "Please list all that is there, and then some more.", "No.")]
    model = FolderModel(loaded, parameters={"max_tokens": 6, "temperature": 0})
    together = model.generate(prompts)
    assert together == [model.generate([p])[0] for p in prompts]
    assert all(0 < len(made) <= 6 for made in together)


def test_what_does_not_fit_ends_the_episode_as_context(base: Base, loaded: Loaded) -> None:
    task = read_tasks(base.run)[0]
    narrow = SimpleNamespace(config=SimpleNamespace(max_position_embeddings=20), device="cpu", generation_config=SimpleNamespace(eos_token_id=None))
    with World.open(kept_env(task.folder), seed=task.seed) as world:
        rollout = play_in(task, world, agent=ModelAgent(FolderModel(Loaded("hf:narrow", narrow, loaded.tokenizer))))
    assert rollout.stop == "context"


# ---- over a run ---------------------------------------------------------------------------------------------------------


def test_rollouts_and_play_of_a_folder(base: Base, tmp_path: Path, command: Command) -> None:
    run = copied(base, tmp_path)
    words: Sequence[object] = ("rollouts", "--run", run, "--agent", f"hf:{base.folder}", "--set", "max_tokens=8", "--set", "temperature=0", "--steps", 2, "--limit", 4)
    ended = command(*words)
    assert ended.code == 0, ended.err
    rows = [orjson.loads(line) for line in (run / "rollouts.jsonl").read_bytes().splitlines()]
    assert len(rows) == 4
    assert {(r["agent"], r["scripted"]) for r in rows} == {(f"hf:{base.folder}", False)}
    assert all(r["usage"]["completion_tokens"] > 0 for r in rows)
    assert "finished before" in command(*words).out
    (Path(base.folder) / "config.json").touch()
    assert "--fresh" in command(*words).err, "other weights under the same name are not gone on with"
    number = read_tasks(run)[0]
    watched = command("play", "--run", run, "--agent", "gold")
    assert watched.code == 0
    assert "The judge: passed." in watched.out
    assert number.brief.facts


def test_what_a_user_can_put_right(base: Base, tmp_path: Path, command: Command) -> None:
    import shutil

    run = copied(base, tmp_path)
    assert is_folder("hf:models/phase1")
    assert "no model at './nothing'" in command("rollouts", "--run", run, "--agent", "hf:./nothing").err
    assert "plays agents only" in command("rollouts", "--run", run, "--agent", "gold", "--user", f"hf:{base.folder}").err
    assert "--set seed" in command("rollouts", "--run", run, "--agent", f"hf:{base.folder}", "--set", "seed=1").err
    bare = Path(shutil.copytree(base.folder, tmp_path / "bare"))
    config = orjson.loads((bare / "tokenizer_config.json").read_bytes())
    del config["response_template"]
    (bare / "tokenizer_config.json").write_bytes(orjson.dumps(config))
    with pytest.raises(UserError, match="response_template in"):
        load_folder(f"hf:{bare}")


def test_way_to_read_calls_is_the_one_that_reads_back_what_the_template_writes(base: Base) -> None:
    """Of a chat template that TRL does not know, too; and of one whose calls nobody reads there is none."""
    import trl
    from transformers import AutoTokenizer

    from agentscaler.train.loop import find_reader
    from chat_templates import TEMPLATES

    theirs = Path(trl.__file__).parent / "chat_templates"
    known = {"qwen": True, "thinking": True, "mistral": False, **dict.fromkeys(("qwen3", "qwen3_instruct_2507", "qwen3_6", "glm4moe"), True)}
    for family, found in known.items():
        tokenizer = AutoTokenizer.from_pretrained(base.folder)
        tokenizer.response_template = None
        tokenizer.chat_template = TEMPLATES[family] if family in TEMPLATES else (theirs / f"{family}.jinja").read_text(encoding="utf-8")
        assert find_reader(tokenizer) is found, family


def test_message_without_calls_stays_text(loaded: Loaded) -> None:
    prompt = loaded.tokenizer.encode("<|im_start|>assistant\n", add_special_tokens=False)
    assert read_message(loaded.tokenizer, [], prompt, (), at=0) == Message(role="assistant")
