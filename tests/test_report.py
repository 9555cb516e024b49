"""The report: counts agree with the products, hostile text stays text, nothing is loaded from outside, equal runs give equal bytes."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import walk
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.records import Column, Domain, Reference, Rollout, Table, Task
from agentscaler.report.atlas import HEIGHT, WIDTH, draw_map
from agentscaler.report.book import DrawnTask, Feed, Part, Wanted
from agentscaler.report.book import Seen as SeenRollout
from agentscaler.report.change import rows_of, tally
from agentscaler.report.charts import histogram
from agentscaler.report.compare import pair_of
from agentscaler.report.diagram import Link, Plan, draw_tables, plans_of
from agentscaler.report.flows import flow_data
from agentscaler.report.views import slug, type_of
from agentscaler.store import Run, read_records, read_rows
from conftest import ALL
from library_tasks import cast, task_of
from worlds import library, notebook

HOSTILE = "</script></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)><a href=javascript:alert(1)>{{ 7 * 7 }}{% x %}&lt;"
ALLOWED = re.compile(r"(#[\w-]+|data:,|(\.\./)?[\w./-]+\.(html|css)(#[\w-]+)?)")


@pytest.fixture(scope="module")
def run(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bike rental with its report."""
    folder = tmp_path_factory.mktemp("report") / "run"
    shutil.copytree(bikes, folder)
    shutil.rmtree(folder / "report", ignore_errors=True)
    walk.report(Run(folder), walk.Settings())
    return folder


class Seen(HTMLParser):
    """What a browser would make of a page: elements with attributes, and text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def pages(folder: Path) -> list[Path]:
    return sorted((folder / "report").rglob("*.html"))


def has_script(page: Path) -> bool:
    """The map, the list of rollouts, and the domains where there is a graph of them."""
    return page.name in ("index.html", "rollouts.html") or (page.name == "domains.html" and (page.parent.parent / "graph.jsonl").exists())


def data_of(page: Path) -> list[str]:
    """What a page holds for its script, as it stands there."""
    return re.findall(r'<script type="application/json" id="[a-z-]+">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)


def harmless(folder: Path) -> None:
    """No page loads anything from outside, holds a script but its own, or a handler; every link leads to a page that is there."""
    for page in pages(folder):
        seen = Seen(page)
        scripts = [a for t, a in seen.elements if t == "script" and a.get("type") != "application/json"]
        assert scripts == ([{}] if has_script(page) else []), page
        assert not [d for d in data_of(page) if re.search("[<>&]", d)], page
        for tag, attributes in seen.elements:
            assert tag not in ("img", "iframe", "object", "embed", "base", "form", "foreignobject"), (page, tag)
            assert not [a for a in attributes if a.startswith("on")], (page, tag, attributes)
            for name in ("href", "src", "xlink:href"):
                target = attributes.get(name)
                if target is None:
                    continue
                assert ALLOWED.fullmatch(target), (page, target)
                if target[0] not in "#d" or "/" in target:
                    assert (page.parent / target.partition("#")[0]).resolve().exists(), (page, target)


def test_every_product_is_counted_and_shown(run: Path) -> None:
    words = Seen(run / "report" / "index.html").words
    for verb in ("tools", "domains", "envs", "tasks", "rollouts", "kept"):
        assert f"{sum(1 for _ in read_rows(run / f'{verb}.jsonl')):,}" in words
    rows = sum(sum(1 for _ in read_rows(run / "sft" / f"{n}.jsonl")) for n in ("phase1", "phase2", "heldout"))
    assert f"{rows:,} training rows" in words
    reasons = [r["reason"] for r in read_rows(run / "kept.dropped.jsonl")]
    for reason in set(reasons):
        assert re.search(rf"{reason.replace('_', ' ')} {reasons.count(reason):,}\b", words), reason
    assert words.count("not walked through yet") == 1, "only the graph, which a walk over one's own API does not need"


def test_a_world_and_its_tasks_have_pages_with_all_that_belongs_to_them(run: Path) -> None:
    (world,) = (run / "report" / "worlds").glob("*.html")
    env = orjson.loads((run / next(read_rows(run / "envs.jsonl"))["folder"] / "env.json").read_bytes())
    words = Seen(world).words
    assert all(t["name"] in words for t in env["tools"])
    assert all(t["name"] in words for t in env["model"]["tables"])
    shown = list((run / "report" / "tasks").glob("*.html"))
    assert 2 <= len(shown) <= 3
    tasks = {r["id"]: r for r in read_rows(run / "tasks.jsonl")}
    for page in shown:
        task, words = tasks[page.stem], Seen(page).words
        assert " ".join(task["brief"]["text"].split()) in words
        assert all(c["name"] in words for c in task["gold"])
        about = [r for r in read_rows(run / "rollouts.jsonl") if r["task"] == page.stem]
        assert about
        assert words.count("✓ kept") + words.count("✗ dropped") == len(about)
        assert page.read_text().count('class="talk learnt"') == words.count("✓ kept"), "what has loss is marked where a training row is made of it"
        dropped = {r["from"][0]: r["reason"] for r in read_rows(run / "kept.dropped.jsonl")}
        assert all(dropped[r["id"]] in words for r in about if r["id"] in dropped)


def test_pages_load_nothing_and_lead_nowhere_else(run: Path) -> None:
    harmless(run)
    assert "url(" not in (run / "report" / "style.css").read_text()
    assert "@import" not in (run / "report" / "style.css").read_text()


def test_no_time_and_no_path_of_the_machine_stands_in_a_page(run: Path) -> None:
    for page in pages(run):
        assert str(run) not in page.read_text()
        assert time.strftime("%Y-%m-%d") not in page.read_text()


def test_equal_runs_give_equal_bytes_wherever_they_lie(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    shutil.copytree(run, other)
    shutil.rmtree(other / "report")
    walk.report(Run(other), walk.Settings(workers=2))
    names = sorted(p.relative_to(run / "report") for p in (run / "report").rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(other / "report") for p in (other / "report").rglob("*") if p.is_file())
    for name in names:
        assert (run / "report" / name).read_bytes() == (other / "report" / name).read_bytes()


def test_a_finished_report_is_not_written_again_unless_a_page_was_touched(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    before = (copy / "report" / "index.html").read_bytes()
    assert walk.report(Run(copy), walk.Settings()).again
    (copy / "report" / "index.html").write_text("scribbled over")
    assert not walk.report(Run(copy), walk.Settings()).again
    assert (copy / "report" / "index.html").read_bytes() == before
    mine = copy / "report" / "notes.txt"
    mine.write_text("a reader's own")
    assert not walk.report(Run(copy), walk.Settings(seed=1), sample=0).again
    assert mine.exists()
    assert not list((copy / "report" / "tasks").glob("*.html"))


@pytest.mark.parametrize("last", ["tools", "domains", "envs", "tasks", "rollouts", "kept"])
def test_rooms_that_were_not_walked_through_are_named(bikes: Path, tmp_path: Path, last: str) -> None:
    order = ["tools", "domains", "envs", "tasks", "rollouts", "kept", "sft"]
    for verb in order[: order.index(last) + 1]:
        for name in (f"{verb}.jsonl", f"{verb}.dropped.jsonl"):
            shutil.copy(bikes / name, tmp_path / name)
    shutil.copytree(bikes / "envs", tmp_path / "envs")
    walk.report(Run(tmp_path), walk.Settings())
    words = Seen(tmp_path / "report" / "index.html").words
    for verb in order[order.index(last) + 1 :]:
        assert f"agentscaler {'funnel' if verb == 'kept' else verb} makes them" in words
    harmless(tmp_path)


def test_an_empty_folder_gets_a_message_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="agentscaler tools --run"):
        walk.report(Run(tmp_path), walk.Settings())


def test_the_map_has_every_domain_and_a_press_leads_to_its_page(run: Path) -> None:
    (text,) = data_of(run / "report" / "index.html")
    rows = {r["id"]: r for r in read_rows(run / "domains.jsonl")}
    dots = orjson.loads(text)["dots"]
    assert {d[4] for d in dots} == set(rows)
    assert all((d[5], d[6]) == (rows[d[4]]["name"], len(rows[d[4]]["tools"])) for d in dots)
    listed = {a["href"] for t, a in Seen(run / "report" / "domains.html").elements if t == "a"}
    assert listed >= {f"#{number}" for number in rows}


def test_each_domain_shows_who_feeds_whom_as_the_graph_says(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    walk.graph(Run(copy), walk.Settings())
    walk.report(Run(copy), walk.Settings())
    harmless(copy)
    (text,) = data_of(copy / "report" / "domains.html")
    data = orjson.loads(text)
    words = data["words"]
    names = {r["id"]: r["source"]["operation"] for r in read_rows(copy / "tools.jsonl")}
    (row,) = read_rows(copy / "domains.jsonl")
    ((number, name, world, tools),) = data["domains"]
    assert (number, name) == (row["id"], row["name"])
    assert (copy / "report" / world).exists()
    assert sorted(words[t[0]] for t in tools) == sorted(names[i] for i in row["tools"])
    nodes = list(read_rows(copy / "graph.jsonl"))
    shown = {(words[tools[f[0]][0]], words[f[1]], words[t[0]], words[w[0]]) for t in tools for w in t[2] for f in w[3]}
    assert shown == {(names[e["source"]], e["field"], names[n["tool"]], e["parameter"]) for n in nodes for e in n["needs"]}
    assert {(words[t[0]], words[w[0]], words[w[1]]) for t in tools for w in t[2]} == {(names[n["tool"]], w["parameter"], w["supplier"]) for n in nodes for w in n["wants"]}


def test_a_producer_of_another_domain_is_named() -> None:
    domains = [domain(0, 1), domain(1, 1)]
    wanted = Wanted("shopId", "tools", "same name", [Feed("v:s0/ListShops", "shops.id", 0.9, "same name")])
    data = flow_data(domains, [[Part("ListShops", True, ())], [Part("CloseShop", False, [wanted])]], {"d1": "worlds/d1.html"})
    assert data["domains"][1][2] == "worlds/d1.html"
    (((_, reads, ((_, _, _, ((producer, _, score, _),)),)),),) = [data["domains"][1][3]]
    assert (reads, score, data["words"][-1 - producer]) == (0, 0.9, "v:s0/ListShops")


# ---- hostile text -------------------------------------------------------------------------------------------------


def spoil(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    rows = list(read_rows(path))
    for row in rows:
        change(row)
    path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))


def spoil_env(path: Path) -> None:
    env = orjson.loads(path.read_bytes())
    env["domain"] = env["model"]["title"] = HOSTILE
    env["services"] = [HOSTILE]
    env["not_modelled"] = [HOSTILE]
    env["unkept"] = {HOSTILE: [HOSTILE]}
    for tool in env["tools"]:
        tool["description"] = HOSTILE
        tool["parameters"]["properties"][HOSTILE] = {"type": "string", "description": HOSTILE}
    for edge in env["edges"]:
        edge["field"] = HOSTILE
    path.write_bytes(orjson.dumps(env))


def spoil_run(folder: Path) -> None:
    """Put hostile text wherever a definition, a model or a forger could."""

    def task(row: dict[str, Any]) -> None:
        row["brief"]["text"] = HOSTILE
        row["brief"]["facts"][0]["text"] = HOSTILE
        row["difficulty"]["shape"] = row["difficulty"]["flow"] = HOSTILE
        row["gold"][0]["arguments"][HOSTILE] = HOSTILE
        row["gold"][0]["result"] = {HOSTILE: [HOSTILE]}
        row["change"] = [["~", HOSTILE, [HOSTILE], [[HOSTILE, HOSTILE]]], ["+", "x", HOSTILE, [[HOSTILE, HOSTILE]], []], ["-", HOSTILE, [HOSTILE]]]

    def rollout(row: dict[str, Any]) -> None:
        row["agent"] = HOSTILE
        for message in row["messages"]:
            message["content"] = HOSTILE
            message["name"] = message["name"] and HOSTILE
            for call in message["calls"]:
                call["name"] = HOSTILE
                call["arguments"] = {HOSTILE: HOSTILE}

    spoil(folder / "domains.jsonl", lambda r: r.update(name=HOSTILE, field=HOSTILE, services=[HOSTILE]))
    spoil(folder / "envs.jsonl", lambda r: r.update(domain=HOSTILE, field=HOSTILE, services=[HOSTILE]))
    spoil(folder / "tasks.jsonl", task)
    spoil(folder / "rollouts.jsonl", rollout)
    spoil(folder / "probes.jsonl", lambda r: r.update(player=HOSTILE))
    for name in ("tools", "tasks", "kept"):
        spoil(folder / f"{name}.dropped.jsonl", lambda r: r.update(reason=HOSTILE, message=HOSTILE, where=HOSTILE))
    facts = {"vendors": {HOSTILE: 3}, "shares": {HOSTILE: 0.5}, "success": [{"name": HOSTILE, "tasks": 1, HOSTILE: "0.5"}], "scores": [{"name": HOSTILE, HOSTILE: 1.0}], HOSTILE: HOSTILE}
    with (folder / "manifest.jsonl").open("ab") as f:
        for verb in ("tools", "domains", "tasks", "rollouts"):
            f.write(orjson.dumps({"verb": verb, "facts": facts}) + b"\n")
    for path in (folder / "envs").glob("*/env.json"):
        spoil_env(path)


def test_hostile_text_is_shown_and_runs_nowhere(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    shutil.rmtree(copy / "report")
    spoil_run(copy)
    walk.report(Run(copy), walk.Settings())
    harmless(copy)
    assert len(pages(copy)) >= 4
    for page in pages(copy):
        text = page.read_text()
        for data in data_of(page):
            assert orjson.dumps(HOSTILE) in orjson.dumps(orjson.loads(data)), "whole, and only as text"
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7 * 7 }}" in Seen(page).words
        assert all(p.resolve().is_relative_to(copy.resolve()) for p in pages(copy))


def test_the_policy_of_each_page_names_the_one_script_that_may_run(run: Path) -> None:
    for page in pages(run):
        policy = next(a["content"] or "" for t, a in Seen(page).elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy")
        assert re.search(r"script-src 'sha256-[\w+/=]+';" if has_script(page) else "script-src 'none';", policy)
        assert "connect-src 'none'" in policy


def test_a_name_never_becomes_a_path() -> None:
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("<>") == "x"
    assert len(slug("a" * 500)) < 100


# ---- pieces -------------------------------------------------------------------------------------------------------


def test_a_change_says_what_stood_there_before_and_folds_what_goes_along() -> None:
    loan = cast().loan
    task = task_of([("return_loan", {"loanId": loan["loanId"]})])
    start = {"loan": [loan]}
    (row,) = rows_of(task.change, task.cascades, library(), start)
    assert (row.sign, row.table, row.key) == ("~", "loan", loan["loanId"])
    assert [(c.column, c.before, c.after) for c in row.cells if c.column == "state"] == [("state", loan["state"], "returned")]
    change = [["-", "member", ["m"]], ["-", "loan", ["a"]], ["-", "loan", ["b"]]]
    (gone,) = rows_of(change, [("loan", "a", "member", "m"), ("loan", "b", "loan", "a")], None, {})
    assert gone.along == ["loan a", "loan b"]
    assert tally([gone]) == "1 row deleted (and 2 that go with it)"


def boxes_apart(plans: list[Plan]) -> Iterator[tuple[str, str]]:
    """Pairs of boxes that cover each other."""
    boxes = draw_tables(plans).boxes
    for at, a in enumerate(boxes):
        for b in boxes[:at]:
            if a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height:
                yield a.full, b.full


def test_the_diagram_shows_every_table_once_and_every_reference() -> None:
    plans = plans_of(library())
    diagram = draw_tables(plans)
    assert sorted(b.full for b in diagram.boxes) == sorted(p.name for p in plans)
    assert len(diagram.wires) == sum(len(p.links) for p in plans)
    assert not list(boxes_apart(plans))
    keys = {p.name: set(p.key) for p in plans}
    for box in diagram.boxes:
        assert keys[box.full] <= {line.full for line in box.lines if line.mark in ("key", "both")}
        assert box.x + box.width <= diagram.width
        assert box.y + box.height <= diagram.height
    assert not list(boxes_apart([Plan(f"t{i}", [("id", "TEXT")], ["id"], [Link(["id"], f"t{(i + 1) % 9}", "")] if i < 9 else []) for i in range(30)]))


def test_a_written_world_is_drawn_from_its_schema() -> None:
    assert [p.name for p in plans_of(notebook())]


def test_tables_without_references_still_have_room() -> None:
    table = Table(name="t", noun="t", said=True, service="s", columns=(Column(name="id", type="TEXT"),), key=("id",), references=(Reference(columns=("id",), table="t", on_delete="CASCADE"),))
    env = library()
    assert env.model
    one = env.model_copy(update={"model": env.model.model_copy(update={"tables": (table,)})})
    diagram = draw_tables(plans_of(one))
    assert len(diagram.wires) == 1
    assert diagram.width > diagram.boxes[0].width


def domain(number: int, tools: int) -> tuple[str, Domain]:
    names = tuple(f"{number}-{i}" for i in range(tools))
    return f"{number:016x}", Domain(name=f"d{number}", tools=names, services=(f"v:s{number % 7}",), field=("compute", "health", "other")[number % 3], split="train")


@pytest.mark.parametrize("count", [1, 2, 3, 60, 400])
def test_the_map_places_every_domain_inside_and_the_same_way_each_time(count: int) -> None:
    domains = [domain(n, 5 + n % 50) for n in range(count)]
    ties = {(a, b): 1.0 + (a * 7 + b) % 5 for a in range(count) for b in range(a + 1, min(a + 6, count))}
    first, again = draw_map(domains, ties), draw_map(domains, ties)
    assert first == again
    assert len(first.dots) == count
    assert all(0 <= d.x <= WIDTH and 0 <= d.y <= HEIGHT for d in first.dots)
    assert sum(f.domains for f in first.fields) == count


def test_a_histogram_counts_everything_once() -> None:
    chart = histogram("Calls", [1, 1, 2, 5, 12, 40], "tasks", last=12)
    assert [(c.label, c.number) for c in chart.columns if c.number] == [("1", 2), ("2", 1), ("5", 1), ("12+", 2)]
    assert not histogram("none", [], "tasks").columns


def test_types_are_said_in_a_word_or_two() -> None:
    assert type_of({"type": "array", "items": {"type": "string"}}) == "list of string"
    assert type_of({"enum": ["a", 1]}) == "a | 1"
    assert type_of({"type": "object", "properties": {"x": {}, "y": {}}}) == "{x, y}"


# ---- rollouts, listed and side by side ------------------------------------------------------------------------------


def test_rollouts_are_listed_with_what_they_are_filtered_by(run: Path) -> None:
    page = (run / "report" / "rollouts.html").read_text(encoding="utf-8")
    lines = re.findall(r'<tr data-verdict="(\w+)" data-blame="(\w+)" data-field="([^"]+)" data-shape="(\w+)" data-difficulty="([^"]+)" data-agent="(\w+)">', page)
    assert {verdict for verdict, *_ in lines} == {"passed", "failed"}
    assert {agent for *_, agent in lines} <= set(ALL)
    assert all(f'data-filter="{name}"' in page for name in ("verdict", "shape", "difficulty", "agent") if len({dict(zip(("verdict", "blame", "field", "shape", "difficulty", "agent"), row, strict=True))[name] for row in lines}) > 1)
    task = next((run / "report" / "tasks").glob("*.html")).read_text(encoding="utf-8")
    assert task.count('class="parted"') <= 1
    assert ('id="pair"' in task) is ('class="parted"' in task)


def test_pair_parts_at_the_first_call_that_differs(bikes: Path) -> None:
    tasks = dict(read_records(bikes / "tasks.jsonl", Task))
    verdicts: dict[str, list[SeenRollout]] = {}
    for number, rollout in read_records(bikes / "rollouts.jsonl", Rollout):
        verdicts.setdefault(rollout.task, []).append(SeenRollout(number, rollout, grade(tasks[rollout.task], rollout), None, "", ""))
    pairs = [pair for number, seen in verdicts.items() if (pair := pair_of(DrawnTask(number, tasks[number], seen, ())))]
    assert pairs
    for pair in pairs:
        at = pair.parted or 0
        assert all(s.left == s.right for s in pair.steps[:at])
        assert pair.steps[at].left != pair.steps[at].right
    assert pair_of(DrawnTask("x", tasks[rollout.task], (), ())) is None
    assert any(p.left.verdict.passed and not p.right.verdict.passed for p in pairs)
