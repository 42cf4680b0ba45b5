# make demo   sets up and runs the main job end to end        make serve  serves what the demo made
# make test   sets up and runs everything                     make check  the inner loop, under two minutes
# make bench  measures every promise beside its peer          make lock   renews the lock files (needs uv)

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Two processes: what waits for a browser or a mail server leaves the other core free. In our order: journeys first.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder
export AMPARO_HOME ?= $(CURDIR)/var/demo
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo serve test check lint types contracts migrations unit sqlite postgresql bench lock clean
.DELETE_ON_ERROR:

demo: .venv/demo
	$(BIN)/python -m demo

serve: .venv/demo
	$(BIN)/amparo serve

# -- environments: one folder, first what Amparo needs, then what its tests need

.venv/demo: requirements.lock requirements-photos.lock pyproject.toml $(wildcard setup.py)
	@scripts/venv.sh $(PYTHON) .venv requirements.lock requirements-photos.lock
	@touch $@

.venv/dev: .venv/demo requirements-dev.lock
	@scripts/venv.sh $(PYTHON) .venv requirements-dev.lock
	@touch $@

.venv-bench/done: requirements-bench.lock requirements-photos.lock pyproject.toml $(wildcard setup.py)
	@scripts/venv.sh $(PYTHON) .venv-bench requirements-bench.lock requirements-photos.lock
	@touch $@

# -- what CI and a developer call

test: .venv/dev
	@scripts/system.sh postgresql chromium nodejs openssl
	$(MAKE) lint types contracts migrations
	$(MAKE) sqlite
	$(MAKE) postgresql

check: .venv/dev lint types contracts migrations unit

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --check --lint src/amparo

types: .venv/dev
	$(BIN)/mypy

contracts: .venv/dev
	$(BIN)/lint-imports --no-cache

migrations: .venv/dev
	AMPARO_HOME=$$(mktemp -d) DJANGO_SETTINGS_MODULE=amparo.conf.settings $(BIN)/python -m django makemigrations --check --dry-run

# The inner loop: without browsers and servers, the long work of killing workers at every statement, and sanitizers.
unit: .venv/dev
	$(PYTEST) -m "not journey" --ignore-glob='tests/apps/*/test_killed_*' --ignore-glob='tests/core/*/test_sanitized*'

sqlite: .venv/dev
	$(PYTEST) --durations=10

# Everything runs again on PostgreSQL but what asks no database (engines, the repository, how pages look, the wheel, the
# demo with its own SQLite) and journeys whose doors and actions have tests that run here.
ONCE = core house ui locale $(addprefix journeys/,test_looks.py test_axe.py test_install.py test_demo.py test_her_page.py \
	test_second_factor.py)
postgresql: .venv/dev
	$(BIN)/python scripts/with_postgres.py $(PYTEST) $(ONCE:%=--ignore=tests/%) --durations=10

bench: .venv-bench/done
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; .venv-bench/bin/python $$script || exit 1; done

lock:
	@scripts/lock.sh

clean:
	rm -rf .venv .venv-bench build dist var src/*.egg-info
