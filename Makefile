# Everything a fresh machine needs: Python 3.11+, git and make. `make run` and `make test` set up what they use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
export DAGSTER_HOME ?= $(CURDIR)/data/dagster

.PHONY: run test test-slow spark check ui lock docs clean calibration

# The second crawl asks for the comments of the stories that the first one read.
run: $(READY)
	$(BIN)/yanyana crawl
	$(BIN)/yanyana run

test: $(READY)
	$(BIN)/pytest -n auto --dist loadfile

test-slow: $(READY) $(SPARK)
	$(BIN)/pytest -n auto --dist loadfile -m slow

# Apache Spark, for lakes that outgrow one machine. It needs Java 17 or newer besides.
spark: $(SPARK)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

ui: $(READY)
	$(BIN)/yanyana init
	$(BIN)/dagster dev --workspace workspace.yaml

# Pin what pyproject.toml asks for. The lock names no registry, so that any mirror serves.
lock: $(READY)
	$(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade --quiet \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.lock
	build/lock/bin/uv pip compile pyproject.toml --extra spark --constraints requirements.lock --universal \
		--python-version 3.11 --upgrade --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--output-file requirements-spark.lock

# The pages under docs/ that are written from the code.
docs: $(READY)
	$(BIN)/yanyana tables > docs/tables.md

# Whether the tests of the analysis reject, and its intervals cover, as often as they say; a quarter of an hour on one core.
calibration: $(READY)
	PYTHONPATH=. $(BIN)/python benchmarks/calibration.py --write docs/methods.md

clean:
	rm -rf $(VENV) build data/archive data/lake data/report data/dagster data/yanyana.duckdb

# The lock is complete, so nothing has to be resolved; hashes are checked on every download.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Yanyana needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(SPARK): requirements-spark.lock | $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-spark.lock
	touch $@
