// SPDX-License-Identifier: Apache-2.0
// iCE40-HX8K breakout board: 12 MHz oscillator, FT2232H serial line.
// LEDs: D2 a job has ended, D3 the bridge works, D9 the clock runs.
`default_nettype none
module board_top (
    input  wire       clk,
    input  wire       rx,
    output wire       tx,
    output wire [7:0] led
);
    wire irq, busy, rst, beat;
    assign led = {beat, 5'b00000, busy, irq};
    board_reset #(.HALF_SECOND(6000000)) u_reset (.clk(clk), .i_button(1'b0), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(clk), .rst(rst), .i_rx(rx), .o_tx(tx), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
