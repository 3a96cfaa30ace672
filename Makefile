# make run      the kiosk: real hardware if there is, else a simulator window, else a rehearsal
# make test     everything that is checked on every change: make lint, types, contracts and unit, in turn
# make rehearse a scripted night as text, its pictures in out/rehearsal
# make messages the sentences for translators, after changing any; make bench what things cost
# make coverage which lines the tests never reach
# make frames   the golden frames of the screen, after a change that is meant
# make deb      the Debian package, dist/cramp-kiosk_VERSION_all.deb; make lint-deb checks it
# make test-reading   key words and numbers, read by Tesseract as by eyes without glasses
# make hardware the drawings of hardware/; make enclosure its case; make hardware-check both, against what is here
# make prove    every file that is read back, spoilt 20,000 times; a quarter of an hour
# make people   ten thousand simulated people live a night each: what it was like for them, and the ten worst
#               nights as scripts, in out/people; some ten minutes on two processors. PEOPLE=200 for fewer
# make test-device  the package in an emulated device: pins, probe, screen and touch; about half an hour
# make test-device-smoke  the part of it that every change must pass; five minutes, ten the first time
# make clean    takes away .venv and everything that was made
# Whichever is first makes .venv with what they need; nothing else has to be prepared.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DRAWING := $(VENV)/.drawing
# On a Raspberry Pi also what reaches its pins and its touch panel.
EXTRA  := $(shell grep -qs 'Raspberry Pi' /proc/device-tree/model && echo ',pi')

# Scripts in a virtual environment name its folder and its Python: one that was moved or copied, or has lost its
# Python to an upgrade, is made anew. So its mark says where it was made and for which.
WHERE = $(CURDIR) $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
ifneq ($(shell cat $(READY) 2>/dev/null),$(shell echo "$(WHERE)"))
.PHONY: $(READY)
endif

# Into the environment, what pyproject.toml lists under these names. pip's own page goes into a file: without a
# network it is 25 lines that end in the name of some library.
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 2 -e '.[$(1)]' >$(VENV)/pip.log 2>&1 || { \
  if grep -qE 'connection broken|Failed to establish|name resolution|[Uu]nreachable|Max retries|[Tt]imed? ?out|ProxyError' $(VENV)/pip.log; \
  then echo "PyPI cannot be reached: connect this computer to the network, then do the same again ($(VENV)/pip.log has pip's words)."; \
  else echo "pip could not install what is needed: $$(grep . $(VENV)/pip.log | tail -n 1) ($(VENV)/pip.log has the rest)."; fi; exit 1; }

# One device a processor; each takes half a gigabyte of memory.
EMULATED = $(BIN)/pytest -o addopts='--strict-markers --strict-config' --verbose --capture=no \
  --numprocesses=auto --maxprocesses=4 --dist=worksteal tests/device

.PHONY: help run rehearse test lint types contracts unit prove people test-reading bench messages frames coverage deb lint-deb test-device test-device-smoke clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(READY): pyproject.toml
	@case "$(CURDIR)" in *:*) echo "A virtual environment cannot be in a folder whose path has a colon (:): give $(CURDIR) another name."; exit 1;; esac
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "cramp-kiosk needs Python 3.11 or newer as $(PYTHON); on Debian: sudo apt install python3 python3-venv"; exit 1; }
	@[ "$$(cat $@ 2>/dev/null)" = "$(WHERE)" ] || { \
	  [ ! -e $@ ] || { echo "$(VENV) was made in another folder, or for another Python: it is made anew."; \
	    rm -rf $(VENV).old; mv $(VENV) $(VENV).old; }; rm -rf $(VENV); }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m virtualenv -q $(VENV) 2>/dev/null || \
	  { rm -rf $(VENV); echo "Python cannot make a virtual environment here. Do this once: sudo apt install python3-venv"; exit 1; }
	@echo "Getting what cramp-kiosk needs into $(VENV) (the first time only) ..."
	@( $(call install,test$(EXTRA)) ) || { [ ! -e $(VENV).old ] || \
	  { mv $(VENV)/pip.log $(VENV).old/; rm -rf $(VENV); mv $(VENV).old $(VENV); }; exit 1; }
	@rm -rf $(VENV).old
	@echo "$(WHERE)" >$@

run: $(READY)
	$(BIN)/cramp-kiosk run

rehearse: $(READY)
	$(BIN)/cramp-kiosk rehearse --out out/rehearsal

test: lint types contracts unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports --no-cache

unit: $(READY)
	$(BIN)/pytest --numprocesses=auto --cov --cov-report=
	$(BIN)/coverage report --include='kiosk/core/*' --fail-under=100 --skip-covered

# Debian's Tesseract reads the screens; installed here if this is root, else it says what to do. One thread
# each: its threads wait for each other by spinning, which costs more than they save.
test-reading: $(READY)
	@command -v tesseract >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  apt-get install -yqq --no-install-recommends tesseract-ocr tesseract-ocr-eng >/dev/null; } || \
	  { echo "Tesseract is missing. Do this once: sudo apt install tesseract-ocr"; exit 1; }
	@$(call install,reading)
	OMP_THREAD_LIMIT=1 $(BIN)/pytest -p no:cacheprovider --override-ini addopts= -q --numprocesses=auto tests/reading

prove: $(READY)
	PROVE=$${PROVE:-20000} $(BIN)/pytest --override-ini addopts= -q --numprocesses=auto --dist=worksteal -m prove --durations=0

people: $(READY)
	@$(BIN)/python -m tests.people

coverage: unit
	$(BIN)/coverage report --skip-covered

messages: $(READY)
	$(BIN)/python -m tests.tools.messages

.PHONY: hardware enclosure hardware-check
# The drawings and the enclosure in hardware/: what they need beyond Python they install themselves as
# root, and say in one sentence otherwise.
$(DRAWING): $(READY)
	@$(call install,hardware)
	@touch $@

hardware: $(DRAWING)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m hardware drawings

enclosure: $(DRAWING)
	$(BIN)/python -m hardware enclosure

hardware-check: $(DRAWING)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m hardware check

# The golden frames of every page and the picture of them in README, after a page was changed on purpose.
frames: $(READY)
	$(BIN)/python -m tests.screen.golden

bench: $(READY)
	$(BIN)/python -m tests.bench

deb: $(READY)
	@$(BIN)/python -m systemd.debian.build

# tool:package for each program it takes; installed where that is allowed, else said
lint-deb: $(READY)
	@for need in lintian:lintian dpkg-deb:dpkg systemd-analyze:systemd; do \
	  command -v $${need%:*} >/dev/null && continue; \
	  [ "$$(id -u)" = 0 ] && apt-get -q update && apt-get -q -y install --no-install-recommends $${need#*:} && continue; \
	  echo "$${need%:*} is not here; do this once: sudo apt install $${need#*:}"; exit 1; \
	done
	lintian --fail-on error,warning "$$($(BIN)/python -m systemd.debian.build)"
	$(BIN)/pytest -o addopts='-q --strict-markers --strict-config' tests/package

# Both need root on Debian x86-64 and fetch the rest themselves: QEMU, mmdebstrap, an image of Trixie.
# DEVICE: which scenarios, as pytest takes them: make test-device DEVICE='-k water'
test-device: $(READY)
	$(EMULATED) $(DEVICE)

test-device-smoke: $(READY)
	$(EMULATED) -m smoke

clean:
	rm -rf $(VENV) $(VENV).old .rig out build dist .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache
