//% -- SPDX-License-Identifier: Apache-2.0
// On-chip memory with one port and byte strobes; all strobes low: a read. Boards whose memory must be named replace this file.
// Latency of a read: $(latency("soc_ram.read", 1)) cycle; o_rdata is the word in that cycle only. Throughput: one access a cycle.
`default_nettype none
module sofa_soc_ram #(
    parameter WIDTH = 16,
    parameter DEPTH = 1024,
    parameter ABITS = 10
) (
    input  wire               clk,
    input  wire               i_enable,
    input  wire [WIDTH/8-1:0] i_strb,
    input  wire [ABITS-1:0]   i_addr,
    input  wire [WIDTH-1:0]   i_wdata,
    output reg  [WIDTH-1:0]   o_rdata
);
    reg [WIDTH-1:0] word [0:DEPTH-1];
    integer b;

    always @(posedge clk)
        if (i_enable) begin
            for (b = 0; b < WIDTH / 8; b = b + 1)
                if (i_strb[b])
                    word[i_addr][b*8 +: 8] <= i_wdata[b*8 +: 8];
            if (i_strb == {WIDTH/8{1'b0}})
                o_rdata <= word[i_addr];
        end
endmodule
`default_nettype wire
