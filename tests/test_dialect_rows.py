"""Each row of the dialect table from the command line: a real file gives tools and everything read is accounted for; a wrong file of that dialect is named.

Real files are those of ../shared/toolpool, where that is there, and what is installed beside the tests; dialects without one are read from small ones of our own.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from agentscaler.store import Run, read_rows
from agentscaler.tools.dialects import ALIASES, READERS
from conftest import BIKES, Command

TOOLPOOL = Path(__file__).resolve().parents[2] / "shared" / "toolpool"
TAU = '''
class CancelOrder(Tool):
    @staticmethod
    def get_info():
        return {"type": "function", "function": {"name": "cancel_order", "description": "Cancel an order.", "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}}}
'''
TAU2 = '''
class Shop(ToolKitBase):
    @is_tool(ToolType.WRITE)
    def cancel_order(self, order_id: str) -> str:
        """Cancel an order.

        Args:
            order_id: The order.
        """
'''
XLAM = {"id": 1, "query": "weather?", "tools": '[{"name": "get_weather", "description": "The weather of a city.", "parameters": {"city": {"description": "Name of the city", "type": "str, optional", "default": "Rome"}}}]', "answers": "[]"}
CLAUDE = {"model": "m", "messages": [], "tools": [{"name": "get_weather", "description": "The weather of a city.", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]}
GEMINI = {"tools": [{"functionDeclarations": [{"name": "get_weather", "description": "The weather of a city.", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}]}]}
POSTMAN = {"info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [{"name": "Get an order", "request": {"method": "GET", "url": {"raw": "https://x.test/orders/7", "path": ["orders", "7"]}}}]}
SWAGGER = {"swagger": "2.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Get an order.", "parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}], "responses": {"200": {"description": "ok"}}}}}}
HAR = {"log": {"version": "1.2", "entries": [{"request": {"method": "GET", "url": "https://x.test/orders/71", "headers": [], "queryString": []}, "response": {"status": 200, "content": {"mimeType": "application/json", "text": '{"id": "71", "state": "open"}'}}}]}}


class Row(NamedTuple):
    """A row of the table."""

    dialect: str
    """What --dialect is."""
    name: str
    """Of the file."""
    write: Callable[[Path], None]
    """A good one; skips where the real one is not there."""
    least: int
    """Tools that must come of it."""
    wrong: str
    """A file that means to be of this dialect and is not."""


def pool(name: str, most: int = 400, *, whole: str = "") -> Callable[[Path], None]:
    """Definitions as they stand in the pool of real ones; whole: only the first document with this field."""

    def write(path: Path) -> None:
        file = TOOLPOOL / f"{name}.jsonl.gz"
        if not file.exists():
            pytest.skip("real definitions are not here")
        with gzip.open(file, "rb") as lines:
            rows: Iterator[dict[str, Any]] = (orjson.loads(line) for line in lines)
            if whole:
                path.write_bytes(orjson.dumps(next(r["tool"] for r in rows if whole in r["tool"])))
            else:
                path.write_bytes(b"".join(orjson.dumps(r["tool"]) + b"\n" for r in islice(rows, most)))

    return write


def own(content: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    return write


def installed(path: Path) -> None:
    """A module of the standard library."""
    path.write_bytes(Path(json.__file__).with_name("__init__.py").read_bytes())


ROWS = (
    Row("openai", "functions.jsonl", pool("toolbench_functions"), 300, '[{"type": "function", "function": {"name": "x", "description": "y", "parameters": 7}}]'),
    Row("anthropic", "request.json", own(CLAUDE), 1, '{"tools": [{"name": "x", "description": "y", "input_schema": "none"}]}'),
    Row("gemini", "request.json", own(GEMINI), 1, '{"tools": [{"functionDeclarations": 5}]}'),
    Row("mcp", "tools.jsonl", pool("toucan_mcp"), 250, '{"tools": [{"name": "x", "description": "y", "inputSchema": []}]}'),
    Row("openapi", "api.yaml", own(BIKES.read_text(encoding="utf-8")), 20, '{"openapi": "3.0.0", "info": {}, "paths": 5}'),
    Row("openapi", "api.json", pool("openapi_fixtures", whole="openapi"), 5, '{"openapi": "3.1.0", "paths": {"/x": []}}'),
    Row("swagger", "api.json", own(SWAGGER), 1, '{"swagger": "2.0", "paths": "none"}'),
    Row("postman", "shop.json", own(POSTMAN), 1, '{"info": {"name": "x"}, "item": 5}'),
    Row("har", "shop.har", own(HAR), 1, '{"log": {"entries": 5}}'),
    Row("toolbench", "apis.jsonl", pool("stabletoolbench"), 300, '{"tool_name": "x", "api_list": 5}'),
    Row("rapidapi", "apis.jsonl", pool("toolbench"), 20, '{"name": "x", "required_parameters": 5}'),
    Row("apigen", "rows.json", own([XLAM]), 1, '[{"tools": "[{"}]'),
    Row("xlam", "rows.jsonl", own(XLAM), 1, '{"tools": "no list"}'),
    Row("bfcl", "bfcl.jsonl", pool("bfcl"), 350, '{"function": [{"name": "x", "parameters": "dict"}]}'),
    Row("acebench", "ace.jsonl", pool("acebench"), 350, '{"function": [{"name": 5, "parameters": {}}]}'),
    Row("gorilla", "zoo.jsonl", pool("gorilla_apizoo"), 150, '{"api_call": 5, "api_arguments": 7}'),
    Row("python", "codec.py", installed, 3, "def broken(:"),
    Row("tau-bench", "cancel.py", own(TAU), 1, "class CancelOrder(Tool):\n    x = 1\n"),
    Row("tau2-bench", "tools.py", own(TAU2), 1, "x = 1\n"),
    Row("rows", "tools.jsonl", own({"key": "k", "id": "i", "from": [], "format": 1, "name": "get_x", "description": "Gets an x.", "parameters": {"type": "object", "properties": {}}, "returns": None, "source": {"vendor": "user", "service": "s", "operation": "get_x"}}), 1, '{"key": 1, "source": 2, "parameters": 3}'),
)
by_dialect = pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.dialect}-{r.name}")


@by_dialect
def test_a_file_becomes_tools_and_everything_read_is_accounted_for(row: Row, tmp_path: Path, command: Command) -> None:
    file = tmp_path / row.name
    row.write(file)
    for given in ([], ["--dialect", row.dialect]):
        run = Run(tmp_path / f"run{len(given)}")
        done = command("tools", "--from", file, *given, "--run", run.path, "--json")
        assert done.code == 0, done.err
        said = orjson.loads(done.out.splitlines()[-1])
        kept, dropped = list(read_rows(run.product("tools"))), list(read_rows(run.path / "tools.dropped.jsonl"))
        assert len(kept) >= row.least
        assert said["read"] == len(kept) + len(dropped) == said["kept"] + sum(said["dropped"].values())
        assert all(r["reason"] and r["message"] for r in dropped)


@by_dialect
def test_a_wrong_file_is_named_and_nothing_is_raised(row: Row, tmp_path: Path, command: Command) -> None:
    file = tmp_path / f"wrong-{row.name}"
    file.write_text(row.wrong)
    for given in ([], ["--dialect", row.dialect]):
        done = command("tools", "--from", file, *given, "--run", tmp_path / f"run{len(given)}")
        assert done.code == 2
        assert done.err.startswith("error: ")
        assert file.name in done.err
        assert "Traceback" not in done.err
        assert len(done.err) > len(file.name) + 40, "it says what is wrong"


def test_no_dialect_is_forgotten() -> None:
    assert {ALIASES.get(r.dialect, r.dialect) for r in ROWS} == {*READERS, "python"}
    assert {r.dialect for r in ROWS} >= set(ALIASES)
