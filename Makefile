# Media Stream Analytics: every target is one command of `lab`, in the project's own environment.
EVENTS ?= 20000
SEED ?= 7
PROFILE ?= local
RUNTIME ?= auto
SERVICE ?=
ROWS ?= 1000000
CONFIRM ?=
EVENTS_PER_SECOND ?= 100

# A profile of kind aws changes nothing unless its account is named: CONFIRM=<account id>
CONFIRMED = $(if $(CONFIRM),--confirm "$(CONFIRM)")

LAB = .venvs/lab/bin/lab --profile "$(PROFILE)" --runtime "$(RUNTIME)"

.PHONY: help setup e2e up dashboard doctor plan deploy destroy status logs down clean distclean ledger test bench bench-warehouse lint lock

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup:
	@bash scripts/bootstrap

e2e: setup ## Run the whole chain on EVENTS events (20000) of SEED (7) and print the ledger
	@$(LAB) e2e --events "$(EVENTS)" --seed "$(SEED)" $(CONFIRMED)

up: setup ## Start what is not running and wait until it is healthy
	@$(LAB) up $(CONFIRMED)

dashboard: setup ## Serve the dashboard over an account's Snowflake, until Ctrl-C
	@$(LAB) dashboard

doctor: setup ## Say all that is missing or wrong on this machine or in an account; touch nothing
	@$(LAB) doctor

plan: setup ## Say what an account would get and what that costs at EVENTS_PER_SECOND (100); touch nothing
	@$(LAB) plan --events-per-second "$(EVENTS_PER_SECOND)"

deploy: setup ## Create or update everything in AWS and Snowflake
	@$(LAB) deploy $(CONFIRMED)

destroy: setup ## Delete everything that a deployment made, data too, and look for what is left
	@$(LAB) destroy $(CONFIRMED)

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

bench-warehouse: setup ## Measure the local warehouse beside fakesnow's own server, on ROWS rows (1000000)
	@$(LAB) bench-warehouse --rows "$(ROWS)"

lint: setup ## Check style, types, imports and the template
	@$(LAB) lint

lock: setup ## Renew the locked requirements
	@$(LAB) lock
