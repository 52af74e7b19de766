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
    wire [7:0] led;
    wire unused_gpio;
    assign o_irq = led[0];
    assign o_busy = led[1];
    board_top u_board (.clk_25mhz(clk), .ftdi_txd(i_rx), .ftdi_rxd(o_tx), .btn(2'b01), .led(led), .wifi_gpio0(unused_gpio));
endmodule
`default_nettype wire
