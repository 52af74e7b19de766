# SPDX-License-Identifier: Apache-2.0
# Proofs: Yosys, SymbiYosys and Yices, pinned, in an environment of their own; ABC of the distribution's Yosys.
FORMAL_ENV := $(BUILD)/formal-env
FORMAL = $(FORMAL_ENV)/bin/python -B tests/formal/run.py --build $(BUILD)
PROOFS ?=

.PHONY: formal formal-faults
formal: programs $(FORMAL_ENV)/ready
	$(FORMAL) --only '$(PROOFS)'
formal-faults: programs $(FORMAL_ENV)/ready
	$(FORMAL) --faults --only '$(PROOFS)'

$(FORMAL_ENV)/ready: tests/formal/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(FORMAL_ENV))
