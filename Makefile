# `make demo` and `make test` need nothing but Python 3.11 or newer and make; everything else is installed here.
# On machines without make: `uv run kollega demo` and `uv run pytest`.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# A file of tests stays together: its tests share a town and a browser. By name, not the largest first: a file of few
# tests may take the longest, and at the end it would be alone.
SIDE_BY_SIDE := -n logical --dist loadfile --no-loadscope-reorder

.PHONY: demo test lint types imports unit integration browser crash crash-short acceptance bench chromium postgresql clean

demo: $(VENV)/installed chromium
	@$(BIN)/kollega demo

test: lint types imports unit integration browser crash-short

lint: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed
	$(BIN)/mypy

imports: $(VENV)/installed
	$(BIN)/lint-imports

unit: $(VENV)/installed
	$(BIN)/pytest tests/unit

integration: $(VENV)/installed postgresql
	$(BIN)/pytest $(SIDE_BY_SIDE) tests/integration

browser: $(VENV)/installed chromium
	$(BIN)/pytest $(SIDE_BY_SIDE) tests/browser

crash-short: $(VENV)/installed chromium postgresql
	$(BIN)/pytest -n logical tests/crash

# A thousand kills of workers, browsers, drivers and the database, and the table of what came of it. Half an hour or so.
crash: $(VENV)/installed chromium postgresql
	$(BIN)/python -m tests.crash

# Towns of 300 invoices, 750 flex-wage cases and 1,100 hires: plain, under every fault, and with the worker killed twenty
# times. Many hours.
acceptance: $(VENV)/installed chromium
	$(BIN)/pytest tests/acceptance

bench: $(VENV)/peers chromium postgresql
	$(BIN)/python -m benchmarks

# What pip cannot bring; each does nothing where it is there already.
chromium postgresql: $(VENV)/installed
	@sh .ci/packages.sh "$(BIN)" $@

$(VENV)/installed: pyproject.toml uv.lock
	@sh .ci/venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

# The queues that ours is measured against.
$(VENV)/peers: $(VENV)/installed
	@sh .ci/venv.sh "$(PYTHON)" "$(VENV)" --group bench
	@touch $@

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
