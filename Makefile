# make run    install into .venv, then the first walk over 46,200 tools (about ten minutes on two cores); a second time it takes seconds
# make libraries    the 29 client libraries of the pool (shops, banks, mail, travel, ...) alone; `make run` installs them, too
# make test   the whole test suite, types, lint and import rules
# make learn  the proof of learning: a small transformer from scratch, in few and in many worlds; report/learning.html
# make bench  the figures of the README, each beside what the machine needs at least

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RECIPE ?= runs/first.toml
CLIENTS = $(VENV)/share/agentscaler/clients

.PHONY: run libraries test bench small learn clean

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

bench: $(VENV)/.pool
	$(PIP) install -c constraints.txt -e ".[models]"
	$(BIN)/python benchmarks/runtime.py
	$(BIN)/python benchmarks/episodes.py
	$(BIN)/python benchmarks/models.py
	test ! -f runs/first/graph.jsonl || $(BIN)/python benchmarks/dependencies.py --run runs/first

learn: $(VENV)/.train
	$(BIN)/agentscaler learn --out report

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

# Client libraries are only read, too: they lie where nothing can import them, without what they depend on.
$(VENV)/.libraries: $(VENV)/.made
	$(PIP) install -c constraints.txt --no-deps --no-compile --only-binary=:all: --upgrade --target $(CLIENTS) $$($(BIN)/python -m agentscaler.tools.clients)
	touch $@

$(VENV)/.train: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[train]"
	touch $@

$(VENV)/.dev: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[dev,mcp,models]"
	touch $@

clean:
	rm -rf $(VENV) build dist
