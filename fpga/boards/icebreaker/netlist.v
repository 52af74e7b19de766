// SPDX-License-Identifier: Apache-2.0
// The netlist of the bitstream in the place of sofa_soc. Its reset is that after configuration.
`default_nettype none
module sofa_soc (
    input  wire clk,
    input  wire rst,
    input  wire i_rx,
    output wire o_tx,
    output wire o_irq,
    output wire o_busy
);
    wire unused_rst = rst;
    wire irq_n;
    assign o_irq = !irq_n;
    assign o_busy = 1'b0;   // shares its light with the clock
    board_top u_board (.CLK(clk), .RX(i_rx), .TX(o_tx), .BTN_N(1'b1), .LEDR_N(irq_n), .LEDG_N());
endmodule
`default_nettype wire
