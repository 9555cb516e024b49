"""Evals: the same score each time, with what it rests on: what is noise, what doing nothing earns, and whose doing a failure is.

    from agentscaler.evals.worlds import evaluate, regrade        own held-out worlds
    from agentscaler.evals.score import read_result               result files: a stamp, then a score a line
    from agentscaler.evals.table import compare, main_table

pinned.py is the fixed set of worlds, variants.py other ways of showing the same tools, floors.py the rows that need no model, numbers.py the statistics, page.py the report page. bench/ runs
benchmarks of others in environments of their own. docs/evals.md says how to read a score.
"""
