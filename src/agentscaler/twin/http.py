"""The API's own verbs and paths, so that an existing client library can be pointed at its twin.

What the definitions say of an operation (verb, path, where a parameter stands) decides what a request means; the answer is the tool's, errors have the status
that services give them. AWS clients speak protocols of their own: aws.py. Credentials are accepted unseen.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentscaler.errors import Code, UserError
from agentscaler.records import EnvTool, JsonObject, Tool
from agentscaler.twin.asked import Asked, BadBody, arguments_of, read_request, unescaped
from agentscaler.twin.build import Twin
from agentscaler.twin.run import App, administration, json_response, with_sessions
from agentscaler.twin.sessions import Sessions, session_of
from agentscaler.world import Answer, Error, World

STATUS: Final[Mapping[Code, int]] = {
    "unknown_tool": 404, "invalid_arguments": 400, "not_found": 404, "already_exists": 409, "wrong_state": 409, "conflict": 409,
    "forbidden": 403, "limit": 413, "internal": 500,
}  # fmt: skip
"""Error code of a world -> status."""
VERBS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class Found(NamedTuple):
    """What a request asks for."""

    tool: str
    arguments: JsonObject
    ignored: tuple[str, ...] = ()
    how: Any = None
    """What the dialect needs to know to answer."""


class Wrong(NamedTuple):
    """A request that no call can be made of."""

    status: int
    error: Error


class Dialect(Protocol):
    """How requests are read and answers are written."""

    tools: Sequence[str]
    """Tools that can be reached."""

    def find(self, asked: Asked) -> Found | Wrong | None:
        """The call that a request is; what is wrong with it; None where it is none of this dialect."""

    def reply(self, found: Found, answer: Answer) -> Response:
        """The answer as its clients read it."""

    def refuse(self, wrong: Wrong) -> Response:
        """The same where there is no call."""


def http_app(twin: Twin) -> App:
    """The twin as an application. Raises UserError where its definitions know no verbs and paths."""
    sessions, dialects = Sessions(twin), dialects_of(twin)

    async def answer(request: Request) -> Response:
        name = session_of(request.scope)
        response, ignored = _respond(sessions, name, dialects, await _read(request))
        response.headers["x-world-session"] = name
        if ignored:
            response.headers["x-world-ignored"] = ", ".join(ignored).encode("ascii", "replace").decode()
        return response

    routes = [
        Route("/__world__", administration(sessions), methods=["GET"]),
        Route("/__world__/{what:path}", administration(sessions), methods=["GET", "POST"]),
        Route("/{path:path}", answer, methods=VERBS),
    ]
    return with_sessions(Starlette(routes=routes))


async def _read(request: Request) -> Asked | Wrong:
    try:
        return await read_request(request)
    except BadBody as error:
        return Wrong(400, Error("invalid_arguments", str(error)))


def _respond(sessions: Sessions, name: str, dialects: Sequence[Dialect], asked: Asked | Wrong) -> tuple[Response, tuple[str, ...]]:
    if isinstance(asked, Wrong):
        return dialects[0].refuse(asked), ()
    for dialect in dialects:
        found = dialect.find(asked)
        if isinstance(found, Wrong):
            return dialect.refuse(found), ()
        if found is not None:
            world = sessions.world(name)
            return dialect.reply(found, _listed(found, world.call(found.tool, found.arguments), world)), found.ignored
    return dialects[0].refuse(Wrong(404, Error("unknown_tool", f"{asked.verb} {asked.path} is no operation of this API, or none of those that are modelled (GET /__world__ lists them)"))), ()


def dialects_of(twin: Twin) -> list[Dialect]:
    """Raises UserError where no tool can be reached."""
    from agentscaler.twin.aws import Aws

    tools = {t.name: t for t in twin.env.tools if t.name in twin.rows}
    clouds = {n: t for n, t in tools.items() if twin.rows[n].source.vendor == "aws"}
    others = {n: t for n, t in tools.items() if n not in clouds}
    found: list[Dialect] = []
    if clouds:
        found.append(Aws(clouds, twin.rows))
    if any(twin.rows[n].source.path for n in others):
        found.append(Rest(others, twin.rows))
    if not any(d.tools for d in found):
        why = "its definitions know no verbs and paths" if tools else "the definitions it was built from are not here (tools.jsonl of its run)"
        raise UserError(f"{twin.env.domain} cannot be served as its own API: {why}; give an OpenAPI document, a client library or a cloud service, or take --serve mcp")
    return found


# ---- verbs and paths --------------------------------------------------------------------------------------------------


class Address(NamedTuple):
    """Where one tool is called."""

    verb: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    """What the parts of the path are called."""
    tool: str
    first: str
    """First part of the path, where that is fixed."""


class Rest:
    """Verb and path name the operation."""

    def __init__(self, tools: Mapping[str, EnvTool], rows: Mapping[str, Tool]) -> None:
        self.named, self.rows = tools, rows
        made = [address(name, rows[name]) for name in tools if rows[name].source.verb and rows[name].source.path]
        self.addresses = sorted(made, key=lambda a: (len(a.names), -len(a.pattern.pattern), a.tool))
        self.tools: Sequence[str] = [a.tool for a in self.addresses]
        self.first = {a.first for a in self.addresses}

    def find(self, asked: Asked) -> Found | Wrong | None:
        verbs = set()
        for path in self._paths(asked.path):
            for there in self.addresses:
                if (parts := there.pattern.fullmatch(path)) is None:
                    continue
                if there.verb == asked.verb:
                    row = self.rows[there.tool]
                    in_path = _in_path(row, dict(zip(there.names, map(unescaped, parts.groups()), strict=True)), unescaped(path))
                    given = arguments_of(asked, in_path, self.named[there.tool], row)
                    return Found(there.tool, given.arguments, given.ignored, row)
                verbs.add(there.verb)
        return Wrong(405, Error("unknown_tool", f"{asked.path} takes {', '.join(sorted(verbs))}, not {asked.verb}")) if verbs else None

    def _paths(self, path: str) -> list[str]:
        """The path; and without what a client puts in front of every path (/v1), as long as no path of the API begins so."""
        parts = path.strip("/").split("/")
        out = ["/".join(parts)]
        while len(parts) > 1 and parts[0] not in self.first:
            parts = parts[1:]
            out.append("/".join(parts))
        return out

    def reply(self, found: Found, answer: Answer) -> Response:
        if answer.error is not None:
            return _refusal(Wrong(STATUS[answer.error.code], answer.error), found.how)
        row: Tool = found.how
        status = row.source.status or 200
        return Response(status_code=status) if status in (204, 205) else json_response(status, answer.data)

    def refuse(self, wrong: Wrong) -> Response:
        return _refusal(wrong, next(iter(self.rows.values())))


def _listed(found: Found, answer: Answer, world: World) -> Answer:
    """Stripe's client finds the rows of a list in an object around them, which its annotations leave away."""
    row = found.how
    if not isinstance(row, Tool) or row.source.vendor != "stripe" or not isinstance(answer.data, list):
        return answer
    return answer._replace(data={"object": "list", "data": answer.data, "has_more": _has_more(answer.data, found, world), "url": row.source.path})


def _has_more(page: list[Any], found: Found, world: World) -> bool:
    """Does the same list go on behind this page, or in front of it where that is the way it is read?"""
    cursor, end = ("ending_before", 0) if "ending_before" in found.arguments else ("starting_after", -1)
    if not page or not isinstance(page[end], dict) or "id" not in page[end]:
        return False
    rest = world.call(found.tool, {**found.arguments, cursor: page[end]["id"]})  # refused where the list takes no cursor: then it is whole
    return bool(rest.data)


def _refusal(wrong: Wrong, row: Tool) -> Response:
    """The error as most services write it; Google's clients want its status and number."""
    status, error = wrong
    google = {"code": status, "message": error.message, "status": _GOOGLE[error.code]}
    return json_response(status, {"error": google if row.source.vendor == "google" else error._asdict()})


_GOOGLE: Final[Mapping[Code, str]] = {
    "unknown_tool": "NOT_FOUND", "invalid_arguments": "INVALID_ARGUMENT", "not_found": "NOT_FOUND", "already_exists": "ALREADY_EXISTS", "wrong_state": "FAILED_PRECONDITION",
    "conflict": "ABORTED", "forbidden": "PERMISSION_DENIED", "limit": "RESOURCE_EXHAUSTED", "internal": "INTERNAL",
}  # fmt: skip


def address(name: str, row: Tool) -> Address:
    """The pattern of a path: '/bikes/{bikeId}/lock'."""
    path = (row.source.path or "").partition("?")[0].strip("/")
    properties = row.parameters.get("properties", {})
    out, names = "", []
    for part in re.split(r"(\{[^}]*\})", path):
        if part.startswith("{"):
            names.append(part[1:-1].strip("+*"))
            out += "(.+)" if row.source.vendor == "google" and "/" in properties.get(names[-1], {}).get("pattern", "") else "([^/]+)"
        else:
            out += re.escape(part)
    first = path.split("/")[0]
    return Address(row.source.verb or "", re.compile(out), tuple(names), name, "" if "{" in first else first)


def _in_path(row: Tool, parts: Mapping[str, str], path: str) -> dict[str, str]:
    """Parameters that stand in the path. One whose value has parts of its own ('projects/{projectsId}/topics/{topicsId}') is found by its pattern."""
    out = {n: v for n, v in parts.items() if n in row.source.in_path or not row.source.in_path}
    at = 0
    if deed := re.search(r":\w+$", row.source.path or ""):
        path = path.removesuffix(deed[0])
    for name in row.source.in_path if row.source.vendor == "google" else ():
        pattern = row.parameters.get("properties", {}).get(name, {}).get("pattern", "")
        if name in out or not pattern:
            continue
        body = pattern.removeprefix("^").removesuffix("$")
        found = re.compile(f"(?:(?<=/)|^){body}(?=/|$)").search(path, at)
        if found:
            out[name], at = found[0], found.end()
    return out or dict(parts)
