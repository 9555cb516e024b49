"""Recorded calls that ship beside the definitions: the examples of botocore and of Tencent's command line, as pairs of request and answer.

Nothing of them enters a run: they are what `check --fidelity` holds worlds against.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

import orjson

from agentscaler.records import Json, JsonObject, Pair, Tool
from agentscaler.tools.sources import locate

_OURS: Final = ("RequestId", "ResponseMetadata")
"""What every answer of the service carries and no definition is about."""


def examples_of(tool: Tool) -> Iterator[Pair]:
    """The pairs that ship with the package the tool was read from; none where it was read from elsewhere. A pair without an answer is none."""
    source = tool.source
    if source.vendor == "aws":
        yield from _aws(source.service, source.version, source.operation)
    elif source.vendor == "tencent":
        yield from _tencent(source.service, source.version, source.operation)


def _aws(service: str, version: str, operation: str) -> Iterator[Pair]:
    for example in _file("botocore", "data", service, version, "examples-1.json").get("examples", {}).get(operation, ()):
        answer = example.get("output")
        if answer:
            yield Pair(arguments=example.get("input") or {}, status=200, response=_without(answer))


def _tencent(service: str, version: str, operation: str) -> Iterator[Pair]:
    folder = "v" + version.replace("-", "")
    for example in _file("tccli", "services", service, folder, "examples.json").get("actions", {}).get(operation, ()):
        given, answer = _body(example.get("input", "")), _lenient(example.get("output", ""))
        answer = answer.get("Response") if isinstance(answer, dict) else None
        if given is None or not isinstance(answer, dict):
            continue
        failed = "Error" in answer
        yield Pair(arguments=given, status=400 if failed else 200, response=_without(answer))


def _without(answer: JsonObject) -> JsonObject:
    return {k: v for k, v in answer.items() if k not in _OURS}


def _body(text: str) -> JsonObject | None:
    """The JSON body of a written-out request."""
    head, _, body = text.partition("\n\n")
    if not head.startswith("POST"):
        return None
    body = re.sub(r"^<[^>]*>\s*", "", body.strip())
    found = _lenient(body) if body else {}
    return found if isinstance(found, dict) else None


def _lenient(text: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            found: Json = json.loads(text, strict=False)
        except ValueError:
            return None
        return found


_files: dict[tuple[str, ...], JsonObject] = {}


def _file(module: str, *parts: str) -> JsonObject:
    """A JSON file of an installed package, {} where it is not there; the last one is kept."""
    if (module, *parts) not in _files:
        _files.clear()
        place = locate(module)
        path = place.parent.joinpath(*parts) if place else None
        _files[(module, *parts)] = orjson.loads(path.read_bytes()) if path is not None and path.is_file() else {}
    return _files[(module, *parts)]
