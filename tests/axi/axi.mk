# SPDX-License-Identifier: Apache-2.0
# The independent AXI check: cocotb and cocotbext-axi, pinned, in a Python environment of their own.
AXI_ENV := $(BUILD)/axi-env
AXI_SEED ?= 1

.PHONY: verify-axi
verify-axi: $(BUILD)/bin/sofagen $(BUILD)/test/axi_case $(AXI_ENV)/ready
	$(AXI_ENV)/bin/python tests/axi/run.py --build $(BUILD) --seed $(AXI_SEED) $(AXI_DESIGNS)

$(AXI_ENV)/ready: tests/axi/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(AXI_ENV))

$(BUILD)/test/axi_case: $(BUILD)/obj/tests/axi/axi_case.o $(BUILD)/libsofa.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)
