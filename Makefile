# Every target sets up what it needs: .venv, from the hashed locks in requirements/. Only make and Python are presupposed.
.DEFAULT_GOAL := help
.PHONY: help run test tools check screens hil city city-report conformance firmware fuzz codec bench sounds deb lock
MAKEFLAGS += --no-print-directory

# Any Python 3 can start the set-up: it looks for the newest suitable one itself (OBU_PYTHON=/path/to/python chooses).
START := $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell command -v $(name) 2>/dev/null)))
SET_UP = $(or $(START),$(error Python 3.11, 3.12 or 3.13 is missing: apt-get install python3)) -B .ci/setup_env.py
PYTHON := .venv/bin/python
ARGS ?=

help:  ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

run:  ## set up, then the whole demonstration: the unit, a virtual city and the driver's screen (ARGS="--for 20")
	@$(SET_UP) run
	@exec $(PYTHON) -m hil demo $(ARGS)

test: tools  ## set up, then every test (ARGS="tests/codec -k bsm")
	@exec $(PYTHON) -m pytest -n auto $(ARGS)

tools:
	@$(SET_UP) run test bench
	@$(PYTHON) .ci/system_tools.py
	@$(PYTHON) .ci/micropython.py & $(PYTHON) .ci/debian_root.py & wait

check:  ## ruff, and mypy strict on obu/
	@$(SET_UP) run test bench
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

screens:  ## every warning on the driver's screen, day and night, Chinese and English: hil-report/screens
	@$(SET_UP) run test
	@$(PYTHON) .ci/system_tools.py
	@exec $(PYTHON) -m hil screens --out hil-report/screens $(ARGS)

SMOKE := hlw_works_ahead hlw_taxi packets_forged brownout_of_the_unit can_bus_off gnss_no_utc link_cut
hil:  ## the scenarios on virtual time, three seeds each, with planted defects; some in real time; hil-report/ tells
	@$(SET_UP) run test bench
	@$(PYTHON) .ci/micropython.py
	@$(PYTHON) -m hil run --defects --seeds 3 --jobs 2 --out hil-report $(ARGS)
	@exec $(PYTHON) -m hil run $(SMOKE) --bench process --out hil-report/process

city:  ## set up with SUMO, then our units in its traffic, warnings scored (ARGS="--minutes 5 --seed 3 --sigma 0.3")
	@$(SET_UP) run test sumo
	@$(PYTHON) -m hil city $(ARGS)
	@exec $(PYTHON) -m hil city --check

city-report:  ## the same on seeds that nothing was tuned on, for the record: docs/city-report.md, and a line in its log
	@$(SET_UP) run test sumo
	@exec $(PYTHON) -m hil city-report $(ARGS)

conformance:  ## GB/T 45315-2025 rule by rule: its tests, then a table of what passes and what can't be shown here
	@$(SET_UP) run test bench
	@exec $(PYTHON) -m tests.conformity $(ARGS)

firmware:  ## the co-processor's firmware on CPython and on both MicroPythons, and its link
	@$(SET_UP) run test bench
	@$(PYTHON) .ci/micropython.py
	@exec $(PYTHON) -m tests.firmware $(ARGS)

fuzz:  ## the long random tests (COUNT=1000000 inputs each)
	@$(SET_UP) run test bench
	@OBU_FUZZ=$(or $(COUNT),1000000) exec $(PYTHON) -m pytest -n auto -m fuzz -o faulthandler_timeout=0 $(ARGS)

bench:  ## measure against other code in the same run; ratios to bench.json (ARGS="--quick")
	@$(SET_UP) run test bench
	@exec $(PYTHON) -m tests.bench $(ARGS)

deb:  ## the package of a terminal, dist/obu_*.deb, for this machine's architecture and Python
	@$(SET_UP) run
	@exec $(PYTHON) -B .ci/deb.py $(ARGS)

sounds:  ## make the clips of warnings anew (needs espeak-ng for the phrases)
	@$(START) -B .ci/make_sounds.py

codec:  ## write obu/codec/generated/ anew from the ASN.1 sources
	@$(SET_UP) run test
	@exec $(PYTHON) -m obu.codec.compiler

lock:  ## make requirements/ anew from pyproject.toml (ARGS=--upgrade moves the pins)
	@$(SET_UP) run lock
	@exec $(PYTHON) .ci/lock.py $(ARGS)
