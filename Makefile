# `make run` and `make test` are all the set-up there is. They need Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# An editable install goes stale when these change.
METADATA := pyproject.toml microgradseq/version.py
# One more than there are cores: tests of the app wait now and then.
WORKERS = $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help run test lint types oracles bench gpu clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed ## set up and start
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/microgradseq; else $(BIN)/microgradseq train; fi

test: $(VENV)/installed-test ## run the whole test suite
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

lint: $(VENV)/installed-dev ## check style and form
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/installed-dev ## check types, strictly
	@$(BIN)/mypy

oracles: $(VENV)/installed-test ## compare with other libraries, as many as can be installed
	@$(BIN)/python tools/install_oracles.py
	@$(BIN)/pytest -m oracle

bench: $(VENV)/installed-test ## run every benchmark (best on a quiet machine)
	@$(BIN)/python benchmarks/everything.py

# The suites of rules and cells need CuPy, NumPy and pytest alone; PyTorch only for the comparison.
gpu: ## test and measure on a GPU, with what PYTHON has installed
	@$(PYTHON) -m pytest --confcutdir=tests/strict tests/strict
	@$(PYTHON) -m benchmarks.gpu_train_step

clean: ## remove what was made
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("microgradseq needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(METADATA) | $(VENV)/created
	@echo "Installing microgradseq"
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-%: $(METADATA) | $(VENV)/created
	@echo "Installing microgradseq with its $* tools"
	@$(PIP) --editable '.[$*]'
	@touch $@
