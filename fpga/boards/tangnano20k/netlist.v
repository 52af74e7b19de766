// SPDX-License-Identifier: Apache-2.0
// The placed and routed netlist in the place of sofa_soc. Its reset is that after configuration.
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
    wire [5:0] led_n;
    assign o_irq = !led_n[0];
    assign o_busy = !led_n[1];
    board_top u_board (.clk(clk), .uart_rx(i_rx), .uart_tx(o_tx), .button(1'b0), .led_n(led_n));
endmodule
`default_nettype wire
