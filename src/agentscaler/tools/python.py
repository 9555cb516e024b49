"""Python code read without running it: functions, toolkits with decorated methods, classes with `get_info` (tau-bench), and the records they take.

Signatures, Google, NumPy and Sphinx docstrings, pydantic models, dataclasses, TypedDicts, enums and aliases, across the modules of a package. `griffe` parses; nothing of
it is imported.
"""

import ast
import logging
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from agentscaler.errors import Dropped, UserError
from agentscaler.records import Schema, Tool
from agentscaler.tools.definitions import Place, make, tried
from agentscaler.tools.lists import read_function
from agentscaler.tools.sources import Document, slug
from agentscaler.tools.typewords import read_type

if TYPE_CHECKING:
    import griffe

DECORATORS: Final = frozenset("tool is_tool function_tool tool_plain register_tool kernel_function ai_function beta_tool llm_tool function_schema as_tool callable_tool".split())
"""Last part of a decorator that makes a function a tool, whoever's it is: @mcp.tool(), @is_tool(ToolType.READ), @agent.tool_plain."""
_HTTP: Final = frozenset(("get", "post", "put", "patch", "delete"))
_PASSED: Final = frozenset(("self", "cls"))
_SURROUNDINGS = re.compile(r"(?:^|[.\[ |])(?:\w*Context(?:Wrapper)?|Request|Response|BackgroundTasks|Depends|Session)\b")
"""Types of parameters that the framework gives and no caller."""
_MODELS: Final = ("BaseModel", "TypedDict", "NamedTuple", "RootModel", "SQLModel", "Struct", "Schema")
_ENUMS: Final = ("Enum", "StrEnum", "IntEnum")
_FIELD_CALLS: Final = frozenset(("Field", "Query", "Body", "Path", "Header", "Form", "field"))
DEEP: Final = 4
_IMPORT: Final = re.compile(r"(?m)^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)")
_IMPORTED: Final = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_GENERATED: Final = re.compile(r"(?s)\s*# noqa(?:: ?\w+)?|This method makes a synchronous HTTP request by default\..*?result = thread\.get\(\)\s*|:param async_req bool\S*[^\n]*\n|:calls: `.*?`_?_?\s*(?=:|\Z|\n\s*\n)")
"""What generators of client libraries write into every docstring."""


def read_python(document: Document) -> Iterator[Tool | Dropped]:
    """The tools of one module. Raises UserError where it is no Python."""
    module = Module(document, parse(document))
    place = Place(document)
    if infos := list(module.get_infos()):
        for name, content in infos:
            found = content if isinstance(content, Dropped) else next(read_function(content, place.part(name)))
            yield _of_folder(found, document) if isinstance(found, Tool) else found
        return
    chosen = list(module.chosen())
    if document.only and not chosen:
        yield from _exported(module, document)
        return
    for function, holder in chosen:
        at = place.part(f"{holder.name}.{function.name}" if holder else function.name)
        yield tried(module.tool, function, holder, at)


def parse(document: Document, name: str = "", *, code: str | None = None) -> "griffe.Module":
    """The module's tree. code: what of its text is wanted, where not all is."""
    import griffe

    logging.getLogger("griffe").setLevel(logging.CRITICAL)  # what it thinks of a stranger's docstrings
    try:
        return griffe.visit(name or document.file.removesuffix(".py"), filepath=Path(document.name), code=document.data.decode("utf-8-sig") if code is None else code)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise UserError(f"{document.name}: no Python that can be parsed ({error}); mend the file") from error


def _exported(module: "Module", document: Document) -> Iterator[Tool | Dropped]:
    """A callable that the module only passes on: it is read where it is written."""
    found = module.tree.members.get(document.only.split(".")[0])
    target = module.imports.get(document.only.split(".")[0], "") if found is not None and found.is_alias else ""
    other = module.other(target.rpartition(".")[0]) if target else None
    if other is None:
        raise UserError(f"{document.name}: no public function or class {document.only!r} in it; name another behind the colon")
    yield from read_python(other.document._replace(only=".".join([target.rpartition(".")[2], *document.only.split(".")[1:]]), named=True))


def _of_folder(tool: Tool, document: Document) -> Tool:
    """One class a file, as tau-bench has them: the service is the folder."""
    name = next((f for f in reversed(document.folders) if f not in ("tools", "src", "envs", ".", "")), "")
    return tool.model_copy(update={"source": tool.source.model_copy(update={"service": slug(name) or document.service, "title": name or document.service})}) if name else tool


class Module:
    """One module while it is read, and what of others it names."""

    def __init__(self, document: Document, tree: "griffe.Module", others: "dict[str, Module | None] | None" = None) -> None:
        self.document, self.tree = document, tree
        self.others: dict[str, Module | None] = {} if others is None else others
        self.seen: list[str] = []
        self.known: dict[tuple[str, int], Schema | None] = {}

    # ---- which functions are tools

    def get_infos(self) -> Iterator[tuple[str, Mapping[str, Any] | Dropped]]:
        """(class, what its get_info returns), where that is written out."""
        for node in ast.walk(ast.parse(self.document.data.decode("utf-8-sig"))):
            if isinstance(node, ast.ClassDef) and self.document.only in ("", node.name):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and inner.name == "get_info":
                        yield node.name, _returned(inner, Place(self.document, f"{node.name}.get_info"))

    def chosen(self) -> "Iterator[tuple[griffe.Function, griffe.Class | None]]":
        """Decorated functions and methods; where there are none, public functions; where there are none, public methods of public classes."""
        functions: list[tuple[griffe.Function, griffe.Class | None]] = [(f, None) for f in self.tree.functions.values() if not f.is_alias]
        classes = [c for c in self.tree.classes.values() if not c.is_alias and not self._is_record(c)]
        methods: list[tuple[griffe.Function, griffe.Class | None]] = [(f, c) for c in classes for f in c.functions.values() if not f.is_alias]
        if self.document.only:
            yield from (p for p in [*functions, *methods] if self.document.only in (p[0].name, p[1].name if p[1] else "", f"{p[1].name}.{p[0].name}" if p[1] else "") and not p[0].name.startswith("_"))
            return
        if marked := [p for p in [*functions, *methods] if _mark(p[0]) is not None]:
            yield from marked
            return
        exported = {str(e) for e in self.tree.exports} if self.tree.exports else None
        public = [p for p in functions if (p[0].name in exported if exported is not None else not p[0].name.startswith("_"))]
        yield from public or [(f, c) for f, c in methods if c and not c.name.startswith("_") and not f.name.startswith("_") and "property" not in f.labels]

    # ---- one function

    def tool(
        self, function: "griffe.Function", holder: "griffe.Class | None", place: Place, *, mark: Mapping[str, Any] | None = None, skip: frozenset[str] = frozenset(), held: Mapping[str, Schema] = MappingProxyType({})
    ) -> Tool:
        """mark: what is known of it from elsewhere, beside a decorator; skip: parameters that are none of the tool's; held: what its object was made with and every call needs."""
        text, said, returned = docstring(function)
        mark = mark or _mark(function) or {}
        properties: dict[str, Any] = dict(held)
        required: list[str] = list(held)
        for parameter in function.parameters:
            annotation = str(parameter.annotation) if parameter.annotation is not None else ""
            if parameter.name in _PASSED or parameter.name in skip or parameter.name.startswith("_") or "variadic" in str(parameter.kind and parameter.kind.value) or _SURROUNDINGS.search(annotation):
                continue
            word, description = said.get(parameter.name, ("", ""))
            schema = self.schema(_without_omit(annotation) or word, str(parameter.default) if parameter.default is not None else None, description)
            if parameter.name == "params" and "properties" in schema:  # a record of all parameters
                properties |= {n: s for n, s in schema["properties"].items() if n not in skip}
                required += [r for r in schema.get("required", ()) if r not in required and r in properties]
                continue
            properties[parameter.name] = schema
            if parameter.default is None or str(parameter.default) in ("...", "Field(...)") or re.match(r"(?:Field|Query|Body|Path|Header)\(\.\.\.", str(parameter.default)):
                required.append(parameter.name)
        for name, word, description in _documented_too(function, said, properties):
            if name not in skip:
                properties[name] = self.schema(word, None, description)
        service = slug(_words(holder.name)) if holder else ""
        returns = self.schema(_unwrapped(str(function.returns)), None, "") if function.returns is not None else self.schema(returned, None, "") if returned else None
        known = {k: mark[k] for k in ("operation", "hint", "verb", "path", "vendor", "version", "licence", "package") if mark.get(k)}
        return make(
            place,
            mark.get("name") or function.name,
            description=mark.get("description") or text,
            parameters={"type": "object", "properties": properties, "required": required},
            returns=returns if returns and returns.get("type") not in (None, "string", "null") and returns != {"type": "object"} else None,
            service=mark.get("service") or (service if service and not self.document.only else self.document.service),
            title=mark.get("title") or (_words(holder.name) if holder else self.document.service),
            in_path=tuple(n for n in re.findall(r"\{(\w+)", str(mark.get("path") or "")) if n in properties),
            **known,
        )

    def schema(self, annotation: str, default: str | None, description: str) -> Schema:
        """A parameter's or a field's schema from its annotation, its default and what is said of it."""
        out: Schema = {}
        if annotated := _annotated(annotation):
            annotation, more = annotated
            for extra in more:
                out |= _field(extra)
        out = dict(read_type(annotation, self.named).schema) | out
        if default is not None:
            out |= _field(default) if default.partition("(")[0].rpartition(".")[2] in _FIELD_CALLS else _literal(default)
        if default == "None":  # null says no more than leaving it away
            out.pop("nullable", None)
        if description and not out.get("description"):
            out["description"] = description
        return out

    # ---- names

    def named(self, name: str) -> Schema | None:
        """What a class or alias of this module, or of one that it imports from, stands for."""
        if len(self.seen) > DEEP or name in self.seen:
            return {"type": "object"} if name in self.seen else None
        key = (name, len(self.seen))
        if key not in self.known:
            self.known[key] = None  # where imports lead in a circle
            self.known[key] = self._stands_for(name)
        return self.known[key]

    def _stands_for(self, name: str) -> Schema | None:
        head, _, last = name.rpartition(".")
        if head:  # a name in a module that is imported
            return self._imported(f"{self.imports[head]}.{last}") if head in self.imports else None
        found = self.tree.members.get(name)
        if found is None:
            return None
        if found.is_alias:
            return self._imported(self.imports.get(name, ""))
        self.seen.append(name)
        try:
            if found.is_class:
                return self._class(found)  # type: ignore[arg-type]
            value = getattr(found, "value", None)
            if found.is_attribute and value is not None:
                read = read_type(_plain(str(value)), self.named)
                return dict(read.schema) if read.known and read.schema else None
        finally:
            self.seen.pop()
        return None

    @cached_property
    def imports(self) -> dict[str, str]:
        """Name -> module and name that it is imported from; relative imports as they go from the package's root."""
        package = self.tree.path.split(".")
        package = package if self.document.file == "__init__.py" else package[:-1]
        out: dict[str, str] = {}
        for dots, module, names in _IMPORT.findall(self.document.data.decode("utf-8-sig", "replace")):
            base = package[: max(0, len(package) - len(dots) + 1)] if dots else []
            for name, alias in _IMPORTED.findall(re.sub(r"#[^\n]*", "", names)):
                out.setdefault(alias or name, ".".join([*base, *([module] if module else []), name]))
        return out

    def _imported(self, target: str) -> Schema | None:
        module, _, name = target.rpartition(".")
        other = self.other(module)
        if other is None or not name:
            return None
        other.seen = self.seen
        return other.named(name)

    def other(self, module: str) -> "Module | None":
        """Another module of the same package, found by its path beside this one."""
        if module in self.others:
            return self.others[module]
        self.others[module] = None
        parts = module.split(".")
        tries = ["/".join(parts[n:]) for n in range(len(parts))]
        for up in ("", "../", "../../", "../../../"):
            for path in tries:
                if not path or (document := self.document.beside(f"{up}{path}.py") or self.document.beside(f"{up}{path}/__init__.py")) is None:
                    continue
                try:
                    self.others[module] = Module(document, parse(document, module), self.others)
                except UserError:
                    continue
                return self.others[module]
        return None

    def _is_record(self, found: "griffe.Class") -> bool:
        bases = {str(b).split("[")[0].rpartition(".")[2] for b in found.bases}
        return bool(bases & {*_MODELS, *_ENUMS}) or "dataclass" in found.labels or any("dataclass" in str(d.value) or "define" in str(d.value) for d in found.decorators) or any(b.endswith(("Error", "Exception")) for b in bases)

    def _class(self, found: "griffe.Class") -> Schema:
        bases = [str(b).split("[")[0] for b in found.bases]
        if any(b.rpartition(".")[2] in _ENUMS for b in bases):
            values = [v for a in found.attributes.values() if not a.is_alias and a.value is not None and not a.name.startswith("_") and (v := _value(str(a.value))) is not None]
            plain = [v for v in values if isinstance(v, (str, int, float))]
            kind = "integer" if plain and all(isinstance(v, int) for v in plain) else "string"
            return {"type": kind} | ({"enum": plain} if plain else {})
        properties: dict[str, Any] = {}
        required: list[str] = []
        partial = str(found.keywords.get("total")) == "False"  # of a TypedDict
        for base in bases:
            if base.rpartition(".")[2] not in (*_MODELS, "RequestOptions", "object", "Generic") and (inner := self.named(base)) and "properties" in inner:
                properties |= inner["properties"]
                required += inner.get("required", [])
        for attribute in found.attributes.values():
            if attribute.is_alias or attribute.name.startswith("_") or attribute.annotation is None or attribute.name == "model_config" or "property" in attribute.labels or attribute.labels & {"class-attribute", "instance-attribute"} == {"class-attribute"}:
                continue
            value = str(attribute.value) if attribute.value is not None else None
            properties[attribute.name] = self.schema(str(attribute.annotation), value, " ".join((attribute.docstring.value if attribute.docstring else "").split()))
            must = re.match(r"(?:\w+\.)?Required\[", str(attribute.annotation)) if partial else "NotRequired" not in str(attribute.annotation)
            if (value is None or re.match(r"(?:\w+\.)?Field\(\s*(?:\.\.\.|(?!.*\bdefault)\w+=)", value)) and must and attribute.name not in required:
                required.append(attribute.name)
        return {"type": "object", **({"properties": properties} if properties else {}), **({"required": required} if required else {})}


# ---- parts ------------------------------------------------------------------------------------------------------


def _returned(function: ast.FunctionDef, place: Place) -> Mapping[str, Any] | Dropped:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return place.dropped("what it returns is computed, not written out; nothing is run to find out", field="return")
            if isinstance(value, dict):
                return value
    return place.dropped("it returns no dict", field="return")


def _mark(function: "griffe.Function") -> dict[str, Any] | None:
    """What a decorator says that makes this a tool; None where there is none."""
    for decorator in function.decorators:
        text = str(decorator.value)
        call = text.partition("(")[0]
        last = call.rpartition(".")[2]
        arguments = _arguments(text)
        if last in DECORATORS:
            kind = re.search(r"\bToolType\.(READ|WRITE)\b", text)
            out = {k: v for k, v in arguments.items() if k in ("name", "description") and isinstance(v, str)}
            return out | ({"hint": kind[1].lower()} if kind else {})
        if last in _HTTP and "." in call and isinstance(arguments.get(0), str) and arguments[0].startswith("/"):
            return {"verb": last.upper(), "path": arguments[0], "name": arguments.get("operation_id")}
    return None


def _arguments(text: str) -> dict[Any, Any]:
    """Position or name -> value, of those arguments of a call that are written out."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    if not isinstance(tree, ast.Call):
        return {}
    pairs: list[tuple[Any, ast.expr]] = [*enumerate(tree.args), *((k.arg, k.value) for k in tree.keywords if k.arg)]
    return {name: value for name, node in pairs if (value := _constant(node)) is not None}


def _constant(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _literal(text: str) -> Schema:
    value = _value(text)
    return {"default": value} if isinstance(value, (str, int, float, bool)) else {}


_FIELDS: Final = {
    "description": "description", "ge": "minimum", "gt": "minimum", "le": "maximum", "lt": "maximum", "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern",
    "regex": "pattern", "default": "default", "examples": "examples", "title": "title",
}  # fmt: skip


def _field(text: str) -> Schema:
    """What `Field(...)` says, or a text beside the type."""
    if text[:1] in "'\"":
        said = _value(text)
        return {"description": said} if isinstance(said, str) else {}
    arguments = _arguments(text)
    out = {new: arguments[old] for old, new in _FIELDS.items() if old in arguments}
    if isinstance(arguments.get(0), (str, int, float, bool)) and "default" not in out:
        out["default"] = arguments[0]
    return out


def _annotated(annotation: str) -> tuple[str, list[str]] | None:
    """(type, what is said beside it) of Annotated[type, ...]."""
    if not re.match(r"(?:\w+\.)*Annotated\[", annotation):
        return None
    try:
        tree = ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree, ast.Subscript) or not isinstance(tree.slice, ast.Tuple):
        return None
    return ast.unparse(tree.slice.elts[0]), [ast.unparse(e) for e in tree.slice.elts[1:]]


def _plain(value: str) -> str:
    """The type behind an alias: NewType('Id', str) is str."""
    new = re.match(r"(?:\w+\.)?NewType\([^,]+,\s*(.+)\)$", value)
    return new[1] if new else value


def docstring(function: "griffe.Function") -> tuple[str, dict[str, tuple[str, str]], str]:
    """(what it does, parameter -> (type, text), type of the result)."""
    import griffe

    if function.docstring is None:
        return "", {}, ""
    function.docstring.value = _GENERATED.sub("", function.docstring.value)
    text, said, returned = "", dict[str, tuple[str, str]](), ""
    try:
        sections = function.docstring.parse(_style(function.docstring.value))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        return function.docstring.value, {}, ""
    for section in sections:
        if isinstance(section, griffe.DocstringSectionText) and not text:
            text = section.value
        elif isinstance(section, (griffe.DocstringSectionParameters, griffe.DocstringSectionOtherParameters)):
            said |= {p.name.strip("*"): (_type_text(p.annotation), " ".join((p.description or "").split())) for p in section.value}
        elif isinstance(section, griffe.DocstringSectionReturns) and section.value and section.value[0].annotation is not None:
            returned = _type_text(section.value[0].annotation)
    return text, said, returned


def _style(text: str) -> "Literal['google', 'numpy', 'sphinx']":
    if re.search(r"(?m)^\s*(?:Parameters|Returns)\s*\n\s*-{3,}", text):
        return "numpy"
    return "sphinx" if re.search(r"(?m)^\s*:(?:param|type|returns?|rtype)\b", text) else "google"


def _type_text(annotation: object) -> str:
    """As it is written; NumPy's {'a', 'b'} comes as a set or tuple of names."""
    text = str(annotation) if annotation is not None else ""
    return f"Literal{text.replace('(', '[').replace(')', ']').replace('{', '[').replace('}', ']')}" if re.fullmatch(r"[({]['\"\w, -]+[)}]", text) else text


def _documented_too(function: "griffe.Function", said: Mapping[str, tuple[str, str]], properties: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Parameters that only the docstring names, where the function takes **more."""
    if any("variadic keyword" in str(p.kind and p.kind.value) for p in function.parameters):
        for name, (word, text) in said.items():
            if name.isidentifier() and name not in properties and name not in {p.name for p in function.parameters}:
                yield name, word, text


def _without_omit(annotation: str) -> str:
    """Without the type of 'not given', which libraries write for an optional argument."""
    return re.sub(r"\s*\|\s*(?:Omit|NotGiven)\b|\b(?:Omit|NotGiven)\s*\|\s*|,\s*(?:Omit|NotGiven)\b", "", annotation)


def _unwrapped(annotation: str) -> str:
    """The result inside a page or an answer of the transport: SyncPage[Account] is a list of Account."""
    if page := re.fullmatch(r"(?:\w+\.)*(?:Sync\w*(?:Page|Cursor|Pager)\w*|ListObject|SyncPager)\[(.+?)(?:,.*)?\]", annotation.strip("'\"")):
        return f"list[{page[1]}]"
    inner = re.fullmatch(r"(?:\w+\.)*(?:\w*HttpResponse|ApiResponse|APIResponse)\[(.+)\]", annotation.strip("'\""))
    return inner[1] if inner else annotation


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
