# Everything that a fresh machine needs: `make compare` to see it work, `make test` to test it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

# One stamp a set of packages: installing again is skipped until pyproject.toml changes.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed, this is " + sys.version'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.notebooks: $(VENV)/.run pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[notebooks]'
	@touch $@

.PHONY: install
install: $(VENV)/.run ## Make the environment in .venv and install the tool

.PHONY: compare
compare: $(VENV)/.run ## Set CloudMatrix 384 beside GB200 NVL72
	@$(BIN)/python -m calc compare cm384 nvl72

.PHONY: notebooks
notebooks: $(VENV)/.notebooks ## Install JupyterLab and open the notebooks in it
	$(BIN)/jupyter lab --notebook-dir=notebooks $(LAB)

.PHONY: test
test: $(VENV)/.test ## Install what tests need and run them
	$(BIN)/python -m pytest -n logical

.PHONY: check
check: $(VENV)/.test ## Lint, format, types, and all sheets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m calc validate --check-format

.PHONY: format
format: $(VENV)/.test ## Format the code and the sheets
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m calc validate --fix

.PHONY: bench
bench: $(VENV)/.test ## Print the benchmarks' ratios, taken in one run
	$(BIN)/python -m tests.benchmarks.cold_start
	$(BIN)/python -m tests.benchmarks.sweep

.PHONY: clean
clean: ## Remove the environment and all caches
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
