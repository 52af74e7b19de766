// SPDX-License-Identifier: Apache-2.0
// iCEBreaker: 12 MHz oscillator, FT2232H serial line, reset by the user button.
// Green LED: the clock runs, bright while the bridge works. Red LED: a job has ended.
`default_nettype none
module board_top (
    input  wire CLK,
    input  wire RX,
    output wire TX,
    input  wire BTN_N,
    output wire LEDR_N,
    output wire LEDG_N
);
    wire irq, busy, rst, beat;
    assign LEDR_N = !irq;
    assign LEDG_N = !(beat || busy);
    board_reset #(.HALF_SECOND(6000000)) u_reset (.clk(CLK), .i_button(!BTN_N), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(CLK), .rst(rst), .i_rx(RX), .o_tx(TX), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
