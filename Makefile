# `make demo` and `make test` set up whatever is missing. Needs Python 3.11+, Node 20+ and make; no Docker, no AWS account.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FACES := .local/faces
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.txt)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint unit infrastructure edge end-to-end synth bench requirements clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(VENV)/.ready node_modules/.ready $(FACES)/.ready ## virtual environment, CDK command line, face model, test faces

$(VENV)/.ready: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet requirements.txt --python $(BIN)/python
	$(BIN)/uv pip install --quiet --no-deps --editable . --python $(BIN)/python
	touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --no-progress --loglevel=error
	touch $@

# True pairs of photos for the tests (three of one person, one of another), from a source archive that is read, never installed.
$(FACES)/.ready: $(VENV)/.ready
	mkdir -p $(FACES)/archive
	$(BIN)/python -m pip download --quiet --no-deps --no-binary :all: --dest $(FACES)/archive face_recognition==1.3.0
	tar -xzf $(FACES)/archive/face_recognition-1.3.0.tar.gz -C $(FACES) --strip-components=3 face_recognition-1.3.0/tests/test_images
	touch $@
