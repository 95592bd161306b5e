# Each target sets up what it needs, and is quick when nothing changed.
.DEFAULT_GOAL := help
.PHONY: help setup qt translations run test check format types contracts strings-check \
	test-real mutations bench screenshots package strings schema lock clean

PY := .venv/bin/python
OFFSCREEN := QT_QPA_PLATFORM=offscreen
# A process for each core and one more; ARGS="-n 0" runs all in one.
PARALLEL := -n auto --dist worksteal
# More arguments for pytest or the program: make test ARGS="-k outbox"
ARGS ?=
export PYTHON
# What is compiled once is kept: tests start many programs, and pytest rewrites each test file.
export PYTHONDONTWRITEBYTECODE :=

QT_PACKAGES := libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0 libwayland-cursor0 \
	libwayland-egl1 libx11-xcb1 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
	libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 \
	libxkbcommon0 fonts-dejavu-core fonts-noto-color-emoji
SERVER_PACKAGES := wordpress mariadb-server php-cli php-mysql php-mbstring php-xml php-curl \
	php-gd dovecot-core dovecot-imapd dovecot-lmtpd postfix gnome-keyring dbus dbus-x11 \
	libglib2.0-bin libsecret-tools openssl curl

help:
	@echo 'make run          open the window on a demo vault that is thrown away'
	@echo 'make test         run the tests, without those that need real servers'
	@echo 'make check        format, lint, types, import contracts, strings, tests with coverage'
	@echo 'make test-real    run the tests that start real servers, and try many more random inputs'
	@echo 'make mutations    fetch from each channel while 50,000 of its answers are spoilt'
	@echo 'make bench        measure speed and memory'
	@echo 'make screenshots  the pictures of the documentation, into docs/screenshots'
	@echo 'make package      wheel and source archive into dist'
	@echo 'make strings      gather the sentences for the translators'
	@echo 'make schema       write cm_desktop/store/schema.sql as the migrations make it'
	@echo 'make lock         choose versions anew for requirements.lock'

setup: qt
	@sh tools/setup.sh
qt:
	@sh tools/debian.sh 'The window' $(QT_PACKAGES)
translations: setup
	@$(PY) tools/strings.py compile

run: translations
	@.venv/bin/cm-desktop --demo $(ARGS)

test: translations
	@$(OFFSCREEN) $(PY) -m pytest $(PARALLEL) $(ARGS)

check: format types contracts strings-check
	@$(OFFSCREEN) $(PY) -m pytest $(PARALLEL) --cov --cov-report=term $(ARGS)
format: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
types: setup
	@$(PY) -m mypy
contracts: setup
	@.venv/bin/lint-imports --no-logo
strings-check: translations
	@$(PY) tools/strings.py check

test-real: translations
	@if sh tools/debian.sh 'make test-real' $(SERVER_PACKAGES); then \
		$(OFFSCREEN) $(PY) -m pytest -m real -p no:randomly $(ARGS); \
	else echo 'The tests with real servers were left out, for the reason above.'; fi
	@HYPOTHESIS_PROFILE=thorough $(OFFSCREEN) $(PY) -m pytest -m hypothesis $(PARALLEL) $(ARGS)

# So many answers of each channel are spoilt; a usual test run spoils a few.
mutations: translations
	@CM_DESKTOP_MUTATIONS=50000 $(OFFSCREEN) $(PY) -m pytest tests/connectors/test_mutations.py $(PARALLEL) $(ARGS)

bench: translations
	@$(OFFSCREEN) $(PY) -m benchmarks $(ARGS)

screenshots: translations
	@$(OFFSCREEN) $(PY) tools/screenshots.py docs/screenshots

package: translations
	@$(PY) -m hatchling build -d dist -t sdist -t wheel

strings: setup
	@$(PY) tools/strings.py update

schema: setup
	@$(PY) -c 'from cm_desktop.store.migrations import schema_sql; print(schema_sql(), end="")' \
		>cm_desktop/store/schema.sql

lock:
	@sh tools/lock.sh

clean:
	rm -rf build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
