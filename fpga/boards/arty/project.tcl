# SPDX-License-Identifier: Apache-2.0
# vivado -mode batch -source project.tcl -tclargs OUT_DIRECTORY SOURCE...
# Builds OUT_DIRECTORY/board.bit and reports of timing and utilisation.
set out [lindex $argv 0]
set part xc7a35ticsg324-1L
create_project -in_memory -part $part
foreach source [lrange $argv 1 end] { read_verilog $source }
read_xdc [file join [file dirname [file normalize [info script]]] pins.xdc]
synth_design -top board_top -part $part
opt_design
place_design
phys_opt_design
route_design
report_timing_summary -file $out/timing.txt
report_utilization -file $out/utilisation.txt
write_bitstream -force $out/board.bit
