# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# How many test processes run beside each other.
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint system-packages catalogues lock bench faults interop clean

help: ## Show what can be made.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

demo: $(VENV)/runtime.stamp ## Show the program at work on a sample plan; ARGS=--once ends by itself.
	$(BIN)/python examples/demo.py $(ARGS)

test: system-packages ## Everything that must hold: style, types, arrows, texts, tests.
	$(MAKE) --no-print-directory $(VENV)/test.stamp
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --hypothesis-profile ci --durations 10

lint: $(VENV)/test.stamp ## Style, types, the direction of imports, the catalogues.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python locale/catalogues.py check

# What tests need from the system. Without it they are skipped, and the end of the run says which;
# with OPORA_TEST_REQUIRE_ALL=1 they fail.
system-packages: ## As root on Debian: install PostgreSQL, Chromium and a C compiler where they are missing.
	@wanted=""; \
	$(PYTHON) -c "import ensurepip" 2>/dev/null || wanted="$$wanted python3-venv"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$$wanted postgresql"; \
	command -v chromium >/dev/null || wanted="$$wanted chromium"; \
	command -v cc >/dev/null || wanted="$$wanted gcc libc6-dev"; \
	if [ -z "$$wanted" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$wanted && exit 0; \
	fi; \
	echo "Missing:$$wanted. The tests that need it are skipped."

$(VENV)/runtime.stamp: requirements/runtime.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/runtime.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	touch $@

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/test.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	touch $@

catalogues: $(VENV)/test.stamp ## Take new texts into locale/, drop old ones, compile; prints what to translate.
	$(BIN)/python locale/catalogues.py update

lock: $(VENV)/test.stamp ## Write the lock files anew from pyproject.toml; ARGS=--upgrade takes newer versions.
	PATH="$(CURDIR)/$(BIN):$$PATH" sh requirements/lock.sh $(ARGS)

bench: $(VENV)/bench.stamp ## Run every measurement in benchmarks/ and write docs/performance.md; less than 20 minutes.
	$(BIN)/python benchmarks/report.py $(ARGS)

# Half an hour on two idle cores; whatever hangs is ended after two hours.
faults: $(VENV)/test.stamp ## Kill, fill and cut what the program rests on, and see what is left; less than an hour.
	OPORA_FAULT_TRIALS=1000 timeout 7200 $(BIN)/python -m pytest tests/faults $(ARGS)

interop: $(VENV)/test.stamp ## Let real calendar programs read the sample plan's feed; fetches them from the network.
	sh tests/interop/run.sh $(BIN)/python

clean: ## Remove what the tools left behind, the environment too; data stay.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
