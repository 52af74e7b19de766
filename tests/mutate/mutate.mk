# SPDX-License-Identifier: Apache-2.0
# Does make test notice a fault? MUTANTS=REGEX takes those whose file or name matches.
MUTANTS ?=

.PHONY: mutate
mutate:
	python3 -B tests/mutate/run.py --build $(BUILD) --only '$(MUTANTS)'

# The same for what Yosys makes of a core: a sample of NETLIST_MUTANTS by NETLIST_SEED; MUTANTS=REGEX takes configurations of tests/mutate/netlists/.
NETLIST_MUTANTS ?= 500
NETLIST_SEED ?= 1
.PHONY: mutate-netlist
mutate-netlist: programs $(BUILD)/test/sofatest
	$(PYTHON) -B tests/mutate/netlists.py --build $(BUILD) --only '$(MUTANTS)' --count $(NETLIST_MUTANTS) --seed $(NETLIST_SEED)
