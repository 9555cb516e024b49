"""ACEBench: our two rules against its own checker, on gold, on answers that were made wrong in named ways, and on exploits. No model."""

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

from agentscaler.evals.bench.known import known_bad
from agentscaler.evals.bench.line import Line
from agentscaler.evals.bench.parity import Cell
from agentscaler.evals.bench.served import ace_rule
from agentscaler.evals.bench.sources import how_to_get

LANGUAGES: Final = ("en", "zh")
GOLD: Final = {"en": (821, 823), "zh": (811, 817)}
CONSTANT: Final = f"{ace_rule.PHRASES['incomplete']}. {ace_rule.PHRASES['error']}. {ace_rule.PHRASES['irrelevant']}"
TEMPLATE: Final = {"en": 149, "zh": 150}
"""Special rows, of 150, that one fixed template (all three phrases, all names of the schema, the question said back) wins officially."""

AGENT: Final = {("en", "agent_multi_turn"): (21, 30), ("en", "agent_multi_step"): (10, 20), ("zh", "agent_multi_turn"): (29, 30), ("zh", "agent_multi_step"): (14, 20)}
"""Agent rows whose own milestones, through the benchmark's own classes, end in its own gold state. Of the others some cannot be read or run; those that can, and end elsewhere, are known to be bad (known.py)."""

Mutation = Callable[[dict[str, Any], str, Any], Any]


def _put(value: Any) -> Mutation:
    return lambda arguments, name, old: arguments.__setitem__(name, value(old) if callable(value) else value)


MUTATIONS: Final[dict[str, tuple[Callable[[Any], bool], *tuple[Mutation, ...]]]] = {
    "another int": (lambda v: type(v) is int, _put(lambda v: v + 7)),
    "another float": (lambda v: type(v) is float, *(_put(lambda v, by=by: v + by) for by in (0.5, -0.5, 1.0, -1.25, 100.0, -1e6, 1e9))),
    "another bool": (lambda v: type(v) is bool, _put(lambda v: not v), _put(lambda v: int(not v)), _put(lambda v: "no" if v else "yes")),
    "another text": (lambda v: type(v) is str, _put("QQQ")),
    "text that holds the right one": (lambda v: type(v) is str, _put(lambda v: f"not {v} at all")),
    "text in other letters and spaces": (lambda v: type(v) is str, _put(lambda v: v.upper().replace(" ", "  "))),
    "text cut short": (lambda v: type(v) is str and len(v) > 1, _put(lambda v: v[:-1])),
    "number as text": (lambda v: type(v) in (int, float), _put(str)),
    "text as list": (lambda v: type(v) is str, _put(lambda v: [v])),
    "int as float": (lambda v: type(v) is int, _put(float)),
    "bool as text": (lambda v: type(v) is bool, _put(lambda v: str(v).lower()), _put(str)),
    "another item in a list": (lambda v: type(v) is list and bool(v), _put(lambda v: [_wrong(v[0]), *v[1:]])),
    "one item less": (lambda v: type(v) is list and len(v) > 0, _put(lambda v: v[:-1])),
    "another value in an object": (lambda v: type(v) is dict and bool(v), _put(lambda v: {**v, next(iter(v)): _wrong(next(iter(v.values())))})),
    "one key less": (lambda v: type(v) is dict and bool(v), _put(lambda v: dict(list(v.items())[1:]))),
    "nothing": (lambda v: True, _put(None)),
    "argument left out": (lambda v: True, lambda arguments, name, old: arguments.pop(name)),
    "argument under another name": (lambda v: True, lambda arguments, name, old: arguments.update({name + "x": arguments.pop(name)})),
    "one argument more": (lambda v: True, lambda arguments, name, old: arguments.update({"qqq": 1})),
}
"""Which values it can be done to, and what it does to an argument, in one or more ways."""


def _wrong(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 7
    if isinstance(value, list):
        return [_wrong(value[0]), *value[1:]] if value else ["QQQ"]
    if isinstance(value, dict):
        return {**value, next(iter(value)): _wrong(next(iter(value.values())))} if value else {"q": 1}
    return "QQQ"


def gold_calls(row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The first right answer as calls, and that answer."""
    answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
    return ace_rule.gold_of(row["function"], answers[0]), answers[0]


def mutated(calls: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every named way to go wrong, on every argument; and calls doubled, dropped, in another order, of another name."""
    for number, call in enumerate(calls):
        [(name, arguments)] = call.items()
        for argument, value in (arguments or {}).items():
            for kind, (fits, *changes) in MUTATIONS.items():
                for change in changes if fits(value) else ():
                    made = copy.deepcopy(calls)
                    change(made[number][name], argument, copy.deepcopy(value))
                    yield kind, made
        made = copy.deepcopy(calls)
        made[number] = {name + "_other": arguments}
        yield "another function", made
        yield "call left out", calls[:number] + calls[number + 1 :]
        yield "call made twice", [*copy.deepcopy(calls), copy.deepcopy(call)]
    if len(calls) > 1:
        yield "calls in another order", copy.deepcopy(calls[::-1])


def ace_parity(folder: Path | None) -> Iterator[Cell]:
    """The cells of both languages."""
    won = Counter[str]()
    for language in LANGUAGES:
        if folder is None:
            good, of = GOLD[language]
            yield Cell("acebench", language, "gold, agreement with its checker, exploits", f"{good}/{of}, all, {TEMPLATE[language]}/150", "", "not run", how_to_get("acebench"))
            continue
        bad: set[str] = set()
        with Line(sys.executable, "serve_ace", [str(folder.resolve())]) as line:
            yield from _normal(line, language, bad)
            yield from _special(line, language, won)
            yield from _agent(line, language, bad)
        yield known_cell(language, bad)
    if folder is not None:
        wanted, found = sum(TEMPLATE.values()), (won["officially"], won["strictly"])
        yield Cell("acebench", "both", "special, one template: officially, strictly", f"{wanted}, 0 of 300", f"{found[0]}, {found[1]} of 300", "holds" if found == (wanted, 0) else "differs")


def known_cell(language: str, bad: Set[str]) -> Cell:
    """Rows whose own gold cannot win here, against the list of known-bad tasks that ships."""
    listed = set(known_bad("acebench", language))
    found = "all of them" if bad == listed else f"not listed: {', '.join(sorted(bad - listed)) or 'none'}; listed and sound: {', '.join(sorted(listed - bad)) or 'none'}"
    return Cell("acebench", language, f"rows measured to be bad are those that are known to be ({len(listed)})", "all of them", found, "holds" if bad == listed else "differs", ", ".join(sorted(bad)))


def _normal(line: Line, language: str, bad: set[str]) -> Iterator[Cell]:
    accepted = strictly = total = 0
    agree: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    strict: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for category in line.ask("categories", domain=language):
        if category.startswith("special"):
            continue
        for row in line.ask("rows", domain=language, category=category):
            answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
            calls, answer = gold_calls(row)
            items = [("gold", calls, a) for a in answers] + [(kind, made, answer) for kind, made in mutated(calls)]
            found = line.ask("theirs", category=category, items=[{"functions": row["function"], "calls": c, "answer": a, "question": row["question"]} for _, c, a in items])
            ours = [ace_rule.official(row["function"], c, a) for _, c, a in items]
            total += 1
            if any(found[: len(answers)]):
                accepted += 1
            else:
                bad.add(row["id"])
            strictly += any(ace_rule.strict(calls, a) for a in answers)
            for (kind, made, a), their, our in zip(items, found, ours, strict=True):
                tried[kind] += 1
                agree[kind] += bool(their) == our
                files[category] += made != calls
                if made != calls:
                    passed[kind] += bool(their)
                    strict[kind] += ace_rule.strict(made, a)
    good, of = GOLD[language]
    yield Cell("acebench", language, "gold accepted officially", f"{good}/{of}", f"{accepted}/{total}", "holds" if (accepted, total) == (good, of) else "differs", f"strictly {strictly}/{total}")
    few = min(files, key=lambda c: files[c])
    yield Cell("acebench", language, "answers made wrong, of each file", "at least 200", f"{files[few]} and more", "holds" if files[few] >= 200 else "differs", f"fewest of {few}")
    for kind, count in tried.items():
        yield Cell("acebench", language, f"agreement on: {kind}", f"{count}/{count}", f"{agree[kind]}/{count}", "holds" if agree[kind] == count else "differs", f"passes officially {passed[kind]}, strictly {strict[kind]}")


def _names(schema: Any) -> Iterator[str]:
    """Every parameter's name, at any depth."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for value in schema.values():
            yield from _names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names(value)


def _special(line: Line, language: str, won: Counter[str]) -> Iterator[Cell]:
    wins, strictly, agreed, tried = Counter[str](), Counter[str](), 0, 0
    for category in [c for c in line.ask("categories", domain=language) if c.startswith("special")]:
        rows = line.ask("rows", domain=language, category=category)
        kind = next(k for k in ace_rule.PHRASES if k in category)
        listed = [r["function"] if isinstance(r["function"], list) else [r["function"]] for r in rows]
        whole = [" ".join([CONSTANT, *(" ".join([f["name"], *_names(f["parameters"])]) for f in some), r["question"]]) for r, some in zip(rows, listed, strict=True)]
        told = [ace_rule.told(kind, r["answer"]) for r in rows]
        for name, texts in (("constant sentence", [CONSTANT] * len(rows)), ("one template", whole), ("right answer", told), ("nothing", [""] * len(rows))):
            found = line.ask("special", category=category, texts=texts, answers=[r["answer"] for r in rows])
            ours = [ace_rule.special_official(kind, t, r["answer"]) for t, r in zip(texts, rows, strict=True)]
            agreed += sum(a == b for a, b in zip(found, ours, strict=True))
            tried += len(rows)
            wins[name] += sum(found)
            strictly[name] += sum(ace_rule.special_strict(kind, t, r["answer"], r["function"], r["question"]) for t, r in zip(texts, rows, strict=True))
    won.update({"officially": wins["one template"], "strictly": strictly["one template"]})
    for name, wanted in (("constant sentence", (50, 0)), ("one template", (TEMPLATE[language], 0)), ("right answer", (150, 150)), ("nothing", (0, 0))):
        found_ = (wins[name], strictly[name])
        yield Cell("acebench", language, f"special, {name}: officially, strictly", f"{wanted[0]}, {wanted[1]} of 150", f"{found_[0]}, {found_[1]} of 150", "holds" if found_ == wanted else "differs")
    yield Cell("acebench", language, "special, agreement with its rule", f"{tried}/{tried}", f"{agreed}/{tried}", "holds" if agreed == tried else "differs")


def _agent(line: Line, language: str, bad: set[str]) -> Iterator[Cell]:
    """Milestones through their executor, and our rule for end states against theirs: gold states, the states that milestones end in, and both made wrong in every named way."""
    agree, tried, strictly = Counter[str](), Counter[str](), Counter[str]()
    passes = Counter[str]()
    for category in ("agent_multi_turn", "agent_multi_step"):
        rows = line.ask("agent_rows", domain=language, category=category)
        if not rows:
            continue
        ended = [line.ask("agent_gold", domain=language, task=r["id"]) for r in rows]
        bad.update(r["id"] for r, f in zip(rows, ended, strict=True) if f["reward"] != 1 and not f["errors"])
        for row, found in zip(rows, ended, strict=True):
            items = [("gold state", row["answer"]), ("state after milestones", found["ended"]), *states_mutated(row["answer"]), *states_mutated(found["ended"])]
            theirs = line.ask("agent_theirs", items=[{"ended": state, "answer": row["answer"]} for _, state in items])
            for (kind, state), their in zip(items, theirs, strict=True):
                our = ace_rule.agent_official(state, row["answer"])
                tried[kind] += 1
                agree[kind] += our == bool(their)
                passes[kind] += our
                strictly[kind] += ace_rule.agent_strict(state, row["answer"])
        good, of = AGENT[language, category]
        reached = sum(f["reward"] == 1 for f in ended)
        yield Cell("acebench", language, f"{category}: milestones end in the gold state", f"{good}/{of}", f"{reached}/{len(rows)}", "holds" if (reached, len(rows)) == (good, of) else "differs", f"strictly {sum(f['parts']['strict'] for f in ended)}")
    for kind, count in tried.items():
        yield Cell("acebench", language, f"agreement on end states: {kind}", f"{count}/{count}", f"{agree[kind]}/{count}", "holds" if agree[kind] == count else "differs", f"passes officially {passes[kind]}, strictly {strictly[kind]}")


def states_mutated(states: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    """Every named way for an end state to be wrong: each attribute, and for objects in it each entry."""
    listed = [dict(s) for s in states]
    for number, state in enumerate(listed):
        [(name, attributes)] = state.items()

        def made(new: Any, number: int = number) -> list[Any]:
            return [*copy.deepcopy(listed[:number]), new, *copy.deepcopy(listed[number + 1 :])]

        yield "class left out", listed[:number] + listed[number + 1 :]
        yield "class of another name", made({name + "X": attributes})
        for attribute, value in attributes.items():
            yield "another attribute", made({name: {**attributes, attribute: _wrong(value)}})
            yield "attribute left out", made({name: {k: v for k, v in attributes.items() if k != attribute}})
            yield "one attribute more", made({name: {**attributes, attribute + "_x": 1}})
            if isinstance(value, dict):
                yield "one entry more", made({name: {**attributes, attribute: {**value, "new": {"x": 1}}}})
                for key, entry in value.items():
                    yield "entry left out", made({name: {**attributes, attribute: {k: v for k, v in value.items() if k != key}}})
                    yield "another entry", made({name: {**attributes, attribute: {**value, key: _wrong(entry)}}})
