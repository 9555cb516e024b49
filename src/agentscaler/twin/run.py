"""An application on a port, until Ctrl-C; and what the servers share: administration under /__world__/, and a session's name as the beginning of a path."""

import re
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import unquote

import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from agentscaler.errors import UserError
from agentscaler.twin.sessions import CHANGING, Refused, Sessions, administer, session_of

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
_SESSION: Final = re.compile(rb"/__world__/sessions/([^/]+)(/.*)?$", re.S)


def run_app(app: App, host: str, port: int, path: str) -> None:
    """Serve until Ctrl-C. Raises UserError where the port is taken. Port 0: any that is free."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen()
    except OSError as error:
        door.close()
        raise UserError(f"{host}:{port} cannot be served on ({error.strerror}); give another --port, or 0 for any that is free") from error
    print(f"serving on http://{host}:{door.getsockname()[1]}{path} (Ctrl-C ends it); administration under /__world__/", file=sys.stderr, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[door])


def with_sessions(app: App) -> App:
    """/__world__/sessions/NAME/anything is /anything of the session NAME, for clients that can be told an address and nothing else."""

    async def named(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (found := _SESSION.match(scope["raw_path"])):
            rest = found[2] or b"/"
            scope = {**scope, "world_session": unquote(found[1].decode("latin-1")), "raw_path": rest, "path": unquote(rest.decode("latin-1"))}
        await app(scope, receive, send)

    return named


def administration(sessions: Sessions) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of /__world__/."""

    async def answer(request: Request) -> Response:
        raw = await request.body()
        name = session_of(request.scope)
        try:
            given = orjson.loads(raw) if raw else {}
            if not isinstance(given, dict):
                raise Refused(400, "the body is no JSON object")
            what = request.path_params.get("what", "")
            if request.method == "GET" and what.partition("/")[0] in CHANGING:
                raise Refused(405, "what changes the world is a POST")
            return json_response(200, administer(sessions, name, what, given), {"x-world-session": name})
        except orjson.JSONDecodeError as error:
            return json_response(400, {"error": {"code": "invalid_arguments", "message": f"the body is no JSON: {error}"}})
        except Refused as error:
            return json_response(error.status, {"error": {"code": "not_found" if error.status == 404 else "invalid_arguments", "message": str(error)}})

    return answer


def json_response(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS, default=str), status, headers, "application/json")
