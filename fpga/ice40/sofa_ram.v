// SPDX-License-Identifier: Apache-2.0
// Memory with one write and one read port in RAM blocks, however shallow: the family has no other memory. Same ports and latency as
// the emitted file of this name.
`default_nettype none
module sofa_ram #(
    parameter WIDTH = 8,
    parameter DEPTH = 16,
    parameter ABITS = 4
) (
    input  wire             clk,
    input  wire             i_we,
    input  wire [ABITS-1:0] i_waddr,
    input  wire [WIDTH-1:0] i_wdata,
    input  wire             i_re,
    input  wire [ABITS-1:0] i_raddr,
    output reg  [WIDTH-1:0] o_rdata
);
    (* ram_style = "block" *)
    reg [WIDTH-1:0] word [0:DEPTH-1];

    always @(posedge clk) begin
        if (i_we)
            word[i_waddr] <= i_wdata;
        if (i_re)
            o_rdata <= i_we && i_waddr == i_raddr ? {WIDTH{1'bx}} : word[i_raddr];
    end
endmodule
`default_nettype wire
