// SPDX-License-Identifier: Apache-2.0
// sofa_ram for ECP5: a block RAM has 512 words of 36 bits, so up to 16 words, or 64 of at most 320 bits, go to the RAM of the logic cells.
// Latency of a read: 1 cycle; o_rdata holds until the next read. Throughput: one write and one read a cycle.
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
    generate
        if (DEPTH <= 16 || (DEPTH <= 64 && WIDTH <= 320)) begin : cells
            (* ram_style = "distributed" *) reg [WIDTH-1:0] word [0:DEPTH-1];
            always @(posedge clk) begin
                if (i_we)
                    word[i_waddr] <= i_wdata;
                if (i_re)
                    o_rdata <= word[i_raddr];
            end
        end else begin : fitting
            (* ram_style = "block" *) reg [WIDTH-1:0] word [0:DEPTH-1];
            always @(posedge clk) begin
                if (i_we)
                    word[i_waddr] <= i_wdata;
                if (i_re)
                    o_rdata <= i_we && i_waddr == i_raddr ? {WIDTH{1'bx}} : word[i_raddr];
            end
        end
    endgenerate
endmodule
`default_nettype wire
