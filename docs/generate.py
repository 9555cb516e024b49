"""Write docs/files.md from the notes of the records, so that the page and the code cannot drift apart.

    python docs/generate.py            writes it
    python docs/generate.py --check    exit code 1 where it is not up to date
"""

import sys
from pathlib import Path

from agentscaler import records
from agentscaler.errors import CODES, REASONS
from agentscaler.store import FORMATS

PRODUCTS = (
    ("tools.jsonl", records.Tool, (records.Source,)),
    ("graph.jsonl", records.Node, (records.Neighbour, records.Edge, records.Want)),
    ("domains.jsonl", records.Domain, ()),
    ("envs.jsonl", records.EnvRow, ()),
    ("tasks.jsonl", records.Task, (records.Brief, records.Fact, records.Call, records.Given, records.Answer, records.Control, records.Difficulty)),
    ("rollouts.jsonl", records.Rollout, (records.Message, records.ToolCall, records.Usage, records.UserFault, records.Blame, records.Deed)),
    ("probes.jsonl", records.Probe, ()),
    ("kept.jsonl", records.Kept, ()),
    ("sft/phase1.jsonl, sft/phase2.jsonl, sft/heldout.jsonl", records.Example, ()),
    ("*.dropped.jsonl", records.Drop, ()),
)
HEAD = """# Files of a run folder

Made by `python docs/generate.py` from the notes in `src/agentscaler/records.py`; a test holds the two together.

Every product is JSON lines, a row a line, in the order of `key`. Each row begins with

| field | |
|---|---|
| `key` | 16 hex: hash of verb, format, arguments that matter and input ids; known before the work, so that a killed run goes on where it was |
| `id` | 16 hex: hash of what the row says |
| `from` | ids of the rows it was made from |
| `format` | version of the product's format |

Beside each product lies its bin, `<product>.dropped.jsonl`, with a reason for every row that left the walk. `manifest.jsonl` has a line for each finished verb: version, arguments,
seed, hashes of product and inputs, counts, seconds. `replies.jsonl`, where models played, records every reply of an endpoint (models.md). Products of equal inputs and seeds are equal to the byte; the manifest is not, for it has times.

A world is a folder, `envs/<domain>-<hash>/`: `env.json` (tools as the agent sees them, edges, the compiled model), `schema.sql`, `population.json` (how the initial state is drawn), `tools.py`
(a function a tool), and `rules.md` where there are rules.
"""


def page() -> str:
    parts = [HEAD]
    for name, record, inner in PRODUCTS:
        parts.append(f"## {name}\n\n{first(record.__doc__)}\n\n{table(record)}")
        parts += [f"### {part.__name__}\n\n{first(part.__doc__)}\n\n{table(part)}" for part in inner]
    parts.append("## env.json\n\n" + first(records.EnvSpec.__doc__) + "\n\n" + table(records.EnvSpec) + "\n\n### EnvTool\n\n" + table(records.EnvTool))
    parts.append("## Reasons\n\n| reason | |\n|---|---|\n" + "\n".join(f"| `{r}` | {text} |" for r, text in REASONS.items()))
    parts.append("## Errors that a world answers with\n\n" + ", ".join(f"`{c}`" for c in CODES))
    parts.append("## Formats\n\n" + ", ".join(f"{n} {v}" for n, v in FORMATS.items()))
    return "\n\n".join(parts) + "\n"


def table(record: type[records.Record]) -> str:
    rows = [f"| `{name}` | {kind(field.annotation)} | {first(field.description)} |" for name, field in record.model_fields.items()]
    return "| field | type | |\n|---|---|---|\n" + "\n".join(rows)


def kind(annotation: object) -> str:
    text = annotation.__name__ if isinstance(annotation, type) and not getattr(annotation, "__args__", None) else str(annotation)
    for gone in ("typing.", "collections.abc.", "agentscaler.records.", "agentscaler.errors."):
        text = text.replace(gone, "")
    return text.replace("|", "or")


def first(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "or")


def main() -> None:
    path = Path(__file__).with_name("files.md")
    if "--check" in sys.argv:
        sys.exit(0 if path.exists() and path.read_text(encoding="utf-8") == page() else f"{path} is not up to date: python docs/generate.py")
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
