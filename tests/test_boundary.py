"""Tasks on either side of a rule: the wish that is just allowed is done, the one that is just refused is not, and the reason is told."""

import re
from collections.abc import Sequence
from functools import cache

import pytest

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.grade import from_calls, grade
from agentscaler.records import Difficulty, EnvSpec, JsonObject, Task
from agentscaler.rollouts import named_player, play_in
from agentscaler.rules import Rule, decide, rules_of
from agentscaler.tasks import make_tasks
from agentscaler.tasks.boundary import edge
from agentscaler.tasks.choose import Unit, choose
from agentscaler.world import World
from shops import build, shop, tools_of
from test_rules import call, many

TEXT: JsonObject = {"type": "string"}
PROJECT: JsonObject = {
    "type": "object",
    "properties": {
        "projectId": {**TEXT, "description": "ID of the project."},
        "title": {**TEXT, "description": "Title"},
        "createdAt": {**TEXT, "format": "date-time", "description": "When it was created."},
        "capacity": {"type": "integer", "minimum": 10, "maximum": 400, "description": "Number of people that the project has room for."},
    },
}
REPORT: JsonObject = {
    "type": "object",
    "properties": {
        "reportId": {**TEXT, "description": "ID of the report."},
        "projectId": {**TEXT, "description": "ID of the project that the report belongs to."},
        "title": {**TEXT, "description": "Title"},
    },
}
PROJECTS: JsonObject = {
    "openapi": "3.0.3",
    "info": {"title": "Projects", "version": "1"},
    "paths": {
        "/projects": {"get": call("listProjects", "Lists the projects.", many("projects", PROJECT)), "post": call("createProject", "Creates a project; the title of the project is free.", PROJECT, body={"title": TEXT})},
        "/projects/{projectId}": {
            "get": call("getProject", "Gets a project.", PROJECT, path=("projectId",)),
            "patch": call("updateProject", "Updates the capacity of a project.", PROJECT, path=("projectId",), body={"capacity": PROJECT["properties"]["capacity"]}),
            "delete": call("deleteProject", "Deletes a project.", path=("projectId",)),
        },
        "/projects/{projectId}/reports": {"get": call("listReports", "Lists the reports of a project.", many("reports", REPORT), path=("projectId",))},
        "/reports": {"post": call("createReport", "Creates a report; the title of the report is free.", REPORT, body={n: REPORT["properties"][n] for n in ("projectId", "title")})},
        "/reports/{reportId}": {"get": call("getReport", "Gets a report.", REPORT, path=("reportId",)), "delete": call("deleteReport", "Deletes a report.", path=("reportId",))},
    },
}


@cache
def projects() -> EnvSpec:
    return build(tools_of(PROJECTS), "projects").env


@cache
def pairs(name: str) -> tuple[tuple[Task, Task], ...]:
    """Pairs that a world gives in some states, the allowed one first."""
    env = {"shop": shop, "projects": projects}[name]()
    out = []
    for seed in range(6):
        found = [t for t in make_tasks(env, seed=seed, tries=0, boundary=12).tasks if t.rule]
        assert len(found) % 2 == 0
        out += [(found[n], found[n + 1]) for n in range(0, len(found), 2)]
    return tuple(out)


def all_pairs() -> list[tuple[EnvSpec, Task, Task]]:
    return [(env, yes, no) for name, env in (("shop", shop()), ("projects", projects())) for yes, no in pairs(name)]


def test_every_kind_has_pairs() -> None:
    kinds = {yes.rule.split(".")[1] for _, yes, _ in all_pairs() if yes.rule}
    assert kinds == {"state", "held", "limit"}


def test_one_side_is_done_and_the_other_is_not() -> None:
    for env, yes, no in all_pairs():
        assert yes.twin == no.twin is not None
        assert yes.rule == no.rule
        assert yes.change
        assert not no.change
        assert not yes.answers
        assert no.answers
        assert yes.gold[-1].name == str(yes.rule).split(".")[0]
        assert all(c.name != str(no.rule).split(".")[0] for c in no.gold), "gold does not try what it has read to be refused"
        assert {t.name: t.kind for t in env.tools}[no.gold[-1].name] == "read"


def wished_for(env: EnvSpec, task: Task, rule: Rule) -> JsonObject:
    """How the tool would name the row that the brief names first."""
    quoted = [r[1] for r in re.finditer(r'"([^"]+)"', task.brief.text)]
    with World.open(env, seed=task.seed) as world:
        rows = [r for r in world.rows(rule.table.name) if r.get("title", r.get("name")) == quoted[0] and decide([rule], world, {a.name: r[a.column or ""] for a in rule.operation.arguments if a.role == "key"})]
    return {a.name: rows[0][a.column or ""] for a in rule.operation.arguments if a.role == "key"}


def test_the_rule_itself_says_which_side_it_is() -> None:
    """The call that is wished for: allowed on one side, refused by rule and tool on the other, with nothing changed."""
    for env, yes, no in all_pairs():
        rule = next(r for r in rules_of(env) if r.name == yes.rule)
        tool, wished = yes.gold[-1].name, dict(yes.gold[-1].arguments)
        with World.open(env, seed=yes.seed) as world:
            assert decide([rule], world, wished) is None
            assert world.call(tool, wished).error is None
            world.reset()
            if rule.kind == "limit":
                assert rule.argument is not None
                refused = {**wished, rule.argument.name: edge(rule)[1]}
                assert abs(wished[rule.argument.name] - refused[rule.argument.name]) == 1
            else:
                refused = wished_for(env, no, rule)
            assert decide([rule], world, refused) is not None
            answer = world.call(tool, refused)
            assert answer.error is not None
            assert not world.diff().form


@pytest.mark.parametrize(("agent", "done", "left"), [("gold", True, True), ("hasty", False, None), ("shallow", False, False)])
def test_players_on_both_sides(agent: str, done: bool, left: bool | None) -> None:
    for env, yes, no in all_pairs():
        for task, right in ((yes, done), (no, left)):
            with World.open(env, seed=task.seed) as world:
                player = named_player(agent, task, env, Dice("boundary", agent))
                assert (player is None) == (right is None)
                if player is not None:
                    assert grade(task, play_in(task, world, agent=player, number="x")).passed == right


def tried(env: EnvSpec, task: Task, calls: Sequence[tuple[str, JsonObject]], said: str) -> bool:
    with World.open(env, seed=task.seed) as world:
        return grade(task, from_calls(task, world, calls, said)).passed


def test_an_agent_that_always_tries_or_never_does_passes_no_pair() -> None:
    for env, yes, no in all_pairs():
        gold = [(c.name, dict(c.arguments)) for c in no.gold]
        why = f"The {no.answers[0].name} is {no.answers[0].value}."
        assert not tried(env, yes, [(c.name, dict(c.arguments)) for c in yes.gold[:-1]], why), "it was possible"
        assert not tried(env, no, gold, "Done."), "nothing was told"
        assert not tried(env, no, [], why), "nothing was looked at"
        assert tried(env, no, gold, why)


def test_a_refusal_shows_what_stands_in_the_way() -> None:
    """Who tries first and reads the reason in the answer has read it."""
    seen = 0
    for env, _, no in all_pairs():
        if not str(no.rule).endswith(".state"):
            continue
        tool = str(no.rule).split(".")[0]
        rule = next(r for r in rules_of(env) if r.name == no.rule)
        assert tried(env, no, [(tool, wished_for(env, no, rule))], f"It cannot be done, the {no.answers[0].name} is {no.answers[0].value}.")
        seen += 1
    assert seen


def test_other_tasks_stay_what_they_were() -> None:
    without = make_tasks(shop(), seed=1, tries=40).tasks
    both = make_tasks(shop(), seed=1, tries=40, boundary=12).tasks
    assert both[: len(without)] == without
    assert len(both) > len(without)
    assert all(t.rule for t in both[len(without) :])
    assert make_tasks(shop(), seed=1, tries=40, boundary=12).tasks == both


def test_a_world_without_rules_gives_none() -> None:
    env = projects()
    assert env.model is not None
    loose = env.model_copy(update={"model": env.model.model_copy(update={"operations": tuple(o for o in env.model.operations if o.act in ("get", "list"))}), "tools": tuple(t for t in env.tools if t.kind == "read")})
    found = make_tasks(loose, tries=0, boundary=12)
    assert not found.tasks
    assert [d.message for _, d in found.dropped if isinstance(d, Dropped)] == ["no rule that a task could lie on"]


def test_so_many_pairs_beside_the_others() -> None:
    def unit(n: int, env: str, shape: str) -> Unit:
        return Unit((f"{env}{n}", f"{env}{n}b") if shape == "boundary" else (f"{env}{n}",), env, Difficulty(calls=2, writes=1, hops=1, found=True, shape=shape, flow=f"f{n}", arguments=1, covered=1))

    plain = [unit(n, env, "write") for env in "ab" for n in range(10)]
    edges = [unit(n, env, "boundary") for env in "ab" for n in range(50, 53)]
    alone = choose(plain)
    assert choose([*plain, *edges]) == alone
    chosen = choose([*plain, *edges], boundary=0.1)
    assert chosen[: len(alone)] == alone
    assert [u.env for u in chosen[len(alone) :]] == ["a", "b"], "one of each world before a second of any"
