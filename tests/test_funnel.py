"""Which rollouts become data: the truth table of the three layers, and the verb over the bike rental's rollouts."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from agentscaler import walk
from agentscaler.canonical import as_json
from agentscaler.errors import Dropped, UserError
from agentscaler.funnel import LAYERS, REPEATS, judge, malformed
from agentscaler.records import Answer, Kept, Message, Rollout, Task, ToolCall
from agentscaler.store import Run, digest, read_records, read_rows
from library_tasks import Calls, called, cast, played, task_of

KEPT = ""


@cache
def writing() -> Task:
    """A member moves to another branch and brings a loan back; looked up first."""
    member, loan = cast().member, cast().loan
    return task_of(
        [
            ("list_loans", {"memberId": loan["memberId"]}),
            ("return_loan", {"loanId": loan["loanId"]}),
            ("update_member", {"memberId": member["memberId"], "home": cast().branches[0]}),
        ]
    )


@cache
def reading() -> Task:
    """How many pages has the book?"""
    book = cast().book
    pages = Answer(name="number of pages", type="number", value=book["pages"], rivals=(book["pages"] + 20, book["pages"] + 40), step=1)
    return task_of([("list_books", {"genre": [book["genre"]]}), ("get_book", {"isbn": book["isbn"]})], answers=[pages])


def gold(task: Task) -> Calls:
    return [(c.name, dict(c.arguments)) for c in task.gold]


def fate(task: Task, rollout: Rollout, *, strict: bool = False) -> tuple[str, str]:
    """Reason and message; both empty for a rollout that is kept."""
    try:
        judge(task, rollout, number="r", strict=strict)
    except Dropped as drop:
        return drop.reason, drop.message
    return KEPT, ""


# ---- the truth table: a task with writes --------------------------------------------------------------------------


def ids() -> dict[str, str]:
    """What the table's texts are filled with."""
    member, branches = cast().member, cast().branches
    return {
        "loan": cast().loan["loanId"], "other": cast().other["loanId"], "member": member["memberId"], "home": branches[0], "old": branches[-1], "elsewhere": branches[1],
    }  # fmt: skip


def write_cases() -> dict[str, tuple[Calls, str, str]]:
    look, bring, move = gold(writing())
    named = ids()
    member, loan, other = {"memberId": named["member"]}, {"loanId": named["loan"]}, {"loanId": named["other"]}
    on = cast().member["active"]
    return {
        "gold": ([look, bring, move], KEPT, ""),
        "without the read": ([bring, move], KEPT, ""),
        "a failed call first": ([look, ("return_loan", {"loan": named["loan"]}), bring, move], KEPT, ""),
        "a refused call on the way": ([look, bring, ("return_loan", loan), move], KEPT, ""),
        "extra reads": ([("list_branches", {}), look, ("get_loan", loan), bring, ("get_member", member), move], KEPT, ""),
        "independent writes in another order": ([move, look, bring], KEPT, ""),
        "do and undo beside it": (
            [look, ("update_member", {**member, "active": not on}), ("update_member", {**member, "active": bool(on)}), bring, move],
            KEPT, "",
        ),
        "made and deleted again": ([*gold(writing()), ("create_branch", {"code": "zz", "name": "Zed"}), ("delete_branch", {"code": "zz"})], KEPT, ""),
        "the same end in two steps": ([look, bring, ("update_member", {**member, "home": named["elsewhere"]}), move], KEPT, ""),
        "first write dropped": ([look, move], "state", "loan[{loan}].state: expected 'returned', but it was not changed"),
        "second write dropped": ([look, bring], "state", "member[{member}].home: expected '{home}', but it was not changed"),
        "wrong value": ([look, bring, ("update_member", {**member, "home": named["elsewhere"]})], "state", "member[{member}].home: expected '{home}', got '{elsewhere}'"),
        "wrong row": ([look, ("return_loan", other), move], "state", "loan[{other}].state: changed to 'returned', which nobody asked for"),
        "extra write": ([look, bring, move, ("return_loan", other)], "state", "loan[{other}].state: changed to 'returned', which nobody asked for"),
        "extra column": ([look, bring, (move[0], {**move[1], "active": not cast().member["active"]})], "state", "member[{member}].active: changed to"),
        "extra row": ([look, bring, move, ("create_branch", {"code": "zz", "name": "Zed"})], "state", "branch[new 1] made (code 'zz'"),
        "a write that failed": ([look, ("return_loan", {"loan": named["loan"]}), move], "state", "loan[{loan}].state: expected 'returned'"),
        "undone too much": ([look, bring, move, ("update_member", {**member, "home": named["old"]})], "state", "member[{member}].home: expected '{home}'"),
        "nothing at all": ([], "state", "loan[{loan}].state: expected 'returned', but it was not changed"),
    }  # fmt: skip


@pytest.mark.parametrize("case", write_cases())
def test_task_with_writes(case: str) -> None:
    calls, reason, text = write_cases()[case]
    found, message = fate(writing(), played(writing(), calls))
    assert found == reason, message
    assert text.format(**ids()) in message


# ---- the truth table: a task that only reads ----------------------------------------------------------------------


def read_cases() -> dict[str, tuple[Calls, str, str, str]]:
    listed, look = gold(reading())
    pages, isbn = cast().book["pages"], cast().book["isbn"]
    other = next(r["isbn"] for r in reading().gold[0].result["books"] if r["isbn"] != isbn)
    right = f"It has {pages} pages."
    return {
        "gold": ([listed, look], right, KEPT, ""),
        "a failed call first": ([("list_books", {"kind": "novel"}), listed, ("get_book", {"isbn": "978"}), look], right, KEPT, ""),
        "wrong argument": ([("list_books", {}), look], right, "calls", "call 1, list_books: genre is None, gold has ["),
        "one row more": ([listed, ("get_book", {"isbn": other}), look], right, "calls", f"call 2, get_book: isbn is '{other}', gold has '{isbn}'"),
        "extra read first": ([("list_branches", {}), listed, look], right, "calls", "call 1 is list_branches, gold calls list_books"),
        "extra read last": ([listed, look, ("list_branches", {})], right, "calls", "3 calls succeeded, gold has 2"),
        "a read too few": ([listed], right, "calls", "1 calls succeeded, gold has 2"),
        "other order": ([look, listed], right, "calls", "call 1 is get_book, gold calls list_books"),
        "right answer without calls": ([], right, "answer", f"number of pages: no successful call showed {pages}"),
        "right answer after a failed call only": ([("get_book", {"isbn": "978"})], right, "answer", "no successful call showed"),
        "wrong answer": ([listed, look], f"It has {pages + 7} pages.", "answer", f"number of pages: expected {pages}, which was not said"),
        "no answer": ([listed, look], "I have looked it up.", "answer", f"expected {pages}, which was not said"),
        "rival said beside": ([listed, look], f"It has {pages} pages, or {pages + 20}.", "answer", f"{pages + 20} was said beside {pages}"),
        "right answer and a write": ([listed, look, ("return_loan", {"loanId": ids()["loan"]})], right, "state", "loan[{loan}].state: changed to 'returned'"),
    }  # fmt: skip


@pytest.mark.parametrize("case", read_cases())
def test_task_without_writes(case: str) -> None:
    calls, said, reason, text = read_cases()[case]
    found, message = fate(reading(), played(reading(), calls, said))
    assert found == reason, message
    assert text.format(**ids()) in message


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("gold", KEPT), ("a failed call first", KEPT), ("extra reads", "calls"), ("without the read", "calls"),
        ("independent writes in another order", "calls"), ("do and undo beside it", "calls"), ("wrong value", "state"),
    ],
)  # fmt: skip
def test_strict_calls_asks_for_the_gold_calls_of_writing_tasks_too(case: str, reason: str) -> None:
    assert fate(writing(), played(writing(), write_cases()[case][0]), strict=True)[0] == reason


# ---- the truth table: form ------------------------------------------------------------------------------------------

Change = Callable[[list[Message]], list[Message]]
SAY = Message(role="assistant", content="Let me see.")
LONG = " ".join(f"word{n}" for n in range(12))
"""A phrase of twelve words."""


def _user(text: str = "And?") -> Message:
    return Message(role="user", content=text)


def _answered(number: int, name: str = "list_branches") -> list[Message]:
    return [called(number, name, {}), Message(role="tool", content="{}", call_id=f"call_{number}", name=name)]


def _two_calls(answers: int) -> list[Message]:
    calls = tuple(ToolCall(id=f"two_{n}", name="list_branches", arguments={"pageSize": n}) for n in range(2))
    return [Message(role="assistant", calls=calls), *(Message(role="tool", content="{}", call_id=f"two_{n}", name="list_branches") for n in range(answers))]


FORMS: dict[str, tuple[Change, str]] = {
    "as it was": (lambda m: m, ""),
    "two calls in one message, both answered": (lambda m: [*m[:2], *_two_calls(2), *m[2:]], ""),
    "a question and its answer more": (lambda m: [*m[:2], SAY, _user(), *m[2:]], ""),
    f"the same call {REPEATS} times": (lambda m: [*m[:2], *(x for n in range(REPEATS) for x in _answered(50 + n)), *m[2:]], ""),
    "no system message": (lambda m: m[1:], "does not begin with the system message"),
    "system message alone": (lambda m: m[:1], "does not begin with the system message"),
    "agent speaks first": (lambda m: [m[0], SAY, *m[1:]], "after a message of the system comes one of the assistant"),
    "user speaks twice": (lambda m: [*m[:2], _user(), *m[2:]], "after a message of the user comes one of the user"),
    "agent speaks twice": (lambda m: [*m, SAY], "after a message of the assistant comes one of the assistant"),
    "answer missing": (lambda m: [x for x in m if x.call_id != "call_1"], "after a message of the assistant comes one of the assistant"),
    "one of two answers missing": (lambda m: [*m[:2], *_two_calls(1), *m[2:]], "call 'two_1' has no answer"),
    "answer without a call": (lambda m: [*m[:4], Message(role="tool", content="{}", call_id="nobody"), *m[4:]], "an answer to 'nobody', which was not called"),
    "answered twice": (lambda m: [*m[:4], m[3], *m[4:]], "an answer to 'call_0', which was not called"),
    "two calls of one name": (lambda m: [*m[:2], *_answered(0), *m[2:]], "two calls are named 'call_0'"),
    "user cuts in before the answer": (lambda m: [*m[:3], _user(), *m[4:]], "after a message of the assistant comes one of the user"),
    "empty message of the agent": (lambda m: [*m[:2], Message(role="assistant"), _user(), *m[2:]], "says nothing and calls nothing"),
    "blank message at the end": (lambda m: [*m[:-1], Message(role="assistant", content=" \n")], "does not end with words of the assistant"),
    "ends with the user": (lambda m: [*m, _user("Thanks.")], "does not end with words of the assistant"),
    "ends with an answer": (lambda m: m[:-1], "does not end with words of the assistant"),
    "the same call once more than that": (lambda m: [*m[:2], *(x for n in range(REPEATS + 1) for x in _answered(50 + n)), *m[2:]], "the same call again and again"),
    "a phrase over and over": (lambda m: [*m[:-1], Message(role="assistant", content=" ".join([LONG] * (REPEATS + 1)))], "a phrase repeats itself"),
    "a message over and over": (lambda m: [*m[:2], *([Message(role="assistant", content=LONG), _user()] * (REPEATS + 1)), *m[2:]], "the same message again and again"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_form_of_the_conversation(case: str) -> None:
    change, text = FORMS[case]
    rollout = played(writing(), gold(writing()))
    bent = rollout.model_copy(update={"messages": tuple(change(list(rollout.messages)))})
    assert fate(writing(), bent)[0] == ("malformed" if text else KEPT)
    assert text in (malformed(bent) or "")


@pytest.mark.parametrize("stop", ["turns", "steps"])
def test_conversation_that_was_cut_off_is_malformed(stop: str) -> None:
    rollout = played(writing(), gold(writing())).model_copy(update={"stop": stop})
    assert fate(writing(), rollout) == ("malformed", f"it did not end: {stop}")


@pytest.mark.parametrize("change", [{"stop": "infrastructure"}, {"error": "OSError: gone"}, {"stop": "infrastructure", "error": "OSError: gone"}])
def test_what_is_not_the_agents_doing_is_told_apart(change: dict[str, str]) -> None:
    rollout = played(writing(), gold(writing())).model_copy(update=change)
    assert fate(writing(), rollout) == ("infrastructure", change.get("error", "cut short"))


def test_first_layer_that_finds_fault_names_the_reason() -> None:
    nothing = played(writing(), [])
    assert fate(writing(), nothing)[0] == "state"
    assert fate(writing(), nothing.model_copy(update={"messages": nothing.messages[1:]}))[0] == "malformed"
    assert fate(writing(), nothing.model_copy(update={"messages": nothing.messages[1:], "error": "gone"}))[0] == "infrastructure"
    wrong = played(reading(), [("list_branches", {})], "No idea.")
    assert fate(reading(), wrong)[0] == "answer", "the judge comes before the calls"


def test_kept_row_says_what_was_played() -> None:
    look, bring, move = gold(writing())
    plain, stumbled = (judge(writing(), played(writing(), c, agent="somebody"), number="r" * 16) for c in ([look, bring, move], [("return_loan", {}), look, ("get_loan", {}), bring, move]))
    assert (plain.rollout, plain.task, plain.env, plain.agent, plain.scripted, plain.split) == ("r" * 16, "t", writing().env, "somebody", True, "train")
    assert (plain.failed_calls, stumbled.failed_calls) == (0, 2)
    assert plain.change == stumbled.change == digest(as_json(list(writing().change)))


# ---- the verb -------------------------------------------------------------------------------------------------------


def again(bikes: Path, folder: Path, **more: bool) -> walk.Summary:
    """The funnel over the same rollouts in another folder."""
    shutil.copytree(bikes, folder)
    return walk.funnel(Run(folder), walk.Settings(fresh=True), **more)


def test_every_rollout_is_kept_or_in_the_bin_with_a_reason(bikes: Path) -> None:
    rollouts = {r["id"]: r for r in read_rows(bikes / "rollouts.jsonl")}
    kept = {k.rollout: k for _, k in read_records(bikes / "kept.jsonl", Kept)}
    dropped = {r["from"][0]: r["reason"] for r in read_rows(bikes / "kept.dropped.jsonl")}
    assert kept.keys() | dropped.keys() == rollouts.keys()
    assert not kept.keys() & dropped.keys()
    assert set(dropped.values()) <= LAYERS.keys()
    agents = {a: [(n in kept) for n, r in rollouts.items() if r["agent"] == a] for a in ("gold", "stumbling", "forgetting", "adding", "wrong")}
    assert all(agents["gold"] + agents["stumbling"]), "right ends are kept"
    assert not any(agents["forgetting"] + agents["adding"] + agents["wrong"]), "wrong ends are not"
    assert all(agents.values()), "everybody played"


def test_layers_count_down_to_what_is_kept(bikes: Path) -> None:
    facts = Run(bikes).manifest()["kept"]["facts"]
    dropped = Run(bikes).manifest()["kept"]["dropped"]
    assert facts["rollouts"] - sum(n for r, n in dropped.items() if LAYERS[r] == "validity") == facts["left after validity"]
    assert facts["left after validity"] - sum(n for r, n in dropped.items() if LAYERS[r] == "state") == facts["left after state"]
    assert facts["left after calls"] == Run(bikes).manifest()["kept"]["kept"] == sum(facts["kept by agent"].values())


def test_strict_calls_keeps_fewer_and_says_calls(bikes: Path, tmp_path: Path) -> None:
    strict = again(bikes, tmp_path / "run", strict=True)
    usual = {r["from"][0]: r["reason"] for r in read_rows(bikes / "kept.dropped.jsonl")}
    now = {r["from"][0]: r["reason"] for r in read_rows(tmp_path / "run" / "kept.dropped.jsonl")}
    assert {now[n] for n in now.keys() - usual.keys()} <= {"calls"}
    assert all(now[n] == reason for n, reason in usual.items())
    assert strict.facts["kept by agent"]["gold"] == Run(bikes).manifest()["kept"]["facts"]["kept by agent"]["gold"]


def test_nothing_to_judge_names_the_way_out(bikes: Path, tmp_path: Path) -> None:
    shutil.copytree(bikes, tmp_path / "run")
    (tmp_path / "run" / "rollouts.jsonl").write_bytes(b"")
    with pytest.raises(UserError, match=r"rollouts\.jsonl is empty: run `agentscaler rollouts"):
        walk.funnel(Run(tmp_path / "run"), walk.Settings(fresh=True))
