"""The twin as an MCP server: its tools, over stdio (one instance) or streamable HTTP (one instance a session).

Clients that shake hands have a session of their own by its id. Newer ones (protocol 2026-07-28) have none: they name one by a header (x-world-session), or by the address
/__world__/sessions/NAME/mcp, and share the default one otherwise. The agent sees the world's tools and no other, unless `admin` adds the administration.
"""

import asyncio
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from agentscaler.errors import UserError
from agentscaler.records import EnvTool, Schema
from agentscaler.twin.build import Twin
from agentscaler.twin.run import App, administration, with_sessions
from agentscaler.twin.sessions import DEFAULT, Refused, Sessions, administer, session_of

_NOTHING: Final[Schema] = {"type": "object", "properties": {}, "additionalProperties": False}
ADMIN: Final[dict[str, tuple[str, Schema]]] = {
    "world_reset": ("Put the world back into its first state, or into that of another seed.", {**_NOTHING, "properties": {"seed": {"type": "integer"}}}),
    "world_diff": ("Tell what has changed since the first state.", _NOTHING),
    "world_snapshot": ("Give the present state as a text that world_restore takes.", _NOTHING),
    "world_restore": ("Put the world into a state that world_snapshot gave.", {**_NOTHING, "properties": {"snapshot": {"type": "string"}}, "required": ["snapshot"]}),
}


def server_of(twin: Twin, sessions: Sessions, *, admin: bool = False) -> Any:
    """The server, without a transport."""
    from mcp import types
    from mcp.server.lowlevel import Server

    if admin and (taken := ADMIN.keys() & {t.name for t in twin.env.tools}):
        raise UserError(f"the world has a tool {sorted(taken)[0]!r} of its own; leave --admin away, and use /__world__/ over HTTP")
    tools = [_tool(t) for t in twin.env.tools]
    if admin:
        tools += [types.Tool(name=name, description=text, input_schema=schema) for name, (text, schema) in ADMIN.items()]

    async def list_tools(context: Any, params: Any) -> Any:
        return types.ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: Any) -> Any:
        name = session_of(context.request.scope) if context.request is not None else DEFAULT
        given = params.arguments or {}
        if admin and params.name in ADMIN:
            return _administered(sessions, name, params.name, given)
        answer = sessions.world(name).call(params.name, given)
        shown = {"structured_content": answer.data} if isinstance(answer.data, dict) else {}
        return types.CallToolResult(content=[types.TextContent(type="text", text=answer.text())], is_error=answer.error is not None, **shown)

    env = twin.env
    about = "; ".join(env.not_modelled)
    instructions = f"A twin of an API: a world of made-up rows that behaves like it.{f' Not modelled: {about}.' if about else ''}{chr(10) + env.rules if env.rules else ''}"
    return Server(env.domain, version=env.id, instructions=instructions, on_list_tools=list_tools, on_call_tool=call_tool)


def _tool(tool: EnvTool) -> Any:
    from mcp import types

    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.parameters,
        annotations=types.ToolAnnotations(read_only_hint=tool.kind == "read", open_world_hint=False),
    )


def _administered(sessions: Sessions, name: str, tool: str, given: dict[str, Any]) -> Any:
    from mcp import types

    try:
        body, failed = administer(sessions, name, tool.removeprefix("world_"), given), False
    except Refused as error:
        body, failed = {"error": {"code": "invalid_arguments", "message": str(error)}}, True
    text = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode()
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=failed)


def over_stdio(twin: Twin, *, admin: bool = False) -> None:
    """Serve the client that started this process, until it hangs up."""
    from mcp.server.stdio import stdio_server

    server = server_of(twin, Sessions(twin), admin=admin)

    async def serve() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    asyncio.run(serve())


def mcp_app(twin: Twin, *, admin: bool = False, host: str = "127.0.0.1") -> App:
    """The server over streamable HTTP at /mcp, with administration beside it."""
    sessions = Sessions(twin)
    inner = server_of(twin, sessions, admin=admin).streamable_http_app(host=host)
    routes = [
        Route("/__world__", administration(sessions), methods=["GET"]),
        Route("/__world__/{what:path}", administration(sessions), methods=["GET", "POST"]),
        Mount("/", app=inner),
    ]
    return with_sessions(Starlette(routes=routes, lifespan=lambda _: inner.router.lifespan_context(inner)))
