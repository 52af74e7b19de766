# SPDX-License-Identifier: Apache-2.0
# Which lines and branches of the C code the tests reach: COVERAGE names suites of make test, all if it is empty. In a build tree of its own.
COVERAGE ?=
# Least percentages of all suites; some suites alone have no floor.
COVERAGE_LINES ?= $(if $(COVERAGE),0,80)
COVERAGE_BRANCHES ?= $(if $(COVERAGE),0,73)
COVERAGE_TREE := $(BUILD)/coverage
COVERAGE_ENV := $(BUILD)/coverage-env

.PHONY: coverage
coverage: $(COVERAGE_ENV)/ready
	+$(MAKE) --no-print-directory BUILD=$(COVERAGE_TREE) OPTIMISE='-O1 -g' CFLAGS='--coverage -fprofile-update=atomic' LDFLAGS=--coverage all
	find $(COVERAGE_TREE)/obj -name '*.gcda' -delete
	SOFA_JOBS=$(JOBS) $(COVERAGE_TREE)/test/sofatest $(COVERAGE)
	$(COVERAGE_ENV)/bin/python -B tests/coverage/coverage.py --tree $(COVERAGE_TREE) --gcovr $(COVERAGE_ENV)/bin/gcovr \
	    --lines $(COVERAGE_LINES) --branches $(COVERAGE_BRANCHES)

$(COVERAGE_ENV)/ready: tests/coverage/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(COVERAGE_ENV))

# Lines and toggles of the RTL: what RTL_COVERAGE simulates (a sweep of random configurations), compiled anew with counters.
RTL_COVERAGE ?= $(BUILD)/bin/sofasweep --count 30 --seed 1 --no-lint
COVERAGE_RTL := $(BUILD)/coverage-rtl

.PHONY: coverage-rtl
coverage-rtl: programs
	@mkdir -p $(COVERAGE_RTL)
	rm -rf $(COVERAGE_RTL)/data; mkdir $(COVERAGE_RTL)/data
	SOFA_COVERAGE=$(abspath $(COVERAGE_RTL))/data SOFA_CACHE=$(abspath $(COVERAGE_RTL))/cache $(RTL_COVERAGE)
	python3 -B tests/coverage/rtl.py --data $(COVERAGE_RTL)/data --cache $(COVERAGE_RTL)/cache --out $(COVERAGE_RTL)

# Which kinds of jobs benches run: those of FUNCTIONAL, a sweep of random configurations.
FUNCTIONAL ?= $(BUILD)/bin/sofasweep --count 30 --small 100 --seed 1 --no-lint
FUNCTIONAL_LEAST ?= 90
COVERAGE_FUNCTIONAL := $(BUILD)/coverage-functional

.PHONY: coverage-functional
coverage-functional: programs
	@mkdir -p $(COVERAGE_FUNCTIONAL)
	rm -f $(COVERAGE_FUNCTIONAL)/jobs.txt
	SOFA_FUNCTIONAL=$(abspath $(COVERAGE_FUNCTIONAL)) $(FUNCTIONAL)
	python3 -B tests/coverage/functional.py --jobs $(COVERAGE_FUNCTIONAL)/jobs.txt --out $(COVERAGE_FUNCTIONAL) --least $(FUNCTIONAL_LEAST)
