"""What a model may better in the earlier rooms, and how code judges each answer: names of domains, descriptions of tools, edges of a world, words of a brief.

Each question is a prompt, the record that is wanted and a check. An answer that fails the check goes back with what is wrong; where none holds, the row stays as it was made without a model.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from pydantic import Field

from agentscaler.grade import says
from agentscaler.llm.prompts import prompt
from agentscaler.records import Brief, Domain, Edge, EnvSpec, Record, RefusedEdge, Schema, Task, Tool
from agentscaler.rollouts.lint import ASKED, Ear, same_values
from agentscaler.schemas import kind_of
from agentscaler.verbs import CLASS, of_name
from agentscaler.words import singular, split

READS: Final = ("get", "list", "compute")
SHOWN: Final = 60
"""Operations of a domain that are shown."""


# ---- names of domains -----------------------------------------------------------------------------------------------


class DomainName(Record):
    """What a domain is called."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+){1,4}$", max_length=48)
    """Two to five words joined with '-'."""
    why: str
    """Why, in a sentence."""


def ask_name(domain: Domain, tools: Mapping[str, Tool]) -> str:
    """The prompt."""
    lines = [f"- {tools[i].name}: {_first(tools[i].description)}" for i in domain.tools[:SHOWN]]
    return prompt("domains.name", services=", ".join(domain.services), tools="\n".join(lines))


def bad_name(found: DomainName, domain: Domain, tools: Mapping[str, Tool]) -> str | None:
    """Words that stand nowhere in the domain."""
    seen = " ".join([*domain.services, *(f"{' '.join(split(t.name))} {t.description}" for t in (tools[i] for i in domain.tools))]).lower()
    strange = [w for w in found.name.split("-") if w[:5] not in seen]
    return f"{strange[0]!r} stands neither in the services nor in the operations" if strange else None


def renamed(domains: Sequence[Domain], names: Sequence[DomainName | None]) -> list[Domain]:
    """The domains under their new names; one that another has keeps its old one. Sorted by name."""
    used = {d.name for d in domains}
    out = []
    for domain, found in zip(domains, names, strict=True):
        name = found.name if found is not None and found.name not in used else domain.name
        used.add(name)
        out.append(domain.model_copy(update={"name": name}))
    return sorted(out, key=lambda d: d.name)


# ---- descriptions of tools ------------------------------------------------------------------------------------------


class Described(Record):
    """An operation, described anew."""

    does: str = Field(min_length=10, max_length=400)
    """What it does."""
    takes: str = Field(min_length=2, max_length=900)
    """What is given."""
    gives: str = Field(min_length=2, max_length=600)
    """What comes back."""

    def text(self) -> str:
        """As the agent reads it."""
        return f"{self.does.strip()} Input: {self.takes.strip()} Output: {self.gives.strip()}"


def ask_description(tool: Tool) -> str:
    """The prompt."""
    return prompt("tools.description", operation=tool.name, description=tool.description, parameters=_json(tool.parameters)[:6000], returns=_json(tool.returns)[:4000] if tool.returns else "not documented")


_CODE: Final = re.compile(r"`([^`]+)`|\b([A-Za-z]+(?:_[A-Za-z0-9]+)+|[a-z]+[A-Z][A-Za-z0-9]*|[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*)\b")


def bad_description(found: Described, tool: Tool) -> str | None:
    """A required parameter left out, an identifier or number that stands nowhere, or a read told as a write."""
    given = f"{tool.name} {tool.description} {_json(tool.parameters)} {_json(tool.returns)}"
    for name in tool.parameters.get("required", ()):
        if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", found.takes):
            return f"`takes` does not name the required parameter {name!r}"
    text = found.text()
    for quoted, plain in _CODE.findall(text):
        if (quoted or plain) not in given:
            return f"{quoted or plain!r} stands nowhere in what was given"
    for number in re.findall(r"\d+(?:\.\d+)?", text):
        if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", given):
            return f"the number {number} stands nowhere in what was given"
    if "http" in text:
        return "there is a link in it"
    told, kind = _class_of(found.does), of_name(tool.name).kind
    if told is not None and kind in CLASS.values() and (kind in READS) != (told in READS):
        return f"{tool.name} is told as if it were to {found.does.split()[0].lower()}"
    return None


def _class_of(sentence: str) -> str | None:
    """Class of the verb that a sentence begins with: 'Lists ...'; None where it is unknown."""
    first = re.sub(r"[^a-z].*", "", sentence.strip().lower())
    return next((CLASS[w] for w in (first, first.removesuffix("s"), first.removesuffix("es"), f"{first.removesuffix('ies')}y") if w in CLASS), None)


# ---- edges of a world -----------------------------------------------------------------------------------------------


class EdgeVerdict(Record):
    """One guess, looked at."""

    number: int
    """Of the guess."""
    holds: bool
    """Can the field fill the parameter?"""
    reason: str = Field(min_length=3, max_length=300)
    """Why, or why not."""


class EdgeVerdicts(Record):
    """All of them."""

    verdicts: list[EdgeVerdict]
    """One for each guess."""


def ask_edges(env: EnvSpec, edges: Sequence[Edge]) -> str:
    """The prompt."""
    tools = {t.name: t for t in env.tools}
    lines = []
    for number, edge in enumerate(edges):
        asker = tools[edge.target].parameters.get("properties", {}).get(edge.parameter, {})
        lines.append(f"{number}. {edge.source} -> {edge.field}   fills   {edge.target}({edge.parameter}): {_first(str(asker.get('description', '')), 160)}")
        lines.append(f"   {edge.source}: {_first(tools[edge.source].description)} {_field(tools[edge.source].returns, edge.field)}")
    return prompt("envs.edges", edges="\n".join(lines))


def bad_verdicts(found: EdgeVerdicts, edges: Sequence[Edge]) -> str | None:
    """Numbers that are missing, doubled or of no guess."""
    numbers = sorted(v.number for v in found.verdicts)
    return None if numbers == list(range(len(edges))) else f"give each number from 0 to {len(edges) - 1} once; these came: {numbers[:60]}"


def judged_edges(env: EnvSpec, edges: Sequence[Edge], found: EdgeVerdicts) -> tuple[list[Edge], list[RefusedEdge]]:
    """The edges that hold, with the model's reason, and those that are refused. The last producer of a required parameter stays, for a world needs one, and says so."""
    said = {v.number: v for v in found.verdicts}
    needed = {(t.name, p) for t in env.tools for p in t.parameters.get("required", ())}
    sure = {(e.target, e.parameter) for n, e in enumerate(edges) if said[n].holds}
    kept: list[Edge] = []
    refused: list[RefusedEdge] = []
    for number, edge in enumerate(edges):
        verdict, wanted = said[number], (edge.target, edge.parameter)
        if verdict.holds or (wanted in needed and wanted not in sure):
            sure.add(wanted)
            kept.append(edge.model_copy(update={"reason": f"{edge.reason}; model: {verdict.reason if verdict.holds else f'doubted ({verdict.reason}), the only producer'}"}))
        else:
            refused.append(RefusedEdge(edge=edge, reason=verdict.reason))
    return kept, refused


# ---- words of a brief -----------------------------------------------------------------------------------------------


class Worded(Record):
    """A brief in other words."""

    facts: list[str]
    """Its sentences, one for one."""


def ask_brief(task: Task) -> str:
    """The prompt."""
    return prompt("tasks.brief", facts="\n".join(f"{n}. {f.text}" for n, f in enumerate(task.brief.facts, 1)))


def worded(task: Task, found: Worded) -> Task:
    """The task with its brief in these words; the brief as it was is kept beside."""
    facts = tuple(f.model_copy(update={"text": text.strip()}) for f, text in zip(task.brief.facts, found.facts, strict=True))
    return task.model_copy(update={"brief": Brief(text=" ".join(f.text for f in facts), facts=facts), "plain": task.brief})


_MARKS: Final = (
    r"only|unless|just", r"before|first|earlier|until", r"after|then|since|later", r"not|don't|never|nothing|leave|else|no", r"all|every|each|any", r"last|latest|newest|most recent|most recently|recently",
    r"first|oldest|earliest", r"least|lowest|lower|fewer|fewest|smaller|less", r"higher|highest|more|most|larger|bigger", r"how many|number of|count", r"same|as",
)  # fmt: skip
"""Words on which a condition or a choice hangs; of those in one line any will do."""


def bad_brief(found: Worded, task: Task, env: EnvSpec) -> str | None:
    """A sentence too many or too few; a value, a thing, an action or a condition that is no longer said; a tool's name, a wish that was not there.

    That the brief as it was made can be done from what it says was proven when it was made. What is proven here is that nothing of that is lost: whoever needs nothing but
    the facts finds all of them. The scripted solver is no judge of it, for it reads its own way of asking only.
    """
    facts = task.brief.facts
    if len(found.facts) != len(facts):
        return f"give {len(facts)} sentences, not {len(found.facts)}"
    ear = Ear(task, [t.name for t in env.tools])
    values = {(type(v), v) for c in task.gold for v in _scalars(c.arguments)}
    for number, (fact, said) in enumerate(zip(facts, found.facts, strict=True), 1):
        if not 3 <= len(said.strip()) <= 4 * len(fact.text) + 80:
            return f"sentence {number} is empty or far too long"
        if not same_values(fact.text, said):
            return f"sentence {number}: the values in quotation marks, the numbers and the dates are not those of {fact.text!r}"
        if lost := next((v for _, v in sorted(values, key=str) if says(fact.text, v, _kind(v))[0] and not says(said, v, _kind(v))[0]), None):
            return f"sentence {number} no longer says {lost!r}"
        if fact.about != "reason" and (gone := _unsaid(fact.text, said, env)):
            return f"sentence {number} no longer says {gone!r}"
        if faults := ear.turn(said, []):
            return f"sentence {number}: {faults[0].name}: {faults[0].what}"
    return None


def _unsaid(plain: str, said: str, env: EnvSpec) -> str | None:
    """A thing of the world, an action or a mark of a condition that the plain sentence says and the other does not."""
    bare, other = (re.sub(r'"[^"]*"', " ", text).lower() for text in (plain, said))
    things = {w for t in (env.model.tables if env.model else ()) for w in t.noun.lower().split()}
    for word in re.findall(r"[a-z]{3,}", bare):
        if singular(word) in things and singular(word)[:5] not in other:
            return str(word)
    for group, stems in ASKED.items():
        if (asked := re.search(rf"\b(?:{group})\b", bare)) and not re.search(rf"\b(?:{group}|{stems})", other):
            return str(asked[0])
    return next((str(m[0]) for marks in _MARKS if (m := re.search(rf"\b(?:{marks})\b", bare)) and not re.search(rf"\b(?:{marks})\b", other)), None)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _scalars(part)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield value


def _kind(value: Any) -> str:
    return "text" if isinstance(value, str) else "number"


# ---- words ----------------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _first(text: str, most: int = 120) -> str:
    found = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    return found if len(found) <= most else found[:most].rsplit(" ", 1)[0] + " ..."


def _field(schema: Schema | None, path: str) -> str:
    """What is said of a field of a result."""
    for part in re.split(r"[.\[\]]+", path):
        while schema and kind_of(schema) == "array":
            schema = schema.get("items")
        schema = (schema or {}).get("properties", {}).get(part) if part else schema
    text = str((schema or {}).get("description", ""))
    return f"({path}: {_first(text, 160)})" if text else ""


