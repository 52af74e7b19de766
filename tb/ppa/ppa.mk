# SPDX-License-Identifier: Apache-2.0
# A configuration in the cells of a Liberty library, mapped with Yosys and abc: area, longest paths, throughput. docs/cost.md says how.
CONFIG ?= configs/wide.yaml
ARGS ?=
PPA_DIR := $(BUILD)/ppa
PPA_ENV := $(BUILD)/ppa-env
PPA_ARGS ?=
TIMING_ARGS ?=
PROGRAMS += $(BUILD)/bin/sofagates
TIMING_CORE = $(PPA_DIR)/timing/$(basename $(notdir $(CONFIG)))
# Without a library nothing is built first.
ifneq ($(filter ppa timing,$(MAKECMDGOALS)),)
$(if $(LIBERTY),,$(error make $(filter ppa timing,$(MAKECMDGOALS)): say LIBERTY=FILE.lib or FILE.lib.gz))
endif

$(BUILD)/bin/sofagates: $(call objects,$(wildcard tb/ppa/*.c)) $(ARCHIVES)

.PHONY: ppa timing
ppa: $(BUILD)/bin/sofagen $(BUILD)/bin/sofamodel $(BUILD)/bin/sofagates $(PPA_ENV)/ready
	@$(PPA_ENV)/bin/python -B tb/ppa/ppa.py --bin $(BUILD)/bin --work $(PPA_DIR) --config '$(CONFIG)' --liberty '$(LIBERTY)' \
	    --trace '$(TRACE)' --args='$(ARGS)' $(PPA_ARGS)

timing: $(BUILD)/bin/sofagen
	@mkdir -p $(PPA_DIR)/timing
	@$(BUILD)/bin/sofagen $(CONFIG) --set prefix=sofa_ -o $(TIMING_CORE)
	@$(PYTHON) -B tb/ppa/timing.py $(TIMING_CORE) --liberty '$(LIBERTY)' --work $(PPA_DIR) $(TIMING_ARGS)

$(PPA_ENV)/ready: tb/ppa/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(PPA_ENV))

# The gates of a tiny core, in the cells of a library of round numbers.
.PHONY: ppa-check
ppa-check: $(BUILD)/bin/sofagen $(BUILD)/bin/sofamodel $(BUILD)/bin/sofagates
	@SOFA_BIN=$(abspath $(BUILD)/bin) SOFA_PPA=$(abspath $(PPA_DIR)/check) $(PYTHON) -B tests/ppa/check_gates.py
verify-checks: ppa-check
