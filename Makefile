# Everything a developer does here. `make help` lists it; `make up` needs git, make, curl and Python ≥ 3.11 with venv.

PYTHON ?= python3
GATEWAYS ?= 1
GENERATORS ?= 2
DETACH ?=
SUPERVISE ?= 1
DRAIN_SECONDS ?=
SERVICE ?=
FOLLOW ?=
YES ?=
ARGS ?=
SEED ?= 1
# Tests run in so many processes, each with servers of its own; servers that the user brings take one.
PROCESSES ?= $(if $(PRESSROOM_TEST_DATABASE_URL)$(PRESSROOM_TEST_AMQP_URL),0,logical)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
STACK := $(BIN)/python -m pressroom_devstack
PACKAGES := libs/client libs/common libs/devstack services/gateway services/generator services/monitor services/zuora-sync
PROJECTS := $(PACKAGES:=/pyproject.toml)

# 1, yes and true switch something on; 0, no, false and nothing leave it off.
on = $(filter-out 0 no false,$(1))

.DEFAULT_GOAL := help
.PHONY: help setup up down status logs reset test lint types imports check lock format bench chaos-smoke live-storm

help: ## list all targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  Variables of up: GATEWAYS=1 GENERATORS=2 DETACH=1 SUPERVISE=0 DRAIN_SECONDS=10; of logs: SERVICE=gateway FOLLOW=1;"
	@echo "  of reset: YES=1; of test: PROCESSES=1; of test, bench, chaos-smoke, live-storm: ARGS=\"…\"; of the last two: SEED=1; of all: PYTHON=python3.12"

setup: $(STAMP) ## make .venv from requirements.lock (once, and again when it changes)

up: $(STAMP) ## start everything and print how to use it (Ctrl-C or `make down` stops it)
	@$(STACK) up --gateways $(or $(GATEWAYS),1) --generators $(or $(GENERATORS),2) \
		$(if $(DRAIN_SECONDS),--drain-seconds $(DRAIN_SECONDS)) \
		$(if $(filter 0 no false,$(SUPERVISE)),--no-supervise) $(if $(call on,$(DETACH)),--detach)

down: $(STAMP) ## stop everything; the data stays
	@$(STACK) down

status: $(STAMP) ## show what runs, and how it is
	@$(STACK) status

logs: $(STAMP) ## show the ends of the logs
	@$(STACK) logs $(if $(call on,$(FOLLOW)),--follow) $(SERVICE)

reset: $(STAMP) ## stop everything and delete the data
	@$(STACK) reset $(if $(call on,$(YES)),--yes)

test: $(STAMP) ## run all tests, on a PostgreSQL and a RabbitMQ of their own
	@$(BIN)/python -m pytest -n $(PROCESSES) --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(STAMP) ## find faults of style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(STAMP) ## check the types
	@$(BIN)/python -m mypy

imports: $(STAMP) ## check who imports whom
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()'

check: lint types imports test ## all of these: what the continuous integration runs

format: $(STAMP) ## put the code in order
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(STAMP) ## measure the stack beside a hand-written floor
	@cd tests && ../$(BIN)/python -m bench $(ARGS)

chaos-smoke: $(STAMP) ## kill everything under 2,000 jobs, lose the broker's data, and judge every row
	@cd tests && ../$(BIN)/python -m chaos --seed $(or $(SEED),1) $(ARGS)

live-storm: $(STAMP) ## stream to 200 clients who come and go, kill what streams, and compare every text
	@cd tests && ../$(BIN)/python -m chaos.live --seed $(or $(SEED),1) $(ARGS)

lock: $(STAMP) ## write requirements.lock anew from the pyproject files
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --no-emit-package pressroom-common \
		--group dev $(PROJECTS) -o requirements.lock

# uv is itself a package of the lock: pip installs it by its hashes, and it installs the rest, in seconds.
$(STAMP) lock: export UV_SYSTEM_CERTS := true
$(STAMP): requirements.lock pyproject.toml $(PROJECTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pressroom needs Python 3.11 or newer: install it, or name it, make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) …"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES:%=-e ./%)
	@touch $(STAMP)
