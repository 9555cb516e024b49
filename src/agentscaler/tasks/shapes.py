"""The shapes of tasks: a goal first, its rows found by reads, then wishes that share a row joined.

Each shape is a function (site, dice) -> plans, the calls made; it raises Dropped where the world has nothing of the kind.
A condition gives two plans: it holds in one and not in the other. So does the boundary of a rule: allowed, refused.
"""

from collections.abc import Callable
from typing import Final

from agentscaler.dice import Dice
from agentscaler.tasks.boundary import boundary_plans
from agentscaler.tasks.errand import errand_plans
from agentscaler.tasks.joined import clear_plans, copy_plans, family_plans, setup_plans, two_plans
from agentscaler.tasks.plans import Plan
from agentscaler.tasks.several import both_plans, compare_plans, count_plans, each_plans, replace_plans, which_plans
from agentscaler.tasks.single import ask_plans, askwrite_plans, cond_plans, create_plans, link_plans, write_plans
from agentscaler.tasks.site import Site

Shape = Callable[[Site, Dice], list[Plan]]

SHAPES: Final[dict[str, Shape]] = {
    "ask": ask_plans,
    "write": write_plans,
    "create": create_plans,
    "link": link_plans,
    "askwrite": askwrite_plans,
    "cond": cond_plans,
    "each": each_plans,
    "both": both_plans,
    "replace": replace_plans,
    "count": count_plans,
    "which": which_plans,
    "compare": compare_plans,
    "two": two_plans,
    "family": family_plans,
    "copy": copy_plans,
    "setup": setup_plans,
    "clear": clear_plans,
    "errand": errand_plans,
    "boundary": boundary_plans,
}
