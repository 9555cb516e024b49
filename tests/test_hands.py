"""Worlds with a second actor: the user has tools of its own, makes the calls that the agent asks for, and tells what came of them; the judge counts both, and nothing of it stands in the agent's conversation but words."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from agentscaler import read_env, walk
from agentscaler.check import check
from agentscaler.dice import Dice
from agentscaler.episode import Episode
from agentscaler.errors import Dropped, UserError
from agentscaler.funnel import judge
from agentscaler.grade import grade
from agentscaler.hands import read_out, request, told_of, tool_list, understood, whole
from agentscaler.inspect_log import sample_of
from agentscaler.llm.model import ScriptedModel
from agentscaler.records import Brief, EnvSpec, Fact, JsonObject, Message, Rollout, Task, ToolCall
from agentscaler.rollouts import ScriptedUser, named_player, play_in
from agentscaler.rollouts.lint import Ear, lint
from agentscaler.rollouts.models import ModelUser
from agentscaler.rollouts.person import PersonAsUser
from agentscaler.sft import example
from agentscaler.store import Run, read_records, read_rows
from agentscaler.tasks.hands import for_two, hands_of, held_tables
from agentscaler.train.stage import Bounds, Stage
from agentscaler.train.worlds import world_class
from agentscaler.world import World
from model_server import ModelServer, actor

BIKES = "*Bike*"


@pytest.fixture(scope="module")
def pair(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The bike rental, whose bikes only the user can see and change."""
    run = Run(tmp_path_factory.mktemp("pair"))
    for name in ("envs", "domains", "tools"):
        for file in (f"{name}.jsonl", f"{name}.dropped.jsonl"):
            shutil.copy(bikes / file, run.path)
    shutil.copytree(bikes / "envs", run.path / "envs")
    lines = [line for line in (bikes / "manifest.jsonl").read_bytes().splitlines(keepends=True) if orjson.loads(line)["verb"] in ("tools", "domains", "envs")]
    (run.path / "manifest.jsonl").write_bytes(b"".join(lines))
    walk.tasks(run, walk.Settings(), most=40, tries=300, user_tools=BIKES)
    return run


@pytest.fixture(scope="module")
def both(pair: Run) -> list[Task]:
    """Its tasks in which both have something to do."""
    found = [t for _, t in read_records(pair.product("tasks"), Task) if any(c.name in t.hands for c in t.gold)]
    assert found
    return found


@pytest.fixture(scope="module")
def env(pair: Run, both: list[Task]) -> EnvSpec:
    return read_env(pair.path / both[0].folder)


def played(task: Task, env: EnvSpec, agent: str = "gold", *, asked: Task | None = None) -> Rollout:
    """asked: the task as the agent's script takes it."""
    with World.open(env, seed=task.seed) as world:
        player = named_player(agent, asked or task, env, Dice(3))
        assert player is not None
        return play_in(task, world, agent=player)


# ---- asking and understanding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["b-1", "Main and Station Road, north", "Does it ring? Yes. Twice", "with name of", "3.5", "true"])
def test_every_call_that_is_asked_for_is_understood(env: EnvSpec, value: str) -> None:
    names = [t.name for t in env.tools]
    tools = tool_list(env, only=names)
    for tool in env.tools:
        texts = {k: value for k, v in tool.parameters["properties"].items() if v.get("type") == "string"}
        needed = {k: {"integer": 3, "boolean": True, "number": 2.5}.get(v.get("type"), value) for k, v in tool.parameters["properties"].items() if k in tool.parameters.get("required", ())}
        found = understood(request(tool.name, texts | needed, names, tell=("name", "bikeId")), tools)
        assert found is not None
        assert (found.name, found.arguments, found.missing, found.tell) == (tool.name, texts | needed, "", ("name", "bike id"))


@pytest.mark.parametrize("said", ["Which bike shall I lock?", "I have locked the bike.", "Could you tell me which bike to lock?", "Shall I lock the bike?", "Done.", ""])
def test_what_is_no_request_is_not_taken_for_one(env: EnvSpec, said: str) -> None:
    assert understood(said, tool_list(env, only=["lockBike", "getBike"])) is None


def test_words_of_another_agent_are_understood_too_and_what_is_missing_is_asked_for(env: EnvSpec) -> None:
    tools = tool_list(env, only=["lockBike", "getBike"])
    found = understood("I cannot do that from here. Please lock the bike with bike id B-7 on your phone.", tools)
    assert found is not None
    assert (found.name, found.arguments) == ("lockBike", {"bikeId": "B-7"})
    found = understood("Please lock the bike.", tools)
    assert found is not None
    assert found.missing == "bike id"
    user = ScriptedUser(Brief(text="I want it locked.", facts=(Fact(text="I want it locked.", about="wish"),)), Dice(1))
    said = user.play([Message(role="user", content="Hi."), Message(role="assistant", content="Please lock the bike.")], tools)
    assert said.content == "Which bike id do you mean?"


def test_answers_are_read_out_as_far_as_they_are_asked_for() -> None:
    content = orjson.dumps({"bikes": [{"bikeId": "b1", "name": "Blue", "docks": 3, "more": {"x": [1]}}, {"bikeId": "b2", "name": "Red", "docks": 4}]}).decode()
    assert read_out(content, ("bike id", "name")) == 'bike id "b1", name "Blue"; bike id "b2", name "Red"'
    assert read_out(content, ("colour",)).startswith('bike id "b1", name "Blue", docks "3"')
    answer = Message(role="tool", name="getBike", content=content)
    assert told_of(answer, (), write=True) == "Done."
    assert told_of(answer.model_copy(update={"content": "{}"}), (), write=False) == "There is nothing there."
    refused = answer.model_copy(update={"content": '{"error":{"code":"not_found","message":"there is no bike"}}', "error": "not_found"})
    assert told_of(refused, (), write=True) == "That did not work: it says there is no bike"


# ---- playing --------------------------------------------------------------------------------------------------------


def test_gold_asks_and_the_user_acts(both: list[Task], env: EnvSpec) -> None:
    for task in both:
        rollout = played(task, env)
        assert grade(task, rollout).passed
        mine = [c.name for m in rollout.messages for c in m.calls]
        theirs = [d.call.name for d in rollout.deeds]
        assert mine == [c.name for c in task.gold if c.name not in task.hands]
        assert theirs == [c.name for c in task.gold if c.name in task.hands] != []
        assert not any(m.calls for m in rollout.messages if m.role == "user")
        assert "on your side" in " ".join(m.content for m in rollout.messages if m.role == "assistant")
        assert lint(task, rollout.messages, ended=True, tools=[t.name for t in env.tools], deeds=rollout.deeds) == []
        assert judge(task, rollout, number="x").failed_calls == 0


@pytest.mark.parametrize("agent", ["forgetting", "wrong", "adding"])
def test_what_goes_wrong_on_the_users_side_fails(both: list[Task], env: EnvSpec, agent: str) -> None:
    tried = 0
    for task in both:
        with World.open(env, seed=task.seed) as world:
            if (player := named_player(agent, task, env, Dice(3))) is not None:
                rollout = play_in(task, world, agent=player)
                if agent == "adding" and any(d.answer.error for d in rollout.deeds):
                    tried += 1
                    continue  # the world refused its extra write
                tried += 1
                assert not grade(task, rollout).passed
    assert tried


def test_agent_that_does_it_alone_is_told_that_it_cannot(both: list[Task], env: EnvSpec) -> None:
    for task in both:
        rollout = played(task, env, asked=task.model_copy(update={"hands": ()}))
        refused = [m for m in rollout.messages if m.role == "tool" and m.error == "unknown_tool"]
        assert refused
        assert "the user can do that" in refused[0].content
        assert not rollout.deeds
        assert not grade(task, rollout).passed


def test_each_side_sees_its_own_tools_and_answers_only(both: list[Task], env: EnvSpec) -> None:
    task = both[0]
    with World.open(env, seed=task.seed) as world:
        episode = Episode(task, world)
        assert {t["function"]["name"] for t in episode.user_tools} == set(task.hands)
        assert not {t["function"]["name"] for t in episode.tools} & set(task.hands)
        assert all(t["function"]["description"][:20] in episode.messages[0].content for t in episode.user_tools)
        theirs = next(t["function"]["name"] for t in episode.tools)
        episode.step(Message(role="user", content="Hello."))
        episode.step(Message(role="assistant", content="Please list the bikes."))
        for name, error in (("getBike", "not_found"), (theirs, "unknown_tool")):
            arguments: JsonObject = {"bikeId": "none"} if name == "getBike" else {}
            episode.step(Message(role="user", content="to myself", calls=(ToolCall(id="a", name=name, arguments=arguments),)))
            assert episode.turn == "user"
            assert (len(episode.messages), episode.deeds[-1].answer.error) == (3, error)
            assert [m.role for m in episode.seen_by_user()][-2:] == ["user", "tool"]
        assert len({d.call.id for d in episode.deeds}) == 2
        limit = Episode(task, world, turns=2)
        for _ in range(2):
            limit.step(Message(role="user", calls=(ToolCall(id="a", name="getBike", arguments={"bikeId": "none"}),)))
        assert limit.stop == "turns", "who calls on and on comes to an end"


def test_training_rows_show_what_was_said_only(both: list[Task], env: EnvSpec) -> None:
    rollout = played(both[0], env)
    row = example(rollout, env, number="r", phase=1)
    assert not {t["function"]["name"] for t in row.tools} & set(both[0].hands)
    assert [m["role"] for m in row.messages] == [m.role for m in rollout.messages]
    assert not any(m.get("tool_calls") for m in row.messages if m["role"] == "user")
    ids = {d.call.id for d in rollout.deeds}
    assert not ids & {m.get("tool_call_id") for m in row.messages}


def test_trainer_that_drives_itself_waits_until_the_user_has_acted(both: list[Task], env: EnvSpec) -> None:
    task = both[0]
    agent = named_player("gold", task, env, Dice(3))
    assert agent is not None
    stage = Stage(task, env, ScriptedUser(task.brief, Dice(3)), number="t", bounds=Bounds())
    while not stage.over:
        heard = stage.hear(agent.play(stage.episode.messages, stage.episode.tools))  # type: ignore[arg-type]
        assert not any(m.calls for m in heard if m.role == "user"), "the policy hears what was said"
    assert stage.episode.deeds
    assert stage.reward() == 1.0
    made = world_class(env, lambda number: stage, hands=task.hands)
    assert not set(vars(made)) & set(task.hands)
    assert {t.name for t in env.tools} - set(task.hands) <= set(vars(made))


# ---- faults of a user -----------------------------------------------------------------------------------------------


def test_faults_of_a_user_that_acts(both: list[Task], env: EnvSpec) -> None:
    task, rollout = next((t, r) for t in both if (r := played(t, env)).deeds and r.deeds[0].call.arguments)
    names = [t.name for t in env.tools]
    deed = rollout.deeds[0]
    early = deed.model_copy(update={"after": 1})
    assert [f.name for f in lint(task, rollout.messages, ended=True, tools=names, deeds=[early])][:1] == ["unasked"]
    key = next(iter(deed.call.arguments))
    other = deed.model_copy(update={"call": deed.call.model_copy(update={"arguments": {**deed.call.arguments, key: "zz-9"}})})
    assert "contradiction" in [f.name for f in lint(task, rollout.messages, ended=True, tools=names, deeds=[other, *rollout.deeds[1:]])]
    ear = Ear(task, names)
    heard = [m for m in whole(rollout.messages, rollout.deeds) if m.role == "user" or (m.role == "assistant" and m.content)]
    assert [f.name for f in ear.turn('It says: bike id "never-read-77".', heard)] == ["contradiction"], "what it never read it cannot tell"


def test_model_that_plays_such_a_user_acts_when_it_is_asked(both: list[Task], env: EnvSpec) -> None:
    task = both[0]
    tools = tool_list(env, only=task.hands)
    call = Message(role="assistant", calls=(ToolCall(id="", name="getBike", arguments={"bikeId": "b-1"}),))
    asked = Message(role="assistant", content='Could you get the bike on your side, with bike id "b-1"?')

    def turn(lines: Sequence[Message | str], messages: Sequence[Message]) -> tuple[Message, ScriptedModel]:
        model = ScriptedModel(lines)
        return asyncio.run(ModelUser(model, task, kind="cooperative", sample="s").play(messages, tools)), model

    opened = Message(role="user", content=task.brief.facts[0].text)
    said, model = turn([call], [opened, asked])
    assert (said.role, said.calls[0].name, said.calls[0].id) == ("user", "getBike", "user_0")
    assert "only you can do" in model.heard[0][0].content
    said, model = turn([call, task.brief.facts[0].text], [])
    assert not said.calls
    assert "nobody" in model.heard[1][-1].content or "unasked" in model.heard[1][-1].content
    answer = Message(role="tool", call_id="user_0", name="getBike", content='{"bikeId":"b-1","name":"Blue"}')
    said, model = turn(['It is called "Blue".'], [opened, asked, Message(role="user", calls=(ToolCall(id="user_0", name="getBike", arguments={"bikeId": "b-1"}),)), answer])
    assert said.content == 'It is called "Blue".'
    assert [m.role for m in model.heard[0]] == ["system", "user", "assistant", "user", "assistant", "tool"]
    said, _ = turn(['It is called "Green".'] * 3, [opened, asked, Message(role="user", calls=(ToolCall(id="user_0", name="getBike", arguments={"bikeId": "b-1"}),)), answer])
    assert "Green" not in said.content


def test_person_as_user_types_calls(env: EnvSpec) -> None:
    shown: list[str] = []
    lines = iter(["getBike b-1", "getBike bikeId=b-1", "It is blue."])
    user = PersonAsUser(Brief(text="I want it.", facts=()), read=lambda prompt: next(lines), show=shown.append)
    said = user.play([], tool_list(env, only=["getBike"]))
    assert (said.calls[0].name, said.calls[0].arguments) == ("getBike", {"bikeId": "b-1"})
    assert "getBike" in shown[0]
    assert "no key=value" in shown[1]
    assert user.play([said, Message(role="tool", call_id="user_0", name="getBike", content="{}")], ()).content == "It is blue."
    assert shown[2] == "  = {}"


# ---- tasks ----------------------------------------------------------------------------------------------------------


def test_tasks_for_two_can_be_done_by_talking(both: list[Task]) -> None:
    task = both[0]
    names = {c.name for c in task.gold}
    with pytest.raises(Dropped, match="alone"):
        for_two(task, names)
    odd = task.model_copy(update={"gold": tuple(c.model_copy(update={"arguments": {**c.arguments, "tags": ["a"]}}) if c.name in task.hands else c for c in task.gold)})
    with pytest.raises(Dropped, match="cannot say tags"):
        for_two(odd, task.hands)


def test_what_only_the_user_sees_is_nothing_to_be_told(pair: Run) -> None:
    for _, task in read_records(pair.product("tasks"), Task):
        assert all(task.gold[a.step].name not in task.hands for a in task.answers)
        if task.answers and len(names := {c.name for c in task.gold}) > 1:
            shown = {task.gold[a.step].name for a in task.answers}
            if shown != names:
                with pytest.raises(Dropped, match=r"what it alone can see|cannot tell the agent"):
                    for_two(task.model_copy(update={"hands": ()}), shown)


def test_tables_that_a_user_can_have(env: EnvSpec) -> None:
    assert held_tables(env) == ["rental", "repair"], "on bikes, stations and members others hang"
    drawn = hands_of(env, share=1.0)
    assert drawn in [("cancelRental", "getRental", "listMemberRentals"), ("closeRepair", "createRepair", "getRepair", "listRepairs", "updateRepair")]
    assert hands_of(env, share=0.0) == ()
    assert hands_of(env, named=["lock*"]) == ("lockBike",)
    assert sum(bool(hands_of(env, share=0.3, seed=s)) for s in range(200)) == pytest.approx(60, abs=25)


def test_share_and_names_are_arguments_of_the_room(pair: Run, tmp_path: Path, bikes: Path) -> None:
    with pytest.raises(UserError, match="give a share from 0 to 1"):
        walk.tasks(pair, walk.Settings(fresh=True), acting=2.0)
    with pytest.raises(UserError, match="made with other arguments"):
        walk.tasks(pair, walk.Settings(), most=40, tries=300)
    assert all("hands" not in r for r in read_rows(bikes / "tasks.jsonl")), "rows of worlds with one actor are as they were"


# ---- all of it ------------------------------------------------------------------------------------------------------


def test_walk_over_a_world_with_two_actors_is_proven(pair: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    shutil.copytree(pair.path, run.path, dirs_exist_ok=True)
    summary = walk.rollouts(run, walk.Settings(), agents=["gold", "mutation"])
    assert summary.facts["success"][0]["gold"] == "1.000"
    walk.funnel(run, walk.Settings())
    walk.sft(run, walk.Settings(), allow_scripted=True)
    assert list(check(run.path)) == []
    lines = run.product("rollouts").read_bytes().splitlines(keepends=True)
    at, row = next((n, r) for n, line in enumerate(lines) if (r := orjson.loads(line)).get("deeds"))
    row["deeds"][0]["call"]["name"] = "lockBike"
    lines[at] = orjson.dumps(row) + b"\n"
    run.product("rollouts").write_bytes(b"".join(lines))
    assert [f for f in check(run.path) if f.file == "rollouts.jsonl"] != []


def test_both_sides_by_models_over_http(pair: Run, both: list[Task], tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the extra models")
    run = Run(tmp_path / "run")
    shutil.copytree(pair.path, run.path, dirs_exist_ok=True)
    with ModelServer(actor(run.path)) as server:
        walk.rollouts(run, walk.Settings(), agents=[f"m@{server.url}"], user=f"u@{server.url}", users={"cooperative": 1})
        asked = [h.body for h in server.heard if h.body["model"] == "u"]
    rows = [r for r in read_rows(run.product("rollouts")) if r.get("deeds")]
    assert len(rows) == len(both)
    assert all("blame" not in r and "faults" not in r for r in rows)
    assert all({t["function"]["name"] for t in body["tools"]} == set(both[0].hands) for body in asked)
    assert list(check(run.path)) == []
    task = dict(read_records(run.product("tasks"), Task))
    for number, rollout in read_records(run.product("rollouts"), Rollout):
        if rollout.deeds:
            found = task[rollout.task]
            sample = sample_of(found, rollout, grade(found, rollout), env=read_env(run.path / found.folder), number=number)
            told = [note.title for notes in sample.notes.values() for note in notes]
            assert any(t.startswith("the user: ") for t in told)
