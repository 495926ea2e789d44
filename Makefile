# Two commands are enough: `make serve` and `make test`. The rest is for those who change mockrevio.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: serve test check format lint types fixtures build clean

serve: $(STAMP)  ## start mockrevio on 127.0.0.1:7384; options in ARGS="--port 0 --ephemeral"
	@exec $(BIN)/mockrevio serve $(ARGS)

test: $(STAMP)  ## run the whole test suite; options in ARGS="-k paging"
	$(BIN)/pytest $(ARGS)

check: lint types test  ## everything that must pass before a change lands

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(STAMP)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)
	$(BIN)/mypy

build: $(STAMP)  ## the wheel and the source package, in dist/
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mockrevio needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; say make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
