"""A person's corrections to the domains: `domains.toml` in the run folder, applied on top of what was found, each time it is found anew.

    [[move]]
    tools = ["aws:efs/DescribeMountTargets"]        # vendor:service/operation, a name that is unique, or the beginning of an id
    to = "s3files-mount-target"

    [[split]]
    domain = "efs-file-system"
    tools = ["aws:efs/CreateAccessPoint", "aws:efs/DeleteAccessPoint"]
    name = "efs-access-points"

    [[merge]]
    domains = ["iam-policy", "iam-policy-version"]
    name = "iam-policies"                           # without it, the first one's

    [[rename]]
    domain = "efs-file-system"
    name = "file-systems"

Moves come first, then splits, merges and renames; each in the order of the file, and each sees what those before it did. What no correction names keeps
its rows, ids and all.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from agentscaler.domains import LARGEST, family, make_domain
from agentscaler.errors import UserError
from agentscaler.records import Domain, Tool
from agentscaler.words import nearest

FILE: Final = "domains.toml"
Corrections: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
FIELDS: Final[dict[str, dict[str, type]]] = {
    "move": {"tools": list, "to": str},
    "split": {"domain": str, "tools": list, "name": str},
    "merge": {"domains": list, "name": str},
    "rename": {"domain": str, "name": str},
}
"""Kinds of corrections, in the order they are applied, with their fields."""
OPTIONAL: Final = {("merge", "name")}


def read_corrections(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """domains.toml of a run folder; empty where there is none. Raises UserError with what is wrong."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}") from error
    for kind, entries in data.items():
        if kind not in FIELDS:
            raise UserError(f"{path}: [[{kind}]] is no correction; there are {', '.join(FIELDS)}")
        if not isinstance(entries, list):
            raise UserError(f"{path}: write [[{kind}]], with two brackets, for each one")
        for number, entry in enumerate(entries, 1):
            _check(f"{path}: [[{kind}]] {number}", kind, entry)
    return data


def _check(where: str, kind: str, entry: Any) -> None:
    for field, shape in FIELDS[kind].items():
        value = entry.get(field)
        if value is None and (kind, field) in OPTIONAL:
            continue
        if not isinstance(value, shape) or not value or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
            raise UserError(f"{where}: {field} is {value!r}; give {'a list of names' if shape is list else 'a name'}")
    if unknown := sorted(entry.keys() - FIELDS[kind].keys()):
        raise UserError(f"{where}: {unknown[0]} is no field of it; there are {', '.join(FIELDS[kind])}")


def correct(domains: Sequence[Domain], tools: Mapping[str, Tool], corrections: Corrections, *, largest: int = LARGEST) -> list[Domain]:
    """The domains with all corrections applied, sorted by name. Domains that none names are the very same.

    tools: id -> tool; largest: tools a domain may hold. Raises UserError with the correction that cannot be done.
    """
    at = _Domains(domains, tools, largest)
    for kind in FIELDS:
        for number, entry in enumerate(corrections.get(kind, ()), 1):
            where = f"{FILE}: [[{kind}]] {number}"
            if kind == "move":
                at.move(where, entry["tools"], entry["to"])
            elif kind == "split":
                at.split(where, entry["domain"], entry["tools"], entry["name"])
            elif kind == "merge":
                at.merge(where, entry["domains"], entry.get("name"))
            else:
                at.rename(where, entry["domain"], entry["name"])
    return at.done()


class _Domains:
    """The domains while they are corrected: name -> tools, and the side each one stands on."""

    def __init__(self, domains: Sequence[Domain], tools: Mapping[str, Tool], largest: int) -> None:
        self.found = {d.name: d for d in domains}
        self.tools, self.largest = tools, largest
        self.held: dict[str, list[str]] = {d.name: list(d.tools) for d in domains}
        self.side: dict[str, Literal["train", "heldout"]] = {d.name: d.split for d in domains}
        self.by_name: dict[str, list[str]] = {}
        for number, tool in tools.items():
            for form in (tool.name, tool.source.operation, f"{tool.source.group}/{tool.source.operation}"):
                known = self.by_name.setdefault(form.lower(), [])
                if number not in known:
                    known.append(number)
        families = {family(g): self.side[d.name] for d in domains for i in d.tools for g in (tools[i].source.group, *tools[i].also_in)}
        self.side_of = {i: families.get(family(t.source.group)) for i, t in tools.items()}

    def move(self, where: str, names: Sequence[str], to: str) -> None:
        to = self._domain(where, to)
        moved = self._some(where, names)
        for number in moved:
            if self.side_of[number] not in (None, self.side[to]):
                raise UserError(f"{where}: {self._say(number)} stands on the {self.side_of[number]} side of the split and {to!r} on the other; a service cannot stand on both")
        for members in self.held.values():
            members[:] = [i for i in members if i not in moved]
        self.held[to] += moved
        self._fits(where, to)

    def split(self, where: str, name: str, names: Sequence[str], new: str) -> None:
        name, new = self._domain(where, name), self._fresh(where, new)
        moved = self._some(where, names)
        for number in moved:
            if number not in self.held[name]:
                raise UserError(f"{where}: {self._say(number)} is not in the domain {name!r}; it is in {self._home(number)}")
        self.held[name] = [i for i in self.held[name] if i not in moved]
        self.held[new], self.side[new] = moved, self.side[name]

    def merge(self, where: str, names: Sequence[str], new: str | None) -> None:
        names = list(dict.fromkeys(self._domain(where, n) for n in names))
        if len(names) < 2:
            raise UserError(f"{where}: a merge needs two domains or more")
        if len({self.side[n] for n in names}) > 1:
            raise UserError(f"{where}: {names[0]!r} and {next(n for n in names if self.side[n] != self.side[names[0]])!r} stand on different sides of the train and held-out split")
        members = [i for n in names for i in self.held.pop(n)]
        target = names[0] if new is None else new if new in names else self._fresh(where, new)
        self.held[target], self.side[target] = members, self.side[names[0]]
        self._fits(where, target)

    def rename(self, where: str, name: str, new: str) -> None:
        name = self._domain(where, name)
        new = self._fresh(where, new)
        self.held[new], self.side[new] = self.held.pop(name), self.side[name]

    def done(self) -> list[Domain]:
        """Untouched ones as they were; empty ones are gone."""
        out = []
        for name, members in self.held.items():
            old = self.found.get(name)
            if old is not None and set(old.tools) == set(members):
                out.append(old)
            elif members:
                out.append(make_domain(name, {i: self.tools[i] for i in members}, heldout=self.side[name] == "heldout"))
        return sorted(out, key=lambda d: d.name)

    def _domain(self, where: str, name: str) -> str:
        if name not in self.held:
            raise UserError(f"{where}: there is no domain {name!r}; {nearest(name, self.held)}")
        return name

    def _fresh(self, where: str, name: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,47}", name):
            raise UserError(f"{where}: {name!r} is no name of a domain; give small letters, digits and hyphens, at most 48")
        if name in self.held:
            raise UserError(f"{where}: there is a domain {name!r} already; merge them, or give another name")
        return name

    def _some(self, where: str, names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._tool(where, n) for n in names))

    def _tool(self, where: str, name: str) -> str:
        found = self.by_name.get(name.lower()) or ([i for i in self.tools if i.startswith(name)] if re.fullmatch(r"[0-9a-f]{4,16}", name) else [])
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(f"{where}: {len(found)} tools are called {name!r}: say which, such as {', '.join(sorted(map(self._say, found))[:4])}")
        names = {self._say(i) for i in self.tools} if "/" in name else {t.source.operation for t in self.tools.values()}
        raise UserError(f"{where}: there is no tool {name!r}; {nearest(name, names)}")

    def _say(self, number: str) -> str:
        source = self.tools[number].source
        return f"{source.group}/{source.operation}"

    def _home(self, number: str) -> str:
        return next((repr(name) for name, members in self.held.items() if number in members), "none")

    def _fits(self, where: str, name: str) -> None:
        if len(self.held[name]) > self.largest:
            raise UserError(f"{where}: {name!r} would hold {len(self.held[name])} tools; at most {self.largest} fit into one world")
