"""The command that serves the tools to programs: the Model Context Protocol over standard input and output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from calc import __version__
from calc.cli.group import commands, examples
from calc.cli.options import catalog_options, open_comparer
from calc.errors import CalcError, UsageError, printable, unknown

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

KEPT = 4
"""So many policies are kept open: each has the sheets that it was asked about."""


@commands.command(epilog=examples("mcp", "mcp --specs my-sheets"))
@catalog_options
def mcp(specs: Sequence[str]) -> None:
    """Serve the catalog to an AI assistant (MCP).

    Offers list, show, compare, explain, audit, estimate, frontier and check as tools of the Model Context Protocol, on
    standard input and output: a client such as an editor or an assistant starts this command. No tool writes, or reads
    a file other than the sheets. Needs the extra "mcp" (pip install 'chipcalc[mcp]').
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server
    except ImportError:
        raise UsageError("mcp needs the MCP SDK, which is not installed: pip install 'chipcalc[mcp]'") from None
    made = server(specs)

    async def serve() -> None:
        async with stdio_server() as (incoming, outgoing):
            await made.run(incoming, outgoing, made.create_initialization_options())

    anyio.run(serve)


def server(specs: Sequence[str] = ()) -> Server[Any]:
    """Return the server of the tools, on the shipped sheets and those of some folders.

    Raises
    ------
    SheetError
        If a folder of sheets cannot be read.
    """
    import anyio
    from anyio.to_thread import run_sync
    from mcp import types
    from mcp.server.lowlevel import Server

    from calc.cli.tools import RANGES, TOOLS

    opened = lru_cache(KEPT)(partial(open_comparer, tuple(specs)))
    opened()  # what is wrong with a folder is said at the start

    def comparer(specs: object, **policy: Any) -> Any:
        return opened(**policy)

    async def tools(context: object, params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[
            types.Tool(
                name=tool.name, description=tool.description, input_schema=tool.input_schema,
                output_schema=tool.output_schema,
                annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
            )
            for tool in TOOLS.values()
        ])  # fmt: skip

    def answer(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        try:
            if name not in TOOLS:
                raise unknown("tool", name, TOOLS)
            text, data = TOOLS[name].call(arguments, comparer)
        except CalcError as error:
            return _said(printable(str(error)), is_error=True)
        except Exception as error:  # a fault of the program, not of the call: said as the command line says it
            return _said(printable(f"internal error: {type(error).__name__}: {error}"), is_error=True)
        return _said(text, structured_content=data)

    def _said(text: str, **more: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], **more)

    one_at_a_time = anyio.CapacityLimiter(1)

    async def call(context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await run_sync(answer, params.name, params.arguments or {}, limiter=one_at_a_time)

    return Server("chipcalc", version=__version__, instructions=RANGES, on_list_tools=tools, on_call_tool=call)
