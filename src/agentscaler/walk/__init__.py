"""The rooms over a run folder: read products, call the room, put rows on the shelf and failed ones into the bin.

Rooms know nothing of files; this is where they meet them. Whole-pool rooms (tools, graph, domains, the choice of tasks, sft) are all or
nothing, the others go on row by row where they were interrupted. Each function returns what the verb prints.
"""

from agentscaler.walk.common import Settings, Summary
from agentscaler.walk.episodes import AGENTS, funnel, rollouts
from agentscaler.walk.pages import report
from agentscaler.walk.pool import domains, graph, read_pool, tools
from agentscaler.walk.rows import sft
from agentscaler.walk.tasks import BOUNDARY, TASKS_A_WORLD, read_tasks, tasks
from agentscaler.walk.worlds import envs

__all__ = ["AGENTS", "BOUNDARY", "TASKS_A_WORLD", "Settings", "Summary", "domains", "envs", "funnel", "graph", "read_pool", "read_tasks", "report", "rollouts", "sft", "tasks", "tools"]
