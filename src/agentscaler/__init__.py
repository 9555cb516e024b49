"""agentscaler: API definitions in; executable worlds, proven tasks and training data for tool-using agents out.

    from agentscaler import World, grade, play, read_env, read_tasks

    task = read_tasks("runs/first")[0]
    rollout = play(task, agent=my_agent)          my_agent(messages, tools) -> message
    verdict = grade(task, rollout)                passed, reward, reasons, differences
"""

from typing import TYPE_CHECKING, Any

from agentscaler.folder import read_env
from agentscaler.grade import from_calls, grade
from agentscaler.world import World

if TYPE_CHECKING:
    from agentscaler.rollouts import play
    from agentscaler.walk.tasks import read_tasks

__all__ = ["World", "from_calls", "grade", "play", "read_env", "read_tasks"]


def __getattr__(name: str) -> Any:
    """`play` and `read_tasks` are loaded when they are first asked for."""
    if name == "play":
        from agentscaler.rollouts import play

        return play
    if name == "read_tasks":
        from agentscaler.walk.tasks import read_tasks

        return read_tasks
    raise AttributeError(f"module 'agentscaler' has no attribute {name!r}")
