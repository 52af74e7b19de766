// SPDX-License-Identifier: Apache-2.0
// Arty A7: 50 MHz from the 100 MHz oscillator, FT2232H serial line, reset by the red button or BTN0.
// LEDs: LD4 a job has ended, LD5 the bridge works, LD7 the clock runs.
`default_nettype none
module board_top (
    input  wire       CLK100MHZ,
    input  wire       ck_rst,
    input  wire       btn0,
    input  wire       uart_txd_in,   // from the host
    output wire       uart_rxd_out,  // to the host
    output wire [3:0] led
);
    wire irq, busy, rst, beat, feedback, divided, clk, locked;
    assign led = {beat, 1'b0, busy, irq};
    MMCME2_BASE #(.CLKIN1_PERIOD(10.0), .CLKFBOUT_MULT_F(10.0), .CLKOUT0_DIVIDE_F(20.0)) u_clock (
        .CLKIN1(CLK100MHZ), .CLKFBIN(feedback), .CLKFBOUT(feedback), .CLKOUT0(divided), .LOCKED(locked), .PWRDWN(1'b0), .RST(1'b0));
    BUFG u_clk (.I(divided), .O(clk));
    board_reset #(.HALF_SECOND(25000000)) u_reset (.clk(clk), .i_button(!ck_rst || btn0 || !locked), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(clk), .rst(rst), .i_rx(uart_txd_in), .o_tx(uart_rxd_out), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
