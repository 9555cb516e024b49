"""RL in the worlds through TRL: the policy reads what training rows and evaluation hold, the one judge rewards, infrastructure moves nothing, a killed training goes on."""

import copy
import inspect
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import orjson
import pytest

from agentscaler.errors import UserError
from agentscaler.llm.wire import openai_message
from agentscaler.records import EnvSpec, Message, ToolCall
from agentscaler.store import Run
from agentscaler.train.grpo import Exercise, House, Practice, make_trainer
from agentscaler.train.masks import IGNORED, supervise
from agentscaler.train.stage import Stage
from agentscaler.train.talk import Talk
from agentscaler.train.worlds import ASK, world_class
from agentscaler.walk.practice import house_of, rl
from conftest import Command
from practice_runs import Base, Policy, write_model, write_run

pytest.importorskip("trl", reason="the extra `train` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")

SHORT = Practice(rate=1e-2, steps=2, group=4, batch=4, accumulate=1, most=4000, answer=12, longest=6000, step_limit=12, save=1, trl={"warmup_steps": 0})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    home = tmp_path_factory.mktemp("rl")
    write_run(home / "run")
    write_model(home / "base", home / "run")
    return Base(str(home / "base"), home / "run")


@pytest.fixture(scope="module")
def tokenizer(base: Base) -> Any:
    from transformers import AutoTokenizer

    from agentscaler.train.loop import find_reader

    found = AutoTokenizer.from_pretrained(base.folder)
    assert find_reader(found)
    return found


def writing(base: Base, house: House, exercises: list[Exercise]) -> Exercise:
    """A task with a change and an answer, if there is one; else one with a change."""
    rows = {r["id"]: r for line in (base.run / "tasks.jsonl").read_bytes().splitlines() if (r := orjson.loads(line))}
    return max(exercises, key=lambda e: (bool(rows[e.number]["change"]), bool(rows[e.number]["answers"])))


def played(base: Base, tokenizer: Any, manners: list[str], **more: Any) -> dict[str, Any]:
    """One task, played by these as the policy, through the rollout function."""
    house, exercises = house_of(Run(base.run), SHORT)
    policy = Policy(tokenizer, house.open_stage, lambda n: manners[n])
    task = writing(base, house, exercises)
    return Talk(tokenizer, policy.open_stage, most=4000, **more)([[{"role": "user", "content": "", "task": task.number}]] * len(manners), policy) | {"policy": policy}


# ---- what the policy reads --------------------------------------------------------------------------------------------


def test_episode_is_the_training_row_of_its_conversation_token_by_token(base: Base, tokenizer: Any) -> None:
    """What RL trains on, and where the loss is, are those of SFT on the same conversation: prompt, tools, calls, answers, users."""
    found = played(base, tokenizer, ["gold", "stumbling"])
    for n, stage in enumerate(found["policy"].stages):
        messages = [openai_message(m) for m in stage.episode.messages]
        [row] = supervise(messages, stage.episode.tools, tokenizer).kept
        assert sum(m["role"] == "user" for m in messages) > 1
        assert any(m["role"] == "tool" for m in messages)
        ids = found["prompt_ids"][n] + found["completion_ids"][n]
        assert ids[: len(row.input_ids)] == row.input_ids
        assert len(ids) == len(row.input_ids)
        assert [0] * len(found["prompt_ids"][n]) + found["env_mask"][n] == [int(label != IGNORED) for label in row.labels]


def test_tools_are_the_same_text_in_training_rows_rl_and_evaluation(base: Base, tokenizer: Any, tmp_path: Path) -> None:
    from agentscaler.llm.folder import prompt_ids

    house, exercises = house_of(Run(base.run), SHORT)
    stage = house.open_stage(exercises[0].number)
    messages = [openai_message(m) for m in stage.opening]
    row = supervise([*messages, {"role": "assistant", "content": "Hello."}], stage.episode.tools, tokenizer).kept[0]
    prompt = prompt_ids(messages, stage.episode.tools, tokenizer)
    assert row.input_ids[: len(prompt)] == prompt
    assert [label for label in row.labels if label != IGNORED] == row.input_ids[len(prompt) :]
    trainer, _ = make_trainer(exercises[:1], base.folder, tmp_path, SHORT._replace(users="tool"), house=house, say=lambda line: None)
    trainer._batch_environments = [exercises[0].world]
    [theirs], _, _ = trainer._tokenize_prompts([messages])
    listed, ours = tools_in(tokenizer.decode(theirs)), tools_in(tokenizer.decode(prompt))
    names = [orjson.loads(text)["function"]["name"] for text in listed]
    assert names == sorted(names)
    assert [text for text, name in zip(listed, names, strict=True) if name != ASK] == ours
    assert len(listed) == len(ours) + 1 == len(house.env_of(exercises[0].world).tools) + 1


def tools_in(prompt: str) -> list[str]:
    """The text of each tool of a prompt, as it stands there."""
    rest = prompt.split("<tools>")[1].split("</tools>")[0].strip()
    out = []
    while rest:
        end = json.JSONDecoder().raw_decode(rest)[1]
        out.append(rest[:end])
        rest = rest[end:].lstrip()
    return out


def test_class_of_a_world_has_signatures_and_docstrings(base: Base) -> None:
    house, exercises = house_of(Run(base.run), SHORT)
    env = house.env_of(exercises[0].world)
    made = world_class(env, house.open_stage)
    for tool in env.tools:
        method = getattr(made, tool.name)
        given = inspect.signature(method).parameters
        assert list(given)[1:] == list(tool.parameters["properties"])
        assert all((given[n].default is inspect.Parameter.empty) == (n in tool.parameters.get("required", ())) for n in tool.parameters["properties"])
        assert method.__doc__.startswith(tool.description)
        assert all(f"\n    {n}: " in method.__doc__ for n in tool.parameters["properties"])
    one = made()
    assert dict(getattr(one, env.tools[0].name))["function"]["parameters"] == env.tools[0].parameters


def test_names_that_no_python_has_and_names_of_trl(base: Base) -> None:
    house, exercises = house_of(Run(base.run), SHORT)
    env = house.env_of(exercises[0].world)
    tool = env.tools[0].model_copy(update={"name": "get-it", "parameters": {"type": "object", "properties": {"from": {"type": "string"}, "limit": {"type": "integer"}}, "required": ["from"]}})
    made = world_class(env.model_copy(update={"tools": (tool,)}), house.open_stage)
    assert str(inspect.signature(getattr(made, "get-it"))) == "(self, *, limit: int = None, **others)"
    with pytest.raises(UserError, match="'reset'"):
        world_class(env.model_copy(update={"tools": (tool.model_copy(update={"name": "reset"}),)}), house.open_stage)


@pytest.mark.parametrize(("family", "opened"), [("qwen3", ""), ("qwen3_instruct_2507", ""), ("qwen3_6", "<think>\n")])
def test_what_others_say_is_rendered_as_the_template_of_the_model_has_it(tokenizer: Any, family: str, opened: str) -> None:
    """With the templates of real models, those too that rewrite earlier turns; marks inside an answer end nothing."""
    import trl

    from agentscaler.train.talk import spoken

    here = copy.copy(tokenizer)
    here.chat_template = (Path(trl.__file__).parent / "chat_templates" / f"{family}.jinja").read_text(encoding="utf-8")
    calls = (ToolCall(id="a", name="get_x", arguments={"k": 1}), ToolCall(id="b", name="get_y", arguments={}))
    answers = [Message(role="tool", content='{"a":1}', call_id="a", name="get_x"), Message(role="tool", content="<|im_end|> x", call_id="b", name="get_y")]
    told = here.decode(spoken(answers, Message(role="assistant", content="Let me look.", reasoning="Hm.", calls=calls), here))
    both = '<tool_response>\n{"a":1}\n</tool_response>\n<tool_response>\n<|im_end|> x\n</tool_response>'
    assert told == f"\n<|im_start|>user\n{both}<|im_end|>\n<|im_start|>assistant\n{opened}"
    assert here.decode(spoken([Message(role="user", content="Yes.")], Message(role="assistant", content="Shall I?"), here)) == f"\n<|im_start|>user\nYes.<|im_end|>\n<|im_start|>assistant\n{opened}"


# ---- what it earns ------------------------------------------------------------------------------------------------------


def test_right_ends_earn_and_wrong_ones_do_not(base: Base, tokenizer: Any) -> None:
    found = played(base, tokenizer, ["gold", "nothing", "adding", "wrong", "forgetting", "stumbling"])
    assert found["reward"] == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


def test_part_of_the_way_earns_where_that_was_asked_for_but_never_beside_what_nobody_wanted(base: Base, tokenizer: Any) -> None:
    found = played(base, tokenizer, ["gold", "nothing", "adding"], shaped=0.3)
    assert found["reward"] == [1.0, 0.0, 0.0]
    assert played_partly(base, shaped=0.0) == 0.0
    assert played_partly(base, shaped=0.3) == pytest.approx(0.15)


def played_partly(base: Base, *, shaped: float) -> float | None:
    """The first of two wanted changes, and no more. (The practice worlds ask for one at a time, so the second is borrowed from another task.)"""
    house, exercises = house_of(Run(base.run), SHORT)
    stages = [s for e in exercises if len((s := house.open_stage(e.number)).task.change) == 1 and not s.task.answers]
    stage, other = stages[0], next(s for s in stages if s.task.change != stages[0].task.change)
    stage.task = stage.task.model_copy(update={"change": (*stage.task.change, *other.task.change)})
    for n, call in enumerate(stage.task.gold):
        stage.hear(Message(role="assistant", calls=(ToolCall(id=f"c{n}", name=call.name, arguments=call.arguments),)))
    return stage.reward(shaped=shaped)


def test_limits_end_an_episode_and_what_is_there_counts(base: Base, tokenizer: Any) -> None:
    house, exercises = house_of(Run(base.run), SHORT._replace(step_limit=1))
    policy = Policy(tokenizer, house.open_stage, lambda n: "gold")
    task = writing(base, house, exercises)
    prompts = [[{"role": "user", "content": "", "task": task.number}]]
    found = Talk(tokenizer, policy.open_stage, most=4000)(prompts, policy)
    assert (found["stop"], found["reward"]) == (["steps"], [0.0])
    cut = Policy(tokenizer, house_of(Run(base.run), SHORT)[0].open_stage, lambda n: "gold")
    short = Talk(tokenizer, cut.open_stage, most=10)(prompts, cut)
    assert (short["stop"], len(short["completion_ids"][0])) == (["tokens"], 10)
    house, _ = house_of(Run(base.run), SHORT._replace(calls=0))
    calling = Policy(tokenizer, house.open_stage, lambda n: "gold")
    assert Talk(tokenizer, calling.open_stage, most=4000)(prompts, calling)["stop"] == ["steps"]


def test_process_that_is_done_keeps_step_with_one_that_is_not(base: Base, tokenizer: Any) -> None:
    """Generation is a joint act: while the other process has episodes left, this one asks for as many messages, and throws away what is too many."""
    import torch

    house, exercises = house_of(Run(base.run), SHORT)
    alone = Policy(tokenizer, house.open_stage, lambda n: "gold")
    prompts = [[{"role": "user", "content": "", "task": writing(base, house, exercises).number}]]
    expected = Talk(tokenizer, alone.open_stage, most=4000)(prompts, alone)

    class Two(Policy):
        """The other process still has three episodes in so many rounds."""

        rounds, thrown_away = 12, 0
        asked: ClassVar[list[int]] = []

        def gather(self, mine: Any) -> Any:
            self.rounds -= 1
            return torch.cat([mine, torch.tensor([3 * (self.rounds > 0)])])

        def _generate_single_turn(self, prompts: Any, *more: Any, **named: Any) -> Any:
            self.asked.append(len(prompts))
            if all(s.over for s in self.stages):
                self.thrown_away += 1
                return [[tokenizer.eos_token_id]] * len(prompts), None
            made, logprobs = super()._generate_single_turn(prompts[:1], *more, **named)
            return [*made, *[[tokenizer.eos_token_id]] * (len(prompts) - 1)], logprobs

    two = Two(tokenizer, house.open_stage, lambda n: "gold")
    two.accelerator = SimpleNamespace(num_processes=2, device="cpu", gather=two.gather)
    found = Talk(tokenizer, two.open_stage, most=4000)(prompts, two)
    assert two.thrown_away > 0
    assert two.asked == [3] * 11
    assert {k: v for k, v in found.items() if k != "world_seconds"} == {k: v for k, v in expected.items() if k != "world_seconds"}


# ---- through the trainer ------------------------------------------------------------------------------------------------


class Gone:
    """A user whose endpoint is gone after the first words."""

    name, scripted = "gone", True

    def __init__(self, user: Any) -> None:
        self._user, self._said = user, 0

    def play(self, messages: Any, tools: Any) -> Any:
        self._said += 1
        if self._said > 1:
            raise ConnectionError("the endpoint is gone")
        return self._user.play(messages, tools)


def stepped(base: Base, folder: Path, chosen: Any, *, broken: Any = lambda n: False, practice: Practice = SHORT) -> tuple[list[dict[str, Any]], bool]:
    """One update with a scripted policy in a real trainer: its log, and whether any weight moved."""
    house, exercises = house_of(Run(base.run), practice)
    opened = 0

    def open_stage(number: str) -> Stage:
        nonlocal opened
        stage = house.open_stage(number)
        if broken(opened):
            stage._user = Gone(stage._user)
        opened += 1
        return stage

    task = writing(base, house, exercises)
    trainer, _ = make_trainer([task], base.folder, folder, practice._replace(steps=1), house=house, say=lambda line: None)
    policy = Policy(trainer.processing_class, open_stage, chosen)
    trainer.rollout_func._open = policy.open_stage
    trainer._generate_single_turn = policy._generate_single_turn
    before = {n: p.detach().clone() for n, p in trainer.model.named_parameters()}
    trainer.train()
    return trainer.state.log_history, any(not before[n].equal(p) for n, p in trainer.model.named_parameters())


def test_half_a_group_that_is_right_moves_the_weights(base: Base, tmp_path: Path) -> None:
    log, moved = stepped(base, tmp_path, lambda n: "gold" if n % 2 else "nothing")
    assert log[0]["reward"] == 0.5
    assert log[0]["grad_norm"] > 0
    assert moved


def test_episode_that_infrastructure_cut_short_gives_no_gradient(base: Base, tmp_path: Path) -> None:
    """Three right ends and one episode whose user is gone: as if it had not been, so nothing is better than its group. The same episode with a fault of its own moves weights."""
    log, moved = stepped(base, tmp_path / "a", lambda n: "gold", broken=lambda n: n == 2)
    assert (log[0]["reward"], log[0]["worlds/infrastructure"], log[0]["grad_norm"]) == (1.0, 1.0, 0.0)
    assert not moved
    log, moved = stepped(base, tmp_path / "b", lambda n: "nothing" if n == 2 else "gold")
    assert (log[0]["reward"], log[0]["worlds/infrastructure"]) == (0.75, 0.0)
    assert moved


def test_training_stops_where_nothing_came_to_its_end(base: Base, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the endpoint is gone"):
        stepped(base, tmp_path, lambda n: "gold", broken=lambda n: True)


@pytest.mark.parametrize(("users", "lora"), [("scripted", 0), ("tool", 2)])
def test_a_random_model_practises_in_several_worlds(base: Base, tmp_path: Path, users: Any, lora: int) -> None:
    from agentscaler.llm.folder import load_folder

    run = copied(base, tmp_path)
    said: list[str] = []
    done = rl(Run(run), base.folder, SHORT._replace(users=users, batch=8, lora=lora), say=said.append)
    assert "in 2 worlds" in said[0]
    assert [line["step"] for line in done.progress] == [1, 2]
    assert all(line["reward"] == 0.0 for line in done.progress)
    assert 0 < done.share < 0.5
    assert "of which worlds" in said[-1]
    card = (done.folder / "README.md").read_text()
    assert "| share of the time in worlds |" in card
    assert "| group | 4 |" in card
    assert load_folder(f"hf:{done.folder}").model.config.model_type == "qwen3", "a plain folder that plays, LoRA merged"


def copied(base: Base, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(base.run, folder / "run"))


def test_tool_environments_are_judged_like_conversations(base: Base, tmp_path: Path) -> None:
    """Gold calls and the answers told in the last message earn; nothing earns nothing; an extra write earns nothing."""
    from agentscaler.grade import closing
    from agentscaler.train.worlds import judged_worlds

    house, exercises = house_of(Run(base.run), SHORT)
    number = writing(base, house, exercises).number
    env: EnvSpec = house.env_of(next(e.world for e in exercises if e.number == number))
    task = house.open_stage(number).task
    writes = [t.name for t in env.tools if t.kind == "write"]
    extra = next(c for t in (house.open_stage(e.number).task for e in exercises if e.number != number) if t.env == task.env and t.seed == task.seed for c in t.gold if c.name in writes and c not in task.gold)
    rewards = []
    for calls, words in ((task.gold, closing(task.answers)), ((), "Done."), ((*task.gold, extra), closing(task.answers)), (task.gold, "")):
        world = world_class(env, house.open_stage)()
        world.reset(task=number, prompt=[])
        completion: list[dict[str, Any]] = [{"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": ASK, "arguments": {"text": "Shall I go ahead?"}}}]}]
        completion.append({"role": "tool", "name": ASK, "content": getattr(world, ASK)(text="Shall I go ahead?")})
        for call in calls:
            completion.append({"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": call.name, "arguments": call.arguments}}]})
            completion.append({"role": "tool", "name": call.name, "content": getattr(world, call.name)(**call.arguments)})
        completion.append({"role": "assistant", "content": words})
        rewards += judged_worlds([], [completion], environments=[world], log_metric=lambda name, value: None)
    assert rewards == [1.0, 0.0, 0.0, 0.0 if task.answers else 1.0]


# ---- killed, resumed, refused -----------------------------------------------------------------------------------------------


def test_killed_practice_goes_on_from_its_last_checkpoint(base: Base, tmp_path: Path) -> None:
    run = copied(base, tmp_path)
    whole = rl(Run(run), base.folder, SHORT, say=lambda line: None)
    folder = whole.folder.rename(run / "models" / "whole").with_name("rl")

    class Killed(Exception):
        pass

    def die(line: str) -> None:
        if line.startswith("update 2"):
            raise Killed

    with pytest.raises(Killed):
        rl(Run(run), base.folder, SHORT, say=die)
    assert [p.name for p in (folder / "checkpoints").glob("checkpoint-*")] == ["checkpoint-1"]
    done = rl(Run(run), base.folder, SHORT, say=lambda line: None)
    assert done.resumed == 1
    assert [timeless(line) for line in done.progress] == [timeless(line) for line in whole.progress]


def timeless(line: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in line.items() if k not in ("step_time", "world_seconds", "worlds_share")}


def test_settings_that_do_not_fit_are_named(base: Base, tmp_path: Path, command: Command) -> None:
    run = copied(base, tmp_path)
    assert "no whole groups of 4" in command("rl", "--run", run, "--train", base.folder, "--group", 4, "--batch", 6, "--accumulate", 1).err
    assert "--user is 'nobody'" in command("rl", "--run", run, "--train", base.folder, "--user", "nobody").err
    assert "all have prompts of more than 10 tokens" in command("rl", "--run", run, "--train", base.folder, "--longest", 10).err
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[rl]\nsteps = 1\n[rl.trl]\nnumber_of_generations = 3\n")
    assert "'number_of_generations' is no field of GRPOConfig" in command("rl", "--run", run, "--train", base.folder, "--recipe", recipe, "--fresh").err
    recipe.write_text("[rl]\npace = 1\n")
    assert "[rl] pace is no setting of it" in command("rl", "--run", run, "--train", base.folder, "--recipe", recipe).err


def test_only_training_tasks_are_practised(base: Base) -> None:
    _, exercises = house_of(Run(base.run), SHORT)
    rows = {r["id"]: r for line in (base.run / "tasks.jsonl").read_bytes().splitlines() if (r := orjson.loads(line))}
    assert {rows[e.number]["split"] for e in exercises} == {"train"}
    assert {r["split"] for r in rows.values()} == {"train", "heldout"}
