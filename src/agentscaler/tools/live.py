"""A live MCP server: `mcp:npx some-server ...` starts it and talks over stdio, `mcp:https://...` talks streamable HTTP.

What it lists is written down as an ordinary tools/list answer, so that the run can be made again and checked without the server.
"""

import asyncio
import os
import shlex
import tempfile
from typing import Any, TextIO

import orjson

from agentscaler.errors import UserError

PREFIX = "mcp:"
SECONDS = 60.0
"""How long a server may take to start and list its tools."""


def is_live(source: str) -> bool:
    return source.startswith(PREFIX)


def listed(source: str, *, seconds: float = SECONDS) -> bytes:
    """The answer of tools/list, all its pages, as the text of a file. Raises UserError where the server cannot be reached or started."""
    address = source.removeprefix(PREFIX).strip()
    if not address:
        raise UserError(f"--from {source!r} names no server; give a command, mcp:npx some-server, or an address, mcp:https://...")
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise UserError(f"--from {source!r} needs the package `mcp`: pip install 'agentscaler[mcp]'") from error
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        try:
            answer = asyncio.run(asyncio.wait_for(_ask(address, complaints), seconds))
        except TimeoutError as error:
            raise UserError(f"{source}: the server did not list its tools within {seconds:.0f} s{_last(complaints)}; try the command by itself, or the address in a browser") from error
        except Exception as error:  # whatever a stranger's server does, the user is told in one line
            raise UserError(f"{source}: no MCP server answers ({_first(error)}){_last(complaints)}; check the command or address") from error
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2)


async def _ask(address: str, complaints: TextIO) -> dict[str, Any]:
    import mcp

    if address.startswith(("http://", "https://")):
        return await _list(mcp.Client(address))
    words = shlex.split(address)
    return await _list(mcp.Client(mcp.stdio_client(mcp.StdioServerParameters(command=words[0], args=words[1:], env={**os.environ}), errlog=complaints)))


async def _list(client: Any) -> dict[str, Any]:
    async with client:
        info = client.server_info
        tools: list[Any] = []
        cursor: str | None = None
        for _ in range(1000):
            page = await client.list_tools(cursor=cursor)
            tools += [t.model_dump(mode="json", by_alias=True, exclude_none=True) for t in page.tools]
            cursor = page.next_cursor
            if not cursor:
                break
        return {"server": {"name": info.name, "version": info.version}, "tools": tools}


def _first(error: BaseException) -> str:
    """The innermost reason, in one line."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _last(complaints: TextIO) -> str:
    """What the server said on stderr before it went, the last line that names an error first."""
    complaints.seek(0)
    lines = [line.strip() for line in complaints.read()[-20_000:].splitlines() if line.strip()]
    chosen = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "")
    return f"; it said: {chosen[:200]!r}" if chosen else ""
