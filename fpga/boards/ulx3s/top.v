// SPDX-License-Identifier: Apache-2.0
// ULX3S: 25 MHz oscillator with a PLL, FT231X serial line, reset by button FIRE1 (B1).
// LEDs: 0 a job has ended, 1 the bridge works, 2 the line from the host, 7 the clock runs.
`default_nettype none
module board_top (
    input  wire       clk_25mhz,
    input  wire       ftdi_txd,     // from the host
    output wire       ftdi_rxd,     // to the host
    input  wire [1:0] btn,
    output wire [7:0] led,
    output wire       wifi_gpio0    // high: the ESP32 leaves the board alone
);
    wire clk, locked, irq, busy, rst, beat;
    assign wifi_gpio0 = 1'b1;
    assign led = {beat, 4'b0000, !ftdi_txd, busy, irq};
    wire unused_btn = btn[0];
    board_clock u_clock (.clkin(clk_25mhz), .clkout0(clk), .locked(locked));
    board_reset #(.HALF_SECOND(`CLOCK_HZ / 2)) u_reset (.clk(clk), .i_button(btn[1] || !locked), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(clk), .rst(rst), .i_rx(ftdi_txd), .o_tx(ftdi_rxd), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
