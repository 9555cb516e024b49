"""`python -m agentscaler`, where the command is not on the path."""

from agentscaler.cli import main

main()
