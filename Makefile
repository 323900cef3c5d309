# One door for every chore; `make help` lists them. The work is done by ergo/bootstrap.py.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=

ergo := @$(PYTHON) -m ergo.bootstrap

.PHONY: help setup demo test check fix journeys crash bench pictures gallery

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: ## install what developing needs, without doing anything with it
	$(ergo) setup

demo: ## serve fictitious data on http://localhost:8000; PORT=8123 for another port
	$(ergo) demo --port '$(PORT)'

test: ## run the fast tests; ARGS='-k waiting' for some of them
	$(ergo) test $(ARGS)

check: ## lint, format, types, import order, migrations, translations
	$(ergo) check

fix: ## mend what a machine can mend
	$(ergo) fix

journeys: ## run whole tasks in a browser (needs Chromium)
	$(ergo) journeys $(ARGS)

crash: ## kill the app and the database while people save, ten times (some ten minutes)
	$(ergo) crash $(ARGS)

bench: ## measure, and print ratios; FULL=1 on 5 million referrals too
	$(ergo) bench $(ARGS)

pictures: ## take the README's pictures from the demo (needs Chromium)
	$(ergo) pictures

gallery: ## take pictures of every page in light, dark and 400 pixels, into gallery/ (needs Chromium)
	$(ergo) gallery
