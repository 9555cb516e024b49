"""The one door to models: what goes over the wire and comes back, failures that pass and that do not, pace, recording, ledger, keys, records instead of prose."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler.errors import Dropped, UserError
from agentscaler.llm import wire
from agentscaler.llm.ask import ask
from agentscaler.llm.chat import ChatModel
from agentscaler.llm.desk import Line
from agentscaler.llm.keys import Keys, endpoint, is_endpoint, read_keys
from agentscaler.llm.ledger import Ledger, Price, read_prices
from agentscaler.llm.model import (
    BudgetSpent,
    ContextFull,
    ModelFailure,
    Refused,
    Reply,
    ScriptedModel,
    Tokens,
    Unreachable,
)
from agentscaler.llm.pace import Pace
from agentscaler.llm.replies import NotRecorded, Replies
from agentscaler.records import Message, Record, ToolCall
from model_server import ModelServer

pytest.importorskip("openai", reason="needs the extra models")

SECRET = "not-a-key-" + "0123456789abcdef"
HELLO = [Message(role="system", content="Be brief."), Message(role="user", content="Hello")]
TOOL = {"type": "function", "function": {"name": "get_order", "description": "One order.", "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}}}


def hello(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": f"You said {body['messages'][-1]['content']}."}


def say(server: ModelServer, messages: list[Message] = HELLO, *, tools: list[Any] | None = None, sample: str = "", **more: Any) -> Reply:
    """One request, one event loop."""

    async def go() -> Reply:
        model = ChatModel(endpoint(f"m@{server.url}"), **{"timeout": 5.0, **more})
        try:
            return await model.reply(messages, tools or (), sample=sample)
        finally:
            await model.close()

    return asyncio.run(go())


class Sequence:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.left = list(answers)

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["messages"]
        return dict(self.left.pop(0) if len(self.left) > 1 else self.left[0])


# ---- the wire -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reply_comes_with_calls_and_reasoning_apart(stream: bool, field: str) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": '{"id":"O-9"}'}}
    other = {"id": "c2", "type": "function", "function": {"name": "get_order", "arguments": '{"id":"O-10"}'}}
    with ModelServer(lambda body: {"content": "One moment.", field: "They want order O-9.", "tool_calls": [call, other]}) as server:
        reply = say(server, tools=[TOOL], manner=wire.Manner({"temperature": 0.2}, stream=stream))
        sent = server.heard[0].body
    assert (reply.message.content, reply.message.reasoning, reply.reasoning_in, reply.finish) == ("One moment.", "They want order O-9.", field, "tool_calls")
    assert [(c.id, c.arguments) for c in reply.message.calls] == [("c1", {"id": "O-9"}), ("c2", {"id": "O-10"})]
    assert reply.tokens.prompt > 0
    assert reply.tokens.completion > 0
    assert (sent["model"], sent["temperature"], sent["tools"]) == ("m", 0.2, [TOOL])


def test_reasoning_between_tags_is_taken_out_of_the_text() -> None:
    read = wire.read({"message": {"content": "<think>Hm.</think>\n\nHello."}})
    assert (read.message.content, read.message.reasoning) == ("Hello.", "Hm.")


@pytest.mark.parametrize("written", ['{"id": "O-9', '["O-9"]', "O-9", "null"])
def test_arguments_that_are_no_object_come_through_as_such(written: str) -> None:
    read = wire.read({"message": {"tool_calls": [{"id": "c", "function": {"name": "get_order", "arguments": written}}]}})
    [call] = read.message.calls
    assert (call.arguments, call.unparsed) == ({}, written)


def test_no_arguments_are_none_and_no_mistake() -> None:
    assert [wire.parsed(x) for x in ("", None, "{}", {"a": 1})] == [({}, None), ({}, None), ({}, None), ({"a": 1}, None)]


def test_history_is_sent_as_json_and_reasoning_goes_back_only_within_a_chain_of_calls() -> None:
    bad = ToolCall(id="b", name="get_order", arguments={}, unparsed='{"id')
    talk = [
        *HELLO,
        Message(role="assistant", content="Sure.", reasoning="old"),
        Message(role="user", content="Order 9?"),
        Message(role="assistant", reasoning="new", calls=(bad, ToolCall(id="c", name="get_order", arguments={"id": "é"}))),
        Message(role="tool", content="{}", call_id="b", name="get_order"),
    ]
    sent = wire.request("m", talk, [TOOL], wire.Manner(), reasoning_in="reasoning")["messages"]
    assert [m.get("reasoning") for m in sent] == [None, None, None, None, "new", None]
    assert [orjson.loads(c["function"]["arguments"]) for c in sent[4]["tool_calls"]] == [{}, {"id": "é"}]
    assert sent[5] == {"role": "tool", "tool_call_id": "b", "content": "{}"}


def test_tools_in_the_prompt_go_there_and_calls_come_back_from_the_text() -> None:
    manner = wire.Manner(tools_in_prompt=True)
    with ModelServer(lambda body: {"content": 'Let me see.\n<tool_call>{"name": "get_order", "arguments": {"id": "O-9"}}</tool_call>\n<tool_call>{"name": get}</tool_call>'}) as server:
        reply = say(server, tools=[TOOL], manner=manner)
        sent = server.heard[0].body
    assert reply.message.content == "Let me see."
    assert [(c.name, c.arguments, c.unparsed) for c in reply.message.calls] == [("get_order", {"id": "O-9"}, None), ("", {}, '{"name": get}')]
    assert "tools" not in sent
    assert '"name":"get_order"' in sent["messages"][0]["content"]
    talk = [*HELLO, reply.message, Message(role="tool", content="A", call_id="x"), Message(role="tool", content="B", call_id="y"), Message(role="user", content="And?")]
    again = wire.request("m", talk, [TOOL], manner)["messages"]
    assert [m["role"] for m in again] == ["system", "user", "assistant", "user"], "neighbours of one role are one"
    assert again[3]["content"] == "<tool_response>A</tool_response>\n<tool_response>B</tool_response>\nAnd?"
    assert '"id":"O-9"' in again[2]["content"]


# ---- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["429", "500", "reset", "truncated", "cut", "timeout"])
def test_what_passes_is_tried_again(fault: str, stream: bool) -> None:
    with ModelServer(hello, hang=3.0) as server:
        server._fault = lambda raw, n: fault if n == 1 else None  # type: ignore[method-assign]
        ledger = Ledger()
        reply = say(server, ledger=ledger, timeout=1.0 if fault == "timeout" else 10.0, manner=wire.Manner(stream=stream))
        assert server.met == {fault: 1, "none": 1}
    assert reply.message.content == "You said Hello."
    assert sum(ledger.failures.values()) == 1
    assert ledger.requests == {"m": 1}, "only what was answered is paid for"


def test_slow_reply_is_waited_for() -> None:
    with ModelServer(hello, faults={"slow": 1.0}) as server:
        assert say(server).message.content == "You said Hello."
        assert say(server, manner=wire.Manner(stream=True)).message.content == "You said Hello."
        assert server.met == {"slow": 2}


def test_retry_after_is_kept_to() -> None:
    with ModelServer(hello) as server:
        server._fault = lambda raw, n: "429" if n == 1 else None  # type: ignore[method-assign]
        say(server)
        first, second = (h.at for h in server.heard)
    assert second - first >= 0.05


def test_what_never_passes_ends_the_episode_and_then_the_run() -> None:
    with ModelServer(hello, faults={"reset": 1.0}) as server:
        line = Line()
        with pytest.raises(ModelFailure, match="no reply after 1 tries, the last: connection"):
            say(server, tries=1, line=line)
        line.lost = 2
        with pytest.raises(Unreachable, match="3 requests in a row came to nothing"):
            say(server, tries=1, line=line)
        line.ever, line.lost = True, 10
        with pytest.raises(ModelFailure, match="no reply after"):
            say(server, tries=1, line=line)
        with pytest.raises(Unreachable, match="12 requests in a row came to nothing"):
            say(server, tries=1, line=line)


@pytest.mark.parametrize(
    ("answer", "failure", "said"),
    [
        ({"status": 401, "error": {"message": f"Incorrect API key provided: {SECRET}"}}, Refused, "answers 401: Incorrect API key provided: \\[key\\]"),
        ({"status": 404, "error": {"message": "The model `m` does not exist"}}, Refused, "does not exist"),
        ({"status": 429, "error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}, Refused, "quota"),
        ({"status": 400, "error": {"message": "This model's maximum context length is 8192 tokens"}}, ContextFull, "8192"),
        ({"status": 400, "error": {"message": "temperature must be positive"}}, Refused, "temperature"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(answer: dict[str, Any], failure: type[Exception], said: str) -> None:
    with ModelServer(lambda body: dict(answer)) as server:
        with pytest.raises(failure, match=said):
            say(server, keys=Keys({"*": SECRET}))
        assert len(server.heard) == 1


def test_a_bad_request_of_one_conversation_does_not_stop_the_others() -> None:
    line = Line()
    with ModelServer(hello) as server:
        say(server, line=line)
        server._answer = lambda body: {"status": 400, "error": {"message": "unsupported content"}}
        with pytest.raises(ModelFailure, match="unsupported content"):
            say(server, line=line)


# ---- pace -----------------------------------------------------------------------------------------------------------


def many(server: ModelServer, count: int, line: Line, **more: Any) -> None:
    async def go() -> None:
        model = ChatModel(endpoint(f"m@{server.url}"), line=line, timeout=10.0, **more)
        await asyncio.gather(*(model.reply([Message(role="user", content=f"Hello {n}")]) for n in range(count)))
        await model.close()

    asyncio.run(go())


def test_line_starts_slowly_and_grows_while_all_goes_well() -> None:
    line = Line()
    with ModelServer(hello, delay=0.1) as server:
        many(server, 150, line)
        assert 8 < server.peak <= line.pace.peak
    assert line.pace.limit > 30


def test_line_never_passes_its_most() -> None:
    line = Line(Pace(4))
    with ModelServer(hello, delay=0.01) as server:
        many(server, 40, line)
        assert server.peak <= 4


def test_line_backs_off_from_an_endpoint_that_is_full() -> None:
    line, ledger = Line(), Ledger()
    with ModelServer(hello, delay=0.1, most=10) as server:
        many(server, 150, line, ledger=ledger, tries=30)
        refused = server.met["429"]
    assert ledger.requests["m"] == 150
    assert 0 < refused < 150
    assert line.pace.limit < 60, "it hovers about what the endpoint bears"


def test_requests_of_one_round_cut_the_line_once() -> None:
    pace = Pace()
    pace.limit = pace.running = 64
    started = time.monotonic()
    for _ in range(10):
        pace.too_much(started, None)
    assert pace.limit == 32


# ---- recording ------------------------------------------------------------------------------------------------------


def test_what_was_asked_once_is_never_asked_again(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    with ModelServer(hello) as server:
        with Replies(file) as replies:
            first = say(server, replies=replies)
            assert say(server, replies=replies) == first
            say(server, replies=replies, sample="another draw")
        assert len(server.heard) == 2
        address = server.url
    with Replies(file, offline=True) as replies:

        class Gone:
            url = address

        assert say(Gone(), replies=replies) == first  # type: ignore[arg-type]
        assert say(Gone(), replies=replies, manner=wire.Manner(stream=True)) == first  # type: ignore[arg-type]
        with pytest.raises(NotRecorded, match="never recorded"):
            say(Gone(), [Message(role="user", content="Something else")], replies=replies)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="no recording"):
        Replies(tmp_path / "nothing.jsonl", offline=True)


def test_recording_survives_a_torn_line_and_refuses_a_bad_one(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    with Replies(file) as replies:
        replies.keep("a", "m", {"message": {"content": "A"}, "usage": {"prompt": 3, "completion": 1, "cached": 0}})
    with file.open("ab") as f:
        f.write(b'{"key":"b","model":"m","rep')
    with Replies(file) as replies:
        assert (len(replies), replies.paid) == (1, [("m", {"prompt": 3, "completion": 1, "cached": 0})])
        replies.keep("c", "m", {"message": {"content": "C"}, "usage": {}})
        assert [replies.find(k) is not None for k in "abc"] == [True, False, True]
    assert len(file.read_bytes().splitlines()) == 2
    file.write_bytes(b"nonsense\n" + file.read_bytes())
    with pytest.raises(UserError, match=r"replies.jsonl, line 1 is no recorded reply"):
        Replies(file)


# ---- ledger ---------------------------------------------------------------------------------------------------------


def test_ledger_counts_and_prices() -> None:
    ledger = Ledger(read_prices({"m": {"input": 1.0, "output": 10.0, "cached": 0.1}}))
    ledger.paid("m", Tokens(1_000_000, 100_000, 400_000))
    ledger.paid("other", Tokens(5, 5))
    assert ledger.spent == pytest.approx(0.6 + 0.04 + 1.0)
    assert ledger.total() == Tokens(1_000_005, 100_005, 400_000)
    assert ledger.summary()["model m"] == {"requests": 1, "prompt tokens": 1_000_000, "cached": 400_000, "completion tokens": 100_000, "cost": 1.64}


@pytest.mark.parametrize("entry", [3, {"input": 1}, {"input": 1, "output": -1}, {"input": 1, "output": 1, "per": 2}, {"input": "1", "output": 1}])
def test_bad_price_is_named(entry: Any) -> None:
    with pytest.raises(UserError, match=r"prices: 'm' is .*give \{ input"):
        read_prices({"m": entry})


def test_budget_is_never_passed() -> None:
    ledger = Ledger({"m": Price(100.0, 100.0)}, budget=0.07)
    with ModelServer(hello) as server:

        def spend() -> None:
            for n in range(100):
                say(server, [Message(role="user", content=f"Number {n}")], ledger=ledger)

        with pytest.raises(BudgetSpent, match=r"the budget of 0\.07 is spent"):
            spend()
    assert 0 < ledger.spent <= 0.07
    with pytest.raises(UserError, match="needs the price of 'cheap'"):
        ledger.promise("cheap", 10)


# ---- keys -----------------------------------------------------------------------------------------------------------


def test_keys_come_from_the_environment_or_a_file_and_go_to_their_host_only(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# two\nhost.example:8000 sk-file-000001\nother.example sk-file-000002\n")
    keys = read_keys({"OPENAI_API_KEY": "sk-openai-00001"}, file)
    assert [keys.of(h) for h in ("api.openai.com", "host.example:8000", "other.example:1", "localhost:8000")] == ["sk-openai-00001", "sk-file-000001", "sk-file-000002", None]
    assert read_keys({"AGENTSCALER_API_KEY": "sk-any-0000001"}, None).of("localhost:8000") == "sk-any-0000001"
    file.write_text("sk-one-000001\n")
    assert read_keys({}, file).of("anywhere") == "sk-one-000001"
    file.write_text("a b c\n")
    with pytest.raises(UserError, match="one line with a key") as said:
        read_keys({}, file)
    assert "a b c" not in str(said.value)


@pytest.mark.parametrize("key", ["sk-\u20acuro-key", "sk-two words", "sk-\x07bell"])
def test_key_that_cannot_be_one_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(UserError, match="the key for any endpoint holds characters that no key has") as said:
        read_keys({"AGENTSCALER_API_KEY": key}, None)
    assert key not in str(said.value)


@pytest.mark.parametrize("text", ["m@https://user:sk-secret@host/v1", "m@https://host/v1?key=sk-secret", "m@https://host/v1#sk-secret"])
def test_key_in_an_address_is_refused_without_being_repeated(text: str) -> None:
    assert is_endpoint(text)
    with pytest.raises(UserError, match="never into the address") as said:
        endpoint(text)
    assert "sk-secret" not in str(said.value)


def test_key_stands_nowhere_but_in_the_header(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that repeats the key in replies and in errors."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-not-yours")
    caplog.set_level(logging.DEBUG)
    keys = Keys({"*": SECRET})
    file = tmp_path / "replies.jsonl"
    with ModelServer(Sequence({"content": f"Your key is {SECRET}"}, {"status": 400, "error": {"message": f"bad key {SECRET}"}})) as server, Replies(file) as replies:
        reply = say(server, keys=keys, replies=replies)
        with pytest.raises(Refused) as refused:
            say(server, [Message(role="user", content="Again")], keys=keys, replies=replies)
        headers = server.heard[0].headers
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert not {"openai-organization", "openai-project"} & set(headers)
    everything = [reply.message.content, str(refused.value), repr(keys), caplog.text, file.read_text()]
    assert [t for t in everything if SECRET in t] == []
    assert reply.message.content == "Your key is [key]"
    with pytest.raises(TypeError, match="not written down"):
        __import__("pickle").dumps(keys)


# ---- a record instead of prose --------------------------------------------------------------------------------------


class Order(Record):
    """What is asked for."""

    number: int
    """Number of the order."""
    state: str
    """Where it is."""


GOOD = '{"number": 9, "state": "sent"}'


@pytest.mark.parametrize("text", [GOOD, f"```json\n{GOOD}\n```", f"Here it is: {GOOD}. Anything else?"])
def test_record_is_found_in_what_the_model_says(text: str) -> None:
    found = asyncio.run(ask(ScriptedModel([text]), HELLO, into=Order))
    assert (found.record, found.tries) == (Order(number=9, state="sent"), 1)


def test_model_is_shown_what_the_validator_says() -> None:
    model = ScriptedModel(['{"number": "nine", "state": "sent", "colour": "red"}', "I cannot", GOOD])
    found = asyncio.run(ask(model, HELLO, into=Order))
    assert found.tries == 3
    assert [m.role for m in model.heard[2]] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "number: Input should be a valid integer" in model.heard[1][-1].content
    assert "colour: Extra inputs are not permitted" in model.heard[1][-1].content
    assert "no JSON object in 'I cannot'" in model.heard[2][-1].content
    assert '"state"' in model.heard[0][0].content, "the schema is told"


def test_model_is_given_up() -> None:
    with pytest.raises(Dropped, match="2 tries, the last one: no JSON object") as dropped:
        asyncio.run(ask(ScriptedModel(["no"] * 5), HELLO, into=Order, tries=2))
    assert dropped.value.reason == "no_record"


def test_structured_output_is_asked_for_and_done_without_where_it_is_refused() -> None:
    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return {"status": 400, "error": {"message": "response_format is not supported"}} if "response_format" in body else {"content": GOOD}

    async def go(server: ModelServer) -> Order:
        model = ChatModel(endpoint(f"m@{server.url}"))
        found = await ask(model, HELLO, into=Order)
        await ask(model, HELLO, into=Order)
        await model.close()
        return found.record

    with ModelServer(answer) as server:
        assert asyncio.run(go(server)).number == 9
        assert ["response_format" in h.body for h in server.heard] == [True, False, False]


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with ModelServer(hello) as server, pytest.raises(UserError, match=r"pip install 'agentscaler\[models\]'"):
        say(server)


