// SPDX-License-Identifier: Apache-2.0
// Reset for some cycles after configuration and while a button is pressed; a light that shows that the clock runs.
`default_nettype none
module board_reset #(
    parameter HALF_SECOND = 6000000
) (
    input  wire clk,
    input  wire i_button,
    output reg  o_rst,
    output reg  o_beat
);
    // configuration leaves registers at zero
    reg  [7:0]  age = 8'd0;
    reg  [1:0]  button = 2'b00;
    reg  [25:0] count = 26'd0;
    localparam [31:0] LAST = HALF_SECOND - 1;
    initial o_rst = 1'b1;
    initial o_beat = 1'b0;
    always @(posedge clk) begin
        button <= {button[0], i_button};
        if (button[1])
            age <= 8'd0;
        else if (age != 8'hFF)
            age <= age + 8'd1;
        o_rst <= age != 8'hFF;
        count <= count == LAST[25:0] ? 26'd0 : count + 26'd1;
        if (count == LAST[25:0])
            o_beat <= !o_beat;
    end
endmodule
`default_nettype wire
