# make run      run the kiosk: on real hardware if there is any, else in a simulator window, else as a rehearsal
# make test     everything that every change must pass: make lint, types, contracts and unit
# make rehearse play a scripted night as text, with pictures in out/rehearsal
# make messages update the sentences for translators, after changing one; make bench measures performance
# make coverage list the lines that no test reaches
# make frames   draw the golden frames again, after an intended change of a page
# make deb      build the Debian package, dist/cramp-kiosk_VERSION_all.deb; make lint-deb checks it
# make test-reading   check with Tesseract that key words and numbers can be read, sharp and blurred
# make hardware make the drawings of hardware/; make enclosure its case; make hardware-check compares both
# make prove    corrupt every kind of file that is read back 20,000 times; takes 15 minutes
# make people   simulate one night each of 10,000 people: a report and the ten worst nights as scripts, in
#               out/people; about ten minutes on two processors. PEOPLE=200 for fewer
# make test-device  test the package in an emulated device: pins, probe, screen and touch; about half an hour
# make test-device-smoke  the part of it that every change must pass; five minutes, ten the first time
# make clean    delete .venv and everything that was built
# Each of them makes .venv first if needed; nothing else has to be prepared.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DRAWING := $(VENV)/.drawing
# On a Raspberry Pi also the libraries for its pins and touch panel.
EXTRA  := $(shell grep -qs 'Raspberry Pi' /proc/device-tree/model && echo ',pi')

# Scripts in a virtual environment contain the path of its folder and of its Python. $(READY) records both, so that
# an environment that was moved or copied, or whose Python was upgraded, is made again.
WHERE = $(CURDIR) $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
ifneq ($(shell cat $(READY) 2>/dev/null),$(shell echo "$(WHERE)"))
.PHONY: $(READY)
endif

# Install the extras $(1) of pyproject.toml. pip's output goes to a file, because without a network it prints 25 lines
# that do not say so clearly; the usual causes get one sentence.
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 2 -e '.[$(1)]' >$(VENV)/pip.log 2>&1 || { \
  if grep -qE 'connection broken|Failed to establish|name resolution|[Uu]nreachable|Max retries|[Tt]imed? ?out|ProxyError' $(VENV)/pip.log; \
  then echo "PyPI cannot be reached: connect this computer to the network, then do the same again ($(VENV)/pip.log has pip's words)."; \
  else echo "pip could not install what is needed: $$(grep . $(VENV)/pip.log | tail -n 1) ($(VENV)/pip.log has the rest)."; fi; exit 1; }

# One emulated device per processor, at most 4; each needs 0.5 GB of memory.
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

# Needs Debian's Tesseract: root installs it here, others are told how. One thread each, because Tesseract's threads
# spin while they wait for each other, which costs more than they gain.
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
# Drawings and enclosure in hardware/. Root installs the programs they need; others get one sentence that names them.
$(DRAWING): $(READY)
	@$(call install,hardware)
	@touch $@

hardware: $(DRAWING)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m hardware drawings

enclosure: $(DRAWING)
	$(BIN)/python -m hardware enclosure

hardware-check: $(DRAWING)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m hardware check

# The golden frames of every page, and the picture of them in README.
frames: $(READY)
	$(BIN)/python -m tests.screen.golden

bench: $(READY)
	$(BIN)/python -m tests.bench

deb: $(READY)
	@$(BIN)/python -m systemd.debian.build

# Each program that is needed, as program:package. Root installs it, others are told how.
lint-deb: $(READY)
	@for need in lintian:lintian dpkg-deb:dpkg systemd-analyze:systemd; do \
	  command -v $${need%:*} >/dev/null && continue; \
	  [ "$$(id -u)" = 0 ] && apt-get -q update && apt-get -q -y install --no-install-recommends $${need#*:} && continue; \
	  echo "$${need%:*} is not here; do this once: sudo apt install $${need#*:}"; exit 1; \
	done
	lintian --fail-on error,warning "$$($(BIN)/python -m systemd.debian.build)"
	$(BIN)/pytest -o addopts='-q --strict-markers --strict-config' tests/package

# Both need root on Debian x86-64 and download the rest: QEMU, mmdebstrap, an image of Trixie.
# DEVICE: options for pytest, such as which scenarios: make test-device DEVICE='-k water'
test-device: $(READY)
	$(EMULATED) $(DEVICE)

test-device-smoke: $(READY)
	$(EMULATED) -m smoke

clean:
	rm -rf $(VENV) $(VENV).old .rig out build dist .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache
