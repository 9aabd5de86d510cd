# Vernier's verbs. Each is one line calling something real; `make` alone lists them.
py := .venv/bin/python
sh := deploy/local/setup
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup dev run tablet screenshots demo test test-kafka kafka check format bench bench-sync bench-tablet faults docs lock clean

help: ## list the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 20

setup: ## make .venv with what running needs
	@$(sh) local

dev: ## make .venv with what tests and checks need too
	@$(sh) dev

run: setup ## start the whole platform on this machine (Ctrl-C stops it)
	@exec $(py) -m deploy.local

tablet: ## start the inspector's tablet on this desktop, against `make run`
	@VERNIER_VENV=.vernier/tablet-venv $(sh) tablet
	@exec .vernier/tablet-venv/bin/python -m mobile_inspector

screenshots: dev ## write docs/images/tablet: every screen, both orientations, languages and themes
	@$(py) -m tests.mobile_screens.tour docs/images/tablet

demo: setup ## run the main job on real input, checking every step
	@exec $(py) -m demo

test: dev ## run the tests on the embedded engines
	@deploy/tablet/install-display && $(py) -m pytest $(ARGS)

test-kafka: dev ## run the end-to-end stories on a real Apache Kafka
	@deploy/kafka/artifacts && deploy/tablet/install-display && VERNIER_TEST_KAFKA=1 $(py) -m pytest -m e2e tests/e2e $(ARGS)

kafka: setup ## start a real single-node Apache Kafka (Java 17, Maven)
	@deploy/kafka/artifacts && exec $(py) -m deploy.kafka

check: dev ## lint, format, types, import rules, drift of generated documents
	@ruff check . && ruff format --check . && mypy && lint-imports && $(py) -m docs.generate --check

format: dev ## rewrite the code in the house format
	@ruff format . && ruff check --fix .

bench: setup ## measure events per second and latency
	@exec $(py) -m bench.events

bench-sync: setup ## measure how fast evidence is taken, and small pulls
	@exec $(py) -m bench.sync

bench-tablet: dev ## measure the tablet: cold start with screens, keystrokes, search, a day's sync over a slow link
	@exec $(py) -m bench.tablet

faults: setup ## kill -9 at random while tablets hand in 5,000 records
	@exec $(py) -m bench.faults

docs: setup ## write docs/events.md, AsyncAPI and OpenAPI from the code
	@exec $(py) -m docs.generate

lock: dev ## rewrite requirements/*.txt from *.in
	@deploy/local/lock

clean: ## remove .venv, caches and the local state (database, mail, secrets)
	@rm -rf .venv .vernier .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
