"""`agentscaler twin WHAT`: one's own API, alive. A world is built from definitions (or read from its folder) and a person or a program acts in it.

    build.py       WHAT -> the world and the rows of its definitions
    terminal.py    a person's calls, line by line; line.py reads and completes them, steps.py tells what each did
    sessions.py    one instance a session, for the servers
    http.py        the API's own verbs and paths; aws.py the protocols of AWS clients
    mcp.py         the Model Context Protocol, over stdio and streamable HTTP
"""

from agentscaler.errors import UserError
from agentscaler.twin.build import Twin, build_twin
from agentscaler.twin.terminal import talk

__all__ = ["Twin", "act_in", "build_twin", "serve_http", "serve_mcp"]


def act_in(twin: Twin, *, as_json: bool = False) -> None:
    """A person, or a script, in the world: calls from stdin, answers to stdout."""
    with twin.open() as world:
        talk(world, as_json=as_json)


def serve_http(twin: Twin, *, host: str, port: int) -> None:
    """Answer the API's own verbs and paths until Ctrl-C."""
    _needs_mcp("--serve http")
    from agentscaler.twin.http import http_app
    from agentscaler.twin.run import run_app

    run_app(http_app(twin), host, port, "")


def serve_mcp(twin: Twin, *, host: str, port: int | None, admin: bool) -> None:
    """Offer the tools to MCP clients: over stdio, or over streamable HTTP where a port is given."""
    _needs_mcp("--serve mcp")
    from agentscaler.twin.mcp import mcp_app, over_stdio
    from agentscaler.twin.run import run_app

    if port is None:
        over_stdio(twin, admin=admin)
    else:
        run_app(mcp_app(twin, admin=admin, host=host), host, port, "/mcp")


def _needs_mcp(flag: str) -> None:
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise UserError(f"{flag} needs the package `mcp` and what comes with it: pip install 'agentscaler[mcp]'") from error
