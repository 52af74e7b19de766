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
    board_top u_board (.clk(clk), .rx(i_rx), .tx(o_tx), .led_0(o_irq), .led_1(o_busy), .led_2(), .led_3(), .led_4(), .led_5(),
                       .led_6(), .led_7());
endmodule
`default_nettype wire
