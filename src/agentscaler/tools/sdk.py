"""`pkg:stripe`: the client library of a provider, read without importing it. A public method that calls an address is a tool.

The verb and path stand in the method's body, parameters in its signature, docstring and typed records, the result in its annotation. One reader for all; CALLS says how
the generators of such libraries write a call. Asynchronous twins and raw variants are the same operation and are not read twice.
"""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final, NamedTuple

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Tool
from agentscaler.tools.definitions import Place, tried
from agentscaler.tools.python import Module, parse
from agentscaler.tools.sources import Document, on_disk
from agentscaler.work import steps

PREFIX = "pkg:"
PERMISSIVE: Final = re.compile(r"(?i)\b(?:MIT|Apache|BSD|ISC|MPL|Python Software Foundation|Unlicense|CC0)")
CALLS: Final = {
    "_get": "GET", "_post": "POST", "_put": "PUT", "_patch": "PATCH", "_delete": "DELETE", "_get_api_list": "GET",  # Stainless: increase, lithic, modern-treasury, cloudflare
    "request": "", "_request": "",  # Fern (square): method=...; stripe: the verb first
    "call_api": "", "param_serialize": "",  # OpenAPI generator: asana, hubspot, kubernetes
    "api_call": "POST",  # slack
}  # fmt: skip
"""Method that a library calls -> verb, where the name says it."""
TRANSPORT: Final = frozenset(
    "extra_headers extra_query extra_body timeout request_options options opts async_req idempotency_key http_client api_key _request_timeout _preload_content _return_http_data_only _request_auth _content_type _headers _host_index _check_return_type".split()
)
"""Parameters that steer the library and never reach the provider as such."""
ONLY: Final = {"stripe": "Service"}
"""Package -> how the classes end that hold its calls, where it has the same calls twice."""
_LIKELY = re.compile(r"\b(?:" + "|".join(CALLS) + r")\(")
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing|examples?|docs)(?:/|$)|(?:^|/)(?:test_|async_|legacy_)\w+\.py$|/async_\w+/")


class _Endpoint(NamedTuple):
    """Where a method calls."""

    verb: str
    path: str


def is_package(source: str) -> bool:
    return source.startswith(PREFIX)


def read_package(source: str) -> Iterator[Tool | Dropped]:
    """The tools of an installed client library. Raises UserError where it is not installed, not free, or holds no call."""
    found = _installed(source)
    name = found.metadata["Name"]
    licence = _licence(found)
    if not PERMISSIVE.search(licence):
        raise UserError(f"{source}: its licence is {licence or 'not given'!r}; only permissive ones are read (MIT, Apache-2.0, BSD, ISC)")
    about = {"vendor": name, "service": name, "version": found.version, "licence": licence.splitlines()[0][:60], "package": f"{name} {found.version}", "title": _title(name)}
    files = sorted(str(f) for f in found.files or () if f.suffix == ".py" and not _TESTS.search(str(f)))
    others: dict[str, Module | None] = {}
    empty = True
    for file in steps(files, f"tools: {name}", len(files)):
        path = Path(str(found.locate_file(file)))
        try:
            text = path.read_bytes()
        except OSError:
            continue
        if not _LIKELY.search(text.decode("utf-8", "replace")):
            continue
        document = Document(str(path), text, on_disk(path), named=False)
        for tool in _read_module(document, re.sub(r"(?:/__init__)?\.py$", "", file).replace("/", "."), others, about):
            empty = False
            yield tool
    if empty:
        raise UserError(f"{source}: no method that calls an address is found in it; it is no client library that this reader knows, give its OpenAPI document instead")


def _installed(source: str) -> Distribution:
    name = source.removeprefix(PREFIX).strip()
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError) as error:
        raise UserError(f"--from {source!r}: the package {name!r} is not installed; pip install {name or 'NAME'}, nothing of it will be run") from error


def version_of(source: str) -> str:
    """Version that is installed; '' where it is not."""
    try:
        return distribution(source.removeprefix(PREFIX).strip()).version
    except (PackageNotFoundError, ValueError):
        return ""


def _licence(found: Distribution) -> str:
    said = [v for key in ("License-Expression", "License") for v in found.metadata.get_all(key) or ()]
    classifiers = [c.rpartition(" :: ")[2] for c in found.metadata.get_all("Classifier") or () if c.startswith("License ::")]
    return next((str(v) for v in (*said, "; ".join(classifiers)) if v), "")


def _title(name: str) -> str:
    return " ".join(w.capitalize() for w in re.split(r"[-_]", re.sub(r"[-_](?:sdk|api|client|python)\b", "", name)))


def _read_module(document: Document, name: str, others: dict[str, Module | None], about: dict[str, Any]) -> Iterator[Tool | Dropped]:
    try:
        tree = ast.parse(document.data.decode("utf-8-sig"))
        module = Module(document, parse(document, name), others)
    except (UserError, SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or re.match(r"_|Async", node.name) or node.name.endswith(("Async", "WithRawResponse", "WithStreamingResponse")) or node.name not in module.tree.classes:
            continue
        if not node.name.endswith(ONLY.get(about["service"], "")):
            continue
        holder = module.tree.classes[node.name]
        for inner in node.body:
            if not isinstance(inner, ast.FunctionDef) or inner.name not in holder.functions or inner.name.startswith("_") or inner.name.endswith("_without_preload_content"):
                continue
            place = Place(document, f"{node.name}.{inner.name}")
            endpoint = _endpoint(inner)
            if endpoint is None:
                continue
            yield tried(_tool, module, node, inner, endpoint, place, about)


def _tool(module: Module, holder: ast.ClassDef, function: ast.FunctionDef, endpoint: _Endpoint, place: Place, about: dict[str, Any]) -> Tool:
    name = function.name.removesuffix("_with_http_info")
    noun = re.sub(r"(?:^Raw|Service$|Client$|Resource$|API$|Api$|Base$|Legacy$|Web$)", "", re.sub(r"(?:Service|Client|Resource|Api|API)$", "", holder.name)).strip("_")
    noun = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", noun).lower()
    full = name if not noun or noun.rstrip("s") in name or about["service"].replace("_sdk", "") == noun else f"{noun}_{name}"
    found = module.tree.classes[holder.name].functions[function.name]
    if "deprecated" in (found.docstring.value[:200].lower() if found.docstring else "") and re.search(r"(?i)\b(?:is|this method is|\[?deprecated\]?[:.])", found.docstring.value[:60] if found.docstring else ""):
        raise place.dropped("the provider marks it as deprecated", reason="deprecated")
    mark = {"name": full, "verb": endpoint.verb or None, "path": endpoint.path, **about}
    return module.tool(found, None, place, mark=mark, skip=TRANSPORT)


# ---- calls in a method's body -------------------------------------------------------------------------------------


def _endpoint(function: ast.FunctionDef) -> _Endpoint | None:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in CALLS:
            continue
        said = {k.arg: k.value for k in node.keywords if k.arg}
        texts = [t for t in (_text(a) for a in [*node.args[:3], *(said[k] for k in ("path", "resource_path", "url") if k in said)]) if t]
        verb = next((t.upper() for t in texts if t.upper() in ("GET", "POST", "PUT", "PATCH", "DELETE")), "") or _text(said.get("method") or said.get("http_verb")).upper() or CALLS[node.func.attr]
        path = next((t for t in texts if t.upper() != verb and re.fullmatch(r"/?[\w{}.:*@~/-]*[\w}/]", t) and ("/" in t or "." in t or node.func.attr == "request")), "")
        if path and verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            return _Endpoint(verb, "/" + path.lstrip("/"))
    return None


def _text(node: ast.expr | None) -> str:
    """A text that is written out, its holes as {names}: constants, f-strings, '...'.format(...), path_template('...')."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("{" + _hole(v.value) + "}" if isinstance(v, ast.FormattedValue) else _text(v) for v in node.values)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return _text(node.func.value)
        if node.args and isinstance(node.func, ast.Name):
            return _text(node.args[0]) if "path" in node.func.id or "template" in node.func.id else ""
    return ""


def _hole(node: ast.expr) -> str:
    """The variable in a hole: the last name of jsonable_encoder(payment_id)."""
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return names[-1] if names else "id"
