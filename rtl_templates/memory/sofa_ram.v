//% -- SPDX-License-Identifier: Apache-2.0
// Memory with one write and one read port on one clock. What a read of the word being written gives is undefined, so that the
// memory infers as block RAM without logic around it; no module relies on it.
// Latency of a read: $(latency("ram.read", 1)) cycle; o_rdata holds until the next read. Throughput: one write and one read a cycle.
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
    // in parts: tools doubt replications of more than 8192
    localparam PARTS = (WIDTH + 63) / 64;
    localparam [64*PARTS-1:0] UNKNOWN = {PARTS{64'bx}};
    reg [WIDTH-1:0] word [0:DEPTH-1];

    always @(posedge clk) begin
        if (i_we)
            word[i_waddr] <= i_wdata;
        if (i_re)
            o_rdata <= i_we && i_waddr == i_raddr ? UNKNOWN[WIDTH-1:0] : word[i_raddr];
    end
endmodule
`default_nettype wire
