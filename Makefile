# Every target sets up for itself what it needs, on a machine that has Python 3.11 or later, git and make.
# A Python of your choice makes the virtual environment with: make PYTHON=python3.12 test

.DEFAULT_GOAL := test
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: test test-systems test-attacks demo bench fmt screenshots snapshots wheel constraints clean system-demo system-test system-test-systems system-screenshots

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Nothing is installed whose hash is not known, and nothing is built but this package: a build would fetch what it likes.
INSTALL := $(PIP) install --require-hashes --only-binary :all:
INSTALL_THIS := $(PIP) install --no-deps --no-build-isolation --editable . && $(BIN)/python -m pip check
LOCK := .make/fresh/bin/uv pip compile pyproject.toml --group build --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --only-binary :all: --generate-hashes --no-annotate --custom-compile-command 'make constraints'
export PYTHON
# Hundreds of programs are started by the tests: each would be compiled anew.
unexport PYTHONDONTWRITEBYTECODE

# Most tests wait for servers half of their time, so more run at once than there are cores. What is collected first is
# compiled for all, and mypy, which has one core to itself, looks at the types meanwhile.
test: system-test .make/dev .make/old-rsync/fetched
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy & types=$$!; $(BIN)/pytest --collect-only -qq >/dev/null; \
	$(BIN)/pytest --numprocesses 6 --dist worksteal; tests=$$?; \
	wait $$types || { echo "mypy has found mistakes: see above."; exit 1; }; exit $$tests

# What a stolen key gains, by each attack on each scheme and rsync, and all of what `test` tries a sample of: an hour or more.
test-attacks: system-test .make/dev .make/old-rsync/fetched .make/cron/fetched
	nice $(BIN)/pytest --numprocesses 2 --dist worksteal \
		tests/attacks/table.py tests/attacks/every_version.py
	nice $(BIN)/pytest --numprocesses 2 --dist worksteal --every-case \
		tests/attacks/test_second_key.py tests/faults tests/screens tests/servers

# The whole way on other systems, each built once: minutes each, and some gigabytes in .make.
test-systems: system-test system-test-systems .make/dev
	$(BIN)/python -m tests.systems.building
	nice $(BIN)/pytest --numprocesses 2 --dist worksteal tests/systems/circle.py

demo: system-demo .make/run
	@$(BIN)/backup-wizard demo

bench: system-test .make/dev
	$(BIN)/python -m tests.benchmarks

fmt: .make/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pictures that the tests compare with; look at what changed before you commit it.
snapshots: system-test .make/dev
	$(BIN)/pytest --quiet --numprocesses 2 --every-case --snapshot-update tests/screens/pictures

screenshots: system-screenshots .make/dev
	$(BIN)/python -m tests.screenshots

wheel: .make/dev
	$(BIN)/python -m build --wheel --no-isolation

# Everything with the hashes of all its wheels: for every Python and platform, and without the address of a registry.
constraints: system-demo
	rm -rf .make/fresh && mkdir -p .make
	"$$(.ci/python)" -m venv .make/fresh
	.make/fresh/bin/python -m pip install --quiet uv
	$(LOCK) --upgrade --extra dev --extra alarms --output-file constraints.txt
	$(LOCK) --constraint constraints.txt --output-file constraints-run.txt
	rm -rf .make/fresh

clean:
	rm -rf .venv .make dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Not a stamp: it takes a moment, and a machine may lose a program.
system-demo system-test system-test-systems system-screenshots:
	@.ci/system-packages $(@:system-%=%)

.venv/pyvenv.cfg: | system-demo
	@echo 'Setting up .venv: this takes a minute, once.'
	@rm -rf .venv
	@"$$(.ci/python)" -m venv .venv

.make/run: .venv/pyvenv.cfg pyproject.toml constraints-run.txt
	@$(INSTALL) --requirement constraints-run.txt
	@$(INSTALL_THIS)
	@mkdir -p .make && touch $@

.make/dev: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@$(INSTALL) --requirement constraints.txt
	@$(INSTALL_THIS)
	@mkdir -p .make && touch .make/run $@

# The rsyncs of other systems, from their distributions' packages: nothing is installed.
.make/old-rsync/fetched: tests/support/servers/old_rsync.py | system-test .make/dev
	@$(BIN)/python -m tests.support.servers.old_rsync
	@touch $@

# A cron for the tests, unpacked: nothing is installed.
.make/cron/fetched: tests/support/schedule/real_cron.py | system-test .make/dev
	@$(BIN)/python -m tests.support.schedule.real_cron
	@touch $@
