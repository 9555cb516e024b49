"""The one loop everything plays through: whose turn it is, when it ends, what players see, what a mistake is answered with."""

from collections.abc import Callable, Sequence

import orjson
import pytest

from agentscaler.canonical import same
from agentscaler.dice import Dice
from agentscaler.episode import DONE, STEPS, TURNS, Episode, run_episode, surroundings, tool_list
from agentscaler.records import Fact, JsonObject, Message, Rollout, Task, ToolCall
from agentscaler.rollouts.gold import GoldPlayer, script
from agentscaler.rollouts.user import ScriptedUser
from agentscaler.world import World
from library_tasks import SEED, WISH, Calls, called, cast, task_of
from worlds import NOW, edited, library


class Reads:
    """Plays messages one after the other and remembers what it was shown."""

    scripted = True

    def __init__(self, name: str, messages: Sequence[Message | str | Exception], *, again: bool = False) -> None:
        self.name, self.left, self.again = name, list(messages), again
        self.seen: list[tuple[Message, ...]] = []
        self.tools: list[Sequence[JsonObject]] = []

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        self.seen.append(tuple(messages))
        self.tools.append(tools)
        following = self.left[0] if self.again else self.left.pop(0)
        if isinstance(following, Exception):
            raise following
        if isinstance(following, str):
            return Message(role="user" if self.name == "user" else "assistant", content=following)
        return following


def user(*words: str | Exception) -> Reads:
    return Reads("user", words)


def agent(*messages: Message | str | Exception) -> Reads:
    return Reads("agent", messages)


def gold() -> Calls:
    return [("get_loan", {"loanId": cast().loan["loanId"]}), ("return_loan", {"loanId": cast().loan["loanId"]})]


def episode(*, players: tuple[Reads, Reads], task: Task | None = None, **limits: int) -> Rollout:
    with World.open(library(), seed=SEED) as world:
        return run_episode(task or task_of(gold()), world, agent=players[0], user=players[1], number="a" * 16, **limits)


# ---- turns ------------------------------------------------------------------------------------------------------


def test_user_agent_and_world_take_turns_until_the_user_is_done() -> None:
    (look, _), (change, _) = gold()
    loan = {"loanId": cast().loan["loanId"]}
    speaker = agent(called(0, look, loan, "One moment."), "Shall I?", called(1, change, loan), "Done.")
    rollout = episode(players=(speaker, user(WISH, "Yes.", f"Thanks {DONE}")))
    assert [m.role for m in rollout.messages] == "system user assistant tool assistant user assistant tool assistant".split()
    assert rollout.stop == "user_done"
    assert all(DONE not in m.content for m in rollout.messages)
    assert (rollout.usage.steps, rollout.usage.calls) == (4, 2)
    assert (rollout.task, rollout.agent, rollout.user, rollout.scripted) == ("a" * 16, "agent", "user", True)
    assert same(rollout.change, task_of(gold()).change)
    assert rollout.change, "the loan is returned"


def test_turn_says_whose_message_is_next() -> None:
    with World.open(library(), seed=SEED) as world:
        running = Episode(task_of(gold()), world)
        turns = [running.turn]
        for message in (Message(role="user", content=WISH), called(0, *gold()[0]), Message(role="assistant", content="Done."), Message(role="user", content=DONE)):
            running.step(message)
            turns.append(running.turn)
    assert turns == ["user", "agent", "agent", "user", None]


def test_calls_of_one_message_are_answered_one_after_the_other() -> None:
    loan = {"loanId": cast().loan["loanId"]}
    both = Message(role="assistant", calls=(ToolCall(id="x", name="return_loan", arguments=loan), ToolCall(id="y", name="get_loan", arguments=loan)))
    rollout = episode(players=(agent(both, "Done."), user(WISH, DONE)))
    answers = [m for m in rollout.messages if m.role == "tool"]
    assert [(m.call_id, m.name, orjson.loads(m.content)["state"]) for m in answers] == [("x", "return_loan", "returned"), ("y", "get_loan", "returned")]


def test_pulled_step_by_step_it_is_the_same_as_pushed() -> None:
    words = [Message(role="user", content=WISH), called(0, *gold()[0]), called(1, *gold()[1]), Message(role="assistant", content="Done."), Message(role="user", content=DONE)]
    with World.open(library(), seed=SEED) as world:
        pulled = Episode(task_of(gold()), world)
        for message in words:
            pulled.step(message)
        mine = pulled.rollout(task="a" * 16, agent="agent", user="user", scripted=True)
    assert mine == episode(players=(agent(*words[1:4]), user(WISH, DONE)))


def test_episode_begins_in_the_initial_state() -> None:
    with World.open(library(), seed=SEED) as world:
        world.call(*gold()[1])
        assert world.diff().form
        rollout = run_episode(task_of(gold()), world, agent=agent("Nothing to do."), user=user(WISH, DONE))
    assert rollout.change == ()


@pytest.mark.parametrize("limit", [1, 3])
def test_agent_that_never_stops_calling_is_stopped(limit: int) -> None:
    rollout = episode(players=(Reads("agent", [called(0, "list_branches", {})], again=True), user(WISH)), steps=limit)
    assert rollout.stop == "steps"
    assert rollout.usage.steps == limit
    assert rollout.messages[-1].role == "tool", "the last call was answered"


def test_user_who_never_stops_talking_is_stopped() -> None:
    rollout = episode(players=(Reads("agent", ["Anything else?"], again=True), Reads("user", ["Yes."], again=True)), turns=2)
    assert rollout.stop == "turns"
    assert [m.role for m in rollout.messages] == ["system", "user", "assistant", "user", "assistant"]


def test_limits_are_those_of_the_page() -> None:
    talk = episode(players=(Reads("agent", ["Anything else?"], again=True), Reads("user", ["Yes."], again=True)))
    calls = episode(players=(Reads("agent", [called(0, "list_branches", {})], again=True), user(WISH)))
    assert sum(m.role == "user" for m in talk.messages) == TURNS == 30
    assert calls.usage.calls == STEPS == 100


@pytest.mark.parametrize(
    ("before", "message", "complaint"),
    [
        ([], Message(role="assistant", content="Hello."), "it is the user's turn, and this is a message of the assistant"),
        ([Message(role="user", content=WISH)], Message(role="user", content="Hello?"), "it is the agent's turn, and this is a message of the user"),
        ([Message(role="user", content=WISH)], Message(role="tool", content="{}", call_id="x"), "it is the agent's turn, and this is a message of the tool"),
        ([Message(role="user", content=DONE)], Message(role="user", content="Wait!"), "the episode is over"),
    ],
)  # fmt: skip
def test_message_out_of_turn_raises(before: list[Message], message: Message, complaint: str) -> None:
    with World.open(library(), seed=SEED) as world:
        running = Episode(task_of(gold()), world)
        for earlier in before:
            running.step(earlier)
        heard = list(running.messages)
        with pytest.raises(ValueError, match=complaint):
            running.step(message)
        assert running.messages == heard, "nothing was taken"


# ---- mistakes ---------------------------------------------------------------------------------------------------

MISTAKES: dict[str, tuple[Callable[[], tuple[str, JsonObject]], str]] = {
    "no such tool": (lambda: ("return_all_loans", {}), "unknown_tool"),
    "missing argument": (lambda: ("return_loan", {}), "invalid_arguments"),
    "unknown argument": (lambda: ("return_loan", {"loanId": "x", "force": True}), "invalid_arguments"),
    "wrong type": (lambda: ("return_loan", {"loanId": {"id": "x"}}), "invalid_arguments"),
    "no such row": (lambda: ("return_loan", {"loanId": "ln-000000000000"}), "not_found"),
    "wrong state": (lambda: ("return_loan", {"loanId": cast().back["loanId"]}), "wrong_state"),
    "taken": (lambda: ("create_branch", {"code": cast().branches[0], "name": "Again"}), "already_exists"),
    "still needed": (lambda: ("delete_member", {"memberId": cast().loan["memberId"]}), "conflict"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_of_the_agent_is_an_answer_with_a_code(mistake: str) -> None:
    call, code = MISTAKES[mistake]
    rollout = episode(players=(agent(called(0, *call()), called(1, *gold()[1]), "Done."), user(WISH, DONE)))
    failed, good = (m for m in rollout.messages if m.role == "tool")
    assert failed.error == code
    assert orjson.loads(failed.content)["error"]["code"] == code
    assert orjson.loads(failed.content)["error"]["message"]
    assert good.error is None
    assert rollout.stop == "user_done"
    assert same(rollout.change, task_of(gold()[1:]).change), "the failed call left nothing behind"


@pytest.mark.parametrize("failure", [OSError("no route to host"), TimeoutError("after 60 s"), ConnectionResetError("by peer")])
@pytest.mark.parametrize("who", ["user", "agent"])
def test_what_is_not_the_players_doing_is_infrastructure(failure: Exception, who: str) -> None:
    players = (agent(called(0, *gold()[1]), failure), user(WISH, DONE)) if who == "agent" else (agent(called(0, *gold()[1]), "Done."), user(WISH, failure))
    rollout = episode(players=players)
    assert rollout.stop == "infrastructure"
    assert rollout.error == f"{type(failure).__name__}: {failure}"
    assert rollout.usage.calls == 1, "what had happened until then is in the record"


def test_bug_of_a_player_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        episode(players=(agent(ZeroDivisionError()), user(WISH)))


# ---- what players see -------------------------------------------------------------------------------------------


def test_system_message_names_the_world_its_time_its_surroundings_and_its_rules() -> None:
    with World.open(edited(library(), domain="strict library", rules="Never lend to juniors.\n"), seed=SEED) as world:
        text = surroundings(world)
        context = dict(world.context)
    assert "A lending library" in text
    assert NOW in text
    assert set(context) == {"library", "country"}
    assert all(f"{name} {value}" in text for name, value in context.items())
    assert text.endswith("Never lend to juniors.")


def test_surroundings_differ_between_states() -> None:
    texts = set()
    for seed in range(8):
        with World.open(library(), seed=seed) as world:
            texts.add(surroundings(world))
    assert len(texts) > 1


def test_agent_sees_everything_and_the_tools_in_alphabetical_order() -> None:
    speaker = agent(called(0, *gold()[0]), "Done.")
    episode(players=(speaker, user(WISH, DONE)))
    assert [[m.role for m in seen] for seen in speaker.seen] == [["system", "user"], ["system", "user", "assistant", "tool"]]
    names = [t["function"]["name"] for t in speaker.tools[0]]
    assert names == sorted(names) == sorted(t.name for t in library().tools)
    assert all(t["type"] == "function" and set(t["function"]) == {"name", "description", "parameters"} for t in tool_list(library()))


def test_user_sees_what_was_said_and_no_call_no_answer_no_tool() -> None:
    listener = user(WISH, "Yes.", DONE)
    speaker = agent(called(0, *gold()[0], "Let me look."), called(1, *gold()[0]), Message(role="assistant", content="Shall I?", reasoning="secret"), called(2, *gold()[1]), "Done.")
    episode(players=(speaker, listener))
    assert [[(m.role, m.content) for m in seen] for seen in listener.seen] == [
        [],
        [("user", WISH), ("assistant", "Let me look."), ("assistant", "Shall I?")],
        [("user", WISH), ("assistant", "Let me look."), ("assistant", "Shall I?"), ("user", "Yes."), ("assistant", "Done.")],
    ]
    assert not any(m.calls or m.reasoning for seen in listener.seen for m in seen)
    assert listener.tools == [(), (), ()]


def test_same_players_and_seed_give_the_same_bytes() -> None:
    facts = [
        Fact(text=WISH, about="wish"), Fact(text="It is about the loan.", about="detail"), Fact(text="It was promised.", about="reason"), Fact(text="Nothing else, please.", about="limit"),
    ]  # fmt: skip
    task = task_of(gold(), facts=facts)
    kinds = {t.name: t.kind for t in library().tools}

    def once(seed: int) -> str:
        moves = script("gold", task, kinds, Dice(seed, "agent"))
        assert moves is not None
        with World.open(library(), seed=SEED) as world:
            player, speaker = GoldPlayer("gold", moves, task, Dice(seed, "agent")), ScriptedUser(task.brief, Dice(seed, "user"))
            return run_episode(task, world, agent=player, user=speaker, number="n", seed=seed).model_dump_json()

    assert [once(seed) for seed in range(6)] == [once(seed) for seed in range(6)]
    assert len({once(seed) for seed in range(6)}) > 1, "the words hang on the seed"
