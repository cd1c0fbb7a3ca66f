# Thin over the `lapor` command and the tools that uv.lock pins. `make help` lists the targets.

UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
SYNC := UV_PROJECT_ENVIRONMENT=.venv $(BIN)/python -m uv sync --locked --inexact --extra embedded --compile-bytecode

.DEFAULT_GOAL := help
.PHONY: help setup up down status logs restart demo test check lint format types browser bench poison breaker chaos journey assets image-check clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk 'BEGIN {FS = ":.*## "} {printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/runtime ## Everything the stack needs, from the lock file, into .venv

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making .venv"; $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade >/dev/null
	@echo "installing uv $(UV_VERSION)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/runtime: .venv/uv pyproject.toml uv.lock
	@echo "installing packages from uv.lock"
	@$(SYNC) --no-dev
	@touch $@

.venv/develop: .venv/runtime
	@echo "installing the tools for development from uv.lock"
	@$(SYNC)
	@touch $@

up: setup ## Start the embedded stack and wait until it is ready; again is harmless
	@$(BIN)/lapor up

down: setup ## Stop the embedded stack; the data stays
	@$(BIN)/lapor down

status: setup ## What runs, whether it is ready, how much memory it takes
	@$(BIN)/lapor status

logs: setup ## The end of the logs; NAME=intake for one program
	@$(BIN)/lapor logs $(NAME)

restart: setup ## Restart services and relays after a change of code; NAME=intake for one
	@$(BIN)/lapor restart $(NAME)

journey: setup ## One report's whole path through the services; ID=tracking id
	@$(BIN)/lapor journey $(ID)

demo: setup ## Start the stack, send one report through its whole life, fill the site with invented reports
	@$(BIN)/lapor demo

assets: setup ## Build the page assets
	@$(BIN)/lapor assets

test: check browser ## Lint, types, import contracts and all tests
	@$(BIN)/pytest -n 2 --dist loadgroup

check: lint types ## Everything that needs no servers: lint, types, import contracts
	@$(BIN)/lint-imports

lint: .venv/develop ## Style and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: .venv/develop ## Put the format right
	@$(BIN)/ruff format

types: .venv/develop ## mypy --strict
	@$(BIN)/mypy

browser: .venv/develop
	@$(BIN)/lapor browser

bench: .venv/develop ## Speed against raw clients in one run; writes docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks

poison: .venv/develop ## One key that always fails among many: the others go on
	@$(BIN)/python -m tests.benchmarks.poison

breaker: .venv/develop ## A handler that always fails stops its consumer
	@$(BIN)/python -m tests.benchmarks.breaker

chaos: .venv/develop ## Kill processes while reports come in and compare the ledgers; SEED=
	@$(BIN)/python -m tests.reliability.chaos $(if $(SEED),--seed $(SEED))

image-check: .venv/develop ## Lint the image and the compose file
	@$(BIN)/hadolint deploy/image/Dockerfile

clean: ## Delete what is fetched and built, and the state of test runs; the data of `make up` stays
	@rm -rf .lapor/parts .lapor/assets .lapor/web .lapor/tests .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
