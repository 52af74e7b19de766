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
    wire irq_n, busy_n;
    assign o_irq = !irq_n;
    assign o_busy = !busy_n;
    board_top u_board (.gpio_20(clk), .serial_rxd(i_rx), .serial_txd(o_tx), .spi_cs(), .led_green(), .led_red(irq_n), .led_blue(busy_n));
endmodule
`default_nettype wire
