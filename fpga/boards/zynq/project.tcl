# SPDX-License-Identifier: Apache-2.0
# vivado -mode batch -source project.tcl -tclargs OUT_DIRECTORY SOURCE...
# A Zynq-7020 system: processor, registers of the core at 0x43C00000 (GP0), its memory port on HP0, its interrupt on IRQ_F2P[0].
# Builds OUT_DIRECTORY/board.bit and board.xsa. The board's DDR and MIO settings come from its board files: set board_part.
set out [lindex $argv 0]
set part xc7z020clg400-1
create_project -force sofa $out/vivado -part $part
foreach source [lrange $argv 1 end] { add_files -norecurse $source }
add_files -fileset constrs_1 -norecurse [file join [file dirname [file normalize [info script]]] pins.xdc]
set_property top sofa_axi_top [current_fileset]
update_compile_order -fileset sources_1

create_bd_design system
set ps [create_bd_cell -type ip -vlnv xilinx.com:ip:processing_system7 ps]
apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 -config {make_external "FIXED_IO, DDR"} $ps
set_property -dict [list CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ 50 CONFIG.PCW_USE_M_AXI_GP0 1 CONFIG.PCW_USE_S_AXI_HP0 1 \
    CONFIG.PCW_USE_FABRIC_INTERRUPT 1 CONFIG.PCW_IRQ_F2P_INTR 1] $ps
set core [create_bd_cell -type module -reference sofa_axi_top core]
set reset [create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset reset]
set registers [create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect registers]
set memory [create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect memory]
set_property CONFIG.NUM_SI 1 $registers
set_property CONFIG.NUM_SI 1 $memory

foreach pin {ps/M_AXI_GP0_ACLK ps/S_AXI_HP0_ACLK core/aclk reset/slowest_sync_clk registers/aclk memory/aclk} {
    connect_bd_net [get_bd_pins ps/FCLK_CLK0] [get_bd_pins $pin]
}
connect_bd_net [get_bd_pins ps/FCLK_RESET0_N] [get_bd_pins reset/ext_reset_in]
foreach pin {core/aresetn registers/aresetn memory/aresetn} {
    connect_bd_net [get_bd_pins reset/peripheral_aresetn] [get_bd_pins $pin]
}
connect_bd_intf_net [get_bd_intf_pins ps/M_AXI_GP0] [get_bd_intf_pins registers/S00_AXI]
connect_bd_intf_net [get_bd_intf_pins registers/M00_AXI] [get_bd_intf_pins core/s_axi]
connect_bd_intf_net [get_bd_intf_pins core/m0_axi] [get_bd_intf_pins memory/S00_AXI]
connect_bd_intf_net [get_bd_intf_pins memory/M00_AXI] [get_bd_intf_pins ps/S_AXI_HP0]
connect_bd_net [get_bd_pins core/irq] [get_bd_pins ps/IRQ_F2P]
assign_bd_address -offset 0x43C00000 -range 4K [get_bd_addr_segs core/s_axi/reg0]
assign_bd_address
validate_bd_design
save_bd_design
make_wrapper -files [get_files system.bd] -top -import
set_property top system_wrapper [current_fileset]

launch_runs impl_1 -to_step write_bitstream -jobs 4
wait_on_run impl_1
if {[get_property PROGRESS [get_runs impl_1]] != "100%"} { error "implementation failed" }
open_run impl_1
report_timing_summary -file $out/timing.txt
report_utilization -file $out/utilisation.txt
write_hw_platform -fixed -include_bit -force $out/board.xsa
file copy -force [glob $out/vivado/sofa.runs/impl_1/*.bit] $out/board.bit
