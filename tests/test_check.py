"""check: a finished run is proven from disk; forty ways to forge one are named, with all hashes, ids, keys and counts made right by the forger.

A sabotage changes one product and lets the verbs make everything after it anew, so the only thing wrong is that the product is not what its verb
makes of its inputs. Each must be found in its own file and field, and nowhere else.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from agentscaler import walk
from agentscaler.check import Finding, check, prove
from agentscaler.check.finding import Step, few
from agentscaler.cli import app
from agentscaler.errors import UserError
from agentscaler.records import EnvSpec, Message, Model
from agentscaler.store import Run
from agentscaler.walk import Settings
from forger import Row, forge, forge_files, forge_world, go_on, manifest, read, with_operation, write, write_manifest
from pools import pool
from shops import shop_api


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run over a shop's API: one world, eight tasks, played by three agents."""
    folder = tmp_path_factory.mktemp("check")
    (folder / "shop.json").write_bytes(orjson.dumps(shop_api()))
    run, settings = Run(folder / "run"), Settings()
    walk.tools(run, settings, files=[folder / "shop.json"], with_pool=False)
    walk.domains(run, settings, one="shop")
    walk.envs(run, settings)
    walk.tasks(run, settings, tries=24, most=8)
    walk.rollouts(run, settings, agents=["gold", "stumbling", "forgetting", "solver"])
    walk.funnel(run, settings)
    walk.sft(run, settings, allow_scripted=True)
    return run.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy to be tampered with."""
    return shutil.copytree(finished, tmp_path / "run")


def findings(path: Path, **how: Any) -> list[Finding]:
    return list(check(path, **how))


def test_an_untouched_run_has_no_finding_and_every_step_is_proven(finished: Path) -> None:
    said = list(prove(finished))
    assert [s for s in said if isinstance(s, Finding) or not s.proven] == []
    assert [s.what.split(":")[0] for s in said if not isinstance(s, Finding)] == ["tools", "domains", "envs", "tasks", "rollouts", "funnel", "sft"]


def test_a_moved_run_is_as_good(run: Path) -> None:
    assert findings(run) == []


# ---- sabotages ----------------------------------------------------------------------------------------------------

Change = Callable[[Path], object]
SABOTAGES: dict[str, tuple[Change, str, str]] = {}
"""Name -> (what the forger does, file and field that must be named, as patterns)."""


def sabotage(file: str, field: str = "") -> Callable[[Change], Change]:
    def note(change: Change) -> Change:
        SABOTAGES[change.__name__] = change, file, field
        return change

    return note


def where(rows: list[Row], good: Callable[[Row], object]) -> Row:
    """The first row of a kind."""
    return next(r for r in rows if good(r))


# tools and domains


@sabotage(r"tools\.jsonl", "description")
def a_description_of_a_tool(run: Path) -> None:
    forge(run, "tools", lambda rows: rows[0].update(description="Does nothing of the kind."))


@sabotage(r"tools\.jsonl", r"parameters\.required")
def a_required_parameter(run: Path) -> None:
    forge(run, "tools", lambda rows: where(rows, lambda r: r["name"] == "getRental")["parameters"].update(required=[]))


@sabotage(r"tools\.jsonl")
def a_tool_more(run: Path) -> None:
    forge(run, "tools", lambda rows: rows.append({**rows[0], "key": "0" * 16, "name": "getRefund"}))


@sabotage(r"domains\.jsonl", "tools")
def a_tool_taken_out_of_a_domain(run: Path) -> None:
    forge(run, "domains", lambda rows: rows[0]["tools"].pop())


@sabotage(r"domains\.jsonl", "split")
def a_domain_on_the_other_side(run: Path) -> None:
    forge(run, "domains", lambda rows: rows[0].update(split="heldout"))


@sabotage(r"domains\.jsonl", "field")
def a_field_of_life(run: Path) -> None:
    forge(run, "domains", lambda rows: rows[0].update(field="health"))


# worlds


def model_of(env: EnvSpec) -> Model:
    assert env.model is not None
    return env.model


def steered(model: Model, name: str, argument: str) -> Model:
    """The argument of an operation does nothing any more."""
    operation = next(o for o in model.operations if o.name == name)
    return with_operation(model, name, arguments=tuple(a.model_copy(update={"role": "option", "column": None}) if a.name == argument else a for a in operation.arguments))


@sabotage(r"envs/.*/env\.json", r"tools\[getRental\]\.kind")
def a_read_marked_as_a_write(run: Path) -> None:
    forge_world(run, lambda env: env.model_copy(update={"tools": tuple(t.model_copy(update={"kind": "write"}) if t.name == "getRental" else t for t in env.tools)}))


@sabotage(r"envs/.*/env\.json", r"tools\[updateRental\]\.description")
def a_description_in_a_world(run: Path) -> None:
    forge_world(run, lambda env: env.model_copy(update={"tools": tuple(t.model_copy(update={"description": "?"}) if t.name == "updateRental" else t for t in env.tools)}))


@sabotage(r"envs/.*/env\.json", r"tools\[createRental\]\.parameters")
def an_argument_no_longer_required(run: Path) -> None:
    def loosen(texts: dict[str, str]) -> None:
        head = orjson.loads(texts["env.json"])
        where(head["tools"], lambda t: t["name"] == "createRental")["parameters"]["required"].pop()
        texts["env.json"] = orjson.dumps(head).decode()

    forge_files(run, loosen)


@sabotage(r"envs/.*/tools\.py")
def a_body_that_does_nothing(run: Path) -> None:
    """Model and code: the forged world is one that renders as it should."""
    forge_world(run, lambda env: env.model_copy(update={"model": with_operation(model_of(env), "returnRental", act="update", state=None, only_from=())}))


@sabotage(r"envs/.*/tools\.py")
def a_body_that_does_nothing_in_the_code_alone(run: Path) -> None:
    forge_files(run, lambda texts: texts.update({"tools.py": re.sub(r'db\.delete\("rental", rentalId\)', 'db.get("rental", rentalId)', texts["tools.py"])}))


@sabotage(r"envs/.*/tools\.py")
def a_filter_that_is_ignored(run: Path) -> None:
    forge_world(run, lambda env: env.model_copy(update={"model": steered(model_of(env), "listRentals", "status")}))


@sabotage(r"envs/.*/tools\.py")
def a_filter_that_is_ignored_in_the_code_alone(run: Path) -> None:
    forge_files(run, lambda texts: texts.update({"tools.py": texts["tools.py"].replace(', "status": status', "")}))


@sabotage(r"envs/.*/population\.json", r"columns\.customer\.tier")
def a_share_in_the_population(run: Path) -> None:
    forge_files(run, lambda texts: texts.update({"population.json": re.sub(r'\["basic",[0-9.]+\]', '["basic",9.0]', texts["population.json"])}))


@sabotage(r"envs/.*/population\.json", r"columns\.customer\.city")
def a_word_in_the_population(run: Path) -> None:
    def swap(texts: dict[str, str]) -> None:
        first = orjson.loads(texts["population.json"])["columns"]["customer.city"]["words"][0][0]
        texts["population.json"] = texts["population.json"].replace(f'"{first}"', '"Sin City"', 1)

    forge_files(run, swap)


@sabotage(r"envs/.*/schema\.sql", "line")
def a_foreign_key(run: Path) -> None:
    """Dropped from model and schema."""

    def unlink(env: EnvSpec) -> EnvSpec:
        model = model_of(env)
        tables = tuple(t.model_copy(update={"references": ()}) for t in model.tables)
        return env.model_copy(update={"model": model.model_copy(update={"tables": tables})})

    forge_world(run, unlink)


@sabotage(r"envs/.*/schema\.sql", "line")
def a_check_of_a_column(run: Path) -> None:
    def widen(env: EnvSpec) -> EnvSpec:
        model = model_of(env)
        tables = tuple(t.model_copy(update={"columns": tuple(c.model_copy(update={"choices": (*c.choices, "lost")}) if c.name == "status" else c for c in t.columns)}) for t in model.tables)
        return env.model_copy(update={"model": model.model_copy(update={"tables": tables})})

    forge_world(run, widen)


@sabotage(r"envs\.jsonl", "found")
def a_count_of_a_world(run: Path) -> None:
    forge(run, "envs", lambda rows: rows[0].update(found=rows[0]["found"] + 1))


@sabotage(r"envs/stray-0123")
def a_world_nobody_built(run: Path) -> None:
    shutil.copytree(run / read(run, "envs")[0]["folder"], run / "envs" / "stray-0123")


# tasks


def a_write(row: Row) -> bool:
    return bool(row["difficulty"]["writes"] and row["change"])


@sabotage(r"tasks\.jsonl", r"gold\[\d\]\.arguments")
def a_gold_argument(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        arguments = where(rows, a_write)["gold"][-1]["arguments"]
        arguments[sorted(arguments)[0]] = "ren_00000"

    forge(run, "tasks", change)


@sabotage(r"tasks\.jsonl", r"answers\[0\]\.value")
def an_expected_answer(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        answer = where(rows, lambda r: r["answers"])["answers"][0]
        answer["value"] = answer["value"] + 1 if isinstance(answer["value"], int) else "something else"

    forge(run, "tasks", change)


@sabotage(r"tasks\.jsonl", r"gold\[0\]\.result")
def two_results_swapped(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        one, two = where(rows, lambda r: len(r["gold"]) > 1 and r["gold"][0]["result"] != r["gold"][1]["result"])["gold"][:2]
        one["result"], two["result"] = two["result"], one["result"]

    forge(run, "tasks", change)


@sabotage(r"tasks\.jsonl", r"controls\[\d\]\.verdict")
def a_control_that_is_said_to_be_absent(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        where(where(rows, a_write)["controls"], lambda c: c["name"] == "dropped write" and c["verdict"] == "fails").update(verdict="absent", tried=0)

    forge(run, "tasks", change)


@sabotage(r"tasks\.jsonl", r"controls")
def a_control_left_out(run: Path) -> None:
    forge(run, "tasks", lambda rows: rows[0]["controls"].pop())


@sabotage(r"tasks\.jsonl", r"brief\.text")
def a_brief(run: Path) -> None:
    forge(run, "tasks", lambda rows: rows[0]["brief"].update(text="Do as you like."))


@sabotage(r"tasks\.jsonl", r"change")
def a_gold_change(run: Path) -> None:
    forge(run, "tasks", lambda rows: where(rows, a_write)["change"].pop())


@sabotage(r"tasks\.jsonl", r"image")
def an_image(run: Path) -> None:
    forge(run, "tasks", lambda rows: rows[0].update(image="0" * 16))


@sabotage(r"tasks\.jsonl", r"difficulty\.covered")
def a_count_of_difficulty(run: Path) -> None:
    forge(run, "tasks", lambda rows: where(rows, a_write)["difficulty"].update(covered=0))


@sabotage(r"tasks\.jsonl", r"given\[\d\]\[\d\]\.source")
def where_an_argument_comes_from(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        given = where(rows, lambda r: any(g["source"] == "read" for some in r["given"] for g in some))["given"]
        next(g for some in given for g in some if g["source"] == "read").update(source="constant", step=None)

    forge(run, "tasks", change)


@sabotage(r"tasks\.jsonl")
def a_task_hidden(run: Path) -> None:
    """Out of the shelf, into the bin."""
    rows = read(run, "tasks")
    gone = rows.pop()
    bin_ = read(run, "tasks.dropped")
    bin_.append({"key": gone["key"], "from": gone["from"], "reason": "crowded_out", "where": gone["difficulty"]["shape"], "value": None, "message": "no room"})
    write(run, "tasks", rows)
    write(run, "tasks.dropped", bin_)
    go_on(run, "tasks")


@sabotage(r"tasks\.dropped\.jsonl")
def a_row_of_the_bin(run: Path) -> None:
    write(run, "tasks.dropped", read(run, "tasks.dropped")[1:])


@sabotage(r"tasks\.dropped\.jsonl", "reason")
def a_reason(run: Path) -> None:
    rows = read(run, "tasks.dropped")
    where(rows, lambda r: r["reason"] not in ("no_tool", "crowded_out")).update(reason="no_tool")
    write(run, "tasks.dropped", rows)


# rollouts, kept, sft


def calls_of(row: Row) -> list[Row]:
    return [c for m in row["messages"] for c in m["calls"]]


@sabotage(r"rollouts\.jsonl", r"messages\[\d+\]\.calls\[\d\]\.arguments")
def a_call_of_a_rollout(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        arguments = where(rows, lambda r: any("rentalId" in c["arguments"] or "customerId" in c["arguments"] for c in calls_of(r)))
        call = where(calls_of(arguments), lambda c: "rentalId" in c["arguments"] or "customerId" in c["arguments"])
        call["arguments"].update({next(k for k in call["arguments"] if k.endswith("Id")): "x_1"})

    forge(run, "rollouts", change)


@sabotage(r"rollouts\.jsonl", r"messages\[\d+\]\.content")
def an_answer_in_a_rollout(run: Path) -> None:
    forge(run, "rollouts", lambda rows: where(rows[0]["messages"], lambda m: m["role"] == "tool").update(content='{"items":[]}'))


@sabotage(r"rollouts\.jsonl", r"messages\[1\]\.content")
def a_line_of_the_user(run: Path) -> None:
    forge(run, "rollouts", lambda rows: rows[0]["messages"][1].update(content="Delete everything."))


@sabotage(r"rollouts\.jsonl", "scripted")
def a_script_passed_for_a_model(run: Path) -> None:
    forge(run, "rollouts", lambda rows: rows[0].update(scripted=False))


@sabotage(r"rollouts\.jsonl", "change")
def a_change_of_a_rollout(run: Path) -> None:
    """A failed episode is given the gold change."""

    def change(rows: list[Row]) -> None:
        gold = {r["task"]: r["change"] for r in rows if r["agent"] == "gold"}
        row = where(rows, lambda r: r["agent"] == "forgetting" and r["change"] != gold[r["task"]])
        row.update(change=gold[row["task"]])

    forge(run, "rollouts", change)


@sabotage(r"probes\.jsonl", "passed")
def a_probe(run: Path) -> None:
    rows = read(run, "probes")
    rows[0].update(passed=not rows[0]["passed"])
    write(run, "probes", rows)


@sabotage(r"kept\.jsonl")
def a_dropped_rollout_kept(run: Path) -> None:
    kept, drops = read(run, "kept"), read(run, "kept.dropped")
    gone = drops.pop()
    rollout = where(read(run, "rollouts"), lambda r: r["id"] == gone["from"][0])
    kept.append({**kept[0], "key": gone["key"], "from": gone["from"], "rollout": rollout["id"], "task": rollout["task"], "agent": rollout["agent"]})
    write(run, "kept", kept)
    write(run, "kept.dropped", drops)
    go_on(run, "kept")


@sabotage(r"kept\.jsonl")
def a_kept_rollout_lost(run: Path) -> None:
    forge(run, "kept", lambda rows: rows.pop())


@sabotage(r"kept\.jsonl", "failed_calls")
def a_count_of_a_kept_row(run: Path) -> None:
    forge(run, "kept", lambda rows: rows[0].update(failed_calls=7))


@sabotage(r"sft/phase1\.jsonl", r"messages\[\d+\]\.content")
def a_line_of_a_training_row(run: Path) -> None:
    rows = read(run, "sft/phase1")
    rows[0]["messages"][-1]["content"] = "I have done nothing."
    write(run, "sft/phase1", rows)


@sabotage(r"sft/phase2\.jsonl")
def a_training_row_in_the_other_phase(run: Path) -> None:
    rows = read(run, "sft/phase1")
    moved = rows.pop() | {"phase": 2}
    write(run, "sft/phase1", rows)
    write(run, "sft/phase2", [moved])


@sabotage(r"sft/README\.md", "line")
def the_dataset_card(run: Path) -> None:
    card = run / "sft" / "README.md"
    card.write_text(re.sub(r"\*\*\d+ of", "**0 of", card.read_text()))


# the manifest


def in_manifest(run: Path, verb: str, **fields: Any) -> None:
    lines = manifest(run)
    lines[verb] |= fields
    write_manifest(run, lines)


@sabotage(r"manifest\.jsonl", "kept")
def a_count_of_the_manifest(run: Path) -> None:
    in_manifest(run, "tasks", kept=5000)


@sabotage(r"manifest\.jsonl", "dropped")
def a_dropped_count_of_the_manifest(run: Path) -> None:
    in_manifest(run, "kept", dropped={})


@sabotage(r"manifest\.jsonl", "facts")
def a_figure_of_the_manifest(run: Path) -> None:
    in_manifest(run, "envs", facts={"executable tools": 35000})


@sabotage(r"manifest\.jsonl", "product")
def a_hash_of_the_manifest(run: Path) -> None:
    in_manifest(run, "rollouts", product="0" * 16)


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_is_named(name: str, run: Path) -> None:
    change, file, field = SABOTAGES[name]
    change(run)
    found = findings(run)
    assert [f for f in found if re.fullmatch(file, f.file) and re.search(field, f.field)], [str(f) for f in found]


def test_there_are_more_than_enough_sabotages() -> None:
    assert len(SABOTAGES) >= 40


# ---- a split, phases, domains: a run over many services -----------------------------------------------------------

SHOPS = {
    "clinic": {"Customer": "Patient", "customer": "patient", "Rental": "Visit", "rental": "visit", "Corner Shop": "Clinic North"},
    "school": {"Customer": "Pupil", "customer": "pupil", "Rental": "Lesson", "rental": "lesson", "Corner Shop": "Music School"},
    "garage": {"Customer": "Driver", "customer": "driver", "Rental": "Repair", "rental": "repair", "Corner Shop": "Garage Row"},
    "museum": {"Customer": "Curator", "customer": "curator", "Rental": "Exhibit", "rental": "exhibit", "Corner Shop": "Museum House"},
}
"""The shop's API in other words."""


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty small services, four of them with tasks; some of the worlds are held out, one service is the vertical."""
    folder = tmp_path_factory.mktemp("many")
    rows = [{"key": i, "id": i, "from": [], "format": 1, **t.model_dump(mode="json")} for i, t in pool(46).items()]
    (folder / "pool.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    api = shop_api()
    del api["paths"]["/ping"], api["paths"]["/estimates"]  # equal in all of them: copies tie services together
    for name, words in SHOPS.items():
        text = orjson.dumps(api).decode()
        for old, new in words.items():
            text = text.replace(old, new)
        (folder / f"{name}.json").write_text(text)
    run, settings = Run(folder / "run"), Settings()
    walk.tools(run, settings, files=[folder / "pool.jsonl", *(folder / f"{n}.json" for n in SHOPS)], with_pool=False)
    walk.graph(run, settings)
    walk.domains(run, settings, scores=False, heldout=0.5)
    walk.envs(run, settings)
    walk.tasks(run, settings, tries=4, most=2)
    walk.rollouts(run, settings, agents=["gold"], probes=False)
    walk.funnel(run, settings)
    walk.sft(run, settings, allow_scripted=True, vertical=["user:clinic*"])
    return run.path


def test_sides_phases_and_domains(many: Path, tmp_path: Path) -> None:
    """Forged together, each named in its own rows: a tool moved between domains, a held-out domain made a training one, a held-out row moved into phase 1."""
    assert findings(many) == []
    run = shutil.copytree(many, tmp_path / "run")
    domains = read(run, "domains")
    sides = {r["split"] for r in domains}
    rows = {name: read(run, f"sft/{name}") for name in ("phase1", "phase2", "heldout")}
    assert sides == {"train", "heldout"}
    assert all(rows.values()), {n: len(r) for n, r in rows.items()}
    one, two = [r for r in domains if r["split"] == "train"][:2]
    two["tools"] = sorted([*two["tools"], one["tools"].pop()])
    outside = where(domains, lambda r: r["split"] == "heldout")
    outside["split"] = "train"
    write(run, "domains", domains)
    moved = rows["heldout"].pop()
    write(run, "sft/heldout", rows["heldout"])
    write(run, "sft/phase1", [*rows["phase1"], moved])
    found = {(f.file, f.row, f.field.split("[")[0]) for f in findings(run)}
    assert {("domains.jsonl", one["id"], "tools"), ("domains.jsonl", two["id"], "tools"), ("domains.jsonl", outside["id"], "split")} <= found
    assert {("sft/phase1.jsonl", moved["id"], ""), ("sft/heldout.jsonl", moved["id"], "")} <= found


# ---- where not everything can be made anew ------------------------------------------------------------------------

SEEN_FROM_OUTSIDE = """a_read_marked_as_a_write a_description_in_a_world an_argument_no_longer_required a_body_that_does_nothing_in_the_code_alone
a_foreign_key a_world_nobody_built a_gold_argument an_expected_answer two_results_swapped a_gold_change an_image a_call_of_a_rollout an_answer_in_a_rollout
a_line_of_the_user a_change_of_a_rollout a_dropped_rollout_kept a_training_row_in_the_other_phase a_count_of_the_manifest""".split()
"""Sabotages of worlds outside the sample that reading, rendering and playing again shows."""


@pytest.mark.parametrize("name", SEEN_FROM_OUTSIDE)
def test_outside_a_sample(name: str, run: Path) -> None:
    change, file, _ = SABOTAGES[name]
    change(run)
    found = findings(run, limit=0)
    assert [f for f in found if re.fullmatch(file, f.file)], [str(f) for f in found]


@pytest.mark.parametrize("name", ["a_body_that_does_nothing", "a_word_in_the_population", "a_control_left_out", "a_reason", "a_probe"])
def test_inside_a_sample(name: str, run: Path) -> None:
    change, file, field = SABOTAGES[name]
    change(run)
    found = findings(run, limit=1)
    assert [f for f in found if re.fullmatch(file, f.file) and re.search(field, f.field)], [str(f) for f in found]


@pytest.mark.parametrize("limit", [0, 1])
def test_a_sample_of_an_untouched_run_has_no_finding(finished: Path, limit: int) -> None:
    said = list(prove(finished, limit=limit))
    assert [s for s in said if isinstance(s, Finding)] == []
    assert {s.what.split(":")[0] for s in said if not isinstance(s, Finding) and not s.proven} == {"envs", "tasks", "rollouts"}


def test_sources_that_are_gone_are_said_and_rows_are_checked_by_themselves(run: Path) -> None:
    lines = manifest(run)
    lines["tools"]["arguments"]["files"] = ["/nowhere/shop.json"]
    write_manifest(run, lines)
    said = [s for s in prove(run) if isinstance(s, Finding) or not s.proven]
    assert [isinstance(s, Step) and re.search("not made anew, for they were read from shop.json .*nothing is here", s.what) is not None for s in said] == [True]
    rows = read(run, "tools")
    rows[0]["parameters"]["required"] = ["noSuchThing"]
    write(run, "tools", rows)
    assert ("tools.jsonl", "parameters") in {(f.file, f.field) for f in findings(run)}


def parrot(messages: list[Message], tools: list[Row]) -> str | Row:
    """An agent of somebody's own: lists the customers, then says so."""
    if messages[-1].role == "tool":
        return "I have looked at the customers."
    return {"content": "", "tool_calls": [{"id": f"c{len(messages)}", "function": {"name": "listCustomers", "arguments": "{}"}}]}


def test_an_agent_that_is_not_ours_is_played_again_with_its_own_words(run: Path) -> None:
    walk.rollouts(Run(run), Settings(fresh=True), agents=["gold", "test_check:parrot"], probes=False)
    go_on(run, "rollouts")
    said = list(prove(run))
    assert [s for s in said if isinstance(s, Finding)] == []
    assert "played again with their recorded words" in where([s._asdict() for s in said], lambda s: s["what"].startswith("rollouts"))["what"]
    rows = read(run, "rollouts")
    mine = where(rows, lambda r: r["agent"] == "test_check:parrot")
    where(mine["messages"], lambda m: m["role"] == "tool")["content"] = "{}"
    write(run, "rollouts", rows)
    go_on(run, "rollouts")
    assert [(f.file, f.field.split("]")[1]) for f in findings(run)] == [("rollouts.jsonl", ".content")]


# ---- one world, bad input, the door -------------------------------------------------------------------------------


def test_a_world_by_itself(run: Path, tmp_path: Path) -> None:
    folder = run / read(run, "envs")[0]["folder"]
    said = list(prove(folder))
    assert [s.proven for s in said if not isinstance(s, Finding)] == [True, True]
    assert len(said) == 2
    alone = shutil.copytree(folder, tmp_path / folder.name)
    assert [isinstance(s, Finding) or s.proven for s in prove(alone)] == [True, False]
    text = (folder / "population.json").read_text()
    (folder / "population.json").write_text(text.replace('"basic",', '"basic", ', 1))
    assert {f.file.split("/")[-1] for f in check(folder)} == {folder.name, "population.json"}


def test_a_world_whose_write_does_nothing_does_not_pass_the_gate(run: Path, tmp_path: Path) -> None:
    a_body_that_does_nothing(run)
    folder = run / read(run, "envs")[0]["folder"]
    alone = shutil.copytree(folder, tmp_path / folder.name)
    assert [f.field for f in check(alone)] == ["returnRental"]


def test_code_of_an_edited_world_is_not_run(run: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    def insert(texts: dict[str, str]) -> None:
        texts["tools.py"] += f"\nopen({str(mark)!r}, 'w').close()\n"

    forge_files(run, insert)
    folder = run / read(run, "envs")[0]["folder"]
    assert findings(folder)
    assert findings(run)
    assert findings(run, limit=0)
    assert not mark.exists()


def test_a_folder_outside_the_run_is_not_read(run: Path) -> None:
    rows = read(run, "envs")
    rows[0]["folder"] = "../../../etc"
    write(run, "envs", rows)
    for limit in (None, 0):
        assert ("envs.jsonl", "folder") in {(f.file, f.field) for f in findings(run, limit=limit)}


def test_half_made_and_unreadable_products_are_findings(run: Path) -> None:
    (run / "kept.part.json").write_text("{}")
    (run / "tasks.jsonl").write_bytes(b'{"key": 1}\nnonsense\n')
    lines = manifest(run)
    del lines["envs"]["arguments"]
    write_manifest(run, lines)
    found = {(f.file, f.field) for f in findings(run)}
    assert {("kept.jsonl", ""), ("tasks.jsonl", ""), ("manifest.jsonl", "arguments")} <= found


def test_a_path_that_is_neither_run_nor_world(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="neither a run folder"):
        list(check(tmp_path))


def test_the_verb_prints_findings_and_steps_and_answers_with_two(run: Path) -> None:
    good = CliRunner().invoke(app, ["check", str(run), "--workers", "1", "--json"])
    assert good.exit_code == 0
    assert orjson.loads(good.stdout.splitlines()[-1])["findings"] == []
    a_gold_argument(run)
    bad = CliRunner().invoke(app, ["check", str(run), "--workers", "1", "--json"])
    assert bad.exit_code == 2
    assert re.search(r"^tasks\.jsonl \w{16} gold\[\d\]\.arguments\.\w+: ", bad.stdout, re.M)
    assert [f["file"] for f in orjson.loads(bad.stdout.splitlines()[-1])["findings"]] == ["tasks.jsonl"]


def test_many_findings_of_a_kind_are_counted() -> None:
    def lots() -> Iterator[Finding]:
        for n in range(30):
            yield Finding("tasks.jsonl", str(n), f"gold[{n}].result", "wrong")
        yield Finding("tasks.jsonl", "x", "image", "wrong")

    said = list(few(lots()))
    assert len(said) == 22
    assert said[-1] == Finding("tasks.jsonl", "", "gold[].result", "10 more of this kind")
