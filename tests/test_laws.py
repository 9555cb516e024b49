"""The gate against worlds that are broken on purpose: each is named, and the unbroken one is not."""

from typing import Any

import pytest

from agentscaler.gate import check_env
from agentscaler.records import EnvSpec, JsonObject
from shops import build, tools_of

TEXT: JsonObject = {"type": "string"}
TEAM: JsonObject = {"type": "object", "properties": {"team_id": TEXT, "name": TEXT}}
JOB: JsonObject = {
    "type": "object",
    "properties": {"job_id": TEXT, "title": TEXT, "team_id": TEXT, "level": {"type": "string", "enum": ["low", "mid", "high"]}, "status": {"type": "string", "enum": ["active", "paused"]}, "updated_at": {"type": "string", "format": "date-time"}},
}


def listing(name: str, row: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {name: {"type": "array", "items": row}, "next_page_token": TEXT, "total": {"type": "integer"}}}


def call(name: str, summary: str, answer: JsonObject | None, path: str = "", query: JsonObject | None = None, body: JsonObject | None = None, required: tuple[str, ...] = ()) -> JsonObject:
    parameters = [{"name": path, "in": "path", "required": True, "schema": TEXT}] if path else []
    parameters += [{"name": n, "in": "query", "schema": s} for n, s in (query or {}).items()]
    out: JsonObject = {"operationId": name, "summary": summary, "parameters": parameters, "responses": {"200": {"description": "ok"}}}
    if answer is not None:
        out["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    if body:
        out["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": list(required), "properties": body}}}}
    return out


PAGING: JsonObject = {"page_size": {"type": "integer", "minimum": 1, "maximum": 100}, "page_token": TEXT}
FILTERS: JsonObject = {"type": "array", "description": "Supported filter names are `name` and `team_id`.", "items": {"type": "object", "properties": {"name": TEXT, "values": {"type": "array", "items": TEXT}}}}
DOCUMENT: JsonObject = {
    "openapi": "3.0.3",
    "info": {"title": "Jobs", "version": "1"},
    "paths": {
        "/jobs": {
            "get": call("list_jobs", "List the jobs.", listing("jobs", JOB), query={"team_id": TEXT, "level": JOB["properties"]["level"], "updated_after": JOB["properties"]["updated_at"], **PAGING}),
            "post": call("create_job", "Create a job.", JOB, body={"title": TEXT, "team_id": TEXT, "level": JOB["properties"]["level"]}, required=("title", "team_id")),
        },
        "/jobs/{job_id}": {
            "get": call("get_job", "Get a job.", JOB, "job_id"),
            "patch": call("update_job", "Update a job.", JOB, "job_id", body={"title": TEXT, "level": JOB["properties"]["level"]}),
            "delete": call("delete_job", "Delete a job.", None, "job_id"),
        },
        "/jobs/{job_id}/pause": {"post": call("pause_job", "Pause a job.", JOB, "job_id")},
        "/teams": {"get": call("list_teams", "List the teams.", listing("teams", TEAM), query={"name_contains": TEXT, "filters": FILTERS, **PAGING}), "post": call("create_team", "Create a team.", TEAM, body={"name": TEXT}, required=("name",))},
        "/teams/{team_id}": {"get": call("get_team", "Get a team.", TEAM, "team_id"), "delete": call("delete_team", "Delete a team.", None, "team_id")},
    },
}


@pytest.fixture(scope="module")
def jobs() -> EnvSpec:
    return build(tools_of(DOCUMENT), "jobs").env


def test_a_good_world_breaks_no_law(jobs: EnvSpec) -> None:
    assert check_env(jobs) == []
    assert len(jobs.tools) == 10


OTHER = 'next(r for r in db.page("job").rows if r["job_id"] != job_id)["job_id"]'
BROKEN: dict[str, tuple[str, str, str]] = {
    "a write that writes nothing": ("update_job", 'row = db.update("job", job_id, title=title, level=level)', 'row = db.get("job", job_id)'),
    "a write that touches only a timestamp": ("update_job", "title=title, level=level)", ")"),
    "a write that loses one of its arguments": ("update_job", "title=title, level=level)", "title=title)"),
    "a write to the neighbour's row": ("update_job", 'db.update("job", job_id,', f'db.update("job", {OTHER},'),
    "a write that also changes the neighbour's row": ("update_job", "    return row", f'    db.update("job", {OTHER}, title="x")\n    return row'),
    "a write that says another value than it was given": ("update_job", "title=title", 'title=title if title is UNSET else title + "!"'),
    "a read that writes": ("get_job", 'return db.get("job", job_id)', 'db.update("job", job_id, title="seen")\n    return db.get("job", job_id)'),
    "a read that shows another row": ("get_job", 'return db.get("job", job_id)', 'return db.page("job").rows[0]'),
    "a list that writes": ("list_jobs", "    page = ", '    db.delete("job", db.page("job").rows[0]["job_id"])\n    page = '),
    "a filter that ignores its argument": ("list_jobs", '"team_id": team_id, ', ""),
    "a filter that looks at the wrong column": ("list_jobs", '"team_id": team_id', '"title": team_id'),
    "a filter that empties everything": ("list_jobs", '"level": level', '"level": level and "none"'),
    "an earliest time that is not looked at": ("list_jobs", '"updated_at": updated_after', '"updated_at": None'),
    "a part of a text that is looked for as the whole": ("list_teams", 'holds={"name": name_contains}', 'starts={"name": name_contains and name_contains + "!"}'),
    "filters by name that narrow nothing": ("list_teams", "db.named(filters,", "db.named(None,"),
    "a filter by name that means another column": ("list_teams", '{"name": "name",', '{"name": "team_id",'),
    "a page that is off by one": ("list_jobs", "page.rows", "page.rows[1:]"),
    "pages that begin anew": ("list_jobs", "after=page_token", "after=None"),
    "a last page that is not said": ("list_teams", "page.next", "None"),
    "a swallowed error": ("delete_job", '    db.delete("job", job_id)', '    try:\n        db.delete("job", job_id)\n    except Exception:\n        pass\n    db.insert("job", job_id=job_id, title="x")'),
    "a delete that only says so": ("delete_job", '    db.delete("job", job_id)', "    pass"),
    "a delete that takes the neighbour": ("delete_job", 'db.delete("job", job_id)', f'db.delete("job", {OTHER})'),
    "a delete that takes one more": ("delete_job", "    return {}", '    db.delete("job", db.page("job").rows[0]["job_id"])\n    return {}'),
    "a create that makes two": ("create_job", "    return row", '    db.insert("job", title=title, team_id=team_id)\n    return row'),
    "a create that forgets what it is given": ("create_job", "level=level", "level=None"),
    "a create in another table": ("create_team", 'db.insert("team", name=name)', 'db.insert("job", title=name)'),
    "a create that takes an old row away": ("create_job", "    return row", '    db.delete("job", next(r for r in db.page("job").rows if r["job_id"] != row["job_id"])["job_id"])\n    return row'),
    "a move to the wrong state": ("pause_job", '"paused"', '"active"'),
    "an id that hangs on what was called before": ("create_job", "    row = ", '    create_job.n = getattr(create_job, "n", 0) + 1\n    title = title + str(create_job.n)\n    row = '),
    "a defect": ("get_team", "return ", "return 1 / 0 or "),
    "a table touched unannounced": ("pause_job", "    return row", '    db.insert("team", name="log")\n    return row'),
}


def broken(env: EnvSpec, tool: str, old: str, new: str) -> EnvSpec:
    start = env.tools_py.index(f"def {tool}(")
    head, code = env.tools_py[:start], env.tools_py[start:]
    assert old in code.split("\ndef ")[0], (tool, code.split("\ndef ")[0])
    return env.model_copy(update={"tools_py": head + code.replace(old, new, 1), "id": env.id[::-1]})


@pytest.mark.parametrize("what", BROKEN)
def test_each_broken_world_is_named(jobs: EnvSpec, what: str) -> None:
    tool, old, new = BROKEN[what]
    found: list[Any] = check_env(broken(jobs, tool, old, new), trusted=True)
    assert found, what
    assert any(f.tool for f in found)
