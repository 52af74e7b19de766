# SPDX-License-Identifier: Apache-2.0
# Place-and-route tools that distributions do not carry, pinned, in $(BUILD)/fpga/venv.
VENV := $(TREE)/fpga/venv
include $(ROOT)/python.mk
NEEDED += $(PYTHON_NEEDED)
$(VENV)/ready: requirements.txt $(ROOT)/python.mk | packages $(SOFAGEN)
	$(call environment,$(VENV))
