"""`agentscaler twin WHAT`: one's own API, alive. A world is built from definitions (or read from its folder) and a person or a program acts in it.

    build.py       WHAT -> the world and the rows of its definitions
    terminal.py    a person's calls, line by line; line.py reads and completes them, steps.py tells what each did
    sessions.py    one instance a session, for the servers
    http.py        the API's own verbs and paths; aws.py the protocols of AWS clients
    mcp.py         the Model Context Protocol, over stdio and streamable HTTP
"""

from typing import Final

from agentscaler.errors import UserError
from agentscaler.twin.build import Twin, build_twin
from agentscaler.twin.terminal import talk

__all__ = ["Twin", "act_in", "build_twin", "check_flags", "serve_http", "serve_mcp"]
LOCAL: Final = "127.0.0.1"
PORT: Final = 8800
"""Where it is served where nothing else is said."""


def check_flags(serve: str | None, *, port: int | None, host: str | None, admin: bool, as_json: bool) -> None:
    """Raises UserError where a flag would do nothing."""
    if serve not in (None, "mcp", "http"):
        raise UserError(f"--serve is {serve!r}; give mcp or http")
    if serve is None and (given := [flag for flag, said in (("--port", port is not None), ("--host", host is not None), ("--admin", admin)) if said]):
        raise UserError(f"{given[0]} says how to serve; give --serve mcp or --serve http, too")
    if serve == "mcp" and port is None and host is not None:
        raise UserError("--host without --port does nothing: --serve mcp speaks over stdio until it is given a --port")
    if serve == "http" and admin:
        raise UserError("--admin is for --serve mcp; with --serve http administration stands under /__world__/")
    if serve and as_json:
        raise UserError("--json is for calls in the terminal; leave it or --serve away")


def act_in(twin: Twin, *, as_json: bool = False) -> None:
    """A person, or a script, in the world: calls from stdin, answers to stdout."""
    with twin.open() as world:
        talk(world, as_json=as_json)


def serve_http(twin: Twin, *, host: str | None, port: int | None) -> None:
    """Answer the API's own verbs and paths until Ctrl-C."""
    _needs_mcp("--serve http")
    from agentscaler.twin.http import http_app
    from agentscaler.twin.run import run_app

    run_app(http_app(twin), host or LOCAL, PORT if port is None else port, "")


def serve_mcp(twin: Twin, *, host: str | None, port: int | None, admin: bool) -> None:
    """Offer the tools to MCP clients: over stdio, or over streamable HTTP where a port is given."""
    _needs_mcp("--serve mcp")
    from agentscaler.twin.mcp import mcp_app, over_stdio
    from agentscaler.twin.run import run_app

    if port is None:
        over_stdio(twin, admin=admin)
    else:
        run_app(mcp_app(twin, admin=admin, host=host or LOCAL), host or LOCAL, port, "/mcp")


def _needs_mcp(flag: str) -> None:
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise UserError(f"{flag} needs the package `mcp` and what comes with it: pip install 'agentscaler[mcp]'") from error
