# `make` alone lists the targets. Each of them first makes .venv if it is missing or stale.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BIN := .venv/bin
READY := .venv/.ready
NB ?= $(wildcard book/*.ipynb)

# One BLAS thread a process: small matrices gain nothing from more, and results stay put.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1
# Let glibc keep the memory that an update frees for the next one: a notebook is a tenth faster.
export MALLOC_MMAP_THRESHOLD_ := 33554432
export MALLOC_TRIM_THRESHOLD_ := 268435456
# A worker a core, four at most: there are only a dozen notebooks.
PARALLEL := -n logical --maxprocesses 4

.PHONY: help book serve lab test lint notebooks check-site student instructor coverage mutants clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

book: $(READY)  ## build the website into _build/html; any warning is an error
	$(BIN)/jupyter-book build --all -W -n --keep-going -q .
	$(BIN)/python tools/lite.py

serve: book  ## build, then serve the website on http://127.0.0.1:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

lab: $(READY)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=book

test: $(READY)  ## unit tests, then every notebook run again and compared output by output
	$(BIN)/pytest $(PARALLEL)
	$(BIN)/pytest --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval_sanitize.cfg \
	    $(PARALLEL) --dist loadscope book

lint: $(READY)  ## check the style of code and notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python tools/notebooks.py --check

notebooks: $(READY)  ## run the notebooks and store their outputs; one: NB=book/02-gates.ipynb
	$(BIN)/ruff format -q $(NB)
	$(BIN)/python tools/notebooks.py $(NB)

check-site: book  ## open every page in Chromium: errors, links, overflow, accessibility
	$(BIN)/pytest $(PARALLEL) --dist worksteal tests/site/check_*.py

student: $(READY)  ## write notebooks without solutions, to hand out, into _build/student
	$(BIN)/python tools/kits.py student

instructor: $(READY)  ## the same with solutions, notes and a quiz, into _build/instructor
	$(BIN)/python tools/kits.py instructor

coverage: $(READY)  ## which branches of the package the unit tests reach
	$(BIN)/pytest $(PARALLEL) --cov

mutants: $(READY)  ## change the arithmetic in 1500 small ways and list what no test noticed
	$(BIN)/mutmut run
	@$(BIN)/mutmut results

clean:  ## remove what was built; .venv stays
	rm -rf _build build mutants *.egg-info .pytest_cache .ruff_cache .hypothesis .coverage
	find book lstm_core tests tools -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

$(READY): requirements.txt constraints.txt pyproject.toml
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    python=; \
	done; \
	test -n "$$python" || { echo 'Python 3.11 or newer is needed, and none was found.' >&2; exit 1; }; \
	test -x $(BIN)/python || $$python -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.txt
	@touch $@
