"""Players: a user who tells the brief bit by bit, agents that know gold, one that works from the conversation alone, anybody's function."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import grade, play, read_tasks, walk
from agentscaler.dice import Dice
from agentscaler.episode import DONE
from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.records import Brief, Fact, JsonObject, Message, Probe, Rollout, Task, ToolCall
from agentscaler.rollouts import FunctionPlayer, Solver, mutation, named_player, play_in
from agentscaler.rollouts.gold import _deeds
from agentscaler.rollouts.reading import Goal, Test, Thing, read_wishes
from agentscaler.rollouts.toolbox import (
    agrees,
    fitted,
    from_row,
    names,
    place_for,
    rank,
    read_tools,
    rows_in,
    surrounding,
    words_of,
)
from agentscaler.rollouts.user import MOST_SHRUGS, ScriptedUser
from agentscaler.store import Run, read_records, read_rows
from agentscaler.world import World
from conftest import ALL

Test.__test__ = False  # type: ignore[attr-defined]  # a record, not for pytest


def played(run: Path, agent: str) -> list[tuple[Task, Rollout]]:
    tasks = dict(read_records(run / "tasks.jsonl", Task))
    return [(tasks[r.task], r) for _, r in read_records(run / "rollouts.jsonl", Rollout) if r.agent == agent]


def kinds(task: Task) -> dict[str, str]:
    return {t.name: t.kind for t in read_env(task.folder).tools}


# ---- the simulated user -------------------------------------------------------------------------------------------

FACTS = (
    Fact(text='Please delete the bike called "Blue".', about="wish"),
    Fact(text="It is beyond repair.", about="reason"),
    Fact(text='It stands at the station "North".', about="detail"),
    Fact(text="Nothing else, please.", about="limit"),
    Fact(text="And how many bikes are left?", about="follow_up", part=1),
    Fact(text="I mean at the same station.", about="detail", part=1),
)
WISH, REASON, DETAIL, LIMIT, FOLLOW_UP, LATER = (f.text for f in FACTS)


class Chat:
    """A user on the phone."""

    def __init__(self, seed: int = 0, facts: Sequence[Fact] = FACTS) -> None:
        self.user = ScriptedUser(Brief(text="", facts=tuple(facts)), Dice("chat", seed))
        self.messages: list[Message] = []

    def __call__(self, said: str | None = None) -> str:
        if said is not None:
            self.messages.append(Message(role="assistant", content=said))
        self.messages.append(self.user.play(self.messages, ()))
        assert self.messages[-1].role == "user"
        return self.messages[-1].content


@pytest.mark.parametrize("seed", range(20))
def test_user_opens_with_the_wish_and_keeps_the_details(seed: int) -> None:
    opening = Chat(seed)()
    assert WISH.lower() in opening.lower()
    assert not any(text in opening for text in (DETAIL, LIMIT, FOLLOW_UP, LATER))


@pytest.mark.parametrize("seed", range(5))
def test_user_reveals_details_when_asked_and_says_when_there_are_none(seed: int) -> None:
    chat = Chat(seed)
    chat()
    assert DETAIL in chat("Is there anything else I should know?")
    shrug = chat("Which of the two do you mean?")
    assert not any(f.text in shrug for f in FACTS if f.about not in ("limit", "reason"))


@pytest.mark.parametrize("question", ["I am going to delete it. Shall I go ahead?", "That means I delete bike b-1. May I go ahead?", "Should I proceed?", "Is that right?", "Please confirm: delete b-1?"])
def test_user_confirms_a_change_and_adds_what_was_not_said(question: str) -> None:
    chat = Chat()
    chat()
    reply = chat(question)
    assert re.match(r"Yes|Please do|That's right", reply)
    assert DETAIL in reply
    assert LIMIT in reply
    again = chat(question)
    assert re.fullmatch(r"(?:Yes|Please|That's right)[^\".]*\.", again), "nothing is said twice"


def test_user_follows_up_after_the_report_and_then_leaves() -> None:
    chat = Chat()
    said = [chat(), chat("Anything I should know?"), chat("It is deleted."), chat("Where?"), chat("Four bikes are left.")]
    assert FOLLOW_UP in said[2]
    assert LATER in said[3]
    assert said[4] == DONE


def test_user_mentions_a_detail_nobody_asked_for_before_letting_go() -> None:
    chat = Chat()
    chat()
    assert chat("Done.") == DETAIL
    assert chat("Done, at North.") == FOLLOW_UP


@pytest.mark.parametrize("offer", ["Is there anything else I can help you with?", "Anything else?", "Is there something else you need from me?"])
def test_offer_to_do_more_is_no_question_about_the_wish(offer: str) -> None:
    chat = Chat(facts=FACTS[:1])
    chat()
    assert chat(offer) == DONE


def test_user_gives_up_on_an_agent_that_only_asks() -> None:
    chat = Chat(facts=FACTS[:1])
    chat()
    replies = [chat("Which one do you mean?") for _ in range(MOST_SHRUGS + 1)]
    assert DONE not in replies[:-1]
    assert replies[-1] == DONE


def test_user_says_every_fact_once_whatever_the_dice() -> None:
    openings = set()
    for seed in range(30):
        chat = Chat(seed)
        said = [chat(), chat("Anything I should know?"), chat("Shall I go ahead?"), chat("Done."), chat("What do you mean?"), chat("Shall I go ahead?"), chat("Four."), chat("Four.")]
        assert said[-1] == DONE
        text = " ".join(said).lower()
        assert all(text.count(f.text.lower()) == 1 for f in FACTS), said
        openings.add(said[0])
    assert len(openings) > 3, "it does not always say hello the same way"


def test_no_user_names_a_tool_or_a_parameter(bikes: Path) -> None:
    env = read_env(next((bikes / "envs").iterdir()))
    identifiers = {t.name for t in env.tools} | {p for t in env.tools for p in t.parameters["properties"] if re.search("[A-Z_]", p)}
    said = [m.content for _, r in read_records(bikes / "rollouts.jsonl", Rollout) for m in r.messages if m.role == "user"]
    assert len(said) > 100
    assert not [s for s in said if identifiers & set(re.findall(r"\w+", s))]


# ---- players that know gold ---------------------------------------------------------------------------------------


def test_gold_passes_on_every_task(bikes: Path) -> None:
    found = played(bikes, "gold")
    assert len(found) == len(read_tasks(bikes)) >= 10
    for task, rollout in found:
        assert grade(task, rollout).passed
        assert [(c.name, c.arguments) for m in rollout.messages for c in m.calls] == [(c.name, c.arguments) for c in task.gold]
        assert rollout.scripted


def test_gold_waits_for_a_yes_before_the_first_write(bikes: Path) -> None:
    writing = [(t, r) for t, r in played(bikes, "gold") if t.difficulty.writes]
    assert writing
    for task, rollout in writing:
        kind = kinds(task_at(bikes, task))
        first = next(n for n, m in enumerate(rollout.messages) if any(kind[c.name] == "write" for c in m.calls))
        asked, yes = rollout.messages[first - 2], rollout.messages[first - 1]
        assert asked.content.endswith("?")
        assert re.match(r"Yes|Please do|That's right", yes.content)


def task_at(run: Path, task: Task) -> Task:
    return task.model_copy(update={"folder": str(run / task.folder)})


def test_stumbling_fails_a_call_first_and_passes(bikes: Path) -> None:
    found = played(bikes, "stumbling")
    assert len(found) >= 10
    for task, rollout in found:
        errors = [m.error for m in rollout.messages if m.role == "tool"]
        assert sum(e is not None for e in errors) == 1
        assert errors[-1] is None, "it is mended"
        assert grade(task, rollout).passed


@pytest.mark.parametrize("manner", ["forgetting", "adding"])
def test_forgetting_and_adding_never_pass(bikes: Path, manner: str) -> None:
    found = played(bikes, manner)
    assert len(found) >= 5
    made = {m: sum(len(x.calls) for x in r.messages) - len(t.gold) for m, (t, r) in enumerate(found)}
    assert set(made.values()) == {-1 if manner == "forgetting" else 1}
    for task, rollout in found:
        verdict = grade(task, rollout)
        assert not verdict.passed
        assert verdict.differences, "it is seen in the rows"


def test_wrong_never_makes_the_gold_calls_and_right_answers(bikes: Path) -> None:
    found = played(bikes, "wrong")
    assert found
    for task, rollout in found:
        same_calls = [(c.name, c.arguments) for m in rollout.messages for c in m.calls] == [(c.name, c.arguments) for c in task.gold]
        assert not (same_calls and grade(task, rollout).passed)


def test_manner_that_does_not_exist_on_a_task_is_not_played(bikes: Path) -> None:
    tasks = read_tasks(bikes)
    question = next(t for t in tasks if not t.difficulty.writes)
    assert named_player("forgetting", question, read_env(question.folder), Dice(0)) is None
    with pytest.raises(UserError, match="'forgetting' does not exist on this task"):
        play(question, agent="forgetting")


def test_mutation_is_drawn_among_those_that_exist(bikes: Path) -> None:
    drawn = {mutation(t, str(n), read_env(t.folder), seed) for n, t in enumerate(read_tasks(bikes)) for seed in range(3)}
    assert drawn >= {"stumbling", "forgetting", "adding"}
    assert "gold" not in drawn


# ---- the solver ---------------------------------------------------------------------------------------------------

GOLD: dict[str, Any] = {"gold": (), "given": (), "change": (), "answers": (), "controls": (), "parts": (), "cascades": ()}
"""What a task is without its right end."""


def test_solver_says_the_same_without_gold(bikes: Path, tmp_path: Path) -> None:
    """Taken out of tasks.jsonl, so that nothing of it can reach the player by any way."""
    for name, gone in (("all", {}), ("blind", GOLD)):
        shutil.copytree(bikes, tmp_path / name)
        rows = [orjson.dumps(row | gone) + b"\n" for row in read_rows(bikes / "tasks.jsonl")]
        (tmp_path / name / "tasks.jsonl").write_bytes(b"".join(rows))
        walk.rollouts(Run(tmp_path / name), walk.Settings(fresh=True), agents=["solver"], probes=False)
    transcripts = (tmp_path / "all" / "rollouts.jsonl").read_bytes()
    assert transcripts.count(b"\n") == len(read_tasks(bikes))
    assert (tmp_path / "blind" / "rollouts.jsonl").read_bytes() == transcripts


def test_solver_solves_a_good_part(bikes: Path) -> None:
    found = [grade(t, r).passed for t, r in played(bikes, "solver")]
    assert sum(found) / len(found) >= 0.35


def test_solver_with_another_brief_fails(bikes: Path) -> None:
    tasks = read_tasks(bikes)
    tried = passed = 0
    with World.open(read_env(tasks[0].folder), seed=tasks[0].seed) as world:
        for task in tasks:
            for other in tasks:
                if other is not task and (task.twin is None or task.twin != other.twin):
                    user = ScriptedUser(other.brief, Dice("other", tried))
                    tried += 1
                    passed += grade(task, play_in(task, world, agent=Solver(), user=user, number="x")).passed
    assert tried >= 100
    assert passed <= 0.02 * tried


def test_probes_say_what_each_measuring_player_reached(bikes: Path) -> None:
    found = [p for _, p in read_records(bikes / "probes.jsonl", Probe)]
    tasks = len(read_tasks(bikes))
    by_player = {name: [p.passed for p in found if p.player == name] for name in {p.player for p in found}}
    assert {n: len(v) for n, v in by_player.items()} == {**dict.fromkeys(("do-nothing", "shallow", "random", "solver, brief of another task"), tasks), "hasty": sum(t.difficulty.writes > 0 for t in read_tasks(bikes))}
    assert not any(by_player["do-nothing"])
    assert not any(by_player["hasty"]), "all right, but nobody was asked"
    assert sum(by_player["random"]) <= 0.05 * tasks


HASHES = """
import hashlib, sys
from agentscaler import play, read_tasks
whole = hashlib.sha256()
for task in read_tasks(sys.argv[1]):
    for agent in ("gold", "solver", "shallow"):
        whole.update(play(task, agent=agent, seed=3).model_dump_json().encode())
print(whole.hexdigest())
"""


def test_same_rollouts_in_any_process(bikes: Path) -> None:
    said = set()
    for seed in ("1", "2"):
        done = subprocess.run([sys.executable, "-c", HASHES, str(bikes)], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        said.add(done.stdout.strip())
    assert len(said) == 1
    assert len(said.pop()) == 64


# ---- anybody's agent ----------------------------------------------------------------------------------------------


def asker(messages: Sequence[Message], tools: Sequence[JsonObject]) -> str:
    """Says things, calls nothing."""
    return "Is there anything else I should know?" if len(messages) < 4 else "Done."


def liar(messages: Sequence[Message], tools: Sequence[JsonObject]) -> int:
    return 42


def asks(task: Task) -> str:
    """What the agent is told to say before it changes anything."""
    return f"I am going to call {', '.join(c.name for c in task.gold)}. Shall I go ahead?"


def with_messages(task: Task) -> Any:
    """The gold calls, as Message."""
    calls = [Message(role="assistant", content=asks(task))]
    calls += [Message(role="assistant", calls=(ToolCall(id=f"c{n}", name=c.name, arguments=c.arguments),)) for n, c in enumerate(task.gold)]
    return lambda messages, tools: calls.pop(0) if calls else Message(role="assistant", content=closing_of(task))


def with_dictionaries(task: Task) -> Any:
    """The same in OpenAI's form, arguments as text, calls without ids."""
    calls: list[JsonObject] = [{"role": "assistant", "content": asks(task)}]
    calls += [{"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": {"name": c.name, "arguments": orjson.dumps(c.arguments).decode()}}]} for c in task.gold]
    return lambda messages, tools: calls.pop(0) if calls else {"role": "assistant", "content": closing_of(task)}


def closing_of(task: Task) -> str:
    from agentscaler.grade import closing

    return closing(task.answers)


@pytest.mark.parametrize("form", [with_messages, with_dictionaries])
def test_function_plays_in_messages_and_in_openai_style(bikes: Path, form: Any) -> None:
    for task in read_tasks(bikes):
        rollout = play(task, agent=form(task))
        assert grade(task, rollout).passed, grade(task, rollout).reasons
        assert not rollout.scripted
        ids = [c.id for m in rollout.messages for c in m.calls]
        assert len(set(ids)) == len(ids)


def test_function_that_answers_in_text(bikes: Path) -> None:
    task = next(t for t in read_tasks(bikes) if t.difficulty.writes)
    rollout = play(task, agent=asker)
    assert (rollout.agent, rollout.user, rollout.scripted) == ("asker", "scripted", False)
    assert rollout.stop == "user_done"
    assert not grade(task, rollout).passed


def test_reasoning_is_kept_apart(bikes: Path) -> None:
    rollout = play(read_tasks(bikes)[0], agent=lambda messages, tools: {"content": "Done.", "reasoning_content": "I am lazy."})
    said = [m for m in rollout.messages if m.role == "assistant"]
    assert {(m.content, m.reasoning) for m in said} == {("Done.", "I am lazy.")}


def test_function_can_play_the_user(bikes: Path) -> None:
    def user(messages: Sequence[Message], tools: Sequence[JsonObject]) -> str:
        return DONE if messages else "Never mind."

    rollout = play(read_tasks(bikes)[0], agent=asker, user=user)
    assert [m.content for m in rollout.messages if m.role == "user"] == ["Never mind."]
    assert rollout.user == "user"


def test_agent_of_a_module_plays_in_the_verb_too(bikes: Path, tmp_path: Path) -> None:
    shutil.copytree(bikes, tmp_path / "run")
    walk.rollouts(Run(tmp_path / "run"), walk.Settings(fresh=True, limit=5), agents=["test_rollouts:asker"], probes=False)
    rows = list(read_rows(tmp_path / "run" / "rollouts.jsonl"))
    assert len(rows) == 5
    assert {(r["agent"], r["scripted"]) for r in rows} == {("test_rollouts:asker", False)}


@pytest.mark.parametrize("arguments", ['{"bikeId": ', "[1, 2]", "bik_1", 7])
def test_arguments_that_are_no_object_are_refused_by_the_world(bikes: Path, arguments: Any) -> None:
    """A model's slip is an answer with a code, never an exception."""

    def agent(messages: Sequence[Message], tools: Sequence[JsonObject]) -> JsonObject:
        done = any(m.role == "tool" for m in messages)
        return {"content": "Sorry."} if done else {"content": "", "tool_calls": [{"id": "x", "function": {"name": "getBike", "arguments": arguments}}]}

    rollout = play(read_tasks(bikes)[0], agent=agent)
    assert [m.error for m in rollout.messages if m.role == "tool"] == ["invalid_arguments"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("nobody", ["'nobody'", "gold, stumbling", "solver", "module:function"]),
        ("no_such_module:agent", ["'no_such_module:agent' cannot be imported", "PYTHONPATH"]),
        ("agentscaler.rollouts:no_such_agent", ["cannot be imported", "no_such_agent"]),
        (liar, ["'liar' answered with int", "give a Message", "OpenAI-style"]),
        (lambda messages, tools: None, ["answered with NoneType"]),
        (lambda messages, tools: Message(role="user", content="Hi."), ["a message of the user", "give a Message of the assistant"]),
        (lambda messages, tools: {"tool_calls": [{"name": "getBike"}]}, ["no OpenAI-style message", "function"]),
        (lambda messages, tools: {"content": ["Hi."]}, ["no OpenAI-style message", "content"]),
    ],
)  # fmt: skip
def test_bad_agent_is_told_how_to_be_a_good_one(bikes: Path, agent: Any, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        play(read_tasks(bikes)[0], agent=agent)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_task_without_its_world_says_how_to_read_it(bikes: Path) -> None:
    task = read_tasks(bikes)[0].model_copy(update={"folder": "envs/gone"})
    with pytest.raises(UserError, match=r"no world at 'envs/gone': read tasks with read_tasks"):
        play(task, agent="gold")


def test_function_player_is_no_scripted_player() -> None:
    assert (FunctionPlayer(asker, "asker").scripted, Solver().scripted, ScriptedUser(Brief(text="", facts=()), Dice(0)).scripted) == (False, True, True)


# ---- reading: sentences to goals ------------------------------------------------------------------------------------


def named(noun: str, value: str, **more: Any) -> Thing:
    return Thing(noun, (Test("name", value),), **more)


MILL = named("station", "Old Mill")
GOALS: dict[str, list[Goal]] = {
    'When was the station called "Old Mill" opened?': [Goal("ask", (MILL,), about="opened")],
    'Hello, please tell me the street of the station called "Old Mill".': [Goal("ask", (MILL,), about="street")],
    'What is the bike of the repair created on 13 December 2024 called?': [Goal("ask", (Thing("bike", of=Thing("repair", (Test("created", "13 December 2024"),))),), about="name")],
    'What is the name of the station that the bike called "B" belongs to?': [Goal("ask", (Thing("station", below=named("bike", "B")),), about="name")],
    "Look up the oldest repair: what is its priority?": [Goal("ask", (Thing("repair", pick="oldest"),), about="priority")],
    'Could you delete the station called "Old Mill" for me?': [Goal("do", (MILL,), verb="delete")],
    "Cancel the newest rental of the member called \"Ana\".": [Goal("do", (Thing("rental", pick="newest", of=named("member", "Ana")),), verb="cancel")],
    "Delete every closed repair.": [Goal("do", (Thing("closed repair", pick="every"),), verb="delete")],
    'In the vault called "v", delete the key called "k".': [Goal("do", (named("key", "k", of=named("vault", "v")),), verb="delete")],
    "Close the repair created on 3 May and the one created on 4 May.": [
        Goal("do", (Thing("repair", (Test("created", "3 May"),)),), verb="close"),
        Goal("do", (Thing("repair", (Test("created", "4 May"),)),), verb="close"),
    ],
    'Can you delete the volume called "blue", but only if its status is available?': [
        Goal("ask", (named("volume", "blue"),), about="status"), Goal("do", (named("volume", "blue"),), verb="delete", only_if=Test("status", "available")),
    ],
    'Before you cancel the rental called "r", tell me when it started.': [Goal("ask", (named("rental", "r"),), about="started"), Goal("do", (named("rental", "r"),), verb="cancel")],
    'Delete the vault called "v". If there are any keys in the way, delete those first.': [
        Goal("do", (Thing("keys", pick="every", of=named("vault", "v")),), verb="delete"), Goal("do", (named("vault", "v"),), verb="delete"),
    ],
    'Change the plan of the member called "A" to year.': [Goal("set", (named("member", "A"),), values=(Test("plan", "year"),))],
    'Change the plan of the member called "A" to year and set its email to "x@y".': [Goal("set", (named("member", "A"),), values=(Test("plan", "year"), Test("email", "x@y")))],
    'The plan of the member called "A" should be year; please change that.': [Goal("set", (named("member", "A"),), values=(Test("plan", "year"),))],
    'Rename the member called "A to B" to "C to D".': [Goal("set", (named("member", "A to B"),), values=(Test("name", "C to D"),))],
    'Rename the station that the bike called "B" belongs to to "x".': [Goal("set", (Thing("station", below=named("bike", "B")),), values=(Test("name", "x"),))],
    'Turn off the alarm for the station called "Old Mill".': [Goal("set", (MILL,), values=(Test("the alarm", "off"),))],
    'Make the station called "Old Mill" public.': [Goal("set", (MILL,), values=(Test("public", "on"),))],
    'Make the station called "Old Mill" not public.': [Goal("set", (MILL,), values=(Test("public", "off"),))],
    'We need a new station called "North". The street should be "Main 1". As docks put 12.': [
        Goal("create", (named("station", "North", pick="new"),), values=(Test("street", "Main 1"), Test("docks", "12"))),
    ],
    'Make a new bike called "B" for the station called "Old Mill".': [Goal("create", (named("bike", "B", pick="new", of=MILL),))],
    'Give the bike called "A" the same model as the bike called "B".': [Goal("copy", (named("bike", "A"), named("bike", "B")), about="model")],
    'Attach the policy called "p" to the group called "g".': [Goal("tie", (named("policy", "p"), named("group", "g")), verb="attach")],
    'Detach the policy called "p" from the group called "g".': [Goal("tie", (named("policy", "p"), named("group", "g")), verb="detach")],
    "How many open repairs are there at the moment?": [Goal("count", (Thing("open repairs", pick="every"),))],
    'How many bikes does the station called "Old Mill" have?': [Goal("count", (Thing("bikes", pick="every", of=MILL),))],
    "How many of our repairs were created before May 2026?": [Goal("count", (Thing("repairs", (Test("created", "before May 2026"),), "every"),))],
    'In the station called "Old Mill", how many passes expire before May 2026?': [Goal("count", (Thing("passes", (Test("expires", "before May 2026"),), "every", of=MILL),))],
    'Look up the station of the bike called "A": what is it called?': [Goal("ask", (Thing("station", of=named("bike", "A")),), about="name")],
    "Which repair was created last? Just give me its title.": [Goal("which", (Thing("repair", pick="every"),), verb="title", about="created", last=True)],
    'Which key was created first, "A" or "B"?': [Goal("compare", (named("key", "A"), named("key", "B")), about="created")],
    'Delete the bike called "Rename the bike to x".': [Goal("do", (named("bike", "Rename the bike to x"),), verb="delete")],
    "It is raining. Thank you!": [],
}  # fmt: skip


@pytest.mark.parametrize("sentence", GOALS)
def test_sentence_is_read_as_a_goal(sentence: str) -> None:
    assert read_wishes(sentence).goals == GOALS[sentence]


def test_what_belongs_to_no_goal_is_a_fact() -> None:
    read = read_wishes('The region is eu-west-1. The app "x" belongs to the account "y".')
    assert read.facts == [Test("region", "eu-west-1")]
    assert read.homes == [(named("app", "x"), named("account", "y"))]


# ---- the toolbox ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ({"bikes": [{"id": 1}, {"id": 2}]}, [{"id": 1}, {"id": 2}]),
        ({"result": {"page": 1, "items": [{"id": 1}]}}, [{"id": 1}]),
        ({"Reservations": [{"Owner": "x", "Instances": [{"id": 1}, {"id": 2}]}, {"Owner": "y", "Instances": [{"id": 3}]}]}, [{"id": 1}, {"id": 2}, {"id": 3}]),
        ({"volume": {"id": 1, "size": 2}}, [{"id": 1, "size": 2}]),
        ({"id": 1, "size": 2}, [{"id": 1, "size": 2}]),
        ({"arns": ["a", "b"]}, [{"name": "a", "arn": "a", "id": "a"}, {"name": "b", "arn": "b", "id": "b"}]),
        ({"bikes": []}, [{"bikes": []}]),
        ({}, []),
        (None, []),
    ],
)  # fmt: skip
def test_rows_of_an_answer(data: Any, rows: list[JsonObject]) -> None:
    assert rows_in(data) == rows


@pytest.mark.parametrize(
    ("value", "about", "said", "same"),
    [
        ("IN_PROGRESS", "status", "in progress", True),
        ("InProgress", "status", "in progress", True),
        ("Old Mill", "name", "old mill", True),
        ("Old Mill 2", "name", "Old Mill", False),
        ("projects/p/topics/orders", "name", "orders", True),
        ("enlarge", "type", "large", False),
        ("standard_large", "type", "large", True),
        ("standard_large", "name", "large", False),
        (True, "encrypted", "on", True),
        (True, "encrypted", "off", False),
        (False, "encrypted", "no", True),
        (12, "docks", "12", True),
        (12, "docks", "120", False),
        (1200, "size", "1,200", True),
        (0.5, "price", "0.5", True),
        ("2026-05-03T10:00:00Z", "created", "3 May", True),
        ("2025-05-03T10:00:00Z", "created", "3 May", False),
        ("2025-05-03T10:00:00Z", "created", "3 May 2025", True),
        ("2025-05-04T10:00:00Z", "created", "3 May 2025", False),
        ("someday", "created", "3 May 2025", False),
    ],
)  # fmt: skip
def test_value_is_the_one_that_is_said(value: Any, about: str, said: str, same: bool) -> None:
    assert agrees(value, Test(about, said)) is same


TEXT: JsonObject = {"type": "string"}


@pytest.mark.parametrize(
    ("parameter", "schema", "row", "noun", "value"),
    [
        ("bikeId", TEXT, {"bikeId": "b1", "stationId": "s1"}, ("bike",), "b1"),
        ("stationId", TEXT, {"bikeId": "b1", "stationId": "s1"}, ("bike",), "s1"),
        ("id", TEXT, {"bikeId": "b1", "name": "Blue"}, ("bike",), "b1"),
        ("bikeId", TEXT, {"id": "b1", "name": "Blue"}, ("bike",), "b1"),
        ("bike", TEXT, {"name": "Blue", "id": "b1"}, ("bike",), "b1"),
        ("name", TEXT, {"name": "projects/p/topics/t"}, ("topic",), "projects/p/topics/t"),
        ("InstanceIds", {"type": "array", "items": TEXT}, {"InstanceId": "i-1"}, ("instance",), ["i-1"]),
        ("number", {"type": "integer"}, {"number": "17"}, ("room",), 17),
        ("stationId", TEXT, {"bikeId": "b1"}, ("bike",), None),
        ("bikeId", TEXT, {"bikeId": None}, ("bike",), None),
        ("bikeId", TEXT, {"bikeId": ["b1"]}, ("bike",), None),
    ],
)  # fmt: skip
def test_row_fills_an_argument_that_names_it(parameter: str, schema: JsonObject, row: JsonObject, noun: tuple[str, ...], value: Any) -> None:
    assert from_row(parameter, schema, row, noun) == value


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        ("12", {"type": "integer"}, 12), ("1,200 GiB", {"type": "integer"}, 1200), ("0.5", {"type": "number"}, 0.5), ("many", {"type": "integer"}, None),
        ("in progress", {"type": "string", "enum": ["DONE", "IN_PROGRESS"]}, "IN_PROGRESS"), ("lost", {"type": "string", "enum": ["DONE"]}, None),
        ("on", {"type": "boolean"}, True), ("off", {"type": "boolean"}, False), (7, TEXT, "7"), ("x", {"type": "array", "items": TEXT}, ["x"]), ("x", {"type": "object"}, None),
    ],
)  # fmt: skip
def test_value_as_the_argument_wants_it(value: Any, schema: JsonObject, fits: Any) -> None:
    assert fitted(value, schema) == fits


def _tool(name: str, **properties: JsonObject) -> JsonObject:
    return {"type": "function", "function": {"name": name, "description": "", "parameters": {"type": "object", "properties": properties, "required": []}}}


def test_tools_of_a_kind_are_ranked_by_their_noun() -> None:
    tools = read_tools([_tool("listStations"), _tool("listStationBikes"), _tool("listBikes"), _tool("getBike"), _tool("deleteBike")])
    assert [t.name for t in rank(tools, words_of("bikes"), ("list",))] == ["listBikes", "listStationBikes"]
    assert [t.name for t in rank(tools, words_of("bike"), ("delete",))] == ["deleteBike"]
    assert rank(tools, words_of("invoice"), ("list", "get", "delete")) == []


def test_property_finds_its_argument_also_inside_an_object() -> None:
    tool = read_tools([_tool("updateBike", newName=TEXT, changes={"type": "object", "properties": {"frameColour": TEXT}})])[0]
    assert place_for(tool, "name") == ("newName",)
    assert place_for(tool, "colour") == ("changes", "frameColour")
    assert place_for(tool, "price") is None


@pytest.mark.parametrize(
    ("name", "about", "least", "most"),
    [("createdAt", "created", 1, 1), ("CreationTime", "created", 1, 1), ("updatedAt", "created", 0, 0), ("title", "name", 0.8, 0.8), ("frameColour", "colour", 0.8, 0.8), ("street", "colour", 0, 0)],
)
def test_name_of_a_field_says_a_property(name: str, about: str, least: float, most: float) -> None:
    assert least <= names(name, about) <= most


def test_surroundings_fill_what_they_name() -> None:
    context = {"project": "p-1", "region": "eu"}
    assert surrounding("projectId", TEXT, context) == "p-1"
    assert surrounding("parent", {"type": "string", "description": "Format: projects/{project}/locations/{region}."}, context) == "projects/p-1/locations/eu"
    assert surrounding("regions", {"type": "array", "items": TEXT}, context) == ["eu"]
    assert surrounding("name", {"type": "string", "description": "projects/{project}/topics/{topic}"}, context) is None
    assert surrounding("bikeId", TEXT, context) is None


def test_what_is_said_before_a_change_is_not_heard_as_an_answer() -> None:
    """DeleteQueuedPlan, in a task that asks for the plan's state: 'I delete the queued plan' would tell 'queued'."""
    call, kinds = ("DeleteQueuedPlan", {"planId": "plan-1"}), {"DeleteQueuedPlan": "write"}
    assert "queued" in _deeds([call], kinds)
    assert _deeds([call], kinds, {"queued", "active"}) == "delete plan plan-1"


def test_rows_that_somebody_deleted_are_made_again(bikes: Path, tmp_path: Path) -> None:
    """The probes were finished, their rollouts are gone: both are made anew, and come out the same."""
    folder = tmp_path / "run"
    shutil.copytree(bikes, folder)
    (folder / "rollouts.jsonl").unlink()
    walk.rollouts(Run(folder), walk.Settings(), agents=ALL)
    for name in ("rollouts.jsonl", "probes.jsonl"):
        assert (folder / name).read_bytes() == (bikes / name).read_bytes()
