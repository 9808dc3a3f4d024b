# Every target sets up what it needs; the second time that takes no time.
PY := .venv/bin/python
UPGRADE ?=
# More processes than cores: tests also wait, for children and servers.
WORKERS ?= 3
# How many failed tests may be run once more, alone, before the run counts as failed (tests/second_run.py).
UNSTABLE ?= 0
ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run check test deep bench bench-full demo docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## open the window, or run the sample in the terminal where there is no display
	@sh packaging/setup.sh run
	@$(PY) -m workbench $(ARGS); code=$$?; \
	echo "The same work in the terminal: $(CURDIR)/.venv/bin/workbench --help"; exit $$code

check: ## lint, format, types, and what may import what
	@sh packaging/setup.sh test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

test: check ## check, then all tests; ARGS go to pytest
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS) || $(PY) -m tests.second_run $(UNSTABLE) $$?

deep: ## the long tests: mutations, kills, simulations; prints their figures, ARGS go to pytest
	@sh packaging/setup.sh test
	@sh packaging/system-libs.sh deep
	WORKBENCH_TEST_DEPTH=deep $(PY) -m pytest -n 2 --dist worksteal -m deep --timeout 3600 $(ARGS)

bench: ## measure against the budgets, under five minutes
	@sh packaging/setup.sh test
	$(PY) -m tests.bench $(ARGS)

bench-full: ## the same with the databases of a million rows
	@sh packaging/setup.sh test
	$(PY) -m tests.bench --full $(ARGS)

demo: ## drive the real window through the loop and all its faces; screenshots in build/demo
	@sh packaging/setup.sh test
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then sh packaging/demo.sh; \
	else QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 3840x2160x24" sh packaging/demo.sh; fi

docs: ## build the guide as a site, with its links checked
	@sh packaging/docs.sh

lock: ## write the lock files anew; UPGRADE=--upgrade takes newer releases
	@sh packaging/lock.sh $(UPGRADE)

clean: ## remove everything that was made here
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find workbench tests -name __pycache__ -prune -exec rm -rf {} +
