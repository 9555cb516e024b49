"""What the tools.py of a world may import: the errors a tool answers with, UNSET, view and held."""

from agentscaler.errors import UNSET, AlreadyExists, Conflict, Forbidden, InvalidArguments, Limit, NotFound, WrongState
from agentscaler.views import held, view

__all__ = ["UNSET", "AlreadyExists", "Conflict", "Forbidden", "InvalidArguments", "Limit", "NotFound", "WrongState", "held", "view"]
