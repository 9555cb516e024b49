"""Benchmarks of others, each in an environment of its own behind a line of JSON (line.py, served/); sources.py checks what was given, parity.py what must hold without a model."""
