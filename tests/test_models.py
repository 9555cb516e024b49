"""Models as players: agents, simulated users free and worded, what of their turns is at fault, whose doing a failure is, and a person at the terminal."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from agentscaler.dice import Dice
from agentscaler.episode import DONE, run_episode
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.llm.model import ContextFull, ModelFailure, Reply, ScriptedModel, Tokens
from agentscaler.records import Answer, Fact, JsonObject, Message, Rollout, Task, ToolCall
from agentscaler.rollouts import ScriptedUser, plain_name
from agentscaler.rollouts.blame import blame
from agentscaler.rollouts.lint import Ear, lint, tells
from agentscaler.rollouts.models import KINDS, ModelAgent, ModelUser, WordedUser, kinds_on, read_shares
from agentscaler.rollouts.person import Person, PersonAsUser, typed
from agentscaler.world import World
from library_tasks import SEED, WISH, Calls, called, cast, task_of
from worlds import library

FACTS = (
    Fact(text='Could you delete the branch called "Old Mill"?', about="wish"),
    Fact(text="It was opened on 3 July 2025.", about="detail"),
    Fact(text="We no longer need it.", about="reason"),
    Fact(text='Another thing: please rename "Hill Road" to "Hill Street 12".', about="follow_up", part=1),
)
LEAVE = "I am going to delete it. Shall I go ahead?"
ASKS = "I am going to return the loan. Shall I go ahead?"


def gold() -> Calls:
    return [("return_loan", {"loanId": cast().loan["loanId"]})]


def brief_task() -> Task:
    return task_of(gold(), facts=FACTS)


def a(text: str) -> Message:
    return Message(role="assistant", content=text)


def u(text: str) -> Message:
    return Message(role="user", content=text)


def episode(agent: Any, user: Any, task: Task | None = None, **limits: int) -> Rollout:
    with World.open(library(), seed=SEED) as world:
        return run_episode(task or task_of(gold()), world, agent=agent, user=user, number="a" * 16, **limits)


class Says:
    """A user that says this, then ends."""

    name, scripted = "says", True

    def __init__(self, *words: str) -> None:
        self.left = [*words, DONE]

    def play(self, messages: Sequence[Message], tools: Sequence[JsonObject]) -> Message:
        del messages, tools
        return u(self.left.pop(0))


# ---- the agent ------------------------------------------------------------------------------------------------------


def test_model_plays_a_task_to_its_end() -> None:
    agent = ModelAgent(ScriptedModel([ASKS, called(0, *gold()[0]), "It is returned."], name="m@http://x/v1"))
    rollout = episode(agent, Says(WISH, "Yes, please."))
    assert grade(task_of(gold()), rollout).passed
    assert (rollout.agent, rollout.scripted, rollout.stop) == ("m@http://x/v1", False, "user_done")
    assert agent.tokens.prompt > 0


def test_calls_get_ids_of_their_own() -> None:
    twice = Message(role="assistant", calls=tuple(ToolCall(id=i, name="list_branches", arguments={}) for i in ("", "x", "x")))
    rollout = episode(ModelAgent(ScriptedModel([twice, twice, "Done."])), Says(WISH))
    ids = [c.id for m in rollout.messages for c in m.calls]
    assert len(set(ids)) == 6
    assert ids[1] == "x"
    assert [m.call_id for m in rollout.messages if m.role == "tool"] == ids


def test_arguments_that_are_no_object_are_answered_in_the_episode() -> None:
    bad = Message(role="assistant", calls=(ToolCall(id="b", name="return_loan", arguments={}, unparsed='{"loanId": "ln-'),))
    rollout = episode(ModelAgent(ScriptedModel([bad, called(1, *gold()[0]), "Done."])), Says(WISH))
    refused, good = (m for m in rollout.messages if m.role == "tool")
    assert refused.error == "invalid_arguments"
    assert "no JSON object: '{\"loanId\": \"ln-'" in orjson.loads(refused.content)["error"]["message"]
    assert good.error is None
    assert Rollout.model_validate(rollout.model_dump(mode="json")).model_dump(mode="json") == rollout.model_dump(mode="json")
    assert "unparsed" not in rollout.model_dump(mode="json")["messages"][4]["calls"][0], "rows of those who make no such mistake are what they were"


class Limited(ScriptedModel):
    """Says the same for ever, each reply of ten tokens on top of a growing prompt."""

    async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), **more: Any) -> Reply:
        del tools, more
        return Reply(called(len(messages), "list_branches", {}), "tool_calls", Tokens(100 * len(messages), 10))


@pytest.mark.parametrize(
    ("model", "limits", "stop"),
    [
        (Limited(()), {"context": 500}, "context"),
        (Limited(()), {"most": 25}, "tokens"),
        (ScriptedModel([ContextFull("8192 tokens")]), {}, "context"),
        (ScriptedModel([" ", "", ""]), {}, "silent"),
    ],
)
def test_agent_that_cannot_go_on_says_why(model: ScriptedModel, limits: dict[str, int], stop: str) -> None:
    rollout = episode(ModelAgent(model, **limits), Says(WISH))  # type: ignore[arg-type]
    assert (rollout.stop, rollout.error) == (stop, None)
    found = blame(rollout, grade(task_of(gold()), rollout))
    assert found is not None
    assert found.who == "agent"


def test_silence_is_asked_again_with_another_sample() -> None:
    samples: list[str] = []

    class Shy(ScriptedModel):
        async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), *, schema: JsonObject | None = None, sample: str = "") -> Reply:
            samples.append(sample)
            return await super().reply(messages, tools, schema=schema, sample=sample)

    rollout = episode(ModelAgent(Shy(["", "Done."]), sample="s"), Says(WISH))
    assert (rollout.stop, samples) == ("user_done", ["s", "s/1"])


def test_failed_connection_is_infrastructure_and_not_graded() -> None:
    rollout = episode(ModelAgent(ScriptedModel([ModelFailure("m: no reply after 6 tries")])), Says(WISH))
    assert (rollout.stop, rollout.error) == ("infrastructure", "ModelFailure: m: no reply after 6 tries")
    found = blame(rollout, grade(task_of(gold()), rollout))
    assert found is not None
    assert (found.who, found.evidence) == ("infrastructure", "ModelFailure: m: no reply after 6 tries")


# ---- what a user may not do -----------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[list[Message], str, list[str]]] = {
    "the wish, in its own words": ([], 'hi, pls delete the branch "Old Mill"', []),
    "a detail that was asked for": ([u(FACTS[0].text), a("When was it opened?")], "On July 3rd, 2025.", []),
    "what the agent said": ([a("Is it BR-77-001 or BR-77-002?")], "BR-77-002", []),
    "yes": ([u(FACTS[0].text), a(LEAVE)], "yes please", []),
    "a digression": ([a("One moment.")], "Fine. Rainy day here, my colleague forgot her umbrella.", []),
    "the name of a tool": ([], "Please call delete_branch for me", ["leak"]),
    "an id that nobody told it": ([], "My loan is {loan}.", ["leak", "contradiction"]),
    "a model that speaks of itself": ([], "As an AI I cannot have wishes.", ["leak"]),
    "another date": ([a("When was it opened?")], "On 4 July 2025.", ["contradiction"]),
    "another name": ([], 'Delete the branch "New Mill".', ["contradiction"]),
    "another wish": ([u(FACTS[0].text)], "And disable the catalogue too.", ["new goal"]),
    "a fact kept back": ([u(FACTS[0].text), a("When was it opened?")], "I don't know.", ["withheld"]),
    "a fact that it has not": ([u(FACTS[0].text), u(FACTS[1].text), a("Who opened it?")], "I don't know.", []),
}


@pytest.mark.parametrize("case", FAULTS)
def test_turn_of_a_user_is_linted(case: str) -> None:
    heard, said, faults = FAULTS[case]
    ear = Ear(brief_task(), ["delete_branch", "search"])
    assert [f.name for f in ear.turn(said.format(loan=cast().loan["loanId"]), heard)] == faults


ENDS: dict[str, tuple[list[str | Message], str | None]] = {
    "nothing but a greeting": (["Hello there."], "never said: "),
    "all was said and done": ([FACTS[0].text, FACTS[1].text, FACTS[3].text], None),
    "a wish was never said": ([FACTS[0].text, FACTS[1].text], "never said: Another thing"),
    "a detail was never said": ([FACTS[0].text, FACTS[3].text], "never said: It was opened"),
    "the agent waits for a yes": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("Would you like me to delete it?")], "the agent was not done"),
    "the agent asks something": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("Which one do you mean?")], "the agent was not done"),
    "the agent has only begun": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("Let me look that up.")], "the agent was not done"),
    "the agent says at last what it did": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("Let me check that.\nIt was renamed. Let me know if you need more.")], None),
    "the agent leaves it": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("I cannot rename it. I'll leave it as it is.")], None),
    "the agent asks for more wishes": ([FACTS[0].text, FACTS[1].text, FACTS[3].text, a("Done. Is there anything else I can help you with?")], None),
}


@pytest.mark.parametrize("case", ENDS)
def test_end_of_a_user_is_linted(case: str) -> None:
    said, fault = ENDS[case]
    messages = [Message(role="system", content="")]
    for text in said:
        messages += [text] if isinstance(text, Message) else [u(text), a("That's done.")]
    found = lint(brief_task(), messages, ended=True)
    assert [f.what.startswith(fault) for f in found if fault] == ([True] if fault else [])
    assert {f.name for f in found} == ({"early stop"} if fault else set())
    assert lint(brief_task(), messages, ended=False) == []


def test_gold_conversations_have_no_faults() -> None:
    """The scripted user says its brief, and ends when all is done."""
    rollout = episode(ModelAgent(ScriptedModel([a("Anything I should know?"), a(LEAVE), called(0, *gold()[0]), a("Done."), a("Done, too.")])), ScriptedUser(brief_task().brief, Dice(1)), brief_task())
    assert rollout.stop == "user_done"
    assert lint(brief_task(), rollout.messages, ended=True, tools=[t.name for t in library().tools]) == []


PEOPLE: dict[str, tuple[list[tuple[str, Any, int]], list[str]]] = {
    "terse, in its own words": (
        [("Please delete the pipeline job called \"weekly-mail-job\". Before it goes, tell me when it finished.", "wish", 0), ("It's on my list for today.", "reason", 0)],
        ["hi! i need weekly-mail-job gone, but first tell me when it finished ok?", "It finished on 3 May 2026. Shall I delete the job weekly-mail-job?", "yes go on", "Done. The job is deleted."],
    ),
    "two wishes": (
        [("When does the instance called \"depot_us\" expire?", "wish", 0), ("Another thing: can you rename that instance to \"depot_eu\"?", "follow_up", 1)],
        ["when does depot_us expire", "It expires on 30 June 2026.", "ok. rename that one to depot_eu", "Just to confirm: depot_us -> depot_eu?", "yes!!", "The instance is now called depot_eu."],
    ),
    "a detail when asked": (
        [("Can you set up a new store called \"survey-store\" in the dataset called \"holdout\"?", "wish", 0), ("The version should be R4.", "detail", 0), ("Another thing: I need to know the time zone of that dataset.", "follow_up", 1)],
        ["Hello, I'd like a new store, \"survey-store\", in the dataset \"holdout\".", "Sure. Which version?", "R4", "I'm going to create it. May I?", "please do", "Created.", "Super. What's the time zone of that dataset, by the way?", "Europe/Paris."],
    ),
    "a mind that changes": (
        [("Please delete the adm channel. I also need to know when it was created, so look that up first.", "wish", 0)],
        ["Please delete the ADM channel, but look up when it was created first and tell me", "It was created on 12 Dec 2025. Shall I delete it?", "Oh wait, maybe I should keep it after all.", "Alright, I'll leave it.", "No, sorry, I do want it deleted.", "It's deleted."],
    ),
    "an id that the agent named, and a wish no service has": (
        [("I'd like you to delete the policy described as \"used by the mail team\".", "wish", 0), ("It has been replaced.", "reason", 0)],
        ["There's a policy described as \"used by the mail team\" - delete it, it was replaced", "Shall I delete the policy policy-0a8b3c2d?", "Yes, policy-0a8b3c2d if that's the one", "Deleted. Anything else I can do?", "Can you bring me a coffee, too?", "I'm afraid I cannot do that."],
    ),
    "unsure of the exact name, which the agent finds": (
        [("Please delete the job called \"weekly-returns-job\", but only if it was created before August 2024. In any case tell me when it was created.", "wish", 0)],
        ["Hello, there's that weekly job for the returns that should go, but only if it was made before August 2024. And tell me when it was made.", "The job \"weekly-returns-job\" was created on 23 August 2024, so not before August 2024, and I have left it."],
    ),
    "a question in everyday words": (
        [("Which course was changed most recently? Just give me its name.", "wish", 0)],
        ["Hi, can you see which of our courses somebody worked on last? I'd like to know what it's called.", "The course that was changed most recently is \"Algebra summer\"; that is its name."],
    ),
    "another way to write a day": (
        [("Could you change the description of the template called \"search-template\" to \"for the relaunch\"?", "wish", 0), ("One more thing: could you delete its version created on 20 September 2025?", "follow_up", 1)],
        ["I want a different description on search-template: \"for the relaunch\"", "Shall I go ahead?", "sure", "Changed.", "Now delete its version from 20 Sept 2025, please", "That version will be deleted. Confirm?", "confirmed", "Deleted."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PEOPLE)
def test_people_who_do_as_their_brief_says_have_no_faults(case: str) -> None:
    facts, talk = PEOPLE[case]
    task = task_of(gold(), facts=[Fact(text=text, about=about, part=part) for text, about, part in facts])
    messages = [Message(role="system"), *(u(text) if n % 2 == 0 else a(text) for n, text in enumerate(talk))]
    assert lint(task, messages, ended=True, tools=["delete_job", "renameInstance"]) == []


@pytest.mark.parametrize(("text", "said"), [("it opened 03/07/2025, I mean July 3", True), ("some time in 2025", False), ("3 July 2025", True)])
def test_fact_is_told_by_its_values(text: str, said: bool) -> None:
    assert tells(text, FACTS[1]) is said


# ---- simulated users ------------------------------------------------------------------------------------------------


def model_user(*lines: str, kind: Any = "terse") -> tuple[ModelUser, ScriptedModel]:
    model = ScriptedModel(list(lines), name="u@http://x/v1")
    return ModelUser(model, brief_task(), kind=kind, tools=["delete_branch"]), model


def test_user_sees_its_brief_and_the_conversation_from_its_side() -> None:
    user, model = model_user('delete "Old Mill"', "3 July 2025", 'and rename "Hill Road" to "Hill Street 12"', DONE)
    agent = ScriptedModel(["When was it opened?", "Done.", "Done as well."])
    rollout = episode(ModelAgent(agent), user, brief_task())
    assert rollout.stop == "user_done"
    system, opening, *talk = model.heard[2]
    assert all(f.text in system.content for f in FACTS)
    assert KINDS["terse"] in system.content
    assert "later, wish 2" in system.content
    assert opening.role == "user"
    assert [(m.role, m.content) for m in talk] == [("assistant", 'delete "Old Mill"'), ("user", "When was it opened?"), ("assistant", "3 July 2025"), ("user", "Done.")]
    assert rollout.user == "u@http://x/v1"
    assert "Old Mill" not in agent.heard[0][0].content, "the agent does not see the brief"


def test_turn_at_fault_is_written_again() -> None:
    user, model = model_user("call delete_branch", 'delete "Old Mill"')
    rollout = episode(ModelAgent(ScriptedModel([])), user, brief_task())
    assert rollout.messages[1].content == 'delete "Old Mill"'
    assert "leak, 'delete_branch'" in model.heard[1][-1].content


def test_user_that_ends_too_early_again_and_again_says_what_is_left_in_the_words_of_its_brief() -> None:
    user, _ = model_user('delete "Old Mill"', *[DONE] * 9)
    rollout = episode(ModelAgent(ScriptedModel(["Done.", LEAVE, "Done.", "Done, too."])), user, brief_task())
    assert [m.content for m in rollout.messages if m.role == "user"] == ['delete "Old Mill"', FACTS[1].text, f"Yes, please. {FACTS[3].text}"]
    assert (rollout.stop, user.plain) == ("user_done", [1, 2])
    assert lint(brief_task(), rollout.messages, ended=True) == []


def test_user_with_a_fault_is_blamed_for_the_failure() -> None:
    rollout = episode(ModelAgent(ScriptedModel(["Done."])), Says('delete "Old Mill"'), brief_task())
    rollout = rollout.model_copy(update={"faults": tuple(lint(brief_task(), rollout.messages, ended=True))})
    found = blame(rollout, grade(brief_task(), rollout))
    assert found is not None
    assert (found.who, found.evidence) == ("user", "message 3, early stop: never said: It was opened on 3 July 2025.")


def test_silent_user_is_blamed() -> None:
    user, _ = model_user("", " ", "")
    rollout = episode(ModelAgent(ScriptedModel([])), user, brief_task())
    found = blame(rollout, grade(brief_task(), rollout))
    assert rollout.stop == "user_silent"
    assert found is not None
    assert found.who == "user"


@pytest.mark.parametrize("announced", ["Let me look that up for you.", "Found it. I'll now return it.", "Next, I will return it."])
def test_scripted_user_waits_for_an_agent_that_has_only_announced_what_it_will_do(announced: str) -> None:
    agent = ScriptedModel([a(announced), called(0, *gold()[0]), a("It is returned.")])
    rollout = episode(ModelAgent(agent), ScriptedUser(task_of(gold()).brief, Dice(1)))
    assert [m.content for m in rollout.messages if m.role == "user"][1:] == ["All right."]
    verdict = grade(task_of(gold()), rollout)
    assert not verdict.differences
    assert verdict.broken == (() if "return" in announced else ("ask.first",)), "to look something up is not what was done"
    assert rollout.stop == "user_done"


@pytest.mark.parametrize("asked", ["Would you like me to go on?", "Do you want me to do that?", "Is this correct?", "Does that sound right?", "Can I go ahead?", "Shall I?"])
def test_scripted_user_says_yes_however_it_is_asked(asked: str) -> None:
    rollout = episode(ModelAgent(ScriptedModel([a(f"I am going to return the loan. {asked}")])), ScriptedUser(task_of(gold()).brief, Dice(1)))
    assert rollout.messages[3].content.startswith(("Yes", "Please do", "That's right"))


def test_worded_user_says_what_the_plan_says_in_other_words() -> None:
    model = ScriptedModel(['hey, "Old Mill" can go, delete it pls'], name="u")
    user = WordedUser(model, ScriptedUser(brief_task().brief, Dice(2)), brief_task(), kind="terse")
    rollout = episode(ModelAgent(ScriptedModel([])), user, brief_task())
    assert rollout.messages[1].content == 'hey, "Old Mill" can go, delete it pls'
    assert (user.name, user.plain) == ("worded:u", [])
    assert "Old Mill" in model.heard[0][0].content


@pytest.mark.parametrize("bad", ["", 'delete "New Mill"', "delete it", f'delete "Old Mill" {DONE}', 'delete "Old Mill" and 3 others', 'delete_branch "Old Mill"'])
def test_wording_that_changes_what_is_said_is_not_said(bad: str) -> None:
    plan = ScriptedUser(brief_task().brief, Dice(2))
    user = WordedUser(ScriptedModel([bad, bad]), plan, brief_task(), kind="chatty", tools=["delete_branch"])
    rollout = episode(ModelAgent(ScriptedModel([])), user, brief_task())
    assert FACTS[0].text[1:] in rollout.messages[1].content
    assert user.plain == [0]


def test_a_yes_stays_a_yes() -> None:
    task = task_of(gold())
    user = WordedUser(ScriptedModel(["do what we spoke of", "no, rather wait", "hm, better don't"]), ScriptedUser(task.brief, Dice(2)), task, kind="wavering")
    rollout = episode(ModelAgent(ScriptedModel([a(LEAVE)])), user, task)
    assert rollout.messages[3].content in {"Yes, please.", "Yes, go ahead.", "Yes, that's right.", "Please do.", "Yes, please go ahead.", "That's right, go ahead."}


def test_nobody_wavers_who_only_asks() -> None:
    writing = task_of(gold())
    asking = writing.model_copy(update={"difficulty": writing.difficulty.model_copy(update={"writes": 0})})
    shares = read_shares({"wavering": 1, "terse": 1})
    assert writing.difficulty.writes
    assert (kinds_on(writing, shares), kinds_on(asking, shares)) == (shares, {"terse": 1.0})
    assert kinds_on(asking, read_shares({"wavering": 1})) == {"wavering": 1.0}


def test_shares_of_kinds_are_read() -> None:
    assert read_shares({"terse": 1, "chatty": 3}) == {"terse": 1.0, "chatty": 3.0}
    for bad in ({"rude": 1}, {"terse": -1}, {"terse": "x"}, {"terse": 0}):
        with pytest.raises(UserError, match="users: "):
            read_shares(bad)


# ---- blame ----------------------------------------------------------------------------------------------------------


def test_agent_is_to_blame_for_what_nobody_else_did() -> None:
    rollout = episode(ModelAgent(ScriptedModel(["Done."])), Says(WISH))
    found = blame(rollout, grade(task_of(gold()), rollout))
    assert found is not None
    assert found.who == "agent"
    assert "loan[" in found.evidence


def test_nobody_is_to_blame_for_success() -> None:
    rollout = episode(ModelAgent(ScriptedModel([ASKS, called(0, *gold()[0]), "Done."])), Says(WISH, "Yes."))
    assert blame(rollout, grade(task_of(gold()), rollout)) is None


def test_agent_is_to_blame_for_what_it_was_to_ask_about() -> None:
    rollout = episode(ModelAgent(ScriptedModel([called(0, *gold()[0]), "Done."])), Says(WISH))
    found = blame(rollout, grade(task_of(gold()), rollout))
    assert found is not None
    assert (found.who, found.evidence) == ("agent", "rule ask.first: return_loan was called before it was said and agreed to")


def test_world_is_to_blame_for_its_defects() -> None:
    rollout = episode(ModelAgent(ScriptedModel(["Done."])), Says(WISH))
    broken = Message(role="tool", call_id="c", name="get_loan", content='{"error": ...}', error="internal")
    rollout = rollout.model_copy(update={"messages": (*rollout.messages[:2], called(0, "get_loan", {}), broken, *rollout.messages[2:])})
    found = blame(rollout, grade(task_of(gold(), answers=[Answer(name="x", type="text", value="y", step=0)]), rollout))
    assert found is not None
    assert (found.who, found.evidence.partition(":")[0]) == ("world", "message 3, get_loan")


# ---- names and people -----------------------------------------------------------------------------------------------


def test_scripted_players_go_by_either_name() -> None:
    assert [plain_name(n) for n in ("scripted", "scripted:gold", "gold", "m@http://x/v1", "my.module:agent")] == ["solver", "gold", "gold", "m@http://x/v1", "my.module:agent"]
    with pytest.raises(UserError, match="scripted players are gold"):
        plain_name("scripted:nobody")


def test_person_plays_the_agent() -> None:
    lines = ["?", "? return_loan", "return_loan nonsense", ASKS, f"return_loan loanId={cast().loan['loanId']}", "That's done."]
    shown: list[str] = []
    person = Person(read=lambda prompt: lines.pop(0), show=shown.append)
    with World.open(library(), seed=SEED) as world:
        person.attend(world)
        rollout = run_episode(task_of(gold()), world, agent=person, user=Says(WISH, "Yes."))
    assert grade(task_of(gold()), rollout).passed
    text = "\n".join(shown)
    assert f"user: {WISH}" in text
    assert "loanId*: string" in text
    assert "no key=value" in text
    assert "changed so far" in text
    assert rollout.agent == "human"


def test_person_plays_the_user_and_may_leave() -> None:
    lines = ["hello", "done"]
    rollout = episode(ModelAgent(ScriptedModel(["Hello."])), PersonAsUser(brief_task().brief, read=lambda prompt: lines.pop(0), show=lambda text: None), brief_task())
    assert (rollout.user, rollout.stop) == ("human", "user_done")

    def gone(prompt: str) -> str:
        raise EOFError

    assert episode(Person(read=gone, show=lambda text: None), Says(WISH)).stop == "silent"


def test_typed_arguments_have_the_types_of_the_schema() -> None:
    schema = {"properties": {"id": {"type": "string"}, "count": {"type": "integer"}, "on": {"type": "boolean"}}}
    assert typed('id=7 count=7 on=true', schema) == {"id": "7", "count": 7, "on": True}
    assert typed('{"id": "x"}', schema) == {"id": "x"}
    assert typed("", schema) == {}
