# SPDX-License-Identifier: Apache-2.0
# Xilinx 7 series: resources by Yosys; the bitstream by Vivado (target vivado), which is not an open tool.
NEEDED += yosys=yosys
NEEDED_TO_FLASH := openFPGALoader=openfpgaloader
TOP ?= board_top
XILINX_SOURCES = $(if $(wildcard $(HERE)/top.v),$(SOURCES),$(filter-out board_reset.v $(HERE)/top.v,$(SOURCES)))

report: $(OUT)/resources.txt
	@grep -E 'LUT[1-6]|FD[RSCP]E|DSP48E1|RAMB|CARRY4|Estimated' $<

$(OUT)/resources.txt: $(RTL) $(wildcard $(HERE)/top.v) board_reset.v $(OWN) $(MAPPING) xilinx.mk
	yosys -q -l $(OUT)/yosys.log \
	    -p "read_verilog $(XILINX_SOURCES); synth_xilinx -family xc7 -flatten -top $(TOP); check -assert; tee -o $@ stat -tech xilinx"

.PHONY: vivado
vivado: $(RTL)
	@command -v vivado >/dev/null || { echo 'missing: vivado (of AMD, no package): is it in PATH?' >&2; exit 2; }
	vivado -mode batch -journal $(OUT)/vivado.jou -log $(OUT)/vivado.log -source $(HERE)/project.tcl -tclargs $(abspath $(OUT)) $(abspath $(XILINX_SOURCES))

flash:
	openFPGALoader --board $(BOARD) $(OUT)/board.bit
