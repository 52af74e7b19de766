// SPDX-License-Identifier: Apache-2.0
// Tang Nano 20K: 27 MHz oscillator, BL616 serial line, reset by button S1.
// LEDs (low: on): 0 a job has ended, 1 the bridge works, 5 the clock runs.
`default_nettype none
module board_top (
    input  wire       clk,
    input  wire       uart_rx,
    output wire       uart_tx,
    input  wire       button,
    output wire [5:0] led_n
);
    wire irq, busy, rst, beat;
    assign led_n = {!beat, 3'b111, !busy, !irq};
    board_reset #(.HALF_SECOND(13500000)) u_reset (.clk(clk), .i_button(button), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(clk), .rst(rst), .i_rx(uart_rx), .o_tx(uart_tx), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
