# SPDX-License-Identifier: Apache-2.0
# Longest register-to-register paths of a configuration, mapped to a Liberty library with Yosys and abc.
CONFIG ?= configs/wide.yaml
PPA_DIR := $(BUILD)/ppa
TIMING_ARGS ?=
TIMING_CORE = $(PPA_DIR)/timing/$(basename $(notdir $(CONFIG)))
# Without a library nothing is built first.
ifneq ($(filter timing,$(MAKECMDGOALS)),)
$(if $(LIBERTY),,$(error make timing: say LIBERTY=FILE.lib or FILE.lib.gz))
endif

.PHONY: timing
timing: $(BUILD)/bin/sofagen
	@mkdir -p $(PPA_DIR)/timing
	@$(BUILD)/bin/sofagen $(CONFIG) --set prefix=sofa_ -o $(TIMING_CORE)
	@$(PYTHON) -B tb/ppa/timing.py $(TIMING_CORE) --liberty '$(LIBERTY)' --work $(PPA_DIR) $(TIMING_ARGS)
