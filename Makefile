# Most people need only `make serve` and `make test`. The other targets are for developing mockrevio.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Stamp files: what `make serve` needs, and what all other targets need in addition.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Tests run in parallel. They spend a third of their time waiting, so there are more workers than cores.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)
# Each worker starts with a contiguous part of the tests, so that it alone makes the fixtures of a module, and takes
# over tests of another when it is done. A test that hangs fails, with the stacks of all threads.
TIMEOUT ?= 300
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --timeout $(TIMEOUT)

# Tests start hundreds of processes. Without bytecode files, each would compile mockrevio, and pytest its plugins.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test torture matrix check format lint types docs tables pictures fixtures lock check-lock vendor check-vendor audit sbom build bench clean

help:  ## list the targets
	@awk -F ':.*##' '/^[a-z-]+:.*##/ {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(INSTALLED)  ## start mockrevio on 127.0.0.1:7384; options in ARGS="--port 0 --ephemeral"
	@exec $(BIN)/mockrevio serve $(ARGS)

test: $(INSTALLED_DEV)  ## run the whole test suite; options in ARGS="-k paging"
	$(PYTEST) $(ARGS)

torture: $(INSTALLED_DEV)  ## run the torture tests in full: takes an hour or more on 2 cores; options in ARGS="-k kill"
	$(PYTEST) tests/torture --torture long --timeout 0 $(ARGS)

matrix: $(INSTALLED_DEV)  ## run the suites of a user in environments like theirs; options in ARGS="-t quick", ARGS="-s aiohttp"
	$(BIN)/python -m nox $(ARGS)

check: lint types docs check-lock check-vendor test  ## run everything that must pass before a change is merged

lint: $(INSTALLED_DEV)  ## check format, style, Dockerfile and workflow
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet --pedantic .github

format: $(INSTALLED_DEV)  ## format the code and apply automatic fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(INSTALLED_DEV)  ## check types
	$(BIN)/mypy

docs: $(INSTALLED_DEV)  ## build the documentation site in site/; broken links and other warnings are errors
	rm -rf site
	$(BIN)/python -m sphinx -q -W -E -d build/doctrees -c docs . site
	@echo 'Open site/index.html in a browser.'

tables: $(INSTALLED_DEV)  ## update what comes from tables in the code: tables in docs/, types in mockrevio/types/, openapi/, what verify expects, the schema of the Helm chart
	$(BIN)/python docs/tables.py
	$(BIN)/python docs/typed_dicts.py
	$(BIN)/python docs/openapi_documents.py
	$(BIN)/python docs/chart_schema.py
	$(BIN)/python -c 'from mockrevio.contract.verify.expected import write_expected; write_expected()'

pictures: $(INSTALLED_DEV)  ## take the pictures of the console that README.md shows; needs Chromium
	$(BIN)/python docs/console_pictures.py

fixtures: $(INSTALLED_DEV)  ## regenerate fixtures/default.json, demo.json and empty.json from their recipes
	$(BIN)/python -c 'from pathlib import Path; from mockrevio.seeding.shipped_fixtures import \
	  write_shipped_fixtures; write_shipped_fixtures(Path("fixtures"))'

lock: $(INSTALLED_DEV)  ## update what the image is built from, requirements/build.txt and image.txt, to the newest versions
	$(BIN)/python requirements/lock.py

check-lock: $(INSTALLED_DEV)  ## check that these agree with pyproject.toml and have no yanked version
	$(BIN)/python requirements/lock.py --check

vendor:  ## update what the console is made with to what requirements/console.json names; needs npm
	$(PYTHON) requirements/vendor.py

check-vendor:  ## check that the console is made with what requirements/console.json names; needs npm
	$(PYTHON) requirements/vendor.py --check

audit: $(INSTALLED_DEV)  ## ask the advisory service whether the versions in the image have known vulnerabilities
	$(BIN)/python requirements/audit.py $(ARGS)

sbom: $(INSTALLED_DEV)  ## write the bill of materials of the image, build/mockrevio.cdx.json
	$(BIN)/python requirements/sbom.py build/mockrevio.cdx.json

build: $(INSTALLED_DEV)  ## build the wheel and the source distribution in dist/
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

bench: $(INSTALLED_DEV) .bench/.installed  ## benchmark against other servers, with wrk and Java; options in ARGS="--runs 3 searches"
	$(BIN)/python -m benchmarks $(ARGS)

# The servers that mockrevio is compared with, in the versions that docs/performance.md names.
.bench/.installed: Makefile
	@command -v npm >/dev/null || { echo 'npm is missing: install it, on Debian with `apt-get install npm`' >&2; exit 1; }
	mkdir -p .bench
	npm install --prefix .bench --no-fund --no-audit --silent \
	  json-server@0.17.4 @stoplight/prism-cli@5 wiremock@3 @mockoon/cli@9
	$(PYTHON) -m venv .bench/venv
	.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check localstripe 'moto[server]' \
	  pytest pytest-httpserver requests --editable .
	@touch $@

clean:  ## delete everything that the other targets made
	rm -rf clients/node/node_modules clients/node/dist clients/node/recipes/node_modules tests/openapi/node/node_modules
	rm -rf $(VENV) .bench .nox dist build site .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mockrevio needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Run make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[contract,tls]'
	@touch $@

$(INSTALLED_DEV): pyproject.toml requirements/tools.py requirements/tools.txt | $(BIN)/python
	$(PIP) --editable '.[dev]'
	$(BIN)/python requirements/tools.py
	@touch $(INSTALLED) $@
