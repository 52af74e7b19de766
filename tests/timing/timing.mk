# SPDX-License-Identifier: Apache-2.0
# Longest register-to-register path of every engine of a configuration, mapped to a Liberty library with Yosys and abc.
CONFIG ?= configs/wide.yaml
TIMING_DIR = $(BUILD)/timing/$(basename $(notdir $(CONFIG)))

.PHONY: timing
timing: $(BUILD)/bin/sofagen
	@test -n '$(LIBERTY)' || { echo 'make timing: say LIBERTY=FILE.lib or FILE.lib.gz' >&2; exit 2; }
	@mkdir -p $(TIMING_DIR)
	@$(BUILD)/bin/sofagen $(CONFIG) --set prefix=sofa_ -o $(TIMING_DIR)/core
	@python3 -B tests/timing/timing.py $(TIMING_DIR)/core --liberty $(LIBERTY) --work $(TIMING_DIR) $(TIMING_ARGS)
