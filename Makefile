# make run    install into .venv, then the first walk (about ten minutes on two cores); a second time it takes seconds
# make test   the whole test suite, types, lint and import rules
# make learn  the proof of learning: a small transformer from scratch, in few and in many worlds; report/learning.html
# make bench  the figures of the README, each beside what the machine needs at least

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RECIPE ?= runs/first.toml

.PHONY: run test bench small learn clean

run: $(VENV)/.pool
	$(BIN)/agentscaler run $(RECIPE)

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

$(VENV)/.train: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[train]"
	touch $@

$(VENV)/.dev: $(VENV)/.made
	$(PIP) install -c constraints.txt -e ".[dev,mcp,models]"
	touch $@

clean:
	rm -rf $(VENV) build dist
