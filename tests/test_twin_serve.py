"""The twin as a server: the API's own verbs and paths, real client libraries that know nothing of it, MCP clients, a session's own instance, administration."""

import asyncio
import base64
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentscaler.errors import UserError
from agentscaler.records import EnvTool, Source, Tool
from agentscaler.twin import Twin, build_twin
from conftest import BIKES, Command

pytest.importorskip("mcp")

import uvicorn

from agentscaler.twin.asked import Asked, arguments_of, nested
from agentscaler.twin.http import Rest, address, http_app
from agentscaler.twin.mcp import mcp_app, server_of
from agentscaler.twin.query import answer_xml, read_form
from agentscaler.twin.sessions import Refused, Sessions, administer


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of an application that is served as long as this lasts."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        door.close()


class Reply(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]


def ask(base: str, verb: str, path: str, body: Any = None, **headers: str) -> Reply:
    """One request with nothing but the standard library; `_` in a header's name is a dash."""
    address = urlsplit(base)
    line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    raw = body if isinstance(body, (bytes, str, type(None))) else orjson.dumps(body)
    more = {"content-type": "application/json"} if raw is not None and not isinstance(body, str) else {}
    line.request(verb, address.path + path, raw, {**more, **{k.replace("_", "-"): v for k, v in headers.items()}})
    answer = line.getresponse()
    text = answer.read()
    line.close()
    kind = answer.headers.get("content-type", "")
    return Reply(answer.status, orjson.loads(text) if text and "json" in kind else text, {k.lower(): v for k, v in answer.headers.items()})


@pytest.fixture(scope="module")
def twin() -> Twin:
    return build_twin(str(BIKES))


@pytest.fixture
def base(twin: Twin) -> Iterator[str]:
    with serving(http_app(twin)) as address:
        yield address


def rows(base: str, table: str) -> list[Any]:
    found: list[Any] = ask(base, "GET", f"/__world__/rows/{table}").body["rows"]
    return found


# ---- verbs and paths ----------------------------------------------------------------------------------------------------


def test_verbs_and_paths_are_the_apis_own(base: str) -> None:
    station = rows(base, "station")[0]
    assert ask(base, "GET", f"/stations/{station['stationId']}").body["name"] == station["name"]
    assert len(ask(base, "GET", "/stations").body["stations"]) == len(rows(base, "station"))
    made = ask(base, "POST", "/bikes", {"name": "Blue one", "stationId": station["stationId"], "model": "city"})
    assert (made.status, made.body["name"]) == (201, "Blue one"), "the status that the definition names"
    here = f"/bikes/{made.body['bikeId']}"
    assert ask(base, "PATCH", here, {"name": "Red one"}).body["name"] == "Red one"
    gone = ask(base, "DELETE", here)
    assert (gone.status, gone.body) == (204, b"")
    assert ask(base, "GET", here).status == 404


def test_errors_have_the_status_that_services_give_them(base: str) -> None:
    bike = next(r for r in rows(base, "bike") if r["state"] == "FREE")
    here = f"/bikes/{bike['bikeId']}"
    assert ask(base, "POST", f"{here}/lock").status == 200
    assert (again := ask(base, "POST", f"{here}/lock")).status == 409
    assert again.body["error"]["code"] == "wrong_state"
    assert ask(base, "POST", "/bikes", {"name": "x"}).body["error"] == {"code": "invalid_arguments", "message": '"stationId" is a required property'}
    assert ask(base, "POST", "/bikes", {"name": "x", "stationId": "nowhere"}).status == 404
    assert ask(base, "POST", "/bikes", b"{").status == 400
    assert ask(base, "GET", "/nothing/here").status == 404
    assert (wrong := ask(base, "PUT", here)).status == 405
    assert "takes DELETE, GET, PATCH, not PUT" in wrong.body["error"]["message"]


def test_what_a_request_says_is_read_from_path_query_body_and_form(base: str) -> None:
    plans = {m["plan"] for m in ask(base, "GET", "/members?plan=year").body["members"]}
    assert plans == {"year"}
    form = {"name": "Tower", "docks": "12"}
    made = ask(base, "POST", "/stations", urlencode(form), content_type="application/x-www-form-urlencoded")
    assert (made.status, made.body["docks"]) == (201, 12), "a number of a form is a number"
    other = ask(base, "POST", "/stations", '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nBridge\r\n--b--\r\n', content_type="multipart/form-data; boundary=b")
    assert other.body["name"] == "Bridge"
    assert ask(base, "POST", "/stations", {"name": "x", "dcks": 3}).status == 400, "a property that no definition knows"


def test_json_that_is_sent_as_a_form_is_json(base: str) -> None:
    """`curl -d '{...}'` says that it sends a form; without a type it is read, too."""
    for kind in ("application/x-www-form-urlencoded", ""):
        made = ask(base, "POST", "/stations", '{"name": "Tower", "docks": 12}', content_type=kind)
        assert (made.status, made.body["name"], made.body["docks"]) == (201, "Tower", 12)
    assert ask(base, "POST", "/stations", "name=%7BTower%7D", content_type="application/x-www-form-urlencoded").body["name"] == "{Tower}"
    assert ask(base, "POST", "/stations", "{name=Tower", content_type="application/x-www-form-urlencoded").status == 400, "neither"


def test_what_is_not_modelled_is_ignored_and_told(base: str) -> None:
    answer = ask(base, "GET", "/members?plan=year&pretty=1")
    assert (answer.status, answer.headers["x-world-ignored"]) == (200, "pretty")


def test_what_a_client_puts_in_front_of_every_path_is_passed_over(base: str) -> None:
    assert ask(base, "GET", "/api/v2/stations").status == 200
    assert ask(base, "GET", "/bikes/x/stations").status == 404, "but no path of the API is cut short"


def test_a_world_without_paths_is_refused_with_the_reason(twin: Twin, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tools\.jsonl of its run"):
        http_app(twin._replace(rows={}))
    bare = {n: t.model_copy(update={"source": t.source.model_copy(update={"path": None})}) for n, t in twin.rows.items()}
    with pytest.raises(UserError, match="know no verbs and paths"):
        http_app(twin._replace(rows=bare))


def row(path: str, parameters: dict[str, Any], **source: Any) -> Tool:
    schema = {"type": "object", "properties": parameters}
    return Tool(name="t", description="", parameters=schema, source=Source(**{"vendor": "user", "service": "s", "operation": "t", "verb": "GET", "path": path} | source))


def tool_of(row: Tool, *gone: str) -> EnvTool:
    schema = {**row.parameters, "properties": {n: s for n, s in row.parameters["properties"].items() if n not in gone}}
    return EnvTool(name="t", kind="read", description="", parameters=schema, python="t")


def asked(path: str, query: str = "", body: Any = None, **headers: str) -> Asked:
    from urllib.parse import parse_qsl

    return Asked("GET", path, parse_qsl(query, keep_blank_values=True), {k.replace("_", "-"): v for k, v in headers.items()}, b"", {} if body is None else body)


TEXT, NUMBER, LIST = {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    ("parameters", "request_", "arguments"),
    [
        ({"ids": LIST}, asked("", "ids=1&ids=2"), {"ids": [1, 2]}),
        ({"ids": LIST}, asked("", "ids[]=1&ids[]=2"), {"ids": [1, 2]}),
        ({"ids": LIST}, asked("", "ids=1,2"), {"ids": [1, 2]}),
        ({"q": TEXT}, asked("", "q=1,2"), {"q": "1,2"}),
        ({"X-Page": NUMBER}, asked("", "", X_Page="3"), {"X-Page": 3}),
        ({"body": LIST}, asked("", "", [1, 2]), {"body": [1, 2]}),
        ({"body": {"type": "object"}}, asked("", "", {"a": 1}), {"body": {"a": 1}}),
        ({"made": {"type": "object", "properties": {"gte": NUMBER}}}, asked("", "made[gte]=7"), {"made": {"gte": 7}}),
        ({"lines": {"type": "array", "items": {"type": "object", "properties": {"n": NUMBER}}}}, asked("", "lines[0][n]=1&lines[1][n]=2"), {"lines": [{"n": 1}, {"n": 2}]}),
        ({"q": TEXT}, asked("", "", {"q": None}), {"q": None}),
    ],
)
def test_a_request_is_read_as_its_definition_says(parameters: Any, request_: Asked, arguments: Any) -> None:
    definition = row("/t", parameters)
    assert arguments_of(request_, {}, tool_of(definition), definition) == (arguments, ())


def test_a_known_argument_that_the_world_leaves_out_is_ignored() -> None:
    definition = row("/t", {"q": TEXT, "expand": TEXT})
    assert arguments_of(asked("", "expand=a", {"q": "1", "expand": "b"}), {}, tool_of(definition, "expand"), definition) == ({"q": "1"}, ("expand",))


def test_brackets_without_end_are_read_to_a_depth() -> None:
    assert nested([("a" + "[b]" * 5000, "1")])
    assert nested([("a", "1"), ("a[b]", "2"), ("", "3"), ("c[", "4")]) == {"a": {"b": "2"}, "#2": "3", "c": "4"}


@pytest.mark.parametrize(
    ("path", "parameters", "in_path", "request_", "found"),
    [
        ("/v1/{+name}", {"name": {"type": "string", "pattern": "^projects/[^/]+$"}}, ("name",), "/v1/projects/a%20b", {"name": "projects/a b"}),
        ("v1/projects/{projectsId}/topics/{topicsId}", {"name": {"type": "string", "pattern": "^projects/[^/]+/topics/[^/]+$"}}, ("name",), "/v1/projects/p/topics/t", {"name": "projects/p/topics/t"}),
        ("v1/projects/{projectsId}/topics/{topicsId}:start", {"name": {"type": "string", "pattern": "^projects/[^/]+/topics/[^/]+$"}}, ("name",), "/v1/projects/p/topics/t:start", {"name": "projects/p/topics/t"}),
        ("v1/projects/{projectsId}/topics", {"parent": {"type": "string", "pattern": "^projects/[^/]+$"}}, ("parent",), "/v1/projects/p/topics", {"parent": "projects/p"}),
    ],
)
def test_names_with_parts_of_their_own_are_found_in_the_path(path: str, parameters: Any, in_path: tuple[str, ...], request_: str, found: Any) -> None:
    definition = row(path.replace("{+", "{"), parameters, vendor="google", in_path=in_path)
    got = Rest({"t": tool_of(definition)}, {"t": definition}).find(asked(request_))
    assert getattr(got, "arguments", None) == found


def test_a_fixed_path_goes_before_one_with_holes() -> None:
    fixed, hole = row("/bikes/free", {}), row("/bikes/{id}", {"id": TEXT}, in_path=("id",))
    found = Rest({"hole": tool_of(hole), "fixed": tool_of(fixed)}, {"hole": hole, "fixed": fixed}).find(asked("/bikes/free"))
    assert getattr(found, "tool", None) == "fixed"
    assert address("t", row("/a.b/{x}", {})).pattern.fullmatch("acb/1") is None, "a dot is a dot"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "docks", "a", "snapshot", "seed"]), inner, max_size=4),
    max_leaves=8,
)
PATHS = ["/stations", "/bikes/x", "/bikes/x/lock", *(f"/__world__/{a}" for a in ("", "diff", "reset", "restore", "sessions/a/stations", "rows/bike", "call/createStation"))]
KINDS = ["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b", "multipart/form-data", ""]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    verb=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "HEAD"]),
    path=st.sampled_from([p.encode() for p in PATHS]) | st.binary(max_size=30).map(lambda raw: b"/" + raw.replace(b"?", b"")),
    query=st.binary(max_size=20),
    kind=st.sampled_from(KINDS),
    body=st.binary(max_size=60) | VALUES.map(orjson.dumps),
)
def test_no_request_is_a_defect(twin: Twin, verb: str, path: bytes, query: bytes, kind: str, body: bytes) -> None:
    """Whatever is sent, the answer is one of a service's, and no error of ours."""
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        statuses.append(message.get("status", 0))

    headers = [(b"content-type", kind.encode()), (b"cookie", query)]
    scope = {"type": "http", "http_version": "1.1", "method": verb, "path": path.decode("utf-8", "replace"), "raw_path": path, "query_string": query, "headers": headers, "root_path": ""}
    asyncio.run(http_app(twin)(scope, receive, send))
    assert 200 <= statuses[0] < 500


def test_a_list_of_stripe_says_whether_it_goes_on(tmp_path: Path) -> None:
    pages = {"limit": ("integer", "How many to return."), "starting_after": ("string", "An id: the page begins behind it."), "ending_before": ("string", "An id: the page ends in front of it.")}
    one = {"type": "object", "properties": {"id": {"type": "string"}, "label": {"type": "string"}}}

    def operation(name: str, gives: Any, *takes: Any) -> dict[str, Any]:
        return {"operationId": name, "parameters": list(takes), "responses": {"200": {"description": "it", "content": {"application/json": {"schema": gives}}}}}

    takes = [{"name": n, "in": "query", "description": text, "schema": {"type": kind}} for n, (kind, text) in pages.items()]
    key = {"name": "voucher_id", "in": "path", "required": True, "schema": {"type": "string"}}
    label = {"name": "label", "in": "query", "required": True, "schema": {"type": "string"}}
    paths = {
        "/v1/vouchers": {"get": operation("listVouchers", {"type": "array", "items": one}, *takes), "post": operation("createVoucher", one, label)},
        "/v1/vouchers/{voucher_id}": {"get": operation("getVoucher", one, key), "delete": operation("deleteVoucher", one, key)},
    }
    path = tmp_path / "vouchers.json"
    path.write_bytes(orjson.dumps({"openapi": "3.0.0", "info": {"title": "x", "version": "1"}, "paths": paths}))
    made = build_twin(str(path))
    theirs = {n: t.model_copy(update={"source": t.source.model_copy(update={"vendor": "stripe"})}) for n, t in made.rows.items()}
    with serving(http_app(made._replace(rows=theirs))) as base:

        def page(asked: str) -> tuple[list[str], bool]:
            body = ask(base, "GET", f"/v1/vouchers{asked}").body
            return [v["id"] for v in body["data"]], body["has_more"]

        every, more = page("?limit=100")
        assert (len(every) > 4, more) == (True, False)
        assert page("?limit=2") == (every[:2], True)
        assert page(f"?limit=2&starting_after={every[-3]}") == (every[-2:], False)
        assert page(f"?limit=2&ending_before={every[3]}") == (every[1:3], True)
        assert page(f"?limit=2&ending_before={every[2]}") == (every[:2], False)
        assert page(f"?starting_after={every[-1]}") == ([], False)


# ---- sessions and administration ----------------------------------------------------------------------------------------


def test_a_session_has_an_instance_of_its_own(base: str) -> None:
    count = len(rows(base, "station"))
    ask(base, "POST", "/stations", {"name": "One"}, x_world_session="ada")
    ask(base, "POST", "/stations", {"name": "Two"}, cookie="a=b; world-session=ben")
    assert ask(f"{base}/__world__/sessions/ada", "GET", "/stations").headers["x-world-session"] == "ada"
    names = {who: [s["name"] for s in ask(f"{base}/__world__/sessions/{who}", "GET", "/stations").body["stations"]] for who in ("ada", "ben", "carl")}
    assert ("One" in names["ada"], "Two" in names["ada"]) == (True, False)
    assert ("One" in names["ben"], "Two" in names["ben"]) == (False, True)
    assert len(names["carl"]) == len(rows(base, "station")) == count


def test_administration(base: str) -> None:
    about = ask(base, "GET", "/__world__").body
    assert about["seed"] == 0
    assert {"name": "lockBike", "kind": "write", "verb": "POST", "path": "/bikes/{bikeId}/lock"} in about["tools"]
    made = ask(base, "POST", "/__world__/call/createStation", {"name": "Tower"}).body["answer"]
    diff = ask(base, "GET", "/__world__/diff").body
    assert diff["text"][0].startswith(f"+ station[{made['stationId']}]: ")
    assert diff["form"]
    shot = ask(base, "GET", "/__world__/snapshot").body["snapshot"]
    assert ask(base, "POST", "/__world__/reset").body == {"session": "default", "seed": 0}
    assert ask(base, "GET", "/__world__/diff").body["text"] == []
    assert ask(base, "POST", "/__world__/restore", {"snapshot": shot}, x_world_session="other").status == 200
    assert ask(base, "GET", "/__world__/diff", x_world_session="other").body["text"] == diff["text"]
    before = rows(base, "bike")
    assert ask(base, "POST", "/__world__/reset", {"seed": 5}).body["seed"] == 5
    assert rows(base, "bike") != before
    assert ask(base, "POST", "/__world__/reset").body["seed"] == 0, "the state it was served with, whatever came between"
    assert rows(base, "bike") == before
    ask(base, "POST", "/__world__/reset", {"seed": 5})
    assert ask(base, "POST", "/__world__/end").status == 200
    assert rows(base, "bike") == before, "a session that ended begins anew"


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "said"),
    [
        ("GET", "/__world__/nothing", None, 404, "there is no /__world__/nothing"),
        ("GET", "/__world__/rows/nothing", None, 404, "there is no table 'nothing'; there is member, "),
        ("POST", "/__world__/reset", {"seed": "x"}, 400, "seed is 'x', not a whole number"),
        ("POST", "/__world__/reset", {"sede": 7}, 400, "/__world__/reset takes seed, not 'sede'"),
        ("POST", "/__world__/end", {"seed": 7}, 400, "/__world__/end takes nothing, not 'seed'"),
        ("POST", "/__world__/reset", [1], 400, "no JSON object"),
        ("POST", "/__world__/reset", b"{", 400, "the body is no JSON"),
        ("POST", "/__world__/restore", {"snapshot": "!"}, 400, "as /__world__/snapshot answered it"),
        ("POST", "/__world__/restore", {"snapshot": base64.b64encode(b'["other",0]\nxx').decode()}, 409, "of another world"),
        ("GET", "/__world__/reset", None, 405, "a POST"),
        ("GET", "/__world__/call/createStation", None, 405, "a POST"),
    ],
)
def test_administration_that_cannot_be_done_is_told(base: str, verb: str, path: str, body: Any, status: int, said: str) -> None:
    answer = ask(base, verb, path, body)
    assert answer.status == status
    assert said in answer.body["error"]["message"]


def test_a_broken_snapshot_leaves_the_first_state(base: str, twin: Twin) -> None:
    torn = base64.b64encode(orjson.dumps([twin.env.id, 0]) + b"\n\x00\x02{}Tgarbage").decode()
    assert ask(base, "POST", "/__world__/restore", {"snapshot": torn}).status == 409
    assert ask(base, "GET", "/__world__/diff").body["text"] == []


def test_sessions_that_sleep_come_back_as_they_were(twin: Twin) -> None:
    sessions = Sessions(twin, live=2)
    for name in "abcd":
        sessions.world(name).call("createStation", {"name": f"of {name}"})
    assert (list(sessions.worlds), sorted(sessions.parked)) == (["c", "d"], ["a", "b"])
    for name in "abcd":
        assert [f"name 'of {name}'" in line for line in administer(sessions, name, "diff", {})["text"]] == [True]
    assert len(sessions.worlds) == 2
    administer(sessions, "a", "reset", {"seed": 4})
    for name in "bcd":
        sessions.world(name)
    assert sessions.world("a").seed == 4
    with pytest.raises(Refused, match="there is no /__world__/x"):
        administer(sessions, "a", "x", {})


# ---- client libraries, as they are ------------------------------------------------------------------------------------------


def aws_client(service: str, address: str) -> Any:
    session = pytest.importorskip("botocore.session")
    from botocore.config import Config

    config = Config(retries={"max_attempts": 0})
    return session.Session().create_client(service, region_name="eu-west-1", endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b", config=config)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_botocore_over_rest_json() -> None:
    pytest.importorskip("botocore")
    with serving(http_app(build_twin("aws:amplify"))) as address:
        client = aws_client("amplify", address)
        apps = client.list_apps()["apps"]
        pages = client.get_paginator("list_apps").paginate(PaginationConfig={"PageSize": 5})
        assert [a["appId"] for p in pages for a in p["apps"]] == [a["appId"] for a in apps]
        app = apps[0]["appId"]
        assert apps[0]["createTime"].year > 2000, "a time is a time"
        made = client.create_branch(appId=app, branchName="feature/x y", stage="DEVELOPMENT")["branch"]
        assert client.get_branch(appId=app, branchName="feature/x y")["branch"] == made, "names that must be escaped"
        with pytest.raises(client.exceptions.NotFoundException, match=r"\(NotFoundException\).* no branch"):
            client.get_branch(appId=app, branchName="nope")
        with pytest.raises(client.exceptions.BadRequestException, match="there is already a branch"):
            client.create_branch(appId=app, branchName="feature/x y")
        client.delete_branch(appId=app, branchName="feature/x y")
        assert ask(address, "GET", "/__world__/diff").body["text"] == []
        other = aws_client("amplify", f"{address}/__world__/sessions/other")
        other.update_app(appId=app, name="mine")
        assert [c.get_app(appId=app)["app"]["name"] == "mine" for c in (client, other)] == [False, True]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_botocore_over_json() -> None:
    pytest.importorskip("botocore")
    with serving(http_app(build_twin("aws:codecommit"))) as address:
        client = aws_client("codecommit", address)
        [*names] = (r["repositoryName"] for r in client.list_repositories()["repositories"])
        one = client.get_repository(repositoryName=names[0])["repositoryMetadata"]
        assert (one["repositoryName"], one["creationDate"].year > 2000) == (names[0], True)
        client.update_repository_description(repositoryName=names[0], repositoryDescription="mine")
        assert client.get_repository(repositoryName=names[0])["repositoryMetadata"]["repositoryDescription"] == "mine"
        with pytest.raises(client.exceptions.RepositoryDoesNotExistException):
            client.get_repository(repositoryName="nope")


def test_protocols_that_are_not_served_are_refused_by_name() -> None:
    pytest.importorskip("botocore")
    with pytest.raises(UserError, match="aws:s3control speaks rest-xml; of the protocols of AWS only rest-json, json, query, ec2 are served"):
        http_app(build_twin("aws:s3control"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_botocore_over_query() -> None:
    pytest.importorskip("botocore")
    with serving(http_app(build_twin("aws:elasticache"))) as address:
        client = aws_client("elasticache", address)
        group = client.describe_cache_subnet_groups()["CacheSubnetGroups"][0]
        name = group["CacheSubnetGroupName"]
        changed = client.modify_cache_subnet_group(CacheSubnetGroupName=name, CacheSubnetGroupDescription="a < b & c")["CacheSubnetGroup"]
        assert changed["CacheSubnetGroupDescription"] == "a < b & c"
        assert client.describe_cache_subnet_groups(CacheSubnetGroupName=name)["CacheSubnetGroups"] == [changed]
        first = client.describe_cache_subnet_groups(MaxRecords=20)
        assert first["ResponseMetadata"]["RequestId"]
        with pytest.raises(client.exceptions.ClientError, match="CacheSubnetGroupNotFoundFault"):
            client.delete_cache_subnet_group(CacheSubnetGroupName="nope")
        assert b"<Code>UnknownOperation" in ask(address, "POST", "/", "Action=Nothing", content_type="application/x-www-form-urlencoded").body


MODEL: dict[str, Any] = {
    "metadata": {"xmlNamespace": "urn:x"},
    "shapes": {
        "Text": {"type": "string"},
        "Time": {"type": "timestamp"},
        "Bytes": {"type": "blob"},
        "Yes": {"type": "boolean"},
        "Number": {"type": "integer"},
        "Pair": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Values": {"shape": "Texts", "locationName": "Value"}}},
        "Texts": {"type": "list", "member": {"shape": "Text", "locationName": "Item"}},
        "Plain": {"type": "list", "member": {"shape": "Text"}},
        "Flat": {"type": "list", "flattened": True, "member": {"shape": "Pair", "locationName": "Filter"}},
        "Tree": {"type": "structure", "members": {"Left": {"shape": "Tree"}, "Leaf": {"shape": "Text"}}},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
    },
}
ALL = {
    "type": "structure",
    "members": {"Filters": {"shape": "Flat"}, "Plain": {"shape": "Plain"}, "Counts": {"shape": "Map"}, "Dry": {"shape": "Yes"}, "At": {"shape": "Time"}, "Raw": {"shape": "Bytes"}},
}


def test_a_form_of_the_query_protocol() -> None:
    form = {"Filter.1.Name": "a", "Filter.1.Value.Item.1": "x", "Filter.1.Value.Item.2": "y", "Filter.10.Name": "b", "Plain.member.1": "p", "Counts.entry.1.key": "k", "Counts.entry.1.value": "7", "Dry": "true"}
    assert read_form(ALL, form, MODEL, ec2=False) == {
        "Filters": [{"Name": "a", "Values": ["x", "y"]}, {"Name": "b"}], "Plain": ["p"], "Counts": {"k": 7}, "Dry": True,
    }  # fmt: skip
    ec2 = {"Filters.1.Name": "a", "Filters.1.Value.1": "x", "Plain.1": "p"}
    assert read_form(ALL, ec2, MODEL, ec2=True) == {"Filters": [{"Name": "a", "Values": ["x"]}], "Plain": ["p"]}


def test_a_shape_that_holds_itself_is_read_as_deep_as_it_is_given() -> None:
    tree = {"type": "structure", "members": {"Top": {"shape": "Tree"}}}
    assert read_form(tree, {"Top.Left.Left.Leaf": "x"}, MODEL, ec2=False) == {"Top": {"Left": {"Left": {"Leaf": "x"}}}}
    assert read_form(tree, {"Other": "x"}, MODEL, ec2=False) == {}


def test_an_answer_in_xml() -> None:
    data = {"Filters": [{"Name": "<a>\x00"}], "Plain": ["p", "q"], "Counts": {"k": 7}, "Dry": False, "At": "2026-01-02T03:04:05Z", "Raw": "aGk=", "Unknown": 1}
    inner = "<Filter><Name>&lt;a&gt;?</Name></Filter><Plain><member>p</member><member>q</member></Plain><Counts><entry><key>k</key><value>7</value></entry></Counts><Dry>false</Dry><At>2026-01-02T03:04:05Z</At><Raw>aGk=</Raw>"
    assert answer_xml("Do", ALL, data, MODEL, "r", ec2=True).decode() == f'<DoResponse xmlns="urn:x"><requestId>r</requestId>{inner}</DoResponse>'
    assert answer_xml("Do", {**ALL, "resultWrapper": "DoResult"}, data, MODEL, "r", ec2=False).decode() == (
        f'<DoResponse xmlns="urn:x"><DoResult>{inner}</DoResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DoResponse>'
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_googles_client() -> None:
    discovery = pytest.importorskip("googleapiclient.discovery")
    from google.auth.credentials import AnonymousCredentials
    from googleapiclient.errors import HttpError

    with serving(http_app(build_twin("google:managedkafka"))) as address:
        service = discovery.build("managedkafka", "v1", static_discovery=True, credentials=AnonymousCredentials(), client_options={"api_endpoint": address})  # type: ignore[no-untyped-call]
        name = rows(address, "cluster")[0]["name"]
        clusters = service.projects().locations().clusters()
        assert clusters.get(name=name).execute()["name"] == name
        parent = name.rsplit("/clusters/", 1)[0]
        first = clusters.list(parent=parent, pageSize=2)
        second = clusters.list_next(first, first.execute())
        assert len(second.execute()["clusters"]) > 0
        patched = clusters.patch(name=name, updateMask="labels", body={"labels": {"x": "y"}}).execute()
        assert (patched["done"], patched["response"]["labels"]) == (True, {"x": "y"})
        with pytest.raises(HttpError, match="no cluster") as error:
            clusters.get(name=f"{parent}/clusters/none").execute()
        assert error.value.status_code == 404
        service.close()


# ---- MCP --------------------------------------------------------------------------------------------------------------------


async def visit(client: Any) -> tuple[int, bool]:
    """List, read, delete once and twice: (how many tools, is the second deletion an error)."""
    async with client as server:
        tools = (await server.list_tools()).tools
        kinds = {t.name: t.annotations.read_only_hint for t in tools if t.annotations}
        assert (kinds["getBike"], kinds["lockBike"]) == (True, False)
        members = (await server.call_tool("listMembers", {})).structured_content["members"]
        arguments = {"memberId": members[0]["memberId"]}
        assert not (await server.call_tool("deleteMember", arguments)).is_error
        assert len((await server.call_tool("listMembers", {})).structured_content["members"]) == len(members) - 1
        again = await server.call_tool("deleteMember", arguments)
        assert "not_found" in again.content[0].text
        return len(tools), again.is_error


def test_an_mcp_client_over_stdio() -> None:
    import mcp

    words = ["-c", "from agentscaler.cli import main; main()", "twin", str(BIKES), "--serve", "mcp"]
    server = mcp.StdioServerParameters(command=sys.executable, args=words, env={**os.environ})
    assert asyncio.run(visit(mcp.Client(mcp.stdio_client(server)))) == (23, True)


def test_an_mcp_client_over_http_has_a_session_of_its_own(twin: Twin) -> None:
    import mcp

    with serving(mcp_app(twin)) as address:
        for _ in range(2):
            assert asyncio.run(visit(mcp.Client(f"{address}/mcp", mode="legacy"))) == (23, True), "each begins with all members"
        assert asyncio.run(visit(mcp.Client(f"{address}/__world__/sessions/ada/mcp"))) == (23, True), "or names one, where the protocol has none"
        assert len(ask(address, "GET", "/__world__/diff", x_world_session="ada").body["text"]) == 1
        assert ask(address, "GET", "/__world__/diff").body["text"] == []


def test_administration_is_offered_to_an_agent_only_where_it_is_asked_for(twin: Twin) -> None:
    import mcp

    async def steer() -> list[str]:
        async with mcp.Client(server_of(twin, Sessions(twin), admin=True)) as server:
            names = [t.name for t in (await server.list_tools()).tools]
            await server.call_tool("createStation", {"name": "Tower"})
            shot = orjson.loads((await server.call_tool("world_snapshot", {})).content[0].text)["snapshot"]
            await server.call_tool("world_reset", {})
            assert orjson.loads((await server.call_tool("world_diff", {})).content[0].text)["text"] == []
            await server.call_tool("world_restore", {"snapshot": shot})
            assert "Tower" in (await server.call_tool("world_diff", {})).content[0].text
            assert (await server.call_tool("world_restore", {"snapshot": "x"})).is_error
            return names[23:]

    assert asyncio.run(steer()) == ["world_reset", "world_diff", "world_snapshot", "world_restore"]
    named = twin.env.model_copy(update={"tools": (twin.env.tools[0].model_copy(update={"name": "world_diff"}),)})
    with pytest.raises(UserError, match="a tool 'world_diff' of its own"):
        server_of(twin._replace(env=named), Sessions(twin), admin=True)


# ---- the command ------------------------------------------------------------------------------------------------------------


def test_the_command_serves_until_it_is_interrupted() -> None:
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from agentscaler.cli import main; main()"
    server = subprocess.Popen([sys.executable, "-c", program, "twin", str(BIKES), "--serve", "http", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    line = server.stderr.readline()
    assert line.startswith("serving on http://127.0.0.1:")
    assert ask(line.split()[2], "GET", "/stations").status == 200
    server.send_signal(2)
    assert server.wait(30) in (0, 130)
    server.stderr.close()


def test_a_port_that_is_taken_is_named(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port} cannot be served on" in command("twin", BIKES, "--serve", "http", "--port", port).err
