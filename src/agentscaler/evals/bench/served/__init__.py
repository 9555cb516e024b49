"""Programs that run in a benchmark's own environment, beside its code: they import the benchmark and `protocol`, nothing of agentscaler."""
