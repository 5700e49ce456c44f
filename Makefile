# Everything that a fresh machine needs: `make compare` to see it work, `make test` to test it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One stamp a set of packages: installing again is skipped until pyproject.toml or constraints.txt changes.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed, this is " + sys.version'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml constraints.txt
	@$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@$(PIP) --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.notebooks: $(VENV)/.run
	@$(PIP) --constraint constraints.txt --editable '.[notebooks]'
	@touch $@

.PHONY: install
install: $(VENV)/.run ## Make the environment in .venv and install the tool

.PHONY: compare
compare: $(VENV)/.run ## Compare CloudMatrix 384 with GB200 NVL72
	@$(BIN)/python -m calc compare cm384 nvl72

.PHONY: notebooks
notebooks: $(VENV)/.notebooks ## Install JupyterLab and open the notebooks in it
	$(BIN)/jupyter lab --notebook-dir=notebooks $(LAB)

$(VENV)/.site: $(VENV)/.run
	@$(PIP) --constraint constraints.txt --editable '.[site]'
	@touch $@

.PHONY: site
site: $(VENV)/.site ## Write the whole catalog as a static site into site/
	$(BIN)/python -m calc site -o site

.PHONY: test
test: $(VENV)/.test ## Install what tests need and run them
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder # the order is that of tests/conftest.py

# For the loop of work, and what a new version of a library would break first.
QUICK := -n logical --dist loadfile tests/units tests/sheets tests/formulas tests/figures

.PHONY: quick
quick: $(VENV)/.test ## Run the quick tests alone (half a minute)
	$(BIN)/python -m pytest $(QUICK)

.PHONY: newest
newest: ## Run the quick tests against the newest versions of everything, in .venv-newest
	@$(MAKE) --no-print-directory VENV=.venv-newest .venv-newest/.made
	@.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --editable '.[test]'
	.venv-newest/bin/python -m pytest $(QUICK)

.PHONY: upgrade
upgrade: ## Renew constraints.txt from the newest versions and run the tests with them
	rm -rf $(VENV)
	@$(MAKE) --no-print-directory $(VENV)/.made
	@$(PIP) --editable '.[test,notebooks,dask,mcp,parquet,site,mutants]'
	(echo '# The versions that were tested; `make upgrade` renews them.' && \
	    $(BIN)/python -m pip freeze --exclude-editable) > constraints.txt
	@$(MAKE) --no-print-directory test

.PHONY: check
check: $(VENV)/.test ## Lint, format, types, and all sheets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m calc validate --check-format

SECONDS ?= 120
SEED ?= $(shell date +%s)

.PHONY: fuzz
fuzz: $(VENV)/.test ## Look for inputs that lead to a fault, SECONDS=120 from SEED on
	@echo "SEED=$(SEED)"
	$(BIN)/python -m tests.fuzz $(SECONDS) $(SEED)
	FUZZ=1 $(BIN)/python -m pytest -n logical tests/test_fuzz.py tests/test_fuzz_calls.py

$(VENV)/.mutants: $(VENV)/.test
	@$(PIP) --constraint constraints.txt --editable '.[test,mutants]'
	@touch $@

PART ?= units
SAMPLE ?= 150

.PHONY: mutants
mutants: $(VENV)/.mutants ## Put small faults into PART=units, SAMPLE=150 of them: its tests must fail (minutes)
	$(BIN)/python -m tests.mutants $(PART) $(SAMPLE)

.PHONY: format
format: $(VENV)/.test ## Format the code and the sheets
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m calc validate --fix

.PHONY: calibrate
calibrate: $(VENV)/.run ## Derive the efficiencies of estimates from the measurements again (minutes)
	$(BIN)/python -m calc.estimates.fit

.PHONY: bench
bench: $(VENV)/.test ## Print the benchmarks' ratios, taken in one run
	$(BIN)/python -m tests.benchmarks.cold_start
	$(BIN)/python -m tests.benchmarks.sweep

.PHONY: clean
clean: ## Remove the environment and all caches
	rm -rf $(VENV) .venv-newest build dist .hypothesis .mutants .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
