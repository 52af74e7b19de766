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
    board_top u_board (.clk(clk), .rx(i_rx), .tx(o_tx), .\led[0] (o_irq), .\led[1] (o_busy), .\led[2] (), .\led[3] (), .\led[4] (), .\led[5] (),
                       .\led[6] (), .\led[7] ());
endmodule
`default_nettype wire
