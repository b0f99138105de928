# Media Stream Analytics: every target is one command of `lab`, in the project's own environment.
EVENTS ?= 20000
SEED ?= 7
PROFILE ?= local
RUNTIME ?= auto
SERVICE ?=

LAB = .venvs/lab/bin/lab --profile "$(PROFILE)" --runtime "$(RUNTIME)"

.PHONY: help setup e2e up deploy status logs down clean distclean ledger test bench lint lock

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:
	@bash scripts/bootstrap

e2e: setup ## Run the whole chain on EVENTS events (20000) of SEED (7) and print the ledger
	@$(LAB) e2e --events "$(EVENTS)" --seed "$(SEED)"

up: setup ## Start what is not running and wait until it is healthy
	@$(LAB) up

deploy: setup ## Create or update everything in AWS and Snowflake
	@$(LAB) deploy

status: setup ## Show every service: state, address, memory
	@$(LAB) status

logs: setup ## Show the logs, of one SERVICE or of all
	@$(LAB) logs $(SERVICE)

ledger: setup ## Account for every event ever produced
	@$(LAB) ledger

down: setup ## Stop everything
	@$(LAB) down

clean: setup ## Stop everything and delete its state, logs and reports (var/)
	@$(LAB) clean

distclean: clean ## As clean, and the environments too (.venvs/)
	@rm -rf .venvs

test: setup ## Run every test
	@$(LAB) test

bench: setup ## Measure the chain as processes and in containers, side by side
	@$(LAB) bench --events "$(EVENTS)"

lint: setup ## Check style, types, imports and the template
	@$(LAB) lint

lock: setup ## Renew the locked requirements
	@$(LAB) lock
