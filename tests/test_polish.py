"""A model at hand in the earlier rooms: what holds and what does not, over a real HTTP server; the rows without a model are the fallback, and the recording makes them again."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import walk
from agentscaler.check.anew import made_anew
from agentscaler.polish import (
    Described,
    DomainName,
    EdgeVerdict,
    EdgeVerdicts,
    Worded,
    bad_brief,
    bad_description,
    bad_name,
    bad_verdicts,
    judged_edges,
    renamed,
)
from agentscaler.records import Domain, Edge, Fact, Source, Task, Tool
from agentscaler.store import Run, read_rows
from agentscaler.walk.asking import helper_of
from conftest import BIKES, Command
from library_tasks import cast, task_of
from model_server import ModelServer
from worlds import library

TOOL = Tool(
    name="listCourses",
    description="Lists courses.",
    parameters={"type": "object", "properties": {"level": {"type": "string"}, "courseId": {"type": "string"}}, "required": ["courseId"]},
    returns={"type": "object", "properties": {"courses": {"type": "array"}}},
    source=Source(vendor="user", service="workshop", operation="listCourses", verb="GET", path="/courses"),
)


@pytest.mark.parametrize(
    ("does", "takes", "gives", "wrong"),
    [
        ("Lists the courses.", "`courseId` and, if wanted, level.", "`courses`.", None),
        ("Gets the courses of one level.", "courseId, level", "courses", None),
        ("Lists the courses.", "the level", "courses", "courseId"),
        ("Lists the courses.", "courseId", "`courseName` of each", "courseName"),
        ("Lists the courses.", "courseId, at most 40 letters", "courses", "number 40"),
        ("Deletes the courses.", "courseId", "courses", "as if it were to deletes"),
        ("Lists the courses, see http://x.example", "courseId", "courses", "link"),
    ],
)
def test_description_says_nothing_that_was_not_given(does: str, takes: str, gives: str, wrong: str | None) -> None:
    found = bad_description(Described(does=does, takes=takes, gives=gives), TOOL)
    assert (found is None) if wrong is None else wrong in str(found)


def test_name_is_of_the_domain_s_own_words_and_of_no_other_s() -> None:
    domains = [Domain(name=n, tools=("t",), services=("user:workshop",), field="other", split="train") for n in ("a-one", "b-two")]
    good = DomainName(name="workshop-courses", why="w")
    assert bad_name(good, domains[0], {"t": TOOL}) is None
    assert bad_name(DomainName(name="workshop-payments", why="w"), domains[0], {"t": TOOL}) == "'payments' stands neither in the services nor in the operations"
    assert [d.name for d in renamed(domains, [good, good])] == ["b-two", "workshop-courses"]
    assert [d.name for d in renamed(domains, [None, DomainName(name="a-one", why="w")])] == ["a-one", "b-two"]


def test_refused_edge_leaves_with_its_reason_but_not_the_last_producer() -> None:
    edges = [Edge(source=source, field="loanId", target="return_loan", parameter="loanId", score=1.0, reason="exact name") for source in ("list_loans", "get_loan")]
    none = EdgeVerdicts(verdicts=[EdgeVerdict(number=n, holds=False, reason="another thing") for n in range(2)])
    kept, refused = judged_edges(library(), edges, none)
    assert [(e.source, e.reason) for e in kept] == [("list_loans", "exact name; model: doubted (another thing), the only producer")]
    assert [(r.edge.source, r.reason) for r in refused] == [("get_loan", "another thing")]
    second = EdgeVerdicts(verdicts=[EdgeVerdict(number=0, holds=False, reason="not so"), EdgeVerdict(number=1, holds=True, reason="yes")])
    assert [e.source for e in judged_edges(library(), edges, second)[0]] == ["get_loan"]
    assert bad_verdicts(EdgeVerdicts(verdicts=[]), edges) is not None


FACTS = (Fact(text='Could you return the loan of the member called "Ada Lovelace", but only if it was made before May 2026?', about="wish"), Fact(text="It came up in a review.", about="reason"))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (["hi, please give back the loan of the member \"Ada Lovelace\", but only if it's from before May 2026", "came up in our review"], None),
        (["hi, return that loan of member \"Ada Lovelace\" if it was made earlier than May 2026, only then", "x y z"], None),
        (["return the loan of the member \"Ada Lovelace\" made before May 2026", "a review"], "only"),
        (["return the loan of the member \"Ada Byron\", only if made before May 2026", "a review"], "values"),
        (["return the loan of the member \"Ada Lovelace\", only if made before June 2027", "a review"], "values"),
        (["return it for \"Ada Lovelace\", but only if it was made before May 2026", "a review"], "loan"),
        (["call return_loan for the loan of the member \"Ada Lovelace\", only before May 2026", "a review"], "leak"),
        (["return the loan of the member \"Ada Lovelace\", only if before May 2026"], "give 2 sentences"),
    ],
)
def test_wording_keeps_every_fact(said: list[str], wrong: str | None) -> None:
    task = task_of([("return_loan", {"loanId": cast().loan["loanId"]})], facts=FACTS)
    found = bad_brief(Worded(facts=said), task, library())
    assert (found is None) if wrong is None else wrong in str(found)


# ---- over a run -----------------------------------------------------------------------------------------------------


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """A model that helps: good answers, but for names, of which it has none that holds."""
    asked = body["messages"][1]["content"]
    if asked.startswith("Rewrite the description"):
        name = asked.partition("Operation: ")[2].partition("\n")[0]
        needed = orjson.loads(asked.partition("Its parameters, as JSON Schema: ")[2].partition("\n")[0]).get("required", [])
        wrong = " Costs 99." if name == "listStationBikes" else ""
        return {"content": orjson.dumps({"does": f"Does what {name} says.{wrong}", "takes": ", ".join(needed) or "nothing", "gives": "what there is"}).decode()}
    if asked.startswith("Operations of one service"):
        count = asked.count("   fills   ")
        return {"content": orjson.dumps({"verdicts": [{"number": n, "holds": n > 0, "reason": "looked at"} for n in range(count)]}).decode()}
    lines = [line.partition(". ")[2] for line in asked.partition("\n")[2].partition("\n\n")[0].splitlines() if line]
    return {"content": orjson.dumps({"facts": [f"Hello, {line}" for line in lines]}).decode()}


@pytest.fixture(scope="module")
def helped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The bikes as far as the tasks, with a model's help; and how often it was asked."""
    pytest.importorskip("openai")
    run, settings = Run(tmp_path_factory.mktemp("helped") / "run"), walk.Settings()
    with ModelServer(answer) as server:
        model = f"m@{server.url}"
        walk.tools(run, settings, files=[BIKES], with_pool=False, model=model)
        walk.domains(run, settings, one="bikes", model=model)
        walk.envs(run, settings, model=model)
        walk.tasks(run, settings, most=6, tries=60, model=model)
        asked = len(server.heard)
    return run.path, asked


def test_descriptions_stand_beside_the_provider_s_and_agents_see_them(helped: tuple[Path, int]) -> None:
    tools = {r["name"]: r for r in read_rows(helped[0] / "tools.jsonl")}
    assert "rewritten" not in tools["listStationBikes"]
    assert tools["getBike"]["rewritten"].startswith("Does what getBike says. Input: ")
    assert tools["getBike"]["description"] != tools["getBike"]["rewritten"]
    [world] = (helped[0] / "envs").iterdir()
    shown = {t["name"]: t["description"] for t in orjson.loads((world / "env.json").read_bytes())["tools"]}
    assert (shown["getBike"], shown["listStationBikes"]) == (tools["getBike"]["rewritten"], tools["listStationBikes"]["description"])


def test_refused_edges_and_plain_briefs_are_kept_beside(helped: tuple[Path, int]) -> None:
    [world] = (helped[0] / "envs").iterdir()
    head = orjson.loads((world / "env.json").read_bytes())
    assert all("; model: " in e["reason"] for e in head["edges"])
    assert all(r["reason"] == "looked at" for r in head.get("refused", ()))
    rows = [r for r in read_rows(helped[0] / "tasks.jsonl") if "plain" in r]
    assert rows
    assert all(f["text"] == f"Hello, {p['text']}" for r in rows for f, p in zip(r["brief"]["facts"], r["plain"]["facts"], strict=True))


def test_worded_tasks_are_still_solved_by_gold(helped: tuple[Path, int], tmp_path: Path) -> None:
    shutil.copytree(helped[0], tmp_path / "run")
    walk.rollouts(Run(tmp_path / "run"), walk.Settings(), agents=["gold"], probes=False)
    assert walk.funnel(Run(tmp_path / "run"), walk.Settings()).kept == sum(1 for _ in read_rows(helped[0] / "tasks.jsonl"))


@pytest.mark.parametrize("verb", ["envs", "tasks"])
def test_rows_are_made_again_from_the_recording(helped: tuple[Path, int], verb: str) -> None:
    lines = Run(helped[0]).manifest()
    with made_anew(helped[0], verb, lines[verb], workers=1) as aside:
        assert (aside / f"{verb}.jsonl").read_bytes() == (helped[0] / f"{verb}.jsonl").read_bytes()


def test_without_an_answer_the_rows_are_those_without_a_model(bikes: Path, tmp_path: Path) -> None:
    pytest.importorskip("openai")
    with ModelServer(lambda body: {"content": "I'd rather not."}) as server:
        walk.tools(Run(tmp_path), walk.Settings(), files=[BIKES], with_pool=False, model=f"m@{server.url}")
    assert (tmp_path / "tools.jsonl").read_bytes() == (bikes / "tools.jsonl").read_bytes()
    assert Run(tmp_path).manifest()["tools"]["facts"]["with m"]["given up"] > 0


def test_model_that_is_no_endpoint_is_named(tmp_path: Path, command: Command) -> None:
    done = command("tools", "--from", BIKES, "--run", tmp_path, "--model", "qwen")
    assert (done.code, "give NAME@https://HOST/v1" in done.err) == (2, True)
    assert helper_of(None) is None


def test_twins_keep_one_wording(helped: tuple[Path, int]) -> None:
    by_text: dict[str, set[str]] = {}
    for row in read_rows(helped[0] / "tasks.jsonl"):
        task = Task.model_validate({k: v for k, v in row.items() if k in Task.model_fields})
        if task.plain is not None:
            by_text.setdefault(task.plain.text, set()).add(task.brief.text)
    assert all(len(texts) == 1 for texts in by_text.values())
