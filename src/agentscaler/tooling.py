"""What the tools.py of a world may import: the errors a tool answers with, UNSET, view, held and finished."""

from agentscaler.errors import UNSET, AlreadyExists, Conflict, Forbidden, InvalidArguments, Limit, NotFound, WrongState
from agentscaler.views import finished, held, view

__all__ = ["UNSET", "AlreadyExists", "Conflict", "Forbidden", "InvalidArguments", "Limit", "NotFound", "WrongState", "finished", "held", "view"]
