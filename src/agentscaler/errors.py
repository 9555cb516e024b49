"""Every error of the house: what a user can fix, why a row was dropped, and what a world answers an agent.

    UserError            the user can fix it: printed as one line without a traceback, exit code 2
    Dropped              a row leaves the walk with a reason from the closed list REASONS
    ToolError            an answer of a world; `code` is one of the closed list CODES
      NotFound AlreadyExists WrongState Conflict Forbidden InvalidArguments Limit
"""

from enum import Enum
from typing import Any, Final, Literal


class UserError(Exception):
    """Something the user can put right: bad file, bad flag, missing package. The message says what to do."""


REASONS: Final[dict[str, str]] = {
    # tools
    "unreadable": "the text is no JSON or YAML, or holds no tool definition",
    "bad_definition": "a definition lacks what makes it a tool, or a part of it has the wrong shape",
    "broken_reference": "a $ref leads nowhere",
    "deprecated": "the provider marks it as deprecated",
    "old_version": "a newer version of the same service is in the pool",
    "duplicate": "the same operation with the same parameters is already in the pool",
    "boilerplate": "every service repeats it: tags, IAM policies, long-running operations, locations",
    "low_quality": "a placeholder, a test endpoint, text of a web page, or nothing is said of what it does and takes",
    # domains
    "outside": "no community of five or more tools holds it",
    # envs
    "too_few_tools": "fewer than three executable tools of its own, or no read",
    "gate": "the gate refused the world",
    "same_world": "an equal world is already on the shelf",
    # tasks
    "row_not_describable": "nothing a user can know tells the row from its neighbours",
    "no_tool": "the world has no tools for this shape",
    "no_effect": "the write changes nothing",
    "call_failed": "the world answered a gold call with an error",
    "too_long": "more calls than allowed",
    "not_sayable": "a value, a column or a noun nobody would say",
    "control_passes": "a negative control passes, so the judge would be wrong on this task",
    "crowded_out": "the world, the shape or the skeleton already has its share",
    # rollouts and funnel
    "malformed": "messages do not alternate, a call has no answer, or text repeats itself",
    "state": "the end state is not the gold state",
    "answer": "an expected answer is missing, wrong, or was never shown to the agent",
    "rule": "the agent broke a rule that only it can keep: it changed something without asking",
    "calls": "a task without writes needs exactly the gold calls",
    "infrastructure": "the episode was cut short by something that is not the agent's doing",
    # models
    "no_record": "a model gave no valid answer after so many tries",
    # sft
    "scripted": "rows of scripted players need --allow-scripted",
    "held_out": "the domain belongs to the held-out split",
    # train
    "over_length": "the row has more tokens than the model is trained on; it is left out whole, never cut",
    "template": "the chat template does not fit training by prefixes",
}

Reason = Literal[
    "unreadable", "bad_definition", "broken_reference", "deprecated", "old_version", "duplicate", "boilerplate", "low_quality",
    "outside", "too_few_tools", "gate", "same_world", "row_not_describable", "no_tool", "no_effect", "call_failed",
    "too_long", "not_sayable", "control_passes", "crowded_out", "malformed", "state", "answer", "rule", "calls",
    "infrastructure", "no_record", "scripted", "held_out", "over_length", "template",
]  # fmt: skip


class Dropped(Exception):
    """A row leaves the walk.

    reason: one of REASONS. where: file, field or part it is about. value: what stood there. message: for a person.
    """

    def __init__(self, reason: Reason, message: str = "", *, where: str = "", value: object = None) -> None:
        super().__init__(message or REASONS[reason])
        self.reason: Reason = reason
        self.message = message or REASONS[reason]
        self.where = where
        self.value = value

    def __reduce__(self) -> tuple[Any, ...]:
        """Survives the way back from a worker process."""
        return _dropped, (self.reason, self.message, self.where, self.value)


def _dropped(reason: Reason, message: str, where: str, value: object) -> Dropped:
    return Dropped(reason, message, where=where, value=value)


CODES: Final = (
    "unknown_tool", "invalid_arguments", "not_found", "already_exists", "wrong_state", "conflict", "forbidden",
    "limit", "internal",
)  # fmt: skip

Code = Literal[
    "unknown_tool", "invalid_arguments", "not_found", "already_exists", "wrong_state", "conflict", "forbidden",
    "limit", "internal",
]  # fmt: skip


class ToolError(Exception):
    """What tool code raises is an answer to the agent: a stable code and a message that helps it recover."""

    code: Code = "internal"


class InvalidArguments(ToolError):
    code: Code = "invalid_arguments"


class NotFound(ToolError):
    code: Code = "not_found"


class AlreadyExists(ToolError):
    code: Code = "already_exists"


class WrongState(ToolError):
    code: Code = "wrong_state"


class Conflict(ToolError):
    code: Code = "conflict"


class Forbidden(ToolError):
    code: Code = "forbidden"


class Limit(ToolError):
    code: Code = "limit"


class Unset(Enum):
    """The type of UNSET: an argument that was not given, as opposed to NULL."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
