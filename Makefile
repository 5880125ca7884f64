# Two targets do everything on a fresh machine with Python 3.11 and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check format schemas faults lives latency speed parsing quality threads duplicates fuzz clean

help:
	@awk -F '## ' '/^[a-z]+:.*##/ {split($$1, t, ":"); printf "  make %-10s %s\n", t[1], $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## install everything into .venv

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}: make PYTHON=python3.11")'
	@echo "Installing into $(VENV) (about a minute the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made: install Python's venv module (Debian: python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[nlp,local,sources,dev]' \
	  || { echo "Installing failed; the lines above say why. Without a network nothing can be downloaded: try again when there is one."; exit 1; }
	@touch $@

demo: $(STAMP)  ## engines, workers, sample stories: enriched and searchable
	@$(BIN)/wire demo

test: $(STAMP) check  ## all checks and tests, on real engines
	@$(BIN)/python -m pytest -q

check: $(STAMP)  ## style, types, import rules
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Some files are not formatted: make format."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > .import-rules.log 2>&1 || { cat .import-rules.log; exit 1; }

format: $(STAMP)  ## format the code
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

schemas: $(STAMP)  ## write schemas/ and the settings table in README.md anew
	@$(BIN)/python -m pipeline.schema && $(BIN)/python -m pipeline.readme

faults: $(STAMP)  ## kill and restart everything under load; nothing may be lost
	@$(BIN)/python -m benchmarks.faults

lives: $(STAMP)  ## random lives of stories while workers are killed, against a reference (half an hour)
	@$(BIN)/python -m benchmarks.lives

latency: $(STAMP)  ## how soon a flash is found, a kill takes effect and an embargo ends
	@$(BIN)/python -m benchmarks.life_latency

speed: $(STAMP)  ## the whole pipeline's speed against the bare language model
	@$(BIN)/python -m benchmarks.speed

parsing: $(STAMP)  ## how fast each format is read, beside the usual reader of it
	@$(BIN)/python -m benchmarks.parsing

quality: $(STAMP)  ## precision, recall and F1 of all that is extracted, on labelled stories and sentences
	@$(BIN)/python -m benchmarks.quality

threads: $(STAMP)  ## how well stories of one running event find one another
	@$(BIN)/python -m benchmarks.threads

duplicates: $(STAMP)  ## precision and recall of near-duplicate groups (REUTERS=folder for the newswire)
	@$(BIN)/python -m benchmarks.duplicates $(if $(REUTERS),--reuters $(REUTERS))

fuzz: $(STAMP)  ## coverage-guided fuzzing of every parser (half an hour)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt '.[fuzz]'
	@$(BIN)/python -m benchmarks.fuzz

clean:  ## remove the environment and the demo's data
	@rm -rf $(VENV) .wire .mypy_cache .ruff_cache .pytest_cache .import-rules.log
