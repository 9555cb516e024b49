"""`pkg:stripe`: the client library of a provider, read without importing it. A public method that calls an address is a tool.

The verb and path stand in the method's body or in a method that it hands the call on to, parameters in its signature, docstring and typed records, the result in its
annotation. One reader for all; CALLS says how the generators of such libraries write a call. Asynchronous twins and raw variants are the same operation and are not read twice.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Schema, Tool
from agentscaler.tools.definitions import Place, tried
from agentscaler.tools.python import DEEP, Module, docstring, parse
from agentscaler.tools.sources import Document, on_disk
from agentscaler.words import singular, split
from agentscaler.work import steps

if TYPE_CHECKING:
    import griffe

PREFIX = "pkg:"
PERMISSIVE: Final = re.compile(r"(?i)\b(?:MIT|Apache|BSD|ISC|MPL|Python Software Foundation|Unlicense|CC0)")
CALLS: Final = {
    "_get": "GET", "_post": "POST", "_put": "PUT", "_patch": "PATCH", "_delete": "DELETE", "_get_api_list": "GET",  # Stainless: increase, lithic, modern-treasury, cloudflare
    "request": "", "_request": "",  # Fern (square): method=...; stripe: the verb first; canvasapi
    "call_api": "", "param_serialize": "",  # OpenAPI generator: asana, hubspot, kubernetes, ynab
    "Request": "",  # Speakeasy: shippo
    "api_call": "POST",  # slack
}  # fmt: skip
"""Method that a library calls -> verb, where the name says it."""
WHOLE: Final = frozenset(("call_api", "param_serialize", "Request"))
"""Those of generators that take the body as one record."""
CLIENTS: Final = frozenset(("client", "_client", "http_client", "_http_client", "session", "_session"))
"""What a library's own object is called whose `post(path)` is a call (seam)."""
SHARED: Final = {"list": "GET", "find": "GET", "create": "POST", "update": "PUT", "patch": "PATCH", "destroy": "DELETE"}
"""Method of a common base class that is given a path (nylas) -> verb."""
TRANSPORT: Final = frozenset(
    "extra_headers extra_query extra_body timeout request_options options opts async_req idempotency_key http_client api_key _request_timeout _preload_content _return_http_data_only _request_auth _content_type _headers _host_index _check_return_type overrides version solution page_size_limit".split()
)
"""Parameters that steer the library and never reach the provider as such."""
ONLY: Final = {"stripe": "Service"}
"""Package -> how the classes end that hold its calls, where it has the same calls twice."""
MANY: Final = 500
"""A library with more tools than this is of a provider with many products: each folder of it is a service."""
FEW: Final = 12
"""A folder with fewer tools than this is no service of its own."""
_VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LIKELY = re.compile(rb"\b(?:" + "|".join(CALLS).encode() + rb")\(|\b(?:method|path)=|\.(?:get|post|put|patch|delete)\(\s*f?[\"']/")
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing|examples?|docs|build_tests)(?:/|$)|(?:^|/)(?:test_|async_|legacy_)\w+\.py$|/async_\w+/|/types/")
_TWICE = re.compile(r"^_?Async|^_(?!_)|(?:Async|WithRawResponse|WithStreamingResponse)$")
"""Classes that hold the same calls once more."""
_VARIANT = re.compile(r"_(?:with_http_info|with_response_info|without_preload_content|async)$")
_PATH = re.compile(r"/?[\w{}.:*@~/-]*[\w}/]")
_METHODS = re.compile(r"(?m)^(?:    @[^\n]*\n)*    (?:async )?def [^\n]*\n(?:(?:[ \t]{5,}[^\n]*|[ \t]*|    \)[^\n]*)\n)*")
"""Methods of a record: its fields are all that is read."""
_ALLOWED = re.compile(r"allowed_values = \[([^\]]*)\][^\n]*\n\s+if [^\n]*?(\w+) not in allowed_values")
_INSTANCE = re.compile(r"\b([A-Z]\w+)Instance\b")
_EAGER = re.compile(r"\s*from the API as a list\. Unlike stream\(\), .*|\s*and return response metadata")
"""What a library says of its own classes."""
_VERSION = re.compile(r"v_?(\d+)\w*")
_PLAIN_FOLDERS: Final = frozenset("api apis rest client clients resources resource services service core common base src sdk routes endpoints openapi_client api_resources operations test_helpers".split())
"""Folders that say how a library is built, and nothing of the provider."""
_BARE_NOUNS: Final = frozenset("basic core batch search default actions public settings status".split())
"""Classes of these names say what of a thing they handle; the thing is the folder's name."""


class Call(NamedTuple):
    """Where a method calls."""

    verb: str
    path: str
    held: tuple[str, ...] = ()
    """Holes of the path that the object fills, not the caller."""
    whole: bool = False
    """Is the body one argument, beside those of path and query?"""


class Found(NamedTuple):
    """A tool of a library, and where in it."""

    tool: Tool
    folders: tuple[str, ...]
    """The folders it was found in that say something of the provider, outermost first."""


def is_package(source: str) -> bool:
    return source.startswith(PREFIX)


def own_place() -> Path:
    """Where libraries are put that are only read: `pip install --no-deps --target` this folder. Nothing can import them from there."""
    return Path(sys.prefix, "share", "agentscaler", "clients")


def read_package(source: str, *, quiet: bool = False) -> Iterator[Tool | Dropped]:
    """The tools of an installed client library. quiet: without a bar. Raises UserError where it is not installed, not free, or holds no call."""
    found = _installed(source)
    name = found.metadata["Name"]
    licence = licence_of(found)
    if not PERMISSIVE.search(licence):
        raise UserError(f"{source}: its licence is {licence or 'not given'!r}; only permissive ones are read (MIT, Apache-2.0, BSD, ISC)")
    about = {"vendor": name, "service": name, "version": found.version, "licence": licence.splitlines()[0][:60], "package": f"{name} {found.version}", "title": _title(name)}
    read: list[Found] = []
    empty = True
    for tool in _read_files(found, about, "" if quiet else f"tools: {name}"):
        empty = False
        if isinstance(tool, Dropped):
            yield tool
        else:
            read.append(tool)
    if empty:
        raise UserError(f"{source}: no method that calls an address is found in it; it is no client library that this reader knows, give its OpenAPI document instead")
    yield from _told_apart(read)


def _installed(source: str) -> Distribution:
    name = source.removeprefix(PREFIX).strip()
    found = find_package(name)
    if found is None:
        raise UserError(f"--from {source!r}: the package {name!r} is not installed; pip install {name or 'NAME'}, nothing of it will be run")
    return found


def find_package(name: str) -> Distribution | None:
    """The installed package of that name, in the place of its own or among all others."""
    if not re.fullmatch(r"[\w.-]+", name):
        return None
    return next(iter(distributions(name=name, path=[str(own_place()), *sys.path])), None)


def version_of(source: str) -> str:
    """Version that is installed; '' where it is not."""
    found = find_package(source.removeprefix(PREFIX).strip())
    return found.version if found else ""


def licence_of(found: Distribution) -> str:
    said = [v for key in ("License-Expression", "License") for v in found.metadata.get_all(key) or ()]
    classifiers = [c.rpartition(" :: ")[2] for c in found.metadata.get_all("Classifier") or () if c.startswith("License ::")]
    return next((str(v) for v in (*said, "; ".join(classifiers)) if v), "")


def _title(name: str) -> str:
    return " ".join(w.capitalize() for w in re.split(r"[-_]", re.sub(r"[-_](?:sdk|api|client|python|py)\b", "", name)))


# ---- files and classes ----------------------------------------------------------------------------------------------


def _read_files(found: Distribution, about: Mapping[str, Any], label: str) -> Iterator[Found | Dropped]:
    root = Path(str(found.locate_file("")))
    files = sorted(str(f) for f in found.files or () if f.suffix == ".py" and not _TESTS.search(str(f)))
    others: dict[str, Module | None] = {}
    for file in steps(files, label, len(files)):
        path = root / file
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if _LIKELY.search(data):
            yield from _read_module(Document(file, data, on_disk(path), named=False), file, root, others, about)


def _read_module(document: Document, file: str, root: Path, others: dict[str, Module | None], about: Mapping[str, Any]) -> Iterator[Found | Dropped]:
    name = re.sub(r"(?:/__init__)?\.py$", "", file).replace("/", ".")
    try:
        text = document.data.decode("utf-8-sig")
        tree = ast.parse(text)
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and not _TWICE.search(n.name) and n.name.endswith(ONLY.get(about["vendor"], ""))]
        calls = {n.name: found for n in classes if (found := _calls(n))}
        if not calls:
            return
        module = _Library(document, parse(document, name, code=_wanted(text, tree, calls)), others)
        module.root = root
    except (UserError, SyntaxError, ValueError, RecursionError):
        return
    folders = tuple(p for p in name.split(".")[1:-1] + ([name.split(".")[-1]] if file.endswith("/__init__.py") else []) if p not in _PLAIN_FOLDERS and not p.startswith("_"))
    for node in classes:
        for method, call in calls.get(node.name, {}).items():
            if _function(module, node.name, method) is None:
                continue
            tool = tried(_tool, module, node, method, call, folders, Place(document, f"{node.name}.{method}"), about)
            yield tool if isinstance(tool, Dropped) else Found(tool, folders)


def _wanted(text: str, tree: ast.Module, calls: Mapping[str, Mapping[str, Call]]) -> str:
    """A module's text without the copies of its classes, and without bodies and all that does not call in those that do: two thirds of many a module."""
    lines = text.splitlines()
    for holder in tree.body:
        if not isinstance(holder, ast.ClassDef):
            continue
        if _TWICE.search(holder.name):
            _blank(lines, holder)
        for node in holder.body if holder.name in calls else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name != "__init__":
                if node.name not in calls[holder.name]:
                    _blank(lines, node)
                else:
                    _hollow(lines, node)
    return "\n".join(lines)


def _blank(lines: list[str], node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    first = min(d.lineno for d in (node, *node.decorator_list)) - 1
    lines[first : node.end_lineno] = [""] * ((node.end_lineno or first) - first)
    lines[first] = " " * node.col_offset + "pass"


def _hollow(lines: list[str], node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Only the docstring is left of its body."""
    documented = ast.get_docstring(node, clean=False) is not None
    first = next(iter(node.body[1:] if documented else node.body), None)
    if first is not None and not lines[first.lineno - 1][: first.col_offset].strip():
        lines[first.lineno - 1 : node.end_lineno] = [" " * first.col_offset + "...", *[""] * ((node.end_lineno or first.lineno) - first.lineno)]


def _tool(module: "_Library", holder: ast.ClassDef, method: str, call: Call, folders: tuple[str, ...], place: Place, about: Mapping[str, Any]) -> Tool:
    found = _function(module, holder.name, method)
    assert found is not None
    said = found.docstring.value[:200] if found.docstring else ""
    if "deprecated" in said.lower() and re.search(r"(?i)\b(?:is|this method is|\[?deprecated\]?[:.])", said[:60]):
        raise place.dropped("the provider marks it as deprecated", reason="deprecated")
    path, held = _filled(module, holder.name, found, call)
    noun, name = _noun_in(_noun(holder), folders), _VARIANT.sub("", method)
    mark = {"name": _name(noun, name, about["vendor"]), "operation": _operation(noun, name, call), "verb": call.verb, "path": path, **about}
    module.inside[:] = [c for c in (module.tree.members.get(holder.name),) if c is not None and c.is_class]  # type: ignore[misc]
    tool = _opened(module.tool(found, None, place, mark=mark, skip=TRANSPORT - held.keys() - set(re.findall(r"\{(\w+)\}", path)), held=held), whole=call.whole)
    tool = _said_whose(tool)
    text = _INSTANCE.sub(lambda m: re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", m[1]).lower(), _EAGER.sub("", tool.description)).strip()
    return tool if text == tool.description else tool.model_copy(update={"description": text})


def _function(module: Module, holder: str, method: str) -> "griffe.Function | None":
    found = module.tree.members.get(holder)
    inner = found.members.get(method) if found is not None and found.is_class else None
    return inner if inner is not None and inner.is_function else None  # type: ignore[return-value]


def _noun(holder: ast.ClassDef) -> str:
    """What a class is about: CustomersClient -> customers."""
    bases = {ast.unparse(b).rpartition(".")[2] for b in holder.bases}
    plain = bool(bases & {"ListResource", "InstanceContext"})
    name = re.sub(r"(?:List|Context)$", "", holder.name)
    noun = name if plain else re.sub(r"(?:^Raw|Service$|Client$|Resource$|API$|Api$|Base$|Legacy$|Web$)", "", re.sub(r"(?:Service|Client|Resource|Api|API)$", "", holder.name)).strip("_")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", noun).lower().removesuffix("_beta")


def _noun_in(noun: str, folders: Sequence[str]) -> str:
    """The noun of a class where its own name says nothing of the thing: its folder's."""
    named = [f for f in folders if not _VERSION.fullmatch(f)]
    if named and named[-1] != noun and (noun in _BARE_NOUNS or _VERSION.fullmatch(noun)):
        return f"{named[-1]}_{noun}" if noun in _BARE_NOUNS - {"basic", "core", "default", "public"} else named[-1]
    return noun


def _name(noun: str, method: str, package: str) -> str:
    return method if not noun or noun.rstrip("s") in method or package.replace("_sdk", "") == noun else f"{noun}_{method}"


def _operation(noun: str, method: str, call: Call) -> str:
    """As the provider calls it: admin.users.setOwner where that is the address, else class and method."""
    address = call.path.strip("/")
    return address if re.fullmatch(r"\w+(?:\.\w+)+", address) and not address.endswith(".json") else f"{noun}.{method}".strip(".")


def _filled(module: "_Library", holder: str, function: "griffe.Function", call: Call) -> tuple[str, dict[str, Schema]]:
    """The path with its holes named as the parameters that fill them, and those parameters that the object was made with."""
    own = {_bare(p.name): p.name for p in function.parameters}
    made = _function(module, holder, "__init__")
    known = {p.name: p for p in made.parameters} if made else {}
    said = docstring(made)[1] if made and call.held else {}
    held: dict[str, Schema] = {}
    for hole in call.held:
        if _bare(hole) not in own:
            parameter = known.get(hole)
            annotation = str(parameter.annotation) if parameter is not None and parameter.annotation is not None else "str"
            held[hole] = module.schema(annotation, None, said.get(hole, ("", ""))[1])
    return re.sub(r"\{(\w+)\}", lambda m: "{" + str(own.get(_bare(m[1]), m[1])) + "}", call.path), held


def _said_whose(tool: Tool) -> Tool:
    """GET /campaigns/{id}/tags asks for the id of a campaign, and says so: an `id` is of the collection it stands behind, and here not of what is answered."""
    parts = [p for p in (tool.source.path or "").split("/") if not _VERSION.fullmatch(p)]
    names: dict[str, str] = {}
    for before, hole, behind in zip(parts, parts[1:], parts[2:], strict=False):
        if (found := re.fullmatch(r"\{(id|key|sid|gid|token|identifier)\}", hole)) and behind and before and "{" not in before:
            names[found[1]] = f"{'_'.join(singular(w) for w in split(before))}_{found[1]}"
    names = {old: new for old, new in names.items() if old in tool.source.in_path and new not in tool.parameters["properties"]}
    if not names:
        return tool
    schema = {**tool.parameters, "properties": {names.get(n, n): s for n, s in tool.parameters["properties"].items()}}
    if "required" in schema:
        schema["required"] = [names.get(n, n) for n in schema["required"]]
    path = re.sub(r"\{(\w+)\}(?=/)", lambda m: "{" + names.get(m[1], m[1]) + "}", tool.source.path or "")
    source = tool.source.model_copy(update={"path": path, "in_path": tuple(names.get(n, n) for n in tool.source.in_path)})
    return tool.model_copy(update={"parameters": schema, "source": source})


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def _opened(tool: Tool, *, whole: bool) -> Tool:
    """A record that is the body, or all a caller sends, is no argument: its fields are. So are those of a record that is all of another."""
    properties, required = dict(tool.parameters["properties"]), list(tool.parameters.get("required", []))
    sent = [n for n in properties if n not in tool.source.in_path]
    while len(records := [n for n in sent if properties[n].get("properties")]) == 1 and (len(sent) == 1 or (whole and (tool.source.verb not in ("GET", "DELETE") or records == ["request"]))):
        record = properties[records[0]]
        fields = record["properties"]
        if fields.keys() & (properties.keys() - {records[0]}):
            break
        same = "id" in record.get("required", ()) and fields.keys() == (tool.returns or {}).get("properties", {}).keys()  # what an answer always holds
        required = [n for n in required if n != records[0]] + (record.get("required", []) if records[0] in required and not same else [])
        properties = {n: s for n, s in properties.items() if n != records[0]} | fields
        sent = list(fields) if len(fields) == 1 else []
    if properties.keys() == tool.parameters["properties"].keys():
        return tool
    schema = {k: v for k, v in tool.parameters.items() if k != "required"} | {"properties": properties} | ({"required": required} if required else {})
    in_path = tuple(n for n in re.findall(r"\{(\w+)", tool.source.path or "") if n in properties)
    return tool.model_copy(update={"parameters": schema, "source": tool.source.model_copy(update={"in_path": in_path})})


# ---- all tools of a library -----------------------------------------------------------------------------------------


def _told_apart(read: Sequence[Found]) -> Iterator[Tool | Dropped]:
    """Products as services where there are many, names that are unique, and of two versions the newer."""
    newest: dict[tuple[object, ...], int] = {}
    for found in read:
        newest[_called(found)] = max(newest.get(_called(found), 0), _version(found))
    kept = []
    for found in read:
        if _version(found) < newest[_called(found)]:
            yield Dropped("old_version", f"{found.tool.source.package}: {found.tool.name} has a newer version in it", where=found.tool.name)
        else:
            kept.append((next(iter(_products(found)), ""), found))
    size = Counter(product for product, _ in kept)
    shared: dict[str, set[str]] = {}
    for _, found in kept:
        shared[found.tool.name] = shared.get(found.tool.name, set(_products(found))) & set(_products(found))
    for product, found in kept:
        tool = found.tool
        if folder := next((f for f in reversed(_products(found)) if f not in shared[tool.name] and f.strip("s_") not in tool.name), ""):
            tool = tool.model_copy(update={"name": f"{folder}_{tool.name}"[:64], "source": tool.source.model_copy(update={"operation": f"{folder}{'_' if '.' in tool.source.operation else '.'}{tool.source.operation}"})})
        service = product if len(kept) > MANY and product and size[product] >= FEW else tool.source.service
        if service != tool.source.service:
            title = f"{tool.source.title} {service.replace('_', ' ')}"
            tool = tool.model_copy(update={"source": tool.source.model_copy(update={"service": service.replace("_", "-"), "title": title})})
        yield tool


def _products(found: Found) -> list[str]:
    return [f for f in found.folders if not _VERSION.fullmatch(f)]


def _version(found: Found) -> int:
    return next((int(m[1]) for f in found.folders if (m := _VERSION.fullmatch(f))), 0)


def _called(found: Found) -> tuple[object, ...]:
    """What two versions of one operation share."""
    return (next(iter(_products(found)), ""), found.tool.name, re.sub(r"\{\w+\}", "{}", found.tool.source.path or ""))


# ---- calls in a method's body -------------------------------------------------------------------------------------


def _calls(holder: ast.ClassDef) -> dict[str, Call]:
    """Public method -> where it calls."""
    methods = {n.name: n for n in holder.body if isinstance(n, ast.FunctionDef)}
    made = methods.get("__init__")
    attributes = _Texts({}, [])
    if made is not None:
        for node in ast.walk(made):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(target := node.targets[0] if isinstance(node, ast.Assign) else node.target, ast.Attribute):
                if node.value is not None and (text := attributes.read(node.value, holder.name)):
                    attributes.names[f"self.{target.attr}"] = text
    out = {}
    for name, method in methods.items():
        if name.startswith("_") or (_VARIANT.search(name) and _VARIANT.sub("", name) in methods) or (name in ("stream", "page", "get_page") and "list" in methods):
            continue
        if call := _call(method, methods, attributes, holder.name, 0):
            out[name] = call
    return out


class _Texts:
    """Texts that are written out in a method, by name, and which holes of them the object fills."""

    def __init__(self, names: dict[str, str], held: list[str]) -> None:
        self.names, self.held = names, held

    def read(self, node: ast.expr | None, holder: str) -> str:
        """A text, its holes as {names}: constants, f-strings, '...'.format(...), path_template('...'), base + '...'."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr):
            return "".join("{" + self.hole(v.value, holder) + "}" if isinstance(v, ast.FormattedValue) else self.read(v, holder) for v in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and not isinstance(node.left, ast.Constant):
            return self.read(node.right, holder)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.names.get(ast.unparse(node), "")
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if called == "format" and isinstance(node.func, ast.Attribute):
                return self.formatted(self.read(node.func.value, holder), node, holder)
            if "path" in called or "template" in called or "url" in called:
                return next((t for a in node.args if (t := self.read(a, holder)) and "/" in t), "")
        return ""

    def formatted(self, text: str, node: ast.Call, holder: str) -> str:
        """'...'.format(self.id): the holes by the names of what fills them."""
        holes = iter([self.hole(a, holder) for a in node.args])
        text = re.sub(r"\{\}", lambda m: "{" + next(holes, "id") + "}", text)
        if any(k.arg is None and isinstance(k.value, ast.Attribute) for k in node.keywords):
            self.held += re.findall(r"\{(\w+)\}", text)
        return text

    def hole(self, node: ast.expr, holder: str) -> str:
        """The variable in a hole: the last name of jsonable_encoder(payment_id); self.id of a Course is its course_id."""
        own = [n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"]
        if own:
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", holder).lower() + "_id" if own[-1] == "id" else own[-1].strip("_")
            self.held.append(name)
            return name
        while isinstance(node, ast.Call) and node.args:
            node = node.args[0]
        names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        return names[-1] if names else "id"


def _call(function: ast.FunctionDef, methods: Mapping[str, ast.FunctionDef], attributes: _Texts, holder: str, depth: int) -> Call | None:
    texts = _Texts(dict(attributes.names), list(attributes.held))
    handed = []
    for node in _in_order(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (text := texts.read(node.value, holder)):
            texts.names[node.targets[0].id] = text
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if call := _one_call(node, node.func, texts, holder):
            return call
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "self" and node.func.attr in methods and _hands_on(function.name, node.func.attr):
            handed.append(node.func.attr)
    return _call(methods[handed[0]], methods, attributes, holder, depth + 1) if handed and depth < 3 else None


def _in_order(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """All parts of the body, as they are written."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _hands_on(name: str, other: str) -> bool:
    """Is the other method the same operation: get_x and _get_x_serialize, list and stream?"""
    return name in other or (name, other) in (("list", "stream"), ("stream", "page"), ("list", "page"))


def _one_call(node: ast.Call, function: ast.Attribute, texts: _Texts, holder: str) -> Call | None:
    said = {k.arg: k.value for k in node.keywords if k.arg}
    whose = function.value.attr if isinstance(function.value, ast.Attribute) else function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr in CALLS:
        verb = CALLS[function.attr]
    elif isinstance(said.get("method"), ast.Constant) and said.keys() & {"url", "uri", "path"}:
        verb = ""
    elif whose in CLIENTS and function.attr.upper() in _VERBS:
        verb = function.attr.upper()
    elif isinstance(function.value, ast.Call) and isinstance(function.value.func, ast.Name) and function.value.func.id == "super" and function.attr in SHARED and "path" in said:
        verb = SHARED[function.attr]
    else:
        return None
    words = [t for t in (texts.read(a, holder) for a in [*node.args[:3], *(said[k] for k in ("path", "resource_path", "url", "uri") if k in said)]) if t]
    verb = next((t.upper() for t in words if t.upper() in _VERBS), "") or texts.read(said.get("method") or said.get("http_verb"), holder).upper() or verb
    path = next((t for t in words if t.upper() != verb and _PATH.fullmatch(t) and ("/" in t or "." in t or function.attr == "request")), "")
    if not path or verb not in _VERBS:
        return None
    return Call(verb, "/" + path.lstrip("/"), tuple(h for h in dict.fromkeys(re.findall(r"\{(\w+)\}", path)) if h in texts.held), function.attr in WHOLE)


# ---- the records of a library ---------------------------------------------------------------------------------------


class _Library(Module):
    """A module of a client library: other modules lie where their names say, and records come in the forms that generators write."""

    root: Path

    @cached_property
    def inside(self) -> "list[griffe.Class]":
        """Classes that are being read: their own inner classes are meant before others of the name (stripe)."""
        return []

    def named(self, name: str) -> Schema | None:
        inner = next((c for holder in reversed(self.inside) if (c := holder.members.get(name)) is not None and c.is_class), None)
        if inner is None:
            return super().named(name)
        if len(self.seen) > DEEP or name in self.seen:
            return {"type": "object"}
        self.seen.append(name)
        try:
            return self._class(inner)  # type: ignore[arg-type]
        finally:
            self.seen.pop()

    def other(self, module: str) -> Module | None:
        if module not in self.others:
            self.others[module] = None
            for file in (self.root.joinpath(*module.split(".")).with_suffix(".py"), self.root.joinpath(*module.split("."), "__init__.py")):
                if module and file.is_file():
                    self.others[module] = self._opened_at(file, module)
                    break
        return self.others[module]

    def _opened_at(self, file: Path, name: str) -> "Module | None":
        document = Document(str(file.relative_to(self.root)), file.read_bytes(), on_disk(file), False)
        text = document.data.decode("utf-8-sig", "replace")
        try:
            found = _Library(document, parse(document, name, code=_METHODS.sub("", text) if "BaseModel" in text else text), self.others)
        except UserError:
            return None
        found.root = self.root
        return found

    def schema(self, annotation: str, default: str | None, description: str) -> Schema:
        if default is not None and default.endswith("unset"):  # twilio: Union[str, object] = values.unset
            annotation = re.sub(r"Union\[(.+), object\]", r"\1", annotation)
        annotation = re.sub(r"\bStrict(Str|Int|Float|Bool)\b", lambda m: m[1].lower(), re.sub(r":\w+:`~?([\w.]+)`", r"\1", annotation))
        return super().schema(annotation, default, description)

    def _stands_for(self, name: str) -> Schema | None:
        if re.fullmatch(r"[A-Z]\w+", name) and name not in self.tree.members:
            model = self._model(name)
            if model is not None:
                model.seen = self.seen
                return model.named(name)
        return super()._stands_for(name)

    def _model(self, name: str) -> Module | None:
        """The module of a record that is only named in texts, as the OpenAPI generator lays them out."""
        files = dict.fromkeys((re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower(), name.lower()))
        own = self.tree.path.split(".")
        package = own if self.document.file == "__init__.py" else own[:-1]
        for folder in (package, [*package, "models"], [*package[:-1], "models"]):
            for file in files:
                other = self.other(".".join([*folder, file]))
                if other is not None and name in other.tree.members:
                    return other
        return None

    def _class(self, found: "griffe.Class") -> Schema:
        self.inside.append(found)
        try:
            return self._read_class(found)
        finally:
            self.inside.pop()

    def _read_class(self, found: "griffe.Class") -> Schema:
        types = next((found.attributes[n] for n in ("openapi_types", "swagger_types") if n in found.attributes), None)
        if types is not None and types.value is not None:
            return self._typed(found, str(types.value))
        schema = super()._class(found)
        for part in ("properties", "required"):  # what a name of Python stands for
            if part in schema:
                plain = [re.sub(r"^var_(?=[a-z])", "", n) for n in schema[part]]
                schema[part] = dict(zip(plain, schema[part].values(), strict=True)) if part == "properties" else plain
        if schema.get("properties") and found.docstring:
            for name, text in re.findall(r":ivar (\w+): ([^\n]+)", found.docstring.value):
                if name in schema["properties"]:
                    schema["properties"][name].setdefault("description", text)
        return schema

    def _typed(self, found: "griffe.Class", types: str) -> Schema:
        """A record of the older OpenAPI generator: types in a table, descriptions at its properties."""
        try:
            table = ast.literal_eval(types)
        except (ValueError, SyntaxError):
            return {"type": "object"}
        properties = {}
        for name, word in table.items():
            own = found.attributes.get(name) or found.functions.get(name)
            text = re.sub(r"\s*# noqa.*", "", own.docstring.value.split(":return:")[0]) if own is not None and own.docstring else ""
            properties[str(name)] = self.schema(str(word), None, " ".join(re.sub(r"^(?:Gets|Sets) the \w+ of this \w+\.", "", text).split()))
        code = self.document.data.decode("utf-8-sig", "replace")
        for values, name in _ALLOWED.findall(code):
            if properties.get(name, {}).get("type") == "string":
                properties[name] = {**properties[name], "enum": re.findall(r"[\"']([^\"']+)[\"']", values)}
        must = [n for n in properties if f"Invalid value for `{n}`, must not be `None`" in code]
        return {"type": "object", "properties": properties, **({"required": must} if must else {})}
