"""Which dialect a text is written in, and its reader: one module a dialect, one small shape for all.

A reader is given a piece of content and its place and yields a Tool or the reason why not. Lists are read item by item, JSON lines line by line, so
one file may mix dialects. `--dialect` names the only reader that may be used.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson
import yaml

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Tool
from agentscaler.tools import apizoo, har, lists, openapi, postman, rapidapi
from agentscaler.tools.definitions import Place
from agentscaler.tools.python import read_python
from agentscaler.tools.sources import Document, parse_yaml, slug

DIALECTS: Final = "an OpenAI, Anthropic, Gemini or MCP tool list, an OpenAPI or Swagger document, or another dialect of docs/own-api.md"


class Dialect(NamedTuple):
    """A form that definitions come in."""

    about: str
    """What it is, for people."""
    recognises: Callable[[Mapping[str, Any]], bool]
    """Is an object of a document written in it?"""
    read: Callable[[Mapping[str, Any], Place], Iterator[Tool | Dropped]]
    """What the object defines."""
    sign: str
    """What it is recognised by."""


READERS: Final[dict[str, Dialect]] = {
    "rows": Dialect("rows of a tools.jsonl", lists.is_row, lists.read_row, "the fields 'key', 'source' and 'parameters'"),
    "openapi": Dialect("OpenAPI 3.0 and 3.1, Swagger 2", openapi.is_openapi, openapi.read_openapi, "a field 'openapi' or 'swagger'"),
    "postman": Dialect("Postman collections 2.0 and 2.1", postman.is_postman, postman.read_postman, "the fields 'info' and 'item'"),
    "har": Dialect("HAR recordings", har.is_har, har.read_har, "a field 'log' with 'entries'"),
    "rapidapi": Dialect("ToolBench and RapidAPI", rapidapi.is_api_list, rapidapi.read_api_list, "a field 'api_list' or 'required_parameters'"),
    "apizoo": Dialect("Gorilla's API zoo", apizoo.is_apizoo, apizoo.read_apizoo, "the fields 'api_call' and 'api_arguments'"),
    "functions": Dialect(
        "OpenAI, Anthropic, Gemini, MCP, xLAM, BFCL, ACEBench; also inside logs and datasets", lists.is_function, lists.read_function, "a name with its parameters, or a list 'tools' of such"
    ),
}
"""In the order they are asked."""
ALIASES: Final = {
    **dict.fromkeys(("openai", "anthropic", "gemini", "mcp", "xlam", "apigen", "bfcl", "acebench"), "functions"),
    **dict.fromkeys(("swagger",), "openapi"),
    **dict.fromkeys(("toolbench",), "rapidapi"),
    **dict.fromkeys(("gorilla",), "apizoo"),
    **dict.fromkeys(("tau-bench", "tau2-bench"), "python"),
}


def dialect_named(name: str) -> str:
    """The reader that a dialect goes by. Raises UserError where there is none of that name."""
    found = ALIASES.get(name.lower(), name.lower())
    if found not in (*READERS, "python"):
        raise UserError(f"--dialect is {name!r}; give one of {', '.join([*READERS, 'python', *ALIASES])}, or leave it away")
    return found


def read_document(document: Document, *, dialect: str | None = None) -> Iterator[Tool | Dropped]:
    """Tools, or reasons why not, of one text. Raises UserError where a text that was named itself is not readable or holds none."""
    try:
        empty = True
        for found in _read(document, dialect):
            empty = False
            yield found
        if empty:
            raise UserError(f"{document.name}: no tool definition in it; give {DIALECTS}")
    except RecursionError:
        yield Dropped("unreadable", f"{document.name}: it is nested too deep to be read", where=document.file)
    except UserError as error:
        if document.named:
            raise
        yield Dropped("unreadable", str(error), where=document.file)


def _read(document: Document, dialect: str | None) -> Iterator[Tool | Dropped]:
    if document.suffix == ".py" and dialect in (None, "python"):
        yield from read_python(document)
        return
    if dialect == "python":
        raise UserError(f"{document.name}: no .py file; leave --dialect away or give a Python module")
    reading = _Reading(dialect)
    for place, content in contents(document):
        yield from (content,) if isinstance(content, Dropped) else reading.read(content, place)


def contents(document: Document) -> Iterator[tuple[Place, Any]]:
    """What a text holds: one document, or a row a line. A line that is broken comes as Dropped."""
    try:
        text = document.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{document.name}: cannot be read ({error}); give {DIALECTS}") from error
    if document.suffix in (".jsonl", ".ndjson"):
        yield from _lines(text, document)
        return
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if _is_lines(text):
            yield from _lines(text, document)
            return
        content = _yaml(text, document, error)
    yield Place(document), content


def _is_lines(text: str) -> bool:
    """Rows that are called .json, as benchmarks do."""
    lines = [line for line in text[:1_000_000].splitlines() if line.strip()][:2]
    return len(lines) == 2 and all(line.lstrip().startswith("{") for line in lines) and _is_json(lines[0])


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _lines(text: str, document: Document) -> Iterator[tuple[Place, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = Place(document, f"line {number}")
        try:
            yield place, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield place, place.dropped(f"no JSON ({error})", value=line[:100], reason="unreadable")


def _yaml(text: str, document: Document, json_error: orjson.JSONDecodeError) -> Any:
    if document.suffix in (".json", ".har"):
        raise UserError(f"{document.name}: no JSON ({json_error}); mend the file or give {DIALECTS}") from json_error
    try:
        return parse_yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        at = f", line {line + 1}" if isinstance(line, int) else ""
        why = f" ({error})" if type(error) is ValueError else ""
        raise UserError(f"{document.name}{at}: neither JSON nor YAML{why}; mend the file or give {DIALECTS}") from error


class _Reading:
    """One text while it is read. Definitions that a log repeats from call to call are read once."""

    def __init__(self, dialect: str | None) -> None:
        self.readers = READERS if dialect is None else {dialect: READERS[dialect]}
        self.envelopes = dialect in (None, "functions", "rapidapi")
        self.seen: set[bytes] = set()

    def read(self, content: object, place: Place) -> Iterator[Tool | Dropped]:
        if isinstance(content, list):
            for number, item in enumerate(content):
                inner = place.part(f"tool {number}")
                if isinstance(item, Mapping):
                    yield from self._object(item, inner)
                else:
                    yield inner.dropped(f"{item!r:.60} is no object", value=item)
        elif isinstance(content, Mapping):
            yield from self._object(content, place)
        else:
            yield place.dropped(f"{content!r:.60} holds no tool definition", value=content)

    def _object(self, content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
        for dialect in self.readers.values():
            if dialect.recognises(content):
                yield from dialect.read(content, place)
                return
        if self.envelopes and lists.is_envelope(content):
            yield from self._envelope(content, place)
        elif self.readers is READERS:
            yield place.dropped(f"field 'name' is {content.get('name')!r:.60}, not a name, and no other dialect is recognised; give {DIALECTS}", field="name", value=content.get("name"))
        else:
            ((name, dialect),) = self.readers.items()
            yield place.dropped(f"not recognised as {name}, which has {dialect.sign}; leave --dialect away or give another file")

    def _envelope(self, content: Mapping[str, Any], place: Place) -> Iterator[Tool | Dropped]:
        service = lists.service_of(content)
        for at, found in lists.nested(content):
            texts = [orjson.dumps(f, default=str, option=orjson.OPT_NON_STR_KEYS) for f in found]
            new = [(n, f) for n, (f, text) in enumerate(zip(found, texts, strict=True)) if text not in self.seen]
            self.seen.update(texts)
            for number, definition in new:
                inner = place.part(f"{at}[{number}]")
                if not isinstance(definition, Mapping):
                    yield inner.dropped(f"{definition!r:.60} is a name, not a definition", value=definition)
                    continue
                for tool in self._object(definition, inner):
                    yield tool if isinstance(tool, Dropped) or not service else in_service(tool, service)


def in_service(tool: Tool, service: str) -> Tool:
    """The tool under the service that what holds it names, unless it named one itself."""
    if tool.source.package is None or tool.source.title != tool.source.service:
        return tool
    return tool.model_copy(update={"source": tool.source.model_copy(update={"service": slug(service), "title": service})})
