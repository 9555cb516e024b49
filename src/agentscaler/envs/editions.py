"""What a version of a thing says again of the thing itself: its id, its ARN, its name."""

import re
from typing import Final

from agentscaler.envs.drafts import Draft
from agentscaler.envs.worlds import Plan
from agentscaler.records import JsonObject, Table
from agentscaler.words import field, singular, split


def say_whole(recipes: dict[str, JsonObject], table: Table, made: Plan) -> None:
    """The id, ARN and name that stand in a version, and are the flow's by what the provider says of them, are those of the row it lies under."""
    draft = made.drafts[table.name][1]
    for reference in table.references:
        leader, recipe = reference.columns[-1], recipes[reference.columns[-1]]
        if draft.noun[-1] not in ("version", "revision") or leader not in draft.parents or "reference" not in recipe or reference.table == table.name:
            continue
        _, whole = made.drafts[reference.table]
        target = {c.name: c for t in made.model.tables if t.name == reference.table for c in t.columns}
        key = next(t.key for t in made.model.tables if t.name == reference.table)
        for column in table.columns:
            its = _of_whole(column.name, str(made.columns[table.name][column.name].schema.get("description", "")), whole)
            plain = column.name not in table.key and not {"reference", "with"} & set(recipes[column.name])
            if its in target and plain and target[its].type == column.type:
                recipe["columns"] = {**recipe.get("columns", {leader: key[-1]}), column.name: its}
                recipes[column.name] = {"with": leader, "column": its}


def _of_whole(name: str, says: str, whole: Draft) -> str | None:
    """The column of the thing that `name` repeats: 'The ARN of the flow', and not 'The name of the version' or 'of the flow version'."""
    told = _OF.search(says.split(".")[0])
    last = field(name)[-1]
    if told is None or last not in ("id", "arn", "name") or field(name)[:-1] not in ((), whole.noun, whole.noun[-1:]):
        return None
    if tuple(singular(w) for w in split(told["of"]))[-1:] != whole.noun[-1:]:
        return None
    if last == "id" and whole.own and field(whole.own)[-1] == "id":
        return whole.own
    return whole.find(name) or whole.find("_".join((*whole.noun, last)))


_OF: Final = re.compile(r"(?i)^\W*(?:the |a |an )?(?:unique |unqualified |display |full |resource )*(?:id|identifier|arn|amazon resource name(?: \(arn\))?|name) (?:of|for) (?:the|this|a|an) (?P<of>(?:[\w-]+ ){0,3}?[\w-]+)(?=\W*$| (?:that|which|to which) (?:the |this )?version)")
