# The commands people need: run, test, check. Everything else hangs on these.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One line for each large package while pip works; pip's own exit code counts.
LOCKED  = { $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r $(1); echo $$? > $(VENV)/.pip; } 2>&1 \
	| awk '/^ERROR/ || (/^ *(Downloading|Using cached) / && / MB\)/) || /^Installing/ {print "  " substr($$0, 1, 76); fflush()}'; \
	exit $$(cat $(VENV)/.pip)

.DEFAULT_GOAL := help
.PHONY: help run install test check browser lock demo clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

run: install ## start everything on http://localhost:8000
	@exec $(BIN)/viva serve --with-parent

install: $(VENV)/.installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "viva needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making $(VENV)…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked dependencies (about 250 MB to fetch; once, a minute or two)…"
	@$(call LOCKED,requirements.lock)
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need…"
	@$(call LOCKED,requirements-dev.lock)
	@touch $@

browser: $(VENV)/.installed-dev
	@$(BIN)/python tests/support/install.py

test: browser check ## the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev ## formatter, linter, types, contracts, migrations, catalogs
	@$(BIN)/ruff format --check --quiet . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy -n 2
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m viva.platform.i18n_check
	@$(BIN)/python tests/support/check_migrations.py
	@echo "check: all good"

demo: install ## a spoken interview through a running server
	@$(BIN)/viva demo

lock: ## write both locks anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build pyproject.toml -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what was built, but never data/
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
