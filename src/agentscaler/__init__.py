"""agentscaler: API definitions in; executable worlds, proven tasks and training data for tool-using agents out."""

from agentscaler.world import World, read_env

__all__ = ["World", "read_env"]
