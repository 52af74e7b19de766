// SPDX-License-Identifier: Apache-2.0
// UPduino 3: 12 MHz clock on gpio_20 (jumper OSC closed), serial line of the FT232H on the pins it shares with the flash.
// Green LED: the clock runs. Red LED: a job has ended. Blue LED: the bridge works.
`default_nettype none
module board_top (
    input  wire gpio_20,
    input  wire serial_rxd,
    output wire serial_txd,
    output wire spi_cs,       // high: the flash stays off the shared pins
    output wire led_green,
    output wire led_red,
    output wire led_blue
);
    wire irq, busy, rst, beat;
    assign spi_cs = 1'b1;
    assign led_green = !beat;
    assign led_red = !irq;
    assign led_blue = !busy;
    board_reset #(.HALF_SECOND(6000000)) u_reset (.clk(gpio_20), .i_button(1'b0), .o_rst(rst), .o_beat(beat));
    sofa_soc u_soc (.clk(gpio_20), .rst(rst), .i_rx(serial_rxd), .o_tx(serial_txd), .o_irq(irq), .o_busy(busy));
endmodule
`default_nettype wire
