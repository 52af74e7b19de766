//% -- SPDX-License-Identifier: Apache-2.0
// An assertion: a word of a memory that is used (i_used, the cycle after i_raddr) was written before the cycle in which it was read, and
// since i_clear. Only under SOFA_ASSERT, see sofa_holds.
`default_nettype none
`ifdef SOFA_ASSERT
module sofa_written #(
    parameter DEPTH = 2,
    parameter ABITS = 1
) (
    input wire             clk,
    input wire             rst,
    input wire             i_clear,
    input wire             i_we,
    input wire [ABITS-1:0] i_waddr,
    input wire             i_re,
    input wire [ABITS-1:0] i_raddr,
    input wire             i_used
);
    localparam CHUNKS = (DEPTH + 63) / 64;      // simulators mistrust what is repeated more than 8192 times
    localparam [64*CHUNKS-1:0] NONE = {CHUNKS{64'd0}};
    reg [DEPTH-1:0] written;
    reg             good;
    always @(posedge clk) begin
        if (i_re)
            good <= written[i_raddr] && !(i_we && i_waddr == i_raddr);
        if (rst || i_clear)
            written <= NONE[DEPTH-1:0];
        else if (i_we)
            written[i_waddr] <= 1'b1;
    end
    sofa_holds word (.clk(clk), .rst(rst), .i_holds(!i_used || good));
endmodule
`endif
`default_nettype wire
