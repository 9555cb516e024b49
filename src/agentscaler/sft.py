"""Room 9, sft: kept rollouts become training rows, general (phase 1) and of one vertical (phase 2), after section 3.3 of the paper.

`example(rollout, env)` gives one row: OpenAI-style messages with arguments as objects, and the tool list. The loss belongs on the assistant's calls
and replies only; everything else in a row is context. Which turns are trained on is the trainer's choice, so no masks are stored.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from agentscaler.episode import tool_list
from agentscaler.llm.wire import openai_message as openai_message
from agentscaler.records import EnvSpec, Example, JsonObject, Rollout


def example(rollout: Rollout, env: EnvSpec, *, number: str, phase: Literal[1, 2]) -> Example:
    """A training row. number: id of the rollout's row."""
    return Example(
        messages=tuple(openai_message(m) for m in rollout.messages),
        tools=tuple(tool_list(env, without=rollout.hands)),
        phase=phase,
        scripted=rollout.scripted,
        rollout=number,
    )


def phase_of(services: Sequence[str], vertical: Sequence[str]) -> Literal[1, 2]:
    """2 where any service of a world matches one of the vertical's globs ('aws:connect*'), else 1."""
    return 2 if any(fnmatchcase(s, g) for s in services for g in vertical) else 1


# ---- the card -----------------------------------------------------------------------------------------------------


def card(counts: Mapping[str, int], *, agents: Mapping[str, int], vendors: Mapping[str, int], fields: Mapping[str, int], licences: Mapping[str, str], vertical: Sequence[str], about: JsonObject) -> str:
    """The dataset card: what is in it, how it was made, whose texts it holds."""
    scripted = about.get("scripted", 0)
    rows = sum(counts.values())
    return f"""---
configs:
- config_name: phase1
  data_files: phase1.jsonl
- config_name: phase2
  data_files: phase2.jsonl
- config_name: heldout
  data_files: heldout.jsonl
dataset_info:
{_features("phase1")}
{_features("phase2")}
{_features("heldout")}
language: {_languages(about)}
task_categories: [text-generation]
tags: [tool-use, function-calling, agents, synthetic]
---

# Tool-using conversations, made by agentscaler

{rows} conversations between a user and an agent in executable worlds. Each ended in the right state of the world's database (by replay of calls, not by a model's
opinion), and those of read-only tasks made exactly the right calls.

**{scripted} of {rows} rows were written by scripted players, not by a model.** They show well-formed calls and right ends, in plain and repetitive language: use them to prove a
pipeline or to warm up, not as examples of style. Each row says so in `scripted`.

| file | rows | what |
|---|---|---|
| phase1.jsonl | {counts.get("phase1", 0)} | general: training worlds outside the vertical |
| phase2.jsonl | {counts.get("phase2", 0)} | vertical: training worlds of {", ".join(vertical) or "no vertical"} |
| heldout.jsonl | {counts.get("heldout", 0)} | worlds of services that no training row touches; not for training |

Players: {_list(agents)}.

| share by vendor | | share by field of life | |
|---|---|---|---|
{_side_by_side(vendors, fields)}

## Form
`messages` and `tools` as in OpenAI's chat format, arguments as objects; `phase`, `scripted`, `rollout` (id of the rollout in rollouts.jsonl). Tools stand in alphabetical order.
Train on the assistant's calls and replies only. `load_dataset("<this folder>", "phase1")` takes the column types from the head of this card; without them, give `datasets` its `Json`
type for messages and tools, or arrow joins the keys of all arguments into one.

## Whose texts
Tool names and descriptions are their providers', read from packages published under these licences:
{chr(10).join(f"- {name}: {licence}" for name, licence in sorted(licences.items())) or "- the user's own definitions"}

Rows of the databases are invented. No customer data of anybody is in here.

## How it was made
agentscaler {about.get("version", "")}, seed {about.get("seed", 0)}: tools, graph, domains, worlds, tasks with gold by execution, rollouts, and a funnel in three layers, after AgentScaler (arXiv 2509.13311).
Train and held-out are split by groups of services.
"""


def _features(name: str) -> str:
    return f"""- config_name: {name}
  features:
  - name: key
    dtype: string
  - name: id
    dtype: string
  - name: from
    list: string
  - name: format
    dtype: int64
  - name: messages
    dtype: json
  - name: tools
    dtype: json
  - name: phase
    dtype: int64
  - name: scripted
    dtype: bool
  - name: rollout
    dtype: string"""


def _languages(about: JsonObject) -> str:
    spoken = about.get("languages") or ["en"]
    return str(spoken[0]) if len(spoken) == 1 else f"[{', '.join(spoken)}]"


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def _side_by_side(one: Mapping[str, int], two: Mapping[str, int]) -> str:
    left, right = _shares(one), _shares(two)
    lines = []
    for n in range(max(len(left), len(right))):
        a = left[n] if n < len(left) else ("", "")
        b = right[n] if n < len(right) else ("", "")
        lines.append(f"| {a[0]} | {a[1]} | {b[0]} | {b[1]} |")
    return "\n".join(lines)


def _shares(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    total = max(sum(counts.values()), 1)
    return [(name, f"{count / total:.1%}") for name, count in Counter(counts).most_common()]
