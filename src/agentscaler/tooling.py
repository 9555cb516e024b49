"""What the tools.py of a world may import: the errors a tool answers with, UNSET, view, held, finished and chosen."""

from agentscaler.errors import UNSET, AlreadyExists, Conflict, Forbidden, InvalidArguments, Limit, NotFound, WrongState
from agentscaler.views import chosen, finished, held, view

__all__ = ["UNSET", "AlreadyExists", "Conflict", "Forbidden", "InvalidArguments", "Limit", "NotFound", "WrongState", "chosen", "finished", "held", "view"]
