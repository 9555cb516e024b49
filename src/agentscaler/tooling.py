"""What the tools.py of a world may import: the errors a tool answers with, UNSET, and view."""

from agentscaler.database import view
from agentscaler.errors import UNSET, AlreadyExists, Conflict, Forbidden, InvalidArguments, Limit, NotFound, WrongState

__all__ = ["UNSET", "AlreadyExists", "Conflict", "Forbidden", "InvalidArguments", "Limit", "NotFound", "WrongState", "view"]
