# make demo   sets everything up, grades the example class, says where the results are
# make test   sets everything up, then runs everything that CI runs
# make site   builds the course site
# PYTHON=python3.12 make test   chooses the interpreter (3.11 or later)

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e
DEMO := demo-results

.PHONY: demo test setup wall browser site lint types tests proof clean

# With the learners' own seed: what known mistakes do is on disk before the first learner makes one.
demo: .venv/base wall
	$(BIN)/kata grade examples/class --out $(DEMO) --seed learner $(addprefix --exercise ,01 02 03 04 05 06)
	@echo "Now you: . .venv/bin/activate; kata list; pytest exercises/03"

test: setup wall browser lint types tests proof

setup: .venv/ready

.venv/base: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gradkata needs Python 3.11 or later: PYTHON=python3.12 make $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(INSTALL) '.[torch]'
	@touch $@

# TensorFlow, JAX, nbgrader and what the tests need: several minutes more, and nothing that the demo waits for.
.venv/ready: .venv/base
	$(INSTALL) '.[all,cluster,nbgrader,site,dev]'
	@touch $@

# The outer fence. Without it (no rights to install) the inner fence stands alone; `kata doctor` says which holds.
wall:
	@command -v bwrap >/dev/null || tools/install-bubblewrap || echo "bubblewrap is not installed: the inner fence stands alone (kata doctor)"

# Chromium for the tests that open the report. Without it they are skipped, and pytest says so.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || tools/install-chromium || echo "chromium is not installed: the report is not opened in a browser"

# The course site, in both languages, out of the READMEs: open site/index.html.
site: setup
	$(BIN)/python website/build.py site

lint:
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types:
	$(BIN)/mypy

tests:
	$(BIN)/pytest -q -n auto --dist loadfile

proof:
	$(BIN)/kata dev check

clean:
	rm -rf .venv $(DEMO) site
