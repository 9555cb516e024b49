# make run    install into .venv, then the first walk over 46,200 tools (ten to twenty minutes on two cores); a second time it takes seconds
# make libraries    the 29 client libraries of the pool (shops, banks, mail, travel, ...) alone; `make run` installs them, too
# make test   the whole test suite, types, lint and import rules
# make test-train    the tests that need the extra `train` (SFT, RL, models that play, recipes), in an environment of their own with torch for CPUs: 1.8 GB
# make learn  the proof of learning: a small transformer from scratch, in few and in many worlds; report/learning.html
# make learn-all  the same and what moves it, one thing at a time: states or worlds, the funnel, failed calls, two phases, reinforcement learning
# make bench  the figures of the README, each beside what the machine needs at least

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RECIPE ?= runs/first.toml
CLIENTS = $(VENV)/share/agentscaler/clients

TRAIN  := .venv-train
# Where torch for CPUs comes from, where the usual index has it for GPUs only: make test-train TORCH="--extra-index-url https://download.pytorch.org/whl/cpu"
TORCH  ?=

.PHONY: run libraries test test-train bench small learn learn-all clean

run: $(VENV)/.pool $(VENV)/.libraries
	$(BIN)/agentscaler run $(RECIPE)

libraries: $(VENV)/.libraries

small: $(VENV)/.pool
	$(BIN)/agentscaler run runs/small.toml

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2

# The import comes first, so that nothing is skipped for want of a library.
test-train: $(TRAIN)/.made
	$(TRAIN)/bin/python -c "import accelerate, datasets, peft, torch, transformers, trl"
	OMP_NUM_THREADS=1 $(TRAIN)/bin/python -m pytest -n 2 --dist loadfile tests/test_train.py tests/test_rl.py tests/test_folder.py tests/test_clusters.py tests/test_masks.py tests/test_sft.py tests/test_learn.py

bench: $(VENV)/.pool
	$(PIP) install -c constraints.txt -e ".[models]"
	$(BIN)/python benchmarks/runtime.py
	$(BIN)/python benchmarks/side_by_side.py
	$(BIN)/python benchmarks/episodes.py
	$(BIN)/python benchmarks/models.py
	test ! -f runs/first/graph.jsonl || $(BIN)/python benchmarks/dependencies.py --run runs/first

learn: $(VENV)/.train
	$(BIN)/agentscaler learn --out report

learn-all: $(VENV)/.train
	$(BIN)/agentscaler learn --out report --studies all

$(VENV)/.made: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'agentscaler needs Python 3.11 or newer; name one with make PYTHON=python3.12')"
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e .
	touch $@

# The third package of the pool comes without its SDK: only its data files are read.
$(VENV)/.pool: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[pool]"
	$(PIP) install -c constraints.txt --no-deps tccli-intl-en
	touch $@

# Client libraries are only read, too: they lie where nothing can import them, without what they depend on. Reading them once is part of installing; the walk takes them from the cache.
$(VENV)/.libraries: $(VENV)/.made
	$(PIP) install -c constraints.txt --no-deps --no-compile --only-binary=:all: --upgrade --target $(CLIENTS) $$($(BIN)/python -m agentscaler.tools.clients)
	$(BIN)/python -c "from agentscaler.flags import cache_folder; from agentscaler.tools.clients import read_clients; list(read_clients(workers=2, cache=cache_folder()))"
	touch $@

$(VENV)/.train: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[train]"
	touch $@

$(TRAIN)/.made: pyproject.toml constraints.txt
	test -d $(TRAIN) || $(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt $(TORCH) -e ".[train,dev]"
	touch $@

$(VENV)/.dev: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[dev,mcp,models]"
	touch $@

clean:
	rm -rf $(VENV) $(TRAIN) build dist
